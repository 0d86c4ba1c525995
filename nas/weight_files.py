"""Files of weights that a document names for reference networks and resizers, in its space and among its candidates."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

DEEPEST = 20  # parts below one another; further down no document has a space or an architecture
HOLDERS = ("torchvision", "resizer")  # kinds whose weights are paths
FIXED, WEIGHTS, CHANGES = "fixed", "weights", "changes"
Change = Callable[[str, str], str]
"""From the dotted field of a path and the path to the path that takes its place."""


def weight_files(data: Any, field: str) -> Iterator[tuple[str, str]]:
    """The dotted field of every file and its path, as they stand in plain data of any shape that is called `field`."""
    found: list[tuple[str, str]] = []

    def remember(place: str, path: str) -> str:
        found.append((place, path))
        return path

    _changed(data, field, remember)
    yield from found


def resolved_weights(data: Any, base: Path) -> Any:
    """The same plain data, relative paths of weights taken from `base`."""
    return _changed(data, "", lambda _, path: str(base / path))


def _changed(value: Any, field: str, change: Change, depth: int = 0) -> Any:
    """A copy of the data with every path changed."""
    if depth > DEEPEST:
        return value
    if isinstance(value, list | tuple):
        return type(value)(_changed(inner, f"{field}.{index}", change, depth + 1) for index, inner in enumerate(value))
    if not isinstance(value, Mapping):
        return value
    return {name: _part(value, name, f"{field}.{name}", change, depth + 1) for name in value}


def _part(owner: Mapping[str, Any], name: str, field: str, change: Change, depth: int) -> Any:
    """What stands under a name: weights, where the kind has files of them or they replace those of a fixed one."""
    kind, value = owner.get("kind"), owner[name]
    if kind in HOLDERS and name == WEIGHTS:
        return _weights(value, field, change)
    if kind == FIXED and name == CHANGES and isinstance(value, Mapping) and WEIGHTS in value:
        return {**value, WEIGHTS: _weights(value[WEIGHTS], f"{field}.{WEIGHTS}", change)}
    return _changed(value, field, change, depth)


def _weights(value: Any, field: str, change: Change) -> Any:
    """One path, or several to choose from, or one by the name of each network."""
    if isinstance(value, str):
        return change(field, value)
    if isinstance(value, list | tuple):
        return type(value)(_weights(path, f"{field}.{index}", change) for index, path in enumerate(value))
    if isinstance(value, Mapping):
        return {name: _weights(path, f"{field}.{name}", change) for name, path in value.items()}
    return value
