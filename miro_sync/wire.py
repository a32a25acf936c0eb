"""The documents of Miro, checked by pydantic: answers of its REST API v2 and board exports.

Outside, ids are decimal strings beyond 2^53 (now and then numbers), moments are ISO 8601 with or
without fractions, keys come and go. Inside, there is a `BoardSnapshot`. A document that cannot be
understood at all is a `SourceError`; a faulty part of one is a `Problem`, and the rest is read.
"""

from __future__ import annotations

import datetime as dt
import gc
import html
import json
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import ConfigDict, Field, SecretStr, StrictBool, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic.dataclasses import dataclass as shape
from pydantic_core import from_json

from miro_sync.errors import SourceError
from miro_sync.model import BoardItem, BoardSnapshot, Box, Message, Place, Problem, Severity, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EXPORT_SCHEMA: Final = "miro-sync/board/1"

#: Kinds of items whose text can speak of an event; frames say whose it is.
SPEAKING_KINDS: Final = ("card", "app_card", "sticky_note", "shape", "text", "frame")

#: Parts of a document without which no verdict changes.
_HARMLESS: Final = frozenset(
    {"createdAt", "createdBy", "modifiedAt", "modifiedBy", "position", "geometry"}
)

_Shape = TypeVar("_Shape")
_Path = tuple[str | int, ...]

# --- shapes -----------------------------------------------------------------------------------
# Only what is used is declared; everything else passes unread.

# A run needs few of the shapes: declaring one is to cost little, it is made ready when it is read.

_MIRO = ConfigDict(alias_generator=to_camel, coerce_numbers_to_str=True, defer_build=True)
_OURS = ConfigDict(coerce_numbers_to_str=True, defer_build=True)
_STRANGERS = ConfigDict(defer_build=True)
_Id = Annotated[str, Field(min_length=1)]


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Ref:
    id: str | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _AppField:
    value: str | None = None
    tooltip: str | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Data:
    title: str | None = None
    content: str | None = None
    description: str | None = None
    due_date: dt.datetime | None = None
    assignee_id: str | None = None
    fields: list[_AppField | None] | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Position:
    x: float | None = None
    y: float | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Geometry:
    width: float | None = None
    height: float | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Item:
    id: _Id
    type: _Id
    data: _Data | None = None
    parent: _Ref | None = None
    position: _Position | None = None
    geometry: _Geometry | None = None
    created_at: dt.datetime | None = None
    created_by: _Ref | None = None
    modified_at: dt.datetime | None = None
    modified_by: _Ref | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Board:
    id: _Id
    name: str | None = None
    view_link: str | None = None
    modified_at: dt.datetime | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Tag:
    id: _Id
    title: str


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Member:
    id: _Id
    name: str | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_OURS)
class _Export:
    schema: str
    read_at: dt.datetime
    board: _Board
    items: list[_Item]
    complete: StrictBool | None = None
    tags: list[_Tag] | None = None
    item_tags: dict[str, list[_Id] | None] | None = None
    members: list[_Member] | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _Links:
    last: str | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _ItemsPage:
    data: list[_Item]
    total: int | None = None
    cursor: str | None = None
    links: _Links | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _TagsPage:
    data: list[_Tag]
    total: int | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _MembersPage:
    data: list[_Member]
    total: int | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _ItemTags:
    tags: list[_Tag]


@shape(frozen=True, slots=True, eq=False, repr=False, config=_MIRO)
class _TokenContext:
    user: _Member
    team: _Member | None = None
    scopes: list[str] | None = None


@shape(frozen=True, slots=True, eq=False, repr=False, config=_STRANGERS)
class _TokenGrant:
    access_token: Annotated[SecretStr, Field(min_length=1)]
    refresh_token: SecretStr | None = None
    expires_in: Annotated[int, Field(gt=0)] | None = None


class _Reader(Generic[_Shape]):
    """What reads documents of one shape; made ready by the first that asks, for all threads."""

    def __init__(self, shape: type[_Shape]) -> None:
        self._shape = shape
        self._ready: TypeAdapter[_Shape] | None = None

    def __call__(self) -> TypeAdapter[_Shape]:
        if self._ready is None:
            with _one_prepares:
                if self._ready is None:
                    adapter = TypeAdapter(self._shape)
                    adapter.rebuild(force=True)
                    self._ready = adapter
        return self._ready


_one_prepares = Lock()

