"""`SqlMemory`: the port `Memory` on SQLite or PostgreSQL, by one and the same code.

A run is stored in one transaction: killed at any instant, the database holds the whole run or
nothing of it. A read-only command never creates the database.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from miro_sync.errors import StateError
from miro_sync.memory import schema
from miro_sync.model import (
    Event,
    EventCard,
    Finding,
    FindingState,
    LastRead,
    Message,
    Remembered,
    SourceReport,
    SourceState,
    say,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_CARD = TypeAdapter(EventCard)
_EVENT = TypeAdapter(Event)

#: The sources that hold cards, and what their cards call them.
_CARD_SOURCES = {"board": "board", "tables": "table"}

_T = TypeVar("_T", EventCard, Event)

#: Only these reads tell what a source held; a stale one repeats an older read.
_GOOD = (SourceState.FRESH.value, SourceState.UNCHANGED.value)


class SqlMemory:
    """The state behind one SQLAlchemy URL.

    Attributes:
        url: for SQLite an absolute path after "sqlite:///".
        as_of: answer as on the evening of this day, from the runs stored up to it; None for now.

    """

    def __init__(self, url: str, *, as_of: dt.date | None = None) -> None:
        """Remember where the state is; nothing is opened yet."""
        self.url = url
        self.as_of = as_of
        self._engine: Engine | None = None

    def last_read(self, source: str) -> LastRead | None:
        """Return the cards of the last complete read of "board" or "tables"."""
        with self._reading() as view:
            read_at = view.last_good_read(source) if view else None
            if view is None or read_at is None:
                return None
            return LastRead(cards=view.cards(source), read_at=read_at)

    def last_calendar(self) -> tuple[Event, ...]:
        """Return the planned events of the last run, unordered; none before the first one."""
        with self._reading() as view:
            return () if view is None else tuple(view.current("calendar", _EVENT))

    def remembered(self) -> Remembered:
        """Return the cards and open findings that earlier runs left."""
        with self._reading() as view:
            if view is None:
                return Remembered()
            reads = {source: view.last_good_read(source) for source in _CARD_SOURCES}
            return Remembered(
                cards={card.id: card for source in reads for card in view.cards(source)},
                findings=view.open_findings(),
                first_run=view.last_run is None,
                read_at={source: moment for source, moment in reads.items() if moment},
            )

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
    ) -> None:
        """Store one run whole, or nothing of it.

        Only sources that were read completely in this run replace what was known of them.

        Args:
            stored_at: the moment of the run, UTC.
            today: the local day that was judged.
            program: the version of miro-sync.
            sources: a `SourceReport` for each source.
            events: the planned events.
            cards: all cards and rows at hand, also those of a last good read.
            findings: new, open and just resolved ones.

        Raises:
            StateError: the state cannot be reached or written.

        """
        with self._writing() as connection:
            (run_id,) = connection.execute(
                schema.run.insert()
                .values(stored_at=stored_at, today=today, program=program)
                .returning(schema.run.c.id)
            ).one()
            connection.execute(
                schema.source_read.insert(),
                [
                    {
                        "run_id": run_id,
                        "source": report.name,
                        "state": report.state.value,
                        "complete": report.complete,
                        "read_at": report.read_at,
                        "items": report.items,
                        "calls": report.calls,
                        "message": report.message.key if report.message else None,
                    }
                    for report in sources
                ],
            )
            replaced = {r.name for r in sources if r.complete and r.state.value in _GOOD}
            if "calendar" in replaced:
                payloads = {event.key: _EVENT.dump_json(event).decode() for event in events}
                _replace(connection, run_id, "calendar", payloads)
            for source, kind in _CARD_SOURCES.items():
                if source in replaced:
                    payloads = {
                        card.id: _CARD.dump_json(card, exclude_defaults=True).decode()
                        for card in cards
                        if card.source == kind
                    }
                    _replace(connection, run_id, source, payloads)
            _store_findings(connection, findings, today)

    def close(self) -> None:
        """Let go of the database."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def _reading(self) -> Iterator[_View | None]:
        path = self._sqlite_path()
        if path is not None and not path.exists():
            yield None
            return
        try:
            with self._open().connect() as connection:
                known = _revision(connection) is not None
                yield _View(connection, self.as_of) if known else None
        except (IntegrityError, ProgrammingError):
            raise  # a defect of ours, not a trouble of the user's
        except DBAPIError as error:
            raise self._unreachable(error) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self._prepare_file()
        try:
            with self._open().begin() as connection:
                if _revision(connection) != schema.REVISION:
                    _migrate(connection)
                yield connection
        except (IntegrityError, ProgrammingError):
            raise  # a defect of ours, not a trouble of the user's
        except DBAPIError as error:
            raise self._unreachable(error) from error

    def _open(self) -> Engine:
        if self._engine is None:
            engine = sa.create_engine(self.url, connect_args=self._connect_args())
            if engine.dialect.name == "sqlite":
                sa.event.listen(engine, "connect", _let_sqlalchemy_begin)
                sa.event.listen(engine, "begin", _begin_at_once)
            self._engine = engine
        return self._engine

    def _connect_args(self) -> dict[str, Any]:
        # A second process waits this many seconds for the first one's transaction.
        return {"timeout": 30} if self.url.startswith("sqlite") else {}

    def _sqlite_path(self) -> Path | None:
        url = sa.make_url(self.url)
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            return None
        return Path(url.database)

    def _prepare_file(self) -> None:
        """Make the folder and an empty database that only its owner may read."""
        path = self._sqlite_path()
        if path is None or path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StateError(say("memory.no_folder", path=str(path.parent))) from error

    def _unreachable(self, error: DBAPIError) -> StateError:
        where = sa.make_url(self.url).render_as_string(hide_password=True)
        text = str(error.orig).lower()
        for sign, key in (
            ("readonly", "memory.read_only"),
            ("disk is full", "memory.disk_full"),
            ("not a database", "memory.not_a_database"),
            ("malformed", "memory.not_a_database"),
            ("locked", "memory.locked"),
        ):
            if sign in text:
                return StateError(say(key, where=where))
        return StateError(say("memory.unreachable", where=where))


