"""Which numbers rest on so few people that each could be known by them.

Federal law 152-ФЗ protects people in small groups as well: outside a centre, a count of one to four
people is shown as «<5», and a share, a sum or a mean of so few is not shown at all, nor what
follows from it (a gap, a change, a trend). The rule is one for all outputs.
"""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

from miro_sync.model import IndicatorFormula
from miro_sync.privacy import FEW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from miro_sync.model import Indicator, IndicatorPart, IndicatorValue

#: Formulas whose parts are means: their denominators say how many people each is the mean of.
MEANS = frozenset({IndicatorFormula.MEAN, IndicatorFormula.GROWTH})


def few(indicator: Indicator, number: float | None) -> bool:
    """Tell whether a number counts people, and so few that each could be known by it."""
    return indicator.people and number is not None and 0 < number < FEW


def hides(indicator: Indicator, numerator: float | None, denominator: float | None) -> bool:
    """Tell whether a share or a mean is that of so few people that it must not be shown."""
    if indicator.formula in MEANS or denominator is None:
        return few(indicator, denominator)
    return few(indicator, numerator) or few(indicator, denominator)


def may_show(known: IndicatorValue, *, inside: bool = False) -> bool:
    """Tell whether an indicator has a value, and one that may be shown.

    Args:
        known: the indicator as it stands.
        inside: the reader is the centre itself.

    """
    return known.value is not None and (inside or not is_hidden(known))


def is_hidden(known: IndicatorValue) -> bool:
    """Tell whether an indicator has a value that outsiders must not see."""
    return known.value is not None and of_few(
        known.indicator,
        known.value,
        numerator=known.numerator,
        denominator=known.denominator,
        parts=known.parts,
    )


def of_few(
    indicator: Indicator,
    value: float,
    *,
    numerator: float | None = None,
    denominator: float | None = None,
    parts: Sequence[IndicatorPart] = (),
) -> bool:
    """Tell whether a value rests on so few people that outsiders must not see it.

    Args:
        indicator: whose value it is.
        value: in the indicator's unit.
        numerator: what was divided; None where nothing was, or nobody knows.
        denominator: what it was divided by; None as above.
        parts: what is behind it.

    """
    if indicator.formula is IndicatorFormula.GROWTH:
        # What it is divided by is what there was before; the parts know how many people it is of.
        counted = [one.denominator for one in parts if one.denominator is not None]
        return bool(counted) and few(indicator, fsum(counted))
    counts = denominator is None and indicator.unit != "%" and indicator.formula not in MEANS
    if counts and few(indicator, value):
        return True
    return hides(indicator, numerator, denominator)
