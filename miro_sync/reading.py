"""The sources of a project -> what was planned and what is there, and how each source fared.

A source that cannot be read whole is stood in for by its last complete read, and says so; what is
missing from it is never taken for not being there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

from miro_sync.board import BoardReading, read_cards
from miro_sync.calendar import CalendarRow, plan, read_calendar, work_days
from miro_sync.errors import SettingsError, SourceError
from miro_sync.layouts import hint_of
from miro_sync.model import (
    BoardSnapshot,
    EventCalendar,
    EventCard,
    Place,
    Problem,
    Project,
    Severity,
    Snapshot,
    SourceReport,
    SourceState,
    TablesSnapshot,
    Worksheet,
    say,
)
from miro_sync.names import CenterNames
from miro_sync.own_sheet import is_own
from miro_sync.periods import read_period
from miro_sync.ports import Memory, TablesSource
from miro_sync.privacy import HIDDEN, Personal, personal
from miro_sync.tables import (
    CALENDAR_COLUMNS,
    NoTable,
    TablesReading,
    event_rows,
    find_table,
    worksheet_titled,
)
from miro_sync.text import plain
from miro_sync.visiting import Doors, attempt, record, understanding, visit_board

__all__ = [
    "Doors",
    "Reading",
    "read_board",
    "read_plan",
    "read_rows",
    "read_sources",
    "read_tables",
]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one run knows before it decides.

    Attributes:
        cards: cards of the board and rows of the tables, those of a last good read included.

    """

    calendar: EventCalendar
    snapshot: Snapshot
    cards: tuple[EventCard, ...]


def read_sources(
    project: Project, doors: Doors, memory: Memory, *, offline: bool = False, full: bool = False
) -> Reading:
    """Read board, tables and calendar.

    Args:
        project: its rules, centres and span say how what is read is understood.
        doors: where the sources are.
        memory: holds the last complete reads.
        offline: read neither board nor tables and rest on the last complete reads.
        full: read the board whole even if it says that nothing changed.

    Raises:
        SourceError: there is no calendar to hold anything against, neither now nor in memory.
        SettingsError: the calendar's table was read and has no column of events.
        StateError: the memory cannot be read.

    """
    names = CenterNames(project.centers)
    tables_door = None if doors.tables is None else partial(read_tables, doors.tables)
    tables, tables_report = attempt("tables", tables_door, offline=offline)
    known = None if full else memory.board_hint()
    board, board_report = visit_board(
        doors.board, known, understood_by=understanding(project), offline=offline
    )
    cards: list[EventCard] = []
    if board is not None:
        seen = read_board(board, project, names)
        board = replace(board, problems=(*board.problems, *seen.problems))
        cards += seen.cards
    if tables is not None:
        if tables_report.complete and doors.looked_for is not None:
            hint = hint_of(tables, doors.looked_for)
            tables_report = replace(tables_report, tables_hint=hint)
        rows = read_rows(tables, project, doors, names)
        tables = replace(tables, problems=(*tables.problems, *rows.problems))
        cards += rows.cards
    calendar, calendar_report = _calendar(project, doors, tables, memory, names, offline=offline)
    reports, zone = [], ZoneInfo(project.timezone)
    for report in (board_report, tables_report):
        whole, stood_in = _stand_in(report, cards, memory, zone, offline=offline)
        reports.append(whole)
        cards += map(_veiled_card, stood_in)
    for report in (*reports, calendar_report):
        record(report)
    return Reading(calendar, Snapshot(board, tables, (*reports, calendar_report)), tuple(cards))


def read_board(board: BoardSnapshot, project: Project, names: CenterNames) -> BoardReading:
    """Read the cards of a board without what looks like a person's data.

    A card with such a text keeps its place, its centre, its day and its mark; the text is refused,
    and a problem says where it stands. So is the title of a frame, a tag, the board's own name.
    """
    seen = read_cards(_without_names(board), project, names)
    cards: list[EventCard] = []
    problems = list(seen.problems)
    for card in seen.cards:
        veiled = _veiled_card(card)
        if veiled is not card:
            place = card.place or Place("board", url=card.url)
            message = say("privacy.card", what=say(f"privacy.{_kind(card)}"))
            problems.append(Problem(message, place, Severity.WARNING))
        cards.append(veiled)
    return replace(seen, cards=tuple(cards), problems=tuple(problems))


