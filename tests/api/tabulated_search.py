"""A finished search of resizers transferred to other networks: source against target, seeds of each and of `plain`."""

from collections.abc import Sequence
from typing import Any

from nas.ports import Storage
from nas.records import Companion, Lease, Measurement, Search, SearchStatus, TrialStatus
from nas.testing.stored import trial

NETWORKS = ("resnet50", "densenet121", "mobilenet_v2", "inception_v3")
DOCUMENT: dict[str, Any] = {
    "name": "transfer",
    "objectives": [{"metric": "top1", "goal": "maximize"}, {"metric": "params", "goal": "minimize"}],
    "budget": {"trials": 16},
}
TARGET, SOURCE = "parts.backbone", "parts.resizer.weights"
GAIN = 0.02  # of every resizer over plain, in every seed


def tabulated_search(
    storage: Storage, *, networks: Sequence[str] = NETWORKS, seeds: Sequence[int] = (3,), failed: str = ""
) -> Search:
    """A candidate per target and source; numbers of seeds are taken in turns; all trials of a control may fail."""
    search = storage.create_search(DOCUMENT["name"], DOCUMENT)
    lease = storage.acquire_lease(search.id, "test", 60)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    pairs = [(target, source) for target in networks for source in networks]
    for number, (target, source) in enumerate(pairs):
        add(storage, lease, number, joint(target, source), reached(number))
    following = len(pairs)
    for number, (target, source) in enumerate(pairs):
        for repeat in range(1, seeds[number % len(seeds)] + 1):
            for control in (None, "plain"):
                value = None if control == failed else reached(number) - 0.1 + repeat / 1000 - (GAIN if control else 0)
                beside = Companion(candidate=number, control=control, repeat=repeat)
                made = joint(target, None if control else source)
                add(storage, lease, following, made, value, beside)
                following += 1
    storage.set_search_status(lease, SearchStatus.COMPLETED)
    return storage.search(search.id)


def joint(target: str, source: str | None) -> dict[str, object]:
    """The network of this name behind the resizer that was trained with another one, or behind none."""
    backbone = {"kind": "torchvision", "name": target, "weights": f"/weights/{target}.pth"}
    weights = None if source is None else f"/resizers/{source}.pt"
    resizer = {"kind": "resizer", "method": "none" if source is None else "learned", "weights": weights}
    return {"kind": "joint", "parts": {"backbone": backbone, "resizer": resizer}}


def reached(number: int) -> float:
    """What the trial that is the candidate measured."""
    return 0.6 + number / 100


def add(
    storage: Storage, lease: Lease, number: int, made: object, value: float | None, companion: Companion | None = None
) -> None:
    """The next trial, completed with this value or failed."""
    storage.add_trial(lease, trial(number, architecture=made, companion=companion, status=TrialStatus.RUNNING))
    if value is None:
        storage.move_trial(lease, number, TrialStatus.FAILED)
    else:
        measurement = Measurement(fidelity=1, metrics={"top1": value}, elapsed_s=2.0)
        storage.move_trial(lease, number, TrialStatus.COMPLETED, measurements=(measurement,))
