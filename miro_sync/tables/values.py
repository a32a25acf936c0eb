"""What a single cell says: a number, a day, links, people counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Literal

from miro_sync.model import CellError, CellValue, Counted

Kind = Literal["text", "date", "number", "period", "link", "mark"]
"""What the cells of a column become; see `Column`."""

Value = str | int | float | bool | dt.date | tuple[str, ...]
"""What a cell became: true links are a tuple, everything else is one value."""

#: Days since 1899-12-30 of 2000-01-01 and 2119-01-13: the numbers a spreadsheet keeps for dates.
_SERIALS = range(36_526, 80_001)
_SERIAL_ZERO = dt.date(1899, 12, 30)

#: Digits before the decimal sign of a number: Excel keeps no more (Microsoft, "Excel
#: specifications and limits"); longer ones are codes.
_DIGITS = 15
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[\s\u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?")
_RUSSIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:\s*(?:г\.?|года))?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_LINK = re.compile(
    r"https?://[^\s<>\"«»]+"
    r"|(?<![\w@./:-])(?:www\.[^\s<>\"«»]+|(?:[\w-]+\.)+(?:ru|рф|su|com|org|net|info|me|by|kz)"
    r"/[^\s<>\"«»]+)",
    re.IGNORECASE,
)
_OTHER_LINK = re.compile(
    r"(?<![\w/])(?!https?:)(?:[a-z][a-z0-9+.-]*://|(?:javascript|data|vbscript|mailto|tel):)",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"(?<![\d.,])(?<!\d[–—-])(?P<n>\d{1,3}(?:[\s\u00a0]\d{3})+|\d+)\s*[-–—]?\s*"
    r"(?P<who>чел|уч(?:-?ся|ащ|ен|аст|\.)|обуч|школьник|педагог|учител|родител|детей|ребен|ребён|ребят"
    r"|студент|гост|воспитан|слушател|работник|руководител|представител)"
    r"|\((?P<b>\d{1,5})\)",
    re.IGNORECASE,
)
_PUPILS = re.compile(r"уч(?:-?ся|ащ|ен|\.)|обуч|школьник|дет|реб|воспитан|студент", re.IGNORECASE)
_STAFF = re.compile(r"педагог|учител|работник|руководител", re.IGNORECASE)
#: Characters before a number in which a word that makes it a wish is looked for.
_WISH_WITHIN = 40
_WISH = re.compile(r"(?:\bдо|\bменее|\bболее|\bоколо|\bсвыше|\bот|~|≈)\s*$", re.IGNORECASE)


def parse_number(value: CellValue) -> int | float | None:
    """Read a number as a Russian spreadsheet writes it; None for anything else.

    A comma is the decimal sign («1,5» is 1.5), spaces part thousands («1 234» is 1234).
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if not isinstance(value, str):
        return value
    text = value.strip().replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(text):
        return None
    plain = re.sub(r"\s", "", text).replace(",", ".")
    if len(plain.partition(".")[0].lstrip("+-0")) > _DIGITS:
        return None
    return float(plain) if "." in plain else int(plain)


