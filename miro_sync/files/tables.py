"""A workbook, a text table or a folder of text tables as a source of worksheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.errors import SourceError
from miro_sync.files.reading import MEGABYTE, changed_at, read_bytes, sealed
from miro_sync.model import Seal, TablesSnapshot, say

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

#: A table of 100,000 rows and 20 columns takes about 20 MB as a workbook and 40 MB as text.
LIMIT = 64 * MEGABYTE


class TablesFile:
    """The project's worksheets, read from a workbook, a text table or a folder of text tables."""

    def __init__(self, path: Path, read_at: dt.datetime) -> None:
        """Remember the file or folder and the moment of this run, UTC; nothing is opened yet."""
        self._path, self._read_at = path, read_at
        self._known: dict[Path, bytes] = {}

    def seal(self) -> Seal:
        """Return a digest of the file, or of the folder's files, which are then read as they were.

        Whether Excel holds the workbook open counts too: a reader is told of that.
        """
        path = self._path
        files = _texts_of(path) if path.is_dir() else [path]
        self._known = {one: read_bytes(one, LIMIT) for one in files}
        held = path.with_name(f"~${path.name}").exists()
        named = [(one.name, document) for one, document in self._known.items()]
        return Seal(sealed([*named, ("open" if held else "closed", b"")]), self._read_at)

    def read(self) -> TablesSnapshot:
        """Read all worksheets.

        Raises:
            SourceError: there is nothing at the path, or nothing of it can be read. What can be
                read in part is returned with `complete` False.

        """
        # To seal a file needs nothing of this.
        from miro_sync.files.contents import read_file, read_folder  # noqa: PLC0415
        from miro_sync.wire import patient_garbage_collector  # noqa: PLC0415

        with patient_garbage_collector():
            if self._path.is_dir():
                paths = list(self._known) or _texts_of(self._path)
                reading = read_folder(self._path, paths, self._bytes_of)
            else:
                reading = read_file(self._path, self._bytes_of)
        return TablesSnapshot(
            source=self._path.name,
            read_at=self._read_at,
            complete=reading.complete,
            worksheets=reading.worksheets,
            problems=reading.problems,
            modified_at=changed_at(self._path),
        )

    def _bytes_of(self, path: Path) -> bytes:
        return self._known.get(path) or read_bytes(path, LIMIT)


def _texts_of(folder: Path) -> list[Path]:
    """Return the text tables of a folder by name."""
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.casefold() == ".csv" and not path.name.startswith(("~$", "."))
        )
    except OSError as error:
        raise SourceError(say("files.locked_folder", path=str(folder))) from error
