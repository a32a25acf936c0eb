"""The doors to files: what is read, and the sentence for everything that cannot be."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miro_sync.errors import SourceError
from miro_sync.files import BoardFile, TablesFile, read_workbook
from miro_sync.files.text_table import decode, read_text_table
from miro_sync.messages import catalogue
from miro_sync.model import BoardSnapshot, CellError, Problem, Severity
from miro_sync.tables import CELL_LIMIT, NOT_CALCULATED, worksheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from miro_sync.model import CellValue, TablesSnapshot

READ_AT = dt.datetime(2023, 6, 1, 8, 0, tzinfo=dt.UTC)
HEADER = ["Мероприятие", "Сроки реализации", "Ответственные"]
ROW = ["Экодиктант", "1,5", "методист; директор"]


def read(path: Path) -> TablesSnapshot:
    return TablesFile(path, READ_AT).read()


def refusal(path: Path) -> str:
    """Return the Russian sentence with which a table file is refused."""
    with pytest.raises(SourceError) as caught:
        read(path)
    assert catalogue("en").tell(caught.value.message)
    return catalogue("ru").tell(caught.value.message)


def told(problem: Problem) -> tuple[str, str | None, str | None]:
    """Return a problem's sentence, worksheet and cell."""
    assert catalogue("en").tell(problem.message)
    assert problem.place is not None
    return catalogue("ru").tell(problem.message), problem.place.sheet, problem.place.cell


# --- a board's export ---------------------------------------------------------------------------


