"""The whole decision: what is put together, what is held back, what is never said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from builders import (
    HELD,
    LONG_AFTER,
    NOON,
    calendar,
    card,
    center,
    deadline_of,
    decision,
    event,
    occurrence,
    project,
    row,
    schedule,
    source,
    sources,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from miro_sync.assessment import assess, shrunk, with_pauses
from miro_sync.findings import compare
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import (
    Assessment,
    BoardSnapshot,
    CenterState,
    DecisionKind,
    EventCalendar,
    Period,
    Problem,
    Remembered,
    Snapshot,
    SourceState,
    Status,
    TablesSnapshot,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from miro_sync.model import Decision, EventCard, Project, SourceReport

ZONE = ZoneInfo("Asia/Novokuznetsk")
BEFORE = NOON - dt.timedelta(days=1)


def assessed(
    cards: Iterable[EventCard] = (),
    *,
    plan: EventCalendar | None = None,
    remembered: Iterable[EventCard] = (),
    decisions: Sequence[Decision] = (),
    read: Sequence[SourceReport] | None = None,
    board: BoardSnapshot | None = None,
    tables: TablesSnapshot | None = None,
    scene: Project | None = None,
    today: dt.date = LONG_AFTER,
) -> Assessment:
    known = {one.id: one for one in remembered}
    return assess(
        scene or project(),
        plan or calendar(),
        Snapshot(board, tables, sources() if read is None else tuple(read)),
        tuple(cards),
        remembered=Remembered(known, read_at={"board": BEFORE, "tables": BEFORE}),
        decisions=decisions,
        today=today,
        deadline_of=deadline_of,
    )


def board(**changes: Any) -> BoardSnapshot:  # noqa: ANN401 - any field
    base = BoardSnapshot("b", "Доска", None, NOON, complete=True, items=())
    return replace(base, **changes)


def cards(count: int, **changes: Any) -> list[EventCard]:  # noqa: ANN401 - any field
    return [card(f"{n:03}", title=f"Заметка №{n} ни о чём", **changes) for n in range(count)]


def rows(*titles: str) -> list[EventCard]:
    return [row(f"План!{n}", title=title) for n, title in enumerate(titles, start=2)]


MARKED = card("900", title="МД-1 Методический день химиков", held=HELD)


# --- putting together -------------------------------------------------------------------------


def test_a_marked_card_makes_its_event_held() -> None:
    (verdict,) = assessed([MARKED]).verdicts

    assert verdict.status is Status.HELD
    assert [item.card.id for item in verdict.evidence] == ["900"]


def test_a_card_that_nobody_planned_is_extra() -> None:
    nobody_planned = card("5", title="Ремонт кабинета информатики")

    assert [one.id for one in assessed([MARKED, nobody_planned]).extra] == ["5"]


def test_a_second_card_of_one_centre_is_a_duplicate() -> None:
    twice = [replace(MARKED, id=card_id, center_id="c1") for card_id in ("901", "902")]

    assert [what.key for _, what in assessed(twice).duplicates] == ["МД-1"]


@pytest.mark.parametrize(
    ("kind", "is_extra"),
    [
        ("card", True),
        ("app_card", True),
        ("sticky_note", True),
        ("row", True),
        ("shape", False),
        ("text", False),
    ],
)
def test_headings_and_drawings_are_no_extra_events(kind: str, *, is_extra: bool) -> None:
    drawn = card("5", title="Ремонт кабинета информатики", kind=kind)

    assert bool(assessed([drawn]).extra) is is_extra


def test_the_decided_period_is_the_one_that_cards_are_held_against() -> None:
    may = Period(dt.date(2023, 5, 1), dt.date(2023, 5, 31))
    moved = card("900", title="МД-1 Методический день химиков", date=schedule(may.end))
    move = decision(DecisionKind.MOVE, period=may)

    assert assessed([moved]).verdicts[0].status is Status.MOVED
    assert assessed([moved], decisions=[move]).verdicts[0].status is Status.AWAITING
    assert assessed([moved], decisions=[move]).moved == ()


def test_a_day_of_contribution_is_kept_with_the_card() -> None:
    made = card("5", center_id="c1", created_at=NOON, modified_at=NOON)

    assert assessed([made]).cards["5"].contributed == LONG_AFTER


def test_edits_of_the_office_are_known_by_the_names_of_the_boards_users() -> None:
    scene = project(rules=replace(project().rules, ignored_users=("Координатор",)))
    made = card("5", center_id="c1", created_at=NOON, author_id="7")
    of_office = board(members={"7": "координатор"})

    assert assessed([made], scene=scene, board=of_office).cards["5"].contributed is None
    assert assessed([made], scene=scene).cards["5"].contributed == LONG_AFTER


def test_the_problems_of_all_parts_are_collected() -> None:
    problems = [Problem(say(f"status.{name}")) for name in ("held", "missed", "moved")]
    tables = TablesSnapshot("т", NOON, complete=True, worksheets=(), problems=(problems[2],))
    plan = replace(calendar(), problems=(problems[0],))

    found = assessed(plan=plan, board=board(problems=(problems[1],)), tables=tables)

    assert found.problems == tuple(problems)


def test_a_persons_word_links_a_card() -> None:
    said = decision(DecisionKind.CONFIRM, card_id="5")
    meant = card("5", title="Ремонт кабинета информатики", held=HELD)

    assert assessed([meant]).verdicts[0].status is Status.MISSED
    assert assessed([meant], decisions=[said]).verdicts[0].status is Status.HELD


@pytest.mark.parametrize("name", ["board", "tables", "calendar"])
def test_an_answer_is_trustworthy_when_everything_that_is_named_was_read(name: str) -> None:
    assert assessed().trustworthy
    assert assessed(read=sources(source(name, SourceState.ABSENT))).trustworthy
    assert assessed(read=sources(source(name, SourceState.UNCHANGED))).trustworthy
    assert not assessed(read=sources(source(name, SourceState.STALE))).trustworthy
    assert not assessed(read=sources(source(name, SourceState.FAILED))).trustworthy
    assert not assessed(read=sources(source(name, complete=False))).trustworthy


def test_the_order_of_the_cards_does_not_matter() -> None:
    some = [MARKED, *cards(5), card("901", title="МД-1 Методический день химиков")]

    assert assessed(some) == assessed(some[::-1])


# --- pauses -----------------------------------------------------------------------------------


def test_a_decided_pause_rests_a_centre() -> None:
    pause = decision(DecisionKind.PAUSE, "c1", period=Period(LONG_AFTER, LONG_AFTER))

    assert assessed(decisions=[pause]).centers[0].state is CenterState.PAUSED
    assert assessed().centers[0].state is CenterState.INACTIVE


JUNE = Period(dt.date(2023, 6, 1), dt.date(2023, 6, 30))
MID_JUNE = Period(dt.date(2023, 6, 1), dt.date(2023, 6, 15))
OCTOBER = Period(dt.date(2023, 10, 1), dt.date(2023, 10, 31))


def pauses(*decisions: Decision, declared: tuple[Period, ...] = ()) -> tuple[Period, ...]:
    (one,) = with_pauses([center(pauses=declared)], decisions, ZONE)
    return one.pauses


def test_a_later_pause_replaces_the_one_it_overlaps_and_adds_to_others() -> None:
    june = decision(DecisionKind.PAUSE, "c1", period=JUNE)
    later = june.made_at + dt.timedelta(days=1)

    assert pauses(replace(june, period=MID_JUNE, made_at=later), june) == (MID_JUNE,)
    assert pauses(june, replace(june, period=OCTOBER, made_at=later)) == (JUNE, OCTOBER)
    assert pauses(june, declared=(MID_JUNE,)) == (MID_JUNE, JUNE)


def test_a_pause_without_days_lasts_from_the_local_day_of_the_decision() -> None:
    at_night = dt.datetime(2023, 6, 1, 18, 0, tzinfo=dt.UTC)  # the 2nd of June there
    pause = decision(DecisionKind.PAUSE, "c1", made_at=at_night)

    assert pauses(pause) == (Period(dt.date(2023, 6, 2), dt.date.max),)


def test_other_decisions_and_other_centres_are_no_pause() -> None:
    assert pauses(decision(DecisionKind.MOVE, "c1", period=JUNE)) == ()
    assert pauses(decision(DecisionKind.PAUSE, "c2", period=JUNE)) == ()


# --- vanished ---------------------------------------------------------------------------------


def gone(
    now: Iterable[EventCard],
    before: Iterable[EventCard],
    *,
    read: Sequence[SourceReport] | None = None,
) -> list[str]:
    return [one.id for one in assessed(now, remembered=before, read=read).vanished]


def test_a_card_that_disappears_is_vanished() -> None:
    before = cards(5)

    assert gone(before[1:], before) == ["000"]
    assert gone(before, before) == []
    assert gone([*before, MARKED], before) == []


@pytest.mark.parametrize(
    "ill",
    [
        source("board", SourceState.STALE),
        source("board", SourceState.FAILED),
        source("board", complete=False),
    ],
    ids=str,
)
def test_nothing_vanishes_from_a_source_that_was_not_read_completely(ill: SourceReport) -> None:
    assert gone([], cards(5), read=sources(ill)) == []


@settings(deadline=None)
@given(now=st.sets(st.integers(0, 14)), before=st.sets(st.integers(0, 14)))
def test_what_vanished_was_there_and_is_not_there_now(now: set[int], before: set[int]) -> None:
    some = cards(15)
    left, known = [some[n] for n in now], [some[n] for n in before]
    lost = [some[n].id for n in sorted(before - now)]

    assert gone(left, known) == ([] if shrunk(len(before), len(lost)) else lost)
    assert gone(left, known, read=sources(source("board", complete=False))) == []


def test_a_board_may_be_missed_from_when_the_tables_were_not_read() -> None:
    ill = sources(source("tables", SourceState.FAILED))

    assert gone([], [*cards(1), *rows("Практикум")], read=ill) == ["000"]


def test_a_renamed_card_is_not_gone() -> None:
    (before,) = cards(1)

    assert gone([replace(before, title="Совсем другое")], [before]) == []


def test_a_card_that_was_made_anew_is_not_gone() -> None:
    (before,) = cards(1, center_id="c1")

    assert gone([replace(before, id="777", kind="app_card")], [before]) == []
    assert gone([replace(before, id="777", center_id="c2")], [before]) == ["000"]


def test_one_new_card_stands_for_one_old_card() -> None:
    before = [card("1", title="Кружок"), card("2", title="Кружок")]

    assert gone([card("3", title="кружок ")], before) == ["2"]


def test_a_title_is_known_with_other_letters_and_spaces() -> None:
    before = card("1", title="Отчёт о кружке")

    assert gone([card("2", title="ОТЧЕТ  о кружке")], [before]) == []
    assert gone([card("2", title="Отчето кружке")], [before]) == ["1"]


def test_cards_without_a_title_are_known_by_their_id_only() -> None:
    assert gone([card("2", title="")], [card("1", title="")]) == ["1"]


def test_rows_that_slide_up_over_a_deleted_one_are_not_gone() -> None:
    assert gone(rows("а", "в", "г"), rows("а", "б", "в", "г")) == ["План!3"]


def test_rows_that_slide_down_are_not_gone() -> None:
    assert gone(rows("новая", "а", "б"), rows("а", "б")) == []


def test_a_row_that_was_written_over_is_not_gone() -> None:
    assert gone(rows("а", "другое", "в"), rows("а", "б", "в")) == []


def test_rows_of_a_renamed_worksheet_are_not_gone() -> None:
    now = [replace(one, id=one.id.replace("План", "План 2023")) for one in rows("а", "б")]

    assert gone(now, rows("а", "б")) == []


def test_a_row_does_not_stand_for_a_card() -> None:
    assert gone(rows("Кружок"), [card("1", title="Кружок")]) == ["1"]


# --- the limit on loss ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "lost", "expected"),
    [
        (10, 3, False),
        (10, 4, True),
        (9, 9, False),
        (1000, 300, False),
        (1000, 301, True),
        (0, 0, False),
    ],
)
def test_more_than_30_percent_of_at_least_10_is_too_much(
    before: int, lost: int, *, expected: bool
) -> None:
    assert shrunk(before, lost) is expected


OLD = [*cards(9), MARKED]


def test_a_source_that_lost_too_much_is_held_back_and_says_how_to_agree() -> None:
    found = assessed(OLD[:6], remembered=OLD)
    report = found.sources[0]

    assert (report.state, report.complete) == (SourceState.STALE, False)
    assert (report.items, report.read_at) == (10, BEFORE)
    assert not found.trustworthy
    assert report.message is not None
    for language in LANGUAGES:
        told = catalogue(language).tell(report.message)
        name = catalogue(language).say("status.source_board")
        assert all(part in told for part in (" 10,", " 4 ", "40 %", name, "accept-shrink board"))


def test_the_last_good_read_stands_in_for_what_was_held_back() -> None:
    found = assessed(OLD[:6], remembered=OLD)

    assert set(found.cards) == {one.id for one in OLD}
    assert found.verdicts[0].status is Status.HELD
    assert found.vanished == ()


def test_no_alarm_rests_on_a_source_that_was_held_back() -> None:
    found = assessed([], remembered=cards(12))

    assert found.verdicts[0].status is Status.UNKNOWN
    assert found.centers[0].state is CenterState.UNKNOWN
    assert [one.kind for one in compare(found, (), LONG_AFTER)] == ["source_failed"]


def test_other_sources_are_not_touched_by_a_loss() -> None:
    before = [*cards(12), *rows("а", "б")]
    found = assessed(rows("а"), remembered=before)

    assert [one.state for one in found.sources] == [
        SourceState.STALE,
        SourceState.FRESH,
        SourceState.FRESH,
    ]
    assert [one.id for one in found.vanished] == ["План!3"]


def test_the_tables_are_guarded_as_the_board_is() -> None:
    found = assessed([], remembered=rows(*map(str, range(10))))

    assert [one.name for one in found.sources if not one.reliable] == ["tables"]


def test_a_loss_that_a_person_agreed_to_is_accepted_without_a_list_of_what_is_gone() -> None:
    agreed = decision(DecisionKind.ACCEPT_SHRINK, "board", made_at=NOON)
    found = assessed(OLD[:6], remembered=OLD, decisions=[agreed])

    assert found.trustworthy
    assert found.verdicts[0].status is Status.MISSED
    assert found.vanished == ()


@pytest.mark.parametrize(
    "word",
    [
        decision(DecisionKind.ACCEPT_SHRINK, "board", made_at=BEFORE),
        decision(DecisionKind.ACCEPT_SHRINK, "tables", made_at=NOON),
        decision(DecisionKind.CONFIRM, "board", made_at=NOON),
    ],
)
def test_an_older_or_other_word_does_not_cover_this_loss(word: Decision) -> None:
    assert not assessed(OLD[:6], remembered=OLD, decisions=[word]).trustworthy


def test_a_source_that_was_not_read_has_lost_nothing() -> None:
    stale = source("board", SourceState.STALE)
    found = assessed([], remembered=OLD, read=sources(stale))

    assert found.sources[0] == stale


# --- twice the same ---------------------------------------------------------------------------


def test_the_same_input_twice_gives_the_same_answer_and_no_news() -> None:
    plan = calendar(occurrence(), occurrence(event("ДР-2", title="Другое дело"), center_id="c1"))
    some = [*cards(3), card("901", title="МД-1 Методический день", date=schedule(LONG_AFTER))]
    first, second = assessed(some, plan=plan), assessed(some, plan=plan)
    told = compare(first, (), LONG_AFTER)

    assert first == second
    assert {one.kind for one in told} == {"missed", "moved", "extra", "inactive", "no_plan"}
    assert {one.state.value for one in compare(second, told, LONG_AFTER)} == {"open"}


# --- what is judged by what ---------------------------------------------------------------------


def test_what_is_new_at_a_source_that_was_held_back_waits_with_it() -> None:
    before = cards(10)
    found = assessed([*before[:6], MARKED], remembered=before)

    assert set(found.cards) == {one.id for one in before}
    assert found.verdicts[0].status is not Status.HELD


def test_a_source_that_lost_everything_says_so() -> None:
    before = cards(10)
    (held_back, *_) = assessed(remembered=before).sources

    assert held_back.message is not None
    assert held_back.message.params["percent"] == 100


def test_a_held_back_source_that_never_told_when_it_was_read_keeps_the_moment_of_now() -> None:
    known = Remembered({one.id: one for one in cards(10)})
    found = assess(
        project(),
        calendar(),
        Snapshot(None, None, sources()),
        (),
        remembered=known,
        decisions=(),
        today=LONG_AFTER,
        deadline_of=deadline_of,
    )

    assert (found.sources[0].state, found.sources[0].read_at) == (SourceState.STALE, NOON)


def test_questions_come_in_the_order_of_their_cards() -> None:
    plan = calendar(occurrence(), occurrence(event("МД-2")))
    asked = [card(n, title="Методический день химиков") for n in ("3", "1", "2")]

    assert [one.card_id for one in assessed(asked, plan=plan).questions] == ["1", "2", "3"]


def test_a_row_counts_on_the_day_of_judging_where_the_read_names_no_moment() -> None:
    read = [replace(one, read_at=None) for one in sources()]
    (known,) = rows("Старая")
    found = assessed([known, row("План!9", title="Новая")], remembered=[known], read=read)

    assert found.cards["План!9"].contributed == LONG_AFTER


def test_a_pause_begins_on_the_local_day_on_which_it_was_decided() -> None:
    late_evening = dt.datetime(2023, 5, 31, 18, 0, tzinfo=dt.UTC)  # 01:00 of 1 June there
    paused = [decision(DecisionKind.PAUSE, "c1", made_at=late_evening)]

    (before,) = assessed(decisions=paused, today=dt.date(2023, 5, 31)).centers
    (after,) = assessed(decisions=paused, today=dt.date(2023, 6, 1)).centers

    assert before.state is not CenterState.PAUSED
    assert after.state is CenterState.PAUSED


def test_a_calendar_alone_is_nothing_to_trust() -> None:
    assert not assessed(read=[source("calendar")]).trustworthy


def test_a_board_whose_cards_went_to_other_frames_was_rearranged() -> None:
    before = cards(30, frame="Центр №1")
    now = [replace(one, frame="Центр №2") for one in before]
    unread = sources(source("board", SourceState.STALE))

    assert assessed(now, remembered=before).rebuilt
    assert not assessed(before, remembered=before).rebuilt
    assert assessed(now, remembered=before, read=unread).rebuilt is False
