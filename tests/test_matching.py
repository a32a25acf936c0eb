from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
from builders import card, center, decision, event, occurrence, row, schedule

from miro_sync.matching import explain, match, reasons
from miro_sync.messages import catalogue
from miro_sync.model import (
    Decision,
    DecisionKind,
    EventCard,
    Link,
    LinkedBy,
    Matching,
    Occurrence,
    Period,
    ScheduleKind,
    say,
)

MARCH = Period(dt.date(2023, 3, 1), dt.date(2023, 3, 31))
APRIL = Period(dt.date(2023, 4, 1), dt.date(2023, 4, 30))
NEXT_APRIL = Period(dt.date(2024, 4, 1), dt.date(2024, 4, 30))
IN_MARCH = schedule(dt.date(2023, 3, 15))
IN_APRIL = schedule(dt.date(2023, 4, 15))
FORUM = "Форум Центров образования «Точка роста»"


def planned(
    key: str,
    title: str,
    period: Period | None = MARCH,
    center_id: str | None = None,
    code: str = "",
) -> Occurrence:
    return occurrence(
        event(key, title=title, code=code or None), center_id=center_id, period=period
    )


def times(key: str, title: str, *periods: Period, code: str = "") -> list[Occurrence]:
    return [
        replace(planned(key, title, period, code=code), key=f"{key}#{period.start}")
        for period in periods
    ]


def link_of(found: Matching, card_id: str = "101") -> Link:
    (one,) = [one for one in found.links if one.card_id == card_id]
    return one


def asked_of(found: Matching, card_id: str = "101") -> list[str]:
    (one,) = [one for one in found.questions if one.card_id == card_id]
    return [key for key, _ in one.candidates]


# --- titles -----------------------------------------------------------------------------------


def test_a_clear_title_in_its_period_is_certain() -> None:
    found = match([planned("Ф", FORUM)], [card(title="Форум ЦО ТР", date=IN_MARCH)])
    assert link_of(found).occurrence_key == "Ф"
    assert link_of(found).by is LinkedBy.TITLE
    assert 0.8 <= link_of(found).score <= 1.0


def test_a_likely_title_is_asked_about() -> None:
    found = match(
        [planned("В", "Встреча с ветеранами педагогического труда")],
        [card(title="Встреча с ветеранами войны", date=IN_MARCH)],
    )
    assert asked_of(found) == ["В"]


def test_an_unknown_title_is_extra() -> None:
    found = match([planned("Ф", FORUM)], [card(title="Турнир по шашкам", date=IN_MARCH)])
    assert found.extra == ("101",)


@pytest.mark.parametrize("title", ["", "🎉", "— — —", "Март 2023", "Наш план", "Мероприятия"])
def test_a_card_that_names_no_event_is_extra(title: str) -> None:
    calendar = [planned("Ф", FORUM), planned("М", "Мероприятия ко Дню космонавтики")]
    assert match(calendar, [card(title=title, date=IN_MARCH)]).extra == ("101",)


def test_date_and_centre_never_make_a_link_or_a_question_of_a_wrong_title() -> None:
    calendar = [planned("Э", "Экскурсия в пожарную часть", center_id="c1")]
    found = match(calendar, [card(title="Экскурсия в библиотеку", center_id="c1", date=IN_MARCH)])
    assert found.extra == ("101",)


@pytest.mark.parametrize(
    ("event_title", "card_title"),
    [
        ("Неделя физики", "Неделя химии"),
        ("ВПР по биологии 5 класс", "ВПР по биологии 7 класс"),
        ("Школьный этап ВсОШ", "Муниципальный этап ВсОШ"),
        ("Кубок школы – 2023", "Кубок школы – 2024"),
        ("VIII муниципальная НПК", "IX муниципальная НПК"),
    ],
)
def test_another_subject_class_stage_year_or_number_is_neither_linked_nor_asked(
    event_title: str, card_title: str
) -> None:
    found = match([planned("Е", event_title)], [card(title=card_title, date=IN_MARCH)])
    assert found.extra == ("101",)


