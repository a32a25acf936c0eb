"""Which verdicts share a line, in which order lines stand, and what is flagged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from telling_sample import (
    APRIL_2023,
    ASSESSMENT,
    CALM,
    CARDS,
    CONFERENCE,
    FINDINGS,
    FORUM,
    JANUARY,
    MAPS,
    METHODS_DAY,
    PROJECT,
    TODAY,
    occurrence,
    of,
    reason,
    verdict,
)

from miro_sync.model import (
    CenterActivity,
    CenterState,
    Finding,
    FindingState,
    MovedCard,
    Question,
    Status,
    Verdict,
)
from miro_sync.telling.lines import (
    SEVERITY,
    by_date,
    flagged,
    lines,
    of_center,
    worst_first,
)

WHY = reason("Потому", "так")


def maps(center: str, status: Status) -> Verdict:
    return verdict(occurrence(MAPS, JANUARY, center), status, WHY)


def test_every_status_has_its_place_in_the_order() -> None:
    assert sorted(SEVERITY) == sorted(Status)


def test_an_event_of_every_centre_is_one_line() -> None:
    table = lines(of(maps("yaya1", Status.HELD), maps("yaya2", Status.MISSED)))
    assert [(line.event.code, line.shared) for line in table] == [("А1", True)]


def test_two_periods_of_one_event_are_two_lines() -> None:
    first, second = METHODS_DAY.schedule.periods
    table = lines(
        of(
            verdict(occurrence(METHODS_DAY, first), Status.HELD, WHY),
            verdict(occurrence(METHODS_DAY, second), Status.PLANNED, WHY),
        )
    )
    assert [line.period for line in table] == [first, second]


def test_a_line_is_called_by_its_worst_status() -> None:
    line = lines(
        of(
            maps("yaya1", Status.HELD),
            maps("yaya2", Status.OVERDUE),
            maps("ishim", Status.MISSED),
            maps("kaylin", Status.UNKNOWN),
        )
    )[0]
    assert line.status is Status.MISSED
    assert line.worst.occurrence.center_id == "ishim"
    assert [one.occurrence.center_id for one in line.of(Status.HELD, Status.UNKNOWN)] == [
        "yaya1",
        "kaylin",
    ]


def test_of_several_centres_the_latest_one_stands_for_the_line() -> None:
    late = replace(maps("ishim", Status.MISSED), days_late=90)
    line = lines(of(maps("yaya1", Status.MISSED), late))[0]
    assert line.worst is late


def test_no_trace_stands_before_not_marked_and_the_latest_before_the_rest() -> None:
    later, sooner = replace(CONFERENCE, key="later"), replace(CONFERENCE, key="sooner")
    march = CONFERENCE.schedule.periods[0]
    table = lines(
        of(
            verdict(occurrence(CONFERENCE, march), Status.OVERDUE, WHY),
            verdict(occurrence(sooner, march, deadline="2023-05-01"), Status.MISSED, WHY),
            verdict(occurrence(later, march, deadline="2023-04-07"), Status.MISSED, WHY),
        )
    )
    assert [line.event.key for line in worst_first(table)] == ["later", "sooner", "Б3"]


def test_the_long_list_goes_by_days_and_ends_with_the_undated() -> None:
    table = lines(ASSESSMENT)
    starts = [line.period.start if line.period else None for line in by_date(table)]
    dated = [start for start in starts if start is not None]
    assert dated == sorted(dated)
    assert starts[-1] is None
    assert None not in starts[:-1]


@pytest.mark.parametrize("status", Status)
def test_only_what_the_director_sees_is_flagged(status: Status) -> None:
    assessment = of(verdict(occurrence(FORUM, APRIL_2023), status, WHY))
    assert flagged(assessment) is (status in {Status.MISSED, Status.OVERDUE, Status.MOVED})


def test_a_card_moved_without_a_decision_is_flagged_whatever_the_status() -> None:
    held = verdict(occurrence(METHODS_DAY, APRIL_2023), Status.HELD, WHY)
    assert flagged(of(held, moved=(MovedCard(CARDS["1005"], held.occurrence),)))


@pytest.mark.parametrize("state", CenterState)
def test_of_centres_only_a_silent_one_is_flagged(state: CenterState) -> None:
    activity = CenterActivity(PROJECT.centers[0], state, WHY)
    assert flagged(of(centers=(activity,))) is (state is CenterState.INACTIVE)


def test_a_calm_project_is_not_flagged() -> None:
    assert not flagged(CALM)


def test_a_centre_sees_its_own_lines_and_nobody_elses() -> None:
    shown, findings = of_center(ASSESSMENT, FINDINGS, "kaylin")
    assert {one.occurrence.center_id for one in shown.verdicts} == {"kaylin"}
    assert [one.card_id for one in shown.questions] == ["1006"]
    assert [one.id for one in shown.extra] == ["1008"]
    assert [one.center.id for one in shown.centers] == ["kaylin"]
    assert (shown.moved, shown.vanished, shown.duplicates, shown.problems) == ((), (), (), ())
    assert findings == ()


def test_a_centre_is_not_asked_about_cards_of_others_nor_shown_their_repeats() -> None:
    own = maps("ishim", Status.HELD)
    foreign = ((CARDS["1001"], own.occurrence),)
    whole = of(own, questions=ASSESSMENT.questions, duplicates=foreign)
    shown, _ = of_center(whole, (), "ishim")
    assert (shown.questions, shown.duplicates) == ((), ())


def test_a_centre_sees_the_findings_on_its_events_cards_and_silence() -> None:
    _, findings = of_center(
        ASSESSMENT,
        (*FINDINGS, Finding("inactive:novonik", "inactive", "novonik", FindingState.OPEN, TODAY)),
        "novonik",
    )
    assert [one.key for one in findings] == ["missed:novonik", "inactive:novonik"]


def test_a_centre_is_asked_about_a_card_that_may_speak_of_its_event() -> None:
    own = maps("ishim", Status.UNCONFIRMED)
    question = Question("1005", ((own.occurrence.key, 0.6),))
    shown, _ = of_center(of(own, questions=(question,)), (), "ishim")
    assert shown.questions == (question,)


def test_a_centre_sees_its_moved_vanished_and_repeated_cards() -> None:
    own = maps("yaya1", Status.HELD)
    gone, moved = CARDS["1001"], MovedCard(CARDS["1005"], own.occurrence)
    whole = of(own, vanished=(gone,), moved=(moved,), duplicates=((gone, own.occurrence),))
    shown, findings = of_center(
        replace(whole, cards={}),
        (Finding("vanished:1001", "vanished", "1001", FindingState.NEW, TODAY),),
        "yaya1",
    )
    assert (shown.vanished, shown.moved) == ((gone,), (moved,))
    assert shown.duplicates == ((gone, own.occurrence),)
    assert len(findings) == 1
