"""Which centres take part, judged by what they contribute and not by how loud they are.

A contribution is a new or filled-in card, a held event, a new or changed table row. Moving and
recolouring are none, nor are edits of coordinators, the director and this service. Silence is
counted in local days without school holidays and the centre's pauses, and never before the
project began. No centre is measured by another one.

What a card is worth can be told only by comparing it with the last read; `date_contributions`
does that and writes the day into the card, which is remembered with it. Where there is nothing to
compare with, the centre has the benefit of the doubt.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync.model import (
    CenterActivity,
    CenterState,
    Period,
    SourceState,
    Status,
    say,
)
from miro_sync.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.model import (
        Center,
        EventCard,
        Message,
        Person,
        Project,
        Remembered,
        SourceReport,
        Verdict,
    )


#: The sources that may hold a contribution.
HOLDERS = ("board", "tables")


def date_contributions(  # noqa: PLR0913 - a read, and what it is compared with
    cards: Iterable[EventCard],
    previous: Remembered,
    *,
    sources: Sequence[SourceReport],
    members: Mapping[str, str],
    project: Project,
    today: dt.date,
) -> tuple[EventCard, ...]:
    """Return the cards with the days on which somebody of their centre worked at them.

    - A card counts on the day it was made, and on the day its title, text, days or held mark
      were changed since the last read. A later `modified_at` without such a change is a move or
      another colour. A card that was never read before counts on its last edit: what was edited
      nobody knows. What coordinators, the director and ignored users do counts for nobody.
    - A row counts on the day its content was read first; its number may change when rows are
      inserted above it. In the very first read of the tables the rows are of unknown age: they
      count for a centre of which nothing else is known.

    Args:
        cards: cards and rows at hand.
        previous: the cards of the last complete reads, with the days found then, and the users
            of this service.
        sources: when the board and the tables were read.
        members: names of the board's users by id.
        project: time zone, people and ignored users.
        today: stands in for the day of a read that names no moment.

    """
    zone = ZoneInfo(project.timezone)
    read_on = {
        source.name: _day(source.read_at, zone) or today
        for source in sources
        if source.name in HOLDERS
    }
    nobody = _ignored(project, members) | previous.service_users
    rows_on = read_on.get("tables", today)
    old_rows = _rows_by_content(previous)
    rows_known = _rows_known(previous)
    dated = []
    for card in cards:
        day: dt.date | None
        made: dt.date | None = None
        if card.source == "board":
            was = previous.cards.get(card.id)
            day = _worked_at(card, was, nobody, read_on.get("board", today), zone)
            made = _made_on(card, was, nobody, zone)
            made = None if made == day else made
        elif _content(card) in old_rows:
            day = old_rows[_content(card)]
        else:
            day = rows_on if rows_known else None
        same = card.contributed == day and card.made == made
        dated.append(card if same else replace(card, contributed=day, made=made))
    return tuple(dated) if rows_known else _with_old_rows(dated, rows_on, today)


def judge_centers(  # noqa: PLR0913 - the inputs of the decision, every one a value
    centers: Iterable[Center],
    cards: Iterable[EventCard],
    *,
    previous: Remembered,
    verdicts: Iterable[Verdict],
    sources: Sequence[SourceReport],
    project: Project,
    today: dt.date,
) -> tuple[CenterActivity, ...]:
    """Tell of every centre whether it takes part, and why we think so.

    Args:
        centers: the centres, with declared and decided pauses.
        cards: what `date_contributions` returned.
        previous: only says which cards were never compared with anything.
        verdicts: held events of a centre are contributions, also those a person vouches for.
        sources: how the board and the tables fared; where one was not read completely a centre
            is never silent.
        project: span, school holidays and the limit of silence.
        today: the local day to judge by.

    """
    zone = ZoneInfo(project.timezone)
    contributions = _contributions(cards, previous, verdicts, zone, today)
    unread = _unread(sources)
    connected = any(
        source.name in HOLDERS and source.state is not SourceState.ABSENT for source in sources
    )
    free = _days_of(project.vacations, project.span.start, today)
    return tuple(
        _judged(
            _Case(
                center=center,
                seen=center.id in contributions.known,
                last=contributions.last.get(center.id),
                silent=_silent(center, contributions.last.get(center.id), free, project, today),
                since=project.span.start,
                limit=project.rules.inactive_after_days,
                unread=unread,
                connected=connected,
                today=today,
            )
        )
        for center in centers
    )


def held_on(card: EventCard, today: dt.date) -> dt.date | None:
    """Return the last day that a held card names and that has come.

    Of a range that still goes on only the first day is sure to be over.
    """
    if card.held is None or card.date is None:
        return None
    days = [p.end if p.end <= today else p.start for p in card.date.facts if p.start <= today]
    return max((day for day in days if day > dt.date.min), default=None)


# --- the table --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class _Contribution:
    """A day and what was done on it; of two things on one day the weightier is told."""

    day: dt.date
    rank: int
    what: str
    title: str

    def spoken(self) -> Message:
        return say(self.what, title=self.title or say("status.untitled"))


@dataclass(frozen=True, slots=True)
class _Contributions:
    """The last contribution by centre, and the centres that have any card or row at all."""

    last: Mapping[str, _Contribution]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Case:
    center: Center
    seen: bool
    last: _Contribution | None
    silent: int
    since: dt.date
    limit: int
    unread: Message | None
    connected: bool
    today: dt.date


def _judged(case: _Case) -> CenterActivity:
    center, last = case.center, case.last
    day = None if last is None else last.day
    pause = next((pause for pause in center.pauses if case.today in pause), None)

    # a pause was agreed on: nothing is expected
    if pause is not None:
        key = "activity.paused" if pause.end < dt.date.max else "activity.paused_open"
        state, reason = CenterState.PAUSED, say(key, start=pause.start, end=pause.end)

    # something came lately, wherever it was read
    elif last is not None and case.silent <= case.limit:
        reason = say("activity.active", day=last.day, what=last.spoken())
        return CenterActivity(center, CenterState.ACTIVE, reason, day, case.silent)

    # what is missing may stand where we could not look
    elif case.unread is not None or not case.connected or case.today < case.since:
        return CenterActivity(center, CenterState.UNKNOWN, _why_unknown(case), day)

    # nothing came for longer than the rules allow
    elif case.silent > case.limit:
        state, reason = CenterState.INACTIVE, _why_inactive(case)

    # nothing came yet, and there was little time for it
    else:
        state = CenterState.ACTIVE
        reason = say("activity.active_none", start=case.since, days=case.silent, limit=case.limit)
    return CenterActivity(center, state, reason, day, case.silent)


def _why_unknown(case: _Case) -> Message:
    if not case.connected:
        return say("activity.nowhere")
    if case.unread is None:
        return say("activity.not_started", start=case.since)
    if case.last is None:
        return say("activity.unread", sources=case.unread)
    what = case.last.spoken()
    return say("activity.unread_after", day=case.last.day, what=what, sources=case.unread)


def _why_inactive(case: _Case) -> Message:
    clears = say("activity.clears")
    days, limit, frame = case.silent, case.limit, case.center.frame
    if case.last is not None:
        day, what = case.last.day, case.last.spoken()
        return say("activity.inactive", day=day, what=what, days=days, limit=limit, clears=clears)
    # The words say what was looked at: an empty frame may also be a wrong one.
    figures = {"start": case.since, "days": days, "limit": limit, "clears": clears}
    if case.seen:
        return say("activity.inactive_never", **figures)
    if frame is None:
        return say("activity.inactive_no_frame", **figures)
    return say("activity.inactive_empty", frame=frame, **figures)


# --- contributions ----------------------------------------------------------------------------


def _contributions(
    cards: Iterable[EventCard],
    previous: Remembered,
    verdicts: Iterable[Verdict],
    zone: ZoneInfo,
    today: dt.date,
) -> _Contributions:
    found: defaultdict[str, list[_Contribution]] = defaultdict(list)
    known = set()
    rows_known = _rows_known(previous)
    for card in cards:
        if card.center_id is None:
            continue
        known.add(card.center_id)
        compared = card.id in previous.cards if card.source == "board" else rows_known
        found[card.center_id] += _of_card(card, zone, today, compared=compared)
    for verdict in verdicts:
        center_id = verdict.occurrence.center_id
        if center_id is not None and verdict.status is Status.HELD:
            found[center_id] += _of_verdict(verdict, today)
    return _Contributions(
        last={center_id: max(some) for center_id, some in found.items() if some},
        known=frozenset(known),
    )


def _of_card(
    card: EventCard, zone: ZoneInfo, today: dt.date, *, compared: bool
) -> Iterable[_Contribution]:
    day = card.contributed
    if day is not None and day <= today:
        if card.source != "board":
            what = "activity.row" if compared else "activity.row_first_sight"
        elif day == _day(card.created_at, zone):
            what = "activity.created"
        else:
            what = "activity.filled" if compared else "activity.first_sight"
        yield _Contribution(day, 1, what, card.label)
    held = held_on(card, today)
    if held is not None:
        yield _Contribution(held, 2, "activity.held", card.label)


def _of_verdict(verdict: Verdict, today: dt.date) -> Iterable[_Contribution]:
    """Return what a held event of a centre adds to the cards that are known to be its own."""
    marks = [item.card for item in verdict.evidence if item.card.held is not None]
    for card in marks:
        day = held_on(card, today)
        if card.center_id is None and day is not None:
            yield _Contribution(day, 2, "activity.held", card.label)
    period = verdict.occurrence.period
    # Without a mark a person vouches for it; on which day it was is not known more closely.
    if not marks and verdict.progress is None and period is not None and period.end <= today:
        title = verdict.occurrence.event.title
        yield _Contribution(period.end, 2, "activity.held", title)


def _worked_at(
    card: EventCard,
    was: EventCard | None,
    nobody: frozenset[str],
    read_on: dt.date,
    zone: ZoneInfo,
) -> dt.date | None:
    """Return the last day on which somebody who counts made or filled in a card of the board."""
    days = []
    if card.author_id not in nobody:
        days.append(_day(card.created_at, zone))
    edited = None if card.editor_id in nobody else _day(card.modified_at, zone)
    if was is None:
        if card.modified_at != card.created_at:
            days.append(edited)
    else:
        days.append(was.contributed)
        marked = card.held is not None and was.held is None
        if card.modified_at is not None and card.modified_at != was.modified_at:
            if marked or _words(card) != _words(was):
                days.append(edited)
        elif marked or (card.modified_at is None and _words(card) != _words(was)):
            # A tag leaves no trace in the card's own times: who set it, and when, is unknown.
            days.append(read_on)
    return max((day for day in days if day is not None), default=None)


def _made_on(
    card: EventCard, was: EventCard | None, nobody: frozenset[str], zone: ZoneInfo
) -> dt.date | None:
    """Return the day on which somebody who counts made a card of the board.

    Who counts is known only while the board is read; what was found then is kept.
    """
    day = _day(card.created_at, zone)
    if was is None:
        return None if card.author_id in nobody else day
    return was.made or (day if was.contributed == day else None)


def _words(card: EventCard) -> tuple[str, str, tuple[Period, ...]]:
    return (card.title, card.text, card.date.facts if card.date is not None else ())


_Content = tuple[str | None, bool, tuple[str, str, tuple[Period, ...]]]


def _content(row: EventCard) -> _Content:
    """Return what a row says, wherever it stands."""
    return (row.center_id, row.held is not None, _words(row))


def _rows_known(previous: Remembered) -> bool:
    return "tables" in previous.read_at or any(
        card.source != "board" for card in previous.cards.values()
    )


def _rows_by_content(previous: Remembered) -> Mapping[_Content, dt.date | None]:
    """Return the remembered rows with the day of their last contribution."""
    found: dict[_Content, dt.date | None] = {}
    for card in previous.cards.values():
        if card.source != "board":
            content = _content(card)
            days = [day for day in (found.get(content), card.contributed) if day is not None]
            found[content] = max(days, default=None)
    return found


def _with_old_rows(
    cards: Sequence[EventCard], read_on: dt.date, today: dt.date
) -> tuple[EventCard, ...]:
    """Count rows of unknown age for the centres of which nothing else is known."""
    alive = {
        card.center_id
        for card in cards
        if card.contributed is not None or held_on(card, today) is not None
    }
    return tuple(
        replace(card, contributed=read_on)
        if card.source != "board" and card.center_id not in alive
        else card
        for card in cards
    )


# --- people -----------------------------------------------------------------------------------

#: Whose edits are work at the board and not a centre's contribution.
_OFFICE = ("coordinator", "director")


def _ignored(project: Project, members: Mapping[str, str]) -> frozenset[str]:
    """Return the ids of users whose edits are nobody's contribution."""
    named = {_folded(name) for name in project.rules.ignored_users}
    office = [person for person in project.people if person.role in _OFFICE]
    return frozenset(project.rules.ignored_users) | {
        user_id
        for user_id, name in members.items()
        if _folded(name) in named or any(_same_person(name, person) for person in office)
    }


