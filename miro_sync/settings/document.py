"""A settings file as it is being checked: read, decoded, parsed, explained.

TOML and pydantic speak English and in types; here their complaints become sentences of the
catalogue with the file, line and key that they are about.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from miro_sync.model import Message, Place, Problem, Severity, say
from miro_sync.settings.schema import ProjectFile, closest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

#: The path of a key as pydantic gives it: ("vacation", 2, "end").
Loc = tuple[str | int, ...]

#: Points on a line before its «=»; no remark has as many.
_MOST_PARTS = 500

_M = TypeVar("_M", bound=BaseModel)

#: The beginnings of tomllib's syntax errors, and the sentences for them.
_SYNTAX_ERRORS = (
    ("Unescaped|Invalid hex value|Escaped character", "settings.toml_backslash"),
    ('Illegal character|Unterminated string|Expected "\'"', "settings.toml_quote"),
    ("Cannot declare|Cannot redefine|Cannot mutate", "settings.toml_section_twice"),
    ("Cannot overwrite|Duplicate inline", "settings.toml_key_twice"),
    ("Expected '=' after a key", "settings.toml_no_equals"),
    ("Expected ']|Expected ']]", "settings.toml_bracket"),
    ("Invalid date", "settings.toml_date"),
    ("Invalid value", "settings.toml_value"),
    ("Unclosed", "settings.toml_unclosed"),
    ("Expected newline or end of document", "settings.toml_rest_of_line"),
)
_WRONG_TYPES = {
    "string_type": "settings.not_text",
    "int_type": "settings.not_integer",
    "int_from_float": "settings.not_integer",
    "float_type": "settings.not_number",
    "finite_number": "settings.not_number",
    "bool_type": "settings.not_bool",
    "list_type": "settings.not_list",
}
_LIMITS = {
    "greater_than_equal": ("settings.too_small", "ge"),
    "less_than_equal": ("settings.too_big", "le"),
}


class Document:
    """One settings file while it is being checked.

    Attributes:
        raw: what the TOML says; empty when it could not be read.
        problems: the mistakes found so far.

    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.raw: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._text = ""
        self._lines: dict[Loc, int] | None = None

    def read(self) -> bool:
        """Read the file; tells whether there is one. What stands in the way is reported."""
        try:
            data = (self.folder / self.name).read_bytes()
        except FileNotFoundError:
            return False
        except OSError:
            self.report(say("settings.unreadable"))
            return True
        text = self._decoded(data)
        if text is None or self._has_endless_key(text):
            return True
        try:
            self.raw = tomllib.loads(text)
            self._text = text
        except tomllib.TOMLDecodeError as error:
            message, cell = _syntax(str(error), text)
            self.report(message, cell=cell)
        except (RecursionError, ValueError):
            # Brackets within brackets by the hundred, a number of thousands of digits.
            self.report(say("settings.toml_other"))
        return True

    def report(
        self,
        message: Message,
        loc: Loc = (),
        cell: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a problem at a key, given as pydantic gives it: ("vacation", 2, "end")."""
        place = Place(
            self.name, cell=cell or self._line(loc), key=_key(loc, self.raw) if loc else None
        )
        self.problems.append(Problem(message, place, severity))

    def sorted_problems(self) -> list[Problem]:
        """Return the problems in the order of the file's lines."""

        def line(problem: Problem) -> int:
            cell = problem.place.cell if problem.place else None
            return int(cell.split(":")[0]) if cell else 0

        return sorted(self.problems, key=line)

    def _decoded(self, data: bytes) -> str | None:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            self.report(say("settings.not_utf8"))
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.report(say("settings.not_utf8"), cell=str(line))
            return None

    def _has_endless_key(self, text: str) -> bool:
        """Report a key of hundreds of parts: reading it would take the square of its length."""
        for number, line in enumerate(text.split("\n"), start=1):
            if line.partition("=")[0].count(".") > _MOST_PARTS:
                self.report(say("settings.toml_other"), cell=str(number))
                return True
        return False

    def _line(self, loc: Loc) -> str | None:
        if self._lines is None:  # most files have no mistakes to be shown the place of
            self._lines = _line_numbers(self._text)
        for length in range(len(loc), 0, -1):
            line = self._lines.get(loc[:length])
            if line is not None:
                return str(line)
        return None


def validated(document: Document, model: type[_M]) -> _M | None:
    """Check a file against its model; the mistakes go to the document."""
    if any(problem.severity is Severity.ERROR for problem in document.problems):
        return None
    try:
        return model.model_validate(document.raw, context={"folder": document.folder})
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            document.report(_explain(error, model, document.raw), error["loc"])
        return None


def _explain(error: ErrorDetails, model: type[BaseModel], raw: Mapping[str, Any]) -> Message:
    """Turn a mistake found by pydantic into a sentence of the catalogue."""
    context, loc, kind = error.get("ctx", {}), error["loc"], error["type"]
    if "key" in context:
        return Message(context["key"], {k: v for k, v in context.items() if k != "key"})
    if kind == "missing":
        return say("settings.no_section" if len(loc) == 1 else "settings.missing", name=loc[-1])
    if kind == "extra_forbidden":
        return _unknown(loc, model, raw)
    if kind in _LIMITS:
        sentence, limit = _LIMITS[kind]
        return say(sentence, limit=context[limit])
    if len(loc) == 1 or isinstance(loc[-1], int):
        return say(_wrong_brackets(kind, error["input"]), name=_key(loc, raw).strip("[]"))
    return say(_WRONG_TYPES.get(kind, "settings.wrong_value"))


def _wrong_brackets(kind: str, found: object) -> str:
    """Say what is wrong with something that should have been a section or a list of them."""
    if kind == "list_type" and isinstance(found, dict):
        return "settings.single_brackets"
    if kind == "model_type" and isinstance(found, list):
        return "settings.double_brackets"
    if kind in {"list_type", "model_type"}:
        return "settings.not_section"
    return _WRONG_TYPES.get(kind, "settings.wrong_value")


def _unknown(loc: Loc, model: type[BaseModel], raw: Mapping[str, Any]) -> Message:
    """Say of an unknown key what it may have been meant to be."""
    name = str(loc[-1])
    section = str(loc[0]) if len(loc) > 1 else ""
    variable = _secret_variable(section, name)
    if variable:
        return say("settings.secret_key", variable=variable)
    inner = _model_at(model, loc)
    known = [info.alias or field for field, info in inner.model_fields.items()]
    close = closest(name, known)
    is_section = len(loc) == 1 and isinstance(raw.get(name), (dict, list))
    if is_section:
        if close:
            return say("settings.unknown_section_hint", hint=close)
        return say("settings.unknown_section")
    if close:
        return say("settings.unknown_key_hint", hint=close)
    home = _home_of(name, section)
    if home:
        return say("settings.misplaced_key", name=name, section=home)
    return say("settings.unknown_key", known=", ".join(known))


def _model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel]:
    """Find the model that the key at the end of `loc` was checked against."""
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        info = next(i for f, i in model.model_fields.items() if (i.alias or f) == part)
        candidates = (info.annotation, *get_args(info.annotation))
        model = next(c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel))
    return model


