"""Every way through the choices of a space, by brute force: what exact counts of tiny spaces are held to."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from search_spaces.choices import Chooser, Question
from search_spaces.errors import Rejected
from search_spaces.space import Architecture, Space

A = TypeVar("A", bound=Architecture)


def paths(space: Space[A]) -> Iterator[tuple[tuple[int, ...], A | None]]:
    """Every way to choose, in lexicographic order, with its architecture: None where the space rejects it."""
    prefix: list[int] | None = []
    while prefix is not None:
        walk = _Walk(prefix)
        architecture = _decoded(space, walk)
        yield tuple(walk.taken), architecture
        prefix = walk.next_prefix()


def _decoded(space: Space[A], walk: "_Walk") -> A | None:
    try:
        return space.decode(Chooser(walk))
    except Rejected:
        return None


class _Walk:
    """Follows a prefix of picks, then takes first options; knows which prefix comes next in lexicographic order."""

    def __init__(self, prefix: list[int]) -> None:
        self._prefix = prefix
        self._options: list[Sequence[int]] = []
        self.taken: list[int] = []

    def __call__(self, question: Question) -> int:
        place = len(self.taken)
        self._options.append(question.recordable)
        self.taken.append(self._prefix[place] if place < len(self._prefix) else question.recordable[0])
        return self.taken[-1]

    def next_prefix(self) -> list[int] | None:
        for place in reversed(range(len(self.taken))):
            later = [option for option in self._options[place] if option > self.taken[place]]
            if later:
                return [*self.taken[:place], later[0]]
        return None
