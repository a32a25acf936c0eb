"""The main job over a live board: the real command line, a service on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from miro_server import BOARD_ID, TOKEN, Board, Fault, Server

from miro_sync.cli import run

AFTER = "2023-06-20"

PROJECT = """
[project]
name = "Проба"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2024-08-31

[board]
source = "{source}"
api_url = "{api}"
patience_seconds = 0

[activity]
inactive_after_days = 400
"""

CENTERS = """
[[center]]
id = "yaya-1"
name = "МБОУ «Яйская ООШ №1»"

[[center]]
id = "ishim"
name = "МБОУ «Ишимская ООШ»"
"""

CALENDAR = """Код;Мероприятие;Сроки реализации;Охват
E01;Муниципальный методический день;Апрель 2023;сеть
E02;Обновление карт ресурсов центров;Май 2023;каждый центр
"""


def network() -> Board:
    board = Board()
    yaya, ishim = board.put("frame", "Яйская ООШ №1"), board.put("frame", "Ишимская ООШ")
    day = board.put(
        "card", data={"title": "<p>Методический день</p>", "dueDate": "2023-04-19T17:00:00Z"}
    )
    one = board.put("card", "<p>Обновление карты ресурсов центра</p>", parent=yaya)
    board.put("sticky_note", "<p>Обновление карты ресурсов центра</p>", parent=ishim)
    board.put_tag("проведено", day, one)
    return board


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(network()) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIRO_ACCESS_TOKEN", TOKEN)
    monkeypatch.delenv("MIRO_ACCESS_TOKEN_FILE", raising=False)
    link = f"https://miro.com/app/board/{BOARD_ID}/?share_link_id=1"
    (tmp_path / "project.toml").write_text(PROJECT.format(source=link, api=server.url), "utf-8")
    (tmp_path / "centers.toml").write_text(CENTERS, "utf-8")
    (tmp_path / "calendar.csv").write_text(CALENDAR, "utf-8")
    return tmp_path


def answer(
    folder: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, dict[str, Any]]:
    arguments = ["check-calendar", "--format", "json", "--on", AFTER, "--config", str(folder)]
    code = run([*arguments, *options])
    return code, json.loads(capsys.readouterr().out)


def statuses(told: dict[str, Any]) -> dict[str, str]:
    return {event["key"]: event["status"] for event in told["events"]}


EXPECTED = {"E01": "held", "E02@yaya-1": "held", "E02@ishim": "overdue"}


def test_a_link_to_a_board_works_where_an_export_works(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = answer(folder, capsys)

    assert code == 1
    assert statuses(told) == EXPECTED
    assert told["sources"][0]["state"] == "fresh"
    assert told["sources"][0]["calls"] > 0
    (overdue,) = (event for event in told["events"] if event["status"] == "overdue")
    assert overdue["evidence"][0]["url"].startswith(f"https://miro.com/app/board/{BOARD_ID}/")


def test_a_saved_board_gives_the_same_verdicts_as_the_live_one(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    _, live = answer(folder, capsys)
    assert run(["export-board", str(folder / "board.json"), "--config", str(folder)]) == 0
    capsys.readouterr()
    saved = PROJECT.format(source="board.json", api=server.url)
    (folder / "project.toml").write_text(saved, "utf-8")

    _, told = answer(folder, capsys)

    assert told["events"] == live["events"]
    assert told["extra"] == live["extra"]


@pytest.mark.parametrize("kind", ["401", "403", "404", "500", "502", "closed", "cut", "not_json"])
def test_whatever_breaks_the_last_good_state_answers_and_nothing_is_missed(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    run(["sync", "--config", str(folder)])
    capsys.readouterr()
    server.faults = [Fault(kind, "items", times=1000)]

    code, told = answer(folder, capsys, "--full")

    assert code == 3
    assert told["sources"][0]["state"] == "stale"
    assert told["sources"][0]["message"]
    assert set(statuses(told).values()) <= {"held", "unknown"}


def test_a_token_is_never_shown(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = [Fault("401", "board", times=1000)]

    run(["-v", "check-calendar", "--on", AFTER, "--config", str(folder)])
    run(["-v", "sync", "--config", str(folder)])

    said = capsys.readouterr()
    assert TOKEN not in said.out + said.err
    for path in folder.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes()


def test_without_a_token_it_is_said_where_to_put_one(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIRO_ACCESS_TOKEN")

    code = run(["check-calendar", "--config", str(folder)])

    assert code == 2
    assert "MIRO_ACCESS_TOKEN" in capsys.readouterr().err


def test_offline_needs_no_token(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["sync", "--config", str(folder)])
    capsys.readouterr()
    monkeypatch.delenv("MIRO_ACCESS_TOKEN")

    code, told = answer(folder, capsys, "--offline")

    assert code == 1
    assert statuses(told) == EXPECTED


def test_doctor_says_whose_the_token_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--config", str(folder)]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "Ключ Miro принадлежит" in said
    assert "boards:read" in said


def test_a_board_that_rests_costs_one_call(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["sync", "--config", str(folder)])
    capsys.readouterr()
    asked = len(server.seen)

    code, told = answer(folder, capsys)

    assert len(server.seen) - asked == 1
    assert told["sources"][0]["state"] == "unchanged"
    assert told["sources"][0]["calls"] == 1
    assert code == 1
    assert statuses(told) == EXPECTED


def test_the_board_is_read_whole_when_it_is_asked_for_or_the_settings_changed(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["sync", "--config", str(folder)])
    capsys.readouterr()

    _, full = answer(folder, capsys, "--full")
    change(folder, "[board]", '[board]\nheld_tags = ["сделано"]')
    _, other = answer(folder, capsys)

    assert full["sources"][0]["state"] == "fresh"
    assert other["sources"][0]["state"] == "fresh"
    assert statuses(other)["E02@yaya-1"] == "overdue"


def test_the_board_is_read_whole_once_a_day_or_as_often_as_the_settings_say(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "[board]", "[board]\nfull_read_hours = 0")
    run(["sync", "--config", str(folder)])
    capsys.readouterr()

    _, told = answer(folder, capsys)

    assert told["sources"][0]["state"] == "fresh"


def test_a_changed_board_is_read_anew(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["sync", "--config", str(folder)])
    capsys.readouterr()
    server.board.put_tag("готово", list(server.board.items)[-1])
    server.board.modified_at = "2023-06-01T12:00:00Z"

    code, told = answer(folder, capsys)

    assert told["sources"][0]["state"] == "fresh"
    assert statuses(told)["E02@ishim"] == "held"
    assert code == 0


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "project.toml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
