"""The commands: each module makes some, parses, calls one function of `app`, and shows the answer.

Only what parsing needs is imported here; what a command needs to run, it imports itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from miro_sync.commands import (
    access,
    deciding,
    judging,
    kpi,
    mailing,
    past,
    periods,
    publish,
    report,
    running,
    surveys,
    worker,
)

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue
    from miro_sync.telling.usage import Command

#: The order in which help shows the commands.
_ORDER = (
    "demo", "init", "doctor", "sync", "check-calendar", "centers", "kpi", "resources",
    "coverage", "report", "digest", "decide", "publish", "history", "state",
    "schedule", "status", "serve", "worker", "periods", "export-board", "login",
)  # fmt: skip

_MODULES = (
    judging, kpi, surveys, report, deciding, publish, past, access, periods, mailing, running,
    worker,
)  # fmt: skip


def all_commands(words: Catalogue) -> list[Command]:
    """Make every command in one language, in the order in which help shows them."""
    made = {one.name: one for module in _MODULES for one in module.commands(words)}
    return [made[name] for name in _ORDER]
