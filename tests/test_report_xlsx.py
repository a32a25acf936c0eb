"""The workbook: typed, filtered, harmless, and saying the numbers of the other answers."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace

import openpyxl
import xlsxwriter
from documents_sample import hostile, overview
from openpyxl.worksheet.worksheet import Worksheet
from telling_sample import ASSESSMENT, PROJECT, card

from miro_sync.messages import catalogue
from miro_sync.model import Evidence, LinkedBy, Status
from miro_sync.overview import Overview
from miro_sync.reports import xlsx
from miro_sync.reports.xlsx import CELL_LIMIT, LINK_LENGTH, LINKS_LIMIT
from miro_sync.reports.xlsx_sheets import Column, Link, Sheet
from miro_sync.telling import answer

RU = catalogue("ru")


def workbook(of: Overview, center: str | None = None) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(of, RU, center=center)))


def sheet(of: Overview, title: str, center: str | None = None) -> Worksheet:
    found = workbook(of, center)[title]
    assert isinstance(found, Worksheet)
    return found


def column(page: Worksheet, header: str) -> list[object]:
    headers = [cell.value for cell in page[1]]
    at = headers.index(header)
    return [row[at].value for row in page.iter_rows(min_row=2)]


def test_the_calendar_has_every_occurrence_with_its_status_in_words() -> None:
    page = sheet(overview(), "Календарь")
    words = [RU.say(f"status.{one.status}") for one in ASSESSMENT.verdicts]
    assert column(page, "Статус") == words


def test_the_numbers_are_those_of_the_answer_for_programs() -> None:
    said = answer.check(ASSESSMENT, (), PROJECT, RU)["summary"]
    page = sheet(overview(), "Сводка")
    rows = {row[0].value: row[1].value for row in page.iter_rows()}
    assert {status.value: rows[RU.say(f"status.{status}")] for status in Status} == {
        key: number for key, number in said.items() if key != "inactive_centers"
    }
    assert rows["Тихих центров"] == said["inactive_centers"]


def test_days_are_days_and_numbers_are_numbers() -> None:
    page = sheet(overview(), "Календарь")
    starts = [one for one in column(page, "Начало") if one is not None]
    assert all(isinstance(one, dt.datetime) for one in starts)
    assert {cell.number_format for cell in page["E"][1:] if cell.value} == {"dd.mm.yyyy"}
    assert all(isinstance(one, int) for one in column(page, "Дней прошло") if one is not None)


def test_every_sheet_has_a_filter_and_a_header_that_stays() -> None:
    for page in workbook(overview()).worksheets:
        assert page.auto_filter.ref
        assert str(page.freeze_panes).endswith("2")
        assert page.print_title_rows == "$1:$1"


def test_statuses_are_coloured_by_their_words() -> None:
    page = sheet(overview(), "Центры и события")
    formulas = {
        formula
        for ranges in page.conditional_formatting
        for rule in ranges.rules
        for formula in rule.formula
    }
    assert '"нет следа"' in formulas
    assert '"проведено"' in formulas


def test_the_matrix_has_a_column_for_each_centre_and_the_network() -> None:
    page = sheet(overview(), "Центры и события")
    headers = [cell.value for cell in page[1]][3:]
    assert headers[0] == "сеть"
    assert len(headers) == 1 + len(PROJECT.centers)
    row = next(row for row in page.iter_rows(min_row=2, values_only=True) if row[0] == "А1")
    assert row[3] is None
    assert row[4] == "проведено"


def test_a_centres_workbook_has_nothing_of_another() -> None:
    made = workbook(overview(), "ishim")
    text = " ".join(
        str(cell) for page in made for row in page.iter_rows(values_only=True) for cell in row
    )
    assert "Ишимская" in text
    assert not [
        one.name
        for one in PROJECT.centers
        if one.id != "ishim" and one.name.split("«")[1].rstrip("»") in text
    ]
    assert "Центры и события" not in made.sheetnames


def test_few_people_are_hidden_from_the_network_and_shown_to_their_centre() -> None:
    of_network = column(sheet(overview(), "Из чего показатели"), "Числитель")
    assert "<5" in of_network
    assert 3 not in of_network
    assert 3 in column(sheet(overview(), "Из чего показатели", "ishim"), "Числитель")
    values = column(sheet(overview(), "Показатели"), "Значение")
    assert "скрыто: меньше 5 человек" in values
    assert 75 not in values


def test_a_mean_of_few_people_is_hidden_and_one_of_many_is_no_count() -> None:
    of_parts = column(sheet(overview(), "Из чего показатели"), "Числитель")
    assert 14.5 in of_parts
    assert 12 not in of_parts
    assert "скрыто: меньше 5 человек" in of_parts
    assert 12 in column(sheet(overview(), "Из чего показатели", "ishim"), "Числитель")


def test_a_centres_value_is_made_of_its_own_parts() -> None:
    page = sheet(overview(), "Показатели", "yaya1")
    found = dict(zip(column(page, "Код"), column(page, "Значение"), strict=True))
    assert round(float(str(found["K1"])), 2) == 66.67
    assert found["K11.1"] == 17
    assert found["K17"] == 96


def test_names_in_a_column_of_roles_do_not_get_out() -> None:
    assert "Методист" in column(sheet(overview(), "Показатели"), "Ответственные")


def test_no_text_becomes_a_formula_or_a_link_to_a_program() -> None:
    raw = xlsx.render(hostile(), RU)
    for page in openpyxl.load_workbook(io.BytesIO(raw)).worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                if isinstance(cell.value, str):
                    assert len(cell.value) <= CELL_LIMIT
                    assert not set(cell.value) & set("\x00\x07\x1b\u202e\u200f\ufffe")
                if cell.hyperlink is not None:
                    assert str(cell.hyperlink.target).startswith(("http://", "https://"))
    names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]


def test_a_text_like_a_formula_stays_a_text_when_its_cell_is_edited() -> None:
    page = sheet(hostile(), "Календарь")
    cell = next(one for one in page["C"] if str(one.value).startswith("=HYPERLINK"))
    assert cell.quotePrefix


def test_a_link_that_excel_would_refuse_stays_a_text() -> None:
    long = card("1", "Длинная")
    fitting = replace(
        long, url="https://miro.com/" + "a" * (LINK_LENGTH - len("https://miro.com/"))
    )
    too_long = replace(long, url=f"{fitting.url}a")
    for one, linked in ((fitting, True), (too_long, False)):
        first = replace(ASSESSMENT.verdicts[0], evidence=(Evidence(one, LinkedBy.TITLE, 1.0),))
        of = overview(assessment=replace(ASSESSMENT, verdicts=(first,), questions=()))
        cell = sheet(of, "Календарь")["L2"]
        assert (cell.hyperlink is not None) is linked
        assert cell.value == "Длинная"


def test_links_beyond_excels_number_are_texts() -> None:
    rows = tuple((Link(str(at), "https://miro.com/"),) for at in range(LINKS_LIMIT + 2))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as target:
        xlsx._Book(target, RU).add(Sheet("Ссылки", (Column("Ссылка", 20),), rows))
    page = zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml")
    assert page.count(b"<hyperlink ") == LINKS_LIMIT
    assert page.count(b"<row ") == LINKS_LIMIT + 3


def test_the_same_data_give_the_same_bytes() -> None:
    assert xlsx.render(overview(), RU) == xlsx.render(overview(), RU)


def test_everything_has_an_english_name_too() -> None:
    made = openpyxl.load_workbook(io.BytesIO(xlsx.render(overview(), catalogue("en"))))
    assert made.sheetnames[:3] == ["Summary", "Calendar", "Centres and events"]
