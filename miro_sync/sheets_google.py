"""One spreadsheet by Google's interface: what is sent, and what an answer means.

gspread builds the requests; sending, waiting and understanding refusals is done here, since
gspread 6.2 has no time limit, waits for ever and cannot read some of Google's errors.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import gspread
import requests
from gspread.http_client import FileType, ParamsType
from gspread.utils import absolute_range_name

from miro_sync.errors import SourceError
from miro_sync.model import Message, SheetLayout, say
from miro_sync.sheets_answers import (
    BOOK_FIELDS,
    OUTLINE_FIELDS,
    VALUES_FIELDS,
    Book,
    Tab,
    Values,
    parts_of,
    put_together,
    read_book,
    read_values,
)
from miro_sync.sheets_http import (
    MEGABYTE,
    Answer,
    RefusedError,
    TroubleError,
    Web,
    wish_of,
)
from miro_sync.sheets_login import WRITING, Account, Login

GOOGLE_API: Final = "https://sheets.googleapis.com"

#: Where Google switches its interface on for a project, when it names no better address.
_SWITCH_ON = "https://console.cloud.google.com/apis/library/sheets.googleapis.com"

#: A spreadsheet of Google's largest size (10 million cells) is larger; nobody keeps a plan in it.
_LARGEST_ANSWER = 256 * MEGABYTE

#: Longer queries travel in the body, as Google's own clients do it (theirs begin at 2,048).
_LONGEST_QUERY = 6_000

_Result = TypeVar("_Result")


class Quota(Protocol):
    """What an account may ask of Google within a minute, where others use the account, too."""

    def __call__(self, email: str, *, writing: bool) -> None:
        """Wait until the account may make one more request."""
        ...


class MovedOnError(RefusedError):
    """A worksheet was renamed, moved or deleted while the spreadsheet was being read."""


class GoogleBook:
    """A spreadsheet and the account that it is reached by.

    Attributes:
        calls: requests made to it so far, repeated ones included, those for tokens not.

    """

    def __init__(  # noqa: PLR0913 - what a connection needs
        self,
        spreadsheet_id: str,
        login: Login,
        web: Web,
        *,
        api_url: str = GOOGLE_API,
        scope: str,
        quota: Quota | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            spreadsheet_id: as it stands in the link.
            login: the key.
            web: sends the requests.
            api_url: where Google's interface is; https, or this machine.
            scope: what the token is to allow (`READING`, `WRITING`).
            quota: waits, before each request, until the account may make one.

        Raises:
            RefusedError: the key is damaged.

        """
        self._id = quote(spreadsheet_id, safe="")
        self._client = _Client(login.account(web, scope), web, api_url, quota)

    @property
    def calls(self) -> int:
        """How many requests were made."""
        return self._client.calls

    def book(self, *, formats: bool = True) -> Book:
        """Ask what worksheets there are.

        Args:
            formats: ask of each cell, too, whether its number is a day.

        Raises:
            RefusedError: Google said no.
            TroubleError: what may pass by waiting.

        """
        params: ParamsType = {
            "fields": BOOK_FIELDS if formats else OUTLINE_FIELDS,
            "prettyPrint": "false",
        }
        return _read(lambda: self._client.fetch_sheet_metadata(self._id, params), read_book)

    def values(
        self, tabs: Sequence[Tab], layouts: Mapping[str, SheetLayout] | None = None
    ) -> list[Values]:
        """Ask for the values of some worksheets, in their order, with one request.

        Args:
            tabs: the worksheets.
            layouts: which columns of a worksheet are looked for, by its title; of any other
                worksheet all are asked for.

        Raises:
            MovedOnError: one of them is not there any more.
            RefusedError: Google said no.
            TroubleError: what may pass by waiting.

        """
        parts = [parts_of(tab, (layouts or {}).get(tab.title)) for tab in tabs]
        ranges = [
            absolute_range_name(tab.title, part or None)
            for tab, of_tab in zip(tabs, parts, strict=True)
            for part in of_tab
        ]
        params: ParamsType = {
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "majorDimension": "ROWS",
            "fields": VALUES_FIELDS,
            "prettyPrint": "false",
        }
        return _read(
            lambda: self._client.values_batch_get(self._id, ranges, params),
            lambda answer: _of_tabs(parts, read_values(answer, len(ranges))),
        )

    def update(self, changes: Sequence[Mapping[str, object]]) -> None:
        """Make changes, all of them or none, with one request.

        Raises:
            RefusedError: Google said no; nothing was changed.
            TroubleError: what may pass by waiting; the changes may have been made.

        """
        body = {"requests": list(changes)}
        _read(lambda: self._client.batch_update(self._id, body), lambda _: None)


