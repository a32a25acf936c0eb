"""Which projects an installation holds: the folders, and nothing of what stands in them.

An installation is a folder of project folders, or one whose `installation.toml` names them:

    projects = ["kemerovo", "tomsk/schools"]

A project folder alone is an installation of one. Whether a project's settings can be read is found
out by whoever works with it: one broken project never stops the others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from miro_sync.errors import SettingsError
from miro_sync.model import Place, Problem, say

INSTALLATION_FILE = "installation.toml"
PROJECT_FILE = "project.toml"


@dataclass(frozen=True, slots=True)
class Installed:
    """A project of an installation.

    Attributes:
        name: what it is called among the others: its path within the installation, with "/".
        folder: the project folder, absolute.

    """

    name: str
    folder: Path


def discover(folder: Path) -> tuple[Installed, ...]:
    """Find the projects of an installation.

    Args:
        folder: holds `installation.toml`, or project folders, or is a project folder itself. An
            `installation.toml` alone decides; without it every sub-folder with a project.toml is a
            project, but for hidden ones.

    Returns:
        The projects in the order of `installation.toml`, else by name. A folder that is named
        there and holds no project is among them: it is told as broken when it is its turn.

    Raises:
        SettingsError: there is no such folder, no project in it, or `installation.toml` cannot
            be understood.

    """
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        raise SettingsError(say("installation.no_folder", folder=str(folder)))
    if (folder / INSTALLATION_FILE).is_file():
        found = tuple(_named(folder))
    elif (folder / PROJECT_FILE).is_file():
        found = (Installed(folder.name, folder),)
    else:
        found = tuple(_beside(folder))
    if not found:
        raise SettingsError(say("installation.empty", folder=str(folder)))
    return found


def _beside(folder: Path) -> Iterator[Installed]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise SettingsError(say("installation.no_folder", folder=str(folder))) from error
    for entry in entries:
        if not entry.name.startswith(".") and (entry / PROJECT_FILE).is_file():
            yield Installed(entry.name, entry)


def _named(folder: Path) -> Iterator[Installed]:
    path = folder / INSTALLATION_FILE
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SettingsError(say("installation.unreadable", path=str(path))) from error
    listed = document.pop("projects", None)
    mistakes = [
        Problem(say("installation.unknown_key", name=name), Place(INSTALLATION_FILE, key=name))
        for name in document
    ]
    place = Place(INSTALLATION_FILE, key="projects")
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        mistakes.append(Problem(say("installation.no_list"), place))
        listed = []
    seen: set[Path] = set()
    found = []
    for text in listed:
        project = (folder / text.strip()).resolve()
        if not text.strip():
            mistakes.append(Problem(say("installation.blank"), place))
        elif project in seen:
            mistakes.append(Problem(say("installation.twice", name=text), place))
        seen.add(project)
        found.append(Installed(text.strip().replace("\\", "/").strip("/"), folder / text.strip()))
    if mistakes:
        raise SettingsError(say("installation.broken", path=str(path)), tuple(mistakes))
    yield from found
