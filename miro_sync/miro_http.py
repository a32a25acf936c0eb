"""The one method that makes requests to Miro: always in time, within the allowance, patient.

What an answer means is decided here once: read it, wait and repeat, or stop and say why. Only
calls that may be made twice are repeated after they may have been carried out.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Lock
from typing import Final, Protocol, TypeVar
from urllib.parse import quote, urlsplit

import requests
import tenacity
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from miro_sync import __version__
from miro_sync.errors import SettingsError, SourceError
from miro_sync.logs import note
from miro_sync.miro_budget import (
    CREDITS_PER_MINUTE,
    LEVEL_CREDITS,
    Account,
    Budget,
    Clock,
    seconds_to_reset,
    seconds_to_retry,
)
from miro_sync.model import Message, say

API_URL: Final = "https://api.miro.com"

#: Seconds to connect, and seconds of silence after which an answer is given up (ours).
TIMEOUT: Final = (10.0, 30.0)

#: Calls at once (ours, out of politeness).
LANES: Final = 24

#: Seconds of silence that are waited out even by whoever has no patience left (ours).
_TIMEOUT_LEAST: Final = 5.0

#: Seconds in which a whole answer must have come, however lively its bytes drip (ours).
WHOLE_ANSWER_SECONDS: Final = 120.0

#: Bytes of an answer, unpacked: a page of fifty items takes a few hundred thousand (ours).
_LARGEST_ANSWER: Final = 16 * 1024 * 1024

#: First and longest pause between attempts, in seconds, and how far they are spread (ours).
_FIRST_PAUSE, _LONGEST_PAUSE, _JITTER = 0.5, 20.0, 0.5

_log = logging.getLogger(__name__)

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Route:
    """A kind of call, as Miro documents it.

    Attributes:
        path: with {placeholders}.
        level: of the rate limit; credits follow from it. None for calls that cost none.
        twice: making the call twice is as good as making it once.
        needs: parameters of the query without which the call must never leave.

    """

    verb: str
    path: str
    level: int | None
    twice: bool = True
    needs: frozenset[str] = frozenset()


#: Every kind of call that this program makes; there is no other. Levels are Miro's.
WHO_AM_I: Final = Route("GET", "/v1/oauth-token", 1)
GRANT: Final = Route("POST", "/v1/oauth/token", None)
BOARD: Final = Route("GET", "/v2/boards/{board}", 1)
ITEMS: Final = Route("GET", "/v2/boards/{board}/items", 2)
ITEMS_OF_TAG: Final = Route("GET", "/v2/boards/{board}/items", 1, needs=frozenset({"tag_id"}))
TAGS: Final = Route("GET", "/v2/boards/{board}/tags", 1)
TAGS_OF_ITEM: Final = Route("GET", "/v2/boards/{board}/items/{item}/tags", 1)
MEMBERS: Final = Route("GET", "/v2/boards/{board}/members", 1)
CREATE_TAG: Final = Route("POST", "/v2/boards/{board}/tags", 1, twice=False)
ATTACH_TAG: Final = Route(
    "POST", "/v2/boards/{board}/items/{item}", 1, twice=False, needs=frozenset({"tag_id"})
)
#: The same verb and path without `tag_id` would delete the item: it cannot leave without one.
DETACH_TAG: Final = Route(
    "DELETE", "/v2/boards/{board}/items/{item}", 1, twice=False, needs=frozenset({"tag_id"})
)
CREATE_CARDS: Final = Route("POST", "/v2/boards/{board}/items/bulk", 2, twice=False)
ITEM: Final = Route("GET", "/v2/boards/{board}/items/{item}", 1)
#: The path is that of cards: nothing else can be removed by it, whatever the id.
REMOVE_CARD: Final = Route("DELETE", "/v2/boards/{board}/cards/{item}", 3)
REMOVE_TAG: Final = Route("DELETE", "/v2/boards/{board}/tags/{tag}", 1)
CHANGE_CARD: Final = Route("PATCH", "/v2/boards/{board}/cards/{item}", 2)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where to, with what.

    Attributes:
        ids: for the placeholders of the path.
        json: the body, or None.
        form: a form body; its secrets are revealed only when it is sent.
        times: how many items it makes, each charged at the level of the route.
        at_last: called when nothing is waited for any more and the call is about to leave; what it
            raises keeps it back.

    """

    route: Route
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: object = None
    form: Mapping[str, str | SecretStr] | None = None
    times: int = 1
    at_last: Callable[[], None] | None = None


class MiroError(SourceError):
    """A call that did not give its answer.

    Attributes:
        status: of the answer, None when there was none.

    """

    def __init__(self, message: Message, status: int | None = None) -> None:
        """Keep the words and the status."""
        super().__init__(message)
        self.status = status


