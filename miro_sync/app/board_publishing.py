"""The board half of writing back: what would be written, writing it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from miro_sync import sync as use_case
from miro_sync.app.building import Progress, doors_of, memory_of, miro_client, moment, today_of
from miro_sync.board_writing import Run, carry_out
from miro_sync.decisions import merged, undone_numbers
from miro_sync.errors import SettingsError, SourceError
from miro_sync.marks import own_tag
from miro_sync.messages import catalogue
from miro_sync.miro_writer import BoardWriter
from miro_sync.model import (
    BoardHint,
    BoardSnapshot,
    BoardVisit,
    Project,
    Status,
    say,
)
from miro_sync.names import CenterNames
from miro_sync.overview import Overview
from miro_sync.publishing import (
    Carried,
    Past,
    Plan,
    PublishRules,
    Seen,
    Standing,
    last_standing,
    plan,
    standing,
    undoing,
)
from miro_sync.reading import read_board
from miro_sync.settings import Settings, SourceKind, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from miro_sync.memory import SqlMemory
    from miro_sync.miro_client import MiroClient
    from miro_sync.ports import BoardSource

#: Colours of the tags (Miro's names): what the director sees is red, a question is yellow.
_COLORS: Final = {
    Status.OVERDUE: "red",
    Status.MISSED: "red",
    Status.MOVED: "magenta",
    Status.UNCONFIRMED: "yellow",
}


@dataclass(frozen=True, slots=True)
class BoardPublication:
    """What is to be written to the board, and what became of it.

    Attributes:
        plan: what was or would be done.
        allowed: the settings allow it.
        carried: what was done; None where nothing was tried.

    """

    plan: Plan
    allowed: bool
    carried: Carried | None = None

    @property
    def exit_code(self) -> int:
        """3 when nothing could be planned or the work was stopped, else 0."""
        stopped = self.carried is not None and self.carried.stopped is not None
        return 3 if self.plan.frozen is not None or stopped else 0


@dataclass(frozen=True, slots=True)
class WrittenBack:
    """What of this service stands on the board, by its own list.

    Attributes:
        past: everything that was ever written.
        standing: what of it stands.

    """

    project: Project
    past: Past
    standing: Standing


@dataclass(frozen=True, slots=True)
class Asked:
    """How the work is watched.

    Attributes:
        progress: is told items of the board read and expected.
        writing: is told acts done and to be done.

    """

    progress: Progress | None = None
    writing: Progress | None = None


def publish_board(
    settings: Settings, memory: SqlMemory, asked: Asked, *, apply: bool
) -> tuple[Overview, BoardPublication]:
    """Say what would be written to the board, and write it if asked to.

    Returns:
        What was judged by that read of the board, and what became of the plan.

    Raises:
        SettingsError: it is to be written, and the settings name no live board.
        SourceError, StateError: as a check.

    """
    client = _client(settings, asked.progress)
    if not apply:
        overview, planned, _ = _planned(settings, memory, client)
        return overview, BoardPublication(planned, settings.publish.board)
    client = _live(settings, asked.progress)
    overview, planned, past = _planned(settings, memory, client)
    carried = _carried(settings, memory, client, planned, past=past, progress=asked.writing)
    return overview, BoardPublication(planned, allowed=True, carried=carried)


def undo_board(
    settings: Settings, memory: SqlMemory, asked: Asked, *, everything: bool
) -> BoardPublication:
    """Take back what the last publishing wrote to the board, or all that was ever written.

    Raises:
        SettingsError: the settings name no live board.
        SourceError, StateError: as a check.

    """
    project = settings.project
    past = _past(memory)
    since = 0 if everything else last_standing(past)
    if since is None or not past.log:
        return BoardPublication(Plan(), allowed=True)
    client = _live(settings, asked.progress)
    snapshot = client.read_everything().snapshot
    if snapshot is None:
        raise SourceError(say("miro.incomplete"))
    planned = undoing(project, _seen(snapshot, project), past, since)
    carried = _carried(
        settings, memory, client, planned, past=past, progress=asked.writing, undoes=since
    )
    return BoardPublication(planned, allowed=True, carried=carried)


def written(config: Path) -> WrittenBack:
    """Return what was written; reads nothing but the state."""
    settings = load(config)
    with memory_of(settings) as memory:
        past = _past(memory)
    return WrittenBack(settings.project, past, standing(past.log))


# --- planning ---------------------------------------------------------------------------------


class _Everything:
    """A board of which all is read whatever it says, and kept for whoever plans by it."""

    def __init__(self, board: BoardSource | None, client: MiroClient | None) -> None:
        self._board, self._client = board, client
        self.snapshot: BoardSnapshot | None = None

    def read(self) -> BoardSnapshot:
        visit = self.visit()
        assert visit.snapshot is not None  # noqa: S101 - no hint was given
        return visit.snapshot

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:
        if self._client is not None:
            read = self._client.read_everything()
            self.snapshot = read.snapshot
            cost = (read.calls, read.credits, read.seconds)
            return BoardVisit(read.snapshot, read.checked_at, None, *cost, read.message)
        assert self._board is not None  # noqa: S101 - else there is no door at all
        visit = self._board.visit(hint)
        self.snapshot = visit.snapshot
        return visit


def _client(settings: Settings, progress: Progress | None) -> MiroClient | None:
    source = settings.board_source
    live = source is not None and source.kind is SourceKind.MIRO
    return miro_client(settings, progress) if live else None


def _planned(
    settings: Settings, memory: SqlMemory, client: MiroClient | None
) -> tuple[Overview, Plan, Past]:
    now = moment()
    doors = doors_of(settings, now)
    whole = _Everything(doors.board, client)
    outcome = use_case.look(
        settings.project,
        replace(doors, board=None if doors.board is None else whole),
        memory,
        today=today_of(settings, now),
        decisions=settings.decisions,
        full=True,
        now=now,
    )
    made = merged(settings.decisions, memory.decisions())
    overview = Overview(
        settings.project,
        outcome.calendar,
        outcome.assessment,
        outcome.findings,
        decisions=made,
        undone=undone_numbers(made),
    )
    past = _past(memory)
    words = catalogue(settings.project.language)
    board = whole.snapshot
    if board is None:
        board = BoardSnapshot("", "", None, now, complete=False, items=())
    seen = _seen(board, settings.project)
    return overview, plan(overview, seen, past, _rules(settings), words.tell), past


def _seen(board: BoardSnapshot, project: Project) -> Seen:
    reading = read_board(board, project, CenterNames(project.centers))
    return Seen(board, reading.frames, {card.id: card for card in reading.cards})


def _past(memory: SqlMemory) -> Past:
    ledger = memory.ledger()
    return Past(ledger.log(), ledger.writings())


def _rules(settings: Settings) -> PublishRules:
    said = settings.publish
    return PublishRules(_titles(settings), said.cards_ahead_days, said.network_frame)


def _titles(settings: Settings) -> Mapping[Status, str]:
    """Return the titles of the tags by status, from the settings or else the catalogue."""
    language = settings.project.language
    words = catalogue(language)
    names = {
        status: settings.publish.tags.get(status.value, words.say(f"status.{status.value}"))
        for status in _COLORS
    }
    return {status: own_tag(name, language) for status, name in names.items() if name}


# --- carrying out -----------------------------------------------------------------------------


def _carried(  # noqa: PLR0913 - a plan, and all that carrying it out takes
    settings: Settings,
    memory: SqlMemory,
    client: MiroClient,
    planned: Plan,
    *,
    past: Past,
    progress: Progress | None,
    undoes: int | None = None,
) -> Carried | None:
    if planned.frozen is not None:
        return None
    ledger = memory.ledger()
    if not planned.steps:
        ledger.end(planned.decided)
        return Carried()
    who = client.who_am_i(writing=True)
    if who.remedy is not None:
        return Carried(stopped=who.remedy)
    titles = _titles(settings)
    run = Run(
        number=ledger.begin_run(moment(), who.user_id, undoes),
        user_id=who.user_id,
        users=past.users,
        zone=ZoneInfo(settings.project.timezone),
        colors={titles[status]: color for status, color in _COLORS.items() if status in titles},
        now=moment,
        progress=progress,
    )
    writer = BoardWriter(
        client.http, client.tokens, client.board_id, settings.board_patience, memory.still_alone
    )
    stands = standing(past.decided_by(planned.decided))
    return carry_out(planned, stands, writer, ledger, run)


def _live(settings: Settings, progress: Progress | None) -> MiroClient:
    client = _client(settings, progress)
    if client is None:
        raise SettingsError(say("publish.no_live_board"))
    return client
