"""Working days, and rows of the calendar that become events and occurrences."""

from __future__ import annotations

import datetime as dt
import random
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.calendar import (
    OFFICIAL_YEARS,
    CalendarRow,
    WorkDays,
    _occurrences,
    quota_in,
    read_calendar,
    split_responsible,
    work_days,
)
from miro_sync.messages import catalogue
from miro_sync.model import (
    CellError,
    Center,
    Coverage,
    Event,
    EventCalendar,
    Period,
    Place,
    Problem,
    Project,
    Rules,
    Schedule,
    ScheduleKind,
    Severity,
    SpecialDay,
)

if TYPE_CHECKING:
    from collections.abc import Callable

RU, EN = catalogue("ru"), catalogue("en")

SPAN = Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
YAYA = Center("yaya-1", "МБОУ «Яйская ООШ №1»", ("Яйская 1",), "Яйская ООШ №1")
ISHIM = Center("ishim", "МБОУ «Ишимская ООШ»")


def project(
    centers: tuple[Center, ...] = (YAYA, ISHIM),
    vacations: tuple[Period, ...] = (),
    span: Period = SPAN,
    grace_days: int = 5,
) -> Project:
    rules = Rules(grace_days=grace_days)
    return Project(
        "Проба", "Asia/Novokuznetsk", span, rules=rules, centers=centers, vacations=vacations
    )


def row(number: int = 2, **values: object) -> CalendarRow:
    return CalendarRow(
        {"title": "Форум", "period": "апрель 2023", **values},
        Place("calendar.csv", cell=str(number)),
        {"period": Place("calendar.csv", cell=f"E{number}")},
    )


def calendar_of(
    *rows: CalendarRow,
    of: Project | None = None,
    find_center: Callable[[str], str | None] | None = None,
) -> EventCalendar:
    return read_calendar(rows, of or project(), find_center=find_center)


def told(problem: Problem) -> str:
    assert EN.tell(problem.message)
    where = problem.place.cell or problem.place.key if problem.place else ""
    return f"{problem.severity} {where}: {RU.tell(problem.message)}"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# --- working days -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "count"),
    [
        (2020, 248),
        (2021, 247),
        (2022, 247),
        (2023, 247),
        (2024, 248),
        (2025, 247),
        (2026, 247),
        (2027, 247),
    ],
)
def test_each_year_has_the_working_days_of_its_production_calendar(year: int, count: int) -> None:
    workdays = WorkDays()
    days = (dt.date(year, 1, 1) + dt.timedelta(days=number) for number in range(366))

    assert sum(workdays.is_working(one) for one in days if one.year == year) == count


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("2023-02-23", False),  # a public holiday
        ("2023-02-24", False),  # moved here from 1 January by decree
        ("2023-05-08", False),  # moved here from 8 January by decree
        ("2023-11-06", False),  # 4 November was a Saturday: by the article itself
        ("2023-11-07", True),
        ("2024-04-27", True),  # a worked Saturday
        ("2024-04-29", False),
        ("2024-11-02", True),  # a worked Saturday
        ("2024-12-28", True),  # a worked Saturday
        ("2024-12-31", False),
        ("2024-01-09", True),
        ("2022-03-05", True),  # a worked Saturday
        ("2022-03-07", False),
        ("2025-06-13", False),
        ("2025-03-10", True),  # 8 March was moved to June by decree, so not here
        ("2025-11-01", True),  # a worked Saturday
        ("2026-03-09", False),
        ("2027-02-20", True),  # a worked Saturday
        ("2023-04-05", True),
        ("2023-04-08", False),  # a plain Saturday
        ("2023-04-09", False),  # a plain Sunday
    ],
)
def test_days_off_are_moved_as_the_decrees_say(text: str, works: bool) -> None:  # noqa: FBT001 - a table
    assert WorkDays().is_working(day(text)) is works


