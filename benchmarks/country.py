"""How fast a country of projects is read: workers on one database, boards on loopback.

    python benchmarks/country.py --projects 60 --workers 1 2 4

Each project has a board of about 4350 items, 20,000 centres in 2,300 projects with 500 items each;
a call takes 100 ms, and each token may spend 100,000 credits a minute. A part is measured; the
whole country is reckoned from it, and from what the credits allow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests")]

import fleet  # noqa: E402 - the path comes first
import postgres  # noqa: E402 - as above

from miro_sync.app import worker  # noqa: E402 - as above

COUNTRY = 2300
CREDITS = 100_000


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--projects", type=int, default=60)
    words.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    words.add_argument("--jobs", type=int, default=4)
    words.add_argument("--tokens", type=int, default=6)
    words.add_argument("--items", type=int, default=4350)
    words.add_argument("--latency", type=float, default=0.1)
    told = words.parse_args()
    programs = postgres.found()
    if programs is None:
        raise SystemExit("no PostgreSQL on this machine")
    print("workers  seconds  projects/h  calls  credits/project  worst minute  refused  country, h")
    with postgres.controlled(programs) as server:
        for workers in told.workers:
            measure(server.url, workers, told)


def measure(server: str, workers: int, told: argparse.Namespace) -> None:
    name = f"c{uuid.uuid4().hex[:10]}"
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        fleet.Fleet(server, here).ask(f"create database {name}")
        country = fleet.Fleet(server.replace("/postgres?", f"/{name}?"), here)
        frames = ("--items", str(told.items), "--frames", "9", "--latency", str(told.latency))
        with fleet.miro(*frames) as service:
            for number in range(told.projects):
                country.add(number, service.port, account=f"R{number % told.tokens}")
            tokens = {f"MIRO_ACCESS_TOKEN_R{one}": f"token-{one}" for one in range(told.tokens)}
            for number in range(workers):
                country.start(f"w{number}", jobs=told.jobs, more=tokens)
            while not country.all_done():
                time.sleep(0.5)
            said = service.told()
            accounts = list(said["accounts"].values())
            ended = [end.at.timestamp() for one in worker.listed(country.url) for end in one.ended]
            seconds = max(ended) - said["log"][0][0]  # without the start of the processes
            country.close()
    an_hour = told.projects / seconds * 3600
    calls, total, refused = (
        sum(one[what] for one in accounts) for what in ("calls", "total", "refused")
    )
    worst = max(one["worst"] for one in accounts)
    each = total / told.projects
    print(
        f"{workers:7}  {seconds:7.0f}  {an_hour:10.0f}  {calls:5}  {each:15.0f}  {worst:12}"
        f"  {refused:7}  {COUNTRY / an_hour:10.2f}"
        f"   ({told.tokens} tokens allow {told.tokens * CREDITS * 60 / each:.0f} projects/h)",
        flush=True,
    )


if __name__ == "__main__":
    main()
