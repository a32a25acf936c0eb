"""Coverage-guided search for defects: `python -m fuzz.run period --seconds 60`.

libFuzzer (by atheris, for Linux) keeps every input that reaches new code and changes those. What
it finds is written down as `crash-…` in the folder of findings. Whether an input is too slow is
decided by a second look without the instruments, which make everything several times slower.

Options:
    --seconds N     how long, 60 by default
    --found DIR     where inputs worth keeping and findings go, `.fuzz` by default; a next run
                    begins with what an earlier one kept
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, cast

import atheris

with atheris.instrument_imports(include=["miro_sync", "tomllib"]):
    from fuzz.oracle import LARGEST, Defect, SlowError, tried
    from fuzz.targets import TARGETS

from fuzz.edits import edited
from fuzz.kept import folder_of

#: How much slower the instruments make a target, at most: only beyond it is there a second look.
_INSTRUMENTS: Final = 4.0
#: The share of changes that look at no structure.
_BLIND: Final = 0.4
#: One change in so many blows a piece of an input up to the largest size.
_SWELLING: Final = 300
#: Megabytes, and seconds of one input, that end a run as a finding.
_MEMORY, _HANG = 2048, 60


def main() -> None:
    """Search one target."""
    asked = _arguments()
    target = TARGETS[asked.target]
    found = Path(asked.found) / asked.target
    found.mkdir(parents=True, exist_ok=True)
    suspects: set[bytes] = set()

    def once(document: bytes) -> None:
        try:
            tried(target, document, seconds=target.seconds * _INSTRUMENTS)
        except SlowError:
            if document not in suspects:
                suspects.add(document)
                _look_again(asked.target, document)

    with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="utf-8") as dictionary:
        dictionary.writelines(f"{_quoted(word)}\n" for word in target.words)
        dictionary.flush()
        atheris.Setup(
            [
                sys.argv[0],
                str(found),
                str(folder_of(asked.target)),
                f"-dict={dictionary.name}",
                f"-max_total_time={asked.seconds}",
                f"-max_len={LARGEST}",
                f"-rss_limit_mb={_MEMORY}",
                f"-timeout={_HANG}",
                f"-artifact_prefix={found.parent}/{asked.target}-",
                "-print_final_stats=1",
                "-verbosity=1",
                "-use_value_profile=0",
            ],
            once,
            custom_mutator=_changing([word.encode("utf-8", "replace") for word in target.words]),
        )
        atheris.Fuzz()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz.run")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--found", default=".fuzz")
    return parser.parse_args()


def _changing(words: Sequence[bytes]) -> Callable[[bytes, int, int], bytes]:
    """Return what changes an input: half the time as libFuzzer does, else by whole tokens."""

    def changed(document: bytes, longest: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if dice.random() < _BLIND:
            return cast("bytes", atheris.Mutate(document, longest))
        swell = dice.randrange(_SWELLING) == 0
        for _ in range(dice.choice((1, 1, 2, 4))):
            document = edited(document, words, dice, longest=longest, swell=swell)
        return document

    return changed


def _look_again(name: str, document: bytes) -> None:
    """Try an input without instruments; raise when it is a defect there, too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suspect"
        path.write_bytes(document)
        done = subprocess.run(
            [sys.executable, "-m", "fuzz.alone", name, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise Defect(done.stdout + done.stderr)


def _quoted(word: str) -> str:
    """Write a word as libFuzzer's dictionaries want it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "replace")) + '"'


if __name__ == "__main__":
    main()
