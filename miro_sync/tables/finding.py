"""A worksheet -> the tables in it: where each begins and ends, and which column is which."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from miro_sync.model import Place, Problem, Severity, say
from miro_sync.privacy import HIDDEN, personal
from miro_sync.tables.bodies import Body
from miro_sync.tables.found import Head, Header, NoTable, Row, Table
from miro_sync.tables.grid import Faults, address, column_letters
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.model import CellValue, TablesSnapshot, Worksheet
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


class _Search:
    """Looks for tables of some columns in one worksheet."""

    def __init__(self, sheet: Worksheet, columns: tuple[Column, ...], place: Place) -> None:
        width = max(map(len, sheet.rows), default=0)
        self._rows = tuple([(*row, *[None] * (width - len(row))) for row in sheet.rows])
        self._columns, self._place, self._links = columns, place, sheet.links
        self._kinds = {column.key: column.kind for column in columns}
        self._vocabulary = vocabulary(columns)
        self._known: dict[str, Meanings] = {}
        self._best: Header | None = None

    def next_header(self, start: int) -> Header | None:
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

    def end_of_table(self, header: Header) -> int:
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

    def read(self, header: Header, end: int, title: tuple[str, ...]) -> Table | NoTable:
        """Read the table under a header, down to the row before `end`."""
        sheet = self._place.sheet or ""
        faults = Faults(self._place)
        self._tell_personal(header, faults)
        columns = self._columns_of(header, end, faults)
        if not columns or self._missing(columns):
            return NoTable(sheet, faults.problems(), refused=True)
        wanted = [column for column in self._columns if column.key in columns or column.ends]
        blank = Row(sheet, 0, {}, source=self._place.source, url=self._place.url, columns=columns)
        body = Body(self._named(columns, header, end), wanted, header, faults, blank)
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

    def head(self, header: Header, end: int) -> Head:
        """Return a header whose table ends before row `end`."""
        columns = self._columns_of(header, end, Faults(self._place))
        meant = sorted(index for cells in header.found.values() for index, _ in cells)
        refused = not columns or bool(self._missing(columns))
        return Head(header.first, header.last, tuple(meant), refused)

    def _named(
        self, columns: Mapping[str, tuple[int, ...]], header: Header, end: int
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

    def _qualifies(self, header: Header | None) -> bool:
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

    def _both(self, index: int) -> Header | None:
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

    def _header(self, first: int, last: int) -> Header:
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
        return Header(first, last, tuple(texts), ordered)

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

    def _columns_of(self, header: Header, end: int, faults: Faults) -> dict[str, tuple[int, ...]]:
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

    def _only(self, likely: list[int], header: Header, end: int) -> list[int]:
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

    def _tell_personal(self, header: Header, faults: Faults) -> None:
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
