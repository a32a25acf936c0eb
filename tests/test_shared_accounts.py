"""One account for many: projects of one run, processes of one machine, a large one and a small one.

The programs are real, the services on loopback count as the real ones do; where a minute would have
to be waited for, the program's clocks run faster, and the service's minute is as much shorter.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from fleet import CALENDAR, CENTERS, Miro, environment, miro
from google_books import ID, book, tab
from google_server import GoogleServer

from miro_sync.fleet.store import Shared, charge

#: So much faster do the clocks of a program run; a minute of the service is as much shorter.
FASTER = 30

#: Before anything else is imported, so that whoever takes hold of a clock takes hold of this one.
QUICK = f"""
import datetime, time
real, begun, sleep = time.monotonic, time.monotonic(), time.sleep
time.monotonic = lambda: begun + (real() - begun) * {FASTER}
time.sleep = lambda seconds: sleep(seconds / {FASTER})
"""

PROJECT = """
[project]
name = "Проект {number}"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2035-08-31

[board]
source = "https://miro.com/app/board/uXjVboard{number:04d}=/"
api_url = "http://127.0.0.1:{port}"
patience_seconds = 5
"""

#: Credits that the service of these tests allows in its minute: of three boards' reading, hardly
#: more than one's.
FEW = 2500


@pytest.fixture
def service() -> Iterator[Miro]:
    words = ("--credits", str(FEW), "--window", str(60 / FASTER), "--latency", "0.005")
    with miro(*words, "--items", "700") as running:
        yield running


def test_the_projects_of_one_run_share_the_credits_of_their_token(
    service: Miro, tmp_path: Path
) -> None:
    for number in range(3):
        folder = tmp_path / f"p{number}"
        folder.mkdir()
        text = PROJECT.format(number=number, port=service.port)
        (folder / "project.toml").write_text(text, "utf-8")
        (folder / "centers.toml").write_text(CENTERS, "utf-8")
        (folder / "calendar.csv").write_text(CALENDAR, "utf-8")
    words = ["sync", "--all", "--projects", str(tmp_path), "--exit-zero"]
    script = f"{QUICK}\nfrom miro_sync.cli import run\nraise SystemExit(run({words!r}))"
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", script],
        env=environment({"MIRO_ACCESS_TOKEN": "token"}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    seconds = time.monotonic() - begun

    assert done.returncode == 0, done.stderr
    (account,) = service.told()["accounts"].values()
    assert account["refused"] == 0
    assert account["worst"] <= FEW
    # Each has read its board whole, which no minute's credits were enough for.
    assert account["total"] > 2 * FEW
    assert seconds > 60 / FASTER


#: Reads a table again and again for some seconds by the real door; prints when it asked.
READER = """
import datetime as dt, json, sys, time
from pathlib import Path
from miro_sync.app.building import google_sheets, moment
from miro_sync.settings import load
settings = load(Path(sys.argv[1]))
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    google_sheets(settings, sys.argv[3], moment()).read()
"""


def test_the_sixty_requests_of_googles_minute_are_those_of_all_processes(
    tmp_path: Path, postgres_server: str
) -> None:
    """Not slower than Google allows, and not one too many: real processes, real seconds."""
    forget(postgres_server)
    with GoogleServer() as google:
        google.keep(book(tab("Отчёт", [["Мероприятие", "Дата проведения"], ["Слёт", ""]])))
        keys = google.environ()
        processes = []
        for number in range(3):
            folder = tmp_path / f"p{number}"
            folder.mkdir()
            text = (
                PROJECT.format(number=number, port=1).split("[board]", maxsplit=1)[0]
                + f'[tables]\nsource = "https://docs.google.com/spreadsheets/d/{ID}/edit"\n'
                + f'api_url = "{google.url}"\n'
                + f'[state]\nurl = "{postgres_server}&schema=g{number}"\n'
            )
            (folder / "project.toml").write_text(text, "utf-8")
            words = [sys.executable, "-c", READER, str(folder), "600", ID]
            processes.append(subprocess.Popen(words, env=environment(keys)))  # noqa: S603 - as above
        try:
            end = time.monotonic() + 100
            while len(asked := sheets(google)) < 60:
                assert time.monotonic() < end
                time.sleep(0.05)
            time.sleep(3)  # they would go on if they could
            asked = sheets(google)
        finally:
            for one in processes:
                one.kill()
                one.wait()

    assert len(asked) == 60
    forget(postgres_server)


def sheets(google: GoogleServer) -> list[str]:
    """Return what was asked of the tables; a token costs nothing of the quota."""
    return [one.path for one in google.seen if one.path.startswith("/v4/spreadsheets")]


def forget(server: str) -> None:
    shared = Shared(server, lambda: pytest.fail("no clock but the server's"))
    with shared.writing() as connection:
        connection.execute(sa.delete(charge))
    shared.close()


#: Takes calls of 100 credits out of 6,000 a minute, with so many threads; prints the moments.
TAKER = f"""{QUICK}
import datetime as dt, json, sys, threading
from miro_sync.fleet.allowance import Allowance
from miro_sync.fleet.store import Shared
from miro_sync.miro_budget import Clock
url, project, threads, calls, wait = sys.argv[1:]
now = lambda: dt.datetime.fromtimestamp(real() * {FASTER}, dt.UTC)
allowance = Allowance(Shared(url, now), Clock(now), "miro:a", project)
sleep(float(wait))
begun, taken, left = real(), [], list(range(int(calls)))
def take():
    while left:
        left.pop()
        number = allowance.take(100, 6000)
        taken.append(round((real() - begun) * {FASTER}, 1))
        allowance.settle(number)
all_of_them = [threading.Thread(target=take) for _ in range(int(threads))]
[one.start() for one in all_of_them]
[one.join() for one in all_of_them]
print(json.dumps(taken))
"""


def test_a_small_project_is_not_starved_by_a_large_one(tmp_path: Path) -> None:
    """The large one could use the whole allowance for five minutes, and has begun.

    The small one needs half a minute's worth: it has it as soon as the minute that the large one
    used up before it came has passed, and not after five.
    """
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with ThreadPoolExecutor() as both:
        large = both.submit(taking, url, "large", threads=8, calls=300, wait=0.0)
        small = both.submit(taking, url, "small", threads=2, calls=30, wait=1.0)
        alone, among = large.result(), small.result()

    assert max(alone) > 4 * 60
    assert max(among) < 2 * 60


def taking(url: str, project: str, *, threads: int, calls: int, wait: float) -> list[float]:
    words = [sys.executable, "-c", TAKER, url, project, str(threads), str(calls), str(wait)]
    done = subprocess.run(  # noqa: S603 - as above
        words, env=environment(), capture_output=True, timeout=120, check=True
    )
    return [float(one) for one in json.loads(done.stdout)]
