"""What reading a live board costs: time against other clients, calls, credits, memory, refusals.

    python benchmarks/miro.py [--peers PYTHON]      (or MIRO_SYNC_PEERS=PYTHON)

All runs are against a server of our own on loopback, a process of its own that answers each call
after 150 ms. PYTHON is one that has `miro-api` and `miro-board` installed (they want an older
urllib3 than we do, so they live in a virtual environment of their own); without it their rows are
left out. Takes about three minutes, most of them waiting for the small allowance.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

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
MANY = 100_000

PEERS = {
    "miro-api get_all_items(limit='50')": """
import sys, time
import miro_api
from miro_api.configuration import Configuration
Configuration.set_default(Configuration(host=sys.argv[1]))
miro = miro_api.MiroApi(sys.argv[3])
begun = time.perf_counter()
count = sum(1 for _ in miro.get_all_items(sys.argv[2], limit="50"))
print(time.perf_counter() - begun, count)
""",
    "miro-board list_items": """
import sys, time
import miro_client
miro_client.API_BASE = sys.argv[1] + "/v2"
miro = miro_client.MiroClient(sys.argv[3])
begun = time.perf_counter()
count = len(miro.list_items(sys.argv[2]))
print(time.perf_counter() - begun, count)
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


def row(name: str, *figures: object) -> None:
    print(f"  {name:<52}" + "".join(f"{figure!s:>14}" for figure in figures))


def full_reads(url: str, times: int = 3) -> float:
    """Read everything some times; return the median of the seconds."""
    seconds = []
    for _ in range(times):
        reader = client(url)
        read = reader.read(full=True)
        snapshot = must(read.snapshot)
        must(snapshot.complete)
        seconds.append(read.seconds)
        row(
            "miro-sync: items, tags, members; known to be whole",
            f"{read.seconds:.2f} s",
            f"{len(snapshot.items)} items",
            f"{read.calls} calls",
            f"{read.credits} cr.",
        )
        reader.http.close()
    return sorted(seconds)[times // 2]


def speed(peers: str | None) -> None:
    print(f"\nA full read: {ITEMS} items, 12 frames, {LATENCY * 1000:.0f} ms a call")
    with service(ITEMS, LATENCY) as running:
        ours = full_reads(running.url)
        for name, script in PEERS.items() if peers else ():
            done = subprocess.run(
                [str(peers), "-c", script, running.url, BOARD_ID, TOKEN],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, count = done.stdout.split()
            times = f"{float(seconds) / ours:.1f} x ours"
            row(f"{name}: items alone", f"{float(seconds):.2f} s", f"{count} items", times)
    if not peers:
        print("  (no --peers: the other clients were not run)")
    with service(ITEMS, LATENCY, "--cursors", "sealed") as running:
        full_reads(running.url, 1)
    print("  The last line: cursors that cannot be made up, so one chain of pages for each kind.")
    print(
        "  Its bound is the longest chain; else it is calls / lanes x latency, then the processor."
    )


def unchanged() -> None:
    print("\nA board that has not changed")
    with service(ITEMS, LATENCY) as running:
        reader = client(running.url)
        hint = reader.read().hint
        read = reader.read(hint)
        must(read.snapshot is None)
        row("miro-sync", f"{read.seconds:.2f} s", f"{read.calls} call", f"{read.credits} cr.")


def allowance() -> None:
    print("\nThe allowance: full reads one after another, on a server that refuses beyond it")
    for credits_, items, times in ((CREDITS_PER_MINUTE, ITEMS, 9), (10_000, 1500, 3)):
        with service(items, 0.02, "--credits", str(credits_)) as running:
            reader = client(running.url, credits_)
            begun = time.perf_counter()
            reads = [reader.read(full=True) for _ in range(times)]
            seconds = time.perf_counter() - begun
            must(all(read.snapshot and read.snapshot.complete for read in reads))
        row(
            f"{credits_} credits a minute, {times} reads of {items} items",
            f"{seconds:.1f} s",
            f"{sum(read.credits for read in reads)} cr.",
            f"worst {running.spent['worst_minute']}",
            f"429: {running.spent['refusals']}",
        )
        must(running.spent["refusals"] == 0)


def memory() -> None:
    print(f"\nPeak memory for {MANY} items")
    with service(MANY, 0.0, "--credits", "1000000000") as running:
        row("a live read", *measured_alone("live", running.url))
        row("a live read written as an export", *measured_alone("export", running.url))


def measured_alone(task: str, url: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, __file__, "--alone", task, url],
        capture_output=True,
        text=True,
        check=True,
    )
    megabytes, seconds, items = done.stdout.split()
    return [f"{megabytes} MB", f"{seconds} s", f"{items} items"]


def alone(task: str, url: str) -> None:
    begun = time.perf_counter()
    reader = client(url, 1_000_000_000)
    if task == "live":
        count = len(must(reader.read(full=True).snapshot).items)
    else:
        document, _ = reader.export_document()
        count = document.count(b'\n  {"')
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KB
    print(f"{peak:.0f} {time.perf_counter() - begun:.1f} {count}")


def export() -> None:
    board = network_board(10_000)
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
    begun = time.perf_counter()
    must(len(read_export(document, source="export").items) == 10_000)
    print("\nAn export of 10000 items")
    row("read", f"{time.perf_counter() - begun:.2f} s", f"{len(document) >> 20} MB")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", default=os.environ.get("MIRO_SYNC_PEERS"))
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        alone(*options.alone)
        return
    speed(options.peers)
    unchanged()
    allowance()
    memory()
    export()


if __name__ == "__main__":
    main()
