"""The tables of the state; every change to them is a migration in `migrations/versions`.

Nothing of a worksheet is kept but what was understood of it: an undeclared column never gets here.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

#: The migration that the code expects; a test holds it against the migrations' own head.
REVISION = "0010"

metadata = MetaData()

#: One row per run that was stored.
run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("today", Date, nullable=False),
    Column("program", String(32), nullable=False),
)

#: How each source fared in a run.
source_read = Table(
    "source_read",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("source", String(16), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("read_at", DateTime(timezone=True)),
    Column("items", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("message", Text),
    Column("credits", Integer, nullable=False, server_default="0"),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("hint", Text),
)

#: Every version of every card, row and planned event once; the current one has no `until_run`.
version = Table(
    "version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(16), nullable=False),
    Column("thing", String(255), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("from_run", ForeignKey("run.id"), nullable=False),
    Column("until_run", ForeignKey("run.id")),
    Index("version_current", "source", "until_run"),
    Index("version_thing", "source", "thing"),
    Index("version_from", "from_run"),
    Index("version_until", "until_run"),
)

#: Every version of what was counted for an indicator, a centre's resource map, a plan: totals.
#: `kind` is what it was counted from; `value` and `definition` are an indicator's.
measure = Table(
    "measure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("thing", String(255), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("value", Float),
    Column("definition", String(64)),
    Column("from_run", ForeignKey("run.id"), nullable=False),
    Column("until_run", ForeignKey("run.id")),
    Index("measure_current", "kind", "until_run"),
    Index("measure_thing", "kind", "thing"),
)

#: Every finding's life; an open one has no `until`.
finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(512), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("since_run", Integer),
    Column("until_run", Integer),
    Column("backlog", Boolean, nullable=False, server_default=false()),
    Index("finding_open", "until"),
)

#: What people decided; rows are only ever added. An undo names the row that it takes back.
decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("card", String(255)),
    Column("role", String(32), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("start", Date),
    Column("end", Date),
    Column("why", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("undoes", ForeignKey("decision.id")),
)

#: Cards that somebody decided about and that came back under another id, by the run that saw it.
same_card = Table(
    "same_card",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("old", String(255), nullable=False),
    Column("new", String(255), nullable=False),
)

#: The ledger of the weekly mail: one row per reader and ISO week, written before and after sending.
#: `recipient` is a centre's id or a digest of an address, never the address; `told` are keys.
letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recipient", String(255), nullable=False),
    Column("week", String(8), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("message_id", String(255), nullable=False),
    Column("day", Date, nullable=False),
    Column("told", Text, nullable=False),
    Column("planned_at", DateTime(timezone=True), nullable=False),
    Column("sending_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("problem", String(64)),
    UniqueConstraint("recipient", "week", name="letter_once"),
)

#: Runs of writing to the board; `undoes` is the first of the runs that one takes back.
writing = Table(
    "writing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("undoes", Integer),
)

#: What was written to the board, one row per act; no `outcome` while it is not known.
written = Table(
    "written",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("writing_id", ForeignKey("writing.id"), nullable=False),
    Column("act", String(16), nullable=False),
    Column("what", String(16), nullable=False),
    Column("key", String(512), nullable=False),
    Column("item_id", String(64)),
    Column("before", Text),
    Column("after", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", String(16)),
    Index("written_writing", "writing_id"),
)

#: What stood in a row of the status worksheet when it was taken as a decision: it is taken once.
#: Of the words themselves nothing is kept but their digest.
table_choice = Table(
    "table_choice",
    metadata,
    Column("row", String(600), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("decision_id", ForeignKey("decision.id"), nullable=False),
)

#: What a run worked out, by name, and a digest of all that it rests on; nothing is lost with it.
kept = Table(
    "kept",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("basis", String(64), nullable=False),
    Column("payload", Text, nullable=False),
)

#: The runs of the jobs of the timetable, and ("timetable") since when it is kept.
job_run = Table(
    "job_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", String(16), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("code", Integer),
    Index("job_run_job", "job", "started_at"),
)

#: One row: whose state it is (`miro_sync.memory.owner`).
owner = Table(
    "owner",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("board", Text),
    Column("tables", Text),
)
