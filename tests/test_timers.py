"""What the timers of the operating systems are told, read back as those systems read it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_world import one_project, two_projects

from miro_sync.cli import run
from miro_sync.timers import cron, systemd, windows

NS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
TAIL = ["schedule", "run", "--once", "--projects"]

#: What a folder may be called: letters, blanks and the signs that mean something to each system.
names = st.text("абв ЁйQ1._-%$'&()[]{}!@#^+=,;~`", min_size=1, max_size=20)
windows_names = names.map(lambda name: name.strip(" .") or "папка")

#: By Microsoft's schema of a task: the elements that each one may hold, and how each is written.
BOOLEAN, DURATION = r"true|false", r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?"
SCHEMA: dict[str, dict[str, str | None]] = {
    "Task": dict.fromkeys(("RegistrationInfo", "Triggers", "Principals", "Settings", "Actions")),
    "RegistrationInfo": {"Description": r".+"},
    "Triggers": {"TimeTrigger": None},
    "TimeTrigger": {
        "Repetition": None,
        "StartBoundary": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
        "Enabled": BOOLEAN,
    },
    "Repetition": {"Interval": DURATION, "StopAtDurationEnd": BOOLEAN},
    "Principals": {"Principal": None},
    "Principal": {
        "LogonType": "InteractiveToken|S4U|Password|Group",
        "RunLevel": "LeastPrivilege|HighestAvailable",
    },
    "Settings": {
        "MultipleInstancesPolicy": "Parallel|Queue|IgnoreNew|StopExisting",
        "DisallowStartIfOnBatteries": BOOLEAN,
        "StopIfGoingOnBatteries": BOOLEAN,
        "AllowHardTerminate": BOOLEAN,
        "StartWhenAvailable": BOOLEAN,
        "RunOnlyIfNetworkAvailable": BOOLEAN,
        "AllowStartOnDemand": BOOLEAN,
        "Enabled": BOOLEAN,
        "Hidden": BOOLEAN,
        "WakeToRun": BOOLEAN,
        "ExecutionTimeLimit": DURATION,
        "Priority": r"[0-9]|10",
    },
    "Actions": {"Exec": None},
    "Exec": {"Command": r".{1,260}", "Arguments": r".*", "WorkingDirectory": r'[^"]{1,260}'},
}


def task_of(content: bytes) -> ET.Element:
    assert content.startswith(b"\xff\xfe"), "UTF-16, little end first, and says so"
    assert b"\n\x00" in content
    assert "\n" not in content.decode("utf-16").replace("\r\n", "")
    return ET.fromstring(content)  # noqa: S314 - our own document


def held_to_schema(element: ET.Element) -> None:
    name = element.tag.removeprefix(NS)
    allowed = SCHEMA[name]
    children = [child.tag.removeprefix(NS) for child in element]
    assert sorted(children) == sorted(set(children)), f"{name} holds each element once"
    assert set(children) <= allowed.keys()
    for child in element:
        pattern = allowed[child.tag.removeprefix(NS)]
        if pattern is None:
            held_to_schema(child)
        else:
            assert re.fullmatch(pattern, child.text or ""), child.tag


def taken_apart(line: str) -> list[str]:
    """Take a command line apart by the rules of Windows' C run-time."""
    words: list[str] = []
    for match in re.finditer(r'(?:[^\s"]|"(?:\\.|[^"\\]|\\(?!"))*")+', line):
        word = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda found: found.group(1), match.group())
        words.append(re.sub(r"(\\+)$", lambda found: found.group(1)[::2], word))
    return words


@given(windows_names, windows_names)
def test_the_windows_task_is_what_the_scheduler_takes(folder: str, user: str) -> None:
    program = rf"C:\Users\{user}\venv\Scripts\pythonw.exe"
    at = rf"C:\{folder}"
    made = windows((program, "-m", "miro_sync"), at)

    ((name, content),) = made.files
    task = task_of(content)
    held_to_schema(task)
    assert name == "miro-sync.xml"
    assert task.get("version") == "1.2"
    principal = task.find(f".//{NS}Principal")
    actions = task.find(f"{NS}Actions")
    assert principal is not None
    assert actions is not None
    assert actions.get("Context") == principal.get("id")
    assert task.findtext(f".//{NS}Command") == program
    assert task.findtext(f".//{NS}WorkingDirectory") == at
    arguments = task.findtext(f".//{NS}Arguments") or ""
    assert taken_apart(arguments) == ["-m", "miro_sync", *TAIL, at]
    assert task.findtext(f".//{NS}StartWhenAvailable") == "true"
    assert task.findtext(f".//{NS}MultipleInstancesPolicy") == "IgnoreNew"


