"""How a search ends, by what became of its trials."""

from nas.errors import SpaceExhausted
from nas.records import Failure, FailureKind, SearchStatus, TrialStatus
from nas.tally import Tally

FAILURE = Failure(kind=FailureKind.ERROR, message="out of paper")


def test_too_many_failures_end_it_with_the_last_of_them():
    tally = Tally(2)
    assert tally.count(3, TrialStatus.FAILED, FAILURE) is None
    assert tally.count(4, TrialStatus.COMPLETED, None) is None
    ending = tally.count(5, TrialStatus.FAILED, FAILURE)
    assert (ending.status, ending.reason) == (
        SearchStatus.FAILED,
        "2 trials failed; the last, trial 5: out of paper",
    )


def test_let_run_it_completes_if_any_trial_did():
    tally = Tally(9)
    exhausted = SpaceExhausted("nothing is left")
    assert tally.ending(exhausted).status is SearchStatus.FAILED
    tally.count(0, TrialStatus.FAILED, FAILURE)
    assert tally.ending(None).reason == "no trial completed; the last, trial 0: out of paper"
    tally.count(1, TrialStatus.STOPPED, None)
    assert tally.ending(None).status is SearchStatus.FAILED
    tally.count(2, TrialStatus.COMPLETED, None)
    assert (tally.ending(None).status, tally.ending(None).reason) == (SearchStatus.COMPLETED, None)
    assert tally.ending(exhausted).reason == "nothing is left"
