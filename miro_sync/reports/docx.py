"""The kinds of Word documents, and which of them a reader gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from miro_sync.errors import SettingsError
from miro_sync.messages import Catalogue
from miro_sync.model import say
from miro_sync.overview import Overview
from miro_sync.reports import docx_center, docx_meeting, docx_note

Render = Callable[[Overview, Catalogue, str | None], bytes]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Word document.

    Attributes:
        help: the sentence of the catalogue that says what it is.
        of_center: it is about one centre, which must be named; the others are about all.
        render: makes the document.

    """

    help: str
    of_center: bool
    render: Render


#: What `report docx --kind` takes.
KINDS: Final[Mapping[str, Kind]] = {
    "center": Kind("documents.kind_center", of_center=True, render=docx_center.render),
    "meeting": Kind("documents.kind_meeting", of_center=False, render=docx_meeting.render),
    "interim": Kind("documents.kind_interim", of_center=False, render=docx_note.interim),
    "final": Kind("documents.kind_final", of_center=False, render=docx_note.final),
}


def render(
    overview: Overview, words: Catalogue, *, center: str | None = None, kind: str | None = None
) -> bytes:
    """Return a Word document as a .docx file.

    Args:
        overview: what is to be told.
        words: the language of the document.
        center: the id of the centre whose document it is.
        kind: a key of `KINDS`; by default a centre's yearly report where a centre is named, and
            else the list for a meeting.

    Raises:
        SettingsError: there is no such kind, or it does not go with `center`.

    """
    name = kind or ("meeting" if center is None else "center")
    chosen = KINDS.get(name)
    if chosen is None:
        raise SettingsError(say("documents.unknown_kind", kind=name, kinds=", ".join(KINDS)))
    if chosen.of_center and center is None:
        raise SettingsError(say("documents.needs_center", kind=name))
    if not chosen.of_center and center is not None:
        raise SettingsError(say("documents.no_center", kind=name))
    if center is not None and all(one.id != center for one in overview.project.centers):
        ids = ", ".join(one.id for one in overview.project.centers)
        raise SettingsError(say("documents.unknown_center", center=center, centers=ids))
    return chosen.render(overview, words, center)
