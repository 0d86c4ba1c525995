"""Reference networks: what arithmetic says they cost, what the committed data is traced from, and files of weights."""

import copy
import runpy
from collections import OrderedDict
from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision import models

from nas.errors import TrialFailure
from nas.records import FailureKind
from search_spaces.reference.architecture import NAMES, Reference
from search_spaces.reference.cost import reference_cost
from search_spaces.reference.operations import NETWORKS, least_size
from workers.networks.counting import count
from workers.networks.reference import build_reference

ROOT = Path(__file__).parents[3]
SIZES = [(224, 224), (299, 299), (320, 320), (128, 128), (300, 500), (75, 33)]


@cache
def without_memory(name: str, classes: int = 1000) -> nn.Module:
    with torch.device("meta"):
        return build_reference(Reference(name=name), classes=classes)


def published(name: str, **options: object) -> nn.Module:
    """The network as torchvision builds it, which warns unless it is told how to begin."""
    return models.get_model(name, **({"init_weights": True} if name == "inception_v3" else {}), **options)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_built_network_costs_what_arithmetic_says(name, size):
    if min(size) < least_size(name):
        size = (least_size(name), least_size(name) + 1)
    assert count(without_memory(name), (3, *size)) == reference_cost(Reference(name=name), size, 1000)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 300), st.integers(0, 300))
def test_a_built_network_costs_what_arithmetic_says_at_any_size(name, more_height, more_width):
    size = (least_size(name) + more_height, least_size(name) + more_width)
    assert count(without_memory(name, 3), (3, *size)) == reference_cost(Reference(name=name), size, 3)


@pytest.mark.parametrize("name", [name for name in NAMES if least_size(name) > 1])
def test_a_built_network_takes_nothing_smaller_than_the_least_size(name):
    least = least_size(name)
    for size in ((least - 1, 200), (200, least - 1)):
        with pytest.raises(RuntimeError, match=r"too small|can't be greater"):
            count(without_memory(name), (3, *size))


def test_the_committed_operations_are_what_the_installed_torchvision_gives():
    text = runpy.run_path(str(ROOT / "docs" / "trace_reference.py"))["text"]()
    assert text == NETWORKS.read_text(), f"{NETWORKS.name} is out of date: python docs/trace_reference.py"


@pytest.mark.parametrize("name", NAMES)
def test_names_and_shapes_of_weights_are_published(name):
    with torch.device("meta"):
        theirs = published(name)
    wanted = {key: value.shape for key, value in theirs.state_dict().items() if not key.startswith("AuxLogits")}
    assert {key: value.shape for key, value in without_memory(name).state_dict().items()} == wanted


@pytest.mark.parametrize("name", ["mobilenet_v2", "inception_v3"])
def test_at_random_it_is_drawn_from_the_global_generator_as_torchvision_draws_it(name):
    torch.manual_seed(3)
    ours = build_reference(Reference(name=name), classes=5)
    torch.manual_seed(3)
    theirs = published(name, num_classes=5, **({"aux_logits": False} if name == "inception_v3" else {}))
    assert same(ours.state_dict(), theirs.state_dict())


def test_it_gives_a_score_for_every_picture_and_class_in_training_and_after_it():
    torch.manual_seed(0)
    for name in ("inception_v3", "mobilenet_v2"):
        network = build_reference(Reference(name=name), classes=4)
        pictures = torch.randn(2, 3, 96, 80)
        assert network(pictures).shape == (2, 4)
        assert network.eval()(pictures).shape == (2, 4)


@pytest.mark.parametrize(("name", "places"), [("inception_v3", 1), ("vgg16", 2), ("efficientnet_b0", 1)])
def test_a_dropout_that_is_given_takes_the_place_of_every_published_one(name, places):
    with torch.device("meta"):
        network = build_reference(Reference(name=name), classes=4, dropout=0.75)
    assert [layer.p for layer in network.modules() if isinstance(layer, nn.Dropout)] == [0.75] * places


