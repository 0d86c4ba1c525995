"""What the service asks of a document beyond what every search document owes: its paths."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.settings import Settings
from nas.document import parse_document
from nas.errors import DocumentError
from nas.problems import KIND, Problem
from nas.tasks.kinds import EVALUATORS
from nas.tasks.options import TaskOptions
from nas.tasks.paths import named
from nas.weight_files import weight_files
from search_spaces.reading import shown

_DATA = ("task", "data")  # every text below it is a path
_TEACHER = ("task", "teacher", "weights")


def submitted_document(data: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The validated document as JSON, its paths absolute. Raises `DocumentError` naming every field that is wrong.

    With a data root, paths are relative to it and must stay inside; without one they must be absolute.
    """
    root = settings.data_root and settings.data_root.absolute()
    problems = [] if root else _relative_paths(data)
    try:
        document: dict[str, Any] = parse_document(data, root).model_dump(mode="json")
    except DocumentError as error:
        raise DocumentError([*error.problems, *problems]) from None
    problems += _paths_outside(document, root) if root else []
    if problems:
        raise DocumentError(problems)
    return document


def _relative_paths(data: Mapping[str, Any]) -> list[Problem]:
    return [
        (field, f"must be an absolute path, got {shown(str(path))}")
        for field, path in _paths(data)
        if not path.is_absolute()
    ]


def _paths_outside(document: Mapping[str, Any], root: Path) -> list[Problem]:
    return [
        (field, f"must lie inside the service's data root, got {shown(str(path))}")
        for field, path in _paths(document)
        if not _is_inside(path, root)
    ]


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links that go round in a circle
        return False


def _paths(data: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Every path of the document with its dotted field."""
    task = data.get("task")
    installed = EVALUATORS.sound(task.get(KIND)) if isinstance(task, Mapping) else None
    if isinstance(task, Mapping) and installed is not None:
        yield from _paths_by_type(task, installed.options)
    for place in (_DATA, _TEACHER) if installed is None else ():
        below: Any = data
        for name in place:
            below = below.get(name) if isinstance(below, Mapping) else None
        yield from _texts(below, ".".join(place))
    for part in ("space", "strategy", "begin_with"):
        yield from ((field, Path(path)) for field, path in weight_files(data.get(part), part))


def _paths_by_type(task: Mapping[str, Any], model: type[TaskOptions]) -> Iterator[tuple[str, Path]]:
    """The paths of an installed task, wherever its options have them; none where they are wrong, which is told."""
    try:
        options = model.model_validate(task)
    except ValidationError:
        return
    yield from ((f"task.{field}", Path(path)) for field, path, _ in named(options))


def _texts(value: Any, field: str) -> Iterator[tuple[str, Path]]:
    if isinstance(value, str):
        yield field, Path(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{field}.{name}")
