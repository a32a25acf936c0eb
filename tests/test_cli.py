"""The command line: what is called, what is printed where, and the exit code.

The commands run through click's own runner against an `app` of the tests; what depends on a real
process (encodings, pipes, start-up, a terminal) runs in one.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import pytest
from click.testing import CliRunner
from telling_sample import (
    ASSESSMENT,
    CALM,
    PROJECT,
    SOURCES,
    FakeApp,
    Marks,
    Told,
    reason,
)

from miro_sync import __version__
from miro_sync.cli import run
from miro_sync.errors import SettingsError, SourceError
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import Place, Problem, SourceReport, SourceState, say
from miro_sync.telling.usage import usage_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.testing import Result

    from miro_sync.errors import MiroSyncError

TESTS = Path(__file__).parent
CALMLY = Told(CALM, ())
COMMANDS = (
    "demo",
    "init",
    "doctor",
    "sync",
    "check-calendar",
    "centers",
    "kpi",
    "resources",
    "coverage",
    "report",
    "digest",
    "decide",
    "publish",
    "history",
    "state",
    "schedule",
    "status",
    "serve",
    "worker",
    "periods",
    "export-board",
    "login",
)


class _Line:
    """Our `run` in the place where click's runner expects a command."""

    name = "miro-sync"

    def main(self, args: Iterable[str], prog_name: str, app: FakeApp) -> None:
        sys.exit(run(list(args), app=app))


def invoke(
    *args: str,
    app: FakeApp | None = None,
    text: str | bytes | None = None,
    env: dict[str, str] | None = None,
) -> Result:
    line = cast("click.Command", _Line())
    plain = dict.fromkeys(("COLUMNS", "MIRO_SYNC_CONFIG", "NO_COLOR"))
    return CliRunner().invoke(
        line, args, input=text, env={**plain, **(env or {})}, app=app or FakeApp()
    )


def telling(told: Told) -> FakeApp:
    return FakeApp(told=told)


# --- what is called


def test_the_check_is_asked_with_the_options_given() -> None:
    app = FakeApp()
    invoke("check-calendar", "--on", "05.04.2023", "--as-of", "2023-03-01", "--offline", app=app)
    assert app.calls == [("check", Path("config"), dt.date(2023, 4, 5), dt.date(2023, 3, 1), True)]


def test_without_options_the_check_is_about_now() -> None:
    app = FakeApp()
    invoke("check-calendar", app=app)
    assert app.calls == [("check", Path("config"), None, None, False)]


@pytest.mark.parametrize(
    ("args", "env", "folder"),
    [
        (("sync",), {}, "config"),
        (("--config", "a", "sync"), {}, "a"),
        (("sync", "--config", "a"), {}, "a"),
        (("--config", "a", "sync", "--config", "b"), {}, "b"),
        (("sync",), {"MIRO_SYNC_CONFIG": "c"}, "c"),
        (("sync",), {"MIRO_SYNC_CONFIG": ""}, "config"),
        (("--config", "a", "sync"), {"MIRO_SYNC_CONFIG": "c"}, "a"),
        (("sync", "--config", "b"), {"MIRO_SYNC_CONFIG": "c"}, "b"),
    ],
)
def test_the_folder_may_stand_before_or_after_the_command_or_in_the_environment(
    args: tuple[str, ...], env: dict[str, str], folder: str
) -> None:
    app = FakeApp()
    invoke(*args, app=app, env=env)
    assert app.calls == [("sync", Path(folder))]


def test_init_lists_the_files_and_says_what_comes_next() -> None:
    app = FakeApp()
    result = invoke("init", "наш проект", app=app)
    assert app.calls == [("init", Path("наш проект"))]
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        str(Path("наш проект/project.toml")),
        str(Path("наш проект/centers.toml")),
    ]
    assert "miro-sync doctor --config наш проект" in result.stderr


