"""Nobody is told the same thing twice as news, and nothing is settled unseen."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from builders import (
    LONG_AFTER,
    assessment,
    card,
    center,
    occurrence,
    row,
    source,
    sources,
)

from miro_sync.findings import KINDS, VANISHED_KEPT_DAYS, compare, set_aside
from miro_sync.model import (
    CenterActivity,
    CenterState,
    Finding,
    FindingState,
    Indicator,
    IndicatorFormula,
    IndicatorSource,
    IndicatorState,
    IndicatorValue,
    MovedCard,
    SourceState,
    Status,
    Verdict,
    say,
)
from miro_sync.resource_map import CellFault, CenterMap

if TYPE_CHECKING:
    from miro_sync.model import Assessment, SourceReport

TODAY = LONG_AFTER
LAST_WEEK = TODAY - dt.timedelta(days=7)
NEW, OPEN, RESOLVED = FindingState.NEW, FindingState.OPEN, FindingState.RESOLVED


def verdict(status: Status, **changes: Any) -> Verdict:  # noqa: ANN401 - any field
    where = occurrence(**changes)
    return Verdict(occurrence=where, status=status, reason=say("status.held"))


def centre(state: CenterState) -> CenterActivity:
    return CenterActivity(center("c1"), state, say("status.held"))


def was(kind: str, subject: str = "МД-1", **changes: Any) -> Finding:  # noqa: ANN401 - any field
    base = Finding(f"{kind}:{subject}", kind, subject, OPEN, LAST_WEEK)
    return replace(base, **changes)


def told(found: Assessment, *previous: Finding) -> list[tuple[str, FindingState, dt.date]]:
    return [(one.key, one.state, one.since) for one in compare(found, previous, TODAY)]


# --- what is found ----------------------------------------------------------------------------

EVERYTHING = {
    "missed:МД-1": assessment(verdicts=(verdict(Status.MISSED),)),
    "overdue:МД-1": assessment(verdicts=(verdict(Status.OVERDUE),)),
    "unconfirmed:МД-1": assessment(verdicts=(verdict(Status.UNCONFIRMED),)),
    "undated:МД-1": assessment(verdicts=(verdict(Status.UNDATED, period=None),)),
    "moved:МД-1": assessment(moved=(MovedCard(card(), occurrence()),)),
    "inactive:c1": assessment(
        centers=(centre(CenterState.INACTIVE),), cards={"101": card(center_id="c1")}
    ),
    "no_plan:c1": assessment(centers=(replace(centre(CenterState.ACTIVE), days_silent=15),)),
    "vanished:101": assessment(vanished=(card(),)),
    "duplicate:101": assessment(duplicates=((card(), occurrence()),)),
    "extra:101": assessment(extra=(card(),)),
    "rebuilt:board": assessment(rebuilt=True),
    "source_failed:board": assessment(sources=sources(source("board", SourceState.FAILED))),
}


@pytest.mark.parametrize("key", EVERYTHING)
def test_what_was_not_there_before_is_new_once_and_open_from_then_on(key: str) -> None:
    first = compare(EVERYTHING[key], (), LAST_WEEK)
    second = compare(EVERYTHING[key], first, TODAY)

    assert [(one.key, one.state, one.since) for one in first] == [(key, NEW, LAST_WEEK)]
    assert [(one.key, one.state, one.since) for one in second] == [(key, OPEN, LAST_WEEK)]


#: What can be seen only once is kept in mind for two weekly looks.
_REMEMBERED = ("vanished", "rebuilt")


@pytest.mark.parametrize("key", [key for key in EVERYTHING if not key.startswith(_REMEMBERED)])
def test_what_is_not_there_any_more_is_resolved_once(key: str) -> None:
    kind, _, subject = key.partition(":")
    settled = assessment(verdicts=(verdict(Status.HELD),), centers=(centre(CenterState.ACTIVE),))
    resolved = compare(settled, [was(kind, subject)], TODAY)

    assert [(one.key, one.state, one.since) for one in resolved] == [(key, RESOLVED, LAST_WEEK)]
    assert compare(settled, resolved, TODAY) == ()


def test_every_kind_has_its_place() -> None:
    beside = {"resource_map", "indicator_behind", "indicator_not_collected"}
    assert {key.partition(":")[0] for key in EVERYTHING} | beside == set(KINDS)


def test_what_came_back_after_it_was_resolved_is_new() -> None:
    found = EVERYTHING["missed:МД-1"]

    assert told(found, was("missed", state=RESOLVED)) == [("missed:МД-1", NEW, TODAY)]


@pytest.mark.parametrize(
    "status",
    [
        Status.HELD,
        Status.CANCELLED,
        Status.PLANNED,
        Status.DUE_SOON,
        Status.RUNNING,
        Status.AWAITING,
        Status.UNKNOWN,
        Status.MOVED,
    ],
)
def test_other_statuses_are_no_findings_of_their_own(status: Status) -> None:
    assert told(assessment(verdicts=(verdict(status),))) == []


@pytest.mark.parametrize("state", [CenterState.ACTIVE, CenterState.PAUSED, CenterState.UNKNOWN])
def test_only_silent_centres_are_findings(state: CenterState) -> None:
    assert told(assessment(centers=(centre(state),))) == []


def test_two_cards_of_one_moved_event_are_one_question_to_the_director() -> None:
    found = assessment(moved=tuple(MovedCard(card(n), occurrence()) for n in ("1", "2")))

    assert told(found) == [("moved:МД-1", NEW, TODAY)]


def test_a_source_that_the_settings_do_not_name_has_not_failed() -> None:
    assert told(assessment(sources=sources(source("tables", SourceState.ABSENT)))) == []


def test_the_order_is_by_weight_and_then_by_subject_whatever_the_input() -> None:
    cards = tuple(card(n) for n in ("3", "1", "2"))
    found = assessment(extra=cards, vanished=(card("9"),), centers=(centre(CenterState.INACTIVE),))
    previous = [was("missed", "б"), was("missed", "а"), was("unheard of", "я")]
    expected = [
        "missed:а",
        "missed:б",
        "inactive:c1",
        "vanished:9",
        "extra:1",
        "extra:2",
        "extra:3",
        "unheard of:я",
    ]

    assert [one.key for one in compare(found, previous, TODAY)] == expected
    assert [one.key for one in compare(found, previous[::-1], TODAY)] == expected


# --- unread sources ---------------------------------------------------------------------------

ILL = [
    source("board", SourceState.STALE),
    source("board", SourceState.FRESH, complete=False),
    source("tables", SourceState.FAILED),
]


def news(found: Assessment, *previous: Finding) -> list[str]:
    """Return what is new besides the source's own failure."""
    findings = compare(found, previous, TODAY)
    return [one.key for one in findings if one.state is NEW and one.kind != "source_failed"]


