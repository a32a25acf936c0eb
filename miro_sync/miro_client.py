"""Reading a live Miro board: whole or not at all, within the allowance, and cheaply when it rests.

A full read asks for the kinds of items whose text can speak of an event, for tags by tag, and for
members; for the other kinds it asks only how many there are, so that items of a kind Miro's
interface does not name are noticed. Whether a board changed at all is asked first, with one call.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

import requests

from miro_sync.miro_http import (
    BOARD,
    ITEMS,
    ITEMS_OF_TAG,
    MEMBERS,
    TAGS,
    WHO_AM_I,
    Call,
    MiroError,
    MiroHttp,
    MiroRefusedError,
    Patience,
    Route,
    TokenSource,
)
from miro_sync.miro_walk import (
    ITEMS_LIMIT_LEAST,
    ItemsListing,
    Listing,
    RowsListing,
    Sample,
    Single,
    read_side_by_side,
)
from miro_sync.model import (
    BoardHint,
    BoardSnapshot,
    BoardVisit,
    Message,
    Place,
    Problem,
    Severity,
    SourceState,
    say,
)
from miro_sync.wire import (
    SPEAKING_KINDS,
    BoardRecord,
    ItemsPage,
    NamesPage,
    RawBoard,
    by_making,
    read_board,
    read_items_page,
    read_members_page,
    read_tags_page,
    read_token_context,
    write_export,
)

#: The other kinds that the interface names; they hold no words of their own or only files.
SILENT_KINDS: Final = ("image", "document", "preview", "embed", "doc_format", "data_table_format")

#: A read older than this is not prolonged by "nothing changed": an hourly job reads whole once a
#: day, at about the same hour.
FULL_READ_AFTER: Final = dt.timedelta(hours=23)

#: Miro tells the second of a change; another one may follow within it.
_SAME_SECOND: Final = dt.timedelta(seconds=2)

#: What a token must be allowed (Miro's names).
READING_SCOPES: Final = frozenset({"boards:read"})
WRITING_SCOPES: Final = frozenset({"boards:read", "boards:write"})

_BOARD_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,}=?")
_Result = TypeVar("_Result")
_Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class BoardRead:
    """What one visit to the board brought.

    Attributes:
        snapshot: the board; None when it has not changed since the read of the hint.
        hint: what to give to the next visit; None when the next one must read everything.
        checked_at: when Miro was asked, UTC.
        calls, credits, seconds: what it cost.
        message: what a reader should know of it; None when there is nothing to say.
        raw: Miro's own words, when they were asked for.

    """

    snapshot: BoardSnapshot | None
    hint: BoardHint | None
    checked_at: dt.datetime
    calls: int
    credits: int
    seconds: float
    message: Message | None = None
    raw: RawBoard | None = None

    @property
    def state(self) -> SourceState:
        """How the source fared: `FRESH` or `UNCHANGED`."""
        return SourceState.UNCHANGED if self.snapshot is None else SourceState.FRESH


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is.

    Attributes:
        scopes: what the token may do, in Miro's names, sorted.
        missing: what it must be allowed and is not, sorted.
        remedy: what to press when something is missing; None when nothing is.

    """

    user_id: str
    user: str
    team: str
    scopes: tuple[str, ...]
    missing: tuple[str, ...]
    remedy: Message | None


