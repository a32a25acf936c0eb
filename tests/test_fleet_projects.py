"""The list of projects: what is due, what was done meanwhile, how jobs ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from miro_sync.fleet.projects import Job, Projects, Times
from miro_sync.fleet.store import Shared

MOMENT = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


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
    made.put("p1", "Яя", {"project.toml": b"1"}, Times(MOMENT, MOMENT + HOUR, None))
    yield made
    shared.close()


def outcomes(projects: Projects) -> list[str]:
    return [end.outcome for one in projects.listed() for end in one.ended]


def test_what_is_due_is_due_until_it_is_planned(projects: Projects, now: Now) -> None:
    assert projects.due() == ((Job.SYNC, "p1"),)
    assert projects.due([(Job.SYNC, "p1")]) == ()
    projects.planned(Job.SYNC, "p1", MOMENT + HOUR)
    assert projects.due() == ()

    now.moment += HOUR
    assert set(projects.due()) == {(Job.SYNC, "p1"), (Job.FULL, "p1")}


def test_a_project_without_mail_never_has_letters_due(projects: Projects, now: Now) -> None:
    now.moment += 1000 * HOUR

    assert (Job.MAIL, "p1") not in projects.due()


def test_what_was_done_since_it_was_due_is_known_though_its_planner_died(
    projects: Projects, now: Now
) -> None:
    assert projects.passed() == ()
    now.moment += HOUR
    projects.ended(Job.SYNC, "p1", "done", 5.0, "w1")

    assert projects.passed() == ((Job.SYNC, "p1"),)


def test_a_failure_is_no_reason_not_to_try_again(projects: Projects, now: Now) -> None:
    now.moment += HOUR
    projects.ended(Job.SYNC, "p1", "memory.unreachable", 5.0, "w1")

    assert projects.passed() == ()


def test_the_late_failure_of_a_worker_that_was_cut_off_hides_nobodys_success(
    projects: Projects, now: Now
) -> None:
    projects.ended(Job.SYNC, "p1", "done", 2.0, "w2")
    now.moment += dt.timedelta(seconds=6)
    projects.ended(Job.SYNC, "p1", "memory.lost_lock", 15.0, "w1")

    assert outcomes(projects) == ["done"]


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

    again = projects.put("p1", "Яя", {"project.toml": b"2"}, Times(MOMENT, MOMENT, MOMENT))

    assert not again
    assert projects.files("p1") == {"project.toml": b"2"}
    assert projects.digest("p1") != before
