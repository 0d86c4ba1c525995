"""What candidates reached over their repeats, in SQL: one look-up by index per candidate, one by key per repeat."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, select

from api.rows import STATIC
from api.tables import trial_metrics, trials
from nas.estimates import Estimates, estimated
from nas.records import TrialStatus


def repeats_of(connection: Connection, search_id: str, numbers: Sequence[int], metrics: Sequence[str]) -> Estimates:
    """The estimates of these candidates in these measured metrics; see `nas.estimates.repeated`."""
    if not numbers or not metrics:
        return {}
    values: dict[str, dict[int, list[float]]] = {metric: defaultdict(list) for metric in metrics}
    for candidate, status, *measured in connection.execute(repeats(search_id, numbers, metrics)):
        for metric, value in zip(metrics, measured, strict=True):
            if status == TrialStatus.COMPLETED and value is not None:
                values[metric][candidate].append(value)
    return estimated(values, numbers)


def repeats(search_id: str, numbers: Sequence[int], metrics: Sequence[str]) -> Select[Any]:
    """The statement whose rows are the repeats of these candidates: candidate, status, and a value per metric."""
    # Asked for the status or for metrics by a join, a planner may read all trials of the search instead.
    return (
        select(trials.c.beside, trials.c.status, *(_newest(metric) for metric in metrics))
        .where(trials.c.search_id == search_id, trials.c.beside.in_(numbers), trials.c.control.is_(None))
        .order_by(trials.c.beside, trials.c.repeat)
    )


def _newest(metric: str) -> ScalarSelect[float]:
    """The newest value of a measured metric of the trial at hand."""
    return (
        select(trial_metrics.c.value)
        .where(
            trial_metrics.c.search_id == trials.c.search_id,
            trial_metrics.c.number == trials.c.number,
            trial_metrics.c.metric == metric,
            trial_metrics.c.fidelity > STATIC,
        )
        .scalar_subquery()
    )
