"""The door to the mail server: SMTP, encrypted and verified, with patience.

A letter is handed over step by step, so that it is known at every moment whether anybody can have
it. Until the line with the single dot that ends a letter the server has to forget it when the
connection breaks (RFC 5321, 4.1.1.4); after it the letter may have been taken, whatever is heard.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from miro_sync.errors import MailError
from miro_sync.model import Message, say

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from miro_sync.miro_budget import Clock

#: Seconds before the second try; each further one waits twice as long.
FIRST_WAIT = 1.0

_DATA_OK, _NEEDS_LOGIN, _TOO_WEAK = 354, 530, 538
_TEMPORARY = range(400, 500)
_GOOD = range(200, 300)
_TOO_LARGE = 552


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server and how to speak with it.

    Attributes:
        implicit_tls: encrypted from the first byte; else STARTTLS is asked for.
        trusted_way: the server is on this machine, so that STARTTLS may be missing.
        user, password: the login; None where the server wants none.
        ca_file: certificates to believe instead of the system's.
        patience: seconds that one run waits out refusals in all. timeout: for one answer.

    """

    host: str
    port: int
    implicit_tls: bool
    trusted_way: bool = False
    user: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    patience: float = 60.0
    timeout: float = 30.0


@dataclass(slots=True)
class MailSender:
    """A connection to a mail server, made when it is needed and made anew when it breaks."""

    server: Server
    clock: Clock
    _waited: float = 0.0
    _smtp: smtplib.SMTP | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        """Return itself; nothing is opened yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say good-bye to the server."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self._smtp = None

    def send(self, letter: bytes, sender: str, to: str, hand_over: Callable[[], bool]) -> bool:
        """Send one letter.

        Args:
            letter: the whole e-mail, lines ended by CRLF, ASCII only.
            sender: the address that answers for it.
            to: the address it goes to.
            hand_over: is called once, before the server can take the letter; when it returns
                False the letter is not sent.

        Returns:
            Whether it was sent; False when `hand_over` said no.

        Raises:
            MailError: it was not sent, or (`uncertain`) it is not known whether it was.

        """
        wait = FIRST_WAIT
        while True:
            try:
                self._say_whose(sender, to)
                self._give(letter)
                break
            except _RefusalError as refusal:
                self._drop()
                left = self.server.patience - self._waited
                if not refusal.temporary or wait > left:
                    raise MailError(refusal.message, of_server=refusal.of_server) from refusal
                self.clock.sleep(wait)
                self._waited += wait
                wait *= 2
        if not hand_over():
            self._drop()
            return False
        self._end()
        return True

    # --- the steps, in the order of the protocol

    def _say_whose(self, sender: str, to: str) -> None:
        if self._smtp is None:
            self._smtp = self._connected()
        code = self._asked(lambda smtp: smtp.mail(sender))
        if code in {_NEEDS_LOGIN, _TOO_WEAK}:
            raise _RefusalError(self._said("login_needed", code=code), of_server=True)
        self._expect(code, "sender", of_server=True)
        self._expect(self._asked(lambda smtp: smtp.rcpt(to)), "recipient")

    def _give(self, letter: bytes) -> None:
        """Hand over all but the dot that ends a letter."""
        code = self._asked(lambda smtp: smtp.docmd("data"))
        if code != _DATA_OK:
            self._expect(code, "content")
            raise _RefusalError(self._said("strange", code=code), of_server=True)
        dotted = b"\r\n".join(
            b"." + line if line.startswith(b".") else line for line in letter.split(b"\r\n")
        )

        def give(smtp: smtplib.SMTP) -> tuple[int, bytes]:
            smtp.send(dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n")
            return _DATA_OK, b""

        self._asked(give)

    def _end(self) -> None:
        """End the letter; from here on the server may have it."""
        if self._smtp is None:
            raise MailError(self._said("lost"))
        try:
            self._smtp.send(b".\r\n")
            code, _ = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise MailError(self._said("uncertain"), uncertain=True) from error
        if code in _GOOD:
            return
        self._drop()
        if code in _TEMPORARY:
            raise MailError(self._said("later", code=code))
        raise MailError(self._said("too_large" if code == _TOO_LARGE else "content", code=code))

    def _connected(self) -> smtplib.SMTP:
        server = self.server
        smtp: smtplib.SMTP | None = None
        try:
            context = self._context()
            if server.implicit_tls:
                smtp = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=server.timeout, context=context
                )
            else:
                smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
            smtp.ehlo_or_helo_if_needed()
            if not server.implicit_tls:
                self._encrypt(smtp, context)
            self._log_in(smtp)
        except _RefusalError:
            _close(smtp)
            raise
        except ssl.SSLCertVerificationError as error:
            _close(smtp)
            raise _RefusalError(self._said("certificate"), of_server=True) from error
        except ssl.SSLError as error:
            _close(smtp)
            raise _RefusalError(self._said("no_tls"), of_server=True) from error
        except socket.gaierror as error:
            temporary = error.errno == socket.EAI_AGAIN
            raise _RefusalError(
                self._said("no_host"), of_server=True, temporary=temporary
            ) from error
        except smtplib.SMTPResponseException as error:
            _close(smtp)
            temporary = error.smtp_code in _TEMPORARY
            message = self._said("server_busy" if temporary else "refused", code=error.smtp_code)
            raise _RefusalError(message, of_server=True, temporary=temporary) from error
        except (OSError, smtplib.SMTPException) as error:
            _close(smtp)
            key = "silent" if isinstance(error, TimeoutError) else "no_answer"
            raise _RefusalError(self._said(key), of_server=True, temporary=True) from error
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if smtp.has_extn("starttls"):
            code, _ = smtp.starttls(context=context)
            self._expect(code, "refused", of_server=True)
            smtp.ehlo()
        elif not self.server.trusted_way:
            raise _RefusalError(self._said("no_starttls"), of_server=True)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        server = self.server
        if server.user is None or server.password is None:
            return
        try:
            smtp.login(server.user, server.password.get_secret_value())
        except smtplib.SMTPNotSupportedError as error:
            raise _RefusalError(self._said("no_login"), of_server=True) from error
        except smtplib.SMTPAuthenticationError as error:
            temporary = error.smtp_code in _TEMPORARY
            message = self._said("server_busy" if temporary else "login", code=error.smtp_code)
            raise _RefusalError(message, of_server=True, temporary=temporary) from error
        except UnicodeEncodeError as error:
            raise _RefusalError(self._said("login_letters"), of_server=True) from error

    def _context(self) -> ssl.SSLContext:
        """Return what is believed: the system's certificates, or those of the settings."""
        path = self.server.ca_file
        try:
            return ssl.create_default_context(cafile=None if path is None else str(path))
        except (OSError, ssl.SSLError) as error:
            raise _RefusalError(say("digest.ca_file", path=str(path)), of_server=True) from error

    # --- what the steps share

    def _asked(self, ask: Callable[[smtplib.SMTP], tuple[int, bytes]]) -> int:
        """Ask the server something; a broken connection is a refusal that may pass."""
        if self._smtp is None:
            raise _RefusalError(self._said("lost"), of_server=True, temporary=True)
        try:
            code, _ = ask(self._smtp)
        except (OSError, smtplib.SMTPException) as error:
            key = "silent" if isinstance(error, TimeoutError) else "lost"
            raise _RefusalError(self._said(key), of_server=True, temporary=True) from error
        return code

    def _expect(self, code: int, key: str, *, of_server: bool = False) -> None:
        if code in _GOOD:
            return
        if code in _TEMPORARY:
            raise _RefusalError(self._said("later", code=code), temporary=True)
        raise _RefusalError(self._said(key, code=code), of_server=of_server)

    def _said(self, key: str, **params: object) -> Message:
        where = f"{self.server.host}:{self.server.port}"
        return say(f"digest.{key}", where=where, **params)

    def _drop(self) -> None:
        _close(self._smtp)
        self._smtp = None


class _RefusalError(Exception):
    """A step that did not succeed; nobody has the letter yet."""

    def __init__(
        self, message: Message, *, of_server: bool = False, temporary: bool = False
    ) -> None:
        super().__init__(message.key)
        self.message = message
        self.of_server = of_server
        self.temporary = temporary


def _close(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()