@pytest.mark.parametrize("ill", ILL, ids=str)
@pytest.mark.parametrize("key", ["missed:МД-1", "overdue:МД-1", "unconfirmed:МД-1", "inactive:c1"])
def test_an_unread_source_makes_nothing_new(key: str, ill: SourceReport) -> None:
    assert news(replace(EVERYTHING[key], sources=sources(ill))) == []


@pytest.mark.parametrize(
    ("key", "name", "is_news"),
    [
        ("moved:МД-1", "board", False),
        ("moved:МД-1", "tables", True),
        ("moved:МД-1", "calendar", False),
        ("duplicate:101", "board", False),
        ("duplicate:101", "tables", True),
        ("duplicate:101", "calendar", False),
        ("extra:101", "board", False),
        ("extra:101", "tables", True),
        ("extra:101", "calendar", False),
        ("vanished:101", "board", False),
        ("vanished:101", "tables", True),
        ("vanished:101", "calendar", True),
        ("undated:МД-1", "board", True),
        ("undated:МД-1", "tables", True),
        ("undated:МД-1", "calendar", False),
    ],
)
def test_what_rests_on_other_sources_is_news_all_the_same(
    key: str, name: str, *, is_news: bool
) -> None:
    found = replace(EVERYTHING[key], sources=sources(source(name, SourceState.STALE)))

    assert news(found) == ([key] if is_news else [])