class MiroRefusedError(MiroError):
    """Miro said no, and would say so again."""


class MiroTroubleError(MiroError):
    """What may pass by waiting.

    Attributes:
        untouched: the call was certainly not carried out.
        wish: seconds that Miro asks to wait, None when it does not.

    """

    def __init__(
        self,
        message: Message,
        status: int | None = None,
        *,
        untouched: bool = False,
        wish: float | None = None,
    ) -> None:
        """Keep the words and what is known of the call."""
        super().__init__(message, status)
        self.untouched = untouched
        self.wish = wish


@dataclass(frozen=True, slots=True)
class Address:
    """Where Miro's API is, and how it is spoken to.

    Attributes:
        api_url: without a version.
        timeout: seconds to connect, seconds of silence in an answer.
        whole_answer_seconds: in which a whole answer must have come.
        lanes: calls at once.
        credits_per_minute: never more than this is spent.

    """

    api_url: str = API_URL
    timeout: tuple[float, float] = TIMEOUT
    whole_answer_seconds: float = WHOLE_ANSWER_SECONDS
    lanes: int = LANES
    credits_per_minute: int = CREDITS_PER_MINUTE


class TokenSource(Protocol):
    """Where the token of a call comes from."""

    def current(self) -> SecretStr:
        """Return the token to use now; `SourceError` when there is none."""
        ...

    def renewed(self, refused: SecretStr) -> SecretStr | None:
        """Return another token after this one was refused, None when there is no other."""
        ...

    def remedy(self) -> Message:
        """Return what to do when Miro does not accept the token."""
        ...


