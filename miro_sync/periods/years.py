"""Which years the days of a period text belong to when the text does not say.

The conventions: in a plan for a school year, September to December are of its first calendar year
and January to August of its second; but August at the head of a range, and days of the last week of
August, are of the first: that is when schools prepare. In a calendar-year document every
day is of that year. With neither, the one reading that lies inside the project's span is taken.
A school year is 1 September to 31 May, its halves are parted by the New Year.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from miro_sync.model import DateContext, Period
from miro_sync.periods.pieces import Span

_MAY, _JUNE, _AUGUST, _SEPTEMBER, _DECEMBER = 5, 6, 8, 9, 12
_PREPARATION = 25  # from this day of August schools prepare for the year that begins
_WEEK = 7
_OUTER_YEARS = (1900, 2100)


class Located(NamedTuple):
    """Where a span lies.

    Attributes:
        periods: the reading, or all readings that are possible.
        sure: there is exactly one reading, in `periods`.
        filled: the years that were not written but filled in.

    """

    periods: tuple[Period, ...]
    sure: bool
    filled: tuple[int, ...] = ()


def locate(span: Span, context: DateContext, weekday: int | None = None) -> Located:
    """Find the years of a span.

    Args:
        span: what the text names.
        context: what kind of document the text stands in.
        weekday: that of the first day, if the text names it; it decides between two years of the
            project's span.

    """
    if span.half:
        return _half_year(span, context)
    if span.year or span.last_year:
        return _written(span, context)
    if context.school_year is not None:
        years = _school_years(span, context.school_year)
    elif context.year is not None:
        years = (context.year,)
    else:
        return _inside(span, context.span, weekday)
    periods = tuple(period for year in years if (period := _build(span, year)) is not None)
    sure = len(periods) == 1 and not _inverted_in_month(span)
    return Located(periods, sure, _years(periods[0]) if sure else ())


def school_year(first: int) -> Period:
    """Return the school year that begins in the calendar year `first`."""
    return Period(dt.date(first, _SEPTEMBER, 1), dt.date(first + 1, _MAY, 31))


def calendar_year(year: int) -> Period:
    """Return a calendar year."""
    return Period(dt.date(year, 1, 1), dt.date(year, _DECEMBER, 31))


def length(period: Period) -> int:
    """Return how many days a period has."""
    return (period.end - period.start).days + 1


def years_inside(span: Period) -> list[int]:
    """Return the calendar years that a span touches, and the one before."""
    return list(range(span.start.year - 1, span.end.year + 1))


def is_inside(period: Period, span: Period) -> bool:
    """Tell whether a period lies in a span as a whole."""
    return span.start <= period.start and period.end <= span.end


def month_day(year: int, month: int, day: int) -> dt.date | None:
    """Return a day; `day` below 1 is counted back from the month's last one, which is 0.

    None for a day that the month does not have in that year.
    """
    try:
        if day > 0:
            return dt.date(year, month, day)
        following = dt.date(year + month // 12, month % 12 + 1, 1)
        return following + dt.timedelta(day - 1)
    except ValueError:  # 29 February
        return None


def _years(period: Period) -> tuple[int, ...]:
    first, last = period.start.year, period.end.year
    return (first,) if first == last else (first, last)


def _wraps(span: Span) -> bool:
    """Tell whether the last day comes before the first one within a calendar year."""
    if span.month != span.last_month:
        return span.last_month < span.month
    return 0 < span.last_day < span.day


def _inverted_in_month(span: Span) -> bool:
    """«20 марта – 15 марта» is no year but a slip."""
    return span.month == span.last_month and _wraps(span)


def _build(span: Span, year: int, last_year: int | None = None) -> Period | None:
    """Put a span into the year of its first day; None where it has no such days."""
    if last_year is None:
        last_year = year + _wraps(span)
    if not _OUTER_YEARS[0] <= year <= last_year <= _OUTER_YEARS[1]:
        return None
    if span.nth >= 0:
        return _weekday_of_month(span, year)
    start = month_day(year, span.month, span.day)
    end = month_day(last_year, span.last_month, span.last_day)
    if start is None or end is None or end < start:
        return None
    return Period(start, end)


def _weekday_of_month(span: Span, year: int) -> Period | None:
    first = dt.date(year, span.month, 1)
    if span.nth:
        day = first + dt.timedelta(
            (span.weekday - first.weekday()) % _WEEK + _WEEK * (span.nth - 1)
        )
    else:
        last = month_day(year, span.month, 0) or first
        day = last - dt.timedelta((last.weekday() - span.weekday) % _WEEK)
    return Period(day, day) if day.month == span.month else None


def _written(span: Span, context: DateContext) -> Located:
    """Use the year that is written; it always wins, also outside the document's year.

    Except that a day between January and May of the year in which a school year begins is most
    likely a slip of someone still used to the old year: «10.02.2014» in a plan for 2014/15.
    """
    wraps = _wraps(span)
    year = span.year or span.last_year - wraps
    last_year = span.last_year or span.year + wraps
    guessed = wraps and not (span.year and span.last_year)
    if last_year < year or (last_year == year and wraps):
        guesses = [_build(span, last_year - wraps), _build(span, year)]
        return Located(tuple(guess for guess in guesses if guess is not None), sure=False)
    period = _build(span, year, last_year)
    if period is None:
        return Located((), sure=False)
    first = context.school_year
    if (
        span.precise
        and first is not None
        and period.start >= dt.date(first, 1, 1)
        and period.end <= dt.date(first, _MAY, 31)
    ):
        later = _build(span, year + 1, last_year + 1)
        return Located((period, later) if later else (period,), sure=False)
    return Located((period,), sure=True, filled=_years(period) if guessed else ())


def _school_years(span: Span, first: int) -> tuple[int, ...]:
    """Return the calendar years in which a span of a school year's plan may begin."""
    if span.month >= _SEPTEMBER:
        return (first,)
    wraps = _wraps(span)
    if span.month == _AUGUST:
        heads_range = span.last_month != _AUGUST or wraps
        late = span.day >= _PREPARATION or span.day < 1
        if heads_range or (late and (span.precise or span.in_weeks)):
            return (first,)
        return (first + 1,)
    last = _AUGUST if span.month > _JUNE else _SEPTEMBER
    if wraps or span.last_month > last:
        return (first, first + 1)  # «июль – сентябрь», «январь – декабрь»: over the plan's edge
    return (first + 1,)


