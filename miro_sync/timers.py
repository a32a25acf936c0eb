"""What an operating system's own timers are to be told, as the text of their files.

Each timer calls `schedule run --once` every few minutes: what is due is known from the state, so
one timer serves all jobs of all projects, and a call that was missed is made up for by the next.
"""

from __future__ import annotations

import codecs
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath
from xml.sax.saxutils import escape

#: The systems that a timer can be made for.
SYSTEMS = ("systemd", "cron", "windows")

#: Minutes between two calls.
EVERY = 15

_NAME = "miro-sync"


@dataclass(frozen=True, slots=True)
class Timer:
    """The files of a timer, in the order in which they are put in place.

    Attributes:
        files: (name, content).
        commands: what is typed to set it up.

    """

    files: Sequence[tuple[str, bytes]]
    commands: Sequence[str]


def systemd(program: Sequence[str], folder: str, *, environment: str | None = None) -> Timer:
    """Make a service and a timer of systemd for one user of a machine.

    `Persistent=true` makes up for a call that the machine slept through.

    Args:
        program: how miro-sync is called, with absolute paths.
        folder: of the installation, absolute.
        environment: a file with the tokens, absolute; it may be absent.

    """
    called = " ".join(map(_systemd_quoted, (*program, *_arguments(folder))))
    secrets = "" if environment is None else f"EnvironmentFile=-{_systemd_path(environment)}\n"
    service = (
        "[Unit]\n"
        "Description=miro-sync: the jobs that are due\n"
        "Wants=network-online.target\n"
        "After=network-online.target\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"{secrets}"
        f"ExecStart={called}\n"
        "SuccessExitStatus=1 75\n"
        "TimeoutStartSec=1h\n"
        "NoNewPrivileges=true\n"
        "PrivateTmp=true\n"
    )
    timer = (
        "[Unit]\n"
        "Description=miro-sync: look what is due\n"
        "\n"
        "[Timer]\n"
        f"OnCalendar=*:0/{EVERY}\n"
        "Persistent=true\n"
        "RandomizedDelaySec=60\n"
        "\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )
    return Timer(
        [(f"{_NAME}.service", service.encode()), (f"{_NAME}.timer", timer.encode())],
        [
            "mkdir -p ~/.config/systemd/user",
            f"cp {_NAME}.service {_NAME}.timer ~/.config/systemd/user/",
            "systemctl --user daemon-reload",
            f"systemctl --user enable --now {_NAME}.timer",
            "loginctl enable-linger",
            f"systemctl --user list-timers {_NAME}.timer",
        ],
    )


def cron(program: Sequence[str], folder: str) -> Timer:
    """Make a line of a crontab.

    cron calls nothing that was missed; the next call does what is due.
    """
    # In a crontab "%" ends the command, even within quotes.
    called = shlex.join([*program, *_arguments(folder)]).replace("%", r"\%")
    line = f"*/{EVERY} * * * * {called}\n"
    return Timer([(f"{_NAME}.cron", line.encode())], ["crontab -e"])


def windows(program: Sequence[str], folder: str) -> Timer:
    """Make a task of the Windows Task Scheduler, which needs no administrator.

    It runs while the user is logged on, is started when the machine was off at the time, does not
    run twice at once and minds no battery. The file is UTF-16, as the scheduler writes it itself.
    """
    arguments = " ".join(map(_windows_quoted, (*program[1:], *_arguments(folder))))
    at_home = str(PureWindowsPath(folder))
    task = f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>miro-sync: what is due in the event calendars</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Repetition>
        <Interval>PT{EVERY}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2024-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program[0])}</Command>
      <Arguments>{escape(arguments)}</Arguments>
      <WorkingDirectory>{escape(at_home)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
    content = codecs.BOM_UTF16_LE + task.replace("\n", "\r\n").encode("utf-16-le")
    return Timer(
        [(f"{_NAME}.xml", content)],
        [
            f"schtasks /Create /TN {_NAME} /XML {_NAME}.xml /F",
            f"schtasks /Run /TN {_NAME}",
            f"schtasks /Query /TN {_NAME} /V /FO LIST",
        ],
    )


def _arguments(folder: str) -> tuple[str, ...]:
    return ("schedule", "run", "--once", "--projects", folder)


def _systemd_quoted(word: str) -> str:
    """Quote a word of ExecStart: "%" and "$" mean something there, even within quotes."""
    inner = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{inner}"'


def _systemd_path(path: str) -> str:
    """Write the path of an EnvironmentFile, which is taken to the end of the line unquoted."""
    return path.replace("%", "%%")


def _windows_quoted(word: str) -> str:
    """Quote a word as programs of Windows take their command line apart."""
    tail = len(word) - len(word.rstrip("\\"))
    inner = word.replace('"', r"\"")
    doubled = inner + "\\" * tail  # a lone backslash would take the closing quote with it
    return f'"{doubled}"' if tail or " " in word or not word.isascii() else inner
