"""The memory at work: decisions, history and the life of findings, from sources to answers."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import center, project
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from miro_sync import sync
from miro_sync.errors import SettingsError, SourceError
from miro_sync.memory import SqlMemory
from miro_sync.messages import catalogue
from miro_sync.model import (
    FLAGGED,
    BoardHint,
    BoardItem,
    BoardSnapshot,
    BoardVisit,
    Decision,
    DecisionKind,
    FindingState,
    PastFinding,
    Period,
    TablesSnapshot,
    Worksheet,
    say,
)
from miro_sync.reading import Doors
from miro_sync.sync import Outcome
from miro_sync.telling import history

pytestmark = pytest.mark.usefixtures("engines_let_go")

CENTERS = (center("c1"), center("c2"))
PROJECT = project(*CENTERS)
PLAN = (
    ("Код", "Мероприятие", "Сроки реализации", "Охват"),
    ("E01", "Методический день химиков", "Апрель 2023", "сеть"),
    ("E02", "Олимпиада по биологии", "Май 2023", "сеть"),
    ("E03", "Выставка рисунков", "Декабрь 2023", "сеть"),
)
START = dt.date(2023, 6, 20)


@dataclass
class World:
    """A board and a calendar that change from day to day, and the memory of what was seen."""

    memory: SqlMemory
    cards: dict[str, str] = field(default_factory=dict)
    plan: tuple[tuple[str, ...], ...] = PLAN
    today: dt.date = START
    fault: str = ""

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time(5), dt.UTC)

    def doors(self) -> Doors:
        return Doors(board=_Board(self), tables=None, calendar=_Calendar(self))

    def look(self, **asked: object) -> Outcome:
        return sync.look(
            PROJECT,
            self.doors(),
            self.memory,
            **{"today": self.today, **asked},  # type: ignore[arg-type]
        )

    def sync(self, *decisions: Decision) -> Outcome:
        outcome = self.look(decisions=decisions, now=self.now)
        return sync.keep(outcome, self.memory, now=self.now, program="0")

    def decide(self, kind: DecisionKind, subject: str, **said: object) -> Decision:
        asked = Decision(kind, subject, "director", self.now, **said)  # type: ignore[arg-type]
        known = sync.sensible(asked, PROJECT, self.doors(), self.memory)
        return self.memory.decide(known)

    def tomorrow(self, days: int = 1) -> None:
        self.today += dt.timedelta(days=days)


class _Board:
    def __init__(self, world: World) -> None:
        self._world = world

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:
        return BoardVisit(self.read(), self._world.now)

    def read(self) -> BoardSnapshot:
        world = self._world
        if world.fault == "failed":
            raise SourceError(say("sync.incomplete"))
        items = [BoardItem(i, "card", title, created_at=None) for i, title in world.cards.items()]
        if world.fault == "partial":
            items = items[: len(items) // 2]
        return BoardSnapshot(
            "b", "Доска", None, world.now, complete=not world.fault, items=tuple(items)
        )


class _Calendar:
    def __init__(self, world: World) -> None:
        self._world = world

    def read(self) -> TablesSnapshot:
        sheet = Worksheet("Календарь", self._world.plan)
        return TablesSnapshot("calendar.csv", self._world.now, complete=True, worksheets=(sheet,))


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    memory = SqlMemory(url)
    yield World(memory, {"101": "✅ Методический день химиков"})
    memory.close()


def statuses(outcome: Outcome) -> dict[str, str]:
    return {one.occurrence.key: one.status.value for one in outcome.assessment.verdicts}


def as_of(world: World, day: dt.date) -> Outcome:
    then = SqlMemory(world.memory.url, as_of=day)
    try:
        return sync.look(PROJECT, world.doors(), then, today=day, as_of=day)
    finally:
        then.close()


# --- looking back -----------------------------------------------------------------------------


def test_an_answer_as_of_a_day_is_the_answer_of_that_day(world: World) -> None:
    first_day = world.today
    answers = [world.sync()]
    world.tomorrow()
    world.cards["102"] = "✅ Олимпиада по биологии"
    answers.append(world.sync())
    world.tomorrow()
    del world.cards["101"]
    world.decide(DecisionKind.CANCEL, "E01", why="карантин")
    answers.append(world.sync())

    for at, answer in enumerate(answers):
        then = as_of(world, first_day + dt.timedelta(days=at))
        assert statuses(then) == statuses(answer)
        assert then.assessment.cards == answer.assessment.cards
    assert [statuses(one)["E01"] for one in answers] == ["held", "held", "cancelled"]


def test_a_decision_does_not_reach_back_before_it_was_made(world: World) -> None:
    world.sync()
    before = world.today
    world.tomorrow()
    world.decide(DecisionKind.CANCEL, "E02", why="карантин")
    world.sync()

    assert statuses(as_of(world, before))["E02"] == "missed"
    assert statuses(as_of(world, world.today))["E02"] == "cancelled"


def test_the_calendar_of_that_day_is_held_against_and_not_today_s(world: World) -> None:
    world.sync()
    before = world.today
    world.tomorrow()
    world.plan = (*PLAN[:2], ("E02", "Олимпиада по биологии", "Декабрь 2023", "сеть"), PLAN[3])
    world.sync()

    assert statuses(as_of(world, before))["E02"] == "missed"
    assert statuses(as_of(world, world.today))["E02"] == "planned"


def test_a_day_on_which_the_board_was_not_read_still_knows_nothing(world: World) -> None:
    world.sync()
    world.tomorrow()
    world.fault = "failed"
    that_day = world.sync()
    blind = world.today
    world.tomorrow()
    world.fault = ""
    world.sync()

    assert statuses(as_of(world, blind)) == statuses(that_day)
    assert statuses(that_day)["E02"] == "unknown"
    assert not as_of(world, blind).assessment.trustworthy


# --- decisions --------------------------------------------------------------------------------


def test_a_decision_that_was_taken_back_changes_nothing_any_more(world: World) -> None:
    made = world.decide(DecisionKind.CANCEL, "E02", why="карантин")
    assert statuses(world.sync())["E02"] == "cancelled"

    world.tomorrow()
    world.decide(DecisionKind.UNDO, str(made.number), undoes=made.number)

    assert statuses(world.sync())["E02"] == "missed"
    assert [one.kind.value for one in world.memory.decisions()] == ["cancel", "undo"]


def test_transfers_are_counted_and_told(world: World) -> None:
    for month in (8, 9):
        world.decide(
            DecisionKind.MOVE,
            "E02",
            period=Period(dt.date(2023, month, 1), dt.date(2023, month, 5)),
            why="карантин",
        )
    verdict = next(v for v in world.look().assessment.verdicts if v.occurrence.key == "E02")

    note = verdict.reason.params["note"]
    assert (note.key, dict(note.params)) == ("reconcile.transfers", {"times": 2})  # type: ignore[attr-defined]


def test_a_loss_that_was_agreed_to_is_stored(world: World) -> None:
    world.cards = {str(number): f"Семинар учителей {number}" for number in range(200, 220)}
    world.sync()
    world.cards = {}
    world.tomorrow()
    assert world.sync().exit_code == 3

    world.tomorrow()
    world.decide(DecisionKind.ACCEPT_SHRINK, "board")

    assert world.sync().exit_code == 0
    assert world.memory.remembered().cards == {}


def test_a_confirmed_link_survives_the_copy_of_the_whole_board(world: World) -> None:
    world.cards = {"101": "День открытых колб", "102": "Разное", "103": "Планёрка"}
    world.sync()
    world.decide(DecisionKind.CONFIRM, "E01", card_id="101")
    world.decide(DecisionKind.HELD, "E02")
    world.sync()
    for shift in (1000, 2000):
        world.tomorrow()
        world.cards = {str(int(i) % 1000 + shift): title for i, title in world.cards.items()}
        outcome = world.sync()

        verdict = next(v for v in outcome.assessment.verdicts if v.occurrence.key == "E01")
        assert [one.card.id for one in verdict.evidence] == [str(101 + shift)]
        assert outcome.assessment.vanished == ()
        assert not [one for one in outcome.findings if one.state is FindingState.NEW]


def test_an_event_that_does_not_exist_cannot_be_decided_about(world: World) -> None:
    with pytest.raises(SettingsError):
        world.decide(DecisionKind.CANCEL, "E99", why="нет")


# --- the clock --------------------------------------------------------------------------------


def test_a_clock_that_was_turned_back_is_told_and_harms_nothing(world: World) -> None:
    world.sync()
    first = world.decide(DecisionKind.HELD, "E02")
    world.tomorrow(-40)

    outcome = world.sync()
    second = world.decide(DecisionKind.CANCEL, "E02", why="ошибка")

    assert outcome.assessment.problems[0].message.key == "sync.clock_back"
    assert second.made_at >= first.made_at
    assert statuses(world.look())["E02"] == "cancelled"
    health = world.memory.examine()
    assert health is not None
    assert health.faults == ()


# --- history ----------------------------------------------------------------------------------


def test_the_story_of_an_event_tells_all_that_befell_it(world: World) -> None:
    world.cards = {"101": "Методический день химиков"}
    world.sync()
    world.tomorrow()
    world.cards = {"101": "✅ Методический день химиков"}
    world.sync()
    world.tomorrow()
    world.cards = {}
    world.sync()
    world.tomorrow()
    world.cards = {"101": "✅ Методический день химиков"}
    world.sync()
    world.decide(DecisionKind.CANCEL, "E01", why="карантин")

    event, told = sync.story_of("e01", PROJECT, world.doors(), world.memory)

    assert event.key == "E01"
    assert [one.said.key for one in told] == [
        "story.added",  # the calendar's row
        "story.added",  # the card
        "story.opened_backlog",
        "story.marked",
        "story.closed",
        "story.gone",
        "story.opened",
        "story.returned",
        "story.marked",
        "story.decided",
        "story.closed",
    ]


def test_no_line_of_a_story_is_wider_than_the_terminal(world: World) -> None:
    world.cards = {"101": "Методический день химиков"}
    world.sync()
    world.decide(DecisionKind.CANCEL, "E01", why="карантин в двух школах и ремонт зала " * 5)

    event, told = sync.story_of("E01", PROJECT, world.doors(), world.memory)

    for columns in (40, 80):
        lines = history.story(event, told, PROJECT, catalogue("ru"), columns).splitlines()
        assert max(map(len, lines)) <= columns


def test_a_run_counts_what_came_changed_went_and_came_back(world: World) -> None:
    world.cards = {"101": "Семинар химиков", "102": "Экскурсия"}
    world.sync()
    world.cards = {"101": "Семинар химиков и физиков"}
    world.sync()
    world.cards = {"101": "Семинар химиков и физиков", "102": "Экскурсия", "103": "Конкурс чтецов"}
    world.sync()

    counted = [{k.value: n for k, n in run.changes.items()} for run in world.memory.runs(10)]
    assert counted == [{"added": 5}, {"changed": 1, "gone": 1}, {"added": 1, "returned": 1}]


# --- anything in any order --------------------------------------------------------------------

TITLES = [
    "✅ Методический день химиков",
    "Олимпиада по биологии",
    "Планёрка",
    "✅ Выставка рисунков",
]
IDS = [str(number) for number in range(100, 112)]


class DiedError(BaseException):
    """The process ends here: nothing that handles errors may run."""


@contextmanager
def dying(memory: SqlMemory, point: int, where: str) -> Iterator[None]:
    """Let the n-th statement, or the commit, be the last thing that is tried.

    Args:
        memory: whose connection it is.
        point: how many statements go well.
        where: "before" or "after" a statement, or at the "commit".

    """
    names = {"before": "before_cursor_execute", "after": "after_cursor_execute"}
    name, left = names.get(where, "commit"), 0 if where == "commit" else point

    def count(*_: object) -> None:
        nonlocal left
        if left == 0:
            raise DiedError
        left -= 1

    engine = memory._open()
    sa.event.listen(engine, name, count)
    try:
        yield
    finally:
        sa.event.remove(engine, name, count)
        memory.close()


class Life(RuleBasedStateMachine):
    """Random edits, reads, decisions and days; what must hold after every sync."""

    @initialize()
    def begin(self) -> None:
        import tempfile  # noqa: PLC0415 - a machine has no fixtures

        self.folder = tempfile.TemporaryDirectory()
        self.world = World(SqlMemory(f"sqlite:///{self.folder.name}/a.db"))
        self.answers: dict[dt.date, dict[str, str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.memory.close()
            self.folder.cleanup()

    @rule(card_id=st.sampled_from(IDS), title=st.sampled_from(TITLES))
    def put(self, card_id: str, title: str) -> None:
        self.world.cards[card_id] = title

    @rule(card_id=st.sampled_from(IDS))
    def remove(self, card_id: str) -> None:
        self.world.cards.pop(card_id, None)

    @rule(shift=st.sampled_from([1000, 2000]))
    def copy_the_board(self, shift: int) -> None:
        cards = self.world.cards.items()
        self.world.cards = {str(int(i) % 1000 + shift): title for i, title in cards}

    @rule(kind=st.sampled_from(["held", "cancel"]), event=st.sampled_from(["E01", "E02", "E03"]))
    def decide(self, kind: str, event: str) -> None:
        self.world.decide(DecisionKind(kind), event, why="так решили")

    @rule()
    def take_back(self) -> None:
        made = self.world.memory.decisions()
        last = made[-1] if made else None
        if last is not None and last.number is not None:
            self.world.decide(DecisionKind.UNDO, str(last.number), undoes=last.number)

    @rule(fault=st.sampled_from(["", "", "partial", "failed"]))
    def sync(self, fault: str) -> None:
        world = self.world
        world.tomorrow()
        world.fault = fault
        first = world.sync()
        again = world.look(now=world.now)
        world.fault = ""
        if fault:
            late = {key for key, status in statuses(first).items() if status in FLAGGED}
            assert not late, "no flag from an unread source"
        kept = {(one.key, one.since) for one in first.findings if one.state is not RESOLVED}
        assert {(one.key, one.since) for one in again.findings if one.state is not RESOLVED} == kept
        assert not [one for one in again.findings if one.state is FindingState.NEW]
        assert statuses(again) == statuses(first)
        self.answers[world.today] = statuses(first)
        runs, versions = self._size()
        world.fault = fault
        world.sync()
        world.fault = ""
        assert self._size() == (runs + 1, versions), "the same data again changes nothing"

    @rule(point=st.integers(0, 40), where=st.sampled_from(["before", "after", "commit"]))
    def sync_and_die(self, point: int, where: str) -> None:
        """Whatever is tried last, the whole run is there, or the state before it."""
        world = self.world
        world.tomorrow()
        before = self._contents()
        ended = False
        with suppress(DiedError), dying(world.memory, point, where):
            world.sync()
            ended = True
        gc.collect()  # of a process that died nothing is left
        assert ended or self._contents() == before
        after = world.sync()
        again = world.look(now=world.now)
        assert statuses(again) == statuses(after)
        assert not [one for one in again.findings if one.state is FindingState.NEW]
        self.answers[world.today] = statuses(after)

    @rule(event=st.sampled_from(["E01", "E02"]), where=st.sampled_from(["after", "commit"]))
    def decide_and_die(self, event: str, where: str) -> None:
        made = self.world.memory.decisions()
        with suppress(DiedError), dying(self.world.memory, 8, where):
            self.world.decide(DecisionKind.HELD, event, why="так решили")
        gc.collect()
        now = self.world.memory.decisions()
        assert now[: len(made)] == made
        assert len(now) <= len(made) + 1

    @rule()
    def look_back(self) -> None:
        decided_later = {one.made_at.date() for one in self.world.memory.decisions()}
        for day, answer in self.answers.items():
            if day not in decided_later:  # what was decided after the sync of that day counts too
                assert statuses(as_of(self.world, day)) == answer

    @invariant()
    def the_state_is_whole(self) -> None:
        if hasattr(self, "world"):
            health = self.world.memory.examine()
            assert health is None or health.faults == ()

    @invariant()
    def every_finding_has_one_life_at_a_time(self) -> None:
        if not hasattr(self, "world"):
            return
        memory = self.world.memory
        subjects = {"board", "calendar", "c1", "c2", "E01", "E02", "E03", *self.world.cards}
        lives: dict[str, list[PastFinding]] = {}
        for life in memory.finding_lives(subjects):
            lives.setdefault(life.finding.key, []).append(life)
        for some in lives.values():
            for one, next_one in pairwise(some):
                assert one.until_run is not None
                assert next_one.since_run is not None
                assert one.until_run <= next_one.since_run

    @invariant()
    def the_history_replays_to_what_is_known(self) -> None:
        """Every change applied in its order leaves what the last run knew."""
        if not hasattr(self, "world"):
            return
        there: dict[str, object] = {}
        for change in self.world.memory.changes(0):
            if change.source == "board":
                assert there.get(change.thing) == change.before
                there[change.thing] = change.after
        replayed = {thing: card for thing, card in there.items() if card is not None}
        assert replayed == self.world.memory.remembered().cards

    def _contents(self) -> tuple[object, ...]:
        memory = self.world.memory
        known = memory.remembered()
        return (known, memory.decisions(), memory.same_cards(), len(memory.runs(1000)))

    def _size(self) -> tuple[int, int]:
        health = self.world.memory.examine()
        assert health is not None
        return health.runs, health.versions


RESOLVED = FindingState.RESOLVED
TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
