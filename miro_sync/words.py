"""Titles of school events taken apart: notions, and what makes one event another.

A title becomes a `Title`: its notions (families of words, stems, standard phrases and days) with
a weight each, and its `Facets`: subject, class, stage, year, number, named thing … that tell two
events of one wording apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from miro_sync import vocabulary as vocab

#: Longer titles are whole texts; what an event is called stands at their head. Characters.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Facets:
    """What a title names of the things that make one event another; empty means silent.

    Attributes:
        subjects: school subjects, kinds of sport.
        grades: classes 1..11.
        exams: огэ, егэ, впр, гвэ.
        years: calendar years.
        stages: levels that its stage («муниципальный этап») may have, `vocabulary.FINAL` the last.
        modes: очный, заочный, отборочный.
        numbers: (kind, number): ("этап", 4), ("выпуск", 8) for the eighth conference.
        levels: reach of the event itself («всероссийский», «городской»).
        audiences, days, phases, moments: as in the tables of `vocabulary`.
        forms: kinds of event in the order of the title.
        joint: a form that «и» joins to the first («диктант и урок»).
        actions: what is done with the thing («обновление»), the first and others before a form.

    """

    subjects: frozenset[str] = frozenset()
    grades: frozenset[int] = frozenset()
    exams: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    stages: frozenset[int] = frozenset()
    modes: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, int]] = frozenset()
    levels: frozenset[int] = frozenset()
    audiences: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()
    forms: tuple[str, ...] = ()
    joint: str | None = None
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart.

    Attributes:
        text: as it was written.
        shares: its notions, each with the part of its weight that it carries, 0..1.
        topic: those of its notions that tell what it is about, not what kind of thing it is.
        names: things named in quotes or by «по теме …», as notions.
        facets: what makes it another event.
        grams: trigrams of its letters.

    """

    text: str
    shares: Mapping[str, float]
    topic: frozenset[str]
    names: tuple[frozenset[str], ...]
    facets: Facets
    grams: frozenset[str]


def read_title(text: str) -> Title:
    """Take a title apart; any text will do, an empty one has no notions."""
    clean = _clean(text[:LONGEST])
    names: list[set[str]] = []
    days: set[str] = set()
    years: set[int] = set()
    if _DIGIT.search(clean):
        clean = _take_dates(clean, days, years)
    tokens = _TOKEN.findall(clean)
    grades, numbers = _take_numbers(tokens)
    items = _join(_Scanner().read(tokens), _phrases())
    items = _join(items, _day_names(), over_levels=True)
    if not any(item.word.day for item in items):
        items.extend(_Item(_day_word(day)) for day in sorted(days))
    facets = _facets(items, grades, frozenset(years), frozenset(numbers))
    if facets.moments and not facets.forms:
        for item in items:
            if item.word.notion == _CENTER:  # what is opened is what the title is about
                item.word = replace(item.word, share=_OPENED_CENTER_SHARE)
    shares: dict[str, float] = {}
    for item in items:
        notion, share = item.word.notion, item.share * item.word.share
        if share > shares.get(notion, 0.0):
            shares[notion] = share
        if item.name >= 0 and share > _PALE and not notion.isdigit():
            while len(names) <= item.name:
                names.append(set())
            names[item.name].add(notion)
    loudest = max(shares.values(), default=1.0)
    return Title(
        text=text,
        shares={notion_: share / loudest for notion_, share in shares.items()},
        topic=frozenset(item.word.notion for item in items if item.word.topical),
        names=tuple(frozenset(name) for name in names if name),
        facets=facets,
        grams=_grams(items),
    )


def notion(word: str) -> str:
    """Return what a written word stands for: a family's name, a subject, a form or its stem."""
    return _word(word.lower().replace("ё", "е")).notion


@cache
def root(notion_: str) -> str:
    """Strip a stem of the endings that make adjectives of nouns: экологическ, эколог → эколог."""
    base = notion_
    for ending in _DERIVATIONS:
        if base.endswith(ending) and len(base) - len(ending) >= _ROOT_MIN:
            base = base[: -len(ending)]
            break
    return base[:-1] + _ALTERNATES.get(base[-1], base[-1]) if base else base


@cache
def kin() -> Mapping[str, Mapping[str, float]]:
    """Return the notions that often stand for each other, with the strength of the tie."""
    ties: dict[str, dict[str, float]] = {}
    for one, its in families().items():
        for other, others in families().items():
            if one != other and not its.isdisjoint(others):
                ties.setdefault(one, {})[other] = _FAMILY_TIE
    for line in _lines(vocab.KIN):
        strength, _, members = line.partition(":")
        notions = [_name_to_notion(member) for member in members.split()]
        for one in notions:
            for other in notions:
                if one != other:
                    tie = ties.setdefault(one, {})
                    tie[other] = max(tie.get(other, 0.0), float(strength))
    return ties


