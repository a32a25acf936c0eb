"""The state between runs, in a SQL database: what was read, what was found, since when."""

from miro_sync.memory.store import SqlMemory

__all__ = ["SqlMemory"]
