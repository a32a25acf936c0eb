"""The status worksheet: what each row shows, and what people wrote in it carried over.

First what needs a person's word, worst first, then the rest of the calendar by date. What a person
wrote stays in its row until it was taken as a decision or they erased it themselves; what became
of it stands in the column «Ответ». A row whose thing is no longer shown, or of which nobody can
say whose it is, is kept on top with what was written in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from miro_sync.messages import Catalogue, catalogue
from miro_sync.model import (
    CenterState,
    Decision,
    DecisionKind,
    EventCard,
    FindingState,
    Occurrence,
    Status,
    Verdict,
)
from miro_sync.own_sheet import (
    MARK,
    OwnReading,
    OwnRow,
    RowKey,
    RowKind,
    Typed,
    card_print,
    key_text,
)
from miro_sync.privacy import HIDDEN, few_hidden, personal
from miro_sync.status_cells import StatusCell, StatusColumn, StatusRow, Tone, Value
from miro_sync.table_decisions import RowAnswer, RowState, TableWords
from miro_sync.telling.display import clean
from miro_sync.telling.lines import SEVERITY, backlog
from miro_sync.telling.phrases import days

if TYPE_CHECKING:
    from miro_sync.overview import Overview

#: A worksheet of more rows is nobody's reading; what lies farthest from today is left out first.
MOST_ROWS: Final = 5_000

#: Candidates of one card that are asked about.
_MOST_CANDIDATES: Final = 3

#: Characters of a title or a reason that are shown.
_LONGEST = 400

_TONES: Final = {
    Status.MISSED: Tone.ALARM,
    Status.OVERDUE: Tone.ALARM,
    Status.MOVED: Tone.ALARM,
    Status.UNCONFIRMED: Tone.ASK,
    Status.UNDATED: Tone.ASK,
    Status.AWAITING: Tone.ASK,
    Status.HELD: Tone.GOOD,
    Status.UNKNOWN: Tone.QUIET,
    Status.CANCELLED: Tone.QUIET,
}
#: What needs a person's word.
_ASKING: Final = frozenset(
    {Status.MISSED, Status.OVERDUE, Status.MOVED, Status.UNCONFIRMED, Status.UNDATED}
)
_RANK: Final = {status: rank for rank, status in enumerate(SEVERITY)}

#: The columns from the left: name in the catalogue, width in pixels.
_COLUMNS: Final = (
    ("center", 150), ("event", 320), ("period", 150), ("status", 110), ("why", 300),
    ("card", 200), ("since", 90), ("decision", 160), ("day", 130), ("role", 110),
    ("comment", 220), ("answer", 300), ("key", 60),
)  # fmt: skip
_CHOICES: Final = (
    "held", "move", "cancel", "not_ours", "confirm", "reject", "pause", "undo",
)  # fmt: skip
_ROLES: Final = ("director", "coordinator", "methodist")


@dataclass(frozen=True, slots=True)
class Carried:
    """What people wrote in the worksheet, and what became of it.

    Attributes:
        reading: None where there is no worksheet yet.

    """

    reading: OwnReading | None = None
    words: TableWords = field(default_factory=TableWords)


@dataclass(frozen=True, slots=True)
class StatusTable:
    """The worksheet as it should be.

    Attributes:
        rows: below the header; the last cell of each is its key.
        waiting: rows in which a person's words wait to be taken. refused: of those, rows that
            were answered instead.
        taken: rows of which the words were taken and are not carried any further.

    """

    columns: tuple[StatusColumn, ...]
    rows: tuple[StatusRow, ...]
    waiting: int = 0
    refused: int = 0
    taken: tuple[str, ...] = ()


def status_rows(overview: Overview, carried: Carried | None = None) -> StatusTable:
    """Return what the status worksheet should hold.

    Args:
        overview: the project as it stands.
        carried: what stands in the worksheet now.

    """
    return _Writer(overview, carried or Carried(), catalogue(overview.project.language)).table()


@dataclass(frozen=True, slots=True)
class _Line:
    """A row before its words: what it shows.

    Attributes:
        about: the keys and ids of which a decision is one on this row.

    """

    key: RowKey
    center: str
    title: str
    period: str = ""
    status: str = ""
    tone: Tone = Tone.PLAIN
    why: str = ""
    card: EventCard | None = None
    since: dt.date | None = None
    about: Collection[str] = ()


class _Writer:
    """Writes the worksheet of one overview."""

    def __init__(self, overview: Overview, carried: Carried, words: Catalogue) -> None:
        self._overview = overview
        self._assessment = overview.assessment
        self._words = words
        self._names = {one.id: clean(one.name) for one in overview.project.centers}
        self._zone = ZoneInfo(overview.project.timezone)
        self._answers = {one.row.number: one for one in carried.words.answers}
        rows = carried.reading.rows if carried.reading else ()
        self._written = [row for row in rows if row.typed != Typed() or row.key is None]
        self._by_row = {row.key.row: row for row in self._written if row.key is not None}
        self._since = {
            one.subject: one.since
            for one in overview.findings
            if one.state is not FindingState.RESOLVED
        }
        self._moved = {one.occurrence.key: one.card for one in self._assessment.moved}
        self._asked = self._candidates()

    def table(self) -> StatusTable:
        lines = self._lines()
        shown = {line.key.row for line in lines}
        lost = [row for row in self._written if row.key is None or row.key.row not in shown]
        lost = [row for row in lost if self._state(row) is not RowState.TAKEN]
        rows = [self._unplaced(row) for row in lost]
        rows += [self._row(line) for line in lines]
        states = [self._state(row) for row in self._written]
        return StatusTable(
            self._columns(),
            tuple(self._note() + rows),
            waiting=sum(state is not RowState.TAKEN for state in states),
            refused=sum(state is RowState.REFUSED for state in states),
            taken=tuple(
                row.key.row
                for row in self._written
                if row.key is not None and self._state(row) is RowState.TAKEN
            ),
        )

    # --- what is shown

    def _columns(self) -> tuple[StatusColumn, ...]:
        say_ = self._words.say
        choices = {
            "decision": tuple(say_(f"status_sheet.choice_{one}") for one in _CHOICES),
            "role": tuple(say_(f"status_sheet.role_{one}") for one in _ROLES),
        }
        hints = {name: say_(f"status_sheet.hint_{name}") for name in choices}
        return tuple(
            StatusColumn(
                say_(f"status_sheet.column_{name}", mark=MARK),
                width=width,
                choices=choices.get(name, ()),
                hint=hints.get(name, ""),
                hidden=name == "key",
            )
            for name, width in _COLUMNS
        )

    def _note(self) -> list[StatusRow]:
        """Say on top that not everything was read: alarms may be lacking."""
        if self._assessment.trustworthy:
            return []
        words = self._words
        key = RowKey(RowKind.NOTE, "trust")
        title = words.say("status_sheet.not_all_read")
        line = _Line(key, "", title, status=words.say("status.unknown"), tone=Tone.QUIET)
        return [self._row(line)]

    def _lines(self) -> list[_Line]:
        aside = backlog(self._overview.findings)
        today = self._assessment.today
        waiting = {
            name for name, row in self._by_row.items() if self._state(row) is not RowState.TAKEN
        }
        asking: list[tuple[tuple[object, ...], _Line]] = []
        others: list[tuple[int, tuple[dt.date, int], _Line]] = []
        for at, verdict in enumerate(self._assessment.verdicts):
            late = verdict.occurrence.key in aside
            line = self._event(verdict, aside=late)
            if verdict.status in _ASKING or line.key.row in waiting:
                asking.append(((late, _RANK[verdict.status], -verdict.days_late, at), line))
            else:
                period = verdict.occurrence.period
                start = period.start if period else today
                others.append((abs((start - today).days), (start, at), line))
        lines = [line for _, line in sorted(asking, key=lambda pair: pair[0])]
        lines += self._questions({(one.key.subject, one.key.card_id) for one in lines})
        lines += self._centers()
        left = max(MOST_ROWS - len(lines), 0)
        nearest = sorted(others, key=lambda one: (one[0], one[1]))[:left]
        return lines + [line for *_, line in sorted(nearest, key=lambda one: one[1])]

    def _event(self, verdict: Verdict, *, aside: bool) -> _Line:
        words, occurrence = self._words, verdict.occurrence
        card = self._card_of(verdict)
        why = words.tell(verdict.reason)
        if aside:
            why = words.say("status_sheet.backlog", why=why)
        elif verdict.status is not Status.MOVED and occurrence.key in self._moved:
            why = words.say("status_sheet.also_moved", why=why)
        tone = _TONES.get(verdict.status, Tone.PLAIN)
        return _Line(
            _key(RowKind.EVENT, occurrence.key, card),
            self._center(occurrence.center_id),
            self._title(occurrence),
            days(occurrence.period, words) if occurrence.period else clean(self._text(occurrence)),
            words.say(f"status.{verdict.status.value}"),
            Tone.ASK if aside and tone is Tone.ALARM else tone,
            why,
            card,
            self._since.get(occurrence.key),
            {occurrence.key, occurrence.event.key},
        )

    def _card_of(self, verdict: Verdict) -> EventCard | None:
        """Return the card that a row shows: the one somebody is writing about first of all."""
        key = verdict.occurrence.key
        written = self._by_row.get(RowKey(RowKind.EVENT, key).row)
        if written is not None and written.key is not None and written.key.card_id is not None:
            card = self._assessment.cards.get(written.key.card_id)
            if card is not None and card_print(card) == written.key.card_print:
                return card
        if key in self._moved:
            return self._moved[key]
        if verdict.status is Status.UNCONFIRMED and key in self._asked:
            return self._asked[key]
        return verdict.evidence[0].card if verdict.evidence else None

    def _candidates(self) -> Mapping[str, EventCard]:
        """Return the likeliest uncertain card of each occurrence."""
        best: dict[str, tuple[float, str]] = {}
        for question in self._assessment.questions:
            for key, score in question.candidates:
                best[key] = max(best.get(key, (0.0, "")), (score, question.card_id))
        cards = self._assessment.cards
        return {key: cards[card_id] for key, (_, card_id) in best.items() if card_id in cards}

    def _questions(self, shown: Collection[tuple[str, str | None]]) -> Iterator[_Line]:
        """Yield a row for each card and each event that it may speak of."""
        planned = {one.occurrence.key: one.occurrence for one in self._assessment.verdicts}
        for question in self._assessment.questions:
            card = self._assessment.cards[question.card_id]
            for key, _ in question.candidates[:_MOST_CANDIDATES]:
                occurrence = planned.get(key)
                if occurrence is None or (key, card.id) in shown:
                    continue
                yield _Line(
                    _key(RowKind.QUESTION, key, card),
                    self._center(card.center_id or occurrence.center_id),
                    self._title(occurrence),
                    days(occurrence.period, self._words) if occurrence.period else "",
                    self._words.say("status.unconfirmed"),
                    Tone.ASK,
                    self._words.say("status_sheet.is_it_this"),
                    card,
                    self._since.get(card.id),
                    (key,),
                )

    def _centers(self) -> Iterator[_Line]:
        """Yield a row for each silent centre, and for each that a person gave a pause."""
        paused = {
            one.subject
            for one in self._overview.decisions
            if one.kind is DecisionKind.PAUSE and one.number not in self._overview.undone
        }
        for one in self._assessment.centers:
            silent = one.state is CenterState.INACTIVE
            rests = one.state is CenterState.PAUSED and one.center.id in paused
            key = RowKey(RowKind.CENTER, one.center.id)
            if silent or rests or key.row in self._by_row:
                yield _Line(
                    key,
                    self._center(one.center.id),
                    self._words.say("status_sheet.activity"),
                    status=self._words.say(f"status.{one.state.value}"),
                    tone=Tone.ALARM if silent else Tone.QUIET,
                    why=self._words.tell(one.reason),
                    since=self._since.get(one.center.id),
                    about=(one.center.id,),
                )

    def _center(self, center_id: str | None) -> str:
        if center_id is None:
            return self._words.say("telling.network")
        return self._names.get(center_id, clean(center_id))

    def _title(self, occurrence: Occurrence) -> str:
        event = occurrence.event
        title = clean(event.title) or self._words.say("status.untitled")
        return _short(f"{clean(event.code)} {title}" if event.code else title)

    def _text(self, occurrence: Occurrence) -> str:
        return occurrence.event.schedule.text or self._words.say("telling.no_period")

    # --- rows

    def _row(self, line: _Line) -> StatusRow:
        written = self._by_row.get(line.key.row)
        typed = Typed()
        answer, tone = self._last_word(line), Tone.PLAIN
        if written is not None:
            state = self._state(written)
            if state is not RowState.TAKEN:
                typed = written.typed
            answer, tone = self._told(written, line)
        card = line.card
        return (
            line.center,
            line.title,
            line.period,
            StatusCell(line.status, line.tone),
            _short(few_hidden(clean(line.why))),
            _card_cell(card, self._words),
            line.since,
            *self._typed_cells(typed),
            StatusCell(answer, tone),
            key_text(line.key, line.center, line.title),
        )

    def _unplaced(self, row: OwnRow) -> StatusRow:
        """Return a row of which the thing is not shown any more, with what was written in it."""
        answer, tone = self._told(row, None)
        key = key_text(row.key, row.center, row.title) if row.key is not None else None
        return (
            row.center, row.title, None, None, None, None, None,
            *self._typed_cells(row.typed), StatusCell(answer, tone), key,
        )  # fmt: skip

    def _typed_cells(self, typed: Typed) -> tuple[Value, Value, Value, Value]:
        return typed.decision or None, typed.day or None, typed.role or None, typed.comment or None

    # --- answers

    def _state(self, row: OwnRow) -> RowState | None:
        answer = self._answers.get(row.number)
        return None if answer is None else answer.state

    def _told(self, row: OwnRow, line: _Line | None) -> tuple[str, Tone]:
        answer = self._answers.get(row.number)
        if answer is None:  # a comment, and nothing to be decided yet
            return self._last_word(line) if line else "", Tone.PLAIN
        if answer.state is RowState.REFUSED and answer.message is not None:
            return _short(self._words.say("status_sheet.refused", why=answer.message)), Tone.ASK
        if answer.state is RowState.NEW:
            return self._pending(answer), Tone.PLAIN
        return self._taken(answer), Tone.PLAIN

    def _pending(self, answer: RowAnswer) -> str:
        what = self._what(answer.decision) if answer.decision else ""
        return self._words.say("status_sheet.pending", what=what)

    def _taken(self, answer: RowAnswer) -> str:
        return self._said(answer.decision) if answer.decision else ""

    def _last_word(self, line: _Line | None) -> str:
        """Return the latest decision on what a row shows, "" where there is none."""
        if line is None or not line.about:
            return ""
        about = [
            one
            for one in self._overview.decisions
            if one.subject in line.about
            and (line.key.kind is not RowKind.QUESTION or one.card_id == line.key.card_id)
        ]
        return self._said(about[-1]) if about else ""

    def _said(self, decision: Decision) -> str:
        """Say what was decided, when, by whom, and under which number."""
        words = self._words
        role = decision.role if decision.role in _ROLES else "coordinator"
        number = (
            words.say("status_sheet.number", number=decision.number)
            if decision.number is not None
            else words.say("status_sheet.from_file")
        )
        text = words.say(
            "status_sheet.taken",
            day=decision.made_at.astimezone(self._zone).date(),
            what=self._what(decision),
            number=number,
            role=words.say(f"status_sheet.role_{role}"),
        )
        if decision.why:
            why = HIDDEN if personal(decision.why, staff=True) else decision.why
            text = words.say("status_sheet.taken_why", text=text, why=few_hidden(clean(why)))
        if decision.number is not None and decision.number in self._overview.undone:
            undo = [one for one in self._overview.decisions if one.undoes == decision.number]
            text = words.say("status_sheet.undone", text=text, number=undo[-1].number)
        return _short(text)

    def _what(self, decision: Decision) -> str:
        words, kind = self._words, decision.kind
        if kind is DecisionKind.UNDO:
            return words.say("status_sheet.did_undo", number=decision.undoes)
        if decision.period is None:
            return words.say(f"decisions.kind_{kind.name.lower()}")
        if kind is DecisionKind.PAUSE:
            return words.say("status_sheet.did_pause", day=decision.period.end)
        name = "did_move" if kind is DecisionKind.MOVE else "did_held"
        return words.say(f"status_sheet.{name}", days=days(decision.period, words))


def _key(kind: RowKind, subject: str, card: EventCard | None) -> RowKey:
    if card is None:
        return RowKey(kind, subject)
    return RowKey(kind, subject, card.id, card_print(card))


def _card_cell(card: EventCard | None, words: Catalogue) -> StatusCell | None:
    if card is None:
        return None
    label = few_hidden(clean(card.label)) or words.say("status.untitled")
    return StatusCell(label, link=card.url or (card.place.url if card.place else None))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
