"""What Miro sends: an export of a board, answers of its interface, the walk over its pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from threading import Lock
from typing import Any

from fuzz.oracle import require
from fuzz.parcels import Part, parts_of
from fuzz.targets.scene import NAMES, PROJECT
from miro_sync.errors import MiroSyncError, SourceError
from miro_sync.miro_http import MiroRefusedError
from miro_sync.miro_walk import ItemsListing, RowsListing, Sample, read_side_by_side
from miro_sync.model import BoardSnapshot, Severity, say
from miro_sync.reading import read_board
from miro_sync.wire import (
    ItemsPage,
    NamesPage,
    read_export,
    read_item,
    read_item_tags,
    read_items_page,
    read_members_page,
    read_tag,
    read_tags_page,
    read_token_context,
    read_token_grant,
)
from miro_sync.wire import read_board as read_record

_READERS: Mapping[str, Callable[[bytes], object]] = {
    "board": read_record,
    "items": read_items_page,
    "tags": read_tags_page,
    "members": read_members_page,
    "item": read_item,
    "tag": read_tag,
    "item-tags": read_item_tags,
    "who": read_token_context,
    "grant": read_token_grant,
}
#: Pages that any walk may ask for before it is said to run for ever: what it reads is small.
_PATIENCE = 3_000


def export(document: bytes) -> object:
    """Read an export and understand its cards."""
    board = read_export(document, source="доска.json")
    ids = [item.id for item in board.items]
    require(len(set(ids)) == len(ids), "an item is there once")
    _check_nothing_lost(document, board)
    reading = read_board(board, PROJECT, NAMES)
    require({card.id for card in reading.cards} <= set(ids), "a card is an item")
    return board, reading


def answers(document: bytes) -> object:
    """Read each answer of a parcel as each of Miro's documents, or as the one that it names."""
    told: list[object] = []
    for part in parts_of(document):
        readers = [_READERS[part.name]] if part.name in _READERS else list(_READERS.values())
        for reader in readers:
            try:
                told.append(reader(part.content))
            except SourceError as error:
                told.append(error.message)
    return told


def walk(document: bytes) -> object:
    """Walk over the pages of a parcel as they come, the last one again and again.

    A page whose head says «400» or the like is refused. One lane, so that the same parcel is
    always read in the same order.
    """
    pages = _Pages(parts_of(document))
    items = ItemsListing(pages.items, {}, Sample())
    rows = RowsListing(pages.names)
    told: list[object] = []
    for listing in (items, rows):
        pages.start()
        try:
            read_side_by_side([listing], 1, lambda: None)
        except MiroSyncError as error:
            told.append(error.message)
            continue
        require(listing.done, "a walk that ends is done")
        told.append(listing.short_of)
    return told, list(items.items.values()), items.problems, dict(rows.names)


class _Pages:
    """Gives the pages of a parcel one by one."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts or [Part("", b"")]
        self._lock = Lock()
        self.start()

    def start(self) -> None:
        self._next = count()

    def items(self, _: Mapping[str, str]) -> tuple[ItemsPage, bytes]:
        body = self._body()
        return read_items_page(body), body

    def names(self, _: Mapping[str, str]) -> NamesPage:
        return read_tags_page(self._body())

    def _body(self) -> bytes:
        with self._lock:
            number = next(self._next)
        require(number < _PATIENCE, "a walk comes to an end")
        part = self._parts[min(number, len(self._parts) - 1)]
        if part.name.isdecimal() and part.name.isascii() and part.name.startswith(("4", "5")):
            raise MiroRefusedError(say("miro.answer_unreadable"), int(part.name[:3]))
        return part.content


def _check_nothing_lost(document: bytes, board: BoardSnapshot) -> None:
    """Count: each item of the document is read, told of, or there twice."""
    listed: Any = None
    with suppress(ValueError, RecursionError):
        listed = json.loads(document.removeprefix(b"\xef\xbb\xbf"))
    if not isinstance(listed, dict) or not isinstance(listed.get("items"), list):
        return
    ids = {str(one["id"]) for one in listed["items"] if isinstance(one, dict) and one.get("id")}
    told = [one for one in board.problems if one.message.key == "miro.item_left_out"]
    require(len(board.items) + len(told) >= len(ids), "an item is read or told of")
    if told:
        require(not board.complete, "a board that lacks an item is not whole")
        require(all(one.severity is Severity.ERROR for one in told), "a lost item is an error")
        require(all(one.place and one.place.key for one in told), "a lost item has its place")
