"""The Google on this machine answers as the real one did when it was recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

import pytest
from conftest import shared_lines
from google_books import Cell, Changes, Refusal, book, parse_range, tab, value_range
from google_discovery import Discovery, Json, masked, parse_mask
from google_server import discovery


@pytest.fixture
def document() -> Discovery:
    found = discovery()
    if found is None:
        pytest.skip("shared collection is absent: google-sheets-discovery.json")
    return found


def recorded(name: str) -> list[tuple[Json, Json]]:
    """Return requests and answers of one kind that were answered with 200."""
    lines = shared_lines("data", "google", f"{name}.jsonl")
    return [
        (line["request"], line["response"]["json"])
        for line in lines
        if line["response"]["status"] == 200
    ]


def test_recorded_traffic_fits_the_discovery_document(document: Discovery) -> None:
    kinds = ("spreadsheets.get", "values.batchGet", "values.get", "spreadsheets.batchUpdate")
    checked = 0
    for kind in kinds:
        for request, answer in recorded(kind):
            operation = document.operation(request["method"], request["path"])
            assert operation is not None, request["path"]
            assert document.response_faults(operation, answer) == []
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("kind", ["values.get", "values.batchGet"])
def test_recorded_ranges_are_answered_alike(kind: str) -> None:
    checked = 0
    for request, answer in recorded(kind):
        asked = [value for name, value in request["query"] if name == "ranges"]
        asked = asked or [unquote(request["path"].partition("/values/")[2])]
        given = answer.get("valueRanges", [answer])
        for text, expected in zip(asked, given, strict=True):
            if ("majorDimension", "COLUMNS") in map(tuple, request["query"]):
                continue
            assert value_range(_book_behind(text, expected), text) == expected
            checked += 1
    assert checked > 2


def _book_behind(asked: str, answer: Json) -> Json:
    """Make the spreadsheet that such an answer can come from."""
    corners = answer["range"].rpartition("!")[2].split(":")
    (left, top), (right, bottom) = (_corner(corner) for corner in (corners[0], corners[-1]))
    title = answer["range"].rpartition("!")[0]
    title = title[1:-1].replace("''", "'") if title.startswith("'") else title
    rows: list[Sequence[Cell]] = [[] for _ in range(top)]
    rows += [[*[None] * left, *row] for row in answer.get("values", [])]
    is_whole = "!" not in asked or not re.search(r"[A-Z]+\d+:[A-Z]+\d+$|[A-Z]+\d+$", asked)
    extent = (bottom + 1, right + 1) if is_whole else (max(1000, bottom + 1), max(26, right + 1))
    return book(tab(title, rows, extent=extent))


def _corner(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Z]+)(\d+)", text)
    assert match
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(match[2]) - 1


def test_a_mask_leaves_what_it_names() -> None:
    value = {"a": {"b": 1, "c": [{"d": 2, "e": 3}, {"e": 4}]}, "f": 5}

    assert masked(value, parse_mask("a(c(d))")) == {"a": {"c": [{"d": 2}, {}]}}
    assert masked(value, parse_mask("a/b,f")) == {"a": {"b": 1}, "f": 5}
    assert masked(value, {}) == value


@pytest.mark.parametrize("text", ["a(", "a)b", "a,,b", "a b"])
def test_a_broken_mask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_mask(text)


def test_the_check_finds_what_the_document_does_not_have(document: Discovery) -> None:
    get = document.operation("GET", "/v4/spreadsheets/1")
    assert get is not None
    reading = "https://www.googleapis.com/auth/spreadsheets.readonly"

    def faults(query: dict[str, list[str]], body: Json = None, scope: str = reading) -> list[str]:
        return document.request_faults(get, query, body, scope)

    assert faults({"fields": ["sheets(properties(title))"], "prettyPrint": ["false"]}) == []
    assert faults({"colour": ["red"]}) == ["no parameter colour"]
    assert faults({"fields": ["sheets(colour)"]}) == ["Spreadsheet.sheets has no field colour"]
    assert faults({}, {"a": 1}) == ["a body"]
    assert faults({}, scope="https://www.googleapis.com/auth/calendar") != []
    assert document.operation("GET", "/v4/spreadsheets/1:batchUpdate") is None


def test_one_batch_is_carried_out_whole_or_not_at_all() -> None:
    resource = book(tab("План", [["а"]]))
    clear = {"updateCells": {"range": {"sheetId": 0}, "fields": "*"}}
    wrong = {"updateCells": {"range": {"sheetId": 5}, "fields": "*"}}

    with pytest.raises(Refusal, match="No grid with id: 5"):
        Changes(resource).apply([clear, wrong])

    assert value_range(resource, "План")["values"] == [["а"]]


def test_a_range_of_no_worksheet_is_refused_in_googles_words() -> None:
    with pytest.raises(Refusal, match="Unable to parse range: Итоги"):
        parse_range(book(tab("План")), "Итоги")
