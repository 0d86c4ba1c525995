"""`nas serve`: a search is submitted, followed and finished; killed in the middle, the next service goes on with it."""

import json
import signal
import socket

import httpx
import pytest

from api.commands.serve import listen
from api.commands.session import ExitCode
from api.errors import Refused
from tests.api.commands.processes import Running
from tests.api.tiny_search import write_document


@pytest.fixture
def serve(tmp_path):
    """Starts services on a free port, searches in child processes of the inline driver; ends those left running."""
    services = []

    def start(*options):
        services.append(Running(tmp_path, "serve", "--port", "0", "--driver", "inline", *options))
        return services[-1].begun()

    yield start
    for service in services:
        service.end(signal.SIGTERM)


def test_a_service_killed_in_the_middle_is_followed_by_one_that_goes_on(nas, serve, tmp_path, monkeypatch):
    first = serve()
    monkeypatch.setenv("NAS_API_URL", first.url)
    document = write_document(tmp_path, trials=3)
    assert nas("submit", document, "--json") == ExitCode.DONE
    search_id = nas.json["id"]
    first.end(signal.SIGKILL)
    assert nas("searches") == ExitCode.REFUSED
    assert "cannot be reached" in nas.err
    second = serve()
    monkeypatch.setenv("NAS_API_URL", second.url)
    assert nas("watch", "tiny") == ExitCode.DONE
    assert nas("leaderboard", "tiny", "--json") == ExitCode.DONE
    assert sorted(row["number"] for row in nas.json) == [0, 1, 2]
    assert nas("show", "tiny/1", "--json") == ExitCode.DONE
    assert nas.json["id"] == f"{search_id}-1"
    assert nas("cancel", "tiny") == ExitCode.REFUSED
    assert "Stopped." in second.end(signal.SIGTERM)


def test_the_first_start_prints_a_link_and_later_ones_when_asked(nas, serve):
    links = []
    for options in ((), (), ("--link",)):
        service = serve(*options)
        service.end(signal.SIGTERM)
        links.append(service.links)
        assert f"State in {nas.home}" in service.said
    assert [len(link) for link in links] == [1, 0, 1]
    assert links[0] != links[2]
    assert all("/login?code=nas_" in link for (link,) in (links[0], links[2]))


def test_only_the_user_of_the_service_needs_no_token(nas, serve, tmp_path, monkeypatch):
    url = serve().url
    monkeypatch.setenv("NAS_API_URL", url)
    assert nas("token", "create", "reader", "--role", "read", "--json") == ExitCode.DONE
    reader = nas.json["text"]
    monkeypatch.setenv("NAS_HOME", str(tmp_path / "elsewhere"))
    assert nas("searches") == ExitCode.REFUSED
    assert "send a token" in nas.err
    monkeypatch.setenv("NAS_API_TOKEN", reader)
    assert nas("searches") == ExitCode.DONE
    assert nas("submit", write_document(tmp_path)) == ExitCode.REFUSED
    assert "needs the role submit" in nas.err
    assert httpx.get(f"{url}/api/v1/searches").status_code == 401


def test_a_search_that_cannot_begin_fails_with_its_reason(nas, serve, tmp_path, monkeypatch):
    monkeypatch.setenv("NAS_API_URL", serve().url)
    document = write_document(tmp_path)
    (tmp_path / "shapes/annotations/instances_val.json").unlink()
    assert nas("submit", document, "--watch", "--json") == ExitCode.FAILED
    assert nas.json["status"] == "failed"
    assert "instances_val.json" in nas.json["reason"]
    assert nas("searches") == ExitCode.DONE
    assert "failed: task.data.val.annotations: cannot be read" in nas.out


def test_a_home_that_cannot_be_made_is_told(nas, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("NAS_HOME", str(tmp_path / "file"))
    assert nas("serve", "--port", "0") == ExitCode.REFUSED
    assert "the database cannot be opened" in nas.err


@pytest.mark.parametrize("option", ["--concurrent=2", "--cpus=2", "--ray-address=head:6379"])
def test_a_service_that_runs_no_search_refuses_what_would_run_them(nas, option):
    assert nas("serve", "--no-controller", option) == ExitCode.USAGE
    assert f"{option.partition('=')[0]} is of `nas controller`" in nas.err


def test_an_address_in_use_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match="choose another with --host and --port"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_as_json_every_process_of_the_service_tells_which_search_and_trial(nas, tmp_path, monkeypatch):
    log = tmp_path / "log"
    with log.open("w") as written:
        options = ("serve", "--port", "0", "--driver", "inline", "--log-format", "json")
        service = Running(tmp_path, *options, stderr=written).begun()
    monkeypatch.setenv("NAS_API_URL", service.url)
    assert nas("submit", write_document(tmp_path, trials=2), "--json") == ExitCode.DONE
    search = nas.json["id"]
    assert nas("watch", "tiny") == ExitCode.DONE
    service.end(signal.SIGTERM)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    of_trials = [(line["search"], line["trial"], line["event"]) for line in lines if "trial" in line]
    assert of_trials == [
        (search, number, event) for number in range(2) for event in ("trial_begins", "trial_completed")
    ]
    assert {line["search"] for line in lines if "starts" in line["message"]} == {search}
