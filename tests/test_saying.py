"""Titles, periods, numbers and links in a letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from telling_sample import card, event, occurrence, reason, span, verdict

from miro_sync.digest.saying import (
    NAMES,
    card_links,
    card_title,
    days_of,
    links_of,
    names,
    number,
    place_of,
    title_of,
)
from miro_sync.messages import catalogue
from miro_sync.model import EventCard, Period, Place, Status, Verdict

RU = catalogue("ru")
MARCH = span("2023-03-01", "2023-03-31")
MATCH = event("Д1", "Турнир", "март", MARCH)
CALENDAR_ROW = "https://docs.google.com/spreadsheets/d/1/edit#range=A"


def judged(*cards: EventCard, url: str | None = None) -> Verdict:
    of = replace(MATCH, place=Place("calendar", url=url))
    return verdict(occurrence(of, MARCH), Status.OVERDUE, reason("Так", "и есть"), *cards)


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (None, "без срока"),
        (span("2023-04-19"), "19.04.2023"),
        (MARCH, "март 2023"),
        (span("2023-03-01", "2023-05-31"), "март – май 2023"),
        (span("2022-09-01", "2023-05-31"), "сентябрь 2022 – май 2023"),
        (span("2023-03-01", "2024-03-31"), "март 2023 – март 2024"),
        (span("2023-03-01", "2023-03-30"), "01.03.2023 – 30.03.2023"),
        (span("2023-03-02", "2023-03-31"), "02.03.2023 – 31.03.2023"),
    ],
)
def test_whole_months_are_told_by_name_and_other_days_as_days(
    period: Period | None, told: str
) -> None:
    assert RU.tell(days_of(period)) == told


@pytest.mark.parametrize(
    ("value", "decimals", "told"),
    [(-0.04, 1, "0,0"), (-0.4, 1, "−0,4"), (0.5, 1, "0,5"), (0.0, 1, "0,0"), (-0.6, 0, "−1")],
)
def test_only_a_number_that_is_written_below_zero_has_a_sign(
    value: float, decimals: int, told: str
) -> None:
    assert RU.tell(number(value, decimals)) == told


def test_eight_names_are_told_and_of_more_the_rest_is_counted() -> None:
    some = [f"Ц{n}" for n in range(1, 11)]

    assert NAMES == 8
    assert RU.tell(names(some[:8])) == "Ц1, Ц2, Ц3, Ц4, Ц5, Ц6, Ц7, Ц8"
    assert RU.tell(names(some)) == "Ц1, Ц2, Ц3, Ц4, Ц5, Ц6, Ц7, Ц8 и ещё 2"


def test_what_has_no_title_is_told_to_have_none() -> None:
    assert RU.tell(title_of(MATCH)) == "Д1 Турнир"
    assert RU.tell(title_of(event(None, "Турнир", "", MARCH))) == "Турнир"
    assert RU.tell(title_of(event("Д1", "", "", MARCH))) == "без названия"
    assert RU.tell(card_title(card("1", ""))) == "без названия"


def test_two_addresses_of_the_evidence_are_given_each_once_and_one_row_of_the_calendar() -> None:
    one, two, three = (card(key, "Турнир") for key in ("1", "2", "3"))
    found = links_of([
        judged(one, one, url=CALENDAR_ROW + "7"),
        judged(two, three, url=CALENDAR_ROW + "8"),
    ])  # fmt: skip

    assert [(link.url, RU.tell(link.what)) for link in found] == [
        (one.url, "карточка"),
        (two.url, "карточка"),
        (CALENDAR_ROW + "7", "строка календаря"),
    ]
    assert links_of([judged()]) == ()
    assert links_of([verdict(occurrence(MATCH, MARCH), Status.MISSED, reason("Нет", "её"))]) == ()


def test_a_link_says_whether_it_opens_a_card_or_a_row() -> None:
    row = replace(card("План!7", "Турнир", source="table"), url=CALENDAR_ROW + "7")

    assert [RU.tell(link.what) for link in card_links(row)] == ["строка таблицы"]
    assert card_links(replace(row, url=None)) == ()


def test_for_want_of_a_link_the_first_known_place_is_told() -> None:
    nowhere, row = card("1", "Турнир"), card("План!14", "Турнир", source="table")

    assert place_of([judged(nowhere), judged(nowhere, row)]) == row.place
    assert place_of([judged(nowhere)]) is None
