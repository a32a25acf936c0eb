"""`check-calendar` after a `sync` that found nothing new tells what one that decides anew tells.

The real program on the packaged sample: whatever somebody changes, in a source, in the settings, by
a decision, is told at once, and exactly as `--full` tells it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import noon

import miro_sync
from miro_sync.cli import run

SAMPLE = Path(miro_sync.__file__).with_name("sample")

TWICE_AND_ONCE = 3

#: Cards of the sample's board.
CONTENT = "3458764518821070285"
TRAINING = "3458764518821068504"
CHESS = "3458764518821071107"


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sync a project until it rests; what was worked out holds for its path alone."""
    folder: Path = tmp_path_factory.mktemp("settled") / "project"
    shutil.copytree(SAMPLE, folder)
    edit("project.toml", "Asia/Novokuznetsk", noon())(folder)
    for _ in range(TWICE_AND_ONCE):
        assert run(["sync", "--exit-zero", "--config", str(folder)]) == 0
    shutil.copytree(folder, folder.with_name("as it was"))
    return folder


@pytest.fixture
def folder(settled: Path) -> Path:
    shutil.rmtree(settled)
    shutil.copytree(settled.with_name("as it was"), settled)
    return settled


@pytest.fixture
def say(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def say(*words: str) -> str:
        capsys.readouterr()
        code = run([*words, "--config", str(folder)])
        told = capsys.readouterr()
        return f"{code}\n{told.out}\n{told.err}"

    return say


def check(say: Callable[..., str], *options: str) -> str:
    """Return the answer for programs, without the moments at which it was read what is at hand."""
    code, _, rest = say("check-calendar", "--format", "json", *options).partition("\n")
    answer, end = json.JSONDecoder().raw_decode(rest)
    for source in answer["sources"]:
        if source["name"] != "board":
            source["read_at"] = None
    return f"{code}\n{json.dumps(answer, ensure_ascii=False, indent=1)}\n{rest[end:]}"


# --- nothing has changed ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--all",),
        ("--backlog",),
        ("--format", "csv"),
        ("--center", "yaya-1"),
        ("--center", "yaya-1", "--format", "json"),
        ("--lang", "en"),
        ("--exit-zero",),
    ],
    ids=" ".join,
)
def test_what_was_worked_out_before_is_shown_as_what_is_worked_out_anew(
    say: Callable[..., str], options: tuple[str, ...]
) -> None:
    said = [say("check-calendar", *options), say("check-calendar", "--full", *options)]
    texts = [json.dumps(_timeless(one)) for one in said]

    assert texts[0] == texts[1]


def _timeless(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if '"read_at"' not in line]
    return [re.sub(r"\b\d\d:\d\d\b", "..:..", line) for line in lines]  # the minute may end here


def test_an_unchanged_project_is_not_read_again(folder: Path) -> None:
    assert not {"miro_sync.reading", "miro_sync.matching", "rapidfuzz"} & loaded(folder)


@pytest.mark.parametrize("command", ["check-calendar", "sync", "centers"])
def test_a_project_that_changed_is_read_again(folder: Path, command: str) -> None:
    edit("calendar.csv", "Март 2023", "Апрель 2023")(folder)

    assert {"miro_sync.reading", "miro_sync.matching"} <= loaded(folder, command)


def loaded(folder: Path, command: str = "check-calendar") -> set[str]:
    code = (
        "import sys; from miro_sync.cli import run; run(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code, command, "--config", str(folder)],
        capture_output=True,
        check=True,
        cwd=SAMPLE.parents[1],
    )
    return set(done.stderr.decode().split("\n")[-2].split())


