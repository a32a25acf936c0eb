"""The allowance of one account, shared by processes: never more than allowed, and fairly."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from fleet import environment

from miro_sync.fleet.allowance import Allowance, SharedBudget, account_of
from miro_sync.fleet.store import Shared, charge
from miro_sync.miro_budget import Clock

MOMENT = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)
URL = "sqlite:///{}"


class Time:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = threading.Lock()

    def now(self) -> dt.datetime:
        return MOMENT + dt.timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(self.now, lambda: self.seconds, self.sleep)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def shared(tmp_path: Path, time: Time) -> Shared:
    return Shared(URL.format(tmp_path / "shared.db"), time.now)


def test_what_one_process_uses_another_one_cannot_use(shared: Shared, time: Time) -> None:
    one = Allowance(shared, time.clock(), "miro:a", "p1")
    other = Allowance(shared, time.clock(), "miro:a", "p2")
    number = one.take(900, 1000)
    assert number is not None
    one.settle(number)

    other.take(200, 1000)

    assert 60 <= time.seconds < 61


def test_the_accounts_of_two_tokens_have_nothing_to_do_with_each_other(
    shared: Shared, time: Time
) -> None:
    Allowance(shared, time.clock(), "miro:a", "p1").take(1000, 1000)

    assert Allowance(shared, time.clock(), "miro:b", "p2").take(1000, 1000) is not None
    assert time.seconds == 0


def test_a_call_that_was_never_answered_counts_until_it_certainly_ended(
    shared: Shared, time: Time
) -> None:
    Allowance(shared, time.clock(), "miro:a", "dead").take(1000, 1000)

    Allowance(shared, time.clock(), "miro:a", "p2").take(100, 1000)

    assert 240 <= time.seconds < 241


def test_a_call_dearer_than_the_whole_allowance_goes_alone(shared: Shared, time: Time) -> None:
    assert Allowance(shared, time.clock(), "miro:a", "p1").take(5000, 1000) is not None


def test_a_call_that_is_not_wanted_any_more_takes_nothing(shared: Shared, time: Time) -> None:
    Allowance(shared, time.clock(), "miro:a", "p1").take(1000, 1000)

    assert Allowance(shared, time.clock(), "miro:a", "p2").take(1, 1000, lambda: True) is None


def once() -> Callable[[], bool]:
    """Return what lets somebody ask a single time."""
    asked = iter((False,))
    return lambda: next(asked, True)


def test_while_two_wait_the_one_that_used_less_goes_first(shared: Shared, time: Time) -> None:
    large = Allowance(shared, time.clock(), "miro:a", "large")
    small = Allowance(shared, time.clock(), "miro:a", "small")
    for _ in range(5):
        for number in (large.take(100, 1000), large.take(100, 1000)):
            assert number is not None
            large.settle(number)
        time.sleep(10)
    time.sleep(8.5)  # of what the large one used, the first part is about to pass
    assert small.take(100, 1000, once()) is None
    time.sleep(1)

    assert large.take(100, 1000, once()) is None
    assert small.take(100, 1000, once()) is not None
    assert large.take(100, 1000, once()) is not None


def test_who_does_not_ask_any_more_does_not_keep_others_waiting(shared: Shared, time: Time) -> None:
    large = Allowance(shared, time.clock(), "miro:a", "large")
    dead = Allowance(shared, time.clock(), "miro:a", "dead")
    for _ in range(2):
        number = large.take(500, 1000)
        assert number is not None
        large.settle(number)
        time.sleep(30)
    time.sleep(-0.5)
    assert dead.take(100, 1000, once()) is None
    time.sleep(5)

    assert large.take(100, 1000, once()) is not None


def test_the_name_of_an_account_does_not_tell_its_token() -> None:
    name = account_of("miro", "token-of-the-tests")

    assert "token-of-the-tests" not in name
    assert name == account_of("miro", "token-of-the-tests")
    assert name != account_of("miro", "another")


def test_a_shared_budget_settles_what_it_set_aside(shared: Shared, time: Time) -> None:
    budget = SharedBudget(time.clock(), Allowance(shared, time.clock(), "miro:a", "p1"), 1000)
    taken = budget.set_aside(100)
    assert taken is not None
    budget.settle(taken, {})

    with shared.writing() as connection:
        (until,) = connection.scalars(sa.select(charge.c.until))
    assert until == MOMENT.timestamp() + 60
    assert (budget.calls, budget.credits) == (1, 100)


def test_what_miro_says_of_the_allowance_counts_for_all_processes_calls(
    shared: Shared, time: Time
) -> None:
    budget = SharedBudget(time.clock(), Allowance(shared, time.clock(), "miro:a", "p1"))
    taken = budget.set_aside(100)
    assert taken is not None
    budget.settle(taken, {"X-RateLimit-Limit": "150"})

    assert budget.set_aside(100) is not None
    assert time.seconds >= 60


#: Takes as fast as it can until it had nothing for some seconds; prints how much it got.
_GREEDY = """
import datetime as dt, sys, threading, time
from miro_sync.fleet.allowance import Allowance
from miro_sync.fleet.store import Shared
from miro_sync.miro_budget import Clock
url, project, threads = sys.argv[1:]
now = lambda: dt.datetime.now(dt.UTC)
shared = Shared(url, now)
allowance = Allowance(shared, Clock(now), "miro:a", project)
last = [time.monotonic() + 5]
got = []
def greedy():
    while (number := allowance.take(100, 6000, lambda: time.monotonic() > last[0])) is not None:
        last[0] = time.monotonic() + 5
        got.append(100)
        allowance.settle(number)
        time.sleep(0.02)
all_of_them = [threading.Thread(target=greedy) for _ in range(int(threads))]
[one.start() for one in all_of_them]
[one.join() for one in all_of_them]
print(sum(got))
"""


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_processes_together_get_the_allowance_and_not_a_credit_more(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = URL.format(tmp_path / "shared.db")
    if where == "postgresql":
        url = request.getfixturevalue("postgres_server")
        shared = Shared(url, lambda: MOMENT)
        with shared.writing() as connection:
            connection.execute(charge.delete())
        shared.close()
    processes = [
        subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", _GREEDY, url, f"p{threads}", str(threads)],
            stdout=subprocess.PIPE,
            env=environment(),
        )
        for threads in (8, 2, 1)
    ]
    got = [int(one.communicate(timeout=60)[0]) for one in processes]

    assert sum(got) == 6000
