"""Detectors with and without a resizer: what is masked, which weights are drawn, what they cost."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nas.static_metrics import RESIZER_METRICS, static_metrics_of
from nas.tasks.detection import DetectionTask
from search_spaces.joint.architecture import Joint
from search_spaces.resizer.architecture import control_of
from tests.workers.tiny_detection import resized, tiny_architecture, tiny_resizer, tiny_task
from workers.detection.networks import ResizedDetector, build_detector, retinanet_of, scaling_of
from workers.detection.scaling import Scaling
from workers.networks.counting import count
from workers.networks.retinanet import RetinaNet
from workers.training.optimization import RATIO

SPLIT = {"images": "images", "annotations": "instances.json"}
OPTIONS = DetectionTask.model_validate(tiny_task({"train": SPLIT, "val": SPLIT, "classes": 2}))
COVERED = [(96, 96), (72, 96), (96, 31)]


def built(architecture: Any, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return build_detector(architecture, OPTIONS, classes=2)


def behind(method: str) -> Joint:
    learned = resized()
    plain = Joint(parts={**learned.parts, "resizer": control_of(tiny_resizer())})
    return learned if method == "learned" else plain


def pictures() -> Tensor:
    return torch.randn(3, 3, 96, 96, generator=torch.Generator().manual_seed(0))


def test_without_a_resizer_the_detector_sees_what_is_stored():
    assert scaling_of(tiny_architecture(), (40, 50)) == Scaling(stored=(40, 50), seen=(40, 50))
    assert isinstance(built(tiny_architecture()), RetinaNet)
    assert isinstance(built(Joint(parts={"backbone": tiny_architecture()})), RetinaNet)


def test_a_resizer_sets_both_sizes_and_learns_at_its_ratio():
    joint = resized(learning_rate_ratio=0.25)
    assert scaling_of(joint, (40, 50)) == Scaling(stored=(96, 96), seen=(64, 64))
    network = built(joint)
    assert isinstance(network, ResizedDetector)
    assert getattr(network.resizer, RATIO) == 0.25
    assert isinstance(retinanet_of(network), RetinaNet)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("method", ["learned", "none"])
def test_the_detector_sees_zeros_where_pictures_end(method, training):
    """7x7 convolutions and batch norms put something there; nothing of it comes through."""
    network = built(behind(method)).train(training)
    bare, seen = [], []
    network.resizer.register_forward_hook(lambda *arguments: bare.append(arguments[-1]))
    network.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        network(pictures(), COVERED)
    (resized_pictures,), (found,) = bare, seen
    for place, (height, width) in enumerate([(64, 64), (48, 64), (64, 21)]):
        assert torch.equal(found[place, :, :height, :width], resized_pictures[place, :, :height, :width])
        assert not found[place, :, height:].any()
        assert not found[place, :, :, width:].any()
    if method == "learned":
        assert resized_pictures[1, :, 48:].abs().mean() > 0.01


@pytest.mark.parametrize("method", ["learned", "none"])
def test_what_lies_in_the_padding_changes_nothing(method):
    network, clean = built(behind(method)), pictures()
    painted = clean.clone()
    painted[1, :, 72:] = 99.0
    painted[2, :, :, 31:] = -99.0
    with torch.no_grad():
        assert all(torch.equal(*pair) for pair in zip(network(clean, COVERED), network(painted, COVERED), strict=True))
        assert not torch.equal(network(clean)[0], network(painted)[0])


def test_the_same_seed_gives_the_detector_the_same_weights_with_any_resizer_and_without():
    plain = built(tiny_architecture()).state_dict()
    for architecture in (behind("learned"), behind("none"), resized(filters=5, blocks=2)):
        network = built(architecture).network.state_dict()
        assert all(torch.equal(plain[name], network[name]) for name in plain)


@pytest.mark.parametrize("sizes", [(96, 64), (64, 64), (40, 90), ([50, 70], [33, 47])])
@pytest.mark.parametrize("method", ["learned", "none"])
def test_cost_and_network_agree_behind_a_resizer(method, sizes):
    resizer = tiny_resizer(input_size=sizes[0], output_size=sizes[1], blocks=2)
    resizer = resizer if method == "learned" else control_of(resizer)
    joint = Joint(parts={"backbone": tiny_architecture(), "resizer": resizer})
    metrics, plain = static_metrics_of(OPTIONS)(joint), static_metrics_of(_at(resizer.output_size))(tiny_architecture())
    with torch.device("meta"):
        counted = count(build_detector(joint, OPTIONS, classes=2), (3, *resizer.input_size))
        detector = count(build_detector(tiny_architecture(), OPTIONS, classes=2), (3, *resizer.output_size))
    assert metrics["params"] == counted.params
    assert plain["macs"] == detector.macs
    assert metrics["macs"] - metrics["resizer_macs"] == plain["macs"]
    assert metrics["resizer_macs"] == counted.conv_macs - detector.conv_macs
    assert metrics["params"] - metrics["resizer_params"] == plain["params"]
    assert [metrics[name] for name in ("backbone_params", "backbone_macs")] == [
        plain[name] for name in ("backbone_params", "backbone_macs")
    ]
    assert all(metrics[name] == 0 for name in RESIZER_METRICS) == (method == "none")


def test_an_architecture_without_a_backbone_is_refused():
    with pytest.raises(ValueError, match="the architecture must have a backbone"):
        built(tiny_resizer())


def _at(size: tuple[int, int]) -> DetectionTask:
    return OPTIONS.model_copy(update={"image_size": size})
