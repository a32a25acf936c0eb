"""The timetable kept: `schedule run`, and what is known of its jobs.

Who looks when is the business of a scheduler library; what is due is decided by
`miro_sync.timetable` from what the state says was done. So nothing is lost or done twice, however
this process ends.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from miro_sync import app
from miro_sync.app import watching
from miro_sync.app.building import memory_of, moment
from miro_sync.calendar import WorkDays
from miro_sync.errors import BusyError, MiroSyncError, StateError
from miro_sync.installation import Installed, discover
from miro_sync.logs import note
from miro_sync.memory import JobLog
from miro_sync.messages import Catalogue, catalogue
from miro_sync.model import say
from miro_sync.posting import Due, Timing, send_day
from miro_sync.settings import Settings, load
from miro_sync.timetable import Calendar, Job, due

_log = logging.getLogger(__name__)

#: Seconds between two looks at what is due. A machine that wakes is noticed within this time.
LOOK_SECONDS = 20

#: Seconds between two looks for new and removed projects.
DISCOVERY_SECONDS = 300

#: Projects at work at once; the jobs of one project never are.
PROJECTS_AT_ONCE = 4

#: Seconds that jobs at work may take to end after a signal. They may be killed at any instant.
PATIENCE = 20.0

_DEFECT = 70
_UNSENT = _UNREAD = 3
_LATER = 75


class Teller(Protocol):
    """Who tells the world what happens."""

    def job(self, project: Installed, job: Job, line: str, code: int) -> None:
        """Tell how a job ended."""

    def trouble(self, project: Installed, error: Exception) -> None:
        """Tell why nothing can be done for a project."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How `keep` ended: whether a job was left in its middle, which harms nothing."""

    abandoned: bool = False


def keep(folder: Path, teller: Teller, stop: threading.Event, language: str | None = None) -> Ended:
    """Keep the timetable of an installation until told to stop.

    Args:
        folder: an installation or a project folder.
        teller: hears of every job; called from several threads.
        stop: set to end: jobs at work may end, none begins.
        language: of what is told; by default each project's.

    Raises:
        BusyError: another process keeps the timetable of all these projects.
        SettingsError: there are no projects.

    """
    watch = _Watch(folder, teller, language, stop)
    watch.find()
    taken = [keeper.enter() for keeper in watch.keepers.values()]
    if any(one is _BUSY for one in taken) and not any(
        keeper.is_kept for keeper in watch.keepers.values()
    ):
        raise BusyError(say("schedule.busy"))
    try:
        return Ended(abandoned=not watch.keep())
    finally:
        for keeper in watch.keepers.values():
            keeper.leave()


def once(folder: Path, teller: Teller, language: str | None = None) -> int:
    """Do what is due now in every project and return how many of them are kept by another process.

    This is what the timers of an operating system call: what is due is known from the state, so it
    does not matter how often or how late they do.
    """
    busy = 0
    for project in discover(folder):
        keeper = _Keeper(project, teller, language, threading.Event())
        busy += keeper.look() is _BUSY
        keeper.leave()
    return busy


def timing_of(settings: Settings) -> Calendar:
    """Return what the timetable of a project asks of the calendar."""
    # School holidays are no holidays for those who read the letters.
    days = WorkDays(special_days=settings.project.special_days)
    zone = ZoneInfo(settings.project.timezone)
    if settings.mail is None:
        return Calendar(zone, lambda _: None, days.is_working)
    timing = Timing(settings.mail.weekday, settings.mail.hours, settings.mail.pause_until)

    def letters_day(day: dt.date) -> dt.date | None:
        return send_day(day, timing, settings.project)

    return Calendar(zone, letters_day, days.is_working)


def perform(job: Job, config: Path, language: str | None = None) -> tuple[int, str]:
    """Do a job of a project now.

    Returns:
        The exit code that the command of that name would have had without its flags, and a line
        that says what was done.

    """
    settings = load(config)
    words = catalogue(language or settings.project.language)
    if job is Job.DIGEST:
        return _letters(settings, words)
    if job is Job.BACKUP:
        return 0, words.say("schedule.backed_up", path=str(_back_up(settings)))
    if job is Job.PUBLISH:
        return _written_back(settings, words)
    from miro_sync.telling.terminal import sync_line  # noqa: PLC0415 - as `app`

    outcome = app.sync(config, full=job is Job.FULL)
    told = (outcome.assessment, outcome.findings, outcome.project, words)
    return outcome.exit_code, sync_line(*told, taken=outcome.taken)


