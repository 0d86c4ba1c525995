"""Candidates and their controls as tables for people, within 80 columns."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from api.commands.tables import metric, plain_table, signed, value
from api.comparing import ComparisonList, DifferenceView, MetricComparison, PairedTestView, Verdict
from api.schemas import EstimateView
from nas.comparisons import CANDIDATE
from nas.records import Search

WIDTH = 80
VERDICTS = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.WITHIN_NOISE: "noise",
    Verdict.TOO_FEW_SEEDS: "few seeds",
}
RARE = 0.001  # smaller chances are told as such

Row = tuple[int, str]  # of a candidate: its number, and itself or one of its controls
Cells = list[str]  # of a column, its header first


def comparison_tables(search: Search, compared: ComparisonList) -> list[Table]:
    """One metric in one table; several as the values of all, and below them the differences. None without controls."""
    if not compared.has_items:
        return []
    if len(compared.metrics) == 1:
        return [comparison_table(search, compared.metrics[0])]
    return [*values_tables(search, compared.metrics), differences_table(compared.metrics)]


def comparison_table(search: Search, compared: MetricComparison) -> Table:
    """One line per candidate and control: means over seeds, their difference paired by seed, and what that says."""
    name = compared.metric
    way = "more" if compared.goal == "maximize" else "less"
    title = f"Candidates of {search.name} against their controls: {name}, {way} is better"
    table = plain_table(
        "trial", "control", "mean", "control's", "difference [95 %]", "verdict", title=title, numbers=True
    )
    table.caption = "in round brackets the seeds; differences are paired by seed"
    for each in compared.items:
        values = [f"{metric(name, value.mean)} ({value.seeds})" for value in (each.candidate_value, each.control_value)]
        told = difference(name, each.difference)
        table.add_row(str(each.candidate), each.control, *values, told, VERDICTS[each.verdict])
    return table


def values_tables(search: Search, compared: Sequence[MetricComparison]) -> Iterator[Table]:
    """A line for each candidate and each of its controls, a column per metric: mean and half the 95 % interval.

    As many tables as it takes for none to be too wide.
    """
    values = {each.metric: _values(each) for each in compared}
    rows = list(dict.fromkeys(row for found in values.values() for row in found))
    seeds = {row: max(found[row].seeds for found in values.values() if row in found) for row in rows}
    left = [["trial", *(str(row[0]) for row in rows)], ["", *(f"{row[1]} ({seeds[row]})" for row in rows)]]
    columns = [[name, *(value(name, found.get(row)) for row in rows)] for name, found in values.items()]
    title = f"Candidates of {search.name} against their controls"
    for table in _fitting(left, columns, title=title):
        table.caption = "mean and half its 95 % interval; in round brackets the seeds"
        yield table


def differences_table(compared: Sequence[MetricComparison]) -> Table:
    """One line per candidate, control and metric: the difference with its interval, and what it says."""
    table = plain_table("trial", "control", "metric", "difference [95 %]", "verdict", title="Differences", numbers=True)
    table.caption = "candidate minus control, paired by seed"
    items = [(item, each.metric) for each in compared for item in each.items]
    places = list(dict.fromkeys((item.candidate, item.control) for item, _ in items))
    for item, name in sorted(items, key=lambda found: places.index((found[0].candidate, found[0].control))):
        told = difference(name, item.difference)
        table.add_row(str(item.candidate), item.control, name, told, VERDICTS[item.verdict])
    return table


def paired_tables(tests: Sequence[PairedTestView]) -> Iterator[Table]:
    """One line per candidate, control and pass, a column per seed: who alone got how many pictures right, and p.

    As many tables as it takes for none to be too wide; none where there are no tests.
    """
    cells = {(test.candidate, test.control, test.pass_name, test.repeat): paired(test) for test in tests}
    rows = list(dict.fromkeys(key[:3] for key in cells))
    left = [[name, *(str(row[place]) for row in rows)] for place, name in enumerate(("trial", "control", "pass"))]
    seeds = sorted({test.repeat for test in tests})
    columns = [[f"seed {seed}", *(cells.get((*row, seed), "") for row in rows)] for seed in seeds]
    for table in _fitting(left, columns, title="Pictures that only the candidate : only the control gets right"):
        table.caption = (
            "p: McNemar's exact test, within one seed; passes are over the same pictures, so the tests of a seed are "
            "not independent"
        )
        yield table


def difference(name: str, value: DifferenceView | None) -> str:
    """A difference in a metric with its interval, as far as there are seeds for them."""
    if value is None:
        return ""
    if value.low is None or value.high is None:
        return signed(name, value.mean)
    return f"{signed(name, value.mean)} [{signed(name, value.low)}, {signed(name, value.high)}]"


def paired(test: PairedTestView) -> str:
    """A test as 34:28 p .53."""
    return f"{test.only_candidate}:{test.only_control} p {chance(test.exact_p)}"


def chance(p: float) -> str:
    """A chance with two digits, as .53; 1 from .995 on, <.001 below that."""
    if p < RARE:
        return "<.001"
    return f"{p:.2g}".removeprefix("0")


def _values(compared: MetricComparison) -> Mapping[Row, EstimateView]:
    """What each candidate and each of its controls reached, the candidate first."""
    found: dict[Row, EstimateView] = {}
    for item in compared.items:
        found[item.candidate, CANDIDATE] = item.candidate_value
        found[item.candidate, item.control] = item.control_value
    return found


def _fitting(left: Sequence[Cells], columns: Sequence[Cells], *, title: str) -> Iterator[Table]:
    """Tables of the columns in their order, each behind those on the left and not wider than `WIDTH` where possible."""
    room = WIDTH + 1 - width(left)
    group: list[Cells] = []
    for column in columns:
        if group and width([*group, column]) > room:
            yield _table([*left, *group], title)
            group = []
        group.append(column)
    if group:
        yield _table([*left, *group], title)


def width(columns: Sequence[Cells]) -> int:
    """Of these columns, each with a blank before it."""
    return sum(max(map(len, cells)) + 1 for cells in columns)


def _table(columns: Sequence[Cells], title: str) -> Table:
    table = plain_table(*(cells[0] for cells in columns), title=title, numbers=True)
    table.collapse_padding = True  # one blank between columns: the table of the publication fits a terminal
    for row in zip(*(cells[1:] for cells in columns), strict=True):
        table.add_row(*row)
    return table
