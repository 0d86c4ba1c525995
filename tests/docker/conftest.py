"""Where the files of a deployment lie, and the tools that read them, as pip installs them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tool() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs an installed program with an environment of its own, beside this Python's others."""

    def run(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.prefix, "bin", name)), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)

    return run


@pytest.fixture(scope="session")
def constraints() -> dict[str, str]:
    """The exact versions by name."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if "==" in line)
