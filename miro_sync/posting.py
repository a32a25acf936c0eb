"""The use case of the weekly mail: who gets a letter, whether it is due, and sending it once.

A letter is due once per reader and ISO week: from the settings' weekday on, or the next working day
where that is a holiday, within the settings' hours. What was missed is made up for until the week
is over. The ledger is written before and after every letter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from miro_sync.calendar import WorkDays
from miro_sync.digest import Reader
from miro_sync.errors import MailError
from miro_sync.letter import Letter, Posting, PostingState, Role
from miro_sync.model import Message, Person, Project, say
from miro_sync.ports import Ledger, MailDoor
from miro_sync.telling.schools import short_names

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets letters.

    Attributes:
        key: what the ledger calls them: "center:" and a centre's id, or "person:" and a digest of
            the address, so that no address is stored.
        label: their role, or the centre's name.
        name: what a person may type for them, and the head of a file's name.
        paused: they are at rest: no letters.

    """

    key: str
    name: str
    label: Message
    address: str
    reader: Reader
    paused: bool = False


class Due(StrEnum):
    """Whether a letter is to be sent now, and if not, why."""

    NOW = "now"
    SENT = "sent"  # they have it
    UNCERTAIN = "uncertain"  # it was handed over and never answered: only a person may repeat it
    NOTHING = "nothing"  # there is nothing to say to them
    PAUSED = "paused"
    EARLY = "early"  # the week's day has not come
    HOURS = "hours"  # outside the hours in which letters go, or no working day
    OLD = "old"  # a centre is not asked on the strength of data that are too old


@dataclass(frozen=True, slots=True)
class Item:
    """A letter of the week, and whether it is due.

    Attributes:
        letter: None where there is nothing to say.
        posting: its row of the ledger, or the one it would get.

    """

    recipient: Recipient
    due: Due
    posting: Posting
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a letter.

    Attributes:
        state: None where another process was quicker.
        trouble: why it was not taken, or is not known to be.

    """

    item: Item
    state: PostingState | None
    trouble: Message | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """When letters go.

    Attributes:
        weekday: 0 is Monday. hours: minutes of the day, from and to.
        pause_until: none before this day.

    """

    weekday: int = 0
    hours: tuple[int, int] = (8 * 60, 18 * 60)
    pause_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """How letters get to their readers.

    Attributes:
        door: the mail server.
        sender: the address that answers for the letters.
        address_of: where a letter goes, as the mail protocol takes it; None where it cannot.
        made: makes the e-mail of an item.

    """

    door: MailDoor
    sender: str
    address_of: Callable[[Recipient], str | None]
    made: Callable[[Item], bytes]


def recipients(project: Project, today: dt.date) -> tuple[Recipient, ...]:
    """Return all who have an address: the team by role, then the centres.

    One address is one reader of the team: who is director and coordinator gets one letter with
    the parts of both.
    """
    people: dict[str, list[Person]] = {}
    for person in project.people:
        if person.email is not None:
            people.setdefault(person.email.casefold(), []).append(person)
    order = list(Role)
    roles = {
        address: sorted({Role(one.role) for one in same}, key=order.index)
        for address, same in people.items()
    }
    found: list[Recipient] = []
    for address in sorted(people, key=lambda one: order.index(roles[one][0])):
        first = roles[address][0]
        alike = sum(one.name.partition("-")[0] == first for one in found)
        pauses = [one.pause_until for one in people[address] if one.pause_until is not None]
        found.append(
            Recipient(
                key=f"person:{_digest(f'{project.name}/{address}')}",
                name=f"{first}-{alike + 1}" if alike else first.value,
                label=say(f"digest.role_{first}"),
                address=people[address][0].email or address,
                reader=Reader(roles=frozenset(roles[address])),
                paused=any(today < pause for pause in pauses),
            )
        )
    names = short_names(project.centers)
    found += [
        Recipient(
            key=f"center:{center.id}",
            name=center.id,
            label=say("mail.plain", text=names[center.id]),
            address=center.email,
            reader=Reader(center_id=center.id),
            paused=any(today in pause for pause in center.pauses),
        )
        for center in project.centers
        if center.email is not None
    ]
    return tuple(found)


def week_of(day: dt.date) -> str:
    """Return the ISO week of a day: 2024-W16."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def send_day(day: dt.date, timing: Timing, project: Project) -> dt.date | None:
    """Return the day on which the letters of a day's ISO week go.

    School holidays are no holidays for those who read them; only the production calendar and the
    single days of the settings count.

    Returns:
        The settings' weekday or the next working day after it; None in a week that has none.

    """
    working = WorkDays(special_days=project.special_days)
    monday = day - dt.timedelta(days=day.weekday())
    candidates = (monday + dt.timedelta(days=number) for number in range(timing.weekday, _WEEK))
    return next((one for one in candidates if working.is_working(one)), None)


