"""The tables that all projects share, in a schema of their own; made and altered under a lock.

Times are seconds since 1970 by the clock of the database server, so that the clocks of the
machines do not matter; on SQLite there is but one machine, and its clock is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from miro_sync.errors import StateError
from miro_sync.memory import schema as state
from miro_sync.memory.server import connection_options, make_schema
from miro_sync.model import say
from miro_sync.settings.links import FLEET_SCHEMA

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

metadata = sa.MetaData()

#: One row: what the newest program that worked here understands.
program = sa.Table(
    "program",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tables", sa.Integer, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("queue", sa.String(64)),
)

#: Credits and requests set aside for calls; see `miro_sync.fleet.allowance`.
charge = sa.Table(
    "charge",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account", sa.String(80), nullable=False),
    sa.Column("project", sa.Text, nullable=False),
    sa.Column("amount", sa.Integer, nullable=False),
    sa.Column("until", sa.Float, nullable=False),
    sa.Index("charge_account", "account", "until"),
)

#: Projects that wait for credits; a row that is not seen again is a process that died.
waiting = sa.Table(
    "waiting",
    metadata,
    sa.Column("account", sa.String(80), primary_key=True),
    sa.Column("project", sa.Text, primary_key=True),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
)

#: The projects of a distributed installation, and when their jobs are due.
project = sa.Table(
    "project",
    metadata,
    sa.Column("id", sa.String(48), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("changed", sa.Float, nullable=False),
    sa.Column("sync_at", sa.Float, nullable=False),
    sa.Column("full_at", sa.Float),
    sa.Column("mail_at", sa.Float),
    sa.Column("publish_at", sa.Float),
)

#: The files of a project folder, without its state.
project_file = sa.Table(
    "project_file",
    metadata,
    sa.Column("project", sa.String(48), sa.ForeignKey("project.id"), primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

#: How the last job of each kind of each project ended.
ended = sa.Table(
    "ended",
    metadata,
    sa.Column("project", sa.String(48), sa.ForeignKey("project.id"), primary_key=True),
    sa.Column("job", sa.String(16), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("outcome", sa.String(64), nullable=False),
    sa.Column("worker", sa.Text, nullable=False),
)


def _with_timetables(connection: Connection) -> None:
    """Let projects have a time of writing, and none of reading everything."""
    connection.execute(sa.text("alter table project add column publish_at double precision"))
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("alter table project alter column full_at drop not null"))


#: What was changed since the first tables, one after the other.
_STEPS: Final[tuple[Callable[[Connection], None], ...]] = (metadata.create_all, _with_timetables)

#: What this program makes of the tables; a database that says more is a newer program's.
TABLES: Final = len(_STEPS)

#: A server has about a hundred connections for all workers together: threads wait for each other.
_POOL: Final = {"pool_size": 3, "max_overflow": 3, "pool_timeout": 60}

_LOCK: Final = "hashtextextended('miro-sync-fleet', 0)"


class Shared:
    """The database that projects share. Used by many threads.

    Attributes:
        url: of the database, without what is ours in it.

    """

    def __init__(self, url: str, now: Callable[[], dt.datetime]) -> None:
        """Remember where it is; nothing is opened yet.

        Args:
            url: sqlite:///… or postgresql://…; a schema in it is some project's and not ours.
            now: the clock of this machine, for SQLite.

        """
        self.url = shared_address(url)
        self._now = now
        self._engine: Engine | None = None
        self._made = False

    @property
    def on_server(self) -> bool:
        """Whether machines can share it."""
        return sa.make_url(self.url).get_backend_name() == "postgresql"

    @contextmanager
    def writing(self, alone: str | None = None) -> Iterator[Connection]:
        """Open a transaction; the tables are made first if need be.

        Args:
            alone: no other transaction of this name is open meanwhile.

        Raises:
            StateError: the database cannot be reached.

        """
        try:
            self._prepare()
            with self._open().begin() as connection:
                if alone is not None and self.on_server:
                    name = {"name": alone}
                    lock = "select pg_advisory_xact_lock(hashtextextended(:name, 1))"
                    connection.execute(sa.text(lock), name)
                yield connection
        except (IntegrityError, ProgrammingError):
            raise  # a defect of ours
        except DBAPIError as error:
            where = sa.make_url(self.url).render_as_string(hide_password=True)
            raise StateError(say("memory.unreachable", where=where)) from error

    def seconds(self, connection: Connection) -> float:
        """Return the time by the clock that counts."""
        if not self.on_server:
            return self._now().timestamp()
        return float(connection.execute(sa.select(self.clock())).scalar_one())

    def clock(self) -> sa.ColumnElement[float]:
        """Return the same as a part of a statement."""
        if not self.on_server:
            return sa.literal(self._now().timestamp())
        return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)

    def is_newer(self) -> bool:
        """Tell whether a newer program works here, so that this one has to leave."""
        with self.writing() as connection:
            return _is_newer(connection)

    def queue_version(self, connection: Connection) -> str | None:
        """Return the version of the queue's own tables, None where there are none."""
        return connection.scalar(sa.select(program.c.queue))

    def close(self) -> None:
        """Let go of the connections."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _prepare(self) -> None:
        """Make the tables, or bring them to their newest form: one process does, others wait."""
        if self._made:
            return
        with self._open().begin() as connection:
            make_schema(connection, self.url)
            if self.on_server:
                connection.execute(sa.text(f"select pg_advisory_xact_lock({_LOCK})"))
            if not sa.inspect(connection).has_table(program.name):
                metadata.create_all(connection)
                row = {"id": 1, "tables": TABLES, "state": state.REVISION}
                connection.execute(program.insert().values(row))
            elif not _is_newer(connection):
                found = connection.execute(sa.select(program)).one()
                for step in _STEPS[found.tables :]:
                    step(connection)
                newest = {"tables": TABLES, "state": state.REVISION}
                if (found.tables, found.state) != (TABLES, state.REVISION):
                    connection.execute(program.update().values(newest))
        self._made = True

    def _open(self) -> Engine:
        if self._engine is None:
            url, arguments = connection_options(self.url)
            try:
                self._engine = sa.create_engine(
                    url, connect_args=arguments, pool_pre_ping=True, **_POOL
                )
            except ModuleNotFoundError as error:
                raise StateError(say("memory.no_driver")) from error
            if not self.on_server:
                sa.event.listen(self._engine, "connect", _let_sqlalchemy_begin)
                sa.event.listen(self._engine, "begin", _begin_by_locking)
        return self._engine


def shared_address(url: str) -> str:
    """Return the address of what projects share, from that of any project's state on the server."""
    made = sa.make_url(url)
    if made.get_backend_name() == "postgresql":
        made = made.update_query_dict({"schema": FLEET_SCHEMA})
    return made.render_as_string(hide_password=False)


def _is_newer(connection: Connection) -> bool:
    row = connection.execute(sa.select(program.c.tables, program.c.state)).one()
    return bool(row.tables > TABLES or row.state > state.REVISION)


def _let_sqlalchemy_begin(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.isolation_level = None


def _begin_by_locking(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
