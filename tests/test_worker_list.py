"""The list of projects as a person sees it, and what one worker does of a timetable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fleet import CALENDAR, CENTERS, ZONE, Fleet, Miro, miro, until

from miro_sync.app import worker
from miro_sync.cli import run
from miro_sync.memory import JobLog

pytest_plugins = ["fleet_fixtures"]

PROJECT = """
[project]
name = "Проект {name}"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2035-08-31

[board]
source = "https://miro.com/app/board/uXjVboard000{number}=/"
api_url = "http://127.0.0.1:{port}"

[state]
url = "{url}&schema=s{number}"

[schedule]
full_read_at = "нет"
"""


@pytest.fixture
def service() -> Iterator[Miro]:
    with miro() as running:
        yield running


def folder_of(home: Path, fleet: Fleet, port: int, number: int, name: str) -> Path:
    folder = home / name
    folder.mkdir(parents=True)
    text = PROJECT.format(name=name, number=number, port=port, url=fleet.url)
    (folder / "project.toml").write_text(text, "utf-8")
    (folder / "centers.toml").write_text(CENTERS, "utf-8")
    (folder / "calendar.csv").write_text(CALENDAR, "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path, fleet: Fleet, service: Miro) -> Path:
    for number, name in enumerate(("a", "b", "c")):
        folder_of(tmp_path / "installation", fleet, service.port, number, name)
    return tmp_path / "installation"


def add(fleet: Fleet, *words: str) -> int:
    return run(["worker", "add", *words, "--database", fleet.url])


def test_a_folder_of_projects_is_added_whole_but_for_the_broken_one_which_is_named(
    home: Path, fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "b" / "project.toml").write_text("[project]\nname = 5\n", "utf-8")

    assert add(fleet, str(home)) == 2

    told = capsys.readouterr()
    assert "a («Проект a»)" in told.out
    assert "c («Проект c»)" in told.out
    assert told.err.startswith("b: ")
    assert [one.id for one in worker.listed(fleet.url)] == ["a", "c"]


def test_an_installation_file_names_projects_by_their_paths(
    home: Path, fleet: Fleet, service: Miro
) -> None:
    folder_of(home, fleet, service.port, 7, "kuzbass/tomsk")
    (home / "installation.toml").write_text('projects = ["kuzbass/tomsk", "a"]\n', "utf-8")

    assert add(fleet, str(home)) == 0
    assert [one.id for one in worker.listed(fleet.url)] == ["a", "kuzbass/tomsk"]


def test_one_project_is_called_as_a_person_says_and_several_are_not(
    home: Path, fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(fleet, str(home / "a"), "--name", "ijmorka") == 0
    assert [one.id for one in worker.listed(fleet.url)] == ["ijmorka"]

    assert add(fleet, str(home), "--name", "ijmorka") == 2
    assert "их 3" in capsys.readouterr().err


def test_a_project_that_keeps_its_state_on_its_machine_is_refused_in_words(
    home: Path, fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "a" / "project.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace(f"{fleet.url}&schema=s0", "sqlite:///state/x.db"), "utf-8")

    assert add(fleet, str(home / "a")) == 2
    assert capsys.readouterr().err.startswith("a: ")


def test_what_a_worker_did_is_told_by_status_and_is_due_next_by_the_settings(
    home: Path, fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "a" / "project.toml"
    # One sync a day, and that half a day from now.
    far = (dt.datetime.now(ZONE).hour + 12) % 24  # noqa: TID251 - real workers
    more = f'sync_every_minutes = 1440\noffice_hours = "{far}:00-{far}:59"\n'
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    assert add(fleet, str(home / "a")) == 0
    fleet.start("w1")

    until(fleet.all_done)

    (listed,) = worker.listed(fleet.url)
    assert listed.sync_at.astimezone(ZONE).hour == far
    with closing(JobLog(f"{fleet.url}&schema=s0")) as log:
        done = log.done()
    assert done.good["sync"].code == 0
    assert done.since is not None
    capsys.readouterr()
    assert run(["schedule", "show", "--config", str(home / "a")]) == 0
    assert "удачно" in capsys.readouterr().out
