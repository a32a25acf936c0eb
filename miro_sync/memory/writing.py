"""Parts of a run put into the tables, all on a connection that is already writing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from miro_sync.identity import GONE, ON_CARDS
from miro_sync.memory import schema
from miro_sync.memory.view import GOOD, board_hint_adapter, tables_hint_adapter
from miro_sync.model import Finding, FindingState, SourceReport, WorkedOut

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def store_reads(
    connection: Connection,
    stored_at: dt.datetime,
    today: dt.date,
    program: str,
    sources: Sequence[SourceReport],
) -> int:
    """Store a run and how its sources fared; returns its number."""
    (run_id,) = connection.execute(
        schema.run.insert()
        .values(stored_at=stored_at, today=today, program=program)
        .returning(schema.run.c.id)
    ).one()
    connection.execute(
        schema.source_read.insert(),
        [
            {
                "run_id": run_id,
                "source": report.name,
                "state": report.state.value,
                "complete": report.complete,
                "read_at": report.read_at,
                "items": report.items,
                "calls": report.calls,
                "message": report.message.key if report.message else None,
                "credits": report.credits,
                "seconds": report.seconds,
                "hint": _hint_of(report),
            }
            for report in sources
        ],
    )
    return int(run_id)


def all_known(connection: Connection, sources: Collection[str], run_id: int) -> bool:
    """Tell whether the sources had all been read whole before a run: nothing is seen first."""
    read = schema.source_read
    return all(
        connection.scalar(
            sa.select(read.c.run_id)
            .where(read.c.source == source, read.c.complete, read.c.state.in_(GOOD))
            .where(read.c.run_id < run_id)
            .order_by(read.c.run_id.desc())
            .limit(1)
        )
        is not None
        for source in sources
    )


def keep_under(connection: Connection, name: str, kept: WorkedOut | None) -> None:
    """Put what is kept under a name in the place of what was; nothing is written twice."""
    table = schema.kept
    basis = connection.scalar(sa.select(table.c.basis).where(table.c.name == name))
    if kept is not None and kept.basis == basis:
        return
    connection.execute(table.delete().where(table.c.name == name))
    if kept is not None:
        values = {"name": name, "basis": kept.basis, "payload": kept.payload}
        connection.execute(table.insert().values(values))


def replace_versions(
    connection: Connection, run_id: int, source: str, payloads: Mapping[str, str]
) -> bool:
    """Make `payloads` the current versions of a source; unchanged ones are not touched.

    Returns:
        Whether anything was changed.

    """
    table = schema.version
    known = {
        row.thing: (row.id, row.digest)
        for row in connection.execute(
            sa.select(table.c.id, table.c.thing, table.c.digest).where(
                table.c.source == source, table.c.until_run.is_(None)
            )
        )
    }
    digests = {thing: hashlib.sha256(text.encode()).hexdigest() for thing, text in payloads.items()}
    over = [
        {"row": row_id, "run": run_id}
        for thing, (row_id, digest) in known.items()
        if digests.get(thing) != digest
    ]
    fresh = [
        {
            "source": source,
            "thing": thing,
            "digest": digests[thing],
            "payload": payload,
            "from_run": run_id,
        }
        for thing, payload in payloads.items()
        if thing not in known or known[thing][1] != digests[thing]
    ]
    if over:
        connection.execute(
            table.update()
            .where(table.c.id == sa.bindparam("row"))
            .values(until_run=sa.bindparam("run")),
            over,
        )
    if fresh:
        connection.execute(table.insert(), fresh)
    return bool(over or fresh)


def store_new_ids(
    connection: Connection, same: Mapping[str, str], run_id: int, at: dt.datetime
) -> None:
    """Keep which card came back under which id, and let its open findings follow it."""
    connection.execute(
        schema.same_card.insert(),
        [{"run_id": run_id, "at": at, "old": old, "new": new} for old, new in same.items()],
    )
    table = schema.finding
    rows = connection.execute(
        sa.select(table.c.id, table.c.kind, table.c.subject).where(table.c.until.is_(None))
    )
    following = [
        {"row": row.id, "its_key": f"{row.kind}:{same[row.subject]}", "its_new": same[row.subject]}
        for row in rows
        if row.kind in ON_CARDS and same.get(row.subject, GONE) != GONE
    ]
    if following:
        connection.execute(
            table.update()
            .where(table.c.id == sa.bindparam("row"))
            .values(key=sa.bindparam("its_key"), subject=sa.bindparam("its_new")),
            following,
        )


def store_findings(
    connection: Connection, findings: Sequence[Finding], today: dt.date, run_id: int
) -> bool:
    """Begin and end the lives of findings; tell whether there was one to begin or to end."""
    table = schema.finding
    new = [
        {
            "key": f.key,
            "kind": f.kind,
            "subject": f.subject,
            "since": f.since,
            "since_run": run_id,
            "backlog": f.backlog,
        }
        for f in findings
        if f.state is FindingState.NEW
    ]
    resolved = [
        # The clock may have been turned back meanwhile: no life ends before it began.
        {"resolved": f.key, "day": max(today, f.since), "run": run_id}
        for f in findings
        if f.state is FindingState.RESOLVED
    ]
    if new:
        connection.execute(table.insert(), new)
    if resolved:
        connection.execute(
            table.update()
            .where(table.c.key == sa.bindparam("resolved"), table.c.until.is_(None))
            .values(until=sa.bindparam("day"), until_run=sa.bindparam("run")),
            resolved,
        )
    return bool(new or resolved)


def _hint_of(report: SourceReport) -> str | None:
    """Write what a read left for the next one."""
    if report.hint is not None:
        return board_hint_adapter().dump_json(report.hint).decode()
    if report.tables_hint is not None:
        return tables_hint_adapter().dump_json(report.tables_hint).decode()
    return None