class Patience:
    """The time that one piece of work may lose to trouble, over all its threads.

    Counted is the time during which at least one call was in trouble, from the start of the
    attempt that failed to the end of the trouble.

    Attributes:
        ended: the work was given up; what is under way for it is not waited for.

    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        """Start with nothing lost."""
        self._clock = clock
        self._seconds = seconds
        self._lost = 0.0
        self._since: float | None = None
        self._in_trouble = 0
        self._lock = Lock()
        self.ended = False

    def trouble_began(self, moment: float) -> None:
        """Note that a call whose attempt began at the moment failed."""
        with self._lock:
            self._in_trouble += 1
            self._since = moment if self._since is None else min(self._since, moment)

    def trouble_ended(self) -> None:
        """Note that the call got its answer, or was given up."""
        with self._lock:
            self._in_trouble -= 1
            if not self._in_trouble and self._since is not None:
                self._lost += self._clock.monotonic() - self._since
                self._since = None

    def left(self) -> float:
        """Return the seconds that may still be lost."""
        with self._lock:
            running = 0.0 if self._since is None else self._clock.monotonic() - self._since
            return self._seconds - self._lost - running


class MiroHttp:
    """A connection to Miro's REST API: one session, one budget, used by many threads.

    All that is done with one token goes through one of these, for the allowance is the token's.

    Attributes:
        clock: the time it goes by.
        lanes: calls that may be made at once.
        budget: what was spent.

    """

    def __init__(
        self,
        clock: Clock,
        address: Address | None = None,
        session: requests.Session | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            clock: the time.
            address: where Miro is; the public service by default.
            session: for tests; otherwise made here.
            budget: the allowance that several connections with one token share; one's own
                by default.

        Raises:
            SettingsError: the address is no https one (or http on this machine): the token
                would travel in the open.

        """
        address = address or Address()
        parts = urlsplit(address.api_url)
        loopback = parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            raise SettingsError(say("miro.address_not_safe", address=address.api_url))
        self.clock = clock
        self.lanes = address.lanes
        self.budget = Account(budget or Budget(clock, address.credits_per_minute))
        self._api_url = address.api_url.rstrip("/")
        self._host = parts.netloc
        self._ahead = dt.timedelta()
        self._timeout = address.timeout
        self._whole_answer_seconds = address.whole_answer_seconds
        self._session = session or requests.Session()
        self._session.headers["User-Agent"] = f"miro-sync/{__version__}"
        if loopback:
            self._session.trust_env = False  # a proxy elsewhere cannot reach this machine
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=self.lanes, pool_block=True)
        self._session.mount(self._api_url, adapter)

    def call(
        self,
        call: Call,
        read: Callable[[bytes], _Result],
        patience: Patience,
        tokens: TokenSource | None = None,
        look_up: Callable[[], _Result | None] | None = None,
    ) -> _Result:
        """Make a call, wait out what may pass, and read the answer.

        Args:
            call: where to, with what.
            read: turns the body into a value; its `SourceError` means that the body is not
                what Miro answers, which is trouble as well.
            patience: what waiting may cost.
            tokens: who we are; None for the calls that grant a token.
            look_up: finds out whether a call that must not be made twice was carried out after
                all: its result, or None when it was not.

        Raises:
            MiroRefusedError: Miro said no.
            MiroTroubleError: the trouble did not pass, or the call may have been carried out and
                must not be made twice.

        """
        in_trouble = False
        in_doubt = False

        def attempt() -> _Result:
            nonlocal in_trouble, in_doubt
            begun = self.clock.monotonic()
            try:
                if in_doubt and look_up and (found := look_up()) is not None:
                    return found
                in_doubt = False
                return self._attempt(call, read, tokens, patience)
            except MiroTroubleError as error:
                in_doubt = in_doubt or not (call.route.twice or error.untouched)
                if not in_trouble:
                    in_trouble = True
                    patience.trouble_began(begun)
                raise

        def may_be_repeated(error: BaseException) -> bool:
            return isinstance(error, MiroTroubleError) and (not in_doubt or look_up is not None)

        retrying = tenacity.Retrying(
            sleep=partial(self.clock.sleep_unless, lambda: patience.ended),
            wait=_pause,
            stop=lambda state: patience.ended or patience.left() < state.upcoming_sleep,
            retry=tenacity.retry_if_exception(may_be_repeated),
            before_sleep=partial(_record_wait, call),
            reraise=True,
        )
        try:
            return retrying(attempt)
        finally:
            if in_trouble:
                patience.trouble_ended()

    def their_time(self) -> dt.datetime:
        """Return the time by Miro's clock, as its last answer told it; ours may be off."""
        return self.clock.now() + self._ahead

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _attempt(
        self,
        call: Call,
        read: Callable[[bytes], _Result],
        tokens: TokenSource | None,
        patience: Patience,
    ) -> _Result:
        if tokens is None:
            return self._once(call, read, None, patience)
        token = _before_the_call(tokens.current)
        try:
            return self._once(call, read, token, patience)
        except MiroRefusedError as refusal:
            if refusal.status != requests.codes.unauthorized:
                raise
        other = _before_the_call(lambda: tokens.renewed(token))
        if other is None:
            raise MiroRefusedError(tokens.remedy(), requests.codes.unauthorized)
        try:
            return self._once(call, read, other, patience)
        except MiroRefusedError as refusal:
            if refusal.status != requests.codes.unauthorized:
                raise
            raise MiroRefusedError(tokens.remedy(), refusal.status) from None

    def _once(
        self,
        call: Call,
        read: Callable[[bytes], _Result],
        token: SecretStr | None,
        patience: Patience,
    ) -> _Result:
        request = self._session.prepare_request(self._request(call, token))
        level = call.route.level
        credits_ = LEVEL_CREDITS[level] * call.times if level else 0
        charge = self.budget.set_aside(credits_, lambda: patience.ended)
        if charge is None:
            raise MiroTroubleError(say("miro.connection_broke", host=self._host), untouched=True)
        headers: Mapping[str, str] = {}
        try:
            if call.at_last is not None:
                call.at_last()
            response = self._send(request, patience)
            headers = response.headers
            with suppress(KeyError, TypeError, ValueError):
                self._ahead = parsedate_to_datetime(headers["Date"]) - self.clock.now()
            body = self._body(response)
        finally:
            self.budget.settle(charge, headers)
        self._judge(response.status_code, headers, call)
        try:
            return read(body)
        except SourceError:
            raise MiroTroubleError(say("miro.answer_unreadable"), response.status_code) from None

    def _request(self, call: Call, token: SecretStr | None) -> requests.Request:
        ids = {name: quote(value, safe="") for name, value in call.ids.items()}
        # An empty id would shorten the path, a missing parameter widen it: to another call.
        if not all(ids.values()) or not all(call.query.get(name) for name in call.route.needs):
            raise ValueError(f"{call.route.verb} {call.route.path} without all that it needs")
        form = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in (call.form or {}).items()
        }
        return requests.Request(
            call.route.verb,
            self._api_url + call.route.path.format_map(ids),
            params=dict(call.query),
            json=call.json,
            data=form or None,
            headers={"Accept": "application/json"},
            auth=_Bearer(token) if token else _nobody,
        )

    def _send(self, request: requests.PreparedRequest, patience: Patience) -> requests.Response:
        # Whoever has little patience does not want to lose it all on one silent call.
        most = max(patience.left(), _TIMEOUT_LEAST)
        connect, silence = (min(seconds, most) for seconds in self._timeout)
        settings = self._session.merge_environment_settings(request.url, {}, True, None, None)  # noqa: FBT003 - its own signature
        try:
            return self._session.send(
                request, timeout=(connect, silence), allow_redirects=False, **settings
            )
        except requests.exceptions.SSLError:
            raise MiroRefusedError(say("miro.not_trusted", host=self._host)) from None
        except requests.exceptions.ConnectTimeout:
            raise MiroTroubleError(
                say("miro.no_connection", host=self._host), untouched=True
            ) from None
        except requests.exceptions.Timeout:
            raise self._silent(silence) from None
        except requests.exceptions.ConnectionError as error:
            reason = getattr(error.args[0], "reason", None) if error.args else None
            if isinstance(reason, NewConnectionError):
                message = say("miro.no_connection", host=self._host)
                raise MiroTroubleError(message, untouched=True) from None
            raise MiroTroubleError(say("miro.connection_broke", host=self._host)) from None
        except requests.exceptions.RequestException:
            raise MiroTroubleError(say("miro.connection_broke", host=self._host)) from None

    def _body(self, response: requests.Response) -> bytes:
        """Read the body piece by piece, so that one that drips for ever is noticed."""
        # The network knows no injected clock: its own timeouts are real seconds too.
        end = time.monotonic() + self._whole_answer_seconds
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := response.raw.read1(1 << 16, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > _LARGEST_ANSWER:
                    raise MiroTroubleError(say("miro.answer_unreadable"))
                if time.monotonic() > end:
                    raise self._silent(self._timeout[1])
        except ReadTimeoutError:
            raise self._silent(self._timeout[1]) from None
        except (HTTPError, OSError):
            raise MiroTroubleError(say("miro.connection_broke", host=self._host)) from None
        finally:
            if not response.raw.closed:  # a connection with an unread rest is of no more use
                response.close()
        return b"".join(pieces)

    def _silent(self, seconds: float) -> MiroTroubleError:
        return MiroTroubleError(say("miro.silent", host=self._host, seconds=round(seconds)))

    def _judge(self, status: int, headers: Mapping[str, str], call: Call) -> None:
        """Raise what the status means; return for an answer that can be read."""
        codes = requests.codes
        if status // 100 == 2:  # noqa: PLR2004 - the class of statuses that mean "done"
            return
        if status == codes.unauthorized:
            raise MiroRefusedError(say("miro.token_refused"), status)
        if status == codes.forbidden:
            raise MiroRefusedError(say("miro.forbidden"), status)
        if status == codes.not_found:
            raise MiroRefusedError(say("miro.not_found"), status)
        if status == codes.too_many_requests:
            now = self.clock.now()
            wish = seconds_to_retry(headers, now) or seconds_to_reset(headers, now)
            message = say("miro.too_many", seconds=round(wish)) if wish else say("miro.too_many_0")
            raise MiroTroubleError(message, status, untouched=True, wish=wish)
        if status >= codes.server_error or status in {codes.request_timeout, codes.conflict}:
            wish = seconds_to_retry(headers, self.clock.now())
            raise MiroTroubleError(say("miro.out_of_order", status=status), status, wish=wish)
        if status // 100 == 3:  # noqa: PLR2004 - the class of statuses that lead elsewhere
            raise MiroTroubleError(say("miro.not_miro", host=self._host), status)
        raise MiroRefusedError(
            say("miro.not_understood", status=status, verb=call.route.verb), status
        )


def _record_wait(call: Call, state: tenacity.RetryCallState) -> None:
    """Record why is waited, and for how long; the path is the route's, without ids."""
    error = state.outcome.exception() if state.outcome else None
    trouble = error if isinstance(error, MiroTroubleError) else None
    note(
        _log,
        "waiting",
        service="miro",
        verb=call.route.verb,
        path=call.route.path,
        attempt=state.attempt_number,
        status=trouble.status if trouble else None,
        reason=trouble.message.key if trouble else None,
        seconds=state.upcoming_sleep,
    )


def _before_the_call(ask: Callable[[], _Result]) -> _Result:
    """Ask for a token; trouble with that leaves the call itself untouched."""
    try:
        return ask()
    except MiroTroubleError as error:
        raise MiroTroubleError(
            error.message, error.status, untouched=True, wish=error.wish
        ) from None


class _Bearer(AuthBase):
    """Puts the token on a request at the last moment, so that nothing else ever holds it."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send no credentials, not even those of a .netrc file."""
    return request


_jittered: Final = tenacity.wait_exponential(_FIRST_PAUSE, _LONGEST_PAUSE) + tenacity.wait_random(
    0, _JITTER
)


def _pause(state: tenacity.RetryCallState) -> float:
    """Double the pause each time, spread it, and never come before Miro asks."""
    error = state.outcome.exception() if state.outcome else None
    wish = error.wish if isinstance(error, MiroTroubleError) and error.wish else 0.0
    return wish + _jittered(state) if wish else _jittered(state)
