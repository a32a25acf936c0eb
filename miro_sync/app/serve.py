"""`serve`: the web view put together: states, pages, entry, the server."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from miro_sync.app import reports
from miro_sync.app.building import memory_of, moment, today_of
from miro_sync.app.overviews import overview
from miro_sync.app.standing import standing
from miro_sync.errors import MiroSyncError, SettingsError
from miro_sync.installation import discover
from miro_sync.messages import Catalogue, catalogue
from miro_sync.model import say
from miro_sync.settings import load, secret
from miro_sync.telling.status import headline, metrics, reason

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Door:
    """Where the service listens and whom it lets in; see `miro_sync.serving.Entry`."""

    host: str = "127.0.0.1"
    port: int = 8050
    token_file: Path | None = None
    header: str | None = None


def serve(folder: Path, door: Door, words: Catalogue, stop: threading.Event) -> None:
    """Serve the web view of an installation until told to stop.

    Raises:
        SettingsError: the libraries are missing, there are no projects, the address is taken, or
            it can be reached from other machines and nobody would be asked who they are.

    """
    try:
        from waitress.server import create_server  # noqa: PLC0415 - an extra of its own

        from miro_sync.serving import Entry, Line, Site, application  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise SettingsError(say("serve.not_installed")) from error
    token = _token(door.token_file)
    is_local = _is_loopback(door.host)
    if not is_local and token is None and door.header is None:
        raise SettingsError(say("serve.open_door", host=door.host))
    discover(folder)
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
    entry = Entry(_LOOPBACK if is_local and door.header is None else (), token, door.header)
    try:
        server = create_server(
            application(site, entry), host=door.host, port=door.port, ident="miro-sync", threads=4
        )
    except OSError as error:
        raise SettingsError(say("serve.taken", host=door.host, port=door.port)) from error
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while thread.is_alive() and not stop.wait(0.5):
        pass
    server.close()


@dataclass(slots=True)
class _Pages:
    """Pages made once for each run and day."""

    folder: Path
    _made: dict[str, tuple[tuple[int, dt.date], bytes]] = field(default_factory=dict)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def page(self, name: str, words: Catalogue) -> bytes | str:
        """Return the page of a project, or a sentence that says why there is none."""
        with self._one_at_a_time:
            try:
                return self._page(name)
            except MiroSyncError as error:
                return words.tell(error.message)

    def _page(self, name: str) -> bytes:
        project = next(one for one in discover(self.folder) if one.name == name)
        settings = load(project.folder)
        with memory_of(settings) as memory:
            last = memory.runs(1)
        basis = (last[-1].number if last else 0, today_of(settings, moment()))
        known = self._made.get(name)
        if known is not None and known[0] == basis:
            return known[1]
        seen = overview(project.folder, offline=True)
        page = reports.render("html", seen, catalogue(settings.project.language))
        self._made[name] = (basis, page)
        return page


def _token(file: Path | None) -> str | None:
    environ = dict(os.environ)
    if file is not None:
        environ |= {"MIRO_SYNC_SERVE_TOKEN": "", "MIRO_SYNC_SERVE_TOKEN_FILE": str(file)}
    return secret("MIRO_SYNC_SERVE_TOKEN", environ)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
