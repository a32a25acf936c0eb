"""Many projects, the timetable, pings: real processes, files and sockets."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import sqlalchemy as sa
from mail_server import real
from running_world import one_project, program, syncs, two_projects, wait_for_syncs, watchman

from miro_sync.app.installation import worst
from miro_sync.cli import run


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    return two_projects(tmp_path)


def test_one_broken_project_does_not_stop_the_others(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (projects / "a" / "project.toml").write_text("x=", "utf-8")

    code = run(["sync", "--all", "--projects", str(projects), "--exit-zero"])

    told = capsys.readouterr()
    assert code == 2
    assert told.out.startswith("b: ")
    assert "Проектов: 2, удачно: 1, неудачно: 1." in told.out
    assert told.err.startswith("a: ")


def test_the_installation_file_alone_decides_which_projects_there_are(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (projects / "installation.toml").write_text('projects = ["b"]', "utf-8")
    assert run(["sync", "--all", "--projects", str(projects), "--exit-zero"]) == 0
    assert "a: " not in capsys.readouterr().out

    (projects / "installation.toml").write_text('projects = ["b", "b/"]\nx = 1', "utf-8")
    assert run(["sync", "--all", "--projects", str(projects)]) == 2


def test_status_says_what_was_read_and_has_a_code_for_monitors(
    projects: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["status", "--all", "--projects", str(projects)]
    assert run(options) == 3
    run(["sync", "--all", "--projects", str(projects)])
    capsys.readouterr()

    assert run([*options, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in told["projects"]] == [0, 0]
    assert run([*options, "--format", "prometheus"]) == 0
    assert 'miro_sync_status_code{project="a"} 0.0' in capsys.readouterr().out

    (projects / "a" / "board.json").unlink()
    run(["sync", "--config", str(projects / "a")])
    assert run(options) == 3


@pytest.mark.parametrize(
    ("state", "code"), [("fine", 0), ("broken", 2), ("never read", 3), ("lost", 3)]
)
def test_the_code_for_monitors_is_the_same_in_every_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], state: str, code: int
) -> None:
    project = one_project(tmp_path / "a", "")
    if state != "never read":
        run(["sync", "--config", str(project), "--exit-zero"])
    if state == "broken":
        (project / "project.toml").write_text("x=", "utf-8")
    if state == "lost":
        (project / "state" / "miro-sync.db").write_bytes(b"not a database, by no means" * 100)
    capsys.readouterr()
    told = {}
    for layout in ("table", "json", "prometheus"):
        assert run(["status", "--format", layout, "--config", str(project)]) == code
        told[layout] = capsys.readouterr().out

    assert json.loads(told["json"])["projects"][0]["code"] == code
    assert f'miro_sync_status_code{{project="a"}} {code}.0' in told["prometheus"]
    assert max(map(len, told["table"].splitlines())) <= 80


def test_a_project_that_nobody_has_read_for_years_is_late(tmp_path: Path) -> None:
    project = one_project(tmp_path / "a", "")
    run(["sync", "--config", str(project), "--exit-zero"])
    with program("status", "--config", str(project), at=["2099-06-05T12:00+07:00"]) as asked:
        told, _ = asked.communicate(timeout=60)

    assert asked.returncode == 1
    assert "опаздывает" in told


def test_asking_how_it_stands_writes_nothing(projects: Path) -> None:
    before = sorted(projects.rglob("*"))
    run(["status", "--all", "--projects", str(projects)])
    run(["schedule", "show", "--projects", str(projects)])
    assert sorted(projects.rglob("*")) == before


def test_eighty_columns_are_enough(
    projects: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long_name = "Сеть центров «Точка роста» Яйского муниципального округа Кемеровской области"
    text = (projects / "a" / "project.toml").read_text("utf-8")
    (projects / "a" / "project.toml").write_text(text.replace("Проба", long_name), "utf-8")
    (projects / "b" / "project.toml").write_text("x=", "utf-8")
    run(["schedule", "run", "--once", "--projects", str(projects)])
    capsys.readouterr()
    state = ["--config", str(projects / "a")]
    for command in (
        ["status", "--all", "--projects", str(projects)],
        ["schedule", "show", "--projects", str(projects)],
        ["state", "check", *state],
        ["state", "purge", "--before", "2023-01-01", *state],
        ["state", "adopt", *state],
    ):
        for language in ("ru", "en"):
            run([*command, "--lang", language])
            for line in capsys.readouterr().out.splitlines():
                assert len(line) <= 80, line


def test_letters_of_all_projects_are_sent_whatever_becomes_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readers = '[mail]\nsmtp = "smtp://127.0.0.1:{port}"\nfrom = "c@example.org"\n'
    readers += 'patience_seconds = 0\n[[person]]\nrole = "director"\nemail = "{name}@example.org"\n'
    with real() as (port, mailbox):
        for name in ("a", "b", "c", "d"):
            one_project(tmp_path / name, readers.format(port=port, name=name))
        text = (tmp_path / "c" / "project.toml").read_text("utf-8")
        (tmp_path / "c" / "project.toml").write_text(text.replace(str(port), "1"), "utf-8")
        run(["sync", "--all", "--projects", str(tmp_path), "--exit-zero"])
        (tmp_path / "b" / "project.toml").write_text("x=", "utf-8")
        capsys.readouterr()
        arguments = ["digest", "--all", "--send", "--on", "2023-06-05", "--projects", str(tmp_path)]
        codes = [run(arguments), run(arguments)]

    told = capsys.readouterr()
    assert codes == [2, 2], "the worst of 0, 2, 3 and 0"
    assert sorted(reader for reader, _ in mailbox.letters) == ["a@example.org", "d@example.org"]
    assert "b: " in told.err
    assert "c: " in told.err
    assert "Проектов: 4, удачно: 2, неудачно: 2." in told.out


def test_the_worst_code_of_many_counts() -> None:
    order = [0, 1, 75, 3, 2, 70]
    for place, code in enumerate(order):
        assert worst([*order[: place + 1], 0]) == code
    assert worst([]) == 0


def test_the_watchman_hears_of_start_and_success_and_of_failure(
    projects: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with watchman() as (address, heard):
        monkeypatch.setenv("MIRO_SYNC_PING_URL", address)
        run(["-v", "sync", "--config", str(projects / "a"), "--exit-zero"])
        (projects / "a" / "board.json").unlink()
        run(["-v", "sync", "--config", str(projects / "a"), "--exit-zero"])
        (projects / "a" / "project.toml").write_text("x=", "utf-8")
        run(["-v", "sync", "--config", str(projects / "a"), "--exit-zero"])

    assert [path for path, _ in heard] == ["/start", "", "/start", "/fail", "/fail"]
    assert "code=3" in heard[3][1]
    assert "secret-uuid" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("status", [500, 302])
def test_a_watchman_that_refuses_fails_no_job(
    projects: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with watchman(status) as (address, _):
        monkeypatch.setenv("MIRO_SYNC_PING_URL", address)
        assert run(["sync", "--config", str(projects / "a"), "--exit-zero"]) == 0


def test_the_timetable_is_kept_by_one_process_and_stops_at_a_signal(projects: Path) -> None:
    with program("schedule", "run", "--projects", str(projects)) as first:
        wait_for_syncs(projects, "a", "b")
        with program("schedule", "run", "--projects", str(projects)) as second:
            told, _ = second.communicate(timeout=60)
            assert second.returncode == 75
            assert "другая копия" in told
        first.send_signal(signal.SIGTERM)
        told, _ = first.communicate(timeout=30)

    assert first.returncode == 0
    assert "остановлено" in told
    assert (syncs(projects, "a"), syncs(projects, "b")) == (1, 1)


def test_after_a_kill_the_next_one_carries_on_without_doing_anything_twice(projects: Path) -> None:
    with program("schedule", "run", "--projects", str(projects)) as first:
        wait_for_syncs(projects, "a", "b")
        first.kill()
        first.communicate()

    # Should the hour strike in between, one more is due.
    assert run(["schedule", "run", "--once", "--projects", str(projects)]) == 0
    assert syncs(projects, "a") in {1, 2}


def test_three_days_of_sleep_are_made_up_for_once(projects: Path) -> None:
    options = ["schedule", "run", "--once", "--projects", str(projects)]
    assert run(options) == 0
    engine = sa.create_engine(f"sqlite:///{projects / 'a' / 'state' / 'miro-sync.db'}")
    with engine.begin() as connection:
        connection.execute(
            sa.text("update job_run set started_at = datetime(started_at, '-3 days')")
        )
    engine.dispose()

    assert run(options) == 0
    assert run(options) == 0
    assert syncs(projects, "a") in {2, 3}  # 3 if an hour struck meanwhile
