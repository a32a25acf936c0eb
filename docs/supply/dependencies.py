"""The page of the dependencies: `make dependencies` writes docs/dependencies.md anew.

Figures come from the lock and from the packages installed here; reasons from `reasons.toml`. Who
imports what is seen by running every command on the packaged sample, in a process of its own.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copytree

import locked

PAGE = locked.ROOT / "docs" / "dependencies.md"

#: What is run on a copy of the sample, and how it is called on the page.
COMMANDS = (
    ("sync", ("sync",)),
    ("check-calendar", ("check-calendar",)),
    ("centers", ("centers",)),
    ("kpi", ("kpi",)),
    ("resources", ("resources",)),
    ("coverage", ("coverage",)),
    ("report html", ("report", "html")),
    ("report xlsx", ("report", "xlsx")),
    ("report docx", ("report", "docx")),
    ("report ics", ("report", "ics")),
    ("digest", ("digest", "--preview", "letters")),
    ("publish", ("publish",)),
    ("history", ("history",)),
    ("state backup", ("state", "backup")),
    ("schedule run", ("schedule", "run", "--once")),
    ("status", ("status",)),
    ("periods", ("periods", "осень 2023")),
    ("doctor", ("doctor",)),
    ("--help", ("--help",)),
)

#: The best of so many tries counts: the others had to wait for somebody.
TRIES = 5

_RUN = """
import json, sys
from miro_sync.cli import run
names = json.loads(sys.argv[1])
run(sys.argv[2:])
print("\\n" + json.dumps([name for name in names if name in sys.modules]))
"""

_IMPORT = """
import importlib, sys, time
begun = time.process_time()
importlib.import_module(sys.argv[1])
print(1000 * (time.process_time() - begun))
"""

_PERSON = """
[[person]]
name = "Координатор"
email = "coordinator@example.org"
role = "coordinator"
"""

_MAIL = """
[mail]
smtp = "smtps://smtp.example.org:465"
from = "Календарь <calendar@example.org>"
"""


def main() -> None:
    """Measure, and write the page."""
    PAGE.write_text(page(), "utf-8")


def page() -> str:
    """Return the page; takes a minute."""
    needed, small = locked.run_time(), locked.run_time(locked.SMALL_LOCK)
    reasons = locked.reasons()
    imported = _imported({name: one["module"] for name, one in reasons.items()})
    sizes = {name: locked.size(name) for name in needed}
    licences = {name: locked.licence(name) for name in needed}
    direct = [name for name, one in needed.items() if one.direct]
    others = [name for name, one in needed.items() if not one.direct]
    with_conditions = [
        name for name in needed if not set(locked.parts(licences[name])) <= locked.PERMISSIVE
    ]
    bills = [name for name in needed if locked.own_bills(name)]
    lines = [
        "# What the program runs on",
        "",
        "Written by `make dependencies` from the lock, from the installed packages and from",
        "`docs/supply/reasons.toml`; a test fails when it names other packages or versions than",
        "the lock.",
        "",
        f"- For one person {len(small)} packages, {_mb(sizes[one] for one in small)} MB;",
        f"  with the web view and the workers {len(needed)} packages, {_mb(sizes.values())} MB.",
        "- Where a licence has `OR` in it, one chooses. These ask something in return of whoever",
        f"  changes them and passes them on (LGPL, MPL): {', '.join(with_conditions)}.",
        "  All others are of the kind of MIT, BSD and Apache.",
        "- What is compiled into a wheel is no package of its own. Lists of it",
        f"  (`*.dist-info/sboms`) come with {', '.join(bills)};",
        "  in others: libxml2 (lxml), V8 and fonts (vl-convert-python).",
        f"- MB: files on disk ({platform.system()} {platform.machine()}), without what Python",
        "  compiles.",
        "- ms: processor time of importing the module with all that it imports, in a fresh Python",
        f"  {platform.python_version()}, best of {TRIES}.",
        "- Imported by: seen by running the commands on the packaged sample; after the semicolon",
        "  what the sample does not have.",
        "",
        "## Asked for by the program itself",
        "",
        "| package | version | licence | MB | ms | needed for | imported by | weighed against it |",
        "|---|---|---|--:|--:|---|---|---|",
        *(
            _row(
                name + (f" (`{reasons[name]['extra']}`)" if "extra" in reasons[name] else ""),
                needed[name].version,
                licences[name],
                _mb([sizes[name]]),
                f"{_milliseconds(reasons[name]['module']):.0f}",
                reasons[name]["needed"],
                _by(imported[name], reasons[name].get("more")),
                reasons[name]["against"],
            )
            for name in direct
        ),
        "",
        "## Brought by those",
        "",
        "| package | version | licence | MB | brought by |",
        "|---|---|---|--:|---|",
        *(
            _row(
                name,
                needed[name].version,
                licences[name],
                _mb([sizes[name]]),
                ", ".join(one for one in needed[name].asked_by if one in needed),
            )
            for name in others
        ),
        "",
    ]
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _mb(sizes: Iterable[int]) -> str:
    megabytes = sum(sizes) / 1e6
    return f"{megabytes:.0f}" if megabytes >= 10 else f"{megabytes:.1f}"  # noqa: PLR2004 - two digits


def _by(commands: list[str], more: str | None) -> str:
    if len(commands) == len(COMMANDS):
        return "every command"
    everything_but = [name for name, _ in COMMANDS if name not in commands]
    if len(everything_but) < len(commands):
        seen = f"all but {_code(everything_but)}"
    else:
        seen = _code(commands)
    return "; ".join(part for part in (seen, more) if part)


def _code(commands: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in commands)


def _imported(modules: dict[str, str]) -> dict[str, list[str]]:
    """Return the commands that import each package, by its name."""
    out: dict[str, list[str]] = {name: [] for name in modules}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        copytree(locked.ROOT / "miro_sync" / "sample", project)
        with (project / "project.toml").open("a", encoding="utf-8") as settings:
            settings.write(_MAIL + _PERSON)
        for called, words in COMMANDS:
            told = _python(_RUN, json.dumps(sorted(modules.values())), *words, folder=project)
            seen = set(json.loads(told.splitlines()[-1]))
            for name, module in modules.items():
                if module in seen:
                    out[name].append(called)
    return out


def _milliseconds(module: str) -> float:
    return min(_tries(module))


def _tries(module: str) -> Iterator[float]:
    for _ in range(TRIES):
        yield float(_python(_IMPORT, module))


def _python(program: str, *words: str, folder: Path = locked.ROOT) -> str:
    """Run a program in a Python of its own, with what was compiled kept, as in an installation."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(locked.ROOT), "MIRO_SYNC_CONFIG": str(folder)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout


if __name__ == "__main__":
    main()
