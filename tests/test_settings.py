"""The project folder: what a settings file may say, and how its mistakes are told."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.errors import SettingsError
from miro_sync.messages import catalogue
from miro_sync.model import Direction, IndicatorFormula, Period, Person, Severity, SpecialDay
from miro_sync.settings import SourceKind, SourceLink, config_folder, load, secret
from miro_sync.settings.document import _line_numbers

PROJECT = """
[project]
name = "Проба"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2024-08-31
"""

CENTERS = """
[[center]]
id = "yaya-1"
name = "МБОУ «Яйская ООШ №1»"
aliases = ["Яйская 1"]
frame = "Яйская ООШ №1"

[[center]]
id = "ishim"
name = "МБОУ «Ишимская ООШ»"
"""

RU, EN = catalogue("ru"), catalogue("en")


def folder_with(
    tmp_path: Path, project: str = PROJECT, centers: str = CENTERS, kpi: str | None = None
) -> Path:
    (tmp_path / "project.toml").write_text(project, "utf-8")
    (tmp_path / "centers.toml").write_text(centers, "utf-8")
    if kpi is not None:
        (tmp_path / "kpi.toml").write_text(kpi, "utf-8")
    return tmp_path


def mistakes(folder: Path) -> list[str]:
    """Load a folder that must not load; its mistakes as "file:line key: sentence"."""
    with pytest.raises(SettingsError) as caught:
        load(folder)
    lines = []
    for problem in caught.value.problems:
        place = problem.place
        assert place is not None
        assert problem.severity is Severity.ERROR
        assert EN.tell(problem.message)
        where = ":".join(filter(None, (place.source, place.cell)))
        where = " ".join(filter(None, (where, place.key)))
        lines.append(f"{where}: {RU.tell(problem.message)}")
    return lines


def mistake(folder: Path) -> str:
    (only,) = mistakes(folder)
    return only


def the_source(tmp_path: Path, section: str, source: str) -> SourceLink:
    settings = load(folder_with(tmp_path, f"{PROJECT}[{section}]\nsource = '{source}'\n"))
    link = {
        "board": settings.board_source,
        "tables": settings.tables_source,
        "calendar": settings.calendar_source,
    }[section]
    assert link is not None
    return link


# --- what a good folder says ------------------------------------------------------------------


def test_every_key_of_the_documented_example_is_understood(tmp_path: Path) -> None:
    project = """
[project]
name = "Точка роста среднего балла"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2024-08-31
language = "ru"

[board]
source = "https://miro.com/app/board/uXjVexample=/"
api_url = "https://api.miro.com"
patience_seconds = 60
held_tags = ["проведено", "выполнено", "готово"]

[tables]
source = "https://docs.google.com/spreadsheets/d/ID/edit"
api_url = "https://sheets.googleapis.com"

[calendar]
source = "calendar.csv"
grace_days = 5
soon_days = 14

[activity]
inactive_after_days = 30

[state]
url = "sqlite:///state/miro-sync.db"

[mail]
smtp = "smtps://smtp.example.org:465"
from = "Событийный календарь <calendar@example.org>"

[[person]]
role = "director"
name = "…"
email = "…"

[[vacation]]
start = 2023-05-27
end = 2023-08-31
"""
    folder = folder_with(tmp_path, project)

    settings = load(folder)

    assert settings.project.name == "Точка роста среднего балла"
    assert settings.project.span == Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
    assert settings.project.vacations == (Period(dt.date(2023, 5, 27), dt.date(2023, 8, 31)),)
    assert settings.project.people == (Person("director", "…", None),)
    assert settings.board_source is not None
    assert (settings.board_source.kind, settings.board_source.value) == ("miro", "uXjVexample=")
    assert settings.tables_source is not None
    assert (settings.tables_source.kind, settings.tables_source.value) == ("google", "ID")
    assert settings.calendar_source.path == folder / "calendar.csv"
    assert settings.board_patience == 60
    assert settings.state_url == f"sqlite:///{folder.as_posix()}/state/miro-sync.db"
    assert settings.mail is not None
    assert (settings.mail.host, settings.mail.port, settings.mail.implicit_tls) == (
        "smtp.example.org",
        465,
        True,
    )
    assert settings.problems == ()


def test_the_mail_has_a_day_hours_pauses_and_addresses(tmp_path: Path) -> None:
    lines = """
[mail]
smtp = "smtp://localhost"
from = "calendar@example.org"
weekday = "Четверг"
hours = "9-17:30"
pause_until = 2023-09-01
unsubscribe = "office@example.org"
blocks = ["new", "open"]
ca_file = "office.pem"
patience_seconds = 5
timeout_seconds = 2.5

[[person]]
role = "coordinator"
email = "coordinator@example.org"
pause_until = 2023-08-01
"""
    settings = load(folder_with(tmp_path, PROJECT + lines))
    mail = settings.mail

    assert mail is not None
    assert (mail.port, mail.on_this_machine) == (587, True)
    assert (mail.weekday, mail.hours) == (3, (540, 1050))
    assert mail.pause_until == dt.date(2023, 9, 1)
    assert mail.unsubscribe == "mailto:office@example.org"
    assert mail.reply_to == "coordinator@example.org"
    assert mail.blocks == {"new", "open"}
    assert mail.ca_file == settings.folder / "office.pem"
    assert (mail.patience, mail.timeout) == (5, 2.5)
    assert settings.project.people[0].pause_until == dt.date(2023, 8, 1)


def test_the_mail_goes_on_monday_in_office_hours_unless_the_settings_say_otherwise(
    tmp_path: Path,
) -> None:
    lines = """
