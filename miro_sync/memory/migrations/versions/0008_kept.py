"""What a run worked out and a later one need not work out again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table; it is filled by the runs to come."""
    op.create_table(
        "kept",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
