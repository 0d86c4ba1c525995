"""Companions: trials beside a candidate, of another seed or of a control."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns, empty for the candidates there are, and an index to find companions by."""
    op.add_column("trials", sa.Column("beside", sa.Integer(), nullable=True))
    op.add_column("trials", sa.Column("control", sa.String(length=64), nullable=True))
    op.add_column("trials", sa.Column("repeat", sa.Integer(), nullable=True))
    op.create_index("ix_trials_search_id_beside_number", "trials", ["search_id", "beside", "number"])
