"""The log for people and for collectors, in processes of their own: logging belongs to a whole process."""

import json
import subprocess
import sys

JSON = "from api.logs import LogFormat, begin_logging; begin_logging(LogFormat.JSON, search='1abc')"
TEXT = "from api.logs import LogFormat, begin_logging; begin_logging(LogFormat.TEXT, quiet=True)"


def run(*code):
    """The end of a process that runs the code."""
    return subprocess.run([sys.executable, "-c", "\n".join(code)], capture_output=True, text=True, check=False)


def lines(*code):
    """The JSON lines on the standard error of such a process."""
    return [json.loads(line) for line in run(JSON, *code).stderr.splitlines()]


def test_a_line_says_when_how_grave_where_and_what_about():
    code = "import logging; from nas.log_subjects import about"
    (line,) = lines(code, "logging.getLogger('nas.x').info('trial %d begins', 3, extra=about(trial=3, event='begins'))")
    assert line.pop("time").endswith("+00:00")
    expected = {"level": "info", "logger": "nas.x", "message": "trial 3 begins", "search": "1abc", "trial": 3}
    assert line == {**expected, "event": "begins"}


def test_one_line_holds_a_whole_traceback_and_whatever_people_call_things():
    (line,) = lines("raise ValueError('two\\nlines \\ud83d')")
    assert line["level"] == "critical"
    assert line["message"].startswith("ValueError: two\nlines")
    assert line["exception"].startswith("Traceback")


def test_what_ends_a_command_is_a_line_like_the_others():
    (line,) = lines("from api.logs import complain", "complain('no search has the name x')")
    assert (line["level"], line["message"]) == ("error", "no search has the name x")
    told = run(TEXT, "from api.logs import complain", "complain('no search has the name x')").stderr
    assert told == "nas: no search has the name x\n"


def test_people_are_told_only_warnings_by_processes_whose_news_others_tell():
    code = "import logging; log = logging.getLogger('api.x'); log.info('trial 3 begins'); log.warning('it is late')"
    said = run(TEXT, code)
    assert "it is late" in said.stdout + said.stderr
    assert "trial 3" not in said.stdout + said.stderr


def test_warnings_of_libraries_are_lines_too():
    (line,) = lines("import warnings; warnings.warn('an old name')")
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
