"""When the jobs of a project are due: by its own local day, spread so that not all come at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often what is done.

    Attributes:
        sync_minutes: between two syncs.
        hours: local hours, the first and the one after the last, in which syncs are made.
        full_hours: the same for the daily read of everything.
        mail_minutes: between two looks whether letters are due; the weekly mail itself knows its
            day and its hours, and that every letter goes once.

    """

    sync_minutes: int = 60
    hours: tuple[int, int] = (7, 20)
    full_hours: tuple[int, int] = (1, 5)
    mail_minutes: int = 60


def next_sync(rhythm: Rhythm, project: str, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """Return the next moment after `now` at which a project is to be synced, UTC."""
    step = dt.timedelta(minutes=rhythm.sync_minutes)
    begin = _epoch(now) + step * _spread(project, "sync")
    moment = begin + step * ((now - begin) // step + 1)
    while not rhythm.hours[0] <= moment.astimezone(zone).hour < rhythm.hours[1]:
        moment += step
        if moment - now > dt.timedelta(days=2):  # steps of a day that never meet the hours
            return _in_hours(rhythm.hours, project, "sync", zone, now)
    return moment


def next_full(rhythm: Rhythm, project: str, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """Return the next moment after `now` at which all of a project is read anew, UTC."""
    return _in_hours(rhythm.full_hours, project, "full", zone, now)


def next_mail(rhythm: Rhythm, project: str, now: dt.datetime) -> dt.datetime:
    """Return the next moment after `now` at which a project's letters are looked at, UTC."""
    step = dt.timedelta(minutes=rhythm.mail_minutes)
    begin = _epoch(now) + step * _spread(project, "mail")
    return begin + step * ((now - begin) // step + 1)


def _in_hours(
    hours: tuple[int, int], project: str, job: str, zone: ZoneInfo, now: dt.datetime
) -> dt.datetime:
    """Return the project's own minute within some hours of the local day, the next one to come."""
    minute = int((hours[1] - hours[0]) * _MINUTES * _spread(project, job))
    clock = dt.time(hours[0] + minute // _MINUTES, minute % _MINUTES)
    day = now.astimezone(zone).date()
    while (moment := dt.datetime.combine(day, clock, zone).astimezone(dt.UTC)) <= now:
        day += dt.timedelta(days=1)
    return moment


def _spread(project: str, job: str) -> float:
    """Return a project's place among all, from 0 up to 1, the same on every machine."""
    digest = hashlib.sha256(f"{job}/{project}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


def _epoch(now: dt.datetime) -> dt.datetime:
    """Return the midnight before, UTC."""
    return now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
