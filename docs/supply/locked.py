"""What the locks hold and what the installed packages say of themselves.

A lock is a requirements file for all systems: `name==version ; marker`, its hashes, and in comments
who asked for it. What the program runs on is what it asks for itself, directly or not; the tools
that build it stand in the same lock and are left out here.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]

#: Everything that any command needs, the extras included.
LOCK: Final = ROOT / "requirements-server.lock"

#: What one person's installation needs.
SMALL_LOCK: Final = ROOT / "requirements.lock"

#: How the program itself is named by a lock.
_ITSELF: Final = "miro-sync (pyproject.toml)"

#: Licences under which a dependency may come, by their SPDX names: all let a school's office use,
#: copy and change the whole without conditions on its own files.
PERMISSIVE: Final = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0",
        "Unicode-3.0", "Zlib", "ZPL-2.1",
    }
)  # fmt: skip

#: These ask something in return of whoever changes the library itself and passes it on.
WEAK_COPYLEFT: Final = frozenset(
    {"LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0"}
)

#: What a licence is called by those who do not use SPDX names.
_OTHER_NAMES: Final = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ZPL 2.1": "ZPL-2.1",
}

#: Classifiers that say too little, and contradict nothing.
_VAGUE: Final = {"BSD License", "Zope Public License"}

_PIN = re.compile(r"(?m)^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_ASKED_BY = re.compile(r"(?m)^    #(?: via)? +(?!via$)(\S.*)$")


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a lock.

    Attributes:
        marker: on which systems it is installed; empty for all.
        hashes: SHA-256 of every file it may come in.
        asked_by: names of the packages that need it; the program itself is not among them.
        direct: whether the program itself asks for it.

    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    asked_by: tuple[str, ...]
    direct: bool


def run_time(lock: Path = LOCK) -> dict[str, Package]:
    """Return the packages that the program runs on, by name."""
    packages = _packages(lock.read_text("utf-8"))
    needed = {one.name for one in packages.values() if one.direct}
    while more := {
        one.name
        for one in packages.values()
        if needed & set(one.asked_by) and one.name not in needed
    }:
        needed |= more
    return {name: packages[name] for name in sorted(needed)}


def licence(name: str) -> str:
    """Return under what an installed package comes, as an SPDX expression.

    Raises:
        LookupError: it is not installed, or does not say it so that a program understands.

    """
    told = metadata.metadata(name)
    expressions = told.get_all("License-Expression", [])
    classes = [
        word.rsplit(" :: ", 1)[-1]
        for word in told.get_all("Classifier", [])
        if word.startswith("License ::")
    ]
    words = expressions or [*told.get_all("License", []), *classes]
    known = {
        word: spdx
        for word in words
        if set(parts(spdx := _OTHER_NAMES.get(word, word))) <= PERMISSIVE | WEAK_COPYLEFT
    }
    stated: str | None = _written("licence").get(name)
    strange = [word for word in expressions or classes if word not in {*known, *_VAGUE}]
    if strange or not (known or stated):
        message = f"{name}: its licence is not on the list: {strange or words[:2]}"
        raise LookupError(message)
    return stated or next(iter(known.values()))


def parts(expression: str) -> list[str]:
    """Return the licences that an SPDX expression names."""
    return re.split(r" (?:AND|OR) ", expression)


def size(name: str) -> int:
    """Return the bytes of an installed package, without what Python compiles itself."""
    found = (metadata.distribution(name).locate_file(file) for file in _files(name))
    paths = (Path(str(one)) for one in found)
    return sum(one.stat().st_size for one in paths if one.suffix != ".pyc" and one.is_file())


def own_bills(name: str) -> list[str]:
    """Return the bills of materials that a wheel brings of what is compiled into it (PEP 770)."""
    return sorted(file for file in _files(name) if ".dist-info/sboms/" in file)


def reasons() -> dict[str, dict[str, str]]:
    """Return what people wrote of each direct dependency, by name."""
    return _written("package")


def _written(table: str) -> dict[str, Any]:
    text = (Path(__file__).parent / "reasons.toml").read_text("utf-8")
    found: dict[str, Any] = tomllib.loads(text)[table]
    return found


def _files(name: str) -> list[str]:
    return [str(file) for file in metadata.files(name) or []]


def _packages(text: str) -> dict[str, Package]:
    found = list(_PIN.finditer(text))
    ends = [*(pin.start() for pin in found[1:]), len(text)]
    out = {}
    for pin, end in zip(found, ends, strict=True):
        block = text[pin.end() : end]
        askers = [asker.strip() for asker in _ASKED_BY.findall(block)]
        out[pin["name"]] = Package(
            pin["name"],
            pin["version"],
            (pin["marker"] or "").strip(),
            tuple(sorted(_HASH.findall(block))),
            tuple(asker for asker in askers if re.fullmatch(r"[\w.-]+", asker)),
            _ITSELF in askers,
        )
    return out
