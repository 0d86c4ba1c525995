"""Trials of every task taken home, read again with torch or ONNX Runtime, and held to what they were."""

import json
import logging
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from nas.exporting import ExportFormat, NoExport
from search_spaces.reference.architecture import Reference
from tests.workers import tiny_classification, tiny_detection, tiny_quality, tiny_robustness
from tests.workers.tiny_trial import trained_order
from workers.deployment import Deployment, Preparation
from workers.export.exporting import TOLERANCE, checked_answers, export_trial


@pytest.fixture(scope="module", autouse=True)
def quiet():
    """torch logs every step of its tracing where somebody listens, as pytest does: that takes minutes."""
    logger = logging.getLogger("torch.__trace")
    before, logger.disabled = logger.disabled, True
    yield
    logger.disabled = before


def classification(folder, **changes):
    return tiny_classification.tiny_classification(tiny_classification.write_tiny_classes(folder / "data"), **changes)


def exported(order, form, **options):
    """The folder and its report."""
    folder = Path(order.training.directory).parent / f"home-{form}"
    return folder, export_trial(order, folder, form=form, **options)


def largest(report):
    return max(report["exported_program"]["largest_difference"].values())


@pytest.mark.parametrize("form", [ExportFormat.PT2, ExportFormat.ONNX])
def test_a_detector_behind_a_resizer_finds_the_same_boxes(tmp_path, form):
    task = tiny_detection.tiny_task(tiny_detection.write_tiny_data(tmp_path / "data"))
    order = trained_order(tmp_path, task, tiny_detection.resized())
    folder, report = exported(order, form)
    assert largest(report) <= TOLERANCE
    assert report["reproduction"]["largest_difference"] == 0
    about = json.loads((folder / "preprocessing.json").read_text())
    assert about["inputs"] == {"pictures": ["float32", 3, 96, 96], "covered": ["int64", 2]}
    assert about["classes"] == ["red", "blue"]
    assert (folder / about["file"]).is_file()


@pytest.mark.parametrize("backbone", ["vgg", "spinenet"])
def test_a_classifier_names_the_same_classes(tmp_path, backbone):
    task = classification(tmp_path)
    task["data"] |= {"classes": 5}
    order = trained_order(tmp_path, task, tiny_classification.BACKBONES[backbone])
    folder, report = exported(order, ExportFormat.PT2, judge=False)
    assert (largest(report) <= TOLERANCE, report["reproduction"]) == (True, None)
    network = torch.export.load(folder / "model.pt2").module()
    assert network(torch.randn(7, 3, 16, 16)).shape == (7, 3), "outputs that stand for no class are left out"


def test_networks_of_torchvision_leave_as_any_other(tmp_path):
    order = trained_order(tmp_path, classification(tmp_path, image_size=[32, 32]), Reference(name="mobilenet_v2"))
    assert largest(exported(order, ExportFormat.ONNX, judge=False)[1]) <= TOLERANCE


def test_raters_leave_too(tmp_path):
    task = tiny_quality.tiny_quality(tiny_quality.write_tiny_ratings(tmp_path / "data"))
    folder, report = exported(trained_order(tmp_path, task, tiny_quality.tiny_vgg()), ExportFormat.PT2)
    assert largest(report) <= TOLERANCE
    assert json.loads((folder / "preprocessing.json").read_text())["reading"] == {"kind": "quality"}


def test_robust_classifiers_leave_too(tmp_path):
    task = tiny_robustness.tiny_task(tiny_robustness.write_tiny_pictures(tmp_path / "data"))
    order = trained_order(tmp_path, task, tiny_robustness.candidate())
    assert largest(exported(order, ExportFormat.STATE_DICT)[1]) <= TOLERANCE


def test_an_answer_that_differs_is_not_given_away():
    deployment = Deployment(
        module=nn.Identity(),
        inputs={"pictures": torch.ones(2, 3)},
        outputs={"logits": "some"},
        expected=(torch.full((2, 3), 100.0),),
        preparation=Preparation(fit="stretch", size=(1, 1), stored=(1, 1), mean=(0, 0, 0), std=(1, 1, 1)),
        classes=(),
    )
    near = checked_answers(deployment, (torch.full((2, 3), 100.001),), "model.pt2")
    assert near["largest_difference"]["logits"] == pytest.approx(1e-5, rel=0.1)
    for value in (100.1, float("nan")):
        with pytest.raises(NoExport, match=r"model\.pt2 is not given away: its logits differ from the network's by"):
            checked_answers(deployment, (torch.full((2, 3), value),), "model.pt2")


def test_without_onnxscript_it_is_told_what_to_install_and_nothing_is_left(tmp_path, monkeypatch):
    order = trained_order(tmp_path, classification(tmp_path), tiny_classification.tiny_vgg())
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(NoExport, match=r'pip install "spinesearch\[onnx\]"'):
        exported(order, ExportFormat.ONNX, judge=False)
    assert {file.name for file in tmp_path.iterdir()} == {"data", "trial", "cache"} & {
        file.name for file in tmp_path.iterdir()
    }
