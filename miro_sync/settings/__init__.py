"""The project folder: project.toml, centers.toml, decisions.toml, kpi.toml become `Settings`.

All mistakes of all files are gathered and raised together, each with its file, line and key, in
the words of the catalogue. Relative paths are relative to the project folder. Secrets never stand
in the settings: they come from the environment (`secret`), and a key that looks like one is
refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from miro_sync.decisions import DIRECTORS_ONLY
from miro_sync.errors import SettingsError
from miro_sync.letter import Block
from miro_sync.model import (
    Center,
    Decision,
    DecisionKind,
    Indicator,
    IndicatorFormula,
    Monitoring,
    Period,
    Person,
    Problem,
    Project,
    Rules,
    Severity,
    SheetColumn,
    SheetKind,
    SpecialDay,
    say,
)
from miro_sync.settings.document import Document, validated
from miro_sync.settings.links import (
    SourceKind,
    SourceLink,
    absolute,
    absolute_state,
    is_loopback,
    split,
)
from miro_sync.settings.schema import (
    DEFAULT_PATIENCE,
    DEFAULT_STATE,
    FULL_READ_HOURS,
    GOOGLE_API,
    MAIL_TIMEOUT,
    MIRO_API,
    MONDAY,
    SEND_HOURS,
    YANDEX_API,
    CentersFile,
    CenterTable,
    DecisionsFile,
    IndicatorTable,
    KpiFile,
    ProjectFile,
    PublishSection,
    SheetColumnTable,
    SheetTable,
    TablesFile,
)
from miro_sync.timetable import Timetable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "Mail",
    "Publish",
    "Settings",
    "SourceKind",
    "SourceLink",
    "config_folder",
    "load",
    "secret",
]

PROJECT_FILE = "project.toml"
CENTERS_FILE = "centers.toml"
DECISIONS_FILE = "decisions.toml"
KPI_FILE = "kpi.toml"
TABLES_FILE = "tables.toml"
DEFAULT_CALENDAR = "calendar.csv"

#: Where the settings are looked for when neither --config nor MIRO_SYNC_CONFIG names a folder.
DEFAULT_FOLDER = Path("config")

#: Ports of mail submission: implicit TLS and STARTTLS (RFC 8314).
SMTPS_PORT, SMTP_PORT = 465, 587

#: (key, key of the other centre): the sentence for a spelling that both have.
_SHARED = {
    ("frame", "frame"): "settings.frame_twice",
    ("id", "id"): "settings.center_twice",
}
#: Formulas over a table that mostly count people.
_OF_PEOPLE = frozenset({IndicatorFormula.RATIO, IndicatorFormula.SUM})

#: What may travel in an HTTP header; anything else was copied together with the token.
_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail leaves: the server and the sender; the login comes from the environment.

    Attributes:
        host, port: of the SMTP server.
        implicit_tls: encrypted from the first byte (smtps://); else STARTTLS is asked for.
        sender: «Имя <address>» or an address.
        reply_to: where answers go; the first coordinator's address where the settings name none.
        unsubscribe: a mailto: or https: address for those who want no more letters.
        weekday: 0 is Monday. hours: minutes of the local day, between which letters go.
        pause_until: no letters before this day.
        blocks: the parts of a letter that are wanted.
        ca_file: certificates to believe instead of the system's.
        patience: seconds that one run waits out refusals in all. timeout: for one answer.

    """

    host: str
    port: int
    implicit_tls: bool
    sender: str
    reply_to: str | None = None
    unsubscribe: str | None = None
    weekday: int = MONDAY
    hours: tuple[int, int] = SEND_HOURS
    pause_until: dt.date | None = None
    blocks: frozenset[Block] = frozenset(Block)
    ca_file: Path | None = None
    patience: float = DEFAULT_PATIENCE
    timeout: float = MAIL_TIMEOUT

    @property
    def on_this_machine(self) -> bool:
        """Whether the server is the machine's own: nobody can listen on the way to it."""
        return is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class Publish:
    """What may be written back; off unless the settings say so.

    Attributes:
        board, table: whether anything is written there at all.
        cards_ahead_days: events that begin later get no card on the board yet.
        network_frame: the frame for cards of the whole network's events; "" for none.
        tags: names of tags by status ("overdue", "unconfirmed", "moved", "missed"), where they
            are not the catalogue's; "" for no tag.

    """

    board: bool = False
    table: bool = False
    cards_ahead_days: int = 60
    network_frame: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one project folder, checked.

    Attributes:
        folder: the project folder, absolute.
        board_source, tables_source: None where the settings name none yet.
        board_full_read_hours: a read of the board older than this is made anew, changed or not.
        status_sheet: the title of the status worksheet when it is made; None for the usual one.
        tables_api_url: Google's, or the Disk's where the tables are on Yandex Disk.
        board_patience, tables_patience: seconds that one read waits out refusals in all.
        state_url: of the state's database, with an absolute path for SQLite; may hold a password
            and so is kept out of `repr`.
        shared_url: of the database in which the projects count what one account may use; that of
            the state where it is on a server; None where nothing is shared.
        account: whose keys the environment is asked for; None for the only ones.
        mail: None where no mail is set up.
        publish: what may be written back.
        decisions: what decisions.toml says that people decided, oldest first.
        directors_only: what the director alone may decide.
        sheet_kinds: the worksheets that are read by their meaning; the packaged ones where the
            folder has no tables.toml.
        monitoring: when their data must have been brought up to date.
        timetable: when which job is done.
        ping: the address of the dead-man service, a secret; None where there is none.
        problems: what does not stop the work but must be told.

    """

    folder: Path
    project: Project
    calendar_source: SourceLink
    board_source: SourceLink | None = None
    board_api_url: str = MIRO_API
    board_patience: float = DEFAULT_PATIENCE
    board_full_read_hours: int = FULL_READ_HOURS
    tables_source: SourceLink | None = None
    status_sheet: str | None = None
    tables_api_url: str = GOOGLE_API
    tables_patience: float = DEFAULT_PATIENCE
    state_url: str = field(default=DEFAULT_STATE, repr=False)
    shared_url: str | None = field(default=None, repr=False)
    account: str | None = None
    mail: Mail | None = None
    publish: Publish = field(default_factory=Publish)
    decisions: tuple[Decision, ...] = ()
    directors_only: frozenset[DecisionKind] = DIRECTORS_ONLY
    indicators: tuple[Indicator, ...] = ()
    sheet_kinds: tuple[SheetKind, ...] = ()
    monitoring: Monitoring = field(default_factory=Monitoring)
    timetable: Timetable = field(default_factory=Timetable)
    ping: str | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()


def load(folder: Path) -> Settings:
    """Read and check a project folder.

    Args:
        folder: holds project.toml, centers.toml, decisions.toml, kpi.toml, tables.toml. Without
            centers.toml the project has no centres, which `Settings.problems` says; the last
            three may be absent.

    Returns:
        The settings, with paths made absolute.

    Raises:
        SettingsError: with every mistake of every file in `problems`.

    """
    folder = folder.expanduser().absolute()
    if not folder.exists():
        raise SettingsError(say("settings.no_folder", folder=str(folder)))
    if not folder.is_dir():
        raise SettingsError(say("settings.not_a_folder", folder=str(folder)))
    return _loaded(folder, tuple(_content(folder / name) for name in _FILES))


_FILES = (PROJECT_FILE, CENTERS_FILE, DECISIONS_FILE, KPI_FILE, TABLES_FILE)


def _content(path: Path) -> bytes | int | None:
    try:
        return path.read_bytes()
    except OSError as error:
        return error.errno  # whoever reads it in earnest says what is the matter


@lru_cache(maxsize=64)
def _loaded(folder: Path, _contents: tuple[bytes | int | None, ...]) -> Settings:
    """Read settings that stand as they stand; one job asks for the same ones several times."""
    files = (PROJECT_FILE, CENTERS_FILE, DECISIONS_FILE, KPI_FILE)
    documents = [Document(folder, name) for name in files]
    project_document, centers_document, decisions_document, kpi_document = documents
    tables_document = Document(folder, TABLES_FILE)
    packaged = not tables_document.read()
    if packaged:
        tables_document = _packaged_tables()[0]
    documents.append(tables_document)
    if not project_document.read():
        project_document.report(say("settings.no_file", folder=str(folder)))
    if not centers_document.read():
        centers_document.report(say("settings.no_centers_file"), severity=Severity.WARNING)
    decisions_document.read()
    kpi_document.read()

    project = validated(project_document, ProjectFile)
    centers = validated(centers_document, CentersFile)
    decisions = validated(decisions_document, DecisionsFile)
    indicators = validated(kpi_document, KpiFile)
    tables = _packaged_tables()[1] if packaged else validated(tables_document, TablesFile)
    if project is not None:
        _check_project(project_document, project)
    if project is not None and decisions is not None:
        _check_roles(decisions_document, decisions, project.decisions.directors_only)
    _check_reasons(decisions_document)
    _check_centers(centers_document)
    _check_indicators(kpi_document)
    _check_columns(tables_document)

    problems = tuple(problem for document in documents for problem in document.sorted_problems())
    mistakes = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if mistakes or not (project and centers and decisions and indicators and tables):
        raise SettingsError(
            say("settings.broken", folder=str(folder), count=len(mistakes)), problems=mistakes
        )
    return _settings(folder, _Files(project, centers, decisions, indicators, tables), problems)


def config_folder(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Choose the project folder: the option, else MIRO_SYNC_CONFIG, else `config`."""
    named = environ.get("MIRO_SYNC_CONFIG", "").strip()
    return option or (Path(named) if named else DEFAULT_FOLDER)


