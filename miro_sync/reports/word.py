"""A Word document being written: styles, tables, pictures, links and gaps for a person to fill in.

Every text passes through `miro_sync.telling.display.clean`, so that nothing of a board or a table
reaches the file but visible characters. The file holds no clock: the day of the data is its date,
so that the same data give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from miro_sync.messages import Catalogue
from miro_sync.telling.display import clean, link

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

#: Characters of a paragraph that are kept of what somebody wrote.
LONGEST: Final = 2_000
#: Characters of an address that stand in print; the link itself is whole.
_SHOWN_LINK: Final = 60
#: Word takes no longer address.
_LINK_LENGTH: Final = 2_000
_LANGUAGES: Final = {"ru": "ru-RU", "en": "en-GB"}
#: The oldest moment that a zip file can hold; every part of a document gets it.
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that only a person can fill in; `what` says with what."""

    what: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link with its words; only words where the address is none."""

    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Bold:
    """Words to be seen first."""

    text: str


Piece = str | Gap | Anchor | Bold
Content = Piece | Sequence[Piece]
"""A cell or a paragraph: one piece or several; a line feed in a text begins a new paragraph."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the paper looks.

    Attributes:
        font: of the whole document. size: in points.
        margins: left, top, right, bottom in centimetres.
        landscape: the paper lies on its long side.

    """

    font: str = "Times New Roman"
    size: float = 12
    margins: tuple[float, float, float, float] = (3.0, 2.0, 1.5, 2.0)
    landscape: bool = False


class Paper:
    """A document of A4 sheets."""

    def __init__(
        self, words: Catalogue, *, title: str, day: dt.date, layout: Layout | None = None
    ) -> None:
        """Begin a document.

        Args:
            words: the language of the document.
            title: for the file's properties.
            day: the day of its data, the file's date.
            layout: an official note's by default.

        """
        import docx  # noqa: PLC0415 - only this output needs it

        self.words = words
        self._layout = layout or Layout()
        self._document: Document = docx.Document()
        self._properties(clean(title), day)
        self._styles()
        self._page()

    def heading(self, text: str, level: int = 1) -> None:
        """Add a heading of level 1 to 3; level 0 is the document's title."""
        self._document.add_heading(clean(text), level)

    def line(
        self,
        content: Content,
        *,
        align: str = "left",
        size: float | None = None,
        after: float | None = None,
        indent: bool = False,
    ) -> None:
        """Add a paragraph.

        Args:
            content: what it says.
            align: left, right, center or both.
            size: in points, the document's own by default.
            after: points below it.
            indent: its first line is indented, as in running text.

        """
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - as above
        from docx.shared import Cm, Pt  # noqa: PLC0415 - as above

        paragraph = self._document.add_paragraph()
        paragraph.alignment = {
            "left": WD_ALIGN_PARAGRAPH.LEFT,
            "right": WD_ALIGN_PARAGRAPH.RIGHT,
            "center": WD_ALIGN_PARAGRAPH.CENTER,
            "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
        }[align]
        if after is not None:
            paragraph.paragraph_format.space_after = Pt(after)
        if indent:
            paragraph.paragraph_format.first_line_indent = Cm(1.25)
        self._pieces(paragraph, content, size)

    def bullets(self, items: Iterable[Content], *, numbered: bool = False) -> None:
        """Add a list."""
        style = "List Number" if numbered else "List Bullet"
        for item in items:
            self._pieces(self._document.add_paragraph(style=style), item)

    def table(  # noqa: PLR0913 - what a table may differ in
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[Content]],
        *,
        widths: Sequence[float],
        size: float = 10,
        numbers: Sequence[int] = (),
        caption: str = "",
    ) -> None:
        """Add a table whose header comes again on every page; a row is never torn.

        Args:
            head: the headers.
            rows: as many cells each as there are headers; a row of one cell goes over all columns.
            widths: of the columns in centimetres.
            size: of the letters in points.
            numbers: the columns of numbers, set to the right.
            caption: what the table is, for who cannot see it.

        """
        table = self._document.add_table(rows=1, cols=len(head), style="Table Grid")
        table.autofit = False
        self._describe_table(table, caption or ", ".join(head))
        for cell, text in zip(table.rows[0].cells, head, strict=True):
            self._cell(cell, Bold(text), size - 1, align="center")
            _shade(cell, "E7E6E6")
        _repeats(table.rows[0]._tr)  # noqa: SLF001 - the library has no word for it
        for content in rows:
            row = table.add_row()
            _whole(row._tr)  # noqa: SLF001 - as above
            cells = row.cells
            if len(content) == 1:
                merged = cells[0].merge(cells[-1])
                self._cell(merged, content[0], size)
                _shade(merged, "F2F2F2")
                continue
            for at, (cell, one) in enumerate(zip(cells, content, strict=True)):
                self._cell(cell, one, size, align="right" if at in numbers else "left")
        _set_widths(table, widths)
        self.line("", size=4, after=2)

    def picture(self, png: bytes, *, width: float, title: str, said: str) -> None:
        """Add a picture, `width` centimetres wide, its title below; `said` tells it in words."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - as above
        from docx.shared import Cm  # noqa: PLC0415 - as above

        shape = self._document.add_picture(io.BytesIO(png), width=Cm(width))
        shape._inline.docPr.set("descr", clean(said, LONGEST))  # noqa: SLF001 - the library has no word
        paragraph = self._document.paragraphs[-1]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        self.line(title, align="center", size=self._layout.size - 2, after=8)

    def signatures(self, roles: Iterable[str]) -> None:
        """Add a line to sign on for each role."""
        rows = [(role, Gap(self.words.say("documents.gap_signature"))) for role in roles]
        self.line("")
        for role, gap in rows:
            self.line([role, " ", gap], after=10)

    def bytes(self) -> bytes:
        """Return the document as a .docx file; the same content gives the same bytes."""
        out = io.BytesIO()
        self._document.save(out)
        steady = io.BytesIO()
        with (
            zipfile.ZipFile(out) as made,
            zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for name in made.namelist():
                part = zipfile.ZipInfo(name, _ZIP_EPOCH)
                part.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(part, made.read(name))
        return steady.getvalue()

    # --- the document as a whole

    def _properties(self, title: str, day: dt.date) -> None:
        moment = dt.datetime.combine(day, dt.time())
        about = self._document.core_properties
        about.title = title[:255]
        about.author = about.last_modified_by = "miro-sync"
        about.comments = ""
        about.language = _LANGUAGES[self.words.language]
        about.created = about.modified = moment
        about.revision = 1

    def _styles(self) -> None:
        from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 - as above
        from docx.oxml.ns import qn  # noqa: PLC0415 - as above
        from docx.shared import Pt, RGBColor  # noqa: PLC0415 - as above

        styles = self._document.styles
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), _LANGUAGES[self.words.language])
        layout = self._layout
        normal = styles["Normal"]
        normal.font.size = Pt(layout.size)
        normal.paragraph_format.space_after = Pt(4)
        normal.paragraph_format.space_before = Pt(0)
        sizes = {"Title": 3, "Heading 1": 1, "Heading 2": 0, "Heading 3": 0}
        for name in ("Normal", *sizes, "List Bullet", "List Number", "Header", "Footer"):
            style: Any = styles[name]
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for script in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{script}"), layout.font)
            for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
        for name, larger in sizes.items():
            heading: Any = styles[name]
            heading.font.size = Pt(layout.size + larger)
            heading.font.bold = True
            heading.font.italic = name == "Heading 3"
            heading.font.color.rgb = RGBColor(0, 0, 0)
            heading.paragraph_format.space_before = Pt(0 if name == "Title" else 10)
            heading.paragraph_format.space_after = Pt(4)
            heading.paragraph_format.keep_with_next = True
        title: Any = styles["Title"]
        title.paragraph_format.alignment = 1
        border = title.element.pPr.find(qn("w:pBdr"))
        if border is not None:
            title.element.pPr.remove(border)
        gap: Any = styles.add_style("Gap", WD_STYLE_TYPE.CHARACTER)
        # Word knows no highlight of a style; a shade prints light grey.
        gap.element.get_or_add_rPr().append(_shading("FFF2CC"))

    def _page(self) -> None:
        from docx.enum.section import WD_ORIENT  # noqa: PLC0415 - as above
        from docx.shared import Cm  # noqa: PLC0415 - as above

        section: Section = self._document.sections[0]
        width, height = Cm(21), Cm(29.7)
        if self._layout.landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            width, height = height, width
        section.page_width, section.page_height = width, height
        left, top, right, bottom = map(Cm, self._layout.margins)
        section.left_margin, section.top_margin = left, top
        section.right_margin, section.bottom_margin = right, bottom
        section.header_distance = section.footer_distance = Cm(0.8)
        footer = section.footer.paragraphs[0]
        footer.alignment = 2
        before, between, after = self.words.say("documents.pages").split("#")
        for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
            self._run(footer, text, 9)
            if field:
                _field(footer, field)

    # --- paragraphs and cells

    def _cell(self, cell: _Cell, content: Content, size: float, *, align: str = "left") -> None:
        from docx.shared import Pt  # noqa: PLC0415 - as above

        paragraph = cell.paragraphs[0]
        for number, pieces in enumerate(_paragraphs(content)):
            if number:
                paragraph = cell.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.alignment = {"left": 0, "center": 1, "right": 2}[align]
            for piece in pieces:
                self._piece(paragraph, piece, size)

    def _pieces(self, paragraph: Paragraph, content: Content, size: float | None = None) -> None:
        for pieces in _paragraphs(content):
            for piece in pieces:
                self._piece(paragraph, piece, size)

    def _piece(self, paragraph: Paragraph, piece: Piece, size: float | None) -> None:
        if isinstance(piece, Gap):
            name = "gap_of" if piece.what else "gap"
            said = self.words.say(f"documents.{name}", what=piece.what)
            self._run(paragraph, said, size).style = "Gap"
        elif isinstance(piece, Bold):
            self._run(paragraph, piece.text, size).bold = True
        elif isinstance(piece, Anchor):
            self._anchor(paragraph, piece, size)
        else:
            self._run(paragraph, piece, size)

    def _run(self, paragraph: Paragraph, text: str, size: float | None) -> Run:
        from docx.shared import Pt  # noqa: PLC0415 - as above

        said = _spaced(text)
        run = paragraph.add_run(said)
        if size is not None:
            run.font.size = Pt(size)
        return run

    def _anchor(self, paragraph: Paragraph, piece: Anchor, size: float | None) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 - as above
        from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
        from docx.oxml.ns import qn  # noqa: PLC0415 - as above

        url = link(piece.url)
        text = clean(piece.text, LONGEST)
        shown = text if len(text) <= _SHOWN_LINK else text[: _SHOWN_LINK - 1] + "…"
        if url is None or len(url) > _LINK_LENGTH:
            self._run(paragraph, shown, size)
            return
        relation = paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        element: Any = OxmlElement("w:hyperlink")
        element.set(qn("r:id"), relation)
        run = self._run(paragraph, shown, size)
        run.underline = True
        element.append(run._r)  # noqa: SLF001 - the library cannot put a run into a link
        paragraph._p.append(element)  # noqa: SLF001 - as above

    def _describe_table(self, table: Table, said: str) -> None:
        from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
        from docx.oxml.ns import qn  # noqa: PLC0415 - as above

        element: Any = OxmlElement("w:tblDescription")
        element.set(qn("w:val"), clean(said)[:250])
        table._tbl.tblPr.append(element)  # noqa: SLF001 - the library has no word for it


def _paragraphs(content: Content) -> list[list[Piece]]:
    """Part a content into its paragraphs; there is always one."""
    pieces = [content] if isinstance(content, (str, Gap, Anchor, Bold)) else list(content)
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        if not isinstance(piece, str):
            lines[-1].append(piece)
            continue
        first, *rest = piece.split("\n")
        lines[-1].append(first)
        lines += [[one] for one in rest]
    return lines


def _spaced(text: str) -> str:
    """Make a text harmless and keep the blank at either end, which parts it from its neighbours."""
    said = clean(text, LONGEST + 1)
    if len(said) > LONGEST:
        said = said[: LONGEST - 1].rstrip() + "…"
    head = " " if text[:1] == " " else ""
    tail = " " if text[-1:] == " " and said else ""
    return f"{head}{said}{tail}"


def _shade(cell: _Cell, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(_shading(colour))  # noqa: SLF001 - the library has no word


def _shading(colour: str) -> Any:  # noqa: ANN401 - an element of the library
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above

    element: Any = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        element.set(qn(f"w:{name}"), value)
    return element


def _repeats(row: Any) -> None:  # noqa: ANN401 - an element of the library
    _mark_row(row, "w:cantSplit")
    _mark_row(row, "w:tblHeader")


def _whole(row: Any) -> None:  # noqa: ANN401 - as above
    _mark_row(row, "w:cantSplit")


def _mark_row(row: Any, name: str) -> None:  # noqa: ANN401 - as above
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above

    row.get_or_add_trPr().append(OxmlElement(name))


def _field(paragraph: Paragraph, name: str) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.shared import Pt  # noqa: PLC0415 - as above

    element: Any = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), name)
    run = paragraph.add_run("1")
    run.font.size = Pt(9)
    element.append(run._r)  # noqa: SLF001 - the library has no word for fields
    paragraph._p.append(element)  # noqa: SLF001 - as above


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    from docx.shared import Cm  # noqa: PLC0415 - as above

    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        cells = row._tr.tc_lst  # noqa: SLF001 - a merged cell stands here once
        if len(cells) == len(widths):
            for cell, width in zip(cells, widths, strict=True):
                cell.width = Cm(width)
