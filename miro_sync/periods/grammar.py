"""From the tokens of a period text to what it names: days, months, ranges, years, rhythms.

Three passes, as in a cascade of finite-state grammars, put small things together to larger ones:

1. numbers that are no days (times, rooms, classes, durations), years, school years, rhythms: in
   `miro_sync.periods.counts`;
2. days, lists of days, months, weeks, quarters, half-years: `Dated` pieces;
3. ranges, deadlines, beginnings, and what is mentioned only to be left out.

No calendar is needed here: years that are not written stay 0.
"""

from __future__ import annotations

import re

from miro_sync.periods.counts import without_counts
from miro_sync.periods.pieces import (
    MORE,
    ORDINALS,
    Builder,
    Dated,
    Grammar,
    Piece,
    Span,
    drop,
    is_aside,
    merged,
    merged_as,
    part_of_month,
    tokens_of,
)
from miro_sync.periods.tokens import MONTH_DAYS, Token, Tokens


def parse(tokens: Tokens) -> list[Piece]:
    """Put tokens together.

    Returns:
        Pieces in the order of the text: `Dated`, `Recurring`, all tokens that were not put
        together, and these: "Y" a year (`month` is 1 if the word «год» says so), "G" the years
        from `value` to `year` (`month` is 1 if nothing says that they are years), "X" a school
        year, "1" «учебный год», "2" «в течение года», "3" «календарный год», "4" a doubt, "5" «до
        конца учебного года», "6" «до конца года», "7" «весь период», "A" «следующего года».

    """
    pieces = _without_names(_SECOND_PASS.rewrite(without_counts(tokens)))
    return _join_ends(_THIRD_PASS.rewrite(pieces))


# --- second pass: days, months and parts of them ----------------------------------------------

_SEASONS = ((12, 2), (3, 5), (6, 8), (9, 11))  # winter first, by months
_SCHOOL_QUARTERS = ((9, 10), (11, 12), (1, 3), (4, 5))  # usual; each school sets its own days
_EDGES = {"b": (1, 10), "z": (11, 20), "x": (21, 0)}


def _bad(pieces: list[Piece], _kinds: str) -> list[Piece]:
    return [merged("?", pieces)]


def _listed(spans: list[Span], pieces: list[Piece]) -> list[Piece]:
    start, end, aside = pieces[0].start, pieces[-1].end, is_aside(pieces)
    listed: list[Piece] = []
    for span in spans:
        if listed:
            listed.append(Token(",", start, start))
        listed.append(Dated(span, start, end, aside))
    return listed


