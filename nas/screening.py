"""Screening before any training: of many feasible draws the best by one number is trained, the others are not.

The number is a static metric, or a score that workers compute from a network as it is built, trained on nothing. Both
depend on the architecture and the document alone, so what is proposed stays a function of history and seed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import Field

from nas.errors import ScreeningFailed
from nas.ports import Screener
from nas.tasks.options import Options
from search_spaces.space import Architecture

Score = Literal["nwot", "synflow", "grad_norm", "snip", "zico"]
SCORES: tuple[str, ...] = get_args(Score)
"""What workers compute from an untrained network; larger is better."""

DEFAULT_METRIC = "nwot"
MAX_POOL = 500
SCREENED_OUT = "screened_out"
"""The reason under which draws that were not the best of their pool are counted; they may come again."""


class ScreeningOptions(Options):
    """Of so many new and feasible draws the best by one number is trained. The others stay untried."""

    pool: int = Field(16, ge=2, le=MAX_POOL, description="draws among which the best is looked for, for every trial")
    metric: str = Field(
        DEFAULT_METRIC,
        description="what is best: a score of the untrained network (`nwot`, `synflow`, `grad_norm`, `snip`, `zico`), "
        "or a static metric such as `params`, for which no network is built",
    )
    goal: Literal["maximize", "minimize"] = Field("maximize", description="which way is better")
    scores: tuple[Score, ...] = Field(
        (), description="scores computed beside the metric; all of them are metrics of the trial, known before training"
    )
    batch_size: int | None = Field(
        None, ge=2, le=4096, description="training pictures a score looks at; null: the task's batch size"
    )

    @property
    def computed(self) -> tuple[str, ...]:
        """The scores that need a network, each once."""
        return computed_scores(self.metric, self.scores)


def computed_scores(metric: Any, scores: Any) -> tuple[str, ...]:
    """The scores among a metric and a list, each once, also of a document that was not validated yet."""
    listed = list(scores) if isinstance(scores, list | tuple) else []
    return tuple(score for score in SCORES if score == metric or score in listed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Screening:
    """What screens: the options of the document, and what computes their scores, if they ask for any."""

    options: ScreeningOptions
    screener: Screener | None = None

    def __post_init__(self) -> None:
        if self.options.computed and self.screener is None:
            raise ValueError(f"screening by {', '.join(self.options.computed)} needs a screener, got none")

    def scores_of(self, architectures: Sequence[Architecture]) -> list[dict[str, float] | str]:
        """The scores of each, or why it has none. Raises `ScreeningFailed`."""
        if self.screener is None or not self.options.computed:
            return [{} for _ in architectures]
        answers = list(self.screener(architectures))
        if len(answers) != len(architectures):
            raise ScreeningFailed(f"{len(architectures)} architectures were to be scored, got {len(answers)} answers")
        return [self._checked(answer) for answer in answers]

    def worth(self, metrics: Mapping[str, float]) -> float:
        """How good a candidate is by the metric, larger is better; one that lacks it is the worst."""
        value = metrics.get(self.options.metric)
        if value is None:
            return -math.inf
        return value if self.options.goal == "maximize" else -value

    def _checked(self, answer: Mapping[str, float] | str) -> dict[str, float] | str:
        """The scores that were asked for, all finite, or why they are not there."""
        if isinstance(answer, str):
            return answer
        scores = {name: float(answer.get(name, math.nan)) for name in self.options.computed}
        wrong = [f"{name} is {value}" for name, value in scores.items() if not math.isfinite(value)]
        return ", ".join(wrong) if wrong else scores
