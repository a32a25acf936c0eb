"""What was counted for an indicator, before it is judged; the part that is kept between runs."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from miro_sync.coverage import PlanCoverage
from miro_sync.model import Indicator, IndicatorPart, Period, Place, Problem
from miro_sync.resource_map import CenterMap


@dataclass(frozen=True, slots=True)
class Stage:
    """One collection of an indicator: a year, a month, or all there is.

    Attributes:
        period: the days its rows speak of; None where they name none.
        label: those days in the words of the table; "" where its rows use several.
        value: in the indicator's unit, not rounded; None where nothing could be counted.
        numerator, denominator: what was divided; None where nothing is.
        unknown: so many of the things counted are unknown, and in neither of the two.
        best, worst: what the value may be at most and at least, whatever the unknown are; None
            where nobody can say.
        parts: the rows, cards and centres behind it.

    """

    period: Period | None = None
    label: str = ""
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    unknown: int = 0
    best: float | None = None
    worst: float | None = None
    parts: tuple[IndicatorPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted for one indicator in one run.

    Attributes:
        indicator_id: whose it is.
        definition: `definition_of` it when it was counted.
        stages: oldest first; none where nothing was collected.
        readable: its worksheet and columns were found; without, nothing is said of it.
        due: what it counts has come due, so that the target may be asked for.
        problems: what could not be counted, with its address.
        place: the worksheet it is counted from.
        day: the local day of the data.
        stale: an older read stands in for a source that could not be read.

    """

    indicator_id: str
    definition: str
    stages: tuple[Stage, ...] = ()
    readable: bool = True
    due: bool = True
    problems: tuple[Problem, ...] = ()
    place: Place | None = None
    day: dt.date | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class PastValue:
    """What an indicator came to in an earlier run.

    Attributes:
        day: the local day of the first run that saw this value.
        value: None where it came to nothing.
        definition: `definition_of` the indicator as it was then.

    """

    day: dt.date
    value: float | None
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the state keeps of measures, by what it was counted from; totals, never persons.

    A part that is None was not counted in a run: what is kept of it stays.

    Attributes:
        of_events, of_tables: what was counted, by the indicator's id.
        maps: the resource map of every centre. plans: the coverage of the centres' plans.
        values: what each indicator came to on the day of the run, by its id.

    """

    of_events: Mapping[str, Measured] | None = None
    of_tables: Mapping[str, Measured] | None = None
    maps: tuple[CenterMap, ...] | None = None
    plans: tuple[PlanCoverage, ...] | None = None
    values: Mapping[str, float | None] = field(default_factory=dict, hash=False)


def definition_of(indicator: Indicator) -> str:
    """Sum up all by which an indicator is counted; values under another definition do not compare.

    Titles, targets and dates of collection may change without touching what was counted.
    """
    counted = (
        indicator.formula.value,
        indicator.source.value,
        indicator.unit,
        indicator.events,
        indicator.sheet,
        indicator.numerator,
        indicator.denominator,
        indicator.value,
        indicator.weight,
        indicator.where,
        indicator.group,
        indicator.period,
        indicator.base,
        indicator.minimum,
    )
    return hashlib.sha256(repr(counted).encode()).hexdigest()