def secret(name: str, environ: Mapping[str, str]) -> str | None:
    """Return a secret from the environment variable `name`, or the file that `name`_FILE names.

    The variable itself wins; an empty one counts as not set. Blanks and line ends around the
    secret are dropped, since editors add them to files.

    Returns:
        The secret, never to be printed, or None when neither is set.

    Raises:
        SettingsError: when the file cannot be read, is empty or cannot be a secret.

    """
    given = environ.get(name, "").strip()
    if not given:
        file = environ.get(f"{name}_FILE", "").strip()
        if not file:
            return None
        try:
            given = Path(file).expanduser().read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(say("settings.secret_file", name=name, path=file)) from error
        if not given:
            raise SettingsError(say("settings.secret_empty", name=name, path=file))
    if not given.isprintable() or (name.endswith("_TOKEN") and not _TOKEN.fullmatch(given)):
        raise SettingsError(say("settings.secret_unusable", name=name))
    return given


def _check_project(document: Document, project: ProjectFile) -> None:
    """Report what two sections of project.toml say against each other."""
    calendar = project.calendar.source
    if calendar and calendar.kind is SourceKind.WORKSHEET and project.tables.source is None:
        document.report(say("settings.calendar_without_tables"), ("calendar", "source"))
    if (project.mail.smtp is None) != (project.mail.sender is None):
        absent = "smtp" if project.mail.smtp is None else "from"
        document.report(say("settings.mail_half", name=absent), ("mail",))
    schedule, mail = project.schedule, project.mail
    if "weekday" in mail.model_fields_set and schedule.digest_day not in {None, mail.weekday}:
        document.report(say("settings.digest_day_twice"), ("schedule", "digest_day"))
    letters, (start, end) = schedule.digest_at, mail.hours
    is_asked = "digest_at" in schedule.model_fields_set and mail.smtp is not None
    if is_asked and letters is not None and not start <= letters < end:
        document.report(say("settings.digest_at_outside"), ("schedule", "digest_at"))
    if schedule.publish_at is not None and not (project.publish.board or project.publish.table):
        document.report(say("settings.publish_at_off"), ("schedule", "publish_at"))
    state = split(project.state.url)
    if state and state.has_password:
        document.report(say("settings.state_password"), ("state", "url"), severity=Severity.WARNING)