def parse_day(value: CellValue) -> dt.date | None:
    """Read a whole day: a true date, a spreadsheet's date number, «05.04.2023», «2023-04-05»."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        return _day_of_text(value.strip())
    if isinstance(value, (int, float)) and _SERIALS.start <= value < _SERIALS.stop:
        return _SERIAL_ZERO + dt.timedelta(int(value))
    return None


def links_in(text: str) -> tuple[str, ...]:
    """Return the http(s) links of a text, in its order; «www.…» and «vk.com/…» become https."""
    links = (match[0].rstrip(".,;:!?)»\"'") for match in _LINK.finditer(text))
    return tuple(dict.fromkeys(link if "://" in link else f"https://{link}" for link in links))


def count_people(text: str, *, bare: bool = False) -> int | None:
    """Return how many people a text counts; None when it counts none.

    «(21 уч-ся, 3 педагога)» is 24; «8-11 классы» counts nobody; «до 30 человек» and «не менее 25»
    are wishes, not counts.

    Args:
        text: the cell.
        bare: a number alone is a count too (a column «Количество участников»).

    """
    whole = parse_number(text)
    if bare and whole is not None:
        return int(whole) if whole >= 0 and whole == int(whole) else None
    counts = [count for _, count in _people(text)]
    return sum(counts) if counts else None


def count_by_kind(text: str) -> Counted:
    """Return the people that a text counts: pupils, staff, and those it only calls people.

    «Обучающиеся (21 уч-ся, 3 педагога)» is 21 pupils and 3 of the staff. The same numbers count
    as for `count_people`, with a bare number taken for people.
    """
    whole = parse_number(text)
    if whole is not None:
        is_count = whole >= 0 and whole == int(whole)
        return Counted(people=int(whole)) if is_count else Counted()
    sums: dict[str, int] = {}
    for who, count in _people(text):
        kind = _kind_of_people(who)
        sums[kind] = sums.get(kind, 0) + count
    return Counted(**sums)


def _people(text: str) -> Iterator[tuple[str | None, int]]:
    """Yield the words for people of a text and how many it counts of them."""
    for match in _PEOPLE.finditer(text):
        digits = re.sub(r"\s", "", match["n"] or match["b"])
        near = text[max(0, match.start() - _WISH_WITHIN) : match.start()]
        if len(digits) <= _DIGITS and not _WISH.search(near):
            yield match["who"], int(digits)


def _kind_of_people(word: str | None) -> str:
    if word is None:
        return "people"
    if _PUPILS.match(word):
        return "pupils"
    return "staff" if _STAFF.match(word) else "people"


def as_text(value: CellValue | Value) -> str:
    """Write a value as a reader of the spreadsheet sees it; "" for a blank or failed cell."""
    if value is None or isinstance(value, CellError):
        text = ""
    elif isinstance(value, str):
        text = value
    elif isinstance(value, tuple):
        text = " ".join(value)
    elif isinstance(value, bool):
        text = "да" if value else "нет"
    elif isinstance(value, dt.date):
        has_time = isinstance(value, dt.datetime) and value.time() != dt.time()
        text = f"{value:%d.%m.%Y %H:%M}" if has_time else f"{value:%d.%m.%Y}"
    elif isinstance(value, dt.time):
        text = f"{value:%H:%M}"
    else:
        text = str(value).replace(".", ",")
    return text


def says_none(text: str) -> bool:
    """Tell whether a cell of links says that there is none: «нет», «–»."""
    return re.sub(r"\W", "", text).casefold() in {"", "нет", "отсутствует"}


def read_cell(kind: Kind, value: CellValue) -> tuple[Value | None, str | None]:
    """Read a filled cell of a column of some kind.

    Returns:
        The value, None when the cell says nothing that such a column can hold; and the name of
        the fault to tell of it, None when all is well.

    """
    match kind:
        case "number":
            number = parse_number(value)
            return number, "not_a_number" if number is None else None
        case "date":
            day = parse_day(value)
            return day, "not_a_day" if day is None else None
        case "period":
            return _period(value)
        case "link":
            return _links(as_text(value))
        case "mark" if isinstance(value, bool):
            return value, None
    return as_text(value).strip() or None, None


def _day_of_text(text: str) -> dt.date | None:
    if match := _RUSSIAN_DAY.fullmatch(text):
        day, month, year = match.groups()
    elif match := _ISO_DAY.fullmatch(text):
        year, month, day = match.groups()
    else:
        return None
    try:
        return dt.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))  # noqa: PLR2004 - «23» is 2023
    except ValueError:
        return None


def _period(value: CellValue) -> tuple[Value | None, str | None]:
    """Read a period cell: days stay days, a number that was meant as «16.01» becomes that text."""
    if isinstance(value, (str, bool, dt.time)):
        return as_text(value).strip(), None
    day = parse_day(value)
    if day is not None or not isinstance(value, (int, float)):
        return day, None
    return (str(value), None) if isinstance(value, int) else _day_and_month(value)


def _day_and_month(value: float) -> tuple[Value | None, str | None]:
    day, _, month = f"{value:.4f}".rstrip("0").partition(".")
    if not (day.isdigit() and month.isdigit()):
        return None, "day_or_number"
    # «5.1» is what a spreadsheet leaves of both 5.1 and 5.10: January or October, nobody knows.
    if month != "1" and 1 <= int(day) <= 31 and len(month) <= 2 and 1 <= int(month) <= 12:  # noqa: PLR2004 - a day
        return f"{int(day):02}.{int(month):02}", None
    return None, "day_or_number"


def _links(text: str) -> tuple[Value | None, str | None]:
    links = links_in(text)
    if _OTHER_LINK.search(text):
        return links or None, "other_link"
    if links:
        return links, None
    return None, None if says_none(text) else "no_link"
