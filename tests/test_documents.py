"""What the documents show is what the program does."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_job import CENTERS, PROJECT, answer, board, card, statuses

from miro_sync.messages import catalogue
from miro_sync.model import FLAGGED, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent.parent / "docs"

EVENT = "E01;Муниципальный методический день;Апрель 2023;сеть"

DECISIONS = {
    "—": "",
    "отменить": 'kind = "cancel"',
    "проведено": 'kind = "held"',
    "перенести на 20.06.2023": 'kind = "move"\nstart = 2023-06-20',
}


def rows_of(document: str, *headers: str) -> Iterator[list[str]]:
    """Yield the rows of the table that has these headers."""
    lines = iter((DOCS / document).read_text("utf-8").splitlines())
    for line in lines:
        if cells(line) == list(headers):
            break
    next(lines)
    for line in lines:
        if not line.startswith("|"):
            return
        yield cells(line)


def cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def iso(day: str) -> str:
    return dt.datetime.strptime(day, "%d.%m.%Y").replace(tzinfo=dt.UTC).date().isoformat()


RULES = list(rows_of("statuses.ru.md", "№", "условие", "статус", "по-русски", "тревога"))
EXAMPLES = list(rows_of("statuses.ru.md", "сегодня", "на доске", "решение", "статус"))


def test_the_table_of_statuses_names_each_one_once_with_its_word_and_whether_it_alarms() -> None:
    words = catalogue("ru")

    told = {row[2]: (row[3], "да" in row[4]) for row in RULES}

    assert told == {one: (words.say(f"status.{one}"), one in FLAGGED) for one in Status}
    assert len(RULES) == len(Status)


@pytest.mark.parametrize(("today", "seen", "decided", "status"), EXAMPLES)
def test_an_example_of_the_table_of_statuses_is_judged_as_it_says(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    today: str,
    seen: str,
    decided: str,
    status: str,
) -> None:
    shown = re.match(r"«(.+)», (\S+)", seen)
    cards = [card(1, shown[1], due=f"{iso(shown[2])}T05:00:00Z")] if shown else []
    (tmp_path / "project.toml").write_text(PROJECT, "utf-8")
    (tmp_path / "centers.toml").write_text(CENTERS, "utf-8")
    header = "Код;Мероприятие;Сроки реализации;Охват"
    (tmp_path / "calendar.csv").write_text(f"{header}\n{EVENT}\n", "utf-8")
    whole = "не до конца" not in seen
    (tmp_path / "board.json").write_text(board(cards, complete=whole), "utf-8")
    said = DECISIONS[decided]
    if said:
        (tmp_path / "decisions.toml").write_text(
            f'[[decision]]\n{said}\nabout = "E01"\nrole = "director"\nmade = 2023-05-02\n'
            'why = "Письмо управления"\n',
            "utf-8",
        )

    _, told = answer(tmp_path, capsys, on=iso(today))

    assert statuses(told) == {"E01": status}


def test_every_status_has_an_example_but_the_period_that_nobody_can_read() -> None:
    assert {row[3] for row in EXAMPLES} == set(Status) - {Status.UNDATED}
