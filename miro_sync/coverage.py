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

from miro_sync.model import Counted, EventCard, Period, Place, TablesSnapshot
from miro_sync.tables import PLAN_COLUMNS, Row, Table, count_by_kind, find_tables, paragraphs

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


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row of a plan or report as its centre wrote it, for the documents that repeat its form.

    Attributes:
        center_id: None where nobody's.
        direction: the number of its direction; None in a table that is not divided into them.
        title, audience, count, when, result: the cells as they were written, lines kept; "" for
            a blank cell or a column that is not there.
        counted: the people that the cells count; a number that nobody wrote is None, never zero.
        links: http(s) links to news and other evidence.
        held: the row says that its event was held.
        periods: the days that the row speaks of, as far as they could be read.
        place: the row.

    """

    center_id: str | None
    direction: int | None
    title: str
    audience: str = ""
    count: str = ""
    when: str = ""
    result: str = ""
    counted: Counted = field(default_factory=Counted)
    links: tuple[str, ...] = ()
    held: bool = False
    periods: tuple[Period, ...] = ()
    place: Place | None = None


def plan_rows(tables: TablesSnapshot, cards: Iterable[EventCard]) -> tuple[PlanRow, ...]:
    """Return the rows of all plans and reports as they were written.

    Args:
        tables: the worksheets.
        cards: the rows as they were understood; a row that gave no card is left out. One that
            speaks of several centres is there once for each of them.

    """
    by_row = _by_row(cards)
    found: list[PlanRow] = []
    for sheet in tables.worksheets:
        for table in find_tables(sheet, PLAN_COLUMNS, source=tables.source, url=tables.url):
            if isinstance(table, Table):
                for row in table.rows:
                    found += _written(row, _cards(row, by_row))
    return tuple(found)


def rows_of_cards(cards: Iterable[EventCard]) -> tuple[PlanRow, ...]:
    """Return the rows of plans as far as their cards remember them.

    That is what stands in for `plan_rows` while the worksheets themselves are not at hand: the
    title, the date and the text of a row are there, its links and its result are not.
    """
    found: list[PlanRow] = []
    for card in cards:
        if card.source != "table":
            continue
        number: int | None = None
        said: list[str] = []
        for line in card.text.split("\n"):
            of_line, _ = _numbered(line)
            number = of_line if of_line is not None else number
            said += [line] if of_line is None else []
        audience = "\n".join(said)
        found.append(
            PlanRow(
                card.center_id,
                number,
                card.title,
                audience=audience,
                when=card.date.text if card.date else "",
                counted=count_by_kind(audience),
                held=card.held is not None,
                periods=tuple(_days(card)),
                place=card.place,
            )
        )
    return tuple(found)


def coverage(tables: TablesSnapshot, cards: Iterable[EventCard]) -> tuple[PlanCoverage, ...]:
    """Map the plans of the worksheets that are divided into numbered directions.

    Args:
        tables: the worksheets.
        cards: the rows as they were understood: whose, and when.

    Returns:
        The plans in the order of the worksheets; none for a worksheet without directions.

    """
    by_row = _by_row(cards)
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
#: The columns that date a row as its centre wrote it, the actual date before the planned one.
_WHEN: Final = ("fact", "held_on", "date", "planned", "by_period")
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


def _by_row(cards: Iterable[EventCard]) -> Mapping[str, list[EventCard]]:
    """Gather the cards of the tables by the row that they come from."""
    by_row: dict[str, list[EventCard]] = {}
    for card in cards:
        match = _ROW_ID.match(card.id)
        if card.source == "table" and match:
            by_row.setdefault(match[0], []).append(card)
    return by_row


def _written(row: Row, cards: Iterable[EventCard]) -> Iterable[PlanRow]:
    """Return a row once for each centre that it speaks of."""
    centers: dict[str | None, list[EventCard]] = {}
    for card in cards:
        centers.setdefault(card.center_id, []).append(card)
    number, _ = _numbered(row.section)
    texts = {key: _lines(row, key) for key in ("title", "audience", "count", "result")}
    when = next((text for key in _WHEN if (text := _lines(row, key))), "")
    by_count = count_by_kind(texts["count"])
    counted = by_count if by_count.all is not None else count_by_kind(texts["audience"])
    values = (row.values.get(key) for key in ("news", "link"))
    links = tuple(one for value in values if isinstance(value, tuple) for one in value)
    for center_id, own in centers.items():
        yield PlanRow(
            center_id,
            number,
            **texts,
            when=when,
            counted=counted,
            links=links,
            held=any(card.held is not None for card in own),
            periods=tuple(dict.fromkeys(one for card in own for one in _days(card))),
            place=row.place(),
        )


def _lines(row: Row, key: str) -> str:
    return "\n".join(paragraphs(row.text(key)))


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
