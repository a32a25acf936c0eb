"""What was written to the board: one row per act, noted before it is done and after."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "writing",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("undoes", sa.Integer),
    )
    op.create_table(
        "written",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("writing_id", sa.Integer, sa.ForeignKey("writing.id"), nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("item_id", sa.String(64)),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(16)),
    )
    op.create_index("written_writing", "written", ["writing_id"])
