"""`nas spaces`: what can be searched, in sentences and as JSON."""

import pytest

from api.commands.session import ExitCode
from tests.installed import write_package


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
    assert [option["name"] for option in nas.json["options"] if option["required"]] == nas.json["schema"].get(
        "required", []
    )


@pytest.mark.usefixtures("own_space_installed")
def test_installed_spaces_are_listed_and_broken_packages_told(nas, tmp_path, monkeypatch):
    entry_points = {"spinesearch.spaces": {"lost": "lost_space:LOST"}}
    monkeypatch.syspath_prepend(write_package(tmp_path, name="lost_space", code="1 / 0", entry_points=entry_points))
    assert nas("spaces") == ExitCode.DONE
    assert "random_features" in nas.out
    assert "'lost' is brought by the installed package lost_space 1.0" in nas.out
    assert nas("spaces", "random_features") == ExitCode.DONE
    assert nas("spaces", "lost") == ExitCode.NOT_FOUND
    assert nas("spaces", "--json") == ExitCode.DONE
    assert nas.json[-1]["kind"] == "random_features"
