"""What a person chose in a cell, in their own words: what is to be done, and which days they name.

    «перенести на 15.05.2024», «Перенос на 15 мая», «перенести на …» with a day in the next cell,
    «пауза до 10.05», «отменить», «не та карточка», «отменить решение № 7»

A text that a careful person could take in two ways is not guessed at: `Unclear` says what to write.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from miro_sync.model import DateContext, Message, Period, Schedule, ScheduleKind, say
from miro_sync.periods import read_period
from miro_sync.text import fold


class Choice(StrEnum):
    """What may be chosen in a row."""

    HELD = "held"
    MOVE = "move"
    CANCEL = "cancel"
    NOT_OURS = "not_ours"
    CONFIRM = "confirm"
    REJECT = "reject"
    PAUSE = "pause"
    UNDO = "undo"


class Toward(StrEnum):
    """Which of several years a day without a year belongs to."""

    NEAREST = "nearest"  # a move: a little before the planned day, or after it
    NEXT = "next"  # a pause: today or later
    LAST = "last"  # held: today or before


class Unclear(Exception):  # noqa: N818 - an answer, no error of the program
    """The words allow no decision; `message` says what to write instead."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.key)
        self.message = message


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice with what was written beside it.

    Attributes:
        rest: the words that should name days, folded; "" for none.
        number: of the decision that is to be undone.

    """

    choice: Choice
    rest: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """Days that somebody named.

    Attributes:
        until: only the last one was named («до 15.05»).

    """

    period: Period
    until: bool = False


_THING = r"(?: (?:карточк\w+|строк\w+|мероприяти\w+|событи\w+|card|row|event))?"
_DECISION = r"(?:решени\w+|decision)"

#: Tried in this order: «отменить решение» is no «отменить».
_CHOICES: Final = (
    (
        Choice.UNDO,
        re.compile(
            rf"(?:отмен\w+|отозвать|снять|убрать|вернуть|undo|withdraw|cancel)(?: \w+)? {_DECISION}"
            r"(?: ?[№#n]?\s?(?P<number>\d+))?|вернуть(?: все)? (?:как было|обратно|назад)"
            r"|undo(?: ?[№#]?\s?(?P<other>\d+))?"
        ),
    ),
    (
        Choice.NOT_OURS,
        re.compile(
            r"(?:это )?не (?:наше|наша|наш|к нам|про нас|для нас|у нас)"
            rf"{_THING}|нас не касается|not ours"
        ),
    ),
    (
        Choice.REJECT,
        re.compile(
            rf"(?:нет,? )?(?:это )?не (?:та|то|тот|она|эта|это|он|подходит){_THING}"
            rf"|друг(?:ая|ое|ой){_THING}|not this{_THING}"
        ),
    ),
    (
        Choice.CONFIRM,
        re.compile(
            r"(?:да,? )?(?:это )?(?:та|то|тот|она|эта|верно|верная)(?: самая| самое| же)?"
            rf"{_THING}|подтвер\w+|this{_THING}"
        ),
    ),
    (
        Choice.HELD,
        re.compile(
            r"(?:уже |было )?(?:проведен[оаы]?|провели|провел[аи]?|прошл[оаи]|прошел|состоял\w+"
            r"|выполнен[оаы]?|сделан[оаы]?|готово|held|done)\b(?P<rest>.*)"
        ),
    ),
    (
        Choice.MOVE,
        re.compile(
            r"(?:перен[ео]с\w*|перенест\w*|сдвин\w+|сдвиг\w*|отлож\w+|отсроч\w+|продл\w+"
            r"|нов(?:ый|ая) (?:срок|дата)|mov\w+|postpone\w*)\b(?P<rest>.*)"
        ),
    ),
    (
        Choice.CANCEL,
        re.compile(
            rf"отмен\w*{_THING}|не (?:проводить|проводим|будет|состоится|состоялось){_THING}"
            r"|cancel\w*"
        ),
    ),
    (
        Choice.PAUSE,
        re.compile(
            r"(?:поставить )?(?:на )?(?:пауз\w+|приостанов\w+|перерыв|pause\w*)\b(?P<rest>.*)"
        ),
    ),
)  # fmt: skip

_EDGES = " .,:;!?…\"'-–—()"
_DOTS = re.compile(r"\.{2,}|…|_{2,}")
_TO = re.compile(r"^(?:на|к|to|on)\s+", re.IGNORECASE)
_FROM_TO = re.compile(r"^(?:с|со|from) .+? (?:на|to) (?P<to>.+)$")
_BOUND = re.compile(r"^(?P<bound>до|по|с|со|until|till|from|to)$")
_UNTIL = re.compile(r"^(?:до|по|until|till)\b")
_FROM = re.compile(r"^(?:с|со|from|since)\b")
_WEEKDAY = re.compile(
    r"(?:в|во)?\s*(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|сред[ау]|четверг|пятниц[ау]"
    r"|суббот[ау]|воскресенье)\W*"
)

_COMMAS = re.compile(r"(\d{1,2}),(\d{1,2})(?:,(\d{4}|\d{2}))?")

#: Days: an event is put forward by less than the first; a day that lies farther back than the
#: second is meant of the year after. Between them nobody can say.
_A_LITTLE: Final = 60
_LONG: Final = 120


def chosen(text: str) -> Chosen:
    """Understand the words of the cell «Решение».

    Raises:
        Unclear: they are none of the choices.

    """
    words = " ".join(_DOTS.sub(" ", fold(text)).split()).strip(_EDGES)
    for choice, pattern in _CHOICES:
        found = pattern.fullmatch(words)
        if found is None:
            continue
        parts = found.groupdict()
        number = parts.get("number") or parts.get("other")
        rest = (parts.get("rest") or "").strip(_EDGES)
        return Chosen(choice, rest, int(number) if number else None)
    raise Unclear(say("status_sheet.not_understood", text=text))


def named_days(rest: str, beside: str | dt.date, anchor: dt.date, toward: Toward) -> Days | None:
    """Return the days that stand in the words of a choice or in the cell beside it.

    Args:
        rest: the words after the choice, folded.
        beside: the cell beside it: a text, a day, or "".
        anchor: the planned day, or today: what a day without a year leans on.
        toward: which year it belongs to.

    Returns:
        The days; None when there are none.

    Raises:
        Unclear: the words name no days, several, or others than the cell beside.

    """
    bound = _BOUND.fullmatch(rest)
    if bound or rest in {"на", "к", "on"}:
        rest = ""
    within = _days(rest, anchor, toward) if rest else None
    if isinstance(beside, dt.date):
        next_to: Days | None = Days(Period(beside, beside))
    else:
        text = " ".join(_DOTS.sub(" ", fold(beside)).split()).strip(_EDGES)
        next_to = _days(text, anchor, toward) if text else None
    if within and next_to and within.period != next_to.period:
        raise Unclear(say("status_sheet.two_days"))
    days = within or next_to
    if days is not None and bound and bound["bound"] in {"до", "по", "until", "till"}:
        return Days(days.period, until=True)
    return days


def _days(text: str, anchor: dt.date, toward: Toward) -> Days:
    moved = _FROM_TO.match(text)
    if moved:
        text = moved["to"]
    text = _TO.sub("", text)
    if commas := _COMMAS.fullmatch(text):
        text = ".".join(part for part in commas.groups() if part)
    readings = [
        schedule
        for year in (anchor.year - 1, anchor.year, anchor.year + 1)
        if _is_clear(schedule := read_period(text, DateContext(year=year)))
    ]
    if not readings:
        raise Unclear(say("status_sheet.no_day", text=text))
    until = bool(_UNTIL.match(text)) or readings[0].deadline
    if _FROM.match(text) and readings[0].kind is ScheduleKind.DATE:
        raise Unclear(say("status_sheet.only_from", text=text))
    periods = sorted({one.periods[0] for one in readings}, key=lambda one: one.start)
    return Days(_of_one_year(periods, anchor, toward, text), until=until)


def _is_clear(schedule: Schedule) -> bool:
    return (
        schedule.kind in {ScheduleKind.DATE, ScheduleKind.RANGE}
        and len(schedule.periods) == 1
        and (not schedule.unread or _WEEKDAY.fullmatch(schedule.unread.casefold()) is not None)
    )


def _of_one_year(periods: list[Period], anchor: dt.date, toward: Toward, text: str) -> Period:
    if len(periods) == 1:
        return periods[0]
    if toward is Toward.NEXT:
        return next((one for one in periods if one.end >= anchor), periods[-1])
    if toward is Toward.LAST:
        return next((one for one in reversed(periods) if one.start <= anchor), periods[0])
    before = next((one for one in reversed(periods) if one.start < anchor), periods[0])
    after = next((one for one in periods if one.start >= anchor), periods[-1])
    earlier = (anchor - before.start).days
    if _A_LITTLE <= earlier <= _LONG:
        raise Unclear(say("status_sheet.which_year", text=text))
    return before if earlier < _A_LITTLE else after
