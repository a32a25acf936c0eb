"""The guides: every command in them parses, every example in them gives what it says."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click
import pytest
from builders import card, event, occurrence, schedule
from test_documents import DOCS, rows_of

from miro_sync import matching
from miro_sync.cli import _program, run
from miro_sync.errors import SettingsError
from miro_sync.matching import linking
from miro_sync.memory.schema import metadata
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import FLAGGED, Period, Status
from miro_sync.settings import load

ROOT = DOCS.parent
GUIDES = sorted([*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "README.ru.md"])
SAMPLE = Path(str(files("miro_sync").joinpath("sample")))
COMMANDS = tuple(_program(catalogue("ru")).commands)

#: Commands that are named and not spelled out.
NAMED = re.compile(r"`miro-sync ([\w-]+)`")

#: What stands in a guide for something that its reader types.
PLACEHOLDERS = re.compile(r"…|\||\[|(?<![\w\"])[А-ЯЁA-Z]{3,}(?![\w\"])")


def parse(line: str) -> None:
    """Parse a command as the program does, and run nothing; raises `UsageError`."""
    words = shlex.split(line.split(" > ", maxsplit=1)[0].split("   #", maxsplit=1)[0])
    program = _program(catalogue("ru"))
    context = program.make_context("miro-sync", words[1:], resilient_parsing=False)
    name, command, rest = program.resolve_command(
        context, [*context._protected_args, *context.args]
    )
    assert name is not None
    assert command is not None
    command.make_context(name, rest, parent=context)


def fenced(guide: Path, language: str) -> Iterator[str]:
    yield from re.findall(rf"(?ms)^```{language}\n(.*?)^```", guide.read_text("utf-8"))


def commands_in(guide: Path) -> Iterator[str]:
    """Yield every whole command that a guide names, in blocks and within its sentences."""
    text = guide.read_text("utf-8")
    named = re.findall(r"(?m)^ {4}(miro-sync .+)$", text)
    blocks = "".join(fenced(guide, "console")).splitlines()
    named += [line for line in blocks if line.startswith("miro-sync ")]
    # `miro-sync decide` within a sentence names a command; with more it is one to be typed.
    named += re.findall(r"`(miro-sync [\w-]+ [^`]+)`", text)
    yield from (one for one in named if not PLACEHOLDERS.search(one))


# --- commands -----------------------------------------------------------------------------------


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_command_of_a_guide_is_one_that_the_program_takes(guide: Path) -> None:
    assert set(NAMED.findall(guide.read_text("utf-8"))) <= {*COMMANDS}
    for line in commands_in(guide):
        try:
            parse(line)
        except click.exceptions.Exit:  # --help has been shown
            continue
        except click.UsageError as error:
            pytest.fail(f"{guide.name}: {line}: {error.format_message()}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_that_help_shows_is_a_command_that_the_program_takes(
    command: str, language: str
) -> None:
    words = catalogue(language)
    example = words.say(f"cli.{command.replace('-', '_')}_example")
    assert example.split()[1] == command
    parse(example)


def test_both_readmes_name_every_command() -> None:
    for name in ("README.md", "README.ru.md"):
        text = (ROOT / name).read_text("utf-8")
        told = set(re.findall(r"^\| `([a-z-]+)", text, re.MULTILINE))
        assert set(COMMANDS) <= told | set(re.findall(r"`([a-z-]+)[ `]", text)), name


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md"])
def test_a_readme_shows_what_the_demo_says(
    readme: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    run(["demo"])
    (shown,) = fenced(ROOT / readme, "")
    assert shown.endswith("…\n")
    assert capsys.readouterr().out.startswith(shown.removesuffix("…\n"))


# --- links and pictures -------------------------------------------------------------------------


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_what_a_guide_links_to_is_there(guide: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", guide.read_text("utf-8")):
        if not target.startswith("http"):
            assert (guide.parent / target).exists(), f"{guide.name}: {target}"


def test_pictures_are_few_and_small_and_each_is_shown() -> None:
    pictures = sorted(DOCS.glob("pictures/*.png"))
    shown = "".join(guide.read_text("utf-8") for guide in GUIDES)

    assert 0 < len(pictures) <= 8
    for one in pictures:
        assert one.stat().st_size < 150_000
        assert f"pictures/{one.name}" in shown


# --- the coordinator's way ----------------------------------------------------------------------

#: What the coordinator does by hand before a command: the files of the sample stand for theirs.
_MAIL = '[mail]\nsmtp = "smtp://127.0.0.1:9"\nfrom = "Календарь <calendar@example.org>"\n'


def test_the_coordinator_s_way_leads_from_the_sample_to_the_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = "".join(fenced(DOCS / "coordinator.ru.md", "console")).splitlines()
    assert len(lines) > 15
    project = tmp_path / "my-project"
    for line in lines:
        if line == "miro-sync doctor":
            monkeypatch.setenv("MIRO_SYNC_CONFIG", str(project))
            shutil.copytree(SAMPLE, project, dirs_exist_ok=True)
        if line == "miro-sync digest":
            settings = project / "project.toml"
            text = settings.read_text("utf-8").replace('email = ""', 'email = "d@example.org"', 1)
            settings.write_text(f"{text}\n{_MAIL}", "utf-8")
        if line == "miro-sync digest --send":
            continue  # the letters of the present day: whether they are due depends on it
        code = run(shlex.split(line)[1:])
        told = capsys.readouterr()
        # A wrong cell of the sample is there to be found.
        found = {0, 1, 2} if "doctor" in line else {0, 1}
        assert code in found, f"{line}: {told.out}{told.err}"
    assert (tmp_path / "letters" / "director.html").exists()
    assert (project / "reports" / "miro-sync.html").exists()
    assert (tmp_path / "miro-sync-demo.html").exists()


def test_an_event_without_a_code_keeps_its_title_wherever_a_decision_on_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    calendar = "Мероприятие;Сроки реализации;Охват\nНеделя химии;март 2023;каждый центр\n"
    (tmp_path / "calendar.csv").write_text(calendar, "utf-8")
    (tmp_path / "decisions.toml").unlink()
    config = ("--config", str(tmp_path))

    run(["sync", *config])
    capsys.readouterr()
    assert run(["decide", "held", "неделя химии@ishim", "--on", "20.03.2023", *config]) == 0
    assert "«неделя химии@ishim»" in capsys.readouterr().out
    assert run(["decide", "list", *config]) == 0
    assert "«Неделя химии@ishim»" in capsys.readouterr().out


def test_a_column_of_names_that_somebody_declares_is_refused_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    calendar = "Мероприятие;Сроки;Участники\nНеделя химии;март 2023;Иванова Мария Петровна, 9 а\n"
    (tmp_path / "calendar.csv").write_text(calendar, "utf-8")

    run(["check-calendar", "--all", "--format", "json", "--config", str(tmp_path)])
    told = capsys.readouterr()
    assert "Иванова" not in told.out + told.err
    assert "C2" in told.err


def test_the_settings_that_guides_show_load(tmp_path: Path) -> None:
    shown = [
        (guide, text)
        for guide in GUIDES
        for text in fenced(guide, "toml")
        if not guide.name.startswith(("deployment", "administrator"))
    ]
    homes = {"center": "centers", "indicator": "kpi", "worksheet": "tables", "mail": "project"}
    for number, (guide, text) in enumerate(shown):
        folder = tmp_path / str(number)
        shutil.copytree(SAMPLE, folder)
        home = folder / f"{homes[next(iter(tomllib.loads(text)))]}.toml"
        before = home.read_text("utf-8") if home.name != "tables.toml" else ""
        home.write_text(f"{before}\n{text}", "utf-8")
        try:
            load(folder)
        except SettingsError as error:
            pytest.fail(f"{guide.name}: {[one.message for one in error.problems]}")
    assert len(shown) >= len(homes)


# --- statuses, in English -----------------------------------------------------------------------


def test_the_english_table_of_statuses_says_what_the_russian_one_says() -> None:
    words = catalogue("en")
    english = list(rows_of("statuses.md", "no", "condition", "status", "in words", "alarm"))
    russian = list(rows_of("statuses.ru.md", "№", "условие", "статус", "по-русски", "тревога"))

    assert [row[2] for row in english] == [row[2] for row in russian]
    told = {row[2]: (row[3], "yes" in row[4]) for row in english}
    assert told == {one: (words.say(f"status.{one}"), one in FLAGGED) for one in Status}


# --- matching -----------------------------------------------------------------------------------

_EVENTS = [
    event(code, title=title, schedule=schedule(Period(*map(dt.date.fromisoformat, (first, last)))))
    for code, title, first, last in rows_of("matching.md", "code", "event", "from", "to")
]
PLAN = [occurrence(one, period=one.schedule.periods[0]) for one in _EVENTS]


@pytest.mark.parametrize(
    ("title", "day", "said"),
    [row[:3] for row in rows_of("matching.md", "card", "date", "answer", "why")],
)
def test_an_example_of_matching_is_answered_as_it_says(title: str, day: str, said: str) -> None:
    date = None if day == "—" else schedule(dt.date.fromisoformat(day))
    found = matching.match(PLAN, [card(title=title, date=date)])

    answers = [f"link {one.occurrence_key}" for one in found.links]
    answers += [f"ask {', '.join(key for key, _ in one.candidates)}" for one in found.questions]
    answers += ["extra" for _ in found.extra]
    assert answers == [said]


@pytest.mark.parametrize(
    ("name", "score"),
    [row[1:3] for row in rows_of("matching.md", "what", "constant", "score")],
)
def test_a_threshold_of_matching_is_the_one_that_is_told(name: str, score: str) -> None:
    assert getattr(linking, name) == float(score)


# --- architecture, extending --------------------------------------------------------------------


def test_the_tables_of_the_state_are_all_told() -> None:
    told = {
        name.strip(" `")
        for row in rows_of("architecture.md", "table", "holds")
        for name in row[0].split(",")
    }
    assert told == set(metadata.tables)


def test_the_door_of_ten_lines_is_a_source_of_tables() -> None:
    scene: dict[str, object] = {}
    blocks = [text for text in fenced(DOCS / "extending.md", "python") if "import" in text]
    for text in blocks:
        exec(compile(text, "extending.md", "exec"), scene)  # noqa: S102 - our own document
    read = scene["door"].read()  # type: ignore[attr-defined]
    assert read.complete
    assert read.worksheets[0].rows[1] == ("ООШ №7", "Неделя химии")
