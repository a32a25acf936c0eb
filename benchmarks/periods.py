"""How well and how fast period texts are read, beside dateparser, Natasha and Pullenti.

The labelled texts are real; they are looked for in MIRO_SYNC_SHARED, or in `shared` beside the
checkout. What was remembered of texts, shapes of texts and words is forgotten before each pass.

    python benchmarks/periods.py [--quick] [--day YYYY-MM-DD]
"""

# ruff: noqa: SLF001 - what is measured stands behind what is remembered
from __future__ import annotations

import json
import math
import re
import time
from functools import partial
from typing import Any

import results

from miro_sync.model import DateContext, Schedule, ScheduleKind
from miro_sync.periods import counts, grammar, reader, words

PASSES = 15
GRAMMARS = (
    counts._GRAMMAR,
    grammar._SECOND_PASS,
    grammar._THIRD_PASS,
)
OPEN = (ScheduleKind.UNDATED, ScheduleKind.AMBIGUOUS)
RIVALS = ("dateparser.search_dates", "dateparser.parse", "Natasha", "Pullenti")

Case = tuple[str, DateContext, dict[str, Any]]
Days = list[list[str]]


def main() -> None:
    run = results.begun("periods", __doc__)
    path = results.shared("periods", "labelled.jsonl")
    if path is None:
        run.missing("how well real texts are read: they are not here (set MIRO_SYNC_SHARED)")
        return
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    if run.quick:
        rows = rows[::10]
    cases = [(row["text"], context_of(row), row["expected"]) for row in rows]
    given = [case_for_others(row) for row in rows]

    answers = [reader.read_period(text, context) for text, context, _ in cases]
    tell_missed(cases, answers)
    ours = [days_of(answer) for answer in answers]
    spent = one_text(cases, 3 if run.quick else PASSES)
    strict = share(is_exact(answer, case[2]) for case, answer in zip(cases, answers, strict=True))
    for rival in RIVALS:
        told = results.asked(
            run, "rival_dates.py", rival, {"texts": given, "passes": 1 if run.quick else 3}
        )
        if told is None:
            continue
        setting, best = max(
            told["settings"].items(),
            key=lambda one: sum(map(is_right, one[1]["spans"], (case[2] for case in cases))),
        )
        compare(run, cases, (rival, setting), ours, best["spans"])
        run.row("one text", spent, "s", rival, best["seconds"] / len(cases))
    print(f"kind and rhythm right as well: {strict:.1f} % of {len(cases)}")
    growth(run, cases)
    run.end()


def compare(
    run: results.Run,
    cases: list[Case],
    rival: tuple[str, str],
    ours: list[Days],
    theirs: list[Days],
) -> None:
    """Tell the days found right, and the days invented."""
    expected = [case[2] for case in cases]
    name, setting = rival
    chosen = "" if setting == "as it comes" else f"Its setting that is right most often: {setting}."
    run.row(
        f"all days right, of {len(cases)} real texts",
        share(map(is_right, ours, expected)),
        "%",
        name,
        share(map(is_right, theirs, expected)),
        better=results.MORE,
        note=chosen,
    )
    open_ = [at for at, one in enumerate(expected) if one["kind"] in OPEN]
    run.row(
        f"days invented, of {len(open_)} texts without certain days",
        share(bool(ours[at]) for at in open_),
        "%",
        name,
        share(bool(theirs[at]) for at in open_),
    )


def is_right(found: Days, expected: dict[str, Any]) -> bool:
    """Tell whether the days are right, judged in favour of who knows only days.

    Kind and rhythm do not count, and days that together are the two ends of the one expected
    period are that period.
    """
    meant: Days = [] if expected["kind"] in OPEN else expected["periods"]
    if sorted(found) == sorted(meant):
        return True
    hull = [min(first for first, _ in found), max(last for _, last in found)] if found else None
    return len(meant) == 1 and hull == meant[0]


def days_of(answer: Schedule) -> Days:
    if answer.kind in OPEN:
        return []
    return [[str(period.start), str(period.end)] for period in answer.periods]


def share(right: Any) -> float:  # noqa: ANN401 - any iterable of bool
    said = list(right)
    return 100 * sum(said) / len(said) if said else math.nan


def case_for_others(row: dict[str, Any]) -> dict[str, Any]:
    context = row["context"]
    return {
        "text": row["text"],
        "school_year": context.get("school_year_start"),
        "year": context.get("doc_year"),
        "today": context["today"],
    }


def context_of(row: dict[str, Any]) -> DateContext:
    context = row["context"]
    if context.get("school_year_start") is not None:
        return DateContext(school_year=context["school_year_start"])
    return DateContext(year=context.get("doc_year"))


def is_exact(answer: Schedule, expected: dict[str, Any]) -> bool:
    if expected["kind"] == ScheduleKind.AMBIGUOUS:
        return answer.kind in OPEN
    days = [[str(period.start), str(period.end)] for period in answer.periods]
    return (answer.kind, days, answer.recurrence) == (
        expected["kind"],
        expected["periods"],
        expected["recurrence"],
    )


def tell_missed(cases: list[Case], answers: list[Schedule]) -> None:
    for (text, context, expected), answer in zip(cases, answers, strict=True):
        if not is_exact(answer, expected):
            print(f"missed {text!r} {context}\n  is {expected}\n  read as {told(answer)}")


def told(answer: Schedule) -> str:
    days = ", ".join(f"{period.start}..{period.end}" for period in answer.periods)
    return f"{answer.kind} {days} {answer.recurrence or ''}"


def one_text(cases: list[Case], passes: int) -> float:
    """Return the processor seconds of a text that was never seen, on average."""
    best = math.inf
    for _ in range(passes):
        forget()
        spent = 0.0
        for text, context, _ in cases:
            started = time.process_time()
            reader._read(text, context)
            spent += time.process_time() - started
        best = min(best, spent)
    return best / len(cases)


def forget() -> None:
    words._guess.cache_clear()
    for one in GRAMMARS:
        one._remembered.cache_clear()


def growth(run: results.Run, cases: list[Case]) -> None:
    """More texts, no two alike; one text that lists more and more days."""
    texts = [renumbered(text, at) for at in range(100) for text, _, _ in cases]
    sizes = [len(cases) * times for times in (1, 10, 100)]
    context = DateContext(school_year=2023)
    run.growth(
        "period texts, each different",
        "texts",
        sizes,
        [
            results.spent(
                partial(read_all, texts[:size], context),
                1 if run.quick else 2,
                before=forget,
            )
            for size in sizes
        ],
    )
    plan = DateContext(year=2023)
    lists = [
        ", ".join(f"{at % 28 + 1:02}.{at // 28 % 12 + 1:02}.2023" for at in range(size))
        for size in (3, 30, 300)
    ]
    run.growth(
        "one text that lists days",
        "days",
        (3, 30, 300),
        [results.spent(partial(reader._read, one, plan), before=forget) for one in lists],
    )


def read_all(texts: list[str], context: DateContext) -> None:
    for text in texts:
        reader._read(text, context)


def renumbered(text: str, by: int) -> str:
    """Change the days and years of a text, so that no text is met twice."""
    if not by:
        return text
    moved = re.sub(
        r"\b[0-2]?\d\b", lambda found: str((int(found[0]) + by) % 28 + 1).zfill(len(found[0])), text
    )
    return re.sub(r"\b20\d\d\b", lambda found: str(2000 + (int(found[0]) + by) % 100), moved)


if __name__ == "__main__":
    main()
