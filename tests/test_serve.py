"""The web view over real HTTP: who is let in, what is shown, and that nothing breaks it."""

from __future__ import annotations

import base64
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from running_world import TESTS, ask, free_port, program, two_projects, until, view
from test_job import HELD_ALL, board, card

from miro_sync.cli import run


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = two_projects(tmp_path_factory.mktemp("read"))
    assert run(["sync", "--config", str(folder / "a"), "--exit-zero"]) == 0
    return folder


@pytest.fixture
def projects(read_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(read_once, tmp_path / "про екты"))


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


# --- what is shown -------------------------------------------------------------------------------


def test_the_view_shows_every_project_and_lets_nothing_be_changed(projects: Path) -> None:
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
        assert ask(port, "/p/a/", "HEAD")[::2] == (200, "")
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "ВЗЯТЬ"):
            if method.isascii():
                status, headers, _ = ask(port, "/", method)
                assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/p/../a/",
        "/p/%2e%2e/",
        "/p/..%2f..%2fetc%2fpasswd/",
        "/p//etc/passwd/",
        "/p/%00/",
        "/p/%ff%fe/",
        "/p/a%0d%0aX-Evil:%201/",
        "/static/x",
        "/p/c/",
        "/" + "x" * 20_000,
        "/p/%3Cscript%3Ealert(1)%3C%2Fscript%3E/",
    ],
)
def test_no_path_leads_out_of_the_projects(view_of_a: int, path: str) -> None:
    status, headers, body = ask(view_of_a, path)

    assert status in {404, 308}
    assert "X-Evil" not in headers
    assert "root:" not in body
    assert "<script>alert" not in body
    if status == 404:
        assert "Такой страницы нет" in body


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "[::1", "a" * 5000]
)
def test_another_name_than_this_machines_is_refused(view_of_a: int, host: str) -> None:
    """A page of the internet whose name leads here would otherwise read what is shown."""
    status, _, body = ask(view_of_a, "/", Host=host)

    assert status == 400
    assert "/p/a/" not in body


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8050"])
def test_this_machines_names_are_let_in(view_of_a: int, host: str) -> None:
    assert ask(view_of_a, "/", Host=host)[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
        b"\x00\xff\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_harms_nobody(view_of_a: int, sent: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", view_of_a), timeout=10)) as caller:
        caller.sendall(sent)
        answer = caller.recv(65536).decode("latin-1")

    assert answer.split(" ")[1][0] == "4"
    assert ask(view_of_a, "/")[0] == 200


@pytest.fixture(scope="module")
def view_of_a(read_once: Path) -> object:
    with view(read_once) as port:
        yield port


def test_two_hundred_requests_while_a_sync_writes(projects: Path) -> None:
    paths = ["/", "/p/a/", "/p/b/", "/metrics", "/healthz"] * 40
    with view(projects) as port, ThreadPoolExecutor(16) as pool:
        with program("sync", "--config", str(projects / "b"), "--exit-zero") as sync:
            answers = list(pool.map(lambda path: ask(port, path), paths))
            sync.communicate(timeout=60)
            assert sync.returncode == 0
        assert ask(port, "/p/b/")[0] == 200

    assert Counter(status for status, _, _ in answers) == {200: 200}
    pages = {path: set[str]() for path in paths}
    for path, (_, _, body) in zip(paths, answers, strict=True):
        pages[path].add(body)
    assert len(pages["/p/a/"]) == 1
    assert len(pages["/p/b/"]) <= 2, "before the sync and after it, and nothing in between"


def test_a_decision_and_a_setting_are_seen_without_a_new_read(projects: Path) -> None:
    (projects / "a" / "board.json").write_text(board([*HELD_ALL, card(9, "Лишнее")]), "utf-8")
    run(["sync", "--config", str(projects / "a"), "--exit-zero"])
    with view(projects) as port:
        before = ask(port, "/p/a/")[2]
        asked = ["decide", "cancel", "E01", "--by", "director", "--why", "карантин-проба"]
        assert run([*asked, "--config", str(projects / "a")]) == 0
        decided = ask(port, "/p/a/")[2]
        settings = projects / "a" / "project.toml"
        settings.write_text(settings.read_text("utf-8").replace("Проба", "Новое имя"), "utf-8")
        renamed = ask(port, "/p/a/")[2]

    assert "карантин-проба" not in before
    assert "карантин-проба" in decided
    assert "Новое имя" in renamed


def test_projects_that_come_and_go_while_it_serves(projects: Path) -> None:
    with view(projects) as port:
        assert ask(port, "/p/a/")[0] == 200
        (projects / "a" / "project.toml").write_text("x=", "utf-8")
        status, _, body = ask(port, "/p/a/")
        assert (status, "настройк" in body) == (503, True)
        assert ask(port, "/")[0] == 200
        shutil.rmtree(projects / "a")
        assert ask(port, "/p/a/")[0] == 404
        shutil.rmtree(projects)
        for path in ("/", "/metrics", "/p/a/"):
            status, _, body = ask(port, path)
            assert (status, "Traceback" in body) == (503, False)
            assert "Нет папки с проектами" in body
        assert ask(port, "/healthz")[0] == 200


