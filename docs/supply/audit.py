"""Known vulnerabilities in what the program runs on: `make audit`.

With the network: `pip-audit` asks the index. Without: `--advisories FOLDER` reads a clone of the
Python advisory database (pypa/advisory-database). Where the service does not answer, `pip-audit`
says that it found nothing; so each way is first asked about a package that is known to be
vulnerable, and an answer that does not name it is no answer.

Leaves with 0: nothing known; 1: something is; 3: nothing could be checked.
"""

from __future__ import annotations

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import locked
import yaml
from packaging.version import Version

#: A package with a vulnerability that every database has, and its name there.
CANARY: Final = ("jinja2", "2.11.2", "PYSEC-2021-66")

UNCHECKED: Final = 3

#: After so many days a copy of the database says little of today.
_OLD = 30


def main() -> int:
    """Ask, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--advisories", type=Path, metavar="FOLDER")
    parser.add_argument("--pip-audit", default="pip-audit", metavar="PROGRAM")
    given = parser.parse_args()
    pins = {one.name: one.version for one in locked.run_time().values()}
    if given.advisories is None:
        return by_network(given.pip_audit)
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - a tool of its own, not the program
    return by_copy(given.advisories, pins, now)


def by_copy(folder: Path, pins: Mapping[str, str], now: dt.datetime) -> int:
    """Check pinned versions against a clone of the database.

    Args:
        folder: with `vulns/PACKAGE/*.yaml`.
        pins: version by package.
        now: to say how old the clone is.

    """
    name, version, number = CANARY
    if number not in known(folder, name, version):
        print(f"nothing was checked: {folder} does not know {number} of {name} {version}")
        return UNCHECKED
    newest = max(changed for one in folder.glob("vulns/*/*.yaml") if (changed := _changed(one)))
    age = (now - newest).days
    found = {one: known(folder, one, pinned) for one, pinned in pins.items()}
    for one, numbers in sorted(found.items()):
        if numbers:
            print(f"{one} {pins[one]}: {', '.join(numbers)}")
    wrong = sum(map(bool, found.values()))
    print(
        f"{len(pins)} packages, {wrong} with known vulnerabilities; newest entry {newest:%Y-%m-%d}"
    )
    if age > _OLD:
        print(f"the copy is {age} days old: of what became known since it says nothing")
    return int(wrong > 0)


def known(folder: Path, name: str, version: str) -> list[str]:
    """Return the numbers of the vulnerabilities of a version, as the clone knows them."""
    files = sorted(folder.glob(f"vulns/{name}/*.yaml"))
    return [file.stem for file in files if _concerns(_read(file), name, Version(version))]


def by_network(pip_audit: str) -> int:
    """Let `pip-audit` check the lock, after it has shown that it finds what is there."""
    name, version, number = CANARY
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder, "canary.txt")
        canary.write_text(f"{name}=={version}\n", "utf-8")
        trial = _asked(pip_audit, canary, "--no-deps")
    if trial.returncode != 1 or number not in trial.stdout:
        print(f"nothing was checked: {pip_audit} did not find {number} of {name} {version}")
        print((trial.stdout + trial.stderr).strip()[-500:])
        return UNCHECKED
    answer = _asked(pip_audit, locked.LOCK, "--require-hashes", "--strict")
    print((answer.stdout + answer.stderr).strip())
    return int(answer.returncode != 0)


def _asked(pip_audit: str, requirements: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [pip_audit, "--disable-pip", "--progress-spinner=off", *words, "-r", str(requirements)],
        capture_output=True,
        text=True,
        check=False,
    )


def _concerns(entry: Mapping[str, Any], name: str, version: Version) -> bool:
    if entry.get("withdrawn"):
        return False
    return any(
        affected["package"]["name"].lower() == name
        and (
            str(version) in affected.get("versions", ())
            or any(_within(one["events"], version) for one in _ranges(affected))
        )
        for affected in entry["affected"]
    )


def _ranges(affected: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (one for one in affected.get("ranges", ()) if one["type"] == "ECOSYSTEM")


def _within(events: list[Mapping[str, str]], version: Version) -> bool:
    """Tell whether a version is vulnerable after all that happened up to it, in order."""
    vulnerable = False
    for event in events:
        if "introduced" in event:
            vulnerable = vulnerable or version >= Version(str(event["introduced"]))
        elif "fixed" in event:
            vulnerable = vulnerable and version < Version(str(event["fixed"]))
        elif "last_affected" in event:
            vulnerable = vulnerable and version <= Version(str(event["last_affected"]))
    return vulnerable


def _read(file: Path) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return entry


def _changed(file: Path) -> dt.datetime | None:
    """Return when an entry was last changed, without reading the whole of it."""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("modified:"):
            return dt.datetime.fromisoformat(line.split(":", 1)[1].strip(" \"'"))
    return None


if __name__ == "__main__":
    sys.exit(main())