@pytest.mark.parametrize(
    ("event_title", "card_title"),
    [
        ("Формирование базы данных учащихся", "Обновление базы данных учащихся"),
        ("Открытие месячника безопасности", "Месячник безопасности"),
        ("Экологический диктант", "Районный этап экологического диктанта"),
        ("Семинар по экологии для педагогов", "Семинар по экологии для родителей"),
        ("Неделя правовых знаний", "Месячник правовых знаний"),
    ],
)
def test_another_step_moment_stage_or_audience_is_never_certain(
    event_title: str, card_title: str
) -> None:
    found = match([planned("Е", event_title)], [card(title=card_title, date=IN_MARCH)])
    assert found.links == ()


# --- dates ------------------------------------------------------------------------------------


def test_the_date_chooses_between_two_times_of_one_event() -> None:
    calendar = times("М", "Методический день", APRIL, NEXT_APRIL)
    found = match(calendar, [card(title="Методический день", date=IN_APRIL)])
    assert link_of(found).occurrence_key == "М#2023-04-01"


def test_without_a_date_two_times_of_one_event_are_asked_about() -> None:
    calendar = times("М", "Методический день", APRIL, NEXT_APRIL)
    found = match(calendar, [card(title="Методический день")])
    assert set(asked_of(found)) == {"М#2023-04-01", "М#2024-04-01"}


def test_a_year_in_the_title_chooses_like_a_date() -> None:
    calendar = times("М", "Методический день", APRIL, NEXT_APRIL)
    found = match(calendar, [card(title="Методический день 2024")])
    assert link_of(found).occurrence_key == "М#2024-04-01"


def test_neighbouring_months_are_told_apart_by_the_day() -> None:
    calendar = times("О", "Отчёт о посещении занятий", MARCH, APRIL)
    found = match(calendar, [card(title="Посещение занятий", date=schedule(dt.date(2023, 4, 1)))])
    assert link_of(found).occurrence_key == "О#2023-04-01"


def test_an_unmistakable_title_outside_its_period_is_linked_as_moved() -> None:
    found = match([planned("Ф", FORUM)], [card(title=FORUM, date=schedule(dt.date(2023, 5, 20)))])
    assert link_of(found).occurrence_key == "Ф"


def test_a_title_that_is_only_likely_outside_its_period_is_asked_about() -> None:
    title = "Анализ внедрения модели с выявлением проблемных зон организации работы"
    far = schedule(dt.date(2023, 5, 20))
    found = match([planned("А", title)], [card(title="Анализ внедрения модели", date=far)])
    assert asked_of(found) == ["А"]


def test_the_like_event_of_another_year_is_another_event() -> None:
    in_a_year = schedule(dt.date(2024, 3, 15))
    assert match([planned("Ф", FORUM)], [card(title=FORUM, date=in_a_year)]).extra == ("101",)
    assert match([planned("Ф", FORUM)], [card(title=f"{FORUM} 2024")]).extra == ("101",)


def test_half_a_year_away_is_asked_about_at_most() -> None:
    in_autumn = schedule(dt.date(2023, 11, 15))
    assert asked_of(match([planned("Ф", FORUM)], [card(title=FORUM, date=in_autumn)])) == ["Ф"]


def test_a_card_before_a_last_day_is_inside() -> None:
    deadline = replace(schedule(dt.date(2023, 4, 15)), deadline=True)
    last_day = Period(dt.date(2023, 4, 15), dt.date(2023, 4, 15))
    due = occurrence(event("С", title="Сдача отчётов", schedule=deadline), period=last_day)
    assert explain(card(title="Сдача отчётов", date=IN_MARCH), due).days_outside == 0


def test_candidate_readings_of_a_date_are_no_date() -> None:
    vague = replace(IN_APRIL, kind=ScheduleKind.AMBIGUOUS)
    assert explain(card(title=FORUM, date=vague), planned("Ф", FORUM)).days_outside is None


# --- centres ----------------------------------------------------------------------------------


def test_a_card_goes_to_its_own_centres_occurrence() -> None:
    calendar = [planned("К", "Обновление карт ресурсов", center_id=one) for one in ("c1", "c2")]
    found = match(
        calendar, [card(title="Обновление карты ресурсов", center_id="c2", date=IN_MARCH)]
    )
    assert link_of(found).occurrence_key == "К@c2"


