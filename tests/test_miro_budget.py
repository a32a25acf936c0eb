"""The allowance of credits: never overrun, and what the answers say of it is believed."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from miro_world import NOON, FakeClock

from miro_sync.miro_budget import Budget, seconds_to_reset, seconds_to_retry

EPOCH = int(NOON.timestamp())


def spend(budget: Budget, credits_: int, headers: dict[str, str] | None = None) -> None:
    charge = budget.set_aside(credits_)
    assert charge
    budget.settle(charge, headers or {})


def test_nothing_is_waited_for_within_the_allowance() -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    for _ in range(10):
        spend(budget, 100)
    assert time.monotonic() == 0
    assert (budget.calls, budget.credits) == (10, 1000)


def test_the_call_that_would_overrun_waits_for_the_minute_to_pass() -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    spend(budget, 600)
    time.move(seconds=10)
    spend(budget, 400)
    spend(budget, 500)
    assert time.monotonic() == pytest.approx(60)
    spend(budget, 500)
    assert time.monotonic() == pytest.approx(70)


def test_a_call_dearer_than_the_whole_allowance_goes_alone() -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    spend(budget, 50)
    spend(budget, 2000)
    assert time.monotonic() == pytest.approx(60)


@given(st.lists(st.tuples(st.sampled_from([50, 100, 500]), st.floats(0, 30)), max_size=60))
def test_no_sliding_minute_holds_more_than_the_allowance(calls: list[tuple[int, float]]) -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    made: list[tuple[float, int]] = []
    for credits_, pause in calls:
        time.move(seconds=pause)
        spend(budget, credits_)
        made.append((time.monotonic(), credits_))
    for start, _ in made:
        within = sum(each for moment, each in made if start <= moment < start + 59.99)
        assert within <= 1000


def test_many_threads_together_keep_one_allowance() -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: spend(budget, 100), range(45)))
    assert budget.credits == 4500
    assert time.monotonic() >= 4 * 60


def test_a_call_under_way_counts_until_its_answer_is_a_minute_old() -> None:
    # Miro may count a call as late as it answers it.
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    slow = budget.set_aside(1000)
    assert slow
    time.move(seconds=50)
    budget.settle(slow, {})
    spend(budget, 100)
    assert time.monotonic() == pytest.approx(110)


def test_a_call_waits_for_the_answer_of_one_that_spends_everything() -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    slow = budget.set_aside(1000)
    assert slow
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(spend, budget, 100)
        assert not waiting.done()
        budget.settle(slow, {})
        waiting.result(timeout=10)
    assert time.monotonic() >= 60


def rate(left: int, reset: int, limit: int = 100_000) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(EPOCH + reset),
    }


def test_what_miro_says_is_left_is_believed_until_its_minute_ends() -> None:
    time = FakeClock()
    budget = Budget(time.clock())
    spend(budget, 100, rate(left=150, reset=40))
    spend(budget, 100)
    assert time.monotonic() == 0
    spend(budget, 100)
    assert time.monotonic() == pytest.approx(40)


def test_of_answers_that_overtake_each_other_the_lowest_is_believed() -> None:
    time = FakeClock()
    budget = Budget(time.clock())
    first, second = budget.set_aside(100), budget.set_aside(100)
    assert first
    assert second
    budget.settle(second, rate(left=0, reset=40))
    budget.settle(first, rate(left=100, reset=40))
    spend(budget, 100)
    assert time.monotonic() == pytest.approx(40)


def test_a_minute_said_to_end_in_an_hour_is_a_minute_all_the_same() -> None:
    time = FakeClock()
    budget = Budget(time.clock())
    spend(budget, 100, rate(left=0, reset=3600))
    spend(budget, 100)
    assert time.monotonic() == pytest.approx(60)


def test_a_minute_that_is_over_tells_nothing() -> None:
    time = FakeClock()
    budget = Budget(time.clock())
    spend(budget, 100, rate(left=0, reset=-5))
    spend(budget, 100)
    assert time.monotonic() == 0


def test_a_smaller_allowance_is_believed_and_a_larger_one_is_not() -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    spend(budget, 100, {"X-RateLimit-Limit": "500"})
    spend(budget, 400, {"X-RateLimit-Limit": "900000"})
    spend(budget, 100)
    assert time.monotonic() == pytest.approx(60)


@pytest.mark.parametrize("headers", [{"X-RateLimit-Limit": "0"}, {"X-RateLimit-Limit": "many"}])
def test_an_allowance_that_makes_no_sense_is_ignored(headers: dict[str, str]) -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    spend(budget, 500, headers)
    spend(budget, 500)
    assert time.monotonic() == 0


def test_the_end_of_the_minute_is_reckoned_by_miros_own_clock() -> None:
    ahead = {"X-RateLimit-Reset": str(EPOCH + 630), "Date": "Thu, 01 Jun 2023 12:10:00 GMT"}
    assert seconds_to_reset(ahead, NOON) == 30
    assert seconds_to_reset({"X-RateLimit-Reset": str(EPOCH + 30)}, NOON) == 30
    assert seconds_to_reset({"X-RateLimit-Reset": str(EPOCH - 30)}, NOON) == 0
    assert seconds_to_reset({"X-RateLimit-Reset": "soon"}, NOON) is None
    assert seconds_to_reset({}, NOON) is None


def test_a_wait_may_be_asked_for_in_seconds_or_as_a_moment() -> None:
    assert seconds_to_retry({"Retry-After": "7"}, NOON) == 7
    assert seconds_to_retry({"Retry-After": "Thu, 01 Jun 2023 12:00:20 GMT"}, NOON) == 20
    assert seconds_to_retry({"Retry-After": "Thu, 01 Jun 2023 11:00:00 GMT"}, NOON) == 0
    assert seconds_to_retry({"Retry-After": "later"}, NOON) is None
    assert seconds_to_retry({}, NOON) is None


def test_a_call_that_nobody_wants_any_more_is_not_waited_for() -> None:
    time = FakeClock()
    budget = Budget(time.clock(), 1000)
    spend(budget, 1000)
    assert budget.set_aside(100, lambda: time.monotonic() > 3) is None
    assert time.monotonic() < 6
    assert budget.calls == 1


def test_the_clock_of_the_tests_tells_the_time_of_the_tests() -> None:
    time = FakeClock()
    time.sleep(90)
    assert time.now() == NOON + dt.timedelta(seconds=90)