_EXPORT: Final = _Reader(_Export)
_BOARD: Final = _Reader(_Board)
_ITEM: Final = _Reader(_Item)
_ITEMS_PAGE: Final = _Reader(_ItemsPage)
_TAG: Final = _Reader(_Tag)
_TAGS_PAGE: Final = _Reader(_TagsPage)
_MEMBERS_PAGE: Final = _Reader(_MembersPage)
_ITEM_TAGS: Final = _Reader(_ItemTags)
_TOKEN_CONTEXT: Final = _Reader(_TokenContext)
_TOKEN_GRANT: Final = _Reader(_TokenGrant)


def read_export(document: bytes, *, source: str) -> BoardSnapshot:
    """Read a board export (schema "miro-sync/board/1").

    Args:
        document: the file's bytes, JSON in UTF-8, with or without a byte order mark.
        source: what the user calls it (the file's name); stands in every message.

    Returns:
        The board, its items in the order of the document, one per id (of two with the same id
        the one changed last). `complete` is False when the document says so, does not say,
        or had to be read with something left out that could have spoken of an event; the
        reasons are in `problems`.

    Raises:
        SourceError: it is not JSON (with the line, and the size where it breaks off), has
            another schema, or lacks its items, its board or the moment of reading.

    """
    document = document.removeprefix(b"\xef\xbb\xbf")
    with patient_garbage_collector():
        try:
            export = _EXPORT().validate_json(document)
            problems: list[Problem] = []
        except ValidationError:
            export, problems = _mended_export(document, source)
        _refuse_other_schema(export.schema, source)
        return _snapshot(export, problems, source)


@dataclass(frozen=True, slots=True)
class RawBoard:
    """What a live read gathered, in Miro's own words: the material of an export.

    Attributes:
        read_at: the moment of reading, aware.
        complete: everything was read.
        board: the object of GET /v2/boards/{id}.
        pages: bodies of GET …/items as they came; an item may stand in several.
        tags: objects of GET …/tags; id, title and colour are exported.
        item_tags: ids of tags by id of item.
        members: objects of GET …/members.

    """

    read_at: dt.datetime
    complete: bool
    board: Mapping[str, Any]
    pages: Sequence[bytes]
    tags: Sequence[Mapping[str, Any]]
    item_tags: Mapping[str, Sequence[str]]
    members: Sequence[Mapping[str, Any]]


def write_export(raw: RawBoard) -> bytes:
    """Write a board export; `read_export` reads the same board back from it.

    Returns:
        JSON in UTF-8, one item to a line in the order of ids, which is that of their making:
        two exports of one board can be compared by eye.

    """
    tags = [{key: tag.get(key) for key in ("id", "title", "fillColor")} for tag in raw.tags]
    head = {
        "schema": EXPORT_SCHEMA,
        "read_at": f"{raw.read_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "complete": raw.complete,
        "board": raw.board,
        "tags": tags,
        "item_tags": raw.item_tags,
        "members": raw.members,
    }
    rows: dict[str, bytes] = {}  # written out, which takes a sixth of the room of objects
    for page in raw.pages:
        for item in _tree(page, "board")["data"]:
            key = item.get("id") if isinstance(item, dict) else None
            rows.setdefault(str(key or f"?{len(rows)}"), _json(item))
    lines = [b" %b: %b" % (_json(key), _json(value)) for key, value in head.items()]
    items = b",\n  ".join(rows.pop(key) for key in sorted(rows, key=by_making))
    lines.append(b' "items": [\n  %b\n ]' % items if items else b' "items": []')
    return b"{\n%b\n}\n" % b",\n".join(lines)


def by_making(item_id: str) -> tuple[int, str]:
    """Sort ids as numbers without making numbers of them; Miro gives them in ascending order."""
    return len(item_id), item_id


# --- answers of the live service --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """The answer of GET /v2/boards/{id}.

    Attributes:
        url: the board's page, always http(s).
        modified_at: Miro's hint of the last change; None when it does not say.
        raw: the answer as it came.

    """

    id: str
    name: str
    url: str
    modified_at: dt.datetime | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """One page of GET …/items.

    Attributes:
        items: without tags, which Miro keeps elsewhere.
        total: what Miro counts for the whole listing; None when it does not say.
        cursor: leads to the next page; None on the last one.
        last_cursor: leads to the last page, where Miro says so.
        problems: what could not be read.

    """

    items: tuple[BoardItem, ...]
    total: int | None
    cursor: str | None
    last_cursor: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class NamesPage:
    """One page of GET …/tags or …/members.

    Attributes:
        names: titles of tags or names of members, by id.
        total: as in `ItemsPage`.
        raw: the tags or members as they came.

    """

    names: Mapping[str, str]
    total: int | None
    raw: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TokenContext:
    """Whose token it is and what it may do (GET /v1/oauth-token)."""

    user_id: str
    user: str
    team: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What POST /v1/oauth/token gave; the secrets are masked wherever they are shown.

    Attributes:
        refresh_token: None for an application whose tokens do not expire.
        expires_in: seconds; None as above.

    """

    access_token: SecretStr
    refresh_token: SecretStr | None
    expires_in: int | None