def test_demo_says_that_it_is_a_sample_and_what_comes_next() -> None:
    app = FakeApp()
    result = invoke("demo", app=app)
    assert app.calls == [("demo", None)]
    assert result.exit_code == 0
    first, *_, last = result.stdout.splitlines()
    assert first.startswith("Это образец")
    assert "miro-sync init" in last


def test_sync_may_be_asked_to_read_the_board_whole() -> None:
    app = FakeApp()
    invoke("sync", "--full", app=app)
    assert app.calls == [("sync", Path("config"), "full")]


def test_the_live_board_is_saved_to_the_file_named() -> None:
    app = FakeApp()
    result = invoke("export-board", "доска.json", app=app)
    assert app.calls == [("export-board", Path("config"), Path("доска.json"))]
    assert result.exit_code == 0
    assert "5000 объектов" in result.stderr
    assert result.stdout == ""


def test_a_board_saved_in_part_is_a_source_not_read() -> None:
    told = Told(assessment=replace(Told().assessment, trustworthy=False))
    result = invoke("export-board", "доска.json", app=telling(told))
    assert result.exit_code == 3
    assert "не целиком" in result.stderr


def test_login_shows_the_address_to_open_and_where_the_tokens_are() -> None:
    result = invoke("login")
    assert result.exit_code == 0
    assert "https://miro.com/oauth/authorize" in result.stderr
    assert "tokens.json" in result.stderr


def test_demo_may_be_written_somewhere_and_shown_at_length() -> None:
    app = FakeApp()
    result = invoke("demo", "-o", "образец", "--all", app=app)
    assert app.calls == [("demo", Path("образец"))]
    assert "СРОК" in result.stdout


def test_doctor_fails_when_something_is_to_be_mended() -> None:
    assert invoke("doctor").exit_code == 0
    warned = FakeApp(marks=Marks((("warn", reason("Доска", "нет рамок")),)))
    assert invoke("doctor", app=warned).exit_code == 0
    failed = FakeApp(marks=Marks((("fail", reason("Доска", "нет доступа")),)))
    result = invoke("doctor", app=failed)
    assert (result.exit_code, result.stdout) == (2, "исправьте  Доска: нет доступа\n")


# --- exit codes


@pytest.mark.parametrize("command", ["check-calendar", "centers", "sync"])
@pytest.mark.parametrize(
    ("told", "flags", "code"),
    [
        (CALMLY, (), 0),
        (Told(), (), 1),
        (Told(), ("--exit-zero",), 0),
        (replace(Told(), exit_code=3), (), 3),
        (replace(CALMLY, exit_code=3), (), 3),
        (replace(Told(), exit_code=3), ("--exit-zero",), 3),
    ],
)
def test_the_exit_code_says_what_was_found(
    command: str, told: Told, flags: tuple[str, ...], code: int
) -> None:
    assert invoke(command, *flags, app=telling(told)).exit_code == code


def test_the_exit_code_for_one_centre_is_about_that_centre() -> None:
    assert invoke("check-calendar", "--center", "novonik").exit_code == 1
    assert invoke("check-calendar", "--center", "yaya3").exit_code == 0


@pytest.mark.parametrize("layout", ["table", "json", "csv"])
def test_the_exit_code_does_not_depend_on_the_format(layout: str) -> None:
    assert invoke("check-calendar", "--format", layout).exit_code == 1
    assert invoke("check-calendar", "--format", layout, app=telling(CALMLY)).exit_code == 0


def test_a_sample_is_never_flagged_but_may_fail() -> None:
    assert invoke("demo").exit_code == 0
    assert invoke("demo", app=telling(replace(Told(), exit_code=3))).exit_code == 3


@pytest.mark.parametrize(("kind", "code"), [(SettingsError, 2), (SourceError, 3)])
def test_a_failure_is_told_with_its_mistakes_and_no_traceback(
    kind: type[MiroSyncError], code: int
) -> None:
    mistake = Problem(reason("нет такого пояса", "Кузбасс"), Place("project.toml", key="timezone"))
    app = FakeApp(fails=kind(reason("Настройки", "одна ошибка"), (mistake,)))
    result = invoke("check-calendar", app=app)
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Настройки: одна ошибка",
        "  project.toml, timezone: нет такого пояса: Кузбасс",
    ]


