"""The rows under a header: which of them hold data, and what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from miro_sync.model import CellError, Severity, say
from miro_sync.privacy import HIDDEN, personal
from miro_sync.tables.found import Row, Section
from miro_sync.tables.grid import NOT_CALCULATED, Faults, address
from miro_sync.tables.headers import header_text, squash
from miro_sync.tables.values import Value, as_text, parse_number, read_cell, says_none
from miro_sync.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.model import CellValue
    from miro_sync.privacy import Personal
    from miro_sync.tables.columns import Column
    from miro_sync.tables.found import Header

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


class Body:
    """Reads the rows under a header, one after another."""

    def __init__(
        self,
        rows: Sequence[tuple[CellValue, ...]],
        wanted: Sequence[Column],
        header: Header,
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
