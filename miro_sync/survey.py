"""Use cases over the table alone: how the resource map is filled in, what the plans cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from miro_sync.coverage import PlanCoverage, coverage
from miro_sync.errors import SettingsError
from miro_sync.model import Monitoring, Problem, Project, SheetKind, TablesSnapshot, say
from miro_sync.names import CenterNames
from miro_sync.reading import Doors, read_rows, read_tables
from miro_sync.resource_map import RESOURCES, CenterMap, check_map, last_monitoring
from miro_sync.worksheets import read_worksheets


@dataclass(frozen=True, slots=True)
class Resources:
    """How the centres filled in the resource map.

    Attributes:
        complete: all worksheets were read; else nothing may be called missing.
        sheets: titles of the worksheets that are the map.
        since: dates that must be fresh lie on or after this day; None asks for nothing yet.
        centers: in the order of the settings.
        problems: what could not be read anywhere in the table.

    """

    project: Project
    today: dt.date
    complete: bool
    sheets: tuple[str, ...]
    since: dt.date | None
    centers: tuple[CenterMap, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Plans:
    """What the centres' plans cover; `complete` as of `Resources`."""

    project: Project
    complete: bool
    plans: tuple[PlanCoverage, ...]
    problems: tuple[Problem, ...]


def examine_resources(
    project: Project,
    doors: Doors,
    kinds: Sequence[SheetKind],
    monitoring: Monitoring,
    *,
    today: dt.date,
) -> Resources:
    """Check the resource map of every centre.

    Raises:
        SettingsError: no table is named, or no worksheet of it is the map.
        SourceError: the table cannot be read.

    """
    tables = _tables(doors)
    kind = next((one for one in kinds if one.id == RESOURCES), None)
    if kind is None:
        raise SettingsError(say("resources.not_declared"))
    names = CenterNames(project.centers)
    reading = read_worksheets(tables, [kind], find_center=names.find, center_in=names.only)
    sheets = reading.titles.get(kind.id, ())
    if not sheets:
        titles = ", ".join(f"«{one.title}»" for one in tables.worksheets)
        wanted = ", ".join(f"«{one}»" for one in kind.sheets)
        raise SettingsError(say("resources.no_sheet", titles=titles, wanted=wanted))
    since = last_monitoring(monitoring, project.span, today)
    centers = check_map(kind, reading, project.centers, since=since, today=today)
    problems = (*tables.problems, *reading.problems)
    return Resources(project, today, tables.complete, sheets, since, centers, problems)


def examine_plans(project: Project, doors: Doors) -> Plans:
    """Map the directions and months of the centres' plans; raises as `examine_resources`."""
    tables = _tables(doors)
    rows = read_rows(tables, project, doors, CenterNames(project.centers))
    problems = (*tables.problems, *rows.problems)
    return Plans(project, tables.complete, coverage(tables, rows.cards), problems)


def _tables(doors: Doors) -> TablesSnapshot:
    if doors.tables is None:
        raise SettingsError(say("doctor.no_tables"))
    return read_tables(doors.tables)