def _inside(span: Span, bounds: Period | None, weekday: int | None) -> Located:
    if bounds is None:
        return Located((), sure=False)
    readings = [
        period for year in years_inside(bounds) if (period := _build(span, year)) is not None
    ]
    inside = [period for period in readings if is_inside(period, bounds)]
    if len(inside) > 1 and weekday is not None:
        inside = [period for period in inside if period.start.weekday() == weekday] or inside
    if len(inside) == 1 and not _inverted_in_month(span):
        return Located((inside[0],), sure=True, filled=_years(inside[0]))
    touching = [period for period in readings if period.overlaps(bounds)]
    return Located(tuple(inside or touching), sure=False)


def _half_year(span: Span, context: DateContext) -> Located:
    """Find a half-year: of the calendar year, or of the school year in a school year's plan."""

    def of_calendar(year: int) -> Period:
        whole = calendar_year(year)
        start = whole.start if span.half != _SECOND else dt.date(year, 7, 1)
        end = whole.end if span.half != _FIRST else dt.date(year, 6, 30)
        return Period(start, end)

    def of_school(first: int) -> Period:
        whole = school_year(first)
        start = whole.start if span.half != _SECOND else dt.date(first + 1, 1, 1)
        end = whole.end if span.half != _FIRST else dt.date(first, _DECEMBER, 31)
        return Period(start, end)

    if span.year:
        calendar = of_calendar(span.year)
        if context.school_year is None:
            return Located((calendar,), sure=True)
        school = of_school(span.year if span.half != _SECOND else span.year - 1)
        return Located((school, calendar), sure=False)
    if context.school_year is not None:
        period = of_school(context.school_year)
        return Located((period,), sure=True, filled=_years(period))
    if context.year is not None:
        return Located((of_calendar(context.year),), sure=True, filled=(context.year,))
    if context.span is None:
        return Located((), sure=False)
    readings = {
        half(year) for year in years_inside(context.span) for half in (of_calendar, of_school)
    }
    inside = sorted(period for period in readings if is_inside(period, context.span))
    filled = _years(inside[0]) if len(inside) == 1 else ()
    return Located(tuple(inside), sure=len(inside) == 1, filled=filled)


_FIRST, _SECOND = 1, 2
