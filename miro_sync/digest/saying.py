"""Titles, periods and numbers as messages; texts of others made harmless and short."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from miro_sync.letter import Link
from miro_sync.model import EventCard, Message, Period, Place, Verdict, say
from miro_sync.privacy import few_hidden
from miro_sync.telling.display import clean, link, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from miro_sync.model import Event

#: Columns of a title: three lines of a phone.
TITLE = 150

#: Names in a row before the rest is only counted.
NAMES = 8


def plain(text: str) -> Message:
    """Return a text of others as a message, harmless and not longer than a title."""
    return say("mail.plain", text=_tamed(text))


def title_of(event: Event) -> Message:
    """Name an event: its code, its title; its key in the calendar where it has neither."""
    title = _tamed(event.title)
    if event.code and title:
        return say("mail.coded", code=clean(event.code), title=title)
    return say("mail.plain", text=title) if title else say("status.untitled")


def card_title(card: EventCard) -> Message:
    """Name a card."""
    title = _tamed(card.label)
    return say("mail.quoted", text=title) if title else say("status.untitled")


def days_of(period: Period | None) -> Message:
    """Say when: a day, a whole month by its name, or the first and the last day."""
    if period is None:
        return say("telling.no_period")
    start, end = period.start, period.end
    if start == end:
        return say("mail.day", day=start)
    next_day = end + dt.timedelta(days=1)
    if start.day == 1 and next_day.day == 1:
        last = say("mail.month", month=say(f"mail.month_{end.month}"), year=end.year)
        if (start.year, start.month) == (end.year, end.month):
            return last
        first = say("mail.month", month=say(f"mail.month_{start.month}"), year=start.year)
        if start.year == end.year:
            first = say(f"mail.month_{start.month}")
        return say("mail.from_to", start=first, end=last)
    return say("mail.days", start=start, end=end)


def week_of(week: Period) -> Message:
    """Name a week: 15–21 апреля, 29 апреля – 5 мая."""
    start, end = week.start, week.end
    params = {
        "first": start.day,
        "last": end.day,
        "month": say(f"mail.of_month_{end.month}"),
        "before": say(f"mail.of_month_{start.month}"),
    }
    return say("mail.week" if start.month == end.month else "mail.week_of_two", **params)


def number(value: float, decimals: int) -> Message:
    """Write a number with so many places after the sign; it was rounded before."""
    sign = "−" if value < 0 and round(value, decimals) else ""
    whole, _, fraction = f"{abs(value):.{decimals}f}".partition(".")
    if not fraction:
        return say("mail.whole", sign=sign, whole=whole)
    return say("mail.decimal", sign=sign, whole=whole, fraction=fraction)


def joined(parts: Sequence[Message], key: str = "mail.both") -> Message:
    """Put messages into one, with what `key` puts between two of them; there is at least one."""
    whole = parts[0]
    for part in parts[1:]:
        whole = say(key, first=whole, second=part)
    return whole


def names(some: Sequence[str]) -> Message:
    """List names, the first ones of many."""
    shown = ", ".join(clean(name) for name in some[:NAMES])
    if len(some) <= NAMES:
        return say("mail.plain", text=shown)
    return say("mail.names_more", names=shown, number=len(some) - NAMES)


def links_of(verdicts: Iterable[Verdict], most: int = 2) -> tuple[Link, ...]:
    """Return what to open of the evidence, each address once, then the calendar's own row."""
    found: dict[str, Link] = {}
    rows: dict[str, Link] = {}
    for verdict in verdicts:
        for one in verdict.evidence:
            for shown in card_links(one.card):
                found.setdefault(shown.url, shown)
        place = verdict.occurrence.event.place
        url = link(place.url) if place is not None else None
        if url is not None:
            rows.setdefault(url, Link(url, say("mail.link_calendar")))
    return (*list(found.values())[:most], *list(rows.values())[:1])


def card_links(card: EventCard) -> tuple[Link, ...]:
    """Return what opens a card or a row."""
    url = link(card.url)
    if url is None:
        return ()
    return (Link(url, say("mail.link_card" if card.source == "board" else "mail.link_row")),)


def place_of(verdicts: Iterable[Verdict]) -> Place | None:
    """Return where the evidence stands, for want of a link."""
    for verdict in verdicts:
        for one in verdict.evidence:
            if one.card.place is not None:
                return one.card.place
    return None


def _tamed(text: str) -> str:
    """Return a text of others as one short line that counts no fewer people than may be told."""
    return few_hidden(shorten(text, TITLE))
