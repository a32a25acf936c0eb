"""The rows of plans and reports -> cards of events."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from miro_sync.link_form import blocked_host, link_fault
from miro_sync.model import (
    DateContext,
    EventCard,
    Period,
    Place,
    Problem,
    Schedule,
    ScheduleKind,
    Severity,
    TablesSnapshot,
    Worksheet,
    say,
)
from miro_sync.tables.columns import PLAN_COLUMNS
from miro_sync.tables.finding import find_tables
from miro_sync.tables.found import NoTable, Row, Table
from miro_sync.tables.grid import Faults
from miro_sync.tables.headers import squash
from miro_sync.tables.values import Value, as_text, count_people, parse_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    FindCenter = Callable[[str], str | None]
    ReadPeriod = Callable[[str, DateContext], Schedule]

#: Of these columns at least one makes a table with an event column a plan or a report.
_WHEN_OR_WHETHER = frozenset(
    {*("fact", "held_on", "date", "planned", "start", "finish", "by_period"), "mark", "news"}
)
#: The columns that date a row, the actual date before the planned one.
_DATING = ("fact", "held_on", "date", "planned", "by_period")
#: Columns in which two rows of one event may differ (merged cells).
_BESIDE_THE_EVENT = frozenset({"responsible", "result", "expected"})
_DATED = frozenset({ScheduleKind.DATE, ScheduleKind.RANGE, ScheduleKind.MULTI})
#: From this many separate days in one row on, nobody can say which of them was kept.
_MANY_DAYS = 3

_OF_EVENTS = re.compile(
    r"план|мероприят|график|календар|дорожн\w+ карт|недел|декад|месячник|олимпиад|событи|отч[её]т"
    r"|срок\w*\s+проведения|\bэтап",
    re.IGNORECASE,
)
_PLAN_TITLE = re.compile(r"план|мероприят|график|календар|событи", re.IGNORECASE)
_REPORT = re.compile(
    r"отч[её]т|(?:реализаци|выполнени)[яи]\s+план|о\s+проделанной\s+работе"
    r"|провед[её]нн\w+\s+мероприят|итоги",
    re.IGNORECASE,
)
_TWO_YEARS = re.compile(
    r"(?<![\d.])(20\d\d)\s*[-–—/]\s*(?:20)?(\d\d)(?![\d.])(?P<after>\W{0,3}\w*)"
)
_ONE_YEAR = re.compile(r"\b(?:на|за|в)\s+(20\d\d)\s*(?:год|г\b)", re.IGNORECASE)
_FROM_TO = re.compile(r"(\d{1,2}\.\d{1,2}\.20\d\d)\D{1,8}(\d{1,2}\.\d{1,2}\.20\d\d)")
_OF_SEVERAL_YEARS = re.compile(r"\W*(?:гг|годы|годов|годах)", re.IGNORECASE)

_MARKUP = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</?p\b[^>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LIST_MARK = re.compile(r"^\s*(?:[-–—•·*▪●]+\s*|\d{1,2}[.)]\s+)")
_HEAD_TICK = re.compile(r"^[✓✔☑✅]\ufe0f?\s*")
_BEGINNING = re.compile(r"[A-ZА-ЯЁ\d«\"“„(✓✔☑✅]")
_ALL_CENTERS = frozenset({"все", "всецентры", "всешколы", "всеоу", "всеоо", "сеть"})

_YES = re.compile(
    r"(?:проведен|выполнен|исполнен|завершен|реализован)[оаы]?\b|состоял(?:ось|ся|ась|ись)\b"
    r"|готово\b|сделано\b|да\b|v$|[✓✔☑✅+]"
)
_BUT = re.compile(r"частичн|\bне\s+(?:полностью|в полном|все)|перен[ео]с")
_NO = re.compile(
    r"\bне\b|\bнет\b|отмен|перен[ео]с|планируется|запланир|в план|в работе|в процессе|частичн"
    r"|ожида|будет|готовит|[✗✘❌]"
)
_PERCENT = re.compile(r"(\d{1,3})\s*%")


@dataclass(frozen=True, slots=True)
class TablesReading:
    """What the worksheets say of events.

    Attributes:
        cards: one per row, or per paragraph of a row that holds several events.
        problems: cells and columns that could not be read, all worksheets together.
        read: titles of the worksheets that are plans or reports of events.
        unread: titles of all others, but for those the caller left out.

    """

    cards: tuple[EventCard, ...]
    problems: tuple[Problem, ...]
    read: tuple[str, ...]
    unread: tuple[str, ...]


def event_rows(  # noqa: PLR0913 - what a row may lean on
    tables: TablesSnapshot,
    *,
    find_center: FindCenter,
    center_in: FindCenter | None = None,
    read_period: ReadPeriod,
    span: Period,
    leave_out: Iterable[str] = (),
) -> TablesReading:
    """Read the rows of all plans and reports of events as cards.

    A worksheet is one when it has an event column and a column that says when or whether it was
    held. A header that is no certain sign of events («Название», «Предмет») counts only where
    the titles speak of a plan, a report, an olympiad.

    Whether a row says that its event was held («проведено»), by what its columns mean; the first
    line that fits decides. Whether a day already lies in the past is not asked here: a mark on a
    day to come is the judge's to refuse.

    | mark             | actual date | news link | date held    | counted   | held |
    |------------------|-------------|-----------|--------------|-----------|------|
    | no, moved, 50 %  | any         | any       | any          | any       | no   |
    | yes, 100 %, day  | any         | any       | any          | any       | yes  |
    | –                | given       | any       | any          | any       | yes  |
    | –                | –           | http(s)   | any          | any       | yes  |
    | –                | –           | –         | days         | 1 or more | yes  |
    | –                | –           | –         | days         | –         | no   |
    | –                | –           | –         | month, «до…» | any       | no   |
    | –                | –           | –         | planned only | any       | no   |

    "Actual date" is «Фактическая дата», «Факт», and a day in «Дата проведения» where the table
    also has a planned date («Сроки») or calls itself a report («Отчёт …», «Реализация плана …»).
    "Date held" is «Дата проведения», or «Дата» beside a column of counts. A link in a column that
    promises no news («Ссылка») counts as much as people counted. "Counted" is a number of people
    («25 человек», «(21 уч-ся, 3 педагога)»), not «8-11 классы». A row of several events that
    cannot be told apart is held only by a mark, an actual date or a news link.

    Args:
        tables: the worksheets.
        find_center: a text that is a centre's name -> its id; None when it is none or fits several.
        center_in: a longer text that speaks of one centre («Отчёт … МКОУ «СОШ №12» за …») -> its
            id; `find_center` by default.
        read_period: a period text and what it may lean on -> what it means.
        span: the project's first and last day, for dates without a year where no title names
            a school year.
        leave_out: titles of worksheets that are something else (the calendar, the service's own).

    """
    skipped = {squash(title) for title in leave_out}
    reader = _RowReader(
        cache(find_center), cache(center_in or find_center), cache(read_period), span
    )
    cards: list[EventCard] = []
    problems: list[Problem] = []
    read: list[str] = []
    unread: list[str] = []
    url = tables.url if re.match(r"https?://", tables.url or "", re.IGNORECASE) else None
    for sheet in tables.worksheets:
        if squash(sheet.title) in skipped:
            continue
        found = find_tables(sheet, PLAN_COLUMNS, source=tables.source, url=sheet.url or url)
        plans = [table for table in found if isinstance(table, Table) and _speaks_of_events(table)]
        (read if plans else unread).append(sheet.title)
        problems += _unread_parts(sheet, found, plans)
        for table in plans:
            of_table, faults = reader.cards(table)
            cards += of_table
            problems += (*table.problems, *faults)
    return TablesReading(tuple(cards), tuple(problems), tuple(read), tuple(unread))


def paragraphs(text: str) -> tuple[str, ...]:
    """Split a cell into its paragraphs, as HTML or as lines, without list marks."""
    if _PARAGRAPH.search(text):
        parts = _PARAGRAPH.split(_BREAK.sub(" ", text))
    else:
        parts = _BREAK.sub("\n", text).split("\n")
    plain = (html.unescape(_MARKUP.sub(" ", part)) for part in parts)
    return tuple(line for part in plain if (line := " ".join(_LIST_MARK.sub("", part).split())))


# --- worksheets ---------------------------------------------------------------------------------


def _speaks_of_events(table: Table) -> bool:
    if not table.columns.keys() & _WHEN_OR_WHETHER:
        return False
    titles = (table.sheet, *table.title)
    return "title" not in table.weak or any(map(_OF_EVENTS.search, titles))


def _unread_parts(
    sheet: Worksheet, found: Iterable[Table | NoTable], plans: list[Table]
) -> Iterator[Problem]:
    """Say what was refused, and why a worksheet that calls itself a plan was not read as one."""
    for table in found:
        if isinstance(table, NoTable) and table.refused:
            yield from table.problems
        elif plans or not sheet.rows or not _PLAN_TITLE.search(sheet.title):
            continue
        elif isinstance(table, Table):
            yield Problem(say("tables.no_date_column"), table.place, Severity.WARNING)
        else:
            yield from (replace(problem, severity=Severity.WARNING) for problem in table.problems)


def _date_context(titles: Iterable[str], span: Period) -> DateContext:
    """Find the time that a plan is made for, in its titles from the nearest on."""
    for title in titles:
        if match := _FROM_TO.search(title):
            start, end = map(parse_day, match.groups())
            if start and end and start <= end:
                return DateContext(span=Period(start, end))
        for match in _TWO_YEARS.finditer(title):
            first = int(match[1])
            follows = 2000 + int(match[2]) == first + 1
            if follows and not _OF_SEVERAL_YEARS.match(match["after"]):
                return DateContext(school_year=first)
        year = _ONE_YEAR.search(title)
        if year:
            return DateContext(year=int(year[1]))
    return DateContext(span=span)


# --- rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """One event of a row.

    Attributes:
        ticked: a check mark stands at the head of its title.
        shared: it stands for several events of the row that could not be told apart.

    """

    title: str
    schedule: Schedule | None
    audience: str
    ticked: bool
    shared: bool


class _RowReader:
    """Makes cards of the rows of one table after another."""

    def __init__(
        self,
        find_center: FindCenter,
        center_in: FindCenter,
        read_period: ReadPeriod,
        span: Period,
    ) -> None:
        self._find_center, self._center_in = find_center, center_in
        self._read_period, self._span = read_period, span
        self._faults = Faults(Place(""))
        self._context = DateContext(span=span)
        self._center: str | None = None
        self._tells_actual_dates = False

    def cards(self, table: Table) -> tuple[list[EventCard], tuple[Problem, ...]]:
        """Return the cards of a table, and what was found wrong in its rows."""
        self._faults = Faults(replace(table.place, cell=None))
        titles = (*reversed(table.title), table.sheet)
        self._context = _date_context(titles, self._span)
        centers = map(self._center_in, (table.sheet, *reversed(table.title)))
        self._center = next((center for center in centers if center), None)
        self._tells_actual_dates = "planned" in table.columns or any(map(_REPORT.search, titles))
        cards: list[EventCard] = []
        above: Mapping[str, Value] = {}
        for row in table.rows:
            if not row.empty and not _same_event(row.values, above):
                cards += self._row_cards(row)
            above = row.values
        return cards, self._faults.problems()

    def _row_cards(self, row: Row) -> Iterator[EventCard]:
        key, when = self._when(row)
        parts = self._parts(row, key, when)
        self._check_links(row)
        centers = self._centers(row)
        marked = self._marked(row)
        for number, part in enumerate(parts, start=1):
            what = self._evidence(row, key, part, marked)
            held = say(f"tables.held_by_{what}") if what else None
            text = self._text(row, part)
            for center in centers:
                yield EventCard(
                    id=f"{row.sheet}!{row.number}"
                    + (f"#{number}" if len(parts) > 1 else "")
                    + (f"@{center}" if len(centers) > 1 else ""),
                    source="table",
                    title=part.title,
                    text=text,
                    center_id=center,
                    date=part.schedule,
                    held=held,
                    url=row.url,
                    kind="row",
                    place=row.place("title"),
                )

    def _check_links(self, row: Row) -> None:
        """Tell what is wrong with the form of the links that stand for evidence."""
        for key in ("news", "link"):
            links = row.values.get(key)
            if isinstance(links, tuple):
                told = (check(link) for check in (link_fault, blocked_host) for link in links)
                for fault in {fault.key: fault for fault in told if fault is not None}.values():
                    self._warn("link_fault", row, key, fault=fault)

    def _when(self, row: Row) -> tuple[str, Value | None]:
        """Return the column that dates the row and what it says."""
        for key in _DATING:
            value = row.values.get(key)
            if value is not None and (key != "fact" or self._is_dated(value)):
                return key, value
        return "", None

    def _is_dated(self, value: Value) -> bool:
        """Tell whether an actual date is one; it may be a mark («да») instead."""
        schedule = self._schedule(value)
        return schedule is not None and schedule.kind in _DATED and not schedule.deadline

    def _schedule(self, value: Value | None) -> Schedule | None:
        if value is None:
            return None
        if isinstance(value, dt.date):
            return Schedule(f"{value:%d.%m.%Y}", ScheduleKind.DATE, (Period(value, value),))
        return self._read_period(as_text(value), self._context)

    def _parts(self, row: Row, key: str, when: Value | None) -> tuple[_Part, ...]:
        """Tell the events of a row apart: as many paragraphs of dates as of events."""
        written, audience = row.text("title"), row.text("audience")
        events = paragraphs(written)
        days = paragraphs(when) if isinstance(when, str) else ()
        schedule = self._schedule(" ".join(days) if days else when)
        if len(days) > 1 and _are_several(written, events):
            apart = [self._schedule(day) for day in days]
            if len(days) == len(events) and all(map(_is_read, apart)):
                groups = paragraphs(audience)
                if len(groups) != len(events):
                    groups = (audience,) * len(events)
                return tuple(
                    _part(*each, shared=False) for each in zip(events, apart, groups, strict=True)
                )
            self._warn("unpaired", row, key, events=len(events), days=len(days))
            return (_part(" ".join(events), schedule, audience, shared=True),)
        shared = False
        if schedule is not None and _in_days(schedule) and len(schedule.periods) >= _MANY_DAYS:
            shared = True
            self._warn("many_days", row, key, days=len(schedule.periods))
        return (_part(" ".join(events), schedule, audience, shared=shared),)

    def _centers(self, row: Row) -> tuple[str | None, ...]:
        """Return the centres a row speaks of; (None,) for the network or an unknown one."""
        text = row.text("center")
        if not text:
            return ((self._center_in(row.section) if row.section else None) or self._center,)
        if squash(text) in _ALL_CENTERS:
            return (None,)
        center = self._find_center(text)
        if center:
            return (center,)
        several = [self._find_center(part.strip()) for part in re.split(r"[,;\n]", text)]
        if len(several) > 1 and all(several):
            return tuple(dict.fromkeys(several))
        self._warn("unknown_center", row, "center")
        return (None,)

    def _marked(self, row: Row) -> bool | None:
        """Return what the row's marks say together; None when nothing that is understood."""
        said: list[bool] = []
        for key in ("mark", "fact"):
            value = row.values.get(key)
            if value is None or (key == "fact" and self._is_dated(value)):
                continue
            verdict, understood = _understood(value)
            if not understood and key == "mark" and self._is_dated(value):
                verdict, understood = True, True
            if not understood:
                self._warn("unknown_mark", row, key)
            if verdict is not None:
                said.append(verdict)
        return all(said) if said else None

    def _evidence(self, row: Row, key: str, part: _Part, marked: bool | None) -> str:  # noqa: FBT001 - a column of the table
        """Return what says that the event was held, as `event_rows` has it; "" for nothing."""
        if marked is False:
            return ""
        if marked or part.ticked:
            return "mark"
        if key == "fact":
            return "date"
        if "news" in row.values:
            return "link"
        if part.schedule is None or part.shared or not _in_days(part.schedule):
            return ""
        return self._evidence_of_day(row, key, part)

    def _evidence_of_day(self, row: Row, key: str, part: _Part) -> str:
        if key == "held_on" and self._tells_actual_dates:
            return "date"
        if key not in {"held_on", "date"}:
            return ""
        counts = row.text("count").split("\n")
        counted = any(count_people(count, bare=True) for count in counts)
        if counted or (key == "held_on" and not any(counts) and count_people(part.audience)):
            return "people"
        return "link" if "link" in row.values else ""

    def _text(self, row: Row, part: _Part) -> str:
        texts = (row.section, row.text("task"), row.text("grade"), part.audience)
        return "\n".join(" ".join(paragraphs(text)) for text in texts if text)

    def _warn(self, name: str, row: Row, key: str, **params: object) -> None:
        cell = row.place(key).cell or ""
        self._faults.add(f"tables.{name}", cell, Severity.WARNING, **params)


def _part(title: str, schedule: Schedule | None, audience: str, *, shared: bool) -> _Part:
    plain = _HEAD_TICK.sub("", title)
    return _Part(plain, schedule, audience, plain != title, shared)


def _are_several(written: str, events: tuple[str, ...]) -> bool:
    """Tell whether paragraphs are events of their own, and not the lines of one long title."""
    if len(events) <= 1:
        return False
    return _PARAGRAPH.search(written) is not None or all(map(_BEGINNING.match, events))


def _same_event(values: Mapping[str, Value], above: Mapping[str, Value]) -> bool:
    """Tell whether a row only adds a person to the one above it (merged cells)."""
    return bool(above) and all(
        values.get(key) == above.get(key) for key in {*values, *above} - _BESIDE_THE_EVENT
    )


def _is_read(schedule: Schedule | None) -> bool:
    return schedule is not None and schedule.kind not in {
        ScheduleKind.UNDATED,
        ScheduleKind.AMBIGUOUS,
    }


def _in_days(schedule: Schedule) -> bool:
    """Tell whether a date names days, and not whole months or only a deadline."""
    if schedule.kind not in _DATED or schedule.deadline or schedule.unread:
        return False
    return not any(
        period.start.day == 1 and (period.end + dt.timedelta(1)).day == 1
        for period in schedule.periods
    )


def _understood(mark: Value) -> tuple[bool | None, bool]:
    """Return what a mark says, and whether it was understood («–» says nothing)."""
    if isinstance(mark, bool):
        return mark, True
    text = as_text(mark).strip().casefold().replace("ё", "е")
    if text in {"", "-", "–", "—", "0"}:
        return None, True
    percent = _PERCENT.search(text)
    if percent and int(percent[1]) < 100:  # noqa: PLR2004 - the whole
        return False, True
    if _YES.match(text) or text == "1":
        return _BUT.search(text) is None, True
    if _NO.search(text):
        return False, True
    return (True, True) if percent else (None, False)