def read_tables(door: TablesSource) -> TablesSnapshot:
    """Read the worksheets; a title that looks like a person's name is refused.

    The worksheet in which this service writes and people decide is kept apart, wherever the table
    comes from: what we wrote there proves nothing. So is every copy of it.

    The cells are looked through by `miro_sync.tables`, which alone knows their columns.

    Raises:
        SourceError: nothing of them can be had.

    """
    tables = _without_own(door.read())
    sheets: list[Worksheet] = []
    problems = list(tables.problems)
    for number, sheet in enumerate(tables.worksheets, start=1):
        kind = personal(sheet.title)
        if kind is None:
            sheets.append(sheet)
            continue
        sheets.append(replace(sheet, title=f"{HIDDEN} {number}"))
        place = Place(tables.source, sheets[-1].title, url=tables.url)
        message = say("privacy.sheet", number=number, what=say(f"privacy.{kind}"))
        problems.append(Problem(message, place, Severity.WARNING))
    return replace(tables, worksheets=tuple(sheets), problems=tuple(problems))


def _without_own(tables: TablesSnapshot) -> TablesSnapshot:
    """Take the service's own worksheet out of the others; a copy of it is not read at all."""
    own = [sheet for sheet in tables.worksheets if is_own(sheet)]
    if not own:
        return tables
    others = tuple(sheet for sheet in tables.worksheets if not is_own(sheet))
    tables = replace(tables, worksheets=others)
    if tables.own is None and len(own) == 1:
        return replace(tables, own=own[0])
    known = "status_sheet.copy" if tables.own else "status_sheet.copies"
    problems = [
        Problem(say(known), Place(tables.source, sheet.title, url=sheet.url), Severity.WARNING)
        for sheet in own
    ]
    return replace(tables, problems=(*tables.problems, *problems))


def read_rows(
    tables: TablesSnapshot, project: Project, doors: Doors, names: CenterNames
) -> TablesReading:
    """Read the rows that speak of events, of all worksheets but the calendar's own."""
    return event_rows(
        tables,
        find_center=names.find,
        center_in=names.only,
        read_period=read_period,
        span=project.span,
        leave_out=() if doors.calendar_sheet is None else (doors.calendar_sheet,),
    )


def read_plan(project: Project, doors: Doors, names: CenterNames) -> EventCalendar:
    """Read the event calendar; raises `SourceError` and `SettingsError`."""
    source = doors.calendar or doors.tables
    if source is None:
        raise SourceError(say("sync.no_calendar"))
    return _understood(read_tables(source), doors.calendar_sheet, project, names)


# --- one source -------------------------------------------------------------------------------


def _stand_in(
    report: SourceReport,
    cards: Sequence[EventCard],
    memory: Memory,
    zone: ZoneInfo,
    *,
    offline: bool,
) -> tuple[SourceReport, Iterable[EventCard]]:
    """Return the report on a source and the cards of its last complete read that it lacks.

    What was read of it now is newer and goes before what is remembered of the same things.
    """
    now = {card.id for card in cards if (card.source == "board") == (report.name == "board")}
    last = None
    rests = report.state is SourceState.UNCHANGED
    if rests or (not report.complete and report.state is not SourceState.ABSENT):
        last = memory.last_read(report.name)
    if last is None:
        return replace(report, items=len(now)), ()
    lacking = [card for card in last.cards if card.id not in now]
    report = replace(report, items=len(now) + len(lacking))
    if rests:
        return report, lacking
    report = replace(report, read_at=last.read_at)
    if offline and last.current:
        return replace(report, state=SourceState.UNCHANGED, complete=True, message=None), lacking
    if offline:
        report = replace(report, message=say("sync.not_that_day"))
    message = say("sync.stale", why=report.message, read_at=last.read_at.astimezone(zone))
    return replace(report, state=SourceState.STALE, message=message), lacking


# --- nothing personal -------------------------------------------------------------------------


#: A longer title is no half of a name or class that the text completes.
_SHORT_TITLE = 60


