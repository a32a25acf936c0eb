"""What a period text holds, sorted out: which year goes with which dates, what is in doubt.

A year may stand behind a list of dates («Февраль, май 2013 2014»), before it («в 2023 году: с 1
марта по 20 мая») or for itself («2007 г.»).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from miro_sync.periods.pieces import Dated, Piece, Recurring, Span
from miro_sync.periods.tokens import Token, Tokens

#: What may stand between two dates of one list; words without days of their own do not count.
_LIST = ("", ",", "&", ",&")
_SILENT = frozenset('v@TEsLiwIC"')
#: Tokens that nothing was made of: a person should look at them.
_NOT_UNDERSTOOD = frozenset("~#nN?KJBV4")
_PHRASES = frozenset("123567")
_DOUBTFUL = frozenset("4?")
#: With these a year does not stand for the whole of itself: «летние каникулы 2023 года».
_PARTS_OF_YEARS = frozenset("HcqhkMea#")
#: A number beside a date that may be a day of it: «12 13.04», «14.04, 15», «Май 24»,
#: «7' мая».
#: Here "m" stands for what names no single days.
_STRAY = re.compile(
    r'[fFup]n|n[pu]|o-S|n[,&|-]*[SmXG]|n"m|[Sm][,&|-]+n(?!-?[~U"P№])|mn(?!-?[~U"P№])'
)


#: Years in which a plan may lie; «1941–1945» is what it is about.
_PROJECT_YEARS = range(1990, 2050)


@dataclass(slots=True)
class Content:
    """What a text holds.

    Attributes:
        dated: everything that names days, in order, with the years that go with it.
        years: years that stand for themselves.
        schools: school years, by their first calendar year.
        ranges: ranges of years, tokens "G" of the grammar.
        phrases: tokens "1" «учебный год», "2" «в течение года», "3" «календарный год», "5" «до
            конца учебного года», "6" «до конца года», "7" «весь период».
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
    sorter = _Sorter(content)
    for piece in pieces:
        if isinstance(piece, Dated):
            sorter.dated(piece)
        elif isinstance(piece, Recurring):
            sorter.recurring(piece)
        elif piece.kind == "Y":
            sorter.year(piece)
        else:
            sorter.token(piece)
    if sorter.bare_year and content.unread:
        content.doubts += content.unread  # «Форум «Точка роста — 2024»»: a name or a time
    whole = content.years or content.schools or content.ranges
    if whole and not sorter.runs and any(piece.kind in _PARTS_OF_YEARS for piece in pieces):
        content.doubts.append((pieces[0].start, pieces[-1].end))
    if content.schools and content.ranges:
        _school_years_of_list(content)
    _note_strays(pieces, content)
    _hand_out_years(sorter.runs, content)
    return content


@dataclass(slots=True)
class _Run:
    """Dates of one list, the years behind it and the year before it (0: none)."""

    heading: int
    dated: list[Dated] = field(default_factory=list)
    years: list[int] = field(default_factory=list)


class _Sorter:
    """Goes through the pieces of a text; knows which list of dates may still go on."""

    __slots__ = ("bare_year", "content", "gap", "heading", "in_unread", "run", "runs")

    def __init__(self, content: Content) -> None:
        self.content = content
        self.runs: list[_Run] = []
        self.run: _Run | None = None  # the list that may still go on
        self.gap = ""  # kinds since the last date or year
        self.heading = 0  # the last year, if only a gap came since
        self.in_unread = False
        self.bare_year = False  # a year stands for itself, and no word says that it is one

    def dated(self, piece: Dated) -> None:
        if "|" in self.gap and self.run is not None:  # «март или апрель»
            self.content.doubts.append((self.run.dated[-1].start, piece.end))
        if self.run is None or self.run.years or self.gap not in _LIST:
            self.run = _Run(self.heading)
            self.runs.append(self.run)
        self.run.dated.append(piece)
        self.gap, self.heading, self.in_unread = "", 0, False

    def recurring(self, piece: Recurring) -> None:
        self.content.rhythms.append(piece)
        self.gap += piece.kind
        self.in_unread = False

    def year(self, token: Token) -> None:
        run = self.run
        behind = run is not None and (self.gap in _LIST or self.gap == "-")
        headed = run is not None and run.heading and not run.dated[-1].span.last_year
        if run is not None and behind and not headed:
            run.years.append(token.value)
        else:
            self.run, self.heading = None, 0
            if token.value in _PROJECT_YEARS:
                self.heading = token.value
                self.content.years.append(token.value)
                self.bare_year = self.bare_year or not token.month
            else:
                self.content.unread.append((token.start, token.end))
        self.gap, self.in_unread = "", False

    def token(self, token: Token) -> None:
        kind, content = token.kind, self.content
        if kind == "X" and token.value not in content.schools:
            content.schools.append(token.value)
        elif kind == "G" and token.value in _PROJECT_YEARS:
            content.ranges.append(token)
        elif kind in _PHRASES:
            content.phrases.append(token)
        elif kind == "w":
            content.weekdays.append(token)
        elif kind in _DOUBTFUL:
            content.doubts.append((token.start, token.end))
        content.hints |= kind == "4"
        content.next_year |= kind == "A"
        if kind not in _SILENT:
            self.gap += kind
        if kind in _NOT_UNDERSTOOD and not (token.aside and kind in "nN"):
            self._leave_unread(token)

    def _leave_unread(self, token: Token) -> None:
        unread = self.content.unread
        if self.in_unread:
            unread[-1] = (unread[-1][0], token.end)
        else:
            unread.append((token.start, token.end))
            self.in_unread = True


def _school_years_of_list(content: Content) -> None:
    """«2022-2023, 2023-2024 уч. год»: the first of them is a school year too."""
    named = [token for token in content.ranges if token.month and token.year == token.value + 1]
    content.schools = sorted({*content.schools, *(token.value for token in named)})
    content.ranges = [token for token in content.ranges if token not in named]
    content.doubts += [(token.start, token.end) for token in content.ranges]  # «2020-2025, …»


def _note_strays(pieces: list[Piece], content: Content) -> None:
    """Doubt dates beside which a number stands that may be one of their days."""
    if len(pieces) == 1:
        return
    kinds = "".join(
        [
            "m" if isinstance(piece, Dated) and not piece.span.precise else piece.kind
            for piece in pieces
        ],
    )
    if ("n" in kinds or "o" in kinds) and ("S" in kinds or "m" in kinds):
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
    if (span.last_year and not span.year) or span.month > span.last_month:
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
