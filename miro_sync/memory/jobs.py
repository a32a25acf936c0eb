"""`JobLog`: which job of the timetable was done when, and how it ended."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from miro_sync.memory import schema
from miro_sync.memory.lock import is_at_work
from miro_sync.memory.store import SqlMemory
from miro_sync.timetable import Done, JobRun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Row

#: The row that says since when the timetable is kept.
_SINCE = "timetable"

#: How long the runs of jobs are remembered.
_KEPT = dt.timedelta(days=90)

_TABLE = schema.job_run

#: The lock of `SqlMemory.alone` as the server lists it: two halves of the number. The list is of
#: all databases of the server, where another one may hold a project of the same schema.
_HELD = """
    select 1 from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and (classid::bigint << 32 | objid::bigint)
        = hashtextextended('miro-sync/' || current_schema(), 0)
    limit 1
"""


class JobLog(SqlMemory):
    """The runs of jobs in the state; `alone` keeps out every other keeper of the timetable."""

    _lock = "miro-sync-schedule"
    _stands_beside = True

    def done(self) -> Done:
        """Return the last and the last good run of each job."""
        with self._reading() as view:
            if view is None:
                return Done()
            latest = sa.select(sa.func.max(_TABLE.c.id)).group_by(_TABLE.c.job)
            good = latest.where(_TABLE.c.code.in_((0, 1)))
            last, best = (
                {
                    row.job: _run(row)
                    for row in view.connection.execute(
                        sa.select(_TABLE).where(_TABLE.c.id.in_(ids))
                    )
                }
                for ids in (latest, good)
            )
        since = last.pop(_SINCE, None)
        return Done(None if since is None else since.started_at, best, last)

    def keep_since(self, at: dt.datetime) -> None:
        """Write down that the timetable is kept from a moment on, if it never was before.

        A moment that has not come was written while the clock was wrong: it counts as none.
        """
        since = self.done().since
        if since is None or since > at:
            with self._writing() as connection:
                connection.execute(_TABLE.insert().values(job=_SINCE, started_at=at))

    def begin(self, job: str, at: dt.datetime) -> int:
        """Write down that a job begins; return the number of its run."""
        with self._writing() as connection:
            old = sa.and_(_TABLE.c.started_at < at - _KEPT, _TABLE.c.job != _SINCE)
            newest = sa.select(sa.func.max(_TABLE.c.id)).group_by(_TABLE.c.job)
            best = newest.where(_TABLE.c.code.in_((0, 1)))
            kept = set(connection.scalars(newest)) | set(connection.scalars(best))
            connection.execute(_TABLE.delete().where(old, _TABLE.c.id.not_in(kept)))
            number: int = connection.execute(
                _TABLE.insert().values(job=job, started_at=at).returning(_TABLE.c.id)
            ).scalar_one()
            return number

    def end(self, number: int, at: dt.datetime, code: int) -> None:
        """Write down how a run of a job ended."""
        with self._writing() as connection:
            connection.execute(
                _TABLE.update().where(_TABLE.c.id == number).values(ended_at=at, code=code)
            )

    def last_good_reads(self, sources: Iterable[str]) -> dict[str, dt.datetime | None]:
        """Return when each source was last read completely, UTC."""
        with self._reading() as view:
            return {one: None if view is None else view.last_good_read(one) for one in sources}

    def open_findings(self) -> int:
        """Return how many findings are open, the backlog not counted."""
        with self._reading() as view:
            if view is None:
                return 0
            table = schema.finding
            rows = sa.select(sa.func.count()).where(table.c.until.is_(None), ~table.c.backlog)
            return view.connection.scalar(rows) or 0

    def last_letter(self) -> dt.datetime | None:
        """Return when a letter was last taken by the mail server, UTC."""
        with self._reading() as view:
            if view is None:
                return None
            table = schema.letter
            last = sa.select(sa.func.max(table.c.ended_at)).where(table.c.state == "sent")
            return _utc(view.connection.scalar(last))

    def is_busy(self) -> bool:
        """Tell whether a sync of the project is at work at this moment, on whatever machine."""
        path = self._sqlite_path()
        if path is not None:
            return is_at_work(path)
        with self._reading() as view:
            if view is None or view.connection.dialect.name != "postgresql":
                return False
            return view.connection.scalar(sa.text(_HELD)) is not None

    def _lock_beside(self, database: Path) -> Path:
        return database.with_name(database.name + ".schedule")


def _run(row: Row[Any]) -> JobRun:
    return JobRun(row.job, _utc(row.started_at) or row.started_at, _utc(row.ended_at), row.code)


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment as the database gave it, which on SQLite has lost its zone."""
    if moment is None:
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
