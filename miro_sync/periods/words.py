"""The words of Russian period texts: what kind of word each is, and which month a typo means.

A word is lower-case Cyrillic with ё written as е. Its *kind* is one character, so that a text
becomes a string of kinds on which the grammar is matched with regular expressions:

    m month            n number 1..31     N other number     y year, four digits
    D day.month.year   d day.month        t time of day      ? a number no date can have
    O ordinal that can be a day («первого»)   o other ordinal   j cardinal («два»)
    w weekday          W «по средам»      k week   e ten days   l half   q quarter   h half-year
    c school quarter   M «месяц»          # «день»           a season   H holidays   g «год»
    s «учебный»        L «календарный»    b beginning   z middle   x end   i «числа»
    r recurrence       R «раз»            E «каждый»         T «в течение»
    f from («с»)       F «от»             p «по»   u until («до», «к»)   v «в»   @ «на»   Z «за»
    - dash   , comma   ; semicolon   & «и»   | «или», slash   " quotation mark
    U what is counted («класс», «часов»)   P what is numbered («каб.»)   № «№»
    Q what may have a number («школа»)     $ street or «имени»
    B document         V moved            K except           J relative («после»)
    2 «круглогодично»   4 «далее»: what follows is of another time
    A «следующий»      C «период», «проект»   I «включительно»   ~ any other word
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Word(NamedTuple):
    """What a word means to the grammar.

    Attributes:
        kind: its character, see above; "" for a word that says nothing about time but is known.
        value: the number of a month, weekday, ordinal, season or unit.
        typo: the word was not spelt like this; the month is what it most likely means.

    """

    kind: str
    value: int = 0
    typo: bool = False


#: A word of which nothing is known.
UNKNOWN = Word("~")
#: A word that is almost a month, two slips of the pen away: to be shown, not read.
ALMOST = Word("?")

#: Values of the recurrence words and of the units they count, shortest first.
DAY, WEEK, MONTH, QUARTER, SCHOOL_QUARTER, HALF_YEAR, YEAR = range(1, 8)

#: The value of words like «стартует» and «позднее»: a text may end in them.
VERB = 1
#: The value of «числах», which names no day: «в первых числах мая».
PLURAL = 1

#: The value of «последний» among the ordinals.
LAST = 0

#: Months in the nominative, as they are shown.
MONTH_NAMES = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)

_SHORTEST_ABBREVIATION = 3
_SHORTEST_TYPO = 5  # «карта» is not «марта», «парт» is not «март»: short months must be exact


def _month_forms() -> dict[str, int]:
    forms: dict[str, int] = {}
    for month, name in enumerate(MONTH_NAMES, 1):
        if name[-1] in "ьй":
            stem, endings = name[:-1], ["ь", "й", "я", "ю", "е", "ем", "ъ"]
        else:
            stem, endings = name, ["", "а", "у", "е", "ом"]
        forms |= {stem + ending: month for ending in endings}
        forms |= {stem[:cut]: month for cut in range(_SHORTEST_ABBREVIATION, len(stem) + 1)}
    return forms


_MONTHS = _month_forms()


def _words(kind: str, words: str, value: int = 0) -> dict[str, Word]:
    return dict.fromkeys(words.split(), Word(kind, value))


def _ordinals() -> dict[str, Word]:
    """Ordinals 1..31 that a date or a week may carry, in the forms that go with them."""
    stems = {
        1: "перв",
        2: "втор",
        3: "треть",
        4: "четверт",
        5: "пят",
        6: "шест",
        7: "седьм",
        8: "восьм",
        9: "девят",
        10: "десят",
        11: "одиннадцат",
        12: "двенадцат",
        13: "тринадцат",
        14: "четырнадцат",
        15: "пятнадцат",
        16: "шестнадцат",
        17: "семнадцат",
        18: "восемнадцат",
        19: "девятнадцат",
        20: "двадцат",
        30: "тридцат",
        LAST: "последн",
    }
    found: dict[str, Word] = {}
    for value, stem in stems.items():
        soft = value in (3, LAST)
        days = ("е", "его", "ему") if soft else ("ое", "ого", "ому")
        others = (
            ("я", "ю", "ей", "ем", "ие", "их", "ее", "юю", "яя")
            if soft
            else ("ый", "ой", "ая", "ую", "ом", "ые", "ых", "ыми")
        )
        found |= {stem + ending: Word("O" if value else "o", value) for ending in days}
        found |= {stem + ending: Word("o", value) for ending in others}
    found["третий"] = Word("o", 3)
    found["последний"] = Word("o", LAST)
    roman = "i ii iii iv v vi vii viii iх х хi хii"  # Latin х is Cyrillic by the time it gets here
    found |= {numeral: Word("o", value) for value, numeral in enumerate(roman.split(), 1)}
    # «П полугодие», «Ш четверть», «ll квартал»: look-alikes of Roman numerals
    found |= {"l": Word("o", 1), "ll": Word("o", 2), "lll": Word("o", 3)}
    found |= {"п": Word("o", 2), "ш": Word("o", 3), "lv": Word("o", 4), "iу": Word("o", 4)}
    return found


def _weekdays() -> dict[str, Word]:
    found: dict[str, Word] = {}
    days = (
        ("понедельник понедельника пн пон", "понедельникам"),
        ("вторник вторника вт", "вторникам"),
        ("среда среду ср", "средам"),
        ("четверг четверга чт", "четвергам"),
        ("пятница пятницу пятницы пятнице пт", "пятницам"),
        ("суббота субботу субботы субботе сб", "субботам"),
        ("воскресенье воскресенья вс воскр", "воскресеньям"),
    )
    for number, (singular, dative) in enumerate(days):
        found |= _words("w", singular, number) | _words("W", dative, number)
    return found


_CARDINALS = {
    1: "один одного одной одна одну одно",
    2: "два две двух",
    3: "три трех",
    4: "четыре четырех",
    5: "пять пяти",
    6: "шесть шести",
    7: "семь семи",
    8: "восемь восьми",
    9: "девять девяти",
    10: "десять десяти",
    20: "двадцать",
    30: "тридцать",
}


def _vocabulary() -> dict[str, Word]:
    words = _ordinals() | _weekdays()
    words |= {form: Word("m", month) for form, month in _MONTHS.items()}
    for value, forms in _CARDINALS.items():
        words |= _words("j", forms, value)
    for season, forms in enumerate(
        (
            "зима зимы зиме зиму зимой",
            "весна весны весне весну весной весною",
            "лето летом лете",
            "осень осени осенью",
        ),
    ):
        words |= _words("a", forms, season)
    words |= _words("f", "с со")
    words |= _words(
        "f",
        "стартует стартуют старт стартовал стартовала стартовало стартовали начинается "
        "начинаются начнется начнутся началась начался началось начались ранее раньше",
        VERB,
    )
    words |= _words("F", "от")
    words |= _words("p", "по")
    words |= _words("u", "до к ко")
    words |= _words(
        "u",
        "позднее позже крайний дедлайн завершится завершатся завершается закончится "
        "закончатся заканчивается заканчиваются",
        VERB,
    )
    words |= _words("v", "в во")
    words |= _words("@", "на")
    words |= _words("Z", "за")
    words |= _words("&", "и")
    words |= _words("|", "или либо")
    words |= _words("g", "год года году годом годы годов годах годам г гг")
    words |= _words("s", "уч учеб учебн")
    words |= _words("M", "месяц месяца месяцев месяце месяцы мес м-ц м-ца")
    words |= _words("#", "день дня дней дню дни дн сут сутки суток")
    words |= _words("c", "четверть четверти четвертью четвертей четв", SCHOOL_QUARTER)
    words |= _words("q", "кв кварт", QUARTER)
    words |= _words("h", "полуг полугод полгода", HALF_YEAR)
    words |= _words("k", "нед", WEEK)
    words |= _words("i", "число числа числе числу") | _words("i", "числах", PLURAL)
    words |= _words("b", "начало начала начале началу началом нач")
    words |= _words("x", "конец конца конце концу концом окончание окончания")
    words |= _words("T", "весь всего всей всю вся теч втечение втечении круглый")
    words |= _words(
        "J",
        "после перед накануне через спустя около примерно "
        "приблизительно преддверии преддверие канун "
        "окончании завершении",
    )
    words |= _words("I", "включительно включая вкл включит")
    words |= _words("K", "кроме вместо исключая исключением")
    words |= _words("4", "далее")
    words |= _words("R", "раз раза р") | _words("R", "дважды", 2) | _words("R", "трижды", 3)
    words |= _words("C", "период периода периоде периодом проект проекта проекте")
    words |= _words(
        "U", "час часа часов часам часу ч мин кл кл-х уч-ся чел-к чел лет экз шт тыс место мест"
    )
    words |= _words("U", "тур тура туры этап этапа этапы этапе ряд пара пары пар")
    words |= _words("P", "каб ауд корп оф офис этаж этаже гр пункт пункта пункте прил стр тел т д")
    words |= _words("Q", "сош оош лицей лицея лицее гимназия гимназии мбоу мкоу моу мобу маоу гбоу")
    words |= _words("Q", "гкоу мбдоу мдоу доу школа школы школе школу зал зале спортзал спортзале")
    words |= _words("Q", "библиотека библиотеке")
    words |= _words("$", "ул улица улице пр-т просп проспект проспекте пер пл площадь площади им")
    words |= _words("$", "имени мкр")
    words |= _words("B", "указ указа указом фз")
    words |= _words(
        "",
        "срок сроки сроком даты дата время же не чем а план плана плану планом "
        "планам график графику графика графиком мере постоянно регулярно систематически факту "
        "однократно все всех продлится продлятся пройдет состоится проводится начиная "
        "заканчивая месячник месячника месячнике декадник октябрят октябрята октябрятам "
        "отдельному индивидуально учебы этого этом этот реже менее чаще р-н",
    )
    return words


_WORDS = _vocabulary()

#: Beginnings of words; a word is looked up by its longest beginning of 3 to 9 letters.
_STEMS = {
    "недел": Word("k", WEEK),
    "декад": Word("e"),
    "половин": Word("l"),
    "квартал": Word("q", QUARTER),
    "полугод": Word("h", HALF_YEAR),
    "триместр": Word("H"),
    "семестр": Word("H"),
    "каникул": Word("H"),
    "летн": Word("H"),
    "осенн": Word("H"),
    "зимн": Word("H"),
    "весенн": Word("H"),
    "календарн": Word("L"),
    "учебно": Word("s"),
    "учебны": Word("s"),
    "учебну": Word("s"),
    "учебн": Word("s"),
    "середин": Word("z"),
    "завершени": Word("x"),
    "течени": Word("T"),
    "течен": Word("T"),
    "протяжен": Word("T"),
    "продолжен": Word("T"),
    "кажд": Word("E"),
    "следующ": Word("A"),
    "включит": Word("I"),
    "исключен": Word("K"),
    "перенос": Word("V"),
    "перенес": Word("V"),
    "ежемес": Word("r", MONTH),
    "ежмес": Word("r", MONTH),
    "помесячн": Word("r", MONTH),
    "еженед": Word("r", WEEK),
    "ежекварт": Word("r", QUARTER),
    "поквартал": Word("r", QUARTER),
    "ежечетв": Word("r", SCHOOL_QUARTER),
    "ежегод": Word("r", YEAR),
    "ежедн": Word("r", DAY),
    "приказ": Word("B"),
    "распоряж": Word("B"),
    "постановл": Word("B"),
    "письм": Word("B"),
    "протокол": Word("B"),
    "договор": Word("B"),
    "закон": Word("B"),
    "минут": Word("U"),
    "процент": Word("U"),
    "рубл": Word("U"),
    "балл": Word("U"),
    "урок": Word("U"),
    "класс": Word("U"),
    "человек": Word("U"),
    "участник": Word("U"),
    "обучающ": Word("U"),
    "учащ": Word("U"),
    "учени": Word("U"),
    "учител": Word("U"),
    "педагог": Word("U"),
    "команд": Word("U"),
    "материал": Word("U"),
    "групп": Word("U"),
    "смен": Word("U"),
    "поток": Word("U"),
    "заезд": Word("U"),
    "заняти": Word("U"),
    "параллел": Word("U"),
    "летие": Word("U"),
    "летию": Word("U"),
    "летия": Word("U"),
    "кабинет": Word("P"),
    "аудитор": Word("P"),
    "корпус": Word("P"),
    "приложени": Word("P"),
    "раздел": Word("P"),
    "телефон": Word("P"),
    "микрорайон": Word("$"),
    "переул": Word("$"),
    "необходим": Word(""),
    "согласован": Word(""),
    "запрос": Word(""),
    "текущ": Word(""),
    "отчетн": Word(""),
    "утвержден": Word(""),
    "периодич": Word(""),
    "проведени": Word(""),
    "реализаци": Word(""),
    "исполнени": Word(""),
    "выполнени": Word(""),
    "мероприяти": Word("U"),
    "круглогод": Word("2"),
    "рабоч": Word(""),
}
_STEM_LENGTHS = range(max(map(len, _STEMS)), min(map(len, _STEMS)) - 1, -1)

#: What «уч…» before «год» is not: «Учитель года», «участники», «ученик года».
_NO_SCHOOL_YEAR = ("учит", "учащ", "учен", "участ", "учас", "учред", "учет")


def _one_letter_short() -> dict[str, tuple[tuple[str, int], ...]]:
    short: dict[str, tuple[tuple[str, int], ...]] = {}
    for form in _MONTHS:
        if len(form) > _SHORTEST_TYPO:
            for cut in range(len(form)):
                key = form[:cut] + form[cut + 1 :]
                short[key] = (*short.get(key, ()), (form, cut))
    return short


_SHORT = _one_letter_short()

#: Consonants of the months that no other word shares; «сетебря» and «агсутта» stop here.
_SKELETONS = {"фврл", "вгст", "снтбр", "ктбр", "дкбр", "стбр", "снбр", "снтр"}
_VOWELS = dict.fromkeys(map(ord, "аеиоуыэюяьъй"))


def look_up(word: str) -> Word:
    """Tell what a word is; `UNKNOWN` when nothing is known of it.

    A month with one letter missing, added, changed or two neighbours swapped is read, and marked
    as a typo; one with two such slips is `ALMOST`.
    """
    return _WORDS.get(word) or _guess(word)


def is_spelt_out(word: str) -> bool:
    """Tell whether a word is known letter by letter, not only by its beginning."""
    return word in _WORDS


def is_month_beginning(fragment: str) -> bool:
    """Tell whether a word cut off in the middle may have been a month («ма» of «март»)."""
    return any(form.startswith(fragment) for form in _MONTHS)


def means_school(word: str) -> bool:
    """Tell whether a word before «год» can only be a misspelt «учебный»."""
    return word.startswith("уч") and not word.startswith(_NO_SCHOOL_YEAR)


@lru_cache(maxsize=4096)
def _guess(word: str) -> Word:
    for length in _STEM_LENGTHS:
        if (found := _STEMS.get(word[:length])) is not None:
            return found
    if len(word) < _SHORTEST_TYPO:
        return UNKNOWN
    shorter = [word[:cut] + word[cut + 1 :] for cut in range(len(word))]
    months = {_MONTHS[form] for form, _ in _SHORT.get(word, ())}  # a letter is missing
    almost = bool(months)
    for cut, key in enumerate(shorter):
        if len(key) >= _SHORTEST_TYPO and key in _MONTHS:  # a letter too many
            months.add(_MONTHS[key])
        for form, place in _SHORT.get(key, ()):
            almost = True
            swapped = abs(place - cut) == 1 and word[min(cut, place)] == form[max(cut, place)]
            if place == cut or swapped:
                months.add(_MONTHS[form])
    if len(months) == 1:
        return Word("m", months.pop(), typo=True)
    almost = almost or word.translate(_VOWELS) in _SKELETONS
    return ALMOST if almost else UNKNOWN
