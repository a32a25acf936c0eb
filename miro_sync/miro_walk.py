"""Reading paged listings whole, many pages at once, and knowing whether they are whole.

Miro pages items by a cursor, so by its documentation a listing is read one page after another,
and takes as many times the latency as it has pages. Observed is more: the listing is in the order
of ids, and the cursor is the last id of a page ("<id>~" in base64). So a listing may be entered
anywhere and its parts read side by side. Nothing is believed on the strength of that: it is tried
only while Miro's own cursors look so, and what came of it counts only when it is exactly as many
different items as Miro itself says the listing has. Otherwise the listing is read again as
documented, one page after another.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, Protocol, TypeVar

import requests

from miro_sync.errors import SourceError
from miro_sync.miro_http import MiroRefusedError
from miro_sync.model import BoardItem, Problem, say
from miro_sync.wire import ItemsPage, NamesPage

#: Bounds of the page sizes (Miro's).
ITEMS_LIMIT: Final = 50
ITEMS_LIMIT_LEAST: Final = 10
ROWS_LIMIT: Final = 50

#: Pages that a part must still have, by our estimate, to be worth dividing (ours).
_WORTH_DIVIDING: Final = 1.5

#: Parts that a listing may be divided into at any rate, one more for each page (ours).
_PARTS_LEAST: Final = 8

#: Digits of the longest id we take for a number; Miro's have 19 (ours).
_LONGEST_ID: Final = 30

#: Pages without anything new after which a listing is taken to run in circles (ours).
_IDLE_PAGES: Final = 3

GetItems = Callable[[Mapping[str, str]], tuple[ItemsPage, bytes]]
GetRows = Callable[[Mapping[str, str]], NamesPage]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Request:
    """A page to be asked for.

    Attributes:
        query: its parameters.
        purpose: what the listing wants it for; only the listing knows.

    """

    query: Mapping[str, str]
    purpose: Any


@dataclass(frozen=True, slots=True)
class Division:
    """One more place to enter a listing at.

    Attributes:
        pages: still to come in the part that it divides, about.
        enter: divides the part and returns the first page to ask for there.

    """

    pages: float
    enter: Callable[[], Request]


class Listing(Protocol):
    """Something that is read page by page; used by one thread, fetched by many.

    Attributes:
        can_wait: its pages can be asked for all at once at any time, so others go first.

    """

    can_wait: bool

    def fetch(self, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - each has its own pages
        """Fetch a page; runs in a thread of its own."""
        ...

    def next_page(self) -> Request | None:
        """Return a page that must be asked for, None when there is none just now."""
        ...

    def division(self) -> Division | None:
        """Return the best place to enter the listing once more; None when there is none."""
        ...

    def feed(self, request: Request, page: Any) -> None:  # noqa: ANN401 - as `fetch`
        """Take in a page that was asked for."""
        ...

    def refused(self, request: Request, error: MiroRefusedError) -> None:
        """Make the best of a page that Miro refuses, or raise the error."""
        ...


def read_side_by_side(
    listings: Sequence[Listing], lanes: int, after_each: Callable[[], None]
) -> None:
    """Read listings until none of them has a page to ask for.

    Args:
        listings: `after_each` may add to them.
        lanes: pages asked for at once.
        after_each: called after every page, in the calling thread.

    Raises:
        SourceError: whatever a fetch or a listing raises; the others are given up.

    """
    pool = ThreadPoolExecutor(lanes, thread_name_prefix="miro")
    under_way: dict[Future[Any], tuple[Listing, Request]] = {}
    try:
        while True:
            while len(under_way) < lanes and (chosen := _next(listings)):
                listing, request = chosen
                under_way[pool.submit(listing.fetch, request.query)] = chosen
            if not under_way:
                break
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                listing, request = under_way.pop(future)
                try:
                    page = future.result()
                except MiroRefusedError as error:
                    listing.refused(request, error)
                else:
                    listing.feed(request, page)
                after_each()
    finally:
        # After an error nobody waits for the rest: each ends by its own timeout.
        pool.shutdown(wait=not under_way, cancel_futures=True)


def _next(listings: Sequence[Listing]) -> tuple[Listing, Request] | None:
    """Choose the next page: of what must go page by page first, of what can wait last."""
    for listing in listings:
        if not listing.can_wait and (request := listing.next_page()):
            return listing, request
    divisions = [(listing, found) for listing in listings if (found := listing.division())]
    if divisions:
        listing, division = max(divisions, key=lambda pair: pair[1].pages)
        return listing, division.enter()
    for listing in listings:
        if request := listing.next_page():
            return listing, request
    return None


class Sample:
    """Ids met on the board so far, in any listing: they tell where items lie dense."""

    def __init__(self) -> None:
        """Start with none."""
        self._ids: dict[str, list[int]] = {}
        self._totals: dict[str, int] = {}

    def add(self, listing: str, ids: Iterable[str], total: int | None = None) -> None:
        """Note ids of a listing, and how many it has (as many as are known, if not given)."""
        known = self._ids.setdefault(listing, [])
        known += [int(each) for each in ids if _looks_like_an_id(each)]
        known.sort()  # which is one pass over what is almost sorted
        self._totals[listing] = total or len(known) or 1

    def between(self, after: int, until: int) -> Stretch:
        """Return what is known of the ids between two.

        The listing that tells most is believed: the one of which the largest share lies there.
        """
        best = Stretch(0.0, (), 0, 0)
        for name, ids in self._ids.items():
            first, last = bisect_right(ids, after), bisect_left(ids, until)
            share = (last - first) / self._totals[name]
            if share > best.share:
                best = Stretch(share, ids, first, last)
        return best


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is known of a stretch of ids: the share of all items, and ids[first:last] as marks."""

    share: float
    ids: Sequence[int]
    first: int
    last: int

    def mark(self, part: float) -> int:
        """Return the id below which so large a part of the marks lies."""
        return self.ids[self.first + int((self.last - self.first) * part)]

    def end(self, otherwise: int) -> int:
        """Return the last mark."""
        return self.ids[self.last - 1] if self.first < self.last else otherwise


