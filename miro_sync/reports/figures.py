"""Numbers as a reader may see them: rounded, with their unit, small groups of people hidden.

Federal law 152-ФЗ protects people in small groups as well: outside a centre, a count of people
below five is shown as «<5», and a share or a mean of so few is not shown at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.model import IndicatorFormula, IndicatorSource

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue
    from miro_sync.model import Indicator, IndicatorPart, IndicatorValue

#: Fewer people than so many could be recognised.
FEW = 5

_NO_BREAK = "\u00a0"
_PEOPLE = ("чел", "уч", "обуч", "педагог", "people", "pupil", "teacher")


def number(value: float, words: Catalogue) -> str:
    """Write a number with at most two decimals: 17,8; 93; 1 200."""
    said = f"{value:,.2f}".rstrip("0").rstrip(".")
    said = "0" if said == "-0" else said
    if words.language == "ru":
        return said.replace(",", _NO_BREAK).replace(".", ",").replace("-", "−")
    return said.replace("-", "−")


def amount(value: float, unit: str, words: Catalogue) -> str:
    """Write a number of an indicator: «93 %»; any other unit stands beside its title."""
    if unit != "%":
        return number(value, words)
    return f"{number(round(value, 1), words)}{_NO_BREAK}%"


def difference(value: float, unit: str, words: Catalogue) -> str:
    """Write a difference of two values; that of shares is told in percentage points."""
    if unit != "%":
        return number(value, words)
    return words.say("page.points", number=number(round(value, 1), words))


def count(value: float, words: Catalogue, *, people: bool) -> str:
    """Write a count; fewer people than `FEW` are «<5»."""
    return f"<{FEW}" if people and value < FEW else number(value, words)


def of_people(indicator: Indicator) -> bool:
    """Tell whether an indicator may count people: whatever is read from a table may."""
    return indicator.source is IndicatorSource.TABLE


def hides(indicator: Indicator, numerator: float | None, denominator: float | None) -> bool:
    """Tell whether a value rests on so few people that it must not be shown."""
    if not of_people(indicator):
        return False
    if indicator.formula is IndicatorFormula.RATIO:
        return any(one is not None and one < FEW for one in (numerator, denominator))
    return (
        indicator.formula is IndicatorFormula.MEAN and denominator is not None and denominator < FEW
    )


def may_show(known: IndicatorValue, *, inside: bool = False) -> bool:
    """Tell whether an indicator has a value, and one that may be shown.

    Args:
        known: the indicator as it stands.
        inside: the reader is the centre itself.

    """
    if known.value is None:
        return False
    if inside:
        return True
    indicator = known.indicator
    counted = indicator.unit.casefold().startswith(_PEOPLE)
    if of_people(indicator) and counted and known.value < FEW:
        return False
    return not hides(indicator, known.numerator, known.denominator)


def divided(
    known: IndicatorValue | IndicatorPart, indicator: Indicator, words: Catalogue, *, inside: bool
) -> str:
    """Say what was divided by what: «41 из 44»; "" where nothing was."""
    if known.numerator is None and known.denominator is None:
        return ""
    people = of_people(indicator) and not inside
    if indicator.formula is IndicatorFormula.MEAN:
        # The sum of marks says nothing; how many it is the mean of does.
        few = known.denominator
        return (
            ""
            if few is None
            else words.say("page.mean_of", number=count(few, words, people=people))
        )
    if known.denominator is None or known.numerator is None:
        one = known.numerator if known.denominator is None else known.denominator
        return count(one or 0, words, people=people)
    return words.say(
        "telling.tally",
        held=count(known.numerator, words, people=people),
        expected=count(known.denominator, words, people=people),
    )
