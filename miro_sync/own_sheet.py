"""The service's own worksheet as people left it: whose row is which, and what they wrote there.

People sort, filter, insert and delete rows, move columns and change headers. So a row is known by
the key in a hidden column alone, and the key holds a checksum of the centre and the event that
stand beside it: where somebody sorted the visible columns without the hidden one, or changed the
key, nobody can say what a row is about, and nothing is guessed.

Only what people are asked to fill in is read, and what looks like a person's data is hidden here.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeGuard

from miro_sync.model import CellError, CellValue, EventCard, Message, Place, Worksheet, say
from miro_sync.privacy import HIDDEN, personal
from miro_sync.tables import address, as_text, squash
from miro_sync.tables.values import read_cell
from miro_sync.text import clean, one_line

#: What the hidden column's header and every key begin with.
MARK: Final = "miro-sync"

#: Characters of a comment and of any other cell that are kept.
LONGEST_COMMENT: Final = 1_000
LONGEST_WORD: Final = 200

#: So many rows from the top may hold the header; people put a remark above it.
_HEADER_WITHIN = 40
#: A header with a slip of the keys is known from this likeness on.
_ALIKE = 0.8
_FEWEST_HEADERS = 3


class Part(StrEnum):
    """A column that is read back."""

    CENTER = "center"
    TITLE = "title"
    DECISION = "decision"
    DAY = "day"
    ROLE = "role"
    COMMENT = "comment"
    ANSWER = "answer"
    KEY = "key"


#: What the columns may be called, the headers that the service writes among them.
_SPELLINGS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.CENTER: ("Центр", "Центры", "Center"),
    Part.TITLE: ("Мероприятие", "Событие", "Event"),
    Part.DECISION: ("Решение", "Decision"),
    Part.DAY: ("Новый срок / дата", "Новый срок", "Новая дата", "New date"),
    Part.ROLE: ("Кто решил", "Кто", "Decided by"),
    Part.COMMENT: ("Комментарий", "Комментарии", "Причина", "Comment"),
    Part.ANSWER: ("Ответ", "Answer"),
    Part.KEY: (MARK,),
}
_HEADERS: Final = {part: tuple(map(squash, names)) for part, names in _SPELLINGS.items()}
_NAMED: Final = {name: part for part, names in _HEADERS.items() for name in names}
#: No other worksheet has all of these; a copy whose hidden column was deleted has.
_TELLING: Final = frozenset({Part.DECISION, Part.ROLE, Part.COMMENT, Part.ANSWER})


class RowKind(StrEnum):
    """What a row is about."""

    EVENT = "e"  # an occurrence
    QUESTION = "q"  # whether a card speaks of an occurrence
    CENTER = "c"
    NOTE = "n"  # nothing that could be decided


@dataclass(frozen=True, slots=True)
class RowKey:
    """What a row is about.

    Attributes:
        subject: an occurrence's key or a centre's id.
        card_id: the card or row of a table that the row shows.
        card_print: of that card's words: a row of a table has its place for an id, and another
            row may stand there by now.

    """

    kind: RowKind
    subject: str
    card_id: str | None = None
    card_print: str = ""

    @property
    def row(self) -> str:
        """The name by which a row is remembered; the card that an event shows may change."""
        parts = [self.kind.value, self.subject]
        if self.kind is RowKind.QUESTION:
            parts.append(self.card_id or "")
        return "|".join(map(_escaped, parts))


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person wrote in a row; "" for a blank cell."""

    decision: str = ""
    day: str | dt.date = ""
    role: str = ""
    comment: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing is to be decided by it."""
        return not (self.decision or self.day)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row of the worksheet.

    Attributes:
        number: as the spreadsheet counts, from 1.
        key: None where it is not certain what the row is about.
        center, title: as they stand in the row.
        place: the cell in which a person decides.
        fault: why nothing of the row may be taken; None when all is well.

    """

    number: int
    key: RowKey | None
    typed: Typed
    center: str
    title: str
    place: Place
    fault: Message | None = None


@dataclass(frozen=True, slots=True)
class OwnReading:
    """The worksheet as it was read.

    Attributes:
        rows: those with a key, and those in which somebody wrote something.
        fault: why none of it can be read; None when all is well.
        place: the worksheet.
        foreign: the first filled cell of each column, and of each row above the header, that is not
            the service's: whoever replaces the worksheet would wipe it out.

    """

    rows: tuple[OwnRow, ...]
    place: Place
    fault: Message | None = None
    foreign: tuple[str, ...] = ()


def key_text(key: RowKey, center: str, title: str) -> str:
    """Return what stands in the hidden column of a row that shows this centre and event."""
    return _with_check(_body(key), center, title)


def card_print(card: EventCard) -> str:
    """Return a short sum of a card's centre and words, by which it is known again."""
    return _sum(f"{card.center_id or ''}|{squash(card.title)}")


