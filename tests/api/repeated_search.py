"""A finished search whose best candidates were trained again, in a space without controls."""

from collections.abc import Sequence
from typing import Any

from nas.ports import Storage
from nas.records import Companion, Search, SearchStatus
from nas.testing.searches import toy_document
from tests.api.compared_search import add

CLOSE = ((0.40, 0.41, 0.42), (0.43, 0.45, 0.44), (0.42, 0.43, None), (0.20, 0.21, 0.22))


def repeated_search(
    storage: Storage,
    repeats: Sequence[Sequence[float | None]] = CLOSE,
    *,
    other: tuple[str, float] = ("AP50", 1.0),
    **fields: Any,
) -> Search:
    """A candidate per sequence, number 0 the best at first, then a repeat per value of AP; None: that one failed.

    A metric of the name `other[0]` is `other[1]` times as large."""

    def measured(value: float | None) -> dict[str, float] | None:
        return None if value is None else {other[0]: other[1] * value, "AP": value}

    comparison = {"top": max(len(repeats), 1), "seeds": max(map(len, repeats))}
    document = toy_document(name="repeated", budget={"trials": 9}, comparison=comparison, **fields)
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    lease = storage.acquire_lease(search.id, "test", 60)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    for number in range(len(repeats)):
        add(storage, lease, number, measured(0.50 - number / 100))
    for candidate, values in enumerate(repeats):
        for repeat, value in enumerate(values, 1):
            again = Companion(candidate=candidate, repeat=repeat)
            add(storage, lease, len(storage.trials(search.id)), measured(value), again)
    storage.set_search_status(lease, SearchStatus.COMPLETED)
    return storage.search(search.id)
