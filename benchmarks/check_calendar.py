"""Time and memory of `check-calendar` for 2,000 events and 10,000 cards, in one process.

Printed beside the bare cost of reading the same two files, so that the ratio means the same on
any machine.

    python benchmarks/check_calendar.py [EVENTS CARDS]
"""

from __future__ import annotations

import csv
import json
import platform
import random
import subprocess
import sys
import tempfile
from pathlib import Path

FORMS = (
    "Конкурс",
    "Викторина",
    "Практикум",
    "Мастер-класс",
    "Олимпиада",
    "Открытый урок",
    "Выставка",
    "Экскурсия",
    "Турнир",
    "Конференция",
)
TOPICS = (
    "по физике «Законы света»",
    "по химии «Опыты без опасности»",
    "по биологии «Живая клетка»",
    "по робототехнике «Первый робот»",
    "по экологии «Чистый берег»",
    "по информатике «Алгоритм»",
    "«Лекарственные растения родного края»",
    "«Мир профессий»",
    "по шахматам «Белая ладья»",
    "«Космос рядом»",
    "по географии «Карта нашего района»",
    "по астрономии «Звёздная ночь»",
)
GRADES = ("5 класс", "6 класс", "7 класс", "8 класс", "9 класс", "10-11 классы")
MONTHS = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
CENTERS = 40
PROJECT = """
[project]
name = "Замер"
timezone = "Asia/Novokuznetsk"
start = 2023-01-01
end = 2024-08-31
[board]
source = "board.json"
"""
RUN = """
import resource, sys, time
start = time.process_time()
from miro_sync.cli import run
code = run(["check-calendar", "--on", "2024-03-01", "--format", "json", "--config", sys.argv[1]])
spent, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{spent:.2f} {peak / 1024:.0f} {code}", file=sys.stderr)
"""
READ = """
import csv, json, sys, time
start = time.process_time()
json.load(open(sys.argv[1] + "/board.json", encoding="utf-8"))
list(csv.reader(open(sys.argv[1] + "/calendar.csv", encoding="utf-8"), delimiter=";"))
print(f"{time.process_time() - start:.3f}", file=sys.stderr)
"""


def write_project(folder: Path, events: int, cards: int) -> None:
    """Write a project whose every second card speaks of an event in other words."""
    chance = random.Random(20230905)
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    centers = (
        f'[[center]]\nid = "c{n}"\nname = "Школа №{n}"\nframe = "Школа №{n}"\n'
        for n in range(1, CENTERS + 1)
    )
    (folder / "centers.toml").write_text("".join(centers), "utf-8")
    planned = []
    for number in range(events):
        title = f"{chance.choice(FORMS)} {chance.choice(TOPICS)}, {chance.choice(GRADES)}"
        month, year = chance.randrange(12), chance.choice((2023, 2024))
        planned.append((number, title, month, year, f"c{chance.randint(1, CENTERS)}"))
    with (folder / "calendar.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Код", "Мероприятие", "Сроки реализации", "Охват"])
        for number, title, month, year, center in planned:
            writer.writerow([f"E{number:04}", title, f"{MONTHS[month]} {year}", center])
    items = [
        {"id": f"9{n:03}", "type": "frame", "data": {"title": f"Школа №{n}"}}
        for n in range(1, CENTERS + 1)
    ]
    for number in range(cards):
        _, title, month, year, center = chance.choice(planned)
        if number % 2:
            title = f"{chance.choice(FORMS)} {chance.choice(TOPICS)}"
        day = f"{year}-{month + 1:02}-{chance.randint(1, 28):02}T03:00:00Z"
        items.append(
            {
                "id": str(3458764500000000000 + number),
                "type": "card",
                "data": {"title": f"<p>{title.lower()}</p>", "dueDate": day},
                "parent": {"id": f"9{int(center[1:]):03}"},
                "createdAt": "2023-02-01T03:00:00Z",
                "modifiedAt": "2023-02-01T03:00:00Z",
            }
        )
    board = {
        "schema": "miro-sync/board/1",
        "read_at": "2024-03-01T01:00:00Z",
        "complete": True,
        "board": {"id": "uXjVBench00=", "name": "Замер"},
        "items": items,
        "tags": [],
        "item_tags": {},
        "members": [],
    }
    (folder / "board.json").write_text(json.dumps(board, ensure_ascii=False), "utf-8")


def measured(code: str, folder: Path) -> list[float]:
    """Run the code in a process of its own; what it says of itself on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stderr.split("\n")[-2].split()]


def main() -> None:
    events, cards = (int(word) for word in sys.argv[1:3] or ("2000", "10000"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(folder, events, cards)
        bare = min(measured(READ, folder)[0] for _ in range(3))
        runs = [measured(RUN, folder) for _ in range(3)]
    spent, peak, _ = min(runs)
    print(f"Python {platform.python_version()} on {platform.machine()}")
    print(
        f"check-calendar, {events} events x {cards} cards: {spent:.2f} s CPU, {peak:.0f} MiB peak"
    )
    print(f"reading the two files alone: {bare:.2f} s; ratio {spent / bare:.0f}")


if __name__ == "__main__":
    main()
