"""Spellings of the centres: which centre a frame title, a cell or a sentence speaks of.

A school is identified by words of its own (a place, «Престиж»), by the place and its number where
several schools share the place, or by whom it is named after. Legal forms, «Точка роста» and
quotes identify nobody, the kind of school («ООШ», «лицей») only decides between two. Case endings
and the village of a school follow from the spelling: «Улановская» also answers to «Улановской»
and «Улановка».

Two questions are kept apart. `find` is asked of a text that should name a centre and nothing else,
and so forgives an abbreviation and a slip of the pen. `mentioned` and `only` are asked of running
text, where a wrong guess would put a card under the wrong school: they go by the words that the
settings themselves use.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from miro_sync.text import fold, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from miro_sync.model import Center


def clashes(centers: Sequence[Center]) -> tuple[tuple[str, str, str], ...]:
    """Find centres that cannot be told apart by what the settings call them.

    Returns:
        One (id, id, spelling) for each such pair, in the settings' order; the spelling is the
        first of the second centre that the first one claims too.

    """
    names = CenterNames(centers)
    return tuple(
        (one.id, other.id, spelling)
        for one, other in combinations(centers, 2)
        if (spelling := names.common_spelling(one, other)) is not None
    )


class CenterNames:
    """The spellings of all centres, prepared for many questions.

    A centre answers to its id, name, aliases and frame.
    """

    def __init__(self, centers: Sequence[Center]) -> None:
        self._place = {center.id: place for place, center in enumerate(centers)}
        self._verbatim: dict[str, set[str]] = defaultdict(set)
        self._spellings: dict[str, list[_Reading]] = {center.id: [] for center in centers}
        self._owners: dict[str, set[str]] = defaultdict(set)  # an own word -> centres
        self._patrons: dict[str, set[str]] = defaultdict(set)  # a surname -> centres
        self._said: set[str] = set()  # the settings' words in all their cases
        self._words: dict[str, set[str]] = defaultdict(set)  # any derived form -> own words
        for center in centers:
            self._verbatim[fold(center.id)].add(center.id)
            for spelling in _spellings_of(center):
                self._learn(center.id, spelling)
        self._numbers = {
            center: {number for one in readings for number in one.numbers}
            for center, readings in self._spellings.items()
        }
        self._wordless = [
            (center, one)
            for center, readings in self._spellings.items()
            for one in readings
            if one.numbers and not one.words and not one.patron
        ]
        # What no spelling has is looked for in all of them: once for each word.
        self._guessed = lru_cache(maxsize=10_000)(self._guess)
        self._slip = lru_cache(maxsize=10_000)(self._slip_of)

    def find(self, text: str) -> str | None:
        """Return the id of the centre that the whole text names.

        Args:
            text: a frame title, a cell of a centre column, an id.

        Returns:
            None when it names none, says more than a name, or fits two centres.

        """
        candidates = self.candidates(text)
        return candidates[0] if len(candidates) == 1 else None

    def candidates(self, text: str) -> tuple[str, ...]:
        """Return the ids of all centres that the whole text may name, in the settings' order.

        Two or more say that it is part of a name that several share («Яйская»).
        """
        folded = fold(text)
        found = self._verbatim.get(folded) or self._named(folded)
        return tuple(sorted(found, key=self._place.__getitem__))

    def mentioned(self, text: str) -> tuple[str, ...]:
        """Return the ids of the centres that a longer text certainly speaks of, in its order.

        A bare number, a bare «школа», a place that several schools share, and a place that is
        somebody else's («Ишимская библиотека», «Яйский округ») name nobody.
        """
        return self._heard(text)[0]

    def only(self, text: str) -> str | None:
        """Return the one centre that a text speaks of, None if it may speak of others as well.

        «Яйская и Улановская школы» mentions one centre for certain, and speaks of two.
        """
        mentioned, all_clear = self._heard(text)
        return mentioned[0] if all_clear and len(mentioned) == 1 else None

    def common_spelling(self, one: Center, other: Center) -> str | None:
        """Return a spelling of `other` that `one` claims as well, None when there is none."""
        verbatim = {fold(spelling) for spelling in _spellings_of(one)}
        for spelling in _spellings_of(other):
            folded = fold(spelling)
            if folded in verbatim:
                return spelling
            reading = _whole(_parts(folded, self._own_words))
            if reading is not None and any(
                _alike(reading, claimed) for claimed in self._spellings[one.id]
            ):
                return spelling
        return None

    # --- learning ---

    def _learn(self, center: str, spelling: str) -> None:
        folded = fold(spelling)
        self._verbatim[folded].add(center)
        reading = _whole(_parts(folded, lambda word: frozenset({_own(_bare(word))})))
        if reading is None:
            return
        self._spellings[center].append(reading)
        for word in reading.words:
            self._owners[word].add(center)
            said, derived = _forms(word)
            self._said |= said
            for form in said | derived:
                self._words[form].add(word)
        if reading.patron:
            self._patrons[reading.patron].add(center)

    def _own_words(self, word: str) -> frozenset[str]:
        return frozenset(self._words.get(_bare(word), ()))

    # --- a whole text ---

    def _named(self, folded: str) -> set[str]:
        reading = _whole(_parts(folded, self._guessed, self._patrons))
        if reading is None or len(reading.numbers) > 1:
            return set()
        if not reading.words and not reading.patron:
            if not reading.numbers or not reading.kind:
                return set()
            found = self._of_kind(self._place, reading.kind)
        else:
            found = self._owning(reading.groups)
        if reading.patron and ((after := self._named_after(reading.patron)) or not reading.words):
            found &= after
        return self._narrowed(found, reading, reading.numbers)

    def _guess(self, word: str) -> frozenset[str]:
        """Return the own words that a word of a whole text may stand for."""
        bare = _bare(word)
        known = self._own_words(word)
        if known or _SURNAME.fullmatch(bare):
            return known  # «Уланова» is a person, not a slip for «Улановка»
        if len(bare) >= (_ABBREVIATED if word.endswith(".") else _CUT_SHORT):
            known = _union(own for form, own in self._words.items() if form.startswith(bare))
        if not known and len(bare) >= _LONG:
            known = self._slip(bare)
        return known

    def _named_after(self, surname: str) -> set[str]:
        known = self._patrons.get(surname)
        if known is None and len(surname) >= _LONG:
            close = [ids for name, ids in self._patrons.items() if _one_slip(name, surname)]
            known = close[0] if len(close) == 1 else None
        return set(known or ())

    # --- running text ---

    def _heard(self, text: str) -> tuple[tuple[str, ...], bool]:
        """Return the centres that a text certainly speaks of, and whether that is all of them."""
        folded = fold(text)
        if not self._worth_reading(folded):
            return (), True
        proper = one_line(text).replace("ё", "е").replace("Ё", "Е")
        heard: dict[str, None] = {}
        all_clear = True
        for reading in self._names_in([*_parts(folded, self._recall, self._patrons)]):
            meant = self._meant(reading, proper)
            heard.update((center, None) for center in meant if center)
            all_clear = all_clear and None not in meant
        return tuple(heard), all_clear

    def _names_in(self, parts: Sequence[_Part]) -> list[_Reading]:
        """Find the names in running text, in its order; «№1 и №3» are two names of one place."""
        listener = _Listener()
        for part, following in pairwise([*parts, _END]):
            if part.what is _What.OWN and not self._owning([*listener.groups, part.group]):
                listener.close()
            elif part.what is _What.PATRON and (
                part.word not in self._patrons or not listener.hears_a_school
            ):
                continue  # «конкурс им. В.Д. Фёдорова» is no school
            listener.hear(part, following)
        listener.close()
        return _with_shared_places(listener.found)

    def _worth_reading(self, folded: str) -> bool:
        words = _WORD.findall(folded)
        return (
            any(map(self._recall, words))
            or not self._patrons.keys().isdisjoint(words)
            or (bool(self._wordless) and any(map(str.isdigit, folded)))
        )

    def _recall(self, word: str) -> frozenset[str]:
        """Return the own words of which a word of running text is a form."""
        bare = _bare(word)
        if bare in self._said:
            return self._own_words(word)
        if len(bare) >= _VERY_LONG and _PLACE_ADJECTIVE.fullmatch(bare):
            return self._slip(bare)
        return frozenset()

    def _meant(self, reading: _Reading, proper: str) -> list[str | None]:
        """Return the centres that one name in running text means, None for an unclear one."""
        if not reading.words and not reading.patron:
            return self._numbered_ones(reading)
        if reading.patron:
            found = self._owning(reading.groups) & self._patrons.get(reading.patron, set())
        else:
            found = {
                center
                for center in self._owning(reading.groups)
                if any(_is_said(one, reading, proper) for one in self._spellings[center])
            }
            if not found and not reading.schoolish:
                return []  # an ordinary word that happens to be part of a name
        numbers = reading.numbers
        if not reading.marked and not any(self._numbers[center] for center in found):
            numbers = ()  # «Улановская, 9 класс»
        each = [self._narrowed(found, reading, (n,)) for n in numbers] or [
            self._narrowed(found, reading, ())
        ]
        return [next(iter(one)) if len(one) == 1 else None for one in each]

    def _numbered_ones(self, reading: _Reading) -> list[str | None]:
        """Read «школа №1»: ours only if the settings have these very words."""
        if not reading.kind:
            return []
        if reading.elsewhere:
            return [None]
        each = [
            {
                center
                for center, one in self._wordless
                if _agree(one.kind, reading.kind) and number in one.numbers
            }
            for number in reading.numbers
        ]
        return [next(iter(one)) if len(one) == 1 else None for one in each]

    # --- both ---

    def _owning(self, groups: Iterable[frozenset[str]]) -> set[str]:
        found = set(self._place)
        for group in groups:
            found &= _union(self._owners[word] for word in group)
        return found

    def _narrowed(self, found: set[str], reading: _Reading, numbers: tuple[str, ...]) -> set[str]:
        """Leave of the centres that share words those with the number, the kind, the spelling."""
        if numbers:
            found = {center for center in found if numbers[0] in self._numbers[center]}
        if len(found) > 1:
            found = self._of_kind(found, reading.kind)
        if len(found) > 1:
            exact = {
                center
                for center in found
                if any(
                    one.numbers == numbers and one.kind == reading.kind and _covers(reading, one)
                    for one in self._spellings[center]
                )
            }
            found = exact or found
        return found

    def _of_kind(self, centers: Iterable[str], kind: str | None) -> set[str]:
        if kind in {None, _SCHOOL}:
            return set(centers)
        return {
            center for center in centers if any(one.kind == kind for one in self._spellings[center])
        }

    def _slip_of(self, word: str) -> frozenset[str]:
        """Return the own words with a form that is one slip of the pen away from the word."""
        return _union(own for form, own in self._words.items() if _one_slip(form, word))


# --- what a name is made of ---------------------------------------------------------------------

# A word, with its dot where it is cut short; a number, with all that makes it no school's number
# (12.04, 8-9, 17,8, 5б); any other sign alone.
_TOKEN: Final = re.compile(r"[а-яa-z]+(?:-[а-яa-z]+)*\.?|\d+(?:[-.,:/%]?[\dа-яa-z]+|%)*|[^\s\w]")
_WORD: Final = re.compile(r"[а-яa-z]+(?:-[а-яa-z]+)*")
_NUMBERS: Final = re.compile(r"\d{1,3}(?:,\d{1,3})*")

_SCHOOL: Final = "школа"
_KINDS: Final = {
    "школ(?:а|ы|е|у|ой|ою|ам|ами|ах)?|сш|общеобразовательн[а-я]+": _SCHOOL,
    "оош|ош|основн(?:ая|ой|ую|ою|ые|ых)": "оош",
    "сош|средн(?:яя|ей|юю|ею|ие|их)": "сош",
    "нош|начальн(?:ая|ой|ую|ою|ые|ых)": "нош",
    "гимнази(?:я|и|ю|ей|ям|ями|ях)": "гимназия",
    "лице(?:й|я|ю|ем|е|и|ев|ям|ями|ях)": "лицей",
    "(?:школ(?:а|ы|е|у|ой))?интернат(?:а|у|ом|е)?": "интернат",
}
_KIND: Final = re.compile("|".join(f"({pattern})" for pattern in _KINDS))
_KIND_NAMES: Final = tuple(_KINDS.values())

# Words around a name that say "a school" or "its centre" without saying which.
_SCHOOLISH: Final = re.compile(
    "м[бкат]?оу|мбу|мку|мау|моу|г[бка]?оу|гбпоу|чоу|ноу|оу|оо|муниципальн[а-я]+|бюджетн[а-я]+"
    "|казенн[а-я]+|автономн[а-я]+|государственн[а-я]+|образовательн[а-я]+|учреждени[а-я]+"
    "|организаци[а-я]+|центр[а-я]{0,3}|цо|образования|точк(?:а|и|е|у|ой)|роста|тр"
)
# Words that may stand beside a name in a title: where, what the frame is, the profile of a centre.
_BESIDE: Final = re.compile(
    "рамк(?:а|и|е|у|ой)|фрейм[а-я]{0,2}|frame|доска|доске|команд(?:а|ы|е|у|ой)|раздел|наш[а-я]{1,2}"
    "|естественно-?научн[а-я]+|технологическ[а-я]+|гуманитарн[а-я]+|цифров[а-я]+|профил[а-я]+"
    "|направленност[а-я]+|ц?о?е[нт]*ит?н|цигпп?|сельск[а-я]+|городск[а-я]+|детск(?:ая|ой|ую)"
    "|и|в|во|на|при|для|из|базе"
)
_LOCALITY: Final = re.compile(
    "с|сел[оаеу]|п|пос|поселок|поселк[аеу]|пгт|рп|г|гор|город[ае]?|д|дер|деревн[яие]|ст|станци[яи]"
)
_ORDINALS: Final = {"перв": "1", "втор": "2", "трет": "3", "четверт": "4", "пят": "5"}
_ORDINAL: Final = re.compile(f"({'|'.join(_ORDINALS)})(?:ая|ой|ую|ья|ьей|ью)")
# An adjective of a place is not the school's where one of these follows.
_DISTRICT: Final = re.compile(
    "район[а-я]{0,2}|р-н[а-я]?|округ[а-я]{0,2}|мо|го|мр|област[а-я]+|обл|кра[йяюе]|поселени[а-я]+"
)
_NOT_A_SCHOOL: Final = re.compile(
    "библиотек[а-я]+|больниц[а-я]+|поликлиник[а-я]+|амбулатори[а-я]+|администраци[а-я]+|улиц[а-я]+"
    "|дом[а-я]{0,2}|дк|сдк|рдк|клуб[а-я]{0,2}|сад[а-я]{0,3}|детсад[а-я]{0,2}|мб?доу|доу|музе[а-я]+"
    "|храм[а-я]{0,2}|церк[а-я]+|совет[а-я]{0,2}|сельсовет[а-я]*|газет[а-я]+|земл[а-я]+|рощ[а-я]+"
    "|долин[а-я]+|станци[а-я]+|дюсш|ддт|цдт"
)
_BETWEEN: Final = re.compile(
    "муниципальн[а-я]+|сельск[а-я]+|районн[а-я]+|городск[а-я]+|детск[а-я]+|центральн[а-я]+"
    "|модельн[а-я]+|поселенческ[а-я]+"
)
_NAMED_AFTER: Final = frozenset(("им", "им.", "имени"))
# Of «Героя Советского Союза В.Д. Жихарева» only the surname is a name.
_RANK: Final = re.compile(
    "геро[а-я]+|дважды|советск[а-я]+|союз[а-я]*|росси[а-я]+|федераци[а-я]+|кавалер[а-я]*|полн[а-я]+"
    "|орден[а-я]*|слав[а-я]*|труда|социалистическ[а-я]+|маршал[а-я]*|генерал[а-я]*|полковник[а-я]*"
    "|подполковник[а-я]*|майор[а-я]*|капитан[а-я]*|лейтенант[а-я]*|старш[а-я]+|младш[а-я]+"
    "|летчик[а-я]*|космонавт[а-я]*|академик[а-я]*|писател[а-я]+|поэт[а-я]*|заслуженн[а-я]+"
    "|учител[а-я]+|народн[а-я]+|почетн[а-я]+|гражданин[а-я]*|участник[а-я]*"
)

_PLACE_ADJECTIVE: Final = re.compile("([а-я]+[сц]к)(?:ая|ой|ую|ою|ие|их|ими|им|ий|ого|ому|ом|ое)")
_NOT_FEMININE: Final = re.compile("[а-я]+[сц]к(?:ий|ого|ому|им|ом|ое)")
# fmt: off
_PLACE_ENDINGS: Final = (
    "ая", "ой", "ую", "ою", "ие", "их", "ими", "им", "ий", "ого", "ому", "ом", "ое",
)
# fmt: on
_SURNAME: Final = re.compile("[а-я]+(?:[оеё]в|[иы]н)(?:а|у|е|ой|ы?м|ых?)?")
_HARD_ADJECTIVE: Final = re.compile("([а-я]{3,}[бвдзлмнпрст])(?:ая|ый|ое|ые)")
# fmt: off
_HARD_ENDINGS: Final = (
    "ая", "ой", "ую", "ою", "ый", "ого", "ому", "ым", "ом", "ое", "ые", "ых", "ыми",
)
# fmt: on

#: Shortest words of a whole text that may be cut short with and without a dot, or carry a slip;
#: the shortest place adjective of running text that may carry one.
_ABBREVIATED, _CUT_SHORT, _LONG, _VERY_LONG = 3, 5, 7, 9


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a name consists of.

    Attributes:
        groups: for each own word in the text the words of the settings that it may be.
        numbers: of the school; several only in «№1 и №3».
        marked: a number sign stands before them.
        kind: «оош», «лицей», …; «школа» where only that is said.
        patron: the surname after «им.».
        schoolish: says somehow that a school is meant.
        said: the own words as they stand in the text.
        elsewhere: beside it stands a place that is none of ours.
        joined: only a comma or «и» parts it from the name before.

    """

    groups: tuple[frozenset[str], ...] = ()
    numbers: tuple[str, ...] = ()
    marked: bool = False
    kind: str | None = None
    patron: str | None = None
    schoolish: bool = False
    said: tuple[str, ...] = ()
    elsewhere: bool = False
    joined: bool = False

    @property
    def words(self) -> frozenset[str]:
        return _union(self.groups)


