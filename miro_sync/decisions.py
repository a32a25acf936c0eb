"""What people decided: which decisions stand, of what they speak, and whether they make sense.

Decisions are only ever added. One that was wrong is taken back by another one, an undo, that names
its number; an undo can be taken back in its turn. So it can always be told who said what and when,
and an answer as of an earlier day rests on what had been said by then.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from miro_sync.errors import SettingsError
from miro_sync.model import Decision, DecisionKind, SameCard, say
from miro_sync.text import fold

if TYPE_CHECKING:
    import datetime as dt

    from miro_sync.model import Event, EventCalendar, EventCard, Message

#: The roadmap gives decisions on a change of the event calendar to the head of the project alone.
DIRECTORS_ONLY = frozenset({DecisionKind.MOVE, DecisionKind.CANCEL})

ABOUT_A_CARD = frozenset({DecisionKind.CONFIRM, DecisionKind.REJECT})

#: The sources that can lose things.
_SOURCES = ("board", "tables")

#: The id of an item in the link that Miro copies to the clipboard.
_IN_LINK = re.compile(r"moveToWidget=(\d+)")


@dataclass(frozen=True, slots=True)
class Known:
    """What a decision may speak of.

    Attributes:
        calendar: events and their occurrences.
        centers: ids of the centres.
        cards: cards and rows by id; None when nothing was ever read, so that none can be unknown.
        decisions: all earlier ones, undone ones included.
        directors_only: what the director alone may decide.
        today: the local day on which it is decided; None where days ahead are not looked at.

    """

    calendar: EventCalendar
    centers: Collection[str]
    cards: Mapping[str, EventCard] | None
    decisions: Sequence[Decision]
    directors_only: Collection[DecisionKind] = DIRECTORS_ONLY
    today: dt.date | None = None


def checked(decision: Decision, known: Known) -> Decision:
    """Return the decision with its subject and card as the calendar and the board spell them.

    Raises:
        SettingsError: it makes no sense: the role may not decide this, the subject or card does
            not exist, or something is lacking. The message says what to write instead.

    """
    if decision.kind is DecisionKind.UNDO:
        return _checked_undo(decision, known)
    _check_role(decision.kind, decision.role, known.directors_only)
    decision = replace(decision, subject=_subject(decision, known))
    if decision.kind in ABOUT_A_CARD:
        decision = replace(decision, card_id=_card(decision, known))
    elif decision.card_id is not None:
        raise SettingsError(say("decisions.needs_no_card", kind=_name(decision.kind)))
    if decision.kind is DecisionKind.MOVE and decision.period is None:
        raise SettingsError(say("decisions.move_where"))
    if decision.kind is DecisionKind.HELD:
        _check_past(decision, known.today)
    return decision


def merged(*sources: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return decisions of several places by time; those of one moment as they came."""
    return tuple(sorted((one for some in sources for one in some), key=lambda one: one.made_at))


def made_until(
    decisions: Iterable[Decision], day: dt.date, zone: dt.tzinfo
) -> tuple[Decision, ...]:
    """Return the decisions that had been made by the evening of a local day."""
    return tuple(one for one in decisions if one.made_at.astimezone(zone).date() <= day)


