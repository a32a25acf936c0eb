"""How an indicator's numbers are rounded and held against each other."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from miro_sync.kpi.small_groups import MEANS
from miro_sync.model import Direction, Indicator, IndicatorFormula

#: Formulas that count how much of something is done: «99,96 %» of it is never told as all of it.
_SHARES = frozenset(
    {
        IndicatorFormula.HELD_SHARE,
        IndicatorFormula.CENTER_SHARE,
        IndicatorFormula.RATIO,
        IndicatorFormula.COVERAGE,
        IndicatorFormula.MAP_SHARE,
        IndicatorFormula.PLAN_SHARE,
        IndicatorFormula.QUOTA,
    }
)


def rounded(indicator: Indicator, value: float) -> float:
    """Round a value as it is told: to the indicator's places, half up, as school papers do.

    A share that falls short of its target is not rounded up to it.
    """
    exact = Decimal(repr(value))
    step = Decimal(1).scaleb(-indicator.decimals)
    near = exact.quantize(step, ROUND_HALF_UP)
    target = indicator.target
    if target is not None and indicator.formula in _SHARES:
        goal = Decimal(repr(target))
        if exact < goal <= near:
            return float(exact.quantize(step, ROUND_DOWN))
        if exact > goal >= near:
            return float(exact.quantize(step, ROUND_UP))
    return float(near)


def places(indicator: Indicator, value: float) -> int:
    """Return with how many places a value is told: «100 %», «98,1 %», but «24,0» of a mean."""
    told = rounded(indicator, value)
    is_plain = indicator.unit == "%" or indicator.formula not in MEANS
    return 0 if is_plain and told == int(told) else indicator.decimals


def gap_places(indicator: Indicator, gap: float) -> int:
    """Return with how many places a difference of two values is told: «25 п. п.», «1,0»."""
    is_plain = indicator.unit == "%" and round(gap, indicator.decimals) == int(gap)
    return 0 if is_plain else indicator.decimals


def reaches(indicator: Indicator, value: float, goal: float) -> bool:
    """Tell whether a value, as it is told, is as good as a goal or better."""
    told = rounded(indicator, value)
    return told >= goal if indicator.direction is Direction.UP else told <= goal


def shortfall(indicator: Indicator, value: float, goal: float) -> float:
    """Return how far a value, as it is told, is behind a goal; 0 when it is not."""
    told = Decimal(repr(rounded(indicator, value)))
    step = Decimal(1).scaleb(-indicator.decimals)
    away = Decimal(repr(goal)).quantize(step, ROUND_HALF_UP) - told
    return float(max(away if indicator.direction is Direction.UP else -away, Decimal(0)))
