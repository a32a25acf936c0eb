"""The event calendar: its rows become events, its events become occurrences with deadlines.

Also the working days that deadlines are counted in. A *deadline* is the last day on which a
missing mark is still waited for: the last day of a period and then so many working days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from miro_sync.model import (
    CellError,
    Coverage,
    DateContext,
    Event,
    EventCalendar,
    Occurrence,
    Period,
    Place,
    Problem,
    Schedule,
    ScheduleKind,
    Severity,
    say,
)
from miro_sync.periods import expand, read_period
from miro_sync.text import fold, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from miro_sync.model import Message, Project, SpecialDay

#: The columns of a calendar row, as `CalendarRow.values` names them.
COLUMNS = (
    "code",
    "task",
    "title",
    "period",
    "responsible",
    "participants",
    "expected",
    "coverage",
    "quota",
)

#: Years whose transfers of days off are known; to be extended each autumn, when the Government
#: publishes its decree for the next year.
OFFICIAL_YEARS = range(2020, 2028)


class WorkDays:
    """The working days of a project: the five-day week of Russia without school holidays.

    Public holidays are those of article 112 of the Labour Code; days off are moved by the same
    article and by the yearly decrees of the Government on the transfer of days off, both as in
    the official production calendars of `OFFICIAL_YEARS`. For other years the article alone is
    applied, and `uncovered` names them. Days declared non-working for once with pay kept (2020,
    2021) are in no production calendar and count as working.
    """

    def __init__(
        self, vacations: Iterable[Period] = (), special_days: Iterable[SpecialDay] = ()
    ) -> None:
        """Take the project's own days; a special day wins over everything else."""
        self._vacations = tuple(vacations)
        self._special = {special.day: special.working for special in special_days}
        self._years: dict[int, list[int]] = {}

    def is_working(self, day: dt.date) -> bool:
        """Tell whether the day is a working day."""
        special = self._special.get(day)
        if special is not None:
            return special
        off, worked = _production_calendar(day.year)
        if day in off or (day.weekday() >= _SATURDAY and day not in worked):
            return False
        return not any(day in vacation for vacation in self._vacations)

    def add(self, day: dt.date, count: int) -> dt.date:
        """Return the `count`-th working day after `day`; the day itself for 0."""
        year, remaining = day.year, count
        after = day.toordinal()
        while remaining > 0:
            days = self._working_days(year)
            skipped = bisect_right(days, after)
            if skipped + remaining <= len(days):
                return dt.date.fromordinal(days[skipped + remaining - 1])
            remaining -= len(days) - skipped
            year += 1
            if year > dt.MAXYEAR:
                return dt.date.max
        return day

    def uncovered(self, years: Iterable[int]) -> tuple[int, ...]:
        """Name the years of which neither the production calendar nor the settings know a day."""
        declared = {day.year for day in self._special}
        return tuple(sorted(set(years) - set(OFFICIAL_YEARS) - declared))

    def _working_days(self, year: int) -> list[int]:
        """Return the year's working days as ordinals, ascending."""
        days = self._years.get(year)
        if days is None:
            first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
            days = [
                number
                for number in range(first, last + 1)
                if self.is_working(dt.date.fromordinal(number))
            ]
            self._years[year] = days
        return days


