"""The workbook: everything that was judged, to be filtered, sorted and taken further.

Every text is written as text, whatever it begins with; links are http(s) only; days and numbers
are real days and numbers. The file holds no clock, so that the same data give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from miro_sync.messages import Catalogue
from miro_sync.model import CenterState, Status
from miro_sync.overview import Overview
from miro_sync.reports.xlsx_sheets import Cell, Column, Link, Sheet, sheets
from miro_sync.reports.zones import as_of, local
from miro_sync.telling.display import clean, link

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Excel's own limits: characters of a cell, links of a worksheet, characters of a link.
CELL_LIMIT: Final = 32_767
LINKS_LIMIT: Final = 65_530
LINK_LENGTH: Final = 2_079

#: Excel has no days before this one.
_FIRST_DAY: Final = dt.date(1900, 3, 1)

#: Background and ink of a status; both are legible in print, and the word is always there.
_COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    Status.HELD: ("#d8efdc", "#114d22"),
    Status.MISSED: ("#f7d4d0", "#7a150b"),
    Status.OVERDUE: ("#f7d4d0", "#7a150b"),
    Status.MOVED: ("#ead9f5", "#4c1a70"),
    Status.UNCONFIRMED: ("#fdeebf", "#5c4300"),
    Status.UNDATED: ("#fdeebf", "#5c4300"),
    Status.AWAITING: ("#fdeebf", "#5c4300"),
    Status.UNKNOWN: ("#e4e4e4", "#333333"),
    Status.CANCELLED: ("#eeeeee", "#555555"),
    CenterState.ACTIVE: ("#d8efdc", "#114d22"),
    CenterState.INACTIVE: ("#f7d4d0", "#7a150b"),
}
#: Points of a line of text, and how many lines of a cell are seen at once.
_LINE: Final = 15.0
_MOST_LINES: Final = 5
#: What a spreadsheet could take for a formula once the cell is edited.
_FORMULA: Final = frozenset("=+-@＝＋－＠")  # noqa: RUF100 - look-alikes count too


def render(overview: Overview, words: Catalogue, *, center: str | None = None) -> bytes:
    """Return the workbook as an .xlsx file.

    Args:
        overview: what is to be told.
        words: the language of headers and sentences.
        center: only what is this centre's own.

    """
    import xlsxwriter  # noqa: PLC0415 - only this output needs it

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd.mm.yyyy",
    }
    with xlsxwriter.Workbook(out, options) as workbook:
        created = local(as_of(overview), overview.project.timezone)
        workbook.set_properties(
            {
                "title": clean(overview.project.name),
                "subject": words.say("documents.xlsx_subject", today=overview.assessment.today),
                "author": "miro-sync",
                "created": created,
            }
        )
        book = _Book(workbook, words)
        for sheet in sheets(overview, words, center=center):
            book.add(sheet)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Style:
    """How a cell looks; one format of the workbook for each of them."""

    kind: str = "text"
    bold: bool = False
    quoted: bool = False


class _Book:
    """A workbook being written: its formats are made once."""

    def __init__(self, workbook: Workbook, words: Catalogue) -> None:
        self._workbook, self._words = workbook, words
        self._formats: dict[_Style, Format] = {}
        self._head = workbook.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#dfe6ee",
                "border": 1,
                "border_color": "#9aa7b5",
            }
        )
        self._colours = {
            words.say(f"status.{status}"): workbook.add_format(
                {"bg_color": background, "font_color": ink}
            )
            for status, (background, ink) in _COLOURS.items()
        }

    def add(self, sheet: Sheet) -> None:
        """Write a worksheet with a frozen header, a filter and its colours."""
        page = self._workbook.add_worksheet(sheet.title)
        self._fit(page, sheet)
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, column.width)
            page.write_string(0, at, _text(column.header), self._head)
        links = 0
        for row, cells in enumerate(sheet.rows, start=1):
            page.set_row(row, _LINE * _height(cells, sheet.columns))
            for at, (cell, column) in enumerate(zip(cells, sheet.columns, strict=True)):
                if isinstance(cell, Link) and _is_link(cell) and links < LINKS_LIMIT:
                    links += 1
                    self._link(page, row, at, cell)
                else:
                    self._cell(page, row, at, cell, column)
        self._colour(page, sheet)

    def _fit(self, page: Worksheet, sheet: Sheet) -> None:
        """Set what is the same on every worksheet: frozen header, filter, how it prints."""
        page.freeze_panes(1, sheet.frozen)
        last = max(len(sheet.rows), 1)
        page.autofilter(0, 0, last, len(sheet.columns) - 1)
        page.repeat_rows(0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&L&A&R&P / &N")
        page.set_row(0, 2 * _LINE)
        if sheet.printed is not None:
            page.print_area(0, 0, last, sheet.printed - 1)

    def _cell(self, page: Worksheet, row: int, at: int, cell: Cell, column: Column) -> None:
        if cell is None:
            page.write_blank(row, at, None, self._format(_Style()))
        elif isinstance(cell, dt.datetime):
            page.write_datetime(row, at, cell, self._format(_Style("moment")))
        elif isinstance(cell, dt.date):
            if cell < _FIRST_DAY:
                self._text(page, row, at, cell.isoformat())
            else:
                page.write_datetime(row, at, cell, self._format(_Style("day")))
        elif isinstance(cell, (int, float)):
            kind = "whole" if isinstance(cell, int) or cell.is_integer() else "number"
            page.write_number(row, at, cell, self._format(_Style(kind)))
        else:
            text = cell.text if isinstance(cell, Link) else cell
            self._text(page, row, at, text, bold=column.bold)

    def _text(self, page: Worksheet, row: int, at: int, text: str, *, bold: bool = False) -> None:
        said = _text(text)
        style = _Style(bold=bold, quoted=said[:1] in _FORMULA)
        page.write_string(row, at, said, self._format(style))

    def _link(self, page: Worksheet, row: int, at: int, to: Link) -> None:
        said = _text(to.text) or self._words.say("documents.xlsx_open")
        page.write_url(row, at, to.url or "", self._format(_Style("link")), said)

    def _colour(self, page: Worksheet, sheet: Sheet) -> None:
        last = max(len(sheet.rows), 1)
        for at in sheet.coloured:
            for word, look in self._colours.items():
                page.conditional_format(
                    1,
                    at,
                    last,
                    at,
                    {
                        "type": "cell",
                        "criteria": "==",
                        "value": '"' + word.replace('"', '""') + '"',
                        "format": look,
                    },
                )

    def _format(self, style: _Style) -> Format:
        if style not in self._formats:
            made: dict[str, Any] = {"valign": "top", "text_wrap": True, "bold": style.bold}
            match style.kind:
                case "day":
                    made |= {"num_format": "dd.mm.yyyy", "align": "left"}
                case "moment":
                    made |= {"num_format": "dd.mm.yyyy hh:mm", "align": "left"}
                case "whole":
                    made |= {"num_format": "#,##0", "align": "center"}
                case "number":
                    made |= {"num_format": "#,##0.0#", "align": "center"}
                case "link":
                    made |= {"font_color": "#0b57d0", "underline": 1}
            if style.quoted:
                made["quote_prefix"] = True
            self._formats[style] = self._workbook.add_format(made)
        return self._formats[style]


def _text(text: str) -> str:
    """Return the text without what steers a screen, in one line, as long as Excel takes."""
    said = clean(text, CELL_LIMIT * 2)
    # Excel counts UTF-16 code units, two for what lies beyond the basic plane.
    while len(said.encode("utf-16-le")) > CELL_LIMIT * 2:
        said = said[: CELL_LIMIT - 1 - sum(char > "\uffff" for char in said[:CELL_LIMIT])] + "…"
    return said


def _height(cells: Sequence[Cell], columns: Sequence[Column]) -> int:
    """Return how many lines a row needs; programs other than Excel do not find out themselves."""
    needed = 1
    for cell, column in zip(cells, columns, strict=True):
        text = cell.text if isinstance(cell, Link) else cell
        if isinstance(text, str):
            needed = max(needed, -(-len(text) // max(1, int(column.width))))
    return min(needed, _MOST_LINES)


def _is_link(cell: Link) -> bool:
    """Tell whether Excel takes an address; every letter that is not ASCII is written longer."""
    url = link(cell.url)
    return url is not None and len(quote(url, safe=string.punctuation)) <= LINK_LENGTH
