"""Metrics that cost nothing."""

import json

import pytest

from nas.errors import DocumentError
from nas.static_metrics import (
    RESIZER_METRICS,
    STATIC_METRICS,
    classifier_metrics,
    count_class_folders,
    count_classes,
    static_metrics_of,
)
from nas.tasks.classification import ClassificationTask
from nas.tasks.detection import DetectionTask
from nas.tasks.quality import QualityTask
from nas.tasks.robustness import RobustnessTask
from search_spaces.equal_macs import equal_macs_control
from search_spaces.errors import InvalidArchitecture
from search_spaces.fine_tuning.architecture import FineTuning
from search_spaces.joint.architecture import Joint
from search_spaces.reference.architecture import Reference
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.spinenet.published import PUBLISHED

SPINENET_49 = PUBLISHED["spinenet-49"].architecture


def detection(annotations="instances.json", classes=None, **fields):
    split = {"images": "images", "annotations": str(annotations)}
    data = {"train": split, "val": split, "classes": classes}
    return DetectionTask.model_validate({"data": data, **fields})


def test_spinenet_49_has_the_published_size():
    metrics = static_metrics_of(detection(classes=91))(SPINENET_49)
    assert tuple(metrics) == STATIC_METRICS
    assert (metrics["params"], metrics["backbone_params"]) == (28_543_383, 21_831_488)
    assert round(metrics["macs"] / 1e9, 3) == 85.414
    assert metrics["backbone_macs"] < metrics["macs"]


def test_the_head_and_the_size_of_the_task_count():
    small = static_metrics_of(detection(classes=3, head={"filters": 32, "convs": 1}, image_size=[192, 192]))
    metrics = small(SPINENET_49)
    assert metrics["params"] < 28_543_383
    assert metrics["backbone_params"] == 21_831_488


def test_classes_are_counted_once_from_the_validation_annotations(tmp_path):
    path = tmp_path / "instances.json"
    path.write_text(json.dumps({"categories": [{"id": 7}, {"id": 90}]}))
    metrics = static_metrics_of(detection(path))
    path.unlink()
    assert metrics(SPINENET_49) == static_metrics_of(detection(classes=2))(SPINENET_49)


def test_a_detector_is_counted_at_the_output_size_of_its_resizer():
    """r = 1, n = 16, 960 to 640: 6.2 G multiply-adds, 7 % of those of the detector."""
    resizer = Resizer(input_size=(960, 960), output_size=(640, 640))
    metric = static_metrics_of(detection(classes=91, image_size=[320, 320]))
    plain = static_metrics_of(detection(classes=91))(SPINENET_49)
    both = metric(Joint(parts={"backbone": SPINENET_49, "resizer": resizer}))
    assert tuple(both) == STATIC_METRICS + RESIZER_METRICS
    assert (both["resizer_paper_params"], both["resizer_params"]) == (11_872, 12_035)
    assert round(both["resizer_macs"] / 1e9, 1) == 6.2
    assert [both[name] for name in ("backbone_params", "backbone_macs")] == [
        plain[name] for name in ("backbone_params", "backbone_macs")
    ]
    assert both["params"] == plain["params"] + 12_035
    assert both["macs"] == plain["macs"] + both["resizer_macs"]
    assert metric(Joint(parts={"backbone": SPINENET_49}))["macs"] < plain["macs"]


def test_the_equal_macs_control_of_a_detector_costs_what_it_costs():
    resizer = Resizer(input_size=(960, 960), output_size=(640, 640), filters=32)
    macs_of = static_metrics_of(detection(classes=91))
    learned = Joint(parts={"backbone": SPINENET_49, "resizer": resizer})
    control = equal_macs_control(learned, lambda architecture: macs_of(architecture)["macs"])
    assert macs_of(control)["macs"] == pytest.approx(macs_of(learned)["macs"], rel=0.01)
    assert macs_of(control)["resizer_macs"] == 0


@pytest.mark.parametrize("output", [(24, 64), (64, 8193)])
def test_a_resizer_gives_a_detector_pictures_of_the_sizes_it_may_have(output):
    resizer = Resizer(input_size=(64, 64), output_size=output)
    sentence = rf"parts\.resizer\.output_size: must have sides in 32\.\.8192, got {output[0]} x {output[1]}"
    with pytest.raises(InvalidArchitecture, match=sentence):
        static_metrics_of(detection(classes=3))(Joint(parts={"backbone": SPINENET_49, "resizer": resizer}))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file"),
        ("{", "must be JSON"),
        ("[]", "must list categories"),
        ('{"categories": []}', "must list categories"),
    ],
)
def test_annotations_that_cannot_be_counted_are_named(tmp_path, content, sentence):
    path = tmp_path / "instances.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DocumentError) as refused:
        count_classes(path)
    ((field, told),) = refused.value.problems
    assert field == "task.data.val.annotations"
    assert told.startswith(sentence)
    assert str(path) in told


