"""A database server and an installation on it, for the tests of the worker."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from fleet import Fleet


@pytest.fixture(scope="module")
def database_server() -> Iterator[postgres.Server]:
    programs = postgres.found()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine")
    pytest.importorskip("procrastinate", reason="no job queue (pip install miro-sync[scale])")
    with postgres.controlled(programs, listen="*") as one:
        yield one


@pytest.fixture
def fleet(database_server: postgres.Server, tmp_path: Path) -> Iterator[Fleet]:
    name = f"f{uuid.uuid4().hex[:12]}"
    Fleet(database_server.url, tmp_path).ask(f"create database {name}")
    one = Fleet(database_server.url.replace("/postgres?", f"/{name}?"), tmp_path)
    yield one
    one.close()
