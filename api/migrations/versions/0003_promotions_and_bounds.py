"""Promotions: stopped trials that were taken up again. Bounds that a trial was measured to break."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns, empty for the trials there are."""
    op.add_column("trials", sa.Column("promotions", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("trials", sa.Column("broken", sa.Text(), nullable=True))
