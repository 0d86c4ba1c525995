"""The version of the database schema: what this program expects, what a database has, and how it gets there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from api.database import open_engine, reading, writing
from api.errors import SchemaMismatch

_MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 7_302_115  # of PostgreSQL's advisory locks: any number, the same in every process


def upgrade_database(url: str) -> str:
    """The schema version after bringing the database of `url` up to date; nothing happens when it already is.

    Two processes may call it at once. Raises `SchemaMismatch` for a schema newer than this program.
    """
    engine = open_engine(url)
    try:
        with writing(engine) as connection:
            _upgrade(connection)
    finally:
        engine.dispose()
    return newest_version()


def check_schema(engine: Engine) -> None:
    """Raises `SchemaMismatch`, with what to do about it, unless the schema is the one of this program."""
    found, expected = stored_version(engine), newest_version()
    if found is None:
        raise SchemaMismatch(f"the database has no tables yet; run `nas db upgrade` to make schema {expected}")
    if found not in _known_versions():
        raise SchemaMismatch(_newer(found))
    if found != expected:
        raise SchemaMismatch(f"the database has schema {found}, this program needs {expected}; run `nas db upgrade`")


def stored_version(engine: Engine) -> str | None:
    """The version the database says it has; None while it has none."""
    with reading(engine) as connection:
        return _version_of(connection)


def newest_version() -> str:
    """The schema version of this program."""
    head = _scripts().get_current_head()
    if head is None:
        raise SchemaMismatch(f"no migrations found in {_MIGRATIONS}; the installation is incomplete")
    return head


def is_empty(engine: Engine) -> bool:
    """Whether the database holds no table at all."""
    with reading(engine) as connection:
        return not inspect(connection).get_table_names()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
    found = _version_of(connection)
    if found is not None and found not in _known_versions():
        raise SchemaMismatch(_newer(found))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newer(found: str) -> str:
    return (
        f"the database has schema {found}, this program knows up to {newest_version()}; "
        "install the newer version of this program (and run its `nas db upgrade`)"
    )


def _known_versions() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
