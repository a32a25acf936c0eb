"""What looks like a person's data in a cell or on a card: recognised, named by its kind, not kept.

Federal law 152-ФЗ takes any information that relates to an identifiable person for personal data,
and the network has some thousand pupils in eleven schools: a surname with a class is one of them.
So texts that look like it are refused at the door. The limits are drawn where a refusal would
hide an event instead of a person: somebody an event is named after («им. В.Д. Фёдорова», «150 лет
Д.И. Менделееву») is nobody's data here, nor is a single surname with initials in a sentence
(«Мастер-класс Ивановой А.П.»: staff), unless a pupil's word, a class or a birth date stands by it.

All functions take plain text, lines apart; nothing they return holds any of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from miro_sync.model import Message, say
from miro_sync.person_names import first_names, known_people
from miro_sync.text import clean

#: What stands in the place of a text that was refused.
HIDDEN: Final = "[скрыто]"


#: Of fewer people than these outsiders may guess who they are (the design of this service).
FEW: Final = 5


class Personal(StrEnum):
    """The kind of a person's data."""

    EMAIL = "email"
    PHONE = "phone"
    SNILS = "snils"  # a СНИЛС or a passport
    BIRTH = "birth"
    NAMES = "names"


def personal(text: str, *, staff: bool = False) -> Personal | None:
    """Tell what kind of a person's data a text looks like.

    Args:
        text: plain text of a cell or a card.
        staff: the column is there to name who answers for something: surnames with initials
            are what belongs into it, any number of them.

    Returns:
        The gravest kind found; None for a text that may be used.

    """
    # Most texts are short and hold neither a name nor many digits: one look says so.
    if _SUSPECT.search(text) is None:
        return None
    text = _one_alphabet(clean(text))
    kind = _of_text(text, staff=staff)
    if kind is None and _CELLS.search(text):
        # A line of a text file that was not parted into its cells.
        kind = _of_text(_CELLS.sub(" ", text), staff=staff)
    return kind


def without_people(text: str) -> str:
    """Return a text of the staff's column without names: «Методист Сикора М.С.» is «Методист».

    Pages and letters speak of roles. What only looks like a name is taken out as well: in this
    column nobody is named after anybody.
    """
    text = _one_alphabet(clean(text))
    spans = {(one.start, one.end) for one in _people(text) if one.how != "alone"}
    spans |= {
        found.span()
        for found in _INITIALS.finditer(text)
        if _fold(found[1] or found[6]) not in _NO_PERSONS and (found[3] or found[5])
    }
    if not spans:
        return text
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(text.split()).strip(" ,;:–—-")


def _of_text(text: str, *, staff: bool) -> Personal | None:
    bare = _ENDLESS.sub(r"\g<0> ", _URL.sub(" ", text))
    kind = _of_numbers(text, bare)
    if kind is not None:
        return kind
    people = [one for one in _people(bare) if not _is_honoured(bare, one)]
    dated = _NUMBERS.search(bare) is not None
    if dated and (_BORN.search(bare) or any(_has_birth_date(bare, one) for one in people)):
        return Personal.BIRTH
    named = _names_people(bare, people, staff=staff) or _LABELLED_NAME.search(bare)
    return Personal.NAMES if named else None


def veiled(name: str) -> str:
    """Return the name of a table or a file, or what stands for it when it is like a person's."""
    # A name of a file has underscores and points where a text has spaces.
    spaced = name.replace("_", " ").replace(".", " ")
    return name if personal(name) is None and personal(spaced) is None else HIDDEN


def people_outside(count: int | None) -> int | str | None:
    """Return a count of people as answers for programs tell it outside the people's own centre.

    One to four become "<5"; 0 stays 0, and a gap stays None: nobody counted is never nobody.
    """
    if count is not None and 0 < count < FEW:
        return f"<{FEW}"
    return count


def people_told_outside(count: int | None) -> Message:
    """Say a count of people as readers outside the people's own centre see it.

    «<5» for one to four, «0» for nobody, «нет данных» for a gap.
    """
    if count is None:
        return say("privacy.no_count")
    if 0 < count < FEW:
        return say("privacy.few", limit=FEW)
    return say("privacy.count", count=count)