def classification(train="train", classes=None, **fields):
    data = {"train": str(train), "val": "val", "classes": classes}
    return ClassificationTask.model_validate({"data": data, **fields})


def test_a_spinenet_classifier_has_the_published_size():
    metrics = static_metrics_of(classification(classes=1001))(SPINENET_49)
    assert tuple(metrics) == STATIC_METRICS
    assert metrics["params"] == metrics["backbone_params"] == 22_088_745


def test_a_resizer_adds_what_the_publication_says():
    """DenseNet-121 behind r = 1, n = 16, 448 to 224: 11,872 params of kernels alone, 0.98827 G multiply-adds."""
    densenet, resizer = Reference(name="densenet121"), Resizer(input_size=(448, 448), output_size=(224, 224))
    metric = classifier_metrics(size=(99, 99), classes=1000)
    plain = classifier_metrics(size=(224, 224), classes=1000)(densenet)
    both = metric(Joint(parts={"backbone": densenet, "resizer": resizer}))
    assert tuple(both) == STATIC_METRICS + RESIZER_METRICS
    assert (both["resizer_paper_params"], both["resizer_params"]) == (11_872, 12_035)
    assert both["resizer_macs"] == 988_266_496
    assert (both["backbone_params"], both["backbone_macs"]) == (plain["params"], plain["macs"])
    assert both["params"] == plain["params"] + 12_035
    assert both["macs"] == plain["macs"] + both["resizer_macs"]
    control = metric(Joint(parts={"backbone": densenet, "resizer": control_of(resizer)}))
    assert [control[name] for name in RESIZER_METRICS] == [0, 0, 0]
    assert (control["params"], control["macs"]) == (plain["params"], plain["macs"])


def test_a_network_that_predicts_votes_is_a_classifier_of_ten_scores():
    split = {"pictures": "pictures", "ratings": "AVA.txt"}
    task = QualityTask.model_validate({"data": {"train": split, "val": split}})
    expected = static_metrics_of(classification(classes=10))(SPINENET_49)
    assert static_metrics_of(task)(SPINENET_49) == expected


def test_a_way_of_fine_tuning_costs_nothing_in_use():
    data = {"train": "train", "val": "val", "classes": 10}
    task = RobustnessTask.model_validate({"data": data})
    joint = Joint(parts={"backbone": SPINENET_49, "fine_tuning": FineTuning()})
    expected = static_metrics_of(classification(classes=10))(SPINENET_49)
    assert static_metrics_of(task)(joint) == static_metrics_of(task)(SPINENET_49) == expected


def test_class_folders_are_counted_once_from_the_training_split(tmp_path):
    for name in ("a", "b", ".hidden"):
        (tmp_path / name).mkdir()
    metrics = static_metrics_of(classification(tmp_path))
    (tmp_path / "c").mkdir()
    assert metrics(SPINENET_49) == static_metrics_of(classification(classes=2))(SPINENET_49)


@pytest.mark.parametrize(("name", "sentence"), [("none", "cannot be read: No such file"), (".", "must hold a folder")])
def test_folders_that_cannot_be_counted_are_named(tmp_path, name, sentence):
    with pytest.raises(DocumentError) as refused:
        count_class_folders(tmp_path / name)
    ((field, told),) = refused.value.problems
    assert field == "task.data.train"
    assert told.startswith(sentence)


def test_an_architecture_no_network_can_be_built_around_is_named():
    resizer = Resizer(input_size=(448, 448), output_size=(224, 224))
    with pytest.raises(InvalidArchitecture, match="kind: must be one of spinenet, vgg, torchvision to be a classifier"):
        classifier_metrics(size=(224, 224), classes=2)(resizer)
    with pytest.raises(InvalidArchitecture, match="kind: must be one of spinenet to be a detector, got 'torchvision'"):
        static_metrics_of(detection(classes=3))(Reference(name="vgg16"))
    with pytest.raises(InvalidArchitecture):
        classifier_metrics(size=(32, 32), classes=2)(Reference(name="inception_v3"))  # smaller than it can read
