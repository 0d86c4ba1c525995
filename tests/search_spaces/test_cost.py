"""The arithmetic of costs."""

from search_spaces.cost import Cost, batch_norm, convolution, normalized_convolution, total


def test_a_convolution_counts_a_multiply_add_per_weight_and_position():
    assert convolution(3, 64, kernel=7, pixels=100) == Cost(params=9_408, conv_macs=940_800)


def test_a_bias_adds_params_and_no_multiply_adds():
    assert convolution(2, 5, kernel=1, pixels=10, bias=True) == Cost(params=15, conv_macs=100)


def test_a_batch_norm_counts_one_multiply_add_per_element():
    assert batch_norm(8, pixels=100) == Cost(params=16, batch_norm_macs=800)


def test_a_normalized_convolution_is_both():
    both = convolution(4, 8, kernel=3, pixels=9) + batch_norm(8, pixels=9)
    assert normalized_convolution(4, 8, kernel=3, pixels=9) == both


def test_costs_add_and_multiply():
    one = Cost(params=1, conv_macs=2, batch_norm_macs=3)
    assert one + one == one * 2 == total([one, one]) == Cost(params=2, conv_macs=4, batch_norm_macs=6)
    assert one.macs == 5
    assert total([]) == Cost()
