"""The composition root: what the commands call, put together from settings, doors and memory.

One function per command; each takes what the command line gave and returns values to be shown.
What only one of them needs is imported by it: the hourly sync that finds nothing new takes little
longer than its imports.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from miro_sync import __version__
from miro_sync import sync as use_case
from miro_sync.app.building import (
    Progress,
    declared_by,
    doors_of,
    google_sheets,
    memory_of,
    miro_client,
    moment,
    rules_of,
    today_of,
)
from miro_sync.decisions import merged, undone_numbers
from miro_sync.errors import MiroSyncError, SettingsError
from miro_sync.model import (
    BoardHint,
    BoardSnapshot,
    BoardVisit,
    Change,
    DateContext,
    Decision,
    Event,
    Message,
    Period,
    Project,
    RunRecord,
    Schedule,
    say,
)
from miro_sync.settings import Settings, SourceKind, load, secret

if TYPE_CHECKING:
    from miro_sync.doctor import Checkup, Level
    from miro_sync.memory import Health, Purged
    from miro_sync.ports import BoardSource
    from miro_sync.story import Told
    from miro_sync.survey import Plans, Resources
    from miro_sync.sync import Outcome
    from miro_sync.visiting import Doors

#: The packaged sample is judged at this moment, whatever the day is: 8 in the morning on the spot.
SAMPLE_MOMENT = dt.datetime(2023, 9, 5, 1, 0, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the sample project shows.

    Attributes:
        outcome: everything was read.
        cut_short: the same, had the board not been read to its end.
        page: the file with the page that tells the same.

    """

    outcome: Outcome
    cut_short: Outcome
    page: Path


@dataclass(frozen=True, slots=True)
class Export:
    """What `export_board` wrote.

    Attributes:
        path: the file.
        items: things on the board, of whatever kind.
        complete: they are all there is.

    """

    path: Path
    items: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided in a project.

    Attributes:
        decisions: oldest first.
        undone: the numbers of those that were taken back.
        titles: of the events without a code, by their keys, as of the last run.

    """

    project: Project
    decisions: tuple[Decision, ...]
    undone: frozenset[int]
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """What is remembered of a project's past.

    Attributes:
        runs: oldest first. changes: what they saw change.
        story: what happened to `event`, where one event was asked about.

    """

    project: Project
    runs: tuple[RunRecord, ...] = ()
    changes: tuple[Change, ...] = ()
    story: tuple[Told, ...] = ()
    event: Event | None = None


def check(  # noqa: PLR0913 - the options of the command
    config: Path,
    *,
    on: dt.date | None = None,
    as_of: dt.date | None = None,
    offline: bool = False,
    full: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Judge the sources without storing anything.

    Args:
        config: the project folder.
        on: judge what is at hand as if today were this day.
        as_of: go back to what was known on that day; reads no source.
        offline: rest on the last complete reads.
        full: read the board whole even if it says that nothing changed.
        progress: is told items read and items expected (None while unknown) of a live board.

    """
    settings = load(config)
    now = moment()
    today = on or as_of or today_of(settings, now)
    doors = doors_of(settings, now, progress)
    if offline or as_of is not None:
        return _look(settings, doors, today, as_of=as_of, offline=offline)
    with memory_of(settings) as memory:
        return use_case.check(
            settings.project,
            doors,
            memory,
            today=today,
            rules=rules_of(settings),
            decisions=settings.decisions,
            full=full,
            declared=partial(declared_by, settings),
            directors_only=settings.directors_only,
        )


def sync(config: Path, *, full: bool = False, progress: Progress | None = None) -> Outcome:
    """Read the sources, judge them and store the run; raises `BusyError` beside another sync.

    With `full` the board is read whole even if it says that nothing changed.
    """
    from miro_sync.app import watching  # noqa: PLC0415 - only where a run is stored

    try:
        settings = load(config)
    except SettingsError as error:
        watching.told_of_failure(watching.address(None), "sync", error)
        raise
    return watching.watched(settings, partial(_sync, settings, full=full, progress=progress))


def decide(config: Path, asked: Decision, *, until: dt.date | None = None) -> Decision:
    """Check a decision and keep it.

    Args:
        config: the project folder.
        asked: the decision as it was typed; its moment is set here.
        until: it holds from today to this day, where its days are not said.

    Returns:
        The decision with its number, its subject spelled as in the calendar.

    """
    settings = load(config)
    now = moment()
    if until is not None:
        today = today_of(settings, now)
        if until < today:
            raise SettingsError(say("decisions.pause_over", day=until))
        asked = replace(asked, period=Period(today, until))
    with memory_of(settings) as memory:
        decision = use_case.sensible(
            replace(asked, made_at=now, source="command"),
            settings.project,
            doors_of(settings, now),
            memory,
            decisions=settings.decisions,
            directors_only=settings.directors_only,
        )
        return memory.decide(decision)


def decided(config: Path) -> Decided:
    """Return all decisions of the project, oldest first, undone ones included."""
    settings = load(config)
    with memory_of(settings) as memory:
        made = merged(settings.decisions, memory.decisions())
        titles = {one.key: one.title for one in memory.last_calendar() if one.code is None}
    return Decided(settings.project, made, undone_numbers(made), titles)


