"""Single texts: periods, titles, markup, names of centres, what may be a person's."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from fuzz.oracle import require
from fuzz.parcels import text_of
from fuzz.targets.scene import CONTEXTS, NAMES, SPAN, TODAY
from miro_sync.choices import Toward, Unclear, chosen, named_days
from miro_sync.link_form import blocked_host, link_fault
from miro_sync.matching.likeness import compare
from miro_sync.matching.titles import read_title
from miro_sync.messages import catalogue
from miro_sync.model import ScheduleKind
from miro_sync.periods import expand, read_period
from miro_sync.privacy import few_hidden, personal, veiled, without_people
from miro_sync.tables import count_by_kind, count_people, links_in, parse_day, parse_number
from miro_sync.telling import answer
from miro_sync.text import clean, fold, one_line, plain


def period(document: bytes) -> object:
    """Read a period text, leaning on each kind of context."""
    text = text_of(document)
    told = []
    for context in CONTEXTS:
        schedule = read_period(text, context)
        expanded = expand(schedule, SPAN)
        if schedule.kind in {ScheduleKind.UNDATED, ScheduleKind.AMBIGUOUS}:
            require(not expanded, "what could not be dated has no days")
        if schedule.kind is ScheduleKind.RECURRING:
            require(
                all(one <= other for one, other in pairwise(expanded)), "what recurs is in order"
            )
            # What comes once a year counts by its last day: «1 сентября – 31 мая, ежегодно».
            require(all(one.end in SPAN for one in expanded), "what recurs ends in the project")
        told.append((schedule, expanded, answer.period(schedule, catalogue("ru"))))
    return told


def title(document: bytes) -> object:
    """Read a title, and hold the lines of the text against each other."""
    text = text_of(document)
    one, _, other = text.partition("\n")
    there, back = compare(one, other), compare(other, one)
    for found in (there, back):
        require(0 <= found.score <= 1, "a score lies between 0 and 1")
        require(0 <= found.part <= 1, "a share lies between 0 and 1")
        require(not (found.conflicts and found.score), "what conflicts is not alike")
    require(set(there.conflicts) == set(back.conflicts), "conflicts are mutual")
    same = compare(one, one)
    require(not same.conflicts, "a title does not contradict itself")
    return read_title(text), there, back, same


def markup(document: bytes) -> object:
    """Turn the HTML of a card into text."""
    text = document.decode("utf-8", "surrogateescape")  # halves of pairs for what is no UTF-8
    seen = plain(text)
    require(clean(seen) == seen, "what was cleaned is clean")
    require(clean(clean(text)) == clean(text), "cleaning twice is cleaning once")
    require("\n" not in one_line(text), "one line is one line")
    seen.encode()  # raises where half of a pair is left
    require(fold(fold(text)) == fold(text), "folding twice is folding once")
    return seen, fold(text)


def name(document: bytes) -> object:
    """Find the centres that a text names, and what in it may be a person's."""
    text = text_of(document)
    one = NAMES.find(text)
    known = NAMES.candidates(text)
    require(one is None or known == (one,), "the centre found is the only candidate")
    return (
        one,
        known,
        NAMES.mentioned(text),
        NAMES.only(text),
        personal(text),
        personal(text, staff=True),
        without_people(text),
        veiled(text),
        few_hidden(text),
    )


def cell(document: bytes) -> object:
    """Read the text of a cell as a number, a day, people counted, links, a choice."""
    text = text_of(document)
    beside = text.partition("\n")[2]
    told: list[object] = [
        parse_number(text),
        parse_day(text),
        count_people(text),
        count_by_kind(text),
        links_in(text),
        [(link_fault(link), blocked_host(link)) for link in links_in(text)],
        link_fault(text),
        blocked_host(text),
    ]
    for toward in Toward:
        try:
            choice = chosen(text)
            days = named_days(choice.rest, beside, TODAY, toward)
        except Unclear as unclear:
            told.append(unclear.message)
            continue
        if days is not None:
            require(dt.date.min <= days.period.start <= days.period.end, "days are in order")
        told += [choice, days]
    return told
