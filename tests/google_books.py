"""Google spreadsheets in memory, as the interface describes them, read and changed as Google does.

A spreadsheet is a `Spreadsheet` resource, a plain JSON value; `tab` and `book` make one of what
somebody typed. Ranges are echoed with their extent, blank ends are cut, and one `batchUpdate` is
carried out whole or not at all.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterable, Sequence

from google_discovery import Json

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz_0123456789-abcde"

SERIAL_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone
ERRORS = {
    "#REF!": "REF",
    "#N/A": "N_A",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#ERROR!": "ERROR",
    "#NULL!": "NULL_VALUE",
    "Loading...": "LOADING",
}

Cell = str | float | bool | dt.date | dt.time | None
Grid = tuple[int, int, int, int]
"""First row, last row, first column, last column; from 0, ends exclusive."""


class Refusal(Exception):  # noqa: N818 - Google's word for it is no error
    """An answer that is an error document."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.document: Json = {"error": {"code": status, "message": text, "status": code}}


# --- spreadsheets -------------------------------------------------------------------------------


def tab(
    title: str,
    rows: Iterable[Sequence[Cell]] = (),
    *,
    sheet_id: int = 0,
    merges: Iterable[Grid] = (),
    extent: tuple[int, int] | None = None,
    hidden: bool = False,
    kind: str = "GRID",
    marks: Iterable[tuple[str, str]] = (),
) -> Json:
    """Make a worksheet of Google's (`Sheet`)."""
    cells = [[cell_data(value) for value in row] for row in rows]
    width = max(map(len, cells), default=0)
    count, columns = extent or (max(1000, len(cells)), max(26, width))
    properties: Json = {"sheetId": sheet_id, "title": title, "index": 0, "sheetType": kind}
    if hidden:
        properties["hidden"] = True
    if kind != "GRID":
        return {"properties": properties}
    properties["gridProperties"] = {"rowCount": count, "columnCount": columns}
    sheet: Json = {
        "properties": properties,
        "data": [{"rowData": [{"values": row} if row else {} for row in cells]}],
    }
    if ranges := [_range(sheet_id, merge) for merge in merges]:
        sheet["merges"] = ranges
    if found := [_mark(sheet_id, number, *mark) for number, mark in enumerate(marks, 1)]:
        sheet["developerMetadata"] = found
    return sheet


def book(*sheets: Json, title: str = "Точки роста", spreadsheet_id: str = ID) -> Json:
    """Make a spreadsheet of Google's (`Spreadsheet`)."""
    for index, sheet in enumerate(sheets):
        sheet["properties"]["index"] = index
    return {
        "spreadsheetId": spreadsheet_id,
        "properties": {"title": title, "locale": "ru_RU", "timeZone": "Asia/Novokuznetsk"},
        "sheets": list(sheets),
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit",
    }


def cell_data(value: Cell) -> Json:
    """Make a cell of Google's (`CellData`) of what somebody typed."""
    if value is None or value == "":
        return {}
    if isinstance(value, str) and value in ERRORS:
        effective: Json = {"errorValue": {"type": ERRORS[value], "message": "Ошибка"}}
        return {"userEnteredValue": {"formulaValue": "=A1"}, "effectiveValue": effective}
    typed, kind = _typed(value)
    data: Json = {"userEnteredValue": typed, "effectiveValue": typed}
    if kind:
        data["effectiveFormat"] = {"numberFormat": {"type": kind, "pattern": "dd.mm.yyyy"}}
    return data


