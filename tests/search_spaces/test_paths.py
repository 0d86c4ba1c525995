"""Brute force walks every way to choose, once."""

from math import comb, factorial

from search_spaces.errors import Rejected
from search_spaces.paths import paths
from search_spaces.testing import ToyArchitecture


class Small:
    """An ordering of three, a pair out of four, and one of two that is only asked for one pair."""

    kind = "small"

    def decode(self, choose):
        choose.ordering("order", "abc")
        pair = choose.subset("pair", range(4), 2)
        slope = choose.one_of("slope", (1, 2)) if pair == (2, 3) else 0
        if pair == (0, 3):
            raise Rejected("wide")
        return ToyArchitecture(stages=(), depth=4, taps=pair, activation="none", slope=slope)


def test_paths_are_all_distinct_and_in_lexicographic_order():
    walked = [genotype for genotype, _ in paths(Small())]
    assert len(walked) == factorial(3) * (comb(4, 2) + 1)
    assert walked == sorted(set(walked))


def test_rejected_paths_have_no_architecture():
    rejected = [genotype for genotype, architecture in paths(Small()) if architecture is None]
    assert [genotype[3:] for genotype in rejected] == [(0, 3)] * 6
