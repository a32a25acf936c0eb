"""A link behind a cell («новость») is read like one that is written out, through every door."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from google_books import ID, book, tab
from google_server import LINK, GoogleServer
from test_doors_conformance import ODS
from test_worksheets import read as rows_of_the_map

from miro_sync.files import TablesFile, read_workbook
from miro_sync.model import Period, TablesSnapshot
from miro_sync.periods import read_period
from miro_sync.ports import TablesSource
from miro_sync.sheets import SheetsSource, YandexTable
from miro_sync.tables import TablesReading, event_rows

READ_AT = dt.datetime(2023, 6, 1, 8, 0, tzinfo=dt.UTC)
NEWS = "https://school.example.org/news/7?a=1&b=2"
OTHER = "https://vk.com/wall-1_2"
HEADER = ("Мероприятие", "Сроки", "Ссылка на новость", "Примечание")
ROWS: tuple[tuple[str, ...], ...] = (
    HEADER,
    ("Экодиктант", "май 2023", "новость", "см. здесь"),  # a link of the cell
    ("Хакатон", "май 2023", "новость", ""),  # a link by formula
    ("Квест", "май 2023", "отчёт", ""),  # a link to a mailbox
    ("Турнир", "май 2023", "нет", ""),  # a link left behind by an older text
    ("Урок", "май 2023", OTHER, ""),  # written out, and led elsewhere
    ("Выставка", "май 2023", "новость", ""),  # nothing behind it
)
CELL, FORMULA, MAILBOX, LEFT, WRITTEN = "C2", "C3", "C4", "C5", "C6"


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server
    assert not server.violations


def as_xlsx() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "План мероприятий"
    for row in ROWS:
        sheet.append(row)
    sheet[CELL].hyperlink = NEWS
    sheet["D2"].hyperlink = OTHER
    sheet[MAILBOX].hyperlink = "mailto:office@example.org"
    sheet[LEFT].hyperlink = OTHER
    sheet[WRITTEN].hyperlink = NEWS
    packed = io.BytesIO()
    workbook.save(packed)
    return with_formula(packed.getvalue())


def with_formula(document: bytes) -> bytes:
    """Put a formula that was calculated into a cell; openpyxl writes none with a value."""
    packed = io.BytesIO()
    formula = f'HYPERLINK("{NEWS}","новость")'.replace("&", "&amp;")
    cell = f'<c r="{FORMULA}" t="str"><f>{formula}</f><v>новость</v></c>'
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                start = content.index(f'<c r="{FORMULA}"'.encode())
                end = content.index(b"</c>", start) + len(b"</c>")
                content = content[:start] + cell.encode() + content[end:]
            new.writestr(info.filename, content)
    return packed.getvalue()


def as_ods(*, comment: str = "") -> bytes:
    links = {
        CELL: NEWS,
        "D2": OTHER,
        MAILBOX: "mailto:office@example.org",
        LEFT: OTHER,
        WRITTEN: NEWS,
    }
    lines = []
    for number, row in enumerate(ROWS, 1):
        cells = []
        for letter, text in zip("ABCD", row, strict=True):
            place = f"{letter}{number}"
            shown = text.replace("&", "&amp;")
            if place in links:
                href = links[place].replace("&", "&amp;")
                shown = f'<text:a xlink:href="{href}" xlink:type="simple">{shown}</text:a>'
            formula = ""
            if place == FORMULA:
                called = f'of:=HYPERLINK("{NEWS}";"новость")'
                formula = called.replace("&", "&amp;").replace('"', "&quot;")
                formula = f' table:formula="{formula}"'
            cells.append(
                f'<table:table-cell office:value-type="string"{formula}>'
                f"<text:p>{shown}</text:p></table:table-cell>"
            )
        blank = '<table:table-cell table:number-columns-repeated="1020"/>'
        lines.append(f"<table:table-row>{''.join(cells)}{blank}</table:table-row>")
    content = (
        ODS.format(rows="".join(lines) + comment)
        .replace("xmlns:office=", 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:office=', 1)
        .replace('table:name="План"', 'table:name="План мероприятий"')
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return packed.getvalue()


def as_google() -> dict[str, Any]:
    resource: dict[str, Any] = book(tab("План мероприятий", ROWS))
    rows = resource["sheets"][0]["data"][0]["rowData"]

    def cell(place: str) -> dict[str, Any]:
        found: dict[str, Any] = rows[int(place[1:]) - 1]["values"]["ABCD".index(place[0])]
        return found

    cell(CELL)["textFormatRuns"] = [
        {"format": {}},
        {"startIndex": 2, "format": {"link": {"uri": NEWS}}},
    ]
    cell("D2")["hyperlink"] = OTHER
    cell(FORMULA)["hyperlink"] = NEWS
    cell(FORMULA)["effectiveFormat"] = {"numberFormat": {"type": "TEXT", "pattern": "@"}}
    cell(MAILBOX)["hyperlink"] = "mailto:office@example.org"
    cell(LEFT)["hyperlink"] = OTHER
    cell(WRITTEN)["chipRuns"] = [{"chip": {"richLinkProperties": {"uri": NEWS}}}]
    return resource


def doors(google: GoogleServer, folder: Path) -> dict[str, TablesSource]:
    google.keep(as_google())
    google.files[LINK, ""] = ("План.xlsx", as_xlsx())
    (folder / "План.xlsx").write_bytes(as_xlsx())
    (folder / "План.ods").write_bytes(as_ods())
    (folder / "Особый.ods").write_bytes(as_ods(comment="<!-- a comment -->"))
    seconds = (5.0, 5.0)
    return {
        "google": SheetsSource(
            ID,
            environ=google.environ(),
            read_at=READ_AT,
            clock=google.clock,
            read_workbook=read_workbook,
            api_url=google.url,
            timeout=seconds,
        ),
        "yandex": YandexTable(
            LINK,
            read_at=READ_AT,
            clock=google.clock,
            read_workbook=read_workbook,
            api_url=google.url,
            timeout=seconds,
        ),
        "xlsx": TablesFile(folder / "План.xlsx", READ_AT),
        "ods": TablesFile(folder / "План.ods", READ_AT),
        "ods, parsed": TablesFile(folder / "Особый.ods", READ_AT),
    }


def events(tables: TablesSnapshot) -> TablesReading:
    return event_rows(
        tables,
        find_center=lambda _: None,
        read_period=read_period,
        span=Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31)),
    )


def test_a_link_behind_a_cell_is_evidence_through_every_door(
    google: GoogleServer, tmp_path: Path
) -> None:
    for name, door in doors(google, tmp_path).items():
        read = events(door.read())

        held = {card.title: card.held is not None for card in read.cards}
        assert held == {
            "Экодиктант": True,
            "Хакатон": True,
            "Квест": False,
            "Турнир": False,
            "Урок": True,
            "Выставка": False,
        }, name
        told = {(p.message.key, p.place.cell) for p in read.problems if p.place}
        assert told == {("tables.no_link", "C4"), ("tables.no_link", "C7")}, name


def test_links_cost_no_call_more(google: GoogleServer, tmp_path: Path) -> None:
    doors(google, tmp_path)["google"].read()

    assert len(google.calls()) == 2


def test_what_is_behind_a_cell_is_kept_only_where_it_is_of_the_web(
    google: GoogleServer, tmp_path: Path
) -> None:
    for name, door in doors(google, tmp_path).items():
        (sheet,) = door.read().worksheets
        assert sheet.links == {
            (1, 2): (NEWS,),
            (1, 3): (OTHER,),
            (2, 2): (NEWS,),
            (4, 2): (OTHER,),
            (5, 2): (NEWS,),
        }, name


def test_a_link_of_merged_cells_is_that_of_each(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (HEADER, ("Урок", "май 2023", "новость"), ("Игра", "май 2023", None)):
        sheet.append(row)
    sheet["C2"].hyperlink = NEWS
    sheet.merge_cells("C2:C3")
    workbook.save(tmp_path / "План.xlsx")

    read = events(TablesFile(tmp_path / "План.xlsx", READ_AT).read())

    assert all(card.held for card in read.cards)


def test_a_link_with_a_persons_address_in_it_is_not_used(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(HEADER)
    sheet.append(("Урок", "май 2023", "новость"))
    sheet["C2"].hyperlink = "https://example.org/profile?mail=zaxar@example.org"
    workbook.save(tmp_path / "План.xlsx")

    (card,) = events(TablesFile(tmp_path / "План.xlsx", READ_AT).read()).cards

    assert card.held is None


def test_a_link_cell_of_the_resource_map_may_hold_its_link_behind(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Карта ресурсов"
    sheet.append(("Центр", "Страница центра"))
    sheet.append(("Яйская ООШ", "страница"))
    sheet.append(("Яйская ООШ", "страница"))
    sheet["B2"].hyperlink = NEWS
    workbook.save(tmp_path / "Карта.xlsx")

    read = rows_of_the_map(TablesFile(tmp_path / "Карта.xlsx", READ_AT).read())

    first, second = read.rows

    assert (first.values["page"], first.faults) == ((NEWS,), {})
    assert second.faults["page"].key == "worksheets.no_link"
