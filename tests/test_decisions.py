"""What people decide: kept, taken back by others, followed when a card gets another id."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from builders import calendar, card, decision, event, occurrence

from miro_sync.decisions import (
    Known,
    card_id_in,
    checked,
    following,
    made_until,
    merged,
    standing,
    undone_numbers,
)
from miro_sync.errors import SettingsError
from miro_sync.model import Decision, DecisionKind, Period, SameCard

MAY = Period(dt.date(2023, 5, 1), dt.date(2023, 5, 5))
PLAN = calendar(
    occurrence(), occurrence(event("ДР-2", title="Другое дело"), key="ДР-2@c1", center_id="c1")
)
MOVE = decision(DecisionKind.MOVE, period=MAY)


def numbered(*kinds: DecisionKind, undoes: int | None = None) -> tuple[Decision, ...]:
    return tuple(decision(kind, number=at, undoes=undoes) for at, kind in enumerate(kinds, start=1))


def known(*decisions: Decision, cards: tuple[str, ...] | None = ("101",)) -> Known:
    at_hand = None if cards is None else {card_id: card(card_id) for card_id in cards}
    return Known(PLAN, ("c1", "c2"), at_hand, decisions)


def refusal(asked: Decision, *decisions: Decision) -> str:
    with pytest.raises(SettingsError) as caught:
        checked(asked, known(*decisions))
    return caught.value.message.key


# --- which ones count -------------------------------------------------------------------------


def test_a_decision_that_was_taken_back_does_not_count_and_neither_does_the_undo() -> None:
    cancel, other = numbered(DecisionKind.CANCEL, DecisionKind.HELD)
    undo = decision(DecisionKind.UNDO, number=3, undoes=1)

    assert standing((cancel, other, undo)) == (other,)


def test_an_undo_that_is_taken_back_lets_the_decision_stand_again() -> None:
    (cancel,) = numbered(DecisionKind.CANCEL)
    undo = decision(DecisionKind.UNDO, number=2, undoes=1)
    undo_of_undo = decision(DecisionKind.UNDO, number=3, undoes=2)

    assert standing((cancel, undo, undo_of_undo)) == (cancel,)
    assert undone_numbers((cancel, undo, undo_of_undo)) == {2}


def test_decisions_of_the_file_and_of_the_state_come_by_time() -> None:
    early = decision(DecisionKind.HELD, made_at=dt.datetime(2023, 3, 1, tzinfo=dt.UTC))
    late = decision(DecisionKind.CANCEL, made_at=dt.datetime(2023, 4, 2, tzinfo=dt.UTC))

    assert merged((late,), (early,)) == (early, late)


def test_what_was_decided_late_in_the_evening_belongs_to_that_local_day() -> None:
    novokuznetsk = dt.timezone(dt.timedelta(hours=7))
    at_one_in_the_morning = decision(
        DecisionKind.HELD, made_at=dt.datetime(2023, 4, 30, 18, 0, tzinfo=dt.UTC)
    )

    assert made_until([at_one_in_the_morning], dt.date(2023, 4, 30), novokuznetsk) == ()
    assert made_until([at_one_in_the_morning], dt.date(2023, 5, 1), novokuznetsk) != ()


# --- about cards that got another id ----------------------------------------------------------

NOTICED = dt.datetime(2023, 5, 1, tzinfo=dt.UTC)


def test_a_confirmed_link_follows_the_card_to_its_new_id() -> None:
    confirmed = decision(DecisionKind.CONFIRM, card_id="101")
    twice = (SameCard("101", "201", NOTICED), SameCard("201", "301", NOTICED + dt.timedelta(1)))

    assert following([confirmed], twice)[0].card_id == "301"


def test_rows_that_slid_down_in_one_run_each_move_one_place() -> None:
    confirmed = decision(DecisionKind.CONFIRM, card_id="План!5")
    slid = (SameCard("План!5", "План!6", NOTICED), SameCard("План!6", "План!7", NOTICED))

    assert following([confirmed], slid)[0].card_id == "План!6"


def test_an_id_that_was_named_later_means_what_has_it_now() -> None:
    later = decision(DecisionKind.REJECT, card_id="План!5", made_at=NOTICED + dt.timedelta(days=1))

    assert following([later], (SameCard("План!5", "План!6", NOTICED),)) == (later,)


# --- what makes sense -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [DecisionKind.MOVE, DecisionKind.CANCEL])
def test_only_the_director_moves_and_cancels(kind: DecisionKind) -> None:
    asked = replace(MOVE, kind=kind, role="coordinator")

    assert refusal(asked) == "decisions.directors_word"
    assert checked(replace(asked, role="director"), known()).kind is kind


def test_the_settings_may_let_others_move() -> None:
    asked = replace(MOVE, role="methodist")

    assert checked(asked, replace(known(), directors_only=())) == asked


def test_taking_back_a_cancellation_is_the_director_s_word_too() -> None:
    cancel = decision(DecisionKind.CANCEL, number=1)
    undo = decision(DecisionKind.UNDO, "1", role="coordinator", undoes=1)
    again = decision(DecisionKind.UNDO, number=2, undoes=1)

    assert refusal(undo, cancel) == "decisions.directors_word"
    assert (
        refusal(replace(undo, undoes=2, subject="2"), cancel, again) == "decisions.directors_word"
    )
    assert checked(replace(undo, role="director"), known(cancel)).subject == "МД-1"


def test_a_decision_is_taken_back_once_and_must_exist() -> None:
    cancel, undo = numbered(DecisionKind.CANCEL, DecisionKind.UNDO, undoes=1)
    undo = replace(undo, number=2, undoes=1)
    asked = decision(DecisionKind.UNDO, "1", undoes=1)

    assert refusal(asked, cancel, undo) == "decisions.undone_already"
    assert refusal(replace(asked, undoes=7), cancel) == "decisions.no_such_number"


def test_the_subject_is_kept_as_the_calendar_spells_it() -> None:
    assert checked(replace(MOVE, subject="мд-1"), known()).subject == "МД-1"
    assert checked(replace(MOVE, subject="ДР-2@c1"), known()).subject == "ДР-2@c1"


def test_an_event_without_a_code_is_called_by_its_title() -> None:
    assert checked(replace(MOVE, subject="другое дело"), known()).subject == "ДР-2"
    assert checked(replace(MOVE, subject="Другое дело@c1"), known()).subject == "ДР-2@c1"


def test_a_title_that_two_events_bear_names_neither() -> None:
    twin = event("ДР-3", title="Другое дело")
    plan = replace(PLAN, events=(*PLAN.events, twin))
    with pytest.raises(SettingsError) as caught:
        checked(replace(MOVE, subject="Другое дело"), replace(known(), calendar=plan))
    assert caught.value.message.key == "decisions.no_such_event"


def test_what_may_be_written_is_offered_by_code_or_title_and_never_by_a_hidden_key() -> None:
    plan = calendar(occurrence(event("r-04f7a9f503", code=None, title="Неделя химии")))
    with pytest.raises(SettingsError) as caught:
        checked(replace(MOVE, subject="Неделя физики"), replace(known(), calendar=plan))
    assert caught.value.message.params["known"] == "Неделя химии"


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (replace(MOVE, subject="E99"), "decisions.no_such_event"),
        (replace(MOVE, period=None), "decisions.move_where"),
        (replace(MOVE, card_id="101"), "decisions.needs_no_card"),
        (decision(DecisionKind.PAUSE, "c9"), "decisions.no_such_center"),
        (decision(DecisionKind.ACCEPT_SHRINK, "доска"), "decisions.no_such_source"),
        (decision(DecisionKind.CONFIRM), "decisions.which_card"),
        (decision(DecisionKind.REJECT, card_id="404"), "decisions.no_such_card"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(asked: Decision, key: str) -> None:
    assert refusal(asked) == key


@pytest.mark.parametrize("today", [dt.date(2023, 4, 30), dt.date(2023, 5, 1), None])
def test_what_has_not_come_yet_was_not_held(today: dt.date | None) -> None:
    held, asked_on = decision(DecisionKind.HELD, period=MAY), replace(known(), today=today)

    if today is None or today >= MAY.start:
        assert checked(held, asked_on) == held
    else:
        with pytest.raises(SettingsError) as caught:
            checked(held, asked_on)
        assert caught.value.message.key == "decisions.held_ahead"
    assert checked(decision(DecisionKind.MOVE, period=MAY), asked_on).period == MAY


def test_a_card_may_be_named_by_its_link() -> None:
    link = "https://miro.com/app/board/uXjVexample=/?moveToWidget=101&cot=14"

    assert card_id_in(link) == "101"
    asked = decision(DecisionKind.CONFIRM, card_id=link)
    assert checked(asked, known()).card_id == "101"


def test_before_anything_was_read_every_card_may_exist() -> None:
    asked = decision(DecisionKind.CONFIRM, card_id="404")

    assert checked(asked, known(cards=None)) == asked
