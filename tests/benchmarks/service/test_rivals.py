"""Rivals that are not installed say how to install them."""

import subprocess
import sys

from benchmarks.service.rivals import RivalAt


def test_a_rival_that_is_not_installed_says_what_installs_it(tmp_path):
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')
    bare.chmod(0o755)
    assert subprocess.run([bare, "-c", ""], check=False).returncode == 0
    row = RivalAt(str(bare)).row("mlflow-reports", 1)
    assert row.rival.startswith("not installed: python -m venv"), row.rival
    assert "'mlflow>=3'" in row.rival
