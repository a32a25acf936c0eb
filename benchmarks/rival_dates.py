"""Period texts read by other programs: run by benchmarks/periods.py in a Python that has them.

    python benchmarks/rival_dates.py TASK < texts.json

In come texts, each with the first year of its school year, the year of its document, or the day it
was read. Out go, for every setting of the program, the spans of days found in each text and the
processor seconds of all, the least of some passes; its start is not counted.

None of these programs knows of school years, and what one finds is a day, a month or a year, or a
range of two. All that is done here for their answers is in their favour: a year that is not written
comes from the context, a month becomes its days, an end before its beginning moves the beginning
into the year before, and a range that has only an end is a deadline.
"""

from __future__ import annotations

import calendar
import collections
import datetime as dt
import importlib.metadata
import inspect
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

#: A day, month or year, each as it was written or None.
Day = tuple[int | None, int | None, int | None]
Span = tuple[dt.date, dt.date]
Text = dict[str, Any]

PASSES = 3
SEPTEMBER = 9


def main() -> None:
    texts = json.load(sys.stdin)
    task, passes = sys.argv[1], int(texts.pop("passes", PASSES))
    package, read = {
        "dateparser.parse": ("dateparser", with_parse),
        "dateparser.search_dates": ("dateparser", with_search),
        "Natasha": ("natasha", with_natasha),
        "Pullenti": ("pullenti", with_pullenti),
    }[task]
    settings = read(texts["texts"], passes)
    versions = {package: importlib.metadata.version(package)}
    print(json.dumps({"settings": settings, "versions": versions}))


# --- the programs -------------------------------------------------------------------------------


def with_parse(texts: list[Text], passes: int) -> dict[str, Any]:
    from dateparser.date import DateDataParser

    answers = {}
    for prefer in ("future", "past", "current_period"):
        parsers = [
            DateDataParser(languages=["ru"], settings=settings_of(text, prefer)) for text in texts
        ]
        calls = [
            partial(parser.get_date_data, text["text"])
            for parser, text in zip(parsers, texts, strict=True)
        ]
        found, spent = timed(calls, passes)
        spans = [[whole(one.date_obj, one.period)] if one.date_obj else [] for one in found]
        answers[f"prefers {prefer}"] = told(spans, spent)
    return answers


def with_search(texts: list[Text], passes: int) -> dict[str, Any]:
    from dateparser.date import DateDataParser
    from dateparser.search import search_dates

    answers = {}
    for prefer in ("future", "past", "current_period"):
        calls = [
            partial(
                search_dates, text["text"], languages=["ru"], settings=settings_of(text, prefer)
            )
            for text in texts
        ]
        found, spent = timed(calls, passes)
        spans: list[list[Span]] = []
        for text, pieces in zip(texts, found, strict=True):
            parser = DateDataParser(languages=["ru"], settings=settings_of(text, prefer))
            own = []
            for piece, moment in pieces or ():
                again = parser.get_date_data(piece)  # only to learn whether it is a whole month
                own.append(whole(moment, again.period if again.date_obj else "day"))
            spans.append(own)
        answers[f"prefers {prefer}"] = told(spans, spent)
    return answers


def settings_of(text: Text, prefer: str) -> dict[str, Any]:
    return {
        "RELATIVE_BASE": dt.datetime.combine(base(text), dt.time()),
        "PREFER_DATES_FROM": prefer,
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "DMY",
    }


def with_natasha(texts: list[Text], passes: int) -> dict[str, Any]:
    if not hasattr(inspect, "getargspec"):  # its dictionary asks for what Python 3.11 took away
        spec = collections.namedtuple("spec", "args varargs keywords defaults")  # noqa: PYI024
        inspect.getargspec = lambda what: spec(*inspect.getfullargspec(what)[:4])  # type: ignore[attr-defined]
    from natasha import DatesExtractor, MorphVocab

    extract = DatesExtractor(MorphVocab())

    def read(text: str) -> list[Any]:
        return list(extract(text))

    found, spent = timed([partial(read, text["text"]) for text in texts], passes)
    spans = [
        [
            filled((one.fact.year, one.fact.month, one.fact.day), text)
            for one in own
            if one.fact.year or one.fact.month
        ]
        for own, text in zip(found, texts, strict=True)
    ]
    return {"as it comes": told(spans, spent)}


