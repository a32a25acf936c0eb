"""Numbers of indicators as pages and documents write them: those of `kpi`, never broken in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.telling import indicators as telling

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue
    from miro_sync.model import Indicator

_NO_BREAK = "\u00a0"


def amount(value: float, indicator: Indicator, words: Catalogue) -> str:
    """Write a value of an indicator: «93,2 %»; any other unit stands beside its title."""
    return telling.amount(value, indicator, words).replace(" ", _NO_BREAK)


def difference(value: float, indicator: Indicator, words: Catalogue) -> str:
    """Write a difference of two values; that of shares is told in percentage points."""
    return telling.difference(value, indicator, words).replace(" ", _NO_BREAK)
