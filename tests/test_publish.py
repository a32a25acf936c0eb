"""Writing back to the board: the real command line, a service on loopback, a real state."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import shared
from miro_contract import Contract
from miro_server import MEMBER, Board, Fault, Server
from publish_world import CALENDAR, TEACHER, looks, network, project, publish, statuses, told

from miro_sync.cli import run
from miro_sync.marks import mark_in

UNMARKED, UNCLEAR, NO_TRACE = (
    "календарь: не отмечено",
    "календарь: нужно уточнить",
    "календарь: нет следа",
)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with project(tmp_path, monkeypatch) as running:
        yield running


def own(board: Board) -> list[dict[str, Any]]:
    """Return the cards of this service."""
    return [item for item in board.items.values() if mark_in(item["data"].get("description", ""))]


def tagged(board: Board, title: str) -> list[str]:
    """Return what the cards with a tag are called."""
    ids = {tag_id for tag_id, tag in board.tags.items() if tag["title"] == title}
    return sorted(
        board.items[item]["data"].get("title") or board.items[item]["data"]["content"]
        for item, tags in board.item_tags.items()
        if ids & set(tags)
    )


def edit(server: Server, item: dict[str, Any], **data: str) -> None:
    """Edit a card as a teacher does."""
    item["data"] = item["data"] | data
    item["modifiedBy"] = {"id": TEACHER, "type": "user"}
    item["modifiedAt"] = "2024-05-02T08:00:00Z"
    server.touched()


# --- shown, written, twice --------------------------------------------------------------------


def test_the_plan_is_shown_and_nothing_is_written(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    before = looks(server.board)
    assert publish(tmp_path) == 0
    shown = capsys.readouterr().out
    assert "поставить 4 метки, завести 2 карточки, завести 3 метки" in " ".join(shown.split())
    assert "E04. Слёт юных физиков" in shown
    assert server.writes == 0
    assert looks(server.board) == before
    assert not (tmp_path / "state").exists()


def test_applied_the_board_shows_what_was_judged(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(tmp_path, "--apply") == 0
    board = server.board
    assert tagged(board, UNMARKED) == ["<p>Обновление карт ресурсов центра</p>"]
    assert tagged(board, UNCLEAR) == ["<p>Химия</p>"]
    titles = ["E03. Неделя химии в школе", "E04. Слёт юных физиков"]
    assert sorted(card["data"]["title"] for card in own(board)) == titles
    assert tagged(board, NO_TRACE) == titles
    frames = {board.items[card["parent"]["id"]]["data"]["title"] for card in own(board)}
    assert frames == {"Яйская ООШ №1", "Ишимская ООШ"}


def test_a_second_run_writes_nothing(tmp_path: Path, server: Server) -> None:
    assert publish(tmp_path, "--apply") == 0
    writes = server.writes
    assert publish(tmp_path, "--apply") == 0
    assert server.writes == writes


def test_writing_changes_no_judgement(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.tagging_is_editing = True
    run(["sync", "--config", str(tmp_path)])
    before = statuses(tmp_path, capsys)
    assert publish(tmp_path, "--apply") == 0
    assert statuses(tmp_path, capsys) == before
    run(["sync", "--config", str(tmp_path)])
    assert statuses(tmp_path, capsys) == before


def test_before_anything_was_stored_writing_changes_no_judgement_either(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.tagging_is_editing = True
    before = statuses(tmp_path, capsys)
    assert publish(tmp_path, "--apply") == 0
    after = statuses(tmp_path, capsys)
    assert after["events"] == before["events"]
    assert (after["review"], after["extra"]) == (before["review"], before["extra"])
    for was, now in zip(before["centers"], after["centers"], strict=True):
        assert was["last_contribution"] >= now["last_contribution"]


def test_off_by_default_it_says_what_to_switch_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with project(tmp_path, monkeypatch, on=False) as server:
        assert publish(tmp_path, "--apply") == 2
        assert "[publish] board = true" in capsys.readouterr().err
        assert publish(tmp_path) == 0
        captured = capsys.readouterr()
        assert "завести 2 карточки" in " ".join(captured.out.split())
        assert "[publish] board = true" in captured.err
        assert server.writes == 0


def test_what_is_written_keeps_to_miros_own_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = Contract(json.loads(shared("contracts", "miro-openapi.json").read_bytes()))
    with project(tmp_path, monkeypatch, contract=contract) as server:
        assert publish(tmp_path, "--apply") == 0
        (tmp_path / "calendar.csv").write_text(CALENDAR.replace("физиков", "химиков"), "utf-8")
        assert publish(tmp_path, "--apply") == 0
        assert publish(tmp_path, "--undo", "--all") == 0
        assert {one.verb for one in server.seen} == {"GET", "POST", "PATCH", "DELETE"}
        assert server.complaints == []


def test_the_cost_that_is_shown_is_what_it_costs(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    cost = told(tmp_path, capsys)["cost"]
    calls = len(server.seen)
    assert publish(tmp_path, "--apply") == 0
    assert len(server.seen) - calls == calls + cost["calls"]


# --- what people do ---------------------------------------------------------------------------


def test_a_card_that_a_teacher_fills_in_is_a_contribution_and_stays_for_ever(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, "--apply")
    (card,) = (one for one in own(server.board) if "E04" in one["data"]["title"])
    edit(server, card, title=f"✅ {card['data']['title']}")
    now = statuses(tmp_path, capsys)
    assert now["events"]["E04@yaya"][0] == "held"
    (yaya,) = (one for one in now["centers"] if one["id"] == "yaya")
    assert yaya["last_contribution"] == "2024-05-02"
    publish(tmp_path, "--apply")
    assert card["id"] in server.board.items
    assert tagged(server.board, NO_TRACE) == ["E03. Неделя химии в школе"]
    publish(tmp_path, "--undo", "--all")
    assert card["id"] in server.board.items


@pytest.mark.parametrize("how", ["moved", "recoloured", "dated", "tagged", "given", "reframed"])
def test_a_card_that_somebody_was_at_is_never_removed(
    how: str, tmp_path: Path, server: Server
) -> None:
    publish(tmp_path, "--apply")
    board = server.board
    (card,) = (one for one in own(board) if "E04" in one["data"]["title"])
    by_teacher = {"modifiedBy": {"id": TEACHER, "type": "user"}}
    match how:
        case "moved":
            card["position"] = card["position"] | {"x": 900}
        case "recoloured":
            card |= {"style": {"cardTheme": "#ff0000"}, **by_teacher}
        case "dated":
            card["data"]["dueDate"] = "2023-09-14T05:00:00Z"
        case "tagged":
            board.put_tag("важно", card["id"])
        case "given":
            card["data"]["assigneeId"] = TEACHER
        case "reframed":
            other = next(i for i, one in board.items.items() if one["data"].get("title") ==
                         "Ишимская ООШ")  # fmt: skip
            card["parent"] = {"id": other}
    server.touched()
    (tmp_path / "calendar.csv").write_text("\n".join(CALENDAR.split("\n")[:-2]), "utf-8")
    assert publish(tmp_path, "--apply") == 0
    assert card["id"] in board.items
    publish(tmp_path, "--undo", "--all")
    assert card["id"] in board.items
    assert board.items[card["id"]]["data"] == card["data"]


def test_a_card_that_somebody_was_at_since_the_board_was_read_is_not_removed(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, "--apply")
    (card,) = (one for one in own(server.board) if "E04" in one["data"]["title"])
    (tmp_path / "calendar.csv").write_text("\n".join(CALENDAR.split("\n")[:-2]), "utf-8")
    server.before_write = lambda _: edit(server, card, title="Наш слёт")
    assert publish(tmp_path, "--apply") == 0
    assert card["id"] in server.board.items
    assert "уже правят люди" in capsys.readouterr().err


def test_what_somebody_was_at_is_let_go_once_and_not_spoken_of_again(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, "--apply")
    (card,) = (one for one in own(server.board) if "E04" in one["data"]["title"])
    edit(server, card)
    (tmp_path / "calendar.csv").write_text("\n".join(CALENDAR.split("\n")[:-2]), "utf-8")
    capsys.readouterr()
    publish(tmp_path, "--apply")
    assert "E04" not in capsys.readouterr().err
    assert "E04" not in json.dumps(told(tmp_path, capsys, "--written")["standing"]["cards"])


def test_a_card_of_ours_that_is_dragged_to_the_held_ones_is_held(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, "--apply")
    (card,) = (one for one in own(server.board) if "E04" in one["data"]["title"])
    yaya = card["parent"]["id"]
    held = server.board.put("frame", "Проведено", parent=yaya)
    card["parent"] = {"id": held}
    server.touched()
    assert statuses(tmp_path, capsys)["events"]["E04@yaya"][0] == "held"


def test_an_event_that_left_the_calendar_takes_its_card_with_it(
    tmp_path: Path, server: Server
) -> None:
    publish(tmp_path, "--apply")
    (tmp_path / "calendar.csv").write_text("\n".join(CALENDAR.split("\n")[:-2]), "utf-8")
    assert publish(tmp_path, "--apply") == 0
    assert [card["data"]["title"] for card in own(server.board)] == ["E03. Неделя химии в школе"]


def test_a_card_follows_the_calendar_where_it_lies(tmp_path: Path, server: Server) -> None:
    publish(tmp_path, "--apply")
    (card,) = (one for one in own(server.board) if "E04" in one["data"]["title"])
    place = copy.deepcopy(card["position"])
    (tmp_path / "calendar.csv").write_text(CALENDAR.replace("физиков", "химиков"), "utf-8")
    assert publish(tmp_path, "--apply") == 0
    now = server.board.items[card["id"]]
    assert now["data"]["title"] == "E04. Слёт юных химиков"
    assert now["position"] == place
    writes = server.writes
    publish(tmp_path, "--apply")
    assert server.writes == writes


def test_a_card_that_people_throw_away_is_not_made_again(tmp_path: Path, server: Server) -> None:
    publish(tmp_path, "--apply")
    (card,) = (one for one in own(server.board) if "E04" in one["data"]["title"])
    del server.board.items[card["id"]]
    server.board.item_tags.pop(card["id"])
    server.touched()
    publish(tmp_path, "--apply")
    publish(tmp_path, "--apply")
    assert [one["data"]["title"] for one in own(server.board)] == ["E03. Неделя химии в школе"]


def test_a_tag_that_people_take_off_is_not_put_on_again(tmp_path: Path, server: Server) -> None:
    publish(tmp_path, "--apply")
    for tags in server.board.item_tags.values():
        tags[:] = [tag for tag in tags if server.board.tags[tag]["title"] != UNMARKED]
    writes = server.writes
    publish(tmp_path, "--apply")
    assert tagged(server.board, UNMARKED) == []
    assert server.writes == writes


def test_a_tag_goes_when_its_reason_goes_and_comes_back_with_it(
    tmp_path: Path, server: Server
) -> None:
    publish(tmp_path, "--apply")
    board = server.board
    held = next(tag for tag, one in board.tags.items() if one["title"] == "проведено")
    note = next(item for item, one in board.items.items() if one["type"] == "sticky_note")
    board.item_tags[note].append(held)
    publish(tmp_path, "--apply")
    assert tagged(board, UNMARKED) == []
    assert board.item_tags[note] == [held]
    board.item_tags[note].remove(held)
    publish(tmp_path, "--apply")
    assert tagged(board, UNMARKED) == ["<p>Обновление карт ресурсов центра</p>"]


def test_a_tag_of_people_with_the_same_name_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    board = network()
    chemistry = next(item for item, one in board.items.items()
                     if one["data"].get("title") == "<p>Химия</p>")  # fmt: skip
    theirs = board.put_tag(UNMARKED, chemistry)
    with project(tmp_path, monkeypatch, board):
        assert publish(tmp_path, "--apply") == 0
        assert "завели её не мы" in " ".join(capsys.readouterr().err.split())
        assert tagged(board, UNMARKED) == ["<p>Химия</p>"]
        publish(tmp_path, "--undo", "--all")
        assert theirs in board.tags
        assert board.item_tags[chemistry] == [theirs]


def test_eight_tags_on_a_card_and_a_hundred_on_the_board_are_all_that_miro_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    board = network()
    note = next(item for item, one in board.items.items() if one["type"] == "sticky_note")
    for number in range(97):
        board.put_tag(f"метка {number}", *([note] if number < 8 else []))
    with project(tmp_path, monkeypatch, board):
        assert publish(tmp_path, "--apply") == 0
        said = " ".join(capsys.readouterr().err.split())
    assert "уже 8 меток" in said
    assert "уже 100 меток" in said
    assert len(board.tags) == 100


def test_a_frame_without_room_is_told_and_nothing_is_covered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    board = network()
    for item in board.items.values():
        if item["type"] == "frame":
            item["geometry"] = {"width": 700, "height": 200}
    image = next(one for one in board.items.values() if one["type"] == "image")
    image |= {"position": {"x": 350, "y": 100}, "geometry": {"width": 700, "height": 200}}
    with project(tmp_path, monkeypatch, board):
        assert publish(tmp_path, "--apply") == 0
    assert "«Ишимская ООШ» нет места для 1 карточки" in " ".join(capsys.readouterr().err.split())
    assert [one["data"]["title"] for one in own(board)] == ["E04. Слёт юных физиков"]


# --- taken back -------------------------------------------------------------------------------


def test_undo_restores_the_board_exactly(tmp_path: Path, server: Server) -> None:
    before = looks(server.board)
    publish(tmp_path, "--apply")
    assert looks(server.board) != before
    assert publish(tmp_path, "--undo") == 0
    assert looks(server.board) == before
    writes = server.writes
    assert publish(tmp_path, "--undo") == 0
    assert server.writes == writes


def test_undo_takes_back_the_last_writing_and_then_the_one_before(
    tmp_path: Path, server: Server
) -> None:
    first = looks(server.board)
    publish(tmp_path, "--apply")
    second = looks(server.board)
    (tmp_path / "calendar.csv").write_text(
        CALENDAR.replace("E04;Слёт юных физиков", "E05;Слёт юных химиков"), "utf-8"
    )
    publish(tmp_path, "--apply")
    third = looks(server.board)
    assert third != second
    publish(tmp_path, "--undo")
    assert looks(server.board)["tagged"] == second["tagged"]
    assert sorted(map(str, looks(server.board)["items"])) == sorted(map(str, second["items"]))
    publish(tmp_path, "--undo")
    assert looks(server.board) == first


def test_all_that_was_ever_written_can_be_taken_back_at_once(
    tmp_path: Path, server: Server
) -> None:
    before = looks(server.board)
    publish(tmp_path, "--apply")
    (tmp_path / "calendar.csv").write_text(CALENDAR.replace("физиков", "химиков"), "utf-8")
    publish(tmp_path, "--apply")
    assert publish(tmp_path, "--undo", "--all") == 0
    assert looks(server.board) == before


def test_after_an_undo_it_can_be_written_again(tmp_path: Path, server: Server) -> None:
    publish(tmp_path, "--apply")
    once = looks(server.board)
    publish(tmp_path, "--undo")
    publish(tmp_path, "--apply")
    assert looks(server.board) == once


def test_a_tag_of_ours_that_people_use_stays_when_all_is_taken_back(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, "--apply")
    board = server.board
    tag = next(tag for tag, one in board.tags.items() if one["title"] == UNCLEAR)
    day = next(item for item, one in board.items.items() if "методический" in str(one["data"]))
    board.item_tags[day].append(tag)
    publish(tmp_path, "--undo")
    assert tag in board.tags
    assert tag in board.item_tags[day]
    assert "ею пользуются люди" in capsys.readouterr().err


def test_everything_written_is_listed(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, "--apply")
    listed = told(tmp_path, capsys, "--written")
    assert len(listed["standing"]["cards"]) == 2
    assert len(listed["standing"]["tagged"]) == 4
    assert [act["outcome"] for act in listed["runs"][0]["acts"]] == ["done"] * 9
    publish(tmp_path, "--undo")
    listed = told(tmp_path, capsys, "--written")
    assert listed["standing"] == {"tags": [], "tagged": [], "cards": []}
    assert [one["undoes"] for one in listed["runs"]] == [None, 1]


# --- trouble ----------------------------------------------------------------------------------

WHERE = ["POST", "PATCH", "DELETE"]


def prepared(tmp_path: Path) -> None:
    """Publish once, then change the calendar so that every kind of act is needed."""
    publish(tmp_path, "--apply")
    calendar = CALENDAR.replace("E04;Слёт юных физиков", "E05;Слёт юных химиков")
    calendar = calendar.replace("Неделя химии в школе", "Неделя химии и биологии")
    (tmp_path / "calendar.csv").write_text(calendar, "utf-8")


@pytest.fixture
def goal(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - raw JSON
    """Return what the board looks like when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("smooth")
    with project(folder, monkeypatch) as server:
        prepared(folder)
        publish(folder, "--apply")
        return looks(server.board)


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        *((kind, done) for kind in ("503", "reset", "cut") for done in (True, False)),
        *((kind, False) for kind in ("429", "401", "403")),
    ],
)
@pytest.mark.parametrize("verb", WHERE)
def test_trouble_in_the_middle_is_told_and_the_next_run_completes_the_work(
    verb: str, kind: str, *, done: bool, tmp_path: Path, server: Server, goal: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    prepared(tmp_path)
    server.faults = [Fault(kind, verb, done=done)]
    publish(tmp_path, "--apply")
    assert publish(tmp_path, "--apply") == 0
    assert same(looks(server.board), goal)
    writes = server.writes
    assert publish(tmp_path, "--apply") == 0
    assert server.writes == writes


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - raw JSON
    """Tell whether two boards look alike, in whatever order things were made on them."""
    return bool(
        sorted(map(stable, one["items"])) == sorted(map(stable, other["items"]))
        and one["tags"] == other["tags"]
        and one["tagged"] == other["tagged"]
    )


def stable(item: dict[str, Any]) -> str:
    seen = {part: value for part, value in item.items() if part != "position"}
    return json.dumps(seen, sort_keys=True, ensure_ascii=False)


def test_a_token_that_may_not_write_is_said_before_anything_is_tried(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.scopes = ["boards:read"]
    assert publish(tmp_path, "--apply") == 3
    assert "boards:write" in capsys.readouterr().out
    assert server.writes == 0


def test_an_item_that_went_meanwhile_does_not_stop_the_rest(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    note = next(item for item, one in server.board.items.items() if one["type"] == "sticky_note")

    def gone(_: int) -> None:
        server.board.items.pop(note, None)
        server.touched()

    server.before_write = gone
    assert publish(tmp_path, "--apply") == 0
    assert "больше нет" in capsys.readouterr().err
    assert tagged(server.board, UNCLEAR) == ["<p>Химия</p>"]
    assert len(own(server.board)) == 2


def test_one_card_that_is_refused_does_not_spoil_the_others(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    ishim = next(one for one in server.board.items.values()
                 if one["data"].get("title") == "Ишимская ООШ")  # fmt: skip

    def shrunk(_: int) -> None:
        ishim["geometry"] = {"width": 10, "height": 10}

    server.before_write = shrunk
    assert publish(tmp_path, "--apply") == 0
    assert [card["data"]["title"] for card in own(server.board)] == ["E04. Слёт юных физиков"]
    assert "Не сделано: завести карточку" in capsys.readouterr().err


@pytest.mark.parametrize("on", ["items", "tags", "tagged"])
def test_nothing_is_written_on_the_strength_of_a_partial_read(
    on: str, tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = [Fault("503", on, times=99)]
    assert publish(tmp_path, "--apply") == 3
    assert "ничего не пишем" in " ".join(capsys.readouterr().out.split())
    assert server.writes == 0


def test_nothing_is_written_while_a_table_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with project(tmp_path, monkeypatch, more='[tables]\nsource = "absent.xlsx"') as server:
        assert publish(tmp_path, "--apply") == 3
        assert "таблица" in capsys.readouterr().out
        assert server.writes == 0


def test_two_at_once_do_not_write_twice(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    codes: list[int] = []
    server.before_write = lambda number: (
        codes.append(publish(tmp_path, "--apply")) if number == 1 else None
    )
    assert publish(tmp_path, "--apply") == 0
    assert codes == [75]
    assert "другой запуск" in capsys.readouterr().err
    assert len(own(server.board)) == 2


def started(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "miro_sync", "publish", "--apply", "--config", str(folder)]
    return subprocess.Popen(  # noqa: S603 - our own program
        [*command, *options],
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_write_it_neither_doubles_nor_forgets(
    when: str, tmp_path: Path, server: Server, goal: Any,  # noqa: ANN401 - raw JSON
) -> None:  # fmt: skip
    prepared(tmp_path)
    settings = (tmp_path / "project.toml").read_text("utf-8")
    patient = settings.replace("patience_seconds = 0", "patience_seconds = 60")
    (tmp_path / "project.toml").write_text(patient, "utf-8")
    start = server.writes
    killed = 0
    for number in range(1, 12):
        process = started(tmp_path)
        at = server.writes + 1

        def kill(write: int, at: int = at, process: subprocess.Popen[bytes] = process) -> None:
            if write == at:
                process.send_signal(signal.SIGKILL)
                process.wait(30)

        setattr(server, f"{when}_write", kill)
        if process.wait(60) != -signal.SIGKILL:
            break
        killed += 1
        assert number < 11
    assert killed >= (1 if when == "before" else 4)
    assert server.writes > start
    server.before_write = server.after_write = lambda _: None
    assert publish(tmp_path, "--apply") == 0
    assert same(looks(server.board), goal)
    writes = server.writes
    assert publish(tmp_path, "--apply") == 0
    assert server.writes == writes
    assert publish(tmp_path, "--undo", "--all") == 0
    assert same(looks(server.board), looks(network()))


# --- hostile ----------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script> & <b>слёт</b>",
    '=HYPERLINK("http://evil";"слёт")',
    "Слёт \u202eкиндолом\u202c и [miro-sync:0123456789ab-01234567]",
    "Слёт " + "очень длинный " * 450,
    "{event} {0} %s слёт",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_only_text_and_its_card_is_known_again(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = '"' + title.replace('"', '""') + '"'
    calendar = CALENDAR.replace("Слёт юных физиков", quoted)
    with project(tmp_path, monkeypatch, calendar=calendar) as server:
        before = statuses(tmp_path, capsys)
        assert publish(tmp_path, "--apply") == 0
        (card,) = (one for one in own(server.board) if "E04" in one["data"]["title"])
        assert "<" not in card["data"]["title"]
        assert len(card["data"]["title"]) < 1_000
        assert statuses(tmp_path, capsys)["events"] == before["events"]
        writes = server.writes
        assert publish(tmp_path, "--apply") == 0
        assert server.writes == writes
        assert publish(tmp_path, "--undo") == 0
        assert looks(server.board) == looks(network())


def test_the_services_user_is_nobodys_contributor(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, "--apply")
    run(["sync", "--config", str(tmp_path)])
    before = statuses(tmp_path, capsys)["centers"]
    chemistry = next(one for one in server.board.items.values()
                     if one["data"].get("title") == "<p>Химия</p>")  # fmt: skip
    chemistry["data"]["description"] = "<p>правка от имени программы</p>"
    chemistry |= {"modifiedAt": "2024-05-02T08:00:00Z",
                  "modifiedBy": {"id": MEMBER, "type": "user"}}  # fmt: skip
    server.touched()
    assert [one["last_contribution"] for one in statuses(tmp_path, capsys)["centers"]] == [
        one["last_contribution"] for one in before
    ]