@pytest.mark.parametrize("args", [("-v", "sync"), ("sync", "--verbose")])
def test_details_of_a_failure_are_shown_when_asked_for(args: tuple[str, ...]) -> None:
    app = FakeApp(fails=SourceError(reason("Доска", "не читается")))
    result = invoke(*args, app=app)
    assert "Traceback" in result.stderr
    assert result.stderr.endswith("Доска: не читается\n")


def test_a_defect_is_one_sentence_and_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = invoke("sync", app=FakeApp(fails=ZeroDivisionError("деление")))
    assert (result.exit_code, result.stdout) == (70, "")
    record = next(tmp_path.iterdir())
    assert str(record) in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" in record.read_text("utf-8")
    assert f"miro-sync {__version__}" in record.read_text("utf-8")


def test_a_defect_shows_its_details_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = invoke("-v", "sync", app=FakeApp(fails=ZeroDivisionError("деление")))
    assert result.exit_code == 70
    assert result.stderr.rstrip().endswith("ZeroDivisionError: …")


def test_a_record_says_nothing_of_what_was_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    error = ValueError("bad cell 'Ivanov Ivan' Петров Пётр 8-913-123-45-67 ivan@example.org [x]")
    error.__cause__ = KeyError("Сидорова Мария")
    result = invoke("-v", "sync", app=FakeApp(fails=error))
    for told in (next(tmp_path.iterdir()).read_text("utf-8"), result.stderr):
        assert "KeyError: …" in told
        assert "ValueError: bad cell … … … … … [x]" in told
        for secret in ("Ivan", "Петров", "8-913", "45-67", "example.org", "Сидорова"):
            assert secret not in told


def test_a_defect_that_cannot_be_recorded_is_still_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "нет такой папки"))
    result = invoke("sync", app=FakeApp(fails=ZeroDivisionError()))
    assert result.exit_code == 70
    assert result.stderr == catalogue("ru").say("cli.defect_unrecorded") + "\n"


def test_a_failure_without_words_is_a_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = invoke("sync", app=FakeApp(fails=SourceError(say("cli.no_such_sentence"))))
    assert result.exit_code == 70
    assert "cli.no_such_sentence" in next(tmp_path.iterdir()).read_text("utf-8")


def test_an_interruption_is_quiet() -> None:
    result = invoke("sync", app=FakeApp(fails=KeyboardInterrupt()))
    assert (result.exit_code, result.stdout, result.stderr.strip()) == (130, "", "")


# --- what is printed where


def test_the_table_is_the_result() -> None:
    result = invoke("check-calendar")
    assert result.stdout.startswith("Данные: доска — ")
    assert result.stderr == ""


def test_json_is_the_only_thing_on_standard_output() -> None:
    result = invoke("check-calendar", "--format", "json")
    document = json.loads(result.stdout)
    assert document["schema"] == "miro-sync/check/1"
    assert len(document["events"]) == len(ASSESSMENT.verdicts)
    assert "Мониторинг.xlsx, лист «План», ячейка D14: формула с ошибкой: #REF!" in result.stderr


def test_json_for_one_centre_holds_that_centre() -> None:
    document = json.loads(invoke("check-calendar", "--format", "json", "--center", "kaylin").stdout)
    assert {one["center"] for one in document["events"]} == {"kaylin"}


def test_csv_is_read_back_by_any_reader_of_csv() -> None:
    result = invoke("check-calendar", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout), delimiter=";"))
    assert len(rows) == len(ASSESSMENT.verdicts)


def test_csv_in_a_pipe_has_no_mark_before_its_first_column() -> None:
    assert invoke("check-calendar", "--format", "csv").stdout.startswith("Код;")


