"""Requests that always end: in time, whole, patiently, and with words for what went wrong.

Everything that the doors to online tables send goes through `Web.send`. Seconds are monotonic.
Addresses and bodies may hold secrets (a token, a signed link), so they stay out of every `repr`
and every sentence; a sentence names the host alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

import requests
import tenacity
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from miro_sync import __version__
from miro_sync.errors import SourceError
from miro_sync.logs import note
from miro_sync.model import Message, say

#: Seconds to connect (ours).
CONNECT_SECONDS: Final = 10.0

#: Seconds of silence after which an answer is given up: as long as the patience, but within these
#: (ours). Google makes a large answer whole before its first byte leaves.
SILENCE_LEAST, SILENCE_MOST = 10.0, 60.0

#: Seconds in which a whole answer must have come; Google gives a request up after as many.
WHOLE_ANSWER_SECONDS: Final = 180.0

MEGABYTE: Final = 1024 * 1024

#: First and longest pause between attempts and their spread, in seconds (ours). Google counts its
#: quotas by the minute and names no time to wait.
_FIRST_PAUSE, _LONGEST_PAUSE, _JITTER = 1.0, 10.0, 1.0

_log = logging.getLogger(__name__)

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_Result = TypeVar("_Result")

#: Digits of a number of seconds; more are longer than anybody waits, too.
_LONGEST_WISH = 9


class Clock(Protocol):
    """The time, given by whoever starts the program and by every test."""

    @property
    def monotonic(self) -> Callable[[], float]:
        """Seconds that never go back."""
        ...

    @property
    def sleep(self) -> Callable[[float], None]:
        """Waits for so many seconds."""
        ...


class RefusedError(SourceError):
    """The other side said no, and would say so again.

    Attributes:
        status: of the answer, None when there was none.

    """

    def __init__(self, message: Message, status: int | None = None) -> None:
        """Keep the words and the status."""
        super().__init__(message)
        self.status = status


class TroubleError(SourceError):
    """What may pass by waiting.

    Attributes:
        wish: seconds that the other side asks to wait, 0 when it does not.

    """

    def __init__(self, message: Message, *, wish: float = 0.0) -> None:
        """Keep the words and the wish."""
        super().__init__(message)
        self.wish = wish


class Patience:
    """The time that one piece of work may lose to trouble, over all its requests.

    Counted is the time from the start of an attempt that failed to the end of the trouble.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        """Start with nothing lost."""
        self._left = seconds
        self._clock = clock

    def outlast(self, attempt: Callable[[], _Result]) -> _Result:
        """Make an attempt, and again after each `TroubleError` until patience is used up.

        The last attempt is made when the last second of patience is over, not before.

        Raises:
            TroubleError: the trouble of the last attempt.

        """
        begun = self._clock.monotonic()
        retrying = tenacity.Retrying(
            sleep=self._clock.sleep,
            retry=tenacity.retry_if_exception_type(TroubleError),
            wait=lambda state: min(_pause(state), self._rest(begun)),
            stop=lambda state: self._rest(begun) <= 0 or _wish(state) > self._rest(begun),
            before_sleep=_record_wait,
            reraise=True,
        )
        try:
            return retrying(attempt)
        finally:
            if retrying.statistics.get("attempt_number", 1) > 1:
                self._left = self._rest(begun)

    def _rest(self, begun: float) -> float:
        return max(self._left - (self._clock.monotonic() - begun), 0.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole.

    Attributes:
        headers: their names in any case.
        url: where it came from in the end; may be a signed link.

    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether what was asked for was done."""
        return self.status // 100 == 2  # noqa: PLR2004 - the class of statuses that say so

    @property
    def host(self) -> str:
        """Who answered in the end."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_page(self) -> bool:
        """Whether it is a web page, which no table and no answer of an interface ever is."""
        return self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


class Web:
    """One session. Makes requests one at a time; not for several threads.

    Attributes:
        calls: requests sent so far, redirections not counted.

    """

    def __init__(self, clock: Clock, timeout: tuple[float, float]) -> None:
        """Prepare; nothing is sent yet.

        Args:
            clock: the time.
            timeout: seconds to connect, seconds of silence in an answer (see `timeout_for`).

        """
        self._clock = clock
        self._timeout = timeout
        self.calls = 0
        self._session = requests.Session()
        # Google packs its answers only for clients that say "gzip" here, too.
        self._session.headers["User-Agent"] = f"miro-sync/{__version__} (gzip)"

    def send(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | list[str]] | None = None,
        json: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
        follow: bool = False,
        limit: int = 64 * MEGABYTE,
    ) -> Answer:
        """Send a request and hear the answer to its end, whatever its status.

        Args:
            method: the verb.
            url: where to.
            params: of the query.
            json: the body, as a value.
            data: the body, as bytes.
            headers: besides those of every request.
            auth: signs the request; without it no credentials are sent.
            follow: go where a redirection leads.
            limit: the most bytes of an answer.

        Raises:
            RefusedError: whoever answered cannot prove to be the host; the answer is too large.
            TroubleError: no connection, it broke, or the answer took too long.

        """
        self.calls += 1
        host = urlsplit(url).hostname or ""
        # A proxy elsewhere cannot reach this machine.
        self._session.trust_env = host not in _LOOPBACK
        try:
            response = self._session.request(
                method,
                url,
                params=params,
                json=json,
                data=data,
                headers=headers,
                auth=auth or _nobody,
                timeout=self._timeout,
                allow_redirects=follow,
                stream=True,
            )
        except requests.exceptions.RequestException as error:
            raise self._what_happened(error, host) from None
        except ValueError:  # what leads elsewhere is no link, and requests does not catch it
            raise TroubleError(say("sheets.connection_broke", host=host)) from None
        return Answer(
            response.status_code, response.headers, self._body(response, host, limit), response.url
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _what_happened(
        self, error: requests.exceptions.RequestException, host: str
    ) -> RefusedError | TroubleError:
        reason = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(error, requests.exceptions.SSLError):
            return RefusedError(say("sheets.not_trusted", host=host))
        if isinstance(error, requests.exceptions.ProxyError):
            return TroubleError(say("sheets.proxy", host=host))
        if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
            reason, NewConnectionError
        ):
            return TroubleError(say("sheets.no_connection", host=host))
        if isinstance(error, requests.exceptions.Timeout):
            return self._silence(host)
        return TroubleError(say("sheets.connection_broke", host=host))

    def _body(self, response: requests.Response, host: str, limit: int) -> bytes:
        """Read the body piece by piece, so that one that drips or grows for ever is noticed."""
        end = self._clock.monotonic() + WHOLE_ANSWER_SECONDS
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := response.raw.read1(1 << 16, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    raise RefusedError(
                        say("sheets.answer_too_large", host=host, limit=limit // MEGABYTE)
                    )
                if self._clock.monotonic() > end:
                    raise self._silence(host)
        except ReadTimeoutError:
            raise self._silence(host) from None
        except (HTTPError, OSError):
            raise TroubleError(say("sheets.connection_broke", host=host)) from None
        finally:
            if not response.raw.closed:  # a connection with an unread rest is of no more use
                response.close()
        return b"".join(pieces)

    def _silence(self, host: str) -> TroubleError:
        return TroubleError(say("sheets.silent", host=host, seconds=round(self._timeout[1])))


def timeout_for(patience_seconds: float) -> tuple[float, float]:
    """Return seconds to connect and seconds of silence that suit a patience."""
    return CONNECT_SECONDS, min(max(patience_seconds, SILENCE_LEAST), SILENCE_MOST)


def wish_of(headers: Mapping[str, str]) -> float:
    """Return the seconds that an answer asks to wait, 0 when it does not ask in seconds."""
    text = headers.get("Retry-After", "").strip()
    return float(text[:_LONGEST_WISH]) if text.isascii() and text.isdigit() else 0.0


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send no credentials, not even those of a .netrc file."""
    return request


def _record_wait(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    reason = error.message.key if isinstance(error, TroubleError) else None
    note(
        _log,
        "waiting",
        service="tables",
        attempt=state.attempt_number,
        reason=reason,
        seconds=state.upcoming_sleep,
    )


_jittered: Final = tenacity.wait_exponential_jitter(_FIRST_PAUSE, _LONGEST_PAUSE, jitter=_JITTER)


def _wish(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return error.wish if isinstance(error, TroubleError) else 0.0


def _pause(state: tenacity.RetryCallState) -> float:
    """Double the pause each time, spread it, and never come before the other side asks."""
    return max(_jittered(state), _wish(state))
