"""What is due when: sleep, restarts, failures, holidays, the time zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.timetable import Calendar, Done, Job, JobRun, Timetable, due, has, is_late, next_at

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


def test_a_job_that_found_another_at_work_is_tried_again_after_five_minutes() -> None:
    well = done(at(24, 8), *ALL)
    busy = Done(well.since, well.good, done(at(24, 9), Job.SYNC, code=75).last)

    assert Job.SYNC not in due(TABLE, busy, CALENDAR, at(24, 9, 4))
    assert next_at(Job.SYNC, TABLE, busy, CALENDAR, at(24, 9, 4)) == at(24, 9, 5)
    assert Job.SYNC in due(TABLE, busy, CALENDAR, at(24, 9, 5))


def test_a_failed_job_is_tried_at_its_next_moment_if_that_comes_first() -> None:
    well = done(at(24, 8), *ALL)
    failed = Done(well.since, well.good, done(at(24, 9, 50), Job.SYNC, code=3).last)

    assert next_at(Job.SYNC, TABLE, failed, CALENDAR, at(24, 9, 55)) == at(24, 10)
    failed = Done(well.since, well.good, done(at(24, 9, 10), Job.SYNC, code=3).last)
    assert next_at(Job.SYNC, TABLE, failed, CALENDAR, at(24, 9, 15)) == at(24, 9, 40)


def test_a_failed_job_without_another_moment_is_tried_again_all_the_same() -> None:
    no_more_letters = Calendar(ZONE, lambda day: day if day == at(23, 8).date() else None, bool)
    well = done(at(23, 8), *ALL)
    failed = Done(well.since, well.good, done(at(23, 9), Job.DIGEST, code=3).last)

    assert next_at(Job.DIGEST, TABLE, failed, no_more_letters, at(23, 9, 15)) == at(23, 9, 30)


def test_a_failure_of_what_nobody_missed_holds_nothing_back() -> None:
    well = done(at(24, 9), *ALL)
    by_hand = Done(well.since, well.good, done(at(24, 9, 20), Job.SYNC, code=3).last)

    assert next_at(Job.SYNC, TABLE, by_hand, CALENDAR, at(24, 9, 25)) == at(24, 10)


@pytest.mark.parametrize("code", [0, 1])
def test_a_job_that_did_well_is_not_held_back_whatever_it_flagged(code: int) -> None:
    often = Timetable(every=15)
    well = done(at(24, 9, 1), *ALL, code=code)

    assert due(often, well, CALENDAR, at(24, 9, 15)) == (Job.SYNC,)


def test_a_full_read_is_a_sync_and_a_sync_is_no_full_read() -> None:
    full = Done(at(1, 0), {**done(at(23, 20), *ALL).good, **done(at(24, 9), Job.FULL).good})
    short = Done(at(1, 0), {**done(at(23, 20), *ALL).good, **done(at(24, 9), Job.SYNC).good})

    assert due(TABLE, full, CALENDAR, at(24, 9, 30)) == ()
    assert due(TABLE, short, CALENDAR, at(24, 9, 30)) == (Job.FULL,)


def test_before_the_office_opens_everything_is_read_whole_and_only_that() -> None:
    assert due(TABLE, done(at(23, 20), *ALL), CALENDAR, at(24, 6, 29)) == ()
    assert due(TABLE, done(at(23, 20), *ALL), CALENDAR, at(24, 6, 30)) == (Job.FULL,)


def test_each_job_comes_at_its_own_hour() -> None:
    well = done(at(24, 9, 5), *ALL)
    coming = [next_at(job, TABLE, well, CALENDAR, at(24, 9, 10)) for job in Job]

    assert coming == [at(25, 6, 30), at(24, 10), at(30, 8, 30), at(24, 20)]
    assert {one.tzinfo for one in coming if one} == {dt.UTC}


@pytest.mark.parametrize("every", [1, 60])
def test_the_last_sync_of_a_day_begins_with_the_last_minute_of_the_office(every: int) -> None:
    table = Timetable(every=every)

    assert due(table, done(at(24, 17, 59), *ALL), CALENDAR, at(24, 18)) == (Job.SYNC,)
    assert next_at(Job.SYNC, table, done(at(24, 18), *ALL), CALENDAR, at(24, 18)) == at(25, 8)


def test_what_the_timetable_leaves_out_is_never_due() -> None:
    empty = Timetable(digest_at=None, full_at=None, backup_at=None)

    for known in (Done(), done(at(20, 9), *ALL)):
        assert due(empty, known, CALENDAR, at(24, 9)) == (Job.SYNC,)
        assert [next_at(job, empty, known, CALENDAR, at(24, 9)) for job in Job] == [
            None, at(24, 9), None, None
        ]  # fmt: skip


def test_what_was_missed_before_anybody_kept_the_timetable_is_not_owed() -> None:
    assert due(TABLE, Done(), CALENDAR, at(23, 20, 30)) == (Job.SYNC,)
    kept = Done(at(23, 10), done(at(23, 19), Job.SYNC).good)
    assert due(TABLE, kept, CALENDAR, at(23, 20, 30)) == (Job.BACKUP,)


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (at(23, 8, 29), False),
        (at(23, 8, 30), True),
        (at(23, 17, 59), True),
        (at(23, 18), False),
        (at(24, 7, 59), False),
        (at(24, 8), True),
        (at(28, 10), False),
    ],
)
def test_letters_go_on_working_days_within_their_hours(moment: dt.datetime, *, goes: bool) -> None:
    assert (Job.DIGEST in due(TABLE, done(at(22, 20), *ALL), CALENDAR, moment)) is goes


def test_letters_missed_on_monday_may_go_on_a_sunday_that_is_worked() -> None:
    always = Calendar(ZONE, monday_of, lambda _: True)

    assert Job.DIGEST in due(TABLE, done(at(22, 20), *ALL), always, at(29, 10))


def test_letters_that_were_missed_do_not_go_in_a_week_without_letters() -> None:
    def send_day(day: dt.date) -> dt.date | None:
        return None if day >= at(23, 0).date() else monday_of(day)

    holidays = Calendar(ZONE, send_day, CALENDAR.is_working)
    missed = done(at(16, 8), *ALL)

    assert Job.DIGEST not in due(TABLE, missed, holidays, at(23, 8, 10))
    assert next_at(Job.DIGEST, TABLE, missed, holidays, at(23, 8, 10)) is None


@pytest.mark.parametrize(
    ("every", "last", "now", "late"),
    [
        (60, at(24, 8, 30), at(24, 10, 59), False),
        (60, at(24, 8, 30), at(24, 11), True),
        (60, at(24, 9), at(24, 11), False),
        (180, at(24, 8), at(24, 16, 59), False),
        (180, at(24, 8), at(24, 17), True),
        (60, None, at(24, 3), True),
    ],
)
def test_a_run_is_late_by_two_hours_or_by_two_of_its_intervals(
    every: int, last: dt.datetime | None, now: dt.datetime, *, late: bool
) -> None:
    assert is_late(Timetable(every=every), CALENDAR, last, now) is late


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
    table = replace(TABLE, publish_at=7 * 60 + 30)

    for job in due(table, before, CALENDAR, now):
        assert next_at(job, table, before, CALENDAR, now) == now
    assert due(table, done(now, *ALL), CALENDAR, now) == ()
    for job in Job:
        coming = next_at(job, table, done(now, *ALL), CALENDAR, now)
        assert coming is not None
        assert coming > now


def test_what_may_be_written_back_is_written_once_a_day_after_the_read_and_before_the_letters() -> (
    None
):
    table = replace(TABLE, publish_at=7 * 60 + 30)
    missed = done(at(20, 9), *ALL)

    assert due(table, missed, CALENDAR, at(23, 9)) == (
        Job.FULL,
        Job.PUBLISH,
        Job.DIGEST,
        Job.BACKUP,
    )
    assert Job.PUBLISH not in due(table, done(at(23, 7, 30), *ALL), CALENDAR, at(24, 7, 29))
    assert Job.PUBLISH in due(table, done(at(23, 7, 30), *ALL), CALENDAR, at(24, 7, 30))


def test_nothing_is_written_back_unless_an_hour_is_said_for_it() -> None:
    assert not has(Job.PUBLISH, TABLE)
    assert next_at(Job.PUBLISH, TABLE, done(at(20, 9), *ALL), CALENDAR, at(23, 9)) is None
