"""A workbook (.xlsx, .ods) -> worksheets.

The cells are read by python-calamine: eight times faster than openpyxl, and it reads files of 1C,
WPS and LibreOffice on which openpyxl fails. What it does not tell is found in the document itself:
formula errors and formulas without a value (it shows both as blank cells), and a lone cell so far
from the table that the grid between would not fit into memory.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from miro_sync.errors import SourceError
from miro_sync.files.reading import MEGABYTE
from miro_sync.model import Place, Problem, Worksheet, say
from miro_sync.tables import NOT_CALCULATED, Merge, address, error_code, worksheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What the documents of a workbook may take unpacked, all together; 10,000 x 20 take about 12 MB.
_UNPACKED_LIMIT = 150 * MEGABYTE
#: Cells between A1 and the farthest filled cell of a worksheet; each takes some 40 bytes.
_CELL_LIMIT = 4_000_000

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|table|meta|script)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Worksheets as they were read.

    Attributes:
        complete: all of them were read to the end.

    """

    worksheets: tuple[Worksheet, ...]
    problems: tuple[Problem, ...] = ()
    complete: bool = True


def is_workbook(document: bytes) -> bool:
    """Tell whether bytes are those of a packed document, which a workbook always is."""
    return document.startswith((_ZIP, _OLE, b"PK\x05\x06"))


def is_web_page(document: bytes) -> bool:
    """Tell whether bytes are those of a web page (an export saved without signing in)."""
    return _WEB_PAGE.match(document[:1000]) is not None


def read_workbook(document: bytes, *, name: str, source: str, url: str | None = None) -> Reading:
    """Read all worksheets of a workbook.

    Args:
        document: the file.
        name: what to call the file in a sentence: its path or link.
        source: the name of the table, for places.
        url: a link to the table, for places.

    Raises:
        SourceError: it is no .xlsx and no .ods, it has a password, is cut off or damaged, or
            takes too much memory.

    """
    if document.startswith(_OLE):
        secret = "EncryptedPackage".encode("utf-16-le") in document
        raise SourceError(say(f"files.{'password' if secret else 'old_excel'}", path=name))
    marks = _examine(document, name)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(document))
    except PasswordError as error:
        raise SourceError(say("files.password", path=name)) from error
    except CalamineError as error:
        raise SourceError(say("files.damaged", path=name)) from error
    sheets: list[Worksheet] = []
    problems: list[Problem] = []
    complete = True
    with workbook:
        for metadata in workbook.sheets_metadata:
            if metadata.typ != SheetTypeEnum.WorkSheet:
                continue
            place = Place(source, metadata.name, url=url)
            mark = marks.get(metadata.name, _Marks())
            if mark.far:
                problems.append(Problem(say("files.far_cell", cells=mark.far), place))
                complete = False
                continue
            try:
                cells = workbook.get_sheet_by_name(metadata.name)
                rows = cells.to_python(skip_empty_area=False)
                merged = cells.merged_cell_ranges
            except CalamineError:
                problems.append(Problem(say("files.sheet_damaged"), place))
                complete = False
                continue
            sheet, faults = worksheet(
                metadata.name,
                rows,
                source=source,
                url=url,
                merged=mark.merged if merged is None else merged,
                errors=mark.errors,
                hidden=metadata.visible != SheetVisibleEnum.Visible,
            )
            sheets.append(sheet)
            problems += faults
    if not sheets and not complete:
        raise SourceError(say("files.nothing_of_workbook", path=name), tuple(problems))
    return Reading(tuple(sheets), tuple(problems), complete)


# --- what the reader of cells does not tell -----------------------------------------------------


