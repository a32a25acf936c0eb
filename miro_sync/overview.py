"""Everything that the outputs may tell of one moment: page, mail, documents, write-back.

An output renders this and decides nothing, so that all of them say the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from miro_sync.coverage import PlanCoverage, PlanRow
from miro_sync.model import (
    Assessment,
    Decision,
    EventCalendar,
    Finding,
    IndicatorValue,
    Project,
    SheetRow,
)
from miro_sync.resource_map import CenterMap


@dataclass(frozen=True, slots=True)
class Overview:
    """A project as it stands on `assessment.today`.

    Attributes:
        findings: new, still open and just resolved against the last stored run.
        decisions: all that were made, oldest first; `undone` are the numbers of those taken back.
        indicators: in the order of the settings; empty where none are declared.
        plans: the coverage of the centres' plans. maps: how the resource map is filled in; both
            empty where there is no such worksheet.
        plan_rows: the rows of the centres' plans and reports as they were written.
        sheet_rows: the rows of the worksheets that are read by their meaning, of all kinds.
        earlier: the same a week before; None where the history does not reach back.

    """

    project: Project
    calendar: EventCalendar
    assessment: Assessment
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...] = ()
    undone: frozenset[int] = frozenset()
    indicators: tuple[IndicatorValue, ...] = ()
    plans: tuple[PlanCoverage, ...] = ()
    maps: tuple[CenterMap, ...] = ()
    plan_rows: tuple[PlanRow, ...] = ()
    sheet_rows: tuple[SheetRow, ...] = ()
    earlier: Overview | None = None