def _check_centers(document: Document) -> None:
    """Report centres that share an id, a frame or a spelling: one's cards would go to another.

    Works on the raw file, so that a mistake elsewhere in a centre does not hide these.
    """
    owners: dict[str, tuple[int, str]] = {}
    for index, center in enumerate(_tables_of(document.raw, "center")):
        for key, text in _spellings(center):
            spelling = _spelling(text)
            owner, owned_as = owners.setdefault(spelling, (index, key))
            if not spelling or owner == index:
                continue
            other = _center_name(document.raw, owner)
            sentence = _SHARED.get((key, owned_as), "settings.spelling_twice")
            document.report(say(sentence, value=text, other=other), ("center", index, key))


def _check_roles(
    document: Document, decisions: DecisionsFile, directors_only: Sequence[DecisionKind]
) -> None:
    """Report decisions that are the director's alone and were made by somebody else."""
    for index, one in enumerate(decisions.decision):
        if one.kind in directors_only and one.role != "director":
            document.report(
                say("settings.directors_word", kind=one.kind.value), ("decision", index)
            )


def _check_reasons(document: Document) -> None:
    """Report reasons that look like a person's data: they would be shown in every answer.

    Works on the raw file, so that a mistake elsewhere does not hide these; nothing of the reason
    is repeated.
    """
    for index, one in enumerate(_tables_of(document.raw, "decision")):
        why = one.get("why")
        if not isinstance(why, str) or not why:
            continue
        from miro_sync.privacy import personal  # noqa: PLC0415 - most folders have no such file

        kind = personal(why, staff=True)
        if kind is not None:
            what = say(f"privacy.{kind}")
            document.report(
                say("settings.decision_personal", what=what), ("decision", index, "why")
            )


