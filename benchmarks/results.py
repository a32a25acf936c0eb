"""What every benchmark shares: its options, its rows, the table on the screen, the JSON file.

A row holds our figure beside another's. Its ratio says how many times better ours is: 2 is twice as
good, 0.5 half as good, whichever of less and more is better. Seconds are of processor time unless
a row says otherwise: waiting and other work of the machine are not in them.

    python benchmarks/NAME.py [--quick] [--day YYYY-MM-DD] [--results FOLDER]

Without a day nothing is written: when something was measured is said by whoever measures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import importlib.metadata
import json
import math
import os
import platform
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
FOLDER = HERE / "results"

#: The width of the printed table, in columns of a terminal.
WIDTH = 98

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

LESS, MORE = "less", "more"

#: Ratios nearer to 1 than this are called even.
EVEN = 1.1


@dataclass(frozen=True, slots=True)
class Row:
    """Our figure beside another's.

    Attributes:
        what: what was done, with its size.
        ours: our figure, in the unit.
        unit: of both figures.
        peer: whose the other figure is.
        theirs: the other figure.
        better: whether less or more is better.
        note: what a reader must know to read the row rightly.
        limit: the other figure is a bound or a bare cost, no program that does the same.

    """

    what: str
    ours: float
    unit: str
    peer: str
    theirs: float
    better: str = LESS
    note: str = ""
    limit: bool = False

    @property
    def ratio(self) -> float:
        """How many times better ours is: above 1 better, below 1 worse."""
        good, bad = (self.theirs, self.ours) if self.better == LESS else (self.ours, self.theirs)
        return good / bad if bad else math.inf

    @property
    def even(self) -> bool:
        """Whether the figures are as good as equal: what a second run might turn round."""
        return abs(math.log(max(self.ratio, 1e-9))) < math.log(EVEN)


@dataclass(frozen=True, slots=True)
class Growth:
    """How cost grows with work.

    Attributes:
        what: what is done.
        of: what there is more of, as in "cards".
        sizes: how many, each ten times the one before.
        seconds: processor time of each.
        megabytes: peak memory of each, or nothing where it was not taken.
        peer: whose growth it is; empty for ours.

    """

    what: str
    of: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    megabytes: tuple[float, ...] = ()
    peer: str = ""

    @property
    def exponent(self) -> float:
        """The slope of time over size on logarithmic scales: 1 is linear, 2 quadratic."""
        return slope(self.sizes, self.seconds)

    @property
    def last_exponent(self) -> float:
        """The slope of the last step alone: fixed costs weigh least there."""
        return slope(self.sizes[-2:], self.seconds[-2:])


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Fit `cost = a · size ** b` by least squares of the logarithms; return b."""
    across = [math.log(size) for size in sizes]
    up = [math.log(max(cost, 1e-9)) for cost in costs]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    over = sum((one - middle) ** 2 for one in across)
    return sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True)) / over


