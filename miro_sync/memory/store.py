"""`SqlMemory`: the port `Memory` on SQLite or PostgreSQL, by one and the same code.

A run is stored in one transaction: killed at any instant, the database holds the whole run or
nothing of it. A read-only command never creates the database.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError, ProgrammingError

from miro_sync.errors import BusyError, LockLostError, StateError
from miro_sync.memory import schema
from miro_sync.memory.lock import alone_on_this_machine, at_work
from miro_sync.memory.owner import Owner, check_owner, keep_owner
from miro_sync.memory.server import connection_options, make_schema, one_migrates
from miro_sync.memory.upkeep import Health, Purged, compact_sqlite, copy_sqlite, examine, purge
from miro_sync.memory.view import GOOD, View, cards_adapter, events_adapter
from miro_sync.memory.writing import (
    all_known,
    keep_under,
    replace_versions,
    store_findings,
    store_new_ids,
    store_reads,
)
from miro_sync.memory.writings import SqlLedger, service_users
from miro_sync.model import (
    BoardHint,
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
    SourceReport,
    TableChoice,
    TablesHint,
    WorkedOut,
    say,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from miro_sync.kpi import Kept, PastValue

#: The sources that hold cards, and what their cards call them.
_CARD_SOURCES = {"board": "board", "tables": "table"}

#: One lock per state: a database may hold several, each in a schema of its own.
_LOCK_NAME = "hashtextextended('{what}/' || current_schema(), 0)"

#: Alembic keeps what it works on in variables of its module.
_one_thread_migrates = Lock()

#: Set on a connection that is going to write: on SQLite its transaction begins by locking.
_WRITES = "miro_sync_writes"


class SqlMemory:
    """The state behind one SQLAlchemy URL.

    Attributes:
        url: for SQLite an absolute path after "sqlite:///".
        as_of: answer as on the evening of this day, from the runs stored up to it; None for now.
        owner: the project whose state it is; a state on a server that is another project's is
            refused. None to ask nothing.

    """

    #: Whether nothing that is written here is an input of a sync's decision.
    _stands_beside = False

    #: What `alone` keeps others out of.
    _lock = "miro-sync"

    def __init__(
        self, url: str, *, as_of: dt.date | None = None, owner: Owner | None = None
    ) -> None:
        """Remember where the state is; nothing is opened yet."""
        self.url = url
        self.as_of = as_of
        self.owner = owner
        self._alone: Connection | None = None
        self._engine: Engine | None = None
        self._cards: dict[tuple[str, int | None], tuple[EventCard, ...]] = {}
        self._is_current = False  # once its migrations are known to be ours, they stay so

    def last_read(self, source: str) -> LastRead | None:
        """Return the cards of the last complete read of "board" or "tables"."""
        with self._reading() as view:
            read_at = view.last_good_read(source) if view else None
            if view is None or read_at is None:
                return None
            # Looking back, that day's run is repeated; now, the last good read is the best we have.
            current = self.as_of is None or view.judged_by_last_read(source)
            return LastRead(self._cards_of(source, view), read_at, current)

    def board_hint(self) -> BoardHint | None:
        """Return what the last complete read of the board left for the next visit."""
        with self._reading() as view:
            return None if view is None else view.board_hint()

    def tables_hint(self) -> TablesHint | None:
        """Return what the last complete read of the tables left for the next one."""
        with self._reading() as view:
            return None if view is None else view.tables_hint()

    def last_calendar(self) -> tuple[Event, ...]:
        """Return the planned events of the last run, unordered; none before the first one."""
        with self._reading() as view:
            return () if view is None else view.events()

    def remembered(self) -> Remembered:
        """Return the cards and open findings that earlier runs left."""
        with self._reading() as view:
            if view is None:
                return Remembered()
            reads = {source: view.last_good_read(source) for source in _CARD_SOURCES}
            return Remembered(
                cards={card.id: card for source in reads for card in self._cards_of(source, view)},
                findings=view.open_findings(),
                first_run=view.last_run is None,
                read_at={source: moment for source, moment in reads.items() if moment},
                stored_at=view.stored_at(),
                service_users=service_users(view.connection),
            )

    def stored_at(self) -> dt.datetime | None:
        """Return when the last run was stored, UTC; None before the first one."""
        with self._reading() as view:
            return None if view is None else view.stored_at()

    def kept(self, name: str) -> WorkedOut | None:
        """Return the last run's "answer" or its "whole" one, or the "notes" of the last ones."""
        with self._reading() as view:
            return None if view is None else view.kept(name)

    def decisions(self) -> tuple[Decision, ...]:
        """Return every decision kept in the state, oldest first, whenever it was made."""
        with self._reading() as view:
            return () if view is None else view.decisions()

    def choices(self) -> Mapping[str, TableChoice]:
        """Return what was taken from the rows of the status worksheet, by row."""
        with self._reading() as view:
            return {} if view is None else view.choices()

    def same_cards(self) -> tuple[SameCard, ...]:
        """Return the decided-on cards that came back under another id, oldest first."""
        with self._reading() as view:
            return () if view is None else view.same_cards()

    def past_work(self, since: dt.date) -> PastWork:
        """Return what versions of cards and rows that are over tell of work from a day on."""
        with self._reading() as view:
            return PastWork() if view is None else view.past_work(since)

    def last_seen(self, ids: Collection[str]) -> Mapping[str, EventCard]:
        """Return the last known version of cards and rows that may be long gone, by id."""
        with self._reading() as view:
            return {} if view is None else view.last_seen(ids)

    def runs(self, last: int) -> tuple[RunRecord, ...]:
        """Return the last runs, oldest first."""
        with self._reading() as view:
            return () if view is None else view.runs(last)

    def changes(self, since_run: int) -> tuple[Change, ...]:
        """Return what changed in the runs from one on, in the order of runs."""
        with self._reading() as view:
            return () if view is None else view.changes(since_run)

    def changes_of(self, things: Collection[str]) -> tuple[Change, ...]:
        """Return all that befell some cards, rows or events, in the order of runs."""
        with self._reading() as view:
            return () if view is None else view.changes_of(things)

    def ever_seen(self) -> tuple[EventCard, ...]:
        """Return the last version of every card and row that was ever read."""
        with self._reading() as view:
            return () if view is None else view.ever_seen()

    def finding_lives(self, subjects: Collection[str]) -> tuple[PastFinding, ...]:
        """Return the lives of the findings on some subjects, in the order of their beginning."""
        with self._reading() as view:
            return () if view is None else view.finding_lives(subjects)

    def measures(self) -> Kept:
        """Return the last measures of every part; empty before the first run that kept some."""
        from miro_sync.kpi import Kept  # noqa: PLC0415 - a run that measures nothing pays nothing
        from miro_sync.memory.measures import read_measures  # noqa: PLC0415

        with self._reading() as view:
            return Kept() if view is None else read_measures(view.connection, view.last_run or 0)

    def past_values(self) -> Mapping[str, Sequence[PastValue]]:
        """Return what indicators came to in earlier runs, by their ids, oldest first."""
        from miro_sync.memory.measures import read_past_values  # noqa: PLC0415 - as above

        with self._reading() as view:
            return {} if view is None else read_past_values(view.connection, view.last_run or 0)

    def ledger(self) -> SqlLedger:
        """Return the list of what was written to the board."""
        return SqlLedger(self._reading, self._writing)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other sync of this state out, on this machine or another one.

        The lock is the kernel's on SQLite and the server's on PostgreSQL: it is gone with the
        process or the connection, however that ends.

        Raises:
            BusyError: another sync is at work.
            StateError: the state cannot be reached.

        """
        path = self._sqlite_path()
        if path is not None:
            with alone_on_this_machine(self._lock_beside(path)), self._seen_at_work(path):
                yield
        elif sa.make_url(self.url).get_backend_name() == "postgresql":
            with self._alone_on_server():
                yield
        else:
            yield  # a database in this process's own memory

    def decide(self, decision: Decision) -> Decision:
        """Add a decision; nothing that was decided before is touched.

        Returns:
            The decision with its number. Its moment is never before that of an earlier one, even
            if the clock was turned back meanwhile: the latest word on a subject counts.

        Raises:
            StateError: the state cannot be reached or written.

        """
        with self._writing() as connection:
            return _add_decision(connection, decision)

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
            same: decided-on cards that came back under another id: old id to new id.
            measures: what was counted in this run; what was not stays as it is.
            choices: what people chose in the status worksheet; a decision without a number is
                added, once where several rows hold it.
            erased: rows of that worksheet of which the choice was erased.
            answer: what the run has to say. It is kept only if the run changed nothing of what
                is remembered, so that the next one, of the same basis, has the same to say.
            notes: what the run noted for the next ones; those before it are let go.
            whole: returns the answer to the last detail, kept as `answer` is; asked only if it is.

        Raises:
            StateError: the state cannot be reached or written.

        """
        with self._writing(keeps_answer=True) as connection:
            run_id = store_reads(connection, stored_at, today, program, sources)
            replaced = {r.name for r in sources if r.complete and r.state.value in GOOD}
            rests = all_known(connection, replaced, run_id)
            if "calendar" in replaced:
                written = events_adapter()
                payloads = {event.key: _alone(written.dump_json([event])) for event in events}
                rests &= not replace_versions(connection, run_id, "calendar", payloads)
            for source, kind in _CARD_SOURCES.items():
                if source in replaced:
                    payloads = {
                        card.id: _alone(cards_adapter().dump_json([card], exclude_defaults=True))
                        for card in cards
                        if card.source == kind
                    }
                    rests &= not replace_versions(connection, run_id, source, payloads)
            if measures is not None:
                from miro_sync.memory.measures import store_measures  # noqa: PLC0415 - as below

                rests &= not store_measures(connection, run_id, measures)
            if same:
                store_new_ids(connection, same, run_id, stored_at)
            rests &= not store_findings(connection, findings, today, run_id)
            _store_choices(connection, choices, erased)
            rests &= not (same or choices or erased)
            keep_under(connection, "answer", answer if rests else None)
            keep_under(connection, "whole", whole() if rests and answer and whole else None)
            keep_under(connection, "notes", notes)

    def store_rest(
        self,
        *,
        stored_at: dt.datetime,
        today: dt.date,
        program: str,
        sources: Sequence[SourceReport],
    ) -> None:
        """Store a run that found everything as the one before it; raises as `store_run`."""
        with self._writing(keeps_answer=True) as connection:
            store_reads(connection, stored_at, today, program, sources)

    def forget_choices(self, rows: Collection[str]) -> None:
        """Forget what stood in rows of the status worksheet that are blank by now.

        The decisions stay; the same choice made again in such a row will be a new one.

        Raises:
            StateError: the state cannot be reached or written.

        """
        if rows:
            with self._writing() as connection:
                _store_choices(connection, (), rows)

    def backup(self, target: Path) -> None:
        """Copy the state into a file that only its owner may read; it may be in use meanwhile.

        Raises:
            StateError: there is no state yet, it is kept on a server, or the file cannot be
                written.

        """
        path = self._sqlite_path()
        if path is None:
            raise StateError(say("memory.backup_server"))
        if not path.exists():
            raise StateError(say("memory.empty"))
        try:
            copy_sqlite(path, target)
        except (OSError, sqlite3.Error) as error:
            raise StateError(say("memory.backup_failed", path=str(target))) from error

    def examine(self) -> Health | None:
        """Hold the state against its own rules; None where there is none yet."""
        path = self._sqlite_path()
        with self._reading() as view:
            size = path.stat().st_size if path is not None and path.exists() else None
            return None if view is None else examine(view.connection, size)

    def purge(self, before: dt.date) -> Purged:
        """Let go of the history before a local day; see `upkeep.purge`."""
        with self._writing() as connection:
            purged = purge(connection, before)
        path = self._sqlite_path()
        if path is not None:
            compact_sqlite(path)
        return purged

    def close(self) -> None:
        """Let go of the database."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def _reading(self) -> Iterator[View | None]:
        path = self._sqlite_path()
        if path is not None and not path.exists():
            yield None
            return
        with self._troubles_told(), self._open().connect() as connection:
            revision = self._revision(connection)
            if revision is not None and revision != schema.REVISION:
                # An older state is read in its new form and left in its old one: only a command
                # that stores something changes the file.
                connection.rollback()
                connection.execution_options(**{_WRITES: True})
                connection.begin()
                self._migrate(connection)
            if revision is not None:
                self._check_owner(connection)
            yield View(connection, self.as_of) if revision is not None else None

    @contextmanager
    def _writing(self, *, keeps_answer: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes; what the last run said is void unless told otherwise."""
        self._prepare_file()
        self._still_alone()
        with self._troubles_told(), self._open().connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                make_schema(connection, self.url)
                if self._revision(connection) != schema.REVISION:
                    self._migrate(connection)
                self._check_owner(connection)
                if self._is_owned():
                    keep_owner(connection, self.owner)
                if not (keeps_answer or self._stands_beside):
                    keep_under(connection, "answer", None)
                    keep_under(connection, "whole", None)
                yield connection

    def still_alone(self) -> None:
        """Make sure, before something is written outside, that the lock of `alone` is still held.

        A process that was frozen or cut off may have lost it, and another one may be at work.

        Raises:
            LockLostError: the lock was lost.

        """
        self._still_alone()

    def claim(self) -> None:
        """Make the state ready, and this project's own.

        Raises:
            StateError: it is another project's, or cannot be reached.

        """
        with self._writing(keeps_answer=True):
            pass

    def adopt(self) -> None:
        """Make the state this project's own, whosever it was.

        Raises:
            StateError: the state cannot be written.

        """
        owner, self.owner = self.owner, None
        try:
            with self._writing() as connection:
                keep_owner(connection, owner)
        finally:
            self.owner = owner

    def _still_alone(self) -> None:
        if self._alone is None:
            return
        try:
            self._alone.scalar(sa.text("select 1"))
        except DBAPIError as error:
            raise LockLostError(say("memory.lost_lock")) from error

    def _migrate(self, connection: Connection) -> None:
        """Bring the state to its newest form; whoever came too late finds it done."""
        with _one_thread_migrates:
            one_migrates(connection)
            if _revision(connection) != schema.REVISION:
                _migrate(connection)

    def _check_owner(self, connection: Connection) -> None:
        if self._is_owned():
            check_owner(connection, self.owner)

    def _is_owned(self) -> bool:
        # A file lies in its project's own folder; a database on a server is shared by name alone.
        return self.owner is not None and sa.make_url(self.url).get_backend_name() == "postgresql"

    def _cards_of(self, source: str, view: View) -> tuple[EventCard, ...]:
        """Return the cards of a source as of the view's run; the same ones are asked for twice."""
        asked = (source, view.last_run)
        if asked not in self._cards:
            self._cards = {key: some for key, some in self._cards.items() if key[1] == asked[1]}
            self._cards[asked] = view.cards(source)
        return self._cards[asked]

    def _revision(self, connection: Connection) -> str | None:
        # A file is this program's alone; a newer one may have come to a server meanwhile.
        if self._is_current and self._sqlite_path() is not None:
            return schema.REVISION
        revision = _revision(connection)
        self._is_current = revision == schema.REVISION
        return revision

    def _lock_beside(self, database: Path) -> Path:
        """Return the path whose lock file `alone` takes."""
        return database

    def _seen_at_work(self, path: Path) -> AbstractContextManager[None]:
        """Let `status` see a sync at work; who keeps the timetable or the letters is none."""
        return nullcontext() if self._stands_beside else at_work(path)

    @contextmanager
    def _alone_on_server(self) -> Iterator[None]:
        with self._troubles_told():
            with self._open().begin() as connection:
                make_schema(connection, self.url)
            connection = self._open().connect().execution_options(isolation_level="AUTOCOMMIT")
            name = _LOCK_NAME.format(what=self._lock)
            taken = connection.scalar(sa.text(f"select pg_try_advisory_lock({name})"))
        try:
            if not taken:
                raise BusyError(say("memory.busy"))
            self._alone = connection
            yield
        finally:
            self._alone = None
            if taken and not connection.invalidated:
                # That a connection was closed a server notices a moment later than the next job.
                with suppress(DBAPIError):
                    connection.execute(sa.text(f"select pg_advisory_unlock({name})"))
            # A connection that went back to the pool would keep the lock.
            if not connection.invalidated:
                connection.detach()
            connection.close()

    @contextmanager
    def _troubles_told(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError):
            raise  # a defect of ours, not a trouble of the user's
        except DBAPIError as error:
            raise self._unreachable(error) from error

    def _open(self) -> Engine:
        if self._engine is None:
            url, arguments = connection_options(self.url)
            try:
                engine = sa.create_engine(url, connect_args=arguments)
            except ModuleNotFoundError as error:
                raise StateError(say("memory.no_driver")) from error
            if engine.dialect.name == "sqlite":
                sa.event.listen(engine, "connect", _let_sqlalchemy_begin)
                sa.event.listen(engine, "begin", _begin)
            self._engine = engine
        return self._engine

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
        path = self._sqlite_path()
        where = str(path) if path else sa.make_url(self.url).render_as_string(hide_password=True)
        text = str(error.orig).lower()
        for sign, key in (
            ("readonly", "memory.read_only"),
            ("disk is full", "memory.disk_full"),
            ("not a database", "memory.not_a_database"),
            ("malformed", "memory.not_a_database"),
            ("locked", "memory.locked"),
            ("disk i/o error", "memory.disk_trouble"),
        ):
            if sign in text:
                return StateError(say(key, where=where))
        if error.connection_invalidated:
            return StateError(say("memory.lost", where=where))
        return StateError(say("memory.unreachable", where=where))


