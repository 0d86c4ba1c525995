"""The document in the description can be submitted as it stands."""

from api.examples import DOCUMENT, EVENT, MEASUREMENT, SEARCH, SPACE, TRIAL


def test_the_document_of_the_description_can_be_submitted(client):
    answer = client.post("/searches", DOCUMENT)
    assert answer.status_code == 201
    assert answer.json().keys() == SEARCH.keys()


def test_the_examples_speak_of_one_search():
    assert TRIAL["id"].startswith(SEARCH["id"])
    assert EVENT["trial"] == TRIAL["number"]
    assert MEASUREMENT["fidelity"] == TRIAL["fidelity"]
    assert SPACE["kind"] == DOCUMENT["space"]["kind"]
