"""Jobs of dead workers, the traps of the queue: each one set here, each one avoided."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from miro_sync.fleet.store import Shared
from miro_sync.timetable import Job

pytest.importorskip("procrastinate", reason="no job queue (pip install miro-sync[scale])")

from miro_sync.fleet.job_queue import Pace, Queue, Work

NOW = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)
PACE = Pace(dead=5.0, attempts=3)


class Set:
    """A queue, and what it was told to do."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.given_up: list[tuple[Job, str]] = []
        self.queued: list[tuple[Job, str]] = []
        self.due: list[tuple[Job, str]] = []
        work = Work(
            run=lambda job, project: None,
            due=lambda busy: [one for one in self.due if one not in busy],
            queued=lambda job, project: self.queued.append((job, project)),
            given_up=lambda job, project: self.given_up.append((job, project)),
        )
        self.queue = Queue(shared, work, PACE)
        self.queue.prepare()

    def ask(self, query: str, **values: object) -> list[Any]:
        with self.shared.writing() as connection:
            answer = connection.execute(sa.text(query), values)
            return list(answer) if answer.returns_rows else []

    def job(self, status: str, attempts: int = 0) -> int:
        """Put a job of the project "p1" into the queue, at work with a worker that is no more."""
        query = (
            "insert into procrastinate_jobs"
            " (queue_name, task_name, lock, queueing_lock, args, status, attempts)"
            " values ('default', 'sync', 'project:p1', 'sync:p1',"
            " json_build_object('project', 'p1'), cast(:status as procrastinate_job_status),"
            " :tried) returning id"
        )
        return int(self.ask(query, status=status, tried=attempts)[0][0])

    def statuses(self) -> dict[int, tuple[str, int]]:
        rows = self.ask(
            "select id, status, attempts from procrastinate_jobs where task_name = 'sync'"
        )
        return {row.id: (row.status, row.attempts) for row in rows}

    def at_once(self, what: str, times: int = 1) -> None:
        async def act() -> None:
            app = self.queue._app(1)
            async with app.open_async():
                context = SimpleNamespace(app=app)
                await asyncio.gather(*(getattr(self.queue, what)(context, 0) for _ in range(times)))

        asyncio.run(act())


@pytest.fixture
def queue(postgres_server: str) -> Iterator[Set]:
    name = f"q{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(
        postgres_server.replace("postgresql:", "postgresql+psycopg:"),
        poolclass=sa.NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    shared = Shared(postgres_server.replace("/postgres?", f"/{name}?"), lambda: NOW)
    yield Set(shared)
    shared.close()


def test_the_job_of_a_dead_worker_goes_back_into_the_queue(queue: Set) -> None:
    dead = queue.job("doing")

    queue.at_once("_reap")

    assert queue.statuses() == {dead: ("todo", 1)}


def test_a_dead_job_whose_successor_waits_ends_and_frees_the_project(queue: Set) -> None:
    dead, waiting = queue.job("doing"), queue.job("todo")

    queue.at_once("_reap")

    assert queue.statuses()[dead][0] == "failed"
    assert queue.statuses()[waiting] == ("todo", 0)


def test_two_reapers_at_once_give_a_job_back_once(queue: Set) -> None:
    dead = queue.job("doing")

    queue.at_once("_reap", times=4)

    assert queue.statuses() == {dead: ("todo", 1)}
    assert queue.given_up == []


def test_a_job_that_took_too_many_workers_with_it_is_given_up(queue: Set) -> None:
    dead = queue.job("doing", attempts=2)

    queue.at_once("_reap")

    assert queue.statuses()[dead][0] == "failed"
    assert queue.given_up == [(Job.SYNC, "p1")]


def test_two_planners_at_once_queue_what_is_due_once(queue: Set) -> None:
    queue.due = [(Job.SYNC, "p1"), (Job.DIGEST, "p1"), (Job.SYNC, "p2")]

    queue.at_once("_plan", times=4)

    rows = queue.ask("select task_name, lock from procrastinate_jobs order by 1, 2")
    assert [tuple(row) for row in rows] == [
        ("digest", "project:p1"),
        ("sync", "project:p1"),
        ("sync", "project:p2"),
    ]


def test_what_is_at_work_is_not_queued_beside_it(queue: Set) -> None:
    """Its own repetition would find its place taken, and leave the project locked."""
    queue.job("doing")
    queue.due = [(Job.SYNC, "p1")]

    queue.at_once("_plan")

    assert len(queue.statuses()) == 1


def test_a_second_worker_finds_the_tables_made(queue: Set) -> None:
    Set(queue.shared)

    assert queue.statuses() == {}
