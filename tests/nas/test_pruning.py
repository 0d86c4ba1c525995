"""Rules say which trials' files may go; what documents refer to stays."""

from datetime import UTC, datetime, timedelta

import pytest

from nas.errors import InvalidQuery
from nas.pruning import EndedTrial, PruneRules, age, prunable, references
from nas.records import Search, TrialStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TRIALS = [
    EndedTrial(number=0, status=TrialStatus.COMPLETED, finished_at=NOW - timedelta(days=40)),
    EndedTrial(number=1, status=TrialStatus.FAILED, finished_at=NOW - timedelta(days=40)),
    EndedTrial(number=2, status=TrialStatus.COMPLETED, finished_at=NOW - timedelta(days=2)),
    EndedTrial(number=3, status=TrialStatus.COMPLETED, finished_at=NOW, beside=2),
    EndedTrial(number=4, status=TrialStatus.RUNNING, finished_at=None),
]


def going(*, best=(), kept=(), **rules):
    return prunable(TRIALS, PruneRules(**rules), best=best, kept=kept, now=NOW)


def test_trials_that_have_ended_go_if_they_meet_all_rules():
    assert going() == (0, 1, 2, 3)
    assert going(older_than=timedelta(days=30)) == (0, 1)
    assert going(older_than=timedelta(days=30), statuses=frozenset({TrialStatus.FAILED})) == (1,)
    assert going(statuses=frozenset(TrialStatus)) == (0, 1, 2, 3), "never one that runs"


def test_the_best_stay_with_what_was_trained_beside_them():
    assert going(best={2}) == (0, 1)
    assert going(best={0}, kept={3}) == (1, 2)


@pytest.mark.parametrize(("text", "meant"), [("12h", 12), ("30d", 720), ("2w", 336), ("0.5d", 12)])
def test_an_age_is_a_number_with_a_unit(text, meant):
    assert age(text) == timedelta(hours=meant)


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "3 d", "3y"])
def test_anything_else_is_no_age(text):
    with pytest.raises(InvalidQuery, match="an age must be a number and h, d or w"):
        age(text)


def test_documents_refer_to_searches_trials_and_files():
    documents = [
        {"begin_with": {"search": "old", "search_id": "a"}},
        {"retrains": {"search": "b", "trial": 3}},
        {"task": {"teacher": {"weights": "/home/trials/c/00012/model.pt"}}},
        {"begin_with": None, "task": {"data": {"train": "/trials/of/people/pictures"}}},
    ]
    found = references([Search(id=str(n), name=f"s{n}", document=document) for n, document in enumerate(documents)])
    assert found.searches == {"a": "s0"}
    assert found.trials == {("b", 3), ("c", 12)}
