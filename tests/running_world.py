"""Processes, folders and services for the tests of what runs by itself: nothing is faked."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import sqlalchemy as sa
from test_job import CALENDAR, CENTERS, HELD_ALL, PROJECT, board

from miro_sync.memory import JobLog

TESTS = Path(__file__).parent

#: Around the clock, so that a test does not depend on its hour.
SCHEDULE = '\n[schedule]\noffice_hours = "0:00-24:00"\nfull_read_at = "нет"\nbackup_at = "нет"\n'


def two_projects(folder: Path) -> Path:
    """Make an installation whose name needs quoting everywhere."""
    for name in ("a", "b"):
        one_project(folder / "про екты" / name)
    return folder / "про екты"


def one_project(folder: Path, schedule: str = SCHEDULE) -> Path:
    folder.mkdir(parents=True)
    (folder / "project.toml").write_text(PROJECT + schedule, "utf-8")
    (folder / "centers.toml").write_text(CENTERS, "utf-8")
    (folder / "calendar.csv").write_text(CALENDAR, "utf-8")
    (folder / "board.json").write_text(board(HELD_ALL), "utf-8")
    return folder


@contextmanager
def program(
    *arguments: str, at: Sequence[str] = (), **environ: str
) -> Iterator[subprocess.Popen[str]]:
    """Run the program; with moments, in a process whose clock is put to them one by one."""
    started = ["-m", "miro_sync"]
    if at:
        started = [str(TESTS / "timetable_process.py"), ",".join(at)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, *started, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS.parent), **environ},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def log_of(projects: Path, name: str) -> JobLog:
    return JobLog(f"sqlite:///{projects / name / 'state' / 'miro-sync.db'}")


def wait_for_syncs(projects: Path, *names: str) -> None:
    end = time.monotonic() + 60
    for name in names:
        with closing(log_of(projects, name)) as log:
            while "sync" not in log.done().good:
                assert time.monotonic() < end
                time.sleep(0.1)


def job_runs(project: Path, job: str = "sync") -> list[int | None]:
    """Return the codes of all runs of a job, None where one has not ended."""
    path = project / "state" / "miro-sync.db"
    if not path.exists():
        return []
    engine = sa.create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            asked = sa.text("select code from job_run where job = :job order by id")
            return list(connection.scalars(asked, {"job": job}))
    except sa.exc.OperationalError:
        return []  # the tables are just being made
    finally:
        engine.dispose()


def syncs(projects: Path, name: str) -> int:
    return len(job_runs(projects / name))


def until(reached: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


Heard = list[tuple[str, str]]


@contextmanager
def watchman(status: int = 200, way: str = "answers") -> Iterator[tuple[str, Heard]]:
    """Run a dead-man service.

    Args:
        status: of its answers.
        way: "answers"; "hangs" says nothing; "drips" sends its answer without end, byte by byte.

    Yields:
        Its address, and the (path, body) of what it heard.

    """
    heard: Heard = []
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            heard.append((self.path.removeprefix("/secret-uuid"), body.decode()))
            if way == "hangs":
                ended.wait()
            elif way == "drips":
                self._drip()
            else:
                self.send_response(status)
                self.end_headers()

        def _drip(self) -> None:
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 ")
                while not ended.wait(0.2):
                    self.wfile.write(b"o")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-uuid", heard
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def ask(
    port: int, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()


@contextmanager
def view(projects: Path, *options: str, **environ: str) -> Iterator[int]:
    port = free_port()
    arguments = ("serve", "--projects", str(projects), "--port", str(port), *options)
    with program(*arguments, **environ) as process:
        end = time.monotonic() + 60
        while True:
            try:
                ask(port, "/healthz")
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        yield port
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0
