"""Inputs tried one by one under the real limits: `python -m fuzz.alone TARGET FILE…`.

The whole kept corpus of a target where no file is named; of all targets without any word. Prints a
digest of each answer, so that two runs can be compared; ends with 1 where something is a defect.
On systems that limit the memory of a process, more than a gigabyte is a `MemoryError`.
"""

from __future__ import annotations

import resource
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fuzz.kept import inputs_of
from fuzz.oracle import tried
from fuzz.targets import TARGETS

_GIGABYTE: Final = 2**30


def main(words: Sequence[str]) -> int:
    """Try the inputs; see above."""
    names = list(words[:1]) or list(TARGETS)
    broken = 0
    for name in names:
        # The first call pays for everything that is made once.
        for path in map(Path, words[1:]) if words[1:] else inputs_of(name):
            broken += not _holds(name, path)
    return 1 if broken else 0


def _holds(name: str, path: Path) -> bool:
    try:
        print(name, path.name, tried(TARGETS[name], path.read_bytes()))
    except BaseException as error:  # noqa: BLE001 - a panic of a library is no `Exception`
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        traceback.print_exc(limit=-12)
        print(name, path.name, "DEFECT", type(error).__name__, str(error)[:500])
        return False
    return True


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_GIGABYTE + _GIGABYTE // 2, _GIGABYTE + _GIGABYTE // 2))
    for target in TARGETS.values():
        tried(target, b"", seconds=60)
    sys.exit(main(sys.argv[1:]))
