"""Runs a toy search on SQL storage to its end, killed again and again on the way: `python -m tests.api.killed_search`.

Reads {"fields": ..., "kills": N, "seed": S, "folder": F} from stdin and tells what an undisturbed search and the killed
one came to. With "earlier", the fields of another search, that one has ended before. Every attempt is a process of its
own, forked so that imports are paid once, and ended by SIGKILL right before or after one of its writes.
"""

import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from api.storage import SqlStorage, open_storage
from nas.controller import Controller
from nas.creation import create_search
from nas.drivers.simulated import run_simulated
from nas.opening import open_controller
from nas.testing.searches import ToyEvaluator, toy_document, toy_metrics
from search_spaces.testing import ToySpace

WRITES = ("add_trial", "move_trial", "promote_trial", "add_measurement", "set_search_status")
EPOCHS = 9
SPACE = ToySpace()


class Mortal:
    """A storage whose process dies at one of its writes."""

    def __init__(self, storage: SqlStorage, *, dies_at: int, after: bool) -> None:
        self._storage = storage
        self._left = dies_at
        self._after = after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._storage, name)
        return self._counted(found) if name in WRITES else found

    def _counted(self, write: Any) -> Any:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = write(*args, **kwargs)
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return counted


def main() -> None:
    """One undisturbed search, one that is killed."""
    given = json.loads(sys.stdin.read())
    url = f"sqlite:///{Path(given['folder']) / 'killed.db'}"
    storage = open_storage(url)
    if given.get("earlier"):
        run_simulated(_opened(storage, _created(storage, given["earlier"])), _evaluator())
    searches = [_created(storage, given["fields"]) for _ in range(2)]
    storage.close()
    whole, killed = searches
    assert _attempt(url, whole, dies_at=0, after=False) == 0, "the undisturbed search failed"
    rng = random.Random(given["seed"])
    kills = 0
    while _attempt(url, killed, dies_at=rng.randint(1, 30) if kills < given["kills"] else 0, after=rng.random() < 0.5):
        kills += 1
    storage = open_storage(url)
    json.dump({"kills": kills, "whole": _told(storage, whole), "killed": _told(storage, killed)}, sys.stdout)
    storage.close()


def _attempt(url: str, search_id: str, *, dies_at: int, after: bool) -> int:
    """Runs the search in a process of its own; 0 when that came to the end, else the signal that killed it."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the search raised"
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = 1
    try:
        run_simulated(_opened(Mortal(open_storage(url), dies_at=dies_at, after=after), search_id), _evaluator())
        code = 0
    finally:
        os._exit(code)


def _created(storage: SqlStorage, fields: dict[str, Any]) -> str:
    task = {**toy_document().task.model_dump(mode="json"), "epochs": EPOCHS}
    document = toy_document(task=task, **fields)
    return create_search(storage, document).id


def _opened(storage: Any, search_id: str) -> Controller:
    """The owner is always the same name, so that a new process need not wait for the lease of the dead one."""
    return open_controller(storage, search_id, owner="toy", home=Path("home"), space=SPACE, static_metrics=toy_metrics)


def _evaluator() -> ToyEvaluator:
    return ToyEvaluator(epochs=EPOCHS)


def _told(storage: SqlStorage, search_id: str) -> list[Any]:
    """Everything about every trial that an interruption must not change."""
    return [
        [trial.genotype, trial.status, trial.seed, trial.fidelity, trial.metrics, [p.job for p in trial.promotions]]
        for trial in storage.trials(search_id)
    ]


if __name__ == "__main__":
    main()
