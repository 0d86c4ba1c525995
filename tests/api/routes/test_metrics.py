"""Who may read metrics."""

from api.people.records import Role


def test_any_token_of_all_projects_reads_metrics(client_of):
    answer = client_of(Role.READ).get("/metrics")
    assert answer.status_code == 200
    assert "nas_searches_ended_total{" in answer.text


def test_a_token_of_one_project_does_not_learn_of_others(client_of):
    answer = client_of(Role.ADMIN, "vision").get("/metrics")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:spinesearch:problem:forbidden")
    assert "metrics tell of all projects" in answer.json()["detail"]
