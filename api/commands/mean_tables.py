"""What candidates reached over their repeats as tables for people, within 80 columns."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from api.commands.comparison_tables import VERDICTS, WIDTH, chance, width
from api.commands.tables import half_width, metric, plain_table, signed, value
from api.comparing import LeadView, MetricComparison, RankedView, Verdict
from nas.records import Search

FIRST = "first"
HEADERS = ("trial", FIRST, "mean", "std", "seeds", "over the next", "p", "verdict")


def show_means(told: Console, search: Search, compared: Sequence[MetricComparison]) -> None:
    """A table for each of these metrics, below it whether number 1 beats number 2."""
    for each in compared:
        told.print("", mean_table(search, each))
        line = leader_line(each)
        if line is not None:
            told.print(line, soft_wrap=True, markup=False, highlight=False)


def mean_table(search: Search, compared: MetricComparison) -> Table:
    """One line per candidate in the order of their means, with its lead over the next and what that says."""
    name, ranking = compared.metric, compared.ranking
    way = "more" if compared.goal == "maximize" else "less"
    title = f"Candidates of {search.name} trained again: {name}, {way} is better"
    columns = [list(cells) for cells in zip(HEADERS, *(_row(name, each) for each in ranking), strict=True)]
    if width(columns) > WIDTH:
        columns.pop(HEADERS.index(FIRST))  # the leaderboard tells it, too
    table = plain_table(*(cells[0] for cells in columns), title=title, numbers=True)
    table.collapse_padding = True
    table.caption = (
        "mean over other seeds and half its 95 % interval; first: the trial that made it one of the best, not in the "
        "mean. p: Welch's test; 1 against 2 as it is, those below adjusted for one another (Holm), their intervals not"
    )
    for row in zip(*(cells[1:] for cells in columns), strict=True):
        table.add_row(*row)
    return table


def leader_line(compared: MetricComparison) -> str | None:
    """Whether number 1 by its mean beats number 2, in a sentence; None where there are not two."""
    if len(compared.ranking) < 2:
        return None
    first, second = compared.ranking[:2]
    lead = first.lead
    assert lead is not None, "only the last has no lead"
    one, other = f"trial {first.candidate}", f"trial {second.candidate}"
    if lead.p is None:
        return f"Too few seeds to tell whether {one} beats {other} in {compared.metric}."
    told = f"in {compared.metric} (p {chance(lead.p)})"
    if lead.verdict is Verdict.BETTER:
        return f"{one.capitalize()} beats {other} {told}."
    return f"{one.capitalize()} leads {other} by no more than the noise of seeds {told}."


def worth_a_table(compared: Sequence[MetricComparison]) -> list[MetricComparison]:
    """Those in which several candidates are ranked, or one that stands in no other table."""
    return [each for each in compared if len(each.ranking) > 1 or (each.ranking and not each.items)]


def _row(name: str, each: RankedView) -> list[str]:
    lead = each.lead
    told = ["", "", ""] if lead is None else [_lead(name, lead), _chance(lead), VERDICTS[lead.verdict]]
    std = "" if each.value.std is None else metric(name, each.value.std)
    return [str(each.candidate), metric(name, each.first), value(name, each.value), std, str(each.value.seeds), *told]


def _lead(name: str, lead: LeadView) -> str:
    if lead.low is None or lead.high is None:
        return signed(name, lead.mean)
    return f"{signed(name, lead.mean)} {half_width(name, lead.low, lead.high)}"


def _chance(lead: LeadView) -> str:
    return "" if lead.adjusted_p is None else chance(lead.adjusted_p)
