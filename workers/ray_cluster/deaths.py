"""Why a worker is gone, as far as Ray tells: its process died, or its machine was lost."""

import re

from nas.records import Failed, Failure, FailureKind, Lost

LOW_MEMORY = ("running low on memory", "memory usage threshold", "OutOfMemoryError")  # words of Ray's memory monitor
NODE_DIED = ("its node has died", "NodeDiedError")  # the head of the cluster misses the worker's node
UNREACHABLE = ("is temporarily unavailable", "ActorUnavailableError")  # and the head does not know why, so far


def report_of_death(number: int, words: str) -> Failed | Lost:
    """What became of a trial whose worker is gone."""
    lost = machine_lost(words)
    return Failed(number=number, failure=death_of(words)) if lost is None else Lost(number=number, reason=lost)


def machine_lost(words: str) -> str | None:
    """Why the machine is gone, or does not answer; None where it lives, so that the process itself died."""
    if any(sign in words for sign in LOW_MEMORY):
        return None
    if any(sign in words for sign in NODE_DIED):
        reason = re.search(r"node was terminated \w+: (.*)", words)
        return "its node of the cluster died" + (f" ({reason[1].strip()})" if reason else "")
    return "the connection to its node broke" if any(sign in words for sign in UNREACHABLE) else None


def death_of(words: str) -> Failure:
    """Why a process died: Ray's memory monitor says so, everything else is a crash."""
    if any(sign in words for sign in LOW_MEMORY):
        message = "the worker was killed because its machine ran out of memory"
        return Failure(kind=FailureKind.OUT_OF_MEMORY, message=message)
    detail = re.search(r"Worker exit detail: ([^.]*)", words)
    reason = detail[1] if detail else last_line(words)
    return Failure(kind=FailureKind.CRASHED, message=f"the worker process died: {reason}")


def last_line(words: str) -> str:
    """The last line of a message, which says most."""
    return (words.strip().splitlines() or ["for an unknown reason"])[-1].strip()
