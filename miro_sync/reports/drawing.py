"""Where marks stand on a line of time or on a scale, in percent of its width.

Percentages let a drawing fill whatever width a screen or a sheet of paper has; its text stays as
it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from miro_sync.messages import Catalogue
    from miro_sync.model import Period

#: A bar of one day would not be seen on a line of two years.
_THINNEST = 0.6
#: Lines of time longer than so many months are marked by quarters, longer ones by years.
_BY_MONTH, _BY_QUARTER = 26, 72
_QUARTER, _YEAR = 3, 12
#: A line of time reaches at most so far beyond the project: a slip of the pen is no reason to
#: squeeze everything else together.
_BEYOND = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line: where it begins and how wide it is, in percent."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on a line of time.

    Attributes:
        x: where it stands, in percent.
        label: the month or the year; main: it stays where there is little room.

    """

    x: str
    label: str
    main: bool


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A line of time from the first day of a month to the last day of another."""

    start: dt.date
    end: dt.date

    def at(self, day: dt.date) -> float:
        """Return where a day begins, in percent; days outside stand at the ends."""
        whole = (self.end - self.start).days + 1
        return min(max((day - self.start).days / whole, 0.0), 1.0) * 100

    def span(self, period: Period) -> Span | None:
        """Return the bar of a period; None for one that lies outside."""
        if period.end < self.start or period.start > self.end:
            return None
        left = self.at(period.start)
        wide = max(self.at(period.end + dt.timedelta(days=1)) - left, _THINNEST)
        return Span(percent(min(left, 100 - wide)), percent(wide))

    def ticks(self, words: Catalogue) -> list[Tick]:
        """Return the months, quarters or years of the line, by how long it is."""
        first = self.start.year * 12 + self.start.month - 1
        last = self.end.year * 12 + self.end.month - 1
        count = last - first + 1
        step = 1 if count <= _BY_MONTH else _QUARTER if count <= _BY_QUARTER else _YEAR
        short = words.say("telling.months_short").split("|")
        found = []
        for month in range(first, last + 1):
            at = dt.date(month // 12, month % 12 + 1, 1)
            if step > 1 and (at.month - 1) % step:
                continue
            year = at.month == 1
            label = str(at.year) if year else short[at.month - 1]
            found.append(Tick(percent(self.at(at)), label, (at.month - 1) % _QUARTER == 0))
        return found


def time_line(project: Period, periods: Iterable[Period], today: dt.date) -> TimeLine:
    """Return the line of time that shows a project, its events and today, whole months only."""
    all_of_it = [project, *periods]
    start = min(today, *(one.start for one in all_of_it))
    end = max(today, *(one.end for one in all_of_it))
    start = max(start, min(project.start - _BEYOND, today))
    end = min(end, max(project.end + _BEYOND, today))
    start = start.replace(day=1)
    following = end.replace(day=28) + dt.timedelta(days=4)
    return TimeLine(start, following.replace(day=1) - dt.timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of numbers from `low` to `high`, which are not equal."""

    low: float
    high: float

    def at(self, value: float) -> str:
        """Return where a number stands, in percent; numbers outside stand at the ends."""
        share = (value - self.low) / (self.high - self.low)
        return percent(min(max(share, 0.0), 1.0) * 100)

    def between(self, one: float, other: float) -> Span:
        """Return the piece of the scale between two numbers."""
        left, right = sorted(float(self.at(value).rstrip("%")) for value in (one, other))
        return Span(percent(left), percent(right - left))


def scale(values: Iterable[float], *, whole: bool) -> Scale:
    """Return a scale on which all values stand apart from its ends.

    Args:
        values: at least one number.
        whole: they are shares of a whole, from 0 to 100.

    """
    known = list(values)
    low, high = min(known), max(known)
    if whole:
        return Scale(min(0.0, low), max(100.0, high))
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    return Scale(low - room, high + room)


def percent(number: float) -> str:
    """Write a percentage as short as a drawing needs it."""
    return f"{number:.2f}".rstrip("0").rstrip(".") + "%"