def demo(target: Path | None = None, language: str | None = None) -> Demo:
    """Run the whole job on the packaged sample project, which needs no access to anything.

    Args:
        target: leave the sample project in this folder to be looked at and changed; without it
            a temporary copy is used and removed.
        language: of the page; None for the sample's own.

    """
    import shutil  # noqa: PLC0415 - only this command needs it
    import tempfile  # noqa: PLC0415
    from importlib.resources import as_file, files  # noqa: PLC0415

    from miro_sync.app import overviews, reports  # noqa: PLC0415
    from miro_sync.messages import catalogue  # noqa: PLC0415

    with (
        as_file(files("miro_sync").joinpath("sample")) as sample,
        tempfile.TemporaryDirectory(prefix="miro-sync-") as temporary,
    ):
        folder = Path(temporary) / "sample" if target is None else target
        shutil.copytree(sample, folder, dirs_exist_ok=True)
        settings = load(folder)
        doors = doors_of(settings, SAMPLE_MOMENT)
        board = None if doors.board is None else _CutShort(doors.board)
        today = today_of(settings, SAMPLE_MOMENT)
        told = overviews.overview(folder, now=SAMPLE_MOMENT)
        words = catalogue(language or settings.project.language)
        return Demo(
            outcome=_look(settings, doors, today),
            cut_short=_look(settings, replace(doors, board=board), today),
            page=reports.write_sample(reports.render("html", told, words), target),
        )


def history(config: Path, code: str | None = None, last: int = 20) -> History:
    """Return the last runs with what they saw change, or the story of one event.

    Args:
        config: the project folder.
        code: an event's code or key; its whole story is told.
        last: how many runs.

    Raises:
        SettingsError: there is no such event.

    """
    settings = load(config)
    project = settings.project
    with memory_of(settings) as memory:
        if code is None:
            runs = memory.runs(last)
            changes = memory.changes(runs[0].number) if runs else ()
            return History(project, runs, changes)
        event, told = use_case.story_of(
            code, project, doors_of(settings, moment()), memory, decisions=settings.decisions
        )
        return History(project, story=told, event=event)


def backup(config: Path, target: Path) -> None:
    """Copy the state of a project."""
    with memory_of(load(config)) as memory:
        memory.backup(target)


def check_state(config: Path) -> Health | None:
    """Hold the state of a project against its rules; None where there is none yet."""
    with memory_of(load(config)) as memory:
        return memory.examine()


def adopt_state(config: Path) -> None:
    """Make the state on a server this project's own, whosever it was."""
    with memory_of(load(config)) as memory, memory.alone():
        memory.adopt()


def purge(config: Path, before: dt.date) -> Purged:
    """Let go of the history of a project before a day, with no sync at work meanwhile."""
    with memory_of(load(config)) as memory, memory.alone():
        return memory.purge(before)


def init(folder: Path) -> tuple[Path, ...]:
    """Write a commented project folder; returns the files written."""
    from miro_sync import setup  # noqa: PLC0415 - only this command needs it

    return setup.init(folder)


def doctor(config: Path) -> Checkup:
    """Check settings, access, the mapping of frames to centres, headers and the state."""
    from miro_sync.doctor import examine  # noqa: PLC0415 - only this command needs it

    settings = load(config)
    with memory_of(settings) as memory:
        doors = doors_of(settings, moment())
        access = partial(_access, settings)
        declared = declared_by(settings)
        return examine(
            settings.project, doors, memory, settings.problems, access, declared=declared
        )


def resources(config: Path, *, on: dt.date | None = None) -> Resources:
    """Check how every centre filled in the resource map, as if today were the day `on`."""
    from miro_sync.survey import examine_resources  # noqa: PLC0415 - only this command needs it

    settings = load(config)
    now = moment()
    return examine_resources(
        settings.project,
        doors_of(settings, now),
        settings.sheet_kinds,
        settings.monitoring,
        today=on or today_of(settings, now),
    )


def coverage(config: Path) -> Plans:
    """Map the directions and months of the centres' plans."""
    from miro_sync.survey import examine_plans  # noqa: PLC0415 - only this command needs it

    settings = load(config)
    return examine_plans(settings.project, doors_of(settings, moment()))


def export_board(config: Path, path: Path, *, progress: Progress | None = None) -> Export:
    """Write everything that is on the live board to a file, which can be read in its place.

    Raises:
        SettingsError: the settings name no live board, or the file cannot be written.
        SourceError: the board could not be read.

    """
    from miro_sync.app.writing import write_whole  # noqa: PLC0415 - only this command needs it

    settings = load(config)
    source = settings.board_source
    if source is None or source.kind is not SourceKind.MIRO:
        raise SettingsError(say("cli.export_no_board"))
    document, done = miro_client(settings, progress).export_document()
    snapshot = done.snapshot
    try:
        write_whole(path, document)
    except OSError as error:
        raise SettingsError(say("cli.export_failed", path=str(path))) from error
    return Export(
        path, len(snapshot.items) if snapshot else 0, bool(snapshot and snapshot.complete)
    )


