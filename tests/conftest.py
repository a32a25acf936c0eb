"""What every test may lean on: fixed dates, the shared collections, no network."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres
import pytest
import sqlalchemy as sa
from hypothesis import settings

#: How long an example takes says more of the machine's other work than of the rule it tries.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


def shared(*parts: str) -> Path:
    """Return a path in the shared collections, or skip the test and say so.

    They are looked for in MIRO_SYNC_SHARED, then in `../shared` beside the checkout; they are
    large real recordings that do not belong to the project.
    """
    root = Path(os.environ.get("MIRO_SYNC_SHARED", Path(__file__).parents[2] / "shared"))
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared collection is absent: {path} (set MIRO_SYNC_SHARED)")
    return path


def shared_lines(*parts: str) -> list[dict[str, Any]]:
    """Return the objects of a shared .jsonl file."""
    text = shared(*parts).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@pytest.fixture
def engines_let_go() -> Iterator[None]:
    """Close the databases that a test opened itself and did not close.

    Since Python 3.13 it is warned of a connection that is left to the garbage collector. The tests
    of commands do without this: what a command leaves open is a defect, and is to be seen.
    """
    opened: set[sa.Engine] = set()

    def note(connection: sa.Connection) -> None:
        opened.add(connection.engine)

    sa.event.listen(sa.Engine, "engine_connect", note)
    yield
    sa.event.remove(sa.Engine, "engine_connect", note)
    for engine in opened:
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a PostgreSQL server once for all tests, or skip them and say so."""
    programs = postgres.found()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: the state was tested on SQLite alone")
    pytest.importorskip("psycopg", reason="no driver for PostgreSQL (pip install psycopg[binary])")
    with postgres.server(programs) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """Return the URL of an empty schema of its own."""
    name = f"t{uuid.uuid4().hex}"
    url = postgres_server.replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(f"create schema {name}"))
    return f"{postgres_server}&options=-csearch_path%3D{name}"
