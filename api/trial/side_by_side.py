"""Some trials side by side: how their architectures differ, their choices and metrics in rows."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from api.examples import TRIAL
from api.plots.sampling import goal_of
from api.schemas import TrialView, trial_view
from api.trial.curves import measured_names
from api.trial.drawings import DrawingView, EdgeView, drawing_view, figures_of_trial
from api.trial.overview import choices_of_trial
from nas.errors import InvalidQuery
from nas.records import Search, Trial
from search_spaces.differences import Difference, differences
from search_spaces.figures import Edge, Figure

MOST = 8  # trials
MOST_NAMES = 200  # metrics


class PartDifference(BaseModel):
    """How one part of an architecture differs."""

    role: str
    sentences: list[str] = Field(description="against the first trial; of that one there are none")
    nodes: list[str] = Field(description="ids of the nodes of its drawing to emphasise")
    edges: list[EdgeView] = Field(description="arrows of its drawing to emphasise")


class ChoiceRow(BaseModel):
    """One choice of every trial."""

    name: str
    values: list[str | None] = Field(description="by trial; null where it was not asked")
    differs: bool


class MetricRow(BaseModel):
    """One metric of every trial."""

    name: str
    goal: str
    objective: bool
    values: list[float | None] = Field(description="by trial")
    differences: list[float | None] = Field(description="to the first trial")
    best: list[int] = Field(description="places of the trials with the best value, unless all have it")


class ComparedTrial(BaseModel):
    """One of the trials."""

    trial: TrialView
    drawing: DrawingView
    parts: list[PartDifference]


class SideBySide(BaseModel):
    """Trials side by side, the first one being what the others are held against."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "trials": [
                        {
                            "trial": TRIAL,
                            "drawing": {"number": 4, "architecture_id": "1ad19aadae6e6f2b", "figures": []},
                            "parts": [{"role": "backbone", "sentences": [], "nodes": ["3"], "edges": []}],
                        }
                    ],
                    "choices": [{"name": "outputs.0.kind", "values": ["residual", "bottleneck"], "differs": True}],
                    "metrics": [
                        {
                            "name": "AP",
                            "goal": "maximize",
                            "objective": True,
                            "values": [0.25, 0.5],
                            "differences": [0.0, 0.25],
                            "best": [1],
                        }
                    ],
                    "curves": ["AP", "loss"],
                }
            ]
        }
    )

    trials: list[ComparedTrial] = Field(description="in the order asked for")
    choices: list[ChoiceRow]
    metrics: list[MetricRow]
    curves: list[str] = Field(description="names of the metrics they measured, objectives first")


def side_by_side(search: Search, trials: Sequence[Trial]) -> SideBySide:
    """The trials, held against the first one."""
    figures = [figures_of_trial(search, trial) for trial in trials]
    return SideBySide(
        trials=[
            ComparedTrial(trial=trial_view(trial), drawing=drawing_view(trial, drawn), parts=parts)
            for trial, drawn, parts in zip(trials, figures, _parts(figures), strict=True)
        ],
        choices=_choice_rows([{each.name: each.value for each in choices_of_trial(search, trial)} for trial in trials]),
        metrics=_metric_rows(search, trials),
        curves=measured_names(search, [each for trial in trials for each in trial.measurements])[:MOST_NAMES],
    )


def numbers_of(asked: Sequence[int]) -> list[int]:
    """The trials asked for, each once. Raises `InvalidQuery` unless there are two to `MOST`."""
    numbers = list(dict.fromkeys(asked))
    if not 2 <= len(numbers) <= MOST:
        raise InvalidQuery(f"trial must name 2 to {MOST} different trials, got {len(numbers)}")
    return numbers


def _parts(figures: Sequence[Sequence[Figure]]) -> list[list[PartDifference]]:
    """Of the first one what any other has not or has otherwise, without sentences; then of each how it differs."""
    first, *others = figures
    told = [[_part(each, each.sentences) for each in differences(first, other)] for other in others]
    return [_emphasised(difference for other in others for difference in differences(other, first)), *told]


def _emphasised(found: Iterable[Difference]) -> list[PartDifference]:
    nodes: dict[str, set[str]] = {}
    edges: dict[str, set[Edge]] = {}
    for difference in found:
        nodes.setdefault(difference.role, set()).update(difference.nodes)
        edges.setdefault(difference.role, set()).update(difference.edges)
    joined = [
        Difference(role=role, sentences=(), nodes=frozenset(nodes[role]), edges=frozenset(edges[role]))
        for role in nodes
    ]
    return [_part(difference, ()) for difference in joined]


def _part(difference: Difference, sentences: Sequence[str]) -> PartDifference:
    edges = sorted(difference.edges, key=lambda edge: (edge.source, edge.target, edge.arrow))
    return PartDifference(
        role=difference.role,
        sentences=list(sentences),
        nodes=sorted(difference.nodes),
        edges=[EdgeView.model_validate(edge) for edge in edges],
    )


def _choice_rows(taken: Sequence[Mapping[str, str]]) -> list[ChoiceRow]:
    """Every choice that was asked of any of them, in the order it was asked."""
    names = dict.fromkeys(name for each in taken for name in each)
    rows = [(name, [each.get(name) for each in taken]) for name in names]
    return [ChoiceRow(name=name, values=values, differs=len(set(values)) > 1) for name, values in rows]


def _metric_rows(search: Search, trials: Sequence[Trial]) -> list[MetricRow]:
    """Objectives first, then what was known before training, then what was measured."""
    objectives = [str(each["metric"]) for each in search.document.get("objectives", ())]
    static = [name for trial in trials for name in trial.static_metrics]
    measured = measured_names(search, [each for trial in trials for each in trial.measurements])
    metrics = [trial.metrics for trial in trials]
    names = [name for name in dict.fromkeys([*objectives, *static, *measured]) if any(name in each for each in metrics)]
    return [_metric_row(search, name, [each.get(name) for each in metrics], objectives) for name in names[:MOST_NAMES]]


def _metric_row(search: Search, name: str, values: list[float | None], objectives: Sequence[str]) -> MetricRow:
    goal, first = goal_of(search, name), values[0]
    known = [value for value in values if value is not None]
    best = max(known) if goal.larger else min(known)
    leading = [place for place, value in enumerate(values) if value == best]
    return MetricRow(
        name=name,
        goal=goal.word,
        objective=name in objectives,
        values=values,
        differences=[None if value is None or first is None else value - first for value in values],
        best=leading if len(set(known)) > 1 else [],
    )