# --- numbers and addresses ----------------------------------------------------------------------

_SUSPECT: Final = re.compile(
    r"@|\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d|[А-ЯЁ]\.|[А-ЯЁ][\w-]{1,40}\W{1,9}[А-ЯЁ]"
    r"|[А-ЯЁ][\w-]{1,40}\W{1,4}\d|\d\W{0,4}[А-Я]\W|[A-Z][a-z]{1,40}\s[A-Z][a-z]{1,40}\s[A-Z]|(?:вич|вна|чна)\b"
    r"|СНИЛС|снилс|паспорт|рожд|родил|тел|моб|сот|ватсап|вайбер|[Ww]hats|[Vv]iber"
    r"|(?:уч|победит|приз|школьни|воспит|лауреат|диплом|отлич|выпуск|дети|реб|мам|пап|мать|отец"
    r"|представ|родит)[^\nА-ЯЁ]{0,30}[А-ЯЁ]"
)
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}\s?@\s?[\w-]{1,63}\.\w")
_URL: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w.-]{1,80}\.(?:ru|рф|com|org|net|me)/\S+", re.IGNORECASE
)
#: No name is so long: what cannot be one must not cost time.
_ENDLESS: Final = re.compile(r"\S{100}")
_SNILS: Final = re.compile(r"(?<![\d-])\d{3}([- ]?)\d{3}\1\d{3}[- ]?\d{2}(?![\d-])")
_DOCUMENT: Final = re.compile(
    r"снилс\W{0,9}\d{3}|паспорт\D{0,20}\d{2}\s?\d{2}\D{0,5}\d{6}", re.IGNORECASE
)
_PHONE: Final = re.compile(
    r"(?<![\d.,/-])(?:\+\s?7|[78])[\s-]{0,2}\(?\s?\d{3}[\s-]?\d{0,2}\s?\)?"
    r"[\s-]{0,2}\d{1,3}[\s-]?\d{2}[\s-]?\d{2}(?![\d-])"
    r"|(?<![\d-])\(?9\d\d\)?[\s-]{0,2}\d{3}[\s-]\d{2}[\s-]?\d{2}(?![\d-])"
)
_LABELLED_PHONE: Final = re.compile(
    r"\b(?:тел(?:ефон\w*)?|моб(?:ильн\w*)?|сот(?:ов\w*)?|whats\s?app|ватсап|viber|вайбер)\b"
    r"[.:\s№]{0,4}\+?\(?\d[\d\s()-]{4,}",
    re.IGNORECASE,
)
_LABELLED_NAME: Final = re.compile(
    r"\b(?:ФИО|Ф\.\s?И\.\s?О\b\.?|[Фф]амилия)[^\w\n]{1,3}[А-ЯЁ][а-яё]"
)
_CELLS: Final = re.compile(r"[;|]")
#: The fewest digits that a date of birth has («1.2.08»), a telephone or a document.
_NUMBERS: Final = re.compile(r"\d(?:\D{0,9}\d){3}")
_PHONE_DIGITS: Final = (10, 11)
#: Checksum of a СНИЛС: weights 9 to 1, modulo 101 (order of the Pension Fund No. 2п of 11.01.2017).
_SNILS_DIGITS, _SNILS_MODULO = 9, 101


def _of_numbers(text: str, bare: str) -> Personal | None:
    """Tell whether an address or a number of a person stands in a text; `bare` has no links."""
    if "@" in text and _EMAIL.search(text):
        return Personal.EMAIL
    if _NUMBERS.search(bare) is None:
        return None
    if any(map(_is_snils, _SNILS.finditer(bare))) or _DOCUMENT.search(bare):
        return Personal.SNILS
    if any(_is_phone(match[0]) for match in _PHONE.finditer(bare)) or _LABELLED_PHONE.search(bare):
        return Personal.PHONE
    return None