[mail]
smtp = "smtps://mail.example.org"
from = "calendar@example.org"
reply_to = "office@example.org"
unsubscribe = "https://example.org/off"
"""
    mail = load(folder_with(tmp_path, PROJECT + lines)).mail

    assert mail is not None
    assert (mail.weekday, mail.hours, mail.pause_until) == (0, (480, 1080), None)
    assert (mail.reply_to, mail.unsubscribe) == ("office@example.org", "https://example.org/off")
    assert not mail.on_this_machine


def test_the_sections_but_project_may_be_left_out_or_empty(tmp_path: Path) -> None:
    bare = load(folder_with(tmp_path))
    empty = load(folder_with(tmp_path, PROJECT + "[board]\n[tables]\n[mail]\n[activity]\n"))

    assert bare == empty
    assert bare.board_source is None
    assert bare.tables_source is None
    assert bare.mail is None
    assert bare.calendar_source.path == tmp_path / "calendar.csv"
    assert bare.project.rules.grace_days == 5
    assert bare.project.rules.held_tags == ("проведено", "выполнено", "готово")


@pytest.mark.parametrize("blank", ["", "  ", "…", "..."])
def test_an_empty_source_counts_as_not_filled_in(tmp_path: Path, blank: str) -> None:
    project = PROJECT + "".join(
        f'[{section}]\nsource = "{blank}"\n' for section in ("board", "tables", "calendar")
    )

    settings = load(folder_with(tmp_path, project))

    assert settings.board_source is None
    assert settings.tables_source is None
    assert settings.calendar_source.path == tmp_path / "calendar.csv"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    windows = PROJECT.replace("\n", "\r\n").encode("utf-8-sig")
    (folder / "project.toml").write_bytes(windows)

    assert load(folder).project.name == "Проба"


def test_dates_may_be_toml_dates_iso_texts_or_russian_ones(tmp_path: Path) -> None:
    vacations = (
        '[[vacation]]\nstart = 2023-05-27\nend = "2023-08-31"\n'
        '[[vacation]]\nstart = "28.10.2023"\nend = "5.11.2023"\n'
    )

    settings = load(folder_with(tmp_path, PROJECT + vacations))

    assert settings.project.vacations == (
        Period(dt.date(2023, 5, 27), dt.date(2023, 8, 31)),
        Period(dt.date(2023, 10, 28), dt.date(2023, 11, 5)),
    )


def test_centres_carry_their_spellings_and_pauses(tmp_path: Path) -> None:
    pauses = (
        "[[center.pause]]\nstart = 2023-03-01\nend = 2023-03-31\n"
        '[[center.pause]]\nstart = 2024-03-01\nwhy = "ремонт"\n'
    )

    first, second = load(folder_with(tmp_path, centers=CENTERS + pauses)).project.centers

    assert first.aliases == ("Яйская 1",)
    assert first.frame == "Яйская ООШ №1"
    assert second.frame is None
    assert second.pauses == (
        Period(dt.date(2023, 3, 1), dt.date(2023, 3, 31)),
        Period(dt.date(2024, 3, 1), dt.date(2024, 8, 31)),
    )


def test_single_days_may_be_declared_working_or_not(tmp_path: Path) -> None:
    days = "[[holiday]]\ndate = 2023-12-29\n[[holiday]]\ndate = 2023-12-30\nworking = true\n"

    project = load(folder_with(tmp_path, PROJECT + days)).project

    assert project.special_days == (
        SpecialDay(dt.date(2023, 12, 29), working=False),
        SpecialDay(dt.date(2023, 12, 30), working=True),
    )


def test_the_numbers_and_marks_of_the_rules_are_the_settings(tmp_path: Path) -> None:
    sections = (
        '[board]\nheld_tags = ["сделано"]\nheld_frames = []\n'
        "[calendar]\ngrace_days = 0\nsoon_days = 7\n"
        '[activity]\ninactive_after_days = 21\nignored_users = ["ИМЦ"]\n'
    )

    rules = load(folder_with(tmp_path, PROJECT + sections)).project.rules

    assert (rules.grace_days, rules.soon_days, rules.inactive_after_days) == (0, 7, 21)
    assert rules.held_tags == ("сделано",)
    assert rules.held_frames == ()
    assert rules.ignored_users == ("ИМЦ",)


def test_an_indicator_is_read_with_its_targets(tmp_path: Path) -> None:
    kpi = """