def work_days(project: Project) -> WorkDays:
    """Return the working days by which the project's deadlines are counted."""
    return WorkDays(project.vacations, project.special_days)


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A row of the calendar's table that is neither blank nor a section.

    Attributes:
        values: what the cells hold, by the names of `COLUMNS`; absent means blank. The period
            may be a true date, a code or a quota a number.
        place: the row.
        places: single cells of it, by column, where they are known.

    """

    values: Mapping[str, object] = field(hash=False)
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict, hash=False)

    def text(self, column: str) -> str:
        """Return a cell as the text that a reader sees in it, on one line."""
        return one_line(self.lines(column))

    def lines(self, column: str) -> str:
        """Return a cell as the text that a reader sees in it."""
        value = self.values.get(column)
        if value is None or isinstance(value, CellError):
            return ""
        if isinstance(value, dt.date):
            return f"{value:%d.%m.%Y}"
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return plain(str(value))

    def place_of(self, column: str) -> Place:
        """Return where the cell stands, or the row where that is not known."""
        return self.places.get(column, self.place)


def read_calendar(
    rows: Iterable[CalendarRow],
    project: Project,
    *,
    workdays: WorkDays | None = None,
    find_center: Callable[[str], str | None] | None = None,
) -> EventCalendar:
    """Understand the rows of the event calendar.

    Nothing is dropped but rows without a title: an event whose period nobody can read stays, with
    one undated occurrence for each of those it concerns.

    Args:
        rows: in the order of the table.
        project: its span resolves months without a year and bounds what recurs; its centres
            are those of «каждый центр».
        workdays: what deadlines are counted by; the project's own by default.
        find_center: finds a centre's id by a free spelling, for «Охват»; exact spellings of id,
            name, alias and frame are found without it.

    Returns:
        Events and occurrences in the order of the rows, with everything that a person should
        look at in `problems`.

    """
    workdays = workdays or work_days(project)
    known = _known_centers(project)
    problems: list[Problem] = []
    events: list[Event] = []
    for row in rows:
        event, found = _event(row, project, known, find_center)
        problems += found
        if event is not None:
            events.append(event)
    events, found = _keyed(events)
    calendar = plan(events, project, workdays=workdays)
    return replace(calendar, problems=(*problems, *found, *calendar.problems))


def plan(events: Sequence[Event], project: Project, *, workdays: WorkDays) -> EventCalendar:
    """Say what must happen, for whom, when and until when a mark is waited for.

    Args:
        events: understood before, in any order.
        project: its span bounds what recurs; its centres are those of «каждый центр».
        workdays: what deadlines are counted by.

    """
    occurrences = tuple(chain.from_iterable(_occurrences(e, project, workdays) for e in events))
    problems = tuple(_uncovered(occurrences, workdays))
    return EventCalendar(tuple(events), occurrences, problems)


# --- working days -----------------------------------------------------------------------------

_SATURDAY = 5

#: Labour Code of the Russian Federation, article 112: (month, day).
_PUBLIC_HOLIDAYS = (
    *((1, day) for day in range(1, 9)),  # New Year holidays and Christmas
    (2, 23),
    (3, 8),
    (5, 1),
    (5, 9),
    (6, 12),
    (11, 4),
)

#: Days off moved by the yearly decrees of the Government: year -> ((month, day) that became free,
#: (month, day) it was taken from).
_TRANSFERS: dict[int, tuple[tuple[tuple[int, int], tuple[int, int]], ...]] = {
    2020: (((5, 4), (1, 4)), ((5, 5), (1, 5))),
    2021: (((2, 22), (2, 20)), ((11, 5), (1, 2)), ((12, 31), (1, 3))),
    2022: (((3, 7), (3, 5)), ((5, 3), (1, 1)), ((5, 10), (1, 2))),
    2023: (((2, 24), (1, 1)), ((5, 8), (1, 8))),
    2024: (
        ((4, 29), (4, 27)),
        ((4, 30), (11, 2)),
        ((5, 10), (1, 6)),
        ((12, 30), (12, 28)),
        ((12, 31), (1, 7)),
    ),
    2025: (
        ((5, 2), (1, 4)),
        ((5, 8), (2, 23)),
        ((6, 13), (3, 8)),
        ((11, 3), (11, 1)),
        ((12, 31), (1, 5)),
    ),
    2026: (((1, 9), (1, 3)), ((12, 31), (1, 4))),
    2027: (((2, 22), (2, 20)), ((11, 5), (1, 2)), ((12, 31), (1, 3))),
}


@cache
def _production_calendar(year: int) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """Return the year's free days beside its weekends, and the weekend days that are worked."""
    holidays = [dt.date(year, month, day) for month, day in _PUBLIC_HOLIDAYS]
    off = set(holidays)
    taken = set()
    for free, source in _TRANSFERS.get(year, ()):
        off.add(dt.date(year, *free))
        taken.add(dt.date(year, *source))
    for holiday in holidays:
        # A holiday on a weekend moves to the next working day, but for those of January, which
        # only a decree moves.
        if holiday.month > 1 and holiday.weekday() >= _SATURDAY and holiday not in taken:
            day = holiday
            while day.weekday() >= _SATURDAY or day in off:
                day += dt.timedelta(days=1)
            off.add(day)
    return frozenset(off), frozenset(taken - set(holidays))


