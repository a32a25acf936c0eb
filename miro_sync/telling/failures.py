"""Places, problems and failures in words: what happened, where, and how bad."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING

from miro_sync.model import Severity
from miro_sync.telling.display import clean

if TYPE_CHECKING:
    from miro_sync.errors import MiroSyncError
    from miro_sync.messages import Catalogue
    from miro_sync.model import Place, Problem


def place(where: Place, words: Catalogue) -> str:
    """Say where something stands: «план.xlsx, лист «План», ячейка D14».

    A `cell` is a cell ("B7"), a row ("7") or a line and column of a text file ("7:3").
    """
    parts = [_source(where.source, words)]
    if where.sheet:
        parts.append(words.say("telling.place_sheet", sheet=where.sheet))
    if where.cell:
        line, colon, column = where.cell.partition(":")
        if colon:
            parts.append(words.say("telling.place_line", line=line, column=column))
        elif where.cell.isdecimal():
            parts.append(words.say("telling.place_row", row=where.cell))
        else:
            parts.append(words.say("telling.place_cell", cell=where.cell))
    if where.key:
        parts.append(where.key)
    return clean(", ".join(part for part in parts if part))


def problem(fault: Problem, words: Catalogue) -> str:
    """Say a problem of the input in one line, its place in front."""
    said = clean(words.tell(fault.message))
    if fault.place is not None:
        said = f"{place(fault.place, words)}: {said}"
    if fault.severity is Severity.WARNING:
        said = words.say("telling.warning", said=said)
    return said


def failure(error: MiroSyncError, words: Catalogue) -> str:
    """Say why a command stopped: its sentence, then every mistake behind it on its own line."""
    said = [clean(words.tell(error.message))]
    said += [f"  {problem(fault, words)}" for fault in error.problems]
    return "\n".join(said)


def record(error: BaseException) -> str:
    """Say where an error arose, for those who mend the program, without what was being read.

    What an error quotes may be somebody's cell or card. The program's own words are English, so
    of its message only they are kept: no other letters, no addresses, no long numbers.
    """
    parts: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        where = "".join(traceback.format_tb(at.__traceback__))
        said = f"{type(at).__name__}: {_DATA.sub('…', str(at))}"
        parts.append(f"Traceback (most recent call last):\n{where}{said}\n")
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\n".join(reversed(parts))


#: What pydantic was given, texts in quotes, words that are not English, addresses, long numbers.
_DATA = re.compile(
    r"input_value=[^\n]*|'[^'\n]*[\s@][^'\n]*'|\"[^\"\n]*[\s@][^\"\n]*\""
    r"|[^\s'\"]*[^\x00-\x7f]\S*|[^\s@]+@\S+|\d[\d\s().-]{3,}\d"
)


def _source(name: str, words: Catalogue) -> str:
    """Sources have words of their own; a file keeps its name."""
    key = f"status.source_{name}"
    return words.say(key) if key in words else name
