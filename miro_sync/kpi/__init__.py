"""Indicators that can be believed: what was counted, from which rows, and what is unknown.

    collecting    when an indicator is collected
    measured      what was counted, before it is judged
    events        the judged calendar, the resource map, the plans -> what was counted
    rows          worksheets -> the rows an indicator rests on
    formulas      rows -> what was counted
    rounding      rounding; a value against a goal
    small_groups  what rests on so few people that it is not shown
    consistency   where the document's own numbers disagree
    words         the formula in a sentence
    judging       what was counted -> `IndicatorValue`

Not collected is not zero, and unknown is neither done nor failed. All numbers of an indicator are
in its own unit; shares are in percent. Days are local days of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.kpi.collecting import collections_of, settings_place, unread_collection
from miro_sync.kpi.consistency import disagreements
from miro_sync.kpi.events import from_calendar, from_map, unknown_events
from miro_sync.kpi.formulas import from_table
from miro_sync.kpi.judging import judge, point_on, told_value
from miro_sync.kpi.measured import Kept, Measured, PastValue, Stage, definition_of
from miro_sync.kpi.rounding import gap_places, places, rounded
from miro_sync.kpi.rows import searches
from miro_sync.kpi.small_groups import MEANS, few, hides, is_hidden, may_show
from miro_sync.model import IndicatorFormula, IndicatorSource
from miro_sync.names import CenterNames

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from miro_sync.coverage import PlanCoverage
    from miro_sync.model import (
        Assessment,
        EventCalendar,
        Indicator,
        IndicatorValue,
        Problem,
        Project,
        SheetKind,
        TablesSnapshot,
    )
    from miro_sync.resource_map import CenterMap

__all__ = [
    "MEANS",
    "Kept",
    "Measured",
    "PastValue",
    "Stage",
    "collections_of",
    "definition_of",
    "disagreements",
    "few",
    "from_map",
    "gap_places",
    "hides",
    "indicators",
    "is_hidden",
    "judge",
    "may_show",
    "measure",
    "places",
    "point_on",
    "rests_on_tables",
    "rounded",
    "searches",
    "settings_place",
    "table_faults",
    "told_value",
    "unknown_events",
    "unread_collection",
]


def indicators(  # noqa: PLR0913 - the inputs of the decision, every one a value
    declared: Sequence[Indicator],
    measured: Mapping[str, Measured],
    *,
    project: Project,
    calendar: EventCalendar,
    today: dt.date,
    past: Mapping[str, Sequence[PastValue]],
) -> tuple[IndicatorValue, ...]:
    """Judge all indicators as of one local day.

    Args:
        declared: in the order of the settings, which is that of the answer.
        measured: what was counted, by the indicator's id; one whose source was not read and never
            had been is absent.
        project: its span, centres, holidays and days of grace.
        calendar: the events that indicators may name.
        today: the local day to judge by.
        past: what they came to in earlier runs, by the indicator's id, oldest first.

    """
    return tuple(
        judge(
            one,
            measured.get(one.id),
            project=project,
            calendar=calendar,
            today=today,
            past=past.get(one.id, ()),
        )
        for one in declared
    )


def measure(  # noqa: PLR0913 - the inputs of the decision, every one a value
    declared: Sequence[Indicator],
    assessment: Assessment,
    calendar: EventCalendar,
    *,
    project: Project,
    tables: TablesSnapshot | None,
    kinds: Sequence[SheetKind],
    maps: Sequence[CenterMap],
    plans: Sequence[PlanCoverage],
    find_center: Callable[[str], str | None],
) -> dict[str, Measured]:
    """Count all indicators from what was read.

    Args:
        declared: the indicators.
        assessment: the judged occurrences.
        calendar: the events.
        project: its centres and span.
        tables: the worksheets, read completely in this run; without them nothing is counted that
            rests on a worksheet.
        kinds: the declared worksheets.
        maps: how the centres filled in the resource map; none where there is no such worksheet.
        plans: what the centres' plans cover.
        find_center: a text that is a centre's name -> its id; None for any other.

    Returns:
        What was counted, by the indicator's id.

    """
    found: dict[str, Measured] = {}
    for one in declared:
        if one.formula is IndicatorFormula.MAP_SHARE:
            if maps:
                found[one.id] = from_map(one, maps, assessment.today)
            elif one.events and tables is not None:
                found[one.id] = from_calendar(one, assessment, calendar, plans, project)
        elif one.source is IndicatorSource.CALENDAR:
            found[one.id] = from_calendar(one, assessment, calendar, plans, project)
        elif tables is not None:
            found[one.id] = from_table(
                one,
                tables,
                kinds,
                project,
                calendar,
                find_center=find_center,
                day=assessment.today,
            )
    return found


def table_faults(
    declared: Sequence[Indicator],
    tables: TablesSnapshot,
    kinds: Sequence[SheetKind],
    project: Project,
    calendar: EventCalendar,
) -> tuple[Problem, ...]:
    """Return what keeps the worksheets from being counted, each fault once, with its address."""
    names = CenterNames(project.centers)
    faults: dict[Problem, None] = {}
    for one in declared:
        if one.source is IndicatorSource.TABLE and one.sheet is not None:
            measured = from_table(
                one,
                tables,
                kinds,
                project,
                calendar,
                find_center=names.find,
                day=project.span.end,
            )
            faults |= dict.fromkeys(measured.problems)
    return tuple(faults)


def rests_on_tables(indicator: Indicator) -> bool:
    """Tell whether an indicator is counted from worksheets alone."""
    return indicator.source is IndicatorSource.TABLE
