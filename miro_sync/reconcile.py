"""What became of every planned thing: the status of each occurrence, with a reason.

Days are local days of the project, periods are closed, and "today" is an argument: the same input
gives the same verdicts. A mark counts wherever it was read; that there is *no* mark counts only
where every source that could hold one was read completely. Nothing here depends on the order of
cards, links or occurrences.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from miro_sync.model import (
    FLAGGED,
    DecisionKind,
    Evidence,
    MovedCard,
    Period,
    Progress,
    SourceState,
    Status,
    Verdict,
    say,
)
from miro_sync.text import fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from miro_sync.model import (
        Decision,
        EventCalendar,
        EventCard,
        Link,
        Matching,
        Message,
        Occurrence,
        Rules,
        SourceReport,
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What `judge` found.

    Attributes:
        verdicts: one per occurrence, in the calendar's order; the occurrence in a verdict has the
            period and deadline that a person decided, where somebody did.
        moved: cards dated outside the period, whatever the status of the occurrence.
        duplicates: a card, and the occurrence of which its centre has another card already.

    """

    verdicts: tuple[Verdict, ...]
    moved: tuple[MovedCard, ...]
    duplicates: tuple[tuple[EventCard, Occurrence], ...]


def judge(  # noqa: PLR0913 - the inputs of the decision, every one a value
    calendar: EventCalendar,
    cards: Mapping[str, EventCard],
    matching: Matching,
    *,
    decisions: Sequence[Decision],
    sources: Sequence[SourceReport],
    rules: Rules,
    today: dt.date,
    deadline_of: Callable[[dt.date], dt.date],
) -> Judgement:
    """Give every occurrence of the calendar its status, by the design's table of statuses.

    Args:
        calendar: the occurrences, with the calendar's own periods and deadlines.
        cards: cards and rows by id; all that `matching` names.
        matching: which of them speak of which occurrence.
        decisions: what people said, oldest first; only cancel, held and move matter here.
        sources: how the sources fared; one that is not named counts as absent.
        rules: the project's numbers.
        today: the local day to judge by.
        deadline_of: the last day of grace for a last day of a period.

    """
    said = _by_subject(decisions)
    links = _grouped(matching.links)
    asked = _candidates(matching, cards)
    unread = _unread(sources)
    verdicts = []
    moved: list[MovedCard] = []
    duplicates: list[tuple[EventCard, Occurrence]] = []
    for planned in calendar.occurrences:
        words = _words(said, planned)
        occurrence = _rescheduled(planned, words, deadline_of)
        linked = links.get(planned.key, ())
        case = _Case(
            occurrence=occurrence,
            planned=planned.period,
            word=words[-1] if words else None,
            mover=_mover(words),
            transfers=sum(
                one.kind is DecisionKind.MOVE and one.period is not None for one in words
            ),
            evidence=_evidence(linked, cards, today),
            asked=asked.get(planned.key),
            today=today,
        )
        status, reason = _status(case, unread, rules)
        late = (today - case.deadline).days if status in FLAGGED and case.deadline else 0
        verdicts.append(Verdict(occurrence, status, reason, late, case.evidence, case.progress))
        moved += [MovedCard(item.card, occurrence) for item in case.undecided_moves]
        duplicates += [(card, occurrence) for card in _repeated(case, linked, cards)]
    return Judgement(tuple(verdicts), tuple(moved), tuple(duplicates))


def reschedule(
    occurrences: Iterable[Occurrence],
    decisions: Sequence[Decision],
    deadline_of: Callable[[dt.date], dt.date],
) -> tuple[Occurrence, ...]:
    """Return the occurrences with the periods that people decided.

    The latest move of an occurrence or of its event counts; a move without a period puts the
    calendar's own back.
    """
    said = _by_subject(decisions)
    return tuple(_rescheduled(one, _words(said, one), deadline_of) for one in occurrences)


