"""Google's answers, checked by pydantic, and the grids that they make.

Rows and columns count from 0. A number stands for a day or a time only where the cell's own number
format says so: days since 1899-12-30, the time of day as a fraction, in the spreadsheet's own time
zone (Google, "Date and time values").
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    NonNegativeInt,
    TypeAdapter,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from miro_sync.model import Place, Problem, Severity, SheetLayout, Worksheet, say
from miro_sync.tables import Merge, address, column_letters, worksheet

#: What is asked of a spreadsheet before its values: everything about its worksheets, but of the
#: cells only whether their numbers are days and where they lead (a link of the cell or of a
#: formula, links within its text, the chip of a document). A worksheet's title is needed to ask
#: for a part of it, so no narrower question can be put before this one.
BOOK_FIELDS: Final = (
    "spreadsheetId,properties(title),sheets("
    "properties(sheetId,title,sheetType,hidden,gridProperties(rowCount,columnCount)),"
    "merges,developerMetadata(metadataKey,metadataValue),"
    "data(startRow,startColumn,rowData(values(effectiveFormat(numberFormat(type)),hyperlink,"
    "textFormatRuns(format(link(uri))),chipRuns(chip(richLinkProperties(uri)))))))"
)
#: The same without the cells, when only the worksheets matter.
OUTLINE_FIELDS: Final = f"{BOOK_FIELDS.partition(',data(')[0]})"

VALUES_FIELDS: Final = "valueRanges(range,values)"

#: The key of the developer metadata on the service's own worksheet. Its value is the worksheet's
#: id: a copy of the worksheet made by a person takes the metadata along, but has another id.
OWN_KEY: Final = "miro-sync-status"

#: Cells between A1 and the farthest filled cell of a worksheet; each takes some 40 bytes.
_CELL_LIMIT = 4_000_000

_SERIAL_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone
#: 1 January 1900 and 31 December 9999.
_SERIALS = range(2, 2_958_466)
_SECONDS_A_DAY = 86_400
_DAYS_AND_TIMES = frozenset({"DATE", "DATE_TIME", "TIME"})
_EXTENT = re.compile(r"!A\d{1,9}:([A-Z]{1,5})(\d{1,9})$")
_LAST_ROW = re.compile(r"!(?:[A-Z]{1,5}\d{1,9}:)?[A-Z]{1,5}(\d{1,9})$")

_Scalar = str | int | float | bool | None
#: Numbers as a spreadsheet can hold them; JSON knows larger ones.
_Number = Annotated[int, Field(gt=-(10**18), lt=10**18)] | FiniteFloat
Formats = Mapping[int, Mapping[int, str]]
"""The kind of number ("DATE", "DATE_TIME", "TIME") by row and column, where it is a time."""


class _Part(BaseModel):
    """A part of an answer; what is not asked for is not looked at."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Grid(_Part):
    row_count: int = 0
    column_count: int = 0


class _SheetProperties(_Part):
    sheet_id: int = 0
    title: str
    sheet_type: str = "GRID"
    hidden: bool = False
    grid_properties: _Grid = _Grid()


class _Range(_Part):
    start_row_index: NonNegativeInt = 0
    end_row_index: NonNegativeInt = 0
    start_column_index: NonNegativeInt = 0
    end_column_index: NonNegativeInt = 0


class _Metadata(_Part):
    metadata_key: str = ""
    metadata_value: str = ""


class _Sheet(_Part):
    properties: _SheetProperties
    merges: list[_Range] = []
    developer_metadata: list[_Metadata] = []
    data: list[dict[str, Any]] = []


class _BookProperties(_Part):
    title: str = ""


class _Book(_Part):
    spreadsheet_id: str
    properties: _BookProperties = _BookProperties()
    sheets: list[_Sheet]


class _ValueRange(_Part):
    model_config = ConfigDict(strict=True)

    range: str = ""
    values: list[list[str | _Number | bool | None]] = []


class _Values(_Part):
    value_ranges: list[_ValueRange]