def read_board(body: bytes) -> BoardRecord:
    """Read the answer of GET /v2/boards/{id}; `SourceError` when it is none."""
    board = _answer(_BOARD(), body)
    return BoardRecord(
        id=board.id,
        name=board.name or "",
        url=_board_url(board),
        modified_at=_moment(board.modified_at),
        raw=from_json(body),
    )


def read_items_page(body: bytes) -> ItemsPage:
    """Read one page of items; `SourceError` when it is none.

    An item that cannot be read is a `Problem`, as in `read_export`.
    """
    problems: list[Problem] = []
    try:
        page = _ITEMS_PAGE().validate_json(body)
    except ValidationError:
        try:
            page, problems = _mended(_ITEMS_PAGE(), _tree(body, "board"), "board")
        except SourceError:
            raise SourceError(_UNREADABLE) from None
    return ItemsPage(
        items=tuple(_item(listed, ()) for listed in page.data),
        total=page.total,
        cursor=page.cursor or None,
        last_cursor=_cursor_in(page.links.last or "") if page.links else None,
        problems=tuple(problems),
    )


def _cursor_in(link: str) -> str | None:
    """Return the cursor that a link holds; None for none and for what is no link."""
    with suppress(ValueError):
        return parse_qs(urlsplit(link).query).get("cursor", [None])[0]
    return None


def read_tags_page(body: bytes) -> NamesPage:
    """Read one page of the board's tags; `SourceError` when it is none."""
    page = _answer(_TAGS_PAGE(), body)
    names = {tag.id: tag.title for tag in page.data}
    return NamesPage(names, page.total, from_json(body)["data"])


def read_members_page(body: bytes) -> NamesPage:
    """Read one page of the board's members; `SourceError` when it is none."""
    page = _answer(_MEMBERS_PAGE(), body)
    names = {member.id: member.name or "" for member in page.data}
    return NamesPage(names, page.total, from_json(body)["data"])


def read_item(body: bytes) -> BoardItem:
    """Read one item; `SourceError` when it is none."""
    return _item(_answer(_ITEM(), body), ())


def read_tag(body: bytes) -> tuple[str, str]:
    """Read one tag into its id and title; `SourceError` when it is none."""
    tag = _answer(_TAG(), body)
    return tag.id, tag.title


def read_item_tags(body: bytes) -> Mapping[str, str]:
    """Read the tags of one item into titles by id; `SourceError` when there are none to read."""
    return {tag.id: tag.title for tag in _answer(_ITEM_TAGS(), body).tags}


def read_nothing(body: bytes) -> bool:
    """Read the answer that says only "done"; `SourceError` when it says anything else."""
    if body.strip():
        raise SourceError(_UNREADABLE)
    return True


def read_token_context(body: bytes) -> TokenContext:
    """Read the answer of GET /v1/oauth-token; `SourceError` when it is none."""
    context = _answer(_TOKEN_CONTEXT(), body)
    return TokenContext(
        user_id=context.user.id,
        user=context.user.name or "",
        team=(context.team.name or "") if context.team else "",
        scopes=frozenset(context.scopes or ()),
    )


def read_token_grant(body: bytes) -> TokenGrant:
    """Read the answer of POST /v1/oauth/token; `SourceError` when it is none."""
    grant = _answer(_TOKEN_GRANT(), body)
    return TokenGrant(grant.access_token, grant.refresh_token, grant.expires_in)


_UNREADABLE: Final = say("miro.answer_unreadable")


def _answer(adapter: TypeAdapter[_Shape], body: bytes) -> _Shape:
    try:
        return adapter.validate_json(body)
    except ValidationError:
        raise SourceError(_UNREADABLE) from None


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).encode()


# --- from shapes to the vocabulary ------------------------------------------------------------


