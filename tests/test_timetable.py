"""What is due when: sleep, restarts, failures, holidays, the time zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.timetable import Calendar, Done, Job, JobRun, Timetable, due, is_late, next_at

ZONE = ZoneInfo("Asia/Novokuznetsk")
TABLE = Timetable(digest_at=8 * 60 + 30)


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


CALENDAR = Calendar(ZONE, monday_of, lambda day: day.weekday() < 5)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Return a moment of November 2026 by the clock on the spot; the 23rd is a Monday."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(dt.UTC)


def done(moment: dt.datetime, *jobs: Job, code: int = 0) -> Done:
    runs: dict[str, JobRun] = {job: JobRun(job, moment, moment, code) for job in jobs}
    return Done(at(1, 0), runs if code in {0, 1} else {}, runs)


ALL = tuple(Job)


def test_nothing_is_done_twice_in_one_hour() -> None:
    assert due(TABLE, done(at(24, 9), *ALL), CALENDAR, at(24, 9, 59)) == ()
    assert due(TABLE, done(at(24, 9), *ALL), CALENDAR, at(24, 10)) == (Job.SYNC,)


def test_a_machine_that_slept_three_days_does_each_missed_job_once() -> None:
    slept = done(at(20, 9), *ALL)

    assert due(TABLE, slept, CALENDAR, at(23, 9)) == (Job.FULL, Job.DIGEST, Job.BACKUP)
    assert due(TABLE, done(at(23, 9), *ALL), CALENDAR, at(23, 9, 1)) == ()


def test_outside_office_hours_only_what_was_missed_is_read() -> None:
    assert due(TABLE, done(at(24, 18, 1), *ALL), CALENDAR, at(24, 19)) == ()
    assert due(TABLE, done(at(24, 12), *ALL), CALENDAR, at(24, 19)) == (Job.SYNC,)


def test_letters_missed_on_monday_wait_for_the_hours_of_letters() -> None:
    missed = done(at(22, 23), *ALL)

    assert Job.DIGEST not in due(TABLE, missed, CALENDAR, at(23, 22))
    assert next_at(Job.DIGEST, TABLE, missed, CALENDAR, at(23, 22)) == at(24, 8)
    assert Job.DIGEST in due(TABLE, missed, CALENDAR, at(24, 8))


def test_letters_of_a_past_week_are_not_made_up_for_before_this_weeks_hour() -> None:
    assert Job.DIGEST not in due(TABLE, done(at(13, 9), *ALL), CALENDAR, at(23, 8, 10))


def test_who_starts_the_timetable_on_a_wednesday_sends_no_letters_that_week() -> None:
    begun = Done(since=at(25, 10))

    assert due(TABLE, begun, CALENDAR, at(25, 10)) == (Job.SYNC,)
    assert next_at(Job.DIGEST, TABLE, begun, CALENDAR, at(25, 10)) == at(30, 8, 30)


def test_a_failed_job_is_tried_again_after_half_an_hour_and_not_at_once() -> None:
    well = done(at(24, 8), *ALL)
    failed = Done(well.since, well.good, done(at(24, 9), Job.SYNC, code=3).last)

    assert Job.SYNC not in due(TABLE, failed, CALENDAR, at(24, 9, 29))
    assert Job.SYNC in due(TABLE, failed, CALENDAR, at(24, 9, 30))


def test_a_job_that_was_killed_is_done_at_once() -> None:
    killed = JobRun(Job.SYNC, at(24, 9))
    known = Done(at(1, 0), done(at(24, 8), *ALL).good, {Job.SYNC: killed})

    assert due(TABLE, known, CALENDAR, at(24, 9, 1)) == (Job.SYNC,)


@pytest.mark.parametrize(("hour", "late"), [(10, False), (12, True)])
def test_a_run_is_late_when_two_hours_of_the_office_passed_without_it(
    hour: int, *, late: bool
) -> None:
    assert is_late(TABLE, CALENDAR, at(24, 8, 30), at(24, hour)) is late


def test_a_night_without_runs_is_not_late() -> None:
    assert not is_late(TABLE, CALENDAR, at(23, 18, 5), at(24, 7))


@given(st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 20))
def test_what_was_done_is_not_due_again_and_something_always_comes(ago: int, ahead: int) -> None:
    now = at(1, 0) + dt.timedelta(minutes=ahead)
    before = done(now - dt.timedelta(minutes=ago), *ALL)

    for job in due(TABLE, before, CALENDAR, now):
        assert next_at(job, TABLE, before, CALENDAR, now) == now
    assert due(TABLE, done(now, *ALL), CALENDAR, now) == ()
    for job in Job:
        coming = next_at(job, TABLE, done(now, *ALL), CALENDAR, now)
        assert coming is not None
        assert coming > now


def test_what_is_dated_in_the_future_counts_as_not_done() -> None:
    """The clock was years ahead for a while; the letters have a ledger of their own."""
    years_ahead = done(at(1, 9) + dt.timedelta(days=3000), *ALL)

    assert due(TABLE, years_ahead, CALENDAR, at(24, 9)) == (Job.FULL, Job.DIGEST, Job.BACKUP)
    assert is_late(TABLE, CALENDAR, at(1, 9) + dt.timedelta(days=3000), at(24, 9))


def test_a_failure_dated_in_the_future_holds_nothing_back() -> None:
    ahead = at(1, 9) + dt.timedelta(days=3000)
    failed = Done(at(1, 0), {}, done(ahead, Job.BACKUP, code=3).last)

    assert Job.BACKUP in due(TABLE, failed, CALENDAR, at(24, 9))


def test_a_clock_a_few_minutes_ahead_makes_nothing_twice() -> None:
    assert due(TABLE, done(at(24, 9, 10), *ALL), CALENDAR, at(24, 9)) == ()