def test_of_many_problems_twenty_are_named_beside_the_json() -> None:
    many = tuple(Problem(reason("строка", str(number))) for number in range(25))
    told = replace(Told(), assessment=replace(ASSESSMENT, problems=many))
    lines = invoke("check-calendar", "--format", "json", app=telling(told)).stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1].endswith("5")


@pytest.mark.parametrize("args", [("check-calendar", "--format", "csv"), ("sync",)])
def test_a_source_that_was_not_read_is_told_beside_the_result(args: tuple[str, ...]) -> None:
    failed = SourceReport(
        "tables", SourceState.STALE, complete=False, message=reason("Таблица", "нет доступа")
    )
    stale = replace(ASSESSMENT, sources=(SOURCES[0], failed), trustworthy=False, problems=())
    told = Told(stale, (), PROJECT, 3)
    result = invoke(*args, app=telling(told))
    assert result.exit_code == 3
    assert result.stderr.splitlines() == [
        "Прочитано не всё: тревоги, которым не хватает данных, приостановлены.",
        "таблица: Таблица: нет доступа",
    ]


def test_sync_leaves_one_line() -> None:
    result = invoke("sync")
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == ""


@pytest.mark.parametrize("layout", ["table", "json", "csv"])
def test_centres_come_in_each_format(layout: str) -> None:
    result = invoke("centers", "--format", layout)
    assert "Новониколаевская ООШ" in result.stdout
    assert result.stderr == ""


def test_centres_for_one_centre() -> None:
    document = json.loads(invoke("centers", "--center", "ishim", "--format", "json").stdout)
    assert [one["id"] for one in document["centers"]] == ["ishim"]


# --- periods


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_texts_of_the_command_line_are_understood_in_turn() -> None:
    app = FakeApp()
    result = invoke(
        "periods", "март 2023", "когда-то", "--school-year", "2022/23", "--format", "json", app=app
    )
    assert result.exit_code == 0
    assert app.calls == [("periods", None, 2022, None)]
    assert objects(result) == [
        {
            "text": "март 2023",
            "kind": "range",
            "periods": [["2023-03-01", "2023-03-31"]],
            "recurrence": None,
            "assumed": None,
            "unread": "",
        },
        {
            "text": "когда-то",
            "kind": "undated",
            "periods": [],
            "recurrence": None,
            "assumed": None,
            "unread": "",
        },
    ]


def test_without_texts_every_line_of_the_input_is_answered() -> None:
    app = FakeApp()
    lines = ["март 2023", "", '{"text": "май", "school_year": 2021}', '{"text": "май"}', "июнь"]
    asked = ("periods", "--config", "проект", "--format", "json")
    result = invoke(*asked, app=app, text="\n".join(lines) + "\n")
    assert [one["text"] for one in objects(result)] == ["март 2023", "", "май", "май", "июнь"]
    assert app.calls == [
        ("periods", Path("проект"), None, None),
        ("periods", None, 2021, None),
        ("periods", Path("проект"), None, None),
    ]


def test_outside_a_project_period_texts_are_understood_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = FakeApp()
    invoke("periods", "май", app=app)
    invoke("periods", "май", "--config", "нет такой", app=app)
    (tmp_path / "config").mkdir()
    invoke("periods", "май", app=app)
    assert [call[1] for call in app.calls] == [None, Path("нет такой"), Path("config")]


def test_a_line_may_bring_the_year_of_its_document() -> None:
    app = FakeApp()
    invoke("periods", "--year", "2020", app=app, text='{"text": "май", "year": 2017}\nмай\n')
    assert app.calls == [("periods", None, None, 2017), ("periods", None, None, 2020)]


