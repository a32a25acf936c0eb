"""What a row of the status worksheet asks for, and what becomes of it when it changes later."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from builders import LONG_AFTER, NOON
from test_table_decisions import DIRECTOR, KEYS, filled, only, read, refused, scene

from miro_sync.model import (
    CellValue,
    Decision,
    DecisionKind,
    Period,
    Severity,
    TableChoice,
    Worksheet,
)
from miro_sync.own_sheet import read_own
from miro_sync.table_decisions import RowState, Scene, TableWords, is_taken

HELD_ROW = f"e|{KEYS[1]}"


@pytest.mark.parametrize(
    ("written", "role"),
    [
        (None, "coordinator"),
        ("Координатор", "coordinator"),
        ("coordinator", "coordinator"),
        ("Директор", "director"),
        ("руководитель", "director"),
        ("Руководитель проекта", "director"),
        ("начальник", "director"),
        ("director", "director"),
        ("методист", "methodist"),
        ("methodist", "methodist"),
    ],
)
def test_who_decided_is_understood_in_every_spelling(written: CellValue, role: str) -> None:
    assert only({"decision": "проведено", "role": written}).role == role


def test_who_decided_must_be_known_and_a_day_alone_decides_nothing() -> None:
    assert refused({"decision": "проведено", "role": "завуч"}) == "status_sheet.who"
    assert refused({"day": "12.03.2023"}) == "status_sheet.only_a_day"


def test_a_decision_keeps_its_comment_its_source_and_its_moment() -> None:
    held = only({"decision": "проведено", "comment": " всё \n прошло "})

    assert (held.why, held.source, held.made_at) == ("всё прошло", "table", NOON)


@pytest.mark.parametrize(
    ("decision", "comment", "why"),
    [
        ("не наше", None, "не наше"),
        ("не наше", "другой район", "другой район"),
        ("отменить", None, ""),
        ("отменить", "карантин", "карантин"),
    ],
)
def test_only_what_is_not_ours_is_its_own_reason(
    decision: str, comment: CellValue, why: str
) -> None:
    cells: dict[str, CellValue] = {"decision": decision, "comment": comment, **DIRECTOR}

    assert only(cells).why == why


def test_the_day_on_which_it_was_held_may_stand_beside_the_word() -> None:
    day = dt.date(2023, 3, 12)

    assert only({"decision": "проведено 12.03"}).period == Period(day, day)
    assert only({"decision": "проведено"}).period is None


@pytest.mark.parametrize(
    ("subject", "decision", "period"),
    [
        (KEYS[0], "перенести на 15.05", Period(dt.date(2023, 5, 15), dt.date(2023, 5, 15))),
        (KEYS[0], "продлить до 15.05", Period(dt.date(2023, 3, 1), dt.date(2023, 5, 15))),
        (KEYS[3], "продлить до 15.06", Period(dt.date(2023, 6, 15), dt.date(2023, 6, 15))),
        (KEYS[0], "продлить до 15.02", Period(dt.date(2023, 2, 15), dt.date(2023, 2, 15))),
    ],
)
def test_a_move_may_take_longer_and_begins_no_later_than_planned(
    subject: str, decision: str, period: Period
) -> None:
    assert only({"decision": decision, **DIRECTOR}, f"e|{subject}").period == period


def test_a_refusal_is_told_with_the_place_of_its_row_and_nothing_else_is() -> None:
    words = read(filled({HELD_ROW: {"decision": "что-то не то"}, f"e|{KEYS[2]}": {"comment": "х"}}))
    (problem,) = words.problems

    assert problem.place is not None
    assert problem.severity is Severity.WARNING
    assert [one.state for one in words.answers] == [RowState.REFUSED]
    assert read(filled({HELD_ROW: {"decision": "проведено"}})).problems == ()


def refusal_in(where: Scene, cells: dict[str, CellValue], subject: str = HELD_ROW) -> str:
    (answer,) = read(filled({subject: cells}), where).answers
    assert answer.message is not None
    assert answer.state is RowState.REFUSED
    return answer.message.key


def test_what_a_decision_is_refused_for_is_told_in_the_words_of_the_worksheet() -> None:
    here = scene()
    judged_on = replace(here, known=replace(here.known, today=LONG_AFTER))
    without_centres = replace(here, known=replace(here.known, centers=()))
    ahead: dict[str, CellValue] = {"decision": "проведено", "day": dt.date(2023, 12, 12)}

    assert refusal_in(judged_on, ahead) == "status_sheet.held_ahead"
    assert refusal_in(without_centres, {"decision": "пауза до 01.09"}) == "status_sheet.gone"


# --- said again -----------------------------------------------------------------------------------


def taken(cells: dict[str, CellValue]) -> tuple[Decision, dict[str, TableChoice]]:
    """Return the decision of a row as it was taken, with its number, and what is kept of it."""
    (choice,) = read(filled({HELD_ROW: cells})).choices
    decision = replace(choice.decision, number=1)
    return decision, {choice.row: replace(choice, decision=decision)}


def again(
    cells: dict[str, CellValue], before: dict[str, TableChoice], *made: Decision
) -> TableWords:
    return read(filled({HELD_ROW: cells}), scene(*made, before=before))


HELD_DAY: dict[str, CellValue] = {"decision": "проведено", "day": dt.date(2023, 3, 12)}


def test_a_choice_in_other_words_is_the_decision_that_was_taken() -> None:
    made, before = taken(HELD_DAY)

    spelled: dict[str, CellValue] = {"decision": "проведено 12.03.2023"}
    for cells in (spelled, {**HELD_DAY, "role": "методист"}):
        words = again(cells, before, made)
        assert [(one.state, one.decision) for one in words.answers] == [(RowState.TAKEN, made)]
        assert words.decisions == ()


def test_a_choice_with_another_comment_is_said_anew() -> None:
    made, before = taken(HELD_DAY)
    words = again({**HELD_DAY, "comment": "в актовом зале"}, before, made)

    assert [(one.state, one.decision and one.decision.why) for one in words.answers] == [
        (RowState.NEW, "в актовом зале")
    ]
    same, kept = taken({**HELD_DAY, "comment": "в зале"})
    (answer,) = again({"decision": "проведено 12.03.2023", "comment": "в зале"}, kept, same).answers
    assert (answer.state, answer.decision) == (RowState.TAKEN, same)


def test_a_choice_that_was_overruled_or_undone_is_answered_and_not_said_anew() -> None:
    made, before = taken(HELD_DAY)
    other: dict[str, CellValue] = {"decision": "проведено 12.03.2023"}
    overruled = replace(made, kind=DecisionKind.CANCEL, number=2, source="")
    undone = Decision(DecisionKind.UNDO, "1", "director", NOON, number=2, undoes=1)
    elsewhere = replace(overruled, subject=KEYS[0])

    for later in (overruled, undone):
        (answer,) = again(other, before, made, later).answers
        assert answer.state is RowState.REFUSED
        assert answer.message is not None
        assert answer.message.params["number"] == 1
    (answer,) = again(other, before, made, elsewhere).answers
    assert answer.state is RowState.TAKEN


def test_another_choice_in_the_same_row_is_a_new_decision() -> None:
    made, before = taken(HELD_DAY)
    (answer,) = again({**HELD_DAY, "day": dt.date(2023, 3, 13)}, before, made).answers

    assert (answer.state, answer.decision and answer.decision.number) == (RowState.NEW, None)


def test_a_row_is_taken_while_it_says_what_it_said() -> None:
    _, before = taken(HELD_DAY)

    def row_of(cells: dict[str, CellValue]) -> bool:
        sheet = Worksheet("Решения", tuple(map(tuple, filled({HELD_ROW: cells}))))
        (row,) = (one for one in read_own(sheet, "Таблица").rows if one.typed.decision)
        return is_taken(row, before)

    assert row_of(HELD_DAY)
    assert not row_of({**HELD_DAY, "comment": "в зале"})
    damaged = filled({HELD_ROW: HELD_DAY})
    for one in damaged[1:]:
        one[-1] = None
    (row,) = (
        one
        for one in read_own(Worksheet("Решения", tuple(map(tuple, damaged))), "Таблица").rows
        if one.typed.decision
    )
    assert row.key is None
    assert not is_taken(row, before)
