"""Workers that are killed, frozen, outdated: real processes.

What must hold whatever happens: every project is synced, never two at once, and stored once.
Faults that take longer to show are in benchmarks/test_faults.py.
"""

from __future__ import annotations

import signal

from fleet import Fleet, miro, until

pytest_plugins = ["fleet_fixtures"]

#: A sync of the test's board takes about six times as long as one call.
CALL = "0.4"


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
        until(lambda: service.told()["log"])  # it reads, so it holds the project's lock
        frozen.send(signal.SIGSTOP)
        others = [fleet.start("w2"), fleet.start("w3")]

        until(lambda: any(one.records("job_ended") for one in others))
        busy = [end["outcome"] for one in others for end in one.records("job_ended")]
        assert set(busy) == {"memory.busy"}
        frozen.send(signal.SIGCONT)
        until(fleet.all_done)

        assert service.overlaps() == []


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
