"""The read-only web view: a WSGI application that shows and changes nothing.

It answers GET and HEAD alone. Whoever is not on this machine shows a token, or comes through a
reverse proxy that has asked who they are; what that proxy says is believed from its own addresses
alone. What is shown comes from functions it is given.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Response, abort, request

from miro_sync.errors import MiroSyncError

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Of a page of ours: no scripts, nothing loaded. The report's own policy stands in its markup.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
_FRAMES = "frame-ancestors 'none'"
_OPEN = {"healthz"}

#: The refusals, each with a sentence of its own.
_SAID = (400, 401, 404, 405, 500)


@dataclass(frozen=True, slots=True)
class Line:
    """A project of the index: its name in addresses, and what is said of it."""

    name: str
    title: str
    said: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Site:
    """What is shown.

    Attributes:
        lines: the projects.
        page: makes the page of a project by its name; returns a sentence where it cannot, None
            where there is no such project.
        metrics: Prometheus' text.
        words: the language of what is no report.

    """

    lines: Callable[[], Sequence[Line]]
    page: Callable[[str], bytes | str | None]
    metrics: Callable[[], bytes]
    words: Catalogue


@dataclass(frozen=True, slots=True)
class Entry:
    """Who is let in.

    Attributes:
        hosts: names under which the service is called, in lower case; empty for any.
        token: asked for as a bearer token or as the password of any user; None for no token.
        header: a header that the reverse proxy sets for whoever it has let in.
        proxies: the addresses of that proxy; the header is believed from nobody else.

    """

    hosts: Collection[str] = ()
    token: str | None = None
    header: str | None = None
    proxies: Collection[Network] = ()


def application(site: Site, entry: Entry) -> Flask:
    """Make the WSGI application."""
    web = Flask("miro_sync", static_folder=None)

    _protect(web, site.words, entry)

    @web.get("/", provide_automatic_options=False)
    def index() -> str:
        return _index(site)

    @web.get("/p/<path:name>/", provide_automatic_options=False)
    def page(name: str) -> Response:
        made = site.page(name)
        if made is None:
            abort(404)
        if isinstance(made, str):
            return Response(_said(name, made, site.words), 503)
        return Response(
            made,
            headers={"Content-Security-Policy": _FRAMES},
            content_type="text/html; charset=utf-8",
        )

    @web.get("/healthz", provide_automatic_options=False)
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    @web.get("/metrics", provide_automatic_options=False)
    def metrics() -> Response:
        return Response(site.metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return web


def _protect(web: Flask, words: Catalogue, entry: Entry) -> None:
    """Have every request checked, every answer guarded, and every refusal put into words."""

    @web.before_request
    def _let_in() -> Response | None:
        return _refusal(entry, words)

    @web.after_request
    def _guard(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        return response

    for code in _SAID:
        web.register_error_handler(code, partial(_no, code, words))

    @web.errorhandler(MiroSyncError)
    def _unable(error: MiroSyncError) -> Response:
        return Response(_said(words.say("serve.title"), words.tell(error.message), words), 503)


def _refusal(entry: Entry, words: Catalogue) -> Response | None:
    """Return what is answered to a request that is not let in."""
    host = request.host.rpartition(":")[0] if ":" in request.host else request.host
    if entry.hosts and host.strip("[]").casefold() not in entry.hosts:
        return _refused(400, words)
    if request.method not in {"GET", "HEAD"}:
        return _refused(405, words, {"Allow": "GET, HEAD"})
    if request.endpoint in _OPEN or _is_known(entry):
        return None
    ask = 'Basic realm="miro-sync", charset="UTF-8"'
    return _refused(401, words, {"WWW-Authenticate": ask})


def _no(code: int, words: Catalogue, _: Exception) -> Response:
    return _refused(code, words)


def _refused(code: int, words: Catalogue, headers: dict[str, str] | None = None) -> Response:
    return Response(_said(str(code), words.say(f"serve.code_{code}"), words), code, headers)


def _is_known(entry: Entry) -> bool:
    """Tell whether the request may see anything; tokens are compared in constant time."""
    if entry.token is None and entry.header is None:
        return True
    said = "" if entry.header is None else request.headers.get(entry.header, "").strip()
    if said and _comes_from(request.remote_addr, entry.proxies):
        return True
    given = request.authorization
    if entry.token is None or given is None:
        return False
    shown = given.token if given.type == "bearer" else given.password
    return hmac.compare_digest((shown or "").encode(), entry.token.encode())


def _comes_from(address: str | None, networks: Collection[Network]) -> bool:
    try:
        peer = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    return any(peer in network for network in networks)


def _index(site: Site) -> str:
    rows = "".join(
        f'<li><a href="/p/{_quoted(line.name)}/">{escape(line.title)}</a>: {escape(line.said)}</li>'
        if line.readable
        else f"<li>{escape(line.title)}: {escape(line.said)}</li>"
        for line in site.lines()
    )
    title = site.words.say("serve.title")
    return _html(title, f"<ul>{rows}</ul>", site.words)


def _said(title: str, sentence: str, words: Catalogue) -> str:
    return _html(title, f"<p>{escape(sentence)}</p>", words)


def _html(title: str, body: str, words: Catalogue) -> str:
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>body{{font:1rem/1.5 sans-serif;max-width:50rem;"
        "margin:2rem auto;padding:0 1rem}li{margin:.5rem 0}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def _quoted(name: str) -> str:
    return quote(name)
