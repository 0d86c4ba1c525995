"""Parts of a document of installed kinds: read, told and kept as ours are."""

import pytest

from nas.document import SearchDocument, parse_document, stored_document
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.strategies.kinds import OURS as STRATEGIES
from nas.tasks.kinds import OURS as TASKS
from tests.installed import write_package

DOCUMENT = {
    "name": "own",
    "space": {"kind": "random_features"},
    "task": {"kind": "fit_wave", "points": 30},
    "objectives": [{"metric": "explained"}],
    "constraints": [{"metric": "params", "max": 1000}],
    "strategy": {"kind": "narrowing", "lag": 3},
    "budget": {"trials": 4},
}


def problems(**fields):
    with pytest.raises(DocumentError) as refused:
        parse_document({**DOCUMENT, **fields})
    return dict(refused.value.problems)


@pytest.mark.usefixtures("own_space_installed")
def test_a_document_of_installed_kinds_is_read_and_survives_json():
    document = parse_document(DOCUMENT)
    assert (document.task.points, document.task.epochs, document.strategy.pace) == (30, 3, 10)
    stored = document.model_dump(mode="json")
    assert stored["task"] == {"epochs": 3, "kind": "fit_wave", "points": 30, "noise": 0.1}
    assert SearchDocument.model_validate(stored) == document == parse_document(stored)


@pytest.mark.usefixtures("own_space_installed")
def test_what_is_wrong_with_them_is_told_as_of_ours():
    told = problems(task={"kind": "fit_wave", "pionts": 30, "epochs": 0}, strategy={"kind": "narrowing", "pace": "x"})
    assert told == {
        "task.pionts": "unknown field; did you mean 'points'?",
        "task.epochs": "must be at least 1, got 0",
        "strategy.pace": "must be a whole number, got 'x'",
    }
    assert problems(strategy={"kind": "narrowing", "lag": 0}) == {
        "strategy.lag": "must be at least 1, none or null, got 0"
    }


@pytest.mark.usefixtures("own_space_installed")
def test_unknown_kinds_are_told_with_the_installed_ones():
    told = problems(task={"kind": "fit_waves"}, strategy={}, objectives=[{"metric": "x"}])
    assert told["task.kind"] == f"must be one of {', '.join(TASKS)}, fit_wave, got 'fit_waves'"
    assert told["strategy.kind"] == f"is required, one of {', '.join(STRATEGIES)}, narrowing"


def test_a_stored_search_whose_package_is_gone_says_what_is_missing():
    search = MemoryStorage().create_search("own", {**DOCUMENT, "strategy": {"kind": "random"}})
    with pytest.raises(DocumentError, match=r"^task\.kind: must be one of .*, got 'fit_wave'$"):
        stored_document(search)


@pytest.mark.parametrize(("part", "kind"), [("task", "function"), ("strategy", "given")])
@pytest.mark.usefixtures("own_space_installed")
def test_what_only_python_gives_no_document_names(part, kind):
    told = problems(**{part: {"kind": kind}})
    assert told[f"{part}.kind"].endswith(f"got {kind!r}")


@pytest.mark.usefixtures("own_space_installed")
def test_a_broken_package_is_told_to_documents_that_use_it_alone(tmp_path, monkeypatch):
    groups = {f"spinesearch.{group}": {"lost": "forlorn:LOST"} for group in ("spaces", "strategies", "evaluators")}
    folder = write_package(tmp_path, name="forlorn", code="import nowhere", entry_points=groups)
    monkeypatch.syspath_prepend(folder)
    told = problems(task={"kind": "lost"}, strategy={"kind": "lost"}, space={"kind": "lost"})
    assert set(told) == {"task.kind", "strategy.kind", "space.kind"}
    sentence = "'lost' is brought by the installed package forlorn 1.0 (forlorn:LOST), which cannot be loaded: "
    assert {each.removeprefix(sentence) for each in told.values()} == {"ModuleNotFoundError: No module named 'nowhere'"}
    assert parse_document(DOCUMENT).name == "own"
