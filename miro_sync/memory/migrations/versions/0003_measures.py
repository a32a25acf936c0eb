"""What was counted for indicators, resource maps and plans, version by version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("thing", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("definition", sa.String(64)),
        sa.Column("from_run", sa.Integer, sa.ForeignKey("run.id"), nullable=False),
        sa.Column("until_run", sa.Integer, sa.ForeignKey("run.id")),
    )
    op.create_index("measure_current", "measure", ["kind", "until_run"])
    op.create_index("measure_thing", "measure", ["kind", "thing"])
