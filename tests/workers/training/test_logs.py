"""Logs of trainings."""

import logging
import re

from workers.training.logs import log_file


def test_a_log_is_appended_to_in_utc_and_leaves_nothing_behind(tmp_path):
    known = set(logging.Logger.manager.loggerDict)
    for line in ("one", "caf\udce9"):  # as Python reads the name of a file that is not UTF-8
        with log_file(tmp_path / "trial" / "trial.log") as log:
            log.info(line)
    lines = (tmp_path / "trial" / "trial.log").read_text().splitlines()
    assert [line.split()[-1] for line in lines] == ["one", "caf\\udce9"]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO ", line) for line in lines)
    assert set(logging.Logger.manager.loggerDict) == known
