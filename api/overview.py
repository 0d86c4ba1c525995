"""How far searches are and what they have found, as a list shows it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from api.database import reading
from api.pages import positions
from api.plots.memo import Memo
from api.plots.sampling import first_goal, measured_bounds
from api.pulse import trials_by_status
from api.schemas import BestView, SearchRow, budget_of, search_view
from api.storage import SqlStorage
from nas.errors import InvalidQuery
from nas.ports import Query
from nas.records import LEGAL_SEARCH, Search


def rows_of(storage: SqlStorage, memo: Memo, searches: Sequence[Search]) -> list[SearchRow]:
    """Each search with its counts and its best trial. What a search that has ended says is read once."""
    with reading(storage.engine) as connection:
        return [_row(connection, memo, search) for search in searches]


def best_of(connection: Connection, search: Search) -> BestView | None:
    """The best feasible completed trial by the first objective; None before there is one."""
    try:
        goal = first_goal(search)
    except InvalidQuery:
        return None
    query = Query(sort=goal.metric, descending=goal.larger, where=measured_bounds(search), limit=1)
    for position in positions(connection, search.id, query):
        return BestView(metric=goal.metric, goal=goal.word, value=position.value, number=position.number)
    return None


def _row(connection: Connection, memo: Memo, search: Search) -> SearchRow:
    def make() -> bytes:
        row = SearchRow(
            **search_view(search).model_dump(),
            trials=trials_by_status(connection, search.id),
            budget=budget_of(search),
            best=best_of(connection, search),
        )
        return row.model_dump_json().encode()

    if LEGAL_SEARCH[search.status]:
        return SearchRow.model_validate_json(make())
    return SearchRow.model_validate_json(memo.answer(("row", search.id), stamp=search.status, make=make))
