"""What is remembered of the past: runs and what they saw change, and the story of one event."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync.model import ChangeKind, SourceState
from miro_sync.story import told_change
from miro_sync.telling.display import clean, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import Change, Event, Project, RunRecord, SourceReport
    from miro_sync.story import Told

HISTORY_SCHEMA = "miro-sync/history/1"
STORY_SCHEMA = "miro-sync/story/1"

_CHANGES_SHOWN = 5
_INDENT = "    "
_UNDER_DAY = " " * len("01.09.2023  ")


def runs(  # noqa: PLR0913 - runs, their changes, and how to show both
    some: Sequence[RunRecord],
    changes: Sequence[Change],
    project: Project,
    words: Catalogue,
    columns: int,
    *,
    everything: bool = False,
) -> str:
    """Return the runs as text, newest last; runs in which nothing changed share a line.

    Args:
        some: oldest first.
        changes: of these runs.
        project: name and time zone.
        words: the language.
        columns: the width to fill.
        everything: every run and every change, nothing shortened.

    """
    if not some:
        return words.say("history.none")
    by_run: defaultdict[int, list[Change]] = defaultdict(list)
    for change in changes:
        by_run[change.run].append(change)
    out: list[str] = []
    calm: list[RunRecord] = []
    for run in some:
        if _calm(run) and not everything:
            calm.append(run)
            continue
        out += _calm_line(calm, words)
        calm = []
        out += wrap(clean(_head(run, project, words)), columns)
        shown = by_run[run.number] if everything else by_run[run.number][:_CHANGES_SHOWN]
        for change in shown:
            out += _indented(words.tell(told_change(change)), columns)
        more = len(by_run[run.number]) - len(shown)
        if more:
            out += _indented(words.say("history.more", number=more), columns)
    return "\n".join(out + _calm_line(calm, words))


def story(
    event: Event, told: Sequence[Told], project: Project, words: Catalogue, columns: int
) -> str:
    """Return what happened to one event as text, oldest first."""
    out = wrap(clean(f"{event.code or event.key} {event.title}"), columns)
    if not told:
        return "\n".join([*out, words.say("history.no_story")])
    zone = ZoneInfo(project.timezone)
    for one in told:
        said = f"{words.day(one.at.astimezone(zone).date())}  {words.tell(one.said)}"
        first, *rest = wrap(clean(said), columns - len(_UNDER_DAY))
        out += [first, *(_UNDER_DAY + line for line in rest)]
    return "\n".join(out)


def runs_document(
    some: Sequence[RunRecord], changes: Sequence[Change], project: Project
) -> Mapping[str, object]:
    """Return the runs for programs; moments in UTC, days ISO, the oldest run first."""
    return {
        "schema": HISTORY_SCHEMA,
        "project": {"name": project.name, "timezone": project.timezone},
        "runs": [
            {
                "number": run.number,
                "stored_at": _utc(run.stored_at),
                "today": run.today.isoformat(),
                "program": run.program,
                "sources": [
                    {
                        "name": source.name,
                        "state": source.state.value,
                        "complete": source.complete,
                        "read_at": None if source.read_at is None else _utc(source.read_at),
                        "items": source.items,
                        "calls": source.calls,
                        "credits": source.credits,
                        "seconds": round(source.seconds, 3),
                    }
                    for source in run.sources
                ],
                **{kind.value: run.changes.get(kind, 0) for kind in ChangeKind},
                "opened": run.opened,
                "closed": run.closed,
            }
            for run in some
        ],
        "changes": [
            {
                "run": one.run,
                "kind": one.kind.value,
                "source": one.source,
                "id": one.thing,
                "title": _title(one),
            }
            for one in changes
        ],
    }


def story_document(
    event: Event, told: Sequence[Told], project: Project, words: Catalogue
) -> Mapping[str, object]:
    """Return the story of an event for programs."""
    return {
        "schema": STORY_SCHEMA,
        "project": {"name": project.name, "timezone": project.timezone},
        "event": event.code or event.key,
        "title": event.title,
        "story": [
            {"at": _utc(one.at), "what": one.what, "said": words.tell(one.said)} for one in told
        ],
    }


def _calm(run: RunRecord) -> bool:
    read = all(source.state is SourceState.ABSENT or source.reliable for source in run.sources)
    return read and not (any(run.changes.values()) or run.opened or run.closed)


def _calm_line(some: Sequence[RunRecord], words: Catalogue) -> list[str]:
    return [words.say("history.calm", runs=len(some))] if some else []


def _head(run: RunRecord, project: Project, words: Catalogue) -> str:
    parts = [
        words.say(f"history.{kind.value}", number=run.changes[kind])
        for kind in ChangeKind
        if run.changes.get(kind)
    ]
    if run.opened or run.closed:
        parts.append(words.say("history.findings", opened=run.opened, closed=run.closed))
    read = "; ".join(_source(source, words) for source in run.sources)
    local = run.stored_at.astimezone(ZoneInfo(project.timezone))
    return words.say(
        "history.run",
        number=run.number,
        day=local.date(),
        at=f"{local:%H:%M}",
        read=read,
        changed=", ".join(parts) or words.say("history.unchanged"),
    )


def _source(source: SourceReport, words: Catalogue) -> str:
    return "".join(_parts(source, words))


def _parts(source: SourceReport, words: Catalogue) -> Iterator[str]:
    name = words.say(f"status.source_{source.name}")
    good = "read" if source.reliable else source.state.value
    yield words.say(f"history.source_{good}", source=name, items=source.items)
    if source.calls:
        yield words.say(
            "history.cost",
            calls=source.calls,
            credits=source.credits,
            seconds=words.number(source.seconds, 1),
        )


def _title(change: Change) -> str:
    thing = change.after if change.after is not None else change.before
    return "" if thing is None else thing.title


def _indented(text: str, columns: int) -> list[str]:
    return [_INDENT + line for line in wrap(clean(text), columns - len(_INDENT))]


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
