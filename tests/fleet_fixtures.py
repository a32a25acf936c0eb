"""A database server, an installation on it, and another machine, for the tests of the worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import postgres
import pytest
from fleet import Fleet

#: The test's machine, as seen from the other one, and the other one.
ADDRESS, THERE = "10.201.77.1", "10.201.77.2"


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


# --- another machine ------------------------------------------------------------------------------


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)  # noqa: S603, S607 - our own words


@contextmanager
def another_machine() -> Iterator[tuple[tuple[str, ...], Callable[[str], None]]]:
    """Make a network namespace; yields how to run a program there, and what pulls its cable."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("only root can make a network namespace, and only with the program ip")
    name = f"ms{uuid.uuid4().hex[:8]}"
    here, there = f"{name}a", f"{name}b"
    inside = ("ip", "netns", "exec", name)
    try:
        _ip("netns", "add", name)
        _ip("link", "add", here, "type", "veth", "peer", "name", there)
        _ip("link", "set", there, "netns", name)
        _ip("addr", "add", f"{ADDRESS}/30", "dev", here)
        _ip("link", "set", here, "up")
        for words in (("addr", "add", f"{THERE}/30", "dev", there), ("link", "set", there, "up")):
            _ip("netns", "exec", name, "ip", *words)
        _ip("netns", "exec", name, "ip", "link", "set", "lo", "up")
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody make a network namespace")
    try:
        yield inside, lambda state: _ip("link", "set", here, state)
    finally:
        _ip("netns", "del", name)
