"""Reports: the page and the documents, written to files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from miro_sync.console import show, show_bytes, warn_of_sources
from miro_sync.session import (
    Judging,
    Session,
    judging_options,
    known_center,
    path_of,
    progress_of,
    shared_options,
)
from miro_sync.telling.usage import Command, OneOf

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue

#: The kinds, as `miro_sync.app.reports` makes them; help needs no more than their names.
KINDS = ("html", "xlsx", "docx", "ics")

#: The Word documents, as `miro_sync.reports.docx` makes them.
DOCUMENTS = ("center", "meeting", "interim", "final")

_STANDARD_OUTPUT = "-"


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    kind = click.Argument(
        ["kind"], type=OneOf(KINDS, words), metavar=words.say("cli.metavar_report")
    )
    target = click.Option(
        ["--output", "-o", "target"],
        type=click.Path(allow_dash=True),
        metavar=words.say("cli.metavar_file"),
        help=words.say("cli.option_report_output"),
    )
    document = click.Option(
        ["--kind", "document"],
        type=OneOf(DOCUMENTS, words),
        metavar=words.say("cli.metavar_document"),
        help=words.say("cli.option_report_kind"),
    )
    return [
        Command(
            "report",
            words,
            _report,
            [kind, target, document, *judging_options(words), *shared_options(words)],
        )
    ]


@click.pass_obj
def _report(
    session: Session,
    /,
    *,
    kind: str,
    target: str | None,
    document: str | None,
    **judging: Unpack[Judging],
) -> int:
    from miro_sync.app import overviews, reports  # noqa: PLC0415 - only a command that runs pays

    center = judging["center"]
    with progress_of(session) as progress:
        overview = overviews.overview(
            session.folder(),
            on=judging["on"],
            as_of=judging["as_of"],
            offline=judging["offline"],
            full=judging["full"],
            progress=progress,
        )
    known_center(center, overview.project, session)
    words = session.words_of(overview.project)
    made = reports.render(kind, overview, words, center, document)
    if target == _STANDARD_OUTPUT:
        show_bytes(made)
    else:
        wanted = None if target is None else path_of(target)
        day = judging["on"] or judging["as_of"]
        path = reports.target(
            kind, session.folder(), wanted, center=center, day=day, document=document
        )
        show(words.say("page.written", path=str(reports.write(path, made))))
    warn_of_sources(overview.assessment, words)
    return reports.exit_code(overview.assessment)
