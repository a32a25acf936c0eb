"""Trouble with the state, through the real program: a clear word, an exit code, nothing damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import postgres
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from test_job import CALENDAR, CENTERS, HELD_ALL, PROJECT, board

from miro_sync.cli import run
from miro_sync.memory import SqlMemory

DATABASE = "state/miro-sync.db"


def write(folder: Path, state: str | None = None, cards: int = 3) -> Path:
    settings = PROJECT if state is None else f'{PROJECT}\n[state]\nurl = "{state}"\n'
    (folder / "project.toml").write_text(settings, "utf-8")
    (folder / "centers.toml").write_text(CENTERS, "utf-8")
    (folder / "calendar.csv").write_text(CALENDAR, "utf-8")
    (folder / "board.json").write_text(board(HELD_ALL[:cards]), "utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path)


def program(folder: Path, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run([*(command or ("sync", "--exit-zero")), "--config", str(folder)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, " ".join((said.out + said.err).split())


def whole(url: str) -> tuple[int, int]:
    """Return how many runs and versions a state holds, which keeps all its rules."""
    memory = SqlMemory(url)
    health = memory.examine()
    memory.close()
    assert health is not None
    assert health.faults == ()
    return health.runs, health.versions


# --- a file -----------------------------------------------------------------------------------


def test_a_state_of_a_newer_version_is_left_alone_and_the_remedy_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(folder, capsys)
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")
    before = (folder / DATABASE).read_bytes()

    for command in (("sync",), ("check-calendar",), ("decide", "held", "E01"), ("state", "check")):
        code, told = program(folder, capsys, *command)
        assert code == 3
        assert "Обновите miro-sync" in told
    assert (folder / DATABASE).read_bytes() == before


@contextmanager
def unprivileged() -> Iterator[None]:
    """Go on as somebody whom rights stop, which root is not."""
    if os.geteuid() != 0:
        yield
        return
    import pwd  # noqa: PLC0415 - only where there are such users

    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_a_folder_that_cannot_be_written_is_named_and_can_still_be_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = Path(tempfile.mkdtemp(prefix="miro-sync-", dir="/tmp"))
    try:
        place.chmod(0o755)
        folder = write(place)
        program(folder, capsys)
        program(folder, capsys, "check-calendar", "--on", "2023-06-20")
        program(folder / "нет", capsys, "sync")  # what it takes to tell of a failure is loaded
        for path in (folder / "state").iterdir():
            path.chmod(0o444)
        (folder / "state").chmod(0o555)
        before = (folder / DATABASE).read_bytes()

        with unprivileged():
            refused = program(folder, capsys)
            decided = program(folder, capsys, "decide", "held", "E01", "--role", "director")
            answered = program(folder, capsys, "check-calendar", "--on", "2023-06-20")

        for code, told in (refused, decided):
            assert code == 3
            assert "только для чтения" in told
        assert answered[0] == 0
        assert (folder / DATABASE).read_bytes() == before
    finally:
        (place / "state").chmod(0o755)
        shutil.rmtree(place)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file sizes")
def test_a_disk_that_takes_no_more_leaves_the_state_before_whole(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    program(folder, capsys)
    url = f"sqlite:///{folder / DATABASE}"
    before = whole(url)
    size = (folder / DATABASE).stat().st_size
    many = [
        {**HELD_ALL[0], "id": str(3458764500000001000 + n), "data": {"title": f"Семинар {n} " * 40}}
        for n in range(200)
    ]
    (folder / "board.json").write_text(board([*HELD_ALL, *many]), "utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        code, told = program(folder, capsys)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert code == 3
    assert "место" in told
    assert whole(url) == before
    assert program(folder, capsys)[0] == 0
    assert whole(url)[0] == before[0] + 1


def test_a_migration_interrupted_while_it_copies_a_table_is_an_interruption_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    statements = 0
    while True:
        memory = SqlMemory(f"sqlite:///{tmp_path / 'a.db'}")
        left = statements

        def interrupt(_connection: object, _cursor: object, said: str, *_: object) -> None:
            nonlocal left
            if "_alembic_tmp_" not in said:
                return
            if left == 0:
                raise KeyboardInterrupt
            left -= 1

        engine = memory._open()
        sa.event.listen(engine, "before_cursor_execute", interrupt)
        try:
            memory.claim()
        except KeyboardInterrupt:
            statements += 1
        else:
            break
        finally:
            sa.event.remove(engine, "before_cursor_execute", interrupt)
            memory.close()
        with closing(sqlite3.connect(tmp_path / "a.db")) as database:
            assert database.execute("select name from sqlite_master").fetchall() == []
    assert statements == 3  # made, filled, renamed
    assert whole(f"sqlite:///{tmp_path / 'a.db'}") == (0, 0)


def test_a_clock_that_jumped_back_is_told_and_nothing_is_lost(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(folder, capsys)
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        connection.execute("update run set stored_at = '2100-01-01 00:00:00.000000'")

    for _ in range(3):  # the third one decides nothing anew
        code, told = program(folder, capsys)
        assert code == 0
        assert ("Часы" in told) is (whole(f"sqlite:///{folder / DATABASE}")[0] == 2)


def test_what_is_no_state_is_named_by_its_path_and_the_copy_is_named_first(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "state").mkdir()
    (folder / DATABASE).write_bytes(b"no database at all" * 100)

    code, told = program(folder, capsys)

    assert code == 3
    assert f": {folder / DATABASE}." in told
    assert "sqlite:" not in told
    assert told.index("miro-sync state backup") < told.index("miro-sync sync")


def test_the_last_good_read_is_told_in_the_project_s_own_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(folder, capsys)
    (folder / "board.json").unlink()

    code, told = program(folder, capsys, "sync")

    assert code == 3
    assert "полное чтение: 20.06.2023 08:00" in told
    assert "просроченного не видно" in told or "нет следа" in told
    assert "просроченного нет" not in told
    _, told = program(folder, capsys, "check-calendar")
    assert "08:00 (последнее удачное чтение);" in told


def test_a_pause_begins_today_where_only_its_end_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pause = ("decide", "pause", "yaya-1", "--why", "ремонт", "--until")
    code, told = program(folder, capsys, *pause, "01.09.2999")
    assert code == 0
    assert "–01.09.2999" in told
    code, told = program(folder, capsys, *pause, "01.09.2020")
    assert code == 2
    assert "01.09.2020 уже прошёл" in told
    code, told = program(folder, capsys, "decide", "held", "E01", "--until", "01.09.2020")
    assert code == 2


# --- a server ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    programs = postgres.found()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: the state was tested on SQLite alone")
    with postgres.controlled(programs) as running:
        yield running


@contextmanager
def lost_at(server: postgres.Server, statement: int) -> Iterator[None]:
    """Let the server die before the n-th statement that changes something."""
    left = statement

    def count(_connection: object, _cursor: object, words: str, *_: object) -> None:
        nonlocal left
        if words.lstrip().split(maxsplit=1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            left -= 1
            if left == 0:
                server.stop()

    sa.event.listen(Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        sa.event.remove(Engine, "before_cursor_execute", count)


def test_a_server_that_dies_in_the_middle_of_a_run_is_told_and_the_next_run_is_whole(
    tmp_path: Path, server: postgres.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, server.url)
    assert program(folder, capsys)[0] == 0
    before = whole(server.url)

    for statement in (1, 2, 4):
        (folder / "board.json").write_text(board(HELD_ALL[: statement % 3]), "utf-8")
        with lost_at(server, statement):
            code, told = program(folder, capsys)
        assert code == 3
        assert "оборвалась" in told
        assert "PostgreSQL" not in told
        server.start()
        assert whole(server.url) == before

    assert program(folder, capsys)[0] == 0
    assert whole(server.url)[0] == before[0] + 1


def test_a_server_that_is_down_is_told_before_anything_is_done(
    tmp_path: Path, server: postgres.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, server.url)
    program(folder, capsys)
    server.stop()

    try:
        for command in (("sync",), ("check-calendar",), ("history",), ("decide", "list")):
            code, told = program(folder, capsys, *command)
            assert code == 3
            assert "недоступна" in told
    finally:
        server.start()
    assert program(folder, capsys)[0] == 0