@pytest.mark.parametrize(
    "broken",
    [
        '{"text": ',
        '{"text": 5}',
        '{"school_year": 2022}',
        '{"text": "май", "year": "2017"}',
        '{"text": "май", "year": 2017.0}',
        '{"text": "май", "year": true}',
        '{"text": "май", "year": 0}',
        '{"text": "май", "school_year": 9999}',
        '{"text": "май", "year": 2017, "school_year": 2016}',
        "{" * 100_000,
    ],
)
def test_a_broken_line_is_named_and_the_rest_is_answered(broken: str) -> None:
    result = invoke("periods", "--format", "json", text=f"март 2023\n{broken}\nмай\n")
    assert [one["text"] for one in objects(result)] == ["март 2023", "май"]
    assert result.stderr.startswith("Строка 2 пропущена.")
    assert result.exit_code == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_the_input_may_be_utf8_or_the_old_encoding(encoding: str) -> None:
    result = invoke("periods", "--format", "json", text="март 2023\r\nмай\r\n".encode(encoding))
    assert [one["text"] for one in objects(result)] == ["март 2023", "май"]


def test_periods_for_people_and_for_excel() -> None:
    assert invoke("periods", "март 2023").stdout.splitlines() == [
        "март 2023",
        "    промежуток, 01.03–31.03.2023",
    ]
    assert invoke("periods", "март 2023", "--format", "csv").stdout.splitlines()[1] == (
        "март 2023;промежуток;2023-03-01/2023-03-31;;;"
    )


def test_an_empty_input_is_answered_by_nothing() -> None:
    result = invoke("periods", text="")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


# --- help, language, mistakes


NAMES = {
    *COMMANDS,
    *("confirm", "reject", "held", "move", "cancel", "pause", "accept-shrink", "undo", "list"),
    *("director", "coordinator", "methodist", "board", "tables", "e07"),
    *("backup", "check", "purge", "adopt", "miro-sync-copy", "db"),
    *("run", "install", "show", "systemd", "cron", "windows", "prometheus", "postgresql"),
    *("add", "remove", "url"),
    *("html", "reports", "miro-sync-demo", "xlsx", "docx", "ics", "word", "excel", "outlook"),
    *("google", "center", "meeting", "interim", "final"),
    *(center.id for center in PROJECT.centers),
    *[
        "miro-sync",
        "miro",
        "json",
        "csv",
        "table",
        "utf-8",
        "excel",
        "ctrl",
        "id",
        "toml",
        "config",
        "my-project",
        "project",
        "centers",
        "true",
        "json",
    ],
    *["ru", "en", "text", "school_year", "year", "miro_sync_config"],
}


def english_words(text: str) -> set[str]:
    """Return the Latin words that are no option, no setting and no name of something."""
    names = r"(?<!\w)--?[a-z][a-z-]*|\[\w+\]\s+\w+|[A-Z]+(?:_[A-Z]+)+"
    words = re.findall(r"[A-Za-z][\w-]+", re.sub(names, " ", text))
    return {word.lower() for word in words} - NAMES


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_russian_and_fits_the_terminal(command: str) -> None:
    result = invoke(*([command] if command else []), "--help")
    assert result.exit_code == 0
    assert english_words(result.stdout) == set()
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_ends_with_an_example_of_it(command: str) -> None:
    for language in LANGUAGES:
        last = invoke("--lang", language, command, "-h").stdout.split("\n\n")[-1]
        assert f"miro-sync {command}" in " ".join(last.split())


def test_help_of_the_program_names_every_command() -> None:
    lines = invoke("--help").stdout.splitlines()
    named = [line.split()[0] for line in lines if re.match(r"  [a-z][a-z-]+  ", line)]
    assert named == list(COMMANDS)


def test_help_in_english_has_no_russian() -> None:
    for command in COMMANDS:
        text = invoke(command, "--lang", "en", "--help").stdout
        examples = r'"[^"]*"|«[^»]*»|Example:.*(?:\n.*)*'
        assert not re.search(r"[а-яё]", re.sub(examples, "", text))


def test_without_a_command_help_comes_as_a_usage_error() -> None:
    result = invoke()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Команды" in result.stderr


def test_the_version_is_told() -> None:
    assert invoke("--version").stdout == f"miro-sync {__version__}\n"