def _days(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «1-3, 5 марта 2023», «с 16 по 20 сентября», «18-31.01», «25.12.2013»."""
    month = year = 0
    for token in tokens_of(pieces, "mdDY"):
        month = month or (token.value if token.kind == "m" else token.month)
        year = year or (token.value if token.kind == "Y" else token.year)
    if any(token.value for token in tokens_of(pieces, "i")):  # «в первых числах мая»
        return _listed([_month_span(month, year)._replace(vague=True)], pieces)
    parts = _parts(pieces, "nOdDj")
    if parts == [(0, 0)]:  # «09.2023»
        return _listed([_month_span(month, year)], pieces)
    longest = MONTH_DAYS[month - 1]
    if any(not 1 <= first <= last <= longest for first, last in parts):
        return _bad(pieces, kinds)
    return _listed(
        [Span(month, first, year, month, last, year, precise=True) for first, last in parts],
        pieces,
    )


def _parts(pieces: list[Piece], numbers: str) -> list[tuple[int, int]]:
    """Return the numbers of a list as (first, last) pairs: «1, 3-4», «с 1 по 5, 7»."""
    parts: list[tuple[int, int]] = []
    connected = False
    tens = 0
    for piece in pieces:
        if piece.kind in "-pu":
            connected = True
        elif piece.kind == "j" and isinstance(piece, Token):
            tens = piece.value  # «двадцать пятое»
        elif piece.kind in numbers and isinstance(piece, Token):
            number = tens + piece.value
            if connected and parts:
                parts[-1] = (parts[-1][0], number)
            else:
                parts.append((number, number))
            connected, tens = False, 0
    return parts


def _month_span(month: int, year: int) -> Span:
    return Span(month, 1, year, month, 0, year)


def _month(pieces: list[Piece], _kinds: str) -> list[Piece]:
    return _listed([_month_span(*_month_and_year(pieces))], pieces)


def _numbered(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «2.3. Сентябрь», where the first is no date, and «15.03 апрель», where it is."""
    number, month = tokens_of(pieces, "dm")
    if number.end - number.start == len("2.3") and number.month != month.value:
        return _month(pieces[1:], kinds)
    date = _days(pieces[:1], "d")
    return date if number.month == month.value else date + _month(pieces[1:], kinds)


def _odd(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Doubt «2013-03-12 2014 2015»: a spreadsheet made a date of what was a list of years."""
    return [*_days(pieces[:1], kinds[:1]), merged("4", pieces)]


def _month_and_year(pieces: list[Piece]) -> tuple[int, int]:
    (month,), years = tokens_of(pieces, "m"), tokens_of(pieces, "Y")
    return month.value, years[0].value if years else 0


def _weeks(pieces: list[Piece], kinds: str) -> list[Piece]:
    month, year = _month_and_year(pieces)
    unit = next(kind for kind in kinds if kind in "kel")
    spans = []
    for first, last in _parts(pieces, "oOn"):
        head, tail = part_of_month(first, unit), part_of_month(last, unit)
        if head is None or tail is None:
            return _bad(pieces, kinds)
        week = unit == "k"
        spans.append(Span(month, head[0], year, month, tail[1], year, vague=week, in_weeks=week))
    return _listed(spans, pieces)


def _nth_weekday(pieces: list[Piece], kinds: str) -> list[Piece]:
    month, year = _month_and_year(pieces)
    weekday = tokens_of(pieces, "w")[0].value
    parts = _parts(pieces, "oOn")
    if any(first != order or order > 5 for first, order in parts):  # noqa: PLR2004 - none has six
        return _bad(pieces, kinds)
    span = _month_span(month, year)._replace(precise=True, weekday=weekday)
    return _listed([span._replace(nth=order) for order, _ in parts], pieces)


def _of_year(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read quarters, half-years and school quarters."""
    years = tokens_of(pieces, "Y")
    year = years[0].value if years else 0
    unit = next(kind for kind in kinds if kind in "qhc")
    count = 2 if unit == "h" else 4
    spans = []
    for first, last in _parts(pieces, "oOn"):
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
    (season,), years = tokens_of(pieces, "a"), tokens_of(pieces, "Y")
    first, last = _SEASONS[season.value]
    year = years[0].value if years else 0
    span = Span(first, 1, year if first < last else 0, last, 0, year, vague=True)
    return _listed([span], pieces)


def _edge(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «начало мая», «конец мая»: vague, unless «до конца мая» makes it precise."""
    month, year = _month_and_year(pieces)
    edges = [kind for kind in kinds if kind in _EDGES]
    span = Span(month, _EDGES[edges[0]][0], year, month, _EDGES[edges[-1]][1], year, vague=True)
    return [Dated(span, pieces[0].start, pieces[-1].end, is_aside(pieces), edge=edges[-1])]


_DAY = r"(?:[fF]?n-?[-pu]n|n)"
_SECOND_EXPRESSION = re.compile(
    rf"""
    (?=[nNmdDoOfFjqcabzxgM])(?:
      (?P<weekday>{ORDINALS}wv?mY?)
    | (?P<weeks>{ORDINALS}[kel]v?mY?|mY?[-,]?{ORDINALS}[kel](?!v?m))
    | (?P<numbered>dmY?)
    | (?P<odd>DY)
    | (?P<days>{_DAY}(?:[,;&]{{1,4}}{_DAY}){MORE}-?i?mY?|[oO]imY?
        |f?j?O(?:-?[-pu]j?O)mY?|j?OmY?
        |(?:{_DAY}[,;&]{{1,4}}){MORE}(?:[fF]?n-?[-pu])?(?:D|dY?))
    | (?P<bad>[nN]-?N-?m|Nm)
    | (?P<month>mY?)
    | (?P<of_year>{ORDINALS}[qhc]Y?|[qc][oO]Y?)
    | (?P<season>aY?)
    | (?P<edge>[bzx](?:-?[bzx])?mY?)
    | (?P<noise>[nNj](?:[-,&|]{{0,4}}[nNj]){MORE}[-,&|]{{0,4}}[kMe]|g)
    )
    """,
    re.VERBOSE,
)
_SECOND_BUILDERS: dict[str, Builder] = {
    "weekday": _nth_weekday,
    "weeks": _weeks,
    "numbered": _numbered,
    "odd": _odd,
    "days": _days,
    "bad": _bad,
    "month": _month,
    "of_year": _of_year,
    "season": _season,
    "edge": _edge,
    "noise": drop,
}
_SECOND_PASS = Grammar(_SECOND_EXPRESSION, _SECOND_BUILDERS)

# --- third pass: ranges, deadlines, what is left out ------------------------------------------


def _dated(pieces: list[Piece]) -> list[Dated]:
    return [piece for piece in pieces if isinstance(piece, Dated)]


def _only_last(pieces: list[Piece], _kinds: str) -> list[Piece]:
    """Keep the new date of «перенос с 3 на 5 марта», and none of «перенос с 3 марта»."""
    dated = _dated(pieces)
    return [dated[-1]] if len(dated) > 1 else []


def _range(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «16 сентября – 3 октября», «с 16 по 20.09»; «до мая» leaves its end open.

    No range leads into brackets: «25 мая (резерв – 26 мая)», «20 мая (заявки до 15 мая)».
    """
    first, last = _dated(pieces)
    if first.aside != last.aside and kinds[0] == "S":
        return pieces if kinds == "S-S" else [first, *_until(pieces[1:], kinds[1:])]
    if "u" in kinds and not last.span.precise and last.edge != "x":
        last = last._replace(open_end=True)
    return [_between(first, last)._replace(start=pieces[0].start, end=pieces[-1].end)]


def _between(first: Dated, last: Dated) -> Dated:
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
    return Dated(span, first.start, last.end, first.aside, open_end=last.open_end)


def _since(pieces: list[Piece], _kinds: str) -> list[Piece]:
    (dated,) = _dated(pieces)
    span = dated.span
    if dated.edge == "b" and span.vague:
        span = span._replace(vague=False, precise=True)
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


def _to_end(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «до конца I полугодия»."""
    ends: list[Piece] = [
        one if one.span.vague else one._replace(edge="x") for one in _dated(pieces)
    ]
    return _until(ends, kinds)


def _edged(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «начало – 15 октября», «окончание 20 мая»; but «конец I полугодия» is vague."""
    (dated,) = _dated(pieces)
    if not dated.span.precise:
        return _relative(pieces, kinds)
    return _since(pieces, kinds) if kinds[0] == "b" else [dated]


def _relative(pieces: list[Piece], _kinds: str) -> list[Piece]:
    (dated,) = _dated(pieces)
    return [dated._replace(span=dated.span._replace(vague=True), start=pieces[0].start)]


def _until_year(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «до 2020 года»: whether that year is still meant is not said."""
    (year,) = tokens_of(pieces, "Y")
    span = Span(1, 1, year.value, 12, 0, year.value)
    edge = "x" if "x" in kinds or "p" in kinds else ""
    return _until([Dated(span, pieces[0].start, pieces[-1].end, year.aside, edge=edge)], kinds)


def _edge_of_year(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «начало 2023 года», «с 2023 года»: vague, but enough for «ежегодно с 2023 года»."""
    (year,) = tokens_of(pieces, "Y")
    first, last = {"f": (1, 12), "b": (1, 3), "z": (5, 8), "x": (10, 12)}[kinds[0]]
    span = Span(first, 1, year.value, last, 0, year.value, vague=True)
    role = "f" if kinds[0] == "f" else ""
    return [Dated(span, pieces[0].start, pieces[-1].end, year.aside, role)]


_THIRD_EXPRESSION = re.compile(
    r"""
    (?=[VSKBJbzxfFpu])(?:
      (?P<moved>V~?[fF]S(?:-?[p@v]S)?|S[,;]?V~?@S)
    | (?P<except>KS(?:[,&]S)*)
    | (?P<document>B[^S;YX]{0,6}FS)
    | (?P<relative>J[fpuv@]?S)
    | (?P<to_school_end>[up]+x[1X])
    | (?P<school_edge>[bzxJ][1X])
    | (?P<until_year>[up]+x?YI?(?![-,&]*S))
    | (?P<year_edge>[bzx]Y|fY(?![-,&]*S))
    | (?P<range>[fF]?S(?:-[pu]?|[pu]+)SI?)
    | (?P<since>[fF]+S)
    | (?P<to_end>[up]+xS)
    | (?P<edged>[bzx]-?S)
    | (?P<until>[up]+SI?)
    )
    """,
    re.VERBOSE,
)
_THIRD_BUILDERS: dict[str, Builder] = {
    "moved": _only_last,
    "except": merged_as("K"),
    "document": drop,
    "relative": _relative,
    "to_school_end": lambda pieces, _kinds: [merged("5", pieces, _school_start(pieces))],
    "school_edge": lambda pieces, _kinds: [merged("4", pieces)],
    "until_year": _until_year,
    "year_edge": _edge_of_year,
    "range": _range,
    "since": _since,
    "to_end": _to_end,
    "edged": _edged,
    "until": _until,
}
_THIRD_PASS = Grammar(_THIRD_EXPRESSION, _THIRD_BUILDERS)


def _school_start(pieces: list[Piece]) -> int:
    last = pieces[-1]
    return last.value if isinstance(last, Token) and last.kind == "X" else 0


def _without_names(pieces: list[Piece]) -> list[Piece]:
    """Leave out a date that is a name, beside another: «Концерт «8 Марта», 7 марта»."""
    kinds = "".join([piece.kind for piece in pieces])
    if '"S"' not in kinds or kinds.count("S") == kinds.count('"S"'):
        return pieces
    kept = kinds.replace('"S"', "\0\0\0")
    return [piece for piece, kind in zip(pieces, kept, strict=True) if kind != "\0"]


def _join_ends(pieces: list[Piece]) -> list[Piece]:
    """Join a beginning and an end that words part: «стартует 15 мая и продлится до 1 июня».

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
                joined[begun] = _between(opening, piece)
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
