"""The running average of the weights."""

import torch
from torch import nn

from workers.training.averaging import WeightAverage


def test_it_follows_the_formula() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 1.0)
    average = WeightAverage(network, 0.5)
    expected = 1.0
    for update, value in enumerate((2.0, 3.0, -1.0, 5.0), start=1):
        nn.init.constant_(network.weight, value)
        average.update(network)
        decay = min(0.5, (1 + update) / (10 + update))
        expected = decay * expected + (1 - decay) * value
    torch.testing.assert_close(average.weights()["weight"], torch.tensor([[expected]]))


def test_counters_are_copied_and_the_network_is_left_alone() -> None:
    network = nn.BatchNorm2d(2)
    average = WeightAverage(network, 0.9)
    network(torch.ones(2, 2, 3, 3))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    average.update(network)
    assert average.weights()["num_batches_tracked"].item() == 1
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_it_goes_on_from_its_state() -> None:
    network = nn.Linear(2, 2)
    first = WeightAverage(network, 0.9)
    nn.init.zeros_(network.weight)
    first.update(network)
    second = WeightAverage(network, 0.9)
    second.load_state_dict(first.state_dict())
    for average in (first, second):
        average.update(network)
    assert torch.equal(first.weights()["weight"], second.weights()["weight"])
