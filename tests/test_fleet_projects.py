"""The list of projects: what is due, what was done meanwhile, how jobs ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from miro_sync.fleet import store
from miro_sync.fleet.due import Times
from miro_sync.fleet.projects import Projects
from miro_sync.fleet.store import Shared
from miro_sync.timetable import Job

MOMENT = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TIMES: Times = {Job.SYNC: MOMENT, Job.FULL: MOMENT + HOUR, Job.DIGEST: None, Job.PUBLISH: None}


class Now:
    moment = MOMENT

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def projects(tmp_path: Path, now: Now) -> Iterator[Projects]:
    shared = Shared(f"sqlite:///{tmp_path / 'shared.db'}", now)
    made = Projects(shared)
    made.put("p1", "Яя", {"project.toml": b"1"}, TIMES)
    yield made
    shared.close()


def outcomes(projects: Projects) -> list[str]:
    return [end.outcome for one in projects.listed() for end in one.ended]


def test_what_is_due_is_due_until_it_is_queued(projects: Projects, now: Now) -> None:
    assert projects.due() == ((Job.SYNC, "p1"),)
    assert projects.due([(Job.SYNC, "p1")]) == ()
    projects.queued(Job.SYNC, "p1", MOMENT + HOUR)
    assert projects.due() == ()

    now.moment += HOUR
    assert set(projects.due()) == {(Job.SYNC, "p1"), (Job.FULL, "p1")}


def test_a_job_that_a_timetable_has_not_is_never_due(projects: Projects, now: Now) -> None:
    now.moment += 1000 * HOUR

    assert set(projects.due()) == {(Job.SYNC, "p1"), (Job.FULL, "p1")}


def test_whoever_does_a_job_says_when_its_project_is_due_again(projects: Projects) -> None:
    later: Times = {
        Job.SYNC: MOMENT + HOUR,
        Job.FULL: None,
        Job.DIGEST: MOMENT,
        Job.PUBLISH: MOMENT,
    }
    projects.ended(Job.SYNC, "p1", "done", 5.0, "w1", later)

    assert set(projects.due()) == {(Job.DIGEST, "p1"), (Job.PUBLISH, "p1")}


def test_a_planner_that_comes_too_late_does_not_change_what_was_said(
    projects: Projects, now: Now
) -> None:
    projects.ended(Job.SYNC, "p1", "later", 5.0, "w1", {**TIMES, Job.SYNC: MOMENT + HOUR / 12})
    projects.queued(Job.SYNC, "p1", MOMENT + 168 * HOUR)
    now.moment += HOUR / 12

    assert projects.due() == ((Job.SYNC, "p1"),)


def test_a_job_that_was_given_up_rests(projects: Projects, now: Now) -> None:
    projects.put_off(Job.SYNC, "p1", MOMENT + 24 * HOUR)
    now.moment += 23 * HOUR

    assert (Job.SYNC, "p1") not in projects.due()


def test_the_late_failure_of_a_worker_that_was_cut_off_hides_nobodys_success(
    projects: Projects, now: Now
) -> None:
    projects.ended(Job.SYNC, "p1", "done", 2.0, "w2")
    now.moment += dt.timedelta(seconds=6)
    projects.ended(Job.SYNC, "p1", "memory.lost_lock", 15.0, "w1", {Job.SYNC: MOMENT + 90 * HOUR})

    assert outcomes(projects) == ["done"]
    assert projects.due() == ((Job.SYNC, "p1"),)


def test_a_failure_after_a_success_is_told(projects: Projects, now: Now) -> None:
    projects.ended(Job.SYNC, "p1", "done", 2.0, "w2")
    now.moment += HOUR
    projects.ended(Job.SYNC, "p1", "memory.unreachable", 15.0, "w1")

    assert outcomes(projects) == ["memory.unreachable"]


def test_a_project_that_was_removed_leaves_nothing(projects: Projects) -> None:
    projects.ended(Job.SYNC, "p1", "done", 2.0, "w1")

    assert projects.remove("p1")
    assert not projects.remove("p1")
    projects.ended(Job.SYNC, "p1", "done", 2.0, "w1")
    assert projects.listed() == ()


def test_a_project_that_is_put_again_has_its_new_files(projects: Projects) -> None:
    before = projects.digest("p1")

    again = projects.put("p1", "Яя", {"project.toml": b"2"}, TIMES)

    assert not again
    assert projects.files("p1") == {"project.toml": b"2"}
    assert projects.digest("p1") != before


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_the_list_of_an_older_version_is_brought_to_its_newest_form(
    where: str, tmp_path: Path, now: Now, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    if where == "postgresql":
        server = request.getfixturevalue("postgres_server")
        name = f"u{uuid.uuid4().hex[:12]}"
        engine = sa.create_engine(server.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"create database {name}"))
        engine.dispose()
        url = server.replace("/postgres?", f"/{name}?")
    shared = Shared(url, now)
    with shared.writing() as connection:
        newest = columns_of(connection)
        connection.execute(sa.text("alter table project drop column publish_at"))
        if where == "postgresql":
            connection.execute(sa.text("alter table project alter column full_at set not null"))
        connection.execute(store.program.update().values(tables=1))
    shared.close()

    again = Shared(url, now)
    with again.writing() as connection:
        assert columns_of(connection) == newest
        assert connection.scalar(sa.select(store.program.c.tables)) == store.TABLES
    again.close()


def columns_of(connection: sa.Connection) -> set[tuple[str, bool]]:
    found = sa.inspect(connection).get_columns("project")
    return {(one["name"], one["nullable"]) for one in found}
