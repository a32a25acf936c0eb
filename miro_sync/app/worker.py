"""The worker of a distributed installation: does the jobs of all projects, on any machine.

A job is the same use case that the command of one machine runs. The list of projects and their
settings files are in the database, so that a worker needs nothing but its address and the keys.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import re
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final, Self

from miro_sync.app.building import memory_of, moment
from miro_sync.app.installation import Answer, each
from miro_sync.app.schedule import Performed, perform_noted, timing_of
from miro_sync.errors import BusyError, MiroSyncError, SettingsError, StateError
from miro_sync.fleet.due import Times, next_times
from miro_sync.fleet.job_queue import Pace, Queue, Work
from miro_sync.fleet.projects import Listed, Projects, digest_of
from miro_sync.fleet.store import Shared
from miro_sync.installation import Installed, discover
from miro_sync.logs import note
from miro_sync.memory import JobLog
from miro_sync.model import say
from miro_sync.settings import Settings, SourceKind, load, secret
from miro_sync.sync import CLOCK_SLACK
from miro_sync.timetable import RETRY, Job

_log = logging.getLogger(__name__)

#: Seconds between two looks whether a newer program works here, and whether the clock is right.
_LOOK_AROUND = 5.0

#: Seconds before the database is tried again, at first and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0

#: After a job that took its workers with it was given up, it is not tried before so long.
_REST = dt.timedelta(days=1)

#: The files of a project folder that a worker needs besides the calendar.
_SETTINGS_FILES = "*.toml"

#: What a project may be called: as long as the column is wide, and a path where there is a "/".
_NAME: Final = re.compile(r"(?!/)(?!.*/$).{1,48}")

_LIVE = (SourceKind.MIRO, SourceKind.GOOGLE, SourceKind.YANDEX)


class Left(StrEnum):
    """Why a worker left."""

    TOLD = "told"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Added:
    """A project on the list; `new` is False where its files were brought up to date."""

    id: str
    name: str
    new: bool


@dataclass(frozen=True, slots=True)
class How:
    """How a worker works; the defaults are for a real installation."""

    jobs_at_once: int = 4
    name: str = ""
    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], dt.datetime] = moment


def work(database: str | None, how: How | None = None) -> Left:
    """Do jobs until told to leave, or until a newer program works here.

    Args:
        database: address of the PostgreSQL database; by default MIRO_SYNC_DATABASE.
        how: how much at once, how patiently.

    Raises:
        SettingsError: there is no such database, or this machine's clock is wrong.
        StateError: the database cannot be reached at the start.

    """
    how = how or How()
    with _shared(database, how.clock) as shared, _Worker(shared, how) as worker:
        return worker.work()


def add(database: str | None, folder: Path, project: str | None = None) -> Iterator[Answer[Added]]:
    """Put the projects of an installation on the list, or bring their files up to date.

    Each answer comes as soon as it is there; a project that cannot be added keeps no other out.

    Args:
        database: as `work`.
        folder: an installation or a project folder.
        project: what the one project is to be called; by default each is called as its folder.

    Raises:
        SettingsError: there are no projects, several are to be called the same, or there is no
            such database. Of one project: its settings have mistakes, or name something that is
            on this machine only.
        StateError: the database cannot be reached. Of one project: its state is another one's.

    """
    found = discover(folder)
    if project is not None and len(found) > 1:
        raise SettingsError(say("worker.one_name", name=project, projects=len(found)))
    named = [Installed(project or _name_of(one), one.folder) for one in found]
    with _shared(database) as shared:
        projects = Projects(shared)
        projects.now()  # what stands in everybody's way is told once
        names = {one.folder: one.name for one in named}
        yield from each(named, lambda folder: _added(projects, folder, names[folder]))


def _name_of(project: Installed) -> str:
    """Return what a project is called; a folder that was named by a dot has a name all the same."""
    return project.name if "/" in project.name else project.folder.resolve().name


def _added(projects: Projects, folder: Path, known_as: str) -> Added:
    if not _NAME.fullmatch(known_as) or not known_as.isprintable():
        raise SettingsError(say("worker.name", name=known_as))
    settings = load(folder)
    files = _files_of(settings)
    with memory_of(settings) as memory:
        memory.claim()
    now = projects.now()
    with closing(JobLog(settings.state_url)) as log:
        log.keep_since(now)
        times = _next_times(known_as, settings, log, now)
    # What was changed in its settings shows at once.
    new = projects.put(known_as, settings.project.name, files, {**times, Job.SYNC: now})
    return Added(known_as, settings.project.name, new)


def remove(database: str | None, project: str) -> None:
    """Take a project off the list; its state stays.

    Raises:
        SettingsError: there is no such project.
        StateError: the database cannot be reached.

    """
    with _shared(database) as shared:
        if not Projects(shared).remove(project):
            raise SettingsError(say("worker.no_project", name=project))


def listed(database: str | None) -> tuple[Listed, ...]:
    """Return the projects of the installation, and how their last jobs ended."""
    with _shared(database) as shared:
        return Projects(shared).listed()


class _Worker:
    """One worker. Use as a context manager: the copies of the project folders are removed."""

    def __init__(self, shared: Shared, how: How) -> None:
        self._shared, self._how = shared, how
        self._projects = Projects(shared)
        self._name = how.name or f"{socket.gethostname()}:{os.getpid()}"
        self._folders = _Folders(self._projects)
        self._left = Left.TOLD
        self._leaving = asyncio.Event()
        work = Work(self._run, self._due, self._queued, self._given_up)
        self._queue = Queue(shared, work, how.pace)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folders.remove()

    def work(self) -> Left:
        # What the queue has to say of a job is told by us, in our own records.
        queue_log = logging.getLogger("procrastinate")
        queue_log.addHandler(logging.NullHandler())
        queue_log.propagate = False
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        self._check_clock()
        if not self._is_outdated():
            self._queue.prepare()
            asyncio.run(self._live())
        return self._left

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self._how.jobs_at_once * 2 + 6))
        for number in (signal.SIGTERM, signal.SIGINT):
            self._obey(loop, number)
        # A job that was given away meanwhile cannot be noted as ended: told, and no more than that.
        loop.set_exception_handler(lambda _, told: note(_log, "queue", reason=str(told["message"])))
        watching = asyncio.create_task(self._look_around())
        pause = _FIRST_PAUSE
        while not self._leaving.is_set():
            begun = monotonic()
            try:
                await self._queue.work(self._name, self._how.jobs_at_once, self._leaving)
            except StateError:
                note(_log, "database_lost", seconds=pause)
            if monotonic() - begun > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            await self._pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        await watching

    def _obey(self, loop: asyncio.AbstractEventLoop, number: signal.Signals) -> None:
        def leave() -> None:
            self._leaving.set()

        try:
            loop.add_signal_handler(number, leave)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(leave))

    async def _look_around(self) -> None:
        """Leave when a newer program works here, or when the clock has gone wrong."""
        while not self._leaving.is_set():
            try:
                await asyncio.to_thread(self._is_outdated)
            except StateError:
                note(_log, "database_lost")
            await self._pause(_LOOK_AROUND)

    def _is_outdated(self) -> bool:
        if self._shared.is_newer():
            self._left = Left.OUTDATED
            self._leaving.set()
            return True
        return False

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._leaving.wait(), seconds)
        except TimeoutError:
            return

    def _check_clock(self) -> None:
        """Refuse to judge anything by a wrong clock: today would be another day."""
        off = abs(self._projects.now() - self._how.clock())
        if off > CLOCK_SLACK:
            raise SettingsError(say("worker.clock", minutes=int(off.total_seconds() // 60)))

    def _run(self, job: Job, project: str) -> None:
        """Do a job of a project, and note how it ended."""
        if self._shared.is_newer():
            # A newer worker will do it; we are about to leave.
            raise StateError(say("worker.outdated"))
        folder = self._folders.of(project)
        if folder is None:
            return
        self._check_clock()
        begun = monotonic()
        outcome, times = "defect", None
        note(_log, "job_started", job=job.value, project=project)
        try:
            settings = load(folder)
            with closing(JobLog(settings.state_url)) as log:
                done = perform_noted(job, settings, log)
                now = self._projects.now()
                outcome, times = _outcome(job, done), _next_times(project, settings, log, now)
            if isinstance(done.error, BusyError):
                # Whoever is at work does what this job would do, or frees the project soon. That
                # is no failure: it uses up none of the attempts.
                times = {**times, job: now + dt.timedelta(seconds=self._how.pace.busy)}
            elif done.error is not None:
                raise done.error
        except MiroSyncError as error:
            outcome = error.message.key
            raise
        finally:
            seconds = monotonic() - begun
            note(_log, "job_ended", job=job.value, project=project, outcome=outcome)
            self._projects.ended(job, project, outcome, seconds, self._name, times)

    def _due(self, busy: Sequence[tuple[Job, str]]) -> Sequence[tuple[Job, str]]:
        """Return what is to be queued. A full read is a sync too: beside one, no other is due."""
        found = self._projects.due(busy)
        whole = {project for job, project in (*found, *busy) if job is Job.FULL}
        return [
            (job, project) for job, project in found if job is not Job.SYNC or project not in whole
        ]

    def _queued(self, job: Job, project: str) -> None:
        """Note that a job was queued; whoever does it says when it is due next."""
        self._projects.queued(job, project, self._projects.now() + RETRY)

    def _given_up(self, job: Job, project: str) -> None:
        self._projects.ended(job, project, "killed", 0.0, self._name)
        self._projects.put_off(job, project, self._projects.now() + _REST)


class _Folders:
    """The project folders as files, a copy for each state of their contents."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._root = Path(tempfile.mkdtemp(prefix="miro-sync-worker-"))
        self._lock = Lock()

    def of(self, project: str) -> Path | None:
        """Return the folder of a project; None when it was removed."""
        digest = self._projects.digest(project)
        if digest is None:
            return None
        folder = self._root / digest
        with self._lock:
            if not folder.exists():
                files = self._projects.files(project)
                partial = Path(tempfile.mkdtemp(dir=self._root))
                for path, content in files.items():
                    target = partial / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                # What was written is what is named: it may have changed since it was asked about.
                folder = self._root / digest_of(files)
                if folder.exists():
                    shutil.rmtree(partial)
                else:
                    partial.rename(folder)
        return folder

    def remove(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)


