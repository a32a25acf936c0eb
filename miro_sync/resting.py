"""The last answer: what it rests on, how it is kept, and when it still stands.

The decision is a function of values. So, as long as nothing that it rests on has changed since a
run that itself changed nothing, the answer of that run is the answer: what a log tells of it is
kept apart, for the hourly sync tells no more and need not read the rest.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync.decisions import merged
from miro_sync.model import WorkedOut
from miro_sync.packed import digest, pack, unpack

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from miro_sync.model import Assessment, Decision, EventCalendar, Finding
    from miro_sync.ports import Memory
    from miro_sync.visiting import Call

    #: What was found, that compared with what was open, the plan, the sources known before.
    Answer = tuple[Assessment, tuple[Finding, ...], EventCalendar, tuple[str, ...]]


def basis_of(
    called: Call, memory: Memory, rules: tuple[str, dt.date, str], decisions: Sequence[Decision]
) -> str | None:
    """Sum up all that the decision rests on besides what is remembered; None where it is open.

    What is remembered is changed by runs alone, and one that changes it keeps no answer.

    Args:
        called: what one call on the sources brought.
        memory: holds what was decided.
        rules: a digest of the settings and of the program, the day to judge by, the time zone.
        decisions: what people decided besides what `memory` holds.

    """
    if called.seals is None:
        return None
    zone = ZoneInfo(rules[-1])
    seals = [
        (name, seal.digest, seal.read_at and seal.read_at.astimezone(zone).date())
        for name, seal in called.seals.items()
    ]
    return digest(rules, seals, merged(decisions, memory.decisions()))


def in_brief(answer: Answer, basis: str) -> WorkedOut | None:
    """Write down what a log tells of an answer; None where it cannot be written down."""
    found, *others = answer
    told = replace(
        found,
        verdicts=tuple(replace(one, evidence=()) for one in found.verdicts),
        questions=(),
        extra=(),
        vanished=(),
        duplicates=(),
        cards={},
        problems=(),
    )
    return _written((told, *others), basis)


def in_full(answer: Answer, basis: str) -> WorkedOut | None:
    """Write down an answer; None where it cannot be written down."""
    return _written(answer, basis)


def standing(kept: WorkedOut | None, basis: str | None, called: Call) -> Answer | None:
    """Return an answer that was kept, its sources with what this call cost.

    None where it rests on something else than `basis`, or cannot be read.
    """
    if kept is None or kept.basis != basis:
        return None
    try:
        assessment, *others = unpack(kept.payload)
    except ValueError:
        return None
    reports = []
    for report in assessment.sources:
        new, seal = called.reports.get(report.name), (called.seals or {})[report.name]
        told = report
        if new is not None:
            told = replace(new, items=report.items, tables_hint=report.tables_hint)
        reports.append(replace(told, read_at=seal.read_at or told.read_at))
    return (replace(assessment, sources=tuple(reports)), *others)


def _written(answer: tuple[object, ...], basis: str) -> WorkedOut | None:
    with suppress(TypeError):  # what cannot be written down is worked out anew
        return WorkedOut(basis, pack(answer))
    return None
