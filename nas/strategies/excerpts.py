"""What a model is shown of a long history: all of a short one, else the best and an even part of the rest.

So the cost of a proposal does not grow with the search. The part of the rest is every 2nd, 3rd, 4th, 6th, 8th ...
result: it changes only when the history is half as long again, so what was worked out for a trial serves many
proposals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from operator import attrgetter

from nas.ports import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """Outcomes in ascending number: those with values, and those that have none yet."""

    finished: list[Outcome]
    pending: list[Outcome]


def excerpt(history: Sequence[Outcome], *, best: int, most: int) -> Excerpt:
    """All finished trials up to `most`, else the `best` and at least about two thirds of `most` spread over all.

    Of the pending trials the newest `most` are shown.
    """
    finished = [outcome for outcome in history if outcome.values is not None]
    pending = [outcome for outcome in history if outcome.pending and outcome.values is None][-most:]
    if len(finished) > most:
        spread = finished[:: stride(len(finished), most)]
        shown = {outcome.number: outcome for outcome in (*spread, *leaders(finished, best))}
        finished = [shown[number] for number in sorted(shown)]
    return Excerpt(finished=finished, pending=pending)


def stride(length: int, most: int) -> int:
    """The smallest of 1, 2, 3, 4, 6, 8, 12 ... (powers of 2, and 3 times them) that leaves at most `most`."""
    power = 1
    while length > power * most:
        if power > 1 and length <= power // 2 * 3 * most:
            return power // 2 * 3
        power *= 2
    return power


def leaders(finished: Sequence[Outcome], best: int) -> list[Outcome]:
    """The best of the outcomes with values, the earlier first among equals: feasible before infeasible.

    Feasible ones that ran to the end come before those stopped early; of the latter those that ran longer are better,
    of the infeasible those that break less. With several objectives they come front by front, of the last one as many
    as are wanted, evenly along it.
    """
    if finished and len(finished[0].values or ()) > 1:
        return _fronts(finished, best)
    whole = [outcome for outcome in finished if outcome.fidelity >= 1 and outcome.violation <= 0]
    return _with_others(nlargest(best, whole, key=attrgetter("values")), finished, best)


def _with_others(leading: list[Outcome], finished: Sequence[Outcome], best: int) -> list[Outcome]:
    """The leading whole and feasible ones, and where they are too few the best of the others."""
    if len(leading) == best:
        return leading
    others = [outcome for outcome in finished if outcome.fidelity < 1 or outcome.violation > 0]
    return leading + nsmallest(best - len(leading), others, key=_standing)


def _standing(outcome: Outcome) -> tuple[float, ...]:
    """What stopped or infeasible outcomes are sorted by, the best being the least."""
    assert outcome.values is not None
    if outcome.violation > 0:
        return (2, outcome.violation)
    return (1, -outcome.fidelity, -outcome.values[0])


def _fronts(finished: Sequence[Outcome], best: int) -> list[Outcome]:
    import numpy as np  # whoever only reads documents does without it

    from nas.strategies.fronts import fronts

    whole = [outcome for outcome in finished if outcome.fidelity >= 1 and outcome.violation <= 0]
    leading: list[Outcome] = []
    for front in fronts(np.array([outcome.values for outcome in whole])):
        wanted = min(best - len(leading), len(front))
        leading += [whole[place] for place in front[np.linspace(0, len(front) - 1, wanted).astype(int)]]
        if len(leading) == best:
            break
    return _with_others(leading, finished, best)
