"""Options of `nas data add`: one for every field that the `data` of documents have, however deep it stands there."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nas.data_sets import KINDS
from nas.errors import DocumentError
from nas.problems import Problem, models_in
from nas.tasks.paths import place_of
from search_spaces.reading import nearest

Flags = dict[str, tuple[tuple[str, ...], FieldInfo]]
"""By its name, as train-images: the names that lead to the field, and what it may hold."""


def flags_of(kind: str) -> Flags:
    """The options of a kind of data."""
    return {"-".join(names).replace("_", "-"): (names, field) for names, field in _fields(KINDS[kind])}


def data_given(arguments: Sequence[str], kind: str) -> dict[str, Any]:
    """The data that `--train-images FOLDER --classes=3` and the like mean, paths absolute. Raises `DocumentError`."""
    flags, given = flags_of(kind), dict[str, Any]()
    problems: list[Problem] = []
    for flag, value in _pairs(arguments):
        if flag not in flags:
            problems.append((f"--{flag}", f"is no option of {kind} data{nearest(flag, list(flags))}"))
            continue
        names, field = flags[flag]
        inner = given
        for name in names[:-1]:
            inner = inner.setdefault(name, {})
        inner[names[-1]] = _value(value, field)
    if problems:
        raise DocumentError(problems)
    return given


def _fields(model: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = next(models_in(field.annotation), None)
        if inner is None:
            yield (name,), field
        else:
            yield from (((name, *names), below) for names, below in _fields(inner))


def _pairs(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options with their values; one without a value is switched on."""
    waiting: str | None = None
    for argument in [*arguments, "--"]:
        if argument.startswith("--"):
            if waiting is not None:
                yield waiting, "true"
            flag, equals, value = argument.removeprefix("--").partition("=")
            waiting = None if equals else flag
            if equals:
                yield flag, value
        elif waiting is None:
            raise DocumentError([(argument, "must follow an option, as in --train FOLDER")])
        else:
            yield waiting, argument
            waiting = None


def _value(text: str, field: FieldInfo) -> Any:
    return str(Path(text).absolute()) if place_of(field) is not None else yaml.safe_load(text)