def test_a_row_rests_on_the_tables() -> None:
    found = assessment(extra=(row("План!7"),), sources=sources(source("tables", SourceState.STALE)))

    assert news(found) == []


def test_one_card_that_was_surely_read_is_enough() -> None:
    moved = (MovedCard(row(), occurrence()), MovedCard(card(), occurrence()))
    found = assessment(moved=moved, sources=sources(source("tables", SourceState.STALE)))

    assert news(found) == ["moved:МД-1"]


@pytest.mark.parametrize("kind", ["missed", "overdue", "unconfirmed"])
def test_what_cannot_be_judged_now_stays_open(kind: str) -> None:
    unseen = assessment(verdicts=(verdict(Status.UNKNOWN),))

    assert told(unseen, was(kind)) == [(f"{kind}:МД-1", OPEN, LAST_WEEK)]


def test_a_mark_that_was_found_settles_the_matter_although_other_things_were_not_read() -> None:
    found = assessment(verdicts=(verdict(Status.HELD),), sources=sources(ILL[2]))

    assert ("missed:МД-1", RESOLVED, LAST_WEEK) in told(found, was("missed"))


def test_a_period_that_can_be_read_now_settles_the_question_for_it() -> None:
    unseen = assessment(verdicts=(verdict(Status.UNKNOWN),))

    assert told(unseen, was("undated")) == [("undated:МД-1", RESOLVED, LAST_WEEK)]


@pytest.mark.parametrize("kind", ["missed", "undated"])
def test_an_event_that_left_the_calendar_is_settled_only_if_the_calendar_was_read(
    kind: str,
) -> None:
    unread = assessment(sources=sources(source("calendar", SourceState.FRESH, complete=False)))

    assert told(assessment(), was(kind)) == [(f"{kind}:МД-1", RESOLVED, LAST_WEEK)]
    assert (f"{kind}:МД-1", OPEN, LAST_WEEK) in told(unread, was(kind))


@pytest.mark.parametrize("kind", ["moved", "extra", "duplicate"])
@pytest.mark.parametrize("name", ["board", "tables", "calendar"])
def test_a_card_that_is_not_seen_now_may_only_be_unread(kind: str, name: str) -> None:
    unread = assessment(sources=sources(source(name, SourceState.STALE)))

    assert (f"{kind}:101", OPEN, LAST_WEEK) in told(unread, was(kind, "101"))


def test_a_silent_centre_that_cannot_be_judged_now_stays_a_finding() -> None:
    unseen = assessment(centers=(centre(CenterState.UNKNOWN),))

    assert told(unseen, was("inactive", "c1")) == [("inactive:c1", OPEN, LAST_WEEK)]
    assert told(unseen, was("inactive", "c9")) == [("inactive:c9", RESOLVED, LAST_WEEK)]


@pytest.mark.parametrize("state", [CenterState.ACTIVE, CenterState.PAUSED])
def test_a_centre_that_contributed_or_rests_is_settled(state: CenterState) -> None:
    found = assessment(centers=(centre(state),))

    assert told(found, was("inactive", "c1")) == [("inactive:c1", RESOLVED, LAST_WEEK)]


def test_a_calendar_that_was_read_in_part_still_counts() -> None:
    partly = sources(source("calendar", SourceState.FRESH, complete=False))

    assert news(replace(EVERYTHING["undated:МД-1"], sources=partly)) == ["undated:МД-1"]