def is_own(sheet: Worksheet) -> bool:
    """Tell whether a worksheet is the service's own, or a copy of it, by what stands in it."""
    top = sheet.rows[:_HEADER_WITHIN]
    if any(isinstance(cell, str) and cell.startswith(MARK) for row in top for cell in row):
        return True
    return any(
        {_NAMED.get(squash(cell)) for cell in row if _is_text(cell)} >= _TELLING for row in top
    )


def read_own(sheet: Worksheet, source: str) -> OwnReading:
    """Read what people wrote in the service's own worksheet.

    Args:
        sheet: its cells.
        source: the title of the table, for addresses.

    """
    whole = Place(source, sheet.title, url=sheet.url)
    head, columns, twice = _header(sheet.rows)
    keys = _key_column(sheet.rows)
    if keys is not None:
        columns = {**columns, Part.KEY: keys}
    if Part.DECISION in twice:
        return OwnReading((), whole, say("status_sheet.header_twice"))
    if head is None or Part.DECISION not in columns:
        return OwnReading((), whole, say("status_sheet.no_header"))
    rows = []
    for index, cells in enumerate(sheet.rows[head + 1 :], start=head + 1):
        row = _row(_Cells(cells, index, columns), whole)
        if row is not None:
            rows.append(row)
    return OwnReading(tuple(_once(rows)), whole, foreign=_foreign(sheet.rows, head, columns))


# --- columns ------------------------------------------------------------------------------------


def _header(
    rows: Sequence[Sequence[CellValue]],
) -> tuple[int | None, Mapping[Part, int], frozenset[Part]]:
    """Return the row of the headers, the columns by what they mean, and what is there twice."""
    best: tuple[int | None, Mapping[Part, int], frozenset[Part]] = (None, {}, frozenset())
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        found, twice = _columns_of(row)
        if len(found) + len(twice) >= _FEWEST_HEADERS and len(found) > len(best[1]):
            best = (index, found, twice)
    return best


def _columns_of(row: Sequence[CellValue]) -> tuple[dict[Part, int], frozenset[Part]]:
    texts = {
        at: squash(cell) for at, cell in enumerate(row) if isinstance(cell, str) and cell.strip()
    }
    found: dict[Part, int] = {}
    twice = set()
    for way in (_is_named, _begins_like, _is_like):
        for part, names in _HEADERS.items():
            if part in found or part in twice:
                continue
            fitting = [at for at, text in texts.items() if way(text, names)]
            if len(fitting) == 1:
                found[part] = fitting[0]
                del texts[fitting[0]]
            elif len(fitting) > 1 and way is _is_named:
                twice.add(part)
    return found, frozenset(twice)


def _is_named(text: str, names: Sequence[str]) -> bool:
    return text in names


def _begins_like(text: str, names: Sequence[str]) -> bool:
    return text.startswith(tuple(name for name in names if len(name) > len("кто")))


def _is_like(text: str, names: Sequence[str]) -> bool:
    return any(
        len(text) <= 2 * len(name) and difflib.SequenceMatcher(None, text, name).ratio() >= _ALIKE
        for name in names
    )


def _key_column(rows: Sequence[Sequence[CellValue]]) -> int | None:
    """Return the column in which the most keys stand; its header does not matter."""
    counts: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        for at, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith(f"{MARK}|"):
                counts[at] += 1
    return max(counts, key=lambda at: (counts[at], -at)) if counts else None


#: What the columns that are only shown begin with.
_SHOWN_ONLY: Final = tuple(
    map(
        squash,
        ("Срок", "Period", "Статус", "Status", "Почему", "Why", "Карточка", "Card",
         "С какого дня", "Since"),
    )
)  # fmt: skip


def _foreign(
    rows: Sequence[Sequence[CellValue]], head: int, columns: Mapping[Part, int]
) -> tuple[str, ...]:
    """Return the addresses of what somebody added beside or above our columns."""
    above = [
        next(address(index, at) for at, cell in enumerate(row) if cell is not None)
        for index, row in enumerate(rows[:head])
        if any(cell is not None for cell in row)
    ]
    known = set(columns.values()) | {
        at
        for at, cell in enumerate(rows[head])
        if _is_text(cell) and squash(cell).startswith(_SHOWN_ONLY)
    }
    width = max(map(len, rows))
    beside = []
    for at in sorted(set(range(width)) - known):
        filled = (index for index in range(head, len(rows)) if _filled(rows[index], at))
        first = next(filled, None)
        if first is not None:
            beside.append(address(first, at))
    return (*above, *beside)


def _filled(row: Sequence[CellValue], at: int) -> bool:
    return at < len(row) and row[at] is not None


def _is_text(cell: CellValue) -> TypeGuard[str]:
    return isinstance(cell, str) and bool(cell.strip())