def _without_names(board: BoardSnapshot) -> BoardSnapshot:
    """Refuse names of people where they would be repeated beside every card."""
    items = tuple(
        replace(item, title=HIDDEN) if item.type == "frame" and _is_personal(item.title) else item
        for item in board.items
    )
    tags = {id_: HIDDEN if personal(tag) else tag for id_, tag in board.tags.items()}
    name = HIDDEN if personal(board.name) else board.name
    return replace(board, items=items, tags=tags, name=name)


def _is_personal(markup: str) -> bool:
    return bool(markup) and personal(plain(markup)) is not None


def _kind(card: EventCard) -> Personal | None:
    """Tell what kind of a person's data stands in the texts of a card, together or alone."""
    kind = personal(card.title) or personal(card.text)
    if kind is None and card.text and len(card.title) <= _SHORT_TITLE:
        kind = personal(f"{card.title}\n{card.text}")
    return kind


def _veiled_card(card: EventCard) -> EventCard:
    """Return the card without the texts that look like a person's data; itself when none does."""
    if _kind(card) is None:
        return card
    title_too = personal(card.title) is not None
    text_too = personal(card.text) is not None
    together = not (title_too or text_too)
    date = card.date
    if date is not None and (title_too or personal(date.text)):
        date = replace(date, text=HIDDEN, unread="")
    return replace(
        card,
        title=HIDDEN if title_too or together else card.title,
        text="" if text_too or together else card.text,
        date=date,
    )


# --- the calendar -----------------------------------------------------------------------------


def _calendar(  # noqa: PLR0913 - everything that a row of the calendar may lean on
    project: Project,
    doors: Doors,
    tables: TablesSnapshot | None,
    memory: Memory,
    names: CenterNames,
    *,
    offline: bool,
) -> tuple[EventCalendar, SourceReport]:
    """Read the calendar, or plan the events of the last stored run in its place."""
    # A calendar of its own is a file at hand: it is read even when the services are not.
    snapshot, report = tables, SourceReport("calendar", SourceState.FAILED, complete=False)
    if doors.calendar is not None:
        read = partial(read_tables, doors.calendar)
        snapshot, report = attempt("calendar", read, offline=False)
    if snapshot is not None:
        calendar = _understood(snapshot, doors.calendar_sheet, project, names)
        if doors.calendar is None:  # what befell the tables is told of the tables
            report = SourceReport("calendar", SourceState.FRESH, snapshot.complete)
        return calendar, replace(report, read_at=snapshot.read_at, items=len(calendar.events))
    events = memory.last_calendar()
    if not events:
        raise SourceError(report.message or say("sync.no_calendar"))
    state = SourceState.UNCHANGED if offline else SourceState.STALE
    report = replace(report, state=state, complete=offline, items=len(events))
    return plan(events, project, workdays=work_days(project)), report


def _understood(
    snapshot: TablesSnapshot, sheet_title: str | None, project: Project, names: CenterNames
) -> EventCalendar:
    """Find the calendar's table in the worksheets and understand its rows."""
    refusals: list[Problem] = []
    for sheet in _sheets(snapshot, sheet_title):
        url = sheet.url or snapshot.url
        table = find_table(sheet, CALENDAR_COLUMNS, source=snapshot.source, url=url)
        if isinstance(table, NoTable):
            refusals += table.problems
            continue
        rows = (
            CalendarRow(row.values, row.place(), {key: row.place(key) for key in row.values})
            for row in table.rows
            if not row.empty
        )
        calendar = read_calendar(rows, project, find_center=names.find)
        problems = (*snapshot.problems, *table.problems, *calendar.problems)
        return replace(calendar, problems=problems)
    raise SettingsError(
        say("sync.no_calendar_table", source=snapshot.source), (*snapshot.problems, *refusals)
    )


def _sheets(snapshot: TablesSnapshot, title: str | None) -> tuple[Worksheet, ...]:
    if title is None:
        return snapshot.worksheets
    sheet = worksheet_titled(snapshot, title)
    if sheet is None:
        titles = ", ".join(f"«{one.title}»" for one in snapshot.worksheets)
        where = {"sheet": title, "source": snapshot.source, "titles": titles}
        raise SettingsError(say("sync.no_worksheet", **where))
    return (sheet,)