@dataclass(slots=True, eq=False)
class _Part:
    """A stretch of a listing that is read page after page.

    Attributes:
        cursor: of its next page; None for the listing's first.
        after: the id up to which it is read.
        until: the id that ends it; None where it ends with the listing.
        span: how far one of its pages reaches, in ids.

    """

    cursor: str | None
    after: int = -1
    until: int | None = None
    span: int = 1
    asked: bool = False
    done: bool = False


class ItemsListing:
    """Items of one type, or of all.

    Attributes:
        can_wait: as in `Listing`.
        items: read so far, by id.
        bodies: the pages as they came, when they are kept.
        problems: items that could not be read.
        total: what Miro counts; None when it does not say or was not asked yet.
        short_of: what Miro counts in the end, when less than that was read; else None.
        held: no page beyond the first is asked for.

    """

    def __init__(
        self,
        get: GetItems,
        filters: Mapping[str, str],
        sample: Sample | None = None,
        *,
        keep_bodies: bool = False,
    ) -> None:
        """Prepare to read.

        Args:
            get: fetches one page.
            filters: parameters of every page: {"type": "card"}, or none.
            sample: ids of the board, shared with other listings of it.
            keep_bodies: keep the pages as they came, for an export.

        """
        self.can_wait = False
        self._get = get
        self._filters = filters
        self._keep_bodies = keep_bodies
        self._restarted = False
        self._sample = sample or Sample()
        self.held = False
        self._start()

    def _start(self) -> None:
        self.items: dict[str, BoardItem] = {}
        self.bodies: list[bytes] = []
        self.problems: list[Problem] = []
        self.total: int | None = None
        self.short_of: int | None = None
        self._parts = [_Part(None)]
        self._by_id = not self._restarted  # Miro's cursors look like ids in ascending order
        self._last: int | None = None  # where the last page begins, as Miro's link says
        self._cursors: set[str] = set()
        self._idle = 0
        self._recount: Literal["no", "wanted", "asked"] = "no"

    @property
    def begun(self) -> bool:
        """Whether the first page is there."""
        return self._parts[0].cursor is not None or self._parts[0].done

    @property
    def done(self) -> bool:
        """Whether everything was read, as far as Miro gives it."""
        return self._recount == "no" and all(part.done for part in self._parts)

    def fetch(self, query: Mapping[str, str]) -> tuple[ItemsPage, bytes]:
        """Fetch a page."""
        return self._get(query)

    def next_page(self) -> Request | None:
        """Return the next page of a part that waits for one."""
        if self.held and self.begun:
            return None
        if self._recount == "wanted":
            self._recount = "asked"
            return Request({**self._filters, "limit": str(ITEMS_LIMIT_LEAST)}, None)
        for part in self._parts:
            if not part.done and not part.asked:
                return self._request(part)
        return None

    def division(self) -> Division | None:
        """Find the part with most pages to come, and the id that halves it.

        How many items are to come in all is known, not where. What other listings show of a
        part is believed; what they do not account for is taken to lie evenly where nothing is
        known. A wrong guess costs a page that was read twice.
        """
        if not self._by_id or self.held or not self.begun or self.total is None:
            return None
        parts = [part for part in self._parts if part.asked and not part.done]
        left = self.total - len(self.items)
        # Parts without end would mean that the guesses do not hit.
        if left <= 0 or not parts or len(self._parts) > _PARTS_LEAST + self.total // ITEMS_LIMIT:
            return None
        stretches = [self._sample.between(part.after, self._end(part)) for part in parts]
        shown = [stretch.share * self.total for stretch in stretches]
        dark = [
            self._end(part) - stretch.end(part.after)
            for part, stretch in zip(parts, stretches, strict=True)
        ]
        too_much = max(1.0, sum(shown) / left)
        unshown = max(0.0, left - sum(shown)) / (sum(dark) or 1)
        best: tuple[float, _Part, int] | None = None
        for part, stretch, seen, width in zip(parts, stretches, shown, dark, strict=True):
            lit, unlit = seen / too_much, unshown * width
            pages = (lit + unlit) / ITEMS_LIMIT - 1  # one is under way
            if pages < _WORTH_DIVIDING or (best and pages <= best[0]):
                continue
            half = (lit + unlit) / 2
            if half < lit:
                cut = stretch.mark(half / lit)
            else:
                cut = stretch.end(part.after) + int(width * (half - lit) / unlit)
            if part.after < cut < self._end(part):
                best = pages, part, cut
        if best is None:
            return None
        pages, part, cut = best
        return Division(pages, lambda: self._divide(part, cut))

    def feed(self, request: Request, page: tuple[ItemsPage, bytes]) -> None:
        """Take in a page."""
        answer, body = page
        part = request.purpose
        if part is None:
            self._check_again(answer.total)
        elif part in self._parts:  # not of a walk that was given up
            self._take(part, answer, body)

    def refused(self, request: Request, error: MiroRefusedError) -> None:
        """Start again without guessing when a cursor is refused."""
        if error.status != requests.codes.bad_request or "cursor" not in request.query:
            raise error
        if request.purpose in self._parts:
            self._start_again(error)

    def _divide(self, part: _Part, cut: int) -> Request:
        second = _Part(_cursor_after(cut), after=cut, until=part.until, span=part.span)
        part.until = cut
        self._parts.append(second)
        return self._request(second)

    def _request(self, part: _Part) -> Request:
        part.asked = True
        query = {**self._filters, "limit": str(ITEMS_LIMIT)}
        if part.cursor is not None:
            query["cursor"] = part.cursor
        return Request(query, part)

    def _take(self, part: _Part, page: ItemsPage, body: bytes) -> None:
        part.asked = False
        first = part.cursor is None
        if first:
            self.total = page.total
        if self._keep_bodies:
            self.bodies.append(body)
        known = len(self.items)
        self._sample.add(str(self._filters), (item.id for item in page.items), self.total)
        for item in page.items:
            self.items.setdefault(item.id, item)
        self.problems.extend(page.problems)
        in_order = self._by_id and _in_order(part, page)
        if self._by_id and not in_order and len(self._parts) > 1:
            # What was read by guessing where ids are stands on nothing now.
            self._start_again(SourceError(say("miro.goes_in_circles")))
            return
        self._by_id = in_order
        if page.cursor is None or (part.until is not None and part.after >= part.until):
            part.done = True
        else:
            self._follow(part, page.cursor, new=len(self.items) > known)
        if first and in_order and page.last_cursor:
            self._enter_at_last_page(part, page.last_cursor)
        if all(each.done for each in self._parts) and len(self.items) < (self.total or 0):
            self._recount = "wanted"

    def _follow(self, part: _Part, cursor: str, *, new: bool) -> None:
        """Go on to the next page, unless the pages run in circles."""
        self._idle = 0 if new else self._idle + 1
        if cursor in self._cursors or self._idle >= _IDLE_PAGES + len(self._parts):
            self._start_again(SourceError(say("miro.goes_in_circles")))
            return
        self._cursors.add(cursor)
        part.cursor = cursor

    def _enter_at_last_page(self, part: _Part, cursor: str) -> None:
        place = _place(cursor)
        if place is not None and place > part.after and not part.done:
            self._last = place
            self._parts.append(_Part(cursor, after=place, span=part.span))
            part.until = place

    def _end(self, part: _Part) -> int:
        """Return the id near which the part ends, as far as can be told."""
        if part.until is not None:
            return part.until
        if self._last is not None:
            return part.after + part.span
        return part.after + part.span * max(0, (self.total or 0) - len(self.items)) // ITEMS_LIMIT

    def _check_again(self, total: int | None) -> None:
        """Compare with a newer count: somebody may have deleted items while we read."""
        self._recount = "no"
        total = self.total if total is None else total  # no newer count is no proof of nothing
        if len(self.items) >= (total or 0):
            return
        if self._restarted:
            self.short_of = total
        else:
            self._start_again(SourceError(say("miro.goes_in_circles")))

    def _start_again(self, reason: SourceError) -> None:
        """Read once more from the start, page after page; `reason` is raised the second time."""
        if self._restarted:
            raise reason
        self._restarted = True
        self._start()