def test_a_state_that_is_being_written_is_read_as_it_was(projects: Path) -> None:
    state = projects / "a" / "state" / "miro-sync.db"
    with view(projects) as port, closing(sqlite3.connect(state, isolation_level=None)) as writer:
        whole = ask(port, "/p/a/")[2]
        writer.execute("begin immediate")
        writer.execute("delete from finding")
        assert ask(port, "/p/a/")[2] == whole
        assert ask(port, "/")[0] == 200
        writer.execute("rollback")
        writer.execute("update alembic_version set version_num = '9999'")
        status, _, body = ask(port, "/p/a/")
        assert (status, "Traceback" in body) == (503, False)


# --- who is let in -------------------------------------------------------------------------------


def test_the_view_asks_for_the_token(projects: Path) -> None:
    with view(projects, MIRO_SYNC_SERVE_TOKEN="open-sesame") as port:
        for wrong in (
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            "Bearer open-sesame-and-more",
            "Bearer " + "x" * 100_000,
            "Basic",
            "Basic !!!",
            "Basic /////w==",
            basic("any", ""),
            basic("open-sesame", "any"),
            'Digest username="any", password="wrong"',
            "Negotiate x",
        ):
            headers = {} if wrong is None else {"Authorization": wrong}
            for path in ("/", "/p/a/", "/metrics", "/p/nothing/"):
                status, answered, body = ask(port, path, **headers)
                assert status == 401
                assert answered["Www-Authenticate"].startswith("Basic ")
                assert "Нужен пароль" in body
        assert ask(port, "/healthz")[0] == 200
        for right in ("Bearer open-sesame", basic("any", "open-sesame"), basic("", "open-sesame")):
            assert ask(port, "/", Authorization=right)[0] == 200


def test_a_token_file_that_is_not_there_is_made(projects: Path, tmp_path: Path) -> None:
    file = tmp_path / "пароль.txt"
    with view(projects, "--token-file", str(file)) as port:
        assert ask(port, "/")[0] == 401
        assert ask(port, "/", Authorization=basic("я", file.read_text().strip()))[0] == 200
    assert len(file.read_text().strip()) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    made = file.read_text()
    with view(projects, "--token-file", str(file)):
        assert file.read_text() == made


def test_who_serves_without_a_password_is_told_who_sees_the_pages(projects: Path) -> None:
    port = free_port()
    with program("serve", "--projects", str(projects), "--port", str(port)) as server:

        def answers() -> bool:
            with closing(socket.socket()) as caller:
                return caller.connect_ex(("127.0.0.1", port)) == 0

        until(answers)
        server.terminate()
        told, _ = server.communicate(timeout=30)
    assert "каждый, кто работает на этой машине" in told
    assert "--token-file" in told


def test_the_proxys_header_lets_in_and_nothing_else(projects: Path) -> None:
    with view(projects, "--trusted-header", "X-Remote-User") as port:
        for headers in ({}, {"X-Remote-User": ""}, {"X-Remote-User": "  "}, {"X_Remote_User": "a"}):
            assert ask(port, "/", **headers)[0] == 401
        assert ask(port, "/", **{"X-Remote-User": "director", "Host": "office.example"})[0] == 200


def test_the_header_is_believed_from_the_proxy_alone(projects: Path) -> None:
    options = ("--trusted-header", "X-Remote-User", "--trusted-proxy", "10.1.2.0/24")
    with view(projects, *options) as port:
        assert ask(port, "/", **{"X-Remote-User": "director"})[0] == 401

    with view(projects, *options, "--trusted-proxy", "127.0.0.1", "--host", "0.0.0.0") as port:  # noqa: S104 - the proxy's address is asked for
        assert ask(port, "/", **{"X-Remote-User": "director"})[0] == 200


EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is refused


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", EVERYWHERE), "--token-file"),
        (("--host", EVERYWHERE, "--trusted-header", "X-Remote-User"), "--trusted-proxy"),
        (("--trusted-header", "Host"), "Host"),
        (("--trusted-header", "Accept-Language"), "Accept-Language"),
        (("--trusted-header", ""), "«»"),
        (("--trusted-header", "X: y"), "X: y"),
        (("--trusted-header", "X-User", "--trusted-proxy", "proxy.local"), "proxy.local"),
        (("--trusted-proxy", "127.0.0.1"), "--trusted-header"),
        (("--port", "70000"), "70000"),
        (("--host", "нет такого"), "нет такого"),
        (("--token-file", "/nowhere/at/all"), "/nowhere/at/all"),
    ],
)
def test_an_entry_that_could_not_keep_anybody_out_is_refused(
    projects: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert run(["serve", "--projects", str(projects), *options]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Просмотр: http" not in told


def test_an_address_that_is_taken_is_named(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        assert run(["serve", "--projects", str(projects), "--port", port]) == 2
    assert port in capsys.readouterr().err


@pytest.mark.parametrize("absent", ["flask", "waitress", "prometheus_client"])
def test_without_the_extra_it_says_what_to_install(projects: Path, absent: str) -> None:
    """The interpreter is told that the library is not there; nothing of ours knows of that."""
    blocked = f"import sys; sys.modules[{absent!r}] = None; from miro_sync.cli import main; main()"
    format_ = ["status", "--all", "--format", "prometheus"]
    command = format_ if absent == "prometheus_client" else ["serve"]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", blocked, *command, "--projects", str(projects)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=TESTS.parent,
    )
    assert done.returncode == 2
    assert 'pip install ".[server]"' in done.stderr
    assert "Traceback" not in done.stderr