class MiroClient:
    """A reader of one board.

    Attributes:
        board_id: as Miro writes it.
        http: the connection, for what else is done with the same token.
        tokens: who we are.
        progress: is told items read and items expected (None while unknown).

    """

    def __init__(
        self,
        http: MiroHttp,
        tokens: TokenSource,
        board_id: str,
        patience_seconds: float = 60.0,
        progress: _Progress | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            http: the connection.
            tokens: who we are.
            board_id: as Miro writes it.
            patience_seconds: how long one read waits out trouble in all.
            progress: as above; None for nobody.

        """
        self.board_id = board_id
        self.http = http
        self.tokens = tokens
        self._patience_seconds = patience_seconds
        self.progress = progress

    def read(self, hint: BoardHint | None = None, *, full: bool = False) -> BoardRead:
        """Read the board, or find with one call that it has not changed.

        That nothing changed is believed when Miro's date of the last change is that of the
        hint, and the hint's read is younger than a day: Miro does not promise that a tag or a
        move changes the date.

        Args:
            hint: from the last complete read, None before the first one.
            full: read everything whatever the date says.

        Returns:
            A snapshot that is complete, or one that Miro itself gives incompletely, with the
            counts in its problems; or none, when nothing changed.

        Raises:
            SourceError: the board could not be read; nothing is known of it.

        """
        return self._read(None if full else hint, export=False)

    def read_everything(self) -> BoardRead:
        """Read all that is on the board, kinds that never speak included, changed or not.

        Raises:
            SourceError: as `read`.

        """
        return self._read(None, export=True)

    def export_document(self) -> tuple[bytes, BoardRead]:
        """Read everything on the board, kinds that never speak included, as an export.

        Returns:
            The document and the read it was made of.

        Raises:
            SourceError: as `read`.

        """
        done = self._read(None, export=True)
        assert done.raw is not None  # noqa: S101 - asked for in the line above
        return write_export(done.raw), done

    def who_am_i(self, *, writing: bool = False) -> Identity:
        """Ask Miro whose token it is and what it may do.

        Args:
            writing: the board is to be written to as well.

        Raises:
            SourceError: Miro does not accept the token, or cannot be reached.

        """
        patience = Patience(self._patience_seconds, self.http.clock)
        try:
            context = self.http.call(Call(WHO_AM_I), read_token_context, patience, self.tokens)
        except MiroRefusedError as error:
            if error.status == requests.codes.bad_request:  # "Invalid token provided"
                raise MiroRefusedError(self.tokens.remedy(), error.status) from None
            raise
        missing = (WRITING_SCOPES if writing else READING_SCOPES) - context.scopes
        needed = ", ".join(sorted(missing))
        return Identity(
            user_id=context.user_id,
            user=context.user,
            team=context.team,
            scopes=tuple(sorted(context.scopes)),
            missing=tuple(sorted(missing)),
            remedy=say("miro.scopes_missing", scopes=needed) if missing else None,
        )

    def _read(self, hint: BoardHint | None, *, export: bool) -> BoardRead:
        clock, budget = self.http.clock, self.http.budget
        checked_at = clock.now().replace(microsecond=0)
        started, calls, credits_ = clock.monotonic(), budget.calls, budget.credits
        patience = Patience(self._patience_seconds, clock)
        reading = _Reading(self, patience, checked_at, export=export)
        try:
            unchanged = hint if hint and reading.rests_on(hint) else None
            snapshot = None if unchanged else reading.everything()
        except MiroRefusedError as error:
            raise _of_the_board(error, self.board_id) from None
        finally:
            patience.ended = True  # after an error, pages may still be under way
        return BoardRead(
            snapshot=snapshot,
            hint=unchanged or _hint(snapshot),
            checked_at=checked_at,
            calls=budget.calls - calls,
            credits=budget.credits - credits_,
            seconds=clock.monotonic() - started,
            message=_message(snapshot, unchanged),
            raw=reading.raw,
        )


class MiroBoard:
    """The live board as a source of a run."""

    def __init__(self, client: MiroClient) -> None:
        """Prepare; nothing is sent yet."""
        self._client = client

    def read(self) -> BoardSnapshot:
        """Read the board whole; raises `SourceError` when nothing of it can be had."""
        snapshot = self._client.read(full=True).snapshot
        assert snapshot is not None  # noqa: S101 - a full read has one
        return snapshot

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:
        """Read the board, or find with one call that nothing changed since the hint."""
        read = self._client.read(hint)
        return BoardVisit(
            read.snapshot,
            read.checked_at,
            read.hint,
            read.calls,
            read.credits,
            read.seconds,
            read.message,
        )


def board_id_in(source: str) -> str | None:
    """Find the board's id in what people paste: a link as the browser shows it, or a bare id.

    Returns:
        The id as Miro writes it; None for anything else, such as the path of an export.

    """
    source = source.strip()
    if "://" in source or source.startswith("miro.com/"):
        parts = urlsplit(source if "://" in source else f"https://{source}")
        if parts.hostname is None or not f".{parts.hostname}".endswith(".miro.com"):
            return None
        steps = [unquote(step) for step in parts.path.split("/") if step]
        match steps:
            case ["app", "board" | "live-embed" | "embed", board_id, *_]:
                return board_id if _BOARD_ID.fullmatch(board_id) else None
            case _:
                return None
    source = unquote(source)
    return source if _BOARD_ID.fullmatch(source) else None


class _Reading:
    """One visit to the board: which listings are read, and what becomes of them.

    Attributes:
        raw: Miro's own words, when they were asked for and everything was read.

    """

    def __init__(
        self, client: MiroClient, patience: Patience, read_at: dt.datetime, *, export: bool
    ) -> None:
        self._client = client
        self._patience = patience
        self._read_at = read_at
        self._export = export
        self.raw: RawBoard | None = None
        self._record: Single[BoardRecord] = Single(self._get_board)
        self._tags = RowsListing(self._get_rows(TAGS, read_tags_page))
        self._members = RowsListing(self._get_rows(MEMBERS, read_members_page))
        self._items_of_tags: dict[str, RowsListing] | None = None
        self._sample = Sample()
        self._by_kind = [
            ItemsListing(self._get_items, {"type": kind}, self._sample) for kind in SPEAKING_KINDS
        ]
        self._counts = [self._count({"type": kind}) for kind in SILENT_KINDS]
        self._count_of_all = self._count({})
        self._all_kinds: ItemsListing | None = None
        self._planned = False
        self._listings: list[Listing] = []

    def rests_on(self, hint: BoardHint) -> bool:
        """Ask Miro for its date of the last change, if that could settle the matter."""
        age = self._read_at - hint.read_at
        same_board = hint.board_id.rstrip("=") == self._client.board_id.rstrip("=")
        if not same_board or not dt.timedelta() <= age < FULL_READ_AFTER:
            return False
        self._record.answer = self._get_board()
        return self._record.answer.modified_at == hint.modified_at

    def everything(self) -> BoardSnapshot:
        """Read everything.

        For an export, that is one listing of all kinds. Otherwise, each kind that can speak is
        a listing of its own, of which only first pages are read until all counts are in.
        """
        for listing in self._by_kind:
            listing.held = True
        if self._export:
            self._read_all_kinds()
        else:
            self._listings += [self._count_of_all, *self._by_kind, *self._counts]
        self._listings += [self._tags, self._members]
        if self._record.answer is None:
            self._listings.insert(0, self._record)
        read_side_by_side(self._listings, self._client.http.lanes, self._go_on)
        return self._snapshot()

    def _go_on(self) -> None:
        """Take up what has become possible, and tell how far we are."""
        if not self._planned and self._counted():
            self._plan()
        if self._items_of_tags is None and self._tags.done:
            self._items_of_tags = {
                tag: RowsListing(self._get_rows(ITEMS_OF_TAG, _ids_only, {"tag_id": tag}))
                for tag in self._tags.names
            }
            for listing in self._items_of_tags.values():
                listing.can_wait = True
                self._listings.append(listing)
        if self._client.progress and self._planned:
            totals = [listing.total for listing in self._items_listings()]
            whole = None if None in totals else sum(total or 0 for total in totals)
            seen = sum(len(listing.items) for listing in self._items_listings())
            self._client.progress(seen, whole)

    def _counted(self) -> bool:
        counts = [self._count_of_all, *self._counts]
        return all(count.answer is not None for count in counts) and all(
            listing.begun for listing in self._by_kind
        )

    def _plan(self) -> None:
        """Go on kind by kind if the kinds make up the whole board, else read all in one.

        What is left over is of a kind that the interface does not name and cannot be asked
        for; it may hold words all the same.
        """
        self._planned = True
        of_kinds = [listing.total for listing in self._by_kind]
        of_kinds += [count.answer.total for count in self._counts if count.answer]
        of_all = self._count_of_all.answer.total if self._count_of_all.answer else None
        known = [total for total in of_kinds if total is not None]
        if of_all is None or len(known) < len(of_kinds) or of_all > sum(known):
            self._listings[:] = [one for one in self._listings if one not in self._by_kind]
            self._read_all_kinds()
        for listing in self._by_kind:
            listing.held = False

    def _read_all_kinds(self) -> None:
        self._planned = True
        self._all_kinds = ItemsListing(self._get_items, {}, self._sample, keep_bodies=self._export)
        self._listings.insert(0, self._all_kinds)

    def _items_listings(self) -> list[ItemsListing]:
        return [self._all_kinds] if self._all_kinds else self._by_kind

    def _snapshot(self) -> BoardSnapshot:
        record = self._record.answer
        assert record is not None  # noqa: S101 - nothing above returns without it
        listings = self._items_listings()
        tags_of: dict[str, list[str]] = {}
        for tag, listing in _in_order(self._items_of_tags or {}).items():
            for item_id in listing.names:
                tags_of.setdefault(item_id, []).append(tag)
        found = {item.id: item for listing in listings for item in listing.items.values()}
        items = tuple(
            replace(item, tag_ids=tuple(tags_of[item_id])) if item_id in tags_of else item
            for item_id, item in _in_order(found).items()
            if self._export or item.type not in SILENT_KINDS
        )
        problems = [
            replace(problem, place=Place("board", url=record.url))
            for listing in listings
            for problem in listing.problems
        ]
        rows = [self._tags, self._members, *(self._items_of_tags or {}).values()]
        counts = [(len(listing.items), listing.short_of) for listing in listings]
        counts += [(len(listing.names), listing.short_of) for listing in rows]
        problems += [
            Problem(
                say("miro.counts_disagree", seen=seen, total=total),
                Place("board", url=record.url),
            )
            for seen, total in counts
            if total is not None
        ]
        complete = not any(problem.severity is Severity.ERROR for problem in problems)
        if self._export and self._all_kinds:
            self.raw = RawBoard(
                read_at=self._read_at,
                complete=complete,
                board=record.raw,
                pages=self._all_kinds.bodies,
                tags=list(_in_order(self._tags.raw).values()),
                item_tags={item.id: item.tag_ids for item in items if item.tag_ids},
                members=list(_in_order(self._members.raw).values()),
            )
        settled = self._client.http.their_time() - _SAME_SECOND
        return BoardSnapshot(
            id=record.id,
            name=record.name,
            url=record.url,
            read_at=self._read_at,
            complete=complete,
            items=items,
            tags=_in_order(self._tags.names),
            members=_in_order(self._members.names),
            # A change in the second of this one would leave the date as it is: no hint then.
            modified_at=(
                record.modified_at if record.modified_at and record.modified_at < settled else None
            ),
            problems=tuple(problems),
        )

    # --- calls; these run in many threads

    def _get_board(self) -> BoardRecord:
        return self._call(BOARD, {}, read_board)

    def _get_items(self, query: Mapping[str, str]) -> tuple[ItemsPage, bytes]:
        return self._call(ITEMS, query, lambda body: (read_items_page(body), body))

    def _get_rows(
        self,
        route: Route,
        read: Callable[[bytes], NamesPage],
        filters: Mapping[str, str] | None = None,
    ) -> Callable[[Mapping[str, str]], NamesPage]:
        return lambda query: self._call(route, {**(filters or {}), **query}, read)

    def _count(self, filters: Mapping[str, str]) -> Single[ItemsPage]:
        query = {**filters, "limit": str(ITEMS_LIMIT_LEAST)}

        def count() -> ItemsPage:
            try:
                return self._call(ITEMS, query, read_items_page)
            except MiroRefusedError as error:
                if error.status != requests.codes.bad_request:
                    raise
                return ItemsPage((), None, None, None, ())  # a kind that Miro knows no longer

        return Single(count)

    def _call(
        self, route: Route, query: Mapping[str, str], read: Callable[[bytes], _Result]
    ) -> _Result:
        client = self._client
        call = Call(route, {"board": client.board_id}, query)
        return client.http.call(call, read, self._patience, client.tokens)


def _in_order(by_id: Mapping[str, _Result]) -> dict[str, _Result]:
    """Sort by id: pages come in any order, and two reads of one board must be the same."""
    return {each: by_id[each] for each in sorted(by_id, key=by_making)}


def _ids_only(body: bytes) -> NamesPage:
    page = read_items_page(body)
    return NamesPage({item.id: "" for item in page.items}, page.total, ())


def _of_the_board(error: MiroRefusedError, board_id: str) -> MiroError:
    """Say which board it is that was not found or not shared."""
    if error.status == requests.codes.not_found:
        return MiroRefusedError(say("miro.board_not_found", board=board_id), error.status)
    if error.status == requests.codes.forbidden:
        return MiroRefusedError(say("miro.board_not_shared", board=board_id), error.status)
    return error


def _hint(snapshot: BoardSnapshot | None) -> BoardHint | None:
    if snapshot is None or not snapshot.complete or snapshot.modified_at is None:
        return None
    return BoardHint(snapshot.id, snapshot.modified_at, snapshot.read_at)


def _message(snapshot: BoardSnapshot | None, unchanged: BoardHint | None) -> Message | None:
    if unchanged:
        return say("miro.unchanged", read_at=unchanged.read_at)
    return None if snapshot is None or snapshot.complete else say("miro.incomplete")
