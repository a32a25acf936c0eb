"""Grids -> tables -> cards: headers, rows, sections, and what says that an event was held."""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from conftest import shared
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.messages import catalogue
from miro_sync.model import (
    CellError,
    DateContext,
    EventCard,
    Period,
    Schedule,
    ScheduleKind,
    Severity,
    TablesSnapshot,
    Worksheet,
    say,
)
from miro_sync.tables import (
    CALENDAR_COLUMNS,
    NOT_CALCULATED,
    PLAN_COLUMNS,
    Column,
    NoTable,
    Row,
    Table,
    TablesReading,
    address,
    count_people,
    event_rows,
    find_table,
    find_tables,
    links_in,
    parse_day,
    parse_number,
    worksheet,
    worksheet_titled,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from miro_sync.model import CellValue, Problem

Cells = list[list["CellValue"]]

READ_AT = dt.datetime(2023, 6, 1, 8, 0, tzinfo=dt.UTC)
SPAN = Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
APRIL_5 = dt.date(2023, 4, 5)
RU, EN = catalogue("ru"), catalogue("en")


def sheet_of(rows: Iterable[Sequence[CellValue]], title: str = "План") -> Worksheet:
    return worksheet(title, rows, source="таблица.xlsx")[0]


def table_of(rows: Cells, columns: Sequence[Column] = CALENDAR_COLUMNS) -> Table:
    table = find_table(sheet_of(rows), columns, source="таблица.xlsx")
    assert isinstance(table, Table), told(table.problems)
    return table


def no_table_of(rows: Cells, columns: Sequence[Column] = CALENDAR_COLUMNS) -> NoTable:
    table = find_table(sheet_of(rows), columns, source="таблица.xlsx")
    assert isinstance(table, NoTable)
    return table


def told(problems: Iterable[Problem]) -> list[tuple[str | None, str]]:
    """Return the cell and the Russian sentence of each problem."""
    said = []
    for problem in problems:
        assert EN.tell(problem.message)
        assert problem.place is not None
        said.append((problem.place.cell, RU.tell(problem.message)))
    return said


def titles(table: Table) -> list[str]:
    return [row.text("title") for row in table.rows]


# --- grids --------------------------------------------------------------------------------------


def test_a_grid_is_a_rectangle_without_blank_ends() -> None:
    sheet = sheet_of([["а", " ", None], [], ["б", "в", "", None], ["", None]])

    assert sheet.rows == (("а", None), (None, None), ("б", "в"))


def test_error_texts_of_russian_and_online_spreadsheets_are_errors() -> None:
    sheet = sheet_of([["#REF!", "#Н/Д", "#ССЫЛКА!", "Loading...", "см. #REF!", "#1"]])

    assert sheet.rows == (
        (
            CellError("#REF!"),
            CellError("#N/A"),
            CellError("#REF!"),
            CellError(NOT_CALCULATED),
            "см. #REF!",
            "#1",
        ),
    )


def test_cells_lose_what_nobody_sees_in_them() -> None:
    midnight = dt.datetime(2023, 4, 5, 0, 0)  # noqa: DTZ001 - a cell has no zone
    sheet, _ = worksheet(
        "План",
        [["а\x00б\r\nв", "\ufeffг", 12.0, 0.5, midnight, dt.timedelta(hours=30)]],
        source="таблица.xlsx",
    )

    assert sheet.rows == (("аб\nв", "г", 12, 0.5, APRIL_5, "30:00:00"),)


def test_merged_ranges_are_filled_as_far_as_there_are_values() -> None:
    sheet, _ = worksheet(
        "План",
        [["а", None, "б"], [None, None, "в"], [CellError("#REF!"), None, "г"]],
        source="таблица.xlsx",
        merged=[((0, 0), (1, 1)), ((2, 0), (2, 1)), ((0, 2), (900, 2)), ((7, 7), (8, 8))],
    )

    assert sheet.rows == (("а", "а", "б"), ("а", "а", "б"), (CellError("#REF!"), None, "б"))


def test_errors_that_the_rows_do_not_show_are_put_in() -> None:
    sheet, _ = worksheet("План", [["а"]], source="т", errors={(1, 1): "#REF!"})

    assert sheet.rows == (("а", None), (None, CellError("#REF!")))


def test_the_hundredth_fault_is_counted_and_not_told() -> None:
    _, problems = worksheet("План", [["я" * 40_000]] * 100, source="т")

    assert len(problems) == 21
    assert "ещё 80" in RU.tell(problems[-1].message)


def test_addresses_are_those_of_the_spreadsheet() -> None:
    assert [address(0, 0), address(13, 3), address(9, 26), address(0, 16_383)] == [
        "A1",
        "D14",
        "AA10",
        "XFD1",
    ]


def test_a_worksheet_is_found_by_a_loosely_written_title() -> None:
    sheets = (sheet_of([["а"]], "Событийный  календарь."), sheet_of([["б"]], "Отчёт"))
    tables = TablesSnapshot("т", READ_AT, complete=True, worksheets=sheets)

    assert worksheet_titled(tables, "событийный календарь") is sheets[0]
    assert worksheet_titled(tables, "ОТЧЕТ") is sheets[1]
    assert worksheet_titled(tables, "План") is None


# --- single values ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1,5", 1.5),
        ("1.5", 1.5),
        ("1 234", 1234),
        ("1\u00a0234,50", 1234.5),
        ("−5", -5),
        ("007", 7),
        (12, 12),
        ("1,234", 1.234),
        ("12 34", None),
        ("1.234,5", None),
        ("12 %", None),
        ("пять", None),
        ("", None),
        (True, None),
        (None, None),
    ],
)
def test_numbers_are_read_as_a_russian_spreadsheet_writes_them(
    value: CellValue, number: float | None
) -> None:
    assert parse_number(value) == number


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (APRIL_5, APRIL_5),
        (dt.datetime(2023, 4, 5, 10, 30), APRIL_5),  # noqa: DTZ001 - a cell has no zone
        (45_021, APRIL_5),
        (45_021.5, APRIL_5),
        ("05.04.2023", APRIL_5),
        ("5.4.23 г.", APRIL_5),
        ("2023-04-05", APRIL_5),
        ("31.02.2023", None),
        ("апрель", None),
        (2023, None),
        (True, None),
    ],
)
def test_days_are_read_from_dates_numbers_and_texts(value: CellValue, day: dt.date | None) -> None:
    assert parse_day(value) == day


