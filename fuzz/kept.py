"""The kept inputs: `fuzz/corpus/<target>/<name>`, tiny files of our own making."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_CORPUS: Final = Path(__file__).parent / "corpus"


def folder_of(target: str) -> Path:
    """Return the folder of a target's inputs."""
    return _CORPUS / target


def inputs_of(target: str) -> list[Path]:
    """Return the inputs of a target, in the order of their names."""
    return sorted(path for path in folder_of(target).iterdir() if path.is_file())
