"""What reading a table costs through each door, beside pandas and openpyxl.

A table of 10,000 rows and 20 columns (texts, numbers, days, blanks) is read as a workbook, an
OpenDocument, a text table, a Google spreadsheet by its interface, and by public links. What comes
from "online" is served by another process of this machine from prepared answers. Counted is the
processor time of this process, so neither the network nor Google's own work nor a busy machine
matter. The others read the same files, and where they claim the same cells, the cells are compared.

    python benchmarks/tables.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import csv
import datetime as dt
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
import results
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from rival_tables import digest_of

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


def table(size: int) -> list[list[Cell]]:
    header: list[Cell] = [f"Показатель {number}" for number in range(COLUMNS)]
    header[:4] = ["Мероприятие", "Дата проведения", "Количество участников", "Ответственные"]
    return [header, *[_row(number) for number in range(size)]]


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


#: What another program is asked to do, on which file, and with which of our doors it is compared;
#: whether it claims to give the same cells.
OTHERS = (
    (".xlsx", "openpyxl", True),
    (".xlsx", "openpyxl, read_only", True),
    (".xlsx", "pandas (openpyxl)", True),
    (".xlsx", "pandas (calamine)", True),
    (".xlsx", "python-calamine, bare", True),
    (".ods", "pandas (calamine)", True),
    (".csv", "pandas, told the delimiter", False),
    (".csv", "pandas, finds it out", False),
)
UNCHECKED = (
    "The others check nothing: no size, failed formulas, merged cells, links, cut or damaged text."
)
ALONE = """
import datetime as dt, sys
from pathlib import Path
from miro_sync.files import TablesFile
from rival_tables import megabytes
TablesFile(Path(sys.argv[1]), dt.datetime(2023, 6, 1, tzinfo=dt.UTC)).read()
print(megabytes())
"""


def cells_of(snapshot: TablesSnapshot) -> str:
    (sheet,) = snapshot.worksheets
    return digest_of(sheet.rows)


def alone(file: Path) -> float:
    """Read a file in a process of its own; return its peak memory in megabytes."""
    return float(results.own_program("-c", ALONE, str(file)))


def against_others(run: results.Run, folder: Path, rows: int, spent: dict[str, float]) -> None:
    passes = 1 if run.quick else ROUNDS
    weights = {end: alone(folder / f"t{end}") for end in (".xlsx", ".ods", ".csv")}
    digests = {end: cells_of(TablesFile(folder / f"t{end}", READ_AT).read()) for end in weights}
    last = ""
    for end, task, claims in OTHERS:
        given = {"file": str(folder / f"t{end}"), "passes": passes}
        told = results.asked(run, "rival_tables.py", task, given)
        if told is None:
            continue
        if claims and told["digest"] != digests[end]:
            raise SystemExit(f"{task} read other cells of {end}: the figures mean nothing")
        notes = [UNCHECKED] if end != last else []
        if not claims:
            notes.append("Days stay text for it.")
        bare = "bare" in task
        run.row(
            f"{end}, {rows:,} rows × {COLUMNS}", spent[end], "s", task, told["seconds"],
            note=" ".join(notes), limit=bare,
        )  # fmt: skip
        if not bare:
            run.row(f"{end}, peak memory of the process", weights[end], "MB", task,
                    told["megabytes"])  # fmt: skip
        last = end


def growth(run: results.Run, folder: Path) -> None:
    sizes = (50, 500, 5000) if run.quick else (500, 5000, 50_000)
    costs: dict[str, list[tuple[float, float]]] = {}
    for size in sizes:
        rows = table(size)
        (folder / "g.xlsx").write_bytes(as_xlsx(rows))
        (folder / "g.csv").write_bytes(as_csv(rows))
        for end in (".xlsx", ".csv"):
            file = TablesFile(folder / f"g{end}", READ_AT)
            found = results.spent(file.read, 1 if size > 10_000 else 3)
            costs.setdefault(end, []).append((found, alone(folder / f"g{end}")))
        given = {"file": str(folder / "g.xlsx"), "passes": 1}
        told = results.asked(run, "rival_tables.py", "openpyxl, read_only", given)
        if told:
            costs.setdefault("openpyxl", []).append((told["seconds"], told["megabytes"]))
    for name, steps in costs.items():
        if len(steps) == len(sizes):
            peer = "" if name.startswith(".") else "openpyxl, read_only"
            run.growth(
                f"reading {'.xlsx' if peer else name}, {COLUMNS} columns", "rows", sizes,
                [spent for spent, _ in steps], megabytes=[peak for _, peak in steps], peer=peer,
            )  # fmt: skip


def main() -> None:
    run = results.begun("tables", __doc__)
    run.used("python-calamine", "gspread", "requests")
    size = ROWS // 10 if run.quick else ROWS
    rows = table(size)
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
        spent: dict[str, float] = {}
        with served(answers) as url:
            for name, read in doors(folder, url).items():
                (sheet,) = read().worksheets
                if (len(sheet.rows), len(sheet.rows[0])) != (size + 1, COLUMNS):
                    raise ValueError("a door gave another table")
                spent[name] = results.spent(read, 1 if run.quick else ROUNDS)
        against_others(run, folder, size, spent)
        bare = results.spent(lambda: (json.loads(outline), json.loads(values)))
        run.row(
            "Google's interface", spent["Google, interface"], "s", "json.loads of the answers",
            bare, note="With the signed request for access.", limit=True,
        )  # fmt: skip
        for name in ("Google, public link", "Yandex Disk"):
            run.row(name, spent[name], "s", "our own .xlsx from the disk", spent[".xlsx"],
                    limit=True)  # fmt: skip
        growth(run, folder)
    run.end()


if __name__ == "__main__":
    main()