class _What(StrEnum):
    """What a part of a text is to a name."""

    OWN = "a word of a name"
    KIND = "the kind of school"
    SCHOOL = "says that a school is meant"
    PATRON = "whom the school is named after"
    MARK = "a number sign"
    NUMBER = "a number, or several"
    ORDINAL = "a number in words"
    LOCALITY = "село, посёлок, …"
    BESIDE = "may stand beside a name"
    DISTRICT = "a district: not the school's own place"
    AND = "parts two names of a list"
    SIGN = "a sign without meaning for names"
    OTHER = "anything else"


class _Part(NamedTuple):
    what: _What
    word: str = ""
    group: frozenset[str] = frozenset()


_END: Final = _Part(_What.SIGN)


def _parts(
    folded: str,
    lookup: Callable[[str], frozenset[str]],
    patrons: Container[str] | None = None,
) -> Iterator[_Part]:
    """Tell of each part of a folded text what it is to a name, one when it is asked for.

    Args:
        folded: a text after `fold`.
        lookup: returns the own words that a word, with its dot, may be; none if it is no such.
        patrons: the surnames that are known; None while they are being learned.

    """
    tokens = _TOKEN.findall(folded)
    at = 0
    while at < len(tokens):
        token, at = tokens[at], at + 1
        if not token[0].isalpha():
            yield _sign_or_number(token)
        elif token in _NAMED_AFTER:
            surname, at = _surname(tokens, at, lookup, patrons)
            yield _Part(_What.PATRON, surname)
        elif (known := _known_word(token)) is not None:
            yield known
        elif _PLACE_ADJECTIVE.fullmatch(_bare(token)) and (end := _district_end(tokens, at)):
            yield _Part(_What.DISTRICT)
            at = end
        else:
            group = lookup(token)
            if group and _is_of_another(tokens, at, lookup):
                group = frozenset()
            yield _Part(_What.OWN if group else _What.OTHER, _bare(token), group)