def _home_of(name: str, section: str) -> str | None:
    """Name the section of project.toml that knows the key, for keys in the wrong place."""
    for home, info in ProjectFile.model_fields.items():
        if home == section or not (
            isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
        ):
            continue
        keys = [inner.alias or key for key, inner in info.annotation.model_fields.items()]
        if name in keys:
            return home
    return None


def _secret_variable(section: str, name: str) -> str | None:
    """Name the environment variable in whose place a secret-looking key stands, if it does."""
    if section == "mail" and re.fullmatch(r"(?i)user(name)?|login|логин", name):
        return "MIRO_SYNC_SMTP_USER"
    if not re.search(r"(?i)token|passw|secret|api_?key|private_?key|credential|парол|токен", name):
        return None
    if section == "mail" or "smtp" in name.casefold():
        return "MIRO_SYNC_SMTP_PASSWORD"
    if section == "tables" or "google" in name.casefold():
        return "GOOGLE_APPLICATION_CREDENTIALS"
    if section == "state":
        return "PGPASSWORD"
    return "MIRO_ACCESS_TOKEN"


def _syntax(error: str, text: str) -> tuple[Message, str | None]:
    """Explain a TOML syntax error; returns the sentence and "line:column" where known."""
    match = re.search(r"\(at line (\d+), column (\d+)\)$", error)
    cell = f"{match[1]}:{match[2]}" if match else None
    if match and _is_named_in_russian(text.split("\n")[int(match[1]) - 1]):
        return say("settings.toml_cyrillic_key"), cell
    for pattern, key in _SYNTAX_ERRORS:
        if re.match(pattern, error):
            return say(key), cell
    return say("settings.toml_other"), cell


