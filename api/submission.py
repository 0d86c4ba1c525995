"""What the service asks of a document beyond what every search document owes: its paths and its numbers."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.settings import Settings
from nas.document import parse_document
from nas.errors import DocumentError

_DATA = ("task", "data")  # every text below it is a path


def submitted_document(data: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The validated document as JSON, its paths absolute. Raises `DocumentError` naming every field that is wrong.

    With a data root, paths are relative to it and must stay inside; without one they must be absolute.
    """
    root = settings.data_root
    if root is None:
        _refuse([(field, path) for field, path in _paths(data) if not path.is_absolute()], "must be an absolute path")
        root = Path("/")
    document = parse_document(data, root.absolute()).model_dump(mode="json")
    inside = root.resolve()
    outside = [(field, path) for field, path in _paths(document) if not path.resolve().is_relative_to(inside)]
    _refuse(outside, "must lie inside the service's data root")
    _refuse_nan(document)
    return document


def _paths(data: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Every path of the document with its dotted field."""
    below: Any = data
    for name in _DATA:
        below = below.get(name) if isinstance(below, Mapping) else None
    yield from _texts(below, ".".join(_DATA))


def _texts(value: Any, field: str) -> Iterator[tuple[str, Path]]:
    if isinstance(value, str):
        yield field, Path(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{field}.{name}")


def _refuse(wrong: list[tuple[str, Path]], rule: str) -> None:
    if wrong:
        raise DocumentError([(field, f"{rule}, got {str(path)!r}") for field, path in wrong])


def _refuse_nan(document: dict[str, Any]) -> None:
    """JSON has no NaN and no infinity, though Python reads them."""
    try:
        json.dumps(document, allow_nan=False)
    except ValueError as error:
        raise DocumentError([("", "every number must be finite")]) from error
