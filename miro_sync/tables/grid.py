"""The cells of a worksheet: the same grid whatever the door that read it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from miro_sync.model import CellError, CellValue, Place, Problem, Severity, Worksheet, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Excel's own limit on the text of a cell (Microsoft, "Excel specifications and limits").
CELL_LIMIT = 32_767

#: The code of a formula that the file keeps without its value (written by a program, never
#: opened in Excel since).
NOT_CALCULATED = "#NOT_CALCULATED"

Merge = tuple[tuple[int, int], tuple[int, int]]
"""A merged range: (first row, first column), (last row, last column), from 0, both inclusive."""

Loose = CellValue | dt.timedelta
"""What a door may find in a cell."""

#: Faults of one kind told one by one before the rest is counted.
_TOLD = 20

#: What Excel, LibreOffice and Google Sheets show in place of a failed formula, in English and in
#: Russian; a text file or an online table carries them as plain text.
_ERROR_TOKENS = {
    "#REF!": "#REF!",
    "#N/A": "#N/A",
    "#DIV/0!": "#DIV/0!",
    "#VALUE!": "#VALUE!",
    "#NAME?": "#NAME?",
    "#NULL!": "#NULL!",
    "#NUM!": "#NUM!",
    "#ERROR!": "#ERROR!",
    "#SPILL!": "#SPILL!",
    "#CALC!": "#CALC!",
    "#GETTING_DATA": "#GETTING_DATA",
    "#ССЫЛКА!": "#REF!",
    "#ССЫЛ!": "#REF!",
    "#Н/Д": "#N/A",
    "#ДЕЛ/0!": "#DIV/0!",
    "#ЗНАЧ!": "#VALUE!",
    "#ИМЯ?": "#NAME?",
    "#ПУСТО!": "#NULL!",
    "#ЧИСЛО!": "#NUM!",
    "#ОШИБКА!": "#ERROR!",
    "#ПЕРЕНОС!": "#SPILL!",
    "#ВЫЧИСЛ!": "#CALC!",
    "Loading...": NOT_CALCULATED,
    "Загрузка...": NOT_CALCULATED,
    "Загрузка…": NOT_CALCULATED,
}

#: Signs that no cell shows: control characters, byte order marks, halves of surrogate pairs.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")


def worksheet(  # noqa: PLR0913 - what a door knows of a worksheet
    title: str,
    rows: Iterable[Sequence[Loose]],
    *,
    source: str,
    url: str | None = None,
    merged: Iterable[Merge] = (),
    errors: Mapping[tuple[int, int], str] | None = None,
    hidden: bool = False,
) -> tuple[Worksheet, tuple[Problem, ...]]:
    """Make a worksheet of what a door read.

    Blank text becomes None, a whole number loses its ".0", midnight of a day becomes the day, line
    breaks become a line feed, control characters go, error texts («#REF!», «#ССЫЛКА!»,
    «Loading...») become `CellError`. Merged ranges are filled from their first cell as far as the
    grid has values. Blank rows and columns at the end are cut; the rest is a rectangle.

    Args:
        title: the worksheet's title.
        rows: its cells from A1 on; rows may be ragged.
        source: the name of the table, for the places of problems.
        url: a link to the worksheet.
        merged: merged ranges.
        errors: formula errors that the rows do not show, by (row, column) from 0.
        hidden: hidden in the workbook.

    Returns:
        The worksheet, and what had to be changed in it: texts cut at Excel's own limit.

    """
    faults = Faults(Place(source, title, url=url))
    grid: list[list[CellValue]] = []
    for number, row in enumerate(rows):
        cells: list[CellValue] = []
        for value in row:
            if isinstance(value, str):
                if len(value) > CELL_LIMIT:
                    cell = address(number, len(cells))
                    faults.add("tables.cell_cut", cell, length=len(value), kept=CELL_LIMIT)
                cells.append(_text_cell(value))
            else:
                cells.append(_plain_cell(value))
        grid.append(cells)
    for (number, index), code in (errors or {}).items():
        _put(grid, number, index, CellError(code))
    _trim(grid)
    for merge in merged:
        _fill(grid, merge)
    return Worksheet(title, tuple([tuple(row) for row in grid]), hidden), faults.problems()


def address(row: int, column: int) -> str:
    """Return the address of a cell as a spreadsheet shows it: (13, 3) -> "D14"."""
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """Return the letters of a column: 0 -> "A", 26 -> "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def error_code(text: str) -> str | None:
    """Return the error that a text stands for («#ССЫЛКА!» -> "#REF!"), None for any other text."""
    return _ERROR_TOKENS.get(text)


class Faults:
    """Collects the faults of one worksheet; those of one kind are counted after the twentieth."""

    def __init__(self, place: Place) -> None:
        """Start with none; `place` is the worksheet."""
        self._place = place
        self._problems: list[Problem] = []
        self._counts: Counter[str] = Counter()

    def add(
        self, key: str, cell: str, severity: Severity = Severity.ERROR, **params: object
    ) -> None:
        """Add a fault: the sentence's key, the address, the sentence's placeholders."""
        self._counts[key] += 1
        if self._counts[key] <= _TOLD:
            place = replace(self._place, cell=cell)
            self._problems.append(Problem(say(key, **params), place, severity))

    def problems(self) -> tuple[Problem, ...]:
        """Return the faults in the order they were added, and how many more there were."""
        more = sum(max(count - _TOLD, 0) for count in self._counts.values())
        if not more:
            return tuple(self._problems)
        return (*self._problems, Problem(say("tables.more_faults", count=more), self._place))


def _text_cell(text: str) -> CellValue:
    text = text[:CELL_LIMIT]
    if not text.isprintable():
        text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text or text.isspace():
        return None
    code = _ERROR_TOKENS.get(text)
    return text if code is None else CellError(code)


def _plain_cell(value: Loose) -> CellValue:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value


def _put(grid: list[list[CellValue]], row: int, column: int, value: CellValue) -> None:
    grid.extend([] for _ in range(row + 1 - len(grid)))
    cells = grid[row]
    cells.extend([None] * (column + 1 - len(cells)))
    cells[column] = value


def _trim(grid: list[list[CellValue]]) -> None:
    """Cut blank rows and columns at the end and make the rest a rectangle."""
    width = 0
    for row in grid:
        while len(row) > width and row[-1] is None:
            row.pop()
        width = max(width, len(row))
    while grid and all(value is None for value in grid[-1]):
        grid.pop()
    for row in grid:
        row.extend([None] * (width - len(row)))


def _fill(grid: list[list[CellValue]], merge: Merge) -> None:
    (top, left), (bottom, right) = merge
    if top >= len(grid) or left >= len(grid[top]):
        return
    value = grid[top][left]
    if value is None or isinstance(value, CellError):
        return
    for row in grid[top : bottom + 1]:
        row[left : right + 1] = [value] * len(row[left : right + 1])
