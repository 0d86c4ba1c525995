"""Files of weights, wherever a document names them."""

from pathlib import Path

from nas.document import parse_document
from nas.weight_files import resolved_weights, weight_files

NETWORK = {"kind": "torchvision", "name": "vgg16", "weights": "vgg16.pth"}
SPACE = {
    "kind": "torchvision",
    "names": ["vgg16", "resnet50"],
    "weights": {"vgg16": "vgg16.pth", "resnet50": "/abs.pth"},
}
JOINT = {
    "kind": "joint",
    "parts": {
        "backbone": {"kind": "fixed", "architecture": NETWORK, "changes": {"weights": "other.pth"}},
        "fine_tuning": {"kind": "fine_tuning", "weights": [0.1]},
    },
}


def test_files_are_found_in_spaces_parts_and_candidates():
    assert dict(weight_files(SPACE, "space")) == {
        "space.weights.vgg16": "vgg16.pth",
        "space.weights.resnet50": "/abs.pth",
    }
    assert dict(weight_files(JOINT, "space")) == {
        "space.parts.backbone.architecture.weights": "vgg16.pth",
        "space.parts.backbone.changes.weights": "other.pth",
    }
    candidates = {"kind": "fixed", "candidates": ["vgg-16", [1, 2], {**NETWORK, "weights": None}, NETWORK]}
    assert dict(weight_files(candidates, "strategy")) == {"strategy.candidates.3.weights": "vgg16.pth"}


def test_relative_ones_are_taken_from_the_base_and_nothing_else_changes():
    found = resolved_weights(JOINT, Path("/base"))
    assert found["parts"]["backbone"]["architecture"] == {**NETWORK, "weights": "/base/vgg16.pth"}
    assert found["parts"]["backbone"]["changes"] == {"weights": "/base/other.pth"}
    assert found["parts"]["fine_tuning"] == JOINT["parts"]["fine_tuning"]
    assert resolved_weights(SPACE, Path("/base"))["weights"] == {"vgg16": "/base/vgg16.pth", "resnet50": "/abs.pth"}


def test_those_of_resizers_are_found_in_spaces_and_architectures():
    space = {"kind": "resizer", "weights": [None, "a.pt", "/b.pt"]}
    assert dict(weight_files(space, "space")) == {"space.weights.1": "a.pt", "space.weights.2": "/b.pt"}
    assert resolved_weights(space, Path("/base"))["weights"] == [None, "/base/a.pt", "/b.pt"]

    listed = [{"kind": "resizer", "weights": path} for path in ("a.pt", None)]
    fixed = {"kind": "fixed", "architectures": ["vgg-tiny", *listed], "changes": {"weights": "c.pt"}}
    found = {"space.architectures.1.weights": "a.pt", "space.changes.weights": "c.pt"}
    assert dict(weight_files(fixed, "space")) == found
    assert resolved_weights(fixed, Path("/base"))["architectures"][1]["weights"] == "/base/a.pt"


def test_data_of_any_shape_is_looked_through():
    for data in (None, 3, "weights", [], {"kind": "torchvision", "weights": 3}, {"kind": [], "weights": "x"}):
        assert list(weight_files(data, "space")) == []
        assert resolved_weights(data, Path("/base")) == data

    nested = ["weights"]
    for _ in range(900):
        nested = [nested]
    assert resolved_weights(nested, Path("/base")) is not None


def test_a_document_takes_them_from_its_own_folder():
    document = {
        "name": "compared",
        "space": SPACE,
        "task": {"kind": "classification", "data": {"train": "train", "val": "val", "classes": 10}},
        "objectives": [{"metric": "top1"}],
        "strategy": {"kind": "fixed", "candidates": [NETWORK]},
        "budget": {"trials": 1},
    }
    found = parse_document(document, base=Path("/base"))
    assert found.space["weights"]["vgg16"] == "/base/vgg16.pth"
    assert found.strategy.candidates[0]["weights"] == "/base/vgg16.pth"
    assert found.task.data.train == "/base/train"
    assert parse_document(found.model_dump(mode="json"), base=Path("/elsewhere")) == found