def _outcome(job: Job, done: Performed) -> str:
    """Return in a word what a job came to."""
    if done.error is not None:
        return done.error.message.key if isinstance(done.error, MiroSyncError) else "defect"
    words = {0: "done", 1: "done", BusyError.exit_code: "later"}
    return words.get(done.code, "unread" if job in {Job.SYNC, Job.FULL} else "failed")


def _next_times(project: str, settings: Settings, log: JobLog, now: dt.datetime) -> Times:
    """Return when the jobs of a project are done next, by what its state says was done."""
    return next_times(project, settings.timetable, log.done(), timing_of(settings), now)


def _files_of(settings: Settings) -> dict[str, bytes]:
    """Return what any machine needs of a project folder.

    Raises:
        SettingsError: a source or the state is a file of this machine. A table is never copied
            into the database: it may hold what must not be kept.

    """
    sources = [settings.board_source, settings.tables_source]
    for source in sources:
        if source is not None and source.kind not in _LIVE:
            raise SettingsError(say("worker.local_source", source=source.value))
    if not settings.state_url.startswith("postgresql"):
        raise SettingsError(say("worker.local_state"))
    paths = sorted(settings.folder.glob(_SETTINGS_FILES))
    calendar = settings.calendar_source
    if calendar.kind is not SourceKind.WORKSHEET:
        paths.append(calendar.path)
    files = {}
    for path in paths:
        if not path.is_relative_to(settings.folder):
            raise SettingsError(say("worker.local_source", source=str(path)))
        try:
            files[path.relative_to(settings.folder).as_posix()] = path.read_bytes()
        except OSError as error:
            raise SettingsError(say("worker.unreadable", path=str(path))) from error
    return files


@contextmanager
def _shared(database: str | None, clock: Callable[[], dt.datetime] = moment) -> Iterator[Shared]:
    """Open the database that the machines share.

    Raises:
        SettingsError: none is named, or it is no server; the queue's library is not installed.

    """
    url = database or secret("MIRO_SYNC_DATABASE", os.environ)
    if not url:
        raise SettingsError(say("worker.no_database"))
    if not url.startswith("postgresql"):
        raise SettingsError(say("worker.needs_server"))
    if find_spec("procrastinate") is None:
        raise SettingsError(say("worker.not_installed"))
    shared = Shared(url, clock)
    try:
        yield shared
    finally:
        shared.close()
