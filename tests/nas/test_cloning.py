"""A document with changes: merged field by field, replaced where the kind is another."""

import pytest

from nas.cloning import changed, changes_of
from nas.errors import DocumentError

DOCUMENT = {
    "name": "cells",
    "task": {"epochs": 12, "optimizer": {"kind": "adamw", "learning_rate": 0.01}},
    "strategy": {"kind": "evolution", "population": 8},
    "objectives": [{"metric": "AP"}],
}


def test_what_is_not_named_stays():
    new = changed(DOCUMENT, {"task": {"epochs": 24}})
    assert new == {**DOCUMENT, "task": {**DOCUMENT["task"], "epochs": 24}}
    assert changed(DOCUMENT, {}) == DOCUMENT
    assert DOCUMENT["task"]["epochs"] == 12, "the document itself is left alone"


def test_null_takes_a_field_away_and_lists_are_replaced_whole():
    new = changed(DOCUMENT, {"strategy": None, "objectives": [{"metric": "AP50"}]})
    assert "strategy" not in new
    assert new["objectives"] == [{"metric": "AP50"}]


def test_options_of_another_kind_leave_none_behind():
    assert changed(DOCUMENT, {"strategy": {"kind": "random"}})["strategy"] == {"kind": "random"}
    kept = changed(DOCUMENT, {"strategy": {"kind": "evolution", "sample": 3}})["strategy"]
    assert kept == {"kind": "evolution", "population": 8, "sample": 3}


def test_settings_are_changes_with_values_as_in_yaml():
    settings = ["task.epochs=24", "name=long", "objectives=[{metric: AP50}]", "strategy=null"]
    assert changes_of(settings) == {
        "task": {"epochs": 24},
        "name": "long",
        "objectives": [{"metric": "AP50"}],
        "strategy": None,
    }


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (["epochs"], "must be field=value with dots between names, got 'epochs'"),
        (["task..epochs=3"], "must be field=value with dots between names, got 'task..epochs=3'"),
        (["task=3", "task.epochs=3"], "cannot be set beside task, which is set as a whole"),
        (["task=["], "must be a value as in YAML"),
    ],
)
def test_a_setting_that_is_none_is_told(settings, sentence):
    with pytest.raises(DocumentError, match=sentence.replace(".", r"\.").replace("[", r"\[")):
        changes_of(settings)
