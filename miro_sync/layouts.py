"""Where the columns that are looked for stand: what an online table need be asked for next time.

Only named columns are read from a table. Which columns those are shows in the header, and the
header shows only after a worksheet was read; so the first read of a worksheet is a whole one, in
which what stands in no named column is left aside. From then on only the rows down to the header
and the named columns below it are asked for, as long as the header stays what it was and no row
is added that could be the header of another table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from miro_sync import kpi, worksheets
from miro_sync.model import (
    Indicator,
    SheetKind,
    SheetLayout,
    TablesHint,
    TablesSnapshot,
    Worksheet,
)
from miro_sync.privacy import HIDDEN
from miro_sync.tables import (
    CALENDAR_COLUMNS,
    PLAN_COLUMNS,
    Column,
    Head,
    find_heads,
    head_digest,
    rows_of_words,
)


@dataclass(frozen=True, slots=True)
class LookedFor:
    """What is looked for in a table besides plans and the calendar.

    Whoever reads other columns of a table must be named here, or they are not asked for.

    Attributes:
        kinds: the worksheets that are read by their meaning.
        indicators: those that rest on a worksheet name columns of their own.

    """

    kinds: tuple[SheetKind, ...] = ()
    indicators: tuple[Indicator, ...] = ()


def understood_by(looked_for: LookedFor) -> str:
    """Sum up everything by which columns are looked for."""
    columns = (PLAN_COLUMNS, CALENDAR_COLUMNS, looked_for)
    return hashlib.sha256(repr(columns).encode()).hexdigest()


def hint_of(tables: TablesSnapshot, looked_for: LookedFor) -> TablesHint:
    """Return what to keep of a read for the next one."""
    found = (_layout(sheet, looked_for) for sheet in tables.worksheets)
    return TablesHint(understood_by(looked_for), tuple(one for one in found if one is not None))


def _layout(sheet: Worksheet, looked_for: LookedFor) -> SheetLayout | None:
    """Return the layout of a worksheet; None for one that must be read whole again.

    That is one without any table that is looked for, since its header may come any day; one with
    several, since the headers below move with every row above them; one whose header is refused,
    so that what is wrong with it can be told again; one whose title nobody may know.
    """
    if sheet.title.startswith(HIDDEN):
        return None
    heads: list[Head] = []
    for columns in _searches(sheet, looked_for):
        found = find_heads(sheet, columns)
        if len(found) > 1 or any(head.refused for head in found):
            return None
        heads += found
    rows = {(head.first, head.last) for head in heads}
    if len(rows) != 1:
        return None
    ((first, last),) = rows
    meant = sorted({index for head in heads for index in head.columns})
    return SheetLayout(
        sheet.title,
        first,
        last,
        head_digest(sheet, first, last),
        tuple(meant),
        rows_of_words(sheet, last, meant),
    )


def _searches(sheet: Worksheet, looked_for: LookedFor) -> Iterable[Sequence[Column]]:
    yield PLAN_COLUMNS
    yield CALENDAR_COLUMNS
    for kind in looked_for.kinds:
        yield from worksheets.searches(kind, sheet)
    for indicator in looked_for.indicators:
        yield from kpi.searches(indicator, sheet, looked_for.kinds)
