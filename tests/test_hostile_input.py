"""What fuzzing found where an answer was wrong; what only broke is kept in `fuzz/corpus`."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from itertools import cycle
from pathlib import Path

import pytest

from fuzz.kept import folder_of
from fuzz.loopback import Moving, answering
from fuzz.parcels import Part, parts_of
from fuzz.targets.workbooks import packed
from miro_sync.errors import SettingsError, SourceError
from miro_sync.files import Reading, read_workbook
from miro_sync.matching.likeness import compare
from miro_sync.miro_budget import Clock, seconds_to_retry
from miro_sync.miro_http import WHO_AM_I, Address, Call, MiroHttp, MiroTroubleError, Patience
from miro_sync.miro_walk import ItemsListing, read_side_by_side
from miro_sync.model import BoardItem, CellError
from miro_sync.settings import load
from miro_sync.sheets_answers import moment_of, read_values
from miro_sync.sheets_http import wish_of
from miro_sync.tables import count_people, parse_number, worksheet
from miro_sync.text import fold
from miro_sync.wire import ItemsPage, read_items_page

NOW = dt.datetime(2023, 6, 1, 5, 0, tzinfo=dt.UTC)


def workbook(name: str, **changes: str) -> Reading:
    """Read a kept workbook, some texts of it changed."""
    parcel = (folder_of("workbook") / name).read_text("utf-8")
    for old, new in changes.items():
        assert old in parcel
        parcel = parcel.replace(old, new)
    document = packed(parts_of(parcel.encode()))
    return read_workbook(document, name="план.xlsx", source="план.xlsx")


# --- texts ------------------------------------------------------------------------------------


def test_a_title_with_two_numbers_of_a_kind_is_no_other_event_than_itself() -> None:
    title = "II конкурс «Юный химик», 1 ВсОШ"
    assert compare(title, title).score == 1
    assert compare(title, "II конкурс «Юный химик»").conflicts == ()
    assert compare("II конкурс «Юный химик»", title).conflicts == ()
    assert compare("III конкурс «Юный химик»", title).conflicts == ("numbers",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Форум \u0301 центров", "форум центров"),
        ("don`t", "don't"),
        ("№\u2028 no. 5", "№5"),
        ("Ĭ ßо\u0307", fold("Ĭ ßо\u0307")),
    ],
)
def test_a_folded_text_stays_as_it_is(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold(fold(one)) == fold(one)


def test_a_code_of_more_digits_than_a_spreadsheet_keeps_is_no_number() -> None:
    assert parse_number("9" * 15) == 999_999_999_999_999
    assert parse_number("0" * 30 + "7") == 7
    assert parse_number("0," + "3" * 40) == pytest.approx(1 / 3)
    assert parse_number("4" * 16) is None
    assert parse_number("9" * 5000) is None
    assert count_people(f"{'9' * 5000} человек, 3 педагога") == 3


# --- tables -----------------------------------------------------------------------------------


def test_a_number_without_end_is_a_failed_cell() -> None:
    sheet, _ = worksheet("Лист", [[float("inf"), float("nan"), 1.0, "а"]], source="план.xlsx")
    assert sheet.rows == ((CellError("#NUM!"), CellError("#NUM!"), 1, "а"),)


def test_what_is_merged_or_linked_from_outside_the_grid_changes_nothing() -> None:
    sheet, _ = worksheet(
        "Лист",
        [["а", "б"], ["в", "г"]],
        source="план.xlsx",
        merged=[((-1, 0), (1, 1)), ((0, -5), (1, 0))],
        links={(-1, 0): ("https://a.example",), (1, -1): ("https://a.example",)},
    )
    assert sheet.rows == (("а", "б"), ("в", "г"))
    assert not sheet.links


@pytest.mark.parametrize(
    "name",
    ["far-formula", "far-small-letters", "far-with-blanks", "far-prefixed", "column-without-end"],
)
def test_a_cell_too_far_away_is_named_however_it_is_written(name: str) -> None:
    with pytest.raises(SourceError) as refused:
        workbook(name)
    assert [one.message.key for one in refused.value.problems] == ["files.far_cell"]


def test_a_failed_cell_too_far_away_in_an_ods_is_named() -> None:
    with pytest.raises(SourceError) as refused:
        workbook("ods-far-error")
    assert [one.message.key for one in refused.value.problems] == ["files.far_cell"]


@pytest.mark.parametrize("name", ["many-texts", "more-texts-than-memory"])
def test_texts_are_read_however_many_the_file_promises(name: str) -> None:
    assert workbook(name).worksheets == workbook("usual").worksheets


def test_texts_in_cdata_are_read_like_any_other() -> None:
    assert workbook("ods-cdata").worksheets == workbook("ods").worksheets
    marked = workbook("ods", Форум="<![CDATA[Форум <5 & 7>]]>").worksheets[0]
    assert marked.rows[1][0] == "Форум <5 & 7>"


def test_a_panic_of_the_reader_of_cells_is_a_damaged_worksheet() -> None:
    with pytest.raises(SourceError) as refused:
        workbook("day-before-time")
    assert [one.message.key for one in refused.value.problems] == ["files.sheet_damaged"]


def test_a_parcel_is_packed_as_it_says() -> None:
    parcel = b"%% a.xml deflate\n<a/>\n%% b.xml twice\n<b/>\n%% . cut\n"
    whole = packed(parts_of(parcel.replace(b"cut", b"")))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.namelist() == ["a.xml", "b.xml", "b.xml"]
    assert len(packed(parts_of(parcel))) < len(whole)


# --- services ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["DATE", "TIME", "DATE_TIME"])
@pytest.mark.parametrize("serial", [1e308, -1e308, 10**15, float(10**20)])
def test_a_number_outside_every_calendar_stays_a_number(kind: str, serial: float) -> None:
    assert moment_of(serial, kind) == serial


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400])
def test_an_answer_with_a_number_that_no_spreadsheet_holds_is_none(value: float) -> None:
    with pytest.raises(ValueError, match="no such answer"):
        read_values({"valueRanges": [{"range": "А!A1:B2", "values": [[value]]}]}, 1)


def test_a_newer_count_that_is_not_given_proves_nothing() -> None:
    counts = cycle((9, None))  # a page of the walk, then the count that is asked for again

    def get(_: object) -> tuple[ItemsPage, bytes]:
        return ItemsPage((BoardItem("101", "card"),), next(counts), None, None, ()), b""

    listing = ItemsListing(get, {})
    read_side_by_side([listing], 1, lambda: None)
    assert listing.short_of == 9


def test_an_answer_that_unpacks_without_end_is_given_up() -> None:
    time = Moving()
    clock = Clock(lambda: NOW, time.monotonic, time.sleep)
    with answering([Part("200", b"", ("bomb",))]) as service:
        http = MiroHttp(clock, Address(service.url, (20.0, 20.0)))
        with pytest.raises(MiroTroubleError):
            http.call(Call(WHO_AM_I), len, Patience(0.0, clock))
        http.close()


def test_a_link_to_the_last_page_that_is_no_link_is_left_alone() -> None:
    assert read_items_page(b'{"data": [], "links": {"last": "https://[/"}}').last_cursor is None


def test_a_wish_to_wait_for_ever_is_a_number() -> None:
    assert 10**8 <= wish_of({"Retry-After": "9" * 400}) < 10**10
    assert 10**8 <= (seconds_to_retry({"Retry-After": "9" * 400}, NOW) or 0) < 10**16


# --- settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a = " + "{a=" * 2000,
        "a = " + "9" * 5000,
        "a." * 20_000 + "b = 1",
        "[" + "a." * 20_000 + "b]",
    ],
    ids=["lists", "tables", "digits", "key", "section"],
)
def test_settings_that_nobody_would_write_are_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "project.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(tmp_path)
    assert [one.message.key for one in refused.value.problems] == ["settings.toml_other"]
