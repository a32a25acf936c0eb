"""Decisions that come back through the table: the real command line, a Google on loopback."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
import sqlalchemy as sa
from google_books import ID, book, cell_data, tab, value_range
from google_discovery import Json
from google_server import Fault, GoogleServer
from sqlalchemy.engine import Engine
from test_files import ods, ods_cell, ods_row
from test_job_sheets import CENTERS, PLAN, PROJECT, REPORT

from miro_sync.app.overviews import overview
from miro_sync.app.table_publishing import TablePlan, apply_table, plan_table, undo_table
from miro_sync.cli import run
from miro_sync.errors import SourceError
from miro_sync.messages import catalogue

AFTER = dt.date(2023, 6, 20)
WORDS = catalogue("ru")


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        running.keep(book(tab("Событийный календарь", PLAN), tab("Отчёт", REPORT, sheet_id=2)))
        yield running
    assert not running.violations


@pytest.fixture
def folder(tmp_path: Path, google: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in google.environ().items():
        monkeypatch.setenv(name, value)
    (tmp_path / "project.toml").write_text(PROJECT.format(id=ID, api=google.url), "utf-8")
    (tmp_path / "centers.toml").write_text(CENTERS, "utf-8")
    return tmp_path


# --- what the people and the service do ---------------------------------------------------------


def write(folder: Path) -> TablePlan:
    return apply_table(folder, overview(folder, on=AFTER))


def sync(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["sync", "--exit-zero", "--config", str(folder)]) == 0
    return capsys.readouterr().out


def decisions(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    run(["decide", "list", "--format", "json", "--config", str(folder)])
    made: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["decisions"]
    return made


def statuses(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    arguments = ["check-calendar", "--format", "json", "--on", str(AFTER)]
    run([*arguments, "--config", str(folder)])
    told = json.loads(capsys.readouterr().out)
    return {event["key"]: event["status"] for event in told["events"]}


def own(google: GoogleServer) -> Json:
    (sheet,) = (one for one in google.books[ID]["sheets"] if "developerMetadata" in one)
    return sheet


def shown(google: GoogleServer) -> list[dict[str, Any]]:
    """Return the rows of the worksheet by their headers."""
    title = own(google)["properties"]["title"]
    head, *rows = value_range(google.books[ID], f"'{title}'")["values"]
    return [dict(zip(head, row + [""] * len(head), strict=False)) for row in rows]


def row_of(google: GoogleServer, part: str) -> dict[str, Any]:
    (row,) = (one for one in shown(google) if part in one["Мероприятие"])
    return row


def choose(google: GoogleServer, part: str, **cells: Any) -> None:  # noqa: ANN401 - any cell
    """Fill in cells of the row of an event: `decision`, `day`, `role`, `comment`."""
    names = {
        "decision": "Решение", "day": "Новый срок / дата", "role": "Кто решил",
        "comment": "Комментарий", "key": "miro-sync: ключ (не менять)",
        "title": "Мероприятие",
    }  # fmt: skip
    rows = own(google)["data"][0]["rowData"]
    head = [cell.get("effectiveValue", {}).get("stringValue") for cell in rows[0]["values"]]
    title = head.index("Мероприятие")
    for row in rows[1:]:
        if part in row["values"][title].get("effectiveValue", {}).get("stringValue", ""):
            for name, value in cells.items():
                row["values"][head.index(names[name])] = cell_data(value)


RESOURCES = "E02"
MEETING = "E01"


# --- there and back -----------------------------------------------------------------------------


def test_what_the_director_chooses_in_the_table_is_done_told_and_done_once(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = write(folder)
    assert plan.url is not None
    assert row_of(google, RESOURCES)["Статус"] == "нет следа"
    choose(google, RESOURCES, decision="отменить", role="директор", comment="карта общая")

    assert "решений из таблицы — 1" in sync(folder, capsys)

    (made,) = decisions(folder, capsys)
    assert (made["kind"], made["subject"], made["role"]) == ("cancel", "E02@ishim", "director")
    assert (made["source"], made["why"], made["number"]) == ("table", "карта общая", 1)
    assert statuses(folder, capsys)["E02@ishim"] == "cancelled"
    assert write(folder).changes
    told = row_of(google, RESOURCES)
    assert (told["Решение"], told["Кто решил"], told["Комментарий"]) == ("", "", "")
    assert "отмена, решение № 1 (директор), причина: карта общая" in told["Ответ"]
    assert told["Статус"] == "отменено"
    sync(folder, capsys)
    assert len(decisions(folder, capsys)) == 1
    google.seen.clear()
    assert not write(folder).changes
    assert not google.calls("batchUpdate")


def test_a_choice_that_stands_in_its_cell_is_one_decision_however_often_it_is_read(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="Проведено", day=dt.date(2023, 5, 12))
    for _ in range(3):
        sync(folder, capsys)

    (made,) = decisions(folder, capsys)
    assert (made["kind"], made["start"], made["role"]) == ("held", "2023-05-12", "coordinator")
    choose(google, RESOURCES, decision=" проведено ", day="12 мая 2023")
    sync(folder, capsys)
    assert len(decisions(folder, capsys)) == 1


def test_a_formula_that_failed_where_a_decision_belongs_is_answered_and_not_lost(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    rows = own(google)["data"][0]["rowData"]
    head = [cell.get("effectiveValue", {}).get("stringValue") for cell in rows[0]["values"]]
    error = {"errorValue": {"type": "REF", "message": "Reference does not exist"}}
    failed = {"effectiveValue": error, "userEnteredValue": {"formulaValue": "=A1:A0"}}
    for row in rows[1:]:
        if RESOURCES in row["values"][1].get("effectiveValue", {}).get("stringValue", ""):
            row["values"][head.index("Решение")] = failed | {"formattedValue": "#REF!"}
    sync(folder, capsys)

    write(folder)

    assert decisions(folder, capsys) == []
    assert "#REF!" in row_of(google, RESOURCES)["Ответ"]


def test_a_comment_that_comes_an_hour_later_is_noted_with_the_decision(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="отменить", role="директор")
    sync(folder, capsys)
    choose(google, RESOURCES, comment="по просьбе школы")
    sync(folder, capsys)
    sync(folder, capsys)

    made = decisions(folder, capsys)
    assert [one["why"] for one in made] == ["", "по просьбе школы"]


def test_erasing_a_choice_undoes_nothing_and_choosing_it_again_is_a_new_decision(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="отменить", role="директор")
    sync(folder, capsys)
    choose(google, RESOURCES, decision=None, role=None)
    sync(folder, capsys)
    assert statuses(folder, capsys)["E02@ishim"] == "cancelled"
    choose(google, RESOURCES, decision="отменить решение", role="директор")
    sync(folder, capsys)
    assert statuses(folder, capsys)["E02@ishim"] == "missed"
    choose(google, RESOURCES, decision="отменить", role="директор")
    sync(folder, capsys)

    assert [one["kind"] for one in decisions(folder, capsys)] == ["cancel", "undo", "cancel"]
    assert statuses(folder, capsys)["E02@ishim"] == "cancelled"


def test_what_was_written_and_taken_may_be_chosen_again_in_the_row_that_was_emptied(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="отменить", role="директор")
    sync(folder, capsys)
    write(folder)
    run(["decide", "undo", "1", "--role", "director", "--config", str(folder)])
    capsys.readouterr()
    choose(google, RESOURCES, decision="отменить", role="директор")  # before any other sync
    sync(folder, capsys)

    assert [one["kind"] for one in decisions(folder, capsys)] == ["cancel", "undo", "cancel"]


def test_an_undo_on_the_command_line_is_not_overruled_by_the_cell_that_still_stands(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="отменить", role="директор")
    sync(folder, capsys)
    run(["decide", "undo", "1", "--role", "director", "--config", str(folder)])
    choose(google, RESOURCES, comment="передумали")
    capsys.readouterr()
    sync(folder, capsys)

    assert [one["kind"] for one in decisions(folder, capsys)] == ["cancel", "undo"]
    write(folder)
    told = row_of(google, RESOURCES)
    assert "после этого решили иначе" in told["Ответ"]
    assert told["Комментарий"] == "передумали"


# --- what makes no sense ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({"decision": "отменить"}, "это решает директор"),
        ({"decision": "перенести на …", "role": "директор"}, "не сказано, на какой день"),
        ({"decision": "перенести на 31.02", "role": "директор"}, "непонятно, какой это день"),
        ({"decision": "подумаем"}, "непонятно, что решено («подумаем»)"),
        ({"decision": "та карточка"}, "нет карточки"),
        ({"decision": "пауза до …"}, "до какого дня пауза"),
        ({"decision": "отменить решение"}, "отменять нечего"),
        ({"decision": "отменить решение 77"}, "отменять нечего|не об этой строке"),
        ({"decision": "проведено", "role": "дежурный"}, "непонятно, кто решил. Выберите"),
        ({"day": "15.05.2023"}, "не выбрано решение"),
    ],
)
def test_what_makes_no_sense_is_answered_in_its_row_and_stays_there(
    folder: Path,
    google: GoogleServer,
    capsys: pytest.CaptureFixture[str],
    cells: dict[str, str],
    answer: str,
) -> None:
    write(folder)
    choose(google, RESOURCES, comment="так надо", **cells)
    sync(folder, capsys)
    assert decisions(folder, capsys) == []

    plan = write(folder)

    assert (plan.waiting, plan.refused) == (1, 1)
    told = row_of(google, RESOURCES)
    assert any(part in told["Ответ"] for part in answer.split("|"))
    assert told["Комментарий"] == "так надо"
    assert told["Решение"] == cells.get("decision", "")
    assert not write(folder).changes


def test_a_choice_that_nobody_has_read_yet_is_carried_over(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="проведено", comment="в мае")
    (folder / "centers.toml").write_text(CENTERS.replace("Ишимская", "Ишимская новая"), "utf-8")

    assert write(folder).waiting == 1

    told = row_of(google, RESOURCES)
    assert (told["Решение"], told["Комментарий"]) == ("проведено", "в мае")
    assert "непонятно, о чём" not in told["Ответ"]
    sync(folder, capsys)
    assert [one["kind"] for one in decisions(folder, capsys)] == ["held"]


def test_what_is_typed_between_the_look_and_the_write_is_not_lost(
    folder: Path, google: GoogleServer
) -> None:
    write(folder)
    told = overview(folder, on=AFTER)
    assert not plan_table(folder, told).changes
    choose(google, RESOURCES, decision="подумаем")

    apply_table(folder, told)

    assert row_of(google, RESOURCES)["Решение"] == "подумаем"


# --- hostile hands ------------------------------------------------------------------------------


def test_a_name_in_a_comment_is_refused_with_its_cell_and_goes_nowhere(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(
        google, RESOURCES, decision="отменить", role="директор",
        comment="заболел Гарифуллин Ильнур, тел. 8-913-765-43-21",
    )  # fmt: skip
    said = sync(folder, capsys)
    run(["check-calendar", "--on", str(AFTER), "--all", "--config", str(folder)])
    said += "".join(capsys.readouterr())
    write(folder)

    told = row_of(google, RESOURCES)
    assert told["Комментарий"] == "[скрыто]"
    assert told["Решение"] == "отменить"
    assert "ячейка K" in told["Ответ"]
    assert decisions(folder, capsys) == []
    sync(folder, capsys)
    assert decisions(folder, capsys) == []  # nobody has said it anew
    files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in ("Гарифуллин", "Ильнур", "913-765"):
        assert secret not in said
        assert secret.encode() not in files
        assert secret not in json.dumps(own(google), ensure_ascii=False)
    choose(google, RESOURCES, comment="по болезни")
    sync(folder, capsys)
    assert [one["why"] for one in decisions(folder, capsys)] == ["по болезни"]


def test_formulas_markup_and_a_flood_of_letters_stay_texts(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    hostile = '=IMPORTXML("https://evil.example/")<script>\u202e' + "х" * 6_000
    choose(google, RESOURCES, decision="проведено", comment=hostile)
    sync(folder, capsys)

    (made,) = decisions(folder, capsys)
    assert len(made["why"]) <= 1_000
    write(folder)
    cells = [
        cell["userEnteredValue"]
        for row in own(google)["data"][0]["rowData"]
        for cell in row["values"]
        if cell.get("userEnteredValue")
    ]
    assert all("formulaValue" not in cell for cell in cells)


@pytest.mark.parametrize("damage", ["", "miro-sync|e|E01|||00000000", "E02@ishim"])
def test_a_key_that_was_changed_or_blanked_is_answered_and_nothing_is_guessed(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="проведено", key=damage)
    sync(folder, capsys)
    assert decisions(folder, capsys) == []

    write(folder)

    rows = [row for row in shown(google) if "E02" in row["Мероприятие"]]
    assert [row["Решение"] for row in rows] == ["проведено", ""]
    assert rows[0]["Ответ"].startswith("Не учтено")


def test_visible_columns_that_were_sorted_without_the_hidden_one_are_noticed(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    rows = own(google)["data"][0]["rowData"]
    first, second = rows[1]["values"], rows[2]["values"]
    first[:-1], second[:-1] = second[:-1], first[:-1]
    choose(google, RESOURCES, decision="проведено")
    sync(folder, capsys)

    assert decisions(folder, capsys) == []


def test_a_header_that_is_gone_stops_the_write_with_a_clear_word(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="проведено")
    head = own(google)["data"][0]["rowData"][0]["values"]
    at = next(
        i for i, cell in enumerate(head) if cell["effectiveValue"] == {"stringValue": "Решение"}
    )
    head[at] = cell_data("Мысли вслух")

    plan = write(folder)

    assert plan.refusal is not None
    assert "нет заголовка «Решение»" in WORDS.tell(plan.refusal)
    assert row_of(google, RESOURCES)["Мысли вслух"] == "проведено"
    run(["check-calendar", "--on", str(AFTER), "--config", str(folder)])
    assert "нет заголовка «Решение»" in " ".join("".join(capsys.readouterr()).split())


def test_a_column_of_somebodys_own_stops_the_write_and_not_the_reading(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    rows = own(google)["data"][0]["rowData"]
    own(google)["properties"]["gridProperties"]["columnCount"] += 1
    rows[0]["values"].append(cell_data("Мои пометки"))
    rows[1]["values"].append(cell_data("позвонить"))
    choose(google, RESOURCES, decision="проведено")
    sync(folder, capsys)

    left = write(folder)

    assert len(decisions(folder, capsys)) == 1
    assert left.refusal is not None
    assert "N1" in WORDS.tell(left.refusal)
    assert "Мои пометки" in shown(google)[0]
    assert undo_table(folder).refusal is not None


def test_a_row_that_somebody_added_stays(folder: Path, google: GoogleServer) -> None:
    write(folder)
    rows = own(google)["data"][0]["rowData"]
    rows.append({"values": [{}, cell_data("Спросить про автобус")]})
    own(google)["properties"]["gridProperties"]["rowCount"] += 1

    assert write(folder).changes

    assert shown(google)[0]["Мероприятие"] == "Спросить про автобус"
    assert not write(folder).changes


def test_the_settings_say_what_the_director_alone_decides(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "project.toml").read_text("utf-8")
    (folder / "project.toml").write_text(f"{text}\n[decisions]\ndirectors_only = []\n", "utf-8")
    write(folder)
    choose(google, RESOURCES, decision="отменить")
    sync(folder, capsys)

    assert [one["role"] for one in decisions(folder, capsys)] == ["coordinator"]


def test_a_day_that_has_not_come_is_answered_in_the_row(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="проведено", day="01.05.2090")
    sync(folder, capsys)
    write(folder)

    assert decisions(folder, capsys) == []
    assert "ещё не наступил (01.05.2090)" in row_of(google, RESOURCES)["Ответ"]


def test_what_is_written_and_what_waits_is_told_by_true_figures(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "project.toml").read_text("utf-8")
    (folder / "project.toml").write_text(f"{text}\n[publish]\ntable = true\n", "utf-8")
    command = ["publish", "--only", "table", "--config", str(folder)]

    assert run([*command, "--apply"]) == 0
    rows = len(shown(google))
    assert f"изменилось строк — {rows}, всего стало {rows}." in capsys.readouterr().out
    choose(google, RESOURCES, decision="как-нибудь потом")
    choose(google, MEETING, decision="проведено")
    assert run(command) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "изменится 2 строки" in told
    assert "Решений ждут учёта: 1; их примет следующий miro-sync sync." in told
    assert "Не учтено строк: 1" in told
    run([*command, "--format", "json"])
    table = json.loads(capsys.readouterr().out)["table"]
    assert (table["waiting"], table["refused"]) == (2, 1)
    sync(folder, capsys)
    run(command)
    assert "ждут учёта" not in capsys.readouterr().out


# --- doors --------------------------------------------------------------------------------------


def as_workbook(google: GoogleServer, path: Path) -> None:
    """Save the spreadsheet as somebody downloads it."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for sheet in google.books[ID]["sheets"]:
        copy = made.create_sheet(sheet["properties"]["title"])
        for row in value_range(google.books[ID], f"'{copy.title}'").get("values", []):
            copy.append(row)
    made.save(path)


