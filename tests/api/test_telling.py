"""What is told of a search is recorded and logged."""

import logging

from nas.log_subjects import ABOUT
from nas.records import SearchStatus, TrialStatus
from nas.testing.stored import trial


def test_events_and_beginnings_are_logged_with_their_search_and_trial(sql_storage, caplog):
    search = sql_storage.create_search("cells", {})
    lease = sql_storage.acquire_lease(search.id, "test", 60)
    sql_storage.set_search_status(lease, SearchStatus.RUNNING)
    with caplog.at_level(logging.INFO, logger="api"):
        sql_storage.add_trial(lease, trial(0, status=TrialStatus.RUNNING))
        sql_storage.move_trial(lease, 0, TrialStatus.COMPLETED, told="trial 0 completed")
        sql_storage.add_event(lease, "waits", "a quota of 100 % is reached")
    assert [(record.getMessage(), getattr(record, ABOUT)) for record in caplog.records] == [
        ("trial 0 begins", {"search": search.id, "trial": 0, "event": "trial_begins"}),
        ("trial 0 completed", {"search": search.id, "trial": 0, "event": "trial_completed"}),
        ("a quota of 100 % is reached", {"search": search.id, "event": "waits"}),
    ]
    assert [(event.sequence, event.message) for event in sql_storage.events(search.id)] == [
        (1, "trial 0 completed"),
        (2, "a quota of 100 % is reached"),
    ]
