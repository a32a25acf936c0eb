"""What the state holds as of a run, read in one transaction; nothing here writes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from miro_sync.memory import schema
from miro_sync.model import (
    BoardHint,
    Change,
    ChangeKind,
    Contribution,
    Decision,
    DecisionKind,
    Event,
    EventCard,
    Finding,
    FindingState,
    Message,
    PastFinding,
    PastWork,
    Period,
    RunRecord,
    SameCard,
    SourceReport,
    SourceState,
    TableChoice,
    TablesHint,
    WorkedOut,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Row


@functools.cache
def board_hint_adapter() -> TypeAdapter[BoardHint]:
    """Return what writes and reads the hint of a board."""
    return TypeAdapter(BoardHint)


@functools.cache
def tables_hint_adapter() -> TypeAdapter[TablesHint]:
    """Return what writes and reads the hint of an online table."""
    return TypeAdapter(TablesHint)


@functools.cache
def cards_adapter() -> TypeAdapter[list[EventCard]]:
    """Return what writes and reads cards; a run that reads none does not pay for it."""
    return TypeAdapter(list[EventCard])


@functools.cache
def events_adapter() -> TypeAdapter[list[Event]]:
    """Return what writes and reads planned events."""
    return TypeAdapter(list[Event])


#: Only these reads tell what a source held; a stale one repeats an older read.
GOOD = (SourceState.FRESH.value, SourceState.UNCHANGED.value)

#: The source of planned events; every other source holds cards.
_PLAN = "calendar"


class View:
    """The state as of a run: the last one, or the last one up to a day.

    Attributes:
        connection: in whose transaction everything is read.
        last_run: its number; None when there is none.

    """

    def __init__(self, connection: Connection, as_of: dt.date | None) -> None:
        """Choose the run to look back from."""
        self.connection = connection
        self._as_of = as_of
        last = sa.select(sa.func.max(schema.run.c.id))
        if as_of is not None:
            last = last.where(schema.run.c.today <= as_of)
        self.last_run: int | None = connection.scalar(last)
        self._until = self.last_run or 0

    # --- what the next run needs

    def stored_at(self) -> dt.datetime | None:
        """Return when the run was stored, UTC."""
        table = schema.run
        moment = sa.select(table.c.stored_at).where(table.c.id == self._until)
        return _utc(self.connection.scalar(moment))

    def last_good_read(self, source: str) -> dt.datetime | None:
        """Return when a source was last read completely, UTC."""
        read = self._last_good(source)
        return None if read is None else _utc(read[1])

    def board_hint(self) -> BoardHint | None:
        """Return the hint of the last complete read of the board; None when it left none."""
        hint = self._hint("board")
        return None if hint is None else board_hint_adapter().validate_json(hint)

    def tables_hint(self) -> TablesHint | None:
        """Return the hint of the last complete read of the tables; None when it left none."""
        hint = self._hint("tables")
        return None if hint is None else tables_hint_adapter().validate_json(hint)

    def _hint(self, source: str) -> str | None:
        read = self._last_good(source)
        if read is None:
            return None
        table = schema.source_read
        hint: str | None = self.connection.scalar(
            sa.select(table.c.hint).where(table.c.source == source, table.c.run_id == read[0])
        )
        return hint

    def judged_by_last_read(self, source: str) -> bool:
        """Tell whether the run itself read the source completely, and not only one before it."""
        read = self._last_good(source)
        return read is not None and read[0] == self.last_run

    def current(self, source: str) -> str:
        """Return what the source held, in the order in which it was first seen: a JSON array."""
        table = schema.version
        over = table.c.until_run
        rows = self.connection.scalars(
            sa.select(table.c.payload)
            .where(table.c.source == source, table.c.from_run <= self._until)
            .where(sa.or_(over.is_(None), over > self._until))
            .order_by(table.c.id)
        )
        return f"[{','.join(rows)}]"

    def cards(self, source: str) -> tuple[EventCard, ...]:
        """Return the cards or rows of a source."""
        return tuple(map(_revived, cards_adapter().validate_json(self.current(source))))

    def events(self) -> tuple[Event, ...]:
        """Return the planned events."""
        return tuple(map(_revived_event, events_adapter().validate_json(self.current(_PLAN))))

    def last_seen(self, ids: Collection[str]) -> Mapping[str, EventCard]:
        """Return the last known version of cards and rows that may be long gone, by id."""
        table = schema.version
        rows = self.connection.execute(
            sa.select(table.c.thing, table.c.payload)
            .where(table.c.source != _PLAN, table.c.thing.in_(sorted(ids)))
            .where(table.c.from_run <= self._until)
            .order_by(table.c.from_run)
        )
        return {row.thing: _card(row.payload) for row in rows}

    def open_findings(self) -> tuple[Finding, ...]:
        """Return the findings that were open after the run."""
        table = schema.finding
        rows = sa.select(table)
        if self._as_of is None:
            rows = rows.where(table.c.until.is_(None))
        else:
            over = table.c.until_run
            rows = rows.where(table.c.since_run <= self._until).where(
                sa.or_(over.is_(None), over > self._until)
            )
        return tuple(
            dataclasses.replace(_finding(row), state=FindingState.OPEN, until=None)
            for row in self.connection.execute(rows.order_by(table.c.id))
        )

    def kept(self, name: str) -> WorkedOut | None:
        """Return what the last run kept under a name; of an earlier day nothing is kept."""
        table = schema.kept
        row = self.connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
        return None if row is None or self._as_of is not None else WorkedOut(row.basis, row.payload)

    def decisions(self) -> tuple[Decision, ...]:
        """Return all decisions, whenever they were made, in the order in which they were."""
        rows = self.connection.execute(sa.select(schema.decision).order_by(schema.decision.c.id))
        return tuple(_decision(row) for row in rows)

    def choices(self) -> Mapping[str, TableChoice]:
        """Return what was taken from the rows of the status worksheet, by row."""
        said = {one.number: one for one in self.decisions()}
        rows = self.connection.execute(sa.select(schema.table_choice))
        return {row.row: TableChoice(row.row, row.digest, said[row.decision_id]) for row in rows}

    def last_decided_at(self) -> dt.datetime | None:
        """Return the moment of the last decision, UTC."""
        table = schema.decision
        last = sa.select(table.c.made_at).order_by(table.c.id.desc()).limit(1)
        return _utc(self.connection.scalar(last))

    def same_cards(self) -> tuple[SameCard, ...]:
        """Return the cards that came back under another id, oldest first."""
        table = schema.same_card
        rows = self.connection.execute(
            sa.select(table).where(table.c.run_id <= self._until).order_by(table.c.id)
        )
        return tuple(SameCard(row.old, row.new, _moment(row.at)) for row in rows)

    # --- what happened

    def runs(self, last: int) -> tuple[RunRecord, ...]:
        """Return the last runs, oldest first, with the number of their changes."""
        rows = self.connection.execute(
            sa.select(schema.run)
            .where(schema.run.c.id <= self._until)
            .order_by(schema.run.c.id.desc())
            .limit(last)
        ).all()[::-1]
        if not rows:
            return ()
        first = rows[0].id
        sources = self._sources(first)
        changes: defaultdict[int, Counter[ChangeKind]] = defaultdict(Counter)
        for one in self._changes(first):
            changes[one.run][one.kind] += 1
        lives = schema.finding
        opened, closed = (
            self._counted(column, first) for column in (lives.c.since_run, lives.c.until_run)
        )
        return tuple(
            RunRecord(
                row.id,
                _moment(row.stored_at),
                row.today,
                row.program,
                tuple(sources[row.id]),
                dict(changes[row.id]),
                opened.get(row.id, 0),
                closed.get(row.id, 0),
            )
            for row in rows
        )

    def changes(self, since_run: int) -> tuple[Change, ...]:
        """Return what changed in the runs from one on, in the order of runs."""
        return self._with_versions(self._changes(since_run))

    def changes_of(self, things: Collection[str]) -> tuple[Change, ...]:
        """Return all that befell some cards, rows or events, in the order of runs."""
        return self._with_versions(self._changes(0, things))

    def ever_seen(self) -> tuple[EventCard, ...]:
        """Return the last version of every card and row that was ever read."""
        table = schema.version
        latest = (
            sa.select(sa.func.max(table.c.id))
            .where(table.c.source != _PLAN, table.c.from_run <= self._until)
            .group_by(table.c.source, table.c.thing)
        )
        rows = self.connection.scalars(
            sa.select(table.c.payload).where(table.c.id.in_(latest)).order_by(table.c.id)
        )
        return tuple(_card(payload) for payload in rows)

    def finding_lives(self, subjects: Collection[str]) -> tuple[PastFinding, ...]:
        """Return the lives of the findings on some subjects, in the order of their beginning."""
        table = schema.finding
        rows = self.connection.execute(
            sa.select(table).where(table.c.subject.in_(sorted(subjects))).order_by(table.c.id)
        )
        return tuple(PastFinding(_finding(row), row.since_run, row.until_run) for row in rows)

    def past_work(self, since: dt.date) -> PastWork:
        """Return the work from a day on that versions tell of which were followed by others.

        The days are taken out of the versions by the database: half a year of them need not be
        made into cards.
        """
        table, run = schema.version, schema.run
        first = self.connection.scalar(sa.select(sa.func.min(run.c.id)).where(run.c.today >= since))
        rows_since = self._rows_since()
        if first is None:
            return PastWork(rows_since=rows_since)
        names = ("center_id", "title", "text", "contributed", "made")
        parts = [self._part(name) for name in names]
        rows = self.connection.execute(
            sa.select(table.c.source, table.c.thing, *parts)
            .where(table.c.source != _PLAN, table.c.from_run >= first)
            .where(table.c.until_run <= self._until)
        )
        done = []
        for source, thing, center_id, title, text, *days in rows:
            if center_id is None:
                continue
            at_board = source == "board"
            what = thing if at_board else f"{title}\n{text or ''}"
            done += [
                Contribution("board" if at_board else "table", what, center_id, day)
                for day in map(dt.date.fromisoformat, filter(None, days))
                if day >= since
            ]
        return PastWork(tuple(done), rows_since)

    def _rows_since(self) -> dt.date | None:
        read, run = schema.source_read, schema.run
        return self.connection.scalar(
            sa.select(run.c.today)
            .join(read, read.c.run_id == run.c.id)
            .where(read.c.source == "tables", read.c.complete, read.c.state.in_(GOOD))
            .where(run.c.id <= self._until)
            .order_by(run.c.id)
            .limit(1)
        )

    def _part(self, name: str) -> sa.ColumnElement[str | None]:
        """Return a field of the versions' payload."""
        payload = schema.version.c.payload
        if self.connection.dialect.name == "sqlite":
            return sa.func.json_extract(payload, f"$.{name}", type_=sa.String)
        return sa.func.json_extract_path_text(sa.cast(payload, sa.JSON), name, type_=sa.String)

    def _last_good(self, source: str) -> tuple[int, dt.datetime | None] | None:
        """Return the run of the last complete read of a source, and when it was read."""
        table = schema.source_read
        row = self.connection.execute(
            sa.select(table.c.run_id, table.c.read_at)
            .where(table.c.source == source, table.c.complete, table.c.state.in_(GOOD))
            .where(table.c.run_id <= self._until)
            .order_by(table.c.run_id.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else (row.run_id, row.read_at)

    def _sources(self, first: int) -> Mapping[int, Sequence[SourceReport]]:
        table = schema.source_read
        found: defaultdict[int, list[SourceReport]] = defaultdict(list)
        for row in self.connection.execute(
            sa.select(table).where(table.c.run_id >= first).order_by(table.c.run_id, table.c.source)
        ):
            found[row.run_id].append(
                SourceReport(
                    row.source,
                    SourceState(row.state),
                    row.complete,
                    _utc(row.read_at),
                    row.items,
                    row.calls,
                    credits=row.credits,
                    seconds=row.seconds,
                )
            )
        return found

    def _counted(self, column: sa.Column[int], first: int) -> Mapping[int, int]:
        rows = self.connection.execute(
            sa.select(column, sa.func.count()).where(column >= first).group_by(column)
        )
        counted: dict[int, int] = {run: number for run, number in rows}  # noqa: C416 - rows are no pairs to a type checker
        return counted

    def _changes(self, first: int, things: Collection[str] | None = None) -> list[_Step]:
        """Return the steps from a run on, of some things or of all."""
        table = schema.version
        columns = (table.c.id, table.c.source, table.c.thing, table.c.from_run, table.c.until_run)
        touched = sa.select(*columns)
        if things is None:
            touched = touched.where(sa.or_(table.c.from_run >= first, table.c.until_run >= first))
            began = sa.select(table.c.source, table.c.thing, sa.func.min(table.c.from_run))
            began = began.group_by(table.c.source, table.c.thing)
        else:
            touched = touched.where(table.c.thing.in_(sorted(things)))
            began = sa.select(table.c.source, table.c.thing, sa.func.min(table.c.from_run))
            began = began.where(table.c.thing.in_(sorted(things)))
            began = began.group_by(table.c.source, table.c.thing)
        last = self._until
        starts: defaultdict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        ends: defaultdict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for row in self.connection.execute(touched.order_by(table.c.id)):
            starts[row.source, row.thing][row.from_run] = row.id
            if row.until_run is not None:
                ends[row.source, row.thing][row.until_run] = row.id
        births = {(source, thing): run for source, thing, run in self.connection.execute(began)}
        steps = []
        for (source, thing), began_in in starts.items():
            ended_in = ends[source, thing]
            for run in {*began_in, *ended_in}:
                if first <= run <= last:
                    before, after = ended_in.get(run), began_in.get(run)
                    kind = _kind(before, after, reborn=births[source, thing] < run)
                    steps.append(_Step(run, kind, source, thing, before, after))
        return sorted(steps, key=lambda one: (one.run, one.source, one.thing))

    def _with_versions(self, steps: Sequence[_Step]) -> tuple[Change, ...]:
        wanted = {row for one in steps for row in (one.before, one.after) if row is not None}
        versions = self._versions(wanted)
        return tuple(
            Change(
                one.run,
                one.kind,
                one.source,
                one.thing,
                None if one.before is None else versions[one.before],
                None if one.after is None else versions[one.after],
            )
            for one in steps
        )

    def _versions(self, rows: Iterable[int]) -> Mapping[int, EventCard | Event]:
        table = schema.version
        found: dict[int, EventCard | Event] = {}
        ids = sorted(rows)
        for start in range(0, len(ids), _AT_ONCE):
            for row in self.connection.execute(
                sa.select(table.c.id, table.c.source, table.c.payload).where(
                    table.c.id.in_(ids[start : start + _AT_ONCE])
                )
            ):
                if row.source == _PLAN:
                    found[row.id] = _event(row.payload)
                else:
                    found[row.id] = _card(row.payload)
        return found


#: How many values one statement asks for; databases have a limit.
_AT_ONCE = 500


@dataclasses.dataclass(frozen=True, slots=True)
class _Step:
    """A change by the numbers of its two versions."""

    run: int
    kind: ChangeKind
    source: str
    thing: str
    before: int | None
    after: int | None


def _kind(before: int | None, after: int | None, *, reborn: bool) -> ChangeKind:
    if after is None:
        return ChangeKind.GONE
    if before is not None:
        return ChangeKind.CHANGED
    return ChangeKind.RETURNED if reborn else ChangeKind.ADDED


# --- rows into values -------------------------------------------------------------------------


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    # SQLite drops the zone; everything was stored as UTC.
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _moment(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _finding(row: Row[Any]) -> Finding:
    state = FindingState.OPEN if row.until is None else FindingState.RESOLVED
    return Finding(row.key, row.kind, row.subject, state, row.since, row.until, row.backlog)


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        kind=DecisionKind(row.kind),
        subject=row.subject,
        role=row.role,
        made_at=_moment(row.made_at),
        card_id=row.card,
        period=None if row.start is None else Period(row.start, row.end),
        why=row.why,
        source=row.source,
        number=row.id,
        undoes=row.undoes,
    )


def _card(payload: str) -> EventCard:
    (card,) = cards_adapter().validate_json(f"[{payload}]")
    return _revived(card)


def _event(payload: str) -> Event:
    (event,) = events_adapter().validate_json(f"[{payload}]")
    return _revived_event(event)


def _revived(card: EventCard) -> EventCard:
    """Give the days inside a card's messages back their type, which JSON does not keep."""
    held, date = card.held, card.date
    if held is None and (date is None or date.assumed is None):
        return card
    held = _with_days(held)
    if date is not None and date.assumed is not None:
        date = dataclasses.replace(date, assumed=_with_days(date.assumed))
    return dataclasses.replace(card, held=held, date=date)


def _revived_event(event: Event) -> Event:
    schedule = event.schedule
    if schedule.assumed is None:
        return event
    schedule = dataclasses.replace(schedule, assumed=_with_days(schedule.assumed))
    return dataclasses.replace(event, schedule=schedule)


def _with_days(message: Message | None) -> Message | None:
    if message is None:
        return None
    return Message(message.key, {name: _day(value) for name, value in message.params.items()})


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value
