"""The conformance suite of strategies.

class TestRandom(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return Random()
"""

import os
import pickle
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from nas.objectives import Objective
from nas.ports import Outcome, Strategy
from nas.strategies.setting import Setting
from search_spaces.genotypes import Draw, decode, encode, sample
from search_spaces.space import Space
from search_spaces.testing import ToySpace

ASK_ELSEWHERE = """
import pickle, random, sys
from itertools import islice
strategy, space, history, number = pickle.load(sys.stdin.buffer)
print([list(draw.genotype) for draw in islice(strategy.ask(space, history, number, random.Random("elsewhere")), 3)])
"""


def history_of(
    space: Space[Any], length: int, *, without_result: Sequence[int] = (), earlier: int = 0
) -> tuple[Outcome, ...]:
    """A history of random candidates with results, but for the numbers named: those have failed or run.

    Some of the others were stopped early, some break a measured constraint. Before them come so many results of an
    earlier search.
    """
    return tuple(
        Outcome(
            number=number,
            genotype=sample(space, random.Random(number)).genotype,
            values=None if number in without_result else (random.Random(number).random(),),
            pending=number in without_result and number % 2 == 1,
            fidelity=0.5 if number % 7 == 3 else 1.0,
            violation=0.25 if number % 5 == 4 else 0.0,
        )
        for number in range(-earlier, length)
    )


def renumbered(history: Sequence[Outcome], first: int) -> tuple[Outcome, ...]:
    """The same outcomes, numbered from `first` on."""
    return tuple(replace(outcome, number=number) for number, outcome in enumerate(history, first))


def toy_setting(space: Space[Any] | None = None, *, objectives: int = 1) -> Setting:
    """A setting over the toy space, or another, without costs; so many objectives to maximise."""
    goals = tuple(Objective(metric=f"value_{index}") for index in range(objectives))
    return Setting(space=space or ToySpace(), static_metrics=lambda _: {}, objectives=goals)


class StrategySuite:
    """Everything a strategy owes the core. Supply a `strategy` fixture; the space is a toy unless you supply one."""

    @pytest.fixture
    def space(self) -> Space[Any]:
        """The space the strategy proposes from."""
        return ToySpace()

    def test_a_proposal_is_a_canonical_member_of_the_space(self, strategy: Strategy, space: Space[Any]) -> None:
        for draw in self._proposals(strategy, space):
            assert decode(space, draw.genotype) == draw.architecture
            assert encode(space, draw.architecture) == draw.genotype

    def test_the_same_arguments_give_the_same_proposal(self, strategy: Strategy, space: Space[Any]) -> None:
        assert self._proposals(strategy, space) == self._proposals(strategy, space)

    def test_the_order_of_asking_does_not_matter(self, strategy: Strategy, space: Space[Any]) -> None:
        forwards = [self._ask(strategy, space, number) for number in range(30)]
        backwards = [self._ask(strategy, space, number) for number in reversed(range(30))]
        assert forwards == backwards[::-1]

    def test_another_process_proposes_the_same(self, strategy: Strategy, space: Space[Any]) -> None:
        history = history_of(space, 40, without_result=(3, 38), earlier=15)
        here = first(strategy.ask(space, history, 40, random.Random("elsewhere")))
        for hash_seed in ("1", "2"):
            ran = subprocess.run(
                [sys.executable, "-c", ASK_ELSEWHERE],
                input=pickle.dumps((strategy, space, history, 40)),
                env={**os.environ, "PYTHONHASHSEED": hash_seed},
                capture_output=True,
                check=True,
            )
            assert ran.stdout.decode().strip() == str([list(draw.genotype) for draw in here])

    def test_other_randomness_gives_other_proposals(self, strategy: Strategy, space: Space[Any]) -> None:
        history = history_of(space, 40)
        asked = {next(strategy.ask(space, history, 40, random.Random(seed))).genotype for seed in range(20)}
        assert len(asked) > 1

    def test_what_was_thrown_away_is_not_all_there_is(self, strategy: Strategy, space: Space[Any]) -> None:
        history = history_of(space, 40)
        for number in (0, 5, 40):
            asked = islice(strategy.ask(space, history[:number], number, random.Random(number)), 50)
            assert len({draw.genotype for draw in asked}) > 10

    def test_the_global_randomness_is_left_alone(self, strategy: Strategy, space: Space[Any]) -> None:
        before = random.getstate()
        self._proposals(strategy, space)
        assert random.getstate() == before

    def test_the_history_is_not_changed(self, strategy: Strategy, space: Space[Any]) -> None:
        given = list(history_of(space, 40, without_result=(0, 7, 39)))
        kept = tuple(given)
        for draw in range(5):
            first(strategy.ask(space, given, 40, random.Random(draw)))
        assert tuple(given) == kept

    def test_what_an_earlier_search_found_counts_as_if_it_had_been_found_here(
        self, strategy: Strategy, space: Space[Any]
    ) -> None:
        for earlier, length in ((12, 0), (9, 3), (3, 5)):  # too few for a strategy to begin anew between them
            history = history_of(space, length, earlier=earlier)
            whole = renumbered(history, 0)
            there = first(strategy.ask(space, history, length, random.Random(1)))
            assert there == first(strategy.ask(space, whole, len(whole), random.Random(1)))

    def test_any_history_will_do(self, strategy: Strategy, space: Space[Any]) -> None:
        for without_result in ((), range(40), range(39), range(0, 40, 2)):
            for earlier in (0, 20):
                history = history_of(space, 40, without_result=without_result, earlier=earlier)
                first(strategy.ask(space, history, 40, random.Random(0)))
        first(strategy.ask(space, (), 0, random.Random(0)))
        first(strategy.ask(space, (), 100, random.Random(0)))

    def _proposals(self, strategy: Strategy, space: Space[Any]) -> list[Draw[Any]]:
        return [draw for number in range(0, 60, 3) for draw in self._ask(strategy, space, number)]

    def _ask(self, strategy: Strategy, space: Space[Any], number: int) -> list[Draw[Any]]:
        history = history_of(space, number, without_result=(1, 5, number - 1), earlier=7 * (number % 2))
        return first(strategy.ask(space, history, number, random.Random(f"{number}")))


def first(asked: Iterator[Draw[Any]], most: int = 3) -> list[Draw[Any]]:
    """The best candidates of those asked for."""
    return list(islice(asked, most))
