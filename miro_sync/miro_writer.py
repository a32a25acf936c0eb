"""Writing to a live Miro board: this service's own tags and cards, and nothing else.

Whether anything is written at all is decided above. What can be done here is small on purpose:
tags are made, attached, detached and removed, cards are made, changed and removed. What is removed
is looked at first: it must be this service's own and as this service left it. A call that makes
something is not repeated before a look at the board has shown that it was not done.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import requests

from miro_sync.marks import is_own_tag, mark_in, marked
from miro_sync.miro_http import (
    ATTACH_TAG,
    CHANGE_CARD,
    CREATE_CARDS,
    CREATE_TAG,
    DETACH_TAG,
    ITEM,
    ITEMS,
    ITEMS_OF_TAG,
    REMOVE_CARD,
    REMOVE_TAG,
    TAGS,
    TAGS_OF_ITEM,
    Call,
    MiroHttp,
    MiroRefusedError,
    Patience,
    Route,
    TokenSource,
)
from miro_sync.miro_walk import ItemsListing, RowsListing, read_side_by_side
from miro_sync.model import BoardItem, say
from miro_sync.wire import (
    ItemsPage,
    NamesPage,
    read_item,
    read_item_tags,
    read_items_page,
    read_nothing,
    read_tag,
    read_tags_page,
)

#: Items in one call that makes several (Miro's).
CARDS_AT_ONCE: Final = 20

#: Longest title of a tag (Miro's).
TAG_TITLE_LIMIT: Final = 120


@dataclass(frozen=True, slots=True)
class BoardTag:
    """A tag of the board."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A card of this service, as it shall stand on the board.

    Attributes:
        mark: what it is recognised by (`marks.mark_for`).
        seal: what tells that nobody worked at it (`marks.seal_of`).
        title, text: plain text; lines of the text are kept.
        due: the moment it is due, aware; None for none.
        frame_id: the frame it lies in, None for the bare canvas.
        x, y: its centre, from the frame's upper left corner, or from the middle of the canvas.

    """

    mark: str
    title: str
    text: str = ""
    due: dt.datetime | None = None
    frame_id: str | None = None
    x: float = 0.0
    y: float = 0.0
    seal: str = ""


class BoardWriter:
    """Writes to one board."""

    def __init__(
        self,
        http: MiroHttp,
        tokens: TokenSource,
        board_id: str,
        patience_seconds: float = 60.0,
        may_write: Callable[[], None] | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            http: the connection.
            tokens: who we are; the token must be allowed `boards:write`.
            board_id: as Miro writes it.
            patience_seconds: how long one act waits out trouble in all.
            may_write: called just before each writing call leaves, repeated ones included; what it
                raises keeps the call back.

        """
        self._http = http
        self._tokens = tokens
        self._board_id = board_id
        self._patience_seconds = patience_seconds
        self._may_write = may_write

    def create_tag(self, title: str, color: str = "gray", *, anew: bool = False) -> BoardTag:
        """Make one of this service's tags, or find it where it is there already.

        Args:
            title: begins with `marks.OWN_TAG_PREFIX`; Miro compares titles letter by letter.
            color: one of Miro's names for the colours of tags.
            anew: the board was read and had none: one that is there by now is somebody else's.

        Raises:
            ValueError: the title is not of this service, or too long.
            SourceError: Miro refused, or could not be reached; the tag is somebody else's.

        """
        if not is_own_tag(title) or len(title) > TAG_TITLE_LIMIT:
            raise ValueError(f"not a tag of ours: {title!r}")
        patience = self._patience()
        known = self._tag_titled(title, patience)
        if known and anew:
            raise MiroRefusedError(say("publish.foreign_tag", tag=title))
        if known:
            return known
        call = self._call(CREATE_TAG, json={"title": title, "fillColor": color})
        return self._http.call(
            call,
            lambda body: BoardTag(*read_tag(body)),
            patience,
            self._tokens,
            lambda: self._tag_titled(title, patience),
        )

    def attach_tag(self, item_id: str, tag: BoardTag) -> None:
        """Put one of this service's tags on a card or sticky note.

        Raises:
            ValueError: the tag is not of this service, or an id is empty.
            SourceError: Miro refused, or could not be reached.

        """
        self._tagging(ATTACH_TAG, item_id, tag, there=True)

    def detach_tag(self, item_id: str, tag: BoardTag) -> None:
        """Take one of this service's tags off a card or sticky note.

        Miro deletes the whole item when the call comes without the tag's id. So an empty id is
        refused here, a call without it is refused where calls are made, and no other route of
        this program deletes anything.

        Raises:
            ValueError: the tag is not of this service, or an id is empty.
            SourceError: Miro refused, or could not be reached.

        """
        self._tagging(DETACH_TAG, item_id, tag, there=False)

    def create_cards(self, cards: Sequence[OwnCard]) -> dict[str, BoardItem]:
        """Make cards, twenty in a call; each call is done whole or not at all.

        Returns:
            The cards as they are on the board, by mark.

        Raises:
            ValueError: two cards have the same mark.
            SourceError: Miro refused, or could not be reached; cards of the calls before are
                on the board, and are found there by their marks.

        """
        if len({card.mark for card in cards}) < len(cards):
            raise ValueError("two cards with the same mark")
        made: dict[str, BoardItem] = {}
        for first in range(0, len(cards), CARDS_AT_ONCE):
            some = cards[first : first + CARDS_AT_ONCE]
            marks = {card.mark for card in some}
            patience = self._patience()
            call = self._call(CREATE_CARDS, json=[_wanted(card) for card in some], times=len(some))
            found = self._http.call(
                call,
                _marks_of_page,
                patience,
                self._tokens,
                partial(self._cards_marked, marks, patience),
            )
            made |= {mark: item for mark, item in found.items() if mark in marks}
        return made

    def change_card(self, item_id: str, card: OwnCard) -> None:
        """Change the words and the date of a card of this service; it stays where it is.

        Raises:
            SourceError: the card is gone, Miro refused, or could not be reached.

        """
        call = self._call(CHANGE_CARD, item_id, json={"data": _wanted(card)["data"]})
        try:
            self._http.call(call, read_item, self._patience(), self._tokens)
        except MiroRefusedError as error:
            raise _of_the_item(error) from None

    def look_at(self, item_id: str) -> BoardItem | None:
        """Return an item as it is now, without its tags; None when it is gone.

        Raises:
            SourceError: Miro refused, or could not be reached.

        """
        try:
            return self._http.call(
                self._call(ITEM, item_id), read_item, self._patience(), self._tokens
            )
        except MiroRefusedError as error:
            if error.status == requests.codes.not_found:
                return None
            raise

    def tags_of(self, item_id: str) -> Mapping[str, str]:
        """Return the tags of an item, titles by id; `SourceError` when it cannot be asked."""
        call = self._call(TAGS_OF_ITEM, item_id)
        return self._http.call(call, read_item_tags, self._patience(), self._tokens)

    def remove_card(self, item_id: str) -> None:
        """Remove a card that was just looked at; one that is gone already is as good.

        Raises:
            ValueError: the id is empty.
            SourceError: Miro refused, or could not be reached.

        """
        self._remove(REMOVE_CARD, {"item": item_id})

    def is_used(self, tag: BoardTag) -> bool:
        """Tell whether anything on the board bears a tag; `SourceError` when it cannot be asked."""
        call = self._call(ITEMS_OF_TAG, query={"tag_id": tag.id, "limit": "10"})
        page = self._http.call(call, read_items_page, self._patience(), self._tokens)
        return bool(page.items or page.problems)

    def remove_tag(self, tag: BoardTag) -> None:
        """Remove one of this service's tags from the board.

        Raises:
            ValueError: the tag is not of this service, or its id is empty.
            SourceError: Miro refused, or could not be reached.

        """
        if not (tag.id and is_own_tag(tag.title)):
            raise ValueError(f"not a tag of ours: {tag!r}")
        self._remove(REMOVE_TAG, {"tag": tag.id})

    def _remove(self, route: Route, ids: Mapping[str, str]) -> None:
        call = Call(route, {"board": self._board_id} | dict(ids), at_last=self._may_write)
        try:
            self._http.call(call, read_nothing, self._patience(), self._tokens)
        except MiroRefusedError as error:
            if error.status != requests.codes.not_found:
                raise

    def _tagging(self, route: Route, item_id: str, tag: BoardTag, *, there: bool) -> None:
        if not (item_id and tag.id and is_own_tag(tag.title)):
            raise ValueError(f"not a tag of ours on an item: {tag!r} on {item_id!r}")
        patience = self._patience()
        look = self._call(TAGS_OF_ITEM, item_id)

        def done() -> bool | None:
            tags = self._http.call(look, read_item_tags, patience, self._tokens)
            return True if (tag.id in tags) is there else None

        call = self._call(route, item_id, query={"tag_id": tag.id})
        try:
            try:
                self._http.call(call, read_nothing, patience, self._tokens, done)
            except MiroRefusedError as error:
                # Not found may be the tag: then there is nothing to take off.
                if error.status != requests.codes.not_found or there or not done():
                    raise
        except MiroRefusedError as error:
            raise _of_the_item(error) from None

    def _tag_titled(self, title: str, patience: Patience) -> BoardTag | None:
        def page(query: Mapping[str, str]) -> NamesPage:
            call = self._call(TAGS, query=query)
            return self._http.call(call, read_tags_page, patience, self._tokens)

        listing = RowsListing(page)
        read_side_by_side([listing], self._http.lanes, lambda: None)
        ids = [tag_id for tag_id, known in listing.names.items() if known == title]
        return BoardTag(ids[0], title) if ids else None

    def _cards_marked(self, marks: set[str], patience: Patience) -> dict[str, BoardItem] | None:
        """Find cards by their marks; None when not one is there (a call is done whole or not)."""

        def page(query: Mapping[str, str]) -> tuple[ItemsPage, bytes]:
            call = self._call(ITEMS, query=query)
            return self._http.call(
                call, lambda body: (read_items_page(body), body), patience, self._tokens
            )

        listing = ItemsListing(page, {"type": "card"})
        read_side_by_side([listing], self._http.lanes, lambda: None)
        marked_items = {
            mark: item
            for item in listing.items.values()
            if (mark := mark_in(item.description)) in marks and mark
        }
        return marked_items or None

    def _patience(self) -> Patience:
        return Patience(self._patience_seconds, self._http.clock)

    def _call(
        self,
        route: Route,
        item_id: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        json: object = None,
        times: int = 1,
    ) -> Call:
        ids = {"board": self._board_id} | ({} if item_id is None else {"item": item_id})
        first = None if route.verb == "GET" else self._may_write
        return Call(route, ids, query or {}, json, times=times, at_last=first)


def _wanted(card: OwnCard) -> dict[str, Any]:
    data = {
        "title": html.escape(card.title, quote=False),
        "description": "<br>".join(
            html.escape(line, quote=False)
            for line in marked(card.text, card.mark, card.seal).splitlines()
        ),
    }
    if card.due is not None:
        data["dueDate"] = f"{card.due.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    wanted: dict[str, Any] = {
        "type": "card",
        "data": data,
        "position": {"x": card.x, "y": card.y},
    }
    if card.frame_id is not None:
        wanted["parent"] = {"id": card.frame_id}
    return wanted


def _marks_of_page(body: bytes) -> dict[str, BoardItem]:
    page = read_items_page(body)
    return {mark: item for item in page.items if (mark := mark_in(item.description))}


def _of_the_item(error: MiroRefusedError) -> MiroRefusedError:
    if error.status == requests.codes.not_found:
        return MiroRefusedError(say("miro.item_gone"), error.status)
    return error