def _sign_or_number(sign: str) -> _Part:
    if sign == "№":
        return _Part(_What.MARK)
    if sign[0].isdigit():
        return _Part(_What.NUMBER if _NUMBERS.fullmatch(sign) else _What.OTHER, sign)
    return _Part(_What.AND if sign in _LISTING else _What.SIGN, sign)


@lru_cache(maxsize=4096)
def _known_word(token: str) -> _Part | None:  # noqa: PLR0911 - one per kind of word
    """Return what a word that all names share is, None for any other."""
    word = _bare(token)
    if kind := _KIND.fullmatch(word):
        return _Part(_What.KIND, _KIND_NAMES[(kind.lastindex or 1) - 1])
    if _SCHOOLISH.fullmatch(word):
        return _Part(_What.SCHOOL)
    if word == "и":
        return _Part(_What.AND, word)
    if _LOCALITY.fullmatch(word):
        return _Part(_What.LOCALITY, token)
    if _BESIDE.fullmatch(word):
        return _Part(_What.BESIDE, word)
    if ordinal := _ORDINAL.fullmatch(word):
        return _Part(_What.ORDINAL, _ORDINALS[ordinal[1]])
    return None


def _surname(
    tokens: Sequence[str],
    at: int,
    lookup: Callable[[str], frozenset[str]],
    patrons: Container[str] | None,
) -> tuple[str, int]:
    """Return the surname in «им. Героя Советского Союза В.Д. Жихарева», and where it ends.

    It is the first known one, else the last of the words that may be a person's name.
    """
    name = ""
    while at < len(tokens) and name not in (patrons or ()):
        token = tokens[at]
        word = _bare(token)
        if (token.endswith(".") and len(word) <= 1) or _RANK.fullmatch(word):
            at += 1  # an initial, a rank
        elif not word.isalpha() or _known_word(token) or (patrons is not None and lookup(token)):
            break
        else:
            name = word
            at += 1
    return name, at