def _typed(value: Cell) -> tuple[Json, str]:
    if isinstance(value, str):
        return {"stringValue": value}, ""
    if isinstance(value, bool):
        return {"boolValue": value}, ""
    if isinstance(value, dt.datetime):
        return {"numberValue": (value - SERIAL_ZERO) / dt.timedelta(days=1)}, "DATE_TIME"
    if isinstance(value, dt.date):
        return {"numberValue": (value - SERIAL_ZERO.date()).days}, "DATE"
    if isinstance(value, dt.time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return {"numberValue": seconds / 86400}, "TIME"
    return {"numberValue": value}, ""


def _range(sheet_id: int, grid: Grid) -> Json:
    top, bottom, left, right = grid
    return {
        "sheetId": sheet_id,
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }


def _mark(sheet_id: int, number: int, key: str, value: str) -> Json:
    return {
        "metadataId": number,
        "metadataKey": key,
        "metadataValue": value,
        "location": {"locationType": "SHEET", "sheetId": sheet_id},
        "visibility": "DOCUMENT",
    }


# --- reading ------------------------------------------------------------------------------------


def values_of(sheet: Json, area: Grid) -> list[list[Json]]:
    """Return the values of an area as `UNFORMATTED_VALUE` does: blank ends cut."""
    top, bottom, left, right = area
    rows = []
    for row in sheet["data"][0].get("rowData", [])[top:bottom]:
        cells = [_unformatted(cell) for cell in row.get("values", [])[left:right]]
        while cells and cells[-1] == "":
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _unformatted(cell: Json) -> Json:
    value = cell.get("effectiveValue", {})
    if "errorValue" in value:
        kind = value["errorValue"]["type"]
        return next(text for text, name in ERRORS.items() if name == kind)
    return next(iter(value.values()), "")


def parse_range(resource: Json, text: str) -> tuple[Json, Grid]:
    """Find the worksheet and the area that a range in A1 notation means."""
    quoted = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text)
    if quoted:
        title, corners = quoted[1].replace("''", "'"), quoted[2] or ""
    else:
        title, _, corners = text.partition("!")
    sheet = next((one for one in resource["sheets"] if one["properties"]["title"] == title), None)
    match = re.fullmatch(r"([A-Z]*)(\d*)(?::([A-Z]*)(\d*))?", corners)
    if sheet is None or match is None or "gridProperties" not in sheet["properties"]:
        raise Refusal(400, "INVALID_ARGUMENT", f"Unable to parse range: {text}")
    grid = sheet["properties"]["gridProperties"]
    rows, columns = grid["rowCount"], grid["columnCount"]
    left, top, right, bottom = match.groups()
    if corners and right is None and bottom is None:
        right, bottom = left, top
    area = (
        int(top) - 1 if top else 0,
        min(int(bottom), rows) if bottom else rows,
        _column(left) if left else 0,
        min(_column(right) + 1, columns) if right else columns,
    )
    if area[0] >= rows or area[2] >= columns:
        raise Refusal(400, "INVALID_ARGUMENT", f"Range ({text}) exceeds grid limits.")
    return sheet, area


def echo(sheet: Json, area: Grid) -> str:
    """Write a range as Google repeats it: quoted unless it is a plain word and no cell."""
    title = sheet["properties"]["title"]
    is_word = re.fullmatch(r"[A-Za-z_]\w*", title, re.ASCII)
    if not is_word or re.fullmatch(r"[A-Za-z]{1,3}\d+", title):
        title = "'" + title.replace("'", "''") + "'"
    top, bottom, left, right = area
    first, last = f"{_letters(left)}{top + 1}", f"{_letters(right - 1)}{bottom}"
    return f"{title}!{first}" if first == last else f"{title}!{first}:{last}"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def value_range(resource: Json, text: str) -> Json:
    """Answer one range (`ValueRange`)."""
    sheet, area = parse_range(resource, text)
    values = values_of(sheet, area)
    body = {"range": echo(sheet, area), "majorDimension": "ROWS"}
    return body | ({"values": values} if values else {})


# --- changing -----------------------------------------------------------------------------------


