"""What the laws of storages are tried on."""

from nas.leaderboard import parse_query
from nas.memory import MemoryStorage
from nas.records import SearchStatus, TrialStatus
from nas.testing.stored import add_completed, add_running, leased, numbers


def test_searches_and_trials_stand_as_a_controller_leaves_them():
    storage = MemoryStorage()
    lease = leased(storage)
    add_completed(storage, lease, [{"AP": 0.5}, {"AP": 0.7}])
    add_running(storage, lease, 2)
    assert storage.search("cells").status is SearchStatus.RUNNING
    statuses = [trial.status for trial in storage.trials(lease.search_id)]
    assert statuses == [TrialStatus.COMPLETED, TrialStatus.COMPLETED, TrialStatus.RUNNING]
    assert numbers(storage, lease, parse_query(sort="-AP")) == [1, 0]
