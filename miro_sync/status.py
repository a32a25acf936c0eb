"""How a project stands for those who run the program: a value, and what a monitor makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from miro_sync.timetable import JobRun

#: What `ProjectStatus.code` may be: as the exit codes of the commands.
FINE, LATE, BROKEN, UNREAD, DEFECT = 0, 1, 2, 3, 70


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source.

    Attributes:
        state: of the last run, as `SourceReport.state`; "" before the first one.
        read_at: when it was last read completely, UTC.

    """

    name: str
    state: str
    read_at: dt.datetime | None

    @property
    def is_read(self) -> bool:
        """Whether the last run rests on what the source holds now."""
        return self.state in {"fresh", "unchanged", "absent"}


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job of the timetable.

    Attributes:
        last: how it ended last; None where this program's timetable never did it.
        next_at: when it is done next if the timetable is kept, UTC; None for never.

    """

    job: str
    last: JobRun | None
    next_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """How one project stands.

    Attributes:
        name: among the projects of the installation. title: as people call it.
        timezone: IANA name.
        sources: those that the settings name.
        last_run: when the last run was stored, UTC. last_letter: when a letter last left, UTC.
        jobs: those that the timetable has.
        open_findings: without the backlog.
        at_work: a sync is at work at this moment.
        is_kept: whether anybody ever kept the timetable.
        is_late: the last run is older than the timetable lets it be.
        runs: number of the last run, 0 before the first one.
        error: why nothing can be said of it.

    """

    name: str
    title: str = ""
    timezone: str = "UTC"
    sources: Sequence[SourceStatus] = ()
    last_run: dt.datetime | None = None
    last_letter: dt.datetime | None = None
    jobs: Sequence[JobStatus] = ()
    open_findings: int = 0
    at_work: bool = False
    is_kept: bool = False
    is_late: bool = False
    runs: int = 0
    error: Exception | None = None
    error_code: int = 0

    @property
    def code(self) -> int:
        """What a monitor is told.

        In this order: 2 the settings are broken, 3 the state or a source cannot be read, or
        nothing was ever read, 1 the last run is too old or a job has failed, 0 all is well.
        """
        if self.error is not None:
            return self.error_code
        if self.last_run is None or not all(source.is_read for source in self.sources):
            return UNREAD
        failed = any(
            job.last is not None and job.last.code not in {0, 1, 75, None} for job in self.jobs
        )
        return LATE if self.is_late or failed else FINE
