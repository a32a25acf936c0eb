"""What reading a live board costs: time against other clients, calls, credits, memory, refusals.

All runs are against a server of our own on loopback, a process of its own that answers each call
after 150 ms. MIRO_SYNC_PEERS names a Python that has `miro-api` and `miro-board` installed (they
want an older urllib3 than we do). Times of these rows are real ones: waiting is the point. The
limits are what no client can beat that asks page after page, and what ours cannot beat that asks
for several chains of pages at once.

    python benchmarks/miro.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import results

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from miro_server import BOARD_ID, TOKEN, network_board  # noqa: E402 - lives with the tests

from miro_sync.miro_budget import CREDITS_PER_MINUTE, Clock  # noqa: E402 - not installed
from miro_sync.miro_client import MiroClient  # noqa: E402 - not installed
from miro_sync.miro_http import Address, MiroHttp  # noqa: E402 - not installed
from miro_sync.miro_tokens import PermanentToken  # noqa: E402 - not installed
from miro_sync.wire import read_export  # noqa: E402 - not installed

ITEMS = 5000
LATENCY = 0.15
PAGE = 50

PEERS = {
    "miro-api get_all_items(limit='50')": """
import json, sys, time
from importlib.metadata import version
import miro_api
from miro_api.configuration import Configuration
Configuration.set_default(Configuration(host=sys.argv[1]))
miro = miro_api.MiroApi(sys.argv[3])
begun = time.perf_counter(), time.process_time()
ids = [item.id for item in miro.get_all_items(sys.argv[2], limit="50")]
spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
print(json.dumps([*spent, ids, {"miro-api": version("miro-api")}]))
""",
    "miro-board list_items": """
