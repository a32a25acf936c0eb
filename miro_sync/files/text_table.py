"""A text table (.csv): any of the encodings and delimiters that Russian offices save it with."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Rows looked at to find the delimiter.
_SAMPLE_ROWS = 200
_SAMPLE_LETTERS = 300_000
#: In the order of likelihood: Russian Excel, a copy from a spreadsheet, the rest of the world.
_DELIMITERS = (";", "\t", ",", "|")
#: A cell that swallowed rows of the table has at least this many lines like them.
_SWALLOWED = 2

_SEP_LINE = re.compile(r'"?sep=([^"])"?\r?\n', re.IGNORECASE)
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_REPLACED = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file.

    Attributes:
        text: the text; letters that could not be read are U+FFFD.
        cut: the file ends in the middle of a letter.

    """

    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class TextTable:
    """The rows of a text table.

    Attributes:
        rows: its cells, all text; rows may be ragged.
        open_quote: the index of the row whose quotation mark is never closed, None when all are.
        swallowed: (row, column) of cells that hold whole rows of the table, as a stray quotation
            mark makes them.

    """

    rows: list[list[str]]
    open_quote: int | None = None
    swallowed: tuple[tuple[int, int], ...] = ()


def decode(document: bytes) -> Decoded:
    """Decode a text by rules that always give the same answer for the same bytes.

    A byte order mark decides. Without one, bytes of which nine tenths of every other are those of
    Latin and Cyrillic letters are UTF-16; whatever is UTF-8, but for its last letter or a few
    damaged ones, is UTF-8; the rest is Windows-1251.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if document.startswith(mark):
            return _decode(document.removeprefix(mark), encoding)
    unmarked = _unmarked_utf16(document)
    if unmarked:
        return _decode(document, unmarked)
    decoded = _decode(document, "utf-8")
    damaged = decoded.text.count(_REPLACED) + decoded.cut
    if damaged * 10 <= len(_CYRILLIC.findall(decoded.text)):
        return decoded
    return Decoded(document.decode("cp1251", "replace"))


def read_text_table(text: str) -> TextTable:
    """Part a text into rows and cells.

    The delimiter is the one under which most rows agree on their number of cells. A first line
    "sep=;", Excel's own hint, is obeyed and counts as no row.
    """
    hint = _SEP_LINE.match(text)
    if hint:
        delimiter, text = hint[1], text[hint.end() :]
    else:
        delimiter = _delimiter(text)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    # Whether the last quotation mark is closed shows in what becomes of one more line.
    rows = _parse(f"{text}\n{_REPLACED}", delimiter)
    open_quote = None
    if rows[-1] == [_REPLACED]:
        rows.pop()
    else:
        open_quote = len(rows) - 1
        rows[-1][-1] = rows[-1][-1].removesuffix(_REPLACED).rstrip("\n")
    lines = text.count("\n") + text.count("\r") - text.count("\r\n")
    swallowed = () if open_quote is not None or lines <= len(rows) else _swallowed(rows, delimiter)
    return TextTable(rows, open_quote, swallowed)


def _decode(document: bytes, encoding: str) -> Decoded:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(document)
    cut = bool(decoder.getstate()[0])
    return Decoded(text, cut)


def _unmarked_utf16(document: bytes) -> str | None:
    if b"\0" not in document or len(document) < 4:  # noqa: PLR2004 - two letters
        return None
    sample = document[: _SAMPLE_LETTERS // 2 * 2]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high = sample[offset::2]
        # Latin letters, Cyrillic letters, and dashes and quotation marks (General Punctuation).
        if sum(map(high.count, (0x00, 0x04, 0x20))) * 10 >= len(high) * 9 and 0 in high:
            return encoding
    return None


def _parse(text: str, delimiter: str, rows: int | None = None) -> list[list[str]]:
    return list(islice(_rows(text, delimiter), rows))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of a text; only a line with a quotation mark needs the reader of CSV."""
    # Universal newlines: a lone carriage return ends a line, too.
    lines = io.StringIO(text, newline=None)
    for line in lines:
        if '"' in line:
            yield next(csv.reader(chain((line,), lines), delimiter=delimiter))
        else:
            bare = line.rstrip("\n")
            yield bare.split(delimiter) if bare else []


def _delimiter(text: str) -> str:
    sample = text[:_SAMPLE_LETTERS]
    csv.field_size_limit(max(csv.field_size_limit(), len(sample) + 1))
    scores = {
        delimiter: _score(_parse(sample, delimiter, _SAMPLE_ROWS), delimiter)
        for delimiter in _DELIMITERS
        if delimiter in sample
    }
    best = max(scores, key=lambda delimiter: scores[delimiter], default="\t")
    return best if scores.get(best, (0.0, 0.0)) > (0.0, 0.0) else "\t"


def _score(rows: list[list[str]], delimiter: str) -> tuple[float, float]:
    """Return how well the rows agree under a delimiter, first without the commas of prose.

    A comma before a space or between digits is one of prose or of a decimal number; such commas
    part cells only where nothing else does and most rows agree on them.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    widths = Counter(len(row) for row in filled if len(row) > 1)
    if not widths:
        return 0.0, 0.0
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]))
    score = agreeing / len(filled) * (1 - 1 / width)
    if delimiter != ",":
        return score, score
    pairs = [pair for row in filled for pair in pairwise(row)]
    prose = sum(
        after[:1].isspace() or (before[-1:].isdigit() and after[:1].isdigit())
        for before, after in pairs
    )
    return score * (1 - prose / len(pairs)), score if agreeing * 2 >= len(filled) else 0.0


def _swallowed(rows: list[list[str]], delimiter: str) -> tuple[tuple[int, int], ...]:
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return ()
    width = widths.most_common(1)[0][0]
    return tuple(
        (number, column)
        for number, row in enumerate(rows)
        for column, cell in enumerate(row)
        if "\n" in cell
        and sum(line.count(delimiter) >= width - 1 for line in cell.split("\n")) >= _SWALLOWED
    )
