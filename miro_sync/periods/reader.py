"""What a whole period text means.

A text that a careful person could not date is `UNDATED` or `AMBIGUOUS`, never a guess. What was
filled in is said (`Schedule.assumed`), what was not understood is named (`Schedule.unread`).
All days are local, all periods closed. The way of a text: `tokens` cuts it up, `counts` and
`grammar` put the tokens together, `content` hands out the years that are written, `years` and
`wholes` find those that are not, `rhythms` knows how often something comes, and here it is judged
what the whole text means.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
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
from miro_sync.periods.content import Content, sort_out
from miro_sync.periods.grammar import parse
from miro_sync.periods.pieces import Dated, Piece, Span
from miro_sync.periods.rhythms import occurrences, recurrence_of, rhythm_of
from miro_sync.periods.tokens import Tokens, tokenize
from miro_sync.periods.wholes import Whole, whole_years
from miro_sync.periods.words import MONTH_NAMES
from miro_sync.periods.years import calendar_year, is_inside, length, locate, school_year

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
    return occurrences(schedule.rhythm or Rhythm(Every.YEAR), schedule.periods, bounds)


# --- reading ----------------------------------------------------------------------------------

_LONGEST_REMEMBERED = 500
_TAIL_SHOWN = 100
#: Tokens that speak of time without naming days: «после каникул», «в течение недели».
_RELATIVE = frozenset("HcqhkMebzxoaOj#fuWwTgFr7")
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
        content.doubts.append((pieces[0].start, pieces[-1].end))
    tail = text[LONGEST_TEXT:]
    lost = bool(tail and _DATE_LIKE.search(tail))
    found = [_find(dated, content, context) for dated in content.dated]
    answer = _judge(found, content, context, lost=lost)
    return Schedule(
        text=text,
        kind=answer.kind,
        periods=answer.periods,
        recurrence=recurrence_of(answer.rhythm),
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


def _judge(
    found: list[_Found],
    content: Content,
    context: DateContext,
    *,
    lost: bool,
) -> _Answer:
    rhythm, clash = rhythm_of(content)
    found = _without_comments(found) + _ends_of_years(content, context)
    whole = whole_years(content, context, has_dates=bool(found))
    if whole is not None and found and rhythm is None and _explained(content, found):
        whole = None
    doubtful = (
        bool(content.doubts)
        or lost
        or clash
        or not all(_is_settled(one, rhythm) for one in found)
        or (whole is not None and (not whole.sure or (bool(found) and rhythm is None)))
        or (bool(found) and _at_odds(content, whole))
        or (len(found) > 1 and (_nested(found) or _out_of_order(found)))
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
        kind = ScheduleKind.DATE if length(periods[0]) == 1 else ScheduleKind.RANGE
    deadline = all(one.dated.role == "u" for one in found)
    return _Answer(kind, periods, filled=_filled(found), deadline=deadline)


def _is_settled(one: _Found, rhythm: Rhythm | None) -> bool:
    """Tell whether there is one reading; «ежемесячно с октября» needs no day in October."""
    return one.sure or (rhythm is not None and one.dated.role == "f" and len(one.periods) == 1)


def _filled(found: list[_Found]) -> tuple[int, ...]:
    return tuple(sorted({year for one in found for year in one.filled}))


def _unique(periods: Iterable[Period]) -> tuple[Period, ...]:
    return tuple(dict.fromkeys(periods))


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
                period.overlaps(other)
                for period in one.periods
                for it in exact
                for other in it.periods
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


def _at_odds(content: Content, whole: Whole | None) -> bool:
    """Doubt dates beside years or a period that they do not belong to: «сентябрь, весь период»."""
    project = whole is None and any(token.kind == "7" for token in content.phrases)
    return bool(content.years) or len(content.schools) > 1 or project


def _nested(found: list[_Found]) -> bool:
    return any(_frames(one, other) for one in found for other in found)


def _out_of_order(found: list[_Found]) -> bool:
    """Doubt «август, сентябрь» in a school year's plan: by the rules a year lies between them."""
    return any(
        one.filled
        and one.dated.span.month == _AUGUST
        and other.filled
        and one.sure
        and other.sure
        and other.periods[0].end < one.periods[0].start
        and other.dated.span.month > _AUGUST
        for one, other in pairwise(found)
    )


_AUGUST = 8


def _explained(content: Content, found: list[_Found]) -> bool:
    """Tell whether brackets part the frame from its dates: «в течение года (октябрь, май)»."""
    if not content.phrases:
        return False
    aside = {token.aside for token in content.phrases}
    return aside.isdisjoint({one.dated.aside for one in found})


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


def _recurring(rhythm: Rhythm, found: list[_Found], whole: Whole | None) -> _Answer | None:
    """Give a rhythm its bounds; None where the days of the text are no bounds to it."""
    kind = ScheduleKind.RECURRING
    if not found:
        periods = _joined(whole.periods) if whole is not None else ()
        return _Answer(kind, periods, rhythm, whole.filled if whole is not None else ())
    periods = _unique(period for one in found for period in one.periods)
    filled = _filled(found)
    roles = {one.dated.role for one in found}
    answer = None
    if whole is not None:
        pass  # «ежемесячно в течение года, октябрь»
    elif rhythm.every in (Every.YEAR, Every.HALF_YEAR) and "f" not in roles:
        answer = _Answer(kind, periods, rhythm, filled, roles == {"u"})
    elif roles == {""} and all(length(period) > 1 for period in periods):
        answer = _Answer(kind, periods, rhythm, filled)
    elif len(found) == 1 and roles != {""}:
        since = periods[0].start if roles == {"f"} else None
        until = periods[0].end if roles == {"u"} else None
        answer = _Answer(kind, (), replace(rhythm, since=since, until=until), filled)
    return answer


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
    if answer.filled:
        first, last = answer.filled[0], answer.filled[-1]
        years = str(first) if first == last else f"{first}–{last}"
        school = answer.kind is ScheduleKind.SCHOOL_YEAR
        said.append(say("periods.school_year" if school else "periods.year", years=years))
    spans = [dated.span for dated in content.dated]
    if answer.filled and not answer.deadline and any(span.half for span in spans):
        period = answer.periods[0]
        said.append(say("periods.half_year", start=period.start, end=period.end))
    for word, month in tokens.typos:
        said.append(say("periods.typo", word=word, month=MONTH_NAMES[month - 1]))
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
        places = content.doubts or [_EVERYTHING]
    elif answer.kind is ScheduleKind.UNDATED:
        relative = any(piece.kind in _RELATIVE for piece in pieces)
        places = [_EVERYTHING] if places or relative else []
    elif content.weekdays and all(dated.span.precise for dated in content.dated):
        places = [*places, *_wrong_weekdays(answer, content)]
    if not places and not tail:
        return ""
    parts = [
        tokens.text[:LONGEST_TEXT].strip() if place is _EVERYTHING else tokens.verbatim(*place)
        for place in _apart(places)
    ]
    if tail:
        parts.append(tail[:_TAIL_SHOWN].strip())
    return " … ".join(dict.fromkeys(parts))


def _apart(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort places and merge those that overlap or follow each other."""
    if len(places) == 1:
        return places
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


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
