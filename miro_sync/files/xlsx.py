"""What stands in the documents of an .xlsx beside the values of cells."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from miro_sync.files.marks import CELL_LIMIT, Marks, attribute, linked_by, local, xml
from miro_sync.tables import NOT_CALCULATED, address

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROW_OR_CELL = re.compile(
    rb"<(?:\w+:)?row\b([^>]*)>|<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL
)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
#: Some programs write small letters, and some blanks around the sign.
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_WIDE_REFERENCE = re.compile(rb"""r=["']([A-Za-z]{2,})\d""")
_ROW_NUMBER = re.compile(rb"""\br=["'][A-Za-z]*(\d+)["']""")
#: A cell that does not begin with where it stands.
_NO_REFERENCE = re.compile(rb"<c(?=[\s/>])(?! r=\"[A-Z])")
#: A cell or row beyond the 26th column or the 99,999th row: only there may a grid be too large.
_FAR = re.compile(rb"""r=["'](?:[A-Za-z]{2}|[A-Za-z]?\d{6})""")
#: The beginning of a document whose elements have a prefix, as «x:row».
_PREFIXED = re.compile(rb"<\w+:worksheet\b")
_ERROR_TYPES = (b't="e"', b"t='e'")
_TEXT_TYPES = (b't="str"', b"t='str'")
_ANY_FORMULA = re.compile(rb"<f[ >/]")
_FORMULAS = (b"<f>", b"<f ", b":f>", b":f ")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*>([^<]*)</")
_HYPERLINK = re.compile(rb"<(?:\w+:)?hyperlink\b([^>]*)>")
_AREA = re.compile(rb"""\bref=["']([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?["']""")
_RELATION = re.compile(rb"""\w:id=["']([^"']+)["']""")
#: Letters of a column beyond which it makes no difference how far it is.
_LONGEST_COLUMN = 9
#: A link of more cells is for a whole column, and for nobody's row.
_LINKED_ROWS, _LINKED_COLUMNS = 2_000, 50
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


def examine_xlsx(parts: Mapping[str, bytes]) -> dict[str, Marks]:
    """Look at the worksheets of an .xlsx; the documents go in by name, marks come out by title.

    Raises:
        xml.etree.ElementTree.ParseError, KeyError: it is damaged.

    """
    documents = {part.casefold(): document for part, document in parts.items()}
    titles: dict[str, Marks] = {}
    targets = _relations(documents["xl/_rels/workbook.xml.rels"])
    for sheet in xml(documents["xl/workbook.xml"]).iter():
        if local(sheet.tag) != "sheet":
            continue
        part = targets.get(attribute(sheet, "id"), "").casefold()
        part = posixpath.normpath(posixpath.join("xl", part)).lstrip("/")
        document = documents.get(part, b"")
        marks = _examine_sheet(document)
        folder, _, name = part.rpartition("/")
        relations = documents.get(f"{folder}/_rels/{name}.rels")
        if relations:
            _mark_hyperlinks(marks, document, _relations(relations))
        titles[attribute(sheet, "name")] = marks
    return titles


def _relations(document: bytes) -> dict[str, str]:
    """Return what a document refers to, by the ids of its relations."""
    return {one.get("Id", ""): one.get("Target", "") for one in xml(document)}


def _examine_sheet(document: bytes) -> Marks:
    """Look for errors, missing values and far cells: a quick look first, a slow one if need be."""
    begun = document.find(b"<sheetData")
    if begun < 0 or _PREFIXED.search(document, 0, begun) or _may_be_far(document):
        return _examine_cells(document)
    if b":c" in document or _NO_REFERENCE.search(document, begun):
        return _examine_cells(document)
    marks = Marks()
    tokens = _ERROR_TYPES if b"'" in document else _ERROR_TYPES[:1]
    spots = [match.start() for token in tokens for match in re.finditer(token, document)]
    if _ANY_FORMULA.search(document, begun):
        spots += [match.start() for match in _NO_VALUE.finditer(document)]
        spots += [match.start() for match in re.finditer(b"HYPERLINK", document)]
    for spot in spots:
        window = max(spot - _CELL_LENGTH, 0)
        start = document.rfind(b"<c ", window, spot)
        cell = _CELL.search(document, max(start, 0))
        if cell and (place := _REFERENCE.search(cell[1])):
            where = int(place[2]) - 1, _column(place[1])
            _mark(marks, where, cell[1], cell[2])
            marks.links.pop(where, None)
            _mark_formula_link(marks, where, cell[2])
    return marks


def _may_be_far(document: bytes) -> bool:
    """Tell whether the grid may be too large: an upper bound, from a look at the references."""
    if _FAR.search(document) is None:
        return False
    wide = map(_column, set(_WIDE_REFERENCE.findall(document)))
    rows = max(map(int, set(_ROW_NUMBER.findall(document))), default=0)
    return rows * (max(wide, default=25) + 1) > CELL_LIMIT


def _examine_cells(document: bytes) -> Marks:
    marks = Marks()
    row = column = -1
    lowest = rightmost = (0, 0)
    for match in _ROW_OR_CELL.finditer(document):
        in_row, in_cell, content = match.groups()
        reference = _REFERENCE.search(in_cell if in_row is None else in_row)
        if in_row is not None:
            row = int(reference[2]) - 1 if reference else row + 1
            column = -1
            continue
        if reference:
            row, column = int(reference[2]) - 1, _column(reference[1])
        else:
            column += 1
        if content is None:
            continue
        _mark(marks, (row, column), in_cell, content)
        _mark_formula_link(marks, (row, column), content)
        value = _VALUE.search(content)
        # A failed cell has its place in the grid even if nothing stands in it.
        if (value and value[1]) or _INLINE.search(content) or (row, column) in marks.errors:
            lowest = max(lowest, (row, column))
            rightmost = max(rightmost, (row, column), key=lambda cell: cell[1])
    if (lowest[0] + 1) * (rightmost[1] + 1) > CELL_LIMIT:
        marks.far = ", ".join(dict.fromkeys((address(*lowest), address(*rightmost))))
    return marks


def _mark(marks: Marks, place: tuple[int, int], in_cell: bytes, content: bytes) -> None:
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


def _mark_formula_link(marks: Marks, place: tuple[int, int], content: bytes) -> None:
    formula = _FORMULA.search(content)
    if formula:
        marks.lead(*place, *linked_by(formula[1].decode("utf-8", "replace")))


def _mark_hyperlinks(marks: Marks, document: bytes, targets: Mapping[str, str]) -> None:
    """Note the links that stand behind cells, of the list below the rows."""
    listed = document.rfind(b"hyperlinks>")
    begun = max(
        document.rfind(b"<hyperlinks", 0, listed), document.rfind(b":hyperlinks", 0, listed)
    )
    for link in _HYPERLINK.finditer(document, begun) if 0 <= begun < listed else ():
        area, relation = _AREA.search(link[1]), _RELATION.search(link[1])
        if area is None or relation is None:
            continue
        target = targets.get(relation[1].decode())
        if target:
            top, left = int(area[2]) - 1, _column(area[1])
            bottom, right = int(area[4] or area[2]) - 1, _column(area[3] or area[1])
            for row in range(top, min(bottom, top + _LINKED_ROWS) + 1):
                for column in range(left, min(right, left + _LINKED_COLUMNS) + 1):
                    marks.lead(row, column, target)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:_LONGEST_COLUMN]:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