def login(show: Callable[[str], object], language: str = "ru") -> Path:
    """Let a person allow this program in Miro; the pair of tokens is kept in a file.

    Args:
        show: is given the address to open, in case no browser opens by itself.
        language: of the page that the browser shows at the end.

    Returns:
        The token file, the one that MIRO_ACCESS_TOKEN_FILE names.

    Raises:
        SettingsError: the environment does not say which application it is or where to keep
            the tokens.
        SourceError: it was not allowed.

    """
    import os  # noqa: PLC0415 - only this command needs it
    import webbrowser  # noqa: PLC0415

    from pydantic import SecretStr  # noqa: PLC0415

    from miro_sync.miro_budget import Clock  # noqa: PLC0415
    from miro_sync.miro_http import MiroHttp  # noqa: PLC0415
    from miro_sync.miro_login import REDIRECT_PORT, Application, login_flow  # noqa: PLC0415

    client_id = secret("MIRO_CLIENT_ID", os.environ)
    client_secret = secret("MIRO_CLIENT_SECRET", os.environ)
    named = os.environ.get("MIRO_ACCESS_TOKEN_FILE", "").strip()
    if not (client_id and client_secret and named):
        raise SettingsError(
            say("cli.login_needs", redirect=f"http://localhost:{REDIRECT_PORT}/miro")
        )

    def open_browser(address: str) -> None:
        show(address)
        webbrowser.open(address)

    path = Path(named)
    application = Application(client_id, SecretStr(client_secret))
    login_flow(application, path, MiroHttp(Clock(moment)), open_browser, language)
    return path


def read_periods(
    texts: Iterable[str],
    config: Path | None = None,
    school_year: int | None = None,
    year: int | None = None,
) -> Iterator[Schedule]:
    """Read period texts, leaning on a year or else on the span of the project, if there is one."""
    from miro_sync.periods import read_period  # noqa: PLC0415 - only this command needs it

    span = None
    if school_year is None and year is None and config is not None:
        span = load(config).project.span
    context = DateContext(school_year=school_year, year=year, span=span)
    return (read_period(text, context) for text in texts)


# --- what the functions share ------------------------------------------------------------------


def _sync(settings: Settings, *, full: bool, progress: Progress | None) -> Outcome:
    with memory_of(settings) as memory, memory.alone():
        now = moment()
        return use_case.run(
            settings.project,
            doors_of(settings, now, progress),
            memory,
            today=today_of(settings, now),
            now=now,
            program=__version__,
            rules=rules_of(settings),
            decisions=settings.decisions,
            directors_only=settings.directors_only,
            full=full,
            declared=partial(declared_by, settings),
        )


def _look(
    settings: Settings,
    doors: Doors,
    today: dt.date,
    *,
    as_of: dt.date | None = None,
    offline: bool = False,
) -> Outcome:
    with memory_of(settings, as_of=as_of) as memory:
        return use_case.look(
            settings.project,
            doors,
            memory,
            today=today,
            decisions=settings.decisions,
            directors_only=settings.directors_only,
            offline=offline,
            as_of=as_of,
            rules=rules_of(settings),
            declared=declared_by(settings),
        )


class _CutShort:
    """A board of which the last pages did not come."""

    def __init__(self, board: BoardSource) -> None:
        self._board = board

    def read(self) -> BoardSnapshot:
        return replace(self._board.read(), complete=False)

    def visit(self, hint: BoardHint | None = None) -> BoardVisit:
        visit = self._board.visit(hint)
        return replace(visit, snapshot=visit.snapshot and replace(visit.snapshot, complete=False))


def _access(settings: Settings) -> Iterator[tuple[Level, Message]]:
    """Say who we are to the services; what one of them refuses does not hide the other."""
    for ask in (_miro_access, _google_access):
        try:
            yield from ask(settings)
        except MiroSyncError as error:
            yield "fail", error.message


def _miro_access(settings: Settings) -> Iterator[tuple[Level, Message]]:
    """Say whose token it is, what it may do, and when it ends."""
    import os  # noqa: PLC0415 - only this command needs it

    from miro_sync.miro_tokens import token_warnings  # noqa: PLC0415

    if settings.board_source is None or settings.board_source.kind is not SourceKind.MIRO:
        return
    who = miro_client(settings).who_am_i()
    scopes = ", ".join(who.scopes) or "—"
    yield "ok", say("doctor.miro_access", user=who.user, team=who.team, scopes=scopes)
    if who.remedy is not None:
        yield "fail", who.remedy
    for warning in token_warnings(os.environ, moment()):
        yield "warn", warning


def _google_access(settings: Settings) -> Iterator[tuple[Level, Message]]:
    """Say who we are to Google and whether the spreadsheet answers."""
    source = settings.tables_source
    if source is None or source.kind is not SourceKind.GOOGLE:
        return
    who = google_sheets(settings, source.value, moment()).who_am_i()
    if who.account is not None:
        yield "ok", say("doctor.google_access", account=who.account, origin=who.origin)
    else:
        yield "ok", say("doctor.google_public", origin=who.origin)
