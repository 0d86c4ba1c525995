"""The fine-tuning space keeps the laws, and never asks for what means nothing."""

import pytest

from search_spaces.errors import NotInSpace
from search_spaces.fine_tuning.architecture import FineTuning, LossKind
from search_spaces.fine_tuning.options import FineTuningOptions
from search_spaces.fine_tuning.published import PUBLISHED
from search_spaces.fine_tuning.space import FineTuningSpace
from search_spaces.genotypes import count, encode, enumerate_genotypes, trace, validate
from search_spaces.paths import paths
from search_spaces.testing import SpaceLaws

PAPER = FineTuningSpace()
WIDE = FineTuningSpace(
    FineTuningOptions(
        losses=tuple(LossKind),
        weights=(0.01, 0.1),
        alphas=(10.0, 100.0, 300.0),
        layers=(("fc6",), ("fc7",), ("fc6", "fc7")),
        mixes=((1, 0, 0), (1, 1, 1), (0, 1, 0)),
        strengths=((5,), (1, 2, 3, 4, 5)),
    )
)


class TestPaperSpace(SpaceLaws):
    space = PAPER
    golden = (
        ((0, 0, 0), PUBLISHED["fine-tuning"]),
        ((1, 1, 0, 0, 0), PUBLISHED["mse"]),
        ((2, 3, 0, 0, 0, 0), PUBLISHED["intermediate-constraint"]),
    )


class TestWideSpace(SpaceLaws):
    space = WIDE


def test_the_publication_s_grid_has_eleven_points():
    assert count(PAPER) == 1 + 5 + 5 == len(list(enumerate_genotypes(PAPER)))


def test_no_architecture_of_the_wide_space_has_two_genotypes():
    every = [architecture.architecture_id for _, architecture in paths(WIDE)]
    assert len(set(every)) == len(every) == count(WIDE) == (1 + 6 + 18 + 6) * (1 + 2 + 2)


def test_only_what_matters_is_asked():
    plain = FineTuning(mix=(1, 0, 0), strengths=())
    assert [choice.call for choice in trace(WIDE, encode(WIDE, plain))] == ["loss", "mix"]
    held = FineTuning(loss=LossKind.ACTIVATION_BOUNDARY, weight=0.1, layers=("fc6",), strengths=(5,))
    assert [choice.call for choice in trace(WIDE, encode(WIDE, held))] == [
        *("loss", "weight", "layers", "mix", "strengths")
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"loss": LossKind.ACTIVATION_BOUNDARY, "weight": 0.1, "layers": ("fc6", "fc7")}, "loss: must be one of"),
        ({"loss": LossKind.MSE, "weight": 0.3, "layers": ("fc6", "fc7")}, "weight: must be one of"),
        ({"loss": LossKind.MSE, "weight": 0.1, "layers": ("fc6",)}, "layers: must be one of"),
        ({"mix": (2, 1, 1)}, "mix: must be one of"),
        ({"strengths": (5,)}, "strengths: must be one of"),
    ],
)
def test_what_is_not_offered_is_refused_by_its_field(fields, message):
    with pytest.raises(NotInSpace, match=message):
        validate(PAPER, FineTuning(**fields))