def test_only_web_links_are_links() -> None:
    text = "см. https://vk.com/wall-1_2, www.school.ru; vk.com/wall1 javascript:alert(1) a@b.ru/x"

    assert links_in(text) == (
        "https://vk.com/wall-1_2",
        "https://www.school.ru",
        "https://vk.com/wall1",
    )


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("представители органов муниципального самоуправления- 25 человек", 25),
        ("Обучающиеся (по итогам школьного этапа) 8 человек", 8),
        ("Обучающиеся 9-11 классов общеобразовательной организации (6 учащихся)", 6),
        ("Обучающиеся 8-11 классов общеобразовательной организа- ции (11 уч-ся)", 11),
        ("Педагоги Центра «Точка роста»-4 человека", 4),
        ("Обучающиеся 5 - 9 классов (21 уч-ся, 3 педагога)", 24),
        ("работники центра «Точка роста» (7 чел.)", 7),
        ("Педагоги центра образования «Точка роста», обучающиеся (6)", 6),
        ("8-11 классы, педагоги “Точки роста”", None),
        ("1-11 кл.", None),
        ("до 30 человек", None),
        ("не менее 25 обучающихся", None),
        ("9", None),
        ("", None),
    ],
)
def test_people_are_counted_in_prose_and_classes_are_not(text: str, people: int | None) -> None:
    assert count_people(text) == people


def test_a_bare_number_counts_only_in_a_column_of_counts() -> None:
    assert count_people("24", bare=True) == 24
    assert count_people("0", bare=True) == 0
    assert count_people("2,5", bare=True) is None
    assert count_people("24") is None


# --- headers ------------------------------------------------------------------------------------

#: Headers of published plans, from a hand tally over about sixty documents.
EVENT_HEADERS = """Мероприятие|Мероприятия|Наименование мероприятия|Наименование мероприятий
|Название мероприятия|Название|Содержание работы|Содержание деятельности|Содержание|Дела
|Дела, события, мероприятия|Направления деятельности|Показатели мониторинга
|Пошаговые⏎мероприятия|Акция / Мероприятие|Мероприятия в рамках реализации
|Полное название⏎городского этапа|Предмет|Что делается|Вид деятельности"""
PERIOD_HEADERS = """Сроки|Срок|Дата|Дата проведения|Сроки проведения|Сроки реализации
|Сроки⏎реализации|Сроки проведения мониторинга|Срок исполнения|Сроки исполнения
|Сроки выполнения|Время проведения|Время|Дата и время⏎проведения|Дата, время
|Время⏎и место проведения|Место, время|Сроки, место проведения|Сроки,⏎место
|Дата и место проведения|Дата, ответственный|Дата проведения Олимпиады
|Ориентировочное время⏎проведения|Этап образовательных организаций|Сроки реали-зации"""
RESPONSIBLE_HEADERS = """Ответственный|Ответственные|Отв-ный|Ответственный исполнитель
|Ответственные исполнители|Ответственные за исполнение|Ответственные⏎за проведение
|Ответственные за проведение|Ответственный за выполнение|Ответственные лица
|Ответственные за реализацию мероприятия|Ответственные исполнители, соисполнители|Организатор"""
NUMBER_HEADERS = "№|№ п/п|№п/п|№ п\\п|№№⏎п\\п|п/п|N|N п/п|N⏎п/п|№⏎п/⏎п"


def listed(headers: str) -> list[str]:
    return [header.strip("\n").replace("⏎", "\n") for header in headers.split("|")]


@pytest.mark.parametrize("header", listed(EVENT_HEADERS))
def test_the_event_column_is_known_by_every_header_met(header: str) -> None:
    assert titles(table_of([[header, "Сроки"], ["Экодиктант", "май"]])) == ["Экодиктант"]


@pytest.mark.parametrize("header", listed(PERIOD_HEADERS))
def test_the_period_column_is_known_by_every_header_met(header: str) -> None:
    table = table_of([["Мероприятие", header], ["Экодиктант", "май"]])
    plan = table_of([["Мероприятие", header], ["Экодиктант", "май"]], PLAN_COLUMNS)

    assert table.rows[0].values["period"] == "май"
    assert plan.columns.keys() & {"held_on", "date", "planned"}


@pytest.mark.parametrize("header", listed(RESPONSIBLE_HEADERS))
def test_the_responsible_column_is_known_by_every_header_met(header: str) -> None:
    table = table_of([["Мероприятие", "Срок", header], ["Экодиктант", "май", "методист"]])

    assert table.rows[0].text("responsible") == "методист"


@pytest.mark.parametrize("header", listed(NUMBER_HEADERS))
def test_the_number_column_is_known_by_every_header_met(header: str) -> None:
    table = table_of([[header, "Мероприятие", "Срок"], [1, "Экодиктант", "май"]])

    assert table.columns["number"] == (0,)


@pytest.mark.parametrize(
    "header",
    [
        "СРОКИ  РЕАЛИЗАЦИИ",
        "Сроки реали-\nзации",
        "Сроки реали- зации",
        "Cpоки реализации",  # the first two letters are Latin
        "Сроки реализации:",
        "Сроки реализации (месяц, год)",
        "Срок реал.",
        "Ср. реализации",
        "Сроки релизации",
        "Сроки реализации мероприятия, ответственный",
        "<b>Сроки реализации</b>",
    ],
)
def test_a_header_is_seen_through_its_spelling(header: str) -> None:
    assert "period" in table_of([["Мероприятие", header], ["Экодиктант", "май"]]).columns


@pytest.mark.parametrize(
    "header", ["Дата рождения", "Дата приказа", "Место проведения", "Форма проведения", "Срокомер"]
)
def test_a_header_of_something_else_is_no_period(header: str) -> None:
    table = no_table_of([["Мероприятие", header, "Класс"], ["Экодиктант", "май", "5"]])

    assert "нет столбца «Сроки реализации»" in told(table.problems)[0][1]


def test_a_header_stands_anywhere_below_stamps_and_titles() -> None:
    table = table_of(
        [
            ["УТВЕРЖДАЮ"],
            [None],
            ["План мероприятий", "План мероприятий", "План мероприятий"],
            ["на 2023 год"],
            ["Срок", "Ответственные", "Мероприятие"],
            ["май", "методист", "Экодиктант"],
        ]
    )

    assert table.place.cell == "5"
    assert table.title == ("УТВЕРЖДАЮ", "План мероприятий", "на 2023 год")
    assert titles(table) == ["Экодиктант"]
    row = table.rows[0]
    assert (row.number, row.place("title").cell, row.place("period").cell) == (6, "C6", "A6")
    assert row.place().cell == "6"
    assert row.place("quota").cell == "6"


