"""A Google on this machine: token endpoint, spreadsheets, exports, and everything that fails.

`GoogleServer` keeps the spreadsheets of `google_books`. It holds all traffic against the discovery
document where that is at hand and notes what does not fit in `violations`. Trouble is scripted
with `Fault`s. It also speaks the two calls of Yandex Disk.
"""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from google_books import Changes, Refusal, value_range
from google_discovery import Discovery, Json, masked, parse_mask

EMAIL = "miro-sync@school-plans.iam.gserviceaccount.com"
LINK = "https://disk.yandex.ru/i/AbCdEfGhIjKlMn"
READING = "https://www.googleapis.com/auth/spreadsheets.readonly"
WRITING = "https://www.googleapis.com/auth/spreadsheets"


class FakeClock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


@dataclass
class Seen:
    """A request that came."""

    verb: str
    path: str
    query: dict[str, list[str]]
    body: Json
    headers: dict[str, str]


@dataclass
class Fault:
    """Trouble for requests whose path contains `at`.

    Attributes:
        times: how often; -1 for ever.
        lasts: seconds from the first request on instead, by the clock of the server.
        kind: "answer", "hang" or "reset" before an answer, "stall" or "cut" in the middle of
            one; "done_then_reset" carries the request out and then breaks the connection.

    """

    at: str = "/v4/"
    status: int = 503
    body: Json = None
    page: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    lasts: float | None = None
    kind: str = "answer"
    until: float | None = None


