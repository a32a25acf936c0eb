"""What the table alone tells: the resource map, the coverage of the plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from miro_sync.console import (
    look_of,
    show,
    show_csv,
    show_json,
    tell_problems,
)
from miro_sync.session import (
    FLAGGED_CODE,
    UNREAD,
    Session,
    exit_zero_option,
    known_center,
    layout_option,
    on_option,
    option,
    shared_options,
)
from miro_sync.telling.usage import Command

if TYPE_CHECKING:
    import datetime as dt

    from miro_sync.messages import Catalogue


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    shared = shared_options(words)
    surveying = [option(words, "--center", metavar="ID"), layout_option(words)]
    return [
        Command(
            "resources",
            words,
            _resources,
            [on_option(words), *surveying, exit_zero_option(words), *shared],
        ),
        Command("coverage", words, _coverage, [*surveying, *shared]),
    ]


@click.pass_obj
def _resources(
    session: Session, *, on: dt.date | None, center: str | None, layout: str, exit_zero: bool
) -> int:
    from miro_sync.telling import survey  # noqa: PLC0415 - help needs none of it

    found = session.the_app().resources(session.folder(), on=on)
    words, look = session.words_of(found.project), look_of()
    known_center(center, found.project, session)
    shown = [one for one in found.centers if center in {None, one.center.id}]
    if layout == "table":
        text = survey.resources_text(shown, found.since, words, look=look, complete=found.complete)
        show(text, look)
    elif layout == "json":
        told = (shown, found.since, found.project, words)
        show_json(survey.resources_json(*told, complete=found.complete))
    else:
        show_csv(survey.resources_rows(shown, words))
    if not found.complete:
        return UNREAD
    return FLAGGED_CODE if any(one.faults for one in shown) and not exit_zero else 0


@click.pass_obj
def _coverage(session: Session, *, center: str | None, layout: str) -> int:
    from miro_sync.telling import survey  # noqa: PLC0415 - help needs none of it

    found = session.the_app().coverage(session.folder())
    project, words, look = found.project, session.words_of(found.project), look_of()
    known_center(center, project, session)
    shown = [one for one in found.plans if center in {None, one.center_id}]
    if layout == "table":
        told = survey.coverage_text(shown, project, words, look=look, complete=found.complete)
        show(told, look)
    elif layout == "json":
        show_json(survey.coverage_json(shown, project, complete=found.complete))
    else:
        show_csv(survey.coverage_rows(shown, project, words))
    tell_problems(found.problems, words)
    return 0 if found.complete else UNREAD
