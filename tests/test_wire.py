"""Miro's documents: what is read, what is left out, and what is refused in words."""

from __future__ import annotations

import datetime as dt
import gc
import json
from typing import Any

import pytest
from conftest import shared
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.errors import SourceError
from miro_sync.messages import catalogue
from miro_sync.model import BoardItem, BoardSnapshot, Severity
from miro_sync.wire import RawBoard, read_export, write_export

READ_AT = dt.datetime(2023, 6, 1, 6, 0, tzinfo=dt.UTC)
BOARD = {
    "id": "uXjVexample=",
    "type": "board",
    "name": "Точки роста",
    "description": "",
    "viewLink": "https://miro.com/app/board/uXjVexample=",
    "modifiedAt": "2023-05-31T12:00:00Z",
}
CARD = {
    "id": "3458764578363188728",
    "type": "card",
    "data": {
        "title": "<p>Мастер-класс</p>",
        "description": "Кабинет 12",
        "dueDate": "2023-05-04T17:00:00.000Z",
    },
    "parent": {"id": "3458764578363188700"},
    "createdAt": "2023-04-01T08:00:00Z",
    "createdBy": {"id": "3074457355961907759", "type": "user"},
    "modifiedAt": "2023-05-04T08:00:00.250Z",
    "modifiedBy": {"id": "3074457355961907760", "type": "user"},
}


def document(**parts: object) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "schema": "miro-sync/board/1",
        "read_at": "2023-06-01T06:00:00Z",
        "complete": True,
        "board": BOARD,
        "items": [CARD],
        "tags": [],
        "item_tags": {},
        "members": [],
    }
    whole.update(parts)
    return {key: part for key, part in whole.items() if part is not ...}


def read(**parts: object) -> BoardSnapshot:
    return read_export(json.dumps(document(**parts)).encode(), source="доска.json")


def item(**parts: object) -> BoardItem:
    snapshot = read(items=[CARD | parts])
    assert snapshot.complete
    assert not snapshot.problems
    return snapshot.items[0]


def refusal(text: bytes) -> str:
    with pytest.raises(SourceError) as refused:
        read_export(text, source="доска.json")
    return catalogue("ru").tell(refused.value.message)


def test_an_export_is_read_into_a_board() -> None:
    snapshot = read(
        tags=[{"id": "77", "title": "проведено", "fillColor": "green"}],
        item_tags={"3458764578363188728": ["77"]},
        members=[{"id": "3074457355961907759", "name": "Методист", "role": "editor"}],
    )
    assert snapshot == BoardSnapshot(
        id="uXjVexample=",
        name="Точки роста",
        url="https://miro.com/app/board/uXjVexample=",
        read_at=READ_AT,
        complete=True,
        items=(
            BoardItem(
                id="3458764578363188728",
                type="card",
                title="<p>Мастер-класс</p>",
                description="Кабинет 12",
                due=dt.datetime(2023, 5, 4, 17, tzinfo=dt.UTC),
                parent_id="3458764578363188700",
                tag_ids=("77",),
                created_at=dt.datetime(2023, 4, 1, 8, tzinfo=dt.UTC),
                created_by="3074457355961907759",
                modified_at=dt.datetime(2023, 5, 4, 8, 0, 0, 250_000, tzinfo=dt.UTC),
                modified_by="3074457355961907760",
            ),
        ),
        tags={"77": "проведено"},
        members={"3074457355961907759": "Методист"},
        modified_at=dt.datetime(2023, 5, 31, 12, tzinfo=dt.UTC),
    )


def test_a_note_a_shape_and_a_text_speak_through_their_content() -> None:
    for kind in ("sticky_note", "shape", "text"):
        assert item(type=kind, data={"content": "<p>12 мая</p>"}).title == "<p>12 мая</p>"


def test_the_fields_of_an_app_card_stand_one_to_a_line_below_its_description() -> None:
    fields = [{"value": "12 мая", "tooltip": "Дата"}, {"value": "<5 детей"}, {"iconShape": "round"}]
    assert item(type="app_card", data={"description": "Итог", "fields": fields}).description == (
        "Итог<br>Дата: 12 мая<br>&lt;5 детей"
    )