@cache
def private_key() -> rsa.RSAPrivateKey:
    """Return the key of this test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem() -> str:
    return (
        private_key()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def public_pem() -> bytes:
    return (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


@cache
def discovery() -> Discovery | None:
    """Return the discovery document, None where the shared collections are absent."""
    root = Path(os.environ.get("MIRO_SYNC_SHARED", Path(__file__).parents[2] / "shared"))
    path = root / "contracts" / "google-sheets-discovery.json"
    return Discovery(path) if path.exists() else None


# --- the server ---------------------------------------------------------------------------------


class GoogleServer:
    """The server; use it as a context manager.

    Attributes:
        books: spreadsheets by id. shared: who may read or write them: (id, "reader"|"writer").
        exports: what a public spreadsheet gives as .xlsx, by id; others ask to sign in.
        files: what lies on Yandex Disk: (name, bytes) by published key and path.
        faults: trouble to come, the first that fits is taken.
        disposition: how a file is announced, None for its own name.
        seen: what was asked. violations: what the discovery document does not allow.
        refuse: the request within a batch that is refused, after those before it were tried.
        between: called before the values are answered: what people do in the meantime.

    """

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.books: dict[str, Json] = {}
        self.shared: dict[str, str] = {}
        self.exports: dict[str, bytes] = {}
        self.files: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.refuse = ""
        self.disposition: str | None = None
        self.between: Callable[[], None] | None = None
        self.tokens: dict[str, str] = {}
        self.closing = threading.Event()
        self._server = _Listener(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def key(self, **changes: str) -> dict[str, str]:
        """Return a service account's key that this server accepts."""
        return {
            "type": "service_account",
            "project_id": "school-plans",
            "private_key_id": "0" * 40,
            "private_key": private_pem(),
            "client_email": EMAIL,
            "client_id": "100000000000000000000",
            "token_uri": f"{self.url}/token",
            **changes,
        }

    def environ(self, **changes: str) -> dict[str, str]:
        """Return an environment that holds the key."""
        return {"GOOGLE_APPLICATION_CREDENTIALS": json.dumps(self.key(**changes))}

    def keep(self, resource: Json, role: str = "writer") -> None:
        """Take a spreadsheet in and share it with the account."""
        self.books[resource["spreadsheetId"]] = resource
        self.shared[resource["spreadsheetId"]] = role

    def calls(self, part: str = "/v4/") -> list[Seen]:
        """Return the requests whose path contains a text."""
        return [seen for seen in self.seen if part in seen.path]

    # what is answered

    def fault_for(self, path: str) -> Fault | None:
        """Take the next trouble that fits."""
        for fault in self.faults:
            if fault.at not in path:
                continue
            if fault.lasts is not None:
                if fault.until is None:
                    fault.until = self.clock.time + fault.lasts
                if self.clock.time < fault.until:
                    return fault
                continue
            if fault.times:
                fault.times -= 1
                return fault
        return None

    def answer(self, seen: Seen) -> tuple[int, Json]:
        """Answer a request to Google's interface."""
        try:
            return 200, self._answer(seen)
        except Refusal as refusal:
            return refusal.status, refusal.document

    def token(self, form: dict[str, list[str]]) -> tuple[int, Json]:
        """Grant a token for an assertion signed with the key (RFC 7523)."""
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            return 400, {"error": "unsupported_grant_type"}
        try:
            claims = jwt.decode(form["assertion"][0], certs=public_pem())
        except ValueError:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        if (claims["iss"], claims["aud"]) != (EMAIL, "https://oauth2.googleapis.com/token"):
            return 400, {
                "error": "invalid_grant",
                "error_description": "Invalid grant: account not found",
            }
        token = f"ya29.invented-{len(self.tokens)}"
        self.tokens[token] = claims["scope"]
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def _answer(self, seen: Seen) -> Json:
        scope = self.tokens.get(seen.headers.get("authorization", "").removeprefix("Bearer "))
        if scope is None:
            raise Refusal(
                401,
                "UNAUTHENTICATED",
                "Request had invalid authentication credentials. Expected OAuth 2 access token,"
                " login cookie or other valid authentication credential.",
            )
        match = re.fullmatch(
            r"/v4/spreadsheets/([^/:]+)(?:(:batchUpdate)|/values(:batchGet)|/values/(.+))?",
            seen.path,
        )
        if match is None:
            raise Refusal(404, "NOT_FOUND", "Requested entity was not found.")
        self._note(seen, scope)
        spreadsheet_id = match[1]
        if spreadsheet_id not in self.books:
            raise Refusal(404, "NOT_FOUND", "Requested entity was not found.")
        role = self.shared.get(spreadsheet_id, "")
        if not role or (match[2] and role != "writer"):
            raise Refusal(403, "PERMISSION_DENIED", "The caller does not have permission")
        resource = self.books[spreadsheet_id]
        if match[2]:
            body = self._update(spreadsheet_id, seen.body)
        elif match[3]:
            if self.between:
                between, self.between = self.between, None
                between()
            ranges = seen.query.get("ranges", [])
            body = {
                "spreadsheetId": spreadsheet_id,
                "valueRanges": [value_range(resource, text) for text in ranges],
            }
        elif match[4]:
            body = value_range(resource, unquote(match[4]))
        else:
            body = self._get(resource, seen)
        fields = seen.query.get("fields", [""])[0]
        body = masked(body, parse_mask(fields))
        self._check(seen, body)
        return body

    def _get(self, resource: Json, seen: Seen) -> Json:
        if seen.query.get("fields") or seen.query.get("includeGridData") == ["true"]:
            return resource
        sheets = [
            {name: part for name, part in sheet.items() if name != "data"}
            for sheet in resource["sheets"]
        ]
        return {**resource, "sheets": sheets}

    def _update(self, spreadsheet_id: str, body: Json) -> Json:
        changes = Changes(self.books[spreadsheet_id], self.refuse)
        replies = changes.apply(body["requests"])
        self.books[spreadsheet_id] = changes.resource
        return {"spreadsheetId": spreadsheet_id, "replies": replies}

    def _note(self, seen: Seen, scope: str) -> None:
        document = discovery()
        if document is None:
            return
        operation = document.operation(seen.verb, seen.path)
        faults = (
            [f"no method {seen.verb} {seen.path}"]
            if operation is None
            else document.request_faults(operation, seen.query, seen.body, scope)
        )
        self.violations += faults

    def _check(self, seen: Seen, body: Json) -> None:
        document = discovery()
        operation = document.operation(seen.verb, seen.path) if document else None
        if document and operation:
            self.violations += document.response_faults(operation, body)