def as_folder(google: GoogleServer, path: Path) -> None:
    path.mkdir()
    for sheet in google.books[ID]["sheets"]:
        title = sheet["properties"]["title"]
        rows = value_range(google.books[ID], f"'{title}'").get("values", [])
        text = "\n".join(";".join('"' + str(c).replace('"', '""') + '"' for c in r) for r in rows)
        (path / f"{title}.csv").write_text(text, "cp1251")


def as_open_document(google: GoogleServer, path: Path) -> None:
    tables = []
    for sheet in google.books[ID]["sheets"]:
        title = sheet["properties"]["title"]
        rows = value_range(google.books[ID], f"'{title}'").get("values", [])
        cells = (ods_row(*(ods_cell(escape(str(cell))) for cell in row)) for row in rows)
        tables.append(f'</table:table><table:table table:name="{title}">{"".join(cells)}')
    path.write_bytes(ods("".join(tables)))


@pytest.mark.parametrize(
    ("name", "save"), [("t.xlsx", as_workbook), ("t.ods", as_open_document), ("csv", as_folder)]
)
def test_the_worksheet_in_a_downloaded_table_is_no_evidence_and_decides_all_the_same(
    folder: Path,
    google: GoogleServer,
    capsys: pytest.CaptureFixture[str],
    name: str,
    save: Any,  # noqa: ANN401 - one of the two above
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="перенести на 15.06.2023", role="директор")
    save(google, folder / name)
    settings = PROJECT.format(id=ID, api=google.url)
    live = f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0"
    (folder / "project.toml").write_text(settings.replace(live, name), "utf-8")
    run(["doctor", "--config", str(folder)])
    assert "Статус и решения" not in capsys.readouterr().out
    for _ in range(2):
        sync(folder, capsys)

    (made,) = decisions(folder, capsys)
    assert (made["kind"], made["start"], made["source"]) == ("move", "2023-06-15", "table")
    refusal = write(folder).refusal
    assert refusal is not None
    assert "только в Google Таблицу" in WORDS.tell(refusal)


