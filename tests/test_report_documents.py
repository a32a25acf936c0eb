"""Workbook, Word documents and feed from the packaged sample, through the real command line."""

from __future__ import annotations

import io
import json
import shutil
import time
from importlib.resources import as_file, files
from pathlib import Path

import docx
import openpyxl
import pytest
from icalendar import Calendar

from miro_sync.cli import run

DAY = "2023-09-05"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with as_file(files("miro_sync").joinpath("sample")) as sample:
        return Path(shutil.copytree(sample, tmp_path / "project"))


def report(folder: Path, *arguments: str) -> int:
    return run(["report", *arguments, "--config", str(folder), "--on", DAY])


def test_the_numbers_of_all_documents_are_those_of_check_calendar(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check-calendar", "--config", str(folder), "--on", DAY, "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    wanted = sorted(
        answer["summary"][name] for name in answer["summary"] if name != "inactive_centers"
    )
    assert report(folder, "xlsx", "-o", str(tmp_path / "a.xlsx")) == 0
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")["Сводка"]
    rows = [int(str(row[1])) for row in page.iter_rows(min_row=5, values_only=True)]
    assert sorted(rows[:12]) == wanted
    assert rows[12] == len(answer["events"])
    assert report(folder, "docx", "--kind", "interim", "-o", str(tmp_path / "a.docx")) == 0
    table = docx.Document(str(tmp_path / "a.docx")).tables[1]
    told = [int(row.cells[1].text) for row in table.rows[1:]]
    assert sorted(told[:-1]) == [number for number in wanted if number]
    assert told[-1] == len(answer["events"])
    assert report(folder, "ics", "-o", str(tmp_path / "a.ics")) == 0
    events = Calendar.from_ical((tmp_path / "a.ics").read_bytes()).walk("VEVENT")
    dated = {
        (one["event"], one["period"]["start"]) for one in answer["events"] if one["period"]["start"]
    }
    assert len(events) == len(dated)


def test_every_word_document_has_a_file_of_its_own(folder: Path) -> None:
    for kind in ("meeting", "interim", "final"):
        assert report(folder, "docx", "--kind", kind) == 0
    assert report(folder, "docx", "--center", "yaya-2") == 0
    names = sorted(path.name for path in (folder / "reports").glob("*.docx"))
    assert len(names) == 4
    center = docx.Document(str(next((folder / "reports").glob("*yaya-2*.docx"))))
    assert "МБОУ «Яйская СОШ №2»" in center.paragraphs[0].text
    cells = {cell.text for table in center.tables for row in table.rows for cell in row.cells}
    assert "Методическое сопровождение заполнения карты ресурсов" in cells


def test_a_worksheet_of_contests_reaches_the_centres_report(folder: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    page = book.create_sheet("Конкурсы центров")
    page.append(["Центр", "Конкурс", "Учебный год", "Количество участников", "Результат"])
    page.append(["Ишимская ООШ", "Экодиктант", "2022/23", 13, "2 место"])
    page.append(["Яйская СОШ №2", "Викторина «Атом»", "2022/23", 7, "1 призёр"])
    book.save(folder / "tables.xlsx")
    target = tmp_path / "ishim.docx"
    assert report(folder, "docx", "--center", "ishim", "-o", str(target)) == 0
    rows = [[cell.text for cell in row.cells] for row in docx.Document(str(target)).tables[1].rows]
    assert rows[1] == ["1", "Экодиктант", "13", "2 место"]
    assert not [row for row in rows if "Атом" in row[1]]


def test_a_document_of_a_centre_without_its_centre_is_refused_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(folder, "docx", "--kind", "center") == 2
    assert "добавьте --center" in capsys.readouterr().err
    assert report(folder, "xlsx", "--kind", "final") == 2
    assert "только для Word" in capsys.readouterr().err


def test_a_document_goes_to_standard_output_where_that_is_asked_for(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert report(folder, "xlsx", "--center", "ishim", "-o", "-") == 0
    assert openpyxl.load_workbook(io.BytesIO(capfdbinary.readouterr().out))


def test_documents_are_made_in_a_moment(folder: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    assert report(folder, "docx", "--kind", "final", "-o", str(tmp_path / "a.docx")) == 0
    assert time.monotonic() - begun < 30  # about one second on an idle machine
