"""What happened between two complete reads of a source.

Only values go in and out. Neither Miro nor a table keeps a journal for us, so all that is known is
the difference of two states: what came and went in between was never seen, and a card that was
moved to and fro did not move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from miro_sync.model import EventCard

#: A board on which more than this share of at least so many cards changed frames was rebuilt.
REBUILT_SHARE: Final = 0.5
REBUILT_LEAST: Final = 10


@dataclass(frozen=True, slots=True)
class Move:
    """A card that lies in another frame than before; None is the bare canvas."""

    card: EventCard
    before: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference of two reads, cards in the order of the read they are taken from.

    Attributes:
        added: cards that were not there before.
        changed: cards whose words, date or held mark differ; recolouring and moving is none.
        gone: cards that are not there now, as they were.
        moved: cards that lie in another frame; may be among `changed` too.
        rebuilt: most cards moved to other frames at once: somebody rearranged the board, and
            which card belongs to whom has to be asked, not concluded.

    """

    added: tuple[EventCard, ...] = ()
    changed: tuple[EventCard, ...] = ()
    gone: tuple[EventCard, ...] = ()
    moved: tuple[Move, ...] = ()
    rebuilt: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything happened."""
        return bool(self.added or self.changed or self.gone or self.moved)


def changes(before: Iterable[EventCard], after: Iterable[EventCard]) -> Changes:
    """Compare the cards of two complete reads of one source.

    Whether both were complete is the caller's to know: what a partial read lacks is not gone.
    """
    old = {card.id: card for card in before}
    new = {card.id: card for card in after}
    kept = [(old[card_id], card) for card_id, card in new.items() if card_id in old]
    framed = [(was, now) for was, now in kept if was.frame is not None]
    left_their_frame = sum(was.frame != now.frame for was, now in framed)
    return Changes(
        added=tuple(card for card_id, card in new.items() if card_id not in old),
        changed=tuple(now for was, now in kept if _words(was) != _words(now)),
        gone=tuple(card for card_id, card in old.items() if card_id not in new),
        moved=tuple(Move(now, was.frame) for was, now in kept if was.frame != now.frame),
        rebuilt=len(framed) >= REBUILT_LEAST and left_their_frame > REBUILT_SHARE * len(framed),
    )


def _words(card: EventCard) -> tuple[object, ...]:
    return card.kind, card.title, card.text, card.date, card.held
