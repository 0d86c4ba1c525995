"""The command line as a whole: help, exit codes, and how little a reading command loads."""

import subprocess
import sys

import pytest

from api.cli import exit_code, main
from api.commands.session import ExitCode
from api.errors import Unreachable
from nas.errors import DocumentError, InvalidQuery, LeaseHeld, NotFound

HEAVY = ("torch", "ray", "numpy", "fastapi", "uvicorn")
COMMANDS = (
    "run",
    "serve",
    "submit",
    "watch",
    "searches",
    "leaderboard",
    "compare",
    "table",
    "show",
    "cancel",
    "spaces",
    "cost",
    "db",
)


def test_help_names_every_command_and_the_exit_codes(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(command in said for command in COMMANDS)
    assert "130 interrupted" in said
    assert "conduct" not in said


@pytest.mark.parametrize("arguments", [["nosuch"], ["run"], ["run", "a", "b"], ["cost", "x", "--classes", "0"]])
def test_wrong_usage_ends_with_2(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("x"), ExitCode.NOT_FOUND),
        (DocumentError([("name", "is missing")]), ExitCode.USAGE),
        (InvalidQuery("x"), ExitCode.USAGE),
        (LeaseHeld("x"), ExitCode.REFUSED),
        (Unreachable("x"), ExitCode.REFUSED),
    ],
)
def test_every_error_has_its_exit_code(error, code):
    assert exit_code(error) == code


def test_a_setting_that_makes_no_sense_is_told(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("NAS_HOME", str(tmp_path / "file" / "home"))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NAS_DATABASE_URL", "mysql://somewhere/nas")
    with pytest.raises(SystemExit) as ended:
        main(["searches"])
    assert ended.value.code == ExitCode.REFUSED
    assert "database must be sqlite or postgresql, got 'mysql'" in capsys.readouterr().err


def test_a_reading_command_loads_no_heavy_library(tmp_path):
    code = f"""
import sys
from api.cli import main
try:
    main(["searches"])
except SystemExit:
    print(*[name for name in {HEAVY} if name in sys.modules])
"""
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert found.stdout.strip() == ""