@pytest.mark.parametrize(
    "oddity",
    [
        {"data": ...},
        {"data": None},
        {"data": {}},
        {"data": {"title": None, "fields": None}},
        {"data": {"title": 2023}},
        {"data": {"fields": [None]}},
        {"type": "mindmap_node", "data": {"nodeView": {"data": {"content": "идея"}}}},
        {"type": "table", "isSupported": False, "data": ...},
        {"id": 3458764578363188728},
        {"parent": {"id": 3458764578363188700}},
        {"parent": None},
        {"parent": {"id": None}},
        {"createdAt": ...},
        {"createdAt": None},
        {"createdAt": "2023-04-01T08:00:00.000Z"},
        {"createdBy": None},
        {"createdBy": {"id": None}},
        {"style": {"fillOpacity": "1.0"}, "unheard": {"of": [1, {}]}},
    ],
)
def test_what_miro_is_known_to_send_passes_without_harm(oddity: dict[str, Any]) -> None:
    odd = {key: part for key, part in (CARD | oddity).items() if part is not ...}
    snapshot = read(items=[odd])
    assert snapshot.complete
    assert not snapshot.problems
    assert snapshot.items[0].id == "3458764578363188728"


def test_ids_beyond_the_range_of_a_float_stay_exact() -> None:
    assert item(id=3458764578363188728).id == "3458764578363188728"


def test_moments_are_kept_in_utc_whatever_their_offset() -> None:
    assert item(createdAt="2023-04-01T15:00:00+07:00").created_at == dt.datetime(
        2023, 4, 1, 8, tzinfo=dt.UTC
    )


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_at_the_edge_of_the_calendar_is_no_defect(moment: str) -> None:
    assert item(createdAt=moment).created_at is not None


def test_a_due_day_without_a_time_is_that_day() -> None:
    assert item(data={"dueDate": "2023-05-04"}).due == dt.datetime(2023, 5, 4, tzinfo=dt.UTC)


def test_an_item_that_two_pages_hold_is_one_item_as_it_was_last_changed() -> None:
    older = CARD | {"data": {"title": "старое"}, "modifiedAt": "2023-05-01T00:00:00Z"}
    newer = CARD | {"data": {"title": "новое"}, "modifiedAt": "2023-05-02T00:00:00Z"}
    undated = CARD | {"data": {"title": "без даты"}, "modifiedAt": None}
    for pages in ([older, newer], [newer, older], [undated, newer], [newer, undated]):
        snapshot = read(items=pages)
        assert [found.title for found in snapshot.items] == ["новое"]
        assert snapshot.complete


@pytest.mark.parametrize("broken", [{"type": "card"}, {"id": "5"}, {"id": "", "type": "card"}, 7])
def test_one_item_that_cannot_be_read_is_a_problem_and_the_rest_is_read(broken: object) -> None:
    snapshot = read(items=[CARD, broken, CARD | {"id": "9"}])
    assert [found.id for found in snapshot.items] == [CARD["id"], "9"]
    (problem,) = snapshot.problems
    assert problem.severity is Severity.ERROR
    assert problem.place
    assert problem.place.key == "items[1]"
    assert not snapshot.complete


def test_several_items_that_cannot_be_read_are_named_in_their_order() -> None:
    snapshot = read(items=[{}, CARD, {"id": "5", "type": []}, CARD | {"id": "9"}, None])
    assert [found.id for found in snapshot.items] == [CARD["id"], "9"]
    places = [problem.place.key for problem in snapshot.problems if problem.place]
    assert places == ["items[0]", "items[2]", "items[4]"]


def test_a_card_loses_a_date_that_cannot_be_read_and_nothing_else() -> None:
    snapshot = read(items=[CARD | {"createdAt": "вчера"}])
    assert snapshot.items[0].created_at is None
    assert snapshot.items[0].title == "<p>Мастер-класс</p>"
    assert [problem.severity for problem in snapshot.problems] == [Severity.WARNING]
    assert snapshot.complete


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"data": ["Мастер-класс"]}, "items[0].data"),
        ({"data": {"title": {"ru": "Мастер-класс"}}}, "items[0].data.title"),
        ({"data": {"dueDate": "скоро"}}, "items[0].data.dueDate"),
        ({"parent": "3458764578363188700"}, "items[0].parent"),
    ],
)
def test_a_board_is_not_complete_when_what_a_card_says_was_not_read(
    part: dict[str, Any], place: str
) -> None:
    snapshot = read(items=[CARD | part])
    assert len(snapshot.items) == 1
    assert [problem.place.key for problem in snapshot.problems if problem.place] == [place]
    assert not snapshot.complete