def _check_indicators(document: Document) -> None:
    """Report indicators that share an id."""
    seen: set[str] = set()
    for index, indicator in enumerate(_tables_of(document.raw, "indicator")):
        name = indicator.get("id")
        if isinstance(name, str) and name.strip():
            if name.strip().casefold() in seen:
                document.report(
                    say("settings.indicator_twice", value=name), ("indicator", index, "id")
                )
            seen.add(name.strip().casefold())


@cache
def _packaged_tables() -> tuple[Document, TablesFile | None]:
    """Read the packaged tables.toml, which stands for that of a folder without one."""
    document = Document(Path(__file__).parent, TABLES_FILE)
    document.read()
    return document, validated(document, TablesFile)


def _check_columns(document: Document) -> None:
    """Report kinds of worksheets, and columns of one of them, that share a name."""
    kinds: set[str] = set()
    for index, sheet in enumerate(_tables_of(document.raw, "worksheet")):
        kind = str(sheet.get("kind", "")).strip()
        if kind and kind in kinds:
            document.report(say("settings.sheet_twice", value=kind), ("worksheet", index, "kind"))
        kinds.add(kind)
        keys: set[str] = set()
        for at, column in enumerate(_tables_of(sheet, "column")):
            key = str(column.get("key", "")).strip()
            if key and key in keys:
                loc = ("worksheet", index, "column", at, "key")
                document.report(say("settings.column_twice", value=key), loc)
            keys.add(key)


