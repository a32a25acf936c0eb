"""Failures that stop a command, and the words they carry.

Bad *data* is never an exception: it is a `miro_sync.model.Problem`, counted and shown, while the
rest is still processed. An exception here means that the run cannot give its answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from miro_sync.model import Message, Problem


class MiroSyncError(Exception):
    """A failure that is told to the user in one sentence, without a traceback.

    Attributes:
        message: what happened, whose it is and what to do, still without a language.
        problems: every single mistake behind it (a settings file is reported whole, not one
            mistake at a time). May be empty.
        exit_code: what the command returns (`ExitCode`).

    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: Message, problems: tuple[Problem, ...] = ()) -> None:
        """Keep what is to be said; the language is chosen where it is shown."""
        super().__init__(message.key)
        self.message = message
        self.problems = problems


class SettingsError(MiroSyncError):
    """The settings or the command line are wrong: the user's to mend (exit code 2)."""

    exit_code = 2


class SourceError(MiroSyncError):
    """The board, the table or the calendar could not be read (exit code 3)."""

    exit_code = 3


class StateError(MiroSyncError):
    """The state (database) could not be read or written (exit code 3)."""

    exit_code = 3


class LockLostError(StateError):
    """The lock was lost, and another run may be at work: its word counts, not this one's."""


class BusyError(MiroSyncError):
    """Another sync of the same project is at work (exit code 75, "try again later")."""

    exit_code = 75


class MailError(MiroSyncError):
    """A letter could not be sent (exit code 3).

    Attributes:
        uncertain: it was handed over whole, and no answer came: it may have arrived.
        of_server: the server, the login or the sender is the trouble; no other letter of this run
            would fare better.

    """

    exit_code = 3

    def __init__(
        self, message: Message, *, uncertain: bool = False, of_server: bool = False
    ) -> None:
        """Keep what is to be said, and whom else it concerns."""
        super().__init__(message)
        self.uncertain = uncertain
        self.of_server = of_server