@pytest.mark.parametrize("merged", [True, False])
def test_a_second_header_row_refines_the_first(*, merged: bool) -> None:
    rows: Cells = [
        ["№", "Мероприятие", "Сроки проведения", "Сроки проведения", "Ответственные"],
        ["№", "Мероприятие", "начало", "окончание", "Ответственные"],
        [1, "Экодиктант", "01.05.2023", "10.05.2023", "методист"],
    ]
    if not merged:
        rows[0][3] = None
        rows[1] = [None, None, "начало", "окончание", None]

    table = table_of(rows)

    assert table.place.cell == "2"
    assert table.rows[0].values["period"] == "01.05.2023 – 10.05.2023"
    assert titles(table) == ["Экодиктант"]


def test_planned_and_actual_dates_under_one_header_are_told_apart() -> None:
    table = table_of(
        [
            ["Мероприятие", "Дата проведения", None],
            [None, "план", "факт"],
            ["Экодиктант", "май", "12.05.2023"],
        ],
        PLAN_COLUMNS,
    )

    assert table.rows[0].text("planned") == "май"
    assert table.rows[0].text("fact") == "12.05.2023"


def test_a_header_may_need_both_its_rows() -> None:
    table = table_of(
        [
            ["Мероприятие", "Проведение", None],
            [None, "срок", "ответственный"],
            ["КВН", "май", "методист"],
        ]
    )

    assert table.place.cell == "2"
    assert table.rows[0].values == {"title": "КВН", "period": "май", "responsible": "методист"}


def test_a_title_above_a_header_is_no_part_of_it() -> None:
    table = table_of([["План мероприятий"], ["Мероприятие", "Срок"], ["Экодиктант", "май"]])

    assert table.title == ("План мероприятий",)


def test_the_first_row_of_data_is_no_second_header() -> None:
    table = table_of([["Мероприятие", "Срок", None], ["КВН", "май", "актовый зал"]])

    assert titles(table) == ["КВН"]


def test_a_missing_column_is_told_with_what_is_there() -> None:
    problems = no_table_of(
        [["Мероприятие", "Класс", "Кабинет"], ["Экодиктант", "5", "12"]]
    ).problems

    assert told(problems) == [
        (
            "1",
            (
                "нет столбца «Сроки реализации». На листе есть: «Мероприятие», «Класс», «Кабинет». "
                "Добавьте столбец или назовите его так."
            ),
        )
    ]


def test_without_a_header_nothing_of_the_rows_is_quoted() -> None:
    problems = no_table_of([["Иванов Пётр", "8-900-123-45-67"]]).problems

    assert told(problems) == [
        (
            None,
            (
                "не нашлась строка заголовков (просмотрено сверху 50 строк): "
                "нужны столбцы «Мероприятие», «Сроки реализации»."
            ),
        )
    ]
    assert no_table_of([]).problems


def test_a_doubled_column_is_named_and_never_read() -> None:
    rows: Cells = [
        ["Мероприятие", "Класс", "Дата", "Дата"],
        ["Экодиктант", "5", "01.05", "02.05"],
        ["КВН", "6", "03.05", "03.05"],
    ]

    refused = no_table_of(rows)
    plan = table_of(rows, PLAN_COLUMNS)

    assert refused.refused
    cell, sentence = told(refused.problems)[0]
    assert cell == "D1"
    assert "(C1, D1)" in sentence
    assert "date" not in plan.columns
    assert titles(plan) == ["Экодиктант", "КВН"]


@pytest.mark.parametrize("second", [[None, None], ["01.05", "03.05"]])
def test_a_column_doubled_by_a_merged_header_is_one(second: list[CellValue]) -> None:
    table = table_of(
        [
            ["Мероприятие", "Дата", "Дата"],
            ["Экодиктант", "01.05", second[0]],
            ["Мероприятие", "Дата", "Дата"],
            ["КВН", "03.05", second[1]],
        ]
    )

    assert [row.text("period") for row in table.rows] == ["01.05", "03.05"]
    assert not table.problems


def test_a_weak_header_gives_way_to_a_sure_one() -> None:
    table = table_of([["Предмет", "Мероприятие", "Срок"], ["Физика", "Экодиктант", "май"]])

    assert titles(table) == ["Экодиктант"]
    assert not table.weak


def test_a_calendar_with_planned_and_actual_dates_is_read_by_the_planned_ones() -> None:
    table = table_of(
        [
            ["Мероприятие", "Дата проведения", "Время", "Сроки реализации"],
            ["КВН", "05.05.2023", "10.00", "май 2023"],
        ]
    )

    assert table.rows[0].text("period") == "май 2023"


def test_planned_and_actual_counts_are_no_dates() -> None:
    table = table_of(
        [
            ["Мероприятие", "Количество участников", None, "Дата проведения"],
            [None, "план", "факт", None],
            ["КВН", 30, 25, APRIL_5],
        ],
        PLAN_COLUMNS,
    )

    assert table.columns.keys() == {"title", "count", "held_on"}
    assert table.rows[0].text("count") == "30\n25"


def test_unknown_columns_are_left_alone() -> None:
    table = table_of([["Мероприятие", "Кабинет", "Срок"], ["КВН", CellError("#REF!"), "май"]])

    assert table.rows[0].values == {"title": "КВН", "period": "май"}
    assert not table.problems


@pytest.mark.parametrize(
    "header",
    [
        "Ответственный (ФИО)",
        "Участники: фамилия, имя",
        "Ответственный, телефон",
        "Ответственный, e-mail",
        "Участники (дата рождения)",
        "Участники, СНИЛС",
    ],
)
def test_a_column_of_personal_data_is_never_read(header: str) -> None:
    table = table_of([["Мероприятие", header, "Срок"], ["КВН", "тайна", "май"]])

    assert table.rows[0].values == {"title": "КВН", "period": "май"}
    assert told(table.problems)[0][0] == "B1"
    assert table.problems[0].severity is Severity.WARNING
    assert "тайна" not in repr(table.problems)


def test_a_header_that_only_sounds_personal_is_read() -> None:
    for header in ("Наименование мероприятия", "Инновационные мероприятия", "Мероприятия и др."):
        sheet = sheet_of([[header, "Класс", "Срок"], ["КВН", "5", "май"]])
        table = find_table(sheet, CALENDAR_COLUMNS, source="т")
        assert "личные" not in str(told(table.problems))


# --- rows ---------------------------------------------------------------------------------------

HEADER: list[CellValue] = ["№", "Мероприятие", "Сроки", "Ответственные"]


def test_what_is_no_event_is_skipped() -> None:
    table = table_of(
        [
            HEADER,
            ["1", "2", "3", "4"],
            [1, 2, 3, 4],
            [1, "КВН", "май", "методист"],
            [],
            HEADER,
            [2, "Экодиктант", "июнь", "методист"],
            ["Итого", None, "2", None],
            [None, "Всего мероприятий: 2"],
        ]
    )

    assert titles(table) == ["КВН", "Экодиктант"]
    assert [row.number for row in table.rows] == [4, 7]
    assert not table.problems


