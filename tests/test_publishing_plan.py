"""The plan of writing back, as values: carried out, it leaves nothing to be done."""

from __future__ import annotations

import datetime as dt
import html
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.board import BoardFrame, read_cards
from miro_sync.marks import is_own_tag, mark_for, mark_in, marked, own_tag, seal_in, unmarked
from miro_sync.messages import catalogue
from miro_sync.model import (
    Act,
    Assessment,
    BoardItem,
    BoardSnapshot,
    Box,
    Center,
    Coverage,
    Event,
    EventCalendar,
    EventCard,
    Evidence,
    LinkedBy,
    Occurrence,
    Period,
    PlacedCard,
    Project,
    Question,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
    Status,
    Verdict,
    WriteOutcome,
    Writing,
    Written,
    say,
)
from miro_sync.names import CenterNames
from miro_sync.overview import Overview
from miro_sync.own_cards import due_day, due_moment, left_alone, seal
from miro_sync.publishing import Past, Plan, PublishRules, Seen, plan, undoing
from miro_sync.publishing.room import CARD_HEIGHT, CARD_WIDTH, free_places

ZONE = ZoneInfo("Asia/Novokuznetsk")
NOW = dt.datetime(2023, 6, 1, 5, tzinfo=dt.UTC)
TODAY = dt.date(2023, 6, 1)
US = "300"
CENTERS = tuple(Center(id_, f"Центр {id_}") for id_ in ("a", "b"))
PROJECT = Project("Проба", "Asia/Novokuznetsk", Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31)),
                  centers=CENTERS)  # fmt: skip
FRAMES = tuple(
    BoardFrame(id_, f"Центр {center}", center, own=True)
    for id_, center in (("10", "a"), ("11", "b"))
)
TAGS = {
    status: own_tag(status.value, "ru")
    for status in (Status.OVERDUE, Status.UNCONFIRMED, Status.MOVED, Status.MISSED)
}
RULES = PublishRules(TAGS)
READ = (SourceReport("board", SourceState.FRESH, complete=True),)


def board(cards: int = 6, tags: int = 0) -> BoardSnapshot:
    """Make two frames and some cards of people; every tag is on every card."""
    frames = [
        BoardItem("10", "frame", "Центр a", box=Box(0, 0, 1500, 700)),
        BoardItem("11", "frame", "Центр b", box=Box(9000, 0, 1500, 700)),
    ]
    people = [
        BoardItem(str(100 + n), "card" if n % 2 else "sticky_note", f"Дело {n}",
                  parent_id="10" if n % 3 else "11",
                  tag_ids=tuple(str(500 + tag) for tag in range(tags)),
                  box=Box(200 + 90 * n, 150, 320, 90))
        for n in range(cards)
    ]  # fmt: skip
    titles = {str(500 + n): f"метка {n}" for n in range(tags)}
    return BoardSnapshot("b", "", None, NOW, complete=True, items=(*frames, *people), tags=titles)


def occurrence(number: int, center: str) -> Occurrence:
    period = Period(dt.date(2023, 4, 1), dt.date(2023, 4, 30))
    schedule = Schedule("апрель", ScheduleKind.RANGE, (period,))
    event = Event(f"E{number}", f"Дело № {number}", schedule, f"E{number}",
                  coverage=Coverage.EVERY_CENTER)  # fmt: skip
    return Occurrence(f"E{number}@{center}", event, center, period, dt.date(2023, 5, 10))


def verdict(number: int, center: str, status: Status, card: str | None) -> Verdict:
    evidence: tuple[Evidence, ...] = ()
    if card is not None:
        evidence = (Evidence(EventCard(card, "board", "Дело"), LinkedBy.TITLE, 1.0),)
    return Verdict(occurrence(number, center), status, say("status.missed"), evidence=evidence)


def judged(*verdicts: Verdict, asked: tuple[str, ...] = (), sources: object = READ) -> Overview:
    cards = {one.card.id: one.card for each in verdicts for one in each.evidence}
    cards |= {card: EventCard(card, "board", "Дело") for card in asked}
    assessment = Assessment(
        TODAY,
        trustworthy=True,
        sources=sources,  # type: ignore[arg-type]
        verdicts=verdicts,
        questions=tuple(Question(card, (("E900@a", 0.5),)) for card in asked),
        cards=cards,
    )
    return Overview(PROJECT, EventCalendar((), ()), assessment, ())


