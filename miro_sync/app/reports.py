"""The reports: an overview as a document of one kind, and the file that it is written to."""

from __future__ import annotations

import datetime as dt
import importlib
import re
import tempfile
from pathlib import Path
from typing import Protocol, cast

from miro_sync.app.writing import write_whole
from miro_sync.errors import SettingsError
from miro_sync.messages import Catalogue
from miro_sync.model import Assessment, SourceState, say
from miro_sync.overview import Overview

#: Where each kind is made; a module is imported when its kind is asked for.
_MODULES = {
    "html": "miro_sync.reports.page",
    "xlsx": "miro_sync.reports.xlsx",
    "docx": "miro_sync.reports.docx",
    "ics": "miro_sync.reports.ics",
}
KINDS = tuple(_MODULES)

#: The folder beside the settings where reports lie.
FOLDER = "reports"
_NAME = "miro-sync"


class _Report(Protocol):
    """A module of `miro_sync.reports`."""

    def render(self, overview: Overview, words: Catalogue, *, center: str | None) -> bytes:
        """Make the document."""


def render(
    kind: str,
    overview: Overview,
    words: Catalogue,
    center: str | None = None,
    document: str | None = None,
) -> bytes:
    """Make a document of an overview.

    Args:
        kind: one of `KINDS`.
        overview: all that may be told.
        words: the language.
        center: the id of the centre that all is about; None for the whole network.
        document: which Word document, a key of `miro_sync.reports.docx.KINDS`; None for the
            usual one.

    Raises:
        SettingsError: there is no such document, or not for a centre, or only for one.

    """
    if kind == "docx":
        from miro_sync.reports import docx  # noqa: PLC0415 - imported when its kind is asked for

        return docx.render(overview, words, center=center, kind=document)
    if document is not None:
        raise SettingsError(say("documents.only_word", kind=kind))
    module = cast("_Report", importlib.import_module(_MODULES[kind]))
    return module.render(overview, words, center=center)


def write(path: Path, document: bytes) -> Path:
    """Write a document whole or not at all; return where it is.

    Raises:
        SettingsError: it cannot be written there.

    """
    try:
        write_whole(path, document)
    except OSError as error:
        raise SettingsError(say("page.not_written", path=str(path))) from error
    return path.absolute()


def target(  # noqa: PLR0913 - what a name is made of
    kind: str,
    config: Path,
    wanted: Path | None,
    *,
    center: str | None = None,
    day: dt.date | None = None,
    document: str | None = None,
) -> Path:
    """Return the file that a report goes to.

    Args:
        kind: one of `KINDS`.
        config: the project folder; reports lie in its folder `reports`, under names that stay, so
            that a bookmark opens the newest one.
        wanted: the file that was asked for, or a folder for it; None for the usual place.
        center: the centre that it is about.
        document: which Word document it is, where one was asked for.
        day: the day that was asked about; None for today, whose report has no day in its name.

    """
    about = (None if center is None else _UNFIT.sub("_", center), document, day)
    parts = [_NAME, *(f"{one}" for one in about if one)]
    name = f"{'-'.join(parts)}.{kind}"
    if wanted is None:
        return config / FOLDER / name
    return wanted / name if wanted.is_dir() else wanted


def write_sample(document: bytes, folder: Path | None) -> Path:
    """Write the page of the packaged sample where its reader will find it.

    Args:
        document: the page.
        folder: where the sample was put; None writes into the current folder, or into that for
            temporary files where the current one takes none.

    """
    if folder is not None:
        return write(target("html", folder, None), document)
    name = "miro-sync-demo.html"
    try:
        return write(Path(name), document)
    except SettingsError:
        return write(Path(tempfile.gettempdir()) / name, document)


def exit_code(assessment: Assessment) -> int:
    """Return 3 when a configured source could not be read whole, else 0."""
    named = [one for one in assessment.sources if one.state is not SourceState.ABSENT]
    return 0 if all(source.reliable for source in named) else 3


#: What has no place in the name of a file on some system.
_UNFIT = re.compile(r"[^\w.-]")
