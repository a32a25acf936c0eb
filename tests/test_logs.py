"""Records for operators: one line each, told apart by run, and nothing of anybody in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from miro_server import TOKEN, Board, Fault
from publish_world import network, project, publish

from miro_sync.cli import run

SECRETS = (TOKEN, "Химия", "Слёт", "Яйская", "Ишимская", "методический", "Проба", "uXjVexample")


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_records_are_objects_with_the_run_and_no_words_of_the_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with project(tmp_path, monkeypatch) as server:
        server.faults = [Fault("503", "items", times=1)]
        text = (tmp_path / "project.toml").read_text("utf-8")
        (tmp_path / "project.toml").write_text(
            text.replace("patience_seconds = 0", "patience_seconds = 20"), "utf-8"
        )
        assert publish(tmp_path, "--apply", "--log-format", "json") == 0
    said = capsys.readouterr().err
    found = records(said)
    events = [one["event"] for one in found]
    assert events[0] == "command_started"
    assert events[-1] == "command_ended"
    assert {"waiting", "source_read", "written"} <= set(events)
    assert len({one["run"] for one in found}) == 1
    board = next(one for one in found if one.get("source") == "board")
    assert board["state"] == "fresh"
    assert {"items", "calls", "credits", "seconds"} <= board.keys()
    waiting = next(one for one in found if one["event"] == "waiting")
    assert (waiting["status"], waiting["reason"]) == (503, "miro.out_of_order")
    assert found[-1]["code"] == 0
    for secret in SECRETS:
        assert secret not in said


@pytest.mark.parametrize("options", [("-v",), ("--log-format", "text")])
def test_as_text_a_record_is_a_line_of_names_and_values(
    options: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with project(tmp_path, monkeypatch):
        run([*options, "sync", "--config", str(tmp_path)])
    lines = capsys.readouterr().err.splitlines()
    assert "command_started" in lines[0]
    assert "command=sync" in lines[0]
    assert any("source_read" in line and "source=calendar" in line for line in lines)
    assert "code=1" in lines[-1]
    assert not any(secret in line for secret in SECRETS for line in lines)


def test_without_being_asked_nothing_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with project(tmp_path, monkeypatch):
        run(["sync", "--log-format", "json", "--config", str(tmp_path)])
        capsys.readouterr()
        run(["sync", "--config", str(tmp_path)])
    assert "command_" not in capsys.readouterr().err


def test_a_failure_is_recorded_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with project(tmp_path, monkeypatch, on=False):
        assert publish(tmp_path, "--apply", "--log-format", "json") == 2
    failed = next(one for one in records(capsys.readouterr().err) if "reason" in one)
    assert str(failed["reason"]).startswith("publish.off_")


def test_a_hostile_board_gets_no_word_into_the_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    board: Board = network()
    board.put("card", '<p>{"event": "forged"}\nforged</p>')
    board.put_tag('forged"\n{"event": "forged"}')
    with project(tmp_path, monkeypatch, board):
        publish(tmp_path, "--log-format", "json")
    assert "forged" not in capsys.readouterr().err