def planned(overview: Overview, seen: BoardSnapshot, past: Past) -> Plan:
    return plan(overview, Seen(seen, FRAMES), past, RULES, catalogue("ru").tell)


def done(made: Plan, seen: BoardSnapshot, past: Past) -> tuple[BoardSnapshot, Past]:
    """Carry a plan out on values, as the service does on a board."""
    items = {item.id: item for item in seen.items}
    tags = dict(seen.tags)
    log = list(past.decided_by(made.decided))
    run = len(past.writings) + 1
    new = 1000 * run
    cards: dict[str, str] = {}
    for step in made.steps:
        new += 1
        item_id = step.item_id or cards.get(step.card_key or "")
        named = {title: id_ for id_, title in tags.items()}
        match step.act:
            case Act.MAKE_TAG:
                item_id = str(new)
                tags[item_id] = step.key
            case Act.REMOVE_TAG:
                del tags[item_id or ""]
            case Act.PUT_ON | Act.TAKE_OFF:
                item = items[item_id or ""]
                kept = tuple(tag for tag in item.tag_ids if tag != named[step.key])
                kept += (named[step.key],) if step.act is Act.PUT_ON else ()
                items[item.id] = replace(item, tag_ids=kept)
            case Act.MAKE_CARD:
                item_id = cards[step.key] = str(new)
                items[item_id] = written_card(item_id, step.key, step.after)
            case Act.CHANGE_CARD:
                fresh = written_card(item_id or "", step.key, step.after)
                items[fresh.id] = replace(fresh, tag_ids=items[fresh.id].tag_ids)
            case Act.REMOVE_CARD:
                del items[item_id or ""]
        log.append(Written(len(log) + 1, run, step.act, step.key, step.what, item_id,
                           step.before, step.after, NOW, WriteOutcome.DONE))  # fmt: skip
    after = replace(seen, items=tuple(items.values()), tags=tags)
    return after, Past(tuple(log), (*past.writings, Writing(run, NOW, US)))


def written_card(item_id: str, key: str, card: PlacedCard | None) -> BoardItem:
    assert card is not None
    assert card.due is not None
    text = marked(card.text, mark_for(key), seal(card)).replace("\n", "<br>")
    return BoardItem(item_id, "card", card.title, text, due_moment(card.due, ZONE), card.frame_id,
                     created_by=US, modified_by=US, box=Box(card.x, card.y, 320, 94))  # fmt: skip


# --- properties -------------------------------------------------------------------------------

STATUSES = st.sampled_from(
    [Status.MISSED, Status.OVERDUE, Status.HELD, Status.CANCELLED, Status.PLANNED, Status.AWAITING]
)


@st.composite
def scenes(draw: st.DrawFn) -> Overview:
    """Draw any judgement about the cards of `board`."""
    verdicts = []
    for number in range(draw(st.integers(0, 5))):
        for center in ("a", "b"):
            status = draw(STATUSES)
            card = None
            if status in {Status.OVERDUE, Status.HELD} or draw(st.booleans()):
                card = str(draw(st.integers(100, 105)))
            verdicts.append(verdict(number, center, status, card))
    asked = draw(st.lists(st.sampled_from(["100", "101", "102", "103"]), unique=True))
    return judged(*verdicts, asked=tuple(asked))


@given(scenes(), st.integers(0, 8))
def test_a_plan_carried_out_leaves_nothing_to_be_done(overview: Overview, tags: int) -> None:
    seen, past = done(
        first := planned(overview, board(tags=tags), Past()), board(tags=tags), Past()
    )
    assert first.frozen is None
    assert planned(overview, seen, past).steps == ()


@given(scenes(), scenes())
def test_however_the_judgement_changes_the_next_plan_settles_it(
    before: Overview, after: Overview
) -> None:
    seen, past = done(planned(before, board(), Past()), board(), Past())
    seen, past = done(planned(after, seen, past), seen, past)
    assert planned(after, seen, past).steps == ()
    known = {item.id for item in board().items}
    assert known <= {item.id for item in seen.items}


@given(scenes(), scenes())
def test_taking_everything_back_restores_the_board(before: Overview, after: Overview) -> None:
    seen, past = done(planned(before, board(tags=2), Past()), board(tags=2), Past())
    seen, past = done(planned(after, seen, past), seen, past)
    seen, _ = done(undoing(PROJECT, Seen(seen, FRAMES), past, 0), seen, past)
    assert seen == board(tags=2)