class Reader:
    """Understands every export and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[bytes, str]] = []

    def __call__(self, document: bytes, *, source: str) -> BoardSnapshot:
        self.given.append((document, source))
        return BoardSnapshot("b1", "Доска", None, READ_AT, complete=True, items=())


def board_refusal(path: Path) -> str:
    reader = Reader()
    with pytest.raises(SourceError) as caught:
        BoardFile(path, reader).read()
    assert not reader.given
    assert catalogue("en").tell(caught.value.message)
    return catalogue("ru").tell(caught.value.message)


def test_a_board_export_is_handed_on_without_its_byte_order_mark(tmp_path: Path) -> None:
    reader = Reader()
    path = tmp_path / "доска.json"
    path.write_bytes(codecs.BOM_UTF8 + b'{"schema": "miro-sync/board/1"}\n')

    board = BoardFile(path, reader).read()

    assert board.id == "b1"
    assert reader.given == [(b'{"schema": "miro-sync/board/1"}\n', "доска.json")]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "пуст"),
        (b" \r\n", "пуст"),
        ('{"name": "Точка роста"}'.encode("cp1251"), "сохранён не в UTF-8"),
        ('{"name": "Точка роста"}'.encode("utf-16"), "сохранён не в UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "не выгрузка доски"),
        (b"[1, 2]", "не выгрузка доски"),
        ("Привет".encode(), "не выгрузка доски"),
        (b'{"items": [{"id": "1"}, {"id"', "оборван"),
    ],
)
def test_a_board_export_that_is_none_is_refused_with_its_path_and_a_remedy(
    tmp_path: Path, document: bytes, says: str
) -> None:
    path = tmp_path / "доска.json"
    path.write_bytes(document)

    sentence = board_refusal(path)

    assert says in sentence
    assert str(path) in sentence


def test_a_missing_board_export_and_a_folder_in_its_place_are_told_apart(tmp_path: Path) -> None:
    assert "нет" in board_refusal(tmp_path / "доска.json")
    assert "папка, а нужен файл" in board_refusal(tmp_path)


def test_a_file_held_by_excel_is_told_from_a_failing_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "план.xlsx"
    path.write_bytes(b"PK\x03\x04")

    def fail(error: OSError) -> None:
        def read_bytes(_: Path) -> bytes:
            raise error

        monkeypatch.setattr(Path, "read_bytes", read_bytes)

    fail(PermissionError(13, "Permission denied"))
    assert "закройте его в Excel" in refusal(path)

    fail(OSError(5, "Input/output error"))
    assert "ошибка диска или сети" in refusal(path)


# --- workbooks ----------------------------------------------------------------------------------


def save(path: Path, rows: Iterable[Iterable[CellValue]], title: str = "План") -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is None or isinstance(value, CellError):
                continue
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    return path


TYPES = """<?xml version="1.0"?><Types
 xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"""
RELATIONS = """<?xml version="1.0"?><Relationships
 xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{1}" Target="{0}"/>
 </Relationships>"""
BOOK = """<?xml version="1.0"?><workbook
 xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{0}
 <sheets><sheet name="План &amp; отчёт" sheetId="1" r:id="rId1"/></sheets></workbook>"""
STYLES = """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
 <cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"""


def packed(data: str | bytes, *, properties: str = "", target: str = "") -> bytes:
    """Return a workbook with one worksheet of hand-written cells."""
    if isinstance(data, str):
        data = data.encode()
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format("xl/workbook.xml", "officeDocument"))
        archive.writestr("xl/workbook.xml", BOOK.format(properties))
        relations = RELATIONS.format(f"{target}worksheets/sheet1.xml", "worksheet")
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        archive.writestr("xl/styles.xml", STYLES)
        archive.writestr("xl/worksheets/sheet1.xml", start + data + b"</worksheet>")
    return stream.getvalue()


def cells_of(document: bytes) -> tuple[tuple[CellValue, ...], ...]:
    return read_workbook(document, name="план.xlsx", source="план.xlsx").worksheets[0].rows


def test_cells_keep_their_types(tmp_path: Path) -> None:
    rows: list[list[CellValue]] = [
        ["текст", 12, 1.5, True, "две\nстроки"],
        [dt.date(2023, 4, 5), dt.datetime(2023, 4, 5, 10, 30), dt.time(10, 30), False, "12"],  # noqa: DTZ001 - a cell has no zone
    ]

    tables = read(save(tmp_path / "план.xlsx", rows))

    assert tables.source == "план.xlsx"
    assert tables.read_at == READ_AT
    assert tables.complete
    assert tables.modified_at is not None
    assert tables.worksheets[0].title == "План"
    assert tables.worksheets[0].rows == tuple(map(tuple, rows))
    assert not tables.problems


def test_merged_cells_are_filled_from_their_first_cell(tmp_path: Path) -> None:
    path = save(tmp_path / "план.xlsx", [["План", None, None], ["а", "б", "в"], [None, "г", "д"]])
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("A1:XFD1")
    book.worksheets[0].merge_cells("A2:A3")
    book.save(path)

    assert read(path).worksheets[0].rows == (
        ("План", "План", "План"),
        ("а", "б", "в"),
        ("а", "г", "д"),
    )


def test_hidden_worksheets_are_read_and_charts_are_not(tmp_path: Path) -> None:
    path = save(tmp_path / "план.xlsx", [["а"]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Скрытый")["A1"] = "б"
    book["Скрытый"].sheet_state = "hidden"
    book.create_chartsheet("Диаграмма")
    book.create_sheet("Пустой")
    book.save(path)

    sheets = read(path).worksheets

    assert [(sheet.title, sheet.hidden) for sheet in sheets] == [
        ("План", False),
        ("Скрытый", True),
        ("Пустой", False),
    ]
    assert sheets[2].rows == ()


def test_formula_errors_are_errors_and_not_blanks() -> None:
    document = packed(
        '<sheetData><row r="2"><c r="B2" t="e"><f>A1/0</f><v>#DIV/0!</v></c>'
        '<c r="C2" t="inlineStr"><is><t>t="e" #REF! в тексте</t></is></c>'
        '<c r="D2" t="inlineStr"><is><t>#ССЫЛКА!</t></is></c></row></sheetData>'
    )

    assert cells_of(document)[1] == (
        None,
        CellError("#DIV/0!"),
        't="e" #REF! в тексте',
        CellError("#REF!"),
    )


def test_errors_of_cells_that_do_not_say_where_they_stand_are_found() -> None:
    document = packed(
        '<sheetData><row><c><v>1</v></c><c t="e"><v>#REF!</v></c></row>'
        '<row r="4"><c r="B4"><v>5</v></c><c t="e"><v>#N/A</v></c></row></sheetData>'
    )

    assert cells_of(document) == (
        (1, CellError("#REF!"), None),
        (None, None, None),
        (None, None, None),
        (None, 5, CellError("#N/A")),
    )


def test_a_formula_gives_its_stored_value_and_one_never_calculated_is_named() -> None:
    document = packed(
        '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c>'
        '<c r="C1"><f>1+1</f><v/></c><c r="D1" t="str"><f>""</f><v></v></c>'
        '<c r="E1" t="str"><f>"а"</f><v>а</v></c><c r="F1"><f t="shared" si="0"/></c>'
        "</row></sheetData>"
    )
    missing = CellError(NOT_CALCULATED)

    assert cells_of(document) == ((2, missing, missing, None, "а", missing),)


def test_errors_are_found_under_any_xml_prefix() -> None:
    document = packed(
        '<x:sheetData xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row>'
        "</x:sheetData>"
    )

    assert cells_of(document)[0][1] == CellError("#N/A")


def test_dates_of_the_1904_system_are_right() -> None:
    document = packed(
        '<sheetData><row r="1"><c r="A1" s="1"><v>43000</v></c></row></sheetData>',
        properties='<workbookPr date1904="1"/>',
    )

    assert cells_of(document) == ((dt.date(2021, 9, 23),),)


def test_carriage_returns_and_their_escapes_become_line_feeds() -> None:
    document = packed(
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>а_x000D_&#10;б</t></is></c></row>'
        "</sheetData>"
    )

    assert cells_of(document) == (("а\nб",),)


def test_a_worksheet_is_found_by_an_absolute_target_too() -> None:
    document = packed(
        '<sheetData><row r="1"><c r="A1" t="e"><v>#REF!</v></c></row></sheetData>', target="/xl/"
    )

    assert cells_of(document) == ((CellError("#REF!"),),)


def test_a_cell_beyond_excels_limit_is_cut_and_named(tmp_path: Path) -> None:
    text = "<row r='3'><c r='B3' t='inlineStr'><is><t>" + "я" * 40_000 + "</t></is></c></row>"
    path = tmp_path / "план.xlsx"
    path.write_bytes(packed(f"<sheetData>{text}</sheetData>"))

    tables = read(path)

    assert tables.worksheets[0].rows[2][1] == "я" * CELL_LIMIT
    sentence, sheet, cell = told(tables.problems[0])
    assert "40000" in sentence
    assert (sheet, cell) == ("План & отчёт", "B3")


def with_shared_strings(megabytes: int) -> bytes:
    stream = io.BytesIO(packed(""))
    with (
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w") as part,
    ):
        for _ in range(megabytes):
            part.write(b"x" * 1024 * 1024)
    return stream.getvalue()


def test_a_cell_of_two_hundred_megabytes_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "план.xlsx"
    path.write_bytes(with_shared_strings(200))

    assert "после распаковки занимает больше 150 МБ" in refusal(path)


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    document = bytearray(with_shared_strings(160))
    entry = document.rfind(b"PK\x01\x02")
    document[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    path = tmp_path / "план.xlsx"
    path.write_bytes(document)

    assert "после распаковки занимает больше 150 МБ" in refusal(path)


@pytest.mark.parametrize("far", ["T1048576", "XFD1048576", "XFD300"])
def test_a_lone_cell_far_from_the_table_is_named_and_not_read(tmp_path: Path, far: str) -> None:
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    path = tmp_path / "план.xlsx"
    path.write_bytes(
        packed(
            '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            f'<row r="{row}"><c r="{far}"><v>5</v></c></row></sheetData>'
        )
    )

    with pytest.raises(SourceError) as caught:
        read(path)

    assert "не прочитан ни один лист" in catalogue("ru").tell(caught.value.message)
    sentence, sheet, _ = told(caught.value.problems[0])
    assert far in sentence
    assert sheet == "План & отчёт"


def test_a_far_cell_that_is_only_coloured_does_no_harm() -> None:
    document = packed(
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    )

    assert cells_of(document) == ((1,),)


def old_document(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0".join(s.encode("utf-16-le") for s in streams)


def locked_zip() -> bytes:
    document = bytearray(packed("<sheetData/>"))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = document.find(signature)
        while start >= 0:
            document[start + offset] |= 1
            start = document.find(signature, start + 4)
    return bytes(document)


def word_document() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return stream.getvalue()


def binary_workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\0")
    return stream.getvalue()


def damaged_workbook() -> bytes:
    document = bytearray(packed("<sheetData>" + "<row/>" * 5000 + "</sheetData>"))
    middle = document.find(b"sheet1.xml") + 40
    document[middle : middle + 30] = b"\0" * 30
    return bytes(document)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "пуст"),
        ("Мероприятие\tСрок".encode(), "не таблица"),
        (b"%PDF-1.7", "не таблица"),
        (old_document("Root Entry", "EncryptedPackage"), "защищён паролем"),
        (old_document("Root Entry", "Workbook"), "старого формата (.xls)"),
        (locked_zip(), "защищён паролем"),
        (b"\r\n<!DOCTYPE html><html><head>", "веб-страница"),
        (b"<html xmlns:o='urn:schemas-microsoft-com'><table>", "веб-страница"),
        (word_document(), "документ другой программы"),
        (binary_workbook(), "двоичная книга"),
        (packed("<sheetData/>")[:-300], "оборван"),
        (packed("<sheetData/>")[:700], "оборван"),
        (damaged_workbook(), "повреждён"),
        (packed("<sheetData/>", properties="<"), "повреждён"),
    ],
)
def test_a_workbook_that_is_none_has_its_own_sentence(
    tmp_path: Path, document: bytes, says: str
) -> None:
    path = tmp_path / "план.xlsx"
    path.write_bytes(document)

    sentence = refusal(path)

    assert says in sentence
    assert str(path) in sentence


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "план.xlsx") in refusal(tmp_path / "план.xlsx")


def test_the_file_that_excel_keeps_beside_an_open_workbook_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "~$план.xlsx"
    path.write_bytes(b"\x05office")

    assert "Укажите саму книгу: план.xlsx" in refusal(path)


def test_a_workbook_open_in_excel_is_read_as_it_was_saved_last(tmp_path: Path) -> None:
    path = save(tmp_path / "план.xlsx", [["а"]])
    (tmp_path / "~$план.xlsx").write_bytes(b"\x05office")

    tables = read(path)

    assert tables.worksheets[0].rows == (("а",),)
    assert tables.complete
    assert tables.problems[0].severity is Severity.WARNING
    assert "открыта в Excel" in told(tables.problems[0])[0]


def test_a_file_too_large_to_be_a_table_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "план.xlsx"
    with path.open("wb") as stream:
        stream.truncate(65 * 1024 * 1024)

    assert "читаются файлы до 64 МБ" in refusal(path)


def test_one_damaged_worksheet_does_not_hide_the_others(tmp_path: Path) -> None:
    path = save(tmp_path / "план.xlsx", [["а"]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Отчёт")["A1"] = "б"
    book.save(path)
    broken = tmp_path / "повреждён.xlsx"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(broken, "w") as archive:
        for name in whole.namelist():
            part = whole.read(name)
            archive.writestr(name, part[: len(part) // 2] if "sheet2" in name else part)

    tables = read(broken)

    assert [sheet.title for sheet in tables.worksheets] == ["План"]
    assert not tables.complete
    assert told(tables.problems[0])[1] == "Отчёт"


ODS_START = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
 <office:body><office:spreadsheet><table:table table:name="План">"""
