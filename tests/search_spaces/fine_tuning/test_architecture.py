"""A way of fine-tuning is canonical: what a choice makes dead has one value."""

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.fine_tuning.architecture import FineTuning, LossKind

HELD = {"loss": "intermediate_constraint", "weight": 0.1, "alpha": 100, "layers": ["fc6", "fc7"]}


def test_the_default_is_plain_fine_tuning_on_a_uniform_mix_of_all_strengths():
    plain = FineTuning()
    assert (plain.loss, plain.weight, plain.layers) == (LossKind.NONE, 0.0, ())
    assert (plain.mix, plain.strengths) == ((1, 1, 1), (1, 2, 3, 4, 5))
    assert plain.distorts


def test_it_plays_the_part_of_fine_tuning_in_a_joint_architecture():
    assert FineTuning.role == "fine_tuning"


def test_whole_numbers_and_negative_zero_read_as_the_same_architecture():
    assert FineTuning.load({"weight": -0.0}).architecture_id == FineTuning().architecture_id
    assert FineTuning.load(HELD) == FineTuning.load({**HELD, "alpha": 100.0})


def test_clean_pictures_alone_have_no_strengths():
    clean = FineTuning.load({"mix": [1, 0, 0], "strengths": []})
    assert not clean.distorts


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"weight": 0.1}, "weight: must be 0 with the loss none, got 0.1"),
        ({"layers": ["fc6"]}, "layers: must be empty with the loss none"),
        ({"alpha": 1}, r"alpha: must be 0 with the loss none, got 1\.0"),
        ({**HELD, "weight": 0}, "weight: must be above 0 with the loss intermediate_constraint, got 0"),
        ({**HELD, "layers": []}, "layers: must be named with the loss intermediate_constraint"),
        ({**HELD, "alpha": 0}, "alpha: must be above 0 with the loss intermediate_constraint, got 0"),
        ({**HELD, "loss": "mse"}, "alpha: must be 0 with the loss mse, got 100"),
        ({**HELD, "layers": ["fc7", "fc6"]}, "layers: must be distinct and in alphabetical order, got fc7, fc6"),
        ({**HELD, "layers": ["fc6", "fc6"]}, "layers: must be distinct and in alphabetical order"),
        ({**HELD, "layers": ["fc 6"]}, r"layers\.0: .*pattern"),
        ({"mix": [2, 2, 2]}, "mix: must be shares of clean, noise, blur without a common divisor, .* got 2, 2, 2"),
        ({"mix": [0, 0, 0], "strengths": []}, "mix: must be shares"),
        ({"mix": [1, -1, 1]}, r"mix\.1: must be greater than or equal to 0, got -1"),
        ({"mix": [1, 0, 0]}, "strengths: must be empty where all pictures stay clean"),
        ({"strengths": []}, "strengths: must be named where pictures are distorted"),
        ({"strengths": [2, 1]}, r"strengths: must be distinct, ascending and in 1\.\.5"),
        ({"strengths": [6]}, r"strengths: must be distinct, ascending and in 1\.\.5"),
        ({"loss": "cosine"}, "loss: must be 'none', 'mse', 'intermediate_constraint' or 'activation_boundary'"),
    ],
)
def test_what_is_not_canonical_is_refused_under_its_field(fields, message):
    with pytest.raises(InvalidArchitecture, match=message):
        FineTuning.load(fields)