@pytest.mark.parametrize(
    ("end", "count", "deadline"),
    [
        ("2023-04-30", 5, "2023-05-10"),  # Sunday; 1, 8 and 9 May are off
        ("2023-02-28", 5, "2023-03-07"),
        ("2023-03-03", 5, "2023-03-13"),  # Friday; 8 March is off
        ("2023-12-29", 1, "2024-01-09"),  # over the New Year holidays and the year's end
        ("2023-04-05", 0, "2023-04-05"),
        ("2023-04-08", 0, "2023-04-08"),
        ("2023-04-08", 1, "2023-04-10"),
    ],
)
def test_a_deadline_is_so_many_working_days_later(end: str, count: int, deadline: str) -> None:
    assert WorkDays().add(day(end), count) == day(deadline)


def test_school_holidays_are_no_working_days() -> None:
    summer = Period(day("2023-05-27"), day("2023-08-31"))

    assert WorkDays([summer]).add(day("2023-05-26"), 5) == day("2023-09-07")
    assert not WorkDays([summer]).is_working(day("2023-06-01"))


def test_a_declared_day_wins_over_calendar_and_holidays() -> None:
    summer = Period(day("2023-05-27"), day("2023-08-31"))
    declared = (
        SpecialDay(day("2023-06-01"), working=True),
        SpecialDay(day("2023-04-05"), working=False),
        SpecialDay(day("2023-05-09"), working=True),
    )
    workdays = WorkDays([summer], declared)

    assert workdays.is_working(day("2023-06-01"))
    assert not workdays.is_working(day("2023-04-05"))
    assert workdays.is_working(day("2023-05-09"))


def test_an_uncovered_year_keeps_the_holidays_of_the_law() -> None:
    workdays = WorkDays()

    assert not workdays.is_working(day("2031-01-08"))
    assert not workdays.is_working(day("2031-06-12"))
    assert workdays.is_working(day("2031-06-11"))
    assert workdays.uncovered([2019, 2023, 2031]) == (2019, 2031)
    by_hand = WorkDays(special_days=[SpecialDay(day("2031-02-24"))])
    assert by_hand.uncovered([2023, 2031]) == ()


def test_a_calendar_that_needs_an_unknown_year_says_so_loudly() -> None:
    beyond = max(OFFICIAL_YEARS) + 1
    far = project(span=Period(dt.date(beyond, 1, 1), dt.date(beyond, 12, 31)))

    (problem,) = calendar_of(row(period=f"апрель {beyond}"), of=far).problems

    assert problem.severity is Severity.WARNING
    assert str(beyond) in RU.tell(problem.message)
    assert problem.place is not None
    assert problem.place.key == "[[holiday]]"


def test_holidays_without_end_do_not_hang() -> None:
    forever = WorkDays([Period(dt.date(9990, 1, 1), dt.date.max)])

    assert forever.add(dt.date(9990, 5, 1), 5) == dt.date.max


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 1)),
    st.integers(1, 60),
    st.lists(
        st.tuples(st.dates(dt.date(2020, 1, 1), dt.date(2028, 1, 1)), st.integers(0, 90)),
        max_size=4,
    ),
)
def test_a_deadline_has_exactly_its_working_days_before_it(
    end: dt.date, count: int, holidays: list[tuple[dt.date, int]]
) -> None:
    workdays = WorkDays(Period(start, start + dt.timedelta(days=n)) for start, n in holidays)

    deadline = workdays.add(end, count)

    between = (deadline - end).days
    passed = [end + dt.timedelta(days=number) for number in range(1, between + 1)]
    assert workdays.is_working(deadline)
    assert sum(map(workdays.is_working, passed)) == count


def test_ten_thousand_deadlines_take_milliseconds() -> None:
    workdays = WorkDays([Period(day("2023-05-27"), day("2023-08-31"))])
    ends = [dt.date(2023, 1, 1) + dt.timedelta(days=number % 600) for number in range(10_000)]

    started = time.process_time()
    for end in ends:
        workdays.add(end, 5)

    assert time.process_time() - started < 0.5


def test_the_working_days_of_a_project_know_its_own_days() -> None:
    own = Project(
        "Проба",
        "Asia/Novokuznetsk",
        SPAN,
        vacations=(Period(day("2023-03-25"), day("2023-04-02")),),
        special_days=(SpecialDay(day("2023-04-08"), working=True),),
    )

    assert not work_days(own).is_working(day("2023-03-27"))
    assert work_days(own).is_working(day("2023-04-08"))


