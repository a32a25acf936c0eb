"""What is said beside the answer: the years that were filled in, what was not understood."""

from __future__ import annotations

from dataclasses import replace

import pytest
from period_texts import PROJECT, SCHOOL, YEAR, period, told

from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import DateContext, ScheduleKind
from miro_sync.periods import read_period


@pytest.mark.parametrize(
    ("text", "context", "assumed"),
    [
        ("С 22.11-по 13.12", DateContext(school_year=2021), "год дополнен: 2021"),
        ("с 25 декабря по 8 января", SCHOOL, "год дополнен: 2022–2023"),
        ("15 октября", PROJECT, "год дополнен: 2023"),
        ("15.10.2022", SCHOOL, None),
        ("15 октября 2022", SCHOOL, None),
        ("в течение года", SCHOOL, "учебный год дополнен: 2022–2023"),
        ("в течение года", YEAR, "год дополнен: 2023"),
        ("2022-2023 уч. год", SCHOOL, None),
        ("ежемесячно", SCHOOL, None),
        ("март", PROJECT, None),
        ("феврарь 2023", SCHOOL, "«феврарь» прочитано как «февраль»"),
        (
            "I полугодие",
            SCHOOL,
            "год дополнен: 2022; полугодие принято с 01.09.2022 по 31.12.2022",
        ),
    ],
)
def test_what_was_filled_in_is_said(text: str, context: DateContext, assumed: str | None) -> None:
    message = read_period(text, context).assumed
    assert (message and catalogue("ru").tell(message)) == assumed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["15 феврарь", "I полугодие", "весь год"])
def test_what_was_filled_in_can_be_said_in_every_language(text: str, language: str) -> None:
    message = read_period(text, SCHOOL).assumed
    assert message is not None
    assert catalogue(language).tell(message)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("15 марта", ""),
        ("16 марта 15.00, каб. 12", ""),
        ("20 – 24 ноября (подготовка работ)", ""),
        ("По плану", ""),
        ("11.00\n320 кабинет", ""),
        ("С первого же дня после каникул", "С первого же дня после каникул"),
        ("Ноябрь, ма", "ма"),
        ("«Точка роста», 15 марта", "Точка роста"),
        ("заявки до 10.03; конкурс 15.03", "заявки … конкурс"),
        ("28.02 - 31.02", "31.02"),
        ("14.04.2023,\n\n15", "14.04.2023,\n\n15"),
        ("до апреля", "до апреля"),
        ("вторник, 15 марта", "вторник"),
        ("среда, 15 марта", ""),
        ("<p>Ноябрь,&nbsp;м\u00adа</p>", "м\u00adа"),
        ("1 сентября, 15 сетебря", "1 сентября, 15 сетебря"),
        ("кроме 1 и 2 мая, с 25 апреля по 10 мая", "кроме 1 и 2 мая"),
        ("15.03.2023 в 15.00, пятница", "пятница"),
        ("15 марта, по отдельному плану", ""),
        ("15 марта, р-н", ""),
        ("Срок: до 15 марта или до 20 марта, по плану", "до 15 марта или до 20 марта"),
        ("Срок: с 15 марта или с 20 марта, по плану", "с 15 марта или с 20 марта"),
        ("до конца 2023 или до конца 2024 года по плану", "до конца 2023 или до конца 2024 года"),
        ("Срок: 09.2023 или 10.2023 по плану", "09.2023 или 10.2023"),
        ("Срок: 2023-09 или 2023-10 по плану", "2023-09 или 2023-10"),
        ("Срок: 10 мая - 3 июня или 5-10 июля", "10 мая - 3 июня или 5-10 июля"),
        ("2021-2023 гг., 2023-2024 уч. год", "2021-2023 гг"),
    ],
)
def test_what_was_not_understood_is_named_as_it_was_written(text: str, unread: str) -> None:
    assert read_period(text, SCHOOL).unread == unread


@pytest.mark.parametrize(
    "rhythm",
    [
        "2 раза в неделю",
        "ежедневно",
        "каждый второй день",
        "по средам и пятницам",
        "последняя пятница месяца",
        "первая неделя каждого месяца",
        "с 1 по 5 число каждого месяца",
    ],
)
def test_a_doubt_about_a_whole_text_shows_it_from_its_first_word_of_time_to_its_last(
    rhythm: str,
) -> None:
    vacation = "летние каникулы 2023 года"
    for text in (f"{rhythm}, {vacation}", f"{vacation}, {rhythm}"):
        assert read_period(f"Срок: {text} утверждён", SCHOOL).unread == text


def test_the_text_is_kept_as_it_was_written() -> None:
    text = "  <b>15</b> марта\u00a0"
    assert read_period(text, SCHOOL).text == text


