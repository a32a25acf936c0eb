"""The message catalogue: every sentence that a user reads, in Russian and English.

A sentence lives in `locale/<language>.toml` under "section.name". Its placeholders are those of
`str.format`; numbers choose a form with `{days:день|дня|дней}` (Russian: one, few, many; English:
one, other), which writes the number and the word; `{share:n}` writes a number with the language's
decimal sign. Days are written as a reader of the language writes them.

Help and usage errors need a few dozen sentences and no vocabulary: a section is parsed when its
first sentence is asked for, and `miro_sync.model` is imported by whoever has a `Message` to tell.
"""

from __future__ import annotations

import datetime as dt
import os.path
import re
import string
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from miro_sync.model import Message

LANGUAGES = ("ru", "en")

_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Catalogue:
    """The sentences of one language.

    Attributes:
        language: "ru" or "en".

    """

    def __init__(self, language: str) -> None:
        """Load the language's file; raises `ValueError` for a language that has none."""
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        self.language = language
        self._formatter = _Formatter(self)

    def __contains__(self, key: object) -> bool:
        """Tell whether the catalogue holds the sentence."""
        section, _, name = str(key).partition(".")
        return name in _section(self.language, section)

    def tell(self, message: Message) -> str:
        """Write a message in this language."""
        return self._write(message.key, message.params)

    def say(self, key: str, /, **params: object) -> str:
        """Write the sentence `key` with its placeholders filled in."""
        return self._write(key, params)

    def day(self, day: dt.date) -> str:
        """Write a day: 05.04.2023, or 5 Apr 2023."""
        if self.language == "ru":
            return f"{day:%d.%m.%Y}"
        return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"

    def number(self, number: float, decimals: int | None = None) -> str:
        """Write a number with the language's decimal sign: 25,9 or 25.9.

        Args:
            number: any.
            decimals: so many places after the sign; without, up to two and no zeros at the end.

        """
        shown = f"{number:.{2 if decimals is None else decimals}f}"
        if decimals is None and "." in shown:
            shown = shown.rstrip("0").rstrip(".")
        return shown.replace(".", ",") if self.language == "ru" else shown

    def plural(self, number: int, forms: str) -> str:
        """Write the number with the right form of "one|few|many" (ru) or "one|other" (en).

        A form with "#" has the number in its place: «прошёл # день|прошло # дня|прошло # дней».
        The rule for Russian is that of Unicode CLDR for integers.
        """
        words = forms.split("|")
        if self.language == "ru":
            tail, tens = abs(number) % 10, abs(number) % 100
            if tail == 1 and tens != 11:  # noqa: PLR2004 - 1, 21, 31 … but 11
                index = 0
            elif 2 <= tail <= 4 and not 12 <= tens <= 14:  # noqa: PLR2004 - 2-4, 22-24 … but 12-14
                index = 1
            else:
                index = 2
        else:
            index = 0 if abs(number) == 1 else 1
        form = words[index]
        return form.replace("#", str(number)) if "#" in form else f"{number} {form}"

    def _write(self, key: str, params: Mapping[str, object]) -> str:
        section, _, name = key.partition(".")
        try:
            sentence = _section(self.language, section)[name]
        except KeyError:
            raise KeyError(key) from None
        return self._formatter.vformat(sentence, (), params)


@cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language, loaded once."""
    return Catalogue(language)


@cache
def _section(language: str, name: str) -> Mapping[str, str]:
    """Return the sentences of a section by name; none for a section that does not exist."""
    text = _texts(language).get(name, "")
    sentences: dict[str, str] = tomllib.loads(text)
    return sentences


@cache
def _texts(language: str) -> Mapping[str, str]:
    """Return the text below each section's header."""
    path = os.path.join(os.path.dirname(__file__), "locale", f"{language}.toml")  # noqa: PTH118, PTH120 - pathlib costs a tenth of the time to the help page
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
        _, *parts = re.split(r"^\[(\w+)\]$", file.read(), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


class _Formatter(string.Formatter):
    """`str.format` that knows plurals, days and nested messages."""

    def __init__(self, owner: Catalogue) -> None:
        self._owner = owner

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as inherited
        if "|" in format_spec:
            return self._owner.plural(value, format_spec)
        if isinstance(value, dt.datetime):
            return f"{self._owner.day(value.date())} {value:%H:%M}"
        if isinstance(value, dt.date):
            return self._owner.day(value)
        if format_spec == "n":
            value, format_spec = self._owner.number(value), ""
        if isinstance(value, (str, int, float)):
            return str(super().format_field(value, format_spec))
        from miro_sync.model import Message  # noqa: PLC0415 - see above

        if isinstance(value, Message):
            return self._owner.tell(value)
        return str(super().format_field(value, format_spec))
