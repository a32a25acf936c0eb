"""Killed at any write point, the state holds a whole run, or the one before, and nothing half."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import card, decision, event
from sqlalchemy.engine import Engine

from miro_sync.errors import BusyError, StateError
from miro_sync.memory import SqlMemory
from miro_sync.model import (
    DecisionKind,
    Finding,
    FindingState,
    SourceReport,
    SourceState,
)

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork"),
    pytest.mark.usefixtures("engines_let_go"),
]

MONDAY = dt.date(2023, 5, 15)
NOON = dt.datetime(2023, 5, 15, 5, 0, tzinfo=dt.UTC)
BEFORE = tuple(card(str(number), title=f"Карточка {number}") for number in range(100, 110))
AFTER = (*BEFORE[2:], card("200", title="Новая"), card("100", title="Переименована"))


def store(memory: SqlMemory, cards: tuple[object, ...], state: FindingState) -> None:
    sources = tuple(
        SourceReport(name, SourceState.FRESH, complete=True, read_at=NOON)
        for name in ("board", "calendar")
    )
    memory.store_run(
        stored_at=NOON,
        today=MONDAY,
        program="0.1.0",
        sources=sources,
        events=(event(),),
        cards=cards,  # type: ignore[arg-type]
        findings=(Finding("missed:МД-1", "missed", "МД-1", state, MONDAY),),
        same={"101": "200"} if cards is AFTER else None,
    )


def first_run(memory: SqlMemory) -> None:
    store(memory, BEFORE, FindingState.NEW)


def second_run(memory: SqlMemory) -> None:
    store(memory, AFTER, FindingState.RESOLVED)


def decide(memory: SqlMemory) -> None:
    memory.decide(decision(DecisionKind.CANCEL))


def purge(memory: SqlMemory) -> None:
    memory.purge(dt.date(2024, 1, 1))


def killed(url: str, work: Callable[[SqlMemory], None], point: int) -> bool:
    """Do the work in a process that is killed at its n-th write point; False when it ended first.

    A point is before and after every statement and before every commit.
    """
    child = os.fork()
    if child == 0:
        left = point

        def count(*_: object, **__: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            sa.event.listen(Engine, name, count)
        work(SqlMemory(url))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def contents(memory: SqlMemory) -> tuple[object, ...]:
    past = memory.remembered()
    said = tuple(one.kind for one in memory.decisions())
    return (dict(past.cards), past.findings, len(memory.runs(100)), said)


@pytest.mark.parametrize("work", [first_run, second_run, decide, purge])
def test_a_process_killed_at_any_point_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, work: Callable[[SqlMemory], None]
) -> None:
    before, after = (SqlMemory(f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db"))
    for memory in (before, after):
        if work is not first_run:
            first_run(memory)
        if work is purge:
            second_run(memory)
    work(after)
    old, new = contents(before), contents(after)
    before.close()

    point = 0
    while killed(before.url, work, point):
        survivor = SqlMemory(before.url)
        health = survivor.examine()
        assert health is None or health.faults == ()
        assert contents(survivor) in (old, new)
        survivor.close()
        if contents(survivor) == new:
            break  # it was killed after the commit: the work is done
        point += 1

    assert point > 3
    if contents(survivor) != new:
        work(survivor)
    assert contents(survivor) == new
    survivor.close()


# --- one at a time ----------------------------------------------------------------------------


def hold(memory: SqlMemory) -> int:
    """Take the lock in another process; returns its id once it has it."""
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        with memory.alone():
            os.write(tell, b"!")
            signal.pause()
    os.read(ready, 1)
    os.close(ready)
    os.close(tell)
    return child


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_a_second_sync_is_refused_until_the_first_is_gone_however_it_went(
    tmp_path: Path, where: str, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    if where == "postgresql":
        url = request.getfixturevalue("postgres_url")
    holder = hold(SqlMemory(url))
    memory = SqlMemory(url)

    with pytest.raises(BusyError) as caught, memory.alone():
        pytest.fail("two at once")
    assert caught.value.exit_code == 75

    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    for _ in range(200):  # a server notices a closed connection a moment later
        try:
            with memory.alone():
                break
        except BusyError:
            signal.sigtimedwait([], 0.05)
    else:
        pytest.fail("the lock outlived its process")
    memory.close()


def test_two_projects_do_not_wait_for_each_other(tmp_path: Path) -> None:
    first, second = (SqlMemory(f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db"))

    with first.alone(), second.alone():
        pass


# --- trouble with the disk --------------------------------------------------------------------


def test_a_full_disk_leaves_the_old_state_and_a_clear_word(tmp_path: Path) -> None:
    memory = SqlMemory(f"sqlite:///{tmp_path / 'a.db'}")
    first_run(memory)
    old = contents(memory)

    def full(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        (pages,) = cursor.execute("pragma page_count").fetchone()
        cursor.execute(f"pragma max_page_count = {pages}")

    cramped = SqlMemory(memory.url)
    sa.event.listen(cramped._open(), "connect", full)
    many = tuple(card(str(number), text="слово " * 500) for number in range(1000, 1100))
    with pytest.raises(StateError) as caught:
        store(cramped, many, FindingState.NEW)

    assert caught.value.message.key == "memory.disk_full"
    assert contents(memory) == old
    cramped.close()
    memory.close()


def test_a_copy_holds_all_that_the_state_holds_and_only_its_owner_may_read_it(
    tmp_path: Path,
) -> None:
    memory = SqlMemory(f"sqlite:///{tmp_path / 'a.db'}")
    first_run(memory)
    decide(memory)
    target = tmp_path / "copy.db"

    memory.backup(target)

    copy = SqlMemory(f"sqlite:///{target}")
    assert contents(copy) == contents(memory)
    assert target.stat().st_mode & 0o777 == 0o600
    copy.close()
    memory.close()


def test_a_copy_that_cannot_be_written_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    memory = SqlMemory(f"sqlite:///{tmp_path / 'a.db'}")
    first_run(memory)

    with pytest.raises(StateError) as caught:
        memory.backup(tmp_path / "нет такой" / "copy.db")

    assert caught.value.message.key == "memory.backup_failed"
    memory.close()


def test_what_was_purged_is_gone_and_what_stands_is_not(tmp_path: Path) -> None:
    memory = SqlMemory(f"sqlite:///{tmp_path / 'a.db'}")
    first_run(memory)
    second_run(memory)
    decide(memory)
    before = memory.remembered(), memory.decisions()

    purged = memory.purge(dt.date(2024, 1, 1))

    assert (purged.runs, purged.versions, purged.findings) == (1, 2, 1)
    assert (memory.remembered(), memory.decisions()) == before
    health = memory.examine()
    assert health is not None
    assert health.faults == ()
    memory.close()