@pytest.mark.parametrize(
    "section",
    [
        ["Направление 1. Совместные мероприятия", None, None, None],
        ["Направление 1. Совместные мероприятия"] * 4,
        [None, "Направление 1. Совместные мероприятия", None, None],
        [1, "Направление 1. Совместные мероприятия", None, None],
    ],
)
def test_a_section_row_names_the_rows_below_it(section: list[CellValue]) -> None:
    table = table_of(
        [HEADER, section, [1, "КВН", "май"], ["Итоговый этап"] * 4, [2, "Форум", "июнь"]]
    )

    assert [(row.text("title"), row.section) for row in table.rows] == [
        ("КВН", "Направление 1. Совместные мероприятия"),
        ("Форум", "Итоговый этап"),
    ]
    assert [one.number for one in table.sections] == [2, 4]


def test_without_numbers_only_a_section_by_its_words_is_one() -> None:
    table = table_of(
        [
            ["Мероприятие", "Срок"],
            ["Подготовительный этап", None],
            ["Оформление стенда", None],
            ["КВН", "май"],
        ]
    )

    assert [(row.text("title"), row.section) for row in table.rows] == [
        ("Оформление стенда", "Подготовительный этап"),
        ("КВН", "Подготовительный этап"),
    ]


def test_an_empty_numbered_row_is_kept_as_empty() -> None:
    table = table_of(
        [HEADER, ["Направление 2"], [3], ["Направление 3"], [4, "КВН", "май"], [], [5]]
    )

    assert [(row.number, row.section, row.empty) for row in table.rows] == [
        (3, "Направление 2", True),
        (5, "Направление 3", False),
        (7, "Направление 3", True),
    ]


def test_a_task_is_carried_down_to_the_next_section() -> None:
    table = table_of(
        [
            ["Задача", "Мероприятие", "Срок"],
            ["Этап первый", None, None],
            ["Разработать", "Карта", "май"],
            [None, "Модель", "июнь"],
            ["Этап второй", None, None],
            [None, "Форум", "июль"],
        ]
    )

    assert [row.text("task") for row in table.rows] == ["Разработать", "Разработать", ""]


def test_a_cell_continued_in_the_next_row_belongs_to_the_row_above() -> None:
    table = table_of(
        [
            ["№", "Мероприятие", "Участники", "Срок"],
            [1, "Урок", "Обучающиеся общеобразовательной", "май"],
            [None, None, "организации (11 уч-ся)", None],
            [2, "КВН", "все", "июнь"],
        ]
    )

    assert table.rows[0].text("participants") == (
        "Обучающиеся общеобразовательной организации (11 уч-ся)"
    )
    assert len(table.rows) == 2


def test_a_text_column_writes_what_a_reader_of_the_spreadsheet_sees() -> None:
    moment = dt.datetime(2023, 4, 5, 10, 30)  # noqa: DTZ001 - a cell has no zone
    cells: Cells = [[True], [14.8], [moment], [APRIL_5], [dt.time(9, 5)]]
    table = table_of(
        [["Мероприятие", "Срок", "Участники"], *(["КВН", "май", *cell] for cell in cells)]
    )

    assert [row.text("participants") for row in table.rows] == [
        *("да", "14,8", "05.04.2023 10:30", "05.04.2023", "09:05")
    ]


def test_a_date_without_an_event_is_named() -> None:
    table = table_of([HEADER, [1, "КВН", "май"], [None, None, "июнь"], [2, "Урок", "май"]])

    assert titles(table) == ["КВН", "Урок"]
    assert told(table.problems)[0][0] == "B3"


def test_formula_errors_are_named_and_leave_no_value() -> None:
    table = table_of(
        [
            HEADER,
            [1, "КВН", CellError("#REF!"), "методист"],
            [2, "Урок", CellError(NOT_CALCULATED), CellError("#N/A")],
        ]
    )

    assert [cell for cell, _ in told(table.problems)] == ["C2", "C3", "D3"]
    assert "ошибка формулы #REF!" in told(table.problems)[0][1]
    assert "не посчитана" in told(table.problems)[1][1]
    assert "period" not in table.rows[0].values


def test_signatures_and_notes_below_the_table_are_no_events() -> None:
    rows: Cells = [
        ["Мероприятие", "Срок"],
        ["КВН", "май"],
        [],
        ["Исполнитель: методист", "12.05.2023"],
        ["Приложение на двух листах"],
    ]

    assert titles(table_of(rows)) == ["КВН"]
    assert titles(table_of([*rows[:3], ["Приложение на двух листах"]])) == ["КВН"]


def test_rows_of_data_that_sound_like_headers_are_data() -> None:
    table = table_of(
        [
            ["Мероприятие", "Срок", "Ответственные", "Участники"],
            ["Акция", "Май", "Организаторы", "Классы"],
            ["Телефон доверия", "Июнь", "Исполнитель", "Участники"],
            [],
            ["Утверждение плана", "Июль", "Директор", "Все"],
            ["Всего понемногу", "Август", "Завуч", "Все"],
        ],
        PLAN_COLUMNS,
    )

    assert titles(table) == ["Акция", "Телефон доверия", "Утверждение плана", "Всего понемногу"]


def test_tables_one_below_the_other_are_read_by_their_own_headers() -> None:
    sheet = sheet_of(
        [
            ["План школы"],
            ["Мероприятие", "Срок"],
            ["КВН", "май"],
            [],
            ["№ п/п", "ФИО педагога", "Курсы"],
            ["1", "тайна", "май"],
            ["Отчёт за июнь"],
            ["Срок", "Мероприятие", "Класс"],
            ["июнь", "Форум", "5"],
        ]
    )

    found = [
        one for one in find_tables(sheet, CALENDAR_COLUMNS, source="т") if isinstance(one, Table)
    ]

    assert [titles(table) for table in found] == [["КВН"], ["Форум"]]
    assert [table.rows[0].text("period") for table in found] == ["май", "июнь"]
    assert found[0].title == ("План школы",)
    assert found[1].title == ("План школы", "Отчёт за июнь")
    assert "тайна" not in repr([table.rows for table in found])


def test_values_are_read_by_the_kind_of_their_column() -> None:
    columns = (
        Column("name", ("Показатель",), required=True),
        Column("value", ("Значение",), kind="number"),
        Column("day", ("На дату",), kind="date"),
        Column("links", ("Ссылка",), kind="link", repeated=True),
    )
    table = table_of(
        [
            ["Показатель", "Значение", "На дату", "Ссылка", "Ссылка"],
            ["Физика", "14,8", "05.04.2023", "https://a.ru", "http://b.ru"],
            ["Химия", 19.3, APRIL_5, "нет", None],
            ["Биология", "высокий", "скоро", "на сайте", "ftp://a.ru/1"],
        ],
        columns,
    )

    assert table.rows[0].values == {
        "name": "Физика",
        "value": 14.8,
        "day": APRIL_5,
        "links": ("https://a.ru", "http://b.ru"),
    }
    assert table.rows[0].text("links") == "https://a.ru http://b.ru"
    assert table.rows[1].values == {"name": "Химия", "value": 19.3, "day": APRIL_5}
    assert table.rows[2].values == {"name": "Биология"}
    assert [cell for cell, _ in told(table.problems)] == ["B4", "C4", "D4", "E4"]


