"""The same table gives the same rows, whichever door it comes through."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
from google_books import ID, Cell, Grid, book, tab
from google_server import LINK, GoogleServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miro_sync.files import TablesFile, read_workbook
from miro_sync.model import CellError, TablesSnapshot, Worksheet
from miro_sync.ports import TablesSource
from miro_sync.sheets import SheetsSource, YandexTable
from miro_sync.tables import Column, Table, Value, find_table

READ_AT = dt.datetime(2023, 6, 1, 8, 0, tzinfo=dt.UTC)

Rows = Sequence[Sequence[Cell]]
Door = Callable[[Rows], TablesSource]

COLUMNS = (
    Column("event", ("Мероприятие",), required=True),
    Column("period", ("Сроки реализации",), kind="period"),
    Column("date", ("Дата проведения",), kind="date"),
    Column("people", ("Количество участников",), kind="number"),
    Column("link", ("Ссылка",), kind="link"),
    Column("notes", ("Примечание",)),
)
HEADER: list[Cell] = [
    "Мероприятие",
    "Сроки реализации",
    "Дата проведения",
    "Количество участников",
    "Ссылка",
    "Примечание",
]
DAY = dt.date(2023, 4, 5)
TABLE: list[list[Cell]] = [
    ["План центра «Точка роста» на 2022/2023 учебный год"],
    [],
    HEADER,
    ["Экодиктант", "апрель 2023", DAY, 24, "https://vk.com/wall-1_2", "с родителями; 2 класса"],
    ["Квест «Вода»", DAY, "06.04.2023", 1.5, "нет", 'он сказал: "да"'],
    [],
    ["Хакатон,\nдень первый", "01.03.2023 – 15.03.2023", "6 апреля", "1 234", "vk.com/a", 15],
    ["Турнир", dt.date(2023, 5, 1), None, "1,5", "javascript:x", dt.date(2023, 9, 1)],
    ["=1+1", "+7", "-", "@", "00123", "№ 5"],
    ["Итоги", None, None, 0, None, 0.25],
]


# --- the doors ----------------------------------------------------------------------------------


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server
    assert not server.violations


def by_interface(google: GoogleServer, rows: Rows, merges: Iterable[Grid] = ()) -> TablesSource:
    google.keep(book(tab("План", rows, merges=merges)))
    return spreadsheet(google, google.environ())


def by_public_link(google: GoogleServer, rows: Rows) -> TablesSource:
    google.exports[ID] = xlsx(rows)
    return spreadsheet(google, {})


def spreadsheet(google: GoogleServer, environ: dict[str, str]) -> SheetsSource:
    return SheetsSource(
        ID,
        environ=environ,
        read_at=READ_AT,
        clock=google.clock,
        read_workbook=read_workbook,
        api_url=google.url,
        timeout=(5.0, 5.0),
    )


def by_yandex(google: GoogleServer, rows: Rows) -> TablesSource:
    google.files[LINK, ""] = ("План.xlsx", xlsx(rows))
    return YandexTable(
        LINK,
        read_at=READ_AT,
        clock=google.clock,
        read_workbook=read_workbook,
        api_url=google.url,
        timeout=(5.0, 5.0),
    )


def by_file(path: Path, document: bytes) -> TablesSource:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(document)
    return TablesFile(path, READ_AT)


def by_folder(folder: Path, document: bytes) -> TablesSource:
    by_file(folder / "План.csv", document)
    return TablesFile(folder, READ_AT)


@pytest.fixture
def doors(google: GoogleServer, tmp_path: Path) -> dict[str, Door]:
    """Return every way that a table can come."""
    return {
        "google": lambda rows: by_interface(google, rows),
        "public": lambda rows: by_public_link(google, rows),
        "yandex": lambda rows: by_yandex(google, rows),
        "xlsx": lambda rows: by_file(tmp_path / "План.xlsx", xlsx(rows)),
        "ods": lambda rows: by_file(tmp_path / "План.ods", ods(rows)),
        "csv": lambda rows: by_file(tmp_path / "План.csv", text_table(rows).encode("utf-8-sig")),
        "csv of Windows": lambda rows: by_file(
            tmp_path / "Win.csv", text_table(rows).encode("cp1251")
        ),
        "folder": lambda rows: by_folder(tmp_path / "папка", text_table(rows).encode()),
    }


def xlsx(rows: Rows, merges: Iterable[str] = (), *, hidden: bool = False) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "План"
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "e" if value.startswith("#") else "s"
    for area in merges:
        sheet.merge_cells(area)
    if hidden:
        workbook.create_sheet("Другой")
        sheet.sheet_state = "hidden"
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
 <table:table table:name="План">{rows}</table:table></office:spreadsheet></office:body>
 </office:document-content>"""