@given(scenes(), scenes())
def test_taking_the_last_writing_back_restores_what_was_before_it(
    before: Overview, after: Overview
) -> None:
    first, past = done(planned(before, board(), Past()), board(), Past())
    seen, past = done(planned(after, first, past), first, past)
    seen, _ = done(undoing(PROJECT, Seen(seen, FRAMES), past, 2), seen, past)
    assert sorted(seen.tags.values()) == sorted(first.tags.values())
    assert sorted(map(looks, seen.items)) == sorted(map(looks, first.items))


def looks(item: BoardItem) -> tuple[str, str, int]:
    """Return what a card looks like; one that was made anew has another id."""
    return (item.title, item.description, len(item.tag_ids))


@given(scenes(), st.data())
def test_whatever_ended_in_the_middle_is_settled_by_a_look_at_the_board(
    overview: Overview, data: st.DataObject
) -> None:
    whole = planned(overview, board(), Past())
    seen, past = done(whole, board(), Past())
    cut = data.draw(st.integers(0, len(past.log)))
    carried = data.draw(st.booleans())
    half, short = done(replace(whole, steps=whole.steps[: cut + carried]), board(), Past())
    log = short.log[:cut]
    if carried and len(short.log) > cut:
        lost = short.log[cut]
        known = lost.act in {Act.PUT_ON, Act.TAKE_OFF}
        log += (replace(lost, outcome=None, item_id=lost.item_id if known else None),)
    resumed = Past(log, short.writings)
    again, after = done(planned(overview, half, resumed), half, resumed)
    assert planned(overview, again, after).steps == ()
    assert sorted(map(looks, again.items)) == sorted(map(looks, seen.items))
    assert sorted(again.tags.values()) == sorted(seen.tags.values())
    assert past.users == {US}


# --- single rules -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sources",
    [
        (SourceReport("board", SourceState.STALE, complete=False),),
        (SourceReport("board", SourceState.UNCHANGED, complete=True),),
        (SourceReport("board", SourceState.ABSENT, complete=False),),
        (),
    ],
)
def test_nothing_is_planned_unless_the_board_was_read_now(sources: object) -> None:
    overview = judged(verdict(1, "a", Status.MISSED, None), sources=sources)
    made = planned(overview, board(), Past())
    assert made.frozen is not None
    assert made.steps == ()


def test_an_event_far_ahead_gets_no_card_yet() -> None:
    ahead = Period(dt.date(2023, 9, 1), dt.date(2023, 9, 30))
    one = verdict(1, "a", Status.PLANNED, None)
    one = replace(one, occurrence=replace(one.occurrence, period=ahead))
    assert planned(judged(one), board(), Past()).steps == ()
    rules = replace(RULES, cards_ahead_days=120)
    made = plan(judged(one), Seen(board(), FRAMES), Past(), rules, catalogue("ru").tell)
    assert [step.act for step in made.steps] == [Act.MAKE_CARD]


def test_a_networks_event_gets_a_card_where_the_settings_name_a_frame() -> None:
    one = verdict(1, "a", Status.MISSED, None)
    one = replace(one, occurrence=replace(one.occurrence, key="E1", center_id=None))
    assert planned(judged(one), board(), Past()).steps == ()
    frames = (BoardFrame("10", "Общее"), *FRAMES[1:])
    rules = replace(RULES, network_frame="общее")
    made = plan(judged(one), Seen(board(), frames), Past(), rules, catalogue("ru").tell)
    assert made.counts[Act.MAKE_CARD] == 1


def test_an_event_that_a_card_may_speak_of_gets_no_card_before_that_is_clear() -> None:
    overview = judged(verdict(900, "a", Status.MISSED, None), asked=("101",))
    assert Act.MAKE_CARD not in planned(overview, board(), Past()).counts


def test_a_held_frame_is_no_place_for_a_card() -> None:
    frames = (replace(FRAMES[0], held=True), FRAMES[1])
    overview = judged(verdict(1, "a", Status.MISSED, None))
    made = plan(overview, Seen(board(), frames), Past(), RULES, catalogue("ru").tell)
    assert Act.MAKE_CARD not in made.counts


def test_a_status_whose_name_is_empty_gets_no_tag() -> None:
    overview = judged(verdict(1, "a", Status.OVERDUE, "101"))
    made = plan(overview, Seen(board(), FRAMES), Past(), PublishRules(), catalogue("ru").tell)
    assert made.steps == ()


