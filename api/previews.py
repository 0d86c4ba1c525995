"""What REST and the command line tell of a search before it is submitted: what is wrong with its document, by line, or
what it will be like: its space, its candidates, its trials, and by earlier trials how long it will take."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nas.document import SearchDocument
from nas.document_lines import Lines
from nas.errors import DocumentError
from nas.pace import Pace
from nas.preview import Preview, Spread
from nas.quotas import HOUR_S, Standing, search_refused

SHOWN = 5  # candidates
EXAMPLE: dict[str, Any] = {
    "architectures": "15897070781839228211822592000000000000",
    "drawn": 23,
    "infeasible": 3,
    "broken": "params 421,112 > 400,000",
    "metrics": {"params": {"low": 290144.0, "middle": 331864.0, "high": 398020.0}},
    "candidates": [{"architecture_id": "9f2c51d07be83a64", "metrics": {"params": 311864.0, "macs": 74912256.0}}],
    "trials": {"candidates": 12, "repeats": 0, "controls": {}, "total": 12},
    "epochs": 12,
    "pictures": 205,
    "total_macs": 2211409797120.0,
    "time": {
        "trial_s": {"low": 31.0, "middle": 40.5, "high": 52.0},
        "cpu_hours": 0.135,
        "gpu_hours": 0.0,
        "wall_s": 243.0,
        "trials": 24,
        "searches": 2,
    },
    "quota": {
        "project": "default",
        "unfinished": 1,
        "max_searches": None,
        "running": 2,
        "max_concurrent": None,
        "gpu_hours_left": None,
    },
    "notes": [],
}


class SpreadView(BaseModel):
    """Least, median and greatest of the feasible candidates that were drawn."""

    low: float
    middle: float
    high: float


class CandidateView(BaseModel):
    """A candidate that was drawn."""

    architecture_id: str
    metrics: dict[str, float]


class TrainingsView(BaseModel):
    """How many trials there are at most."""

    candidates: int
    repeats: int = Field(description="the best candidates again, with other seeds")
    controls: dict[str, int] = Field(description="what they are held against, by name")
    total: int


class TimeView(BaseModel):
    """How long that takes, by the median pace of earlier trials of the same project with the same task."""

    trial_s: SpreadView = Field(description="of one trial")
    cpu_hours: float = Field(description="of all trials; early stopping takes less")
    gpu_hours: float
    wall_s: float = Field(description="with all concurrent trials running all the time")
    trials: int = Field(description="how many earlier trials say so")
    searches: int = Field(description="of how many searches")


class QuotaView(BaseModel):
    """What the project may still have; null: no limit."""

    project: str
    unfinished: int = Field(description="searches that have not ended")
    max_searches: int | None
    running: int = Field(description="trials")
    max_concurrent: int | None
    gpu_hours_left: float | None


class PreviewView(BaseModel):
    """What a search will be like."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    architectures: str = Field(description="in the space; a string, for it exceeds what JSON readers hold")
    drawn: int = Field(description="candidates drawn at random, or of a fixed list, to tell the rest")
    infeasible: int = Field(description="those of them that break a static constraint or cannot be built")
    broken: str | None = Field(description="why the first of these is infeasible")
    metrics: dict[str, SpreadView] = Field(description="the static metrics of the feasible ones")
    candidates: list[CandidateView] = Field(description="the first of them")
    trials: TrainingsView
    epochs: int = Field(description="of a whole trial")
    pictures: int | None = Field(description="trained on per epoch; null: not known, or not quickly")
    total_macs: float | None = Field(
        description="multiply-adds of one forward pass of every picture in every epoch of every trial; training takes "
        "about three times as many. Null where costs or pictures are not known"
    )
    time: TimeView | None = Field(description="null: no earlier trial of the project has this task")
    quota: QuotaView | None = Field(description="null: told without a database")
    notes: list[str] = Field(description="what is worth a second look, in sentences")


class ProblemView(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="dotted path, or `line N` of a text that cannot be read")
    message: str
    line: int | None = Field(description="in `text`, from 1 on; null: of none in particular")