# --- one event --------------------------------------------------------------------------------


def test_a_row_becomes_an_event_with_one_occurrence_for_the_network() -> None:
    calendar = calendar_of(
        row(
            code="D01",
            task="- Внедрить модель",
            title="- Форум центров",
            responsible="МБУ ИМЦ, Центры",
            participants="Педагоги,\nродители",
            expected="Форум проведён",
        )
    )

    (event,) = calendar.events
    assert (event.key, event.code, event.title) == ("D01", "D01", "Форум центров")
    assert event.task == "Внедрить модель"
    assert event.responsible == ("МБУ ИМЦ", "Центры")
    assert event.participants == "Педагоги, родители"
    assert event.expected == "Форум проведён"
    assert event.place == Place("calendar.csv", cell="2")
    (occurrence,) = calendar.occurrences
    assert occurrence.key == "D01"
    assert occurrence.center_id is None
    assert occurrence.period == Period(day("2023-04-01"), day("2023-04-30"))
    assert occurrence.deadline == day("2023-05-10")
    assert occurrence.event is event
    assert calendar.problems == ()


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("- Форум", "Форум"),
        ("-Обучение", "Обучение"),
        ("— Форум", "Форум"),
        ("• Форум", "Форум"),
        ("2) Форум", "Форум"),
        ("3. Форум", "Форум"),
        ("<p>- Форум</p>", "Форум"),
        ("<ul><li>Форум &amp; выставка</li></ul>", "Форум & выставка"),
        ("Форум\nцентров", "Форум центров"),
        ("VIII конференция", "VIII конференция"),
        ("8 Марта", "8 Марта"),
        ("1 сентября – День знаний", "1 сентября – День знаний"),
        ("27.01 День снятия блокады", "27.01 День снятия блокады"),
        ("-", None),
    ],
)
def test_a_title_loses_list_marks_and_markup(written: str, title: str | None) -> None:
    events = calendar_of(row(title=written)).events

    assert [event.title for event in events] == ([title] if title else [])


def test_a_row_without_a_title_is_left_out_and_told() -> None:
    calendar = calendar_of(row(7, title=None, task="Задача"), row(8))

    assert len(calendar.events) == 1
    assert [told(problem) for problem in calendar.problems] == [
        "error 7: в строке не названо мероприятие, поэтому она пропущена. Допишите название."
    ]


def test_a_blank_row_is_nothing() -> None:
    assert calendar_of(row(title="", period="  ")) == EventCalendar((), ())


def test_a_formula_error_is_not_a_value() -> None:
    calendar = calendar_of(row(expected=CellError("#REF!"), title="Форум"))

    assert calendar.events[0].expected == ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "МБУ ИМЦ УО Яйского округа, Центры образования «Точка роста»",
            ["МБУ ИМЦ УО Яйского округа", "Центры образования «Точка роста»"],
        ),
        ("Завуч (школы №1, №2); методист", ["Завуч (школы №1, №2)", "методист"]),
        ("Центр «Кванториум, Яя», ИМЦ", ["Центр «Кванториум, Яя»", "ИМЦ"]),
        ("Методисты, курирующие химию, физику", ["Методисты, курирующие химию, физику"]),
        (
            "Методисты, курирующие химию, физику, Руководитель проекта",
            ["Методисты, курирующие химию, физику", "Руководитель проекта"],
        ),
        ("Педагоги, ответственные за сайт", ["Педагоги, ответственные за сайт"]),
        ("Методисты, специалист управления", ["Методисты", "специалист управления"]),
        ("- Директор\n- Завуч", ["Директор", "Завуч"]),
        ("Директор (не закрыта\nЗавуч, методист", ["Директор (не закрыта", "Завуч", "методист"]),
        (" , ;", []),
        ("", []),
    ],
)
def test_those_who_answer_are_split_outside_brackets(text: str, parts: list[str]) -> None:
    assert list(split_responsible(text)) == parts


