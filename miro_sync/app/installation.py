"""The same done for every project of an installation; a broken one never stops the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from miro_sync.errors import MiroSyncError
from miro_sync.installation import Installed, discover
from miro_sync.memory import JobLog
from miro_sync.settings import load

_Some = TypeVar("_Some")

#: The codes of a command from the mildest to the worst.
_SEVERITY = (0, 1, 75, 3, 2, 70)

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Answer(Generic[_Some]):
    """What became of one project.

    Attributes:
        project: which.
        result: what the work returned; None where it failed.
        error: why it failed; anything but a `MiroSyncError` is a defect of the program.

    """

    project: Installed
    result: _Some | None = None
    error: Exception | None = None

    @property
    def code(self) -> int:
        """The exit code of a failure; 0 where there is a result, which has a code of its own."""
        if self.error is None:
            return 0
        return self.error.exit_code if isinstance(self.error, MiroSyncError) else 70


def each(projects: Sequence[Installed], work: Callable[[Path], _Some]) -> Iterator[Answer[_Some]]:
    """Do the work for one project after another, each answer as soon as it is there.

    Args:
        projects: in which order.
        work: is given the project folder.

    """
    for project in projects:
        try:
            yield Answer(project, work(project.folder))
        except Exception as error:  # noqa: BLE001 - whatever one project does, the others go on
            yield Answer(project, error=error)


def projects(folder: Path) -> tuple[Installed, ...]:
    """Return the projects of an installation; see `miro_sync.installation.discover`."""
    return discover(folder)


def longest_waiting_first(found: Sequence[Installed]) -> tuple[Installed, ...]:
    """Return projects in the order in which they are read.

    What one token or one account may read in a minute, the first ones may use up: so those whose
    last stored run is oldest come first, and who had to wait today is served first next time.
    """
    return tuple(sorted(found, key=_last_run))


def worst(codes: Sequence[int]) -> int:
    """Return the worst of some exit codes; one that is not known is a defect."""
    return max(
        codes, key=lambda code: _SEVERITY.index(code if code in _SEVERITY else 70), default=0
    )


def _last_run(project: Installed) -> dt.datetime:
    try:
        with closing(JobLog(load(project.folder).state_url)) as log:
            return log.stored_at() or _LONG_AGO
    except MiroSyncError:
        return _LONG_AGO  # it will be told why when it is its turn
