"""What the service asks of a submitted document: its paths and its numbers."""

import copy
from datetime import UTC, datetime

import pytest

from api.examples import DOCUMENT
from api.settings import Settings
from api.submission import submitted_document
from nas.data_sets import DataSet
from nas.errors import DocumentError
from tests.api.no_data_sets import nowhere
from tests.installed import write_package


@pytest.fixture
def document():
    return copy.deepcopy(DOCUMENT)


def fields(error):
    return {field for field, _ in error.value.problems}


def test_a_document_with_absolute_paths_is_taken_whole(document):
    accepted = submitted_document(document, Settings(), find=nowhere, anywhere=True)
    assert accepted["task"]["data"] == document["task"]["data"] | {"classes": None}
    assert accepted["task"]["optimizer"]["kind"] == "adamw"


def test_without_a_data_root_relative_paths_are_listed_beside_other_problems(document):
    document["task"]["data"]["val"] = {"images": "images", "annotations": "instances.json"}
    document["seed"] = -1
    with pytest.raises(DocumentError, match="must be an absolute path, got 'images'") as error:
        submitted_document(document, Settings(), find=nowhere, anywhere=True)
    assert fields(error) == {"task.data.val.images", "task.data.val.annotations", "seed"}


def test_with_a_data_root_paths_are_relative_to_it_and_stay_inside(document, tmp_path):
    settings = Settings(data_roots=(tmp_path,))
    split = {"images": "bccd/images", "annotations": "bccd/instances.json"}
    document["task"]["data"] = {"train": split, "val": split}
    accepted = submitted_document(document, settings, find=nowhere)
    assert accepted["task"]["data"]["train"]["images"] == str(tmp_path / "bccd" / "images")
    document["task"]["data"]["val"] = {"images": "../outside", "annotations": "/etc/passwd"}
    with pytest.raises(DocumentError, match="inside the service's data roots") as error:
        submitted_document(document, settings, find=nowhere)
    assert fields(error) == {"task.data.val.images", "task.data.val.annotations"}