def _district_end(tokens: Sequence[str], at: int) -> int:
    """Return where «муниципального округа» after an adjective ends; 0 if it is not there."""
    at = _skip(_BETWEEN, tokens, at)
    return at + 1 if at < len(tokens) and _DISTRICT.fullmatch(tokens[at].rstrip(".")) else 0


def _is_of_another(tokens: Sequence[str], at: int, lookup: Callable[[str], frozenset[str]]) -> bool:
    """Tell whether a place word belongs to what follows and is no school («… библиотека»)."""
    at = _skip(_BETWEEN, tokens, at)
    return (
        at < len(tokens)
        and _NOT_A_SCHOOL.fullmatch(tokens[at].rstrip(".")) is not None
        and not lookup(tokens[at])
    )


def _skip(pattern: re.Pattern[str], tokens: Sequence[str], at: int) -> int:
    while at < len(tokens) and pattern.fullmatch(tokens[at]):
        at += 1
    return at


def _whole(parts: Iterable[_Part]) -> _Reading | None:
    """Read all parts as one name; None when something else is said as well."""
    name = _Listener()
    for part in parts:
        if part.what is _What.OTHER:
            return None
        if part.what is _What.ORDINAL:
            name.numbers.append(part.word)
        elif part.what is _What.NUMBER:
            name.numbers += part.word.split(",")
        elif part.what in _TELLING:
            name.note(part)
    return name.reading()


