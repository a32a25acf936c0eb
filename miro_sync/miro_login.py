"""The browser step: a person allows this program in Miro, and Miro sends the browser back to us.

Miro knows no proof key (PKCE), so what binds the answer to the question is the `state` parameter
alone: a random word that only the browser we opened can bring back. The answer is awaited on this
machine only, at the address that is registered with the application in Miro.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import SecretStr

from miro_sync.errors import SettingsError, SourceError
from miro_sync.messages import catalogue
from miro_sync.miro_http import GRANT, Call, MiroHttp, MiroRefusedError, Patience
from miro_sync.miro_tokens import TokenPair, pair_from_grant, save_tokens
from miro_sync.model import say
from miro_sync.wire import read_token_grant

AUTHORIZE_URL: Final = "https://miro.com/oauth/authorize"

#: Where Miro sends the browser; must be registered with the application, letter by letter.
REDIRECT_PORT: Final = 8723

#: Seconds for the person in the browser; Miro's code lives as long.
LOGIN_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Application:
    """The application as its owner registered it in Miro.

    Attributes:
        port: of the address of return, http://localhost:<port>/miro.

    """

    client_id: str
    client_secret: SecretStr
    port: int = REDIRECT_PORT

    @property
    def redirect_uri(self) -> str:
        """The address of return."""
        return f"http://localhost:{self.port}/miro"


def login_flow(
    application: Application,
    path: Path,
    http: MiroHttp,
    open_browser: Callable[[str], object],
    language: str = "ru",
) -> TokenPair:
    """Let a person allow this program in Miro, and store the pair of tokens.

    Args:
        application: as registered in Miro.
        path: the token file to write.
        http: the connection to Miro.
        open_browser: opens an address in the browser, or shows it to the person.
        language: of the page that the browser shows at the end.

    Returns:
        The pair, which is on the disk already.

    Raises:
        SettingsError: the port is taken by another program.
        SourceError: the person refused, nobody answered in ten minutes, or Miro did not grant.

    """
    state = secrets.token_urlsafe(32)
    try:
        server = _Returned(application.port, state, language)
    except OSError:
        raise SettingsError(say("miro.login_port_taken", port=application.port)) from None
    question = {
        "response_type": "code",
        "client_id": application.client_id,
        "redirect_uri": application.redirect_uri,
        "state": state,
    }
    end = http.clock.monotonic() + LOGIN_SECONDS
    with server:
        open_browser(f"{AUTHORIZE_URL}?{urlencode(question)}")
        code = server.code(http, end)
    form: dict[str, str | SecretStr] = {
        "grant_type": "authorization_code",
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "code": code,
        "redirect_uri": application.redirect_uri,
    }
    try:
        # A code can be spent once: no second attempt can succeed where the first got through.
        grant = http.call(Call(GRANT, form=form), read_token_grant, Patience(0, http.clock))
    except MiroRefusedError as error:
        raise MiroRefusedError(say("miro.login_not_granted"), error.status) from None
    pair = pair_from_grant(
        grant, application.client_id, application.client_secret, http.clock.now()
    )
    save_tokens(path, pair)
    return pair


class _Returned(HTTPServer):
    """Waits for the browser to come back with a code."""

    allow_reuse_address = False

    def __init__(self, port: int, state: str, language: str) -> None:
        super().__init__(("127.0.0.1", port), _Page)
        self._state = state
        self._language = language
        self._code: SecretStr | None = None
        self._refused = False

    def code(self, http: MiroHttp, end: float) -> SecretStr:
        """Return the code that the browser brings before the moment `end`.

        Raises:
            SourceError: the person refused, or nobody came.

        """
        while self._code is None and not self._refused:
            self.timeout = end - http.clock.monotonic()
            if self.timeout <= 0:
                raise SourceError(say("miro.login_nobody_came"))
            self.handle_request()
        if self._code is None:
            raise SourceError(say("miro.login_refused"))
        return self._code

    def page(self, target: str) -> tuple[int, str]:
        """Take what the browser brings; return the status and the page to show."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        tell = catalogue(self._language).say
        # Browsers ask for icons too, and any page may send a browser here with another state.
        if parts.path != "/miro" or not hmac.compare_digest(
            query.get("state", "").encode(), self._state.encode()
        ):
            return 404, tell("miro.login_page_unasked")
        if not query.get("code"):
            self._refused = True
            return 200, tell("miro.login_page_refused")
        self._code = SecretStr(query["code"])
        return 200, tell("miro.login_page_done")


class _Page(BaseHTTPRequestHandler):
    server: _Returned
    timeout = 5  # seconds; browsers open connections ahead and keep silent on them

    def do_GET(self) -> None:
        """Show the person how it went."""
        status, text = self.server.page(self.path)
        body = f"<!doctype html><meta charset=utf-8><title>miro-sync</title><p>{text}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet: the address holds the code."""
