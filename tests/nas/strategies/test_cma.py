"""CMA-ES over numbers: a function of history, better than chance, refused where it does not fit."""

import random
from itertools import islice
from statistics import fmean

import pytest

from nas.errors import DocumentError
from nas.ports import Outcome
from nas.strategies.cma import CmaEs, ranges_of
from nas.strategies.optuna import OptunaStrategy, optuna_from
from nas.testing.strategies import StrategySuite, toy_setting
from search_spaces.genotypes import sample
from search_spaces.registry import space_from
from search_spaces.testing import ToySpace, ToyTrainingSpace

RANGE = {"low": 0.001, "high": 1.0, "log": True}
SPACE = space_from(
    {
        "kind": "training",
        "choices": {
            "optimizer.learning_rate": RANGE,
            "optimizer.weight_decay": RANGE,
            "label_smoothing": {"low": 0.0, "high": 0.5},
        },
    }
)


def strategy(**options) -> CmaEs:
    return optuna_from(OptunaStrategy(sampler="cmaes", options=options), toy_setting(SPACE))


class TestCmaEs(StrategySuite):
    @pytest.fixture
    def space(self):
        return SPACE

    @pytest.fixture
    def strategy(self):
        return strategy(population_size=6)


HIGH = list(ranges_of(SPACE).values())


def score(genotype):
    """Best where two numbers agree in a way that neither shows alone."""
    x, y, z = (place / high for place, high in zip(genotype, HIGH, strict=True))
    return -((x - 0.8) ** 2) - (y - x * 0.5) ** 2 - (z - 0.1) ** 2


def best_of(propose, trials=60):
    history: list[Outcome] = []
    for number in range(trials):
        genotype = propose(history, number)
        history.append(Outcome(number=number, genotype=genotype, values=(score(genotype),)))
    return max(outcome.values[0] for outcome in history)


def searched(seed):
    cma = strategy()
    return best_of(lambda history, n: next(cma.ask(SPACE, history, n, random.Random(f"{seed}-{n}"))).genotype)


def by_chance(seed):
    return best_of(lambda _, n: sample(SPACE, random.Random(f"{seed}-{n}")).genotype)


def test_it_beats_random_draws():
    assert min(searched(seed) for seed in range(3)) > fmean(by_chance(seed) for seed in range(10))


def test_what_it_remembers_changes_nothing():
    rng = random.Random(0)
    rows = [sample(SPACE, rng).genotype for _ in range(40)]
    history = [Outcome(number=n, genotype=row, values=(score(row),)) for n, row in enumerate(rows)]
    kept = strategy(population_size=5)
    for length in (12, 30, 40, 7, 40):
        fresh = strategy(population_size=5)
        ours, theirs = (
            [draw.genotype for draw in islice(each.ask(SPACE, history[:length], length, random.Random(3)), 4)]
            for each in (kept, fresh)
        )
        assert ours == theirs


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (ToySpace(), "is no number: take tpe"),
        (ToyTrainingSpace(), "is not always asked: take tpe"),
        (
            space_from({"kind": "training", "choices": {"optimizer.learning_rate": RANGE}}),
            "needs at least 2 choices, got 1: take tpe",
        ),
    ],
)
def test_a_space_it_does_not_fit_is_refused(space, sentence):
    with pytest.raises(DocumentError, match=sentence):
        ranges_of(space)


def test_it_is_for_one_objective():
    with pytest.raises(DocumentError, match="cmaes is for one objective, got 2: take nsga2"):
        optuna_from(OptunaStrategy(sampler="cmaes"), toy_setting(SPACE, objectives=2))
