"""A page taken apart: what a reader sees of it, by the address of each part."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "link", "img", "hr"}
_UNSEEN = {"style", "script", "svg", "title"}
_BLOCKS = {
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "summary",
    "tr",
    "div",
    "section",
    "details",
    "label",
    "dt",
    "dd",
}


@dataclass
class Node:
    """An element: its tag, its attributes, what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> list[Node]:
        """Return the elements below with the tag and the attributes; `class_` is one of many."""
        found = [] if not self._is(tag, attributes) else [self]
        for one in self.inside:
            if isinstance(one, Node):
                found += one.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> Node:
        """Return the only such element."""
        (found,) = self.all(tag, **attributes)
        return found

    def _is(self, tag: str, attributes: dict[str, str]) -> bool:
        if tag and self.tag != tag:
            return False
        for name, value in attributes.items():
            if name == "class_":
                if value not in self.attributes.get("class", "").split():
                    return False
            elif self.attributes.get(name.replace("_", "-")) != value:
                return False
        return True

    @property
    def text(self) -> str:
        """What a reader sees, a line for every block, in one line each."""
        lines = ("".join(self._pieces())).split("\n")
        return "\n".join(said for line in lines if (said := " ".join(line.split())))

    def _pieces(self) -> list[str]:
        if self.tag in _UNSEEN:
            return []
        pieces: list[str] = []
        for one in self.inside:
            pieces += [one.replace("\n", " ")] if isinstance(one, str) else one._pieces()
        return ["\n", *pieces, "\n"] if self.tag in _BLOCKS else pieces


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"<{self.open[-1].tag}> is closed by </{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def parts(page: bytes) -> Node:
    """Read a page; every element must be closed in its turn."""
    reader = _Reader()
    reader.feed(page.decode("utf-8"))
    assert len(reader.open) == 1, reader.open[-1].tag
    return reader.open[0]
