"""The use case `init`: a new project folder, commented, that loads without a mistake."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from miro_sync.errors import SettingsError
from miro_sync.model import Place, Problem, say

if TYPE_CHECKING:
    from pathlib import Path

#: The files of a project folder, in the order in which one fills them in.
FILES = ("project.toml", "centers.toml", "calendar.csv", "kpi.toml", "tables.toml", "README.txt")
#: The one that is also what holds without it, so it is kept beside the settings that read it.
_DEFAULT = "tables.toml"


def init(folder: Path) -> tuple[Path, ...]:
    """Write a commented project folder; nothing that is there already is touched.

    Args:
        folder: made where it does not exist; other files in it do no harm.

    Returns:
        The files written, in the order in which one fills them in.

    Raises:
        SettingsError: when one of the files exists already (each is named in `problems`), the
            place is taken by a file, or nothing can be written there. Nothing is left behind.

    """
    if folder.exists() and not folder.is_dir():
        raise SettingsError(say("init.not_a_folder", folder=str(folder)))
    in_the_way = tuple(
        Problem(say("init.exists"), Place(name)) for name in FILES if (folder / name).exists()
    )
    if in_the_way:
        raise SettingsError(
            say("init.in_the_way", folder=str(folder), count=len(in_the_way)), in_the_way
        )
    package = resources.files("miro_sync")
    template, settings = package.joinpath("template"), package.joinpath("settings")
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            with (folder / name).open("xb") as file:
                written.append(folder / name)
                room = settings if name == _DEFAULT else template
                file.write(room.joinpath(name).read_bytes())
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise SettingsError(say("init.not_written", folder=str(folder))) from error
    return tuple(written)
