"""The service's own worksheet: replaced whole by one request, or left as it was.

It is found by a mark that this service put on it (developer metadata), never by its title, and
no other worksheet is ever touched. All cells are typed values: no text can become a formula.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import requests

from miro_sync.model import Worksheet, say
from miro_sync.sheets_answers import OWN_KEY, Book, grid_of
from miro_sync.sheets_google import GOOGLE_API, GoogleBook, Quota, book_url, tab_url
from miro_sync.sheets_http import Clock, Patience, RefusedError, Web, timeout_for
from miro_sync.sheets_login import WRITING, find_login
from miro_sync.status_cells import StatusCell, StatusColumn, StatusRow, Tone, Value

#: Google's own limits on a cell's text and a worksheet's title.
LONGEST_TEXT: Final = 50_000
LONGEST_TITLE: Final = 100

#: The id that a new worksheet gets where it is free; ids are positive and below 2^31.
_FIRST_ID = zlib.crc32(OWN_KEY.encode()) & 0x3FFF_FFFF

_SERIAL_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone
_SECONDS_A_DAY = 86_400

#: What Google refuses in a text, and signs that no cell shows.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_WEB_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """The service's own worksheet, as it is.

    Attributes:
        title: as it is called now; people may rename it.
        worksheet: its cells; None when they were not read.

    """

    sheet_id: int
    title: str
    url: str
    worksheet: Worksheet | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a writing brought.

    Attributes:
        calls: requests made.

    """

    sheet: OwnSheet
    calls: int