ODS_END = "</table:table></office:spreadsheet></office:body></office:document-content>"


def ods(rows: str, manifest: str = "") -> bytes:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr("content.xml", ODS_START + rows + ODS_END)
    return stream.getvalue()


def ods_row(*cells: str, repeated: int = 1) -> str:
    attribute = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{attribute}>{''.join(cells)}</table:table-row>"


def ods_cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_an_ods_gives_the_same_cells(tmp_path: Path) -> None:
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    path = tmp_path / "план.ods"
    path.write_bytes(
        ods(
            ods_row(
                ods_cell("План", 'office:value-type="string" table:number-columns-spanned="3"'),
                '<table:covered-table-cell table:number-columns-repeated="2"/>',
            )
            + ods_row("<table:table-cell/>", repeated=2)
            + ods_row(
                ods_cell("#ССЫЛ!", error),
                ods_cell("05.01.23", 'office:value-type="date" office:date-value="2023-01-05"'),
                ods_cell("12", 'office:value-type="float" office:value="12"'),
            )
            + ods_row("<table:table-cell/>", repeated=1_048_000)
        )
    )

    tables = read(path)

    assert tables.worksheets[0].rows == (
        ("План", "План", "План"),
        (None, None, None),
        (None, None, None),
        (CellError("#REF!"), dt.date(2023, 1, 5), 12),
    )
    assert tables.complete