def test_a_source_that_is_read_again_is_settled() -> None:
    assert told(assessment(), was("source_failed", "board")) == [
        ("source_failed:board", RESOLVED, LAST_WEEK)
    ]


def test_one_source_is_settled_while_another_is_not() -> None:
    found = assessment(sources=sources(source("tables", SourceState.FAILED)))

    assert ("source_failed:board", RESOLVED, LAST_WEEK) in told(
        found, was("source_failed", "board")
    )


# --- vanished ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "expected"),
    [(VANISHED_KEPT_DAYS - 1, OPEN), (VANISHED_KEPT_DAYS, RESOLVED)],
)
def test_a_vanished_card_is_kept_in_mind_for_two_weekly_looks(
    age: int, expected: FindingState
) -> None:
    gone = was("vanished", "101", since=TODAY - dt.timedelta(days=age))

    assert [one.state for one in compare(assessment(), [gone], TODAY)] == [expected]


def test_a_vanished_card_that_is_back_is_settled_at_once() -> None:
    found = assessment(cards={"101": card()}, sources=sources(ILL[0]))

    assert ("vanished:101", RESOLVED, LAST_WEEK) in told(found, was("vanished", "101"))


def test_a_vanished_card_is_not_forgotten_while_a_source_is_unread() -> None:
    gone = was("vanished", "101", since=TODAY - dt.timedelta(days=90))

    found = compare(assessment(sources=sources(ILL[0])), [gone], TODAY)

    assert replace(gone, state=OPEN) in found


@pytest.mark.parametrize(
    ("days", "state"), [(VANISHED_KEPT_DAYS - 1, OPEN), (VANISHED_KEPT_DAYS, RESOLVED)]
)
def test_a_rearranged_board_is_kept_in_mind_for_two_weekly_looks(
    days: int, state: FindingState
) -> None:
    before = was("rebuilt", "board", since=TODAY - dt.timedelta(days=days))

    assert [one.state for one in compare(assessment(), [before], TODAY)] == [state]


# --- what was late before anything was known --------------------------------------------------


def test_what_was_late_at_the_first_sight_is_set_aside() -> None:
    found = assessment(verdicts=(verdict(Status.MISSED),))

    (one,) = set_aside(compare(found, (), TODAY), found, known=())

    assert one.backlog


def test_what_gets_late_later_is_no_backlog() -> None:
    found = assessment(verdicts=(verdict(Status.MISSED),))

    (one,) = set_aside(compare(found, (), TODAY), found, known=("board", "tables"))

    assert not one.backlog


def test_while_nothing_was_read_completely_the_first_sight_is_still_to_come() -> None:
    ill = sources(source("board", SourceState.FAILED), source("tables", SourceState.FAILED))
    found = assessment(verdicts=(verdict(Status.MISSED),), sources=ill)
    one = Finding("missed:МД-1", "missed", "МД-1", NEW, TODAY)

    assert set_aside([one], found, known=()) == (one,)


def test_a_silent_centre_is_news_from_the_first_day() -> None:
    found = EVERYTHING["inactive:c1"]

    assert not any(one.backlog for one in set_aside(compare(found, (), TODAY), found, known=()))


def test_old_debts_stay_set_aside_when_a_card_appears_for_them() -> None:
    found = assessment(verdicts=(verdict(Status.OVERDUE),))

    new, resolved = compare(found, [was("missed", backlog=True)], TODAY)[::-1]

    assert (new.key, new.state, new.backlog) == ("overdue:МД-1", NEW, True)
    assert (resolved.state, resolved.until) == (RESOLVED, TODAY)


# --- indicators and the resource map ----------------------------------------------------------


