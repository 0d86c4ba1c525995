"""NSGA-II."""

import random
from itertools import pairwise
from statistics import fmean

import pytest

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.pareto import non_dominated, pareto_front, point
from nas.ports import Outcome
from nas.strategies.nsga2 import Nsga2, Selection, ranked
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.strategies import StrategySuite, history_of
from search_spaces.genotypes import sample
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

SPACE = ToySpace()


class TestNsga2(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Nsga2:
        return Nsga2(population=6, crossover=0.9)


class TestNsga2OfAJointSpace(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Nsga2:
        return Nsga2(population=6, crossover=0.9)

    @pytest.fixture
    def space(self) -> JointSpace:
        return JointSpace({"backbone": SPACE, "training": ToyTrainingSpace()})


def outcomes(*values, violations=()):
    """Outcomes with these values, in their order."""
    broken = dict(enumerate(violations))
    return tuple(
        Outcome(number=n, genotype=(n,), values=each, violation=broken.get(n, 0.0)) for n, each in enumerate(values)
    )


def numbers(ordered):
    return [outcome.number for outcome in ordered]


def random_outcomes(count, *, objectives, seed=0):
    rng = random.Random(seed)
    return outcomes(*(tuple(rng.random() for _ in range(objectives)) for _ in range(count)))


def test_fronts_come_one_after_another_the_less_crowded_of_a_front_first():
    apart = outcomes((0, 10), (1, 9), (1.5, 8.5), (6, 4), (10, 0), (0, 0))
    assert numbers(ranked(apart)) == [0, 4, 3, 2, 1, 5]


def test_those_that_break_bounds_stand_behind_the_worst_that_does_not_the_less_the_better():
    broken = outcomes((9, 9), (1, 1), (8, 8), (0, 0), violations=(0.5, 0, 0.1, 0))
    assert numbers(ranked(broken)) == [1, 3, 2, 0]


def test_those_that_break_bounds_as_much_are_held_to_each_other_by_their_objectives():
    broken = outcomes((1, 1), (2, 2), (3, 0), violations=(0.5, 0.5, 0.5))
    assert numbers(ranked(broken)) == [1, 2, 0]


def test_of_one_objective_the_larger_value_is_better():
    assert numbers(ranked(outcomes((1,), (3,), (2,)))) == [1, 2, 0]


def test_trials_without_results_are_never_selected():
    history = history_of(SPACE, 40, without_result=range(0, 40, 2))
    assert all(outcome.values is not None for outcome in Selection(8).of(history))


@pytest.mark.parametrize("length", [0, 3, 8, 21, 64, 100])
def test_the_best_front_survives_every_selection_while_there_is_room(length):
    history = random_outcomes(length, objectives=2)
    front = non_dominated({outcome.number: outcome.values for outcome in history})
    selected = numbers(Selection(16).of(history))
    assert len(selected) == min(length, 16)
    assert len(front) <= 16, "the example has room for it"
    assert set(selected[: len(front)]) == front


def test_what_was_kept_of_other_histories_changes_nothing():
    history = list(random_outcomes(90, objectives=3))
    kept = Selection(8)
    for length in (90, 30, 89, 64):
        assert kept.of(history[:length]) == Selection(8).of(history[:length])
    history[5] = Outcome(number=5, genotype=(5,), values=(2.0, 2.0, 2.0))
    assert kept.of(history) == Selection(8).of(history)
    assert kept.of(history)[0] is history[5]


def test_what_is_kept_grows_no_faster_than_the_history():
    history = random_outcomes(400, objectives=2)
    kept = Selection(8)
    for length in range(0, 401, 7):
        kept.of(history[:length])
    assert len(kept._kept) <= 2 * 400 / 8


def test_the_first_population_is_drawn_at_random():
    draw = next(Nsga2(population=6, crossover=0.9).ask(SPACE, history_of(SPACE, 5), 5, random.Random(1)))
    assert draw == sample(SPACE, random.Random(1))


def front_of(strategy, seed):
    """The volume that the front of a search for score and few parameters covers, above the worst there are."""
    storage = MemoryStorage()
    objectives = [{"metric": "AP"}, {"metric": "params", "goal": "minimize"}]
    document = toy_document(strategy=strategy, objectives=objectives, budget={"trials": 60}, seed=seed)
    controller = toy_controller(storage, document)
    run_inline(controller, ToyEvaluator())
    front = pareto_front(storage.trials(controller.search_id), document.objectives)
    return volume([point(trial.metrics, document.objectives) for trial in front], above=(2.5, -410.0))


def volume(front, *, above):
    """The area that points dominate above a reference point."""
    falling = sorted({(x - above[0], y - above[1]) for x, y in front if x > above[0] and y > above[1]}, reverse=True)
    return sum((x - right) * y for (x, y), (right, _) in pairwise([*falling, (0.0, 0.0)]))


def test_a_volume_is_counted_once_where_rectangles_overlap():
    assert volume([(3, 1), (1, 3), (2, 2)], above=(0, 0)) == 6
    assert volume([(3, 1), (-1, 5)], above=(0, 0)) == 3


def test_the_front_covers_more_than_that_of_chance():
    strategy = {"kind": "nsga2", "population": 12}
    gains = [front_of(strategy, seed) / front_of({"kind": "random"}, seed) - 1 for seed in range(6)]
    assert fmean(gains) > 0.01, "over six fixed seeds"
