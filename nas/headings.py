"""Headings of a table: the values that a field of architectures takes, in order, each under a short label."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from search_spaces.registry import SPACES

ABSENT = "-"  # the label of null, and of a field that is not there
LONGEST = 24  # characters of a list
DIGITS = 6  # of an id in a label, as long as they tell values apart
TORCHVISION = "torchvision"  # the kind whose architectures have names


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One value of a field, as JSON, and its label, which no other value of the field has."""

    value: Any
    label: str


def headings(values: Iterable[Any]) -> dict[str, Heading]:
    """The distinct values by their key: numbers ascending, else in order of appearance, null last."""
    distinct = {key(value): value for value in values}
    labels = _labels(distinct)
    return {each: Heading(value=distinct[each], label=labels[each]) for each in sorted(distinct, key=_order(distinct))}


def key(value: Any) -> str:
    """Equal if and only if the values are: canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def is_architecture(value: Any) -> bool:
    """Whether this JSON is an architecture's, or that of a part of one."""
    return isinstance(value, Mapping) and isinstance(value.get("kind"), str)


def _order(distinct: Mapping[str, Any]) -> Callable[[str], tuple[bool, float]]:
    """What the keys are sorted by; sorting keeps the order of appearance among equals."""
    numbers = all(_is_number(value) for value in distinct.values() if value is not None)

    def place(each: str) -> tuple[bool, float]:
        value = distinct[each]
        return value is None, value if numbers and value is not None else 0

    return place


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _labels(distinct: Mapping[str, Any]) -> dict[str, str]:
    """A label per key, no two alike."""
    texts = {each: value for each, value in distinct.items() if value is not None}
    if texts and all(isinstance(value, str) and "/" in value for value in texts.values()):
        named = dict(zip(texts, _tails(list(texts.values())), strict=True))
    else:
        named = {each: _label(value) for each, value in texts.items()}
    return _told_apart({each: named.get(each, ABSENT) for each in distinct})


def _told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels, those that several keys share followed by the key's id."""
    shared = list(labels.values())
    ids = _ids(labels)
    return {each: label if shared.count(label) == 1 else f"{label}-{ids[each]}" for each, label in labels.items()}


def _ids(keys: Iterable[str]) -> dict[str, str]:
    """As many digits of each key's id as tell them all apart; of an architecture, of its `architecture_id`."""
    whole = {each: hashlib.sha256(each.encode()).hexdigest() for each in keys}
    digits = DIGITS
    while len({each[:digits] for each in whole.values()}) < len(whole):
        digits += 1
    return {each: found[:digits] for each, found in whole.items()}


def _label(value: Any) -> str:
    if is_architecture(value):
        return _title(value)
    if isinstance(value, str):
        return value
    text = _compact(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}.."


def _title(architecture: Mapping[str, Any]) -> str:
    """The name it has in torchvision or in its publication, else its kind and the first digits of its id."""
    kind = architecture["kind"]
    if kind == TORCHVISION:
        return str(architecture["name"])
    published = SPACES[kind].published if kind in SPACES else {}
    for name, known in published.items():
        if known.model_dump(mode="json") == architecture:
            return name
    return f"{kind}-{_ids([key(architecture)])[key(architecture)]}"


def _compact(value: Any) -> str:
    """A list as [1,2], objects in it by their values: [64:2,128:2]."""
    if isinstance(value, Mapping):
        return ":".join(_compact(inner) for inner in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{','.join(_compact(inner) for inner in value)}]"
    return value if isinstance(value, str) else json.dumps(value)


def _tails(paths: Sequence[str]) -> list[str]:
    """The ends of these distinct paths, as short as they stay distinct, without suffix unless only that differs."""
    split = [[*PurePosixPath(path).parts[:-1], PurePosixPath(path).stem] for path in paths]
    for length in range(1, max(map(len, split))):
        tails = ["/".join(parts[-length:]) for parts in split]
        if len(set(tails)) == len(tails):
            return tails
    return list(paths)
