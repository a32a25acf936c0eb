"""What leaves a worker for the outside takes its part of the account, and asks for the lock first.

A state on a server, real boards, tables and mail servers on loopback. The lock is lost as it is
when a machine was cut off or the database restarted: its connection is gone.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fleet import ZONE, Fleet
from google_books import ID, book, tab
from google_server import EMAIL, GoogleServer
from mail_server import Scripted, scripted
from miro_server import CREDITS, TOKEN, Server, _level
from publish_world import project, publish
from test_running import watchman

from miro_sync.cli import run
from miro_sync.fleet.allowance import account_of
from miro_sync.memory import SqlMemory

pytest_plugins = ["fleet_fixtures"]

MORE = """table = true

[tables]
source = "https://docs.google.com/spreadsheets/d/{id}/edit"
api_url = "{api}"
patience_seconds = 0

[state]
url = "{url}&schema=yaya"

[watch]
ping = "{ping}"

[mail]
smtp = "smtp://127.0.0.1:{port}"
from = "Календарь <calendar@example.org>"
weekday = "{weekday}"
hours = "0:00-23:59"
timeout_seconds = 5

[[person]]
role = "director"
email = "director@example.org"

[[holiday]]
date = {today}
working = true
"""
ROWS = [["Мероприятие", "Дата проведения", "Центр"], ["Прочее", "", ""]]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class World:
    """A project of a fleet, and all that it speaks to."""

    def __init__(self, folder: Path, fleet: Fleet, miro: Server, google: GoogleServer) -> None:
        self.folder, self.fleet, self.miro, self.google = folder, fleet, miro, google
        self.pings: list[tuple[str, str]] = []
        self.post = Scripted()

    def lose_the_lock(self) -> None:
        """Let whoever is alone lose its connection."""
        self.fleet.ask(
            "select pg_terminate_backend(pid, 10000) from pg_locks"
            " where locktype = 'advisory' and granted"
            " and database = (select oid from pg_database where datname = current_database())"
        )

    def charged(self, service: str) -> int:
        """Return what an account was charged with."""
        query = (
            "select coalesce(sum(amount), 0) from miro_sync_fleet.charge where account like :like"
        )
        return int(self.fleet.ask(query, like=f"{service}:%")[0][0])

    def asked_of_google(self, *, writing: bool) -> int:
        sheets = [one for one in self.google.seen if one.path.startswith("/v4/spreadsheets")]
        return sum(("batchUpdate" in one.path) is writing for one in sheets)

    def asked_of_miro(self) -> int:
        """Return what was asked of the board in credits; what makes several counts for each."""
        total = 0
        for one in self.miro.seen:
            level, times = _level(one.verb, one.path, one.query, one.body)
            total += CREDITS[level] * times
        return total


@pytest.fixture
def world(tmp_path: Path, fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    today = dt.datetime.now(ZONE).date()  # noqa: TID251 - the real program
    with GoogleServer() as google, scripted() as post, watchman() as (ping, pings):
        google.keep(book(tab("Отчёт", ROWS)))
        for name, value in google.environ().items():
            monkeypatch.setenv(name, value)
        more = MORE.format(
            id=ID,
            api=google.url,
            url=fleet.url,
            ping=ping,
            port=post.port,
            weekday=WEEKDAYS[today.weekday()],
            today=today,
        )
        with project(tmp_path, monkeypatch, more=more) as miro:
            made = World(tmp_path, fleet, miro, google)
            made.pings, made.post = pings, post
            yield made


def when(heard: Callable[[Any], bool], then: Callable[[], None]) -> Callable[[Any], None]:
    """Return what does something the first time that something is heard."""
    waiting = [then]

    def hear(what: Any) -> None:  # noqa: ANN401 - whatever is heard
        if waiting and heard(what):
            waiting.pop()()

    return hear


def test_all_that_is_read_and_written_is_taken_from_the_accounts(world: World) -> None:
    assert publish(world.folder, "--apply") == 0

    assert world.miro.writes > 0
    assert world.asked_of_google(writing=True) == 1
    assert world.charged("google-writes") == world.asked_of_google(writing=True)
    assert world.charged("google-reads") == world.asked_of_google(writing=False)
    assert world.charged("miro") == world.asked_of_miro()

    assert publish(world.folder, "--undo", "--all") == 0
    assert world.charged("google-writes") == world.asked_of_google(writing=True) == 2
    assert world.charged("google-reads") == world.asked_of_google(writing=False)
    assert world.charged("miro") == world.asked_of_miro()


def test_a_table_is_not_written_by_whoever_lost_the_lock(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.google.between = world.lose_the_lock

    assert publish(world.folder, "--apply", "--only", "table") == 3
    assert world.asked_of_google(writing=True) == 0
    assert "мог взять в работу другой запуск" in " ".join(capsys.readouterr().err.split())

    assert publish(world.folder, "--apply", "--only", "table") == 0
    world.google.between = world.lose_the_lock
    assert publish(world.folder, "--undo", "--only", "table") == 3
    assert world.asked_of_google(writing=True) == 1


def test_the_lock_is_asked_for_when_the_account_was_waited_for(world: World) -> None:
    """The minute of waiting is long enough for another worker to take over."""
    assert publish(world.folder, "--only", "table") == 0  # the tables of the fleet are made
    account = account_of("google-writes", EMAIL)
    world.fleet.ask(
        "insert into miro_sync_fleet.charge (account, project, amount, until)"
        " values (:account, 'other', 60, extract(epoch from clock_timestamp()) + 600)",
        account=account,
    )
    codes: list[int] = []
    thread = threading.Thread(
        target=lambda: codes.append(publish(world.folder, "--apply", "--only", "table"))
    )
    thread.start()
    end = time.monotonic() + 30
    waits = "select 1 from miro_sync_fleet.waiting where account = :account"
    while not world.fleet.ask(waits, account=account):
        assert time.monotonic() < end
        time.sleep(0.05)
    world.lose_the_lock()
    world.fleet.ask("delete from miro_sync_fleet.charge where project = 'other'")
    thread.join(30)

    assert codes == [3]
    assert world.asked_of_google(writing=True) == 0


@pytest.mark.parametrize("at", ["/v1/oauth-token", "/tags"])
def test_a_board_is_not_written_by_whoever_lost_the_lock(
    at: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first act is noted, and between its note and its call."""
    begun: list[str] = []
    written: list[int] = []

    def now_or_never(target: str) -> bool:
        begun.append(target)
        return any("oauth-token" in one for one in begun) and at in target

    def lose_the_lock() -> None:
        world.lose_the_lock()
        written.append(world.miro.writes)

    hear = when(now_or_never, lose_the_lock)
    answer = world.miro.answer

    def listening(verb: str, target: str, *rest: Any) -> Any:  # noqa: ANN401 - as the server's
        hear(target)
        return answer(verb, target, *rest)

    monkeypatch.setattr(world.miro, "answer", listening)

    assert publish(world.folder, "--apply", "--only", "board") == 3
    assert [world.miro.writes] == written

    assert publish(world.folder, "--apply", "--only", "board") == 0
    assert world.miro.writes > written[0]


