"""Which failure kind an exception is, and the sentence that names its cause."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from nas.errors import TrialFailure
from nas.records import FailureKind

_OUT_OF_MEMORY_WORDS = (
    *("out of memory", "can't allocate memory", "cannot allocate memory", "bad alloc", "bad_alloc"),
    "status_alloc_failed",  # what cuBLAS and cuDNN say when their own workspace does not fit
)

_LONGEST_MESSAGE = 500  # characters; the whole traceback is in the trial's log


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """A moment of a monotonic clock at which a trial has to be over; without a limit it never comes."""

    clock: Callable[[], float]
    started: float
    timeout_s: float | None

    @classmethod
    def after(cls, timeout_s: float | None, clock: Callable[[], float]) -> "Deadline":
        """The moment `timeout_s` from now."""
        return cls(clock=clock, started=clock(), timeout_s=timeout_s)

    def check(self, where: str) -> None:
        """Raises `TrialFailure` (timeout) once the moment has passed; `where` says how far the trial came."""
        spent = self.clock() - self.started
        if self.timeout_s is not None and spent > self.timeout_s:
            allowed = f"allowed were {self.timeout_s:g} s (trial_timeout_s)"
            sentence = f"the trial took {spent:.1f} s, {allowed}; stopped {where}"
            raise TrialFailure(FailureKind.TIMEOUT, sentence)


def check_finite(name: str, value: float, where: str) -> None:
    """Raises `TrialFailure` (diverged) for NaN and infinity."""
    if not math.isfinite(value):
        raise TrialFailure(FailureKind.DIVERGED, f"{name} became {value} {where}; it must stay finite")


def as_failure(error: Exception, workload: str) -> TrialFailure:
    """The failure that ends the trial. `workload` is what one step processes (see `Task.workload`)."""
    if isinstance(error, TrialFailure):
        return error
    if is_out_of_memory(error):
        reason = f"out of memory on {workload}; use smaller batches, pictures or widths ({_message(error)})"
        return TrialFailure(FailureKind.OUT_OF_MEMORY, reason)
    return TrialFailure(FailureKind.ERROR, f"{type(error).__name__}: {_message(error)}")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device or the machine had no memory left."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    message = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in message for words in _OUT_OF_MEMORY_WORDS)


def _message(error: BaseException) -> str:
    return " ".join(str(error).split())[:_LONGEST_MESSAGE] or "no message"
