"""What holds for every period text: nothing raises, spelling is nothing, ranges run forward."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from miro_sync.messages import catalogue
from miro_sync.model import DateContext, Every, Period, Rhythm, Schedule, ScheduleKind
from miro_sync.periods import expand, read_period
from miro_sync.periods.words import MONTH_NAMES

GENITIVES = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
SPAN = Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
NAMES_DAYS = re.compile(
    r"\d|янв|фев|мар|апр|ма[йяюе]|ию[нл]|авг|сен|окт|ноя|дек|год|кв|полуг|чет|весн|лет|осен|зим"
    r"|период|проект",
    re.IGNORECASE,
)

contexts = st.one_of(
    st.builds(lambda year: DateContext(school_year=year), st.integers(2000, 2040)),
    st.builds(lambda year: DateContext(year=year), st.integers(2000, 2040)),
    st.just(DateContext(span=SPAN)),
    st.just(DateContext()),
)
days = st.dates(dt.date(2015, 9, 1), dt.date(2030, 5, 31))
_WORDS = """
с по до от в на к и или - – , ; . ( ) / « » № 1 2 5 12 15 31 32 00 100 2022 2023 2024 12.03 31.02
9.30 10-00 12.03.2023 2023-03-12 1-го I II IV май мая март сентября сентябрь сен окт. ма феврарь
год года г. гг. учебного уч. неделя недели первая последняя пятница пятницу вторникам среда месяц
месяца квартал полугодие четверть половина декада конец начало середина весна летом каникулы
течение ежемесячно еженедельно ежегодно раз каждый числа включительно приказ перенос кроме после
следующего класс урок каб. ул. дней весь период <br> &nbsp; далее
"""
vocabulary = st.sampled_from([*_WORDS.split(), "\n"])
sentences = st.lists(vocabulary, max_size=14).map(" ".join)
texts = st.one_of(st.text(max_size=80), sentences)


def reading(text: str, context: DateContext) -> tuple[object, ...]:
    schedule = read_period(text, context)
    return (
        schedule.kind,
        schedule.periods,
        schedule.recurrence,
        schedule.deadline,
        schedule.rhythm,
    )


def genitive(day: dt.date) -> str:
    return f"{day.day} {GENITIVES[day.month - 1]}"


@settings(max_examples=1500, deadline=None)
@given(texts, contexts)
def test_every_text_has_an_answer_that_can_be_told(text: str, context: DateContext) -> None:
    schedule = read_period(text, context)
    assert schedule.text == text
    assert all(one.start <= one.end for one in schedule.periods)
    assert (schedule.recurrence is None) or schedule.kind is ScheduleKind.RECURRING
    assert (schedule.rhythm is not None) == (schedule.kind is ScheduleKind.RECURRING)
    assert schedule.kind is not ScheduleKind.UNDATED or not schedule.periods
    if schedule.kind in (ScheduleKind.DATE, ScheduleKind.RANGE, ScheduleKind.SCHOOL_YEAR):
        assert len(schedule.periods) == 1
        assert (schedule.kind is ScheduleKind.DATE) == (
            schedule.periods[0].start == schedule.periods[0].end
        )
    if schedule.kind is ScheduleKind.MULTI:
        assert len(set(schedule.periods)) == len(schedule.periods) > 1
    if schedule.kind is ScheduleKind.AMBIGUOUS:
        assert schedule.unread
    if schedule.assumed is not None:
        assert catalogue("ru").tell(schedule.assumed)
    expand(schedule, SPAN)


@given(st.text(alphabet="абвгдежзиклмнопрстуфхцчшщыэюя .,-()«»\n", max_size=60), contexts)
def test_no_date_comes_from_a_text_without_numbers_and_words_of_time(
    text: str, context: DateContext
) -> None:
    if not NAMES_DAYS.search(text.replace("\n", "").replace("-", "").replace(" ", "")):
        assert read_period(text, context).periods == ()


@given(sentences, contexts)
def test_spaces_and_case_do_not_change_the_reading(text: str, context: DateContext) -> None:
    expected = reading(text, context)
    assert reading(f"  {text} ", context) == expected
    assert reading(text.upper(), context) == expected
    assert reading(text.replace(" ", "\u00a0"), context) == expected


@given(sentences, contexts, st.sampled_from("–—−‐‑‒―"))
def test_every_dash_is_a_dash(text: str, context: DateContext, dash: str) -> None:
    assert reading(text.replace("-", dash), context) == reading(text, context)


@given(sentences, contexts)
def test_latin_letters_that_look_cyrillic_do_not_change_the_reading(
    text: str, context: DateContext
) -> None:
    latin = str.maketrans("асеорхуАВСЕНКМОРТХ", "aceopxyABCEHKMOPTX")
    assert reading(text.translate(latin), context) == reading(text, context)


@given(
    days,
    st.sampled_from(["%d.%m.%Y", "%d.%m.%Yг.", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%y"]),
)
def test_a_full_date_is_that_day_in_every_spelling(day: dt.date, spelling: str) -> None:
    assert reading(day.strftime(spelling), DateContext())[:2] == (
        ScheduleKind.DATE,
        (Period(day, day),),
    )


@given(days)
def test_a_day_of_a_school_plan_is_found_without_its_year(day: dt.date) -> None:
    first = day.year if day.month > 8 or (day.month == 8 and day.day >= 25) else day.year - 1
    context = DateContext(school_year=first)
    for text in (genitive(day), f"{day:%d.%m}", f"до {genitive(day)}", f"{day:%d.%m.}, 10.00"):
        assert read_period(text, context).periods == (Period(day, day),)


@given(days, st.integers(1, 300))
def test_a_range_within_a_school_year_is_found_without_years(day: dt.date, length: int) -> None:
    first = day.year if day.month > 8 else day.year - 1
    end = min(day + dt.timedelta(length), dt.date(first + 1, 8, 31))
    if day.month == 8 or end <= day or (day.month > 6 and day.month < 9):
        return
    context = DateContext(school_year=first)
    expected = (Period(day, end),)
    for text in (
        f"с {genitive(day)} по {genitive(end)}",
        f"{day:%d.%m}-{end:%d.%m}",
        f"{length} дней (с {day:%d.%m.%Y} г. по {end:%d.%m.%Y} г. включительно)",
        f"{genitive(day)} — {genitive(end)} {end.year} года",
    ):
        assert read_period(text, context).periods == expected


@given(st.integers(1, 12), contexts)
def test_a_month_is_its_first_to_last_day(month: int, context: DateContext) -> None:
    for candidate in read_period(MONTH_NAMES[month - 1], context).periods:
        assert (candidate.start.month, candidate.start.day) == (month, 1)
        assert (candidate.end + dt.timedelta(1)).day == 1
        assert candidate.start.month == candidate.end.month


@given(
    days, st.sampled_from(["перенос с {}", "приказ № 5 от {}", "№ 7 от {}", "закон от {} № 3-ФЗ"])
)
def test_a_date_that_is_only_mentioned_is_no_date(day: dt.date, mention: str) -> None:
    for date in (f"{day:%d.%m.%Y}", f"{genitive(day)} {day.year} г."):
        assert read_period(mention.format(date), DateContext()).kind is ScheduleKind.UNDATED


rhythms = st.builds(
    Rhythm,
    st.sampled_from(Every),
    interval=st.integers(1, 3),
    weekdays=st.sampled_from([(), (0,), (1, 3)]),
    nth=st.sampled_from([None, 0, 1, 5]),
    days=st.sampled_from([None, (1, 15), (31, 31), (-6, 0), (0, 0)]),
)
periods = st.builds(
    lambda start, length: Period(start, start + dt.timedelta(length)), days, st.integers(0, 900)
)


@given(rhythms, st.lists(periods, max_size=2), periods)
def test_occurrences_lie_in_the_bounds_in_order_and_apart(
    rhythm: Rhythm, known: list[Period], bounds: Period
) -> None:
    schedule = Schedule("", ScheduleKind.RECURRING, tuple(known), rhythm=rhythm)
    found = expand(schedule, bounds)
    assert list(found) == sorted(set(found))
    if rhythm.every not in (Every.YEAR, Every.HALF_YEAR):
        assert all(bounds.start <= one.start and one.end <= bounds.end for one in found)
        if len(known) < 2:
            assert all(one.end < other.start for one, other in pairwise(found))
