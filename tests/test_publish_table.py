"""The table's half of publishing, from the command line to the cells of a spreadsheet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from google_books import ID
from google_server import GoogleServer
from test_job_decisions import RESOURCES, choose, decisions, folder, google, own, row_of, sync

from miro_sync.cli import run

__all__ = ["folder", "google"]


@pytest.fixture
def allowed(folder: Path) -> Path:
    path = folder / "project.toml"
    path.write_text(path.read_text("utf-8") + "\n[publish]\ntable = true\n", "utf-8")
    return folder


def publish(
    at: Path, capsys: pytest.CaptureFixture[str], *options: str, code: int = 0
) -> tuple[str, str]:
    assert run(["publish", *options, "--config", str(at)]) == code
    said = capsys.readouterr()
    return said.out, said.err


def test_what_would_be_written_into_the_table_is_shown_and_nothing_is(
    allowed: Path,
    google: GoogleServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told, _ = publish(allowed, capsys)

    assert "Лист «Статус и решения»" in told
    assert not google.calls("batchUpdate")


def test_a_table_that_the_settings_do_not_open_is_not_written(
    folder: Path,
    google: GoogleServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, told = publish(folder, capsys, "--apply", code=2)

    assert "[publish]" in told
    assert not google.calls("batchUpdate")


def test_the_worksheet_is_written_once_answers_its_decisions_and_goes_with_undo(
    allowed: Path,
    google: GoogleServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told, _ = publish(allowed, capsys, "--apply")
    assert "записан" in told
    assert ID in told  # the link to it
    google.seen.clear()
    again, _ = publish(allowed, capsys, "--apply")
    assert "записывать нечего" in again
    assert not google.calls("batchUpdate")

    choose(google, RESOURCES, decision="отменить", role="директор", comment="карта общая")
    waiting, _ = publish(allowed, capsys)
    assert "которые учтёт следующий sync: 1" in waiting
    sync(allowed, capsys)
    assert [one["kind"] for one in decisions(allowed, capsys)] == ["cancel"]
    publish(allowed, capsys, "--apply")
    assert "решение № 1 (директор)" in row_of(google, RESOURCES)["Ответ"]

    assert own(google)
    gone, _ = publish(allowed, capsys, "--undo")
    assert "убран из таблицы" in gone
    assert not [one for one in google.books[ID]["sheets"] if "developerMetadata" in one]


def test_a_program_gets_both_halves_and_a_null_for_the_one_that_is_not_there(
    allowed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, _ = publish(allowed, capsys, "--format", "json")

    answer = json.loads(told)
    assert answer["schema"] == "miro-sync/publish/1"
    assert answer["board"] is False
    assert answer["table"]["rows"] > 0
    assert answer["table"]["applied"] is False
