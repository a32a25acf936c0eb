"""What is found in a worksheet: a table with its header and rows, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from miro_sync.model import Place
from miro_sync.tables.grid import address
from miro_sync.tables.values import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from miro_sync.model import Problem
    from miro_sync.tables.values import Value


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        sheet: the worksheet's title.
        number: the row's number in the spreadsheet, from 1.
        values: what its cells hold, by column key; blank and faulty cells are absent.
        section: the section row above it («Направление 1. …»), "" when there is none.
        empty: numbered, but nothing is written in its first required column.
        source, url: where the worksheet is, for places.
        columns: the table's columns.
        links: the http(s) links behind its cells, by column key.

    """

    sheet: str
    number: int
    values: Mapping[str, Value]
    section: str = ""
    empty: bool = False
    source: str = ""
    url: str | None = None
    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def text(self, key: str) -> str:
        """Return a value as text; "" when the cell is blank or the column absent."""
        return as_text(self.values.get(key))

    def place(self, key: str | None = None) -> Place:
        """Return where the value stands; the whole row without a key or a column."""
        indices = self.columns.get(key or "", ())
        cell = address(self.number - 1, indices[0]) if indices else str(self.number)
        return Place(self.source, self.sheet, cell, url=self.url)


@dataclass(frozen=True, slots=True)
class Section:
    """A section row of a table: its text and its number in the spreadsheet, from 1."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a worksheet.

    Attributes:
        sheet: the worksheet's title.
        place: its (last) header row.
        columns: the columns found, from 0, by key; several for a `repeated` one.
        weak: the keys that were found by a weak synonym.
        title: the texts above the header, those at the top of the worksheet first.
        rows: see `Row`; blank rows, repeated headers, rows of column numbers, totals and section
            rows are none.
        sections: the section rows.
        problems: cells that could not be read, doubled columns.

    """

    sheet: str
    place: Place
    columns: Mapping[str, tuple[int, ...]]
    weak: frozenset[str]
    title: tuple[str, ...]
    rows: tuple[Row, ...]
    sections: tuple[Section, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class NoTable:
    """A worksheet, or a part of it, without the table looked for.

    Attributes:
        sheet: the worksheet's title.
        problems: why, and what the header should be.
        refused: its header is there, but a required column cannot be told from its double.

    """

    sheet: str
    problems: tuple[Problem, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A header in a worksheet.

    Attributes:
        first, last: indices of its rows.
        columns: all columns whose headers mean something, doubles included, in order.
        refused: a required column cannot be told from its double.

    """

    first: int
    last: int
    columns: tuple[int, ...]
    refused: bool


@dataclass(frozen=True, slots=True)
class Header:
    """A header row (or two) and what its cells mean.

    Attributes:
        first, last: indices of its rows.
        texts: the header of each column.
        found: (column, how sure) by key, the surest first.

    """

    first: int
    last: int
    texts: tuple[str, ...]
    found: Mapping[str, tuple[tuple[int, float], ...]]

    @property
    def distinct(self) -> int:
        """How many different headers it has that mean something."""
        return len({self.texts[cells[0][0]] for cells in self.found.values()})