def _is_snils(found: re.Match[str]) -> bool:
    """Tell whether eleven digits are a СНИЛС: by their groups, or by the checksum."""
    if found[1]:
        return True
    digits = [int(sign) for sign in found[0] if sign.isdigit()]
    weighted = sum(
        digit * (_SNILS_DIGITS - place) for place, digit in enumerate(digits[:_SNILS_DIGITS])
    )
    return weighted % _SNILS_MODULO % 100 == digits[9] * 10 + digits[10]


def _is_phone(found: str) -> bool:
    return sum(sign.isdigit() for sign in found) in _PHONE_DIGITS


def _one_alphabet(text: str) -> str:
    """Make Latin letters Cyrillic that stray into a Cyrillic word: they hide a name."""
    if text.isascii() or _LATIN.search(text) is None:
        return text
    return _MIXED.sub(lambda found: found[0].translate(_CYRILLIC), text)


_LATIN: Final = re.compile("[A-Za-z]")
_MIXED: Final = re.compile(r"[A-Za-z]+[А-Яа-яЁё][A-Za-zА-Яа-яЁё]*|[А-Яа-яЁё]+[A-Za-z]\w*")
_CYRILLIC: Final = str.maketrans("ABCEHKMOPTXYaceopxyk", "АВСЕНКМОРТХУасеорхук")

# --- people -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Person:
    """A name in a text.

    Attributes:
        how: "full" with a patronymic, "pair" of surname and first name, "initials", or "alone",
            which is a surname that counts only beside a class or in a list of them.

    """

    start: int
    end: int
    how: str


_CAP: Final = r"(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ]?[а-яё]+)?|[А-ЯЁ]{2,}(?:-[А-ЯЁ]{2,})?)"
_GAP: Final = r"[ \t]{1,3}"
_PATRONYMIC: Final = (
    r"(?:[А-ЯЁ][а-яё]*(?:[ое]ви|ьи)ч(?:а|у|ем|е)?|[А-ЯЁ][а-яё]*(?:[ое]вн|иничн|ьиничн|[кт]ичн|мичн)"
    r"(?:а|ы|е|у|ой)|(?:Ильич|Лукич|Кузьмич|Фомич|Никитич|Саввич|Ильинич?н)(?:а|у|ы|е|ем|ой)?"
    r"|[А-ЯЁ]+(?:[ОЕ]ВИЧ|ЬИЧ|[ОЕ]ВНА|ИЧНА)|[А-ЯЁ][а-яё]+[ -]"
    r"(?:[Оо]глы|[Кк]ызы|[Гг]ызы|[Уу]глы|[Уу]улу))"
)
_FULL: Final = re.compile(rf"\b(?:{_CAP}{_GAP})?({_CAP}){_GAP}({_PATRONYMIC})\b(?:{_GAP}{_CAP})?")
_SMALL_FULL: Final = re.compile(
    r"\b[а-яё]+(?:ов|ев|ин|ын|ий|ко|ова|ева|ина|ая|юк|ук)\s+([а-яё]+)\s+"
    r"[а-яё]+(?:[ое]вич|ьич|[ое]вна|ична)\b"
)
_LATIN_FULL: Final = re.compile(
    r"\b[A-Z][a-z]+\s+[A-Z][a-z]+\s+[A-Z][a-z]+(?:[oe]?vich|[oe]vna|ichna)\b"
)
_INITIALS: Final = re.compile(
    rf"\b({_CAP}){_GAP}?[ ,]?\s?(?<=[\s,])([А-ЯЁ])\.[ ]?(?:([А-ЯЁ])(?:\.|\b))?"
    rf"|(?<![А-Яа-яЁё])([А-ЯЁ])\.[ ]?(?:([А-ЯЁ])\.[ ]?)?({_CAP})\b"
)
_PAIR: Final = re.compile(rf"\b(?=({_CAP}){_GAP}({_CAP})\b)")
_WORD_BEFORE_PAIR: Final = re.compile(rf"\b({_CAP})\b")