def test_unreadable_contents_of_an_unknown_kind_of_item_cost_nothing() -> None:
    snapshot = read(items=[CARD | {"type": "kanban", "data": [1]}])
    assert snapshot.items[0].type == "kanban"
    assert [problem.severity for problem in snapshot.problems] == [Severity.WARNING]
    assert snapshot.complete


def test_an_unreadable_tag_makes_the_board_incomplete_and_an_unreadable_member_does_not() -> None:
    assert not read(tags=[{"id": "77"}]).complete
    assert not read(item_tags={"5": "77"}).complete
    snapshot = read(members=[{"name": "?"}, {"id": "5", "name": "Методист"}])
    assert snapshot.members == {"5": "Методист"}
    assert snapshot.complete


@pytest.mark.parametrize("part", ["complete", "tags", "item_tags"])
def test_an_export_that_keeps_silent_about_a_part_is_read_as_incomplete(part: str) -> None:
    snapshot = read(**{part: ...})
    assert snapshot.items
    assert not snapshot.complete
    assert len(snapshot.problems) == 1


def test_an_export_of_half_a_board_says_so() -> None:
    snapshot = read(complete=False)
    assert not snapshot.complete
    assert snapshot.problems


def test_a_link_to_the_board_is_made_where_it_is_missing_or_no_web_link() -> None:
    for link in (None, "javascript:alert(1)"):
        snapshot = read(board=BOARD | {"viewLink": link})
        assert snapshot.url == "https://miro.com/app/board/uXjVexample=/"


def test_half_an_emoji_does_not_cost_a_board() -> None:
    text = json.dumps(document(items=[CARD | {"data": {"title": "Ура \ud83d"}}]))
    snapshot = read_export(text.encode(), source="доска.json")
    assert snapshot.items[0].title == "Ура ?"


def test_a_byte_order_mark_is_no_fault() -> None:
    text = json.dumps(document()).encode("utf-8-sig")
    assert read_export(text, source="доска.json").complete


def test_a_file_that_breaks_off_is_refused_with_the_line_and_its_size() -> None:
    text = json.dumps(document(), ensure_ascii=False, indent=1).encode()
    cut = text[: text.index(b'"parent"')]
    line = len(cut.splitlines())
    told = refusal(cut)
    assert "доска.json" in told
    assert f"на строке {line}" in told
    assert f"{len(cut)} байт" in told


def test_a_file_that_is_not_json_is_refused_with_line_and_position() -> None:
    assert "строка 2, позиция 2" in refusal(b'{"schema":\n oops}')


def test_an_empty_file_is_refused_as_empty() -> None:
    for text in (b"", b"\xef\xbb\xbf", b" \n"):
        assert "пуст" in refusal(text)


def test_a_file_in_another_encoding_is_refused() -> None:
    assert "кодировке" in refusal('{"schema": "доска"}'.encode("cp1251"))


@pytest.mark.parametrize(
    "text", [b"[]", b"null", b"{}", b'{"schema": "other/1"}', b'{"schema": 1}']
)
def test_json_that_is_no_board_export_is_refused(text: bytes) -> None:
    assert "не выгрузка доски" in refusal(text)


def test_an_export_of_another_version_is_refused_with_its_version() -> None:
    text = json.dumps(document(schema="miro-sync/board/2")).encode()
    assert "версии (2)" in refusal(text)


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"items": ...}, "«items»"),
        ({"items": None}, "«items»"),
        ({"board": ..., "read_at": "вчера"}, "«board», «read_at»"),
        ({"board": {"name": "Точки роста"}}, "«board»"),
        ({"complete": "да"}, "«complete»"),
    ],
)
def test_an_export_without_a_part_it_needs_is_refused_with_the_name_of_the_part(
    parts: dict[str, Any], named: str
) -> None:
    assert named in refusal(json.dumps(document(**parts)).encode())


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"schema": ' + b"1" * 10_000 + b"}"])
def test_a_document_made_to_break_a_parser_is_refused(text: bytes) -> None:
    assert refusal(text)


