"""What the reader of cells does not tell of a worksheet, found in its document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from miro_sync.tables import Merge

#: Cells between A1 and the farthest filled cell of a worksheet; each takes some 40 bytes.
CELL_LIMIT = 4_000_000

#: A formula that leads elsewhere, with its address written out: =HYPERLINK("https://…";"новость").
_HYPERLINK = re.compile(r"\s*(?:of:|oooc:)?=?\s*HYPERLINK\(\s*\"([^\"]+)\"", re.IGNORECASE)


@dataclass(slots=True)
class Marks:
    """What was found in the document of a worksheet.

    Attributes:
        errors: the code of each formula error, by (row, column) from 0.
        links: what a cell leads to, by (row, column) from 0.
        merged: merged ranges; of .ods alone.
        far: addresses of the farthest filled cells when the grid up to them would be too large.

    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    links: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    merged: list[Merge] = field(default_factory=list)
    far: str = ""

    def lead(self, row: int, column: int, *targets: str) -> None:
        """Note what a cell leads to, besides what is known already."""
        if targets:
            self.links[row, column] = (*self.links.get((row, column), ()), *targets)


def linked_by(formula: str) -> tuple[str, ...]:
    """Return the address in a formula that is a link; nothing for any other formula."""
    match = _HYPERLINK.match(unescape(formula))
    return (match[1],) if match else ()


def xml(document: bytes) -> ET.Element:
    """Parse a small document of a workbook."""
    # Safe against documents made to explode: expat has refused those since 2.4, and the size of
    # the document is limited.
    return ET.fromstring(document)  # noqa: S314 - as said


def local(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("}")[2]


def attribute(element: ET.Element, name: str) -> str:
    """Return an attribute by its name without namespace; "" when there is none."""
    return next((value for key, value in element.items() if local(key) == name), "")
