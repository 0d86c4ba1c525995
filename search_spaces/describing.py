"""What the numbers of a genotype stand for, choice by choice, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from search_spaces.choices import Chooser, Question
from search_spaces.picks import Replay
from search_spaces.space import Space

LONGEST = 24  # characters of a label


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One number of a genotype: the name of its choice, and a label for every option."""

    name: str
    labels: tuple[str, ...]


def asked_by(space: Space[Any], genotype: Sequence[int]) -> tuple[Asked, ...]:
    """What each number of the genotype answers. Raises as `search_spaces.genotypes.decode`."""
    noted = _Noted(genotype)
    space.decode(Chooser(noted))
    return tuple(noted.asked)


class _Noted:
    """A pick that replays a genotype and notes what it was asked."""

    def __init__(self, genotype: Sequence[int]) -> None:
        self._replay = Replay(genotype)
        self.asked: list[Asked] = []

    def __call__(self, question: Question) -> int:
        labels = tuple(_label(number, value) for number, value in enumerate(question.values))
        self.asked.append(Asked(name=question.name, labels=labels))
        return self._replay(question)


def _label(number: int, value: Any) -> str:
    """The value where it is short enough to be read, else the number of the option."""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"option {number}"
