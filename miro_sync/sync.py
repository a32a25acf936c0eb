"""Use cases of the main job: look at the sources and judge them; keep what was found.

`look` reads and decides and writes nothing; `keep` is the one write that follows. A rehearsal on
another day, a check and the hourly sync differ only in whether `keep` is called.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from miro_sync import findings
from miro_sync.assessment import assess
from miro_sync.calendar import work_days
from miro_sync.model import Assessment, Decision, EventCalendar, Finding, Project, SourceState
from miro_sync.ports import Memory
from miro_sync.reading import Doors, read_sources


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look at the sources came to.

    Attributes:
        findings: compared with what was open after the last stored run.

    """

    project: Project
    calendar: EventCalendar
    assessment: Assessment
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """3 when a configured source could not be read whole, else 0."""
        named = [one for one in self.assessment.sources if one.state is not SourceState.ABSENT]
        return 0 if all(source.reliable for source in named) else 3


def look(  # noqa: PLR0913 - the inputs of the decision
    project: Project,
    doors: Doors,
    memory: Memory,
    *,
    today: dt.date,
    decisions: Sequence[Decision] = (),
    offline: bool = False,
) -> Outcome:
    """Read the sources and judge them as of one local day.

    Args:
        project: the project's rules, centres and people.
        doors: where the sources are.
        memory: the state; it is only read.
        today: the local day to judge by.
        decisions: what people decided, oldest first.
        offline: read nothing and rest on the last complete reads.

    Raises:
        SourceError, SettingsError: there is no calendar to hold anything against.
        StateError: the state cannot be read.

    """
    days = work_days(project)
    remembered = memory.remembered()
    read = read_sources(project, doors, memory, offline=offline)
    assessment = assess(
        project,
        read.calendar,
        read.snapshot,
        read.cards,
        remembered=remembered,
        decisions=decisions,
        today=today,
        deadline_of=lambda day: days.add(day, project.rules.grace_days),
    )
    found = findings.compare(assessment, remembered.findings, today)
    return Outcome(project, read.calendar, assessment, found)


def keep(outcome: Outcome, memory: Memory, *, now: dt.datetime, program: str) -> None:
    """Store a look at the sources as a run, in one transaction; raises `StateError`."""
    memory.store_run(
        stored_at=now,
        today=outcome.assessment.today,
        program=program,
        sources=outcome.assessment.sources,
        events=outcome.calendar.events,
        cards=tuple(outcome.assessment.cards.values()),
        findings=outcome.findings,
    )