def test_the_garbage_collector_is_left_as_it_was_found() -> None:
    before = gc.get_threshold()
    read()
    with pytest.raises(SourceError):
        read_export(b"{", source="доска.json")
    assert gc.get_threshold() == before


KEYS = [*CARD, *document(), "title", "description", "dueDate", "fields", "name"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["card", "frame", "2023-05-04T00:00:00Z", "77"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=25,
)


def board_or_refusal(text: bytes) -> BoardSnapshot | None:
    try:
        return read_export(text, source="доска.json")
    except SourceError as refused:
        if refused.message.key not in catalogue("ru"):
            raise
    return None


@given(st.dictionaries(st.sampled_from(list(document())), JSON), st.lists(JSON, max_size=3))
def test_any_json_document_is_a_board_or_a_refusal(
    parts: dict[str, object], items: list[object]
) -> None:
    for whole in (parts, document(**parts), document(items=[CARD, *items])):
        snapshot = board_or_refusal(json.dumps(whole).encode())
        if snapshot:
            errors = [found for found in snapshot.problems if found.severity is Severity.ERROR]
            assert snapshot.complete is not bool(errors)
            assert all(found.id for found in snapshot.items)


@given(st.lists(JSON, max_size=3))
def test_no_neighbour_costs_a_card_its_place_on_the_board(neighbours: list[object]) -> None:
    snapshot = read(items=[*neighbours, CARD, *neighbours])
    assert item() in snapshot.items


@given(st.binary(max_size=60), st.integers(0, 700))
def test_any_bytes_are_a_board_or_a_refusal(noise: bytes, place: int) -> None:
    text = json.dumps(document()).encode()
    board_or_refusal(noise)
    board_or_refusal(text[:place] + noise + text[place + len(noise) :])


@pytest.mark.parametrize(
    "name", ["cards_list_2024", "items_page_2024", "items_page_last_2026", "frame_item_2022"]
)
def test_recorded_answers_of_the_live_service_are_read_without_a_loss(name: str) -> None:
    body = json.loads(shared("data", "miro", f"{name}.json").read_bytes())["body"]
    snapshot = read(items=body["data"])
    assert [found.id for found in snapshot.items] == [raw["id"] for raw in body["data"]]
    assert all(found.created_at and found.modified_by for found in snapshot.items)
    assert snapshot.complete
    assert not snapshot.problems


def test_a_recorded_board_record_is_read() -> None:
    body = json.loads(shared("data", "miro", "boards_page_2022.json").read_bytes())["body"]
    snapshot = read(board=body["data"][0])
    assert snapshot.name == "2022-10-12-15-23-21"
    assert snapshot.url == "https://miro.com/app/board/uXjVPOIamMU="


@pytest.mark.parametrize(("name", "count"), [("before", 299), ("after", 621)])
def test_a_real_board_is_read_whole(name: str, count: int) -> None:
    raw = json.loads(shared("data", "miro", f"real_board_{name}.json").read_bytes())
    snapshot = read(items=raw["items"])
    assert len(snapshot.items) == count
    assert snapshot.complete
    assert not snapshot.problems
    with_words = [found for found in raw["items"] if found["data"]["content"]]
    assert sum(bool(found.title) for found in snapshot.items) == len(with_words)


def test_an_export_that_was_written_reads_back_as_the_same_board() -> None:
    parts = document(
        items=[CARD | {"id": "9", "position": {"x": 456.68077473161264}}, CARD],
        tags=[{"id": "77", "title": "проведено", "fillColor": "green"}],
        item_tags={"9": ["77"]},
        members=[{"id": "1", "name": "Методист", "role": "owner", "type": "board_member"}],
    )
    pages = [[parts["items"][1]], parts["items"]]
    raw = RawBoard(
        READ_AT,
        complete=True,
        pages=[json.dumps({"data": page}).encode() for page in pages],
        **{part: parts[part] for part in ("board", "tags", "item_tags", "members")},
    )
    written = write_export(raw)
    assert json.loads(written) == parts
    assert read_export(written, source="доска.json") == read(**parts)


def test_an_export_of_an_empty_board_is_written_too() -> None:
    raw = RawBoard(READ_AT, complete=True, board=BOARD, pages=[], tags=[], item_tags={}, members=[])
    assert json.loads(write_export(raw)) == document(items=[])