def test_an_ods_with_a_password_and_one_with_a_far_cell_are_named(tmp_path: Path) -> None:
    path = tmp_path / "план.ods"
    path.write_bytes(ods("", "<encryption-data/>"))
    assert "защищён паролем" in refusal(path)

    path.write_bytes(
        ods(ods_row("<table:table-cell/>") + ods_row(ods_cell("а"), repeated=5_000_000))
    )
    assert "не прочитан ни один лист" in refusal(path)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9).map(lambda number: round(number, 4)),  # openpyxl writes 16 digits
    st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1)),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2100, 1, 1)).map(  # noqa: DTZ001 - a cell has no zone
        lambda moment: moment.replace(microsecond=0)
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t"),
        max_size=20,
    ),
)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=5))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_written_workbook_is_read_back_as_it_was(
    tmp_path: Path, rows: list[list[CellValue]]
) -> None:
    expected, _ = worksheet("План", rows, source="план.xlsx")

    assert read(save(tmp_path / "план.xlsx", rows)).worksheets == (expected,)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_damage_to_a_workbook_ends_in_anything_but_a_sentence(data: st.DataObject) -> None:
    document = bytearray(
        packed(
            '<sheetData><row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><v>2</v></c></row>'
            '</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
        )
    )
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(document) - 1))
        document[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))

    try:
        read_workbook(bytes(document), name="план.xlsx", source="план.xlsx")
    except SourceError as error:
        assert catalogue("ru").tell(error.message)  # noqa: PT017 - either way is right


