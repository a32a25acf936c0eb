"""What people decided, as lines of text."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync.model import DecisionKind
from miro_sync.telling.display import clean, wrap
from miro_sync.telling.phrases import days
from miro_sync.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import Decision, Project

DECISIONS_SCHEMA = "miro-sync/decisions/1"

#: Those who have a word of their own; anybody else is «ответственный».
ROLES = ("director", "coordinator", "methodist")
_INDENT = 6


def kept(decision: Decision, words: Catalogue, typed: str = "") -> str:
    """Say that a decision was noted, and under which number.

    Where its subject was `typed` in other words than its key, in those: an event without a code has
    a key that nobody ever saw.
    """
    if decision.kind is not DecisionKind.UNDO and typed and fold(typed) != fold(decision.subject):
        decision = replace(decision, subject=words.say("decisions.titled", title=typed))
    return clean(words.say("decisions.kept", number=decision.number, what=what(decision, words)))


def what(decision: Decision, words: Catalogue) -> str:
    """Say what was decided: «перенос, E07, 10.10–20.10.2023»."""
    kind = words.say(f"decisions.kind_{decision.kind.name.lower()}")
    subject = decision.subject
    if decision.kind is DecisionKind.UNDO:
        return words.say("decisions.what_undo", number=decision.undoes, what=subject)
    said = (
        words.say("decisions.what", kind=kind, subject=subject)
        if decision.card_id is None
        else words.say("decisions.what_card", kind=kind, subject=subject, card=decision.card_id)
    )
    if decision.period is None:
        return said
    return words.say("decisions.what_days", what=said, days=days(decision.period, words))


def table(  # noqa: PLR0913 - what is told, to whom, how wide
    decisions: Sequence[Decision],
    undone: Collection[int],
    project: Project,
    words: Catalogue,
    columns: int,
    *,
    titles: Mapping[str, str] | None = None,
) -> str:
    """Return all decisions as text, oldest first, each with its number, day, role and reason.

    Args:
        decisions: oldest first.
        undone: the numbers of those that were taken back.
        project: days are told in its time zone.
        words: the language.
        columns: the width.
        titles: of the events without a code, by their keys, which nobody ever saw.

    """
    if not decisions:
        return words.say("decisions.none")
    lines: list[str] = []
    zone = ZoneInfo(project.timezone)
    for one in (_titled(one, titles or {}, words) for one in decisions):
        number = words.say("decisions.from_file") if one.number is None else f"№ {one.number}"
        role = one.role if one.role in ROLES else "other"
        said = words.say(
            "decisions.said",
            made=one.made_at.astimezone(zone).date(),
            by=words.say("reconcile.decision", by=words.say(f"reconcile.by_{role}")),
            why=words.say("decisions.why", text=one.why) if one.why else "",
            undone=words.say("decisions.undone") if one.number in undone else "",
        )
        first, *rest = wrap(clean(f"{number}  {what(one, words)}"), columns)
        lines += [first, *(" " * _INDENT + line for line in rest)]
        lines += [" " * _INDENT + line for line in wrap(clean(said), columns - _INDENT)]
    return "\n".join(lines)


def _titled(decision: Decision, titles: Mapping[str, str], words: Catalogue) -> Decision:
    key = next((key for key in titles if decision.subject.startswith(key)), None)
    if key is None:
        return decision
    title = titles[key] + decision.subject.removeprefix(key)
    return replace(decision, subject=words.say("decisions.titled", title=title))


def document(
    decisions: Sequence[Decision], undone: Collection[int], project: Project
) -> Mapping[str, object]:
    """Return all decisions for programs; moments in UTC, days ISO."""
    return {
        "schema": DECISIONS_SCHEMA,
        "project": {"name": project.name, "timezone": project.timezone},
        "decisions": [
            {
                "number": one.number,
                "kind": one.kind.value,
                "subject": one.subject,
                "card": one.card_id,
                "role": one.role,
                "made_at": f"{one.made_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
                "start": one.period.start.isoformat() if one.period else None,
                "end": one.period.end.isoformat() if one.period else None,
                "why": one.why,
                "source": one.source,
                "undoes": one.undoes,
                "undone": one.number is not None and one.number in undone,
            }
            for one in decisions
        ],
    }