MISTAKES = [
    (("--config",), "Параметру --config нужно значение."),
    (("--config", "a"), "Не указана команда."),
    (("chek-calendar",), "Нет такой команды: chek-calendar. Возможно, вы имели в виду: check-"),
    (("chek",), "Нет такой команды: chek. Возможно, вы имели в виду: check-calendar."),
    (("check-calendar", "--school", "1"), "Нет такого параметра: --school."),
    (("periods", "--school", "1"), "Нет такого параметра: --school. Возможно, вы имели в виду: --"),
    (("календарь",), "Нет такой команды: календарь."),
    (("--konfig", "a", "sync"), "Нет такого параметра: --konfig. Возможно, вы имели в виду: --c"),
    (("-x", "sync"), "Нет такого параметра: -x."),
    (("check-calendar", "--onn", "x"), "Нет такого параметра: --onn."),
    (("check-calendar", "--onn=2023-01-01"), "Нет такого параметра: --onn. Возможно, вы имели"),
    (("check-calendar", "-z"), "Нет такого параметра: -z."),
    (("check-calendar", "--on"), "Параметру --on нужно значение."),
    (("check-calendar", "--all=да"), "Параметр --all пишется без значения."),
    (("check-calendar", "--on", "завтра"), "--on: не дата: «завтра». Напишите 2023-04-05 или"),
    (("check-calendar", "--on="), "--on: не дата: «»."),
    (("check-calendar", "--on", "30.02.2023"), "--on: такого дня нет: «30.02.2023»."),
    (("check-calendar", "--format", "xml"), "--format: «xml» не подходит. Можно: table, json, c"),
    (("check-calendar", "лишнее", "ещё"), "Лишнее в команде: лишнее ещё."),
    (("check-calendar", "--center", "нет"), "Нет центра «нет» в centers.toml. Есть: yaya1, "),
    (("--lang", "de", "sync"), "--lang: «de» не подходит. Можно: ru, en."),
    (("init",), "Не хватает: ПАПКА."),
    (("init", "a", "b"), "Лишнее в команде: b."),
    (("periods", "--year", "семнадцатый", "май"), "--year: не год: «семнадцатый»."),
    (("periods", "--year", "2017/18", "май"), "--year: не год: «2017/18»."),
    (("periods", "--year", "1017", "май"), "--year: не год: «1017»."),
    (("periods", "--school-year", "2022/24", "май"), "--school-year: не учебный год: «2022/24»."),
    (("periods", "--school-year", "2022", "--year", "2022", "май"), "Укажите или --school-year, "),
]