# --- the table --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """All that is known of one occurrence.

    Attributes:
        planned: the calendar's own period.
        word: the latest cancel, held or move; the latest word on a subject counts.
        mover: the move that gave the period, None where the calendar's own stands.
        transfers: how often it was moved in all.
        evidence: what certainly speaks of it, held marks first.
        asked: the likeliest card that may speak of it, None without a question.

    """

    occurrence: Occurrence
    planned: Period | None
    word: Decision | None
    mover: Decision | None
    transfers: int
    evidence: tuple[Evidence, ...]
    asked: EventCard | None
    today: dt.date

    @property
    def deadline(self) -> dt.date | None:
        return self.occurrence.deadline

    @property
    def progress(self) -> Progress | None:
        """How many different things stand for a quota; what lies ahead is only planned yet."""
        quota = self.occurrence.event.quota
        if quota is None:
            return None
        there = [item.card for item in self.evidence if not _ahead(item.card, self.today)]
        return Progress(done=len({_identity(card) for card in there}), expected=quota)

    @property
    def held(self) -> Evidence | None:
        """The first mark that says "held" of a day that has come."""
        return next((item for item in self.evidence if _held(item.card, self.today)), None)

    @property
    def early(self) -> Evidence | None:
        """A mark that says "held" of a day that has not come: a slip in the mark or the date."""
        return next(
            (i for i in self.evidence if i.card.held and _ahead(i.card, self.today)),
            None,
        )

    @property
    def outside(self) -> tuple[Evidence, ...]:
        window = self.window
        if window is None:
            return ()
        return tuple(item for item in self.evidence if _outside(item.card, window))

    @property
    def undecided_moves(self) -> tuple[Evidence, ...]:
        """The cards dated outside the period of which no decision says so.

        A cancelled occurrence has no period to keep; a held one whose day a person named may
        have a card of that day.
        """
        word = self.word
        if word is not None and word.kind is DecisionKind.CANCEL:
            return ()
        if word is not None and word.kind is DecisionKind.HELD and word.period is not None:
            named = word.period
            return tuple(item for item in self.outside if _outside(item.card, named))
        return self.outside

    @property
    def window(self) -> Period | None:
        """The days on which a card may lie; for «до 15 апреля» every day up to it."""
        period = self.occurrence.period
        if period is None or self.mover is not None:
            return period
        if self.occurrence.event.schedule.deadline:
            return Period(period.start.min, period.end)
        return period

    @property
    def only_outside(self) -> bool:
        """Tell whether all cards that name a day name one outside the period."""
        window = self.window
        dated = [i for i in self.evidence if i.card.date is not None and i.card.date.facts]
        return window is not None and bool(dated) and all(_outside(i.card, window) for i in dated)


def _status(  # noqa: C901, PLR0911 - a truth table: one way out per row
    case: _Case, unread: Message | None, rules: Rules
) -> tuple[Status, Message]:
    word, today = case.word, case.today
    period, deadline = case.occurrence.period, case.occurrence.deadline

    # «отменено»: a decision cancels it
    if word is not None and word.kind is DecisionKind.CANCEL:
        return Status.CANCELLED, say("reconcile.cancelled", decision=_decided(word))

    # «проведено»: evidence that it was held: a person's word, a full quota, or a mark
    held = _why_held(case)
    if held is not None:
        return Status.HELD, _noted(held, case)

    # «срок не понятен»: no period that can be read; asked of the coordinator, never an alarm
    if period is None or deadline is None:
        return Status.UNDATED, _why_undated(case.occurrence)

    # «запланировано»: today < start - soon_days
    days = (period.start - today).days
    if days > rules.soon_days:
        return Status.PLANNED, _noted(say("reconcile.planned", start=period.start, days=days), case)

    # «скоро»: today < start
    if today < period.start:
        return Status.DUE_SOON, _noted(
            say("reconcile.due_soon", start=period.start, days=days), case
        )

    # «идёт»: today <= end
    if today <= period.end:
        return Status.RUNNING, _noted(say("reconcile.running", end=period.end), case)

    # «ждёт отметки»: today <= deadline
    if today <= deadline:
        return Status.AWAITING, _noted(
            say("reconcile.awaiting", end=period.end, deadline=deadline), case
        )

    # «нет данных»: a source that could hold the evidence was not read completely
    if unread is not None:
        return Status.UNKNOWN, say("reconcile.unknown", deadline=deadline, why=unread)

    late = (today - deadline).days

    # «перенос без решения»: its card is dated outside the period, and no decision says so.
    # Things of a quota have days of their own: how many there are is what matters (below).
    if case.only_outside and case.undecided_moves and case.progress is None:
        return Status.MOVED, _noted(_why_moved(case, period), case)

    # «не отмечено»: a card or row speaks of it, not marked as held
    if case.evidence:
        return Status.OVERDUE, _noted(_why_overdue(case, deadline, late), case)

    # «нужно уточнить»: only uncertain candidates
    if case.asked is not None:
        return Status.UNCONFIRMED, _noted(
            say("reconcile.unconfirmed", card=_spoken(case.asked), deadline=deadline), case
        )

    # «нет следа»: no trace anywhere
    return Status.MISSED, _noted(say("reconcile.missed", deadline=deadline, days=late), case)


# --- why --------------------------------------------------------------------------------------


def _why_held(case: _Case) -> Message | None:
    word, progress = case.word, case.progress
    if word is not None and word.kind is DecisionKind.HELD and not _later(word, case.today):
        return say("reconcile.held_decision", decision=_decided(word))
    if progress is not None:
        if progress.done < progress.expected:
            return None
        return say("reconcile.held_quota", done=progress.done, expected=progress.expected)
    held = case.held
    if held is None or held.card.held is None:
        return None
    return say("reconcile.held", card=_spoken(held.card), mark=held.card.held)


def _why_undated(occurrence: Occurrence) -> Message:
    text = " ".join(occurrence.event.schedule.text.split())
    if not text:
        return say("reconcile.undated_empty")
    return say("reconcile.undated", text=text)


def _why_moved(case: _Case, period: Period) -> Message:
    item = case.undecided_moves[0]
    return say(
        "reconcile.moved",
        card=_spoken(item.card),
        date=_card_days(item.card),
        period=_days(period),
    )


def _why_overdue(case: _Case, deadline: dt.date, late: int) -> Message:
    if case.progress is not None:
        return say(
            "reconcile.overdue_quota",
            done=case.progress.done,
            expected=case.progress.expected,
            deadline=deadline,
            days=late,
        )
    return say(
        "reconcile.overdue", card=_spoken(case.evidence[0].card), deadline=deadline, days=late
    )


def _noted(reason: Message, case: _Case) -> Message:
    """Add to a reason what changes its reading: a decided move, a quota, a mark ahead of time."""
    notes = []
    if case.mover is not None:
        was = say("reconcile.no_period") if case.planned is None else _days(case.planned)
        notes.append(say("reconcile.rescheduled", was=was, decision=_decided(case.mover)))
        if case.transfers > 1:
            notes.append(say("reconcile.transfers", times=case.transfers))
    if case.progress is not None and reason.key not in _COUNTING:
        done, expected = case.progress.done, case.progress.expected
        notes.append(say("reconcile.so_far", done=done, expected=expected))
    early = case.early
    if early is not None and reason.key not in _HOLDING:
        card, date = _spoken(early.card), _card_days(early.card)
        notes.append(say("reconcile.early", card=card, date=date))
    for note in notes:
        reason = say("reconcile.with_note", reason=reason, note=note)
    return reason


#: Reasons that name the figures of a quota themselves.
_COUNTING = frozenset({"reconcile.held_quota", "reconcile.overdue_quota"})

#: Reasons beside which a mark ahead of its day is no news.
_HOLDING = frozenset({"reconcile.held", "reconcile.held_quota", "reconcile.held_decision"})


def _decided(decision: Decision) -> Message:
    role = decision.role if decision.role in _ROLES else "other"
    by = say(f"reconcile.by_{role}")
    why = " ".join(decision.why.split())
    if not why:
        return say("reconcile.decision", by=by)
    return say("reconcile.decision_why", by=by, why=why)


_ROLES = frozenset({"director", "coordinator", "methodist"})


def _spoken(card: EventCard) -> Message:
    """Name a card as its readers find it: by title and frame, or by title and worksheet."""
    title = card.label or say("status.untitled")
    if card.source != "board":
        sheet = card.place.sheet if card.place is not None else None
        if sheet is None:
            return say("reconcile.row", title=title)
        return say("reconcile.row_of", title=title, sheet=sheet)
    if card.frame is None:
        return say("reconcile.card", title=title)
    return say("reconcile.card_in", title=title, frame=card.frame)


def _card_days(card: EventCard) -> dt.date | Message:
    facts = card.date.facts if card.date is not None else ()
    return _days(Period(min(p.start for p in facts), max(p.end for p in facts)))


def _days(period: Period) -> dt.date | Message:
    if period.start == period.end:
        return period.end
    if period.start == period.start.min:
        return say("reconcile.until", end=period.end)
    return say("reconcile.days", start=period.start, end=period.end)


# --- decisions --------------------------------------------------------------------------------

_WORDS = frozenset({DecisionKind.CANCEL, DecisionKind.HELD, DecisionKind.MOVE})


def _by_subject(decisions: Sequence[Decision]) -> Mapping[str, list[tuple[int, Decision]]]:
    """Return what may change a status, by subject, each with its place in time."""
    found: defaultdict[str, list[tuple[int, Decision]]] = defaultdict(list)
    # Of two decisions of one moment the one written down later is the later one.
    for order, decision in enumerate(sorted(decisions, key=lambda one: one.made_at)):
        if decision.kind in _WORDS:
            found[decision.subject].append((order, decision))
    return found


def _words(
    said: Mapping[str, list[tuple[int, Decision]]], occurrence: Occurrence
) -> tuple[Decision, ...]:
    """Return the decisions on an occurrence or its whole event, oldest first."""
    subjects = {occurrence.key, occurrence.event.key}
    return tuple(
        decision
        for _, decision in sorted(
            (pair for subject in subjects for pair in said.get(subject, ())),
            key=lambda pair: pair[0],
        )
    )


def _mover(words: Sequence[Decision]) -> Decision | None:
    """Return the latest move, None where there is none or it puts the plan back."""
    moves = [word for word in words if word.kind is DecisionKind.MOVE]
    return moves[-1] if moves and moves[-1].period is not None else None


def _rescheduled(
    occurrence: Occurrence,
    words: Sequence[Decision],
    deadline_of: Callable[[dt.date], dt.date],
) -> Occurrence:
    mover = _mover(words)
    if mover is not None and mover.period is not None:
        period = mover.period
        return replace(occurrence, period=period, deadline=deadline_of(period.end))
    if occurrence.period is not None and occurrence.deadline is None:
        return replace(occurrence, deadline=deadline_of(occurrence.period.end))
    return occurrence


def _later(decision: Decision, today: dt.date) -> bool:
    """Tell whether a person spoke of a day that has not come."""
    return decision.period is not None and decision.period.start > today


# --- cards ------------------------------------------------------------------------------------


def _grouped(links: Iterable[Link]) -> Mapping[str, list[Link]]:
    found: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        found[link.occurrence_key].append(link)
    return found


def _candidates(matching: Matching, cards: Mapping[str, EventCard]) -> Mapping[str, EventCard]:
    """Return the likeliest uncertain card of each occurrence that has one."""
    best: dict[str, tuple[float, str]] = {}
    for question in matching.questions:
        for key, score in question.candidates:
            # The smaller id wins a tie, so that the order of the cards does not matter.
            rank = (-score, question.card_id)
            if key not in best or rank < best[key]:
                best[key] = rank
    return {key: cards[card_id] for key, (_, card_id) in best.items()}


def _evidence(
    links: Iterable[Link], cards: Mapping[str, EventCard], today: dt.date
) -> tuple[Evidence, ...]:
    """Return what certainly speaks of an occurrence: held marks first, then the surest."""
    found = [Evidence(cards[link.card_id], link.by, link.score) for link in links]
    found.sort(key=lambda e: (not _held(e.card, today), -e.score, e.card.id))
    return tuple(found)


def _held(card: EventCard, today: dt.date) -> bool:
    return card.held is not None and not _ahead(card, today)


def _ahead(card: EventCard, today: dt.date) -> bool:
    """Tell whether every day that the card names is still to come."""
    facts = card.date.facts if card.date is not None else ()
    return bool(facts) and all(period.start > today for period in facts)


def _outside(card: EventCard, window: Period) -> bool:
    """Tell whether the card names days and none of them lies in the window."""
    facts = card.date.facts if card.date is not None else ()
    return bool(facts) and not any(period.overlaps(window) for period in facts)


def _identity(card: EventCard) -> tuple[str | None, str]:
    """Return what makes a thing of a quota another thing: its title, at its centre."""
    return (card.center_id, fold(card.title) or card.id)


def _repeated(
    case: _Case, links: Iterable[Link], cards: Mapping[str, EventCard]
) -> Iterable[EventCard]:
    """Return the needless cards of an occurrence, by id.

    Several things are what a quota asks for, so only the same title twice is a repetition.
    """
    if case.progress is None:
        doubles = (cards[link.card_id] for link in links if link.duplicate)
        return sorted(doubles, key=lambda card: card.id)
    seen: set[tuple[str | None, str]] = set()
    repeated = []
    for card in sorted((item.card for item in case.evidence), key=lambda card: card.id):
        if _identity(card) in seen:
            repeated.append(card)
        seen.add(_identity(card))
    return repeated


# --- sources ----------------------------------------------------------------------------------


def _unread(sources: Sequence[SourceReport]) -> Message | None:
    """Say why a missing mark proves nothing; None where it does.

    The board and the tables hold the marks. A calendar that an older read stands in for may have
    been changed since: what looks late by it may have got another period or been taken out.
    """
    known = {source.name: source for source in sources if source.state is not SourceState.ABSENT}
    marks = [known[name] for name in ("board", "tables") if name in known]
    if not marks:
        return say("reconcile.nowhere")
    unread = [source.name for source in marks if not source.reliable]
    calendar = known.get("calendar")
    if calendar is not None and calendar.state in (SourceState.STALE, SourceState.FAILED):
        unread.append("calendar")
    if not unread:
        return None
    names = say(f"status.source_{unread[0]}")
    for name in unread[1:]:
        names = say("status.list", head=names, tail=say(f"status.source_{name}"))
    return say("reconcile.unread", sources=names)
