"""The online table: a Google spreadsheet, or a file on Yandex Disk, as worksheets.

    SheetsSource    a Google spreadsheet: by its interface with a key, else by its public link
    YandexTable     an .xlsx or .ods that is published on Yandex Disk
    StatusSheet     the one worksheet that this service writes

A spreadsheet is read with two requests: what worksheets there are, and their values; of those only
the columns that are looked for, once it is known where they stand (`miro_sync.layouts`).
Values come as they are typed (a number is a number, «1,5» typed as text stays text), days as
numbers that their cells' formats turn into days. Its parts:

    sheets_http     requests that end, and words for those that fail
    sheets_login    the key, and the token that it buys
    sheets_answers  Google's answers -> grids
    sheets_google   what is sent to Google, and what a refusal means
    sheets_public   tables that anybody with the link may read
    sheets_status   the service's own worksheet
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import Final, Protocol

from miro_sync.errors import SourceError
from miro_sync.model import Message, Problem, SheetLayout, TablesSnapshot, Worksheet, say
from miro_sync.privacy import veiled
from miro_sync.sheets_answers import Book, Tab, Values, fit, grid_of, parts_of, unread
from miro_sync.sheets_google import (
    GOOGLE_API,
    GoogleBook,
    MovedOnError,
    Quota,
    book_url,
    tab_url,
)
from miro_sync.sheets_http import Clock, Patience, Web, timeout_for
from miro_sync.sheets_login import READING, Login, find_login
from miro_sync.sheets_public import (
    GOOGLE_DOCS,
    YANDEX_API,
    Fetched,
    fetch_google,
    fetch_yandex,
)
from miro_sync.sheets_status import OwnSheet, StatusSheet, Written, own_sheet
from miro_sync.status_cells import StatusCell, StatusColumn, StatusRow, Tone
from miro_sync.tables import head_digest, rows_of_words
from miro_sync.wire import patient_garbage_collector

__all__ = [
    "GOOGLE_API",
    "YANDEX_API",
    "Identity",
    "OwnSheet",
    "Quota",
    "ReadWorkbook",
    "SheetsSource",
    "StatusCell",
    "StatusColumn",
    "StatusRow",
    "StatusSheet",
    "Tone",
    "Workbook",
    "Written",
    "YandexTable",
]

#: How often a spreadsheet that people are changing is read anew.
_ROUNDS: Final = 3


class Workbook(Protocol):
    """What is in a workbook, as the reader of files gives it."""

    @property
    def worksheets(self) -> tuple[Worksheet, ...]:
        """Its worksheets."""
        ...

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong in it."""
        ...

    @property
    def complete(self) -> bool:
        """Whether all of it was read."""
        ...


class ReadWorkbook(Protocol):
    """What understands the bytes of a workbook: the door to files."""

    def __call__(self, document: bytes, *, name: str, source: str, url: str | None) -> Workbook:
        """Return what is in it; raises `SourceError` when it is no workbook."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to Google, and whether the spreadsheet answers.

    Attributes:
        account: the e-mail address that the spreadsheet must be shared with; None without a
            service account.
        origin: where the key came from, or that there is none.
        title: the spreadsheet's title; None when it does not answer.
        worksheets: how many worksheets it has.
        remedy: what to press when it does not answer; None when all is well.

    """

    account: str | None
    origin: Message
    title: str | None = None
    worksheets: int = 0
    remedy: Message | None = None


