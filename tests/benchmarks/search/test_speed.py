"""The benchmark of speed runs, whatever strategies there are."""

import pytest

from benchmarks.search.__main__ import KINDS, MORE_KINDS
from benchmarks.search.speed import proposal_ms
from nas.strategies.kinds import OURS


def test_every_strategy_that_proposes_by_itself_is_timed():
    assert {*KINDS, *MORE_KINDS} == set(OURS) - {"fixed"}


@pytest.mark.parametrize("kind", [*KINDS, *MORE_KINDS])
def test_a_proposal_takes_some_time(kind):
    assert proposal_ms(kind, finished=25) > 0
