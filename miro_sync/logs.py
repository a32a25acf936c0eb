"""Records for those who run the program: one line each on standard error, as text or JSON.

A record is the name of an event and a few figures and words that the program itself made: names
of sources and commands, states, counts, seconds, ids of items, keys of messages. Titles, texts,
names, addresses and secrets never enter one. Nothing is written unless it is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TextIO

#: The two forms of a record.
FORMATS: Final = ("text", "json")

_ROOT: Final = "miro_sync"
_FIELDS: Final = "miro_sync_fields"

#: What a record may hold: whatever else is passed is a slip, and is left out.
Plain = str | int | float | bool | None


def note(logger: logging.Logger, event: str, **fields: Plain) -> None:
    """Record an event.

    Args:
        logger: of the module that knows of it.
        event: its name: lower case, words joined by "_".
        fields: figures and words of this program; seconds with up to three digits.

    """
    if logger.isEnabledFor(logging.INFO):
        logger.info(event, extra={_FIELDS: fields})


def configure(layout: str, stream: TextIO) -> str:
    """Have records written to a stream, from now on and once.

    Args:
        layout: one of `FORMATS`.
        stream: where to.

    Returns:
        The id that stands in every record of this process.

    """
    run = uuid.uuid4().hex[:12]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json(run) if layout == "json" else _Text(run))
    root = logging.getLogger(_ROOT)
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False
    return run


def silence() -> None:
    """Have no records written any more."""
    root = logging.getLogger(_ROOT)
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(logging.NullHandler())
    root.setLevel(logging.WARNING)


class _Json(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_parts(record, self._run), ensure_ascii=True)


class _Text(logging.Formatter):
    """The same for a person: the time, the event, then name=value."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        parts = _parts(record, self._run)
        head = f"{parts.pop('at')} {parts.pop('level')} {parts.pop('event')}"
        return " ".join([head, *(f"{name}={_said(value)}" for name, value in parts.items())])


def _parts(record: logging.LogRecord, run: str) -> dict[str, Plain]:
    moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
    head: dict[str, Plain] = {
        "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": str(record.msg),
        "run": run,
    }
    fields: dict[str, Plain] = getattr(record, _FIELDS, {})
    return head | {name: _figure(value) for name, value in fields.items() if value is not None}


def _figure(value: Plain) -> Plain:
    return round(value, 3) if isinstance(value, float) else value


def _said(value: Plain) -> str:
    text = str(value)
    return text if text.isascii() and text.isprintable() and " " not in text else json.dumps(text)
