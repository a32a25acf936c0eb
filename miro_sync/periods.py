"""Period texts -> days: what people write in the column «Сроки» of plans, orders and roadmaps.

A text that a careful person could not date is `UNDATED` or `AMBIGUOUS`, never a guess. What was
filled in is said (`Schedule.assumed`), what was not understood is named (`Schedule.unread`).
All days are local, all periods closed. The way of a text: `period_tokens` cuts it up,
`period_grammar` puts the tokens together, `period_content` hands out the years that are written,
`period_years` finds those that are not, and here it is judged what the whole means.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from miro_sync.model import (
    DateContext,
    Every,
    Message,
    Period,
    Rhythm,
    Schedule,
    ScheduleKind,
    say,
)
from miro_sync.period_content import Content, sort_out
from miro_sync.period_grammar import Dated, Piece, Span, parse
from miro_sync.period_tokens import Token, Tokens, tokenize
from miro_sync.period_words import MONTH_NAMES
from miro_sync.period_years import (
    calendar_year,
    is_inside,
    locate,
    month_day,
    school_year,
    years_inside,
)

LONGEST_TEXT = 4000
"""Characters of a text that are read; where it is longer, `unread` names what follows."""


def read_period(text: str, context: DateContext) -> Schedule:
    """Understand a period text.

    Args:
        text: as it was written; any string is accepted.
        context: what fills in a year that is not written.

    Returns:
        What the text means. `AMBIGUOUS` holds the possible readings as candidates.

    """
    if len(text) <= _LONGEST_REMEMBERED:
        return _remembered(text, context)
    return _read(text, context)


def expand(schedule: Schedule, bounds: Period) -> tuple[Period, ...]:
    """Return the periods of the single occurrences of a schedule.

    Args:
        schedule: what a period text means.
        bounds: the days within which a recurring event is looked at, usually the project's span;
            the schedule's own bounds narrow it.

    Returns:
        The periods of a dated schedule as they are. For a recurring one a period for each week,
        month, …, in order: cut at the bounds, left out where more than half is cut off, narrowed
        to the days that the text names. A daily event has one period, the whole of its bounds.
        School quarters end here with October, December, March and May. Empty for a text without
        days and for an ambiguous one: candidates are no facts.

    """
    if schedule.kind is not ScheduleKind.RECURRING:
        known = schedule.kind not in (ScheduleKind.UNDATED, ScheduleKind.AMBIGUOUS)
        return schedule.periods if known else ()
    rhythm = schedule.rhythm or Rhythm(Every.YEAR)
    samples = [period for period in schedule.periods if _length(period) < _LEAP_YEAR]
    if rhythm.every in (Every.YEAR, Every.HALF_YEAR) and samples:
        return _each_year(samples, bounds)
    found: set[Period] = set()
    for window in _windows(schedule.periods or (bounds,), rhythm, bounds):
        found.update(_occurrences(rhythm, window))
    return tuple(sorted(found))


# --- reading ----------------------------------------------------------------------------------

_LONGEST_REMEMBERED = 500
_TAIL_SHOWN = 100
#: Tokens that speak of time without naming days: «после каникул», «в течение недели».
_RELATIVE = frozenset("HcqhkMebzxoaOj#fuWwTgF")
_DATE_LIKE = re.compile(r"\d|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|еже", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _remembered(text: str, context: DateContext) -> Schedule:
    return _read(text, context)


class _Found(NamedTuple):
    """A dated piece and where it lies."""

    dated: Dated
    periods: tuple[Period, ...]
    sure: bool
    filled: tuple[int, ...] = ()


class _Answer(NamedTuple):
    """What a text means, before its words are put together."""

    kind: ScheduleKind
    periods: tuple[Period, ...] = ()
    rhythm: Rhythm | None = None
    filled: tuple[int, ...] = ()
    deadline: bool = False


def _read(text: str, context: DateContext) -> Schedule:
    tokens = tokenize(text[:LONGEST_TEXT])
    pieces = parse(tokens)
    content = sort_out(pieces, tokens)
    if tokens.breaks_off and (content.dated or content.years):
        last = pieces[-1]
        content.doubts.append((last.start, last.end))
    tail = text[LONGEST_TEXT:]
    lost = bool(tail and _DATE_LIKE.search(tail))
    found = [_find(dated, content, context) for dated in content.dated]
    answer = _judge(found, content, context, lost=lost)
    return Schedule(
        text=text,
        kind=answer.kind,
        periods=answer.periods,
        recurrence=_recurrence(answer.rhythm),
        assumed=_assumed(answer, content, tokens),
        unread=_unread(answer, content, pieces, tokens, tail),
        deadline=answer.deadline,
        rhythm=answer.rhythm,
    )


def _find(dated: Dated, content: Content, context: DateContext) -> _Found:
    """Find the days of a dated piece; a deadline is its last day, a beginning its first."""
    span = dated.span
    weekdays = content.weekdays
    weekday = weekdays[0].value if weekdays and len(content.dated) == 1 else None
    located = locate(span, _own_context(content, context), weekday)
    periods, sure = located.periods, located.sure and not span.vague
    if dated.role == "u":
        ends = [_day(period.end) for period in periods]
        if dated.open_end:  # «до апреля»: 31 March or 30 April
            ends = [_day(period.start - _ONE_DAY) for period in periods] + ends
        periods, sure = tuple(ends), sure and not dated.open_end
    elif dated.open_end:
        shorter = [
            Period(period.start, before)
            for period in periods
            if (before := period.end.replace(day=1) - _ONE_DAY) >= period.start
        ]
        periods, sure = (*shorter, *periods), False
    elif dated.role == "f" and span.precise:
        periods = tuple(_day(period.start) for period in periods)
    return _Found(dated, periods, sure, located.filled)


_ONE_DAY = dt.timedelta(1)


def _day(day: dt.date) -> Period:
    return Period(day, day)


def _own_context(content: Content, context: DateContext) -> DateContext:
    """Let a school year or «следующий год» in the text itself stand before the document's."""
    if content.next_year:
        return DateContext(year=None if context.year is None else context.year + 1)
    if len(content.schools) == 1:
        return DateContext(school_year=content.schools[0])
    return context


