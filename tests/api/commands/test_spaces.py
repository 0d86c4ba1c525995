"""`nas spaces` and `nas cost`: exact figures, published settings, sentences for what is unknown."""

import json

import pytest
import typer

from api.commands.session import ExitCode
from api.commands.spaces import parse_size
from search_spaces.spinenet.published import PUBLISHED


def test_the_published_detector_costs_what_was_published(nas):
    assert nas("cost", "spinenet-49", "--task", "detection", "--size", "640", "--classes", "91", "--json") == 0
    assert nas.json["backbone"]["params"] == 21_831_488
    assert nas.json["detector"]["params"] == 28_543_383
    assert round(nas.json["detector"]["macs"] / 1e9, 3) == 85.414
    assert nas("cost", "SpineNet-49") == ExitCode.DONE
    assert "28,543,383" in nas.out


def test_the_head_is_the_published_one_unless_told(nas):
    nas("cost", "spinenet-49s", "--size", "640", "--json")
    assert nas.json["detector"]["params"] == 11_265_942
    nas("cost", "spinenet-49s", "--head-filters", "64", "--head-convs", "0", "--anchors", "3", "--json")
    assert (nas.json["head_filters"], nas.json["head_convs"], nas.json["anchors_per_position"]) == (64, 0, 3)


def test_an_architecture_may_come_from_a_file(nas, tmp_path):
    (tmp_path / "mine.json").write_text(PUBLISHED["spinenet-49"].architecture.canonical_json())
    assert nas("cost", "mine.json", "--size", "640x480", "--json") == ExitCode.DONE
    assert nas.json["size"] == [640, 480]
    assert nas.json["backbone"]["params"] == 21_831_488


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("spinenet-50",), ExitCode.NOT_FOUND, "known: spinenet-49s"),
        (("broken.json",), ExitCode.USAGE, "kind"),
        (("list.json",), ExitCode.USAGE, "must hold one architecture"),
        (("joint.json",), ExitCode.USAGE, "must hold a SpineNet, got Joint"),
        (("spinenet-49", "--size", "wide"), ExitCode.USAGE, "640x480"),
        (("spinenet-49", "--task", "chess"), ExitCode.USAGE, "detection"),
    ],
)
def test_bad_input_gets_a_sentence(nas, tmp_path, arguments, code, sentence):
    (tmp_path / "broken.json").write_text(json.dumps({"kind": "star"}))
    backbone = PUBLISHED["spinenet-49"].architecture.model_dump(mode="json")
    (tmp_path / "joint.json").write_text(json.dumps({"kind": "joint", "parts": {"backbone": backbone}}))
    (tmp_path / "list.json").write_text("[]")
    assert nas("cost", *arguments) == code
    assert sentence in nas.err


def test_sizes_are_height_and_width():
    assert (parse_size("640"), parse_size("640x480")) == ((640, 640), (640, 480))
    for wrong in ("0", "640x", "99999", "-1"):
        with pytest.raises(typer.BadParameter):
            parse_size(wrong)


def test_spaces_are_listed_and_described(nas):
    assert nas("spaces") == ExitCode.DONE
    assert "spinenet" in nas.out
    assert nas("spaces", "spinenet") == ExitCode.DONE
    assert "window" in nas.out
    assert nas("spaces", "spinenet", "--json") == ExitCode.DONE
    assert nas.json["kind"] == "spinenet"
    assert nas("spaces", "darts") == ExitCode.NOT_FOUND


def test_a_space_with_required_options_is_counted_for_an_example(nas):
    nas("spaces", "joint")
    assert 'architectures with space: {"kind": "joint", "parts": {"backbone": {"kind": "spinenet"}' in nas.out
    assert "required" in nas.out
    nas("spaces", "fixed")
    assert '1 architecture with space: {"kind": "fixed", "architecture": "spinenet-49"}' in nas.out
    nas("spaces", "spinenet")
    assert "architectures with the default options" in nas.out


@pytest.mark.parametrize("kind", ["joint", "fixed"])
def test_spaces_of_other_spaces_describe_themselves_as_json(nas, kind):
    assert nas("spaces", kind, "--json") == ExitCode.DONE
    assert nas.json["example"]["kind"] == kind
    assert [option["name"] for option in nas.json["options"] if option["required"]] == nas.json["schema"]["required"]