def test_a_card_never_goes_to_another_centres_occurrence() -> None:
    calendar = [planned("К", "Обновление карт ресурсов", center_id="c1")]
    found = match(calendar, [card(title="Обновление карт ресурсов", center_id="c2", date=IN_MARCH)])
    assert found.extra == ("101",)


def test_a_card_of_unknown_centre_is_asked_about_where_several_may_have_put_it_up() -> None:
    calendar = [planned("К", "Обновление карт ресурсов", center_id=one) for one in ("c1", "c2")]
    found = match(calendar, [card(title="Обновление карт ресурсов", date=IN_MARCH)])
    assert asked_of(found) == ["К@c1", "К@c2"]


def test_a_card_of_unknown_centre_is_linked_where_one_centre_alone_can_mean_it() -> None:
    calendar = [planned("К", "Обновление карт ресурсов", center_id="c1")]
    found = match(calendar, [card(title="Обновление карт ресурсов", date=IN_MARCH)])
    assert link_of(found).occurrence_key == "К@c1"


def test_a_network_event_is_put_up_by_several_centres() -> None:
    cards = [
        card(str(number), title=FORUM, center_id=f"c{number}", date=IN_MARCH) for number in range(3)
    ]
    found = match([planned("Ф", FORUM)], cards)
    assert [one.occurrence_key for one in found.links] == ["Ф"] * 3
    assert not any(one.duplicate for one in found.links)


def test_the_centre_chooses_between_its_own_event_and_the_networks() -> None:
    calendar = [
        planned("С", "День открытых дверей"),
        planned("Ц", "День открытых дверей", center_id="c1"),
    ]
    found = match(calendar, [card(title="День открытых дверей", center_id="c1", date=IN_MARCH)])
    assert link_of(found).occurrence_key == "Ц@c1"


def test_the_centres_own_name_in_a_card_is_no_part_of_the_event() -> None:
    school = center("c1", name="МБОУ «Улановская ООШ»", aliases=("Улановка", "Улановская школа"))
    title = "Улановка: гончарная мастерская для детей"
    calendar = [planned("Г", "Гончарная мастерская")]
    one = card(title=title, center_id="c1", date=IN_MARCH)
    assert match(calendar, [one], centers=[school]).links
    known = link_of(match(calendar, [one], centers=[school])).score
    unknown = max(dict(match(calendar, [one]).questions[0].candidates).values(), default=0.0)
    assert known > unknown


# --- duplicates -------------------------------------------------------------------------------


def test_a_second_card_of_one_centre_is_a_duplicate_not_an_extra() -> None:
    cards = [
        card("1", title=FORUM, center_id="c1", date=IN_MARCH),
        card("2", title="Форум ЦО ТР", center_id="c1", date=IN_MARCH),
        card("3", title=FORUM, center_id="c2", date=IN_MARCH),
    ]
    found = match([planned("Ф", FORUM)], cards)
    assert [one.duplicate for one in found.links] == [False, True, False]


def test_the_card_marked_as_held_is_the_first_of_two_like_ones() -> None:
    cards = [
        card("1", title=FORUM, center_id="c1", date=IN_MARCH),
        card("2", title=FORUM, center_id="c1", date=IN_MARCH, held=say("status.held")),
    ]
    found = match([planned("Ф", FORUM)], cards)
    assert link_of(found, "1").duplicate
    assert not link_of(found, "2").duplicate


def test_the_older_card_is_the_first_of_two_like_ones() -> None:
    moment = dt.datetime(2023, 3, 1, tzinfo=dt.UTC)
    cards = [
        card("1", title=FORUM, center_id="c1", created_at=moment + dt.timedelta(days=1)),
        card("2", title=FORUM, center_id="c1", created_at=moment),
    ]
    assert link_of(match([planned("Ф", FORUM)], cards), "1").duplicate


def test_a_row_beside_a_card_is_no_duplicate() -> None:
    cards = [
        card(title=FORUM, center_id="c1", date=IN_MARCH),
        row(title=FORUM, center_id="c1", date=IN_MARCH),
    ]
    assert not any(one.duplicate for one in match([planned("Ф", FORUM)], cards).links)


