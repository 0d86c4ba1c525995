"""Sums of several threads differ in their last digits; what must be the same everywhere is computed by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra of numpy and scipy within runs in one thread, whatever the environment says."""
    with _libraries().limit(limits=1):
        yield


@cache
def _libraries() -> Any:
    """The libraries of linear algebra; finding them takes milliseconds."""
    import scipy.linalg  # noqa: F401  # so that its library is found too
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