@cache
def families() -> Mapping[str, frozenset[str]]:
    """Return the families of every form; a form of no family is its own."""
    found: dict[str, frozenset[str]] = {}
    for line in _lines(vocab.FORMS):
        name, _, family = line.partition(":")[0].partition("/")
        found[name] = frozenset({name}) if family == "-" else frozenset(family.split(","))
    return found


def identity(facets: Facets) -> tuple[object, ...]:
    """Return what `conflicts` looks at: facets of equal identity conflict with the same titles."""
    return (
        facets.subjects,
        facets.grades,
        facets.exams,
        facets.years,
        facets.stages,
        facets.modes,
        facets.numbers,
        facets.levels,
        not _SUBJECT_FORMS.isdisjoint(facets.forms[:1]),
    )


def conflicts(one: Facets, other: Facets) -> tuple[str, ...]:
    """Name what makes two titles different events beyond doubt; silence is no conflict.

    Args:
        one: what a title names. other: what another one names; the order does not matter.

    Returns:
        Names out of subjects, grades, exams, years, stages, modes, numbers.

    """
    found: list[str] = []
    if _apart(one.exams, other.exams):
        found.append("exams")
    if _apart(one.grades, other.grades):
        found.append("grades")
    if _apart(one.modes, other.modes):
        found.append("modes")
    if one.numbers and other.numbers:
        numbers = dict(one.numbers)
        if any(numbers.get(kind, number) != number for kind, number in other.numbers):
            found.append("numbers")
    if _other_stage(one, other):
        found.append("stages")
    if _other_subjects(one, other):
        found.append("subjects")
    if _apart(one.years, other.years):
        found.append("years")
    return tuple(found)


def doubts(one: Facets, other: Facets) -> tuple[str, ...]:
    """Name what may make two titles different events, so that a person must say.

    Args:
        one: what a title names. other: what another one names; the order does not matter.

    Returns:
        Names out of actions, audiences, days, forms, grades, levels, moments, phases, stages,
        subjects.

    """
    found: list[str] = []
    if one.actions and other.actions and not _same_action(one.actions, other.actions):
        found.append("actions")
    if _apart(one.audiences, other.audiences):
        found.append("audiences")
    if _apart(one.days, other.days):
        found.append("days")
    if one.forms and other.forms:  # noqa: SIM102 - one line for each facet
        if one.joint != other.joint or not _same_form(one.forms, other.forms):
            found.append("forms")
    if one.grades and other.grades and one.grades != other.grades:
        found.append("grades")
    if _apart(one.levels, other.levels):
        found.append("levels")
    if one.moments != other.moments:
        found.append("moments")
    if _apart(one.phases, other.phases):
        found.append("phases")
    if one.stages != other.stages or _steps(one) != _steps(other):
        found.append("stages")
    if one.subjects and other.subjects and one.subjects != other.subjects:
        found.append("subjects")
    return tuple(found)


def _apart(one: frozenset[object], other: frozenset[object]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)


#: Forms that are called by their subjects: «Неделя математики» is not «Неделя математики и физики».
_SUBJECT_FORMS = frozenset({"неделя", "декада", "месячник", "олимпиада"})
_LOCAL = frozenset({0, 1, 2, 3, 4})


def _other_subjects(one: Facets, other: Facets) -> bool:
    if not one.subjects or not other.subjects:
        return False
    if one.subjects.isdisjoint(other.subjects):
        return True
    named = not _SUBJECT_FORMS.isdisjoint(one.forms[:1] + other.forms[:1])
    return named and one.subjects != other.subjects


def _other_stage(one: Facets, other: Facets) -> bool:
    if one.stages and other.stages:
        return one.stages.isdisjoint(other.stages)
    if not one.levels and not other.levels:
        return False
    if one.stages or other.stages:
        # a stage beside the district's own contest; not beside the whole contest
        stage, whole = (one, other) if one.stages else (other, one)
        apart = _apart(stage.stages, whole.levels & _LOCAL)
        return apart and stage.levels.isdisjoint(whole.levels)
    return _apart(one.levels & _LOCAL, other.levels & _LOCAL)


def _steps(facets: Facets) -> bool:
    return bool(facets.numbers) and any(kind != _EDITION for kind, _ in facets.numbers)


