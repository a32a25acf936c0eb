"""A thing keeps what was decided and found about it when its id changes."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from builders import card, row, schedule
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.identity import GONE, recognised, renamed, with_their_birth
from miro_sync.model import EventCard, Finding, FindingState, Remembered

DAY = dt.date(2023, 4, 19)


def by_id(*cards: EventCard) -> dict[str, EventCard]:
    return {one.id: one for one in cards}


def test_a_card_that_was_deleted_and_made_again_is_the_same_card() -> None:
    old = card("101", title="Методический день", center_id="c1")

    assert recognised(by_id(old), [replace(old, id="205")]) == {"101": "205"}


def test_a_card_that_kept_its_id_is_never_taken_for_another() -> None:
    old = card("101", title="Методический день", center_id="c1")
    copy = replace(old, id="205")

    assert recognised(by_id(old), [replace(old, title="Всё иначе"), copy]) == {}


def test_a_card_that_was_made_again_in_another_frame_is_known_by_title_and_day() -> None:
    old = card("101", title="Методический день", center_id="c1", frame="А", date=schedule(DAY))

    assert recognised(by_id(old), [replace(old, id="205", center_id="c2", frame="Б")]) == {
        "101": "205"
    }


def test_a_card_that_was_renamed_in_the_copy_is_known_by_all_the_rest() -> None:
    old = card("101", title="Семинар", text="кабинет 12", center_id="c1", date=schedule(DAY))

    assert recognised(by_id(old), [replace(old, id="205", title="Другое дело")]) == {"101": "205"}


def test_of_two_possible_cards_neither_is_guessed() -> None:
    old = card("101", title="Методический день", center_id="c1")
    candidates = [replace(old, id=i, text=i) for i in ("205", "206")]

    assert recognised(by_id(old), candidates) == {}


def test_a_copied_board_comes_back_card_by_card() -> None:
    titles = ["Методический день", "Олимпиада", "Семинар", "Мастер-класс"]
    board = [
        card(
            str(1000 + at), title=titles[at % 4], center_id=f"c{at % 8}", text=f"кабинет {at // 8}"
        )
        for at in range(200)
    ]
    copied = [replace(one, id=str(9000 + int(one.id))) for one in board]
    random.Random(1).shuffle(copied)  # noqa: S311 - an order, no secret

    same = recognised(by_id(*board), copied)

    assert same == {one.id: str(9000 + int(one.id)) for one in board}


def test_a_row_is_followed_when_rows_are_put_in_above_it() -> None:
    a, b = row("План!5", title="Семинар"), row("План!6", title="Олимпиада")
    now = [
        row("План!5", title="Новое"),
        replace(a, id="План!6"),
        replace(b, id="План!7"),
    ]

    assert recognised(by_id(a, b), now) == {"План!5": "План!6", "План!6": "План!7"}


def test_a_row_whose_place_another_row_took_is_gone() -> None:
    a, b = row("План!5", title="Семинар"), row("План!6", title="Олимпиада")

    assert recognised(by_id(a, b), [replace(b, id="План!5")]) == {
        "План!6": "План!5",
        "План!5": GONE,
    }


def test_a_row_that_was_edited_in_its_place_stays_the_same_row() -> None:
    a = row("План!5", title="Семинар")

    assert recognised(by_id(a), [replace(a, title="Семинар учителей химии")]) == {}


def test_findings_about_a_card_follow_it_and_others_stay() -> None:
    found = tuple(
        Finding(f"{kind}:101", kind, "101", FindingState.OPEN, DAY) for kind in ("extra", "missed")
    )
    past = Remembered(cards=by_id(card("101")), findings=found)

    now = renamed(past, {"101": "205"})

    assert now.cards == by_id(card("205"))
    assert [one.key for one in now.findings] == ["extra:205", "missed:101"]


def test_a_copy_was_made_by_nobody_s_work_that_day() -> None:
    march, may = (dt.datetime(2023, month, 1, tzinfo=dt.UTC) for month in (3, 5))
    was = card("205", created_at=march, author_id="учитель")
    copy = card("205", created_at=may, author_id="координатор")

    (known,) = with_their_birth([copy], by_id(was))

    assert (known.created_at, known.author_id) == (march, "учитель")


CARDS = st.lists(
    st.builds(
        lambda number, title, center: card(str(number), title=title, center_id=center),
        st.integers(100, 130),
        st.sampled_from(["Семинар", "Олимпиада", ""]),
        st.sampled_from(["c1", "c2", None]),
    ),
    unique_by=lambda one: one.id,
    max_size=12,
)


@given(CARDS, CARDS)
def test_no_two_cards_become_one_and_no_present_card_is_renamed(
    before: list[EventCard], now: list[EventCard]
) -> None:
    same = recognised(by_id(*before), now)

    assert len(set(same.values())) == len(same)
    assert not same.keys() & {one.id for one in now}
    assert not set(same.values()) & {one.id for one in before}