# Endings of Russian surnames with gender and case, numbered as in a grammar; "*" fits all.
_SURNAMES: Final = tuple(
    (re.compile(rf".{{2,}}(?:{endings})"), frozenset(agreement.split()))
    for endings, agreement in (
        ("ов|ев|ин|ын", "m1"),
        ("ова|ева|ина|ына", "m2 m4 f1"),
        ("ову|еву|ину|ыну", "m3 f4"),
        ("овым|евым|иным|ыным", "m5"),
        ("ове|еве|ине|ыне", "m6"),
        ("овой|евой|иной|ыной", "f2 f3 f5 f6"),
        ("ский|цкий|ской|цкой", "m1 f2 f3 f5 f6"),
        ("ского|цкого", "m2 m4"),
        ("скому|цкому", "m3"),
        ("ским|цким", "m5"),
        ("ском|цком", "m6"),
        ("ская|цкая", "f1"),
        ("скую|цкую", "f4"),
        ("ко|ых|их|дзе|швили|ян|янц|аго|ово", "*"),
        ("чук|юк|ук|ик|як|ак|ец|берг|штейн|ман|ер|ец|ич|ун|ль|ль|дт|ц", "m1 f1 f2 f3 f4 f5 f6"),
    )
)
_ALONE: Final = re.compile(
    r"\b(?:[А-ЯЁ][а-яё]+(?:ов|ев|ёв|ин|ова|ева|ёва|ина|енко|ский|ская|цкий|цкая|чук|ян)"
    r"|[А-ЯЁ]+(?:ОВ|ЕВ|ИН|ОВА|ЕВА|ИНА|ЕНКО|СКИЙ|СКАЯ|ЧУК))\b"
)
#: Surnames too short to be told by an ending.
_SHORT_SURNAMES: Final = frozenset(
    ("ким", "ли", "пак", "цой", "хан", "тен", "хван", "югай", "шин", "цай", "юн")
)
#: Words and towns that end like surnames.
_NO_SURNAMES_TEXT: Final = """
саратов ростов киров тамбов псков азов серов чехов королев киев львов харьков краснодар орлов
англиский английский русский немецкий французский китайский татарский чувашский башкирский
математический физический химический городской районный муниципальный региональный областной
краевой всероссийский российский международный окружной школьный детский юношеский
педагогический методический краеведческий экологический исторический новогодний выпускной
итоговый русская английская российская всероссийская детская школьная классический творческий
спортивный картина малина родина основа слова голова корова сова долина машина равнина магазин
бензин витамин вершина половина причина величина глубина единство пушкин калина рябина осина
перемена медицина дисциплина викторина георгин дельфин апельсин мандарин термин берлин фин
грузин остров покров кров зов улов плов готов здоров каков таков нов слов голов часов классов
уроков основ полина арина марина галина карина ирина алина дарина екатерина кристина ангелина
регина альбина ульяна сабина василина эвелина евангелина михайловский александровский
николаевский
"""
_NO_SURNAMES: Final = frozenset(_NO_SURNAMES_TEXT.split())
#: First names that are words as well, and head titles: «Надежда России», «Роман Мастера».
_NAMES_AND_WORDS_TEXT: Final = """
вера надежда любовь роман лев слава роза лилия виктория мир мира майя ада весна август марта
марк леон нина ян элла ника рада яр том света тема ислам султан клара аврора поля снежана ева
адам венера флора северина алмаз лада злата стас захар
"""
_NAMES_AND_WORDS: Final = frozenset(_NAMES_AND_WORDS_TEXT.split())

