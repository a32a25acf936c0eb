"""What is remembered: the history, and the care of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from miro_sync.console import (
    show,
    show_json,
)
from miro_sync.session import (
    DEFECT,
    FOLDER,
    FORMATS,
    Session,
    option,
    path_of,
    shared_options,
)
from miro_sync.telling.usage import Command, Count, Day, Misuse, OneOf, terminal_columns

if TYPE_CHECKING:
    import datetime as dt

    from miro_sync.memory import Health
    from miro_sync.messages import Catalogue


_ACTIONS = ("backup", "check", "purge", "adopt")


_RUNS_SHOWN = 20


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    shared = shared_options(words)
    everything = option(words, "--all", "everything", is_flag=True)
    return [
        Command("history", words, _history, [*_of_past(words), everything, *shared]),
        Command("state", words, _state, [*_of_state(words), *shared]),
    ]


def _of_past(words: Catalogue) -> list[click.Parameter]:
    """Make the parameters of `history`."""
    return [
        click.Argument(["code"], required=False, metavar=words.say("cli.metavar_code")),
        option(
            words,
            "--last",
            type=Count(words),
            metavar=words.say("cli.metavar_number"),
            default=_RUNS_SHOWN,
        ),
        option(words, "--format", "layout", type=OneOf(FORMATS[:2], words), default="table"),
    ]


@click.pass_obj
def _history(
    session: Session, *, code: str | None, last: int, layout: str, everything: bool
) -> int:
    from miro_sync.telling import history as telling  # noqa: PLC0415 - help needs none of it

    past = session.the_app().history(session.folder(), code, last)
    project, words, columns = past.project, session.words_of(past.project), terminal_columns()
    event = past.event
    if layout == "json" and event is not None:
        show_json(telling.story_document(event, past.story, project, words))
    elif layout == "json":
        show_json(telling.runs_document(past.runs, past.changes, project))
    elif event is not None:
        show(telling.story(event, past.story, project, words, columns))
    else:
        told = (past.runs, past.changes, project, words, columns)
        show(telling.runs(*told, everything=everything))
    return 0


def _of_state(words: Catalogue) -> list[click.Parameter]:
    """Make the parameters of `state`."""
    action, day = words.say("cli.metavar_action"), words.say("cli.metavar_day")
    return [
        click.Argument(["action"], type=OneOf(_ACTIONS, words), metavar=action),
        click.Argument(
            ["target"], required=False, type=FOLDER, metavar=words.say("cli.metavar_target")
        ),
        option(words, "--before", type=Day(words), metavar=day),
    ]


@click.pass_obj
def _state(session: Session, *, action: str, target: str | None, before: dt.date | None) -> int:
    words, app = session.words, session.the_app()
    ctx = click.get_current_context()
    if action == "backup":
        if target is None:
            raise Misuse(words.say("cli.backup_where"), ctx)
        app.backup(session.folder(), path_of(target))
        _show_wrapped(words.say("memory.backed_up", path=target))
        return 0
    if target is not None:
        raise Misuse(words.say("cli.extra_arguments", arguments=target), ctx)
    if action == "adopt":
        app.adopt_state(session.folder())
        _show_wrapped(words.say("memory.adopted"))
        return 0
    if action == "purge":
        if before is None:
            raise Misuse(words.say("cli.purge_when"), ctx)
        gone = app.purge(session.folder(), before)
        figures = {"runs": gone.runs, "versions": gone.versions, "findings": gone.findings}
        _show_wrapped(words.say("memory.purged", **figures))
        return 0
    health = app.check_state(session.folder())
    if health is None:
        _show_wrapped(words.say("memory.empty"))
        return 0
    _show_wrapped(_health(health, words))
    return DEFECT if health.faults else 0


def _show_wrapped(text: str) -> None:
    from miro_sync.telling.display import wrap  # noqa: PLC0415 - help needs none of it

    show("\n".join(wrap(text, terminal_columns())))


def _health(health: Health, words: Catalogue) -> str:
    if health.faults:
        faults = ", ".join(words.say(f"memory.fault_{name}") for name in health.faults)
        return words.say("memory.damaged", faults=faults)
    size = ""
    if health.bytes is not None:
        size = words.say("memory.size", megabytes=words.number(health.bytes / 1e6, 1))
    return words.say(
        "memory.whole",
        runs=health.runs,
        versions=health.versions,
        findings=health.findings,
        decisions=health.decisions,
        size=size,
    )