class RowsListing:
    """Tags, members, or the items of a tag: what Miro pages by offset.

    Attributes:
        can_wait: as in `Listing`.
        names: read so far, by id. raw: the same, as it came.
        short_of: as in `ItemsListing`.

    """

    def __init__(self, get: GetRows) -> None:
        """Prepare to read; `get` fetches one page."""
        self.can_wait = False
        self._get = get
        self._one_by_one = False
        self._start()

    def _start(self) -> None:
        self.names: dict[str, str] = {}
        self.raw: dict[str, Mapping[str, Any]] = {}
        self.short_of: int | None = None
        self._total: int | None = None
        self._next = 0
        self._walk = object()
        self._asked = 0
        self._ended = False

    @property
    def done(self) -> bool:
        """Whether everything was read, as far as Miro gives it."""
        return self._ended and not self._asked

    def fetch(self, query: Mapping[str, str]) -> NamesPage:
        """Fetch a page."""
        return self._get(query)

    def next_page(self) -> Request | None:
        """Return the next page: after the first, all at once where their number is known."""
        if self._ended or (self._asked and (self._total is None or self._one_by_one)):
            return None
        offset = self._next
        self._next += ROWS_LIMIT
        self._asked += 1
        self._ended = self._total is not None and self._next >= self._total
        return Request({"limit": str(ROWS_LIMIT), "offset": str(offset)}, self._walk)

    def division(self) -> Division | None:
        """Return None: its pages can be asked for all at once anyway."""
        return None

    def feed(self, request: Request, page: NamesPage) -> None:
        """Take in a page."""
        if request.purpose is not self._walk:
            return
        self._asked -= 1
        known = len(self.names)
        self.names.update(page.names)
        self.raw.update((str(row["id"]), row) for row in page.raw)
        self._total = page.total
        nothing_new = len(self.names) == known
        if nothing_new or (page.total is None and len(page.names) < ROWS_LIMIT):
            self._ended = True
        if page.total is not None and self._next >= page.total:
            self._ended = True
        if self.done and len(self.names) < (self._total or 0):
            self._close_short()

    def refused(self, request: Request, error: MiroRefusedError) -> None:  # noqa: ARG002 - as above
        """Raise the error."""
        raise error

    def _close_short(self) -> None:
        """Read once more, page after page; rows may have moved between pages read at once."""
        if self._one_by_one:
            self.short_of = self._total
        else:
            self._one_by_one = True
            self._start()