_CLASS: Final = (
    r"(?:(?:1[01]|[1-9])\s?[-–]?\s?[«\"“]?[А-Яа-яA-Da-d]?[»\"”]?\s?(?:кл\b|класс)"
    r"|(?:1[01]|[1-9])\s?-?\s?[«\"“]?[А-ЕЖКа-ежк][»\"”]?(?![\w-]))"
)
_CLASS_AFTER: Final = re.compile(
    rf"[\s,;:(–—/|-]{{0,4}}(?:уч\w*\.?\s|обуч\w*\s|ученик\w*\s)?{_CLASS}"
)
_CLASS_BEFORE: Final = re.compile(rf"{_CLASS}[а-я]*[\s,.:;)–—|-]{{0,4}}$")
_PUPIL_BEFORE: Final = re.compile(
    r"\b(?:учени[кцч]\w*|учащ\w+|обучающ\w+|уч-с\w+|участни\w+|победител\w+|приз[её]р\w*|школьни\w+"
    r"|воспитанни\w+|лауреат\w*|дипломант\w*|отлични\w+|выпускни\w+|дети|реб[её]нок|мама|папа|мать"
    r"|отец|законн\w+ представител\w+|родител\w+)\b(?:\W+\d{1,2}\W{0,3}[А-Яа-я]?\W{0,3}(?:кл\w*)?)?"
    r"[\s:.,–—(-]{1,4}(?:\d{1,2}[.)]\s*)?$",
    re.IGNORECASE,
)
_STAFF_BEFORE: Final = re.compile(
    r"\b(?:отв\b|ответствен\w+|исполнител\w+|руководител\w+|педагог\w*|учител\w+|методист\w*"
    r"|организатор\w*|ведущ\w+|куратор\w*|директор\w*|завуч\w*|зам\b|наставник\w*|тьютор\w*|эксперт\w*"
    r"|спикер\w*|модератор\w*|координатор\w*|жюри|преподавател\w+|кл\. ?рук\w*|специалист\w*)"
    r"[^\n;]{0,60}$",
    re.IGNORECASE,
)
_HONOUR_BEFORE: Final = re.compile(
    r"(?:\bим\.|\bимен[иь]|\bпамят\w+|\bгеро[йяюе]\w*|\bпосвящ\w+|\bюбиле\w+|лети[юяе]\b|\bлет\b"
    r"|\bрождени[яю]|\bгодовщин\w+|\bписател\w+|\bпоэт\w*|\bкомпозитор\w*|\bхудожник\w*|\bучено\w+"
    r"|\bакадемик\w*|\bкосмонавт\w*|\bтворчеств\w+|\bчтени\w+|\bмузе\w+|\bпроизведени\w+|\bроман\w*"
    r"|\bсказк\w+|\bрассказ\w*|\bповест\w+|\bстих\w*|\bмаршал\w*|\bгенерал\w*|\bадмирал\w*"
    r"|\bполковод\w+|\bул(?:ица|ице|ицы|\.)|\bплощад\w+|\bпамятник\w*|\bбюст\w*|\bподвиг\w*"
    r"|\bбиографи\w+|\bнаследи\w+|\bтаблиц\w+|\bэлементов|\bкнязь|\bкняз\w+|\bцар\w+|\bимператор\w*"
    r"|\bпрезидент\w*|\bгубернатор\w*|\bзнаменит\w+|\bконструктор\w*|\bхими[кк]\w*|\bфизик[аиу]?\b"
    r"|\bбиолог\w*|\bконцерт\w*|\bприз\w?\b|\bкубок|\bмемориал\w*|\bдраматург\w*|\bбаснописц\w+|\bдетекти\w+"
    r"|\bфестивал[ья] имени|\bсвят\w+|\bветеран\w*|\bземляк\w*|\bкомандир\w*|\bлетчик\w*"
    r"|\bлётчик\w*|\bвоин\w*|\bлегендарн\w+)"
    r"(?:\W+[\w-]+){0,4}[\s,(«\"–—-]{0,3}$",
    re.IGNORECASE,
)
_HONOUR_AFTER: Final = re.compile(
    r"[\s,(–—:.-]{0,4}(?:\d{2,3}\W{0,2}(?:лет|год|-?летие)|летие|поэт|писател|герой|космонавт"
    r"|уч[её]н|композитор|художник|полководец|великий|жизнь и|меняет|и его|и её|и ее|в моей)",
    re.IGNORECASE,
)
_BORN: Final = re.compile(
    r"(?:дата рожд\w*|родил(?:ся|ась)|\bд\.\s?р\b\.?)"
    r"\W{0,5}\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)?\d\d"
    r"|(?<![\d.:])\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d\W{0,3}"
    r"(?:г\.\s?р|(?:года?\s)?рожден|д\.\s?р)",
    re.IGNORECASE,
)
#: A day before it is a birth day where it stands by a name, a later one the day of an event.
_BIRTH_YEAR: Final = r"(?:19[3-9]\d|200\d|201[0-8])"
_MONTHS: Final = r"(?:янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*\.?"
_BIRTH_NEAR: Final = re.compile(
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-]|\d{{1,2}}\s+{_MONTHS}\s+){_BIRTH_YEAR}\b"
    rf"|\b{_BIRTH_YEAR}-\d\d-\d\d\b|\b{_BIRTH_YEAR}\s?(?:г\.?\s?р|года рожд)",
    re.IGNORECASE,
)
_NEAR: Final = 30
#: So many surnames without a name are a list of people and no coincidence.
_SURNAMES_IN_A_ROW, _PEOPLE_IN_A_LIST = 3, 2
_ORDINAL: Final = r"(?:\(?\d{1,3}[.)]?\s+|[-–—•*▪]\s*)?"
_ONLY: Final = re.compile(r"[\s\d.,;:()«»\"/|–—-]*(?:кл(?:асс)?\w*)?[\s\d.,;:()«»\"/|–—-]*")
_PIECE: Final = re.compile(r"[,:;\n•|/]|\s[–—-]\s|\s+и\s+|(?<=\S)\s+(?=\d{1,2}[.)]\s)|\t")
_LETTER: Final = re.compile(r"[^\W\d_]")
_LISTED: Final = re.compile(
    rf"{_ORDINAL}({_CAP})(?:{_GAP}({_CAP}))?"
    rf"[\s(–—-]*(?:{_CLASS}\w*)?[\s).]*"
)


