"""Which verdicts share one line of a table, in which order lines stand, and what is flagged.

An event that concerns every centre has one verdict per centre; a reader sees it as one line per
period («8 из 11, нет: …»).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from miro_sync.model import FLAGGED, CenterState, FindingState, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from miro_sync.model import Assessment, Event, EventCard, Finding, Period, Verdict

#: Worst first: a line that holds several statuses is called by the first of these it holds.
SEVERITY = (
    Status.MISSED,
    Status.OVERDUE,
    Status.MOVED,
    Status.UNCONFIRMED,
    Status.UNKNOWN,
    Status.UNDATED,
    Status.AWAITING,
    Status.RUNNING,
    Status.DUE_SOON,
    Status.PLANNED,
    Status.HELD,
    Status.CANCELLED,
)

_RANK = {status: rank for rank, status in enumerate(SEVERITY)}


@dataclass(frozen=True, slots=True)
class Line:
    """An event in one of its periods, with the verdicts on all whom it concerns.

    Attributes:
        verdicts: never empty, in the order of the assessment.

    """

    event: Event
    period: Period | None
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> Status:
        """The worst status among the verdicts."""
        return min((verdict.status for verdict in self.verdicts), key=_RANK.__getitem__)

    @property
    def worst(self) -> Verdict:
        """The verdict the line is about: of the worst status, the one that is latest."""
        return min(self.verdicts, key=lambda verdict: (_RANK[verdict.status], -verdict.days_late))

    @property
    def shared(self) -> bool:
        """Whether the line speaks of several centres."""
        return len(self.verdicts) > 1

    def of(self, *statuses: Status) -> tuple[Verdict, ...]:
        """Return the verdicts that have one of the statuses."""
        return tuple(verdict for verdict in self.verdicts if verdict.status in statuses)


def lines(assessment: Assessment) -> tuple[Line, ...]:
    """Gather the verdicts into lines, in the order in which the events first appear."""
    groups: dict[tuple[str, Period | None], list[Verdict]] = {}
    for verdict in assessment.verdicts:
        occurrence = verdict.occurrence
        groups.setdefault((occurrence.event.key, occurrence.period), []).append(verdict)
    return tuple(
        Line(verdicts[0].occurrence.event, period, tuple(verdicts))
        for (_, period), verdicts in groups.items()
    )


def worst_first(some: Sequence[Line]) -> list[Line]:
    """Order lines by status, then by lateness, then as they came."""
    return sorted(some, key=lambda line: (_RANK[line.status], -line.worst.days_late))


def by_date(some: Sequence[Line]) -> list[Line]:
    """Order lines by the first day of their period, then by the last; undated ones at the end."""
    return sorted(
        some,
        key=lambda line: (
            (line.period.start, line.period.end) if line.period else (dt.date.max, dt.date.max)
        ),
    )


def flagged(assessment: Assessment, aside: Collection[str] = ()) -> bool:
    """Tell whether anything is for the director to see (exit code 1).

    That is an occurrence that is not marked, without a trace or moved, a card moved without a
    decision whatever the status, or a silent centre.

    Args:
        assessment: what is judged.
        aside: keys of occurrences that wait in the backlog; see `backlog`.

    """
    return (
        any(moved.occurrence.key not in aside for moved in assessment.moved)
        or any(
            verdict.status in FLAGGED and verdict.occurrence.key not in aside
            for verdict in assessment.verdicts
        )
        or any(center.state is CenterState.INACTIVE for center in assessment.centers)
    )


def backlog(findings: Iterable[Finding], *, new: bool = True) -> frozenset[str]:
    """Return the keys of the occurrences that were late before anything was ever stored.

    Args:
        findings: of this run.
        new: with those that this very run set aside.

    """
    return frozenset(
        one.subject
        for one in findings
        if one.backlog
        and one.state is not FindingState.RESOLVED
        and (new or one.state is not FindingState.NEW)
    )


def is_aside(line: Line, aside: Collection[str]) -> bool:
    """Tell whether all that is late in a line waits in the backlog."""
    late = [v.occurrence.key for v in line.verdicts if v.status in FLAGGED]
    return bool(late) and all(key in aside for key in late)


def of_center(
    assessment: Assessment, findings: Sequence[Finding], center_id: str
) -> tuple[Assessment, tuple[Finding, ...]]:
    """Keep what concerns one centre: its occurrences, its cards, its own activity.

    Events of the whole network and problems of the input are left out: they are nobody's in
    particular.
    """

    def own(card: EventCard) -> bool:
        return card.center_id == center_id

    verdicts = tuple(v for v in assessment.verdicts if v.occurrence.center_id == center_id)
    occurrences = {verdict.occurrence.key for verdict in verdicts}
    questions = tuple(
        question
        for question in assessment.questions
        if own(assessment.cards[question.card_id])
        or any(key in occurrences for key, _ in question.candidates)
    )
    narrowed = replace(
        assessment,
        verdicts=verdicts,
        questions=questions,
        moved=tuple(
            moved
            for moved in assessment.moved
            if own(moved.card) or moved.occurrence.center_id == center_id
        ),
        extra=tuple(filter(own, assessment.extra)),
        vanished=tuple(filter(own, assessment.vanished)),
        duplicates=tuple(pair for pair in assessment.duplicates if own(pair[0])),
        centers=tuple(one for one in assessment.centers if one.center.id == center_id),
        problems=(),
    )
    subjects = {
        center_id,
        *occurrences,
        *(card.id for card in assessment.cards.values() if own(card)),
        *(card.id for card in narrowed.vanished),
    }
    return narrowed, tuple(finding for finding in findings if finding.subject in subjects)
