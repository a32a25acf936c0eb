"""What a letter counts as late, new, still open, settled and ahead."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from mail_sample import overview
from telling_sample import CALM, PROJECT, TODAY, card, event, occurrence, reason, span, verdict

from miro_sync.digest.standing import Standing, standing
from miro_sync.model import (
    CenterActivity,
    CenterState,
    EventCard,
    Finding,
    FindingState,
    MovedCard,
    Period,
    ScheduleKind,
    Status,
    Verdict,
)
from miro_sync.telling.lines import Line

MARCH = span("2023-03-01", "2023-03-31")


def judged(
    code: str,
    status: Status,
    *cards: EventCard,
    period: Period = MARCH,
    center: str | None = None,
    days: int = 10,
) -> Verdict:
    """Return a verdict, so many days late where it is of a kind that can be late."""
    deadline = TODAY - dt.timedelta(days=days)
    of = occurrence(event(code, f"Дело {code}", "", period), period, center, str(deadline))
    return verdict(of, status, reason("Так", "и есть"), *cards)


def stands(
    *verdicts: Verdict,
    told: frozenset[str] | None = frozenset(),
    center: str | None = None,
    findings: tuple[Finding, ...] = (),
    before: tuple[Finding, ...] | None = None,
    moved: tuple[MovedCard, ...] = (),
    centers: tuple[CenterActivity, ...] = (),
) -> Standing:
    seen = replace(CALM, verdicts=verdicts, moved=moved, centers=centers)
    earlier = None if before is None else overview(findings=before)
    return standing(overview(seen, findings=findings, earlier=earlier), center, told)


def codes(some: tuple[Line, ...]) -> list[str]:
    return [one.event.key for one in some]


def found(
    kind: str,
    subject: str,
    state: FindingState = FindingState.OPEN,
    *,
    backlog: bool = False,
) -> Finding:
    return Finding(f"{kind}:{subject}", kind, subject, state, TODAY, backlog=backlog)


# --- late ---------------------------------------------------------------------------------------


def test_what_was_told_before_is_chronic_after_eight_weeks_and_not_sooner() -> None:
    now = stands(
        judged("А", Status.MISSED, days=56),
        judged("Б", Status.MISSED, days=57),
        told=frozenset({"А", "Б"}),
    )

    assert (codes(now.still), codes(now.chronic), now.new) == (["А"], ["Б"], ())


def test_of_what_is_still_open_the_oldest_comes_first_whatever_it_lacks() -> None:
    now = stands(
        judged("А", Status.MISSED, days=5),
        judged("Б", Status.OVERDUE, days=20),
        judged("В", Status.OVERDUE, days=8),
        told=frozenset({"А", "Б", "В"}),
    )

    assert codes(now.still) == ["Б", "В", "А"]
    assert codes(now.late) == ["А", "Б", "В"]


def test_without_a_last_letter_only_what_was_late_and_open_a_week_ago_is_no_news() -> None:
    before = (
        found("missed", "А"),
        found("moved", "Б", FindingState.NEW),
        found("overdue", "В", FindingState.RESOLVED),
        found("missed", "Г", backlog=True),
        found("vanished", "Д"),
    )
    late = [judged(code, Status.MISSED) for code in "АБВГД"]

    assert codes(stands(*late, told=None, before=before).new) == ["В", "Г", "Д"]
    assert codes(stands(*late, told=None).new) == ["А", "Б", "В", "Г", "Д"]


def test_a_centre_that_was_set_aside_makes_no_news_of_a_line_that_was_told() -> None:
    late = [judged("А", Status.MISSED, center=key) for key in ("ishim", "yaya1")]
    aside = (found("missed", "А@yaya1", backlog=True),)
    now = stands(*late, told=frozenset({"А@ishim"}), findings=aside)

    assert (now.new, len(now.late), now.waiting) == ((), 1, 0)
    assert now.subjects == {"А@ishim"}


def test_what_was_told_and_cannot_be_seen_now_is_remembered_and_nothing_else() -> None:
    now = stands(
        judged("А", Status.UNKNOWN),
        judged("Б", Status.UNKNOWN),
        judged("В", Status.HELD),
        judged("Г", Status.MISSED),
        told=frozenset({"А", "В"}),
    )

    assert now.subjects == {"А", "Г"}


def test_a_held_event_whose_card_lies_outside_its_period_is_not_settled() -> None:
    held = judged("А", Status.HELD)
    away = MovedCard(card("1", "Дело А", day="2023-05-12"), held.occurrence)

    assert stands(held, told=frozenset({"А"}), moved=(away,)).closed == ()
    assert len(stands(held, told=frozenset({"А"})).closed) == 1


# --- the numbers --------------------------------------------------------------------------------


def test_every_part_is_counted() -> None:
    away = judged("А", Status.MOVED)
    moved = MovedCard(card("1", "Дело А", day="2023-05-12"), away.occurrence)
    soon = span("2023-06-07")
    figures = stands(
        away,
        judged("Б", Status.MOVED),
        judged("В", Status.HELD),
        judged("Г", Status.DUE_SOON, period=soon),
        judged("Д", Status.RUNNING, period=span("2023-05-29", "2023-06-03")),
        told=frozenset({"В"}),
        moved=(moved,),
    ).figures()

    assert (figures.moved, figures.closed, figures.ahead) == (2, 1, 2)
    assert (figures.decisions, figures.questions) == (0, 0)


def test_the_longest_silence_comes_first() -> None:
    silent = [
        CenterActivity(center, CenterState.INACTIVE, reason("Тихо", "давно"), None, days)
        for center, days in zip(PROJECT.centers, (40, 58, 33), strict=False)
    ]

    assert [one.days_silent for one in stands(centers=tuple(silent)).silent] == [58, 40, 33]


# --- ahead --------------------------------------------------------------------------------------


def test_what_begins_or_ends_within_fourteen_days_is_ahead_and_only_while_it_comes() -> None:
    now = stands(
        judged("начнётся", Status.DUE_SOON, period=span("2023-06-15")),
        judged("ещё далеко", Status.PLANNED, period=span("2023-06-16")),
        judged("кончается", Status.RUNNING, period=span("2023-05-01", "2023-06-15")),
        judged("ещё идёт", Status.RUNNING, period=span("2023-05-01", "2023-06-16")),
        judged("отменено", Status.CANCELLED, period=span("2023-06-07")),
        judged("уже было", Status.HELD, period=span("2023-05-20", "2023-06-07")),
    )

    assert codes(now.ahead) == ["кончается", "начнётся"]


def test_a_centre_s_letter_knows_no_clash_of_another() -> None:
    day = span("2023-06-07")
    own = judged("А", Status.DUE_SOON, period=day, center="ishim")
    same_day = replace(own, occurrence=occurrence(event("Б", "Дело", "", day), day, "ishim"))
    (clash,) = stands(own, same_day, center="ishim").clashes

    assert (clash.day, clash.centers) == (day.start, ("ishim",))


def test_an_event_of_the_network_clashes_in_every_centre() -> None:
    day = span("2023-06-07")
    (clash,) = stands(
        judged("А", Status.DUE_SOON, period=day), judged("Б", Status.DUE_SOON, period=day)
    ).clashes

    assert clash.centers == tuple(one.id for one in PROJECT.centers)


def test_clashes_come_by_day() -> None:
    june = span("2023-06-01", "2023-06-30")
    late, early = span("2023-06-12"), span("2023-06-09")
    now = stands(
        judged("А", Status.RUNNING, card("1", "Дело", day="2023-06-12"), period=june),
        judged("Б", Status.DUE_SOON, period=early),
        judged("В", Status.DUE_SOON, period=early),
        judged("Г", Status.DUE_SOON, period=late),
    )

    assert [(one.day.day, codes(one.lines)) for one in now.clashes] == [
        (9, ["Б", "В"]),
        (12, ["А", "Г"]),
    ]


def test_events_of_several_days_clash_with_nothing_by_their_first_day() -> None:
    week = span("2023-06-05", "2023-06-09")

    assert stands(*(judged(code, Status.DUE_SOON, period=week) for code in "АБ")).clashes == ()


def test_only_a_card_of_a_single_day_says_which_day_it_is() -> None:
    day = span("2023-06-09")
    undated = card("1", "Дело")
    of_week = replace(
        card("2", "Дело", day="2023-06-05"),
        date=replace(
            event("А", "", "", span("2023-06-05", "2023-06-08")).schedule, kind=ScheduleKind.RANGE
        ),
    )
    now = stands(
        judged("А", Status.DUE_SOON, undated, of_week, period=day),
        judged("Б", Status.DUE_SOON, period=day),
        judged("В", Status.DUE_SOON, period=span("2023-06-05")),
    )

    assert [(one.day, codes(one.lines)) for one in now.clashes] == [(day.start, ["А", "Б"])]