def _same_action(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return _among(one[0], other) and _among(other[0], one)


def _among(action: str, actions: tuple[str, ...]) -> bool:
    return action in actions or any(
        action in kin_ and not kin_.isdisjoint(actions[:1]) for kin_ in vocab.ACTION_KIN
    )


def _same_form(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return one[0] == other[0] or not families()[one[0]].isdisjoint(families()[other[0]])


# --- letters ----------------------------------------------------------------------------------

_LETTERS = str.maketrans(
    {
        "ё": "е",
        "Ё": "Е",
        "№": " № ",
        "„": "«",
        "“": "“",
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
_ROMAN_FROM_CYRILLIC = str.maketrans("ХІМСхі", "XIMCxi")
_LATIN = re.compile(r"[A-Za-z]")
_DIGIT = re.compile(r"\d")
_MIXED = re.compile(r"[A-Za-zА-Яа-яІі]+")
_TOKEN = re.compile(r"[A-Za-zА-Яа-яІі]+|\d+|[^\sA-Za-zА-Яа-яІі\d]")
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_ROMAN_INITIALS = frozenset("IVXХІ")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10}


def _clean(text: str) -> str:
    """Write a title in one alphabet, with one kind of dash."""
    text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    if _LATIN.search(text):
        text = _MIXED.sub(_one_alphabet, text)
    return text


def _one_alphabet(match: re.Match[str]) -> str:
    word = match.group()
    if roman(word):
        return word
    cyrillic = word.translate(_LOOKALIKES)
    if cyrillic == word or not cyrillic.isalpha() or _LATIN.search(cyrillic):
        return word
    if not _LATIN.fullmatch(word) and not word.isascii():
        return cyrillic
    # Latin letters alone: «TP» typed for «ТР»
    return cyrillic if cyrillic.lower() in _abbreviations() else word


def roman(word: str) -> int | None:
    """Read a Roman number up to 39, also in Cyrillic look-alikes («ХI»); None for other words."""
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
    rf"(?:\b\d{{1,2}}\s*(?:-|,|и|по)\s*)?\b(\d{{1,2}})(?:-?го)?\s+({_MONTH})[а-я]*\b", re.IGNORECASE
)
_NUMERIC_DATE = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{2})(?:\.\s?(\d{4}|\d{2})\b)?(?!\d|\.\d)")
_SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*[-/]\s*(?:20)?(\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)")
_DAYS_IN_MONTH = 31
_MONTHS_IN_YEAR = 12


def _take_dates(text: str, days: set[str], years: set[int]) -> str:
    """Take years and dates out of a text, noting the years and the standard days."""

    def numeric(match: re.Match[str]) -> str:
        day, month = int(match[1]), int(match[2])
        if not (1 <= day <= _DAYS_IN_MONTH and 1 <= month <= _MONTHS_IN_YEAR):
            return match.group()
        days.update(_days_by_date().get((day, month), ()))
        if match[3]:
            years.add(int(match[3]) % 100 + 2000)
        return " "

    def spelled(match: re.Match[str]) -> str:
        days.update(_days_by_date().get((int(match[1]), vocab.MONTHS[match[2].lower()]), ()))
        return " "

    def school_year(match: re.Match[str]) -> str:
        first, last = int(match[1]), int(match[2]) + 2000
        if last == first + 1:
            years.update((first, last))
            return " "
        return match.group()

    text = _TIME.sub(" ", text)
    text = _SCHOOL_YEAR.sub(school_year, text)
    text = _NUMERIC_DATE.sub(numeric, text)
    text = _DAY_MONTH.sub(spelled, text)
    years.update(int(year) for year in _YEAR.findall(text))
    return _YEAR.sub(" ", text)


_CLASS = frozenset("класс класса классе классу классы классов классам классах кл классники".split())
_CLASS_GLUE = frozenset(
    '-,и/«»"('.split() + list('-,/«»"()') + "х ых ые ые й ой го м ми е я а б в г д".split()
)
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
_EDITION = "выпуск"
_STAGE = "этап"
_LAST_EDITION = 99
_AFTER_NUMBER = frozenset("й я е ый ая ое ой ую ий го ей ому ом х ых".split())


def _take_numbers(tokens: list[str]) -> tuple[set[int], set[tuple[str, int]]]:
    """Take classes and numbers of a series out of the tokens (they are blanked)."""
    grades: set[int] = set()
    numbers: set[tuple[str, int]] = set()
    lower = [token.lower() for token in tokens]
    for at, token in enumerate(lower):
        if token in _CLASS:
            grades |= _grades_before(tokens, lower, at)
            if token in {"классы", "классов"} and at + 1 < len(lower) and not grades:
                grades |= _grades_after(tokens, lower, at)
        elif token == "гиа" and lower[at + 1 : at + 2] == ["-"] and at + 2 < len(lower):
            if lower[at + 2] in {"9", "11"}:
                tokens[at] += lower[at + 2]
                tokens[at + 2] = ""
    for at, token in enumerate(tokens):
        number = _number(token)
        if number is None:
            continue
        after = at + 1
        while after < len(tokens) and (tokens[after] in {"-", ""} or lower[after] in _AFTER_NUMBER):
            after += 1
        kind = _series(tokens, lower, at, after, spelled=not token.isdigit())
        if kind:
            numbers.add((kind, number))
            tokens[at] = ""
            for blank in range(at + 1, after):
                tokens[blank] = ""
    return grades, numbers


def _number(token: str) -> int | None:
    if token.isdigit():
        value = int(token)
        return value if 0 < value <= _LAST_EDITION else None
    if token[:1] in _ROMAN_INITIALS and (value := roman(token)):
        return value
    return _word(token.lower()).ordinal


def _counted(word: str) -> str | None:
    if _word(word).notion == _STAGE:
        return _STAGE
    return next((kind for prefix, kind in _COUNTED.items() if word.startswith(prefix)), None)


def _series(
    tokens: list[str], lower: list[str], at: int, after: int, *, spelled: bool
) -> str | None:
    """Tell what a number counts: the noun after it, or the form before «№ 2»."""
    following = [word for word in lower[after : after + 8] if word.isalpha()]
    if following and (kind := _counted(following[0])):
        return kind
    for word in following:
        if _names_form(word):
            return _EDITION
        info = _word(word)
        if not (info.level or info.maybe_adjective or word.endswith("о")):
            break
    previous = at - 1
    marked = previous >= 0 and tokens[previous] == "№"
    if marked:
        previous -= 1
    ends = at + 1 >= len(tokens) or not (tokens[at + 1].isalnum() or tokens[at + 1] in "-.,")
    if previous >= 0 and not spelled and (marked or ends):
        if kind := _counted(lower[previous]):
            return kind
        if _names_form(lower[previous]):
            return _EDITION
    return None


def _names_form(word: str) -> bool:
    written = (word, *_abbreviations().get(word, ()))
    return any(_word(part).form not in {None, "час"} for part in written)


def _grades_before(tokens: list[str], lower: list[str], at: int) -> set[int]:
    found: list[int] = []
    ranged = False
    grades: set[int] = set()
    position = at - 1
    while position >= 0:
        token = lower[position]
        if token.isdigit() and 1 <= int(token) <= _LAST_GRADE:
            grade = int(token)
            if ranged and found:
                grades.update(range(grade, found[-1] + 1))
            found.append(grade)
            ranged = False
            tokens[position] = ""
        elif token == "-":
            # a dash between two numbers is a range, one before a suffix («6-ые») is not
            ranged = position + 1 < at and lower[position + 1].isdigit()
        elif token not in _CLASS_GLUE:
            break
        position -= 1
    if found:  # «7-ые», «7 а, б»: what was glued to the number goes with it
        tokens[at] = "класс"
        for glued in range(position + 1, at):
            if lower[glued].isalpha():
                tokens[glued] = ""
    return grades | set(found)


def _grades_after(tokens: list[str], lower: list[str], at: int) -> set[int]:
    found: list[int] = []
    grades: set[int] = set()
    position = at + 1
    while position < len(lower):
        token = lower[position]
        if token.isdigit() and 1 <= int(token) <= _LAST_GRADE:
            grade = int(token)
            if found and lower[position - 1] == "-":
                grades.update(range(found[-1], grade + 1))
            found.append(grade)
            tokens[position] = ""
        elif token not in {"-", ",", ":", "и"}:
            break
        position += 1
    return grades | set(found)


# --- words ------------------------------------------------------------------------------------

#: Parts of its weight that a word carries, by what it is. Set by hand on published titles: who is
#: invited and how far an event reaches are often left out of its short name, wrappers always.
_WRAPPER_SHARE = 0.07
_LEVEL_SHARE = 0.35
_AUDIENCE_SHARE = 0.3
_ORNAMENT_SHARE = 0.4
_MOMENT_SHARE = 0.8
_OPENED_CENTER_SHARE = 0.6
_MONTH_SHARE = 0.2
_PLACE_SHARE = 0.1
_NUMBER_SHARE = 0.3
_PALE = 0.2

_ROOT_MIN = 3
_FAMILY_TIE = 0.65
_DERIVATIONS = (
    "ическ",
    "ичн",
    "ическо",
    "альн",
    "ельн",
    "енн",
    "онн",
    "ьн",
    "ск",
    "ов",
    "ев",
    "ик",
    "ин",
    "н",
    "к",
)
_ALTERNATES = {"г": "ж", "к": "ч", "х": "ш", "ц": "ч"}
_ADJECTIVE = re.compile(
    r"(?:[нсвкшщчтлг](?:ый|ая|ое|ого|ой|ую|ым|ом|ые|ых|ыми|ий|ее|его|ей|ему|ем|ие|их|им|ими|яя|юю)|"
    r"ого|ному|ому)$"
)


@dataclass(frozen=True, slots=True)
class _Word:
    """What the tables say of one written word."""

    notion: str
    share: float = 1.0
    subject: str | None = None
    weak_subject: bool = False
    form: str | None = None
    action: str | None = None
    moment: str | None = None
    audience: str | None = None
    level: tuple[int, ...] = ()
    phase: str | None = None
    mode: str | None = None
    exam: str | None = None
    day: str | None = None
    ordinal: int | None = None
    grades: tuple[int, ...] = ()
    maybe_adjective: bool = False
    telling: bool = False  # it names an exam, a mode, an audience, a day, a phase, a moment, classes

    @property
    def topical(self) -> bool:
        """Whether the word tells what an event is about."""
        kinds = self.form or self.moment or self.action or self.level or self.audience
        kinds = kinds or self.phase or self.notion == _STAGE
        return self.share > _PALE and not kinds


class _Table:
    """Words by exact form or longest prefix."""

    __slots__ = ("_exact", "_longest", "_prefixes")

    def __init__(self, lines: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        for name, forms in lines:
            for form in forms.split():
                if form.startswith("="):
                    self._exact[form[1:]] = name
                else:
                    self._prefixes[form] = name
        self._longest = max(map(len, self._prefixes), default=0)

    def find(self, word: str) -> str | None:
        name = self._exact.get(word)
        if name is not None:
            return name
        for length in range(min(len(word), self._longest), 1, -1):
            name = self._prefixes.get(word[:length])
            if name is not None:
                return name
        return None


def _lines(table: str) -> Iterator[str]:
    return (line for line in table.splitlines() if line.strip())


def _entries(table: str) -> Iterator[tuple[str, str]]:
    for line in _lines(table):
        name, _, forms = line.partition(":")
        yield name.partition("/")[0], forms


@dataclass(frozen=True, slots=True)
class _Tables:
    families: _Table
    subjects: _Table
    forms: _Table
    actions: _Table
    moments: _Table
    audiences: _Table
    levels: _Table
    phases: _Table
    modes: _Table
    exams: _Table
    ordinals: _Table
    class_names: _Table
    months: _Table
    wrappers: frozenset[str]
    ornaments: frozenset[str]
    stem: Callable[[str], str]


@cache
def _tables() -> _Tables:
    from snowballstemmer import stemmer  # noqa: PLC0415 - 30 ms that only matching needs

    stem: Callable[[str], str] = stemmer("russian").stemWord
    return _Tables(
        families=_Table(_entries(vocab.FAMILIES)),
        subjects=_Table(_entries(vocab.SUBJECTS)),
        forms=_Table(_entries(vocab.FORMS)),
        actions=_Table(_entries(vocab.ACTIONS)),
        moments=_Table(_entries(vocab.MOMENTS)),
        audiences=_Table(_entries(vocab.AUDIENCES)),
        levels=_Table([(name, forms) for name, (forms, _) in vocab.LEVELS.items()]),
        phases=_Table(_entries(vocab.PHASES)),
        modes=_Table(_entries(vocab.MODES)),
        exams=_Table(_entries(vocab.EXAMS)),
        ordinals=_Table([(str(number), prefix) for prefix, number in vocab.ORDINALS.items()]),
        class_names=_Table([(prefix, prefix) for prefix in vocab.CLASS_NAMES]),
        months=_Table([(prefix, prefix) for prefix in vocab.MONTHS]),
        wrappers=frozenset(stem(word) for word in vocab.WRAPPERS.split()),
        ornaments=frozenset(stem(word) for word in vocab.ORNAMENTS.split()),
        stem=stem,
    )


@cache
def _word(word: str) -> _Word:
    """Look a lower-case word up in all tables."""
    tables = _tables()
    subject = tables.subjects.find(word)
    weak = bool(subject and subject.startswith("?"))
    subject = subject.lstrip("?") if subject else None
    form = tables.forms.find(word)
    audience = tables.audiences.find(word)
    level = None if audience else tables.levels.find(word)
    family = tables.families.find(word)
    stem = tables.stem(word)
    ordinal = tables.ordinals.find(word)
    share = 1.0
    if level or family == _STAGE:
        share = _LEVEL_SHARE
    elif stem in tables.wrappers:
        share = _WRAPPER_SHARE
    elif stem in tables.ornaments:
        share = _ORNAMENT_SHARE
    elif tables.moments.find(word) or tables.phases.find(word):
        share = _MOMENT_SHARE
    elif audience:
        share = _AUDIENCE_SHARE
    elif tables.months.find(word):
        share = _MONTH_SHARE
    elif word.isdigit():
        share = _NUMBER_SHARE
    class_name = tables.class_names.find(word)
    phase, mode, exam = tables.phases.find(word), tables.modes.find(word), tables.exams.find(word)
    moment = tables.moments.find(word)
    return _Word(
        notion=subject or form or family or level or stem,
        share=share,
        subject=subject,
        weak_subject=weak,
        form=form,
        action=tables.actions.find(word),
        moment=moment,
        audience=audience,
        level=vocab.LEVELS[level][1] if level else (),
        phase=phase,
        mode=mode,
        exam=exam,
        ordinal=int(ordinal) if ordinal and _ADJECTIVE.search(word) else None,
        grades=vocab.CLASS_NAMES[class_name] if class_name else (),
        maybe_adjective=bool(_ADJECTIVE.search(word)),
        telling=any((phase, mode, exam, moment, audience, class_name)),
    )


@cache
def _day_word(day: str) -> _Word:
    return _Word(notion=f"день_{day}", day=day, telling=True)


def _name_to_notion(name: str) -> str:
    return name if "_" in name else _word(name).notion


@cache
def _abbreviations() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(forms.split()) for name, forms in _entries(vocab.ABBREVIATIONS)}


@cache
def _compound(word: str) -> tuple[str, ...] | None:
    """Take a compound apart where its second part is a form: экодиктант → эко, диктант."""
    for prefix, first in vocab.COMPOUNDS.items():
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) > _ROOT_MIN and _tables().forms.find(rest):
            return (first, rest) if first else (rest,)
    return None


