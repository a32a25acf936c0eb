"""A PostgreSQL server of the tests' own: found here, started without root, thrown away."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def found() -> Path | None:
    """Return the folder of the server's programs; None where there is no server."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    named = shutil.which("initdb")
    if named is not None:
        folders.append(Path(named).resolve().parent)
    return next((one for one in folders if (one / "initdb").exists()), None)


class Server:
    """A server on a Unix socket of its own, which a test may stop and start.

    Attributes:
        url: of a database without tables.

    """

    def __init__(self, programs: Path, folder: Path, user: str | None, listen: str) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        self._data = folder / "data"
        self._listen = listen
        # Two servers of one machine that listen on addresses, too, need two ports.
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"postgresql://tests@/postgres?host={folder}&port={self._port}"
        words = ("-D", str(self._data), "-U", "tests", "-A", "trust", "-E", "UTF8")
        self._run("initdb", *words)
        with (self._data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write("host all all samenet trust\n")

    def start(self) -> None:
        options = (
            f"-c listen_addresses='{self._listen}' -c port={self._port}"
            f" -c unix_socket_directories={self._folder}"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, as when the machine loses power."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(  # noqa: S603 - our own words
            [str(self._programs / program), *words],
            user=self._user,
            cwd=self._folder,
            check=True,
            capture_output=True,
            timeout=60,
        )


@contextmanager
def controlled(programs: Path, listen: str = "") -> Iterator[Server]:
    """Start a server, on some addresses, too; stopped at the end, if it runs, and thrown away.

    The server refuses to run as root, so root hands it to `nobody`.
    """
    # `nobody` must reach it, and the path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="miro-sync-pg-", dir="/tmp"))
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        import pwd  # noqa: PLC0415 - only where there are such users

        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    try:
        running = Server(programs, folder, user, listen)
        running.start()
        try:
            yield running
        finally:
            with suppress(subprocess.CalledProcessError):  # a test may have stopped it
                running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start a server; yields the URL of a database without tables."""
    with controlled(programs) as running:
        yield running.url
