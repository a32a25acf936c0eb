"""First pass over a period text: numbers that are no days, years, and how often something comes.

Times of day, rooms, classes, ages and durations are left out, so that what remains beside a month
is a day of it. The kinds of pieces are listed in `miro_sync.periods.words`.
"""

from __future__ import annotations

import re

from miro_sync.model import Every, Rhythm
from miro_sync.periods.pieces import (
    BY_THE_WAY,
    EXPRESSLY,
    IN_PART,
    MORE,
    ORDINALS,
    Builder,
    Grammar,
    Piece,
    Recurring,
    drop,
    merged,
    merged_as,
    part_of_month,
    tokens_of,
)
from miro_sync.periods.tokens import MONTH_DAYS, Token, Tokens
from miro_sync.periods.words import LAST, YEAR


def without_counts(tokens: Tokens) -> list[Piece]:
    """Leave out numbers that are no days; put years and rhythms together.

    Weekdays that stand beside dates go to `tokens.weekdays`.
    """
    return _GRAMMAR.rewrite(_without_weekdays(tokens))


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


_SCHOOL_DAY = range(7, 23)  # hours at which something is held
_MINUTES_STEP = 5  # people round the times they write
_LESSON = 90  # minutes between two times that are no round ones: «13.12-13.57»


_CENTURY = 2000  # of years written with two digits


def _time(pieces: list[Piece], _kinds: str) -> list[Piece]:
    """Leave out times of day; «10.10» beside one, or after «в», is one too."""
    clock = [token.value for token in tokens_of(pieces, "t")]
    dates = tokens_of(pieces, "d")
    if all(_is_time(date, clock) for date in dates):
        return []
    return [piece for piece in pieces if piece.kind != "t"]


def _time_after(pieces: list[Piece], _kinds: str) -> list[Piece]:
    """Leave out the time of «15 марта, 15.10»: nobody writes two days in two ways."""
    return [] if _is_time(tokens_of(pieces, "d")[0], []) else pieces


def _is_time(date: Token, clock: list[int]) -> bool:
    """Tell whether «10.10» is rather a time of day, judging by the times it stands beside."""
    if date.value not in _SCHOOL_DAY:
        return False
    minutes = 60 * date.value + date.month
    return date.month % _MINUTES_STEP == 0 or any(abs(minutes - at) <= _LESSON for at in clock)


def _school_year(pieces: list[Piece], _kinds: str) -> list[Piece]:
    """Read «2022-2023 уч. год», «22/23 учебный год», «2022/2023»."""
    first, second = tokens_of(pieces, "yn")
    start = first.value if first.kind == "y" else _CENTURY + first.value
    if second.value % 100 == (start + 1) % 100:
        return [merged("X", pieces, start)]
    return [merged("4", pieces)]


def _short_years(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «2022-23», «2022-25 гг.», «2023-09»."""
    year, number = tokens_of(pieces, "yn")
    if "g" in kinds and number.value > year.value % 100:
        return [merged("G", pieces, year.value, 0, year.value // 100 * 100 + number.value)]
    if number.value == (year.value + 1) % 100 and number.value > len(MONTH_DAYS):
        return [merged("X", pieces, year.value)]
    if number.value <= min(len(MONTH_DAYS), year.value % 100):
        return [Token("D", year.start, number.end, 0, number.value, year.value, year.aside)]
    return [merged("4", pieces)]


def _years(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «2023-2025 гг.», «с 2023 по 2025 год»."""
    first, last = tokens_of(pieces, "y")
    if "u" in kinds or last.value <= first.value:
        return [merged("4", pieces)]
    unsaid = int("g" not in kinds and "p" not in kinds)
    return [merged("G", pieces, first.value, unsaid, last.value)]


def _year(pieces: list[Piece], kinds: str) -> list[Piece]:
    number = tokens_of(pieces, "yn")[0]
    year = number.value if number.kind == "y" else _CENTURY + number.value
    return [merged("Y", pieces, year, int("g" in kinds))]


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
    before, after = tokens_of(pieces[:at], "nNj"), tokens_of(pieces[at:], "nj")
    rhythm = Rhythm(
        _UNITS[kinds[-1]],
        interval=max(after[0].value, 1) if after else 1,
        times=max(before[0].value if before else tokens_of(pieces, "R")[0].value, 1),
    )
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end)]


