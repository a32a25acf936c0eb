"""Grids of cells -> tables with named columns -> cards of events.

Every door (workbook, text file, online table) makes the same `Worksheet` grids with `worksheet`;
this package alone knows what stands in them:

    grid       the cells of a worksheet, the same whatever the door
    values     what a single cell says: a number, a day, links, people counted
    columns    the columns that are looked for, and the headers they go by
    headers    which cell of a header row means which column
    found      what is found: a table, its header, a row, or why there is none
    bodies     the rows under a header: which hold data, and what they say
    finding    a worksheet -> its tables: where each begins and ends, which column is which
    events     the rows of plans and reports -> cards of events

Rows and columns count from 0 inside; everything that a user reads carries the address as the
spreadsheet shows it (rows from 1, columns A, B, …). Only named columns are read. A column whose
header speaks of a person's data (ФИО, телефон, …) is never read, and no sentence made here quotes
the content of a cell: it gives the address.
"""

from miro_sync.tables.columns import CALENDAR_COLUMNS, PLAN_COLUMNS, Column
from miro_sync.tables.events import TablesReading, event_rows, paragraphs
from miro_sync.tables.finding import find_heads, find_table, find_tables, worksheet_titled
from miro_sync.tables.found import Head, NoTable, Row, Section, Table
from miro_sync.tables.grid import (
    CELL_LIMIT,
    NOT_CALCULATED,
    Merge,
    address,
    column_letters,
    error_code,
    head_digest,
    rows_of_words,
    worksheet,
)
from miro_sync.tables.headers import squash
from miro_sync.tables.values import (
    Value,
    as_text,
    count_by_kind,
    count_people,
    links_in,
    parse_day,
    parse_number,
    says_none,
)

__all__ = [
    "CALENDAR_COLUMNS",
    "CELL_LIMIT",
    "NOT_CALCULATED",
    "PLAN_COLUMNS",
    "Column",
    "Head",
    "Merge",
    "NoTable",
    "Row",
    "Section",
    "Table",
    "TablesReading",
    "Value",
    "address",
    "as_text",
    "column_letters",
    "count_by_kind",
    "count_people",
    "error_code",
    "event_rows",
    "find_heads",
    "find_table",
    "find_tables",
    "head_digest",
    "links_in",
    "paragraphs",
    "parse_day",
    "parse_number",
    "rows_of_words",
    "says_none",
    "squash",
    "worksheet",
    "worksheet_titled",
]
