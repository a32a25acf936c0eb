"""Texts of the board and the tables made comparable: HTML, Unicode, words.

`plain` and `clean` keep what a reader sees; `fold` is for comparison only and never shown. All of
them take hostile input of any length and need time in proportion to it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final


def plain(markup: str) -> str:
    """Turn the HTML of a board item into plain text.

    Miro wraps what was typed in `<p>…</p>` and sends what an app wrote as it came, so a text
    without a tag is as good as one with. A `<` that opens none of the tags Miro knows is a
    character of the text («5 < 7»), and so is an `&` that begins no complete entity.

    Args:
        markup: a title, description or content as the service sends it.

    Returns:
        The text as `clean` leaves it, with a line break at the edges of blocks and at `<br>`.

    """
    if "<" in markup or "&" in markup:
        markup = _BARE_AMPERSAND.sub("&amp;", markup)
        markup = _text_of(_escape_bare(markup)) if "<" in markup else html.unescape(markup)
    return clean(markup)


def clean(text: str) -> str:
    """Drop what nobody sees and settle what can be spelled in two ways.

    Zero-width, control and direction characters, soft hyphens and halves of surrogate pairs go;
    letters are composed (Unicode NFC, so that й and ё are one character each); every run of
    spaces, no-break ones too, is one space; lines are trimmed and empty lines left out.
    """
    if _ODD.search(text):
        text = _MARKS.sub(_without_marks, _PRIVATE.sub(" ", _UNSEEN.sub("", text)))
    text = unicodedata.normalize("NFC", text)
    return "\n".join(line for raw in text.splitlines() if (line := " ".join(raw.split())))


def one_line(text: str) -> str:
    """Clean a text and join its lines with spaces."""
    return clean(text).replace("\n", " ")


def fold(text: str) -> str:
    """Bring a text to the form in which two spellings of it are equal.

    Case, ё and stress marks are dropped; quotes, dashes and the signs for a number (№, N, No, #
    before digits) each become one; Latin letters that stray into a Cyrillic word and look like
    its own, or the other way round, take its alphabet; the result is one line.
    """
    return _remembered_fold(text) if len(text) <= _SHORT else _fold(text)


# --- folding ------------------------------------------------------------------------------------

#: Titles and cells are folded by one module after the other; longer texts are not worth keeping.
_SHORT: Final = 300


def _fold(text: str) -> str:
    folded = one_line(text).casefold()
    if not folded.isascii() or "`" in folded:
        folded = unicodedata.normalize("NFC", folded.translate(_FOLDED))
        # A stress mark that stood alone leaves two spaces, or one at an end.
        folded = " ".join(folded.split())
        if _LATIN.search(folded):
            folded = unicodedata.normalize("NFC", _WORD.sub(_in_one_alphabet, folded))
    return _NUMBER_SIGN.sub("№", folded)


_remembered_fold = lru_cache(maxsize=4096)(_fold)


# --- markup -------------------------------------------------------------------------------------

# The tags of which Miro's rich text is made, and those that a paste from Word or a page leaves.
# fmt: off
_BLOCKS: Final = frozenset((
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
_HIDDEN: Final = frozenset(("script", "style"))
_INLINE: Final = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "big", "body", "br", "cite", "code", "del", "em", "font",
    "head", "html", "i", "img", "input", "ins", "kbd", "label", "mark", "o:p", "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))
# fmt: on
_KNOWN: Final = _BLOCKS | _HIDDEN | _INLINE

# The limits on digits and letters are those of Unicode and of the longest name in HTML: a
# reference of thousands of digits is refused by `int`.
_BARE_AMPERSAND: Final = re.compile(
    r"&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
# «a <b и c> d» compares letters: an attribute is never named in Cyrillic.
_TAG_NAME: Final = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:]{0,15})(?=\s*/?>|\s+[a-zA-Z])")

_UNSEEN_SIGNS: Final = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff"
)
_UNSEEN: Final = re.compile(f"[{_UNSEEN_SIGNS}]+")
# Word's bullets live in the private use area.
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]+")
# A run this long is no writing; sorting its combining marks would take the square of its length.
_MARKS: Final = re.compile(r"[^\w\s\x00-\x7f]{32,}")
#: Most texts have nothing of the three, and one look says so.
_ODD: Final = re.compile(f"[{_UNSEEN_SIGNS}\ue000-\uf8ff]|{_MARKS.pattern}")

_FOLDED: Final = {
    **{ord(sign): '"' for sign in "«»“”„‟″‹›❝❞〝〞＂"},
    **{ord(sign): "'" for sign in "‘’‚‛′ʼ`´"},
    **{ord(sign): "-" for sign in "‐‑‒–—―−⁃﹘﹣－"},
    ord("ё"): "е",
    ord("…"): "...",
    ord("\u0300"): None,
    ord("\u0301"): None,
}
_LATIN: Final = re.compile("[a-z]")
_WORD: Final = re.compile("[a-zа-я]+")
_TO_CYRILLIC: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")
_TO_LATIN: Final = str.maketrans("авсенкмортху", "abcehkmoptxy")
_NUMBER_SIGN: Final = re.compile(
    r"(?<![№#])(?<![№#] )[№#][№# ]*(?:no?\.? ?)?(?=\d)|(?<![a-zа-я])no?\.? ?(?=\d)"
)


class _Text(HTMLParser):
    """Collects the text between tags, with a line break wherever a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: int | None = None  # where the text of a script began

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as inherited
        if tag in _HIDDEN and self._hidden is None:
            self._hidden = len(self.parts)
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden is not None:
            del self.parts[self._hidden :]
            self._hidden = None
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def set_cdata_mode(self, elem: str, *, escapable: bool = False) -> None:
        """Read the inside of a script like anything else: an unclosed one must not eat the rest."""

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _text_of(markup: str) -> str:
    parser = _Text()
    parser.feed(markup)
    parser.close()
    return "".join(parser.parts)


def _escape_bare(markup: str) -> str:
    """Escape every `<` that cannot open a tag or comment before the next `<`.

    This keeps what was typed, and keeps the parser linear: left to itself it looks for the end
    of every unclosed tag in all that follows.
    """
    head, *pieces = markup.split("<")
    parts = [head]
    for piece in pieces:
        parts.append("<" if _is_tag(piece) else "&lt;")
        parts.append(piece)
    return "".join(parts)


def _is_tag(piece: str) -> bool:
    if piece.startswith("!--"):
        return piece.find("-->", 3) > 0
    name = _TAG_NAME.match(piece)
    return name is not None and name[1].lower() in _KNOWN and ">" in piece


def _without_marks(run: re.Match[str]) -> str:
    return "".join(sign for sign in run[0] if not unicodedata.combining(sign))


def _in_one_alphabet(found: re.Match[str]) -> str:
    word = found[0]
    if word.isascii():
        return word
    cyrillic = word.translate(_TO_CYRILLIC)
    if _LATIN.search(cyrillic) is None:
        return cyrillic
    latin = word.translate(_TO_LATIN)
    return latin if latin.isascii() else word