class PreviewAnswer(BaseModel):
    """A document, what is wrong with it, and where nothing is, what the search will be like."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "name: blood-cells\n...", "document": {}, "problems": [], "preview": EXAMPLE}]
        }
    )

    text: str = Field(description="the document as YAML: as it was given, or written")
    document: Any = Field(description="what the text says, as JSON; null where it cannot be read")
    problems: list[ProblemView]
    preview: PreviewView | None = Field(description="null while there are problems")


def problem_views(error: DocumentError, text: str) -> list[ProblemView]:
    """Every problem of a document with its line in the text."""
    lines = Lines(text)
    return [ProblemView(field=field, message=message, line=lines.of(field)) for field, message in error.problems]


def preview_view(
    document: SearchDocument, preview: Preview, *, pace: Pace | None, project: str, standing: Standing | None
) -> PreviewView:
    """The preview as it is told, with what the records say about time and quotas."""
    drawn, trainings = preview.drawn, preview.trainings
    time = _time(document, preview, pace)
    spreads = preview.spreads
    return PreviewView(
        architectures=str(preview.architectures),
        drawn=len(drawn.feasible) + drawn.infeasible,
        infeasible=drawn.infeasible,
        broken=drawn.broken,
        metrics={name: _spread(spread) for name, spread in spreads.items()},
        candidates=[
            CandidateView(architecture_id=each.draw.architecture.architecture_id, metrics=each.metrics)
            for each in drawn.feasible[:SHOWN]
        ],
        trials=TrainingsView(
            candidates=trainings.candidates,
            repeats=trainings.repeats,
            controls=dict(trainings.controls),
            total=trainings.total,
        ),
        epochs=preview.epochs,
        pictures=preview.pictures,
        total_macs=_total_macs(preview),
        time=time,
        quota=None if standing is None else _quota(project, standing),
        notes=[*_of_costs(preview), *_of_time(document, time), *_of_quota(project, standing, time)],
    )


def _time(document: SearchDocument, preview: Preview, pace: Pace | None) -> TimeView | None:
    macs = preview.spreads.get("macs")
    if pace is None or (pace.by_macs and macs is None):
        return None
    costs = (macs.low, macs.middle, macs.high) if macs else (None, None, None)
    low, middle, high = (pace.trial_s(preview.epochs, each) or 0.0 for each in costs)
    total_s, resources = middle * preview.trainings.total, document.resources
    return TimeView(
        trial_s=SpreadView(low=low, middle=middle, high=high),
        cpu_hours=total_s * resources.cpus / HOUR_S,
        gpu_hours=total_s * resources.gpus / HOUR_S,
        wall_s=total_s / min(resources.concurrent, preview.trainings.total),
        trials=pace.trials,
        searches=pace.searches,
    )


def _total_macs(preview: Preview) -> float | None:
    macs = preview.spreads.get("macs")
    if macs is None or preview.pictures is None:
        return None
    return macs.middle * preview.pictures * preview.epochs * preview.trainings.total


def _quota(project: str, standing: Standing) -> QuotaView:
    return QuotaView(
        project=project,
        unfinished=standing.unfinished,
        max_searches=standing.quota.max_searches,
        running=standing.running,
        max_concurrent=standing.quota.max_concurrent,
        gpu_hours_left=standing.gpu_hours_left,
    )


def _of_costs(preview: Preview) -> list[str]:
    drawn = preview.drawn
    if drawn.unknown is not None:
        return [f"what candidates cost is not known here: {drawn.unknown}"]
    if drawn.feasible or not drawn.infeasible:
        return []
    return [f"none of {drawn.infeasible} drawn candidates can be trained; of the first: {drawn.broken}"]


def _of_time(document: SearchDocument, time: TimeView | None) -> list[str]:
    limit = document.budget.trial_timeout_s
    if time is None or limit is None or time.trial_s.middle <= limit:
        return []
    return [f"a trial takes about {time.trial_s.middle:.0f} s, longer than budget.trial_timeout_s, {limit:g} s"]


def _of_quota(project: str, standing: Standing | None, time: TimeView | None) -> list[str]:
    if standing is None:
        return []
    refused = search_refused(project, standing.quota, standing.unfinished)
    told = [f"it would be refused: {refused}"] if refused else []
    left = standing.gpu_hours_left
    if left is not None and time is not None and time.gpu_hours > left:
        told.append(f"it takes about {time.gpu_hours:.3g} GPU hours, project {project} has {left:.3g} left")
    return told


def _spread(spread: Spread) -> SpreadView:
    return SpreadView(low=spread.low, middle=spread.middle, high=spread.high)
