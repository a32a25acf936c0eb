"""The doors of a project and one visit to each: what came, and how the source fared.

Nothing that comes is understood here, so that a run that finds everything as it was need not know
how.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from miro_sync import __version__
from miro_sync.errors import SourceError
from miro_sync.logs import note
from miro_sync.model import (
    BoardHint,
    BoardSnapshot,
    BoardVisit,
    Project,
    Seal,
    SourceReport,
    SourceState,
    TablesSnapshot,
    say,
)
from miro_sync.packed import digest
from miro_sync.ports import BoardSource, Sealed, TablesSource

if TYPE_CHECKING:
    from miro_sync.layouts import LookedFor


@dataclass(frozen=True, slots=True)
class Doors:
    """The sources of one project.

    Attributes:
        board, tables: None where the settings name none.
        calendar: the table that holds the event calendar; None when it is a worksheet of
            `tables`.
        calendar_sheet: the title of that worksheet; None where `calendar` is a table of its own.
        looked_for: what else is looked for in `tables`, where it need not be asked for more; None
            where it is read whole anyway.

    """

    board: BoardSource | None
    tables: TablesSource | None
    calendar: TablesSource | None
    calendar_sheet: str | None = None
    looked_for: LookedFor | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What one call on all sources brought, before anything of it is understood.

    Attributes:
        doors: give what they gave in this call, however often they are asked.
        seals: of every source by name; None where one of them is not known to be whole, or where
            a live board has changed since it was last read.
        reports: of the sources that were read or visited, by name; of what was only sealed
            nothing is to be told but what was told when it was read.

    """

    doors: Doors
    seals: Mapping[str, Seal] | None
    reports: Mapping[str, SourceReport]


_log = logging.getLogger(__name__)

_Read = TypeVar("_Read", BoardSnapshot, TablesSnapshot)


def call(doors: Doors, hint: BoardHint | None, project: Project) -> Call:
    """Call on all sources once.

    Args:
        doors: where they are.
        hint: what the last complete read of the board left.
        project: says how the cards of the board are understood.

    """
    seals: dict[str, Seal | None] = {}
    reports: dict[str, SourceReport] = {}
    board = doors.board
    if board is None or isinstance(board, Sealed):
        seals["board"] = _sealed(board)
    else:
        understood_by = understanding(project)
        board = _SeenBoard(board, hint if hint and hint.understood_by == understood_by else None)
        _, report = visit_board(board, hint, understood_by=understood_by, offline=False)
        rests = report.state is SourceState.UNCHANGED
        seals["board"] = Seal("rests", report.read_at) if rests else None
        reports["board"] = report
    tables = {"tables": doors.tables, "calendar": doors.calendar}
    for name, door in tables.items():
        if door is None or isinstance(door, Sealed):
            seals[name] = _sealed(door)
            continue
        once = tables[name] = _SeenTables(door)
        snapshot, reports[name] = attempt(name, once.read, offline=False)
        seals[name] = None
        if snapshot is not None and snapshot.complete:
            seals[name] = Seal(digest(_content(snapshot)), snapshot.read_at)
    if doors.calendar_sheet is not None:
        seals["calendar"] = seals["tables"]
    known = {name: seal for name, seal in seals.items() if seal is not None}
    return Call(
        replace(doors, board=board, tables=tables["tables"], calendar=tables["calendar"]),
        known if len(known) == len(seals) else None,
        reports,
    )


def attempt(
    name: str, read: Callable[[], _Read] | None, *, offline: bool
) -> tuple[_Read | None, SourceReport]:
    """Read a source and report on it; None where it is absent, failed, or is not to be read."""
    if read is None:
        return None, SourceReport(name, SourceState.ABSENT, complete=False)
    unread = SourceReport(name, SourceState.FAILED, complete=False)
    if offline:
        return None, replace(unread, message=say("sync.never_read"))
    try:
        snapshot = read()
    except SourceError as error:
        return None, replace(unread, message=error.message)
    cost: dict[str, Any] = {
        "calls": snapshot.calls,
        "credits": snapshot.credits,
        "seconds": snapshot.seconds,
    }
    if not snapshot.complete:
        message = say("sync.incomplete")
        return snapshot, replace(unread, read_at=snapshot.read_at, message=message, **cost)
    report = SourceReport(name, SourceState.FRESH, complete=True, read_at=snapshot.read_at)
    return snapshot, replace(report, **cost)


def visit_board(
    door: BoardSource | None, hint: BoardHint | None, *, understood_by: str, offline: bool
) -> tuple[BoardSnapshot | None, SourceReport]:
    """Read the board as `attempt` does, or find with one call that it rests."""
    if door is None or offline:
        return attempt("board", None if door is None else door.read, offline=offline)
    if hint is not None and hint.understood_by != understood_by:
        hint = None
    try:
        visit = door.visit(hint)
    except SourceError as error:
        unread = SourceReport("board", SourceState.FAILED, complete=False)
        return None, replace(unread, message=error.message)
    report = SourceReport(
        "board",
        SourceState.FRESH,
        complete=True,
        read_at=visit.checked_at,
        calls=visit.calls,
        credits=visit.credits,
        seconds=visit.seconds,
        message=visit.message,
        hint=visit.hint and replace(visit.hint, understood_by=understood_by),
    )
    if visit.snapshot is None:
        return None, replace(report, state=SourceState.UNCHANGED)
    if not visit.snapshot.complete:
        message = visit.message or say("sync.incomplete")
        return visit.snapshot, replace(
            report, state=SourceState.FAILED, complete=False, message=message, hint=None
        )
    return visit.snapshot, replace(report, read_at=visit.snapshot.read_at)


def understanding(project: Project) -> str:
    """Sum up everything by which the cards of a board are understood."""
    return hashlib.sha256(f"{__version__} {project}".encode()).hexdigest()


def record(report: SourceReport) -> None:
    """Note for those who run the program how a source fared."""
    if report.state is not SourceState.ABSENT:
        note(
            _log,
            "source_read",
            source=report.name,
            state=report.state,
            complete=report.complete,
            items=report.items,
            calls=report.calls,
            credits=report.credits,
            seconds=report.seconds,
            reason=None if report.message is None else report.message.key,
        )


# --- what one call brought --------------------------------------------------------------------


class _SeenBoard:
    """A live board that was visited; every further visit is the same one."""

    def __init__(self, board: BoardSource, hint: BoardHint | None) -> None:
        self._board = board
        self._visit: BoardVisit | SourceError
        try:
            self._visit = board.visit(hint)
        except SourceError as error:
            self._visit = error

    def read(self) -> BoardSnapshot:
        return self._board.read()

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:  # noqa: ARG002 - as the port
        if isinstance(self._visit, SourceError):
            raise self._visit
        return self._visit


class _SeenTables:
    """A table that was read; every further read is the same one."""

    def __init__(self, tables: TablesSource) -> None:
        self._read: TablesSnapshot | SourceError
        try:
            self._read = tables.read()
        except SourceError as error:
            self._read = error

    def read(self) -> TablesSnapshot:
        if isinstance(self._read, SourceError):
            raise self._read
        return self._read


def _sealed(door: Sealed | None) -> Seal | None:
    if door is None:
        return Seal("absent")
    try:
        return door.seal()
    except SourceError:
        return None  # who reads it says why


#: Stands for a moment that does not count.
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def _content(tables: TablesSnapshot) -> TablesSnapshot:
    """Return the tables without what differs from read to read."""
    return replace(tables, read_at=_NEVER, modified_at=None, calls=0, credits=0, seconds=0.0)