class Single(Generic[_Result]):
    """One answer that is read beside the listings.

    Attributes:
        can_wait: as in `Listing`.
        answer: None while it was not read.

    """

    def __init__(self, get: Callable[[], _Result]) -> None:
        """Prepare to read."""
        self.can_wait = False
        self._get = get
        self._asked = False
        self.answer: _Result | None = None

    def fetch(self, query: Mapping[str, str]) -> _Result:  # noqa: ARG002 - the protocol's
        """Fetch the answer."""
        return self._get()

    def next_page(self) -> Request | None:
        """Return the one request."""
        if self._asked:
            return None
        self._asked = True
        return Request({}, None)

    def division(self) -> Division | None:
        """Return None."""
        return None

    def feed(self, request: Request, page: _Result) -> None:  # noqa: ARG002 - as above
        """Take in the answer."""
        self.answer = page

    def refused(self, request: Request, error: MiroRefusedError) -> None:  # noqa: ARG002 - as above
        """Raise the error."""
        raise error


def _in_order(part: _Part, page: ItemsPage) -> bool:
    """Move the part on behind the page; tell whether ids and cursor look as observed."""
    ids = [int(item.id) for item in page.items if _looks_like_an_id(item.id)]
    before = part.after
    for each in ids:
        if each <= before:
            return False
        before = each
    if len(ids) < len(page.items):
        return False
    if ids:
        part.after = ids[-1]
        part.span = max(1, ids[-1] - ids[0])
    return page.cursor is None or _place(page.cursor) == part.after


def _place(cursor: str) -> int | None:
    """Return the id in a cursor, None when it does not look like one."""
    try:
        text = base64.b64decode(cursor, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    digits = text.removesuffix("~")
    return int(digits) if digits != text and _looks_like_an_id(digits) else None


def _looks_like_an_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


def _cursor_after(place: int) -> str:
    return base64.b64encode(f"{place}~".encode()).decode()
