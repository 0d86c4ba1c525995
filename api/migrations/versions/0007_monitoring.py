"""What operators watch: how long things took, when trials were last heard of, where a search was traced from."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, three columns, one index; what ended before is not counted."""
    op.create_table(
        "durations",
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("failure", sa.String(32), nullable=False),
        sa.Column("up_to_s", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("total_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("what", "project", "outcome", "failure", "up_to_s", name="pk_durations"),
        sqlite_with_rowid=False,
    )
    op.add_column("searches", sa.Column("traceparent", sa.String(55), nullable=True))
    op.add_column("trials", sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("measurements", sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_searches_project_status_created_at", "searches", ["project", "status", "created_at"])