class Changes:
    """Carries out the requests of one `batchUpdate` on a copy of a spreadsheet."""

    def __init__(self, resource: Json, refused: str = "") -> None:
        self.resource = copy.deepcopy(resource)
        self._refused = refused

    def apply(self, requests: list[Json]) -> list[Json]:
        replies = []
        for number, request in enumerate(requests):
            ((kind, body),) = request.items()
            try:
                if kind == self._refused:
                    raise _no("Refused by the test.")
                replies.append(getattr(self, f"_{kind}")(body) or {})
            except Refusal as refusal:
                text = f"Invalid requests[{number}].{kind}: {refusal}"
                raise Refusal(refusal.status, "INVALID_ARGUMENT", text) from None
        return replies

    def _addSheet(self, body: Json) -> Json:  # noqa: N802 - Google's name
        properties = {
            "sheetType": "GRID",
            "index": len(self.resource["sheets"]),
            **body["properties"],
        }
        for sheet in self.resource["sheets"]:
            if sheet["properties"]["sheetId"] == properties["sheetId"]:
                raise _no(f"Sheet with id {properties['sheetId']} already exists.")
            if sheet["properties"]["title"].casefold() == properties["title"].casefold():
                raise _no(f'A sheet with the name "{properties["title"]}" already exists.')
        self.resource["sheets"].append({"properties": properties, "data": [{}]})
        return {"addSheet": {"properties": properties}}

    def _deleteSheet(self, body: Json) -> None:  # noqa: N802
        self.resource["sheets"].remove(self._sheet(body))

    def _createDeveloperMetadata(self, body: Json) -> Json:  # noqa: N802
        mark = dict(body["developerMetadata"])
        if not (mark.get("metadataKey") and mark.get("visibility") and mark.get("location")):
            raise _no("Metadata needs a key, a visibility and a location.")
        sheet = self._sheet(mark["location"])
        marks = sheet.setdefault("developerMetadata", [])
        mark["metadataId"] = 1 + len(marks)
        mark["location"] = {**mark["location"], "locationType": "SHEET"}
        marks.append(mark)
        return {"createDeveloperMetadata": {"developerMetadata": mark}}

    def _updateSheetProperties(self, body: Json) -> None:  # noqa: N802
        sheet = self._sheet(body["properties"])
        own, given = sheet["properties"], body["properties"]
        for path in body["fields"].split(","):
            first, _, second = path.partition(".")
            if second:
                own.setdefault(first, {})[second] = given[first].get(second, 0)
            else:
                own[first] = given.get(first)
        grid = own["gridProperties"]
        if grid.get("frozenRowCount", 0) >= grid["rowCount"]:
            raise _no("You can't freeze all visible rows on the sheet.")
        rows = sheet["data"][0].get("rowData", [])[: grid["rowCount"]]
        sheet["data"][0]["rowData"] = [
            {"values": row.get("values", [])[: grid["columnCount"]]} for row in rows
        ]

    def _unmergeCells(self, body: Json) -> None:  # noqa: N802
        self._sheet(body["range"])["merges"] = []

    def _updateCells(self, body: Json) -> None:  # noqa: N802
        sheet, (top, bottom, left, right) = self._area(body["range"])
        rows = body.get("rows", [])
        if len(rows) > bottom - top or any(len(row["values"]) > right - left for row in rows):
            raise _no("The data does not fit into the range.")
        for row in range(top, bottom):
            given = rows[row - top]["values"] if row - top < len(rows) else []
            for column in range(left, right):
                new = given[column - left] if column - left < len(given) else {}
                self._update_cell(sheet, row, column, new, body["fields"])

    def _update_cell(self, sheet: Json, row: int, column: int, new: Json, fields: str) -> None:
        cell = _cell(sheet, row, column)
        if fields == "*":
            cell.clear()
        for name in (
            ("userEnteredValue", "userEnteredFormat", "dataValidation")
            if fields == "*"
            else fields.split(",")
        ):
            if name == "userEnteredFormat" and name in new:
                cell[name] = {**cell.get(name, {}), **new[name]}  # Google merges formats
            elif name in new:
                cell[name] = new[name]
            else:
                cell.pop(name, None)
        value = cell.get("userEnteredValue", {})
        if any(len(text) > 50_000 for text in value.values() if isinstance(text, str)):
            raise _no("Your input contains more than the maximum of 50000 characters in a cell.")
        if "formulaValue" in value:
            value = {"stringValue": "a formula was evaluated"}
        cell.pop("effectiveValue", None)
        cell.pop("effectiveFormat", None)
        if value:
            cell["effectiveValue"] = value
        if "userEnteredFormat" in cell:
            cell["effectiveFormat"] = cell["userEnteredFormat"]

    def _setDataValidation(self, body: Json) -> None:  # noqa: N802
        sheet, (top, bottom, left, right) = self._area(body["range"])
        for row in range(top, bottom):
            for column in range(left, right):
                _cell(sheet, row, column)["dataValidation"] = body["rule"]

    def _updateDimensionProperties(self, body: Json) -> None:  # noqa: N802
        sheet = self._sheet(body["range"])
        columns = sheet["data"][0].setdefault("columnMetadata", [])
        area = body["range"]
        columns.extend({} for _ in range(area["endIndex"] - len(columns)))
        for index in range(area["startIndex"], area["endIndex"]):
            for name in body["fields"].split(","):
                columns[index][name] = body["properties"][name]

    def _setBasicFilter(self, body: Json) -> None:  # noqa: N802
        self._sheet(body["filter"]["range"])["basicFilter"] = body["filter"]

    def _sheet(self, place: Json) -> Json:
        for sheet in self.resource["sheets"]:
            if sheet["properties"]["sheetId"] == place["sheetId"]:
                return sheet
        raise _no(f"No grid with id: {place['sheetId']}")

    def _area(self, place: Json) -> tuple[Json, Grid]:
        sheet = self._sheet(place)
        grid = sheet["properties"]["gridProperties"]
        area = (
            place.get("startRowIndex", 0),
            place.get("endRowIndex", grid["rowCount"]),
            place.get("startColumnIndex", 0),
            place.get("endColumnIndex", grid["columnCount"]),
        )
        if area[1] > grid["rowCount"] or area[3] > grid["columnCount"]:
            raise _no("Attempting to write outside the grid.")
        return sheet, area


def _no(text: str) -> Refusal:
    return Refusal(400, "INVALID_ARGUMENT", text)


def _cell(sheet: Json, row: int, column: int) -> Json:
    rows = sheet["data"][0].setdefault("rowData", [])
    rows.extend({} for _ in range(row + 1 - len(rows)))
    cells = rows[row].setdefault("values", [])
    cells.extend({} for _ in range(column + 1 - len(cells)))
    return cells[column]
