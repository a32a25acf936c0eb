"""A letter of the weekly mail before a language and a form are chosen: values, no words.

What is said to whom is decided by `miro_sync.digest`; `miro_sync.telling` only writes it down, the
same content as text and as HTML.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from miro_sync.model import Message, Period, Place, Problem


class Role(StrEnum):
    """To whom a letter speaks; a person may have several of the first three."""

    DIRECTOR = "director"
    COORDINATOR = "coordinator"
    METHODIST = "methodist"
    CENTER = "center"  # the head of a centre


class Block(StrEnum):
    """The parts of a letter, in their order."""

    DECISIONS = "decisions"
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"
    AHEAD = "ahead"
    SILENT = "silent"
    INDICATORS = "indicators"
    CLARIFY = "clarify"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open; `url` is a plain http(s) address."""

    url: str
    what: Message


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a letter speaks of.

    Attributes:
        head: what it is; a problem of the input is written with its place.
        notes: why it is here, since when, what to do; a sentence each.
        links: what to open. place: where it stands, for want of a link.

    """

    head: Message | Problem
    notes: tuple[Message, ...] = ()
    links: tuple[Link, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a letter.

    Attributes:
        lead: what to do with the entries; None where that is plain.
        entries: the first ones, in the order in which they are to be read.
        more: how many there are beside.
        rest: sentences behind the entries, each for many things at once.

    """

    block: Block
    heading: Message
    entries: tuple[Entry, ...] = ()
    more: int = 0
    rest: tuple[Message, ...] = ()
    lead: Message | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a letter, the same that `check-calendar` gives for the day.

    Attributes:
        missed, overdue: lines of the calendar without a trace, and not marked.
        moved: cards that stand on another date than planned, and lines that do.
        new, chronic: so many of the first two are new since the last letter, and older than eight
            weeks.
        waiting: lines that were late before anything was ever stored.
        closed: lines settled since the last letter. ahead: lines of the next fourteen days.
        silent: silent centres. decisions, questions: entries of these two blocks.

    """

    missed: int = 0
    overdue: int = 0
    moved: int = 0
    new: int = 0
    chronic: int = 0
    waiting: int = 0
    closed: int = 0
    ahead: int = 0
    silent: int = 0
    decisions: int = 0
    questions: int = 0

    @property
    def late(self) -> int:
        """Everything that passed without a mark, with or without a trace."""
        return self.missed + self.overdue

    @property
    def calm(self) -> bool:
        """Tell whether there is nothing that a person would have to know of."""
        return not (self.late or self.moved or self.decisions or self.closed or self.silent)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    Attributes:
        week: the week it tells of, Monday to Sunday: the one before the letter.
        number: counts the letters to this reader; a missing one is a gap.
        trust: how far it can be relied on: one sentence, and one for each source in trouble.
        summary: a sentence or two after which a reader may stop.
        frozen: alarms are held back, for a source could not be read whole.
        figures: what the summary counts. before: the same a week earlier, if that is known.
        told: keys of the occurrences that the reader knows to be late after this letter.

    """

    subject: Message
    title: Message
    week: Period
    number: int
    trust: tuple[Message, ...]
    summary: tuple[Message, ...]
    sections: tuple[Section, ...]
    footer: tuple[Message, ...]
    figures: Figures
    before: Figures | None = None
    frozen: bool = False
    told: frozenset[str] = frozenset()


class PostingState(StrEnum):
    """The life of a letter in the ledger."""

    PLANNED = "planned"  # nobody can have it
    SENDING = "sending"  # handed over; whether it arrived is not known yet
    SENT = "sent"  # the server took it
    FAILED = "failed"  # the server did not take it


@dataclass(frozen=True, slots=True)
class Posting:
    """A row of the ledger: the letter of one ISO week to one reader.

    Attributes:
        recipient: a centre's id or a digest of an address, never an address.
        week: an ISO week, "2024-W16".
        number: counts the letters to this reader.
        message_id: the letter's identity, the same whenever it is sent.
        day: the local day that the letter judged.
        told: keys of the occurrences that it told as late.
        problem: why it was not taken, a key of the catalogue.

    """

    recipient: str
    week: str
    number: int
    message_id: str
    day: dt.date
    state: PostingState = PostingState.PLANNED
    told: frozenset[str] = frozenset()
    problem: str | None = None


def shortened(letter: Letter, most: int) -> Letter:
    """Return the letter with at most so many entries in every part; the others are counted."""
    return replace(
        letter,
        sections=tuple(
            replace(
                section,
                entries=section.entries[:most],
                more=section.more + max(0, len(section.entries) - most),
            )
            for section in letter.sections
        ),
    )
