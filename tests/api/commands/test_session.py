"""Where commands read: the service when one is named, else the state folder."""

import pytest

from api.commands.session import print_json, reader, storage
from api.rest import RestClient
from api.storage import SqlStorage
from nas.errors import NotFound


def test_a_named_service_is_asked_and_else_the_state_folder(nas, monkeypatch):
    with pytest.raises(NotFound, match="no state in"), reader():
        raise AssertionError("there is nothing to read")
    with storage(), reader() as found:
        assert isinstance(found, SqlStorage)
    monkeypatch.setenv("NAS_API_URL", "http://127.0.0.1:9")
    with reader() as found:
        assert isinstance(found, RestClient)


def test_json_is_printed_for_people_and_scripts_alike(capsys):
    print_json({"name": "Zellen – klein", "rows": [1]})
    assert capsys.readouterr().out == '{\n  "name": "Zellen – klein",\n  "rows": [\n    1\n  ]\n}\n'