def with_pullenti(texts: list[Text], passes: int) -> dict[str, Any]:
    from pullenti.ner.ProcessorService import ProcessorService
    from pullenti.ner.SourceOfAnalysis import SourceOfAnalysis
    from pullenti.Sdk import Sdk

    Sdk.initialize_all()
    processor = ProcessorService.create_specific_processor("DATE")

    def read(text: str) -> list[Any]:
        token = processor.process(SourceOfAnalysis(text), None, None).first_token
        found = []
        while token is not None:
            if getattr(token, "referent", None) is not None:
                found.append(token.referent)
            token = token.next0_
        return found

    found, spent = timed([partial(read, text["text"]) for text in texts], passes)
    spans = []
    for own, text in zip(found, texts, strict=True):
        parts: list[Span] = []
        for one in own:
            if one.type_name == "DATERANGE":
                parts += ranged(one, text)
            elif one.type_name == "DATE" and (day := parts_of(one))[:2] != (None, None):
                parts.append(filled(day, text))
        spans.append(parts)
    return {"as it comes": told(spans, spent)}


def ranged(found: Any, text: Text) -> list[Span]:
    """Return the days of a range; its ends lend each other what only one of them says."""
    first, last = (
        parts_of(slot) if (slot := found.get_slot_value(name)) else None for name in ("FROM", "TO")
    )
    if last is None:
        return [filled(first, text)] if first else []
    if first is None:
        end = filled(last, text)[1]
        return [(end, end)]
    first = tuple(own or lent for own, lent in zip(first[:2], last[:2], strict=True)) + first[2:]  # type: ignore[assignment]
    start, end = filled(first, text)[0], filled(last, text)[1]
    if start > end:
        start = start.replace(year=start.year - 1)
    return [(start, end)]


def parts_of(date: Any) -> Day:
    parts: dict[str, int] = {}
    while date is not None:
        for slot in date.slots:
            if slot.type_name in {"YEAR", "MONTH", "DAY"}:
                parts.setdefault(slot.type_name, int(str(slot.value)))
        date = date.get_slot_value("HIGHER")
    return parts.get("YEAR"), parts.get("MONTH"), parts.get("DAY")


# --- what is done for all of them ---------------------------------------------------------------


def timed(calls: Sequence[Callable[[], Any]], passes: int) -> tuple[list[Any], float]:
    """Return what the calls return, and the least processor seconds of all of them."""
    found = [call() for call in calls]  # dictionaries are read and patterns compiled here
    least = float("inf")
    for _ in range(passes):
        begin = time.process_time()
        for call in calls:
            call()
        least = min(least, time.process_time() - begin)
    return found, least


def base(text: Text) -> dt.date:
    """Return the day from which a year that is not written is to be reckoned."""
    if text["school_year"]:
        return dt.date(text["school_year"], SEPTEMBER, 1)
    return dt.date(text["year"], 1, 1) if text["year"] else dt.date.fromisoformat(text["today"])


def filled(day: Day, text: Text) -> Span:
    """Return the days that are meant, with the year of the context where none is written."""
    year, month, at = day
    if year is None:
        year = base(text).year
        if text["school_year"] and month is not None and month < SEPTEMBER:
            year += 1
    if year < 100:
        year += 2000
    if month is None:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    last = calendar.monthrange(year, month)[1]
    if at is None:
        return dt.date(year, month, 1), dt.date(year, month, last)
    only = dt.date(year, month, min(at, last))
    return only, only


def whole(moment: dt.datetime, period: str) -> Span:
    day = moment.date()
    if period == "month":
        last = calendar.monthrange(day.year, day.month)[1]
        return day.replace(day=1), day.replace(day=last)
    if period == "year":
        return dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)
    return day, day


def told(spans: list[list[Span]], spent: float) -> dict[str, Any]:
    return {
        "spans": [[[str(first), str(last)] for first, last in own] for own in spans],
        "seconds": spent,
    }


if __name__ == "__main__":
    main()
