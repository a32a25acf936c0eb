"""The timers of the operating system, made for this very program and folder."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from miro_sync import timers
from miro_sync.errors import SettingsError
from miro_sync.installation import discover
from miro_sync.model import say

#: Beside the projects: a file with the tokens, one NAME=value a line.
_SECRETS = "miro-sync.env"


def make(system: str, folder: Path, target: Path | None) -> timers.Timer:
    """Make the files of a timer, and write them where a folder is given.

    Args:
        system: one of `timers.SYSTEMS`.
        folder: an installation or a project folder.
        target: a folder for the files; None writes nothing.

    Raises:
        SettingsError: there are no projects, or the files cannot be written.

    """
    discover(folder)
    folder = folder.expanduser().absolute()
    if system == "systemd":
        made = timers.systemd(_program(), str(folder), environment=str(folder / _SECRETS))
    elif system == "cron":
        made = timers.cron(_program(), str(folder))
    else:
        made = timers.windows(_without_window() or _program(), str(folder))
    if target is not None:
        try:
            target.mkdir(parents=True, exist_ok=True)
            for name, content in made.files:
                (target / name).write_bytes(content)
        except OSError as error:
            raise SettingsError(say("schedule.install_failed", folder=str(target))) from error
    return made


def _without_window() -> tuple[str, ...] | None:
    """Return how to call this program without a console window, which would flash every time."""
    python = Path(sys.executable).with_name("pythonw.exe")
    return (str(python), "-m", "miro_sync") if python.is_file() else None


def _program() -> tuple[str, ...]:
    """Return how this program is called: as the command that was installed, or by its Python."""
    beside = Path(sys.executable).with_name("miro-sync")
    found = shutil.which(str(beside))
    return (found,) if found else (sys.executable, "-m", "miro_sync")