# --- items: words where they stand ------------------------------------------------------------

#: Parts of a word's weight by where it stands: what is said in brackets, in a second sentence or
#: after «в рамках» says less of which event it is; where it is held says next to nothing.
_ASIDE_SHARE = 0.35
_AFTERTHOUGHT_SHARE = 0.5
_FRAME_SHARE = 0.6
_BASE_SHARE = 0.15
_OPENING = frozenset("«“„")
_CLOSING = frozenset("»”")
_STRAIGHT = frozenset("\"'")
_THEMES = frozenset("тема теме тему темой вопросу вопросам девизом".split())
_FRAMES = frozenset("рамках рамки преддверии честь".split())
_COMPANY = frozenset("приглашением участием использованием помощью целях целью".split())
_BASES = frozenset("базе созданного созданной созданных созданный".split())
_ASIDES = frozenset("далее согласно отдельному графику".split())
_PLACES = frozenset("г п с д дер пос ст х рп".split())
_LISTS = frozenset({"и", ",", "-"})
_LONG_WORD = 4
_TOPONYM = re.compile(r"ск(?:ая|ой|ую|ий|ого|ом|ому|им|ое|ие|их)$")


@dataclass(slots=True)
class _Item:
    word: _Word
    name: int = -1  # which named thing it belongs to, -1 for none
    share: float = 1.0
    listed: bool = False  # after «по» or in a list
    joined: bool = False  # after «и»


