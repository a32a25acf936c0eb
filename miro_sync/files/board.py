"""A board's export as a board source."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Protocol

from miro_sync.errors import SourceError
from miro_sync.files.reading import MEGABYTE, read_bytes, sealed
from miro_sync.model import BoardSnapshot, BoardVisit, Seal, say

if TYPE_CHECKING:
    from pathlib import Path

    from miro_sync.model import BoardHint

#: A board of 100,000 items takes about 75 MB.
_LIMIT = 300 * MEGABYTE


class ReadExport(Protocol):
    """What understands an export: the reader of the outside's documents."""

    def __call__(self, document: bytes, *, source: str) -> BoardSnapshot:
        """Return the board of an export; raises `SourceError` when it is none."""
        ...


class BoardFile:
    """A board read from its export, a .json file."""

    def __init__(self, path: Path, read_export: ReadExport) -> None:
        """Remember the file and who understands it; nothing is opened yet."""
        self._path, self._read_export = path, read_export
        self._document: bytes | None = None

    def seal(self) -> Seal:
        """Return a digest of the file, which is then read as it was."""
        self._document = read_bytes(self._path, _LIMIT)
        return Seal(sealed([(self._path.name, self._document)]))

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:  # noqa: ARG002 - as the port
        """Read the export; a file at hand is read whole each time."""
        snapshot = self.read()
        return BoardVisit(snapshot, snapshot.read_at)

    def read(self) -> BoardSnapshot:
        """Read the export.

        Raises:
            SourceError: the file cannot be read, is no text in UTF-8, is cut off, or is no export.

        """
        path = self._path
        document = self._document or read_bytes(path, _LIMIT)
        document = document.removeprefix(codecs.BOM_UTF8)
        stripped = document.strip()
        if not stripped:
            raise SourceError(say("files.empty", path=str(path)))
        if not _is_utf8(document):
            binary = b"\0" in document[:1000] and not document.startswith(
                (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            )
            raise SourceError(
                say(f"files.{'not_export' if binary else 'not_utf8'}", path=str(path))
            )
        if not stripped.startswith(b"{"):
            raise SourceError(say("files.not_export", path=str(path)))
        if not stripped.endswith(b"}"):
            raise SourceError(say("files.export_cut", path=str(path)))
        return self._read_export(document, source=path.name)


def _is_utf8(document: bytes) -> bool:
    try:
        document.decode()
    except UnicodeDecodeError:
        return False
    return True
