"""Repeats in SQL: found by index, however many trials there are; both databases are held to the rule by the suite."""

from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from api.database import reading
from api.repeats import repeats
from nas.estimates import estimates_of
from nas.testing.storages import add_completed, leased
from tests.api.repeated_search import repeated_search


def test_repeats_are_looked_up_by_index_and_their_values_by_key(sqlite_storage):
    lease = leased(sqlite_storage)
    add_completed(sqlite_storage, lease, [{"AP": 0.5}])
    statement = repeats(lease.search_id, list(range(50)), ["AP", "loss"])
    written = str(statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with reading(sqlite_storage.engine) as connection:
        steps = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
    outer = [step for step in steps if step.startswith("SEARCH trials ")]
    assert all("ix_trials_search_id_beside_number (search_id=? AND beside=?)" in step for step in outer)
    inner = [step for step in steps if "trial_metrics" in step]
    assert (len(outer), len(inner)) == (1, 2)
    assert all("PRIMARY KEY (search_id=? AND number=? AND metric=?)" in step for step in inner)
    assert not any(step.startswith("SCAN") for step in steps)


def test_both_databases_agree_with_the_rule(sql_storage):
    search = repeated_search(sql_storage)
    trials = sql_storage.trials(search.id)
    asked = ([0, 1, 2, 3, 4], ["AP", "params"])
    assert sql_storage.repeats(search.id, *asked) == estimates_of(trials, *asked)
    assert sorted(sql_storage.repeats(search.id, *asked)) == [0, 1, 2, 3]
    assert sql_storage.repeats(search.id, [], ["AP"]) == sql_storage.repeats(search.id, [0], []) == {}
