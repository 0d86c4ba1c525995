"""What was chosen for a trial, in words: the names of its choices, and the labels of what was taken."""

from collections.abc import Sequence
from typing import Any

from nas.records import Search
from search_spaces.describing import Asked, asked_by
from search_spaces.errors import SpaceError
from search_spaces.registry import space_from
from search_spaces.space import Space


def space_of(search: Search) -> Space[Any] | None:
    """The space of the search; None where it is not known any more."""
    try:
        return space_from(search.document.get("space", {}))
    except SpaceError:
        return None


def asked_of(space: Space[Any] | None, genotype: Sequence[int]) -> tuple[Asked, ...]:
    """What each number of a genotype answers: by name; by position where the space is not known any more."""
    try:
        if space is not None:
            return asked_by(space, genotype)
    except SpaceError:
        pass
    return tuple(Asked(name=f"choice {place}", labels=()) for place in range(len(genotype)))


def taken(asked: Asked, option: int) -> str:
    """The option in words; its number where it has none."""
    return asked.labels[option] if option < len(asked.labels) else str(option)
