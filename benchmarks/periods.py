"""How well and how fast period texts are read: `python benchmarks/reader.py`.

Reads the labelled period texts in MIRO_SYNC_SHARED, or in `shared` beside the checkout. What
was remembered of texts, shapes of texts and words is forgotten before each pass.
"""

# ruff: noqa: SLF001 - what is measured stands behind what is remembered
from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from miro_sync.model import DateContext, Schedule, ScheduleKind
from miro_sync.periods import counts, grammar, reader, words

PASSES = 15
GRAMMARS = (
    counts._GRAMMAR,
    grammar._SECOND_PASS,
    grammar._THIRD_PASS,
)
OPEN = (ScheduleKind.UNDATED, ScheduleKind.AMBIGUOUS)


def main() -> None:
    root = Path(os.environ.get("MIRO_SYNC_SHARED", Path(__file__).parents[2] / "shared"))
    path = root / "data" / "periods" / "labelled.jsonl"
    if not path.exists():
        sys.exit(f"no labelled texts: {path} (set MIRO_SYNC_SHARED)")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    cases = [(row["text"], context_of(row), row["expected"]) for row in rows]

    answers = [reader.read_period(text, context) for text, context, _ in cases]
    missed = [
        (case, answer)
        for case, answer in zip(cases, answers, strict=True)
        if not is_exact(answer, case[2])
    ]
    undated = [case[2]["kind"] in OPEN for case in cases]
    invented = sum(
        none and answer.kind not in OPEN for none, answer in zip(undated, answers, strict=True)
    )
    for (text, context, expected), answer in missed:
        print(f"missed {text!r} {context}\n  is {expected}\n  read as {told(answer)}")
    exact = len(cases) - len(missed)
    print(f"exact      {exact} of {len(cases)} ({exact / len(cases):.1%})")
    print(f"invented   {invented} of {sum(undated)} texts that have no certain day")
    print(f"per text   {microseconds(cases):.0f} microseconds of one core")


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


def told(answer: Schedule) -> str:
    days = ", ".join(f"{period.start}..{period.end}" for period in answer.periods)
    return f"{answer.kind} {days} {answer.recurrence or ''}"


def microseconds(cases: list[tuple[str, DateContext, Any]]) -> float:
    best = float("inf")
    for _ in range(PASSES):
        words._guess.cache_clear()
        for one in GRAMMARS:
            one._remembered.cache_clear()
        spent = 0.0
        for text, context, _ in cases:
            started = time.process_time()
            reader._read(text, context)
            spent += time.process_time() - started
        best = min(best, spent)
    return best / len(cases) * 1e6


if __name__ == "__main__":
    main()
