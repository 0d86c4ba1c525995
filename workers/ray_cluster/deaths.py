"""Why a worker died, as far as Ray tells."""

import re

from nas.records import Failure, FailureKind

LOW_MEMORY = ("running low on memory", "memory usage threshold", "OutOfMemoryError")  # words of Ray's memory monitor


def death_of(words: str) -> Failure:
    """Why a worker died, as far as Ray can tell: its memory monitor says so, everything else is a crash."""
    if any(sign in words for sign in LOW_MEMORY):
        message = "the worker was killed because its machine ran out of memory"
        return Failure(kind=FailureKind.OUT_OF_MEMORY, message=message)
    detail = re.search(r"Worker exit detail: ([^.]*)", words)
    reason = detail[1] if detail else last_line(words)
    return Failure(kind=FailureKind.CRASHED, message=f"the worker process died: {reason}")


def last_line(words: str) -> str:
    """The last line of a message, which says most."""
    return (words.strip().splitlines() or ["for an unknown reason"])[-1].strip()
