"""What stands in the content of an .ods beside the values of cells."""

from __future__ import annotations

import io
import re
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from miro_sync.files.marks import CELL_LIMIT, Marks, attribute, linked_by, local
from miro_sync.tables import address, error_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def examine_ods(document: bytes) -> Iterable[tuple[str, Marks]]:
    """Look at the worksheets of an .ods: their titles and what was found.

    What every program writes is looked through row by row as it stands; anything out of the
    ordinary is parsed, which takes many times as long.

    Raises:
        xml.etree.ElementTree.ParseError, ValueError: it is damaged.

    """
    found = _examine_ordinary(document)
    return _examine_parsed(document) if found is None else found


# --- as it stands -------------------------------------------------------------------------------

_TABLE, _END = b"<table:table ", b"</table:table>"
_ROW = b"<table:table-row"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_USUAL_PREFIXES = tuple(
    f'xmlns:{name}="{_NAMES}{name}:1.0"'.encode() for name in ("table", "text", "office")
)
#: Comments and the like may hold what only looks like cells; tables within cells shift the rest.
_NO_ELEMENT = re.compile(rb"<!")
_WITHIN = re.compile(rb"is-sub-table")
_TITLE = re.compile(rb"""[^>]*?\btable:name=["']([^"']*)["']""")
_ROWS_REPEATED = re.compile(rb"""rows-repeated=["'](\d+)["']""")
_COLUMNS_REPEATED = re.compile(rb"""columns-repeated=["'](\d+)["']""")
_SPANNED = re.compile(rb"""number-(columns|rows)-spanned=["'](\d+)["']""")
#: A row without any of these has nothing to tell but its width.
_TELLING = (b"spanned=", b'"error"', b"'error'", b"href=", b"HYPERLINK")
_CELL = re.compile(
    rb"<table:(?:covered-)?table-cell((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)"
    rb"(?:/>|>(.*?)</table:(?:covered-)?table-cell>)",
    re.DOTALL,
)
_ERROR = re.compile(rb"""\bvalue-type=["']error["']""")
_FORMULA = re.compile(rb"""\btable:formula=(?:"([^"]*)"|'([^']*)')""")
_HREF = re.compile(rb"""<text:a\b[^>]*?\bhref=["']([^"']*)["']""")
_NOTE = re.compile(rb"<office:annotation\b.*?</office:annotation>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
#: The shortest cell: its tag alone.
_SHORTEST = len("<table:table-cell/>")


def _examine_ordinary(document: bytes) -> list[tuple[str, Marks]] | None:
    """Look at the worksheets as they stand; None where that would not tell all."""
    begun = document.find(b"<office:spreadsheet")
    if begun < 0 or _NO_ELEMENT.search(document, begun) or _WITHIN.search(document, begun):
        return None
    if any(name not in document[:begun] for name in _USUAL_PREFIXES):
        return None
    tokens = [token for token in _TELLING if b"'" not in token or b"'" in document]
    telling = [token for token in tokens if token in document]
    names = [match.start() for match in re.finditer(rb":name=", document)]
    starts = [start for name in names if (start := document.rfind(b"<", 0, name)) >= 0]
    tables = [start for start in starts if document.startswith(_TABLE, start)]
    found: list[tuple[str, Marks]] = []
    between = begun
    for start, following in pairwise((*tables, len(document))):
        end = document.rfind(_END, start, following)
        # Rows outside a worksheet with a name are nobody's.
        if end < 0 or document.find(_ROW, between, start) >= 0:
            return None
        title, marks = _examine_table(document[start + len(_TABLE) : end], telling)
        if marks.far:
            return None
        found.append((title, marks))
        between = end
    return None if document.find(_ROW, between) >= 0 else found


def _examine_table(document: bytes, telling: Sequence[bytes]) -> tuple[str, Marks]:
    """Look at one worksheet, from its tag on; a row that tells holds one of some tokens."""
    marks = Marks()
    title = _TITLE.match(document)
    row = lowest = rightmost = 0
    for line in document.split(_ROW)[1:]:
        if line[:1] not in b" />\n\t":
            continue  # a group of rows or the rows of a header: its own rows follow
        repeated = 1
        if not line.startswith(b">") and (
            several := _ROWS_REPEATED.search(line, 0, line.find(b">"))
        ):
            repeated = int(several[1])
        if b"-cell>" in line:
            lowest = row + repeated
            rightmost = max(rightmost, _width(line))
            if any(token in line for token in telling):
                _examine_row(marks, row, line)
        row += repeated
    if lowest * rightmost > CELL_LIMIT:
        marks.far = "?"  # by an upper bound; where exactly is told after parsing
    return unescape(title[1].decode()) if title else "", marks


def _width(line: bytes) -> int:
    """Return no less than the columns up to the last filled cell of a row."""
    if b"columns-repeated" not in line:
        return len(line) // _SHORTEST + 1
    last = line.rfind(b"<table:table-cell")
    if b"-cell>" not in line[last:]:  # blank to the end of the worksheet
        line = line[:last]
    return len(line) // _SHORTEST + 1 + sum(map(int, _COLUMNS_REPEATED.findall(line)))


def _examine_row(marks: Marks, row: int, line: bytes) -> None:
    column = 0
    for cell in _CELL.finditer(line):
        tag, content = cell[1], cell[2] or b""
        spans = {kind: int(count) for kind, count in _SPANNED.findall(tag)}
        down_to = row + spans.get(b"rows", 1) - 1
        right_to = column + spans.get(b"columns", 1) - 1
        if (down_to, right_to) != (row, column):
            marks.merged.append(((row, column), (down_to, right_to)))
        if _ERROR.search(tag):
            text = unescape(_TAG.sub("", content.decode())).strip()
            marks.errors[row, column] = error_code(text) or text
        formula = _FORMULA.search(tag)
        if formula:
            marks.lead(row, column, *linked_by((formula[1] or formula[2] or b"").decode()))
        if b"href=" in content:
            targets = _HREF.findall(_NOTE.sub(b"", content))
            marks.lead(row, column, *(unescape(target.decode()) for target in targets))
        repeated = _COLUMNS_REPEATED.search(tag)
        column += int(repeated[1]) if repeated else 1


# --- parsed -------------------------------------------------------------------------------------


def _examine_parsed(document: bytes) -> Iterator[tuple[str, Marks]]:
    scan = _OdsScan()
    title = ""
    for event, element in ET.iterparse(io.BytesIO(document), events=("start", "end")):  # noqa: S314 - as in `marks.xml`
        kind = local(element.tag)
        if event == "start" and kind == "table":
            scan, title = _OdsScan(), attribute(element, "name")
        elif event == "end" and kind == "table-row":
            scan.take(element)
            element.clear()
        elif event == "end" and kind == "table":
            yield title, scan.marks()


class _OdsScan:
    """Walks over the rows of one worksheet of an .ods."""

    def __init__(self) -> None:
        self._marks = Marks()
        self._row = self._lowest = self._rightmost = 0

    def take(self, line: ET.Element) -> None:
        """Look at the next row, which may stand for many alike."""
        repeated = _count(line, "number-rows-repeated")
        column = 0
        for cell in line:
            if local(cell.tag) not in {"table-cell", "covered-table-cell"}:
                continue
            across = _count(cell, "number-columns-repeated")
            down_to = self._row + _count(cell, "number-rows-spanned") - 1
            right_to = column + _count(cell, "number-columns-spanned") - 1
            if (down_to, right_to) != (self._row, column):
                self._marks.merged.append(((self._row, column), (down_to, right_to)))
            failed = any(
                local(key) == "value-type" and value == "error" for key, value in cell.items()
            )
            if len(cell) or failed:
                self._lowest = max(self._lowest, self._row + repeated)
                self._rightmost = max(self._rightmost, column + across)
            if failed:
                text = "".join(cell.itertext()).strip()
                self._marks.errors[self._row, column] = error_code(text) or text
            self._marks.lead(self._row, column, *_links(cell))
            column += across
        self._row += repeated

    def marks(self) -> Marks:
        """Return what was found in all rows."""
        if self._lowest * self._rightmost > CELL_LIMIT:
            self._marks.far = address(self._lowest - 1, self._rightmost - 1)
        return self._marks


def _links(cell: ET.Element) -> tuple[str, ...]:
    """Return what a cell leads to; a note on it is none of its text."""
    found = list(linked_by(attribute(cell, "formula")))
    for part in cell:
        if local(part.tag) != "annotation":
            found += [attribute(one, "href") for one in part.iter() if local(one.tag) == "a"]
    return tuple(found)


def _count(element: ET.Element, name: str) -> int:
    return int(attribute(element, name) or "1")
