"""What people want of a search and of single trials: to pause, to go on with more trials, to stop one, to retry one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns, empty for what there is."""
    op.add_column("searches", sa.Column("pause_requested", sa.String(16), nullable=True))
    op.add_column("searches", sa.Column("trial_budget", sa.Integer(), nullable=True))
    op.add_column("trials", sa.Column("wish", sa.String(16), nullable=True))
    wished = sa.text("wish IS NOT NULL")
    op.create_index("ix_trials_wishes", "trials", ["search_id", "number"], sqlite_where=wished, postgresql_where=wished)
