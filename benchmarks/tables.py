"""Rows a second through each door to a table, against pandas and openpyxl, in one run.

A table of 10,000 rows and 20 columns (texts, numbers, days, blanks) is read as a workbook, an
OpenDocument, a text table, a Google spreadsheet by its interface, and by public links. What comes
from "online" is served by another process of this machine from prepared answers. Counted is the
processor time of this process, so neither the network nor Google's own work nor a busy machine
matter. The others read the same files: pandas only where it can be imported. They check nothing:
neither what a document unpacks to, nor failed formulas, merged cells, links, cut or damaged text;
pandas is told the delimiter and the encoding of a text, or finds out the delimiter alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import gc
import importlib.util
import io
import json
import multiprocessing as mp
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from miro_sync.files import TablesFile, read_workbook
from miro_sync.model import TablesSnapshot
from miro_sync.sheets import SheetsSource, YandexTable

ROWS, COLUMNS, ROUNDS = 10_000, 20, 5
READ_AT = dt.datetime(2023, 6, 1, tzinfo=dt.UTC)
SERIAL_ZERO = dt.date(1899, 12, 30)
FIRST_DAY = dt.date(2022, 9, 1)
LINK = "https://disk.yandex.ru/i/benchmark"

Cell = str | float | dt.date | None


class Clock:
    """The machine's own clock."""

    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


def table() -> list[list[Cell]]:
    header: list[Cell] = [f"Показатель {number}" for number in range(COLUMNS)]
    header[:4] = ["Мероприятие", "Дата проведения", "Количество участников", "Ответственные"]
    return [header, *[_row(number) for number in range(ROWS)]]


def _row(number: int) -> list[Cell]:
    row: list[Cell] = [
        f"Экологический диктант, этап {number}",
        FIRST_DAY + dt.timedelta(days=number % 600),
        number % 90,
        f"педагог центра «Точка роста» № {number % 12}",
    ]
    for column in range(4, COLUMNS):
        kind = (number + column) % 4
        row.append((f"значение {number * column}", number * column / 7, None, column)[kind])
    return row


