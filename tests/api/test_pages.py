"""Leaderboard pages: exactly the sorted, filtered list, whatever the data, along an index, while trials arrive."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from api.database import reading
from api.pages import SELECTIVE, walks
from nas.errors import NotFound
from nas.leaderboard import NUMBER, OPERATORS, parse_query, select
from nas.ports import Condition, Query
from nas.records import Measurement, TrialStatus
from nas.testing.storages import add_completed, add_running, leased, trial

VALUES = st.sampled_from([0.0, -0.0, 0.1, 0.5, 0.5000000000000001, 1e300, -2.5])
METRICS = st.dictionaries(st.sampled_from(["AP", "AP50", "params"]), VALUES, max_size=3)
CONDITIONS = st.builds(
    Condition,
    metric=st.sampled_from(["AP", "AP50", "params", NUMBER]),
    operator=st.sampled_from(list(OPERATORS)),
    bound=st.sampled_from([0.0, 0.1, 0.5, 3.0]),
)
STATUSES = st.sampled_from([(TrialStatus.COMPLETED,), (TrialStatus.RUNNING, TrialStatus.COMPLETED), tuple(TrialStatus)])
QUERIES = st.builds(
    Query,
    sort=st.sampled_from(["AP", "params", NUMBER]),
    descending=st.booleans(),
    where=st.lists(CONDITIONS, max_size=2).map(tuple),
    limit=st.integers(1, 5),
    statuses=STATUSES,
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def walk(storage, search_id, query, between=lambda: None):
    """The numbers of all pages, joined."""
    numbers = []
    while True:
        page = storage.leaderboard(search_id, query)
        numbers += [row.number for row in page.trials]
        if page.next_cursor is None:
            return numbers
        query = replace(query, cursor=page.next_cursor)
        between()


@QUICK
@given(
    finished=st.lists(METRICS, max_size=12),
    running=st.lists(METRICS, max_size=3),
    query=QUERIES,
    late=st.lists(METRICS, max_size=4),
)
def test_pages_join_to_the_sorted_filtered_list_while_trials_arrive(sqlite_storage, finished, running, query, late):
    lease = leased(sqlite_storage)
    finished = [{"AP": 0.1, "AP50": 0.5}, *finished]  # so that no query asks for a metric nobody has
    add_completed(sqlite_storage, lease, finished)
    for number, metrics in enumerate(running, len(finished)):
        add_running(sqlite_storage, lease, number)
        sqlite_storage.add_measurement(lease, number, Measurement(fidelity=1, metrics=metrics))
    expected = [row.number for row in select(sqlite_storage.trials(lease.search_id), replace(query, limit=1000)).trials]
    assert walk(sqlite_storage, lease.search_id, query) == expected

    def arrive():
        add_completed(sqlite_storage, lease, [late.pop()] if late else [])

    seen = walk(sqlite_storage, lease.search_id, query, arrive)
    assert len(seen) == len(set(seen))
    assert [number for number in seen if number < len(finished) + len(running)] == expected


def test_both_databases_agree_with_the_rule(sql_storage):
    lease = leased(sql_storage)
    add_completed(sql_storage, lease, [{"AP": number % 4 / 4, "AP50": number % 3 / 3} for number in range(40)])
    trials = sql_storage.trials(lease.search_id)
    for sort in ("-AP", "AP:asc", "-params", "number", "-number"):
        query = parse_query(sort=sort, where=["AP50>0.1", "number!=7"], limit=7)
        expected = [row.number for row in select(trials, replace(query, limit=1000)).trials]
        assert walk(sql_storage, lease.search_id, query) == expected
        first = sql_storage.leaderboard(lease.search_id, query)
        assert first == select(trials, query)


def plans(storage, search_id, query):
    """What SQLite says about each statement of a page."""
    with reading(storage.engine) as connection:
        statements = [
            str(walk.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
            for walk in walks(connection, search_id, query)
        ]
        return [
            "; ".join(row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
            for statement in statements
        ]


@pytest.mark.parametrize("sort", ["-AP", "AP:asc"])
def test_a_page_is_a_walk_along_the_index_also_from_the_middle(sqlite_storage, sort):
    lease = leased(sqlite_storage)
    add_completed(sqlite_storage, lease, [{"AP": number / 10} for number in range(10)])
    query = parse_query(sort=sort, limit=3)
    cursor = sqlite_storage.leaderboard(lease.search_id, query).next_cursor
    index = "ix_trial_metrics_descending" if sort == "-AP" else "ix_trial_metrics_ascending"
    for place in (query, replace(query, cursor=cursor)):
        for plan in plans(sqlite_storage, lease.search_id, place):
            assert "USE TEMP B-TREE" not in plan
            assert "SCAN" not in plan
            assert "USING COVERING INDEX ix_trial_metrics" in plan
    assert index in plans(sqlite_storage, lease.search_id, query)[0]


def test_a_frequent_condition_is_looked_up_by_key_on_the_way(sqlite_storage, monkeypatch):
    lease = leased(sqlite_storage)
    add_completed(sqlite_storage, lease, [{"AP": 0.5}])
    query = parse_query(sort="-AP", where=["params>0"])
    monkeypatch.setattr("api.pages.SELECTIVE", 0)
    (plan,) = plans(sqlite_storage, lease.search_id, query)
    assert "USE TEMP B-TREE" not in plan
    assert "PRIMARY KEY" in plan


def test_the_trials_of_a_rare_condition_are_taken_first_and_sorted(sqlite_storage):
    lease = leased(sqlite_storage)
    add_completed(sqlite_storage, lease, [{"AP": 0.5}])
    (plan,) = plans(sqlite_storage, lease.search_id, parse_query(sort="-AP", where=["params<9", "params>0"]))
    taken, *looked_up = plan.split("; ")
    assert "COVERING INDEX ix_trial_metrics" in taken
    assert "value<?" in taken
    assert sum("PRIMARY KEY" in step for step in looked_up) == 2
    assert looked_up[-1] == "USE TEMP B-TREE FOR ORDER BY"


def test_a_condition_on_the_sorted_metric_bounds_the_walk(sqlite_storage):
    lease = leased(sqlite_storage)
    add_completed(sqlite_storage, lease, [{"AP": 0.5}])
    (plan,) = plans(sqlite_storage, lease.search_id, parse_query(sort="AP", where=["AP<0.9", "AP>=0.1"]))
    assert "value>? AND value<?" in plan
    assert "SUBQUERY" not in plan
    (plan,) = plans(sqlite_storage, lease.search_id, parse_query(sort="number", where=["number<9"]))
    assert "SUBQUERY" not in plan


def test_a_rare_condition_gives_the_same_page_as_a_frequent_one(sqlite_storage, monkeypatch):
    lease = leased(sqlite_storage)
    add_completed(sqlite_storage, lease, [{"AP": number % 5 / 5} for number in range(30)])
    query = parse_query(sort="-AP", where=["params<120"], limit=4)
    assert SELECTIVE > 30
    rare = walk(sqlite_storage, lease.search_id, query)
    monkeypatch.setattr("api.pages.SELECTIVE", 0)
    assert walk(sqlite_storage, lease.search_id, query) == rare


def test_pages_of_all_trials_hold_queued_ones_too(sqlite_storage):
    lease = leased(sqlite_storage)
    sqlite_storage.add_trial(lease, trial(0))
    query = parse_query(sort="number", statuses=tuple(TrialStatus))
    assert walk(sqlite_storage, lease.search_id, query) == [0]


def test_the_metrics_of_a_search_are_found_by_skipping_along_the_index(sql_storage):
    lease = leased(sql_storage)
    add_completed(sql_storage, leased(sql_storage, "other"), [{"elsewhere": 1.0}])
    add_completed(sql_storage, lease, [{"AP": 0.1, "AP50/blood cell": 0.2}, {"Zebra": 1.0, "loss": 3.0}] * 3)
    with pytest.raises(NotFound) as unknown:
        sql_storage.leaderboard(lease.search_id, parse_query(sort="qqq"))
    with pytest.raises(NotFound, match="did you mean 'AP50/blood cell'"):
        sql_storage.leaderboard(lease.search_id, parse_query(sort="AP", where=["AP50/blod cell>0"]))
    assert set(str(unknown.value).partition("known: ")[2].split(", ")) == {"AP", "Zebra", "loss", "params"}
