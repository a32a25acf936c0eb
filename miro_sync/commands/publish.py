"""Writing back: what would be written, writing it, taking it back, what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from miro_sync.console import show, show_json, tell, tell_problems
from miro_sync.session import (
    FORMATS,
    Session,
    layout_option,
    option,
    progress_of,
    shared_options,
)
from miro_sync.telling.usage import Command, Misuse, OneOf, terminal_columns

if TYPE_CHECKING:
    from miro_sync.app.publishing import Publication
    from miro_sync.messages import Catalogue


_HALVES = ("board", "table")


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    everything = click.Option(
        ["--all", "everything"], is_flag=True, help=words.say("cli.option_publish_all")
    )
    return [
        Command(
            "publish",
            words,
            _publish,
            [
                option(words, "--apply", is_flag=True),
                option(words, "--undo", is_flag=True),
                option(words, "--written", is_flag=True),
                option(words, "--only", type=OneOf(_HALVES, words)),
                everything,
                layout_option(words, FORMATS[:2]),
                *shared_options(words),
            ],
        )
    ]


@click.pass_obj
def _publish(  # noqa: PLR0913 - the options of the command
    session: Session,
    /,
    *,
    apply: bool,
    undo: bool,
    written: bool,
    only: str | None,
    everything: bool,
    layout: str,
) -> int:
    from miro_sync.app import publishing  # noqa: PLC0415 - help needs none of it

    if apply + undo + written > 1:
        raise Misuse(session.words.say("cli.publish_two"), click.get_current_context())
    if written:
        return _written(session, layout)
    with progress_of(session) as reading, progress_of(session, "publish.progress") as writing:
        if undo:
            done = publishing.undo(
                session.folder(),
                everything=everything,
                only=only,
                progress=reading,
                writing=writing,
            )
        else:
            done = publishing.publish(
                session.folder(), apply=apply, only=only, progress=reading, writing=writing
            )
    return _show(session, done, layout, everything=everything)


def _show(session: Session, done: Publication, layout: str, *, everything: bool) -> int:
    from miro_sync.telling import publishing as telling  # noqa: PLC0415 - help needs none of it

    words = session.words_of(done.project)
    if layout == "json":
        show_json(telling.document(done, done.project, words))
    else:
        show(telling.table(done, done.project, words, terminal_columns(), everything=everything))
    tell_problems(telling.problems(done), words)
    for half, part in (("board", done.board), ("table", done.table)):
        if part is not None and not part.allowed:
            tell(words.say(f"publish.off_{half}"))
    return done.exit_code


def _written(session: Session, layout: str) -> int:
    from miro_sync.app import publishing  # noqa: PLC0415 - help needs none of it
    from miro_sync.telling import publishing as telling  # noqa: PLC0415 - as above

    one = publishing.written(session.folder())
    words = session.words_of(one.project)
    if layout == "json":
        show_json(telling.written_document(one.past, one.standing, one.project))
    else:
        show(telling.written(one.past, one.standing, one.project, words, terminal_columns()))
    return 0
