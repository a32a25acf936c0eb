"""The state between runs: whole or not at all, once per version, good reads only."""

from __future__ import annotations

import datetime as dt
import sqlite3
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from miro_sync.errors import StateError
from miro_sync.memory import SqlMemory, schema, store
from miro_sync.model import (
    Contribution,
    Decision,
    DecisionKind,
    Event,
    EventCard,
    Finding,
    FindingState,
    Period,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
    TableChoice,
    say,
)

pytestmark = pytest.mark.usefixtures("engines_let_go")

MONDAY = dt.date(2023, 5, 15)
READ_AT = dt.datetime(2023, 5, 15, 1, 0, tzinfo=dt.UTC)

CARD = EventCard(
    id="3458764518821065216",
    source="board",
    title="Методический день",
    center_id="yaya-1",
    date=Schedule(
        "19 апреля",
        ScheduleKind.DATE,
        (Period(dt.date(2023, 4, 19), dt.date(2023, 4, 19)),),
        assumed=say("periods.year", year=2023),
    ),
    held=say("board.held_tag", tag="проведено", day=dt.date(2023, 4, 19)),
    modified_at=READ_AT,
)
EVENT = Event("E01", "Методический день", Schedule("Апрель 2023", ScheduleKind.RANGE))
MISSED = Finding("missed:E01", "missed", "E01", FindingState.NEW, MONDAY)


@pytest.fixture
def file_memory(tmp_path: Path) -> SqlMemory:
    return SqlMemory(f"sqlite:///{tmp_path / 'state' / 'miro-sync.db'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlMemory]:
    url = f"sqlite:///{tmp_path / 'state' / 'miro-sync.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    memory = SqlMemory(url)
    yield memory
    memory.close()


def report(state: SourceState = SourceState.FRESH, *, complete: bool = True) -> SourceReport:
    return SourceReport("board", state, complete, read_at=READ_AT, items=1)


def store_run(
    memory: SqlMemory,
    cards: Sequence[EventCard] = (CARD,),
    findings: Sequence[Finding] = (),
    sources: Sequence[SourceReport] | None = None,
    today: dt.date = MONDAY,
) -> None:
    memory.store_run(
        stored_at=READ_AT,
        today=today,
        program="0.1.0",
        sources=sources or (report(), SourceReport("calendar", SourceState.FRESH, complete=True)),
        events=(EVENT,),
        cards=cards,
        findings=findings,
    )


@contextmanager
def engine(memory: SqlMemory) -> Iterator[sa.Connection]:
    url = memory.url.replace("postgresql:", "postgresql+psycopg:")
    one = sa.create_engine(url, poolclass=sa.NullPool)
    with one.connect() as connection:
        yield connection


def rows(memory: SqlMemory, table: sa.Table) -> int:
    with engine(memory) as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_reading_a_state_that_was_never_written_creates_nothing(
    file_memory: SqlMemory, tmp_path: Path
) -> None:
    assert file_memory.remembered().first_run
    assert file_memory.last_read("board") is None
    assert list(file_memory.last_calendar()) == []

    assert list(tmp_path.iterdir()) == []


def test_a_stored_card_comes_back_the_same_to_the_last_field(memory: SqlMemory) -> None:
    store_run(memory)

    last = memory.last_read("board")

    assert last is not None
    assert last.cards == (CARD,)
    assert last.read_at == READ_AT
    assert memory.remembered().cards == {CARD.id: CARD}
    assert not memory.remembered().first_run


def test_the_planned_events_come_back(memory: SqlMemory) -> None:
    store_run(memory)

    assert list(memory.last_calendar()) == [EVENT]


def test_an_unchanged_card_is_kept_once_however_often_it_is_read(memory: SqlMemory) -> None:
    for _ in range(3):
        store_run(memory)

    assert rows(memory, schema.run) == 3
    assert rows(memory, schema.version) == 2  # the card and the event


def test_a_card_that_is_gone_from_a_complete_read_is_no_longer_current(memory: SqlMemory) -> None:
    store_run(memory)
    store_run(memory, cards=())

    assert memory.remembered().cards == {}
    assert rows(memory, schema.version) == 2


@pytest.mark.parametrize(
    "source",
    [
        report(complete=False),
        report(SourceState.FAILED, complete=False),
        report(SourceState.STALE),
    ],
)
def test_a_read_that_is_not_whole_and_fresh_replaces_nothing(
    memory: SqlMemory, source: SourceReport
) -> None:
    store_run(memory)
    store_run(memory, cards=(), sources=(source,))

    last = memory.last_read("board")

    assert last is not None
    assert last.cards == (CARD,)


def test_an_open_finding_is_remembered_until_it_is_resolved(memory: SqlMemory) -> None:
    store_run(memory, findings=(MISSED,))
    (open_one,) = memory.remembered().findings

    assert (open_one.state, open_one.since) == (FindingState.OPEN, MONDAY)

    resolved = Finding(MISSED.key, "missed", "E01", FindingState.RESOLVED, MONDAY)
    store_run(memory, findings=(resolved,), today=dt.date(2023, 5, 22))

    assert memory.remembered().findings == ()


def test_a_run_that_breaks_in_the_middle_leaves_nothing_behind(memory: SqlMemory) -> None:
    store_run(memory)
    unstorable = Finding("x", "missed", None, FindingState.NEW, MONDAY)  # type: ignore[arg-type]

    with pytest.raises(IntegrityError):
        store_run(memory, cards=(), findings=(unstorable,))

    assert memory.remembered().cards == {CARD.id: CARD}
    assert rows(memory, schema.run) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_only_its_owner_may_read_the_state(file_memory: SqlMemory, tmp_path: Path) -> None:
    store_run(file_memory)

    assert stat.S_IMODE((tmp_path / "state" / "miro-sync.db").stat().st_mode) == 0o600


def test_a_state_of_a_newer_version_is_refused_and_left_alone(
    file_memory: SqlMemory, tmp_path: Path
) -> None:
    store_run(file_memory)
    database = tmp_path / "state" / "miro-sync.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")
    before = database.read_bytes()

    with pytest.raises(StateError) as caught:
        file_memory.remembered()

    assert caught.value.message.key == "memory.newer"
    with pytest.raises(StateError):
        store_run(file_memory)
    assert database.read_bytes() == before


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "miro-sync.db"
    path.write_text("это не база данных, а письмо\n" * 100, "utf-8")
    memory = SqlMemory(f"sqlite:///{path}")

    with pytest.raises(StateError) as caught:
        memory.remembered()

    assert caught.value.message.key == "memory.not_a_database"
    assert path.read_text("utf-8").startswith("это не база")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("файл на месте папки", "utf-8")

    with pytest.raises(StateError) as caught:
        store_run(SqlMemory(f"sqlite:///{tmp_path / 'state' / 'miro-sync.db'}"))

    assert caught.value.message.key == "memory.no_folder"


