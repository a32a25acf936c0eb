"""What project.toml, centers.toml, decisions.toml and kpi.toml may say, key by key."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import zoneinfo
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from miro_sync.decisions import ABOUT_A_CARD, DIRECTORS_ONLY
from miro_sync.letter import Block
from miro_sync.model import (
    CellType,
    DecisionKind,
    Direction,
    IndicatorFormula,
    IndicatorSource,
    Monitoring,
    Rules,
)
from miro_sync.settings.links import (
    SourceLink,
    api_url,
    board_link,
    calendar_link,
    fault,
    ping_url,
    shown,
    smtp_url,
    state_url,
    tables_link,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from enum import StrEnum
    from pathlib import Path

MIRO_API = "https://api.miro.com"
GOOGLE_API = "https://sheets.googleapis.com"
YANDEX_API = "https://cloud-api.yandex.net"
DEFAULT_STATE = "sqlite:///state/miro-sync.db"
DEFAULT_PATIENCE = 60.0

#: Miro does not promise that a tag or a move changes the board's date: once a day all is read.
FULL_READ_HOURS = 23

#: When letters go: Monday, from eight to six.
MONDAY = 0
SEND_HOURS = (8 * 60, 18 * 60)

#: Minutes of the day: the weekly letters, everything read whole, the copy of the state.
DIGEST_AT, FULL_READ_AT, BACKUP_AT = 8 * 60 + 30, 6 * 60 + 30, 20 * 60

#: Seconds that a mail server may take for one answer.
MAIL_TIMEOUT = 30.0

ROLES = ("director", "coordinator", "methodist")
LANGUAGES = ("ru", "en")

#: Longer "school holidays" are a slip of the year: the longest real ones, in summer, take 97 days.
LONGEST_VACATION_DAYS = 120

#: A longer project is a slip of the year; such plans are made for one to five years.
LONGEST_PROJECT_DAYS = 20 * 366

#: Miro takes 120 characters, of which the prefix of this service's tags needs some.
LONGEST_TAG_NAME = 100

_RUSSIAN_ROLES = {
    "директор": "director",
    "руководитель": "director",
    "руководитель проекта": "director",
    "координатор": "coordinator",
    "методист": "methodist",
}
#: Hints only: the time zones of Russia by hours from Greenwich and by how people call them.
_ZONE_BY_HOURS = {
    2: "Europe/Kaliningrad",
    3: "Europe/Moscow",
    4: "Europe/Samara",
    5: "Asia/Yekaterinburg",
    6: "Asia/Omsk",
    7: "Asia/Novokuznetsk",
    8: "Asia/Irkutsk",
    9: "Asia/Yakutsk",
    10: "Asia/Vladivostok",
    11: "Asia/Magadan",
    12: "Asia/Kamchatka",
}
_ZONE_BY_NAME = {
    "калининград": "Europe/Kaliningrad",
    "москва": "Europe/Moscow",
    "мск": "Europe/Moscow",
    "msk": "Europe/Moscow",
    "самара": "Europe/Samara",
    "екатеринбург": "Asia/Yekaterinburg",
    "омск": "Asia/Omsk",
    "новосибирск": "Asia/Novosibirsk",
    "томск": "Asia/Tomsk",
    "барнаул": "Asia/Barnaul",
    "кемерово": "Asia/Novokuznetsk",
    "kemerovo": "Asia/Novokuznetsk",
    "новокузнецк": "Asia/Novokuznetsk",
    "кузбасс": "Asia/Novokuznetsk",
    "красноярск": "Asia/Krasnoyarsk",
    "иркутск": "Asia/Irkutsk",
    "чита": "Asia/Chita",
    "якутск": "Asia/Yakutsk",
    "хабаровск": "Asia/Vladivostok",
    "владивосток": "Asia/Vladivostok",
    "магадан": "Asia/Magadan",
    "камчатка": "Asia/Kamchatka",
}
#: The keys that a formula over a table reads.
_COLUMNS = {
    IndicatorFormula.RATIO: ("sheet", "numerator", "denominator"),
    IndicatorFormula.MEAN: ("sheet", "value"),
    IndicatorFormula.VALUE: ("sheet", "value"),
    IndicatorFormula.SUM: ("sheet", "value"),
    IndicatorFormula.COVERAGE: ("sheet", "group", "value"),
    IndicatorFormula.GROWTH: ("sheet", "value", "base"),
}
#: Where the data of the other formulas come from, the usual place first.
_PLACES = {
    IndicatorFormula.QUOTA: (IndicatorSource.CALENDAR, IndicatorSource.TABLE),
    IndicatorFormula.MAP_SHARE: (IndicatorSource.TABLE,),
}


def closest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that `word` is most likely a slip of, None when none is near."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else None


def _strip(text: str) -> str:
    return text.strip()


def _filled(text: str) -> str:
    if not text:
        raise fault("settings.empty")
    return text


def _emptied(value: object) -> object:
    """Read «» and the «…» of the instructions as "not filled in yet"."""
    if isinstance(value, str) and value.strip() in {"", "…", "..."}:
        return None
    return value


def _day(value: object) -> object:
    """Take a TOML date, or a text as 2023-05-27 or 27.05.2023."""
    if isinstance(value, dt.datetime):
        raise fault("settings.day_with_time")
    if isinstance(value, dt.date):
        return value
    text = value.strip() if isinstance(value, str) else str(value)
    parts = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        if parts:
            return dt.date(int(parts[3]), int(parts[2]), int(parts[1]))
        return dt.date.fromisoformat(text)
    except ValueError:
        raise fault("settings.no_day", value=shown(text)) from None


def _not_reversed(end: dt.date, info: ValidationInfo) -> dt.date:
    start = info.data.get("start")
    if start is not None and end < start:
        raise fault("settings.reversed", start=start, end=end)
    return end


def _at_most(longest: int) -> Callable[[dt.date, ValidationInfo], dt.date]:
    """Make a check that `end` is within `longest` days of `start`."""

    def check(end: dt.date, info: ValidationInfo) -> dt.date:
        start = info.data.get("start")
        days = (end - start).days + 1 if start is not None else 0
        if days > longest:
            raise fault("settings.too_long", days=days)
        return end

    return check


def _zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        hint = _zone_hint(name)
        if hint:
            raise fault("settings.unknown_zone_hint", value=shown(name), hint=hint) from None
        raise fault("settings.unknown_zone", value=shown(name)) from None
    return name


def _zone_hint(name: str) -> str | None:
    """Guess the IANA name that was meant by a city, an offset or a slip of the keys."""
    text = name.casefold().strip()
    offset = re.fullmatch(r"(utc|gmt|мск|msk)?\s*\+\s*0?(\d{1,2})(?::?00)?", text)
    if offset:
        from_moscow = 3 if offset[1] in {"мск", "msk"} else 0
        return _ZONE_BY_HOURS.get(int(offset[2]) + from_moscow)
    city = text.rpartition("/")[2]
    if city in _ZONE_BY_NAME:
        return _ZONE_BY_NAME[city]
    zones = {zone.casefold(): zone for zone in zoneinfo.available_timezones()}
    close = closest(text.replace(" ", "_"), zones)
    return zones[close] if close else None


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise fault("settings.one_of", value=shown(language), known=", ".join(LANGUAGES))
    return language


def _account(name: str) -> str:
    """Take a name that can be the ending of a variable of the environment."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", name) or name.upper() == "FILE":
        raise fault("settings.account", value=shown(name))
    return name