@pytest.mark.parametrize(("name", "head"), [("resnet50", "fc"), ("densenet121", "classifier")])
def test_a_network_published_without_dropout_drops_before_its_last_layer_in_training_alone(name, head):
    torch.manual_seed(0)
    plain = build_reference(Reference(name=name), classes=4)
    torch.manual_seed(0)
    dropping = build_reference(Reference(name=name), classes=4, dropout=0.75)
    assert same(dropping.state_dict(), plain.state_dict())
    dropping = copy.deepcopy(dropping)  # as running averages of weights are made
    layer, features = dropping.get_submodule(head), torch.ones(8, dropping.get_submodule(head).in_features)
    with torch.no_grad():
        assert torch.equal(layer.eval()(features), plain.get_submodule(head)(features))
        layer.weight.fill_(1.0)
        layer.bias.zero_()
        kept = layer.train()(features) / (4 * layer.in_features)
    assert kept.mean().item() == pytest.approx(0.25, abs=0.02)
    assert len(kept[:, 0].unique()) > 1


def test_rectified_units_work_in_place_as_torchvision_s_do():
    with torch.device("meta"):
        theirs = published("vgg16")
    ours = without_memory("vgg16")
    assert in_place(ours) == in_place(theirs)
    assert len(in_place(ours)) == 15
    assert all(in_place(ours))


def in_place(network: nn.Module) -> list[bool]:
    return [layer.inplace for layer in network.modules() if isinstance(layer, nn.ReLU)]


def same(ours, theirs) -> bool:
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def small_state(name: str, **options: object) -> dict[str, torch.Tensor]:
    """A state dict of torchvision's network in which every tensor is one number repeated, so its file is small."""
    with torch.device("meta"):
        state = published(name, **options).state_dict()
    return {
        key: torch.tensor(index, dtype=value.dtype).expand(value.shape)
        for index, (key, value) in enumerate(state.items())
    }


def saved(state: object, path: Path) -> str:
    torch.save(state, path)
    return str(path)


@pytest.fixture
def mobilenet(tmp_path) -> tuple[nn.Module, str]:
    """A network of seven classes that has seen some pictures, and its file."""
    torch.manual_seed(1)
    network = published("mobilenet_v2", num_classes=7)
    network(torch.randn(4, 3, 64, 64))
    return network.eval(), saved(network.state_dict(), tmp_path / "mobilenet.pth")


def test_with_the_weights_of_a_file_it_answers_as_the_network_they_came_from_and_draws_nothing(mobilenet):
    original, path = mobilenet
    before = torch.get_rng_state()
    network = build_reference(Reference(name="mobilenet_v2", weights=path), classes=7)
    assert torch.equal(torch.get_rng_state(), before)
    assert same(network.state_dict(), original.state_dict())
    pictures = torch.randn(2, 3, 64, 48)
    assert torch.equal(network.eval()(pictures), original(pictures))
    assert all(parameter.requires_grad and parameter.is_leaf for parameter in network.parameters())


def test_only_the_classifier_is_drawn_anew_for_another_number_of_classes(mobilenet):
    original, path = mobilenet
    architecture = Reference(name="mobilenet_v2", weights=path)
    networks = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        networks.append(build_reference(architecture, classes=3).state_dict())
    head = ("classifier.1.weight", "classifier.1.bias")
    bodies = [{name: value for name, value in state.items() if name not in head} for state in networks]
    assert same(bodies[2], {name: value for name, value in original.state_dict().items() if name not in head})
    assert [networks[0][name].shape for name in head] == [(3, 1280), (3,)]
    assert same(networks[0], networks[1])
    assert not torch.equal(networks[0][head[0]], networks[2][head[0]])


@pytest.mark.parametrize("name", NAMES)
def test_a_published_file_of_1000_classes_serves_every_network(name, tmp_path):
    """Inception-v3's holds the auxiliary classifier too."""
    path = saved(small_state(name), tmp_path / "published.pth")
    network = build_reference(Reference(name=name, weights=path), classes=10)
    assert not any(value.is_meta for value in network.state_dict().values())
    assert count(network, (3, 96, 96)) == reference_cost(Reference(name=name), (96, 96), 10)
    first = next(network.parameters())
    assert first.is_contiguous()
    assert first.unique().tolist() == [0.0]


