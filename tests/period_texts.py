"""The documents that the tests of period texts read for, and how they write an answer.

An answer is written "kind first..last first..last"; "deadline" is a date that is only a last day;
a recurring text names its recurrence, "-" where there is none.
"""

from __future__ import annotations

import datetime as dt

from miro_sync.model import DateContext, Period, Schedule, ScheduleKind

SCHOOL = DateContext(school_year=2022)
YEAR = DateContext(year=2023)
PROJECT = DateContext(span=Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31)))


def told(schedule: Schedule) -> str:
    """Write a schedule the way the tables of the tests do."""
    words = ["deadline" if schedule.deadline and schedule.kind == "date" else str(schedule.kind)]
    if schedule.kind is ScheduleKind.RECURRING:
        words.append(schedule.recurrence or "-")
    for period in schedule.periods:
        one_day = period.start == period.end
        words.append(str(period.start) if one_day else f"{period.start}..{period.end}")
    return " ".join(words)


def period(text: str) -> Period:
    start, _, end = text.partition("..")
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end or start))
