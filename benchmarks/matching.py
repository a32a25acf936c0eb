"""How good and how fast matching is, beside rapidfuzz, recordlinkage, splink and dedupe.

Quality on the labelled pairs of real titles (found by MIRO_SYNC_SHARED or in ../shared), texts
alone. Every program has the threshold that suits it best on these very pairs; those that learn,
learn from them too. Ours is judged as it is set as well, and with thresholds chosen anew on nine
tenths of the pairs and judged on the tenth, where pairs that share a title, directly or through
others, never fall apart.

    python benchmarks/matching.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import datetime as dt
import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import results
from rapidfuzz import utils
from snowballstemmer import stemmer

from miro_sync.matching import match
from miro_sync.matching.likeness import compare
from miro_sync.matching.words import look_up, root, stem
from miro_sync.model import Coverage, Event, EventCard, Occurrence, Period, Schedule, ScheduleKind

FOLDS = 10
PASSES = 3
WISHED_PRECISION = 0.99
WISHED_LET_THROUGH = 0.20
APRIL = Period(dt.date(2023, 4, 1), dt.date(2023, 4, 30))
DAY = dt.date(2023, 4, 12)
RIVALS = ("rapidfuzz token_set_ratio", "recordlinkage", "splink", "dedupe")

Pair = dict[str, str | bool]


def main() -> None:
    run = results.begun("matching", __doc__)
    run.used("rapidfuzz", "snowballstemmer")
    path = results.shared("titles", "pairs.jsonl")
    if path:
        lines = path.read_text("utf-8").splitlines()
        pairs = [json.loads(line) for line in lines if line.strip()]
        quality(run, pairs)
    else:
        run.missing("quality on real titles: they are not here (set MIRO_SYNC_SHARED)")
    speed(run)
    run.end()


# --- quality ----------------------------------------------------------------------------------


def quality(run: results.Run, pairs: list[Pair]) -> None:
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
    unseen = cross_validated(pairs, folds, certain, noticed)
    tell("thresholds of other folds", unseen)

    labels = [bool(pair["same"]) for pair in pairs]
    mine = [noticed[id(pair)] for pair in pairs]
    sure = [certain[id(pair)] for pair in pairs]
    spent = results.spent(
        lambda: [compare(str(pair["b"]), str(pair["a"])) for pair in pairs], PASSES, before=forget
    )
    given = {"labels": labels, "passes": 1 if run.quick else PASSES, "pairs": spellings(pairs)}
    for rival in RIVALS:
        told = results.asked(run, "rival_titles.py", rival, given)
        if told is None:
            continue
        way, best = max(told["ways"].items(), key=lambda one: best_f1(one[1]["scores"], labels))
        beside(run, labels, (mine, sure), (rival, way, best["scores"]))
        run.row("time of a pair, texts never seen", spent / len(pairs), "s", rival,
                best["seconds"] / len(pairs))  # fmt: skip
    linked = [bool(pair["same"]) for pair, found in unseen if found == "sure"]
    run.row(
        "precision, thresholds chosen on other pairs",
        100 * sum(linked) / len(linked),
        "%",
        "the precision they were chosen for",
        100 * WISHED_PRECISION,
        better=results.MORE,
        note="How much the very pairs flatter who chooses on them; as set, ours is stricter.",
        limit=True,
    )
    whole(run, pairs)


def beside(
    run: results.Run,
    labels: list[bool],
    ours: tuple[list[float], list[float]],
    theirs: tuple[str, str, list[float]],
) -> None:
    """Compare at the threshold best for each, and at one that lets nearly nothing wrong through."""
    mine, sure = ours
    rival, way, scores = theirs
    at_best = tuple(figures(one, labels, best_threshold(one, labels)) for one in (mine, scores))
    said = [f"precision {one[0]:.0%}, recall {one[1]:.0%}" for one in at_best]
    run.row(
        f"best F1 on {len(labels)} real pairs",
        100 * at_best[0][2],
        "%",
        rival,
        100 * at_best[1][2],
        better=results.MORE,
        note=f"Ours {said[0]}; theirs {said[1]} ({way}).",
    )
    run.row(
        "found where 99 % of links must be right",
        100 * recall_at(sure, labels),
        "%",
        rival,
        100 * recall_at(scores, labels),
        better=results.MORE,
    )


def figures(scores: list[float], labels: list[bool], least: float) -> tuple[float, float, float]:
    """Return precision, recall and F1 of calling the same what scores so much."""
    taken = [label for score, label in zip(scores, labels, strict=True) if score >= least]
    right = sum(taken)
    precision, recall = right / max(len(taken), 1), right / sum(labels)
    return precision, recall, 2 * right / (len(taken) + sum(labels))


def best_threshold(scores: list[float], labels: list[bool]) -> float:
    return max(sorted(set(scores)), key=lambda least: figures(scores, labels, least)[2])


def best_f1(scores: list[float], labels: list[bool]) -> float:
    return figures(scores, labels, best_threshold(scores, labels))[2]


def recall_at(scores: list[float], labels: list[bool]) -> float:
    """Return the largest recall at any threshold with the wished precision."""
    found = (figures(scores, labels, least) for least in set(scores))
    return max(
        (recall for precision, recall, _ in found if precision >= WISHED_PRECISION), default=0
    )


def spellings(pairs: list[Pair]) -> dict[str, list[list[str]]]:
    """Return the pairs in lower case without marks, and by Snowball stems: others like both."""
    russian = stemmer("russian")

    def stemmed(title: str) -> str:
        return " ".join(russian.stemWords(title.split()))

    plain = [[utils.default_process(str(pair[side])) for side in ("a", "b")] for pair in pairs]
    return {
        "lower case": plain,
        "stems": [[stemmed(one), stemmed(other)] for one, other in plain],
    }


def forget() -> None:
    """Forget words that were met before; the tables of the language stay."""
    for remembered in (look_up, stem, root):
        remembered.cache_clear()


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


def whole(run: results.Run, pairs: list[Pair]) -> None:
    """Put all events of one wording into one calendar, a fifth of them left out, cards shuffled.

    The other program names each card's likeliest event where it is like enough; how much is enough
    is what makes its F1 best on these very cards.
    """
    counts: Counter[str] = Counter()
    others: list[tuple[float, bool]] = []
    for fold in range(1 if run.quick else 5):
        events, cards = calendar_of(pairs, fold)
        planned = {occurrence_.key for occurrence_ in events}
        found = match(events, cards)
        for link in found.links:
            counts["right" if is_own(link.occurrence_key, link.card_id) else "wrong"] += 1
        counts["asked"] += len(found.questions)
        counts["extra"] += len(found.extra)
        counts["of an event"] += sum(f"{one.id.partition('/')[0]}@c1" in planned for one in cards)
        given = {
            "events": [utils.default_process(one.event.title) for one in events],
            "cards": [utils.default_process(one.title) for one in cards],
        }
        told = results.asked(run, "rival_titles.py", "rapidfuzz, a whole calendar", given)
        if told is None:
            return
        others += [
            (score, is_own(events[at].key, one.id))
            for score, at, one in zip(told["scores"], told["best"], cards, strict=True)
        ]
    possible, linked = counts["of an event"], counts["right"] + counts["wrong"]
    least = max(
        {score for score, _ in others}, key=lambda least: linked_f1(others, least, possible)
    )
    taken = [right for score, right in others if score >= least]
    note = (
        f"{possible} cards of events that are planned, in five calendars. Ours links {linked},"
        f" asks about {counts['asked']}; theirs links {len(taken)}, asks nothing."
    )
    for what, ours, theirs in (
        ("precision", counts["right"] / linked, sum(taken) / len(taken)),
        ("recall", counts["right"] / possible, sum(taken) / possible),
        (
            "F1",
            2 * counts["right"] / (linked + possible),
            linked_f1(others, least, possible),
        ),
    ):
        run.row(
            f"whole calendars, links without asking: {what}",
            100 * ours,
            "%",
            "rapidfuzz token_set_ratio",
            100 * theirs,
            better=results.MORE,
            note=note if what == "precision" else "",
        )


def calendar_of(pairs: list[Pair], fold: int) -> tuple[list[Occurrence], list[EventCard]]:
    groups = Groups()
    for pair in pairs:
        one, other = str(pair["a"]), str(pair["b"])
        groups.join(one, other if pair["same"] else one)
        groups.find(other)
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
    return occurrences, cards


def is_own(occurrence_key: str, card_id: str) -> bool:
    return occurrence_key == f"{card_id.partition('/')[0]}@c1"


def linked_f1(answers: list[tuple[float, bool]], least: float, possible: int) -> float:
    taken = [right for score, right in answers if score >= least]
    return 2 * sum(taken) / (len(taken) + possible)


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


def speed(run: results.Run) -> None:
    """Time and weigh a calendar whose titles are much alike; most cards are worded anew."""
    sizes = [(20, 100), (200, 1000), (2000, 10_000)][: 2 if run.quick else 3]
    match(*scene(1, 1, 1))  # the tables are read once for a process
    ours, weights, theirs, their_weights = [], [], [], []
    for events, cards in sizes:
        occurrences, board = scene(events, cards, 1)
        times = 1 if cards > 1000 else PASSES
        ours.append(results.spent(partial(match, occurrences, board), times, before=forget))
        tracemalloc.start()
        match(occurrences, board)
        weights.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
        given = {
            "events": [utils.default_process(one.event.title) for one in occurrences],
            "cards": [utils.default_process(one.title) for one in board],
        }
        told = results.asked(run, "rival_titles.py", "rapidfuzz, a whole calendar", given)
        if told:
            theirs.append(told["seconds"])
            their_weights.append(told["megabytes"])
            note = "" if len(ours) < len(sizes) else (
                "Theirs compares texts and no more: no dates, centres, questions, reasons."
            )  # fmt: skip
            run.row(
                f"{events:,} events × {cards:,} cards", ours[-1], "s",
                "rapidfuzz token_set_ratio, all with all", theirs[-1], note=note,
            )  # fmt: skip
    cards_of = [cards for _, cards in sizes]
    run.growth("matching, events and cards together", "cards", cards_of, ours, megabytes=weights)
    if len(theirs) == len(sizes):
        run.growth("all titles with all", "cards", cards_of, theirs, megabytes=their_weights,
                   peer="rapidfuzz")  # fmt: skip


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
