"""Captured values are those before the activation, whatever the network does in place."""

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import vgg16

from nas.errors import TrialFailure
from search_spaces.vgg.architecture import Stage, Vgg
from workers.networks.classifiers import build_classifier
from workers.robustness.capture import check_before_activation, layer_of, run_capturing


class InPlace(nn.Module):
    """Two layers with ReLUs that overwrite what the layers gave."""

    def __init__(self) -> None:
        super().__init__()
        self.fc6 = nn.Linear(12, 32)
        self.fc7 = nn.Linear(32, 16)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.relu(self.fc7(self.relu(self.fc6(pictures.flatten(1)))))
        return logits


def pictures(side: int = 2, count: int = 5) -> Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def torchvision_vgg() -> nn.Module:
    torch.manual_seed(0)
    with torch.device("meta"):
        network = vgg16(weights=None, num_classes=4)
    narrow = {0: nn.Linear(512 * 49, 24), 3: nn.Linear(24, 16), 6: nn.Linear(16, 4)}
    for place, layer in narrow.items():
        network.classifier[place] = layer
    network.features.to_empty(device="cpu")
    for parameter in network.features.parameters():
        nn.init.normal_(parameter, std=0.05)
    return network.eval()


def test_values_before_an_in_place_activation_are_kept() -> None:
    network = InPlace()
    outputs = run_capturing(network, pictures(), ["fc6", "fc7"])
    for name, width in (("fc6", 32), ("fc7", 16)):
        values = outputs.activations[name]
        assert values.shape == (5, width)
        assert (values < 0).any()
    torch.testing.assert_close(outputs.activations["fc6"], network.fc6(pictures().flatten(1)))
    torch.testing.assert_close(outputs.activations["fc7"].relu(), outputs.logits)


def test_a_hook_without_a_copy_would_hold_the_values_after_it() -> None:
    network, held = InPlace(), []
    network.fc6.register_forward_hook(lambda *arguments: held.append(arguments[2]))
    network(pictures())
    assert held[0].min() == 0


def test_the_gradient_of_captured_values_is_that_of_the_layer() -> None:
    network = InPlace()
    outputs = run_capturing(network, pictures(), ["fc6"])
    (outputs.activations["fc6"].sum() + outputs.logits.sum()).backward()
    gradient = network.fc6.weight.grad
    again = InPlace()
    again.load_state_dict(network.state_dict())
    h = again.fc6(pictures().flatten(1))
    (h.sum() + again.fc7(h.relu()).relu().sum()).backward()
    torch.testing.assert_close(gradient, again.fc6.weight.grad)


def test_nothing_of_the_capture_stays_in_the_network() -> None:
    network = InPlace()
    run_capturing(network, pictures(), ["fc6"])
    assert not network.fc6._forward_hooks


def test_the_fully_connected_layers_of_torchvision_s_vgg_are_found_and_captured(torchvision_vgg: nn.Module) -> None:
    layers = ["conv5_3", "fc6", "fc7", "fc8"]
    outputs = run_capturing(torchvision_vgg, pictures(side=32), layers)
    assert {name: values.shape[1] for name, values in outputs.activations.items()} == {
        **{"conv5_3": 512 * 2 * 2, "fc6": 24, "fc7": 16, "fc8": 4}
    }
    assert all((values < 0).any() for values in outputs.activations.values())
    torch.testing.assert_close(outputs.activations["fc8"], outputs.logits)
    assert layer_of(torchvision_vgg, "fc7") is torchvision_vgg.classifier[3]
    assert layer_of(nn.ModuleDict({"network": torchvision_vgg}), "fc6") is torchvision_vgg.classifier[0]


@pytest.mark.parametrize("batch_norm", [False, True])
def test_layers_of_our_own_vgg_go_by_the_same_names(batch_norm: bool) -> None:
    stages = (Stage(width=8, depth=1), Stage(width=8, depth=2))
    architecture = Vgg(stages=stages, batch_norm=batch_norm, fc_width=16)
    network = build_classifier(architecture, classes=4, dropout=0.0)
    outputs = run_capturing(network, pictures(side=32), ["conv2_2", "fc6", "fc7"])
    assert all((values < 0).any() for values in outputs.activations.values())
    torch.testing.assert_close(outputs.activations["fc7"], network.fc7(outputs.activations["fc6"].relu()))


def test_a_dotted_path_names_a_layer_of_any_network() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(12, 3), nn.ReLU(inplace=True)))
    assert (run_capturing(network, pictures(), ["1.0"]).activations["1.0"] < 0).any()


def test_a_layer_behind_its_activation_is_told_and_leaves_the_network_as_it_was(torchvision_vgg: nn.Module) -> None:
    network = torchvision_vgg.train()
    check_before_activation(network, ["fc6", "fc7", "features.0"], size=(32, 32))
    for behind in ("classifier.1", "features.1", "avgpool"):
        with pytest.raises(TrialFailure, match=f"layer '{behind}' gives no value below 0; name the layer before"):
            check_before_activation(network, ["fc6", behind], size=(32, 32))
    assert network.training


def test_a_branch_that_begins_as_nothing_is_no_activation() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Flatten())
    nn.init.zeros_(network[1].weight)
    check_before_activation(network, ["1"], size=(4, 4))


def test_a_layer_that_is_not_there_is_told_with_the_nearest_one() -> None:
    with pytest.raises(TrialFailure, match=r"'fc8' names no layer; did you mean 'fc7'"):
        run_capturing(InPlace(), pictures(), ["fc8"])


def test_a_name_of_two_layers_is_refused() -> None:
    network = nn.ModuleDict({"a": InPlace(), "b": InPlace()})
    with pytest.raises(TrialFailure, match=r"'fc6' names 2 layers, a\.fc6, b\.fc6"):
        layer_of(network, "fc6")


def test_a_layer_that_runs_twice_or_never_is_refused() -> None:
    network = InPlace()
    with pytest.raises(TrialFailure, match=r"'relu' must run once .* it ran 2 times"):
        run_capturing(network, pictures(), ["relu"])
