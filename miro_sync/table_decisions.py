"""What people wrote in the status worksheet -> decisions, each taken once, and answers.

A choice that stands in its cell is one decision, however often it is read: what was taken is kept
with the decision (`TableChoice`), in the transaction of the run that took it. Erasing the choice
undoes nothing; the same choice made again after that is a new decision.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from miro_sync.choices import Choice, Chosen, Toward, Unclear, chosen, named_days
from miro_sync.decisions import Known, checked, standing, undone_numbers
from miro_sync.errors import SettingsError
from miro_sync.model import (
    Decision,
    DecisionKind,
    Message,
    Occurrence,
    Period,
    Problem,
    Severity,
    TableChoice,
    say,
)
from miro_sync.own_sheet import OwnReading, OwnRow, RowKey, RowKind, Typed, card_print
from miro_sync.text import fold

#: What people call themselves in the column «Кто решил», folded.
_ROLES: Final[Mapping[str, str]] = {
    "": "coordinator",
    "координатор": "coordinator",
    "coordinator": "coordinator",
    "директор": "director",
    "руководитель": "director",
    "руководитель проекта": "director",
    "начальник": "director",
    "director": "director",
    "методист": "methodist",
    "methodist": "methodist",
}

#: What is said of a decision on the command line, and what is said of the same in a row.
_IN_A_ROW: Final[Mapping[str, str]] = {
    "decisions.directors_word": "status_sheet.directors_word",
    "decisions.move_where": "status_sheet.move_where",
    "decisions.held_ahead": "status_sheet.held_ahead",
    "decisions.no_such_event": "status_sheet.gone",
    "decisions.no_such_center": "status_sheet.gone",
    "decisions.no_such_card": "status_sheet.card_gone",
    "decisions.no_such_number": "status_sheet.no_such_number",
}

#: These cannot stand beside each other on one subject.
_OF_A_STATUS: Final = frozenset({DecisionKind.HELD, DecisionKind.MOVE, DecisionKind.CANCEL})
_OF_A_CARD: Final = frozenset({DecisionKind.CONFIRM, DecisionKind.REJECT})


class RowState(StrEnum):
    """How what a row says fared."""

    NEW = "new"  # to be taken by the next run that is stored
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of what a person wrote in a row.

    Attributes:
        message: what to say to it; None where the decision says it all.
        decision: that was taken from it.

    """

    row: OwnRow
    state: RowState
    message: Message | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class TableWords:
    """What the worksheet says.

    Attributes:
        choices: to be kept: those without a number hold new decisions.
        erased: rows of which the choice was erased.
        answers: one to each row in which somebody wrote, in the order of the worksheet.
        problems: what a reader of the run should know, with addresses.

    """

    choices: tuple[TableChoice, ...] = ()
    erased: frozenset[str] = frozenset()
    answers: tuple[RowAnswer, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The new ones, each once, in an order that does not hang on the order of the rows."""
        new = (one.decision for one in self.choices if one.decision.number is None)
        return tuple(dict.fromkeys(new))


@dataclass(frozen=True, slots=True)
class Scene:
    """What the words of a row may lean on.

    Attributes:
        known: what a decision may speak of.
        before: what was taken from the worksheet already, by row.
        today: the local day of the reading.
        made_at: its moment, UTC: nobody tells when a cell was filled in.

    """

    known: Known
    before: Mapping[str, TableChoice]
    today: dt.date
    made_at: dt.datetime

    def occurrence(self, key: str) -> Occurrence | None:
        """Return the occurrence of a key; None when it is not planned any more."""
        return next((one for one in self.known.calendar.occurrences if one.key == key), None)


def read_decisions(reading: OwnReading, scene: Scene) -> TableWords:
    """Understand what people decided in the worksheet.

    Args:
        reading: the worksheet.
        scene: what the words may lean on.

    """
    if reading.fault is not None:
        return TableWords(problems=(Problem(reading.fault, reading.place, Severity.WARNING),))
    found = (_answer(row, scene) for row in reading.rows if row.typed != Typed())
    answers = _without_quarrels([one for one in found if one is not None])
    choices = sorted(
        (
            TableChoice(one.row.key.row, _digest(one.row), one.decision)
            for one in answers
            if one.row.key is not None and one.decision is not None
        ),
        key=lambda one: one.row,
    )
    said = {one.row.key.row for one in answers if one.row.key is not None}
    there = {row.key.row for row in reading.rows if row.key is not None}
    return TableWords(
        choices=tuple(one for one in choices if scene.before.get(one.row) != one),
        erased=frozenset((there - said) & scene.before.keys()),
        answers=tuple(answers),
        problems=tuple(
            Problem(one.message, one.row.place, Severity.WARNING)
            for one in answers
            if one.state == RowState.REFUSED and one.message is not None
        ),
    )


def is_taken(row: OwnRow, before: Mapping[str, TableChoice]) -> bool:
    """Tell whether what stands in a row was taken as a decision already, word for word.

    Args:
        row: of the worksheet.
        before: what was taken from it, by row.

    """
    taken = before.get(row.key.row) if row.key is not None else None
    return taken is not None and taken.digest == _digest(row)


# --- one row ------------------------------------------------------------------------------------


def _answer(row: OwnRow, scene: Scene) -> RowAnswer | None:
    """Return what becomes of a row; None where there is nothing to be decided in it."""
    if row.fault is not None:
        return RowAnswer(row, RowState.REFUSED, row.fault)
    if row.typed.blank or row.key is None:
        return None  # a comment alone, or whose it was
    try:
        return _taken(row, row.key, scene)
    except Unclear as unclear:
        return RowAnswer(row, RowState.REFUSED, unclear.message)
    except SettingsError as error:
        key = _IN_A_ROW.get(error.message.key, error.message.key)
        return RowAnswer(row, RowState.REFUSED, Message(key, error.message.params))


def _taken(row: OwnRow, key: RowKey, scene: Scene) -> RowAnswer:
    """Return the decision of a row, the one that was taken from it before or a new one.

    Raises:
        Unclear, SettingsError: it asks for none that makes sense.

    """
    before = scene.before.get(key.row)
    if before is not None and (before.digest == _digest(row) or _undoes_the_same(row, before)):
        return RowAnswer(row, RowState.TAKEN, decision=before.decision)
    decision = checked(_asked(row, key, scene), scene.known)
    if before is not None and _core(before.decision) == _core(decision):
        return _said_again(row, decision, before.decision, scene)
    return RowAnswer(row, RowState.NEW, decision=decision)


def _undoes_the_same(row: OwnRow, before: TableChoice) -> bool:
    """Tell whether a row still says what undid a decision: it must not undo the one before, too."""
    if before.decision.kind is not DecisionKind.UNDO:
        return False
    try:
        word = chosen(row.typed.decision)
    except Unclear:
        return False
    return word.choice is Choice.UNDO and word.number in {None, before.decision.undoes}


def _said_again(row: OwnRow, decision: Decision, before: Decision, scene: Scene) -> RowAnswer:
    """Settle a choice that was taken and of which the words have changed since.

    | since then             | what changed     | it is                        |
    |------------------------|------------------|------------------------------|
    | nobody decided on it   | comment, role    | said anew, with that comment |
    | nobody decided on it   | the spelling     | the same decision            |
    | undone, or overruled   | anything         | answered: erase and choose   |
    """
    in_force = standing(scene.known.decisions)
    numbered = [one for one in in_force if _about(one) == _about(before)]
    if not numbered or numbered[-1].number != before.number:
        message = say("status_sheet.overruled", number=before.number)
        return RowAnswer(row, RowState.REFUSED, message)
    if (decision.why, decision.role) == (before.why, before.role) or not row.typed.comment:
        return RowAnswer(row, RowState.TAKEN, decision=before)
    return RowAnswer(row, RowState.NEW, decision=decision)


def _asked(row: OwnRow, key: RowKey, scene: Scene) -> Decision:
    """Return the decision that a row asks for.

    Raises:
        Unclear: it asks for none that fits the row.

    """
    role = _ROLES.get(fold(row.typed.role))
    if role is None:
        raise Unclear(say("status_sheet.who"))
    if not row.typed.decision:
        raise Unclear(say("status_sheet.only_a_day"))
    word = chosen(row.typed.decision)
    if key.kind is RowKind.NOTE:
        raise Unclear(say("status_sheet.nothing_here"))
    asked = Decision(
        _kind_of(word.choice, key.kind),
        key.subject,
        role,
        scene.made_at,
        why=" ".join(row.typed.comment.split()),
        source="table",
    )
    if word.choice is Choice.UNDO:
        return _undo(asked, word, key, scene)
    if key.kind is RowKind.CENTER and word.choice is not Choice.PAUSE:
        raise Unclear(say("status_sheet.center_only_pauses"))
    if word.choice is Choice.PAUSE:
        return _pause(asked, word, row, key, scene)
    if asked.kind in _OF_A_CARD:
        return replace(asked, card_id=_card_of(key, scene))
    if asked.kind is DecisionKind.CANCEL and word.choice is Choice.NOT_OURS and not asked.why:
        asked = replace(asked, why=" ".join(row.typed.decision.split()))
    return replace(asked, period=_period(asked.kind, word, row, key, scene))


def _kind_of(choice: Choice, row: RowKind) -> DecisionKind:
    if choice is Choice.NOT_OURS:
        # Of a card: it does not speak of this event. Of an event: it does not concern us.
        return DecisionKind.REJECT if row is RowKind.QUESTION else DecisionKind.CANCEL
    return DecisionKind(choice.value)


def _period(
    kind: DecisionKind, word: Chosen, row: OwnRow, key: RowKey, scene: Scene
) -> Period | None:
    if kind is DecisionKind.CANCEL:
        return None
    occurrence = scene.occurrence(key.subject)
    planned = occurrence.period if occurrence is not None else None
    if kind is DecisionKind.HELD:
        days = named_days(word.rest, row.typed.day, scene.today, Toward.LAST)
        return None if days is None else days.period
    anchor = planned.start if planned is not None else scene.today
    days = named_days(word.rest, row.typed.day, anchor, Toward.NEAREST)
    if days is None:
        return None
    end = days.period.end
    if days.until and planned is not None and planned.start <= end:
        return Period(planned.start, end)  # it may take longer
    return days.period


def _pause(asked: Decision, word: Chosen, row: OwnRow, key: RowKey, scene: Scene) -> Decision:
    center_id: str | None = key.subject
    if key.kind is not RowKind.CENTER:
        occurrence = scene.occurrence(key.subject)
        center_id = None if occurrence is None else occurrence.center_id
    if center_id is None:
        raise Unclear(say("status_sheet.pause_whom"))
    days = named_days(word.rest, row.typed.day, scene.today, Toward.NEXT)
    if days is None:
        raise Unclear(say("status_sheet.pause_until"))
    single = days.period.start == days.period.end
    start = scene.today if days.until or single else days.period.start
    if days.period.end < scene.today:
        raise Unclear(say("status_sheet.pause_over", day=days.period.end))
    return replace(asked, subject=center_id, period=Period(start, days.period.end))


def _undo(asked: Decision, word: Chosen, key: RowKey, scene: Scene) -> Decision:
    """Return what takes back the decision that was meant: the last one on what the row shows."""
    about = [
        one
        for one in standing(scene.known.decisions)
        if one.number is not None
        and one.subject == key.subject
        and (key.kind is not RowKind.QUESTION or one.card_id == key.card_id)
    ]
    number = word.number
    if number is None and about:
        number = about[-1].number
    if number is None:
        raise Unclear(say("status_sheet.nothing_to_undo"))
    if word.number is not None and word.number not in {one.number for one in about}:
        if word.number in undone_numbers(scene.known.decisions):
            raise Unclear(say("decisions.undone_already", number=word.number))
        raise Unclear(say("status_sheet.undo_elsewhere", number=word.number))
    return replace(asked, subject=str(number), undoes=number)


def _card_of(key: RowKey, scene: Scene) -> str:
    """Return the id of the card that the row showed.

    An item of a board keeps its id whatever is written on it. A row of a table has its place for
    an id: it is the one meant only while it says the same, and it is looked for elsewhere else.
    """
    cards = scene.known.cards or {}
    if key.card_id is None:
        raise Unclear(say("status_sheet.no_card"))
    card = cards.get(key.card_id)
    if card is not None and (card.source == "board" or card_print(card) == key.card_print):
        return key.card_id
    alike = [one.id for one in cards.values() if card_print(one) == key.card_print]
    if len(alike) != 1:
        raise Unclear(say("status_sheet.card_gone"))
    return alike[0]


# --- what is the same ---------------------------------------------------------------------------


def _digest(row: OwnRow) -> str:
    """Sum up what was written in a row; nobody can read it back from that."""
    typed = row.typed
    day = typed.day.isoformat() if isinstance(typed.day, dt.date) else fold(typed.day)
    words = [fold(typed.decision), day, fold(typed.role), fold(typed.comment)]
    try:
        about_card = chosen(typed.decision).choice in {Choice.CONFIRM, Choice.REJECT}
    except Unclear:
        about_card = False
    if about_card and row.key is not None:
        words.append(row.key.card_print)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _core(decision: Decision) -> tuple[object, ...]:
    """Return what was decided, without who, when and why; a pause begins whenever it is said."""
    period = decision.period
    days = period.end if period is not None and decision.kind is DecisionKind.PAUSE else period
    return (decision.kind, decision.subject, decision.card_id, days, decision.undoes)


def _about(decision: Decision) -> tuple[object, ...]:
    """Return what two decisions must share so that one overrules the other."""
    kind = "status" if decision.kind in _OF_A_STATUS else decision.kind.value
    kind = "card" if decision.kind in _OF_A_CARD else kind
    return (kind, decision.subject, decision.card_id)


def _without_quarrels(answers: Sequence[RowAnswer]) -> list[RowAnswer]:
    """Refuse new decisions that speak against each other: nobody knows which was said last."""
    new: defaultdict[tuple[object, ...], list[RowAnswer]] = defaultdict(list)
    for one in answers:
        if one.state == RowState.NEW and one.decision is not None:
            new[_about(one.decision)].append(one)
    quarrels: dict[int, Message] = {}
    same: dict[int, Decision] = {}
    for some in new.values():
        decisions = [one.decision for one in some if one.decision is not None]
        if len(set(map(_core, decisions))) > 1:
            rows = ", ".join(str(one.row.number) for one in some)
            for one in some:
                quarrels[one.row.number] = say("status_sheet.quarrel", rows=rows)
        else:
            # Said twice alike, it is one decision: that of the row that is named first.
            first = min(some, key=lambda one: one.row.key.row if one.row.key else "")
            for one in some:
                same[one.row.number] = first.decision or decisions[0]
    return [
        RowAnswer(one.row, RowState.REFUSED, quarrels[one.row.number])
        if one.row.number in quarrels
        else replace(one, decision=same.get(one.row.number, one.decision))
        for one in answers
    ]
