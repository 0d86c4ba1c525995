"""The tables. One search owns its rows; numbers, fidelities and sequences count within it.

`trial_metrics` holds the newest value of each metric of each trial beside the trial's status, so that a sorted page of
the leaderboard is one walk along an index. Everything people read as a whole (documents, architectures, genotypes) is
JSON text: nothing queries inside it, but for which searches are retrainings, of which there are few.
"""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class UtcDateTime(TypeDecorator[datetime]):
    """Stores aware datetimes and gives them back in UTC, also on SQLite, which knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value in UTC. A naive datetime is a programming error and raises ValueError."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"datetimes must carry a time zone, got {value!r}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored value, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Free text. What messages and requests may hold and a database does not, is replaced: NUL characters
    (PostgreSQL), and halves of surrogate pairs, as in the names of files that are not UTF-8."""

    impl: type[String] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as every database holds it."""
        return None if value is None else UNSTORABLE.sub("\ufffd", value)


class Word(Words):
    """A short text that people may ask for."""

    impl = String
    cache_ok = True


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of_trial() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["search_id", "number"], ["trials.search_id", "trials.number"], ondelete="CASCADE")


def _search_id(**options: Any) -> "Column[str]":
    return Column("search_id", String(16), ForeignKey("searches.id", ondelete="CASCADE"), nullable=False, **options)


searches = Table(
    "searches",
    metadata,
    Column("id", Word(16), primary_key=True),
    Column("name", Word(100), nullable=False),
    Column("document", JSON, nullable=False),
    Column("document_digest", String(64), nullable=False),
    Column("idempotency_key", String(200), unique=True),  # SHA-256 of project and key
    Column("project", Word(64), nullable=False, server_default="default"),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("status", String(16), nullable=False),
    Column("reason", Words),
    Column("cancel_requested", Boolean, nullable=False),
    Column("pause_requested", String(16)),
    Column("trial_budget", Integer),  # the budget, where it was raised
    Column("traceparent", String(55)),  # of the request that submitted it, where requests are traced
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Index(None, "name", "id"),
    Index(None, "status", "id"),
    Index(None, "project", "id"),
    Index(None, "project", "status", "created_at"),  # counted from it alone: documents make rows long
)

leases = Table(
    "leases",
    metadata,
    _search_id(primary_key=True),
    Column("owner", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", Float, nullable=False),
)

trials = Table(
    "trials",
    metadata,
    _search_id(primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("genotype", JSON, nullable=False),
    Column("architecture", JSON, nullable=False),
    Column("architecture_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("static_metrics", JSON, nullable=False),
    Column("redraws", JSON, nullable=False),
    Column("seen", JSON(none_as_null=True)),
    Column("beside", Integer),  # of a companion: the number of its candidate, which control, which seed
    Column("control", Word(64)),
    Column("repeat", Integer),
    Column("promotions", JSON(none_as_null=True)),
    Column("failure_kind", String(32)),
    Column("failure_message", Words),
    Column("broken", Words),
    Column("wish", String(16)),  # what people want of it
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("handed_out_at", UtcDateTime),  # to a worker, the last time
    Column("finished_at", UtcDateTime),
    Column("pruned_at", UtcDateTime),  # when its files were removed
    Index(None, "search_id", "status", "number"),
    Index(None, "search_id", "beside", "number"),
)
_WISHED = trials.c.wish.is_not(None)
Index("ix_trials_wishes", trials.c.search_id, trials.c.number, sqlite_where=_WISHED, postgresql_where=_WISHED)

measurements = Table(
    "measurements",
    metadata,
    Column("search_id", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("fidelity", Integer, primary_key=True),
    Column("metrics", JSON, nullable=False),
    Column("elapsed_s", Float, nullable=False),
    Column("measured_at", UtcDateTime),  # when it was recorded
    _of_trial(),
    sqlite_with_rowid=False,
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("search_id", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("fidelity", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("uri", Words, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["search_id", "number", "fidelity"],
        ["measurements.search_id", "measurements.number", "measurements.fidelity"],
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
)

trial_metrics = Table(
    "trial_metrics",
    metadata,
    Column("search_id", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("metric", Words, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("value", Float, nullable=False),
    Column("fidelity", Integer, nullable=False),  # of the measurement it came from; -1: static
    _of_trial(),
    sqlite_with_rowid=False,
)
# Ties are broken by ascending number in either direction, hence one index for each.
Index(
    "ix_trial_metrics_ascending",
    *(trial_metrics.c[name] for name in ("search_id", "metric", "status", "value", "number")),
)
Index(
    "ix_trial_metrics_descending",
    *(trial_metrics.c[name] for name in ("search_id", "metric", "status")),
    trial_metrics.c.value.desc(),
    trial_metrics.c.number,
)

redraws = Table(
    "redraws",
    metadata,
    _search_id(primary_key=True),
    Column("reason", Words, primary_key=True),
    Column("draws", Integer, nullable=False),
)

infeasible = Table(
    "infeasible",
    metadata,
    _search_id(primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("draw", Integer, primary_key=True),
    Column("genotype", JSON, nullable=False),
    Column("architecture_id", String(64), nullable=False),
    Column("reason", Words, nullable=False),
    Column("metrics", JSON, nullable=False),
)

events = Table(
    "events",
    metadata,
    _search_id(primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Words, nullable=False),
    Column("trial", Integer),
)

projects = Table(
    "projects",
    metadata,
    Column("name", Word(64), primary_key=True),
    Column("weight", Float, nullable=False),  # its part of the cluster, beside other projects
    Column("max_searches", Integer),  # the quotas; NULL: no limit
    Column("max_concurrent", Integer),
    Column("gpu_hours", Float),
    Column("artifact_bytes", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("project", Word(64), primary_key=True),
    Column("trials", Integer, nullable=False),  # ended ones
    Column("trial_s", Float, nullable=False),
    Column("gpu_s", Float, nullable=False),
    Column("artifact_bytes", BigInteger, nullable=False),
)

durations = Table(
    "durations",
    metadata,
    Column("what", String(16), primary_key=True),  # trial, search, wait
    Column("project", Word(64), primary_key=True),
    Column("outcome", String(16), primary_key=True),  # the status it ended in; empty: of a wait
    Column("failure", String(32), primary_key=True),  # of a failed trial, its kind; else empty
    Column("up_to_s", Integer, primary_key=True),  # took at most this long, and longer than the bound before; 0: longer
    Column("times", BigInteger, nullable=False),
    Column("total_s", Float, nullable=False),
    sqlite_with_rowid=False,
)

# What lets people in: tokens of programs, sessions of browsers, one-time codes that become a session.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Word(16), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Word(100), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of the text, which is stored nowhere
    Column("role", String(16), nullable=False),
    Column("project", Word(64), ForeignKey("projects.name")),  # NULL: all projects
    Column("source", Word(16), ForeignKey("tokens.id")),  # the token that a session or a code stands for
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

data_sets = Table(
    "data_sets",
    metadata,
    Column("name", Word(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("report", JSON(none_as_null=True)),  # of the last check
    Column("wish", String(16)),  # which check somebody wants
    Column("done", Integer),  # how far one that runs is, in pictures
    Column("total", Integer),
    Column("created_at", UtcDateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),  # SQLite counts only INTEGER
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Word(100), nullable=False),
    Column("token_id", Word(16)),
    Column("project", Word(64)),
    Column("action", String(64), nullable=False),
    Column("object", Words, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "project", "id"),
)
