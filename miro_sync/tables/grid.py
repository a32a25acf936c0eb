"""The cells of a worksheet: the same grid whatever the door that read it."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

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

#: Hexadecimal digits that tell the rows of one worksheet apart.
_MARK = 8
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

#: Whole numbers up to here are exact.
_WHOLE = 2**53
#: What a cell may lead to; no link of the web is longer than Excel lets one be (2,083 letters).
_WEB = re.compile(r"https?://[^\s<>\"]{1,2075}$", re.IGNORECASE)
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
    links: Mapping[tuple[int, int], Sequence[str]] | None = None,
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
        links: what the cells lead to when they are pressed, by (row, column) from 0; only http(s)
            is kept. A blank cell leads nowhere: spreadsheets keep the link of a text wiped out.
        hidden: hidden in the workbook.

    Returns:
        The worksheet, and what had to be changed in it: texts cut at Excel's own limit.

    """
    faults = Faults(Place(source, title, url=url))
    grid: list[list[CellValue]] = []
    for number, row in enumerate(rows):
        plain = _plain_row(row)
        if plain is not None:
            grid.append(plain)
            continue
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
    behind = _links_behind(grid, links) if links else {}
    for merge in merged:
        _fill(grid, merge, behind)
    rows_read = tuple(map(tuple, grid))
    return Worksheet(title, rows_read, hidden, links=behind), faults.problems()


def head_digest(sheet: Worksheet, first: int, last: int) -> str:
    """Sum up the header rows of a worksheet: the same texts in the same columns, the same sum."""
    rows = [[value for value in row if value is not None] for row in sheet.rows[first : last + 1]]
    places = [
        [index for index, value in enumerate(row) if value is not None]
        for row in sheet.rows[first : last + 1]
    ]
    return hashlib.sha256(repr((first, last, rows, places)).encode()).hexdigest()


def rows_of_words(sheet: Worksheet, below: int, columns: Sequence[int]) -> frozenset[str]:
    """Return a mark of every row below row `below` that holds nothing but words.

    Only some columns are looked at. Such a row may head another table; one with a number or a
    day in it does not. A mark is a short digest and tells nothing of the words.
    """
    found = set()
    for row in sheet.rows[below + 1 :]:
        filled = [
            value for index in columns if index < len(row) and (value := row[index]) is not None
        ]
        if filled and all(isinstance(one, str) and not one[:1].isdigit() for one in filled):
            found.add(hashlib.sha256(repr(filled).encode()).hexdigest()[:_MARK])
    return frozenset(found)


def address(row: int, column: int) -> str:
    """Return the address of a cell as a spreadsheet shows it: (13, 3) -> "D14"."""
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """Return the letters of a column: 0 -> "A", 26 -> "AA"."""
    letters = ""
    column += 1
    while column > 0:
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


def _is_plain(texts: str) -> bool:
    """Tell whether none of the texts of a row, joined, has to be changed: most rows, at one look.

    The only blank that is printable is the space; every error text has a «#» or ends in dots.
    """
    return (
        texts.isprintable()
        and "#" not in texts
        and "..." not in texts
        and "…" not in texts
        and len(texts) <= CELL_LIMIT
    )


def _plain_row(row: Sequence[Loose]) -> list[CellValue] | None:
    """Make the cells of a row whose texts stay as they are; None for any other row."""
    texts = _joined(row)
    if texts is None:
        texts = "".join([value for value in row if isinstance(value, str)])
    # Without two spaces side by side, a text of spaces alone can only be a single one.
    elif _is_plain(texts) and "  " not in texts and " " not in row:
        return [value or None for value in cast("Sequence[str]", row)]
    if not _is_plain(texts):
        return None
    return [
        (value if value and not value.isspace() else None)
        if isinstance(value, str)
        else _number_cell(value)
        if isinstance(value, float)
        else _plain_cell(value)
        if isinstance(value, (dt.datetime, dt.timedelta))
        else value
        for value in row
    ]


def _joined(row: Sequence[Loose]) -> str | None:
    """Return the cells of a row in one text; None when one of them is no text."""
    if row and isinstance(row[0], str) and isinstance(row[-1], str):
        with suppress(TypeError):
            return "".join(cast("Sequence[str]", row))  # that is the question
    return None


def _text_cell(text: str) -> CellValue:
    text = text[:CELL_LIMIT]
    if not text.isprintable():
        text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text or text.isspace():
        return None
    code = _ERROR_TOKENS.get(text)
    return text if code is None else CellError(code)


def _number_cell(value: float) -> int | float | CellError:
    if not math.isfinite(value):  # a number that no cell can show
        return CellError("#NUM!")
    return int(value) if value.is_integer() and abs(value) < _WHOLE else value


def _plain_cell(value: Loose) -> CellValue:
    if isinstance(value, float):
        return _number_cell(value)
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
    width = max(map(len, grid), default=0)
    if not any(row[-1] is not None for row in grid if len(row) == width > 0):
        width = 0
        for row in grid:
            while len(row) > width and row[-1] is None:
                row.pop()
            width = max(width, len(row))
    while grid and all(value is None for value in grid[-1]):
        grid.pop()
    for row in grid:
        if len(row) < width:
            row.extend([None] * (width - len(row)))


def _links_behind(
    grid: list[list[CellValue]], links: Mapping[tuple[int, int], Sequence[str]]
) -> dict[tuple[int, int], tuple[str, ...]]:
    """Return the http(s) links behind the filled cells of a grid."""
    found = {}
    for (row, column), targets in links.items():
        if 0 <= row < len(grid) and 0 <= column < len(grid[row]) and grid[row][column] is not None:
            kept = dict.fromkeys(target for one in targets if _WEB.match(target := one.strip()))
            if kept:
                found[row, column] = tuple(kept)
    return found


def _fill(
    grid: list[list[CellValue]], merge: Merge, links: dict[tuple[int, int], tuple[str, ...]]
) -> None:
    (top, left), (bottom, right) = merge
    if not (0 <= top < len(grid) and 0 <= left < len(grid[top])):
        return
    value = grid[top][left]
    if value is None or isinstance(value, CellError):
        return
    behind = links.get((top, left))
    for number, row in enumerate(grid[top : bottom + 1], top):
        width = len(row[left : right + 1])
        row[left : right + 1] = [value] * width
        if behind:
            links |= {(number, column): behind for column in range(left, left + width)}