def _people(text: str) -> Iterator[_Person]:
    """Yield the names in a text, those of known people left out; no part of one twice."""
    taken = bytearray(len(text))
    for found in (*_full_names(text), *_initialled(text), *_pairs(text), *_alone(text)):
        if not any(taken[found.start : found.end]):
            taken[found.start : found.end] = b"\1" * (found.end - found.start)
            yield found


def _alone(text: str) -> Iterator[_Person]:
    for match in _ALONE.finditer(text):
        if _fold(match[0]) not in _NO_SURNAMES:
            yield _Person(match.start(), match.end(), "alone")


def _full_names(text: str) -> Iterator[_Person]:
    for match in _FULL.finditer(text):
        words = match[0].split()
        if _fold(match[1]) not in _ADJECTIVES and not _is_known(words):
            yield _Person(match.start(), match.end(), "full")
    for match in _SMALL_FULL.finditer(text):
        if _fold(match[1]) in first_names():
            yield _Person(match.start(), match.end(), "full")
    for match in _LATIN_FULL.finditer(text):
        yield _Person(match.start(), match.end(), "full")


#: Words in front of which «…овна» is no patronymic but part of a heading.
_ADJECTIVES: Final = frozenset({"и", "в", "на", "духовно"})


def _initialled(text: str) -> Iterator[_Person]:
    for match in _INITIALS.finditer(text):
        surname = match[1] or match[6]
        initials = "".join(filter(None, (match[2] or match[4], match[3] or match[5])))
        known = (*initials, surname)
        if _fold(surname) in _NO_PERSONS or (match[1] and not match[3] and not _rests(text, match)):
            continue
        if not _is_known(known):
            yield _Person(match.start(), match.end(), "initials")


def _rests(text: str, match: re.Match[str]) -> bool:
    """Tell whether a lone initial is one: «Иванов И., 9 кл.», not «Точка. А. потом»."""
    surname = match[1]
    after = text[match.end() :].lstrip(" \t")[:1]
    return _is_surname(surname) or _fold(surname) in first_names() or after in "\n,;("


