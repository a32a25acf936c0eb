"""What one run measures besides the calendar: indicators, resource map, coverage of the plans.

Everything comes from the one read of the tables that the run has made. Where that was not whole,
the measures of the last whole read stand in, with its day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from miro_sync import kpi
from miro_sync.coverage import PlanCoverage, PlanRow, coverage, plan_rows
from miro_sync.kpi import Kept, Measured
from miro_sync.model import (
    Assessment,
    Indicator,
    IndicatorFormula,
    IndicatorValue,
    Monitoring,
    Project,
    SheetKind,
    SheetRow,
    SourceState,
    TablesSnapshot,
)
from miro_sync.names import CenterNames
from miro_sync.ports import Memory
from miro_sync.reading import Reading
from miro_sync.resource_map import (
    RESOURCES,
    CenterMap,
    check_map,
    judged_on,
    last_monitoring,
)
from miro_sync.worksheets import read_worksheets


@dataclass(frozen=True, slots=True)
class Declared:
    """What the settings ask to be measured.

    Attributes:
        indicators: in the order of the settings.
        kinds: the worksheets that are read by their meaning.
        monitoring: when their data must have been brought up to date.

    """

    indicators: tuple[Indicator, ...] = ()
    kinds: tuple[SheetKind, ...] = ()
    monitoring: Monitoring = field(default_factory=Monitoring)


@dataclass(frozen=True, slots=True)
class Measures:
    """What a run measured.

    Attributes:
        indicators: in the order of the settings.
        maps, plans: none where there is no such worksheet.
        plan_rows: the rows of plans and reports as they were written. sheet_rows: those of the
            worksheets that are read by their meaning; both only of the tables of this very run.
        kept: what of it is to be remembered.

    """

    indicators: tuple[IndicatorValue, ...] = ()
    maps: tuple[CenterMap, ...] = ()
    plans: tuple[PlanCoverage, ...] = ()
    plan_rows: tuple[PlanRow, ...] = ()
    sheet_rows: tuple[SheetRow, ...] = ()
    kept: Kept = field(default_factory=Kept)


def take(
    declared: Declared,
    reading: Reading,
    assessment: Assessment,
    project: Project,
    memory: Memory,
) -> Measures:
    """Measure everything declared.

    Args:
        declared: what the settings ask for.
        reading: what this run read.
        assessment: the judgement on it; its `sources` say which of it may be relied upon.
        project: centres, span, holidays.
        memory: holds the measures of earlier runs; it is only read.

    Raises:
        StateError: the memory cannot be read.

    """
    today = assessment.today
    report = next(one for one in assessment.sources if one.name == "tables")
    tables = reading.snapshot.tables if report.reliable else None
    before = memory.measures()
    if tables is not None:
        maps = _maps(declared, tables, project, today)
        plans = coverage(tables, reading.cards)
    else:
        since = last_monitoring(declared.monitoring, project.span, today)
        maps = judged_on(_named(before.maps or (), project), since=since, today=today)
        plans = before.plans or ()
    measured = kpi.measure(
        declared.indicators,
        assessment,
        reading.calendar,
        project=project,
        tables=tables,
        kinds=declared.kinds,
        maps=maps if tables is not None else (),
        plans=plans,
        find_center=CenterNames(project.centers).find,
    )
    if tables is None and report.state is not SourceState.ABSENT:
        read_on = _local_day(report.read_at, project) or today
        measured |= {
            one.id: replace(kept, day=read_on, stale=not report.reliable)
            for one in declared.indicators
            if kpi.rests_on_tables(one)
            and (kept := (before.of_tables or {}).get(one.id)) is not None
            and kept.definition == kpi.definition_of(one)
        }
        measured |= {
            one.id: replace(kpi.from_map(one, maps, today), day=read_on, stale=not report.reliable)
            for one in declared.indicators
            if one.formula is IndicatorFormula.MAP_SHARE and one.id in measured and maps
        }
    definitions = {one.id: kpi.definition_of(one) for one in declared.indicators}
    past = {
        name: [one for one in values if one.definition == definitions.get(name)]
        for name, values in memory.past_values().items()
    }
    values = kpi.indicators(
        declared.indicators,
        measured,
        project=project,
        calendar=reading.calendar,
        today=today,
        past=past,
    )
    worth = _worth_keeping(declared, measured, values, whole=assessment.trustworthy)
    if tables is None:
        return Measures(values, maps, plans, kept=replace(worth, of_tables=None))
    names = CenterNames(project.centers)
    sheets = read_worksheets(tables, declared.kinds, find_center=names.find, center_in=names.only)
    return Measures(
        values,
        maps,
        plans,
        plan_rows=plan_rows(tables, reading.cards),
        sheet_rows=sheets.rows,
        kept=replace(worth, maps=maps, plans=plans),
    )


def _maps(
    declared: Declared, tables: TablesSnapshot, project: Project, today: dt.date
) -> tuple[CenterMap, ...]:
    kind = next((one for one in declared.kinds if one.id == RESOURCES), None)
    if kind is None:
        return ()
    names = CenterNames(project.centers)
    reading = read_worksheets(tables, [kind], find_center=names.find, center_in=names.only)
    if kind.id not in reading.titles:
        return ()
    since = last_monitoring(declared.monitoring, project.span, today)
    return check_map(kind, reading, project.centers, since=since, today=today)


def _named(maps: Sequence[CenterMap], project: Project) -> tuple[CenterMap, ...]:
    """Give remembered maps the centres of the settings; in their order, those still there."""
    by_id = {one.center.id: one for one in maps}
    return tuple(
        replace(by_id[center.id], center=center) for center in project.centers if center.id in by_id
    )


def _worth_keeping(
    declared: Declared,
    measured: Mapping[str, Measured],
    values: Sequence[IndicatorValue],
    *,
    whole: bool,
) -> Kept:
    """Return what to remember of the indicators; of events only where all was read, and totals.

    The occurrences behind an indicator are remembered by the calendar and the cards already.
    """
    on_tables = {one.id for one in declared.indicators if kpi.rests_on_tables(one)}
    of_events = {
        name: replace(
            one, problems=(), stages=tuple(replace(stage, parts=()) for stage in one.stages)
        )
        for name, one in measured.items()
        if name not in on_tables
    }
    return Kept(
        of_events=of_events if whole else None,
        of_tables={name: one for name, one in measured.items() if name in on_tables},
        values={one.indicator.id: one.value for one in values},
    )


def _local_day(moment: dt.datetime | None, project: Project) -> dt.date | None:
    return None if moment is None else moment.astimezone(ZoneInfo(project.timezone)).date()
