"""The event calendar as a feed for Outlook, Google and Yandex calendars (RFC 5545).

All entries are whole days, closed intervals inside and an exclusive DTEND outside. What lasts
longer than a week is one entry on its last day, not a stripe across a month or a year; its whole
period stands in the description. Where a card names the day of such an event, the entry is on
that day.

An entry keeps its UID for as long as its event keeps its code. A feed made of later data carries
a higher SEQUENCE and LAST-MODIFIED, so that what was imported before is brought up to date.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from miro_sync.messages import Catalogue
from miro_sync.model import Occurrence, Period, ScheduleKind, Status, Verdict
from miro_sync.overview import Overview
from miro_sync.reports.zones import answerable, as_of, card_link, narrowed, titled
from miro_sync.telling.display import clean
from miro_sync.telling.lines import Line
from miro_sync.telling.phrases import Phrases, days

#: What lasts longer is one entry on its last day.
LONGEST = dt.timedelta(days=7)

#: SEQUENCE counts minutes from here; it stays below 2^31 for four thousand years.
EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

_SUMMARY = 200
_DESCRIPTION = 2_000
_STATUSES = {Status.CANCELLED: "CANCELLED", Status.UNCONFIRMED: "TENTATIVE"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the feed.

    Attributes:
        uid: the same in every feed of the project.
        days: on which it is shown. whole: the period of its event.
        status: of RFC 5545.
        categories: the centre's name, or a word for the network.
        url: the card to open.

    """

    uid: str
    summary: str
    description: str
    days: Period
    whole: Period
    status: str
    categories: tuple[str, ...]
    url: str | None = None


def render(overview: Overview, words: Catalogue, *, center: str | None = None) -> bytes:
    """Return the feed as an .ics file: of the whole calendar, or of one centre's own events."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - only this output needs it

    stamp = as_of(overview).replace(microsecond=0)
    sequence = max(0, int((stamp - EPOCH).total_seconds() // 60))
    name = clean(overview.project.name)
    if center is not None:
        named = Phrases(words, overview.project).named(center)
        name = words.say("documents.ics_of_center", project=name, center=named)
    calendar = Calendar()
    calendar.add("prodid", f"-//miro-sync//event calendar//{words.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", overview.project.timezone)
    calendar.add("x-wr-caldesc", _about(overview, words))
    for one in entries(overview, words, center=center):
        event = Event()
        event.add("uid", one.uid)
        event.add("dtstamp", stamp)
        event.add("last-modified", stamp)
        event.add("sequence", sequence)
        event.add("summary", one.summary)
        event.add("description", one.description)
        event.add("dtstart", one.days.start)
        event.add("dtend", one.days.end + dt.timedelta(days=1))
        event.add("status", one.status)
        event.add("transp", "TRANSPARENT")
        event.add("categories", list(one.categories))
        if one.url is not None:
            event.add("url", one.url)
        calendar.add_component(event)
    feed: bytes = calendar.to_ical()
    return feed


def entries(overview: Overview, words: Catalogue, *, center: str | None = None) -> list[Entry]:
    """Return the entries, by their days.

    An event of every centre is one entry with its tally, and one of its own for each centre whose
    period was moved; in a centre's feed it is the centre's own. What has no period has no entry.
    """
    phrases = Phrases(words, overview.project, center)
    found = [
        _entry(line, overview, phrases)
        for line in _lines(narrowed(overview, center).assessment.verdicts)
    ]
    return sorted(found, key=lambda one: (one.days, one.uid))


def _about(overview: Overview, words: Catalogue) -> str:
    said = Phrases(words, overview.project).trust(overview.assessment)
    return words.say("documents.ics_about", today=overview.assessment.today, trust=said)


def _lines(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    """Gather the centres of an event as long as their period is the usual one."""
    dated = sorted(
        (one for one in verdicts if one.occurrence.period is not None),
        key=lambda one: _shared_key(one.occurrence),
    )
    for _, group in groupby(dated, key=lambda one: _shared_key(one.occurrence)):
        several = list(group)
        event = several[0].occurrence.event
        periods = Counter(one.occurrence.period for one in several)
        usual = periods.most_common(1)[0][0]
        together = tuple(one for one in several if one.occurrence.period == usual)
        yield Line(event, usual, together)
        for one in several:
            if one.occurrence.period != usual:
                yield Line(event, one.occurrence.period, (one,))


def _shared_key(occurrence: Occurrence) -> str:
    """Return an occurrence's key without its centre."""
    return occurrence.key.replace(f"@{occurrence.center_id}", "", 1)


def _entry(line: Line, overview: Overview, phrases: Phrases) -> Entry:
    words = phrases.words
    worst = line.worst
    occurrence = worst.occurrence
    whole = line.period
    if whole is None:
        raise ValueError(f"no entry without a period: {occurrence.key}")
    key = _shared_key(occurrence) if line.shared else occurrence.key
    title = titled(line.event, words, _SUMMARY)
    shown, named = _days(line, whole)
    if not named and whole != shown:
        title = words.say("documents.ics_last_day", title=title)
    status = line.status
    if status is Status.CANCELLED:
        title = words.say("documents.ics_cancelled", title=title)
    if line.shared:
        held = len(line.of(Status.HELD))
        expected = len(line.verdicts) - len(line.of(Status.CANCELLED))
        title = f"{title} ({words.say('telling.tally', held=held, expected=expected)})"
    said = phrases.reason(line)
    category = _category(line, phrases)
    about = [
        words.say("documents.ics_status", status=words.say(f"status.{status}"), why=said),
        words.say("documents.ics_period", days=days(whole, words), text=line.event.schedule.text),
    ]
    who = answerable(line.event.responsible)
    if who:
        about.append(words.say("documents.ics_responsible", who=who))
    if line.event.expected:
        about.append(words.say("documents.ics_expected", what=line.event.expected))
    cards = [item.card for verdict in line.verdicts for item in verdict.evidence]
    return Entry(
        _uid(overview.project.name, key),
        clean(title),
        _short("\n".join(clean(one, _DESCRIPTION) for one in about)),
        shown,
        whole,
        _STATUSES.get(status, "CONFIRMED"),
        (category,),
        card_link(cards),
    )


def _category(line: Line, phrases: Phrases) -> str:
    if line.shared:
        return phrases.words.say("documents.ics_every_center")
    center_id = line.worst.occurrence.center_id
    return phrases.words.say("telling.network") if center_id is None else phrases.named(center_id)


def _days(line: Line, whole: Period) -> tuple[Period, bool]:
    """Return the days to show, and whether a card names them."""
    if whole.end - whole.start < LONGEST:
        return whole, False
    evidence = line.worst.evidence
    if len(evidence) == 1 and not line.shared and line.event.quota is None:
        date = evidence[0].card.date
        told = date is not None and date.kind in {ScheduleKind.DATE, ScheduleKind.RANGE}
        if date is not None and told and len(date.facts) == 1 and not date.deadline:
            said = date.facts[0]
            inside = said.start in whole and said.end in whole
            if inside and said.end - said.start < LONGEST:
                return said, True
    return replace(whole, start=whole.end), False


def _short(text: str) -> str:
    if len(text) <= _DESCRIPTION:
        return text
    return text[: _DESCRIPTION - 1].rstrip() + "…"


def _uid(project: str, key: str) -> str:
    """Return a name that says nothing of its event and is the same in every feed."""
    digest = hashlib.sha256(f"{project}\n{key}".encode()).hexdigest()[:32]
    return f"{digest}@miro-sync"
