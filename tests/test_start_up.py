"""What a command does not need is not loaded by it: start-up is most of what a user waits for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest
from builders import noon
from miro_server import BOARD_ID, TOKEN, Board, Server

import miro_sync

SAMPLE = Path(miro_sync.__file__).with_name("sample")

GOOGLE = {"gspread", "google", "googleapiclient", "oauthlib", "requests_oauthlib"}
NETWORK = {"requests", "urllib3", "tenacity", "certifi", "smtplib", "webbrowser", *GOOGLE}
DOCUMENTS = {"jinja2", "css_inline", "docx", "lxml", "xlsxwriter", "icalendar", "vl_convert"}
DOCUMENTS |= {"miro_sync.reports", "altair", "PIL"}
MIGRATIONS = {"alembic", "mako"}
SERVICES = {"flask", "werkzeug", "waitress", "apscheduler", "procrastinate", "psycopg"}
SERVICES |= {"prometheus_client", "miro_sync.fleet", "miro_sync.serving"}
NEVER = {"charset_normalizer", "chardet", "pandas", "numpy", "pytest", "hypothesis", "distutils"}
FOREIGN = {*DOCUMENTS, *SERVICES, *MIGRATIONS, *NEVER}
OFFLINE = {*NETWORK, *FOREIGN, "miro_sync.miro_http", "miro_sync.sheets"}

#: What it takes to decide, and to read a file that has changed.
DECIDING = {"rapidfuzz", "snowballstemmer", "python_calamine", "lxml"}
DECIDING |= {f"miro_sync.{name}" for name in ("reading", "matching", "assessment", "periods")}

#: What only a command needs that runs.
RUNNING = {"pydantic", "sqlalchemy", "asyncio", "sqlite3", "json", "pathlib", "tempfile"}
RUNNING |= {f"miro_sync.{name}" for name in ("app", "model", "sync", "settings", "memory")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sync the sample until there is nothing left to decide."""
    folder: Path = tmp_path_factory.mktemp("project") / "sample"
    shutil.copytree(SAMPLE, folder)
    settings = folder / "project.toml"
    text = settings.read_text("utf-8").replace("Asia/Novokuznetsk", noon())
    settings.write_text(text, "utf-8")
    for _ in range(3):
        loaded("sync", "--config", str(folder))
    return folder


def loaded(*words: str) -> set[str]:
    """Run the real program in a process of its own; return the modules that it ended with."""
    code = (
        "import sys; from miro_sync.cli import run; run(sys.argv[1:]); "
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code, *words], capture_output=True, check=True, cwd=SAMPLE.parents[1]
    )
    return set(done.stderr.decode().splitlines())


def assert_spared(modules: Collection[str], spared: Collection[str]) -> None:
    # A module that was looked for and is not installed does not count.
    assert not sorted(set(spared) & set(modules))


@pytest.mark.parametrize(
    "words",
    [("--help",), ("--version",), ("check-calendar", "--help"), ("no-such-command",)],
    ids=" ".join,
)
def test_help_and_usage_errors_need_click_and_the_catalogue_alone(words: tuple[str, ...]) -> None:
    modules = loaded(*words)

    assert "click" in modules
    assert_spared(modules, OFFLINE | DECIDING | RUNNING)


def test_period_texts_are_read_without_a_state_or_a_source() -> None:
    modules = loaded("periods", "август 2023")

    assert "miro_sync.periods" in modules
    assert_spared(modules, OFFLINE | {"sqlalchemy", "sqlite3", "rapidfuzz", "miro_sync.memory"})


@pytest.mark.parametrize("command", ["check-calendar", "sync", "centers"])
def test_a_project_of_files_that_has_not_changed_is_told_without_what_it_takes_to_decide(
    project: Path, command: str
) -> None:
    modules = loaded(command, "--config", str(project))

    assert "miro_sync.resting" in modules
    assert_spared(modules, OFFLINE | DECIDING | {"miro_sync.wire", "miro_sync.measuring"})


@pytest.mark.parametrize("command", ["check-calendar", "sync"])
def test_a_live_board_that_rests_loads_what_asks_it_and_no_more(
    project: Path, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board()
    board.put_tag("проведено", board.put("card", "<p>Методический день</p>"))
    folder = tmp_path / "live"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("state"))
    monkeypatch.setenv("MIRO_ACCESS_TOKEN", TOKEN)
    monkeypatch.delenv("MIRO_ACCESS_TOKEN_FILE", raising=False)
    with Server(board) as server:
        source = f'source = "https://miro.com/app/board/{BOARD_ID}/"\napi_url = "{server.url}"'
        settings = folder / "project.toml"
        text = settings.read_text("utf-8").replace('source = "board.json"', source)
        settings.write_text(text, "utf-8")
        for _ in range(3):
            loaded("sync", "--config", str(folder))
        server.seen.clear()

        modules = loaded(command, "--config", str(folder))

        assert len(server.seen) == 1
    assert {"requests", "miro_sync.resting"} <= modules
    assert_spared(modules, GOOGLE | FOREIGN | DECIDING | {"smtplib", "miro_sync.measuring"})


@pytest.mark.parametrize(
    "words",
    [
        ("check-calendar", "--offline"),
        ("check-calendar", "--full"),
        ("check-calendar", "--on", "2023-09-05", "--format", "json"),
        ("kpi", "--offline"),
        ("coverage",),
        ("history",),
        ("decide", "list"),
        ("state", "check"),
    ],
    ids=" ".join,
)
def test_a_command_that_asks_nobody_loads_no_network_and_no_document(
    project: Path, words: tuple[str, ...]
) -> None:
    assert_spared(loaded(*words, "--config", str(project)), OFFLINE)


def test_a_page_loads_no_other_kind_of_document(project: Path) -> None:
    target = project.with_name("page.html")

    modules = loaded("report", "html", "-o", str(target), "--config", str(project))

    assert "jinja2" in modules
    others = DOCUMENTS - {"jinja2", "miro_sync.reports"}
    assert_spared(modules, NETWORK | SERVICES | MIGRATIONS | NEVER | others)
