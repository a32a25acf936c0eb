"""Numbers of indicators as readers of documents may see them: those of `kpi`, small groups hidden.

Federal law 152-ФЗ protects people in small groups as well: outside a centre, a count of one to four
people is shown as «<5», and a share or a mean of so few is not shown at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.model import IndicatorFormula
from miro_sync.privacy import FEW
from miro_sync.telling import indicators as telling

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue
    from miro_sync.model import Indicator, IndicatorPart, IndicatorValue

_NO_BREAK = "\u00a0"
_MEANS = (IndicatorFormula.MEAN, IndicatorFormula.GROWTH)


def amount(value: float, indicator: Indicator, words: Catalogue) -> str:
    """Write a value of an indicator: «93,2 %»; any other unit stands beside its title."""
    return telling.amount(value, indicator, words).replace(" ", _NO_BREAK)


def difference(value: float, indicator: Indicator, words: Catalogue) -> str:
    """Write a difference of two values; that of shares is told in percentage points."""
    return telling.difference(value, indicator, words).replace(" ", _NO_BREAK)


def few(indicator: Indicator, number: float | None) -> bool:
    """Tell whether a number counts people, and so few that each could be known by it."""
    return indicator.people and number is not None and 0 < number < FEW


def hides(indicator: Indicator, numerator: float | None, denominator: float | None) -> bool:
    """Tell whether a share or a mean is that of so few people that it must not be shown."""
    if indicator.formula in _MEANS or denominator is None:
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
    indicator = known.indicator
    counts = known.denominator is None and indicator.unit != "%" and indicator.formula not in _MEANS
    if not inside and counts and few(indicator, known.value):
        return False
    return inside or not hides(indicator, known.numerator, known.denominator)


def divided(
    known: IndicatorValue | IndicatorPart, indicator: Indicator, words: Catalogue, *, inside: bool
) -> str:
    """Say what was divided by what: «41 из 44»; "" where nothing was."""

    def count(number: float) -> str:
        return telling.count(number, indicator, words, own=inside)

    above, below = known.numerator, known.denominator
    if indicator.formula in _MEANS:
        # The sum of marks says nothing; how many it is the mean of does.
        return "" if below is None else words.say("page.mean_of", number=count(below))
    if above is None or below is None:
        one = below if above is None else above
        return "" if one is None else count(one)
    return words.say("telling.tally", held=count(above), expected=count(below))
