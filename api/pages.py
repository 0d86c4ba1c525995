"""Leaderboard pages in SQL, as `nas.leaderboard.select` defines them, at a cost that does not grow with the search.

A page is a walk along an index of `trial_metrics` from the cursor on: one walk per status asked for, each in two
stretches (the rest of the tie the last page ended in, then what comes after it), merged here. Conditions are looked up
row by row on the way. When a condition is so selective that the walk would be long, its few trials are taken first and
sorted instead; that also bounds a page whose filter goes against its order, as when small models are rarely the best.
"""

import operator
from collections.abc import Callable, Iterator
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, select

from api.curves import ends_of
from api.repeats import repeats_of
from api.rows import trial_record
from api.tables import trial_metrics, trials
from nas.leaderboard import (
    NUMBER,
    OPERATORS,
    Position,
    candidates_on,
    check_metrics,
    check_query,
    cursor_after,
    position_of,
    sort_key,
)
from nas.ports import Condition, Page, Query
from nas.records import Trial, TrialStatus

SELECTIVE = 10_000  # so few matches of a condition are sorted rather than looked for along the order

Key = tuple[float, int]


def leaderboard_page(connection: Connection, search_id: str, query: Query) -> Page:
    """The page of the query. Raises `InvalidQuery`, and `NotFound` for a metric that no trial has."""
    check_query(query)
    found = positions(connection, search_id, query)
    if not found and has_completed(connection, search_id):
        check_metrics(query, metric_names(connection, search_id), search_id)
    shown = found[: query.limit]
    page = rows_of(connection, search_id, [position.number for position in shown])
    return Page(
        trials=tuple(page),
        repeats=repeats_of(connection, search_id, candidates_on(page), query.estimated),
        next_cursor=cursor_after(query, shown[-1]) if len(found) > query.limit else None,
    )


def rows_of(connection: Connection, search_id: str, numbers: list[int]) -> list[Trial]:
    """The trials of these numbers, in their order, each curve reduced to its end."""
    if not numbers:
        return []
    rows = {row.number: row for row in connection.execute(_trials(search_id, numbers))}
    ends = ends_of(connection, search_id, numbers)
    return [trial_record(rows[number], (ends[number],) if number in ends else ()) for number in numbers]


def walks(connection: Connection, search_id: str, query: Query) -> list[Select[Any]]:
    """The statements whose rows (value, number), merged, are the page and one row more."""
    first = _selective(connection, search_id, query)
    return [
        _walk(search_id, query, status, stretch, first)
        for status in query.statuses
        for stretch in _stretches(query, position_of(query))
    ]


def positions(connection: Connection, search_id: str, query: Query) -> list[Position]:
    """Where the page's rows stand, in order, and one more when the listing goes on."""

    def keys(statement: Select[Any]) -> Iterator[Key]:
        return iter([sort_key(float(value), number, query) for value, number in connection.execute(statement)])

    ordered = merge(*(keys(statement) for statement in walks(connection, search_id, query)))
    sign = -1.0 if query.descending else 1.0
    return [Position(value=sign * key, number=number) for key, number in islice(ordered, query.limit + 1)]


Stretch = Callable[[ColumnElement[float], ColumnElement[int]], ColumnElement[bool]]


def _stretches(query: Query, position: Position | None) -> list[Stretch]:
    """The parts of the order that a page may take from; each is one range of the index."""
    if position is None:
        return [lambda _value, _number: and_(True)]
    beyond = operator.lt if query.descending else operator.gt
    rest: Stretch = lambda value, _number: beyond(value, position.value)  # noqa: E731
    tie: Stretch = lambda value, number: and_(value == position.value, number > position.number)  # noqa: E731
    return [tie, rest]


def _walk(search_id: str, query: Query, status: TrialStatus, stretch: Stretch, first: Condition | None) -> Select[Any]:
    """The rows of a stretch; the trials that meet `first` are taken first, if there is one."""
    by_number = query.sort == NUMBER
    table = trials if by_number else trial_metrics
    number = table.c.number
    value: ColumnElement[float] = number if by_number else table.c.value
    statement = select(value, number).where(table.c.search_id == search_id, table.c.status == status.value)
    if not by_number:
        statement = statement.where(table.c.metric == query.sort)
    if first is not None:
        matches = _matches(search_id, status, first).subquery()
        statement = statement.where(matches.c.number == number)
    for condition in (condition for condition in query.where if condition is not first):
        on_the_way = condition.metric == query.sort  # then it bounds the walk itself
        statement = statement.where(_compares(value, condition) if on_the_way else meets(search_id, number, condition))
    order = value.desc() if query.descending else value.asc()
    return statement.where(stretch(value, number)).order_by(order, number).limit(query.limit + 1)


def meets(search_id: str, number: ColumnElement[int], condition: Condition) -> ColumnElement[bool]:
    if condition.metric == NUMBER:
        return _compares(number, condition)
    other = trial_metrics.alias()
    # A scalar subquery is one look-up by key; as EXISTS or a join, the planner may read the whole metric instead.
    value = select(other.c.value).where(
        other.c.search_id == search_id, other.c.number == number, other.c.metric == condition.metric
    )
    return _compares(value.scalar_subquery(), condition)


def _selective(connection: Connection, search_id: str, query: Query) -> Condition | None:
    """The first condition on another metric that few trials meet, counted along the index."""
    for condition in query.where:
        if condition.metric in (NUMBER, query.sort):
            continue
        matches = [_matches(search_id, status, condition).limit(SELECTIVE + 1).subquery() for status in query.statuses]
        counts = [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in matches]
        if sum(counts) <= SELECTIVE:
            return condition
    return None


def _matches(search_id: str, status: TrialStatus, condition: Condition) -> Select[Any]:
    metric = trial_metrics.alias().c
    return (
        select(metric.number)
        .where(metric.search_id == search_id, metric.metric == condition.metric, metric.status == status.value)
        .where(_compares(metric.value, condition))
    )


def _compares(column: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    comparison: Any = OPERATORS[condition.operator]  # declared for numbers; over a column it builds the SQL
    compared: ColumnElement[bool] = comparison(column, condition.bound)
    return compared


def has_completed(connection: Connection, search_id: str) -> bool:
    completed = select(trials.c.number).where(
        trials.c.search_id == search_id, trials.c.status == TrialStatus.COMPLETED.value
    )
    return connection.execute(completed.limit(1)).first() is not None


def metric_names(connection: Connection, search_id: str) -> list[str]:
    """The name of every metric of the search, ascending: one look-up in the index for each, however many trials."""
    metric = trial_metrics.c.metric
    following = select(func.min(metric)).where(trial_metrics.c.search_id == search_id, metric > bindparam("name"))
    names = [""]
    while (name := connection.execute(following, {"name": names[-1]}).scalar_one()) is not None:
        names.append(name)
    return names[1:]


def _trials(search_id: str, numbers: list[int]) -> Select[Any]:
    return select(trials).where(trials.c.search_id == search_id, trials.c.number.in_(numbers))
