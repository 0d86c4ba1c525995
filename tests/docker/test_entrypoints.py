"""The scripts that containers begin with."""

import subprocess

import pytest

from tests.docker.conftest import ROOT

SCRIPTS = sorted((ROOT / "docker" / "entrypoints").iterdir())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_linter_has_nothing_to_say(tool, script):
    assert tool("shellcheck", script).stdout == ""


@pytest.mark.parametrize(
    ("name", "variable"),
    [("nas-controller", "NAS_RAY_ADDRESS"), ("nas-worker", "NAS_RAY_ADDRESS"), ("nas-ray-head", "RAY_AUTH_TOKEN")],
)
def test_what_is_missing_is_told_before_anything_begins(name, variable):
    script = ROOT / "docker" / "entrypoints" / name
    ended = subprocess.run([script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"{variable}: must be" in ended.stderr
