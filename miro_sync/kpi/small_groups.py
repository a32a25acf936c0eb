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
    from miro_sync.model import Indicator, IndicatorValue

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
    if known.value is None:
        return False
    return inside or not _is_hidden(known)


def is_hidden(known: IndicatorValue) -> bool:
    """Tell whether an indicator has a value that outsiders must not see."""
    return known.value is not None and _is_hidden(known)


def _is_hidden(known: IndicatorValue) -> bool:
    indicator = known.indicator
    if indicator.formula is IndicatorFormula.GROWTH:
        # What it is divided by is what there was before; the parts know how many people it is of.
        counted = [one.denominator for one in known.parts if one.denominator is not None]
        return bool(counted) and few(indicator, fsum(counted))
    counts = known.denominator is None and indicator.unit != "%" and indicator.formula not in MEANS
    if counts and few(indicator, known.value):
        return True
    return hides(indicator, known.numerator, known.denominator)
