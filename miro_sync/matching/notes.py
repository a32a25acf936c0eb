"""What was found for single cards, kept so that an unchanged card need not be read again.

A note depends on the words, the centre and the days of a card and on the calendar alone, not on
what people decided nor on the other cards: those count each time anew.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from miro_sync.packed import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from miro_sync.model import Center, EventCard, Occurrence


class Option(NamedTuple):
    """An occurrence that a card may speak of.

    Attributes:
        key: the occurrence's.
        rank: the title's score, date and centre taken together.
        score: how alike the titles are, 0..1.
        short: the card's title is a short name of the event's.
        doubtful: something in the titles does not agree.
        days: between the card's days and the period, 0 inside; None when one is unknown.

    """

    key: str
    rank: float
    score: float
    short: bool
    doubtful: bool
    days: int | None


class Note(NamedTuple):
    """What the calendar has to say to a card.

    Attributes:
        coded: the occurrences whose code stands in the title.
        years: those that the title names, ascending.
        options: best first.

    """

    coded: tuple[str, ...]
    years: tuple[int, ...]
    options: tuple[Option, ...]


class Notes:
    """The notes of one calendar; those that nobody asked for are not passed on."""

    def __init__(self, text: str = "", rules: str = "") -> None:
        """Take what `text` returned earlier.

        Args:
            text: notes; nothing of them counts when they are damaged.
            rules: a digest of the program; notes that were made under other rules are void.

        """
        self._rules, self._book = rules, ""
        self._kept: dict[str, Any] = {}
        self._used: dict[str, Note] = {}
        if text:
            with suppress(ValueError, TypeError):
                self._book, self._kept = json.loads(text)

    def open(self, occurrences: Sequence[Occurrence], centers: Sequence[Center]) -> None:
        """Go on by a calendar; notes that were made by another one count for nothing."""
        names = [(one.id, one.name, one.aliases) for one in centers]
        book = digest(self._rules, sorted(occurrences, key=lambda one: one.key), names)
        if book != self._book:
            self._book, self._kept, self._used = book, {}, {}

    def of(self, card: EventCard) -> Note | None:
        """Return what was noted for a card like this one."""
        key = key_of(card)
        note = self._used.get(key)
        if note is None and (kept := self._kept.get(key)) is not None:
            coded, years, options = kept
            note = Note(tuple(coded), tuple(years), tuple(map(Option._make, options)))
            self._used[key] = note
        return note

    def add(self, card: EventCard, note: Note) -> Note:
        """Note what was found for a card."""
        self._used[key_of(card)] = note
        return note

    def text(self) -> str:
        """Return the notes that were asked for or made, for the next matching."""
        # In one order, so that the same notes are the same text.
        used = {key: self._used[key] for key in sorted(self._used)}
        return json.dumps([self._book, used], ensure_ascii=False, separators=(",", ":"))


def key_of(card: EventCard) -> str:
    """Sum up all of a card that a note depends on."""
    days = (
        []
        if card.date is None
        else [(one.start.toordinal(), one.end.toordinal()) for one in card.date.periods]
    )
    kind = "" if card.date is None else card.date.kind
    said = f"{card.title}\0{card.center_id}\0{kind}\0{days}"
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
