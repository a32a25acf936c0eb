"""Writing back to the board and the table together: each half stands on its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google_books import ID, book, tab
from google_server import Fault as GoogleFault
from google_server import GoogleServer
from miro_server import Server
from publish_world import looks, network, project, publish

from miro_sync.app.schedule import perform
from miro_sync.settings import load
from miro_sync.timetable import Job

MORE = """table = {table}

[tables]
source = "https://docs.google.com/spreadsheets/d/{id}/edit"
api_url = "{api}"
patience_seconds = 0
"""
ROWS = [["Мероприятие", "Дата проведения", "Центр"], ["Прочее", "", ""]]


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        running.keep(book(tab("Отчёт", ROWS)))
        yield running


@pytest.fixture
def miro(tmp_path: Path, google: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name, value in google.environ().items():
        monkeypatch.setenv(name, value)
    more = MORE.format(table="true", id=ID, api=google.url)
    with project(tmp_path, monkeypatch, more=more) as running:
        yield running


def own_sheets(google: GoogleServer) -> list[Any]:
    return [one for one in google.books[ID]["sheets"] if "developerMetadata" in one]


def allow(folder: Path, half: str, *, on: bool) -> None:
    path = folder / "project.toml"
    old, new = (f"{half} = {str(value).lower()}" for value in (not on, on))
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_both_halves_are_shown_written_and_left_alone_afterwards(
    tmp_path: Path, miro: Server, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(tmp_path) == 0
    shown = capsys.readouterr().out
    assert "Доска\n" in shown
    assert "Таблица\nВ лист «Статус и решения» будет записано" in shown
    assert (miro.writes, own_sheets(google)) == (0, [])
    assert publish(tmp_path, "--apply") == 0
    assert miro.writes > 0
    assert len(own_sheets(google)) == 1
    writes, sheets = miro.writes, json.dumps(google.books)
    capsys.readouterr()
    assert publish(tmp_path, "--apply", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["table"]["differing"] == 0
    assert told["board"]["steps"] == []
    assert (miro.writes, json.dumps(google.books)) == (writes, sheets)


def test_one_half_alone(tmp_path: Path, miro: Server, google: GoogleServer) -> None:
    assert publish(tmp_path, "--apply", "--only", "table") == 0
    assert miro.writes == 0
    assert len(own_sheets(google)) == 1
    assert publish(tmp_path, "--undo", "--only", "table") == 0
    assert own_sheets(google) == []
    assert publish(tmp_path, "--apply", "--only", "board") == 0
    assert miro.writes > 0
    assert own_sheets(google) == []


@pytest.mark.parametrize("half", ["board", "table"])
def test_only_what_is_switched_on_is_written(
    half: str,
    tmp_path: Path,
    miro: Server,
    google: GoogleServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    allow(tmp_path, half, on=False)
    assert publish(tmp_path, "--apply", "--only", half) == 2
    assert f"[publish] {half} = true" in " ".join(capsys.readouterr().err.split())
    assert publish(tmp_path, "--apply") == 0
    assert (miro.writes == 0) is (half == "board")
    assert (own_sheets(google) == []) is (half == "table")


def test_nothing_switched_on_says_both(
    tmp_path: Path, miro: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    allow(tmp_path, "board", on=False)
    allow(tmp_path, "table", on=False)
    assert publish(tmp_path, "--apply") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "board = true" in said
    assert "table = true" in said


def test_trouble_of_the_board_does_not_keep_the_table_from_being_written(
    tmp_path: Path, miro: Server, google: GoogleServer
) -> None:
    miro.scopes = ["boards:read"]
    assert publish(tmp_path, "--apply") == 3
    assert len(own_sheets(google)) == 1


def test_trouble_of_the_table_is_told_and_the_next_run_completes_it(
    tmp_path: Path, miro: Server, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    google.faults = [GoogleFault("batchUpdate", 403)]
    assert publish(tmp_path, "--apply") == 3
    assert miro.writes > 0
    google.faults = []
    assert publish(tmp_path, "--apply") == 0
    assert len(own_sheets(google)) == 1


def test_all_is_taken_back_from_both(tmp_path: Path, miro: Server, google: GoogleServer) -> None:
    before = looks(network())
    publish(tmp_path, "--apply")
    assert publish(tmp_path, "--undo", "--all") == 0
    assert looks(miro.board) == before
    assert own_sheets(google) == []


def test_the_timetable_writes_what_the_settings_allow_and_tells_how_much(
    tmp_path: Path, miro: Server, google: GoogleServer
) -> None:
    code, line = perform(Job.PUBLISH, tmp_path)
    assert code == 0
    assert re.fullmatch(r"на доске сделано: [1-9]\d*, строк в таблице записано: [1-9]\d*", line)
    assert miro.writes > 0
    assert len(own_sheets(google)) == 1

    assert perform(Job.PUBLISH, tmp_path) == (
        0,
        "на доске сделано: 0, строк в таблице записано: 0",
    )


def test_what_only_a_person_can_change_is_told_and_not_tried_every_half_hour(
    tmp_path: Path, miro: Server, google: GoogleServer
) -> None:
    """A job that failed is tried again, and reads the whole board for it."""
    path = tmp_path / "project.toml"
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_text("Мероприятие;Дата проведения\n", "utf-8")
    text = path.read_text("utf-8")
    link = f"https://docs.google.com/spreadsheets/d/{ID}/edit"
    path.write_text(text.replace(link, "tables"), "utf-8")
    code, line = perform(Job.PUBLISH, tmp_path)

    assert code == 1
    assert re.match(r"на доске сделано: [1-9]\d*, строк в таблице записано: 0 \S", line)
    assert own_sheets(google) == []


def test_an_hour_for_writing_is_a_mistake_where_writing_is_off(
    tmp_path: Path, miro: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "project.toml"
    path.write_text(path.read_text("utf-8") + '\n[schedule]\npublish_at = "7:30"\n', "utf-8")
    assert load(tmp_path).timetable.publish_at == 450

    allow(tmp_path, "board", on=False)
    allow(tmp_path, "table", on=False)
    assert publish(tmp_path) == 2
    assert "сказано, когда записывать" in " ".join(capsys.readouterr().err.split())
