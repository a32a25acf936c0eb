"""What a period text holds, sorted out: which year goes with which dates, what is in doubt.

A year may stand behind a list of dates («Февраль, май 2013 2014»), before it («в 2023 году: с 1
марта по 20 мая») or for itself («2007 г.»).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from miro_sync.period_grammar import Dated, Piece, Recurring, Span
from miro_sync.period_tokens import Token, Tokens

#: What may stand between two dates of one list; words without days of their own do not count.
_LIST = ("", ",", "&", ",&")
_SILENT = frozenset('v@TEsLiwI"')
#: Tokens that nothing was made of: a person should look at them.
_NOT_UNDERSTOOD = frozenset("~nN?KJBV4")
#: A number beside a date that may be a day of it: «12 13.04», «14.04, 15», «Май 24».
#: Here "m" stands for what names no single days.
_STRAY = re.compile(r'n[,&|-]*[SmXG]|[Sm][,&|-]+n(?!-?[~U"P№])|mn(?!-?[~U"P№])')


@dataclass(slots=True)
class Content:
    """What a text holds.

    Attributes:
        dated: everything that names days, in order, with the years that go with it.
        years: years that stand for themselves.
        schools: school years, by their first calendar year.
        ranges: ranges of years, tokens "G" of the grammar.
        phrases: tokens "1" «учебный год», "2" «в течение года», "3" «календарный год», "5" «до
            конца учебного года», "6" «до конца года».
        rhythms: what says how often.
        weekdays: those named beside dates.
        doubts: where the text may be read in two ways, from-to in the normalised text.
        unread: what was not understood, from-to in the normalised text.
        next_year: it speaks of «следующего года».
        hints: it speaks of days that it does not name («начало учебного года»).

    """

    dated: list[Dated] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    schools: list[int] = field(default_factory=list)
    ranges: list[Token] = field(default_factory=list)
    phrases: list[Token] = field(default_factory=list)
    rhythms: list[Recurring] = field(default_factory=list)
    weekdays: list[Token] = field(default_factory=list)
    doubts: list[tuple[int, int]] = field(default_factory=list)
    unread: list[tuple[int, int]] = field(default_factory=list)
    next_year: bool = False
    hints: bool = False


def sort_out(pieces: list[Piece], tokens: Tokens) -> Content:
    """Sort the pieces of a text and hand the written years to the dates they go with."""
    content = Content(weekdays=[*tokens.weekdays])
    runs = _sort(pieces, content)
    _note_strays(pieces, content)
    _hand_out_years(runs, content)
    return content


@dataclass(slots=True)
class _Run:
    """Dates of one list, the years behind it and the year before it (0: none)."""

    heading: int
    dated: list[Dated] = field(default_factory=list)
    years: list[int] = field(default_factory=list)


def _sort(pieces: list[Piece], content: Content) -> list[_Run]:
    runs: list[_Run] = []
    run: _Run | None = None  # the list that may still go on
    gap = ""  # kinds since the last date or year
    heading = 0  # the last year if nothing but a gap came since
    open_unread = False
    for piece in pieces:
        kind = piece.kind
        if isinstance(piece, Dated):
            if "|" in gap and run is not None:
                content.doubts.append((run.dated[-1].start, piece.end))
            if run is None or run.years or gap not in _LIST:
                run = _Run(heading)
                runs.append(run)
            run.dated.append(piece)
            gap, heading, open_unread = "", 0, False
        elif kind == "Y" and isinstance(piece, Token):
            open_unread = False
            behind = run is not None and (gap in _LIST or gap == "-")
            if run is None or not behind or (run.heading and not run.dated[-1].span.last_year):
                content.years.append(piece.value)
                run, heading = None, piece.value
            else:
                run.years.append(piece.value)
            gap = ""
        elif isinstance(piece, Recurring):
            content.rhythms.append(piece)
            gap, open_unread = gap + kind, False
        else:
            _sort_token(piece, content)
            if kind not in _SILENT:
                gap += kind
            if kind in _NOT_UNDERSTOOD and not (piece.aside and kind in "nN"):
                if open_unread:
                    content.unread[-1] = (content.unread[-1][0], piece.end)
                else:
                    content.unread.append((piece.start, piece.end))
                    open_unread = True
    return runs


def _sort_token(token: Token, content: Content) -> None:
    kind = token.kind
    if kind == "X":
        if token.value not in content.schools:
            content.schools.append(token.value)
    elif kind == "G":
        content.ranges.append(token)
    elif kind in "12356":
        content.phrases.append(token)
    elif kind == "w":
        content.weekdays.append(token)
    elif kind in "4?":
        content.doubts.append((token.start, token.end))
        content.hints = content.hints or kind == "4"
    elif kind == "A":
        content.next_year = True


def _note_strays(pieces: list[Piece], content: Content) -> None:
    if not any(piece.kind == "n" for piece in pieces):
        return
    kinds = "".join(
        "m" if isinstance(piece, Dated) and not piece.span.precise else piece.kind
        for piece in pieces
    )
    for match in _STRAY.finditer(kinds):
        content.doubts.append((pieces[match.start()].start, pieces[match.end() - 1].end))


# --- years ------------------------------------------------------------------------------------


def _hand_out_years(runs: list[_Run], content: Content) -> None:
    for run in runs:
        if run.years:
            _years_behind(run)
        elif run.heading and not any(_is_dated(dated.span) for dated in run.dated):
            run.dated = [_in_year(dated, run.heading) for dated in run.dated]
        if len(run.dated) > 1:
            _years_within(run)
        content.dated += run.dated
    if content.years and content.dated:
        _years_before(content)


def _is_dated(span: Span) -> bool:
    return bool(span.year or span.last_year)


def _in_year(dated: Dated, year: int) -> Dated:
    """Put a date into the year of which it begins, or that of which it ends where it wraps."""
    span = dated.span
    if span.last_year and not span.year or span.month > span.last_month:
        return dated._replace(span=span._replace(year=0, last_year=year))
    return dated._replace(span=span._replace(year=year, last_year=year))


def _years_behind(run: _Run) -> None:
    """«Апрель 2023, 2024», «Февраль, май 2013 2014», «октябрь, 2023»."""
    last = run.dated[-1].span.last_year
    years = [last, *run.years] if last else run.years
    if len(years) == 1:
        run.dated[-1] = _in_year(run.dated[-1], years[0])
        return
    own = [dated for dated in run.dated[:-1] if _is_dated(dated.span)]
    shared = [dated for dated in run.dated[:-1] if not _is_dated(dated.span)] + [run.dated[-1]]
    run.dated = own + [_in_year(dated, year) for year in years for dated in shared]


def _years_within(run: _Run) -> None:
    """Hand years back and on in a list: «ноябрь, декабрь 2022, январь», «12, 15 марта 2023»."""
    following: Span | None = None
    for index in range(len(run.dated) - 1, -1, -1):
        span = run.dated[index].span
        if following is not None and not _is_dated(span):
            year = following.year or following.last_year - (following.month > following.last_month)
            year -= span.last_month > following.month
            run.dated[index] = _in_year(run.dated[index], year)
        following = run.dated[index].span if _is_dated(run.dated[index].span) else None
    previous: Span | None = None
    for index, dated in enumerate(run.dated):
        if previous is not None and not _is_dated(dated.span):
            year = previous.last_year or previous.year
            year += dated.span.month < previous.last_month
            run.dated[index] = _in_year(dated, year + (dated.span.month > dated.span.last_month))
        previous = run.dated[index].span if _is_dated(run.dated[index].span) else None


def _years_before(content: Content) -> None:
    """«в 2023 году … с 1 марта по 20 мая»: the one year of the text is that of all its dates."""
    undated = [index for index, dated in enumerate(content.dated) if not _is_dated(dated.span)]
    written = {dated.span.last_year or dated.span.year for dated in content.dated}
    if undated and len(set(content.years)) == 1:
        for index in undated:
            content.dated[index] = _in_year(content.dated[index], content.years[0])
        content.years = []
    else:
        content.years = [year for year in content.years if year not in written]
