"""What counts as a defect of the program, whatever the input.

A target may answer or refuse in its own words (`Target.refusals`). A defect is everything else:
another exception, a panic of a library, two different answers to one input, a sentence that cannot
be written in both languages, more than a second of work for up to 64 kB. Memory is limited from
outside (`fuzz.alone`, and libFuzzer's own limit in `fuzz.run`).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Final

from miro_sync.errors import MiroSyncError
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import Message

#: Bytes up to which an input must be worked through in time.
LARGEST: Final = 64 * 1024
#: Seconds of processor time.
LONGEST: Final = 1.0
#: What must be in no sentence for a user.
_OF_PROGRAMS: Final = ("Traceback (most recent call last)", "Errno", "object at 0x")


class Defect(Exception):  # noqa: N818 - what was looked for
    """The program did what it must never do."""


class SlowError(Defect):
    """An input took longer than it may."""


@dataclass(frozen=True, slots=True)
class Target:
    """A part of the program that takes what others wrote.

    Attributes:
        answer: makes of an input whatever the program makes of it.
        refusals: the ways in which it may say that it cannot.
        words: what such inputs are made of, for those who make them up.
        seconds: processor time that an input may take; more than `LONGEST` only where one input
            stands for several runs of the program.

    """

    answer: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = ()
    words: tuple[str, ...] = ()
    seconds: float = LONGEST


def tried(target: Target, document: bytes, *, seconds: float | None = None) -> str:
    """Try an input and return a digest of the answer; raises whatever is a defect.

    Args:
        target: what is tried.
        document: the input.
        seconds: processor time that it may take, where that is not the target's own.

    """
    begun = time.process_time()
    first = _told(target, document)
    took = time.process_time() - begun
    if first != _told(target, document):
        raise Defect("two answers to one input")
    longest = target.seconds if seconds is None else seconds
    if took > longest and len(document) <= LARGEST:
        raise SlowError(f"{took:.2f} s for {len(document)} bytes")
    return hashlib.sha256(first.encode("utf-8", "backslashreplace")).hexdigest()


def require(holds: object, rule: str) -> None:
    """Raise a defect where a rule does not hold."""
    if not holds:
        raise Defect(rule)


def _told(target: Target, document: bytes) -> str:
    """Return the answer, or the refusal, in a form that can be compared."""
    try:
        return repr(_plain(target.answer(document)))
    except target.refusals as error:
        if isinstance(error, MiroSyncError):
            return repr(("refused", _plain(error.message), _plain(error.problems)))
        return repr(("refused", type(error).__name__))


def _plain(value: object) -> object:
    """Return a value in a form that does not hang on the order of sets or on identities."""
    match value:
        case Message():
            plain: object = [_sentence(value, language) for language in LANGUAGES]
        case Enum():
            plain = value.value
        case Mapping():
            plain = [(_plain(key), _plain(one)) for key, one in value.items()]
        case AbstractSet():
            plain = sorted(repr(_plain(one)) for one in value)
        case list() | tuple():
            plain = [_plain(one) for one in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = [_plain(getattr(value, one.name)) for one in fields(value)]
            plain = [type(value).__name__, *parts]
        case _:
            plain = repr(value)
    return plain


def _sentence(message: Message, language: str) -> str:
    sentence = catalogue(language).tell(message)
    require(sentence.strip(), f"{message.key} says nothing")
    require(
        not any(one in sentence for one in _OF_PROGRAMS), f"{message.key} speaks of the program"
    )
    return sentence