@dataclass(frozen=True, slots=True)
class Performed:
    """How a job ended.

    Attributes:
        code: the exit code of its command.
        line: what was done; empty where it failed.
        error: why it failed; anything but a `MiroSyncError` is a defect of the program.

    """

    code: int
    line: str = ""
    error: Exception | None = None


def perform_noted(
    job: Job, settings: Settings, log: JobLog, language: str | None = None
) -> Performed:
    """Do a job of a project now; that it began and how it ended is written down.

    Raises:
        StateError: it cannot be written down.

    """
    number = log.begin(job, moment())
    try:
        done = Performed(*perform(job, settings.folder, language))
    except Exception as error:  # noqa: BLE001 - its next moment is another chance
        code = error.exit_code if isinstance(error, MiroSyncError) else _DEFECT
        done = Performed(code, error=error)
        if job not in {Job.SYNC, Job.FULL}:  # a sync has told it itself
            watching.told_of_failure(watching.address(settings), job.value, error)
    log.end(number, moment(), done.code)
    return done


class _Busy:
    """Another process keeps the timetable of the project."""


_BUSY = _Busy()


@dataclass(slots=True)
class _Keeper:
    """One project's timetable, kept by this process alone while it holds the lock."""

    project: Installed
    teller: Teller
    language: str | None
    stop: threading.Event
    at_work: threading.Lock = field(default_factory=threading.Lock)
    _held: ExitStack | None = None
    _said: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether this process keeps the project's timetable."""
        return self._held is not None

    def enter(self) -> _Busy | None:
        """Take the project's timetable; what stands in the way is told."""
        if self._held is not None:
            return None
        held = ExitStack()
        try:
            settings = load(self.project.folder)
            log = held.enter_context(closing(JobLog(settings.state_url)))
            held.enter_context(log.alone())
            log.keep_since(moment())
        except BusyError:
            held.close()
            self._tell(BusyError(say("schedule.project_busy")))
            return _BUSY
        except Exception as error:  # noqa: BLE001 - whatever one project does, the others go on
            held.close()
            self._tell(error)
            return None
        self._held, self._said = held, ""
        return None

    def leave(self) -> None:
        """Let another process keep the timetable."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def look(self) -> _Busy | None:
        """Do what is due now; the settings are read anew, they may have been changed."""
        with self.at_work:
            if self.enter() is _BUSY:
                return _BUSY
            if self._held is not None:
                try:
                    self._do_what_is_due()
                except Exception as error:  # noqa: BLE001 - as above
                    self._tell(error)
                    # The connection that held the lock may be gone with the server.
                    self.leave()
            return None

    def _do_what_is_due(self) -> None:
        settings = load(self.project.folder)
        with closing(JobLog(settings.state_url)) as log:
            for job in due(settings.timetable, log.done(), timing_of(settings), moment()):
                if self.stop.is_set():
                    return
                self._do(job, settings, log)
        self._said = ""

    def _do(self, job: Job, settings: Settings, log: JobLog) -> None:
        done = perform_noted(job, settings, log, self.language)
        note(_log, "job_ended", project=self.project.name, job=job.value, code=done.code)
        if done.error is not None:
            self.teller.trouble(self.project, done.error)
        elif done.line:
            self.teller.job(self.project, job, done.line, done.code)

    def _tell(self, error: Exception) -> None:
        """Tell a trouble once, not at every look."""
        reason = error.message.key if isinstance(error, MiroSyncError) else repr(error)
        if reason != self._said:
            self.teller.trouble(self.project, error)
        self._said = reason


class _Watch:
    """All timetables of an installation, looked at by a scheduler."""

    def __init__(
        self, folder: Path, teller: Teller, language: str | None, stop: threading.Event
    ) -> None:
        from apscheduler.executors.pool import ThreadPoolExecutor  # noqa: PLC0415 - as `keep`
        from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415

        logging.getLogger("apscheduler").addHandler(logging.NullHandler())
        self.keepers: dict[str, _Keeper] = {}
        self._folder, self._stop = folder, stop
        self._made = partial(_Keeper, teller=teller, language=language, stop=stop)
        self._scheduler = BackgroundScheduler(
            timezone=dt.UTC,
            executors={"default": ThreadPoolExecutor(PROJECTS_AT_ONCE)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def keep(self) -> bool:
        """Look and do until told to stop; return whether every job at work has ended."""
        self._look_every(DISCOVERY_SECONDS, self._find_again, "/")  # no folder has that name
        self._look_at_all()
        self._scheduler.start()
        while not self._stop.wait(1.0):
            pass
        self._scheduler.shutdown(wait=False)
        return _all_ended(list(self.keepers.values()))

    def find(self) -> None:
        """Take in the projects that are there now, and let go of those that are not."""
        found = {project.name: project for project in discover(self._folder)}
        for name in self.keepers.keys() - found.keys():
            self._scheduler.remove_job(name)
            keeper = self.keepers.pop(name)
            with keeper.at_work:
                keeper.leave()
        for name in found.keys() - self.keepers.keys():
            self.keepers[name] = self._made(found[name])

    def _find_again(self) -> None:
        try:
            self.find()
        except MiroSyncError as error:
            note(_log, "discovery_failed", reason=error.message.key)
        self._look_at_all()

    def _look_at_all(self) -> None:
        for name, keeper in self.keepers.items():
            if self._scheduler.get_job(name) is None:
                self._look_every(LOOK_SECONDS, keeper.look, name, moment())

    def _look_every(
        self, seconds: int, look: Callable[[], object], name: str, first: dt.datetime | None = None
    ) -> None:
        from apscheduler.triggers.interval import IntervalTrigger  # noqa: PLC0415 - as above

        first = first or moment() + dt.timedelta(seconds=seconds)
        every = IntervalTrigger(seconds=seconds)
        self._scheduler.add_job(look, every, id=name, next_run_time=first)


def _all_ended(keepers: list[_Keeper]) -> bool:
    """Wait for the jobs at work, unless it takes too long."""
    end = time.monotonic() + PATIENCE
    while any(keeper.at_work.locked() for keeper in keepers):
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def _letters(settings: Settings, words: Catalogue) -> tuple[int, str]:
    """Send the weekly letters that are due."""
    from miro_sync.app.weekly_mail import digest  # noqa: PLC0415 - most looks need none of it

    made = digest(settings.folder, sending=True, language=words.language)
    sent = sum(one.state == "sent" for one in made.posted)
    failed = sum(one.state in {"failed", "sending"} for one in made.posted)
    waiting = sum(one.due in {Due.OLD, Due.HOURS, Due.EARLY} for one in made.items)
    line = words.say("schedule.letters", sent=sent, failed=failed, waiting=waiting)
    return (_UNSENT if failed else _LATER if waiting else 0), line


def _written_back(settings: Settings, words: Catalogue) -> tuple[int, str]:
    """Write what the settings allow to board and table."""
    from miro_sync.app.publishing import publish  # noqa: PLC0415 - most looks need none of it

    done = publish(settings.folder, apply=True)
    acts, rows, failed, refused = 0, 0, False, []
    if done.board is not None:
        failed = done.board.exit_code != 0
        carried = done.board.carried
        acts = 0 if carried is None else sum(carried.counts.values())
        refused.append(done.board.plan.frozen if carried is None else carried.stopped)
    if done.table is not None:
        failed = failed or done.table.failed
        rows = 0 if done.table.plan.refusal is not None else done.table.plan.differing
        refused.append(done.table.plan.refusal)
    why = [words.tell(one) for one in refused if one is not None]
    line = " ".join((words.say("schedule.published", board=acts, table=rows), *why))
    # What only a person can change about the table is no reason to read the board again.
    return (_UNREAD if failed else int(bool(why))), line


def _back_up(settings: Settings) -> Path:
    """Copy the state into the folder beside it and let the oldest copies go."""
    database = sa.make_url(settings.state_url).database or ""
    state = Path(database)
    folder = state.parent / "backups"
    zone = ZoneInfo(settings.project.timezone)
    target = folder / f"{state.stem}-{moment().astimezone(zone).date().isoformat()}{state.suffix}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(say("memory.backup_failed", path=str(target))) from error
    with memory_of(settings) as memory:
        memory.backup(target)
    copies = sorted(folder.glob(f"{state.stem}-????-??-??{state.suffix}"))
    for old in copies[: -settings.timetable.keep]:
        old.unlink(missing_ok=True)
    return target