def test_a_file_from_before_today_s_names_is_read(tmp_path):
    """As DenseNet's published one: `norm.1` for `norm1`, no counts of batches; and in half precision."""
    today = small_state("densenet121", num_classes=2)
    former = OrderedDict()
    for name, value in today.items():
        if not name.endswith("num_batches_tracked"):
            for layer in ("norm1", "norm2", "conv1", "conv2"):
                name = name.replace(f".{layer}.", f".{layer[:-1]}.{layer[-1]}.") if "denselayer" in name else name
            former[name] = value.half() if value.is_floating_point() else value
    path = saved(former, tmp_path / "former.pth")
    state = build_reference(Reference(name="densenet121", weights=path), classes=2).state_dict()
    assert "features.denseblock1.denselayer1.norm.1.weight" in former
    assert all(torch.equal(state[name], today[name].half().to(state[name].dtype)) for name in state if name in former)
    assert {state[name].item() for name in state if name.endswith("num_batches_tracked")} == {0}
    assert {value.dtype for value in state.values()} == {torch.float32, torch.int64}


def refusal(path: object, name: str = "mobilenet_v2") -> str:
    with pytest.raises(TrialFailure) as raised:
        build_reference(Reference(name=name, weights=str(path)), classes=3)
    assert raised.value.failure.kind is FailureKind.DATA
    assert str(path) in raised.value.failure.message
    return raised.value.failure.message


def test_a_file_that_is_missing_or_a_folder_is_named(tmp_path):
    assert refusal(tmp_path / "absent.pth").endswith("cannot be read: No such file or directory")
    assert refusal(tmp_path).endswith("cannot be read: Is a directory")


@pytest.mark.parametrize("content", [b"", b"not a file of torch", b"PK\x03\x04 broken"])
def test_a_file_that_torch_did_not_write_is_refused(content, tmp_path):
    path = tmp_path / "broken.pth"
    path.write_bytes(content)
    assert "must be written by torch.save and hold tensors only" in refusal(path)


def test_a_file_that_runs_code_is_refused(tmp_path):
    path = tmp_path / "module.pth"
    saved(nn.Linear(2, 2), path)
    assert "hold tensors only (UnpicklingError)" in refusal(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([torch.zeros(2)], ["must hold a state dict, names with their tensors, got a list"]),
        (
            {"model": {}, "epoch": 3},
            ["must hold a state dict, names with their tensors; no dense tensors of real numbers are model, epoch"],
        ),
        ({}, ["must be a state dict of torchvision's mobilenet_v2: 262 missing (features.0.0.weight, "]),
        ({"classifier.1.weight": torch.tensor(1.0)}, ["261 missing", "1 of another shape (classifier.1.weight)"]),
    ],
)
def test_a_file_without_the_state_dict_is_refused(content, words, tmp_path):
    sentence = refusal(saved(content, tmp_path / "strange.pth"))
    assert all(part in sentence for part in words)


def test_the_file_of_another_network_is_refused_with_what_does_not_fit(tmp_path):
    sentence = refusal(saved(small_state("resnet50"), tmp_path / "resnet.pth"))
    assert "must be a state dict of torchvision's mobilenet_v2" in sentence
    assert "missing (features.0.0.weight, features.0.1.weight, features.0.1.bias ...)" in sentence
    assert "320 unknown (conv1.weight, bn1.weight, bn1.bias ...)" in sentence


def test_a_wider_network_of_the_same_kind_is_refused_by_its_shapes(tmp_path):
    sentence = refusal(saved(small_state("mobilenet_v2", width_mult=1.4), tmp_path / "wide.pth"))
    assert "missing" not in sentence
    assert "of another shape (features.0.0.weight," in sentence
