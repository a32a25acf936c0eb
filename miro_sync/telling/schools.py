"""How people say the names of schools: without the legal form, without whose honour it bears."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from miro_sync.telling.display import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from miro_sync.model import Center

#: The name of a school inside its legal form: «МБОУ «Яйская ООШ №1»», with or without its end.
_IN_QUOTES = re.compile(r'(?:[А-ЯЁ]{1,5}ОУ )?[«"“„](?P<name>[^»"”]+)[»"”]*')

#: In whose honour a school is named: «… имени Героя Труда».
_IN_HONOUR = re.compile(r"(?<=\w) (?:им\.|имени ).*")


def short_names(centers: Iterable[Center]) -> dict[str, str]:
    """Return how people say the names of schools, by id, as long as that tells them apart."""
    whole = {one.id: _without_legal_form(one.name) or clean(one.id) for one in centers}
    short = {key: _IN_HONOUR.sub("", name) for key, name in whole.items()}
    said = Counter(short.values())
    return {key: name if said[name] == 1 else whole[key] for key, name in short.items()}


def _without_legal_form(name: str) -> str:
    name = clean(name)
    while (inner := _IN_QUOTES.fullmatch(name)) is not None:
        name = inner["name"]
    return name