# --- judging ----------------------------------------------------------------------------------


class _Whole(NamedTuple):
    """What years and school years as a whole mean: «в течение года», «2022/23 уч. год»."""

    kind: ScheduleKind
    periods: tuple[Period, ...]
    sure: bool = True
    filled: tuple[int, ...] = ()


def _judge(
    found: list[_Found],
    content: Content,
    context: DateContext,
    *,
    lost: bool,
) -> _Answer:
    rhythm, clash = _rhythm(content)
    found = _without_comments(found) + _ends_of_years(content, context)
    whole = _whole(content, context, has_dates=bool(found))
    if whole is not None and found and rhythm is None and _explained(content, found):
        whole = None
    doubtful = (
        bool(content.doubts)
        or lost
        or clash
        or not all(_is_settled(one, rhythm) for one in found)
        or (whole is not None and (not whole.sure or (bool(found) and rhythm is None)))
        or (bool(found) and (bool(content.years) or len(content.schools) > 1))
        or _nested(found)
        or _out_of_order(found)
    )
    if not doubtful and rhythm is not None:
        answer = _recurring(rhythm, found, whole)
        if answer is not None:
            return answer
        doubtful = True
    periods = _unique(period for one in found for period in one.periods)
    if doubtful:
        candidates = _unique((*periods, *(whole.periods if whole else ())))
        something = candidates or found or rhythm or lost or whole or content.hints
        kind = ScheduleKind.AMBIGUOUS if something else ScheduleKind.UNDATED
        return _Answer(kind, candidates)
    if found:
        return _dated(found, periods)
    if whole is not None:
        return _Answer(whole.kind, whole.periods, filled=whole.filled)
    return _Answer(ScheduleKind.UNDATED)


def _dated(found: list[_Found], periods: tuple[Period, ...]) -> _Answer:
    if len(periods) > 1:
        kind = ScheduleKind.MULTI
    else:
        kind = ScheduleKind.DATE if _length(periods[0]) == 1 else ScheduleKind.RANGE
    deadline = all(one.dated.role == "u" for one in found)
    return _Answer(kind, periods, filled=_filled(found), deadline=deadline)


def _is_settled(one: _Found, rhythm: Rhythm | None) -> bool:
    """Tell whether there is one reading; «ежемесячно с октября» needs no day in October."""
    return one.sure or (rhythm is not None and one.dated.role == "f" and len(one.periods) == 1)


def _filled(found: list[_Found]) -> tuple[int, ...]:
    return tuple(sorted({year for one in found for year in one.filled}))


def _unique(periods: Iterable[Period]) -> tuple[Period, ...]:
    return tuple(dict.fromkeys(periods))


def _length(period: Period) -> int:
    return (period.end - period.start).days + 1


