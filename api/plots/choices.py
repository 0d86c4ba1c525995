"""Which choices matter: a share of variance for each, and trials as lines through the choices that matter most."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select

from api.choices import asked_of, space_of
from api.pages import positions
from api.plots.sampling import Goal, first_goal, goal_of, points_of, short, spread, trial_count
from api.tables import trials
from nas.importance import importance
from nas.ports import Query
from nas.records import Genotype, Search, TrialStatus
from search_spaces.describing import Asked
from search_spaces.space import Space

SAMPLE = 600  # trials that importance is judged by
LINES = 120  # of them drawn, evenly
BEST = 60  # drawn, too
AXES = 10
RANKED = 30  # choices whose importance is told
PROBES = 16  # genotypes of one length that the space is asked about; where they agree, all of that length do
COSTS = ("params", "macs", "latency_ms")

Taken = dict[str, dict[int, int]]


class ImportanceView(BaseModel):
    """How much one choice explains."""

    name: str
    share: float = Field(description="of the variance of the metric, 0..1, corrected for chance")


class ChoiceAxisView(BaseModel):
    """One choice: what its options are, and which one each line took."""

    name: str
    labels: list[str] = Field(description="by option")
    options: list[int | None] = Field(description="by line; null where the choice was not asked")


class MetricAxisView(BaseModel):
    """One metric of each line."""

    name: str
    goal: str
    values: list[float | None]


class ChoicesView(BaseModel):
    """Choices and what came of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "metric": "AP",
                    "trials": 2,
                    "importance": [{"name": "outputs.0.kind", "share": 0.41}],
                    "numbers": [0, 1],
                    "axes": [{"name": "outputs.0.kind", "labels": ["bottleneck", "residual"], "options": [0, 1]}],
                    "metrics": [{"name": "AP", "goal": "maximize", "values": [0.31, 0.28]}],
                }
            ]
        }
    )

    metric: str
    trials: int = Field(description="completed candidates that importance was judged by: all, or an even sample")
    importance: list[ImportanceView] = Field(description="of the choices that matter most, most first")
    numbers: list[int] = Field(description="the trial of each line: an even sample, and the best")
    axes: list[ChoiceAxisView] = Field(description="the choices that matter most")
    metrics: list[MetricAxisView] = Field(description="what the network costs, and the objectives, the first one last")


def choices_of(connection: Connection, search: Search) -> ChoicesView:
    """Importance for the first objective; lines through the choices, costs and objectives."""
    goal = first_goal(search)
    sample = spread(trial_count(connection, search.id), SAMPLE)
    leading = positions(connection, search.id, Query(sort=goal.metric, descending=goal.larger, limit=BEST))[:BEST]
    best = {position.number for position in leading}
    metrics = _metrics(search, goal)
    values = {
        point.number: point.values
        for point in points_of(connection, search.id, sorted({*sample, *best}), metrics)
        if point.status == TrialStatus.COMPLETED and goal.metric in point.values
    }
    genotypes = _genotypes(connection, search.id, sorted(values))
    taken, labels = _named(search, genotypes)
    judged = {number: values[number][goal.metric] for number in genotypes if number in sample}
    ranked = importance(taken, judged)
    even = spread(max(genotypes, default=-1) + 1, LINES)
    lines = [number for number in genotypes if number in best or number in even]
    return ChoicesView(
        metric=goal.metric,
        trials=len(judged),
        importance=[ImportanceView(name=name, share=round(share, 4)) for name, share in list(ranked.items())[:RANKED]],
        numbers=lines,
        axes=[_axis(name, labels[name], taken[name], lines) for name in list(ranked)[:AXES]],
        metrics=[view for metric in metrics if (view := _metric_axis(search, metric, values, lines))],
    )


def _axis(name: str, labels: Sequence[str], taken: Mapping[int, int], lines: Sequence[int]) -> ChoiceAxisView:
    told = [*labels, *(str(option) for option in range(len(labels), 1 + max(taken.values())))]
    return ChoiceAxisView(name=name, labels=told, options=[taken.get(number) for number in lines])


def _metric_axis(
    search: Search, metric: str, values: Mapping[int, Mapping[str, float]], lines: Sequence[int]
) -> MetricAxisView | None:
    column = [values[number].get(metric) for number in lines]
    if all(value is None for value in column):
        return None
    shown = [None if value is None else short(value) for value in column]
    return MetricAxisView(name=metric, goal=goal_of(search, metric).word, values=shown)


def _metrics(search: Search, goal: Goal) -> list[str]:
    objectives = [objective["metric"] for objective in search.document.get("objectives", ())]
    return [name for name in dict.fromkeys([*COSTS, *objectives]) if name != goal.metric] + [goal.metric]


def _genotypes(connection: Connection, search_id: str, numbers: Sequence[int]) -> dict[int, Genotype]:
    """Of candidates: what stands beside them was not chosen."""
    statement = (
        select(trials.c.number, trials.c.genotype)
        .where(trials.c.search_id == search_id, trials.c.number.in_(numbers), trials.c.beside.is_(None))
        .order_by(trials.c.number)
    )
    return {number: tuple(genotype) for number, genotype in connection.execute(statement)}


def _named(search: Search, genotypes: Mapping[int, Genotype]) -> tuple[Taken, dict[str, tuple[str, ...]]]:
    """Which option each trial took, and the labels of the options, by the name of the choice."""
    taken: Taken = defaultdict(dict)
    labels: dict[str, tuple[str, ...]] = {}
    alike: dict[int, list[int]] = defaultdict(list)
    for number, genotype in genotypes.items():
        alike[len(genotype)].append(number)
    space = space_of(search)
    for numbers in alike.values():
        for number, asked in zip(numbers, _asked(space, [genotypes[each] for each in numbers]), strict=True):
            for choice, option in zip(asked, genotypes[number], strict=True):
                taken[choice.name][number] = option
                labels[choice.name] = max(labels.get(choice.name, ()), choice.labels, key=len)
    return taken, labels


def _asked(space: Space[Any] | None, genotypes: Sequence[Genotype]) -> list[tuple[Asked, ...]]:
    """What the numbers of genotypes of one length answer. The space is asked about all of them only where the first
    few, spread over them, do not agree: it takes milliseconds."""
    probes = spread(len(genotypes), PROBES)
    found = [asked_of(space, genotypes[place]) for place in probes]
    if len({tuple(choice.name for choice in each) for each in found}) == 1:
        return [found[0]] * len(genotypes)
    return [asked_of(space, genotype) for genotype in genotypes]
