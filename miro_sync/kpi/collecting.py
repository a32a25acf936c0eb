"""When an indicator is collected: the periods of its `collected` text within the project."""

from __future__ import annotations

import datetime as dt

from miro_sync.model import (
    DateContext,
    EventCalendar,
    Indicator,
    IndicatorSource,
    Period,
    Place,
    Problem,
    Project,
    Severity,
    say,
)
from miro_sync.periods import expand, read_period


def collections_of(
    indicator: Indicator, project: Project, calendar: EventCalendar
) -> tuple[Period, ...]:
    """Return the periods in which an indicator is collected, in order.

    «Ежемесячно» is every month of the project but those that are mostly school holidays. Where a
    table's indicator names events, nothing is collected outside of their periods.
    """
    if not indicator.collected:
        return ()
    schedule = read_period(indicator.collected, DateContext(span=project.span))
    found = expand(schedule, project.span)
    if schedule.recurrence is not None:
        found = tuple(one for one in found if not _mostly_holidays(one, project))
    if indicator.source is IndicatorSource.TABLE and indicator.events:
        bounds = [
            one.period
            for one in calendar.occurrences
            if one.period is not None and _names(indicator, one.event.code, one.event.key)
        ]
        if bounds:
            found = tuple(one for one in found if any(map(one.overlaps, bounds)))
    return tuple(sorted(set(found)))


def unread_collection(indicator: Indicator, project: Project) -> Problem | None:
    """Tell of a `collected` that names no day; None where it does, or where there is none."""
    if not indicator.collected:
        return None
    schedule = read_period(indicator.collected, DateContext(span=project.span))
    if expand(schedule, project.span) and not schedule.unread:
        return None
    return Problem(
        say("kpi.collected_unread", text=indicator.collected),
        settings_place(indicator, "collected"),
        Severity.WARNING,
    )


def settings_place(indicator: Indicator, key: str = "") -> Place:
    """Return where an indicator stands in the settings."""
    return Place("kpi.toml", key=f"[[indicator]] {indicator.id} {key}".strip())


def _names(indicator: Indicator, code: str | None, key: str) -> bool:
    return code in indicator.events or key in indicator.events


def _mostly_holidays(period: Period, project: Project) -> bool:
    days = (period.end - period.start).days + 1
    free = sum(
        any(period.start + dt.timedelta(day) in vacation for vacation in project.vacations)
        for day in range(days)
    )
    return free * 2 > days
