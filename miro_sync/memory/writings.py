"""What was written to the board: each act is noted before it is done, and again when it ended."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import TypeAdapter

from miro_sync.memory import schema
from miro_sync.memory.view import View
from miro_sync.model import Act, PlacedCard, WriteOutcome, Writing, Written

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


@functools.cache
def _card_adapter() -> TypeAdapter[PlacedCard]:
    return TypeAdapter(PlacedCard)


class SqlLedger:
    """The list of what was written, in the same database as the rest of the state."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[View | None]],
        writing: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        """Remember how the state is opened; nothing is opened yet."""
        self._reading, self._writing = reading, writing

    def log(self) -> tuple[Written, ...]:
        """Return every act, in the order in which they were begun."""
        table = schema.written
        with self._reading() as view:
            if view is None:
                return ()
            rows = view.connection.execute(sa.select(table).order_by(table.c.id)).all()
        return tuple(
            Written(
                number=row.id,
                run=row.writing_id,
                act=Act(row.act),
                key=row.key,
                what=Act(row.what),
                item_id=row.item_id,
                before=_card(row.before),
                after=_card(row.after),
                at=_utc(row.at),
                outcome=None if row.outcome is None else WriteOutcome(row.outcome),
            )
            for row in rows
        )

    def writings(self) -> tuple[Writing, ...]:
        """Return the runs of writing, oldest first."""
        table = schema.writing
        with self._reading() as view:
            if view is None:
                return ()
            rows = view.connection.execute(sa.select(table).order_by(table.c.id)).all()
        return tuple(Writing(row.id, _utc(row.at), row.user_id, row.undoes) for row in rows)

    def begin_run(self, at: dt.datetime, user_id: str, undoes: int | None = None) -> int:
        """Note a run of writing before its first act; returns its number."""
        table = schema.writing
        with self._writing() as connection:
            (number,) = connection.execute(
                table.insert().values(at=at, user_id=user_id, undoes=undoes).returning(table.c.id)
            ).one()
        return int(number)

    def begin(self, acts: Sequence[Written]) -> tuple[Written, ...]:
        """Note acts that are about to be done together; returns them with their numbers."""
        table = schema.written
        noted = []
        with self._writing() as connection:
            for one in acts:
                (number,) = connection.execute(
                    table.insert()
                    .values(
                        writing_id=one.run,
                        act=one.act.value,
                        what=one.what.value,
                        key=one.key,
                        item_id=one.item_id,
                        before=_json(one.before),
                        after=_json(one.after),
                        at=one.at,
                        outcome=None if one.outcome is None else one.outcome.value,
                    )
                    .returning(table.c.id)
                ).one()
                noted.append(replace(one, number=int(number)))
        return tuple(noted)

    def end(self, acts: Sequence[Written]) -> None:
        """Note how acts ended; their items and cards may be known only now."""
        if not acts:
            return
        table = schema.written
        with self._writing() as connection:
            connection.execute(
                table.update()
                .where(table.c.id == sa.bindparam("row"))
                .values(
                    item_id=sa.bindparam("its_item"),
                    after=sa.bindparam("its_card"),
                    outcome=sa.bindparam("its_end"),
                ),
                [
                    {
                        "row": one.number,
                        "its_item": one.item_id,
                        "its_card": _json(one.after),
                        "its_end": None if one.outcome is None else one.outcome.value,
                    }
                    for one in acts
                ],
            )


def service_users(connection: Connection) -> frozenset[str]:
    """Return the users in whose name this service ever wrote."""
    return frozenset(connection.scalars(sa.select(schema.writing.c.user_id).distinct()))


def _json(card: PlacedCard | None) -> str | None:
    return None if card is None else _card_adapter().dump_json(card, exclude_defaults=True).decode()


def _card(text: str | None) -> PlacedCard | None:
    return None if text is None else _card_adapter().validate_json(text)


def _utc(moment: dt.datetime) -> dt.datetime:
    # SQLite drops the zone; everything was stored as UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
