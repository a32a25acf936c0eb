"""`status`: how the projects of an installation stand, read from their states alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from miro_sync.app.building import moment
from miro_sync.app.installation import Answer, each
from miro_sync.app.schedule import timing_of
from miro_sync.installation import discover
from miro_sync.memory import JobLog
from miro_sync.model import SourceState
from miro_sync.settings import load
from miro_sync.status import JobStatus, ProjectStatus, SourceStatus
from miro_sync.timetable import Job, has, is_late, next_at


def standing(folder: Path) -> Sequence[ProjectStatus]:
    """Return how every project of an installation, or one project, stands; nothing is written.

    Raises:
        SettingsError: there are no projects.

    """
    now = moment()
    answers = each(discover(folder), lambda one: _of_project(one, now))
    return [_named(answer) for answer in answers]


def _named(answer: Answer[ProjectStatus]) -> ProjectStatus:
    name = answer.project.name
    if answer.result is None:
        return ProjectStatus(name, error=answer.error, error_code=answer.code)
    return replace(answer.result, name=name)


def _of_project(folder: Path, now: dt.datetime) -> ProjectStatus:
    settings = load(folder)
    calendar, table = timing_of(settings), settings.timetable
    with closing(JobLog(settings.state_url)) as log:
        done = log.done()
        last = log.runs(1)
        reports = {one.name: one for one in last[-1].sources} if last else {}
        named = [
            name
            for name, source in (
                ("board", settings.board_source),
                ("tables", settings.tables_source),
                ("calendar", settings.calendar_source),
            )
            if source is not None
        ]
        read_at = log.last_good_reads(named)
        stored_at = last[-1].stored_at if last else None
        return ProjectStatus(
            name=folder.name,
            title=settings.project.name,
            timezone=settings.project.timezone,
            sources=[
                SourceStatus(
                    name,
                    (reports[name].state if name in reports else SourceState.ABSENT).value
                    if last
                    else "",
                    read_at[name],
                )
                for name in named
            ],
            last_run=stored_at,
            last_letter=log.last_letter(),
            jobs=[
                JobStatus(job, done.last.get(job), next_at(job, table, done, calendar, now))
                for job in Job
                if has(job, table)
            ],
            open_findings=log.open_findings(),
            at_work=log.is_busy(),
            is_kept=done.since is not None,
            is_late=is_late(table, calendar, stored_at, now),
            runs=last[-1].number if last else 0,
        )