class _Listener:
    """Gathers the parts of one name after the other."""

    def __init__(self) -> None:
        self.found: list[_Reading] = []
        self._before = _END
        self._start(joined=False, elsewhere=False)

    def _start(self, *, joined: bool, elsewhere: bool) -> None:
        self.groups: list[frozenset[str]] = []
        self.numbers: list[str] = []
        self._said: list[str] = []
        self._kind: str | None = None
        self._patron: str | None = None
        self._marked = self._schoolish = False
        self._joined, self._elsewhere = joined, elsewhere

    @property
    def hears_a_school(self) -> bool:
        """Whether the name so far can be nothing but a school's."""
        return self._schoolish or bool(self.groups)

    def note(self, part: _Part) -> None:
        """Take up a part that belongs to a name wherever it stands."""
        if part.what is _What.OWN:
            if part.group not in self.groups:  # which keeps them as few as the settings' words
                self.groups.append(part.group)
                self._said.append(part.word)
        elif part.what is _What.LOCALITY:
            # Alone «с» is a preposition.
            self._schoolish |= len(part.word) > 1
        elif part.what is _What.KIND:
            self._kind = part.word if self._kind in {None, _SCHOOL} else self._kind
            self._schoolish = True
        elif part.what is _What.PATRON:
            self._patron = part.word or None
        elif part.what is _What.MARK:
            self._marked = self._schoolish = True
        else:
            self._schoolish = True

    def reading(self) -> _Reading:
        """Return the name as far as it was heard."""
        return _Reading(
            groups=tuple(self.groups),
            numbers=tuple(self.numbers),
            marked=self._marked,
            kind=self._kind,
            patron=self._patron,
            schoolish=self._schoolish,
            said=tuple(self._said),
            elsewhere=self._elsewhere,
            joined=self._joined,
        )

    def hear(self, part: _Part, following: _Part) -> None:
        """Take up a part of running text, or end the name where it does not belong to it."""
        if part.what is _What.SIGN:
            if part.word in _INSIDE or (part.word == "-" and following.what is _What.NUMBER):
                return  # and what stood before it still stands before what follows
            self.close()
        elif part.what is _What.AND:
            self.close(joined=True)
        elif part.what is _What.NUMBER:
            self._hear_number(part, following)
        elif part.what is _What.OTHER or part.what is _What.ORDINAL:
            self._elsewhere |= self._before.what is _What.LOCALITY
            self.close(elsewhere=_PLACE_ADJECTIVE.fullmatch(part.word) is not None)
        elif _NOT_FEMININE.fullmatch(part.word) and following.what not in _A_SCHOOL:
            self.close()
        elif part.what in _TELLING:
            if part.what is _What.KIND and self.numbers:
                self.close(joined=True)
            self.note(part)
        self._before = part

    def _hear_number(self, part: _Part, following: _Part) -> None:
        """Take up a number that is a school's: marked so, or bare right after its name."""
        if self._before.what is _What.MARK:
            self.numbers += part.word.split(",")
            return
        in_a_list = self._before.what is _What.AND and self._joined and bool(self.found[-1].numbers)
        belongs = in_a_list or self._before.what in _BEFORE_A_NUMBER
        if part.word.isdigit() and belongs and following.what in _AFTER_A_NUMBER:
            self.numbers.append(part.word)
        else:
            self.close()

    def close(self, *, joined: bool = False, elsewhere: bool = False) -> None:
        """End the name; `joined` and `elsewhere` are said of the next one."""
        said_something = bool(self.groups or self.numbers or self._patron)
        if said_something:
            self.found.append(self.reading())
        self._start(joined=joined and (said_something or self._joined), elsewhere=elsewhere)


