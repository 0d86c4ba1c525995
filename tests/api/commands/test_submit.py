"""`nas submit`: what is wrong is told before anything is sent, and so is a service that is not there."""

from api.commands.session import ExitCode
from tests.api.tiny_search import write_document


def test_a_service_that_is_not_there_is_told(nas, tmp_path, monkeypatch):
    monkeypatch.setenv("NAS_API_URL", "http://127.0.0.1:9")
    assert nas("submit", write_document(tmp_path)) == ExitCode.REFUSED
    assert "the service at http://127.0.0.1:9 cannot be reached" in nas.err


def test_a_wrong_document_is_not_sent(nas, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("name: tiny\nbudgets: {trials: 3}\n")
    assert nas("submit", path) == ExitCode.USAGE
    assert "budget" in nas.err
