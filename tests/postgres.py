"""A PostgreSQL server of the tests' own: found here, started without root, thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def found() -> Path | None:
    """Return the folder of the server's programs; None where there is no server."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    named = shutil.which("initdb")
    if named is not None:
        folders.append(Path(named).resolve().parent)
    return next((one for one in folders if (one / "initdb").exists()), None)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start a server on a Unix socket of its own; yields the URL of a database without tables.

    The server refuses to run as root, so root hands it to `nobody`.
    """
    # `nobody` must reach it, and the path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="miro-sync-pg-", dir="/tmp"))
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        import pwd  # noqa: PLC0415 - only where there are such users

        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run(  # noqa: S603 - our own words
            command, user=user, cwd=folder, check=True, capture_output=True, timeout=60
        )

    try:
        run(str(programs / "initdb"), "-D", str(data), "-U", "tests", "-A", "trust", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
        log = str(folder / "log")
        run(str(programs / "pg_ctl"), "-D", str(data), "-l", log, "-w", "-o", options, "start")
        try:
            yield f"postgresql://tests@/postgres?host={folder}"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
