"""A document looked at as a submission would be, over the records there are."""

import pytest

from api.previewing import answer_to, plain
from nas.document import parse_document
from nas.document_text import yaml_of
from nas.errors import DocumentError
from nas.records import Measurement, SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import trial


def looked_at(text, storage=None, project="default"):
    return answer_to(text, accept=parse_document, storage=storage, project=project)


def text_of(**fields):
    return yaml_of(toy_document(**fields).model_dump(mode="json"))


def test_a_good_document_has_a_preview_and_no_problems(sqlite_storage):
    answer = looked_at(text_of(), sqlite_storage)
    assert (answer.problems, answer.preview.trials.total) == ([], 30)
    assert answer.document["name"] == "toy"
    assert answer.preview.quota.project == "default"
    assert sqlite_storage.searches().searches == ()


def test_a_wrong_document_is_told_by_line_and_read_as_far_as_it_can_be():
    answer = looked_at("name: cells\nspace: {kind: spinet}\nseed: -1\n")
    assert {(each.field, each.line) for each in answer.problems} >= {("space.kind", 2), ("seed", 3)}
    assert (answer.document["seed"], answer.preview) == (-1, None)
    broken = looked_at("name: [")
    assert (broken.document, [each.line for each in broken.problems]) == (None, [1])


@pytest.mark.parametrize("text", ["a: .nan", "a: !!binary aGVsbG8=", "a: !!set {b}", 'a: "\\ud800"'])
def test_what_json_cannot_say_is_a_problem(text):
    answer = looked_at(text)
    assert answer.document is None
    assert answer.problems[0].message.startswith("must hold only text, numbers, lists and mappings")


def test_plain_data_stays_as_it_is():
    assert plain({"a": [1, 2.5, None, "é"]}) == {"a": [1, 2.5, None, "é"]}
    with pytest.raises(DocumentError):
        plain({"a": float("inf")})


def test_an_earlier_search_must_be_there_to_begin_with(sqlite_storage):
    text = text_of(begin_with={"search": "cells"})
    for storage in (sqlite_storage, None):
        (problem,) = looked_at(text, storage).problems
        assert (problem.field, problem.message) == ("begin_with.search", "no search has the name or id 'cells'")


def test_earlier_trials_of_the_project_say_how_long_it_takes(sqlite_storage):
    document = toy_document()
    search = sqlite_storage.create_search("old", document.model_dump(mode="json"))
    lease = sqlite_storage.acquire_lease(search.id, "test", 60)
    sqlite_storage.set_search_status(lease, SearchStatus.RUNNING)
    sqlite_storage.add_trial(lease, trial(0, status=TrialStatus.RUNNING, static_metrics={"macs": 1e9}))
    measured = Measurement(fidelity=document.task.epochs, metrics={"AP": 0.1}, elapsed_s=30.0)
    sqlite_storage.move_trial(lease, 0, TrialStatus.COMPLETED, measurements=[measured])
    preview = looked_at(text_of(), sqlite_storage).preview
    assert (preview.time.trials, preview.quota.unfinished) == (1, 1)
    assert preview.time.trial_s.middle == pytest.approx(30.0 * preview.metrics["macs"].middle / 1e9)
    assert looked_at(text_of(), sqlite_storage, project="other").preview.time is None