import json, sys, time
from importlib.metadata import version
import miro_client
miro_client.API_BASE = sys.argv[1] + "/v2"
miro = miro_client.MiroClient(sys.argv[3])
begun = time.perf_counter(), time.process_time()
ids = [item["id"] for item in miro.list_items(sys.argv[2])]
spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
print(json.dumps([*spent, ids, {"miro-board": version("miro-board")}]))
""",
}


_Value = TypeVar("_Value")


def must(value: _Value | None) -> _Value:
    """Stop when a figure would not mean what it says."""
    if not value:
        raise SystemExit("a run went wrong; its figures would mean nothing")
    return value


@dataclass
class Service:
    """A server under way.

    Attributes:
        spent: what it counted, once it has ended.

    """

    url: str
    spent: dict[str, Any] = field(default_factory=dict)


@contextmanager
def service(items: int, latency: float, *options: str) -> Iterator[Service]:
    command = [sys.executable, str(ROOT / "tests" / "miro_server.py")]
    command += ["--items", str(items), "--latency", str(latency), *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        running = Service(must(process.stdout).readline().strip())
        yield running
        running.spent = json.loads(process.communicate()[0])


def client(url: str, allowance: int = CREDITS_PER_MINUTE) -> MiroClient:
    clock = Clock(lambda: dt.datetime.fromtimestamp(time.time(), dt.UTC))
    http = MiroHttp(clock, Address(url, credits_per_minute=allowance))
    return MiroClient(http, PermanentToken.of(TOKEN), BOARD_ID)


def whole_read(url: str, allowance: int = CREDITS_PER_MINUTE) -> tuple[float, float, Any]:
    """Read everything; return real seconds, processor seconds, and what was read."""
    reader = client(url, allowance)
    begun = time.perf_counter(), time.process_time()
    read = reader.read(full=True)
    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    must(must(read.snapshot).complete)
    reader.http.close()
    return *spent, read


def speed(run: results.Run, items: int) -> None:
    """Read a board whole, beside other clients and beside the limit."""
    peers = os.environ.get("MIRO_SYNC_PEERS")
    if not peers:
        run.missing("miro-api, miro-board: MIRO_SYNC_PEERS names no Python (make bench makes one)")
    what = f"{items:,} items, {LATENCY * 1000:.0f} ms a call"
    with service(items, LATENCY) as running:
        goes = sorted(whole_read(running.url)[:2] for _ in range(1 if run.quick else 3))
        ours, processor = goes[len(goes) // 2]
        read = whole_read(running.url)[2]
        lanes = client(running.url).http.lanes
        known = {item.id for item in read.snapshot.items}
        for name, script in PEERS.items() if peers else ():
            done = subprocess.run(
                [str(peers), "-c", script, running.url, BOARD_ID, TOKEN],
                capture_output=True,
                text=True,
                check=True,
            )
            wall, theirs, ids, version = json.loads(done.stdout)
            run.versions |= version
            must(len(ids) == items and known <= set(ids))  # frames and pictures are no cards
            note = "Ours reads tags and members too, and knows that nothing is missing."
            run.row(f"{what}, real time", ours, "s", name, wall, note=note)
            run.row(f"{what}, processor", processor, "s", name, theirs)
    serial = math.ceil(items / PAGE) * LATENCY
    run.row(f"{what}, real time", ours, "s", "limit of one chain of pages", serial, limit=True)
    run.row(
        f"{what}, real time", ours, "s", f"limit of {read.calls} calls, {lanes} at a time",
        math.ceil(read.calls / lanes) * LATENCY, limit=True,
        note=f"{read.calls} calls, {read.credits:,} credits of {CREDITS_PER_MINUTE:,} a minute.",
    )  # fmt: skip
    with service(items, LATENCY, "--cursors", "sealed") as running:
        sealed = whole_read(running.url)[0]
        run.row(f"{what}, should Miro's cursors change", sealed, "s",
                "limit of one chain of pages", serial, limit=True,
                note="Then one chain for each kind of item is what can be asked for.")  # fmt: skip


def unchanged(run: results.Run, items: int) -> None:
    with service(items, LATENCY) as running:
        reader = client(running.url)
        hint = reader.read().hint
        read = reader.read(hint)
        must(read.snapshot is None)
    run.row(f"{items:,} items, board unchanged", read.seconds, "s", "limit of one call", LATENCY,
            limit=True, note=f"{read.calls} call, {read.credits} credits.")  # fmt: skip


def allowance(run: results.Run) -> None:
    """Read again and again on a server that refuses beyond the allowance."""
    credits_, items, times = 10_000, 1500, 3
    with service(items, 0.02, "--credits", str(credits_)) as running:
        reader = client(running.url, credits_)
        begun = time.perf_counter()
        reads = [reader.read(full=True) for _ in range(times)]
        seconds = time.perf_counter() - begun
        must(all(read.snapshot and read.snapshot.complete for read in reads))
    used = sum(read.credits for read in reads)
    must(running.spent["refusals"] == 0)
    run.row(
        f"{times} reads, {credits_:,} credits a minute", seconds, "s", "limit of the allowance",
        (used - credits_) / credits_ * 60, limit=True,
        note=f"{used:,} credits, none refused; the fullest minute had"
        f" {running.spent['worst_minute']:,}.",
    )  # fmt: skip


ALONE = """
import sys, time
from miro import client, must
from rival_tables import megabytes
begin = time.process_time()
count = len(must(client({url!r}, 1_000_000_000).read(full=True).snapshot).items)
print(time.process_time() - begin, megabytes(), count)
"""


def growth(run: results.Run) -> None:
    sizes = (100, 1000, 10_000) if run.quick else (1000, 10_000, 100_000)
    costs, weights = [], []
    for size in sizes:
        with service(size, 0.0, "--credits", "1000000000") as running:
            told = results.own_program("-c", ALONE.format(url=running.url)).split()
        must(int(told[2]) > size * 0.7)  # frames and pictures are no cards
        costs.append(float(told[0]))
        weights.append(float(told[1]))
    run.growth("reading a live board, no latency", "items", sizes, costs, megabytes=weights)


def export(run: results.Run) -> None:
    items = 1000 if run.quick else 10_000
    board = network_board(items)
    document = json.dumps(
        {
            "schema": "miro-sync/board/1",
            "read_at": "2023-06-01T06:00:00Z",
            "complete": True,
            "board": {"id": BOARD_ID, "name": board.name},
            "items": list(board.items.values()),
            "tags": list(board.tags.values()),
            "item_tags": board.item_tags,
            "members": board.members,
        }
    ).encode()
    must(len(read_export(document, source="export").items) == items)
    run.row(
        f"an export of {items:,} items, checked",
        results.spent(lambda: read_export(document, source="export"), 3), "s",
        "json.loads of the same file", results.spent(lambda: json.loads(document), 3), limit=True,
    )  # fmt: skip


def main() -> None:
    run = results.begun("board", __doc__)
    run.used("pydantic", "requests")
    items = 500 if run.quick else ITEMS
    speed(run, items)
    unchanged(run, items)
    if not run.quick:
        allowance(run)
    export(run)
    growth(run)
    run.end()


if __name__ == "__main__":
    main()
