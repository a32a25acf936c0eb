"""What happened to one event: planned, its card appeared, moved, decided, held.

The state keeps every version of everything that was read; here they are told as a story, oldest
first. Only values go in and out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from miro_sync.model import Change, ChangeKind, Event, EventCard, say
from miro_sync.text import fold

if TYPE_CHECKING:
    from miro_sync.model import Decision, Message, PastFinding, RunRecord


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened.

    Attributes:
        at: when it was seen or said, UTC.
        what: "plan", "card", "decision" or "finding".

    """

    at: dt.datetime
    what: str
    said: Message


def story(
    changes: Iterable[Change],
    decisions: Iterable[Decision],
    findings: Iterable[PastFinding],
    runs: Sequence[RunRecord],
) -> tuple[Told, ...]:
    """Tell what happened, oldest first; of one moment the plan first, then the cards.

    Args:
        changes: all that befell the event's row of the calendar, its cards and its rows.
        decisions: those on the event, its occurrences and its cards, undos among them.
        findings: the lives of the findings on them.
        runs: every run that the changes and findings name.

    """
    moments = {run.number: run.stored_at for run in runs}
    told = [
        Told(moments[change.run], "plan" if change.source == "calendar" else "card", said)
        for change in changes
        if change.run in moments
        for said in _changed(change)
    ]
    told += [Told(one.made_at, "decision", _decided(one)) for one in decisions]
    for life in findings:
        name = say(f"story.kind_{life.finding.kind}")
        if life.since_run in moments:
            key = "story.opened_backlog" if life.finding.backlog else "story.opened"
            told.append(Told(moments[life.since_run], "finding", say(key, kind=name)))
        if life.until_run in moments:
            told.append(Told(moments[life.until_run], "finding", say("story.closed", kind=name)))
    order = ("plan", "card", "decision", "finding")
    return tuple(sorted(told, key=lambda one: (one.at, order.index(one.what))))


def told_change(change: Change) -> Message:
    """Say in a few words what befell a card, a row or a planned event."""
    thing = change.after if change.after is not None else change.before
    title = "" if thing is None else thing.label if isinstance(thing, EventCard) else thing.title
    return say(
        f"story.{change.kind.value}",
        thing=say(f"story.of_{change.source}", title=title or say("status.untitled")),
    )


# --- changes ----------------------------------------------------------------------------------


def _changed(change: Change) -> Iterable[Message]:
    before, after = change.before, change.after
    if change.kind is not ChangeKind.CHANGED:
        yield told_change(change)
        if isinstance(after, EventCard) and after.held is not None:
            yield say("story.marked", thing=_thing(change), mark=after.held)
    elif isinstance(before, Event) and isinstance(after, Event):
        yield from _plan_changed(before, after)
    elif isinstance(before, EventCard) and isinstance(after, EventCard):
        yield from _card_changed(change, before, after)


def _plan_changed(before: Event, after: Event) -> Iterable[Message]:
    if before.schedule.text != after.schedule.text:
        yield say("story.replanned", was=before.schedule.text, now=after.schedule.text)
    if before.title != after.title:
        yield say("story.plan_renamed", was=before.title, now=after.title)


def _card_changed(change: Change, before: EventCard, after: EventCard) -> Iterable[Message]:
    thing = _thing(change)
    if fold(before.title) != fold(after.title):
        yield say("story.renamed", was=before.label, now=after.label)
    if _days(before) != _days(after):
        yield say("story.redated", thing=thing, was=_spoken_days(before), now=_spoken_days(after))
    if before.frame != after.frame:
        nowhere = say("story.no_frame")
        yield say(
            "story.reframed",
            thing=thing,
            was=before.frame or nowhere,
            now=after.frame or nowhere,
        )
    if before.held is None and after.held is not None:
        yield say("story.marked", thing=thing, mark=after.held)
    if before.held is not None and after.held is None:
        yield say("story.unmarked", thing=thing)
    if before.text != after.text:
        yield say("story.filled", thing=thing)


def _thing(change: Change) -> Message:
    card = change.after or change.before
    title = card.label if isinstance(card, EventCard) else ""
    return say(f"story.of_{change.source}", title=title or say("status.untitled"))


def _days(card: EventCard) -> Sequence[object]:
    return card.date.facts if card.date is not None else ()


def _spoken_days(card: EventCard) -> str | Message:
    if card.date is None or not card.date.facts:
        return say("story.no_date")
    return card.date.text.strip() or say(
        "story.days", start=card.date.facts[0].start, end=card.date.facts[-1].end
    )


# --- decisions --------------------------------------------------------------------------------

_ROLES: Mapping[str, str] = {role: role for role in ("director", "coordinator", "methodist")}


def _decided(decision: Decision) -> Message:
    by = say("reconcile.decision", by=say(f"reconcile.by_{_ROLES.get(decision.role, 'other')}"))
    if decision.why:
        by = say("story.because", by=by, why=decision.why)
    kind = say(f"decisions.kind_{decision.kind.name.lower()}")
    if decision.period is None:
        return say("story.decided", kind=kind, by=by)
    start, end = decision.period.start, decision.period.end
    if start == end:
        return say("story.decided_day", kind=kind, day=start, by=by)
    return say("story.decided_days", kind=kind, start=start, end=end, by=by)
