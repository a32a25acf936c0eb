"""Which cell of a header row means which column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.model import CellValue
    from miro_sync.tables.columns import Column

#: The longest header met in published plans has 60 letters.
HEADER_LENGTH = 120

#: How sure a header is of its column: written out, with more in brackets, abbreviated, misspelt,
#: continued by other words, a weak synonym, or one of the weakest.
EXACT, BRACKETED, ABBREVIATED, MISSPELT, CONTINUED = 1.0, 0.95, 0.9, 0.85, 0.8
WEAK, WEAKEST = 0.5, 0.3

Meanings = tuple[tuple[str, float], ...]
"""Keys of the columns that a header may mean, with how sure that is, the surest first."""

#: Latin letters that pass for Cyrillic ones in a Russian header; both sides of every comparison
#: are folded, so «E-mail» still equals itself.
_FOLD = str.maketrans("ёaboecpxykmht№", "еавоесрхукмнтn")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_MARKUP = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W_]+(?:-\s*[^\W_]+)*\.?")
_PERSONAL = re.compile(
    r"\b(?:фио|ф\.?\s*и\.?\s*о|фамили[яи]|отчеств[оа]|имя|телефон\w*|тел|моб|контакт\w*|снилс"
    r"|паспорт\w*|e-?mail\w*|эл\w*\.?\s*почт\w*|почта|логин|пароль|инн|полис|место жительства"
    r"|(?:дата|год|день|число)\s+рожд\w*|д\.\s*р|адрес\s+(?:прож|рег|жит|почт|эл)\w*"
    r"|домашний адрес|прописк\w*|список\s+(?:уч|обуч|детей|класса)\w*)\b",
    re.IGNORECASE,
)
#: A column of persons by its very first word, in the middle of a worksheet.
_PERSONS = re.compile(
    r"\s*(?:ф\.?\s*и\.?\s*о\b|фамилия\b|дата рождения\s*$|телефон\s*$)", re.IGNORECASE
)
#: Typos forgiven: one in a header of 6 letters, two from 12 on.
_ONE_TYPO, _TWO_TYPOS = 6, 12


def squash(text: str) -> str:
    """Reduce a header to its letters and digits: «Сроки реали-⏎зации» -> "срокиреализации"."""
    return _NEITHER_LETTER_NOR_DIGIT.sub("", _fold(text))


def header_text(value: CellValue) -> str:
    """Return the text of a header cell on one line; "" when it holds no text."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def is_personal(header: str) -> bool:
    """Tell whether a column with this header holds a person's data: it is never read."""
    return _PERSONAL.search(header) is not None


def names_persons(header: str) -> bool:
    """Tell whether a header begins a column of persons: another table starts with it."""
    return _PERSONS.match(header) is not None