_LISTING: Final = frozenset(",;/+&")
_INSIDE: Final = frozenset("\"'().")
_TELLING: Final = frozenset(
    (_What.OWN, _What.KIND, _What.SCHOOL, _What.PATRON, _What.MARK, _What.LOCALITY)
)
_A_SCHOOL: Final = frozenset((_What.KIND, _What.SCHOOL))
_BEFORE_A_NUMBER: Final = frozenset((_What.OWN, _What.KIND, _What.SCHOOL, _What.PATRON))
_AFTER_A_NUMBER: Final = frozenset(
    (_What.SIGN, _What.AND, _What.KIND, _What.SCHOOL, _What.LOCALITY, _What.BESIDE)
)


def _with_shared_places(names: Sequence[_Reading]) -> list[_Reading]:
    """Give «№3» of «Яйские школы №1 и №3» and «№1» of «школы №1 и №3 Яи» their place."""
    shared = list(names)
    steps = [(at, at - 1, at) for at in range(1, len(shared))]
    steps += [(at - 1, at, at) for at in reversed(range(1, len(shared)))]
    for at, beside, later in steps:
        name, other = shared[at], shared[beside]
        if (
            shared[later].joined
            and name.numbers
            and not name.groups
            and other.numbers
            and other.groups
        ):
            shared[at] = replace(other, numbers=name.numbers, kind=name.kind or other.kind)
    return shared


