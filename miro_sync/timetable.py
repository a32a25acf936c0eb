"""When the jobs of a project are due: a function of the timetable, of what was done, and of now.

Nothing is counted down: a job is due when its last moment in the timetable is past and it has not
been begun successfully since. So a machine that slept, or a program that was killed, does each job
that it missed once, however many moments were missed, and none twice. Wall-clock times are those
of the project's time zone; moments are aware, UTC unless said otherwise. Minutes are of the local
day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = dt.timedelta(days=1)
_A_WEEK = 7
_AN_HOUR = 60

#: A job that failed is tried again after this time, or at its next moment if that comes first.
RETRY = dt.timedelta(minutes=30)

#: A job that found another process at work is tried again after this time.
BUSY_RETRY = dt.timedelta(minutes=5)
_BUSY = 75

#: A sync that is later than this, or than two of its intervals, is told by `status`.
LATE = dt.timedelta(hours=2)


class Job(StrEnum):
    """The jobs, in the order in which those that are due at once are done."""

    FULL = "full"
    SYNC = "sync"
    PUBLISH = "publish"
    DIGEST = "digest"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Timetable:
    """What is done when.

    Attributes:
        every: minutes between two syncs within the office hours.
        office: first and last minute of the day at which a sync begins.
        digest_at: when the weekly letters go; None for never.
        send_hours: between which minutes letters may go at all.
        full_at: when everything is read whole; None for never.
        backup_at: when the state is copied; None for never.
        keep: how many copies are kept.
        publish_at: when is written back what may be written; None for never.
        spread: the project's place among all that begin by the same clock, from 0 up to 1: its
            jobs begin by that part of an hour later, but never outside the hours said above.

    """

    every: int = 60
    office: tuple[int, int] = (8 * 60, 18 * 60)
    digest_at: int | None = None
    send_hours: tuple[int, int] = (8 * 60, 18 * 60)
    full_at: int | None = 6 * 60 + 30
    backup_at: int | None = 20 * 60
    keep: int = 14
    publish_at: int | None = None
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job.

    Attributes:
        started_at, ended_at: UTC; without an end it is at work, or was killed.
        code: the exit code that the command would have had.

    """

    job: str
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    code: int | None = None

    @property
    def good(self) -> bool:
        """Whether the job did what it is for; what it flagged is no failure."""
        return self.code in {0, 1}