def _uncovered(occurrences: Iterable[Occurrence], workdays: WorkDays) -> Iterator[Problem]:
    years = {one.deadline.year for one in occurrences if one.deadline is not None}
    for year in workdays.uncovered(years):
        yield Problem(
            say("calendar.year_not_covered", year=year),
            Place("project.toml", key="[[holiday]]"),
            Severity.WARNING,
        )


# --- one row ----------------------------------------------------------------------------------


def _event(
    row: CalendarRow,
    project: Project,
    known: Mapping[str, str],
    find_center: Callable[[str], str | None] | None,
) -> tuple[Event | None, list[Problem]]:
    """Read one row; the event's key is still empty."""
    title = _title(row.text("title"))
    if not title:
        if any(row.text(column) for column in COLUMNS):
            return None, [Problem(say("calendar.no_title"), row.place_of("title"))]
        return None, []
    schedule, problems = _schedule(row, project)
    coverage, center_id, found = _coverage(row, known, find_center)
    problems += found
    quota, found = _quota(row, title)
    problems += found
    event = Event(
        key="",
        title=title,
        schedule=schedule,
        code=row.text("code") or None,
        task=_title(row.text("task")),
        responsible=split_responsible(row.lines("responsible")),
        participants=row.text("participants"),
        expected=row.text("expected"),
        coverage=coverage,
        center_id=center_id,
        quota=quota,
        place=row.place,
    )
    return event, problems


def _title(text: str) -> str:
    """Drop the mark or number of a list item: «- Обучение», «• Форум», «2) Семинар»."""
    return _LIST_MARK.sub("", text).strip()


_LIST_MARK = re.compile(r"^(?:[-–—−•·∙●▪■◦*+]\s*|\(?\d{1,2}[.)]\s+(?=\D))+")


def split_responsible(text: str) -> tuple[str, ...]:
    """Split «Ответственные» into those who answer, at commas, semicolons and line ends.

    Commas within brackets and quotes do not count, nor do those of a participle that says more
    about somebody: «Методисты, курирующие химию, физику, биологию» is one.
    """
    parts: list[str] = []
    in_clause = False
    for part in _outside_brackets(text):
        continues = in_clause and part[:1].islower()
        if parts and (continues or _PARTICIPLE.match(part)):
            parts[-1] = f"{parts[-1]}, {part}"
            in_clause = True
        else:
            parts.append(part)
            in_clause = False
    return tuple(parts)


_PARTICIPLE = re.compile(
    r"(?:[а-яё]+(?:щ|вш)(?:ий|ая|ее|ие|его|ей|их)(?:ся)?|ответственн\w+\s+за)\b"
)


