"""A Google spreadsheet is read whole, in two requests, as it is typed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import openpyxl
import pytest
from builders import project
from google_books import ERRORS, ID, Cell, book, tab
from google_discovery import Json
from google_server import EMAIL, READING, FakeClock, Fault, GoogleServer, discovery
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.errors import SourceError
from miro_sync.files import read_workbook
from miro_sync.messages import catalogue
from miro_sync.model import CellError, Severity, TablesSnapshot
from miro_sync.names import CenterNames
from miro_sync.periods import read_period
from miro_sync.reading import Doors, read_plan
from miro_sync.sheets import SheetsSource
from miro_sync.sheets_answers import (
    OWN_KEY,
    Values,
    fit,
    grid_of,
    moment_of,
    read_book,
    read_values,
)
from miro_sync.tables import (
    CALENDAR_COLUMNS,
    NOT_CALCULATED,
    Column,
    Table,
    event_rows,
    find_table,
)

READ_AT = dt.datetime(2023, 6, 1, 8, 0, tzinfo=dt.UTC)
DAY = dt.date(2023, 4, 5)
PLAN: list[list[Cell]] = [["Мероприятие", "Дата"], ["Экодиктант", DAY]]


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server
    assert not server.violations


def source(google: GoogleServer, **changes: Json) -> SheetsSource:
    given: dict[str, Json] = {
        "environ": google.environ(),
        "read_at": READ_AT,
        "clock": google.clock,
        "read_workbook": read_workbook,
        "api_url": google.url,
        "timeout": (2.0, 2.0),
        **changes,
    }
    return SheetsSource(ID, **given)


def read(google: GoogleServer, *sheets: Json) -> TablesSnapshot:
    google.keep(book(*sheets))
    return source(google).read()


def cells(google: GoogleServer, *values: Cell) -> tuple[object, ...]:
    """Read one row of cells."""
    (sheet,) = read(google, tab("План", [values])).worksheets
    return sheet.rows[0]


# --- calls --------------------------------------------------------------------------------------


def test_six_worksheets_take_two_requests_and_one_token(google: GoogleServer) -> None:
    titles = [f"Центр {number}" for number in range(6)]
    google.keep(book(*[tab(title, PLAN, sheet_id=n) for n, title in enumerate(titles)]))
    door = source(google)

    snapshot = door.read()

    assert [sheet.title for sheet in snapshot.worksheets] == titles
    assert len(google.calls("/v4/")) == 2
    assert len(google.calls("/token")) == 1
    assert (snapshot.calls, snapshot.seconds) == (2, 0)


def test_values_are_asked_for_as_they_are_typed_and_with_the_least_scope(
    google: GoogleServer,
) -> None:
    read(google, tab("План", PLAN))

    values = google.calls("values:batchGet")[0]
    assert values.query["valueRenderOption"] == ["UNFORMATTED_VALUE"]
    assert values.query["dateTimeRenderOption"] == ["SERIAL_NUMBER"]
    assert set(google.tokens.values()) == {READING}


def test_answers_are_packed(google: GoogleServer) -> None:
    read(google, tab("План", PLAN))

    headers = google.calls("/v4/")[0].headers
    assert "gzip" in headers["accept-encoding"]
    assert "gzip" in headers["user-agent"]


def test_a_spreadsheet_of_very_many_worksheets_still_takes_two_requests(
    google: GoogleServer,
) -> None:
    titles = [f"План центра «Точка роста» школы № {number}" for number in range(60)]

    snapshot = read(google, *[tab(title, PLAN, sheet_id=n) for n, title in enumerate(titles)])

    assert [sheet.title for sheet in snapshot.worksheets] == titles
    assert len(google.calls("/v4/")) == 2
    assert google.calls("values:batchGet")[0].headers["x-http-method-override"] == "GET"


def test_an_empty_spreadsheet_and_one_of_charts_are_read_without_asking_for_values(
    google: GoogleServer,
) -> None:
    assert read(google, tab("Диаграмма", kind="OBJECT")).worksheets == ()
    assert len(google.calls("/v4/")) == 1


# --- what stands in the cells -------------------------------------------------------------------


def test_numbers_stay_numbers_and_texts_that_look_like_numbers_stay_texts(
    google: GoogleServer,
) -> None:
    assert cells(google, 1.5, 15, "1,5", "+79990000000", "00123", "1e5") == (
        1.5,
        15,
        "1,5",
        "+79990000000",
        "00123",
        "1e5",
    )
    assert cells(google, *[True, False]) == (True, False)


def test_a_number_is_a_day_only_where_its_cell_says_so(google: GoogleServer) -> None:
    day = dt.date(2023, 4, 5)

    assert cells(google, day, 45021) == (day, 45021)


def test_a_text_in_a_cell_for_days_stays_a_text(google: GoogleServer) -> None:
    resource = tab("План", [["апрель", DAY], ["нет"]])
    day = {"numberFormat": {"type": "DATE"}}
    for row in resource["data"][0]["rowData"]:
        row["values"] = [{**cell, "effectiveFormat": day} for cell in row["values"]]
        row["values"] += [{"effectiveFormat": day}] * 3

    (sheet,) = read(google, resource).worksheets

    assert sheet.rows == (("апрель", DAY), ("нет", None))


def test_days_with_a_time_and_times_alone_are_told_apart(google: GoogleServer) -> None:
    moment = dt.datetime(2023, 4, 5, 15, 30)  # noqa: DTZ001 - a cell has no time zone

    assert cells(google, moment, dt.time(15, 30)) == (moment, dt.time(15, 30))


def test_days_typed_as_text_and_true_days_in_one_column_both_read(google: GoogleServer) -> None:
    rows: list[list[Cell]] = [
        ["Мероприятие", "Сроки реализации", "Дата"],
        ["Экодиктант", "апрель 2023", dt.date(2023, 4, 5)],
        ["Квест", dt.date(2023, 5, 1), "12.05.2023"],
        ["Хакатон", "март", 45078],
    ]
    columns = (
        Column("event", ("Мероприятие",), required=True),
        Column("date", ("Дата",), kind="date"),
    )
    (sheet,) = read(google, tab("План", rows)).worksheets

    table = find_table(sheet, columns, source="т")

    assert isinstance(table, Table)
    assert [row.values["date"] for row in table.rows] == [
        dt.date(2023, 4, 5),
        dt.date(2023, 5, 12),
        dt.date(2023, 6, 1),
    ]
    assert not table.problems


def test_a_server_that_tells_no_formats_leaves_days_to_the_columns(google: GoogleServer) -> None:
    plain = tab("План", PLAN)
    for row in plain["data"][0]["rowData"]:
        for cell in row["values"]:
            cell.pop("effectiveFormat", None)
    columns = (Column("event", ("Мероприятие",), required=True), Column("d", ("Дата",), "date"))

    (sheet,) = read(google, plain).worksheets

    table = find_table(sheet, columns, source="т")
    assert isinstance(table, Table)
    assert table.rows[0].values["d"] == dt.date(2023, 4, 5)


@pytest.mark.parametrize("error", ERRORS)
def test_a_failed_formula_is_an_error_and_no_text(google: GoogleServer, error: str) -> None:
    code = NOT_CALCULATED if error == "Loading..." else error

    assert cells(google, "x", error) == ("x", CellError(code))


def test_merged_titles_fill_their_range(google: GoogleServer) -> None:
    rows: list[list[Cell]] = [["План на год"], ["Сроки", None, "Где"], ["начало", "конец", "зал"]]

    (sheet,) = read(google, tab("План", rows, merges=[(0, 1, 0, 3), (1, 2, 0, 2)])).worksheets

    assert sheet.rows[0] == ("План на год",) * 3
    assert sheet.rows[1] == ("Сроки", "Сроки", "Где")


def test_blank_rows_inside_keep_the_numbering_and_those_at_the_end_go(
    google: GoogleServer,
) -> None:
    (sheet,) = read(google, tab("План", [["а"], [], [], ["б", ""], []])).worksheets

    assert sheet.rows == (("а",), (None,), (None,), ("б",))


def test_hidden_worksheets_are_read_and_marked(google: GoogleServer) -> None:
    snapshot = read(google, tab("План", PLAN), tab("Скрытый", PLAN, sheet_id=5, hidden=True))

    assert [sheet.hidden for sheet in snapshot.worksheets] == [False, True]


def test_worksheets_and_the_spreadsheet_have_links(google: GoogleServer) -> None:
    snapshot = read(google, tab("План", PLAN), tab("Итоги", PLAN, sheet_id=77))

    base = f"https://docs.google.com/spreadsheets/d/{ID}/edit"
    assert snapshot.url == base
    assert [sheet.url for sheet in snapshot.worksheets] == [f"{base}#gid=0", f"{base}#gid=77"]
    assert (snapshot.source, snapshot.read_at, snapshot.complete) == ("Точки роста", READ_AT, True)


def test_rows_and_events_lead_to_their_own_worksheet(google: GoogleServer) -> None:
    rows: list[list[Cell]] = [
        ["План мероприятий"],
        ["Мероприятие", "Сроки реализации", "Дата проведения"],
        ["Экодиктант", "апрель 2023", DAY],
    ]
    google.keep(book(tab("Лист", []), tab("План", rows, sheet_id=77)))
    snapshot = source(google).read()
    doors = Doors(board=None, tables=source(google), calendar=None, calendar_sheet="План")
    names = CenterNames(())

    cards = event_rows(
        snapshot, find_center=names.find, read_period=read_period, span=project().span
    ).cards
    plan = read_plan(project(), doors, names)

    link = f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=77"
    assert [card.url for card in cards] == [link]
    assert [event.place and event.place.url for event in plan.events] == [link]


@pytest.mark.parametrize("title", ["D3", "R1C1", "План «А»", "Петя's", "а!б", "2023", "''"])
def test_a_worksheet_of_any_title_is_read(google: GoogleServer, title: str) -> None:
    (sheet,) = read(google, tab(title, PLAN)).worksheets

    assert (sheet.title, len(sheet.rows)) == (title, 2)


def test_a_lone_cell_far_away_leaves_its_worksheet_unread_and_says_so(
    google: GoogleServer,
) -> None:
    far = tab("План", [["а"], *[[]] * 4_999, [*[None] * 900, "б"]])

    snapshot = read(google, far, tab("Итоги", PLAN, sheet_id=2))

    assert [sheet.title for sheet in snapshot.worksheets] == ["Итоги"]
    assert not snapshot.complete
    (problem,) = snapshot.problems
    assert "AHQ5001" in catalogue("ru").tell(problem.message)
    assert problem.place is not None
    assert problem.place.sheet == "План"


def test_a_view_of_a_database_is_named_and_does_not_freeze_the_rest(google: GoogleServer) -> None:
    snapshot = read(google, tab("План", PLAN), tab("База", sheet_id=3, kind="DATA_SOURCE"))

    assert snapshot.complete
    (problem,) = snapshot.problems
    assert problem.severity is Severity.WARNING
    assert problem.place is not None
    assert problem.place.sheet == "База"


def test_the_services_own_worksheet_is_kept_apart(google: GoogleServer) -> None:
    google.keep(
        book(
            tab("План", PLAN),
            tab("Статус", [["Решение"], ["проведено"]], sheet_id=9, marks=[(OWN_KEY, "9")]),
            tab("Копия", PLAN, sheet_id=10, marks=[(OWN_KEY, "9"), ("other", "10")]),
        )
    )
    door = source(google)

    titles = [sheet.title for sheet in door.read().worksheets]

    assert titles == ["План", "Копия"]
    assert door.own is not None
    assert door.own.worksheet is not None
    assert door.own.worksheet.rows == (("Решение",), ("проведено",))


# --- people at work in the meantime -------------------------------------------------------------


def test_a_worksheet_renamed_between_the_requests_is_read_under_its_new_name(
    google: GoogleServer,
) -> None:
    google.keep(book(tab("План", PLAN)))

    def rename() -> None:
        google.books[ID]["sheets"][0]["properties"]["title"] = "План 2023"

    google.between = rename

    assert [sheet.title for sheet in source(google).read().worksheets] == ["План 2023"]


def test_a_row_inserted_between_the_requests_shifts_no_day(google: GoogleServer) -> None:
    google.keep(book(tab("План", PLAN)))

    def insert() -> None:
        sheet = google.books[ID]["sheets"][0]
        sheet["properties"]["gridProperties"]["rowCount"] += 1
        sheet["data"][0]["rowData"].insert(0, {})

    google.between = insert

    (sheet,) = source(google).read().worksheets

    assert sheet.rows == ((None, None), ("Мероприятие", "Дата"), ("Экодиктант", DAY))


def test_a_worksheet_that_keeps_changing_its_name_is_told_of_in_the_end(
    google: GoogleServer,
) -> None:
    google.keep(book(tab("План", PLAN)))
    error = {"error": {"code": 400, "message": "Unable to parse range: 'План'", "status": "X"}}
    google.faults.append(Fault("values:batchGet", 400, error, times=-1))

    with pytest.raises(SourceError) as caught:
        source(google).read()

    assert "переименовали" in catalogue("ru").tell(caught.value.message)
    assert len(google.calls("values:batchGet")) == 3


def test_a_sheet_that_never_rests_is_read_as_it_is(google: GoogleServer) -> None:
    google.keep(book(tab("План", PLAN)))

    def grow() -> None:
        google.books[ID]["sheets"][0]["properties"]["gridProperties"]["rowCount"] += 1
        google.between = grow

    google.between = grow

    assert len(source(google).read().worksheets) == 1
    assert len(google.calls("/v4/")) == 6


# --- shuffled -----------------------------------------------------------------------------------


@given(
    st.permutations(range(4)),
    st.permutations([("Экодиктант", 12), ("Квест", 7), ("Хакатон", 30), ("Турнир", 5)]),
    st.integers(0, 2),
)
def test_the_order_of_columns_and_rows_changes_nothing(
    order: list[int], events: list[tuple[str, int]], inserted: int
) -> None:
    headers: list[Cell] = ["Мероприятие", "Сроки реализации", "Ответственные", "Заметки"]
    body: list[list[Cell]] = [
        [title, dt.date(2023, 4, day), f"центр {day}", "x"] for title, day in events
    ]
    rows: list[list[Cell]] = [
        [*[None] * inserted, *(row[column] for column in order)] for row in (headers, *body)
    ]
    resource = book(tab("План", rows))
    (found,) = read_book(resource).grids
    values = Values(None, [[_as_typed(cell) for cell in row] for row in rows])

    sheet, faults = grid_of(found, values, source="т", url="u")

    assert sheet is not None
    table = find_table(sheet, CALENDAR_COLUMNS, source="т")
    assert isinstance(table, Table)
    assert not faults
    assert {(row.text("title"), row.text("period")) for row in table.rows} == {
        (title, f"{day:02}.04.2023") for title, day in events
    }


def _as_typed(cell: Cell) -> str | float:
    if isinstance(cell, dt.date):
        return (cell - dt.date(1899, 12, 30)).days
    return "" if cell is None else str(cell)


# --- answers ------------------------------------------------------------------------------------


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31)))  # noqa: DTZ001 - as cells
def test_a_moment_comes_back_from_its_number_to_the_second(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    serial = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001 - as cells

    expected = moment.date() if moment.time() == dt.time() else moment
    assert moment_of(serial, "DATE_TIME") == expected


@pytest.mark.parametrize(
    ("serial", "kind", "expected"),
    [
        (45021, "DATE", dt.date(2023, 4, 5)),
        (45021, "DATE_TIME", dt.date(2023, 4, 5)),
        (45021.5, "DATE", dt.datetime(2023, 4, 5, 12)),  # noqa: DTZ001 - a cell has no time zone
        (46085.645833333336, "DATE_TIME", dt.datetime(2026, 3, 4, 15, 30)),  # noqa: DTZ001
        (0.645833333336, "TIME", dt.time(15, 30)),
        (0, "TIME", dt.time()),
        (1.25, "TIME", dt.timedelta(hours=30)),
        (2, "DATE", dt.date(1900, 1, 1)),
        (1, "DATE", 1),
        (0, "DATE", 0),
        (-5.5, "DATE_TIME", -5.5),
        (2_958_465, "DATE", dt.date(9999, 12, 31)),
        (2_958_466, "DATE", 2_958_466),
        (1e18, "DATE_TIME", 1e18),
    ],
)
def test_numbers_become_what_their_format_says(serial: float, kind: str, expected: object) -> None:
    assert moment_of(serial, kind) == expected


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"spreadsheetId": "1"},
        {"spreadsheetId": "1", "sheets": [{}]},
        {"spreadsheetId": "1", "sheets": [{"properties": {"title": 5}}]},
        {
            "spreadsheetId": "1",
            "sheets": [{"properties": {"title": "а"}, "data": [{"rowData": [5]}]}],
        },
        {
            "spreadsheetId": "1",
            "sheets": [{"properties": {"title": "а"}, "data": [{"rowData": [{"values": [5]}]}]}],
        },
    ],
)
def test_what_is_no_spreadsheet_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match="no such"):
        read_book(answer)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"valueRanges": []},
        {"valueRanges": [{"values": "а"}]},
        {"valueRanges": [{"values": [["а", {"б": 1}]]}]},
        {"valueRanges": [{"values": [["а"]]}, {"values": [["б"]]}]},
    ],
)
def test_what_is_no_answer_for_one_range_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match=r"no such|not the ranges"):
        read_values(answer, 1)


def test_a_range_that_is_echoed_otherwise_tells_no_extent() -> None:
    told = {"valueRanges": [{"range": "'а'!A1:AB200"}, {"range": "'а'"}, {"range": "а!A1"}]}

    assert [part.extent for part in read_values(told, 3)] == [(200, 28), None, None]


def test_values_fit_when_their_grid_is_as_large_as_it_was(google: GoogleServer) -> None:
    (one,) = read_book(book(tab("а", extent=(100, 5)))).grids
    (untold,) = read_book({"spreadsheetId": "1", "sheets": [{"properties": {"title": "а"}}]}).grids

    assert fit([one], [Values((100, 5), [])])
    assert fit([one], [Values(None, [])])
    assert fit([untold], [Values((100, 5), [])])
    assert not fit([one], [Values((101, 5), [])])


# --- who am I -----------------------------------------------------------------------------------


def test_who_we_are_is_told_with_the_address_to_share_with(google: GoogleServer) -> None:
    google.keep(book(tab("План", PLAN), tab("Итоги", PLAN, sheet_id=4)))

    who = source(google).who_am_i()

    assert (who.account, who.title, who.worksheets) == (EMAIL, "Точки роста", 2)
    assert who.remedy is None
    assert catalogue("ru").tell(who.origin) == "переменная GOOGLE_APPLICATION_CREDENTIALS"
    assert len(google.calls("/v4/")) == 1


def test_who_we_are_is_told_when_the_sheet_is_closed_too(google: GoogleServer) -> None:
    google.keep(book(tab("План", PLAN)), role="")

    who = source(google).who_am_i()

    assert (who.account, who.title) == (EMAIL, None)
    assert who.remedy is not None
    assert EMAIL in catalogue("ru").tell(who.remedy)


def test_who_we_are_without_a_key_is_nobody(google: GoogleServer) -> None:
    who = source(google, environ={}).who_am_i()

    assert who.account is None
    assert who.remedy is not None
    assert "Все, у кого есть ссылка" in catalogue("ru").tell(who.remedy)


def test_a_public_spreadsheet_answers_to_nobody(google: GoogleServer) -> None:
    workbook = openpyxl.Workbook()
    packed = io.BytesIO()
    workbook.save(packed)
    google.exports[ID] = packed.getvalue()

    who = source(google, environ={}).who_am_i()

    assert (who.account, who.title, who.worksheets, who.remedy) == (None, "Точки роста", 1, None)
    assert "по открытой ссылке" in catalogue("ru").tell(who.origin)


def test_who_we_are_with_a_broken_key_says_what_is_wrong_with_it(google: GoogleServer) -> None:
    who = source(google, environ={"GOOGLE_APPLICATION_CREDENTIALS": "/нет/такого"}).who_am_i()

    assert who.remedy is not None
    assert "/нет/такого" in catalogue("ru").tell(who.remedy)


# --- the discovery document ---------------------------------------------------------------------


def test_all_traffic_is_held_against_the_discovery_document() -> None:
    document = discovery()
    if document is None:
        pytest.skip("shared collection is absent: google-sheets-discovery.json")
    with GoogleServer(FakeClock()) as google:
        google.keep(book(tab("План", PLAN)))
        google.books[ID]["sheets"][0]["properties"]["colour"] = "red"
        source(google).read()
        assert not google.violations  # not asked for, so not answered
        google.books[ID]["sheets"][0]["properties"]["hidden"] = "да"
        with pytest.raises(SourceError):
            source(google, patience_seconds=0).read()
        assert google.violations == ["Spreadsheet.sheets[0].properties.hidden is no boolean"]
