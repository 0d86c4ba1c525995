"""The tasks of a check: the document's with changes in place, and what is wrong with them."""

from pathlib import Path

import pytest

from nas.proxy_options import ProxyCheck
from nas.proxy_settings import changed, problems_of_check, resolved_check, search_name, tasks_of
from nas.testing.searches import toy_document


@pytest.fixture
def task():
    return toy_document().task


def check(full=None, **settings):
    return ProxyCheck(settings=settings or {"proxy": {}}, full=full or {"epochs": 24})


def problems(task, checked, name="cells"):
    return list(problems_of_check(checked, task, name))


def test_changes_take_the_place_of_single_options(task):
    found = changed(task, {"epochs": 2, "image_size": [96, 96], "head.filters": 8, "loss": {"focal_gamma": 2.0}})
    assert (found.epochs, found.image_size, found.head.filters, found.loss.focal_gamma) == (2, (96, 96), 8, 2.0)
    assert (found.head.convs, found.loss.huber_delta) == (task.head.convs, task.loss.huber_delta)


def test_the_tasks_stand_in_the_documents_order_and_the_full_one_last(task):
    found = tasks_of(check(b={"epochs": 1}, a={"epochs": 2}), task)
    assert [(name, each.epochs) for name, each in found.items()] == [("b", 1), ("a", 2), ("full", 24)]


def test_sound_settings_have_no_problems(task):
    assert problems(task, check(small={"epochs": 1}, whole={})) == []


@pytest.mark.parametrize(
    ("checked", "field", "sentence"),
    [
        (check(a={"epoch": 1}), "settings.a.epoch", "unknown field; did you mean 'epochs'?"),
        (check(a={"head.filter": 1}), "settings.a.head.filter", "unknown field; did you mean 'filters'?"),
        (check(a={"epochs": "two"}), "settings.a.epochs", "must be a whole number, got 'two'"),
        (check(a={"image_size": [16, 96]}), "settings.a.image_size.0", "must be at least 32, got 16"),
        (check(a={"kind": "quality"}), "settings.a.kind", "must be that of the document, detection, got 'quality'"),
        (check(full={"epochs": 0}), "full.epochs", "must be at least 1, got 0"),
        (check(a={"epochs": 1}, b={"epochs": 1}), "settings.b", "must differ from settings.a: it is the same task"),
        (check(a={"epochs": 24}), "full", "must differ from settings.a: it is the same task"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(task, checked, field, sentence):
    assert problems(task, checked) == [(f"proxy_check.{field}", sentence)]


def test_a_name_too_long_for_its_searches_is_told(task):
    (field, sentence), _ = problems(task, check(small={"epochs": 1}), name="n" * 90)
    assert field == "proxy_check.settings.small"
    assert sentence.startswith("must be shorter by 2: searches are called nnn")


def test_paths_of_settings_are_taken_from_the_documents_folder(task):
    given = check(few={"data.train.annotations": "few.json", "image_size": [96, 96]}, whole={})
    found = resolved_check(given, task, Path("/data"))
    assert found.settings["few"] == {"data.train.annotations": "/data/few.json", "image_size": [96, 96]}
    assert (found.settings["whole"], found.full) == ({}, {"epochs": 24})


def test_searches_are_called_after_document_and_setting():
    assert search_name("cells", "small") == "cells-proxy-small"
    assert search_name("cells-proxy", "small") == "cells-proxy-small"
