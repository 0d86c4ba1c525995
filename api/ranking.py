"""The objectives of a stored search: what its leaderboard is sorted by, and its Pareto front."""

from collections.abc import Iterator
from dataclasses import replace

from api.schemas import ParetoFront, trial_view
from nas.document import SearchDocument
from nas.leaderboard import MAX_LIMIT
from nas.pareto import pareto_front
from nas.ports import Query, Records
from nas.records import Search, Trial


def default_sort(search: Search) -> str:
    """The sort of the first objective, best first."""
    first = _document(search).objectives[0]
    return f"-{first.metric}" if first.goal == "maximize" else first.metric


def front_of(records: Records, search: Search) -> ParetoFront:
    """The Pareto front over the objectives and constraints of the search's document."""
    document = _document(search)
    first = document.objectives[0].metric
    trials = pareto_front(_completed(records, search.id, first), document.objectives, document.constraints)
    return ParetoFront(
        objectives=[objective.metric for objective in document.objectives],
        items=[trial_view(trial) for trial in trials],
    )


def _completed(records: Records, search_id: str, metric: str) -> Iterator[Trial]:
    """Every completed trial that has the metric, page by page, without its curve."""
    query = Query(sort=metric, limit=MAX_LIMIT)
    while True:
        page = records.leaderboard(search_id, query)
        yield from page.trials
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


def _document(search: Search) -> SearchDocument:
    return SearchDocument.model_validate(search.document)