def indicator(
    state: IndicatorState = IndicatorState.KNOWN,
    *,
    of: IndicatorSource = IndicatorSource.TABLE,
    **changes: Any,  # noqa: ANN401 - any field
) -> IndicatorValue:
    declared = Indicator("K1", "Доля сдавших", "%", IndicatorFormula.RATIO, of)
    known = 48.0 if state in (IndicatorState.KNOWN, IndicatorState.PARTIAL) else None
    return IndicatorValue(declared, TODAY, state, say("status.held"), **{"value": known, **changes})


def resource_map(*, right: int = 5) -> CenterMap:
    fault = CellFault(None, "Дата", say("status.held"))
    return CenterMap(center("c1"), right, 5, () if right == 5 else (fault,))


BESIDE: dict[str, dict[str, Any]] = {
    "resource_map:c1": {"maps": [resource_map(right=3)]},
    "indicator_behind:K1": {"indicators": [indicator(behind=True, gap=5.0)]},
    "indicator_not_collected:K1": {"indicators": [indicator(IndicatorState.NOT_COLLECTED)]},
}
WELL: dict[str, Any] = {"maps": [resource_map()], "indicators": [indicator()]}


def beside(
    key: str,
    ill: SourceReport | None = None,
    **judged: Any,  # noqa: ANN401 - any field
) -> list[tuple[str, FindingState, dt.date]]:
    """Return what became of an open finding, besides a source's own failure."""
    found = assessment() if ill is None else assessment(sources=sources(ill))
    kind, _, subject = key.partition(":")
    return [
        (one.key, one.state, one.since)
        for one in compare(found, [was(kind, subject)], TODAY, **judged)
        if one.kind != "source_failed"
    ]


@pytest.mark.parametrize("key", BESIDE)
def test_faults_of_indicators_and_maps_are_news_once_and_clear_by_themselves(key: str) -> None:
    first = compare(assessment(), (), LAST_WEEK, **BESIDE[key])
    second = compare(assessment(), first, TODAY, **BESIDE[key])
    settled = compare(assessment(), second, TODAY, **WELL)

    assert [(one.key, one.state, one.since) for one in first] == [(key, NEW, LAST_WEEK)]
    assert [(one.key, one.state, one.since) for one in second] == [(key, OPEN, LAST_WEEK)]
    assert [(one.key, one.state, one.until) for one in settled] == [(key, RESOLVED, TODAY)]
    assert compare(assessment(), settled, TODAY, **WELL) == ()


@pytest.mark.parametrize("key", BESIDE)
def test_where_no_indicator_and_no_map_was_judged_what_was_found_stays(key: str) -> None:
    assert beside(key) == [(key, OPEN, LAST_WEEK)]


@pytest.mark.parametrize("key", BESIDE)
def test_while_the_table_is_unread_nothing_of_it_appears_or_clears(key: str) -> None:
    ill = source("tables", SourceState.STALE)

    assert beside(key, ill, **WELL) == [(key, OPEN, LAST_WEEK)]
    found = compare(assessment(sources=sources(ill)), (), TODAY, **BESIDE[key])
    assert {one.kind for one in found} == {"source_failed"}


@pytest.mark.parametrize("key", BESIDE)
def test_a_faulty_board_does_not_touch_what_stands_in_the_table(key: str) -> None:
    ill = source("board", SourceState.FAILED)

    assert beside(key, ill, **WELL) == [(key, RESOLVED, LAST_WEEK)]


def test_an_indicator_of_the_calendar_is_frozen_with_any_of_its_sources() -> None:
    of_calendar = indicator(of=IndicatorSource.CALENDAR)

    for name in ("board", "tables", "calendar"):
        ill = source(name, SourceState.STALE)
        assert beside("indicator_behind:K1", ill, indicators=[of_calendar]) == [
            ("indicator_behind:K1", OPEN, LAST_WEEK)
        ]