def refines(top: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Tell whether a second header row splits columns of the first («Сроки»: «начало», «конец»).

    Under a header that stands alone the second row is blank or repeats it (a merged cell); under
    one that spans several columns (repeated, or blank to its right) it has short texts of its own.
    """
    split = False
    for column, (above, under) in enumerate(zip(top, below, strict=True)):
        if not under or under == above:
            continue
        beside = top[max(column - 1, 0) : column] + top[column + 1 : column + 2]
        spans = (
            above in beside or (not above and any(top[:column])) or top[column + 1 :][:1] == ("",)
        )
        if not spans or len(under) > HEADER_LENGTH // 3:
            return False
        split = True
    return split and len({text for text in below if text}) > 1


@dataclass(frozen=True, slots=True)
class _Synonym:
    """A header that a column goes by.

    Attributes:
        words: its words, folded.
        sure: how sure it is when it is written out.
        opened: other words may follow.

    """

    key: str
    words: tuple[str, ...]
    sure: float
    opened: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The synonyms of some columns, ready to be compared with.

    Attributes:
        exact: what a squashed header means.
        required: keys of the required columns.
        by_length: what a header with a typo may be, numbered, by how many letters it has.

    """

    exact: Mapping[str, Meanings]
    synonyms: tuple[_Synonym, ...]
    required: frozenset[str]
    by_length: Mapping[int, Sequence[tuple[int, str]]]

    def meanings(self, header: str) -> Meanings:
        """Return what a header may mean; nothing for a text that is no known header."""
        if not header or len(header) > HEADER_LENGTH:
            return ()
        text = _MARKUP.sub(" ", header)
        return (
            self.exact.get(squash(text))
            or self._bracketed(text)
            or self._abbreviated(text)
            or self._continued(text)
            or self._misspelt(squash(text))
        )

    def _bracketed(self, text: str) -> Meanings:
        found = self.exact.get(squash(_BRACKETS.sub(" ", text)), ())
        return tuple((key, min(sure, BRACKETED)) for key, sure in found)

    def _abbreviated(self, text: str) -> Meanings:
        words = _WORD.findall(_fold(text))
        if not any("-" in word or word.endswith(".") for word in words):
            return ()
        return _surest(
            (synonym.key, min(synonym.sure, ABBREVIATED))
            for synonym in self.synonyms
            if len(synonym.words) == len(words) and all(map(_abbreviates, words, synonym.words))
        )

    def _continued(self, text: str) -> Meanings:
        words = tuple(word.rstrip(".") for word in _WORD.findall(_fold(text)))
        found = [
            synonym
            for synonym in self.synonyms
            if synonym.opened
            and words[: len(synonym.words)] == synonym.words
            and len(words) > len(synonym.words)
        ]
        longest = max((len(synonym.words) for synonym in found), default=0)
        return _surest(
            (synonym.key, min(synonym.sure, CONTINUED))
            for synonym in found
            if len(synonym.words) == longest
        )

    def _misspelt(self, squashed: str) -> Meanings:
        if len(squashed) < _ONE_TYPO:
            return ()
        allowed = 1 if len(squashed) < _TWO_TYPOS else 2
        about = range(len(squashed) - allowed, len(squashed) + allowed + 1)
        near = sorted(one for length in about for one in self.by_length.get(length, ()))
        distances = {
            synonym: distance
            for _, synonym in near
            if (distance := Levenshtein.distance(synonym, squashed, score_cutoff=allowed))
            <= allowed
        }
        nearest = min(distances.values(), default=0)
        return _surest(
            (key, min(sure, MISSPELT))
            for synonym, distance in distances.items()
            if distance == nearest
            for key, sure in self.exact[synonym]
        )


@cache
def vocabulary(columns: tuple[Column, ...]) -> Vocabulary:
    """Prepare the synonyms of some columns."""
    exact: dict[str, list[tuple[str, float]]] = {}
    synonyms: list[_Synonym] = []
    for column in columns:
        for headers, sure in (
            (column.synonyms, EXACT),
            (column.weak, WEAK),
            (column.weakest, WEAKEST),
        ):
            for header in headers:
                words = tuple(re.sub(r"[-.]", "", word) for word in _WORD.findall(_fold(header)))
                synonyms.append(_Synonym(column.key, words, sure, header.endswith("…")))
                exact.setdefault(squash(header), []).append((column.key, sure))
    by_length: dict[int, list[tuple[int, str]]] = {}
    for number, squashed in enumerate(exact):
        if len(squashed) >= _ONE_TYPO:
            by_length.setdefault(len(squashed), []).append((number, squashed))
    return Vocabulary(
        {squashed: _surest(meanings) for squashed, meanings in exact.items()},
        tuple(synonyms),
        frozenset(column.key for column in columns if column.required),
        by_length,
    )


def _surest(meanings: Iterable[tuple[str, float]]) -> Meanings:
    """Return each key once, with the most that was found for it, the surest first."""
    sure_of: dict[str, float] = {}
    for key, sure in meanings:
        sure_of[key] = max(sure, sure_of.get(key, 0.0))
    return tuple(sorted(sure_of.items(), key=lambda meaning: -meaning[1]))


def _fold(text: str) -> str:
    return text.casefold().translate(_FOLD)


def _abbreviates(word: str, full: str) -> bool:
    """Tell whether «отв.», «отв-ный» or «реали-зации» stands for the full word."""
    plain = re.sub(r"[-\s.]", "", word)
    if plain == full:
        return True
    if word.endswith(".") and full.startswith(plain):
        return True
    head, hyphen, tail = re.sub(r"[\s.]", "", word).partition("-")
    return (
        bool(hyphen)
        and full.startswith(head)
        and full.endswith(tail)
        and len(head) + len(tail) < len(full)
    )
