"""All there is to say about one trial, but for its curves, its drawing and its log."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select

from api.choices import asked_of, space_of, taken
from api.examples import TRIAL
from api.pages import rows_of
from api.schemas import ArtifactView, CompanionView, PromotionView, TrialView, trial_view
from api.tables import trials
from api.trial.files import is_picture
from nas.records import Search, Trial

MOST_BESIDE = 100  # companions that are listed
MOST_CHOICES = 1000


class ChoiceView(BaseModel):
    """One choice of a trial."""

    name: str
    value: str = Field(description="what was taken, in words")
    options: int = Field(description="how many there were; 0 where the space is not known any more")


class BesideView(BaseModel):
    """A trial of the same candidate or of one of its controls."""

    number: int
    status: str
    companion: CompanionView
    seed: int
    value: float | None = Field(description="of the first objective")


class TrialOverview(TrialView):
    """One trial as its page shows it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **TRIAL,
                    "seed": 1234,
                    "static_metrics": {"params": 311864.0, "macs": 74912256.0},
                    "redraws": {"dead block": 1},
                    "promotions": [{"job": 12, "fidelity": 3, "after": "stopped", "seen": 9}],
                    "choices": [{"name": "outputs.0.kind", "value": "residual", "options": 2}],
                    "beside": [
                        {
                            "number": 31,
                            "status": "completed",
                            "companion": {"candidate": 4, "control": None, "repeat": 1},
                            "seed": 77,
                            "value": 0.39,
                        }
                    ],
                    "artifacts": [
                        {"name": "predictions", "uri": "file:///nas/predictions.png", "sha256": "9f", "size_bytes": 9}
                    ],
                    "pictures": ["predictions"],
                }
            ]
        }
    )

    seed: int
    static_metrics: dict[str, float] = Field(description="what was known before training")
    redraws: dict[str, int] = Field(description="draws thrown away for it, by reason")
    promotions: list[PromotionView]
    choices: list[ChoiceView] = Field(description="empty for a control, which may lie outside the space")
    beside: list[BesideView] = Field(description="the companions of its candidate: itself, or the one it stands beside")
    artifacts: list[ArtifactView]
    pictures: list[str] = Field(description="names of those artifacts that `pictures/{name}` serves")


def overview_of(connection: Connection, search: Search, trial: Trial) -> TrialOverview:
    """The trial, what was chosen for it, what stands beside it, and what it left behind."""
    artifacts = [artifact for measurement in trial.measurements for artifact in measurement.artifacts]
    return TrialOverview(
        **trial_view(trial).model_dump(),
        seed=trial.seed,
        static_metrics=trial.static_metrics,
        redraws=trial.redraws,
        promotions=[PromotionView.model_validate(each, from_attributes=True) for each in trial.promotions],
        choices=choices_of_trial(search, trial),
        beside=_beside(connection, search, trial),
        artifacts=[ArtifactView.model_validate(each, from_attributes=True) for each in artifacts],
        pictures=[artifact.name for artifact in artifacts if is_picture(artifact)],
    )


def choices_of_trial(search: Search, trial: Trial) -> list[ChoiceView]:
    """What was chosen, in the order it was asked for."""
    asked = asked_of(space_of(search), trial.genotype)
    pairs = zip(asked, trial.genotype, strict=False)
    return [
        ChoiceView(name=each.name, value=taken(each, option), options=len(each.labels))
        for each, option in list(pairs)[:MOST_CHOICES]
    ]


def _beside(connection: Connection, search: Search, trial: Trial) -> list[BesideView]:
    candidate = trial.companion.candidate if trial.companion else trial.number
    statement = (
        select(trials.c.number)
        .where(trials.c.search_id == search.id, trials.c.beside == candidate)
        .order_by(trials.c.number)
        .limit(MOST_BESIDE)
    )
    found = rows_of(connection, search.id, list(connection.scalars(statement)))
    metric = next((str(each["metric"]) for each in search.document.get("objectives", ())), "")
    return [_row(each, metric) for each in found]


def _row(trial: Trial, metric: str) -> BesideView:
    values: dict[str, Any] = {"number": trial.number, "status": trial.status.value, "seed": trial.seed}
    companion = CompanionView.model_validate(trial.companion, from_attributes=True)
    return BesideView(**values, companion=companion, value=trial.metrics.get(metric))
