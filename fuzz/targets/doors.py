"""The real clients against a hostile service on this machine: Miro, Google, Yandex Disk."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import cache
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fuzz.loopback import Moving, answering
from fuzz.oracle import require
from fuzz.parcels import Part, parts_of
from fuzz.targets.scene import NOW
from miro_sync.errors import SourceError
from miro_sync.files import read_workbook
from miro_sync.miro_budget import Clock
from miro_sync.miro_client import MiroClient
from miro_sync.miro_http import Address, MiroHttp
from miro_sync.miro_tokens import PermanentToken
from miro_sync.model import BoardSnapshot, Message
from miro_sync.sheets import SheetsSource, YandexTable

_SECONDS: Final = (2.0, 2.0)
_TOKEN: Final = b'{"access_token": "a", "expires_in": 3600, "token_type": "Bearer"}'


def miro(document: bytes) -> object:
    """Read a live board whose every answer is one of a parcel.

    Several calls are under way at once, so only the kind of answer is the same each time.
    """
    time = Moving()
    clock = Clock(lambda: NOW + dt.timedelta(seconds=time.monotonic()), time.monotonic, time.sleep)
    with answering(parts_of(document)) as service:
        http = MiroHttp(clock, Address(service.url, _SECONDS, credits_per_minute=100_000))
        client = MiroClient(http, PermanentToken.of("t"), "uXjVexample=", 1.0)
        try:
            snapshot = client.read().snapshot
        except SourceError as error:
            _check(error)
            return "refused"
        finally:
            http.close()
    require(isinstance(snapshot, BoardSnapshot), "a first read gives a board")
    return "read"


def google(document: bytes) -> object:
    """Read a spreadsheet with a key; every answer but the token's is one of a parcel."""
    parts = parts_of(document)
    with answering(parts, token=_TOKEN) as service:
        key = {
            "type": "service_account",
            "project_id": "p",
            "private_key_id": "0",
            "private_key": _private_key(),
            "client_email": "a@b.example",
            "client_id": "1",
            "token_uri": f"{service.url}/token",
        }
        environ = {"GOOGLE_APPLICATION_CREDENTIALS": json.dumps(key)}
        return _read(lambda: _sheets(environ, service.url))


def public(document: bytes) -> object:
    """Read a spreadsheet that anybody may read, and a file on Yandex Disk.

    «here» in an answer stands for this service, so that the Disk can say where the file is.
    """
    told = []
    parts = parts_of(document)
    with answering(parts) as service:
        told.append(_read(lambda: _sheets({}, service.url)))
    with answering([]) as service:
        service.take([_here(part, service.url) for part in parts])
        told.append(
            _read(
                lambda: YandexTable(
                    "https://disk.yandex.ru/i/AbCdEfGhIjKlMn",
                    read_at=NOW,
                    clock=Moving(),
                    read_workbook=read_workbook,
                    api_url=service.url,
                    patience_seconds=5.0,
                    timeout=_SECONDS,
                )
            )
        )
    return told


def _sheets(environ: dict[str, str], url: str) -> SheetsSource:
    return SheetsSource(
        "1AbCdEfGhIjKlMnOpQrStUvWxYz",
        environ=environ,
        read_at=NOW,
        clock=Moving(),
        read_workbook=read_workbook,
        api_url=url,
        patience_seconds=5.0,
        timeout=_SECONDS,
    )


def _read(source: Callable[[], SheetsSource | YandexTable]) -> object:
    try:
        snapshot = source().read()
    except SourceError as error:
        return _check(error)
    return snapshot.complete, snapshot.worksheets, len(snapshot.problems)


def _check(error: SourceError) -> object:
    """Return what a refusal says, without the port."""
    require(isinstance(error.message, Message), "a refusal has words")
    return error.message.key


def _here(part: Part, url: str) -> Part:
    return Part(part.name, part.content.replace(b"here", url.encode()), part.words)


@cache
def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
