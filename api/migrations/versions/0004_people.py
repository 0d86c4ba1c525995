"""Projects, what lets people in, and who did what; searches belong to a project and have a priority."""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables; the searches there are belong to the project `default`."""
    _projects()
    _tokens()
    _audit()
    op.add_column("searches", sa.Column("project", sa.String(64), nullable=False, server_default="default"))
    op.add_column("searches", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_searches_project_id", "searches", ["project", "id"])
    _keys_within_projects()


def _projects() -> None:
    projects = op.create_table(
        "projects",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("max_searches", sa.Integer(), nullable=True),
        sa.Column("max_concurrent", sa.Integer(), nullable=True),
        sa.Column("gpu_hours", sa.Float(), nullable=True),
        sa.Column("artifact_bytes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_projects"),
    )
    op.bulk_insert(projects, [{"name": "default", "weight": 1.0, "created_at": datetime.now(UTC)}])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("project", sa.String(64), nullable=True),
        sa.Column("source", sa.String(16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.name"], name="fk_tokens_project"),
        sa.ForeignKeyConstraint(["source"], ["tokens.id"], name="fk_tokens_source"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("token_id", sa.String(16), nullable=True),
        sa.Column("project", sa.String(64), nullable=True),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_project_id", "audit", ["project", "id"])


def _keys_within_projects() -> None:
    """Idempotency keys are unique within a project from now on: their digest with the project's name is stored."""
    searches = sa.table("searches", sa.column("id", sa.String), sa.column("idempotency_key", sa.String))
    connection = op.get_bind()
    keyed = sa.select(searches.c.id, searches.c.idempotency_key).where(searches.c.idempotency_key.is_not(None))
    for search_id, key in connection.execute(keyed).all():
        digest = hashlib.sha256(json.dumps(["default", key], sort_keys=True).encode()).hexdigest()
        connection.execute(sa.update(searches).where(searches.c.id == search_id).values(idempotency_key=digest))