# --- quota ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("Каждым Центром предоставлено не менее 10 материалов", 10),
        ("не менее чем 3 открытых урока", 3),
        ("Не менее трёх методических разработок", 3),
        ("не менее 10-ти конспектов", 10),
        ("минимум 5 (пяти) публикаций", 5),
        ("не менее 5–6 мастер-классов в год", 5),
        ("не менее 2 занятий", 2),
        ("не менее одного мероприятия", 1),
        ("Не менее 30% педагогов внедряют опыт коллег", None),
        ("не менее 30 % материалов", None),
        ("не менее 30 процентов материалов", None),
        ("не менее 25 человек", None),
        ("не менее 36 часов занятий", None),
        ("не менее 3 раз", None),
        ("не менее 10 работников", None),
        ("не менее 10 участников мероприятий", None),
        ("не менее 8 центров", None),
        ("10 материалов", None),
        ("не менее 0 материалов", None),
        ("100% Центров предоставили мероприятия", None),
        ("", None),
    ],
)
def test_a_quota_counts_things_and_nothing_else(text: str, quota: int | None) -> None:
    assert quota_in(text) == quota


def test_the_column_of_the_quota_goes_before_the_words() -> None:
    words = "Предоставлено не менее 10 материалов"

    def quota_of(written: object) -> int | None:
        return calendar_of(row(expected=words, quota=written)).events[0].quota

    assert quota_of(None) == 10
    assert quota_of(3) == 3
    assert quota_of(3.0) == 3
    assert quota_of("не менее 4 материалов") == 4
    assert calendar_of(row(title="Не менее 2 уроков в центре")).events[0].quota == 2


@pytest.mark.parametrize("wrong", ["много", "0", "30%", "-5", "2.5"])
def test_a_quota_nobody_can_read_is_told_and_the_words_count(wrong: str) -> None:
    calendar = calendar_of(row(quota=wrong, expected="не менее 10 материалов"))

    assert calendar.events[0].quota == 10
    (problem,) = calendar.problems
    assert told(problem).startswith(f"warning 2: норма «{wrong}» не понята")


# --- coverage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["", None, "сеть", "Сеть.", "вся сеть"])
def test_an_event_of_the_network_has_one_occurrence(written: str | None) -> None:
    calendar = calendar_of(row(code="D01", coverage=written))

    assert calendar.events[0].coverage is Coverage.NETWORK
    assert [one.key for one in calendar.occurrences] == ["D01"]


@pytest.mark.parametrize("written", ["каждый центр", "Каждый  центр", "все центры", "100% центров"])
def test_an_event_of_every_centre_has_one_occurrence_for_each(written: str) -> None:
    calendar = calendar_of(row(code="D02", coverage=written))

    assert calendar.events[0].coverage is Coverage.EVERY_CENTER
    assert [(one.key, one.center_id) for one in calendar.occurrences] == [
        ("D02@yaya-1", "yaya-1"),
        ("D02@ishim", "ishim"),
    ]


@pytest.mark.parametrize("written", ["yaya-1", "Яйская 1", "МБОУ «Яйская ООШ №1»", "яйская оош n1"])
def test_an_event_of_one_centre_is_found_by_its_spellings(written: str) -> None:
    calendar = calendar_of(row(code="D03", coverage=written))

    assert calendar.events[0].coverage is Coverage.CENTER
    assert calendar.events[0].center_id == "yaya-1"
    assert [one.key for one in calendar.occurrences] == ["D03@yaya-1"]


def test_a_free_spelling_of_a_centre_is_left_to_the_matcher() -> None:
    seen = []

    def find_center(text: str) -> str | None:
        seen.append(text)
        return "ishim" if "Ишим" in text else None

    calendar = calendar_of(
        row(coverage="школа в Ишиме"), row(3, coverage="Сургут"), find_center=find_center
    )

    assert seen == ["школа в Ишиме", "Сургут"]
    assert [event.center_id for event in calendar.events] == ["ishim", None]


