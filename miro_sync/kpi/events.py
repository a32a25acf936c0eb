"""Indicators that rest on the judged calendar, on the resource map and on the centres' plans.

An occurrence counts when its deadline has passed and nobody cancelled it. One of which it is not
known whether it was held (its source was not read, its card is uncertain, its period cannot be
read) is unknown: neither held nor not held.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from miro_sync.kpi.collecting import settings_place
from miro_sync.kpi.measured import Measured, Stage, definition_of
from miro_sync.model import (
    IndicatorFormula,
    IndicatorPart,
    Problem,
    Severity,
    SourceState,
    Status,
    say,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.coverage import PlanCoverage
    from miro_sync.model import (
        Assessment,
        Center,
        EventCalendar,
        Indicator,
        Occurrence,
        Place,
        Project,
        Verdict,
    )
    from miro_sync.resource_map import CenterMap

#: Nobody knows whether these were held.
_OPEN = frozenset({Status.UNKNOWN, Status.UNCONFIRMED, Status.UNDATED})

_ALL = 100.0


def from_calendar(
    indicator: Indicator,
    assessment: Assessment,
    calendar: EventCalendar,
    plans: Sequence[PlanCoverage],
    project: Project,
) -> Measured:
    """Count an indicator over the judged occurrences of its events.

    Args:
        indicator: its formula is `held_share`, `center_share`, `plan_share` or `quota`.
        assessment: the judged occurrences, and how the sources fared.
        calendar: the events, by whose codes an indicator names them.
        plans: the plans found in the tables; only `plan_share` rests on them.
        project: its centres.

    """
    measured = Measured(indicator.id, definition_of(indicator), day=assessment.today)
    verdicts = [
        one
        for one in assessment.verdicts
        if not indicator.events
        or one.occurrence.event.code in indicator.events
        or one.occurrence.event.key in indicator.events
    ]
    problems = unknown_events(indicator, calendar)
    match indicator.formula:
        case IndicatorFormula.HELD_SHARE:
            stage = _held_share(verdicts, project, assessment.today)
        case IndicatorFormula.QUOTA:
            return replace(
                _quota(measured, indicator, verdicts, assessment, project), problems=problems
            )
        case _:
            given = {}
            if indicator.formula is IndicatorFormula.PLAN_SHARE:
                given = _with_plans(plans)
            stage = _center_share(verdicts, project.centers, given, assessment)
            problems = (*problems, *_of_the_network(indicator, verdicts))
    return replace(
        measured,
        stages=() if stage is None else (stage,),
        due=stage is not None and stage.value is not None,
        readable=not problems or stage is not None,
        problems=problems,
    )


def from_map(indicator: Indicator, maps: Sequence[CenterMap], today: dt.date) -> Measured:
    """Count the centres whose resource map has no fault; a centre without a row has one."""
    parts = tuple(
        IndicatorPart(
            one.center.name,
            one.center.id,
            numerator=one.right,
            denominator=one.total,
            place=next((fault.place for fault in one.faults if fault.place), None),
        )
        for one in maps
    )
    stage = _share(sum(not one.faults for one in maps), len(maps), 0, parts)
    return Measured(
        indicator.id, definition_of(indicator), () if stage is None else (stage,), day=today
    )


def unknown_events(indicator: Indicator, calendar: EventCalendar) -> tuple[Problem, ...]:
    """Name the events of an indicator that the calendar does not have."""
    known = {one.code for one in calendar.events} | {one.key for one in calendar.events}
    return tuple(
        Problem(
            say("kpi.no_event", event=code), settings_place(indicator, "events"), Severity.WARNING
        )
        for code in indicator.events
        if code not in known
    )


# --- occurrences --------------------------------------------------------------------------------


def _held_share(verdicts: Iterable[Verdict], project: Project, today: dt.date) -> Stage | None:
    names = {center.id: center.name for center in project.centers}
    parts: list[IndicatorPart] = []
    held = due = unknown = 0
    for one in verdicts:
        if not _counts(one, today):
            continue
        part = _part(_label(one.occurrence, names), one)
        if one.status in _OPEN:
            unknown += 1
            parts.append(replace(part, unknown=True))
            continue
        due += 1
        held += one.status is Status.HELD
        parts.append(replace(part, numerator=float(one.status is Status.HELD), denominator=1.0))
    return _share(held, due, unknown, tuple(parts))


def _center_share(
    verdicts: Iterable[Verdict],
    centers: Sequence[Center],
    given: Mapping[str, Place | None],
    assessment: Assessment,
) -> Stage | None:
    """Count the centres of which all due occurrences were held, or that are `given` anyway."""
    by_center: defaultdict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        if one.occurrence.center_id is not None and _counts(one, assessment.today):
            by_center[one.occurrence.center_id].append(one)
    parts: list[IndicatorPart] = []
    done = total = unknown = 0
    for center in centers:
        due = by_center.get(center.id, [])
        if center.id in given:
            total, done = total + 1, done + 1
            parts.append(IndicatorPart(center.name, center.id, 1.0, 1.0, place=given[center.id]))
            continue
        if not due:
            continue
        failed = [one for one in due if one.status not in _OPEN and one.status is not Status.HELD]
        open_ones = [one for one in due if one.status in _OPEN]
        shown = _part(center.name, (failed or open_ones or due)[0])
        if open_ones and not failed:
            unknown += 1
            parts.append(replace(shown, unknown=True))
            continue
        total, done = total + 1, done + (not failed)
        parts.append(replace(shown, numerator=float(not failed), denominator=1.0))
    return _share(done, total, unknown, tuple(parts))


def _quota(
    measured: Measured,
    indicator: Indicator,
    verdicts: Iterable[Verdict],
    assessment: Assessment,
    project: Project,
) -> Measured:
    """Count what every centre gave; of a source that was not read more may have come."""
    named = [
        source
        for source in assessment.sources
        if source.name != "calendar" and source.state is not SourceState.ABSENT
    ]
    whole = bool(named) and all(source.reliable for source in named)
    done: dict[str | None, int] = {}
    least: dict[str | None, float] = {}
    shown: dict[str | None, Verdict] = {}
    over = True
    for one in verdicts:
        if one.progress is None or one.status is Status.CANCELLED:
            continue
        center = one.occurrence.center_id
        done[center] = done.get(center, 0) + one.progress.done
        least[center] = least.get(center, 0) + one.progress.expected
        shown.setdefault(center, one)
        deadline = one.occurrence.deadline
        over = over and deadline is not None and deadline < assessment.today
    names = {center.id: center.name for center in project.centers}
    minimums = {center: indicator.minimum or least[center] for center in done}
    parts = tuple(
        IndicatorPart(
            names.get(center or "", _label(shown[center].occurrence, names)),
            center,
            numerator=float(count),
            denominator=minimums[center],
            unknown=not whole and count < minimums[center],
            place=_place(shown[center]),
        )
        for center, count in done.items()
    )
    stage = quota_stage(indicator, parts)
    return replace(measured, stages=() if stage is None else (stage,), due=bool(done) and over)


def quota_stage(indicator: Indicator, parts: tuple[IndicatorPart, ...]) -> Stage | None:
    """Return what centres gave against a minimum; `numerator` of a part is what, of which least.

    In % the value is the share of the centres that gave enough; in any other unit it is what the
    centre gave that gave least, since the document promises so much of every one of them.
    """
    known = [one for one in parts if not one.unknown]
    unknown = len(parts) - len(known)
    enough = sum((one.numerator or 0) >= (one.denominator or 0) for one in known)
    if indicator.unit == "%" or not known:
        return _share(enough, len(known), unknown, parts)
    least = min(one.numerator or 0.0 for one in known)
    worst = min(one.numerator or 0.0 for one in parts)
    return Stage(
        value=least,
        numerator=float(enough),
        denominator=float(len(known)),
        unknown=unknown,
        best=least,
        worst=worst,
        parts=parts,
    )


def _share(done: int, total: int, unknown: int, parts: tuple[IndicatorPart, ...]) -> Stage | None:
    if not total and not unknown:
        return None
    everything = total + unknown
    return Stage(
        value=done / total * _ALL if total else None,
        numerator=float(done),
        denominator=float(total),
        unknown=unknown,
        best=(done + unknown) / everything * _ALL,
        worst=done / everything * _ALL,
        parts=parts,
    )


def _counts(verdict: Verdict, today: dt.date) -> bool:
    """Tell whether an occurrence had to be held by now, as far as anybody knows."""
    if verdict.status is Status.CANCELLED:
        return False
    deadline = verdict.occurrence.deadline
    return verdict.status is Status.UNDATED if deadline is None else deadline < today


def _label(occurrence: Occurrence, names: Mapping[str, str]) -> str:
    event = occurrence.event
    label = f"{event.code} {event.title}" if event.code else event.title
    center = names.get(occurrence.center_id or "")
    return f"{label}: {center}" if center else label


def _part(label: str, verdict: Verdict) -> IndicatorPart:
    return IndicatorPart(label, verdict.occurrence.center_id, place=_place(verdict))


def _place(verdict: Verdict) -> Place | None:
    for evidence in verdict.evidence:
        if evidence.card.place is not None:
            return evidence.card.place
    return verdict.occurrence.event.place


def _with_plans(plans: Sequence[PlanCoverage]) -> dict[str, Place | None]:
    """Return the centres whose plan in the tables holds an event, and where it stands."""
    given: dict[str, Place | None] = {}
    for plan in plans:
        filled = [one for one in plan.directions if not one.empty]
        if plan.center_id is not None and filled:
            given.setdefault(plan.center_id, filled[0].place)
    return given


def _of_the_network(indicator: Indicator, verdicts: Sequence[Verdict]) -> tuple[Problem, ...]:
    """Name the events that say nothing of single centres."""
    if any(one.occurrence.center_id is not None for one in verdicts):
        return ()
    events = dict.fromkeys(
        one.occurrence.event.code or one.occurrence.event.key for one in verdicts
    )
    return tuple(
        Problem(
            say("kpi.not_of_centers", event=event),
            settings_place(indicator, "events"),
            Severity.WARNING,
        )
        for event in events
        if indicator.formula is IndicatorFormula.CENTER_SHARE
    )
