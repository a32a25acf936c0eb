"""Use case: is everything set up, and if not, what to press.

Every part is examined, whatever the parts before it said; nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from miro_sync import kpi
from miro_sync.errors import MiroSyncError
from miro_sync.measuring import Declared
from miro_sync.model import Message, Place, Problem, Project, Severity, TablesSnapshot, say
from miro_sync.names import CenterNames, clashes
from miro_sync.ports import Memory
from miro_sync.reading import Doors, read_board, read_plan, read_rows, read_tables

Level = Literal["ok", "warn", "fail"]

#: Problems of one source that are listed one by one; the others are a number.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Checkup:
    """What the examination found, in the order in which it was done.

    Attributes:
        lines: "ok", "warn" or "fail", and what to say: a sentence, or a problem with its place.

    """

    lines: tuple[tuple[Level, Message | Problem], ...]


_Lines = Iterator[tuple[Level, Message | Problem]]
_Tables = Callable[[], TablesSnapshot | None]


def examine(  # noqa: PLR0913 - all that is examined
    project: Project,
    doors: Doors,
    memory: Memory,
    problems: tuple[Problem, ...] = (),
    access: Callable[[], _Lines] = lambda: iter(()),
    *,
    declared: Declared | None = None,
) -> Checkup:
    """Examine settings, sources, the mapping of frames to centres, headers and the state.

    Args:
        project: the settings, which are free of mistakes or would not have been loaded.
        doors: where the sources are.
        memory: the state; it is only read.
        problems: what the settings have to say that is no mistake.
        access: tells who we are to the services, and what we may do there.
        declared: the indicators, whose worksheets and numbers are looked at.

    """
    names = CenterNames(project.centers)
    tables = cache(partial(_read, doors))
    return Checkup(
        (
            ("ok", say("doctor.settings", project=project.name, centers=len(project.centers))),
            *_told(problems),
            *_told(_alike(project)),
            *_failing(access()),
            *_failing(_board(project, doors, names)),
            *_failing(_tables(project, doors, names, tables)),
            *_failing(_calendar(project, doors, names)),
            *_failing(_indicators(project, doors, names, declared or Declared(), tables)),
            *_failing(_state(memory)),
        )
    )


def _alike(project: Project) -> tuple[Problem, ...]:
    """Name the centres that one spelling on the board or in the table may mean."""
    return tuple(
        Problem(
            say("doctor.alike", one=one, other=other, spelling=spelling),
            Place("centers.toml"),
            Severity.WARNING,
        )
        for one, other, spelling in clashes(project.centers)
    )


def _failing(lines: _Lines) -> _Lines:
    """Pass the lines on and turn a failure among them into the last one."""
    try:
        yield from lines
    except MiroSyncError as error:
        yield "fail", error.message
        yield from _told(error.problems)


def _board(project: Project, doors: Doors, names: CenterNames) -> _Lines:
    if doors.board is None:
        yield "warn", say("doctor.no_board")
        return
    board = doors.board.read()
    seen = read_board(board, project, names)
    if board.complete:
        counts = {"items": len(board.items), "cards": len(seen.cards)}
        yield "ok", say("doctor.board", name=board.name, **counts)
    else:
        yield "fail", say("doctor.board_incomplete", name=board.name, items=len(board.items))
    for center in project.centers:
        if frames := [
            f"«{one.title}»" for one in seen.frames if one.own and one.center_id == center.id
        ]:
            yield "ok", say("doctor.frame", center=center.name, frames=", ".join(frames))
    if others := [f"«{one.title}»" for one in seen.frames if one.center_id is None]:
        yield "ok", say("doctor.other_frames", frames=", ".join(others))
    yield from _told((*board.problems, *seen.problems))


def _read(doors: Doors) -> TablesSnapshot | None:
    return None if doors.tables is None else read_tables(doors.tables)


def _tables(project: Project, doors: Doors, names: CenterNames, read: _Tables) -> _Lines:
    tables = read()
    if tables is None:
        yield "warn", say("doctor.no_tables")
        return
    rows = read_rows(tables, project, doors, names)
    titles = ", ".join(f"«{sheet.title}»" for sheet in tables.worksheets)
    found = {"source": tables.source, "count": len(tables.worksheets), "titles": titles}
    if tables.complete:
        yield "ok", say("doctor.tables", rows=len(rows.cards), **found)
    else:
        yield "fail", say("doctor.tables_incomplete", **found)
    yield from _told((*tables.problems, *rows.problems))


def _calendar(project: Project, doors: Doors, names: CenterNames) -> _Lines:
    calendar = read_plan(project, doors, names)
    times = len(calendar.occurrences)
    yield "ok", say("doctor.calendar", events=len(calendar.events), times=times)
    yield from _told(calendar.problems)


def _indicators(
    project: Project, doors: Doors, names: CenterNames, declared: Declared, read: _Tables
) -> _Lines:
    """Tell which indicators can be counted, and where the document's numbers disagree."""
    if not declared.indicators:
        return
    calendar = read_plan(project, doors, names)
    problems: dict[Problem, None] = {}
    for one in declared.indicators:
        told = [kpi.unread_collection(one, project), *kpi.unknown_events(one, calendar)]
        problems |= dict.fromkeys(problem for problem in told if problem is not None)
        for warning in kpi.disagreements(one, calendar):
            problems[Problem(warning, Place("kpi.toml"), Severity.WARNING)] = None
    yield "ok", say("doctor.indicators", count=len(declared.indicators))
    yield from _told(tuple(problems))
    try:
        tables = read()
    except MiroSyncError:
        return  # the part on the tables has said why
    if tables is not None:
        faults = kpi.table_faults(declared.indicators, tables, declared.kinds, project, calendar)
        yield from _told(faults)


def _state(memory: Memory) -> _Lines:
    first = memory.remembered().first_run
    yield "ok", say("doctor.state_new" if first else "doctor.state")


def _told(problems: tuple[Problem, ...]) -> _Lines:
    for problem in problems[:_LISTED]:
        yield ("fail" if problem.severity is Severity.ERROR else "warn"), problem
    if len(problems) > _LISTED:
        yield "warn", say("doctor.more", count=len(problems) - _LISTED)
