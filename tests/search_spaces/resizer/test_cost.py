"""Costs of resizers: every number of the paper, and the closed forms behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.resizer.cost import ResizerCost, resizer_cost

COLUMNS = [(blocks, filters) for filters in (16, 32) for blocks in (1, 2, 3, 4)]
PAPER_PARAMS = [11_872, 16_480, 21_088, 25_696, 38_080, 56_512, 74_944, 93_376]
PARAMS = [12_035, 16_707, 21_379, 26_051, 38_403, 56_963, 75_523, 94_083]
PRINTED = ["11.87", "16.48", "21.08", "25.69", "38.08", "56.51", "74.94", "93.37"]  # thousands, cut, not rounded
GIGA_FLOPS = {  # input, output -> the columns; FLOPs are two a multiply-add
    (224, 224): [1.191, 1.654, 2.116, 2.579, 3.821, 5.671, 7.521, 9.370],
    (256, 224): [1.271, 1.734, 2.196, 2.659, 3.997, 5.847, 7.697, 9.546],
    (320, 224): [1.464, 1.926, 2.389, 2.851, 4.420, 6.269, 8.119, 9.969],
    (368, 224): [1.636, 2.098, 2.561, 3.023, 4.798, 6.648, 8.497, 10.347],
    (448, 224): [1.977, 2.439, 2.901, 3.364, 5.546, 7.396, 9.245, 11.095],
    (448, 448): [4.766, 6.615, 8.465, 10.315, 15.286, 22.684, 30.083, 37.482],
}
SIDES = st.integers(3, 2000)


def learned(blocks, filters, taken=448, given=224):
    return Resizer.load({"blocks": blocks, "filters": filters, "input_size": taken, "output_size": given})


@pytest.mark.parametrize(
    ("column", "paper_params", "params", "printed"), [*zip(COLUMNS, PAPER_PARAMS, PARAMS, PRINTED, strict=True)]
)
def test_params_are_the_published_ones(column, paper_params, params, printed):
    cost = resizer_cost(learned(*column))
    assert (cost.paper_params, cost.params) == (paper_params, params)
    assert f"{cost.paper_params // 10 / 100:.2f}" == printed


@pytest.mark.parametrize("sizes", GIGA_FLOPS)
def test_flops_are_twice_the_multiply_adds_of_the_published_table(sizes):
    macs = [resizer_cost(learned(*column, *sizes)).macs for column in COLUMNS]
    assert [round(2 * value / 1e9, 3) for value in macs] == GIGA_FLOPS[sizes]


def test_448_to_224_with_one_block_of_16_filters_costs_what_densenet_121_was_published_to_gain():
    macs = resizer_cost(learned(1, 16)).macs
    assert macs == 988_266_496
    assert round(macs / 1e9, 5) == 0.98827
    assert round(2 * macs / 1e9, 2) == round(7.65 - 5.67, 2)


@pytest.mark.parametrize(("filters", "params"), [(8, 4_144), (24, 23_184), (48, 78_624), (64, 133_504)])
def test_other_widths(filters, params):
    assert resizer_cost(learned(1, filters)).paper_params == params


@given(st.integers(0, 100), st.integers(1, 200), SIDES, SIDES, SIDES, SIDES)
def test_costs_follow_the_closed_forms_at_any_size(r, n, height, width, rows, columns):
    resizer = Resizer(blocks=r, filters=n, input_size=(height, width), output_size=(rows, columns))
    kernels = 294 * n + (10 + 18 * r) * n**2
    assert resizer_cost(resizer) == ResizerCost(
        paper_params=kernels,
        params=kernels + (2 * n + 3) + 2 * n * (2 + 2 * r),
        macs=(147 * n + n**2) * height * width + ((18 * r + 9) * n**2 + 147 * n) * rows * columns,
    )


@pytest.mark.parametrize(
    ("filters", "params"), [(16, [12_083, 16_787, 21_491, 26_195]), (32, [38_499, 57_123, 75_747, 94_371])]
)
def test_with_biases_everywhere_there_are_a_few_more(filters, params):
    resizers = [learned(blocks, filters) for blocks in (1, 2, 3, 4)]
    biased = [resizer.model_copy(update={"biases": "all"}) for resizer in resizers]
    assert [resizer_cost(resizer).params for resizer in biased] == params
    assert [resizer_cost(resizer).macs for resizer in biased] == [resizer_cost(resizer).macs for resizer in resizers]


def test_an_interpolation_alone_costs_nothing():
    assert resizer_cost(control_of(learned(1, 16))) == ResizerCost(paper_params=0, params=0, macs=0)