def _snapshot(export: _Export, problems: list[Problem], source: str) -> BoardSnapshot:
    complete = not any(problem.severity is Severity.ERROR for problem in problems)
    for part in ("complete", "tags", "item_tags"):
        if getattr(export, part) is None:
            complete = False
            problems.append(_problem(say(f"miro.export_lacks_{part}"), source, (part,)))
    if export.complete is False:
        complete = False
        problems.append(_problem(say("miro.export_incomplete"), source, ("complete",)))
    tags_of = export.item_tags or {}
    items: dict[str, BoardItem] = {}
    for listed in export.items:
        item = _item(listed, tuple(tags_of.get(listed.id) or ()))
        known = items.get(item.id)
        if known is None or _changed_later(item, known):
            items[item.id] = item
    board = export.board
    return BoardSnapshot(
        id=board.id,
        name=board.name or "",
        url=_board_url(board),
        read_at=_utc(export.read_at),
        complete=complete,
        items=tuple(items.values()),
        tags={tag.id: tag.title for tag in export.tags or ()},
        members={member.id: member.name or "" for member in export.members or ()},
        modified_at=_moment(board.modified_at),
        problems=tuple(problems),
    )


def _item(listed: _Item, tag_ids: tuple[str, ...]) -> BoardItem:
    data = listed.data
    return BoardItem(
        id=listed.id,
        type=listed.type,
        title=(data.title or data.content or "") if data else "",
        description=_description(data) if data else "",
        due=_moment(data.due_date) if data else None,
        parent_id=listed.parent.id if listed.parent else None,
        tag_ids=tag_ids,
        created_at=_moment(listed.created_at),
        created_by=listed.created_by.id if listed.created_by else None,
        modified_at=_moment(listed.modified_at),
        modified_by=listed.modified_by.id if listed.modified_by else None,
        assignee_id=data.assignee_id if data else None,
        box=_box(listed.position, listed.geometry),
    )


def _box(position: _Position | None, geometry: _Geometry | None) -> Box | None:
    if position is None or position.x is None or position.y is None:
        return None
    size = (geometry.width or 0.0, geometry.height or 0.0) if geometry else (0.0, 0.0)
    return Box(position.x, position.y, *size)


def _description(data: _Data) -> str:
    """Put the fields of an app card, which are plain text, below its description, which is HTML."""
    if not data.fields:
        return data.description or ""
    lines = [data.description or ""]
    for app_field in data.fields:
        if app_field is not None:
            parts = (app_field.tooltip or "", app_field.value or "")
            lines.append(html.escape(": ".join(filter(None, parts)), quote=False))
    return "<br>".join(filter(None, lines))


def _changed_later(item: BoardItem, known: BoardItem) -> bool:
    if item.modified_at is None:
        return False
    return known.modified_at is None or item.modified_at > known.modified_at


def _board_url(board: _Board) -> str:
    link = board.view_link or ""
    if link.lower().startswith(("https://", "http://")):
        return link
    return f"https://miro.com/app/board/{quote(board.id, safe='=')}/"


