"""A search whose candidates are real architectures, measured in an instant: its first trial has reached 0.25."""

from collections.abc import Iterator
from pathlib import Path

from nas.creation import create_search
from nas.drivers.inline import run_inline
from nas.opening import open_controller
from nas.ports import Storage
from nas.records import Assignment, Measurement, Search
from nas.testing.searches import toy_document

EPOCHS = 2


def measured(assignment: Assignment) -> Iterator[Measurement]:
    """Two epochs, each trial a little better than the one before; retrained, far better."""
    longer = assignment.task["epochs"] - EPOCHS
    for epoch in range(1, assignment.task["epochs"] + 1):
        value = 0.25 + assignment.number / 64 + longer / 8
        yield Measurement(fidelity=epoch, metrics={"AP": value}, elapsed_s=float(epoch))


def known_search(storage: Storage, *, project: str = "default", **fields: object) -> Search:
    """The finished search of two trials."""
    data = {name: {"images": f"/data/{name}", "annotations": f"/data/{name}.json"} for name in ("train", "val")}
    task = {"kind": "detection", "data": {**data, "classes": 3}, "epochs": EPOCHS, "image_size": [128, 128]}
    document = toy_document(
        name="cells",
        space={"kind": "spinenet", "width": 0.125},
        task=task,
        budget={"trials": 2},
        **fields,
    )
    search = create_search(storage, document, project=project)
    return finished(storage, search.id)


def finished(storage: Storage, search_id: str) -> Search:
    """The search, run to its end."""
    run_inline(open_controller(storage, search_id, owner="test", home=Path("home")), measured)
    return storage.search(search_id)