def _without_comments(found: list[_Found]) -> list[_Found]:
    """Leave out what only frames or explains other dates: «весна (апрель)», «март (12.03)»."""
    if len(found) == 1:
        return found
    exact = [one for one in found if one.sure]
    kept = [
        one
        for one in found
        if not (
            one.dated.span.vague
            and any(
                period.overlaps(other) for period in one.periods for it in exact for other in it.periods
            )
        )
    ]
    return [
        one
        for one in kept
        if not any(_frames(one, it) and one.dated.aside != it.dated.aside for it in kept)
    ]


def _frames(one: _Found, other: _Found) -> bool:
    """Tell whether a month or longer holds a shorter period that is also named."""
    if one.dated.span.precise or not one.sure or not other.sure or one is other:
        return False
    frame, inner = one.periods[0], other.periods[0]
    return frame != inner and is_inside(inner, frame)


def _nested(found: list[_Found]) -> bool:
    return len(found) > 1 and any(_frames(one, other) for one in found for other in found)


def _out_of_order(found: list[_Found]) -> bool:
    """Doubt «август, сентябрь» in a school year's plan: by the rules a year lies between them."""
    return any(
        one.filled and one.dated.span.month == _AUGUST and other.filled and one.sure and other.sure
        and other.periods[0].end < one.periods[0].start
        and other.dated.span.month > _AUGUST
        for one, other in zip(found, found[1:], strict=False)
    )


_AUGUST = 8


def _explained(content: Content, found: list[_Found]) -> bool:
    """Tell whether brackets part the frame from its dates: «в течение года (октябрь, май)»."""
    if not content.phrases:
        return False
    aside = {token.aside for token in content.phrases}
    return aside.isdisjoint({one.dated.aside for one in found})


# years as a whole


def _whole(content: Content, context: DateContext, *, has_dates: bool) -> _Whole | None:
    phrases = {token.kind for token in content.phrases}
    if content.schools:
        return None if has_dates else _named_school_years(content.schools, context)
    if content.ranges:
        return _year_ranges(content.ranges, context, school="1" in phrases)
    if content.years:
        if has_dates:
            return None
        if "1" in phrases:
            pairs = ((year - 1, year) for year in content.years)
            starts = dict.fromkeys(start for pair in pairs for start in pair)
            return _Whole(ScheduleKind.AMBIGUOUS, tuple(map(school_year, starts)), sure=False)
        periods = _unique(map(calendar_year, content.years))
        return _Whole(ScheduleKind.RANGE if len(periods) == 1 else ScheduleKind.MULTI, periods)
    if "1" in phrases:
        return _the_school_year(context)
    if "2" in phrases:
        return _the_year(context)
    if "3" in phrases:
        return _the_calendar_year(context)
    return None


def _named_school_years(starts: list[int], context: DateContext) -> _Whole:
    """The document's own school year is `school_year`; another one is a range of days."""
    if len(starts) > 1:
        return _Whole(ScheduleKind.MULTI, tuple(map(school_year, starts)))
    own = context.school_year in (None, starts[0])
    kind = ScheduleKind.SCHOOL_YEAR if own else ScheduleKind.RANGE
    return _Whole(kind, (school_year(starts[0]),))


def _year_ranges(ranges: list[Token], context: DateContext, *, school: bool) -> _Whole:
    periods = _unique(
        Period(calendar_year(token.value).start, calendar_year(token.year).end) for token in ranges
    )
    if len(ranges) > 1:
        return _Whole(ScheduleKind.MULTI, periods)
    (token,) = ranges
    unsaid = bool(token.month) and token.year == token.value + 1
    if unsaid and (school or context.school_year == token.value):
        return _named_school_years([token.value], context)
    if unsaid or school:
        return _Whole(ScheduleKind.AMBIGUOUS, (school_year(token.value), *periods), sure=False)
    return _Whole(ScheduleKind.RANGE, periods)


def _the_school_year(context: DateContext) -> _Whole:
    if context.school_year is not None:
        starts = [context.school_year]
    elif context.year is not None:
        starts = [context.year - 1, context.year]
    else:
        starts = [*_inside(context.span, school_year)]
    return _one_of(ScheduleKind.SCHOOL_YEAR, tuple(map(school_year, starts)))


def _the_year(context: DateContext) -> _Whole:
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
    return _Whole(ScheduleKind.AMBIGUOUS, (*calendar.periods, *schools.periods), sure=False)


