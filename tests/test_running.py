"""Many projects, the timetable, pings and the web view: real processes, files and sockets."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa
from test_job import CALENDAR, CENTERS, HELD_ALL, PROJECT, board

from miro_sync.cli import run
from miro_sync.memory import JobLog

#: Around the clock, so that a test does not depend on its hour.
SCHEDULE = '\n[schedule]\noffice_hours = "0:00-24:00"\nfull_read_at = "нет"\nbackup_at = "нет"\n'


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        folder = tmp_path / "про екты" / name
        folder.mkdir(parents=True)
        (folder / "project.toml").write_text(PROJECT + SCHEDULE, "utf-8")
        (folder / "centers.toml").write_text(CENTERS, "utf-8")
        (folder / "calendar.csv").write_text(CALENDAR, "utf-8")
        (folder / "board.json").write_text(board(HELD_ALL), "utf-8")
    return tmp_path / "про екты"


@contextmanager
def program(*arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "miro_sync", *arguments]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environ},
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


def syncs(projects: Path, name: str) -> int:
    engine = sa.create_engine(f"sqlite:///{projects / name / 'state' / 'miro-sync.db'}")
    with engine.connect() as connection:
        number = connection.scalar(sa.text("select count(*) from job_run where job = 'sync'"))
    engine.dispose()
    return int(number or 0)


@contextmanager
def watchman(status: int = 200) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Run a dead-man service; yields its address and the (path, body) of what it heard."""
    heard: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            heard.append((self.path, body.decode()))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-uuid", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_one_broken_project_does_not_stop_the_others(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (projects / "a" / "project.toml").write_text("x=", "utf-8")

    code = run(["sync", "--all", "--projects", str(projects), "--exit-zero"])

    told = capsys.readouterr()
    assert code == 2
    assert told.out.startswith("b: ")
    assert "Проектов: 2, удачно: 1, неудачно: 1." in told.out
    assert told.err.startswith("a: ")


def test_the_installation_file_alone_decides_which_projects_there_are(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (projects / "installation.toml").write_text('projects = ["b"]', "utf-8")
    assert run(["sync", "--all", "--projects", str(projects), "--exit-zero"]) == 0
    assert "a: " not in capsys.readouterr().out

    (projects / "installation.toml").write_text('projects = ["b", "b/"]\nx = 1', "utf-8")
    assert run(["sync", "--all", "--projects", str(projects)]) == 2


def test_status_says_what_was_read_and_has_a_code_for_monitors(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["status", "--all", "--projects", str(projects)]
    assert run(options) == 3
    run(["sync", "--all", "--projects", str(projects)])
    capsys.readouterr()

    assert run([*options, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in told["projects"]] == [0, 0]
    assert run([*options, "--format", "prometheus"]) == 0
    assert 'miro_sync_status_code{project="a"} 0.0' in capsys.readouterr().out

    (projects / "a" / "board.json").unlink()
    run(["sync", "--config", str(projects / "a")])
    assert run(options) == 3


def test_the_watchman_hears_of_start_and_success_and_of_failure(
    projects: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with watchman() as (address, heard):
        monkeypatch.setenv("MIRO_SYNC_PING_URL", address)
        run(["-v", "sync", "--config", str(projects / "a"), "--exit-zero"])
        (projects / "a" / "board.json").unlink()
        run(["-v", "sync", "--config", str(projects / "a"), "--exit-zero"])
        (projects / "a" / "project.toml").write_text("x=", "utf-8")
        run(["-v", "sync", "--config", str(projects / "a"), "--exit-zero"])

    paths = [path.removeprefix("/secret-uuid") for path, _ in heard]
    assert paths == ["/start", "", "/start", "/fail", "/fail"]
    assert "code=3" in heard[3][1]
    assert "secret-uuid" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("status", [500, 302])
def test_a_watchman_that_refuses_fails_no_job(
    projects: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with watchman(status) as (address, _):
        monkeypatch.setenv("MIRO_SYNC_PING_URL", address)
        assert run(["sync", "--config", str(projects / "a"), "--exit-zero"]) == 0


def test_the_timetable_is_kept_by_one_process_and_stops_at_a_signal(projects: Path) -> None:
    with program("schedule", "run", "--projects", str(projects)) as first:
        wait_for_syncs(projects, "a", "b")
        with program("schedule", "run", "--projects", str(projects)) as second:
            told, _ = second.communicate(timeout=60)
            assert second.returncode == 75
            assert "другая копия" in told
        first.send_signal(signal.SIGTERM)
        told, _ = first.communicate(timeout=30)

    assert first.returncode == 0
    assert "остановлено" in told
    assert (syncs(projects, "a"), syncs(projects, "b")) == (1, 1)


def test_after_a_kill_the_next_one_carries_on_without_doing_anything_twice(projects: Path) -> None:
    with program("schedule", "run", "--projects", str(projects)) as first:
        wait_for_syncs(projects, "a", "b")
        first.kill()
        first.communicate()

    # Should the hour strike in between, one more is due.
    assert run(["schedule", "run", "--once", "--projects", str(projects)]) == 0
    assert syncs(projects, "a") in {1, 2}


def test_three_days_of_sleep_are_made_up_for_once(projects: Path) -> None:
    options = ["schedule", "run", "--once", "--projects", str(projects)]
    assert run(options) == 0
    engine = sa.create_engine(f"sqlite:///{projects / 'a' / 'state' / 'miro-sync.db'}")
    with engine.begin() as connection:
        connection.execute(
            sa.text("update job_run set started_at = datetime(started_at, '-3 days')")
        )
    engine.dispose()

    assert run(options) == 0
    assert run(options) == 0
    assert syncs(projects, "a") in {2, 3}  # 3 if an hour struck meanwhile


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


def test_the_view_shows_every_project_and_lets_nothing_be_changed(projects: Path) -> None:
    run(["sync", "--config", str(projects / "a"), "--exit-zero"])
    with view(projects) as port:
        status, headers, index = ask(port, "/")
        assert status == 200
        assert 'href="/p/a/"' in index
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        status, headers, page = ask(port, "/p/a/")
        assert (status, "Методический день" in page) == (200, True)
        assert headers["Referrer-Policy"] == "no-referrer"
        assert ask(port, "/metrics")[0] == 200
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            assert ask(port, "/", method)[0] == 405
        for path in ("/p/../a/", "/p/%2e%2e/", "/p/..%2f..%2fetc%2fpasswd/", "/static/x", "/p/c/"):
            assert ask(port, path)[0] == 404
        assert ask(port, "/", Host="evil.example")[0] == 400


def test_the_view_asks_for_the_token(projects: Path) -> None:
    basic = base64.b64encode(b"any:open sesame").decode()
    with view(projects, MIRO_SYNC_SERVE_TOKEN="open sesame"[:4] + "-sesame") as port:
        assert ask(port, "/")[0] == 401
        assert ask(port, "/healthz")[0] == 200
        assert ask(port, "/", Authorization="Bearer wrong")[0] == 401
        assert ask(port, "/", Authorization=f"Basic {basic}")[0] == 401
        assert ask(port, "/", Authorization="Bearer open-sesame")[0] == 200


def test_an_open_door_to_the_network_is_refused(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--projects", str(projects), "--host", "0.0.0.0"]) == 2  # noqa: S104 - it is refused
    assert "--token-file" in capsys.readouterr().err
