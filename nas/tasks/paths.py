"""Which texts of a task are paths, and of what: made absolute when a document is read, looked for before a search
begins. A field of type `FolderPath` or `FilePath`, however deep in the task, is found by its type."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Place:
    """What a path has to lead to."""

    name: str

    def is_there(self, path: str) -> bool:
        """Whether it does."""
        return Path(path).is_dir() if self == FOLDER else Path(path).is_file()


FOLDER, FILE = Place("folder"), Place("file")
FolderPath = Annotated[str, Field(pattern=r"^[^\x00]+$"), FOLDER]
FilePath = Annotated[str, Field(pattern=r"^[^\x00]+$"), FILE]


def resolved(options: M, base: Path) -> M:
    """The same options, relative paths taken from `base`."""
    update: dict[str, object] = {}
    for name, field in type(options).model_fields.items():
        value = getattr(options, name)
        if isinstance(value, BaseModel):
            update[name] = resolved(value, base)
        elif isinstance(value, str) and place_of(field) is not None:
            update[name] = str(base / value)
    return options.model_copy(update=update)


def missing(options: BaseModel, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The dotted field of every path that leads nowhere, and a sentence that says what it must be."""
    for field, path, place in named(options, prefix):
        if not place.is_there(path):
            yield field, f"must be a {place.name}, got {path!r}"


def named(options: BaseModel, prefix: str = "") -> Iterator[tuple[str, str, Place]]:
    """The dotted field of every path there is, the path, and what it has to lead to."""
    for name, field in type(options).model_fields.items():
        value, place = getattr(options, name), place_of(field)
        if isinstance(value, BaseModel):
            yield from named(value, f"{prefix}{name}.")
        elif isinstance(value, str) and place is not None:
            yield f"{prefix}{name}", value, place


def place_of(field: FieldInfo) -> Place | None:
    """What the field's path has to lead to; None for a field that is no path."""
    return next((mark for mark in (*field.metadata, *_inside(field.annotation)) if isinstance(mark, Place)), None)


def _inside(annotation: Any) -> Iterator[object]:
    """What a type is made of, however deep: its arguments and what annotates them."""
    for argument in get_args(annotation):
        yield argument
        yield from _inside(argument)