def test_paths_may_lie_in_any_of_several_roots_and_relative_ones_in_the_first(document, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    settings = Settings(data_roots=(first, second))
    document["task"]["data"] = {
        "train": {"images": "bccd/images", "annotations": f"{second}/instances.json"},
        "val": {"images": f"{first}/../second/images", "annotations": f"{second}/../third/instances.json"},
    }
    with pytest.raises(DocumentError) as error:
        submitted_document(document, settings, find=nowhere, anywhere=True)
    assert fields(error) == {"task.data.val.annotations"}
    document["task"]["data"]["val"]["annotations"] = f"{second}/instances.json"
    accepted = submitted_document(document, settings, find=nowhere)
    assert accepted["task"]["data"]["train"]["images"] == f"{first}/bccd/images"


def test_without_data_roots_only_who_may_look_anywhere_names_paths(document):
    with pytest.raises(DocumentError, match="this service has no data roots") as error:
        submitted_document(document, Settings(), find=nowhere)
    assert fields(error) == {
        f"task.data.{split}.{file}" for split in ("train", "val") for file in ("images", "annotations")
    }


@pytest.mark.parametrize("data", [{}, {"task": []}, {"task": {"data": "x"}}, {"task": {"data": {"train": 3}}}])
def test_nonsense_is_refused_with_its_fields(data):
    with pytest.raises(DocumentError):
        submitted_document(data, Settings(), find=nowhere)


def test_links_that_go_round_in_a_circle_lie_nowhere(document, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "out").symlink_to("/etc")
    document["task"]["data"]["train"] = {"images": "loop/x", "annotations": "out/passwd"}
    document["task"]["data"]["val"] = {"images": "i", "annotations": "v.json"}
    with pytest.raises(DocumentError, match="inside the service's data roots") as error:
        submitted_document(document, Settings(data_roots=(tmp_path,)), find=nowhere)
    assert fields(error) == {"task.data.train.images", "task.data.train.annotations"}


@pytest.mark.parametrize("path", ["", "a\x00b"])
def test_a_path_is_a_path(document, tmp_path, path):
    document["task"]["data"] = {
        "train": {"images": path, "annotations": "a"},
        "val": {"images": "b", "annotations": "a"},
    }
    with pytest.raises(DocumentError) as error:
        submitted_document(document, Settings(data_roots=(tmp_path,)), find=nowhere)
    assert fields(error) == {"task.data.train.images"}


def test_numbers_must_be_finite(document):
    document["constraints"] = [{"metric": "params", "max": float("inf")}]
    with pytest.raises(DocumentError, match="finite"):
        submitted_document(document, Settings(), find=nowhere, anywhere=True)


def test_weights_of_networks_are_paths_too(document, tmp_path):
    document["space"] = {"kind": "torchvision", "names": ["vgg16"], "weights": {"vgg16": "vgg16.pth"}}
    document["task"] = {"kind": "classification", "data": {"train": "/train", "val": "/val", "classes": 3}}
    document["objectives"] = [{"metric": "top1"}]
    document["constraints"] = []
    with pytest.raises(DocumentError, match=r"must be an absolute path, got 'vgg16\.pth'") as error:
        submitted_document(document, Settings(), find=nowhere, anywhere=True)
    assert fields(error) == {"space.weights.vgg16"}
    document["task"]["data"] = {"train": "train", "val": "val", "classes": 3}
    accepted = submitted_document(document, Settings(data_roots=(tmp_path,)), find=nowhere)
    assert accepted["space"]["weights"] == {"vgg16": str(tmp_path / "vgg16.pth")}
    document["space"]["weights"] = {"vgg16": "../vgg16.pth"}
    with pytest.raises(DocumentError, match="inside the service's data roots") as error:
        submitted_document(document, Settings(data_roots=(tmp_path,)), find=nowhere)
    assert fields(error) == {"space.weights.vgg16"}


def test_a_registered_data_set_may_lie_where_nobody_else_may_look(document, tmp_path):
    data = document["task"]["data"] | {"classes": None}
    cells = DataSet(name="cells", kind="detection", data=data, created_at=datetime.now(UTC))
    document["task"]["data"] = "cells"
    accepted = submitted_document(document, Settings(data_roots=(tmp_path,)), find=lambda name: cells)
    assert (accepted["task"]["data"], accepted["data_set"]) == (data, "cells")
    assert submitted_document(accepted, Settings(), find=lambda name: cells) == accepted, "as a clone is"
    with pytest.raises(DocumentError, match="no data roots"):
        submitted_document(accepted, Settings(), find=nowhere)


READER = """
from typing import Literal
from nas.tasks.kinds import EvaluatorKind
from nas.tasks.options import TaskOptions
from nas.tasks.paths import FilePath

class ReadTask(TaskOptions):
    kind: Literal["read"] = "read"
    text: FilePath
    data: str = "no path"

READ = EvaluatorKind(kind="read", options=ReadTask, metrics=("words",), evaluate="reader:nothing")
"""


def test_paths_of_an_installed_task_are_found_by_their_type(document, tmp_path, monkeypatch):
    entry_points = {"spinesearch.evaluators": {"read": "reader:READ"}}
    folder = write_package(tmp_path / "packages", name="reader", code=READER, entry_points=entry_points)
    monkeypatch.syspath_prepend(folder)
    document |= {"objectives": [{"metric": "words"}], "constraints": []}
    document["task"] = {"kind": "read", "text": "words.txt"}
    with pytest.raises(DocumentError, match=r"must be an absolute path, got 'words\.txt'") as error:
        submitted_document(document, Settings(), find=nowhere, anywhere=True)
    assert fields(error) == {"task.text"}
    settings = Settings(data_roots=(tmp_path,))
    assert submitted_document(document, settings, find=nowhere)["task"]["text"] == str(tmp_path / "words.txt")
    document["task"] = {"kind": "read", "text": "../words.txt"}
    with pytest.raises(DocumentError, match="inside the service's data roots") as error:
        submitted_document(document, settings, find=nowhere)
    assert fields(error) == {"task.text"}
    document["task"] = {"kind": "read", "text": 3}
    with pytest.raises(DocumentError, match=r"^task\.text: must be text, got 3$"):
        submitted_document(document, settings, find=nowhere)
