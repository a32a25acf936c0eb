"""The jobs of all projects on Procrastinate, a job queue on PostgreSQL.

The queue hands every job to one worker and never runs two jobs of one project. What it leaves to
its users stands here:

- A worker that dies leaves its job "doing", and the project locked for ever: `_reap` gives such
  jobs to others, and gives a job up that took several workers with it. It has no lock of its own,
  which a dead reaper would hold. A job that cannot be queued again because its successor waits
  already is finished, and so frees it.
- A worker that was frozen or cut off may come back while another one is at the job: every job
  takes the project's own lock in the database and makes sure of it before it writes
  (`miro_sync.memory`), so the queue's idea of who is at work is never all that stands between two.
- A freed lock is not announced: the queue is asked every second.
- The clocks of machines differ: what is due is decided by the clock of the database.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import procrastinate
import psycopg
import sqlalchemy as sa
from procrastinate import exceptions, jobs, retry
from procrastinate.schema import SchemaManager

from miro_sync.errors import SettingsError, StateError
from miro_sync.fleet import store
from miro_sync.fleet.due import JOBS
from miro_sync.fleet.store import Shared
from miro_sync.logs import note
from miro_sync.memory.server import connection_options
from miro_sync.model import say
from miro_sync.timetable import Job

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext

_log = logging.getLogger(__name__)

#: The version of Procrastinate whose tables are made here; later ones bring migrations.
_QUEUE: Final = procrastinate.__version__


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the queue is, in seconds; tests are less so.

    Attributes:
        heartbeat: between two signs of life of a worker.
        dead: without a sign of life after which a worker counts as dead.
        plan, reap: between two looks at what is due, at who died; whole seconds.
        again: before the first repetition of a job that failed; each next one waits twice as long.
        busy: before a project is tried again that somebody else is at work on.
        attempts: after which a job that failed, or took its worker with it, is given up.
        longest: no job takes so long; one that does is lost.

    """

    heartbeat: float = 5.0
    dead: float = 20.0
    plan: int = 30
    reap: int = 10
    again: float = 60.0
    busy: float = 20.0
    attempts: int = 4
    longest: float = 7200.0


class Work:
    """What the queue calls; the composition root gives the functions.

    Attributes:
        run: does a job of a project, in a thread of its own.
        due: returns what is to be queued, given what is queued or at work already.
        queued: is told of a job that was queued.
        given_up: is told of a job that took too many workers with it.

    """

    __slots__ = ("due", "given_up", "queued", "run")

    def __init__(
        self,
        run: Callable[[Job, str], None],
        due: Callable[[Sequence[tuple[Job, str]]], Sequence[tuple[Job, str]]],
        queued: Callable[[Job, str], None],
        given_up: Callable[[Job, str], None],
    ) -> None:
        """Keep the functions."""
        self.run, self.due, self.queued, self.given_up = run, due, queued, given_up


