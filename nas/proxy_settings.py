"""The tasks of a proxy check: the document's with the changes of each setting in place."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from nas.problems import KIND, Problem, problems_of
from nas.proxy_options import FULL, Changes, ProxyCheck
from nas.tasks.options import TaskOptions
from nas.tasks.overlay import laid_over
from search_spaces.reading import shown

T = TypeVar("T", bound=TaskOptions)
LONGEST_NAME = 100  # of a search


def search_name(check: str, setting: str) -> str:
    """The name of the search that trains a setting, or the full task."""
    return f"{check.removesuffix('-proxy')}-proxy-{setting}"


def tasks_of(check: ProxyCheck, task: T) -> dict[str, T]:
    """The task of every setting in the document's order, then that of `full`."""
    return {name: changed(task, changes) for name, changes in _parts(check).items()}


def changed(task: T, changes: Changes) -> T:
    """The task with these options. Raises pydantic's `ValidationError`."""
    laid = laid_over(task.model_dump(mode="json"), _dotted(changes))
    return type(task).model_validate_json(json.dumps(laid), strict=True)


def problems_of_check(check: ProxyCheck, task: TaskOptions, name: str) -> Iterator[Problem]:
    """Settings that are no sound task, or are called or trained like another; `name` is the document's."""
    known: dict[str, str] = {}
    kind = getattr(task, KIND)
    for setting, changes in _parts(check).items():
        field = f"proxy_check.{_place(setting)}"
        too_long = len(search_name(name, setting)) - LONGEST_NAME
        if too_long > 0:
            yield field, f"must be shorter by {too_long}: searches are called {search_name(name, setting)}"
        if changes.get(KIND, kind) != kind:
            yield f"{field}.{KIND}", f"must be that of the document, {kind}, got {shown(changes[KIND])}"
            continue
        try:
            content = changed(task, changes).model_dump_json()
        except ValidationError as error:
            yield from ((f"{field}.{option}", sentence) for option, sentence in problems_of(error, type(task)))
            continue
        except (TypeError, ValueError) as error:
            yield field, f"must hold only text, numbers, lists and mappings: {error}"
            continue
        first = known.setdefault(content, setting)
        if first != setting:
            yield field, f"must differ from {_place(first)}: it is the same task"


def resolved_check(check: ProxyCheck, task: TaskOptions, base: Path) -> ProxyCheck:
    """The check with its paths taken from `base`, and with every change as the task understands it."""
    full = {name: _resolved(changes, task, base) for name, changes in _parts(check).items()}
    return check.model_copy(update={"full": full.pop(FULL), "settings": full})


def _parts(check: ProxyCheck) -> dict[str, Changes]:
    return {**check.settings, FULL: check.full}


def _place(setting: str) -> str:
    """Where a setting stands in the section."""
    return FULL if setting == FULL else f"settings.{setting}"


def _resolved(changes: Changes, task: TaskOptions, base: Path) -> Changes:
    options = changed(task, changes).resolved(base).model_dump(mode="json")
    return {name: _value(options, name) for name in _dotted(changes)}


def _value(options: Any, name: str) -> Any:
    for part in name.split("."):
        options = options[part]
    return options


def _dotted(changes: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """The changes with mappings in them written as dotted names, so that the rest of a part stays as it was."""
    flat: dict[str, Any] = {}
    for name, value in changes.items():
        inner = _dotted(value, f"{above}{name}.") if isinstance(value, Mapping) and value else {f"{above}{name}": value}
        flat |= inner
    return flat
