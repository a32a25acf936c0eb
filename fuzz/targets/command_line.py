"""The program as its users meet it: command lines, and whole projects judged."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

import jsonschema

from fuzz.oracle import require
from fuzz.parcels import parts_of, text_of
from miro_sync.cli import run

#: What the documents promise: nothing flagged, something flagged, usage or settings, a source
#: could not be read, another sync at work. 70 is a defect.
_CODES: Final = frozenset({0, 1, 2, 3, 75})
_TRACES: Final = ("Traceback", "Error:", "Exception", "miro_sync/", "object at 0x", "NoneType")
_CYRILLIC: Final = re.compile("[А-Яа-яЁё]")
#: Commands that go on for ever by their nature, or open a browser: their help alone is tried.
_ENDLESS: Final = frozenset({"schedule", "serve", "worker", "login"})
_WORDS: Final = 12
_LETTERS: Final = 60
_SCHEMA: Final = Path(__file__).parents[2] / "docs" / "check.schema.json"
_FILES: Final = ("board.json", "calendar.csv", "centers.toml", "decisions.toml", "kpi.toml",
                 "project.toml", "tables.xlsx")  # fmt: skip


class Told(NamedTuple):
    """What a run of the program said."""

    code: int
    output: str
    errors: str


def command_line(document: bytes) -> object:
    """Run the program with any words, on a copy of the packaged project."""
    words = _words(text_of(document))
    with _project({}) as folder:
        told = _said(words, folder)
    _check(told, words)
    # Moments and the names of temporary files differ from run to run.
    return words, told.code


def project(document: bytes) -> object:
    """Judge a copy of the packaged project, some files of which are those of a parcel."""
    parts = {part.name: part.content for part in parts_of(document) if part.name in _FILES}
    words = ["check-calendar", "--on", "2023-09-05", "--format", "json"]
    with _project(parts) as folder:
        told = _said(words, folder)
        shown = _said(["check-calendar", "--on", "2023-09-05", "--all"], folder)
    _check(told, words)
    _check(shown, words)
    require(told.code == shown.code, "an answer for programs and one for people flag the same")
    if not told.output:
        require(told.code in {2, 3}, "no answer is a failure")
        return told.code
    answer: Any = json.loads(told.output)
    _schema().validate(answer)
    flagged = any(answer["summary"][one] for one in ("missed", "overdue", "moved"))
    require(not flagged or told.code in {1, 3}, "what is flagged is in the exit code")
    if any(source["state"] == "failed" for source in answer["sources"]):
        require(not answer["trustworthy"], "an answer without a source is not to be trusted")
    return told.code, answer["summary"], answer["events"], answer["review"]


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text.replace("\0", ""))
    except ValueError:
        words = text.replace("\0", "").split()
    # Nothing may be written beside the project, which is the folder that we are in.
    words = [word[:_LETTERS].replace("/", "").replace("..", "") for word in words[:_WORDS]]
    if _ENDLESS & set(words):
        words = [word for word in words if word != "--"] + ["--help"]
    return words


def _check(told: Told, words: Sequence[str]) -> None:
    require(told.code in _CODES, f"exit code {told.code}: {told.errors[:2000]}")
    for trace in _TRACES:
        if not any(trace in word for word in words):
            require(trace not in told.errors, f"«{trace}» is no word for a user")
    if told.code in {2, 3}:
        said = told.errors or told.output
        english = "en" in words or "--lang=en" in words
        require(said.strip(), "a failure is told")
        require(english or _CYRILLIC.search(said), "a failure is told in Russian")


def _said(words: Sequence[str], folder: Path) -> Told:
    """Run the program in this process, in a folder of its own."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    stdin, before = sys.stdin, Path.cwd()
    environ = dict(os.environ)
    try:
        os.chdir(folder)
        os.environ.pop("MIRO_ACCESS_TOKEN", None)
        os.environ |= {"MIRO_SYNC_CONFIG": str(folder), "COLUMNS": "100"}
        sys.stdin = io.TextIOWrapper(io.BytesIO(b""), "utf-8")
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            code = run(words)
    finally:
        sys.stdin = stdin
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environ)
    told = []
    for stream in (output, errors):
        stream.flush()
        told.append(stream.buffer.getvalue().decode("utf-8", "replace"))
    return Told(code, *told)


@contextlib.contextmanager
def _project(parts: Mapping[str, bytes]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        folder = Path(temporary)
        for name, content in {**_sample(), **parts}.items():
            (folder / name).write_bytes(content)
        yield folder


@cache
def _sample() -> dict[str, bytes]:
    packaged = resources.files("miro_sync").joinpath("sample")
    return {name: packaged.joinpath(name).read_bytes() for name in _FILES}


@cache
def _schema() -> Any:
    schema = json.loads(_SCHEMA.read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)
