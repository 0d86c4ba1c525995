"""Leaderboard pages of a running service at several sizes, on both databases, beside what others show a page with."""

from sqlalchemy import Connection, Table, insert, literal, select

from api.database import writing
from api.storage import SqlStorage, open_storage
from api.tables import measurements, trial_metrics, trials
from benchmarks.leaderboard import Timing, fill, serving, time_pages
from benchmarks.rows import Row
from benchmarks.service.databases import fresh
from benchmarks.service.rivals import RivalAt

GOAL_MS = 30.0
GOAL_GROWTH = 1.5
DRAWN = 10_000  # trials that are drawn; larger searches repeat them, which the database does by itself
RIVALS = {"mlflow-page": (1_000, 100_000), "optuna-dashboard-page": (1_000, 10_000)}


def run(*, databases: tuple[str, ...], sizes: tuple[int, ...], requests: int, rival: RivalAt) -> list[Row]:
    """A row per database, size and kind of page; how they grow with the size; a row per rival and size."""
    rows: list[Row] = []
    for database in databases:
        with fresh(database) as url:
            timings = measure(url, sizes, requests)
        rows += [_row(database, timing) for timing in timings]
        rows += _growth(database, timings)
    biggest = max(sizes)
    return rows + [rival.row(name, size) for name, each in RIVALS.items() for size in each if size <= biggest]


def measure(url: str, sizes: tuple[int, ...], requests: int) -> list[Timing]:
    """Timings of every size, all searches in one database."""
    storage = open_storage(url)
    searches = {size: fill_quickly(storage, size) for size in sizes}
    storage.close()
    with serving(url) as client:
        return [timing for size in sizes for timing in time_pages(client, searches[size], size, requests, 0.0)]


def fill_quickly(storage: SqlStorage, size: int, *, drawn: int = DRAWN) -> str:
    """The id of a new search with so many completed trials; those beyond the drawn ones are copies of them."""
    search_id = fill(storage, min(size, drawn))
    for start in range(drawn, size, drawn):
        with writing(storage.engine) as connection:
            for table in (trials, measurements, trial_metrics):
                _copy(connection, table, search_id, start=start, most=min(drawn, size - start))
    _analyze(storage)
    return search_id


def _copy(connection: Connection, table: Table, search_id: str, *, start: int, most: int) -> None:
    columns = [column + literal(start) if column.name == "number" else column for column in table.c]
    drawn = select(*columns).where(table.c.search_id == search_id, table.c.number < most)
    connection.execute(insert(table).from_select([column.name for column in table.c], drawn))


def _analyze(storage: SqlStorage) -> None:
    """What PostgreSQL does by itself within a minute; SQLite is left as it is, since nobody does it there."""
    if storage.engine.dialect.name == "postgresql":
        with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _row(database: str, timing: Timing) -> Row:
    return Row(
        name=f"leaderboard page, {database}, {timing.trials:,} trials, {timing.kind}",
        ours=f"p50 {timing.p50_ms:.1f} ms, p99 {timing.p99_ms:.1f} ms",
        goal=f"p99 under {GOAL_MS:.0f} ms",
        met=timing.p99_ms < GOAL_MS,
    )


def _growth(database: str, timings: list[Timing]) -> list[Row]:
    """Of every kind of page, its p99 in the largest search over that in the smallest."""
    smallest, largest = (pick(timing.trials for timing in timings) for pick in (min, max))
    if smallest == largest:
        return []
    p99 = {(timing.trials, timing.kind): timing.p99_ms for timing in timings}
    grown = {kind: p99[largest, kind] / p99[smallest, kind] for size, kind in p99 if size == largest}
    worst = max(grown, key=lambda kind: grown[kind])
    return [
        Row(
            name=f"leaderboard page, {database}, p99 from {smallest:,} to {largest:,} trials",
            ours=f"at most {grown[worst]:.2f}x",
            goal=f"at most {GOAL_GROWTH}x",
            met=grown[worst] <= GOAL_GROWTH,
            note=f"the worst: {worst}",
        )
    ]