def test_a_copy_of_the_worksheet_is_not_read(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="проведено")
    title = own(google)["properties"]["title"]
    rows = value_range(google.books[ID], f"'{title}'")["values"]
    choose(google, RESOURCES, decision=None)
    google.books[ID]["sheets"].append(tab(f"{title} (копия)", rows, sheet_id=77))
    sync(folder, capsys)

    assert decisions(folder, capsys) == []
    run(["check-calendar", "--on", str(AFTER), "--config", str(folder)])
    assert "это копия листа программы" in " ".join("".join(capsys.readouterr()).split())


def test_a_table_that_may_not_be_written_says_which_button_to_press(
    folder: Path, google: GoogleServer
) -> None:
    google.shared[ID] = "reader"
    told = overview(folder, on=AFTER)
    assert plan_table(folder, told).changes  # looking needs no such right

    with pytest.raises(SourceError) as caught:
        apply_table(folder, told)

    assert "Редактор" in WORDS.tell(caught.value.message)


def test_a_write_that_broke_in_the_middle_loses_no_word(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    choose(google, RESOURCES, decision="отменить", role="директор")
    sync(folder, capsys)
    google.faults.append(Fault(at=":batchUpdate", kind="done_then_reset"))
    with pytest.raises(SourceError):
        write(folder)

    write(folder)
    sync(folder, capsys)

    assert len(decisions(folder, capsys)) == 1
    assert row_of(google, RESOURCES)["Решение"] == ""


def test_the_worksheet_is_taken_away_when_no_words_wait_in_it(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert undo_table(folder).differing == 0
    write(folder)
    choose(google, RESOURCES, decision="проведено")
    left = undo_table(folder)
    assert left.refusal is not None
    assert "ещё не учтено" in WORDS.tell(left.refusal)
    sync(folder, capsys)

    assert undo_table(folder).differing == 2

    assert [one["properties"]["title"] for one in google.books[ID]["sheets"]] == [
        "Событийный календарь",
        "Отчёт",
    ]
    assert len(decisions(folder, capsys)) == 1  # what was decided stays decided
    write(folder)
    choose(google, RESOURCES, decision="проведено")
    sync(folder, capsys)
    assert len(decisions(folder, capsys)) == 2


def test_a_connection_that_breaks_while_it_is_taken_away_is_outlasted(
    folder: Path, google: GoogleServer
) -> None:
    text = (folder / "project.toml").read_text("utf-8")
    (folder / "project.toml").write_text(
        text.replace("patience_seconds = 0", "patience_seconds = 5"), "utf-8"
    )
    write(folder)
    google.faults.append(Fault(at=":batchUpdate", kind="done_then_reset"))

    undo_table(folder)

    assert len(google.books[ID]["sheets"]) == 2


# --- killed -------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_a_sync_killed_at_any_point_neither_loses_a_decision_nor_doubles_it(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    sync(folder, capsys)
    choose(google, RESOURCES, decision="отменить", role="директор")
    for point in range(200):
        child = os.fork()
        if child == 0:
            left = point

            def count(*_: object, **__: object) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
                sa.event.listen(Engine, name, count)
            run(["sync", "--config", str(folder)])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        capsys.readouterr()
        assert len(decisions(folder, capsys)) <= 1
        if not os.WIFSIGNALED(status):
            break
    sync(folder, capsys)

    assert point > 20
    assert [one["kind"] for one in decisions(folder, capsys)] == ["cancel"]
