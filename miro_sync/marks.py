"""How this service recognises again what it put on a board.

Miro has no place for a program's own data on an item, and an item's maker is the user behind the
token, who works on the board too. So a card carries its mark in the text, and a tag in its title,
where people see whose it is.
"""

from __future__ import annotations

import re
from hashlib import blake2s
from typing import Final

#: Titles of this service's tags begin with it; other tags are never attached or detached.
OWN_TAG_PREFIX: Final = "календарь: "

_MARK: Final = re.compile(r"\[miro-sync:([0-9a-f]{12})\]")


def is_own_tag(title: str) -> bool:
    """Tell whether a tag is this service's own."""
    return title.startswith(OWN_TAG_PREFIX)


def mark_for(key: str) -> str:
    """Return the mark of what the key names: 12 hexadecimal digits, the same in every run."""
    return blake2s(key.encode(), digest_size=6).hexdigest()


def marked(text: str, mark: str) -> str:
    """Return the text with the mark as its last line (plain text)."""
    return f"{text}\n[miro-sync:{mark}]".lstrip("\n")


def mark_in(text: str) -> str | None:
    """Return the mark that a text carries, HTML or plain; None when it is not this service's."""
    found = _MARK.findall(text)
    return found[-1] if found else None
