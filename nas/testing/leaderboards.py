"""The laws of leaderboards: filter, sort, pages. Part of the conformance suite of storages."""

from dataclasses import replace

import pytest

from nas.errors import InvalidQuery, NotFound
from nas.estimates import estimate
from nas.leaderboard import parse_query
from nas.ports import Condition, Query, Storage
from nas.records import Companion, Lease, Measurement, TrialStatus
from nas.testing.stored import ClockFixture, add_beside, add_completed, add_running, leased, numbers


class LeaderboardLaws(ClockFixture):
    """Filter, sort, pages."""

    def test_trials_are_sorted_with_ties_by_number(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": value} for value in (0.2, 0.5, 0.2, 0.9, 0.5)])
        assert numbers(storage, lease, parse_query(sort="-AP")) == [3, 1, 4, 0, 2]
        assert numbers(storage, lease, parse_query(sort="AP:asc")) == [0, 2, 1, 4, 3]
        assert numbers(storage, lease, parse_query(sort="-params")) == [4, 3, 2, 1, 0]
        assert numbers(storage, lease, parse_query(sort="-number")) == [4, 3, 2, 1, 0]

    def test_trials_that_lack_the_metric_are_left_out(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": 0.2}, {"AP50": 0.3}, {"AP": 0.1, "AP50": 0.2}])
        assert numbers(storage, lease, parse_query(sort="-AP")) == [0, 2]
        assert numbers(storage, lease, parse_query(sort="-AP", where=["AP50<1"])) == [2]

    def test_a_metric_that_no_trial_has_is_told_with_the_nearest(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": 0.2, "AP50": 0.4, "AP50/cell": 0.4}])
        for query in (parse_query(sort="AP5"), parse_query(sort="AP", where=["AP5>0.1"])):
            with pytest.raises(NotFound, match=r"no trial of search .* has the metric 'AP5'; did you mean 'AP50'\?"):
                storage.leaderboard(lease.search_id, query)
        with pytest.raises(NotFound, match="'loss'; known: AP, AP50, params"):
            storage.leaderboard(lease.search_id, parse_query(sort="loss"))
        assert numbers(storage, lease, parse_query(sort="AP", where=["params<1", "number>5"])) == []

    def test_before_a_trial_has_completed_any_metric_may_come(self, storage: Storage) -> None:
        lease = leased(storage)
        assert numbers(storage, lease, parse_query(sort="AP")) == []
        add_running(storage, lease, 0)
        storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"loss": 2.0}))
        assert numbers(storage, lease, parse_query(sort="AP", where=["AP50>0.1"])) == []

    def test_every_operator_filters(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": value} for value in (0.25, 0.5, 0.75)])
        expected = {"<": [0], "<=": [0, 1], ">": [2], ">=": [1, 2], "==": [1], "!=": [0, 2]}
        for operator, found in expected.items():
            query = parse_query(sort="number", where=[f"AP{operator}0.5"])
            assert numbers(storage, lease, query) == found, operator

    def test_several_conditions_hold_together(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": value} for value in (0.25, 0.5, 0.75)])
        query = parse_query(sort="number", where=["AP>=0.5", "params<102", "number<2"])
        assert numbers(storage, lease, query) == [1]

    def test_only_completed_trials_are_shown_unless_asked(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": 0.5}])
        add_running(storage, lease, 1)
        storage.add_measurement(lease, 1, Measurement(fidelity=1, metrics={"AP": 0.9}))
        assert numbers(storage, lease, parse_query(sort="-AP")) == [0]
        everyone = parse_query(sort="-AP", statuses=tuple(TrialStatus))
        assert numbers(storage, lease, everyone) == [1, 0]

    def test_a_row_carries_the_newest_value_of_every_metric(self, storage: Storage) -> None:
        lease = leased(storage)
        add_running(storage, lease, 0)
        storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"AP": 0.1, "loss": 2.0}, elapsed_s=1.0))
        storage.add_measurement(lease, 0, Measurement(fidelity=2, metrics={"AP": 0.4}, elapsed_s=2.0))
        storage.move_trial(lease, 0, TrialStatus.COMPLETED)
        (row,) = storage.leaderboard(lease.search_id, parse_query(sort="-AP", where=["AP>0.3"])).trials
        assert row.metrics == storage.trial(lease.search_id, 0).metrics == {"params": 100.0, "AP": 0.4, "loss": 2.0}
        (last,) = row.measurements
        assert (last.fidelity, last.elapsed_s) == (2, 2.0)
        assert numbers(storage, lease, parse_query(sort="-AP", where=["AP<0.2"])) == []

    def test_candidates_that_were_trained_again_carry_what_their_repeats_reached(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": 0.9, "loss": 1.0}, {"AP": 0.5}])
        for repeat, (control, value) in enumerate([(None, 0.4), (None, 0.6), ("plain", 0.1), (None, 0.7)], 1):
            add_beside(storage, lease, Companion(candidate=0, control=control, repeat=repeat), {"AP": value})
        storage.move_trial(lease, 5, TrialStatus.FAILED)
        add_beside(storage, lease, Companion(candidate=0, repeat=5), {"loss": 2.0})
        for number in (2, 3, 4, 6):
            storage.move_trial(lease, number, TrialStatus.COMPLETED)
        query = Query(sort="AP", estimated=("AP", "loss", "params"))
        expected = {0: {"AP": estimate([0.4, 0.6]), "loss": estimate([2.0])}}
        page = storage.leaderboard(lease.search_id, query)
        assert page.repeats == expected
        assert [row.number for row in page.trials] == [0, 3, 1, 2, 4]
        others = replace(query, where=(Condition(metric="AP", operator="<", bound=0.9),))
        assert storage.leaderboard(lease.search_id, others).repeats == {}
        assert storage.leaderboard(lease.search_id, parse_query(sort="AP")).repeats == {}

    def test_a_page_goes_on_whatever_it_tells_of_repeats(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": 0.9}, {"AP": 0.5}])
        cursor = storage.leaderboard(lease.search_id, parse_query(sort="AP", limit=1)).next_cursor
        query = Query(sort="AP", cursor=cursor, estimated=("AP",))
        assert numbers(storage, lease, query) == [1]

    def test_pages_join_to_the_whole(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": value} for value in (0.1, 0.3, 0.3, 0.1 + 0.2, 0.3, 1e-17, 0.2)])
        for sort in ("-AP", "AP:asc"):
            whole = numbers(storage, lease, parse_query(sort=sort))
            for limit in (1, 2, 3, 7, 50):
                assert self._paged(storage, lease, sort, limit) == whole

    def test_pages_go_on_while_trials_arrive(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": value} for value in (0.9, 0.7, 0.5)])
        first = storage.leaderboard(lease.search_id, parse_query(sort="-AP", limit=2))
        add_completed(storage, lease, [{"AP": value} for value in (0.8, 0.6, 0.7)])
        second = parse_query(sort="-AP", limit=50, cursor=first.next_cursor)
        assert [row.number for row in first.trials] == [0, 1]
        assert numbers(storage, lease, second) == [5, 4, 2]

    def test_a_cursor_of_another_query_is_refused(self, storage: Storage) -> None:
        lease = leased(storage)
        add_completed(storage, lease, [{"AP": 0.1}, {"AP": 0.2}])
        cursor = storage.leaderboard(lease.search_id, parse_query(sort="-AP", limit=1)).next_cursor
        others = (
            Query(sort="AP", descending=False, cursor=cursor),
            Query(sort="params", cursor=cursor),
            Query(sort="AP", cursor="nonsense"),
            Query(sort="AP", where=parse_query(sort="AP", where=["AP>0"]).where, cursor=cursor),
        )
        for query in others:
            with pytest.raises(InvalidQuery):
                storage.leaderboard(lease.search_id, query)

    def _paged(self, storage: Storage, lease: Lease, sort: str, limit: int) -> list[int]:
        found: list[int] = []
        cursor: str | None = None
        while True:
            page = storage.leaderboard(lease.search_id, parse_query(sort=sort, limit=limit, cursor=cursor))
            found += [row.number for row in page.trials]
            cursor = page.next_cursor
            if cursor is None:
                return found
