"""A job watched from outside: a dead-man service hears when it begins and how it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from miro_sync.errors import BusyError, LockLostError, MiroSyncError, SettingsError
from miro_sync.model import SourceReport, say
from miro_sync.settings import Settings, secret
from miro_sync.settings.links import ping_url

_DEFECT = 70


class _Assessed(Protocol):
    @property
    def sources(self) -> Sequence[SourceReport]: ...


class _Outcome(Protocol):
    @property
    def exit_code(self) -> int: ...

    @property
    def assessment(self) -> _Assessed: ...


_Some = TypeVar("_Some", bound=_Outcome)


def address(settings: Settings | None) -> str | None:
    """Return the address of the dead-man service: the project's, else MIRO_SYNC_PING_URL.

    Raises:
        SettingsError: what the environment names is no address.

    """
    if settings is not None and settings.ping is not None:
        return settings.ping
    given = secret("MIRO_SYNC_PING_URL", os.environ)
    try:
        return None if given is None else ping_url(given)
    except ValueError as error:
        raise SettingsError(say("schedule.ping_address")) from error


def watched(settings: Settings, sync: Callable[[], _Some]) -> _Some:
    """Do a sync; the dead-man service hears of its start, its success or its failure.

    A run beside another one says nothing: the other one will.
    """
    url = address(settings)
    if url is None:
        return sync()
    from miro_sync.pinging import ping  # noqa: PLC0415 - most projects have no such service

    ping(url, "start")
    try:
        outcome = sync()
    except BusyError:
        raise
    except Exception as error:
        told_of_failure(url, "sync", error)
        raise
    states = " ".join(f"{one.name}={one.state.value}" for one in outcome.assessment.sources)
    line = f"sync code={outcome.exit_code} {states}"
    ping(url, "fail" if outcome.exit_code else "success", line)
    return outcome


def told_of_failure(url: str | None, job: str, error: Exception) -> None:
    """Tell the dead-man service that a job failed: its code and the name of the reason alone.

    A run that was too late, or lost its lock, says nothing: the one that took its place will.
    """
    if url is None or isinstance(error, BusyError | LockLostError):
        return
    from miro_sync.pinging import ping  # noqa: PLC0415 - as above

    code, reason = _DEFECT, type(error).__name__
    if isinstance(error, MiroSyncError):
        code, reason = error.exit_code, error.message.key
    ping(url, "fail", f"{job} code={code} reason={reason}")
