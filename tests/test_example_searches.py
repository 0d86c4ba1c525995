"""The small examples run to their end, shortened: one candidate, one epoch, tiny pictures drawn for the tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nas.creation import create_search
from nas.document import load_document, parse_document
from nas.document_text import read_data
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.proxy_check import planned_searches
from nas.records import SearchStatus, Trial, TrialStatus
from tests.workers.tiny_classification import write_tiny_classes
from tests.workers.tiny_detection import write_tiny_data
from tests.workers.tiny_quality import write_tiny_ratings
from workers.evaluator import evaluate

EXAMPLES = Path(__file__).parent.parent / "examples"
WRITE: dict[str, Callable[[Path], dict[str, Any]]] = {
    "classification": write_tiny_classes,
    "robustness": write_tiny_classes,
    "detection": write_tiny_data,
    "quality": write_tiny_ratings,
}
TRAINED_BESIDE = {
    "blood_cells": set(),
    "blood_cells_resizer": {None, "plain", "equal_macs"},
    "imagenette": set(),
    "imagenette_classification": set(),
    "imagenette_resizer": {None, "plain"},
    "imagenette_robustness": {None, "none", "mse"},
    "imagenette_transfer": set(),
    "imagenette_training": set(),
    "picture_quality": set(),
}
"""Per example, what is trained once more beside the best candidate: itself (None) and its controls."""
TOO_LARGE = {"ava_quality", "coco_proxy", "imagenet_classification", "imagenet_resizer", "imagenet_robustness"}
ELSEWHERE = {"shapes", "blood_cells_spinenet49", "blood_cells_proxy", "blood_cells_further"}
# `make demo`; blood_cells with one candidate; planned below; created below


def shortened(data: Any, folder: Path) -> dict[str, Any]:
    """The document of an example with little to do; what it does not name stays at its default."""
    task = data["task"]
    side = 64 if task["kind"] == "detection" else 32
    changes = {"data": WRITE[task["kind"]](folder), "image_size": [side, side], "epochs": 1, "precision": "float32"}
    changes |= {part: {**task[part], "epochs": 1} for part in ("warm_start", "teacher") if part in task}
    parts = dict(data["space"].get("parts", {}))
    if "resizer" in parts:
        parts["resizer"] = {**parts["resizer"], "input_size": [3 * side // 2], "output_size": [side]}
    space = {**data["space"], **({"parts": parts} if parts else {})}
    compared = {**data["comparison"], "top": min(1, data["comparison"]["top"])} if "comparison" in data else {}
    comparison = {"comparison": {**compared, "seeds": 1}} if compared else {}
    return {**data, "space": space, "task": {**task, **changes}, "budget": {"trials": 1}, **comparison}


def run(data: dict[str, Any], home: Path) -> list[Trial]:
    """The trials of the search, run to completion in this process."""
    document = parse_document(data)
    storage = MemoryStorage()
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    run_inline(open_controller(storage, search.id, owner="test", home=home), evaluate)
    assert storage.search(search.id).status is SearchStatus.COMPLETED
    return list(storage.trials(search.id))


@pytest.mark.parametrize("name", TRAINED_BESIDE)
def test_an_example_runs_to_completion(tmp_path: Path, name: str) -> None:
    data = shortened(read_data(EXAMPLES / f"{name}.yaml"), tmp_path / "data")
    trials = run(data, tmp_path / "home")
    assert [trial.failure for trial in trials] == [None] * len(trials)
    assert {trial.status for trial in trials} == {TrialStatus.COMPLETED}
    objectives = {objective["metric"] for objective in data["objectives"]}
    assert all(objectives <= set(trial.metrics) for trial in trials)
    beside = [trial.companion.control for trial in trials if trial.companion]
    assert set(beside) == TRAINED_BESIDE[name]
    assert len(trials) == 1 + len(TRAINED_BESIDE[name])


def test_every_example_is_run_or_known_to_be_too_large() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.yaml")} == TRAINED_BESIDE.keys() | TOO_LARGE | ELSEWHERE


def test_the_example_of_a_proxy_check_trains_what_it_says_at_its_top(tmp_path: Path) -> None:
    data = read_data(EXAMPLES / "blood_cells_proxy.yaml")
    data["task"]["data"] = write_tiny_data(tmp_path)
    data["proxy_check"]["pool"] = 16
    planned = planned_searches(parse_document(data))
    told = [(each.name.rsplit("-", 1)[-1], each.task.image_size[0], each.task.epochs) for each in planned]
    assert told == [("small", 96, 6), ("medium", 128, 8), ("full", 192, 16)]
    assert [each.budget.trials for each in planned] == [8, 8, 8]
    assert [each.comparison.seeds * (each.comparison.top > 0) for each in planned if each.comparison] == [2, 2, 0]


def test_the_example_that_goes_on_from_another_fits_it() -> None:
    storage = MemoryStorage()
    earlier = storage.create_search("blood-cells", load_document(EXAMPLES / "blood_cells.yaml").model_dump(mode="json"))
    lease = storage.acquire_lease(earlier.id, "test", 60)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.CANCELLED)
    search = create_search(storage, load_document(EXAMPLES / "blood_cells_further.yaml"))
    assert search.document["begin_with"]["search_id"] == earlier.id
