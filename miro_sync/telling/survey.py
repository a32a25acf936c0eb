"""The answers of `resources` and `coverage`: for a person, for programs, for Excel.

What stands in a cell of the table is never repeated: its address is, and what is expected there.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from miro_sync.model import Period
from miro_sync.telling.display import clean, link, wrap
from miro_sync.telling.failures import place
from miro_sync.telling.phrases import months
from miro_sync.telling.terminal import Look

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from miro_sync.coverage import Direction, Month, PlanCoverage
    from miro_sync.messages import Catalogue
    from miro_sync.model import Place, Project
    from miro_sync.resource_map import CellFault, CenterMap

#: The number goes up when a key is renamed, dropped or changes its meaning.
RESOURCES_SCHEMA = "miro-sync/resources/1"
COVERAGE_SCHEMA = "miro-sync/coverage/1"

_INDENT = "  "


def resources_text(
    centers: Sequence[CenterMap],
    since: dt.date | None,
    words: Catalogue,
    *,
    look: Look,
    complete: bool = True,
) -> str:
    """Return a paragraph per centre that can be sent to its head as it is."""
    right = sum(not one.faults for one in centers)
    head = [words.say("resources.summary", right=right, total=len(centers))]
    if since is not None:
        head.append(words.say("resources.since", since=since))
    if not complete:
        head.append(words.say("sync.incomplete"))
    out = wrap(" ".join(head), look.columns)
    for one in centers:
        said = words.say("resources.center", right=one.right, total=one.total)
        out += ["", *wrap(f"{one.center.name}: {said}", look.columns)]
        for fault in one.faults:
            first, *rest = wrap(_fault(fault, words), look.columns - 2 * len(_INDENT))
            out += [_INDENT + "- " + first, *(2 * _INDENT + line for line in rest)]
    return "\n".join(out)


def resources_json(
    centers: Sequence[CenterMap],
    since: dt.date | None,
    project: Project,
    words: Catalogue,
    *,
    complete: bool,
) -> dict[str, Any]:
    """Return the resource map of every centre for programs; `sheet` and `cell` are addresses."""
    return {
        "schema": RESOURCES_SCHEMA,
        "project": {"name": project.name, "timezone": project.timezone},
        "complete": complete,
        "since": None if since is None else since.isoformat(),
        "centers": [
            {
                "id": one.center.id,
                "name": one.center.name,
                "right": one.right,
                "total": one.total,
                "faults": [
                    {
                        **_address(fault.place),
                        "column": fault.column or None,
                        "wrong": words.tell(fault.wrong),
                        "expected": words.tell(fault.expected) if fault.expected else None,
                    }
                    for fault in one.faults
                ],
            }
            for one in centers
        ],
    }


def resources_rows(centers: Iterable[CenterMap], words: Catalogue) -> Iterator[list[str]]:
    """Yield the header and a row per wrong cell; a centre without one has a row of its own."""
    keys = ("center", "right", "total", "place", "column", "wrong", "expected", "key")
    yield [words.say(f"telling.column_{key}") for key in keys]
    for one in centers:
        counted = [one.center.name, str(one.right), str(one.total)]
        for fault in one.faults:
            yield [
                *counted,
                place(fault.place, words) if fault.place else "",
                fault.column,
                words.tell(fault.wrong),
                words.tell(fault.expected) if fault.expected else "",
                one.center.id,
            ]
        if not one.faults:
            yield [*counted, "", "", "", "", one.center.id]


def coverage_text(
    plans: Sequence[PlanCoverage],
    project: Project,
    words: Catalogue,
    *,
    look: Look,
    complete: bool = True,
) -> str:
    """Return the directions of every plan with their months, the empty ones named at its head."""
    if not plans:
        return words.say("coverage.none")
    out = [] if complete else wrap(words.say("sync.incomplete"), look.columns)
    for plan in plans:
        out += [""] if out else []
        out += wrap(f"{_whose(plan, project, words)}: {_gaps(plan, words)}", look.columns)
        for one in plan.directions:
            line = f"{one.number}. {clean(one.title)}: {_filled(one, words)}"
            first, *rest = wrap(line, look.columns - 2 * len(_INDENT))
            out += [_INDENT + first, *(2 * _INDENT + line for line in rest)]
    return "\n".join(out)


def coverage_json(
    plans: Sequence[PlanCoverage], project: Project, *, complete: bool
) -> dict[str, Any]:
    """Return the coverage map for programs; months are "2021-09"."""
    return {
        "schema": COVERAGE_SCHEMA,
        "project": {"name": project.name, "timezone": project.timezone},
        "complete": complete,
        "plans": [
            {
                "center": plan.center_id,
                "sheet": plan.sheet,
                "empty": list(plan.empty),
                "directions": [
                    {
                        "number": one.number,
                        "title": one.title,
                        "events": one.events,
                        "months": {_iso(month): count for month, count in one.months.items()},
                        "undated": one.undated,
                        **_address(one.place),
                    }
                    for one in plan.directions
                ],
            }
            for plan in plans
        ],
    }


def coverage_rows(
    plans: Sequence[PlanCoverage], project: Project, words: Catalogue
) -> Iterator[list[str]]:
    """Yield a row per direction of a plan, one column per month of all plans."""
    every = sorted({month for plan in plans for one in plan.directions for month in one.months})
    keys = ("center", "sheet", "number", "direction", "events", "undated")
    yield [*(words.say(f"telling.column_{key}") for key in keys), *map(_iso, every)]
    for plan in plans:
        for one in plan.directions:
            yield [
                _whose(plan, project, words),
                plan.sheet,
                str(one.number),
                one.title,
                str(one.events),
                str(one.undated),
                *(str(one.months.get(month, 0)) for month in every),
            ]


def _fault(fault: CellFault, words: Catalogue) -> str:
    wrong = words.tell(fault.wrong)
    if fault.place is None:
        return wrong
    told = {"place": place(fault.place, words), "column": fault.column, "wrong": wrong}
    if fault.expected is None:
        return words.say("resources.cell", **told)
    return words.say("resources.cell_expected", expected=words.tell(fault.expected), **told)


def _address(where: Place | None) -> dict[str, str | None]:
    if where is None:
        return {"source": None, "sheet": None, "cell": None, "url": None}
    return {
        "source": where.source,
        "sheet": where.sheet,
        "cell": where.cell,
        "url": link(where.url),
    }


def _whose(plan: PlanCoverage, project: Project, words: Catalogue) -> str:
    names: Mapping[str | None, str] = {center.id: center.name for center in project.centers}
    return clean(names.get(plan.center_id) or words.say("coverage.nobodys", sheet=plan.sheet))


def _gaps(plan: PlanCoverage, words: Catalogue) -> str:
    if not plan.empty:
        return words.say("coverage.full", total=len(plan.directions))
    empty = ", ".join(map(str, plan.empty))
    return words.say("coverage.empty", empty=empty, total=len(plan.directions))


def _filled(one: Direction, words: Catalogue) -> str:
    if one.empty:
        return words.say("coverage.nothing")
    parts = [f"{_name(month, words)} — {count}" for month, count in one.months.items()]
    if one.undated:
        parts.append(words.say("coverage.undated", number=one.undated))
    return words.say("coverage.events", number=one.events, months=", ".join(parts))


def _name(month: Month, words: Catalogue) -> str:
    first = dt.date(*month, 1)
    last = (first + dt.timedelta(31)).replace(day=1) - dt.timedelta(1)
    return months(Period(first, last), words)


def _iso(month: Month) -> str:
    return f"{month[0]}-{month[1]:02}"
