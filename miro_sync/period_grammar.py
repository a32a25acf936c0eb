"""From the tokens of a period text to what it names: days, months, ranges, years, rhythms.

The kinds of the tokens, one character each, form a string; three passes of regular expressions over
that string put small things together to larger ones, as in a cascade of finite-state grammars:

1. numbers that are no days (times, rooms, classes, durations), years, school years, rhythms;
2. days, lists of days, months, weeks, quarters, half-years: `Dated` pieces;
3. ranges, deadlines, beginnings, and what is mentioned only to be left out.

No calendar is needed here: years that are not written stay 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from miro_sync.model import Every, Rhythm
from miro_sync.period_tokens import MONTH_DAYS, Token, Tokens
from miro_sync.period_words import LAST


class Span(NamedTuple):
    """Days of one or two years, from a first to a last day, both included.

    Attributes:
        month, day: the first day. year: 0 where it is not written.
        last_month, last_day, last_year: the last day; a day below 1 is counted back from the
            month's last one, which is 0.
        precise: both ends are named by the day.
        vague: a person could not name the days («начало мая», «осенью»).
        weekday: with `nth`, the n-th such weekday of the month.
        half: 1, 2 or 3 (both) for a half-year, whose days depend on the kind of document.

    """

    month: int
    day: int
    year: int
    last_month: int
    last_day: int
    last_year: int
    precise: bool = False
    vague: bool = False
    weekday: int = -1
    nth: int = -1
    half: int = 0
    in_weeks: bool = False


class Dated(NamedTuple):
    """A piece of the text that names days.

    Attributes:
        kind: always "S".
        role: "" for the days themselves, "f" for a beginning («с 1 сентября»), "u" for a
            deadline («до 15 апреля»).
        edge: "b", "z" or "x" for the beginning, middle or end of what `span` holds in full.
        open_end: whether the last day itself is meant is not said («до апреля»).

    """

    span: Span
    start: int
    end: int
    aside: bool = False
    role: str = ""
    edge: str = ""
    open_end: bool = False
    kind: str = "S"


class Recurring(NamedTuple):
    """A piece of the text that says how often («каждую пятницу»); its kind is always "r"."""

    rhythm: Rhythm
    start: int
    end: int
    kind: str = "r"
    #: It only says on which days; how often is said elsewhere or not at all.
    partial: bool = False


Piece: TypeAlias = Token | Dated | Recurring


def parse(tokens: Tokens) -> list[Piece]:
    """Put tokens together.

    Returns:
        Pieces in the order of the text: `Dated`, `Recurring`, and tokens: "Y" a year, "G" a range
        of years (`value` to `year`; `month` 1 if nothing says that years are meant), "X" a school
        year, "1" «учебный год», "2" «в течение года», "3" «календарный год», "4" a doubt, "5"
        «до конца учебного года», "6" «до конца года», "A" «следующего года», and all that was not
        put together.

    """
    pieces = _without_weekdays(tokens)
    for grammar, build in _PASSES:
        pieces = _rewrite(pieces, grammar, build)
    return _join_ends(pieces)


# --- machinery --------------------------------------------------------------------------------

_Builder: TypeAlias = Callable[[list[Piece], str], list[Piece]]


def _rewrite(
    pieces: list[Piece],
    grammar: re.Pattern[str],
    builders: dict[str, _Builder],
) -> list[Piece]:
    kinds = "".join([piece.kind for piece in pieces])
    done = 0
    result: list[Piece] = []
    for match in grammar.finditer(kinds):
        start, end = match.span()
        result += pieces[done:start]
        result += builders[match.lastgroup or ""](pieces[start:end], match.group())
        done = end
    if not done:
        return pieces
    return result + pieces[done:]


def _drop(pieces: list[Piece], _kinds: str) -> list[Piece]:
    del pieces
    return []


def _one(kind: str, pieces: list[Piece], value: int = 0, month: int = 0, year: int = 0) -> Token:
    return Token(kind, pieces[0].start, pieces[-1].end, value, month, year, _aside(pieces))


def _aside(pieces: list[Piece]) -> bool:
    first = pieces[0]
    return not isinstance(first, Recurring) and first.aside


def _as(kind: str) -> _Builder:
    return lambda pieces, _kinds: [_one(kind, pieces)]


def _tokens(pieces: list[Piece], kinds: str) -> list[Token]:
    return [piece for piece in pieces if isinstance(piece, Token) and piece.kind in kinds]


#: A weekday that only stands beside a date: «в среду, 18 сентября», «18 сентября, среда».
_BESIDE = re.compile(r"(?<![oOnE])w,?(?=n|d|D)|(?<=[mdDg])w(?!m)")


def _without_weekdays(tokens: Tokens) -> list[Piece]:
    """Put weekdays that stand beside dates with those in brackets."""
    pieces: list[Piece] = [*tokens.items]
    kinds = "".join([piece.kind for piece in pieces])
    if "w" not in kinds:
        return pieces
    for match in reversed([*_BESIDE.finditer(kinds)]):
        tokens.weekdays.append(tokens.items[match.start()])
        del pieces[match.start() : match.end()]
    tokens.weekdays.sort()
    return pieces


# --- first pass: what is no day, years, rhythms -----------------------------------------------

_SCHOOL_DAY = range(7, 23)  # hours at which something is held
_MINUTES_STEP = 5  # people round the times they write


def _is_time(piece: Piece) -> bool:
    """Tell whether «10.10» can be a time of day: a date of which both numbers fit."""
    return isinstance(piece, Token) and (
        piece.kind == "t" or (piece.value in _SCHOOL_DAY and piece.month % _MINUTES_STEP == 0)
    )


def _time(pieces: list[Piece], kinds: str) -> list[Piece]:
    if "d" not in kinds:
        return []
    dates = [piece for piece in pieces if piece.kind == "d"]
    if all(_is_time(piece) for piece in dates):
        return []
    return [piece for piece in pieces if piece.kind != "t"]


def _school_year(pieces: list[Piece], _kinds: str) -> list[Piece]:
    first, second = _tokens(pieces, "yn")
    start = first.value if first.kind == "y" else 2000 + first.value
    if second.value % 100 == (start + 1) % 100:
        return [_one("X", pieces, start)]
    return [_one("4", pieces)]


def _short_years(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «2022-23», «2022-25 гг.», «2023-09»."""
    year, number = _tokens(pieces, "yn")
    if number.value == (year.value + 1) % 100 and number.value > len(MONTH_DAYS):
        return [_one("X", pieces, year.value)]
    if "g" in kinds and number.value > year.value % 100:
        return [_one("G", pieces, year.value, 0, year.value // 100 * 100 + number.value)]
    if number.value <= min(len(MONTH_DAYS), year.value % 100):
        return [Token("D", year.start, number.end, 0, number.value, year.value, year.aside)]
    return [_one("4", pieces)]


def _years(pieces: list[Piece], kinds: str) -> list[Piece]:
    first, last = _tokens(pieces, "y")
    if "u" in kinds or last.value <= first.value:
        return [_one("4", pieces)]
    unsaid = int("g" not in kinds and "p" not in kinds)
    return [_one("G", pieces, first.value, unsaid, last.value)]


def _year(pieces: list[Piece], _kinds: str) -> list[Piece]:
    value = _tokens(pieces, "yn")[0].value
    return [_one("Y", pieces, value if value > 100 else 2000 + value)]  # noqa: PLR2004 - «23 г.»


_UNITS = {
    "#": Every.DAY,
    "k": Every.WEEK,
    "M": Every.MONTH,
    "q": Every.QUARTER,
    "c": Every.SCHOOL_QUARTER,
    "h": Every.HALF_YEAR,
    "g": Every.YEAR,
}


def _times(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «2 раза в месяц», «1 раз в две недели»."""
    at = kinds.index("R")
    before, after = _tokens(pieces[:at], "nNj"), _tokens(pieces[at:], "nj")
    rhythm = Rhythm(
        _UNITS[kinds[-1]],
        interval=max(after[0].value, 1) if after else 1,
        times=max(before[0].value, 1) if before else 1,
    )
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end)]


def _adverb(pieces: list[Piece], _kinds: str) -> list[Piece]:
    (token,) = _tokens(pieces, "r")
    every = tuple(Every)[token.value - 1]
    return [Recurring(Rhythm(every), token.start, token.end)]


def _every(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «каждый месяц», «каждые две недели»."""
    count = _tokens(pieces, "nj")
    rhythm = Rhythm(_UNITS[kinds[-1]], interval=max(count[0].value, 1) if count else 1)
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end)]


def _weekdays(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «каждую пятницу», «по вторникам и четвергам», «последняя пятница месяца»."""
    days = tuple(token.value for token in _tokens(pieces, "wW"))
    order = _tokens(pieces, "oOnj")
    if not order:
        rhythm = Rhythm(Every.WEEK, weekdays=days)
    elif "M" not in kinds and "W" not in kinds and "E" in kinds and order[0].value == 2:  # noqa: PLR2004 - «каждый второй вторник»
        rhythm = Rhythm(Every.WEEK, interval=2, weekdays=days)
    else:
        rhythm = Rhythm(Every.MONTH, weekdays=days, nth=order[0].value)
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end)]


def _part_of_month(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «первая неделя каждого месяца», «последний день месяца»."""
    order = _tokens(pieces, "oOnj")
    days = None
    if order and ("k" in kinds or "e" in kinds):
        unit = "k" if "k" in kinds else "e"
        first, _ = _part(order[0].value, unit) or (None, None)
        _, last = _part(order[-1].value, unit) or (None, None)
        days = None if first is None or last is None else (first, last)
    elif "#" in kinds:
        day = order[0].value if order else LAST
        days = (day, day)
    return [Recurring(Rhythm(Every.MONTH, days=days), pieces[0].start, pieces[-1].end)]


def _day_of_month(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «до 15 числа каждого месяца», «с 1 по 5 число», «25 числа»."""
    numbers = [token.value for token in _tokens(pieces, "n")]
    first = 1 if len(numbers) == 1 and kinds[0] in "up" else numbers[0]
    days = (min(first, numbers[-1]), numbers[-1])
    partial = "E" not in kinds and "M" not in kinds and "A" not in kinds
    rhythm = Rhythm(Every.MONTH, days=days)
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end, partial=partial)]


_COUNT = r"[nNj](?:-?[-,&|]|[up])"
_ORDER = r"[oOn](?:-?[-,&]+[oOn])*"
_FIRST_PASS = re.compile(
    rf"""
      (?P<time_first>[fFup]t(?=n-?m|[dD]))
    | (?P<time>[fFupv]*t(?:[-&,|;]?[fup]?t|-?[up]d|-d|U)*
        |[fFv]?d(?:-?[up]|-)t(?:[-&,|]?[fup]?t)*|vd)
    | (?P<school>(?:y[-|][yn]|n[-|]n)sg?|sg?,?y[-|][yn]g?|y\|[yn]g?)
    | (?P<short>y-ng?(?![-,&]*n*m))
    | (?P<years>[f@]?yg?(?:-?[pu]|-)yg?)
    | (?P<year>yg?|(?<=[mD])ng)
    | (?P<next_year>g,?A|Ag)
    | (?P<next_school>Asg)
    | (?P<this_school>T*sg)
    | (?P<calendar>T*Lg)
    | (?P<this_year>T+g)
    | (?P<to_year_end>[up]+xg)
    | (?P<times>[nNj]?R[v@|]?[nj]?(?:s?g|[kMqch\#]))
    | (?P<adverb>r)
    | (?P<weekdays>E[oOnj]?w(?:[,&]+E?[oOn]?w)*(?:v?E?M)?|[oOn]w(?:[,&]+[oO]?w)*v?E?M
        |pW(?:[,&]*p?W)*(?:v?E?M)?)
    | (?P<part>E?{_ORDER}[ke]v?E?M|E?[oO]\#v?E?M|E[oO]\#|[bzx]EM)
    | (?P<days>[fup]?n(?:(?:-?[-pu]|[&,])n)?(?:i?EM|i(?:AM|M)?|AM)(?!m)|Eni)
    | (?P<every>E[nj]?(?:s?g|[kMqch\#]))
    | (?P<relative>Z[nNj]?(?:-n)?[kM\#U]+u)
    | (?P<document>№~?[nNd?](?=F))
    | (?P<noise>(?:[fF]?{_COUNT})*[fF]?[nNj][U\#]|d[U\#]
        |№~?[nNd?](?:[-|][nN])*|P~{{0,2}}[nNd?](?:[-|][nN])*(?!m)|[nN]P(?![nN])
        |\$(?:nm|~{{1,3}})(?:,?[P№]?[nN](?!m))?|\$)
    """,
    re.VERBOSE,
)
_FIRST: dict[str, _Builder] = {
    "time_first": lambda pieces, _kinds: pieces[:1],  # «до 12.00 15 марта»
    "time": _time,
    "school": _school_year,
    "short": _short_years,
    "years": _years,
    "year": _year,
    "next_year": _as("A"),
    "next_school": _as("4"),
    "this_school": _as("1"),
    "calendar": _as("3"),
    "this_year": _as("2"),
    "to_year_end": _as("6"),
    "times": _times,
    "adverb": _adverb,
    "weekdays": _weekdays,
    "part": _part_of_month,
    "days": _day_of_month,
    "every": _every,
    "relative": _as("J"),
    "document": _as("B"),
    "noise": _drop,
}

# --- second pass: days, months and parts of them ----------------------------------------------

_SEASONS = ((12, 2), (3, 5), (6, 8), (9, 11))  # winter first, by months
_SCHOOL_QUARTERS = ((9, 10), (11, 12), (1, 3), (4, 5))  # usual; each school sets its own days
_EDGES = {"b": (1, 10), "z": (11, 20), "x": (21, 0)}


def _part(order: int, unit: str) -> tuple[int, int] | None:
    """Return the first and last day of a week, ten days or half of a month.

    Weeks are blocks of seven days from the first: a text that says «вторая неделя октября» means
    no calendar week that two readers would agree on.
    """
    if unit == "k":
        if order == LAST:
            return (-6, 0)
        parts = ((1, 7), (8, 14), (15, 21), (22, 28), (29, 0))
    elif unit == "e":
        parts = ((1, 10), (11, 20), (21, 0))
    else:
        parts = ((1, 15), (16, 0))
    if order > len(parts):
        return None
    return parts[order - 1]  # LAST is 0: the last one


def _bad(pieces: list[Piece], _kinds: str) -> list[Piece]:
    return [_one("?", pieces)]


def _listed(spans: list[Span], pieces: list[Piece]) -> list[Piece]:
    start, end, aside = pieces[0].start, pieces[-1].end, _aside(pieces)
    listed: list[Piece] = []
    for span in spans:
        if listed:
            listed.append(Token(",", start, start))
        listed.append(Dated(span, start, end, aside))
    return listed


def _days(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «1-3, 5 марта 2023», «с 16 по 20 сентября», «18-31.01», «25.12.2013»."""
    parts: list[tuple[int, int]] = []
    month = year = tens = 0
    connected = False
    for piece in pieces:
        kind = piece.kind
        if kind in "nOdD":
            assert isinstance(piece, Token)
            day = piece.value + tens
            tens = 0
            if connected and parts:
                parts[-1] = (parts[-1][0], day)
            else:
                parts.append((day, day))
            connected = False
            if kind in "dD":
                month, year = piece.month, piece.year
        elif kind in "-pu":
            connected = True
        elif kind in ",;&":
            connected = False
        elif isinstance(piece, Token):
            if kind == "m":
                month = piece.value
            elif kind == "Y":
                year = year or piece.value
            elif kind == "j":
                tens = piece.value
            elif kind == "i" and piece.value:
                return [Dated(_month_span(month or _tokens(pieces, "m")[0].value, 0, vague=True),
                              pieces[0].start, pieces[-1].end, _aside(pieces))]
    if parts == [(0, 0)]:  # «09.2023»
        return _listed([_month_span(month, year)], pieces)
    longest = MONTH_DAYS[month - 1]
    if any(not 1 <= first <= last <= longest for first, last in parts):
        return _bad(pieces, kinds)
    return _listed(
        [Span(month, first, year, month, last, year, precise=True) for first, last in parts],
        pieces,
    )


def _month_span(month: int, year: int, *, vague: bool = False) -> Span:
    return Span(month, 1, year, month, 0, year, vague=vague)


def _month(pieces: list[Piece], _kinds: str) -> list[Piece]:
    first, *rest = pieces
    assert isinstance(first, Token)
    years = _tokens(rest, "Y")
    span = _month_span(first.value, years[0].value if years else 0)
    return [Dated(span, first.start, pieces[-1].end, first.aside)]


def _month_and_year(pieces: list[Piece]) -> tuple[int, int]:
    (month,), years = _tokens(pieces, "m"), _tokens(pieces, "Y")
    return month.value, years[0].value if years else 0


def _ordered(pieces: list[Piece], order: str = "oOn") -> list[tuple[int, int]]:
    """Return the ordinals of a list as (first, last) pairs: «1, 3-4 неделя»."""
    parts: list[tuple[int, int]] = []
    connected = False
    for piece in pieces:
        if piece.kind == "-":
            connected = True
        elif piece.kind in order and isinstance(piece, Token):
            if connected and parts:
                parts[-1] = (parts[-1][0], piece.value)
            else:
                parts.append((piece.value, piece.value))
            connected = False
    return parts


def _weeks(pieces: list[Piece], kinds: str) -> list[Piece]:
    month, year = _month_and_year(pieces)
    unit = next(kind for kind in kinds if kind in "kel")
    spans = []
    for first, last in _ordered(pieces):
        head, tail = _part(first, unit), _part(last, unit)
        if head is None or tail is None:
            return _bad(pieces, kinds)
        spans.append(Span(month, head[0], year, month, tail[1], year, in_weeks=unit == "k"))
    return _listed(spans, pieces)


def _nth_weekday(pieces: list[Piece], kinds: str) -> list[Piece]:
    month, year = _month_and_year(pieces)
    order, weekday = _tokens(pieces, "oOn")[0].value, _tokens(pieces, "w")[0].value
    if order > 5:  # noqa: PLR2004 - no month has six of a weekday
        return _bad(pieces, kinds)
    span = _month_span(month, year)._replace(precise=True, weekday=weekday, nth=order)
    return _listed([span], pieces)


def _of_year(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read quarters, half-years and school quarters."""
    years = _tokens(pieces, "Y")
    year = years[0].value if years else 0
    unit = next(kind for kind in kinds if kind in "qhc")
    count = 2 if unit == "h" else 4
    spans = []
    for first, last in _ordered(pieces):
        first, last = first or count, last or count  # noqa: PLW2901 - the last one
        if not first <= last <= count:
            return _bad(pieces, kinds)
        if unit == "q":
            spans.append(Span(3 * first - 2, 1, year, 3 * last, 0, year))
        elif unit == "h":
            spans.append(Span(1, 1, year, 12, 0, year, half=3 if first < last else first))
        else:
            head, tail = _SCHOOL_QUARTERS[first - 1][0], _SCHOOL_QUARTERS[last - 1][1]
            spans.append(Span(head, 1, year, tail, 0, year, vague=True))
    return _listed(spans, pieces)


def _season(pieces: list[Piece], _kinds: str) -> list[Piece]:
    (season,), years = _tokens(pieces, "a"), _tokens(pieces, "Y")
    first, last = _SEASONS[season.value]
    year = years[0].value if years else 0
    span = Span(first, 1, year if first < last else 0, last, 0, year, vague=True)
    return _listed([span], pieces)


def _edge(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «начало мая», «конец мая»: vague, unless «до конца мая» makes it precise."""
    month, year = _month_and_year(pieces)
    edges = [kind for kind in kinds if kind in _EDGES]
    span = Span(month, _EDGES[edges[0]][0], year, month, _EDGES[edges[-1]][1], year, vague=True)
    return [Dated(span, pieces[0].start, pieces[-1].end, _aside(pieces), edge=edges[-1])]


_DAY = r"(?:[fF]?n-?[-pu]n|n)"
_SECOND_PASS = re.compile(
    rf"""
      (?P<weekday>[oOn]wv?mY?)
    | (?P<weeks>{_ORDER}[kel]v?mY?|mY?[-,]?{_ORDER}[kel](?!v?m))
    | (?P<days>{_DAY}(?:[,;&]+{_DAY})*-?i?mY?|[oO]imY?
        |f?j?O(?:-?[-pu]j?O)mY?|j?OmY?
        |(?:{_DAY}[,;&]+)*(?:[fF]?n-?[-pu])?(?:D|dY?))
    | (?P<bad>[nN]-?N-?m|Nm)
    | (?P<month>mY?)
    | (?P<of_year>{_ORDER}[qhc]Y?|[qc][oO]Y?)
    | (?P<season>aY?)
    | (?P<edge>[bzx](?:-?[bzx])?mY?)
    | (?P<noise>(?:[nNj][-,&|]*)+[kMe]|g)
    """,
    re.VERBOSE,
)
_SECOND: dict[str, _Builder] = {
    "weekday": _nth_weekday,
    "weeks": _weeks,
    "days": _days,
    "bad": _bad,
    "month": _month,
    "of_year": _of_year,
    "season": _season,
    "edge": _edge,
    "noise": _drop,
}

# --- third pass: ranges, deadlines, what is left out ------------------------------------------


def _dated(pieces: list[Piece]) -> list[Dated]:
    return [piece for piece in pieces if isinstance(piece, Dated)]


def _only_last(pieces: list[Piece], _kinds: str) -> list[Piece]:
    """Keep the new date of «перенос с 3 на 5 марта», and none of «перенос с 3 марта»."""
    dated = _dated(pieces)
    return [dated[-1]] if len(dated) > 1 else []


def _plain(pieces: list[Piece], _kinds: str) -> list[Piece]:
    return [*_dated(pieces)]


def _range(pieces: list[Piece], kinds: str) -> list[Piece]:
    first, last = _dated(pieces)
    return [_between(first, last, "u" in kinds, pieces[0].start, pieces[-1].end)]


def _between(first: Dated, last: Dated, until: bool, start: int, end: int) -> Dated:  # noqa: FBT001
    head, tail = first.span, last.span
    exact_head = not head.vague or first.edge == "b"
    exact_tail = not tail.vague or last.edge == "x"
    relative = head.half or tail.half or head.nth >= 0 or tail.nth >= 0
    span = Span(
        head.month,
        head.day,
        head.year,
        tail.last_month,
        tail.last_day,
        tail.last_year,
        precise=head.precise and tail.precise,
        vague=not exact_head or not exact_tail or bool(relative),
        in_weeks=head.in_weeks or tail.in_weeks,
    )
    open_end = last.open_end or (until and not tail.precise and last.edge != "x")
    return Dated(span, start, end, first.aside, open_end=open_end)


def _since(pieces: list[Piece], _kinds: str) -> list[Piece]:
    (dated,) = _dated(pieces)
    span = dated.span
    if dated.edge == "b" and span.vague:
        span = span._replace(vague=False, last_day=1, precise=True)
    elif not span.precise:
        span = span._replace(vague=True)  # «с сентября»: on which day is not said
    return [dated._replace(span=span, start=pieces[0].start, role="f")]


def _until(pieces: list[Piece], kinds: str) -> list[Piece]:
    (dated,) = _dated(pieces)
    span = dated.span
    if dated.edge == "x":
        span = span._replace(vague=False)
    vaguely = "u" in kinds and not span.precise and not dated.edge and "I" not in kinds
    return [dated._replace(span=span, start=pieces[0].start, role="u", open_end=vaguely)]


def _relative(pieces: list[Piece], _kinds: str) -> list[Piece]:
    (dated,) = _dated(pieces)
    return [dated._replace(span=dated.span._replace(vague=True), start=pieces[0].start)]


def _until_year(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «до 2020 года»: whether that year is still meant is not said."""
    (year,) = _tokens(pieces, "Y")
    span = Span(1, 1, year.value, 12, 0, year.value)
    edge = "x" if "x" in kinds or "p" in kinds else ""
    return _until([Dated(span, pieces[0].start, pieces[-1].end, year.aside, edge=edge)], kinds)


def _edge_of_year(pieces: list[Piece], kinds: str) -> list[Piece]:
    (year,) = _tokens(pieces, "Y")
    if kinds[0] == "f":
        return [Dated(Span(1, 1, year.value, 12, 0, year.value, vague=True),
                      pieces[0].start, pieces[-1].end, year.aside)]
    first, last = {"b": (1, 3), "z": (5, 8), "x": (10, 12)}[kinds[0]]
    span = Span(first, 1, year.value, last, 0, year.value, vague=True)
    return [Dated(span, pieces[0].start, pieces[-1].end, year.aside)]


_THIRD_PASS = re.compile(
    r"""
      (?P<moved>V~?[fF]S(?:-?[p@v]S)?|S[,;]?V~?@S)
    | (?P<except>KS(?:[,&]S)*)
    | (?P<document>B[^S;YX]{0,6}FS)
    | (?P<relative>J[fpuv@]?S)
    | (?P<to_school_end>[up]+x[1X])
    | (?P<school_edge>[bzxJ][1X])
    | (?P<until_year>[up]+x?YI?(?![-,&]*S))
    | (?P<year_edge>[bzx]Y|fY(?![-,&]*S))
    | (?P<range>[fF]?S(?:-[pu]?|[pu]+)SI?)
    | (?P<since>[fF]+S|b-?S)
    | (?P<until>[up]+SI?)
    """,
    re.VERBOSE,
)
_THIRD: dict[str, _Builder] = {
    "moved": _only_last,
    "except": _as("K"),
    "document": _drop,
    "relative": _relative,
    "to_school_end": lambda pieces, _kinds: [_one("5", pieces, _school_start(pieces))],
    "school_edge": lambda pieces, _kinds: [_one("4", pieces)],
    "until_year": _until_year,
    "year_edge": _edge_of_year,
    "range": _range,
    "since": _since,
    "until": _until,
}


def _school_start(pieces: list[Piece]) -> int:
    last = pieces[-1]
    return last.value if isinstance(last, Token) and last.kind == "X" else 0


_PASSES = ((_FIRST_PASS, _FIRST), (_SECOND_PASS, _SECOND), (_THIRD_PASS, _THIRD))


def _join_ends(pieces: list[Piece]) -> list[Piece]:
    """Join a beginning and an end that words part: «стартует 15 августа и продлится до 11 сентября».

    A deadline is handed on to the dates listed after it: «до 20 января, 20 апреля».
    """
    if not any(isinstance(piece, Dated) and piece.role for piece in pieces):
        return pieces
    joined: list[Piece] = []
    begun = -1  # where the open beginning stands in `joined`
    listed = False  # only commas since the last deadline
    for piece in pieces:
        if isinstance(piece, Dated):
            opening = joined[begun] if begun >= 0 else None
            if piece.role == "u" and isinstance(opening, Dated):
                joined[begun] = _between(opening, piece, piece.open_end, opening.start, piece.end)
                begun, listed = -1, False
                continue
            if listed and not piece.role and piece.span.precise:
                piece = piece._replace(role="u")  # noqa: PLW2901
            begun = len(joined) if piece.role == "f" else -1
            listed = piece.role == "u"
        elif piece.kind == ";":
            begun, listed = -1, False
        elif piece.kind not in ",&":
            listed = False
        joined.append(piece)
    return joined
