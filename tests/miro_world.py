"""A client, a service and a clock for the tests of Miro: all on loopback, nothing ever sleeps."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from miro_contract import Contract
from miro_server import BOARD_ID, TOKEN, Board, Fault, Server

from miro_sync.messages import catalogue
from miro_sync.miro_budget import Clock
from miro_sync.miro_client import MiroClient
from miro_sync.miro_http import Address, MiroHttp, TokenSource
from miro_sync.miro_tokens import PermanentToken
from miro_sync.miro_writer import BoardWriter
from miro_sync.model import Message

NOON = dt.datetime(2023, 6, 1, 12, 0, tzinfo=dt.UTC)


class FakeClock:
    """A clock that moves only when somebody sleeps, or when it is told to.

    Attributes:
        slept: every sleep, in seconds.
        on_sleep: called before each of them.

    """

    def __init__(self, start: dt.datetime = NOON) -> None:
        self._start = start.timestamp()
        self._passed = 0.0
        self._lock = threading.Lock()
        self.slept: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def seconds(self) -> float:
        return self._start + self._passed

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds(), dt.UTC)

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        until = self._passed + seconds
        self.on_sleep()
        with self._lock:  # who sleeps at the same time as others does not sleep after them
            self.slept.append(seconds)
            self._passed = max(self._passed, until)

    def move(self, **span: float) -> None:
        with self._lock:
            self._passed += dt.timedelta(**span).total_seconds()

    def clock(self) -> Clock:
        return Clock(self.now, self.monotonic, self.sleep)


@dataclass
class World:
    """Everything a test of the client needs."""

    server: Server
    time: FakeClock
    http: MiroHttp
    client: MiroClient
    writer: BoardWriter


@contextmanager
def world(
    board: Board | None = None,
    *faults: Fault,
    patience: float = 60.0,
    timeout: float = 10.0,
    credits_per_minute: int = 100_000,
    server_credits: int = 100_000,
    cursors: str = "ids",
    contract: Contract | None = None,
    tokens: Callable[[MiroHttp], TokenSource] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    board_id: str = BOARD_ID,
) -> Iterator[World]:
    """Serve a board, break it in the given ways, and connect a client to it."""
    time = FakeClock()
    with Server(
        board,
        credits_per_minute=server_credits,
        cursors=cursors,
        contract=contract,
        seconds=time.seconds,
    ) as server:
        server.faults = list(faults)
        address = Address(server.url, (timeout, timeout), credits_per_minute=credits_per_minute)
        http = MiroHttp(time.clock(), address)
        source = tokens(http) if tokens else PermanentToken.of(TOKEN)
        client = MiroClient(http, source, board_id, patience, progress)
        try:
            yield World(server, time, http, client, BoardWriter(http, source, board_id, patience))
        finally:
            http.close()


def small_board(cards: int = 130, tags: int = 3, members: int = 3) -> Board:
    """Make a board of three frames whose cards fill three pages and whose tags are used."""
    board = Board()
    frames = [board.put("frame", f"Центр {n}") for n in range(3)]
    ids = [
        board.put("card", f"<p>Мероприятие {n}</p>", parent=frames[n % 4] if n % 4 < 3 else None)
        for n in range(cards)
    ]
    board.put("sticky_note", "<p>12 мая</p>", parent=frames[0])
    board.put("image", "Фото")
    for n in range(tags):
        board.put_tag(f"метка {n}", *ids[n::20])
    board.members = [
        {"id": str(500 + n), "name": f"Участник {n}", "role": "editor", "type": "board_member"}
        for n in range(members)
    ]
    return board


def told(message: Message) -> str:
    """Say it in Russian."""
    return catalogue("ru").tell(message)