def _adverb(pieces: list[Piece], _kinds: str) -> list[Piece]:
    (token,) = tokens_of(pieces, "r")
    every = tuple(Every)[token.value - 1]
    return [Recurring(Rhythm(every), token.start, token.end)]


def _onwards(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «декабрь 2018 г., далее ежегодно»; «далее ежемесячно» is of another time."""
    recurring = _adverb(pieces[-1:], kinds)
    yearly = tokens_of(pieces, "r")[0].value == YEAR
    return recurring if yearly else [pieces[0], *recurring]


def _every(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «каждый месяц», «каждые две недели»."""
    count = tokens_of(pieces, "nj")
    rhythm = Rhythm(_UNITS[kinds[-1]], interval=max(count[0].value, 1) if count else 1)
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end)]


_EVERY_OTHER = 2  # «каждый второй вторник» is not the second one of the month


def _weekdays(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «каждую пятницу», «по вторникам и четвергам», «последняя пятница месяца»."""
    days = tuple(token.value for token in tokens_of(pieces, "wW"))
    order = tokens_of(pieces, "oOnj")
    if not order:
        rhythm = Rhythm(Every.WEEK, weekdays=days)
    elif len(order) > 1:  # «первый и третий понедельник месяца»
        rhythm = Rhythm(Every.MONTH, times=len(order), weekdays=days)
    elif "M" not in kinds and "E" in kinds and order[0].value == _EVERY_OTHER:
        rhythm = Rhythm(Every.WEEK, interval=_EVERY_OTHER, weekdays=days)
    else:
        rhythm = Rhythm(Every.MONTH, weekdays=days, nth=order[0].value)
    said = EXPRESSLY if "E" in kinds or "W" in kinds else BY_THE_WAY if "M" in kinds else IN_PART
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end, said=said)]


def _part_of_month(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «первая неделя каждого месяца», «последний день месяца»."""
    order = tokens_of(pieces, "oOnj")
    days = None
    if order and ("k" in kinds or "e" in kinds):
        unit = "k" if "k" in kinds else "e"
        first, _ = part_of_month(order[0].value, unit) or (None, None)
        _, last = part_of_month(order[-1].value, unit) or (None, None)
        days = None if first is None or last is None else (first, last)
    elif "#" in kinds:
        day = order[0].value if order else LAST
        days = (day, day)
    said = EXPRESSLY if "E" in kinds else BY_THE_WAY if "M" in kinds else IN_PART
    return [Recurring(Rhythm(Every.MONTH, days=days), pieces[0].start, pieces[-1].end, said=said)]


def _day_of_month(pieces: list[Piece], kinds: str) -> list[Piece]:
    """Read «до 15 числа каждого месяца», «с 1 по 5 число», «25 числа»."""
    numbers = [token.value for token in tokens_of(pieces, "n")]
    first = 1 if len(numbers) == 1 and kinds[0] in "up" else numbers[0]
    listed = "," in kinds or "&" in kinds
    days = None if listed or first > numbers[-1] else (first, numbers[-1])
    rhythm = Rhythm(Every.MONTH, times=len(numbers) if listed else 1, days=days)
    said = EXPRESSLY if "E" in kinds else BY_THE_WAY if "M" in kinds else IN_PART
    return [Recurring(rhythm, pieces[0].start, pieces[-1].end, said=said)]


def _decimal(pieces: list[Piece], _kinds: str) -> list[Piece]:
    """Leave out «1.5 часа»; «01.09 День знаний» is a date that an event follows."""
    (date,) = tokens_of(pieces, "d")
    shortest = len(f"{date.value}.{date.month}")
    if date.month <= _ONE_DIGIT and date.end - date.start == shortest:
        return []
    return [date]


_ONE_DIGIT = 9
_WORDS = r"[oO](?:[,&]{1,2}[oO])*"  # «первый и третий»
_COUNT = r"[nNj](?:-?[-,&|]|[up])"
_EXPRESSION = re.compile(
    rf"""
    (?=[,fFupvtdynsTLgARrEwoOkebzxZ№PQ$Nj4])(?:
      (?P<time_first>[fFup]t(?=n-?m|[dD]))
    | (?P<time>[fFupv]*t(?:[-&,|;]?[fup]?t|-?[up]d|-d|U)*
        |[fFv]?d(?:-?[up]|-)t(?:[-&,|]?[fup]?t)*|vd)
    | (?P<time_after>(?:(?<=nm)|(?<=nmy)|(?<=nmyg)),?d(?!-?[pu]?[dDn])|(?<=D)d(?!-?[pu]?[dDn]))
    | (?P<number>(?<![-mdD])y[U\#M])
    | (?P<school>(?:y[-|][yn]|n[-|]n)sg?|sg?,?y[-|][yn]g?|y\|[yn]g?)
    | (?P<short>y-ng?(?![-,&]*n*[mqhc]))
    | (?P<years>[f@]?yg?(?:-?[pu]|-)yg?)
    | (?P<year>yg?|(?<=[mD])ng)
    | (?P<next_year>g,?A|Ag)
    | (?P<next_school>Asg)
    | (?P<this_school>T*sg)
    | (?P<calendar>T*Lg)
    | (?P<this_year>T+g)
    | (?P<to_year_end>[up]+xg)
    | (?P<whole_project>T+C)
    | (?P<times>[nNj]?R[v@|]?[nj]?(?:s?g|[kMqch\#]))
    | (?P<onwards>4-?r)
    | (?P<adverb>r)
    | (?P<weekdays>E(?:{ORDINALS}|j)?w(?:[,&]+E?[oOn]?w)*(?:v?E?M)?|{ORDINALS}w(?:[,&]+[oO]?w)*v?E?M
        |pW(?:[,&]*p?W)*(?:v?E?M)?)
    | (?P<part>E?{ORDINALS}[ke]v?E?M|E?[oO]\#v?E?M|E[oO]\#|[bzx]EM)
    | (?P<days>[fup]?n(?:(?:-?[-pu]|[&,]{{1,4}})n){MORE}(?:i?EM|i(?:AM|M)?|AM)(?!m)|Eni)
    | (?P<every>E[nj]?(?:s?[g\#]|[kMqch]))
    | (?P<some_weekday>(?<!m)(?<!m[-,])(?<![yg])(?<![yg][-,]){_WORDS}w(?!v?m))
    | (?P<some_part>(?<!m)(?<!m[-,])(?<![yg])(?<![yg][-,]){_WORDS}[ke](?!v?m))
    | (?P<relative>Z[nNj]?(?:-n)?[kM\#U]+u)
    | (?P<decimal>d[U\#])
    | (?P<document>№~?[nNd?](?=F))
    | (?P<noise>(?:[fF]?{_COUNT}){MORE}[fF]?[nNj](?:L?[U\#]|[PQ](?![nN]))
        |№~?[nNd?](?:[-|][nN])*(?!m)|[PQ]~{{0,2}}[nN](?:[-|][nN])*(?!m)|P(?:d|~{{0,2}}\?)
        |\$(?:nm|~{{1,3}})(?:,?[P№]?[nN](?!m))?|\$)
    )
    """,
    re.VERBOSE,
)
_BUILDERS: dict[str, Builder] = {
    "time_first": lambda pieces, _kinds: pieces[:1],  # «до 12.00 15 марта»
    "time": _time,
    "time_after": _time_after,
    "number": drop,
    "school": _school_year,
    "short": _short_years,
    "years": _years,
    "year": _year,
    "next_year": merged_as("A"),
    "next_school": merged_as("4"),
    "this_school": merged_as("1"),
    "calendar": merged_as("3"),
    "this_year": merged_as("2"),
    "to_year_end": merged_as("6"),
    "whole_project": merged_as("7"),
    "times": _times,
    "onwards": _onwards,
    "adverb": _adverb,
    "weekdays": _weekdays,
    "part": _part_of_month,
    "days": _day_of_month,
    "every": _every,
    "some_weekday": _weekdays,
    "some_part": _part_of_month,
    "relative": merged_as("J"),
    "decimal": _decimal,
    "document": merged_as("B"),
    "noise": drop,
}
_GRAMMAR = Grammar(_EXPRESSION, _BUILDERS)
