"""What a run of the real program costs on a live board that has not changed, or by one card.

A board on loopback, the packaged sample's calendar, centres and tables. Every run is a process of
its own, start-up included; its own processor time is what is told, the waiting for the service is
not in it. Beside it the bare cost of the same board: `json.loads` of all its pages.

    python benchmarks/sync.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import results

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from check_calendar import FORMS, GRADES, TOPICS  # noqa: E402 - lives beside this file
from miro_server import BOARD_ID, TOKEN, Board, Server  # noqa: E402 - lives with the tests

ROUNDS = 5


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


def main() -> None:
    run = results.begun("sync", __doc__)
    run.used("pydantic", "requests", "SQLAlchemy")
    sizes = (50, 500) if run.quick else (500, 5000, 50_000)
    costs: dict[str, list[tuple[float, float]]] = {}
    for items in sizes:
        rounds = 1 if run.quick or items > 5000 else ROUNDS
        board = network(items)
        pages = [json.dumps(one) for one in board.items.values()]
        bare = results.spent(partial(read_all, pages))
        for what, (spent, peak) in measured(board, rounds).items():
            costs.setdefault(what, []).append((spent, peak))
            run.row(
                f"{items:,} items: {what}", spent, "s", "json.loads of the same items", bare,
                note=f"Peak {peak:.0f} MB.", limit=True,
            )  # fmt: skip
    for what, found in costs.items():
        run.growth(
            what, "items", sizes, [spent for spent, _ in found],
            megabytes=[peak for _, peak in found],
        )  # fmt: skip
    run.end()


def read_all(pages: list[str]) -> None:
    for one in pages:
        json.loads(one)


def measured(board: Board, rounds: int) -> dict[str, tuple[float, float]]:
    """Return the least processor seconds of each kind of run, with its peak megabytes."""
    found = {}
    with tempfile.TemporaryDirectory() as name, Server(board, credits_per_minute=10**9) as server:
        folder = Path(name)
        project(folder, server.url)

        def runs(*words: str, times: int = rounds) -> tuple[float, float]:
            command = ("-m", "miro_sync", *words, "--config", str(folder))
            return min(
                results.started(*command, more={"MIRO_ACCESS_TOKEN": TOKEN}) for _ in range(times)
            )

        found["the very first sync"] = runs("sync", times=1)
        runs("sync", times=1)
        found["sync, nothing changed"] = runs("sync")
        check = ("check-calendar", "--format", "json")
        found["check-calendar, nothing changed"] = runs(*check)
        changed = []
        card = next(one for one in board.items.values() if one["type"] == "card")
        for number in range(rounds):
            card["data"]["title"] = f"<p>Выставка «Космос рядом», {number}</p>"
            board.modified_at = f"2023-06-0{number + 1}T12:00:00Z"
            changed.append(runs("sync", times=1))
        found["sync, one card changed"] = min(changed)
    return found


if __name__ == "__main__":
    main()
