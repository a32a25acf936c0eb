"""The main job over an online table: the real command line, a service on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google_books import ID, book, tab
from google_server import GoogleServer

from miro_sync.cli import run

AFTER = "2023-06-20"

PROJECT = """
[project]
name = "Проба"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2024-08-31

[tables]
source = "https://docs.google.com/spreadsheets/d/{id}/edit#gid=0"
api_url = "{api}"
patience_seconds = 0

[calendar]
source = "table:Событийный календарь"

[activity]
inactive_after_days = 400
"""

CENTERS = """
[[center]]
id = "ishim"
name = "МБОУ «Ишимская ООШ»"
"""

PLAN = (
    ("Код", "Мероприятие", "Сроки реализации", "Охват"),
    ("E01", "Муниципальный методический день", "Апрель 2023", "сеть"),
    ("E02", "Обновление карт ресурсов центров", "Май 2023", "каждый центр"),
)
REPORT = (
    ("Отчёт центров о мероприятиях",),
    ("Центр", "Мероприятие", "Дата проведения", "Количество участников"),
    ("Ишимская ООШ", "Методический день", "19.04.2023", "12 педагогов"),
)


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        running.keep(book(tab("Событийный календарь", PLAN), tab("Отчёт", REPORT)))
        yield running


@pytest.fixture
def folder(tmp_path: Path, google: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in google.environ().items():
        monkeypatch.setenv(name, value)
    (tmp_path / "project.toml").write_text(PROJECT.format(id=ID, api=google.url), "utf-8")
    (tmp_path / "centers.toml").write_text(CENTERS, "utf-8")
    return tmp_path


def answer(
    folder: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, dict[str, Any]]:
    arguments = ["check-calendar", "--format", "json", "--on", AFTER, "--config", str(folder)]
    code = run([*arguments, *options])
    return code, json.loads(capsys.readouterr().out)


def statuses(told: dict[str, Any]) -> dict[str, str]:
    return {event["key"]: event["status"] for event in told["events"]}


def test_a_link_to_a_spreadsheet_holds_calendar_and_evidence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = answer(folder, capsys)

    assert statuses(told) == {"E01": "held", "E02@ishim": "missed"}
    assert code == 1
    board, tables, calendar = told["sources"]
    assert (board["state"], tables["state"], calendar["state"]) == ("absent", "fresh", "fresh")
    assert 0 < tables["calls"] <= 3


def test_when_the_spreadsheet_is_closed_the_last_good_read_answers(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["sync", "--config", str(folder)])
    capsys.readouterr()
    google.shared.clear()

    code, told = answer(folder, capsys)

    assert code == 3
    assert statuses(told) == {"E01": "held", "E02@ishim": "unknown"}
    assert told["sources"][1]["state"] == "stale"
    assert "@" in told["sources"][1]["message"]  # whom to share the spreadsheet with


def test_doctor_says_who_we_are_to_google(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--config", str(folder)]) == 0

    assert "Google знает программу как" in " ".join(capsys.readouterr().out.split())


def test_an_indicator_is_the_same_when_only_the_named_columns_are_asked_for(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "kpi.toml").write_text(
        '[[indicator]]\nid = "K8"\ntitle = "Педагоги на методическом дне"\nunit = "%"\n'
        'formula = "ratio"\nsource = "table"\nsheet = "Заявки"\nnumerator = "Приняло участие"\n'
        'denominator = "Педагогов в центре"\ntarget = 100\n',
        "utf-8",
    )
    rows = (
        ("Центр", "Чужой столбец", "Педагогов в центре", "Ещё один", "Приняло участие"),
        ("Ишимская ООШ", "лишнее", 8, "лишнее", 6),
    )
    google.keep(book(tab("Событийный календарь", PLAN), tab("Отчёт", REPORT), tab("Заявки", rows)))

    def value() -> list[float]:
        run(["kpi", "--format", "json", "--on", AFTER, "--config", str(folder)])
        (told,) = json.loads(capsys.readouterr().out)["indicators"]
        return [told["numerator"], told["denominator"], told["value"]]

    assert value() == [6, 8, 75]
    run(["sync", "--config", str(folder)])
    capsys.readouterr()

    assert value() == [6, 8, 75]
    asked = google.calls()[-1].query["ranges"]
    assert [one for one in asked if "Заявки" in one] == [
        "'Заявки'!1:1",
        "'Заявки'!A2:A",
        "'Заявки'!C2:C",
        "'Заявки'!E2:E",
    ]
