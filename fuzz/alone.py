"""Inputs tried one by one under the real limits: `python -m fuzz.alone TARGET FILE…`.

The whole kept corpus of a target, or of several parted by commas, where no file is named; of all
targets without any word. Prints a
digest of each answer, so that two runs can be compared; ends with 1 where something is a defect.
More than a gigabyte of memory is one (where the system tells, which Windows does not).
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fuzz.kept import inputs_of
from fuzz.oracle import Defect, tried
from fuzz.targets import TARGETS

HAS_LIMITS: Final = find_spec("resource") is not None  # Windows has none
if HAS_LIMITS:
    import resource

#: Bytes that the program may take at most, and bytes beyond which the system refuses: threads
#: reserve many times what they use.
_MEMORY: Final = 2**30
_REFUSED: Final = 8 * 2**30


def main(words: Sequence[str]) -> int:
    """Try the inputs; see above."""
    if HAS_LIMITS:
        resource.setrlimit(resource.RLIMIT_AS, (_REFUSED, _REFUSED))
    broken = 0
    for name in words[0].split(",") if words else TARGETS:
        tried(TARGETS[name], b"", seconds=60)  # pays for everything that is made once
        for path in map(Path, words[1:]) if words[1:] else inputs_of(name):
            broken += not _holds(name, path)
    return 1 if broken else 0


def _holds(name: str, path: Path) -> bool:
    try:
        digest = tried(TARGETS[name], path.read_bytes())
        if _taken() > _MEMORY:
            raise Defect(f"{_taken() / _MEMORY:.1f} GB of memory")  # noqa: TRY301 - told below
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        traceback.print_exc(limit=-12)
        print(name, path.name, "DEFECT", type(error).__name__, str(error)[:500])
        return False
    print(name, path.name, digest)
    return True


def _taken() -> int:
    """Return the most bytes of memory that this process ever held."""
    if not HAS_LIMITS:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
