"""Years and school years as a whole: «в течение года», «2022/23 уч. год», «2013–2016 гг.».

«В течение года» is what a year is to the document: a school year, or a calendar year.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from miro_sync.model import DateContext, Period, ScheduleKind
from miro_sync.periods.content import Content
from miro_sync.periods.tokens import Token
from miro_sync.periods.years import calendar_year, is_inside, school_year, years_inside


class Whole(NamedTuple):
    """What years and school years as a whole mean.

    Attributes:
        periods: the readings; one per year where several are meant.
        sure: there is one reading.
        filled: the years that were not written but filled in.

    """

    kind: ScheduleKind
    periods: tuple[Period, ...]
    sure: bool = True
    filled: tuple[int, ...] = ()


def whole_years(content: Content, context: DateContext, *, has_dates: bool) -> Whole | None:
    """Return what the years of a text mean as a whole, None when it names none.

    Args:
        content: the text, sorted out.
        context: what kind of document it stands in.
        has_dates: the text names days too: written years then only say which days these are.

    """
    if not (content.phrases or content.years or content.schools or content.ranges):
        return None
    phrases = {token.kind for token in content.phrases}
    if content.ranges and not content.schools:
        return _year_ranges(content.ranges, context, school="1" in phrases)
    if content.schools or content.years:
        if has_dates:
            return None
        if content.schools:
            return _named_school_years(content.schools, context)
        return _named_years(content.years, school="1" in phrases)
    unnamed: dict[str, Callable[[DateContext], Whole | None]] = {
        "1": _the_school_year,
        "2": _the_year,
        "3": _the_calendar_year,
        "7": _the_project,
    }
    return next((find(context) for phrase, find in unnamed.items() if phrase in phrases), None)


def _named_years(years: list[int], *, school: bool) -> Whole:
    if school:  # «учебного года 2013»: the one that begins or the one that ends in it
        starts = dict.fromkeys(start for year in years for start in (year - 1, year))
        return Whole(ScheduleKind.AMBIGUOUS, tuple(map(school_year, starts)), sure=False)
    periods = tuple(map(calendar_year, dict.fromkeys(years)))
    return Whole(ScheduleKind.RANGE if len(periods) == 1 else ScheduleKind.MULTI, periods)


def _years(period: Period) -> tuple[int, int]:
    return (period.start.year, period.end.year)


def _named_school_years(starts: list[int], context: DateContext) -> Whole:
    """The document's own school year is `school_year`; another one is a range of days."""
    if len(starts) > 1:
        return Whole(ScheduleKind.MULTI, tuple(map(school_year, starts)))
    own = context.school_year in (None, starts[0])
    kind = ScheduleKind.SCHOOL_YEAR if own else ScheduleKind.RANGE
    return Whole(kind, (school_year(starts[0]),))


def _year_ranges(ranges: list[Token], context: DateContext, *, school: bool) -> Whole:
    periods = tuple(
        Period(calendar_year(token.value).start, calendar_year(token.year).end) for token in ranges
    )
    if len(ranges) > 1:
        return Whole(ScheduleKind.MULTI, periods)
    (token,) = ranges
    unsaid = bool(token.month) and token.year == token.value + 1
    if unsaid and (school or context.school_year == token.value):
        return _named_school_years([token.value], context)
    if unsaid or school:
        return Whole(ScheduleKind.AMBIGUOUS, (school_year(token.value), *periods), sure=False)
    return Whole(ScheduleKind.RANGE, periods)


def _the_school_year(context: DateContext) -> Whole:
    if context.school_year is not None:
        starts = [context.school_year]
    elif context.year is not None:
        starts = [context.year - 1, context.year]
    else:
        starts = _starts_inside(context.span, school_year)
    return _one_of(ScheduleKind.SCHOOL_YEAR, tuple(map(school_year, starts)))


def _the_year(context: DateContext) -> Whole:
    """«В течение года» is what a year is to the document: a school year or a calendar year."""
    if context.school_year is not None:
        return _the_school_year(context)
    if context.year is not None or context.span is None:
        return _the_calendar_year(context)
    schools = _the_school_year(context)
    calendar = _the_calendar_year(context)
    if not calendar.periods:
        return schools
    if not schools.periods:
        return calendar
    return Whole(ScheduleKind.AMBIGUOUS, (*calendar.periods, *schools.periods), sure=False)


def _the_calendar_year(context: DateContext) -> Whole:
    if context.school_year is not None:
        years = [context.school_year, context.school_year + 1]
    elif context.year is not None:
        years = [context.year]
    else:
        years = _starts_inside(context.span, calendar_year)
    return _one_of(ScheduleKind.RANGE, tuple(map(calendar_year, years)))


def _the_project(context: DateContext) -> Whole | None:
    """«Весь период» is the project's; of a plan for a year it says nothing."""
    if context.span is None or context.school_year is not None or context.year is not None:
        return None
    return _one_of(ScheduleKind.RANGE, (context.span,))


def _starts_inside(span: Period | None, build: Callable[[int], Period]) -> list[int]:
    if span is None:
        return []
    return [year for year in years_inside(span) if is_inside(build(year), span)]


def _one_of(kind: ScheduleKind, periods: tuple[Period, ...]) -> Whole:
    if len(periods) != 1:
        return Whole(ScheduleKind.AMBIGUOUS, periods, sure=False)
    (period,) = periods
    return Whole(kind, periods, filled=_years(period))