def as_xlsx(rows: list[list[Cell]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("План")
    for row in rows:
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def as_ods(rows: list[list[Cell]]) -> bytes:
    def cell(value: Cell) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            kind = 'office:value-type="string"'
        elif isinstance(value, dt.date):
            kind = f'office:value-type="date" office:date-value="{value}"'
        else:
            kind = f'office:value-type="float" office:value="{value}"'
        text = escape(str(value))
        return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"

    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="План">{lines}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return packed.getvalue()


def as_csv(rows: list[list[Cell]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    for row in rows:
        writer.writerow(
            f"{value:%d.%m.%Y}"
            if isinstance(value, dt.date)
            else str(value).replace(".", ",")
            if isinstance(value, float)
            else value
            for value in row
        )
    return stream.getvalue().encode("utf-8-sig")


def as_google(rows: list[list[Cell]]) -> tuple[bytes, bytes]:
    """Return what Google answers: the outline with the formats of cells, and the values."""
    day = {"effectiveFormat": {"numberFormat": {"type": "DATE"}}}
    grid = {"rowCount": len(rows), "columnCount": COLUMNS}
    formats = [
        {"values": [day if isinstance(value, dt.date) else {} for value in row]} for row in rows
    ]
    outline = {
        "spreadsheetId": "benchmark",
        "properties": {"title": "План"},
        "sheets": [
            {
                "properties": {
                    "sheetId": 0,
                    "title": "План",
                    "sheetType": "GRID",
                    "gridProperties": grid,
                },
                "data": [{"rowData": formats}],
            }
        ],
    }
    values = [
        [
            ""
            if value is None
            else (value - SERIAL_ZERO).days
            if isinstance(value, dt.date)
            else value
            for value in row
        ]
        for row in rows
    ]
    ranges = [{"range": f"'План'!A1:T{len(rows)}", "values": values}]
    return _packed(outline), _packed({"valueRanges": ranges})


def _packed(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def serve(answers: dict[str, bytes], port: Any) -> None:  # noqa: ANN401 - a queue of any context
    """Answer each request with what is prepared for the end of its path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
            """Say nothing."""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = next(body for end, body in answers.items() if path.endswith(end))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    answers["/download"] = _packed({"href": f"{url}/file.xlsx", "method": "GET"})
    port.put(url)
    server.serve_forever()


@contextmanager
def served(answers: dict[str, bytes]) -> Iterator[str]:
    port: Any = mp.Queue()
    process = mp.Process(target=serve, args=(answers, port), daemon=True)
    process.start()
    try:
        yield port.get(timeout=30)
    finally:
        process.kill()
        process.join()


def key(url: str) -> str:
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "private_key": pem.decode(),
            "client_email": "benchmark@example.org",
            "token_uri": f"{url}/token",
        }
    )


def measured(read: Callable[[], object]) -> float:
    """Return the least seconds of processor time of a reading: other work only adds to it."""
    seconds = []
    for _ in range(ROUNDS):
        gc.collect()
        begun = time.process_time()
        read()
        seconds.append(time.process_time() - begun)
    return min(seconds)


def doors(folder: Path, url: str) -> dict[str, Callable[[], TablesSnapshot]]:
    def google(environ: dict[str, str]) -> TablesSnapshot:
        return SheetsSource(
            "benchmark",
            environ=environ,
            read_at=READ_AT,
            clock=Clock(),
            read_workbook=read_workbook,
            api_url=url,
        ).read()

    def yandex() -> TablesSnapshot:
        return YandexTable(
            LINK, read_at=READ_AT, clock=Clock(), read_workbook=read_workbook, api_url=url
        ).read()

    environ = {"GOOGLE_APPLICATION_CREDENTIALS": key(url)}
    return {
        "Google, interface": lambda: google(environ),
        "Google, public link": lambda: google({}),
        "Yandex Disk": yandex,
        ".xlsx": TablesFile(folder / "t.xlsx", READ_AT).read,
        ".ods": TablesFile(folder / "t.ods", READ_AT).read,
        ".csv": TablesFile(folder / "t.csv", READ_AT).read,
    }


def others(folder: Path) -> dict[str, Callable[[], object]]:
    """Return what the same files are read with otherwise."""

    def with_openpyxl(*, read_only: bool) -> object:
        book = openpyxl.load_workbook(folder / "t.xlsx", read_only=read_only, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        return rows

    found: dict[str, Callable[[], object]] = {
        "openpyxl .xlsx": lambda: with_openpyxl(read_only=False),
        "openpyxl .xlsx, read_only": lambda: with_openpyxl(read_only=True),
    }
    if importlib.util.find_spec("pandas") is None:
        print("pandas cannot be imported here: not measured")
        return found
    pandas: Any = importlib.import_module("pandas")
    found["pandas .xlsx (openpyxl)"] = lambda: pandas.read_excel(
        folder / "t.xlsx", engine="openpyxl"
    )
    found["pandas .xlsx (calamine)"] = lambda: pandas.read_excel(
        folder / "t.xlsx", engine="calamine"
    )
    found["pandas .ods (calamine)"] = lambda: pandas.read_excel(folder / "t.ods", engine="calamine")
    found["pandas .csv, told how"] = lambda: pandas.read_csv(folder / "t.csv", sep=";", decimal=",")
    found["pandas .csv, finds out"] = lambda: pandas.read_csv(
        folder / "t.csv", sep=None, engine="python"
    )
    return found


def main() -> None:
    rows = table()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, make in (("t.xlsx", as_xlsx), ("t.ods", as_ods), ("t.csv", as_csv)):
            (folder / name).write_bytes(make(rows))
        outline, values = as_google(rows)
        answers = {
            "/token": _packed({"access_token": "t", "expires_in": 3599}),
            "/values:batchGet": values,
            "/spreadsheets/benchmark": outline,
            "/export": (folder / "t.xlsx").read_bytes(),
            "/file.xlsx": (folder / "t.xlsx").read_bytes(),
        }
        with served(answers) as url:
            ours = doors(folder, url)
            for read in ours.values():
                (sheet,) = read().worksheets
                if (len(sheet.rows), len(sheet.rows[0])) != (ROWS + 1, COLUMNS):
                    raise ValueError("a door gave another table")
            print(f"{ROWS:,} rows x {COLUMNS} columns, best of {ROUNDS} of processor time")
            for name, read_table in {**ours, **others(folder)}.items():
                seconds = measured(read_table)
                print(f"{name:28} {seconds * 1000:7.0f} ms {ROWS / seconds:9,.0f} rows/s")


if __name__ == "__main__":
    main()
