"""A workbook (.xlsx, .ods) -> worksheets.

The cells are read by python-calamine: eight times faster than openpyxl, and it reads files of 1C,
WPS and LibreOffice on which openpyxl fails. What it does not tell is found in the document itself:
formula errors and formulas without a value (it shows both as blank cells), links behind cells, and
a lone cell so far from the table that the grid between would not fit into memory.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from miro_sync.errors import SourceError
from miro_sync.files.marks import Marks
from miro_sync.files.ods import examine_ods
from miro_sync.files.reading import MEGABYTE
from miro_sync.files.xlsx import examine_xlsx
from miro_sync.model import Place, Problem, Worksheet, say
from miro_sync.tables import Merge, worksheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What the documents of a workbook may take unpacked, all together; 10,000 x 20 take about 12 MB.
_UNPACKED_LIMIT = 150 * MEGABYTE
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
    examined = _examine(document, name)
    workbook = _opened(examined.document, name)
    sheets: list[Worksheet] = []
    problems: list[Problem] = []
    complete = True
    with workbook:
        for metadata in workbook.sheets_metadata:
            if metadata.typ != SheetTypeEnum.WorkSheet:
                continue
            place = Place(source, metadata.name, url=url)
            mark = examined.marks.get(metadata.name, Marks())
            if mark.far:
                problems.append(Problem(say("files.far_cell", cells=mark.far), place))
                complete = False
                continue
            cells = _cells(workbook, metadata.name)
            if cells is None:
                problems.append(Problem(say("files.sheet_damaged"), place))
                complete = False
                continue
            rows, merged = cells
            sheet, faults = worksheet(
                metadata.name,
                rows,
                source=source,
                url=url,
                merged=mark.merged if merged is None else merged,
                errors=mark.errors,
                links=mark.links,
                hidden=metadata.visible != SheetVisibleEnum.Visible,
            )
            sheets.append(sheet)
            problems += faults
    if not sheets and not complete:
        raise SourceError(say("files.nothing_of_workbook", path=name), tuple(problems))
    return Reading(tuple(sheets), tuple(problems), complete)


def _opened(document: bytes, name: str) -> CalamineWorkbook:
    """Open a workbook; raises `SourceError` when it is none."""
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(document))
    except PasswordError as error:
        raise SourceError(say("files.password", path=name)) from error
    except BaseException as error:
        if not _is_damage(error):
            raise
        raise SourceError(say("files.damaged", path=name)) from error


def _cells(
    workbook: CalamineWorkbook, title: str
) -> tuple[list[list[Any]], list[Merge] | None] | None:
    """Return the cells of a worksheet and what is merged there; None when it is damaged."""
    try:
        sheet = workbook.get_sheet_by_name(title)
        return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges
    except BaseException as error:
        if not _is_damage(error):
            raise
        return None


def _is_damage(error: BaseException) -> bool:
    """Tell whether the reader of cells met what it cannot read.

    What its authors did not foresee is a panic, which is no `Exception` and has no name to import.
    """
    return isinstance(error, CalamineError) or type(error).__name__ == "PanicException"


# --- unpacking ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Examined:
    """A workbook that was unpacked and looked at.

    Attributes:
        document: the workbook again, its documents unpacked: the reader of cells need not do it
            a second time, and gets nothing that was not measured.
        marks: what was found, by the worksheets' titles.

    """

    document: bytes
    marks: Mapping[str, Marks]


def _examine(document: bytes, name: str) -> _Examined:
    """Unpack the documents of a workbook under a limit and look at its worksheets."""
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            names = archive.namelist()
            is_ods = "content.xml" in names and b"opendocument.spreadsheet" in document
            if not is_ods and "xl/workbook.bin" in names:
                raise SourceError(say("files.binary_excel", path=name))
            if not (is_ods or any(part.casefold() == "xl/workbook.xml" for part in names)):
                raise SourceError(say("files.not_a_workbook", path=name))
            parts = dict(_unpack(archive, name))
        if is_ods and b"encryption-data" in parts["META-INF/manifest.xml"]:
            raise SourceError(say("files.password", path=name))
        marks = dict(examine_ods(parts["content.xml"])) if is_ods else examine_xlsx(parts)
        return _Examined(_stored(parts), marks)
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
        info
        for info in archive.infolist()
        if info.filename.endswith((".xml", ".rels", ".XML")) or info.filename == "mimetype"
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


def _stored(parts: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, document in parts.items():
            archive.writestr(name, _settled(document))
    return packed.getvalue()


#: How many texts follow, as the document says itself: the reader of cells would take memory for so
#: many before it sees one.
_TEXTS = re.compile(rb"<(?:\w+:)?sst\b[^>]*>")
_COUNT = re.compile(rb"\s(?:uniqueCount|count)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def _escaped(text: re.Match[bytes]) -> bytes:
    return text[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _settled(document: bytes) -> bytes:
    """Return a document without what the reader of cells is known to take amiss."""
    if b"<![CDATA[" in document:  # it would leave out such texts
        document = _CDATA.sub(_escaped, document)
    if b"sst" in document:
        document = _TEXTS.sub(lambda tag: _COUNT.sub(b"", tag[0]), document, count=1)
    return document
