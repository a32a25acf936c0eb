"""From a period text as people write it to tokens: Unicode, HTML, OCR noise, numbers, words.

Every token knows where it stands in the text as it was written, so that what is not understood can
be shown verbatim. The kinds of tokens are listed in `miro_sync.periods.words`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from miro_sync.periods.words import (
    ALMOST,
    HALF_YEAR,
    MONTH_NAMES,
    UNKNOWN,
    Word,
    is_month_beginning,
    is_spelt_out,
    look_up,
    means_school,
)

#: The longest that each month can be, January first.
MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Token(NamedTuple):
    """A piece of a text and what it is.

    Attributes:
        kind: one character, see `miro_sync.periods.words`.
        start, end: where it stands in the normalised text.
        value: a number, day (0: the date names none), year, month, ordinal, weekday or unit; of a
            time of day the minutes since midnight.
        month, year: of a numeric date; 0 where it names none.
        aside: it stands in brackets.

    """

    kind: str
    start: int
    end: int
    value: int = 0
    month: int = 0
    year: int = 0
    aside: bool = False


class Tokens(NamedTuple):
    """A text in tokens.

    Attributes:
        text: as it was written.
        items: in order; brackets and words that say nothing about time are left out.
        weekdays: those that stand in brackets beside dates, in order.
        typos: (word as it was written, month it was taken for).
        origin: where each character of the normalised text stands in `text`; None when the two
            are aligned.
        breaks_off: the text ends in «по», «с», «до» or a dash: its end was lost.

    """

    text: str
    items: list[Token]
    weekdays: list[Token]
    typos: list[tuple[str, int]]
    origin: list[int] | None
    breaks_off: bool = False

    def verbatim(self, start: int, end: int) -> str:
        """Return the piece of the text as it was written, without spaces at its ends."""
        if self.origin is not None:
            start, end = self.origin[start], self.origin[end - 1] + 1
        return self.text[start:end].strip()


def tokenize(text: str) -> Tokens:
    """Cut a text into tokens; any text is accepted.

    Args:
        text: as it was written: with HTML, odd dashes and spaces, Latin look-alikes, footnotes.

    """
    line, origin = _normalise(text)
    reader = _Reader(line, Tokens(text, [], [], [], origin))
    for match in _TOKEN.finditer(line):
        _READ[match.lastgroup or ""](reader, match)
    return reader.finish()


# --- characters -------------------------------------------------------------------------------


def _characters() -> dict[int, str]:
    """One character for one: look-alikes, dashes, spaces, quotes; footnotes become spaces."""
    table = {0x130: "i", ord("ё"): "е", ord("Ё"): "е", ord("І"): "i", ord("і"): "i"}
    for latin, cyrillic in zip("abcehkmoptxy", "авсенкмортху", strict=True):
        table[ord(latin)] = table[ord(latin.upper())] = cyrillic
    for code in range(0xFF01, 0xFF5F):  # full-width forms of ASCII
        plain = code - 0xFEE0
        table[code] = table.get(plain, chr(plain))
    table |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58~÷→⁓∼〜"), "-")
    table |= {0xFF0D: "-", 0xFF5E: "-"}
    table |= dict.fromkeys(map(ord, "\t\v\f\r\x85\xa0\u2028\u2029\u202f\u205f\u3000*†‡"), " ")
    table |= dict.fromkeys(range(0x2000, 0x200B), " ")
    table |= dict.fromkeys(map(ord, "«»“”„‟‘’‚‛‹›'`´"), '"')
    table |= dict.fromkeys(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹°º"), "^")
    for mark, instead in zip("[]{}\\⁄…•▪|·․", "()()//.;;;..", strict=True):
        table[ord(mark)] = instead
    return table


_CHARACTERS = _characters()

#: Characters that take no room: soft hyphens, joiners, direction and byte order marks.
_WEIGHTLESS = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff"
_RARE = re.compile(rf"[<&{_WEIGHTLESS}\u0300-\u036f]")
#: Whatever does not stand for exactly one character.
_UNEVEN = re.compile(
    rf"</?[a-zA-Z!][^<>]{{0,400}}>|&\#?\w{{1,12}};(?:\w{{1,8}};)?|[^\W\d_][\u0300-\u036f]{{1,9}}"
    rf"|[{_WEIGHTLESS}\u0300-\u036f]",
)
_NO_WEIGHT = re.compile(rf"[{_WEIGHTLESS}]")
_WEB = re.compile(r"[a-zа-я]{2,6}://\S*|www\.\S*|[\w.-]{1,64}@[\w.-]+")
_QUOTED_DAY = re.compile(r'"[\s_]{0,2}\d\d?[\s_]{0,2}"')  # «15» марта, «_15_» марта
_NO_QUOTES = dict.fromkeys(map(ord, '"_'), " ")
_MIXED = re.compile(r"\d[оli]|[озli]\d")
#: A run of digits and of the letters that scanners and hasty fingers put for them.
_MIXED_NUMBER = re.compile(r"(?<![^\W_])(?=[озli]*\d)(?=\d*[озli])[оз\dli]{2,9}(?<!з)(?![^\W_])")
#: The same for one that stands alone, and digits for letters: «З мая», «l-5 мая», «ноя6рь».
_MIXED_SIGN = re.compile(
    r"(?<![^\W_])(?:з(?=\s+(?:янв|фев|мар|апр|ма[йя]|ию[нл]|авг|сен|окт|ноя|дек))|[li](?=\s?-\s?\d))"
    r"|(?<=[а-я])6(?=р[ьяею])|(?<![^\W_])0(?=ктяб)",
)
_SIGNS = frozenset("зli60")
_MIXED_SIGNS = str.maketrans("зli60", "311бо")
_LOOKS_LIKE_DIGIT = str.maketrans("озli", "0311")


def _normalise(text: str) -> tuple[str, list[int] | None]:
    origin = None
    if _RARE.search(text):
        text, origin = _level(text)
    line = text.translate(_CHARACTERS).lower()
    if "@" in line or "://" in line or "www." in line:
        line = _WEB.sub(lambda match: " " * len(match.group()), line)
    if '"' in line:
        line = _QUOTED_DAY.sub(lambda match: match.group().translate(_NO_QUOTES), line)
    if _MIXED.search(line):
        line = _MIXED_NUMBER.sub(lambda match: match.group().translate(_LOOKS_LIKE_DIGIT), line)
    if not _SIGNS.isdisjoint(line):
        line = _MIXED_SIGN.sub(lambda match: match.group().translate(_MIXED_SIGNS), line)
    return line, origin


def _level(text: str) -> tuple[str, list[int]]:
    """Take out HTML, entities, accents and weightless marks; remember where the rest stood."""
    characters: list[str] = []
    origin: list[int] = []
    done = 0
    for match in _UNEVEN.finditer(text):
        start, piece = match.start(), match.group()
        characters.extend(text[done:start])
        origin.extend(range(done, start))
        done = match.end()
        if piece[0] == "<":
            instead = " "
        elif piece[0] == "&":
            instead = _NO_WEIGHT.sub("", html.unescape(html.unescape(piece)))
            if instead == piece:  # «&NBSP;» of a text in capitals
                instead = html.unescape(piece.lower())
        else:
            instead = unicodedata.normalize("NFC", piece)[0] if len(piece) > 1 else ""
        characters.extend(instead)
        origin.extend([start] * len(instead))
    characters.extend(text[done:])
    origin.extend(range(done, len(text)))
    return "".join(characters), origin


# --- tokens -----------------------------------------------------------------------------------

_YEAR = r"(?:19|20)\d\d"
_ENDING = (
    r"(?:(?:\s?-\s?)?(?:го|ого|его|ое|ее|е|й|ый|ой|ий|я|ая|ую|ю|му|ому|м|ом|х|ых)(?![а-яa-z]))?"
)
_TOKEN = re.compile(
    rf"""
      (?P<half>п\s?/\s?г(?:од[а-я]*)?(?![а-я]))
    | (?P<word>[а-яa-z]+)
    | (?P<phone>(?:\+7|8)[\s(-]{{0,2}}\d{{3,5}}[\s)-]{{0,2}}\d{{1,3}}[\s-]?\d\d[\s-]?\d\d(?!\d))
    | (?P<iso>{_YEAR}(?P<sep>[-./])\d\d?(?P=sep)\d\d?(?!\d)(?:[тt\s]\s?\d\d:\d\d[\d:.+z-]*)?)
    | (?P<full>\d\d?\s?[./]{{1,2}}\s?\d\d?\s?[.,/]{{1,2}}\s?{_YEAR}(?!\d)
        | \d\d?[./]\d\d?[./](?:20\n\d\d(?!\d)|\d\d(?!\.?\d|_)) | \d\d?,\d\d?[.,]{_YEAR}(?!\d)
        | \d\d?-\d\d?-{_YEAR}(?!\d))
    | (?P<code>\d+(?:-\d+){{3,}})
    | (?P<dashed>\d{{1,3}}-\d\d-\d\d(?![\d-]))
    | (?P<clock>\d\d?:\d\d(?::\d\d)?(?!\d) | \d\d?\s?\^+
        | (?:[01]?\d|2[0-4])-(?:00|3[2-9]|[45]\d)(?![\d.]))
    | (?P<month>(?<![\d.])(?:0?[1-9]|1[0-2])\s?[./]\s?{_YEAR}(?!\d))
    | (?P<pair>\d\d?\.\d\d?(?!\.?\d) | \d\d/\d\d(?![/\d]|\s*[а-я]{{3}})
        | \d\d?\s?\.\s?\d\d?(?!\.?\d|\s*-?\d|\s*[а-я]{{3}}))
    | (?P<chain>\d+(?:\.\d+){{2,}})
    | (?P<year>{_YEAR}(?!\d){_ENDING})
    | (?P<pupils>(?<!\d)(?:1[01]|[1-9])[абвгджзк](?![а-яa-z\d]))
    | (?P<plain>\d+{_ENDING})
    | (?P<blank>_{{2,}})
    | (?P<mark>-(?:\s*-)*|[,;/()"№%])
    """,
    re.VERBOSE,
)
_RARE_GROUPS = ("half", "phone", "code", "dashed", "clock", "month", "chain", "pupils", "blank")
_DIGITS = re.compile(r"\d+")
_MARKS = {",": ",", ";": ";", "/": "|", '"': '"', "№": "№", "%": "U"}
_CENTURY_TURN = 70  # «24» is 2024, «98» is 1998
_SHORT_YEARS = range(10, 41)  # «12-03-23» is a date, «41-25-44» a telephone number
_LAST_DAY, _LAST_HOUR, _LAST_MINUTE = 31, 24, 59
_LONGEST_NUMBER = 9

_UNSURE = frozenset("~?")

_GLUE = r"(?:и|с|по|до)"
_MONTH = (
    r"(?:январ[ьяею]|феврал[ьяею]|март[ауе]?|апрел[ьяею]|ма[йяею]|июн[ьяею]|июл[ьяею]|август[ауе]?"
    r"|сентябр[ьяею]?|октябр[ьяею]?|ноябр[ьяею]?|декабр[ьяею]?)"
)
#: Words between which the spaces were lost: «годаис», «сентябряпо», «сентябрьдекабрь».
_GLUED = re.compile(rf"(?:{_MONTH}|года?)(?:{_GLUE}|{_MONTH}|года?)+")
_GLUED_TO_NUMBER = re.compile(rf"гг?{_GLUE}+")
_GLUED_PART = re.compile(rf"{_MONTH}|года?|гг?|{_GLUE}")
_LIST_ITEM = re.compile(rf"\.\s+(?:(?P<number>\d)|(?P<month>{'|'.join(MONTH_NAMES)}))?")
_NEXT_WORD = re.compile(r"\.\s+([а-я]+)")
_BROKEN = re.compile(r"\s*-?\s*")
_LONGEST_BREAK = 3
_LONGEST_TAIL = 3  # «теч-е», «уч-ся», «кл-х»
_SHORTEST_MONTH = 3
_YEAR_FOLLOWS = re.compile(r"[\s.]*г(?:од(?![а-я]{3})|\.|г|$)")

#: What makes the words in a pair of brackets more than a comment.
_DATED = frozenset("mdDyrRTsaWEkelqhcF2?")


class _Reader:
    """The state of reading one text: what was found, the last word, the open brackets."""

    __slots__ = ("bracket", "bulleted", "depth", "found", "last_end", "last_word", "line", "prose")

    def __init__(self, line: str, found: Tokens) -> None:
        self.line = line
        self.found = found
        self.depth = 0
        self.bracket = 0  # index of the first token in the open brackets
        self.prose = False  # an unknown word stands in the open brackets
        self.last_word = (0, 0)
        self.last_end = 0  # of the last word or number
        self.bulleted = line.lstrip()[:1] in ("-", ";")

    def finish(self) -> Tokens:
        if self.depth:
            self._forget_comment()
        if self.found.items:
            last = self.found.items[-1]
            if last.kind in "-pfu" and not last.value and last.end >= self.last_end:
                return self.found._replace(breaks_off=True)
        return self.found

    def _add(self, kind: str, match: re.Match[str], value: int = 0) -> None:
        start, end = match.span()
        self.last_end = end
        self.found.items.append(Token(kind, start, end, value, aside=self.depth > 0))

    # words

    def word(self, match: re.Match[str]) -> None:
        spelling, (start, end) = match.group(), match.span()
        self.last_end = end
        word = look_up(spelling)
        if word is UNKNOWN or word is ALMOST or word.typo:
            if self._mend(spelling, start, end):
                return
            if not word.typo:
                word = self._meant(spelling, start, end, word)
        elif spelling == "п" and self.line[end : end + 1] == ".":
            word = look_up("пункт")
        elif word.kind == "m" and end - start == _SHORTEST_MONTH and self._is_latin(start, end):
            word = UNKNOWN
        self._add_word(word, start, end)
        self.last_word = (start, end)

    def _is_latin(self, start: int, end: int) -> bool:
        return self.found.verbatim(start, end).isascii()  # the English «map» is no «мар»

    def _add_word(self, word: Word, start: int, end: int) -> None:
        kind = word.kind
        if word.typo:
            self.found.typos.append((self.found.verbatim(start, end), word.value))
        if not kind:
            return
        if not self.depth:
            self.found.items.append(Token(kind, start, end, word.value))
        elif kind == "w":
            self.found.weekdays.append(Token(kind, start, end, word.value))
        elif kind == "~":
            self.prose = True
        else:
            self.found.items.append(Token(kind, start, end, word.value, aside=True))

    def _mend(self, spelling: str, start: int, end: int) -> bool:
        """Part words that were glued together, join one that was broken; tell whether it was so."""
        items = self.found.items
        if _GLUED.fullmatch(spelling) or (
            items and items[-1].end == start and _GLUED_TO_NUMBER.fullmatch(spelling)
        ):
            self._add_parts(spelling, start, 0, 0)
            return True
        before, until = self.last_word
        gap = start - until
        if not until or gap > _LONGEST_BREAK or not _BROKEN.fullmatch(self.line, until, start):
            return False
        whole, gap_text = self.line[before:until] + spelling, self.line[until:start]
        word, glued = look_up(whole), _GLUED.fullmatch(whole)
        if gap_text == "-" and is_spelt_out(self.line[before:end]):  # «м-ц»
            word = look_up(self.line[before:end])
        elif not glued and not is_spelt_out(whole):
            torn = gap_text.strip(" ")  # by a hyphen or the end of a line
            if not torn or word.typo or word.kind in _UNSURE:
                return False
        while items and items[-1].start >= before:
            items.pop()
        if glued:
            self._add_parts(whole, before, until - before, gap)
        else:
            self._add_word(word, before, end)
            # what changed nothing may be the beginning of the next word: «Каждый понедельн ик»
            self.last_word = (before if word != look_up(whole[: until - before]) else start, end)
        return True

    def _add_parts(self, spelling: str, start: int, break_at: int, gap: int) -> None:
        """Add the words of a glued spelling that has a gap in the line after `break_at` letters."""
        previous = ""
        for part in _GLUED_PART.finditer(spelling):
            word = look_up(part.group())
            first = start + part.start() + (gap if part.start() >= break_at else 0)
            last = start + part.end() + (gap if part.end() > break_at else 0)
            if previous == word.kind == "m":  # the dash between two months was lost
                self.found.items.append(Token("-", first - 1, first, aside=self.depth > 0))
            self._add_word(word, first, last)
            self.last_word = (first, last)
            previous = word.kind

    def _meant(self, spelling: str, start: int, end: int, word: Word) -> Word:
        """Judge an unknown word by what stands around it."""
        items = self.found.items
        if items and items[-1].kind in ",&-npuf;":
            if is_month_beginning(spelling) and not self.line[end:].strip(" ."):
                return ALMOST  # the text was cut: «Ноябрь, ма»
            dash = items[-1]
            if dash.kind == "-" and dash.end == start and end - start <= _LONGEST_TAIL:
                ended = self.last_word[1] == dash.start
                if ended and len(items) > 1 and items[-2].kind not in "m~":
                    items.pop()  # «теч-е»
                    return Word("")
        if spelling == "среды" and items and items[-1].kind in "fpu":  # no «охрана среды»
            return look_up("среда")
        if means_school(spelling) and _YEAR_FOLLOWS.match(self.line, end):
            return Word("s")
        return word

    # brackets, dashes, commas

    def mark(self, match: re.Match[str]) -> None:
        mark = match.group()
        if mark == "(":
            if not self.depth:
                self.bracket, self.prose = len(self.found.items), False
            self.depth += 1
        elif mark == ")":
            if self.depth == 1:
                self._forget_comment()
            self.depth = max(self.depth - 1, 0)
        else:
            kind = _MARKS.get(mark, "-")
            start, end = match.span()
            if kind == "-" and self.bulleted and not self.line[:start].rpartition("\n")[2].strip():
                kind = ";"
            self.found.items.append(Token(kind, start, end, aside=self.depth > 0))

    def _forget_comment(self) -> None:
        """Forget what the brackets hold unless it speaks of time."""
        inside = self.found.items[self.bracket :]
        only_numbers = bool(inside) and all(token.kind == "n" for token in inside)
        if only_numbers and not self.prose:
            return
        if not any(token.kind in _DATED for token in inside):
            del self.found.items[self.bracket :]

    # numbers

    def plain_number(self, match: re.Match[str]) -> None:
        end = match.end()
        digits = _DIGITS.match(match.group())
        value = int(digits.group()) if digits and len(digits.group()) <= _LONGEST_NUMBER else 0
        after = self.line[end : end + 1]
        if after == ")" and not self.depth:
            self._add(";", match)  # «1) …, 2) …»
        elif after == "+":
            self.last_end = end  # «12+»: for whom, not when
        elif after == "." and (item := _LIST_ITEM.match(self.line, end)):
            heads_line = not self.line[: match.start()].rpartition("\n")[2].strip()
            if heads_line and item.group("number"):
                self._add(";", match)  # «1. 15 марта»
            else:  # «1. Сентябрь» is the first item of a list or the first of September
                self._add("?" if item.group("month") else "n", match, value)
        else:
            self._add("n" if 1 <= value <= _LAST_DAY else "N", match, value)

    def year(self, match: re.Match[str]) -> None:
        self._add("y", match, int(match.group()[:4]))

    def pair(self, match: re.Match[str]) -> None:
        """Read «14.06» as a day and a month, as a time of day, or as neither."""
        first, second = _DIGITS.findall(match.group())
        day, month = int(first), int(second)
        if match.end() - match.start() == len("2.1") and self._numbers_an_item(match):
            self._add("?", match)
        elif 1 <= month <= len(MONTH_DAYS) and 1 <= day <= MONTH_DAYS[month - 1]:
            self._add_date(match, day, month, 0)
        elif day <= _LAST_HOUR and month <= _LAST_MINUTE and len(second) == len("00"):
            self._add("t", match, day * 60 + month)
        else:
            self._add("?", match)

    def _numbers_an_item(self, match: re.Match[str]) -> bool:
        """Tell whether «2.1. Проведение недели» begins here, and not «1.9. – 5.9.»."""
        if self.line[: match.start()].rpartition("\n")[2].strip():
            return False
        following = _NEXT_WORD.match(self.line, match.end())
        return following is not None and look_up(following.group(1)).kind in ("", "~")

    def full_date(self, match: re.Match[str]) -> None:
        day, month, *year = _DIGITS.findall(match.group())
        self._add_date(match, int(day), int(month), int("".join(year)))  # «22.04.20␤24»

    def iso_date(self, match: re.Match[str]) -> None:
        year, month, day = (int(digits) for digits in _DIGITS.findall(match.group())[:3])
        self._add_date(match, day, month, year)

    def rare(self, match: re.Match[str]) -> None:
        """Add what is seldom written: half-years as «п/г», times of day, «09.2023», telephones."""
        group, digits = match.lastgroup, _DIGITS.findall(match.group())
        if group == "half":
            self._add("h", match, HALF_YEAR)
        elif group == "clock":
            minutes = int(digits[1]) if len(digits) > 1 else 0
            self._add("t", match, int(digits[0]) * 60 + minutes)
        elif group in ("chain", "blank"):  # «2.1.3», ««__» марта»
            self._add("?", match)
        elif group == "pupils":
            self.last_end = match.end()  # «5а» is a class
        elif group == "month":
            start, end = match.span()
            self.last_end = end
            self.found.items.append(
                Token("D", start, end, 0, int(digits[0]), int(digits[1]), self.depth > 0),
            )
        elif group == "dashed":
            day, month, year = map(int, digits)
            numbered = bool(self.found.items) and self.found.items[-1].kind == "P"  # «тел.»
            if numbered or year not in _SHORT_YEARS:
                return
            if 1 <= month <= len(MONTH_DAYS) and 1 <= day <= _LAST_DAY:
                self._add_date(match, day, month, year)

    def _add_date(self, match: re.Match[str], day: int, month: int, year: int) -> None:
        start, end = match.span()
        self.last_end = end
        if year and year < 100:  # noqa: PLR2004 - two digits
            year += 2000 if year < _CENTURY_TURN else 1900
        valid = 1 <= month <= len(MONTH_DAYS) and 1 <= day <= MONTH_DAYS[month - 1]
        kind = "?" if not valid else "D" if year else "d"
        self.found.items.append(Token(kind, start, end, day, month, year, self.depth > 0))


_READ: dict[str, Callable[[_Reader, re.Match[str]], None]] = {
    "word": _Reader.word,
    "mark": _Reader.mark,
    "plain": _Reader.plain_number,
    "year": _Reader.year,
    "pair": _Reader.pair,
    "full": _Reader.full_date,
    "iso": _Reader.iso_date,
    **dict.fromkeys(_RARE_GROUPS, _Reader.rare),
}
