"""Reading a live board: whole, in few calls, and never wrong when the service breaks."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import shared
from miro_contract import Contract
from miro_server import BOARD_ID, MEMBER, Board, Fault, network_board
from miro_world import NOON, FakeClock, small_board, told, world

from miro_sync.errors import SettingsError, SourceError
from miro_sync.miro_client import MiroBoard, MiroClient, board_id_in
from miro_sync.miro_http import Address, MiroHttp
from miro_sync.miro_tokens import PermanentToken
from miro_sync.model import BoardHint, BoardSnapshot, SourceState
from miro_sync.wire import SPEAKING_KINDS, read_export


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(json.loads(shared("contracts", "miro-openapi.json").read_bytes()))


def whole(board: Board) -> dict[str, tuple[str, str | None, tuple[str, ...]]]:
    """Return what a reader must see of a board: kind, frame and tags of what can speak."""
    return {
        item_id: (
            item["type"],
            item.get("parent", {}).get("id"),
            tuple(board.item_tags.get(item_id, ())),
        )
        for item_id, item in board.items.items()
        if item["type"] in SPEAKING_KINDS
    }


def seen(snapshot: BoardSnapshot | None) -> dict[str, tuple[str, str | None, tuple[str, ...]]]:
    assert snapshot
    assert snapshot.complete
    assert len({item.id for item in snapshot.items}) == len(snapshot.items)
    return {item.id: (item.type, item.parent_id, item.tag_ids) for item in snapshot.items}


# --- a whole board ----------------------------------------------------------------------------


def test_a_board_is_read_with_its_frames_tags_and_members() -> None:
    board = small_board()
    with world(board) as w:
        read = w.client.read()
    snapshot = read.snapshot
    assert snapshot
    assert read.state is SourceState.FRESH
    assert seen(snapshot) == whole(board)
    assert snapshot.name == "Точки роста"
    assert snapshot.url == f"https://miro.com/app/board/{BOARD_ID}"
    assert snapshot.tags == {"9000": "метка 0", "9001": "метка 1", "9002": "метка 2"}
    assert snapshot.members["500"] == "Участник 0"
    assert snapshot.read_at == NOON
    assert snapshot.modified_at == dt.datetime(2023, 5, 31, 12, tzinfo=dt.UTC)
    assert not snapshot.problems


def test_items_come_in_the_order_of_their_making() -> None:
    with world(network_board(700)) as w:
        snapshot = w.client.read().snapshot
    assert snapshot
    ids = [int(item.id) for item in snapshot.items]
    assert ids == sorted(ids)


@pytest.mark.parametrize("cursors", ["ids", "sealed"])
def test_a_large_board_is_read_whole_whatever_its_cursors_look_like(cursors: str) -> None:
    board = network_board(2000)
    with world(board, cursors=cursors) as w:
        assert seen(w.client.read().snapshot) == whole(board)


def test_requests_and_answers_keep_to_miros_own_contract(contract: Contract) -> None:
    with world(small_board(tags=60, members=60), contract=contract) as w:
        w.client.read()
        w.client.export_document()
        w.client.who_am_i()
        assert w.server.seen
        assert w.server.complaints == []


def test_the_contract_is_held_against_requests_at_all(contract: Contract) -> None:
    assert contract.faults_of_request("GET", "/v2/boards/x/items", {"limit": "51"}, None)
    assert contract.faults_of_request("GET", "/v2/boards/x/items", {"page": "2"}, None)
    assert contract.faults_of_request("GET", "/v2/boards/x/unheard", {}, None)
    assert contract.faults_of_request("POST", "/v2/boards/x/tags", {}, {"title": "а", "meta": 1})
    assert contract.faults_of_answer("GET", "/v2/boards/{board_id}/items", 200, {"data": [{}]})


def test_kinds_that_never_speak_are_counted_and_not_read() -> None:
    board = small_board()
    for _ in range(120):
        board.put("image", "Фото")
    with world(board) as w:
        snapshot = w.client.read().snapshot
        pages = [one for one in w.server.seen if one.query.get("type") == "image"]
    assert seen(snapshot) == whole(board)
    assert [one.query for one in pages] == [{"type": "image", "limit": "10"}]


def test_items_of_a_kind_that_cannot_be_asked_for_are_read_too() -> None:
    board = small_board()
    strange = board.put("mindmap_node", "идея")
    board.items[strange] |= {"isSupported": False}
    with world(board) as w:
        found = seen(w.client.read().snapshot)
    assert found.pop(strange) == ("mindmap_node", None, ())
    assert found == whole(board)


def test_a_board_whose_totals_are_not_told_is_read_to_its_last_page() -> None:
    board = small_board()
    with world(board) as w:
        w.server.totals = False
        assert seen(w.client.read().snapshot) == whole(board)


def test_tags_are_read_by_tag_and_not_by_item() -> None:
    with world(small_board(tags=3)) as w:
        w.client.read()
        paths = [one.path for one in w.server.seen]
        by_tag = [one.query for one in w.server.seen if "tag_id" in one.query]
    assert not [path for path in paths if path.endswith("/tags") and "/items/" in path]
    assert {query["tag_id"] for query in by_tag} == {"9000", "9001", "9002"}


def test_many_tags_members_and_items_of_a_tag_are_paged() -> None:
    board = small_board(tags=110, members=120)
    board.put_tag("у всех", *[item for item, raw in board.items.items() if raw["type"] == "card"])
    with world(board) as w:
        snapshot = w.client.read().snapshot
    assert seen(snapshot) == whole(board)
    assert snapshot
    assert len(snapshot.tags) == 111
    assert len(snapshot.members) == 120


def test_an_empty_board_is_a_complete_one() -> None:
    with world(Board()) as w:
        snapshot = w.client.read().snapshot
    assert snapshot
    assert snapshot.complete
    assert snapshot.items == ()


def test_an_item_made_during_the_read_does_no_harm() -> None:
    board = small_board()
    with world(board) as w:
        late: list[str] = []

        def somebody_works(_seen: int, _expected: int | None) -> None:
            if not late:
                late.append(board.put("card", "только что"))
                w.server.touched()

        w.client.progress = somebody_works
        found = seen(w.client.read().snapshot)
    expected = whole(board)
    assert {item: found[item] for item in expected if item not in late} == {
        item: known for item, known in expected.items() if item not in late
    }


def test_an_item_deleted_during_the_read_is_no_loss() -> None:
    board = small_board()
    first = next(item for item, raw in board.items.items() if raw["type"] == "card")
    with world(board) as w:
        gone: list[Any] = []

        def somebody_works(_seen: int, _expected: int | None) -> None:
            if not gone:
                gone.append(board.items.pop(first))
                w.server.touched()

        w.client.progress = somebody_works
        snapshot = w.client.read().snapshot
    assert snapshot
    assert snapshot.complete
    assert {item.id for item in snapshot.items} - {first} == set(whole(board))


def test_progress_is_told_up_to_the_end() -> None:
    steps: list[tuple[int, int | None]] = []
    with world(small_board(), progress=lambda done, of: steps.append((done, of))) as w:
        w.client.read()
    assert steps[-1] == (134, 134)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_no_experimental_call_is_made() -> None:
    with world(small_board()) as w:
        w.client.read()
        assert not [one.path for one in w.server.seen if "experimental" in one.path]


def test_connections_are_used_again() -> None:
    with world(network_board(1000)) as w:
        read = w.client.read()
        assert w.server.connections <= w.http.lanes
        assert read.calls > 2 * w.http.lanes


def test_the_board_is_a_source_of_a_run() -> None:
    board = small_board()
    with world(board) as w:
        source = MiroBoard(w.client)
        visit = source.visit()
        assert seen(visit.snapshot) == whole(board)
        assert visit.calls == len(w.server.seen)
        again = source.visit(visit.hint)
        assert again.snapshot is None
        assert again.calls == 1
        assert seen(source.read()) == whole(board)


# --- what it costs ----------------------------------------------------------------------------


def test_calls_and_credits_of_a_read_are_told() -> None:
    with world(small_board(cards=40, tags=1)) as w:
        read = w.client.read()
        assert read.calls == len(w.server.seen)
    # board, tags, members and one tag's items at level 1; the unfiltered count and one call for
    # each of the twelve kinds at level 2
    assert (read.calls, read.credits) == (4 + 13, 4 * 50 + 13 * 100)


def hint_of(w: Any) -> BoardHint:  # noqa: ANN401 - a World
    hint = w.client.read().hint
    assert isinstance(hint, BoardHint)
    w.server.seen.clear()
    return hint


def test_a_board_that_has_not_changed_costs_one_call() -> None:
    with world(small_board()) as w:
        hint = hint_of(w)
        w.time.move(hours=1)
        read = w.client.read(hint)
        assert [one.path for one in w.server.seen] == [f"/v2/boards/{BOARD_ID}"]
    assert (read.snapshot, read.state) == (None, SourceState.UNCHANGED)
    assert (read.calls, read.credits) == (1, 50)
    assert read.hint == hint
    assert read.checked_at == NOON + dt.timedelta(hours=1)
    assert read.message
    assert "01.06.2023 12:00" in told(read.message)


def test_a_board_with_another_date_is_read_and_its_record_is_not_asked_for_twice() -> None:
    with world(small_board()) as w:
        hint = hint_of(w)
        w.server.board.modified_at = "2023-05-31T12:00:01Z"
        read = w.client.read(hint)
        records = [one for one in w.server.seen if one.path == f"/v2/boards/{BOARD_ID}"]
    assert read.snapshot
    assert len(records) == 1


def test_everything_is_read_at_least_once_a_day() -> None:
    with world(small_board()) as w:
        hint = hint_of(w)
        w.time.move(hours=22, minutes=59)
        assert w.client.read(hint).snapshot is None
        w.time.move(minutes=1)
        assert w.client.read(hint).snapshot is not None


def test_everything_is_read_at_once_when_asked_for() -> None:
    with world(small_board()) as w:
        hint = hint_of(w)
        assert w.client.read(hint, full=True).snapshot is not None


def test_a_hint_of_another_board_or_of_the_future_is_no_hint() -> None:
    with world(small_board()) as w:
        hint = hint_of(w)
        other = BoardHint("uXjVanother=", hint.modified_at, hint.read_at)
        later = BoardHint(hint.board_id, hint.modified_at, NOON + dt.timedelta(hours=2))
        assert w.client.read(other).snapshot is not None
        assert w.client.read(later).snapshot is not None


def test_a_change_in_the_second_of_the_read_leaves_no_hint() -> None:
    # A second change in the same second would leave Miro's date as it is.
    board = small_board()
    board.modified_at = "2023-06-01T11:59:59Z"
    with world(board) as w:
        assert w.client.read().hint is None
        w.time.move(seconds=2)
        assert w.client.read().hint is not None


def test_the_same_second_is_told_by_miros_clock_and_not_by_ours() -> None:
    board = small_board()
    board.modified_at = "2023-06-01T11:59:59Z"
    with world(board) as w:
        theirs = w.time
        ours = FakeClock(NOON + dt.timedelta(minutes=7))
        http = MiroHttp(ours.clock(), Address(w.server.url))
        client = MiroClient(http, w.client.tokens, BOARD_ID)
        assert client.read().hint is None
        theirs.move(seconds=2)
        assert client.read().hint is not None
        http.close()


def test_an_incomplete_read_leaves_no_hint() -> None:
    with world(small_board(), Fault("lost", "items", times=1000)) as w:
        read = w.client.read()
    assert read.snapshot
    assert not read.snapshot.complete
    assert read.hint is None


@pytest.mark.parametrize("allowance", [100_000, 10_000, 2_000])
def test_the_allowance_is_never_overrun(allowance: int) -> None:
    board = network_board(1200)
    with world(board, credits_per_minute=allowance, server_credits=allowance) as w:
        for _ in range(3):
            assert seen(w.client.read(full=True).snapshot) == whole(board)
        assert w.server.refusals == 0
        assert w.server.worst_minute <= allowance


def test_an_allowance_that_turns_out_smaller_is_believed() -> None:
    board = network_board(600)
    with world(board, server_credits=4_000) as w:
        assert seen(w.client.read().snapshot) == whole(board)
        assert w.server.refusals == 0
        assert w.server.worst_minute <= 4_000


def test_credits_that_another_program_spends_are_reckoned_with() -> None:
    board = small_board()
    with world(board) as w:
        w.server._spent.append((w.time.seconds() - 30, 99_000))
        assert seen(w.client.read().snapshot) == whole(board)
        assert w.server.refusals == 0


# --- what breaks ------------------------------------------------------------------------------

PASSING = (
    "408",
    "429",
    "429+",
    "429after",
    "500",
    "502",
    "503",
    "reset",
    "cut",
    "hung",
    "hung_in_body",
    "not_json",
    "wrong_shape",
    "elsewhere",
)
FINAL = {"401": "ключ доступа", "403": "нет доступа", "404": "не найдена"}
PLACES = ("items", "tags", "members", "tagged")
PAGES = ("first", "middle", "last")


def silence(kind: str) -> float:
    """Return the seconds of silence after which a client gives up: few only where it must."""
    return 0.15 if "hung" in kind else 10.0


def board_with_pages_of(place: str) -> Board:
    """Make a small board on which the listing has a first, a middle and a last page."""
    board = small_board(
        tags=110 if place == "tags" else 2, members=110 if place == "members" else 2
    )
    if place == "tagged":
        cards = [item for item, raw in board.items.items() if raw["type"] == "card"]
        board.put_tag("у всех", *cards)
    return board


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", PASSING)
def test_trouble_that_passes_is_waited_out(kind: str, place: str, page: str) -> None:
    board = board_with_pages_of(place)
    with world(board, Fault(kind, place, page), timeout=silence(kind)) as w:
        read = w.client.read()
        assert w.server.faults[0].times == 0
    assert seen(read.snapshot) == whole(board)
    assert read.snapshot
    assert len(read.snapshot.tags) == len(board.tags)
    assert len(read.snapshot.members) == len(board.members)
    assert w.time.slept


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", FINAL)
def test_a_refusal_is_said_in_words_and_never_an_empty_board(
    kind: str, place: str, page: str
) -> None:
    with (
        world(board_with_pages_of(place), Fault(kind, place, page)) as w,
        pytest.raises(SourceError) as refused,
    ):
        w.client.read()
    assert FINAL[kind] in told(refused.value.message)
    assert not w.time.slept


@pytest.mark.parametrize("place", [*PLACES, "board"])
@pytest.mark.parametrize("kind", [*PASSING, "closed"])
def test_trouble_that_stays_ends_in_words_within_the_patience(kind: str, place: str) -> None:
    board = board_with_pages_of(place)
    with (
        world(board, Fault(kind, place, times=10_000), patience=30, timeout=silence(kind)) as w,
        pytest.raises(SourceError) as failed,
    ):
        w.client.read()
    assert told(failed.value.message)
    if kind != "429+":  # other calls wait for the next minute, which is not trouble
        assert w.time.monotonic() <= 30


def test_a_minute_that_never_comes_ends_within_the_patience() -> None:
    with (
        world(None, Fault("429+", "token", times=10_000), patience=30) as w,
        pytest.raises(SourceError) as failed,
    ):
        w.client.who_am_i()
    assert "подождать" in told(failed.value.message)
    assert 20 <= w.time.monotonic() <= 30


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_service_that_goes_away_and_comes_back_is_waited_for(place: str, page: str) -> None:
    board = board_with_pages_of(place)
    with world(board, Fault("closed", place, page)) as w:

        def come_back() -> None:
            if w.server.gone.ident:
                w.server.come_back()

        w.time.on_sleep = come_back
        assert seen(w.client.read().snapshot) == whole(board)


def test_nobody_listening_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        clock = FakeClock()
        http = MiroHttp(clock.clock(), Address(f"http://127.0.0.1:{taken.getsockname()[1]}"))
        client = MiroClient(http, PermanentToken.of("a-token"), BOARD_ID, 5)
        with pytest.raises(SourceError) as failed:
            client.read()
    assert "Нет связи с Miro" in told(failed.value.message)
    assert clock.monotonic() <= 5


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("times", [1, 1000])
@pytest.mark.parametrize("kind", ["unknown_type", "no_data", "duplicate"])
def test_oddities_of_items_do_no_harm(kind: str, times: int, page: str) -> None:
    board = small_board()
    with world(board, Fault(kind, "items", page, times)) as w:
        snapshot = w.client.read().snapshot
    assert snapshot
    assert {item.id for item in snapshot.items} == set(whole(board))
    assert snapshot.complete


@pytest.mark.parametrize("page", PAGES)
def test_an_item_without_an_id_makes_the_board_incomplete_and_is_named(page: str) -> None:
    with world(small_board(), Fault("no_id", "items", page, times=1000)) as w:
        read = w.client.read()
    assert read.snapshot
    assert not read.snapshot.complete
    assert any("пропущен" in told(problem.message) for problem in read.snapshot.problems)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("cursors", ["ids", "sealed"])
def test_an_item_lost_from_a_page_once_is_found_by_reading_again(page: str, cursors: str) -> None:
    board = small_board()
    with world(board, Fault("lost", "items", page), cursors=cursors) as w:
        assert seen(w.client.read().snapshot) == whole(board)


@pytest.mark.parametrize("page", PAGES)
def test_items_that_miro_counts_and_does_not_give_make_the_board_incomplete(page: str) -> None:
    with world(small_board(), Fault("lost", "items", page, times=1000)) as w:
        read = w.client.read()
    assert read.snapshot
    assert not read.snapshot.complete
    assert any("насчитывает" in told(problem.message) for problem in read.snapshot.problems)
    assert read.message
    assert "не целиком" in told(read.message)


@pytest.mark.parametrize("page", ["middle", "last"])
@pytest.mark.parametrize("times", [1, 1000])
def test_a_cursor_that_is_refused_is_not_the_end(page: str, times: int) -> None:
    board = small_board()
    with world(board, Fault("400", "items", page, times)) as w:
        if times == 1:
            assert seen(w.client.read().snapshot) == whole(board)
        else:
            with pytest.raises(SourceError):
                w.client.read()


@pytest.mark.parametrize("cursors", ["ids", "sealed"])
@pytest.mark.parametrize("page", ["middle", "last"])
@pytest.mark.parametrize("times", [1, 10_000])
def test_a_page_that_repeats_for_ever_ends(page: str, times: int, cursors: str) -> None:
    board = small_board()
    with world(board, Fault("repeats", "items", page, times), cursors=cursors) as w:
        if times == 1:
            assert seen(w.client.read().snapshot) == whole(board)
        else:
            with pytest.raises(SourceError) as failed:
                w.client.read()
            assert "по кругу" in told(failed.value.message)
        assert len(w.server.seen) < 200


def test_a_kind_that_miro_no_longer_knows_is_read_with_the_rest() -> None:
    board = small_board()
    with world(board, Fault("400", "counted", times=1)) as w:
        assert seen(w.client.read().snapshot) == whole(board)


def test_what_miro_asks_to_wait_is_waited() -> None:
    with world(small_board(), Fault("429after", "members")) as w:
        w.client.read()
    assert w.time.monotonic() >= 7
    with world(small_board(), Fault("429+", "members")) as w:
        w.client.read()
    assert w.time.monotonic() >= 20


def test_a_wait_beyond_the_patience_is_not_begun() -> None:
    with (
        world(small_board(), Fault("429after", "members", times=99), patience=5) as w,
        pytest.raises(SourceError) as failed,
    ):
        w.client.read()
    assert "7 секунд" in told(failed.value.message)
    assert not w.time.slept


def test_a_board_that_is_not_there_is_a_failed_source() -> None:
    with world(small_board(), board_id="uXjVnowhere=") as w, pytest.raises(SourceError) as failed:
        w.client.read()
    assert "uXjVnowhere=" in told(failed.value.message)
    assert "не найдена" in told(failed.value.message)


def test_a_board_that_is_not_shared_is_a_failed_source() -> None:
    board = small_board()
    board.shared = False
    with world(board) as w, pytest.raises(SourceError) as failed:
        w.client.read()
    assert "нет доступа" in told(failed.value.message)


# --- an export --------------------------------------------------------------------------------


def test_an_export_reads_back_as_what_a_live_read_sees(contract: Contract) -> None:
    board = small_board(tags=60, members=60)
    with world(board, contract=contract) as w:
        document, read = w.client.export_document()
        live = w.client.read().snapshot
        assert w.server.complaints == []
    again = read_export(document, source="доска.json")
    assert again == read.snapshot
    assert live
    assert seen(again).items() >= seen(live).items()
    assert (again.tags, again.members, again.name) == (live.tags, live.members, live.name)


def test_an_export_holds_every_item_as_miro_gave_it() -> None:
    board = small_board()
    strange = board.put("table", unheard={"of": [1, 2.5]})
    with world(board) as w:
        document, _ = w.client.export_document()
    parts = json.loads(document)
    assert parts["schema"] == "miro-sync/board/1"
    assert parts["complete"] is True
    assert {item["id"]: item for item in parts["items"]} == board.items
    assert strange in {item["id"] for item in parts["items"]}
    assert parts["board"]["id"] == BOARD_ID
    assert parts["tags"][0] == {"id": "9000", "title": "метка 0", "fillColor": "green"}
    assert parts["item_tags"] == board.item_tags
    assert parts["members"] == board.members


# --- whose token ------------------------------------------------------------------------------


def test_the_owner_of_the_token_and_its_scopes_are_told() -> None:
    with world() as w:
        identity = w.client.who_am_i(writing=True)
    assert (identity.user, identity.user_id) == ("Участник 0", MEMBER)
    assert identity.team == "Методический отдел"
    assert identity.scopes == ("boards:read", "boards:write")
    assert identity.missing == ()
    assert identity.remedy is None


def test_missing_scopes_are_told_with_what_to_press() -> None:
    with world() as w:
        w.server.scopes = ["boards:read"]
        assert w.client.who_am_i().missing == ()
        identity = w.client.who_am_i(writing=True)
    assert identity.missing == ("boards:write",)
    assert identity.remedy
    assert "boards:write" in told(identity.remedy)


@pytest.mark.parametrize("kind", ["400", "401"])
def test_a_token_that_miro_does_not_know_is_told_with_what_to_do(kind: str) -> None:
    with world(None, Fault(kind, "token")) as w, pytest.raises(SourceError) as failed:
        w.client.who_am_i()
    assert "MIRO_ACCESS_TOKEN" in told(failed.value.message)


@pytest.mark.parametrize("kind", PASSING)
def test_trouble_while_asking_whose_token_it_is_passes_too(kind: str) -> None:
    with world(None, Fault(kind, "token"), timeout=silence(kind)) as w:
        assert w.client.who_am_i().user == "Участник 0"


# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "uXjVexample=",
        " uXjVexample= ",
        "uXjVexample%3D",
        "https://miro.com/app/board/uXjVexample=/",
        "https://miro.com/app/board/uXjVexample=",
        "https://miro.com/app/board/uXjVexample%3D/?moveToWidget=3458764578363188728&cot=14",
        "https://www.miro.com/app/board/uXjVexample=/?share_link_id=1",
        "https://miro.com/app/live-embed/uXjVexample=/?moveToViewport=1",
        "miro.com/app/board/uXjVexample=/",
    ],
)
def test_a_board_is_found_in_what_people_paste(source: str) -> None:
    assert board_id_in(source) == "uXjVexample="


@pytest.mark.parametrize(
    "source",
    [
        "board.json",
        "../export/доска.json",
        "",
        "https://example.org/app/board/uXjVexample=/",
        "https://notmiro.com/app/board/uXjVexample=/",
        "https://miro.com/app/dashboard/",
        "https://miro.com/app/board/../../x",
    ],
)
def test_other_sources_name_no_board(source: str) -> None:
    assert board_id_in(source) is None


@pytest.mark.parametrize("url", ["http://api.miro.com", "ftp://127.0.0.1", "api.miro.com", ""])
def test_an_address_that_would_carry_the_token_in_the_open_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        MiroHttp(FakeClock().clock(), Address(url))


# --- an independent witness -------------------------------------------------------------------

WITNESS = """
import json, sys
import miro_api
from miro_api.configuration import Configuration
Configuration.set_default(Configuration(host=sys.argv[1]))
miro = miro_api.MiroApi("token-of-the-tests")
board = sys.argv[2]
items = [[item.id, item.type] for item in miro.get_all_items(board, limit="50")]
tags = [[tag.id, tag.title] for tag in miro.get_all_tags_from_board(board)]
members = [[one.id, one.name] for one in miro.get_all_board_members(board)]
tagged = {tag: [item.id for item in miro.get_all_items_by_tag(board, tag)] for tag, _ in tags}
print(json.dumps({"items": items, "tags": tags, "members": members, "tagged": tagged}))
"""


def witness() -> str:
    """Return a Python that has Miro's official client; it wants an older urllib3 than ours."""
    if find_spec("miro_api"):
        return sys.executable
    python = os.environ.get("MIRO_SYNC_PEERS", "")
    if not python or not Path(python).exists():
        pytest.skip("no miro-api: name a Python that has it in MIRO_SYNC_PEERS")
    return python


def test_the_official_client_sees_the_same_board_on_the_same_server() -> None:
    python = witness()
    board = small_board(cards=60, tags=3, members=60)
    with world(board) as w:
        run = subprocess.run(  # noqa: S603 - our own script
            [python, "-c", WITNESS, w.server.url, BOARD_ID],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={"PATH": str(Path(shutil.which("sh") or "/bin/sh").parent), "NO_PROXY": "*"},
        )
        snapshot = read_export(w.client.export_document()[0], source="доска.json")
    said = json.loads(run.stdout)
    assert said["items"] == [[item.id, item.type] for item in snapshot.items]
    assert dict(said["tags"]) == snapshot.tags
    assert dict(said["members"]) == snapshot.members
    tagged = {tag: [i.id for i in snapshot.items if tag in i.tag_ids] for tag in snapshot.tags}
    assert said["tagged"] == tagged
