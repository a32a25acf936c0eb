"""What people choose in a cell, in their own words."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.choices import Choice, Days, Toward, Unclear, chosen, named_days
from miro_sync.model import Period

APRIL = dt.date(2024, 4, 20)
MAY_15 = dt.date(2024, 5, 15)


def days(text: str, beside: str | dt.date = "", toward: Toward = Toward.NEAREST) -> Days | None:
    return named_days(chosen(text).rest, beside, APRIL, toward)


def one(text: str, beside: str | dt.date = "", toward: Toward = Toward.NEAREST) -> Period:
    found = days(text, beside, toward)
    assert found is not None
    return found.period


def refusal(text: str, beside: str | dt.date = "", toward: Toward = Toward.NEAREST) -> str:
    with pytest.raises(Unclear) as caught:
        days(text, beside, toward)
    return caught.value.message.key


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("проведено", Choice.HELD),
        ("ПРОВЕДЁН", Choice.HELD),
        ("уже провели", Choice.HELD),
        ("состоялось", Choice.HELD),
        ("перенести на …", Choice.MOVE),
        ("Перенесён на 15.05", Choice.MOVE),
        ("отложить до 15.05", Choice.MOVE),
        ("отменить", Choice.CANCEL),
        ("  Отмена. ", Choice.CANCEL),
        ("не будет", Choice.CANCEL),
        ("отменить мероприятие", Choice.CANCEL),
        ("отменить решение", Choice.UNDO),
        ("Отмена решения № 12", Choice.UNDO),
        ("вернуть как было", Choice.UNDO),
        ("не наше", Choice.NOT_OURS),
        ("не та", Choice.REJECT),
        ("«не та карточка»", Choice.REJECT),
        ("та карточка", Choice.CONFIRM),
        ("да, та", Choice.CONFIRM),
        ("пауза до …", Choice.PAUSE),
        ("На паузу до 10.05", Choice.PAUSE),
        ("held", Choice.HELD),
        ("undo the decision", Choice.UNDO),
    ],
)
def test_a_choice_is_known_in_many_words(text: str, choice: Choice) -> None:
    assert chosen(text).choice is choice


@pytest.mark.parametrize(
    "text", ["не проведено", "подумаем", "отменить не будем", "та или не та?", "проверить", "+"]
)
def test_what_is_none_of_the_choices_is_not_guessed_at(text: str) -> None:
    with pytest.raises(Unclear):
        chosen(text)


def test_the_number_of_the_decision_to_be_undone_is_read() -> None:
    assert chosen("отменить решение № 12").number == 12
    assert chosen("отменить решение").number is None


@pytest.mark.parametrize(
    "text",
    [
        "перенести на 15.05.2024",
        "перенести на 15.05.24",
        "Перенос на 15 мая",
        "перенести на …15.05",
        "перенести с 20.04 на 15.05",
        "перенести на ср 15 мая",
        "перенести на 15,05,2024",
        "перенос: 2024-05-15",
    ],
)
def test_one_day_in_many_spellings(text: str) -> None:
    assert one(text) == Period(MAY_15, MAY_15)


def test_the_day_may_stand_in_the_cell_beside_as_a_day_or_a_text() -> None:
    assert one("перенести на …", MAY_15) == Period(MAY_15, MAY_15)
    assert one("перенести на", "15 мая") == Period(MAY_15, MAY_15)
    assert one("перенести на 15.05", MAY_15) == Period(MAY_15, MAY_15)
    assert days("перенести на …") is None


def test_two_days_that_differ_are_not_settled_for_the_person() -> None:
    assert refusal("перенести на 15.05", dt.date(2024, 5, 16)) == "status_sheet.two_days"


def test_several_days_stay_several() -> None:
    assert one("перенести на 10-12 мая") == Period(dt.date(2024, 5, 10), dt.date(2024, 5, 12))
    assert one("пауза с 1 по 10 мая") == Period(dt.date(2024, 5, 1), dt.date(2024, 5, 10))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("на март", dt.date(2024, 3, 1)),  # put forward by a month
        ("на декабрь", dt.date(2024, 12, 1)),  # nobody moves into the last school year
        ("на 1 сентября", dt.date(2024, 9, 1)),
    ],
)
def test_a_year_that_is_not_written_is_the_one_that_was_meant(text: str, first: dt.date) -> None:
    assert one(f"перенести {text}").start == first


def test_a_year_that_nobody_can_tell_is_asked_for() -> None:
    assert refusal("перенести на 20 января") == "status_sheet.which_year"


def test_a_pause_looks_ahead_and_what_was_held_lies_behind() -> None:
    assert one("пауза до 10.04", toward=Toward.NEXT).end == dt.date(2025, 4, 10)
    assert one("проведено 10.05", toward=Toward.LAST).start == dt.date(2023, 5, 10)


@pytest.mark.parametrize(
    "text",
    ["на 31.02", "на следующую неделю", "на 15 и 17 мая", "на весну", "на 15.05 или 16.05"],
)
def test_days_that_a_careful_person_could_not_name_are_asked_for(text: str) -> None:
    assert refusal(f"перенести {text}") == "status_sheet.no_day"


def test_until_is_told_from_on() -> None:
    until, on = days("пауза до 10.05"), days("перенести на 10.05")
    assert until is not None
    assert on is not None
    assert (until.until, on.until) == (True, False)
    beside = days("пауза до …", "10.05")
    assert beside is not None
    assert beside.until


def test_a_first_day_alone_is_not_enough() -> None:
    assert refusal("перенести с 10.05") == "status_sheet.only_from"


@given(st.text(max_size=60), st.text(max_size=30))
def test_whatever_is_typed_is_understood_or_answered(text: str, beside: str) -> None:
    for toward in Toward:
        with suppress(Unclear):
            named_days(chosen(text).rest, beside, APRIL, toward)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_any_whole_date_is_itself_wherever_it_stands(day: dt.date) -> None:
    assert one(f"перенести на {day:%d.%m.%Y}") == Period(day, day)
    assert one("перенести на …", f"{day:%d.%m.%Y}") == Period(day, day)