@dataclass
class Run:
    """One benchmark under way: what it was asked, what it has found."""

    name: str
    quick: bool = False
    day: str = ""
    folder: Path = FOLDER
    rows: list[Row] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    def row(  # noqa: PLR0913 - a row has that many cells
        self,
        what: str,
        ours: float,
        unit: str,
        peer: str,
        theirs: float,
        *,
        better: str = LESS,
        note: str = "",
        limit: bool = False,
    ) -> None:
        """Add a row."""
        row = Row(what, rounded(ours), unit, peer, rounded(theirs), better, note, limit)
        self.rows.append(row)

    def growth(  # noqa: PLR0913 - as row
        self,
        what: str,
        of: str,
        sizes: Sequence[int],
        seconds: Sequence[float],
        *,
        megabytes: Sequence[float] = (),
        peer: str = "",
    ) -> None:
        """Add how something grows."""
        costs, weights = tuple(map(rounded, seconds)), tuple(map(rounded, megabytes))
        self.growths.append(Growth(what, of, tuple(sizes), costs, weights, peer))

    def used(self, *packages: str) -> None:
        """Take down the versions of packages of this environment."""
        self.versions |= {name: importlib.metadata.version(name) for name in packages}

    def missing(self, what: str) -> None:
        """Take down, and say at once, what could not be measured here."""
        if what in self.absent:
            return
        self.absent.append(what)
        print(f"NOT MEASURED: {what}", flush=True)

    def end(self) -> None:
        """Print the table; write the file when there is a day."""
        print("\n".join(self.table()), flush=True)
        if self.day and self.rows:
            self.folder.mkdir(parents=True, exist_ok=True)
            told = json.dumps(self.told(), ensure_ascii=False, indent=1)
            (self.folder / f"{self.name}.json").write_text(told + "\n", "utf-8")

    def told(self) -> dict[str, Any]:
        """Return what is written."""
        return {
            "name": self.name,
            "measured": self.day,
            "quick": self.quick,
            "machine": machine(),
            "versions": dict(sorted(self.versions.items(), key=lambda one: one[0].lower())),
            "absent": self.absent,
            "rows": [asdict(row) | {"ratio": finite(row.ratio)} for row in self.rows],
            "growth": [
                asdict(one)
                | {
                    "exponent": round(one.exponent, 2),
                    "last_exponent": round(one.last_exponent, 2),
                }
                for one in self.growths
            ],
        }

    def table(self) -> list[str]:
        """Return the lines of the table, at most WIDTH wide."""
        about = machine()
        versions = ", ".join(f"{name} {one}" for name, one in sorted(self.versions.items()))
        lines = [
            f"== {self.name}: Python {about['python']}, {about['cores']} cores, {about['cpu']}",
            *textwrap.wrap(versions, WIDTH - 3, initial_indent="   ", subsequent_indent="   "),
            f"{'what':<40} {'ours':>10} {'other':>10} {'ratio':>6}  against",
        ]
        for row in self.rows:
            first, *more = textwrap.wrap(row.what, 40)
            figures = f"{shown(row.ours, row.unit):>10} {shown(row.theirs, row.unit):>10}"
            told = f"{first:<40} {figures} {times(row.ratio):>6}  "
            against = textwrap.wrap(row.peer, WIDTH - len(told)) or [""]
            lines.append(told + against.pop(0))
            for at in range(max(len(more), len(against))):
                left = more[at] if at < len(more) else ""
                right = against[at] if at < len(against) else ""
                lines.append(f"{left:<{len(told)}}{right}".rstrip())
            lines += textwrap.wrap(row.note, WIDTH - 4, initial_indent="    ",
                                   subsequent_indent="    ")  # fmt: skip
        for one in self.growths:
            steps = ", ".join(
                f"{size:,}: {seconds(cost)}"
                for size, cost in zip(one.sizes, one.seconds, strict=True)
            )
            told = (
                f"{one.what}{f' ({one.peer})' if one.peer else ''}, growth by {one.of}: exponent"
                f" {one.exponent:.2f}, of the last step {one.last_exponent:.2f} ({steps})"
            )
            if one.megabytes:
                told += "; peak " + ", ".join(f"{size:,.0f}" for size in one.megabytes) + " MB"
            lines += textwrap.wrap(told, WIDTH, subsequent_indent="    ")
        return lines


def begun(name: str, about: str | None = None) -> Run:
    """Read the options; return a run to fill."""
    words = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--quick", action="store_true", help="small sizes, a few seconds in all")
    words.add_argument(
        "--day",
        default=os.environ.get("MIRO_SYNC_MEASURED", ""),
        help="the day to write down, as 2023-09-05; without it nothing is written",
    )
    words.add_argument("--results", type=Path, default=FOLDER, help="the folder for the JSON file")
    told = words.parse_args()
    if told.day:
        dt.date.fromisoformat(told.day)
    if told.quick and told.day and told.results == FOLDER:
        words.error("quick figures are no results: name another folder with --results")
    return Run(name, quick=told.quick, day=told.day, folder=told.results)


