"""Re-estimated batch-norm statistics."""

from functools import partial

import torch
from torch import nn

from workers.training.batch_norm import reestimate


def test_the_statistics_are_the_plain_mean_over_the_batches() -> None:
    network = nn.Sequential(nn.BatchNorm2d(2, momentum=0.1), nn.Dropout(0.5))
    batches = [torch.randn(8, 2, 3, 3, generator=torch.Generator().manual_seed(i)) + i for i in range(4)]
    reestimate(network, (partial(network, batch) for batch in batches))
    norm = network[0]
    assert isinstance(norm, nn.BatchNorm2d)
    means = torch.stack([batch.mean((0, 2, 3)) for batch in batches]).mean(0)
    variances = torch.stack([batch.var((0, 2, 3)) for batch in batches]).mean(0)
    torch.testing.assert_close(norm.running_mean, means)
    torch.testing.assert_close(norm.running_var, variances)
    assert norm.momentum == 0.1
    assert not any(module.training for module in network.modules())


def test_nothing_else_draws_random_numbers() -> None:
    network = nn.Sequential(nn.BatchNorm2d(2), nn.Dropout(0.5))
    before = torch.get_rng_state()
    reestimate(network, [partial(network, torch.randn(4, 2, 2, 2, generator=torch.Generator().manual_seed(0)))])
    assert torch.equal(torch.get_rng_state(), before)
