"""Tells which laws of a suite something breaks: how the suites are held to rejecting the failing doubles."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any


def broken_laws(suite: object, fixtures: Callable[[], Mapping[str, Any]]) -> list[str]:
    """The names of the suite's tests that fail, each run with fresh fixtures, picked by the names of its parameters."""
    laws = [name for name in dir(suite) if name.startswith("test_")]
    return [name for name in laws if not _passes(getattr(suite, name), fixtures())]


def _passes(law: Callable[..., None], fixtures: Mapping[str, Any]) -> bool:
    wanted = {name: fixtures[name] for name in inspect.signature(law).parameters}
    try:
        law(**wanted)
    except Exception:  # noqa: BLE001  whatever a broken double raises, the law did not hold
        return False
    except BaseException as outcome:  # pytest.fail and pytest.raises fail outside the tree of Exception
        if type(outcome).__module__.startswith("_pytest"):
            return False
        raise
    return True
