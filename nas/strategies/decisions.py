"""What a policy decides when a space asks: one of a menu, with the chances a uniform draw of the space would give.

Menus hold each outcome once: of equal options the first stands for all, members of a subset are asked for in ascending
order, and a number is one of at most `BINS` stretches of its grid. So a genotype, which is canonical, is one sequence
of decisions and no other.
"""

import random
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import comb, log
from typing import Any, cast

from search_spaces.choices import ChoiceKind, Chooser, Question
from search_spaces.picks import Replay
from search_spaces.space import Space

BINS = 16  # stretches of a grid that a policy tells apart; within one it draws uniformly


@dataclass(frozen=True, kw_only=True, slots=True)
class Menu:
    """The ways to answer one question, and how many uniform draws end in each, as a logarithm."""

    name: str
    numbers: tuple[int, ...]  # options; of a number, bins
    log_counts: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A menu and the place in it that was taken."""

    menu: Menu
    taken: int


def decisions_of(space: Space[Any], genotype: Sequence[int]) -> tuple[Decision, ...]:
    """The decisions that a canonical genotype stands for, in their order; those without an alternative left out."""
    recording = _Recording(genotype)
    space.decode(Chooser(recording))
    return tuple(recording.decisions)


def menu_of(question: Question) -> Menu:
    """The ways to answer a question."""
    counts = dict(_counts(question))
    return Menu(
        name=question.name,
        numbers=tuple(counts),
        log_counts=tuple(log(count) for count in counts.values()),
    )


def taken_from(menu: Menu, question: Question, number: int) -> int:
    """The place in its menu of what was picked."""
    if question.kind is ChoiceKind.NUMBER:
        return number * len(menu.numbers) // len(question.values)
    return menu.numbers.index(number)


def pick_from(menu: Menu, question: Question, place: int, rng: random.Random) -> int:
    """A pick that stands for a place in its menu: itself, or any of its bin."""
    if question.kind is ChoiceKind.NUMBER:
        return rng.choice(_bin(place, len(menu.numbers), len(question.values)))
    return menu.numbers[place]


def _counts(question: Question) -> Iterator[tuple[int, int]]:
    """Each way to answer, with how many uniform draws of the rest of the call it begins."""
    match question.kind:
        case ChoiceKind.NUMBER:
            bins = min(BINS, len(question.values))
            yield from ((place, len(_bin(place, bins, len(question.values)))) for place in range(bins))
        case ChoiceKind.SUBSET:
            left = question.places - len(question.taken) - 1
            options = len(question.values)
            yield from ((number, comb(options - number - 1, left)) for number in question.recordable)
        case _:
            yield from _equals(question)


def _equals(question: Question) -> Iterator[tuple[int, int]]:
    """The first of the options that are equal, and how many there are."""
    groups: dict[Hashable, list[int]] = {}
    for number in question.allowed:
        groups.setdefault(_hashable(question.values[number]), []).append(number)
    yield from ((numbers[0], len(numbers)) for numbers in groups.values())


def _hashable(value: Any) -> Hashable:
    """The value itself where it has a hash, else its text."""
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return cast(Hashable, value)


def _bin(place: int, bins: int, options: int) -> range:
    """The places of a grid of `options` that make a bin."""
    return range(-(-place * options // bins), -(-(place + 1) * options // bins))


class _Recording:
    """Answers from a genotype, and keeps the decisions."""

    def __init__(self, genotype: Sequence[int]) -> None:
        self.decisions: list[Decision] = []
        self._replay = Replay(genotype)

    def __call__(self, question: Question) -> int:
        number = self._replay(question)
        menu = menu_of(question)
        if len(menu.numbers) > 1:
            self.decisions.append(Decision(menu=menu, taken=taken_from(menu, question, number)))
        return number