class _Scanner:
    """Reads tokens in order and notes where each word stands."""

    __slots__ = (
        "_brackets", "_fade", "_institution", "_name", "_names", "_place", "_previous", "_themed",
        "items",
    )  # fmt: skip

    def __init__(self) -> None:
        self.items: list[_Item] = []
        self._name = -1
        self._names = 0
        self._themed = False
        self._brackets = 0
        self._fade = 1.0
        self._institution = False
        self._place = False
        self._previous = ""

    def read(self, tokens: list[str]) -> list[_Item]:
        for at, token in enumerate(tokens):
            if not token:
                continue
            if token.isalnum():
                self._read_word(token, tokens[at + 1] if at + 1 < len(tokens) else "")
            else:
                self._read_mark(token, tokens[at + 1] if at + 1 < len(tokens) else "")
            self._previous = token
        if self._names == 1 and all(item.name == 0 or item.share < _PALE for item in self.items):
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
        elif mark in ".!?;" and self._sentence_ends(following):
            self._fade = min(self._fade, _AFTERTHOUGHT_SHARE)
        elif mark == "," and self._fade == _FRAME_SHARE and len(self.items) < _LONG_WORD:
            self._fade = 1.0  # «в рамках недели химии, викторина»: the frame came first
        if mark in ".,;:()" and self._themed:
            self._name, self._themed = -1, False

    def _sentence_ends(self, following: str) -> bool:
        if sum(item.word.share > _PALE for item in self.items) < 2:  # noqa: PLR2004 - a heading
            return False
        started = following[:1].isupper() or following[:1] in _OPENING | _STRAIGHT
        ended = len(self._previous) >= _LONG_WORD or not self._previous.isalnum()
        return started and ended

    def _read_word(self, token: str, following: str) -> None:
        lower = token.lower()
        if lower in vocab.INSTITUTIONS and (lower not in {"школа", "школы"} or following == "№"):
            self._enter_institution()
            return
        if token.isdigit():
            if self._name >= 0 and not self._institution:
                self.items.append(_Item(_word(lower), self._name, self._fade))
            return
        place, self._place = self._place and token[0].isupper(), False
        if lower in _PLACES and following == ".":
            self._place = True
            return
        for word in _spelled_out(token, lower):
            if word in vocab.STOP or len(word) == 1:
                if word == "это" and self._previous == "-":
                    self._fade = min(self._fade, _BASE_SHARE)
                continue
            self._note_clause(word)
            if word in _THEMES and self._name < 0 and self._previous.lower() in {"по", "на", "под"}:
                self._name, self._names, self._themed = self._names, self._names + 1, True
                continue
            share = self._fade
            if self._brackets:
                share *= _BASE_SHARE if word in _ASIDES else _ASIDE_SHARE
            if place or self._institution:
                share = min(share, _PLACE_SHARE)
            previous = self._previous.lower()
            name = -1 if self._institution else self._name
            self.items.append(
                _Item(
                    _word(word),
                    name,
                    share,
                    listed=previous == "по" or previous in _LISTS,
                    joined=previous == "и",
                )
            )

    def _note_clause(self, word: str) -> None:
        if word in _BASES:
            self._fade = min(self._fade, _BASE_SHARE)
        elif word in _FRAMES or word in _COMPANY:
            self._fade = min(self._fade, _FRAME_SHARE)

    def _enter_institution(self) -> None:
        """«Яйская СОШ №2 «Эврика»»: the adjective before and the name after are no topic."""
        if self.items and self._previous[:1].isupper() and _TOPONYM.search(self._previous.lower()):
            self.items[-1].share = min(self.items[-1].share, _PLACE_SHARE)
        self._institution = True


