"""`nas data`, over the state folder and of a service."""

import json
import subprocess
import sys

import pytest
import yaml

from api.commands.session import ExitCode
from api.data_sets.store import DataSets
from tests.api.tiny_search import write_document
from workers.data.shapes import draw_shapes


@pytest.fixture
def shapes(tmp_path):
    draw_shapes(tmp_path / "shapes", train=12, val=6, size=(64, 64), seed=1)
    return tmp_path / "shapes"


@pytest.fixture
def options(shapes):
    """What tells `nas data add` where the shapes lie."""
    files = {part: f"shapes/annotations/instances_{part}.json" for part in ("train", "val")}
    return [
        *("--kind", "detection", "--train-images", "shapes/images", "--train-annotations", files["train"]),
        *(f"--val-images={shapes / 'images'}", "--val-annotations", files["val"]),
    ]


def test_a_set_is_added_checked_shown_and_removed(nas, options, shapes):
    assert nas("data", "add", "shapes", *options) == ExitCode.DONE
    assert "Data set shapes: detection, sound" in nas.out
    assert nas("data", "list", "--json") == ExitCode.DONE
    assert [(row["name"], row["pictures"]) for row in nas.json] == [("shapes", {"train": 12, "val": 6})]
    assert nas("data", "show", "shapes", "--json") == ExitCode.DONE
    assert nas.json["data"]["train"]["images"] == str(shapes / "images")
    assert nas("data", "add", "shapes", *options) == ExitCode.REFUSED
    assert nas("data", "list") == ExitCode.DONE
    assert "shapes" in nas.out
    assert nas("data", "remove", "shapes") == ExitCode.DONE
    assert nas("data", "show", "shapes") == ExitCode.NOT_FOUND
    assert nas("audit", "--json") == ExitCode.DONE
    assert [deed["action"] for deed in nas.json] == ["data.remove", "data.add"]


def test_a_broken_set_is_told_and_cannot_be_searched_until_it_is_mended(nas, options, shapes, tmp_path):
    picture = sorted((shapes / "images").iterdir())[0]
    content = picture.read_bytes()
    picture.unlink()
    assert nas("data", "add", "shapes", *options, "--json") == ExitCode.FAILED
    assert nas.json["standing"] == "faulty"
    document = with_name(write_document(tmp_path))
    assert nas("run", document) == ExitCode.USAGE
    assert "task.data: data set 'shapes' has faults: 1 pictures of " in nas.err
    picture.write_bytes(content)
    assert nas("data", "check", "shapes", "--every-picture", "--json") == ExitCode.DONE
    assert "have changed since the check of" in nas.json["report"]["remarks"][0]


def test_a_document_that_names_a_set_is_searched(nas, options, storage, tmp_path):
    document = write_document(tmp_path, trials=1)
    assert nas("data", "add", "shapes", "--from", document) == ExitCode.DONE
    assert nas("run", with_name(document), "--driver", "inline", "--json") == ExitCode.DONE
    made = storage.search("tiny").document
    assert (made["data_set"], made["task"]["data"]) == (
        "shapes",
        DataSets(storage.engine, storage.clock).find("shapes").data,
    )
    assert nas("run", document, "--driver", "inline") == ExitCode.DONE, "the same one again"
    assert len(storage.searches().searches) == 1
    assert nas("clone", "tiny", "--set", "task.data=shape") == ExitCode.USAGE
    assert "did you mean 'shapes'" in nas.err


def with_name(document):
    """The document with the name of the set in the place of its data."""
    content = yaml.safe_load(document.read_text())
    content["task"]["data"] = "shapes"
    document.write_text(yaml.safe_dump(content))
    return document


def test_what_kind_of_data_it_is_must_be_known(nas):
    assert nas("data", "add", "shapes", "--kind", "sound") == ExitCode.USAGE
    assert "--kind: must be one of detection, classification, quality" in nas.err


def test_nothing_is_listed_where_there_is_no_state(nas):
    assert nas("data", "list") == ExitCode.NOT_FOUND
    assert not nas.home.exists()


def test_a_service_checks_what_is_added_over_rest(nas, options, tmp_path, monkeypatch):
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--driver", "inline"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        try:
            url = service.stdout.readline().split()[1].rstrip(",")
            monkeypatch.setenv("NAS_API_URL", url)
            assert nas("data", "add", "shapes", *options, "--json") == ExitCode.DONE
            assert (nas.json["standing"], nas.json["report"]["train"]["opened"]) == ("sound", 12)
            document = with_name(write_document(tmp_path, trials=1))
            assert nas("submit", document, "--watch", "--json") == ExitCode.DONE
            assert json.loads(nas.out)["status"] == "completed"
        finally:
            service.terminate()
            service.stdout.read()
