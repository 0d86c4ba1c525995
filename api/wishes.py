"""What people want of searches and trials, in SQL: recorded here, done by the controller that holds the lease."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from api.database import reading, writing
from api.quotas import discount_artifacts
from api.rows import artifact_record, search_record
from api.tables import artifacts, searches, trials
from nas.clock import Clock, utc
from nas.errors import NotFound
from nas.ports import Wanted
from nas.records import LEGAL_SEARCH, Artifact, Pause, Search, TrialStatus, TrialWish
from nas.wishes import REOPENED, check_deletable, check_more_trials, check_prunable, check_wish, reopened, wanted_of

_AT_ONCE = 500  # trials named in a statement
_OPEN = [status.value for status, following in LEGAL_SEARCH.items() if following]


class SqlWishes:
    """See `nas.ports.Wishes` for what each call owes."""

    _engine: Engine
    _clock: Clock

    def request_cancel(self, search_id: str) -> Search:
        """The search, marked to be cancelled unless it has ended."""
        return self._mark(search_id, cancel_requested=True)

    def request_pause(self, search_id: str, pause: Pause | None) -> Search:
        """The search, marked to pause or to go on unless it has ended."""
        return self._mark(search_id, pause_requested=None if pause is None else pause.value)

    def request_trials(self, search_id: str, trials: int) -> Search:
        """The search with a raised budget."""
        with writing(self._engine) as connection:
            search = _search(connection, search_id)
            check_more_trials(search, trials)
            return _reopen(connection, search, trial_budget=trials)

    def request_trial(self, search_id: str, number: int, wish: TrialWish) -> Search:
        """The search, one of whose trials is to be stopped or retried."""
        here = (trials.c.search_id == search_id) & (trials.c.number == number)
        with writing(self._engine) as connection:
            search = _search(connection, search_id)
            status = connection.execute(select(trials.c.status).where(here)).scalar_one_or_none()
            if status is None:
                raise NotFound(f"search {search_id} has no trial {number}")
            check_wish(number, TrialStatus(status), wish)
            connection.execute(update(trials).where(here).values(wish=wish.value))
            return _reopen(connection, search) if wish is TrialWish.RETRY else search

    def wanted(self, search_id: str) -> Wanted:
        """What the controller has yet to do."""
        wished = select(trials.c.number, trials.c.status, trials.c.wish).where(
            trials.c.search_id == search_id, trials.c.wish.is_not(None)
        )
        with reading(self._engine) as connection:
            search = _search(connection, search_id)
            rows = connection.execute(wished).all()
        return wanted_of(search, [(row.number, TrialStatus(row.status), TrialWish(row.wish)) for row in rows])

    def prune_trials(self, search_id: str, numbers: Sequence[int]) -> list[Artifact]:
        """Marks the trials and forgets their artifacts, which are returned."""
        gone: list[Artifact] = []
        with writing(self._engine) as connection:
            check_prunable(_search(connection, search_id))
            for start in range(0, len(numbers), _AT_ONCE):
                gone += _forget_artifacts(connection, search_id, numbers[start : start + _AT_ONCE], utc(self._clock()))
            discount_artifacts(connection, search_id, sum(artifact.size_bytes for artifact in gone))
        return gone

    def delete_search(self, search_id: str) -> None:
        """Removes an ended search; what belongs to it goes with it."""
        with writing(self._engine) as connection:
            check_deletable(_search(connection, search_id))
            discount_artifacts(connection, search_id)
            connection.execute(delete(searches).where(searches.c.id == search_id))

    def _mark(self, search_id: str, **wish: object) -> Search:
        with writing(self._engine) as connection:
            still_open = (searches.c.id == search_id) & searches.c.status.in_(_OPEN)
            connection.execute(update(searches).where(still_open).values(wish))
            return _search(connection, search_id)


def _search(connection: Connection, search_id: str) -> Search:
    statement = select(searches).where(searches.c.id == search_id)
    if connection.get_execution_options().get("writes"):
        statement = statement.with_for_update()  # until the wish is written, the search does not end
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"no search has the id {search_id!r}")
    return search_record(row)


def _forget_artifacts(connection: Connection, search_id: str, numbers: Sequence[int], at: datetime) -> list[Artifact]:
    """The artifacts of these trials, which are marked as pruned."""
    theirs = (artifacts.c.search_id == search_id) & artifacts.c.number.in_(numbers)
    found = connection.execute(select(artifacts).where(theirs)).all()
    connection.execute(delete(artifacts).where(theirs))
    marked = (trials.c.search_id == search_id) & trials.c.number.in_(numbers)
    connection.execute(update(trials).where(marked).values(pruned_at=at))
    return [artifact_record(row) for row in found]


def _reopen(connection: Connection, search: Search, **changes: object) -> Search:
    """The search with these changes, queued again if it had ended."""
    ended = reopened(search) != search
    values = {**(REOPENED if ended else {}), **changes}
    if values:
        connection.execute(update(searches).where(searches.c.id == search.id).values(values))
    return _search(connection, search.id)
