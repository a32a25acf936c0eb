"""What a run of the real program costs on a live board that has not changed, or by one card.

A board of 5,000 items on loopback, the packaged sample's calendar, centres and tables. Every run is
a process of its own, start-up included; its own processor time is what is printed, the waiting for
the service is not in it.

    python benchmarks/sync.py [ITEMS]
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from check_calendar import FORMS, GRADES, TOPICS  # noqa: E402 - lives beside this file
from miro_server import BOARD_ID, TOKEN, Board, Server  # noqa: E402 - lives with the tests

ROUNDS = 5
AIM = 0.5


def network(items: int) -> Board:
    """Make a board whose cards have as many different titles as people write."""
    chance = random.Random(7)
    board = Board()
    frames = [board.put("frame", f"Школа {n}") for n in range(1, 12)]
    frames += [board.put("frame", title) for title in ("Яйская ООШ №1", "Яйская СОШ №2")]
    kinds = ["card"] * 50 + ["sticky_note"] * 25 + ["shape"] * 12 + ["text"] * 9 + ["image"] * 4
    at = max(map(int, board.items))
    for number in range(items - len(frames)):
        at += chance.randrange(1, 9)
        title = f"{chance.choice(FORMS)} {chance.choice(TOPICS)}, {chance.choice(GRADES)}"
        if number % 3 == 0:
            title += f", занятие {chance.randrange(40)}"
        if number % 5 == 0:
            title += f", {chance.randint(1, 28):02}.{chance.randint(1, 12):02}.2023"
        parent = chance.choice(frames) if number % 10 else None
        board.put(chance.choice(kinds), f"<p>{title}</p>", id=str(at), parent=parent)
    cards = [item_id for item_id, item in board.items.items() if item["type"] == "card"]
    board.put_tag("проведено", *cards[::9])
    return board


def project(folder: Path, url: str) -> None:
    shutil.copytree(ROOT / "miro_sync" / "sample", folder, dirs_exist_ok=True)
    settings = folder / "project.toml"
    source = f'source = "https://miro.com/app/board/{BOARD_ID}/"\napi_url = "{url}"'
    text = settings.read_text("utf-8").replace('source = "board.json"', source)
    settings.write_text(text, "utf-8")


def spent(folder: Path, *words: str) -> tuple[float, float]:
    """Run the program; return its own seconds of processor and its peak memory in MiB."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "miro_sync", *words, "--config", str(folder)]
    environment |= {"MIRO_ACCESS_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{words}: exit code {process.returncode}; the figures mean nothing")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def told(name: str, runs: list[tuple[float, float]], aim: str = "") -> None:
    seconds, peak = min(runs)
    print(f"  {name:<44} {seconds:5.2f} s CPU {peak:5.0f} MiB {aim}")


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    print(f"A board of {items} items; the best of {ROUNDS} runs")
    board = network(items)
    with tempfile.TemporaryDirectory() as name, Server(board, credits_per_minute=10**9) as server:
        folder = Path(name)
        project(folder, server.url)
        check = ("check-calendar", "--format", "json")
        told("sync, the very first", [spent(folder, "sync")])
        spent(folder, "sync")
        aim = f"(aim: under {AIM})"
        told("sync, nothing changed", [spent(folder, "sync") for _ in range(ROUNDS)], aim)
        told("check-calendar, nothing changed", [spent(folder, *check) for _ in range(ROUNDS)])
        told("sync --full, nothing changed", [spent(folder, "sync", "--full") for _ in range(2)])
        runs = []
        card = next(one for one in board.items.values() if one["type"] == "card")
        for number in range(ROUNDS):
            card["data"]["title"] = f"<p>Выставка «Космос рядом», {number}</p>"
            board.modified_at = f"2023-06-0{number + 1}T12:00:00Z"
            runs.append(spent(folder, "sync"))
        told("sync, one card changed", runs)


if __name__ == "__main__":
    main()
