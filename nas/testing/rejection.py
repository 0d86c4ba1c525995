"""Tells which laws of a suite something breaks: how the suites are held to rejecting the failing doubles."""

import inspect
from collections.abc import Callable, Mapping
from subprocess import CalledProcessError
from typing import Any

import pytest

from nas.errors import NasError

BROKEN = (
    *(AssertionError, pytest.fail.Exception, NasError, CalledProcessError),
    *(AttributeError, LookupError, StopIteration, TypeError, ValueError),
)


def broken_laws(suite: object, fixtures: Callable[[], Mapping[str, Any]]) -> list[str]:
    """The names of the suite's tests that fail, each run with fresh fixtures, picked by the names of its parameters."""
    laws = [name for name in dir(suite) if name.startswith("test_")]
    return [name for name in laws if not _holds(getattr(suite, name), fixtures())]


def _holds(law: Callable[..., None], fixtures: Mapping[str, Any]) -> bool:
    wanted = {name: fixtures[name] for name in inspect.signature(law).parameters}
    try:
        law(**wanted)
    except BROKEN:
        return False
    return True