def test_a_coverage_nobody_can_read_is_told_and_taken_as_the_network() -> None:
    calendar = calendar_of(row(coverage="Сургут"))

    assert calendar.events[0].coverage is Coverage.NETWORK
    assert [told(problem) for problem in calendar.problems] == [
        (
            "error 2: охват «Сургут» не понят, считается «сеть». Пишут «сеть», «каждый центр» или "
            "один центр, как он назван в centers.toml."
        )
    ]


def test_every_centre_of_no_centres_is_not_lost_in_silence() -> None:
    calendar = calendar_of(row(coverage="каждый центр"), of=project(centers=()))

    assert len(calendar.occurrences) == 1
    assert "нет ни одного центра" in told(calendar.problems[0])


# --- periods ----------------------------------------------------------------------------------


def test_each_of_several_periods_is_an_occurrence_of_its_own() -> None:
    calendar = calendar_of(row(code="D15", period="Апрель 2023, 2024 г", coverage="каждый центр"))

    assert [one.key for one in calendar.occurrences] == [
        "D15@yaya-1#2023-04-01",
        "D15@ishim#2023-04-01",
        "D15@yaya-1#2024-04-01",
        "D15@ishim#2024-04-01",
    ]
    assert [one.deadline for one in calendar.occurrences][::2] == [
        day("2023-05-10"),
        day("2024-05-08"),
    ]


def test_periods_that_begin_on_one_day_are_told_apart() -> None:
    start, ends = day("2023-04-01"), (day("2023-04-05"), day("2023-04-30"))
    schedule = Schedule("", ScheduleKind.MULTI, tuple(Period(start, end) for end in ends))
    event = Event("D01", "Форум", schedule)

    keys = [one.key for one in _occurrences(event, project(), WorkDays())]

    assert keys == ["D01#2023-04-01..2023-04-05", "D01#2023-04-01..2023-04-30"]


def test_what_recurs_is_spread_over_the_project() -> None:
    calendar = calendar_of(row(code="D12", period="Ежемесячно"))

    assert len(calendar.occurrences) == 20
    assert calendar.occurrences[0].key == "D12#2023-01-01"
    assert calendar.occurrences[-1].period == Period(day("2024-08-01"), day("2024-08-31"))
    assert calendar.problems == ()


def test_a_project_of_one_school_year_settles_months_without_a_year() -> None:
    year = project(span=Period(day("2022-09-01"), day("2023-08-31")))

    periods = [
        calendar_of(row(period=text), of=year).occurrences[0].period
        for text in ("Октябрь", "Апрель")
    ]

    assert periods == [
        Period(day("2022-10-01"), day("2022-10-31")),
        Period(day("2023-04-01"), day("2023-04-30")),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "срок не указан"),
        ("по согласованию", "срок «по согласованию» не понят"),
        ("Апрель", "можно понять по-разному"),
        ("апрель 2026", "лежит вне проекта (01.01.2023 – 31.08.2024)"),
    ],
)
def test_a_doubtful_period_is_told_with_its_cell_and_the_event_stays(text: str, said: str) -> None:
    calendar = calendar_of(row(4, code="D09", period=text, coverage="каждый центр"))

    assert len(calendar.events) == 1
    (problem,) = calendar.problems
    assert problem.severity is Severity.WARNING
    assert told(problem).startswith("warning E4: ")
    assert said in told(problem)


@pytest.mark.parametrize("text", ["", "по согласованию", "Апрель"])
def test_an_event_without_a_certain_period_is_undated_for_each_it_concerns(text: str) -> None:
    calendar = calendar_of(row(code="D09", period=text, coverage="каждый центр"))

    assert [(one.key, one.period, one.deadline) for one in calendar.occurrences] == [
        ("D09@yaya-1", None, None),
        ("D09@ishim", None, None),
    ]


def test_a_true_date_in_the_cell_is_that_day() -> None:
    for typed in (dt.date(2023, 4, 5), dt.datetime(2023, 4, 5, 10, 30)):  # noqa: DTZ001 - a cell
        calendar = calendar_of(row(period=typed))

        (occurrence,) = calendar.occurrences
        assert occurrence.period == Period(day("2023-04-05"), day("2023-04-05"))
        assert calendar.events[0].schedule.kind is ScheduleKind.DATE
        assert calendar.events[0].schedule.text == "05.04.2023"
        assert calendar.problems == ()


