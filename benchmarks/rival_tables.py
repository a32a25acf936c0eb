"""Tables read by other programs: run by benchmarks/tables.py in a Python that has them.

    python benchmarks/rival_tables.py TASK < given.json

In come a file and how often to read it; out go the least processor seconds of a reading, the peak
memory of the process, and a digest of all cells to hold against ours.
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import importlib.metadata
import json
import math
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def main() -> None:
    given = json.load(sys.stdin)
    tasks: dict[str, tuple[tuple[str, ...], Callable[[str], Any], Callable[[Any], Any]]] = {
        "openpyxl": (("openpyxl",), with_openpyxl, iter),
        "openpyxl, read_only": (("openpyxl",), with_streaming_openpyxl, iter),
        "pandas (openpyxl)": (("pandas", "openpyxl"), with_pandas("openpyxl"), frame_rows),
        "pandas (calamine)": (("pandas", "python-calamine"), with_pandas("calamine"), frame_rows),
        "pandas, told the delimiter": (("pandas",), with_told_csv, frame_rows),
        "pandas, finds it out": (("pandas",), with_csv, frame_rows),
        "python-calamine, bare": (("python-calamine",), with_calamine, iter),
    }
    packages, read, rows_of = tasks[sys.argv[1]]
    found = read(given["file"])
    digest = digest_of(rows_of(found))
    peak = megabytes()
    least = float("inf")
    for _ in range(given["passes"]):
        gc.collect()
        begin = time.process_time()
        read(given["file"])
        least = min(least, time.process_time() - begin)
    versions = {package: importlib.metadata.version(package) for package in packages}
    answer = {"seconds": least, "digest": digest, "megabytes": peak, "versions": versions}
    print(json.dumps(answer))


def with_openpyxl(file: str) -> list[Any]:
    return _openpyxl(file, read_only=False)


def with_streaming_openpyxl(file: str) -> list[Any]:
    return _openpyxl(file, read_only=True)


def _openpyxl(file: str, *, read_only: bool) -> list[Any]:
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=read_only, data_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return rows


def with_pandas(engine: str) -> Callable[[str], Any]:
    def read(file: str) -> Any:
        import pandas as pd

        return pd.read_excel(file, engine=engine)

    return read


def with_told_csv(file: str) -> Any:
    import pandas as pd

    return pd.read_csv(file, sep=";", decimal=",")


def with_csv(file: str) -> Any:
    import pandas as pd

    return pd.read_csv(file, sep=None, engine="python")


def with_calamine(file: str) -> list[Any]:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(file)
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def frame_rows(frame: Any) -> Iterable[Iterable[Any]]:
    yield frame.columns
    yield from frame.itertuples(index=False, name=None)


def digest_of(rows: Iterable[Iterable[Any]]) -> str:
    """Return a digest of what the cells mean, however a program writes a blank, day or number."""
    found = hashlib.sha256()
    for row in rows:
        found.update("\t".join(map(plain, row)).rstrip("\t").encode() + b"\n")
    return found.hexdigest()


def plain(value: Any) -> str:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    return f"{float(value):.9g}" if isinstance(value, int | float) else str(value)


def megabytes() -> float:
    """Return the peak memory of this program alone; 0 where the system does not tell.

    Linux counts what `getrusage` tells from before the program began, from its parent too.
    """
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
