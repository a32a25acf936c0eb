"""The resource map («карта ресурсов») checked as a person would check it.

Every centre has its row, needed cells are filled, numbers are in range, dates are fresh for the
monitoring, links are links. The roadmap asks for «100% центров корректно заполнили карту ресурсов»
each February and October. What stands in a wrong cell is never repeated: its address is told, and
what was expected there.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from miro_sync.model import (
    CellType,
    Center,
    Message,
    Monitoring,
    Period,
    Place,
    SheetColumn,
    SheetKind,
    SheetRow,
    say,
)
from miro_sync.worksheets import SheetsReading, expected

#: The kind of worksheet that is the resource map.
RESOURCES = "resources"

#: What is wrong with a cell only as seen on a certain day.
_OF_A_DAY = frozenset({"resources.stale", "resources.future"})


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that is not as it should be.

    Attributes:
        place: where it stands; None where the centre has no row at all.
        column: what the column is called; "" where the centre has no row at all.
        wrong: what is the matter. expected: what must stand there; None for a missing row.

    """

    place: Place | None
    column: str
    wrong: Message
    expected: Message | None = None


@dataclass(frozen=True, slots=True)
class CenterMap:
    """How a centre filled in its part of the map: `right` of `total` cells."""

    center: Center
    right: int
    total: int
    faults: tuple[CellFault, ...] = ()


def last_monitoring(monitoring: Monitoring, span: Period, today: dt.date) -> dt.date | None:
    """Return the first day from which an update counts for the last monitoring that is over.

    Args:
        monitoring: the months in which data are asked for.
        span: the project's span; a monitoring before it asked for nothing.
        today: the local day to judge by; after the project's end nothing more is asked for.

    Returns:
        None while no monitoring of the project is over.

    """
    today = min(today, span.end)
    over = [
        dt.date(year, month, 1)
        for year in (today.year - 1, today.year)
        for month in monitoring.months
        if dt.date(year, month, calendar.monthrange(year, month)[1]) < today
    ]
    last = max(over, default=None)
    if last is None or last < span.start:
        return None
    return last - dt.timedelta(monitoring.early_days)


def check_map(
    kind: SheetKind,
    reading: SheetsReading,
    centers: Iterable[Center],
    *,
    since: dt.date | None,
    today: dt.date,
) -> tuple[CenterMap, ...]:
    """Check the rows of every centre.

    A cell counts when it is needed, or filled although it is not. A needed column that the
    worksheet lacks is a wrong cell of every centre.

    Args:
        kind: the worksheet as it is declared.
        reading: the rows of all worksheets.
        centers: those that must have a row.
        since: dates that must be fresh lie on or after this day; None asks for nothing.
        today: no such date lies after it.

    """
    rows = [row for row in reading.rows if row.kind == kind.id]
    return tuple(
        _center_map(kind, [row for row in rows if row.center_id == center.id], center, since, today)
        for center in centers
    )


def judged_on(
    maps: Iterable[CenterMap], *, since: dt.date | None, today: dt.date
) -> tuple[CenterMap, ...]:
    """Hold remembered maps against another day: a date that was too old need not have been so then.

    Args:
        maps: as they were checked on the day they were read.
        since: as in `check_map`.
        today: the day to judge by.

    """
    return tuple(_without_stale(one, since, today) for one in maps)


def _without_stale(one: CenterMap, since: dt.date | None, today: dt.date) -> CenterMap:
    faults = tuple(fault for fault in one.faults if not _was_fresh(fault.wrong, since, today))
    return replace(one, right=one.right + len(one.faults) - len(faults), faults=faults)


def _was_fresh(wrong: Message, since: dt.date | None, today: dt.date) -> bool:
    day = wrong.params.get("day") if wrong.key in _OF_A_DAY else None
    return isinstance(day, dt.date) and _not_fresh(day, since, today) is None


def _center_map(
    kind: SheetKind,
    rows: Sequence[SheetRow],
    center: Center,
    since: dt.date | None,
    today: dt.date,
) -> CenterMap:
    if not rows:
        needed = sum(column.required for column in kind.columns)
        fault = CellFault(None, "", say("resources.no_row", sheet=kind.title))
        return CenterMap(center, 0, needed, (fault,))
    total = 0
    faults: list[CellFault] = []
    for row in rows:
        for column in kind.columns:
            filled = column.key in row.values or column.key in row.faults
            if column.type is CellType.CENTER and row.center_id is not None:
                filled = True
            if not (column.required or filled):
                continue
            total += 1
            wrong = _wrong(row, column, since, today)
            if wrong is not None:
                place = row.places.get(column.key, row.place)
                faults.append(CellFault(place, column.name, wrong, _expected(column, since)))
    return CenterMap(center, total - len(faults), total, tuple(faults))


def _wrong(
    row: SheetRow, column: SheetColumn, since: dt.date | None, today: dt.date
) -> Message | None:
    """Return what is wrong with a cell, the first thing that a person would say of it."""
    value = row.values.get(column.key)
    if column.key in row.faults:
        return row.faults[column.key]
    if column.type is CellType.CENTER:
        return None  # the row was found by it
    if value is None:
        return say("resources.blank" if column.key in row.places else "resources.no_column")
    if column.fresh and isinstance(value, dt.date):
        return _not_fresh(value, since, today)
    return None


def _not_fresh(day: dt.date, since: dt.date | None, today: dt.date) -> Message | None:
    if day > today:
        return say("resources.future", day=day)
    return say("resources.stale", day=day) if since is not None and day < since else None


def _expected(column: SheetColumn, since: dt.date | None) -> Message:
    if column.fresh and since is not None:
        return say("resources.fresh", since=since)
    return expected(column)
