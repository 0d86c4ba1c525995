"""Laws of storages about searches: made, found, listed, each within its project."""

import pytest

from nas.clock import ManualClock, utc
from nas.errors import IdempotencyConflict, InvalidQuery, NotFound
from nas.leaderboard import encode_cursor, parse_query
from nas.ports import Storage
from nas.records import Search, SearchStatus, TrialStatus
from nas.testing.stored import TTL_S, ClockFixture, add_completed, leased


class SearchLaws(ClockFixture):
    """Searches: made, found, listed, wished away."""

    def test_a_new_search_is_queued_and_found_by_id_and_by_name(self, storage: Storage, clock: ManualClock) -> None:
        document = {"name": "cells", "seed": 3, "nested": {"list": [1, 2.5, None]}}
        made = storage.create_search("cells", document)
        assert (made.status, made.cancel_requested, made.reason) == (SearchStatus.QUEUED, False, None)
        assert made.created_at == utc(clock())
        assert storage.search(made.id) == storage.search("cells") == made
        assert made.document == document

    def test_a_name_means_the_newest_search_with_it(self, storage: Storage, clock: ManualClock) -> None:
        storage.create_search("cells", {"seed": 0})
        clock.advance(1)
        newest = storage.create_search("cells", {"seed": 1})
        assert storage.search("cells") == newest

    def test_the_same_key_returns_the_first_search(self, storage: Storage) -> None:
        first = storage.create_search("cells", {"seed": 0}, idempotency_key="a")
        assert storage.create_search("cells", {"seed": 0}, idempotency_key="a") == first
        assert storage.create_search("cells", {"seed": 0}, idempotency_key="b") != first
        assert len(storage.searches().searches) == 2

    def test_a_search_is_found_by_the_key_it_was_created_with(self, storage: Storage) -> None:
        made = storage.create_search("cells", {"seed": 0}, idempotency_key="a")
        storage.create_search("cells", {"seed": 0})
        assert storage.keyed_search("a") == made
        assert storage.keyed_search("b") is None
        assert storage.keyed_search("a", project="theirs") is None

    def test_the_same_key_with_another_document_is_a_conflict(self, storage: Storage) -> None:
        storage.create_search("cells", {"seed": 0}, idempotency_key="a")
        with pytest.raises(IdempotencyConflict):
            storage.create_search("cells", {"seed": 1}, idempotency_key="a")

    def test_searches_come_newest_first_in_pages(self, storage: Storage, clock: ManualClock) -> None:
        made = [self._created(storage, clock, f"search-{index}") for index in range(5)]
        first = storage.searches(limit=2)
        second = storage.searches(limit=2, cursor=first.next_cursor)
        self._created(storage, clock, "late")
        third = storage.searches(limit=2, cursor=second.next_cursor)
        pages = [*first.searches, *second.searches, *third.searches]
        assert [search.id for search in pages] == [search.id for search in reversed(made)]
        assert third.next_cursor is None

    def test_searches_are_listed_by_status(self, storage: Storage) -> None:
        storage.create_search("waits", {})
        lease = leased(storage, "runs")
        found = storage.searches(status=SearchStatus.RUNNING).searches
        assert [search.id for search in found] == [lease.search_id]

    def test_a_cursor_of_searches_that_was_never_given_out_is_refused(self, storage: Storage) -> None:
        forged = [encode_cursor("searches None None", [name]) for name in (3, "a\x00", "\ud800", "")]
        for cursor in ("nonsense", *forged):
            with pytest.raises(InvalidQuery):
                storage.searches(cursor=cursor)

    def test_any_text_may_be_asked_for(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": 0.5}])
        with pytest.raises(NotFound):
            storage.search("a\x00b")
        for query in (parse_query(sort="A\x00P"), parse_query(sort="AP", where=["A\x00P>0"])):
            with pytest.raises(NotFound):
                storage.leaderboard(lease.search_id, query)

    def test_a_search_belongs_to_a_project_and_has_a_priority(self, storage: Storage) -> None:
        plain = storage.create_search("cells", {})
        assert (plain.project, plain.priority) == ("default", 0)
        urgent = storage.create_search("cells", {}, project="vision", priority=7)
        assert (urgent.project, urgent.priority) == ("vision", 7)
        assert storage.search(urgent.id) == urgent

    def test_of_a_project_only_its_own_searches_are_found(self, storage: Storage, clock: ManualClock) -> None:
        ours = storage.create_search("cells", {"seed": 0}, project="ours")
        clock.advance(1)
        theirs = storage.create_search("cells", {"seed": 1}, project="theirs")
        assert storage.search("cells") == theirs
        assert storage.search("cells", project="ours") == storage.search(ours.id, project="ours") == ours
        for name in ("cells", ours.id):
            with pytest.raises(NotFound, match="no search has the name or id"):
                storage.search(name, project="nobody's")
        with pytest.raises(NotFound):
            storage.search(theirs.id, project="ours")

    def test_searches_are_listed_by_project(self, storage: Storage, clock: ManualClock) -> None:
        made = [self._created(storage, clock, f"search-{n}", project=("even", "odd")[n % 2]) for n in range(5)]
        first = storage.searches(project="even", limit=2)
        second = storage.searches(project="even", limit=2, cursor=first.next_cursor)
        assert [*first.searches, *second.searches] == made[::-2]
        assert second.next_cursor is None
        assert storage.searches(project="even", status=SearchStatus.RUNNING).searches == ()
        assert storage.searches(project="none").searches == ()
        with pytest.raises(InvalidQuery):
            storage.searches(project="odd", cursor=first.next_cursor)

    def test_a_key_is_known_within_its_project_only(self, storage: Storage) -> None:
        first = storage.create_search("cells", {"seed": 0}, idempotency_key="a", project="ours")
        other = storage.create_search("cells", {"seed": 1}, idempotency_key="a", project="theirs")
        assert first.id != other.id
        assert storage.create_search("cells", {"seed": 0}, idempotency_key="a", project="ours") == first

    def test_cancelling_is_a_wish_that_needs_no_lease(self, storage: Storage) -> None:
        search = storage.create_search("cells", {})
        assert storage.request_cancel(search.id).cancel_requested
        assert storage.search(search.id).status is SearchStatus.QUEUED

    def test_a_search_that_has_ended_is_not_cancelled(self, storage: Storage) -> None:
        lease = leased(storage)
        storage.set_search_status(lease, SearchStatus.COMPLETED)
        assert not storage.request_cancel(lease.search_id).cancel_requested

    def test_searches_are_underway_while_they_run_under_a_lease(self, storage: Storage, clock: ManualClock) -> None:
        storage.create_search("waits", {})
        leases = [leased(storage, name) for name in ("runs", "ends", "is given back")]
        clock.advance(TTL_S / 2)
        late = leased(storage, "late")
        storage.set_search_status(leases[1], SearchStatus.COMPLETED)
        storage.release_lease(leases[2])
        found = storage.underway()
        assert [each.search for each in found] == [storage.search(leases[0].search_id), storage.search(late.search_id)]
        assert [(each.owner, each.weight) for each in found] == [("first", 1.0)] * 2
        clock.advance(TTL_S / 2)
        assert [each.search.name for each in storage.underway()] == ["late"]

    def test_unknown_names_and_numbers_are_not_found(self, storage: Storage) -> None:
        lease = leased(storage)
        reads = (storage.search, storage.summary, storage.trials, storage.infeasible, storage.events)
        for read in (*reads, storage.request_cancel):
            with pytest.raises(NotFound):
                read("no-such-search")
        with pytest.raises(NotFound):
            storage.leaderboard("no-such-search", parse_query(sort="-AP"))
        with pytest.raises(NotFound):
            storage.trial(lease.search_id, 0)
        with pytest.raises(NotFound):
            storage.move_trial(lease, 0, TrialStatus.RUNNING)
        with pytest.raises(NotFound):
            storage.acquire_lease("no-such-search", "first", TTL_S)

    def _created(self, storage: Storage, clock: ManualClock, name: str, **options: str) -> Search:
        clock.advance(1)
        return storage.create_search(name, {}, **options)  # type: ignore[arg-type]
