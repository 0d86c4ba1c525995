"""Exports carried out by child processes, one at a time."""

import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest

from api.exporter import Exporter, carry_out
from api.exports import Exports, ExportState, Wanted
from nas.exporting import ExportFormat, NoExport
from nas.memory import MemoryStorage
from nas.records import Artifact, Measurement, SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import trial

WANTED = Wanted(search_id="1kz3", number=0, format=ExportFormat.PT2)
PATIENCE_S = 60


@pytest.fixture
def exports(tmp_path):
    return Exports(tmp_path)


def child_saying(script, calls):
    """Starts a process that runs the script in the place of the command line."""

    def spawn(arguments):
        calls.append(list(arguments))
        return subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, text=True)

    return spawn


def test_one_child_at_a_time_and_one_that_dies_has_failed(exports):
    calls = []
    exporter = Exporter(exports=exports, spawn=child_saying("raise SystemExit(3)", calls))
    exporter.step()
    assert exporter.child is None, "nothing is asked for"
    other = replace(WANTED, format=ExportFormat.ONNX, judge=False)
    exports.ask(WANTED)
    exports.ask(other)
    exporter.step()
    exporter.child.wait(PATIENCE_S)
    exporter.step()
    exporter.child.wait(PATIENCE_S)
    exporter.step()
    assert calls == [
        ["export-asked", "1kz3", "0", "pt2", "--judge"],
        ["export-asked", "1kz3", "0", "onnx", "--no-judge"],
    ]
    for wanted in (WANTED, other):
        note = exports.note(wanted)
        assert (note.state, note.reason.startswith("its process ended (3)")) == (ExportState.FAILED, True)


def test_a_child_that_said_how_it_ended_is_believed(exports):
    exporter = Exporter(exports=exports, spawn=child_saying("", []))
    exports.ask(WANTED)
    exporter.step()
    exports.fail(WANTED, "no pictures")
    exporter.child.wait(PATIENCE_S)
    exporter.step()
    assert exports.note(WANTED).reason == "no pictures"


@pytest.fixture
def stored(tmp_path):
    """A storage with a completed trial that has a model, and what is wanted of it."""
    storage = MemoryStorage()
    search = storage.create_search("cells", toy_document().model_dump(mode="json"))
    lease = storage.acquire_lease(search.id, "test", 60)
    storage.set_search_status(lease, SearchStatus.RUNNING)
    storage.add_trial(lease, trial(0))
    storage.move_trial(lease, 0, TrialStatus.RUNNING)
    (tmp_path / "model.pt").touch()
    model = Artifact(name="model", uri=(tmp_path / "model.pt").as_uri(), sha256="", size_bytes=0)
    storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"AP": 0.5}, artifacts=(model,)))
    storage.move_trial(lease, 0, TrialStatus.COMPLETED)
    return storage, replace(WANTED, search_id=search.id)


def test_the_folder_becomes_an_archive(exports, stored, tmp_path):
    storage, wanted = stored

    def write(order, folder, *, form, judge):
        (folder / "README.md").write_text(f"{order.called} as {form}, judged: {judge}")
        return {"epochs": order.epochs}

    exports.ask(wanted)
    carry_out(storage, exports, wanted, home=tmp_path, write=write)
    note = exports.note(wanted)
    assert (note.state, note.report, note.size_bytes) == (
        ExportState.READY,
        {"epochs": 1},
        exports.archive(wanted).stat().st_size,
    )
    with zipfile.ZipFile(exports.archive(wanted)) as archive:
        assert archive.read("README.md") == b"cells/0 as pt2, judged: True"
    assert [file.name for file in exports.archive(wanted).parent.glob("export-*")] == []


def test_what_cannot_be_written_is_told(exports, stored, tmp_path):
    storage, wanted = stored

    def write(order, folder, *, form, judge):
        raise NoExport("the weights are not finite")

    exports.ask(wanted)
    carry_out(storage, exports, wanted, home=tmp_path, write=write)
    assert exports.note(wanted).reason == "the weights are not finite"
    gone = replace(wanted, number=9)
    exports.ask(gone)
    carry_out(storage, exports, gone, home=tmp_path, write=write)
    assert "9" in exports.note(gone).reason
