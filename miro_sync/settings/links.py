"""What stands behind the links, paths and addresses of the settings.

Every function takes the text as somebody typed it and raises a `fault` that says what is wrong
with it; a fault carries the key of its sentence through pydantic to the list of mistakes.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import LiteralString, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic_core import PydanticCustomError


class SourceKind(StrEnum):
    """What stands behind a `source` of the settings."""

    MIRO = "miro"  # a live board; the value is its id
    EXPORT = "export"  # a board export; the value is a path
    GOOGLE = "google"  # a Google spreadsheet; the value is its id
    YANDEX = "yandex"  # a table published on Yandex Disk; the value is its link
    WORKBOOK = "workbook"  # an Excel or LibreOffice file; the value is a path
    CSV = "csv"  # one .csv file; the value is a path
    FOLDER = "folder"  # a folder of .csv files; the value is a path
    WORKSHEET = "worksheet"  # the calendar only: a worksheet of [tables]; the value is its title


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A `source` of the settings, understood.

    Attributes:
        value: an id, a worksheet's title or an absolute path, as `kind` says.
        given: the text as it stands in the settings.

    """

    kind: SourceKind
    value: str
    given: str

    @property
    def path(self) -> Path:
        """The file or folder; raises `ValueError` where the source is none."""
        if self.kind in _NO_PATHS:
            raise ValueError(f"{self.kind} is no path")
        return Path(self.value)


class Address(NamedTuple):
    """The parts of a URL that matter here."""

    scheme: str
    host: str
    port: int | None
    has_login: bool
    has_password: bool


def fault(key: LiteralString, **params: object) -> PydanticCustomError:
    """Make a mistake whose sentence is the catalogue's `key`."""
    return PydanticCustomError(key, "{key}", {"key": key, **params})


def board_link(value: object, folder: Path) -> SourceLink | None:
    """Understand `[board] source`: a link as the browser shows it, a bare id, an export.

    Returns:
        The source, None when the key is not filled in yet.

    """
    given = _filled(value)
    if given is None:
        return None
    if _looks_like_link(given):
        match = _MIRO_LINK.search(given)
        if match:
            return SourceLink(SourceKind.MIRO, unquote(match["id"]), given)
        if "miro.com" in given:
            raise fault("settings.board_other_miro_link")
    elif _MIRO_ID.fullmatch(given):
        return SourceLink(SourceKind.MIRO, given, given)
    elif given.casefold().endswith(".json"):
        return SourceLink(SourceKind.EXPORT, absolute(given, folder), given)
    elif re.fullmatch(r"uXj[\w-]{6,}", given):
        raise fault("settings.board_id_cut", value=given)
    raise fault("settings.board_no_source", value=shown(given))


def tables_link(value: object, folder: Path) -> SourceLink | None:
    """Understand `[tables] source`: a Google link or id, a Yandex link, a workbook, .csv files.

    Returns:
        The source, None when the key is not filled in yet.

    """
    given = _filled(value)
    if given is None:
        return None
    if _looks_like_link(given):
        return _online_table(given)
    kind = _TABLE_FILES.get(Path(given).suffix.casefold())
    path = absolute(given, folder)
    if kind:
        return SourceLink(kind, path, given)
    is_folder = Path(path).is_dir()
    if _GOOGLE_ID.fullmatch(given) and not is_folder:
        return SourceLink(SourceKind.GOOGLE, given, given)
    if Path(given).suffix and not is_folder:
        raise fault("settings.tables_no_source", value=shown(given))
    return SourceLink(SourceKind.FOLDER, path, given)


def calendar_link(value: object, folder: Path) -> SourceLink | None:
    """Understand `[calendar] source`: a file, or "table:…" for a worksheet of [tables].

    Returns:
        The source, None when the key is not filled in.

    """
    given = _filled(value)
    if given is None:
        return None
    worksheet = re.fullmatch(r"(?i)(?:table|таблица|лист)\s*:\s*(.*)", given)
    if worksheet:
        if not worksheet[1]:
            raise fault("settings.calendar_no_sheet")
        return SourceLink(SourceKind.WORKSHEET, worksheet[1], given)
    if _looks_like_link(given):
        raise fault("settings.calendar_link")
    kind = _TABLE_FILES.get(Path(given).suffix.casefold())
    if kind is None:
        raise fault("settings.calendar_no_source", value=shown(given))
    return SourceLink(kind, absolute(given, folder), given)


def ping_url(url: str) -> str:
    """Check the address of a dead-man service; it is a secret, so no mistake repeats it."""
    address = split(url)
    if address is None or address.scheme not in {"http", "https"} or not address.host:
        raise fault("settings.no_ping")
    if address.scheme == "http" and not is_loopback(address.host):
        raise fault("settings.plain_ping")
    return url.rstrip("/")


def api_url(url: str) -> str:
    """Check the address of an API: a token must not travel unencrypted to another machine."""
    address = split(url)
    if address is None or address.scheme not in {"http", "https"}:
        raise fault("settings.no_url", value=shown(url))
    if address.has_login:
        raise fault("settings.login_in_url")
    if address.scheme == "http" and not is_loopback(address.host):
        raise fault("settings.plain_http", value=shown(url))
    return url.rstrip("/")


