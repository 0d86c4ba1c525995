"""Small searches to test with: a document, a toy evaluator, a controller over the toy space."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nas.clock import Clock, system_clock
from nas.controller import Controller
from nas.creation import create_search
from nas.document import SearchDocument, parse_document
from nas.errors import MachineLost, TrialFailure
from nas.opening import open_controller
from nas.ports import Screener, Storage
from nas.records import Assignment, FailureKind, Measurement
from search_spaces.space import Architecture
from search_spaces.testing import ToyArchitecture, ToySpace

SPLIT = {"images": "images", "annotations": "annotations.json"}
EVOLUTION = {"kind": "evolution", "population": 6, "sample": 3}


def toy_document(**fields: Any) -> SearchDocument:
    """A valid document; `fields` replace its own. Its space is not used when the toy space stands in for it."""
    data: dict[str, Any] = {
        "name": "toy",
        "space": {"kind": "spinenet"},
        "task": {"kind": "detection", "data": {"train": SPLIT, "val": SPLIT, "classes": 3}},
        "objectives": [{"metric": "AP"}],
        "strategy": EVOLUTION,
        "budget": {"trials": 30},
        "resources": {"concurrent": 2},
    }
    return parse_document({**data, **fields})


def toy_metrics(architecture: Architecture) -> dict[str, float]:
    """Static metrics of a toy architecture."""
    assert isinstance(architecture, ToyArchitecture), f"not a toy: {type(architecture).__name__}"
    return {"params": 100.0 * architecture.depth + sum(architecture.taps), "macs": 1000.0 * architecture.slope}


def toy_controller(
    storage: Storage,
    document: SearchDocument,
    *,
    search_id: str | None = None,
    owner: str = "test",
    clock: Clock = system_clock,
    home: Path = Path("home"),
    screener: Screener | None = None,
) -> Controller:
    """A controller over the toy space, of a new search or of one there is already."""
    if search_id is None:
        search_id = create_search(storage, document).id
    return open_controller(
        storage,
        search_id,
        owner=owner,
        home=home,
        clock=clock,
        space=ToySpace(),
        static_metrics=toy_metrics,
        screener=screener,
    )


def toy_screener(architectures: Sequence[Architecture]) -> list[dict[str, float] | str]:
    """Scores toy architectures much as `ToyEvaluator` measures them; some have none."""
    return [_toy_scores(architecture) for architecture in architectures]


def _toy_scores(architecture: Architecture) -> dict[str, float] | str:
    toy = ToyArchitecture.model_validate(architecture.model_dump())
    if (toy.slope + sum(toy.taps)) % 5 == 0:
        return "its slope and taps sum to a multiple of 5"
    return {"nwot": toy.depth + toy.slope / 4 - toy.taps[0] / 8, "synflow": float(sum(toy.taps))}


class ToyEvaluator:
    """Measures a toy architecture by its choices; after the first epoch some numbers fail or lose their machine:
    `failures` maps them to how they fail, `losses` to how often they lose it.

    The curves of some architectures start low and cross others."""

    def __init__(
        self,
        failures: Mapping[int, FailureKind] | None = None,
        *,
        losses: Mapping[int, int] | None = None,
        epochs: int = 2,
    ) -> None:
        self.failures = dict(failures or {})
        self.losses = Counter(losses or {})
        self.epochs = epochs

    def __call__(self, assignment: Assignment) -> Iterator[Measurement]:
        toy = ToyArchitecture.model_validate(assignment.architecture)
        score = toy.depth + toy.slope / 4 - toy.taps[0] / 8 + toy.stages.index("wide") / 16
        slow = 0.0 if self.epochs == 2 else (toy.taps[1] % 3) / 2
        for epoch in range(1, self.epochs + 1):
            left = 1 - epoch / self.epochs
            elapsed_s = float(epoch) if left else self.epochs + assignment.seed % 5
            yield Measurement(fidelity=epoch, metrics={"AP": score * (1 - left) - slow * left}, elapsed_s=elapsed_s)
            if epoch == 1:
                self._end_as_told(assignment.number)

    def _end_as_told(self, number: int) -> None:
        if self.losses[number]:
            self.losses[number] -= 1
            raise MachineLost("it was told to be gone")
        if number in self.failures:
            raise TrialFailure(self.failures[number], f"trial {number} was told to fail")
