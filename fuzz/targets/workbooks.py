"""Files of tables: .xlsx and .ods, packed from readable parcels, and text tables."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from fuzz.oracle import require
from fuzz.parcels import Part, parts_of
from fuzz.targets.scene import NAMES, PROJECT, SPAN, tables
from miro_sync.calendar import CalendarRow, read_calendar
from miro_sync.errors import SourceError
from miro_sync.files import Reading
from miro_sync.files.contents import read_file, read_folder
from miro_sync.model import SheetKind, Worksheet
from miro_sync.periods import read_period
from miro_sync.settings import load
from miro_sync.setup import init
from miro_sync.tables import CALENDAR_COLUMNS, NoTable, event_rows, find_table
from miro_sync.worksheets import read_worksheets

#: Cells of a grid that one small file may become.
_CELLS: Final = 4_000_000
#: Of a larger grid only the reading is tried: what follows takes its time by right.
_CELLS_UNDERSTOOD: Final = 20_000


def workbook(document: bytes) -> object:
    """Pack the documents of a parcel and read them as a workbook.

    The words after a name say how its document is packed: «deflate», «swollen» (a megabyte of
    blanks behind it), «crc» (a wrong checksum), «size» (a wrong size), «secret» (marked as
    encrypted), «odd» (packed in an unknown way), «twice». The part «.» holds words for the whole:
    «cut» (its last third is missing), «mimetype».
    """
    parts = parts_of(document)
    return _read(Path("таблица.xlsx"), packed(parts))


def file(document: bytes) -> object:
    """Read bytes as a file whose name says nothing sure: a workbook, a text table, a page."""
    return _read(Path("таблица.csv"), document)


def folder(document: bytes) -> object:
    """Read the parts of a parcel as the text tables of a folder."""
    parts = {
        Path(f"{number}-{part.name[:40].replace('/', '')}.csv"): part.content
        for number, part in enumerate(parts_of(document)[:8])
    }
    try:
        reading = read_folder(Path("таблицы"), list(parts), parts.__getitem__)
    except SourceError as error:
        return error.message, error.problems
    require(
        len(reading.worksheets) + len(reading.problems) >= len(parts), "a file is read or told of"
    )
    return _understood(reading)


def packed(parts: Sequence[Part]) -> bytes:
    """Pack the documents of a parcel into an archive."""
    whole = {word for part in parts if part.name == "." for word in part.words}
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore", UserWarning)  # one name twice, which is meant
        for part in parts:
            if part.name == ".":
                continue
            swollen = "swollen" in part.words
            packing = zipfile.ZIP_DEFLATED if swollen or "deflate" in part.words else 0
            content = part.content.rstrip(b"\r\n") + b" " * (2**20 if swollen else 0)
            info = zipfile.ZipInfo(part.name)
            info.compress_type = packing
            for _ in range(2 if "twice" in part.words else 1):
                archive.writestr(info, content)
            # What the directory at the end declares; it is written when the archive is closed.
            listed = archive.infolist()[-1]
            if "crc" in part.words:
                listed.CRC ^= 1
            if "size" in part.words:
                listed.file_size = 3
            if "secret" in part.words:
                listed.flag_bits |= 1
            if "odd" in part.words:
                listed.compress_type = 98
    document = buffer.getvalue()
    return document[: len(document) * 2 // 3] if "cut" in whole else document


def _read(path: Path, document: bytes) -> object:
    try:
        reading = read_file(path, lambda _: document)
    except SourceError as error:
        return error.message, error.problems
    return _understood(reading)


def _understood(reading: Reading) -> object:
    """Understand what was read in every way in which the program does."""
    told: list[object] = [reading]
    for sheet in reading.worksheets:
        require(len({len(row) for row in sheet.rows}) <= 1, "a grid is a rectangle")
        require(_cells(sheet) <= _CELLS, "a grid has bounds")
    if not reading.complete:
        require(reading.problems, "what is not whole says why")
    sheets = [sheet for sheet in reading.worksheets if _cells(sheet) <= _CELLS_UNDERSTOOD]
    snapshot = tables(*sheets)
    told.append(event_rows(snapshot, find_center=NAMES.find, read_period=read_period, span=SPAN))
    told.append(read_worksheets(snapshot, _kinds(), find_center=NAMES.find, center_in=NAMES.only))
    told += [_calendar(sheet) for sheet in sheets]
    return told


def _calendar(sheet: Worksheet) -> object:
    table = find_table(sheet, CALENDAR_COLUMNS, source="таблица.xlsx")
    if isinstance(table, NoTable):
        require(table.problems, "a table that was not found says why")
        return table.problems
    rows = [
        CalendarRow(row.values, row.place(), {key: row.place(key) for key in row.values})
        for row in table.rows
        if not row.empty
    ]
    calendar = read_calendar(rows, PROJECT, find_center=NAMES.find)
    titled = sum(1 for row in rows if row.text("title"))
    require(len(calendar.events) == titled, "a row with a title is an event")
    keys = [event.key for event in calendar.events]
    require(len(set(keys)) == len(keys), "an event has a key of its own")
    occurrences = [one.key for one in calendar.occurrences]
    require(len(set(occurrences)) == len(occurrences), "an occurrence has a key of its own")
    return calendar, table.problems


def _cells(sheet: Worksheet) -> int:
    return len(sheet.rows) * max(map(len, sheet.rows), default=0)


@cache
def _kinds() -> tuple[SheetKind, ...]:
    """Return the worksheets that are looked for where the settings name no others."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "проект"
        init(path)
        return load(path).sheet_kinds