def _the_calendar_year(context: DateContext) -> _Whole:
    if context.school_year is not None:
        years = [context.school_year, context.school_year + 1]
    elif context.year is not None:
        years = [context.year]
    else:
        years = [*_inside(context.span, calendar_year)]
    return _one_of(ScheduleKind.RANGE, tuple(map(calendar_year, years)))


def _inside(span: Period | None, build: Callable[[int], Period]) -> Iterator[int]:
    if span is not None:
        yield from (year for year in years_inside(span) if is_inside(build(year), span))


def _one_of(kind: ScheduleKind, periods: tuple[Period, ...]) -> _Whole:
    if len(periods) != 1:
        return _Whole(ScheduleKind.AMBIGUOUS, periods, sure=False)
    (period,) = periods
    return _Whole(kind, periods, filled=tuple({period.start.year: 0, period.end.year: 0}))


def _ends_of_years(content: Content, context: DateContext) -> list[_Found]:
    """«До конца учебного года» is 31 May; «до конца года» the end of a calendar-year document's."""
    found = []
    for token in content.phrases:
        days: tuple[dt.date, ...] = ()
        written = token.value or (content.schools[0] if len(content.schools) == 1 else None)
        first = written if written is not None else context.school_year
        if token.kind == "5" and first is not None:
            days = (school_year(first).end,)
        elif token.kind == "6" and context.school_year is not None:
            days = (calendar_year(context.school_year).end, school_year(context.school_year).end)
        elif token.kind == "6" and context.year is not None:
            days = (calendar_year(context.year).end,)
        if token.kind in "56":
            span = Span(0, 0, 0, 0, 0, 0, precise=True)
            dated = Dated(span, token.start, token.end, token.aside, role="u")
            filled = (days[0].year,) if len(days) == 1 and not written else ()
            found.append(_Found(dated, tuple(map(_day, days)), len(days) == 1, filled))
    return found


# rhythms


def _rhythm(content: Content) -> tuple[Rhythm | None, bool]:
    """Put together what the text says of how often; the second value: it contradicts itself."""
    rhythms = [piece.rhythm for piece in content.rhythms if not piece.partial]
    if not rhythms:
        return None, False
    whole = rhythms[0]
    if any(rhythm.every is not whole.every for rhythm in rhythms):
        return whole, True
    partial = [piece.rhythm for piece in content.rhythms if piece.partial]
    for rhythm in (*rhythms, *partial):
        whole = replace(
            whole,
            interval=max(whole.interval, rhythm.interval),
            times=max(whole.times, rhythm.times),
            weekdays=whole.weekdays or rhythm.weekdays,
            nth=rhythm.nth if whole.nth is None else whole.nth,
            days=whole.days or (rhythm.days if whole.every is Every.MONTH else None),
        )
    return whole, False


_RECURRENCES = {
    Every.WEEK: "weekly",
    Every.MONTH: "monthly",
    Every.QUARTER: "quarterly",
    Every.SCHOOL_QUARTER: "quarterly",
}


def _recurrence(rhythm: Rhythm | None) -> str | None:
    if rhythm is None or rhythm.interval > 1:
        return None
    return _RECURRENCES.get(rhythm.every)


def _recurring(rhythm: Rhythm, found: list[_Found], whole: _Whole | None) -> _Answer | None:
    """Give a rhythm its bounds; None where the days of the text are no bounds to it."""
    kind = ScheduleKind.RECURRING
    if not found:
        periods = _joined(whole.periods) if whole is not None else ()
        return _Answer(kind, periods, rhythm, whole.filled if whole is not None else ())
    if whole is not None:
        return None
    periods = _unique(period for one in found for period in one.periods)
    filled = _filled(found)
    if rhythm.every in (Every.YEAR, Every.HALF_YEAR):
        deadline = all(one.dated.role == "u" for one in found)
        return _Answer(kind, periods, rhythm, filled, deadline)
    if len(found) == 1 and found[0].dated.role == "f":
        return _Answer(kind, (), replace(rhythm, since=periods[0].start), filled)
    if len(found) == 1 and found[0].dated.role == "u":
        return _Answer(kind, (), replace(rhythm, until=periods[0].end), filled)
    if any(one.dated.role or _length(one.periods[0]) == 1 for one in found):
        return None
    return _Answer(kind, periods, rhythm, filled)


