"""Setting up: a project folder, access to the sources, a copy of the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from miro_sync.console import (
    look_of,
    show,
    tell,
)
from miro_sync.session import (
    FOLDER,
    UNREAD,
    USAGE,
    Session,
    path_of,
    progress_of,
    shared_options,
)
from miro_sync.telling.usage import Command

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    shared = shared_options(words)
    folder = words.say("cli.metavar_folder")
    into = click.Argument(["folder"], type=FOLDER, metavar=folder)
    file = click.Argument(["file"], type=click.Path(), metavar=words.say("cli.metavar_file"))
    return [
        Command("init", words, _init, [into, *shared]),
        Command("doctor", words, _doctor, shared),
        Command("export-board", words, _export_board, [file, *shared]),
        Command("login", words, _login, shared),
    ]


@click.pass_obj
def _init(session: Session, *, folder: str) -> int:
    written = session.the_app().init(path_of(folder))
    show("\n".join(map(str, written)))
    tell(session.words.say("cli.init_next", folder=folder))
    return 0


@click.pass_obj
def _doctor(session: Session) -> int:
    from miro_sync.telling import terminal  # noqa: PLC0415 - help needs none of it

    marks = session.the_app().doctor(session.folder()).lines
    look = look_of()
    show(terminal.checkup(marks, session.words, look=look), look)
    return USAGE if any(level == "fail" for level, _ in marks) else 0


@click.pass_obj
def _export_board(session: Session, *, file: str) -> int:
    with progress_of(session) as progress:
        export = session.the_app().export_board(session.folder(), path_of(file), progress=progress)
    said = "cli.export_board_done" if export.complete else "cli.export_board_partial"
    tell(session.words.say(said, path=str(export.path), items=export.items))
    return 0 if export.complete else UNREAD


@click.pass_obj
def _login(session: Session) -> int:
    def show(address: str) -> None:
        tell(session.words.say("cli.login_open", address=address))

    path = session.the_app().login(show, session.words.language)
    tell(session.words.say("cli.login_done", path=str(path)))
    return 0
