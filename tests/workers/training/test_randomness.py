"""Seeds of a training."""

import torch

from workers.training.randomness import derived_seed, seeded

CPU = torch.device("cpu")


def test_every_purpose_and_epoch_has_its_own_seed() -> None:
    seeds = {derived_seed(seed, purpose, epoch) for seed in (0, 1) for purpose in ("a", "b") for epoch in range(50)}
    assert len(seeds) == 200
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_seeds_are_the_same_on_every_machine() -> None:
    assert derived_seed(0, "weights") == 309623225


def test_inside_the_numbers_follow_the_seed_and_outside_nothing_changed() -> None:
    before = torch.get_rng_state()
    drawn = []
    for _ in range(2):
        with seeded(5, CPU):
            drawn.append(torch.rand(3))
    assert torch.equal(drawn[0], drawn[1])
    assert torch.equal(before, torch.get_rng_state())
