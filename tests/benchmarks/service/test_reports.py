"""Reports are counted on a real database."""

from api.storage import open_storage
from benchmarks.service.databases import fresh
from benchmarks.service.reports import measure
from nas.records import TrialStatus


def test_every_report_of_every_search_is_stored():
    with fresh("sqlite") as url:
        rates = measure(url, searches=2, writes=40)
        storage = open_storage(url)
        searches = storage.searches().searches
        stored = [trial for search in searches for trial in storage.trials(search.id)]
        storage.close()
    assert all(rate > 0 for rate in rates)
    assert [trial.status for trial in stored] == 4 * [TrialStatus.COMPLETED]
    assert {len(trial.measurements) for trial in stored} == {11}
