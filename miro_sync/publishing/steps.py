"""A plan: single steps, in the order in which they are to be taken, and what they will cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from miro_sync.model import Act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from miro_sync.model import Message, PlacedCard, Problem, Written

#: Credits of each act at Miro's levels, the looks before it included: a tag is looked for before
#: it is made and before it is removed; a card is looked at before it is changed or removed.
_CREDITS: Final = {
    Act.MAKE_TAG: 100,
    Act.REMOVE_TAG: 100,
    Act.PUT_ON: 50,
    Act.TAKE_OFF: 50,
    Act.MAKE_CARD: 100,
    Act.CHANGE_CARD: 150,
    Act.REMOVE_CARD: 550,
    Act.LET_GO: 0,
}
_CALLS: Final = {
    Act.MAKE_TAG: 2,
    Act.REMOVE_TAG: 2,
    Act.PUT_ON: 1,
    Act.TAKE_OFF: 1,
    Act.CHANGE_CARD: 2,
    Act.REMOVE_CARD: 2,
}

#: Cards made by one call (Miro's).
CARDS_AT_ONCE: Final = 20

#: Seconds that a call takes, as observed from afar, and credits a minute (Miro's).
_SECONDS_A_CALL: Final = 0.3
_CREDITS_A_MINUTE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Step:
    """One act to be done.

    Attributes:
        key: as `Written.key`.
        what: as `Written.what`.
        item_id: None for a tag or card that is not there yet, and for a tag that goes on one.
        card_key: the card of this service that a tag goes on.
        before, after: the card.
        title: what the card or note is called on the board, to be shown; "" for a tag.
        reason: why, in a few words.
        url: a link that opens the card or note.

    """

    act: Act
    key: str
    what: Act
    item_id: str | None = None
    card_key: str | None = None
    before: PlacedCard | None = None
    after: PlacedCard | None = None
    title: str = ""
    center_id: str | None = None
    reason: Message | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan costs.

    Attributes:
        calls: requests. credits: of Miro's allowance. seconds: about how long it takes.

    """

    calls: int = 0
    credits: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written.

    Attributes:
        steps: in the order in which they are to be taken.
        problems: what cannot be done, and why; the rest can.
        frozen: why nothing may be written now; None when it may.
        decided: acts of earlier runs that ended in the middle, with the outcome that the board
            shows.

    """

    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    frozen: Message | None = None
    decided: tuple[Written, ...] = ()

    @property
    def counts(self) -> Mapping[Act, int]:
        """How many acts of each kind would reach the board."""
        return Counter(step.act for step in self.steps if step.act is not Act.LET_GO)

    @property
    def cost(self) -> Cost:
        """What carrying it out costs."""
        counts = self.counts
        calls = sum(_CALLS.get(act, 0) * count for act, count in counts.items())
        calls += -(-counts.get(Act.MAKE_CARD, 0) // CARDS_AT_ONCE)
        if not calls:
            return Cost()
        credits_ = sum(_CREDITS[act] * count for act, count in counts.items())
        seconds = max(calls * _SECONDS_A_CALL, credits_ / _CREDITS_A_MINUTE * 60 - 60)
        return Cost(calls + 1, credits_ + 50, seconds)  # the first call asks who we are


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a plan.

    Attributes:
        done: the steps that were carried out, in order.
        problems: what could not be done, and why.
        stopped: why the rest was not tried; None when all of it was.

    """

    done: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    stopped: Message | None = None

    @property
    def counts(self) -> Mapping[Act, int]:
        """How many acts of each kind were carried out."""
        return Counter(step.act for step in self.done if step.act is not Act.LET_GO)


def in_order(steps: list[Step]) -> tuple[Step, ...]:
    """Order steps so that none needs what comes after it, and tags make room before others."""
    return tuple(sorted(steps, key=lambda step: _ORDER.index(step.act)))


_ORDER: Final = (
    Act.LET_GO,
    Act.TAKE_OFF,
    Act.REMOVE_CARD,
    Act.REMOVE_TAG,
    Act.CHANGE_CARD,
    Act.MAKE_CARD,
    Act.MAKE_TAG,
    Act.PUT_ON,
)
