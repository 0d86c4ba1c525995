"""What the service asks of a document beyond what every search document owes: its paths."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.confinement import is_inside
from api.settings import Settings
from nas.data_sets import DATA, DATA_SET, TASK, FindDataSet, with_named_data
from nas.document import parse_document
from nas.errors import DocumentError
from nas.problems import KIND, Problem
from nas.tasks.kinds import EVALUATORS
from nas.tasks.options import TaskOptions
from nas.tasks.paths import named
from nas.weight_files import weight_files
from search_spaces.reading import shown

_DATA = (TASK, DATA)  # every text below it is a path
_TEACHER = (TASK, "teacher", "weights")


def submitted_document(
    data: Mapping[str, Any], settings: Settings, *, find: FindDataSet, anywhere: bool = False
) -> dict[str, Any]:
    """The validated document as JSON, its paths absolute. Raises `DocumentError` naming every field that is wrong.

    Paths must stay inside the data roots, relative ones inside the first. Where there are none, `anywhere` allows
    every absolute path; without it no path is allowed. Those of a registered data set, which `find` finds, were
    allowed when it was registered.
    """
    roots = settings.data_roots
    data = with_named_data(data, find)
    problems = [] if roots else _refused_paths(data, anywhere=anywhere)
    try:
        document: dict[str, Any] = parse_document(data, roots[0] if roots else None).model_dump(mode="json")
    except DocumentError as error:
        raise DocumentError([*error.problems, *problems]) from None
    problems += _paths_outside(document, roots) if roots else []
    if problems:
        raise DocumentError(problems)
    return document


def _refused_paths(data: Mapping[str, Any], *, anywhere: bool) -> list[Problem]:
    """Those of a service without data roots."""
    allowed = "an absolute path" if anywhere else "left out: this service has no data roots (NAS_DATA_ROOT)"
    return [
        (field, f"must be {allowed}, got {shown(str(path))}")
        for field, path in _paths(data)
        if not (anywhere and path.is_absolute())
    ]


def _paths_outside(document: Mapping[str, Any], roots: Sequence[Path]) -> list[Problem]:
    return [
        (field, f"must lie inside the service's data roots, got {shown(str(path))}")
        for field, path in _paths(document)
        if not any(is_inside(path, root) for root in roots)
    ]


def _paths(data: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Every path of the document with its dotted field, but for those of a registered data set."""
    task = data.get(TASK)
    installed = EVALUATORS.sound(task.get(KIND)) if isinstance(task, Mapping) else None
    if isinstance(task, Mapping) and installed is not None:
        yield from _paths_by_type(task, installed.options)
    places = (_TEACHER,) if data.get(DATA_SET) else (_DATA, _TEACHER)
    for place in places if installed is None else ():
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
