"""What people read, beyond the laws of storages: names, identical moments, processes that submit at once."""

import threading

import pytest

from api.storage import SqlStorage
from nas.errors import IdempotencyConflict, InvalidQuery, NotFound


def test_searches_made_in_one_moment_keep_their_order(sql_storage: SqlStorage):
    made = [sql_storage.create_search("cells", {"seed": n}) for n in range(10)]
    assert list(sql_storage.searches().searches) == made[::-1]
    assert sql_storage.search("cells") == made[-1]


def test_an_id_goes_before_a_name(sql_storage: SqlStorage):
    first = sql_storage.create_search("cells", {})
    sql_storage.create_search(first.id, {})
    assert sql_storage.search(first.id) == first


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_of_searches_is_bounded(sql_storage: SqlStorage, limit):
    with pytest.raises(InvalidQuery, match=r"limit must be in 1\.\.1000, got"):
        sql_storage.searches(limit=limit)


def test_the_same_key_sent_many_times_at_once_makes_one_search(sql_storage: SqlStorage):
    made = []
    start = threading.Barrier(6)

    def submit():
        start.wait()
        made.append(sql_storage.create_search("cells", {"seed": 0}, idempotency_key="once").id)

    threads = [threading.Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == len(sql_storage.searches().searches) == 1


def test_a_key_belongs_to_name_and_document(sql_storage: SqlStorage):
    sql_storage.create_search("cells", {"a": 1, "b": 2}, idempotency_key="k")
    sql_storage.create_search("cells", {"b": 2, "a": 1}, idempotency_key="k")
    with pytest.raises(IdempotencyConflict, match="'k' was used for another document"):
        sql_storage.create_search("other", {"a": 1, "b": 2}, idempotency_key="k")


def test_unknown_searches_are_named_in_the_refusal(sql_storage: SqlStorage):
    for read in (sql_storage.summary, sql_storage.trials, sql_storage.infeasible, sql_storage.events):
        with pytest.raises(NotFound, match="'nowhere'"):
            read("nowhere")