@pytest.mark.parametrize(("args", "said"), MISTAKES)
def test_a_mistake_is_told_in_russian_with_the_way_to_the_help(
    args: tuple[str, ...], said: str
) -> None:
    result = invoke(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    first, last = result.stderr.splitlines()
    assert first.startswith(said)
    assert re.fullmatch(r"Справка: miro-sync( [a-z-]+)? --help", last)
    assert english_words(result.stderr) <= {
        argument.partition("=")[2] or argument for argument in args
    }


@pytest.mark.parametrize(("args", "said"), MISTAKES)
def test_a_mistake_is_told_in_english_when_asked_for(args: tuple[str, ...], said: str) -> None:
    if "--lang" in args:
        pytest.skip("the language itself is the mistake")
    result = invoke("--lang", "en", *args)
    assert result.exit_code == 2
    shown = result.stderr
    for argument in args:
        shown = shown.replace(argument, "").replace(argument.partition("=")[2] or "\0", "")
    assert not re.search(r"[а-яё]", shown), shown


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_an_unknown_option_and_names_its_own_help(command: str) -> None:
    result = invoke(command, "--no-such-thing")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Справка: miro-sync {command} --help"


def test_an_error_of_a_kind_we_do_not_know_shows_no_english() -> None:
    said = usage_error(click.UsageError("Something is wrong."), catalogue("ru"))
    assert said == "Команда записана неверно.\nСправка: miro-sync --help"


def test_a_shell_can_complete_commands_and_values() -> None:
    asked = {"_MIRO_SYNC_COMPLETE": "bash_complete"}
    commands = invoke(env={**asked, "COMP_WORDS": "miro-sync c", "COMP_CWORD": "1"})
    assert commands.stdout.split() == ["plain,check-calendar", "plain,centers", "plain,coverage"]
    words = "miro-sync centers --format "
    formats = invoke(env={**asked, "COMP_WORDS": words, "COMP_CWORD": "3"})
    assert formats.stdout.split() == ["plain,table", "plain,json", "plain,csv"]


def test_the_width_may_be_set_by_hand() -> None:
    wide = invoke("check-calendar", env={"COLUMNS": "120"}).stdout
    assert 100 < max(map(len, wide.splitlines())) < 120
    assert invoke("check-calendar", env={"COLUMNS": "-5"}).stdout == invoke("check-calendar").stdout


@pytest.mark.parametrize(
    ("day", "text"),
    [(dt.date(2023, 4, 5), text) for text in ("2023-04-05", "05.04.2023", "5.4.2023", " 2023-4-5")],
)
def test_a_day_may_be_written_in_two_ways(day: dt.date, text: str) -> None:
    app = FakeApp()
    invoke("check-calendar", "--on", text, app=app)
    assert app.calls[0][2] == day


@pytest.mark.parametrize("text", ["2022", "2022/23", "2022-2023", "2022/2023", "2022–23"])
def test_a_school_year_may_be_written_as_schools_do(text: str) -> None:
    app = FakeApp()
    invoke("periods", "--school-year", text, "май", app=app)
    assert app.calls == [("periods", None, 2022, None)]


def test_the_answer_speaks_the_language_of_the_project_unless_another_is_asked_for() -> None:
    english = telling(replace(Told(), project=replace(PROJECT, language="en")))
    assert invoke("check-calendar", app=english).stdout.startswith("Data: board")
    assert invoke("check-calendar", "--lang", "ru", app=english).stdout.startswith("Данные")
    assert invoke("--lang=en", "check-calendar").stdout.startswith("Data: board")


def test_the_language_after_two_dashes_is_a_text() -> None:
    app = FakeApp()
    result = invoke("periods", "--", "--lang", "en", app=app)
    assert "срок не указан" in result.stdout


def test_both_languages_have_the_same_sentences() -> None:
    import tomllib  # noqa: PLC0415

    folder = TESTS.parent / "miro_sync" / "locale"
    ru, en = (tomllib.loads((folder / f"{one}.toml").read_text("utf-8")) for one in LANGUAGES)
    for section in ("cli", "telling", "status"):
        assert ru[section].keys() == en[section].keys()
        for name, sentence in ru[section].items():
            holes = re.compile(r"(?<!{){(\w*)")
            assert set(holes.findall(sentence)) == set(holes.findall(en[section][name])), name


# --- in a process of its own


PROGRAM = """
import sys
from telling_sample import FakeApp
from miro_sync.cli import main
main(sys.argv[1:], app=FakeApp())
"""


def process(*args: str, **env: str) -> tuple[list[str], dict[str, str]]:
    path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    inherited = {
        key: value
        for key, value in os.environ.items()
        if key not in {"COLUMNS", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUTF8"}
    }
    return [sys.executable, "-c", PROGRAM, *args], {**inherited, "PYTHONPATH": path, **env}


def in_process(*args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    command, environment = process(*args, **env)
    return subprocess.run(  # noqa: S603 - our own program
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii", "utf-8", "utf-16"])
@pytest.mark.parametrize("layout", ["table", "json", "csv"])
def test_no_encoding_stops_an_answer(encoding: str, layout: str) -> None:
    done = in_process("check-calendar", "--format", layout, PYTHONIOENCODING=encoding)
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)
    # An output that claims to be ASCII is only misconfigured: it gets UTF-8.
    text = done.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    if layout == "json":
        assert json.loads(text)["events"][0]["title"].startswith("Методическое")
    else:
        assert "Методическое сопровождение" in text


def test_an_old_terminal_gets_legible_punctuation() -> None:
    done = in_process("check-calendar", PYTHONIOENCODING="cp866")
    text = done.stdout.decode("cp866")
    assert "нет следа - 2" in text
    assert 'Центров образования "Точка роста"' in text
    assert "?" not in re.sub(r"https?://\S+|\?\n", "", text)


def test_tables_keep_their_columns_in_an_old_terminal() -> None:
    done = in_process("check-calendar", "--all", PYTHONIOENCODING="cp866")
    whole = in_process("check-calendar", "--all", PYTHONIOENCODING="utf-8")
    old, new = done.stdout.decode("cp866"), whole.stdout.decode("utf-8")
    assert [len(line) for line in old.splitlines()] == [len(line) for line in new.splitlines()]


def test_csv_in_a_file_has_the_mark_by_which_excel_knows_it(tmp_path: Path) -> None:
    command, env = process("check-calendar", "--format", "csv", PYTHONIOENCODING="utf-8")
    path = tmp_path / "plan.csv"
    with path.open("wb") as file:
        subprocess.run(command, env=env, stdout=file, check=False)  # noqa: S603 - our own program
    assert path.read_bytes().startswith("\ufeffКод;".encode())


@pytest.mark.parametrize(
    "args",
    [("check-calendar", "--format", "json"), ("--help",), ("periods", "--format", "json")],
)
def test_a_reader_that_goes_away_is_no_failure(args: tuple[str, ...]) -> None:
    command, env = process(*args)
    with subprocess.Popen(  # noqa: S603 - our own program
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        for _ in range(3):
            with contextlib.suppress(BrokenPipeError):
                running.stdin.write("май\n".encode() * 20)
                running.stdin.flush()
            time.sleep(0.05)
        with contextlib.suppress(BrokenPipeError):
            running.stdin.close()
        said = running.stderr.read()
        code = running.wait(timeout=60)
    assert b"Traceback" not in said
    assert b"BrokenPipe" not in said
    assert code in {0, 1}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_told_in_a_sentence() -> None:
    command, env = process("check-calendar", PYTHONIOENCODING="utf-8")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(  # noqa: S603 - our own program
            command, env=env, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode().startswith("Ответ не записан")
    assert b"Traceback" not in done.stderr


def test_help_imports_nothing_that_only_a_command_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "miro_sync", "--help"],
        cwd=TESTS.parent,
        capture_output=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert "click" in imported
    heavy = {"pydantic", "requests", "sqlalchemy", "gspread", "openpyxl", "rapidfuzz", "tenacity"}
    ours = {"miro_sync.app", "miro_sync.model", "miro_sync.telling.terminal"}
    assert not imported & (heavy | ours | {"importlib.resources", "pathlib", "shutil", "json"})


# --- in a terminal


def in_terminal(columns: int, *args: str, **env: str) -> str:
    """Return what a terminal of so many columns shows, escape sequences and all."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    import fcntl  # noqa: PLC0415 - not on every system
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    command, environment = process(*args, TERM="xterm", **env)
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(command, env=environment, stdout=child) as running:  # noqa: S603 - ours
        os.close(child)
        shown = b""
        while True:
            try:
                part = os.read(parent, 65_536)
            except OSError:
                break
            if not part:
                break
            shown += part
        running.wait(timeout=60)
    os.close(parent)
    return shown.decode()


def test_a_terminal_gets_colour_and_its_own_width() -> None:
    for columns in (60, 80, 100):
        shown = in_terminal(columns, "check-calendar")
        assert "\x1b[31mнет следа" in shown
        lines = re.sub(r"\x1b\[\d+m", "", shown).splitlines()
        assert columns * 0.8 < max(map(len, lines)) < columns


def test_no_color_is_honoured() -> None:
    assert "\x1b" not in in_terminal(80, "check-calendar", NO_COLOR="1")
    assert "\x1b" not in in_terminal(80, "--help")


def test_a_pipe_gets_no_colour() -> None:
    assert b"\x1b" not in in_process("check-calendar").stdout