def _let_sqlalchemy_begin(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # sqlite3 opens transactions late and not before DDL: a migration would be half committed.
    # Source: SQLAlchemy's documentation of the pysqlite dialect, "Transactions with SQLite".
    connection.isolation_level = None


def _begin_at_once(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _revision(connection: Connection) -> str | None:
    """Return the state's migration, None where there is no state yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.scalar(sa.text("select version_num from alembic_version"))
    if revision is not None and revision > schema.REVISION:
        raise StateError(say("memory.newer", found=revision, known=schema.REVISION))
    return str(revision) if revision else None


def _migrate(connection: Connection) -> None:
    # Alembic costs more to import than a whole unchanged run; so only where it has work to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


class _View:
    """The state as of a run: the last one, or the last one up to a day."""

    def __init__(self, connection: Connection, as_of: dt.date | None) -> None:
        self._connection = connection
        self._as_of = as_of
        last = sa.select(sa.func.max(schema.run.c.id))
        if as_of is not None:
            last = last.where(schema.run.c.today <= as_of)
        self.last_run: int | None = connection.scalar(last)

    def last_good_read(self, source: str) -> dt.datetime | None:
        table = schema.source_read
        moment = self._connection.scalar(
            sa.select(table.c.read_at)
            .where(table.c.source == source, table.c.complete, table.c.state.in_(_GOOD))
            .where(table.c.run_id <= self.last_run)
            .order_by(table.c.run_id.desc())
            .limit(1)
        )
        # SQLite drops the zone; everything was stored as UTC.
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=dt.UTC)

    def current(self, source: str, adapter: TypeAdapter[_T]) -> list[_T]:
        table = schema.version
        over = table.c.until_run
        rows = self._connection.scalars(
            sa.select(table.c.payload)
            .where(table.c.source == source, table.c.from_run <= self.last_run)
            .where(sa.or_(over.is_(None), over > self.last_run))
            .order_by(table.c.id)
        )
        return [adapter.validate_json(payload) for payload in rows]

    def cards(self, source: str) -> tuple[EventCard, ...]:
        return tuple(_revived(card) for card in self.current(source, _CARD))

    def open_findings(self) -> tuple[Finding, ...]:
        table = schema.finding
        rows = sa.select(table)
        if self._as_of is None:
            rows = rows.where(table.c.until.is_(None))
        else:
            rows = rows.where(table.c.since <= self._as_of).where(
                sa.or_(table.c.until.is_(None), table.c.until > self._as_of)
            )
        return tuple(
            Finding(row.key, row.kind, row.subject, FindingState.OPEN, row.since)
            for row in self._connection.execute(rows.order_by(table.c.id))
        )


def _revived(card: EventCard) -> EventCard:
    """Give the days inside a card's messages back their type, which JSON does not keep."""
    held = _with_days(card.held)
    date = card.date
    if date is not None and date.assumed is not None:
        date = dataclasses.replace(date, assumed=_with_days(date.assumed))
    return dataclasses.replace(card, held=held, date=date)


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


def _replace(connection: Connection, run_id: int, source: str, payloads: Mapping[str, str]) -> None:
    """Make `payloads` the current versions of a source; unchanged ones are not touched."""
    table = schema.version
    known = {
        row.thing: (row.id, row.digest)
        for row in connection.execute(
            sa.select(table.c.id, table.c.thing, table.c.digest).where(
                table.c.source == source, table.c.until_run.is_(None)
            )
        )
    }
    digests = {thing: hashlib.sha256(text.encode()).hexdigest() for thing, text in payloads.items()}
    over = [
        {"row": row_id, "run": run_id}
        for thing, (row_id, digest) in known.items()
        if digests.get(thing) != digest
    ]
    fresh = [
        {
            "source": source,
            "thing": thing,
            "digest": digests[thing],
            "payload": payload,
            "from_run": run_id,
        }
        for thing, payload in payloads.items()
        if thing not in known or known[thing][1] != digests[thing]
    ]
    if over:
        connection.execute(
            table.update()
            .where(table.c.id == sa.bindparam("row"))
            .values(until_run=sa.bindparam("run")),
            over,
        )
    if fresh:
        connection.execute(table.insert(), fresh)


def _store_findings(connection: Connection, findings: Sequence[Finding], today: dt.date) -> None:
    table = schema.finding
    new = [
        {"key": f.key, "kind": f.kind, "subject": f.subject, "since": f.since}
        for f in findings
        if f.state is FindingState.NEW
    ]
    resolved = [
        {"resolved": f.key, "day": today} for f in findings if f.state is FindingState.RESOLVED
    ]
    if new:
        connection.execute(table.insert(), new)
    if resolved:
        connection.execute(
            table.update()
            .where(table.c.key == sa.bindparam("resolved"), table.c.until.is_(None))
            .values(until=sa.bindparam("day")),
            resolved,
        )
