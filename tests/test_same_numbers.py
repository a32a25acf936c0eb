"""One day of the sample, told by every output: all of them say the same numbers."""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from miro_sync.app import overviews, reports
from miro_sync.cli import run
from miro_sync.digest import Reader, digest
from miro_sync.digest.letters import Sending
from miro_sync.letter import Letter, Role
from miro_sync.messages import catalogue
from miro_sync.overview import Overview
from miro_sync.telling.mail import write

RU = catalogue("ru")
SAMPLE = Path(__file__).parents[1] / "miro_sync" / "sample"
DAY = dt.date(2023, 9, 5)
AT = dt.datetime(2023, 9, 5, 1, tzinfo=dt.UTC)
ON = ("--on", DAY.isoformat())
#: Counted by hand in the sample: the lines (an event with all its centres), the centres without a
#: contribution, and the events held of those that had come due.
SENTENCE = "Требует внимания: нет следа — 3, не отмечено — 1, перенос без решения — 1."
MISSED, OVERDUE, MOVED, SILENT = 3, 1, 1, 1
HELD, DUE = 15, 21

#: A share of three teachers of four, of one centre: nobody outside of it may see it.
FEW = """
[[indicator]]
id = "МАЛО"
title = "Участие педагогов одного центра"
unit = "%"
formula = "ratio"
source = "table"
sheet = "Заявки на методический день"
where = { "Центр" = "Улановская ООШ" }
numerator = "Педагогов приняло участие"
denominator = "Педагогов в центре"
target = 100
collected = "Апрель 2023"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(SAMPLE, tmp_path_factory.mktemp("sample") / "образец")


@pytest.fixture(scope="module")
def told(folder: Path) -> Overview:
    return overviews.overview(folder, on=DAY, now=AT)


def answer(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    run([*words, *ON, "--config", str(folder)])
    return " ".join(capsys.readouterr().out.split())


def document(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(folder, capsys, *words, "--format", "json"))
    return found


def page_of(told: Overview) -> str:
    page = reports.render("html", told, RU).decode()
    text = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def note_of(told: Overview) -> str:
    note = Document(io.BytesIO(reports.render("docx", told, RU, document="interim")))
    cells = (cell.text for table in note.tables for row in table.rows for cell in row.cells)
    return " ".join(" ".join([*(one.text for one in note.paragraphs), *cells]).split())


def rows_of(told: Overview, title: str) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(reports.render("xlsx", told, RU)))
    head, *rows = book[title].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def letter_of(told: Overview) -> Letter:
    made = digest(told, Reader(frozenset({Role.COORDINATOR})), Sending(at=AT, number=1))
    assert made is not None
    return made


def test_every_output_counts_the_same_lines_as_late(
    folder: Path, told: Overview, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = letter_of(told)

    assert SENTENCE in answer(folder, capsys, "check-calendar")
    assert SENTENCE in page_of(told)
    assert SENTENCE in note_of(told)
    found = letter.figures
    assert (found.missed, found.overdue, found.moved) == (MISSED, OVERDUE, MOVED)


def test_occurrences_are_counted_alike_where_every_centre_counts(
    folder: Path, told: Overview, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = document(folder, capsys, "check-calendar")["summary"]
    calendar = [row["Статус"] for row in rows_of(told, "Календарь")]
    note = note_of(told)

    for status in ("missed", "overdue", "moved"):
        word = RU.say(f"status.{status}")
        assert calendar.count(word) == summary[status]
        assert f"{word} {summary[status]} " in note


def test_every_output_counts_the_same_silent_centres(
    folder: Path, told: Overview, capsys: pytest.CaptureFixture[str]
) -> None:
    assert document(folder, capsys, "check-calendar")["summary"]["inactive_centers"] == SILENT
    assert "Тихие центры (1)" in answer(folder, capsys, "check-calendar")
    assert "Тихие центры (1)" in page_of(told)
    assert letter_of(told).figures.silent == SILENT
    assert note_of(told).count("тихий: Нет вклада") == SILENT
    (row,) = (one for one in rows_of(told, "Активность центров") if one["Состояние"] == "тихий")
    assert "Улановская ООШ" in str(row["Центр"])


def test_every_output_has_the_same_completion_of_the_calendar(
    folder: Path, told: Overview, capsys: pytest.CaptureFixture[str]
) -> None:
    (known,) = document(folder, capsys, "kpi", "K1")["indicators"]
    (row,) = (one for one in rows_of(told, "Показатели") if one["Код"] == "K1")
    said = f"{HELD} из {DUE}"

    assert (known["numerator"], known["denominator"], known["unknown"]) == (HELD, DUE, 2)
    assert (row["Числитель"], row["Знаменатель"], row["Неизвестно"]) == (HELD, DUE, 2)
    assert f"Посчитано: {said}" in answer(folder, capsys, "kpi", "K1")
    assert f"71,4 % неполно {said}; неизвестно: 2" in page_of(told)
    assert said in note_of(told)
    calendar = [one for one in told.indicators if one.indicator.id == "K1"]
    few = Overview(
        told.project, told.calendar, told.assessment, told.findings, indicators=tuple(calendar)
    )
    assert "71,4 % на 05.09.2023, цель 100 %" in write(letter_of(few), RU).text


def test_the_part_of_a_centre_in_a_mean_is_its_mean(told: Overview) -> None:
    page = page_of(told)
    assert "Яйская ООШ №1: 16,7 % (среднее по 6)" in page
    assert "среднее по 14,8" not in page  # what a growth is measured against is no people


def test_a_share_of_few_people_is_shown_by_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(SAMPLE, tmp_path / "образец")
    with (folder / "kpi.toml").open("a", encoding="utf-8") as file:
        file.write(FEW)
    seen = overviews.overview(folder, on=DAY, now=AT)
    (hidden,) = (one for one in seen.indicators if one.indicator.id == "МАЛО")
    (known,) = document(folder, capsys, "kpi", "МАЛО")["indicators"]
    few = Overview(
        seen.project, seen.calendar, seen.assessment, seen.findings, indicators=(hidden,)
    )

    assert hidden.value == 75  # three of four
    assert hidden.behind
    assert (known["value"], known["hidden"], known["gap"]) == (None, True, None)
    assert (known["numerator"], known["denominator"]) == ("<5", "<5")
    outputs = {
        "kpi": answer(folder, capsys, "kpi", "МАЛО"),
        "table": answer(folder, capsys, "kpi").partition("МАЛО")[2],
        "csv": answer(folder, capsys, "kpi", "МАЛО", "--format", "csv"),
        "page": page_of(few).partition("МАЛО")[2].partition("Карта ресурсов")[0],
        "letter": write(letter_of(few), RU).text.partition("МАЛО")[2],
        "note": note_of(few).partition("МАЛО")[2],
    }
    for name, said in outputs.items():
        assert re.search("скрыто: меньше 5 человек", said, re.IGNORECASE), name
        assert not re.search(r"\b(?:75|25)(?:,0)? (?:%|п\. п\.)", said), name
