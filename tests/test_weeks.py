"""A centre's weeks: what it did, what its plan had due, what holidays and pauses took."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from builders import (
    HELD,
    assessment,
    card,
    center,
    event,
    occurrence,
    project,
    row,
    schedule,
    source,
    sources,
)

from miro_sync.calendar import work_days
from miro_sync.messages import catalogue
from miro_sync.model import (
    ActivityWeek,
    CenterActivity,
    CenterState,
    Contribution,
    PastWork,
    Period,
    Project,
    SourceState,
    Status,
    Verdict,
    say,
)
from miro_sync.telling import answer, terminal
from miro_sync.weeks import WEEKS, first_day, with_weeks

C1 = center("c1")
#: A Thursday; the Monday of its week.
TODAY = dt.date(2023, 5, 25)
MONDAY = dt.date(2023, 5, 22)
PROJECT = project(C1, center("c2"))
WHY = say("status.held")


def told(
    *cards: Any,  # noqa: ANN401 - cards and rows
    past: PastWork | None = None,
    renamed: tuple[tuple[str, str], ...] = (),
    of: Project = PROJECT,
    **changes: Any,  # noqa: ANN401 - any field
) -> dict[str, CenterActivity]:
    found = assessment(
        today=TODAY,
        cards={one.id: one for one in cards},
        centers=tuple(CenterActivity(one, CenterState.ACTIVE, WHY) for one in of.centers),
    )
    found = replace(found, **changes)
    done = with_weeks(found, past or PastWork(), renamed, of, work_days(of))
    return {one.center.id: one for one in done}


def counted(activity: CenterActivity) -> dict[dt.date, int]:
    return {one.monday: one.contributions for one in activity.weeks if one.contributions}


def work(day: dt.date, thing: str = "101", source: str = "board") -> Contribution:
    return Contribution(source, thing, "c1", day)


def due(end: dt.date, status: Status = Status.MISSED, center_id: str | None = "c1") -> Verdict:
    period = Period(end - dt.timedelta(days=20), end)
    return Verdict(occurrence(event("E1"), center_id=center_id, period=period), status, WHY)


# --- which weeks ------------------------------------------------------------------------------


def test_half_a_year_is_told_up_to_the_current_week() -> None:
    weeks = told()["c1"].weeks

    expected = [MONDAY - dt.timedelta(weeks=n) for n in range(20, -1, -1)]  # from January on
    assert [one.monday for one in weeks] == expected
    late = told(today=dt.date(2024, 5, 23))["c1"].weeks
    assert len(late) == WEEKS
    assert late[-1].monday == dt.date(2024, 5, 20)


def test_after_the_end_of_the_project_its_last_weeks_are_told() -> None:
    assert told(today=dt.date(2026, 1, 1))["c1"].weeks[-1].monday == dt.date(2024, 8, 26)


def test_before_its_start_there_are_none() -> None:
    assert told(today=dt.date(2022, 12, 1))["c1"].weeks == ()


def test_what_was_not_read_is_not_told_as_empty_weeks() -> None:
    read_at = dt.datetime(2023, 5, 10, 5, 0, tzinfo=dt.UTC)
    stale = replace(source("board", SourceState.STALE), read_at=read_at, items=3)
    never = replace(source("board", SourceState.FAILED), read_at=None)
    absent = [source(name, SourceState.ABSENT) for name in ("board", "tables")]

    assert told(sources=sources(stale))["c1"].weeks[-1].monday == dt.date(2023, 5, 8)
    assert told(sources=sources(never))["c1"].weeks == ()
    assert told(sources=sources(*absent))["c1"].weeks == ()


# --- what was done ----------------------------------------------------------------------------


def test_a_card_counts_in_the_week_it_was_made_and_in_the_week_it_was_filled_in() -> None:
    one = card(center_id="c1", made=dt.date(2023, 3, 1), contributed=dt.date(2023, 5, 23))

    weeks = told(one)

    assert counted(weeks["c1"]) == {dt.date(2023, 2, 27): 1, MONDAY: 1}
    assert counted(weeks["c2"]) == {}


def test_one_card_counts_once_a_week_however_often_it_was_touched() -> None:
    past = PastWork(tuple(work(MONDAY + dt.timedelta(days=n)) for n in range(3)))

    weeks = told(card("101", center_id="c1", contributed=TODAY), past=past)

    assert counted(weeks["c1"]) == {MONDAY: 1}


def test_earlier_versions_tell_of_earlier_weeks() -> None:
    past = PastWork((work(dt.date(2023, 4, 4)), work(dt.date(2023, 4, 13))))

    weeks = told(card("101", center_id="c1", contributed=TODAY), past=past)

    assert counted(weeks["c1"]) == {dt.date(2023, 4, 3): 1, dt.date(2023, 4, 10): 1, MONDAY: 1}


def test_a_copied_board_is_no_work() -> None:
    past = PastWork((work(TODAY), work(TODAY, "201")))

    weeks = told(
        card("301", center_id="c1", contributed=TODAY),
        past=past,
        renamed=(("101", "201"), ("201", "301"), ("301", "101")),
    )

    assert counted(weeks["c1"]) == {MONDAY: 1}


def test_a_held_event_counts_in_the_week_of_its_day() -> None:
    held = card(center_id="c1", held=HELD, date=schedule(dt.date(2023, 4, 19)))

    assert counted(told(held)["c1"]) == {dt.date(2023, 4, 17): 1}


def test_a_held_event_for_which_a_person_vouches_counts_for_its_centre() -> None:
    vouched = due(dt.date(2023, 4, 19), Status.HELD)

    assert counted(told(verdicts=(vouched,))["c1"]) == {dt.date(2023, 4, 17): 1}


@pytest.mark.parametrize(
    ("since", "expected"), [(None, 0), (TODAY, 0), (TODAY - dt.timedelta(days=1), 1)]
)
def test_rows_count_only_after_the_tables_were_read_first(
    since: dt.date | None, expected: int
) -> None:
    one = row(center_id="c1", contributed=TODAY)
    past = PastWork((work(TODAY, f"{one.title}\n{one.text}", "table"),), rows_since=since)

    assert sum(counted(told(one, past=past)["c1"]).values()) == expected


# --- what was expected ------------------------------------------------------------------------


def week(activity: CenterActivity, monday: dt.date) -> ActivityWeek:
    return next(one for one in activity.weeks if one.monday == monday)


def test_a_week_knows_what_was_due_in_it_by_the_centre_s_own_plan() -> None:
    day = dt.date(2023, 4, 19)
    some = (due(day), due(day, Status.CANCELLED), due(day, center_id=None))

    weeks = told(verdicts=some)

    assert week(weeks["c1"], dt.date(2023, 4, 17)).planned == 1
    assert week(weeks["c2"], dt.date(2023, 4, 17)).planned == 0


def test_holidays_and_pauses_excuse_a_week_when_they_took_most_of_it() -> None:
    paused = replace(C1, pauses=(Period(dt.date(2023, 4, 12), dt.date(2023, 4, 20)),))
    of = project(paused, vacations=(Period(dt.date(2023, 3, 25), dt.date(2023, 4, 2)),))

    excused = {one.monday for one in told(of=of)["c1"].weeks if one.excused}

    assert excused == {
        dt.date(2023, 1, 2),  # New Year's holidays
        dt.date(2023, 3, 27),
        dt.date(2023, 4, 10),
        dt.date(2023, 4, 17),
    }


def test_a_week_is_quiet_only_where_something_was_due() -> None:
    vacations = (Period(dt.date(2023, 3, 25), dt.date(2023, 4, 2)),)
    some = [due(dt.date(2023, 4, day)) for day in (4, 12, 19)]
    some += [due(dt.date(2023, 3, 29)), due(TODAY)]  # in the holidays, and still running
    past = PastWork((work(dt.date(2023, 4, 5)),))

    one = told(verdicts=tuple(some), past=past, of=project(C1, vacations=vacations))["c1"]

    assert one.rhythm is not None
    assert one.rhythm.key == "activity.weeks_of_plan"
    assert {name: one.rhythm.params[name] for name in ("active", "planned", "quiet")} == {
        "active": 1,
        "planned": 3,
        "quiet": 2,
    }


def test_no_centre_is_measured_by_another_one() -> None:
    loud = [card(str(n), center_id="c2", contributed=TODAY) for n in range(200, 260)]

    assert told(*loud)["c1"] == told()["c1"]


# --- shown ------------------------------------------------------------------------------------


def test_the_weeks_fit_the_terminal_and_stand_in_the_answer() -> None:
    cards = [card(str(n), center_id="c1", contributed=TODAY) for n in range(200, 212)]
    some = (due(dt.date(2023, 4, 19)),)
    done = told(*cards, verdicts=some)
    found = assessment(today=TODAY, centers=tuple(done.values()))

    text = terminal.centers(found, PROJECT, catalogue("ru"))
    document = answer.centers(found, PROJECT, catalogue("ru"))

    assert max(map(len, text.splitlines())) <= 80
    assert "недели: к..............!....+" in text
    assert document["centers"][0]["weeks"][-1] == {
        "monday": "2023-05-22",
        "contributions": 12,
        "planned": 0,
        "excused": False,
    }
    assert "с вкладом — 1" in document["centers"][0]["rhythm"]


def test_the_first_day_is_a_monday_of_the_project() -> None:
    assert first_day(PROJECT, TODAY) == dt.date(2023, 1, 2)  # it begins on a Sunday
