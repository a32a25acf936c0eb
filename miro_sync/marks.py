"""How this service recognises again what it put on a board.

Miro has no place for a program's own data on an item, and an item's maker is the user behind the
token, who works on the board too. So a card carries its mark in the text, and a tag in its title,
where people see whose it is.

Beside its mark a card carries a seal: a digest of what this service wrote on it and of the centre
whose it is. While the seal fits, nobody has worked at the card, and it says nothing of anybody.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from hashlib import blake2s
from typing import Final

#: Titles of this service's tags begin with one of them, by the language of the project; other
#: tags are never attached or detached.
OWN_TAG_PREFIX: Final = "календарь: "
_PREFIXES: Final = {"ru": OWN_TAG_PREFIX, "en": "calendar: "}

_MARK: Final = re.compile(r"\[miro-sync:([0-9a-f]{12})(?:-([0-9a-f]{8}))?\]")

#: Unicode's spaces, controls and combining marks: services drop and add them as they like.
_UNSEALED: Final = frozenset("ZCM")


def own_tag(name: str, language: str) -> str:
    """Return the title of a tag of this service in a language of the catalogue."""
    return f"{_PREFIXES.get(language, OWN_TAG_PREFIX)}{name}"


def is_own_tag(title: str) -> bool:
    """Tell whether a tag is this service's own."""
    return title.startswith(tuple(_PREFIXES.values()))


def mark_for(key: str) -> str:
    """Return the mark of what the key names: 12 hexadecimal digits, the same in every run."""
    return blake2s(key.encode(), digest_size=6).hexdigest()


def seal_of(title: str, text: str, due: dt.date | None, center_id: str | None) -> str:
    """Return the seal of a card: 8 hexadecimal digits.

    Args:
        title: plain text, as `text`, which is without its mark. Spaces and signs that nobody
            sees do not count: Miro writes texts in ways of its own.
        text: what stands below the title.
        due: the day it is due.
        center_id: the centre in whose frame it lies. Frames themselves get new ids when a board
            is copied.

    """
    seen = (
        "".join(sign for sign in words if unicodedata.category(sign)[0] not in _UNSEALED)
        for words in (unicodedata.normalize("NFC", title), unicodedata.normalize("NFC", text))
    )
    day = "" if due is None else due.isoformat()
    parts = "\0".join((*seen, day, center_id or ""))
    return blake2s(parts.encode("utf-8", "replace"), digest_size=4).hexdigest()


def marked(text: str, mark: str, seal: str = "") -> str:
    """Return the text with the mark, and the seal if there is one, as its last line."""
    sealed = f"{mark}-{seal}" if seal else mark
    return f"{text}\n[miro-sync:{sealed}]".lstrip("\n")


def mark_in(text: str) -> str | None:
    """Return the mark that a text carries, HTML or plain; None when it is not this service's."""
    found = _MARK.findall(text)
    return found[-1][0] if found else None


def seal_in(text: str) -> str | None:
    """Return the seal that stands beside the mark of a text; None when there is none."""
    found = _MARK.findall(text)
    return (found[-1][1] or None) if found else None


def unmarked(text: str) -> str:
    """Return the text without the marks of this service."""
    return _MARK.sub("", text).strip() if "[miro-sync:" in text else text
