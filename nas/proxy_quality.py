"""What the trials of a proxy check say: noise, curves, rank correlations with the full task, cost, and a verdict.

Correlations are those that one training of each architecture would have shown, averaged over seeds: that is what a
search goes by. Intervals are over architectures.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import Literal

import numpy as np

from nas.intervals import Interval
from nas.measured_part import MeasuredPart, means
from nas.proxy_report import Compared, Epoch, ProxyReport, Scored, SettingReport, Thresholds, TopThird, Trainings
from nas.proxy_verdict import recommended_epochs, recommended_setting, summary, verdict
from nas.rank_correlation import (
    Floats,
    Statistic,
    kendall,
    over_seeds,
    resampled,
    spearman,
    weighted_kendall,
    weighted_spearman,
)
from nas.records import LEGAL_SEARCH, SearchStatus, Trial, TrialStatus
from nas.seed_noise import seed_noise
from nas.smoothness import smoothness

FEW = 5  # architectures below which resampling says nothing


def proxy_report(
    check: str, settings: Sequence[MeasuredPart], full: MeasuredPart, thresholds: Thresholds | None = None
) -> ProxyReport:
    """Everything the trials say so far; parts that are still running count by what has completed."""
    thresholds = thresholds or Thresholds()
    candidates = [trial for trial in full.trials if trial.companion is None]
    if not candidates:  # the full task has not begun
        candidates = [trial for trial in (settings[0].trials if settings else ()) if trial.companion is None]
    architectures = [trial.architecture_id for trial in candidates]
    told, truth = _trainings(full, architectures), means(full.values(architectures))
    reports = [_setting(part, told, truth, thresholds) for part in settings]
    chosen = recommended_setting(reports)
    status = _status([*settings, full])
    return ProxyReport(
        id=full.search.id,
        check=check,
        status=status,
        metric=full.objective.metric,
        goal=full.objective.goal,
        thresholds=thresholds,
        architectures=_compared(candidates, told),
        settings=reports,
        full=told,
        recommended=chosen.name if chosen else None,
        summary=summary(reports, told, chosen, metric=full.objective.metric, running=status == "running"),
    )


def _status(parts: Sequence[MeasuredPart]) -> Literal["running", "complete", "incomplete"]:
    if any(LEGAL_SEARCH[part.search.status] for part in parts):
        return "running"
    whole = all(part.search.status is SearchStatus.COMPLETED and len(part.completed) == part.planned for part in parts)
    return "complete" if whole else "incomplete"


def _setting(part: MeasuredPart, full: Trainings, truth: Floats, thresholds: Thresholds) -> SettingReport:
    """The setting against what the full task says of each architecture, larger being better."""
    architectures = [each.architecture_id for each in full.scores]
    scores, told = part.values(architectures), _trainings(part, architectures)
    cost = full.seconds_per_trial
    found = {
        "kendall": _interval(over_seeds(weighted_kendall, scores, truth), scores, truth),
        "spearman": _interval(over_seeds(weighted_spearman, scores, truth), scores, truth),
    }
    by_epoch = [_epoch(part, architectures, truth, epoch) for epoch in part.measured_epochs]
    judged, reasons = verdict(found["kendall"], told.noise, thresholds, architectures=_complete(scores, truth))
    return SettingReport(
        **told.model_dump(exclude={"noise", "smoothness"}),
        noise=told.noise,
        smoothness=told.smoothness,
        share_of_full=told.seconds_per_trial / cost if told.seconds_per_trial and cost else None,
        **found,
        kendall_of_means=_interval(over_seeds(weighted_kendall, means(scores)[None], truth), scores, truth),
        top_third=_top_third(scores, truth),
        by_epoch=by_epoch,
        recommended_epochs=recommended_epochs(by_epoch, thresholds.tolerance),
        verdict=judged,
        reasons=reasons,
    )


def _trainings(part: MeasuredPart, architectures: Sequence[str]) -> Trainings:
    table = part.values(architectures)
    sign = 1.0 if part.objective.goal == "maximize" else -1.0
    groups = [[float(value) for value in column if np.isfinite(value)] for column in sign * table.T]
    spent = [trial.measurements[-1].elapsed_s for trial in part.trials if trial.measurements]
    whole = [trial.measurements[-1].elapsed_s for trial in part.completed.values()]
    return Trainings(
        name=part.part.setting,
        search_id=part.search.id,
        status=part.search.status,
        reason=part.search.reason,
        changes=part.part.changes,
        epochs=part.epochs,
        completed=len(part.completed),
        failed=sum(trial.status is TrialStatus.FAILED for trial in part.trials),
        planned=part.planned,
        seconds_per_trial=fmean(whole) if whole else None,
        seconds=sum(spent),
        noise=seed_noise(groups),
        smoothness=smoothness(part.curves),
        scores=[
            Scored(architecture_id=each, values=[float(v) if np.isfinite(v) else None for v in sign * column])
            for each, column in zip(architectures, table.T, strict=True)
        ],
    )


def _compared(candidates: Sequence[Trial], full: Trainings) -> list[Compared]:
    known = {each.architecture_id: [value for value in each.values if value is not None] for each in full.scores}
    return [
        Compared(
            architecture_id=trial.architecture_id,
            params=trial.static_metrics.get("params"),
            macs=trial.static_metrics.get("macs"),
            full=fmean(values) if (values := known[trial.architecture_id]) else None,
        )
        for trial in candidates
    ]


def _epoch(part: MeasuredPart, architectures: Sequence[str], truth: Floats, epoch: int) -> Epoch:
    rows = part.values_at(architectures, epoch)
    return Epoch(
        epoch=epoch,
        seconds=part.seconds_at(epoch),
        kendall=_mean_of([kendall(row, truth) for row in rows]),
        spearman=_mean_of([spearman(row, truth) for row in rows]),
    )


def _top_third(scores: Floats, truth: Floats) -> TopThird:
    """Of the architectures that both sides know; ties go by the order of the architectures."""
    claimed = means(scores)
    known = np.flatnonzero(np.isfinite(truth) & np.isfinite(claimed))
    size = -(-len(known) // 3)
    best, chosen = (known[np.argsort(-side[known], kind="stable")][:size] for side in (truth, claimed))
    inside, within = scores[:, best], truth[best]
    return TopThird(
        architectures=size,
        kendall=_interval(over_seeds(weighted_kendall, inside, within), inside, within),
        shared=len(set(best.tolist()) & set(chosen.tolist())),
    )


def _interval(statistic: Statistic, scores: Floats, truth: Floats) -> Interval:
    """The statistic with its interval; the interval of a few architectures would say nothing."""
    found = resampled(statistic, len(truth))
    return found if _complete(scores, truth) >= FEW else Interval(value=found.value)


def _complete(scores: Floats, truth: Floats) -> int:
    """The architectures that both sides know."""
    return int((np.isfinite(means(scores)) & np.isfinite(truth)).sum())


def _mean_of(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
