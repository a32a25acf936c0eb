"""The use case behind `kpi`: indicators of the sources as they are, or of the last good read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from miro_sync.app import check
from miro_sync.app.building import Progress
from miro_sync.errors import SettingsError
from miro_sync.model import IndicatorValue, say
from miro_sync.sync import Outcome


def indicators(  # noqa: PLR0913 - the options of the command
    config: Path,
    name: str | None = None,
    *,
    on: dt.date | None = None,
    as_of: dt.date | None = None,
    offline: bool = False,
    full: bool = False,
    progress: Progress | None = None,
) -> tuple[Outcome, tuple[IndicatorValue, ...]]:
    """Measure and judge the indicators without storing anything.

    Args:
        config: the project folder.
        name: the id of the one to be told; all of them without it.
        on: judge what is at hand as if today were this day.
        as_of: go back to what was known on that day; reads no source.
        offline: rest on the last complete reads.
        full: read the board whole even if it says that nothing changed.
        progress: is told items read and items expected (None while unknown) of a live board.

    Returns:
        What the run came to, and the indicators asked for.

    Raises:
        SettingsError: there is no such indicator, or as `check`.

    """
    outcome = check(config, on=on, as_of=as_of, offline=offline, full=full, progress=progress)
    values = outcome.measures.indicators
    if name is None:
        return outcome, values
    found = tuple(one for one in values if one.indicator.id.casefold() == name.strip().casefold())
    if not found:
        known = ", ".join(one.indicator.id for one in values) or "—"
        raise SettingsError(say("kpi.no_such", id=name, known=known))
    return outcome, found
