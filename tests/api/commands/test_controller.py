"""`nas controller` beside services that only serve: several processes, one database."""

import signal

import pytest

from api.commands.session import ExitCode
from api.schema import upgrade_database
from tests.api.commands.processes import Running
from tests.api.tiny_search import write_document

INLINE = ("controller", "--driver", "inline")


@pytest.fixture
def start(tmp_path, databases):
    """Starts commands over one PostgreSQL; ends those a test leaves running."""
    url = databases.empty()
    upgrade_database(url)
    running = []

    def start(*arguments):
        running.append(Running(tmp_path, *arguments, NAS_DATABASE_URL=url))
        return running[-1]

    yield start
    for each in reversed(running):
        each.end(signal.SIGTERM)


@pytest.fixture
def services(start):
    """Two services that only serve, started at the same moment."""
    both = [start("serve", "--no-controller", "--port", "0") for _ in range(2)]
    return [service.begun() for service in both]


@pytest.mark.postgres
def test_what_one_service_took_in_a_controller_runs_and_the_other_service_shows(
    nas, services, start, tmp_path, monkeypatch
):
    here, there = services
    assert [len(service.links) for service in services] in ([0, 1], [1, 0]), "one admin, whoever was first"
    monkeypatch.setenv("NAS_API_URL", here.url)
    assert nas("submit", write_document(tmp_path, trials=2), "--json") == ExitCode.DONE
    assert nas.json["status"] == "queued"
    first = start(*INLINE).begun()
    first.end(signal.SIGKILL)
    heartbeat = tmp_path / "heartbeat"
    both = [start(*INLINE, "--heartbeat", str(heartbeat)).begun() for _ in range(2)]
    here.end(signal.SIGKILL)
    monkeypatch.setenv("NAS_API_URL", there.url)
    assert nas("watch", "tiny") == ExitCode.DONE
    assert nas("leaderboard", "tiny", "--json") == ExitCode.DONE
    assert sorted(row["number"] for row in nas.json) == [0, 1]
    assert heartbeat.is_file()
    for controller in both:
        assert "`nas controller` goes on with unfinished searches" in controller.end(signal.SIGTERM)


def test_a_controller_needs_a_database_it_can_open(nas, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("NAS_HOME", str(tmp_path / "file"))
    assert nas("controller") == ExitCode.REFUSED
    assert "the database cannot be opened" in nas.err
