"""Retrainings found among all searches, beside the trials that they come from."""

import pytest

from api.plots.memo import Memo
from api.retrainings import MARK, reached, retrainings
from nas.document import parse_document
from nas.errors import InvalidQuery
from nas.records import Measurement, TrialStatus
from nas.retraining import retraining_document
from nas.testing.stored import trial
from tests.nas.known_search import finished, known_search

FULL = {"task": {"epochs": 4}}


def retrain(storage, found, number, *, seeds=1, project="default"):
    data = retraining_document(found, storage.trial(found.id, number), FULL, seeds=seeds)
    document = parse_document(data).model_dump(mode="json")
    return storage.create_search(document["name"], document, project=project)


def test_each_stands_beside_its_trial_with_what_both_have_reached(sql_storage):
    found = known_search(sql_storage)
    done = finished(sql_storage, retrain(sql_storage, found, 1, seeds=3).id)
    waiting = retrain(sql_storage, found, 0)
    newer, older = retrainings(sql_storage, Memo()).items
    assert (newer.id, newer.status, newer.value, newer.of.reached) == (waiting.id, "queued", None, 0.25)
    assert (older.id, older.status, older.of.trial, older.of.name) == (done.id, "completed", 1, "cells")
    assert (older.of.reached, older.of.epochs, older.epochs) == (0.265625, 2, 4)
    assert (older.seeds, newer.seeds) == (3, 1)
    assert (older.value.mean, older.value.seeds) == (pytest.approx(0.515625), 3)


def test_they_are_read_in_pages_by_search_and_by_project(sql_storage):
    first, second = known_search(sql_storage), known_search(sql_storage, project="vision")
    made = [retrain(sql_storage, first, number % 2).id for number in range(3)]
    other = retrain(sql_storage, second, 0, project="vision").id
    page = retrainings(sql_storage, Memo(), of=first.id, limit=2)
    assert [each.id for each in page.items] == made[:0:-1]
    rest = retrainings(sql_storage, Memo(), of=first.id, limit=2, cursor=page.next_cursor)
    assert ([each.id for each in rest.items], rest.next_cursor) == (made[:1], None)
    assert [each.id for each in retrainings(sql_storage, Memo(), project="vision").items] == [other]
    with pytest.raises(InvalidQuery):
        retrainings(sql_storage, Memo(), cursor=page.next_cursor)


def test_searches_of_other_documents_are_none(sql_storage):
    sql_storage.create_search("older", {"name": "older"})
    sql_storage.create_search("other", {"name": "other", MARK: None})
    assert retrainings(sql_storage, Memo()).items == []


def test_only_completed_trainings_that_were_measured_count():
    last = [Measurement(fidelity=1, metrics={"AP": 0.5})]
    ended = [trial(0, status=TrialStatus.COMPLETED), trial(1, status=TrialStatus.FAILED, measurements=last)]
    assert list(reached([*ended, trial(2, status=TrialStatus.COMPLETED, measurements=last)], "AP")) == [0.5]
