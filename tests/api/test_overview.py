"""What a list says about searches beside their names."""

from api.overview import rows_of
from api.plots.memo import Memo
from nas.records import SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from tests.api.plots.conftest import DOCUMENT, Plotted


def test_a_search_tells_how_far_it_is_and_its_best_feasible_trial(sql_storage):
    plotted = Plotted(sql_storage, DOCUMENT)
    plotted.add([0.3], latency_ms=5.0)
    plotted.add([0.9], latency_ms=20.0)
    plotted.add([0.8], TrialStatus.STOPPED)
    (row,) = rows_of(sql_storage, Memo(), [plotted.search])
    assert row.best.model_dump() == {"metric": "AP", "goal": "maximize", "value": 0.3, "number": 0}
    assert row.trials == {"completed": 2, "stopped": 1}
    assert row.budget is None, "its document is of another program"


def test_the_budget_is_that_of_the_document(sqlite_storage):
    document = toy_document()
    search = sqlite_storage.create_search("toy", document.model_dump(mode="json"))
    (row,) = rows_of(sqlite_storage, Memo(), [search])
    assert (row.budget, row.best) == (30, None)


def test_a_search_that_has_ended_is_read_once_and_one_that_runs_each_time(sqlite_storage):
    memo, plotted = Memo(), Plotted(sqlite_storage, DOCUMENT)
    assert rows_of(sqlite_storage, memo, [plotted.search])[0].trials == {}
    plotted.add([0.3])
    assert rows_of(sqlite_storage, memo, [sqlite_storage.search(plotted.search.id)])[0].trials == {"completed": 1}
    sqlite_storage.set_search_status(plotted.lease, SearchStatus.COMPLETED)
    ended = sqlite_storage.search(plotted.search.id)
    assert rows_of(sqlite_storage, memo, [ended]) == rows_of(sqlite_storage, memo, [ended])


def test_a_search_without_an_objective_has_no_best(sqlite_storage):
    search = sqlite_storage.create_search("bare", {"name": "bare"})
    (row,) = rows_of(sqlite_storage, Memo(), [search])
    assert (row.best, row.budget) == (None, None)