class Queue:
    """The queue of one installation, as one worker sees it."""

    def __init__(self, shared: Shared, work: Work, pace: Pace | None = None) -> None:
        """Prepare; nothing is opened yet."""
        self._shared, self._work, self._pace = shared, work, pace or Pace()

    def prepare(self) -> None:
        """Make the queue's own tables, or bring them up to date: whoever comes first does.

        Raises:
            StateError: the database cannot be reached, or is no server.

        """
        if not self._shared.on_server:
            raise StateError(say("worker.needs_server"))
        with self._shared.writing(alone="queue") as connection:
            found = self._shared.queue_version(connection)
            if found is None:
                scripts = [SchemaManager.get_schema()]
            else:
                scripts = list(_migrations_after(found))
            for script in scripts:
                connection.exec_driver_sql(script.replace("%", "%%"))
            if found is None or _numbers(found) < _numbers(_QUEUE):
                connection.execute(store.program.update().values(queue=_QUEUE))

    async def work(self, name: str, jobs_at_once: int, leaving: asyncio.Event) -> None:
        """Do jobs until it is time to leave; the jobs at work are finished first.

        Raises:
            StateError: the database cannot be reached, or went away.

        """
        app = self._app(jobs_at_once)
        pace = self._pace
        try:
            async with app.open_async():
                running = asyncio.create_task(
                    app.run_worker_async(
                        name=name,
                        concurrency=jobs_at_once,
                        fetch_job_polling_interval=1.0,
                        install_signal_handlers=False,
                        update_heartbeat_interval=pace.heartbeat,
                        stalled_worker_timeout=pace.dead,
                        delete_jobs="successful",
                    )
                )
                told = asyncio.create_task(leaving.wait())
                await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
                told.cancel()
                if not running.done():
                    running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                if not running.cancelled() and (error := running.exception()) is not None:
                    raise error
        except (exceptions.ConnectorException, psycopg.Error, OSError) as error:
            raise StateError(say("worker.lost_database")) from error

    def _app(self, jobs_at_once: int) -> procrastinate.App:
        url, arguments = connection_options(self._shared.url)
        connector = procrastinate.PsycopgConnector(
            conninfo=url.set(drivername="postgresql").render_as_string(hide_password=False),
            kwargs=arguments,
            min_size=1,
            max_size=jobs_at_once + 4,
            timeout=15.0,
        )
        app = procrastinate.App(connector=connector)
        for job in JOBS:
            self._add(app, job)
        pace = self._pace
        # One planner at a time: what a slow one found due, a quick one may have had done meanwhile.
        plan = app.task(name="plan", lock="plan", queueing_lock="plan", pass_context=True)(
            self._plan
        )
        app.periodic(cron=_every(pace.plan))(plan)
        reap = app.task(name="reap", queueing_lock="reap", pass_context=True)(self._reap)
        app.periodic(cron=_every(pace.reap))(reap)
        return app

    def _add(self, app: procrastinate.App, job: Job) -> None:
        async def run(project: str) -> None:
            await asyncio.to_thread(self._work.run, job, project)

        app.task(name=job.value, retry=_Again(self._pace))(run)

    async def _plan(self, context: JobContext, timestamp: int) -> None:  # noqa: ARG002 - as called
        """Queue what is due. Two planners at once do no harm: what is queued is seen by both."""
        busy = await asyncio.to_thread(self._busy)
        for job, project in await asyncio.to_thread(self._work.due, busy):
            deferrer = context.app.configure_task(
                job.value, lock=f"project:{project}", queueing_lock=f"{job.value}:{project}"
            )
            try:
                await deferrer.defer_async(project=project)
            except exceptions.AlreadyEnqueued:
                note(_log, "queued_already", job=job.value, project=project)
            await asyncio.to_thread(self._work.queued, job, project)

    async def _reap(self, context: JobContext, timestamp: int) -> None:  # noqa: ARG002 - as called
        """Give the jobs of dead workers to others."""
        manager = context.app.job_manager
        await manager.prune_stalled_workers(self._pace.dead)
        dead = list(await manager.get_stalled_jobs(seconds_since_heartbeat=self._pace.dead))
        lost = await asyncio.to_thread(self._lost)
        for number, task, project, attempts in [
            *(
                (one.id, one.task_name, one.task_kwargs.get("project"), one.attempts)
                for one in dead
            ),
            *lost,
        ]:
            if number is None:
                continue
            job = Job(task) if task in JOBS else None
            try:
                if attempts + 1 >= self._pace.attempts and job is not None:
                    await manager.finish_job_by_id_async(number, jobs.Status.FAILED, False)  # noqa: FBT003 - the queue's own order
                    await asyncio.to_thread(self._work.given_up, job, str(project))
                else:
                    await manager.retry_job_by_id_async(number, dt.datetime.now(dt.UTC))  # noqa: TID251 - the queue's own clock, for "at once"
            except exceptions.UniqueViolation:
                # Its successor is queued already: this one ends, and frees the project.
                await manager.finish_job_by_id_async(number, jobs.Status.FAILED, False)  # noqa: FBT003 - as above
            except exceptions.ConnectorException:
                # Another reaper was quicker, or the worker came back and finished it.
                note(_log, "reaped_already", job=task, number=number)
            else:
                note(_log, "reaped", job=task, project=str(project), attempts=attempts)

    def _busy(self) -> list[tuple[Job, str]]:
        """Return the jobs that are queued or at work."""
        query = (
            "select task_name, args->>'project' as project from procrastinate_jobs"
            " where status in ('todo', 'doing')"
        )
        with self._shared.writing() as connection:
            rows = connection.execute(sa.text(query)).all()
        return [(Job(row.task_name), row.project) for row in rows if row.task_name in JOBS]

    def _lost(self) -> list[tuple[int, str, str | None, int]]:
        """Return the jobs that nobody can still be at, although the worker lives.

        The end of a job that could not be written down, because the database was away for a
        moment, is such a one.
        """
        query = (
            "select j.id, j.task_name, j.args->>'project' as project, j.attempts"
            " from procrastinate_jobs j join procrastinate_events e on e.job_id = j.id"
            " where j.status = 'doing' and e.type = 'started' and j.worker_id is not null"
            " group by j.id having max(e.at) < now() - make_interval(secs => :longest)"
        )
        with self._shared.writing() as connection:
            rows = connection.execute(sa.text(query), {"longest": self._pace.longest}).all()
        return [(row.id, row.task_name, row.project, row.attempts) for row in rows]


class _Again(retry.BaseRetryStrategy):
    """Which failures are worth another attempt, and when."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def get_retry_decision(
        self, *, exception: BaseException, job: jobs.Job
    ) -> retry.RetryDecision | None:
        pace = self._pace
        if isinstance(exception, SettingsError) or job.attempts + 1 >= pace.attempts:
            return None
        return retry.RetryDecision(retry_in={"seconds": int(pace.again * 2.0**job.attempts)})


def _every(seconds: int) -> str:
    """Return a cron line with seconds, which come last."""
    if seconds >= 60:  # noqa: PLR2004 - seconds of a minute
        return f"*/{seconds // 60} * * * *"
    return f"* * * * * */{seconds}"


def _migrations_after(version: str) -> Sequence[str]:
    """Return what later versions of the queue change in its tables, in their order."""
    from pathlib import Path  # noqa: PLC0415 - once in the life of an installation

    folder = Path(SchemaManager.get_migrations_path())
    known = _numbers(version)
    return [
        path.read_text("utf-8")
        for path in sorted(folder.glob("*.sql"))
        if _numbers(path.name.split("_")[0]) > known
    ]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