@pytest.mark.parametrize(
    ("value", "period"),
    [
        (APRIL_5, APRIL_5),
        (45_021, APRIL_5),
        ("апрель", "апрель"),
        (2023, "2023"),
        (16.01, "16.01"),
        (5.2, "05.02"),
        (5.12, "05.12"),
        (5.1, None),
        (0.5, None),
        (40.05, None),
        (1.234, None),
    ],
)
def test_a_number_in_a_period_column_is_a_date_only_when_it_can_be_no_other(
    value: CellValue, period: object
) -> None:
    table = table_of([["Мероприятие", "Срок"], ["КВН", value], ["Урок", "май"]])

    assert table.rows[0].values.get("period") == period
    assert bool(table.problems) is (period is None)


def test_marks_under_quarters_say_when() -> None:
    table = table_of(
        [
            ["Мероприятие", "Сроки выполнения", None, None, None],
            [None, "I квартал", "II квартал", "III квартал", "IV квартал"],
            ["КВН", None, "+", "✓", "-"],
            ["Урок", "х", None, None, None],
        ],
        PLAN_COLUMNS,
    )

    assert [row.text("by_period") for row in table.rows] == ["II квартал, III квартал", "I квартал"]


@given(
    order=st.permutations(range(5)),
    blanks=st.lists(st.integers(0, 5), max_size=3),
    stamps=st.lists(
        st.sampled_from(["УТВЕРЖДАЮ", "План работы на год", "МБОУ «СОШ № 1»", None]), max_size=6
    ),
)
def test_neither_the_order_of_columns_nor_blank_and_title_rows_change_what_is_read(
    order: list[int], blanks: list[int], stamps: list[str | None]
) -> None:
    rows: Cells = [
        ["Код", "Мероприятие", "Сроки реализации", "Ответственные", "Кабинет"],
        ["A1", "КВН", "май 2023", "методист", "12"],
        ["A2", "Форум, ярмарка", APRIL_5, None, None],
        ["A3", "Экодиктант", None, "директор\nзавуч", "7"],
        ["A4", "Урок", "до 15 апреля", "учитель", "х"],
    ]
    plain = [row.values for row in table_of(rows).rows]

    shuffled: Cells = [[row[index] for index in order] for row in rows]
    for place in blanks:
        shuffled.insert(max(place, 1) if place < len(shuffled) else 1, [None] * 5)
    above: Cells = [[stamp] for stamp in stamps]
    table = table_of([*above, *shuffled])

    assert [row.values for row in table.rows] == plain


# --- cards of events ----------------------------------------------------------------------------

RANGES = {
    "май 2023": Period(dt.date(2023, 5, 1), dt.date(2023, 5, 31)),
    "10-12 мая 2023": Period(dt.date(2023, 5, 10), dt.date(2023, 5, 12)),
}


def read_period(text: str, context: DateContext) -> Schedule:
    """Understand just enough for these tests: days, two ranges, a deadline, days without a year."""
    deadline = text.startswith("до ")
    days = [parse_day(day) for day in re.findall(r"\d+\.\d+\.\d{4}", text)]
    found = [Period(day, day) for day in days if day]
    if text in RANGES:
        return Schedule(text, ScheduleKind.RANGE, (RANGES[text],))
    bare = re.fullmatch(r"(\d\d)\.(\d\d)", text)
    if bare and (context.school_year or context.year):
        month = int(bare[2])
        year = context.year or (context.school_year or 0) + (month < 9)
        found = [Period(dt.date(year, month, int(bare[1])), dt.date(year, month, int(bare[1])))]
    if not found:
        return Schedule(text, ScheduleKind.UNDATED, unread=text)
    kind = ScheduleKind.DATE if len(found) == 1 else ScheduleKind.MULTI
    return Schedule(text, kind, tuple(found), deadline=deadline)


def find_center(text: str) -> str | None:
    names = {"яйская 1": "yaya-1", "сош №12": "sosh-12", "судженская": "sudzhenka"}
    return names.get(text.casefold())


def center_in(text: str) -> str | None:
    return "sosh-12" if "СОШ №12" in text else find_center(text)


def reading_of(*sheets: Worksheet, url: str | None = None, **options: object) -> TablesReading:
    tables = TablesSnapshot("таблица.xlsx", READ_AT, complete=True, worksheets=sheets, url=url)
    return event_rows(
        tables,
        find_center=find_center,
        center_in=center_in,
        read_period=read_period,
        span=SPAN,
        leave_out=("Событийный календарь",),
    )


def card_of(header: list[CellValue], row: list[CellValue], title: str = "Лист1") -> EventCard:
    cards = reading_of(sheet_of([header, row], title)).cards
    assert len(cards) == 1
    return cards[0]


def why_held(card: EventCard) -> str | None:
    return None if card.held is None else card.held.key.removeprefix("tables.held_by_")


def test_a_row_becomes_a_card_with_its_place() -> None:
    sheet = sheet_of(
        [
            ["№", "Мероприятие", "Дата проведения", "Класс", "Целевая аудитория", "Центр"],
            ["Направление 1. Олимпиады"],
            [1, "- Экодиктант &amp; КВН", APRIL_5, "8-9", "учителя", "Яйская 1"],
        ],
        "План",
    )

    reading = reading_of(sheet, url="https://docs.google.com/spreadsheets/d/1")

    card = reading.cards[0]
    assert card.id == "План!3"
    assert (card.source, card.kind) == ("table", "row")
    assert card.title == "Экодиктант & КВН"
    assert card.text == "Направление 1. Олимпиады\n8-9\nучителя"
    assert card.center_id == "yaya-1"
    assert card.date == Schedule("05.04.2023", ScheduleKind.DATE, (Period(APRIL_5, APRIL_5),))
    assert card.url == "https://docs.google.com/spreadsheets/d/1"
    assert card.place is not None
    assert (card.place.source, card.place.sheet, card.place.cell) == ("таблица.xlsx", "План", "B3")
    assert reading.read == ("План",)


def test_a_link_that_is_no_web_link_opens_nothing() -> None:
    sheet = sheet_of([["Мероприятие", "Дата"], ["КВН", APRIL_5]])

    assert reading_of(sheet, url="javascript:alert(1)").cards[0].url is None