@dataclass(slots=True)
class _Marks:
    """What was found in the document of a worksheet.

    Attributes:
        errors: the code of each formula error, by (row, column) from 0.
        merged: merged ranges; of .ods alone.
        far: addresses of the farthest filled cells when the grid up to them would be too large.

    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Merge] = field(default_factory=list)
    far: str = ""


def _examine(document: bytes, name: str) -> Mapping[str, _Marks]:
    """Unpack the documents of a workbook under a limit and look at its worksheets, by title."""
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            names = archive.namelist()
            if "content.xml" in names and b"opendocument.spreadsheet" in document:
                if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                    raise SourceError(say("files.password", path=name))
                parts = dict(_unpack(archive, name))
                return dict(_examine_ods(parts["content.xml"]))
            if "xl/workbook.bin" in names:
                raise SourceError(say("files.binary_excel", path=name))
            if not any(part.casefold() == "xl/workbook.xml" for part in names):
                raise SourceError(say("files.not_a_workbook", path=name))
            return _examine_xlsx(archive, name)
    except zipfile.BadZipFile as error:
        cut = b"PK\x05\x06" not in document[-70_000:]
        raise SourceError(say(f"files.{'cut' if cut else 'damaged'}", path=name)) from error
    except (
        ET.ParseError,
        zlib.error,
        KeyError,
        EOFError,
        NotImplementedError,  # a way of packing that the zip reader does not know
        ValueError,
    ) as error:
        raise SourceError(say("files.damaged", path=name)) from error
    except RuntimeError as error:  # a zip archive's own password
        raise SourceError(say("files.password", path=name)) from error


def _unpack(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the XML documents of an archive, each once, never more than the limit in all.

    The sizes that the archive declares are asked first; but they may be wrong, so the limit also
    holds for what really comes out.
    """
    documents = [
        info for info in archive.infolist() if info.filename.endswith((".xml", ".rels", ".XML"))
    ]
    left = _UNPACKED_LIMIT
    too_large = SourceError(say("files.unpacks_too_large", path=name, limit=left // MEGABYTE))
    if sum(info.file_size for info in documents) > left:
        raise too_large
    for info in documents:
        info.file_size = left + 2  # else a declared size ends the reading early
        with archive.open(info) as packed:
            document = packed.read(left + 1)
        left -= len(document)
        if left < 0:
            raise too_large
        yield info.filename, document


def _xml(document: bytes) -> ET.Element:
    # Safe against documents made to explode: expat has refused those since 2.4, and the size of
    # the document is limited.
    return ET.fromstring(document)  # noqa: S314 - as said


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# --- .xlsx --------------------------------------------------------------------------------------

_ROW_OR_CELL = re.compile(
    rb"<(?:\w+:)?row\b([^>]*)>|<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL
)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{0,3})(\d+)["']""")
_WIDE_REFERENCE = re.compile(rb"""r=["']([A-Z]{2,3})\d""")
_ROW_NUMBER = re.compile(rb"""row\s(?:[^>]*?\s)?r=["'](\d+)["']""")
#: Cells that do not say where they stand.
_NO_REFERENCE = (b"<c>", b"<c t=", b"<c s=")
_ERROR_TYPES = (b't="e"', b"t='e'")
_TEXT_TYPES = (b't="str"', b"t='str'")
_FORMULAS = (b"<f>", b"<f ", b":f>", b":f ")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)</")
_BLANK_VALUE = re.compile(rb"<(?:\w+:)?v\s*/>")
_INLINE = re.compile(rb"<(?:\w+:)?is\b")
#: A formula whose value is missing or blank; blank is right for a formula that gives text.
_NO_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
#: A cell's tag stands at most this far before its error or its formula's end (a formula has up to
#: 8,192 letters, some of them written as entities).
_CELL_LENGTH = 50_000


def _examine_xlsx(archive: zipfile.ZipFile, name: str) -> dict[str, _Marks]:
    marks: dict[str, _Marks] = {}
    workbook = relations = b""
    for part, document in _unpack(archive, name):
        folded = part.casefold()
        if folded == "xl/workbook.xml":
            workbook = document
        elif folded == "xl/_rels/workbook.xml.rels":
            relations = document
        elif folded.startswith("xl/worksheets/") and folded.endswith(".xml"):
            marks[folded] = _examine_sheet(document)
    targets = {
        relation.get("Id"): posixpath.normpath(
            posixpath.join("xl", relation.get("Target", "").casefold())
        ).lstrip("/")
        for relation in _xml(relations)
    }
    titles: dict[str, _Marks] = {}
    for sheet in _xml(workbook).iter():
        if _local(sheet.tag) != "sheet":
            continue
        target = targets.get(_attribute(sheet, "id"), "")
        titles[_attribute(sheet, "name")] = marks.get(target, _Marks())
    return titles


