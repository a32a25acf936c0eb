"""How an indicator is counted, in a sentence for whoever asks where a number comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.model import IndicatorFormula, IndicatorSource, say

if TYPE_CHECKING:
    from miro_sync.model import Indicator, Message


def formula_in_words(indicator: Indicator, grace_days: int) -> Message:
    """Say how an indicator is counted.

    Args:
        indicator: as it is declared.
        grace_days: working days after the end of a period in which a mark is waited for.

    """
    formula = indicator.formula
    name = formula.value
    if formula is IndicatorFormula.QUOTA and indicator.source is IndicatorSource.TABLE:
        name = "quota_of_rows" if indicator.value is None else "quota_of_column"
    elif formula is IndicatorFormula.QUOTA and indicator.unit == "%":
        name = "quota_share"
    elif formula is IndicatorFormula.RATIO and indicator.unit == "%":
        name = "ratio_percent"
    elif indicator.weight is not None and formula is not IndicatorFormula.RATIO:
        name = f"{formula.value}_weighted"
    return say(
        f"kpi.formula_{name}",
        events=_events(indicator),
        grace=grace_days,
        sheet=indicator.sheet or "",
        numerator=_column(indicator.numerator),
        denominator=_column(indicator.denominator),
        value=_column(indicator.value),
        weight=_column(indicator.weight),
        group=_column(indicator.group),
        base=indicator.base,
        least=indicator.minimum if indicator.minimum is not None else indicator.target,
        where=_where(indicator),
    )


def _events(indicator: Indicator) -> Message:
    if not indicator.events:
        return say("kpi.all_events")
    return say("kpi.some_events", events=", ".join(indicator.events))


def _where(indicator: Indicator) -> Message:
    if not indicator.where:
        return say("kpi.all_rows")
    conditions = ", ".join(f"«{column}» — «{wanted}»" for column, wanted in indicator.where)
    return say("kpi.some_rows", conditions=conditions)


def _column(names: str | None) -> str:
    return (names or "").partition("|")[0].strip()
