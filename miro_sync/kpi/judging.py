"""What was counted, held against targets, paths and times of collection -> `IndicatorValue`.

The way from baseline to target is a straight line from the project's first day to its last, unless
the settings lead it through other points. Without a baseline a target is asked for when the
collection is over (its last day and the project's days of grace), else at the project's end.
A path is no promise: being a twentieth of the whole way behind it is worth no flag.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from miro_sync.calendar import work_days
from miro_sync.kpi.collecting import collections_of, unread_collection
from miro_sync.kpi.consistency import disagreements
from miro_sync.kpi.measured import Stage
from miro_sync.kpi.rounding import reaches, rounded, shortfall
from miro_sync.kpi.small_groups import of_few
from miro_sync.kpi.words import formula_in_words
from miro_sync.model import (
    Direction,
    Indicator,
    IndicatorPoint,
    IndicatorSource,
    IndicatorState,
    IndicatorValue,
    Period,
    Problem,
    Severity,
    say,
)

if TYPE_CHECKING:
    from miro_sync.kpi.measured import Measured, PastValue
    from miro_sync.model import EventCalendar, Project

#: The part of the way from baseline to target by which a value may be behind its path.
_SLACK = 0.05


def judge(  # noqa: PLR0913 - the inputs of the decision, every one a value
    indicator: Indicator,
    measured: Measured | None,
    *,
    project: Project,
    calendar: EventCalendar,
    today: dt.date,
    past: Sequence[PastValue] = (),
) -> IndicatorValue:
    """Judge one indicator as of a local day.

    Args:
        indicator: as it is declared.
        measured: what was counted; None where its source was not read and never had been.
        project: its span, holidays and days of grace.
        calendar: the events that the indicator may name.
        today: the local day to judge by.
        past: what it came to in earlier runs, oldest first.

    """
    times = _Times.of(indicator, project, calendar, today)
    value = IndicatorValue(
        indicator,
        today,
        IndicatorState.UNKNOWN,
        formula_in_words(indicator, project.rules.grace_days),
        collection=times.begun[-1] if times.begun else None,
        next_collection=times.coming[0] if times.coming else None,
        warnings=disagreements(indicator, calendar),
    )
    unread = unread_collection(indicator, project)
    told = () if unread is None else (unread,)
    if measured is None and times.planned and not times.begun:
        return replace(value, state=IndicatorState.NOT_DUE, problems=told)
    if measured is None:
        problem = Problem(say("kpi.source_unread"), severity=Severity.WARNING)
        return replace(value, problems=(problem, *told))
    come = [one for one in measured.stages if one.period is None or one.period.start <= today]
    future = [one for one in measured.stages if one not in come]
    value = replace(
        value,
        as_of=min(measured.day or today, today),
        problems=(*measured.problems, *map(_not_yet, future), *told),
    )
    if measured.stale:
        problem = Problem(say("kpi.stale", day=measured.day), severity=Severity.WARNING)
        value = replace(value, problems=(problem, *value.problems))
    value = _valued(value, measured, come, times)
    return _placed(value, measured, come, past, times)


def point_on(value: IndicatorValue, day: dt.date) -> IndicatorPoint | None:
    """Return what an indicator had come to by a day, as far as is known."""
    return next((one for one in reversed(value.trend) if one.day <= day), None)


# --- what is known ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Times:
    """When an indicator is collected, as seen on a day.

    Attributes:
        begun, over, coming: its collections that have begun, those waited for in vain if there is
            nothing, and those still to come.

    """

    today: dt.date
    span: Period
    begun: tuple[Period, ...]
    over: tuple[Period, ...]
    coming: tuple[Period, ...]

    @classmethod
    def of(
        cls, indicator: Indicator, project: Project, calendar: EventCalendar, today: dt.date
    ) -> _Times:
        days = work_days(project)
        periods = collections_of(indicator, project, calendar)
        return cls(
            today,
            project.span,
            tuple(one for one in periods if one.start <= today),
            tuple(one for one in periods if days.add(one.end, project.rules.grace_days) < today),
            tuple(one for one in periods if one.start > today),
        )

    @property
    def planned(self) -> bool:
        """Tell whether there are collections at all."""
        return bool(self.begun or self.coming)


def _valued(
    value: IndicatorValue, measured: Measured, come: Sequence[Stage], times: _Times
) -> IndicatorValue:
    """Say how much is known, and what."""
    stage = come[-1] if come else None
    if times.planned and not times.begun and (stage is None or stage.value is None):
        return replace(value, state=IndicatorState.NOT_DUE, problems=())
    if not measured.readable:
        return value
    missed = times.over[-1] if times.over else None
    if stage is None or _is_old(stage, times):
        state = IndicatorState.NOT_COLLECTED
        if stage is None:
            state = _of_nothing(value.indicator, times)
        if state is not IndicatorState.NOT_COLLECTED:
            missed = None
        elif measured.stale:
            state, missed = IndicatorState.UNKNOWN, None  # it may have come since the last read
        return replace(value, state=state, missed=missed)
    shown = replace(
        value,
        as_of=value.as_of if stage.period is None else min(stage.period.end, value.as_of),
        value=stage.value,
        numerator=stage.numerator,
        denominator=stage.denominator,
        unknown=stage.unknown,
        parts=stage.parts,
    )
    if stage.value is None:
        return replace(shown, state=IndicatorState.UNKNOWN)
    is_whole = not stage.unknown and not measured.stale
    return replace(shown, state=IndicatorState.KNOWN if is_whole else IndicatorState.PARTIAL)


def _of_nothing(indicator: Indicator, times: _Times) -> IndicatorState:
    """Return the state of an indicator for which there is nothing although it could be read."""
    if indicator.source is IndicatorSource.CALENDAR:
        return IndicatorState.NOT_DUE
    if times.over or times.today > times.span.end:
        return IndicatorState.NOT_COLLECTED
    return IndicatorState.NOT_DUE


def _is_old(stage: Stage, times: _Times) -> bool:
    """Tell whether the latest data are of before the last collection that is over."""
    last = times.over[-1] if times.over else None
    return stage.period is not None and last is not None and stage.period.end < last.start


def _not_yet(stage: Stage) -> Problem:
    place = next((part.place for part in stage.parts if part.place is not None), None)
    return Problem(say("kpi.future", label=stage.label), place)


# --- where it should be -------------------------------------------------------------------------


def _placed(
    value: IndicatorValue,
    measured: Measured,
    come: Sequence[Stage],
    past: Sequence[PastValue],
    times: _Times,
) -> IndicatorValue:
    """Hold a value against its target and its path, and against what it was before."""
    indicator, now = value.indicator, value.value
    dated = [one for one in come if one.period is not None and one.value is not None]
    is_dated = any(one.period is not None for one in come)
    trend = _points(dated, value.as_of) if is_dated else _remembered(past, value)
    before = _before(value, trend, is_dated=is_dated)
    # What was of few people then is of few people still, however many there are by now.
    open_to_all = _of_many(indicator, trend, dated if is_dated else ())
    value = replace(value, trend=open_to_all, before=before if before in open_to_all else None)
    goal = indicator.target
    if now is None or goal is None:
        return value
    stage = come[-1]
    expected = _expected(value, measured, stage, times)
    value = replace(value, expected=expected, met=_met(indicator, stage, goal))
    if expected is None or value.met:
        return value
    gap = shortfall(indicator, now, expected)
    on_path = expected != goal
    slack = _SLACK * abs(goal - (indicator.baseline or 0)) if on_path else 0.0
    sure = not measured.stale and _is_short(indicator, stage, expected)
    return replace(value, gap=gap, behind=sure and gap > slack)


def _met(indicator: Indicator, stage: Stage, goal: float) -> bool | None:
    """Tell whether the target is reached whatever the unknown are; None where they decide it."""
    if stage.value is not None and not stage.unknown:
        return reaches(indicator, stage.value, goal)
    low, high = stage.worst, stage.best
    if indicator.direction is Direction.DOWN:
        low, high = high, low
    if low is not None and reaches(indicator, low, goal):
        return True
    return False if high is not None and not reaches(indicator, high, goal) else None


def _is_short(indicator: Indicator, stage: Stage, expected: float) -> bool:
    """Tell whether a value falls short even if all that is unknown turns out well."""
    if not stage.unknown:
        return True
    best = stage.best if indicator.direction is Direction.UP else stage.worst
    return best is not None and not reaches(indicator, best, expected)


def _expected(
    value: IndicatorValue, measured: Measured, stage: Stage, times: _Times
) -> float | None:
    """Return where an indicator should be by now; None while nothing is asked of it."""
    indicator = value.indicator
    if indicator.baseline is not None or indicator.path:
        return _on_path(indicator, times.span, value.as_of)
    if indicator.source is IndicatorSource.CALENDAR and not measured.due:
        return None
    if times.planned:
        is_over = bool(times.over) and (stage.period is None or _is_over(stage.period, times))
        return indicator.target if is_over else None
    is_due = indicator.source is IndicatorSource.CALENDAR or times.today > times.span.end
    return indicator.target if is_due else None


def _is_over(period: Period, times: _Times) -> bool:
    return any(one.overlaps(period) for one in times.over)


def _on_path(indicator: Indicator, span: Period, day: dt.date) -> float | None:
    goal = indicator.target
    if goal is None:
        return None
    inner = {at: value for at, value in indicator.path if span.start <= at <= span.end}
    points = {span.end: goal} | inner
    if indicator.baseline is not None:
        points = {span.start: indicator.baseline} | points
    way = sorted(points.items())
    if day < way[0][0]:
        return indicator.baseline
    for (start, low), (end, high) in pairwise(way):
        if start <= day <= end:
            return low + (high - low) * ((day - start) / (end - start))
    return way[-1][1]


# --- what it was --------------------------------------------------------------------------------


def _points(stages: Sequence[Stage], today: dt.date) -> tuple[IndicatorPoint, ...]:
    return tuple(
        IndicatorPoint(min(one.period.end, max(today, one.period.start)), one.value, one.label)
        for one in stages
        if one.period is not None and one.value is not None
    )


def _remembered(past: Sequence[PastValue], value: IndicatorValue) -> tuple[IndicatorPoint, ...]:
    """Return the last value of every day on which one was counted, today's at the end."""
    by_day = {one.day: one.value for one in past if one.day <= value.as_of}
    if value.value is not None:
        by_day[value.as_of] = value.value
    return tuple(
        IndicatorPoint(day, number) for day, number in sorted(by_day.items()) if number is not None
    )


def _of_many(
    indicator: Indicator, trend: Sequence[IndicatorPoint], stages: Sequence[Stage]
) -> tuple[IndicatorPoint, ...]:
    """Return the values of a trend that everybody may see.

    Of those that were remembered only the values are known: a share stays.
    """
    known = stages or [Stage(value=one.value) for one in trend]
    return tuple(
        point
        for point, stage in zip(trend, known, strict=True)
        if not of_few(
            indicator,
            point.value,
            numerator=stage.numerator,
            denominator=stage.denominator,
            parts=stage.parts,
        )
    )


def _before(
    value: IndicatorValue, trend: Sequence[IndicatorPoint], *, is_dated: bool
) -> IndicatorPoint | None:
    """Return the value of the collection before; of a collection that was missed, the last one."""
    if is_dated:
        earlier = trend[:-1] if value.value is not None else trend
        return earlier[-1] if earlier else None
    if value.collection is None:
        return None
    first = value.collection.start
    return next((one for one in reversed(trend) if one.day < first), None)


def told_value(value: IndicatorValue) -> float | None:
    """Return an indicator's value as it is told, rounded as its settings say."""
    return None if value.value is None else rounded(value.indicator, value.value)
