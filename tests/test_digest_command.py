"""The weekly mail through the whole program: files, state, a mail server on loopback."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from mail_server import DROP, HANG, Scripted, scripted
from sqlalchemy.engine import Engine
from test_job import CALENDAR, PROJECT, board, card

from miro_sync.cli import run

#: A Tuesday; its week's Monday was a working day. The next one, too.
DAY, NEXT = "2023-06-20", "2023-06-27"

CENTERS = """
[[center]]
id = "yaya-1"
name = "МБОУ «Яйская ООШ №1»"
frame = "Яйская ООШ №1"
email = "yaya@example.org"

[[center]]
id = "ishim"
name = "МБОУ «Ишимская ООШ»"
frame = "Ишимская ООШ"
email = "ishim@example.org"
"""

PEOPLE = """
[[person]]
role = "director"
email = "director@example.org"

[[person]]
role = "coordinator"
email = "coordinator@example.org"
"""

BOTH = card(1, "✅ Методический день", due="2023-04-19T17:00:00Z")
FIRST = card(2, "✅ Обновление карты ресурсов центра", "1", "2023-05-15T17:00:00Z")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project in which one centre has no card of what is planned since the first run."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "project.toml").write_text(PROJECT + PEOPLE, "utf-8")
    (folder / "centers.toml").write_text(CENTERS, "utf-8")
    (folder / "board.json").write_text(board((BOTH, FIRST)), "utf-8")
    for calendar in (CALENDAR.splitlines()[0] + "\nE00;Сбор;1 июня 2024;сеть", CALENDAR):
        # What is planned only after the first run is no backlog.
        (folder / "calendar.csv").write_text(calendar, "utf-8")
        assert run(["sync", "--config", str(folder), "--exit-zero"]) == 0
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path / "project")


def with_server(folder: Path, port: int, more: str = "") -> None:
    text = (
        f'\n[mail]\nsmtp = "smtp://127.0.0.1:{port}"\nfrom = "Календарь <calendar@example.org>"\n'
        f"patience_seconds = 0\ntimeout_seconds = 1\n{more}"
    )
    project = (folder / "project.toml").read_text("utf-8").partition("\n[mail]")[0]
    (folder / "project.toml").write_text(project + text, "utf-8")


@pytest.fixture
def server(folder: Path) -> Iterator[Scripted]:
    with scripted() as server:
        with_server(folder, server.port)
        yield server


def digest(folder: Path, *options: str, on: str = DAY) -> int:
    return run(["digest", "--config", str(folder), "--on", on, *options])


def readers(server: Scripted) -> list[str]:
    return [to.partition("@")[0] for to, _ in server.taken]


def text_of(letter: bytes) -> str:
    body = email.message_from_bytes(letter, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


# --- sent once ------------------------------------------------------------------------------------


def test_everybody_who_is_to_know_gets_one_letter_a_week(
    folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert digest(folder, "--send") == 0
    first = capsys.readouterr().out
    assert digest(folder, "--send") == 0
    second = capsys.readouterr().out

    assert readers(server) == ["director", "coordinator", "ishim"]
    assert "Отправлено писем: 3." in first
    assert "Яйская ООШ №1: сказать нечего" in first
    assert "Отправлено писем: 0." in second
    assert second.count("на этой неделе уже отправлено") == 3


def test_the_next_week_has_letters_of_its_own_with_the_next_number(
    folder: Path, server: Scripted
) -> None:
    digest(folder, "--send")
    digest(folder, "--send", on=NEXT)
    letters = dict(server.taken)

    assert readers(server) == ["director", "coordinator", "ishim"] * 2
    again = text_of(letters["director@example.org"])
    assert "Письмо № 2. Прошлое письмо — № 1 от 20.06.2023." in " ".join(again.split())
    assert "НОВОЕ" not in again
    assert "ПО-ПРЕЖНЕМУ (1)" in again
    ids = {email.message_from_bytes(one)["Message-ID"] for _, one in server.taken}
    assert len(ids) == 6


def test_a_letter_is_sent_again_only_when_a_person_asks_for_it(
    folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    digest(folder, "--send")
    assert digest(folder, "--again", "director") == 0
    letters = [one for to, one in server.taken if to.startswith("director")]
    capsys.readouterr()

    assert len(letters) == 2
    assert len({email.message_from_bytes(one)["Message-ID"] for one in letters}) == 1
    assert digest(folder, "--again", "nobody") == 2
    assert "Есть: director, coordinator, yaya-1, ishim" in capsys.readouterr().err


def test_no_address_is_kept_in_the_state(folder: Path, server: Scripted) -> None:
    digest(folder, "--send")

    for file in (folder / "state").iterdir():
        assert b"example.org" not in file.read_bytes().replace(b"@example.org>", b"")
        assert b"director@" not in file.read_bytes()
    assert len(server.taken) == 3


def test_a_centres_letter_asks_and_names_nobody_else(folder: Path, server: Scripted) -> None:
    digest(folder, "--send")
    text = text_of(dict(server.taken)["ishim@example.org"])

    assert "Обновление карт ресурсов центров" in text
    assert "Мероприятие состоялось?" in text
    assert "Яйская" not in text


# --- the numbers are those of check-calendar ------------------------------------------------------


def test_the_letter_counts_what_check_calendar_counts_on_the_same_day(
    folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    digest(folder, "--send")
    capsys.readouterr()
    run(["check-calendar", "--config", str(folder), "--on", DAY, "--offline", "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    text = " ".join(text_of(dict(server.taken)["director@example.org"]).split())

    assert told["summary"]["missed"] == 1
    assert "Просрочено: 1. Подробнее: нет следа — 1, новых — 1" in text
    assert "1 из 2, нет: Ишимская ООШ" in text


# --- looked at before -----------------------------------------------------------------------------


def test_without_options_it_says_what_would_go_to_whom(
    folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert digest(folder) == 0
    said = capsys.readouterr().out

    assert "Письма этой недели уходят 19.06.2023" in said
    assert "руководитель (director@example.org): пора отправлять" in said
    assert "1 просрочено — неделя 12–18 июня" in said
    assert "Ничего не отправлено" in said
    assert server.steps == []


def test_a_preview_writes_letters_and_touches_neither_server_nor_ledger(
    folder: Path, server: Scripted, tmp_path: Path
) -> None:
    state = (folder / "state" / "miro-sync.db").read_bytes()
    target = tmp_path / "письма"

    assert digest(folder, "--preview", str(target)) == 0
    assert digest(folder, "--preview", str(target)) == 0

    assert sorted(one.name for one in target.iterdir()) == [
        f"{name}.{ending}"
        for name in ("coordinator", "director", "ishim")
        for ending in ("eml", "html")
    ]
    message = email.message_from_bytes(
        (target / "director.eml").read_bytes(), policy=email.policy.default
    )
    assert message["Subject"] == "1 просрочено — неделя 12–18 июня"
    assert message["Date"].datetime.isoformat() == "2023-06-20T08:30:00+07:00"
    assert (folder / "state" / "miro-sync.db").read_bytes() == state
    assert server.steps == []


def test_a_preview_needs_no_mail_server_and_sending_does(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert digest(folder, "--preview", str(tmp_path / "out")) == 0
    assert digest(folder, "--send") == 2
    assert "[mail]" in capsys.readouterr().err


def test_a_preview_is_not_a_sending(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert digest(folder, "--preview", "out", "--send") == 2
    assert "--preview, или --send" in capsys.readouterr().err


def test_in_english(folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    assert digest(folder, "--send", "--lang", "en") == 0

    assert "Letters sent: 3." in capsys.readouterr().out
    message = email.message_from_bytes(server.taken[0][1], policy=email.policy.default)
    assert message["Subject"] == "1 overdue — week 12–18 June"
    assert message["Content-Language"] == "en"


# --- what it rests on -----------------------------------------------------------------------------


def test_before_the_first_sync_there_is_nothing_to_write_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project.toml").write_text(PROJECT + PEOPLE, "utf-8")
    (tmp_path / "calendar.csv").write_text(CALENDAR, "utf-8")
    (tmp_path / "board.json").write_text(board(()), "utf-8")

    assert digest(tmp_path, "--preview", str(tmp_path / "out")) == 3
    assert "miro-sync sync" in capsys.readouterr().err


def test_nobody_with_an_address_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    (folder / "centers.toml").write_text(re.sub("email = .*", "", CENTERS), "utf-8")

    assert digest(folder) == 2
    assert "Писать некому" in capsys.readouterr().err


def test_a_source_that_the_last_run_could_not_read_freezes_the_letter(
    folder: Path, server: Scripted
) -> None:
    (folder / "board.json").write_text("{", "utf-8")
    assert run(["sync", "--config", str(folder), "--exit-zero"]) == 3

    assert digest(folder, "--send") == 3
    letters = dict(server.taken)
    director = text_of(letters["director@example.org"])

    assert set(letters) == {"director@example.org", "coordinator@example.org"}
    assert "тревоги, которым не хватает данных, приостановлены" in " ".join(director.split())
    assert "НОВОЕ" not in director


def test_what_was_frozen_is_no_news_when_the_source_is_back(folder: Path, server: Scripted) -> None:
    good = (folder / "board.json").read_text("utf-8")
    digest(folder, "--send")
    (folder / "board.json").write_text("{", "utf-8")
    run(["sync", "--config", str(folder), "--exit-zero"])
    digest(folder, "--send", on=NEXT)
    (folder / "board.json").write_text(good, "utf-8")
    run(["sync", "--config", str(folder), "--exit-zero"])
    digest(folder, "--send", on="2023-07-04")
    last = text_of(dict(server.taken)["coordinator@example.org"])

    assert "Письмо № 3." in last
    assert "НОВОЕ" not in last
    assert "ЗАКРЫТО" not in last


# --- when -----------------------------------------------------------------------------------------


def test_a_holiday_monday_waits_for_the_next_working_day(
    folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert digest(folder, "--send", on="2023-06-12") == 0  # День России
    assert "ещё рано" in capsys.readouterr().out
    assert server.taken == []
    assert digest(folder, "--send", on="2023-06-13") == 0
    assert len(server.taken) == 3


def test_a_pause_holds_until_its_day(folder: Path, server: Scripted) -> None:
    with_server(folder, server.port, "pause_until = 2023-06-21\n")

    digest(folder, "--send")
    assert server.taken == []
    digest(folder, "--send", on="2023-06-21")
    assert len(server.taken) == 3


def test_who_cannot_wait_says_so(folder: Path, server: Scripted) -> None:
    assert digest(folder, "--send", "--outside-window", on="2023-06-12") == 0
    assert len(server.taken) == 3


# --- what goes wrong ------------------------------------------------------------------------------


def test_a_refused_reader_is_told_and_tried_again_by_the_next_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with scripted(RCPT=["550 no such user", "250 ok"]) as server:
        with_server(folder, server.port)
        assert digest(folder, "--send") == 3
        said = capsys.readouterr()
        assert readers(server) == ["coordinator", "ishim"]
        assert digest(folder, "--send") == 0
        assert readers(server) == ["coordinator", "ishim", "director"]

    assert "руководитель: не отправлено" in said.out
    assert "не принял адрес получателя (код 550)" in said.err


@pytest.mark.parametrize("answer", [DROP, HANG])
def test_a_letter_without_an_answer_is_told_and_never_sent_by_itself(
    folder: Path, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    with scripted(dot=answer) as server:
        with_server(folder, server.port)
        assert digest(folder, "--send") == 3
    capsys.readouterr()
    with scripted() as second:
        with_server(folder, second.port)
        assert digest(folder, "--send") == 3
        said = capsys.readouterr()
        assert second.taken == []
        assert digest(folder, "--again", "director") == 0
        assert readers(second) == ["director"]

    assert len(server.taken) == 3
    assert "miro-sync digest --again director" in said.err


def test_half_a_login_is_a_mistake_of_the_settings(
    folder: Path,
    server: Scripted,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MIRO_SYNC_SMTP_USER", "office")

    assert digest(folder, "--send") == 2
    assert "MIRO_SYNC_SMTP_PASSWORD" in capsys.readouterr().err
    assert server.taken == []


def test_the_password_may_stand_in_a_file_and_is_never_shown(
    folder: Path,
    server: Scripted,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "password").write_text("secret word\n", "utf-8")
    monkeypatch.setenv("MIRO_SYNC_SMTP_USER", "office")
    monkeypatch.setenv("MIRO_SYNC_SMTP_PASSWORD_FILE", str(folder / "password"))

    assert digest(folder, "--send", "-v") == 0
    said = capsys.readouterr()
    assert "AUTH" in server.steps
    assert "secret" not in said.out + said.err


# --- killed at any moment -------------------------------------------------------------------------

pytest_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")


def one_reader(folder: Path) -> None:
    """Leave the director as the only reader."""
    project = (folder / "project.toml").read_text("utf-8")
    (folder / "project.toml").write_text(
        project.replace('email = "coordinator@example.org"', ""), "utf-8"
    )
    (folder / "centers.toml").write_text(re.sub("email = .*", "", CENTERS), "utf-8")


def killed_at(folder: Path, point: int) -> bool:
    """Send in a process that is killed at its n-th step in the ledger; False if it ended first.

    A step is before and after every statement about letters, before every commit after one, and
    when the ledger lets go of its connection, all being written.
    """
    child = os.fork()
    if child == 0:
        left, began = point, False

        def step(*arguments: object, **_: object) -> None:
            nonlocal left, began
            statement = next((one for one in arguments if isinstance(one, str)), "")
            began = began or "INSERT INTO letter" in statement
            if began and ("letter" in statement or not statement):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            sa.event.listen(Engine, name, step)
        sa.event.listen(sa.pool.Pool, "checkin", step)
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - for file descriptors
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        digest(folder, "--send")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def after_the_kill(
    folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]
) -> tuple[int, bool]:
    """Run again twice; return how many letters arrived and whether a person was told to ask."""
    capsys.readouterr()
    codes = [digest(folder, "--send") for _ in range(2)]
    told = "--again director" in capsys.readouterr().err
    assert codes == ([3, 3] if told else [0, 0])
    return len(server.taken), told


@pytest_posix
def test_killed_at_any_step_of_the_ledger_nobody_gets_two_letters_or_none_in_silence(
    folder: Path, server: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    one_reader(folder)
    state = (folder / "state" / "miro-sync.db").read_bytes()
    seen: list[tuple[int, bool]] = []
    while killed_at(folder, len(seen)):
        seen.append(after_the_kill(folder, server, capsys))
        server.taken.clear()
        for file in (folder / "state").iterdir():
            file.unlink()
        (folder / "state" / "miro-sync.db").write_bytes(state)

    assert set(seen) == {(1, False), (0, True), (1, True)}
    # First it is sent by the next run, then a person is asked, then it is known to have arrived.
    told = [asked for _, asked in seen]
    first = told.index(True)
    last = len(told) - 1 - told[::-1].index(True)
    assert all(told[first : last + 1])
    assert len(seen) > 8


@pytest_posix
@pytest.mark.parametrize(
    ("step", "arrived", "asked"),
    [
        ("connect", 1, False),
        ("MAIL", 1, False),
        ("RCPT", 1, False),
        ("DATA", 1, False),
        ("dot", 1, True),
    ],
)
def test_killed_while_it_speaks_with_the_server(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    step: str,
    arrived: int,
    *,
    asked: bool,
) -> None:
    one_reader(folder)
    with scripted(**{step: HANG}) as hanging:
        with_server(folder, hanging.port, "")
        process = sending(folder)
        wait_for(lambda: step in hanging.steps)
        process.kill()
        process.wait()
        taken = len(hanging.taken)
    with scripted() as server:
        with_server(folder, server.port)
        later, told = after_the_kill(folder, server, capsys)

    assert (taken + later, told) == (arrived, asked)


@pytest_posix
def test_two_processes_at_once_send_one_letter_each(folder: Path) -> None:
    one_reader(folder)
    with scripted() as server:
        with_server(folder, server.port)
        processes = [sending(folder) for _ in range(2)]
        codes = sorted(process.wait() for process in processes)

    assert len(server.taken) == 1
    assert codes[0] == 0
    assert set(codes) <= {0, 75}


def sending(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "miro_sync", "digest", "--send", "--on", DAY]
    return subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--config", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(happened: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1500):
        if happened():
            return
        pause.wait(0.02)
    raise AssertionError("it did not happen in thirty seconds")
