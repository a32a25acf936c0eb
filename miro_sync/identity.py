"""Cards and rows that came back under another id are known again by what they say.

A card that was deleted and made again, and every card of a copied board, has a new id; a row's id
is its place, which moves when rows above it come or go. What people decided and what was found
before belongs to the thing and not to its number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from miro_sync.text import fold

if TYPE_CHECKING:
    from miro_sync.model import EventCard, Period, Remembered

#: What a thing that is known to be gone is called now: an id that nothing has.
GONE = ""

#: Findings on a card or a row itself; the others are on an occurrence, a centre or a source.
ON_CARDS = frozenset({"extra", "vanished", "duplicate"})


def recognised(before: Mapping[str, EventCard], now: Iterable[EventCard]) -> Mapping[str, str]:
    """Tell which known card has come back under which other id.

    Where several cards are alike and it is not certain which is which, none is named: whoever
    decided about them is asked again. Cards that are alike in everything are taken in the order
    of their ids, in which a copied board is made as well.

    Args:
        before: cards and rows as they were last known, by id.
        now: all that is there.

    Returns:
        Old id to new id of those whose id changed; `GONE` for a row whose place another known
        row has taken.

    """
    there = list(now)
    return {
        **_cards([c for c in before.values() if c.source == "board"], _of("board", there)),
        **_rows([c for c in before.values() if c.source != "board"], _of("table", there)),
    }


def renamed(remembered: Remembered, same: Mapping[str, str]) -> Remembered:
    """Return what is remembered with the ids that the cards have by now."""
    if not same:
        return remembered
    taken = frozenset(same.values())
    cards = {
        card_id: card
        for card_id, card in remembered.cards.items()
        if card_id not in taken | same.keys()
    }
    for old, new in same.items():
        if old in remembered.cards and new != GONE:
            cards[new] = replace(remembered.cards[old], id=new)
    # A row whose place was taken is gone, and may be told so under an id of the past.
    return replace(
        remembered,
        cards=cards,
        findings=tuple(
            replace(one, subject=same[one.subject], key=f"{one.kind}:{same[one.subject]}")
            if one.kind in ON_CARDS and same.get(one.subject, GONE) != GONE
            else one
            for one in remembered.findings
        ),
    )


def with_their_birth(
    cards: Iterable[EventCard], known: Mapping[str, EventCard]
) -> tuple[EventCard, ...]:
    """Return the cards with the birth of the cards that they are copies of.

    Whoever copies a board made none of the cards on it.
    """
    return tuple(
        replace(card, created_at=was.created_at, author_id=was.author_id)
        if (was := known.get(card.id)) is not None
        and was.created_at is not None
        and card.created_at is not None
        and was.created_at < card.created_at
        else card
        for card in cards
    )


# --- cards of the board -----------------------------------------------------------------------

_Key = Callable[["EventCard"], Hashable]


def _cards(before: Iterable[EventCard], now: list[EventCard]) -> dict[str, str]:
    old_ids, new_ids = {card.id for card in before}, {card.id for card in now}
    left = [card for card in before if card.id not in new_ids]
    fresh = [card for card in now if card.id not in old_ids]
    pairs = _paired(left, fresh, _everything, alike=True)
    for key in (
        _all_but_place,
        _title_and_days,
        _title_and_center,
        _title_and_days_alone,
        _all_but_title,
    ):
        left = [card for card in left if card.id not in pairs]
        taken = frozenset(pairs.values())
        fresh = [card for card in fresh if card.id not in taken]
        pairs |= _paired(left, fresh, key)
    return pairs


def _paired(
    before: Iterable[EventCard], now: Iterable[EventCard], key: _Key, *, alike: bool = False
) -> dict[str, str]:
    """Pair the cards that have a key in common, if it is certain which is which.

    Args:
        before: those that were there.
        now: those that are.
        key: what has to be the same; cards for which it is None are left alone.
        alike: as many as before have the key now: they are the same ones, in their order.

    """
    olds, news = _by(before, key), _by(now, key)
    pairs: dict[str, str] = {}
    for value, some in olds.items():
        others = news.get(value, [])
        if value is not None and len(some) == len(others) and (alike or len(some) == 1):
            pairs |= {old.id: new.id for old, new in zip(some, others, strict=True)}
    return pairs


def _by(cards: Iterable[EventCard], key: _Key) -> Mapping[Hashable, list[EventCard]]:
    found: defaultdict[Hashable, list[EventCard]] = defaultdict(list)
    for card in sorted(cards, key=lambda card: (len(card.id), card.id)):
        found[key(card)].append(card)
    return found


def _days(card: EventCard) -> tuple[Period, ...]:
    return card.date.facts if card.date is not None else ()


def _everything(card: EventCard) -> Hashable:
    words = (fold(card.title), fold(card.text))
    return (card.center_id, card.frame, card.kind, *words, _days(card)) if any(words) else None


def _all_but_place(card: EventCard) -> Hashable:
    words = (fold(card.title), fold(card.text))
    return (card.center_id, *words, _days(card)) if any(words) else None


def _title_and_days(card: EventCard) -> Hashable:
    title, days = fold(card.title), _days(card)
    return (card.center_id, title, days) if title and days else None


def _title_and_center(card: EventCard) -> Hashable:
    title = fold(card.title)
    return (card.center_id, title) if title else None


def _title_and_days_alone(card: EventCard) -> Hashable:
    title, days = fold(card.title), _days(card)
    return (title, days) if title and days else None


def _all_but_title(card: EventCard) -> Hashable:
    text, days = fold(card.text), _days(card)
    return (card.center_id, card.frame, card.kind, text, days) if text and days else None


# --- rows of the tables -----------------------------------------------------------------------


def _rows(before: Iterable[EventCard], now: list[EventCard]) -> dict[str, str]:
    by_id = {row.id: row for row in now}
    stay = {
        row.id
        for row in before
        if row.id in by_id and _title_and_center(by_id[row.id]) == _title_and_center(row)
    }
    left = [row for row in before if row.id not in stay]
    fresh = [row for row in now if row.id not in stay]
    pairs = _paired(left, fresh, _all_but_place, alike=True)
    left = [row for row in left if row.id not in pairs]
    taken = frozenset(pairs.values())
    pairs |= _paired(left, [row for row in fresh if row.id not in taken], _title_and_center)
    taken = frozenset(pairs.values())
    return {
        **pairs,
        **{row.id: GONE for row in left if row.id not in pairs and row.id in taken},
    }


def _of(source: str, cards: Iterable[EventCard]) -> list[EventCard]:
    return [card for card in cards if card.source == source]
