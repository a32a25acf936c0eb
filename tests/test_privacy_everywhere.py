"""Lists of names fed to every input of the real commands; every byte that comes out searched."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from google_books import ID, Cell, book, tab
from google_discovery import Json
from google_server import LINK, Fault, GoogleServer
from openpyxl.comments import Comment
from test_files import ods, ods_cell, ods_row
from test_job import AFTER, CALENDAR, CENTERS, PROJECT, board, card

from miro_sync.app.overviews import overview
from miro_sync.cli import run
from miro_sync.status_sheet import status_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: Texts to be fed, and what of them must be found nowhere.
PROBES = (
    "Гарифуллин Ильнур Рустамович, 12.03.2009, 8А",
    "1. Ковальчук Захар\n2. Вольская Софья",
    "Мельник Д.Н., 9 класс; Сидоренко А.П., 9 класс",
    "Победитель: Белых Ксения, 9 «Б»",
    "мама Оганесян Л.А., тел. 8-913-765-43-21",
    "СНИЛС 112-233-445 95",
    "zaxar.kovalchuk@example.org",
)
SECRETS = (
    "Гарифуллин", "Ильнур", "Ковальчук", "Захар", "Вольск", "Мельник", "Сидоренко", "Белых",
    "Оганесян", "913-765", "43-21", "112-233", "445 95", "zaxar", "12.03.2009", "2009-03-12",
)  # fmt: skip
CHECK = f"check-calendar --on {AFTER} --all"
COMMANDS = (
    "sync",
    *(f"{CHECK} --format {form}" for form in ("table", "json", "csv")),
    f"centers --on {AFTER}",
    "doctor",
    "history",
    "history E01",
    "decide list",
    *(f"resources --format {form}" for form in ("table", "json", "csv")),
    *(f"coverage --format {form}" for form in ("table", "json", "csv")),
    f"{CHECK} --offline --format json",
    f"report html --on {AFTER} -o -",
    f"report html --on {AFTER} -o - --center ishim",
)
HEADER = ("Мероприятие", "Дата проведения", "Участники", "Количество участников", "Ответственные")


def rows() -> list[Sequence[str]]:
    """Return a plan in which every probe stands once in every column but the numbers."""
    plan: list[Sequence[str]] = [HEADER, ("Направление 1. Конкурсы", "", "", "", "")]
    for number, probe in enumerate(PROBES):
        plan.append((f"{probe}", f"{number + 1}.05.2023", "8 класс", "25", "учитель химии"))
        plan.append((f"Урок № {number}", "2.05.2023", probe, probe, probe))
        plan.append((f"Занятие № {number}", probe, "8 класс", "12", "Сикора М.С."))
    return plan


def resources() -> list[Sequence[str]]:
    """Return a resource map with the probes in every column."""
    header = ("Центр", "Дата обновления", "Направленность", "Педагогов", "Страница центра")
    probes = [(probe,) * len(header) for probe in PROBES]
    whose = [("Яйская ООШ №1", *probe[1:]) for probe in probes]
    return [header, *probes, *whose]


def as_csv(path: Path) -> Path:
    path.mkdir()
    for title, table in (("План мероприятий", rows()), ("Карта ресурсов", resources())):
        lines = (";".join(f'"{cell}"' for cell in row) for row in table)
        (path / f"{title}.csv").write_text("\n".join(lines), "utf-8")
    (path / "Гарифуллин Ильнур Рустамович.csv").write_text("А;Б\n1;2", "utf-8")
    return path


def as_xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "План мероприятий"
    book.create_sheet("Карта ресурсов")
    for row in rows():
        sheet.append(list(row))
    for row in resources():
        book["Карта ресурсов"].append(list(row))
    book.create_sheet("Ковальчук Захар").append(["А", 89137654321])
    book.save(path)
    return path


def as_ods(path: Path) -> Path:
    path.write_bytes(ods("".join(ods_row(*map(ods_cell, row)) for row in rows())))
    return path


def searched(
    folder: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    commands: Sequence[str] = COMMANDS,
) -> str:
    """Return everything told, after nothing personal was found in it nor on the disk."""
    given = {path for path in tmp_path.rglob("*") if path.is_file()}
    told = ""
    for command in commands:
        code = run(["-v", *command.split(), "--config", str(folder)])
        answer = "".join(capfd.readouterr())
        assert code in {0, 1, 2, 3}, answer
        for secret in SECRETS:
            assert secret not in answer, f"{command}: {secret}"
        told += answer
    for path in tmp_path.rglob("*"):
        if path.is_file() and path not in given:
            content = path.read_bytes()
            for secret in SECRETS:
                for encoding in ("utf-8", "utf-16-le", "cp1251"):
                    assert secret.encode(encoding) not in content, f"{path.name}: {secret}"
                assert json.dumps(secret)[1:-1].encode() not in content, f"{path.name}: {secret}"
    return told


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    (folder / "centers.toml").write_text(CENTERS, "utf-8")
    (folder / "calendar.csv").write_text(CALENDAR, "utf-8")
    (folder / "board.json").write_text(board(()), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "write"), [("csv", as_csv), ("t.xlsx", as_xlsx), ("t.ods", as_ods)]
)
def test_nothing_of_a_name_list_in_a_table_is_kept_or_told(
    folder: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    name: str,
    write: Callable[[Path], Path],
) -> None:
    path = write(tmp_path / name)
    settings = PROJECT + f'\n[tables]\nsource = "{path}"\n'
    (folder / "project.toml").write_text(settings, "utf-8")
    told = searched(folder, tmp_path, capfd)
    assert "похоже на личные данные (дата рождения)" in told
    assert "ячейка A3" in told
    assert "Сикора" not in told  # nobody's column is shown


def test_nothing_of_a_name_list_in_the_worksheet_of_decisions_is_kept_or_told(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table = status_rows(overview(folder))
    header = [column.title for column in table.columns]
    lines = [header]
    for probe in PROBES:
        for at in range(len(header)):
            row = [str(getattr(cell, "value", cell) or "") for cell in table.rows[0]]
            row[header.index("Решение")] = "проведено"
            row[at] = probe
            lines.append(row)
    (tmp_path / "csv").mkdir()
    text = "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines)
    (tmp_path / "csv" / "Решения.csv").write_text(text, "utf-8")
    settings = PROJECT + f'\n[tables]\nsource = "{tmp_path / "csv"}"\n'
    (folder / "project.toml").write_text(settings, "utf-8")

    told = searched(folder, tmp_path, capfd)

    assert "похожа на личные данные (дата рождения)" in told
    assert "решений ещё нет" in told.casefold()


def test_nothing_of_a_name_list_on_the_board_is_kept_or_told(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cards = []
    for number, probe in enumerate(PROBES):
        lines = "".join(f"<p>{line}</p>" for line in probe.split("\n"))
        cards.append(card(3 * number, f"✅ {lines}", "1", "2023-05-15T17:00:00Z"))
        described = card(3 * number + 1, "✅ Методический день", None, "2023-04-19T17:00:00Z")
        described["data"]["description"] = lines
        cards.append(described)
        note = card(3 * number + 2, "", "2")
        note.update(type="sticky_note", data={"content": f"<p>15.05.2023</p>{lines}"})
        cards.append(note)
    cards.append({"id": "9", "type": "frame", "data": {"title": "Ковальчук Захар, 9 класс"}})
    (folder / "board.json").write_text(board(cards), "utf-8")
    told = searched(folder, tmp_path, capfd)
    assert "текст карточки похож на личные данные" in told
    assert '"status": "held"' in told  # the mark, the day and the place stay


def test_nothing_of_a_name_list_in_the_calendar_is_kept_or_told(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    header = "Код;Задача;Мероприятие;Сроки реализации;Ответственные;Участники;Ожидаемый результат"
    lines = [header, "E01;;Методический день;Апрель 2023;Сикора М.С.;Педагоги;Справка"]
    for number, probe in enumerate(PROBES):
        cell = '"' + probe + '"'
        lines.append(f"P{number};{cell};Семинар {number};Май 2023;{cell};{cell};{cell}")
        lines.append(f"Q{number};;{cell};Май 2023;;;")
        lines.append(f"R{number};;Занятие {number};{cell};;;")
    (folder / "calendar.csv").write_text("\n".join(lines), "utf-8")
    told = searched(folder, tmp_path, capfd)
    assert "похоже на личные данные" in told
    assert "Сикора М.С." in told


def test_a_reason_with_a_name_is_not_noted(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["sync", "--config", str(folder)])
    capfd.readouterr()
    for probe in PROBES:
        decide = ["decide", "cancel", "E01", "--role", "director", "--config", str(folder)]
        assert run([*decide, "--why", f"заболел {probe}"]) == 2
        said = capfd.readouterr().err
        assert "похоже на личные данные" in said
        for secret in SECRETS:
            assert secret not in said
    searched(folder, tmp_path, capfd)


# --- online tables ------------------------------------------------------------------------------


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        for name, value in server.environ().items():
            monkeypatch.setenv(name, value)
        yield server
    assert not server.violations


def online(folder: Path, google: GoogleServer, source: str) -> None:
    address = f'source = "{source}"\napi_url = "{google.url}"\npatience_seconds = 0\n'
    (folder / "project.toml").write_text(f"{PROJECT}\n[tables]\n{address}", "utf-8")


def as_google() -> Json:
    """Return a spreadsheet with the probes in every part of its cells that Google knows of."""
    people: list[Sequence[Cell]] = [("ФИО", "Дата рождения", "Телефон", "Мероприятие")]
    people += [(probe, dt.date(2009, 3, 12), 89137654321, probe) for probe in PROBES]
    resource = book(
        tab("План мероприятий", rows(), sheet_id=1),
        tab("Карта ресурсов", resources(), sheet_id=2),
        tab("Обучающиеся", people, sheet_id=3),
        tab("Гарифуллин Ильнур Рустамович", people, sheet_id=4, hidden=True),
        tab("Ковальчук Захар", [("А", 112233445.95)], sheet_id=5),
        title="Мельник Д.Н., 9 класс",
    )
    for sheet in resource["sheets"]:
        for number, row in enumerate(sheet["data"][0]["rowData"]):
            for cell in row.get("values", ()):
                probe = PROBES[number % len(PROBES)]
                cell["note"] = probe
                cell["hyperlink"] = f"mailto:zaxar.kovalchuk@example.org?subject={probe}"
                uri = f"https://example.org/?mail=zaxar.kovalchuk@example.org&n={number}"
                cell["textFormatRuns"] = [{"format": {"link": {"uri": uri}}}]
                cell["chipRuns"] = [
                    {"chip": {"personProperties": {"email": "zaxar.kovalchuk@example.org"}}}
                ]
    return resource


def test_nothing_of_a_name_list_in_a_google_spreadsheet_is_kept_or_told(
    folder: Path, tmp_path: Path, google: GoogleServer, capfd: pytest.CaptureFixture[str]
) -> None:
    google.keep(as_google())
    online(folder, google, f"https://docs.google.com/spreadsheets/d/{ID}/edit")

    told = searched(folder, tmp_path, capfd)

    assert "похоже на личные данные (дата рождения)" in told
    asked = {one for seen in google.calls("values:batchGet") for one in seen.query["ranges"]}
    assert {"'План мероприятий'!1:1", "'План мероприятий'!A2:E"} <= asked
    spoken_of = [seen.query["fields"][0] for seen in google.calls() if "fields" in seen.query]
    assert not [fields for fields in spoken_of if "note" in fields or "person" in fields]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=403, body={"error": {"code": 403, "message": " ".join(PROBES)}}, times=-1),
        Fault(status=400, body={"error": {"message": PROBES[0], "status": PROBES[1]}}, times=-1),
        Fault(status=500, body={"error": PROBES[2]}, times=-1),
        Fault(status=200, page=f"<html>{PROBES[0]} {PROBES[6]}</html>", times=-1),
        Fault(status=200, body={"sheets": [{"properties": {"title": list(PROBES)}}]}, times=-1),
        Fault(at="values", status=200, body={"valueRanges": [{"values": PROBES}]}, times=-1),
        Fault(at="values", status=404, body={"error": {"message": PROBES[4]}}, times=-1),
        Fault(at="token", status=400, body={"error": PROBES[0], "error_description": PROBES[5]}),
    ],
    ids=lambda fault: f"{fault.at}{fault.status}",
)
def test_nothing_of_a_failure_that_quotes_the_table_is_kept_or_told(
    folder: Path,
    tmp_path: Path,
    google: GoogleServer,
    capfd: pytest.CaptureFixture[str],
    fault: Fault,
) -> None:
    google.keep(as_google())
    google.faults.append(fault)
    online(folder, google, f"https://docs.google.com/spreadsheets/d/{ID}/edit")

    searched(folder, tmp_path, capfd, ("sync", "doctor", "resources", f"{CHECK} --format json"))


def test_nothing_of_a_name_list_in_a_workbook_on_yandex_disk_is_kept_or_told(
    folder: Path, tmp_path: Path, google: GoogleServer, capfd: pytest.CaptureFixture[str]
) -> None:
    book_on_disk = as_xlsx(tmp_path / "t.xlsx")
    workbook = openpyxl.load_workbook(book_on_disk)
    for row in workbook["План мероприятий"].iter_rows():
        for cell in row:
            cell.hyperlink = "https://example.org/?mail=zaxar.kovalchuk@example.org"
            cell.comment = Comment(PROBES[0], "Ковальчук Захар")
    workbook.properties.creator = "Ковальчук Захар"
    workbook.save(book_on_disk)
    google.files[LINK, ""] = ("Гарифуллин Ильнур Рустамович.xlsx", book_on_disk.read_bytes())
    online(folder, google, LINK)

    told = searched(folder, tmp_path, capfd)

    assert "похоже на личные данные (дата рождения)" in told
