"""Files of trials that rules name, removed: checkpoints, models, pictures. Records and logs stay."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from api.database import reading
from api.storage import SqlStorage
from api.tables import artifacts, trials
from nas.artifacts import ArtifactStore
from nas.clock import utc
from nas.errors import IllegalTransition, InvalidQuery, NotFound
from nas.folders import LOG, trial_folder
from nas.leaderboard import MAX_LIMIT, parse_query
from nas.pruning import EndedTrial, PruneRules, References, has_ended, prunable, references
from nas.records import Search, TrialStatus

PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ToPrune:
    """What would go of one search."""

    search: Search
    numbers: tuple[int, ...]
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruning:
    """What would go, search by search; searches of which nothing may go, with the reason; caches of pictures."""

    rows: tuple[ToPrune, ...]
    spared: tuple[tuple[str, str], ...] = ()
    caches: tuple[Path, ...] = ()

    @property
    def cache_bytes(self) -> int:
        """Of the caches."""
        return sum(file.stat().st_size for file in self.caches)

    @property
    def size_bytes(self) -> int:
        """All that would be free."""
        return sum(row.size_bytes for row in self.rows) + self.cache_bytes


def plan_pruning(
    storage: SqlStorage,
    home: Path,
    rules: PruneRules | None,
    *,
    store: ArtifactStore | None = None,
    search: str | None = None,
    caches_unused: timedelta | None = None,
) -> Pruning:
    """What the rules name now. Nothing is removed; without rules nothing of trials goes.

    Raises `NotFound` and `IllegalTransition` for a `search` that is not there, or goes on.
    """
    now = utc(storage.clock())
    rows: list[ToPrune] = []
    spared: list[tuple[str, str]] = []
    known = list(_searches(storage))
    referred = references(known)
    for each in _chosen(storage, known, search) if rules is not None else ():
        assert rules is not None
        reason = _reason_to_spare(each, referred)
        if reason is not None:
            spared.append((each.name, reason))
            continue
        chosen = _named(storage, each, rules, referred, now)
        row = _row(storage, home, store, each, chosen)
        rows += [row] if row.size_bytes else []
    caches = () if caches_unused is None else tuple(_caches(home, now - caches_unused))
    return Pruning(rows=tuple(rows), spared=tuple(spared), caches=caches)


def carry_out(
    storage: SqlStorage, home: Path, pruning: Pruning, store: ArtifactStore | None = None
) -> Iterator[ToPrune]:
    """Removes what was planned, and tells each search when it is done.

    Records go first: a process that is killed on the way leaves files that the same rules find again, never records of
    files that are gone. A search that goes on by now is left alone.
    """
    for row in pruning.rows:
        try:
            gone = storage.prune_trials(row.search.id, row.numbers)
        except (IllegalTransition, NotFound):
            continue
        for number in row.numbers:
            for file in _files(trial_folder(home, row.search.id, number)):
                file.unlink(missing_ok=True)
        for artifact in gone:
            if store is not None and store.holds(artifact.uri):
                store.remove(artifact.uri)
        yield row
    for cache in pruning.caches:
        cache.unlink(missing_ok=True)


def best_of(storage: SqlStorage, search: Search, count: int) -> set[int]:
    """The numbers of the best completed candidates by the first objective of the search."""
    found: set[int] = set()
    cursor: str | None = None
    while len(found) < count:
        limit = min(count - len(found), MAX_LIMIT)
        try:
            page = storage.leaderboard(search.id, parse_query(search=search, limit=limit, cursor=cursor))
        except (NotFound, InvalidQuery):  # nothing has the metric, or the document names none
            return found
        found |= {trial.number for trial in page.trials}
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _named(
    storage: SqlStorage, search: Search, rules: PruneRules, referred: References, now: datetime
) -> tuple[int, ...]:
    """The numbers of the trials that the rules name."""
    best = set() if rules.keep_best is None else best_of(storage, search, rules.keep_best)
    kept = {number for search_id, number in referred.trials if search_id == search.id}
    return prunable(_ended(storage, search.id), rules, best=best, kept=kept, now=now)


def _row(
    storage: SqlStorage, home: Path, store: ArtifactStore | None, search: Search, numbers: Sequence[int]
) -> ToPrune:
    """What the trials have in their folders and in the store."""
    stored = Counter[int]() if store is None else _stored(storage, search.id, store)
    sizes = {number: _size(trial_folder(home, search.id, number)) + stored[number] for number in numbers}
    going = tuple(number for number, size in sizes.items() if size)
    return ToPrune(search=search, numbers=going, size_bytes=sum(sizes.values()))


def _stored(storage: SqlStorage, search_id: str, store: ArtifactStore) -> Counter[int]:
    """Bytes in the store by the number of the trial."""
    columns = (artifacts.c.number, artifacts.c.uri, artifacts.c.size_bytes)
    found = Counter[int]()
    with reading(storage.engine) as connection:
        for row in connection.execute(select(*columns).where(artifacts.c.search_id == search_id)):
            found[row.number] += row.size_bytes if store.holds(row.uri) else 0
    return found


def _ended(storage: SqlStorage, search_id: str) -> list[EndedTrial]:
    columns = (trials.c.number, trials.c.status, trials.c.finished_at, trials.c.beside)
    statement = select(*columns).where(trials.c.search_id == search_id).order_by(trials.c.number)
    with reading(storage.engine) as connection:
        rows = connection.execute(statement).all()
    return [
        EndedTrial(number=row.number, status=TrialStatus(row.status), finished_at=row.finished_at, beside=row.beside)
        for row in rows
    ]


def _chosen(storage: SqlStorage, known: Sequence[Search], name: str | None) -> Sequence[Search]:
    if name is None:
        return known
    found = storage.search(name)
    if not has_ended(found):
        raise IllegalTransition(f"search {found.name} ({found.id}) is {found.status}; only ended searches are pruned")
    return [found]


def _reason_to_spare(search: Search, referred: References) -> str | None:
    if not has_ended(search):
        return f"is {search.status}"
    referrer = referred.searches.get(search.id)
    return None if referrer is None else f"search {referrer} begins with it"


def _searches(storage: SqlStorage) -> Iterator[Search]:
    cursor: str | None = None
    while True:
        page = storage.searches(limit=PAGE, cursor=cursor)
        yield from page.searches
        cursor = page.next_cursor
        if cursor is None:
            return


def _files(folder: Path) -> list[Path]:
    """All files of a trial but its log."""
    return [file for file in folder.rglob("*") if file.is_file() and file != folder / LOG]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in _files(folder))


def _caches(home: Path, before: datetime) -> Iterator[Path]:
    """Caches of pictures that no training has opened since then, of sizes that nobody uses any more, and copies of
    artifacts that nobody has asked for."""
    cache = home / "cache"
    for file in sorted([*cache.glob("*.pixels"), *cache.glob("artifacts/*")]):
        if utc(file.stat().st_mtime) <= before:
            yield file
