"""What is late, new, still open, settled and ahead, counted as the terminal counts it.

A line is an event in one of its periods with all centres that it concerns
(`miro_sync.telling.lines`). What was late before anything was ever stored is set aside and only
counted. What is *new* is so against the last letter and not against the last run: a run comes
every hour, and nobody is told the same thing twice as news.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from miro_sync.findings import LATE
from miro_sync.letter import Figures
from miro_sync.model import FLAGGED, CenterState, FindingState, Period, Status
from miro_sync.telling.lines import (
    Line,
    backlog,
    by_date,
    is_aside,
    lines,
    of_center,
    worst_first,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from miro_sync.model import CenterActivity, MovedCard, Verdict
    from miro_sync.overview import Overview

#: How far ahead a letter looks.
AHEAD_DAYS = 14

#: What is late for longer is one line for all of it.
CHRONIC_DAYS = 56

#: A centre that is silent for longer is for the director to decide about.
LONG_SILENCE_DAYS = 28

_COMING = frozenset({Status.PLANNED, Status.DUE_SOON, Status.RUNNING})


@dataclass(frozen=True, slots=True)
class Clash:
    """Events that one or several centres have on one and the same day.

    Attributes:
        lines: at least two. centers: their ids, at least one.

    """

    day: dt.date
    lines: tuple[Line, ...]
    centers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A project, or one centre of it, as a letter tells it.

    Attributes:
        late: lines without a mark or a trace, worst first; `new` and `chronic` are parts of it.
        moved: cards on another date than planned. moved_lines: lines of that status which no such
            card explains.
        closed: lines with the verdicts that were late in the last letter and are settled.
        ahead: lines that begin or end within the next fourteen days, by date.
        subjects: keys of the occurrences that are late, and of those that were told as late and of
            which nothing can be said now.

    """

    today: dt.date
    trustworthy: bool
    late: tuple[Line, ...]
    new: tuple[Line, ...]
    chronic: tuple[Line, ...]
    moved: tuple[MovedCard, ...]
    moved_lines: tuple[Line, ...]
    closed: tuple[tuple[Line, tuple[Verdict, ...]], ...]
    ahead: tuple[Line, ...]
    clashes: tuple[Clash, ...]
    silent: tuple[CenterActivity, ...]
    waiting: int
    subjects: frozenset[str]

    @property
    def still(self) -> tuple[Line, ...]:
        """Lines that were told before and are not yet chronic, the oldest first."""
        known = {*map(id, self.new), *map(id, self.chronic)}
        rest = [line for line in self.late if id(line) not in known]
        return tuple(sorted(rest, key=lambda line: -line.worst.days_late))

    def figures(self, *, decisions: int = 0, questions: int = 0) -> Figures:
        """Return the numbers."""
        return Figures(
            missed=sum(line.status is Status.MISSED for line in self.late),
            overdue=sum(line.status is Status.OVERDUE for line in self.late),
            moved=len(self.moved) + len(self.moved_lines),
            new=len(self.new),
            chronic=len(self.chronic),
            waiting=self.waiting,
            closed=len(self.closed),
            ahead=len(self.ahead),
            silent=len(self.silent),
            decisions=decisions,
            questions=questions,
        )


