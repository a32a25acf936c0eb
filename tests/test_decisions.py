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
    event_key,
    following,
    made_until,
    merged,
    standing,
    undone_numbers,
)
from miro_sync.errors import SettingsError
from miro_sync.messages import catalogue
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


def test_an_undo_that_has_no_number_of_its_own_counts_too() -> None:
    cancel, other = numbered(DecisionKind.CANCEL, DecisionKind.HELD)
    written_down = decision(DecisionKind.UNDO, undoes=1)
    undo = decision(DecisionKind.UNDO, number=3, undoes=2)

    assert standing((cancel, other, written_down, undo)) == ()


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


def test_what_became_of_other_cards_does_not_matter() -> None:
    confirmed = decision(DecisionKind.CONFIRM, card_id="101")

    assert following([confirmed], (SameCard("102", "202", NOTICED),)) == (confirmed,)


def test_what_was_noticed_in_the_moment_of_a_decision_was_known_to_it() -> None:
    confirmed = decision(DecisionKind.CONFIRM, card_id="План!5", made_at=NOTICED)

    assert following([confirmed], (SameCard("План!5", "План!6", NOTICED),)) == (confirmed,)


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


def test_an_undo_is_kept_with_the_card_of_what_it_takes_back() -> None:
    confirm = decision(DecisionKind.CONFIRM, number=1, card_id="101")
    undo = checked(decision(DecisionKind.UNDO, "1", undoes=1), known(confirm))

    assert (undo.subject, undo.card_id) == ("МД-1", "101")


def test_a_decision_is_taken_back_once_and_must_exist() -> None:
    cancel, undo = numbered(DecisionKind.CANCEL, DecisionKind.UNDO, undoes=1)
    undo = replace(undo, number=2, undoes=1)
    asked = decision(DecisionKind.UNDO, "1", undoes=1)

    assert refusal(asked, cancel, undo) == "decisions.undone_already"
    assert refusal(replace(asked, undoes=7), cancel) == "decisions.no_such_number"


def test_the_subject_is_kept_as_the_calendar_spells_it() -> None:
    assert checked(replace(MOVE, subject="мд-1"), known()).subject == "МД-1"
    assert checked(replace(MOVE, subject="ДР-2@c1"), known()).subject == "ДР-2@c1"


def test_every_centre_of_an_event_is_a_subject_of_its_own() -> None:
    own = [occurrence(center_id=center) for center in ("c1", "c2", "c3")]
    asked = replace(known(), calendar=calendar(*own))

    assert checked(replace(MOVE, subject="мд-1@C1"), asked).subject == "МД-1@c1"
    assert checked(replace(MOVE, subject="методический день химиков@c3"), asked).subject == (
        "МД-1@c3"
    )


def test_an_event_is_found_by_code_key_or_title() -> None:
    plan = calendar(occurrence(event("r-04f7a9f503", code="НХ", title="Неделя химии")))

    assert [event_key(text, plan) for text in ("нх", "r-04f7a9f503", "неделя химии")] == [
        "r-04f7a9f503"
    ] * 3
    with pytest.raises(SettingsError, match="no_such_event"):
        event_key("Неделя физики", plan)


@pytest.mark.parametrize(("text", "name"), [("board", "board"), ("Tables", "tables")])
def test_a_loss_is_accepted_of_the_board_or_of_the_tables(text: str, name: str) -> None:
    assert checked(decision(DecisionKind.ACCEPT_SHRINK, text), known()).subject == name


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
    ("code", "offered"),
    [("К", [f"К{n}" for n in range(10, 22)]), ("", [f"Дело {n}" for n in range(10, 14)])],
)
def test_of_many_names_a_dozen_is_offered_and_of_long_ones_a_few(
    code: str, offered: list[str]
) -> None:
    events = (
        event(f"r-{n}", code=f"{code}{n}" if code else None, title=f"Дело {n}")
        for n in range(25, 9, -1)
    )
    plan = calendar(*map(occurrence, events))
    with pytest.raises(SettingsError) as caught:
        checked(replace(MOVE, subject="нечто"), replace(known(), calendar=plan))
    assert caught.value.message.params["known"] == ", ".join(offered)


def test_names_that_begin_alike_are_offered_first() -> None:
    with pytest.raises(SettingsError) as caught:
        checked(replace(MOVE, subject="мд_1"), known())
    assert caught.value.message.params["known"] == "МД-1, ДР-2"


UNDO = decision(DecisionKind.UNDO, "7", number=2, undoes=1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (replace(MOVE, role="methodist"), "(перенос)"),
        (replace(MOVE, card_id="101"), "здесь она лишняя: перенос."),
        (decision(DecisionKind.PAUSE, "c9"), "Нет центра «c9» в centers.toml. Есть: c1, c2."),
        (
            decision(DecisionKind.ACCEPT_SHRINK, "доска"),
            "Нет источника «доска». Есть: board, tables.",
        ),
        (decision(DecisionKind.CONFIRM), "(подтверждена связь)"),
        (decision(DecisionKind.REJECT, card_id="404"), "такой карточки не было: 404."),
        (decision(DecisionKind.HELD, period=MAY), "01.05.2023 ещё не наступило"),
        (replace(UNDO, undoes=7), "Нет решения с номером 7."),
        (UNDO, "Решение № 1 уже отменено."),
    ],
)
def test_a_refusal_names_what_it_is_about(asked: Decision, said: str) -> None:
    cancel = decision(DecisionKind.CANCEL, number=1)
    with pytest.raises(SettingsError) as caught:
        checked(asked, replace(known(cancel, UNDO), today=dt.date(2023, 4, 30)))
    assert said in catalogue("ru").tell(caught.value.message)


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


def test_what_was_held_on_no_named_day_may_be_said_on_any_day() -> None:
    held = decision(DecisionKind.HELD)

    assert checked(held, replace(known(), today=dt.date(2023, 4, 30))) == held


def test_a_card_may_be_named_by_its_link() -> None:
    link = "https://miro.com/app/board/uXjVexample=/?moveToWidget=101&cot=14"

    assert card_id_in(link) == "101"
    asked = decision(DecisionKind.CONFIRM, card_id=link)
    assert checked(asked, known()).card_id == "101"


def test_before_anything_was_read_every_card_may_exist() -> None:
    asked = decision(DecisionKind.CONFIRM, card_id="404")

    assert checked(asked, known(cards=None)) == asked
