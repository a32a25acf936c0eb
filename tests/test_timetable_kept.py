"""`schedule run` over weeks, through signals and kills: real processes, mail, board and backups."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from mail_server import Mailbox, real
from miro_server import BOARD_ID, TOKEN, Server
from running_world import SCHEDULE, job_runs, one_project, program, until, watchman
from test_job_live import CALENDAR, CENTERS, PROJECT, network

from miro_sync.cli import run

#: Moments of a project in Novokuznetsk; 5 June 2023 is a Monday, 12 June a Monday and a holiday.
FRIDAY = "2023-06-02T10:05+07:00"
MONDAY = "2023-06-05T08:31+07:00"
WEDNESDAY_AFTER = "2023-06-14T10:05+07:00"
TWO_MONDAYS_LATER_TOO_EARLY = "2023-06-26T08:05+07:00"
TWO_MONDAYS_LATER = "2023-06-26T08:31+07:00"

READERS = """
[mail]
smtp = "smtp://127.0.0.1:{port}"
from = "Календарь <calendar@example.org>"
patience_seconds = 0

[[person]]
role = "director"
email = "director@example.org"

[[person]]
role = "coordinator"
email = "coordinator@example.org"

[schedule]
full_read_at = "нет"
keep_backups = 2
"""


# --- weeks ---------------------------------------------------------------------------------------


def received(mailbox: Mailbox) -> Counter[str]:
    return Counter(reader for reader, _ in mailbox.letters)


def backups(project: Path) -> list[str]:
    return sorted(one.name for one in (project / "state" / "backups").glob("*"))


def test_letters_and_backups_over_a_month_of_sleep(tmp_path: Path) -> None:
    moments = (FRIDAY, MONDAY, WEDNESDAY_AFTER, TWO_MONDAYS_LATER_TOO_EARLY, TWO_MONDAYS_LATER)
    with real() as (port, mailbox):
        project = one_project(tmp_path / "месяц", READERS.format(port=port))
        text = (project / "board.json").read_text("utf-8")
        (project / "board.json").write_text(text.replace("2023-06-20", "2023-06-01"), "utf-8")
        with program("schedule", "run", "--projects", str(project), at=moments) as keeper:

            def woken(runs: int, job: str) -> None:
                keeper.send_signal(signal.SIGUSR1)
                until(lambda: job_runs(project, job)[runs - 1 :] == [0])

            until(lambda: job_runs(project) == [0])
            assert not mailbox.letters, "who begins on a Friday owes nothing for its Monday"

            woken(1, "backup")
            assert received(mailbox) == {"director@example.org": 1, "coordinator@example.org": 1}
            assert backups(project) == ["miro-sync-2023-06-05.db"]

            # The Monday was a holiday, Tuesday was slept through: the letters go on Wednesday.
            woken(2, "backup")
            assert set(received(mailbox).values()) == {2}

            # A week was slept through whole: its letters never go, and those of this week wait.
            woken(3, "backup")
            assert set(received(mailbox).values()) == {2}
            assert backups(project) == ["miro-sync-2023-06-14.db", "miro-sync-2023-06-26.db"]

            woken(3, "digest")
            assert set(received(mailbox).values()) == {3}
            keeper.send_signal(signal.SIGTERM)
            told, _ = keeper.communicate(timeout=60)

    assert keeper.returncode == 0, told
    assert told.count("письма: отправлено писем: 2") == 3
    assert len(job_runs(project)) == 4, "one sync for every time that the machine was awake"


def test_another_process_on_the_same_monday_sends_nothing_again(tmp_path: Path) -> None:
    with real() as (port, mailbox):
        project = one_project(tmp_path / "project", READERS.format(port=port))
        # Killed after its letters left, before it could say so in the list of jobs.
        for moment in (FRIDAY, MONDAY, MONDAY):
            arguments = ("schedule", "run", "--once", "--projects", str(project))
            with program(*arguments, at=[moment]) as timer:
                timer.communicate(timeout=60)
                assert timer.returncode in {0, 1}
            path = project / "state" / "miro-sync.db"
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("delete from job_run where job = 'digest'")

    assert received(mailbox) == {"director@example.org": 1, "coordinator@example.org": 1}


def test_a_clock_that_was_wrong_for_a_while_stops_nothing(tmp_path: Path) -> None:
    project = one_project(tmp_path / "project", SCHEDULE)
    years_ahead = "2031-06-02T10:05+07:00"
    moments = (years_ahead, FRIDAY)
    with program("schedule", "run", "--projects", str(project), at=moments) as keeper:
        until(lambda: job_runs(project) == [0])
        keeper.send_signal(signal.SIGUSR1)
        until(lambda: job_runs(project)[:2] == [0, 0], seconds=15)


def test_a_backup_can_be_put_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = one_project(tmp_path / "project", "")
    for moment in (FRIDAY, MONDAY):
        arguments = ("schedule", "run", "--once", "--projects", str(project))
        with program(*arguments, at=[moment]) as timer:
            timer.communicate(timeout=60)
    options = ["--config", str(project), "--offline", "--on", "2023-06-05", "--format", "json"]
    run(["check-calendar", *options])
    before = json.loads(capsys.readouterr().out)

    state = project / "state"
    (copy,) = (state / "backups").iterdir()
    for file in state.glob("miro-sync.db*"):
        file.unlink()
    copy.rename(state / "miro-sync.db")

    assert run(["state", "check", "--config", str(project)]) == 0
    capsys.readouterr()
    run(["check-calendar", *options])
    after = json.loads(capsys.readouterr().out)
    for told in ("events", "findings", "centers", "summary"):
        assert after[told] == before[told]
    assert after["sources"][0] == before["sources"][0]
    assert oct((state / "miro-sync.db").stat().st_mode)[-3:] == "600"


# --- signals and kills ---------------------------------------------------------------------------


@pytest.fixture
def slow() -> Iterator[Server]:
    with Server(network(), latency=0.6) as server:
        yield server


@pytest.fixture
def live(tmp_path: Path, slow: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIRO_ACCESS_TOKEN", TOKEN)
    monkeypatch.delenv("MIRO_ACCESS_TOKEN_FILE", raising=False)
    project = tmp_path / "project"
    project.mkdir()
    link = f"https://miro.com/app/board/{BOARD_ID}/"
    text = PROJECT.format(source=link, api=slow.url).replace("seconds = 0", "seconds = 60")
    text += SCHEDULE
    (project / "project.toml").write_text(text, "utf-8")
    (project / "centers.toml").write_text(CENTERS, "utf-8")
    (project / "calendar.csv").write_text(CALENDAR, "utf-8")
    return project


def in_the_middle(project: Path, server: Server) -> None:
    """Wait until a sync has begun to read."""
    until(lambda: server.connections and job_runs(project) == [None])


def caught_up(project: Path, server: Server) -> list[int | None]:
    """Look twice what is due, a minute later; return how the runs of the sync ended."""
    server.latency = 0
    assert run(["state", "check", "--config", str(project)]) == 0
    for moment in ("2023-06-02T10:06+07:00", "2023-06-02T10:07+07:00"):
        arguments = ("schedule", "run", "--once", "--projects", str(project))
        with program(*arguments, at=[moment]) as timer:
            timer.communicate(timeout=60)
            assert timer.returncode in {0, 1}
    return job_runs(project)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_sync_at_work_end(live: Path, slow: Server, number: int) -> None:
    with program("schedule", "run", "--projects", str(live), at=[FRIDAY]) as keeper:
        in_the_middle(live, slow)
        keeper.send_signal(number)
        told, _ = keeper.communicate(timeout=60)

    assert keeper.returncode == 0
    assert "жду начатое" in told
    assert "Расписание остановлено." in told
    assert caught_up(live, slow) == [0], "nothing was left to do"


@pytest.mark.parametrize("ending", ["patience", "second signal", "kill"])
def test_a_sync_that_was_broken_off_is_done_once_by_the_next(
    live: Path, slow: Server, ending: str
) -> None:
    slow.latency = 12 if ending == "patience" else 3
    with program("schedule", "run", "--projects", str(live), at=[FRIDAY]) as keeper:
        in_the_middle(live, slow)
        keeper.send_signal(signal.SIGKILL if ending == "kill" else signal.SIGTERM)
        if ending == "second signal":
            time.sleep(1.5)  # the first one has been heard by then
            keeper.send_signal(signal.SIGTERM)
        told, _ = keeper.communicate(timeout=60)

    expected = {"patience": 0, "second signal": -signal.SIGTERM, "kill": -signal.SIGKILL}
    assert keeper.returncode == expected[ending]
    if ending == "patience":
        assert "посреди задания" in told
    assert caught_up(live, slow) == [None, 0]


# --- the watchman --------------------------------------------------------------------------------


def test_the_watchman_is_told_what_became_of_a_timetable(tmp_path: Path) -> None:
    with real() as (port, _), watchman() as (address, heard):
        project = one_project(tmp_path / "project", READERS.format(port=port))
        arguments = ("schedule", "run", "--once", "--projects", str(project))
        with program(*arguments, at=[FRIDAY], MIRO_SYNC_PING_URL=address) as timer:
            timer.communicate(timeout=60)
    # By Monday the board is gone, and so is the mail server.
    (project / "board.json").unlink()
    with (
        watchman() as (address, heard_later),
        program(*arguments, at=[MONDAY], MIRO_SYNC_PING_URL=address) as timer,
    ):
        timer.communicate(timeout=60)
        assert timer.returncode == 3

    assert heard == [
        ("/start", ""),
        ("", "sync code=0 board=fresh tables=absent calendar=fresh"),
    ]
    assert heard_later[:2] == [
        ("/start", ""),
        ("/fail", "sync code=3 board=stale tables=absent calendar=fresh"),
    ]
    assert all(path == "/fail" and "code=" in body for path, body in heard_later[2:])


@pytest.mark.parametrize("way", ["hangs", "drips"])
def test_a_watchman_who_does_not_end_his_answer_fails_no_job(tmp_path: Path, way: str) -> None:
    project = one_project(tmp_path / "project", SCHEDULE)
    begun = time.monotonic()
    with watchman(way=way) as (address, heard):
        arguments = ("schedule", "run", "--once", "--projects", str(project))
        with program(*arguments, at=[FRIDAY], MIRO_SYNC_PING_URL=address) as timer:
            timer.communicate(timeout=60)
            assert timer.returncode == 0

    assert job_runs(project) == [0]
    assert [path for path, _ in heard] == ["/start", ""]
    assert time.monotonic() - begun < 40
