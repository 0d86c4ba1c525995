"""When the files of a trial were removed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; of none yet."""
    op.add_column("trials", sa.Column("pruned_at", sa.DateTime(timezone=True), nullable=True))