SIGN_IN = (
    "<!DOCTYPE html><html><head><title>Google Таблицы: войдите</title></head><body>"
    '<a href="https://accounts.google.com/ServiceLogin">Войти</a></body></html>'
)


class _Listener(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    daemon_threads = True

    def __init__(self, owner: GoogleServer) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""

    def do_GET(self) -> None:
        with suppress(ConnectionError):
            self._respond("GET")

    def do_POST(self) -> None:
        with suppress(ConnectionError):
            self._respond("POST")

    def _respond(self, verb: str) -> None:
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        form = {} if is_json else parse_qs(raw.decode())
        if self.headers.get("X-HTTP-Method-Override") == "GET":
            verb, query, form = "GET", form, {}
        body = json.loads(raw) if is_json else None
        headers = {name.casefold(): value for name, value in self.headers.items()}
        seen = Seen(verb, parts.path, query, body, headers)
        self.server.owner.seen.append(seen)
        fault = self.server.owner.fault_for(parts.path)
        if fault is not None and self._fail(fault, seen, form):
            return
        self._answer(seen, form)

    def _fail(self, fault: Fault, seen: Seen, form: dict[str, list[str]]) -> bool:
        if fault.kind == "hang":
            self.server.owner.closing.wait(10)
            self.close_connection = True
        elif fault.kind in {"reset", "done_then_reset"}:
            if fault.kind == "done_then_reset":
                self.server.owner.answer(seen)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif fault.kind in {"cut", "stall"}:
            self._send(200, b'{"sheets": [', {"Content-Length": "1000"})
            if fault.kind == "stall":
                self.wfile.flush()
                self.server.owner.closing.wait(10)
            self.close_connection = True
        else:
            document = fault.page.encode() if fault.page else json.dumps(fault.body).encode()
            kind = "text/html" if fault.page else "application/json"
            self._send(fault.status, document, {"Content-Type": kind, **fault.headers})
        return True

    def _answer(self, seen: Seen, form: dict[str, list[str]]) -> None:
        if seen.path == "/token":
            self._send_json(*self.server.owner.token(form))
        elif seen.path.startswith("/v4/"):
            self._send_json(*self.server.owner.answer(seen))
        elif export := re.fullmatch(r"/spreadsheets/d/([^/]+)/export", seen.path):
            document = self.server.owner.exports.get(export[1])
            if document is None:
                self._send(302, b"", {"Location": "/ServiceLogin"})
            else:
                self._send_file("Точки роста.xlsx", document)
        elif seen.path == "/ServiceLogin":
            self._send(200, SIGN_IN.encode(), {"Content-Type": "text/html; charset=utf-8"})
        else:
            self._disk(seen)

    def _disk(self, seen: Seen) -> None:
        if seen.path == "/v1/disk/public/resources/download":
            place = (seen.query["public_key"][0], seen.query.get("path", [""])[0])
            if place not in self.server.owner.files:
                self._send_json(
                    404,
                    {
                        "message": "Не удалось найти запрошенный ресурс.",
                        "description": "Resource not found.",
                        "error": "DiskNotFoundError",
                    },
                )
                return
            number = list(self.server.owner.files).index(place)
            href = f"{self.server.owner.url}/bytes/{number}?sign=s3cr3t"
            self._send_json(200, {"href": href, "method": "GET", "templated": False})
            return
        number = int(seen.path.rpartition("/")[2])
        self._send_file(*list(self.server.owner.files.values())[number])

    def _send_json(self, status: int, body: Json) -> None:
        self._send(
            status,
            json.dumps(body, ensure_ascii=False).encode(),
            {"Content-Type": "application/json; charset=UTF-8"},
        )

    def _send_file(self, name: str, document: bytes) -> None:
        own = f"attachment; filename*=UTF-8''{quote(name)}"
        given = self.server.owner.disposition
        # Names travel as raw UTF-8 where a sender does not know better.
        disposition = (own if given is None else given).encode().decode("latin-1")
        self._send(200, document, {"Content-Disposition": disposition})

    def _send(self, status: int, document: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(document)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(document)