@pytest.mark.parametrize("state", [IndicatorState.PARTIAL, IndicatorState.UNKNOWN])
def test_half_a_value_neither_raises_nor_clears_a_lag(state: IndicatorState) -> None:
    half = indicator(state, behind=True)

    assert compare(assessment(), (), TODAY, indicators=[half]) == ()
    assert beside("indicator_behind:K1", indicators=[half]) == [
        ("indicator_behind:K1", OPEN, LAST_WEEK)
    ]


def test_a_part_of_a_value_is_a_collection_all_the_same() -> None:
    half = indicator(IndicatorState.PARTIAL)

    assert beside("indicator_not_collected:K1", indicators=[half]) == [
        ("indicator_not_collected:K1", RESOLVED, LAST_WEEK)
    ]


def test_what_the_settings_do_not_declare_any_more_is_settled() -> None:
    other = replace(resource_map(), center=center("c2"))

    assert beside("resource_map:c1", maps=[other])[0][1] is RESOLVED
    assert beside("indicator_behind:K9", indicators=[indicator()])[0][1] is RESOLVED


# --- what outlasts what -------------------------------------------------------------------------


def test_the_weightiest_is_told_first() -> None:
    weighed = [
        "source_failed",
        "rebuilt",
        "missed",
        "overdue",
        "moved",
        "inactive",
        "no_plan",
        "resource_map",
        "indicator_behind",
        "indicator_not_collected",
        "unconfirmed",
        "undated",
        "vanished",
        "duplicate",
        "extra",
    ]

    found = compare(assessment(), [was(kind) for kind in reversed(weighed)], TODAY)

    assert [one.kind for one in found] == weighed


def test_a_moved_card_of_old_debts_is_set_aside_with_them() -> None:
    moved = MovedCard(card(), occurrence())
    seen = assessment(moved=(moved,), verdicts=(verdict(Status.MOVED),))
    (later, _) = compare(seen, [was("missed", backlog=True)], TODAY)[::-1]
    (first,) = set_aside(compare(seen, (), TODAY), seen, known=())

    assert (later.kind, later.state, later.backlog) == ("moved", NEW, True)
    assert (first.kind, first.backlog) == ("moved", True)


def test_a_board_that_was_not_read_was_not_rearranged() -> None:
    ill = sources(source("board", SourceState.STALE))

    found = compare(assessment(rebuilt=True, sources=ill), (), TODAY)

    assert [one.kind for one in found] == ["source_failed"]


@pytest.mark.parametrize(("days", "kinds"), [(14, []), (15, ["no_plan"]), (None, [])])
def test_a_centre_has_two_weeks_to_put_its_plan_up(days: int | None, kinds: list[str]) -> None:
    silent = replace(centre(CenterState.ACTIVE), days_silent=days)
    has_one = card(center_id="c1")

    assert [one.kind for one in compare(assessment(centers=(silent,)), (), TODAY)] == kinds
    assert compare(assessment(centers=(silent,), cards={"101": has_one}), (), TODAY) == ()


def test_a_missing_plan_stays_open_while_nothing_can_be_said_of_the_centre() -> None:
    unknown = assessment(centers=(centre(CenterState.UNKNOWN),))

    (found,) = compare(unknown, [was("no_plan", "c1")], TODAY)

    assert found.state is OPEN


def test_the_map_of_a_centre_that_is_no_more_is_settled_although_the_table_is_unread() -> None:
    ill = assessment(sources=sources(source("tables", SourceState.STALE)))
    of_another = (CenterMap(center("c2"), 3, 3),)

    found = compare(ill, [was("resource_map", "c1")], TODAY, maps=of_another)

    assert [(one.kind, one.state) for one in found] == [
        ("source_failed", NEW),
        ("resource_map", RESOLVED),
    ]


def test_a_period_that_can_be_read_now_is_settled_although_nothing_else_can() -> None:
    unknown = assessment(verdicts=(verdict(Status.UNKNOWN),))

    (found,) = compare(unknown, [was("undated")], TODAY)

    assert found.state is RESOLVED
