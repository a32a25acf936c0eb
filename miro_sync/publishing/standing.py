"""What of this service stands on the board, told by the list of what was written.

The list is written before and after each act. An act whose outcome is missing ended in the
middle: whether it was carried out, the board itself shows (`settled`). What the list then says to
stand (`standing`) is what was put there; people may have taken it away since.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from miro_sync.marks import mark_for, mark_in, seal_in
from miro_sync.model import Act, PlacedCard, WriteOutcome
from miro_sync.own_cards import as_written, left_alone, seal
from miro_sync.text import one_line, plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from miro_sync.board import BoardFrame
    from miro_sync.model import BoardItem, BoardSnapshot, EventCard, Project, Writing, Written


@dataclass(frozen=True, slots=True)
class Seen:
    """A board as it was just read.

    Attributes:
        board: all of it, items of every kind.
        frames: its frames and whose they are.
        cards: its event cards by id, without what looks like a person's data.

    """

    board: BoardSnapshot
    frames: tuple[BoardFrame, ...] = ()
    cards: Mapping[str, EventCard] = field(default_factory=dict, hash=False)

    def left(
        self, item: BoardItem, card: PlacedCard, users: Collection[str], project: Project
    ) -> bool:
        """Tell whether a card of this service is in every respect as it was left."""
        frame = next((one for one in self.frames if one.id == item.parent_id), None)
        if frame is not None and frame.held:
            return False
        everybody = (None, *(center.id for center in project.centers))
        whose = (frame.center_id,) if frame is not None and frame.center_id else everybody
        zone = ZoneInfo(project.timezone)
        return as_written(item, card, users) and left_alone(item, self.board.tags, zone, whose)


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that was ever written to a board.

    Attributes:
        log: the acts, in the order in which they were begun.
        writings: the runs that they belong to.

    """

    log: tuple[Written, ...] = ()
    writings: tuple[Writing, ...] = ()

    @property
    def users(self) -> frozenset[str]:
        """In whose names was written."""
        return frozenset(one.user_id for one in self.writings)

    def decided_by(self, decided: Iterable[Written]) -> Sequence[Written]:
        """Return the list with the acts that were decided in the place of their old notes."""
        news = {one.number: one for one in decided}
        return [news.get(one.number, one) for one in self.log]

    def news(self, decided: Sequence[Written]) -> tuple[Written, ...]:
        """Return what differs from the list in another one, act by act."""
        return tuple(new for old, new in zip(self.log, decided, strict=True) if old != new)


@dataclass(frozen=True, slots=True)
class StandingCard:
    """A card that this service made and did not remove."""

    item_id: str
    card: PlacedCard


@dataclass(frozen=True, slots=True)
class Standing:
    """What was put on the board and not taken back.

    Attributes:
        tags: ids by title.
        tagged: (item, title of the tag).
        cards: by the key of the occurrence.

    """

    tags: Mapping[str, str]
    tagged: frozenset[tuple[str, str]]
    cards: Mapping[str, StandingCard]


class OnBoard:
    """What a board holds, as far as it concerns this service."""

    def __init__(self, board: BoardSnapshot) -> None:
        """Look through the board once."""
        self.items = {item.id: item for item in board.items}
        self.tags = {id_: one_line(plain(title)) for id_, title in board.tags.items()}
        self._by_mark: dict[str, list[BoardItem]] = {}
        for item in board.items:
            mark = mark_in(item.description) if item.description else None
            if mark is not None:
                self._by_mark.setdefault(mark, []).append(item)

    def marked(self, key: str) -> Sequence[BoardItem]:
        """Return the cards that carry the mark of an occurrence, copies included."""
        return self._by_mark.get(mark_for(key), ())

    def tag_titled(self, title: str) -> str | None:
        """Return the id of the tag with a title."""
        return next((id_ for id_, known in self.tags.items() if known == title), None)

    def has(self, item_id: str, tag_id: str | None) -> bool:
        """Tell whether an item is there and bears a tag."""
        item = self.items.get(item_id)
        return item is not None and tag_id is not None and tag_id in item.tag_ids


def settled(log: Sequence[Written], board: BoardSnapshot) -> tuple[Written, ...]:
    """Return the list with every act decided that ended in the middle.

    Args:
        log: in the order in which the acts were begun.
        board: read completely, after the last of them.

    """
    if all(one.outcome is not None for one in log):
        return tuple(log)
    there = OnBoard(board)
    taken = {one.item_id for one in log if one.act is Act.MAKE_CARD and one.outcome is not None}
    return tuple(one if one.outcome is not None else _settled(one, there, taken) for one in log)


def standing(log: Iterable[Written]) -> Standing:
    """Return what stands by a list of which every act is decided."""
    tags: dict[str, str] = {}
    tagged: set[tuple[str, str]] = set()
    cards: dict[str, StandingCard] = {}
    for one in log:
        if one.outcome is not WriteOutcome.DONE or one.item_id is None:
            continue
        began = _BEGINNING.get(one.act)
        ended = one.what if one.act is Act.LET_GO else _ENDING.get(one.act)
        if began is Act.MAKE_TAG:
            tags[one.key] = one.item_id
        elif began is Act.PUT_ON:
            tagged.add((one.item_id, one.key))
        elif began is Act.MAKE_CARD and one.after is not None:
            cards[one.key] = StandingCard(one.item_id, one.after)
        elif ended is Act.PUT_ON:
            tagged.discard((one.item_id, one.key))
        else:
            (tags if ended is Act.MAKE_TAG else cards).pop(one.key, None)
    return Standing(tags, frozenset(tagged), cards)


#: The acts that put something on the board, and what those end that take it back.
_BEGINNING: Final = {
    Act.MAKE_TAG: Act.MAKE_TAG,
    Act.PUT_ON: Act.PUT_ON,
    Act.MAKE_CARD: Act.MAKE_CARD,
    Act.CHANGE_CARD: Act.MAKE_CARD,
}
_ENDING: Final = {
    Act.REMOVE_TAG: Act.MAKE_TAG,
    Act.TAKE_OFF: Act.PUT_ON,
    Act.REMOVE_CARD: Act.MAKE_CARD,
}


def _settled(one: Written, there: OnBoard, taken: set[str | None]) -> Written:
    """Decide one act by what the board shows."""
    item_id, done = one.item_id, False
    match one.act:
        case Act.MAKE_TAG:
            item_id = there.tag_titled(one.key)
            done = item_id is not None
        case Act.MAKE_CARD:
            new = [item.id for item in there.marked(one.key) if item.id not in taken]
            item_id = min(new, key=lambda id_: (len(id_), id_), default=None)
            done = item_id is not None
            taken.add(item_id)
        case Act.PUT_ON | Act.TAKE_OFF:
            has = there.has(one.item_id or "", there.tag_titled(one.key))
            done = has is (one.act is Act.PUT_ON)
        case Act.CHANGE_CARD:
            item = there.items.get(one.item_id or "")
            after = one.after
            done = bool(item and after and seal_in(item.description) == seal(after))
        case Act.REMOVE_CARD:
            done = one.item_id not in there.items
        case Act.REMOVE_TAG:
            done = one.item_id not in there.tags
        case Act.LET_GO:
            done = True
    after = one.after
    if done and one.act is Act.MAKE_CARD and item_id is not None and after is not None:
        box = there.items[item_id].box
        after = after if box is None else replace(after, x=box.x, y=box.y)
    outcome = WriteOutcome.DONE if done else WriteOutcome.FAILED
    return replace(one, outcome=outcome, item_id=item_id if done else one.item_id, after=after)
