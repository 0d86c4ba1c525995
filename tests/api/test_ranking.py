"""The objectives and constraints of a stored search decide its front."""

import copy

from api.examples import DOCUMENT
from api.ranking import front_of
from nas.records import SearchStatus
from nas.testing.storages import add_completed


def test_the_front_holds_the_constraints_and_is_cut_at_the_limit(sqlite_storage):
    document = copy.deepcopy(DOCUMENT)
    document["objectives"] = [{"metric": "AP"}, {"metric": "params", "goal": "minimize"}]
    document["constraints"] = [{"metric": "params", "max": 104}]
    search = sqlite_storage.create_search("front", document)
    lease = sqlite_storage.acquire_lease(search.id, "test", 60)
    sqlite_storage.set_search_status(lease, SearchStatus.RUNNING)
    add_completed(sqlite_storage, lease, [{"AP": ap} for ap in (0.1, 0.4, 0.3, 0.5, 0.2, 0.9)])
    front = front_of(sqlite_storage, search, limit=10)
    assert front.objectives == ["AP", "params"]
    assert [item.number for item in front.items] == [3, 1, 0]
    assert front.items[0].metrics == {"AP": 0.5, "params": 103.0}
    cut = front_of(sqlite_storage, search, limit=2)
    assert (cut.size, [item.number for item in cut.items]) == (3, [3, 1])
