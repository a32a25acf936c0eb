"""Mail servers on loopback: a scripted one that refuses, drops or hangs at any step, and real ones.

The scripted one speaks plain SMTP by the letter of RFC 5321 except where its script says otherwise;
what it took is in `taken`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

DROP, HANG = "drop", "hang"

#: What is answered where the script says nothing.
_USUAL = {
    "connect": "220 test ESMTP",
    "EHLO": "250-test\r\n250 AUTH PLAIN",
    "AUTH": "235 ok",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "dot": "250 taken",
    "QUIT": "221 bye",
    "RSET": "250 ok",
}


@dataclass
class Scripted:
    """A server by script: step -> one answer, or one for each time the step comes.

    Attributes:
        script: the steps are those of `_USUAL`; an answer is a line, `DROP` or `HANG`.
        taken: (reader's address, letter) of what it said 250 to, and of what it took before it
            dropped or hung at the dot.

    """

    script: Mapping[str, str | list[str]] = field(default_factory=dict)
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, step: str) -> str:
        said = self.script.get(step, _USUAL.get(step, "500 what?"))
        if isinstance(said, list):
            said = said[min(self.steps.count(step), len(said) - 1)]
        self.steps.append(step)
        return said


@contextlib.contextmanager
def scripted(**script: str | list[str]) -> Iterator[Scripted]:
    """Run a scripted server."""
    server = Scripted(script)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    server.port = listener.getsockname()[1]
    ended = threading.Event()
    thread = threading.Thread(target=_accept, args=(listener, server, ended), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        listener.close()
        thread.join(timeout=5)


def _accept(listener: socket.socket, server: Scripted, ended: threading.Event) -> None:
    """Hold every conversation in a thread of its own: one that hangs must not keep others out."""
    conversations: list[threading.Thread] = []
    while not ended.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        except OSError:
            break
        thread = threading.Thread(target=_talk, args=(connection, server, ended), daemon=True)
        thread.start()
        conversations.append(thread)
    for thread in conversations:
        thread.join(timeout=5)


def _talk(connection: socket.socket, server: Scripted, ended: threading.Event) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(5)
        _Conversation(connection, server, ended).hold()


class _Conversation:
    """One connection to a scripted server."""

    def __init__(self, connection: socket.socket, server: Scripted, ended: threading.Event) -> None:
        self._connection, self._server, self._ended = connection, server, ended
        self._reader = ""

    def hold(self) -> None:
        with self._connection.makefile("rb") as lines:
            goes_on = bool(self._answer("connect"))
            while goes_on and (line := lines.readline()):
                goes_on = self._step(line.decode("ascii", "replace").strip(), lines)

    def _step(self, line: str, lines: BinaryIO) -> bool:
        """Answer a line, and take the letter that follows it; False when that was all."""
        step = line.partition(" ")[0].upper()
        if step == "RCPT":
            self._reader = line.partition("<")[2].partition(">")[0]
        said = self._answer(step)
        if said.startswith("354"):
            letter = _letter(lines)
            if letter is None:
                return False
            if str(self._server.script.get("dot", "250"))[:3] in {"250", DROP[:3], HANG[:3]}:
                self._server.taken.append((self._reader, letter))
            said = self._answer("dot")
        return bool(said) and step != "QUIT"

    def _answer(self, step: str) -> str:
        """Answer a step; "" when the conversation is over."""
        said = self._server.answer(step)
        if said == HANG:
            while not self._ended.is_set():
                time.sleep(0.01)
        if said in (DROP, HANG):
            return ""
        self._connection.sendall(f"{said}\r\n".encode())
        return "" if said.startswith("421") else said


def _letter(lines: BinaryIO) -> bytes | None:
    """Read a letter up to its dot; None when the connection ended before it."""
    found: list[bytes] = []
    for raw in lines:
        if raw == b".\r\n":
            return b"".join(found)
        found.append(raw[1:] if raw.startswith(b".") else raw)
    return None


class Mailbox:
    """What a real server took: (reader's address, letter), and whether after a login."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, bytes]] = []
        self.logged_in = False

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's own
        content = envelope.original_content or b""
        self.letters += [(to, content) for to in envelope.rcpt_tos]
        self.logged_in = bool(session.authenticated)
        return "250 taken"


class _Checked:
    """Knows one user and password."""

    def __call__(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: object
    ) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"office", b"secret word"))


class _Controller(Controller):
    """A server with TLS from the first byte, or with STARTTLS."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextlib.contextmanager
def real(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
) -> Iterator[tuple[int, Mailbox]]:
    """Run a real server; yields its port and its mailbox."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mailbox = Mailbox()
    extra: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if login:
        # It takes only STARTTLS for encryption, and would hide the login under any other.
        extra |= {
            "authenticator": _Checked(),
            "auth_required": starttls is not None,
            "auth_require_tls": starttls is not None,
        }
    controller = _Controller(mailbox, hostname="127.0.0.1", port=port, ssl_context=tls, **extra)
    controller.start()
    try:
        yield port, mailbox
    finally:
        controller.stop()
