"""Every architecture of a small space."""

import random
from statistics import fmean

import pytest

from nas.drivers.inline import run_inline
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.ports import Outcome
from nas.records import SearchStatus
from nas.searching import search
from nas.strategies.exhaustive import Exhaustive, ExhaustiveStrategy, exhaustive_from, too_large
from nas.strategies.registry import MAX_DRAWS, draws_from
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document, toy_metrics
from nas.testing.strategies import StrategySuite, history_of, toy_setting
from search_spaces.genotypes import decode, enumerate_genotypes
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.space import JointSpace
from search_spaces.registry import space_from
from search_spaces.testing import ToyResizerSpace, ToySpace, ToyTrainingSpace

SPACE = ToySpace()
EVERY = list(enumerate_genotypes(SPACE))
JOINT = JointSpace({"backbone": SPACE, "resizer": ToyResizerSpace()})


def exhaustive(space=SPACE, seed=0):
    return exhaustive_from(toy_setting(space), seed=seed)


class TestExhaustive(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Exhaustive:
        return exhaustive()

    def test_other_randomness_gives_other_proposals(self, strategy, space) -> None:
        """Here the order is that of the seed, and the randomness of a number has no say."""
        asked = {next(exhaustive(seed=seed).ask(space, (), 0, random.Random(0))).genotype for seed in range(20)}
        assert len(asked) > 1
        history = history_of(space, 40)
        assert len({next(strategy.ask(space, history, 40, random.Random(seed))).genotype for seed in range(20)}) == 1


class TestExhaustiveOfAJointSpace(TestExhaustive):
    @pytest.fixture
    def strategy(self) -> Exhaustive:
        return exhaustive(JOINT)

    @pytest.fixture
    def space(self) -> JointSpace:
        return JOINT

    def test_other_randomness_gives_other_proposals(self, strategy, space) -> None:
        asked = {next(exhaustive(space, seed).ask(space, (), 0, random.Random(0))).genotype for seed in range(5)}
        assert len(asked) > 1


def pending(genotypes):
    return tuple(Outcome(number=n, genotype=g, values=None, pending=True) for n, g in enumerate(genotypes))


def test_trial_after_trial_every_architecture_is_proposed_once():
    strategy, proposed = exhaustive(), []
    while draw := next(strategy.ask(SPACE, pending(proposed), len(proposed), random.Random(0)), None):
        proposed.append(draw.genotype)
    assert sorted(proposed) == EVERY
    assert proposed != EVERY, "they are shuffled"


def test_what_is_passed_over_comes_again_when_the_others_are_tried():
    draws = list(exhaustive().ask(SPACE, (), 0, random.Random(0)))
    assert sorted(draw.genotype for draw in draws) == EVERY
    third = draws[2].genotype
    again = [draw.genotype for draw in exhaustive().ask(SPACE, pending([third]), 1, random.Random(0))]
    assert again == [draw.genotype for draw in (*draws[3:], *draws[:2])]


def test_a_history_of_other_architectures_changes_nothing_but_what_is_left():
    stranger = Outcome(number=0, genotype=(9, 9), values=None)
    assert len(list(exhaustive().ask(SPACE, (stranger,), 1, random.Random(0)))) == len(EVERY)


def searched(**fields):
    storage = MemoryStorage()
    document = toy_document(strategy={"kind": "random"}, budget={"trials": 1000}, **fields)
    changed = document.model_dump(mode="json") | {"strategy": {"kind": "exhaustive"}}  # the toy space stands in
    search = storage.create_search("toy", changed)
    run_inline(toy_controller(storage, document, search_id=search.id), ToyEvaluator())
    return storage.search(search.id), storage.trials(search.id)


def test_a_search_completes_when_the_space_is_exhausted_however_large_its_budget():
    search, trials = searched()
    assert search.status is SearchStatus.COMPLETED
    assert search.reason == "no untried feasible candidate is left: every one was tried"
    assert sorted(trial.genotype for trial in trials) == EVERY


def test_what_breaks_a_bound_is_left_out_and_the_search_completes():
    search, trials = searched(constraints=[{"metric": "macs", "max": 2500}])
    assert search.status is SearchStatus.COMPLETED
    slow = [genotype for genotype in EVERY if toy_metrics(decode(SPACE, genotype))["macs"] > 2500]
    assert slow
    assert sorted([trial.genotype for trial in trials] + slow) == EVERY


def test_no_number_of_draws_ends_it_before_the_space_does():
    drawn = list(draws_from(ExhaustiveStrategy(), toy_setting(ToyTrainingSpace()), seed=0)((), 0))
    assert len(drawn) == ToyTrainingSpace().count() > MAX_DRAWS


def test_large_spaces_are_refused_by_a_sentence():
    spinenet = space_from({"kind": "spinenet"})
    with pytest.raises(DocumentError, match=r"^strategy\.kind: .* at most 100,000 ways .* this one has about 10\^37$"):
        exhaustive(spinenet)
    assert too_large(SPACE) is None


def test_what_chance_seldom_draws_is_tried_as_soon_as_everything_else():
    def mean_score(strategy, seed):
        found = search(ToyTrainingSpace(), lambda toy: float(toy.steps > 1), trials=60, strategy=strategy, seed=seed)
        return fmean(trial.metrics["score"] for trial in found.trials)

    gains = [mean_score("exhaustive", seed) - mean_score("random", seed) for seed in range(5)]
    assert fmean(gains) > 0.1, "over five fixed seeds; by chance 4 of 5 score, of all 44 of 45"


def test_a_space_of_one_architecture_is_tried_once():
    only = decode(SPACE, EVERY[0])
    (draw,) = exhaustive(FixedSpace(only)).ask(FixedSpace(only), (), 0, random.Random(0))
    assert draw.architecture == only