def _spelled_out(token: str, lower: str) -> tuple[str, ...]:
    """Write abbreviations and compounds out."""
    lower = lower.replace("ё", "е")
    if token.isupper() and token in _abbreviations():
        return _abbreviations()[token]
    return _abbreviations().get(lower) or _compound(lower) or (lower,)


# --- phrases and days -------------------------------------------------------------------------

_Trie = Mapping[str, tuple[tuple[tuple[str, ...], tuple[_Word, ...]], ...]]


@cache
def _phrases() -> _Trie:
    entries = []
    for line in _lines(vocab.PHRASES):
        phrase, _, written = line.partition("=")
        entries.append((phrase, tuple(_word(word) for word in written.split())))
    return _trie(entries)


@cache
def _day_names() -> _Trie:
    entries = []
    for line in _lines(vocab.DAYS):
        day, _, names = (part.strip() for part in line.split("/"))
        entries.extend((name, (_day_word(day),)) for name in names.split(";"))
    return _trie(entries)


@cache
def _days_by_date() -> Mapping[tuple[int, int], tuple[str, ...]]:
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for line in _lines(vocab.DAYS):
        name, date, _ = (part.strip() for part in line.split("/"))
        if date:
            day, _, month = date.partition(".")
            found[int(day), int(month)] = (*found.get((int(day), int(month)), ()), name)
    return found


