"""The status worksheet: what would be written into it, and writing it.

Looking and writing are the same code, stopped before the write or not. What people typed is read
again just before the write, so that nothing typed between is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from miro_sync import decisions as said
from miro_sync.app.building import environment_of, memory_of, moment, quota_of, today_of
from miro_sync.messages import catalogue
from miro_sync.miro_budget import Clock
from miro_sync.model import Message, Worksheet, say
from miro_sync.overview import Overview
from miro_sync.own_sheet import MARK, OwnReading, Typed, read_own
from miro_sync.settings import Settings, SourceKind, load
from miro_sync.sheets import OwnSheet, StatusCell, StatusSheet
from miro_sync.status_sheet import Carried, StatusTable, status_rows
from miro_sync.table_decisions import Scene, is_taken, read_decisions
from miro_sync.tables import as_text
from miro_sync.text import one_line


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What would be written into the status worksheet.

    Attributes:
        title: of the worksheet, as it is called or would be.
        url: opens it; None where it is not there yet.
        rows: how many it will have below the header.
        differing: how many of them would be new, changed or taken away; 0 when nothing would be
            written.
        waiting: rows in which people's words are carried over.
        refused: of those, rows that get an answer; the next sync takes the others.
        refusal: why nothing can be written into this table at all; None where it can.

    """

    title: str = ""
    url: str | None = None
    rows: int = 0
    differing: int = 0
    waiting: int = 0
    refused: int = 0
    refusal: Message | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to be written."""
        return self.differing > 0


def plan_table(config: Path, overview: Overview) -> TablePlan:
    """Say what would be written into the status worksheet; nothing is.

    Args:
        config: the project folder.
        overview: the project as it stands.

    Raises:
        SourceError: the worksheet could not be read.

    """
    return _Publishing(load(config), overview).plan()


def apply_table(
    config: Path, overview: Overview, may_write: Callable[[], None] | None = None
) -> TablePlan:
    """Write the status worksheet, unless it holds already what it should.

    Args:
        config: the project folder.
        overview: the project as it stands.
        may_write: called just before each writing request leaves; what it raises keeps it back.

    Returns:
        What was written, in the words of a plan.

    Raises:
        SourceError: it could not be read or written; it is as it was, unless the words say that
            the connection broke.
        StateError: the state cannot be written.

    """
    return _Publishing(load(config), overview, may_write).apply()


def undo_table(config: Path, may_write: Callable[[], None] | None = None) -> TablePlan:
    """Take the status worksheet out of the table, unless people's words still wait in it.

    Args:
        config: the project folder.
        may_write: as of `apply_table`.

    Returns:
        `differing` is how many rows went, 0 where there was no worksheet; `refusal` says why it
        was left.

    Raises:
        SourceError: it could not be read or deleted.
        StateError: the state cannot be written.

    """
    settings = load(config)
    refusal = _refusal(settings)
    if refusal is not None:
        return TablePlan(refusal=refusal)
    sheet = _sheet(settings, may_write)
    own = sheet.read()
    if own is None:
        return TablePlan()
    reading = None if own.worksheet is None else read_own(own.worksheet, own.title)
    rows = reading.rows if reading is not None else ()
    found = TablePlan(own.title, own.url, rows=len(rows))
    unsafe = None if reading is None else _unsafe(reading)
    if unsafe is not None:
        return replace(found, refusal=unsafe)
    with memory_of(settings) as memory:
        taken = memory.choices()
        waiting = sum(
            (row.typed != Typed() or row.key is None) and not is_taken(row, taken) for row in rows
        )
        if waiting:
            words = say("status_sheet.words_wait", title=own.title, rows=waiting)
            return replace(found, waiting=waiting, refusal=words)
        removed = sheet.remove()
        memory.forget_choices(taken.keys())
    return replace(found, differing=0 if removed is None else max(len(rows), 1))


def _refusal(settings: Settings) -> Message | None:
    """Say why nothing can be written into this table at all; None where it can."""
    source = settings.tables_source
    if source is None:
        return say("status_sheet.no_table")
    if source.kind is not SourceKind.GOOGLE:
        return say("status_sheet.no_google", source=source.value)
    return None


def _unsafe(reading: OwnReading) -> Message | None:
    """Say why replacing the worksheet would lose what people wrote; None where it would not."""
    if reading.foreign:
        return say("status_sheet.foreign", cells=", ".join(reading.foreign))
    return reading.fault


def _sheet(settings: Settings, may_write: Callable[[], None] | None) -> StatusSheet:
    source = settings.tables_source
    shared = quota_of(settings)

    def quota(email: str, *, writing: bool) -> None:
        if shared is not None:
            shared(email, writing=writing)
        if writing and may_write is not None:
            may_write()  # after the wait, which may have taken a minute

    return StatusSheet(
        source.value if source else "",
        environ=environment_of(settings),
        clock=Clock(moment),
        api_url=settings.tables_api_url,
        patience_seconds=settings.tables_patience,
        quota=quota,
    )


class _Publishing:
    """One look at the worksheet, and the write that may follow it."""

    def __init__(
        self,
        settings: Settings,
        overview: Overview,
        may_write: Callable[[], None] | None = None,
    ) -> None:
        self._settings, self._overview = settings, overview
        self._refusal = _refusal(settings)
        self._sheet = _sheet(settings, may_write)

    def plan(self) -> TablePlan:
        if self._refusal is not None:
            return TablePlan(refusal=self._refusal)
        return self._compared(*self._looked())

    def apply(self) -> TablePlan:
        if self._refusal is not None:
            return TablePlan(refusal=self._refusal)
        own, table = self._looked()
        plan = self._compared(own, table)
        if plan.refusal is not None or not plan.changes:
            return plan
        written = self._sheet.replace(table.columns, table.rows, self._title())
        with memory_of(self._settings) as memory:
            memory.forget_choices(table.taken)
        return replace(plan, title=written.sheet.title, url=written.sheet.url)

    def _title(self) -> str:
        words = catalogue(self._overview.project.language)
        return self._settings.status_sheet or words.say("status_sheet.title")

    def _looked(self) -> tuple[OwnSheet | None, StatusTable]:
        """Read the worksheet and say what it should hold."""
        own = self._sheet.read()
        if own is None or own.worksheet is None:
            return own, status_rows(self._overview)
        reading = read_own(own.worksheet, own.title)
        self._refusal = _unsafe(reading)
        if self._refusal is not None:
            return own, status_rows(self._overview)
        with memory_of(self._settings) as memory:
            now = moment()
            known = said.Known(
                self._overview.calendar,
                [center.id for center in self._overview.project.centers],
                self._overview.assessment.cards,
                said.merged(self._settings.decisions, memory.decisions()),
                self._settings.directors_only,
                today_of(self._settings, now),
            )
            scene = Scene(known, memory.choices(), today_of(self._settings, now), now)
            words = read_decisions(reading, scene)
        table = status_rows(self._with_decisions(known), Carried(reading, words))
        return own, table

    def _with_decisions(self, known: said.Known) -> Overview:
        """Return the overview with what was decided since it was made, for the answers."""
        made = tuple(known.decisions)
        return replace(self._overview, decisions=made, undone=said.undone_numbers(made))

    def _compared(self, own: OwnSheet | None, table: StatusTable) -> TablePlan:
        if self._refusal is not None and own is not None:
            return TablePlan(own.title, own.url, refusal=self._refusal)
        wanted = _by_key([column.title for column in table.columns], table.rows)
        there = _there(own.worksheet) if own is not None and own.worksheet is not None else {}
        head = wanted.pop("")
        new_head = there.pop("", None) != head
        differing = sum(there.get(key) != cells for key, cells in wanted.items())
        differing += len(there.keys() - wanted.keys())
        return TablePlan(
            title=own.title if own is not None else self._title(),
            url=own.url if own is not None else None,
            rows=len(table.rows),
            differing=differing or int(new_head),
            waiting=table.waiting,
            refused=table.refused,
        )


_Cells = tuple[tuple[str, str], ...]


def _by_key(titles: list[str], rows: tuple[object, ...]) -> dict[str, _Cells]:
    """Return what stands in each row under each header, by the row's key; order says nothing."""
    found: dict[str, _Cells] = {"": tuple((title, title) for title in sorted(titles))}
    for number, row in enumerate(rows):
        texts = [_text(cell) for cell in row]  # type: ignore[attr-defined]
        key = next((text for text in texts if text.startswith(f"{MARK}|")), f"#{number}")
        name = key if key not in found else f"{key}#{number}"
        found[name] = tuple(sorted(zip(titles, texts, strict=False)))
    return found


def _there(sheet: Worksheet) -> dict[str, _Cells]:
    """Return the same of the worksheet as it is; nothing where it has no header of ours."""
    if not sheet.rows:
        return {}
    titles = [_text(cell) for cell in sheet.rows[0]]
    width = len(titles)
    rows = tuple(
        tuple(row[:width]) + (None,) * (width - len(row))
        for row in sheet.rows[1:]
        if any(cell is not None for cell in row)
    )
    return _by_key(titles, rows)


def _text(cell: object) -> str:
    value = cell.value if isinstance(cell, StatusCell) else cell
    return one_line(as_text(value))  # type: ignore[arg-type]
