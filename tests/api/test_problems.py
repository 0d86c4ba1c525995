"""Every error is a problem document."""

import logging

import pytest
from sqlalchemy import text

from api.app import create_app
from api.database import writing
from api.settings import Settings
from nas.errors import InvalidQuery, NotFound, StorageError


def problem_of(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance", "errors"}
    assert problem["status"] == answer.status_code
    return problem


def test_an_unknown_route(client):
    problem = problem_of(client.get("/no-such-route"))
    assert (problem["status"], problem["detail"]) == (404, "there is nothing at /api/v1/no-such-route")


def test_a_method_that_a_route_does_not_have(client):
    answer = client.request("DELETE", "/searches")
    assert problem_of(answer)["type"] == "urn:spinesearch:problem:method-not-allowed"
    assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]


def test_a_wrong_parameter_is_named(client):
    problem = problem_of(client.get("/searches", params={"limit": 0, "status": "asleep"}))
    assert problem["status"] == 422
    assert {each["field"] for each in problem["errors"]} == {"query.limit", "query.status"}


@pytest.mark.parametrize("body", ["{", "[]", "\x00", "[" * 100_000])
def test_a_body_that_is_no_document(client, body):
    headers = {"Content-Type": "application/json"}
    assert problem_of(client.request("POST", "/searches", content=body, headers=headers))["status"] in (400, 422)


def test_a_problem_with_text_that_is_no_utf8_is_told(client):
    body = '{"task": {"data": {"\\ud800": "x"}}}'
    answer = client.request("POST", "/searches", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "task.data.\ud800" in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("error", "status"), [(NotFound("no"), 404), (InvalidQuery("no"), 422), (StorageError("no"), 500)]
)
def test_the_nearest_class_in_the_table_decides(sqlite_storage, make_client, error, status):
    app = create_app(sqlite_storage, Settings())

    @app.get("/api/v1/raises")
    def raises():
        raise error

    assert problem_of(make_client(app).get("/raises"))["status"] == status


def test_a_crash_is_logged_and_hidden(sqlite_storage, make_client, caplog):
    app = create_app(sqlite_storage, Settings())

    @app.get("/api/v1/crash")
    def crash():
        raise RuntimeError("password: hunter2")

    with caplog.at_level(logging.ERROR, logger="api.problems"):
        answer = make_client(app).get("/crash")
    assert problem_of(answer)["type"] == "urn:spinesearch:problem:internal-error"
    assert "hunter2" not in answer.text
    assert "hunter2" in caplog.text


def test_a_database_of_another_schema_makes_the_service_not_ready(client, sqlite_storage):
    assert client.get("/ready").json() == {"status": "ready"}
    with writing(sqlite_storage.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    problem = problem_of(client.get("/ready"))
    assert (problem["status"], problem["type"]) == (503, "urn:spinesearch:problem:schema-mismatch")
    assert client.get("/health").status_code == 200


def test_a_database_that_is_gone_is_reported_without_its_statements(client, sqlite_storage, caplog):
    with writing(sqlite_storage.engine) as connection:
        connection.execute(text("DROP TABLE events"))
        connection.execute(text("ALTER TABLE searches RENAME TO elsewhere"))
    answer = client.get("/searches")
    assert problem_of(answer)["type"] == "urn:spinesearch:problem:database-unavailable"
    assert "SELECT" not in answer.text
    assert "SELECT" in caplog.text
