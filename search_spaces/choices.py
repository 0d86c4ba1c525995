"""Choices: how `decode` asks, and what is recorded of the answers.

A `Chooser` turns the calls a space makes (`one_of`, `ordering`, `subset`, `number`) into single questions, puts each to
one function `pick`, and records the answers as `Choice`s. Sampling, replay, encoding, mutation, a policy network or
another optimiser differ in their `pick` and in nothing else. A part of a product of spaces asks through a
`PartChooser`, under names of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from search_spaces.errors import InvalidGenotype, SpaceError
from search_spaces.grids import Grid
from search_spaces.space import Choose

PART_SEPARATOR = "/"  # stands in no role, so what is before the first one says whose choice it is

T = TypeVar("T")


class ChoiceKind(StrEnum):
    """Which call of `Choose` a choice belongs to."""

    ONE_OF = "one_of"
    ORDERING = "ordering"
    SUBSET = "subset"
    NUMBER = "number"


SINGLE = (ChoiceKind.ONE_OF, ChoiceKind.NUMBER)  # the kinds that make one pick


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One pick to be made: a number out of `allowed`."""

    call: str  # the name `decode` gave to the call this pick belongs to
    kind: ChoiceKind
    places: int  # how many picks the call makes
    taken: tuple[int, ...]  # the picks already made in this call
    values: Sequence[Any]  # what the numbers stand for
    allowed: Sequence[int]  # all numbers but those taken

    @property
    def name(self) -> str:
        """The name of the choice: the call's, with the place behind it where the call makes several picks."""
        return choice_name(self.call, self.kind, len(self.taken))

    @property
    def recordable(self) -> Sequence[int]:
        """The numbers a record can hold here: as `allowed`, but ascending within a subset, with room for the rest."""
        if self.kind is not ChoiceKind.SUBSET:
            return self.allowed
        lowest = self.taken[-1] + 1 if self.taken else 0
        return range(lowest, len(self.values) - (self.places - len(self.taken)) + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One decision as it was taken: its name, how many options it had, which one was taken, which were allowed."""

    name: str
    call: str
    kind: ChoiceKind
    options: int
    taken: int
    allowed: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Everything taken in one call of a space."""

    kind: ChoiceKind
    options: int
    taken: tuple[int, ...]

    def fits(self, question: Question) -> bool:
        """True when the call still asks for as many picks of the same kind, and has every option that was taken."""
        same = self.kind is question.kind and len(self.taken) == question.places
        return same and max(self.taken) < len(question.values)

    @property
    def fixed(self) -> bool:
        """True when nothing else could have been taken: one of one, a subset of everything."""
        return self.options <= (len(self.taken) if self.kind is ChoiceKind.SUBSET else 1)


Pick = Callable[[Question], int]


def choice_name(call: str, kind: ChoiceKind, place: int) -> str:
    """`call` itself for a single pick, `call.place` for one of an ordering or a subset."""
    return call if kind in SINGLE else f"{call}.{place}"


class Chooser:
    """Implements `Choose` over one function `pick`, and records what was taken.

    Raises `InvalidGenotype` when `pick` answers with something that is not allowed, and `SpaceError` when the space
    asks what nobody can answer: no options, a subset larger than its options, the same name twice.
    """

    def __init__(self, pick: Pick) -> None:
        self._pick = pick
        self._answers: dict[str, Answer] = {}

    def one_of(self, name: str, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self._ask(name, ChoiceKind.ONE_OF, values=options, places=1)[0]]

    def ordering(self, name: str, items: Sequence[T]) -> tuple[T, ...]:
        """All items in the order they were picked."""
        taken = self._ask(name, ChoiceKind.ORDERING, values=items, places=len(items))
        return tuple(items[number] for number in taken)

    def subset(self, name: str, options: Sequence[T], size: int) -> tuple[T, ...]:
        """`size` distinct options, in the options' order whatever the order they were picked in."""
        taken = self._ask(name, ChoiceKind.SUBSET, values=options, places=size)
        return tuple(options[number] for number in taken)

    def number(self, name: str, grid: Grid) -> float:
        """A value of the grid."""
        return grid[self._ask(name, ChoiceKind.NUMBER, values=grid, places=1)[0]]

    @property
    def answers(self) -> dict[str, Answer]:
        """What was taken so far by the name of the call, in the order it was asked for."""
        return dict(self._answers)

    @property
    def genotype(self) -> tuple[int, ...]:
        """The options taken so far, in the order they were asked for."""
        return tuple(number for answer in self._answers.values() for number in answer.taken)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Everything chosen so far, pick by pick, in the order it was asked for."""
        return tuple(choice for call, answer in self._answers.items() for choice in _recorded(call, answer))

    def _ask(self, call: str, kind: ChoiceKind, *, values: Sequence[Any], places: int) -> tuple[int, ...]:
        self._check(call, kind, len(values), places)
        taken: tuple[int, ...] = ()
        allowed = list(range(len(values)))
        for _ in range(places):
            question = Question(call=call, kind=kind, places=places, taken=taken, values=values, allowed=tuple(allowed))
            number = self._pick(question)
            if number not in allowed:
                raise InvalidGenotype(f"{question.name} must be one of {spelled(allowed)}, got {number!r}")
            allowed.remove(number)
            taken = (*taken, number)
        if kind is ChoiceKind.SUBSET:
            taken = tuple(sorted(taken))
        self._answers[call] = Answer(kind=kind, options=len(values), taken=taken)
        return taken

    def _check(self, call: str, kind: ChoiceKind, options: int, places: int) -> None:
        if call in self._answers:
            raise SpaceError(f"the space asks for the choice {call!r} twice; names are unique within one decode")
        if kind is not ChoiceKind.ORDERING and not 1 <= places <= options:
            raise SpaceError(f"the space asks for {places} out of {options} options in the choice {call!r}")


class PartChooser:
    """Implements `Choose` for one part of a product: asks the same under the name `part_choice` gives."""

    def __init__(self, choose: Choose, role: str) -> None:
        self._choose = choose
        self._role = role

    def one_of(self, name: str, options: Sequence[T]) -> T:
        """One of the options."""
        return self._choose.one_of(part_choice(self._role, name), options)

    def ordering(self, name: str, items: Sequence[T]) -> tuple[T, ...]:
        """All items in the order they were picked."""
        return self._choose.ordering(part_choice(self._role, name), items)

    def subset(self, name: str, options: Sequence[T], size: int) -> tuple[T, ...]:
        """`size` distinct options, in the options' order."""
        return self._choose.subset(part_choice(self._role, name), options, size)

    def number(self, name: str, grid: Grid) -> float:
        """A value of the grid."""
        return self._choose.number(part_choice(self._role, name), grid)


def part_choice(role: str, name: str) -> str:
    """The name that the choice `name` of the part `role` has in a product: `backbone/outputs.0.kind`."""
    return f"{role}{PART_SEPARATOR}{name}"


def _recorded(call: str, answer: Answer) -> Iterator[Choice]:
    for place, number in enumerate(answer.taken):
        yield Choice(
            name=choice_name(call, answer.kind, place),
            call=call,
            kind=answer.kind,
            options=answer.options,
            taken=number,
            allowed=tuple(free for free in range(answer.options) if free not in answer.taken[:place]),
        )


def spelled(numbers: Sequence[int]) -> str:
    """Ascending numbers for people: `0..7` where they have no gap, else all of them."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}..{numbers[-1]}"
    return ", ".join(str(number) for number in numbers)
