"""`serve`: the web view put together: states, pages, entry, the server."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from miro_sync.app import reports
from miro_sync.app.building import memory_of, moment, rules_of, today_of
from miro_sync.app.overviews import overview
from miro_sync.app.standing import standing
from miro_sync.errors import MiroSyncError, SettingsError
from miro_sync.installation import Installed, discover
from miro_sync.messages import Catalogue, catalogue
from miro_sync.model import say
from miro_sync.settings import load, secret
from miro_sync.telling.status import headline, metrics, reason

if TYPE_CHECKING:
    from miro_sync.serving import Network

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_THIS_MACHINE: Final = ("127.0.0.0/8", "::1")

_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

#: What every program sends says nothing of who has let it in.
_EVERYBODYS: Final = re.compile(
    r"(?i)host|connection|user-agent|referer|origin|cookie|authorization|range|te|dnt|via|date"
    r"|upgrade.*|accept.*|cache-control|pragma|priority|content-.*|if-.*|sec-.*|x-forwarded-.*"
    r"|forwarded|x-real-ip|transfer-encoding|keep-alive|expect|purpose"
)

_LAST_PORT: Final = 65535

#: Bytes of a password that is made here.
_RANDOM: Final = 24


@dataclass(frozen=True, slots=True)
class Door:
    """Where the service listens and whom it lets in; see `miro_sync.serving.Entry`.

    Attributes:
        token_file: holds the token; one that is not there is made, with a token.
        proxies: addresses or networks; of this machine where nothing is named.

    """

    host: str = "127.0.0.1"
    port: int = 8050
    token_file: Path | None = None
    header: str | None = None
    proxies: tuple[str, ...] = ()


def serve(
    folder: Path,
    door: Door,
    words: Catalogue,
    stop: threading.Event,
    tell: Callable[[str], object],
) -> None:
    """Serve the web view of an installation until told to stop.

    Args:
        folder: of the installation.
        door: where it listens and whom it lets in.
        words: the language of what is no report.
        stop: set to end.
        tell: is given a sentence for whoever has started it.

    Raises:
        SettingsError: the libraries are missing, there are no projects, the address is taken, or
            it can be reached from other machines and nobody would be asked who they are, or
            anybody could pretend to be the proxy.

    """
    try:
        from waitress.server import create_server  # noqa: PLC0415 - an extra of its own

        from miro_sync.serving import Entry, Line, Site, application  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise SettingsError(say("serve.not_installed")) from error
    is_local = _is_loopback(door.host)
    proxies = _proxies(door, is_local=is_local)
    discover(folder)
    token = _token(door.token_file, words, tell)
    if not is_local and token is None and door.header is None:
        raise SettingsError(say("serve.open_door", host=door.host))
    pages = _Pages(folder)

    def lines() -> list[Line]:
        return [
            Line(
                one.name,
                one.title or one.name,
                reason(one.error, words) or headline(one, words),
                one.last_run is not None,
            )
            for one in standing(folder)
        ]

    site = Site(
        lines, lambda name: pages.page(name, words), lambda: metrics(standing(folder)), words
    )
    hosts = _LOOPBACK if is_local and door.header is None else ()
    entry = Entry(hosts, token, door.header, proxies)
    listening = _listening(door)
    server = create_server(
        application(site, entry), sockets=[listening], ident="miro-sync", threads=4
    )
    shown = f"[{door.host}]" if ":" in door.host else door.host
    tell(words.say("serve.running", host=shown, port=door.port))
    if token is None and door.header is None:
        tell(words.say("serve.everybody_here"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while thread.is_alive() and not stop.wait(0.5):
        pass
    server.close()


@dataclass(slots=True)
class _Pages:
    """Pages made once for all that they rest on: run, day, decisions, settings."""

    folder: Path
    _made: dict[str, tuple[tuple[int, dt.date, int, str], bytes]] = field(default_factory=dict)
    _one_at_a_time: dict[str, threading.Lock] = field(default_factory=dict)

    def page(self, name: str, words: Catalogue) -> bytes | str | None:
        """Return the page of a project, or a sentence that says why it cannot be made.

        Returns:
            None where there is no such project, or none any more.

        """
        try:
            project = next((one for one in discover(self.folder) if one.name == name), None)
            if project is None:
                self._made.pop(name, None)
                return None
            with self._one_at_a_time.setdefault(name, threading.Lock()):
                return self._page(project)
        except MiroSyncError as error:
            return words.tell(error.message)

    def _page(self, project: Installed) -> bytes:
        name, settings = project.name, load(project.folder)
        with memory_of(settings) as memory:
            last, decided = memory.runs(1), len(memory.decisions())
        run = last[-1].number if last else 0
        basis = (run, today_of(settings, moment()), decided, rules_of(settings))
        known = self._made.get(name)
        if known is not None and known[0] == basis:
            return known[1]
        seen = overview(project.folder, offline=True)
        page = reports.render("html", seen, catalogue(settings.project.language))
        self._made[name] = (basis, page)
        return page


def _listening(door: Door) -> socket.socket:
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    if door.port > _LAST_PORT:
        raise SettingsError(say("serve.taken", host=door.host, port=door.port))
    try:
        return socket.create_server((door.host, door.port), family=family)
    except (OSError, UnicodeError) as error:  # it is taken; there is no such name
        raise SettingsError(say("serve.taken", host=door.host, port=door.port)) from error


def _proxies(door: Door, *, is_local: bool) -> tuple[Network, ...]:
    """Return from where the header is believed.

    Raises:
        SettingsError: the header is one that everybody sends, or the addresses are none, or
            everybody in the network could pretend to be the proxy.

    """
    if door.header is None:
        if door.proxies:
            raise SettingsError(say("serve.proxy_without_header"))
        return ()
    if not _HEADER.fullmatch(door.header) or _EVERYBODYS.fullmatch(door.header):
        raise SettingsError(say("serve.bad_header", name=door.header))
    if not door.proxies and not is_local:
        raise SettingsError(say("serve.which_proxy", host=door.host))
    found = []
    for text in door.proxies or _THIS_MACHINE:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            raise SettingsError(say("serve.bad_proxy", text=text)) from error
    return tuple(found)


def _token(file: Path | None, words: Catalogue, tell: Callable[[str], object]) -> str | None:
    environ = dict(os.environ)
    if file is not None:
        if _made_token(file):
            tell(words.say("serve.token_made", path=str(file)))
        environ |= {"MIRO_SYNC_SERVE_TOKEN": "", "MIRO_SYNC_SERVE_TOKEN_FILE": str(file)}
    return secret("MIRO_SYNC_SERVE_TOKEN", environ)


def _made_token(file: Path) -> bool:
    """Write a new token into a file that only its owner may read, unless there is one."""
    try:
        number = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise SettingsError(say("serve.token_not_made", path=str(file))) from error
    with os.fdopen(number, "w", encoding="ascii") as written:
        written.write(secrets.token_urlsafe(_RANDOM) + "\n")
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