def _is_said(spelling: _Reading, name: _Reading, proper: str) -> bool:
    """Tell whether running text has the words of a whole spelling, and has them as a name."""
    if not spelling.words or not spelling.words <= name.words:
        return False
    if name.schoolish or any(_PLACE_ADJECTIVE.fullmatch(word) for word in name.said):
        return True
    alone = len(spelling.words) == 1 and not spelling.schoolish
    return alone and any(
        word.capitalize() in proper or word.upper() in proper for word in name.said
    )


def _alike(name: _Reading, spelling: _Reading) -> bool:
    """Tell whether a name fits a spelling so well that it cannot be told from it."""
    if set(name.numbers) != set(spelling.numbers) or not _agree(name.kind, spelling.kind):
        return False
    if name.words or spelling.words:
        patrons = {name.patron, spelling.patron} - {None}
        return _covers(name, spelling) and len(patrons) <= 1
    if name.patron or spelling.patron:
        return name.patron == spelling.patron
    return bool(name.numbers and name.kind and spelling.kind)


def _covers(name: _Reading, spelling: _Reading) -> bool:
    """Tell whether a name and a spelling have the same own words."""
    return spelling.words <= name.words and all(group & spelling.words for group in name.groups)


def _agree(one: str | None, other: str | None) -> bool:
    return one == other or not {one, other}.isdisjoint((None, _SCHOOL))


