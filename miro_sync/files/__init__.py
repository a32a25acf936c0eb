"""The doors to files: a board's export, a workbook, a text table, a folder of text tables.

board       a board's export (.json)
tables      a workbook (.xlsx, .ods), a text table (.csv) or a folder of them
contents    the bytes of such files -> worksheets
workbook    .xlsx and .ods -> worksheets
text_table  .csv in any of the usual encodings -> a worksheet
reading     bytes of a file, or a sentence why not
"""

from typing import TYPE_CHECKING, Any

from miro_sync.files.board import BoardFile, ReadExport
from miro_sync.files.tables import TablesFile

if TYPE_CHECKING:
    from miro_sync.files.workbook import Reading, read_workbook

__all__ = ["BoardFile", "ReadExport", "Reading", "TablesFile", "read_workbook"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what only a reader of workbooks pays for
    if name in ("Reading", "read_workbook"):
        from miro_sync.files import workbook  # noqa: PLC0415

        return getattr(workbook, name)
    raise AttributeError(name)
