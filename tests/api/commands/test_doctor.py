"""`nas doctor` says what is wrong and what to do; shells complete names of searches."""

from api.commands.session import ExitCode, names_of_searches


def test_everything_is_looked_at(nas):
    assert nas("doctor") == ExitCode.DONE
    assert "state folder" in nas.out
    assert "none yet: the first `nas run` or `nas serve` makes it" in nas.out


def test_what_will_fail_is_told_with_what_to_do(nas, monkeypatch):
    monkeypatch.setenv("NAS_RAY_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("NAS_API_URL", "http://127.0.0.1:1")
    assert nas("doctor", "--json") == ExitCode.REFUSED
    told = {finding["thing"]: finding for finding in nas.json}
    assert told["Ray"]["level"] == told["service"]["level"] == "problem"
    assert told["service"]["do"] == "start `nas serve`, or correct NAS_API_URL"


def test_shells_complete_names_of_searches(nas, toys):
    assert names_of_searches("to") == ["toys"]
    assert names_of_searches("x") == []


def test_where_nothing_is_kept_nothing_is_completed(nas):
    assert names_of_searches("") == []
    assert nas("--help") == ExitCode.DONE
    assert "--install-completion" in nas.out
