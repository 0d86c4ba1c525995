"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes every table."""
    _searches()
    _events()
    _infeasible()
    _leases()
    _redraws()
    _trials()
    _measurements()
    _trial_metrics()
    _artifacts()


def _searches() -> None:
    op.create_table(
        "searches",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
        sa.UniqueConstraint("idempotency_key", name="uq_searches_idempotency_key"),
    )
    op.create_index("ix_searches_name_id", "searches", ["name", "id"])
    op.create_index("ix_searches_status_id", "searches", ["status", "id"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("trial", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name="fk_events_search_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", "sequence", name="pk_events"),
    )


def _infeasible() -> None:
    op.create_table(
        "infeasible",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("genotype", sa.JSON(), nullable=False),
        sa.Column("architecture_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name="fk_infeasible_search_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", "number", "draw", name="pk_infeasible"),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name="fk_leases_search_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", name="pk_leases"),
    )


def _redraws() -> None:
    op.create_table(
        "redraws",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name="fk_redraws_search_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", "reason", name="pk_redraws"),
    )


def _trials() -> None:
    op.create_table(
        "trials",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("genotype", sa.JSON(), nullable=False),
        sa.Column("architecture", sa.JSON(), nullable=False),
        sa.Column("architecture_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("static_metrics", sa.JSON(), nullable=False),
        sa.Column("redraws", sa.JSON(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("failure_kind", sa.String(length=32), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name="fk_trials_search_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", "number", name="pk_trials"),
    )
    op.create_index("ix_trials_search_id_status_number", "trials", ["search_id", "status", "number"])


def _measurements() -> None:
    op.create_table(
        "measurements",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fidelity", sa.Integer(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("elapsed_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id", "number"],
            ["trials.search_id", "trials.number"],
            name="fk_measurements_search_id_number",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("search_id", "number", "fidelity", name="pk_measurements"),
        sqlite_with_rowid=False,
    )


def _trial_metrics() -> None:
    op.create_table(
        "trial_metrics",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("fidelity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id", "number"],
            ["trials.search_id", "trials.number"],
            name="fk_trial_metrics_search_id_number",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("search_id", "number", "metric", name="pk_trial_metrics"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trial_metrics_ascending", "trial_metrics", ["search_id", "metric", "status", "value", "number"])
    op.create_index(
        "ix_trial_metrics_descending",
        "trial_metrics",
        ["search_id", "metric", "status", sa.text("value DESC"), "number"],
    )


def _artifacts() -> None:
    op.create_table(
        "artifacts",
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fidelity", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id", "number", "fidelity"],
            ["measurements.search_id", "measurements.number", "measurements.fidelity"],
            name="fk_artifacts_search_id_number_fidelity",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("search_id", "number", "fidelity", "name", name="pk_artifacts"),
        sqlite_with_rowid=False,
    )