class StatusSheet:
    """The service's own worksheet in one spreadsheet."""

    def __init__(  # noqa: PLR0913 - what a connection needs
        self,
        spreadsheet_id: str,
        *,
        environ: Mapping[str, str],
        clock: Clock,
        api_url: str = GOOGLE_API,
        patience_seconds: float = 60.0,
        timeout: tuple[float, float] | None = None,
        known: OwnSheet | None = None,
        quota: Quota | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            spreadsheet_id: as it stands in the link.
            environ: where the key is.
            clock: the time.
            api_url: where Google's interface is; https, or this machine.
            patience_seconds: how long one reading or writing waits out trouble in all.
            timeout: seconds to connect, seconds of silence; None for what suits the patience.
            known: the worksheet, where a reading of this run has found it: saves a request.
            quota: called before each request, repeated ones included: waits until the account may
                make one; what it raises keeps the request from being made.

        """
        self._id = spreadsheet_id
        self._environ = environ
        self._clock = clock
        self._api_url = api_url
        self._patience_seconds = patience_seconds
        self._timeout = timeout or timeout_for(patience_seconds)
        self._known = known
        self._quota = quota

    def read(self) -> OwnSheet | None:
        """Read the worksheet; None when there is none yet.

        Raises:
            SourceError: it could not be read.

        """
        google, web = self._connect()
        patience = Patience(self._patience_seconds, self._clock)
        try:
            book = patience.outlast(google.book)
            if book.own is None:
                return None
            tab = book.own
            (values,) = patience.outlast(lambda: google.values([tab]))
        finally:
            web.close()
        url = tab_url(self._id, tab.sheet_id)
        sheet, _ = grid_of(tab, values, source=book.title, url=url)
        self._known = OwnSheet(tab.sheet_id, tab.title, url, sheet)
        return self._known

    def replace(
        self, columns: Sequence[StatusColumn], rows: Sequence[StatusRow], title: str
    ) -> Written:
        """Replace everything in the worksheet, or leave all of it as it was.

        Args:
            columns: from the left.
            rows: below the header, each with a value or cell for each column.
            title: of a worksheet that must be made; one that is there keeps its title.

        Raises:
            SourceError: it could not be written; the worksheet is as it was, unless the words
                say that the connection broke: then it is either as it was or new, never mixed.

        """
        google, web = self._connect()
        content = _content(columns, rows)

        def attempt() -> OwnSheet:
            if self._known is not None:
                try:
                    google.update(_replacing(self._known.sheet_id, content))
                except RefusedError as error:
                    if error.status != requests.codes.bad_request:
                        raise
                    # It was deleted since it was seen: look again, and make another.
                    self._known = None
                else:
                    return self._known
            # After trouble, too: a worksheet may have been made although nobody said so.
            book = google.book(formats=False)
            self._known = own_sheet(book, self._id)
            if self._known is not None:
                google.update(_replacing(self._known.sheet_id, content))
                return self._known
            made = _new(book, self._id, title)
            google.update((*_making(made, content), *_replacing(made.sheet_id, content)))
            return made

        try:
            sheet = Patience(self._patience_seconds, self._clock).outlast(attempt)
        finally:
            web.close()
        self._known = replace(sheet, worksheet=None)
        return Written(self._known, google.calls)

    def remove(self) -> OwnSheet | None:
        """Delete the worksheet; None when there is none.

        Raises:
            SourceError: it could not be deleted; it is there as it was, unless the words say
                that the connection broke.

        """
        google, web = self._connect()

        def attempt() -> OwnSheet | None:
            sheet = own_sheet(google.book(formats=False), self._id)
            if sheet is not None:
                google.update(({"deleteSheet": {"sheetId": sheet.sheet_id}},))
            return sheet

        try:
            removed = Patience(self._patience_seconds, self._clock).outlast(attempt)
        finally:
            web.close()
        self._known = None
        return removed

    def _connect(self) -> tuple[GoogleBook, Web]:
        login = find_login(self._environ)
        if login is None:
            raise RefusedError(say("sheets.no_key_for_writing", url=book_url(self._id)))
        web = Web(self._clock, self._timeout)
        google = GoogleBook(
            self._id, login, web, api_url=self._api_url, scope=WRITING, quota=self._quota
        )
        return google, web


def own_sheet(book: Book, spreadsheet_id: str) -> OwnSheet | None:
    """Return the service's own worksheet among those of a spreadsheet, without its cells."""
    tab = book.own
    if tab is None:
        return None
    return OwnSheet(tab.sheet_id, tab.title, tab_url(spreadsheet_id, tab.sheet_id))


# --- requests -----------------------------------------------------------------------------------

_Request = Mapping[str, object]

#: Backgrounds on which black text is easily read, also in print; the header's is the last.
_COLOURS: Final = {
    Tone.PLAIN: None,
    Tone.GOOD: (0xE2, 0xF0, 0xD9),
    Tone.ASK: (0xFF, 0xF2, 0xCC),
    Tone.ALARM: (0xF8, 0xCB, 0xAD),
    Tone.QUIET: (0xED, 0xED, 0xED),
}
_HEADER_COLOUR: Final = (0xD9, 0xE2, 0xF3)
_TAB_COLOUR: Final = (0x44, 0x72, 0xC4)


@dataclass(frozen=True, slots=True)
class _Content:
    """What the worksheet is to hold, in Google's words.

    Attributes:
        rows: the header and what is below it, as RowData.

    """

    columns: tuple[StatusColumn, ...]
    rows: tuple[Mapping[str, object], ...]

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns of the grid; below a frozen header Google wants one row at least."""
        return max(len(self.rows), 2), len(self.columns)


def _content(columns: Sequence[StatusColumn], rows: Iterable[StatusRow]) -> _Content:
    if not columns or any(
        choice.startswith("=") for column in columns for choice in column.choices
    ):
        raise ValueError("a worksheet needs columns, and choices that are no formulas")
    header = [_header_cell(column.title) for column in columns]
    body = [
        [_cell(cell if isinstance(cell, StatusCell) else StatusCell(cell)) for cell in row]
        for row in rows
    ]
    if any(len(cells) != len(columns) for cells in body):
        raise ValueError("each row needs a cell for each column")
    return _Content(tuple(columns), tuple({"values": cells} for cells in (header, *body)))


def _making(sheet: OwnSheet, content: _Content) -> tuple[_Request, ...]:
    """Return what makes the worksheet and marks it as ours."""
    rows, columns = content.extent
    return (
        {
            "addSheet": {
                "properties": {
                    "sheetId": sheet.sheet_id,
                    "title": sheet.title,
                    "gridProperties": {"rowCount": rows, "columnCount": columns},
                    "tabColorStyle": _style(_TAB_COLOUR),
                }
            }
        },
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataKey": OWN_KEY,
                    "metadataValue": str(sheet.sheet_id),
                    "location": {"sheetId": sheet.sheet_id},
                    "visibility": "DOCUMENT",
                }
            }
        },
    )


def _replacing(sheet_id: int, content: _Content) -> tuple[_Request, ...]:
    """Return what empties the worksheet, fills it and dresses it; may be sent twice."""
    rows, columns = content.extent
    everything = {
        "sheetId": sheet_id,
        "startRowIndex": 0,
        "endRowIndex": rows,
        "startColumnIndex": 0,
        "endColumnIndex": columns,
    }
    properties = {
        "sheetId": sheet_id,
        "gridProperties": {
            "rowCount": rows,
            "columnCount": columns,
            "frozenRowCount": 1,
            "frozenColumnCount": 0,
        },
    }
    return (
        {
            "updateSheetProperties": {
                "properties": properties,
                "fields": ",".join(f"gridProperties.{name}" for name in _GRID_FIELDS),
            }
        },
        {"unmergeCells": {"range": everything}},
        {"updateCells": {"range": everything, "fields": "*"}},
        {
            "updateCells": {
                "range": everything,
                "rows": content.rows,
                "fields": "userEnteredValue,userEnteredFormat",
            }
        },
        *_choices(sheet_id, content),
        *_widths(sheet_id, content),
        {"setBasicFilter": {"filter": {"range": everything}}},
    )


_GRID_FIELDS = ("rowCount", "columnCount", "frozenRowCount", "frozenColumnCount")


def _choices(sheet_id: int, content: _Content) -> list[_Request]:
    rows, _ = content.extent
    return [
        {
            "setDataValidation": {
                "range": {
                    "sheetId": sheet_id,
                    "startRowIndex": 1,
                    "endRowIndex": rows,
                    "startColumnIndex": index,
                    "endColumnIndex": index + 1,
                },
                "rule": {
                    "condition": {
                        "type": "ONE_OF_LIST",
                        "values": [{"userEnteredValue": choice} for choice in column.choices],
                    },
                    "inputMessage": column.hint,
                    "strict": False,
                    "showCustomUi": True,
                },
            }
        }
        for index, column in enumerate(content.columns)
        if column.choices
    ]


def _widths(sheet_id: int, content: _Content) -> list[_Request]:
    return [
        {
            "updateDimensionProperties": {
                "range": {
                    "sheetId": sheet_id,
                    "dimension": "COLUMNS",
                    "startIndex": index,
                    "endIndex": index + 1,
                },
                "properties": {"pixelSize": column.width, "hiddenByUser": column.hidden},
                "fields": "pixelSize,hiddenByUser",
            }
        }
        for index, column in enumerate(content.columns)
    ]


def _new(book: Book, spreadsheet_id: str, title: str) -> OwnSheet:
    """Choose an id and a title that no worksheet has."""
    ids = {tab.sheet_id for tab in book.tabs}
    titles = {tab.title.casefold() for tab in book.tabs}
    sheet_id = next(number for number in range(_FIRST_ID, 1 << 31) if number not in ids)
    base = " ".join(_UNSEEN.sub("", title).split())[: LONGEST_TITLE - 6]
    names = (base if number == 1 else f"{base} ({number})" for number in range(1, len(titles) + 2))
    name = next(name for name in names if name.casefold() not in titles)
    return OwnSheet(sheet_id, name, tab_url(spreadsheet_id, sheet_id))


def _header_cell(title: str) -> _Request:
    return {
        "userEnteredValue": {"stringValue": _plain(title)},
        "userEnteredFormat": {
            "numberFormat": {"type": "TEXT"},
            "backgroundColorStyle": _style(_HEADER_COLOUR),
            "textFormat": {"bold": True},
            "wrapStrategy": "WRAP",
            "verticalAlignment": "MIDDLE",
        },
    }


def _cell(cell: StatusCell) -> _Request:
    value, number_format = _typed(cell.value)
    dress: dict[str, object] = {"wrapStrategy": "WRAP", "verticalAlignment": "TOP"}
    if number_format:
        dress["numberFormat"] = number_format
    colour = _COLOURS[cell.tone]
    if colour:
        dress["backgroundColorStyle"] = _style(colour)
    if cell.link and _WEB_LINK.fullmatch(cell.link):
        dress["textFormat"] = {"link": {"uri": cell.link}}
    filled = {"userEnteredValue": value} if value else {}
    return {**filled, "userEnteredFormat": dress}


def _typed(value: Value) -> tuple[_Request | None, _Request | None]:
    """Return a value as Google types it, and the number format that shows it.

    A text and a blank cell are formatted as text, too: what a person types there stays what it
    is, and a text that begins with "=" stays one after it was edited.
    """
    if isinstance(value, bool):
        return {"boolValue": value}, None
    if isinstance(value, dt.date):
        serial = _serial(value)
        if serial < 1:  # before the spreadsheet's calendar
            return {"stringValue": value.isoformat()}, {"type": "TEXT"}
        timed = isinstance(value, dt.datetime)
        pattern = "dd.mm.yyyy hh:mm" if timed else "dd.mm.yyyy"
        return (
            {"numberValue": serial},
            {"type": "DATE_TIME" if timed else "DATE", "pattern": pattern},
        )
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError("no spreadsheet holds such a number")
        return {"numberValue": value}, None
    text = _plain(value or "")
    return ({"stringValue": text} if text else None), {"type": "TEXT"}


def _serial(day: dt.date) -> float:
    if not isinstance(day, dt.datetime):
        return (day - _SERIAL_ZERO.date()).days
    if day.tzinfo is not None:
        raise ValueError("a cell has no time zone")
    return (day - _SERIAL_ZERO) / dt.timedelta(days=1)


def _plain(text: str) -> str:
    """Return a text that a cell can hold."""
    clean = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean if len(clean) <= LONGEST_TEXT else f"{clean[: LONGEST_TEXT - 1]}…"


def _style(colour: tuple[int, int, int]) -> _Request:
    red, green, blue = (part / 255 for part in colour)
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}