@dataclass(frozen=True, slots=True)
class Done:
    """What is known of the past.

    Attributes:
        since: when the timetable was first kept, UTC; what was missed before is nobody's. None if
            it was never kept.
        good: the last good run of each job. last: the last one, good or not.

    """

    since: dt.datetime | None = None
    good: Mapping[str, JobRun] = field(default_factory=dict, hash=False)
    last: Mapping[str, JobRun] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the timetable asks of the calendar.

    Attributes:
        zone: the project's.
        send_day: the day on which the letters of a day's week go; None in a week without one.
        is_working: tells whether letters may go on a day.

    """

    zone: ZoneInfo
    send_day: Callable[[dt.date], dt.date | None]
    is_working: Callable[[dt.date], bool]


def due(table: Timetable, done: Done, calendar: Calendar, now: dt.datetime) -> tuple[Job, ...]:
    """Return the jobs to be done now, in their order.

    A full read is a sync too: where it is due, no other one is.
    """
    jobs = [job for job in Job if _is_due(job, table, done, calendar, now)]
    if Job.FULL in jobs and Job.SYNC in jobs:
        jobs.remove(Job.SYNC)
    return tuple(jobs)


def next_at(
    job: Job, table: Timetable, done: Done, calendar: Calendar, now: dt.datetime
) -> dt.datetime | None:
    """Return when a job is done next, UTC: `now` where it is due, None for never."""
    if _is_due(job, table, done, calendar, now):
        return now
    held_back = _held_back(job, done, now)
    today = now.astimezone(calendar.zone).date()
    coming = (
        moment
        for ahead in range(-1, 3 * _A_WEEK)
        for moment in _moments(job, table, calendar, today + ahead * _DAY)
        if moment > now
    )
    following = next(coming, None)
    waiting = _missed(job, table, done, calendar, now) is not None
    if waiting and held_back is not None:
        return held_back if following is None else min(held_back, following)
    if waiting and job is Job.DIGEST:
        return _window(table, calendar, now)
    return following


def has(job: Job, table: Timetable) -> bool:
    """Tell whether a timetable has a job at all."""
    return bool(_minutes(job, table))


def is_late(
    table: Timetable, calendar: Calendar, last: dt.datetime | None, now: dt.datetime
) -> bool:
    """Tell whether the last good read is older than the timetable lets it be.

    Args:
        table: the timetable.
        calendar: of the project.
        last: when everything was last read, UTC; None for never.
        now: the moment.

    """
    patience = max(LATE, dt.timedelta(minutes=2 * table.every))
    wanted = _last_moment(Job.SYNC, table, calendar, now - patience)
    return last is None or (wanted is not None and last < wanted)


def _is_due(job: Job, table: Timetable, done: Done, calendar: Calendar, now: dt.datetime) -> bool:
    if _missed(job, table, done, calendar, now) is None:
        return False
    if _held_back(job, done, now) is not None:
        return False
    return job is not Job.DIGEST or _in_window(table, calendar, now)


def _missed(
    job: Job, table: Timetable, done: Done, calendar: Calendar, now: dt.datetime
) -> dt.datetime | None:
    """Return the last moment of a job if the job was not done since; None where it was."""
    moment = _last_moment(job, table, calendar, now)
    good = [done.good[name] for name in _counting(job) if name in done.good]
    last = max((one.started_at for one in good), default=None)
    if job is Job.SYNC and last is None:
        return moment or now  # nothing is known yet: no other job makes sense before
    if moment is None:
        return None
    if last is None:
        last = done.since or now  # what was missed before anybody kept the timetable is not owed
    return moment if last < moment else None


def _counting(job: Job) -> tuple[str, ...]:
    return (Job.SYNC, Job.FULL) if job is Job.SYNC else (job,)


def _held_back(job: Job, done: Done, now: dt.datetime) -> dt.datetime | None:
    """Return until when a job waits that has just failed; None where it need not."""
    last = done.last.get(job)
    if last is None or last.good:
        return None
    if last.ended_at is None:
        return None  # it was killed: what it did not do is done now
    until = last.ended_at + (BUSY_RETRY if last.code == _BUSY else RETRY)
    return until if until > now else None


def _last_moment(
    job: Job, table: Timetable, calendar: Calendar, now: dt.datetime
) -> dt.datetime | None:
    today = now.astimezone(calendar.zone).date()
    past = (
        moment
        for ago in range(-1, _A_WEEK + 1)
        for moment in reversed(list(_moments(job, table, calendar, today - ago * _DAY)))
        if moment <= now
    )
    return next(past, None)


def _moments(job: Job, table: Timetable, calendar: Calendar, day: dt.date) -> Iterator[dt.datetime]:
    """Yield the moments of a job on a local day, in order, UTC."""
    if job is Job.DIGEST and calendar.send_day(day) != day:
        return
    for minute in _minutes(job, table):
        yield _at(day, minute, calendar.zone)


def _minutes(job: Job, table: Timetable) -> Sequence[int]:
    """Return the minutes of a day at which a job begins."""
    if job is Job.SYNC:
        first, end = table.office[0], table.office[1] + 1
        return range(first + _later(table, min(table.every, end - first)), end, table.every)
    at, room = {
        Job.FULL: (table.full_at, _AN_HOUR),
        Job.PUBLISH: (table.publish_at, _AN_HOUR),
        Job.DIGEST: (table.digest_at, table.send_hours[1] - (table.digest_at or 0)),
        Job.BACKUP: (table.backup_at, 0),  # a copy of a file waits for nobody
    }[job]
    return () if at is None else (at + _later(table, room),)


def _later(table: Timetable, room: int) -> int:
    """Return by how many minutes, less than there is room for, this project's jobs are later."""
    return int(table.spread * min(max(room, 0), _AN_HOUR))


def _at(day: dt.date, minute: int, zone: ZoneInfo) -> dt.datetime:
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(dt.UTC)


def _in_window(table: Timetable, calendar: Calendar, now: dt.datetime) -> bool:
    """Tell whether letters may go now; those of one week never go in the next one."""
    local = now.astimezone(calendar.zone)
    start, end = table.send_hours
    moment = _of_the_week(table, calendar, local.date())
    return (
        calendar.is_working(local.date())
        and start <= local.hour * 60 + local.minute < end
        and moment is not None
        and moment <= now
    )


def _window(table: Timetable, calendar: Calendar, now: dt.datetime) -> dt.datetime | None:
    """Return when letters may go next, UTC."""
    today = now.astimezone(calendar.zone).date()
    openings = (
        max(_at(day, table.send_hours[0], calendar.zone), moment)
        for ahead in range(2 * _A_WEEK)
        if calendar.is_working(day := today + ahead * _DAY)
        and (moment := _of_the_week(table, calendar, day)) is not None
    )
    return next((one for one in openings if one > now), None)


def _of_the_week(table: Timetable, calendar: Calendar, day: dt.date) -> dt.datetime | None:
    """Return when the letters of a day's week go at the earliest, UTC."""
    send_day, minutes = calendar.send_day(day), _minutes(Job.DIGEST, table)
    if send_day is None or not minutes:
        return None
    return _at(send_day, minutes[0], calendar.zone)