# --- rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a row by what their columns mean."""

    cells: Sequence[CellValue]
    index: int
    columns: Mapping[Part, int]

    def value(self, part: Part) -> CellValue:
        at = self.columns.get(part)
        return self.cells[at] if at is not None and at < len(self.cells) else None

    def text(self, part: Part) -> str:
        value = self.value(part)
        # A formula that failed is no blank cell: somebody meant something, and is answered.
        return value.code if isinstance(value, CellError) else one_line(as_text(value))

    def address(self, part: Part) -> str:
        return address(self.index, self.columns.get(part, self.columns[Part.DECISION]))


def _row(cells: _Cells, sheet: Place) -> OwnRow | None:
    key_cell = cells.text(Part.KEY)
    center, title = cells.text(Part.CENTER), cells.text(Part.TITLE)
    key = _key(key_cell, center, title)
    typed = Typed(
        decision=cells.text(Part.DECISION),
        day=_day(cells.value(Part.DAY)),
        role=cells.text(Part.ROLE),
        comment=clean(as_text(cells.value(Part.COMMENT))),
    )
    place = replace(sheet, cell=cells.address(Part.DECISION))
    if key is None and typed == Typed() and (key_cell or Part.KEY not in cells.columns):
        return None  # nobody wrote anything in it
    if key is None and not (typed != Typed() or center or title):
        return None
    typed, fault = _without_names(typed, cells)
    if key is None:
        center, title = (HIDDEN if personal(text) else text for text in (center, title))
        fault = fault or say("status_sheet.key_changed" if key_cell else "status_sheet.no_key")
    return OwnRow(cells.index + 1, key, typed, center, title, place, fault)


def _day(value: CellValue) -> str | dt.date:
    if value is None:
        return ""
    read, _ = read_cell("period", value)
    if isinstance(read, dt.datetime):
        return read.date()
    if isinstance(read, dt.date):
        return read
    return one_line(read if isinstance(read, str) else as_text(value))


def _without_names(typed: Typed, cells: _Cells) -> tuple[Typed, Message | None]:
    """Return what was written without a person's data, and what to say where there was some."""
    faults: list[Message] = []

    def shown(part: Part, text: str, longest: int = LONGEST_WORD) -> str:
        # A reason may name who of the staff was ill, as on the command line.
        kind = personal(text, staff=part is Part.COMMENT) if text else None
        if kind is None and text != HIDDEN:
            return text if len(text) <= longest else f"{text[: longest - 1]}…"
        what = say(f"privacy.{kind}") if kind else say("status_sheet.names_were_here")
        faults.append(say("status_sheet.personal", cell=cells.address(part), what=what))
        return HIDDEN

    day = typed.day if isinstance(typed.day, dt.date) else shown(Part.DAY, typed.day)
    hidden = Typed(
        decision=shown(Part.DECISION, typed.decision),
        day=day,
        role=shown(Part.ROLE, typed.role),
        comment=shown(Part.COMMENT, typed.comment, LONGEST_COMMENT),
    )
    return hidden, faults[0] if faults else None


def _once(rows: Iterable[OwnRow]) -> Iterable[OwnRow]:
    """Settle rows that somebody copied: what they say alike is said once, what differs not at all.

    Of copies of one row the blank ones say nothing.
    """
    by_row: defaultdict[str, list[OwnRow]] = defaultdict(list)
    for one in rows:
        by_row[one.key.row if one.key else f"#{one.number}"].append(one)
    for same in by_row.values():
        said = [one for one in same if one.typed != Typed()]
        if len({one.typed for one in said}) > 1:
            twice = say("status_sheet.row_twice", rows=", ".join(str(one.number) for one in said))
            yield from (replace(one, fault=one.fault or twice) for one in said)
        else:
            yield (said or same)[0]


# --- keys ---------------------------------------------------------------------------------------

_ODD = re.compile(r"[%|\s;,\"']")
_ESCAPE = re.compile(r"%([0-9a-f]{4})")
_PARTS = 6


def _body(key: RowKey) -> str:
    parts = (key.kind.value, key.subject, key.card_id or "", key.card_print)
    return "|".join((MARK, *map(_escaped, parts)))


def _with_check(body: str, center: str, title: str) -> str:
    return f"{body}|{_sum(f'{body}|{squash(center)}|{squash(title)}')}"


def _key(text: str, center: str, title: str) -> RowKey | None:
    """Read a key; None when it was changed, or belongs to another row."""
    parts = text.split("|")
    body = "|".join(parts[:-1])
    if len(parts) != _PARTS or text != _with_check(body, center, title):
        return None
    kind, subject, card_id, its_print = map(_plain, parts[1:-1])
    if kind not in set(RowKind):
        return None
    return RowKey(RowKind(kind), subject, card_id or None, its_print)


def _sum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _escaped(text: str) -> str:
    """Return a text without what a table or our own key could take for something else."""
    return _ODD.sub(lambda found: f"%{ord(found[0]):04x}", text)


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