def test_a_whole_drive_keeps_its_backslash() -> None:
    arguments = task_of(windows(("p.exe",), "D:\\").files[0][1]).findtext(f".//{NS}Arguments")
    assert arguments is not None
    assert taken_apart(arguments) == [*TAIL, "D:\\"]


@given(names, names)
def test_a_crontab_line_calls_the_program_with_its_folder(folder: str, user: str) -> None:
    program, at = f"/home/{user}/bin/miro-sync", f"/srv/{folder}"
    ((_, content),) = cron((program,), at).files

    (line,) = content.decode().splitlines()
    *times, command = line.split(" ", 5)
    assert times == ["*/15", "*", "*", "*", "*"]
    assert not re.search(r"(?<!\\)%", command), "a bare per cent sign would end the command"
    assert shlex.split(command.replace(r"\%", "%")) == [program, *TAIL, at]


@given(names, names)
def test_a_systemd_service_calls_the_program_with_its_folder(folder: str, user: str) -> None:
    program, at = f"/home/{user}/bin/miro-sync", f"/srv/{folder}"
    files = dict(systemd((program,), at, environment=f"{at}/miro-sync.env").files)
    (started,) = re.findall(r"^ExecStart=(.*)$", files["miro-sync.service"].decode(), re.MULTILINE)

    words = re.findall(r'"((?:[^"\\]|\\.)*)"', started)
    read = [re.sub(r"\\(.)", r"\1", one).replace("%%", "%").replace("$$", "$") for one in words]
    assert read == [program, *TAIL, at]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    projects = two_projects(tmp_path / "100% $HOME «центры»")
    program = tmp_path / "мой bin" / "miro-sync"
    program.parent.mkdir()
    shutil.copy("/bin/true", program)
    for name, content in systemd((str(program),), str(projects)).files:
        (tmp_path / name).write_bytes(content)

    done = subprocess.run(  # noqa: S603 - our own words
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "miro-sync.timer")],  # noqa: S607 - found above
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    ours = [line for line in done.stderr.splitlines() if "miro-sync" in line]
    assert ours == []


@pytest.mark.parametrize(
    ("system", "files"),
    [
        ("systemd", ["miro-sync.service", "miro-sync.timer"]),
        ("cron", ["miro-sync.cron"]),
        ("windows", ["miro-sync.xml"]),
    ],
)
def test_the_command_writes_the_files_and_says_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], system: str, files: list[str]
) -> None:
    projects = two_projects(tmp_path)
    asked = ["schedule", "install", "--for", system, "--projects", str(projects)]
    assert run(asked) == 0
    assert "Ничего не записано" in " ".join(capsys.readouterr().out.split())

    target = tmp_path / "куда положить"
    assert run([*asked, "-o", str(target)]) == 0
    told = capsys.readouterr().out
    assert sorted(one.name for one in target.iterdir()) == files
    for command in {"systemd": ["enable --now", "enable-linger"], "cron": ["crontab -e"]}.get(
        system, ["schtasks /Create", "schtasks /Run"]
    ):
        assert command in told
    explained = told.partition("\n\n")[0].splitlines()
    assert max(map(len, explained)) <= 80


def test_on_windows_no_console_window_flashes_every_quarter_of_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("python.exe", "pythonw.exe"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    run(["schedule", "install", "--for", "windows", "--projects", str(two_projects(tmp_path))])
    told = capsys.readouterr().out

    assert f"<Command>{tmp_path / 'pythonw.exe'}</Command>" in told
    assert "-m miro_sync schedule run --once" in told


def test_what_is_due_is_done_without_a_console(tmp_path: Path) -> None:
    project = one_project(tmp_path / "project")
    without = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None;"
        "from miro_sync.cli import main; main()"
    )
    for folder, code in ((project, 0), (tmp_path / "nothing", 2)):
        words = ["schedule", "run", "--once", "--projects", str(folder)]
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", without, *words], check=False, timeout=60
        )
        assert done.returncode == code
    assert (project / "state" / "miro-sync.db").exists()
