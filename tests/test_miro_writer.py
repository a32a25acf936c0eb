"""Writing: this service's own tags and cards, never twice, and nothing is ever deleted."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from conftest import shared
from miro_contract import Contract
from miro_server import Board, Fault
from miro_world import World, small_board, told, world

from miro_sync.errors import SourceError
from miro_sync.marks import is_own_tag, mark_for, mark_in, marked
from miro_sync.miro_writer import BoardTag, OwnCard

TITLE = "календарь: не отмечено"
DOUBTFUL = ("408", "500", "502", "503", "reset", "cut", "not_json")
WAYS = [(kind, done) for kind in (*DOUBTFUL, "closed") for done in (True, False)]
WAYS += [(kind, False) for kind in ("429", "429+", "429after")]


def first_card(board: Board) -> str:
    return next(item for item, raw in board.items.items() if raw["type"] == "card")


def titles(board: Board) -> list[str]:
    return [tag["title"] for tag in board.tags.values()]


def own_cards(count: int) -> list[OwnCard]:
    return [OwnCard(mark_for(f"событие {n}"), f"Мастер-класс {n}") for n in range(count)]


def cards_on(board: Board) -> list[dict[str, Any]]:
    return [item for item in board.items.values() if mark_in(item["data"].get("description", ""))]


def writing(w: World) -> None:
    """Write one of everything."""
    tag = w.writer.create_tag(TITLE)
    card = first_card(w.server.board)
    w.writer.attach_tag(card, tag)
    w.writer.detach_tag(card, tag)
    made = w.writer.create_cards(own_cards(1))
    w.writer.change_card(next(iter(made.values())).id, own_cards(1)[0])


# --- tags -------------------------------------------------------------------------------------


def test_a_tag_is_made_once_and_then_found() -> None:
    with world(small_board()) as w:
        first = w.writer.create_tag(TITLE, "red")
        assert w.writer.create_tag(TITLE) == first
        assert w.server.board.tags[first.id] | {"id": first.id} == {
            "id": first.id, "type": "tag", "title": TITLE, "fillColor": "red"
        }  # fmt: skip
        assert titles(w.server.board).count(TITLE) == 1


def test_a_tag_is_attached_and_detached() -> None:
    board = small_board()
    card = first_card(board)
    with world(board) as w:
        tag = w.writer.create_tag(TITLE)
        before = list(board.item_tags[card])
        w.writer.attach_tag(card, tag)
        assert board.item_tags[card] == [*before, tag.id]
        w.writer.detach_tag(card, tag)
        assert board.item_tags[card] == before
        assert card in board.items
        assert w.server.deleted == []


@pytest.mark.parametrize("title", ["проведено", "Календарь: скоро", "", "календарь: " + "я" * 120])
def test_a_tag_of_somebody_else_cannot_be_made(title: str) -> None:
    with world(small_board()) as w:
        with pytest.raises(ValueError, match="not a tag of ours"):
            w.writer.create_tag(title)
        assert w.server.seen == []


@pytest.mark.parametrize(
    ("item", "tag"),
    [
        ("", BoardTag("9000", TITLE)),
        ("1", BoardTag("", TITLE)),
        ("1", BoardTag("9000", "проведено")),
        ("1", BoardTag("9000", "")),
    ],
)
def test_nothing_leaves_for_an_empty_id_or_somebody_elses_tag(item: str, tag: BoardTag) -> None:
    with world(small_board()) as w:
        for act in (w.writer.attach_tag, w.writer.detach_tag):
            with pytest.raises(ValueError, match="not a tag of ours"):
                act(item, tag)
        assert w.server.seen == []


@pytest.mark.parametrize(("kind", "done"), WAYS)
def test_trouble_while_a_tag_is_made_never_makes_two(kind: str, *, done: bool) -> None:
    with world(small_board(), Fault(kind, "POST", done=done)) as w:
        w.time.on_sleep = lambda: w.server.come_back() if w.server.gone.ident else None
        tag = w.writer.create_tag(TITLE)
        assert titles(w.server.board).count(TITLE) == 1
        assert w.server.board.tags[tag.id]["title"] == TITLE


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("kind", DOUBTFUL)
def test_trouble_while_a_tag_is_put_on_or_taken_off_passes(kind: str, *, done: bool) -> None:
    board = small_board()
    card = first_card(board)
    with world(board) as w:
        tag = w.writer.create_tag(TITLE)
        w.server.faults = [Fault(kind, "POST", done=done)]
        w.writer.attach_tag(card, tag)
        assert board.item_tags[card].count(tag.id) == 1
        w.server.faults = [Fault(kind, "DELETE", done=done)]
        w.writer.detach_tag(card, tag)
        assert tag.id not in board.item_tags[card]
        assert w.server.deleted == []
        assert all(one.query.get("tag_id") for one in w.server.seen if one.verb == "DELETE")


def test_a_card_that_is_gone_is_said_in_words() -> None:
    with world(small_board()) as w:
        tag = w.writer.create_tag(TITLE)
        for act in (w.writer.attach_tag, w.writer.detach_tag):
            with pytest.raises(SourceError) as failed:
                act("404404", tag)
            assert "больше нет" in told(failed.value.message)
        with pytest.raises(SourceError) as failed:
            w.writer.change_card("404404", own_cards(1)[0])
        assert "больше нет" in told(failed.value.message)


def test_a_tag_that_is_not_there_needs_no_taking_off() -> None:
    board = small_board()
    with world(board) as w:
        w.writer.detach_tag(first_card(board), w.writer.create_tag(TITLE))
        assert w.server.deleted == []


def test_a_token_that_may_not_write_is_said_in_words() -> None:
    with world(small_board(), Fault("403", "DELETE")) as w:
        tag = w.writer.create_tag(TITLE)
        with pytest.raises(SourceError) as failed:
            w.writer.detach_tag(first_card(w.server.board), tag)
        assert "miro-sync doctor" in told(failed.value.message)


# --- cards ------------------------------------------------------------------------------------


def test_cards_are_made_twenty_in_a_call_and_recognised_again() -> None:
    board = small_board()
    with world(board) as w:
        made = w.writer.create_cards(own_cards(45))
        bulk = [one for one in w.server.seen if one.path.endswith("/bulk")]
        assert [len(one.body) for one in bulk] == [20, 20, 5]
        assert len(cards_on(board)) == 45
        for card in own_cards(45):
            assert card.title in board.items[made[card.mark].id]["data"]["title"]
        live = w.client.read().snapshot
    assert live
    known = {mark_in(item.description): item.id for item in live.items}
    assert {mark: known[mark] for mark in made} == {mark: one.id for mark, one in made.items()}


def test_a_card_says_what_it_is_asked_to_say() -> None:
    board = small_board()
    frame = next(item for item, raw in board.items.items() if raw["type"] == "frame")
    card = OwnCard(
        mark_for("А1"),
        "Слёт <РДДМ> & друзей",
        "Ответственный: методист\nИтог: 10 работ",
        dt.datetime(2023, 5, 4, 10, tzinfo=dt.timezone(dt.timedelta(hours=7))),
        frame,
        10,
        20,
    )
    with world(board) as w:
        made = w.writer.create_cards([card])
        sent = w.server.seen[-1].body[0]
    assert sent["data"] == {
        "title": "Слёт &lt;РДДМ&gt; &amp; друзей",
        "description": f"Ответственный: методист<br>Итог: 10 работ<br>[miro-sync:{card.mark}]",
        "dueDate": "2023-05-04T03:00:00Z",
    }
    assert sent["position"] == {"x": 10, "y": 20}
    assert sent["parent"] == {"id": frame}
    assert board.items[made[card.mark].id]["parent"]["id"] == frame


def test_a_card_is_changed_where_it_lies() -> None:
    board = small_board()
    with world(board) as w:
        (item,) = (one.id for one in w.writer.create_cards(own_cards(1)).values())
        w.writer.change_card(item, OwnCard(mark_for("событие 0"), "Другое название", "Текст"))
        sent = w.server.seen[-1]
    assert (sent.verb, set(sent.body)) == ("PATCH", {"data"})
    assert board.items[item]["data"]["title"] == "Другое название"
    assert mark_in(board.items[item]["data"]["description"]) == mark_for("событие 0")


def test_two_cards_with_one_mark_are_refused() -> None:
    with world(small_board()) as w:
        with pytest.raises(ValueError, match="same mark"):
            w.writer.create_cards(own_cards(1) * 2)
        assert w.server.seen == []


@pytest.mark.parametrize(("kind", "done"), WAYS)
def test_trouble_while_cards_are_made_never_makes_two(kind: str, *, done: bool) -> None:
    board = small_board()
    with world(board, Fault(kind, "POST", done=done)) as w:
        w.time.on_sleep = lambda: w.server.come_back() if w.server.gone.ident else None
        made = w.writer.create_cards(own_cards(25))
    assert len(cards_on(board)) == 25
    assert set(made) == {card.mark for card in own_cards(25)}


def test_trouble_that_stays_while_cards_are_made_ends_in_words() -> None:
    board = small_board()
    with world(board, Fault("503", "POST", times=999), patience=20) as w:
        with pytest.raises(SourceError) as failed:
            w.writer.create_cards(own_cards(3))
        assert "временно не работает" in told(failed.value.message)
    assert cards_on(board) == []


@pytest.mark.parametrize("kind", ["409", *DOUBTFUL])
def test_a_change_is_simply_made_again(kind: str) -> None:
    board = small_board()
    with world(board) as w:
        (item,) = (one.id for one in w.writer.create_cards(own_cards(1)).values())
        w.server.faults = [Fault(kind, "PATCH", done=True)]
        w.writer.change_card(item, OwnCard(mark_for("событие 0"), "Другое"))
    assert board.items[item]["data"]["title"] == "Другое"


# --- rules ------------------------------------------------------------------------------------


def test_what_is_written_keeps_to_miros_own_contract() -> None:
    contract = Contract(json.loads(shared("contracts", "miro-openapi.json").read_bytes()))
    with world(small_board(), contract=contract) as w:
        writing(w)
        assert {one.verb for one in w.server.seen} == {"GET", "POST", "PATCH", "DELETE"}
        assert w.server.complaints == []


def test_writing_is_charged_by_the_number_of_items() -> None:
    with world(small_board(), credits_per_minute=3_000, server_credits=3_000) as w:
        w.writer.create_cards(own_cards(60))
        assert w.http.budget.credits == 6_000
        assert w.server.refusals == 0


def test_a_mark_is_the_same_in_every_run_and_found_in_what_miro_makes_of_it() -> None:
    mark = mark_for("А1@center-3")
    assert mark == mark_for("А1@center-3")
    assert mark != mark_for("А1@center-4")
    assert mark_in(f"<p>Итог</p><p>[miro-sync:{mark}]</p>") == mark
    assert marked("", mark) == f"[miro-sync:{mark}]"
    assert mark_in("[miro-sync:нет]") is None
    assert mark_in("") is None


def test_the_last_mark_of_a_text_counts() -> None:
    text = marked(marked("Скопировано", mark_for("А1")), mark_for("А2"))
    assert mark_in(text) == mark_for("А2")


def test_own_tags_are_known_by_the_head_of_their_title() -> None:
    assert is_own_tag(TITLE)
    assert not is_own_tag("проведено")
    assert not is_own_tag("не календарь: скоро")
