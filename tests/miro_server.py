"""A Miro of our own on loopback: keeps a board, pages, charges credits, and breaks when told to.

It answers as Miro's REST API v2 does, as far as that is documented or was recorded, and checks
every request and answer against Miro's own contract when it is given one. Run as a program it
serves a large board for the benchmarks:

    python tests/miro_server.py --items 5000 --latency 0.15
"""

from __future__ import annotations

import argparse
import base64
import bisect
import email.utils
import json
import random
import re
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

KINDS: Final = (
    "text",
    "shape",
    "sticky_note",
    "image",
    "document",
    "card",
    "app_card",
    "preview",
    "frame",
    "embed",
    "doc_format",
    "data_table_format",
)
SILENT: Final = ("image", "document", "preview", "embed", "doc_format", "data_table_format")
CREDITS: Final = {1: 50, 2: 100, 3: 500, 4: 2000}
MEMBER: Final = "3074457355961907759"
FIRST_ID: Final = 3458764578363188000
BOARD_ID: Final = "uXjVexample="
TOKEN: Final = "token-of-the-tests"

Json = dict[str, Any]


# --- the board --------------------------------------------------------------------------------


@dataclass
class Board:
    """What the server keeps. Items are Miro's raw objects; `modified_at` is changed by hand."""

    id: str = BOARD_ID
    name: str = "Точки роста"
    modified_at: str = "2023-05-31T12:00:00Z"
    items: dict[str, Json] = field(default_factory=dict)
    tags: dict[str, Json] = field(default_factory=dict)
    item_tags: dict[str, list[str]] = field(default_factory=dict)
    members: list[Json] = field(default_factory=list)
    shared: bool = True
    last_id: int = FIRST_ID
    last_tag: int = 8_999

    def put(self, kind: str, text: str = "", **parts: Any) -> str:  # noqa: ANN401 - raw JSON
        """Add an item of the kind with the text; `parent` is a frame's id. Return its id."""
        item_id, step = parts.pop("id", None), parts.pop("step", 3)
        if not item_id:
            self.last_id = max(self.last_id, *map(int, self.items), FIRST_ID)
            item_id = str(self.last_id + step)
        self.last_id = max(self.last_id, int(item_id))  # no id is ever given twice
        parent = parts.pop("parent", None)
        item: Json = {
            "id": item_id,
            "type": kind,
            "data": _data(kind, text),
            "style": {"fillColor": "#ffffff"},
            "geometry": {"width": 320, "height": 60},
            "position": {"x": 0, "y": 0, "origin": "center", "relativeTo": "canvas_center"},
            "links": {"self": f"http://api.miro.com/v2/boards/{self.id}/items/{item_id}"},
            "createdAt": "2023-04-01T08:00:00Z",
            "createdBy": {"id": MEMBER, "type": "user"},
            "modifiedAt": "2023-04-02T08:00:00Z",
            "modifiedBy": {"id": MEMBER, "type": "user"},
        }
        if parent:
            item["parent"] = {"id": parent, "links": {"self": item["links"]["self"]}}
            item["position"]["relativeTo"] = "parent_top_left"
        self.items[item_id] = item | parts
        return str(item_id)

    def put_tag(self, title: str, *item_ids: str, color: str = "green") -> str:
        """Add a tag and attach it to the items. Return its id."""
        self.last_tag += 1
        tag_id = str(self.last_tag)
        self.tags[tag_id] = {"id": tag_id, "type": "tag", "title": title, "fillColor": color}
        for item_id in item_ids:
            self.item_tags.setdefault(item_id, []).append(tag_id)
        return tag_id


