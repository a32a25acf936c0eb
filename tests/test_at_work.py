"""Whether a sync is at work: seen from outside, on SQLite and PostgreSQL, keeping nobody out."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from miro_sync.memory import JobLog, SqlMemory

NOW = dt.datetime(2023, 6, 2, 3, 5, tzinfo=dt.UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state' / 'miro-sync.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_a_sync_is_seen_while_it_is_at_work_and_not_after(url: str) -> None:
    with closing(SqlMemory(url)) as memory, closing(JobLog(url)) as log:
        assert not log.is_busy()
        memory.claim()
        assert not log.is_busy()
        with memory.alone():
            assert log.is_busy()
        assert not log.is_busy()


def test_who_keeps_the_timetable_is_no_sync(url: str) -> None:
    with closing(SqlMemory(url)) as memory, closing(JobLog(url)) as log:
        memory.claim()
        with log.alone():
            assert not log.is_busy()
            with memory.alone():
                assert log.is_busy()


def test_looking_all_the_time_keeps_no_sync_out(tmp_path: Path) -> None:
    """On a server looking takes nothing: it reads the list of locks."""
    url = f"sqlite:///{tmp_path / 'state' / 'miro-sync.db'}"
    ended = threading.Event()

    def look() -> None:
        with closing(JobLog(url)) as log:
            while not ended.is_set():
                log.is_busy()

    with closing(SqlMemory(url)) as memory:
        memory.claim()
        lookers = [threading.Thread(target=look) for _ in range(3)]
        for looker in lookers:
            looker.start()
        try:
            for _ in range(150):
                with memory.alone():
                    pass
        finally:
            ended.set()
            for looker in lookers:
                looker.join()


def test_a_project_of_the_same_schema_in_another_database_is_another_one(
    postgres_server: str,
) -> None:
    engine = sa.create_engine(
        postgres_server.replace("postgresql:", "postgresql+psycopg:"),
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
    )
    with engine.connect() as connection:
        connection.execute(sa.text("create database beside"))
    here = f"{postgres_server}&schema=same"
    there = here.replace("/postgres?", "/beside?")
    with (
        closing(SqlMemory(here)) as ours,
        closing(SqlMemory(there)) as theirs,
        closing(JobLog(here)) as our_log,
        closing(JobLog(there)) as their_log,
    ):
        ours.claim()
        theirs.claim()
        with theirs.alone():
            assert their_log.is_busy()
            assert not our_log.is_busy()


def test_a_timetable_begun_under_a_wrong_clock_begins_anew(url: str) -> None:
    with closing(JobLog(url)) as log:
        log.keep_since(NOW + dt.timedelta(days=3000))
        log.keep_since(NOW)
        log.keep_since(NOW + dt.timedelta(days=1))

        assert log.done().since == NOW
