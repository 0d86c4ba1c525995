"""Local search."""

import random
from dataclasses import replace
from itertools import islice
from statistics import fmean

import pytest

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.ports import Outcome
from nas.strategies.local_search import LocalSearch, best_first
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.strategies import StrategySuite, history_of, renumbered
from search_spaces.genotypes import neighbours, sample
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

SPACE = ToySpace()
CLIMBER = LocalSearch(patience=3)


class TestLocalSearch(StrategySuite):
    @pytest.fixture
    def strategy(self) -> LocalSearch:
        return LocalSearch(patience=20)


class TestLocalSearchWithMuchUnseen(StrategySuite):
    @pytest.fixture
    def strategy(self) -> LocalSearch:
        return LocalSearch(patience=5, unseen=7)


class TestLocalSearchOfAJointSpace(StrategySuite):
    @pytest.fixture
    def strategy(self) -> LocalSearch:
        return LocalSearch(patience=20)

    @pytest.fixture
    def space(self) -> JointSpace:
        return JointSpace({"backbone": SPACE, "training": ToyTrainingSpace()})


def outcomes(*values):
    """Random trials with these values in their order; None for one that has failed, ... for one that runs."""
    return tuple(
        Outcome(
            number=number,
            genotype=sample(SPACE, random.Random(number)).genotype,
            values=None if value in (None, ...) else (float(value),),
            pending=value is ...,
        )
        for number, value in enumerate(values)
    )


def around(outcome):
    return {draw.genotype for draw in neighbours(SPACE, outcome.genotype)}


def drawn(strategy, history, most):
    asked = strategy.ask(SPACE, history, len(history), random.Random(len(history)))
    return [draw.genotype for draw in islice(asked, most)]


def test_nothing_known_is_begun_at_random():
    for history in ((), outcomes(...), outcomes(None, ...)):
        draw = next(CLIMBER.ask(SPACE, history, len(history), random.Random(1)))
        assert draw == sample(SPACE, random.Random(1))


def test_the_untried_neighbours_of_the_best_come_first_each_once_then_those_of_the_next_best():
    history = outcomes(1, 3, 2)
    of_the_best = around(history[1]) - {outcome.genotype for outcome in history}
    asked = drawn(CLIMBER, history, len(of_the_best) + 3)
    assert set(asked[: len(of_the_best)]) == of_the_best
    assert set(asked[len(of_the_best) :]) <= around(history[2])


def test_neighbours_that_run_are_left_out():
    start = outcomes(1)
    running = [
        Outcome(number=number, genotype=draw.genotype, values=None, pending=True)
        for number, draw in enumerate(islice(neighbours(SPACE, start[0].genotype), 4), 1)
    ]
    asked = drawn(CLIMBER, (*start, *running), 50)
    assert not {outcome.genotype for outcome in running} & set(asked)


def test_other_numbers_try_other_neighbours():
    history = outcomes(1)
    firsts = {next(CLIMBER.ask(SPACE, history, 1, random.Random(seed))).genotype for seed in range(20)}
    assert len(firsts) > 4


def test_a_climb_ends_after_as_many_results_in_vain_as_its_patience():
    assert CLIMBER.start_of_climb(outcomes(1, 2, 1, 1)) == 0
    assert CLIMBER.start_of_climb(outcomes(1, 2, 1, 1, 2)) == 5
    assert CLIMBER.start_of_climb(outcomes(1, 2, 1, 1, 3, 1, 1)) == 0
    assert CLIMBER.start_of_climb(outcomes(1, 2, 1, None, None, 0.5, 0)) == 5
    draw = next(CLIMBER.ask(SPACE, outcomes(1, 2, 1, 1, 2), 5, random.Random(1)))
    assert draw == sample(SPACE, random.Random(1))


def test_the_first_climb_begins_at_the_best_of_an_earlier_search():
    earlier = renumbered(outcomes(1, 7, 2, 2, 2, 2, 2, 2), -8)
    assert CLIMBER.start_of_climb(earlier) == 0, "none of its results was in vain"
    first = next(CLIMBER.ask(SPACE, earlier, 0, random.Random(1))).genotype
    assert first in around(earlier[1])
    assert CLIMBER.start_of_climb((*earlier, *outcomes(3, 8, 1, 1))) == 0
    assert CLIMBER.start_of_climb((*earlier, *outcomes(3, 6, 1))) == 11


def test_the_next_climb_has_its_own_best():
    history = outcomes(1, 9, 1, 1, 2, 0.2, 0.5, 0.3)
    asked = drawn(CLIMBER, history, 5)
    assert set(asked) <= around(history[6])


def test_trials_in_flight_are_not_waited_for_and_count_for_nothing():
    climber = LocalSearch(patience=2, unseen=2)
    assert climber.start_of_climb(outcomes(5, 1, 1, 1, ..., ...)) == 0, "two of the three could not know the best"
    assert climber.start_of_climb(outcomes(5, 1, 1, 1, 1, ..., ...)) == 7
    assert climber.start_of_climb(outcomes(5, 1, 1, 1, 1, 9, 9, 0.1)) == 7, "5 and 6 were proposed by the old climb"


def test_less_violation_is_better_than_better_values():
    broken, worse, kept = outcomes(9, 9, 1)
    ranked = best_first([replace(worse, violation=2.0), replace(broken, violation=0.5), kept])
    assert [outcome.number for outcome in ranked] == [2, 0, 1]


def test_of_two_that_are_as_good_the_older_comes_first():
    assert [outcome.number for outcome in best_first(outcomes(1, 2, 2, None, 1))] == [1, 2, 0, 4]


def test_long_histories_with_gaps_begin_no_climb_behind_their_end_but_a_new_one():
    assert 0 <= CLIMBER.start_of_climb(history_of(SPACE, 200, without_result=range(0, 200, 3))) <= 200


def best_score(strategy, seed, concurrent):
    storage = MemoryStorage()
    resources = {"concurrent": concurrent}
    document = toy_document(strategy=strategy, budget={"trials": 40}, seed=seed, resources=resources)
    controller = toy_controller(storage, document)
    run_inline(controller, ToyEvaluator())
    return fmean(trial.metrics["AP"] for trial in storage.trials(controller.search_id)[15:])


@pytest.mark.parametrize("concurrent", [1, 4])
def test_local_search_finds_better_trials_than_chance(concurrent):
    local = {"kind": "local_search"}
    gains = [
        best_score(local, seed, concurrent) - best_score({"kind": "random"}, seed, concurrent) for seed in range(4)
    ]
    assert fmean(gains) > 0.1, "over four fixed seeds; scores lie between 2.8 and 5.1"
