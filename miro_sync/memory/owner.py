"""Whose state it is: of several projects on one server, none gets into another one's.

A project may be renamed, and may move to another board or another table; a copied project folder
has a new board and a new table under the old address. So a project is known by its board or its
table, and by its name only where neither says anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from miro_sync.errors import StateError
from miro_sync.memory import schema
from miro_sync.model import say

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_ONLY_ROW = 1


@dataclass(frozen=True, slots=True)
class Owner:
    """What a project is known by.

    Attributes:
        name: of the project.
        board, tables: ids of the live board and table; None where there is none.

    """

    name: str
    board: str | None = None
    tables: str | None = None

    def is_one_with(self, other: Owner) -> bool:
        """Tell whether both are the same project."""
        pairs = [(self.board, other.board), (self.tables, other.tables)]
        said = [(ours, theirs) for ours, theirs in pairs if ours and theirs]
        if not said:
            return self.name == other.name
        return any(ours == theirs for ours, theirs in said)


def check_owner(connection: Connection, owner: Owner | None) -> None:
    """Refuse a state that is another project's.

    Raises:
        StateError: it is.

    """
    kept = _kept(connection)
    if owner is not None and kept is not None and not owner.is_one_with(kept):
        raise StateError(say("memory.other_project", theirs=kept.name, ours=owner.name))


def keep_owner(connection: Connection, owner: Owner | None) -> None:
    """Write down whose state it is, in today's words."""
    table = schema.owner
    if owner is None or _kept(connection) == owner:
        return
    connection.execute(table.delete())
    connection.execute(
        table.insert().values(id=_ONLY_ROW, name=owner.name, board=owner.board, tables=owner.tables)
    )


def _kept(connection: Connection) -> Owner | None:
    table = schema.owner
    row = connection.execute(sa.select(table.c.name, table.c.board, table.c.tables)).one_or_none()
    return None if row is None else Owner(row.name, row.board, row.tables)