def machine() -> dict[str, Any]:
    """Return what figures depend on, without anything that names a machine or a person."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def spent(work: Callable[[], object], times: int = 5, *, before: Callable[[], object] = gc.collect,
          ) -> float:  # fmt: skip
    """Return the least seconds of processor time of some goes: other work only adds to it."""
    least = math.inf
    for _ in range(times):
        before()
        begin = time.process_time()
        work()
        least = min(least, time.process_time() - begin)
    return least


def rounded(figure: float) -> float:
    """Keep four significant digits: more would say what was not measured."""
    return float(f"{figure:.4g}")


def finite(ratio: float) -> float | None:
    """Return a ratio as JSON can hold it; nothing where the other figure is 0."""
    return None if math.isinf(ratio) else rounded(ratio)


def shown(figure: float, unit: str) -> str:
    """Return a figure as people read it."""
    if unit == "s":
        return seconds(figure)
    if unit == "%":
        return f"{figure:.1f} %"
    return f"{figure:,.0f} {unit}" if figure >= 100 else f"{figure:.3g} {unit}"


def seconds(figure: float) -> str:
    """Return a time as people read it."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if figure * factor >= 1 or unit == "µs":
            return f"{figure * factor:.3g} {unit}"
    raise AssertionError(figure)


def times(ratio: float) -> str:
    """Return a ratio as people read it."""
    if math.isinf(ratio) or ratio == 0:
        return "-"
    if ratio < 0.5:
        return f"1/{1 / ratio:.3g}" if ratio > 0.01 else f"1/{1 / ratio:.0f}"
    return f"×{ratio:.0f}" if ratio >= 100 else f"×{ratio:.3g}"


# --- other programs, in a Python of their own ---------------------------------------------------


def asked(run: Run, script: str, task: str, given: object) -> dict[str, Any] | None:
    """Let another program do a task in its own Python; it times itself, without its start.

    Args:
        run: told what could not be measured.
        script: a file beside this one, that runs under MIRO_SYNC_RIVALS.
        task: what to do, the first argument of the script.
        given: what to do it with; goes in as JSON.

    Returns:
        What the script answered, with the versions taken out, or None when there is no such Python
        or it failed.

    """
    python = os.environ.get("MIRO_SYNC_RIVALS")
    if not python:
        run.missing(f"{task}: MIRO_SYNC_RIVALS names no Python (make bench makes one)")
        return None
    done = subprocess.run(
        [python, str(HERE / script), task],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONUTF8": "1"},
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word of why"])[-1]
        run.missing(f"{task}: it failed here ({last[:200]})")
        return None
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    run.versions |= answer.pop("versions", {})
    return answer


def shared(*parts: str) -> Path | None:
    """Return a path in the collections of real texts, or None where they are absent."""
    root = Path(os.environ.get("MIRO_SYNC_SHARED", ROOT.parent / "shared"))
    path = root.joinpath("data", *parts)
    return path if path.exists() else None


def own_program(*words: str, more: dict[str, str] | None = None) -> str:
    """Run our Python with some words; return the last line it printed."""
    done = subprocess.run(
        [sys.executable, *words],
        env=own_environment() | (more or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


#: Starts a program and tells of it alone: a small process of its own, because Linux counts the
#: memory of whoever starts a program into the peak of the program.
_STARTER = """
import os, subprocess, sys
with subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
    _, status, usage = os.wait4(one.pid, 0)
    one.returncode = os.waitstatus_to_exitcode(status)
print(one.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def started(*words: str, more: dict[str, str] | None = None) -> tuple[float, float]:
    """Run our Python with some words; return its own processor seconds and its peak megabytes.

    Raises:
        SystemExit: it ended with another code than 0, or 1 when there is something to report.

    """
    told = own_program("-S", "-c", _STARTER, sys.executable, *words, more=more).split()
    if told[0] not in {"0", "1"}:
        raise SystemExit(f"{words}: exit code {told[0]}; its figures mean nothing")
    return float(told[1]), float(told[2])


def own_environment() -> dict[str, str]:
    """Return the environment for a process of our own program: compiled modules are kept."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    paths = os.pathsep.join(map(str, (ROOT, HERE)))
    return kept | {"PYTHONPATH": paths, "PYTHONUTF8": "1"}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or sys.platform
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
