"""The main job: the sample, the hourly sync, the calendar, the centres."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import click

from miro_sync.console import (
    look_of,
    show,
    show_csv,
    show_json,
    tell_problems,
    warn_of_problems,
    warn_of_sources,
)
from miro_sync.session import (
    FOLDER,
    Judging,
    Outcome,
    Session,
    all_told,
    code_of,
    every_project_option,
    exit_zero_option,
    installation_of,
    judged,
    judging_options,
    layout_option,
    option,
    path_of,
    progress_of,
    projects_option,
    shared_options,
    tell_trouble,
)
from miro_sync.telling.usage import Command

if TYPE_CHECKING:
    from pathlib import Path

    from miro_sync.messages import Catalogue


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    folder = words.say("cli.metavar_folder")
    shared = shared_options(words)
    everything = option(words, "--all", "everything", is_flag=True)
    backlog = option(words, "--backlog", is_flag=True)
    full = option(words, "--full", is_flag=True)
    exit_zero = exit_zero_option(words)
    every_project = every_project_option(words)
    judging = [*judging_options(words), layout_option(words), exit_zero]
    target = option(words, "--output", "-o", "target", type=FOLDER, metavar=folder)
    return [
        Command("demo", words, _demo, [target, everything, *shared]),
        Command(
            "sync", words, _sync, [full, exit_zero, every_project, projects_option(words), *shared]
        ),
        Command("check-calendar", words, _check_calendar, [*judging, everything, backlog, *shared]),
        Command("centers", words, _centers, [*judging, *shared]),
    ]


@click.pass_obj
def _demo(session: Session, *, target: str | None, everything: bool) -> int:
    from miro_sync.telling import indicators, terminal  # noqa: PLC0415 - help needs none of it

    language = session.words.language if session.explicit else None
    demo = session.the_app().demo(None if target is None else path_of(target), language)
    outcome, project = demo.outcome, demo.outcome.project
    words = session.words_of(project)
    look = look_of(everything=everything, command="miro-sync demo --all")
    parts = (
        words.say("cli.demo_intro"),
        terminal.check(outcome.assessment, outcome.findings, project, words, look=look),
        indicators.attention(outcome.indicators, outcome.assessment, project, words, look=look),
        words.say("cli.demo_cut_short"),
        terminal.gist(demo.cut_short.assessment, project, words, look=look),
        words.say("page.demo_written", path=str(demo.page)),
        words.say("cli.demo_next"),
    )
    show("\n\n".join(part for part in parts if part), look)
    return outcome.exit_code


@click.pass_obj
def _sync(
    session: Session, *, full: bool, exit_zero: bool, everything: bool, projects: str | None
) -> int:
    if everything:
        return _sync_all(session, projects, full=full, exit_zero=exit_zero)
    from miro_sync.telling import lines, terminal  # noqa: PLC0415 - help needs none of it

    with progress_of(session) as progress:
        outcome = session.the_app().sync(session.folder(), full=full, progress=progress)
    words = session.words_of(outcome.project)
    told = (outcome.assessment, outcome.findings, outcome.project, words)
    show(terminal.sync_line(*told, taken=outcome.taken))
    warn_of_sources(outcome.assessment, words)
    tell_problems(outcome.warnings, words)
    # What this very run set aside is news once.
    aside = lines.backlog(outcome.findings, new=False)
    return code_of(outcome, outcome.assessment, exit_zero=exit_zero, aside=aside)


def _sync_all(session: Session, projects: str | None, *, full: bool, exit_zero: bool) -> int:
    """Sync the projects of an installation, a line each; return the worst code."""
    from miro_sync.app import installation  # noqa: PLC0415 - only where there are many
    from miro_sync.telling import lines, terminal  # noqa: PLC0415 - help needs none of it

    def sync(folder: Path) -> Outcome:
        return session.the_app().sync(folder, full=full, progress=None)

    found = installation.projects(installation_of(session, projects))
    codes = []
    for answer in installation.each(installation.longest_waiting_first(found), sync):
        if answer.result is None:
            assert answer.error is not None  # noqa: S101 - one of the two is there
            codes.append(tell_trouble(session, answer.project, answer.error))
            continue
        outcome = answer.result
        told = (outcome.assessment, outcome.findings, outcome.project)
        line = terminal.sync_line(*told, session.words_of(outcome.project), taken=outcome.taken)
        show(f"{answer.project.name}: {line}")
        aside = lines.backlog(outcome.findings, new=False)
        codes.append(code_of(outcome, outcome.assessment, exit_zero=exit_zero, aside=aside))
    show(all_told(codes, session.words))
    return installation.worst(codes)


@click.pass_obj
def _check_calendar(
    session: Session,
    /,
    *,
    layout: str,
    exit_zero: bool,
    everything: bool,
    backlog: bool,
    **judging: Unpack[Judging],
) -> int:
    from miro_sync.telling import answer, lines, terminal  # noqa: PLC0415 - help needs none of it

    outcome, shown = judged(session, **judging)
    project, words = outcome.project, session.words_of(outcome.project)
    told = (outcome.assessment, outcome.findings, project, words)
    if layout == "table":
        look = replace(look_of(everything=everything), center=judging["center"], backlog=backlog)
        show(terminal.check(*told, look=look), look)
    elif layout == "json":
        show_json(answer.check(*told, center=judging["center"]))
    else:
        show_csv(answer.check_rows(shown, project, words))
    if layout != "table":
        warn_of_sources(shown, words)
        warn_of_problems(shown, words)
    folded = layout == "table" and not (everything or backlog)
    aside = lines.backlog(outcome.findings) if folded else frozenset()
    return code_of(outcome, shown, exit_zero=exit_zero, aside=aside)


@click.pass_obj
def _centers(
    session: Session, /, *, layout: str, exit_zero: bool, **judging: Unpack[Judging]
) -> int:
    from miro_sync.telling import answer, terminal  # noqa: PLC0415 - help needs none of it

    outcome, shown = judged(session, **judging)
    project, words = outcome.project, session.words_of(outcome.project)
    if layout == "table":
        look = look_of()
        show(terminal.centers(shown, project, words, look=look), look)
    elif layout == "json":
        show_json(answer.centers(shown, project, words))
    else:
        show_csv(answer.center_rows(shown, words))
    if layout != "table":
        warn_of_sources(shown, words)
    return code_of(outcome, shown, exit_zero=exit_zero)
