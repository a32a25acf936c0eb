"""What happened between two reads, and when it is too much to be believed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.changes import Changes, Move, changes
from miro_sync.model import EventCard, say


def card(number: int, frame: str | None = "Центр 1") -> EventCard:
    return EventCard(id=str(number), source="board", title=f"Мастер-класс {number}", frame=frame)


CARDS = [card(n) for n in range(12)]


def test_nothing_happened_between_two_equal_reads() -> None:
    assert changes(CARDS, CARDS) == Changes()
    assert not changes(CARDS, reversed(CARDS))


def test_a_new_card_is_added_and_a_missing_one_is_gone() -> None:
    found = changes(CARDS, [*CARDS[1:], card(99)])
    assert found.added == (card(99),)
    assert found.gone == (CARDS[0],)
    assert found


@pytest.mark.parametrize(
    "part",
    [
        {"title": "Другое"},
        {"text": "дописано"},
        {"held": say("board.held_tag", tag="проведено")},
        {"kind": "sticky_note"},
    ],
)
def test_other_words_or_a_held_mark_are_a_change(part: dict[str, Any]) -> None:
    now = replace(card(3), **part)
    assert changes(CARDS, [*CARDS[:3], now, *CARDS[4:]]) == Changes(changed=(now,))


def test_recolouring_and_touching_a_card_is_no_change() -> None:
    touched = replace(card(3), modified_at=dt.datetime(2023, 5, 4, tzinfo=dt.UTC), editor_id="7")
    assert not changes([card(3)], [touched])


def test_a_card_in_another_frame_has_moved_and_says_from_where() -> None:
    now = card(3, frame="Центр 2")
    found = changes(CARDS, [*CARDS[:3], now, *CARDS[4:]])
    assert found == Changes(moved=(Move(now, "Центр 1"),))
    assert found


def test_a_card_out_on_the_canvas_has_moved() -> None:
    assert changes([card(1)], [card(1, frame=None)]).moved[0].before == "Центр 1"
    assert changes([card(1, frame=None)], [card(1)]).moved[0].before is None


def with_moved(count: int, of: int, *, to: str | None = "Центр 2") -> Changes:
    before = [card(n) for n in range(of)]
    return changes(before, [card(n, frame=to) if n < count else card(n) for n in range(of)])


def test_a_board_on_which_most_cards_moved_at_once_was_rebuilt() -> None:
    assert with_moved(7, 12).rebuilt
    assert with_moved(7, 12, to=None).rebuilt
    assert not with_moved(6, 12).rebuilt


def test_a_handful_of_cards_is_too_few_for_a_rebuilding() -> None:
    assert not with_moved(9, 9).rebuilt
    assert with_moved(10, 10).rebuilt


def test_cards_that_lay_nowhere_do_not_make_a_rebuilding() -> None:
    before = [card(n, frame=None) for n in range(20)]
    assert not changes(before, [card(n) for n in range(20)]).rebuilt


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_every_card_is_told_once_at_most(before: set[int], after: set[int]) -> None:
    found = changes([card(n) for n in before], [card(n) for n in after])
    assert {one.id for one in found.added} == {str(n) for n in after - before}
    assert {one.id for one in found.gone} == {str(n) for n in before - after}
    assert not found.changed
    assert not found.moved
