"""What Google sends: the worksheets of a spreadsheet and their values."""

from __future__ import annotations

import json
from typing import Any

from fuzz.oracle import require
from fuzz.parcels import parts_of
from fuzz.targets.scene import NAMES, SPAN, tables
from miro_sync.model import SheetLayout
from miro_sync.periods import read_period
from miro_sync.sheets_answers import (
    fit,
    grid_of,
    put_together,
    read_book,
    read_values,
    unread,
)
from miro_sync.sheets_answers import (
    parts_of as asked_of,
)
from miro_sync.tables import event_rows

_LINK = "https://docs.google.com/spreadsheets/d/x/edit#gid=0"


def spreadsheet(document: bytes) -> object:
    """Read a book (the first document of a parcel) and its values (the second)."""
    told: list[object] = []
    documents = [_json(part.content) for part in parts_of(document)[:2]]
    if not documents:
        return told
    try:
        book = read_book(documents[0])
    except ValueError:
        return "no book"
    told.append(book)
    values_answer = documents[1] if len(documents) > 1 else None
    tabs = book.grids[:5]
    for layouts in (None, SheetLayout("x", 0, 1, "", (0, 2))):
        asked = [asked_of(tab, layouts) for tab in tabs]
        try:
            flat = read_values(values_answer, sum(map(len, asked)))
        except ValueError:
            told.append("no values")
            continue
        left = iter(flat)
        values = [put_together(parts, [next(left) for _ in parts]) for parts in asked]
        told.append(fit(tabs, values))
        found = [
            grid_of(tab, value, source="Таблица", url=_LINK)
            for tab, value in zip(tabs, values, strict=True)
        ]
        for (sheet, problems), value in zip(found, values, strict=True):
            require(sheet is not None or problems, "a worksheet is read or told of")
            if sheet is not None:
                require(len({len(row) for row in sheet.rows}) <= 1, "a grid is a rectangle")
                require(len(sheet.rows) <= max(len(value.rows), 1), "no row is added")
        told.append(found)
        sheets = [sheet for sheet, _ in found if sheet is not None]
        told.append(
            event_rows(tables(*sheets), find_center=NAMES.find, read_period=read_period, span=SPAN)
        )
    told.append(list(unread(book.tabs, source="Таблица", url=_LINK)))
    return told


def _json(document: bytes) -> Any:
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return None