def when_due(  # noqa: PLR0913 - all that a day may be asked for
    posting: Posting | None,
    recipient: Recipient,
    letter: Letter | None,
    *,
    today: dt.date,
    minute: int | None,
    timing: Timing,
    project: Project,
    old: bool = False,
) -> Due:
    """Tell whether a letter is to be sent now.

    Args:
        posting: the ledger's row of this week; None where there is none.
        recipient: who gets it.
        letter: what there is to say.
        today: the local day.
        minute: of that day; None where the hour does not matter.
        timing: the settings' day and hours.
        project: knows the working days.
        old: the data are too old to ask a centre on the strength of them.

    """
    state = None if posting is None else posting.state
    day = send_day(today, timing, project)
    start, end = timing.hours
    working = WorkDays(special_days=project.special_days).is_working(today)
    not_now = not working or (minute is not None and not start <= minute < end)
    stopped = timing.pause_until is not None and today < timing.pause_until
    reasons = (
        (state is PostingState.SENT, Due.SENT),
        (state is PostingState.SENDING, Due.UNCERTAIN),
        (letter is None, Due.NOTHING),
        (recipient.paused or stopped, Due.PAUSED),
        (old and recipient.reader.center_id is not None, Due.OLD),
        (day is None or today < day, Due.EARLY),
        (not_now, Due.HOURS),
    )
    return next((due for holds, due in reasons if holds), Due.NOW)


def send(
    items: Iterable[Item], ledger: Ledger, way: Way, now: Callable[[], dt.datetime]
) -> Sequence[Posted]:
    """Send the letters that are due; one that fails does not stop the others.

    Args:
        items: the letters of the week; those that are not due are passed over.
        ledger: where every step is written down.
        way: how letters get to their readers.
        now: the clock, UTC.

    Raises:
        StateError: the ledger cannot be written; nothing more is sent then.

    """
    done: list[Posted] = []
    closed: MailError | None = None
    for item in items:
        if item.due is not Due.NOW:
            continue
        posting = ledger.plan(item.posting, now())
        if posting.state is not PostingState.PLANNED:
            done.append(Posted(item, None))
            continue
        try:
            if closed is not None:
                raise closed
            state = _sent(replace(item, posting=posting), ledger, way, now)
            done.append(Posted(item, state))
        except MailError as error:
            if error.of_server:
                closed = error
            if error.uncertain:
                done.append(Posted(item, PostingState.SENDING, error.message))
                continue
            ledger.failed(posting.recipient, posting.week, now(), error.message.key)
            done.append(Posted(item, PostingState.FAILED, error.message))
    return done


def _sent(
    item: Item, ledger: Ledger, way: Way, now: Callable[[], dt.datetime]
) -> PostingState | None:
    """Send one letter; None when another process is quicker. Raises `MailError`."""
    recipient, week = item.posting.recipient, item.posting.week
    address = way.address_of(item.recipient)
    if address is None:
        raise MailError(say("digest.address"))
    gone = way.door.send(
        way.made(item), way.sender, address, lambda: ledger.hand_over(recipient, week, now())
    )
    if not gone:
        return None
    ledger.sent(recipient, week, now())
    return PostingState.SENT


def named(known: Iterable[Recipient], name: str) -> Recipient | None:
    """Return whom a person meant by a role, a centre's id, or an address."""
    wanted = name.strip().casefold()
    for one in known:
        if wanted in {one.name.casefold(), one.address.casefold()}:
            return one
    return None


def first_posting(
    recipient: Recipient, week: str, day: dt.date, before: Mapping[str, Posting], message_id: str
) -> Posting:
    """Return the row that a letter gets when it is planned for the first time."""
    last = before.get(recipient.key)
    return Posting(recipient.key, week, 1 if last is None else last.number + 1, message_id, day)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
