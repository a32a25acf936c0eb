"""The overview that page, mail, documents and write-back render."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from miro_sync import sync as use_case
from miro_sync.app.building import (
    Progress,
    declared_by,
    doors_of,
    memory_of,
    moment,
    rules_of,
    today_of,
)
from miro_sync.decisions import made_until, merged, undone_numbers
from miro_sync.overview import Overview
from miro_sync.settings import Settings, load

#: The change that outputs tell is against the day so many days before.
A_WEEK = dt.timedelta(days=7)


def overview(  # noqa: PLR0913 - the options of the commands
    config: Path,
    *,
    on: dt.date | None = None,
    as_of: dt.date | None = None,
    offline: bool = False,
    full: bool = False,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> Overview:
    """Return all that can be told of a project.

    The arguments and errors are those of `check`; `now` is the moment to read at, else the present.
    """
    settings = load(config)
    now = now or moment()
    today = on or as_of or today_of(settings, now)
    current = _overview(settings, now, today, as_of, progress, offline=offline, full=full)
    with memory_of(settings) as memory:
        reaches_back = any(run.today <= today - A_WEEK for run in memory.runs(1_000_000))
    if not reaches_back:
        return current
    week_ago = today - A_WEEK
    earlier = _overview(settings, now, week_ago, week_ago, None, offline=True, full=False)
    return replace(current, earlier=earlier)


def _overview(  # noqa: PLR0913 - as `overview`
    settings: Settings,
    now: dt.datetime,
    today: dt.date,
    as_of: dt.date | None,
    progress: Progress | None,
    *,
    offline: bool,
    full: bool,
) -> Overview:
    with memory_of(settings, as_of=as_of) as memory:
        outcome = use_case.look(
            settings.project,
            doors_of(settings, now, progress),
            memory,
            today=today,
            decisions=settings.decisions,
            directors_only=settings.directors_only,
            offline=offline,
            full=full,
            as_of=as_of,
            rules=rules_of(settings),
            declared=declared_by(settings),
        )
        made = merged(settings.decisions, memory.decisions())
    if as_of is not None:
        made = tuple(made_until(made, as_of, ZoneInfo(settings.project.timezone)))
    return Overview(
        settings.project,
        outcome.calendar,
        outcome.assessment,
        outcome.findings,
        decisions=made,
        undone=undone_numbers(made),
        indicators=outcome.measures.indicators,
        plans=outcome.measures.plans,
        plan_rows=outcome.measures.plan_rows,
        sheet_rows=outcome.measures.sheet_rows,
        maps=outcome.measures.maps,
    )
