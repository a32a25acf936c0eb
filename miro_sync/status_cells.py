"""What a status worksheet is made of: columns, and typed cells: no text becomes a formula.

A renderer makes these values; the door `miro_sync.sheets_status` writes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = str | float | bool | dt.date | None
"""What a cell may hold; a `datetime` must be without a time zone: the reader's own."""


class Tone(StrEnum):
    """The colour behind a cell; what it means is said in words beside it."""

    PLAIN = "plain"
    GOOD = "good"
    ASK = "ask"
    ALARM = "alarm"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class StatusColumn:
    """A column of the worksheet.

    Attributes:
        title: its header.
        width: in pixels.
        choices: what a drop-down offers; other words may be typed all the same.
        hint: shown to whoever chooses.
        hidden: kept for the service, not shown.

    """

    title: str
    width: int = 120
    choices: tuple[str, ...] = ()
    hint: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StatusCell:
    """A cell that is more than its value.

    Attributes:
        link: where a click leads; http(s) alone, anything else is left out.

    """

    value: Value
    tone: Tone = Tone.PLAIN
    link: str | None = None


StatusRow = Sequence[StatusCell | Value]
"""A cell, or the value of a plain one, for each column."""