def _joined(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    """Join periods that follow each other without a gap: four years are one bound."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and joined[-1].end + _ONE_DAY == period.start:
            joined[-1] = Period(joined[-1].start, period.end)
        else:
            joined.append(period)
    return tuple(joined)


# --- telling ----------------------------------------------------------------------------------


def _assumed(answer: _Answer, content: Content, tokens: Tokens) -> Message | None:
    if answer.kind in (ScheduleKind.UNDATED, ScheduleKind.AMBIGUOUS):
        return None
    said: list[Message] = []
    years = "–".join(str(year) for year in sorted({*answer.filled[:1], *answer.filled[-1:]}))
    if years and answer.kind is ScheduleKind.SCHOOL_YEAR:
        said.append(say("periods.school_year", years=years))
    elif years:
        said.append(say("periods.year", years=years))
    spans = [dated.span for dated in content.dated]
    if any(span.half for span in spans) and answer.filled:
        period = answer.periods[0]
        said.append(say("periods.half_year", start=period.start, end=period.end))
    if any(span.in_weeks for span in spans):
        said.append(say("periods.weeks"))
    said += [
        say("periods.typo", word=word, month=MONTH_NAMES[month - 1]) for word, month in tokens.typos
    ]
    if not said:
        return None
    told = said[0]
    for message in said[1:]:
        told = say("periods.and", first=told, second=message)
    return told


def _unread(
    answer: _Answer,
    content: Content,
    pieces: list[Piece],
    tokens: Tokens,
    tail: str,
) -> str:
    places = content.unread
    if answer.kind is ScheduleKind.AMBIGUOUS:
        places = sorted(content.doubts) or [_EVERYTHING]
    elif answer.kind is ScheduleKind.UNDATED:
        relative = any(piece.kind in _RELATIVE for piece in pieces)
        places = [_EVERYTHING] if places or relative else []
    elif content.weekdays:
        places = sorted([*places, *_wrong_weekdays(answer, content)])
    if not places and not tail:
        return ""
    parts = [
        tokens.text[:LONGEST_TEXT].strip() if place is _EVERYTHING else tokens.verbatim(*place)
        for place in places
    ]
    if tail:
        parts.append(tail[:_TAIL_SHOWN].strip())
    return " … ".join(dict.fromkeys(parts))


_EVERYTHING = (0, 0)


def _wrong_weekdays(answer: _Answer, content: Content) -> list[tuple[int, int]]:
    """Return the places of weekdays that are not those of the dates they stand beside."""
    days = [day for period in answer.periods for day in dict.fromkeys((period.start, period.end))]
    if len(days) != len(content.weekdays) or answer.rhythm is not None:
        return []
    return [
        (token.start, token.end)
        for day, token in zip(days, content.weekdays, strict=True)
        if day.weekday() != token.value
    ]


# --- occurrences ------------------------------------------------------------------------------

_LEAP_YEAR = 366
_WEEK = 7
_MONTHS_OF = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
_SCHOOL_QUARTERS = ((9, 10), (11, 12), (1, 3), (4, 5))


def _each_year(samples: list[Period], bounds: Period) -> tuple[Period, ...]:
    """Repeat days of a year in every year of the bounds; a date counts by its last day."""
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
        narrow = _narrowed(rhythm, unit)
        if narrow is not None:
            if is_inside(narrow, window):
                yield narrow
            continue
        start, end = max(unit.start, window.start), min(unit.end, window.end)
        if start <= end and 2 * ((end - start).days + 1) >= _length(unit):
            yield Period(start, end)


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


def _narrowed(rhythm: Rhythm, unit: Period) -> Period | None:
    """Return the days of a unit that the text names, None where it names none."""
    if rhythm.every is Every.WEEK and len(rhythm.weekdays) == 1:
        return _day(unit.start + dt.timedelta(rhythm.weekdays[0]))
    if rhythm.every is not Every.MONTH:
        return None
    year, month = unit.start.year, unit.start.month
    if rhythm.days is not None:
        first, last = (_clipped(year, month, day) for day in rhythm.days)
        return Period(min(first, last), last)
    if rhythm.nth is not None and len(rhythm.weekdays) == 1:
        span = Span(month, 1, year, month, 0, year, weekday=rhythm.weekdays[0], nth=rhythm.nth)
        located = locate(span, DateContext())
        return located.periods[0] if located.periods else None
    return None


def _clipped(year: int, month: int, day: int) -> dt.date:
    """Return a day of a month, the last one where the month is too short: «до 31 числа»."""
    last = month_day(year, month, 0) or dt.date(year, month, 28)
    return month_day(year, month, day) or last