@dataclass(frozen=True, slots=True)
class Tab:
    """What Google tells of a worksheet before its values.

    Attributes:
        kind: "GRID"; "OBJECT" for a chart, "DATA_SOURCE" for a view of a database.
        extent: how many rows and columns its grid has, (0, 0) where Google does not say.
        own: this service made it.
        links: what cells lead to, by (row, column), whatever kind of an address it is.

    """

    sheet_id: int
    title: str
    kind: str
    hidden: bool
    extent: tuple[int, int]
    own: bool
    merges: tuple[Merge, ...]
    formats: Formats
    links: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """What Google tells of a spreadsheet before its values."""

    title: str
    tabs: tuple[Tab, ...]

    @property
    def grids(self) -> tuple[Tab, ...]:
        """The worksheets that have cells."""
        return tuple(tab for tab in self.tabs if tab.kind == "GRID")

    @property
    def own(self) -> Tab | None:
        """The service's own worksheet; None when there is none."""
        return next((tab for tab in self.grids if tab.own), None)


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a worksheet.

    Attributes:
        extent: how many rows and columns its grid had when they were read; None where Google
            does not say.
        rows: as Google gives them: ragged, blank ends cut, days as numbers.
        last_row: the last row of what was asked for, from 1; None where Google does not say.

    """

    extent: tuple[int, int] | None
    rows: Sequence[Sequence[_Scalar]]
    last_row: int | None = None


_BOOK: Final = TypeAdapter(_Book)
_VALUES: Final = TypeAdapter(_Values)


def read_book(answer: object) -> Book:
    """Read an answer to `spreadsheets.get`; raises `ValueError` when it is none."""
    book = _checked(_BOOK, answer)
    try:
        return Book(book.properties.title, tuple(_tab(sheet) for sheet in book.sheets))
    except (AttributeError, TypeError):
        raise ValueError("no such cells") from None


def read_values(answer: object, count: int) -> list[Values]:
    """Read an answer to `values.batchGet` for so many ranges; raises `ValueError` otherwise."""
    ranges = _checked(_VALUES, answer).value_ranges
    if len(ranges) != count:
        raise ValueError("not the ranges that were asked for")
    return [Values(_extent(part.range), part.values, _last_row(part.range)) for part in ranges]


def parts_of(tab: Tab, layout: SheetLayout | None) -> tuple[str, ...]:
    """Return the parts of a worksheet to ask for, in A1 notation; ("",) is all of it.

    With a layout these are the rows down to its header and, below it, the columns of the layout.
    A column from which cells are merged into one of them goes along: its text stands for both.
    """
    rows, width = tab.extent
    if layout is None or layout.last + 1 >= rows or not layout.columns:
        return ("",)
    if layout.columns[-1] >= width:
        return ("",)
    columns = set(layout.columns)
    for (_, left), (bottom, right) in tab.merges:
        if bottom > layout.last and not columns.isdisjoint(range(left, right + 1)):
            columns.add(left)
    head = f"1:{layout.last + 1}"
    below = layout.last + 2
    return (
        head,
        *(
            f"{column_letters(first)}{below}:{column_letters(last)}"
            for first, last in _runs(sorted(columns))
        ),
    )


def put_together(parts: Sequence[str], values: Sequence[Values]) -> Values:
    """Make one worksheet of its parts; the columns between them are blank.

    Args:
        parts: what was asked for (`parts_of`).
        values: the answers, in the same order.

    """
    if len(parts) == 1:
        return values[0]
    head, *columns = values
    height = int(parts[0].partition(":")[2])
    rows: list[list[_Scalar]] = [list(row) for row in head.rows]
    rows += [[] for _ in range(height - len(rows))]
    for part, below in zip(parts[1:], columns, strict=True):
        left = _index(part.partition(":")[0].rstrip("0123456789"))
        rows += [[] for _ in range(height + len(below.rows) - len(rows))]
        for row, cells in zip(rows[height:], below.rows, strict=False):
            if cells:
                row.extend([None] * (left - len(row)))
                row.extend(cells)
    width = head.extent[1] if head.extent else None
    last = columns[0].last_row
    extent = (last, width) if last is not None and width is not None else None
    return Values(extent, rows)


def fit(tabs: Sequence[Tab], values: Sequence[Values]) -> bool:
    """Tell whether values and worksheets are of one state of the spreadsheet.

    They come from two requests; a row inserted between them would shift days and merged cells.
    """
    return all(
        part.extent is None or tab.extent in {(0, 0), part.extent}
        for tab, part in zip(tabs, values, strict=True)
    )


def grid_of(
    tab: Tab, values: Values, *, source: str, url: str
) -> tuple[Worksheet | None, tuple[Problem, ...]]:
    """Make the grid of a worksheet.

    Args:
        tab: what is known of it.
        values: its values.
        source: the spreadsheet's title, for places.
        url: a link to the worksheet.

    Returns:
        The worksheet and the faults found in it; no worksheet when a lone cell far from the
        table makes its grid larger than memory should be asked for.

    """
    width = max(map(len, values.rows), default=0)
    if len(values.rows) * width > _CELL_LIMIT:
        far = address(len(values.rows) - 1, width - 1)
        problem = Problem(say("sheets.far_cell", cell=far), Place(source, tab.title, url=url))
        return None, (problem,)
    sheet, faults = worksheet(
        tab.title,
        list(_rows(values.rows, tab.formats)),
        source=source,
        url=url,
        merged=tab.merges,
        links=tab.links,
        hidden=tab.hidden,
    )
    return replace(sheet, url=url), faults


def unread(tabs: Sequence[Tab], *, source: str, url: str) -> Iterator[Problem]:
    """Say which tabs hold data of a kind that is not read here; charts hold none."""
    for tab in tabs:
        if tab.kind not in {"GRID", "OBJECT"}:
            place = Place(source, tab.title, url=url)
            yield Problem(say("sheets.data_source"), place, Severity.WARNING)


@lru_cache(maxsize=10_000)
def moment_of(serial: float, kind: str) -> dt.date | dt.time | dt.timedelta | float:
    """Turn a spreadsheet's number into what its format says that it is.

    A whole number is a day, a fraction of one a time of day, more than that with a format of
    times alone a length of time; a number outside the calendar stays one.
    """
    if not -1 < serial < _SERIALS.stop:
        return serial
    seconds = round(serial * _SECONDS_A_DAY)
    days, rest = divmod(seconds, _SECONDS_A_DAY)
    if kind == "TIME" and serial >= 1:
        return dt.timedelta(seconds=seconds)
    if days == 0 and kind != "DATE":
        return (_SERIAL_ZERO + dt.timedelta(seconds=seconds)).time()
    if days not in _SERIALS:
        return serial
    moment = _SERIAL_ZERO + dt.timedelta(days=days, seconds=rest)
    return moment if rest else moment.date()


def _checked(adapter: TypeAdapter[Any], answer: object) -> Any:  # noqa: ANN401 - as the adapter
    try:
        return adapter.validate_python(answer)
    except ValidationError:
        # Its text quotes the answer.
        raise ValueError("no such answer") from None


def _tab(sheet: _Sheet) -> Tab:
    properties = sheet.properties
    grid = properties.grid_properties
    formats, links = _of_cells(sheet.data)
    return Tab(
        sheet_id=properties.sheet_id,
        title=properties.title,
        kind=properties.sheet_type,
        hidden=properties.hidden,
        extent=(grid.row_count, grid.column_count),
        own=any(
            (mark.metadata_key, mark.metadata_value) == (OWN_KEY, str(properties.sheet_id))
            for mark in sheet.developer_metadata
        ),
        merges=tuple(
            (
                (merge.start_row_index, merge.start_column_index),
                (merge.end_row_index - 1, merge.end_column_index - 1),
            )
            for merge in sheet.merges
        ),
        formats=formats,
        links=links,
    )


def _of_cells(
    parts: Sequence[Mapping[str, Any]],
) -> tuple[dict[int, dict[int, str]], dict[tuple[int, int], tuple[str, ...]]]:
    """Find the cells whose numbers are days or times, and those that lead elsewhere.

    By hand, for there may be millions.
    """
    found: dict[int, dict[int, str]] = {}
    links: dict[tuple[int, int], tuple[str, ...]] = {}
    for part in parts:
        first = part.get("startColumn", 0)
        for number, row in enumerate(part.get("rowData", ()), part.get("startRow", 0)):
            kinds: dict[int, str] = {}
            for index, cell in enumerate(row.get("values", ()), first):
                if not cell:
                    continue
                if (kind := _number_format(cell)) in _DAYS_AND_TIMES:
                    kinds[index] = kind
                if (len(cell) > 1 or not kind) and (targets := _links(cell)):
                    links[number, index] = targets
            if kinds:
                found[number] = kinds
    return found, links


def _number_format(cell: Mapping[str, Any]) -> str:
    kind = cell.get("effectiveFormat", {}).get("numberFormat", {}).get("type", "")
    return kind if isinstance(kind, str) else ""


def _links(cell: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses that a cell leads to."""
    runs = (run.get("format", {}).get("link", {}) for run in cell.get("textFormatRuns", ()))
    chips = (run.get("chip", {}).get("richLinkProperties", {}) for run in cell.get("chipRuns", ()))
    targets = (cell.get("hyperlink"), *(link.get("uri") for link in (*runs, *chips)))
    return tuple(target for target in targets if isinstance(target, str))


def _rows(
    rows: Sequence[Sequence[_Scalar]], formats: Formats
) -> Iterator[Sequence[_Scalar | dt.date | dt.time | dt.timedelta]]:
    for number, row in enumerate(rows):
        kinds = formats.get(number)
        if not kinds:
            yield row
            continue
        cells: list[_Scalar | dt.date | dt.time | dt.timedelta] = list(row)
        for index, kind in kinds.items():
            value = cells[index] if 0 <= index < len(cells) else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                cells[index] = moment_of(value, kind)
        yield cells


def _extent(echo: str) -> tuple[int, int] | None:
    """Read the range that Google says it read, which for a whole worksheet is its grid."""
    match = _EXTENT.search(echo)
    if match is None:
        return None
    return int(match[2]), _index(match[1]) + 1


def _last_row(echo: str) -> int | None:
    match = _LAST_ROW.search(echo)
    return int(match[1]) if match else None


def _index(letters: str) -> int:
    columns = 0
    for letter in letters:
        columns = columns * 26 + ord(letter) - ord("A") + 1
    return columns - 1


def _runs(columns: Sequence[int]) -> list[tuple[int, int]]:
    """Return the runs of neighbouring columns, each by its first and last."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and runs[-1][1] == column - 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs
