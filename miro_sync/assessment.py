"""The decision: (calendar, what was read, what is remembered, decisions, today) -> assessment.

Nothing is read or written here and the clock is an argument, so that a dry run, a rehearsal on
another day and the real run are one and the same code.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync import activity, matching, reconcile
from miro_sync.changes import changes
from miro_sync.model import Assessment, DecisionKind, Period, SourceState, say
from miro_sync.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from miro_sync.model import (
        Center,
        Decision,
        EventCalendar,
        EventCard,
        Project,
        Remembered,
        Snapshot,
        SourceReport,
    )

#: A source that lost more than this share of at least so many things is held back.
SHRINK_PERCENT = 30
SHRINK_LEAST = 10


def assess(  # noqa: PLR0913 - the inputs of the decision, every one a value
    project: Project,
    calendar: EventCalendar,
    snapshot: Snapshot,
    cards: Sequence[EventCard],
    *,
    remembered: Remembered,
    decisions: Sequence[Decision],
    today: dt.date,
    deadline_of: Callable[[dt.date], dt.date],
    notes: matching.Notes | None = None,
) -> Assessment:
    """Judge everything that is known, as of one local day.

    Args:
        project: rules, centres, people, school holidays.
        calendar: what was planned.
        snapshot: how the sources fared, and the names of the board's users.
        cards: what was understood of the board and the tables, of a last good read where one
            stands in.
        remembered: what earlier runs left.
        decisions: what people said, oldest first.
        today: the local day to judge by.
        deadline_of: the last day of grace for a last day of a period.
        notes: of earlier matchings; they change nothing but the time that it takes.

    Returns:
        The assessment. Its `sources` and `cards` are what is to be remembered: a source that lost
        too much is stale there: its last good read stands in until somebody agrees to the loss.

    """
    gone = _gone(cards, remembered)
    shrunken = frozenset(
        source.name
        for source in snapshot.sources
        if source.reliable and shrunk(_count(remembered, source.name), len(gone[source.name]))
    )
    refused = frozenset(name for name in shrunken if not _agreed(name, remembered, decisions))
    sources = tuple(
        _held_back(source, remembered, len(gone[source.name])) if source.name in refused else source
        for source in snapshot.sources
    )
    at_hand = [
        *(card for card in cards if _home(card) not in refused),
        *(card for card in remembered.cards.values() if _home(card) in refused),
    ]
    members = snapshot.board.members if snapshot.board is not None else {}
    dated = activity.date_contributions(
        at_hand,
        remembered,
        sources=sources,
        members=members,
        project=project,
        today=today,
    )
    by_id = {card.id: card for card in dated}
    occurrences = reconcile.reschedule(calendar.occurrences, decisions, deadline_of)
    matched = matching.match(occurrences, dated, decisions, project.centers, notes)
    judgement = reconcile.judge(
        calendar,
        by_id,
        matched,
        decisions=decisions,
        sources=sources,
        rules=project.rules,
        today=today,
        deadline_of=deadline_of,
    )
    centers = activity.judge_centers(
        with_pauses(project.centers, decisions, ZoneInfo(project.timezone)),
        dated,
        previous=remembered,
        verdicts=judgement.verdicts,
        sources=sources,
        project=project,
        today=today,
    )
    parts = [part for part in (snapshot.board, snapshot.tables) if part is not None]
    return Assessment(
        today=today,
        trustworthy=_trustworthy(sources),
        sources=sources,
        verdicts=judgement.verdicts,
        questions=tuple(sorted(matched.questions, key=lambda question: question.card_id)),
        moved=judgement.moved,
        extra=tuple(by_id[i] for i in sorted(matched.extra) if _speaks(by_id[i])),
        vanished=tuple(
            card
            for source in sources
            if source.reliable and source.name not in shrunken
            for card in gone[source.name]
        ),
        duplicates=judgement.duplicates,
        centers=centers,
        cards=by_id,
        rebuilt=_rebuilt(dated, remembered, sources),
        problems=(*calendar.problems, *(problem for part in parts for problem in part.problems)),
    )


def shrunk(before: int, gone: int) -> bool:
    """Tell whether a source lost so much that it has to be asked about.

    Args:
        before: things in the last complete read.
        gone: those of them that are not there any more.

    """
    return before >= SHRINK_LEAST and gone * 100 > before * SHRINK_PERCENT


def with_pauses(
    centers: Iterable[Center], decisions: Sequence[Decision], zone: dt.tzinfo
) -> tuple[Center, ...]:
    """Return the centres with the pauses that people decided, besides the declared ones.

    A later pause replaces an earlier one that it overlaps, so it can also be shortened. One
    without days lasts from the day of the decision in `zone` until another one.
    """
    decided: defaultdict[str, list[Period]] = defaultdict(list)
    for decision in sorted(decisions, key=lambda one: one.made_at):
        if decision.kind is DecisionKind.PAUSE:
            since = decision.made_at.astimezone(zone).date()
            pause = decision.period or Period(since, dt.date.max)
            kept = [one for one in decided[decision.subject] if not one.overlaps(pause)]
            decided[decision.subject] = [*kept, pause]
    return tuple(
        replace(center, pauses=(*center.pauses, *decided[center.id]))
        if center.id in decided
        else center
        for center in centers
    )


def _trustworthy(sources: Iterable[SourceReport]) -> bool:
    """Tell whether there is something to judge by, and all of it was read."""
    named = [source for source in sources if source.state is not SourceState.ABSENT]
    evidence = [source for source in named if source.name != "calendar"]
    return bool(evidence) and all(source.reliable for source in named)


# --- what is there and what is gone -----------------------------------------------------------

#: Shapes and texts are headings and drawings as often as events: nobody's plan misses them.
_SILENT_KINDS = frozenset({"shape", "text"})


def _speaks(card: EventCard) -> bool:
    return card.kind not in _SILENT_KINDS


def _home(card: EventCard) -> str:
    return "board" if card.source == "board" else "tables"


def _gone(cards: Iterable[EventCard], remembered: Remembered) -> Mapping[str, Sequence[EventCard]]:
    """Return the remembered cards that are not there any more, by source, in the order of ids.

    A card that was made anew or turned into another type comes back under another id; a row gets
    another number when rows above it come or go. Both are known by their title and centre.
    """
    now = sorted(cards, key=_id)
    before = sorted(remembered.cards.values(), key=_id)
    found: defaultdict[str, Sequence[EventCard]] = defaultdict(tuple)
    for home, ways in _SAME.items():
        left = [card for card in before if _home(card) == home]
        there = [card for card in now if _home(card) == home]
        for way in ways:
            left, there = _paired_off(left, there, way)
        found[home] = left
    return found


def _paired_off(
    before: Iterable[EventCard],
    now: Iterable[EventCard],
    key: Callable[[EventCard], Hashable],
) -> tuple[list[EventCard], list[EventCard]]:
    """Return what is left of both when cards with the same key have been paired, one to one."""
    there: defaultdict[Hashable, list[EventCard]] = defaultdict(list)
    for card in now:
        there[key(card)].append(card)
    left = [card for card in before if not (there[key(card)] and there[key(card)].pop(0))]
    return left, [card for cards in there.values() for card in cards]


def _id(card: EventCard) -> str:
    return card.id


def _title(card: EventCard) -> tuple[str | None, str]:
    return (card.center_id, fold(card.title) or card.id)


def _id_and_title(card: EventCard) -> tuple[str, tuple[str | None, str]]:
    return (card.id, _title(card))


#: How a thing is known again, by source, the surest way first. An item keeps its id whatever is
#: written on it; a row's id is its place, so what it says goes before where it stands.
_SAME: Mapping[str, tuple[Callable[[EventCard], Hashable], ...]] = {
    "board": (_id, _title),
    "tables": (_id_and_title, _title, _id),
}


def _rebuilt(
    cards: Iterable[EventCard], remembered: Remembered, sources: Iterable[SourceReport]
) -> bool:
    """Tell whether somebody rearranged the board since it was last read completely."""
    if not any(source.name == "board" and source.reliable for source in sources):
        return False
    before = [card for card in remembered.cards.values() if card.source == "board"]
    return changes(before, (card for card in cards if card.source == "board")).rebuilt


# --- the limit on loss ------------------------------------------------------------------------


def _count(remembered: Remembered, source: str) -> int:
    return sum(1 for card in remembered.cards.values() if _home(card) == source)


def _agreed(source: str, remembered: Remembered, decisions: Iterable[Decision]) -> bool:
    """Tell whether a person agreed to this loss: one before the remembered read is not this."""
    read_at = remembered.read_at.get(source)
    return any(
        decision.kind is DecisionKind.ACCEPT_SHRINK
        and decision.subject == source
        and (read_at is None or decision.made_at > read_at)
        for decision in decisions
    )


def _held_back(source: SourceReport, remembered: Remembered, gone: int) -> SourceReport:
    """Return the report of a source for which the last good read stands in."""
    before = _count(remembered, source.name)
    message = say(
        "findings.shrunk",
        before=before,
        gone=gone,
        percent=gone * 100 // before,
        source=say(f"status.source_{source.name}"),
        name=source.name,
    )
    return replace(
        source,
        state=SourceState.STALE,
        complete=False,
        read_at=remembered.read_at.get(source.name, source.read_at),
        items=before,
        message=message,
    )
