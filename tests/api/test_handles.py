"""A search as Python code holds it: what it is now, its trials as they are stored, what is wanted of it."""

import pandas
import polars
import pytest

from api.handles import PLAIN, SearchHandle, columns_of
from api.rest import RestClient
from nas.drivers.inline import run_inline
from nas.records import FailureKind, Pause, SearchStatus, TrialStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


@pytest.fixture
def toys(client, sqlite_storage, clock):
    """A finished search of eight toys, one of which failed."""
    controller = toy_controller(sqlite_storage, toy_document(budget={"trials": 8}), clock=clock)
    run_inline(controller, ToyEvaluator({3: FailureKind.DIVERGED}))
    return SearchHandle(RestClient(client), sqlite_storage.search(controller.search_id))


@pytest.fixture
def waiting(client, sqlite_storage):
    """A search that nobody runs."""
    document = toy_document()
    record = sqlite_storage.create_search(document.name, document.model_dump(mode="json"))
    return SearchHandle(RestClient(client), record)


def test_what_is_read_is_what_is_stored(toys, sqlite_storage):
    assert toys.record == sqlite_storage.search(toys.id)
    assert toys.summary == sqlite_storage.summary(toys.id)
    assert toys.trial(3) == sqlite_storage.trial(toys.id, 3)
    assert repr(toys) == f"SearchHandle('toy', {toys.id!r})"


def test_pages_join_to_the_whole_leaderboard(toys, monkeypatch):
    whole = [trial.number for trial in toys.leaderboard("AP")]
    assert len(whole) == 7
    monkeypatch.setattr("api.handles.MAX_READ", 3)
    assert [trial.number for trial in toys.leaderboard("AP")] == whole
    assert [trial.number for trial in toys.leaderboard("AP", top=4)] == whole[:4]
    assert [trial.number for trial in toys.trials()] == list(range(8))
    (failed,) = toys.trials(statuses=[TrialStatus.FAILED])
    assert failed.number == 3


@pytest.mark.parametrize(("library", "kind"), [("pandas", pandas.DataFrame), ("polars", polars.DataFrame)])
def test_a_frame_has_a_row_per_trial_and_a_column_per_metric(toys, library, kind):
    frame = toys.frame(library)
    assert isinstance(frame, kind)
    assert list(frame.columns[: len(PLAIN)]) == list(PLAIN)
    assert {"AP", "params"} <= set(frame.columns)
    assert list(frame["number"]) == list(range(8))
    assert list(frame["status"])[3] == "failed"
    best = toys.frame(library, sort="AP", statuses=[TrialStatus.COMPLETED], top=2)
    assert list(best["AP"]) == [trial.metrics["AP"] for trial in toys.leaderboard("AP", top=2)]


def test_an_empty_search_is_an_empty_frame(waiting):
    assert columns_of([]) == {name: [] for name in PLAIN}
    assert len(waiting.frame()) == len(waiting.frame("polars")) == 0
    with pytest.raises(ValueError, match="library must be pandas or polars, got 'dask'"):
        waiting.frame("dask")


def test_waiting_ends_with_the_search(toys, capsys):
    assert toys.wait().status is SearchStatus.COMPLETED
    assert "trial 3 failed" in capsys.readouterr().out
    assert toys.wait(progress=False, timeout_s=60).id == toys.id
    assert capsys.readouterr().out == ""


def test_waiting_in_vain_ends_in_time(waiting):
    with pytest.raises(TimeoutError, match=rf"search toy \({waiting.id}\) is still queued after 0\.01 s"):
        waiting.wait(timeout_s=0.01, progress=False)


def test_what_is_wanted_is_recorded(toys, waiting, sqlite_storage):
    waiting.pause(now=True)
    assert waiting.record.pause_requested is Pause.NOW
    waiting.resume()
    assert waiting.record.pause_requested is None
    waiting.cancel()
    assert waiting.record.cancel_requested
    assert toys.extend(9).trial_budget == 9
    toys.retry_trial(3)
    assert sqlite_storage.wanted(toys.id).retry == (3,)
