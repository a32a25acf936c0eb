"""One at a time: a lock that is gone with the process that holds it, however that ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from miro_sync.errors import BusyError, StateError
from miro_sync.model import say

#: Seconds for which the mark of `at_work` is tried for: who looks at it holds it for an instant.
_PATIENCE: Final = 2.0
_AGAIN: Final = 0.005

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


@contextmanager
def at_work(database: Path) -> Iterator[None]:
    """Let `is_at_work` see that whoever holds the lock beside a database file is at work.

    The mark is a lock of its own: looking at a lock is taking it for an instant, and a run that
    begins in that instant must not be told that another one is at work.
    """
    file = None
    with suppress(OSError):  # without its mark a run does what it is for all the same
        file = os.open(_mark(database), os.O_CREAT | os.O_RDWR, 0o600)
        end = time.monotonic() + _PATIENCE
        while not _taken(file) and time.monotonic() < end:
            time.sleep(_AGAIN)
    try:
        yield
    finally:
        if file is not None:
            os.close(file)


def is_at_work(database: Path) -> bool:
    """Tell whether a process is within `at_work` at this moment; nobody is ever kept out by it."""
    try:
        file = os.open(_mark(database), os.O_RDWR)
    except OSError:
        return False  # nobody was ever at work here, or nobody may know
    try:
        return not _taken(file)
    finally:
        os.close(file)


def _mark(database: Path) -> Path:
    return database.with_name(database.name + ".at-work")


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