#: Words in front of a letter with a full stop: «Школа г. Яя», «Центр А.».
_NO_PERSONS_TEXT: Final = """
центр школа класс группа блок раздел часть приложение пункт вариант корпус литера зал кабинет
точка рф ул пос дер ст см стр гл рис табл вид тип категория подгруппа кл
"""
_NO_PERSONS: Final = frozenset(_NO_PERSONS_TEXT.split())


def _pairs(text: str) -> Iterator[_Person]:
    names = first_names()
    for match in _PAIR.finditer(text):
        one, other = _fold(match[1]), _fold(match[2])
        for first, surname in ((one, other), (other, one)):
            agreement = names.get(first)
            if agreement is None or surname in names or surname in _NO_SURNAMES:
                continue
            if _agree(agreement, surname) and not _is_known((match[1], match[2])):
                yield _Person(match.start(1), match.end(2), "pair")
                break


def _agree(name: frozenset[str], surname: str) -> bool:
    """Tell whether first name and surname stand in the same gender and case."""
    if surname in _SHORT_SURNAMES:
        return True
    for pattern, agreement in _SURNAMES:
        if pattern.fullmatch(surname):
            return bool(name & agreement) or "*" in agreement or any(x.endswith("*") for x in name)
    return False


def _is_surname(word: str) -> bool:
    folded = _fold(word)
    return folded not in _NO_SURNAMES and any(one.fullmatch(folded) for one, _ in _SURNAMES)


def _is_known(words: tuple[str, ...] | list[str]) -> bool:
    """Tell whether a surname and the initials around it are those of a known person."""
    folded = [_fold(word) for word in words]
    for at, word in enumerate(folded):
        for initials in _known(word):
            letters = "".join(one[0] for place, one in enumerate(folded) if place != at)
            whole = len(initials) == 1 or len(letters) > 1 or word[:4] not in _COMMON
            if whole and initials.startswith(letters):
                return True
    return False


#: Beginnings of known people's surnames that many bear: both initials must be theirs.
_COMMON_TEXT: Final = """
попо павл коро крыл кома леон серо жуко давы беля быко фаде симо белы гонч тито носо матр голи
федо некр шишк сури рази мини база рост пота осее рубл ефре рома вави саха коне алек ники
"""
_COMMON: Final = frozenset(_COMMON_TEXT.split())


_CASE_ENDINGS: Final = frozenset(
    ("", "а", "у", "ом", "ым", "ем", "е", "ой", "ого", "ому", "ую", "ая", "ий", "ю", "я", "и", "ью")
)


@cache
def _known(word: str) -> tuple[str, ...]:
    """Return the initials of the known people of a surname in whatever case it stands."""
    people = known_people()
    for length in range(len(word), max(len(word) - 4, 1), -1):
        stem = word[:length]
        if word[length:] not in _CASE_ENDINGS:
            continue
        for surname in (stem, stem + "а", stem + "ий", stem + "ой", stem + "ь", stem + "й"):
            if surname in people:
                return people[surname]
    return ()


def _is_honoured(text: str, person: _Person) -> bool:
    """Tell whether an event is named after the person; a class or a pupil's word says no."""
    line = text.rfind("\n", 0, person.start) + 1
    before = text[max(line, person.start - 90) : person.start]
    before = re.split(r"[:;]|(?<=[а-яё]{3})\.\s", before)[-1]
    if _HONOUR_BEFORE.search(before) is None and _HONOUR_AFTER.match(text, person.end) is None:
        return False
    return not (_CLASS_AFTER.match(text, person.end) or _PUPIL_BEFORE.search(before))


def _has_birth_date(text: str, person: _Person) -> bool:
    line = text[: person.end].rfind("\n") + 1
    end = text.find("\n", person.end)
    near = text[person.end : min(person.end + _NEAR, len(text) if end < 0 else end)]
    before = text[max(line, person.start - _NEAR) : person.start]
    if person.how == "alone":  # «Рождественский вечер 25.12.2013» is an event
        return _BIRTH_NEAR.match(near.lstrip(" ,(–—-")) is not None
    return _BIRTH_NEAR.search(near) is not None or _BIRTH_NEAR.search(before) is not None


