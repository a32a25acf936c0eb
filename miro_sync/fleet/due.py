"""When the jobs of a project are due: as its timetable says, each project in its own minute."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from miro_sync.timetable import Calendar, Done, Job, Timetable, next_at

#: The jobs that workers do; copies of a database are made by its server's own tools.
JOBS: Final = tuple(job for job in Job if job is not Job.BACKUP)

#: When each job is done next, UTC; None for never.
Times = Mapping[Job, dt.datetime | None]


def next_times(
    project: str, table: Timetable, done: Done, calendar: Calendar, now: dt.datetime
) -> Times:
    """Return when the jobs of a project are done next.

    Args:
        project: what it is called among the others; the jobs of each begin some minutes after the
            moments of its timetable, so that a country does not begin at once.
        table: the project's own.
        done: what is known of the past.
        calendar: the project's.
        now: the moment.

    """
    own = replace(table, spread=_place(project))
    return {job: next_at(job, own, done, calendar, now) for job in JOBS}


def _place(project: str) -> float:
    """Return a project's place among all, from 0 up to 1, the same on every machine."""
    return int.from_bytes(hashlib.sha256(project.encode()).digest()[:4]) / 2**32
