"""The board: what is an event card, whose it is, when, and whether it was held."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import shared, shared_lines
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.board import BoardReading, read_cards
from miro_sync.messages import catalogue
from miro_sync.model import (
    BoardItem,
    BoardSnapshot,
    Center,
    DateContext,
    EventCard,
    Period,
    Project,
    Rules,
    Schedule,
    Severity,
)
from miro_sync.names import CenterNames
from miro_sync.periods import read_period

CENTERS = (
    Center("yaya1", "МБОУ «Яйская ООШ №1»"),
    Center("yaya2", "МБОУ «Яйская СОШ №2»"),
    Center("ulan", "МБОУ «Улановская ООШ»"),
    Center("mar", "МБОУ «Марьевская ООШ им. В.Д. Фёдорова»"),
)
SPAN = Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
PROJECT = Project("Точка роста", "Asia/Novokuznetsk", SPAN, centers=CENTERS)
READ_AT = dt.datetime(2023, 6, 1, 3, 0, tzinfo=dt.UTC)
TAGS = {"t-held": "Проведено", "t-physics": "физика"}


def item(title: str = "", **changes: Any) -> BoardItem:  # noqa: ANN401 - any field
    """Return a card on the bare canvas."""
    return replace(BoardItem(id="1", type="card", title=title), **changes)


def frame(id_: str, title: str, inside: str | None = None) -> BoardItem:
    return BoardItem(id=id_, type="frame", title=title, parent_id=inside)


def board(*items: BoardItem, **changes: Any) -> BoardSnapshot:  # noqa: ANN401 - any field
    url = "https://miro.com/app/board/uXjVexample=/"
    snapshot = BoardSnapshot("uXjVexample=", "Доска", url, READ_AT, complete=True, items=items)
    return replace(snapshot, **{"tags": TAGS, **changes})


def read(*items: BoardItem, project: Project = PROJECT, **changes: Any) -> BoardReading:  # noqa: ANN401 - any field
    return read_cards(board(*items, **changes), project, CenterNames(project.centers))


def card(*items: BoardItem, project: Project = PROJECT, **changes: Any) -> EventCard:  # noqa: ANN401 - any field
    """Read a board that has one event card, and return it."""
    cards = read(*items, project=project, **changes).cards
    assert len(cards) == 1
    return cards[0]


def day(schedule: Schedule | None) -> str | None:
    """Write what a card is dated: 2023-04-12, or 2023-04-01..2023-04-30."""
    if schedule is None:
        return None
    return ", ".join(
        f"{p.start}" if p.start == p.end else f"{p.start}..{p.end}" for p in schedule.periods
    )


def told(reading: BoardReading) -> list[str]:
    return [catalogue("ru").tell(problem.message) for problem in reading.problems]


# --- what is an event card ---


@pytest.mark.parametrize("kind", ["card", "app_card", "sticky_note", "shape", "text"])
def test_cards_notes_shapes_and_texts_speak_of_events(kind: str) -> None:
    found = card(item("<p>Форум центров</p>", type=kind))

    assert (found.title, found.kind, found.source) == ("Форум центров", kind, "board")


@pytest.mark.parametrize(
    "other",
    ["frame", "image", "document", "embed", "preview", "connector", "doc_format", "table", ""],
)
def test_items_of_other_types_pass_without_harm(other: str) -> None:
    assert read(item("Форум центров", type=other)).cards == ()


@pytest.mark.parametrize(
    "title",
    [
        "",
        "<p></p>",
        "🎉🎉🎉",
        "1",
        "№ 5",
        "Q1",
        "---",
        "https://example.org/news/1",
        "12.04.2023",
        "12 апреля",
        "Апрель 2023",
        "АПРЕЛЬ",
        "Январь - февраль 2023 г.",
        "2 четверть",
        "2023/2024 учебный год",
        "Понедельник, 14.00",
        "Дата: 12.04.2023",
        "План",
        "Легенда",
        "План на апрель",
        "Мероприятия 2 четверти",
        "В работе",
        "Сделать",
        "Проведено",
        "✅",
        "✅ Проведено 12.04.2023",
        "Улановская",
        "МБОУ «Яйская ООШ №1»",
        "Центр «Точка роста» Яйская",
        "🌱 Марьевка\n12.04.2023\n🎉",
        "\u200b\u00ad\u2060",
    ],
)
def test_dates_centres_marks_links_and_headings_are_no_event_cards(title: str) -> None:
    assert read(item(title), item(title, type="sticky_note")).cards == ()


@pytest.mark.parametrize(
    "title",
    [
        "ОК",
        "День открытых дверей",
        "Марафон",
        "Майский вальс",
        "Декада физики",
        "8-9 классы: квест",
    ],
)
def test_short_titles_and_words_that_begin_like_months_are_event_cards(title: str) -> None:
    assert card(item(title)).title == title


@pytest.mark.parametrize(
    "title",
    [
        "Инструкция: карточку заполняет руководитель центра",
        "Справка",
        "Условные обозначения рамок",
        "Как пользоваться доской",
        "Как отмечать: провели — ставим метку",
        "Образец",
        "Памятка для участников",
    ],
)
def test_what_explains_the_board_is_no_event_unless_somebody_made_it_a_card(title: str) -> None:
    assert read(item(title, type="sticky_note"), item(title, type="text")).cards == ()
    assert card(item(title)).title == title


def test_an_event_may_be_called_like_an_explanation() -> None:
    title = "Правила дорожного движения: викторина"

    assert card(item(title, type="sticky_note")).title == title


def test_a_long_shape_or_text_is_an_explanation_and_a_long_note_is_not() -> None:
    long = "Форум центров. " * 50

    assert read(item(long, type="text"), item(long, type="shape")).cards == ()
    assert card(item(long, type="sticky_note")).title.startswith("Форум центров.")


def test_whatever_lies_in_a_frame_of_samples_is_no_event() -> None:
    frames = frame("f1", "Образец карточки"), frame("f2", "вложенная", inside="f1")

    assert read(*frames, item("Форум центров", parent_id="f2")).cards == ()


def test_every_field_of_an_item_is_carried_over() -> None:
    made, changed = READ_AT - dt.timedelta(days=2), READ_AT - dt.timedelta(days=1)
    found = card(
        frame("f", "<p>Улановская ООШ</p>"),
        item(
            "<p>Форум&nbsp;центров</p>",
            description="<p>Спортзал</p><ul><li>9 класс</li></ul>",
            parent_id="f",
            created_at=made,
            created_by="u1",
            modified_at=changed,
            modified_by="u2",
        ),
    )

    assert found.title == "Форум центров"
    assert found.text == "Спортзал\n9 класс"
    assert (found.created_at, found.author_id) == (made, "u1")
    assert (found.modified_at, found.editor_id) == (changed, "u2")
    assert found.frame == "Улановская ООШ"
    assert found.place is not None
    assert found.place.source == "board"
    assert found.place.url == found.url


# --- title and text ---


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        ("Форум", "Форум", ""),
        ("<p>Форум</p><p>Спортзал</p>", "Форум", "Спортзал"),
        ("12.04.2023<br>Форум<br>Спортзал", "Форум", "12.04.2023\nСпортзал"),
        ("Улановская\nФорум", "Форум", "Улановская"),
        ("✅\nФорум", "Форум", "✅"),
        ("План:\nФорум", "Форум", "План:"),
        ("Мероприятие: Форум\nДата: 12.04.2023", "Форум", "Дата: 12.04.2023"),
        ("- Форум", "Форум", ""),
        ("Форум центров\nобразования\nСпортзал", "Форум центров образования", "Спортзал"),
        ("Олимпиада по\nФизике", "Олимпиада по Физике", ""),
        ("Форум.\nсбор в 9", "Форум.", "сбор в 9"),
        ("Форум\nответственный: завуч", "Форум", "ответственный: завуч"),
        ("5 < 7: математический бой", "5 < 7: математический бой", ""),
    ],
)
def test_the_title_is_the_first_line_that_says_what_it_is(
    content: str, title: str, text: str
) -> None:
    found = card(item(content, type="sticky_note"))

    assert (found.title, found.text) == (title, text)


def test_a_title_never_goes_on_in_the_description() -> None:
    found = card(item("Форум", description="сбор в 9"))

    assert (found.title, found.text) == ("Форум", "сбор в 9")


def test_an_app_card_without_a_title_is_called_by_its_description() -> None:
    found = card(item("", type="app_card", description="Форум\nСпортзал"))

    assert (found.title, found.text) == ("Форум", "Спортзал")


def test_a_title_of_six_thousand_characters_is_cut_at_a_word_and_loses_nothing() -> None:
    words = "слово " * 1_000
    found = card(item(words))

    assert 290 < len(found.title) <= 300
    assert found.title.split() == ["слово"] * 50
    assert f"{found.title} {found.text}" == words.strip()
    assert len(card(item("я" * 6_000)).title) == 300


def test_the_rest_of_a_text_of_a_megabyte_is_left_out() -> None:
    found = card(item("Форум", description="слово " * 200_000))

    assert len(found.text) == 10_000


# --- whose ---


@pytest.mark.parametrize(
    "title",
    [
        "МБОУ «Улановская ООШ»",
        "Центр «Точка роста» МБОУ «Улановская ООШ»",
        "УЛАНОВКА",
        "Рамка: Улановская",
        "🌱 <b>Улановская</b> 🌱",
        "План Улановской школы на 2023 год",
    ],
)
def test_a_frame_is_matched_loosely(title: str) -> None:
    assert card(frame("f", title), item("Форум", parent_id="f")).center_id == "ulan"


def test_a_frame_without_a_centre_keeps_that_of_the_frame_around_it() -> None:
    frames = [
        frame("f3", "Проведено", inside="f2"),
        frame("f2", "Апрель", inside="f1"),
        frame("f1", "Улановская ООШ"),
    ]
    reading = read(*frames, item("Форум", parent_id="f3"))

    assert reading.cards[0].center_id == "ulan"
    assert reading.cards[0].frame == "Проведено"
    assert [(f.id, f.center_id, f.own, f.held) for f in reading.frames] == [
        ("f3", "ulan", False, True),
        ("f2", "ulan", False, False),
        ("f1", "ulan", True, False),
    ]


def test_the_nearest_frame_that_names_a_centre_counts() -> None:
    frames = frame("f1", "Улановская ООШ"), frame("f2", "Марьевка", inside="f1")

    assert card(*frames, item("Форум", parent_id="f2")).center_id == "mar"


def test_a_frame_outweighs_what_the_card_says() -> None:
    found = card(frame("f", "Улановская"), item("В гостях у Марьевской школы", parent_id="f"))

    assert found.center_id == "ulan"


def test_frames_that_lie_in_each_other_do_no_harm() -> None:
    frames = frame("f1", "Апрель", inside="f2"), frame("f2", "Улановская", inside="f1")
    itself = frame("f3", "Марьевская", inside="f3")
    reading = read(*frames, itself, item("Форум", parent_id="f1"), item("Квест", parent_id="f3"))

    assert [found.center_id for found in reading.cards] == ["ulan", "mar"]


def test_a_parent_that_is_no_frame_or_was_not_read_is_passed_over() -> None:
    group = item("", id="g", type="group", parent_id="f")
    items = (
        frame("f", "Улановская"),
        group,
        item("Форум", id="2", parent_id="g"),
        item("Квест", id="3", parent_id="gone"),
    )

    assert [found.center_id for found in read(*items).cards] == ["ulan", None]


@pytest.mark.parametrize(
    ("content", "center"),
    [
        ("Форум в Улановской школе", "ulan"),
        ("Улановская\nФорум", "ulan"),
        ("Форум\nМесто: Яйская СОШ №2", "yaya2"),
        ("Форум: Улановская\nгости: Марьевская", "ulan"),
        ("Форум: Улановская и Марьевская\nместо: Яйская СОШ №2", None),
        ("Форум: Яйская и Улановская школы", None),
        ("Форум\nУлановская, Марьевская", None),
        ("Форум в школе", None),
    ],
)
def test_outside_of_frames_a_card_is_whose_it_says_if_it_names_one(
    content: str, center: str | None
) -> None:
    assert card(item(content, type="sticky_note")).center_id == center


def test_the_settings_frame_outweighs_the_names() -> None:
    centers = (replace(CENTERS[2], frame="Марьевская"), CENTERS[0])
    project = replace(PROJECT, centers=centers)

    found = card(frame("f", "📌 марьевская!"), item("Форум", parent_id="f"), project=project)

    assert found.center_id == "ulan"


def test_a_frame_of_nothing_but_emoji_can_be_a_centres() -> None:
    project = replace(PROJECT, centers=(replace(CENTERS[2], frame="🌻"), CENTERS[0]))

    sunny = card(frame("f", "🌻"), item("Форум", parent_id="f"), project=project)
    other = card(frame("f", "🌵"), item("Форум", parent_id="f"), project=project)

    assert (sunny.center_id, other.center_id) == ("ulan", None)


# --- when ---


@pytest.mark.parametrize(
    ("due", "zone", "expected"),
    [
        ("2023-04-11T17:00:00Z", "Asia/Novokuznetsk", "2023-04-12"),  # local midnight
        ("2023-04-12T00:00:00Z", "Asia/Novokuznetsk", "2023-04-12"),  # midnight in UTC
        ("2023-04-12T16:59:59Z", "Asia/Novokuznetsk", "2023-04-12"),  # the last local second
        ("2023-04-12T23:59:59Z", "Asia/Novokuznetsk", "2023-04-12"),  # the last second in UTC
        ("2023-04-12T23:59:59.999Z", "Asia/Novokuznetsk", "2023-04-12"),
        ("2023-04-12T20:00:00Z", "Asia/Novokuznetsk", "2023-04-13"),
        ("2023-04-12T00:00:00Z", "America/New_York", "2023-04-12"),
        ("2023-04-12T04:00:00Z", "America/New_York", "2023-04-12"),  # local midnight
        ("2023-04-11T19:00:00+03:00", "Asia/Novokuznetsk", "2023-04-11"),
        ("9999-12-31T20:00:00Z", "Asia/Novokuznetsk", "9999-12-31"),
    ],
)
def test_a_due_date_is_the_day_that_was_picked(due: str, zone: str, expected: str) -> None:
    project = replace(PROJECT, timezone=zone)
    found = card(item("Форум", due=dt.datetime.fromisoformat(due)), project=project)

    assert day(found.date) == expected


@given(
    st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31)),
    st.sampled_from(["Asia/Novokuznetsk", "Europe/Moscow", "Asia/Kamchatka", "Europe/Kaliningrad"]),
)
def test_local_midnight_and_midnight_in_utc_are_the_same_day(picked: dt.date, zone: str) -> None:
    local = dt.datetime.combine(picked, dt.time(0), ZoneInfo(zone))
    universal = dt.datetime.combine(picked, dt.time(0), dt.UTC)
    project = replace(PROJECT, timezone=zone)

    for due in (local, local.astimezone(dt.UTC), universal):
        assert day(card(item("Форум", due=due), project=project).date) == picked.isoformat()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Форум 12.04.2023", "2023-04-12"),
        ("12 апреля 2023 г. Форум", "2023-04-12"),
        ("12.04.2023\nФорум", "2023-04-12"),
        ("Форум (апрель 2023)", "2023-04-01..2023-04-30"),
        ("Форум, 15 октября", "2023-10-15"),
        ("Неделя физики 17-21 апреля 2023", "2023-04-17..2023-04-21"),
        ("Форум\nДата: 12.04.2023\nЗаявки до 01.04.2023", "2023-04-12"),
        ("Форум\nСрок:\n12.04.2023", "2023-04-12"),
        ("Форум\nСбор 12.04.2023 в 9", "2023-04-12"),
        ("Форум 12.04.2023\nЗаявки до 01.04.2023", "2023-04-12"),
        ("Форум\nСбор 12.04.2023\nОтчёт 20.04.2023", None),
        ("Форум\nДата: уточняется\nСбор 12.04.2023", "2023-04-12"),
        ("Занятия\n" + "\n".join(f"группа {n}: {n}.04.2023" for n in range(1, 8)), None),
        ("Форум\nПриказ от 12.03.2023 №45", None),
        ("Форум 12.04.2023 (заявки до 01.04.2023)", "2023-04-12"),
        ("Заявки до 15 апреля 2023", "2023-04-15"),
        ("Форум с 17 по 21 апреля 2023 г.", "2023-04-17..2023-04-21"),
        ("10-14.04.2023 Неделя химии", "2023-04-10..2023-04-14"),
        ("Форум 12 и 19 апреля 2023", "2023-04-12, 2023-04-19"),
        ("Форум 12.04.2023 и 19.05.2023", "2023-04-12, 2023-05-19"),
        ("Январь-февраль 2023: разработка карты", "2023-01-01..2023-02-28"),
        ("Семинар 12 апреля 2023, 2024 г.", "2023-04-12, 2024-04-12"),
        ("Форум, последняя неделя апреля 2023", None),
        ("Форум, 2 квартал 2023 года", "2023-04-01..2023-06-30"),
        ("Форум 2023-04-12", "2023-04-12"),
        ("Форум 12.04.2023 в 14.00, каб. 5", "2023-04-12"),
        ("Перенос с 05.04.2023 на 12.04.2023: форум", "2023-04-12"),
        ("Урок мужества, СОШ № 7, 12 апреля 2023", "2023-04-12"),
        ("Акция «9 мая 2023» 05.05.2023", "2023-05-05"),
        ("Форум «Точка роста — 2023», 12 апреля", None),
        ("Форум 2023, 12 апреля", "2023-04-12"),
        ("Форум 2020, 15 октября", None),
        ("Форум 2020, 15.10.23", "2023-10-15"),
        ("Форум 2023/24 уч. года, 12 апреля", "2024-04-12"),
        ("Митинг к 9 мая 2023", None),
        ("Итоги приказа от 12.03.2023", None),
        ("Разбор ст. 16.34, 19.1, 24.42", None),
        ("Проект «Инженеры 2.0»", None),
        ("Сбор с 9.00 до 10.10", None),
        ("Сбор в 10.10", None),
        ("Форум 12.04.2023, экскурсия 14 мая 2023", None),
        ("Форум 12 апреля", None),  # of 2023 or of 2024
        ("Анализ результатов ОГЭ 2022 и 2023 г.", None),
        ("Диктант Победы 2024", None),
        ("Форум каждый месяц", None),
        ("Форум в 14.30", None),
        ("Олимпиада 8-9 классов", None),
    ],
)
def test_a_date_is_read_from_the_text(content: str, expected: str | None) -> None:
    assert day(card(item(content, type="sticky_note")).date) == expected


def test_a_due_date_outweighs_the_text_and_the_title_keeps_its_date() -> None:
    found = card(item("Форум 12.04.2023", due=dt.datetime(2023, 4, 20, tzinfo=dt.UTC)))

    assert day(found.date) == "2023-04-20"
    assert found.title == "Форум 12.04.2023"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("2024", "2024-04-12"),
        ("План на 2023 год", "2023-04-12"),
        ("2023/24 учебный год", "2024-04-12"),
        ("2022-2023 уч. год", "2023-04-12"),
        ("2023-2024", None),
        ("2023/2027", None),
        ("Улановская", None),
    ],
)
def test_a_date_without_a_year_leans_on_the_frame(title: str, expected: str | None) -> None:
    frames = frame("f1", title), frame("f2", "Улановская", inside="f1")

    assert day(card(*frames, item("Форум 12 апреля", parent_id="f2")).date) == expected


def test_what_was_held_cannot_lie_ahead_and_that_settles_its_year() -> None:
    held = card(item("✅ Форум 12 апреля"))
    later = card(item("✅ Форум 12 апреля"), read_at=READ_AT + dt.timedelta(days=365))
    month = card(item("✅ Форум, апрель"))

    assert day(held.date) == "2023-04-12"
    assert held.date is not None
    assert held.date.assumed is not None
    assert "2023" in catalogue("ru").tell(held.date.assumed)
    assert later.date is None
    assert day(month.date) == "2023-04-01..2023-04-30"


def test_the_day_on_a_held_tag_is_the_last_resort() -> None:
    tags = {"t": "проведено 12.04.2023"}

    assert day(card(item("Форум", tag_ids=("t",)), tags=tags).date) == "2023-04-12"
    assert day(card(item("Форум 13.04.2023", tag_ids=("t",)), tags=tags).date) == "2023-04-13"


def test_in_real_titles_the_date_beside_them_is_found_or_none_is() -> None:
    """Numbers, years and seasons of a title («… зимой», «СОШ № 7, …») must not mix with it."""
    titles = [line["title"] for line in shared_lines("data", "titles", "titles.jsonl")]
    dates = ["12.04.2023", "3.9.23", "5 мая 2024", "15 октября 2023 г.", "10-14 апреля 2023"]
    found = 0
    for at, title in enumerate(titles):
        written = dates[at % len(dates)]
        meant = read_period(written, DateContext(span=SPAN)).periods
        for line in (f"{title} {written}", f"{written} {title}", f"{title}, {written}, спортзал"):
            card_date = [one.date for one in read(item(line)).cards if len(line) < 300]
            found += sum(date is not None for date in card_date)
            assert all(date is None or date.periods == meant for date in card_date), line

    assert found > 2.9 * len(titles)


# --- held ---


def mark(found: EventCard) -> str | None:
    return None if found.held is None else catalogue("ru").tell(found.held)


@pytest.mark.parametrize(
    "tag",
    [
        "проведено",
        "ПРОВЕДЕНО",
        "Проведено ✅",
        "✅ проведено",
        "#готово",
        "проведено 12.04",
        "Проведено 12 апреля 2023 г.",
        "проведена",
        "Выполнено!",
        "прoведенo",
    ],
)
def test_a_held_tag_makes_a_card_held(tag: str) -> None:
    found = card(item("Форум", tag_ids=("none", "t")), tags={"t": tag})

    assert mark(found) == f"на карточке метка «{tag}»"


@pytest.mark.parametrize(
    "tag",
    [
        "не проведено",
        "Проведено?",
        "проведено частично",
        "проведено не было",
        "готово 50%",
        "готово к проведению",
        "готовность",
        "проведение",
        "физика",
        "✅",
    ],
)
def test_other_tags_do_not(tag: str) -> None:
    assert mark(card(item("Форум", tag_ids=("t",)), tags={"t": tag})) is None


def test_held_marks_are_the_projects_own() -> None:
    rules = Rules(held_tags=("состоялось", "✔"), held_frames=("архив 2023",))
    project = replace(PROJECT, rules=rules)

    assert mark(card(item("Форум", tag_ids=("t",)), tags={"t": "Состоялось"}, project=project))
    assert mark(card(item("Форум", tag_ids=("t",)), tags={"t": "✔"}, project=project))
    assert mark(card(item("Состоялся: форум"), project=project)) is None
    assert mark(card(item("Состоялось: форум"), project=project))
    assert mark(card(frame("f", "Архив 2023"), item("Форум", parent_id="f"), project=project))
    assert mark(card(item("Форум", tag_ids=("t-held",)), project=project)) is None
    assert mark(card(item("Проведено: форум"), project=project)) is None


@pytest.mark.parametrize(
    "title",
    [
        "Проведено",
        "✅ Проведённые мероприятия",
        "ВЫПОЛНЕНО",
        "Проведено в апреле 2023",
        "Апрель: проведено",
        "Проведено. Улановская",
        "Уже проведено",
    ],
)
def test_a_card_in_a_held_frame_is_held(title: str) -> None:
    frames = frame("f1", title), frame("f2", "9 класс", inside="f1")

    assert mark(card(*frames, item("Форум", parent_id="f1"))) == f"карточка лежит в рамке «{title}»"
    assert mark(card(*frames, item("Форум", parent_id="f2"))) == f"карточка лежит в рамке «{title}»"


@pytest.mark.parametrize(
    "title",
    [
        "Не проведено",
        "Проведено?",
        "Будет проведено",
        "Готово к проведению",
        "Готовые материалы",
        "Проведение",
        "План",
        "Проведено анкетирование родителей",
    ],
)
def test_a_card_in_another_frame_is_not(title: str) -> None:
    assert mark(card(frame("f", title), item("Форум", parent_id="f"))) is None


def test_the_nearest_frame_that_speaks_of_it_decides() -> None:
    frames = frame("f1", "Проведено"), frame("f2", "Не проведено", inside="f1")

    assert mark(card(*frames, item("Форум", parent_id="f2"))) is None


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("✅ Форум", "Форум"),
        ("✔\ufe0f Форум", "Форум"),
        ("☑ Форум", "Форум"),
        ("✅✅ - Форум", "Форум"),
        ("[x] Форум", "Форум"),
        ("[Х] Форум", "Форум"),
        ("[ ✓ ] Форум", "Форум"),
        ("📌 ✅ Форум", "Форум"),
        ("3. ✅ Форум", "Форум"),
        ("12.04.2023 ✅ Форум", "12.04.2023 Форум"),
        ("✅\nФорум", "Форум"),
        ("12.04.2023\n✅ Форум", "Форум"),
    ],
)
def test_a_check_mark_at_the_head_of_a_title_means_held_and_leaves_the_title(
    title: str, rest: str
) -> None:
    found = card(item(title, type="sticky_note"))

    assert mark(found) == "в начале названия стоит галочка"
    assert found.title == rest


@pytest.mark.parametrize(
    ("title", "rest", "word"),
    [
        ("Проведено: форум", "форум", "проведено"),
        ("ПРОВЕДЕНО – форум", "форум", "проведено"),
        ("Проведено - форум", "форум", "проведено"),
        ("Проведено! Форум", "Форум", "проведено"),
        ("[Проведено] Форум", "Форум", "проведено"),
        ("(выполнено) Форум", "Форум", "выполнено"),
        ("«Готово» Форум", "Форум", "готово"),
        ("Проведено 12.04.2023 Форум", "Форум", "проведено"),
        ("Проведено (12 апреля): форум", "форум", "проведено"),
        ("Проведена в апреле: форум", "форум", "проведена"),
        ("Проведён. Форум", "Форум", "проведён"),
        ("Проведено ✅ Форум", "Форум", "проведено"),
        ("✅ Проведено: форум", "форум", "проведено"),
        ("Проведено\nФорум", "Форум", "проведено"),
    ],
)
def test_a_held_word_at_the_head_of_a_title_means_held_and_leaves_the_title(
    title: str, rest: str, word: str
) -> None:
    found = card(item(title, type="sticky_note"))

    assert mark(found) == f"название начинается словом «{word}»"
    assert found.title == rest


@pytest.mark.parametrize(
    "title",
    [
        "Проведение форума",
        "Проведено исследование",
        "Проведено будет в мае",
        "Проведено: нет",
        "Проведено? Форум",
        "Проведено: ? форум",
        "Готово к печати: буклет",
        "Готово: 50% буклета",
        "Готовность центров",
        "Не проведено: форум",
        "НЕ ПРОВЕДЕНО форум",
        "К проведению готово",
        "Форум проведено",
        "Форум ✅",
        "Форум [x]",
        "[ ] Форум",
        "☐ Проведено: форум",
        "❌ Форум",
        "V Форум центров",
        "X съезд",
        "+ Форум",
        "✅ Не проведено: форум",
        "❌ ✅ Форум",
    ],
)
def test_other_heads_do_not_mean_held(title: str) -> None:
    found = card(item(title))

    assert mark(found) is None
    assert found.title == title


@pytest.mark.parametrize("title", ["Не проведено: форум", "❌ Форум", "Отменено. Форум"])
def test_a_head_that_denies_outweighs_tag_and_frame(title: str) -> None:
    found = card(frame("f", "Проведено"), item(title, parent_id="f", tag_ids=("t-held",)))

    assert mark(found) is None


def test_the_tag_is_named_before_the_frame_and_the_frame_before_the_head() -> None:
    inside = frame("f", "Проведено")

    assert mark(card(inside, item("✅ Форум", parent_id="f", tag_ids=("t-held",)))) == (
        "на карточке метка «Проведено»"
    )
    assert mark(card(inside, item("✅ Форум", parent_id="f"))) == (
        "карточка лежит в рамке «Проведено»"
    )


# --- links ---


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (
            "https://miro.com/app/board/uXjVa=/?share_link_id=1&x=2#y",
            "https://miro.com/app/board/uXjVa=/?moveToWidget=3458764518821065490",
        ),
        (
            "https://miro.com/app/board/uXjVa=",
            "https://miro.com/app/board/uXjVa=/?moveToWidget=3458764518821065490",
        ),
        (
            "http://localhost:8080/board/1/",
            "http://localhost:8080/board/1/?moveToWidget=3458764518821065490",
        ),
        *(
            (bad, "https://miro.com/app/board/uXjVexample=/?moveToWidget=3458764518821065490")
            for bad in (
                None,
                "",
                "javascript:alert(1)",
                "file:///etc/passwd",
                "https://",
                "https://[",
                'https://ex"ample.org/',
                "https://user:secret@example.org/",
            )
        ),
    ],
)
def test_a_card_is_linked_by_http_only(url: str | None, link: str) -> None:
    assert card(item("Форум", id="3458764518821065490"), url=url).url == link


def test_ids_that_are_no_ids_are_escaped_in_links() -> None:
    found = card(item("Форум", id='1"><script>'), url=None, id="a/../b?c")

    assert found.url == (
        "https://miro.com/app/board/a%2F..%2Fb%3Fc/?moveToWidget=1%22%3E%3Cscript%3E"
    )
    assert card(item("Форум"), url=None, id="").url is None


# --- problems ---

FRAMES = tuple(frame(f"f{at}", center.name) for at, center in enumerate(CENTERS))


def test_a_board_with_a_frame_for_each_centre_has_no_problems() -> None:
    assert read(*FRAMES).problems == ()


def test_a_centre_without_a_frame_is_named() -> None:
    reading = read(*FRAMES[1:])

    assert len(told(reading)) == 1
    assert told(reading)[0].startswith("У центра «МБОУ «Яйская ООШ №1»» нет рамки на доске.")
    assert reading.problems[0].severity is Severity.WARNING
    assert reading.problems[0].place is not None
    assert reading.problems[0].place.url == "https://miro.com/app/board/uXjVexample=/"


def test_a_board_without_any_centres_frame_is_named_once() -> None:
    assert len(told(read(frame("f", "Апрель")))) == 1
    assert told(read(project=replace(PROJECT, centers=()))) == []


def test_nothing_is_missing_from_a_board_that_was_not_read_whole() -> None:
    assert read(*FRAMES[1:], complete=False).problems == ()


def test_a_frame_that_fits_two_centres_is_named_and_its_cards_are_nobodys() -> None:
    reading = read(*FRAMES, frame("f", "Яйская"), item("Форум", parent_id="f"))

    assert reading.cards[0].center_id is None
    assert len(reading.problems) == 1
    assert "МБОУ «Яйская ООШ №1», МБОУ «Яйская СОШ №2»" in told(reading)[0]
    assert reading.problems[0].place is not None
    assert reading.problems[0].place.url == (
        "https://miro.com/app/board/uXjVexample=/?moveToWidget=f"
    )


def test_a_frame_that_both_settings_claim_is_named() -> None:
    centers = (replace(CENTERS[0], frame="Наша рамка"), replace(CENTERS[2], frame="наша рамка"))
    reading = read(frame("f", "НАША РАМКА!"), project=replace(PROJECT, centers=centers))

    assert reading.frames[0].center_id is None
    assert [problem.message.key for problem in reading.problems] == [
        "board.frame_fits_several",
        "board.no_center_frames",
    ]


def test_a_frame_that_names_two_centres_is_named_and_a_card_in_it_may_name_its_own() -> None:
    shared_frame = frame("f", "Улановская и Марьевская")
    reading = read(
        *FRAMES,
        shared_frame,
        item("Форум", parent_id="f"),
        item("Марьевская: квест", parent_id="f"),
    )

    assert [found.center_id for found in reading.cards] == [None, "mar"]
    assert [problem.message.key for problem in reading.problems] == ["board.frame_of_several"]


def test_a_frame_of_one_centre_and_of_another_that_is_unclear_is_nobodys() -> None:
    both = frame("f", "Яйская и Улановская")

    assert read(*FRAMES, both, item("Форум", parent_id="f")).cards[0].center_id is None


def test_a_frame_inside_a_centres_frame_needs_no_telling_apart() -> None:
    inside = frame("f", "Яйская", inside="f0")
    reading = read(*FRAMES, inside, item("Форум", parent_id="f"))

    assert reading.cards[0].center_id == "yaya1"
    assert reading.problems == ()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_sentence_is_told_in_both_languages(language: str) -> None:
    words = catalogue(language)
    for key, params in {
        "held_tag": {"tag": "т"},
        "held_frame": {"frame": "р"},
        "held_check": {},
        "held_word": {"word": "с"},
        "year_of_held": {"year": "2023"},
        "frame_fits_several": {"frame": "р", "centers": "ц"},
        "frame_of_several": {"frame": "р", "centers": "ц"},
        "center_without_frame": {"center": "ц"},
        "no_center_frames": {},
    }.items():
        assert words.say(f"board.{key}", **params)


# --- whole boards ---


@given(
    st.lists(
        st.builds(
            BoardItem,
            id=st.sampled_from("abcdef"),
            type=st.sampled_from(["card", "sticky_note", "frame", "shape", "text", "table"]),
            title=st.text("Улановская проведено✅12.04<p>\n[x]:-", max_size=40),
            description=st.text(max_size=20),
            due=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
            parent_id=st.none() | st.sampled_from("abcdefg"),
            tag_ids=st.lists(st.sampled_from(["t-held", "x"])).map(tuple),
        ),
        max_size=12,
        unique_by=lambda one: one.id,
    )
)
def test_no_board_breaks_the_reading_and_its_order_decides_nothing(items: list[BoardItem]) -> None:
    reading = read(*items)
    backwards = read(*reversed(items))

    assert {found.id: found for found in reading.cards} == {
        found.id: found for found in backwards.cards
    }
    for found in reading.cards:
        assert found.title.strip() == found.title
        assert "\n" not in found.title
        assert any(map(str.isalpha, found.title))


def test_a_real_board_is_read_without_loss_or_invention() -> None:
    raw = json.loads(shared("data", "miro", "real_board_after.json").read_text("utf-8"))["items"]
    items = [
        BoardItem(id=one["id"], type=one["type"], title=one["data"].get("content", ""))
        for one in raw
    ]
    cards = read(*items).cards

    assert len(cards) == 155
    assert not [found for found in cards if found.held or found.date or found.center_id]
    assert {found.kind for found in cards} == {"sticky_note", "text"}


def test_ten_thousand_items_are_read_in_a_moment() -> None:
    frames = [frame(f"f{at}", center.name) for at, center in enumerate(CENTERS)]
    items = [
        item(
            f"<p>Методический день № {at}, {at % 28 + 1:02}.04.2023</p>",
            id=str(at),
            description="<p>Спортзал, сбор у входа</p>",
            parent_id=f"f{at % 5}",
        )
        for at in range(10_000)
    ]
    start = time.process_time()
    reading = read(*frames, *items)

    assert len(reading.cards) == 10_000
    assert time.process_time() - start < 5  # about 0.6 s on an idle core
