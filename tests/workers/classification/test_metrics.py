"""Top-1 and top-5 of a split, picture by picture."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workers.classification.metrics import Judgement, ranks_of


def judged(ranks: list[int]) -> Judgement:
    return Judgement(ranks=np.array(ranks), losses=np.linspace(0, 1, len(ranks), dtype=np.float32))


def test_errors_are_what_accuracies_leave():
    judgement = judged([0, 4, 5, 0])
    expected = {"top1": 0.5, "top5": 0.75, "top1_error": 0.5, "top5_error": 0.25, "loss": 0.5}
    assert judgement.metrics == pytest.approx(expected)
    assert judgement.correct.tolist() == [True, False, False, True]


def test_of_up_to_five_classes_the_right_one_is_always_among_five():
    logits = torch.randn(20, 5, generator=torch.Generator().manual_seed(0))
    assert judged(ranks_of(logits, torch.arange(20) % 5).tolist()).metrics["top5"] == 1.0


def test_a_network_that_prefers_nothing_is_as_good_as_chance():
    """All logits equal: every picture is taken for the first class, none is right by counting ties as wins."""
    ranks = ranks_of(torch.zeros(10, 10), torch.arange(10))
    assert ranks.tolist() == list(range(10))
    assert judged(ranks.tolist()).metrics["top1"] == pytest.approx(0.1)


@given(values=st.lists(st.integers(-3, 3), min_size=2, max_size=12), data=st.data())
def test_the_rank_is_the_place_in_the_stable_order(values, data):
    label = data.draw(st.integers(0, len(values) - 1))
    order = sorted(range(len(values)), key=lambda index: (-values[index], index))
    ranks = ranks_of(torch.tensor([values], dtype=torch.float32), torch.tensor([label]))
    assert ranks.tolist() == [order.index(label)]
