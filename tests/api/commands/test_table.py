"""`nas table`: of the state folder and of a service, for people and for scripts."""

import pytest

from api.app import create_app
from api.commands.session import ExitCode
from api.commands.table import told_by
from api.rest import RestClient
from api.settings import Settings
from tests.api.tabulated_search import DOCUMENT, GAIN, NETWORKS, SOURCE, TARGET, tabulated_search


def test_source_against_target_fits_a_terminal(nas, storage, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    tabulated_search(storage)
    assert nas("table", "transfer", "--rows", TARGET, "--columns", SOURCE, "--against", "plain") == ExitCode.DONE
    lines = [line.rstrip() for line in nas.out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert [line.split() for line in lines if line.startswith("inception_v3")] == [
        ["inception_v3", *["+0.0200", "±0.0000"] * 4]
    ]


def test_a_script_reads_it_as_json(nas, storage):
    tabulated_search(storage, networks=NETWORKS[:2])
    assert nas("table", "transfer", "--rows", SOURCE, "--metric", "params", "--json") == ExitCode.DONE
    assert (nas.json["metric"], nas.json["goal"], nas.json["rows"]["path"]) == ("params", "minimize", SOURCE)
    assert [row[0]["candidates"] for row in nas.json["cells"]] == [2, 2]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), ExitCode.USAGE, f"(varying: {TARGET}, "),
        (("--rows", "parts.backbon"), ExitCode.USAGE, "did you mean 'parts.backbone'?"),
        (("--rows", TARGET, "--against", "plan"), ExitCode.USAGE, "did you mean 'plain'?"),
        (("--rows", TARGET, "--metric", "top2"), ExitCode.NOT_FOUND, "did you mean 'top1'?"),
    ],
)
def test_bad_input_gets_a_sentence_and_its_exit_code(nas, storage, arguments, code, sentence):
    tabulated_search(storage, networks=NETWORKS[:2], seeds=(1,))
    assert nas("table", "transfer", *arguments) == code
    assert sentence in nas.err
    assert "Traceback" not in nas.err


def test_where_there_is_nothing_to_tell_it_says_so(nas, storage):
    storage.create_search("transfer", DOCUMENT)
    assert nas("table", "transfer", "--rows", TARGET) == ExitCode.DONE
    assert nas.out == "transfer: no candidate has completed with top1 yet\n"
    tabulated_search(storage, networks=NETWORKS[:1], seeds=(1,))
    assert nas("table", "transfer", "--rows", TARGET, "--against", "plain", "--json") == ExitCode.DONE
    assert nas.json["cells"][0][0]["mean"] == pytest.approx(GAIN)
    tabulated_search(storage, networks=NETWORKS[:1], seeds=(1,), failed="plain")
    assert nas("table", "transfer", "--rows", TARGET, "--against", "plain") == ExitCode.DONE
    assert nas.out == "transfer: no candidate and plain have completed with a common seed and top1 yet\n"
    assert nas("table", "nosuch", "--rows", TARGET) == ExitCode.NOT_FOUND


def test_a_service_tells_the_same_table(storage, make_client):
    search = tabulated_search(storage, networks=NETWORKS[:2])
    rest = RestClient(make_client(create_app(storage, Settings())))
    asked = {"rows": TARGET, "columns": SOURCE, "against": "plain"}
    assert told_by(rest, search, **asked) == told_by(storage, search, **asked)