@pytest.mark.parametrize("text", ["15 марта", "март", "в течение года", "осень", "II полугодие"])
def test_without_a_year_and_a_project_no_year_is_chosen(text: str) -> None:
    schedule = read_period(text, DateContext())
    assert (schedule.kind, schedule.periods) == (ScheduleKind.AMBIGUOUS, ())


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("2022-09-01..2023-08-31", "school_year 2022-09-01..2023-05-31"),
        ("2023-01-01..2023-12-31", "range 2023-01-01..2023-12-31"),
        ("2023-01-01..2023-05-31", "ambiguous"),
    ],
)
def test_a_year_is_the_only_one_that_the_project_holds(span: str, expected: str) -> None:
    assert told(read_period("в течение года", DateContext(span=period(span)))) == expected


def test_the_whole_period_is_the_projects_and_nothing_in_a_plan_for_a_year() -> None:
    for plan in (replace(PROJECT, school_year=2022), replace(PROJECT, year=2023)):
        assert read_period("весь период", plan).kind is ScheduleKind.UNDATED


def test_a_document_of_no_possible_year_dates_nothing() -> None:
    assert told(read_period("15 марта", DateContext(year=2500))) == "ambiguous"


def test_a_written_year_wins_over_the_document() -> None:
    for context in (SCHOOL, YEAR, PROJECT, DateContext()):
        assert told(read_period("октябрь 2019", context)) == "range 2019-10-01..2019-10-31"


def test_a_week_of_a_month_is_a_candidate_until_a_date_beside_it_says_which() -> None:
    """Some count sevens from the first day, some count the weeks of the calendar."""
    week = read_period("2-я неделя октября", SCHOOL)
    assert told(week) == "ambiguous 2022-10-08..2022-10-14"
    dated = read_period("2-я неделя октября (10-14 октября)", SCHOOL)
    assert told(dated) == "range 2022-10-10..2022-10-14"


def test_a_day_of_last_winter_in_a_new_plan_is_asked_about() -> None:
    schedule = read_period("10.02.2014", DateContext(school_year=2014))
    assert told(schedule) == "ambiguous 2014-02-10 2015-02-10"
    assert told(read_period("март 2014", DateContext(school_year=2014))).startswith("range 2014")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("август", "2023-08-01"),
        ("20 августа", "2023-08-20"),
        ("31 августа", "2022-08-31"),
        ("25-30 августа", "2022-08-25"),
        ("1 августа", "2023-08-01"),
        ("1-5 августа", "2023-08-01"),
        ("последняя неделя августа", "2022-08-25"),
        ("август-ноябрь", "2022-08-01"),
        ("с 15 августа по 1 сентября", "2022-08-15"),
        ("июнь-август", "2023-06-01"),
        ("10-20 августа", "2023-08-10"),
    ],
)
def test_august_ends_a_school_plan_unless_a_range_or_the_preparation_begins_with_it(
    text: str, first: str
) -> None:
    assert str(read_period(text, SCHOOL).periods[0].start) == first


# --- characters --------------------------------------------------------------------------------


def test_all_of_several_last_days_are_last_days() -> None:
    assert read_period("до 20 января, 20 апреля", SCHOOL).deadline
    assert not read_period("20 января, до 20 апреля", SCHOOL).deadline
    assert read_period("ежегодно, до 25 апреля", SCHOOL).deadline
    assert not read_period("ежегодно, 25 апреля", SCHOOL).deadline


@pytest.mark.parametrize(
    "space",
    [*"\t\v\f\r\x85\xa0\u2028\u2029\u202f\u205f\u3000*†‡", *map(chr, range(0x2000, 0x200B))],
)
def test_every_space_and_every_mark_of_a_footnote_parts_words(space: str) -> None:
    assert told(read_period(f"с{space}1 по 5{space}марта{space}2023", SCHOOL)) == (
        "range 2023-03-01..2023-03-05"
    )


@pytest.mark.parametrize("quote", "«»“”„‟‘’‚‛‹›'`´")
def test_a_day_in_quotes_is_a_day(quote: str) -> None:
    assert told(read_period(f"{quote}15{quote} марта 2023", SCHOOL)) == "date 2023-03-15"


@pytest.mark.parametrize("digit", "⁰¹²³⁴⁵⁶⁷⁸⁹°º")
def test_raised_minutes_are_a_time_of_day(digit: str) -> None:
    schedule = read_period(f"16 марта 15{digit}{digit}", SCHOOL)
    assert (told(schedule), schedule.unread) == ("date 2023-03-16", "")


@pytest.mark.parametrize("point", ".․·/\\⁄")
def test_every_point_and_slash_parts_the_numbers_of_a_date(point: str) -> None:
    assert told(read_period(f"12{point}03{point}2023", SCHOOL)) == "date 2023-03-12"


@pytest.mark.parametrize("bullet", "•▪·-")
def test_a_bullet_begins_an_item(bullet: str) -> None:
    text = f"{bullet} 12 марта\n{bullet} 15 марта"
    assert told(read_period(text, SCHOOL)) == "multi 2023-03-12 2023-03-15"