def _examine_sheet(document: bytes) -> _Marks:
    """Look for errors, missing values and far cells: a quick look first, a slow one if need be."""
    wide = map(_column, set(_WIDE_REFERENCE.findall(document)))
    rows = max(map(int, _ROW_NUMBER.findall(document)), default=document.count(b"<row"))
    may_be_far = rows * (max(wide, default=25) + 1) > _CELL_LIMIT
    if may_be_far or any(plain in document for plain in _NO_REFERENCE):
        return _examine_cells(document)
    marks = _Marks()
    spots = [match.start() for token in _ERROR_TYPES for match in re.finditer(token, document)]
    if any(token in document for token in _FORMULAS):
        spots += [match.start() for match in _NO_VALUE.finditer(document)]
    for spot in spots:
        window = max(spot - _CELL_LENGTH, 0)
        start = max(document.rfind(b"<c ", window, spot), document.rfind(b":c ", window, spot) - 1)
        cell = _CELL.search(document, max(document.rfind(b"<", window, start + 1), 0))
        if cell and (place := _REFERENCE.search(cell[1])):
            _mark(marks, (int(place[2]) - 1, _column(place[1])), cell[1], cell[2])
    return marks


def _examine_cells(document: bytes) -> _Marks:
    marks = _Marks()
    row = column = -1
    lowest = rightmost = (0, 0)
    for match in _ROW_OR_CELL.finditer(document):
        in_row, in_cell, content = match.groups()
        reference = _REFERENCE.search(in_cell if in_row is None else in_row)
        if in_row is not None:
            row = int(reference[2]) - 1 if reference else row + 1
            column = -1
            continue
        column = _column(reference[1]) if reference else column + 1
        if content is None:
            continue
        _mark(marks, (row, column), in_cell, content)
        value = _VALUE.search(content)
        if (value and value[1]) or _INLINE.search(content):
            lowest = max(lowest, (row, column))
            rightmost = max(rightmost, (row, column), key=lambda cell: cell[1])
    if (lowest[0] + 1) * (rightmost[1] + 1) > _CELL_LIMIT:
        marks.far = ", ".join(dict.fromkeys((address(*lowest), address(*rightmost))))
    return marks


def _mark(marks: _Marks, place: tuple[int, int], in_cell: bytes, content: bytes) -> None:
    """Mark a cell that holds an error, or a formula without its value."""
    value = _VALUE.search(content)
    if any(token in in_cell for token in _ERROR_TYPES):
        marks.errors[place] = value[1].decode() if value else NOT_CALCULATED
    elif any(token in content for token in _FORMULAS) and not (value and value[1].strip()):
        is_blank_text = any(token in in_cell for token in _TEXT_TYPES) and (
            value is not None or _BLANK_VALUE.search(content) is not None
        )
        if not is_blank_text:
            marks.errors[place] = NOT_CALCULATED


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


# --- .ods ---------------------------------------------------------------------------------------


def _examine_ods(document: bytes) -> Iterator[tuple[str, _Marks]]:
    scan = _OdsScan()
    title = ""
    for event, element in ET.iterparse(io.BytesIO(document), events=("start", "end")):  # noqa: S314 - see _xml
        kind = _local(element.tag)
        if event == "start" and kind == "table":
            scan, title = _OdsScan(), _attribute(element, "name")
        elif event == "end" and kind == "table-row":
            scan.take(element)
            element.clear()
        elif event == "end" and kind == "table":
            yield title, scan.marks()


class _OdsScan:
    """Walks over the rows of one worksheet of an .ods."""

    def __init__(self) -> None:
        self._marks = _Marks()
        self._row = self._lowest = self._rightmost = 0

    def take(self, line: ET.Element) -> None:
        """Look at the next row, which may stand for many alike."""
        repeated = _count(line, "number-rows-repeated")
        column = 0
        for cell in line:
            if _local(cell.tag) not in {"table-cell", "covered-table-cell"}:
                continue
            across = _count(cell, "number-columns-repeated")
            down_to = self._row + _count(cell, "number-rows-spanned") - 1
            right_to = column + _count(cell, "number-columns-spanned") - 1
            if (down_to, right_to) != (self._row, column):
                self._marks.merged.append(((self._row, column), (down_to, right_to)))
            if len(cell):
                self._lowest = max(self._lowest, self._row + repeated)
                self._rightmost = max(self._rightmost, column + across)
            if any(_local(key) == "value-type" and value == "error" for key, value in cell.items()):
                text = "".join(cell.itertext()).strip()
                self._marks.errors[self._row, column] = error_code(text) or text
            column += across
        self._row += repeated

    def marks(self) -> _Marks:
        """Return what was found in all rows."""
        if self._lowest * self._rightmost > _CELL_LIMIT:
            self._marks.far = address(self._lowest - 1, self._rightmost - 1)
        return self._marks


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.items() if _local(key) == name), "")


def _count(element: ET.Element, attribute: str) -> int:
    return int(_attribute(element, attribute) or "1")