def test_the_second_of_ten_promised_materials_is_no_duplicate() -> None:
    materials = occurrence(event("М", title="Создание учебного контента", quota=10))
    cards = [
        card(str(number), title="Создание учебного контента", center_id="c1", date=IN_MARCH)
        for number in range(3)
    ]
    assert not any(one.duplicate for one in match([materials], cards).links)


def test_a_material_on_one_subject_is_one_of_those_promised_on_three() -> None:
    promised = "Создание учебного контента для подготовки к ОГЭ по химии, биологии, физике"
    one = card(title="Учебный контент для подготовки к ОГЭ по биологии", date=IN_MARCH)
    materials = occurrence(event("М", title=promised, quota=10))
    assert link_of(match([materials], [one])).occurrence_key == "М"
    single = occurrence(event("М", title=promised))
    assert asked_of(match([single], [one])) == ["М"]
    other = replace(one, title="Учебный контент для подготовки к ОГЭ по математике")
    assert match([materials], [other]).extra == ("101",)


def test_what_a_promised_material_is_called_itself_is_no_doubt() -> None:
    promised = "Создание учебного контента для подготовки к ОГЭ по химии, биологии, физике"
    title = "Учебный контент для подготовки к ОГЭ по химии: видеоурок «Соли»"
    one = card(title=title, date=IN_MARCH)
    materials = occurrence(event("М", title=promised, quota=10), period=MARCH)
    single = occurrence(event("М", title=promised), period=MARCH)
    assert link_of(match([materials], [one])).occurrence_key == "М"
    assert match([single], [one]).links == ()


def test_cards_of_unknown_centres_are_no_duplicates_of_each_other() -> None:
    cards = [card(str(number), title=FORUM, date=IN_MARCH) for number in range(2)]
    assert not any(one.duplicate for one in match([planned("Ф", FORUM)], cards).links)


# --- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "E07",
        "E07. Совсем другие слова",
        "[E07] Совсем другие слова",
        "Совсем другие слова (E07)",
        "е07 совсем другие слова",
        "Е07: совсем другие слова",  # Cyrillic Е
        "№E07 совсем другие слова",
        "E07-форум",
        "Код: E07",
    ],
)
def test_a_code_in_the_title_settles_it(title: str) -> None:
    calendar = [
        planned("E07", FORUM, code="E07"),
        planned("E08", "Совсем другие слова", code="E08"),
    ]
    found = match(calendar, [card(title=title, date=IN_MARCH)])
    assert link_of(found) == Link("101", "E07", LinkedBy.CODE, 1.0)


@pytest.mark.parametrize("title", ["E071 Слёт", "E7 Слёт", "ПE07 Слёт", "E07-2 Слёт", "Слёт"])
def test_a_part_of_a_word_or_a_code_the_calendar_does_not_know_settles_nothing(title: str) -> None:
    calendar = [planned("E07", FORUM, code="E07")]
    assert match(calendar, [card(title=title, date=IN_MARCH)]).extra == ("101",)


@pytest.mark.parametrize("title", ["[7] Слёт", "№7 Слёт", "код 7: слёт", "#7 слёт", "Слёт (№7)"])
def test_a_number_is_a_code_where_the_title_says_so(title: str) -> None:
    found = match([planned("7", FORUM, code="7")], [card(title=title, date=IN_MARCH)])
    assert link_of(found).by is LinkedBy.CODE


@pytest.mark.parametrize(
    "title",
    ["7 Слёт", "Слёт в школе №7", "Слёт 7 классов", "Слёт (7)", "[7 класс] Слёт", "7.03 слёт"],
)
def test_a_bare_number_is_no_code(title: str) -> None:
    calendar = [planned("7", FORUM, code="7")]
    assert match(calendar, [card(title=title, date=IN_MARCH)]).extra == ("101",)


