"""Workers that are killed, frozen, cut off, outdated; a database that restarts: real processes.

What must hold whatever happens: every project is synced, never two at once, and stored once.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import postgres
import pytest
from fleet import Fleet, miro, until

ADDRESS, THERE = "10.201.77.1", "10.201.77.2"

#: A sync of the test's board takes about six times as long as one call.
CALL = "0.4"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Running]:
    programs = postgres.found()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine")
    pytest.importorskip("procrastinate", reason="no job queue (pip install miro-sync[scale])")
    with postgres.running(programs, listen="*") as one:
        yield one


@pytest.fixture
def fleet(server: postgres.Running, tmp_path: Path) -> Iterator[Fleet]:
    name = f"f{uuid.uuid4().hex[:12]}"
    Fleet(server.url, tmp_path).ask(f"create database {name}")
    one = Fleet(server.url.replace("/postgres?", f"/{name}?"), tmp_path)
    yield one
    one.close()


def test_three_workers_share_the_work_and_do_nothing_twice(fleet: Fleet) -> None:
    with miro("--latency", "0.05") as service:
        for number in range(6):
            fleet.add(number, service.port)
        for name in ("w1", "w2", "w3"):
            fleet.start(name)

        until(fleet.all_done)

        assert service.overlaps() == []
        assert [fleet.runs(f"p{number}") for number in range(6)] == [1] * 6
        queued = "select count(*) from miro_sync_fleet.procrastinate_jobs where status != 'succeeded' and task_name = 'sync'"  # noqa: E501 - a query
        assert fleet.ask(queued)[0][0] == 0
    assert [one.end() for one in fleet.workers] == [0, 0, 0]


def test_the_job_of_a_killed_worker_is_done_by_another_one(fleet: Fleet) -> None:
    with miro("--latency", CALL) as service:
        for number in range(4):
            fleet.add(number, service.port)
        killed = fleet.start("w1")
        until(killed.is_at)
        fleet.start("w2")
        fleet.start("w3")
        killed.send(signal.SIGKILL)

        until(fleet.all_done)

        assert service.overlaps() == []
        assert [fleet.runs(f"p{number}") for number in range(4)] == [1] * 4


def test_a_frozen_worker_that_wakes_does_not_store_beside_the_one_that_took_over(
    fleet: Fleet,
) -> None:
    with miro("--latency", CALL) as service:
        fleet.add(0, service.port)
        frozen = fleet.start("w1")
        until(lambda: frozen.is_at("p0"))
        frozen.send(signal.SIGSTOP)
        others = [fleet.start("w2"), fleet.start("w3")]

        until(lambda: any(one.records("job_ended") for one in others))
        busy = [end["outcome"] for one in others for end in one.records("job_ended")]
        assert set(busy) == {"memory.busy"}  # it holds the project's lock as long as it is there
        frozen.send(signal.SIGCONT)
        until(fleet.all_done)

        assert service.overlaps() == []


def test_workers_outlive_a_restart_of_the_database(fleet: Fleet, server: postgres.Running) -> None:
    with miro("--latency", CALL) as service:
        for number in range(3):
            fleet.add(number, service.port)
        for name in ("w1", "w2", "w3"):
            fleet.start(name, jobs=1)
        until(lambda: any(one.is_at() for one in fleet.workers))

        server.stop()
        server.start()
        until(fleet.all_done)

        assert service.overlaps() == []
        assert [fleet.runs(f"p{number}") for number in range(3)] == [1] * 3
    assert [one.end() for one in fleet.workers] == [0, 0, 0]


def test_a_worker_that_was_cut_off_stores_nothing_and_comes_back(fleet: Fleet) -> None:
    with another_machine() as (inside, cable), miro("--latency", "0.05") as service:
        url = fleet.url.split("host=")[0] + f"host={ADDRESS}"
        slow = ("--latency", "4", "--port", str(service.port))
        with miro(*slow, inside=inside):
            fleet.add(0, service.port, url=url)
            away = fleet.start("w1", url, inside=inside)
            until(lambda: away.is_at("p0"))
            cable("down")
            fleet.start("w2")
            fleet.start("w3")

            until(fleet.all_done, 60)
            until(lambda: away.records("job_ended") or away.records("database_lost"), 60)
            cable("up")
            until(lambda: not away.is_at(), 60)

            assert fleet.runs("p0") == 1
            fleet.add(1, service.port, url=url)
            until(fleet.all_done, 60)


def test_a_job_that_always_takes_its_worker_with_it_is_given_up(fleet: Fleet) -> None:
    with miro("--latency", CALL) as service:
        fleet.add(0, service.port)
        for number in range(1, 9):
            one = fleet.start(f"w{number}")
            until(lambda one=one: one.is_at("p0") or fleet.outcomes()["p0"] == "killed", 40)  # type: ignore[misc]
            if fleet.outcomes()["p0"] == "killed":
                break
            one.send(signal.SIGKILL)

        assert fleet.outcomes() == {"p0": "killed"}
        assert len(fleet.workers) == 4  # three died of it, the fourth one gave it up
        assert fleet.runs("p0") == 0


def test_an_older_worker_finishes_its_job_and_leaves_to_a_newer_one(fleet: Fleet) -> None:
    with miro("--latency", CALL) as service:
        fleet.add(0, service.port)
        one = fleet.start("w1")
        until(lambda: one.is_at("p0"))
        fleet.ask("update miro_sync_fleet.program set tables = tables + 1")

        assert one.process.wait(30) == 76
        assert fleet.outcomes() == {"p0": "done"}
        late = fleet.start("w2")
        assert late.process.wait(30) == 76
        assert not late.records("job_started")


def test_a_worker_whose_clock_is_wrong_does_not_begin(fleet: Fleet) -> None:
    with miro() as service:
        fleet.add(0, service.port)
        wrong = fleet.start("w1", more={"CLOCK_AHEAD": "90"})

        assert wrong.process.wait(30) == 2
        assert "worker.clock" in wrong.written()
        assert fleet.outcomes() == {"p0": None}


def test_a_worker_that_is_told_to_stop_finishes_what_it_began(fleet: Fleet) -> None:
    with miro("--latency", CALL) as service:
        fleet.add(0, service.port)
        one = fleet.start("w1")
        until(lambda: one.is_at("p0"))

        assert one.end() == 0
        assert fleet.outcomes() == {"p0": "done"}


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
