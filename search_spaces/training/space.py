"""The space of trainings: options of the task, chosen from lists and ranges, some of them only where they matter.

Choices are asked for in an order that the document's does not change: each after the one it depends on.
"""

from collections.abc import Mapping
from math import prod
from typing import Any, ClassVar

from search_spaces.errors import NotInSpace
from search_spaces.grids import Grid
from search_spaces.reading import nearest, shown
from search_spaces.space import Choose
from search_spaces.training.architecture import Training, Value
from search_spaces.training.options import TrainingChoice, TrainingSpaceOptions, holds


class TrainingSpace:
    """All trainings that the options allow."""

    kind: ClassVar[str] = "training"

    def __init__(self, options: TrainingSpaceOptions) -> None:
        self.options = options
        self._choices = {name: options.choices[name] for name in options.order}
        self._options = {name: choice.options for name, choice in self._choices.items()}

    def decode(self, choose: Choose) -> Training:
        """The training that these choices make."""
        values: dict[str, Value] = {}
        for name, choice in self._choices.items():
            if _asked(choice, values):
                options = self._options[name]
                taken = choose.number(name, options) if isinstance(options, Grid) else choose.one_of(name, options)
                values[name] = taken
        return Training(values=values)

    def recall(self, architecture: Training) -> Mapping[str, Any]:
        """The answers by name: the values themselves. Raises `NotInSpace` naming the option that does not fit."""
        values = architecture.values
        for name in values:
            if name not in self._choices:
                raise _misfit(name, f"unknown choice{nearest(name, list(self._choices))}")
        for name, choice in self._choices.items():
            self._check(name, choice, values)
        return values

    def load(self, data: Mapping[str, Any]) -> Training:
        """The training from its JSON."""
        return Training.load(data)

    def count(self) -> int:
        """The ways to answer every choice that depends on no other, with those that depend on it."""
        ways: dict[str, int] = {}
        for name in reversed(self._choices):
            below = {other: choice.when[name] for other, choice in self._choices.items() if name in choice.when}
            deciding = {value for values in below.values() for value in values}
            decided = (prod(ways[other] for other in below if value in below[other]) for value in deciding)
            ways[name] = len(self._options[name]) - len(deciding) + sum(decided)
        return prod(ways[name] for name, choice in self._choices.items() if not choice.when)

    def _check(self, name: str, choice: TrainingChoice, values: Mapping[str, Value]) -> None:
        """Returns when the choice is answered where it is asked, with a value it has; raises `NotInSpace`."""
        if not _asked(choice, values):
            if name in values:
                raise _misfit(name, f"must not be set unless {_told(choice)}")
            return
        if name not in values:
            raise _misfit(name, "is missing")
        if not holds(self._options[name], values[name]):
            raise _misfit(name, f"{_allowed(self._options[name], values[name])}, got {shown(values[name])}")


def _asked(choice: TrainingChoice, values: Mapping[str, Value]) -> bool:
    """Whether a choice is asked, after what was answered before."""
    return all(other in values and values[other] in deciding for other, deciding in choice.when.items())


def _told(choice: TrainingChoice) -> str:
    """The condition of a choice in words."""
    return " and ".join(f"{other} is {' or '.join(map(str, values))}" for other, values in choice.when.items())


def _allowed(options: Grid | tuple[Value, ...], value: Value) -> str:
    if not isinstance(options, Grid):
        return f"must be one of {', '.join(repr(known) for known in options)}"
    if isinstance(value, bool | str) or not options[0] <= value <= options[-1]:
        return f"must be on the grid {options!r}"
    return f"must be on the grid {options!r}, as {options.nearest(value)!r}"


def _misfit(name: str, sentence: str) -> NotInSpace:
    return NotInSpace(f"values.{name}", sentence)