# --- something has changed --------------------------------------------------------------------


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def add(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


def board(change: Callable[[dict[str, Any], dict[str, Any]], None], item: str) -> Any:  # noqa: ANN401 - a change
    def made(folder: Path) -> None:
        path = folder / "board.json"
        document = json.loads(path.read_text("utf-8"))
        change(document, next(one for one in document["items"] if one["id"] == item))
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")

    return made


def _tag(document: dict[str, Any], item: dict[str, Any]) -> None:
    document["item_tags"][item["id"]] = [document["tags"][0]["id"]]


def _new_card(document: dict[str, Any], item: dict[str, Any]) -> None:
    title = "<p>Обновление базы данных обучающихся 8-9 классов</p>"
    document["items"].append({**item, "id": "3458764518829999999", "data": {"title": title}})


def tables(column: str, row: int, value: str, sheet: str = "Планы центров") -> Any:  # noqa: ANN401 - a change
    def change(folder: Path) -> None:
        import openpyxl  # noqa: PLC0415 - it takes its time to load

        path = folder / "tables.xlsx"
        book = openpyxl.load_workbook(path)
        book[sheet][f"{column}{row}"] = value
        book.save(path)

    return change


def decide(*words: str) -> Callable[[Path], None]:
    return lambda folder: _do("decide", *words, "--why", "так решили", folder=folder)


def _do(*words: str, folder: Path) -> None:
    assert run([*words, "--config", str(folder)]) == 0


def held_open(folder: Path) -> None:
    (folder / "~$tables.xlsx").touch()


def cut_short(folder: Path) -> None:
    path = folder / "board.json"
    path.write_bytes(path.read_bytes()[:-2000])


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def without_state(folder: Path) -> None:
    shutil.rmtree(folder / "state")


CHANGES: dict[str, Callable[[Path], None]] = {
    "a card marked": board(_tag, TRAINING),
    "a card renamed": board(lambda _, one: one["data"].update(title="Турнир"), CONTENT),
    "a card dated": board(
        lambda _, one: one["data"].update(dueDate="2023-12-01T05:00:00Z"), CONTENT
    ),
    "a card moved out of its frame": board(lambda _, one: one.pop("parent"), CONTENT),
    "a card gone": board(lambda all_, one: all_["items"].remove(one), CONTENT),
    "a card added": board(_new_card, TRAINING),
    "a note edited": board(lambda _, one: one["data"].update(content="Шашки 5 сентября"), CHESS),
    "a board read in part": board(lambda all_, _: all_.update(complete=False), CHESS),
    "a board of another day": board(
        lambda all_, _: all_.update(read_at="2023-09-06T01:00:00Z"), CHESS
    ),
    "a board cut off": cut_short,
    "a board gone": gone("board.json"),
    "an event renamed": edit("calendar.csv", "Обучение заместителей", "Учёба заместителей"),
    "an event at another time": edit("calendar.csv", "Март 2023", "Апрель 2023"),
    "an event gone": edit("calendar.csv", "Подготовительный этап;D01;", "Подготовительный этап;;"),
    "an event of others": edit("calendar.csv", ";сеть", ";каждый центр"),
    "a calendar gone": gone("calendar.csv"),
    "a workbook gone": gone("tables.xlsx"),
    "a workbook open in Excel": held_open,
    "days of grace": edit("project.toml", "grace_days = 5", "grace_days = 9"),
    "days of silence": edit(
        "project.toml", "inactive_after_days = 30", "inactive_after_days = 3000"
    ),
    "what a mark is": edit("project.toml", 'held_tags = ["проведено"', 'held_tags = ["в плане"'),
    "where held events lie": edit(
        "project.toml", 'held_frames = ["проведено"', 'held_frames = ["было"'
    ),
    "holidays": edit("project.toml", "end = 2023-01-08", "end = 2023-03-03"),
    "a working day": add("project.toml", "\n[[holiday]]\ndate = 2023-03-07\nworking = false\n"),
    "the project's name": edit("project.toml", "среднего балла", "высокого балла"),
    "the language": edit("project.toml", 'language = "ru"', 'language = "en"'),
    "a centre's pause": edit(
        "centers.toml",
        '[[center]]\nid = "yaya-2"',
        '[[center.pause]]\nstart = 2023-01-01\nend = 2099-01-01\n\n[[center]]\nid = "yaya-2"',
    ),
    "a centre that was not there": add(
        "centers.toml", '\n[[center]]\nid = "new"\nname = "Новая"\n'
    ),
    "a centre's name": edit("centers.toml", "МБОУ «Улановская ООШ»", "МБОУ «Улановская СОШ»"),
    "an indicator's target": edit("kpi.toml", "target = 100", "target = 1"),
    "a decision in the file": edit("decisions.toml", 'about = "D19"', 'about = "D18"'),
    "a decision to cancel": decide("cancel", "D18", "--role", "director"),
    "a decision that it was held": decide("held", "D18", "--on", "2023-02-20"),
    "a decision to move": decide(
        "move", "D18", "--from", "2024-05-01", "--to", "2024-05-31", "--role", "director"
    ),
    "a card confirmed": decide("confirm", "D11", "--card", TRAINING),
    "a card rejected": decide("reject", "D11", "--card", TRAINING),
    "a centre paused": decide("pause", "yaya-1", "--until", "2099-01-01", "--role", "director"),
    "a state of its own": without_state,
    "nothing worked out before": lambda folder: _do(
        "state", "purge", "--before", "2024-01-01", folder=folder
    ),
}

#: Seen by whoever decides anew, though nothing of it is to be told.
SILENT = {"a state of its own", "nothing worked out before", "an indicator's target"}


@pytest.mark.parametrize("changed", CHANGES)
def test_whatever_is_changed_is_told_as_by_a_check_that_reads_everything(
    folder: Path, say: Callable[..., str], changed: str
) -> None:
    before = check(say)

    CHANGES[changed](folder)
    now, anew = check(say), check(say, "--full")

    assert now == anew
    assert changed in SILENT or now != before


def test_a_cell_of_the_workbook_is_told(folder: Path, say: Callable[..., str]) -> None:
    before = check(say)
    tables("B", 2, "Учёба по Miro")(folder)

    now = check(say)

    assert now == check(say, "--full")
    assert now != before


def test_another_day_is_judged_by_itself(say: Callable[..., str]) -> None:
    before = check(say)

    now = check(say, "--on", "2023-09-05")

    assert now == check(say, "--on", "2023-09-05", "--full")
    assert now != before
