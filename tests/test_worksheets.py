"""Worksheets by their meaning, the resource map, the coverage of plans."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.coverage import PlanCoverage, coverage, plan_rows, rows_of_cards
from miro_sync.files import TablesFile
from miro_sync.messages import catalogue
from miro_sync.model import (
    CellType,
    Center,
    Counted,
    EventCard,
    Monitoring,
    Period,
    SheetColumn,
    SheetKind,
    TablesSnapshot,
    say,
)
from miro_sync.names import CenterNames
from miro_sync.periods import read_period
from miro_sync.resource_map import CenterMap, check_map, judged_on, last_monitoring
from miro_sync.settings import load
from miro_sync.tables import count_by_kind, event_rows, worksheet
from miro_sync.worksheets import SheetsReading, expected, read_worksheets

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIG = Path(__file__).parents[1] / "config"
READ_AT = dt.datetime(2023, 11, 20, tzinfo=dt.UTC)
TODAY = dt.date(2023, 11, 20)
CENTERS = (
    Center("yaya-1", "МБОУ «Яйская ООШ №1»"),
    Center("ishim", "МБОУ «Ишимская ООШ»"),
    Center("sosh-12", "МКОУ «СОШ №12»"),
)
NAMES = CenterNames(CENTERS)
MAP = SheetKind(
    "resources",
    "Карта ресурсов",
    ("карта ресурсов",),
    (
        SheetColumn("center", ("Центр", "Школа"), CellType.CENTER, required=True),
        SheetColumn("updated", ("Дата обновления",), CellType.DATE, required=True, fresh=True),
        SheetColumn("pupils", ("Обучающихся",), CellType.PEOPLE, required=True, low=0, high=500),
        SheetColumn("rooms", ("Кабинетов",), CellType.NUMBER, required=True, low=1, high=50),
        SheetColumn("page", ("Страница центра",), CellType.LINK, required=True),
        SheetColumn("club", ("Кружки",), CellType.CHOICE, choices=("да", "нет")),
    ),
)
HEADER = ("Центр", "Дата обновления", "Обучающихся", "Кабинетов", "Страница центра", "Кружки")
GOOD = ("Яйская ООШ №1", dt.date(2023, 10, 12), 45, 3, "https://yaya1.example.ru", "Да")


def tables(title: str, *rows: Sequence[Any]) -> TablesSnapshot:
    sheet, _ = worksheet(title, rows, source="т.xlsx")
    return TablesSnapshot("т.xlsx", READ_AT, complete=True, worksheets=(sheet,))


def read(snapshot: TablesSnapshot, kind: SheetKind = MAP) -> SheetsReading:
    return read_worksheets(snapshot, [kind], find_center=NAMES.find, center_in=NAMES.only)


def checked(*rows: Sequence[object], kind: SheetKind = MAP) -> dict[str, CenterMap]:
    reading = read(tables("Карта ресурсов", *rows), kind)
    maps = check_map(kind, reading, CENTERS, since=dt.date(2023, 8, 31), today=TODAY)
    return {one.center.id: one for one in maps}


def faults(found: CenterMap) -> dict[str | None, str]:
    return {fault.place.cell if fault.place else None: fault.wrong.key for fault in found.faults}


# --- the resource map ---------------------------------------------------------------------------


def test_a_centre_with_everything_right_has_no_fault() -> None:
    found = checked(HEADER, GOOD)["yaya-1"]
    assert (found.right, found.total, found.faults) == (6, 6, ())


def test_a_remembered_map_is_judged_by_the_day_that_is_asked_for() -> None:
    late = ("Яйская ООШ №1", dt.date(2023, 8, 1), 45, 3, "https://yaya1.example.ru", "иногда")
    remembered = checked(HEADER, late)["yaya-1"]
    assert faults(remembered)["B2"] == "resources.stale"

    (before,) = judged_on([remembered], since=None, today=dt.date(2023, 9, 5))
    assert "B2" not in faults(before)
    assert (before.right, before.total) == (remembered.right + 1, remembered.total)
    (now,) = judged_on([remembered], since=dt.date(2023, 8, 31), today=TODAY)
    assert now == remembered


def test_each_wrong_cell_is_told_with_its_address_and_what_was_expected() -> None:
    bad = ("Яйская ООШ №1", "вчера", "много", "десять", "сайт школы", "иногда")
    found = checked(HEADER, bad)["yaya-1"]
    assert (found.right, found.total) == (1, 6)
    assert faults(found) == {
        "B2": "worksheets.not_a_day",
        "C2": "worksheets.nobody_counted",
        "D2": "worksheets.not_a_number",
        "E2": "worksheets.no_link",
        "F2": "worksheets.not_a_choice",
    }
    told = [catalogue("ru").tell(one.expected) for one in found.faults if one.expected]
    assert told == [
        "дата обновления не раньше 31.08.2023",
        "число от 0 до 500",
        "число от 1 до 50",
        "ссылка, которая начинается с http:// или https://",
        "одно из: «да», «нет»",
    ]


@pytest.mark.parametrize(
    ("column", "value", "wrong"),
    [
        (1, dt.date(2023, 8, 30), "resources.stale"),
        (1, dt.date(2023, 11, 21), "resources.future"),
        (1, None, "resources.blank"),
        (2, -1, "worksheets.nobody_counted"),
        (2, 501, "worksheets.out_of_range"),
        (3, 0, "worksheets.out_of_range"),
        (3, 51, "worksheets.out_of_range"),
        (3, "#ССЫЛКА!", "tables.formula_error"),
        (4, "https://vk.com.com/x", "links.host_twice"),
    ],
)
def test_a_needed_cell_that_is_not_as_it_should_be_is_wrong(
    column: int, value: object, wrong: str
) -> None:
    row = [*GOOD[:column], value, *GOOD[column + 1 :]]
    found = checked(HEADER, row)["yaya-1"]
    assert list(faults(found).values()) == [wrong]
    assert (found.right, found.total) == (5, 6)


@pytest.mark.parametrize("value", [dt.date(2023, 8, 31), TODAY, "12.10.2023"])
def test_a_date_in_the_monitoring_is_fresh_on_both_its_ends(value: object) -> None:
    assert checked(HEADER, [GOOD[0], value, *GOOD[2:]])["yaya-1"].faults == ()


def test_a_blank_cell_that_nobody_needs_is_not_counted() -> None:
    found = checked(HEADER, [*GOOD[:5], None])["yaya-1"]
    assert (found.right, found.total) == (5, 5)


def test_a_centre_without_a_row_is_told_so() -> None:
    found = checked(HEADER, GOOD)["ishim"]
    assert (found.right, found.total) == (0, 5)
    assert faults(found) == {None: "resources.no_row"}


def test_a_needed_column_that_is_not_there_is_wrong_for_every_centre() -> None:
    found = checked(HEADER[:4], GOOD[:4])["yaya-1"]
    assert faults(found) == {"2": "resources.no_column"}


def test_a_cell_with_a_name_list_is_wrong_and_its_content_is_nowhere() -> None:
    row = [GOOD[0], GOOD[1], "Ковальчук Захар, 9А", *GOOD[3:]]
    found = checked(HEADER, row)["yaya-1"]
    assert faults(found) == {"C2": "tables.personal_cell"}
    assert "Ковальчук" not in repr(found)


@given(st.permutations(range(6)))
def test_the_order_of_the_columns_changes_nothing(order: list[int]) -> None:
    rows = ([row[at] for at in order] for row in (HEADER, GOOD))
    found = checked(*rows)["yaya-1"]
    assert (found.right, found.total) == (6, 6)


@pytest.mark.parametrize(
    ("today", "since"),
    [
        ("2023-01-20", None),  # October 2022 was before the project
        ("2023-02-28", None),  # February is not over
        ("2023-03-01", "2023-01-01"),
        ("2023-10-31", "2023-01-01"),
        ("2023-11-01", "2023-08-31"),
        ("2026-05-01", "2024-01-01"),  # after the end of the project
    ],
)
def test_data_are_asked_for_since_the_last_monitoring_that_is_over(
    today: str, since: str | None
) -> None:
    span = Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
    found = last_monitoring(Monitoring(), span, dt.date.fromisoformat(today))
    assert found == (dt.date.fromisoformat(since) if since else None)


# --- worksheets by their meaning ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Обучающиеся 5 - 9 классов (21 уч-ся, 3 педагога)", Counted(pupils=21, staff=3)),
        ("Обучающиеся, представители органов самоуправления- 25 человек", Counted(people=25)),
        ("Педагоги Центра «Точка роста»-4 человека", Counted(people=4)),
        ("24", Counted(people=24)),
        ("8-11 классы, педагоги «Точки роста»", Counted()),
        ("", Counted()),
    ],
)
def test_people_counted_in_prose_are_told_apart_and_what_nobody_wrote_is_no_zero(
    text: str, counted: Counted
) -> None:
    assert count_by_kind(text) == counted


def test_a_count_stands_beside_its_original() -> None:
    kind = SheetKind(
        "survey",
        "Анкета",
        ("анкета",),
        (
            SheetColumn("center", ("Центр",), CellType.CENTER, required=True),
            SheetColumn("answered", ("Ответило",), CellType.PEOPLE),
        ),
    )
    snapshot = tables(
        "Анкета педагогов 2024",
        ("Центр", "Ответило"),
        ("Ишимская ООШ", "(21 уч-ся, 3 педагога)"),
        ("Яйская ООШ №1", "почти все"),
        ("Школа, которой нет", "5"),
    )
    first, second, third = read(snapshot, kind).rows
    assert (first.center_id, first.values["answered"]) == ("ishim", "(21 уч-ся, 3 педагога)")
    assert first.counts == {"answered": Counted(pupils=21, staff=3)}
    assert first.places["answered"].cell == "B2"
    assert second.values["answered"] == "почти все"
    assert second.counts == {}
    assert third.center_id is None
    assert third.faults == {"center": say("tables.unknown_center")}


def test_a_worksheet_of_one_centre_needs_no_column_of_centres() -> None:
    reading = read(tables("Карта ресурсов Ишимская ООШ", HEADER[1:], GOOD[1:]))
    assert [row.center_id for row in reading.rows] == ["ishim"]
    assert reading.problems == ()


def test_a_worksheet_with_another_title_is_not_read() -> None:
    reading = read(tables("Ответы на форму", HEADER, GOOD))
    assert (reading.rows, reading.titles) == ((), {})


def test_what_a_column_expects_is_said_with_its_bounds() -> None:
    column = SheetColumn("n", ("Всего",), CellType.NUMBER)
    words = catalogue("ru")
    assert words.tell(expected(column)) == "число"
    assert words.tell(expected(replace(column, low=0.5))) == "число не меньше 0,5"
    assert words.tell(expected(replace(column, high=1000000))) == "число не больше 1000000"


def test_the_packaged_worksheets_are_those_of_the_example(tmp_path: Path) -> None:
    for name in ("project.toml", "centers.toml", "calendar.csv"):
        (tmp_path / name).write_bytes((CONFIG / name).read_bytes())
    packaged, example = load(tmp_path), load(CONFIG)
    assert packaged.sheet_kinds == example.sheet_kinds
    assert [kind.id for kind in packaged.sheet_kinds] == [
        "resources", "plans", "attendance", "exams", "conference", "methodical_day", "survey",
        "training", "materials", "contests",
    ]  # fmt: skip
    assert packaged.monitoring == Monitoring((2, 10), 31)


def test_a_new_worksheet_is_settings_and_no_code(tmp_path: Path) -> None:
    (tmp_path / "project.toml").write_bytes((CONFIG / "project.toml").read_bytes())
    (tmp_path / "centers.toml").write_bytes((CONFIG / "centers.toml").read_bytes())
    (tmp_path / "tables.toml").write_text(
        '[[worksheet]]\nkind = "bus"\ntitle = "Подвоз"\nsheets = ["подвоз"]\n'
        '[[worksheet.column]]\nkey = "route"\nheaders = ["Маршрут"]\nrequired = true\n'
        '[[worksheet.column]]\nkey = "seats"\nheaders = ["Мест"]\ntype = "number"\nlow = 1\n',
        "utf-8",
    )
    (kind,) = load(tmp_path).sheet_kinds
    reading = read(tables("Подвоз", ("Маршрут", "Мест"), ("Яя — Ишим", "1 200"), ("Улус", 0)), kind)
    assert [row.values for row in reading.rows] == [
        {"route": "Яя — Ишим", "seats": 1200},
        {"route": "Улус", "seats": 0},
    ]
    assert [problem.message.key for problem in reading.problems] == ["worksheets.out_of_range"]


# --- coverage -----------------------------------------------------------------------------------


def covered(path: Path) -> tuple[PlanCoverage, ...]:
    return coverage(*understood(path))


def understood(path: Path) -> tuple[TablesSnapshot, tuple[EventCard, ...]]:
    snapshot = TablesFile(path, READ_AT).read()
    span = Period(dt.date(2021, 9, 1), dt.date(2022, 8, 31))
    rows = event_rows(
        snapshot,
        find_center=NAMES.find,
        center_in=NAMES.only,
        read_period=read_period,
        span=span,
    )
    return snapshot, rows.cards


def test_the_rows_of_a_published_report_are_kept_as_they_were_written() -> None:
    path = CONFIG / "examples" / "center-plan-sosh12-2021-2022.csv"
    rows = plan_rows(*understood(path))
    assert [one.direction for one in rows] == [1, 1, 3, 3, 4, 6, 7, 7, 8]
    opening, olympiads, courses, webinars, *_ = rows
    assert opening.when == "1 сентября 2021 г"
    assert opening.counted == Counted(people=25)
    assert len(opening.links) == 5
    assert opening.held
    assert olympiads.title.split("\n")[1] == (
        "Участие в мероприятиях, проводимых на портале «Урокцифры»"
    )
    assert olympiads.when.split("\n")[0] == "С 22.11-по 13.12"
    assert courses.counted == Counted(people=4)
    assert webinars.counted == Counted(pupils=21, staff=3)
    assert rows[6].counted == Counted()  # «8-11 классы» counts nobody


def test_cards_of_rows_remember_what_the_yearly_report_needs() -> None:
    path = CONFIG / "examples" / "center-plan-sosh12-2021-2022.csv"
    _, cards = understood(path)
    rows = rows_of_cards(cards)
    assert {one.direction for one in rows} == {1, 3, 4, 6, 7, 8}
    assert rows[0].title.startswith("Торжественное открытие")
    assert rows[0].counted == Counted(people=25)
    assert rows[0].when == "1 сентября 2021 г"


def test_the_plan_of_a_published_report_has_exactly_four_empty_directions() -> None:
    (plan,) = covered(CONFIG / "examples" / "center-plan-sosh12-2021-2022.csv")
    assert plan.empty == (2, 5, 9, 10)
    assert [one.number for one in plan.directions] == list(range(1, 11))
    third = plan.directions[2]
    assert (third.number, third.events, third.empty) == (3, 2, False)
    assert third.months == {(2021, 8): 2, (2021, 9): 1, (2021, 10): 2, (2021, 11): 1}
    assert [one.events for one in plan.directions] == [2, 0, 2, 1, 0, 1, 2, 1, 0, 0]
    assert plan.directions[6].months == {(2021, 11): 2}


def test_two_centres_in_one_worksheet_have_a_map_each(tmp_path: Path) -> None:
    path = tmp_path / "План мероприятий.csv"
    path.write_text(
        "№ п/п;Мероприятие;Дата проведения;Центр\n"
        "Направление 1. Конкурсы;;;\n"
        "1;Турнир;15.10.2021;Яйская ООШ №1\n"
        "2;Викторина;20.10.2021;Ишимская ООШ\n"
        "Направление 2. Обучение;;;\n"
        "3;Курсы;ноябрь 2021;Ишимская ООШ\n",
        "utf-8",
    )
    found = {plan.center_id: plan for plan in covered(path)}
    assert found["yaya-1"].empty == (2,)
    assert found["ishim"].empty == ()
    assert found["ishim"].directions[1].months == {(2021, 11): 1}


def test_a_worksheet_without_directions_has_no_map(tmp_path: Path) -> None:
    path = tmp_path / "План.csv"
    path.write_text("Мероприятие;Дата проведения\nТурнир;15.10.2021\n", "utf-8")
    assert covered(path) == ()
