"""The state looked after: a copy of it, whether it is whole, old versions let go.

SQLite's own backup copies a state that is in use; on PostgreSQL the server's own tools do that
better than a program that knows nothing of the server.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from miro_sync.memory import schema
from miro_sync.memory.view import GOOD

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was let go: runs, versions of cards, rows and events, and settled findings."""

    runs: int
    versions: int
    findings: int


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at the state found.

    Attributes:
        faults: names of the rules that do not hold; none where all is well.
        runs, versions, findings, decisions: how much it holds.
        bytes: its size on disk; None for a server.

    """

    faults: tuple[str, ...]
    runs: int
    versions: int
    findings: int
    decisions: int
    bytes: int | None


def copy_sqlite(database: Path, target: Path) -> None:
    """Copy a database that may be in use into a file that only its owner may read.

    The copy is made beside the target and takes its name when it is whole, so that an older copy
    is never lost to one that broke off.

    Raises:
        OSError, sqlite3.Error: the target cannot be written.

    """
    partial = target.with_name(target.name + ".part")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
        partial.chmod(0o600)
        uri = f"{database.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(uri, uri=True)) as source,
            closing(sqlite3.connect(partial)) as copy,
        ):
            source.backup(copy)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def compact_sqlite(database: Path) -> None:
    """Give the room of what was deleted back to the disk, where there is room to do it in."""
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.Error):
        connection.execute("vacuum")


def examine(connection: Connection, size: int | None) -> Health:
    """Hold the state against the rules that every run keeps."""
    faults = []
    if connection.dialect.name == "sqlite":
        if connection.exec_driver_sql("pragma integrity_check").scalar() != "ok":
            faults.append("integrity")
        if connection.exec_driver_sql("pragma foreign_key_check").first() is not None:
            faults.append("references")
    version, finding = schema.version, schema.finding
    if _twice(connection, version, ("source", "thing"), version.c.until_run.is_(None)):
        faults.append("two_versions")
    if _twice(connection, finding, ("key",), finding.c.until.is_(None)):
        faults.append("two_lives")
    measure = schema.measure
    if _twice(connection, measure, ("kind", "thing"), measure.c.until_run.is_(None)):
        faults.append("two_measures")
    for table in (version, measure):
        crossed = sa.select(table.c.id).where(table.c.until_run < table.c.from_run)
        if connection.execute(crossed.limit(1)).first() is not None:
            faults.append("order")
    return Health(
        faults=tuple(faults),
        runs=_count(connection, schema.run),
        versions=_count(connection, version),
        findings=_count(connection, finding),
        decisions=_count(connection, schema.decision),
        bytes=size,
    )


def purge(connection: Connection, before: dt.date) -> Purged:
    """Let go of what was over before a local day; what is known now and who decided what stays.

    The runs from that day on can still be looked back to, with all that they rested on. Every
    decision is kept, and every version of a card that somebody decided about, by which it is
    known again.
    """
    run, read, version, finding = schema.run, schema.source_read, schema.version, schema.finding
    kept = _first_kept(connection, before)
    if kept is None:
        return Purged(0, 0, 0)
    decided = sa.select(schema.decision.c.card).where(schema.decision.c.card.is_not(None))
    versions = connection.execute(
        version.delete().where(version.c.until_run <= kept, version.c.thing.not_in(decided))
    ).rowcount
    findings = connection.execute(finding.delete().where(finding.c.until_run <= kept)).rowcount
    measure = schema.measure
    connection.execute(measure.delete().where(measure.c.until_run <= kept))
    # What began in a run that goes is as old as the first run that stays.
    for column in (version.c.from_run, finding.c.since_run, measure.c.from_run):
        connection.execute(column.table.update().where(column < kept).values({column: kept}))
    # A decided-on card of the past keeps its last version, with no run of its own.
    connection.execute(version.update().where(version.c.until_run < kept).values(until_run=kept))
    connection.execute(read.delete().where(read.c.run_id < kept))
    runs = connection.execute(run.delete().where(run.c.id < kept)).rowcount
    connection.execute(schema.kept.delete())  # it may rest on what is gone
    return Purged(runs, versions, findings)


def _first_kept(connection: Connection, before: dt.date) -> int | None:
    """Return the first run to be kept; None where there is nothing to let go."""
    run, read = schema.run, schema.source_read
    last = connection.scalar(sa.select(sa.func.max(run.c.id)))
    first = connection.scalar(sa.select(sa.func.min(run.c.id)))
    from_day = connection.scalar(sa.select(sa.func.min(run.c.id)).where(run.c.today >= before))
    if last is None or first is None:
        return None
    # What stands in for a source that cannot be read now stays, however old it is.
    in_use = sa.select(read.c.source).where(read.c.run_id == last, read.c.state != "absent")
    good = (
        sa.select(sa.func.max(read.c.run_id))
        .where(read.c.complete, read.c.state.in_(GOOD), read.c.source.in_(in_use))
        .group_by(read.c.source)
    )
    kept = min([last if from_day is None else from_day, *connection.scalars(good)])
    return kept if kept > first else None


def _count(connection: Connection, table: sa.Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _twice(
    connection: Connection, table: sa.Table, columns: tuple[str, ...], which: sa.ColumnElement[bool]
) -> bool:
    """Tell whether two rows that stand now are about the same thing."""
    keys = [table.c[name] for name in columns]
    repeated = sa.select(*keys).where(which).group_by(*keys).having(sa.func.count() > 1).limit(1)
    return connection.execute(repeated).first() is not None