def _same_person(name: str, person: Person) -> bool:
    """Tell whether a board user's name is a person's, patronymic or not, in any order."""
    user, known = set(_folded(name)), set(_folded(person.name))
    shorter, longer = sorted((user, known), key=len)
    # A given name alone is shared by too many.
    return user == known != set() or (len(shorter) > 1 and shorter <= longer)


def _folded(name: str) -> tuple[str, ...]:
    return tuple(fold(name).split())


# --- days and sources -------------------------------------------------------------------------


def _day(moment: dt.datetime | None, zone: ZoneInfo) -> dt.date | None:
    return None if moment is None else moment.astimezone(zone).date()


def _silent(
    center: Center,
    last: _Contribution | None,
    free: frozenset[dt.date],
    project: Project,
    today: dt.date,
) -> int:
    """Return the days of silence up to today, without school holidays and pauses."""
    start = project.span.start
    first = start if last is None else max(last.day + dt.timedelta(days=1), start)
    if first > today:
        return 0
    idle = free | _days_of(center.pauses, first, today)
    return (today - first).days + 1 - sum(1 for day in idle if day >= first)


def _days_of(periods: Iterable[Period], first: dt.date, last: dt.date) -> frozenset[dt.date]:
    """Return the days of the periods that lie between two days."""
    return frozenset(
        dt.date.fromordinal(day)
        for period in periods
        for day in range(
            max(period.start, first).toordinal(), min(period.end, last).toordinal() + 1
        )
    )


def _unread(sources: Iterable[SourceReport]) -> Message | None:
    """Name the sources that may hold a contribution and were not read completely."""
    names: Message | None = None
    for source in sources:
        if source.name not in HOLDERS or source.state is SourceState.ABSENT or source.reliable:
            continue
        name = say(f"status.source_{source.name}")
        names = name if names is None else say("status.list", head=names, tail=name)
    return names
