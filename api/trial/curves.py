"""The learning curves of one trial: some of its metrics at a time, each thinned."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from api.plots.sampling import goal_of, short, thinned
from nas.records import Measurement, Search, Trial

POINTS = 150  # of a curve
CURVES = 8  # unless others are asked for
MOST_CURVES = 24
MOST_NAMES = 500


class TrialCurve(BaseModel):
    """One metric over what the trial received."""

    metric: str
    goal: str
    fidelity: list[int]
    value: list[float]


class TrialCurves(BaseModel):
    """Learning curves of a trial."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 4,
                    "names": ["AP", "loss"],
                    "curves": [{"metric": "AP", "goal": "maximize", "fidelity": [4, 8], "value": [0.2, 0.31]}],
                }
            ]
        }
    )

    number: int
    names: list[str] = Field(description="of all metrics it has measured, objectives first")
    curves: list[TrialCurve] = Field(description="those asked for; a curve of many points is thinned")


def trial_curves(search: Search, trial: Trial, metrics: Sequence[str] = ()) -> TrialCurves:
    """The curves of these metrics, by default of the first ones; one that was never measured is left out."""
    names = measured_names(search, trial.measurements)
    wanted = [name for name in dict.fromkeys(metrics) if name in names] if metrics else names[:CURVES]
    return TrialCurves(
        number=trial.number,
        names=names[:MOST_NAMES],
        curves=[_curve(search, trial, name) for name in wanted[:MOST_CURVES]],
    )


def measured_names(search: Search, measurements: Sequence[Measurement]) -> list[str]:
    """The metrics that were measured: objectives first, then plain names, then those of single classes."""
    measured = {name for measurement in measurements for name in measurement.metrics}
    objectives = [str(each["metric"]) for each in search.document.get("objectives", ())]
    first = [name for name in objectives if name in measured]
    return [*first, *sorted(measured.difference(first), key=lambda name: ("/" in name, name))]


def _curve(search: Search, trial: Trial, name: str) -> TrialCurve:
    points = [(each.fidelity, each.metrics[name]) for each in trial.measurements if name in each.metrics]
    kept = [points[place] for place in thinned(range(len(points)), POINTS)]
    return TrialCurve(
        metric=name,
        goal=goal_of(search, name).word,
        fidelity=[fidelity for fidelity, _ in kept],
        value=[short(value) for _, value in kept],
    )