class SheetsSource:
    """A Google spreadsheet as a source of worksheets.

    Attributes:
        own: the service's own worksheet as the last reading found it, kept apart from the others,
            for what we wrote proves nothing; None where there is none.

    """

    def __init__(  # noqa: PLR0913 - what a connection needs
        self,
        spreadsheet_id: str,
        *,
        environ: Mapping[str, str],
        read_at: dt.datetime,
        clock: Clock,
        read_workbook: ReadWorkbook,
        api_url: str = GOOGLE_API,
        patience_seconds: float = 60.0,
        timeout: tuple[float, float] | None = None,
        layouts: Callable[[], Iterable[SheetLayout]] = tuple,
        quota: Quota | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            spreadsheet_id: as it stands in the link.
            environ: where the key is looked for (`sheets_login`).
            read_at: the moment of this run, UTC.
            clock: the time.
            read_workbook: understands an exported workbook.
            api_url: where Google's interface is; https, or this machine. A public spreadsheet is
                exported from there, too, when it is not Google's own.
            patience_seconds: how long one reading waits out trouble in all.
            timeout: seconds to connect, seconds of silence; None for what suits the patience.
            layouts: says where the columns that are looked for stood at the last read, so that
                no others need be asked for.
            quota: waits, before each request, until the account may make one.

        """
        self._id = spreadsheet_id
        self._quota = quota
        self._layouts = layouts
        self._environ = environ
        self._read_at = read_at
        self._clock = clock
        self._read_workbook = read_workbook
        self._api_url = api_url.rstrip("/")
        self._patience_seconds = patience_seconds
        self._timeout = timeout or timeout_for(patience_seconds)
        self.own: OwnSheet | None = None

    def read(self) -> TablesSnapshot:
        """Read all worksheets but the service's own.

        Raises:
            SourceError: the spreadsheet could not be read; nothing is known of it.

        """
        begun = self._clock.monotonic()
        login = find_login(self._environ)
        web = Web(self._clock, self._timeout)
        patience = Patience(self._patience_seconds, self._clock)
        try:
            with patient_garbage_collector():
                if login is None:
                    snapshot = self._published(web, patience)
                else:
                    snapshot = self._read(login, web, patience)
        finally:
            web.close()
        return replace(snapshot, seconds=self._clock.monotonic() - begun)

    def who_am_i(self) -> Identity:
        """Say who we are to Google, where the key came from, and whether the sheet answers.

        Whatever goes wrong is in the answer's `remedy`; nothing is raised.
        """
        nobody = say("sheets.no_key")
        try:
            login = find_login(self._environ)
        except SourceError as error:
            return Identity(None, nobody, remedy=error.message)
        known = Identity(login.email, login.origin) if login else Identity(None, nobody)
        try:
            if login is None:
                tables = self.read()
                return replace(known, title=tables.source, worksheets=len(tables.worksheets))
            book = self._outline(login)
        except SourceError as error:
            return replace(known, remedy=error.message)
        return replace(known, title=veiled(book.title), worksheets=len(book.grids))

    def _google(self, login: Login, web: Web) -> GoogleBook:
        return GoogleBook(
            self._id, login, web, api_url=self._api_url, scope=READING, quota=self._quota
        )

    def _outline(self, login: Login) -> Book:
        web = Web(self._clock, self._timeout)
        try:
            google = self._google(login, web)
            patience = Patience(self._patience_seconds, self._clock)
            return patience.outlast(lambda: google.book(formats=False))
        finally:
            web.close()

    def _read(self, login: Login, web: Web, patience: Patience) -> TablesSnapshot:
        google = self._google(login, web)
        layouts = {layout.title: layout for layout in self._layouts()}
        book, values = self._one_state(google, patience, layouts)
        source = veiled(book.title) or self._id
        worksheets: list[Worksheet] = []
        problems = list(unread(book.tabs, source=source, url=book_url(self._id)))
        own = own_sheet(book, self._id)
        complete = True
        for tab, part in zip(book.grids, values, strict=True):
            url = tab_url(self._id, tab.sheet_id)
            sheet, faults = grid_of(tab, part, source=source, url=url)
            if own is not None and tab.sheet_id == own.sheet_id:
                own = replace(own, worksheet=sheet)
                continue
            problems += faults
            if sheet is None:
                complete = False
            else:
                worksheets.append(sheet)
        self.own = own
        return TablesSnapshot(
            source=source,
            read_at=self._read_at,
            complete=complete,
            worksheets=tuple(worksheets),
            url=book_url(self._id),
            problems=tuple(problems),
            calls=google.calls,
            own=own.worksheet if own is not None else None,
        )

    def _one_state(
        self, google: GoogleBook, patience: Patience, layouts: Mapping[str, SheetLayout]
    ) -> tuple[Book, list[Values]]:
        """Read worksheets and values of one state of the spreadsheet.

        Somebody may rename a worksheet or insert a row between the two requests; then both are
        made again. In the end a sheet that never rests is read as it is. Worksheets whose header
        is not the one that is known, or that may have got a second one, are asked for once more,
        whole: a third request, until the next stored read.
        """
        rounds = 0
        while True:
            rounds += 1
            book = patience.outlast(google.book)
            if not book.grids:
                return book, []
            try:
                values = patience.outlast(partial(google.values, book.grids, layouts))
                changed = _changed(book.grids, values, layouts)
                if changed:
                    whole = patience.outlast(partial(google.values, changed))
                    anew = dict(zip((tab.sheet_id for tab in changed), whole, strict=True))
                    values = [
                        anew.get(tab.sheet_id, part)
                        for tab, part in zip(book.grids, values, strict=True)
                    ]
            except MovedOnError:
                if rounds == _ROUNDS:
                    raise
            else:
                if rounds == _ROUNDS or fit(book.grids, values):
                    return book, values

    def _published(self, web: Web, patience: Patience) -> TablesSnapshot:
        docs = GOOGLE_DOCS if self._api_url == GOOGLE_API else self._api_url
        fetched = patience.outlast(lambda: fetch_google(web, self._id, docs))
        read = _snapshot(
            fetched, self._read_workbook, url=book_url(self._id), read_at=self._read_at
        )
        return replace(read, calls=web.calls)


class YandexTable:
    """A table that is published on Yandex Disk, as a source of worksheets."""

    def __init__(  # noqa: PLR0913 - what a connection needs
        self,
        link: str,
        *,
        read_at: dt.datetime,
        clock: Clock,
        read_workbook: ReadWorkbook,
        api_url: str = YANDEX_API,
        patience_seconds: float = 60.0,
        timeout: tuple[float, float] | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            link: as «Поделиться» on the Disk gives it.
            read_at: the moment of this run, UTC.
            clock: the time.
            read_workbook: understands the file.
            api_url: where the Disk's interface is; https, or this machine.
            patience_seconds: how long one reading waits out trouble in all.
            timeout: seconds to connect, seconds of silence; None for what suits the patience.

        """
        self._link = link
        self._read_at = read_at
        self._clock = clock
        self._read_workbook = read_workbook
        self._api_url = api_url.rstrip("/")
        self._patience_seconds = patience_seconds
        self._timeout = timeout or timeout_for(patience_seconds)

    def read(self) -> TablesSnapshot:
        """Read all worksheets.

        Raises:
            SourceError: the file could not be fetched, or is no table.

        """
        begun = self._clock.monotonic()
        web = Web(self._clock, self._timeout)
        patience = Patience(self._patience_seconds, self._clock)
        try:
            fetched = patience.outlast(lambda: fetch_yandex(web, self._link, self._api_url))
        finally:
            web.close()
        with patient_garbage_collector():
            read = _snapshot(fetched, self._read_workbook, url=self._link, read_at=self._read_at)
        return replace(read, calls=web.calls, seconds=self._clock.monotonic() - begun)


def _changed(
    tabs: Sequence[Tab], values: Sequence[Values], layouts: Mapping[str, SheetLayout]
) -> list[Tab]:
    """Return the worksheets with another header than is known, or perhaps a second one."""
    changed = []
    for tab, part in zip(tabs, values, strict=True):
        layout = layouts.get(tab.title)
        if layout is None or parts_of(tab, layout) == ("",):
            continue
        sheet, _ = grid_of(tab, part, source="", url="")
        if (
            sheet is None
            or head_digest(sheet, layout.first, layout.last) != layout.digest
            or not rows_of_words(sheet, layout.last, layout.columns) <= layout.words
        ):
            changed.append(tab)
    return changed


def _snapshot(
    fetched: Fetched, read_workbook: ReadWorkbook, *, url: str, read_at: dt.datetime
) -> TablesSnapshot:
    """Make a snapshot of a fetched workbook."""
    name = veiled(fetched.name)
    source = PurePath(name).stem or url
    read = read_workbook(fetched.document, name=name or url, source=source, url=url)
    return TablesSnapshot(
        source=source,
        read_at=read_at,
        complete=read.complete,
        worksheets=read.worksheets,
        url=url,
        problems=read.problems,
    )