def _moment(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else _utc(moment)


def _utc(moment: dt.datetime) -> dt.datetime:
    """Express in UTC; Miro writes UTC always, so a moment without a zone is one too."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:  # an offset at the edge of the calendar: years 1 and 9999
        return moment.replace(tzinfo=dt.UTC)


# --- documents with faults --------------------------------------------------------------------


def _mended_export(document: bytes, source: str) -> tuple[_Export, list[Problem]]:
    tree = _tree(document, source)
    _refuse_other_schema(tree.get("schema") if isinstance(tree, dict) else None, source)
    return _mended(_EXPORT(), tree, source)


def _refuse_other_schema(schema: object, source: str) -> None:
    if schema == EXPORT_SCHEMA:
        return
    family = EXPORT_SCHEMA.rpartition("/")[0] + "/"
    if isinstance(schema, str) and schema.startswith(family):
        version = schema.removeprefix(family)
        raise SourceError(say("miro.export_other_version", source=source, version=version))
    raise SourceError(say("miro.export_other_schema", source=source))


def _tree(document: bytes, source: str) -> Any:  # noqa: ANN401 - any JSON document
    """Parse JSON, or say where it stops being JSON."""
    try:
        return from_json(document)
    except ValueError as error:
        # Half of a surrogate pair is an emoji that some program cut in two: not worth a board.
        if "hex escape" in str(error):
            with suppress(ValueError, RecursionError):
                text = json.dumps(json.loads(document), ensure_ascii=False)
                return from_json(text.encode("utf-8", "replace"))
        raise SourceError(_not_json(str(error), document, source)) from None


def _not_json(fault: str, document: bytes, source: str) -> Message:
    """Say where; `fault` is the parser's own sentence."""
    found = re.search(r"line (\d+) column (\d+)", fault)
    line, column = (int(found[1]), int(found[2])) if found else (1, 1)
    if not document.strip():
        return say("miro.document_empty", source=source)
    if fault.startswith("EOF"):
        return say("miro.document_cut_off", source=source, line=line, bytes=len(document))
    return say("miro.document_not_json", source=source, line=line, column=column)


def _mended(
    adapter: TypeAdapter[_Shape],
    tree: Any,  # noqa: ANN401 - any JSON document
    source: str,
) -> tuple[_Shape, list[Problem]]:
    """Check a document again without its faulty parts, each of which becomes a `Problem`.

    A faulty part is cut as small as can be: an item's date rather than the item. What is
    missing where it must stand cuts what it is missing from; at the top, the document.

    Raises:
        SourceError: a part of the document itself is missing or of another shape.

    """
    problems: list[Problem] = []
    while True:
        try:
            return adapter.validate_python(tree), problems
        except ValidationError as error:
            faults = [fault["loc"] for fault in error.errors(include_url=False)]
        cuts = {_cut_at(tree, fault): fault for fault in faults}
        if broken := {fault[:1] for path, fault in cuts.items() if len(path) <= 1}:
            parts = ", ".join(sorted(f"«{_key(part)}»" if part else "—" for part in broken))
            raise SourceError(say("miro.document_lacks", source=source, parts=parts))
        # Last first, so that what is cut from a list does not move what is still to be cut.
        for path in sorted(cuts, reverse=True):
            problems.insert(0, _cut_problem(tree, path, source))
            holder = tree
            for step in path[:-1]:
                holder = holder[step]
            del holder[path[-1]]


def _cut_at(tree: Any, fault: _Path) -> _Path:  # noqa: ANN401 - any JSON document
    """Return the smallest part of the document that the fault spoils."""
    path: list[str | int] = []
    for step in fault:
        if isinstance(tree, dict):
            known = step in tree
        else:
            known = isinstance(tree, list) and isinstance(step, int)
        if not known:
            break
        tree = tree[step]
        path.append(step)
    match path:
        case ["board", "id", *_]:
            return ("board",)
        case [part, int() as place, "id" | "type" | "title", *_]:
            return (part, place)
        case _:
            return tuple(path)


def _cut_problem(tree: Any, path: _Path, source: str) -> Problem:  # noqa: ANN401 - any JSON
    part, place, *inner = path
    if part not in {"items", "data"} or not isinstance(place, int):
        severity = Severity.ERROR if part in {"tags", "item_tags"} else Severity.WARNING
        return _problem(say("miro.part_left_out", part=_key(path)), source, path, severity)
    if not inner:
        return _problem(say("miro.item_left_out", number=place + 1), source, path)
    silent = tree[part][place].get("type") not in SPEAKING_KINDS
    harmless = inner[0] in _HARMLESS or (silent and inner[0] == "data")
    severity = Severity.WARNING if harmless else Severity.ERROR
    message = say("miro.item_part_left_out", number=place + 1, part=_key(tuple(inner)))
    return _problem(message, source, path, severity)


def _problem(
    message: Message, source: str, path: _Path, severity: Severity = Severity.ERROR
) -> Problem:
    return Problem(message, Place(source, key=_key(path)), severity)


def _key(path: _Path) -> str:
    """Write a path as people do: items[17].data.title."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


# --- the garbage collector --------------------------------------------------------------------

_collecting_late = 0
_threshold: tuple[int, int, int] = gc.get_threshold()
_threshold_lock = Lock()


@contextmanager
def patient_garbage_collector() -> Iterator[None]:
    """Let the collector wait while many small objects are made that will all be kept.

    Its passes over them cost more than making them. The threshold is the process's, so the
    first thread in raises it and the last one out restores it.
    """
    global _collecting_late, _threshold  # noqa: PLW0603 - the collector's setting is global too
    with _threshold_lock:
        if not _collecting_late:
            _threshold = gc.get_threshold()
            gc.set_threshold(200_000, 20, 100)
        _collecting_late += 1
    try:
        yield
    finally:
        with _threshold_lock:
            _collecting_late -= 1
            if not _collecting_late:
                gc.set_threshold(*_threshold)