def network_board(count: int = 5000, frames: int = 12, seed: int = 7) -> Board:
    """Make a board of a network of centres, grown in bursts as real boards do.

    Nearly half of the items are cards, a tenth lies outside every frame, thirty tags are used
    on every fourth card, forty people take part.
    """
    dice = random.Random(seed)  # noqa: S311 - a board is no secret
    board = Board()
    board.members = [
        {"id": str(int(MEMBER) + n), "name": f"Участник {n}", "role": "editor",
         "type": "board_member"} for n in range(40)
    ]  # fmt: skip
    places = [board.put("frame", f"Центр {n + 1}") for n in range(frames)]
    last = int(places[-1])
    kinds = ["card"] * 48 + ["sticky_note"] * 22 + ["shape"] * 12 + ["text"] * 10
    kinds += ["image"] * 4 + ["app_card"] * 2 + ["document"] * 1 + ["embed"] * 1
    cards = []
    for n in range(count - frames):
        last += (
            dice.randrange(1_000_000, 90_000_000) if dice.random() < 0.01 else dice.randrange(1, 9)
        )
        parent = None if n % 10 == 9 else dice.choice(places)
        kind = dice.choice(kinds)
        item_id = board.put(kind, f"<p>Мероприятие {n}</p>", id=str(last), parent=parent)
        if kind == "card":
            cards.append(item_id)
    for n in range(30):
        board.put_tag("проведено" if n == 0 else f"метка {n}", *cards[n * 4 :: 120])
    return board


def _data(kind: str, text: str) -> Json:
    title, content = {"title": text}, {"content": text}
    link = "https://api.miro.com/v2/boards/x/resources/1"
    return {
        "card": title,
        "app_card": title,
        "frame": {**title, "format": "custom", "type": "freeform"},
        "sticky_note": {**content, "shape": "square"},
        "shape": {**content, "shape": "rectangle"},
        "text": content,
        "image": {**title, "imageUrl": link},
        "document": {**title, "documentUrl": link},
    }.get(kind, {})


# --- faults -----------------------------------------------------------------------------------


@dataclass
class Fault:
    """Something that goes wrong.

    Attributes:
        kind: a status as a number, "429+" (with headers), or one of the words of `_break`.
        on: "board", "items", "tags", "members", "tagged" (items of a tag), "token" (whoever
            asks who it is), "grant", or the verb of a writing call.
        page: "first", "middle", "last", or "any".
        times: how often; the rest goes well.
        done: the call is carried out before the answer is spoilt.

    """

    kind: str
    on: str
    page: str = "any"
    times: int = 1
    done: bool = False


@dataclass(frozen=True)
class Seen:
    """A request that arrived, and the status of its answer."""

    verb: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int


class Held(Protocol):
    """A contract that requests and answers are held against."""

    def faults_of_request(
        self, verb: str, path: str, query: Mapping[str, str], body: object
    ) -> list[str]: ...

    def faults_of_answer(
        self, verb: str, template: str, status: int, body: object
    ) -> list[str]: ...


@dataclass
class Answer:
    """An answer before it is sent."""

    status: int
    body: Any = None
    template: str = ""
    on: str = ""
    page: str = "any"
    verb: str = "GET"


