"""Rules of the leaderboard, shared by every storage: how a query is written, which trials it holds, how a page goes on.

A page ends with an opaque cursor: the position of its last row (value, number), bound to the query it belongs to. The
next page starts strictly after that position, so trials that arrive between two pages neither repeat nor hide a row.
"""

import base64
import binascii
import hashlib
import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nas.errors import InvalidQuery, NotFound
from nas.estimates import estimates_of
from nas.ports import Condition, Page, Query
from nas.records import Measurement, Search, Trial, TrialStatus
from nas.screening import SCORES
from search_spaces.reading import nearest, shown

NUMBER = "number"
MAX_LIMIT = 1000
MAX_NUMBER = 2**31 - 1  # of a trial
FOREIGN_CURSOR = "the cursor is not one this service has given out"
LARGEST_FIRST, SMALLEST_FIRST = "-", ":asc"
MEASURED_LARGER = ("AP", "AR", "top1", "top5", "PLCC", "SRCC", "accuracy", "sign_agreement", "samples_per_s")
LARGER_IS_BETTER = (*MEASURED_LARGER, *SCORES)
"""How such metrics begin; params, macs, losses: smaller is better."""
ERROR = "_error"  # how a metric ends that is an error whatever it begins with
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
CONDITION = re.compile(r"^\s*(?P<metric>[^<>=!]+?)\s*(?P<operator><=|>=|==|!=|=|<|>)\s*(?P<bound>[^<>=!\s]+)\s*$")


def parse_query(
    *,
    sort: str | None = None,
    search: Search | None = None,
    where: Sequence[str] = (),
    limit: int = 50,
    cursor: str | None = None,
    statuses: Sequence[TrialStatus] = (TrialStatus.COMPLETED,),
) -> Query:
    """The query of `sort` (see `parse_sort`) and `where` ("params<300000"); without `sort`, of the first objective.

    Its page tells of repeats in the metric and in the objectives. A `where` may hold several conditions, separated by
    commas. Raises `InvalidQuery`.
    """
    goals = {} if search is None else _goals(search)
    metric, descending = parse_sort(next(iter(goals), "") if sort is None else sort, goals)
    conditions = tuple(parse_condition(part) for text in where for part in text.split(","))
    query = Query(
        sort=metric,
        descending=descending,
        where=conditions,
        limit=limit,
        cursor=cursor,
        statuses=tuple(statuses),
        estimated=tuple(dict.fromkeys([*([] if search is None or metric == NUMBER else [metric]), *goals])),
    )
    check_query(query)
    return query


def parse_sort(sort: str, goals: Mapping[str, str]) -> tuple[str, bool]:
    """The metric, and whether its largest values come first: always for -AP, never for AP:asc, and for AP if that is
    best first: what `goals` say of an objective, and of the rest what `more_is_better` says.

    Raises `InvalidQuery`.
    """
    largest, smallest = sort.startswith(LARGEST_FIRST), sort.endswith(SMALLEST_FIRST)
    metric = sort.removeprefix(LARGEST_FIRST).removesuffix(SMALLEST_FIRST).strip()
    if not metric or (largest and smallest):
        raise InvalidQuery(f"sort must be metric (best first), -metric (largest first) or metric:asc, got {sort!r}")
    if largest or smallest:
        return metric, largest
    return metric, goals[metric] == "maximize" if metric in goals else more_is_better(metric)


def more_is_better(metric: str) -> bool:
    """Which way a metric is better when no objective says so."""
    return metric.startswith(LARGER_IS_BETTER) and not metric.endswith(ERROR)


def spelled_sort(query: Query) -> str:
    """The `sort` that means the order of the query, whatever the goals of its search."""
    return f"{LARGEST_FIRST}{query.sort}" if query.descending else f"{query.sort}{SMALLEST_FIRST}"


def _goals(search: Search) -> dict[str, str]:
    """The goal of every objective of the search, the leading one first."""
    objectives = search.document.get("objectives", ())
    return {objective["metric"]: objective.get("goal", "maximize") for objective in objectives}


def parse_condition(text: str) -> Condition:
    """The condition written as metric, operator, bound. Raises `InvalidQuery`."""
    match = CONDITION.match(text)
    if match is None:
        raise InvalidQuery(f"a condition is metric, one of {' '.join(OPERATORS)}, number (params<300000), got {text!r}")
    try:
        bound = float(match["bound"])
    except ValueError:
        raise InvalidQuery(f"the bound of a condition must be a number, got {match['bound']!r} in {text!r}") from None
    sign = "==" if match["operator"] == "=" else match["operator"]
    return Condition(metric=match["metric"], operator=sign, bound=bound)


