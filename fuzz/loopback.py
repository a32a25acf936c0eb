"""A service on this machine that answers with a parcel, whatever it is asked.

Each part is one answer: its name the status, its words headers («Retry-After:5») or what is done to
the body: «gzip» (packed, as it says), «gzipped» (packed without a word), «cut» (it breaks off),
«bomb» (twenty megabytes of blanks, packed). The last one is given again and again.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Final

from fuzz.oracle import Defect
from fuzz.parcels import Part

#: Requests after which a client is said to ask for ever.
_PATIENCE: Final = 3_000
_BOMB: Final = 20 * 2**20


class Moving:
    """A clock that sleeping moves, and every look at it a little."""

    def __init__(self) -> None:
        """Start at zero."""
        self._seconds = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Return the seconds passed."""
        with self._lock:
            self._seconds += 0.001
            return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let them pass."""
        with self._lock:
            self._seconds += seconds


class Service(ThreadingHTTPServer):
    """The service; `answering` starts it."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, parts: Sequence[Part], *, token: bytes = b"") -> None:
        """Listen on a free port.

        Args:
            parts: the answers.
            token: what a request for a token is answered with, out of turn.

        """
        super().__init__(("127.0.0.1", 0), _Handler)
        self._parts = parts or [Part("200", b"")]
        self._lock = threading.Lock()
        self._next = count()
        self.token = token
        self.asked_for_ever = False

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def take(self, parts: Sequence[Part]) -> None:
        """Answer with another parcel from now on."""
        self._parts = parts or self._parts

    def part(self) -> Part:
        """Return the next answer."""
        with self._lock:
            number = next(self._next)
        self.asked_for_ever = self.asked_for_ever or number > _PATIENCE
        return self._parts[min(number, len(self._parts) - 1)]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


@contextmanager
def answering(parts: Sequence[Part], *, token: bytes = b"") -> Iterator[Service]:
    """Serve a parcel; raises a defect when the client asked without end."""
    service = Service(parts, token=token)
    thread = threading.Thread(target=service.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
    if service.asked_for_ever:
        raise Defect("a client asks for ever")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_GET(self) -> None:
        """Answer anything."""
        assert isinstance(self.server, Service)  # noqa: S101 - its own
        length = self.headers.get("Content-Length", "0")
        self.rfile.read(int(length) if length.isdecimal() else 0)
        if self.server.token and self.path.startswith("/token"):
            self._send(200, (("Content-Type", "application/json"),), self.server.token)
            return
        part = self.server.part()
        name = part.name if part.name.isascii() and part.name.isdecimal() else "200"
        status = int(name[:3])
        headers = [
            (key, value)
            for word in part.words
            if ":" in word and word.isascii() and word.isprintable()
            for key, _, value in (word.partition(":"),)
            if key.replace("-", "").isalnum() and key.casefold() not in _OURS
        ]
        body = part.content
        if "bomb" in part.words:
            body = _bomb()
        elif {"gzip", "gzipped"} & set(part.words):
            body = gzip.compress(body, 1)
        if {"gzip", "bomb"} & set(part.words):
            headers.append(("Content-Encoding", "gzip"))
        cut = len(body) // 2 if "cut" in part.words else len(body)
        self._send(status if 200 <= status <= 599 else 200, headers, body, cut)  # noqa: PLR2004 - of HTTP

    do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815 - as inherited

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(
        self,
        status: int,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        cut: int | None = None,
    ) -> None:
        with suppress(OSError):
            self.send_response(status)
            for key, value in headers:
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:cut])
            if cut is not None and cut < len(body):
                self.close_connection = True


#: Headers that this server must write itself.
_OURS: Final = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding"})


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * _BOMB, 9)
