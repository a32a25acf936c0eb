"""A written word and what the vocabulary says of it: its notion, its weight, its tags.

A notion is what a word stands for: the name of its family («книжный», «книги» → книга), of a
subject or of a form, else its stem (Snowball). Words are looked up in lower case with е for ё.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from miro_sync.matching import vocabulary as vocab

#: Parts of its weight that a word carries, by what it is. Set by hand on published titles: who is
#: invited and how far an event reaches are often left out of its short name, wrappers always.
_WRAPPER_SHARE = 0.07
_LEVEL_SHARE = 0.35
_AUDIENCE_SHARE = 0.3
_ORNAMENT_SHARE = 0.4
_MOMENT_SHARE = 0.8
_MONTH_SHARE = 0.2
_NUMBER_SHARE = 0.3
#: Words that carry less tell nothing of what an event is about.
PALE = 0.2

_ROOT_MIN = 3
_FAMILY_TIE = 0.65
#: Endings that make adjectives of nouns, as a stemmer leaves them.
_DERIVATIONS = (
    "ическ",
    "ичн",
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
    r"(?:[бвгдзклмнрстчшщ](?:ый|ая|ое|ого|ой|ую|ым|ом|ые|ых|ыми|ий|ее|его|ей|ему|ем|ие|их|им|ими|яя|юю)|"
    r"ого|ному|ому)$"
)
#: A month, or what is named after it («майский»); «маяк» and «октябрята» are not.
_MONTH = re.compile(
    rf"(?:{'|'.join(vocab.MONTHS)})(?:[ьяюеуам]|[еао]м|(?:ь|ов)?ск[а-я]+)?",
)


@dataclass(frozen=True, slots=True)
class Word:
    """What the vocabulary says of one written word.

    Attributes:
        notion: what it stands for.
        share: the part of its notion's weight that it carries, 0..1.
        subject: a school subject; `weak_subject` when it often is none.
        form, action, moment, audience, phase, mode, exam: its name in the table of that kind.
        level: the levels that it may mean. owner: those that it means after a form («района»).
        day: a standard day, of the words that stand for one alone.
        ordinal: «второй» is 2. grades: «первоклассники» are 1.
        adjective: it ends like one.
        telling: it has one of the rarer tags, from `audience` on.

    """

    notion: str
    share: float = 1.0
    subject: str | None = None
    weak_subject: bool = False
    form: str | None = None
    action: str | None = None
    moment: str | None = None
    audience: str | None = None
    level: tuple[int, ...] = ()
    owner: tuple[int, ...] = ()
    phase: str | None = None
    mode: str | None = None
    exam: str | None = None
    day: str | None = None
    ordinal: int | None = None
    grades: tuple[int, ...] = ()
    adjective: bool = False
    telling: bool = False

    @property
    def topical(self) -> bool:
        """Whether the word tells what an event is about."""
        kinds = (self.form, self.moment, self.action, self.level, self.audience, self.phase)
        return self.share > PALE and not any(kinds) and self.notion != STAGE


@cache
def look_up(word: str) -> Word:
    """Look a lower-case word up in all tables."""
    tables = _tables()
    subject = tables.subjects.find(word)
    weak = bool(subject and subject.startswith("?"))
    subject = subject.lstrip("?") if subject else None
    form = tables.forms.find(word)
    audience = tables.audiences.find(word)
    level = None if audience else tables.levels.find(word)
    family = tables.families.find(word)
    bare = stem(word)
    ordinal = tables.ordinals.find(word)
    share = 1.0
    if level or family == STAGE:
        share = _LEVEL_SHARE
    elif bare in tables.wrappers:
        share = _WRAPPER_SHARE
    elif tables.moments.find(word) or tables.phases.find(word):
        share = _MOMENT_SHARE
    elif bare in tables.ornaments:
        share = _ORNAMENT_SHARE
    elif audience:
        share = _AUDIENCE_SHARE
    elif _MONTH.fullmatch(word):
        share = _MONTH_SHARE
    elif word.isdecimal():
        share = _NUMBER_SHARE
    class_name = tables.class_names.find(word)
    phase, mode, exam = tables.phases.find(word), tables.modes.find(word), tables.exams.find(word)
    moment, action = tables.moments.find(word), tables.actions.find(word)
    return Word(
        notion=subject or form or family or action or level or bare,
        share=share,
        subject=subject,
        weak_subject=weak,
        form=form,
        action=action,
        moment=moment,
        audience=audience,
        level=vocab.LEVELS[level][1] if level else (),
        owner=vocab.LEVEL_OWNERS.get(word, ()),
        phase=phase,
        mode=mode,
        exam=exam,
        ordinal=int(ordinal) if ordinal and _ADJECTIVE.search(word) else None,
        grades=vocab.CLASS_NAMES[class_name] if class_name else (),
        adjective=bool(_ADJECTIVE.search(word)),
        telling=any((phase, mode, exam, moment, audience, class_name)),
    )


@cache
def day_word(day: str) -> Word:
    """Return the word that stands for a standard day."""
    return Word(notion=f"день_{day}", day=day, telling=True)


def notion(word: str) -> str:
    """Return what a written word stands for."""
    return look_up(word.lower().replace("ё", "е")).notion


def spelled_out(token: str) -> tuple[str, ...]:
    """Write an abbreviation or a compound as its words; «ДО» only where it stands in capitals."""
    if token.isupper() and token in abbreviations():
        return abbreviations()[token]
    word = token.lower().replace("ё", "е")
    return abbreviations().get(word) or _compound(word) or (word,)


@cache
def abbreviations() -> Mapping[str, tuple[str, ...]]:
    """Return what abbreviations stand for."""
    return {name: tuple(forms.split()) for name, forms in _entries(vocab.ABBREVIATIONS)}


@cache
def stem(word: str) -> str:
    """Return the Snowball stem of a word."""
    return _tables().stem(word)


@cache
def root(notion: str) -> str:
    """Strip a stem of the endings that make adjectives of nouns: экологическ, эколог → эколог."""
    base = notion
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
    for line in lines(vocab.KIN):
        strength, _, members = line.partition(":")
        notions = [_named(member) for member in members.split()]
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
    for line in lines(vocab.FORMS):
        name, _, family = line.partition(":")[0].partition("/")
        found[name] = frozenset({name}) if family == "-" else frozenset(family.split(","))
    return found


def lines(table: str) -> Iterator[str]:
    """Return the entries of a table."""
    return (line for line in table.splitlines() if line.strip())


STAGE = "этап"


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


def _entries(table: str) -> Iterator[tuple[str, str]]:
    for line in lines(table):
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
    wrappers: frozenset[str]
    ornaments: frozenset[str]
    stem: Callable[[str], str]


@cache
def _tables() -> _Tables:
    from snowballstemmer import stemmer  # noqa: PLC0415 - 30 ms that only matching needs

    snowball: Callable[[str], str] = stemmer("russian").stemWord
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
        wrappers=frozenset(snowball(word) for word in vocab.WRAPPERS.split()),
        ornaments=frozenset(snowball(word) for word in vocab.ORNAMENTS.split()),
        stem=snowball,
    )


def _named(name: str) -> str:
    return name if "_" in name else look_up(name).notion


@cache
def _compound(word: str) -> tuple[str, ...] | None:
    """Take a compound apart where its second part is a word: экодиктант → эко, диктант."""
    for prefix, first in vocab.COMPOUNDS.items():
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) > _ROOT_MIN and _stands_alone(rest):
            return (first, rest) if first else (rest,)
    return None


def _stands_alone(word: str) -> bool:
    return bool(_tables().forms.find(word)) or word in _COMPOUND_WORDS


_COMPOUND_WORDS = frozenset(vocab.COMPOUND_WORDS.split())
