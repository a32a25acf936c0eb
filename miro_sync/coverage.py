"""The coverage map: which directions of a centre's plan hold events, in which months.

The form of a centre's plan has ten directions of work, each a section row of its own; a direction
without an event is what a methodist looks for in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from miro_sync.model import EventCard, Period, Place, TablesSnapshot
from miro_sync.tables import PLAN_COLUMNS, Row, Table, find_tables

Month = tuple[int, int]
"""Year and month."""


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction of work («Направление 4. …») in one plan.

    Attributes:
        number: as the plan numbers it.
        title: what follows the number.
        events: how many events it holds.
        months: how many of them fall into a month; one that lasts counts in each of its months.
        undated: how many name no day that could be read.
        place: its section row, or the table where the plan has no such section.

    """

    number: int
    title: str
    events: int = 0
    months: Mapping[Month, int] = field(default_factory=dict, hash=False)
    undated: int = 0
    place: Place | None = None

    @property
    def empty(self) -> bool:
        """Tell whether nothing is planned in it."""
        return self.events == 0


@dataclass(frozen=True, slots=True)
class PlanCoverage:
    """A plan of a centre: a worksheet, or its rows in one that all centres share.

    Attributes:
        center_id: None where the plan does not say whose it is.
        sheet: the worksheet's title.
        directions: by number; those that only other plans have are here too, empty.

    """

    center_id: str | None
    sheet: str
    directions: tuple[Direction, ...]

    @property
    def empty(self) -> tuple[int, ...]:
        """The numbers of the directions in which nothing is planned."""
        return tuple(one.number for one in self.directions if one.empty)


def coverage(tables: TablesSnapshot, cards: Iterable[EventCard]) -> tuple[PlanCoverage, ...]:
    """Map the plans of the worksheets that are divided into numbered directions.

    Args:
        tables: the worksheets.
        cards: the rows as they were understood: whose, and when.

    Returns:
        The plans in the order of the worksheets; none for a worksheet without directions.

    """
    by_row: dict[str, list[EventCard]] = {}
    for card in cards:
        match = _ROW_ID.match(card.id)
        if card.source == "table" and match:
            by_row.setdefault(match[0], []).append(card)
    plans: list[_Plan] = []
    titles: dict[int, str] = {}
    for sheet in tables.worksheets:
        for table in find_tables(sheet, PLAN_COLUMNS, source=tables.source, url=tables.url):
            if isinstance(table, Table):
                plans += _plans(table, by_row, titles)
    return tuple(
        PlanCoverage(
            plan.center_id,
            plan.sheet,
            tuple(plan.direction(number, titles[number]) for number in sorted(titles)),
        )
        for plan in plans
    )


# --- one table ----------------------------------------------------------------------------------

_ROW_ID: Final = re.compile(r".+?!\d+(?=$|[#@])", re.DOTALL)
_DIRECTION: Final = re.compile(
    r"\s*направлени[ея]\s*(?:№\s*)?(\d{1,2})\b[.):\s–—-]*", re.IGNORECASE
)
#: A period longer than a school year says nothing of months.
_MOST_MONTHS: Final = 24


@dataclass(slots=True)
class _Plan:
    """A plan while its rows are counted."""

    center_id: str | None
    sheet: str
    place: Place
    places: dict[int, Place] = field(default_factory=dict)
    events: Counter[int] = field(default_factory=Counter)
    undated: Counter[int] = field(default_factory=Counter)
    months: dict[int, Counter[Month]] = field(default_factory=dict)

    def add(self, number: int, card: EventCard) -> None:
        self.events[number] += 1
        found = {month for period in _days(card) for month in _months(period)}
        if found:
            self.months.setdefault(number, Counter()).update(found)
        else:
            self.undated[number] += 1

    def direction(self, number: int, title: str) -> Direction:
        return Direction(
            number,
            title,
            self.events[number],
            dict(sorted(self.months.get(number, Counter()).items())),
            self.undated[number],
            self.places.get(number, self.place),
        )


def _plans(
    table: Table, by_row: Mapping[str, list[EventCard]], titles: dict[int, str]
) -> Iterable[_Plan]:
    """Return the plans of a table, one for each centre in it; `titles` collects the directions."""
    places: dict[int, Place] = {}
    for section in table.sections:
        number, title = _numbered(section.text)
        if number is not None:
            titles.setdefault(number, title)
            cell = str(section.number)
            places[number] = Place(table.place.source, table.sheet, cell, url=table.place.url)
    if not places:
        return ()
    plans: dict[str | None, _Plan] = {}
    for row in table.rows:
        number, _ = _numbered(row.section)
        if number is None:
            continue
        for card in _cards(row, by_row):
            plan = plans.setdefault(
                card.center_id, _Plan(card.center_id, table.sheet, table.place, places)
            )
            plan.add(number, card)
    if not plans:
        plans[None] = _Plan(None, table.sheet, table.place, places)
    return plans.values()


def _cards(row: Row, by_row: Mapping[str, list[EventCard]]) -> list[EventCard]:
    return [] if row.empty else by_row.get(f"{row.sheet}!{row.number}", [])


def _numbered(section: str) -> tuple[int | None, str]:
    match = _DIRECTION.match(section)
    return (int(match[1]), section[match.end() :].strip()) if match else (None, "")


def _days(card: EventCard) -> tuple[Period, ...]:
    if card.date is None:
        return ()
    # A deadline names its month; a rhythm without bounds names none.
    return card.date.periods if card.date.facts else ()


def _months(period: Period) -> Iterable[Month]:
    first = period.start.year * 12 + period.start.month - 1
    last = period.end.year * 12 + period.end.month - 1
    if last - first >= _MOST_MONTHS:
        return ()
    return ((month // 12, month % 12 + 1) for month in range(first, last + 1))
