"""Writing back, both halves: the board and the status worksheet.

What keeps one half from being written does not keep the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from miro_sync.app.board_publishing import (
    Asked,
    BoardPublication,
    publish_board,
    undo_board,
    written,
)
from miro_sync.app.building import Progress, memory_of
from miro_sync.app.overviews import overview as read_overview
from miro_sync.app.table_publishing import TablePlan, apply_table, plan_table, undo_table
from miro_sync.errors import SettingsError, SourceError
from miro_sync.model import Project, say
from miro_sync.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Collection

    from miro_sync.memory import SqlMemory
    from miro_sync.overview import Overview

__all__ = ["Publication", "TablePublication", "publish", "undo", "written"]

BOARD, TABLE = "board", "table"


@dataclass(frozen=True, slots=True)
class TablePublication:
    """What is to be written into the status worksheet, and whether it was.

    Attributes:
        plan: what was or would be done.
        allowed: the settings allow it.
        applied: it was tried.
        failed: a source could not be read or written; `plan.refusal` says which and why.

    """

    plan: TablePlan
    allowed: bool
    applied: bool = False
    failed: bool = False

    @property
    def exit_code(self) -> int:
        """3 when the worksheet could not be read or written, else 0."""
        return 3 if self.failed or (self.applied and self.plan.refusal is not None) else 0


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publishing came to.

    Attributes:
        board, table: None for a half that was not asked for.
        undo: it took back what was written.

    """

    project: Project
    board: BoardPublication | None = None
    table: TablePublication | None = None
    undo: bool = False

    @property
    def exit_code(self) -> int:
        """The worse of the halves'."""
        halves = (self.board, self.table)
        return max((half.exit_code for half in halves if half is not None), default=0)


def publish(
    config: Path,
    *,
    apply: bool = False,
    only: str | None = None,
    progress: Progress | None = None,
    writing: Progress | None = None,
) -> Publication:
    """Say what would be written to board and table, and write it if asked to.

    Args:
        config: the project folder.
        apply: write it, as far as the settings allow it.
        only: "board" or "table"; None for both.
        progress: is told items of the board read and expected.
        writing: is told acts done and to be done.

    Raises:
        SettingsError: the settings allow none of what is asked for.
        BusyError: a sync or another publishing is at work.
        SourceError, StateError: as a check.

    """
    settings = load(config)
    halves = _halves(settings, only, apply=apply)
    asked = Asked(progress, writing)
    with memory_of(settings) as memory:
        if not apply:
            return _published(settings, memory, asked, halves, apply=False)
        with memory.alone():
            return _published(settings, memory, asked, halves, apply=True)


def undo(
    config: Path,
    *,
    everything: bool = False,
    only: str | None = None,
    progress: Progress | None = None,
    writing: Progress | None = None,
) -> Publication:
    """Take back what was written.

    Args:
        config: the project folder.
        everything: all that was ever written to the board, and the status worksheet; else what
            the last publishing wrote to the board.
        only: "board" or "table", which is the worksheet; None as `everything` says.
        progress: as of `publish`.
        writing: as of `publish`.

    Raises:
        SettingsError, BusyError, SourceError, StateError: as `publish`.

    """
    settings = load(config)
    board = table = None
    with memory_of(settings) as memory, memory.alone():
        if only != TABLE:
            asked = Asked(progress, writing)
            board = undo_board(settings, memory, asked, everything=everything)
        if only == TABLE or (only is None and everything and settings.tables_source is not None):
            table = _table_undone(settings, memory)
    return Publication(settings.project, board, table, undo=True)


def _halves(settings: Settings, only: str | None, *, apply: bool) -> Collection[str]:
    """Return what is to be done, or refuse where the settings allow none of it."""
    asked = (BOARD, TABLE) if only is None else (only,)
    if not apply:
        there = {BOARD: settings.board_source, TABLE: settings.tables_source}
        return [half for half in asked if only is not None or there[half] is not None] or asked
    on = {BOARD: settings.publish.board, TABLE: settings.publish.table}
    allowed = [half for half in asked if on[half]]
    if not allowed:
        raise SettingsError(say(f"publish.off_{only or 'both'}"))
    return allowed


def _published(
    settings: Settings, memory: SqlMemory, asked: Asked, halves: Collection[str], *, apply: bool
) -> Publication:
    overview: Overview | None = None
    board = table = None
    if BOARD in halves:
        overview, board = publish_board(settings, memory, asked, apply=apply)
    if TABLE in halves:
        overview = overview or read_overview(settings.folder, progress=asked.progress)
        table = _table(settings, memory, overview, apply=apply)
    return Publication(settings.project, board, table)


def _table(
    settings: Settings, memory: SqlMemory, overview: Overview, *, apply: bool
) -> TablePublication:
    try:
        if apply:
            plan = apply_table(settings.folder, overview, memory.still_alone)
        else:
            plan = plan_table(settings.folder, overview)
        return TablePublication(plan, settings.publish.table, applied=apply)
    except SourceError as error:
        plan = TablePlan(refusal=error.message)
        return TablePublication(plan, settings.publish.table, applied=apply, failed=True)


def _table_undone(settings: Settings, memory: SqlMemory) -> TablePublication:
    try:
        plan = undo_table(settings.folder, memory.still_alone)
        return TablePublication(plan, allowed=True, applied=True)
    except SourceError as error:
        plan = TablePlan(refusal=error.message)
        return TablePublication(plan, allowed=True, applied=True, failed=True)