@given(
    st.lists(
        st.tuples(st.floats(0, 2000), st.floats(0, 1200), st.floats(1, 600), st.floats(1, 400))
    ),
    st.integers(0, 40),
)
def test_new_cards_cover_nothing_and_lie_within_the_frame(
    boxes: list[tuple[float, float, float, float]], count: int
) -> None:
    there = [Box(*one) for one in boxes]
    places = free_places(Box(0, 0, 2000, 1200), there, count)
    assert len(places) <= count
    cards = [Box(x, y, CARD_WIDTH, CARD_HEIGHT) for x, y in places]
    for number, card in enumerate(cards):
        assert CARD_WIDTH / 2 < card.x < 2000 - CARD_WIDTH / 2
        assert CARD_HEIGHT / 2 < card.y < 1200 - CARD_HEIGHT / 2
        assert not any(overlap(card, other) for other in (*there, *cards[:number]))


def overlap(one: Box, other: Box) -> bool:
    return (
        abs(one.x - other.x) < (one.width + other.width) / 2
        and abs(one.y - other.y) < (one.height + other.height) / 2
    )


# --- seals ------------------------------------------------------------------------------------


@given(
    st.text(max_size=300), st.text(max_size=300), st.dates(dt.date(1971, 1, 1), dt.date(2100, 1, 1))
)
def test_what_was_written_is_known_again_and_any_word_breaks_the_seal(
    title: str, text: str, day: dt.date
) -> None:
    card = PlacedCard(title, text, day, "a", "10")
    body = html.escape(marked(text, mark_for("k"), seal(card)), quote=False)
    item = BoardItem("1", "card", html.escape(title, quote=False), body.replace("\n", "<br>"),
                     due_moment(day, ZONE), "10")  # fmt: skip
    assert left_alone(item, {}, ZONE, ["a"])
    assert not left_alone(item, {}, ZONE, ["b"])
    assert not left_alone(replace(item, title=f"✅ {item.title}"), {}, ZONE, ["a"])
    assert not left_alone(replace(item, assignee_id="7"), {}, ZONE, ["a"])
    assert not left_alone(replace(item, tag_ids=("5",)), {"5": "проведено"}, ZONE, ["a"])
    assert left_alone(replace(item, tag_ids=("5",)), {"5": own_tag("что-то", "ru")}, ZONE, ["a"])


ZONES = ["Asia/Kamchatka", "Europe/Moscow", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]


@given(st.dates(dt.date(1971, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(ZONES))
def test_a_due_day_is_read_as_it_was_written(day: dt.date, zone: str) -> None:
    assert due_day(due_moment(day, ZoneInfo(zone)), ZoneInfo(zone)) == day


def test_a_card_of_ours_is_no_event_card_until_somebody_works_at_it() -> None:
    card = PlacedCard("E1. Слёт", "Срок: май.", dt.date(2023, 5, 2), "a", "10")
    ours = written_card("7", "E1@a", card)
    names = CenterNames(CENTERS)
    frame = BoardItem("10", "frame", "Центр a")
    seen = replace(board(0), items=(frame, ours))
    assert read_cards(seen, PROJECT, names).cards == ()
    (theirs,) = read_cards(
        replace(seen, items=(frame, replace(ours, title="✅ E1. Слёт"))), PROJECT, names
    ).cards
    assert theirs.held is not None
    assert "miro-sync" not in theirs.text
    assert (theirs.created_at, theirs.author_id) == (None, None)


def test_a_copied_board_and_a_renamed_frame_wake_no_card_of_ours() -> None:
    card = PlacedCard("E1. Слёт", "Срок: май.", dt.date(2023, 5, 2), "a", "10")
    ours = replace(written_card("7", "E1@a", card), id="77", parent_id="110")
    names = CenterNames(CENTERS)
    for title in ("Центр a", "Рабочее"):
        seen = replace(board(0), items=(BoardItem("110", "frame", title), ours))
        assert read_cards(seen, PROJECT, names).cards == ()


def test_marks_and_seals_are_told_apart() -> None:
    text = marked("Итог", "0123456789ab", "89abcdef")
    assert (mark_in(text), seal_in(text), unmarked(text)) == ("0123456789ab", "89abcdef", "Итог")
    assert seal_in(marked("Итог", "0123456789ab")) is None
    assert is_own_tag(own_tag("late", "en"))
