"""Where the adapters are built; the only place that reads the clock.

Each door is imported when the settings name its source.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import miro_sync
from miro_sync.errors import StateError
from miro_sync.memory import Owner, SqlMemory
from miro_sync.model import (
    BoardHint,
    BoardSnapshot,
    BoardVisit,
    SheetLayout,
)
from miro_sync.packed import digest
from miro_sync.settings import Settings, SourceKind
from miro_sync.visiting import Doors

if TYPE_CHECKING:
    from miro_sync.fleet.store import Shared
    from miro_sync.layouts import LookedFor
    from miro_sync.measuring import Declared
    from miro_sync.miro_budget import Budget
    from miro_sync.miro_client import MiroBoard, MiroClient
    from miro_sync.miro_http import Address
    from miro_sync.ports import BoardSource, TablesSource
    from miro_sync.sheets import Quota, SheetsSource

Progress = Callable[[int, int | None], None]


@contextmanager
def memory_of(settings: Settings, *, as_of: dt.date | None = None) -> Iterator[SqlMemory]:
    """Open the state of a project; closed at the end."""
    memory = SqlMemory(settings.state_url, as_of=as_of, owner=_owner_of(settings))
    try:
        yield memory
    finally:
        memory.close()


def moment() -> dt.datetime:
    """Return the present moment, UTC."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - the one place that reads the clock


def today_of(settings: Settings, now: dt.datetime) -> dt.date:
    """Return the local day of a moment in the project's time zone."""
    return now.astimezone(ZoneInfo(settings.project.timezone)).date()


def rules_of(settings: Settings) -> str:
    """Sum up the settings and the program itself: what was worked out under others is void."""
    parts = sorted(_files_of(os.path.dirname(miro_sync.__file__)))  # noqa: PTH120 - each run pays
    return digest(miro_sync.__version__, parts, settings)


def _files_of(folder: str) -> Iterator[tuple[str, int, int]]:
    """Yield the program's own files with their size and date."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files_of(entry.path)
        elif entry.name.endswith((".py", ".toml")):
            stat = entry.stat()
            yield entry.path, stat.st_size, stat.st_mtime_ns


def doors_of(settings: Settings, now: dt.datetime, progress: Progress | None = None) -> Doors:
    """Build the doors to the sources that the settings name; nothing is read yet."""
    from miro_sync.files import TablesFile  # noqa: PLC0415 - only where it is named

    calendar, sheet = settings.calendar_source, None
    if calendar.kind is SourceKind.WORKSHEET:
        sheet = calendar.value
    return Doors(
        board=_board_door(settings, progress),
        tables=_tables_door(settings, now),
        calendar=None if sheet is not None else TablesFile(calendar.path, now),
        calendar_sheet=sheet,
        looked_for=_looked_for(settings) if _is_by_columns(settings) else None,
    )


def declared_by(settings: Settings) -> Declared:
    """Return what the settings ask to be measured."""
    from miro_sync.measuring import Declared  # noqa: PLC0415 - only who decides pays for it

    return Declared(settings.indicators, settings.sheet_kinds, settings.monitoring)


def _is_by_columns(settings: Settings) -> bool:
    """Tell whether the tables can be asked for some of their columns alone."""
    source = settings.tables_source
    return source is not None and source.kind is SourceKind.GOOGLE


def _looked_for(settings: Settings) -> LookedFor:
    from miro_sync.layouts import LookedFor  # noqa: PLC0415 - only where it is asked for

    return LookedFor(settings.sheet_kinds, settings.indicators)


def _board_door(settings: Settings, progress: Progress | None) -> BoardSource | None:
    source = settings.board_source
    if source is None:
        return None
    if source.kind is SourceKind.MIRO:
        return _LiveBoard(settings, progress)
    from miro_sync.files import BoardFile  # noqa: PLC0415 - only where it is named
    from miro_sync.wire import read_export  # noqa: PLC0415

    return BoardFile(source.path, read_export)


class _LiveBoard:
    """The board of the settings; a token is asked for only when it is read."""

    def __init__(self, settings: Settings, progress: Progress | None) -> None:
        self._settings, self._progress = settings, progress

    def read(self) -> BoardSnapshot:
        return self._board().read()

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:
        old = dt.timedelta(hours=self._settings.board_full_read_hours)
        if hint is not None and moment() - hint.read_at >= old:
            hint = None
        return self._board().visit(hint)

    def _board(self) -> MiroBoard:
        from miro_sync.miro_client import MiroBoard  # noqa: PLC0415 - only where it is named

        return MiroBoard(miro_client(self._settings, self._progress))


def miro_client(settings: Settings, progress: Progress | None = None) -> MiroClient:
    """Build what speaks to the live board of the settings."""
    from miro_sync.miro_budget import Clock  # noqa: PLC0415 - only where it is named
    from miro_sync.miro_client import MiroClient  # noqa: PLC0415
    from miro_sync.miro_http import Address, MiroHttp  # noqa: PLC0415
    from miro_sync.miro_tokens import token_source, who_pays  # noqa: PLC0415

    source = settings.board_source
    environ = environment_of(settings)
    clock = Clock(moment)
    address = Address(settings.board_api_url)
    if settings.shared_url is None:
        budget = _allowance(address, settings.account)
    else:
        from miro_sync.fleet.allowance import (  # noqa: PLC0415 - only where something is shared
            Allowance,
            SharedBudget,
            account_of,
        )

        account = account_of("miro", who_pays(environ))
        allowance = Allowance(_shared(settings.shared_url), clock, account, _known_as(settings))
        budget = SharedBudget(clock, allowance)
    http = MiroHttp(clock, address, budget=budget)
    tokens = token_source(environ, http)
    board_id = source.value if source else ""
    return MiroClient(http, tokens, board_id, settings.board_patience, progress)


@cache
def _allowance(address: Address, account: str | None) -> Budget:
    """Return the allowance of this process's token of an account, for all projects that use it.

    What a project has spent, the next one finds spent.
    """
    from miro_sync.miro_budget import Budget, Clock  # noqa: PLC0415 - only where it is named

    del account  # it only tells the tokens apart
    return Budget(Clock(moment), address.credits_per_minute)


def environment_of(settings: Settings) -> Mapping[str, str]:
    """Return the environment with the keys of the account that the settings name, if any.

    For the account "kuzbass", MIRO_ACCESS_TOKEN_KUZBASS stands in for MIRO_ACCESS_TOKEN, and so
    on; what the usual names hold is then not this project's.
    """
    if settings.account is None:
        return os.environ
    ending = f"_{settings.account.upper()}"
    ours = {name: value for name, value in os.environ.items() if name not in _KEYS}
    return ours | {name: os.environ.get(f"{name}{ending}", "") for name in _KEYS}


_KEYS = ("MIRO_ACCESS_TOKEN", "MIRO_ACCESS_TOKEN_FILE", "GOOGLE_APPLICATION_CREDENTIALS")


def _shared(url: str) -> Shared:
    """Open what projects share; once, though every project has an address of its own for it."""
    from miro_sync.fleet.store import shared_address  # noqa: PLC0415 - only where it is shared

    return _opened(shared_address(url))


@cache
def _opened(address: str) -> Shared:
    from miro_sync.fleet.store import Shared  # noqa: PLC0415 - only where something is shared

    return Shared(address, moment)


def quota_of(settings: Settings) -> Quota | None:
    """Return what keeps a Google account's quota, where the account is shared."""
    if settings.shared_url is None:
        return None
    from miro_sync.fleet.allowance import (  # noqa: PLC0415 - only where something is shared
        GOOGLE_A_MINUTE,
        Allowance,
        account_of,
    )
    from miro_sync.miro_budget import Clock  # noqa: PLC0415

    shared, clock = _shared(settings.shared_url), Clock(moment)

    def quota(email: str, *, writing: bool) -> None:
        account = account_of("google-writes" if writing else "google-reads", email)
        allowance = Allowance(shared, clock, account, _known_as(settings))
        number = allowance.take(1, GOOGLE_A_MINUTE)
        if number is not None:
            allowance.settle(number)

    return quota


