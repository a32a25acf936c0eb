"""What stands in an .xlsx beside its values: far cells and links, wherever they are written."""

from __future__ import annotations

import pytest

from miro_sync.files.marks import Marks
from miro_sync.files.xlsx import examine_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def look(rows: str, below: str = "", relations: str = "") -> Marks:
    sheet = (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheetData>{rows}</sheetData>'
        f"{below}</worksheet>"
    )
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Лист" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="rId1" Target="worksheets/s.xml"/></R>',
        "xl/worksheets/s.xml": sheet,
    }
    if relations:
        parts["xl/worksheets/_rels/s.xml.rels"] = f"<R>{relations}</R>"
    return examine_xlsx({name: text.encode() for name, text in parts.items()})["Лист"]


@pytest.mark.parametrize(
    ("cell", "far"), [("T900000", "T900000"), ("XFD9000", "XFD9000"), ("T90000", ""), ("XFD99", "")]
)
def test_a_cell_is_far_by_its_own_reference_whatever_its_row_says(cell: str, far: str) -> None:
    marks = look(f'<row r="1"><c r="A1"><v>1</v></c><c r="{cell}"><v>1</v></c></row>')

    assert marks.far == far


def test_one_link_may_stand_behind_a_range_of_cells_but_for_no_whole_column() -> None:
    link = '<Relationship Id="rId7" Target="https://example.org/" TargetMode="External"/>'
    listed = (
        '<hyperlinks><hyperlink ref="B2:C3" r:id="rId7" display="x"/>'
        '<hyperlink ref="A1" location="Другой!A1"/><hyperlink r:id="rId7" ref="D1:D1048576"/>'
        '<hyperlink ref="F1" r:id="rId9"/></hyperlinks>'
    )

    links = look('<row r="1"><c r="A1"><v>1</v></c></row>', listed, link).links

    assert {cell for cell in links if cell[1] != 3} == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert set(links.values()) == {("https://example.org/",)}
    assert sum(cell[1] == 3 for cell in links) < 10_000


def test_a_formula_of_a_link_is_read_under_any_prefix() -> None:
    formula = 'HYPERLINK("https://example.org/?a=1&amp;b=2","новость")'
    cell = f'<row r="1"><c r="B1" t="str"><f>{formula}</f><v>новость</v></c></row>'

    plain = look(cell)
    nameless = look(cell.replace(' r="B1"', ""))

    assert plain.links == {(0, 1): ("https://example.org/?a=1&b=2",)}
    assert nameless.links == {(0, 0): ("https://example.org/?a=1&b=2",)}
