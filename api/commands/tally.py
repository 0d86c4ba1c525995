"""How far a search is: the candidates of its budget, and the companions of the best of them, which come on top."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.commands.tables import budget, finished
from nas.document import stored_document
from nas.ports import SearchSummary
from nas.records import LEGAL_SEARCH, LEGAL_TRIAL, Trial, TrialStatus
from nas.rules import comparison_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Trials that have ended, of how many. `companions` is 0 until the first of them was handed out."""

    candidates_done: int
    candidates: int
    companions_done: int = 0
    companions: int = 0

    @property
    def done(self) -> int:
        """Trials of either kind that have ended."""
        return self.candidates_done + self.companions_done

    @property
    def total(self) -> int:
        """Trials of either kind, as far as they are foreseen."""
        return self.candidates + self.companions

    def __str__(self) -> str:
        """As 12/12 + 3/8."""
        beside = f" + {self.companions_done}/{self.companions}" if self.companions else ""
        return f"{self.candidates_done}/{self.candidates}{beside}"


def tally_of(summary: SearchSummary, companions: Sequence[Trial]) -> Tally:
    """How far the search is. The first companion comes when all candidates have ended, and its number tells how many
    they are: `companions` may be newer than the summary."""
    if not companions:
        return Tally(candidates_done=finished(summary.trials_by_status), candidates=budget(summary.search))
    candidates = min(trial.number for trial in companions)
    return Tally(
        candidates_done=candidates,
        candidates=candidates,
        companions_done=sum(not LEGAL_TRIAL[trial.status] for trial in companions),
        companions=foreseen(summary, companions),
    )


def foreseen(summary: SearchSummary, companions: Sequence[Trial]) -> int:
    """How many companions there will be, if all best candidates have the controls that have been seen: those of the
    first are known once its first repeat was handed out."""
    rules = comparison_of(stored_document(summary.search))
    if rules is None or not LEGAL_SEARCH[summary.search.status]:
        return len(companions)
    completed = summary.trials_by_status.get(TrialStatus.COMPLETED, 0)
    completed -= sum(trial.status is TrialStatus.COMPLETED for trial in companions)
    kinds = {trial.companion.control for trial in companions if trial.companion}
    return max(len(companions), min(rules.top, completed) * rules.seeds * len(kinds))
