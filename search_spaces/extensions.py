"""Kinds that installed packages bring as entry points: how a space, a strategy or an evaluator of one's own gets a name
in documents.

A document names a kind, and nothing of a document is ever imported or evaluated: what is loaded was installed by
whoever runs this process, under that very name, and only when a document asks for it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from search_spaces.errors import BrokenExtension

KIND = "kind"


class Kind(Protocol):
    """What every kind says of itself."""

    @property
    def kind(self) -> str:
        """Its name in documents."""
        ...

    @property
    def options(self) -> type[BaseModel]:
        """The model of its options, whose field `kind` has that name as its default."""
        ...


K = TypeVar("K", bound=Kind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extensions(Generic[K]):
    """The kinds of one part of a document that installed packages bring. Packages are looked for at every call, and
    loaded once a kind of theirs is asked for.

    `group` is that of the entry points: their names are the kinds, their objects are `of` this class. No package can
    take the place of one of `ours`.
    """

    group: str
    of: type[K]
    ours: Collection[str]

    def names(self) -> list[str]:
        """The installed kinds, in alphabetical order."""
        return sorted({entry.name for entry in self._installed()})

    def find(self, kind: Any) -> K | None:
        """The installed kind of this name; None where there is none. Raises `BrokenExtension`."""
        entries = [entry for entry in self._installed() if entry.name == kind]
        if not entries:
            return None
        if len({entry.value for entry in entries}) > 1:
            packages = " and ".join(sorted({_package(entry) for entry in entries}))
            raise BrokenExtension(f"is brought by more than one installed package: {packages}; uninstall all but one")
        return self._loaded(entries[0])

    def sound(self, kind: Any) -> K | None:
        """The same, but None where it is broken: for whoever leaves it to others to tell that."""
        try:
            return self.find(kind)
        except BrokenExtension:
            return None

    def each(self) -> Iterator[tuple[str, K | BrokenExtension]]:
        """Every installed kind by its name, or why it cannot be used."""
        for name in self.names():
            try:
                found = self.find(name)
            except BrokenExtension as error:
                yield name, error
            else:
                if found is not None:
                    yield name, found

    def _installed(self) -> Sequence[EntryPoint]:
        return [entry for entry in entry_points(group=self.group) if entry.name not in self.ours]

    def _loaded(self, entry: EntryPoint) -> K:
        """What the entry point names. Raises `BrokenExtension`, whatever the package does."""
        told = f"is brought by the installed package {_package(entry)} ({entry.value})"
        try:
            found = entry.load()
        except Exception as error:
            raise BrokenExtension(f"{told}, which cannot be loaded: {type(error).__name__}: {error}") from error
        if not isinstance(found, self.of):
            raise BrokenExtension(f"{told}, which must be a {self.of.__name__}, got {type(found).__name__}")
        for place, name in _names(found):
            if name != entry.name:
                raise BrokenExtension(f"{told}, whose {place} must be called {entry.name!r} too, got {name!r}")
        return found


def _names(found: Kind) -> Iterator[tuple[str, Any]]:
    """What a kind and its models are called."""
    yield KIND, found.kind
    for place in ("options", "architecture"):
        model: type[BaseModel] | None = getattr(found, place, None)
        if model is not None:
            field = model.model_fields.get(KIND)
            yield place, None if field is None else field.default


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.module
