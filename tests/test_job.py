"""The main job from real files through the real command line, good input and bad."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from miro_sync.cli import run
from miro_sync.memory import SqlMemory

PROJECT = """
[project]
name = "Проба"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2024-08-31

[board]
source = "board.json"

[activity]
inactive_after_days = 400
"""

CENTERS = """
[[center]]
id = "yaya-1"
name = "МБОУ «Яйская ООШ №1»"
frame = "Яйская ООШ №1"

[[center]]
id = "ishim"
name = "МБОУ «Ишимская ООШ»"
frame = "Ишимская ООШ"
"""

CALENDAR = """Код;Мероприятие;Сроки реализации;Охват
E01;Муниципальный методический день;Апрель 2023;сеть
E02;Обновление карт ресурсов центров;Май 2023;каждый центр
"""

#: After the deadlines of April (10 May: holidays) and May (summer holidays are not declared here).
AFTER = "2023-06-20"

FRAMES = {"1": "Яйская ООШ №1", "2": "Ишимская ООШ"}


def card(
    number: int, title: str, frame: str | None = None, due: str | None = None
) -> dict[str, Any]:
    data = {"title": title} | ({"dueDate": due} if due else {})
    item: dict[str, Any] = {
        "id": str(3458764500000000000 + number),
        "type": "card",
        "data": data,
        "createdAt": "2023-03-01T03:00:00Z",
        "modifiedAt": "2023-03-01T03:00:00Z",
    }
    if frame is not None:
        item["parent"] = {"id": frame}
    return item


HELD_ALL = (
    card(1, "✅ Методический день", due="2023-04-19T17:00:00Z"),
    card(2, "✅ Обновление карты ресурсов центра", "1", "2023-05-15T17:00:00Z"),
    card(3, "✅ Обновление карты ресурсов центра", "2", "2023-05-16T17:00:00Z"),
)


def board(cards: Iterable[Mapping[str, Any]], *, complete: bool = True) -> str:
    frames = [
        {"id": number, "type": "frame", "data": {"title": title}}
        for number, title in FRAMES.items()
    ]
    return json.dumps(
        {
            "schema": "miro-sync/board/1",
            "read_at": "2023-06-20T01:00:00Z",
            "complete": complete,
            "board": {"id": "uXjVTest000=", "name": "Проба", "type": "board"},
            "items": [*frames, *cards],
            "tags": [],
            "item_tags": {},
            "members": [],
        },
        ensure_ascii=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project.toml").write_text(PROJECT, "utf-8")
    (tmp_path / "centers.toml").write_text(CENTERS, "utf-8")
    (tmp_path / "calendar.csv").write_text(CALENDAR, "utf-8")
    (tmp_path / "board.json").write_text(board(HELD_ALL), "utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def answer(
    folder: Path, capsys: pytest.CaptureFixture[str], *options: str, on: str = AFTER
) -> tuple[int, dict[str, Any]]:
    arguments = ["check-calendar", "--format", "json", "--on", on, "--config", str(folder)]
    code = run([*arguments, *options])
    return code, json.loads(capsys.readouterr().out)


def statuses(told: Mapping[str, Any]) -> dict[str, str]:
    return {event["key"]: event["status"] for event in told["events"]}


def refusal(folder: Path, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    code = run([*(command or ("check-calendar", "--on", AFTER)), "--config", str(folder)])
    return code, capsys.readouterr().err


# --- what is judged -----------------------------------------------------------------------------


def test_when_everything_was_held_nothing_is_flagged(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = answer(folder, capsys)

    assert code == 0
    assert set(statuses(told).values()) == {"held"}
    assert told["trustworthy"] is True
    assert [source["state"] for source in told["sources"]] == ["fresh", "absent", "fresh"]


def test_a_centre_without_a_card_is_missed_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "board.json").write_text(board(HELD_ALL[:2]), "utf-8")

    code, told = answer(folder, capsys)

    assert code == 1
    assert statuses(told) == {"E01": "held", "E02@yaya-1": "held", "E02@ishim": "missed"}
    (missed,) = (event for event in told["events"] if event["status"] == "missed")
    assert (missed["event"], missed["center"]) == ("E02", "ishim")
    assert missed["days_late"] > 0


def test_on_the_last_day_of_grace_nothing_is_late_yet(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "board.json").write_text(board(()), "utf-8")

    _, told = answer(folder, capsys)
    deadline = {event["key"]: event["deadline"] for event in told["events"]}["E01"]
    _, on_the_day = answer(folder, capsys, on=deadline)

    assert deadline == "2023-05-10"  # 1, 8 and 9 May are holidays
    assert statuses(on_the_day)["E01"] == "awaiting"


def test_nothing_is_missed_on_the_strength_of_a_partial_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "board.json").write_text(board(HELD_ALL[:1], complete=False), "utf-8")

    code, told = answer(folder, capsys)

    assert code == 3
    assert statuses(told) == {"E01": "held", "E02@yaya-1": "unknown", "E02@ishim": "unknown"}
    assert told["trustworthy"] is False


def test_a_broken_read_is_stood_in_for_by_the_last_good_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sync", "--config", str(folder), "--exit-zero"]) == 0
    capsys.readouterr()
    (folder / "board.json").write_text('{"schema": "miro-sync/board/1", "items": [', "utf-8")

    code, told = answer(folder, capsys)

    assert code == 3
    assert set(statuses(told).values()) == {"held"}
    assert told["sources"][0]["state"] == "stale"
    assert told["sources"][0]["read_at"] == "2023-06-20T01:00:00Z"


def test_offline_answers_from_the_last_good_read_without_touching_the_source(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sync", "--config", str(folder), "--exit-zero"]) == 0
    capsys.readouterr()
    (folder / "board.json").unlink()

    code, told = answer(folder, capsys, "--offline")

    assert code == 0
    assert set(statuses(told).values()) == {"held"}
    assert told["sources"][0]["state"] == "unchanged"


def test_the_same_finding_is_not_new_twice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "board.json").write_text(board(HELD_ALL[:2]), "utf-8")
    assert run(["sync", "--config", str(folder)]) == 1
    capsys.readouterr()

    _, told = answer(folder, capsys)

    states = {one["key"]: one["state"] for one in told["findings"]}
    assert states["missed:E02@ishim"] == "open"


def test_a_check_leaves_nothing_on_disk(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.rglob("*"))

    answer(folder, capsys)

    assert sorted(folder.rglob("*")) == before


def test_the_answer_as_csv_has_one_row_for_each_occurrence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check-calendar", "--format", "csv", "--on", AFTER, "--config", str(folder)])

    text = capsys.readouterr().out.removeprefix("\ufeff")
    assert len(list(csv.reader(io.StringIO(text), delimiter=";"))) == 1 + 3


# --- bad input ------------------------------------------------------------------------------------


def test_without_settings_the_way_to_them_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = refusal(tmp_path / "нет такой", capsys)

    assert code == 2
    assert "miro-sync init" in said


def test_all_mistakes_of_the_settings_are_told_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "project.toml", "Asia/Novokuznetsk", "Кузбасс")
    change(folder, "project.toml", "[activity]", "[activity]\ninactiv_days = 3")
    change(folder, "centers.toml", 'frame = "Ишимская ООШ"', 'frame = "Яйская ООШ №1"')

    code, said = refusal(folder, capsys)

    assert code == 2
    assert "timezone" in said
    assert "inactiv_days" in said
    assert "centers.toml" in said


def test_a_calendar_without_the_event_column_names_what_it_has(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "calendar.csv").write_text("Дата;Кто\n01.04.2023;методист\n", "utf-8")

    code, said = refusal(folder, capsys)

    assert code == 2
    assert "Мероприятие" in said
    assert "calendar.csv" in said


def test_a_period_nobody_can_read_is_asked_about_and_the_rest_is_judged(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "calendar.csv", "Май 2023", "Ноябрь, ма")

    code, told = answer(folder, capsys)

    assert code == 0
    assert statuses(told) == {"E01": "held", "E02@yaya-1": "held", "E02@ishim": "held"}
    (folder / "board.json").write_text(board(HELD_ALL[:1]), "utf-8")
    code, told = answer(folder, capsys)
    assert code == 0
    assert statuses(told)["E02@ishim"] == "undated"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'{"schema": "miro-sync/board/1", "items": [{"id": "1"', "board.json"),
        (b"", "board.json"),
        (b"PK\x03\x04 a workbook", "board.json"),
        ('{"items": "все"}'.encode("cp1251"), "board.json"),
    ],
)
def test_a_board_that_is_no_export_is_a_failed_source_with_its_name(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes, word: str
) -> None:
    (folder / "board.json").write_bytes(content)

    code = run(["check-calendar", "--on", AFTER, "--config", str(folder)])

    said = capsys.readouterr()
    assert code == 3
    assert word in "".join((said.out + said.err).split())  # a long path takes two lines
    assert "Traceback" not in said.out + said.err
    assert "нет следа" not in said.out


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>login</html>",
        b"PK\x03\x04cut off",
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    ],
)
def test_a_workbook_that_is_none_is_a_failed_source_and_the_rest_is_judged(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    change(folder, "project.toml", "[activity]", '[tables]\nsource = "план.xlsx"\n\n[activity]')
    (folder / "план.xlsx").write_bytes(content)

    code, told = answer(folder, capsys)

    assert code == 3
    assert set(statuses(told).values()) == {"held"}
    assert told["sources"][1]["state"] == "failed"
    assert "план.xlsx" in told["sources"][1]["message"]


@pytest.mark.parametrize("title", ["Ё" * 6000, "🎉🎉🎉", "<p></p>", "=1+1", "\x1b[31mкрасный"])
def test_an_odd_card_harms_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], title: str
) -> None:
    (folder / "board.json").write_text(board([*HELD_ALL, card(9, title)]), "utf-8")

    code, told = answer(folder, capsys)
    assert code == 0
    assert set(statuses(told).values()) == {"held"}

    run(["check-calendar", "--on", AFTER, "--all", "--config", str(folder)])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80


# --- the other commands ---------------------------------------------------------------------------


def test_doctor_says_what_is_there_and_what_to_fill_in(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["doctor", "--config", str(folder)])

    said = capsys.readouterr().out
    assert code == 0
    assert "Яйская ООШ №1" in said
    assert "[tables] source" in said


def test_doctor_names_centres_that_one_spelling_may_mean(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (folder / "centers.toml").open("a", encoding="utf-8") as file:
        file.write('[[center]]\nid = "twin"\nname = "МКОУ «Ишимская школа»"\n')

    assert run(["doctor", "--config", str(folder)]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "центры ishim и twin не различить" in said


def test_doctor_goes_on_after_a_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "board.json").unlink()

    code = run(["doctor", "--config", str(folder)])

    said = "".join(capsys.readouterr().out.split())  # a long path is broken over lines
    assert code == 2
    assert "board.json" in said
    assert "Календарьпрочитан" in said


def test_a_project_fresh_from_init_can_be_checked_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "новый")]) == 0
    capsys.readouterr()

    assert run(["doctor", "--config", str(tmp_path / "новый")]) == 0
    assert run(["check-calendar", "--config", str(tmp_path / "новый")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Судить не по чему" in said
    assert "Прочитано всё" not in said


def test_the_demo_shows_every_status_and_every_kind_of_question(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo", "--output", str(tmp_path / "образец")]) == 0
    capsys.readouterr()

    check = ["check-calendar", "--config", str(tmp_path / "образец"), "--on", "2023-09-05"]
    run([*check, "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    shown = {status for status, number in told["summary"].items() if number}

    assert shown >= {
        "held", "planned", "due_soon", "running", "awaiting", "cancelled",
        "overdue", "missed", "moved", "unconfirmed", "undated", "inactive_centers",
    }  # fmt: skip
    assert told["review"]
    assert told["moved"]
    assert told["extra"]
    assert run(["demo"]) == 0
    assert "нет данных" in capsys.readouterr().out


# --- the memory -----------------------------------------------------------------------------------


def say(capsys: pytest.CaptureFixture[str], folder: Path, *command: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run([*command, "--config", str(folder)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_what_was_late_before_the_first_sync_waits_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "project.toml", "= 400", "= 3000")  # nobody is silent, whatever the year
    (folder / "board.json").write_text(board(HELD_ALL[:1]), "utf-8")
    check = ("check-calendar", "--on", AFTER)
    assert "нет следа" in say(capsys, folder, *check)[1]

    code, line = say(capsys, folder, "sync")
    assert code == 1  # it is news once
    assert "на разбор: 1" in line

    assert say(capsys, folder, "sync")[0] == 0
    code, told = say(capsys, folder, *check)
    assert code == 0
    assert "На разбор: 1" in told
    assert "нет следа" not in told
    for opened in ("--backlog", "--all"):
        code, told = say(capsys, folder, *check, opened)
        assert code == 1
        assert "нет следа" in told
    _, answered = answer(folder, capsys)
    assert {one["kind"] for one in answered["findings"] if one["backlog"]} == {"missed"}


def test_a_decision_counts_from_then_on_and_can_be_taken_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "board.json").write_text(board(HELD_ALL[:2]), "utf-8")
    cancel = ("decide", "cancel", "e02@ishim", "--why", "карантин")

    code, told = say(capsys, folder, *cancel)
    assert code == 2
    assert "--role director" in told
    assert say(capsys, folder, *cancel, "--role", "director")[0] == 0
    assert statuses(answer(folder, capsys)[1])["E02@ishim"] == "cancelled"

    assert "карантин" in say(capsys, folder, "decide", "list")[1]
    assert say(capsys, folder, "decide", "undo", "1", "--role", "director")[0] == 0
    assert statuses(answer(folder, capsys)[1])["E02@ishim"] == "missed"
    assert "отменена" not in say(capsys, folder, "decide", "list")[1]


def test_the_loss_is_accepted_with_the_very_words_that_are_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = [card(number, f"Семинар учителей {number}", "1") for number in range(20, 40)]
    (folder / "board.json").write_text(board([*HELD_ALL, *many]), "utf-8")
    say(capsys, folder, "sync")
    (folder / "board.json").write_text(board(HELD_ALL), "utf-8")
    code, told = say(capsys, folder, "sync")
    assert code == 3
    shown = re.search(r"miro-sync (decide accept-shrink \w+)", " ".join(told.split()))
    assert shown is not None

    assert say(capsys, folder, *shown[1].split())[0] == 0

    assert say(capsys, folder, "sync", "--exit-zero")[0] == 0


def test_a_card_that_nobody_read_cannot_be_confirmed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say(capsys, folder, "sync")

    code, told = say(capsys, folder, "decide", "confirm", "E01", "--card", "42")

    assert code == 2
    assert "42" in told


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (("decide", "move", "E01"), "--why"),
        (("decide", "move", "E01", "--why", "так", "--role", "director"), "--from"),
        (("decide", "held"), "E07"),
        (("decide", "undo", "первое"), "decide list"),
        (("decide", "held", "E77"), "E01"),
        (("decide", "held", "E01", "--on", "2023-05-01", "--to", "2023-05-02"), "--on"),
        (("decide", "held", "E01", "--to", "2023-05-02"), "--from"),
        (("state", "backup"), "state backup"),
        (("state", "purge"), "--before"),
        (("history", "E77"), "E01"),
    ],
)
def test_what_a_command_lacks_is_said_with_what_to_write(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], word: str
) -> None:
    code, told = say(capsys, folder, *command)

    assert code == 2
    assert word in told


def test_the_past_can_be_read_copied_checked_and_let_go(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "ещё не было" in say(capsys, folder, "history")[1]
    assert "пуста" in say(capsys, folder, "state", "check")[1]
    (folder / "board.json").write_text(board(HELD_ALL[:2]), "utf-8")
    say(capsys, folder, "sync")
    (folder / "board.json").write_text(board(HELD_ALL), "utf-8")
    say(capsys, folder, "sync")

    assert "появилось — 1" in say(capsys, folder, "history")[1]
    code, told = say(capsys, folder, "history", "E02")
    assert code == 0
    assert "отмечено проведённым" in told
    assert say(capsys, folder, "state", "backup", str(folder / "копия.db"))[0] == 0
    assert (folder / "копия.db").stat().st_size > 0
    assert "в порядке" in say(capsys, folder, "state", "check")[1]
    assert "запусков — 1" in say(capsys, folder, "state", "purge", "--before", "2100-01-01")[1]
    assert statuses(answer(folder, capsys, "--offline")[1])["E02@ishim"] == "held"
    for command in (("history",), ("history", "E02"), ("decide", "list")):
        told = say(capsys, folder, *command, "--format", "json")[1]
        assert json.loads(told)["schema"].startswith("miro-sync/")


def test_a_second_sync_of_the_project_leaves_with_a_code_of_its_own(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SqlMemory(f"sqlite:///{folder / 'state' / 'miro-sync.db'}").alone():
        code, told = say(capsys, folder, "sync")

    assert code == 75
    assert "другой запуск" in told
    assert say(capsys, folder, "sync", "--exit-zero")[0] == 0


def test_the_readme_shows_the_demo_as_it_looks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    shown = readme.split("```\n")[1].removesuffix("…\n").strip()

    run(["demo"])

    assert shown in capsys.readouterr().out
