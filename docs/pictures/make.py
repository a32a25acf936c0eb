"""The pictures of the guides, taken anew from the packaged sample: `make pictures`.

Each shows what the program itself wrote: the page, a letter, its answers on a terminal, and the
rows of its status worksheet. Only the frame around the last two is drawn here, for a terminal and
a spreadsheet look different on every machine. A browser is found by Playwright, or named by
MIRO_SYNC_BROWSER.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import io
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from miro_sync.app import SAMPLE_MOMENT
from miro_sync.app.overviews import overview
from miro_sync.cli import run
from miro_sync.digest import Reader, digest
from miro_sync.digest.letters import Sending
from miro_sync.letter import Role
from miro_sync.messages import catalogue
from miro_sync.status_cells import StatusCell, Tone
from miro_sync.status_sheet import status_rows
from miro_sync.telling.mail import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

    from miro_sync.overview import Overview

HERE = Path(__file__).parent

#: Letters of so many weeks before, and the day of the last: the picture shows one in their midst.
_NUMBER = 15
_LAST = dt.date(2023, 8, 28)

_TERMINAL = """<body style="margin:0;background:#fff"><div id="shot" style="display:inline-block;
background:#1d2126;border-radius:8px;padding:0 18px 16px"><div style="color:#8d96a0;
font:13px sans-serif;padding:9px 0">Командная строка</div><pre style="margin:0;color:#e6e9ec;
font:14px/1.35 'DejaVu Sans Mono',Consolas,monospace">{text}</pre></div></body>"""

_SHEET = """<!doctype html><style>body{{margin:0;font:12px Arial,'DejaVu Sans',sans-serif}}
table{{font:inherit;border-collapse:collapse;table-layout:fixed;width:{width}px}}
th,td{{border:1px solid #d0d4d9;padding:3px 5px;text-align:left;vertical-align:top;
overflow-wrap:break-word}} th{{background:#eef1f4}} .alarm{{background:#f9d9d4}}
.ask{{background:#fdeec4}} .good{{background:#d9efdc}} .quiet{{color:#66707a}}
.choose{{background:#f4f8ff}}</style>
<div id="shot" style="display:inline-block"><table>{cols}{head}{body}</table></div>"""

#: Columns of the worksheet that fit a picture, and how wide they are drawn.
_COLUMNS = {"Центр": 120, "Мероприятие": 240, "Срок": 115, "Статус": 85, "Почему": 250}
_TYPED = {"Решение": 100, "Новый срок / дата": 90, "Кто решил": 75, "Комментарий": 105}
_ROWS = 5


def main() -> None:
    """Write every picture beside this file."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        demo = _told("demo", "-o", str(folder / "sample"))
        told = overview(folder / "sample", now=SAMPLE_MOMENT)
        own = folder / "config"
        first = f"> miro-sync init config\n{_told('init', str(own))}"
        first += f"\n> miro-sync doctor\n{_told('doctor', '--config', str(own))}"
        first = first.replace(str(own) + os.sep, "config\\").replace(str(own), "config")
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("MIRO_SYNC_BROWSER"), args=["--no-sandbox"]
        )
        answer = "\n\n".join(demo.split("\n\n")[1:6])
        _shot(browser, "answer", _TERMINAL.format(text=html.escape(answer)))
        _shot(browser, "first-day", _TERMINAL.format(text=html.escape(first)))
        _shot(browser, "letter", _letter(told), width=460, height=900)
        _shot(browser, "table", _sheet(told), width=1200)
        page = (folder / "sample" / "reports" / "miro-sync.html").read_text("utf-8")
        _shot(browser, "page", page, width=1000, height=900)
        browser.close()


def _told(*words: str) -> str:
    """Return what a command prints on a terminal of eighty columns."""
    out = io.StringIO()
    os.environ["COLUMNS"] = "80"
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        run(words)
    return out.getvalue()


def _letter(told: Overview) -> str:
    sending = Sending(at=SAMPLE_MOMENT, number=_NUMBER, last=_LAST)
    letter = digest(told, Reader(frozenset({Role.DIRECTOR})), sending)
    if letter is None:
        raise ValueError("the sample has nothing to tell the director")
    written = write(letter, catalogue("ru"))
    subject = f'<div style="font:bold 16px sans-serif;padding:12px">{written.subject}</div>'
    return re.sub(r"(<body[^>]*>)", lambda found: found[1] + subject, written.html, count=1)


def _sheet(told: Overview) -> str:
    table = status_rows(told)
    wanted = _COLUMNS | _TYPED
    columns = [(at, one) for at, one in enumerate(table.columns) if one.title in wanted]
    rows = [row for row in table.rows if any(row[at] for at, _ in columns)][:_ROWS]
    cols = "".join(f'<col style="width:{wanted[one.title]}px">' for _, one in columns)
    head = "".join(f"<th>{html.escape(one.title)}</th>" for _, one in columns)
    body = "".join(_row(row, [(at, bool(one.choices)) for at, one in columns]) for row in rows)
    return _SHEET.format(
        width=sum(wanted[one.title] for _, one in columns), cols=cols, head=head, body=body
    )


def _row(row: Sequence[object], columns: Sequence[tuple[int, bool]]) -> str:
    cells = []
    for at, choosing in columns:
        cell = row[at]
        value, tone = (cell.value, cell.tone) if isinstance(cell, StatusCell) else (cell, "")
        shown = "▾" if choosing and value in {None, ""} else ("" if value is None else str(value))
        kind = "choose" if choosing else ("" if tone is Tone.PLAIN else tone)
        cells.append(f'<td class="{kind}">{html.escape(shown)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _shot(
    browser: Browser, name: str, content: str, *, width: int = 900, height: int | None = None
) -> None:
    """Take a picture of a page: of its first screen, or of the part named "shot"."""
    page = browser.new_page(viewport={"width": width, "height": height or 600})
    page.set_content(content)
    path = HERE / f"{name}.png"
    if height is None:
        page.locator("#shot").screenshot(path=path)
    else:
        page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main()
