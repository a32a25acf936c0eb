"""Worksheets that are read by their meaning: what `tables.toml` declares -> typed rows.

A worksheet is found by its title, a column by its header, whatever their order; nothing else of
it is read. A cell that is not what its column holds is a fault with its address and has no value:
unreadable is never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from miro_sync.link_form import link_fault
from miro_sync.model import (
    CellType,
    Counted,
    Message,
    Place,
    Problem,
    Severity,
    SheetColumn,
    SheetKind,
    SheetRow,
    TablesSnapshot,
    Worksheet,
    say,
)
from miro_sync.tables import (
    Column,
    NoTable,
    Row,
    Table,
    count_by_kind,
    find_tables,
    links_in,
    parse_day,
    parse_number,
    says_none,
    squash,
)
from miro_sync.text import fold, one_line

FindCenter = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class SheetsReading:
    """What the declared worksheets say.

    Attributes:
        rows: in the order of the worksheets.
        titles: the worksheets found for each kind, by its id; a kind without one is absent.
        absent: declared columns that a worksheet lacks, by the kind's id: (worksheet, column).
        problems: what could not be read, and where.

    """

    rows: tuple[SheetRow, ...]
    titles: Mapping[str, tuple[str, ...]]
    absent: Mapping[str, tuple[tuple[Place, SheetColumn], ...]]
    problems: tuple[Problem, ...]


def read_worksheets(
    tables: TablesSnapshot,
    kinds: Sequence[SheetKind],
    *,
    find_center: FindCenter,
    center_in: FindCenter,
) -> SheetsReading:
    """Read the declared worksheets.

    Args:
        tables: the worksheets.
        kinds: what is looked for.
        find_center: a text that is a centre's name -> its id; None for any other.
        center_in: a title that speaks of one centre -> its id.

    """
    rows: list[SheetRow] = []
    titles: dict[str, tuple[str, ...]] = {}
    absent: dict[str, tuple[tuple[Place, SheetColumn], ...]] = {}
    problems: list[Problem] = []
    for kind in kinds:
        reader = _Reader(kind, find_center, center_in)
        for sheet in _sheets_of(kind, tables.worksheets):
            reader.read(sheet, tables)
            titles[kind.id] = (*titles.get(kind.id, ()), sheet.title)
        rows += reader.rows
        problems += reader.problems
        if reader.absent:
            absent[kind.id] = tuple(reader.absent)
    return SheetsReading(tuple(rows), titles, absent, tuple(problems))


def searches(kind: SheetKind, sheet: Worksheet) -> Iterator[tuple[Column, ...]]:
    """Yield the columns that are looked for in a worksheet; nothing if it is none of the kind."""
    if any(_sheets_of(kind, (sheet,))):
        reader = _Reader(kind, _no_center, _no_center)
        yield from map(reader.finders, reader.leads())


def expected(column: SheetColumn) -> Message:
    """Say what a cell of a column must hold."""
    if column.type is CellType.CHOICE:
        return say("worksheets.choice", choices=", ".join(f"«{one}»" for one in column.choices))
    if column.type not in {CellType.NUMBER, CellType.PEOPLE}:
        return say(f"worksheets.{column.type.value}")
    bounds = {"low": column.low, "high": column.high}
    known = {name: _shown(bound) for name, bound in bounds.items() if bound is not None}
    name = "_".join(("number", *known))
    return say(f"worksheets.{name}", **known)


# --- one worksheet ------------------------------------------------------------------------------

#: A cell's value, the people it counts, what is wrong with it.
_Typed = tuple[object | None, Counted | None, Message | None]


def _sheets_of(kind: SheetKind, sheets: Iterable[Worksheet]) -> Iterable[Worksheet]:
    wanted = [squash(name) for name in kind.sheets]
    return (sheet for sheet in sheets if any(name in squash(sheet.title) for name in wanted))


def _no_center(_: str) -> str | None:
    return None


class _Reader:
    """Reads the worksheets of one kind, one after another."""

    def __init__(self, kind: SheetKind, find_center: FindCenter, center_in: FindCenter) -> None:
        self.rows: list[SheetRow] = []
        self.absent: list[tuple[Place, SheetColumn]] = []
        self.problems: list[Problem] = []
        self._kind, self._find_center, self._center_in = kind, find_center, center_in
        self._columns = {column.key: column for column in kind.columns}

    def read(self, sheet: Worksheet, tables: TablesSnapshot) -> None:
        """Read all tables of a worksheet."""
        found: Sequence[Table | NoTable] = ()
        for lead in self.leads():
            columns = self.finders(lead)
            found = find_tables(sheet, columns, source=tables.source, url=tables.url)
            if any(isinstance(one, Table) for one in found):
                break
        for one in found:
            if isinstance(one, Table):
                self._table(one)
            elif not any(isinstance(other, Table) for other in found) or one.refused:
                self.problems += (replace(p, severity=Severity.WARNING) for p in one.problems)

    def leads(self) -> Iterable[str]:
        """Yield the column without which there is no row: the centre, else the first needed."""
        required = [column for column in self._kind.columns if column.required]
        yield from (column.key for column in required if column.type is CellType.CENTER)
        others = [column for column in required if column.type is not CellType.CENTER]
        yield (others[0] if others else self._kind.columns[0]).key

    def finders(self, lead: str) -> tuple[Column, ...]:
        """Return the columns to look for, the lead in front."""
        columns = [
            Column(
                column.key,
                column.headers,
                required=column.key == lead,
                carried=column.type is CellType.CENTER and column.key != lead,
            )
            for column in self._kind.columns
        ]
        return tuple(sorted(columns, key=lambda column: not column.required))

    def _table(self, table: Table) -> None:
        self.problems += table.problems
        for column in self._kind.columns:
            if column.required and column.key not in table.columns:
                if column.type is CellType.CENTER and self._center_of(table):
                    continue
                self.absent.append((table.place, column))
                message = say("worksheets.no_column", column=column.name)
                self.problems.append(Problem(message, table.place, Severity.WARNING))
        told = {problem.place.cell: problem.message for problem in table.problems if problem.place}
        for row in table.rows:
            if not row.empty:
                self._row(table, row, told)

    def _row(self, table: Table, row: Row, told: Mapping[str | None, Message]) -> None:
        values: dict[str, object] = {}
        counts: dict[str, Counted] = {}
        faults: dict[str, Message] = {}
        places: dict[str, Place] = {}
        center = self._center_of(table, row)
        for key in table.columns:
            column, places[key] = self._columns[key], row.place(key)
            text = row.text(key).strip()
            fault = told.get(places[key].cell)
            if fault is None and text and column.type is CellType.CENTER:
                center = self._find_center(text)
                fault = say("tables.unknown_center") if center is None else None
            elif fault is None and text:
                values[key], counted, fault = _typed(column, text, row.links.get(key, ()))
                counts |= {key: counted} if counted is not None else {}
            if fault is not None:
                faults[key] = fault
        values = {key: value for key, value in values.items() if value is not None}
        for key, message in faults.items():
            if places[key].cell not in told:
                self.problems.append(Problem(message, places[key], Severity.WARNING))
        self.rows.append(
            SheetRow(self._kind.id, center, values, row.place(), counts, faults, places)
        )

    def _center_of(self, table: Table, row: Row | None = None) -> str | None:
        texts = (row.section if row else "", table.sheet, *reversed(table.title))
        return next((id_ for text in texts if text and (id_ := self._center_in(text))), None)


def _typed(column: SheetColumn, text: str, behind: tuple[str, ...]) -> _Typed:
    """Return the value of a filled cell, the people it counts, and what is wrong with it.

    `behind` are the links that the cell leads to.
    """
    match column.type:
        case CellType.NUMBER:
            number = parse_number(text.removesuffix("%"))
            typed = _judged(number, "not_a_number")
            return typed if number is None else (number, None, _out_of_range(column, number))
        case CellType.PEOPLE:
            return _people(column, text)
        case CellType.DATE:
            return _judged(parse_day(text), "not_a_day")
        case CellType.LINK:
            links = links_in(text)
            if not says_none(text):
                links = tuple(dict.fromkeys((*links, *behind)))
            fault = next((fault for link in links if (fault := link_fault(link))), None)
            return (links, None, fault) if links else _judged(None, "no_link")
        case CellType.CHOICE:
            choices = {fold(choice): choice for choice in column.choices}
            return _judged(choices.get(fold(text)), "not_a_choice")
    return one_line(text), None, None


def _judged(value: object | None, fault: str) -> _Typed:
    return value, None, say(f"worksheets.{fault}") if value is None else None


def _people(column: SheetColumn, text: str) -> _Typed:
    counted = count_by_kind(text)
    if counted.all is not None:
        return text, counted, _out_of_range(column, counted.all)
    is_asked = column.low is not None or column.high is not None
    return text, None, say("worksheets.nobody_counted") if is_asked else None


def _out_of_range(column: SheetColumn, number: float) -> Message | None:
    too_low = column.low is not None and number < column.low
    too_high = column.high is not None and number > column.high
    return say("worksheets.out_of_range") if too_low or too_high else None


def _shown(number: float) -> str:
    return f"{number:.15g}".replace(".", ",")
