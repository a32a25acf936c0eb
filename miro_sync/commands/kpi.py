"""The indicators: all of them, or one in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from miro_sync.console import look_of, show, show_csv, show_json, warn_of_sources
from miro_sync.session import (
    FLAGGED_CODE,
    Judging,
    Session,
    exit_zero_option,
    judging_options,
    known_center,
    layout_option,
    option,
    progress_of,
    shared_options,
)
from miro_sync.telling.usage import Command, Day

if TYPE_CHECKING:
    import datetime as dt

    from miro_sync.messages import Catalogue


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    name = click.Argument(["name"], required=False, metavar=words.say("cli.metavar_indicator"))
    against = option(words, "--against", type=Day(words), metavar=words.say("cli.metavar_day"))
    options = [*judging_options(words), against, layout_option(words), exit_zero_option(words)]
    return [Command("kpi", words, _kpi, [name, *options, *shared_options(words)])]


@click.pass_obj
def _kpi(
    session: Session,
    /,
    *,
    name: str | None,
    against: dt.date | None,
    layout: str,
    exit_zero: bool,
    **judging: Unpack[Judging],
) -> int:
    from miro_sync.app.indicators import indicators  # noqa: PLC0415 - help needs none of it
    from miro_sync.telling import indicators as telling  # noqa: PLC0415 - as above

    center = judging["center"]
    with progress_of(session) as progress:
        outcome, values = indicators(
            session.folder(),
            name,
            on=judging["on"],
            as_of=judging["as_of"],
            offline=judging["offline"],
            full=judging["full"],
            progress=progress,
        )
    project, words, look = outcome.project, session.words_of(outcome.project), look_of()
    known_center(center, project, session)
    view = telling.View(center, against)
    if center is not None:
        values = tuple(one for one in values if any(p.center_id == center for p in one.parts))
    told = (outcome.assessment, project, words)
    if layout == "json":
        show_json(telling.document(values, *told, view=view))
    elif layout == "csv":
        show_csv(telling.rows(values, words, view=view))
    elif name is None:
        show(telling.table(values, *told, look=look, view=view), look)
    else:
        show("\n\n".join(telling.in_full(one, *told, look=look, view=view) for one in values), look)
    if layout != "table":
        warn_of_sources(outcome.assessment, words)
    if outcome.exit_code:
        return outcome.exit_code
    return FLAGGED_CODE if any(map(telling.is_flagged, values)) and not exit_zero else 0
