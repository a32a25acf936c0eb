"""How long commands take on the packaged sample, beside an interpreter that does nothing.

Processor time of the whole process, the median of turns taken alternately, so that a busy machine
slows all alike. Compiled modules are kept, as where the program is installed; the first run, which
compiles and makes the memory, is not counted.

    python benchmarks/start_up.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from pathlib import Path

import results

ROUNDS = 21
SAMPLE = results.ROOT / "miro_sync" / "sample"
COMMANDS = {
    "--help": ("--help",),
    "--version": ("--version",),
    "check-calendar, the project unchanged": ("check-calendar", "--on", "2023-09-05"),
    "kpi, the project unchanged": ("kpi", "--on", "2023-09-05"),
    "sync, nothing changed": ("sync",),
    "sync, a card renamed": ("sync",),
}
BARE = ("-c", "pass")
LIBRARIES = {"click and pydantic imported, nothing done": ("-c", "import click, pydantic.main")}


def main() -> None:
    run = results.begun("start_up", __doc__)
    run.used("click", "pydantic", "SQLAlchemy")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        shutil.copytree(SAMPLE, folder)
        turn, board = 0, folder / "board.json"
        ways = {what: ("-m", "miro_sync", *words) for what, words in COMMANDS.items()}
        for what, words in ways.items():
            if not words[2].startswith("--"):
                ways[what] = (*words, "--config", str(folder))
        ways |= LIBRARIES
        times: dict[str, list[float]] = {what: [] for what in ("", *ways)}
        for words in ways.values():
            results.started(*words)
        for _ in range(3 if run.quick else ROUNDS):
            for what, words in {"": BARE, **ways}.items():
                if what == "sync, a card renamed":
                    turn += 1
                    rename(board, turn)
                times[what].append(results.started(*words)[0])
        nothing = statistics.median(times.pop(""))
        for what, taken in times.items():
            run.row(what, statistics.median(taken), "s", "python -c pass", nothing, limit=True)
    run.end()


def rename(board: Path, turn: int) -> None:
    """Rename a card of the board's file, each turn anew."""
    told = json.loads(board.read_text("utf-8"))
    card = next(one for one in told["items"] if one["type"] == "card")
    card["data"]["title"] = f"<p>Методический день, запись {turn}</p>"
    board.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
