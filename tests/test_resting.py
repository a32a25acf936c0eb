"""A sync that does not decide anew says and stores exactly what one that does would.

So does a check, which tells more than a sync and stores nothing.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from builders import card, center, event, occurrence, project
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import text

from miro_sync import sync
from miro_sync.errors import SourceError
from miro_sync.matching import Notes, match
from miro_sync.memory import JobLog, SqlMemory
from miro_sync.messages import catalogue
from miro_sync.model import (
    BoardHint,
    BoardItem,
    BoardSnapshot,
    BoardVisit,
    Decision,
    DecisionKind,
    Period,
    Seal,
    TablesSnapshot,
    Worksheet,
    say,
)
from miro_sync.packed import pack, unpack
from miro_sync.sync import Outcome
from miro_sync.telling.lines import backlog, flagged
from miro_sync.telling.terminal import sync_line
from miro_sync.visiting import Doors

pytestmark = pytest.mark.usefixtures("engines_let_go")

CENTERS = (
    center("c1", name="Яйская ООШ", frame=None),
    center("c2", name="Ишимская ООШ", frame=None),
)
PROJECT = project(*CENTERS)
HEADER = ("Код", "Мероприятие", "Сроки реализации", "Охват")
PLAN = (
    HEADER,
    ("E01", "Методический день химиков", "Апрель 2023", "сеть"),
    ("E02", "Олимпиада по биологии", "Май 2023", "каждый центр"),
    ("E03", "Выставка рисунков", "Декабрь 2023", "сеть"),
)
SHEET = ("Мероприятие", "Срок", "Центр", "Отметка о проведении")
FRAMES = ("Яйская ООШ", "Ишимская ООШ")


@dataclass
class World:
    """Sources that change; two memories that see the same of them."""

    folder: Path
    cards: dict[str, tuple[str, str]] = field(default_factory=dict)
    plan: tuple[tuple[str, ...], ...] = PLAN
    rows: tuple[tuple[str, ...], ...] = ()
    now: dt.datetime = dt.datetime(2023, 6, 20, 3, 0, tzinfo=dt.UTC)
    changed: dt.datetime = dt.datetime(2023, 6, 1, tzinfo=dt.UTC)
    fault: str = ""
    sealed: bool = False

    def __post_init__(self) -> None:
        self.quick, self.slow = (SqlMemory(f"sqlite:///{self.folder / n}") for n in "qs")
        self.quick.purge(self.today)  # makes the tables, which takes longer than a run
        self.quick.close()
        (self.folder / "s").write_bytes((self.folder / "q").read_bytes())

    @property
    def today(self) -> dt.date:
        return (self.now + dt.timedelta(hours=7)).date()

    def doors(self) -> Doors:
        kind = _SealedTables if self.sealed else _Tables
        return Doors(_Board(self), kind(self, "rows"), kind(self, "plan"))

    def both(self, decisions: tuple[Decision, ...] = ()) -> tuple[Outcome, Outcome]:
        """Sync with and without what was worked out before."""
        quick = sync.run(
            PROJECT,
            self.doors(),
            self.quick,
            today=self.today,
            now=self.now,
            program="0",
            rules="r",
            decisions=decisions,
        )
        looked = sync.look(
            PROJECT, self.doors(), self.slow, today=self.today, now=self.now, decisions=decisions
        )
        return quick, sync.keep(looked, self.slow, now=self.now, program="0")

    def checks(self) -> tuple[Outcome, Outcome]:
        """Check with and without what was worked out before."""
        quick = sync.check(PROJECT, self.doors(), self.quick, today=self.today, rules="r")
        return quick, sync.look(PROJECT, self.doors(), self.slow, today=self.today)

    def touched(self) -> None:
        self.changed += dt.timedelta(seconds=1)

    def close(self) -> None:
        self.quick.close()
        self.slow.close()


class _Board:
    def __init__(self, world: World) -> None:
        self._world = world

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:
        world = self._world
        now = BoardHint("b", world.changed, world.now)
        if not world.fault and hint is not None and hint.modified_at == world.changed:
            return BoardVisit(None, world.now, replace(now, read_at=hint.read_at), calls=1)
        return BoardVisit(self.read(), world.now, None if world.fault else now, calls=7)

    def read(self) -> BoardSnapshot:
        world = self._world
        if world.fault == "failed":
            raise SourceError(say("sync.incomplete"))
        items = [BoardItem(f"9{n}", "frame", title) for n, title in enumerate(FRAMES)]
        items += [
            BoardItem(i, "card", title, parent_id=frame, created_at=world.changed, created_by="7")
            for i, (title, frame) in world.cards.items()
        ]
        if world.fault == "partial":
            items = items[: len(items) // 2]
        return BoardSnapshot(
            "b", "Доска", None, world.now, complete=not world.fault, items=tuple(items)
        )


class _Tables:
    def __init__(self, world: World, part: str) -> None:
        self._world, self._part = world, part

    def read(self) -> TablesSnapshot:
        rows = (SHEET, *self._world.rows) if self._part == "rows" else self._world.plan
        sheet = Worksheet(self._part, rows)
        return TablesSnapshot(
            f"{self._part}.csv", self._world.now, complete=True, worksheets=(sheet,)
        )


class _SealedTables(_Tables):
    def seal(self) -> Seal:
        return Seal(repr(self.read().worksheets), self._world.now)


def told(outcome: Outcome) -> tuple[object, ...]:
    """Return all that a log and an exit code rest on, and what must agree besides."""
    found = outcome.assessment
    bare = [replace(one, evidence=()) for one in found.verdicts]
    aside = backlog(outcome.findings, new=False)
    return (
        sync_line(found, outcome.findings, PROJECT, catalogue("ru")),
        outcome.exit_code,
        flagged(found, aside),
        bare,
        found.moved,
        found.centers,
        found.sources,
        outcome.findings,
        outcome.calendar.occurrences,
    )


def all_of(outcome: Outcome) -> tuple[object, ...]:
    """Return all that a check shows and an exit code rests on."""
    return outcome.assessment, outcome.findings, outcome.calendar, outcome.known, outcome.exit_code


def contents(memory: SqlMemory) -> list[list[tuple[object, ...]]]:
    """Return all that a memory holds but what it keeps to be quicker."""
    if memory.examine() is None:
        return []
    tables = ("run", "source_read", "version", "finding", "decision", "same_card")
    with memory._open().connect() as connection:
        return [
            [tuple(row) for row in connection.execute(text(f"select * from {name} order by 1, 2"))]  # noqa: S608 - named above
            for name in tables
        ]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, {"101": ("Методический день химиков", "90")})


@pytest.mark.parametrize("sealed", [False, True])
def test_the_third_sync_of_the_same_data_decides_nothing_and_says_the_same(
    world: World, *, sealed: bool
) -> None:
    world.sealed = sealed
    for _ in range(5):
        quick, slow = world.both()
        assert told(quick) == told(slow)
        world.now += dt.timedelta(hours=1)

    assert quick.brief
    assert contents(world.quick) == contents(world.slow)
    world.close()


@pytest.mark.parametrize("sealed", [False, True])
def test_a_check_after_resting_syncs_decides_nothing_and_tells_everything(
    world: World, *, sealed: bool
) -> None:
    world.sealed = sealed
    rested(world)
    world.now += dt.timedelta(hours=1)

    quick, slow = world.checks()

    assert quick.rested
    assert not slow.rested
    assert quick.assessment.cards
    assert all_of(quick) == all_of(slow)
    world.close()


def test_a_check_stores_nothing(world: World) -> None:
    rested(world)
    before = contents(world.quick)

    world.checks()
    _card(world)
    world.checks()

    assert contents(world.quick) == before
    world.close()


def test_a_check_before_the_first_sync_decides(world: World) -> None:
    quick, slow = world.checks()

    assert not quick.rested
    assert all_of(quick) == all_of(slow)
    world.close()


def test_a_check_of_another_day_than_the_last_sync_decides(world: World) -> None:
    rested(world)

    outcome = sync.check(PROJECT, world.doors(), world.quick, today=dt.date(2023, 9, 1), rules="r")

    assert not outcome.rested
    assert outcome.assessment.today == dt.date(2023, 9, 1)
    world.close()


def test_a_check_that_is_to_read_everything_decides(world: World) -> None:
    rested(world)

    outcome = sync.check(
        PROJECT, world.doors(), world.quick, today=world.today, rules="r", full=True
    )

    assert not outcome.rested
    assert outcome.assessment.sources[0].calls == 7
    world.close()


def test_a_check_under_other_rules_than_the_last_sync_decides(world: World) -> None:
    rested(world)

    outcome = sync.check(PROJECT, world.doors(), world.quick, today=world.today, rules="other")

    assert not outcome.rested
    world.close()


def test_a_sync_that_warned_of_the_clock_leaves_its_warning_to_no_check(world: World) -> None:
    rested(world)
    world.now -= dt.timedelta(minutes=30)
    _decision(world)
    for _ in range(3):
        world.both()

    quick, slow = world.checks()

    assert all_of(quick) == all_of(slow)
    world.close()


def test_an_older_program_that_lets_go_of_its_own_answer_alone_is_noticed(world: World) -> None:
    rested(world)
    with world.quick._open().begin() as connection:
        connection.execute(text("delete from kept where name = 'answer'"))

    quick, _ = world.checks()

    assert not quick.rested
    world.close()


def rested(world: World) -> None:
    world.both()
    world.now += dt.timedelta(days=1)
    for _ in range(4):
        quick, _ = world.both()
    assert quick.brief
    checked, _ = world.checks()
    assert checked.rested


def _card(world: World) -> None:
    world.cards["102"] = ("✅ Олимпиада по биологии", "91")
    world.touched()


def _row(world: World) -> None:
    world.rows = (("Олимпиада по биологии", "12.05.2023", "Яйская ООШ", "да"),)


def _plan(world: World) -> None:
    world.plan = (*PLAN, ("E04", "Конкурс чтецов", "Март 2023", "сеть"))


def _day(world: World) -> None:
    world.now += dt.timedelta(days=1)


def _fault(world: World) -> None:
    world.fault = "failed"


def _decision(world: World) -> None:
    said = Decision(DecisionKind.CANCEL, "E01", "director", world.now, why="карантин")
    world.quick.decide(said)
    world.slow.decide(said)


def _purge(world: World) -> None:
    world.quick.purge(world.today)
    world.slow.purge(world.today)


@pytest.mark.parametrize("change", [_card, _row, _plan, _day, _fault, _decision, _purge])
def test_whatever_changes_is_decided_anew(world: World, change: Callable[[World], None]) -> None:
    rested(world)

    change(world)
    checked, looked = world.checks()
    quick, slow = world.both()

    assert not checked.rested
    assert all_of(checked) == all_of(looked)
    assert not quick.brief
    assert told(quick) == told(slow)
    world.close()


def test_what_is_written_beside_the_runs_wakes_no_resting_sync(world: World) -> None:
    rested(world)
    log = JobLog(world.quick.url)
    log.end(log.begin("sync", world.now), world.now, 0)
    log.close()
    world.quick.claim()

    quick, slow = world.both()

    assert quick.brief
    assert told(quick) == told(slow)
    world.close()


def test_under_other_rules_nothing_that_was_worked_out_before_counts(world: World) -> None:
    rested(world)

    outcome = sync.run(
        PROJECT,
        world.doors(),
        world.quick,
        today=world.today,
        now=world.now,
        program="0",
        rules="other",
    )

    assert not outcome.brief
    world.close()


def test_an_answer_that_cannot_be_read_any_more_is_worked_out_anew(world: World) -> None:
    rested(world)
    with world.quick._open().begin() as connection:
        connection.execute(text("update kept set payload = '[[],' where name != 'notes'"))

    checked, _ = world.checks()
    quick, slow = world.both()

    assert not checked.rested

    assert not quick.brief
    assert told(quick) == told(slow)
    world.close()


def test_a_full_read_that_was_asked_for_is_made(world: World) -> None:
    rested(world)

    outcome = sync.run(
        PROJECT,
        world.doors(),
        world.quick,
        today=world.today,
        now=world.now,
        program="0",
        rules="r",
        full=True,
    )

    assert not outcome.brief
    assert outcome.assessment.sources[0].calls == 7
    world.close()


def test_a_clock_that_was_turned_back_is_told_by_a_resting_sync_too(world: World) -> None:
    rested(world)
    world.now -= dt.timedelta(minutes=30)

    quick, slow = world.both()

    assert quick.brief
    assert [one.message.key for one in quick.assessment.problems] == ["sync.clock_back"]
    assert slow.assessment.problems[0] == quick.assessment.problems[0]
    world.close()


TITLES = ["✅ Методический день химиков", "Олимпиада по биологии", "E02", "Планёрка", "✅ Выставка"]
IDS = [str(number) for number in range(100, 108)]
KEYS = ["E01", "E02", "E03"]


class TwoMemories(RuleBasedStateMachine):
    """Random edits, faults, days and decisions; both memories always agree."""

    @initialize(sealed=st.booleans())
    def begin(self, *, sealed: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name), sealed=sealed)
        self.rested = 0

    def teardown(self) -> None:
        if hasattr(self, "world"):
            quick, slow = contents(self.world.quick), contents(self.world.slow)
            self.world.close()
            self.folder.cleanup()
            assert quick == slow

    @rule(card_id=st.sampled_from(IDS), title=st.sampled_from(TITLES), frame=st.sampled_from("01"))
    def put(self, card_id: str, title: str, frame: str) -> None:
        self.world.cards[card_id] = (title, f"9{frame}")
        self.world.touched()

    @rule(card_id=st.sampled_from(IDS))
    def remove(self, card_id: str) -> None:
        self.world.cards.pop(card_id, None)
        self.world.touched()

    @rule(title=st.sampled_from(TITLES), center=st.sampled_from(FRAMES))
    def write_a_row(self, title: str, center: str) -> None:
        self.world.rows = ((title, "12.05.2023", center, ""), *self.world.rows[:3])

    @rule(month=st.sampled_from(["Март", "Декабрь"]))
    def plan_anew(self, month: str) -> None:
        self.world.plan = (*PLAN[:3], ("E03", "Выставка рисунков", f"{month} 2023", "сеть"))

    @rule(kind=st.sampled_from(["held", "cancel", "confirm", "reject"]), key=st.sampled_from(KEYS))
    def decide(self, kind: str, key: str) -> None:
        card_id = IDS[0] if kind in ("confirm", "reject") else None
        said = Decision(DecisionKind(kind), key, "director", self.world.now, card_id, why="так")
        self.world.quick.decide(said)
        self.world.slow.decide(said)

    @rule(days=st.integers(0, 3))
    def wait(self, days: int) -> None:
        self.world.now += dt.timedelta(days=days, hours=1)

    @rule(fault=st.sampled_from(["", "", "", "partial", "failed"]), times=st.integers(1, 4))
    def sync(self, fault: str, times: int) -> None:
        self.world.fault = fault
        for _ in range(times):
            quick, slow = self.world.both()
            assert told(quick) == told(slow)
            if not quick.brief:
                assert quick.assessment == slow.assessment
            self.rested += quick.brief
            self.check()
            self.world.now += dt.timedelta(minutes=5)
        self.world.fault = ""

    @rule()
    def check(self) -> None:
        quick, slow = self.world.checks()
        assert all_of(quick) == all_of(slow)


TestTwoMemories = TwoMemories.TestCase
TestTwoMemories.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)


# --- notes of the matching --------------------------------------------------------------------

WORDS = ["Олимпиада по биологии 9 класс", "E1: опыты", "Методический день химиков 2023", "день", ""]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_notes_change_nothing_but_the_time_that_a_matching_takes(data: st.DataObject) -> None:
    events = ["Олимпиада по биологии", "Методический день химиков", "Опыты по химии"]
    months = st.integers(1, 12)

    def occurrences() -> list[object]:
        return [
            occurrence(
                event(f"E{n}", title=title, code=f"E{n}"),
                center_id=data.draw(st.sampled_from([None, "c1"])),
                period=Period(dt.date(2023, month, 1), dt.date(2023, month, 28)),
            )
            for n, title in enumerate(events)
            for month in [data.draw(months)]
        ]

    def cards() -> list[object]:
        return [
            card(
                str(n),
                title=data.draw(st.sampled_from(WORDS)),
                center_id=data.draw(st.sampled_from([None, "c1", "c2"])),
            )
            for n in range(data.draw(st.integers(0, 6)))
        ]

    plan, text_ = occurrences(), ""
    for _ in range(4):
        plan = data.draw(st.sampled_from([plan, occurrences()]))
        some = cards()
        words = [
            Decision(kind, f"E{n}", "director", dt.datetime(2023, 1, 1, tzinfo=dt.UTC), str(n))
            for n in range(2)
            for kind in [data.draw(st.sampled_from([DecisionKind.CONFIRM, DecisionKind.REJECT]))]
        ][: data.draw(st.integers(0, 2))]
        notes = Notes(text_, "r")
        anew = match(plan, some, words, CENTERS)  # type: ignore[arg-type]
        assert match(plan, some, words, CENTERS, notes) == anew  # type: ignore[arg-type]
        text_ = notes.text()


@pytest.mark.parametrize("damaged", ["[", "[1]", "null", '["a", 7]'])
def test_damaged_notes_count_for_nothing(damaged: str) -> None:
    plan, some = [occurrence(event("E1"))], [card("1", title="Опыты")]

    assert match(plan, some, (), (), Notes(damaged)) == match(plan, some)


def test_what_was_packed_comes_back_equal(world: World) -> None:
    for _ in range(2):
        outcome, _ = world.both()
    found = outcome.assessment

    assert unpack(pack(found.verdicts)) == found.verdicts
    assert unpack(pack((found.centers, outcome.findings, found.sources))) == (
        found.centers,
        outcome.findings,
        found.sources,
    )
    reasons = [one.reason.params for one in unpack(pack(found.verdicts))]
    assert reasons == [one.reason.params for one in found.verdicts]
    world.close()
