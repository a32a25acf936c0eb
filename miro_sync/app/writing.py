"""Files that a command leaves behind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

#: What anybody gets who makes a file, before the system takes away what its settings forbid.
_USUAL = 0o666


def write_whole(path: Path, document: bytes) -> None:
    """Write a file whole or not at all; its folder is made where there is none.

    Raises:
        OSError: it could not be written; nothing is left behind.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".miro-sync-", delete=False) as file:
        written = Path(file.name)
        try:
            file.write(document)
            file.close()
            # A temporary file is closed to others; a report is for everybody to read.
            written.chmod(_USUAL & ~_forbidden())
            written.replace(path)
        except BaseException:
            file.close()
            written.unlink(missing_ok=True)
            raise


def _forbidden() -> int:
    """Return the permissions that this process withholds from its files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
