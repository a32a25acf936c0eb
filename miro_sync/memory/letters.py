"""`MailLedger`: which letter went to whom in which week; nothing is sent that is not in it.

The life of a letter: *planned* while nobody can have it, *sending* from the moment before it is
handed over, *sent* or *failed* when the server has answered. A process that is killed leaves it
planned, and the next run sends it, or sending, and nobody but a person sends it again: whether it
arrived is not known. A row moves from planned to sending by one conditional statement, so that of
two processes only one hands the letter over.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from miro_sync.errors import BusyError
from miro_sync.letter import Posting, PostingState
from miro_sync.memory import schema
from miro_sync.memory.store import SqlMemory
from miro_sync.model import say

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine, Row

#: Letters that somebody has, or may have.
_OUT = (PostingState.SENT.value, PostingState.SENDING.value)


class MailLedger(SqlMemory):
    """The ledger of the weekly mail in the state; every commit reaches the disk at once."""

    _lock = "miro-sync-mail"
    _stands_beside = True

    def postings(self, week: str) -> Mapping[str, Posting]:
        """Return the letters of an ISO week by recipient."""
        with self._reading() as view:
            if view is None:
                return {}
            rows = view.connection.execute(
                sa.select(schema.letter).where(schema.letter.c.week == week)
            )
            return {row.recipient: _posting(row) for row in rows}

    def before(self, week: str) -> Mapping[str, Posting]:
        """Return the last letter that each recipient has, or may have, of an earlier week."""
        with self._reading() as view:
            if view is None:
                return {}
            table = schema.letter
            rows = view.connection.execute(
                sa.select(table)
                .where(table.c.week < week, table.c.state.in_(_OUT))
                .order_by(table.c.week)
            )
            return {row.recipient: _posting(row) for row in rows}

    def plan(self, posting: Posting, at: dt.datetime) -> Posting:
        """Write down that a letter is going to be sent; what is sent or being sent stays so.

        Returns:
            The row as it stands now; another process may have been quicker.

        Raises:
            StateError: the state cannot be written.

        """
        table = schema.letter
        told = json.dumps(sorted(posting.told), ensure_ascii=False)
        key = self._row(posting.recipient, posting.week)
        with self._writing() as connection:
            found = connection.execute(sa.select(table).where(key)).one_or_none()
            if found is None:
                connection.execute(
                    table.insert().values(
                        recipient=posting.recipient,
                        week=posting.week,
                        number=posting.number,
                        state=PostingState.PLANNED.value,
                        message_id=posting.message_id,
                        day=posting.day,
                        told=told,
                        planned_at=at,
                    )
                )
            elif found.state not in _OUT:
                connection.execute(
                    table.update()
                    .where(key)
                    .values(
                        state=PostingState.PLANNED.value,
                        day=posting.day,
                        told=told,
                        planned_at=at,
                        problem=None,
                    )
                )
            return _posting(connection.execute(sa.select(table).where(key)).one())

    def again(self, recipient: str, week: str) -> None:
        """Let a letter be sent once more, because a person asked for it."""
        with self._writing() as connection:
            connection.execute(
                schema.letter.update()
                .where(self._row(recipient, week))
                .values(state=PostingState.PLANNED.value, sending_at=None, ended_at=None)
            )

    def hand_over(self, recipient: str, week: str, at: dt.datetime) -> bool:
        """Write down that a letter is handed over now; False when another process does that."""
        table = schema.letter
        with self._writing() as connection:
            done = connection.execute(
                table.update()
                .where(
                    self._row(recipient, week),
                    table.c.state == PostingState.PLANNED.value,
                )
                .values(state=PostingState.SENDING.value, sending_at=at)
            )
            return bool(done.rowcount)

    def sent(self, recipient: str, week: str, at: dt.datetime) -> None:
        """Write down that the server took a letter."""
        self._end(recipient, week, at, PostingState.SENT, None)

    def failed(self, recipient: str, week: str, at: dt.datetime, problem: str) -> None:
        """Write down that the server did not take a letter; `problem` is a catalogue's key."""
        self._end(recipient, week, at, PostingState.FAILED, problem)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other sender of this state out; a sync may be at work meanwhile.

        Raises:
            BusyError: another process is sending.
            StateError: the state cannot be reached.

        """
        with ExitStack() as held:
            try:
                held.enter_context(super().alone())
            except BusyError as error:
                raise BusyError(say("digest.busy")) from error
            yield

    def _lock_beside(self, database: Path) -> Path:
        return database.with_name(f"{database.name}.mail")

    def _end(
        self,
        recipient: str,
        week: str,
        at: dt.datetime,
        state: PostingState,
        problem: str | None,
    ) -> None:
        with self._writing() as connection:
            connection.execute(
                schema.letter.update()
                .where(self._row(recipient, week))
                .values(state=state.value, ended_at=at, problem=problem)
            )

    def _row(self, recipient: str, week: str) -> sa.ColumnElement[bool]:
        table = schema.letter
        return sa.and_(table.c.recipient == recipient, table.c.week == week)

    def _open(self) -> Engine:
        if self._engine is None and super()._open().dialect.name == "sqlite":
            sa.event.listen(super()._open(), "connect", _to_the_disk)
        return super()._open()


def _to_the_disk(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # A commit that a power cut takes back would send a letter twice.
    connection.execute("pragma synchronous = full")


def _posting(row: Row[Any]) -> Posting:
    return Posting(
        recipient=row.recipient,
        week=row.week,
        number=row.number,
        message_id=row.message_id,
        day=row.day,
        state=PostingState(row.state),
        told=frozenset(json.loads(row.told)),
        problem=row.problem,
    )
