"""The projects of a distributed installation: their settings files, and what is due when."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from miro_sync.fleet import store
from miro_sync.fleet.due import Times
from miro_sync.fleet.store import Shared
from miro_sync.timetable import Job

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Row


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last job of a kind ended.

    Attributes:
        at: when, by the server's clock. seconds: how long it took.
        outcome: "done", "unread" (a source could not be read), "killed" (it took its workers with
            it and was given up), or the key of a message.
        worker: which worker, on which machine.

    """

    job: Job
    at: dt.datetime
    seconds: float
    outcome: str
    worker: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A project as it stands in the list.

    Attributes:
        sync_at: when it is to be synced next.
        ended: how the last job of each kind ended.

    """

    id: str
    name: str
    sync_at: dt.datetime
    ended: tuple[Ended, ...] = ()


_COLUMNS = {
    Job.FULL: store.project.c.full_at,
    Job.SYNC: store.project.c.sync_at,
    Job.PUBLISH: store.project.c.publish_at,
    Job.DIGEST: store.project.c.mail_at,
}

#: How a job ends that did what it was there for, or all of it that could be done.
_WENT_WELL = ("done", "unread", "later")


class Projects:
    """The list, in the database that the machines share."""

    def __init__(self, shared: Shared) -> None:
        """Remember where it is."""
        self._shared = shared

    def put(self, project: str, name: str, files: Mapping[str, bytes], times: Times) -> bool:
        """Add a project or bring its files up to date; returns whether it is new."""
        table = store.project
        with self._shared.writing() as connection:
            values = {
                "name": name,
                "digest": digest_of(files),
                "changed": self._shared.seconds(connection),
                **_stamps(times),
            }
            known = connection.execute(
                table.update().where(table.c.id == project).values(values)
            ).rowcount
            if not known:
                connection.execute(table.insert().values(id=project, **values))
            rows = store.project_file
            connection.execute(rows.delete().where(rows.c.project == project))
            connection.execute(
                rows.insert(),
                [
                    {"project": project, "path": path, "content": content}
                    for path, content in files.items()
                ],
            )
        return not known

    def remove(self, project: str) -> bool:
        """Take a project off the list, its state stays; returns whether it was there."""
        with self._shared.writing() as connection:
            for table in (store.project_file, store.ended):
                connection.execute(table.delete().where(table.c.project == project))
            gone = connection.execute(
                store.project.delete().where(store.project.c.id == project)
            ).rowcount
        return bool(gone)

    def listed(self) -> tuple[Listed, ...]:
        """Return all projects by their ids."""
        with self._shared.writing() as connection:
            ends: dict[str, list[Ended]] = {}
            for row in connection.execute(sa.select(store.ended).order_by(store.ended.c.job)):
                ends.setdefault(row.project, []).append(_ended(row))
            rows = connection.execute(sa.select(store.project).order_by(store.project.c.id))
            return tuple(
                Listed(row.id, row.name, _moment(row.sync_at), tuple(ends.get(row.id, ())))
                for row in rows
            )

    def digest(self, project: str) -> str | None:
        """Return what the files of a project are known by; None when it is not listed any more."""
        with self._shared.writing() as connection:
            return connection.scalar(
                sa.select(store.project.c.digest).where(store.project.c.id == project)
            )

    def files(self, project: str) -> Mapping[str, bytes]:
        """Return the files of a project folder by their paths in it."""
        table = store.project_file
        with self._shared.writing() as connection:
            rows = connection.execute(
                sa.select(table.c.path, table.c.content).where(table.c.project == project)
            )
            return {row.path: bytes(row.content) for row in rows}

    def due(self, busy: Sequence[tuple[Job, str]] = ()) -> tuple[tuple[Job, str], ...]:
        """Return the jobs that are due by the server's clock, the longest due first.

        Args:
            busy: jobs that are queued or at work: what is due of them is late, not twice due.

        """
        taken = set(busy)
        found: list[tuple[float, Job, str]] = []
        with self._shared.writing() as connection:
            now = self._shared.seconds(connection)
            for job, column in _COLUMNS.items():
                rows = connection.execute(
                    sa.select(store.project.c.id, column.label("at")).where(column <= now)
                )
                found += [(row.at, job, row.id) for row in rows]
        return tuple(
            (job, project) for _, job, project in sorted(found) if (job, project) not in taken
        )

    def queued(self, job: Job, project: str, again: dt.datetime) -> None:
        """Note that a due job was queued, and when it is due again should nobody do it.

        Whoever did it meanwhile has said when it is due next; that stays.
        """
        column = _COLUMNS[job]
        with self._shared.writing() as connection:
            row = (store.project.c.id == project) & (column <= self._shared.seconds(connection))
            values = {column: again.timestamp()}
            connection.execute(store.project.update().where(row).values(values))

    def put_off(self, job: Job, project: str, until: dt.datetime) -> None:
        """Note that a job is not due before a moment."""
        values = {_COLUMNS[job]: until.timestamp()}
        with self._shared.writing() as connection:
            row = store.project.c.id == project
            connection.execute(store.project.update().where(row).values(values))

    def ended(  # noqa: PLR0913, PLR0917 - what is known of a job that ended
        self,
        job: Job,
        project: str,
        outcome: str,
        seconds: float,
        worker: str,
        times: Times | None = None,
    ) -> None:
        """Note how a job ended; of a project that was removed meanwhile nothing is noted.

        `times` says when each job of the project is done next, if that is known. A worker that
        was cut off and comes back late has failed; what another one, which did the job instead,
        noted while it was away stays.
        """
        table = store.ended
        with self._shared.writing(alone=f"ended/{project}") as connection:
            if not _is_listed(connection, project):
                return
            row = (table.c.project == project) & (table.c.job == job.value)
            now = self._shared.seconds(connection)
            noted = connection.scalar(sa.select(table.c.at).where(row))
            if outcome not in _WENT_WELL and noted is not None and noted > now - seconds:
                return
            connection.execute(table.delete().where(row))
            connection.execute(
                table.insert().values(
                    project=project,
                    job=job.value,
                    at=now,
                    seconds=seconds,
                    outcome=outcome,
                    worker=worker,
                )
            )
            if times is not None:
                own = store.project.c.id == project
                connection.execute(store.project.update().where(own).values(_stamps(times)))

    def now(self) -> dt.datetime:
        """Return the time by the clock that counts."""
        with self._shared.writing() as connection:
            return _moment(self._shared.seconds(connection))


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return what the contents of a folder are known by."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{len(files[path])}\0".encode())
        whole.update(files[path])
    return whole.hexdigest()


def _is_listed(connection: Connection, project: str) -> bool:
    found = sa.select(store.project.c.id).where(store.project.c.id == project)
    return connection.scalar(found.with_for_update(read=True)) is not None


def _stamps(times: Times) -> dict[str, float | None]:
    """Return what the columns of a project say; a job that is not named is never done."""
    moments = {column.name: times.get(job) for job, column in _COLUMNS.items()}
    return {name: None if at is None else at.timestamp() for name, at in moments.items()}


def _ended(row: Row[tuple[object, ...]]) -> Ended:
    return Ended(Job(row.job), _moment(row.at), row.seconds, row.outcome, row.worker)


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
