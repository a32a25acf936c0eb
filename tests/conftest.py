"""What every test may lean on: fixed dates, the shared collections, no network."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


def shared(*parts: str) -> Path:
    """Return a path in the shared collections, or skip the test and say so.

    They are looked for in MIRO_SYNC_SHARED, then in `../shared` beside the checkout; they are
    large real recordings that do not belong to the project.
    """
    root = Path(os.environ.get("MIRO_SYNC_SHARED", Path(__file__).parents[2] / "shared"))
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared collection is absent: {path} (set MIRO_SYNC_SHARED)")
    return path


def shared_lines(*parts: str) -> list[dict[str, Any]]:
    """Return the objects of a shared .jsonl file."""
    text = shared(*parts).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]
