"""Libraries loaded without what nobody here needs of them."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import ModuleType

#: What `requests` guesses the encoding of an answer with that does not name it.
_GUESSERS = ("chardet", "charset_normalizer")


def load_requests() -> None:
    """Load `requests` as it is where no guesser of encodings is installed; once.

    To load the guesser takes longer than to load all the rest of it, and nothing is left to it: the
    services answer in UTF-8, which is what `requests` then takes an unnamed encoding for.
    """
    if "requests" in sys.modules:
        return
    hidden = [name for name in _GUESSERS if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = cast("ModuleType", None)  # Python's own way to say: not there
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells of the guesser that it misses
            import requests  # noqa: F401, PLC0415 - see above
    finally:
        for name in hidden:
            del sys.modules[name]