def test_only_plans_and_reports_of_events_are_read() -> None:
    sheets = (
        sheet_of([["Мероприятие", "Срок"], ["КВН", "май 2023"]], "Событийный календарь"),
        sheet_of([["Название", "Дата"], ["Микроскоп", APRIL_5]], "Карта ресурсов"),
        sheet_of([["Предмет", "Дата", "Балл"], ["Физика", APRIL_5, 14.8]], "Результаты"),
        sheet_of([["Предмет", "Дата", "Класс"], ["Физика", APRIL_5, 9]], "Олимпиада"),
        sheet_of([["Мероприятие", "Класс"], ["КВН", "5"]], "План без дат"),
        sheet_of([["Что", "Кто"], ["КВН", "5"]], "План работы"),
        sheet_of([], "План пустой"),
    )

    reading = reading_of(*sheets)

    assert [card.title for card in reading.cards] == ["Физика"]
    assert reading.read == ("Олимпиада",)
    assert reading.unread == (
        *("Карта ресурсов", "Результаты", "План без дат", "План работы", "План пустой"),
    )
    assert [(one.place.sheet if one.place else None, one.severity) for one in reading.problems] == [
        ("План без дат", Severity.WARNING),
        ("План работы", Severity.WARNING),
    ]


def test_a_plan_whose_title_column_is_doubled_is_refused_aloud() -> None:
    sheet = sheet_of([["Мероприятие", "Мероприятие", "Срок"], ["КВН", "Урок", "май 2023"]], "Лист1")

    reading = reading_of(sheet)

    assert not reading.cards
    assert [cell for cell, _ in told(reading.problems)] == ["B1"]


MARK, FACT, NEWS = "Отметка о проведении", "Фактическая дата", "Ссылка на новость"
HELD_ON, COUNT, AUDIENCE = "Дата проведения", "Количество участников", "Целевая аудитория"
DAY = "05.04.2023"


@pytest.mark.parametrize(
    ("cells", "held"),
    [
        ({MARK: "проведено"}, "mark"),
        ({MARK: "Выполнено, 25 чел."}, "mark"),
        ({MARK: "✓"}, "mark"),
        ({MARK: "+"}, "mark"),
        ({MARK: True}, "mark"),
        ({MARK: "да"}, "mark"),
        ({MARK: "100 %"}, "mark"),
        ({MARK: "Проведено, замечаний нет"}, "mark"),
        ({MARK: "выполнено согласно плану"}, "mark"),
        ({MARK: "проведение в мае", NEWS: "https://a.ru"}, "link"),
        ({MARK: "проведено не полностью"}, None),
        ({MARK: DAY}, "mark"),
        ({MARK: APRIL_5}, "mark"),
        ({"Проведено": "да"}, "mark"),
        ({"Статус": "завершено"}, "mark"),
        ({MARK: "не проведено", NEWS: "https://a.ru"}, None),
        ({MARK: "Выполнено частично"}, None),
        ({MARK: "выполнено на 50 %"}, None),
        ({MARK: "перенесено на май", FACT: DAY}, None),
        ({MARK: "отменено", HELD_ON: DAY, COUNT: 25}, None),
        ({MARK: False, NEWS: "https://a.ru"}, None),
        ({MARK: "будет проведено"}, None),
        ({MARK: "–"}, None),
        ({MARK: "–", NEWS: "https://a.ru"}, "link"),
        ({FACT: DAY}, "date"),
        ({FACT: "май 2023"}, "date"),
        ({FACT: "да"}, "mark"),
        ({FACT: "нет", NEWS: "https://a.ru"}, None),
        ({"Сроки": "май 2023", FACT: None}, None),
        ({NEWS: "https://a.ru"}, "link"),
        ({NEWS: "на сайте школы"}, None),
        ({HELD_ON: DAY, AUDIENCE: "25 человек"}, "people"),
        ({HELD_ON: APRIL_5, COUNT: 25}, "people"),
        ({HELD_ON: "10-12 мая 2023", COUNT: "25"}, "people"),
        ({HELD_ON: APRIL_5, COUNT: 0}, None),
        ({HELD_ON: APRIL_5, AUDIENCE: "8-11 классы"}, None),
        ({HELD_ON: APRIL_5}, None),
        ({HELD_ON: "май 2023", AUDIENCE: "25 человек"}, None),
        ({HELD_ON: "до 05.04.2023", AUDIENCE: "25 человек"}, None),
        ({HELD_ON: APRIL_5, "Ссылка": "https://a.ru"}, "link"),
        ({"Дата": APRIL_5, COUNT: 25}, "people"),
        ({"Дата": APRIL_5, AUDIENCE: "25 человек"}, None),
        ({"Сроки": APRIL_5, COUNT: 25}, None),
        ({"Сроки": "май 2023", HELD_ON: APRIL_5}, "date"),
        ({"Сроки": "май 2023", HELD_ON: None}, None),
        ({"Сроки": "май 2023", HELD_ON: "май 2023"}, None),
    ],
)
def test_what_a_row_says_of_having_been_held(cells: dict[str, CellValue], held: str | None) -> None:
    card = card_of(["Мероприятие", *cells], ["КВН", *cells.values()])

    assert why_held(card) == held
    assert card.held is None or RU.tell(card.held)


def test_the_actual_date_goes_before_the_planned_one() -> None:
    card = card_of(["Мероприятие", "Сроки", FACT], ["КВН", "май 2023", DAY])

    assert card.date is not None
    assert card.date.periods == (Period(APRIL_5, APRIL_5),)


def test_in_a_report_the_date_held_is_the_actual_date() -> None:
    table: Cells = [["Мероприятие", "Дата проведения"], ["КВН", APRIL_5], ["Урок", "май 2023"]]

    report = reading_of(sheet_of([["Реализация плана мероприятий"], *table], "Лист1"))
    plan = reading_of(sheet_of([["План мероприятий"], *table], "Лист1"))

    assert [why_held(card) for card in report.cards] == ["date", None]
    assert [why_held(card) for card in plan.cards] == [None, None]


def test_a_check_mark_at_the_head_of_a_title_is_a_mark() -> None:
    card = card_of(["Мероприятие", "Сроки"], ["✅ КВН", "май 2023"])

    assert card.title == "КВН"
    assert why_held(card) == "mark"


def test_a_mark_that_nobody_understands_is_named() -> None:
    reading = reading_of(sheet_of([["Мероприятие", MARK], ["КВН", "смотри журнал"]], "Лист1"))

    assert reading.cards[0].held is None
    assert [cell for cell, _ in told(reading.problems)] == ["B2"]


