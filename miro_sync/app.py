"""The composition root: the only place that reads the clock and builds the doors.

One function per command; each takes what the command line gave and returns values to be shown.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from miro_sync import __version__, setup
from miro_sync import sync as use_case
from miro_sync.doctor import Checkup, examine
from miro_sync.files import BoardFile, TablesFile
from miro_sync.memory import SqlMemory
from miro_sync.model import BoardSnapshot, DateContext, Schedule
from miro_sync.periods import read_period
from miro_sync.ports import BoardSource, TablesSource
from miro_sync.reading import Doors
from miro_sync.settings import Settings, SourceKind, load
from miro_sync.sync import Outcome
from miro_sync.wire import read_export

#: The packaged sample is judged at this moment, whatever the day is: 8 in the morning on the spot.
SAMPLE_MOMENT = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the sample project shows.

    Attributes:
        outcome: everything was read.
        cut_short: the same, had the board not been read to its end.

    """

    outcome: Outcome
    cut_short: Outcome


def check(
    config: Path, *, on: dt.date | None = None, as_of: dt.date | None = None, offline: bool = False
) -> Outcome:
    """Judge the sources without storing anything.

    Args:
        config: the project folder.
        on: judge what is at hand as if today were this day.
        as_of: go back to what was known on that day; reads no source.
        offline: rest on the last complete reads.

    """
    settings = load(config)
    now = _now()
    today = on or as_of or _today(settings, now)
    return _look(settings, _doors(settings, now), today, as_of=as_of, offline=offline)


def sync(config: Path) -> Outcome:
    """Read the sources, judge them and store the run."""
    settings = load(config)
    now = _now()
    memory = SqlMemory(settings.state_url)
    try:
        outcome = use_case.look(
            settings.project,
            _doors(settings, now),
            memory,
            today=_today(settings, now),
            decisions=settings.decisions,
        )
        use_case.keep(outcome, memory, now=now, program=__version__)
    finally:
        memory.close()
    return outcome


def demo(target: Path | None = None) -> Demo:
    """Run the whole job on the packaged sample project, which needs no access to anything.

    Args:
        target: leave the sample project in this folder to be looked at and changed; without it
            a temporary copy is used and removed.

    """
    with (
        resources.as_file(resources.files("miro_sync").joinpath("sample")) as sample,
        tempfile.TemporaryDirectory(prefix="miro-sync-") as temporary,
    ):
        folder = Path(temporary) / "sample" if target is None else target
        shutil.copytree(sample, folder, dirs_exist_ok=True)
        settings = load(folder)
        doors = _doors(settings, SAMPLE_MOMENT)
        board = None if doors.board is None else _CutShort(doors.board)
        today = _today(settings, SAMPLE_MOMENT)
        return Demo(
            outcome=_look(settings, doors, today),
            cut_short=_look(settings, replace(doors, board=board), today),
        )


def init(folder: Path) -> tuple[Path, ...]:
    """Write a commented project folder; returns the files written."""
    return setup.init(folder)


def doctor(config: Path) -> Checkup:
    """Check settings, access, the mapping of frames to centres, headers and the state."""
    settings = load(config)
    memory = SqlMemory(settings.state_url)
    try:
        return examine(settings.project, _doors(settings, _now()), memory, settings.problems)
    finally:
        memory.close()


def read_periods(
    texts: Iterable[str],
    config: Path | None = None,
    school_year: int | None = None,
    year: int | None = None,
) -> Iterator[Schedule]:
    """Read period texts, leaning on a year or else on the span of the project, if there is one."""
    span = None
    if school_year is None and year is None and config is not None:
        span = load(config).project.span
    context = DateContext(school_year=school_year, year=year, span=span)
    return (read_period(text, context) for text in texts)


# --- building ---------------------------------------------------------------------------------


def _look(
    settings: Settings,
    doors: Doors,
    today: dt.date,
    *,
    as_of: dt.date | None = None,
    offline: bool = False,
) -> Outcome:
    memory = SqlMemory(settings.state_url, as_of=as_of)
    try:
        return use_case.look(
            settings.project,
            doors,
            memory,
            today=today,
            decisions=settings.decisions,
            offline=offline or as_of is not None,
        )
    finally:
        memory.close()


class _CutShort:
    """A board of which the last pages did not come."""

    def __init__(self, board: BoardSource) -> None:
        self._board = board

    def read(self) -> BoardSnapshot:
        return replace(self._board.read(), complete=False)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - the one place that reads the clock


def _today(settings: Settings, now: dt.datetime) -> dt.date:
    return now.astimezone(ZoneInfo(settings.project.timezone)).date()


def _doors(settings: Settings, now: dt.datetime) -> Doors:
    calendar, sheet = settings.calendar_source, None
    if calendar.kind is SourceKind.WORKSHEET:
        sheet = calendar.value
    return Doors(
        board=_board_door(settings),
        tables=_tables_door(settings, now),
        calendar=None if sheet is not None else TablesFile(calendar.path, now),
        calendar_sheet=sheet,
    )


def _board_door(settings: Settings) -> BoardSource | None:
    source = settings.board_source
    if source is None:
        return None
    return BoardFile(source.path, read_export)


def _tables_door(settings: Settings, now: dt.datetime) -> TablesSource | None:
    source = settings.tables_source
    if source is None:
        return None
    return TablesFile(source.path, now)