def _is_named_in_russian(line: str) -> bool:
    """Tell whether a line names a key or section in Russian letters, which TOML refuses."""
    name, equals, _ = line.partition("=")
    is_name = bool(equals) or line.lstrip().startswith("[")
    return is_name and '"' not in name and bool(re.search("[А-Яа-яЁё]", name))


def _line_numbers(text: str) -> dict[Loc, int]:
    """Find the line of every section and key of a TOML text that parses.

    Returns:
        Line numbers from 1 by the key's path: ("vacation", 0, "end").

    """
    lines: dict[Loc, int] = {}
    counts: dict[Loc, int] = {}
    section: Loc = ()
    inside: str | None = None  # the quotes of a multi-line string that is open
    for number, line in enumerate(text.split("\n"), start=1):
        if inside is None:
            header = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line)
            key = re.match(r"\s*([\w-]+(?:\s*\.\s*[\w-]+)*)\s*=", line)
            if header:
                section = _resolve(header[2], counts, is_array=header[1] == "[[")
                for length in range(1, len(section) + 1):
                    lines.setdefault(section[:length], number)
            elif key:
                lines[section + tuple(re.split(r"\s*\.\s*", key[1]))] = number
        for quotes in re.findall(r'"""|\'\'\'', line):
            inside = quotes if inside is None else (None if inside == quotes else inside)
    return lines


def _resolve(header: str, counts: dict[Loc, int], *, is_array: bool) -> Loc:
    """Turn "center.pause" into ("center", 1, "pause", 0), counting the tables of an array."""
    path: Loc = ()
    parts = [part.strip().strip("\"'") for part in header.split(".")]
    for part in parts[:-1]:
        path += (part,)
        if path in counts:
            path += (counts[path],)
    path += (parts[-1],)
    if is_array:
        counts[path] = counts.get(path, -1) + 1
        path += (counts[path],)
    return path


def _key(loc: Loc, raw: object) -> str:
    """Write a key as it stands in the file: "[board] source", "[[vacation]] №2 end"."""
    words: list[str] = []
    names: list[str] = []
    for part in loc:
        raw = _child(raw, part)
        if isinstance(part, int):
            if isinstance(raw, dict):
                words.append(f"№{part + 1}")
            continue
        names.append(part)
        if isinstance(raw, list) and any(isinstance(item, dict) for item in raw):
            words.append(f"[[{'.'.join(names)}]]")
        elif isinstance(raw, dict) or (len(loc) > 1 and len(names) == 1):
            words.append(f"[{'.'.join(names)}]")
        else:
            words.append(part)
    return " ".join(words)


def _child(raw: object, part: str | int) -> object:
    if isinstance(raw, dict):
        return raw.get(part)
    if isinstance(raw, list) and isinstance(part, int) and part < len(raw):
        return raw[part]
    return None
