"""One at a time: a lock that is gone with the process that holds it, however that ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from miro_sync.errors import BusyError, StateError
from miro_sync.model import say

_TROUBLES = {
    errno.EACCES: "memory.read_only",
    errno.EPERM: "memory.read_only",
    errno.EROFS: "memory.read_only",
    errno.ENOSPC: "memory.disk_full",
}


@contextmanager
def alone_on_this_machine(database: Path) -> Iterator[None]:
    """Hold the lock beside a database file.

    The file stays behind, empty: it is the kernel's lock on it that counts, and a file that is
    removed and made anew could be locked twice.

    Raises:
        BusyError: another process holds it.
        StateError: there can be no lock file in that folder.

    """
    path = database.with_name(database.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        key = _TROUBLES.get(error.errno or 0, "memory.no_folder")
        raise StateError(say(key, where=str(database), path=str(path.parent))) from error
    try:
        if not _taken(file):
            raise BusyError(say("memory.busy"))
        yield
    finally:
        os.close(file)


def is_taken(database: Path) -> bool:
    """Tell whether a process holds the lock beside a database file at this moment."""
    path = database.with_name(database.name + ".lock")
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False  # nobody ever took it, or nobody here may
    try:
        return not _taken(file)
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _taken(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