def test_a_dotted_number_and_a_plain_word_need_a_marker_too() -> None:
    calendar = [planned("1.2.3", FORUM, code="1.2.3"), planned("СЛЁТ", FORUM, code="СЛЁТ")]
    assert match(calendar, [card(title="1.2.3 Большой слёт")]).extra == ("101",)
    assert link_of(match(calendar, [card(title="[1.2.3] Слёт")])).occurrence_key == "1.2.3"
    assert link_of(match(calendar, [card(title="[слет] Выставка")])).occurrence_key == "СЛЁТ"


def test_centre_and_date_pick_the_occurrence_that_a_code_means() -> None:
    by_center = [planned("E07", FORUM, center_id=one, code="E07") for one in ("c1", "c2")]
    found = match(by_center, [card(title="E07", center_id="c2")])
    assert link_of(found).occurrence_key == "E07@c2"
    by_date = times("E07", FORUM, APRIL, NEXT_APRIL, code="E07")
    found = match(by_date, [card(title="E07", date=schedule(dt.date(2024, 5, 3)))])
    assert link_of(found).occurrence_key == "E07#2024-04-01"


def test_a_code_whose_occurrence_nothing_picks_is_asked_about() -> None:
    by_date = times("E07", FORUM, APRIL, NEXT_APRIL, code="E07")
    assert len(asked_of(match(by_date, [card(title="E07")]))) == 2
    between = schedule(dt.date(2023, 10, 15))
    assert len(asked_of(match(by_date, [card(title="E07", date=between)]))) == 2


def test_a_code_of_another_centres_event_is_asked_about() -> None:
    calendar = [planned("E07", FORUM, center_id="c1", code="E07")]
    assert asked_of(match(calendar, [card(title="E07", center_id="c2")])) == ["E07@c1"]


def test_two_codes_in_one_title_are_asked_about() -> None:
    calendar = [planned("E07", FORUM, code="E07"), planned("E08", "Слёт", code="E08")]
    assert asked_of(match(calendar, [card(title="E07/E08")])) == ["E07", "E08"]


# --- decisions --------------------------------------------------------------------------------


def said(kind: DecisionKind, subject: str, day: int = 1) -> Decision:
    moment = dt.datetime(2023, 4, day, tzinfo=dt.UTC)
    return decision(kind, subject, card_id="101", made_at=moment)


CONFIRM, REJECT = DecisionKind.CONFIRM, DecisionKind.REJECT


def test_a_persons_word_beats_title_and_code() -> None:
    calendar = [planned("E07", FORUM, code="E07"), planned("E08", "Слёт", code="E08")]
    found = match(calendar, [card(title=f"E07 {FORUM}")], [said(CONFIRM, "E08")])
    assert link_of(found) == Link("101", "E08", LinkedBy.PERSON, 1.0)


def test_a_rejected_pair_is_neither_linked_nor_asked_about_even_by_code() -> None:
    calendar = [planned("E07", FORUM, code="E07")]
    found = match(calendar, [card(title=f"E07 {FORUM}", date=IN_MARCH)], [said(REJECT, "E07")])
    assert found.extra == ("101",)


def test_after_a_rejection_the_next_best_counts() -> None:
    calendar = [planned("А", FORUM), planned("Б", FORUM)]
    found = match(calendar, [card(title=FORUM, date=IN_MARCH)], [said(REJECT, "А")])
    assert link_of(found).occurrence_key == "Б"


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_latest_word_on_a_pair_counts(*, shuffled: bool) -> None:
    words = [said(CONFIRM, "А", 1), said(REJECT, "А", 2)]
    if shuffled:
        words.reverse()
    calendar = [planned("А", "Слёт юных химиков")]
    assert match(calendar, [card(title="Поход")], words).extra == ("101",)
    words = [said(REJECT, "А", 1), said(CONFIRM, "А", 2)]
    assert link_of(match(calendar, [card(title="Поход")], words)).by is LinkedBy.PERSON


def test_of_two_confirmed_events_the_latest_is_meant() -> None:
    calendar = [planned("А", "Слёт"), planned("Б", "Поход")]
    words = [said(CONFIRM, "Б", 2), said(CONFIRM, "А", 1)]
    assert link_of(match(calendar, [card(title="Бал")], words)).occurrence_key == "Б"