@pytest.mark.parametrize(
    ("event", "dates"),
    [
        ("<p>КВН</p> <p>Урок</p>", "<p>05.04.2023</p><p>до 06.04.2023</p>"),
        ("КВН\nУрок", "05.04.2023\nдо 06.04.2023"),
        ("1. КВН\n2. Урок", "05.04.2023<br>до 06.04.2023"),
    ],
)
def test_paragraphs_of_events_and_of_dates_are_paired(event: str, dates: str) -> None:
    header: list[CellValue] = ["Мероприятие", "Дата проведения", AUDIENCE]
    reading = reading_of(sheet_of([header, [event, dates, "5 человек\nпедагоги"]], "Лист1"))

    assert [(card.id, card.title, card.text, why_held(card)) for card in reading.cards] == [
        ("Лист1!2#1", "КВН", "5 человек", "people"),
        ("Лист1!2#2", "Урок", "педагоги", None),
    ]
    assert not reading.problems


def test_an_audience_that_does_not_pair_is_that_of_each() -> None:
    row: list[CellValue] = ["КВН\nУрок", "05.04.2023\n06.04.2023", "25 человек"]
    reading = reading_of(sheet_of([["Мероприятие", "Дата проведения", AUDIENCE], row], "Лист1"))

    assert [(card.text, why_held(card)) for card in reading.cards] == [("25 человек", "people")] * 2


def test_events_and_dates_that_do_not_pair_stay_one_card_with_a_warning() -> None:
    row: list[CellValue] = ["<p>КВН</p><p>Урок</p><p>Форум</p>", "05.04.2023\n06.04.2023", 25]
    reading = reading_of(sheet_of([["Мероприятие", "Дата проведения", COUNT], row], "Лист1"))

    card = reading.cards[0]
    assert card.title == "КВН Урок Форум"
    assert card.date is not None
    assert card.date.kind is ScheduleKind.MULTI
    assert card.held is None
    assert told(reading.problems)[0][0] == "B2"
    assert "3 мероприятия и 2 срока" in told(reading.problems)[0][1]


def test_the_lines_of_one_long_title_are_no_events() -> None:
    row: list[CellValue] = ["Торжественное открытие\nцентра", "05.04.2023\n06.04.2023"]

    card = card_of(["Мероприятие", "Дата проведения"], row)

    assert card.title == "Торжественное открытие центра"


def test_three_dates_in_one_row_cannot_be_told_apart() -> None:
    row: list[CellValue] = ["Вебинары", "10.08.2023 19.08.2023 29.10.2023", 24]
    reading = reading_of(sheet_of([["Мероприятие", "Дата проведения", COUNT], row], "Лист1"))

    assert reading.cards[0].held is None
    assert "3 даты" in told(reading.problems)[0][1]


@pytest.mark.parametrize(
    ("title", "rows", "center"),
    [
        ("СОШ №12", [["Мероприятие", "Дата"], ["КВН", APRIL_5]], "sosh-12"),
        (
            "Лист1",
            [["Отчёт МКОУ «СОШ №12» за год"], ["Мероприятие", "Дата"], ["КВН", APRIL_5]],
            "sosh-12",
        ),
        (
            "СОШ №12",
            [["Мероприятие", "Дата", "Класс"], ["Яйская 1"] * 3, ["КВН", APRIL_5, "5"]],
            "yaya-1",
        ),
        ("СОШ №12", [["Школа", "Мероприятие", "Дата"], ["Яйская 1", "КВН", APRIL_5]], "yaya-1"),
        ("СОШ №12", [["Школа", "Мероприятие", "Дата"], [None, "КВН", APRIL_5]], "sosh-12"),
        ("СОШ №12", [["Школа", "Мероприятие", "Дата"], ["все", "КВН", APRIL_5]], None),
        ("СОШ №12", [["Школа", "Мероприятие", "Дата"], ["Марсианская", "КВН", APRIL_5]], None),
        ("Лист1", [["Мероприятие", "Дата"], ["КВН", APRIL_5]], None),
    ],
)
def test_the_centre_comes_from_the_nearest_that_names_it(
    title: str, rows: Cells, center: str | None
) -> None:
    assert [card.center_id for card in reading_of(sheet_of(rows, title)).cards] == [center]


def test_a_row_of_two_centres_is_a_card_of_each() -> None:
    rows: Cells = [["Школа", "Мероприятие", "Дата"], ["Яйская 1, Судженская", "КВН", APRIL_5]]

    cards = reading_of(sheet_of(rows, "Лист1")).cards

    assert [(card.id, card.center_id) for card in cards] == [
        ("Лист1!2@yaya-1", "yaya-1"),
        ("Лист1!2@sudzhenka", "sudzhenka"),
    ]


def test_an_unknown_centre_is_named() -> None:
    rows: Cells = [["Школа", "Мероприятие", "Дата"], ["Марсианская", "КВН", APRIL_5]]

    assert told(reading_of(sheet_of(rows)).problems)[0][0] == "A2"


@pytest.mark.parametrize(
    ("title", "above", "context"),
    [
        ("Лист1", "Отчёт за 2021-2022 уч.год", DateContext(school_year=2021)),
        ("Лист1", "План на 2022/23 учебный год", DateContext(school_year=2022)),
        ("План 2023-24", "", DateContext(school_year=2023)),
        ("План 2023-24", "План на 2021–2022 учебный год", DateContext(school_year=2021)),
        ("Лист1", "План на 2023 год", DateContext(year=2023)),
        ("Лист1", "Проект на 2023-2024 годы", DateContext(span=SPAN)),
        ("Лист1", "Приказ от 12.03.2018-19", DateContext(span=SPAN)),
        ("Лист1", "План", DateContext(span=SPAN)),
        (
            "Лист1",
            "План недели наук 12.03.2024-19.03.2024",
            DateContext(span=Period(dt.date(2024, 3, 12), dt.date(2024, 3, 19))),
        ),
    ],
)
def test_the_year_comes_from_the_nearest_title(
    title: str, above: str, context: DateContext
) -> None:
    asked: list[DateContext] = []

    def remember(text: str, context: DateContext) -> Schedule:
        asked.append(context)
        return read_period(text, context)

    sheet = sheet_of([[above], ["Мероприятие", "Дата"], ["КВН", "05.04"]], title)
    event_rows(
        TablesSnapshot("т", READ_AT, complete=True, worksheets=(sheet,)),
        find_center=find_center,
        read_period=remember,
        span=SPAN,
    )

    assert asked == [context]


def test_rows_that_differ_only_in_the_person_are_one_event() -> None:
    rows: Cells = [
        ["Мероприятие", "Дата", "Класс", "Ответственные"],
        ["КВН", APRIL_5, "5а", "учитель"],
        ["КВН", APRIL_5, "5а", "завуч"],
        ["КВН", APRIL_5, "5б", "завуч"],
    ]

    assert [card.id for card in reading_of(sheet_of(rows, "Лист1")).cards] == ["Лист1!2", "Лист1!4"]