[[indicator]]
id = "K11"
title = "Средний балл ОГЭ по биологии"
unit = "балл"
formula = "mean"
source = "table"
sheet = "Результаты ОГЭ"
where = { "Предмет" = "Биология" }
value = "Средний балл"
baseline = 21.9
target = 25.9
growth = 20
"""
    (indicator,) = load(folder_with(tmp_path, kpi=kpi)).indicators

    assert indicator.formula is IndicatorFormula.MEAN
    assert indicator.direction is Direction.UP
    assert (indicator.baseline, indicator.target, indicator.growth) == (21.9, 25.9, 20)
    assert indicator.where == (("Предмет", "Биология"),)


def test_without_centers_the_project_loads_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "project.toml").write_text(PROJECT, "utf-8")

    settings = load(tmp_path)

    assert settings.project.centers == ()
    (problem,) = settings.problems
    assert problem.severity is Severity.WARNING
    assert "нет ни одного центра" in RU.tell(problem.message)


# --- sources ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "board"),
    [
        ("https://miro.com/app/board/uXjVexample=/", "uXjVexample="),
        ("https://miro.com/app/board/uXjVexample=", "uXjVexample="),
        ("https://miro.com/app/board/uXjVexample=/?moveToWidget=345&cot=14", "uXjVexample="),
        ("https://miro.com/app/board/uXjVexample%3D/", "uXjVexample="),
        ("https://miro.com/app/live-embed/uXjVexample=/?moveToViewport=1,2", "uXjVexample="),
        ("miro.com/app/board/o9J_kyrabcd=/", "o9J_kyrabcd="),
        (" <https://www.miro.com/app/board/uXjVexample=/> ", "uXjVexample="),
        ("uXjVexample=", "uXjVexample="),
        ("3074457345618265000", "3074457345618265000"),
    ],
)
def test_a_board_is_named_by_its_link_or_its_id(tmp_path: Path, given: str, board: str) -> None:
    link = the_source(tmp_path, "board", given)

    assert (link.kind, link.value) == (SourceKind.MIRO, board)
    with pytest.raises(ValueError, match="no path"):
        _ = link.path


@pytest.mark.parametrize("given", ["export.json", "../export.JSON", "sub\\export.json"])
def test_a_board_may_be_an_export_beside_the_settings(tmp_path: Path, given: str) -> None:
    link = the_source(tmp_path, "board", given)

    assert link.kind is SourceKind.EXPORT
    assert link.path.is_absolute()
    assert link.path.name.casefold() == "export.json"
    assert ".." not in link.path.parts


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://miro.com/welcomeonboard/SkxQ", "не на саму доску"),
        ("https://miro.com/app/dashboard/", "не на саму доску"),
        ("https://example.org/board", "не доска"),
        ("доска", "не доска"),
        ("board.xlsx", "не доска"),
        ("uXjVexample", "без знака ="),
    ],
)
def test_what_is_no_board_is_told_with_what_to_do(tmp_path: Path, given: str, said: str) -> None:
    told = mistake(folder_with(tmp_path, f"{PROJECT}[board]\nsource = '{given}'\n"))

    assert told.startswith("project.toml:8 [board] source: ")
    assert said in told


@pytest.mark.parametrize(
    ("given", "kind", "value"),
    [
        ("https://docs.google.com/spreadsheets/d/1aB-c_D/edit#gid=0", "google", "1aB-c_D"),
        ("https://docs.google.com/spreadsheets/u/1/d/1aBcD/edit?usp=sharing", "google", "1aBcD"),
        ("1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", "google", None),
        ("https://disk.yandex.ru/i/AbC-d_1", "yandex", None),
        ("https://disk.yandex.ru/d/AbC/План.xlsx", "yandex", None),
        ("https://disk.360.yandex.ru/i/AbC", "yandex", None),
        ("https://yadi.sk/i/AbC", "yandex", None),
        ("disk.yandex.ru/i/AbC", "yandex", "https://disk.yandex.ru/i/AbC"),
        ("https://disk.yandex.ru/public?hash=k%2B", "yandex", None),
        ("https://docs.yandex.ru/docs/view?url=ya-disk-public%3A%2F%2Fk&name=a", "yandex", None),
        ("план.xlsx", "workbook", "план.xlsx"),
        ("план.XLS", "workbook", "план.XLS"),
        ("план.ods", "workbook", "план.ods"),
        ("план.csv", "csv", "план.csv"),
        ("таблицы", "folder", "таблицы"),
    ],
)
def test_tables_are_named_by_link_file_or_folder(
    tmp_path: Path, given: str, kind: str, value: str | None
) -> None:
    link = the_source(tmp_path, "tables", given)

    assert link.kind == kind
    expected = given if value is None else value
    online = kind in {"google", "yandex"}
    assert link.value == (expected if online else str(tmp_path / expected))
    assert link.given == given
    if online:
        with pytest.raises(ValueError, match="no path"):
            _ = link.path


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ("", "https://sheets.googleapis.com"),
        (
            "source = 'https://docs.google.com/spreadsheets/d/1aB/edit'",
            "https://sheets.googleapis.com",
        ),
        ("source = 'https://disk.yandex.ru/i/AbC'", "https://cloud-api.yandex.net"),
        (
            "source = 'https://disk.yandex.ru/i/AbC'\napi_url = 'http://127.0.0.1:8/'",
            "http://127.0.0.1:8",
        ),
    ],
)
def test_the_address_of_the_interface_follows_from_the_link(
    tmp_path: Path, tables: str, expected: str
) -> None:
    assert load(folder_with(tmp_path, f"{PROJECT}[tables]\n{tables}\n")).tables_api_url == expected


def test_a_folder_may_have_a_dot_or_the_shape_of_an_id(tmp_path: Path) -> None:
    dotted, shaped = "таблицы.2023", "t" * 44
    (tmp_path / dotted).mkdir()
    (tmp_path / shaped).mkdir()

    assert the_source(tmp_path, "tables", dotted).kind is SourceKind.FOLDER
    assert the_source(tmp_path, "tables", shaped).kind is SourceKind.FOLDER


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1v/pubhtml", "Опубликовать"),
        ("https://disk.yandex.ru/client/disk/Планы", "нажмите «Поделиться»"),
        ("https://disk.yandex.ru/edit/disk/disk%2FПлан.xlsx", "нажмите «Поделиться»"),
        ("https://docs.yandex.ru/docs/view?url=ya-disk%3A%2F%2F%2Fdisk", "нажмите «Поделиться»"),
        ("https://example.org/table", "не таблица"),
        ("план.docx", "не таблица"),
    ],
)
def test_what_is_no_table_is_told_with_what_to_do(tmp_path: Path, given: str, said: str) -> None:
    assert said in mistake(folder_with(tmp_path, f"{PROJECT}[tables]\nsource = '{given}'\n"))


def test_the_calendar_may_be_a_worksheet_of_the_table(tmp_path: Path) -> None:
    project = (
        f'{PROJECT}[tables]\nsource = "t.xlsx"\n[calendar]\nsource = "table:Событийный календарь"\n'
    )

    link = load(folder_with(tmp_path, project)).calendar_source

    assert (link.kind, link.value) == (SourceKind.WORKSHEET, "Событийный календарь")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("table:", "нужно название листа"),
        ("table:План", "в разделе [tables] не указана"),
        ("https://docs.google.com/spreadsheets/d/ID/edit", "table:Название листа"),
        ("план.docx", "не календарь"),
    ],
)
def test_what_is_no_calendar_is_told_with_what_to_do(tmp_path: Path, given: str, said: str) -> None:
    assert said in mistake(folder_with(tmp_path, f"{PROJECT}[calendar]\nsource = '{given}'\n"))


def test_a_windows_path_that_toml_misreads_is_explained(tmp_path: Path) -> None:
    broken = folder_with(tmp_path, PROJECT + '[tables]\nsource = "C:\\Users\\plan.xlsx"\n')
    assert "одинарных кавычках" in mistake(broken)

    silently_misread = folder_with(tmp_path, PROJECT + '[tables]\nsource = "C:\\new\\table.xlsx"\n')
    told = mistake(silently_misread)
    assert told.startswith("project.toml:8 [tables] source: ")
    assert "одинарных кавычках" in told


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///state/a.db", "sqlite:///{folder}/state/a.db"),
        ("sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
        ("sqlite:///a.db?timeout=5", "sqlite:///{folder}/a.db?timeout=5"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://host/base", "postgresql://host/base"),
        ("postgresql+psycopg://host/base", "postgresql+psycopg://host/base"),
    ],
)
def test_the_state_is_kept_beside_the_settings_unless_told(
    tmp_path: Path, url: str, expected: str
) -> None:
    settings = load(folder_with(tmp_path, f'{PROJECT}[state]\nurl = "{url}"\n'))

    assert settings.state_url == expected.format(folder=tmp_path.as_posix())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:state.db", "три косые черты"),
        ("postgres://host/base", "postgresql://"),
        ("state.db", "нужен адрес базы"),
    ],
)
def test_a_wrong_address_of_the_state_is_told(tmp_path: Path, url: str, said: str) -> None:
    assert said in mistake(folder_with(tmp_path, f'{PROJECT}[state]\nurl = "{url}"\n'))


def test_a_database_password_in_the_settings_is_warned_of_and_never_shown(tmp_path: Path) -> None:
    url = "postgresql://office:hush-hush@host/base"

    settings = load(folder_with(tmp_path, f'{PROJECT}[state]\nurl = "{url}"\n'))

    assert settings.state_url == url
    (problem,) = settings.problems
    assert problem.severity is Severity.WARNING
    assert "PGPASSWORD" in RU.tell(problem.message)
    assert "hush-hush" not in repr(settings) + RU.tell(problem.message)


# --- mistakes ---------------------------------------------------------------------------------


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    project = """
[project]
name = ""
timezone = "Asia/Novokuznezk"
start = 2024-01-01
end = 2023-01-01
langauge = "ru"

