"""Choices as Optuna's parameters, and back. Imports Optuna: import it inside the function that needs it.

- one of several options: a categorical parameter; a whole one where the options are three or more ascending numbers;
- a number: its place on the grid, which is even on the number's own scale already;
- an ordering: the place of every item, a whole parameter each (random keys, Bean 1994, Genetic Algorithms and Random
  Keys). Items are sorted by the places suggested, equal ones in random order: whatever a sampler says is an ordering,
  and neighbours in the parameters are neighbours in the ordering, which an item per place would not give;
- a subset: in or out for every option. Too many or too few are mended at random.

Equal parameters have equal names: where the options of a choice depend on others, their number is part of the name.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.trial import Trial

from search_spaces.choices import SINGLE, ChoiceKind, Chooser, Question
from search_spaces.genotypes import Genotype
from search_spaces.picks import Replay
from search_spaces.space import Space


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """What a genotype is to a sampler: values and distributions by name."""

    values: dict[str, int]
    distributions: dict[str, BaseDistribution]


def parameters_of(space: Space[Any], genotype: Genotype) -> Parameters:
    """The parameters a trial would have suggested for this genotype."""
    noted = _Noted(genotype)
    space.decode(Chooser(noted))
    return Parameters(values=noted.values, distributions=noted.distributions)


class Suggested:
    """A pick that asks a trial; `rng` decides where it leaves two options equal."""

    def __init__(self, trial: Trial, rng: random.Random) -> None:
        self._trial = trial
        self._rng = rng
        self._ranked: Sequence[int] = ()

    def __call__(self, question: Question) -> int:
        if question.kind in SINGLE:
            return self._suggest(*_single(question))
        if not question.taken:
            self._ranked = self._ranking(question)
        return self._ranked[len(question.taken)]

    def _ranking(self, question: Question) -> list[int]:
        """All items in the order they are to be picked."""
        items = list(question.allowed)
        self._rng.shuffle(items)
        suggested = {item: self._suggest(*_keyed(question, item)) for item in sorted(items)}
        return sorted(items, key=suggested.__getitem__, reverse=question.kind is ChoiceKind.SUBSET)

    def _suggest(self, name: str, distribution: BaseDistribution) -> int:
        if distribution.single():
            return 0
        if isinstance(distribution, IntDistribution):
            return self._trial.suggest_int(name, distribution.low, distribution.high)
        assert isinstance(distribution, CategoricalDistribution)
        return int(self._trial.suggest_categorical(name, distribution.choices))  # type: ignore[arg-type]


class _Noted:
    """A pick that replays a genotype and notes the parameters of what it answers."""

    def __init__(self, genotype: Genotype) -> None:
        self._replay = Replay(genotype)
        self.values: dict[str, int] = {}
        self.distributions: dict[str, BaseDistribution] = {}

    def __call__(self, question: Question) -> int:
        taken = self._replay(question)
        if question.kind in SINGLE:
            self._note(taken, *_single(question))
        elif question.kind is ChoiceKind.ORDERING:
            self._note(len(question.taken), *_keyed(question, taken))
        else:
            for option in (taken,) if question.taken else question.allowed:
                self._note(int(option == taken), *_keyed(question, option))
        return taken

    def _note(self, value: int, name: str, distribution: BaseDistribution) -> None:
        if not distribution.single():
            self.values[name] = value
            self.distributions[name] = distribution


def _single(question: Question) -> tuple[str, BaseDistribution]:
    """The parameter of a choice that makes one pick."""
    options = len(question.values)
    if question.kind is ChoiceKind.NUMBER or _ascending(question.values):
        return f"{question.call} in {options}", whole(options)
    return f"{question.call} of {options}", category(options)


def _keyed(question: Question, item: int) -> tuple[str, BaseDistribution]:
    """The parameter of one item of an ordering, or of one option of a subset."""
    if question.kind is ChoiceKind.ORDERING:
        return f"{question.call}[{item}] in {question.places}", whole(question.places)
    return f"{question.call}[{item}]", category(1 if question.places == len(question.values) else 2)


def _ascending(values: Sequence[Any]) -> bool:
    numbers = len(values) > 2 and all(isinstance(value, int | float) and value is not True for value in values)
    return numbers and all(before < after for before, after in pairwise(values))


@lru_cache(maxsize=1024)
def whole(options: int) -> IntDistribution:
    """The places 0 .. options - 1, neighbours being alike."""
    return IntDistribution(0, options - 1)


@lru_cache(maxsize=1024)
def category(options: int) -> CategoricalDistribution:
    """The numbers 0 .. options - 1, none nearer to another."""
    return CategoricalDistribution(tuple(range(options)))
