"""The small project that the targets play in: three centres, two school years."""

from __future__ import annotations

import datetime as dt
from typing import Final

from miro_sync.model import (
    Center,
    DateContext,
    Period,
    Project,
    TablesSnapshot,
    Worksheet,
)
from miro_sync.names import CenterNames

SPAN: Final = Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
TODAY: Final = dt.date(2023, 9, 5)
NOW: Final = dt.datetime(2023, 9, 5, 5, 0, tzinfo=dt.UTC)
CENTERS: Final = (
    Center("c1", "МБОУ «Ручейская СОШ № 1»", ("Ручейская 1", "школа №1"), "Ручейская СОШ №1"),
    Center("c2", "МБОУ «Ручейская ООШ № 2»", ("Ручейская 2",), "Ручейская ООШ №2"),
    Center("c3", "МКОУ «Дальнинская СОШ им. П. И. Лесного»", ("Дальняя",), "Дальнинская школа"),
)
PROJECT: Final = Project("Точка роста", "Asia/Novokuznetsk", SPAN, centers=CENTERS)
NAMES: Final = CenterNames(CENTERS)
CONTEXTS: Final = (
    DateContext(school_year=2022),
    DateContext(year=2017),
    DateContext(span=SPAN),
    DateContext(),
)


def tables(*worksheets: Worksheet) -> TablesSnapshot:
    """Return what a door would give for these worksheets."""
    return TablesSnapshot("Таблица", NOW, complete=True, worksheets=worksheets)
