"""Several documents in one file that a person can read: a line «%% name» before each.

    %% project.toml
    [project]
    …
    %% centers.toml
    …

What stands above the first such line is a document without a name. Words after the name are for
whoever opens the parcel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HEAD: Final = re.compile(rb"^%% ?([^\r\n]*)(?:\r?\n|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A document of a parcel.

    Attributes:
        name: the first word of its head; "" where it has none.
        words: the other words.

    """

    name: str
    content: bytes
    words: tuple[str, ...] = ()


def parts_of(parcel: bytes) -> list[Part]:
    """Open a parcel; any bytes are one."""
    first, *pieces = _HEAD.split(parcel)
    parts = [Part("", first)] if first.strip() else []
    for head, content in zip(pieces[::2], pieces[1::2], strict=True):
        name, *words = head.decode("utf-8", "replace").split() or [""]
        parts.append(Part(name, content, tuple(words)))
    return parts


def text_of(document: bytes) -> str:
    """Decode any bytes; what is no UTF-8 becomes a sign of its own."""
    return document.decode("utf-8", "replace")
