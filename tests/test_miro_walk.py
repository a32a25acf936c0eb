"""Reading listings side by side: whole whatever the ids, the pages and the service do."""

from __future__ import annotations

import base64
import bisect
import heapq
import itertools
import json
import random
from collections.abc import Callable, Mapping

import pytest
from conftest import shared
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.errors import SourceError
from miro_sync.miro_http import MiroRefusedError
from miro_sync.miro_walk import (
    ItemsListing,
    Listing,
    Request,
    RowsListing,
    Sample,
    Single,
    _next,
    read_side_by_side,
)
from miro_sync.model import BoardItem, say
from miro_sync.wire import ItemsPage, NamesPage

FIRST = 3458764578363188000
Query = Mapping[str, str]


class Shelf:
    """A listing of items as Miro pages it.

    Attributes:
        asked: every query.

    """

    def __init__(self, ids: list[int], *, totals: bool = True, last: bool = True) -> None:
        self.ids = sorted(ids)
        self.totals = totals
        self.last = last
        self.asked: list[Query] = []

    def get(self, query: Query) -> tuple[ItemsPage, bytes]:
        self.asked.append(query)
        limit = int(query["limit"])
        start = (
            bisect.bisect_right(self.ids, self.place(query["cursor"])) if "cursor" in query else 0
        )
        chosen = self.ids[start : start + limit]
        more = start + limit < len(self.ids)
        before_last = self.ids[(len(self.ids) - 1) // limit * limit - 1] if more else 0
        page = ItemsPage(
            items=tuple(BoardItem(str(each), "card") for each in chosen),
            total=len(self.ids) if self.totals else None,
            cursor=self.seal(chosen[-1]) if more else None,
            last_cursor=self.seal(before_last) if more and self.last else None,
            problems=(),
        )
        return page, b""

    def seal(self, place: int) -> str:
        return base64.b64encode(f"{place}~".encode()).decode()

    def place(self, cursor: str) -> int:
        made_up = cursor.startswith("#")
        return 0 if made_up else int(base64.b64decode(cursor).decode().removesuffix("~"))


class SealedShelf(Shelf):
    """The same with cursors that tell nothing and that nobody can make up."""

    def seal(self, place: int) -> str:
        return f"#{place * 7919}"

    def place(self, cursor: str) -> int:
        if not cursor.startswith("#"):
            raise MiroRefusedError(say("miro.not_understood", status=400, verb="GET"), 400)
        return int(cursor[1:]) // 7919


def read(shelf: Shelf, lanes: int = 8) -> ItemsListing:
    listing = ItemsListing(shelf.get, {"type": "card"})
    read_side_by_side([listing], lanes, lambda: None)
    assert listing.done
    return listing


def bursts(count: int, seed: int) -> list[int]:
    """Make ids as boards get them: by hand one a minute, by pasting a hundred at once."""
    dice = random.Random(seed)  # noqa: S311 - ids are no secret
    ids: list[int] = []
    last = FIRST
    while len(ids) < count:
        last += int(dice.expovariate(1 / 1.5e8))
        for _ in range(dice.randrange(3, 60)):
            step = dice.randrange(1, 4) if dice.random() < 0.3 else int(dice.expovariate(1 / 6e4))
            last += 1 + step
            ids.append(last)
    return ids[:count]


# --- whole ------------------------------------------------------------------------------------


@given(st.sets(st.integers(1, 5_000), max_size=700), st.integers(1, 12), st.booleans())
def test_a_listing_is_read_whole_wherever_its_ids_lie(
    offsets: set[int],
    lanes: int,
    last: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    shelf = Shelf([FIRST + each for each in offsets], last=last)
    listing = read(shelf, lanes)
    assert sorted(map(int, listing.items)) == shelf.ids
    assert listing.short_of is None


@given(st.lists(st.integers(1, 10**12), max_size=400, unique=True), st.integers(1, 12))
def test_a_listing_is_read_whole_however_far_apart_its_ids_are(
    offsets: list[int], lanes: int
) -> None:
    shelf = Shelf([FIRST + each for each in offsets])
    assert sorted(map(int, read(shelf, lanes).items)) == shelf.ids


@given(st.integers(0, 400), st.booleans(), st.booleans())
def test_a_listing_with_sealed_cursors_is_read_whole(
    count: int,
    totals: bool,  # noqa: FBT001 - hypothesis gives it
    last: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    shelf = SealedShelf([FIRST + 3 * each for each in range(count)], totals=totals, last=last)
    listing = read(shelf)
    assert sorted(map(int, listing.items)) == shelf.ids
    assert len(shelf.asked) == max(1, -(-count // 50))


def test_ids_that_are_no_numbers_are_read_page_after_page() -> None:
    class Named(SealedShelf):
        def get(self, query: Query) -> tuple[ItemsPage, bytes]:
            page, body = super().get(query)
            items = tuple(BoardItem(f"card-{each.id}", "card") for each in page.items)
            return ItemsPage(items, page.total, page.cursor, None, ()), body

    shelf = Named(bursts(260, 1))
    assert len(read(shelf).items) == 260
    assert len(shelf.asked) == 6


def test_the_ids_of_a_real_board_are_read_whole_in_few_more_calls_than_pages() -> None:
    raw = json.loads(shared("data", "miro", "real_board_after.json").read_bytes())["items"]
    shelf = Shelf([int(item["id"]) for item in raw])
    assert sorted(map(int, read(shelf).items)) == shelf.ids
    assert len(shelf.asked) <= 2 * 13


# --- side by side -----------------------------------------------------------------------------


def rounds(listings: list[Listing], lanes: int) -> tuple[int, int]:
    """Read with a service that answers every call in one unit of time.

    Returns:
        The time it takes, and the number of calls.

    """
    under_way: list[tuple[int, int, Listing, Request]] = []
    number = itertools.count()
    now = calls = 0
    while True:
        while len(under_way) < lanes and (chosen := _next(listings)):
            listing, request = chosen
            heapq.heappush(under_way, (now + 1, next(number), listing, request))
            calls += 1
        if not under_way:
            return now, calls
        now, _, listing, request = heapq.heappop(under_way)
        listing.feed(request, listing.fetch(request.query))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", ["bursts", "even", "one paste", "sparse end"])
def test_a_hundred_pages_of_several_kinds_take_ten_rounds(shape: str, seed: int) -> None:
    ids = {
        "bursts": bursts(5000, seed),
        "even": [FIRST + n for n in range(5000)],
        "one paste": [FIRST + (n * 10**8 if n < 50 else 50 * 10**8 + n) for n in range(5000)],
        "sparse end": [FIRST + (n if n < 4950 else n * 10**8) for n in range(5000)],
    }[shape]
    dice = random.Random(seed)  # noqa: S311 - ids are no secret
    kinds: dict[str, list[int]] = {}
    for each in ids:
        kind = dice.choices(["card", "note", "shape", "text", "app"], [48, 24, 14, 12, 2])[0]
        kinds.setdefault(kind, []).append(each)
    sample = Sample()
    listings = [
        ItemsListing(Shelf(mine).get, {"type": kind}, sample) for kind, mine in kinds.items()
    ]
    time, calls = rounds(list(listings), 16)
    pages = sum(-(-len(mine) // 50) for mine in kinds.values())
    assert sum(len(listing.items) for listing in listings) == 5000
    assert time <= 11  # one after another it would be the pages of the largest kind, 48
    assert calls <= pages * 1.35


def test_the_heaviest_listing_is_divided_first() -> None:
    small = ItemsListing(Shelf([FIRST + n for n in range(220)]).get, {"type": "a"})
    large = ItemsListing(Shelf([FIRST + n for n in range(2000)]).get, {"type": "b"})
    for listing in (small, large):
        request = listing.next_page()
        assert request
        listing.feed(request, listing.fetch(request.query))
        while listing.next_page():
            pass
        assert listing.division()
    chosen = _next([small, large])
    assert chosen
    assert chosen[0] is large


def test_a_held_listing_asks_for_its_first_page_only() -> None:
    shelf = Shelf([FIRST + n for n in range(500)])
    listing = ItemsListing(shelf.get, {})
    listing.held = True
    read_side_by_side([listing], 8, lambda: None)
    assert len(shelf.asked) == 1
    assert listing.begun
    assert not listing.done
    listing.held = False
    read_side_by_side([listing], 8, lambda: None)
    assert listing.done


# --- a service that does other things than it says -------------------------------------------


class Spoilt(Shelf):
    """A shelf whose pages are changed on their way.

    Attributes:
        change: takes the query, the page and the number of the call.

    """

    def __init__(
        self, ids: list[int], change: Callable[[Query, ItemsPage, int], ItemsPage]
    ) -> None:
        super().__init__(ids)
        self.change = change

    def get(self, query: Query) -> tuple[ItemsPage, bytes]:
        page, body = super().get(query)
        return self.change(query, page, len(self.asked)), body


def remade(page: ItemsPage, **parts: object) -> ItemsPage:
    whole = {name: getattr(page, name) for name in ItemsPage.__slots__}
    return ItemsPage(**(whole | parts))


IDS = [FIRST + n for n in range(500)]


def test_a_page_out_of_order_ends_all_guessing_and_the_listing_is_read_again() -> None:
    def backwards_once(_: Query, page: ItemsPage, call: int) -> ItemsPage:
        return remade(page, items=page.items[::-1]) if call == 5 else page

    listing = read(Spoilt(IDS, backwards_once))
    assert sorted(map(int, listing.items)) == IDS


def test_a_service_that_answers_made_up_cursors_with_nonsense_is_read_all_the_same() -> None:
    real: set[str] = set()

    def first_page_for_strangers(query: Query, page: ItemsPage, _: int) -> ItemsPage:
        if "cursor" in query and query["cursor"] not in real:
            page = Shelf(IDS).get({"limit": "50"})[0]
        real.update(filter(None, (page.cursor,)))
        return remade(page, last_cursor=None)

    listing = read(Spoilt(IDS, first_page_for_strangers))
    assert sorted(map(int, listing.items)) == IDS


def test_a_service_that_loses_items_on_made_up_cursors_is_found_out_by_its_own_count() -> None:
    real: set[str] = set()

    def less_for_strangers(query: Query, page: ItemsPage, _: int) -> ItemsPage:
        strange = "cursor" in query and query["cursor"] not in real
        real.update(filter(None, (page.cursor, page.last_cursor)))
        return remade(page, items=page.items[3:]) if strange else page

    listing = read(Spoilt(IDS, less_for_strangers))
    assert sorted(map(int, listing.items)) == IDS
    assert listing.short_of is None


def test_what_is_counted_and_never_given_is_told() -> None:
    def one_less(_: Query, page: ItemsPage, __: int) -> ItemsPage:
        return remade(page, items=tuple(item for item in page.items if item.id != str(IDS[77])))

    listing = read(Spoilt(IDS, one_less))
    assert len(listing.items) == 499
    assert listing.short_of == 500


def test_a_count_that_shrinks_while_we_read_is_asked_for_again() -> None:
    def one_goes(query: Query, page: ItemsPage, _: int) -> ItemsPage:
        items = tuple(item for item in page.items if item.id != str(IDS[77]))
        total = 499 if query["limit"] == "10" else 500
        return remade(page, items=items, total=total)

    shelf = Spoilt(IDS, one_goes)
    listing = read(shelf)
    assert listing.short_of is None
    assert [query for query in shelf.asked if query["limit"] == "10"]


def test_pages_that_bring_nothing_new_end() -> None:
    def for_ever(_: Query, page: ItemsPage, call: int) -> ItemsPage:
        return remade(page, items=Shelf(IDS).get({"limit": "50"})[0].items, cursor=f"#{call}",
                      last_cursor=None)  # fmt: skip

    shelf = Spoilt(IDS, for_ever)
    with pytest.raises(SourceError, match=r"miro\.goes_in_circles"):
        read(shelf)
    assert len(shelf.asked) < 20


def test_a_refusal_that_is_no_cursors_fault_is_raised() -> None:
    def gone(query: Query, page: ItemsPage, __: int) -> ItemsPage:
        if "cursor" in query:
            raise MiroRefusedError(say("miro.not_found"), 404)
        return page

    with pytest.raises(MiroRefusedError):
        read(Spoilt(IDS, gone))


# --- rows -------------------------------------------------------------------------------------


class Rows:
    """Tags or members as Miro pages them."""

    def __init__(self, count: int, *, totals: bool = True) -> None:
        self.count = count
        self.totals = totals
        self.asked: list[Query] = []

    def get(self, query: Query) -> NamesPage:
        self.asked.append(query)
        start = int(query["offset"])
        ids = [str(n) for n in range(start, min(start + int(query["limit"]), self.count))]
        raw = [{"id": each} for each in ids]
        return NamesPage(dict.fromkeys(ids, "имя"), self.count if self.totals else None, raw)


@given(st.integers(0, 400), st.booleans(), st.integers(1, 8))
def test_rows_are_read_whole_whether_counted_or_not(
    count: int,
    totals: bool,  # noqa: FBT001 - hypothesis gives it
    lanes: int,
) -> None:
    rows = Rows(count, totals=totals)
    listing = RowsListing(rows.get)
    read_side_by_side([listing], lanes, lambda: None)
    assert listing.done
    assert len(listing.names) == len(listing.raw) == count
    assert listing.short_of is None
    if totals:
        assert len(rows.asked) == max(1, -(-count // 50))


def test_rows_that_moved_between_pages_are_read_again_one_page_after_another() -> None:
    rows = Rows(220)

    def moving(query: Query) -> NamesPage:
        page = rows.get(query)
        if len(rows.asked) == 2:
            return NamesPage(dict(list(page.names.items())[:-1]), page.total, page.raw[:-1])
        return page

    listing = RowsListing(moving)
    read_side_by_side([listing], 8, lambda: None)
    assert len(listing.names) == 220
    assert listing.short_of is None


def test_rows_that_are_counted_and_never_given_are_told() -> None:
    rows = Rows(120)

    def less(query: Query) -> NamesPage:
        page = rows.get(query)
        return NamesPage(dict(list(page.names.items())[1:]), page.total, page.raw[1:])

    listing = RowsListing(less)
    read_side_by_side([listing], 8, lambda: None)
    assert listing.short_of == 120
    assert len(rows.asked) == 6


@pytest.mark.parametrize("totals", [True, False])
def test_a_service_that_ignores_the_offset_is_not_asked_for_ever(*, totals: bool) -> None:
    rows = Rows(10_000, totals=totals)
    listing = RowsListing(lambda query: rows.get({**query, "offset": "0"}))
    read_side_by_side([listing], 8, lambda: None)
    assert len(rows.asked) < 40


# --- many at once -----------------------------------------------------------------------------


def test_a_single_answer_is_read_beside_the_listings() -> None:
    single = Single(lambda: 7)
    rows = RowsListing(Rows(120).get)
    steps: list[int | None] = []
    read_side_by_side([single, rows], 2, lambda: steps.append(single.answer))
    assert single.answer == 7
    assert rows.done
    assert len(steps) == 4


def test_an_error_ends_the_whole_reading() -> None:
    def broken() -> int:
        raise SourceError(say("miro.silent", host="x", seconds=1))

    with pytest.raises(SourceError):
        read_side_by_side([Single(broken), RowsListing(Rows(120).get)], 2, lambda: None)


def test_listings_may_be_added_on_the_way() -> None:
    listings: list[Listing] = [Single(lambda: 1)]
    rows = RowsListing(Rows(60).get)

    def add() -> None:
        if rows not in listings:
            listings.append(rows)

    read_side_by_side(listings, 2, add)
    assert len(rows.names) == 60
