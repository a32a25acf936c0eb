"""How far title, date and centre carry a card: certain, asked about, let go."""

from __future__ import annotations

import datetime as dt

import pytest
from builders import card, event, occurrence, schedule

from miro_sync.matching import explain, match, reasons
from miro_sync.model import EventCard, Occurrence, Period, say

MARCH = Period(dt.date(2023, 3, 1), dt.date(2023, 3, 31))
IN_MARCH = schedule(dt.date(2023, 3, 15))


def planned(
    title: str, period: Period | None = MARCH, center_id: str | None = None, key: str = "Е"
) -> Occurrence:
    return occurrence(event(key, title=title), center_id=center_id, period=period)


def told(occurrences: list[Occurrence], one: EventCard) -> str:
    """Say what became of a card: "link key score", "ask key score …" or "extra"."""
    found = match(occurrences, [one])
    assert len(found.links) + len(found.questions) + len(found.extra) == 1
    for link in found.links:
        return f"link {link.occurrence_key} {link.score:.3f}"
    for question in found.questions:
        return " ".join(["ask", *(f"{key} {score:.3f}" for key, score in question.candidates)])
    return "extra"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (None, "link Е 0.836"),
        ("2023-03-15", "link Е 0.886"),
        ("2023-03-31", "link Е 0.886"),
        ("2023-04-01", "link Е 0.806"),
        ("2023-05-20", "link Е 0.780"),
        ("2023-09-30", "link Е 0.711"),  # 183 days outside
        ("2023-10-01", "ask Е 0.710"),
        ("2023-12-20", "ask Е 0.669"),
        ("2024-01-25", "ask Е 0.650"),  # 300 days
        ("2024-01-26", "extra"),
    ],
)
def test_a_short_name_is_certain_up_to_half_a_year_and_asked_about_up_to_ten_months(
    day: str | None, expected: str
) -> None:
    date = day and schedule(dt.date.fromisoformat(day))
    one = card(title="Форум педагогов", date=date or None)
    assert told([planned("Форум педагогов и родителей")], one) == expected


@pytest.mark.parametrize(
    ("center_id", "expected"), [(None, "link Е@c1 0.886"), ("c1", "link Е@c1 0.946")]
)
def test_the_centre_itself_is_a_little_more(center_id: str | None, expected: str) -> None:
    one = card(title="Форум педагогов", center_id=center_id, date=IN_MARCH)
    assert told([planned("Форум педагогов и родителей", center_id="c1")], one) == expected


def test_a_year_in_the_title_is_another_years_event_after_three_months() -> None:
    one = card(title="Форум педагогов 2024")
    for end, expected in ((dt.date(2023, 10, 1), "link"), (dt.date(2023, 9, 30), "extra")):
        period = Period(dt.date(2023, 3, 1), end)
        assert told([planned("Форум педагогов", period)], one).startswith(expected)


@pytest.mark.parametrize(
    ("day", "certain"),
    [("2023-03-15", True), ("2023-04-14", True), ("2023-04-15", False)],
)
def test_a_card_outside_goes_to_the_nearer_time_only_where_the_other_is_far(
    day: str, *, certain: bool
) -> None:
    times = [
        planned("Слёт юных химиков", MARCH, key="А"),
        planned("Слёт юных химиков", Period(dt.date(2023, 9, 10), dt.date(2023, 9, 20)), key="Б"),
    ]
    one = card(title="Слёт юных химиков", date=schedule(dt.date.fromisoformat(day)))
    assert told(times, one).startswith("link А" if certain else "ask")


def test_what_is_doubtful_is_asked_about_however_alike_the_titles_are() -> None:
    one = card(title="Методическая неделя педагогов: открытые уроки", date=IN_MARCH)
    assert told([planned("Методическая неделя педагогов")], one) == "ask Е 0.945"


@pytest.mark.parametrize(
    ("title", "event_title"),
    [
        ("День космонавтики", "Классный час «Звёздная дорога», 12 апреля"),
        ("Манёвры", "Военно-спортивная игра «Большие манёвры»"),
        (
            "День космонавтики",
            "Классный час «Звёздная дорога в неизвестные миры далёких галактик», 12 апреля",
        ),
        ("Зарница", "Военно-патриотическая летняя спортивная игра юнармейцев «Зарница»"),
    ],
)
def test_a_common_day_or_name_is_asked_about_where_little_else_is_common(
    title: str, event_title: str
) -> None:
    assert told([planned(event_title)], card(title=title, date=IN_MARCH)).startswith("ask")


def test_only_the_event_that_asks_for_several_things_is_met_by_one_of_them() -> None:
    title = "Создание учебного контента для подготовки к ОГЭ по химии, биологии, физике"
    several = occurrence(event("М", title=title, quota=10), center_id="c1", period=MARCH)
    single = occurrence(event("Н", title=title), center_id="c2", period=MARCH)
    part = "Учебный контент для подготовки к ОГЭ по биологии"
    own = card(title=part, center_id="c1", date=IN_MARCH)
    other = card(title=part, center_id="c2", date=IN_MARCH)
    assert told([several, single], own).startswith("link М@c1")
    assert told([several, single], other).startswith("ask Н@c2")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (None, say("matching.date_unknown")),
        (dt.date(2023, 3, 31), say("matching.date_inside")),
        (dt.date(2023, 4, 1), say("matching.date_outside", days=1)),
        (dt.date(2023, 2, 27), say("matching.date_outside", days=2)),
    ],
)
def test_why_names_likeness_doubts_date_and_centre(day: dt.date | None, said: object) -> None:
    one = card(title="Обновление карт", center_id="c1", date=None if day is None else schedule(day))
    why = reasons(explain(one, planned("Разработка карт", center_id="c1")))
    alike, doubt, date, center = why
    assert alike.key == "matching.alike"
    assert doubt == say("matching.doubt_actions")
    assert (date, center) == (said, say("matching.center_same"))


def test_the_very_same_title_is_alike_by_a_hundred_percent() -> None:
    why = reasons(explain(card(title="Слёт", date=IN_MARCH), planned("Слёт")))
    assert why[0] == say("matching.alike", percent=100)
    assert why[-1] == say("matching.center_network")


def test_of_two_like_cards_that_whose_age_is_known_is_the_first() -> None:
    made = dt.datetime(2023, 3, 1, tzinfo=dt.UTC)
    cards = [
        card("1", title="Слёт юных химиков", center_id="c1", date=IN_MARCH, created_at=None),
        card("2", title="Слёт юных химиков", center_id="c1", date=IN_MARCH, created_at=made),
    ]
    found = match([planned("Слёт юных химиков")], cards)
    assert [link.duplicate for link in found.links] == [True, False]


def test_among_many_longer_titles_that_hold_its_words_the_same_title_is_found() -> None:
    longer = [
        planned(f"Слёт юных химиков, {one}авалистов, туристов и краеведов области", key=one)
        for one in "БВГДЖЗКЛМНПРСТФХЦЧ"
    ]
    same = planned("Слёт юных химиков", key="Е")
    one = card(title="Слёт юных химиков", date=IN_MARCH)
    assert told([*longer, same], one) == "link Е 1.000"
