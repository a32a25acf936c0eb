"""Cards of this service on the board: which of them nobody has worked at.

A card that this service put into a centre's frame is a reminder and no sign of anything: neither
a trace of the event nor a contribution of the centre. As soon as somebody writes on it, dates it,
tags it, moves it to another centre or gives it to somebody, it is theirs like any other card.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from miro_sync.marks import is_own_tag, mark_in, seal_in, seal_of, unmarked
from miro_sync.text import clean, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from zoneinfo import ZoneInfo

    from miro_sync.model import BoardItem, PlacedCard

#: Miro's units by which a card may seem to have moved that nobody moved.
_STILL: Final = 1.0


def seal(card: PlacedCard) -> str:
    """Return the seal of a card as it is going to be written."""
    return seal_of(one_line(card.title), unmarked(clean(card.text)), card.due, card.center_id)


def left_alone(
    item: BoardItem,
    tags: Mapping[str, str],
    zone: ZoneInfo,
    centers: Iterable[str | None],
) -> bool:
    """Tell whether an item is a card of this service at which nobody has worked.

    Args:
        item: any item.
        tags: titles of the board's tags by id.
        zone: the project's time zone.
        centers: the centre in whose frame it lies; where no frame says so, all it may be of.

    """
    if mark_in(item.description) is None or item.assignee_id is not None:
        return False
    day = None if item.due is None else due_day(item.due, zone)
    text = unmarked(plain(item.description))
    title, found = one_line(plain(item.title)), seal_in(item.description)
    return any(found == seal_of(title, text, day, one) for one in centers) and all(
        is_own_tag(one_line(plain(tags.get(tag, "")))) for tag in item.tag_ids
    )


def as_written(item: BoardItem, card: PlacedCard, users: Collection[str]) -> bool:
    """Tell whether a card lies where it was put, and nobody else was at it.

    Args:
        item: the card as it is.
        card: as it was put there.
        users: in whose names this service writes.

    """
    box = item.box
    moved = box is not None and max(abs(box.x - card.x), abs(box.y - card.y)) > _STILL
    ours = item.modified_by is None or item.modified_by in users
    return ours and not moved and item.parent_id == card.frame_id


def due_day(due: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Return the day that was picked as a due date.

    Miro keeps a moment; which one it makes of a picked day is not documented. Midnight and the
    last second of a day in UTC are taken for that day, any other moment for its local day, which
    covers local midnight too.
    """
    moment = due.astimezone(dt.UTC)
    if moment.time().replace(microsecond=0) in {dt.time(0), dt.time(23, 59, 59)}:
        return moment.date()
    try:
        return due.astimezone(zone).date()
    except OverflowError:  # the first or last day of all
        return moment.date()


def due_moment(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the moment to write for a day: one that `due_day` reads as the same day.

    It is local noon, unless that is midnight in UTC: twelve hours to either side the day is the
    same in every reader's zone near by.
    """
    noon = dt.datetime.combine(day, dt.time(12), zone)
    return noon if due_day(noon, zone) == day else noon + dt.timedelta(hours=1)
