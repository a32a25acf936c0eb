"""The pieces of a period text while it is put together, and how they are rewritten.

The kinds of the pieces, one character each, form a string; a pass of the grammar is one regular
expression over that string whose named groups have builders that replace what they matched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from miro_sync.model import Rhythm
from miro_sync.periods.tokens import Token
from miro_sync.periods.words import LAST


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
        in_weeks: it is counted in weeks of the month.

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


#: How a rhythm is said: «каждый месяц»; «до 15 числа месяца», which may be every month; «до 15
#: числа», which is a part of a rhythm that stands elsewhere.
EXPRESSLY, BY_THE_WAY, IN_PART = range(3)


class Recurring(NamedTuple):
    """A piece of the text that says how often.

    Attributes:
        kind: always "r".
        said: `EXPRESSLY`, `BY_THE_WAY` or `IN_PART`.

    """

    rhythm: Rhythm
    start: int
    end: int
    kind: str = "r"
    said: int = EXPRESSLY


Piece: TypeAlias = Token | Dated | Recurring


Builder: TypeAlias = Callable[[list[Piece], str], list[Piece]]
"""What replaces matched pieces; it is given them and their kinds."""


#: How often a list goes on; longer ones are no dates, and would take the square of their length.
MORE = "{0,60}"
#: Ordinals in a list or a range: «1, 3-4».
ORDINALS = rf"[oOn](?:-?[-,&]{{1,4}}[oOn]){MORE}"


class Grammar:
    """One pass: an expression over the kinds of pieces, and a builder for each of its groups.

    Texts differ more than their shapes: what a pass finds in a short string of kinds is remembered.
    """

    def __init__(self, expression: re.Pattern[str], builders: dict[str, Builder]) -> None:
        """Take the expression and, by the names of its groups, what replaces each."""
        self._expression = expression
        self._builders = builders
        self._remembered = lru_cache(maxsize=4096)(self._find)

    def rewrite(self, pieces: list[Piece]) -> list[Piece]:
        """Replace what the named groups of the expression match by what their builders make."""
        kinds = "".join([piece.kind for piece in pieces])
        find = self._remembered if len(kinds) <= _LONGEST_REMEMBERED else self._find
        done = 0
        result: list[Piece] = []
        for start, end, build in find(kinds):
            result += pieces[done:start]
            result += build(pieces[start:end], kinds[start:end])
            done = end
        return result + pieces[done:] if done else pieces

    def _find(self, kinds: str) -> tuple[tuple[int, int, Builder], ...]:
        return tuple(
            (match.start(), match.end(), self._builders[match.lastgroup or ""])
            for match in self._expression.finditer(kinds)
        )


_LONGEST_REMEMBERED = 60


def drop(_pieces: list[Piece], _kinds: str) -> list[Piece]:
    """Leave out what was matched."""
    return []


def merged(kind: str, pieces: list[Piece], value: int = 0, month: int = 0, year: int = 0) -> Token:
    """Make one token of several pieces."""
    return Token(kind, pieces[0].start, pieces[-1].end, value, month, year, is_aside(pieces))


def is_aside(pieces: list[Piece]) -> bool:
    """Tell whether pieces stand in brackets."""
    first = pieces[0]
    return not isinstance(first, Recurring) and first.aside


def merged_as(kind: str) -> Builder:
    """Return a builder that makes one token of the kind."""
    return lambda pieces, _kinds: [merged(kind, pieces)]


def tokens_of(pieces: list[Piece], kinds: str) -> list[Token]:
    """Return the tokens of some kinds."""
    return [piece for piece in pieces if isinstance(piece, Token) and piece.kind in kinds]


def part_of_month(order: int, unit: str) -> tuple[int, int] | None:
    """Return the first and last day of a week, ten days or half of a month; None beyond the last.

    Args:
        order: 1 is the first, `LAST` the last.
        unit: "k" for weeks, "e" for ten days, "l" for halves.

    Weeks are blocks of seven days from the first. Two readers would not agree whether «вторая
    неделя октября» means these or a week of the calendar: in a month that is named they are only
    a candidate.
    """
    if unit == "k" and order == LAST:
        return (-6, 0)
    parts = _PARTS[unit]
    if order > len(parts):
        return None
    return parts[order - 1]  # LAST is 0: the last one


_PARTS = {
    "k": ((1, 7), (8, 14), (15, 21), (22, 28), (29, 0)),
    "e": ((1, 10), (11, 20), (21, 0)),
    "l": ((1, 15), (16, 0)),
}