def book_url(spreadsheet_id: str) -> str:
    """Return the link that opens a spreadsheet."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"


def tab_url(spreadsheet_id: str, sheet_id: int) -> str:
    """Return the link that opens a worksheet."""
    return f"{book_url(spreadsheet_id)}#gid={sheet_id}"


class _Client(gspread.HTTPClient):
    """gspread's requests, sent by `Web`, with Google's refusals put into words."""

    def __init__(self, account: Account, web: Web, api_url: str, quota: Quota | None) -> None:
        # gspread's own session is never used: `request` sends by `Web`.
        super().__init__(account.credentials, session=requests.Session())
        self._account = account
        self._quota = quota
        self._web = web
        self._api_url = api_url
        self.calls = 0

    def request(  # noqa: PLR0913, PLR0917 - as inherited
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None = None,
        data: bytes | None = None,  # noqa: ARG002 - as inherited; files are never sent
        json: Mapping[str, Any] | None = None,
        files: FileType = None,  # noqa: ARG002 - as inherited
        headers: MutableMapping[str, str] | None = None,  # noqa: ARG002 - as inherited
    ) -> requests.Response:
        """Send one request and return its answer, a JSON document."""
        self._account.prepare()
        answer = self._send(method, endpoint, params, json)
        if answer.status == requests.codes.unauthorized:
            # A token may end on its way; a new one is bought once.
            self._account.prepare(renew=True)
            answer = self._send(method, endpoint, params, json)
        _judge(answer, self._account.login, writing=method.casefold() == "post")
        return _as_response(answer)

    def _send(
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None,
        json: Mapping[str, Any] | None,
    ) -> Answer:
        self.calls += 1
        if self._quota is not None:
            self._quota(self._account.login.email or "", writing=method.casefold() != "get")
        url = self._api_url + endpoint.removeprefix(GOOGLE_API)
        query = urlencode(params or {}, doseq=True)
        if method == "get" and len(query) > _LONGEST_QUERY:
            return self._web.send(
                "POST",
                url,
                data=query.encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-HTTP-Method-Override": "GET",
                },
                auth=self._account,
                limit=_LARGEST_ANSWER,
            )
        return self._web.send(
            method.upper(),
            f"{url}?{query}" if query else url,
            json=json,
            auth=self._account,
            limit=_LARGEST_ANSWER,
        )


def _of_tabs(parts: Sequence[Sequence[str]], answers: Sequence[Values]) -> list[Values]:
    """Put the answers together, worksheet by worksheet."""
    left = iter(answers)
    return [put_together(of_tab, list(islice(left, len(of_tab)))) for of_tab in parts]


def _as_response(answer: Answer) -> requests.Response:
    """Make what gspread reads its JSON from."""
    response = requests.Response()
    response.status_code = answer.status
    response.raw = io.BytesIO(answer.body)
    response.encoding = "utf-8"
    return response


def _read(ask: Callable[[], object], read: Callable[[object], _Result]) -> _Result:
    """Ask and read the answer; one that cannot be read may be a better one next time."""
    try:
        return read(ask())
    except (ValueError, RecursionError):  # brackets within brackets by the thousand
        raise TroubleError(say("sheets.answer_unreadable")) from None


# --- what a refusal means -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fault:
    """The error document of an answer (Google, "Errors", google.rpc.Status), as far as it goes.

    Attributes:
        text: Google's own sentence, in English: to be searched, never to be shown.
        status: its canonical code, as "RESOURCE_EXHAUSTED".
        reasons: the finer codes, of the new kind (`details`) and of the old (`errors`).
        links: where Google sends the reader.

    """

    text: str = ""
    status: str = ""
    reasons: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()


_LIMITED = re.compile(r"quota exceeded|rate limit", re.IGNORECASE)
_LIMIT_CODES = {
    "RESOURCE_EXHAUSTED",
    "RATE_LIMIT_EXCEEDED",
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
}
_SWITCHED_OFF = re.compile(r"has not been used in project|it is disabled", re.IGNORECASE)
_SWITCHED_OFF_REASONS = {"SERVICE_DISABLED", "accessNotConfigured"}
_CLOSED_REASONS = {"CONSUMER_SUSPENDED", "CONSUMER_INVALID", "BILLING_DISABLED"}
_NARROW = re.compile(r"insufficient authentication scopes", re.IGNORECASE)
_NARROW_REASONS = {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}
_OFFICE_FILE = re.compile(r"not supported for this document|must not be an office", re.IGNORECASE)
_NO_RANGE = re.compile(r"unable to parse range", re.IGNORECASE)
_PROTECTED = re.compile(r"protected cell", re.IGNORECASE)
_FULL = re.compile(r"above the limit of|exceeds? the limit", re.IGNORECASE)
_LINK = re.compile(r"https://[^\s\"<>]+")


def _judge(answer: Answer, login: Login, *, writing: bool) -> None:
    """Raise what an answer means, return when what was asked for was done."""
    codes = requests.codes
    status = answer.status
    if answer.ok and not answer.is_page:
        return
    host = answer.host
    if status == codes.too_many_requests:
        raise TroubleError(say("sheets.too_many"), wish=wish_of(answer.headers))
    if status >= codes.server_error or status == codes.request_timeout:
        raise TroubleError(
            say("sheets.out_of_order", host=host, status=status), wish=wish_of(answer.headers)
        )
    if answer.is_page and status == codes.forbidden:
        raise RefusedError(say("sheets.forbidden_page", host=host), status)
    if answer.is_page or status // 100 == 3:  # noqa: PLR2004 - it leads elsewhere
        raise TroubleError(say("sheets.not_google", host=host))
    fault = _fault(answer.body)
    if status == codes.unauthorized:
        raise RefusedError(say("sheets.key_refused", origin=login.origin), status)
    if status == codes.not_found:
        raise RefusedError(say("sheets.not_found"), status)
    if status == codes.forbidden:
        raise _forbidden(fault, login, writing=writing)
    raise _not_done(fault, status)


def _forbidden(fault: _Fault, login: Login, *, writing: bool) -> SourceError:
    """Tell the kinds of 403 apart."""
    if (fault.reasons | {fault.status}) & _LIMIT_CODES or _LIMITED.search(fault.text):
        return TroubleError(say("sheets.too_many"))
    if fault.reasons & _SWITCHED_OFF_REASONS or _SWITCHED_OFF.search(fault.text):
        link = next(filter(_is_googles, fault.links), _SWITCH_ON)
        message = say("sheets.api_off", link=link)
    elif fault.reasons & _CLOSED_REASONS:
        message = say("sheets.project_closed", origin=login.origin)
    elif fault.reasons & _NARROW_REASONS or _NARROW.search(fault.text):
        message = say("sheets.login_narrow", origin=login.origin, scope=WRITING)
    else:
        message = _not_shared(login, writing=writing)
    return RefusedError(message, requests.codes.forbidden)


def _not_shared(login: Login, *, writing: bool) -> Message:
    if login.email is None:
        return say("sheets.not_shared_with_you", origin=login.origin)
    key = "sheets.not_shared_for_writing" if writing else "sheets.not_shared"
    return say(key, email=login.email)


def _not_done(fault: _Fault, status: int) -> RefusedError:
    """Tell the kinds of 400 apart."""
    if _NO_RANGE.search(fault.text):
        return MovedOnError(say("sheets.moved_on"), status)
    if _OFFICE_FILE.search(fault.text):
        return RefusedError(say("sheets.office_file"), status)
    if _PROTECTED.search(fault.text):
        return RefusedError(say("sheets.protected"), status)
    if _FULL.search(fault.text):
        return RefusedError(say("sheets.full"), status)
    return RefusedError(say("sheets.not_understood", status=status), status)


def _fault(body: bytes) -> _Fault:
    """Read an error document as far as it is one."""
    try:
        error = json.loads(body)["error"]
        details = [part for part in error.get("details", []) if isinstance(part, Mapping)]
        older = [part for part in error.get("errors", []) if isinstance(part, Mapping)]
        text = str(error.get("message", ""))
        links = [str(part.get("metadata", {}).get("activationUrl", "")) for part in details]
        links += [str(link["url"]) for part in details for link in part.get("links", [])]
        return _Fault(
            text,
            str(error.get("status", "")),
            frozenset(str(part.get("reason", "")) for part in (*details, *older)),
            (*links, *_LINK.findall(text)),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _Fault()


def _is_googles(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and f".{parts.hostname}".endswith(".google.com")
