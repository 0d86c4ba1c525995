"""What was asked for and how far it is, as files that several processes see."""

import json
from dataclasses import replace

import pytest

from api.exports import Exports, ExportState, Note, Wanted
from nas.exporting import ExportFormat

WANTED = Wanted(search_id="1kz3", number=4, format=ExportFormat.PT2)
OTHER = replace(WANTED, number=5, format=ExportFormat.ONNX, judge=False)


@pytest.fixture
def exports(tmp_path):
    """Those of a home folder in which nothing is."""
    return Exports(tmp_path)


def test_what_is_asked_for_is_taken_once_in_the_order_of_asking(exports):
    assert exports.take() is None
    assert exports.note(WANTED) is None
    assert exports.ask(WANTED) == Note(wanted=WANTED)
    exports.ask(OTHER)
    exports.ask(WANTED)
    assert [exports.take() for _ in range(3)] == [WANTED, OTHER, None]


def test_what_is_ready_is_not_made_again(exports):
    exports.ask(WANTED)
    ready = Note(wanted=exports.take(), state=ExportState.READY, size_bytes=7, sha256="12ab", report={"epochs": 3})
    exports.end(ready)
    assert exports.note(WANTED) == ready
    assert exports.ask(WANTED) == ready
    assert exports.take() is None


def test_what_failed_is_tried_again_when_it_is_asked_for(exports):
    exports.ask(WANTED)
    exports.take()
    exports.fail(WANTED, "no pictures")
    assert (exports.note(WANTED).state, exports.note(WANTED).reason) == (ExportState.FAILED, "no pictures")
    assert exports.take() is None
    assert exports.ask(WANTED).state is ExportState.ASKED
    assert exports.take() == WANTED


def test_what_a_process_had_taken_that_is_dead_is_taken_again(exports, tmp_path):
    exports.ask(WANTED)
    exports.take()
    (marker,) = (tmp_path / "exports" / "queue").iterdir()
    taken = json.loads(marker.read_text())
    marker.write_text(json.dumps({**taken, "by": taken["by"].rpartition(".")[0] + ".1)"}))
    assert exports.take() == WANTED


def test_the_archive_lies_with_the_other_files_of_the_search(exports, tmp_path):
    assert exports.archive(WANTED) == tmp_path / "exports" / "1kz3" / "00004" / "pt2.zip"