def _outside_brackets(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for index, character in enumerate(f"{text}\n"):
        if character in "(«[“":
            depth += 1
        elif character in ")»]”":
            depth = max(0, depth - 1)
        elif character == "\n" or (character in ",;" and depth == 0):
            part = _title(text[start:index])
            if part:
                yield part
            start = index + 1
            depth = 0


def _schedule(row: CalendarRow, project: Project) -> tuple[Schedule, list[Problem]]:
    """Read «Сроки реализации», and say what a person should look at in it."""
    text = row.lines("period")
    typed = row.values.get("period")
    if isinstance(typed, dt.date):
        day = typed.date() if isinstance(typed, dt.datetime) else typed
        schedule = Schedule(text, ScheduleKind.DATE, (Period(day, day),))
    else:
        schedule = read_period(text, DateContext(span=project.span))
    doubt = _doubt(schedule, _periods(schedule, project), project.span, typed)
    if doubt is None:
        return schedule, []
    return schedule, [Problem(doubt, row.place_of("period"), Severity.WARNING)]


def _doubt(
    schedule: Schedule, periods: Sequence[Period], span: Period, typed: object
) -> Message | None:
    """Say what is doubtful in a period text, None when nothing is."""
    text = one_line(schedule.text)
    is_ambiguous = schedule.kind is ScheduleKind.AMBIGUOUS
    is_outside = not any(period.overlaps(span) for period in periods)
    is_first = isinstance(typed, dt.date) and typed.day == 1
    doubts = (
        (not text, say("calendar.no_period")),
        (is_ambiguous, say("calendar.period_ambiguous", text=text)),
        (not periods, say("calendar.period_unread", text=text)),
        (
            bool(schedule.unread),
            say("calendar.period_partly", text=text, unread=one_line(schedule.unread)),
        ),
        (is_outside, say("calendar.outside_project", text=text, start=span.start, end=span.end)),
        (is_first, say("calendar.first_of_month", text=text)),
    )
    return next((message for is_so, message in doubts if is_so), None)


def _known_centers(project: Project) -> dict[str, str]:
    """Return the centres' ids by their exact spellings, folded."""
    known: dict[str, str] = {}
    for center in project.centers:
        for spelling in (center.id, center.name, *center.aliases, center.frame or ""):
            if spelling:
                known.setdefault(fold(spelling), center.id)
    return known


def _coverage(
    row: CalendarRow,
    known: Mapping[str, str],
    find_center: Callable[[str], str | None] | None,
) -> tuple[Coverage, str | None, list[Problem]]:
    """Read «Охват»: the network when it is empty, each centre, or one of them."""
    text = row.text("coverage")
    folded = fold(text).strip(" .")
    if not folded or folded in _NETWORK:
        return Coverage.NETWORK, None, []
    if folded in _EVERY_CENTER:
        if known:
            return Coverage.EVERY_CENTER, None, []
        problem = Problem(say("calendar.no_centers"), row.place_of("coverage"))
        return Coverage.NETWORK, None, [problem]
    center_id = known.get(folded) or (find_center(text) if find_center else None)
    if center_id:
        return Coverage.CENTER, center_id, []
    problem = Problem(say("calendar.unknown_coverage", text=text), row.place_of("coverage"))
    return Coverage.NETWORK, None, [problem]


_NETWORK = frozenset(
    map(fold, ("сеть", "вся сеть", "по сети", "сетевое", "общее", "муниципалитет", "network"))
)
_EVERY_CENTER = frozenset(
    map(
        fold,
        (
            "каждый центр",
            "каждый из центров",
            "каждый",
            "каждым центром",
            "в каждом центре",
            "все центры",
            "все",
            "всех центров",
            "для всех центров",
            "по центрам",
            "100% центров",
            "100 % центров",
            "every center",
            "every centre",
            "every_center",
        ),
    )
)


def _quota(row: CalendarRow, title: str) -> tuple[int | None, list[Problem]]:
    """Read how many things are promised: column «Норма», else the row's own words."""
    text = row.text("quota")
    if text:
        match = re.fullmatch(r"(?:не менее|минимум)?\s*(\d{1,4})\s*(?:[^\W\d].*)?", text.casefold())
        if match and int(match[1]) > 0:
            return int(match[1]), []
        problem = Problem(
            say("calendar.quota_unread", text=text), row.place_of("quota"), Severity.WARNING
        )
        return quota_in(row.text("expected")) or quota_in(title), [problem]
    return quota_in(row.text("expected")) or quota_in(title), []


def quota_in(text: str) -> int | None:
    """Find a promise of so many things in a text: «не менее 10 материалов» is 10.

    Percentages, people, hours and times («не менее 30% педагогов») promise no number of things.
    """
    match = _QUOTA.search(text.casefold().replace("ё", "е"))
    if match is None:
        return None
    number = match["number"]
    return (int(number) if number.isdecimal() else _NUMBER_WORDS[number]) or None


_NUMBER_WORDS = {
    "одного": 1,
    "одной": 1,
    "двух": 2,
    "трех": 3,
    "четырех": 4,
    "пяти": 5,
    "шести": 6,
    "семи": 7,
    "восьми": 8,
    "девяти": 9,
    "десяти": 10,
    "двенадцати": 12,
    "пятнадцати": 15,
    "двадцати": 20,
    "тридцати": 30,
}
#: What can be counted as done: one card or row of the board is one such thing.
_THINGS = (
    r"материал\w*|разработ(?:ка|ки|ок|ку)|\w*урок\w*|занят\w+|работ[аы]?|мероприят\w+|событ\w+"
    r"|публикац\w+|стат(?:ья|ьи|ей|ьям?и?)|конспект\w*|презентац\w+|\w*ролик\w*|сценари\w+"
    r"|проект(?:а|ы|ов)?|задани\w+|тест(?:а|ы|ов)?|кейс\w*|мастер-класс\w*|вебинар\w*"
    r"|семинар\w*|практикум\w*|экскурс\w+|пособи\w+|программ[аы]?|рекомендац\w+|модул\w+"
    r"|консультац\w+|олимпиад\w*|конкурс(?:а|ы|ов)?|выстав(?:ка|ки|ок)|акци[йия]|продукт\w*"
    r"|ресурс\w*"
)
_QUOTA = re.compile(
    r"\b(?:не\s+менее|не\s+меньше|минимум)\s+(?:чем\s+)?(?:по\s+)?"
    rf"(?P<number>\d{{1,4}}|{'|'.join(_NUMBER_WORDS)})"
    r"(?:\s?-\s?(?:ти|х|и|ми|ю)\b)?(?:\s?[-–—]\s?\d{1,4})?(?:\s*\([^)]{1,30}\))?"
    r"(?:\s+[\w-]+(?:ых|их|ые|ие|ого|его|ой|ей)){0,3}"
    rf"\s+(?:{_THINGS})\b"
)


# --- identity ---------------------------------------------------------------------------------


def _keyed(events: Sequence[Event]) -> tuple[list[Event], list[Problem]]:
    """Give every event its key, the same in whatever order the rows stand.

    A code that stands at two events settles nothing: neither keeps it, so that no card is linked
    to the wrong one. The first keeps the key, and with it what was decided about it.
    """
    by_code: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.code:
            by_code[fold(event.code)].append(event)
    problems: list[Problem] = []
    keyed: list[Event] = []
    used: Counter[str] = Counter()
    for event in events:
        sharers = by_code[fold(event.code)] if event.code else []
        if event.code and sharers[0] is event:
            key = event.code
        else:
            key = _derived_key(event)
            used[key] += 1
            if used[key] > 1:
                problems.append(Problem(say("calendar.row_twice"), event.place, Severity.WARNING))
                key = f"{key}-{used[key]}"
        if len(sharers) > 1:
            rows = ", ".join(_row_of(other) for other in sharers if other is not event)
            problems.append(
                Problem(say("calendar.code_twice", code=event.code, rows=rows), event.place)
            )
            event = replace(event, code=None)  # noqa: PLW2901 - the same event without its code
        keyed.append(replace(event, key=key))
    return keyed, problems


def _derived_key(event: Event) -> str:
    """Make a key of what the row says; the days count as understood, not as spelled."""
    schedule = event.schedule
    days = [f"{period.start}..{period.end}" for period in schedule.periods]
    said = (
        fold(event.task),
        fold(event.title),
        ",".join(days) or fold(schedule.text),
        schedule.recurrence or "",
        event.center_id or event.coverage.value,
    )
    digest = hashlib.blake2s("\x1f".join(said).encode(), digest_size=5).hexdigest()
    return f"r-{digest}"


def _row_of(event: Event) -> str:
    return (event.place.cell if event.place else None) or "?"


# --- occurrences ------------------------------------------------------------------------------


def _periods(schedule: Schedule, project: Project) -> tuple[Period, ...]:
    """Return the periods that are facts, each once, in the order of time."""
    return tuple(sorted(set(expand(schedule, project.span))))


def _occurrences(event: Event, project: Project, workdays: WorkDays) -> Iterator[Occurrence]:
    """Yield one occurrence for each of those it concerns and each of its periods."""
    center_ids: tuple[str | None, ...] = (event.center_id,)
    if event.coverage is Coverage.EVERY_CENTER:
        center_ids = tuple(center.id for center in project.centers)
    periods: tuple[Period | None, ...] = _periods(event.schedule, project) or (None,)
    starts = Counter(period.start for period in periods if period)
    for period in periods:
        tail, deadline = "", None
        if period is not None:
            deadline = workdays.add(period.end, project.rules.grace_days)
            if len(periods) > 1:
                tail = f"#{period.start}"
            if starts[period.start] > 1:
                tail = f"#{period.start}..{period.end}"
        for center_id in center_ids:
            head = f"{event.key}@{center_id}" if center_id else event.key
            yield Occurrence(f"{head}{tail}", event, center_id, period, deadline)
