"""The state between runs, in a SQL database: what was read, what was found, since when."""

from miro_sync.memory.jobs import JobLog
from miro_sync.memory.letters import MailLedger
from miro_sync.memory.owner import Owner
from miro_sync.memory.store import SqlMemory
from miro_sync.memory.upkeep import Health, Purged

__all__ = ["Health", "JobLog", "MailLedger", "Owner", "Purged", "SqlMemory"]
