"""How fast a country of projects is read: workers on one database, boards on loopback.

    python benchmarks/country.py --projects 60 --workers 1 2 4

Each project has nine centres with their plans, a calendar, and a board of about 4,350 items that
speaks of them: 20,000 centres in 2,300 projects with 500 items each. A call takes 100 ms, and each
token may spend 100,000 credits a minute. Two rounds are measured: the first read of every project,
and an hour in which no board has changed. A part is measured; the whole country is reckoned from
it, and from what the credits allow. Processor time is of the workers alone and hardly depends on
what else the machine does; projects an hour do.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests")]

import country_board  # noqa: E402 - the path comes first
import fleet  # noqa: E402 - as above
import postgres  # noqa: E402 - as above

from miro_sync import app  # noqa: E402 - as above
from miro_sync.app import worker  # noqa: E402 - as above

COUNTRY = 2300
CREDITS = 100_000
ROUNDS = ("first read", "nothing changed")


@dataclass(frozen=True, slots=True)
class Row:
    """One round of one number of workers.

    Attributes:
        cpu: seconds of processor for a project, of the workers alone.
        allowed: projects an hour that the credits of all tokens allow.
        worst: the most credits of a token within any minute. refused: calls that came too soon.
        country_hours: for the whole country at this speed; reckoned, not measured.

    """

    what: str
    workers: int
    projects: int
    seconds: float
    an_hour: float
    cpu: float
    credits: float
    allowed: float
    worst: int
    refused: int
    country_hours: float


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--projects", type=int, default=60)
    words.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    words.add_argument("--jobs", type=int, default=4)
    words.add_argument("--tokens", type=int, default=6)
    words.add_argument("--items", type=int, default=4350)
    words.add_argument("--latency", type=float, default=0.1)
    words.add_argument("--results", type=Path, help="write country.json into this folder")
    told = words.parse_args()
    programs = postgres.found()
    if programs is None:
        raise SystemExit("no PostgreSQL on this machine")
    rows: list[Row] = []
    print("round            workers  seconds  projects/h  CPU s/project  credits/project  credits"
          " allow/h  worst minute  refused  country, h")  # fmt: skip
    with postgres.controlled(programs) as server:
        for workers in told.workers:
            for row in measure(server.url, workers, told):
                rows.append(row)
                print(
                    f"{row.what:15}  {row.workers:7}  {row.seconds:7.1f}  {row.an_hour:10.0f}"
                    f"  {row.cpu:13.2f}  {row.credits:15.0f}  {row.allowed:15.0f}"
                    f"  {row.worst:12}  {row.refused:7}  {row.country_hours:10.2f}",
                    flush=True,
                )
            if told.results is not None:
                write(told.results, rows)


def measure(server: str, workers: int, told: argparse.Namespace) -> list[Row]:
    name = f"c{uuid.uuid4().hex[:10]}"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        fleet.Fleet(server, here).ask(f"create database {name}")
        country = fleet.Fleet(server.replace("/postgres?", f"/{name}?"), here)
        files = {
            "centers.toml": country_board.centers_file(),
            "calendar.csv": country_board.calendar_file(),
        }
        board = ("--items", str(told.items), "--network", "--latency", str(told.latency))
        with fleet.miro(*board) as service:
            for number in range(told.projects):
                account = f"R{number % told.tokens}"
                country.add(number, service.port, account=account, files=files)
            tokens = {f"MIRO_ACCESS_TOKEN_R{one}": f"token-{one}" for one in range(told.tokens)}
            for number in range(workers):
                country.start(f"w{number}", jobs=told.jobs, more=tokens)
            before = Sum()
            for what in ROUNDS:
                begun = before.round_at
                while not (ended := done_since(country, begun)):
                    time.sleep(0.5)
                after = Sum.of(country, service)
                first = min(at for at, *_ in service.told()["log"] if at > begun)
                rows.append(row(what, workers, told, max(ended) - first, before, after))
                before = after
                if what != ROUNDS[-1]:
                    country.ask("update miro_sync_fleet.project set sync_at = 0")
            country.close()
        check(here / "p0")
    return rows


@dataclass(frozen=True, slots=True)
class Sum:
    """What was spent so far."""

    round_at: float = 0.0
    cpu: float = 0.0
    credits: int = 0
    worst: int = 0
    refused: int = 0

    @classmethod
    def of(cls, country: fleet.Fleet, service: fleet.Miro) -> Sum:
        """Ask what was spent by now."""
        accounts = service.told()["accounts"].values()
        return cls(
            time.time(),
            sum(processor_time(one.process.pid) for one in country.workers),
            sum(one["total"] for one in accounts),
            max(one["worst"] for one in accounts),
            sum(one["refused"] for one in accounts),
        )


def row(  # noqa: PLR0913, PLR0917 - what was measured
    what: str, workers: int, told: argparse.Namespace, seconds: float, before: Sum, after: Sum
) -> Row:
    an_hour = told.projects / seconds * 3600
    credits_ = (after.credits - before.credits) / told.projects
    return Row(
        what=what,
        workers=workers,
        projects=told.projects,
        seconds=round(seconds, 1),
        an_hour=round(an_hour),
        # What a worker needs to start is in the first round alone.
        cpu=round((after.cpu - before.cpu) / told.projects, 3),
        credits=round(credits_),
        allowed=round(told.tokens * CREDITS * 60 / credits_),
        worst=after.worst,
        refused=after.refused - before.refused,
        country_hours=round(COUNTRY / an_hour, 2),
    )


def done_since(country: fleet.Fleet, begun: float) -> list[float]:
    """Return when the syncs of a round ended; nothing while some have not."""
    ended = [
        [end.at.timestamp() for end in one.ended if end.job == "sync" and end.outcome == "done"]
        for one in worker.listed(country.url)
    ]
    if not all(one and one[0] > begun for one in ended):
        return []
    return [one[0] for one in ended]


def processor_time(pid: int) -> float:
    """Return the seconds of processor that a process has used, its own and the system's."""
    parts = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def check(folder: Path) -> None:
    """Make sure that the country is worth measuring: cards, and events that they speak of."""
    found = app.check(folder, offline=True).assessment
    matched = sum(bool(one.evidence) for one in found.verdicts)
    if len(found.cards) < 1000 or matched < len(found.verdicts) / 2:
        raise SystemExit(f"{len(found.cards)} cards, {matched} of {len(found.verdicts)} matched")


def write(folder: Path, rows: list[Row]) -> None:
    packages = ("procrastinate", "psycopg", "requests", "SQLAlchemy")
    machine = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
    told = {
        "name": "country",
        "machine": machine,
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "rows": [asdict(one) for one in rows],
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / "country.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
