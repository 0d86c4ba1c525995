"""How far a search is, before, while and after its best candidates stand beside their controls."""

from api.commands.tally import tally_of
from nas.ports import SearchSummary
from nas.records import Companion, Search, SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import trial


def summary(status=SearchStatus.RUNNING, seeds=3, top=2, **counts):
    document = toy_document(budget={"trials": 12}, comparison={"top": top, "seeds": seeds})
    search = Search(id="abc", name="toy", document=document.model_dump(mode="json"), status=status)
    return SearchSummary(search=search, trials_by_status={TrialStatus(name): n for name, n in counts.items()})


def companions(*statuses, controls=(None, "plain"), first=12):
    beside = [Companion(candidate=0, control=controls[n % len(controls)], repeat=n + 1) for n in range(len(statuses))]
    return [trial(first + n, status=TrialStatus(status), companion=beside[n]) for n, status in enumerate(statuses)]


def test_candidates_alone_are_counted_by_the_budget():
    tally = tally_of(summary(completed=5, failed=1, running=2), [])
    assert (str(tally), tally.done, tally.total) == ("6/12", 6, 12)


def test_companions_are_foreseen_once_the_controls_are_seen():
    found = companions("completed", "running")
    tally = tally_of(summary(completed=12, failed=1, running=1), found)
    assert (str(tally), tally.done, tally.total) == ("12/12 + 1/12", 13, 24)
    assert str(tally_of(summary(completed=11, running=1), companions("running", first=11))) == "11/11 + 0/6"


def test_companions_that_are_newer_than_the_summary_take_nothing_from_the_candidates():
    found = companions("completed", "completed", "running")
    assert str(tally_of(summary(completed=12, running=1), found)) == "12/12 + 2/12"


def test_no_more_are_foreseen_than_candidates_have_completed():
    assert str(tally_of(summary(failed=11, completed=1, running=1), companions("running"))) == "12/12 + 0/3"


def test_an_exhausted_space_has_as_many_candidates_as_it_gave():
    assert str(tally_of(summary(completed=5, running=1), companions("completed", "running", first=4))) == "4/4 + 1/12"


def test_at_the_end_nothing_more_is_foreseen():
    ended = summary(SearchStatus.CANCELLED, completed=12, cancelled=2)
    assert str(tally_of(ended, companions("cancelled", "cancelled"))) == "12/12 + 2/2"