# --- text tables --------------------------------------------------------------------------------


def write(path: Path, rows: list[list[str]], delimiter: str = ";", encoding: str = "utf-8") -> Path:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_table_is_read_in_every_usual_encoding_and_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    rows = [HEADER, ROW, ["Открытый урок\n«Физика»", 'сказал "да"', ""]]

    tables = read(write(tmp_path / "План центра.csv", rows, delimiter, encoding))

    sheet = tables.worksheets[0]
    assert sheet.title == "План центра"
    assert sheet.rows == (*map(tuple, rows[:2]), (*rows[2][:2], None))
    assert tables.complete
    assert not tables.problems


def test_a_big_endian_mark_is_obeyed() -> None:
    assert decode(codecs.BOM_UTF16_BE + "Срок".encode("utf-16-be")).text == "Срок"


def test_a_stray_nul_does_not_make_a_text_utf16(tmp_path: Path) -> None:
    path = tmp_path / "план.csv"
    path.write_bytes("Мероприятие;Срок\nЭко\0диктант;май\n".encode())

    assert read(path).worksheets[0].rows[1] == ("Экодиктант", "май")


def test_numbers_and_dates_of_a_text_table_stay_text(tmp_path: Path) -> None:
    tables = read(write(tmp_path / "план.csv", [["1,5", "1 234", "05.04.2023", "007"]] * 3))

    assert tables.worksheets[0].rows[0] == ("1,5", "1 234", "05.04.2023", "007")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Название;Балл\nФизика;14,8\nХимия;19,3\n", ["Физика", "14,8"]),
        ("Тема;Класс\nа, б, в, г;5\nд, е, ж, з;6\n", ["а, б, в, г", "5"]),
        ("а;б;в;г\nраз\nдва;три\n", ["раз"]),
        ("Мероприятие\nКВН, викторина\nурок\nигра\nконцерт\n", ["КВН, викторина"]),
        ("а, б, в\nг, д, е\n", ["г", " д", " е"]),
        ("№;Мероприятие;Срок\n1;«Урок; игра»;май\n2;Экодиктант;июнь\n3;КВН;июль\n", None),
        ("sep=,\nа;1,б\nв;2,г\n", ["в;2", "г"]),
        ("План работы\n\nМероприятие,Срок\nурок,май\nигра,июнь\n", []),
    ],
)
def test_the_delimiter_is_the_one_the_rows_agree_on(text: str, row: list[str] | None) -> None:
    rows = read_text_table(text).rows

    if row is None:
        assert rows[2] == ["2", "Экодиктант", "июнь"]
    else:
        assert rows[1] == row


def test_lone_carriage_returns_end_a_line() -> None:
    assert read_text_table("а;б\rв;г\r").rows == [["а", "б"], ["в", "г"]]


