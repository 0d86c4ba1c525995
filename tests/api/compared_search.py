"""A finished search whose best candidate was trained again beside its control, as a controller leaves it."""

from collections.abc import Sequence

from nas.ports import Storage
from nas.records import Companion, Lease, Measurement, Search, SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import trial

BEST = 1


def compared_search(
    storage: Storage,
    *,
    ours: Sequence[float | None] = (0.42, 0.40, 0.44),
    plain: Sequence[float | None] = (0.40, 0.39, 0.41),
    goal: str = "maximize",
) -> Search:
    """Two candidates, then repeats of number 1 and of its control `plain` with these values; None: that one failed."""
    objectives = [{"metric": "AP", "goal": goal}]
    comparison = {"top": 1, "seeds": max(len(ours), 1)}
    document = toy_document(name="compared", budget={"trials": 2}, objectives=objectives, comparison=comparison)
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    lease = storage.acquire_lease(search.id, "test", 60)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    for number, value in enumerate((0.30, 0.50)):
        add(storage, lease, number, {"AP": value})
    for repeat, pair in enumerate(zip(ours, plain, strict=True), 1):
        for control, value in zip((None, "plain"), pair, strict=True):
            number = len(storage.trials(search.id))
            beside = Companion(candidate=BEST, control=control, repeat=repeat)
            add(storage, lease, number, None if value is None else {"AP": value}, beside)
    storage.set_search_status(lease, SearchStatus.COMPLETED)
    return storage.search(search.id)


def add(
    storage: Storage, lease: Lease, number: int, metrics: dict[str, float] | None, companion: Companion | None = None
) -> None:
    """The next trial, completed with these metrics or failed."""
    storage.add_trial(lease, trial(number, companion=companion, status=TrialStatus.RUNNING))
    measurements = () if metrics is None else (Measurement(fidelity=1, metrics=metrics, elapsed_s=2.0),)
    status = TrialStatus.FAILED if metrics is None else TrialStatus.COMPLETED
    storage.move_trial(lease, number, status, measurements=measurements)
