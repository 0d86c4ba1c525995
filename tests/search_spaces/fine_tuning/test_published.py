"""The published ways of fine-tuning, and the controls of any other."""

from search_spaces.fine_tuning.architecture import FineTuning, LossKind
from search_spaces.fine_tuning.published import PUBLISHED, controls_of

CONSTRAINT = PUBLISHED["intermediate-constraint"]


def test_the_published_weights_are_those_of_the_publication():
    assert (CONSTRAINT.weight, CONSTRAINT.alpha, CONSTRAINT.layers) == (0.1, 100.0, ("fc6", "fc7"))
    assert (PUBLISHED["mse"].weight, PUBLISHED["fine-tuning"].weight) == (0.05, 0.0)


def test_the_published_controls_of_the_intermediate_constraint_are_the_other_two():
    assert controls_of(CONSTRAINT) == (PUBLISHED["fine-tuning"], PUBLISHED["mse"])


def test_controls_see_the_same_distortions_and_act_on_the_same_layers():
    held = FineTuning(loss=LossKind.MSE, weight=1, layers=("fc7",), mix=(0, 1, 0), strengths=(2, 4))
    plain, mse = controls_of(held)
    assert {(one.mix, one.strengths) for one in (plain, mse)} == {((0, 1, 0), (2, 4))}
    assert (plain.loss, mse.layers, mse.weight) == (LossKind.NONE, ("fc7",), 0.05)


def test_plain_fine_tuning_is_its_own_only_control():
    clean = FineTuning(mix=(1, 0, 0), strengths=())
    assert controls_of(clean) == (clean,)