def ods(rows: Rows, spanned: str = "") -> bytes:
    lines = []
    for number, row in enumerate(rows):
        cells = [
            _ods_cell(value, spanned if number == index == 0 else "")
            for index, value in enumerate(row)
        ]
        lines.append(
            f"<table:table-row>{''.join(cells) or '<table:table-cell/>'}</table:table-row>"
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", ODS.format(rows="".join(lines)))
    return packed.getvalue()


def _ods_cell(value: Cell, more: str) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, str):
        kind = 'office:value-type="string"'
    elif isinstance(value, dt.date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    else:
        kind = f'office:value-type="float" office:value="{value}"'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f"<table:table-cell {kind} {more}>{lines}</table:table-cell>"


def text_table(rows: Rows) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    for row in rows:
        writer.writerow([_as_shown(value) for value in row])
    return stream.getvalue()


def _as_shown(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    return value if isinstance(value, str) else str(value).replace(".", ",")


# --- the same rows ------------------------------------------------------------------------------


Read = list[tuple[int, dict[str, Value]]]


def rows_of(source: TablesSource) -> Read:
    """Read the table that a door gives: row numbers and what their cells hold.

    A text table has no true days, and a column of periods keeps a text as it is; so periods are
    compared as they are shown.
    """
    table = find_table(the_sheet(source.read()), COLUMNS, source="т")
    assert isinstance(table, Table)
    return [(row.number, {**row.values, "period": row.text("period")}) for row in table.rows]


def the_sheet(snapshot: TablesSnapshot) -> Worksheet:
    assert snapshot.complete
    assert snapshot.read_at == READ_AT
    (sheet,) = (one for one in snapshot.worksheets if one.title != "Другой")
    return sheet


def test_the_same_table_gives_the_same_rows_through_every_door(doors: dict[str, Door]) -> None:
    read = {name: rows_of(door(TABLE)) for name, door in doors.items()}

    assert [number for number, _ in read["xlsx"]] == [4, 5, 7, 8, 9, 10]
    assert read["xlsx"][0][1] == {
        "event": "Экодиктант",
        "period": "апрель 2023",
        "date": DAY,
        "people": 24,
        "link": ("https://vk.com/wall-1_2",),
        "notes": "с родителями; 2 класса",
    }
    for name in doors:
        assert read[name] == read["xlsx"], name


def test_every_door_names_the_same_faults(doors: dict[str, Door]) -> None:
    def faults(source: TablesSource) -> list[tuple[str, str | None]]:
        table = find_table(the_sheet(source.read()), COLUMNS, source="т")
        return [(p.message.key, p.place.cell if p.place else None) for p in table.problems]

    told = {name: faults(door(TABLE)) for name, door in doors.items()}

    assert ("tables.not_a_day", "C7") in told["xlsx"]
    for name in doors:
        assert told[name] == told["xlsx"], name


_WORDS = st.text("абвгдеАБВ «»№.,;:!?()-–\"'&<>", max_size=12).map(str.strip)
_TITLES = st.from_regex(r"[А-Я][а-я]{3,9}( [а-я]{2,7})?", fullmatch=True)
_DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
_NUMBERS = st.integers(0, 100_000) | st.decimals(0, 1000, places=2).map(float)
_ROWS = st.tuples(
    _TITLES,
    st.none(),
    st.none() | _DAYS,
    st.none() | _NUMBERS,
    st.none(),
    st.none() | _WORDS,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(_ROWS, min_size=1, max_size=6), st.permutations(range(6)))
def test_any_table_gives_the_same_rows_through_every_door(
    doors: dict[str, Door], body: list[tuple[Cell, ...]], order: list[int]
) -> None:
    rows = [[row[column] for column in order] for row in ([*HEADER], *body)]

    read = {name: rows_of(door(rows)) for name, door in doors.items()}

    for name in doors:
        assert read[name] == read["xlsx"], name


# --- what only spreadsheets have ----------------------------------------------------------------


def test_merged_cells_failed_formulas_and_hidden_worksheets_are_the_same(
    google: GoogleServer, tmp_path: Path
) -> None:
    rows: list[list[Cell]] = [["План", None, None], [1, "#REF!", "#N/A"]]
    doors = {
        "google": by_interface(google, rows, merges=[(0, 1, 0, 3)]),
        "xlsx": by_file(tmp_path / "План.xlsx", xlsx(rows, ["A1:C1"], hidden=True)),
    }
    google.books[ID]["sheets"][0]["properties"]["hidden"] = True

    for name, door in doors.items():
        sheet = the_sheet(door.read())
        assert sheet.rows == (
            ("План", "План", "План"),
            (1, CellError("#REF!"), CellError("#N/A")),
        ), name
        assert sheet.hidden, name
    spanned = 'table:number-columns-spanned="3"'
    sheet = the_sheet(
        by_file(tmp_path / "План.ods", ods([["План", None, None], [1, 2, 3]], spanned)).read()
    )
    assert sheet.rows[0] == ("План", "План", "План")