# --- forms of words -----------------------------------------------------------------------------


def _bare(word: str) -> str:
    return word.rstrip(".").replace("-", "")


def _own(word: str) -> str:
    """Return the form under which a word of the settings is kept: without its case ending."""
    if place := _PLACE_ADJECTIVE.fullmatch(word):
        return place[1]
    if adjective := _HARD_ADJECTIVE.fullmatch(word):
        return f"{adjective[1]}ая"
    return word


def _forms(own: str) -> tuple[set[str], set[str]]:
    """Return the cases of an own word, and the forms of the place name or adjective beside it.

    The second set is a guess in both directions («Улановская» - «Улановка», «Яя» - «яйская»):
    some of its forms do not exist, which does no harm, for nobody writes them.
    """
    if own.endswith(("ск", "цк")):
        return {own + ending for ending in _PLACE_ENDINGS}, set(_place_names(own))
    if own.endswith("ая"):
        return {own[:-2] + ending for ending in _HARD_ENDINGS}, set()
    stem, endings, adjectives = _noun(own)
    cases = {own} | {stem + ending for ending in endings}
    return cases, {base + ending for base in adjectives for ending in _PLACE_ENDINGS}


def _place_names(adjective: str) -> Iterator[str]:
    """Give the cases of the names from which a place adjective may be made, «яйск» → Яя."""
    base = adjective[:-2]
    yield from (adjective + ending for ending in ("", "а", "у", "е", "ом"))  # Томск
    yield from (f"{base}к{ending}" for ending in ("а", "и", "е", "у", "ой", "ою"))  # Марьевка
    if base.endswith("й"):
        yield from (base[:-1] + ending for ending in ("я", "и", "е", "ю", "ей"))  # Яя
    elif base.endswith(("ин", "ын")):
        yield from (base[:-2] + ending for ending in ("а", "ы", "и", "е", "у", "ой"))  # Кайла
        yield f"{base}о"  # Бородино; its cases are those of a surname
    elif base.endswith(("ов", "ев")):
        yield f"{base}о"  # Уланово
    else:
        yield from (base + ending for ending in ("", "а", "у", "е", "ом", "ы", "и", "ь", "ью"))


def _noun(word: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return a noun's stem, its case endings, and the place adjectives it may make."""
    stem = word[:-1]
    if word.endswith("ка"):
        return stem, ("а", "и", "е", "у", "ой", "ою"), (f"{word[:-2]}ск", f"{stem}инск")
    if word.endswith("а"):
        return stem, ("а", "ы", "и", "е", "у", "ой", "ою"), (f"{stem}инск", f"{stem}ск")
    if word.endswith("я"):
        return stem, ("я", "и", "е", "ю", "ей", "ею"), (f"{stem}йск", f"{stem}инск")
    if word.endswith("о"):
        return stem, ("о", "а", "у", "ом", "е"), (f"{stem}ск",)
    if word.endswith("ь"):
        return stem, ("ь", "и", "я", "ю", "ью", "ем", "е"), (f"{stem}ск", f"{stem}ьск")
    return word, ("", "а", "у", "е", "ом"), (f"{word}ск",)


def _one_slip(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter more, less, other, or by two swapped.

    The first letter must be right: people seldom slip there, and «Каменка» is not «Раменка».
    """
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1 or shorter[:1] != longer[:1]:
        return False
    same = next(
        (at for at, pair in enumerate(zip(shorter, longer, strict=False)) if pair[0] != pair[1]),
        len(shorter),
    )
    if len(shorter) < len(longer):
        return shorter[same:] == longer[same + 1 :]
    swapped = shorter[same : same + 2] == longer[same : same + 2][::-1]
    return shorter[same + 1 :] == longer[same + 1 :] or (
        swapped and shorter[same + 2 :] == longer[same + 2 :]
    )


def _union(sets: Iterable[AbstractSet[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _spellings_of(center: Center) -> tuple[str, ...]:
    return (center.name, *center.aliases, *((center.frame,) if center.frame else ()))
