"""The Pareto front of a stored search."""

from api.schemas import ParetoFront, trial_row
from api.storage import SqlStorage
from nas.document import stored_document
from nas.pareto import pareto_front
from nas.records import Search, Trial, TrialStatus


def front_of(storage: SqlStorage, search: Search, limit: int) -> ParetoFront:
    """The first `limit` trials of the Pareto front over the document's objectives, within its constraints.

    Only the metrics that matter are read for all trials, and whole rows for the front.
    """
    document = stored_document(search)
    objectives = [objective.metric for objective in document.objectives]
    judged = [*objectives, *(constraint.metric for constraint in document.constraints)]
    points = storage.completed_metrics(search.id, judged)
    bare = (_bare(search.id, number, metrics) for number, metrics in points.items())
    front = [trial.number for trial in pareto_front(bare, document.objectives, document.constraints)]
    repeats = storage.repeats(search.id, front[:limit], objectives)
    items = [trial_row(trial, repeats) for trial in storage.rows(search.id, front[:limit])]
    return ParetoFront(objectives=objectives, size=len(front), items=items)


def _bare(search_id: str, number: int, metrics: dict[str, float]) -> Trial:
    """A completed trial of which only the metrics are known."""
    return Trial(
        search_id=search_id,
        number=number,
        genotype=(),
        architecture={},
        architecture_id="",
        status=TrialStatus.COMPLETED,
        static_metrics=metrics,
    )
