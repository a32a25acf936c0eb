"""A Miro of many boards on loopback, fast enough for a country: the same board under every id.

What it says is what `miro_server` says, kept ready as bytes. Credits are counted for each token
in a sliding minute; what was asked is listed for those who look for two at once.

    python tests/country_server.py --items 4350 --latency 0.1
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from country_board import country_board
from miro_server import BOARD_ID, CREDITS, TOKEN, Board, Server, _level, network_board

WINDOW = 60.0


@dataclass
class Account:
    """What one token has spent.

    Attributes:
        worst: the most within any minute.
        refused: calls that came too soon.

    """

    spent: deque[tuple[float, int]] = field(default_factory=deque)
    now: int = 0
    total: int = 0
    calls: int = 0
    worst: int = 0
    refused: int = 0


class Country:
    """The service; `log` holds (moment, token, board, whether a visit begins) of each call."""

    def __init__(
        self, board: Board, latency: float, credits_per_minute: int, window: float = WINDOW
    ) -> None:
        self.latency, self.limit, self.window = latency, credits_per_minute, window
        self.accounts: dict[str, Account] = {}
        self.log: list[tuple[float, str, str, bool]] = []
        self._model = Server(board)
        self._ready: dict[str, tuple[int, bytes]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
                await reader.readexactly(int(headers.get("Content-Length", "0")))
                verb, target, _ = lines[0].split(" ", 2)
                status, body, more = self.answer(verb, target, headers)
                if not target.startswith("/_"):
                    await asyncio.sleep(self.latency)
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, verb: str, target: str, headers: dict[str, str]) -> tuple[int, bytes, str]:
        if target == "/_log":
            told = {name: vars(one) | {"spent": None} for name, one in self.accounts.items()}
            return 200, json.dumps({"log": self.log, "accounts": told}).encode(), ""
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        found = re.match(r"/v2/boards/([^/?]+)", target)
        board = unquote(found[1]) if found else ""
        same = target.replace(found[1], BOARD_ID, 1) if found else target
        parts = urlsplit(same)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        level, _ = _level(verb, unquote(parts.path), query, None)
        now = time.time()
        self.log.append((now, token, board, parts.path == f"/v2/boards/{BOARD_ID}"))
        fits, more = self._charged(token, CREDITS[level], now)
        if not fits:
            return 429, b'{"status": 429, "message": "Request rate limit exceeded"}', more
        if same not in self._ready:
            known = {"Authorization": f"Bearer {TOKEN}"}
            made = self._model.answer(verb, same, known, b"")
            self._ready[same] = (made.status, json.dumps(made.body).encode())
        status, body = self._ready[same]
        return status, body.replace(BOARD_ID.encode(), board.encode()), more

    def _charged(self, token: str, credits_: int, now: float) -> tuple[bool, str]:
        one = self.accounts.setdefault(token, Account())
        while one.spent and one.spent[0][0] <= now - self.window:
            one.now -= one.spent.popleft()[1]
        more = f"X-RateLimit-Limit: {self.limit}\r\n"
        if one.now + credits_ > self.limit:
            one.refused += 1
            return False, more + "Retry-After: 1\r\n"
        one.spent.append((now, credits_))
        one.now += credits_
        one.total += credits_
        one.calls += 1
        one.worst = max(one.worst, one.now)
        return True, more


async def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--items", type=int, default=150)
    words.add_argument("--frames", type=int, default=3)
    words.add_argument("--latency", type=float, default=0.02)
    words.add_argument("--credits", type=int, default=100_000)
    words.add_argument("--window", type=float, default=WINDOW)
    words.add_argument("--network", action="store_true", help="cards that speak of a calendar")
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--host", default="127.0.0.1")
    told = words.parse_args()
    items = told.items
    board = country_board(items) if told.network else network_board(items, told.frames)
    country = Country(board, told.latency, told.credits, told.window)
    server = await asyncio.start_server(country.serve, told.host, told.port, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