def test_a_word_on_an_event_covers_all_its_occurrences() -> None:
    calendar = times("М", FORUM, APRIL, NEXT_APRIL)
    rejected = match(calendar, [card(title=FORUM, date=IN_APRIL)], [said(REJECT, "М")])
    assert rejected.extra == ("101",)
    confirmed = match(calendar, [card(title="Бал", date=IN_APRIL)], [said(CONFIRM, "М")])
    assert link_of(confirmed).occurrence_key == "М#2023-04-01"
    undated = match(calendar, [card(title="Бал")], [said(CONFIRM, "М")])
    assert len(asked_of(undated)) == 2


def test_a_word_on_an_occurrence_holds_against_an_older_one_on_its_event() -> None:
    calendar = times("М", FORUM, APRIL, NEXT_APRIL)
    words = [said(REJECT, "М", 1), said(CONFIRM, "М#2024-04-01", 2)]
    assert link_of(match(calendar, [card(title="Бал")], words)).occurrence_key == "М#2024-04-01"
    words = [said(CONFIRM, "М#2024-04-01", 1), said(REJECT, "М", 2)]
    assert match(calendar, [card(title="Бал")], words).extra == ("101",)


def test_a_person_may_link_a_card_to_another_centres_occurrence() -> None:
    calendar = [planned("К", "Слёт", center_id="c1")]
    found = match(calendar, [card(title="Бал", center_id="c2")], [said(CONFIRM, "К@c1")])
    assert link_of(found).by is LinkedBy.PERSON


def test_a_word_on_what_the_calendar_no_longer_holds_is_passed_over() -> None:
    found = match([planned("Ф", FORUM)], [card(title=FORUM)], [said(CONFIRM, "нет такого")])
    assert link_of(found).by is LinkedBy.TITLE


def test_other_decisions_say_nothing_of_cards() -> None:
    held = replace(said(DecisionKind.HELD, "Ф"), card_id=None)
    assert match([planned("Ф", FORUM)], [card(title="Бал")], [held]).extra == ("101",)


# --- the whole --------------------------------------------------------------------------------


def test_events_of_one_title_are_asked_about_where_nothing_tells_them_apart() -> None:
    calendar = [planned("А", FORUM), planned("Б", FORUM)]
    assert asked_of(match(calendar, [card(title=FORUM, date=IN_MARCH)])) == ["А", "Б"]


@pytest.mark.parametrize(("taken", "left"), [("А", "Б"), ("Б", "А")])
def test_an_event_that_a_better_card_has_taken_is_no_rival(taken: str, left: str) -> None:
    titles = {"А": "Слёт активистов и вожатых", "Б": "Слёт активистов и поваров"}
    calendar = [planned(key, title) for key, title in titles.items()]
    unclear = card("1", title="Слёт активистов", center_id="c1", date=IN_MARCH)
    clear = card("2", title=titles[taken], center_id="c1", date=IN_MARCH)
    assert sorted(asked_of(match(calendar, [unclear]), "1")) == ["А", "Б"]
    found = match(calendar, [unclear, clear])
    assert link_of(found, "2").occurrence_key == taken
    assert link_of(found, "1").occurrence_key == left


def test_what_another_centre_has_taken_is_still_a_rival() -> None:
    titles = {"А": "Слёт активистов и вожатых", "Б": "Слёт активистов и поваров"}
    calendar = [planned(key, title) for key, title in titles.items()]
    unclear = card("1", title="Слёт активистов", center_id="c1", date=IN_MARCH)
    clear = card("2", title=titles["А"], center_id="c2", date=IN_MARCH)
    assert sorted(asked_of(match(calendar, [unclear, clear]), "1")) == ["А", "Б"]


def test_the_very_same_words_choose_between_two_like_titles() -> None:
    calendar = [planned("А", "Слёт юных химиков"), planned("Б", "Слёт юных химиков области")]
    found = match(calendar, [card(title="Слёт юных химиков области", date=IN_MARCH)])
    assert link_of(found).occurrence_key == "Б"


def test_at_most_five_candidates_are_asked_about_best_first() -> None:
    calendar = [planned(f"Ф{number}", FORUM) for number in range(9)]
    (question,) = match(calendar, [card(title=FORUM, date=IN_MARCH)]).questions
    scores = [score for _, score in question.candidates]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)