def test_a_month_that_excel_made_a_first_of_month_is_asked_about() -> None:
    calendar = calendar_of(row(period=dt.date(2023, 4, 1)))

    assert len(calendar.occurrences) == 1
    assert "Excel превращает" in told(calendar.problems[0])


# --- identity ---------------------------------------------------------------------------------


def test_an_event_without_a_code_gets_a_key_from_what_it_says() -> None:
    plain, respelled, moved = (
        calendar_of(row(title=title, period=period)).events[0].key
        for title, period in [
            ("Форум центров", "апрель 2023"),
            ("- «Форум»  ЦЕНТРОВ".replace("«Форум»", "Форум"), "Апрель 2023г."),
            ("Форум центров", "май 2023"),
        ]
    )

    assert plain == respelled
    assert plain != moved
    assert plain.startswith("r-")
    assert "@" not in plain
    assert "#" not in plain


def test_the_same_code_at_two_events_settles_nothing() -> None:
    calendar = calendar_of(
        row(2, code="D01", title="Форум"),
        row(5, code="d01", title="Семинар"),
        row(6, code="D02", title="Конкурс"),
    )

    assert [event.code for event in calendar.events] == [None, None, "D02"]
    assert calendar.events[0].key == "D01"
    assert calendar.events[1].key.startswith("r-")
    assert [told(problem) for problem in calendar.problems] == [
        (
            "error 2: код «D01» стоит и в другой строке (5). Пока код не исправлен, карточки по "
            "нему не привязываются."
        ),
        (
            "error 5: код «d01» стоит и в другой строке (2). Пока код не исправлен, карточки по "
            "нему не привязываются."
        ),
    ]


def test_a_row_that_stands_twice_is_told_and_both_keep_a_key() -> None:
    calendar = calendar_of(row(2), row(3), row(4, coverage="yaya-1"))

    first, second, other = (event.key for event in calendar.events)
    assert second == f"{first}-2"
    assert other not in {first, second}
    assert [told(problem) for problem in calendar.problems] == [
        (
            "warning 3: такая строка уже есть выше: те же задача, мероприятие, срок и охват. Если "
            "это одно и то же, оставьте одну."
        )
    ]


ROWS = [
    row(number, title=title, period=period, task=task)
    for number, (title, period, task) in enumerate(
        [
            ("Форум", "апрель 2023", "Первая"),
            ("Форум", "май 2023", "Первая"),
            ("Форум", "апрель 2023", "Вторая"),
            ("Семинар", "апрель 2023", "Первая"),
            ("Семинар", "", "Первая"),
            ("Семинар", "по согласованию", "Первая"),
        ],
        start=2,
    )
]


@given(st.permutations(ROWS), st.integers(0, len(ROWS)))
def test_neither_the_order_of_rows_nor_new_rows_rename_an_event(
    rows: list[CalendarRow], kept: int
) -> None:
    def keys(of: list[CalendarRow]) -> dict[str | None, str]:
        return {e.place.cell: e.key for e in calendar_of(*of).events if e.place}

    everything = keys(ROWS)

    assert keys(rows) == everything
    assert keys(rows[:kept]).items() <= everything.items()
    assert len(set(everything.values())) == len(ROWS)


def test_occurrence_keys_are_unique_in_a_large_calendar() -> None:
    draw = random.Random(2023)  # noqa: S311 - a shuffle
    rows = [
        row(
            number,
            title=f"Мероприятие {number % 150}",
            period=draw.choice(["апрель 2023", "Ежемесячно", "Апрель 2023, 2024 г", ""]),
            coverage=draw.choice(["сеть", "каждый центр", "ishim"]),
        )
        for number in range(400)
    ]

    keys = [one.key for one in calendar_of(*rows).occurrences]

    assert len(set(keys)) == len(keys)