def test_an_unclosed_quotation_mark_is_named_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "план.csv"
    path.write_text('Мероприятие;Срок\nурок;май\n"Точка роста;июнь\nигра;июль\n', "utf-8")

    tables = read(path)

    assert not tables.complete
    sentence, sheet, cell = told(tables.problems[0])
    assert "нигде не закрыта" in sentence
    assert (sheet, cell) == ("план", "3")
    assert tables.worksheets[0].rows[1] == ("урок", "май")
    assert tables.worksheets[0].rows[2][0] == "Точка роста;июнь\nигра;июль"


def test_rows_swallowed_by_a_stray_quotation_mark_are_named(tmp_path: Path) -> None:
    path = tmp_path / "план.csv"
    path.write_text('а;б\n1;2\n"3;4\n5;6\n7;8"\n9;10\n11;12\n', "utf-8")

    tables = read(path)

    assert not tables.complete
    assert told(tables.problems[0])[2] == "A3"


def test_a_text_cut_in_the_middle_of_a_letter_is_not_complete(tmp_path: Path) -> None:
    path = tmp_path / "план.csv"
    path.write_bytes("Мероприятие;Срок\nурок;май".encode()[:-1])

    tables = read(path)

    assert not tables.complete
    assert "обрывается" in told(tables.problems[0])[0]
    assert tables.worksheets[0].rows[1] == ("урок", "ма")


def test_a_few_damaged_letters_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "план.csv"
    path.write_bytes("Мероприятие;Срок\nоткрытый урок;май".encode().replace(b"\xd1\x83", b"\xff"))

    tables = read(path)

    assert tables.worksheets[0].rows[0] == ("Мероприятие", "Срок")
    assert told(tables.problems[0])[1:] == ("план", "A2")


def test_a_short_text_in_the_russian_windows_encoding_is_not_taken_for_a_cut_one() -> None:
    assert decode("Май".encode("cp1251")).text == "Май"
    assert decode("й".encode("cp1251")).text == "й"
    assert decode("abc;й".encode("cp1251")).text == "abc;й"


def test_a_huge_text_cell_is_cut_and_named(tmp_path: Path) -> None:
    rows = [HEADER, ["я" * 300_000, "май", "методист"]]

    tables = read(write(tmp_path / "план.csv", rows))

    assert tables.worksheets[0].rows[1] == ("я" * CELL_LIMIT, "май", "методист")
    assert told(tables.problems[0])[2] == "A2"


TEXTS = st.text(st.sampled_from('абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВ 019"«»№\n'), max_size=12)


@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=8
        )
    ),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251"]),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_written_text_table_is_read_back_as_it_was(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    rows = [[f"Столбец{number}" for number in range(len(rows[0]))], *rows]
    expected, _ = worksheet("план", rows, source="план.csv")

    path = write(tmp_path / "план.csv", rows, delimiter, encoding)

    assert read(path).worksheets == (expected,)


# --- a folder of text tables --------------------------------------------------------------------


def test_a_folder_gives_one_worksheet_for_each_text_table_in_order(tmp_path: Path) -> None:
    write(tmp_path / "б.csv", [HEADER, ROW])
    write(tmp_path / "а.CSV", [HEADER], ",", "cp1251")
    write(tmp_path / "а.csv", [HEADER])
    write(tmp_path / "~$б.csv", [HEADER])
    write(tmp_path / ".скрытый.csv", [HEADER])
    (tmp_path / "заметки.txt").write_text("не таблица", "utf-8")

    tables = read(tmp_path)

    assert [sheet.title for sheet in tables.worksheets] == ["а", "а.csv", "б"]
    assert tables.source == tmp_path.name
    assert tables.complete


def test_a_file_of_the_folder_that_fails_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path / "а.csv", [HEADER])
    (tmp_path / "б.csv").write_bytes(b"")
    (tmp_path / "в.csv").write_bytes(packed("<sheetData/>"))

    tables = read(tmp_path)

    assert [sheet.title for sheet in tables.worksheets] == ["а"]
    assert not tables.complete
    assert [told(problem)[1] for problem in tables.problems] == ["б", "в"]
    assert "пуст" in told(tables.problems[0])[0]
    assert "не текст" in told(tables.problems[1])[0]


def test_a_folder_without_a_readable_table_is_refused(tmp_path: Path) -> None:
    assert "нет файлов .csv" in refusal(tmp_path)

    (tmp_path / "а.csv").write_bytes(b"")
    assert "не прочитан ни один" in refusal(tmp_path)
