"""Notes of earlier matchings: taken where nothing has changed, void where anything has."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from builders import card, center, event, occurrence, schedule

from miro_sync.matching import Notes, match
from miro_sync.matching.notes import Note, key_of
from miro_sync.model import EventCard, Matching, ScheduleKind

IN_MARCH = schedule(dt.date(2023, 3, 15))
CALENDAR = [occurrence(event("Ф", title="Форум педагогов"))]
CENTERS = [center("c1", name="Школа №1")]
CARD = card(title="Форум педагогов", center_id="c1", date=IN_MARCH)


def matched(notes: Notes, one: EventCard = CARD) -> Matching:
    return match(CALENDAR, [one], centers=CENTERS, notes=notes)


def blank(rules: str = "1") -> str:
    """Return notes by which the calendar has nothing to say to the card."""
    notes = Notes(rules=rules)
    notes.open(CALENDAR, CENTERS)
    notes.add(CARD, Note((), (), ()))
    return notes.text()


def test_an_unchanged_card_is_not_read_again() -> None:
    assert matched(Notes()).links
    assert matched(Notes(blank(), "1")).extra == ("101",)


def test_notes_say_what_a_new_reading_would() -> None:
    notes = Notes(rules="1")
    known = [CARD, card("2", title="Форум 2023"), card("3", title="Ф1"), card("4", title="\ud800")]
    coded = [occurrence(event("Ф", title="Форум педагогов", code="Ф1"))]
    first = match(coded, known, notes=notes)
    again = Notes(notes.text(), "1")
    assert match(coded, known, notes=again) == first
    assert again.text() == notes.text()


def test_notes_of_other_rules_another_calendar_or_other_centres_are_void() -> None:
    assert matched(Notes(blank("1"), "2")).links
    notes = Notes(blank(), "1")
    other = [occurrence(event("Ф", title="Форум педагогов"), center_id="c1")]
    assert match(other, [CARD], centers=CENTERS, notes=notes).links
    renamed = [replace(CENTERS[0], name="Школа №2")]
    assert match(CALENDAR, [CARD], centers=renamed, notes=Notes(blank(), "1")).links


@pytest.mark.parametrize(
    "changed",
    [
        replace(CARD, title="Форум педагогов!"),
        replace(CARD, center_id=None),
        replace(CARD, date=None),
        replace(CARD, date=schedule(dt.date(2023, 3, 16))),
        replace(CARD, date=replace(IN_MARCH, kind=ScheduleKind.AMBIGUOUS)),
    ],
)
def test_a_changed_card_is_read_again(changed: EventCard) -> None:
    assert key_of(changed) != key_of(CARD)
    assert matched(Notes(blank(), "1"), changed).links


def test_what_does_not_bear_on_the_matching_changes_no_note() -> None:
    assert key_of(replace(CARD, id="7", url="https://example.org")) == key_of(CARD)


@pytest.mark.parametrize("text", ["{", "3", "[]", "[1]", "null", '"текст"'])
def test_damaged_notes_are_no_notes(text: str) -> None:
    assert matched(Notes(text, "1")).links


def test_notes_that_nobody_asked_for_are_not_passed_on() -> None:
    notes = Notes(blank(), "1")
    notes.open(CALENDAR, CENTERS)
    assert key_of(CARD) not in notes.text()
