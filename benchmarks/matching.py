"""How good and how fast matching is: `python benchmarks/matching.py`.

Quality on the labelled pairs of real titles (found by MIRO_SYNC_SHARED or in ../shared): each
pair is a calendar of one event and a board of one card, with date and centre agreeing. The
thresholds are judged twice: as they are set, and chosen anew on nine tenths of the pairs and
judged on the tenth, where pairs that share a title, directly or through others, never fall apart.
Beside them rapidfuzz's token_set on the same pairs in the same run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from rapidfuzz import fuzz, utils

from miro_sync.matching import match
from miro_sync.matching.likeness import compare
from miro_sync.model import Coverage, Event, EventCard, Occurrence, Period, Schedule, ScheduleKind

FOLDS = 10
WISHED_PRECISION = 0.99
WISHED_LET_THROUGH = 0.20
APRIL = Period(dt.date(2023, 4, 1), dt.date(2023, 4, 30))
DAY = dt.date(2023, 4, 12)

Pair = dict[str, str | bool]


def main() -> None:
    shared = Path(os.environ.get("MIRO_SYNC_SHARED", Path(__file__).parents[2] / "shared"))
    path = shared / "data" / "titles" / "pairs.jsonl"
    if path.exists():
        lines = path.read_text("utf-8").splitlines()
        quality([json.loads(line) for line in lines if line.strip()])
    else:
        print(f"no labelled pairs at {path}: quality is not measured")
    for owners in (1, 8):
        speed(2000, 10_000, owners)


# --- quality ----------------------------------------------------------------------------------


def quality(pairs: list[Pair]) -> None:
    same = sum(bool(pair["same"]) for pair in pairs)
    print(f"{same} pairs of one event, {len(pairs) - same} of two")
    for name, dated, centered in (
        ("date and centre agree", True, True),
        ("no date", False, True),
        ("no centre", True, False),
        ("neither", False, False),
    ):
        tell(name, [(pair, judged(pair, dated=dated, centered=centered)) for pair in pairs])
    folds = grouped_folds(pairs)
    ours = {id(pair): compare(str(pair["b"]), str(pair["a"])) for pair in pairs}
    certain = {key: 0.0 if found.doubts else found.score for key, found in ours.items()}
    noticed = {key: found.score for key, found in ours.items()}
    tell("thresholds of other folds", cross_validated(pairs, folds, certain, noticed))
    peer = {
        id(pair): fuzz.token_set_ratio(
            str(pair["a"]), str(pair["b"]), processor=utils.default_process
        )
        for pair in pairs
    }
    tell("rapidfuzz token_set, likewise", cross_validated(pairs, folds, peer, peer))
    whole(pairs)


def judged(pair: Pair, *, dated: bool, centered: bool) -> str:
    """Return "sure", "asked" or "none" for a calendar of one event and a board of one card."""
    center_id = "c1" if centered else None
    found = match(
        [occurrence("e", str(pair["a"]), APRIL, center_id)],
        [card("c", str(pair["b"]), DAY if dated else None, center_id)],
    )
    return "sure" if found.links else "asked" if found.questions else "none"


def cross_validated(
    pairs: list[Pair],
    folds: Sequence[int],
    certain: dict[int, float],
    noticed: dict[int, float],
) -> list[tuple[Pair, str]]:
    """Judge every fold by the thresholds that meet the wishes on all others."""
    results: list[tuple[Pair, str]] = []
    for fold in range(FOLDS):
        known = [pair for pair, own in zip(pairs, folds, strict=True) if own != fold]
        sure = lowest(certain.values(), partial(precise, known, certain))
        ask = lowest(noticed.values(), partial(sparing, known, noticed))
        for pair, own in zip(pairs, folds, strict=True):
            if own == fold:
                found = "sure" if certain[id(pair)] >= sure else "none"
                if found == "none" and noticed[id(pair)] >= ask:
                    found = "asked"
                results.append((pair, found))
    return results


def lowest(scores: Iterable[float], allowed: Callable[[float], bool]) -> float:
    """Return the lowest threshold that is allowed, with all above it."""
    best = float("inf")
    for score in sorted(set(scores), reverse=True):
        if not allowed(score):
            break
        best = score
    return best


def precise(pairs: list[Pair], scores: dict[int, float], least: float) -> bool:
    taken = [bool(pair["same"]) for pair in pairs if scores[id(pair)] >= least]
    return sum(taken) >= WISHED_PRECISION * len(taken)


def sparing(pairs: list[Pair], scores: dict[int, float], least: float) -> bool:
    different = [pair for pair in pairs if not pair["same"]]
    let_through = sum(scores[id(pair)] >= least for pair in different)
    return let_through <= WISHED_LET_THROUGH * len(different)


class Groups:
    """Titles that belong together, directly or through others."""

    def __init__(self) -> None:
        self._leader: dict[str, str] = {}

    def find(self, title: str) -> str:
        """Return the title that stands for all that belong to this one."""
        self._leader.setdefault(title, title)
        while self._leader[title] != title:
            title = self._leader[title]
        return title

    def join(self, one: str, other: str) -> None:
        """Let two titles belong together."""
        self._leader[self.find(one)] = self.find(other)

    def all(self) -> list[list[str]]:
        """Return the titles that belong together, group by group."""
        found: dict[str, list[str]] = {}
        for title in sorted(self._leader):
            found.setdefault(self.find(title), []).append(title)
        return list(found.values())


def grouped_folds(pairs: list[Pair]) -> list[int]:
    """Deal the pairs into folds so that titles that are compared anywhere stay together."""
    groups = Groups()
    for pair in pairs:
        groups.join(str(pair["a"]), str(pair["b"]))
    leaders = [groups.find(str(pair["a"])) for pair in pairs]
    ordered = sorted(set(leaders))
    random.Random(1).shuffle(ordered)
    fold_of = {leader: number % FOLDS for number, leader in enumerate(ordered)}
    return [fold_of[leader] for leader in leaders]


def whole(pairs: list[Pair]) -> None:
    """Put all events of one wording into one calendar, a fifth of them left out, cards shuffled."""
    groups = Groups()
    for pair in pairs:
        one, other = str(pair["a"]), str(pair["b"])
        groups.join(one, other if pair["same"] else one)
        groups.find(other)
    counts: Counter[str] = Counter()
    for fold in range(5):
        dice = random.Random(fold)
        occurrences: list[Occurrence] = []
        cards: list[EventCard] = []
        for number, wordings in enumerate(groups.all()):
            dice.shuffle(wordings)
            kept = wordings[:1] if number % 5 != fold else []
            occurrences += [occurrence(f"g{number}", title, APRIL, "c1") for title in kept]
            cards += [
                card(f"g{number}/{at}", title, DAY, "c1")
                for at, title in enumerate(wordings[len(kept) :])
            ]
        dice.shuffle(occurrences)
        dice.shuffle(cards)
        found = match(occurrences, cards)
        for link in found.links:
            right = link.occurrence_key == f"{link.card_id.partition('/')[0]}@c1"
            counts["sure, right" if right else "sure, wrong"] += 1
        counts["asked"] += len(found.questions)
        counts["none"] += len(found.extra)
    right_, wrong = counts["sure, right"], counts["sure, wrong"]
    print(
        f"all in one calendar and one month, a fifth left out, five times: {dict(counts)}, "
        f"right {right_ / (right_ + wrong):.1%}"
    )


def tell(name: str, results: Iterable[tuple[Pair, str]]) -> None:
    counts = Counter((bool(pair["same"]), found) for pair, found in results)
    same = sum(count for (one, _), count in counts.items() if one)
    different = counts.total() - same
    right, wrong = counts[True, "sure"], counts[False, "sure"]
    noticed = right + counts[True, "asked"]
    through = wrong + counts[False, "asked"]
    precision = f"{right / (right + wrong):.1%}" if right + wrong else "-"
    print(
        f"{name:30} sure {right + wrong:3}, right {precision:>6}; of the same found"
        f" {noticed / same:.1%} (sure {right / same:.1%}); of the different let through"
        f" {through / different:.1%}"
    )


# --- speed ------------------------------------------------------------------------------------

FORMS = "Урок Занятие Мастер-класс Конкурс Викторина Олимпиада Семинар Выставка Экскурсия Турнир"
SUBJECTS = "химии физике биологии математике информатике экологии робототехнике шахматам"
THINGS = (
    "вода лес космос звезда реакция клетка растение металл свет звук магнит робот схема язык "
    "карта река гора погода почва здоровье питание музей книга театр герой память подвиг весна "
    "урожай птица зверь рыба море океан планета солнце энергия лаборатория микроскоп модель"
)


def speed(events: int, cards: int, owners: int) -> None:
    """Time and weigh a calendar whose titles are much alike; most cards are worded anew."""
    occurrences, board = scene(events, cards, owners)
    match(occurrences[:1], board[:1])  # the tables are read once for a process
    start = time.perf_counter(), time.process_time()
    found = match(occurrences, board)
    wall, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    tracemalloc.start()
    match(occurrences, board)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(
        f"{len(occurrences)} occurrences of {events // owners} events x {len(board)} cards "
        f"({len({one.title for one in board})} titles): {wall:.2f} s ({processor:.2f} s of "
        f"processor), peak {peak:.0f} MB; {len(found.links)} links, {len(found.questions)} "
        f"questions, {len(found.extra)} extra"
    )


def scene(events: int, cards: int, owners: int) -> tuple[list[Occurrence], list[EventCard]]:
    dice = random.Random(1)
    forms, subjects, things = FORMS.split(), SUBJECTS.split(), THINGS.split()
    centers: list[str | None] = [f"c{number}" for number in range(8)]
    occurrences: list[Occurrence] = []
    for number in range(events // owners):
        named = " ".join(dice.sample(things, 3)).capitalize()
        title = (
            f"{dice.choice(forms)} по {dice.choice(subjects)} «{named}» для {dice.randint(5, 9)} "
            "классов"
        )
        start = dt.date(2023, 1, 1) + dt.timedelta(days=dice.randrange(500))
        period = Period(start, start + dt.timedelta(days=30))
        owned = centers[:owners] if owners > 1 else [None]
        occurrences += [occurrence(f"k{number}", title, period, center_id) for center_id in owned]
    board: list[EventCard] = []
    for number in range(cards):
        meant = dice.choice(occurrences)
        first = meant.period.start if meant.period else APRIL.start
        spoken = meant.event.title.split()
        for _ in range(dice.randint(0, 3)):
            spoken.pop(dice.randrange(len(spoken)))
        if number % 3 == 0:
            at = dice.randrange(len(spoken))
            spoken[at] = spoken[at][:3] + spoken[at][4:]
        if number % 2:
            spoken.append(f"(участников: {number % 90 + 10})")
        day = first + dt.timedelta(days=dice.randrange(30))
        center_id = meant.center_id or dice.choice(centers)
        board.append(card(f"x{number}", " ".join(spoken), day, center_id))
    return occurrences, board


def occurrence(key: str, title: str, period: Period, center_id: str | None) -> Occurrence:
    schedule = Schedule("", ScheduleKind.RANGE, (period,))
    coverage = Coverage.EVERY_CENTER if center_id else Coverage.NETWORK
    event = Event(key, title, schedule, coverage=coverage)
    own = f"{key}@{center_id}" if center_id else key
    return Occurrence(own, event, center_id, period, None)


def card(card_id: str, title: str, day: dt.date | None, center_id: str | None) -> EventCard:
    date = Schedule("", ScheduleKind.DATE, (Period(day, day),)) if day else None
    return EventCard(card_id, "board", title, center_id=center_id, date=date)


if __name__ == "__main__":
    main()
