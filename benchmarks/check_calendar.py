"""What judging costs: check-calendar beside the bare cost of reading its files.

Each run is a process of its own that judges from nothing, twice: the first time it also imports
its libraries. Then `sync` remembers twice, and the same question is asked of unchanged files. The
bare cost is `json.load` of the board, `csv.reader` over the calendar and calamine over the table,
libraries already imported.

    python benchmarks/check_calendar.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import csv
import json
import random
import tempfile
from pathlib import Path

import results
import xlsxwriter

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
[tables]
source = "tables.xlsx"
"""
RUN = """
import sys, time
from miro_sync.cli import run
words = ["check-calendar", "--format", "json", "--config", *sys.argv[1:]]
begin = time.process_time()
code = run(words)
first = time.process_time() - begin
run(words)
again = time.process_time() - begin - first
from rival_tables import megabytes
print()
print(first, again, megabytes(), code)
"""
READ = """
import csv, json, sys, time
from python_calamine import CalamineWorkbook
begin = time.process_time()
json.load(open(sys.argv[1] + "/board.json", encoding="utf-8"))
list(csv.reader(open(sys.argv[1] + "/calendar.csv", encoding="utf-8"), delimiter=";"))
CalamineWorkbook.from_path(sys.argv[1] + "/tables.xlsx").get_sheet_by_index(0).to_python()
print(time.process_time() - begin)
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
    write_table(folder / "tables.xlsx", [one[1:] for one in planned])
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


def write_table(file: Path, planned: list[tuple[str, int, int, str]]) -> None:
    """Write what the centres report: a row for every second event."""
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("Отчёт")
    sheet.write_row(0, 0, ["Центр", "Мероприятие", "Дата проведения", "Количество участников"])
    for number, (title, month, year, center) in enumerate(planned[::2], 1):
        day = f"{number % 28 + 1:02}.{month + 1:02}.{year}"
        sheet.write_row(number, 0, [f"Школа №{center[1:]}", title, day, number % 90 + 5])
    book.close()


def measured(code: str, folder: Path, *words: str) -> list[float]:
    """Run the code in a process of its own; return the figures it tells of itself."""
    return [float(word) for word in results.own_program("-c", code, str(folder), *words).split()]


def main() -> None:
    run = results.begun("judging", __doc__)
    run.used("python-calamine", "pydantic", "SQLAlchemy")
    sizes = ((20, 100), (200, 1000), (2000, 10_000))[: 2 if run.quick else 3]
    rounds = 1 if run.quick else 3
    costs: dict[str, list[float]] = {}
    weights = []
    for events, cards in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_project(folder, events, cards)
            bare = min(measured(READ, folder)[0] for _ in range(rounds))
            found = [measured(RUN, folder, "--on", "2024-03-01") for _ in range(rounds)]
            for _ in range(2):  # the first changes what is remembered, the second finds it so
                results.started("-m", "miro_sync", "sync", "--config", str(folder))
            rested = [measured(RUN, folder) for _ in range(rounds)]
        if {one[3] for one in found + rested} - {0, 1}:
            raise SystemExit("check-calendar failed; the figures mean nothing")
        weights.append(min(one[2] for one in found))
        for what, runs, at in (
            ("judged, libraries imported on the way", found, 0),
            ("judged once more in one process", found, 1),
            ("asked again, nothing changed", rested, 0),
        ):
            spent = min(one[at] for one in runs)
            costs.setdefault(what, []).append(spent)
            run.row(
                f"{events:,} events × {cards:,} cards: {what}", spent, "s",
                "reading the files", bare, limit=True,
            )  # fmt: skip
    for what, grown in costs.items():
        peaks = weights if "on the way" in what else ()
        run.growth(what, "cards", [one for _, one in sizes], grown, megabytes=peaks)
    run.end()


if __name__ == "__main__":
    main()
