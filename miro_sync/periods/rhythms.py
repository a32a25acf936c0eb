"""How often something comes: what a text says of it, and the single times it comes.

Weeks begin on Monday. School quarters end here with October, December, March and May: each school
sets its own days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from miro_sync.model import DateContext, Every, Period, Rhythm
from miro_sync.periods.content import Content
from miro_sync.periods.pieces import BY_THE_WAY, EXPRESSLY, IN_PART, Span
from miro_sync.periods.years import is_inside, length, locate, month_day, years_inside


def rhythm_of(content: Content) -> tuple[Rhythm | None, bool]:
    """Put together what a text says of how often.

    Returns:
        The rhythm, None when the text names none; and whether it contradicts itself.

    """
    if not content.rhythms:
        return None, False
    express = [piece.rhythm for piece in content.rhythms if piece.said == EXPRESSLY]
    others = [piece.rhythm for piece in content.rhythms if piece.said == BY_THE_WAY]
    partial = [piece.rhythm for piece in content.rhythms if piece.said == IN_PART]
    if not express:
        express, others = others, []
    if not express:
        return None, False
    whole = express[0]
    if any(rhythm.every is not whole.every for rhythm in express):
        return whole, True
    for rhythm in (*express, *others, *partial):
        same = rhythm.every is whole.every
        whole = replace(
            whole,
            interval=max(whole.interval, rhythm.interval) if same else whole.interval,
            times=max(whole.times, rhythm.times),
            weekdays=whole.weekdays or (rhythm.weekdays if same else ()),
            nth=rhythm.nth if whole.nth is None and same else whole.nth,
            days=whole.days or (rhythm.days if same else None),
        )
    return whole, False


_RECURRENCES = {
    Every.WEEK: "weekly",
    Every.MONTH: "monthly",
    Every.QUARTER: "quarterly",
    Every.SCHOOL_QUARTER: "quarterly",
}


def recurrence_of(rhythm: Rhythm | None) -> str | None:
    """Return "weekly", "monthly" or "quarterly"; None for every other rhythm and for none."""
    if rhythm is None or rhythm.interval > 1:
        return None
    return _RECURRENCES.get(rhythm.every)


def occurrences(rhythm: Rhythm, known: tuple[Period, ...], bounds: Period) -> tuple[Period, ...]:
    """Return the period of each time that something comes, in order.

    Args:
        rhythm: how often.
        known: the bounds that the text gives, often none; for what comes once a year also its
            days in some year.
        bounds: the days that are looked at.

    """
    samples = {period for period in known if length(period) < _YEAR}
    if rhythm.every in (Every.YEAR, Every.HALF_YEAR) and samples:
        return _each_year(samples, bounds)
    found: set[Period] = set()
    for window in _windows(known or (bounds,), rhythm, bounds):
        found.update(_occurrences(rhythm, window))
    return tuple(sorted(found))


_YEAR = 365  # days: a year is no sample of days in it
_WEEK = 7
_MONTHS_OF = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
_SCHOOL_QUARTERS = ((9, 10), (11, 12), (1, 3), (4, 5))


def _each_year(samples: set[Period], bounds: Period) -> tuple[Period, ...]:
    """Repeat days of a year in every year of the bounds; a date counts by its last day."""
    days = {(sample.start.month, sample.start.day) for sample in samples}
    if len(days) < len(samples):  # the text itself says in which years: «15 марта 2023, 2024»
        return tuple(sorted(sample for sample in samples if sample.end in bounds))
    found: set[Period] = set()
    for sample in samples:
        last_of_month = month_day(sample.end.year, sample.end.month, 0) == sample.end
        for year in years_inside(bounds):
            end = month_day(
                year + sample.end.year - sample.start.year,
                sample.end.month,
                0 if last_of_month else sample.end.day,
            )
            start = month_day(year, sample.start.month, sample.start.day)
            if start is not None and end is not None and end in bounds:
                found.add(Period(min(start, end), end))
    return tuple(sorted(found))


def _windows(known: tuple[Period, ...], rhythm: Rhythm, bounds: Period) -> Iterator[Period]:
    for period in known:
        start = max(period.start, bounds.start, rhythm.since or bounds.start)
        end = min(period.end, bounds.end, rhythm.until or bounds.end)
        if start <= end:
            yield Period(start, end)


def _occurrences(rhythm: Rhythm, window: Period) -> Iterator[Period]:
    if rhythm.every is Every.DAY:
        yield window
        return
    for index, unit in enumerate(_units(rhythm.every, window)):
        if index % rhythm.interval:
            continue
        named = _named(rhythm, unit)
        if named is not None:
            yield from (period for period in named if is_inside(period, window))
            continue
        cut = Period(max(unit.start, window.start), min(unit.end, window.end))
        if 2 * length(cut) >= length(unit):
            yield cut


def _units(every: Every, window: Period) -> Iterator[Period]:
    """Yield the weeks, months, … that touch the window, in order."""
    if every is Every.WEEK:
        monday = window.start - dt.timedelta(window.start.weekday())
        while monday <= window.end:
            yield Period(monday, monday + dt.timedelta(_WEEK - 1))
            monday += dt.timedelta(_WEEK)
        return
    if every is Every.SCHOOL_QUARTER:
        parts = sorted(_SCHOOL_QUARTERS)
    else:
        months = _MONTHS_OF[every]
        parts = [(first, first + months - 1) for first in range(1, 13, months)]
    for year in range(window.start.year, window.end.year + 1):
        for first, last in parts:
            end = month_day(year, last, 0)
            unit = Period(dt.date(year, first, 1), end or window.end)
            if unit.overlaps(window):
                yield unit


def _named(rhythm: Rhythm, unit: Period) -> tuple[Period, ...] | None:
    """Return the days of a unit that the text names: () where it has none such, as a fifth Friday.

    None where the text names no days of it.
    """
    if rhythm.every is Every.WEEK and len(rhythm.weekdays) == 1:
        day = unit.start + dt.timedelta(rhythm.weekdays[0])
        return (Period(day, day),)
    if rhythm.every is not Every.MONTH:
        return None
    year, month = unit.start.year, unit.start.month
    if rhythm.days is not None:
        first, last = (_clipped(year, month, day) for day in rhythm.days)
        return (Period(min(first, last), last),)
    if rhythm.nth is not None and len(rhythm.weekdays) == 1:
        span = Span(month, 1, year, month, 0, year, weekday=rhythm.weekdays[0], nth=rhythm.nth)
        return locate(span, DateContext()).periods
    return None


def _clipped(year: int, month: int, day: int) -> dt.date:
    """Return a day of a month, the last one where the month is too short: «до 31 числа»."""
    last = month_day(year, month, 0) or dt.date(year, month, 28)
    return month_day(year, month, day) or last
