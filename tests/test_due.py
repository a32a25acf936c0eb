"""When the jobs of many projects are due: each by its own timetable, in its own minute."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.fleet.due import JOBS, next_times
from miro_sync.timetable import Calendar, Done, Job, JobRun, Timetable, due, next_at

ZONE = ZoneInfo("Asia/Novokuznetsk")
TABLE = Timetable(digest_at=8 * 60 + 30, publish_at=7 * 60 + 30)
MOMENTS = st.datetimes(dt.datetime(2023, 1, 1), dt.datetime(2024, 12, 31)).map(  # noqa: DTZ001 - made aware here
    lambda moment: moment.replace(tzinfo=dt.UTC)
)


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


CALENDAR = Calendar(ZONE, monday_of, lambda day: day.weekday() < 5)


def done(at: dt.datetime, code: int = 0) -> Done:
    runs: dict[str, JobRun] = {job: JobRun(job, at, at, code) for job in Job}
    return Done(at, runs if code in {0, 1} else {}, runs)


def times(project: str, now: dt.datetime, table: Timetable = TABLE) -> dict[Job, dt.datetime]:
    found = next_times(project, table, done(now), CALENDAR, now)
    return {job: at.astimezone(ZONE) for job, at in found.items() if at is not None}


def minute(at: dt.datetime) -> int:
    return at.hour * 60 + at.minute


@given(now=MOMENTS, project=st.text(min_size=1, max_size=5))
def test_every_job_begins_within_the_hour_that_the_timetable_says(
    now: dt.datetime, project: str
) -> None:
    due_at = times(project, now)

    assert set(due_at) == set(JOBS)
    assert TABLE.office[0] <= minute(due_at[Job.SYNC]) <= TABLE.office[1]
    for job, from_minute in ((Job.FULL, 390), (Job.PUBLISH, 450), (Job.DIGEST, 510)):
        assert from_minute <= minute(due_at[job]) < from_minute + 60
    assert due_at[Job.DIGEST].weekday() == 0
    assert all(at > now for at in due_at.values())


@given(now=MOMENTS, project=st.text(min_size=1, max_size=5))
def test_a_day_has_the_same_distance_between_its_syncs_for_everybody(
    now: dt.datetime, project: str
) -> None:
    first = times(project, now)[Job.SYNC]
    second = times(project, first)[Job.SYNC]

    assert second.date() > first.date() or second - first == dt.timedelta(hours=1)


def test_a_country_does_not_begin_at_once() -> None:
    now = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)
    begins = [times(f"p{number}", now) for number in range(2300)]

    for job in JOBS:
        of_minute = [minute(one[job]) % 60 for one in begins]
        assert max(of_minute.count(one) for one in range(60)) < 2300 / 60 * 2


@pytest.mark.parametrize(
    ("table", "job", "hours"),
    [
        (Timetable(office=(480, 480)), Job.SYNC, (480, 480)),
        (Timetable(office=(480, 490), every=5), Job.SYNC, (480, 490)),
        (Timetable(digest_at=1070, send_hours=(480, 1080)), Job.DIGEST, (1070, 1079)),
        (Timetable(full_at=23 * 60 + 50), Job.FULL, (23 * 60 + 50, 24 * 60 + 50)),
    ],
)
def test_nobody_is_so_late_that_the_hours_are_over(
    table: Timetable, job: Job, hours: tuple[int, int]
) -> None:
    now = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)
    for number in range(200):
        found = minute(times(f"p{number}", now, table)[job])
        assert hours[0] <= found <= hours[1] or hours[0] <= found + 24 * 60 <= hours[1]


def test_what_the_timetable_has_not_is_never_done() -> None:
    now = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)

    assert set(times("p", now, Timetable(full_at=None))) == {Job.SYNC}


@given(now=MOMENTS, project=st.text(min_size=1, max_size=5))
def test_what_schedule_run_would_begin_a_worker_begins_within_the_hour(
    now: dt.datetime, project: str
) -> None:
    for job, at in times(project, now).items():
        before = at - dt.timedelta(hours=1)
        alone = next_at(job, TABLE, done(before), CALENDAR, before)
        assert alone is not None
        assert alone <= at


def test_what_failed_is_due_again_after_half_an_hour_as_it_is_for_schedule_run() -> None:
    now = dt.datetime(2023, 9, 5, 3, 0, tzinfo=dt.UTC)  # ten o'clock there
    before = now - dt.timedelta(hours=3)
    runs: dict[str, JobRun] = {Job.SYNC: JobRun(Job.SYNC, now, now, 3)}
    good: dict[str, JobRun] = {job: JobRun(job, before, before, 0) for job in Job}
    known = Done(before, good, {**good, **runs})

    half_an_hour = now + dt.timedelta(minutes=30)
    seldom = Timetable(every=12 * 60)
    assert next_times("p", seldom, known, CALENDAR, now)[Job.SYNC] == half_an_hour
    assert Job.SYNC in due(seldom, known, CALENDAR, half_an_hour)
