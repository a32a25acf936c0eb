"""A title as words where they stand: quotes, brackets, afterthoughts, dates, classes, numbers.

`read_words` is the only door. Dates, classes and numbers of a series are taken out of the text on
the way, abbreviations are written out, and phrases and standard days become one word each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from miro_sync.matching import vocabulary as vocab
from miro_sync.matching.words import (
    PALE,
    STAGE,
    Word,
    abbreviations,
    day_word,
    lines,
    look_up,
    spelled_out,
)

#: Longer titles are whole texts; what an event is called stands at their head. Characters.
LONGEST = 400
#: A date tells which day is meant, or just when the thing is held: it weighs little beside words.
_DATED_SHARE = 0.25
#: What a number before a form counts: «VIII конференция».
EDITION = "выпуск"


@dataclass(slots=True)
class Item:
    """A word of a title.

    Attributes:
        name: number of the named thing in quotes that it belongs to, -1 for none.
        share: the part of its weight that it carries at this place, 0..1.
        detail: it stands after a colon.
        listed: it stands after «по» or in a list. joined: after «и».

    """

    word: Word
    name: int = -1
    share: float = 1.0
    detail: bool = False
    listed: bool = False
    joined: bool = False


@dataclass(slots=True)
class TitleWords:
    """A title's words, and what was taken out of it.

    Attributes:
        grades: classes 1..11. sections: parallel classes, (9, "а").
        years: calendar years; of a school year both.
        school_years: first years of school years.
        numbers: (what is counted, number).

    """

    items: list[Item] = field(default_factory=list)
    grades: set[int] = field(default_factory=set)
    sections: set[tuple[int, str]] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    school_years: set[int] = field(default_factory=set)
    numbers: set[tuple[str, int]] = field(default_factory=set)


def read_words(text: str) -> TitleWords:
    """Read a title into words."""
    found = TitleWords()
    days: set[str] = set()
    clean = _clean(text[:LONGEST])
    if _DIGIT.search(clean):
        clean = _take_sections(_take_dates(clean, days, found), found)
    tokens = _TOKEN.findall(clean)
    _take_grades(tokens, found)
    _take_numbers(tokens, found)
    items = _join(_Scanner().read(tokens), _phrases())
    items = _join(items, _day_names(), over_ornaments=True)
    if not any(item.word.day for item in items):
        share = _DATED_SHARE if any(item.word.share > PALE for item in items) else 1.0
        items.extend(Item(day_word(day), share=share) for day in sorted(days))
    found.items = items
    return found


# --- letters ----------------------------------------------------------------------------------

#: How «№» is written inside; it is no letter, and no normal form makes letters of it.
_NUMBER = "#"
_LETTERS = str.maketrans(
    {
        "ё": "е",
        "Ё": "Е",
        "„": "«",
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "−": "-",
        "‑": "-",
        "\u00ad": None,
        "\u0301": None,
        "\u200b": None,
        "\ufeff": None,
    }
)
_LOOKALIKES = str.maketrans("ABCEHKMOPTXaceopxyuk", "АВСЕНКМОРТХасеорхуик")
_ROMAN_FROM_CYRILLIC = str.maketrans("ХІ", "XI")
_LATIN = re.compile(r"[A-Za-z]")
_DIGIT = re.compile(r"\d")
_MIXED = re.compile(r"[A-Za-zА-Яа-яІі]+")
_TOKEN = re.compile(r"[A-Za-zА-Яа-яІі]+|\d+|[^\sA-Za-zА-Яа-яІі\d]")
_ROMAN = re.compile(r"(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_INITIALS = frozenset("IVXLХІ")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50}


def _clean(text: str) -> str:
    """Write a title in one alphabet, with one kind of dash."""
    text = unicodedata.normalize("NFKC", text.replace("№", _NUMBER)).translate(_LETTERS)
    if _LATIN.search(text):
        text = _MIXED.sub(_one_alphabet, text)
    return _OF_THE_YEAR.sub(r"годовой\1", _CONTRACTED.sub(r"\1", text))


#: «Учитель года», the contest; its «года» is no date.
_OF_THE_YEAR = re.compile(
    r"\b(учител|ученик|воспитател|педагог|вожат|класс|директор)[а-я]*\s+года\b", re.IGNORECASE
)


#: «уч-ся», «рез-тов»: a word with its middle left out; what stands before the dash is kept.
_CONTRACTED = re.compile(
    r"\b([а-я]{2,7})-(?:ся|хся|во|ва|ков|тов|ты|та|ци[яюий]|и[еяй]|ль|ля|лей|ный|ная|ной|ного|ных)\b",
    re.IGNORECASE,
)


def _one_alphabet(match: re.Match[str]) -> str:
    word = match.group()
    if _roman(word):
        return word
    cyrillic = word.translate(_LOOKALIKES)
    if cyrillic == word or not cyrillic.isalpha() or _LATIN.search(cyrillic):
        return word
    if not _LATIN.fullmatch(word) and not word.isascii():
        return cyrillic
    # Latin letters alone: «TP» typed for «ТР»
    return cyrillic if cyrillic.lower() in abbreviations() else word


def _roman(word: str) -> int | None:
    """Read a Roman number up to 89, also in Cyrillic look-alikes («ХI»); None for other words."""
    digits = word.translate(_ROMAN_FROM_CYRILLIC)
    if not digits.isascii() or not digits.isupper() or not _ROMAN.fullmatch(digits):
        return None
    values = [_ROMAN_DIGITS[digit] for digit in digits]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )


# --- dates and numbers ------------------------------------------------------------------------

_MONTH = "|".join(vocab.MONTHS)
_DAY_MONTH = re.compile(
    rf"(?:\b\d{{1,2}}\s*(?:-|,|и|по)\s*)?\b(\d{{1,2}})(?:-?го)?\s+({_MONTH})[ьяюеау]?\b",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{2})(?:\.\s?(\d{4}|\d{2})\b)?(?!\d|\.\d)")
_SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*[-/]\s*(?:20)?(\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_YEAR_NEXT = re.compile(r"\s+20\d\d")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)")
_BORN = re.compile(r"(?<!\d)20\d\d(?:\s*-\s*20\d\d)?\s*(?:г\.?\s*р\b|год\w*\s+рожд\w*)")
_CENTURY = 2000
_DAYS_IN_MONTH = 31
_MONTHS_IN_YEAR = 12


def _take_dates(text: str, days: set[str], found: TitleWords) -> str:
    """Take years and dates out of a text, noting the years and the standard days."""

    def numeric(match: re.Match[str]) -> str:
        day, month = int(match[1]), int(match[2])
        if not (1 <= day <= _DAYS_IN_MONTH and 1 <= month <= _MONTHS_IN_YEAR):
            return match.group()
        if match[3]:  # with its year it tells when the thing is held, not which day is meant
            found.years.add(int(match[3]) % 100 + _CENTURY)
        else:
            days.update(_days_by_date().get((day, month), ()))
        return " "

    def spelled(match: re.Match[str]) -> str:
        if _YEAR_NEXT.match(text, match.end()):
            return " "
        days.update(_days_by_date().get((int(match[1]), vocab.MONTHS[match[2].lower()]), ()))
        return " "

    def school_year(match: re.Match[str]) -> str:
        first, last = int(match[1]), int(match[2]) + _CENTURY
        if last != first + 1:
            return match.group()
        found.years.update((first, last))
        found.school_years.add(first)
        return " "

    text = _BORN.sub(" ", _TIME.sub(" ", text))
    text = _SCHOOL_YEAR.sub(school_year, text)
    text = _NUMERIC_DATE.sub(numeric, text)
    text = _DAY_MONTH.sub(spelled, text)
    found.years.update(int(year) for year in _YEAR.findall(text))
    return _YEAR.sub(" ", text)


#: «9А», «9-а», «9 «А»», «6а, б»; «3Д» and «2 г.» are classes only before «класс».
_SECTION = re.compile(
    r"(?<![\w.,-])(1[01]|[1-9])(?:-?|\s?[«\"'])([А-Га-вAaBb]|[гдД](?=[»\"'\s]*кл))"
    r"((?:\s*[,и]\s*[абвг]\b)*)[»\"']?(?!\w)(?P<named>\s*кл)?"
)
_SECTION_LETTERS = str.maketrans("ABab", "авав")


def _take_sections(text: str, found: TitleWords) -> str:
    """Write «9А» as «9 класс», noting which of the parallel classes it is."""

    def section(match: re.Match[str]) -> str:
        if _NO_CLASS.search(text, 0, match.start()):
            return match.group()
        for letter in (match[2], *_LETTER.findall(match[3])):
            found.sections.add((int(match[1]), letter.translate(_SECTION_LETTERS).lower()))
        return f"{match[1]} {match['named'] or 'класс '}"

    return _SECTION.sub(section, text)


_LETTER = re.compile(r"[абвг]")
#: Before a school's number, a room or a house.
_NO_CLASS = re.compile(
    rf"(?:{_NUMBER}|\b(?:каб|кабинет\w*|корп|корпус\w*|дом|д|кв))[\s.,]*$", re.IGNORECASE
)


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLASS = _listed("класс класса классе классу классы классов классам классах кл классники")
_CLASSES = _listed("классы классов")
_CLASS_GLUE = _listed('- , / « » " ( ) и х ых ые й ой го м ми е я а б в г д')
_GRADE_LIST = _listed("- , : и")
_LAST_GRADE = 11
_COUNTED = {
    "четверт": "четверть",
    "полугоди": "полугодие",
    "триместр": "четверть",
    "квартал": "квартал",
    "смен": "смена",
    "поток": "смена",
    "сезон": "сезон",
    "модул": "модуль",
    "сесси": "сессия",
}
_LAST_EDITION = 99
_ENDS_NUMBER = frozenset(".,:;)")
_NOUN_WITHIN = 8
_AFTER_NUMBER = _listed("й я е ый ая ое ой ую ий го ей ому ом х ых")


def _take_grades(tokens: list[str], found: TitleWords) -> None:
    """Take classes out of the tokens: they are blanked, «кл.» becomes «класс»."""
    lower = [token.lower() for token in tokens]
    for at, word in enumerate(lower):
        if word in _CLASS:
            grades = _grades_before(tokens, lower, at)
            if not grades and word in _CLASSES:
                grades = _grades_after(tokens, lower, at)
            found.grades |= grades
        elif word == "гиа" and lower[at + 1 : at + 2] == ["-"] and lower[at + 2 : at + 3]:
            tokens[at] += tokens[at + 2]  # «ГИА-9» is one word
            tokens[at + 2] = ""


def _take_numbers(tokens: list[str], found: TitleWords) -> None:
    """Take numbers of a series out of the tokens: they are blanked."""
    lower = [token.lower() for token in tokens]
    for at, token in enumerate(tokens):
        number = _number(token)
        if number is None:
            continue
        after = at + 1
        while after < len(tokens) and (tokens[after] in {"-", ""} or lower[after] in _AFTER_NUMBER):
            after += 1
        kind = None if _is_of_place(lower, at) else _counted_after(lower, after)
        kind = kind or _counted_before(lower, at, spelled=token.isalpha())
        if kind:
            found.numbers.add((kind, number))
            tokens[at:after] = [""] * (after - at)


def _number(token: str) -> int | None:
    if token.isdecimal():
        return int(token) if 0 < int(token) <= _LAST_EDITION else None
    if token[:1] in _ROMAN_INITIALS and (number := _roman(token)):
        return number
    return look_up(token.lower()).ordinal


def _is_of_place(lower: list[str], at: int) -> bool:
    """Tell whether a number is that of what stands before it: «школа №5», «СОШ 5»."""
    before = lower[at - 1] if at else ""
    return before == _NUMBER or before in _INSTITUTIONS or before.startswith("школ")


def _counted(word: str) -> str | None:
    if look_up(word).notion == STAGE:
        return STAGE
    return next((kind for prefix, kind in _COUNTED.items() if word.startswith(prefix)), None)


def _counted_after(lower: list[str], after: int) -> str | None:
    """Tell what a number counts by the noun after it: «4 этап», «VIII открытая конференция».

    Nothing in «5. Конкурс», the fifth of a list, nor in «Школа №5: конкурс».
    """
    if _ENDS_NUMBER.issuperset(lower[after : after + 1]):
        return None
    following = [word for word in lower[after : after + _NOUN_WITHIN] if word.isalpha()]
    if following and (kind := _counted(following[0])):
        return kind
    for word in following:
        if _names_form(word):
            return EDITION
        info = look_up(word)
        if not (info.level or info.adjective or word.endswith("о")):
            break
    return None


def _counted_before(lower: list[str], at: int, *, spelled: bool) -> str | None:
    """Tell what a number counts by the noun before it: «семинар № 2», «занятие 3»."""
    marked = at > 0 and lower[at - 1] == _NUMBER
    before = at - 2 if marked else at - 1
    alone = at + 1 == len(lower) or not (lower[at + 1].isalnum() or lower[at + 1] in "-.,")
    if before < 0 or spelled or not (marked or alone):
        return None
    return _counted(lower[before]) or (EDITION if _names_form(lower[before]) else None)


def _names_form(word: str) -> bool:
    written = (word, *abbreviations().get(word, ()))
    return any(look_up(part).form not in {None, "час"} for part in written)


def _grades_before(tokens: list[str], lower: list[str], at: int) -> set[int]:
    found: list[int] = []
    ranged = False
    grades: set[int] = set()
    position = at - 1
    while position >= 0:
        glue = lower[position]
        if _is_grade(glue):
            if ranged and found:
                grades.update(range(int(glue), found[-1] + 1))
            found.append(int(glue))
            ranged = False
            tokens[position] = ""
        elif glue == "-":
            # a dash between two numbers is a range, one before a suffix («6-ые») is not
            ranged = position + 1 < at and lower[position + 1].isdecimal()
        elif glue not in _CLASS_GLUE:
            break
        position -= 1
    if found:  # «7-ые», «7 а, б»: what was glued to the number goes with it
        tokens[at] = "класс"
        for glued in range(position + 1, at):
            if lower[glued].isalpha():
                tokens[glued] = ""
    return grades | set(found)


def _is_grade(word: str) -> bool:
    return word.isdecimal() and 1 <= int(word) <= _LAST_GRADE


def _grades_after(tokens: list[str], lower: list[str], at: int) -> set[int]:
    found: list[int] = []
    grades: set[int] = set()
    position = at + 1
    while position < len(lower):
        token = lower[position]
        if _is_grade(token):
            if found and lower[position - 1] == "-":
                grades.update(range(found[-1], int(token) + 1))
            found.append(int(token))
            tokens[position] = ""
        elif token not in _GRADE_LIST:
            break
        position += 1
    return grades | set(found)


# --- items: words where they stand ------------------------------------------------------------

#: Parts of a word's weight by where it stands: what is said in brackets, in a second sentence or
#: after «в рамках» says less of which event it is; where it is held says next to nothing.
_ASIDE_SHARE = 0.35
_AFTERTHOUGHT_SHARE = 0.5
_FRAME_SHARE = 0.6
_BASE_SHARE = 0.15
_PLACE_SHARE = 0.1
_OPENING = frozenset("«“„")
_CLOSING = frozenset("»”")
_STRAIGHT = frozenset("\"'")
_THEMES = _listed("тема теме тему темой вопросу вопросам девизом")
_FRAMES = _listed("рамках рамки преддверии честь")
_COMPANY = _listed("приглашением участием использованием помощью целях целью")
_BASES = _listed("базе созданного созданной созданных созданный")
_ASIDES = _listed("далее согласно отдельному графику")
_PLACES = _listed("г п с д дер пос ст х рп")
_LISTS = frozenset({"и", ",", "-"})
_ENDS_THEME = frozenset(".,;:()")
_ENDS_INSTITUTION = frozenset(",;:)")
_LONG_WORD = 4
_INSTITUTIONS = _listed(vocab.INSTITUTIONS)
_HONOURS = _listed(vocab.HONOURS)
_STOP = _listed(vocab.STOP)
_BEFORE_THEME = _listed("по на под")
_TOPONYM = re.compile(r"ск(?:ая|ой|ую|ий|ого|ом|ому|им|ое|ие|их)$")


class _Scanner:
    """Reads tokens in order and notes where each word stands."""

    __slots__ = (
        "_brackets",
        "_detail",
        "_fade",
        "_institution",
        "_name",
        "_names",
        "_place",
        "_previous",
        "_school",
        "_themed",
        "items",
    )

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._name = -1
        self._names = 0
        self._themed = False
        self._detail = False
        self._brackets = 0
        self._fade = 1.0
        self._institution = False
        self._school = False
        self._place = False
        self._previous = ""

    def read(self, tokens: list[str]) -> list[Item]:
        for at, token in enumerate(tokens):
            if not token:
                continue
            if token.isalnum():
                self._read_word(token, tokens[at + 1] if at + 1 < len(tokens) else "")
            else:
                self._read_mark(token, tokens[at + 1] if at + 1 < len(tokens) else "")
            self._previous = token
        if self._names == 1 and all(item.name == 0 or item.share < PALE for item in self.items):
            for item in self.items:  # the whole title stands in quotes
                item.name = -1
        return self.items

    def _read_mark(self, mark: str, following: str) -> None:
        if mark in _OPENING or (mark in _STRAIGHT and self._name < 0):
            self._name, self._names = self._names, self._names + 1
            self._themed = False
        elif mark in _CLOSING or mark in _STRAIGHT:
            self._name = -1
            self._institution = False
        elif mark == "(":
            self._brackets += 1
        elif mark == ")":
            self._brackets = max(0, self._brackets - 1)
        elif mark == ":" and not self._brackets and self._name < 0 and self._is_heading():
            self._detail = True
            self._fade = min(self._fade, _AFTERTHOUGHT_SHARE)
        elif mark in ".!?;" and self._sentence_ends(following):
            self._fade = min(self._fade, _AFTERTHOUGHT_SHARE)
        elif mark == "," and self._fade == _FRAME_SHARE and len(self.items) < _LONG_WORD:
            self._fade = 1.0  # «в рамках недели химии, викторина»: the frame came first
        if mark in _ENDS_THEME and self._themed and self._previous.lower() not in _THEMES:
            self._name, self._themed = -1, False
        if mark in _ENDS_INSTITUTION:
            self._institution = False

    def _sentence_ends(self, following: str) -> bool:
        if not self._is_heading():
            return False
        started = following[:1].isupper() or following[:1] in _OPENING | _STRAIGHT
        ended = len(self._previous) >= _LONG_WORD or not self._previous.isalnum()
        return started and ended

    def _is_heading(self) -> bool:
        return sum(item.word.share > PALE for item in self.items) >= 2  # noqa: PLR2004 - tells

    def _read_word(self, token: str, following: str) -> None:
        lower = token.lower()
        if lower in _INSTITUTIONS or (following == _NUMBER and lower.startswith("школ")):
            self._enter_institution()
        elif self._school and lower in _HONOURS:
            self._institution = True  # «СОШ №12 им. …»: whose name it bears is no topic either
        elif token.isdecimal():
            self._read_number(token)
        elif lower in _PLACES and following == ".":
            self._place = True
        else:
            placed = self._institution or (self._place and token[0].isupper())
            self._place = False
            for word in spelled_out(token):
                if not self._sets_the_scene(word, following):
                    self._add(word, placed=placed)

    def _read_number(self, token: str) -> None:
        if self._institution:
            self._institution = False  # «СОШ № 12» ends with its number
        elif self._name >= 0:
            self.items.append(Item(look_up(token), self._name, self._fade))

    def _sets_the_scene(self, word: str, following: str) -> bool:
        """Tell whether a word is no notion itself, noting what it says of those after it."""
        if word in _STOP or len(word) == 1:
            if word == "это" and self._previous == "-":
                self._fade = min(self._fade, _BASE_SHARE)
            return True
        if word in _BASES:
            self._fade = min(self._fade, _BASE_SHARE)
        elif word in _FRAMES or word in _COMPANY:
            self._fade = min(self._fade, _FRAME_SHARE)
        elif (
            word in _THEMES
            and self._name < 0
            and (following == ":" or self._previous.lower() in _BEFORE_THEME)
        ):
            self._name, self._names, self._themed = self._names, self._names + 1, True
            return True
        return False

    def _add(self, word: str, *, placed: bool) -> None:
        share = self._fade
        if self._brackets:
            share *= _BASE_SHARE if word in _ASIDES else _ASIDE_SHARE
        previous = self._previous.lower()
        self.items.append(
            Item(
                look_up(word),
                -1 if self._institution else self._name,
                min(share, _PLACE_SHARE) if placed else share,
                detail=self._detail,
                listed=previous == "по" or previous in _LISTS,
                joined=previous == "и",
            )
        )

    def _enter_institution(self) -> None:
        """«Яйская СОШ «Эврика»»: the adjective before and the name after are no topic."""
        if self.items and self._previous[:1].isupper() and _TOPONYM.search(self._previous.lower()):
            self.items[-1].share = min(self.items[-1].share, _PLACE_SHARE)
        self._institution = self._school = True


# --- phrases and days -------------------------------------------------------------------------

_Trie = Mapping[str, tuple[tuple[tuple[str, ...], tuple[Word, ...]], ...]]


@cache
def _phrases() -> _Trie:
    entries: list[tuple[str, tuple[Word, ...]]] = []
    for line in lines(vocab.PHRASES):
        phrase, _, written = line.partition("=")
        entries.append((phrase, tuple(look_up(word) for word in written.split())))
    return _trie(entries)


@cache
def _day_names() -> _Trie:
    entries: list[tuple[str, tuple[Word, ...]]] = []
    for line in lines(vocab.DAYS):
        day, _, names = (part.strip() for part in line.split("/"))
        entries.extend((name, (day_word(day),)) for name in names.split(";"))
    return _trie(entries)


@cache
def _days_by_date() -> Mapping[tuple[int, int], tuple[str, ...]]:
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for line in lines(vocab.DAYS):
        name, date, _ = (part.strip() for part in line.split("/"))
        if date:
            day, _, month = date.partition(".")
            found[int(day), int(month)] = (*found.get((int(day), int(month)), ()), name)
    return found


def _trie(entries: Iterable[tuple[str, tuple[Word, ...]]]) -> _Trie:
    found: dict[str, list[tuple[tuple[str, ...], tuple[Word, ...]]]] = {}
    for phrase, written in entries:
        first, *rest = (look_up(word).notion for word in phrase.split() if word not in _STOP)
        found.setdefault(first, []).append((tuple(rest), written))
    return {
        first: tuple(sorted(ways, key=lambda way: -len(way[0]))) for first, ways in found.items()
    }


def _join(items: list[Item], trie: _Trie, *, over_ornaments: bool = False) -> list[Item]:
    """Write every phrase of the trie as the words that stand for it."""
    joined: list[Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        ways = trie.get(item.word.notion)
        for rest, written in ways or ():
            parts = _follow(items, at, rest, over_ornaments=over_ornaments)
            if parts is None:
                continue
            last = parts[-1] if parts else at
            share = max([item.share, *(items[part].share for part in parts)])
            names = {item.name, *(items[part].name for part in parts)}
            name = names.pop() if len(names) == 1 else -1
            joined.extend(Item(word, name, share) for word in written)
            skipped = set(range(at + 1, last)) - set(parts)
            joined.extend(items[position] for position in sorted(skipped))
            at = last + 1
            break
        else:
            joined.append(item)
            at += 1
    return joined


def _follow(
    items: list[Item], at: int, rest: tuple[str, ...], *, over_ornaments: bool
) -> list[int] | None:
    """Return where the rest of a phrase stands after `at`, None when it does not."""
    parts: list[int] = []
    position = at + 1
    for notion in rest:
        while (
            position < len(items)
            and items[position].word.notion != notion
            and (
                items[position].word.notion.isdecimal()
                or (over_ornaments and items[position].word.notion in _ORNAMENTS)
            )
        ):
            position += 1
        if position >= len(items) or items[position].word.notion != notion:
            return None
        parts.append(position)
        position += 1
    return parts


_ORNAMENTS = frozenset({"всероссийский", "международный", "российский", "россия", "велик", "наш"})
