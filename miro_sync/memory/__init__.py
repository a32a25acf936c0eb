"""The state between runs, in a SQL database: what was read, what was found, since when."""

from importlib import import_module
from typing import TYPE_CHECKING

from miro_sync.memory.owner import Owner
from miro_sync.memory.store import SqlMemory
from miro_sync.memory.upkeep import Health, Purged

if TYPE_CHECKING:
    from miro_sync.memory.jobs import JobLog
    from miro_sync.memory.letters import MailLedger
else:
    #: What neither a sync nor a check needs, and the modules that are loaded for it.
    _ELSEWHERE = {"JobLog": "jobs", "MailLedger": "letters"}

    def __getattr__(name: str) -> object:
        if name not in _ELSEWHERE:
            raise AttributeError(name)
        return getattr(import_module(f"{__name__}.{_ELSEWHERE[name]}"), name)


__all__ = ["Health", "JobLog", "MailLedger", "Owner", "Purged", "SqlMemory"]
