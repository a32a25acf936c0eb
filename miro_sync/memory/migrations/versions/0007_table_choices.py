"""What was taken as a decision from the rows of the status worksheet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    """Create the new table."""
    op.create_table(
        "table_choice",
        sa.Column("row", sa.String(600), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("decision_id", sa.Integer, sa.ForeignKey("decision.id"), nullable=False),
    )