def test_nothing_to_match_gives_nothing() -> None:
    assert match([], []) == Matching((), (), ())
    assert match([], [card()]).extra == ("101",)
    assert match([planned("Ф", FORUM)], []) == Matching((), (), ())


def test_a_title_of_six_thousand_characters_does_no_harm() -> None:
    found = match([planned("Ф", FORUM)], [card(title="очень длинный рассказ " * 300)])
    assert found.extra == ("101",)


def test_why_is_told_in_sentences_of_both_languages() -> None:
    one = card(title="Обновление карт ресурсов", date=schedule(dt.date(2023, 5, 1)))
    other = planned("Р", "Разработка карт ресурсов")
    said_why = reasons(explain(one, other, [other]))
    for language in ("ru", "en"):
        assert all(catalogue(language).tell(message) for message in said_why)
    told = " ".join(catalogue("ru").tell(message) for message in said_why)
    assert "31 день" in told
    assert "создание и обновление" in told
    conflict = reasons(explain(card(title="Неделя химии"), planned("Н", "Неделя физики")))
    assert [catalogue("ru").tell(message) for message in conflict] == ["Это разные предметы."]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_reason_has_its_sentence(language: str) -> None:
    conflicts = ("exams", "grades", "modes", "numbers", "stages", "subjects", "years")
    doubts = ("actions", "audiences", "days", "forms", "grades", "heads", "levels")
    facets = {
        "other": conflicts,
        "doubt": (*doubts, "moments", "names", "phases", "stages", "subjects"),
        "center": ("same", "other", "network", "unknown"),
    }
    for kind, names in facets.items():
        for name in names:
            assert f"matching.{kind}_{name}" in catalogue(language)


# --- ordinary cards of a roadmap --------------------------------------------------------------

ROADMAP = """
2023-01/02 Разработка карты ресурсов и оценка возможностей Центров образования «Точка роста»
  Разработка карты ресурсов ЦО ТР; Карта ресурсов и оценка возможностей центров
  разраб. карты рес. и оценка возможн. ТР; Оценка возможностей центров, разработка карты ресурсов
2023-01/02 Разработка модели сетевого взаимодействия для обучающихся 8-9 классов
  Модель сетевого взаимодействия; Разработка модели сетевого взаимодействия (8-9 кл.)
  Модель сетевого взаимодейсвия: разработка; Сетевое взаимодействие: разработка модели
2023-01/02 Формирование базы данных обучающихся, планирующих сдавать ОГЭ по химии, биологии, физике
  База данных на ОГЭ (химия, биология, физика) - формирование
  Формирование базы данных обучающихся, планирующих сдавать ОГЭ по химии, физике, биологии
2023-03/04 Обновление базы данных обучающихся, планирующих сдавать ОГЭ по химии, биологии, физике
  Обновление базы данных ОГЭ; Обновить базу ОГЭ (хим., биол., физ.)
2023-10/10 Обновление карт ресурсов Центров образования «Точка роста»
  Обновление карты ресурсов; Обновили карту ресурсов; Актуализация карты ресурсов центра
2024-06/06 Анализ внедрения модели сетевого взаимодействия с выявлением проблемных зон
  Анализ внедрения модели; Анализ внедрения модели: проблемные зоны
2024-06/06 Подготовка адресных рекомендаций для руководителей ОУ
  Адресные рекомендации для руководителей ОУ; рекомендации руководителям школ
2023-01/02 Обучение заместителей руководителей по УВР работе на платформе Miro
  Обучение завучей работе в Miro; Обучение замов по УВР работе на платформе Miro
2023-03/05 Создание учебного контента для подготовки к ОГЭ по химии, биологии, физике
  Учебный контент для подготовки к ОГЭ; Создание контента ОГЭ (химия, биология, физика)
2023-03/03 VIII муниципальная научно-практическая конференция обучающихся 5-9 классов
  VIII муниципальная НПК 5-9 кл.; 8 НПК; НПК обучающихся 5-9 классов; Муниципальная НПК
2023-04/04 Муниципальный методический день Центров образования «Точка роста» (педагоги)
  Муниципальный методический день ЦО ТР; Метод. день центров Точка роста; Методичский день
2024-06/06 Форум Центров образования «Точка роста» (для всех участников)
  Форум ЦО ТР; форум точек роста; Итоговый форум Центров образования «Точка роста»
2024-08/08 Презентация проекта сетевого взаимодействия в рамках августовской конференции
  Презентация проекта на августовской конференции; Презентация проекта (август. конф.)
2023-08/08 Проведение промежуточного анализа эффективности сетевого взаимодействия
  Промежуточный анализ эффективности; Промежуточный анализ эффективности сет. взаимод.
2023-08/08 Сравнительный анализ результатов ОГЭ 2022 и 2023 г. по химии, биологии и физике
  Сравнительный анализ ОГЭ 2022-2023; Анализ результатов ОГЭ 2022 и 2023 (химия, биология, физика)
2024-08/08 Анализ эффективности сетевого взаимодействия на повышение среднего балла ОГЭ
  Анализ эффективности сетевого взаимодействия; Анализ эффективности СВ, средний балл ОГЭ
"""
CENTERS = tuple(f"c{number}" for number in range(1, 9))