def _trie(entries: Iterable[tuple[str, tuple[_Word, ...]]]) -> _Trie:
    found: dict[str, list[tuple[tuple[str, ...], tuple[_Word, ...]]]] = {}
    for phrase, written in entries:
        first, *rest = (_word(word).notion for word in phrase.split() if word not in vocab.STOP)
        found.setdefault(first, []).append((tuple(rest), written))
    return {
        first: tuple(sorted(ways, key=lambda way: -len(way[0]))) for first, ways in found.items()
    }


def _join(items: list[_Item], trie: _Trie, *, over_levels: bool = False) -> list[_Item]:
    """Write every phrase of the trie as the words that stand for it."""
    joined: list[_Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        ways = trie.get(item.word.notion)
        for rest, written in ways or ():
            parts = _follow(items, at, rest, over_levels=over_levels)
            if parts is None:
                continue
            last = parts[-1] if parts else at
            share = max([item.share, *(items[part].share for part in parts)])
            names = {item.name, *(items[part].name for part in parts)}
            name = names.pop() if len(names) == 1 else -1
            joined.extend(_Item(word, name, share) for word in written)
            skipped = set(range(at + 1, last)) - set(parts)
            joined.extend(items[position] for position in sorted(skipped))
            at = last + 1
            break
        else:
            joined.append(item)
            at += 1
    return joined


def _follow(
    items: list[_Item], at: int, rest: tuple[str, ...], *, over_levels: bool
) -> list[int] | None:
    """Return where the rest of a phrase stands after `at`, None when it does not."""
    parts: list[int] = []
    position = at + 1
    for notion_ in rest:
        while (
            position < len(items)
            and items[position].word.notion != notion_
            and (
                items[position].word.notion.isdigit()
                or (over_levels and items[position].word.notion in _ORNAMENTS)
            )
        ):
            position += 1
        if position >= len(items) or items[position].word.notion != notion_:
            return None
        parts.append(position)
        position += 1
    return parts


_ORNAMENTS = frozenset({"всероссийский", "международный", "российский", "россия", "велик", "наш"})


# --- facets -----------------------------------------------------------------------------------

_CENTER = "точкар"
_SUBJECT_PLACES = frozenset({"предметн", "предмет", "учител", "учитель", "кабинет", "знан"})


def _facets(
    items: list[_Item],
    grades: set[int],
    exams_years: frozenset[int],
    numbers: frozenset[tuple[str, int]],
) -> Facets:
    outside = [item for item in items if item.name < 0]
    forms = _forms(outside) or _forms(items)
    stages, levels = _reach(outside)
    subjects = _subjects(outside) or _subjects(items)
    joint, actions = _joint(items), _actions(outside)
    items = [item for item in items if item.word.telling]
    outside = [item for item in items if item.name < 0]
    for item in items:
        grades.update(item.word.grades)
    return Facets(
        subjects=subjects,
        grades=frozenset(grades),
        exams=frozenset(item.word.exam for item in items if item.word.exam),
        years=exams_years,
        stages=stages,
        modes=frozenset(item.word.mode for item in outside if item.word.mode),
        numbers=numbers,
        levels=levels,
        audiences=frozenset(item.word.audience for item in outside if item.word.audience),
        days=frozenset(item.word.day for item in items if item.word.day),
        phases=frozenset(item.word.phase for item in outside if item.word.phase),
        moments=frozenset(item.word.moment for item in outside if item.word.moment),
        forms=forms,
        joint=joint,
        actions=actions,
    )


def _forms(items: list[_Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.word.form for item in items if item.word.form))


def _joint(items: list[_Item]) -> str | None:
    """Name the form that «и» puts beside the first one, words of the same kind left out."""
    first = next((item.word.form for item in items if item.word.form), None)
    for at, item in enumerate(items):
        form = item.word.form
        if form and first and form != first and not families()[form] & families()[first]:
            if item.joined or (at and items[at - 1].joined and items[at - 1].word.maybe_adjective):
                return form
    return None


def _actions(items: list[_Item]) -> tuple[str, ...]:
    found: list[str] = []
    for item in items:
        if item.word.action:
            found.append(item.word.action)
        if item.word.form or item.word.moment:
            break
    return tuple(found)


def _subjects(items: list[_Item]) -> frozenset[str]:
    found: set[str] = set()
    for at, item in enumerate(items):
        subject = item.word.subject
        if subject and (not item.word.weak_subject or _subject_expected(items, at)):
            found.add(subject)
            found.update(vocab.SUBJECT_GROUPS.get(subject, ()))
    return frozenset(found)


def _subject_expected(items: list[_Item], at: int) -> bool:
    item = items[at]
    before = items[at - 1].word if at else None
    after = items[at + 1].word if at + 1 < len(items) else None
    if before and (before.form or before.notion in _SUBJECT_PLACES or before.audience):
        return True
    if item.listed and (before is None or before.subject or not before.maybe_adjective):
        return True
    return bool(after and after.form and item.word.maybe_adjective)


def _reach(items: list[_Item]) -> tuple[frozenset[int], frozenset[int]]:
    """Tell the levels of the stage from those of the event: «районный этап областного конкурса»."""
    stages: set[int] = set()
    levels: set[int] = set()
    pending: set[int] = set()
    for at, item in enumerate(items):
        word = item.word
        if word.notion == _STAGE:
            stages |= pending
            pending = set()
        elif word.level:
            after = items[at + 1].word if at + 1 < len(items) else None
            if not (after and after.day):
                pending.update(word.level)
        elif not word.mode:
            levels |= pending - {vocab.FINAL}
            pending = set()
    levels |= pending
    if vocab.FINAL in levels:
        levels.discard(vocab.FINAL)
        stages.add(vocab.FINAL)
    if vocab.COUNTRY in stages:
        stages.add(vocab.FINAL)
    return frozenset(stages), frozenset(levels)


def _grams(items: list[_Item]) -> frozenset[str]:
    return frozenset().union(
        *[
            _trigrams(item.word.notion)
            for item in items
            if item.share * item.word.share > _PALE
        ]
    )


@cache
def _trigrams(notion_: str) -> frozenset[str]:
    padded = f" {notion_} "
    return frozenset([padded[at : at + 3] for at in range(len(padded) - 2)])
