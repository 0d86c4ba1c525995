"""How searches stand, on both databases."""

from api.durations import What
from api.monitoring.state import Duration, LeaseState, Running, read_state
from nas.quotas import Spent
from nas.records import Measurement, Promotion, SearchStatus, TrialStatus
from nas.testing.stored import trial


def look(storage):
    return read_state(storage.engine, storage.clock())


def hand_out(storage, lease, number):
    storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING))


def test_searches_are_counted_by_project_and_status_with_the_age_of_the_oldest(sql_storage, begin, clock):
    sql_storage.create_search("first", {})
    clock.advance(60)
    sql_storage.create_search("second", {})
    begin(sql_storage)
    state = look(sql_storage)
    assert {(each.project, each.status): (each.searches, each.oldest_s) for each in state.standings} == {
        ("default", SearchStatus.QUEUED): (2, 60.0),
        ("vision", SearchStatus.RUNNING): (1, 0.0),
    }
    assert state.projects == ["default", "vision"]


def test_a_running_search_is_as_silent_as_its_quietest_running_trial(sql_storage, begin, clock):
    lease = begin(sql_storage)
    for number in range(2):
        hand_out(sql_storage, lease, number)
    clock.advance(30)
    sql_storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"AP": 0.5}))
    clock.advance(10)
    expected = Running(project="vision", search_id=lease.search_id, lease=LeaseState.HELD, trials=2, silence_s=40.0)
    assert look(sql_storage).running == [expected]
    sql_storage.move_trial(lease, 1, TrialStatus.COMPLETED)
    assert look(sql_storage).running[0].silence_s == 10.0


def test_a_trial_that_is_handed_out_again_is_new_to_whoever_waits_for_it(sql_storage, begin, clock):
    lease = begin(sql_storage)
    hand_out(sql_storage, lease, 0)
    clock.advance(100)
    sql_storage.move_trial(lease, 0, TrialStatus.RUNNING)
    assert look(sql_storage).running[0].silence_s == 0.0
    sql_storage.move_trial(lease, 0, TrialStatus.STOPPED)
    clock.advance(100)
    sql_storage.promote_trial(lease, 0, Promotion(job=1, fidelity=0), "again")
    clock.advance(1)
    assert look(sql_storage).running[0].silence_s == 1.0


def test_a_running_search_without_trials_is_silent_since_something_happened_to_it(sql_storage, begin, clock):
    lease = begin(sql_storage)
    clock.advance(5)
    assert look(sql_storage).running[0].silence_s == 5.0
    sql_storage.add_event(lease, "waits", "a quota is reached")
    clock.advance(7)
    assert look(sql_storage).running[0].silence_s == 7.0


def test_leases_are_held_expired_or_free(sql_storage, begin, clock):
    begin(sql_storage, "held")
    begin(sql_storage, "expired", ttl_s=10)
    sql_storage.release_lease(begin(sql_storage, "free"))
    clock.advance(10)
    assert [each.lease for each in look(sql_storage).running] == [LeaseState.HELD, LeaseState.EXPIRED, LeaseState.FREE]


def test_what_ended_is_told_by_the_rows_that_count_it(sql_storage, begin):
    lease = begin(sql_storage)
    for number in range(3):
        hand_out(sql_storage, lease, number)
        sql_storage.move_trial(lease, number, TrialStatus.COMPLETED, spent=Spent(trial_s=2.0, gpu_s=4.0))
    ended = Duration(
        what=What.TRIAL, project="vision", outcome="completed", failure="", up_to_s=10, times=3, total_s=6.0
    )
    state = look(sql_storage)
    assert [each for each in state.durations if each.what is What.TRIAL] == [ended]
    assert state.usage["vision"].gpu_s == 12.0


def test_a_search_that_does_not_run_is_not_waited_for(sql_storage, begin):
    lease = begin(sql_storage)
    hand_out(sql_storage, lease, 0)
    sql_storage.set_search_status(lease, SearchStatus.PAUSED)
    assert look(sql_storage).running == []