def roadmap() -> tuple[list[Occurrence], dict[str, list[str]]]:
    """Return the roadmap's occurrences and, by key, how cards word them."""
    occurrences: list[Occurrence] = []
    wordings: dict[str, list[str]] = {}
    for line in ROADMAP.strip().splitlines():
        if line.startswith("  "):
            wordings[occurrences[-1].key] += [one.strip() for one in line.split(";")]
            continue
        months, _, title = line.partition(" ")
        year, first, last = int(months[:4]), int(months[5:7]), int(months[8:10])
        period = Period(dt.date(year, first, 1), dt.date(year, last, 28))
        occurrences.append(planned(f"Д{len(occurrences):02}", title, period))
        wordings[occurrences[-1].key] = [title]
    return occurrences, wordings


def deck(
    occurrences: list[Occurrence], wordings: dict[str, list[str]], dice: random.Random, shift: int
) -> dict[str, EventCard]:
    """Return cards by "<key>/<number>", some in capitals, some with a typo or the centre."""
    cards: dict[str, EventCard] = {}
    for one in occurrences:
        assert one.period is not None
        for number, wording in enumerate(wordings[one.key] * 3):
            title = wording
            if number % 4 == 1:
                title = title.upper()
            elif number % 4 == 2:
                at = dice.randrange(3, len(title) - 1)
                title = title[:at] + title[at + 1 :]
            elif number % 4 == 3:
                title = f"{title}, Яйская ООШ №{dice.randrange(1, 4)}"
            day = one.period.start + dt.timedelta(days=dice.randrange(28) + shift)
            card_id = f"{one.key}/{number}"
            cards[card_id] = card(
                card_id, title=title, center_id=dice.choice(CENTERS), date=schedule(day)
            )
    return cards


@pytest.mark.parametrize("shift", [0, 60], ids=["in time", "moved"])
@pytest.mark.parametrize("fold", range(5))
def test_ordinary_cards_are_linked_rightly_with_a_fifth_of_the_events_left_out(
    fold: int, shift: int
) -> None:
    occurrences, wordings = roadmap()
    dice = random.Random(fold)  # noqa: S311 - a test's dice
    cards = deck(occurrences, wordings, dice, shift)
    kept = [one for number, one in enumerate(occurrences) if number % 5 != fold]
    shuffled = list(cards.values())
    dice.shuffle(shuffled)
    dice.shuffle(kept)
    found = match(kept, shuffled)
    wrong = [
        (cards[one.card_id].title, one.occurrence_key)
        for one in found.links
        if one.card_id.partition("/")[0] != one.occurrence_key
    ]
    assert len(wrong) <= 0.01 * len(found.links), wrong
    present = sum(card_id.partition("/")[0] in {one.key for one in kept} for card_id in cards)
    assert len(found.links) >= (0.45 if shift else 0.6) * present
    assert len(found.links) + len(found.questions) >= 0.85 * present
