"""Standard output and error: text, JSON and CSV that any terminal, file or pipe can take.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import stat
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

import click

from miro_sync.telling.usage import terminal_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Assessment,
        Problem,
    )
    from miro_sync.telling.terminal import Look


#: How systems report that nobody reads the output any more; Windows says "invalid argument".
_READER_GONE = {errno.EPIPE, errno.ESHUTDOWN, errno.EINVAL}


#: What a terminal that lacks a character shows instead, each of the same width.
_LEGIBLE = str.maketrans("«»“”„’—–‑−…№·•\u00a0\u202f", '"""""\'----.N**  ')


_PROBLEMS_SHOWN = 20


class OutputError(Exception):
    """Standard output refuses to take the answer: the disk is full, say."""


def prepare_streams() -> None:
    """Let no character stop an output: what a terminal cannot show is replaced.

    On Windows a redirected output would be written in the system's old code page; it is UTF-8
    unless PYTHONIOENCODING says otherwise.
    """
    codecs.register_error("miro_sync.legible", _legible)
    if sys.stdout is None:  # a program without a console has none
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="miro_sync.legible")
            if os.name == "nt" and not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
                stream.reconfigure(encoding="utf-8")


def look_of(*, everything: bool = False, command: str | None = None) -> Look:
    """Return how to show a table: the width of the terminal, colour only on one."""
    from miro_sync.telling.terminal import Look  # noqa: PLC0415 - help needs none of it

    colour = (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    look = Look(terminal_columns(), colour=colour, everything=everything)
    return look if command is None else replace(look, command=command)


def show(text: str, look: Look | None = None) -> bool:
    """Print a result; return False when its reader has gone away, as `head` does."""
    try:
        click.echo(text, color=look.colour if look is not None else False)
    except OSError as error:
        if error.errno not in _READER_GONE:
            raise OutputError from error
        _discard_output()
        return False
    return True


def show_json(document: Mapping[str, Any], *, indent: int | None = 2) -> bool:
    """Print a document for programs; returns as `show`."""
    from miro_sync.telling.answer import json_text  # noqa: PLC0415 - help needs none of it

    return show(json_text(document, indent=indent, ascii_only=not _is_utf8(sys.stdout)))


def show_csv(rows: Iterable[Sequence[str]]) -> bool:
    """Print CSV; a file gets the mark by which Excel knows UTF-8."""
    from miro_sync.telling.answer import csv_text  # noqa: PLC0415 - help needs none of it

    mark = "\ufeff" if _is_utf8(sys.stdout) and _is_file(sys.stdout) else ""
    return show(mark + csv_text(rows).rstrip("\r\n"))


def show_bytes(document: bytes) -> bool:
    """Write a document to standard output as it is; returns as `show`."""
    try:
        click.echo(document, nl=False)
    except OSError as error:
        if error.errno not in _READER_GONE:
            raise OutputError from error
        _discard_output()
        return False
    return True


def tell(text: str) -> None:
    """Print what is not a result; an error channel that is closed stops nothing."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)


def warn_of_sources(assessment: Assessment, words: Catalogue) -> None:
    """Say on the error channel what an answer for programs has no place for."""
    from miro_sync.telling.display import clean  # noqa: PLC0415 - only where there are some

    if not assessment.trustworthy:
        tell(words.say("telling.trust_partial"))
    for report in assessment.sources:
        if report.message is not None:
            name = words.say(f"status.source_{report.name}")
            message = words.tell(report.message)
            tell(clean(words.say("telling.trust_message", source=name, message=message)))


def warn_of_problems(assessment: Assessment, words: Catalogue) -> None:
    """Say on the error channel what of the input was left out."""
    tell_problems(assessment.problems, words)


def tell_problems(problems: Sequence[Problem], words: Catalogue) -> None:
    """Print faults of the input on the error channel, the first ones of many."""
    from miro_sync.telling.failures import problem  # noqa: PLC0415 - only where there are some

    for fault in problems[:_PROBLEMS_SHOWN]:
        tell(problem(fault, words))
    more = len(problems) - _PROBLEMS_SHOWN
    if more > 0:
        tell(words.say("cli.more_problems", number=more))


def input_lines() -> Iterator[str]:
    """Yield the lines of standard input, UTF-8 or else the old encoding of the system."""
    for number, raw in enumerate(sys.stdin.buffer):
        try:
            line = raw.decode("utf-8-sig" if number == 0 else "utf-8")
        except UnicodeDecodeError:
            old = "cp1251" if _is_utf8(sys.stdin) else sys.stdin.encoding
            line = raw.decode(old, errors="replace")
        yield line.rstrip("\r\n")


def finish_output() -> None:
    """Write what is left before the interpreter would, and complain where it does."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard_output()


def _legible(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks by something of the same width."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from miro_sync.telling.display import width  # noqa: PLC0415 - only for old encodings

    lacking = error.object[error.start : error.end]
    known = (char.translate(_LEGIBLE) for char in lacking)
    return "".join(char if char.isascii() else "?" * width(char) for char in known), error.end


def _is_utf8(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "ascii").name in {"utf-8", "utf-8-sig"}


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        return False


def _discard_output() -> None:
    """Send what is still to be written nowhere: nobody reads it any more."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
