"""Spaces over REST."""

from search_spaces.registry import SPACES


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
