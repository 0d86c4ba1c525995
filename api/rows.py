"""Rows of the tables to the core's records and back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from sqlalchemy import Row

from nas.errors import StorageError
from nas.records import (
    Artifact,
    Companion,
    Event,
    Failure,
    FailureKind,
    Infeasible,
    Measurement,
    Pause,
    Promotion,
    Search,
    SearchStatus,
    Trial,
    TrialStatus,
)

NOBODY = ""  # owns a lease that was released or never taken
STATIC = -1  # the fidelity of metrics known before training

Values = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]


def search_record(row: AnyRow) -> Search:
    """The search of a row of `searches`."""
    return Search(
        id=row.id,
        name=row.name,
        document=row.document,
        project=row.project,
        priority=row.priority,
        status=SearchStatus(row.status),
        reason=row.reason,
        cancel_requested=row.cancel_requested,
        pause_requested=None if row.pause_requested is None else Pause(row.pause_requested),
        trial_budget=row.trial_budget,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def trial_record(row: AnyRow, measurements: Sequence[Measurement] = ()) -> Trial:
    """The trial of a row of `trials`, with these measurements."""
    failure = None
    if row.failure_kind is not None:
        failure = Failure(kind=FailureKind(row.failure_kind), message=row.failure_message)
    return Trial(
        search_id=row.search_id,
        number=row.number,
        genotype=tuple(row.genotype),
        architecture=row.architecture,
        architecture_id=row.architecture_id,
        status=TrialStatus(row.status),
        attempt=row.attempt,
        seed=row.seed,
        static_metrics=row.static_metrics,
        redraws=row.redraws,
        seen=None if row.seen is None else tuple(row.seen),
        companion=_companion(row),
        promotions=tuple(_promotion(promotion) for promotion in row.promotions or ()),
        measurements=tuple(measurements),
        failure=failure,
        broken=row.broken,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        pruned_at=row.pruned_at,
    )


def _promotion(stored: Mapping[str, Any]) -> Promotion:
    return Promotion(**{**stored, "after": TrialStatus(stored.get("after", TrialStatus.STOPPED))})


def _companion(row: AnyRow) -> Companion | None:
    if row.beside is None:
        return None
    return Companion(candidate=row.beside, control=row.control, repeat=row.repeat)


def measurement_records(rows: Iterable[AnyRow], artifacts: Iterable[AnyRow]) -> dict[int, list[Measurement]]:
    """The measurements of each trial by its number, in the order of the rows, joined with their artifacts."""
    produced: dict[tuple[int, int], list[Artifact]] = defaultdict(list)
    for row in artifacts:
        produced[row.number, row.fidelity].append(artifact_record(row))
    curves: dict[int, list[Measurement]] = defaultdict(list)
    for row in rows:
        curves[row.number].append(
            Measurement(
                fidelity=row.fidelity,
                metrics=row.metrics,
                elapsed_s=row.elapsed_s,
                artifacts=tuple(produced.get((row.number, row.fidelity), ())),
            )
        )
    return curves


def artifact_record(row: AnyRow) -> Artifact:
    """The artifact of a row of `artifacts`."""
    return Artifact(name=row.name, uri=row.uri, sha256=row.sha256, size_bytes=row.size_bytes)


def infeasible_record(row: AnyRow) -> Infeasible:
    """The candidate of a row of `infeasible`."""
    return Infeasible(
        number=row.number,
        draw=row.draw,
        genotype=tuple(row.genotype),
        architecture_id=row.architecture_id,
        reason=row.reason,
        metrics=row.metrics,
    )


def event_record(row: AnyRow) -> Event:
    """The event of a row of `events`."""
    return Event(
        search_id=row.search_id,
        sequence=row.sequence,
        at=row.at,
        kind=row.kind,
        message=row.message,
        trial=row.trial,
    )


def trial_values(trial: Trial) -> Values:
    """The row of `trials` for a proposed trial; whose search, when and in which status is the ledger's to add."""
    return {
        "number": trial.number,
        "genotype": list(trial.genotype),
        "architecture": trial.architecture,
        "architecture_id": trial.architecture_id,
        "attempt": trial.attempt,
        "seed": trial.seed,
        "static_metrics": checked(trial.static_metrics),
        "redraws": trial.redraws,
        "seen": None if trial.seen is None else list(trial.seen),
        "beside": None if trial.companion is None else trial.companion.candidate,
        "control": None if trial.companion is None else trial.companion.control,
        "repeat": None if trial.companion is None else trial.companion.repeat,
        "promotions": [asdict(promotion) for promotion in trial.promotions] or None,
    }


def infeasible_values(search_id: str, candidate: Infeasible) -> Values:
    """The row of `infeasible` for a candidate."""
    return {
        "search_id": search_id,
        "number": candidate.number,
        "draw": candidate.draw,
        "genotype": list(candidate.genotype),
        "architecture_id": candidate.architecture_id,
        "reason": candidate.reason,
        "metrics": checked(candidate.metrics),
    }


def artifact_values(key: Values, artifact: Artifact) -> Values:
    """The row of `artifacts`; `key` holds search_id, number and fidelity."""
    return {
        **key,
        "name": artifact.name,
        "uri": artifact.uri,
        "sha256": artifact.sha256,
        "size_bytes": artifact.size_bytes,
    }


def metric_values(
    metrics: Mapping[str, float], *, search_id: str, number: int, status: str, fidelity: int
) -> list[Values]:
    """The rows of `trial_metrics` for the metrics of one measurement, or the static ones."""
    return [
        {
            "search_id": search_id,
            "number": number,
            "metric": metric,
            "status": status,
            "value": value,
            "fidelity": fidelity,
        }
        for metric, value in metrics.items()
    ]


def checked(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics, all of them finite. Raises `StorageError` otherwise: a NaN has no place in an order, and whoever
    measured one has to report the trial as diverged."""
    for metric, value in metrics.items():
        if not isfinite(value):
            raise StorageError(f"metric {metric} must be finite, got {value}")
    return dict(metrics)