def _let_sqlalchemy_begin(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # sqlite3 opens transactions late and not before DDL: a migration would be half committed.
    # Source: SQLAlchemy's documentation of the pysqlite dialect, "Transactions with SQLite".
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    # A writer that began by reading would fail where another one was quicker; a reader that began
    # by locking would need the right to write.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: Connection) -> str | None:
    """Return the state's migration, None where there is no state yet."""
    if connection.dialect.name == "postgresql":  # asked at every transaction: one short question
        there = connection.scalar(sa.text("select to_regclass('alembic_version')")) is not None
    else:
        there = sa.inspect(connection).has_table("alembic_version")
    if not there:
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
    try:
        command.upgrade(config, "head")
    except PendingRollbackError as error:
        # An interruption takes the connection away, and Alembic tidies up on it all the same.
        raise error.__context__ or error from None


def _add_decision(connection: Connection, decision: Decision) -> Decision:
    table = schema.decision
    latest = View(connection, None).last_decided_at()
    made_at = decision.made_at if latest is None else max(latest, decision.made_at)
    (number,) = connection.execute(
        table.insert()
        .values(
            kind=decision.kind.value,
            subject=decision.subject,
            card=decision.card_id,
            role=decision.role,
            made_at=made_at,
            start=decision.period.start if decision.period else None,
            end=decision.period.end if decision.period else None,
            why=decision.why,
            source=decision.source,
            undoes=decision.undoes,
        )
        .returning(table.c.id)
    ).one()
    return replace(decision, number=number, made_at=made_at)


def _store_choices(
    connection: Connection, choices: Sequence[TableChoice], erased: Collection[str]
) -> None:
    """Keep what stood in the rows of the status worksheet, with the decisions taken from it."""
    table = schema.table_choice
    numbers: dict[Decision, int | None] = {}
    for one in choices:
        if one.decision.number is None and one.decision not in numbers:
            numbers[one.decision] = _add_decision(connection, one.decision).number
    gone = sorted({*erased, *(one.row for one in choices)})
    if gone:
        rows = table.c.row == sa.bindparam("its_row")
        connection.execute(table.delete().where(rows), [{"its_row": row} for row in gone])
    if choices:
        kept = [
            {
                "row": one.row,
                "digest": one.digest,
                "decision_id": numbers.get(one.decision, one.decision.number),
            }
            for one in choices
        ]
        connection.execute(table.insert(), kept)


def _alone(array: bytes) -> str:
    """Return the one value of a JSON array."""
    return array[1:-1].decode()
