"""Of an online table only the columns that are looked for are asked for, and none is mistaken.

The real command line over a spreadsheet on loopback: what is asked for after the first stored
read, and that the answers stay those of a reader who sees everything, whatever people change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from google_books import ID, Cell, Grid, book, tab
from google_server import GoogleServer
from test_job_sheets import AFTER, CENTERS, PLAN, PROJECT

from miro_sync.cli import run

Rows = list[list[Cell]]

SECRET_NAME, SECRET_PHONE = "Гарифуллин Ильнур Рустамович", "8-913-765-43-21"
REPORT: Rows = [
    ["Отчёт центров о мероприятиях"],
    ["Телефон", "Центр", "Примечание", "Мероприятие", "Дата проведения", "Количество участников"],
    [SECRET_PHONE, "Ишимская ООШ", SECRET_NAME, "Методический день", "19.04.2023", "12 педагогов"],
    [],
    ["", "Ишимская ООШ", "", "Обновление карт ресурсов центров", "18.05.2023", 3],
]
MAP: Rows = [
    ["Центр", "ФИО руководителя", "Дата обновления", "Кабинетов", "Ссылка на страницу центра"],
    ["Ишимская ООШ", SECRET_NAME, "12.05.2023", 3, "https://ishim.example.org"],
]
OTHERS = ("Ведомость посещения", "Результаты ОГЭ", "Заявки")


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        keep(running)
        yield running
    assert not running.violations


def keep(
    google: GoogleServer,
    report: Rows = REPORT,
    *,
    title: str = "Отчёт",
    hidden: bool = False,
    first: bool = False,
    merges: Sequence[Grid] = (),
) -> None:
    sheets = [
        tab("Событийный календарь", PLAN, sheet_id=1),
        tab(title, report, sheet_id=2, hidden=hidden, merges=merges),
        tab("Карта ресурсов", MAP, sheet_id=3),
        *(
            tab(other, [["Центр", "Предмет"], ["Ишимская ООШ", "Химия"]], sheet_id=number)
            for number, other in enumerate(OTHERS, 4)
        ),
    ]
    if first:
        sheets.insert(0, sheets.pop(1))
    google.keep(book(*sheets))


@pytest.fixture
def folder(tmp_path: Path, google: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in google.environ().items():
        monkeypatch.setenv(name, value)
    for name in ("remembers", "forgets"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "project.toml").write_text(
            PROJECT.format(id=ID, api=google.url), "utf-8"
        )
        (tmp_path / name / "centers.toml").write_text(CENTERS, "utf-8")
    return tmp_path


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    arguments = ["check-calendar", "--format", "json", "--on", AFTER, "--all"]
    run([*arguments, "--config", str(folder)])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def sync(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sync", "--config", str(folder)]) in {0, 1}
    capsys.readouterr()


def asked(google: GoogleServer) -> list[str]:
    """Return the ranges that the last request for values asked for."""
    return google.calls("values:batchGet")[-1].query["ranges"]


def test_six_worksheets_cost_two_calls_at_the_first_read_and_at_every_other(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []
    for _ in range(3):
        google.seen.clear()
        sync(folder / "remembers", capsys)
        calls.append(len(google.calls()))

    assert calls == [2, 2, 2]


def test_columns_that_nobody_looks_for_are_not_asked_for_again(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    sync(folder / "remembers", capsys)
    first = asked(google)
    for command in ("check-calendar", "resources", "coverage", "doctor"):
        google.seen.clear()
        run([command, "--config", str(folder / "remembers")])
        capsys.readouterr()

        assert not {"'Отчёт'", "'Карта ресурсов'"} & set(asked(google)), command
        assert [one for one in asked(google) if "Отчёт" in one] == [
            "'Отчёт'!1:2",
            "'Отчёт'!B3:B",
            "'Отчёт'!D3:F",
        ]
        assert [one for one in asked(google) if "Карта" in one] == [
            "'Карта ресурсов'!1:1",
            "'Карта ресурсов'!A2:A",
            "'Карта ресурсов'!C2:E",
        ]
    assert {"'Отчёт'", "'Карта ресурсов'"} <= set(first)


def test_the_answer_is_that_of_a_read_of_everything(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sync(folder / "remembers", capsys)

    for command in ("resources", "coverage", "check-calendar"):
        answers = []
        for name in ("remembers", "forgets"):
            options = [] if command == "coverage" else ["--on", AFTER]
            run([command, "--format", "json", *options, "--config", str(folder / name)])
            answer = json.loads(capsys.readouterr().out)
            answer.pop("sources", None)
            answer.pop("findings", None)
            answers.append(answer)
        assert answers[0] == answers[1], command


KPI = """
[[indicator]]
id = "K9"
title = "Выездов"
unit = "шт."
formula = "sum"
source = "table"
sheet = "Заявки"
value = "Число выездов"
target = 20
"""


def test_an_indicator_is_counted_from_a_column_of_its_own_at_every_read(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    applied: list[list[str | float]] = [
        ["Центр", "ФИО", "Предмет", "Число выездов"],
        ["Ишимская ООШ", SECRET_NAME, "ИЗО", 14],
    ]
    google.books[ID]["sheets"][-1] = tab(OTHERS[-1], applied, sheet_id=9)
    (folder / "remembers" / "kpi.toml").write_text(KPI, "utf-8")
    counted = []
    for _ in range(3):
        sync(folder / "remembers", capsys)
        run(["kpi", "--on", AFTER, "--format", "json", "--config", str(folder / "remembers")])
        (value,) = json.loads(capsys.readouterr().out)["indicators"]
        counted.append(value["value"])

    assert counted == [14, 14, 14]
    assert [one for one in asked(google) if "Заявки" in one] == [
        "'Заявки'!1:1",
        "'Заявки'!A2:A",
        "'Заявки'!C2:D",
    ]


def test_other_columns_in_the_settings_are_looked_for_at_once(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str]
) -> None:
    sync(folder / "remembers", capsys)
    (folder / "remembers" / "tables.toml").write_text(
        '[[worksheet]]\nkind = "resources"\ntitle = "Карта"\nsheets = ["карта ресурсов"]\n'
        '[[worksheet.column]]\nkey = "center"\nheaders = ["Центр"]\ntype = "center"\n'
        '[[worksheet.column]]\nkey = "pupils"\nheaders = ["Обучающихся"]\nrequired = true\n',
        "utf-8",
    )

    told(folder / "remembers", capsys)

    assert "'Карта ресурсов'" in asked(google)


# --- what people change -------------------------------------------------------------------------


def column(rows: Rows, at: int, values: Sequence[Cell]) -> Rows:
    """Insert a column, its first value in the second row."""
    return [
        row if number == 0 or not row else [*row[:at], value, *row[at:]]
        for number, (row, value) in enumerate(zip(rows, ["", *values], strict=True))
    ]


def renamed(rows: Rows, old: str, new: str) -> Rows:
    return [[new if value == old else value for value in row] for row in rows]


def reordered(rows: Rows, order: Sequence[int]) -> Rows:
    return [[row[index] for index in order] if len(row) == len(order) else row for row in rows]


def replaced(rows: Rows, row: int, column: int, value: Cell) -> Rows:
    changed = [[*one] for one in rows]
    changed[row][column] = value
    return changed


Change = Callable[[GoogleServer], None]
CHANGES: dict[str, Change] = {
    "a column inserted in front": lambda g: keep(g, column(REPORT, 0, ["Код", 1, "", 2])),
    "a column inserted in the middle": lambda g: keep(g, column(REPORT, 4, ["Класс", 8, "", 9])),
    "a column of persons inserted": lambda g: keep(
        g, column(REPORT, 3, ["ФИО", SECRET_NAME, "", SECRET_NAME])
    ),
    "columns in another order": lambda g: keep(g, reordered(REPORT, (5, 4, 3, 2, 1, 0))),
    "a header by another name": lambda g: keep(g, renamed(REPORT, "Дата проведения", "Даты")),
    "a header that means nothing": lambda g: keep(g, renamed(REPORT, "Дата проведения", "Было")),
    "the note's header now the event's": lambda g: keep(
        g, renamed(renamed(REPORT, "Мероприятие", "Подробно"), "Примечание", "Мероприятие")
    ),
    "a doubled column that says otherwise": lambda g: keep(
        g, column(REPORT, 6, ["Дата проведения", "01.02.2023", "", "01.02.2023"])
    ),
    "a doubled column that says the same": lambda g: keep(
        g, column(REPORT, 6, ["Дата проведения", "19.04.2023", "", "18.05.2023"])
    ),
    "rows above the header": lambda g: keep(g, [["Черновик"], [], *REPORT]),
    "the title gone": lambda g: keep(g, REPORT[1:]),
    "blank rows inside": lambda g: keep(g, [*REPORT[:3], [], [], [], *REPORT[3:]]),
    "a failed formula for a date": lambda g: keep(g, replaced(REPORT, 2, 4, "#REF!")),
    "a failed formula for a header": lambda g: keep(g, replaced(REPORT, 1, 4, "#REF!")),
    "a merged title": lambda g: keep(g, merges=[(0, 1, 0, 6)]),
    "a cell merged from a column left aside": lambda g: keep(
        g, replaced(REPORT, 2, 3, None), merges=[(2, 3, 2, 4)]
    ),
    "a section over all columns": lambda g: keep(
        g, [*REPORT[:2], ["Раздел 1. Методическая работа"], *REPORT[2:]], merges=[(2, 3, 0, 6)]
    ),
    "another table below": lambda g: keep(
        g,
        [*REPORT, [], ["ФИО", "Класс", "Школа", "Результат"], [SECRET_NAME, "8А", "Ишимская", 5]],
    ),
    "another plan below, its columns otherwise": lambda g: keep(
        g,
        [
            *REPORT,
            [],
            ["Мероприятие", "Дата проведения", "Количество участников", "Центр"],
            ["Обновление карт ресурсов центров", "17.05.2023", 4, "Ишимская ООШ"],
        ],
    ),
    "a renamed worksheet": lambda g: keep(g, title="Отчёт 2023"),
    "a hidden worksheet": lambda g: keep(g, hidden=True),
    "a moved worksheet": lambda g: keep(g, first=True),
    "a worksheet gone": lambda g: g.keep(book(tab("Событийный календарь", PLAN, sheet_id=1))),
    "all rows gone": lambda g: keep(g, REPORT[:2]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_nothing_is_read_from_a_wrong_column(
    folder: Path, google: GoogleServer, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    sync(folder / "remembers", capsys)
    CHANGES[name](google)
    google.seen.clear()

    remembering = told(folder / "remembers", capsys)
    calls = len(google.calls())
    seeing_all = told(folder / "forgets", capsys)

    for key in ("events", "review", "extra", "moved"):
        assert remembering[key] == seeing_all[key], key
    assert calls <= 3  # a third for what has another header now
    sync(folder / "forgets", capsys)
    google.seen.clear()
    told(folder / "forgets", capsys)
    assert len(google.calls()) == 2
    everything = json.dumps([remembering, seeing_all], ensure_ascii=False)
    assert not re.search("Гарифуллин|765-43", everything)
