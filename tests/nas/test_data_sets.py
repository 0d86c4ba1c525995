"""Documents refer to data sets by their names."""

from datetime import UTC, datetime

import pytest

from nas.brief import brief
from nas.data_sets import DataReport, DataSet, no_data_set, under_its_name, with_named_data
from nas.document import parse_document, stored_document
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.proxy_check import planned_searches
from nas.testing.searches import toy_document

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SPLIT = {"images": "/data/cells", "annotations": "/data/cells.json"}
CELLS = {"train": SPLIT, "val": SPLIT, "classes": 3}


def data_set(name="cells", kind="detection", data=CELLS, faults=None):
    report = None if faults is None else DataReport(checked_at=AT, elapsed_s=1, every_picture=False, faults=faults)
    return DataSet(name=name, kind=kind, data=data, created_at=AT, report=report)


def among(*sets):
    known = {each.name: each for each in sets}

    def find(name):
        if name not in known:
            raise no_data_set(name, list(known))
        return known[name]

    return find


def document(data="cells", **fields):
    plain = toy_document().model_dump(mode="json")
    return {**plain, "task": {**plain["task"], "kind": "detection", "data": data}, **fields}


def problem(find, **fields):
    with pytest.raises(DocumentError) as refused:
        parse_document(document(**fields), find=find)
    ((field, sentence),) = refused.value.problems
    assert field == "task.data"
    return sentence


def test_the_data_stand_in_the_place_of_the_name_which_is_kept_for_people():
    found = parse_document(document(), find=among(data_set()))
    assert found.task.data.train.images == "/data/cells"
    assert found.task.data.classes == 3
    assert found.data_set == "cells"
    stored = found.model_dump(mode="json")
    assert stored["data_set"] == "cells"
    assert "data_set" not in parse_document(document(data=CELLS)).model_dump(mode="json"), "as ever without a name"


def test_a_stored_document_is_read_without_the_set():
    storage = MemoryStorage()
    content = parse_document(document(), find=among(data_set())).model_dump(mode="json")
    assert stored_document(storage.create_search("toys", content)).data_set == "cells"


def test_a_name_that_is_not_there_is_told_with_the_nearest():
    assert problem(among(data_set()), data="cell") == "no data set has the name 'cell'; did you mean 'cells'?"
    assert problem(among(data_set()), data="coco").endswith("; known: cells")
    assert problem(among()).endswith("; none is registered, `nas data add` does that")


def test_a_set_of_another_kind_does_not_fit():
    pictures = data_set("pictures", "classification", {"train": "/a", "val": "/b"})
    sentence = "must be a data set of kind detection, 'pictures' is one of classification"
    assert problem(among(pictures), data="pictures") == sentence


def test_robustness_takes_data_of_classification():
    pictures = data_set("pictures", "classification", {"train": "/a", "val": "/b"})
    given = {"task": {"kind": "robustness", "data": "pictures"}}
    assert with_named_data(given, among(pictures))["task"]["data"] == {"train": "/a", "val": "/b"}


def test_a_set_with_faults_is_refused_with_the_first_one():
    sentence = problem(among(data_set(faults=("3 pictures are missing", "more"))))
    assert sentence == "data set 'cells' has faults: 3 pictures are missing; `nas data show cells` tells all"
    parse_document(document(), find=among(data_set(faults=())))


def test_a_document_keeps_its_name_as_long_as_its_data_are_those_of_the_set():
    find = among(data_set())
    made = with_named_data(document(), find)
    assert with_named_data(made, find) == made
    assert "data_set" not in with_named_data(made, among(data_set(data={**CELLS, "classes": 4})))
    assert "data_set" not in with_named_data(made, among())
    made["task"]["data"] = {**CELLS, "classes": None}
    assert "data_set" not in with_named_data(made, find)


def test_a_document_written_for_people_has_the_name_in_its_place():
    find = among(data_set())
    found = parse_document(document(), find=find)
    assert brief(found)["task"]["data"] == "cells"
    assert "data_set" not in brief(found)
    assert parse_document(brief(found), find=find) == found
    assert under_its_name(document(data=CELLS)) == document(data=CELLS)


def test_what_is_no_name_is_left_to_be_refused():
    for given in ({}, {"task": 3}, {"task": {"data": 3}}, {"data_set": 3}, {"task": {"kind": "read", "data": "x"}}):
        left = {field: value for field, value in given.items() if field != "data_set"}
        assert with_named_data(given, among()) == left


def test_the_searches_of_a_proxy_check_keep_the_name_where_they_keep_the_data():
    other = {"data": {"train": SPLIT, "val": SPLIT, "classes": 4}}
    check = {"settings": {"short": {"epochs": 1}, "other": other}, "full": {"epochs": 2}, "architectures": 4}
    planned = planned_searches(parse_document(document(proxy_check=check), find=among(data_set())))
    assert [each.data_set for each in planned] == ["cells", None, "cells"]
