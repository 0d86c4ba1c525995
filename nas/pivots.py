"""Tables of a search: fields of its architectures against each other, and what candidates of these values reached.

A candidate that was trained with more seeds counts by those repeats, not by the trial that made it one of the best: of
many it was the luckiest (see nas/comparisons.py). Every candidate counts once, however often it was trained.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nas.comparisons import comparisons
from nas.errors import InvalidQuery
from nas.estimates import Estimate, estimate
from nas.headings import Heading, headings, is_architecture, key
from nas.records import Trial, TrialStatus
from search_spaces.reading import nearest

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """The candidates of one row and column. Of one candidate, `value` is over its seeds; of several, over the mean of
    each, and `value.seeds` counts candidates."""

    candidates: int
    value: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Pivot:
    """`cells[row][column]`, None where no candidate has both values. Without a field for columns there is one."""

    rows: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    cells: tuple[tuple[Cell | None, ...], ...]


def pivot(
    trials: Sequence[Trial], *, rows: str, columns: str | None = None, metric: str, against: str | None = None
) -> Pivot:
    """What the completed candidates among all trials of a search reached, by one or two fields of the architecture.

    Fields are dotted paths into its JSON: `parts.resizer.blocks`. With `against`, cells hold the difference of
    candidates to that control, paired by seed; only candidates that have one count. Raises `InvalidQuery` for a field
    that no candidate has, and a control that none stands beside.
    """
    candidates = _candidates(trials)
    for asked, path in (("rows", rows), ("columns", columns)):
        if path is not None:
            _check_path(trials, asked, path)
    reached = _reached(trials, metric) if against is None else _differences(trials, metric, against)
    counted = {number: reached[number] for number in sorted(candidates) if number in reached}
    down = [value_at(candidates[number], rows) for number in counted]
    across = [None if columns is None else value_at(candidates[number], columns) for number in counted]
    cells = _cells(down, across, list(counted.values()))
    return _filled(headings(down), headings(across) if columns is not None else _alone(metric), cells)


def varying(trials: Sequence[Trial]) -> list[str]:
    """The fields that take more than one value among the candidates, in order of appearance."""
    candidates = list(_candidates(trials).values())
    return [
        path
        for path in paths(trials)
        if any(value_at(each, path) != value_at(candidates[0], path) for each in candidates[1:])
    ]


def paths(trials: Sequence[Trial]) -> list[str]:
    """All fields of the candidates' architectures, in order of appearance; a part is a field, too."""
    return list(dict.fromkeys(path for each in _candidates(trials).values() for path in _paths(each)))


def value_at(architecture: Json, path: str) -> Any:
    """The value of a field; None where there is no such field. Names may have dots in them, as options of a task do."""
    if path in architecture:
        return architecture[path]
    for name, inner in architecture.items():
        if isinstance(inner, Mapping) and path.startswith(f"{name}."):
            return value_at(inner, path.removeprefix(f"{name}."))
    return None


def controls(trials: Sequence[Trial]) -> list[str]:
    """The names of the controls beside candidates, in order of appearance."""
    named = (trial.companion.control for trial in trials if trial.companion is not None)
    return list(dict.fromkeys(name for name in named if name is not None))


def _candidates(trials: Sequence[Trial]) -> dict[int, Json]:
    """The architecture of every candidate, by number."""
    return {trial.number: trial.architecture for trial in trials if trial.companion is None}


def _paths(value: Json, above: str = "") -> Iterator[str]:
    for name, inner in value.items():
        path = f"{above}{name}"
        if not isinstance(inner, Mapping) or is_architecture(inner):
            yield path
        if isinstance(inner, Mapping):
            yield from _paths(inner, f"{path}.")


def _check_path(trials: Sequence[Trial], asked: str, path: str) -> None:
    known = paths(trials)
    if not known or path in known:  # before the first candidate nobody knows which fields there are
        return
    ends = [each for each in known if each.endswith(f".{path}")]
    hint = f"; did you mean {ends[0]!r}?" if ends else nearest(path, known)
    told = ", ".join(varying(trials)) or "none"
    raise InvalidQuery(f"{asked} must be a field of the architectures (varying: {told}), got {path!r}{hint}")


def _reached(trials: Sequence[Trial], metric: str) -> dict[int, Estimate]:
    """What each candidate reached, over its repeats where it has companions."""
    compared = {trial.companion.candidate for trial in trials if trial.companion is not None}
    values: dict[int, list[float]] = {}
    for trial in trials:
        number = _counts_for(trial, compared)
        if number is not None and trial.status is TrialStatus.COMPLETED and metric in trial.metrics:
            values.setdefault(number, []).append(trial.metrics[metric])
    return {number: estimate(found) for number, found in values.items()}


def _counts_for(trial: Trial, compared: set[int]) -> int | None:
    """The number of the candidate whose value this trial is; None of controls and of those that repeats stand for."""
    if trial.companion is None:
        return None if trial.number in compared else trial.number
    return trial.companion.candidate if trial.companion.control is None else None


def _differences(trials: Sequence[Trial], metric: str, control: str) -> dict[int, Estimate]:
    """Candidate minus control of each candidate that was completed beside it with a common seed."""
    known = controls(trials)
    if control not in known:
        hint = nearest(control, known) if known else "; nothing stands beside the candidates of this search"
        raise InvalidQuery(f"against must be the name of a control, got {control!r}{hint}")
    found = [each for each in comparisons(trials, metric) if each.control == control]
    return {each.candidate: each.difference for each in found if each.difference is not None}


def _cells(down: Sequence[Any], across: Sequence[Any], reached: Sequence[Estimate]) -> dict[tuple[str, str], Cell]:
    """The cells that hold candidates, of the row, the column and the value of each."""
    held: dict[tuple[str, str], list[Estimate]] = {}
    for row, column, value in zip(down, across, reached, strict=True):
        held.setdefault((key(row), key(column)), []).append(value)
    return {place: _cell(values) for place, values in held.items()}


def _cell(values: Sequence[Estimate]) -> Cell:
    value = values[0] if len(values) == 1 else estimate([each.mean for each in values])
    return Cell(candidates=len(values), value=value)


def _alone(metric: str) -> dict[str, Heading]:
    """The heading of the one column there is without a field for columns."""
    return {key(None): Heading(value=None, label=metric)}


def _filled(
    rows: Mapping[str, Heading], columns: Mapping[str, Heading], cells: Mapping[tuple[str, str], Cell]
) -> Pivot:
    return Pivot(
        rows=tuple(rows.values()),
        columns=tuple(columns.values()),
        cells=tuple(tuple(cells.get((row, column)) for column in columns) for row in rows),
    )
