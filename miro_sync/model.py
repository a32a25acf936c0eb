"""The vocabulary: immutable values that all other modules pass to each other.

Conventions, stated once: a *day* is a `datetime.date` in the project's time zone; a `Period` is
closed on both ends; a moment (`read_at`, `modified_at`) is a time-zone-aware UTC `datetime`.
Nothing here reads a clock, a file or the network.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# --- what is said -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of the message catalogue before a language is chosen.

    Attributes:
        key: its name in `locale/<language>.toml`, "section.name".
        params: the values of its placeholders: str, int, `date`, or another `Message`.

    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)


def say(key: str, /, **params: object) -> Message:
    """Make a `Message`; the catalogue of each language must hold `key`."""
    return Message(key, params)


class Severity(StrEnum):
    """How much a problem of the input costs."""

    ERROR = "error"  # something was left out
    WARNING = "warning"  # everything was read, something looks wrong


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, in the words of whoever has to open it.

    Attributes:
        source: a file name, "board" or the name of the table.
        sheet: a worksheet's title.
        cell: "B7", or "7" for a whole row, or "line 7, column 3" of a text file as "7:3".
        key: a settings key, "[board] source".
        url: an http(s) link that opens the place.

    """

    source: str
    sheet: str | None = None
    cell: str | None = None
    key: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of the input that does not stop the run: what, where, and how bad."""

    message: Message
    place: Place | None = None
    severity: Severity = Severity.ERROR


# --- time -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A closed interval of local days; `start <= end` always holds."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        """Refuse an inverted interval: it can only be a defect of the caller."""
        if self.end < self.start:
            raise ValueError(f"period ends before it starts: {self.start}..{self.end}")

    def __contains__(self, day: dt.date) -> bool:
        """Tell whether the day lies in the period, both ends included."""
        return self.start <= day <= self.end

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two periods share at least one day."""
        return self.start <= other.end and other.start <= self.end


class ScheduleKind(StrEnum):
    """How a period text is to be read (the `kind` of `periods --format json`)."""

    DATE = "date"
    RANGE = "range"
    MULTI = "multi"
    RECURRING = "recurring"
    SCHOOL_YEAR = "school_year"
    UNDATED = "undated"
    AMBIGUOUS = "ambiguous"


class Every(StrEnum):
    """The unit after which a recurring event comes again, shortest first."""

    DAY = "daily"
    WEEK = "weekly"
    MONTH = "monthly"
    QUARTER = "quarterly"
    SCHOOL_QUARTER = "school_quarterly"
    HALF_YEAR = "half_yearly"
    YEAR = "yearly"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a recurring event comes again («раз в две недели», «до 15 числа каждого месяца»).

    Attributes:
        every: the unit. interval: how many of it from one time to the next.
        times: how often within the unit («2 раза в месяц»).
        weekdays: 0 is Monday; those named, often none.
        nth: which week or weekday of the month; 0 is the last.
        days: first and last day within a month, (1, 15) for «до 15 числа»; days below 1 are
            counted back from the last one, which is 0.
        since, until: bounds of which only one side is known.

    """

    every: Every
    interval: int = 1
    times: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None
    days: tuple[int, int] | None = None
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a period text means.

    Attributes:
        text: the text as it was written.
        kind: how it was read.
        periods: the intervals, in the order of the text. For `AMBIGUOUS` they are candidate
            readings, never facts; for `RECURRING` the known bounds, often none.
        recurrence: "weekly", "monthly" or "quarterly"; None for every other rhythm and kind.
        assumed: what was filled in by us (a missing year), to be said beside the answer.
        unread: the part of the text that was not understood, verbatim; "" when all was.
        deadline: the text gives only a last day («до 15 апреля»); `periods` holds that day.
        rhythm: how it comes again; only for `RECURRING`.

    """

    text: str
    kind: ScheduleKind
    periods: tuple[Period, ...] = ()
    recurrence: str | None = None
    assumed: Message | None = None
    unread: str = ""
    deadline: bool = False
    rhythm: Rhythm | None = None

    @property
    def facts(self) -> tuple[Period, ...]:
        """The days that the text surely names; none where it only allows guesses.

        A deadline («до 15 апреля») speaks of every day up to it.
        """
        if self.kind in (ScheduleKind.AMBIGUOUS, ScheduleKind.UNDATED):
            return ()
        if self.deadline:
            return tuple(Period(dt.date.min, period.end) for period in self.periods)
        return self.periods


@dataclass(frozen=True, slots=True)
class DateContext:
    """What a period text may lean on when it names no year.

    At most one of `school_year` and `year` is set; with neither, `span` (the project's own
    first and last day) decides, and where it leaves two readings the text is ambiguous.

    Attributes:
        school_year: the first calendar year of a school year, 2022 for 2022/23.
        year: the year of a calendar-year document.
        span: the project's span.

    """

    school_year: int | None = None
    year: int | None = None
    span: Period | None = None