def smtp_url(url: str) -> str:
    """Check the address of a mail server, smtps://host:465 or smtp://host:587."""
    address = split(url)
    if address is None or address.scheme not in {"smtp", "smtps"}:
        raise fault("settings.no_smtp")
    if address.has_login:
        raise fault("settings.login_in_smtp")
    return url


def state_url(url: str) -> str:
    """Check the address of the state's database, sqlite:///… or postgresql://…."""
    if url.startswith("sqlite:///"):
        return url
    if re.match(r"postgresql(\+\w+)?://", url):
        named = parse_qs(urlsplit(url).query, keep_blank_values=True).get("schema", [])
        if any(not _is_schema(name) for name in named) or len(named) > 1:
            raise fault("settings.state_schema", value=shown(named[-1]))
        return url
    if url.startswith("sqlite:"):
        raise fault("settings.state_slashes")
    if url.startswith("postgres:"):
        raise fault("settings.state_postgres")
    raise fault("settings.state_unknown")


def _is_schema(name: str) -> bool:
    """Tell whether a schema of PostgreSQL may bear the name without quotes and is nobody's own."""
    taken = name.startswith("pg_") or name in {"information_schema", "public", FLEET_SCHEMA}
    return re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name) is not None and not taken


#: The schema of what the projects of one database share: queue, projects, credits.
FLEET_SCHEMA = "miro_sync_fleet"


def absolute_state(url: str, folder: Path) -> str:
    """Make the path of an SQLite database absolute; other addresses stay as they are."""
    path, mark, query = url.removeprefix("sqlite:///").partition("?")
    if not url.startswith("sqlite:///") or path in {"", ":memory:"}:
        return url
    return f"sqlite:///{Path(absolute(path, folder)).as_posix()}{mark}{query}"


def absolute(text: str, folder: Path) -> str:
    """Make a path absolute; a path typed on Windows is understood elsewhere, too."""
    if os.sep == "/":
        text = text.replace("\\", "/")
    return os.path.normpath(folder / Path(text).expanduser())


def split(url: str) -> Address | None:
    """Take a URL apart; None when the text is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    return Address(parts.scheme, host, port, parts.username is not None, bool(parts.password))


def shown(text: str) -> str:
    """Cut a value that is to be quoted in a sentence."""
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 1]}…"


_LONGEST_QUOTED = 60

_MIRO_LINK = re.compile(
    r"(?:miro|realtimeboard)\.com/app/(?:board|live-embed|embed)/(?P<id>[^/?#\s]+)", re.IGNORECASE
)
#: Boards have ids as «uXjVOxyzABC=»; very old ones are plain numbers.
_MIRO_ID = re.compile(r"[\w-]{6,}=|\d{15,}", re.ASCII)
_GOOGLE_LINK = re.compile(
    r"docs\.google\.com/spreadsheets/(?:u/\d+/)?d/(?P<id>[\w-]+)", re.IGNORECASE
)
#: Google's ids have 44 characters; a folder of that name is believed to be a folder.
_GOOGLE_ID = re.compile(r"[\w-]{30,}", re.ASCII)
_YANDEX = r"(?:(?:disk|docs)(?:\.360)?\.yandex\.\w+|yadi\.sk)"
_YANDEX_LINK = re.compile(rf"//{_YANDEX}/", re.IGNORECASE)
#: What «Поделиться» gives, and what the viewer of documents makes of it; other addresses of the
#: Disk open for its owner alone.
_YANDEX_PUBLIC = re.compile(
    rf"//{_YANDEX}/(?:[di]/[^/?#\s]|public/?\?hash=|docs/view\?(?:.*&)?url=ya-disk-public)",
    re.IGNORECASE,
)
_LINK_START = re.compile(
    rf"[a-z][a-z0-9+.-]+://|(?:www\.)?(?:miro|docs\.google)\.com/|{_YANDEX}/", re.IGNORECASE
)
_NO_PATHS = frozenset({SourceKind.MIRO, SourceKind.GOOGLE, SourceKind.YANDEX, SourceKind.WORKSHEET})
_TABLE_FILES = {
    ".csv": SourceKind.CSV,
    ".xlsx": SourceKind.WORKBOOK,
    ".xlsm": SourceKind.WORKBOOK,
    ".xls": SourceKind.WORKBOOK,
    ".ods": SourceKind.WORKBOOK,
}


def _filled(value: object) -> str | None:
    if not isinstance(value, str):
        raise fault("settings.not_text")
    if any(character < " " for character in value):
        raise fault("settings.backslash_read")
    given = value.strip().strip("<>«»\"'").strip()
    return None if given in {"", "…", "..."} else given


def _looks_like_link(text: str) -> bool:
    return _LINK_START.match(text) is not None


def _online_table(link: str) -> SourceLink:
    match = _GOOGLE_LINK.search(link)
    if "/spreadsheets/d/e/" in link:
        raise fault("settings.tables_published_link")
    if match:
        return SourceLink(SourceKind.GOOGLE, match["id"], link)
    full = link if "://" in link else f"https://{link}"
    if _YANDEX_PUBLIC.search(full):
        return SourceLink(SourceKind.YANDEX, full, link)
    if _YANDEX_LINK.search(full):
        raise fault("settings.tables_yandex_private")
    raise fault("settings.tables_no_source", value=shown(link))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine."""
    return host in {"localhost", "::1"} or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))