def standing(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Return what still counts: no decision that was taken back, and no undo itself."""
    undone = undone_numbers(decisions)
    return tuple(
        one
        for one in decisions
        if one.kind is not DecisionKind.UNDO and (one.number is None or one.number not in undone)
    )


def undone_numbers(decisions: Iterable[Decision]) -> frozenset[int]:
    """Return the numbers of the decisions that were taken back, undos among them."""
    undos = [one for one in decisions if one.kind is DecisionKind.UNDO and one.undoes is not None]
    gone: set[int] = set()
    # The latest undo stands for certain; it settles the ones before it.
    for undo in sorted(undos, key=lambda one: one.number or 0, reverse=True):
        if undo.number not in gone and undo.undoes is not None:
            gone.add(undo.undoes)
    return frozenset(gone)


def following(decisions: Iterable[Decision], same: Sequence[SameCard]) -> tuple[Decision, ...]:
    """Return the decisions about cards with the ids that those cards have by now.

    Args:
        decisions: confirmed and rejected links among them.
        same: which card came back under another id, oldest first; only what was noticed after a
            decision matters to it.

    """
    return tuple(
        one
        if one.card_id is None
        else replace(one, card_id=_id_now(one.card_id, one.made_at, same))
        for one in decisions
    )


def event_key(text: str, calendar: EventCalendar) -> str:
    """Return the key of the event with this code, key or title; raises `SettingsError` for none."""
    return _event(text, _names_of_events(calendar.events), calendar)


def card_id_in(text: str) -> str:
    """Return the card's id from an id or from a link to the card."""
    found = _IN_LINK.search(text)
    return found[1] if found else text.strip()


def _id_now(card_id: str, since: dt.datetime, same: Sequence[SameCard]) -> str:
    changed_at = None
    for one in same:
        # Rows that slid down one by one: 5 became 6 and 6 became 7 in one and the same run.
        if one.old == card_id and one.at > since and one.at != changed_at:
            card_id, changed_at = one.new, one.at
    return card_id


# --- does it make sense -----------------------------------------------------------------------


def _check_role(kind: DecisionKind, role: str, directors_only: Collection[DecisionKind]) -> None:
    if kind in directors_only and role != "director":
        raise SettingsError(say("decisions.directors_word", kind=_name(kind)))


def _check_past(decision: Decision, today: dt.date | None) -> None:
    period = decision.period
    if period is not None and today is not None and period.start > today:
        raise SettingsError(say("decisions.held_ahead", day=period.start))


def _checked_undo(decision: Decision, known: Known) -> Decision:
    by_number = {one.number: one for one in known.decisions if one.number is not None}
    undone = by_number.get(decision.undoes) if decision.undoes is not None else None
    if undone is None:
        raise SettingsError(say("decisions.no_such_number", number=decision.subject))
    if undone.number in undone_numbers(known.decisions):
        raise SettingsError(say("decisions.undone_already", number=undone.number))
    meant = undone
    while meant.undoes is not None:
        meant = by_number[meant.undoes]
    _check_role(meant.kind, decision.role, known.directors_only)
    return replace(decision, subject=undone.subject, card_id=undone.card_id)


def _subject(decision: Decision, known: Known) -> str:
    if decision.kind is DecisionKind.PAUSE:
        return _spelled(decision.subject, known.centers, "decisions.no_such_center")
    if decision.kind is DecisionKind.ACCEPT_SHRINK:
        return _spelled(decision.subject, _SOURCES, "decisions.no_such_source")
    calendar = known.calendar
    names = _names_of_events(calendar.events)
    called = defaultdict(list)
    for name, key in names.items():
        called[key].append(name)
    times = {one.key: one.key for one in calendar.occurrences}
    for one in calendar.occurrences:
        if one.key.startswith(one.event.key):
            rest = one.key.removeprefix(one.event.key)
            times |= {name + rest: one.key for name in called[one.event.key]}
    return _event(decision.subject, times | names, calendar)


def _names_of_events(events: Collection[Event]) -> dict[str, str]:
    """Return the keys of events by what people call them: code, key, a title of one event alone."""
    titles = Counter(fold(one.title) for one in events)
    names = {one.title: one.key for one in events if titles[fold(one.title)] == 1}
    names |= {one.code: one.key for one in events if one.code is not None}
    return names | {one.key: one.key for one in events}


def _event(text: str, names: Mapping[str, str], calendar: EventCalendar) -> str:
    """Return the key that a name stands for; a key that nobody ever saw is not offered."""
    shown = [one.code or one.title for one in calendar.events]
    most = _SHOWN if all(one.code for one in calendar.events) else _SHOWN_TITLES
    return names[_spelled(text, names, "decisions.no_such_event", shown, most)]


#: At most so many names are offered; titles are long.
_SHOWN, _SHOWN_TITLES = 12, 4


def _spelled(
    text: str,
    names: Collection[str],
    refusal: str,
    shown: Collection[str] = (),
    most: int = _SHOWN,
) -> str:
    """Return the name as it is spelled where it is declared; case and ё do not matter.

    Of `shown`, or else of the names themselves, a refusal offers at most so many.
    """
    if text in names:
        return text
    alike = {name for name in names if fold(name) == fold(text)}
    if len(alike) == 1:
        return alike.pop()
    offered = ", ".join(dict.fromkeys(_nearest(text, shown or names)[:most]))
    raise SettingsError(say(refusal, subject=text, known=offered))


def _nearest(text: str, names: Collection[str]) -> list[str]:
    """Return some names that can be written, those that begin alike first."""
    start = fold(text)[:2]
    return sorted(names, key=lambda name: (not fold(name).startswith(start), name))


def _card(decision: Decision, known: Known) -> str:
    if decision.card_id is None:
        raise SettingsError(say("decisions.which_card", kind=_name(decision.kind)))
    card_id = card_id_in(decision.card_id)
    if known.cards is not None and card_id not in known.cards:
        raise SettingsError(say("decisions.no_such_card", card=card_id))
    return card_id


def _name(kind: DecisionKind) -> Message:
    return say(f"decisions.kind_{kind.name.lower()}")
