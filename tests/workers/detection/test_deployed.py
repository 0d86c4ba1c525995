"""Detectors as others use them."""

import torch

from nas.tasks.detection import DetectionTask
from tests.workers.tiny_detection import resized, tiny_architecture, tiny_task, write_tiny_data
from workers.detection.deployed import covered_seen
from workers.detection.scaling import Scaling
from workers.detection.task import Detection


def deployed(folder, architecture):
    options = DetectionTask.model_validate(tiny_task(write_tiny_data(folder / "data")))
    place = {"cache_directory": folder / "cache", "device": torch.device("cpu")}
    task = Detection(options, architecture=architecture, **place)
    with torch.no_grad():
        deployment = task.deployment(task.network(architecture).eval())
        return deployment, deployment.module(*deployment.inputs.values())


def test_it_sees_what_the_task_sees_and_boxes_lie_in_pixels_of_the_input(tmp_path):
    deployment, answers = deployed(tmp_path, tiny_architecture())
    assert (list(deployment.inputs), deployment.classes) == (["pictures"], ("red", "blue"))
    assert all(torch.equal(*pair) for pair in zip(answers, deployment.expected, strict=True))
    assert deployment.preparation.size == (64, 64)
    assert deployment.reading["iou_threshold"] == 0.5


def test_behind_a_resizer_it_is_told_what_pictures_cover(tmp_path):
    deployment, answers = deployed(tmp_path, resized())
    assert list(deployment.inputs) == ["pictures", "covered"]
    assert deployment.inputs["covered"].tolist()[0] == [72, 96]
    assert all(torch.allclose(*pair, atol=1e-5) for pair in zip(answers, deployment.expected, strict=True))
    assert deployment.preparation.size == (96, 96)


def test_parts_of_pixels_count_as_covered():
    scaling = Scaling(stored=(96, 100), seen=(64, 30))
    covered = [(95, 1), (96, 100), (1, 34)]
    assert covered_seen(torch.tensor(covered), scaling).tolist() == [
        list(each) for each in scaling.covered_seen(covered)
    ]
