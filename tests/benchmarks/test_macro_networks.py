"""The networks of NAS-Bench-Macro are those of the published table."""

from itertools import product

import pytest

from benchmarks.macro_networks import SIDE, is_canonical, macro_network
from workers.networks.counting import count


@pytest.mark.parametrize(
    ("code", "params", "flops"),
    [("02012100", 890_666, 47_327_744), ("11111221", 2_181_386, 65_012_224), ("00011110", 1_118_378, 31_390_208)],
)
def test_a_network_costs_what_the_table_says(code, params, flops):
    cost = count(macro_network(code), (3, SIDE, SIDE))
    assert (cost.params, cost.conv_macs) == (params, flops)


def test_networks_that_are_written_in_several_ways_count_once():
    codes = ["".join(digits) for digits in product("012", repeat=8)]
    assert sum(is_canonical(code) for code in codes) == 9 * 21 * 21
    assert is_canonical("02110210")
    assert not is_canonical("02101000")