# --- centres and people -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Center:
    """A school's «Точка роста» centre, as `centers.toml` declares it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    frame: str | None = None
    email: str | None = None
    pauses: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the project's team; `role` is director, coordinator or methodist.

    Attributes:
        pause_until: no letters to them before this day.

    """

    role: str
    name: str
    email: str | None = None
    pause_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The project's own numbers and marks; every default is the design's.

    Attributes:
        grace_days: working days after the end of a period in which a mark is waited for.
        soon_days: days before the start from which an event is "soon".
        inactive_after_days: days without a contribution after which a centre is silent.
        held_tags: tags that say "held"; compared without case and ё.
        held_frames: titles of frames whose cards are held.
        ignored_users: ids or names of users whose edits are nobody's contribution
            (coordinators, this service).

    """

    grace_days: int = 5
    soon_days: int = 14
    inactive_after_days: int = 30
    held_tags: tuple[str, ...] = ("проведено", "выполнено", "готово")
    held_frames: tuple[str, ...] = ("проведено", "выполнено", "готово")
    ignored_users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that the settings declare working or not, whatever the production calendar says."""

    day: dt.date
    working: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """What the settings say of the project, without links and secrets.

    Attributes:
        timezone: an IANA name; "today" and the days of cards are reckoned in it.
        span: the project's first and last day.
        vacations: school holidays: no working days, no silence counted.
        special_days: single days over the production calendar and the vacations.

    """

    name: str
    timezone: str
    span: Period
    language: str = "ru"
    rules: Rules = field(default_factory=Rules)
    centers: tuple[Center, ...] = ()
    people: tuple[Person, ...] = ()
    vacations: tuple[Period, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()


class Direction(StrEnum):
    """Which way an indicator must move."""

    UP = "up"
    DOWN = "down"


class IndicatorFormula(StrEnum):
    """How the value of an indicator comes about; see `Indicator` for what each one reads."""

    HELD_SHARE = "held_share"  # % of the due occurrences of `events` that were held
    CENTER_SHARE = "center_share"  # % of the centres that held all due occurrences of `events`
    QUOTA = "quota"  # things counted for `events`, by centre
    RATIO = "ratio"  # sum of column `numerator` / sum of column `denominator`, in % if so `unit`
    MEAN = "mean"  # mean of column `value`, weighted by column `weight` where it is named
    VALUE = "value"  # the number that stands in column `value`
    SUM = "sum"  # sum of column `value`
    COVERAGE = "coverage"  # % of the groups of column `group` that column `value` speaks of
    GROWTH = "growth"  # the mean of column `value` against `base`, in %
    MAP_SHARE = "map_share"  # % of the centres whose resource map is filled in without a fault
    PLAN_SHARE = "plan_share"  # % of the centres that gave a plan, or held `events`


class IndicatorSource(StrEnum):
    """What an indicator is computed from."""

    CALENDAR = "calendar"  # the judged event calendar
    TABLE = "table"  # a worksheet of the project's table


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator («показатель») as `kpi.toml` declares it; nothing is computed here.

    Attributes:
        id: short and stable, "K1".
        unit: "%", "балл", …: what all numbers of the indicator are in.
        direction: which way is better.
        baseline, target, region: where it started, where it must get, the region's own value.
        growth: the promised change against `baseline` in %, where the document promises that
            as well as a `target`; the two need not agree, and both are to be told.
        events: codes of the calendar for the formulas over events; empty means all events. For
            the formulas over a table, the events within whose periods it is collected.
        sheet: the worksheet, and `numerator`, `denominator`, `value`, `weight`, `group` its
            columns, for the formulas over a table; a column may go by several names, parted by
            "|". where: (column, value) pairs that a row must show to count.
        period: the column that says of which year, month or day a row speaks.
        base: what the growth of the formula `growth` is reckoned from, in the column's own unit.
        minimum: so much must come from every centre; for `quota` alone, where it is given in %.
        path: (day, value) pairs that the way from `baseline` to `target` leads through.
        decimals: places after the comma in which values are told and held against targets.
        people: its numbers count people, so that small ones are hidden.
        collected: when it is collected, in the document's words.
        responsible: who answers for it: a role, never a name.
        method: how it is collected, in the document's words.

    """

    id: str
    title: str
    unit: str
    formula: IndicatorFormula
    source: IndicatorSource
    direction: Direction = Direction.UP
    baseline: float | None = None
    target: float | None = None
    growth: float | None = None
    region: float | None = None
    events: tuple[str, ...] = ()
    sheet: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    value: str | None = None
    weight: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    collected: str = ""
    responsible: str = ""
    method: str = ""
    group: str | None = None
    period: str | None = None
    base: float | None = None
    minimum: float | None = None
    path: tuple[tuple[dt.date, float], ...] = ()
    decimals: int = 1
    people: bool = False


class IndicatorState(StrEnum):
    """How much is known of an indicator."""

    KNOWN = "known"
    PARTIAL = "partial"  # some of what it rests on is unknown or could not be read
    NOT_COLLECTED = "not_collected"  # its collection has passed, and there is nothing
    NOT_DUE = "not_due"  # nothing could have been collected yet
    UNKNOWN = "unknown"  # a source that it rests on was not read, or is not there


@dataclass(frozen=True, slots=True)
class IndicatorPart:
    """What stands behind a value: one centre, one row of a worksheet, one occurrence.

    Attributes:
        label: what it is, in the words of its source; never a person's name.
        numerator, denominator: its share of both; a part of a mean has its weight below.
        unknown: it counts neither as done nor as failed.
        place: the row or card to open.

    """

    label: str
    center_id: str | None = None
    numerator: float | None = None
    denominator: float | None = None
    unknown: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class IndicatorPoint:
    """An indicator's value on an earlier day.

    Attributes:
        label: what the document calls that collection («октябрь 2023», «2022/23»).

    """

    day: dt.date
    value: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """What an indicator came to on one day; a number only where there is one.

    Attributes:
        value: in the indicator's unit, not rounded; None unless known or partial.
        numerator, denominator: what was divided; None where nothing is.
        unknown: so many of the things counted are unknown, and in neither of the two.
        formula: how the value came about, in words.
        parts: the rows, cards and centres behind it.
        met: whether the target is reached; None without a value or a target.
        expected: where its path from baseline to target should be on `as_of`.
        gap: how far behind its path or target it is, in its unit; 0 when it is not.
        behind: the gap is worth a flag.
        collection: the last collection that has begun. next_collection: the one after it.
        missed: the collection that has passed without data; only where it is not collected.
        before: the value of the collection before. trend: all known values, oldest first.
        warnings: where the document's own numbers disagree.
        problems: what could not be counted, with its address.

    """

    indicator: Indicator
    as_of: dt.date
    state: IndicatorState
    formula: Message
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    unknown: int = 0
    parts: tuple[IndicatorPart, ...] = ()
    met: bool | None = None
    expected: float | None = None
    gap: float = 0.0
    behind: bool = False
    collection: Period | None = None
    next_collection: Period | None = None
    before: IndicatorPoint | None = None
    missed: Period | None = None
    trend: tuple[IndicatorPoint, ...] = ()
    warnings: tuple[Message, ...] = ()
    problems: tuple[Problem, ...] = ()


# --- worksheets with a meaning -----------------------------------------------------------------


class CellType(StrEnum):
    """What the cells of a declared column hold."""

    CENTER = "center"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LINK = "link"
    PEOPLE = "people"  # a count in prose: «(21 уч-ся, 3 педагога)»
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a worksheet, as `tables.toml` declares it.

    Attributes:
        key: its name in answers for programs.
        headers: what it may be called, the usual name first.
        required: its cell must be filled in every row.
        low, high: bounds of a number or of the people counted, both included.
        choices: the only texts that a choice allows; compared without case and ё.
        fresh: a date that must not be older than the last monitoring.

    """

    key: str
    headers: tuple[str, ...]
    type: CellType = CellType.TEXT
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    fresh: bool = False

    @property
    def name(self) -> str:
        """The usual header, for a sentence to a user."""
        return self.headers[0].removesuffix(" …")


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A kind of worksheet that is read by its meaning, as `tables.toml` declares it.

    Attributes:
        id: "resources" for the resource map, "plans" for the centres' plans; others are free.
        title: what it is called in sentences.
        sheets: titles to look for; a worksheet is one when its title holds one of them.
        columns: what is read of it, and nothing else.

    """

    id: str
    title: str
    sheets: tuple[str, ...]
    columns: tuple[SheetColumn, ...]


@dataclass(frozen=True, slots=True)
class Monitoring:
    """When data must have been brought up to date.

    Attributes:
        months: the months in which it is asked for, 1 to 12.
        early_days: so many days before the month's first an update counts for it already.

    """

    months: tuple[int, ...] = (2, 10)
    early_days: int = 31


@dataclass(frozen=True, slots=True)
class Counted:
    """People counted in prose; None stands for a number that nobody wrote, never for zero."""

    pupils: int | None = None
    staff: int | None = None
    people: int | None = None

    @property
    def all(self) -> int | None:
        """Everybody together; None when nobody is counted."""
        known = [count for count in (self.pupils, self.staff, self.people) if count is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a worksheet that is read by its meaning.

    Attributes:
        kind: `SheetKind.id`.
        center_id: None where the row's centre is not known.
        values: what its cells hold, by column key; blank and unreadable cells are absent.
        counts: the people that a cell of prose counts, beside the cell in `values`.
        faults: what is wrong with a cell that was filled, by column key.
        places: where each declared column of the row stands; columns that are not there are absent.
        place: the row.

    """

    kind: str
    center_id: str | None
    values: Mapping[str, object] = field(hash=False)
    place: Place
    counts: Mapping[str, Counted] = field(default_factory=dict, hash=False)
    faults: Mapping[str, Message] = field(default_factory=dict, hash=False)
    places: Mapping[str, Place] = field(default_factory=dict, hash=False)


# --- what was planned -------------------------------------------------------------------------


class Coverage(StrEnum):
    """Whom an event concerns."""

    NETWORK = "network"  # one occurrence for all
    EVERY_CENTER = "every_center"  # one occurrence per centre
    CENTER = "center"  # one named centre


@dataclass(frozen=True, slots=True)
class Event:
    """One planned row of the event calendar («мероприятие»).

    Attributes:
        key: stable identity: its `code`, or one derived from task and title.
        code: `Код` of the calendar, None where the row has none.
        title: «Мероприятие», cleaned of list marks and line breaks.
        schedule: «Сроки реализации», understood.
        coverage: «Охват»; `center_id` is set for `Coverage.CENTER` alone.
        quota: how many things are promised («не менее 10 материалов» → 10) by each occurrence;
            None for an event that is held or not held.
        task, responsible, participants, expected: the row's other columns.
        place: the row.

    """

    key: str
    title: str
    schedule: Schedule
    code: str | None = None
    task: str = ""
    responsible: tuple[str, ...] = ()
    participants: str = ""
    expected: str = ""
    coverage: Coverage = Coverage.NETWORK
    center_id: str | None = None
    quota: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that must happen: an event, once, for one centre or for the network.

    Attributes:
        key: unique in the calendar and stable between runs: the event's key, then "@<centre>"
            for a centre, then "#<first day>" where the event has several periods.
        center_id: None for the network.
        period: None when the event's text gave none (status `undated`).
        deadline: the last day on which a missing mark is still waited for.

    """

    key: str
    event: Event
    center_id: str | None
    period: Period | None
    deadline: dt.date | None


@dataclass(frozen=True, slots=True)
class EventCalendar:
    """The event calendar («событийный календарь»), read and understood."""

    events: tuple[Event, ...]
    occurrences: tuple[Occurrence, ...]
    problems: tuple[Problem, ...] = ()


# --- what was read ----------------------------------------------------------------------------


class SourceState(StrEnum):
    """How a source fared in this run (the `state` of a source in the JSON answer)."""

    FRESH = "fresh"
    UNCHANGED = "unchanged"
    STALE = "stale"  # the last good read stands in for it
    FAILED = "failed"
    ABSENT = "absent"  # the settings name none


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What the answer says of one source.

    Attributes:
        name: "board", "tables" or "calendar".
        complete: everything was read; nothing may be called missing on the strength of a
            source that was not.
        read_at: when the data at hand was read, UTC.
        items: cards or rows at hand. calls: requests made.
        credits: of the service's allowance that they cost. seconds: how long the read took.
        hint: of a live board, what may make the next visit cheap.
        tables_hint: of an online table, what the next read need not ask for.
        message: what went wrong and what to press; None when all is well.

    """

    name: str
    state: SourceState
    complete: bool
    read_at: dt.datetime | None = None
    items: int = 0
    calls: int = 0
    message: Message | None = None
    credits: int = 0
    seconds: float = 0.0
    hint: BoardHint | None = None
    tables_hint: TablesHint | None = None

    @property
    def reliable(self) -> bool:
        """Tell whether what this source does not hold is really not there."""
        return self.complete and self.state in (SourceState.FRESH, SourceState.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Box:
    """Where an item lies and how large it is, in Miro's units.

    Attributes:
        x, y: its middle: from the upper left corner of the frame it lies in, or from the middle
            of the canvas.
        width, height: 0 where Miro does not say.

    """

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class BoardItem:
    """An item of a board, any type, with the parts that can speak of an event.

    Attributes:
        id: Miro's id, a decimal string beyond 2^53.
        type: Miro's type name; unknown names pass through.
        title: HTML of `data.title`, or of `data.content` for notes, shapes and texts.
        description: HTML of `data.description`; the fields of an app card one to a line.
        due: `data.dueDate`.
        parent_id: the frame it lies in, None on the bare canvas.
        tag_ids: ids of its tags.
        created_by, modified_by: user ids, no names.
        assignee_id: the user whom a card is given to.
        box: where it lies; None where that is not known.

    """

    id: str
    type: str
    title: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    due: dt.datetime | None = None
    parent_id: str | None = None
    tag_ids: tuple[str, ...] = ()
    created_at: dt.datetime | None = None
    created_by: str | None = None
    modified_at: dt.datetime | None = None
    modified_by: str | None = None
    assignee_id: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class BoardSnapshot:
    """A board as it was at one moment.

    Attributes:
        complete: the last page was reached and the counts agree.
        tags: titles by tag id. members: names by user id.
        modified_at: the board's own hint of its last change.
        calls: requests that the read took. credits: of the service's allowance that they cost.
        seconds: how long it took.

    """

    id: str
    name: str
    url: str | None
    read_at: dt.datetime
    complete: bool
    items: tuple[BoardItem, ...]
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    members: Mapping[str, str] = field(default_factory=dict, hash=False)
    modified_at: dt.datetime | None = None
    problems: tuple[Problem, ...] = ()
    calls: int = 0
    credits: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class BoardHint:
    """What to keep of a complete read of a board, so that the next visit may cost one call.

    Attributes:
        board_id: as Miro writes it.
        modified_at: Miro's date of the board's last change.
        read_at: when everything was read, UTC.
        understood_by: a digest of the settings by which its cards were understood; under other
            settings they have to be read anew.

    """

    board_id: str
    modified_at: dt.datetime
    read_at: dt.datetime
    understood_by: str = ""


@dataclass(frozen=True, slots=True)
class BoardVisit:
    """What one visit to a board brought.

    Attributes:
        snapshot: the board; None when it has not changed since the read of the hint.
        checked_at: when it was visited, UTC.
        hint: what to give to the next visit; None when the next one must read everything.
        calls, credits, seconds: what it cost.
        message: what a reader should know of it.

    """

    snapshot: BoardSnapshot | None
    checked_at: dt.datetime
    hint: BoardHint | None = None
    calls: int = 0
    credits: int = 0
    seconds: float = 0.0
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class CellError:
    """A formula error of a spreadsheet (`#REF!`, `#N/A`, …): never a value."""

    code: str


CellValue = str | int | float | bool | dt.date | dt.datetime | dt.time | CellError | None


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A worksheet as a grid; `rows[0][0]` is cell A1, merged cells are filled from their first.

    Attributes:
        hidden: hidden in the workbook; read all the same.
        url: a link that opens this worksheet; None where only the whole table has one.
        links: the http(s) links behind the cells that have any, by (row, column) from 0; what
            stands in a cell («новость») does not show them.

    """

    title: str
    rows: tuple[tuple[CellValue, ...], ...] = field(repr=False)
    hidden: bool = False
    url: str | None = None
    links: Mapping[tuple[int, int], tuple[str, ...]] = field(
        default_factory=dict, hash=False, repr=False
    )


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where the columns that are looked for stood in a worksheet when it was last read.

    With it an online table need not be asked for any other column. It holds no text of a cell.

    Attributes:
        title: the worksheet's.
        first, last: indices of its header rows.
        digest: sums up the header rows; under another header the columns must be found anew.
        columns: their indices, in order.
        words: marks of the rows of nothing but words; an unknown one may head another table.

    """

    title: str
    first: int
    last: int
    digest: str
    columns: tuple[int, ...]
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TablesHint:
    """What to keep of a complete read of an online table, so that the next one asks for less.

    Attributes:
        understood_by: a digest of the settings by which the columns were looked for.
        layouts: of the worksheets with one table that is looked for; others are read whole.

    """

    understood_by: str
    layouts: tuple[SheetLayout, ...]


@dataclass(frozen=True, slots=True)
class TablesSnapshot:
    """All worksheets of a table source as they were at one moment.

    Attributes:
        calls: requests that the read took. credits: of the service's allowance that they cost.
        seconds: how long it took.
        own: the worksheet that this service writes: no evidence, but people decide in it.

    """

    source: str
    read_at: dt.datetime
    complete: bool
    worksheets: tuple[Worksheet, ...]
    url: str | None = None
    problems: tuple[Problem, ...] = ()
    modified_at: dt.datetime | None = None
    calls: int = 0
    credits: int = 0
    seconds: float = 0.0
    own: Worksheet | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """That a source at hand is what it was, without looking at what it says.

    Attributes:
        digest: of all that reading it rests on.
        read_at: when that was, UTC; None where the source itself says how old it is.

    """

    digest: str
    read_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one run read, and how it fared; the input of the decision.

    Attributes:
        board, tables: None where the source is absent or failed without an earlier good read.
        sources: one report per source, in the order board, tables, calendar.

    """

    board: BoardSnapshot | None
    tables: TablesSnapshot | None
    sources: tuple[SourceReport, ...]


# --- what was understood ----------------------------------------------------------------------


#: Characters of a title that a sentence can carry.
_LABEL = 60


@dataclass(frozen=True, slots=True)
class EventCard:
    """A card of the board or a row of a table that speaks of an event.

    Attributes:
        id: unique over all sources: the item's id, or "<worksheet>!<row>" for a row.
        source: "board" or "table".
        title: plain text, one line, without held marks.
        text: plain text of everything else that it says.
        center_id: from its frame, its column or its text; None when unknown.
        date: the day or days it speaks of; None when it names none.
        held: what says that the event was held; None when nothing does.
        author_id, editor_id: users of the board, None for rows.
        place: what to open.
        contributed: the last day on which somebody of its centre made or filled it in, as far
            as is known; set by `miro_sync.activity`, kept between runs with the card.
        made: the day on which somebody of its centre made it, where that is not `contributed`.

    """

    id: str
    source: str
    title: str
    text: str = ""
    center_id: str | None = None
    date: Schedule | None = None
    held: Message | None = None
    url: str | None = None
    kind: str = "card"
    frame: str | None = None
    created_at: dt.datetime | None = None
    modified_at: dt.datetime | None = None
    author_id: str | None = None
    editor_id: str | None = None
    place: Place | None = None
    contributed: dt.date | None = None
    made: dt.date | None = None

    @property
    def label(self) -> str:
        """The title, short enough for a sentence; "" where there is none."""
        title = self.title.strip()
        return title if len(title) <= _LABEL else title[: _LABEL - 1].rstrip() + "…"


# --- what was decided -------------------------------------------------------------------------


class LinkedBy(StrEnum):
    """On whose word a card is linked to an occurrence."""

    CODE = "code"
    PERSON = "person"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Link:
    """A card that certainly speaks of an occurrence.

    Attributes:
        score: 0..1, how sure; 1 for a code or a person's word.
        duplicate: a second card of the same centre for the same occurrence.

    """

    card_id: str
    occurrence_key: str
    by: LinkedBy
    score: float
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A card that may speak of one of several occurrences: the coordinator is asked.

    Attributes:
        candidates: (occurrence key, score), best first, never empty.

    """

    card_id: str
    candidates: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Which card speaks of which occurrence; every card is in exactly one of the three."""

    links: tuple[Link, ...]
    questions: tuple[Question, ...]
    extra: tuple[str, ...]


class DecisionKind(StrEnum):
    """What a person may say of an event, a card or a centre."""

    CONFIRM = "confirm"  # the card speaks of the event
    REJECT = "reject"  # the card does not speak of the event
    HELD = "held"
    MOVE = "move"
    CANCEL = "cancel"
    PAUSE = "pause"
    ACCEPT_SHRINK = "accept-shrink"
    UNDO = "undo"  # an earlier decision is taken back


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word («решение»); append-only, the latest one on a subject counts.

    Attributes:
        subject: an event's or occurrence's key; a centre's id for a pause; a source's name for
            an accepted shrink; that of the decision taken back for an undo.
        card_id: for confirm and reject.
        period: the new period of a move, the span of a pause, the day of a held event.
        source: where it was said: "command", "file" or "table".
        number: its number in the state; None for one that is not kept there.
        undoes: the number of the decision that an undo takes back.

    """

    kind: DecisionKind
    subject: str
    role: str
    made_at: dt.datetime
    card_id: str | None = None
    period: Period | None = None
    why: str = ""
    source: str = "file"
    number: int | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What stood in a row of the status worksheet when it was taken as a decision.

    Attributes:
        row: the row's name in that worksheet.
        digest: of what was written there: the same words are no second decision.
        decision: has no number until it is kept.

    """

    row: str
    digest: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class SameCard:
    """A card that came back under another id: made again, copied, a row that moved down.

    Attributes:
        at: when that was noticed; ids named before then mean the old one.

    """

    old: str
    new: str
    at: dt.datetime


# --- what is judged ---------------------------------------------------------------------------


class Status(StrEnum):
    """Status of an occurrence, in the order in which the rules are tried."""

    CANCELLED = "cancelled"
    HELD = "held"
    PLANNED = "planned"
    DUE_SOON = "due_soon"
    RUNNING = "running"
    AWAITING = "awaiting"
    UNKNOWN = "unknown"
    MOVED = "moved"
    OVERDUE = "overdue"
    UNCONFIRMED = "unconfirmed"
    MISSED = "missed"
    UNDATED = "undated"


#: What the director sees: the only statuses that raise exit code 1.
FLAGGED = frozenset({Status.OVERDUE, Status.MISSED, Status.MOVED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """A card or row that stands behind a verdict."""

    card: EventCard
    by: LinkedBy
    score: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a quota is."""

    done: int
    expected: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one occurrence.

    Attributes:
        days_late: local days from the deadline to today; 0 unless the status is flagged.
        reason: one sentence: why this status.
        evidence: the cards and rows that speak of it.
        progress: for a quota alone.

    """

    occurrence: Occurrence
    status: Status
    reason: Message
    days_late: int = 0
    evidence: tuple[Evidence, ...] = ()
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class MovedCard:
    """A card dated outside its event's period, without a decision that says so."""

    card: EventCard
    occurrence: Occurrence


class CenterState(StrEnum):
    """Whether a centre takes part."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PAUSED = "paused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ActivityWeek:
    """What a centre contributed in one week, Monday to Sunday.

    Attributes:
        contributions: new and filled-in cards, held events, changed rows.
        planned: occurrences of the centre that were due in it.
        excused: holidays or a pause took most of its working days.

    """

    monday: dt.date
    contributions: int = 0
    planned: int = 0
    excused: bool = False


@dataclass(frozen=True, slots=True)
class CenterActivity:
    """The judgement on one centre.

    Attributes:
        weeks: oldest first, up to the current one; empty where no history is at hand.
        last_contribution: the last day on which the centre added something; None when it never
            did as far as is known.
        days_silent: days since then without school holidays and pauses; None when unknown.
        reason: one sentence: why, since when, what would clear it.
        rhythm: one sentence on the weeks; None where there are none.

    """

    center: Center
    state: CenterState
    reason: Message
    last_contribution: dt.date | None = None
    days_silent: int | None = None
    weeks: tuple[ActivityWeek, ...] = ()
    rhythm: Message | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that one run has to say, before it is compared with earlier runs.

    Attributes:
        trustworthy: there is a board or a table, and every configured source was read completely.
        questions: cards to be asked about. moved, extra, vanished: as in design words.
        duplicates: (card, the occurrence of which its centre has another card already).
        cards: all cards and rows at hand by id, `contributed` filled in.
        rebuilt: most cards of the board lie in other frames than when it was last read.

    """

    today: dt.date
    trustworthy: bool
    sources: tuple[SourceReport, ...]
    verdicts: tuple[Verdict, ...]
    questions: tuple[Question, ...] = ()
    moved: tuple[MovedCard, ...] = ()
    extra: tuple[EventCard, ...] = ()
    vanished: tuple[EventCard, ...] = ()
    duplicates: tuple[tuple[EventCard, Occurrence], ...] = ()
    centers: tuple[CenterActivity, ...] = ()
    cards: Mapping[str, EventCard] = field(default_factory=dict, hash=False)
    problems: tuple[Problem, ...] = ()
    rebuilt: bool = False


class FindingState(StrEnum):
    """The life of a finding."""

    NEW = "new"
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth a person's attention, remembered between runs.

    Attributes:
        key: "<kind>:<subject>", unique among the open ones.
        kind: missed, overdue, unconfirmed, moved, extra, undated, vanished, inactive,
            no_plan, duplicate, source_failed, rebuilt, resource_map, indicator_behind,
            indicator_not_collected.
        subject: an occurrence's key, a card's id, a centre's id, an indicator's id or a source's
            name.
        since: the day it was first seen.
        until: the day it was settled; None while it is not.
        backlog: it was late already before anything was ever stored: one line for all of them,
            no alarm.

    """

    key: str
    kind: str
    subject: str
    state: FindingState
    since: dt.date
    until: dt.date | None = None
    backlog: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the state knows from earlier runs; the third input of the decision.

    Attributes:
        cards: the cards of the last complete read of each source, by id.
        findings: those still open after the last run.
        first_run: nothing was ever stored.
        read_at: when the cards of "board" and "tables" were read, UTC; a source that was never
            read completely has no entry.
        stored_at: when the last run was stored, UTC; None before the first one.
        service_users: ids of the users in whose name this service ever wrote to the board.

    """

    cards: Mapping[str, EventCard] = field(default_factory=dict, hash=False)
    findings: tuple[Finding, ...] = ()
    first_run: bool = True
    read_at: Mapping[str, dt.datetime] = field(default_factory=dict, hash=False)
    stored_at: dt.datetime | None = None
    service_users: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contribution:
    """Work of a centre that a version of a card or row tells of, which another one followed.

    Attributes:
        source: "board" or "table".
        thing: the id of a card; of a row what it says, because its number changes.

    """

    source: str
    thing: str
    center_id: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class PastWork:
    """What the state remembers of the work of the centres, besides the cards at hand.

    Attributes:
        rows_since: the day on which the tables were first read whole; None before that.

    """

    done: tuple[Contribution, ...] = ()
    rows_since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What a run worked out and a later one need not work out again.

    Attributes:
        basis: a digest of all that it rests on; under another one it counts for nothing.
        payload: the thing itself, in the words of whoever kept it.

    """

    basis: str
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LastRead:
    """What stands in for a source that cannot be read now.

    Attributes:
        cards: everything that its last complete read held.
        read_at: when that was, UTC.
        current: it is what the last stored run judged by; False when that run could not read the
            source whole and had an older read stand in.

    """

    cards: tuple[EventCard, ...]
    read_at: dt.datetime
    current: bool = True


# --- what happened ----------------------------------------------------------------------------


class ChangeKind(StrEnum):
    """What befell a card, a row or a planned event between two runs."""

    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Change:
    """One version of a card, a row or a planned event following another.

    Attributes:
        run: the number of the run that saw it.
        source: "board", "tables" or "calendar".
        thing: the id of the card or row, the key of the event.
        before, after: the two versions; None where there was or is none.

    """

    run: int
    kind: ChangeKind
    source: str
    thing: str
    before: EventCard | Event | None = None
    after: EventCard | Event | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One stored run.

    Attributes:
        number: counts up. stored_at: UTC. today: the local day it judged.
        sources: how each source fared, without its message.
        changes: how many things were added, changed, gone and returned.
        opened, closed: findings that it saw first, and that it saw settled.

    """

    number: int
    stored_at: dt.datetime
    today: dt.date
    program: str
    sources: tuple[SourceReport, ...] = ()
    changes: Mapping[ChangeKind, int] = field(default_factory=dict, hash=False)
    opened: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class PastFinding:
    """A finding's whole life, by the runs that saw it begin and end."""

    finding: Finding
    since_run: int | None
    until_run: int | None


# --- what was written -------------------------------------------------------------------------


class Act(StrEnum):
    """One thing done to the board, or let be."""

    MAKE_TAG = "make_tag"
    REMOVE_TAG = "remove_tag"
    PUT_ON = "put_on"  # a tag, on a card or note
    TAKE_OFF = "take_off"
    MAKE_CARD = "make_card"
    CHANGE_CARD = "change_card"
    REMOVE_CARD = "remove_card"
    LET_GO = "let_go"  # people took it over or away: it is none of ours any more


#: The acts on a tag as such, and on cards; the others are of a tag on an item.
TAG_ACTS = frozenset({Act.MAKE_TAG, Act.REMOVE_TAG})
CARD_ACTS = frozenset({Act.MAKE_CARD, Act.CHANGE_CARD, Act.REMOVE_CARD})


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card of this service as it was or shall be written.

    Attributes:
        title, text: plain text, the mark not included.
        due: the local day it is due.
        center_id: the centre in whose frame it lies; None for a frame of the whole network.
        frame_id: that frame.
        x, y: its middle, from the frame's upper left corner.

    """

    title: str
    text: str = ""
    due: dt.date | None = None
    center_id: str | None = None
    frame_id: str | None = None
    x: float = 0.0
    y: float = 0.0


class WriteOutcome(StrEnum):
    """How an act ended."""

    DONE = "done"
    FAILED = "failed"  # it was certainly not carried out


@dataclass(frozen=True, slots=True)
class Written:
    """One act as it is noted: before it is done, and again when it is known how it ended.

    Attributes:
        number: counts up over all acts.
        run: the writing it belongs to.
        key: the title of the tag; of a card, the key of the occurrence that it stands for.
        what: the act that a `LET_GO` ends: `MAKE_TAG`, `PUT_ON` or `MAKE_CARD`; else the act.
        item_id: the card or note; of `MAKE_TAG` and `REMOVE_TAG` the tag; None while not known.
        before, after: the card.
        at: when it was begun, UTC.
        outcome: None while it is not known: the program ended in the middle of it.

    """

    number: int
    run: int
    act: Act
    key: str
    what: Act
    item_id: str | None = None
    before: PlacedCard | None = None
    after: PlacedCard | None = None
    at: dt.datetime = field(default=dt.datetime.min.replace(tzinfo=dt.UTC))
    outcome: WriteOutcome | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """One run of writing.

    Attributes:
        number: counts up.
        undoes: the runs from this one on were taken back by it; 0 for all; None when it took
            nothing back.
        user_id: in whose name it wrote.

    """

    number: int
    at: dt.datetime
    user_id: str
    undoes: int | None = None