@pytest.mark.parametrize(
    "secret",
    [
        "Иванов П.С., Петрова А.Н.",
        "П.С. Иванов",
        "Иванов Пётр Сергеевич",
        "Иванов Пётр, Петрова Анна, Сидоров Олег",
        "8 (900) 123-45-67",
        "pupil@school.ru",
        "112-233-445 95",
    ],
)
def test_a_list_of_pupils_goes_nowhere(secret: str) -> None:
    rows: Cells = [["Мероприятие", "Дата проведения", AUDIENCE], ["КВН", APRIL_5, secret]]

    reading = reading_of(sheet_of(rows, "Лист1"))

    assert secret not in repr(reading)
    assert told(reading.problems)[0][0] == "C2"


# --- real tables --------------------------------------------------------------------------------


def real_table(name: str) -> Worksheet:
    """Return a published table as a worksheet under its document's title."""
    text = shared("data", "tables", name).read_text("utf-8")
    rows: list[list[str]]
    if "```" in text:
        body = text.split("```")[1].strip("\n").splitlines()
        rows = list(csv.reader(body, delimiter="\t", quoting=csv.QUOTE_NONE))
    else:
        rows = [
            [cell.strip(" *").replace("<br>", "\n") for cell in line.strip()[1:-1].split("|")]
            for line in text.splitlines()
            if line.startswith("|") and not set(line) <= set("|- ")
        ]
    heading = text.splitlines()[0].removeprefix("# ")
    return sheet_of([[heading], *rows], name.split("_", maxsplit=1)[0])


def rows_of(name: str, columns: Sequence[Column] = CALENDAR_COLUMNS) -> tuple[Row, ...]:
    table = find_table(real_table(name), columns, source=name)
    assert isinstance(table, Table)
    assert not table.problems
    return table.rows


def test_the_roadmap_is_read_whole_with_its_stages_and_tasks() -> None:
    rows = rows_of("T01_roadmap_yaya_seed.md")

    assert len(rows) == 18
    assert [row.text("period") for row in rows[:4]] == [
        *["Январь-февраль 2023"] * 3,
        "март 2023 – май 2024г",
    ]
    assert {row.section for row in rows} == {
        *("Подготовительный этап", "Этап реализации", "Итоговый этап")
    }
    assert all(row.text("task") and row.text("responsible") for row in rows)
    assert {row.text("task")[1:11].strip() for row in rows} == {
        "Разработат",
        "Обеспечить",
        "Оценить э",
    }
    assert rows[-1].section == "Подготовительный этап"


def test_a_centres_plan_in_ten_directions_shows_which_are_empty() -> None:
    table = find_table(real_table("T02_report_sosh12_seed.md"), PLAN_COLUMNS, source="т")

    assert isinstance(table, Table)
    assert len(table.sections) == 10
    filled = {row.section for row in table.rows if not row.empty}
    empty = [one.text for one in table.sections if one.text not in filled]
    assert [text.partition(".")[0] for text in empty] == [
        *("Направление 2", "Направление 5", "Направление 9", "Направление 10")
    ]
    assert [row.text("number") for row in table.rows if row.empty] == ["3", "7", "12", "13"]
    assert table.rows[1].text("audience").endswith("организа- ции (11 уч-ся)")


def test_the_seeds_own_report_becomes_cards_with_what_is_certain() -> None:
    text = next(shared("seeds").glob("004*.txt")).read_text("utf-8")
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("№ п/п\tМероприятие"))
    end = next(i for i, line in enumerate(lines) if line.startswith("Задачи Центра"))
    grid = list(csv.reader(lines[start:end], delimiter="\t", quoting=csv.QUOTE_NONE))
    title = "Отчет о проделанной работе МКОУ «СОШ №12» за 2021-2022 уч.год"

    reading = reading_of(sheet_of([[title], *grid], "Лист1"))

    assert [why_held(card) for card in reading.cards] == [
        *("link", None, None, None, None, None, "date", "date", None)
    ]
    assert {card.center_id for card in reading.cards} == {"sosh-12"}
    opening = reading.cards[0]
    assert opening.title.startswith("Торжественное открытие Центра образования")
    assert opening.text.startswith("Направление 1.")
    sentences = [sentence for _, sentence in told(reading.problems)]
    assert any("4 мероприятия и 3 срока" in sentence for sentence in sentences)
    assert any("4 даты" in sentence for sentence in sentences)


def test_a_whole_report_as_one_text_reads_no_persons_by_a_foreign_header() -> None:
    text = next(shared("seeds").glob("004*.txt")).read_text("utf-8")
    grid = list(csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))

    reading = reading_of(sheet_of(grid, "Отчёт"))

    assert len(reading.cards) == 9
    assert {card.center_id for card in reading.cards} == {"sosh-12"}
    assert not re.search(r"Маркозова|Гетта|Шережуков|Османова|Езгиндарова|Гончарова", repr(reading))


@pytest.mark.parametrize(
    ("name", "count", "first", "period"),
    [
        ("T01b_monitoring_yaya_seed.md", 8, "План мероприятий Центров", "Февраль 2023г."),
        ("T03_week_bio_chem_sosh20.md", 5, "Открытие недели биологии", "16.01"),
        ("T05_week_science_izdrevinskaya.md", 8, "Занимательный час", "12 марта 3 урок"),
        ("T08_christmas_gymn96.md", 10, "Написание сценария", "до 24.12.2013г."),
        ("T11_month_patriotic_oumalin.md", 5, "Проведение линейки", "25.01.2021"),
        ("T12_forest_week_zalesie.md", 7, "Трудовая акция", "10.04.2023"),
        ("T17_vospit_plan_feodosia.md", 6, "Оформление стендов", "сентябрь, в\nтечение года"),
        ("T18_olympiad_municipal_2020.md", 11, "Экономика", "5 ноября"),
    ],
)
def test_every_real_table_gives_all_its_rows(
    name: str, count: int, first: str, period: str
) -> None:
    rows = rows_of(name)

    assert len(rows) == count
    assert rows[0].text("title").startswith(first)
    assert rows[0].text("period").startswith(period)


def test_a_monitoring_table_holds_no_events_and_an_olympiad_does() -> None:
    reading = reading_of(
        real_table("T01b_monitoring_yaya_seed.md"), real_table("T18_olympiad_municipal_2020.md")
    )

    assert reading.read == ("T18",)
    assert reading.unread == ("T01b",)
    assert say("tables.held_by_mark") not in [card.held for card in reading.cards]
