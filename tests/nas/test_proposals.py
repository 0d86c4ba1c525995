"""From draws to a candidate that is new and feasible."""

import random

import pytest

from nas.errors import SpaceExhausted
from nas.objectives import Constraint
from nas.proposals import Proposer
from nas.strategies.fixed import Fixed
from nas.strategies.random import Random
from nas.strategies.registry import asked
from nas.testing.searches import toy_metrics
from search_spaces.errors import DrawsExhausted, InvalidArchitecture
from search_spaces.genotypes import sample
from search_spaces.testing import ToySpace

SPACE = ToySpace()
DRAWS = asked(Random(), space=SPACE, seed=0)
SHALLOW = [Constraint(metric="params", max=350)]


def test_candidates_are_new_and_feasible_and_the_others_counted():
    proposer = Proposer(DRAWS, toy_metrics, SHALLOW)
    proposals = [proposer.propose((), number) for number in range(40)]
    assert len({proposal.draw.genotype for proposal in proposals}) == 40
    assert all(proposal.draw.architecture.depth == 3 for proposal in proposals)
    refused = [candidate for proposal in proposals for candidate in proposal.infeasible]
    assert len({candidate.architecture_id for candidate in refused}) == len(refused)
    assert all(candidate.metrics["params"] > 350 for candidate in refused)


def test_what_was_tried_before_is_not_proposed():
    first = Proposer(DRAWS, toy_metrics).propose((), 0).draw
    again = Proposer(DRAWS, toy_metrics, tried=[first.architecture.architecture_id]).propose((), 0)
    assert again.draw.genotype != first.genotype
    assert again.redraws["duplicate"] == 1


def test_a_fixed_list_is_gone_through_in_its_order():
    candidates = [sample(SPACE, random.Random(seed)) for seed in range(6)]
    proposer = Proposer(asked(Fixed(candidates), space=SPACE, seed=0), toy_metrics, SHALLOW)
    shallow = [draw for draw in candidates if draw.architecture.depth == 3]
    assert 0 < len(shallow) < 6
    assert [proposer.propose((), number).draw for number in range(len(shallow))] == shallow
    with pytest.raises(SpaceExhausted, match="no untried feasible candidate is left"):
        proposer.propose((), len(shallow))


def test_a_space_that_gives_nothing_is_exhausted():
    def draws(history, number):
        raise DrawsExhausted("10,000 draws rejected")
        yield

    with pytest.raises(SpaceExhausted, match="10,000 draws rejected"):
        Proposer(draws, toy_metrics).propose((), 0)


def test_a_candidate_no_network_can_be_built_around_is_infeasible():
    def metrics(architecture):
        if architecture.depth != 3:
            raise InvalidArchitecture([("depth", "must be 3")])
        return toy_metrics(architecture)

    proposer = Proposer(DRAWS, metrics)
    proposals = [proposer.propose((), number) for number in range(10)]
    assert all(proposal.draw.architecture.depth == 3 for proposal in proposals)
    refused = [candidate for proposal in proposals for candidate in proposal.infeasible]
    assert {(candidate.reason, len(candidate.metrics)) for candidate in refused} == {
        ("no network can be built: depth: must be 3", 0)
    }