def test_the_migrations_build_exactly_the_tables_that_the_code_uses(memory: SqlMemory) -> None:
    store_run(memory)
    scripts = ScriptDirectory(str(Path(store.__file__).with_name("migrations")))

    assert scripts.get_current_head() == schema.REVISION
    with engine(memory) as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


# --- an older state ---------------------------------------------------------------------------


@pytest.fixture
def old_memory(tmp_path: Path) -> SqlMemory:
    """Return a state of the first version, with a run and a finding in it."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).with_name("migrations")))
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "insert into run values (1, '2023-05-15 01:00:00', '2023-05-15', '0.0.1')"
        )
        connection.exec_driver_sql(
            "insert into finding values (1, 'missed:E01', 'missed', 'E01', '2023-05-15', null)"
        )
    return SqlMemory(url)


def test_an_older_state_is_read_in_its_new_form_and_left_as_it_is(
    old_memory: SqlMemory, tmp_path: Path
) -> None:
    before = (tmp_path / "old.db").read_bytes()

    (finding,) = old_memory.remembered().findings

    assert (finding.key, finding.backlog) == ("missed:E01", False)
    assert old_memory.decisions() == ()
    old_memory.close()
    assert (tmp_path / "old.db").read_bytes() == before


def test_the_first_write_brings_an_older_state_up_to_date(old_memory: SqlMemory) -> None:
    store_run(old_memory)

    (run, _) = old_memory.runs(10)
    assert run.opened == 1  # the run of a finding is known by its day
    old_memory.close()


def test_decisions_are_kept_in_the_order_in_which_they_were_made(memory: SqlMemory) -> None:
    first = memory.decide(Decision(DecisionKind.HELD, "E01", "director", READ_AT))
    earlier = READ_AT - dt.timedelta(days=40)
    second = memory.decide(
        Decision(
            DecisionKind.MOVE, "E01", "director", earlier, period=Period(MONDAY, MONDAY), why="так"
        )
    )

    assert memory.decisions() == (first, second)
    assert (second.number, second.made_at) == (2, READ_AT)


def taken(memory: SqlMemory, *choices: TableChoice, erased: tuple[str, ...] = ()) -> None:
    memory.store_run(
        stored_at=READ_AT,
        today=MONDAY,
        program="0.1.0",
        sources=(report(),),
        events=(),
        cards=(),
        findings=(),
        choices=choices,
        erased=erased,
    )


def test_what_was_chosen_in_the_table_is_kept_with_its_decision_until_it_is_erased(
    memory: SqlMemory,
) -> None:
    held = Decision(DecisionKind.HELD, "E01", "director", READ_AT, source="table")
    assert memory.choices() == {}
    taken(memory, TableChoice("e|E01", "a" * 64, held), TableChoice("q|E01|7", "b" * 64, held))

    (kept,) = memory.decisions()  # said in two rows, it is one decision
    assert kept == replace(held, number=1)
    assert memory.choices() == {
        "e|E01": TableChoice("e|E01", "a" * 64, kept),
        "q|E01|7": TableChoice("q|E01|7", "b" * 64, kept),
    }
    taken(memory, TableChoice("e|E01", "c" * 64, kept), erased=("q|E01|7", "e|none"))
    assert memory.choices() == {"e|E01": TableChoice("e|E01", "c" * 64, kept)}
    memory.forget_choices(["e|E01"])
    memory.forget_choices([])
    assert memory.choices() == {}
    assert memory.decisions() == (kept,)


def test_what_came_back_under_another_id_is_remembered_with_its_findings(
    memory: SqlMemory,
) -> None:
    extra = Finding(f"extra:{CARD.id}", "extra", CARD.id, FindingState.NEW, MONDAY)
    store_run(memory, findings=(extra,))
    memory.store_run(
        stored_at=READ_AT,
        today=MONDAY,
        program="0.1.0",
        sources=(report(),),
        events=(),
        cards=(replace(CARD, id="77"),),
        findings=(),
        same={CARD.id: "77"},
    )

    assert [one.key for one in memory.remembered().findings] == ["extra:77"]
    assert [(one.old, one.new) for one in memory.same_cards()] == [(CARD.id, "77")]
    assert memory.last_seen([CARD.id]) == {CARD.id: CARD}


def test_a_run_tells_what_it_cost(memory: SqlMemory) -> None:
    costly = replace(report(), calls=12, credits=600, seconds=1.5)
    store_run(memory, sources=(costly,))

    (run,) = memory.runs(1)
    (source,) = run.sources
    assert (source.calls, source.credits, source.seconds) == (12, 600, 1.5)


# --- work of the past -------------------------------------------------------------------------


def test_versions_that_are_over_tell_of_work_from_a_day_on(memory: SqlMemory) -> None:
    days = [dt.date(2023, 5, day) for day in (2, 9, 16)]
    for day in days:
        store_run(memory, cards=(replace(CARD, contributed=day),), today=day)

    past = memory.past_work(dt.date(2023, 5, 8))

    assert past.rows_since is None
    assert past.done == (Contribution("board", CARD.id, "yaya-1", days[1]),)
    whole = memory.past_work(dt.date(2023, 5, 1)).done
    assert [one.day for one in whole] == days[:2]  # the last version is at hand
    as_of = SqlMemory(memory.url, as_of=days[1])
    assert [one.day for one in as_of.past_work(dt.date(2023, 5, 1)).done] == days[:1]
    as_of.close()


def test_rows_of_the_past_are_known_by_what_they_say(memory: SqlMemory) -> None:
    row = EventCard("План!7", "table", "Кружок", "химия", "c1", contributed=MONDAY)
    read = SourceReport("tables", SourceState.FRESH, complete=True, read_at=READ_AT)
    store_run(memory, cards=(row,), sources=(read,))
    store_run(memory, cards=(replace(row, id="План!8"),), sources=(read,))

    past = memory.past_work(MONDAY)

    assert past.rows_since == MONDAY
    assert past.done == (Contribution("table", "Кружок\nхимия", "c1", MONDAY),)
