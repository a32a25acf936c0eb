"""The bytes of a file, or a sentence that says why they cannot be had and what to do."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from miro_sync.errors import SourceError
from miro_sync.model import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MEGABYTE = 1024 * 1024


def read_bytes(path: Path, limit: int) -> bytes:
    """Return what a file holds.

    Args:
        path: the file.
        limit: the most bytes to read.

    Raises:
        SourceError: there is no such file, it is a folder, locked, empty or larger than `limit`.

    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise SourceError(
                say(
                    "files.too_large",
                    path=str(path),
                    size=size // MEGABYTE,
                    limit=limit // MEGABYTE,
                )
            )
        document = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(say("files.absent", path=str(path))) from error
    except (IsADirectoryError, NotADirectoryError) as error:
        raise SourceError(say("files.folder", path=str(path))) from error
    except PermissionError as error:
        # Windows answers "permission denied" for a folder, too, and for a file that Excel holds.
        what = "folder" if path.is_dir() else "locked"
        raise SourceError(say(f"files.{what}", path=str(path))) from error
    except OSError as error:
        raise SourceError(say("files.unreadable", path=str(path))) from error
    if not document:
        raise SourceError(say("files.empty", path=str(path)))
    return document


def sealed(files: Iterable[tuple[str, bytes]]) -> str:
    """Return a digest of files, each with its name."""
    summed = hashlib.sha256()
    for name, document in files:
        summed.update(f"{name}\0{len(document)}\0".encode())
        summed.update(document)
    return summed.hexdigest()


def changed_at(path: Path) -> dt.datetime | None:
    """Return when a file was last changed, UTC; None when nobody can say."""
    try:
        return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    except (OSError, OverflowError, ValueError):
        return None
