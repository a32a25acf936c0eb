"""A thing keeps what was decided and found about it when its id changes."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
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


def test_cards_alike_in_everything_come_back_in_the_order_of_their_ids() -> None:
    twins = by_id(card("99", title="Семинар"), card("101", title="Семинар"))
    made_again = [card("1000", title="Семинар"), card("205", title="Семинар")]

    assert recognised(twins, made_again) == {"99": "205", "101": "1000"}


def test_of_as_many_cards_with_the_same_title_and_other_words_none_is_guessed() -> None:
    before = by_id(*(card(i, title="Семинар", text=i) for i in ("101", "102")))
    now = [card(i, title="Семинар", text=i) for i in ("205", "206")]

    assert recognised(before, now) == {}


def test_cards_of_one_title_that_went_to_another_frame_are_told_apart_by_their_text() -> None:
    before = [card(i, title="Семинар", text=i, center_id="c1", frame="А") for i in ("101", "102")]
    now = [replace(before[0], id="206", frame="Б"), replace(before[1], id="205", frame="Б")]

    assert recognised(by_id(*before), now) == {"101": "206", "102": "205"}


def test_cards_of_one_title_whose_text_was_rewritten_are_told_apart_by_their_days() -> None:
    before = [
        card(f"{center}-{day}", title="Семинар", text="1", center_id=center, date=schedule(day))
        for center in ("c1", "c2")
        for day in (DAY, DAY + dt.timedelta(days=7))
    ]
    now = [replace(one, id=f"new {one.id}", text="2") for one in before]

    assert recognised(by_id(*before), now) == {one.id: f"new {one.id}" for one in before}


def test_a_sure_pair_is_not_given_up_for_a_less_sure_one() -> None:
    old = card("101", title="Семинар", text="кабинет 12", center_id="c1")
    now = [replace(old, id="205"), replace(old, id="206", text="кабинет 14")]

    assert recognised(by_id(old), now) == {"101": "205"}


def test_a_card_that_is_known_again_is_not_known_twice() -> None:
    old = card("101", title="Семинар", text="кабинет 12", center_id="c1")
    other = replace(old, id="102", text="кабинет 14")

    assert recognised(by_id(old, other), [replace(old, id="205")]) == {"101": "205"}


def test_a_card_that_says_nothing_but_a_day_may_be_any_card() -> None:
    old = card("101", title=" ", center_id="c1", date=schedule(DAY))

    assert recognised(by_id(old), [replace(old, id="205")]) == {}
    assert recognised(by_id(old), [replace(old, id="205", text="Семинар", frame="А")]) == {}


def test_that_no_day_is_named_makes_no_two_cards_the_same() -> None:
    old = card("101", title="Семинар", text="кабинет 12", center_id="c1")
    dated = replace(old, id="102", text="", date=schedule(DAY))
    elsewhere = replace(old, id="205", center_id="c2", text="")
    renamed_ = replace(old, id="205", title="Олимпиада")
    rewritten = replace(old, id="205", text="кабинет 14")
    next_day = replace(dated, id="206", date=schedule(DAY + dt.timedelta(days=1)))

    assert recognised(by_id(old), [elsewhere]) == {}
    assert recognised(by_id(old), [renamed_]) == {}
    assert recognised(by_id(old, dated), [rewritten, next_day]) == {}


def test_a_card_never_becomes_a_row_nor_a_row_a_card() -> None:
    on_board, in_table = card("101", title="Семинар"), row("План!5", title="Семинар")

    assert recognised(by_id(on_board), [in_table]) == {}
    assert recognised(by_id(in_table), [on_board]) == {}


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


def test_a_row_that_stands_where_it_stood_is_not_taken_for_its_copy_below() -> None:
    a = row("План!5", title="Семинар")

    assert recognised(by_id(a), [a, replace(a, id="План!9")]) == {}


def test_of_two_alike_rows_the_one_that_stayed_is_not_taken_for_the_one_that_went() -> None:
    a = row("План!5", title="Семинар")

    assert recognised(by_id(a, replace(a, id="План!6")), [a]) == {}


def test_alike_rows_are_followed_in_their_order() -> None:
    a, b = row("План!5", title="Семинар"), row("План!6", title="Семинар")
    now = [replace(b, id="План!9"), replace(a, id="План!8")]

    assert recognised(by_id(a, b), now) == {"План!5": "План!8", "План!6": "План!9"}


def test_a_row_that_was_moved_and_rewritten_is_known_by_its_title() -> None:
    a = row("План!5", title="Семинар", text="кабинет 12")

    assert recognised(by_id(a), [replace(a, id="План!9", text="кабинет 14")]) == {
        "План!5": "План!9"
    }


def test_a_row_known_by_all_its_words_is_not_given_up_for_one_of_the_same_title() -> None:
    a = row("План!5", title="Семинар", text="кабинет 12")
    b = replace(a, id="План!6", text="кабинет 14")
    moved = replace(a, id="План!8")

    assert recognised(by_id(a), [moved, replace(b, id="План!9")]) == {"План!5": "План!8"}
    assert recognised(by_id(a, b), [moved]) == {"План!5": "План!8"}


def test_rows_that_changed_places_are_both_still_there() -> None:
    a, b = row("План!5", title="Семинар", text="1"), row("План!6", title="Олимпиада", text="2")
    now = [replace(b, id="План!5", text="3"), replace(a, id="План!6", text="4")]

    assert recognised(by_id(a, b), now) == {"План!5": "План!6", "План!6": "План!5"}


def test_without_a_change_of_ids_everything_remembered_stays() -> None:
    past = Remembered(cards=by_id(card("101")))

    assert renamed(past, {}) == past


def test_a_row_that_is_gone_leaves_its_finding_under_the_old_name() -> None:
    gone = Finding("extra:План!5", "extra", "План!5", FindingState.OPEN, DAY)
    past = Remembered(cards=by_id(row("План!5")), findings=(gone,))

    now = renamed(past, {"План!5": GONE, "План!77": "План!78"})

    assert now.cards == {}
    assert now.findings == (gone,)


@pytest.mark.parametrize("kind", ["extra", "vanished", "duplicate"])
def test_findings_about_a_card_follow_it_and_others_stay(kind: str) -> None:
    found = tuple(
        Finding(f"{what}:{subject}", what, subject, FindingState.OPEN, DAY)
        for what, subject in ((kind, "101"), ("missed", "101"), (kind, "102"))
    )
    past = Remembered(cards=by_id(card("101")), findings=found)

    now = renamed(past, {"101": "205"})

    assert now.cards == by_id(card("205"))
    assert [(one.key, one.subject) for one in now.findings] == [
        (f"{kind}:205", "205"),
        ("missed:101", "101"),
        (f"{kind}:102", "102"),
    ]


def test_a_copy_was_made_by_nobody_s_work_that_day() -> None:
    march, may = (dt.datetime(2023, month, 1, tzinfo=dt.UTC) for month in (3, 5))
    was = card("205", created_at=march, author_id="учитель")
    copy = card("205", created_at=may, author_id="координатор")

    (known,) = with_their_birth([copy], by_id(was))

    assert (known.created_at, known.author_id) == (march, "учитель")


def test_a_card_that_is_no_copy_keeps_its_birth() -> None:
    march, may = (dt.datetime(2023, month, 1, tzinfo=dt.UTC) for month in (3, 5))
    was = card("205", created_at=may, author_id="учитель")
    same_moment = card("205", created_at=may, author_id="координатор")
    older = card("205", created_at=march, author_id="координатор")
    unborn = card("205", author_id="координатор")

    for one in (same_moment, older, unborn, replace(same_moment, id="206")):
        assert with_their_birth([one], by_id(was)) == (one,)
    assert with_their_birth([older], by_id(replace(was, created_at=None))) == (older,)


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
