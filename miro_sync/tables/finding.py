"""A worksheet -> its tables, their rows, sections and faults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from miro_sync.model import CellError, Place, Problem, Severity, say
from miro_sync.privacy import HIDDEN, personal
from miro_sync.tables.grid import NOT_CALCULATED, Faults, address, column_letters
from miro_sync.tables.headers import (
    EXACT,
    WEAK,
    header_text,
    is_personal,
    names_persons,
    refines,
    squash,
    vocabulary,
)
from miro_sync.tables.values import Value, as_text, parse_number, read_cell, says_none
from miro_sync.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.model import CellValue, TablesSnapshot, Worksheet
    from miro_sync.privacy import Personal
    from miro_sync.tables.columns import Column
    from miro_sync.tables.headers import Meanings

#: Rows searched for a header: approval stamps and titles above a table take up to about twenty.
_HEADER_ROWS = 50
#: Two columns are both taken for one meaning when their headers are about equally sure of it.
_CLEARLY = 0.12
#: Longer cells in the middle of a worksheet are data; the longest header met has 60 letters.
_FOREIGN_LENGTH = 60
#: A row of more texts above a header belongs to a table that was not read.
_TITLE_CELLS = 2
#: Column names quoted in one sentence.
_QUOTED = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        sheet: the worksheet's title.
        number: the row's number in the spreadsheet, from 1.
        values: what its cells hold, by column key; blank and faulty cells are absent.
        section: the section row above it («Направление 1. …»), "" when there is none.
        empty: numbered, but nothing is written in its first required column.
        source, url: where the worksheet is, for places.
        columns: the table's columns.
        links: the http(s) links behind its cells, by column key.

    """

    sheet: str
    number: int
    values: Mapping[str, Value]
    section: str = ""
    empty: bool = False
    source: str = ""
    url: str | None = None
    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def text(self, key: str) -> str:
        """Return a value as text; "" when the cell is blank or the column absent."""
        return as_text(self.values.get(key))

    def place(self, key: str | None = None) -> Place:
        """Return where the value stands; the whole row without a key or a column."""
        indices = self.columns.get(key or "", ())
        cell = address(self.number - 1, indices[0]) if indices else str(self.number)
        return Place(self.source, self.sheet, cell, url=self.url)