def check_query(query: Query) -> None:
    """Raises `InvalidQuery` for an unknown operator, a bound not finite, a limit out of range, another's cursor."""
    for condition in query.where:
        if condition.operator not in OPERATORS:
            raise InvalidQuery(f"operator must be one of {' '.join(OPERATORS)}, got {condition.operator!r}")
        if not math.isfinite(condition.bound):
            raise InvalidQuery(f"the bound of {condition.metric} must be finite, got {condition.bound}")
    if not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidQuery(f"limit must be in 1..{MAX_LIMIT}, got {query.limit}")
    position_of(query)


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where a page ended: the sorted value and the number of its last row."""

    value: float
    number: int


def position_of(query: Query) -> Position | None:
    """The position the query's cursor stands for, or None without one. Raises `InvalidQuery` for a foreign cursor."""
    if query.cursor is None:
        return None
    value, number = decode_cursor(query.cursor, fingerprint(query), fields=2)
    if not (isinstance(value, float) and math.isfinite(value) and type(number) is int and 0 <= number <= MAX_NUMBER):
        raise InvalidQuery(FOREIGN_CURSOR)
    return Position(value=value, number=number)


def cursor_after(query: Query, position: Position) -> str:
    """The cursor of the page that starts after this position of the same query."""
    return encode_cursor(fingerprint(query), [float(position.value), position.number])


def fingerprint(query: Query) -> str:
    """What binds a cursor to its query: all that says which trials come in which order."""
    conditions = sorted((c.metric, c.operator, c.bound) for c in query.where)
    text = json.dumps([query.sort, query.descending, conditions, sorted(query.statuses)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def encode_cursor(binding: str, position: Sequence[object]) -> str:
    """An opaque cursor: URL-safe, no padding. `binding` names the listing it belongs to."""
    payload = json.dumps([binding, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, binding: str, *, fields: int) -> list[object]:
    """The position `encode_cursor` was given. Raises `InvalidQuery` for anything it has not made for this binding."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        payload = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise InvalidQuery(FOREIGN_CURSOR) from None
    if not isinstance(payload, list) or len(payload) != fields + 1:
        raise InvalidQuery(FOREIGN_CURSOR)
    if payload[0] != binding:
        raise InvalidQuery("the cursor belongs to another query; start again without a cursor")
    return payload[1:]


def check_metrics(query: Query, known: Sequence[str], search_id: str) -> None:
    """Raises `NotFound` for a metric of the query that no trial of the search has, naming the nearest.

    To be asked only once a trial has completed; before that nobody knows what will be measured.
    """
    for metric in (query.sort, *(condition.metric for condition in query.where)):
        if metric != NUMBER and metric not in known:
            alike = [name for name in known if ("/" in name) == ("/" in metric)]  # of a class, or of all
            raise NotFound(f"no trial of search {search_id} has the metric {shown(metric)}{nearest(metric, alike)}")


def select(trials: Sequence[Trial], query: Query) -> Page:
    """The page of the query over these trials, all of a search: the rule every storage must agree with."""
    check_query(query)
    rows = sorted(
        (sort_key(value, trial.number, query), trial)
        for trial in trials
        if trial.status in query.statuses
        and (value := metric_of(trial, query.sort)) is not None
        and holds(trial, query)
    )
    position = position_of(query)
    if position is not None:
        after = sort_key(position.value, position.number, query)
        rows = [row for row in rows if row[0] > after]
    page = page_of([trial for _, trial in rows[: query.limit + 1]], query)
    return replace(page, repeats=estimates_of(trials, candidates_on(page.trials), query.estimated))


def candidates_on(page: Iterable[Trial]) -> list[int]:
    """The numbers of the candidates on a page: only they are trained again."""
    return [trial.number for trial in page if trial.companion is None]


def page_of(trials: Sequence[Trial], query: Query) -> Page:
    """The page of up to `limit` of these sorted trials; one trial more than `limit` tells that another page follows."""
    shown = tuple(reduced(trial) for trial in trials[: query.limit])
    if len(trials) <= query.limit:
        return Page(trials=shown)
    last = shown[-1]
    value = metric_of(last, query.sort)
    assert value is not None, "a sorted trial has the metric it is sorted by"
    return Page(trials=shown, next_cursor=cursor_after(query, Position(value=value, number=last.number)))


def sort_key(value: float, number: int, query: Query) -> tuple[float, int]:
    """Ascending order of this key is the order of the page."""
    return (-value if query.descending else value, number)


def holds(trial: Trial, query: Query) -> bool:
    """Whether the trial has every metric of the conditions, within their bounds."""
    return all(meets(trial, condition) for condition in query.where)


def meets(trial: Trial, condition: Condition) -> bool:
    """Whether the trial has the metric, within its bound."""
    value = metric_of(trial, condition.metric)
    return value is not None and OPERATORS[condition.operator](value, condition.bound)


def metric_of(trial: Trial, name: str) -> float | None:
    """The newest value of a metric, `number` among them; None when the trial lacks it."""
    return float(trial.number) if name == NUMBER else trial.metrics.get(name)


def reduced(trial: Trial) -> Trial:
    """The trial with its curve reduced to one measurement that holds the newest value of every measured metric."""
    if len(trial.measurements) < 2:
        return trial
    newest: dict[str, float] = {}
    for measurement in trial.measurements:
        newest |= measurement.metrics
    last = trial.measurements[-1]
    final = Measurement(fidelity=last.fidelity, metrics=newest, elapsed_s=last.elapsed_s, artifacts=last.artifacts)
    return replace(trial, measurements=(final,))
