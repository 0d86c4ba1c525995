"""One trial over REST, as its page reads it."""

import pytest

from api.app import create_app
from api.settings import Settings
from nas.folders import LOG
from tests.api.filed_trial import PNG

TRIAL = "/searches/cells/trials/0"


@pytest.fixture
def shown(filed, make_client):
    """A client of a service with a trial that has measured, logged and left a picture."""
    file = filed.folder() / "the picture.png"
    file.write_bytes(PNG)
    (filed.folder() / LOG).write_text("epoch 1\n")
    filed.add()
    filed.measure(1, file, AP=0.1)
    return make_client(create_app(filed.storage, Settings(home=filed.home)))


def test_what_a_page_shows_comes_in_five_answers(shown):
    assert shown.get(f"{TRIAL}/overview").json()["pictures"] == ["the picture"]
    assert shown.get(f"{TRIAL}/drawing").json()["figures"][0]["form"] == "table"
    assert shown.get(f"{TRIAL}/curves", params={"metric": "AP"}).json()["curves"][0]["value"] == [0.1]
    assert shown.get(f"{TRIAL}/log").json() == {"text": "epoch 1\n", "start": 0, "end": 8, "size": 8}
    assert shown.get(f"{TRIAL}/log", params={"after": 8}).json()["text"] == ""
    assert shown.get(f"{TRIAL}/pictures/the%20picture").content == PNG


def test_a_picture_is_shown_as_what_it_is_and_nothing_else(shown):
    headers = shown.get(f"{TRIAL}/pictures/the%20picture").headers
    assert headers["content-type"] == "image/png"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == "inline; filename*=UTF-8''the%20picture.png"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fnas.db", "%2Fetc%2Fpasswd", "model"])
def test_what_is_no_picture_of_the_trial_is_not_found(shown, name):
    answer = shown.get(f"{TRIAL}/pictures/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("what", ["overview", "drawing", "curves", "log", "pictures/resized"])
def test_a_trial_that_is_not_there_has_nothing_to_show(shown, what):
    answer = shown.get(f"/searches/cells/trials/9/{what}")
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith("has no trial 9")


def test_where_to_read_on_must_be_a_number_of_bytes(shown):
    assert shown.get(f"{TRIAL}/log", params={"after": -1}).status_code == 422
    assert shown.get(f"{TRIAL}/curves", params={"metric": ["m"] * 25}).status_code == 422


def test_trials_are_held_against_the_first_one(shown, filed):
    filed.add(1)
    answer = shown.get("/searches/cells/side-by-side", params={"trial": [1, 0]}).json()
    assert [each["trial"]["number"] for each in answer["trials"]] == [1, 0]
    assert answer["trials"][1]["parts"][0]["sentences"] == ["number 0 instead of 1"]
    assert shown.get("/searches/cells/side-by-side", params={"trial": [0, 0]}).status_code == 422
    assert shown.get("/searches/cells/side-by-side", params={"trial": [0, 7]}).status_code == 404
