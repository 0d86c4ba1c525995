"""`nas cost`: exact figures, published settings, what a search says, sentences for what is unknown."""

import json

import pytest
import typer

from api.commands.cost import parse_size, published_networks
from api.commands.session import ExitCode
from nas.static_metrics import static_metrics_of
from nas.tasks.classification import ClassificationTask
from nas.tasks.detection import DetectionTask
from nas.tasks.quality import QualityTask
from search_spaces.joint.architecture import Joint
from search_spaces.registry import published_architecture
from search_spaces.resizer.architecture import Resizer
from search_spaces.spinenet.published import PUBLISHED

RESIZER = Resizer(input_size=(192, 192), output_size=(96, 96))
SPLIT = {"images": "images", "annotations": "instances.json"}
RATED = {"pictures": "pictures", "ratings": "AVA.txt"}


def behind(name):
    """The published network behind the resizer."""
    return Joint(parts={"backbone": published_architecture(name), "resizer": RESIZER})


def test_the_published_detector_costs_what_was_published(nas):
    assert nas("cost", "spinenet-49", "--task", "detection", "--size", "640", "--classes", "91", "--json") == 0
    assert nas.json["backbone"]["params"] == 21_831_488
    assert nas.json["detector"]["params"] == 28_543_383
    assert round(nas.json["detector"]["macs"] / 1e9, 3) == 85.414
    assert nas("cost", "SpineNet-49") == ExitCode.DONE
    assert "28,543,383" in nas.out


def test_the_head_is_the_published_one_unless_told(nas):
    nas("cost", "spinenet-49s", "--size", "640", "--json")
    assert nas.json["detector"]["params"] == 11_265_942
    nas("cost", "spinenet-49s", "--head-filters", "64", "--head-convs", "0", "--anchors", "3", "--json")
    assert (nas.json["head_filters"], nas.json["head_convs"], nas.json["anchors_per_position"]) == (64, 0, 3)


def test_an_architecture_may_come_from_a_file(nas, tmp_path):
    (tmp_path / "mine.json").write_text(PUBLISHED["spinenet-49"].architecture.canonical_json())
    assert nas("cost", "mine.json", "--size", "640x480", "--json") == ExitCode.DONE
    assert nas.json["size"] == [640, 480]
    assert nas.json["backbone"]["params"] == 21_831_488


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("spinenet-50",), ExitCode.NOT_FOUND, "known: spinenet-49s"),
        (("broken.json",), ExitCode.USAGE, "kind"),
        (("list.json",), ExitCode.USAGE, "must hold one architecture"),
        (("vgg-tiny", "--task", "detection"), ExitCode.USAGE, "must be one of spinenet to be a detector, got 'vgg'"),
        (("resizer.json",), ExitCode.USAGE, "to be a classifier, got 'resizer'"),
        (("vgg-tiny", "--head-convs", "0"), ExitCode.USAGE, "--head-convs is for the task detection"),
        (("vgg-tiny", "--task", "quality", "--classes", "3"), ExitCode.USAGE, "classes must be 10"),
        (("behind.json", "--size", "64"), ExitCode.USAGE, "the resizer gives 96x96"),
        (("spinenet-49", "--size", "wide"), ExitCode.USAGE, "640x480"),
        (("spinenet-49", "--task", "chess"), ExitCode.USAGE, "classification"),
    ],
)
def test_bad_input_gets_a_sentence(nas, tmp_path, arguments, code, sentence):
    (tmp_path / "broken.json").write_text(json.dumps({"kind": "star"}))
    (tmp_path / "resizer.json").write_text(RESIZER.canonical_json())
    (tmp_path / "behind.json").write_text(behind("vgg-tiny").canonical_json())
    (tmp_path / "list.json").write_text("[]")
    assert nas("cost", *arguments) == code
    assert sentence in nas.err


def test_sizes_are_height_and_width():
    assert (parse_size("640"), parse_size("640x480")) == ((640, 640), (640, 480))
    for wrong in ("0", "640x", "99999", "-1"):
        with pytest.raises(typer.BadParameter):
            parse_size(wrong)


def test_a_spinenet_classifier_has_its_published_params(nas):
    assert nas("cost", "spinenet-49", "--task", "classification", "--classes", "1001", "--json") == ExitCode.DONE
    assert nas.json["classifier"]["params"] == 22_088_745
    assert (nas.json["size"], nas.json["classes"]) == ([224, 224], 1001)


@pytest.mark.parametrize(
    ("name", "params"), [("vgg-16", 138_357_544), ("resnet50", 25_557_032), ("ResNet50", 25_557_032)]
)
def test_networks_of_every_kind_are_known_by_name(nas, name, params):
    assert nas("cost", name) == ExitCode.DONE
    assert f"{params:,}" in nas.out
    assert "1000 classes" in nas.out


def test_every_published_network_has_a_cost(nas):
    for name in published_networks():
        assert nas("cost", name, "--task", "classification", "--json") == ExitCode.DONE, name
        assert nas.json["metrics"]["params"] == nas.json["classifier"]["params"] > 0


@pytest.mark.parametrize(
    ("kind", "name", "task"),
    [
        (
            "detection",
            "spinenet-49",
            DetectionTask.model_validate({"data": {"train": SPLIT, "val": SPLIT, "classes": 91}}),
        ),
        (
            "classification",
            "vgg-tiny",
            ClassificationTask.model_validate({"data": {"train": "train", "val": "val", "classes": 1000}}),
        ),
        ("quality", "vgg-tiny", QualityTask.model_validate({"data": {"train": RATED, "val": RATED}})),
    ],
)
def test_a_search_and_the_command_say_the_same(nas, tmp_path, kind, name, task):
    architecture = behind(name)
    (tmp_path / "trial.json").write_text(
        json.dumps({"number": 3, "architecture": architecture.model_dump(mode="json")})
    )
    assert nas("cost", "trial.json", "--task", kind, "--json") == ExitCode.DONE
    assert nas.json["metrics"] == static_metrics_of(task)(architecture)
    assert (nas.json["architecture_id"], nas.json["size"]) == (architecture.architecture_id, [96, 96])
    assert nas("cost", "trial.json", "--task", kind) == ExitCode.DONE
    assert "192x192 resized to 96x96" in nas.out
    assert f"{int(static_metrics_of(task)(architecture)['params']):,}" in nas.out
    assert "resizer" in nas.out


def test_a_list_of_trials_is_told_how_to_give_one(nas, tmp_path):
    (tmp_path / "leaderboard.json").write_text("[{}]")
    assert nas("cost", "leaderboard.json") == ExitCode.USAGE
    assert "nas show" in nas.err
