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


class Running:
    """A server that runs; `host` is the folder of its socket."""

    def __init__(self, programs: Path, folder: Path, user: str | None, listen: str) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        self._data = folder / "data"
        self._options = f"-c listen_addresses='{listen}' -c unix_socket_directories={folder}"
        self.url = f"postgresql://tests@/postgres?host={folder}"

    def prepare(self) -> None:
        ours = ("-U", "tests", "-A", "trust", "-E", "UTF8")
        self._run("initdb", "-D", str(self._data), *ours)
        with (self._data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write("host all all samenet trust\n")

    def start(self) -> None:
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-o", self._options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(  # noqa: S603 - our own words
            (str(self._programs / program), *words),
            user=self._user,
            cwd=self._folder,
            check=True,
            capture_output=True,
            timeout=60,
        )


@contextmanager
def running(programs: Path, listen: str = "") -> Iterator[Running]:
    """Start a server on a Unix socket of its own, and on the addresses to listen on.

    The server refuses to run as root, so root hands it to `nobody`.
    """
    # `nobody` must reach it, and the path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="miro-sync-pg-", dir="/tmp"))
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        import pwd  # noqa: PLC0415 - only where there are such users

        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    server = Running(programs, folder, user, listen)
    try:
        server.prepare()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start a server; yields the URL of a database without tables."""
    with running(programs) as one:
        yield one.url
