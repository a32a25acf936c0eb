"""Rules of matching that hold for any calendar and any board."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from builders import decision, schedule
from hypothesis import given, settings
from hypothesis import strategies as st

from miro_sync.matching import match
from miro_sync.matching.likeness import compare
from miro_sync.matching.titles import conflicts, doubts, read_title
from miro_sync.model import (
    Coverage,
    Decision,
    DecisionKind,
    Event,
    EventCard,
    LinkedBy,
    Matching,
    Occurrence,
    Period,
)

FORMS = ("Викторина", "Конкурс рисунков", "Неделя", "Форум", "Разработка плана", "Открытие")
TOPICS = ("", "химии", "физики", "о космосе", "педагогов", "«Атом»", "«Живая классика»")
TAILS = ("", "5 класс", "7-9 классы", "2023", "2024", "школьный этап", "районный этап", "№2")
CENTERS = ("c1", "c2")
DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2024, 6, 30))

wordings = st.builds(
    lambda form, topic, tail: " ".join(filter(None, (form, topic, tail))),
    st.sampled_from(FORMS),
    st.sampled_from(TOPICS),
    st.sampled_from(TAILS),
)
periods = st.builds(
    lambda start, days: Period(start, start + dt.timedelta(days=days)), DAYS, st.integers(0, 60)
)


@st.composite
def calendars(draw: st.DrawFn) -> list[Occurrence]:
    occurrences: list[Occurrence] = []
    for number in range(draw(st.integers(1, 5))):
        code = f"E{number:02}"
        event = Event(
            key=code,
            title=draw(wordings),
            schedule=schedule(),
            code=code if draw(st.booleans()) else None,
            coverage=Coverage.NETWORK,
            quota=draw(st.sampled_from([None, None, 10])),
        )
        owners = draw(st.sampled_from([(None,), CENTERS, (CENTERS[0],)]))
        for center_id in owners:
            for period in draw(st.lists(periods, min_size=1, max_size=2, unique=True)):
                key = f"{code}@{center_id}#{period.start}-{period.end}"
                occurrences.append(Occurrence(key, event, center_id, period, None))
    return occurrences


@st.composite
def boards(draw: st.DrawFn) -> list[EventCard]:
    titles = st.one_of(
        wordings,
        st.builds(lambda number, title: f"E{number:02} {title}", st.integers(0, 5), wordings),
        st.text(max_size=20),
    )
    return [
        EventCard(
            id=str(number),
            source=draw(st.sampled_from(["board", "table"])),
            title=draw(titles),
            center_id=draw(st.sampled_from([None, *CENTERS])),
            date=draw(st.one_of(st.none(), st.builds(schedule, DAYS))),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def answers(draw: st.DrawFn, calendar: list[Occurrence], cards: list[EventCard]) -> list[Decision]:
    if not cards:
        return []
    subjects = sorted({one.key for one in calendar} | {one.event.key for one in calendar})
    word = st.builds(
        lambda kind, subject, card, day: decision(
            kind,
            subject,
            card_id=card.id,
            made_at=dt.datetime(2023, 4, day, tzinfo=dt.UTC),
        ),
        st.sampled_from([DecisionKind.CONFIRM, DecisionKind.REJECT]),
        st.sampled_from(subjects),
        st.sampled_from(cards),
        st.integers(1, 28),
    )
    return draw(st.lists(word, max_size=4))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[Occurrence], list[EventCard], list[Decision]]:
    calendar, cards = draw(calendars()), draw(boards())
    return calendar, cards, answers(draw, calendar, cards)


Scene = tuple[list[Occurrence], list[EventCard], list[Decision]]


def pairs(found: Matching) -> set[tuple[str, str]]:
    asked = {
        (question.card_id, key) for question in found.questions for key, _ in question.candidates
    }
    return asked | {(link.card_id, link.occurrence_key) for link in found.links}


@given(scenes(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_input_changes_nothing(scene: Scene, dice: object) -> None:
    calendar, cards, words = scene
    found = match(calendar, cards, words)
    shuffled_calendar, shuffled_cards = list(calendar), list(cards)
    dice.shuffle(shuffled_calendar)  # type: ignore[attr-defined]
    dice.shuffle(shuffled_cards)  # type: ignore[attr-defined]
    assert match(shuffled_calendar, shuffled_cards, words) == found


@given(scenes())
@settings(deadline=None)
def test_every_card_is_in_exactly_one_place(scene: Scene) -> None:
    calendar, cards, words = scene
    found = match(calendar, cards, words)
    places = [link.card_id for link in found.links]
    places += [question.card_id for question in found.questions]
    places += found.extra
    assert sorted(places) == sorted(card.id for card in cards)


@given(scenes())
@settings(deadline=None)
def test_links_and_candidates_are_of_the_calendar_and_scores_between_0_and_1(scene: Scene) -> None:
    calendar, cards, words = scene
    found = match(calendar, cards, words)
    keys = {one.key for one in calendar}
    scores = [link.score for link in found.links]
    for question in found.questions:
        assert 1 <= len(question.candidates) <= 5
        own = [score for _, score in question.candidates]
        assert own == sorted(own, reverse=True)
        scores += own
    assert {key for _, key in pairs(found)} <= keys
    assert all(0.0 <= score <= 1.0 for score in scores)


@given(scenes())
@settings(deadline=None)
def test_a_rejected_pair_is_never_linked_nor_asked_about(scene: Scene) -> None:
    calendar, cards, words = scene
    found = pairs(match(calendar, cards, words))
    for card in cards:
        for one in calendar:
            about = [
                word
                for word in sorted(words, key=lambda word: word.made_at)
                if word.card_id == card.id and word.subject in {one.key, one.event.key}
            ]
            if about and about[-1].kind is DecisionKind.REJECT:
                assert (card.id, one.key) not in found


@given(scenes())
@settings(deadline=None)
def test_a_card_with_a_confirmed_event_goes_nowhere_else(scene: Scene) -> None:
    calendar, cards, words = scene
    found = match(calendar, cards, words)
    linked = {link.card_id: link for link in found.links}
    for card in cards:
        mine = [word for word in sorted(words, key=lambda w: w.made_at) if word.card_id == card.id]
        if mine and mine[-1].kind is DecisionKind.CONFIRM:
            subject = mine[-1].subject
            allowed = {one.key for one in calendar if subject in {one.key, one.event.key}}
            goes_to = {key for card_id, key in pairs(found) if card_id == card.id}
            assert goes_to
            assert goes_to <= allowed
            assert card.id not in linked or linked[card.id].by is LinkedBy.PERSON


@given(calendars(), boards())
@settings(deadline=None)
def test_a_code_always_wins_over_titles(calendar: list[Occurrence], cards: list[EventCard]) -> None:
    found = match(calendar, cards)
    coded = {one.event.code for one in calendar if one.event.code}
    by_key = {one.key: one for one in calendar}
    for card in cards:
        codes = {code for code in coded if card.title.startswith(f"{code} ")}
        if codes:
            goes_to = {key for card_id, key in pairs(found) if card_id == card.id}
            assert {by_key[key].event.code for key in goes_to} == codes


@given(calendars(), boards())
@settings(deadline=None)
def test_contradicting_facets_are_never_linked_nor_asked_about_by_title(
    calendar: list[Occurrence], cards: list[EventCard]
) -> None:
    uncoded = [replace(one, event=replace(one.event, code=None)) for one in calendar]
    by_key = {one.key: one for one in uncoded}
    titles = {card.id: card.title for card in cards}
    for card_id, key in pairs(match(uncoded, cards)):
        one, other = read_title(titles[card_id]), read_title(by_key[key].event.title)
        assert not conflicts(one.facets, other.facets)


@given(calendars(), boards())
@settings(deadline=None)
def test_what_raises_a_doubt_is_never_certain_and_no_card_goes_to_another_centre(
    calendar: list[Occurrence], cards: list[EventCard]
) -> None:
    by_key = {one.key: one for one in calendar}
    by_id = {card.id: card for card in cards}
    found = match(calendar, cards)
    for link in found.links:
        card, one = by_id[link.card_id], by_key[link.occurrence_key]
        assert one.center_id in {None, card.center_id} or card.center_id is None
        if link.by is LinkedBy.TITLE:
            facets = read_title(card.title).facets, read_title(one.event.title).facets
            assert set(doubts(*facets)) <= {"forms"}  # «Зарница» of the «Игра «Зарница»»


@given(calendars(), boards())
@settings(deadline=None)
def test_of_the_cards_of_one_centre_and_source_one_alone_is_no_duplicate(
    calendar: list[Occurrence], cards: list[EventCard]
) -> None:
    by_key = {one.key: one for one in calendar}
    by_id = {card.id: card for card in cards}
    firsts: dict[tuple[str, str, str], int] = {}
    for link in match(calendar, cards).links:
        card, one = by_id[link.card_id], by_key[link.occurrence_key]
        center_id = card.center_id or one.center_id
        if center_id is None or one.event.quota is not None:
            assert not link.duplicate
        else:
            place = (one.key, center_id, card.source)
            firsts[place] = firsts.get(place, 0) + (not link.duplicate)
    assert set(firsts.values()) <= {1}


@given(st.text(max_size=60), st.text(max_size=60))
@settings(deadline=None)
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    assert 0.0 <= compare(one, other).score <= 1.0


@given(st.one_of(wordings, st.text(min_size=1, max_size=60)))
@settings(deadline=None)
def test_a_title_never_contradicts_itself(title: str) -> None:
    found = compare(title, title)
    assert found.conflicts == ()
    assert found.doubts == ()
    assert found.score > 0.99 or not read_title(title).shares
