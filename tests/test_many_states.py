"""The states of many projects on one server: a schema each, and none gets into another one's."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from miro_sync.cli import run
from miro_sync.errors import BusyError, StateError
from miro_sync.memory import Owner, SqlMemory
from miro_sync.model import SourceReport, SourceState

pytestmark = pytest.mark.usefixtures("engines_let_go")

MOMENT = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)
YAYA = Owner("Яя", board="uXjVyaya=")
TOMSK = Owner("Томск", board="uXjVtomsk=")


@pytest.fixture
def address(postgres_server: str) -> Callable[[str], str]:
    unique = uuid.uuid4().hex[:8]
    return lambda name: f"{postgres_server}&schema={name}_{unique}"


def store(memory: SqlMemory) -> None:
    memory.store_run(
        stored_at=MOMENT,
        today=MOMENT.date(),
        program="0",
        sources=[SourceReport("board", SourceState.ABSENT, complete=False)],
        events=(),
        cards=(),
        findings=(),
    )


def ask(url: str, query: str) -> None:
    server = url.partition("&schema")[0].replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(server, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(query))


def test_two_projects_of_one_database_know_nothing_of_each_other(
    address: Callable[[str], str],
) -> None:
    yaya = SqlMemory(address("yaya"), owner=YAYA)
    tomsk = SqlMemory(address("tomsk"), owner=TOMSK)

    with yaya.alone(), tomsk.alone():
        store(yaya)
        store(yaya)
        store(tomsk)

    assert [len(one.runs(9)) for one in (yaya, tomsk)] == [2, 1]
    for one in (yaya, tomsk):
        one.close()


def test_a_state_that_was_never_written_is_read_as_empty_and_not_made(
    address: Callable[[str], str],
) -> None:
    memory = SqlMemory(address("nobody"), owner=YAYA)

    assert memory.runs(9) == ()
    assert memory.remembered().first_run
    memory.close()


def test_the_state_of_another_project_is_neither_read_nor_written(
    address: Callable[[str], str],
) -> None:
    url = address("yaya")
    ours, copied = SqlMemory(url, owner=YAYA), SqlMemory(url, owner=TOMSK)
    store(ours)

    with pytest.raises(StateError) as refusal:
        copied.runs(9)
    with pytest.raises(StateError):
        store(copied)

    assert refusal.value.message.key == "memory.other_project"
    assert len(ours.runs(9)) == 1
    for one in (ours, copied):
        one.close()


def test_a_project_that_was_renamed_or_moved_to_another_board_keeps_its_state(
    address: Callable[[str], str],
) -> None:
    url = address("yaya")
    for owner in (
        Owner("Яя", "board-1", "tables-1"),
        Owner("Яйский округ", "board-1", "tables-1"),
        Owner("Яйский округ", "board-2", "tables-1"),
        Owner("Яйский округ", "board-2", "tables-2"),
    ):
        memory = SqlMemory(url, owner=owner)
        store(memory)
        memory.close()

    memory = SqlMemory(url, owner=owner)
    assert len(memory.runs(9)) == 4
    memory.close()


def test_a_person_can_give_a_state_to_a_project_with_a_new_board(
    address: Callable[[str], str],
) -> None:
    url = address("yaya")
    last_year, this_year = SqlMemory(url, owner=YAYA), SqlMemory(url, owner=Owner("Яя", "new="))
    store(last_year)

    this_year.adopt()

    assert len(this_year.runs(9)) == 1
    with pytest.raises(StateError):
        last_year.runs(9)
    for one in (last_year, this_year):
        one.close()


def test_of_many_that_come_to_a_new_state_at_once_one_makes_it(
    address: Callable[[str], str],
) -> None:
    url = address("new")
    failed: list[BaseException] = []

    def come() -> None:
        memory = SqlMemory(url, owner=YAYA)
        try:
            store(memory)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test tells it
            failed.append(error)
        finally:
            memory.close()

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    memory = SqlMemory(url, owner=YAYA)
    assert len(memory.runs(9)) == 4
    memory.close()


def test_one_job_may_follow_another_at_once(address: Callable[[str], str]) -> None:
    memory = SqlMemory(address("yaya"), owner=YAYA)

    for _ in range(300):  # a server needs a moment to see that a connection is gone
        with memory.alone():
            pass

    memory.close()


def test_whoever_lost_the_lock_writes_nothing_more(address: Callable[[str], str]) -> None:
    url = address("yaya")
    frozen, other = SqlMemory(url, owner=YAYA), SqlMemory(url, owner=YAYA)
    store(other)
    with frozen.alone():
        with pytest.raises(BusyError), other.alone():
            pass
        ask(
            url,
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
            " and pid <> pg_backend_pid()",
        )
        with other.alone(), pytest.raises(StateError) as refusal:
            store(frozen)

    assert refusal.value.message.key == "memory.lost_lock"
    assert len(other.runs(9)) == 1
    for one in (frozen, other):
        one.close()


@pytest.mark.parametrize("name", ["public", "pg_x", "Яя", "a-b", "a;drop", "miro_sync_fleet", ""])
def test_a_schema_is_named_plainly_or_not_at_all(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = (
        '[project]\nname = "Яя"\ntimezone = "Asia/Novokuznetsk"\nstart = 2023-01-01\n'
        f'end = 2024-08-31\n[state]\nurl = "postgresql://host/base?schema={name}"\n'
    )
    (tmp_path / "project.toml").write_text(settings, "utf-8")
    (tmp_path / "centers.toml").write_text('[[center]]\nid = "a"\nname = "А"\n', "utf-8")
    (tmp_path / "calendar.csv").write_text("Мероприятие;Сроки реализации\n", "utf-8")

    assert run(["sync", "--config", str(tmp_path)]) == 2
    assert "схемы" in capsys.readouterr().err
