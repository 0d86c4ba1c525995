"""`nas token`, `nas project`, `nas audit`, over the state folder."""

import pytest

from api.commands.session import ExitCode


@pytest.fixture(autouse=True)
def _someone(monkeypatch):
    monkeypatch.setenv("LOGNAME", "vera")


def test_a_token_is_made_listed_and_revoked(nas):
    assert nas("token", "create", "nightly", "--role", "submit", "--days", "7", "--json") == ExitCode.DONE
    made = nas.json
    assert made["text"].startswith("nas_")
    assert nas("token", "list", "--json") == ExitCode.DONE
    assert nas.json == [{key: value for key, value in made.items() if key != "text"}]
    assert nas("token", "revoke", made["id"]) == ExitCode.DONE
    assert "nightly" in nas.out
    assert nas("token", "list") == ExitCode.DONE
    assert "nightly" in nas.out
    assert made["text"] not in nas.out
    assert nas("token", "revoke", "none") == ExitCode.NOT_FOUND


def test_a_new_token_is_told_in_words_with_its_text_on_a_line(nas):
    assert nas("token", "create", "nightly", "--forever") == ExitCode.DONE
    text, told = nas.out.splitlines()
    assert text.startswith("nas_")
    assert "submit, all projects, for ever. It is not shown again." in told


def test_a_project_is_made_changed_and_listed(nas):
    assert nas("project", "create", "vision", "--max-searches", "3", "--gpu-hours", "0.5", "--json") == ExitCode.DONE
    assert (nas.json["max_searches"], nas.json["gpu_hours"], nas.json["max_concurrent"]) == (3, 0.5, None)
    assert nas("project", "set", "vision", "--max-searches", "none", "--weight", "2") == ExitCode.DONE
    assert nas("project", "list", "--json") == ExitCode.DONE
    assert [(each["name"], each["weight"], each["max_searches"]) for each in nas.json] == [
        ("default", 1.0, None),
        ("vision", 2.0, None),
    ]
    assert nas("project", "list") == ExitCode.DONE
    assert "no limit" in nas.out
    assert nas("token", "create", "a", "--project", "vision", "--role", "read", "--json") == ExitCode.DONE
    assert nas.json["project"] == "vision"
    assert nas("project", "create", "vision") == ExitCode.REFUSED
    assert nas("project", "set", "none", "--weight", "2") == ExitCode.NOT_FOUND


@pytest.mark.parametrize("quota", ["-1", "many", "1.5"])
def test_a_quota_is_a_number(nas, quota):
    assert nas("project", "create", "vision", "--max-searches", quota) == ExitCode.USAGE
    assert "max_searches" in nas.err


def test_what_was_done_is_told_with_who_did_it(nas):
    nas("project", "create", "vision")
    nas("token", "create", "a", "--project", "vision")
    nas("token", "create", "b")
    assert nas("audit", "--json") == ExitCode.DONE
    assert [(deed["actor"], deed["action"], deed["project"]) for deed in nas.json] == [
        ("vera (command line)", "token.create", None),
        ("vera (command line)", "token.create", "vision"),
        ("vera (command line)", "project.create", "vision"),
    ]
    assert nas("audit", "--project", "vision") == ExitCode.DONE
    assert nas.out.count("(command line)") == 2
    assert nas("audit", "--project", "none") == ExitCode.NOT_FOUND


def test_where_there_is_no_state_nothing_is_listed_and_none_is_made(nas):
    for command in (("token", "list"), ("project", "list"), ("audit",)):
        assert nas(*command) == ExitCode.NOT_FOUND
    assert not nas.home.exists()