def _known_as(settings: Settings) -> str:
    """Return what a project is called among those that share an account."""
    owner = _owner_of(settings)
    return owner.board or owner.tables or owner.name


def _owner_of(settings: Settings) -> Owner:
    board, tables = settings.board_source, settings.tables_source
    return Owner(
        settings.project.name,
        board.value if board is not None and board.kind is SourceKind.MIRO else None,
        tables.value if tables is not None and tables.kind in _ONLINE else None,
    )


_ONLINE = (SourceKind.GOOGLE, SourceKind.YANDEX)


def _tables_door(settings: Settings, now: dt.datetime) -> TablesSource | None:
    source = settings.tables_source
    if source is None:
        return None
    if source.kind is SourceKind.GOOGLE:
        return google_sheets(settings, source.value, now)
    if source.kind is SourceKind.YANDEX:
        from miro_sync.files import read_workbook  # noqa: PLC0415 - only where it is named
        from miro_sync.miro_budget import Clock  # noqa: PLC0415
        from miro_sync.sheets import YandexTable  # noqa: PLC0415

        return YandexTable(
            source.value,
            read_at=now,
            clock=Clock(moment),
            read_workbook=read_workbook,
            api_url=settings.tables_api_url,
            patience_seconds=settings.tables_patience,
        )
    from miro_sync.files import TablesFile  # noqa: PLC0415 - only where it is named

    return TablesFile(source.path, now)


def google_sheets(settings: Settings, spreadsheet_id: str, now: dt.datetime) -> SheetsSource:
    """Build the door to a Google spreadsheet."""
    from miro_sync.files import read_workbook  # noqa: PLC0415 - only where it is named
    from miro_sync.miro_budget import Clock  # noqa: PLC0415
    from miro_sync.sheets import SheetsSource  # noqa: PLC0415

    return SheetsSource(
        spreadsheet_id,
        environ=environment_of(settings),
        read_at=now,
        clock=Clock(moment),
        read_workbook=read_workbook,
        api_url=settings.tables_api_url,
        patience_seconds=settings.tables_patience,
        layouts=partial(_known_layouts, settings),
        quota=quota_of(settings),
    )


def _known_layouts(settings: Settings) -> tuple[SheetLayout, ...]:
    """Return where the columns stood at the last stored read, if they are looked for as then."""
    from miro_sync.layouts import understood_by  # noqa: PLC0415 - only where it is asked for

    try:
        with memory_of(settings) as memory:
            hint = memory.tables_hint()
    except StateError:
        return ()  # whoever needs the state will say what is wrong with it
    if hint is None or hint.understood_by != understood_by(_looked_for(settings)):
        return ()
    return hint.layouts
