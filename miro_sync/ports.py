"""What a use case asks of the outside; every door implements one of these.

A source either returns a whole snapshot, or one whose `complete` is False (the part that was read,
with the reasons in `problems`), or raises `SourceError`. It never returns "nothing" for "not read".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    from miro_sync.kpi import Kept, PastValue
    from miro_sync.letter import Posting
    from miro_sync.model import (
        BoardHint,
        BoardSnapshot,
        BoardVisit,
        Change,
        Decision,
        Event,
        EventCard,
        Finding,
        LastRead,
        PastFinding,
        PastWork,
        Remembered,
        RunRecord,
        SameCard,
        Seal,
        SourceReport,
        TableChoice,
        TablesHint,
        TablesSnapshot,
        WorkedOut,
    )


class BoardSource(Protocol):
    """A Miro board, live or from an export."""

    def read(self) -> BoardSnapshot:
        """Read the board; raises `SourceError` when nothing of it can be had."""
        ...

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:
        """Read the board, or find that it has not changed since the hint; raises as `read`."""
        ...


class TablesSource(Protocol):
    """The project's worksheets, from wherever they are kept."""

    def read(self) -> TablesSnapshot:
        """Read all worksheets; raises `SourceError` when nothing of them can be had."""
        ...


@runtime_checkable
class Sealed(Protocol):
    """A source at hand that can tell whether it is the same without being understood."""

    def seal(self) -> Seal:
        """Return a digest of all that `read` rests on; raises as `read`.

        What it was taken of is what `read` then reads, even if it has changed meanwhile.
        """
        ...


class Past(Protocol):
    """What is remembered of earlier runs. All methods raise `StateError`."""

    def runs(self, last: int) -> Sequence[RunRecord]:
        """Return the last runs, oldest first."""
        ...

    def changes_of(self, things: Collection[str]) -> Sequence[Change]:
        """Return all that befell some cards, rows or events, in the order of runs."""
        ...

    def ever_seen(self) -> Sequence[EventCard]:
        """Return the last version of every card and row that was ever read."""
        ...

    def finding_lives(self, subjects: Collection[str]) -> Sequence[PastFinding]:
        """Return the lives of the findings on some subjects, in the order of their beginning."""
        ...


class Memory(Past, Protocol):
    """The state between runs. All methods raise `StateError` when it cannot be reached."""

    def last_read(self, source: str) -> LastRead | None:
        """Return the last complete read of "board" or "tables", None before the first one."""
        ...

    def board_hint(self) -> BoardHint | None:
        """Return what the last complete read of the board left for the next visit."""
        ...

    def tables_hint(self) -> TablesHint | None:
        """Return what the last complete read of the tables left for the next one."""
        ...

    def last_calendar(self) -> Sequence[Event]:
        """Return the planned events of the last run, unordered; none before the first one."""
        ...

    def remembered(self) -> Remembered:
        """Return what earlier runs left: cards and open findings."""
        ...

    def decisions(self) -> Sequence[Decision]:
        """Return every decision kept in the state, oldest first, whenever it was made."""
        ...

    def choices(self) -> Mapping[str, TableChoice]:
        """Return what was taken from the rows of the status worksheet, by row."""
        ...

    def same_cards(self) -> Sequence[SameCard]:
        """Return the decided-on cards that came back under another id, oldest first."""
        ...

    def past_work(self, since: dt.date) -> PastWork:
        """Return what versions of cards and rows that are over tell of work from a day on."""
        ...

    def last_seen(self, ids: Collection[str]) -> Mapping[str, EventCard]:
        """Return the last known version of cards and rows that may be long gone, by id."""
        ...

    def measures(self) -> Kept:
        """Return the last measures of every part; None for a part that was never kept."""
        ...

    def past_values(self) -> Mapping[str, Sequence[PastValue]]:
        """Return what indicators came to in earlier runs, by their ids, oldest first."""
        ...

    def store_run(  # noqa: PLR0913 - a run is one transaction, so all of it comes at once
        self,
        *,
        stored_at: dt.datetime,
        today: dt.date,
        program: str,
        sources: Sequence[SourceReport],
        events: Sequence[Event],
        cards: Sequence[EventCard],
        findings: Sequence[Finding],
        same: Mapping[str, str] | None = None,
        measures: Kept | None = None,
        choices: Sequence[TableChoice] = (),
        erased: Collection[str] = (),
        answer: WorkedOut | None = None,
        notes: WorkedOut | None = None,
        whole: Callable[[], WorkedOut | None] | None = None,
    ) -> None:
        """Store one run whole, the decisions of the table with it, in one transaction."""
        ...

    def store_rest(
        self,
        *,
        stored_at: dt.datetime,
        today: dt.date,
        program: str,
        sources: Sequence[SourceReport],
    ) -> None:
        """Store a run that found everything as the one before it."""
        ...

    def kept(self, name: str) -> WorkedOut | None:
        """Return the last run's "answer" or its "whole" one, or the "notes" of the last ones."""
        ...

    def stored_at(self) -> dt.datetime | None:
        """Return when the last run was stored, UTC; None before the first one."""
        ...


class Ledger(Protocol):
    """What is written down of letters before and after. All methods raise `StateError`."""

    def plan(self, posting: Posting, at: dt.datetime) -> Posting:
        """Write down that a letter is going to be sent; return its row as it stands."""
        ...

    def hand_over(self, recipient: str, week: str, at: dt.datetime) -> bool:
        """Write down that a letter is handed over now; False when another process does that."""
        ...

    def sent(self, recipient: str, week: str, at: dt.datetime) -> None:
        """Write down that the server took a letter."""
        ...

    def failed(self, recipient: str, week: str, at: dt.datetime, problem: str) -> None:
        """Write down that the server did not take a letter."""
        ...


class MailDoor(Protocol):
    """A mail server."""

    def send(self, letter: bytes, sender: str, to: str, hand_over: Callable[[], bool]) -> bool:
        """Send a letter unless `hand_over`, called just before, says no; raises `MailError`."""
        ...
