"""Changes that keep most of an input's structure: what a blind change of bytes seldom does."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

#: Numbers that programs stumble over.
NUMBERS: Final = (
    b"0", b"-1", b"1", b"2", b"7", b"99", b"255", b"1048576", b"1048577", b"2147483648", b"0.5",
    b"4294967295", b"9007199254740993", b"18446744073709551616", b"1e308", b"-1e308", b"1e-400",
    b"NaN", b"inf",
    b"2958466", b"-0", b"00", b"1.", b"9" * 40, b"9" * 400, b"9" * 5000,
)  # fmt: skip
_TOKEN: Final = re.compile(rb"[\w\x80-\xff]+|\s+|.", re.DOTALL)
_NUMBER: Final = re.compile(rb"[0-9]")
#: Tokens that move together.
_SPAN: Final = 40


def edited(
    document: bytes, words: Sequence[bytes], dice: random.Random, *, longest: int, swell: bool
) -> bytes:
    """Change an input once.

    Args:
        document: the input.
        words: what such inputs are made of.
        dice: decides.
        longest: bytes that the answer may have.
        swell: repeat something until the answer is as long as it may be.

    """
    tokens = _TOKEN.findall(document) or [b""]
    start = dice.randrange(len(tokens))
    end = min(len(tokens), start + dice.choice((1, 1, 2, 5, _SPAN)))
    before, span, after = tokens[:start], tokens[start:end], tokens[end:]
    if swell:
        piece = b"".join(span) or b" "
        room = max(0, longest - len(document))
        span = [piece * (1 + room // len(piece))]
    else:
        span = _changed(tokens, span, words, dice)
    return b"".join((*before, *span, *after))[:longest]


def _changed(
    tokens: Sequence[bytes], span: list[bytes], words: Sequence[bytes], dice: random.Random
) -> list[bytes]:
    """Return what a span of tokens becomes."""
    word = dice.choice(words) if words else b""
    other = dice.randrange(len(tokens))
    return dice.choice(
        (
            [word],
            [word, *span],
            [],
            span * dice.choice((2, 3, 30)),
            list(tokens[other : other + len(span)]),
            span[::-1],
            [dice.choice(NUMBERS) if _NUMBER.match(token) else token for token in span],
        )
    )
