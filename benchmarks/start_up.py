"""How long the help page takes, as a ratio to an interpreter that does nothing.

Compiled modules are assumed: with PYTHONDONTWRITEBYTECODE set every start would compile anew.
"""

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 31
AIM = 8


def seconds(*arguments: str) -> float:
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - start


def main() -> None:
    bare, page = ("-c", "pass"), ("-m", "miro_sync", "--help")
    seconds(*page)
    # In turns, so that a busy machine slows both alike.
    pairs = [(seconds(*bare), seconds(*page)) for _ in range(ROUNDS)]
    nothing, helping = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"python -c pass {nothing * 1000:.0f} ms, miro-sync --help {helping * 1000:.0f} ms:"
        f" x{helping / nothing:.1f} (aim: under {AIM})"
    )


if __name__ == "__main__":
    main()