def _tables_of(raw: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    tables = raw.get(name)
    for table in tables if isinstance(tables, list) else ():
        yield table if isinstance(table, dict) else {}


def _spellings(center: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, text) of everything that a centre may be called; its frame first."""
    for key in ("frame", "id", "name"):
        if isinstance(center.get(key), str):
            yield key, center[key]
    aliases = center.get("aliases")
    for alias in aliases if isinstance(aliases, list) else ():
        if isinstance(alias, str):
            yield "aliases", alias


def _spelling(text: str) -> str:
    """Reduce a spelling to what a reader hears: no case, ё, quotes, №."""
    return " ".join(re.findall(r"\w+", text.casefold().replace("ё", "е")))


def _center_name(raw: Mapping[str, Any], index: int) -> str:
    center = raw["center"][index]
    return str(center.get("id") or center.get("name") or f"№{index + 1}")


class _Files(NamedTuple):
    """The files of a project folder, each without mistakes."""

    project: ProjectFile
    centers: CentersFile
    decisions: DecisionsFile
    kpi: KpiFile
    tables: TablesFile


def _settings(folder: Path, files: _Files, problems: tuple[Problem, ...]) -> Settings:
    project = files.project
    span = Period(project.project.start, project.project.end)
    calendar = project.calendar.source or SourceLink(
        SourceKind.CSV, absolute(DEFAULT_CALENDAR, folder), DEFAULT_CALENDAR
    )
    return Settings(
        folder=folder,
        project=_project(project, files.centers, span),
        calendar_source=calendar,
        board_source=project.board.source,
        board_api_url=project.board.api_url,
        board_patience=project.board.patience_seconds,
        board_full_read_hours=project.board.full_read_hours,
        tables_source=project.tables.source,
        status_sheet=project.tables.status_sheet,
        tables_api_url=project.tables.api_url or _usual_api(project.tables.source),
        tables_patience=project.tables.patience_seconds,
        state_url=absolute_state(project.state.url, folder),
        shared_url=_shared_url(project, folder),
        account=project.project.account,
        mail=_mail(project, folder),
        timetable=_timetable(project),
        ping=project.watch.ping,
        publish=_publish(project.publish),
        decisions=_decisions(files.decisions, ZoneInfo(project.project.timezone)),
        directors_only=frozenset(project.decisions.directors_only),
        indicators=tuple(_indicator(indicator) for indicator in files.kpi.indicator),
        sheet_kinds=tuple(map(_sheet_kind, files.tables.worksheet)),
        monitoring=Monitoring(
            tuple(sorted(set(files.tables.monitoring.months))), files.tables.monitoring.early_days
        ),
        problems=problems,
    )


def _shared_url(project: ProjectFile, folder: Path) -> str | None:
    """Return where projects count what one account may use: a server is shared anyway."""
    if project.state.shared is not None:
        return absolute_state(project.state.shared, folder)
    return project.state.url if project.state.url.startswith("postgresql") else None


def _usual_api(tables: SourceLink | None) -> str:
    is_yandex = tables is not None and tables.kind is SourceKind.YANDEX
    return YANDEX_API if is_yandex else GOOGLE_API


def _project(file: ProjectFile, centers: CentersFile, span: Period) -> Project:
    return Project(
        name=file.project.name,
        timezone=file.project.timezone,
        span=span,
        language=file.project.language,
        rules=Rules(
            grace_days=file.calendar.grace_days,
            soon_days=file.calendar.soon_days,
            inactive_after_days=file.activity.inactive_after_days,
            held_tags=tuple(file.board.held_tags),
            held_frames=tuple(file.board.held_frames),
            ignored_users=tuple(file.activity.ignored_users),
        ),
        centers=tuple(_center(center, span) for center in centers.center),
        people=tuple(Person(p.role, p.name, p.email, p.pause_until) for p in file.person),
        vacations=tuple(Period(v.start, v.end) for v in file.vacation),
        special_days=tuple(SpecialDay(h.date, h.working) for h in file.holiday),
    )


def _decisions(file: DecisionsFile, zone: ZoneInfo) -> tuple[Decision, ...]:
    """Return the decisions by day, those of one day in the order of the file."""
    found = (
        Decision(
            kind=one.kind,
            subject=one.about,
            role=one.role,
            made_at=dt.datetime.combine(one.made, dt.time(), zone),
            card_id=one.card,
            period=Period(one.start, one.end or one.start) if one.start else None,
            why=one.why,
        )
        for one in file.decision
    )
    return tuple(sorted(found, key=lambda one: one.made_at))


def _center(center: CenterTable, span: Period) -> Center:
    return Center(
        id=center.id,
        name=center.name,
        aliases=tuple(center.aliases),
        frame=center.frame,
        email=center.email,
        pauses=tuple(
            Period(pause.start, pause.end or max(span.end, pause.start)) for pause in center.pause
        ),
    )


def _indicator(indicator: IndicatorTable) -> Indicator:
    return Indicator(
        id=indicator.id,
        title=indicator.title,
        unit=indicator.unit,
        formula=indicator.formula,
        source=indicator.source,
        direction=indicator.direction,
        baseline=indicator.baseline,
        target=indicator.target,
        growth=indicator.growth,
        region=indicator.region,
        events=tuple(indicator.events),
        sheet=indicator.sheet,
        numerator=indicator.numerator,
        denominator=indicator.denominator,
        value=indicator.value,
        weight=indicator.weight,
        where=tuple(indicator.where.items()),
        collected=indicator.collected,
        responsible=indicator.responsible,
        method=indicator.method,
        group=indicator.group,
        period=indicator.period,
        base=indicator.base,
        minimum=indicator.minimum,
        path=tuple((point.day, point.value) for point in indicator.path),
        decimals=indicator.decimals,
        people=_counts_people(indicator),
    )


def _counts_people(indicator: IndicatorTable) -> bool:
    """Tell whether an indicator counts people; unless it says so, any share of a table may."""
    if indicator.people is not None:
        return indicator.people
    return indicator.formula in _OF_PEOPLE or indicator.weight is not None


def _sheet_kind(sheet: SheetTable) -> SheetKind:
    columns = tuple(map(_sheet_column, sheet.column))
    return SheetKind(sheet.kind, sheet.title, tuple(sheet.sheets), columns)


def _sheet_column(column: SheetColumnTable) -> SheetColumn:
    return SheetColumn(
        key=column.key,
        headers=tuple(column.headers),
        type=column.type,
        required=column.required,
        low=column.low,
        high=column.high,
        choices=tuple(column.choices),
        fresh=column.fresh,
    )


def _publish(publish: PublishSection) -> Publish:
    return Publish(
        publish.board,
        publish.table,
        publish.cards_ahead_days,
        publish.network_frame,
        publish.tags.model_dump(exclude_none=True),
    )


def _mail(project: ProjectFile, folder: Path) -> Mail | None:
    mail = project.mail
    address = split(mail.smtp) if mail.smtp else None
    if address is None or mail.sender is None:
        return None
    encrypted = address.scheme == "smtps"
    port = address.port or (SMTPS_PORT if encrypted else SMTP_PORT)
    coordinators = (one.email for one in project.person if one.role == "coordinator")
    return Mail(
        address.host,
        port,
        encrypted,
        mail.sender,
        reply_to=mail.reply_to or next((one for one in coordinators if one), None),
        unsubscribe=mail.unsubscribe,
        weekday=_letters_day(project),
        hours=mail.hours,
        pause_until=mail.pause_until,
        blocks=frozenset(mail.blocks),
        ca_file=None if mail.ca_file is None else Path(absolute(mail.ca_file, folder)),
        patience=mail.patience_seconds,
        timeout=mail.timeout_seconds,
    )


def _letters_day(project: ProjectFile) -> int:
    """Return the weekday of the letters, which [mail] or [schedule] may say."""
    asked = project.schedule.digest_day
    return project.mail.weekday if asked is None else asked


def _timetable(project: ProjectFile) -> Timetable:
    schedule, hours = project.schedule, project.mail.hours
    digest_at = schedule.digest_at
    if digest_at is not None and not hours[0] <= digest_at < hours[1]:
        digest_at = hours[0]  # not asked for, or it would have been a mistake
    copied = split(project.state.url)
    return Timetable(
        every=schedule.sync_every_minutes,
        office=schedule.office_hours,
        digest_at=None if project.mail.smtp is None else digest_at,
        send_hours=hours,
        full_at=schedule.full_read_at,
        # On a server its own tools make better copies.
        backup_at=schedule.backup_at if copied is None or copied.scheme == "sqlite" else None,
        keep=schedule.keep_backups,
        publish_at=schedule.publish_at,
    )
