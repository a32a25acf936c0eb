"""Tables that anybody with the link may read: Google's export and files on Yandex Disk."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest
from google_books import ID, Cell
from google_server import LINK, SIGN_IN, Fault, GoogleServer

from miro_sync.errors import SourceError
from miro_sync.files import read_workbook
from miro_sync.messages import catalogue
from miro_sync.model import TablesSnapshot
from miro_sync.sheets import SheetsSource, YandexTable
from miro_sync.sheets_public import PublicFile, public_file

READ_AT = dt.datetime(2023, 6, 1, 8, 0, tzinfo=dt.UTC)
PAGE = "<!doctype html><html><body>Подтвердите, что вы не робот</body></html>"


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


def workbook(*rows: list[Cell]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "План"
    for row in rows or ([*("Мероприятие", "Дата")], ["Экодиктант", dt.date(2023, 4, 5)]):
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def public(google: GoogleServer) -> TablesSnapshot:
    source = SheetsSource(
        ID,
        environ={},
        read_at=READ_AT,
        clock=google.clock,
        read_workbook=read_workbook,
        api_url=google.url,
        timeout=(2.0, 2.0),
    )
    return source.read()


def disk(google: GoogleServer, link: str = LINK) -> TablesSnapshot:
    source = YandexTable(
        link,
        read_at=READ_AT,
        clock=google.clock,
        read_workbook=read_workbook,
        api_url=google.url,
        timeout=(2.0, 2.0),
    )
    return source.read()


def refused(google: GoogleServer, *, by: str) -> str:
    with pytest.raises(SourceError) as caught:
        disk(google) if by == "disk" else public(google)
    assert catalogue("en").tell(caught.value.message)
    sentence = catalogue("ru").tell(caught.value.message)
    assert "sign=" not in sentence
    return sentence


# --- a public Google spreadsheet ----------------------------------------------------------------


def test_a_public_spreadsheet_is_read_without_a_key(google: GoogleServer) -> None:
    google.exports[ID] = workbook()

    snapshot = public(google)

    (sheet,) = snapshot.worksheets
    assert sheet.rows == (("Мероприятие", "Дата"), ("Экодиктант", dt.date(2023, 4, 5)))
    assert snapshot.source == "Точки роста"
    assert snapshot.url == f"https://docs.google.com/spreadsheets/d/{ID}/edit"
    assert (snapshot.complete, snapshot.read_at) == (True, READ_AT)
    (seen,) = google.seen
    assert seen.query == {"format": ["xlsx"]}
    assert "authorization" not in seen.headers


def test_a_sign_in_page_says_how_to_open_the_table(google: GoogleServer) -> None:
    sentence = refused(google, by="google")

    assert "«Все, у кого есть ссылка»" in sentence
    assert "GOOGLE_APPLICATION_CREDENTIALS" in sentence
    assert google.clock.pauses == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("/export", 401, page=SIGN_IN, times=-1), "Таблица закрыта"),
        (Fault("/export", 403, page=PAGE, times=-1), "Таблица закрыта"),
        (Fault("/export", 404, page=PAGE, times=-1), "Такой Google Таблицы нет"),
        (Fault("/export", 410, page=PAGE, times=-1), "Такой Google Таблицы нет"),
        (Fault("/export", 429, page=PAGE, times=-1), "просит подождать"),
        (Fault("/export", 500, page=PAGE, times=-1), "сейчас неисправен"),
        (Fault("/export", 200, page=PAGE, times=-1), "веб-страницу"),
        (Fault("/export", 200, "csv", times=-1), "не таблица"),
        (Fault("/export", kind="reset", times=-1), "обрывается"),
        (Fault("/export", kind="cut", times=-1), "обрывается"),
    ],
)
def test_everything_else_that_comes_has_its_words(
    google: GoogleServer, fault: Fault, says: str
) -> None:
    google.faults.append(fault)

    assert says in refused(google, by="google")


def test_trouble_with_an_export_is_waited_out(google: GoogleServer) -> None:
    google.exports[ID] = workbook()
    google.faults += [Fault("/export", 429, {}, lasts=41), Fault("/export", 502, page=PAGE)]

    snapshot = public(google)

    assert len(snapshot.worksheets) == 1
    assert snapshot.calls == len(google.calls("/export"))
    assert snapshot.seconds > 41


def test_an_export_that_is_no_workbook_inside_is_told_by_the_door_to_files(
    google: GoogleServer,
) -> None:
    google.exports[ID] = workbook()[:500]

    assert "Точки роста.xlsx" in refused(google, by="google")


# --- Yandex Disk --------------------------------------------------------------------------------


def test_a_table_on_yandex_disk_is_read_without_a_key(google: GoogleServer) -> None:
    google.files[LINK, ""] = ("Планы центров.xlsx", workbook())

    snapshot = disk(google)

    (sheet,) = snapshot.worksheets
    assert sheet.title == "План"
    assert (snapshot.source, snapshot.url) == ("Планы центров", LINK)
    assert (snapshot.calls, snapshot.seconds) == (2, 0)
    where, what = google.seen
    assert where.query == {"public_key": [LINK]}
    assert what.path == "/bytes/0"


def test_a_table_within_a_published_folder_is_read(google: GoogleServer) -> None:
    folder = "https://disk.yandex.ru/d/AbCdEf"
    google.files[folder, "/2023/План.xlsx"] = ("План.xlsx", workbook())

    assert disk(google, f"{folder}/2023/%D0%9F%D0%BB%D0%B0%D0%BD.xlsx").source == "План"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://disk.yandex.ru/i/AbC-d_", PublicFile("https://disk.yandex.ru/i/AbC-d_")),
        ("https://disk.yandex.ru/i/AbC/", PublicFile("https://disk.yandex.ru/i/AbC")),
        ("https://yadi.sk/d/AbC?x=1", PublicFile("https://yadi.sk/d/AbC")),
        (
            "https://disk.360.yandex.ru/d/AbC/а/б.xlsx",
            PublicFile("https://disk.360.yandex.ru/d/AbC", "/а/б.xlsx"),
        ),
        (
            "https://docs.yandex.ru/docs/view?url=ya-disk-public%3A%2F%2FkEy%2B%2F%3D&name=a.xlsx",
            PublicFile("kEy+/="),
        ),
        (
            "https://docs.yandex.ru/docs/view?url=ya-disk-public%3A%2F%2FkEy%3D%3A%2Fa%2Fb.xlsx",
            PublicFile("kEy=", "/a/b.xlsx"),
        ),
        ("https://disk.yandex.ru/public?hash=kEy%2B%3D", PublicFile("kEy+=")),
        ("https://disk.yandex.ru/else", PublicFile("https://disk.yandex.ru/else")),
    ],
)
def test_links_as_the_disk_gives_them_are_understood(link: str, expected: PublicFile) -> None:
    assert public_file(link) == expected


def test_nothing_behind_a_link_says_what_to_press(google: GoogleServer) -> None:
    assert "нажмите «Поделиться»" in refused(google, by="disk")
    assert google.clock.pauses == []


def test_a_published_folder_is_no_table(google: GoogleServer) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Планы/а.xlsx", workbook())
    google.files[LINK, ""] = ("Планы.zip", packed.getvalue())

    assert "папку Яндекс Диска" in refused(google, by="disk")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("/v1/disk", 403, {"error": "DiskForbidden"}, times=-1), "Попросите владельца"),
        (Fault("/v1/disk", 400, {"error": "FieldValidationError"}, times=-1), "ничего нет"),
        (Fault("/v1/disk", 429, {}, times=-1), "просит подождать"),
        (Fault("/v1/disk", 423, {}, times=-1), "сейчас неисправен"),
        (Fault("/v1/disk", 503, page=PAGE, times=-1), "сейчас неисправен"),
        (Fault("/v1/disk", 200, page=PAGE, times=-1), "ответил кто-то другой"),
        (Fault("/v1/disk", 404, page=PAGE, times=-1), "ответил кто-то другой"),
        (Fault("/v1/disk", 200, {"href": 5}, times=-1), "ответил кто-то другой"),
        (Fault("/v1/disk", 200, {"href": "http://a.example/"}, times=-1), "ответил кто-то другой"),
        (Fault("/bytes/", 200, page=PAGE, times=-1), "веб-страницу"),
        (Fault("/bytes/", 404, page=PAGE, times=-1), "веб-страницу"),
        (Fault("/bytes/", 410, {}, times=-1), "обрывается"),
        (Fault("/bytes/", 200, "csv", times=-1), "не таблица"),
        (Fault("/bytes/", 500, {}, times=-1), "сейчас неисправен"),
    ],
)
def test_everything_else_that_the_disk_says_has_its_words(
    google: GoogleServer, fault: Fault, says: str
) -> None:
    google.files[LINK, ""] = ("Планы.xlsx", workbook())
    google.faults.append(fault)

    assert says in refused(google, by="disk")


def test_bytes_that_are_gone_are_looked_for_anew(google: GoogleServer) -> None:
    google.files[LINK, ""] = ("Планы.xlsx", workbook())
    google.faults.append(Fault("/bytes/", 410, {}))

    assert len(disk(google).worksheets) == 1
    assert len(google.calls("/v1/disk/")) == 2


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="Plan.xlsx"', "Plan"),
        ("attachment; filename*=UTF-8''%D0%9F%D0%BB%D0%B0%D0%BD.xlsx", "План"),
        ('attachment; filename="План.xlsx"', "План"),
        ("attachment", LINK),
        ("", LINK),
    ],
)
def test_a_file_is_called_as_its_sender_calls_it(
    google: GoogleServer, header: str, name: str
) -> None:
    google.files[LINK, ""] = ("x.xlsx", workbook())
    google.disposition = header

    assert disk(google).source == name