class Server:
    """The service. Use as a context manager: it stops when the block ends.

    Attributes:
        board: what it keeps; may be changed between requests.
        faults: what will go wrong.
        seen: what was asked.
        complaints: what broke the contract, on either side.
        deleted: ids of items that somebody deleted.
        connections: how many were opened.

    """

    def __init__(
        self,
        board: Board | None = None,
        *,
        latency: float = 0.0,
        credits_per_minute: int = 100_000,
        cursors: str = "ids",
        contract: Held | None = None,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self.board = board or Board()
        self.latency = latency
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.complaints: list[str] = []
        self.deleted: list[str] = []
        self.connections = 0
        self.worst_minute = 0
        self.refusals = 0
        self.tokens: dict[str, float | None] = {TOKEN: None}
        self.scopes = ["boards:read", "boards:write"]
        self.user = MEMBER
        self.tagging_is_editing = False
        self.before_write: Callable[[int], None] = lambda _: None
        self.after_write: Callable[[int], None] = lambda _: None
        self.writes = 0
        self.refresh_token = "refresh-0"
        self.codes = {"code-of-the-browser"}
        self.grants = 0
        self.before_grant: Callable[[], None] = lambda: None
        self.rate_headers = True
        self.totals = True
        self.last_links = True
        self._credits = credits_per_minute
        self._cursors = cursors
        self._sealed: dict[str, tuple[str, int]] = {}
        self._contract = contract
        self._seconds = seconds
        self._spent: deque[tuple[float, int]] = deque()
        self._lists: dict[str, list[int]] = {}
        self._rendered: dict[str, bytes] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self.gone = threading.Thread()
        self._httpd: _Httpd | None = None
        self.port = 0

    # --- life

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listen, on the port of before if there was one."""
        self._closing.clear()
        with self._lock:
            if self._httpd is None:
                self._httpd = _Httpd(("127.0.0.1", self.port), _Handler)
                self._httpd.miro = self
                self.port = self._httpd.server_address[1]
                serve = self._httpd.serve_forever
                threading.Thread(target=serve, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop listening and cut every connection."""
        self._closing.set()
        with self._lock:
            httpd, self._httpd = self._httpd, None
        if httpd:
            httpd.shutdown()
            httpd.server_close()
            httpd.cut_all()

    def vanish(self) -> None:
        """Stop listening and cut every connection, from within a request."""
        self.gone = threading.Thread(target=self.close)
        self.gone.start()

    def come_back(self) -> None:
        """Listen again after `vanish`."""
        self.gone.join()
        self.open()

    def first_page(self, target: str) -> Answer:
        """Answer as if the first page of the listing had been asked for."""
        query = {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
        query.pop("cursor", None)
        with self._lock:
            return self._items(query)

    def touched(self) -> None:
        """Note that items were changed from outside."""
        with self._lock:
            self._lists.clear()
            self._rendered.clear()

    def hang(self) -> None:
        """Do nothing until the server closes."""
        self._closing.wait(30)

    # --- one request

    def answer(self, verb: str, target: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """Answer a request, charging for it."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        is_form = "form" in headers.get("Content-Type", "")
        body: Any = parse_qs(raw.decode()) if is_form else json.loads(raw) if raw else None
        with self._lock:
            if self._contract:
                self.complaints += self._contract.faults_of_request(verb, path, query, body)
            writes = verb != "GET" and path.startswith("/v2/")
            if writes:
                self.writes += 1
                self.before_write(self.writes)
            answer = self._route(verb, path, query, body, headers)
            answer.verb = verb
            if writes:
                self.after_write(self.writes)
            self.seen.append(Seen(verb, path, query, body, answer.status))
        return answer

    def _route(  # noqa: PLR0911, PLR0912, PLR0915, C901 - one branch for each documented call
        self,
        verb: str,
        path: str,
        query: Json,
        body: Any,  # noqa: ANN401 - raw JSON
        headers: Mapping[str, str],
    ) -> Answer:
        if (verb, path) == ("POST", "/v1/oauth/token"):
            return self._grant({name: values[0] for name, values in (body or {}).items()})
        level, times = _level(verb, path, query, body)
        if not self._charge(CREDITS[level] * times):
            self.refusals += 1
            return Answer(429, _error(429, "tooManyRequests", "Request rate limit exceed"))
        if not self._known(headers.get("Authorization", "")):
            return Answer(401, _error(401, "tokenNotProvided", "Invalid access token"), on="401")
        if path == "/v1/oauth-token":
            return Answer(200, self._who(), "/v1/oauth-token", "token")
        found = re.fullmatch(r"/v2/boards/([^/]+)(/.*)?", path)
        if not found or found[1].rstrip("=") != self.board.id.rstrip("="):
            return Answer(404, _error(404, "4.0401", "Board not found"))
        needed = "boards:read" if verb == "GET" else "boards:write"
        if not self.board.shared or needed not in self.scopes:
            return Answer(403, _error(403, "4.0301", "Insufficient permissions"))
        spoilt = [fault for fault in self.faults if fault.on == verb and fault.times > 0]
        if spoilt and not spoilt[0].done:
            return Answer(200, {}, on=verb)  # it breaks before anything is done
        base, rest = "/v2/boards/{board_id}", found[2] or ""
        match verb, rest.strip("/").split("/"):
            case "GET", [""]:
                return Answer(200, self._board_record(), base, "board")
            case "GET", ["items"] if "tag_id" in query:
                return self._tagged(query)
            case "GET", ["items"]:
                return self._items(query)
            case "GET", ["tags"]:
                return self._rows("tags", list(self.board.tags.values()), query)
            case "GET", ["members"]:
                return self._rows("members", self.board.members, query)
            case "POST", ["tags"]:
                if any(tag["title"] == body["title"] for tag in self.board.tags.values()):
                    return Answer(
                        400, _error(400, "3.0213", "Tag with such title exists"), base + "/tags"
                    )
                tag_id = self.board.put_tag(body["title"], color=body.get("fillColor", "red"))
                return Answer(201, self.board.tags[tag_id], base + "/tags", "POST")
            case "POST", ["items", "bulk"]:
                if len(body) > 20:
                    return Answer(
                        400, _error(400, "2.0703", "At most 20 items"), base + "/items/bulk"
                    )
                for place, item in enumerate(body):
                    if not self._lies_inside(item):
                        said = "The new position is outside of parent boundaries"
                        fields = [{"field": f"{place}.position", "message": said}]
                        error = _error(400, "2.0703", "Invalid parameters")
                        return Answer(400, error | {"context": {"fields": fields}})
                made = [self._create(item) for item in body]
                return Answer(
                    201, {"type": "bulk-list", "data": made}, base + "/items/bulk", "POST"
                )
            case "PATCH", ["cards", item_id]:
                template = base + "/cards/{item_id}"
                if item_id not in self.board.items:
                    return Answer(404, _error(404, "3.0201", "Item not found"), template)
                item = self.board.items[item_id]
                item["data"] = item["data"] | body.get("data", {})
                item["modifiedBy"] = {"id": self.user, "type": "user"}
                self.touched()
                return Answer(200, item, template, "PATCH")
            case "DELETE", ["cards", item_id] if item_id in self.board.items:
                self.deleted.append(item_id)
                del self.board.items[item_id]
                self.board.item_tags.pop(item_id, None)
                self.touched()
                return Answer(204, None, base + "/cards/{item_id}", verb)
            case "DELETE", ["tags", tag_id] if tag_id in self.board.tags:
                del self.board.tags[tag_id]
                for tags in self.board.item_tags.values():
                    if tag_id in tags:
                        tags.remove(tag_id)
                return Answer(204, None, base + "/tags/{tag_id}", verb)
            case _, ["tags", _]:
                return Answer(404, _error(404, "3.0201", "Tag not found"))
            case "GET", ["items", item_id] if item_id in self.board.items:
                template = base + "/items/{item_id}"
                return Answer(200, self.board.items[item_id], template, "item")
            case "GET", ["items", item_id, "tags"] if item_id in self.board.items:
                there = [self.board.tags[tag] for tag in self.board.item_tags.get(item_id, [])]
                return Answer(200, {"tags": there}, base + "/items/{item_id}/tags", "tags_of_item")
            case "POST" | "DELETE", ["items", item_id] if item_id in self.board.items:
                return self._tag_or_delete(verb, item_id, query.get("tag_id", ""))
            case _, ["items" | "cards", *_]:
                return Answer(404, _error(404, "3.0201", "Item not found"))
        return Answer(404, _error(404, "4.0400", f"No endpoint {verb} {path}"))

    def _tag_or_delete(self, verb: str, item_id: str, tag_id: str) -> Answer:
        template = "/v2/boards/{board_id}/items/{item_id}"
        tags = self.board.item_tags.setdefault(item_id, [])
        if verb == "DELETE" and not tag_id:
            self.deleted.append(item_id)
            del self.board.items[item_id]
            self.touched()
        elif tag_id not in self.board.tags or (verb == "DELETE" and tag_id not in tags):
            return Answer(404, _error(404, "3.0201", "Tag not found"), template)
        elif verb == "DELETE":
            tags.remove(tag_id)
        elif tag_id not in tags:
            tags.append(tag_id)
        if self.tagging_is_editing and item_id in self.board.items:
            edited = {"id": self.user, "type": "user"}
            self.board.items[item_id] |= {
                "modifiedBy": edited,
                "modifiedAt": "2026-11-01T08:00:00Z",
            }
            self.touched()
        return Answer(204, None, template, verb)

    def _create(self, wanted: Json) -> Json:
        item_id = self.board.put(wanted["type"])
        item = self.board.items[item_id]
        item["data"] = wanted.get("data", {})
        item["position"] = item["position"] | wanted.get("position", {})
        item["geometry"] = {"width": 320, "height": 94}
        item["createdBy"] = item["modifiedBy"] = {"id": self.user, "type": "user"}
        if wanted.get("parent"):
            item["parent"] = {"id": wanted["parent"]["id"]}
            item["position"]["relativeTo"] = "parent_top_left"
        self.touched()
        return item

    def _lies_inside(self, wanted: Json) -> bool:
        parent = wanted.get("parent")
        if not parent:
            return True
        if parent["id"] not in self.board.items:
            return False
        size, place = self.board.items[parent["id"]]["geometry"], wanted["position"]
        wide, tall = size["width"], size["height"]
        return bool(0 <= place["x"] <= wide and 0 <= place["y"] <= tall)

    def _board_record(self) -> Json:
        board = self.board
        return {
            "id": board.id,
            "type": "board",
            "name": board.name,
            "description": "",
            "viewLink": f"https://miro.com/app/board/{board.id}",
            "createdAt": "2022-09-01T08:00:00Z",
            "modifiedAt": board.modified_at,
            "owner": {"id": MEMBER, "type": "user", "name": "Участник 0"},
        }

    def _who(self) -> Json:
        team = {"type": "team", "name": "Методический отдел", "id": "1"}
        user = {"type": "user", "name": "Участник 0", "id": self.user}
        return {
            "type": "oAuthToken",
            "user": user,
            "createdBy": user,
            "team": team,
            "organization": team | {"type": "organization"},
            "scopes": self.scopes,
        }

    # --- listings

    def _items(self, query: Json) -> Answer:
        template = "/v2/boards/{board_id}/items"
        limit = int(query.get("limit", 10))
        if not 10 <= limit <= 50:
            word = "minimum" if limit < 10 else "maximum"
            bound = 10 if limit < 10 else 50
            context = {
                "fields": [{"field": "limit", "message": f"{word} items page size is {bound}"}]
            }
            return Answer(
                400, _error(400, "2.0703", "Invalid parameters") | {"context": context}, template
            )
        if query.get("type", "text") not in KINDS:
            return Answer(400, _error(400, "2.0703", "Invalid parameters"), template)
        key = f"{query.get('type', '')}|{query.get('parent_item_id', '')}"
        ids = self._list(key)
        start = 0
        if cursor := query.get("cursor"):
            place = self._opened(cursor, key)
            if place is None:
                return Answer(400, _error(400, "2.0703", "Invalid cursor"), template)
            start = bisect.bisect_right(ids, place)
        chosen = ids[start : start + limit]
        more = start + limit < len(ids)
        self_link = (
            f"http://api.miro.com/v2/boards/{quote(self.board.id)}/items?limit={limit}&cursor="
        )
        page: Json = {
            "size": len(chosen),
            "limit": limit,
            "total": len(ids),
            "data": [self.board.items[str(item_id)] for item_id in chosen],
            "links": {"self": self_link + quote(cursor or "")},
            "type": "cursor-list",
        }
        if not self.totals:
            del page["total"]
        if more:
            page["cursor"] = self._seal(key, chosen[-1])
            page["links"]["next"] = self_link + quote(page["cursor"])
            if self.last_links:
                before_last = ids[(len(ids) - 1) // limit * limit - 1]
                page["links"]["last"] = self_link + quote(self._seal(key, before_last))
        where = "first" if not cursor else "middle" if more else "last"
        if len(ids) <= limit:
            where = "only"
        on = "counted" if limit < 50 and query.get("type") in SILENT else "items"
        return Answer(200, page, template, on, where)

    def _list(self, key: str) -> list[int]:
        if key not in self._lists:
            kind, parent = key.split("|")
            self._lists[key] = sorted(
                int(item_id)
                for item_id, item in self.board.items.items()
                if (not kind or item["type"] == kind)
                and (not parent or item.get("parent", {}).get("id") == parent)
            )
        return self._lists[key]

    def _seal(self, key: str, place: int) -> str:
        if self._cursors == "ids":
            return base64.b64encode(f"{place}~".encode()).decode()
        sealed = f"{hash((key, place)) & 0xFFFFFFFFFFFF:012x}"
        self._sealed[sealed] = (key, place)
        return sealed

    def _opened(self, cursor: str, key: str) -> int | None:
        if self._cursors != "ids":
            known, place = self._sealed.get(cursor, ("", 0))
            return place if known == key else None
        try:
            return int(base64.b64decode(cursor).decode().removesuffix("~"))
        except ValueError:
            return None

    def _tagged(self, query: Json) -> Answer:
        ids = [item_id for item_id in map(str, self._list("|"))
               if query["tag_id"] in self.board.item_tags.get(item_id, ())]  # fmt: skip
        rows = [self.board.items[item_id] for item_id in ids]
        answer = self._rows("items", rows, query)
        answer.on = "tagged"
        return answer

    def _rows(self, name: str, rows: list[Json], query: Json) -> Answer:
        template = "/v2/boards/{board_id}/" + name
        limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
        if not 1 <= limit <= 50:
            return Answer(400, _error(400, "2.0703", "Invalid parameters"), template)
        chosen = rows[offset : offset + limit]
        page = {"size": len(chosen), "limit": limit, "offset": offset, "total": len(rows),
                "data": chosen, "links": {}, "type": "list"}  # fmt: skip
        if not self.totals:
            del page["total"]
        more = offset + limit < len(rows)
        where = "first" if not offset else "middle" if more else "last"
        return Answer(200, page, template, name, where if more or offset else "only")

    # --- tokens and credits

    def _known(self, header: str) -> bool:
        token = header.removeprefix("Bearer ")
        end = self.tokens.get(token, 0.0)
        return token in self.tokens and (end is None or self._seconds() < end)

    def _grant(self, form: Json) -> Answer:
        self.before_grant()
        if any(each.on == "grant" and each.times and not each.done for each in self.faults):
            return Answer(200, {}, on="grant")  # it breaks before anything is bought
        known = (form.get("client_id"), form.get("client_secret")) == ("app", "app-secret")
        if form.get("grant_type") == "authorization_code":
            known = known and form.get("code") in self.codes
            self.codes.discard(form.get("code", ""))
        else:
            known = known and form.get("refresh_token") == self.refresh_token
        if not known:
            return Answer(400, _error(400, "invalid_grant", "Bad grant"), on="grant")
        self.grants += 1
        # The old pair dies at once.
        self.tokens = {f"access-{self.grants}": self._seconds() + 3600}
        self.refresh_token = f"refresh-{self.grants}"
        granted = {
            "token_type": "bearer",
            "access_token": f"access-{self.grants}",
            "refresh_token": self.refresh_token,
            "expires_in": 3599,
            "scope": " ".join(self.scopes),
            "team_id": 3074457358607431473,
        }
        return Answer(200, granted, on="grant")

    def _charge(self, credits_: int) -> bool:
        now = self._seconds()
        while self._spent and self._spent[0][0] <= now - 60:
            self._spent.popleft()
        spent = sum(each for _, each in self._spent)
        if spent + credits_ > self._credits:
            return False
        self._spent.append((now, credits_))
        self.worst_minute = max(self.worst_minute, spent + credits_)
        return True

    def rate(self) -> dict[str, str]:
        """Return the headers that tell of the allowance."""
        if not self.rate_headers:
            return {}
        spent = sum(each for _, each in self._spent)
        until = self._spent[0][0] + 60 if self._spent else self._seconds()
        return {
            "X-RateLimit-Limit": str(self._credits),
            "X-RateLimit-Remaining": str(max(0, self._credits - spent)),
            "X-RateLimit-Reset": str(int(until) + 1),
        }

    def date(self) -> str:
        """Return the time by this server's clock, as a header tells it."""
        return email.utils.formatdate(self._seconds(), usegmt=True)

    # --- answers

    def take_fault(self, answer: Answer) -> Fault | None:
        """Return the fault that strikes this answer, used up by one."""
        with self._lock:
            for fault in self.faults:
                # A listing of one page is its first, middle and last; but it has no cursor.
                alone = answer.page == "only" and fault.kind != "400"
                hit = fault.page in {"any", answer.page} or alone
                if fault.times > 0 and fault.on == answer.on and hit:
                    fault.times -= 1
                    return fault
        return None

    def rendered(self, answer: Answer) -> bytes:
        """Write the answer's body, checking it against the contract."""
        if answer.body is None:
            return b""
        with self._lock:
            if self._contract and answer.template:
                self.complaints += self._contract.faults_of_answer(
                    answer.verb, answer.template, answer.status, answer.body
                )
            rows = answer.body.get("data")
            if not isinstance(rows, list):
                return _dump(answer.body)
            # Items are written once, not once for each page they stand on.
            head = _dump({name: part for name, part in answer.body.items() if name != "data"})
            texts = [self._row(row) for row in rows]
        return (
            head[:-1]
            + (b', "data": [' if len(head) > 2 else b'"data": [')
            + b",".join(texts)
            + b"]}"
        )

    def _row(self, row: Any) -> bytes:  # noqa: ANN401 - raw JSON
        key = row.get("id") if isinstance(row, dict) and "position" in row else None
        if key is None:
            return _dump(row)
        if key not in self._rendered:
            self._rendered[key] = _dump(row)
        return self._rendered[key]


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _error(status: int, code: str, message: str) -> Json:
    return {"type": "error", "code": code, "message": message, "status": status}


def _level(verb: str, path: str, query: Mapping[str, str], body: Any) -> tuple[int, int]:  # noqa: ANN401
    """Return the level of a call and how often it is charged (Miro's documentation)."""
    if path.endswith("/items/bulk"):
        return 2, len(body)
    if verb == "DELETE":
        return (1 if query.get("tag_id") or "/tags/" in path else 3), 1
    if verb == "PATCH" or (path.endswith("/items") and "tag_id" not in query):
        return 2, 1
    return 1, 1


# --- sockets ----------------------------------------------------------------------------------


class _Httpd(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    miro: Server

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - as inherited
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        self.miro.connections += 1
        return connection, address

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as inherited
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        for connection in list(self._open):
            _reset(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as inherited
        """Keep quiet: clients of a broken server go away in the middle."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Httpd

    def do_GET(self) -> None:
        miro = self.server.miro
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if miro.latency:
            time.sleep(miro.latency)
        answer = miro.answer(self.command, self.path, dict(self.headers.items()), raw)
        fault = miro.take_fault(answer)
        if fault:
            self._break(fault.kind, answer)
        else:
            self._send(answer.status, miro.rendered(answer), miro.rate())

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - as inherited

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str], kind: str = "application/json"
    ) -> None:
        lines = [f"HTTP/1.1 {status} .", f"Date: {self.server.miro.date()}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if status != 204:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)

    def _break(self, kind: str, answer: Answer) -> None:  # noqa: C901, PLR0912 - one branch a fault
        miro = self.server.miro
        body = miro.rendered(answer)
        match kind:
            case "429":
                self._send(
                    429, _dump(_error(429, "tooManyRequests", "Request rate limit exceed")), {}
                )
            case "429+":
                reset = str(int(miro._seconds()) + 20)
                headers = {"X-RateLimit-Limit": "100000", "X-RateLimit-Remaining": "0",
                           "X-RateLimit-Reset": reset}  # fmt: skip
                self._send(429, _dump(_error(429, "tooManyRequests", "Slow down")), headers)
            case "429after":
                self._send(
                    429, _dump(_error(429, "tooManyRequests", "Slow down")), {"Retry-After": "7"}
                )
            case "502":
                self._send(502, b"<html><h1>502 Bad Gateway</h1></html>", {}, "text/html")
            case _ if kind.isdigit():
                self._send(int(kind), _dump(_error(int(kind), "broken", "Broken")), miro.rate())
            case "reset":
                _reset(self.connection)
                self.close_connection = True
            case "closed":
                miro.vanish()
                self.close_connection = True
            case "repeats":
                page = miro.first_page(self.path)
                self._send(200, miro.rendered(page), miro.rate())
            case "cut":
                lines = f"HTTP/1.1 200 .\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                self.wfile.write(lines + body[: len(body) // 2])
                self.close_connection = True
            case "hung":
                miro.hang()
                self.close_connection = True
            case "hung_in_body":
                lines = f"HTTP/1.1 200 .\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                self.wfile.write(lines + body[: len(body) // 2])
                miro.hang()
                self.close_connection = True
            case "drips":
                lines = f"HTTP/1.1 200 .\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                self.wfile.write(lines)
                for each in body:
                    self.wfile.write(bytes([each]))
                    time.sleep(0.05)
            case "not_json":
                self._send(200, b"<html>Wi-Fi: please log in</html>", {}, "text/html")
            case "wrong_shape":
                self._send(200, b'{"data": {"items": 5}, "access_token": 5}', miro.rate())
            case "elsewhere":
                self._send(302, b"", {"Location": "http://127.0.0.1:9/"})
            case _:
                self._send(200, _dump(_spoilt(kind, answer.body)), miro.rate())


def _spoilt(kind: str, page: Json) -> Json:
    """Spoil a page of a listing."""
    rows = list(page["data"])
    if not rows:
        return page
    match kind:
        case "unknown_type":
            rows[0] = rows[0] | {"type": "mindmap_node", "isSupported": False}
            rows[0].pop("data", None)
        case "no_data":
            rows[0] = {name: part for name, part in rows[0].items() if name != "data"}
        case "duplicate":
            rows = [*rows, rows[0]]
        case "no_id":
            rows[0] = {name: part for name, part in rows[0].items() if name != "id"}
        case "lost":
            rows = rows[1:]
        case _:
            raise ValueError(kind)
    return page | {"data": rows}


def _reset(connection: socket.socket) -> None:
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    except OSError:
        pass


def main() -> None:
    """Serve a large board until standard input ends; then print what was spent."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--credits", type=int, default=100_000)
    parser.add_argument("--cursors", choices=("ids", "sealed"), default="ids")
    options = parser.parse_args()
    server = Server(
        network_board(options.items),
        latency=options.latency,
        credits_per_minute=options.credits,
        cursors=options.cursors,
    )
    with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()
        spent = {
            "calls": len(server.seen),
            "connections": server.connections,
            "worst_minute": server.worst_minute,
            "refusals": server.refusals,
        }
        sys.stdout.write(json.dumps(spent) + "\n")


if __name__ == "__main__":
    main()
