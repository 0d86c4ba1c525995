"""A document made of an earlier one with changes: what is not named stays, null takes a field back to its default."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from nas.errors import DocumentError


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the changes merged in (RFC 7396): mappings field by field, anything else replaced whole.

    A mapping of another `kind` replaces the one there is: the options of one kind are not those of another.
    """
    merged = dict(document)
    for name, change in changes.items():
        there = merged.get(name)
        if change is None:
            merged.pop(name, None)
        elif isinstance(change, Mapping) and isinstance(there, Mapping) and _of_one_kind(there, change):
            merged[name] = changed(there, change)
        else:
            merged[name] = changed({}, change) if isinstance(change, Mapping) else change
    return merged


def changes_of(settings: Sequence[str]) -> dict[str, Any]:
    """The changes that `budget.trials=50` and the like mean, values as in YAML. Raises `DocumentError`."""
    changes: dict[str, Any] = {}
    for setting in settings:
        field, equals, text = setting.partition("=")
        if not equals or not all(field.split(".")):
            raise DocumentError([("set", f"must be field=value with dots between names, got {setting!r}")])
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise DocumentError([(field, f"must be a value as in YAML, got {text!r}")]) from error
        _put(changes, field.split("."), value)
    return changes


def _put(changes: dict[str, Any], names: Sequence[str], value: Any) -> None:
    for name in names[:-1]:
        inner = changes.setdefault(name, {})
        if not isinstance(inner, dict):
            raise DocumentError([(".".join(names), f"cannot be set beside {name}, which is set as a whole")])
        changes = inner
    changes[names[-1]] = value


def _of_one_kind(there: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    kind = there.get("kind")
    return bool(change.get("kind", kind) == kind)
