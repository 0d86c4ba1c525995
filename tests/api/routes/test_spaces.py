"""Spaces over REST."""

import pytest

from search_spaces.registry import SPACES
from tests.installed import write_package


def test_spaces_are_listed_with_their_exact_count(client):
    (space,) = [each for each in client.get("/spaces").json()["items"] if each["kind"] == "spinenet"]
    assert int(space["count"]) == SPACES["spinenet"].describe()["count"] > 10**30


def test_one_space_tells_its_options(client):
    space = client.get("/spaces/spinenet").json()
    assert "width" in {option["name"] for option in space["options"]}
    assert space["schema"]["type"] == "object"


def test_an_unknown_space_is_not_found_and_the_known_are_named(client):
    answer = client.get("/spaces/resnet")
    assert answer.status_code == 404
    assert "spinenet" in answer.json()["detail"]


def test_a_space_with_required_options_shows_an_example(client):
    space = client.get("/spaces/fixed").json()
    assert space["example"] == {"kind": "fixed", "architecture": "spinenet-49"}
    assert space["count"] == "1"


@pytest.mark.usefixtures("own_space_installed")
def test_installed_spaces_are_told_like_ours_and_broken_ones_when_asked_for(client, tmp_path, monkeypatch):
    entry_points = {"spinesearch.spaces": {"lost": "lost_space:LOST"}}
    monkeypatch.syspath_prepend(write_package(tmp_path, name="lost_space", code="1 / 0", entry_points=entry_points))
    kinds = [each["kind"] for each in client.get("/spaces").json()["items"]]
    assert kinds == [*SPACES, "random_features"]
    assert client.get("/spaces/random_features").json()["example"] == {"kind": "random_features"}
    answer = client.get("/spaces/lost")
    assert answer.status_code == 404
    assert "brought by the installed package lost_space 1.0" in answer.json()["detail"]