def test_no_letter_is_handed_over_by_whoever_lost_the_lock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ["--config", str(world.folder)]
    run(["sync", *folder])
    hear = when(lambda step: step == "RCPT", world.lose_the_lock)
    answer = world.post.answer

    def listening(step: str) -> str:
        hear(step)
        return answer(step)

    monkeypatch.setattr(world.post, "answer", listening)

    assert run(["digest", "--send", *folder]) == 3
    assert world.post.taken == []

    assert run(["digest", "--send", *folder]) == 0
    assert [to for to, _ in world.post.taken] == ["director@example.org"]


def test_a_dead_man_service_hears_nothing_of_a_run_that_lost_its_lock(world: World) -> None:
    """The run that took its place tells; a late "failed" would wake people for nothing."""
    world.google.between = world.lose_the_lock

    assert run(["sync", "--config", str(world.folder)]) == 3
    assert [path for path, _ in world.pings] == ["/secret-uuid/start"]
    with_none = SqlMemory(f"{world.fleet.url}&schema=yaya")
    assert with_none.runs(9) == ()
    with_none.close()

    assert run(["sync", "--exit-zero", "--config", str(world.folder)]) == 0
    assert [path for path, _ in world.pings[1:]] == ["/secret-uuid/start", "/secret-uuid"]


def test_the_keys_of_the_account_that_the_settings_name_write_the_table(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.folder / "project.toml"
    text = path.read_text("utf-8").replace("[project]\n", '[project]\naccount = "kuzbass"\n')
    path.write_text(text, "utf-8")
    for name, value in world.google.environ().items():
        monkeypatch.setenv(f"{name}_KUZBASS", value)
        monkeypatch.delenv(name)
    monkeypatch.setenv("MIRO_ACCESS_TOKEN_KUZBASS", TOKEN)
    monkeypatch.delenv("MIRO_ACCESS_TOKEN")

    assert publish(world.folder, "--apply") == 0
    assert world.asked_of_google(writing=True) == 1
