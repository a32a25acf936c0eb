"""Decisions, what a run cost, the runs that saw a finding begin and end, cards known again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the new tables and columns; what was stored before is given its runs by day."""
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("card", sa.String(255)),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start", sa.Date),
        sa.Column("end", sa.Date),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("decision.id")),
    )
    op.create_table(
        "same_card",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old", sa.String(255), nullable=False),
        sa.Column("new", sa.String(255), nullable=False),
    )
    with op.batch_alter_table("source_read") as table:
        table.add_column(sa.Column("credits", sa.Integer, nullable=False, server_default="0"))
        table.add_column(sa.Column("seconds", sa.Float, nullable=False, server_default="0"))
        table.add_column(sa.Column("hint", sa.Text))
    with op.batch_alter_table("finding") as table:
        table.add_column(sa.Column("since_run", sa.Integer))
        table.add_column(sa.Column("until_run", sa.Integer))
        table.add_column(
            sa.Column("backlog", sa.Boolean, nullable=False, server_default=sa.false())
        )
    op.create_index("version_from", "version", ["from_run"])
    op.create_index("version_until", "version", ["until_run"])
    for column in ("since", "until"):
        op.execute(
            f"update finding set {column}_run ="  # noqa: S608 - both names stand above
            f" (select min(run.id) from run where run.today = finding.{column})"
        )
