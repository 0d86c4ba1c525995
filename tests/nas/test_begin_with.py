"""The section of a document on what comes first."""

import pytest

from nas.document import parse_document
from nas.errors import DocumentError
from nas.testing.searches import toy_document


def problems_of(begin_with, **fields):
    data = toy_document().model_dump(mode="json") | {"begin_with": begin_with} | fields
    with pytest.raises(DocumentError) as caught:
        parse_document(data)
    return dict(caught.value.problems)


def test_a_document_begins_with_nothing_unless_it_says_so():
    assert toy_document().begin_with is None


def test_what_is_listed_reads_as_the_fixed_strategy_reads_it():
    begun = toy_document(begin_with={"candidates": ["spinenet-49"]}).begin_with
    assert (begun.candidates, begun.best) == (("spinenet-49",), 0)


@pytest.mark.parametrize(("top", "best"), [(None, 5), (0, 0), (3, 3)])
def test_five_of_the_best_are_trained_unless_told_otherwise(top, best):
    assert toy_document(begin_with={"search": "cells", "top": top, "learn": True}).begin_with.best == best


@pytest.mark.parametrize(
    ("begin_with", "field", "sentence"),
    [
        ({}, "candidates", "must name an architecture"),
        ({"top": 3}, "top", "is for an earlier search"),
        ({"candidates": ["spinenet-49"], "learn": True}, "learn", "is for an earlier search"),
        ({"search": "cells", "top": 0}, "top", "must be at least 1, unless begin_with.learn is true"),
        ({"search": "cells", "top": -1}, "top", "must be at least 0, got -1"),
        ({"search": "cells", "weights": 1}, "weights", "unknown field"),
        ({"candidates": [3]}, "candidates.0", "must be a published name, a genotype"),
        ({"candidates": ["spinenet-48"]}, "candidates.0", "spinenet-48"),
        ({"candidates": [[1, 2, 3]]}, "candidates.0", "genotype"),
        ({"candidates": [{"kind": "vgg"}]}, "candidates.0.kind", "vgg"),
        ({"candidates": ["spinenet-49", "spinenet-49"]}, "candidates.1", "the same architecture as begin_with.cand"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(begin_with, field, sentence):
    problems = problems_of(begin_with)
    assert sentence in problems[f"begin_with.{field}"]


def test_more_to_begin_with_than_the_budget_has_is_refused():
    two = ["spinenet-49", "r0-sp53"]
    told = problems_of({"candidates": two}, budget={"trials": 1})
    assert told == {"begin_with.candidates": "must leave at most budget.trials, 1, to be trained first, got 2"}
    told = problems_of({"candidates": two, "search": "cells"}, budget={"trials": 6})
    assert told == {"begin_with.top": "must leave at most budget.trials, 6, to be trained first, got 7"}
    assert toy_document(begin_with={"candidates": two, "search": "cells", "top": 4}, budget={"trials": 6})


def test_weights_of_candidates_are_taken_from_the_folder_of_the_document(tmp_path):
    network = {"kind": "torchvision", "name": "vgg16", "weights": "vgg16.pth"}
    data = toy_document().model_dump(mode="json") | {
        "space": {"kind": "torchvision", "names": ["vgg16"], "weights": {"vgg16": "vgg16.pth"}},
        "task": {"kind": "classification", "data": {"train": "train", "val": "val"}},
        "objectives": [{"metric": "top1"}],
        "begin_with": {"candidates": [network]},
    }
    begun = parse_document(data, tmp_path).begin_with
    assert begun.candidates[0]["weights"] == str(tmp_path / "vgg16.pth")