def _names_people(text: str, people: list[_Person], *, staff: bool) -> bool:
    """Tell whether the names of a text are those of people who must not be named."""
    if any(one.how in {"full", "pair"} for one in people):
        return True
    if any(_is_pupil(text, one) for one in people):
        return True
    initialled = [one for one in people if one.how == "initials"]
    unstaffed = [one for one in initialled if not _is_staff(text, one)]
    if not staff and (
        len(unstaffed) >= _PEOPLE_IN_A_LIST or any(_stands_alone(text, one) for one in unstaffed)
    ):
        return True
    return _is_list(text, surnames_count=not staff)


def _is_staff(text: str, person: _Person) -> bool:
    return _STAFF_BEFORE.search(text[max(person.start - 90, 0) : person.start]) is not None


def _is_pupil(text: str, person: _Person) -> bool:
    """Tell whether a class or a pupil's word stands by a name."""
    line = text.rfind("\n", 0, person.start) + 1
    before = text[max(line, person.start - 60) : person.start]
    if _CLASS_AFTER.match(text, person.end):
        return True
    if person.how == "alone":
        return _PUPIL_BEFORE.search(before) is not None
    return bool(_CLASS_BEFORE.search(before) or _PUPIL_BEFORE.search(before))


def _stands_alone(text: str, person: _Person) -> bool:
    """Tell whether a line of the text is a name and nothing else."""
    line = text.rfind("\n", 0, person.start) + 1
    end = text.find("\n", person.end)
    before, after = text[line : person.start], text[person.end : len(text) if end < 0 else end]
    return _ONLY.fullmatch(before) is not None and _ONLY.fullmatch(after) is not None


def _is_list(text: str, *, surnames_count: bool) -> bool:
    """Tell whether the pieces of a text are names: of people, or surnames alone."""
    pieces = [piece.strip() for piece in _PIECE.split(text) if _LETTER.search(piece)]
    named = likely = surnames = 0
    for piece in pieces:
        match = _LISTED.fullmatch(piece)
        if match is None:
            continue
        words = [_fold(word) for word in match.groups() if word]
        if len(words) == 1:
            surnames += _is_lone_surname(match[1])
        elif _is_known(words):
            continue
        else:
            first = [word for word in words if _is_in_first_case(word)]
            if len(first) == 1:
                named += 1
            elif not first and any(map(_is_lone_surname, match.groups())):
                likely += match[1].isupper() == match[2].isupper()
    if len(pieces) == 1 and named:
        return True
    return named + likely >= _PEOPLE_IN_A_LIST or (
        surnames_count and surnames >= _SURNAMES_IN_A_ROW and surnames * 2 > len(pieces)
    )


def _is_lone_surname(word: str) -> bool:
    return _ALONE.fullmatch(word) is not None and _fold(word) not in _NO_SURNAMES


def _is_in_first_case(word: str) -> bool:
    """Tell whether a word is a first name as a list has it, and no other word."""
    agreement = first_names().get(word, frozenset())
    return bool(agreement & {"m1", "f1", "m*", "f*"}) and word not in _NAMES_AND_WORDS


def _fold(word: str) -> str:
    return word.casefold().replace("ё", "е")


# --- counts of few ------------------------------------------------------------------------------

_FEW: Final = re.compile(
    r"(?<![\d.,/–—-])(?<!\d\s)[1-4](?=\s?[-–—]?\s?"
    r"(?:уч(?:-?ся|ащ|ен|аст|\.)|обуч|школьник|дет[ьея]|реб|воспитан|студент|чел|победител|приз[её]р|pupil|student|child|people|person|participant))",
    re.IGNORECASE,
)


def few_hidden(text: str) -> str:
    """Return a text in which counts of one to four people are «<5»: so few are recognised.

    Meant for what leaves a centre: «(3 уч-ся)» becomes «(<5 уч-ся)». Classes and dates stay.
    """
    return _FEW.sub("<5", text)
