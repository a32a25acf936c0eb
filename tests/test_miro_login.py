"""The browser step: only the browser that we opened can bring a token."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from miro_server import Fault
from miro_world import FakeClock, told, world
from pydantic import SecretStr

from miro_sync.errors import SettingsError, SourceError
from miro_sync.miro_http import Address, MiroHttp
from miro_sync.miro_login import Application, login_flow
from miro_sync.miro_tokens import load_tokens


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Browser:
    """A browser whose person presses a button.

    Attributes:
        asked: the address that was opened. pages: what was shown, with the status.

    """

    def __init__(self, *answers: str) -> None:
        self.answers = answers or ("/miro?code=code-of-the-browser&state={state}",)
        self.asked = ""
        self.pages: list[tuple[int, str]] = []
        self.thread = threading.Thread(target=self._return)

    def open(self, url: str) -> None:
        self.asked = url
        self.thread.start()

    @property
    def question(self) -> dict[str, str]:
        return {name: one[0] for name, one in parse_qs(urlsplit(self.asked).query).items()}

    def _return(self) -> None:
        home = urlsplit(self.question["redirect_uri"])
        with requests.Session() as session:
            session.trust_env = False
            for answer in self.answers:
                target = answer.format(state=self.question["state"])
                page = session.get(f"http://127.0.0.1:{home.port}{target}", timeout=10)
                page.encoding = "utf-8"
                self.pages.append((page.status_code, page.text))


def application() -> Application:
    return Application("app", SecretStr("app-secret"), free_port())


def test_a_login_stores_the_pair_that_miro_grants(tmp_path: Path) -> None:
    path = tmp_path / "miro.json"
    browser, app = Browser(), application()
    with world() as w:
        login_flow(app, path, w.http, browser.open)
        browser.thread.join()
        assert w.server.grants == 1
    stored = load_tokens(path)
    assert stored.access_token.get_secret_value() == "access-1"
    assert stored.client_id == "app"
    assert browser.asked.startswith("https://miro.com/oauth/authorize?")
    assert browser.question["response_type"] == "code"
    assert browser.question["client_id"] == "app"
    assert browser.question["redirect_uri"] == f"http://localhost:{app.port}/miro"
    assert len(browser.question["state"]) > 30
    assert "app-secret" not in browser.asked
    assert browser.pages[0][0] == 200
    assert "Готово" in browser.pages[0][1]


def test_an_answer_with_another_state_is_not_ours(tmp_path: Path) -> None:
    browser = Browser(
        "/favicon.ico",
        "/miro?code=stolen&state=guessed",
        "/miro?code=stolen",
        "/miro?code=code-of-the-browser&state={state}",
    )
    with world() as w:
        login_flow(application(), tmp_path / "miro.json", w.http, browser.open)
        browser.thread.join()
    assert [status for status, _ in browser.pages] == [404, 404, 404, 200]


def test_a_person_who_refuses_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "miro.json"
    browser = Browser("/miro?error=access_denied&state={state}")
    with world() as w, pytest.raises(SourceError) as failed:
        login_flow(application(), path, w.http, browser.open)
    browser.thread.join()
    assert "не разрешён" in told(failed.value.message)
    assert "не разрешён" in browser.pages[0][1]
    assert not path.exists()


def test_nobody_coming_back_ends_the_wait(tmp_path: Path) -> None:
    time = FakeClock()
    http = MiroHttp(time.clock(), Address("http://127.0.0.1:9"))
    with pytest.raises(SourceError) as failed:
        login_flow(application(), tmp_path / "miro.json", http, lambda _: time.move(minutes=10))
    assert "10 минут" in told(failed.value.message)


@pytest.mark.parametrize("kind", ["400", "401", "503", "not_json"])
def test_a_grant_that_miro_refuses_stores_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "miro.json"
    browser = Browser()
    with world(None, Fault(kind, "grant")) as w, pytest.raises(SourceError) as failed:
        login_flow(application(), path, w.http, browser.open)
    browser.thread.join()
    assert told(failed.value.message)
    assert not path.exists()


def test_a_port_that_is_taken_is_a_matter_of_settings(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        app = Application("app", SecretStr("app-secret"), port)
        with world() as w, pytest.raises(SettingsError) as refused:
            login_flow(app, tmp_path / "miro.json", w.http, lambda _: None)
    assert str(port) in told(refused.value.message)


def test_the_page_is_in_the_language_of_the_person(tmp_path: Path) -> None:
    browser = Browser()
    with world() as w:
        login_flow(application(), tmp_path / "miro.json", w.http, browser.open, "en")
        browser.thread.join()
    assert "Done" in browser.pages[0][1]
