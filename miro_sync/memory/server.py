"""How a database server is spoken to: schema of the project, keepalives, who may migrate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import URL

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: Seconds that a second process on SQLite waits for the first one's transaction.
_SQLITE_PATIENCE: Final = 30

#: A server that does not answer is given up by us after some seconds …
_OUR_PATIENCE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

#: … and the server gives up on us as soon, so that the lock of a machine that was cut off is free
#: again. Without this it keeps the lock for hours.
_ITS_PATIENCE: Final = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=12000"
)


def connection_options(url: str) -> tuple[URL, dict[str, Any]]:
    """Return the address without what is ours in it, and the arguments of the driver.

    `?schema=NAME` is ours: the schema of the database that holds this project's state alone.
    """
    made = sa.make_url(url)
    if made.get_backend_name() != "postgresql":
        return made, {"timeout": _SQLITE_PATIENCE}
    if made.drivername == "postgresql":
        made = made.set(drivername="postgresql+psycopg")
    options = [str(made.query.get("options", "")), _ITS_PATIENCE]
    schema = schema_of(url)
    if schema is not None:
        options.append(f"-c search_path={schema}")
    made = made.difference_update_query(["schema", "options"])
    return made, {**_OUR_PATIENCE, "options": " ".join(options).strip()}


def schema_of(url: str) -> str | None:
    """Return the schema that an address names, None where it names none."""
    named = sa.make_url(url).query.get("schema")
    return named if isinstance(named, str) else None


def make_schema(connection: Connection, url: str) -> None:
    """Make the schema that the address names, unless it is there; in this transaction."""
    schema = schema_of(url)
    if schema is None or connection.dialect.name != "postgresql":
        return
    if connection.scalar(sa.text("select to_regnamespace(:name)"), {"name": schema}) is not None:
        return
    # Two at once would both find none; the second one waits here until the first one's is there.
    lock = sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
    connection.execute(lock, {"name": f"miro-sync-schema/{schema}"})
    connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))


def one_migrates(connection: Connection) -> None:
    """Wait, in this transaction, until nobody else migrates this state."""
    if connection.dialect.name == "postgresql":
        name = "hashtextextended('miro-sync-migration/' || current_schema(), 0)"
        connection.execute(sa.text(f"select pg_advisory_xact_lock({name})"))
