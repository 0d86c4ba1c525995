"""Searches as they look in life, drawn at random: curves, early stops, failures, trials that run."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop

from nas.clock import ManualClock
from nas.ports import Storage
from nas.records import Failure, FailureKind, Lease, Measurement, Search, SearchStatus, Trial, TrialStatus
from nas.static_metrics import static_metrics_of
from nas.testing.searches import toy_document
from search_spaces.genotypes import Draw, sample
from search_spaces.registry import space_from
from search_spaces.space import Architecture

SPACE = {"kind": "spinenet", "width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32}
EPOCHS = 12
LANES = 4
WORTH = {"bottleneck": 0.004, "residual": 0.012}  # what a block of a kind adds to the AP


def drawn_search(
    storage: Storage,
    clock: ManualClock,
    *,
    name: str = "blood-cells",
    trials: int = 100,
    ends: bool = False,
    seed: int = 0,
) -> Search:
    """A search with that many trials, the last few of them running unless it `ends`."""
    document = toy_document(
        name=name,
        space=SPACE,
        objectives=[{"metric": "AP"}, {"metric": "macs", "goal": "minimize"}],
        scheduler={"kind": "asha"},
        budget={"trials": trials if ends else 2 * trials},
        resources={"concurrent": LANES, "gpus": 0.5, "cpus": 2},
        comparison={"top": 0},
    )
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    lease = storage.acquire_lease(search.id, "drawn", 1e9)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    storage.add_event(lease, "started", f"search {name} started")
    static, space, rng = static_metrics_of(document.task), space_from(document.space), random.Random(seed)
    running: list[Running] = []
    for number in range(trials):
        if len(running) == LANES:
            _end(storage, lease, clock, heappop(running))
        draw = sample(space, rng)
        storage.add_trial(lease, _trial(number, draw, static(draw.architecture)))
        running.append(_begun(number, rng, clock(), top=_promise(draw.architecture, rng)))
        heapify(running)
        clock.advance(rng.uniform(0.1, 2.0))
    for left in sorted(running) if ends else ():
        _end(storage, lease, clock, left)
    for left in () if ends else running:
        _measure(storage, lease, left, clock())
    if ends:
        storage.set_search_status(lease, SearchStatus.COMPLETED)
        storage.add_event(lease, "completed", f"search {name} completed")
    storage.release_lease(lease)
    return storage.search(search.id)


@dataclass(frozen=True, order=True)
class Running:
    """A trial that runs, and what will come of it; ordered by when it ends."""

    ends_at: float
    number: int
    began_at: float
    curve: tuple[Measurement, ...] = field(compare=False)


def _trial(number: int, draw: Draw[Architecture], static: Mapping[str, float]) -> Trial:
    return Trial(
        search_id="",
        number=number,
        genotype=draw.genotype,
        architecture=draw.architecture.model_dump(mode="json"),
        architecture_id=draw.architecture.architecture_id,
        status=TrialStatus.RUNNING,
        attempt=1,
        seed=number,
        static_metrics=dict(static),
    )


def _promise(architecture: Architecture, rng: random.Random) -> float:
    """The AP it would reach: more of one kind of block is better, and luck plays a part."""
    data = architecture.model_dump(mode="json")
    blocks = [*data["intermediates"], *data["outputs"]]
    early = sum(block["level"] == 3 for block in blocks[:4])
    return 0.14 + sum(WORTH[block["kind"]] for block in blocks) + 0.02 * early + 0.06 * rng.random()


def _begun(number: int, rng: random.Random, now: float, *, top: float) -> Running:
    last = EPOCHS if rng.random() < 0.6 else rng.choice((2, 4, 6))
    curve = _curve(rng, top, last)
    return Running(began_at=now, ends_at=now + curve[-1].elapsed_s, number=number, curve=tuple(curve))


def _curve(rng: random.Random, top: float, epochs: int) -> list[Measurement]:
    step_s = rng.uniform(4.0, 7.0)
    points = []
    for epoch in range(2, epochs + 1, 2):
        reached = top * (1 - math.exp(-epoch / 4)) + rng.gauss(0, 0.004)
        metrics = {
            "AP": round(reached, 4),
            "AP50": round(min(1.0, 1.7 * reached), 4),
            "loss": round(2 - 3 * reached, 3),
        }
        points.append(Measurement(fidelity=epoch, metrics=metrics, elapsed_s=round(epoch * step_s, 2)))
    return points


def _end(storage: Storage, lease: Lease, clock: ManualClock, trial: Running) -> None:
    """Everything it measured, and how it ended."""
    clock.advance(max(0.0, trial.ends_at - clock()))
    _measure(storage, lease, trial, clock())
    if trial.number % 23 == 11:
        failure = Failure(kind=FailureKind.DIVERGED, message="loss is nan at fidelity 6")
        told = f"trial {trial.number} failed: {failure.message}"
        storage.move_trial(lease, trial.number, TrialStatus.FAILED, failure, told=told)
        return
    last = trial.curve[-1].fidelity
    status = TrialStatus.COMPLETED if last == EPOCHS else TrialStatus.STOPPED
    after = "" if status is TrialStatus.COMPLETED else f" after {last} epochs"
    storage.move_trial(lease, trial.number, status, told=f"trial {trial.number} {status}{after}")


def _measure(storage: Storage, lease: Lease, trial: Running, now: float) -> None:
    """What it has measured by now."""
    for measurement in trial.curve:
        if trial.began_at + measurement.elapsed_s <= now + 1e-6:
            storage.add_measurement(lease, trial.number, measurement)
