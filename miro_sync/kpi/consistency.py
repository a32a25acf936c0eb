"""Where the document's own numbers disagree: told, never corrected.

The roadmap of the project promises «не менее чем на 20%» and 25.9 in one sentence, while 25.9 is
18.3 % above 21.9; which of the two counts is for its authors to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.model import Direction, IndicatorFormula, IndicatorSource, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from miro_sync.model import EventCalendar, Indicator, Message

_ALL = 100.0


def disagreements(
    indicator: Indicator, calendar: EventCalendar | None = None
) -> tuple[Message, ...]:
    """Return what the numbers of an indicator say against each other.

    Args:
        indicator: as it is declared.
        calendar: its events promise quotas; without it these are not looked at.

    """
    return (
        *_growth(indicator),
        *_target(indicator),
        *_region(indicator),
        *(_quota(indicator, calendar) if calendar is not None else ()),
    )


def _growth(indicator: Indicator) -> Iterable[Message]:
    start, goal, promised = indicator.baseline, indicator.target, indicator.growth
    if promised is None:
        return
    if start is None or goal is None:
        yield say("kpi.warn_growth_alone", id=indicator.id, promised=promised)
        return
    if start == 0:
        yield say("kpi.warn_growth_zero", id=indicator.id, promised=promised)
        return
    sign = 1 if indicator.direction is Direction.UP else -1
    growth = round((goal / start - 1) * _ALL * sign, 1)
    if growth < promised:
        yield say(
            "kpi.warn_growth",
            id=indicator.id,
            start=start,
            goal=goal,
            growth=growth,
            promised=promised,
            needed=round(start * (1 + sign * promised / _ALL), 2),
        )


def _target(indicator: Indicator) -> Iterable[Message]:
    start, goal = indicator.baseline, indicator.target
    if goal is None:
        return
    is_up = indicator.direction is Direction.UP
    if start is not None and (goal <= start if is_up else goal >= start):
        yield say("kpi.warn_no_way", id=indicator.id, start=start, goal=goal)
    is_share = indicator.unit == "%" and indicator.formula is not IndicatorFormula.GROWTH
    if is_share and goal > _ALL:
        yield say("kpi.warn_over_all", id=indicator.id, goal=goal)


def _region(indicator: Indicator) -> Iterable[Message]:
    region, start, goal = indicator.region, indicator.baseline, indicator.target
    if region is None or goal is None:
        return
    is_up = indicator.direction is Direction.UP
    told = {"id": indicator.id, "goal": goal, "region": region}
    if goal < region if is_up else goal > region:
        yield say("kpi.warn_below_region", **told)
    elif goal != region:
        yield say("kpi.warn_above_region", **told)
    if start is not None and (start >= region if is_up else start <= region):
        yield say("kpi.warn_region_reached", id=indicator.id, start=start, region=region)


def _quota(indicator: Indicator, calendar: EventCalendar) -> Iterable[Message]:
    is_quota = indicator.formula is IndicatorFormula.QUOTA
    least = indicator.minimum if indicator.unit == "%" else indicator.target
    if not is_quota or indicator.source is not IndicatorSource.CALENDAR or least is None:
        return
    for event in calendar.events:
        named = not indicator.events or {event.code, event.key} & set(indicator.events)
        if named and event.quota is not None and event.quota != least:
            yield say(
                "kpi.warn_quota",
                id=indicator.id,
                goal=least,
                event=event.code or event.title,
                quota=event.quota,
            )