def standing(
    overview: Overview, center_id: str | None = None, told: Collection[str] | None = None
) -> Standing:
    """Sort what there is to say.

    Args:
        overview: the project on the day of the letter.
        center_id: keep to what is this centre's own.
        told: keys of the occurrences that the last letter told as late; without a last letter,
            those that were late a week ago as far as that is known.

    """
    assessment, findings = overview.assessment, overview.findings
    if center_id is not None:
        assessment, findings = of_center(assessment, findings, center_id)
    if told is None:
        told = _late_a_week_ago(overview)
    aside = backlog(findings)
    table = lines(assessment)
    shown = [line for line in table if not is_aside(line, aside)]
    moved = tuple(one for one in assessment.moved if one.occurrence.key not in aside)
    explained = {one.occurrence.key for one in assessment.moved}
    late = tuple(
        line
        for line in worst_first(shown)
        if line.status in FLAGGED and line.status is not Status.MOVED
    )
    new = tuple(line for line in late if any(key not in told for key in _keys(line, aside)))
    fresh = set(map(id, new))
    chronic = tuple(
        line for line in late if id(line) not in fresh and line.worst.days_late > CHRONIC_DAYS
    )
    ahead = tuple(by_date([line for line in table if _is_ahead(line, assessment.today)]))
    unsettled = {
        verdict.occurrence.key
        for verdict in assessment.verdicts
        if verdict.occurrence.key in told and verdict.status is Status.UNKNOWN
    }
    everyone = tuple(one.id for one in overview.project.centers)
    now = {key for line in shown for key in _keys(line, aside)}
    now |= {one.occurrence.key for one in moved}
    return Standing(
        today=assessment.today,
        trustworthy=assessment.trustworthy,
        late=late,
        new=new,
        chronic=chronic,
        moved=moved,
        moved_lines=tuple(
            line
            for line in worst_first(shown)
            if line.status is Status.MOVED and line.worst.occurrence.key not in explained
        ),
        closed=tuple(_closed(table, told, now)),
        ahead=ahead,
        clashes=tuple(_clashes(ahead, _soon(assessment.today), everyone)),
        silent=tuple(
            sorted(
                (one for one in assessment.centers if one.state is CenterState.INACTIVE),
                key=lambda one: -(one.days_silent or 0),
            )
        ),
        waiting=sum(is_aside(line, aside) for line in table),
        subjects=frozenset(now | unsettled),
    )


def _late_a_week_ago(overview: Overview) -> frozenset[str]:
    if overview.earlier is None:
        return frozenset()
    return frozenset(
        one.subject
        for one in overview.earlier.findings
        if one.kind in _LATE_KINDS and one.state is not FindingState.RESOLVED and not one.backlog
    )


_LATE_KINDS = frozenset({"missed", "overdue", "moved"})


def _keys(line: Line, aside: Collection[str]) -> list[str]:
    """Return the keys of what is late in a line and not set aside."""
    late = (verdict.occurrence.key for verdict in line.of(*FLAGGED))
    return [key for key in late if key not in aside]


def _closed(
    table: Collection[Line], told: Collection[str], now: Collection[str]
) -> list[tuple[Line, tuple[Verdict, ...]]]:
    """Return what was told as late and is settled: held, cancelled, moved by a decision.

    What is only asked about, or cannot be seen now, is neither late nor settled.
    """
    found = []
    for line in table:
        settled = tuple(
            verdict
            for verdict in line.verdicts
            if verdict.occurrence.key in told
            and verdict.occurrence.key not in now
            and verdict.status not in LATE
            and verdict.status is not Status.UNKNOWN
        )
        if settled:
            found.append((line, settled))
    return found


def _soon(today: dt.date) -> Period:
    return Period(today, today + dt.timedelta(days=AHEAD_DAYS))


def _is_ahead(line: Line, today: dt.date) -> bool:
    """Tell whether a line begins, or ends while it runs, within the next days."""
    if line.period is None or not line.of(*_COMING):
        return False
    soon = _soon(today)
    return line.period.start in soon or (line.period.start < today and line.period.end in soon)


def _clashes(ahead: Collection[Line], soon: Period, everyone: tuple[str, ...]) -> list[Clash]:
    """Find the days on which a centre has two events: one bus, one room, one teacher.

    The day is that of a card where it names one, else the event's own if it lasts one day. An
    event of the network takes the day of every centre. The same pair in several centres is one
    clash.
    """
    busy: dict[tuple[dt.date, str], dict[int, Line]] = {}
    by_id = {id(line): line for line in ahead}
    for line in ahead:
        for verdict in line.of(*_COMING):
            center = verdict.occurrence.center_id
            for day in _days(line, verdict):
                for one in everyone if center is None else (center,):
                    if day in soon:
                        busy.setdefault((day, one), {})[id(line)] = line
    shared: dict[tuple[dt.date, tuple[int, ...]], list[str]] = {}
    for (day, center), some in busy.items():
        if len(some) > 1:
            shared.setdefault((day, tuple(some)), []).append(center)
    return [
        Clash(day, tuple(by_id[one] for one in ids), tuple(centers))
        for (day, ids), centers in sorted(shared.items(), key=lambda item: item[0][0])
    ]


def _days(line: Line, verdict: Verdict) -> set[dt.date]:
    named = {
        period.start
        for one in verdict.evidence
        if one.card.date is not None
        for period in one.card.date.facts
        if period.start == period.end
    }
    if named:
        return named
    period = line.period
    return {period.start} if period is not None and period.start == period.end else set()
