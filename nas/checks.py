"""What pydantic cannot see: whether the parts of a document fit the space, the task and one another.

Each check reads the document as it was given, and says nothing where the shape is wrong: that is told elsewhere.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from nas.problems import Problem
from nas.static_metrics import STATIC_METRICS
from nas.strategies.fixed import candidate_of
from nas.tasks import detection
from search_spaces.errors import FieldProblems, InvalidOptions, SpaceError
from search_spaces.reading import nearest, shown
from search_spaces.registry import space_from
from search_spaces.space import Space

MEASURED: dict[str, tuple[str, ...]] = {"detection": detection.METRICS}
PER_CLASS: dict[str, str] = {"detection": detection.PER_CLASS}


def problems_between(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Every problem that shows only when parts of the document are held beside one another or beside a registry."""
    space, problems = _space(data)
    yield from problems
    yield from _metrics(data)
    yield from _lag(data)
    if space is not None:
        yield from _candidates(data, space)


def _space(data: Mapping[str, Any]) -> tuple[Space[Any] | None, list[Problem]]:
    options = data.get("space")
    if not isinstance(options, dict):
        return None, []
    try:
        return space_from(options), []
    except InvalidOptions as error:
        return None, [(f"space.{field}", sentence) for field, sentence in error.problems]


def _metrics(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Metrics the task does not measure, and objectives named twice."""
    kind = _mapping(data.get("task")).get("kind", "detection")
    if not isinstance(kind, str) or kind not in MEASURED:
        return
    known = (*MEASURED[kind], *STATIC_METRICS)
    objectives: set[str] = set()
    for part in ("objectives", "constraints"):
        for index, metric in _named_metrics(data.get(part)):
            field = f"{part}.{index}.metric"
            if metric not in known and not _per_class(metric, kind):
                per_class = f"; per class: {PER_CLASS[kind]}NAME"
                yield field, f"unknown metric {shown(metric)} of the task {kind}{nearest(metric, known)}{per_class}"
            if part == "objectives" and metric in objectives:
                yield field, f"{metric} is an objective already"
            objectives.add(metric)


def _named_metrics(entries: Any) -> Iterator[tuple[int, str]]:
    for index, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        metric = _mapping(entry).get("metric")
        if isinstance(metric, str):
            yield index, metric


def _per_class(metric: str, kind: str) -> bool:
    return metric.startswith(PER_CLASS[kind]) and len(metric) > len(PER_CLASS[kind])


def _lag(data: Mapping[str, Any]) -> Iterator[Problem]:
    lag = _mapping(data.get("strategy")).get("lag")
    concurrent = _mapping(data.get("resources")).get("concurrent", 1)
    if isinstance(lag, int) and isinstance(concurrent, int) and 1 <= lag < concurrent:
        yield "strategy.lag", f"must be at least resources.concurrent, {concurrent}, or workers would wait; got {lag}"


def _candidates(data: Mapping[str, Any], space: Space[Any]) -> Iterator[Problem]:
    """Fixed candidates the space does not hold, and those named twice."""
    strategy = _mapping(data.get("strategy"))
    given = strategy.get("candidates") if strategy.get("kind") == "fixed" else None
    known: dict[str, int] = {}
    for index, candidate in enumerate(given if isinstance(given, list | tuple) else ()):
        field = f"strategy.candidates.{index}"
        if not _shaped(candidate):
            continue
        try:
            draw = candidate_of(tuple(candidate) if isinstance(candidate, list) else candidate, space)
        except FieldProblems as error:
            yield from ((f"{field}.{part}", sentence) for part, sentence in error.problems)
            continue
        except SpaceError as error:
            yield field, str(error)
            continue
        first = known.setdefault(draw.architecture.architecture_id, index)
        if first != index:
            yield field, f"is the same architecture as strategy.candidates.{first}"


def _shaped(candidate: Any) -> bool:
    whole = isinstance(candidate, list | tuple) and all(isinstance(choice, int) for choice in candidate)
    return whole or isinstance(candidate, str | dict)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
