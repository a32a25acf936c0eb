"""What stands in an .ods beside its values: the quick look finds what parsing finds."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.files.marks import Marks
from miro_sync.files.ods import examine_ods

HEAD = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)
XLINK = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
NOTE = (
    '<office:annotation><text:p><text:a xlink:href="https://n.example">x</text:a></text:p>'
    "</office:annotation>"
)
#: The same document, parsed: a comment is out of the ordinary.
PARSED = "<!-- -->"


def content(*tables: str, extra: str = "") -> bytes:
    return (
        f"<office:document-content{HEAD}{XLINK}><office:body><office:spreadsheet>"
        f"{''.join(tables)}{extra}</office:spreadsheet></office:body></office:document-content>"
    ).encode()


def table(title: str, rows: str) -> str:
    name = escape(title)
    return (
        f'<table:table table:name="{name}" table:style-name="ta1">'
        f'<table:table-column table:number-columns-repeated="9"/>{rows}</table:table>'
    )


def row(*cells: str, repeated: int = 1) -> str:
    several = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{several}>{''.join(cells)}</table:table-row>"


_TEXTS = st.text("абв <>&\"'=/", max_size=6).map(escape)
_BLANKS = st.integers(1, 900).map(
    lambda count: f'<table:table-cell table:number-columns-repeated="{count}"/>'
)
_COVERED = st.just("<table:covered-table-cell/>")
_CELLS = st.builds(
    lambda text, columns, rows, href, note, formula: (
        f'<table:table-cell office:value-type="string"'
        f' table:number-columns-spanned="{columns}" table:number-rows-spanned="{rows}"'
        f"{formula}><text:p>"
        + (f'<text:a xlink:href="{href}">{text}</text:a>' if href else text)
        + f"</text:p>{note}</table:table-cell>"
    ),
    _TEXTS,
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["", "https://example.org/?a=1&amp;b=2"]),
    st.sampled_from(
        [
            "",
            NOTE,
        ]
    ),
    st.sampled_from(
        [
            "",
            ' table:formula="of:=[.A1]&gt;5"',
            ' table:formula="of:=HYPERLINK(&quot;https://f.example/?a=1&amp;b=2&quot;;&quot;н&quot;)"',
        ]
    ),
)
_ERRORS = st.sampled_from(["#ССЫЛ!", "#Н/Д", "Err:502"]).map(
    lambda text: (
        '<table:table-cell office:value-type="string" table:value-type="error">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )
)
_ROWS = st.builds(
    lambda cells, repeated: row(*cells, repeated=repeated),
    st.lists(st.one_of(_CELLS, _BLANKS, _COVERED, _ERRORS), min_size=1, max_size=5),
    st.sampled_from([1, 1, 1, 2, 40]),
)


@given(st.lists(st.lists(_ROWS, max_size=5), min_size=1, max_size=3))
def test_the_quick_look_finds_what_parsing_finds(tables: list[list[str]]) -> None:
    sheets = [table(f"Лист & {number}", "".join(rows)) for number, rows in enumerate(tables)]

    quick = list(examine_ods(content(*sheets)))

    assert quick == list(examine_ods(content(*sheets, extra=PARSED)))


@pytest.mark.parametrize(
    ("rows", "far"),
    [
        (row("<table:table-cell/>", repeated=1_048_000), ""),
        (
            row("<table:table-cell><text:p>а</text:p></table:table-cell>", repeated=5_000_000),
            "A5000000",
        ),
        (
            row("<table:table-cell/>", repeated=9_999)
            + row(
                '<table:table-cell table:number-columns-repeated="500"/>',
                "<table:table-cell><text:p>а</text:p></table:table-cell>",
            ),
            "SG10000",
        ),
    ],
)
def test_a_lone_cell_far_away_is_found_and_blank_rows_are_none(rows: str, far: str) -> None:
    ((_, marks),) = examine_ods(content(table("Лист", rows)))

    assert marks.far == far


def test_rows_of_a_table_within_a_cell_are_looked_at_too() -> None:
    inner = f'<table:table table:is-sub-table="true">{row("<table:table-cell/>")}</table:table>'
    far = row("<table:table-cell><text:p>а</text:p></table:table-cell>", repeated=5_000_000)
    rows = row(f"<table:table-cell>{inner}</table:table-cell>") + far

    found = list(examine_ods(content(table("Лист", rows))))

    assert any(marks.far for _, marks in found)


def test_groups_and_header_rows_are_no_rows_of_their_own() -> None:
    error = '<table:table-cell table:value-type="error"><text:p>#Н/Д</text:p></table:table-cell>'
    rows = (
        f"<table:table-header-rows>{row('<table:table-cell/>')}</table:table-header-rows>"
        f"<table:table-row-group><table:table-rows>{row(error)}</table:table-rows>"
        "</table:table-row-group>"
    )

    assert list(examine_ods(content(table("Л", rows)))) == [("Л", Marks(errors={(1, 0): "#N/A"}))]
