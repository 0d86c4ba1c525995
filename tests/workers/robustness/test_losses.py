"""The losses on pre-activations have the published values and gradients, and stay finite."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from search_spaces.fine_tuning.architecture import FineTuning, LossKind
from workers.robustness.losses import (
    boundary_terms,
    constraint_terms,
    firing,
    intermediate_loss,
    normalised_sum,
    squared_terms,
)

ALPHA = 100.0


def way(loss: LossKind, **fields: object) -> FineTuning:
    alpha = ALPHA if loss is LossKind.INTERMEDIATE_CONSTRAINT else 0.0
    return FineTuning.model_validate({"loss": loss, "weight": 0.1, "alpha": alpha, "layers": ("a", "b"), **fields})


def literal(h: Tensor, u: Tensor, alpha: float) -> Tensor:
    """The published formula as it is written, in the precision of h."""
    d = 1 / (1 + torch.exp(-alpha * h))
    return -u * torch.log(d) - (1 - u) * torch.log(1 - d)


def some(shape: tuple[int, ...] = (4, 50), scale: float = 1.0, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * scale


@pytest.mark.parametrize("alpha", [1.0, 10.0, 100.0])
def test_value_and_gradient_equal_the_literal_form_where_that_is_finite(alpha: float) -> None:
    h = some(scale=3 / alpha).double().requires_grad_()  # beyond, 1 - d loses its digits even in float64
    u = some(seed=1) > 0
    wanted = literal(h, u.double(), alpha)
    (wanted_gradient,) = torch.autograd.grad(wanted.sum(), h)
    stable = constraint_terms(h, u, alpha=alpha)
    (gradient,) = torch.autograd.grad(stable.sum(), h)
    assert wanted.isfinite().all()
    torch.testing.assert_close(stable.double(), wanted, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(gradient, wanted_gradient, rtol=1e-4, atol=1e-4 * alpha)


def test_the_gradient_is_alpha_times_what_the_sigmoid_is_off() -> None:
    h = some(scale=0.02).requires_grad_()
    u = some(seed=1) > 0
    constraint_terms(h, u, alpha=ALPHA).sum().backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(h.grad, ALPHA * (torch.sigmoid(ALPHA * h.detach()) - u.float()))


def test_the_literal_form_breaks_at_half_a_unit_and_this_one_does_not() -> None:
    h = torch.tensor([0.5, 1.0, -1.0, -0.5])
    u = torch.tensor([False, False, False, True])
    assert not literal(h, u.float(), ALPHA)[1:].isfinite().all()
    torch.testing.assert_close(constraint_terms(h, u, alpha=ALPHA), torch.tensor([50.0, 100.0, 0.0, 50.0]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("alpha", [1.0, 100.0, 1e6])
def test_the_constraint_and_its_gradient_are_finite_for_any_activation_of_any_precision(
    dtype: torch.dtype, alpha: float
) -> None:
    largest, smallest = torch.finfo(dtype).max, torch.finfo(dtype).tiny
    values = torch.tensor([largest, 1e4, 1.0, smallest, 0.0], dtype=dtype)
    h = torch.cat([values, -values]).expand(64, -1).contiguous().requires_grad_()
    for u in (torch.zeros_like(h, dtype=torch.bool), torch.ones_like(h, dtype=torch.bool)):
        terms = constraint_terms(h, u, alpha=alpha)
        (gradient,) = torch.autograd.grad(terms.mean(), h)
        assert terms.dtype is torch.float32
        assert terms.isfinite().all()
        assert terms.mean().isfinite()
        assert gradient.isfinite().all()


@given(st.floats(-1e3, 1e3, width=32), st.booleans(), st.sampled_from([1.0, 10.0, 100.0, 300.0]))
def test_far_from_zero_the_constraint_is_a_hinge_of_slope_alpha(h: float, fires: bool, alpha: float) -> None:
    value = constraint_terms(torch.tensor([h]), torch.tensor([fires]), alpha=alpha).item()
    wrong_side = max(0.0, -h if fires else h)
    assert value == pytest.approx(alpha * wrong_side + math.log1p(math.exp(-alpha * abs(h))), rel=1e-5, abs=1e-6)


def test_identical_networks_have_the_loss_of_neurons_near_zero() -> None:
    h = some((64, 4096))
    assert constraint_terms(h, h, alpha=ALPHA).mean().item() == pytest.approx(0.0069, abs=5e-4)
    assert constraint_terms(0.1 * h, h, alpha=ALPHA).mean().item() == pytest.approx(0.066, abs=2e-3)
    assert squared_terms(h, h).mean().item() == 0.0


def test_zero_counts_as_inactive() -> None:
    assert firing(torch.tensor([-1.0, -0.0, 0.0, 1e-30])).tolist() == [False, False, False, True]
    pattern = torch.tensor([True, False])
    assert firing(pattern) is pattern


def test_the_activation_boundary_is_the_squared_hinge_of_its_publication() -> None:
    margin = 1.0
    s, t = some((8, 100), scale=2), some((8, 100), seed=1)
    wanted = (s + margin) ** 2 * ((s > -margin) & (t <= 0)) + (s - margin) ** 2 * ((s <= margin) & (t > 0))
    torch.testing.assert_close(boundary_terms(s, t, margin=margin), wanted)
    assert boundary_terms(torch.tensor([2.0, -2.0]), torch.tensor([1.0, 0.0]), margin=1.0).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("normalisation", "wanted"), [("mean", 3.5), ("layer_means", 3.0 + 4.0), ("neurons", 28.0)])
def test_the_normalisation_is_a_switch(normalisation: str, wanted: float) -> None:
    layers = [torch.full((2, 4), 3.0), torch.full((2, 4), 4.0)]
    assert normalised_sum(layers, normalisation).item() == wanted  # type: ignore[arg-type]


def test_layers_of_different_widths_count_by_element_or_by_layer() -> None:
    layers = [torch.full((2, 1), 3.0), torch.full((2, 3), 7.0)]
    values = [normalised_sum(layers, name).item() for name in ("mean", "layer_means", "neurons")]  # type: ignore[arg-type]
    assert values == [6.0, 10.0, 24.0]


@pytest.mark.parametrize("loss", [LossKind.INTERMEDIATE_CONSTRAINT, LossKind.ACTIVATION_BOUNDARY])
def test_a_pattern_of_bits_says_as_much_as_the_teacher_s_pre_activations(loss: LossKind) -> None:
    student, teacher = ({name: some(seed=seed + place) for place, name in enumerate("ab")} for seed in (0, 2))
    bits = {name: values > 0 for name, values in teacher.items()}
    live, cached = (intermediate_loss(student, targets, way(loss)) for targets in (teacher, bits))
    assert live.item() == cached.item() > 0


def test_the_loss_is_over_the_named_layers_alone() -> None:
    student = {name: some(seed=seed) for seed, name in enumerate("abc")}
    teacher = {name: torch.zeros(4, 50) for name in "abc"}
    one = intermediate_loss(student, teacher, way(LossKind.MSE, layers=("b",)))
    assert one.item() == pytest.approx(student["b"].square().mean().item())
    both = intermediate_loss(student, teacher, way(LossKind.MSE), normalisation="layer_means")
    assert both.item() == pytest.approx(sum(student[name].square().mean().item() for name in "ab"))


def test_without_a_loss_there_is_none() -> None:
    assert intermediate_loss({}, {}, FineTuning()).item() == 0.0


def test_losses_are_computed_in_float32_under_autocast() -> None:
    student, teacher = {"a": some(), "b": some(seed=1)}, {"a": some(seed=2), "b": some(seed=3)}
    for loss in (LossKind.MSE, LossKind.INTERMEDIATE_CONSTRAINT, LossKind.ACTIVATION_BOUNDARY):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            cast = intermediate_loss(student, teacher, way(loss))
        assert cast.dtype is torch.float32
        assert cast.item() == pytest.approx(intermediate_loss(student, teacher, way(loss)).item(), rel=1e-6)
