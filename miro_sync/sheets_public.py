"""Tables that anybody with the link may read: fetched as a workbook, without any key.

A Google spreadsheet is exported by Google itself (all worksheets, true days, merged cells); on
Yandex Disk a table is a file, and the Disk's interface says where its bytes are (Yandex, "REST API
of the Disk", public files).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.message import Message as Headers
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

import requests

from miro_sync.model import say
from miro_sync.sheets_http import (
    MEGABYTE,
    Answer,
    RefusedError,
    TroubleError,
    Web,
    wish_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

GOOGLE_DOCS: Final = "https://docs.google.com"
YANDEX_API: Final = "https://cloud-api.yandex.net"

#: As for a workbook on this computer: 100,000 rows and 20 columns take about 20 MB.
_LIMIT = 64 * MEGABYTE

_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A workbook as it came.

    Attributes:
        name: the file's name, "" when nobody says.

    """

    document: bytes
    name: str


@dataclass(frozen=True, slots=True)
class PublicFile:
    """What a link to Yandex Disk means.

    Attributes:
        key: what the Disk knows the published thing by: its link, or a key.
        path: of a file within a published folder, "" for the thing itself.

    """

    key: str
    path: str = ""


def fetch_google(web: Web, spreadsheet_id: str, docs_url: str = GOOGLE_DOCS) -> Fetched:
    """Fetch a Google spreadsheet that is open to everybody with the link, as .xlsx.

    Raises:
        RefusedError: it is not open, or not there.
        TroubleError: what may pass by waiting.

    """
    url = f"{docs_url}/spreadsheets/d/{quote(spreadsheet_id, safe='')}/export"
    answer = web.send("GET", url, params={"format": "xlsx"}, follow=True, limit=_LIMIT)
    _wait_out(answer)
    codes = requests.codes
    if answer.status in {codes.not_found, codes.gone, codes.bad_request}:
        raise RefusedError(say("sheets.not_found"), answer.status)
    if answer.status in {codes.unauthorized, codes.forbidden} or _asks_to_sign_in(answer):
        raise RefusedError(say("sheets.not_public"), answer.status)
    return _workbook(answer)


def fetch_yandex(web: Web, link: str, api_url: str = YANDEX_API) -> Fetched:
    """Fetch a table that is published on Yandex Disk.

    Args:
        web: sends the requests.
        link: as «Поделиться» on the Disk gives it.
        api_url: where the Disk's interface is.

    Raises:
        RefusedError: nothing is published under the link, it is a folder, or the owner has
            forbidden to download it.
        TroubleError: what may pass by waiting.

    """
    asked = public_file(link)
    params = {"public_key": asked.key} | ({"path": asked.path} if asked.path else {})
    where = web.send("GET", f"{api_url}/v1/disk/public/resources/download", params=params)
    _wait_out(where)
    codes = requests.codes
    if where.status in {codes.unauthorized, codes.forbidden}:
        raise RefusedError(say("sheets.disk_forbidden"), where.status)
    if not where.ok and not where.is_page:
        raise RefusedError(say("sheets.disk_not_found"), where.status)
    href = _href(where)
    answer = web.send("GET", href, follow=True, limit=_LIMIT)
    _wait_out(answer)
    if not answer.ok and not answer.is_page:
        # A link to the bytes lives for some hours; another one may serve better.
        raise TroubleError(say("sheets.connection_broke", host=answer.host))
    fetched = _workbook(answer)
    if fetched.name.casefold().endswith(".zip"):
        raise RefusedError(say("sheets.disk_folder"))
    return fetched


def public_file(link: str) -> PublicFile:
    """Understand a link to Yandex Disk or to Yandex Documents.

    Known are «https://disk.yandex.ru/i/…» and «/d/…» (also yadi.sk and disk.360.yandex.ru), the
    same with the path of a file within a published folder, the older «/public?hash=…», and what
    the viewer of documents makes of them: «https://docs.yandex.ru/docs/view?url=ya-disk-public:…».
    """
    parts = urlsplit(link)
    query = parse_qs(parts.query)
    shown = query.get("url", [""])[0]
    if "hash" in query:
        return PublicFile(query["hash"][0])
    if shown.startswith("ya-disk-public://"):
        key, _, path = shown.removeprefix("ya-disk-public://").partition(":/")
        return PublicFile(key, f"/{path}" if path else "")
    within = re.fullmatch(r"(/[di]/[^/]+)(/.+?)?/?", parts.path)
    if within is None:
        return PublicFile(link)
    return PublicFile(
        f"{parts.scheme}://{parts.netloc}{within[1]}", unquote(within[2]) if within[2] else ""
    )


def _href(answer: Answer) -> str:
    """Return the address that the Disk names; a token-like link, never to be shown."""
    try:
        href = json.loads(answer.body)["href"]
        parts = urlsplit(href)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise TroubleError(say("sheets.not_yandex", host=answer.host)) from None
    # Bytes that travel in the open could be anybody's.
    safe = parts.scheme == "https" or parts.hostname == urlsplit(answer.url).hostname
    if not (isinstance(href, str) and safe):
        raise TroubleError(say("sheets.not_yandex", host=answer.host))
    return href


def _wait_out(answer: Answer) -> None:
    """Raise what may pass by waiting."""
    codes = requests.codes
    if answer.status == codes.too_many_requests:
        raise TroubleError(
            say("sheets.too_many_from", host=answer.host), wish=wish_of(answer.headers)
        )
    if answer.status >= codes.server_error or answer.status == codes.locked:
        raise TroubleError(
            say("sheets.out_of_order", host=answer.host, status=answer.status),
            wish=wish_of(answer.headers),
        )


def _asks_to_sign_in(answer: Answer) -> bool:
    """Tell whether Google shows its sign-in page where the table should be."""
    return answer.is_page and (
        answer.host == "accounts.google.com"
        or b"accounts.google.com" in answer.body
        or b"ServiceLogin" in answer.body
    )


def _workbook(answer: Answer) -> Fetched:
    if answer.body.startswith(_PACKED):
        return Fetched(answer.body, _name(answer.headers))
    if answer.is_page:
        raise TroubleError(say("sheets.page_instead", host=answer.host))
    raise RefusedError(say("sheets.not_a_workbook", host=answer.host), answer.status)


def _name(headers: Mapping[str, str]) -> str:
    """Return the name that the other side gives to the file (RFC 6266, or UTF-8 as it is)."""
    message = Headers()
    message["Content-Disposition"] = headers.get("Content-Disposition", "")
    name = message.get_filename() or ""
    try:
        return name.encode("latin-1").decode()
    except UnicodeError:
        return name