[calendar]
grace_days = "5"

[[person]]
role = "директор"

[[vacation]]
start = 2023-05-27

[[vacation]]
start = "лето"
end = 2023-08-31
"""
    centers = '[[center]]\nid = "a"\nname = "А"\n\n[[center]]\nid = "a"\ncolour = 1\n'
    kpi = '[[indicator]]\nid = "K1"\nformula = "share"\n'

    assert mistakes(folder_with(tmp_path, project, centers, kpi)) == [
        "project.toml:3 [project] name: значение пустое.",
        (
            "project.toml:4 [project] timezone: часового пояса «Asia/Novokuznezk» нет — возможно, "
            'вы имели в виду "Asia/Novokuznetsk"?'
        ),
        "project.toml:6 [project] end: конец (01.01.2023) раньше начала (01.01.2024).",
        (
            "project.toml:7 [project] langauge: такого ключа здесь нет — возможно, вы имели в виду "
            "«language»?"
        ),
        "project.toml:10 [calendar] grace_days: нужно целое число без кавычек.",
        (
            "project.toml:13 [[person]] №1 role: роли «директор» нет — возможно, вы имели в виду "
            '"director"?'
        ),
        "project.toml:15 [[vacation]] №1 end: не заполнено, а без этого нельзя.",
        (
            "project.toml:19 [[vacation]] №2 start: «лето» — не дата. Пишите так: 2023-05-27 (год, "
            "месяц, день)."
        ),
        "centers.toml:5 [[center]] №2 name: не заполнено, а без этого нельзя.",
        (
            "centers.toml:6 [[center]] №2 id: центр «a» уже есть выше. У каждого центра своё "
            "короткое имя."
        ),
        (
            "centers.toml:7 [[center]] №2 colour: такого ключа здесь нет. Бывают: id, name, "
            "aliases, frame, email, pause."
        ),
        "kpi.toml:1 [[indicator]] №1 title: не заполнено, а без этого нельзя.",
        "kpi.toml:1 [[indicator]] №1 unit: не заполнено, а без этого нельзя.",
        "kpi.toml:1 [[indicator]] №1 source: не заполнено, а без этого нельзя.",
        (
            "kpi.toml:3 [[indicator]] №1 formula: «share» здесь не годится. Возможные значения: "
            "held_share, center_share, quota, ratio, mean, value, sum, coverage, growth, "
            "map_share, plan_share."
        ),
    ]


def test_the_error_counts_its_mistakes_and_names_the_folder(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, PROJECT + "[board]\nx = 1\ny = 2\n")

    with pytest.raises(SettingsError) as caught:
        load(folder)

    assert RU.tell(caught.value.message) == (
        f"В настройках ({folder}) 2 ошибки. Исправьте и повторите команду."
    )
    assert caught.value.exit_code == 2


def test_a_syntax_error_in_one_file_hides_nothing_in_the_others(tmp_path: Path) -> None:
    told = mistakes(folder_with(tmp_path, "[project\n", '[[center]]\nid = "a b"\nname = "А"\n'))

    assert [line.partition(" ")[0] for line in told] == ["project.toml:1:9:", "centers.toml:2"]


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("[board]\nsource = 'a.json'\n[board]\n", 9, "уже есть выше"),
        ("[board]\nheld_tags = []\nheld_tags = []\n", 9, "уже есть выше"),
        ("[board]\nsource = «доска»\n", 8, "прямых двойных кавычках"),
        ("[board]\nsource = доска\n", 8, "прямых двойных кавычках"),
        ('[board]\nsource = "доска\n', 8, "не закрыта кавычка"),
        ("[board]\nнет ключа\n", 8, "ключ = значение"),
        ("[board]\nsource\n", 8, "ключ = значение"),
        ("[board]\nsоurce = ''\n", 8, "латинскими"),
        ("[[vacation]]\nstart = 2023-02-30\n", 8, "такой даты нет"),
        ('[board]\nheld_tags = ["а" "б"]\n', 8, "список не закрыт"),
        ("[board]\nsource = '' и ещё\n", 8, "стоит лишнее"),
        ("[[vacation]\n", 7, "квадратная скобка"),
        ("[board] # \x01\n", 7, "строка не понята"),
    ],
)
def test_a_toml_error_is_told_in_words_with_its_line(
    tmp_path: Path, lines: str, line: int, said: str
) -> None:
    told = mistake(folder_with(tmp_path, PROJECT + lines))

    assert told.startswith(f"project.toml:{line}:")
    assert said in told


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[bord]\nsource = ''\n", "«board»"),
        ("[[persons]]\nrole = 'director'\n", "«person»"),
        ("[прочее]\nx = 1\n", "латинскими"),
        ("[zzz]\nx = 1\n", "такого раздела нет"),
        ("[person]\nrole = 'director'\n", "[[person]]"),
        ("[[board]]\nsource = ''\n", "[board]"),
        ("[tables]\nheld_tags = []\n", "перенесите строку в [board]"),
        ("[board]\nsource = 5\n", "нужен текст"),
        ("[project.x]\ny = 1\n", "такого ключа здесь нет"),
        ("[board]\npatience_seconds = -1\n", "не меньше 0"),
        ("[board]\npatience_seconds = inf\n", "нужно число"),
        ("[board]\npatience_seconds = nan\n", "нужно число"),
        ("[board]\npatience_seconds = true\n", "нужно число"),
        ("[board]\nheld_tags = 'готово'\n", "нужен список"),
        ("[board]\nheld_tags = [1]\n", "нужен текст"),
        ("[board]\nheld_tags = ['']\n", "пустое"),
        ("[calendar]\ngrace_days = 5.5\n", "целое число"),
        ("[calendar]\ngrace_days = 99999\n", "не больше"),
        ("[activity]\ninactive_after_days = 0\n", "не меньше 1"),
        ("[[holiday]]\ndate = 2023-05-08\nworking = 'да'\n", "true"),
        ("[[holiday]]\ndate = 2023-05-08T10:00:00\n", "без времени"),
        ("[[vacation]]\nstart = 2023-05-27\nend = 2024-08-31\n", "463 дня"),
        ("[[person]]\nrole = 'coordinater'\n", '"coordinator"'),
        ("[[person]]\nrole = 'повар'\n", "director, coordinator, methodist"),
        ("[[person]]\nrole = 'director'\nemail = 'почта'\n", "не похоже на адрес"),
        ("[mail]\nsmtp = 'smtp.example.org'\nfrom = 'a@b.ru'\n", "smtps://"),
        ("[mail]\nsmtp = 'smtps://me:pw@h.ru'\nfrom = 'a@b.ru'\n", "MIRO_SYNC_SMTP_USER"),
        ("[mail]\nsmtp = 'smtps://h.ru:99999'\nfrom = 'a@b.ru'\n", "smtps://"),
        ("[mail]\nsmtp = 'smtps://h.ru'\nfrom = 'Отдел <почта>'\n", "не похоже на адрес"),
        ("[mail]\nsmtp = 'smtps://h.ru'\nfrom = 'Отдел <a@b.ru'\n", "нужен отправитель"),
        ("[mail]\nsmtp = 'smtps://h.ru'\n", "не хватает ключа «from»"),
        ("[mail]\nhours = 'с утра'\n", "не часы"),
        ("[mail]\nhours = '18:00-8:00'\n", "не часы"),
        ("[mail]\nhours = '8:60-18:00'\n", "не часы"),
        ("[mail]\nhours = '8-25'\n", "не часы"),
        ("[mail]\nweekday = 'вчера'\n", "monday, tuesday"),
        ("[mail]\nweekday = 0\n", "monday, tuesday"),
        ("[mail]\nunsubscribe = 'нет'\n", "не похоже на адрес"),
        ("[mail]\nunsubscribe = 'http://example.org/'\n", "не похоже на адрес"),
        ("[mail]\nreply_to = 'координатор'\n", "не похоже на адрес"),
        ("[mail]\npause_until = 'лето'\n", "не дата"),
        ("[mail]\nblocks = ['новое']\n", "decisions, new, open"),
        ("[mail]\nblocks = []\n", "пустое"),
        ("[mail]\ntimeout_seconds = 0\n", "не меньше"),
        ("[board]\napi_url = 'api.miro.com'\n", "https://"),
        ("[board]\napi_url = 'http://api.miro.com'\n", "без шифрования"),
        ("[board]\napi_url = 'https://u:p@api.miro.com'\n", "до знака @"),
    ],
)
def test_a_wrong_value_is_told_in_words(tmp_path: Path, lines: str, said: str) -> None:
    assert said in mistake(folder_with(tmp_path, PROJECT + lines))


def test_a_section_may_not_be_written_as_a_value(tmp_path: Path) -> None:
    assert "это раздел" in mistake(folder_with(tmp_path, 'board = "x"\n' + PROJECT))
    assert "это раздел" in mistake(folder_with(tmp_path, centers="center = [1]\n"))


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_an_unencrypted_api_is_allowed_on_this_machine_alone(tmp_path: Path, host: str) -> None:
    project = f"{PROJECT}[board]\napi_url = 'http://{host}/'\n"

    assert load(folder_with(tmp_path, project)).board_api_url == f"http://{host}"


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Кемерово", "Asia/Novokuznetsk"),
        ("UTC+7", "Asia/Novokuznetsk"),
        ("МСК+4", "Asia/Novokuznetsk"),
        ("+03:00", "Europe/Moscow"),
        ("Europe/Moskow", "Europe/Moscow"),
        ("asia/novokuznetsk", "Asia/Novokuznetsk"),
        ("Asia/Kemerovo", "Asia/Novokuznetsk"),
    ],
)
def test_an_unknown_time_zone_gets_a_hint(tmp_path: Path, zone: str, hint: str) -> None:
    project = PROJECT.replace("Asia/Novokuznetsk", zone)

    assert f'возможно, вы имели в виду "{hint}"?' in mistake(folder_with(tmp_path, project))


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Ъ" * 500, "Марс", "/"])
def test_a_time_zone_that_resembles_none_is_a_mistake_too(tmp_path: Path, zone: str) -> None:
    project = PROJECT.replace("Asia/Novokuznetsk", zone)

    assert "часового пояса" in mistake(folder_with(tmp_path, project))


@pytest.mark.parametrize("language", ["de", ""])
def test_an_unknown_language_is_a_mistake(tmp_path: Path, language: str) -> None:
    told = mistake(folder_with(tmp_path, f'{PROJECT}language = "{language}"\n'))

    assert "ru, en" in told


def test_a_project_of_centuries_is_a_slip_of_the_year(tmp_path: Path) -> None:
    project = PROJECT.replace("2024-08-31", "2204-08-31")

    assert "проверьте годы" in mistake(folder_with(tmp_path, project))


@pytest.mark.parametrize(
    ("section", "key", "variable"),
    [
        ("board", "token", "MIRO_ACCESS_TOKEN"),
        ("board", "access_token", "MIRO_ACCESS_TOKEN"),
        ("tables", "api_key", "GOOGLE_APPLICATION_CREDENTIALS"),
        ("tables", "credentials", "GOOGLE_APPLICATION_CREDENTIALS"),
        ("mail", "password", "MIRO_SYNC_SMTP_PASSWORD"),
        ("mail", "user", "MIRO_SYNC_SMTP_USER"),
        ("state", "password", "PGPASSWORD"),
        ("project", "google_token", "GOOGLE_APPLICATION_CREDENTIALS"),
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_shown(
    tmp_path: Path, section: str, key: str, variable: str
) -> None:
    line = f'{key} = "s3cr3t"\n'
    project = PROJECT + (line if section == "project" else f"[{section}]\n{line}")

    told = mistake(folder_with(tmp_path, project))

    assert variable in told
    assert "s3cr3t" not in told


def test_a_secret_before_the_first_section_is_refused_too(tmp_path: Path) -> None:
    assert "MIRO_ACCESS_TOKEN" in mistake(folder_with(tmp_path, 'token = "x"\n' + PROJECT))


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ('id = "b"\nname = "Б"\nframe = "ЯЙСКАЯ оош № 1"', "рамка"),
        ('id = "b"\nname = "МБОУ Яйская ООШ №1"', "называет и центр «yaya-1»"),
        ('id = "b"\nname = "Б"\naliases = ["яйская 1"]', "называет и центр «yaya-1»"),
        ('id = "b"\nname = "Б"\naliases = ["Яйская ООШ №1"]', "называет и центр «yaya-1»"),
        ('id = "YAYA-1"\nname = "Б"', "уже есть выше"),
    ],
)
def test_two_centres_may_not_share_a_spelling(tmp_path: Path, second: str, said: str) -> None:
    centers = CENTERS + f"[[center]]\n{second}\n"

    told = mistake(folder_with(tmp_path, centers=centers))

    assert "[[center]] №3" in told
    assert said in told


def test_one_centre_may_repeat_its_own_spellings(tmp_path: Path) -> None:
    centers = (
        '[[center]]\nid = "Ишим"\nname = "Ишим"\naliases = ["ишим", "«Ишим»"]\nframe = "Ишим"\n'
    )

    assert len(load(folder_with(tmp_path, centers=centers)).project.centers) == 1


def test_a_centre_id_must_fit_into_keys_and_commands(tmp_path: Path) -> None:
    for wrong in ("a b", "a@b", "a#1", "a/b"):
        centers = f'[[center]]\nid = "{wrong}"\nname = "А"\n'
        assert "не годится" in mistake(folder_with(tmp_path, centers=centers))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('formula = "ratio"\nsource = "table"\nsheet = "Л"', "numerator, denominator"),
        ('formula = "mean"\nsource = "table"\nsheet = "Л"', "value"),
        ('formula = "held_share"\nsource = "table"', 'source = "calendar"'),
        ('formula = "quota"\nsource = "calendar"\ntarget = "10"', "нужно число"),
        ('formula = "sum"\nsource = "table"', "sheet, value"),
        ('formula = "coverage"\nsource = "table"\nsheet = "Л"\nvalue = "В"', "group"),
        ('formula = "growth"\nsource = "table"\nsheet = "Л"\nvalue = "В"', "base"),
        ('formula = "growth"\nsource = "table"\nsheet = "Л"\nvalue = "В"\nbase = 0', "больше"),
        ('formula = "quota"\nsource = "table"\nsheet = "Л"', "minimum"),
        ('formula = "map_share"\nsource = "calendar"', 'source = "table"'),
        (
            'formula = "held_share"\nsource = "calendar"\npath = [{ day = 2023-05-01, value = 5 }]',
            "впишите target",
        ),
        (
            """formula = "held_share"
            source = "calendar"
            target = 9
            path = [{ day = 2023-05-01, value = 5 }, { day = 2023-04-01, value = 6 }]""",
            "по порядку",
        ),
        ('formula = "quota"\nsource = "calendar"\ndirection = "вверх"', "up, down"),
    ],
)
def test_an_indicator_must_have_what_its_formula_reads(
    tmp_path: Path, keys: str, said: str
) -> None:
    kpi = f'[[indicator]]\nid = "K"\ntitle = "Т"\nunit = "%"\n{keys}\n'

    assert said in mistake(folder_with(tmp_path, kpi=kpi))


def test_two_indicators_may_not_share_an_id(tmp_path: Path) -> None:
    one = (
        '[[indicator]]\nid = "K1"\ntitle = "Т"\nunit = "%"\n'
        'formula = "quota"\nsource = "calendar"\n'
    )

    assert "уже есть выше" in mistake(folder_with(tmp_path, kpi=one + one.lower()))


# --- files that cannot be read ----------------------------------------------------------------


def test_a_folder_that_is_not_there_leads_to_init(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "нет")

    assert f"miro-sync init {tmp_path / 'нет'}" in RU.tell(caught.value.message)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = folder_with(tmp_path) / "project.toml"

    with pytest.raises(SettingsError) as caught:
        load(file)

    assert "это файл" in RU.tell(caught.value.message)


def test_a_folder_without_project_toml_leads_to_init(tmp_path: Path) -> None:
    (tmp_path / "centers.toml").write_text("[[center]]\n", "utf-8")

    told = mistakes(tmp_path)

    assert told[0].startswith("project.toml: файла нет")
    assert "miro-sync init" in told[0]
    assert len(told) == 3


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-16-be"])
def test_another_encoding_is_told_with_what_to_press(tmp_path: Path, encoding: str) -> None:
    folder = folder_with(tmp_path)
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (folder / "project.toml").write_bytes(mark + PROJECT.encode(encoding))

    told = mistake(folder)

    assert "UTF-8" in told
    if encoding == "cp1251":
        assert told.startswith("project.toml:3: ")


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "kpi.toml").mkdir()

    assert mistake(folder).startswith("kpi.toml: файл не удалось открыть")


# --- the environment --------------------------------------------------------------------------


def test_the_folder_is_the_option_then_the_environment_then_config() -> None:
    environ = {"MIRO_SYNC_CONFIG": "/srv/проект"}

    assert config_folder(Path("my"), environ) == Path("my")
    assert config_folder(None, environ) == Path("/srv/проект")
    assert config_folder(None, {"MIRO_SYNC_CONFIG": " "}) == Path("config")
    assert config_folder(None, {}) == Path("config")


def test_a_secret_comes_from_the_variable_or_the_file_it_names(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xef\xbb\xbf from-file \r\n")

    assert secret("MIRO_ACCESS_TOKEN", {}) is None
    assert secret("MIRO_ACCESS_TOKEN", {"MIRO_ACCESS_TOKEN": " given "}) == "given"
    assert secret("MIRO_ACCESS_TOKEN", {"MIRO_ACCESS_TOKEN_FILE": str(file)}) == "from-file"
    both = {"MIRO_ACCESS_TOKEN": "given", "MIRO_ACCESS_TOKEN_FILE": str(file)}
    assert secret("MIRO_ACCESS_TOKEN", both) == "given"
    emptied = {"MIRO_ACCESS_TOKEN": "", "MIRO_ACCESS_TOKEN_FILE": str(file)}
    assert secret("MIRO_ACCESS_TOKEN", emptied) == "from-file"


@pytest.mark.parametrize("token", ["жетон", "two words", "tab\there", "с\nb"])
def test_a_token_copied_with_something_else_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        secret("MIRO_ACCESS_TOKEN", {"MIRO_ACCESS_TOKEN": token})

    assert "MIRO_ACCESS_TOKEN" in RU.tell(caught.value.message)
    assert token not in RU.tell(caught.value.message)


def test_a_password_may_hold_blanks_and_any_letters() -> None:
    environ = {"MIRO_SYNC_SMTP_PASSWORD": "мой пароль"}

    assert secret("MIRO_SYNC_SMTP_PASSWORD", environ) == "мой пароль"


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe\xff"])
def test_a_secret_file_that_gives_no_secret_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        secret("MIRO_ACCESS_TOKEN", {"MIRO_ACCESS_TOKEN_FILE": str(file)})

    assert str(file) in RU.tell(caught.value.message)


# --- rules over many inputs -------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(
            [
                "[project]",
                "[[center]]",
                "[[center.pause]]",
                'name = "[нет]"',
                "start = 2023-01-01",
                'text = """\n[ложь]\nend = 1\n"""',
                "list = [\n  1,\n]",
                "# end = 2",
                "",
            ]
        ),
        max_size=12,
    )
)
def test_every_key_of_a_toml_file_is_found_on_its_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    numbers = _line_numbers(text)

    written = text.split("\n")
    for path in _paths(document):
        name = next(part for part in reversed(path) if isinstance(part, str))
        assert name in written[numbers[path] - 1]
    assert "ложь" not in str(numbers)


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    paths: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        for key, child in value.items():
            paths += [(*path, key), *_paths(child, (*path, key))]
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        for index, child in enumerate(value):
            paths += [(*path, index), *_paths(child, (*path, index))]
    return paths


@given(st.binary(max_size=300))
def test_no_content_of_a_file_breaks_the_reading(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("любой")
    (folder / "project.toml").write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        load(folder)

    for problem in caught.value.problems:
        assert RU.tell(problem.message)


# --- decisions --------------------------------------------------------------------------------


def with_decision(tmp_path: Path, decision: str) -> Path:
    folder = folder_with(tmp_path)
    (folder / "decisions.toml").write_text(f"[[decision]]\n{decision}", "utf-8")
    return folder


def test_a_decision_of_the_file_counts_from_the_morning_of_its_day(tmp_path: Path) -> None:
    folder = with_decision(
        tmp_path,
        'kind = "move"\nabout = "E01"\nrole = "director"\nmade = 2023-04-10\n'
        'start = 2023-05-15\nend = 2023-05-16\nwhy = "приказ №12"\n',
    )

    (decision,) = load(folder).decisions

    assert decision.made_at.isoformat() == "2023-04-10T00:00:00+07:00"
    assert decision.period == Period(dt.date(2023, 5, 15), dt.date(2023, 5, 16))
    assert (decision.subject, decision.role, decision.why) == ("E01", "director", "приказ №12")


def test_decisions_come_oldest_first_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    one = 'kind = "held"\nabout = "{}"\nrole = "coordinator"\nmade = {}\n'
    later, earlier = one.format("E02", "2023-05-02"), one.format("E01", "2023-05-01")
    folder = with_decision(tmp_path, f"{later}[[decision]]\n{earlier}")

    assert [decision.subject for decision in load(folder).decisions] == ["E01", "E02"]


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        ('kind = "cancel"\nabout = "E01"\nrole = "coordinator"\nmade = 2023-05-01', "руководитель"),
        ('kind = "confirm"\nabout = "E01"\nrole = "director"\nmade = 2023-05-01', "карточка"),
        (
            'kind = "held"\nabout = "E"\nrole = "director"\nmade = 2023-05-01\nend = 2023-05-02',
            "start",
        ),
        ('kind = "forget"\nabout = "E01"\nrole = "director"\nmade = 2023-05-01', "forget"),
    ],
)
def test_a_decision_that_makes_no_sense_is_named(
    tmp_path: Path, decision: str, sentence: str
) -> None:
    (mistake,) = mistakes(with_decision(tmp_path, decision))

    assert mistake.startswith("decisions.toml")
    assert sentence in mistake


def test_a_reason_with_a_name_is_refused_with_its_file_and_key_and_not_repeated(
    tmp_path: Path,
) -> None:
    folder = with_decision(
        tmp_path,
        'kind = "cancel"\nabout = "E01"\nrole = "director"\nmade = 2023-05-01\n'
        'why = "заболел Ковальчук Захар, 8-913-765-43-21"',
    )

    (mistake,) = mistakes(folder)

    assert mistake.startswith("decisions.toml")
    assert "why" in mistake
    assert "личные данные (телефон)" in mistake
    assert "Ковальчук" not in mistake


def test_the_status_worksheet_may_be_given_another_title(tmp_path: Path) -> None:
    assert load(folder_with(tmp_path)).status_sheet is None
    named = folder_with(tmp_path, f"{PROJECT}[tables]\nstatus_sheet = 'Решения'\n")
    assert load(named).status_sheet == "Решения"
