"""Faults that take minutes to show: pytest benchmarks/test_faults.py.

A database that restarts, a machine that is cut off, a job that kills whoever does it. What must
hold: every project is synced, never two at once, and stored once.
"""

from __future__ import annotations

import datetime as dt
import email
import re
import signal
import time

import postgres
from fleet import ADDRESS, Fleet, another_machine, miro, until
from mail_server import scripted

pytest_plugins = ["fleet_fixtures"]

#: A sync of the test's board takes about six times as long as one call.
CALL = "0.4"


def test_three_workers_share_the_work_and_do_nothing_twice(fleet: Fleet) -> None:
    with miro("--latency", "0.05") as service:
        for number in range(6):
            fleet.add(number, service.port)
        for name in ("w1", "w2", "w3"):
            fleet.start(name)

        until(fleet.all_done)

        assert service.overlaps() == []
        assert [fleet.runs(f"p{number}") for number in range(6)] == [1] * 6
        queued = (
            "select count(*) from miro_sync_fleet.procrastinate_jobs"
            " where status != 'succeeded' and task_name = 'sync'"
        )
        assert fleet.ask(queued)[0][0] == 0
    assert [one.end() for one in fleet.workers] == [0, 0, 0]


def test_workers_outlive_a_restart_of_the_database(
    fleet: Fleet, database_server: postgres.Server
) -> None:
    with miro("--latency", CALL) as service:
        for number in range(3):
            fleet.add(number, service.port)
        for name in ("w1", "w2", "w3"):
            fleet.start(name, jobs=1)
        until(lambda: any(one.is_at() for one in fleet.workers))

        database_server.stop()
        database_server.start()
        until(fleet.all_done)

        assert service.overlaps() == []
        # Where the end of a job was lost with the database, it was done again.
        assert all(fleet.runs(f"p{number}") >= 1 for number in range(3))
    assert [one.end() for one in fleet.workers] == [0, 0, 0]


def test_a_worker_that_was_cut_off_stores_nothing_and_comes_back(fleet: Fleet) -> None:
    with another_machine() as (inside, cable), miro("--latency", "0.05") as service:
        url = re.sub("host=[^&]*", f"host={ADDRESS}", fleet.url)
        slow = ("--latency", "4", "--port", str(service.port))
        with miro(*slow, inside=inside):
            fleet.add(0, service.port, url=url)
            away = fleet.start("w1", url, inside=inside)
            until(lambda: away.is_at("p0"))
            cable("down")
            fleet.start("w2")
            fleet.start("w3")

            until(fleet.all_done)
            until(lambda: away.records("job_ended") or away.records("database_lost"))
            cable("up")
            until(lambda: not away.is_at())

            assert fleet.runs("p0") == 1
            fleet.add(1, service.port, url=url)
            until(fleet.all_done)


def test_a_job_that_always_takes_its_worker_with_it_is_given_up(fleet: Fleet) -> None:
    with miro("--latency", CALL) as service:
        fleet.add(0, service.port)
        for number in range(1, 9):
            one = fleet.start(f"w{number}")
            until(lambda one=one: one.is_at("p0") or fleet.outcomes()["p0"] == "killed")  # type: ignore[misc]
            if fleet.outcomes()["p0"] == "killed":
                break
            one.send(signal.SIGKILL)

        assert fleet.outcomes() == {"p0": "killed"}
        assert len(fleet.workers) == 4  # three died of it, the fourth one gave it up
        assert fleet.runs("p0") == 0


MAIL = """
[mail]
smtp = "smtp://127.0.0.1:{port}"
from = "Календарь <calendar@example.org>"
weekday = "{weekday}"
hours = "0:00-23:59"
timeout_seconds = 5

[[person]]
role = "director"
name = "Директор"
email = "director@example.org"

[[holiday]]
date = {today}
working = true
"""


def test_nobody_gets_a_letter_twice_whoever_dies_while_sending(fleet: Fleet) -> None:
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=7))).date()  # noqa: TID251 - real workers
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    with miro("--latency", "0.02") as service, scripted() as post:
        said = MAIL.format(port=post.port, weekday=weekdays[today.weekday()], today=today)
        for number in range(4):
            fleet.add(number, service.port, said)
        for name in ("w1", "w2", "w3"):
            fleet.start(name)
        until(fleet.all_done)
        due = "update miro_sync_fleet.project set mail_at = 0"

        fleet.ask(due)
        until(lambda: post.taken)
        fleet.workers[0].send(signal.SIGKILL)
        fleet.ask(due)
        until(lambda: set(fleet.outcomes("digest").values()) == {"done"})
        fleet.ask(due)
        time.sleep(8)

        # The letter that was on its way when its worker died may have arrived: it is not repeated.
        letters = [email.message_from_bytes(letter)["Message-ID"] for _, letter in post.taken]
        assert len(letters) == len(set(letters))
        assert 7 <= len(letters) <= 8  # to the director and to the centre of each project
        rows = [fleet.ask(f"select count(*) from p{number}.letter")[0][0] for number in range(4)]  # noqa: S608 - our own names
        assert rows == [2] * 4