@dataclass(frozen=True, slots=True)
class Section:
    """A section row of a table: its text and its number in the spreadsheet, from 1."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a worksheet.

    Attributes:
        sheet: the worksheet's title.
        place: its (last) header row.
        columns: the columns found, from 0, by key; several for a `repeated` one.
        weak: the keys that were found by a weak synonym.
        title: the texts above the header, those at the top of the worksheet first.
        rows: see `Row`; blank rows, repeated headers, rows of column numbers, totals and section
            rows are none.
        sections: the section rows.
        problems: cells that could not be read, doubled columns.

    """

    sheet: str
    place: Place
    columns: Mapping[str, tuple[int, ...]]
    weak: frozenset[str]
    title: tuple[str, ...]
    rows: tuple[Row, ...]
    sections: tuple[Section, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class NoTable:
    """A worksheet, or a part of it, without the table looked for.

    Attributes:
        sheet: the worksheet's title.
        problems: why, and what the header should be.
        refused: its header is there, but a required column cannot be told from its double.

    """

    sheet: str
    problems: tuple[Problem, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A header in a worksheet.

    Attributes:
        first, last: indices of its rows.
        columns: all columns whose headers mean something, doubles included, in order.
        refused: a required column cannot be told from its double.

    """

    first: int
    last: int
    columns: tuple[int, ...]
    refused: bool


def worksheet_titled(tables: TablesSnapshot, title: str) -> Worksheet | None:
    """Find a worksheet by its title, without regard to case, ё, spaces and punctuation."""
    for sheet in tables.worksheets:
        if sheet.title == title:
            return sheet
    wanted = squash(title)
    return next((sheet for sheet in tables.worksheets if squash(sheet.title) == wanted), None)


def find_table(
    sheet: Worksheet, columns: Sequence[Column], *, source: str, url: str | None = None
) -> Table | NoTable:
    """Find the first table with the required columns in a worksheet.

    Args:
        sheet: the grid.
        columns: what is looked for; everything else in the worksheet is left unread.
        source: the name of the table source, for places.
        url: a link to the worksheet, for places.

    """
    found = find_tables(sheet, columns, source=source, url=url)
    return next((table for table in found if isinstance(table, Table)), found[0])


def find_tables(
    sheet: Worksheet, columns: Sequence[Column], *, source: str, url: str | None = None
) -> tuple[Table | NoTable, ...]:
    """Find all tables with the required columns in a worksheet, one below the other.

    A table ends where another header begins, so that no row is read by a foreign header.

    Args:
        sheet: the grid.
        columns: what is looked for.
        source: the name of the table source, for places.
        url: a link to the worksheet, for places.

    Returns:
        The tables from the top, never none: the one reason why there is no table at least.

    """
    search = _Search(sheet, tuple(columns), Place(source, sheet.title, url=url))
    found: list[Table | NoTable] = []
    start = 0
    top: tuple[str, ...] = ()
    while (header := search.next_header(start)) is not None:
        end = search.end_of_table(header)
        above = search.texts(start, header.first)
        found.append(search.read(header, end, tuple(dict.fromkeys((*top, *above)))))
        top = top if start else above
        start = end
    return tuple(found) if found else (search.nothing(),)


def find_heads(sheet: Worksheet, columns: Sequence[Column]) -> tuple[Head, ...]:
    """Find the headers of the tables that `find_tables` would read, and read nothing below them."""
    search = _Search(sheet, tuple(columns), Place("", sheet.title))
    found: list[Head] = []
    start = 0
    while (header := search.next_header(start)) is not None:
        start = search.end_of_table(header)
        found.append(search.head(header, start))
    return tuple(found)


# --- header rows --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """A header row (or two) and what its cells mean.

    Attributes:
        first, last: indices of its rows.
        texts: the header of each column.
        found: (column, how sure) by key, the surest first.

    """

    first: int
    last: int
    texts: tuple[str, ...]
    found: Mapping[str, tuple[tuple[int, float], ...]]

    @property
    def distinct(self) -> int:
        """How many different headers it has that mean something."""
        return len({self.texts[cells[0][0]] for cells in self.found.values()})


class _Search:
    """Looks for tables of some columns in one worksheet."""

    def __init__(self, sheet: Worksheet, columns: tuple[Column, ...], place: Place) -> None:
        width = max(map(len, sheet.rows), default=0)
        self._rows = tuple([(*row, *[None] * (width - len(row))) for row in sheet.rows])
        self._columns, self._place, self._links = columns, place, sheet.links
        self._kinds = {column.key: column.kind for column in columns}
        self._vocabulary = vocabulary(columns)
        self._known: dict[str, Meanings] = {}
        self._best: _Header | None = None

    def next_header(self, start: int) -> _Header | None:
        """Return the first header from row `start` on that names all required columns."""
        for index in range(start, min(start + _HEADER_ROWS, len(self._rows))):
            alone = self._header(index, index)
            both = self._both(index)
            if self._qualifies(alone):
                return both if self._qualifies(both) else alone
            if self._qualifies(both) and not self._qualifies(self._header(index + 1, index + 1)):
                return both
            if self._best is None or alone.distinct > self._best.distinct:
                self._best = alone
        return None

    def end_of_table(self, header: _Header) -> int:
        """Return the index of the first row below the header that belongs to another table.

        The titles right above another table's header are its own.
        """
        own = {squash(text) for text in header.texts if text}
        end = header.last + 1
        for index in range(end, len(self._rows)):
            texts = _header_like(self._rows[index])
            if len(texts) > 1 and not texts.keys() <= own and self._is_foreign(list(texts.items())):
                return end
            if len({value for value in self._rows[index] if value is not None}) > 1:
                end = index + 1
        return len(self._rows)

    def nothing(self) -> NoTable:
        """Say why no table was found."""
        names = {column.key: column.name for column in self._columns}
        required = [column.key for column in self._columns if column.required]
        best = self._best
        # A row with one known word may be a row of data: only a real header is quoted.
        if best is None or best.distinct <= 1:
            message = say(
                "tables.no_header",
                expected=_quoted(names[key] for key in required),
                rows=_HEADER_ROWS,
            )
            return NoTable(self._place.sheet or "", (Problem(message, self._place),))
        seen = tuple(dict.fromkeys(text for text in best.texts if text))
        message = say(
            "tables.no_column",
            missing=_quoted(names[key] for key in required if key not in best.found),
            seen=HIDDEN if personal(" ".join(seen)) else _quoted(seen),
        )
        place = replace(self._place, cell=str(best.last + 1))
        return NoTable(self._place.sheet or "", (Problem(message, place),))

    def texts(self, start: int, end: int) -> tuple[str, ...]:
        """Return the texts of the title rows among some rows, each once.

        A title row holds one text, or a word and its value («Школа:», «СОШ №12»).
        """
        texts: dict[str, None] = {}
        for row in self._rows[start:end]:
            values = {value: None for value in row if value is not None}
            if len(values) <= _TITLE_CELLS:
                texts |= {text: None for value in values if (text := header_text(value))}
        return tuple(text for text in texts if personal(text) is None)

    def read(self, header: _Header, end: int, title: tuple[str, ...]) -> Table | NoTable:
        """Read the table under a header, down to the row before `end`."""
        sheet = self._place.sheet or ""
        faults = Faults(self._place)
        self._tell_personal(header, faults)
        columns = self._columns_of(header, end, faults)
        if not columns or self._missing(columns):
            return NoTable(sheet, faults.problems(), refused=True)
        wanted = [column for column in self._columns if column.key in columns or column.ends]
        blank = Row(sheet, 0, {}, source=self._place.source, url=self._place.url, columns=columns)
        body = _Body(self._named(columns, header, end), wanted, header, faults, blank)
        body.links = self._links
        rows = body.read()
        return Table(
            sheet,
            replace(self._place, cell=str(header.last + 1)),
            columns,
            frozenset(key for key in columns if header.found[key][0][1] <= WEAK),
            title,
            rows,
            tuple(body.sections),
            faults.problems(),
        )

    def head(self, header: _Header, end: int) -> Head:
        """Return a header whose table ends before row `end`."""
        columns = self._columns_of(header, end, Faults(self._place))
        meant = sorted(index for cells in header.found.values() for index, _ in cells)
        refused = not columns or bool(self._missing(columns))
        return Head(header.first, header.last, tuple(meant), refused)

    def _named(
        self, columns: Mapping[str, tuple[int, ...]], header: _Header, end: int
    ) -> list[tuple[CellValue, ...]]:
        """Return the rows down to `end`; below the header with the named columns alone.

        What stands in another column then decides nothing, whether a door fetched it or not.
        """
        named = {index for cells in columns.values() for index in cells}
        kept = [index in named for index in range(len(header.texts))]
        return [
            row
            if number <= header.last
            else tuple([value if keep else None for value, keep in zip(row, kept, strict=True)])
            for number, row in enumerate(self._rows[:end])
        ]

    def _qualifies(self, header: _Header | None) -> bool:
        return header is not None and header.distinct > 1 and not self._missing(header.found)

    def _missing(self, found: Mapping[str, object]) -> list[str]:
        """Return the keys of the required columns that are not there, nor both their ends."""
        return [
            column.key
            for column in self._columns
            if column.required
            and column.key not in found
            and not (column.ends and all(end in found for end in column.ends))
        ]

    def _both(self, index: int) -> _Header | None:
        """Return the header that this row makes with the one below it; None when it makes none."""
        if index + 1 >= len(self._rows):
            return None
        below = self._rows[index + 1]
        if any(value is not None and not isinstance(value, str) for value in below):
            return None
        top = tuple(map(header_text, self._rows[index]))
        if not refines(top, tuple(map(header_text, below))):
            return None
        return self._header(index, index + 1)

    def _header(self, first: int, last: int) -> _Header:
        found: dict[str, list[tuple[int, float]]] = {}
        texts: list[str] = []
        group = ""
        for column, (top, bottom) in enumerate(
            zip(self._rows[first], self._rows[last], strict=True)
        ):
            above, below = header_text(top), header_text(bottom)
            group = above or group
            text, meanings = self._meaning(group if below else above, below)
            texts.append(text)
            if meanings and not is_personal(text):
                key, sure = meanings[0]
                found.setdefault(key, []).append((column, sure))
        ordered = {
            key: tuple(sorted(cells, key=lambda cell: (-cell[1], cell[0])))
            for key, cells in found.items()
        }
        return _Header(first, last, tuple(texts), ordered)

    def _meaning(self, above: str, below: str) -> tuple[str, Meanings]:
        """Return a column's header and meaning: of both rows together, or of the lower alone."""
        if above == below or not below:
            return above, self._lookup(above)
        both = f"{above} {below}".strip()
        whole, upper, lower = map(self._lookup, (both, above, below))
        if upper and lower and self._kinds[upper[0][0]] != self._kinds[lower[0][0]]:
            # «Количество участников»: «план», «факт»: two counts, and no dates.
            return both, whole or upper
        known = [meanings for meanings in (whole, lower, upper) if meanings]
        return both, max(known, key=lambda meanings: meanings[0][1], default=())

    def _lookup(self, text: str) -> Meanings:
        if text not in self._known:
            self._known[text] = self._vocabulary.meanings(text)
        return self._known[text]

    def _is_foreign(self, texts: list[tuple[str, str]]) -> bool:
        """Tell whether a row of short words heads another table.

        A row of data may hold a word or two that are headers as well («Май», «Организаторы»), so
        only a number sign in front, a column of persons, or all required columns count.
        """
        known = [self._vocabulary.exact.get(squashed, ()) for squashed, _ in texts]
        sure = {meanings[0][0] for meanings in known if meanings and meanings[0][1] == EXACT}
        required = self._vocabulary.required
        return (
            any(key == "number" for key, _ in known[0])
            or any(names_persons(text) for _, text in texts)
            or (bool(required) and required <= sure and len(sure) > 1)
        )

    def _columns_of(self, header: _Header, end: int, faults: Faults) -> dict[str, tuple[int, ...]]:
        columns: dict[str, tuple[int, ...]] = {}
        for column in self._columns:
            cells = header.found.get(column.key, ())
            likely = [index for index, sure in cells if sure > cells[0][1] - _CLEARLY]
            chosen = likely if column.repeated else self._only(likely, header, end)
            if chosen:
                columns[column.key] = tuple(sorted(chosen))
            elif likely:
                faults.add(
                    "tables.doubled_column",
                    address(header.last, likely[1]),
                    column=column.name,
                    cells=", ".join(address(header.last, index) for index in sorted(likely)),
                )
        return columns

    def _only(self, likely: list[int], header: _Header, end: int) -> list[int]:
        """Choose among columns of one meaning: all but one are blank, or they say the same."""
        if len(likely) <= 1:
            return likely
        body = [
            row
            for row in self._rows[header.last + 1 : end]
            if len({value for value in row if value is not None}) > 1
            and header_text(row[likely[0]]) != header.texts[likely[0]]
        ]
        filled = [index for index in likely if any(row[index] is not None for row in body)]
        chosen = filled[:1] or likely[:1]
        same = all(row[index] == row[chosen[0]] for row in body for index in filled)
        return chosen if same else []

    def _tell_personal(self, header: _Header, faults: Faults) -> None:
        for index, text in enumerate(header.texts):
            if text and is_personal(text) and self._lookup(text):
                faults.add(
                    "tables.personal_column",
                    address(header.last, index),
                    Severity.WARNING,
                    column=column_letters(index),
                )


def _header_like(row: tuple[CellValue, ...]) -> dict[str, str]:
    """Return the texts of a row of short words by their squashed form; nothing for data."""
    texts: dict[str, str] = {}
    for value in row:
        if value is None:
            continue
        if not isinstance(value, str) or len(value) > _FOREIGN_LENGTH or value[:1].isdigit():
            return {}
        texts[squash(value)] = value
    return texts


def _quoted(names: Iterable[str]) -> str:
    shown = [f"«{name[:60]}»" for name in names]
    return ", ".join(shown[:_QUOTED]) + (", …" if len(shown) > _QUOTED else "")


# --- rows ---------------------------------------------------------------------------------------

_SECTION = re.compile(
    r"\s*(?:(?:направление|раздел|модуль|блок|этап|часть|глава)\b|[IVX]{1,5}[.)]\s"
    r"|.{0,60}\bэтап\b\s*$)",
    re.IGNORECASE,
)
_NUMBERED_SECTION = re.compile(
    r"\s*(?:направление|раздел|модуль|блок|этап)\s*(?:№\s*)?[\dIVX]+\b", re.IGNORECASE
)
_TOTAL = re.compile(
    r"\s*(?:итого\b|всего\s*(?:$|[:.–-]|по\b|за\b|мероприят|участник|человек))", re.IGNORECASE
)
_SIGNATURE = re.compile(
    r"\s*(?:директор|исполнитель\s*[:_(]|согласовано|утверждаю|составил[аи]?|подпись"
    r"|примечани[ея]|зам(?:еститель)?\.?\s+директора|руководитель\s+центра|м\.\s?п\.)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\s*\d{1,4}(?:\.\d{1,3})*[.)]?\s*")
#: Nothing in a plan is counted in thousands of millions.
_LONG_NUMBER = 10**9
#: Fewer than three column numbers in a row may be data.
_NUMBERING = 3


class _Body:
    """Reads the rows under a header, one after another."""

    def __init__(
        self,
        rows: Sequence[tuple[CellValue, ...]],
        wanted: Sequence[Column],
        header: _Header,
        faults: Faults,
        blank: Row,
    ) -> None:
        self.sections: list[Section] = []
        self.links: Mapping[tuple[int, int], tuple[str, ...]] = {}
        self._rows, self._header, self._faults, self._blank = rows, header, faults, blank
        self._columns = blank.columns
        self._wanted = {column.key: column for column in wanted}
        there = [column for column in wanted if column.key in blank.columns]
        self._lead = next((column for column in there if column.required), there[0])
        self._lead_index = self._columns[self._lead.key][0]
        self._number = self._columns.get("number", (-1,))[0]
        self._recognised = frozenset(index for cells in self._columns.values() for index in cells)
        self._numbered = any(map(self._is_numbered, rows[header.last + 1 :]))
        self._section = ""
        self._carried: dict[str, Value] = {}
        self._read: list[Row] = []

    def read(self) -> tuple[Row, ...]:
        """Return the rows that hold data."""
        first = self._header.last + 1
        last = self._last_full_row(first)
        after_blank = False
        for index in range(first, len(self._rows)):
            cells = self._rows[index]
            filled = [column for column, value in enumerate(cells) if value is not None]
            if not filled:
                after_blank = True
                continue
            # What stands below the table is a signature or a note, not an event.
            if after_blank and index > last:
                break
            if (after_blank or index > last) and self._is_signature(cells, filled[0]):
                break
            after_blank = False
            if not self._is_furniture(cells, filled):
                self._take(index, cells, filled)
        return tuple(self._read)

    def _take(self, index: int, cells: tuple[CellValue, ...], filled: list[int]) -> None:
        section = self._section_text(cells, filled)
        if section:
            kind = personal(section)
            if kind is not None:
                self._tell_hidden(index, filled[0], kind)
                section = HIDDEN
            self._section = section
            self._carried.clear()
            self.sections.append(Section(section, index + 1))
            return
        values = self._values(index, cells)
        if self._lead.key in values:
            self._read.append(self._row(index, values))
        else:
            self._take_without_lead(index, cells, values)

    def _take_without_lead(
        self, index: int, cells: tuple[CellValue, ...], values: dict[str, Value]
    ) -> None:
        """Keep an empty numbered row, join the continuation of the row above, name the rest."""
        facts = any(self._wanted[key].kind != "text" for key in values)
        if facts and not isinstance(cells[self._lead_index], CellError):
            cell = address(index, self._lead_index)
            self._faults.add("tables.no_lead", cell, Severity.WARNING, column=self._lead.name)
        if self._is_numbered(cells):
            number = {key: value for key, value in values.items() if key == "number"}
            self._read.append(replace(self._row(index, number), empty=True))
        elif not facts and self._read and not self._read[-1].empty:
            above = self._read[-1]
            self._read[-1] = replace(above, values=_joined(above.values, values))

    def _row(self, index: int, values: Mapping[str, Value]) -> Row:
        row = replace(self._blank, number=index + 1, values=values, section=self._section)
        if not self.links:
            return row
        behind = {key: self._behind(index, cells) for key, cells in self._columns.items()}
        return replace(row, links={key: links for key, links in behind.items() if links})

    def _behind(self, row: int, columns: Iterable[int]) -> tuple[str, ...]:
        """Return the links behind some cells of a row, but for those with a person's data."""
        found = (link for column in columns for link in self.links.get((row, column), ()))
        return tuple(dict.fromkeys(link for link in found if personal(link) is None))

    def _last_full_row(self, first: int) -> int:
        """Return the index of the last row with a number or two cells: notes may follow it."""
        for index in range(len(self._rows) - 1, first - 1, -1):
            row = self._rows[index]
            filled = sum(row[column] is not None for column in self._recognised)
            if filled > 1 or self._is_numbered(row):
                return index
        return len(self._rows)

    def _is_numbered(self, row: tuple[CellValue, ...]) -> bool:
        if self._number < 0:
            return False
        value = row[self._number]
        if isinstance(value, str):
            return _ORDINAL.fullmatch(value) is not None
        return isinstance(value, (int, float))

    def _is_signature(self, cells: tuple[CellValue, ...], first: int) -> bool:
        """Tell whether a row begins with a signature, where no column of persons stands."""
        elsewhere = first in self._recognised - {self._lead_index, self._number}
        return not elsewhere and _matches(_SIGNATURE, cells[first])

    def _is_furniture(self, cells: tuple[CellValue, ...], filled: list[int]) -> bool:
        """Tell whether a row is a total, the numbers of the columns, or a repeated header."""
        if _matches(_TOTAL, cells[filled[0]]):
            return True
        if len(filled) >= _NUMBERING and all(
            parse_number(cells[column]) == number for number, column in enumerate(filled, start=1)
        ):
            return True
        return self._repeats(cells, self._header.last) or self._repeats(cells, self._header.first)

    def _repeats(self, cells: tuple[CellValue, ...], header: int) -> bool:
        """Tell whether the recognised cells of a row repeat those of a header row."""
        if cells[self._lead_index].__class__ is not str:
            return False
        same = [
            header_text(cells[column]) == header_text(self._rows[header][column])
            for column in self._recognised
            if cells[column] is not None
        ]
        return len(same) > 1 and all(same)

    def _section_text(self, cells: tuple[CellValue, ...], filled: list[int]) -> str:
        """Return the text of a section row, "" for a row that is none."""
        values = {value for value in cells if value is not None}
        lead = cells[self._lead_index]
        if self._is_numbered(cells):
            is_section = len(values) == 2 and _matches(_NUMBERED_SECTION, lead)  # noqa: PLR2004 - number and text
            return header_text(lead) if is_section else ""
        if len(values) > 1:
            return ""
        if lead is None:
            return header_text(cells[filled[0]]) if filled[0] < self._lead_index else ""
        beside = any(column in self._recognised for column in filled if column != self._lead_index)
        is_section = beside or self._numbered or _matches(_SECTION, lead)
        return header_text(lead) if is_section else ""

    def _values(self, index: int, cells: tuple[CellValue, ...]) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, column in self._wanted.items():
            value = self._value(column, index, cells)
            if value is not None:
                values[key] = value
                if column.carried:
                    self._carried[key] = value
            elif key in self._carried:
                values[key] = self._carried[key]
        for key, column in self._wanted.items():
            if column.ends and key not in values:
                ends = [as_text(values[end]) for end in column.ends if end in values]
                if ends:
                    values[key] = " – ".join(ends)
        return values

    def _value(self, column: Column, index: int, cells: tuple[CellValue, ...]) -> Value | None:
        indices = [i for i in self._columns.get(column.key, ()) if cells[i] is not None]
        if column.by_header:
            ticked = (self._header.texts[i] for i in indices if _is_tick(cells[i]))
            return ", ".join(_synonym_at_end(column, text) for text in ticked) or None
        read = [self._cell(column, index, i, cells[i]) for i in indices]
        found = [value for value in read if value is not None]
        if len(found) <= 1:
            return found[0] if found else None
        if column.kind == "link":
            return tuple(link for links in found if isinstance(links, tuple) for link in links)
        return "\n".join(dict.fromkeys(map(as_text, found)))

    def _cell(self, column: Column, row: int, index: int, value: CellValue) -> Value | None:
        if isinstance(value, CellError):
            key = "not_calculated" if value.code == NOT_CALCULATED else "formula_error"
            self._faults.add(f"tables.{key}", address(row, index), code=value.code)
            return None
        kind = _personal(value, column)
        if kind is not None:
            self._tell_hidden(row, index, kind)
            return HIDDEN if column is self._lead else None
        read, fault = read_cell(column.kind, value)
        if column.kind == "link" and (row, index) in self.links:
            behind = self._behind(row, (index,))
            if behind and not says_none(as_text(value)):
                before = read if isinstance(read, tuple) else ()
                read = tuple(dict.fromkeys((*before, *behind)))
                fault = fault if fault != "no_link" else None
        if fault is not None:
            severity = Severity.WARNING if column.kind == "link" else Severity.ERROR
            self._faults.add(f"tables.{fault}", address(row, index), severity)
        return read

    def _tell_hidden(self, row: int, index: int, kind: Personal) -> None:
        cell, what = address(row, index), say(f"privacy.{kind}")
        self._faults.add("tables.personal_cell", cell, Severity.WARNING, what=what)


def _personal(value: CellValue, column: Column) -> Personal | None:
    """Tell what kind of a person's data a cell looks like; numbers may be a phone or a СНИЛС."""
    if isinstance(value, str):
        text = plain(value) if "<" in value else value
        return personal(text, staff=column.staff)
    if isinstance(value, (int, float)) and abs(value) >= _LONG_NUMBER:
        return personal(f"{value:.0f}")
    return None


def _matches(pattern: re.Pattern[str], value: CellValue) -> bool:
    return isinstance(value, str) and pattern.match(value) is not None


def _is_tick(value: CellValue) -> bool:
    if isinstance(value, str):
        return squash(value) in {"", "х", "v", "да"} and value.strip() not in {"-", "–", "—"}
    return value is True


def _synonym_at_end(column: Column, header: str) -> str:
    """Return the synonym that ends a header: «Сроки выполнения I квартал» -> «I квартал»."""
    squashed = squash(header)
    fitting = (synonym for synonym in column.synonyms if squashed.endswith(squash(synonym)))
    return max(fitting, key=len, default=header)


def _joined(values: Mapping[str, Value], more: Mapping[str, Value]) -> dict[str, Value]:
    joined = dict(values)
    for key, value in more.items():
        before = joined.get(key)
        if isinstance(before, str) and isinstance(value, str) and before != value:
            joined[key] = f"{before} {value}"
        else:
            joined.setdefault(key, value)
    return joined
