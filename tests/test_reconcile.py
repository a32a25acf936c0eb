"""Every row of the table of statuses, every boundary day, and who has the last word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from builders import (
    HELD,
    LONG_AFTER,
    MARCH,
    MARCH_DEADLINE,
    calendar,
    card,
    deadline_of,
    decision,
    event,
    link,
    matching,
    occurrence,
    row,
    schedule,
    source,
    sources,
)

from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import (
    DecisionKind,
    LinkedBy,
    Period,
    Progress,
    Question,
    Rules,
    ScheduleKind,
    SourceState,
    Status,
    say,
)
from miro_sync.reconcile import Judgement, judge, reschedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from miro_sync.model import (
        Decision,
        EventCalendar,
        EventCard,
        Matching,
        SourceReport,
        Verdict,
    )

ONE_DAY = dt.timedelta(days=1)
MAY = Period(dt.date(2023, 5, 1), dt.date(2023, 5, 31))


def judged(
    cards: Iterable[EventCard] = (),
    matched: Matching | None = None,
    *,
    plan: EventCalendar | None = None,
    decisions: Sequence[Decision] = (),
    read: Sequence[SourceReport] | None = None,
    today: dt.date = LONG_AFTER,
) -> Judgement:
    cards = tuple(cards)
    return judge(
        plan or calendar(),
        {one.id: one for one in cards},
        matched or matching(*(link(one.id) for one in cards)),
        decisions=decisions,
        sources=sources() if read is None else read,
        rules=Rules(),
        today=today,
        deadline_of=deadline_of,
    )


def verdict_of(
    *cards: EventCard,
    matched: Matching | None = None,
    plan: EventCalendar | None = None,
    decisions: Sequence[Decision] = (),
    read: Sequence[SourceReport] | None = None,
    today: dt.date = LONG_AFTER,
) -> Verdict:
    judgement = judged(cards, matched, plan=plan, decisions=decisions, read=read, today=today)
    (verdict,) = judgement.verdicts
    return verdict


def russian(verdict: Verdict) -> str:
    return catalogue("ru").tell(verdict.reason)


# --- boundary days ----------------------------------------------------------------------------

SOON = MARCH.start - dt.timedelta(days=14)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (SOON - ONE_DAY, Status.PLANNED),
        (SOON, Status.DUE_SOON),
        (MARCH.start - ONE_DAY, Status.DUE_SOON),
        (MARCH.start, Status.RUNNING),
        (MARCH.end, Status.RUNNING),
        (MARCH.end + ONE_DAY, Status.AWAITING),
        (MARCH_DEADLINE, Status.AWAITING),
        (MARCH_DEADLINE + ONE_DAY, Status.MISSED),
    ],
)
def test_a_status_without_any_trace_follows_the_days(today: dt.date, expected: Status) -> None:
    assert verdict_of(today=today).status is expected


@pytest.mark.parametrize("day", [MARCH.start, MARCH.end, MARCH_DEADLINE])
def test_today_is_never_overdue(day: dt.date) -> None:
    unmarked = card(date=schedule(day))

    assert verdict_of(unmarked, today=day).status in (Status.RUNNING, Status.AWAITING)


def test_an_event_of_one_day_runs_on_that_day_and_is_awaited_from_the_next() -> None:
    day = Period(MARCH.start, MARCH.start)
    plan = calendar(occurrence(period=day))

    assert verdict_of(plan=plan, today=day.end).status is Status.RUNNING
    assert verdict_of(plan=plan, today=day.end + ONE_DAY).status is Status.AWAITING


def test_lateness_is_counted_in_days_from_the_deadline() -> None:
    verdict = verdict_of(today=MARCH_DEADLINE + 3 * ONE_DAY)

    assert verdict.days_late == 3
    assert "ждали до 07.04.2023, прошло 3 дня" in russian(verdict)


def test_what_is_not_flagged_is_not_late() -> None:
    unsure = matching(questions=[Question("101", (("МД-1", 0.5),))])

    assert verdict_of(card(held=HELD)).days_late == 0
    assert verdict_of(card(), matched=unsure).days_late == 0


def test_an_occurrence_without_a_deadline_gets_one_from_its_period() -> None:
    plan = calendar(occurrence(deadline=None))

    assert verdict_of(plan=plan, today=MARCH_DEADLINE).status is Status.AWAITING
    assert verdict_of(plan=plan, today=MARCH_DEADLINE + ONE_DAY).status is Status.MISSED


# --- held -------------------------------------------------------------------------------------


def test_a_held_mark_makes_an_event_held_and_the_reason_says_where_it_stands() -> None:
    verdict = verdict_of(card(held=HELD, frame="Центр №1"))

    assert verdict.status is Status.HELD
    assert russian(verdict) == (
        "Проведено: карточка «Методический день» в рамке «Центр №1», проведено"
    )


def test_a_row_of_a_table_is_as_good_as_a_card() -> None:
    verdict = verdict_of(row("План!7", held=HELD))

    assert verdict.status is Status.HELD
    assert "строка «Методический день» на листе «План»" in russian(verdict)


def test_one_centre_that_puts_a_network_event_up_as_held_is_enough() -> None:
    first = card("1", center_id="c1")
    second = card("2", center_id="c2", held=HELD)

    assert verdict_of(first, second).status is Status.HELD


def test_a_question_never_makes_an_event_held() -> None:
    maybe = card(held=HELD)
    asked = matching(questions=[Question("101", (("МД-1", 0.5),))])

    assert verdict_of(maybe, matched=asked).status is Status.UNCONFIRMED


def test_a_deadline_that_the_calendar_gives_is_kept() -> None:
    given = MARCH_DEADLINE + 3 * ONE_DAY
    plan = calendar(occurrence(deadline=given))

    assert verdict_of(plan=plan, today=given).status is Status.AWAITING


def test_an_event_may_be_held_before_its_period() -> None:
    early = card(held=HELD, date=schedule(dt.date(2023, 2, 1)))

    assert verdict_of(early, today=dt.date(2023, 2, 2)).status is Status.HELD


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (dt.date(2023, 3, 19), Status.RUNNING),
        (dt.date(2023, 3, 20), Status.HELD),
    ],
)
def test_a_mark_of_a_day_that_has_not_come_is_no_evidence_yet(
    today: dt.date, expected: Status
) -> None:
    ahead = card(held=HELD, date=schedule(dt.date(2023, 3, 20)))

    assert verdict_of(ahead, today=today).status is expected


def test_a_mark_ahead_of_its_day_is_named_in_the_reason() -> None:
    ahead = card(held=HELD, date=schedule(dt.date(2023, 3, 20)))

    assert "отмечено проведённым заранее, а дата ещё не наступила (20.03.2023)" in russian(
        verdict_of(ahead, today=dt.date(2023, 3, 19))
    )


def test_an_unmarked_card_of_a_day_to_come_is_no_mark_ahead_of_its_day() -> None:
    ahead = card(date=schedule(dt.date(2023, 3, 20)))

    assert "заранее" not in russian(verdict_of(ahead, today=dt.date(2023, 3, 19)))


def test_beside_what_was_held_a_mark_ahead_of_its_day_is_no_news() -> None:
    ahead = card("900", held=HELD, date=schedule(LONG_AFTER + ONE_DAY), center_id="c1")
    of_quota = matching(*(link(n, "МД-1@c1") for n in ("1", "2", "3", "900")))
    said = [decision(DecisionKind.HELD)]

    for verdict in (
        verdict_of(card(held=HELD), ahead),
        verdict_of(*materials(3), ahead, matched=of_quota, plan=QUOTA),
        verdict_of(ahead, decisions=said),
    ):
        assert verdict.status is Status.HELD
        assert "заранее" not in russian(verdict)


def test_a_held_card_of_several_days_counts_from_the_first_of_them() -> None:
    days = schedule(dt.date(2023, 3, 10), dt.date(2023, 3, 24))

    assert verdict_of(card(held=HELD, date=days), today=dt.date(2023, 3, 10)).status is Status.HELD
    assert verdict_of(card(held=HELD, date=days), today=dt.date(2023, 3, 9)).status is (
        Status.RUNNING
    )


def test_a_held_card_with_a_last_day_to_come_is_held_already() -> None:
    by_then = schedule(dt.date(2023, 3, 25), deadline=True)

    assert verdict_of(card(held=HELD, date=by_then), today=MARCH.start).status is Status.HELD


def test_days_that_are_only_guessed_take_nothing_from_a_held_mark() -> None:
    guess = schedule(dt.date(2024, 3, 1), kind=ScheduleKind.AMBIGUOUS)

    assert verdict_of(card(held=HELD, date=guess)).status is Status.HELD


def test_the_held_card_is_the_first_of_the_evidence() -> None:
    verdict = verdict_of(
        card("1"),
        card("2", held=HELD),
        card("3"),
        matched=matching(link("1"), link("2", score=0.6), link("3", score=1.0, by=LinkedBy.CODE)),
    )

    assert [item.card.id for item in verdict.evidence] == ["2", "3", "1"]
    assert [item.by for item in verdict.evidence] == [
        LinkedBy.TITLE,
        LinkedBy.CODE,
        LinkedBy.TITLE,
    ]


# --- after the deadline -----------------------------------------------------------------------


def test_a_card_without_a_mark_is_overdue_and_not_missed() -> None:
    verdict = verdict_of(card(date=schedule(dt.date(2023, 3, 15))))

    assert verdict.status is Status.OVERDUE
    assert verdict.days_late == 55
    assert russian(verdict) == (
        "Нет отметки о проведении: карточка «Методический день»; ждали до 07.04.2023, "
        "прошло 55 дней"
    )


def test_only_uncertain_candidates_ask_for_a_person() -> None:
    asked = matching(
        questions=[
            Question("1", (("ДР-2", 0.9), ("МД-1", 0.4))),
            Question("2", (("МД-1", 0.6),)),
        ]
    )
    verdict = verdict_of(card("1", title="Первая"), card("2", title="Вторая"), matched=asked)

    assert verdict.status is Status.UNCONFIRMED
    assert "«Вторая»" in russian(verdict)


def test_of_two_equally_likely_candidates_the_same_one_is_always_named() -> None:
    cards = (card("1", title="Первая"), card("2", title="Вторая"))
    questions = [Question(one.id, (("МД-1", 0.5),)) for one in cards]

    one = verdict_of(*cards, matched=matching(questions=questions))
    other = verdict_of(*cards, matched=matching(questions=questions[::-1]))

    assert one == other
    assert "«Первая»" in russian(one)


def test_a_certain_card_goes_before_uncertain_ones() -> None:
    matched = matching(link("1"), questions=[Question("2", (("МД-1", 0.5),))])

    assert verdict_of(card("1"), card("2"), matched=matched).status is Status.OVERDUE


def test_a_long_title_is_cut_in_a_reason_and_none_is_said_to_be_none() -> None:
    long = verdict_of(card(title="Очень " * 1000))
    none = verdict_of(card(title=""))

    assert len(russian(long)) < 200
    assert "карточка «без названия»" in russian(none)


# --- unread sources ---------------------------------------------------------------------------

SICK = [
    source("board", SourceState.STALE),
    source("board", SourceState.FAILED),
    source("board", SourceState.FRESH, complete=False),
    source("tables", SourceState.STALE),
    source("tables", SourceState.FAILED),
    source("tables", SourceState.UNCHANGED, complete=False),
    source("calendar", SourceState.STALE),
    source("calendar", SourceState.FAILED),
]


@pytest.mark.parametrize("sick", SICK, ids=str)
def test_nothing_is_late_on_the_strength_of_an_unread_source(sick: SourceReport) -> None:
    read = sources(sick)
    outside = card(date=schedule(dt.date(2023, 5, 2)))

    assert verdict_of(read=read).status is Status.UNKNOWN
    assert verdict_of(card(), read=read).status is Status.UNKNOWN
    assert verdict_of(outside, read=read).status is Status.UNKNOWN


@pytest.mark.parametrize("sick", SICK, ids=str)
def test_a_mark_that_was_read_counts_although_other_things_were_not(sick: SourceReport) -> None:
    assert verdict_of(card(held=HELD), read=sources(sick)).status is Status.HELD


@pytest.mark.parametrize("sick", SICK, ids=str)
def test_an_unread_source_changes_nothing_before_the_deadline(sick: SourceReport) -> None:
    read = sources(sick)

    assert verdict_of(read=read, today=MARCH_DEADLINE).status is Status.AWAITING
    assert verdict_of(read=read, today=MARCH.end).status is Status.RUNNING


def test_a_calendar_with_an_unreadable_row_is_good_for_the_others() -> None:
    read = sources(source("calendar", SourceState.FRESH, complete=False))

    assert verdict_of(read=read).status is Status.MISSED


@pytest.mark.parametrize("absent", ["board", "tables"])
def test_a_source_that_the_settings_do_not_name_is_not_waited_for(absent: str) -> None:
    read = sources(source(absent, SourceState.ABSENT))

    assert verdict_of(read=read).status is Status.MISSED


def test_without_a_board_and_a_table_nothing_can_be_said_after_the_deadline() -> None:
    absent = sources(*(source(name, SourceState.ABSENT) for name in ("board", "tables")))

    for read in (absent, ()):
        verdict = verdict_of(read=read)
        assert verdict.status is Status.UNKNOWN
        assert "не подключены ни доска, ни таблица" in russian(verdict)


def test_an_unchanged_source_is_a_read_source() -> None:
    read = sources(source("board", SourceState.UNCHANGED), source("tables", SourceState.UNCHANGED))

    assert verdict_of(read=read).status is Status.MISSED


def test_a_calendar_that_nobody_reports_on_holds_nothing_back() -> None:
    read = [source("board"), source("tables")]

    assert verdict_of(read=read).status is Status.MISSED


def test_all_unread_sources_are_named() -> None:
    read = sources(*(source(n, SourceState.STALE) for n in ("calendar", "tables", "board")))

    assert "(доска, таблица, календарь)" in russian(verdict_of(read=read))


# --- moved ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (MARCH.start - ONE_DAY, Status.MOVED),
        (MARCH.start, Status.OVERDUE),
        (MARCH.end, Status.OVERDUE),
        (MARCH.end + ONE_DAY, Status.MOVED),
    ],
)
def test_a_card_is_moved_when_it_is_dated_outside_the_period(
    day: dt.date, expected: Status
) -> None:
    judgement = judged([card(date=schedule(day))])

    assert judgement.verdicts[0].status is expected
    assert bool(judgement.moved) is (expected is Status.MOVED)


def test_a_card_that_reaches_into_the_period_is_not_moved() -> None:
    across = card(date=schedule(Period(dt.date(2023, 2, 1), MARCH.start)))

    assert judged([across]).moved == ()


def test_one_of_several_days_in_the_period_is_enough() -> None:
    some = card(date=schedule(dt.date(2023, 2, 1), dt.date(2023, 3, 31)))

    assert judged([some]).moved == ()


@pytest.mark.parametrize(
    ("today", "held", "expected"),
    [
        (dt.date(2023, 1, 10), None, Status.PLANNED),
        (MARCH.start, None, Status.RUNNING),
        (MARCH_DEADLINE, None, Status.AWAITING),
        (LONG_AFTER, None, Status.MOVED),
        (LONG_AFTER, HELD, Status.HELD),
    ],
)
def test_a_moved_card_is_listed_from_the_day_it_is_seen_whatever_the_status(
    today: dt.date, held: object, expected: Status
) -> None:
    away = card(date=schedule(dt.date(2023, 5, 10)), held=held)
    judgement = judged([away], today=today)

    assert [one.card for one in judgement.moved] == [away]
    assert judgement.verdicts[0].status is expected


def test_the_reason_of_a_move_names_both_dates() -> None:
    verdict = verdict_of(card(date=schedule(dt.date(2023, 5, 10))))

    assert verdict.days_late == 55
    assert "(10.05.2023) вне срока (01.03.2023 – 31.03.2023)" in russian(verdict)


def test_a_card_that_stayed_in_the_period_outweighs_one_that_left_it() -> None:
    stayed = card("1", date=schedule(dt.date(2023, 3, 10)))
    left = card("2", date=schedule(dt.date(2023, 5, 10)))
    judgement = judged([stayed, left])

    assert judgement.verdicts[0].status is Status.OVERDUE
    assert [one.card.id for one in judgement.moved] == ["2"]


def test_an_undated_card_does_not_outweigh_one_that_left_the_period() -> None:
    undated, left = card("1"), card("2", date=schedule(dt.date(2023, 5, 10)))

    assert verdict_of(undated, left).status is Status.MOVED


def test_a_card_whose_days_are_only_guessed_is_not_moved() -> None:
    guess = card(date=schedule(dt.date(2024, 5, 1), kind=ScheduleKind.AMBIGUOUS))

    assert judged([guess]).moved == ()
    assert verdict_of(guess).status is Status.OVERDUE


def test_a_card_whose_days_are_guessed_does_not_outweigh_one_that_left_the_period() -> None:
    guess = card("1", date=schedule(dt.date(2024, 3, 1), kind=ScheduleKind.AMBIGUOUS))
    left = card("2", date=schedule(dt.date(2023, 5, 10)))

    assert verdict_of(guess, left).status is Status.MOVED


def test_a_card_before_the_last_day_of_a_deadline_is_not_moved() -> None:
    last = dt.date(2023, 4, 15)
    planned = event(schedule=schedule(last, deadline=True))
    plan = calendar(occurrence(planned, period=Period(last, last)))

    assert judged([card(date=schedule(dt.date(2023, 4, 3)))], plan=plan).moved == ()
    assert judged([card(date=schedule(last + ONE_DAY))], plan=plan).moved != ()


def test_a_move_of_a_deadline_event_is_a_period_like_any_other() -> None:
    last = dt.date(2023, 4, 15)
    planned = event(schedule=schedule(last, deadline=True))
    plan = calendar(occurrence(planned, period=Period(last, last)))
    move = [decision(DecisionKind.MOVE, period=MAY)]

    assert judged([card(date=schedule(last))], plan=plan, decisions=move).moved != ()


def test_an_undated_event_has_no_period_to_move_out_of() -> None:
    plan = calendar(occurrence(period=None))

    assert judged([card(date=schedule(LONG_AFTER))], plan=plan).moved == ()


# --- decisions --------------------------------------------------------------------------------


def test_a_cancelled_event_is_cancelled_even_if_it_was_held() -> None:
    cancelled = [decision(DecisionKind.CANCEL, why="карантин")]
    away = card(held=HELD, date=schedule(dt.date(2023, 5, 10)))
    judgement = judged([away], decisions=cancelled)

    assert judgement.verdicts[0].status is Status.CANCELLED
    assert russian(judgement.verdicts[0]) == "Отменено по решению директора («карантин»)"
    assert judgement.moved == ()


def test_a_person_may_say_that_it_was_held() -> None:
    held = [decision(DecisionKind.HELD, role="coordinator")]
    verdict = verdict_of(decisions=held)

    assert verdict.status is Status.HELD
    assert russian(verdict) == "Отмечено проведённым по решению координатора"


@pytest.mark.parametrize(
    ("today", "expected"),
    [(dt.date(2023, 3, 14), Status.RUNNING), (dt.date(2023, 3, 15), Status.HELD)],
)
def test_a_word_about_a_day_to_come_is_no_evidence_yet(today: dt.date, expected: Status) -> None:
    day = dt.date(2023, 3, 15)
    held = [decision(DecisionKind.HELD, period=Period(day, day))]

    assert verdict_of(decisions=held, today=today).status is expected


def test_a_word_on_the_whole_event_covers_every_occurrence() -> None:
    planned = event()
    plan = calendar(occurrence(planned, center_id="c1"), occurrence(planned, center_id="c2"))
    judgement = judged(plan=plan, decisions=[decision(DecisionKind.CANCEL, "МД-1")])

    assert [one.status for one in judgement.verdicts] == [Status.CANCELLED] * 2


def test_a_word_on_one_occurrence_covers_no_other() -> None:
    planned = event()
    plan = calendar(occurrence(planned, center_id="c1"), occurrence(planned, center_id="c2"))
    judgement = judged(plan=plan, decisions=[decision(DecisionKind.CANCEL, "МД-1@c2")])

    assert [one.status for one in judgement.verdicts] == [Status.MISSED, Status.CANCELLED]


def later(one: Decision, days: int = 1) -> Decision:
    return replace(one, made_at=one.made_at + dt.timedelta(days=days))


CANCEL = decision(DecisionKind.CANCEL)
SAID_HELD = decision(DecisionKind.HELD)
TO_MAY = decision(DecisionKind.MOVE, period=MAY)
BACK = decision(DecisionKind.MOVE)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (CANCEL, SAID_HELD, Status.HELD),
        (SAID_HELD, CANCEL, Status.CANCELLED),
        (CANCEL, TO_MAY, Status.AWAITING),
        (TO_MAY, CANCEL, Status.CANCELLED),
        (SAID_HELD, TO_MAY, Status.AWAITING),
        (TO_MAY, BACK, Status.MISSED),
        (CANCEL, BACK, Status.MISSED),
    ],
)
def test_the_latest_word_counts(first: Decision, second: Decision, expected: Status) -> None:
    for said in ([first, later(second)], [later(second), first]):
        assert verdict_of(decisions=said).status is expected


def test_of_two_words_of_one_moment_the_one_written_down_later_counts() -> None:
    assert verdict_of(decisions=[CANCEL, SAID_HELD]).status is Status.HELD
    assert verdict_of(decisions=[SAID_HELD, CANCEL]).status is Status.CANCELLED


def test_a_later_word_on_the_event_beats_an_earlier_one_on_the_occurrence() -> None:
    plan = calendar(occurrence(center_id="c1"))
    said = [
        decision(DecisionKind.CANCEL, "МД-1@c1"),
        later(decision(DecisionKind.HELD, "МД-1")),
    ]

    assert verdict_of(plan=plan, decisions=said).status is Status.HELD


def test_words_on_links_and_pauses_change_no_status() -> None:
    said = [
        CANCEL,
        later(decision(DecisionKind.REJECT, card_id="101")),
        later(decision(DecisionKind.PAUSE, period=MAY)),
    ]

    assert verdict_of(decisions=said).status is Status.CANCELLED


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (MAY.start - 15 * ONE_DAY, Status.PLANNED),
        (MAY.start, Status.RUNNING),
        (MAY.end + 7 * ONE_DAY, Status.AWAITING),
        (MAY.end + 8 * ONE_DAY, Status.MISSED),
    ],
)
def test_a_move_replaces_period_and_deadline(today: dt.date, expected: Status) -> None:
    verdict = verdict_of(decisions=[TO_MAY], today=today)

    assert verdict.status is expected
    assert verdict.occurrence.period == MAY
    assert verdict.occurrence.deadline == dt.date(2023, 6, 7)
    assert "срок перенесён по решению директора, по календарю 01.03.2023 – 31.03.2023" in russian(
        verdict
    )


def test_a_card_of_the_decided_day_is_not_moved_and_one_of_the_old_day_is() -> None:
    new, old = card("1", date=schedule(MAY.end)), card("2", date=schedule(MARCH.start))

    assert [one.card.id for one in judged([new, old], decisions=[TO_MAY]).moved] == ["2"]


def test_a_move_dates_an_undated_event() -> None:
    plan = calendar(occurrence(period=None))
    verdict = verdict_of(plan=plan, decisions=[TO_MAY])

    assert verdict.status is Status.AWAITING
    assert "по календарю срока не было" in russian(verdict)


def test_a_held_event_whose_day_a_person_named_is_not_listed_as_moved() -> None:
    away = card(date=schedule(dt.date(2023, 5, 10)))
    named = replace(SAID_HELD, period=Period(dt.date(2023, 5, 10), dt.date(2023, 5, 10)))

    assert judged([away], decisions=[named]).moved == ()
    assert judged([away], decisions=[SAID_HELD]).moved != ()


def test_a_held_day_that_is_not_the_cards_day_explains_nothing() -> None:
    away = card(date=schedule(dt.date(2023, 5, 10)))
    named = replace(SAID_HELD, period=Period(dt.date(2023, 5, 11), dt.date(2023, 5, 11)))

    assert judged([away], decisions=[named]).moved != ()


def test_a_day_to_come_that_a_person_named_explains_the_card_of_that_day() -> None:
    day = LONG_AFTER + ONE_DAY
    named = [replace(SAID_HELD, period=Period(day, day))]
    judgement = judged([card(date=schedule(day))], decisions=named)

    assert judgement.verdicts[0].status is Status.OVERDUE
    assert judgement.moved == ()


def test_a_plan_that_was_put_back_is_told_without_the_move() -> None:
    verdict = verdict_of(decisions=[TO_MAY, later(BACK)])

    assert verdict.occurrence.period == MARCH
    assert "перенес" not in russian(verdict)


def test_how_often_it_was_moved_is_told_from_the_second_time() -> None:
    june = Period(dt.date(2023, 6, 1), dt.date(2023, 6, 30))
    again = replace(TO_MAY, period=june)
    words = [TO_MAY, BACK, replace(SAID_HELD, period=MAY), again]
    said = [later(one, days) for days, one in enumerate(words)]

    assert "переносов" not in russian(verdict_of(decisions=[TO_MAY]))
    assert russian(verdict_of(decisions=said)).endswith("; переносов: 2")


def test_reschedule_returns_what_the_verdicts_will_carry() -> None:
    plan = calendar(occurrence())
    moved = reschedule(plan.occurrences, [TO_MAY], deadline_of)

    assert moved == tuple(one.occurrence for one in judged(plan=plan, decisions=[TO_MAY]).verdicts)


# --- undated ----------------------------------------------------------------------------------


def test_an_unreadable_period_is_asked_about_and_never_late() -> None:
    planned = event(schedule=schedule(text="Ноябрь,  ма"))
    verdict = verdict_of(card(), plan=calendar(occurrence(planned, period=None)))

    assert verdict.status is Status.UNDATED
    assert verdict.days_late == 0
    assert "«Ноябрь, ма»" in russian(verdict)


def test_an_empty_period_is_asked_for() -> None:
    planned = event(schedule=schedule())
    verdict = verdict_of(plan=calendar(occurrence(planned, period=None)))

    assert russian(verdict) == "В календаре не указан срок: впишите его"


def test_an_undated_event_can_be_held_or_cancelled() -> None:
    plan = calendar(occurrence(period=None))

    assert verdict_of(card(held=HELD), plan=plan).status is Status.HELD
    assert verdict_of(plan=plan, decisions=[SAID_HELD]).status is Status.HELD
    assert verdict_of(plan=plan, decisions=[CANCEL]).status is Status.CANCELLED


def test_an_undated_event_stays_undated_when_a_source_is_unread() -> None:
    plan = calendar(occurrence(period=None))

    assert verdict_of(plan=plan, read=sources(SICK[0])).status is Status.UNDATED


# --- quotas -----------------------------------------------------------------------------------

QUOTA = calendar(occurrence(event(quota=3), center_id="c1"))


def materials(count: int) -> list[EventCard]:
    return [card(str(n), title=f"Материал {n}", center_id="c1") for n in range(1, count + 1)]


def quota(cards: Iterable[EventCard], *, today: dt.date = LONG_AFTER) -> Verdict:
    cards = tuple(cards)
    matched = matching(*(link(one.id, "МД-1@c1", duplicate=True) for one in cards))
    return verdict_of(*cards, matched=matched, plan=QUOTA, today=today)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, Status.MISSED), (1, Status.OVERDUE), (2, Status.OVERDUE), (3, Status.HELD)],
)
def test_a_quota_is_progress(count: int, expected: Status) -> None:
    verdict = quota(materials(count))

    assert verdict.status is expected
    assert verdict.progress == Progress(done=count, expected=3)


def test_a_quota_tells_its_figures() -> None:
    assert russian(quota(materials(2))) == "Есть 2 из 3; ждали до 07.04.2023, прошло 55 дней"
    assert russian(quota(materials(4))) == "Выполнено: 4 из 3"
    assert russian(quota(materials(1), today=MARCH.start)).endswith("; пока 1 из 3")
    assert russian(quota([])).endswith("; пока 0 из 3")


def test_one_held_mark_does_not_fill_a_quota() -> None:
    cards = [replace(one, held=HELD) for one in materials(2)]

    assert quota(cards).status is Status.OVERDUE


def test_the_same_title_counts_once_for_a_quota() -> None:
    twice = [*materials(2), card("9", title=" материал  2", center_id="c1")]

    assert quota(twice).progress == Progress(done=2, expected=3)


def test_things_without_a_title_are_different_things() -> None:
    nameless = [card(str(n), title="", center_id="c1") for n in range(3)]

    assert quota(nameless).status is Status.HELD


def test_what_is_only_planned_does_not_count_for_a_quota_yet() -> None:
    ahead = [replace(one, date=schedule(LONG_AFTER + ONE_DAY)) for one in materials(3)]

    assert quota(ahead).progress == Progress(done=0, expected=3)
    assert quota(ahead, today=LONG_AFTER + ONE_DAY).status is Status.HELD


def test_things_of_a_quota_that_came_late_count_and_are_listed_as_moved() -> None:
    late = [replace(one, date=schedule(dt.date(2023, 5, 2))) for one in materials(2)]
    matched = matching(*(link(one.id, "МД-1@c1") for one in late))
    judgement = judged(late, matched, plan=QUOTA)

    assert judgement.verdicts[0].status is Status.OVERDUE
    assert [one.card.id for one in judgement.moved] == ["1", "2"]


def test_a_person_may_call_a_quota_done() -> None:
    said = [decision(DecisionKind.HELD, "МД-1")]

    assert verdict_of(plan=QUOTA, decisions=said).status is Status.HELD


def test_the_same_title_may_be_written_with_other_letters_and_spaces() -> None:
    twice = [
        card("1", title="Отчёт о практикуме", center_id="c1"),
        card("2", title="ОТЧЕТ  о практикуме", center_id="c1"),
        card("3", title="Отчето практикуме", center_id="c1"),
    ]

    assert quota(twice).progress == Progress(done=2, expected=3)


# --- duplicates -------------------------------------------------------------------------------


def test_a_second_card_of_a_centre_is_a_duplicate_and_still_evidence() -> None:
    cards = [card("2"), card("1", held=HELD)]
    judgement = judged(cards, matching(link("2"), link("1", duplicate=True)))

    assert [(one.id, what.key) for one, what in judgement.duplicates] == [("1", "МД-1")]
    assert judgement.verdicts[0].status is Status.HELD


def test_moves_and_duplicates_of_all_occurrences_are_listed_with_theirs() -> None:
    plan = calendar(occurrence(event("А")), occurrence(event("Б")))
    away = schedule(dt.date(2023, 5, 10))
    cards = [card(n, date=away) for n in ("4", "3", "2", "1")]
    keys = {"1": "А", "2": "А", "3": "Б", "4": "Б"}
    matched = matching(*(link(one.id, keys[one.id], duplicate=True) for one in cards))
    judgement = judged(cards, matched, plan=plan)
    expected = [("1", "А"), ("2", "А"), ("3", "Б"), ("4", "Б")]

    assert [(one.card.id, one.occurrence.key) for one in judgement.moved] == expected
    assert [(one.id, what.key) for one, what in judgement.duplicates] == expected


def test_several_things_of_a_quota_are_no_duplicates_but_the_same_one_twice_is() -> None:
    cards = [*materials(3), card("9", title="Материал 2", center_id="c1")]
    matched = matching(*(link(one.id, "МД-1@c1", duplicate=True) for one in reversed(cards)))
    judgement = judged(cards, matched, plan=QUOTA)

    assert [one.id for one, _ in judgement.duplicates] == ["9"]


def test_two_centres_may_have_the_same_thing_of_a_network_quota() -> None:
    plan = calendar(occurrence(event(quota=2)))
    cards = [card("1", center_id="c1"), card("2", center_id="c2")]
    judgement = judged(cards, plan=plan)

    assert judgement.duplicates == ()
    assert judgement.verdicts[0].status is Status.HELD


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (dt.date(2023, 2, 8), "Начнётся 01.03.2023, через 21 день"),
        (dt.date(2023, 2, 27), "Скоро начнётся: 01.03.2023, через 2 дня"),
        (dt.date(2023, 3, 15), "Идёт сейчас, последний день 31.03.2023"),
        (
            dt.date(2023, 4, 3),
            "Срок закончился 31.03.2023, отметку ждём до 07.04.2023 включительно",
        ),
        (
            dt.date(2023, 4, 12),
            "Не нашлось ни карточки, ни строки таблицы; ждали до 07.04.2023, прошло 5 дней",
        ),
    ],
)
def test_a_reason_names_the_days_it_rests_on(today: dt.date, expected: str) -> None:
    assert russian(verdict_of(today=today)) == expected


def test_the_reason_of_an_unread_source_is_that_it_was_not_read() -> None:
    assert russian(verdict_of(read=sources(source("board", SourceState.STALE)))) == (
        "Отметки не видно, но судить рано: не всё прочитано (доска); отметку ждали до 07.04.2023"
    )


def test_a_question_is_told_with_what_to_do() -> None:
    asked = matching(questions=[Question("101", (("МД-1", 0.5),))])

    assert russian(verdict_of(card(), matched=asked)) == (
        "Точной карточки нет, есть похожая: карточка «Методический день»; "
        "подтвердите её или отклоните (ждали до 07.04.2023)"
    )


def test_a_mark_ahead_of_its_day_is_told_with_its_card() -> None:
    ahead = card(held=HELD, date=schedule(Period(dt.date(2023, 3, 20), dt.date(2023, 3, 21))))

    assert russian(verdict_of(ahead, today=dt.date(2023, 3, 19))) == (
        "Идёт сейчас, последний день 31.03.2023; отмечено проведённым заранее, а дата ещё не "
        "наступила (20.03.2023 – 21.03.2023): карточка «Методический день»"
    )


def test_a_move_is_told_with_its_card() -> None:
    away = card(date=schedule(dt.date(2023, 5, 10)), frame="Май")

    assert russian(verdict_of(away)).endswith("карточка «Методический день» в рамке «Май»")


def test_a_row_of_an_unknown_worksheet_is_told_by_its_title() -> None:
    assert "строка таблицы «Методический день»" in russian(verdict_of(row(held=HELD, place=None)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["director", "coordinator", "methodist", "head"])
def test_every_role_has_a_name(language: str, role: str) -> None:
    said = [decision(DecisionKind.CANCEL, role=role, why="приказ 12")]

    assert "приказ 12" in catalogue(language).tell(verdict_of(decisions=said).reason)


@pytest.mark.parametrize(
    ("role", "name"),
    [("director", "директора"), ("coordinator", "координатора"), ("methodist", "методиста")],
)
def test_whose_decision_it_was_is_told_by_role(role: str, name: str) -> None:
    said = [decision(DecisionKind.CANCEL, role=role)]

    assert russian(verdict_of(decisions=said)) == f"Отменено по решению {name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_has_a_name(language: str) -> None:
    assert all(catalogue(language).tell(say(f"status.{status}")) for status in Status)


def test_a_date_with_an_open_beginning_is_told_as_a_last_day() -> None:
    late = card(date=schedule(dt.date(2023, 2, 15), deadline=True))

    assert "(до 15.02.2023)" in russian(verdict_of(late))
