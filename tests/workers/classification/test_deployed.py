"""Classifiers as others use them."""

import torch
from torch import nn

from nas.tasks.classification import ClassificationTask
from search_spaces.resizer.resampling import Resampling
from tests.workers.tiny_classification import tiny_classification
from workers.classification.deployed import KnownClasses, deployed_classifier
from workers.classification.networks import Input


def deployed(classes, **changes):
    options = ClassificationTask.model_validate(tiny_classification({"train": "/train", "val": "/val"}, **changes))
    network = nn.Sequential(nn.Flatten(), nn.Linear(12, 3))
    taken = Input(size=(16, 20), resampling=Resampling("bicubic", True))
    return deployed_classifier(network, torch.ones(2, 3, 2, 2), options=options, taken=taken, classes=classes)


def test_outputs_that_stand_for_no_class_are_left_out():
    assert isinstance(deployed(("red", "blue", "green")).module, nn.Sequential)
    deployment = deployed(("red", "blue"))
    assert isinstance(deployment.module, KnownClasses)
    assert torch.equal(deployment.module(*deployment.inputs.values()), *deployment.expected)
    assert deployment.expected[0].shape == (2, 2)


def test_it_says_how_pictures_are_read_and_scores_come_about():
    deployment = deployed(("red", "blue"), crop_fraction=0.5, fit="stretch", loss="sigmoid")
    preparation = deployment.preparation
    assert (preparation.fit, preparation.size, preparation.stored) == ("stretch", (16, 20), (32, 40))
    assert preparation.resampling.interpolation == "bicubic"
    assert deployment.reading == {"kind": "classification", "scores": "sigmoid"}
