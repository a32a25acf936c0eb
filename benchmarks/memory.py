"""What the state costs: a sync of an unchanged board, a year on disk, a copied board, kills.

The bare cost is SQLite's own: the same cards as plain rows in one `executemany`.

    python benchmarks/memory.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import results

from miro_sync.identity import recognised
from miro_sync.memory import SqlMemory
from miro_sync.model import (
    Decision,
    DecisionKind,
    Event,
    EventCard,
    Finding,
    FindingState,
    Period,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
)

#: How often a process is killed while it stores.
KILLS = 200

NOON = dt.datetime(2023, 1, 1, 5, 0, tzinfo=dt.UTC)
TITLES = ("Методический день", "Олимпиада по биологии", "Семинар химиков", "Мастер-класс", "Опыты")


def board(number: int, seed: int = 1) -> list[EventCard]:
    chance = random.Random(seed)
    return [
        EventCard(
            id=str(3458764518821000000 + at),
            source="board",
            title=f"{chance.choice(TITLES)} {chance.randrange(number // 4)}",
            text="Участвуют обучающиеся 8 и 9 классов, отвечает руководитель центра",
            center_id=f"c{chance.randrange(11)}",
            frame=f"Школа {chance.randrange(11)}",
            date=_day(chance.randrange(365)),
            created_at=NOON,
            modified_at=NOON,
            author_id="3458764500000000001",
        )
        for at in range(number)
    ]


def _day(number: int) -> Schedule:
    day = dt.date(2023, 1, 1) + dt.timedelta(days=number)
    return Schedule(f"{day:%d.%m.%Y}", ScheduleKind.DATE, (Period(day, day),))


EVENTS = tuple(
    Event(f"E{n:02}", f"Мероприятие {n}", Schedule("Апрель 2023", ScheduleKind.RANGE), f"E{n:02}")
    for n in range(60)
)


def store(memory: SqlMemory, cards: list[EventCard], moment: dt.datetime, runs: int = 0) -> None:
    state = FindingState.OPEN if runs else FindingState.NEW
    sources = tuple(
        SourceReport(name, SourceState.FRESH, complete=True, read_at=moment, items=len(cards))
        for name in ("board", "calendar")
    )
    memory.store_run(
        stored_at=moment,
        today=moment.date(),
        program="benchmark",
        sources=sources,
        events=EVENTS,
        cards=cards,
        findings=[
            Finding(f"missed:E{n:02}", "missed", f"E{n:02}", state, moment.date())
            for n in range(40)
        ],
    )


def syncs(run: results.Run, folder: Path) -> None:
    """Remember boards of three sizes, unchanged and by one card."""
    sizes = (50, 500) if run.quick else (500, 5000, 50_000)
    costs: list[float] = []
    for size in sizes:
        memory, cards = SqlMemory(f"sqlite:///{folder / f'{size}.db'}"), board(size)
        began = time.process_time()
        store(memory, cards, NOON)
        first = time.process_time() - began
        bare = results.spent(partial(plain_rows, cards), 3)
        run.row(f"{size:,} cards stored the first time", first, "s",
                "sqlite3 executemany of the same cards", bare, limit=True)  # fmt: skip
        for name, changed in (("none changed", 0), ("one changed", 1)):
            spent = results.spent(partial(again, memory, cards, changed), 1 if run.quick else 3)
            run.row(f"{size:,} cards remembered and stored, {name}", spent, "s",
                    "sqlite3 executemany of the same cards", bare, limit=True)  # fmt: skip
            if not changed:
                costs.append(spent)
        memory.close()
    run.growth("remembered and stored, none changed", "cards", sizes, costs)


def again(memory: SqlMemory, cards: list[EventCard], changed: int) -> None:
    cards[:changed] = [replace(card, title=card.title + "!") for card in cards[:changed]]
    memory.remembered()
    store(memory, cards, NOON, 1)


def plain_rows(cards: list[EventCard]) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table card (id text primary key, title text, text text, at text)")
        rows = [(one.id, one.title, one.text, str(one.modified_at)) for one in cards]
        database.executemany("insert into card values (?, ?, ?, ?)", rows)
        database.commit()


def year(run: results.Run, folder: Path) -> None:
    days = 3 if run.quick else 365
    path, chance = folder / "year.db", random.Random(2)
    memory, cards = SqlMemory(f"sqlite:///{path}"), board(1000)
    for hour in range(days * 24):
        if hour % 24 == 10:
            for at in chance.sample(range(1000), 10):
                text = f"{cards[at].text[:66]}, изменено в час {hour}"
                cards[at] = replace(cards[at], text=text)
        store(memory, cards, NOON + dt.timedelta(hours=hour), hour)
    memory.close()
    kept, bare = path.stat().st_size / 1e6, len(repr(cards).encode()) / 1e6
    run.row(f"{days} days of hourly syncs, 1,000 cards, 1 % a day", kept, "MB",
            "the text of the cards once", bare, limit=True)  # fmt: skip


def copies() -> None:
    chance = random.Random(3)
    cards = board(1000)
    copied = [replace(card, id=str(4000000000000000000 + int(card.id))) for card in cards]
    expected = {card.id: copy.id for card, copy in zip(cards, copied, strict=True)}
    for name, renamed in (("as it was", 0), ("5 % renamed, 5 % to another frame", 50)):
        some = list(copied)
        for at in chance.sample(range(1000), renamed):
            some[at] = replace(some[at], title=some[at].title + " (перенос)")
        for at in chance.sample(range(1000), renamed):
            some[at] = replace(some[at], center_id="c99", frame="Другая школа")
        chance.shuffle(some)
        same = recognised({card.id: card for card in cards}, some)
        right = sum(expected[old] == new for old, new in same.items())
        wrong = len(same) - right
        print(f"a copied board of 1,000 cards, {name}: {right} came back right, {wrong} wrong")


def kills(folder: Path, number: int) -> None:
    """Kill a process that stores and decides at random moments; count what it had finished."""
    chance = random.Random(4)
    url = f"sqlite:///{folder / 'kills.db'}"
    cards = board(400)
    memory = SqlMemory(url)
    store(memory, cards, NOON)  # killed while its tables are made, it would never come to more
    memory.close()
    lost = doubled = broken = done = 0
    for round_ in range(number):
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            memory = SqlMemory(url)
            for step in range(10_000):
                at = (round_ * 7 + step) % len(cards)
                cards[at] = replace(cards[at], text=f"{round_}.{step}")
                store(memory, cards, NOON, 1)
                decided = memory.decide(
                    Decision(DecisionKind.HELD, "E01", "director", NOON, why=f"{round_}.{step}")
                )
                os.write(tell, f"{decided.number} {round_}.{step}\n".encode())
            os._exit(0)
        time.sleep(chance.uniform(0.0, 0.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(tell)
        with os.fdopen(told) as reports:
            said = [line.split() for line in reports.read().splitlines()]
        done += len(said)
        memory = SqlMemory(url)
        kept = memory.decisions()
        by_number = {str(one.number): one.why for one in kept}
        lost += sum(by_number.get(at) != why for at, why in said)
        doubled += len(kept) - len({one.why for one in kept})
        health = memory.examine()
        broken += bool(health and health.faults)
        memory.close()
    print(
        f"{number} kills at random moments, {done} steps reported done between them:"
        f" {lost} lost, {doubled} doubled, {broken} times damaged"
    )


def main() -> None:
    run = results.begun("memory", __doc__)
    run.used("SQLAlchemy", "alembic")
    with tempfile.TemporaryDirectory() as temporary:
        kills(Path(temporary), 5 if run.quick else KILLS)
        syncs(run, Path(temporary))
        copies()
        year(run, Path(temporary))
    run.end()


if __name__ == "__main__":
    main()
