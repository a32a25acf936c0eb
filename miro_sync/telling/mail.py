"""A letter in words: the text part, 72 columns wide, and the HTML part, equal in content.

Both are written from the same strings, so that nobody is told less by a mail program that shows
only one of them. Every text of others is escaped by the template; what could steer a reader's
screen was taken out before (`miro_sync.telling.display`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from miro_sync.letter import Block, Letter, shortened
from miro_sync.model import Problem, say
from miro_sync.telling import display
from miro_sync.telling.failures import place, problem

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment

    from miro_sync.letter import Entry, Section
    from miro_sync.messages import Catalogue
    from miro_sync.model import Message

#: Columns of the text part.
COLUMNS = 72

#: Bytes of the HTML part. Mail programs hide what is beyond 102 KB, and what is not ASCII takes a
#: third more on its way: this stays below 60 KB even then.
LARGEST = 44_000

#: A line of a mail must not be longer than 998 bytes, a subject line not that long by far.
_SUBJECT = 150

#: Longer addresses cannot be shown in a mail: their lines would be broken on the way.
_LONGEST_LINK = 900

_STEPS = (10, 7, 5, 3, 2, 1, 0)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in words.

    Attributes:
        subject: one line. text, html: the two parts, equal in content.

    """

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words: its head, the sentences behind it, (address, words to click on) pairs."""

    head: str
    notes: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section in words; `kind` is the block's name, `rest` ends with what is left out."""

    kind: Block
    heading: str
    lead: str
    entries: tuple[Told, ...]
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that both parts of a mail say, in words and in order."""

    language: str
    subject: str
    title: str
    trust: tuple[str, ...]
    summary: tuple[str, ...]
    parts: tuple[Part, ...]
    footer: tuple[str, ...]
    frozen: bool


def write(letter: Letter, words: Catalogue) -> Written:
    """Write a letter; what would make it too large is counted instead of told, in both parts."""
    for most in _STEPS:
        page = page_of(shortened(letter, most), words)
        html = html_of(page)
        if len(html.encode()) <= LARGEST:
            break
    return Written(page.subject, text_of(page), html)


def page_of(letter: Letter, words: Catalogue) -> Page:
    """Put a letter into words."""

    def tell(message: Message) -> str:
        return display.clean(words.tell(message))

    return Page(
        language=words.language,
        subject=display.shorten(words.tell(letter.subject), _SUBJECT),
        title=tell(letter.title),
        trust=tuple(map(tell, letter.trust)),
        summary=tuple(map(tell, letter.summary)),
        parts=tuple(_part(section, words) for section in letter.sections),
        footer=tuple(map(tell, letter.footer)),
        frozen=letter.frozen,
    )


def text_of(page: Page) -> str:
    """Write the text part."""
    out = [*display.wrap(page.title, COLUMNS)]
    for sentence in page.trust:
        out += display.wrap(sentence, COLUMNS)
    out.append("")
    for sentence in page.summary:
        out += display.wrap(sentence, COLUMNS)
    for part in page.parts:
        out += ["", *display.wrap(part.heading.upper(), COLUMNS)]
        out += display.wrap(part.lead, COLUMNS)
        for entry in part.entries:
            out += _indented(entry.head, " * ")
            for note in entry.notes:
                out += _indented(note)
            for url, what in entry.links:
                out += _link(url, what)
        for sentence in part.rest:
            out += _indented(sentence, " - ")
    out += ["", "-- "]
    for sentence in page.footer:
        out += display.wrap(sentence, COLUMNS)
    return "\n".join(out) + "\n"


def html_of(page: Page) -> str:
    """Write the HTML part: styles stand in the elements, for mail programs that read no others."""
    html = _templates().get_template("mail.html.jinja").render(page=page)
    return _inliner().inline(html)


def _part(section: Section, words: Catalogue) -> Part:
    rest = [display.clean(words.tell(one)) for one in section.rest]
    if section.more:
        rest.insert(0, words.say("mail.more", number=section.more))
    return Part(
        kind=section.block,
        heading=display.clean(words.tell(section.heading)),
        lead="" if section.lead is None else display.clean(words.tell(section.lead)),
        entries=tuple(_told(entry, words) for entry in section.entries),
        rest=tuple(rest),
    )


def _told(entry: Entry, words: Catalogue) -> Told:
    def tell(what: Message | Problem) -> str:
        if isinstance(what, Problem):
            return problem(what, words)
        return _sentence(display.clean(words.tell(what)))

    notes = [tell(note) for note in entry.notes]
    if entry.place is not None:
        notes.append(tell(say("telling.see", place=place(entry.place, words))))
    links = tuple(
        (link.url, words.say("mail.open_link", what=link.what))
        for link in entry.links
        if len(link.url) <= _LONGEST_LINK
    )
    return Told(tell(entry.head), tuple(notes), links)


def _sentence(text: str) -> str:
    """Begin with a capital: most sentences of a mail stand alone."""
    return text[:1].upper() + text[1:]


def _indented(text: str, mark: str = "   ") -> list[str]:
    lines = display.wrap(text, COLUMNS - len(mark))
    return [(mark if not at else " " * len(mark)) + line for at, line in enumerate(lines)]


def _link(url: str, what: str) -> list[str]:
    """Write an address on a line of its own where it would not fit: a broken one opens nothing."""
    line = f"   {what}: {url}"
    return [line] if len(line) <= COLUMNS else [f"   {what}:", f"   {url}"]


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - mail alone

    return Environment(
        loader=PackageLoader("miro_sync.telling"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> CSSInliner:
    from css_inline import CSSInliner  # noqa: PLC0415 - mail alone

    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
