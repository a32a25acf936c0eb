"""The bytes of a workbook, a text table or several text tables -> worksheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from miro_sync.errors import SourceError
from miro_sync.files.text_table import decode, read_text_table
from miro_sync.files.workbook import Reading, is_web_page, is_workbook, read_workbook
from miro_sync.model import Place, Problem, Severity, Worksheet, say
from miro_sync.tables import address, worksheet

if TYPE_CHECKING:
    from pathlib import Path

#: Gives what a file holds, or raises `SourceError`.
BytesOf = Callable[["Path"], bytes]

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})


def read_file(path: Path, bytes_of: BytesOf) -> Reading:
    """Read a workbook or a text table.

    Raises:
        SourceError: it is neither, or nothing of it can be read.

    """
    if path.name.startswith("~$"):
        name = path.name.removeprefix("~$")
        raise SourceError(say("files.temporary", path=str(path), name=name))
    document = bytes_of(path)
    if is_workbook(document):
        reading = read_workbook(document, name=str(path), source=path.name)
        return _with_lock_noticed(reading, path)
    if is_web_page(document):
        raise SourceError(say("files.web_page", path=str(path)))
    if path.suffix.casefold() in _TEXT_SUFFIXES:
        return _text_reading(document, path.stem, path.name)
    raise SourceError(say("files.not_a_table", path=str(path)))


def _with_lock_noticed(reading: Reading, path: Path) -> Reading:
    """Say that Excel holds the workbook open: what is not saved yet was not read."""
    if not path.with_name(f"~${path.name}").exists():
        return reading
    notice = Problem(say("files.open_in_excel"), Place(path.name), Severity.WARNING)
    return Reading(reading.worksheets, (*reading.problems, notice), reading.complete)


def read_folder(folder: Path, paths: Iterable[Path], bytes_of: BytesOf) -> Reading:
    """Read text tables of a folder; one that fails is named, the others are read.

    Raises:
        SourceError: there is none, or nothing of them can be read.

    """
    if not paths:
        raise SourceError(say("files.no_csv", path=str(folder)))
    worksheets: list[Worksheet] = []
    problems: list[Problem] = []
    complete = True
    for path in paths:
        # «План.csv» and «План.CSV» in one folder would share a title.
        taken = any(sheet.title == path.stem for sheet in worksheets)
        try:
            document = bytes_of(path)
            if is_workbook(document) or is_web_page(document):
                raise SourceError(say("files.not_csv", path=str(path)))  # noqa: TRY301 - told below
            reading = _text_reading(document, path.name if taken else path.stem, folder.name)
        except SourceError as error:
            problems.append(Problem(error.message, Place(folder.name, path.stem)))
            complete = False
            continue
        worksheets += reading.worksheets
        problems += reading.problems
        complete = complete and reading.complete
    if not worksheets:
        raise SourceError(say("files.nothing_read", path=str(folder)), tuple(problems))
    return Reading(tuple(worksheets), tuple(problems), complete)


def _text_reading(document: bytes, title: str, source: str) -> Reading:
    decoded = decode(document)
    table = read_text_table(decoded.text)
    sheet, faults = worksheet(title, table.rows, source=source)
    problems = list(faults)
    if decoded.cut:
        place = Place(source, title, str(max(len(table.rows), 1)))
        problems.append(Problem(say("files.text_cut"), place))
    if table.open_quote is not None:
        place = Place(source, title, str(table.open_quote + 1))
        problems.append(Problem(say("files.open_quote"), place))
    for row, column in table.swallowed:
        place = Place(source, title, address(row, column))
        problems.append(Problem(say("files.swallowed_rows"), place))
    damaged = [
        address(row, column)
        for row, cells in enumerate(sheet.rows if _REPLACED in decoded.text else ())
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and _REPLACED in cell
    ]
    if damaged:
        place = Place(source, title, damaged[0])
        problems.append(Problem(say("files.damaged_letters", cells=len(damaged)), place))
    complete = not decoded.cut and table.open_quote is None and not table.swallowed
    return Reading((sheet,), tuple(problems), complete)
