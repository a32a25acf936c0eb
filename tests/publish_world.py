"""A project over a live board on loopback, for the tests of writing back."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from miro_contract import Contract
from miro_server import BOARD_ID, TOKEN, Board, Server

from miro_sync.cli import run

#: The user behind the token, and a teacher who is nobody of the service.
SERVICE, TEACHER = "3074457355961907759", "3074457300000000001"

PROJECT = """
[project]
name = "Проба"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2024-08-31

[board]
source = "https://miro.com/app/board/{board}/"
api_url = "{api}"
patience_seconds = 0

[activity]
inactive_after_days = 400

[publish]
board = {on}
{more}
"""

CENTERS = """
[[center]]
id = "yaya"
name = "МБОУ «Яйская ООШ №1»"

[[center]]
id = "ishim"
name = "МБОУ «Ишимская ООШ»"
"""

CALENDAR = """Код;Мероприятие;Сроки реализации;Охват;Ожидаемый результат
E01;Муниципальный методический день;Апрель 2023;сеть;
E02;Обновление карт ресурсов центров;Май 2023;каждый центр;Карты обновлены
E03;Неделя химии в школе;Апрель 2023;каждый центр;Не менее двух мастер-классов
E04;Слёт юных физиков;12.09.2023;yaya;
"""


def network() -> Board:
    """Make a board of two centres: one event held, one not marked, others without a trace."""
    board = Board()
    size = {"geometry": {"width": 1600, "height": 900}}
    teacher = {"createdBy": {"id": TEACHER, "type": "user"}}
    teacher |= {"modifiedBy": {"id": TEACHER, "type": "user"}}
    here, there, off = ({"position": {"x": x, "y": 0, "relativeTo": "canvas_center"}}
                        for x in (0, 3000, -3000))  # fmt: skip
    yaya = board.put("frame", "Яйская ООШ №1", **size, **teacher, **here)
    ishim = board.put("frame", "Ишимская ООШ", **size, **teacher, **there)
    lies = {"position": {"x": 180, "y": 100, "relativeTo": "parent_top_left"}}
    day = board.put("card", "<p>Муниципальный методический день</p>", **teacher, **off)
    one = board.put(
        "card", "<p>Обновление карт ресурсов центра</p>", parent=yaya, **teacher, **lies
    )
    board.put("sticky_note", "<p>Обновление карт ресурсов центра</p>", parent=ishim, **teacher)
    board.put("image", "Фото", parent=ishim, **teacher)
    board.put("card", "<p>Химия</p>", parent=yaya, **teacher)
    board.put_tag("проведено", day, one)
    return board


@contextmanager
def project(
    folder: Path,
    patch: pytest.MonkeyPatch,
    board: Board | None = None,
    *,
    on: bool = True,
    more: str = "",
    calendar: str = CALENDAR,
    contract: Contract | None = None,
) -> Iterator[Server]:
    """Serve a board and write the project folder that names it."""
    patch.setenv("MIRO_ACCESS_TOKEN", TOKEN)
    patch.delenv("MIRO_ACCESS_TOKEN_FILE", raising=False)
    with Server(board or network(), contract=contract) as server:
        text = PROJECT.format(board=BOARD_ID, api=server.url, on=str(on).lower(), more=more)
        (folder / "project.toml").write_text(text, "utf-8")
        (folder / "centers.toml").write_text(CENTERS, "utf-8")
        (folder / "calendar.csv").write_text(calendar, "utf-8")
        yield server


def publish(folder: Path, *options: str) -> int:
    """Run the command."""
    return run(["publish", *options, "--config", str(folder)])


def told(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """Run the command and return its answer for programs."""
    capsys.readouterr()
    publish(folder, "--format", "json", *options)
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer["board"] if "--written" not in options else answer


def looks(board: Board) -> Any:  # noqa: ANN401 - raw JSON
    """Return all that people see of a board: what two boards are alike by."""
    titles = {tag_id: tag["title"] for tag_id, tag in board.tags.items()}
    return copy.deepcopy(
        {
            "items": [
                {part: value for part, value in item.items() if part not in {"id", "links"}}
                for item in board.items.values()
            ],
            "tags": sorted(titles.values()),
            "tagged": sorted(
                (board.items[item]["data"].get("title", item), sorted(titles[tag] for tag in tags))
                for item, tags in board.item_tags.items()
                if tags and item in board.items
            ),
        }
    )


def statuses(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return what a check says of the events and the centres."""
    capsys.readouterr()
    run(["check-calendar", "--format", "json", "--config", str(folder)])
    answer = json.loads(capsys.readouterr().out)
    return {
        "events": {one["key"]: (one["status"], one["reason"]) for one in answer["events"]},
        "review": [one["card"]["id"] for one in answer["review"]],
        "extra": [one["id"] for one in answer["extra"]],
        "centers": answer["centers"],
    }
