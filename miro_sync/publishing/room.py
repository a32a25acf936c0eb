"""Free places in a frame: a grid of cards that covers nothing that lies there already."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from miro_sync.model import Box

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A card as Miro draws it, with a title of three lines, and the space around it (Miro's units).
CARD_WIDTH, CARD_HEIGHT = 320.0, 140.0
_GAP: Final = 20.0

#: What is taken as the height of an item that has none, such as a text (ours).
_LINE: Final = 60.0

#: Steps of the grid that are tried in one direction: a frame of a hundred screens (ours).
_MOST_STEPS: Final = 400


def free_places(
    frame: Box, obstacles: Iterable[Box], count: int
) -> tuple[tuple[float, float], ...]:
    """Find places for new cards, row by row from the upper left corner.

    Args:
        frame: the frame's size.
        obstacles: what lies in it; positions from its upper left corner.
        count: how many cards.

    Returns:
        The middles of the cards, from the frame's upper left corner; fewer than `count` where
        the frame has no more room.

    """
    if not (math.isfinite(frame.width) and math.isfinite(frame.height)):
        return ()
    taken = [_edges(box) for box in obstacles if math.isfinite(box.x + box.y)]
    found: list[tuple[float, float]] = []
    for y in _middles(frame.height, CARD_HEIGHT):
        row = [edges for edges in taken if _near(y, CARD_HEIGHT, edges[1], edges[3])]
        for x in _middles(frame.width, CARD_WIDTH):
            if len(found) == count:
                return tuple(found)
            if not any(_near(x, CARD_WIDTH, left, right) for left, _, right, _ in row):
                found.append((x, y))
    return tuple(found[:count])


def _middles(length: float, size: float) -> list[float]:
    steps = int((length - _GAP) // (size + _GAP)) if length > size else 0
    return [_GAP + size / 2 + number * (size + _GAP) for number in range(min(steps, _MOST_STEPS))]


def _edges(box: Box) -> tuple[float, float, float, float]:
    width, height = box.width or CARD_WIDTH, box.height or _LINE
    half, tall = width / 2, height / 2
    return (box.x - half, box.y - tall, box.x + half, box.y + tall)


def _near(middle: float, size: float, start: float, end: float) -> bool:
    return start < middle + size / 2 + _GAP / 2 and middle - size / 2 - _GAP / 2 < end
