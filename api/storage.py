"""The SQL storage: SQLite in one file, or PostgreSQL by URL. Implements `nas.ports.Storage`."""

from contextlib import ExitStack

from sqlalchemy import Engine, text

from api.database import open_engine, reading
from api.ledger import SqlLedger
from api.queries import SqlRecords
from api.schema import check_schema, is_empty, upgrade_database
from api.wishes import SqlWishes
from nas.clock import Clock, system_clock


class SqlStorage(SqlLedger, SqlWishes, SqlRecords):
    """Both sides of the storage over one engine; safe to share between threads, not across a fork."""

    def __init__(self, engine: Engine, *, clock: Clock = system_clock) -> None:
        SqlLedger.__init__(self, engine, clock)
        SqlRecords.__init__(self, engine, clock)

    @property
    def engine(self) -> Engine:
        """What the storage runs on."""
        return self._engine

    @property
    def clock(self) -> Clock:
        """What tells the storage the time."""
        return self._clock

    def check_ready(self) -> None:
        """Raises `SchemaMismatch`, or what the database driver raises, unless the next call can be served."""
        with reading(self._engine) as connection:
            connection.execute(text("SELECT 1"))
        check_schema(self._engine)

    def close(self) -> None:
        """Gives all connections back."""
        self._engine.dispose()


def open_storage(url: str, *, clock: Clock = system_clock) -> SqlStorage:
    """The storage behind the URL, its schema checked. A fresh SQLite file gets its tables here.

    Raises `SchemaMismatch` for a database of an older or newer schema; nothing in it is changed then.
    """
    engine = open_engine(url)
    if engine.dialect.name == "sqlite" and is_empty(engine):
        upgrade_database(url)
    with ExitStack() as refused:
        refused.callback(engine.dispose)
        check_schema(engine)
        refused.pop_all()
    return SqlStorage(engine, clock=clock)