def _role(role: str) -> str:
    if role in ROLES:
        return role
    hint = _RUSSIAN_ROLES.get(role.casefold()) or closest(role.casefold(), ROLES)
    if hint:
        raise fault("settings.unknown_role_hint", value=shown(role), hint=hint)
    raise fault("settings.one_of", value=shown(role), known=", ".join(ROLES))


def _email(address: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", address):
        raise fault("settings.no_email", value=shown(address))
    return address


def _sender(text: str) -> str:
    match = re.fullmatch(r"[^<>\r\n]*<([^<>\s]+)>|([^<>\s]+)", text)
    if not match:
        raise fault("settings.no_sender")
    _email(match[1] or match[2])
    return text


def _unsubscribe(text: str) -> str:
    """Check where a wish to get no more letters goes: a page, or an address that somebody reads."""
    if re.fullmatch(r"https://[^\s<>]+", text):
        return text
    return f"mailto:{_email(text.removeprefix('mailto:'))}"


def _weekday(value: object) -> object:
    """Take a weekday by its name in either language, or by its number from Monday as 1."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= len(_WEEKDAYS):
        return value - 1
    word = str(value).strip().casefold()
    for number, names in enumerate(_WEEKDAYS):
        if word in names:
            return number
    known = ", ".join(names[0] for names in _WEEKDAYS)
    raise fault("settings.one_of", value=shown(str(value)), known=known)


def _hours(value: object) -> object:
    """Take «8:00-18:00» as minutes of the day."""
    found = re.fullmatch(
        r"(\d{1,2})(?::(\d\d))?\s*[-–—]\s*(\d{1,2})(?::(\d\d))?", str(value).strip()
    )
    if found is None:
        raise fault("settings.no_hours", value=shown(str(value)))
    start, end = (int(found[at]) * 60 + int(found[at + 1] or 0) for at in (1, 3))
    if not 0 <= start < end <= _DAY or int(found[2] or 0) > 59 or int(found[4] or 0) > 59:  # noqa: PLR2004 - minutes of an hour
        raise fault("settings.no_hours", value=shown(str(value)))
    return start, end


def _time(value: object) -> object:
    """Take «8:30» as a minute of the day, and «нет» as never."""
    text = str(value).strip().casefold()
    if value is False or text in {"", "нет", "no", "off"}:
        return None
    found = re.fullmatch(r"(\d{1,2})(?::(\d\d))?", text)
    minute = -1 if found is None else int(found[1]) * 60 + int(found[2] or 0)
    if found is None or minute >= _DAY or int(found[2] or 0) > 59:  # noqa: PLR2004 - minutes of an hour
        raise fault("settings.no_time", value=shown(str(value)))
    return minute


_DAY = 24 * 60

_WEEKDAYS = (
    ("monday", "понедельник", "пн"),
    ("tuesday", "вторник", "вт"),
    ("wednesday", "среда", "ср"),
    ("thursday", "четверг", "чт"),
    ("friday", "пятница", "пт"),
    ("saturday", "суббота", "сб"),
    ("sunday", "воскресенье", "вс"),
)


def _tag_name(name: str) -> str:
    """Refuse what Miro would not take for a tag; the service's own prefix comes before it."""
    if len(name) > LONGEST_TAG_NAME:
        raise fault("settings.tag_too_long", most=LONGEST_TAG_NAME)
    return name


_Some = TypeVar("_Some")


def _above_zero(number: float) -> float:
    if number <= 0:
        raise fault("settings.above_zero")
    return number


def _some(values: list[_Some]) -> list[_Some]:
    if not values:
        raise fault("settings.empty")
    return values


def _center_id(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+", text):
        raise fault("settings.center_id", value=shown(text))
    return text


def _choice(known: type[StrEnum]) -> BeforeValidator:
    """Make a check that turns a word into a member of the enumeration."""

    def check(value: object) -> object:
        try:
            return known(str(value))
        except ValueError:
            words = ", ".join(member.value for member in known)
            raise fault("settings.one_of", value=shown(str(value)), known=words) from None

    return BeforeValidator(check)


def _source(
    understand: Callable[[object, Path], SourceLink | None],
) -> BeforeValidator:
    """Make a check that understands a `source`, relative to the project folder."""

    def check(value: object, info: ValidationInfo) -> SourceLink | None:
        context: Mapping[str, Path] = info.context or {}
        return understand(value, context["folder"])

    return BeforeValidator(check)


Text = Annotated[str, AfterValidator(_strip)]
Filled = Annotated[Text, AfterValidator(_filled)]
Maybe = Annotated[Filled | None, BeforeValidator(_emptied)]
Day = Annotated[dt.date, BeforeValidator(_day)]
LastDay = Annotated[Day, AfterValidator(_not_reversed)]
Email = Annotated[Annotated[Text, AfterValidator(_email)] | None, BeforeValidator(_emptied)]
Smtp = Annotated[Annotated[Text, AfterValidator(smtp_url)] | None, BeforeValidator(_emptied)]
Unsubscribe = Annotated[
    Annotated[Text, AfterValidator(_unsubscribe)] | None, BeforeValidator(_emptied)
]
Sender = Annotated[Annotated[Text, AfterValidator(_sender)] | None, BeforeValidator(_emptied)]
ApiUrl = Annotated[Text, AfterValidator(api_url)]
Patience = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
DayCount = Annotated[int, Field(ge=0, le=3660)]

_RULES = Rules()
_MONITORING = Monitoring()


class Section(BaseModel):
    """A section of a settings file: unknown keys and wrong types are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ProjectSection(Section):
    """`[project]`: the only section that must be there."""

    name: Filled
    timezone: Annotated[Filled, AfterValidator(_zone)]
    start: Day
    end: Annotated[LastDay, AfterValidator(_at_most(LONGEST_PROJECT_DAYS))]
    language: Annotated[str, AfterValidator(_language)] = "ru"
    account: Annotated[Filled, AfterValidator(_account)] | None = None


class BoardSection(Section):
    """`[board]`: where the board is and what says "held" on it."""

    source: Annotated[SourceLink | None, _source(board_link)] = None
    api_url: ApiUrl = MIRO_API
    patience_seconds: Patience = DEFAULT_PATIENCE
    held_tags: list[Filled] = list(_RULES.held_tags)
    held_frames: list[Filled] = list(_RULES.held_frames)
    full_read_hours: Annotated[int, Field(ge=0, le=FULL_READ_HOURS)] = FULL_READ_HOURS


class TablesSection(Section):
    """`[tables]`: where the online table is, and what the worksheet written there is called."""

    source: Annotated[SourceLink | None, _source(tables_link)] = None
    status_sheet: Maybe = None
    api_url: ApiUrl | None = None
    patience_seconds: Patience = DEFAULT_PATIENCE


class CalendarSection(Section):
    """`[calendar]`: where the event calendar is, and how long a mark is waited for."""

    source: Annotated[SourceLink | None, _source(calendar_link)] = None
    grace_days: DayCount = _RULES.grace_days
    soon_days: DayCount = _RULES.soon_days


class ActivitySection(Section):
    """`[activity]`: when a centre is silent, and whose edits do not count."""

    inactive_after_days: Annotated[int, Field(ge=1, le=3660)] = _RULES.inactive_after_days
    ignored_users: list[Filled] = []


class DecisionsSection(Section):
    """`[decisions]`: who may decide what."""

    directors_only: list[Annotated[DecisionKind, _choice(DecisionKind)]] = sorted(DIRECTORS_ONLY)


class StateSection(Section):
    """`[state]`: where the memory between runs is kept, and what projects share."""

    url: Annotated[Filled, AfterValidator(state_url)] = DEFAULT_STATE
    shared: Annotated[Filled, AfterValidator(state_url)] | None = None


class MailSection(Section):
    """`[mail]`: how mail leaves, when, and what is in it."""

    smtp: Smtp = None
    sender: Sender = Field(default=None, alias="from")
    reply_to: Email = None
    unsubscribe: Unsubscribe = None
    weekday: Annotated[int, BeforeValidator(_weekday)] = MONDAY
    hours: Annotated[tuple[int, int], BeforeValidator(_hours)] = SEND_HOURS
    pause_until: Day | None = None
    blocks: Annotated[list[Annotated[Block, _choice(Block)]], AfterValidator(_some)] = list(Block)
    ca_file: Maybe = None
    patience_seconds: Patience = DEFAULT_PATIENCE
    timeout_seconds: Annotated[float, Field(ge=0.1, le=600, allow_inf_nan=False)] = MAIL_TIMEOUT


Time = Annotated[int | None, BeforeValidator(_time)]


class ScheduleSection(Section):
    """`[schedule]`: when which job is done; the weekly letters go by [mail] unless said here."""

    sync_every_minutes: Annotated[int, Field(ge=1, le=_DAY)] = 60
    office_hours: Annotated[tuple[int, int], BeforeValidator(_hours)] = SEND_HOURS
    digest_day: Annotated[int, BeforeValidator(_weekday)] | None = None
    digest_at: Time = DIGEST_AT
    full_read_at: Time = FULL_READ_AT
    backup_at: Time = BACKUP_AT
    keep_backups: Annotated[int, Field(ge=1, le=1000)] = 14
    publish_at: Time = None


class WatchSection(Section):
    """`[watch]`: who is told that the jobs are done."""

    ping: Annotated[Annotated[Text, AfterValidator(ping_url)] | None, BeforeValidator(_emptied)] = (
        Field(default=None, repr=False)
    )


class PublishTags(Section):
    """`[publish.tags]`: what this service's tags are called; an empty name is no tag."""

    overdue: Annotated[Text, AfterValidator(_tag_name)] | None = None
    unconfirmed: Annotated[Text, AfterValidator(_tag_name)] | None = None
    moved: Annotated[Text, AfterValidator(_tag_name)] | None = None
    missed: Annotated[Text, AfterValidator(_tag_name)] | None = None


class PublishSection(Section):
    """`[publish]`: what may be written back, and where."""

    board: bool = False
    table: bool = False
    cards_ahead_days: DayCount = 60
    network_frame: Text = ""
    tags: PublishTags = PublishTags()


class PersonTable(Section):
    """`[[person]]`: somebody of the team."""

    role: Annotated[Text, AfterValidator(_role)]
    name: Text = ""
    email: Email = None
    pause_until: Day | None = None


class VacationTable(Section):
    """`[[vacation]]`: school holidays."""

    start: Day
    end: Annotated[LastDay, AfterValidator(_at_most(LONGEST_VACATION_DAYS))]


class HolidayTable(Section):
    """`[[holiday]]`: a single day over the production calendar."""

    date: Day
    working: bool = False


class ProjectFile(Section):
    """project.toml."""

    project: ProjectSection
    board: BoardSection = BoardSection()
    tables: TablesSection = TablesSection()
    calendar: CalendarSection = CalendarSection()
    activity: ActivitySection = ActivitySection()
    decisions: DecisionsSection = DecisionsSection()
    state: StateSection = StateSection()
    mail: MailSection = MailSection()
    publish: PublishSection = PublishSection()
    schedule: ScheduleSection = ScheduleSection()
    watch: WatchSection = WatchSection()
    person: list[PersonTable] = []
    vacation: list[VacationTable] = []
    holiday: list[HolidayTable] = []


class PauseTable(Section):
    """`[[center.pause]]`: a centre is at rest; without an end, to the end of the project."""

    start: Day
    end: LastDay | None = None
    why: Text = ""  # for the people who read the file


class CenterTable(Section):
    """`[[center]]`: a school's centre."""

    id: Annotated[Filled, AfterValidator(_center_id)]
    name: Filled
    aliases: list[Filled] = []
    frame: Maybe = None
    email: Email = None
    pause: list[PauseTable] = []


class CentersFile(Section):
    """centers.toml."""

    center: list[CenterTable] = []


class PathTable(Section):
    """A point of `path`: what the indicator must have come to by a day."""

    day: Day
    value: Number


class IndicatorTable(Section):
    """`[[indicator]]`: see `miro_sync.model.Indicator` for what the keys mean."""

    id: Filled
    title: Filled
    unit: Filled
    formula: Annotated[IndicatorFormula, _choice(IndicatorFormula)]
    source: Annotated[IndicatorSource, _choice(IndicatorSource)]
    direction: Annotated[Direction, _choice(Direction)] = Direction.UP
    baseline: Number | None = None
    target: Number | None = None
    growth: Number | None = None
    region: Number | None = None
    events: list[Filled] = []
    sheet: Maybe = None
    numerator: Maybe = None
    denominator: Maybe = None
    value: Maybe = None
    weight: Maybe = None
    where: dict[str, Text] = {}
    collected: Text = ""
    responsible: Text = ""
    method: Text = ""
    group: Maybe = None
    period: Maybe = None
    base: Annotated[Number, AfterValidator(_above_zero)] | None = None
    minimum: Number | None = None
    path: list[PathTable] = []
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    people: bool | None = None

    @model_validator(mode="after")
    def _formula_has_what_it_reads(self) -> IndicatorTable:
        needed = _COLUMNS.get(self.formula, ())
        places = (IndicatorSource.TABLE if needed else IndicatorSource.CALENDAR,)
        fitting = _PLACES.get(self.formula, places)
        if self.source not in fitting:
            raise fault(
                "settings.indicator_source", formula=self.formula.value, source=fitting[0].value
            )
        if self.formula is IndicatorFormula.QUOTA and self.source is IndicatorSource.TABLE:
            needed = ("sheet", "minimum") if self.unit == "%" else ("sheet",)
        lacking = [key for key in needed if getattr(self, key) is None]
        if lacking:
            raise fault(
                "settings.indicator_lacks", formula=self.formula.value, keys=", ".join(lacking)
            )
        return self

    @model_validator(mode="after")
    def _path_leads_somewhere(self) -> IndicatorTable:
        days = [point.day for point in self.path]
        if days != sorted(set(days)):
            raise fault("settings.indicator_path_order")
        if self.path and self.target is None:
            raise fault("settings.indicator_path_target")
        return self


class DecisionTable(Section):
    """`[[decision]]`: what a person said; see `miro_sync.model.Decision`."""

    kind: Annotated[DecisionKind, _choice(DecisionKind)]
    about: Filled
    role: Annotated[Text, AfterValidator(_role)]
    made: Day
    card: Maybe = None
    start: Day | None = None
    end: LastDay | None = None
    why: Text = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> DecisionTable:
        if self.kind is DecisionKind.UNDO:
            raise fault("settings.decision_undo")
        if self.kind in ABOUT_A_CARD and self.card is None:
            raise fault("settings.decision_card", kind=self.kind.value)
        if self.end is not None and self.start is None:
            raise fault("settings.decision_start")
        return self


class DecisionsFile(Section):
    """decisions.toml."""

    decision: list[DecisionTable] = []


class MonitoringSection(Section):
    """`[monitoring]`: when the worksheets must have been brought up to date."""

    months: list[Annotated[int, Field(ge=1, le=12)]] = list(_MONITORING.months)
    early_days: Annotated[int, Field(ge=0, le=366)] = _MONITORING.early_days


class SheetColumnTable(Section):
    """`[[worksheet.column]]`: see `miro_sync.model.SheetColumn`."""

    key: Annotated[Filled, AfterValidator(_center_id)]
    headers: Annotated[list[Filled], AfterValidator(_some)]
    type: Annotated[CellType, _choice(CellType)] = CellType.TEXT
    required: bool = False
    low: Number | None = None
    high: Number | None = None
    choices: list[Filled] = []
    fresh: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> SheetColumnTable:
        if self.low is not None and self.high is not None and self.high < self.low:
            raise fault("settings.low_above_high", low=self.low, high=self.high)
        if self.fresh and self.type is not CellType.DATE:
            raise fault("settings.fresh_no_date")
        if self.type is CellType.CHOICE and not self.choices:
            raise fault("settings.no_choices")
        return self


class SheetTable(Section):
    """`[[worksheet]]`: see `miro_sync.model.SheetKind`."""

    kind: Annotated[Filled, AfterValidator(_center_id)]
    title: Filled
    sheets: Annotated[list[Filled], AfterValidator(_some)]
    column: Annotated[list[SheetColumnTable], AfterValidator(_some)]


class TablesFile(Section):
    """tables.toml."""

    monitoring: MonitoringSection = MonitoringSection()
    worksheet: list[SheetTable] = []


class KpiFile(Section):
    """kpi.toml."""

    indicator: list[IndicatorTable] = []
