"""Text for a terminal: harmless, measured in display columns, shortened by whole words.

Titles come from boards and tables that anybody may write in, so nothing reaches a terminal that
could steer it: no escape sequences, no direction overrides, no line breaks, no towers of combining
marks. Widths follow Unicode Standard Annex 11: wide and fullwidth characters take two columns,
combining marks none, the "ambiguous" ones (Cyrillic among them) one.
"""

from __future__ import annotations

import re
import unicodedata

#: No text of ours is longer; what lies beyond cannot be shown and need not be looked at.
LONGEST = 2_000

_MARKS_IN_A_ROW = 2
_PLAIN = re.compile(r"[ -~\u0400-\u045f«»—–…№]*")
_LINK = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f]+", re.IGNORECASE)


def clean(text: str, longest: int = LONGEST) -> str:
    """Return the text as one harmless line.

    Control and format characters (escape sequences lose what makes them one, direction overrides
    and joiners go) are dropped, any white space is one blank, a character without a meaning is
    "?", and of combining marks in a row two are kept.

    Args:
        text: anything.
        longest: how many characters of it are looked at.

    """
    text = text[:longest]
    if not _PLAIN.fullmatch(text):
        text = "".join(_harmless(unicodedata.normalize("NFC", text)))
        text = unicodedata.normalize("NFC", text)  # what stood between two parts may be gone
    return " ".join(text.split())


def width(text: str) -> int:
    """Return how many columns a cleaned text takes."""
    if _PLAIN.fullmatch(text):
        return len(text)
    return sum(map(_columns, text))


def pad(text: str, columns: int) -> str:
    """Fill the text with blanks up to `columns`."""
    return text + " " * (columns - width(text))


def shorten(text: str, columns: int) -> str:
    """Return the cleaned text in at most `columns`, cut at a word and ended by "…" if need be.

    A single word that does not fit is cut in itself.
    """
    text = clean(text)
    if width(text) <= columns:
        return text
    head = _fitting(text, columns - 1)
    if not text[len(head)].isspace():
        whole = head.rpartition(" ")[0]
        # A cut that would throw away more than half the room is worse than a cut word.
        if width(whole) * 2 >= columns:
            head = whole
    return head.rstrip(" ,;:.–—-(«") + "…"


def wrap(text: str, columns: int, most: int | None = None) -> list[str]:
    """Return the cleaned text as lines of at most `columns`, broken between words.

    Args:
        text: anything; an empty text gives no line.
        columns: at least 2.
        most: how many lines at most; the last one then ends with "…".

    """
    lines: list[str] = []
    rest = clean(text)
    while rest:
        if most is not None and len(lines) == most - 1:
            lines.append(shorten(rest, columns))
            break
        line = rest if width(rest) <= columns else _first_line(rest, columns)
        lines.append(line.rstrip())
        rest = rest[len(line) :].lstrip()
    return lines


def link(url: str | None) -> str | None:
    """Return the address if it is a plain http(s) one, else None: nothing else is offered."""
    return url if url is not None and _LINK.fullmatch(url) else None


def _harmless(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in {"Mn", "Me"}:
            # A variation selector makes the width of its neighbour a matter of taste.
            marks += 1
            if marks <= _MARKS_IN_A_ROW and not "\ufe00" <= char <= "\ufe0f":
                kept.append(char)
            continue
        marks = 0
        if char.isspace():
            kept.append(" ")
        elif category in {"Cs", "Co", "Cn"}:
            kept.append("?")
        elif category not in {"Cc", "Cf"}:
            kept.append(char)
    return kept


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _fitting(text: str, columns: int) -> str:
    """Return the longest head that fits of a text that does not fit whole."""
    index, taken = 0, _columns(text[0])
    while taken <= columns:
        index += 1
        taken += _columns(text[index])
    return text[:index]


def _first_line(text: str, columns: int) -> str:
    """Return what stands on the first line: whole words, «слово — 1» never torn at its dash."""
    fitting = _fitting(text, columns)
    head = fitting if text[len(fitting)] == " " else fitting.rpartition(" ")[0]
    if head.endswith(" —") and text[len(head) + 1].isdecimal():
        head = head.removesuffix(" —")
    if text.startswith(" — ", len(head)):
        head = head.rpartition(" ")[0]
    return head or fitting
