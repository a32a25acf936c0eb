"""A small installation of many workers: a database, a Miro of many boards, worker processes."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from miro_sync.app import worker

TESTS = Path(__file__).parent
ZONE = ZoneInfo("Asia/Novokuznetsk")

#: The test's machine, as seen from the other one, and the other one.
ADDRESS, THERE = "10.201.77.1", "10.201.77.2"

PROJECT = """
[project]
name = "Проект {number}"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2035-08-31
{account}

[board]
source = "https://miro.com/app/board/uXjVboard{number:04d}=/"
api_url = "http://127.0.0.1:{port}"
patience_seconds = 20

[state]
url = "{url}&schema=p{number}"

[schedule]
sync_every_minutes = 1440
office_hours = "{far}:00-{far}:59"
full_read_at = "нет"
digest_at = "нет"
{more}
"""

CENTERS = '[[center]]\nid = "one"\nname = "Центр 1"\nemail = "one@example.org"\n'

CALENDAR = (
    "Код;Мероприятие;Сроки реализации;Охват\nE01;Муниципальный методический день;Апрель 2023;сеть\n"
)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    paths = f"{TESTS.parent}{os.pathsep}{TESTS}"
    return {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", **(more or {})}


class Miro:
    """The service in a process of its own, perhaps in another network namespace."""

    def __init__(self, *words: str, inside: tuple[str, ...] = ()) -> None:
        program = [*inside, sys.executable, str(TESTS / "country_server.py"), *words]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            program, stdout=subprocess.PIPE, env=environment()
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def told(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_log") as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def overlaps(self) -> list[tuple[str, str]]:
        """Return (board, worker) where two workers read a board at once."""
        found, at_work = [], {}
        for _, who, board, begins in self.told()["log"]:
            if begins:
                at_work[board] = who
            elif at_work.get(board, who) != who:
                found.append((board, who))
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class Worker:
    """A worker process; its token tells the service who it is."""

    def __init__(
        self,
        url: str,
        name: str,
        folder: Path,
        *,
        jobs: int = 2,
        inside: tuple[str, ...] = (),
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self._records = name, folder / f"{name}.log"
        program = [*inside, sys.executable, str(TESTS / "worker_process.py"), url, name, str(jobs)]
        self._file = self._records.open("w", encoding="utf-8")
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            program,
            env=environment({"MIRO_ACCESS_TOKEN": f"token-of-{name}", **(more or {})}),
            stderr=self._file,
        )

    def records(self, event: str) -> list[dict[str, Any]]:
        lines = self._records.read_text("utf-8").splitlines()
        said = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [one for one in said if one.get("event") == event]

    def written(self) -> str:
        return self._records.read_text("utf-8")

    def is_at(self, project: str | None = None) -> bool:
        """Tell whether it has begun a job (of a project) and not ended it."""
        begun = [one["project"] for one in self.records("job_started")]
        for one in self.records("job_ended"):
            begun.remove(one["project"])
        return bool(begun) if project is None else project in begun

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self._file.close()


class Fleet:
    """The installation."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.workers: list[Worker] = []

    def add(
        self,
        number: int,
        port: int,
        more: str = "",
        url: str | None = None,
        *,
        account: str | None = None,
        files: Mapping[str, str] | None = None,
    ) -> str:
        """Put a project on the list."""
        folder = self.folder / f"p{number}"
        folder.mkdir(exist_ok=True)
        text = PROJECT.format(
            number=number,
            port=port,
            url=url or self.url,
            # Nothing becomes due by itself while a test runs.
            far=(dt.datetime.now(ZONE).hour + 12) % 24,  # noqa: TID251 - real workers
            more=more,
            account="" if account is None else f'account = "{account}"',
        )
        (folder / "project.toml").write_text(text, "utf-8")
        usual = {"centers.toml": CENTERS, "calendar.csv": CALENDAR}
        for name, content in {**usual, **(files or {})}.items():
            (folder / name).write_text(content, "utf-8")
        (answer,) = worker.add(self.url, folder)
        assert answer.result is not None, answer.error
        return answer.result.id

    def start(self, name: str, url: str | None = None, **options: Any) -> Worker:  # noqa: ANN401 - as `Worker`
        one = Worker(url or self.url, name, self.folder, **options)
        self.workers.append(one)
        return one

    def outcomes(self, job: str = "sync") -> dict[str, str | None]:
        """Return how the last job of each project ended."""
        return {
            one.id: next((end.outcome for end in one.ended if end.job == job), None)
            for one in worker.listed(self.url)
        }

    def all_done(self) -> bool:
        return set(self.outcomes().values()) == {"done"}

    def ask(self, query: str, **values: object) -> list[Any]:
        """Ask the database."""
        engine = sa.create_engine(
            self.url.replace("postgresql:", "postgresql+psycopg:"),
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
        )
        with engine.connect() as connection:
            answer = connection.execute(sa.text(query), values)
            return list(answer) if answer.returns_rows else []

    def runs(self, project: str) -> int:
        """Return how often a project was stored."""
        table = sa.table("run", schema=project)
        return int(self.ask(str(sa.select(sa.func.count()).select_from(table)))[0][0])

    def close(self) -> None:
        for one in self.workers:
            if one.process.poll() is None:
                one.send(signal.SIGKILL)
            one.end()


def until(met: Callable[[], object], seconds: float = 180.0) -> None:
    """Wait until something is so, and fail when it is not so in time."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.1)


@contextmanager
def miro(*words: str, inside: tuple[str, ...] = ()) -> Iterator[Miro]:
    service = Miro(*words, inside=inside)
    try:
        yield service
    finally:
        service.close()


# --- another machine ------------------------------------------------------------------------------


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)  # noqa: S603, S607 - our own words


@contextmanager
def another_machine() -> Iterator[tuple[tuple[str, ...], Callable[[str], None]]]:
    """Make a network namespace; yields how to run a program there, and what pulls its cable."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("only root can make a network namespace, and only with the program ip")
    name = f"ms{uuid.uuid4().hex[:8]}"
    here, there = f"{name}a", f"{name}b"
    inside = ("ip", "netns", "exec", name)
    try:
        _ip("netns", "add", name)
        _ip("link", "add", here, "type", "veth", "peer", "name", there)
        _ip("link", "set", there, "netns", name)
        _ip("addr", "add", f"{ADDRESS}/30", "dev", here)
        _ip("link", "set", here, "up")
        for words in (("addr", "add", f"{THERE}/30", "dev", there), ("link", "set", there, "up")):
            _ip("netns", "exec", name, "ip", *words)
        _ip("netns", "exec", name, "ip", "link", "set", "lo", "up")
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody make a network namespace")
    try:
        yield inside, lambda state: _ip("link", "set", here, state)
    finally:
        _ip("netns", "del", name)
