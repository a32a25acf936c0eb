"""Indicators: what is counted from which rows, what is unknown, and what is said of bad input."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from builders import MARCH, assessment, event, occurrence, schedule

from miro_sync import kpi
from miro_sync.coverage import Direction as PlanDirection
from miro_sync.coverage import PlanCoverage
from miro_sync.kpi import Measured, PastValue, Stage
from miro_sync.messages import catalogue
from miro_sync.model import (
    Center,
    Coverage,
    Direction,
    EventCalendar,
    Indicator,
    IndicatorFormula,
    IndicatorSource,
    IndicatorState,
    IndicatorValue,
    Period,
    Place,
    Progress,
    Project,
    SourceReport,
    SourceState,
    Status,
    TablesSnapshot,
    Verdict,
    Worksheet,
    say,
)
from miro_sync.names import CenterNames
from miro_sync.resource_map import CellFault, CenterMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from miro_sync.model import CellValue, Occurrence

RU = catalogue("ru")
CENTERS = (
    Center("yaya-1", "Яйская ООШ №1"),
    Center("ishim", "Ишимская ООШ"),
    Center("kaila", "Кайлинская ООШ"),
)
PROJECT = Project(
    "Проба",
    "Asia/Novokuznetsk",
    Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31)),
    centers=CENTERS,
    vacations=(Period(dt.date(2023, 5, 27), dt.date(2023, 8, 31)),),
)
TODAY = dt.date(2023, 9, 20)
NOBODY = EventCalendar((), ())
READ_AT = dt.datetime(2023, 9, 20, 1, tzinfo=dt.UTC)
FORMULA, TABLE, CALENDAR = IndicatorFormula, IndicatorSource.TABLE, IndicatorSource.CALENDAR

RATIO = Indicator(
    "K6",
    "Охват",
    "%",
    FORMULA.RATIO,
    TABLE,
    sheet="Ведомость",
    numerator="Посещают",
    denominator="Всего детей",
    target=100,
)
MEAN = Indicator(
    "K11",
    "Средний балл по физике",
    "балл",
    FORMULA.MEAN,
    TABLE,
    sheet="Результаты ОГЭ",
    where=(("Предмет", "Физика"),),
    value="Средний балл",
    weight="Сдавало",
    baseline=14.8,
    target=17.8,
)
HELD_SHARE = Indicator("K1", "Выполнение", "%", FORMULA.HELD_SHARE, CALENDAR, target=100)


def verdict(planned: Occurrence, status: Status, progress: Progress | None = None) -> Verdict:
    return Verdict(planned, status, say("status.held"), progress=progress)


def table(title: str, *rows: Sequence[CellValue]) -> TablesSnapshot:
    grid = tuple(tuple(row) for row in rows)
    return TablesSnapshot("итоги.xlsx", READ_AT, True, (Worksheet(title, grid),))  # noqa: FBT003 - complete


def both(one: TablesSnapshot, other: TablesSnapshot) -> TablesSnapshot:
    return replace(one, worksheets=(*one.worksheets, *other.worksheets))


def counted(
    indicator: Indicator,
    tables: TablesSnapshot | None,
    *,
    today: dt.date = TODAY,
    calendar: EventCalendar = NOBODY,
    verdicts: Sequence[Verdict] = (),
    past: Sequence[PastValue] = (),
    sources: Sequence[SourceReport] | None = None,
    **more: Any,  # noqa: ANN401 - maps and plans
) -> IndicatorValue:
    judged = assessment(verdicts=tuple(verdicts), today=today)
    if sources is not None:
        judged = replace(judged, sources=tuple(sources))
    measured = kpi.measure(
        [indicator],
        judged,
        calendar,
        project=PROJECT,
        tables=tables,
        kinds=(),
        maps=more.get("maps", ()),
        plans=more.get("plans", ()),
        find_center=CenterNames(CENTERS).find,
    )
    (value,) = kpi.indicators(
        [indicator],
        measured,
        project=PROJECT,
        calendar=calendar,
        today=today,
        past={indicator.id: past},
    )
    return value


def told(value: IndicatorValue) -> list[tuple[str, str | None, str | None]]:
    """Return the problems of a value: name, worksheet, cell."""
    return [
        (
            one.message.key.partition(".")[2],
            one.place.sheet if one.place else None,
            one.place.cell if one.place else None,
        )
        for one in value.problems
    ]


HEAD = ("Центр", "Посещают", "Всего детей")
EXAM = ("Школа", "Предмет", "Год", "Сдавало", "Средний балл")


# --- a share ----------------------------------------------------------------------------------


def test_a_share_is_the_sum_of_one_column_over_that_of_another() -> None:
    tables = table("Ведомость", HEAD, ("Яйская ООШ №1", 6, 8), ("Ишимская ООШ", 3, 4),
                   ("Кайлинская ООШ", "7 чел.", 8))  # fmt: skip
    value = counted(RATIO, tables)

    assert (value.numerator, value.denominator, value.unknown) == (16, 20, 0)
    assert value.value == 80
    assert value.state is IndicatorState.KNOWN
    assert [part.place.cell for part in value.parts if part.place] == ["2", "3", "4"]
    assert [part.center_id for part in value.parts] == ["yaya-1", "ishim", "kaila"]


def test_a_blank_cell_is_unknown_and_neither_zero_nor_counted() -> None:
    tables = table("Ведомость", HEAD, ("Яйская ООШ №1", 6, 8), ("Ишимская ООШ", None, 4),
                   ("Кайлинская ООШ", 0, 2))  # fmt: skip
    value = counted(RATIO, tables)

    assert (value.numerator, value.denominator, value.unknown) == (6, 10, 1)
    assert value.state is IndicatorState.PARTIAL
    assert [part.unknown for part in value.parts] == [False, True, False]


def test_a_centre_without_a_row_is_unknown() -> None:
    value = counted(RATIO, table("Ведомость", HEAD, ("Яйская ООШ №1", 6, 8)))

    assert value.unknown == 2
    assert value.value == 75


def test_a_text_where_a_number_belongs_is_told_and_the_others_go_on() -> None:
    tables = table("Ведомость", HEAD, ("Яйская ООШ №1", "уточняется", 8), ("Ишимская ООШ", 4, 4),
                   ("Кайлинская ООШ", 2, 4))  # fmt: skip
    value = counted(RATIO, tables)

    assert told(value) == [("not_a_number", "Ведомость", "B2")]
    assert (value.numerator, value.denominator, value.unknown) == (6, 8, 1)
    assert value.state is IndicatorState.PARTIAL
    assert "уточняется" not in str(value.problems)


def test_a_share_of_more_than_all_is_told_and_not_counted() -> None:
    tables = table("Ведомость", HEAD, ("Яйская ООШ №1", 9, 8), ("Ишимская ООШ", 4, 4),
                   ("Кайлинская ООШ", 4, 4))  # fmt: skip
    value = counted(RATIO, tables)

    assert told(value) == [("over_all", "Ведомость", "B2")]
    assert (value.value, value.unknown) == (100, 1)


def test_a_number_below_zero_is_told() -> None:
    tables = table("Ведомость", HEAD, ("Яйская ООШ №1", -1, 8), ("Ишимская ООШ", 4, 4),
                   ("Кайлинская ООШ", 4, 4))  # fmt: skip

    assert told(counted(RATIO, tables)) == [("negative", "Ведомость", "B2")]


def test_nothing_to_divide_by_is_told_and_gives_no_value() -> None:
    tables = table("Ведомость", HEAD, *((one.name, 0, 0) for one in CENTERS))
    value = counted(RATIO, tables)

    assert told(value) == [("zero", "Ведомость", "1")]
    assert value.value is None
    assert value.state is IndicatorState.UNKNOWN


def test_a_worksheet_that_is_absent_makes_it_unknown_and_names_those_there_are() -> None:
    value = counted(RATIO, table("Другое", HEAD))

    assert value.state is IndicatorState.UNKNOWN
    assert told(value) == [("no_sheet", None, None)]
    assert "«Другое»" in RU.tell(value.problems[0].message)


def test_a_column_that_was_renamed_is_named_with_those_there_are() -> None:
    value = counted(RATIO, table("Ведомость", ("Центр", "Посещают", "Обучается"),
                                 ("Яйская ООШ №1", 6, 8)))  # fmt: skip

    assert value.state is IndicatorState.UNKNOWN
    assert told(value) == [("no_column", "Ведомость", "1")]
    assert "«Всего детей»" in RU.tell(value.problems[0].message)


def test_a_column_may_go_by_several_names() -> None:
    indicator = replace(RATIO, denominator="Всего детей | Обучается")
    tables = table(
        "Ведомость", ("Центр", "Посещают", "Обучается"), *((c.name, 1, 2) for c in CENTERS)
    )

    assert counted(indicator, tables).value == 50


def test_a_column_of_persons_is_never_read() -> None:
    indicator = replace(RATIO, numerator="ФИО учеников")
    tables = table("Ведомость", ("Центр", "ФИО учеников", "Всего детей"),
                   ("Яйская ООШ №1", "Иванов Пётр", 8))  # fmt: skip
    value = counted(indicator, tables)

    assert value.state is IndicatorState.UNKNOWN
    assert "Иванов" not in repr(value)


def test_totals_and_rows_of_the_region_are_not_counted() -> None:
    tables = table("Ведомость", HEAD, *((one.name, 1, 2) for one in CENTERS),
                   ("Кузбасс", 90, 100), ("Итого", 3, 6), ("По муниципалитету", 3, 6))  # fmt: skip
    value = counted(RATIO, tables)

    assert (value.numerator, value.denominator) == (3, 6)


def test_a_school_called_by_its_whole_legal_name_is_no_total() -> None:
    name = "Муниципальное бюджетное общеобразовательное учреждение «Судженская ООШ №36»"
    tables = table("Ведомость", HEAD, *((one.name, 1, 2) for one in CENTERS), (name, 1, 2),
                   ("Средняя общеобразовательная школа №7", 1, 2))  # fmt: skip

    assert counted(RATIO, tables).denominator == 10


def test_only_a_share_that_is_really_whole_is_told_as_whole() -> None:
    value = counted(RATIO, table("Ведомость", HEAD, *((one.name, 3333, 3334) for one in CENTERS)))

    assert kpi.told_value(value) == 99.9
    assert value.met is not True


# --- a mean -----------------------------------------------------------------------------------


def exams(*rows: Sequence[CellValue], title: str = "Результаты ОГЭ") -> TablesSnapshot:
    return table(title, EXAM, *rows)


def test_a_mean_is_weighted_by_how_many_sat_the_exam() -> None:
    value = counted(MEAN, exams(("Яйская ООШ №1", "Физика", 2023, 3, "16,0"),
                                ("Ишимская ООШ", "Физика", 2023, 1, 20),
                                ("Ишимская ООШ", "Химия", 2023, 9, 30)))  # fmt: skip

    assert value.value == 17.0
    assert (value.numerator, value.denominator) == (68, 4)
    assert kpi.told_value(value) == 17.0


def test_years_are_told_apart_and_the_latest_that_has_come_is_the_value() -> None:
    value = counted(MEAN, exams(("Яйская ООШ №1", "Физика", 2022, 5, 14.8),
                                ("Яйская ООШ №1", "Физика", 2023, 5, 16.5),
                                ("Яйская ООШ №1", "Физика", 2024, 5, 18)))  # fmt: skip

    assert value.value == 16.5
    assert [(point.label, point.value) for point in value.trend] == [("2022", 14.8), ("2023", 16.5)]
    assert value.before is not None
    assert value.before.label == "2022"
    assert told(value) == [("future", "Результаты ОГЭ", "4")]


def test_every_year_may_have_a_worksheet_of_its_own() -> None:
    head = ("Школа", "Предмет", "Сдавало", "Средний балл")
    tables = both(
        table("Результаты ОГЭ 2022", head, ("Яйская ООШ №1", "Физика", 5, 14.8)),
        table("Результаты ОГЭ за 2023 год", head, ("Яйская ООШ №1", "Физика", 5, 16)),
    )
    value = counted(MEAN, tables)

    assert [point.value for point in value.trend] == [14.8, 16]
    assert [point.day.year for point in value.trend] == [2022, 2023]


@pytest.mark.parametrize("year", ["2022/23", "2022-2023", "2022–2023", "2022-2023 уч. год"])
def test_a_school_year_is_understood_however_it_is_written(year: str) -> None:
    head = ("Школа", "Предмет", "Учебный год", "Сдавало", "Средний балл")
    value = counted(MEAN, table("Результаты ОГЭ", head, ("Яйская ООШ №1", "Физика", year, 5, 16)))

    assert value.as_of == dt.date(2023, 5, 31)


def test_a_year_that_cannot_be_read_leaves_its_row_out() -> None:
    value = counted(MEAN, exams(("Яйская ООШ №1", "Физика", "прошлый", 5, 14.8)))

    assert ("period_unread", "Результаты ОГЭ", "C2") in told(value)
    assert value.value is None


def test_a_subject_in_other_letters_is_the_same_and_another_subject_is_not() -> None:
    value = counted(MEAN, exams(("Яйская ООШ №1", " физика", 2023, 1, 16),
                                ("Ишимская ООШ", "ФИЗИКА", 2023, 1, 18),
                                ("Кайлинская ООШ", "физ-ра", 2023, 50, 99)))  # fmt: skip

    assert value.value == 17
    assert told(value) == []


@pytest.mark.parametrize("slip", ["Физка", "Физика (ОГЭ)", "физика 9 кл"])
def test_a_subject_spelt_two_ways_is_told_and_makes_it_partial(slip: str) -> None:
    value = counted(MEAN, exams(("Яйская ООШ №1", "Физика", 2023, 1, 16),
                                ("Ишимская ООШ", slip, 2023, 1, 18)))  # fmt: skip

    assert told(value) == [("nearly", "Результаты ОГЭ", "B3")]
    assert value.value == 16
    assert (value.state, value.unknown) == (IndicatorState.PARTIAL, 1)


def test_a_mean_without_its_weights_is_unknown() -> None:
    head = ("Школа", "Предмет", "Год", "Средний балл")
    value = counted(MEAN, table("Результаты ОГЭ", head, ("Яйская ООШ №1", "Физика", 2023, 16),
                                ("Ишимская ООШ", "Физика", 2023, 20)))  # fmt: skip

    assert value.value is None
    assert told(value) == [("no_weight", "Результаты ОГЭ", "1")]


def test_a_school_where_nobody_sat_the_exam_lacks_no_mark() -> None:
    value = counted(MEAN, exams(("Яйская ООШ №1", "Физика", 2023, 5, 16),
                                ("Ишимская ООШ", "Физика", 2023, 0, None)))  # fmt: skip

    assert (value.value, value.unknown) == (16, 0)


def test_percents_kept_as_parts_of_one_are_read_as_percents_and_it_is_said() -> None:
    quality = replace(MEAN, unit="%", value="Качество", weight=None, baseline=None, target=None)
    head = ("Школа", "Предмет", "Год", "Качество")
    value = counted(quality, table("Результаты ОГЭ", head, ("Яйская ООШ №1", "Физика", 2023, 0.5),
                                   ("Ишимская ООШ", "Физика", 2023, 0.25)))  # fmt: skip

    assert value.value == 37.5
    assert told(value) == [("fractions", "Результаты ОГЭ", "1")]


def test_a_percent_above_hundred_is_told() -> None:
    quality = replace(MEAN, unit="%", value="Качество", weight=None, baseline=None, target=None)
    head = ("Школа", "Предмет", "Год", "Качество")
    value = counted(quality, table("Результаты ОГЭ", head, ("Яйская ООШ №1", "Физика", 2023, 333),
                                   ("Ишимская ООШ", "Физика", 2023, 25)))  # fmt: skip

    assert told(value) == [("over_all", "Результаты ОГЭ", "D2")]
    assert (value.value, value.unknown) == (25, 1)


def test_growth_is_reckoned_from_the_base() -> None:
    growth = replace(MEAN, unit="%", formula=FORMULA.GROWTH, base=14.8, baseline=0, target=20)
    value = counted(growth, exams(("Яйская ООШ №1", "Физика", 2023, 5, 17.76)))

    assert kpi.told_value(value) == 20
    assert value.met
    assert (value.numerator, value.denominator) == (17.76, 14.8)


# --- sums, groups, single numbers, quotas ------------------------------------------------------


def test_participants_and_results_are_added_up_in_prose_too() -> None:
    head = ("Конкурс", "Количество участников", "Результат")
    tables = table("Конкурсы", head,
                   ("Олимпиада", 24, "1 победитель, 1 призер"),
                   ("Экодиктант", "13 уч-ся", "2 место-2 уч-ся, 3 место-5 уч-ся, участие-8"),
                   ("Викторина", 2, "участники"), ("Биология", 5, "3 призера"))  # fmt: skip
    people = Indicator("A", "Участники", "чел.", FORMULA.SUM, TABLE, sheet="Конкурсы",
                       value="Количество участников")  # fmt: skip

    assert counted(people, tables).value == 44
    assert counted(replace(people, value="Результат"), tables).value == 2 + 7 + 0 + 3


def test_a_group_is_covered_when_any_of_its_rows_says_so() -> None:
    groups = Indicator("A", "Группы", "%", FORMULA.COVERAGE, TABLE, sheet="Занятия",
                       group="Группа", value="Занятий", target=100)  # fmt: skip
    tables = table("Занятия", ("Центр", "Группа", "Занятий"),
                   ("Яйская ООШ №1", "физика", 3), ("Яйская ООШ №1", "химия", 0),
                   ("Ишимская ООШ", "физика", "да"), ("Ишимская ООШ", "химия", None),
                   ("Ишимская ООШ", "Физика", 0))  # fmt: skip
    value = counted(groups, tables)

    assert (value.numerator, value.denominator, value.unknown) == (2, 3, 1)


def test_a_number_that_stands_in_two_rows_is_unknown() -> None:
    one = Indicator("A", "Число", "шт.", FORMULA.VALUE, TABLE, sheet="Итоги", value="Число")
    alone = table("Итоги", ("Показатель", "Число"), ("Итог", 7))

    assert counted(one, table("Итоги", ("Центр", "Число"), ("Яйская ООШ №1", 7))).value == 7
    twice = table("Итоги", ("Центр", "Число"), ("Яйская ООШ №1", 7), ("Ишимская ООШ", 8))
    value = counted(one, twice)
    assert value.state is IndicatorState.UNKNOWN
    assert told(value) == [("several_rows", "Итоги", "B3")]
    assert alone.complete


def test_rows_of_every_centre_are_counted_against_a_minimum() -> None:
    bank = Indicator("K5", "Материалы", "материалов", FORMULA.QUOTA, TABLE, sheet="Банк", target=2)
    tables = table("Банк", ("Центр", "Ссылка"), ("Яйская ООШ №1", "а"), ("Яйская ООШ №1", "б"),
                   ("Ишимская ООШ", "в"), ("Кайлинская ООШ", "г"), ("Кайлинская ООШ", "д"),
                   ("Кайлинская ООШ", "е"))  # fmt: skip
    value = counted(bank, tables)

    assert (value.value, value.numerator, value.denominator) == (1, 2, 3)
    share = replace(bank, unit="%", minimum=2, target=100)
    assert counted(share, tables).value == pytest.approx(200 / 3)


# --- the calendar -------------------------------------------------------------------------------


def verdicts_of(*statuses: Status) -> list[Verdict]:
    return [
        verdict(occurrence(event(f"D{number}")), status)
        for number, status in enumerate(statuses, start=1)
    ]


def test_the_calendar_counts_held_over_due_and_unknown_apart() -> None:
    value = counted(HELD_SHARE, None, verdicts=verdicts_of(
        Status.HELD, Status.HELD, Status.MISSED, Status.OVERDUE, Status.MOVED,
        Status.CANCELLED, Status.UNKNOWN, Status.UNCONFIRMED, Status.UNDATED,
    ))  # fmt: skip

    assert (value.numerator, value.denominator, value.unknown) == (2, 5, 3)
    assert value.value == 40
    assert value.behind  # even if all three were held, 5 of 8 is not all


def test_what_is_not_due_yet_counts_neither_way() -> None:
    later = occurrence(event("D9"), period=Period(dt.date(2023, 9, 18), dt.date(2023, 9, 25)))
    held = verdict(later, Status.HELD)
    running = verdict(replace(later, key="D10"), Status.RUNNING)
    value = counted(HELD_SHARE, None, verdicts=[held, running])

    assert value.state is IndicatorState.NOT_DUE
    assert value.value is None


def test_an_unknown_that_decides_makes_no_alarm() -> None:
    value = counted(HELD_SHARE, None, verdicts=verdicts_of(Status.HELD, Status.UNKNOWN))

    assert value.state is IndicatorState.PARTIAL
    assert (value.met, value.behind) == (None, False)


def centres(status: dict[str, Status], code: str = "D02") -> list[Verdict]:
    planned = event(code, coverage=Coverage.EVERY_CENTER)
    return [verdict(occurrence(planned, center_id=center), one) for center, one in status.items()]


SHARE = Indicator("K2", "Центры", "%", FORMULA.CENTER_SHARE, CALENDAR, target=100, events=("D02",))


def test_a_centre_counts_when_all_that_is_due_was_held() -> None:
    value = counted(SHARE, None, calendar=EventCalendar((event("D02"),), ()), verdicts=centres(
        {"yaya-1": Status.HELD, "ishim": Status.MISSED, "kaila": Status.UNKNOWN}
    ))  # fmt: skip

    assert (value.numerator, value.denominator, value.unknown) == (1, 2, 1)


def test_an_event_of_the_network_says_nothing_of_centres() -> None:
    planned = event("D02")
    value = counted(SHARE, None, calendar=EventCalendar((planned,), ()),
                    verdicts=[verdict(occurrence(planned), Status.HELD)])  # fmt: skip

    assert [one[0] for one in told(value)] == ["not_of_centers"]
    assert value.value is None


def test_an_event_that_the_calendar_lacks_is_named() -> None:
    value = counted(SHARE, None, verdicts=centres({"yaya-1": Status.HELD}))

    assert told(value) == [("no_event", None, None)]


def test_a_plan_in_the_table_is_a_plan() -> None:
    plan = replace(SHARE, id="K3", formula=FORMULA.PLAN_SHARE)
    filled = PlanDirection(1, "Мероприятия", events=2, place=Place("планы.xlsx", "Ишим", "4"))
    value = counted(
        plan,
        None,
        calendar=EventCalendar((event("D02"),), ()),
        verdicts=centres({"yaya-1": Status.HELD, "ishim": Status.MISSED, "kaila": Status.MISSED}),
        plans=(PlanCoverage("ishim", "Ишим", (filled,)),),
    )

    assert (value.numerator, value.denominator) == (2, 3)


def test_the_resource_map_is_right_where_no_cell_is_wrong() -> None:
    kpi_4 = replace(SHARE, id="K4", formula=FORMULA.MAP_SHARE, source=TABLE)
    fault = CellFault(Place("т.xlsx", "Карта ресурсов", "B7"), "Дата", say("resources.blank"))
    maps = tuple(CenterMap(one, 9, 9) for one in CENTERS[:2])
    maps += (CenterMap(CENTERS[2], 8, 9, (fault,)),)
    value = counted(kpi_4, None, maps=maps)

    assert (value.numerator, value.denominator) == (2, 3)
    assert value.parts[2].place == fault.place


def test_without_a_resource_map_its_events_stand_in() -> None:
    kpi_4 = replace(SHARE, id="K4", formula=FORMULA.MAP_SHARE, source=TABLE)
    value = counted(kpi_4, table("Другое", HEAD), calendar=EventCalendar((event("D02"),), ()),
                    verdicts=centres({"yaya-1": Status.HELD, "ishim": Status.MISSED}))  # fmt: skip

    assert value.value == 50


QUOTA = Indicator("K5", "Материалы", "материалов", FORMULA.QUOTA, CALENDAR, target=10)


def quotas(done: dict[str, int], last: dt.date = dt.date(2023, 3, 31)) -> list[Verdict]:
    planned = event("D13", coverage=Coverage.EVERY_CENTER, quota=10)
    period = Period(dt.date(2023, 3, 1), last)
    return [
        verdict(
            occurrence(planned, center_id=center, period=period),
            Status.RUNNING,
            progress=Progress(number, 10),
        )
        for center, number in done.items()
    ]


def test_a_quota_is_what_the_centre_gave_that_gave_least() -> None:
    value = counted(QUOTA, None, verdicts=quotas({"yaya-1": 12, "ishim": 7, "kaila": 10}))

    assert (value.value, value.numerator, value.denominator) == (7, 2, 3)
    assert value.behind
    assert value.gap == 3


def test_a_quota_that_still_runs_is_not_behind() -> None:
    value = counted(QUOTA, None, verdicts=quotas({"yaya-1": 2}, dt.date(2024, 5, 31)))

    assert (value.value, value.behind, value.expected) == (2, False, None)


def test_a_board_that_was_not_read_leaves_a_quota_unknown_where_it_is_short() -> None:
    unread = SourceReport("board", SourceState.FAILED, complete=False)
    value = counted(QUOTA, None, verdicts=quotas({"yaya-1": 12, "ishim": 7}), sources=(unread,))

    assert (value.numerator, value.denominator, value.unknown) == (1, 1, 1)
    assert not value.behind


def test_without_a_board_and_a_table_nobody_knows_what_was_given() -> None:
    value = counted(QUOTA, None, verdicts=quotas({"yaya-1": 0}), sources=())

    assert (value.state, value.value, value.unknown) == (IndicatorState.UNKNOWN, None, 1)


# --- when it is collected -----------------------------------------------------------------------


def test_a_collection_that_passed_without_data_is_not_collected() -> None:
    indicator = replace(RATIO, collected="Апрель 2023 г. Апрель 2024 г.")
    value = counted(indicator, table("Ведомость", HEAD, ("Яйская ООШ №1", None, 8)))

    assert value.state is IndicatorState.NOT_COLLECTED
    assert value.missed == Period(dt.date(2023, 4, 1), dt.date(2023, 4, 30))
    assert value.next_collection == Period(dt.date(2024, 4, 1), dt.date(2024, 4, 30))
    assert value.value is None


def test_before_the_first_collection_nothing_is_asked_even_without_a_worksheet() -> None:
    value = counted(replace(RATIO, collected="Апрель 2024 г."), table("Другое", HEAD))

    assert value.state is IndicatorState.NOT_DUE
    assert value.problems == ()


def test_a_collection_is_waited_for_through_the_days_of_grace() -> None:
    indicator = replace(RATIO, collected="Март 2023")
    empty = table("Ведомость", HEAD, ("Яйская ООШ №1", None, 8))

    assert counted(indicator, empty, today=dt.date(2023, 4, 7)).state is IndicatorState.NOT_DUE
    late = counted(indicator, empty, today=dt.date(2023, 4, 8))
    assert late.state is IndicatorState.NOT_COLLECTED


MONTHS = ("Центр", "Месяц", "Посещают", "Всего детей")


def monthly(*months: str) -> TablesSnapshot:
    return table("Ведомость", MONTHS,
                 *((one.name, month, 3, 4) for month in months for one in CENTERS))  # fmt: skip


def test_a_month_without_data_is_not_collected_and_the_last_one_is_remembered() -> None:
    indicator = replace(RATIO, collected="Ежемесячно")
    value = counted(indicator, monthly("март 2023"), today=dt.date(2023, 5, 20))

    assert value.state is IndicatorState.NOT_COLLECTED
    assert value.before is not None
    assert (value.before.label, value.before.value) == ("март 2023", 75)


def test_nothing_is_collected_in_the_holidays() -> None:
    indicator = replace(RATIO, collected="Ежемесячно")
    value = counted(indicator, monthly("апрель 2023", "май 2023"), today=dt.date(2023, 8, 30))

    assert value.state is IndicatorState.KNOWN
    assert value.collection == Period(dt.date(2023, 5, 1), dt.date(2023, 5, 31))


def test_a_month_that_still_runs_is_not_behind() -> None:
    indicator = replace(RATIO, collected="Ежемесячно")
    value = counted(indicator, monthly("сентябрь 2023"), today=dt.date(2023, 9, 20))

    assert (value.value, value.behind) == (75, False)
    assert counted(indicator, monthly("сентябрь 2023"), today=dt.date(2023, 10, 20)).behind


def test_events_bound_when_a_table_is_collected() -> None:
    lessons = event("D12", schedule=schedule(MARCH))
    calendar = EventCalendar((lessons,), (occurrence(lessons),))
    indicator = replace(RATIO, collected="Ежемесячно", events=("D12",))

    assert kpi.collections_of(indicator, PROJECT, calendar) == (MARCH,)


def test_a_collection_that_names_no_day_is_told() -> None:
    value = counted(replace(RATIO, collected="когда-нибудь"), monthly("март 2023"))

    assert ("collected_unread", None, None) in told(value)


def test_days_of_a_collection_stand_together() -> None:
    indicator = replace(RATIO, collected="Март 2023 Март 2024", period="Дата")
    head = ("Центр", "Дата", "Посещают", "Всего детей")
    tables = table("Ведомость", head, ("Яйская ООШ №1", dt.date(2023, 3, 2), 1, 4),
                   ("Ишимская ООШ", dt.date(2023, 3, 20), 2, 4),
                   ("Кайлинская ООШ", "март 2023", 3, 4))  # fmt: skip
    value = counted(indicator, tables)

    assert (value.numerator, value.denominator) == (6, 12)
    assert value.behind


# --- the path, the trend ------------------------------------------------------------------------


def exam_of(score: float, **changes: object) -> IndicatorValue:
    indicator = replace(MEAN, **changes)  # type: ignore[arg-type]
    return counted(indicator, exams(("Яйская ООШ №1", "Физика", 2023, 5, score)))


def test_the_way_to_the_target_is_a_straight_line_over_the_project() -> None:
    value = exam_of(15.0)
    days = (TODAY - dt.date(2023, 1, 1)).days / (dt.date(2024, 8, 31) - dt.date(2023, 1, 1)).days

    assert value.expected == pytest.approx(14.8 + 3 * days)
    assert value.behind
    assert value.gap == pytest.approx(1.1)


def test_a_little_behind_the_path_is_no_flag() -> None:
    assert not exam_of(16.0).behind
    assert exam_of(16.0).gap == pytest.approx(0.1)


def test_a_declared_path_goes_before_the_straight_one() -> None:
    path = ((dt.date(2023, 9, 20), 17.0),)

    assert exam_of(16.4, path=path).expected == 17.0
    assert exam_of(16.4, path=path).behind
    assert not exam_of(16.4).behind


def test_down_is_better_where_the_settings_say_so() -> None:
    down = {"direction": Direction.DOWN, "baseline": 20.0, "target": 10.0}

    assert exam_of(9.9, **down).met
    assert exam_of(19.0, **down).behind
    assert not exam_of(12.0, **down).behind


def test_a_value_is_held_against_its_target_as_it_is_told() -> None:
    assert exam_of(17.76).met
    assert not exam_of(17.74).met


def test_the_trend_is_what_earlier_runs_saw() -> None:
    seen = {"2023-05-03": 20.0, "2023-06-01": None, "2023-07-01": 30.0, "2023-12-01": 99.0}
    past = [PastValue(dt.date.fromisoformat(day), value) for day, value in seen.items()]
    value = counted(HELD_SHARE, None, verdicts=verdicts_of(Status.HELD, Status.MISSED), past=past)

    assert [(point.day, point.value) for point in value.trend] == [
        (dt.date(2023, 5, 3), 20.0),
        (dt.date(2023, 7, 1), 30.0),
        (TODAY, 50.0),
    ]
    point = kpi.point_on(value, dt.date(2023, 7, 15))
    assert point is not None
    assert point.value == 30
    assert kpi.point_on(value, dt.date(2023, 1, 1)) is None


def test_the_collection_before_is_what_was_known_when_this_one_began() -> None:
    indicator = replace(HELD_SHARE, collected="Май 2023 Сентябрь 2023")
    past = [PastValue(dt.date(2023, 5, 3), 20.0), PastValue(dt.date(2023, 9, 5), 45.0)]
    value = counted(indicator, None, verdicts=verdicts_of(Status.HELD, Status.MISSED), past=past)

    assert value.before is not None
    assert value.before.value == 20


def test_an_unread_table_that_was_never_read_is_unknown() -> None:
    value = counted(RATIO, None)

    assert value.state is IndicatorState.UNKNOWN
    assert told(value) == [("source_unread", None, None)]
    later = counted(replace(RATIO, collected="Апрель 2024 г."), None)
    assert later.state is IndicatorState.NOT_DUE


def test_what_was_read_last_stands_in_with_its_day_and_raises_no_flag() -> None:
    measured = Measured(
        "K6",
        kpi.definition_of(RATIO),
        (Stage(value=50.0, best=50.0, worst=50.0),),
        day=dt.date(2023, 6, 1),
        stale=True,
    )
    value = kpi.judge(
        replace(RATIO, collected="Апрель 2023"),
        measured,
        project=PROJECT,
        calendar=NOBODY,
        today=TODAY,
    )

    assert (value.state, value.value) == (IndicatorState.PARTIAL, 50)
    assert value.as_of == dt.date(2023, 6, 1)
    assert not value.behind
    nothing = kpi.judge(
        replace(RATIO, collected="Апрель 2023"),
        replace(measured, stages=()),
        project=PROJECT,
        calendar=NOBODY,
        today=TODAY,
    )
    assert nothing.state is IndicatorState.UNKNOWN


# --- the document against itself ---------------------------------------------------------------


def warnings(**changes: object) -> list[str]:
    indicator = replace(MEAN, **changes)  # type: ignore[arg-type]
    return [one.key.removeprefix("kpi.warn_") for one in kpi.disagreements(indicator)]


def test_a_target_that_breaks_its_own_promise_is_told_with_what_would_keep_it() -> None:
    biology = replace(MEAN, id="K11.3", baseline=21.9, target=25.9, growth=20, region=23.3)
    said = [RU.tell(one) for one in kpi.disagreements(biology)]

    assert said[0].startswith(
        "K11.3: обещан прирост не менее 20 %, но цель 25,9 — это 18,3 % к 21,9"
    )
    assert "26,28" in said[0]
    assert "лучше значения по региону 23,3" in said[1]


def test_numbers_that_agree_are_not_mentioned() -> None:
    assert warnings(growth=20) == []
    assert warnings(growth=20, region=17.8) == []


def test_other_disagreements_are_told() -> None:
    assert warnings(region=22.5) == ["below_region"]
    assert warnings(target=14.0) == ["no_way"]
    assert warnings(unit="%", baseline=None, target=120.0) == ["over_all"]
    assert warnings(baseline=None, growth=20) == ["growth_alone"]
    assert warnings(baseline=0.0, growth=20) == ["growth_zero"]
    assert warnings(region=14.0, target=None) == []
    assert warnings(region=14.0) == ["above_region", "region_reached"]


def test_a_quota_that_the_calendar_promises_otherwise_is_told() -> None:
    calendar = EventCalendar((event("D13", quota=8),), ())

    assert [one.key for one in kpi.disagreements(QUOTA, calendar)] == ["kpi.warn_quota"]
    assert kpi.disagreements(replace(QUOTA, target=8), calendar) == ()
