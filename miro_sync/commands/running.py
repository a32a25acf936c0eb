"""Running by itself: the timetable, how the projects stand, the read-only web view."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from miro_sync.console import finish_output, show, show_bytes, show_json, tell
from miro_sync.session import (
    CONFIG,
    FOLDER,
    Session,
    every_project_option,
    installation_of,
    option,
    path_of,
    projects_option,
    shared_options,
    tell_trouble,
)
from miro_sync.telling.usage import Command, Count, Misuse, OneOf, terminal_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from miro_sync.installation import Installed
    from miro_sync.messages import Catalogue
    from miro_sync.timetable import Job

_ACTIONS = ("run", "install", "show")
_SYSTEMS = ("systemd", "cron", "windows")
_LAYOUTS = ("table", "json", "prometheus")


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    shared = [projects_option(words), *shared_options(words)]
    folder = words.say("cli.metavar_folder")
    action = click.Argument(
        ["action"], type=OneOf(_ACTIONS, words), metavar=words.say("cli.metavar_action")
    )
    schedule = [
        action,
        option(words, "--once", is_flag=True),
        option(words, "--for", "system", type=OneOf(_SYSTEMS, words)),
        click.Option(
            ["--output", "-o", "target"],
            help=words.say("cli.option_timer_output"),
            type=FOLDER,
            metavar=folder,
        ),
    ]
    status = [
        every_project_option(words),
        click.Option(
            ["--format", "layout"],
            type=OneOf(_LAYOUTS, words),
            default=_LAYOUTS[0],
            help=words.say("cli.option_status_format"),
        ),
    ]
    return [
        Command("schedule", words, _schedule, [*schedule, *shared]),
        Command("status", words, _status, [*status, *shared]),
        Command("serve", words, _serve, [*_of_serve(words), *shared]),
    ]


def _of_serve(words: Catalogue) -> list[click.Parameter]:
    """Make the parameters of `serve`."""
    return [
        option(words, "--host", default="127.0.0.1", metavar=words.say("cli.metavar_address")),
        option(
            words,
            "--port",
            type=Count(words),
            default=8050,
            metavar=words.say("cli.metavar_number"),
        ),
        option(words, "--token-file", type=FOLDER, metavar=words.say("cli.metavar_file")),
        option(words, "--trusted-header", metavar=words.say("cli.metavar_text")),
        option(words, "--trusted-proxy", multiple=True, metavar=words.say("cli.metavar_address")),
    ]


@click.pass_obj
def _serve(  # noqa: PLR0913 - the options of the command
    session: Session,
    *,
    host: str,
    port: int,
    token_file: str | None,
    trusted_header: str | None,
    trusted_proxy: tuple[str, ...],
    projects: str | None,
) -> int:
    from miro_sync.app import serve  # noqa: PLC0415 - help needs none of it

    where = _chosen(session, projects)
    door = serve.Door(
        host=host,
        port=port,
        token_file=None if token_file is None else path_of(token_file),
        header=trusted_header,
        proxies=trusted_proxy,
    )
    stop = threading.Event()
    with _signals(stop):
        serve.serve(where, door, session.words, stop, tell)
    return 0


@click.pass_obj
def _schedule(  # noqa: PLR0913 - the options of the command
    session: Session,
    *,
    action: str,
    once: bool,
    system: str | None,
    target: str | None,
    projects: str | None,
) -> int:
    where = _chosen(session, projects)
    if action == "show":
        return _show(session, where)
    if action == "install":
        if system is None:
            raise Misuse(session.words.say("schedule.for_what"), click.get_current_context())
        return _install(session, where, system, target)
    return _run(session, where, once=once)


def _chosen(session: Session, projects: str | None) -> Path:
    """Return the installation; a project folder that was typed wins over the environment."""
    context = click.get_current_context()
    source = context.get_parameter_source("projects")
    typed = source is not None and source.name == "COMMANDLINE"
    if not typed and session.config != CONFIG:
        return session.folder()
    return installation_of(session, projects)


def _show(session: Session, where: Path) -> int:
    from miro_sync.app.standing import standing  # noqa: PLC0415 - help needs none of it
    from miro_sync.telling import status  # noqa: PLC0415

    show(status.jobs(standing(where), session.words, terminal_columns()))
    return 0


def _run(session: Session, where: Path, *, once: bool) -> int:
    from miro_sync.app import schedule  # noqa: PLC0415 - help needs none of it

    teller = _Teller(session)
    language = session.words.language if session.explicit else None
    if once:
        schedule.once(where, teller, language)
        return teller.worst
    stop = threading.Event()
    with _signals(stop):
        tell(session.words.say("schedule.running", folder=str(where)))
        ended = schedule.keep(where, teller, stop, language)
        tell(session.words.say("schedule.abandoned" if ended.abandoned else "schedule.stopped"))
    if ended.abandoned:
        finish_output()
        sys.stderr.flush()
        os._exit(0)  # the threads at work would be waited for; what they do may break off any time
    return 0


def _install(session: Session, where: Path, system: str, target: str | None) -> int:
    from miro_sync import timers  # noqa: PLC0415 - help needs none of it
    from miro_sync.app.timers import make  # noqa: PLC0415
    from miro_sync.telling.display import wrap  # noqa: PLC0415

    words = session.words
    timer: timers.Timer = make(system, where, None if target is None else path_of(target))
    columns = terminal_columns()
    out = [*wrap(words.say(f"schedule.install_{system}"), columns), ""]
    for name, content in timer.files:
        text = content.decode("utf-16" if system == "windows" else "utf-8").replace("\r\n", "\n")
        out += [f"# {name}", text.rstrip("\n"), ""]
    out += [words.say("schedule.install_next"), *(f"    {one}" for one in timer.commands)]
    if target is None:
        out += ["", *wrap(words.say("schedule.install_written_not", system=system), columns)]
    else:
        out += ["", *wrap(words.say("schedule.install_written", folder=target), columns)]
    show("\n".join(out))
    return 0


@click.pass_obj
def _status(session: Session, *, everything: bool, layout: str, projects: str | None) -> int:
    from miro_sync.app.installation import worst  # noqa: PLC0415 - help needs none of it
    from miro_sync.app.standing import standing  # noqa: PLC0415
    from miro_sync.telling import status  # noqa: PLC0415

    where = installation_of(session, projects) if everything else _chosen(session, projects)
    found = standing(where)
    if layout == "json":
        show_json(status.document(found, session.words))
    elif layout == "prometheus":
        show_bytes(status.metrics(found))
    else:
        show(status.status(found, session.words, terminal_columns()))
    return worst([one.code for one in found])


class _Teller:
    """Tells of jobs, a line each; called from several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._codes: list[int] = []

    @property
    def worst(self) -> int:
        """The worst code of what was told."""
        from miro_sync.app.installation import worst  # noqa: PLC0415 - as its caller

        return worst(self._codes)

    def job(self, project: Installed, job: Job, line: str, code: int) -> None:
        """Print how a job ended."""
        words = self._session.words
        named = words.say(f"schedule.job_{job.value}")
        with self._lock:
            self._codes.append(code)
            show(f"{project.name}: {named}: {line}")

    def trouble(self, project: Installed, error: Exception) -> None:
        """Print why nothing can be done for a project."""
        with self._lock:
            self._codes.append(tell_trouble(self._session, project, error))

    def ending(self, seconds: float) -> None:
        """Print that jobs at work are waited for."""
        tell(self._session.words.say("schedule.ending", seconds=round(seconds)))


@contextlib.contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Let the signals by which systems end programs set `stop`; the second one ends at once."""

    def ended(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ended) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
