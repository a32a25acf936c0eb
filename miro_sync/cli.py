"""The commands: parse, call one function of `app`, print, exit code.

Nothing but click and the message catalogue is imported before a command runs, so that help and
usage errors come at once; `app` and all that it needs are imported by the command that needs them.

Results go to standard output, everything else to standard error. Exit codes: 0 nothing flagged,
1 something flagged, 2 usage or settings, 3 a source could not be read, 70 a defect of the program,
75 another sync of the project is at work, 130 interrupted. What an answer folds away into the
backlog flags nothing.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import itertools
import os
import stat
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TextIO, TypedDict, Unpack, cast

import click

from miro_sync import __version__
from miro_sync.errors import MiroSyncError
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.telling.usage import (
    Command,
    Count,
    Day,
    Misuse,
    OneOf,
    Program,
    Year,
    answering,
    terminal_columns,
    usage_error,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from miro_sync.coverage import PlanCoverage
    from miro_sync.memory import Health, Purged
    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Assessment,
        Change,
        Decision,
        Event,
        Finding,
        Message,
        Period,
        Problem,
        Project,
        RunRecord,
        Schedule,
    )
    from miro_sync.resource_map import CenterMap
    from miro_sync.story import Told
    from miro_sync.telling.terminal import Look

    _Progress = Callable[[int, int | None], None]

_FLAGGED, _USAGE, _UNREAD, _DEFECT, _INTERRUPTED = 1, 2, 3, 70, 130

_FORMATS = ("table", "json", "csv")
_LIST, _UNDO = "list", "undo"
_DECISIONS = (
    "confirm", "reject", "held", "move", "cancel", "pause", "accept-shrink", _UNDO, _LIST,
)  # fmt: skip
_ACTIONS = ("backup", "check", "purge")
_RUNS_SHOWN = 20
_ROLES = ("director", "coordinator", "methodist")
_WITH_REASON = ("move", "cancel", "pause")
_CONFIG = "config"
_FOLDER = click.Path(readable=False)
_PROBLEMS_SHOWN = 20
_LAST_YEAR = 9998  # a school year has a second one

#: How systems report that nobody reads the output any more; Windows says "invalid argument".
_READER_GONE = {errno.EPIPE, errno.ESHUTDOWN, errno.EINVAL}

#: What a terminal that lacks a character shows instead, each of the same width.
_LEGIBLE = str.maketrans("«»“”„’—–‑−…№·•\u00a0\u202f", '"""""\'----.N**  ')


class Outcome(Protocol):
    """What a run of the main job hands back to be shown."""

    @property
    def assessment(self) -> Assessment:
        """Everything the run has to say."""

    @property
    def findings(self) -> Sequence[Finding]:
        """The same, compared with the last run."""

    @property
    def project(self) -> Project:
        """The project's settings."""

    @property
    def exit_code(self) -> int:
        """3 when a source could not be read and its last good read stands in, else 0."""


class Demo(Protocol):
    """What the sample project shows."""

    @property
    def outcome(self) -> Outcome:
        """Everything was read."""

    @property
    def cut_short(self) -> Outcome:
        """The same, had the board not been read to its end."""


class Checkup(Protocol):
    """What `doctor` found."""

    @property
    def lines(self) -> Sequence[tuple[str, Message | Problem]]:
        """(level, sentence or problem) in the order shown; a level is "ok", "warn" or "fail"."""


class Export(Protocol):
    """What `export_board` wrote."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def items(self) -> int:
        """Things on the board."""

    @property
    def complete(self) -> bool:
        """They are all there is."""


class Decided(Protocol):
    """What was decided in a project."""

    @property
    def project(self) -> Project:
        """The project's settings."""

    @property
    def decisions(self) -> Sequence[Decision]:
        """All of them, oldest first."""

    @property
    def undone(self) -> Collection[int]:
        """The numbers of those that were taken back."""


class History(Protocol):
    """What is remembered of a project's past."""

    @property
    def project(self) -> Project:
        """The project's settings."""

    @property
    def runs(self) -> Sequence[RunRecord]:
        """The last ones, oldest first."""

    @property
    def changes(self) -> Sequence[Change]:
        """What these runs saw change."""

    @property
    def event(self) -> Event | None:
        """The event that was asked about."""

    @property
    def story(self) -> Sequence[Told]:
        """What happened to it."""


class Resources(Protocol):
    """How the centres filled in the resource map."""

    @property
    def project(self) -> Project:
        """The project's settings."""

    @property
    def complete(self) -> bool:
        """All worksheets were read."""

    @property
    def since(self) -> dt.date | None:
        """The day from which data count as fresh."""

    @property
    def centers(self) -> Sequence[CenterMap]:
        """In the order of the settings."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read."""


class Plans(Protocol):
    """What the centres' plans cover."""

    @property
    def project(self) -> Project:
        """The project's settings."""

    @property
    def complete(self) -> bool:
        """All worksheets were read."""

    @property
    def plans(self) -> Sequence[PlanCoverage]:
        """In the order of the worksheets."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read."""


class App(Protocol):
    """What the commands need of `miro_sync.app`; a test gives its own."""

    def check(  # noqa: PLR0913 - the options of the command
        self,
        config: Path,
        *,
        on: dt.date | None,
        as_of: dt.date | None,
        offline: bool,
        full: bool,
        progress: _Progress | None,
    ) -> Outcome:
        """Read and judge without storing anything."""

    def sync(self, config: Path, *, full: bool, progress: _Progress | None) -> Outcome:
        """Read, judge and store."""

    def export_board(self, config: Path, path: Path, *, progress: _Progress | None) -> Export:
        """Write the live board to a file."""

    def login(self, show: Callable[[str], object], language: str) -> Path:
        """Let a person allow access to Miro; return the file with the tokens."""

    def resources(self, config: Path) -> Resources:
        """Check the resource map of every centre."""

    def coverage(self, config: Path) -> Plans:
        """Map the directions and months of the centres' plans."""

    def demo(self, target: Path | None) -> Demo:
        """Run the whole job on the packaged sample."""

    def decide(self, config: Path, asked: Decision) -> Decision:
        """Check a decision and keep it; return it with its number."""

    def decided(self, config: Path) -> Decided:
        """Return all decisions."""

    def history(self, config: Path, code: str | None, last: int) -> History:
        """Return the last runs, or the story of one event."""

    def backup(self, config: Path, target: Path) -> None:
        """Copy the state."""

    def check_state(self, config: Path) -> Health | None:
        """Hold the state against its rules."""

    def purge(self, config: Path, before: dt.date) -> Purged:
        """Let go of the history before a day."""

    def init(self, folder: Path) -> tuple[Path, ...]:
        """Write a project folder; return the files written."""

    def doctor(self, config: Path) -> Checkup:
        """Check settings and access."""

    def read_periods(
        self,
        texts: Iterable[str],
        config: Path | None,
        school_year: int | None,
        year: int | None,
    ) -> Iterable[Schedule]:
        """Understand period texts, one result for each in turn."""


class _OutputError(Exception):
    """Standard output refuses to take the answer: the disk is full, say."""


@dataclass(slots=True)
class _Session:
    """What the options before and after the command have said."""

    words: Catalogue
    explicit: bool
    app: App | None
    config: str = _CONFIG
    verbose: bool = False

    def the_app(self) -> App:
        """Return what the commands call, imported when it is first needed."""
        if self.app is None:
            from miro_sync import app  # noqa: PLC0415 - only a command that runs pays for it

            self.app = app
        return self.app

    def folder(self) -> Path:
        """Return the project folder."""
        return _path(self.config)

    def project_at_hand(self) -> Path | None:
        """Return the project folder; None where none was named and there is none by default."""
        folder = self.folder()
        return folder if self.config != _CONFIG or folder.is_dir() else None

    def words_of(self, project: Project) -> Catalogue:
        """Return the language asked for, else the project's."""
        return self.words if self.explicit else catalogue(project.language)


def main(argv: Sequence[str] | None = None, *, app: App | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code.

    Args:
        argv: the arguments without the program's name; those of the process by default.
        app: what the commands call; `miro_sync.app` by default.

    """
    sys.exit(run(sys.argv[1:] if argv is None else argv, app=app))


def run(argv: Sequence[str], *, app: App | None = None) -> int:
    """Run the command line and return its exit code; see `main`."""
    _prepare_streams()
    language = _language(argv)
    session = _Session(catalogue(language or LANGUAGES[0]), language is not None, app)
    try:
        code = _answered(argv, session)
    except Exception:  # noqa: BLE001 - whatever it is, the user gets a sentence and we a record
        code = _defect(session)
    _finish_output()
    return code


def _answered(argv: Sequence[str], session: _Session) -> int:
    """Run the command; everything that a user can mend is told in a sentence."""
    program = _program(session.words)
    try:
        code = program.main(
            args=list(argv), prog_name=program.name, standalone_mode=False, obj=session
        )
    except click.UsageError as error:
        _tell(usage_error(error, session.words))
        return _USAGE
    except _OutputError:
        _tell(session.words.say("cli.output_failed"))
        return _USAGE
    except MiroSyncError as error:
        from miro_sync.telling.failures import failure  # noqa: PLC0415 - only on failure

        _trace(session)
        _tell(failure(error, session.words))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    return cast("int", code)


# --- the commands ------------------------------------------------------------------------------


def _program(words: Catalogue) -> Program:
    """Build the commands with their help in one language."""
    day, folder = words.say("cli.metavar_day"), words.say("cli.metavar_folder")
    year = words.say("cli.metavar_year")
    shared = _shared_options(words)
    layout = _option(words, "--format", "layout", type=OneOf(_FORMATS, words), default="table")
    everything = _option(words, "--all", "everything", is_flag=True)
    backlog = _option(words, "--backlog", is_flag=True)
    exit_zero = _option(words, "--exit-zero", is_flag=True)
    full = _option(words, "--full", is_flag=True)
    judging = [
        _option(words, "--on", type=Day(words), metavar=day),
        _option(words, "--as-of", type=Day(words), metavar=day),
        _option(words, "--offline", is_flag=True),
        full,
        _option(words, "--center", metavar="ID"),
        layout,
        exit_zero,
    ]
    surveying = [_option(words, "--center", metavar="ID"), layout]
    target = _option(words, "--output", "-o", "target", type=_FOLDER, metavar=folder)
    into = click.Argument(["folder"], type=_FOLDER, metavar=folder)
    file = click.Argument(["file"], type=click.Path(), metavar=words.say("cli.metavar_file"))
    texts = click.Argument(["texts"], nargs=-1, metavar=words.say("cli.metavar_texts"))
    years = [
        _option(words, "--school-year", type=Year(words, school=True), metavar=year),
        _option(words, "--year", type=Year(words), metavar=year),
    ]
    commands = [
        Command("demo", words, _demo, [target, everything, *shared]),
        Command("init", words, _init, [into, *shared]),
        Command("doctor", words, _doctor, shared),
        Command("sync", words, _sync, [full, exit_zero, *shared]),
        Command("check-calendar", words, _check_calendar, [*judging, everything, backlog, *shared]),
        Command("centers", words, _centers, [*judging, *shared]),
        Command("resources", words, _resources, [*surveying, exit_zero, *shared]),
        Command("coverage", words, _coverage, [*surveying, *shared]),
        Command("decide", words, _decide, [*_deciding(words), *shared]),
        Command("history", words, _history, [*_of_past(words), everything, *shared]),
        Command("state", words, _state, [*_of_state(words), *shared]),
        Command("periods", words, _periods, [texts, *years, layout, *shared]),
        Command("export-board", words, _export_board, [file, *shared]),
        Command("login", words, _login, shared),
    ]
    version = answering(
        ["--version"], words.say("cli.option_version"), lambda _: f"miro-sync {__version__}"
    )
    return Program("miro-sync", words, commands, [*_shared_options(words, top=True), version])


@click.pass_obj
def _demo(session: _Session, *, target: str | None, everything: bool) -> int:
    from miro_sync.telling import terminal  # noqa: PLC0415 - help needs none of it

    demo = session.the_app().demo(None if target is None else _path(target))
    outcome, project = demo.outcome, demo.outcome.project
    words = session.words_of(project)
    look = _look(everything=everything, command="miro-sync demo --all")
    parts = (
        words.say("cli.demo_intro"),
        terminal.check(outcome.assessment, outcome.findings, project, words, look=look),
        words.say("cli.demo_cut_short"),
        terminal.gist(demo.cut_short.assessment, project, words, look=look),
        words.say("cli.demo_next"),
    )
    _show("\n\n".join(parts), look)
    return outcome.exit_code


@click.pass_obj
def _init(session: _Session, *, folder: str) -> int:
    written = session.the_app().init(_path(folder))
    _show("\n".join(map(str, written)))
    _tell(session.words.say("cli.init_next", folder=folder))
    return 0


@click.pass_obj
def _doctor(session: _Session) -> int:
    from miro_sync.telling import terminal  # noqa: PLC0415 - help needs none of it

    marks = session.the_app().doctor(session.folder()).lines
    look = _look()
    _show(terminal.checkup(marks, session.words, look=look), look)
    return _USAGE if any(level == "fail" for level, _ in marks) else 0


@click.pass_obj
def _sync(session: _Session, *, full: bool, exit_zero: bool) -> int:
    from miro_sync.telling import lines, terminal  # noqa: PLC0415 - help needs none of it

    with _progress(session) as progress:
        outcome = session.the_app().sync(session.folder(), full=full, progress=progress)
    words = session.words_of(outcome.project)
    _show(terminal.sync_line(outcome.assessment, outcome.findings, outcome.project, words))
    _warn_of_sources(outcome.assessment, words)
    # What this very run set aside is news once.
    aside = lines.backlog(outcome.findings, new=False)
    return _code(outcome, outcome.assessment, exit_zero=exit_zero, aside=aside)


@click.pass_obj
def _check_calendar(
    session: _Session,
    /,
    *,
    layout: str,
    exit_zero: bool,
    everything: bool,
    backlog: bool,
    **judging: Unpack[_Judging],
) -> int:
    from miro_sync.telling import answer, lines, terminal  # noqa: PLC0415 - help needs none of it

    outcome, shown = _judged(session, **judging)
    project, words = outcome.project, session.words_of(outcome.project)
    told = (outcome.assessment, outcome.findings, project, words)
    if layout == "table":
        look = replace(_look(everything=everything), center=judging["center"], backlog=backlog)
        _show(terminal.check(*told, look=look), look)
    elif layout == "json":
        _show_json(answer.check(*told, center=judging["center"]))
    else:
        _show_csv(answer.check_rows(shown, project, words))
    if layout != "table":
        _warn_of_sources(shown, words)
        _warn_of_problems(shown, words)
    folded = layout == "table" and not (everything or backlog)
    aside = lines.backlog(outcome.findings) if folded else frozenset()
    return _code(outcome, shown, exit_zero=exit_zero, aside=aside)


@click.pass_obj
def _centers(
    session: _Session, /, *, layout: str, exit_zero: bool, **judging: Unpack[_Judging]
) -> int:
    from miro_sync.telling import answer, terminal  # noqa: PLC0415 - help needs none of it

    outcome, shown = _judged(session, **judging)
    project, words = outcome.project, session.words_of(outcome.project)
    if layout == "table":
        look = _look()
        _show(terminal.centers(shown, project, words, look=look), look)
    elif layout == "json":
        _show_json(answer.centers(shown, project, words))
    else:
        _show_csv(answer.center_rows(shown, words))
    if layout != "table":
        _warn_of_sources(shown, words)
    return _code(outcome, shown, exit_zero=exit_zero)


def _deciding(words: Catalogue) -> list[click.Parameter]:
    """Make the parameters of `decide`; who, why and until when may be said in other words too."""
    day, text = words.say("cli.metavar_day"), words.say("cli.metavar_text")
    role = words.say("cli.metavar_role")
    held_on = click.Option(
        ["--on", "on"], type=Day(words), metavar=day, help=words.say("cli.option_held_on")
    )
    return [
        click.Argument(
            ["kind"], type=OneOf(_DECISIONS, words), metavar=words.say("cli.metavar_what")
        ),
        click.Argument(["subject"], required=False, metavar=words.say("cli.metavar_subject")),
        _option(words, "--card", metavar="ID"),
        held_on,
        _option(words, "--from", "start", type=Day(words), metavar=day),
        _option(words, "--to", "--until", "end", type=Day(words), metavar=day),
        _option(
            words, "--role", "--by", type=OneOf(_ROLES, words), metavar=role, default="coordinator"
        ),
        _option(words, "--why", metavar=text, default=""),
        _option(words, "--format", "layout", type=OneOf(_FORMATS[:2], words), default="table"),
    ]


@click.pass_obj
def _decide(
    session: _Session,
    /,
    *,
    kind: str,
    subject: str | None,
    layout: str,
    **said: Unpack[_Said],
) -> int:
    from miro_sync.telling import decisions as telling  # noqa: PLC0415 - help needs none of it

    if kind == _LIST:
        return _decided(session, layout)
    decision = session.the_app().decide(
        session.folder(), _typed(session.words, kind, (subject or "").strip(), said)
    )
    _show(telling.kept(decision, session.words))
    return 0


def _decided(session: _Session, layout: str) -> int:
    from miro_sync.telling import decisions as telling  # noqa: PLC0415 - help needs none of it

    made = session.the_app().decided(session.folder())
    if layout == "json":
        _show_json(telling.document(made.decisions, made.undone, made.project))
    else:
        words, columns = session.words_of(made.project), terminal_columns()
        _show(telling.table(made.decisions, made.undone, made.project, words, columns))
    return 0


class _Said(TypedDict):
    """The options of `decide`."""

    card: str | None
    on: dt.date | None
    start: dt.date | None
    end: dt.date | None
    role: str
    why: str


def _typed(words: Catalogue, kind: str, subject: str, said: _Said) -> Decision:
    """Return the decision that was typed; what it lacks is told."""
    import datetime as dt  # noqa: PLC0415 - help needs none of it

    from miro_sync.model import Decision, DecisionKind  # noqa: PLC0415 - as above
    from miro_sync.privacy import personal  # noqa: PLC0415 - as above

    ctx = click.get_current_context()
    if not subject:
        raise Misuse(words.say("cli.about_what", kind=kind), ctx)
    if kind in _WITH_REASON and not said["why"].strip():
        raise Misuse(words.say("cli.why_needed", kind=kind), ctx)
    what = personal(said["why"], staff=True)
    if what is not None:
        told = words.say(f"privacy.{what}")
        raise Misuse(words.say("cli.why_personal", what=told), ctx)
    if kind == _UNDO and not subject.isdecimal():
        raise Misuse(words.say("cli.not_a_number", subject=subject), ctx)
    return Decision(
        DecisionKind(kind),
        subject,
        said["role"],
        made_at=dt.datetime.min.replace(tzinfo=dt.UTC),  # the clock is the app's to read
        card_id=said["card"],
        period=_days(words, said),
        why=said["why"].strip(),
        source="command",
        undoes=int(subject) if kind == _UNDO else None,
    )


def _days(words: Catalogue, said: _Said) -> Period | None:
    from miro_sync.model import Period  # noqa: PLC0415 - help needs none of it

    ctx = click.get_current_context()
    on, start, end = said["on"], said["start"], said["end"]
    if on is not None:
        if start is not None or end is not None:
            raise Misuse(words.say("cli.days_twice"), ctx)
        return Period(on, on)
    if start is None:
        if end is not None:
            raise Misuse(words.say("cli.first_day_missing"), ctx)
        return None
    if end is not None and end < start:
        raise Misuse(words.say("cli.days_reversed", start=start, end=end), ctx)
    return Period(start, end or start)


def _of_past(words: Catalogue) -> list[click.Parameter]:
    """Make the parameters of `history`."""
    return [
        click.Argument(["code"], required=False, metavar=words.say("cli.metavar_code")),
        _option(
            words,
            "--last",
            type=Count(words),
            metavar=words.say("cli.metavar_number"),
            default=_RUNS_SHOWN,
        ),
        _option(words, "--format", "layout", type=OneOf(_FORMATS[:2], words), default="table"),
    ]


@click.pass_obj
def _history(
    session: _Session, *, code: str | None, last: int, layout: str, everything: bool
) -> int:
    from miro_sync.telling import history as telling  # noqa: PLC0415 - help needs none of it

    past = session.the_app().history(session.folder(), code, last)
    project, words, columns = past.project, session.words_of(past.project), terminal_columns()
    event = past.event
    if layout == "json" and event is not None:
        _show_json(telling.story_document(event, past.story, project, words))
    elif layout == "json":
        _show_json(telling.runs_document(past.runs, past.changes, project))
    elif event is not None:
        _show(telling.story(event, past.story, project, words, columns))
    else:
        told = (past.runs, past.changes, project, words, columns)
        _show(telling.runs(*told, everything=everything))
    return 0


def _of_state(words: Catalogue) -> list[click.Parameter]:
    """Make the parameters of `state`."""
    action, day = words.say("cli.metavar_action"), words.say("cli.metavar_day")
    return [
        click.Argument(["action"], type=OneOf(_ACTIONS, words), metavar=action),
        click.Argument(
            ["target"], required=False, type=_FOLDER, metavar=words.say("cli.metavar_target")
        ),
        _option(words, "--before", type=Day(words), metavar=day),
    ]


@click.pass_obj
def _state(session: _Session, *, action: str, target: str | None, before: dt.date | None) -> int:
    words, app = session.words, session.the_app()
    ctx = click.get_current_context()
    if action == "backup":
        if target is None:
            raise Misuse(words.say("cli.backup_where"), ctx)
        app.backup(session.folder(), _path(target))
        _show(words.say("memory.backed_up", path=target))
        return 0
    if target is not None:
        raise Misuse(words.say("cli.extra_arguments", arguments=target), ctx)
    if action == "purge":
        if before is None:
            raise Misuse(words.say("cli.purge_when"), ctx)
        gone = app.purge(session.folder(), before)
        figures = {"runs": gone.runs, "versions": gone.versions, "findings": gone.findings}
        _show(words.say("memory.purged", **figures))
        return 0
    health = app.check_state(session.folder())
    if health is None:
        _show(words.say("memory.empty"))
        return 0
    _show(_health(health, words))
    return _DEFECT if health.faults else 0


def _health(health: Health, words: Catalogue) -> str:
    if health.faults:
        faults = ", ".join(words.say(f"memory.fault_{name}") for name in health.faults)
        return words.say("memory.damaged", faults=faults)
    size = ""
    if health.bytes is not None:
        size = words.say("memory.size", megabytes=f"{health.bytes / 1e6:.1f}")
    return words.say(
        "memory.whole",
        runs=health.runs,
        versions=health.versions,
        findings=health.findings,
        decisions=health.decisions,
        size=size,
    )


@click.pass_obj
def _resources(session: _Session, *, center: str | None, layout: str, exit_zero: bool) -> int:
    from miro_sync.telling import survey  # noqa: PLC0415 - help needs none of it

    found = session.the_app().resources(session.folder())
    words, look = session.words_of(found.project), _look()
    _known_center(center, found.project, session)
    shown = [one for one in found.centers if center in {None, one.center.id}]
    if layout == "table":
        text = survey.resources_text(shown, found.since, words, look=look, complete=found.complete)
        _show(text, look)
    elif layout == "json":
        told = (shown, found.since, found.project, words)
        _show_json(survey.resources_json(*told, complete=found.complete))
    else:
        _show_csv(survey.resources_rows(shown, words))
    if not found.complete:
        return _UNREAD
    return _FLAGGED if any(one.faults for one in shown) and not exit_zero else 0


@click.pass_obj
def _coverage(session: _Session, *, center: str | None, layout: str) -> int:
    from miro_sync.telling import survey  # noqa: PLC0415 - help needs none of it

    found = session.the_app().coverage(session.folder())
    project, words, look = found.project, session.words_of(found.project), _look()
    _known_center(center, project, session)
    shown = [one for one in found.plans if center in {None, one.center_id}]
    if layout == "table":
        told = survey.coverage_text(shown, project, words, look=look, complete=found.complete)
        _show(told, look)
    elif layout == "json":
        _show_json(survey.coverage_json(shown, project, complete=found.complete))
    else:
        _show_csv(survey.coverage_rows(shown, project, words))
    _tell_problems(found.problems, words)
    return 0 if found.complete else _UNREAD


@click.pass_obj
def _periods(
    session: _Session,
    *,
    texts: tuple[str, ...],
    school_year: int | None,
    year: int | None,
    layout: str,
) -> int:
    from miro_sync.telling import answer, terminal  # noqa: PLC0415 - help needs none of it

    if school_year is not None and year is not None:
        raise Misuse(session.words.say("cli.two_years"), click.get_current_context())
    asked = _Asked(session.words, school_year, year)
    schedules = _understood(session, asked.texts(texts) if texts else asked.lines())
    words, look = session.words, _look()
    if layout == "csv":
        _show_csv(answer.period_rows(schedules, words))
        return _USAGE if asked.broken else 0
    for schedule in schedules:
        if layout == "json":
            going_on = _show_json(answer.period(schedule, words), indent=None)
        else:
            going_on = _show(terminal.period(schedule, words, look=look), look)
        if not going_on:
            break
    return _USAGE if asked.broken else 0


@click.pass_obj
def _export_board(session: _Session, *, file: str) -> int:
    with _progress(session) as progress:
        export = session.the_app().export_board(session.folder(), _path(file), progress=progress)
    said = "cli.export_board_done" if export.complete else "cli.export_board_partial"
    _tell(session.words.say(said, path=str(export.path), items=export.items))
    return 0 if export.complete else _UNREAD


@click.pass_obj
def _login(session: _Session) -> int:
    def show(address: str) -> None:
        _tell(session.words.say("cli.login_open", address=address))

    path = session.the_app().login(show, session.words.language)
    _tell(session.words.say("cli.login_done", path=str(path)))
    return 0


# --- what the commands share -------------------------------------------------------------------


class _Judging(TypedDict):
    """The options that say what is judged."""

    on: dt.date | None
    as_of: dt.date | None
    offline: bool
    full: bool
    center: str | None


def _judged(session: _Session, **judging: Unpack[_Judging]) -> tuple[Outcome, Assessment]:
    """Run the check; return its outcome and the part of it that is shown."""
    from miro_sync.telling.lines import of_center  # noqa: PLC0415 - help needs none of it

    with _progress(session) as progress:
        outcome = session.the_app().check(
            session.folder(),
            on=judging["on"],
            as_of=judging["as_of"],
            offline=judging["offline"],
            full=judging["full"],
            progress=progress,
        )
    center = judging["center"]
    if center is None:
        return outcome, outcome.assessment
    _known_center(center, outcome.project, session)
    return outcome, of_center(outcome.assessment, outcome.findings, center)[0]


def _known_center(center: str | None, project: Project, session: _Session) -> None:
    known = [one.id for one in project.centers]
    if center is not None and center not in known:
        said = session.words.say("cli.no_such_center", center=center, known=", ".join(known))
        raise Misuse(said, click.get_current_context())


@contextlib.contextmanager
def _progress(session: _Session) -> Iterator[_Progress | None]:
    """Give a reader of a long board something to say how far it is, on a terminal alone."""
    if not sys.stderr.isatty():
        yield None
        return
    widest = 0

    def show(done: int, expected: int | None) -> None:
        nonlocal widest
        key = "cli.progress_open" if expected is None else "cli.progress"
        said = session.words.say(key, done=done, expected=expected)
        widest = max(widest, len(said))
        sys.stderr.write(f"\r{said:<{widest}}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        if widest:
            sys.stderr.write(f"\r{' ' * widest}\r")


def _code(
    outcome: Outcome, shown: Assessment, *, exit_zero: bool, aside: Collection[str] = ()
) -> int:
    from miro_sync.telling.lines import flagged  # noqa: PLC0415 - help needs none of it

    if outcome.exit_code:
        return outcome.exit_code
    return _FLAGGED if flagged(shown, aside) and not exit_zero else 0


@dataclass(slots=True)
class _Asked:
    """The period texts that were asked about, each with the year it may lean on.

    Attributes:
        broken: a line of standard input could not be understood and was left out.

    """

    words: Catalogue
    school_year: int | None
    year: int | None
    broken: bool = False

    def texts(self, texts: Iterable[str]) -> Iterator[_Text]:
        """Return the texts of the command line."""
        return (_Text(text, self.school_year, self.year) for text in texts)

    def lines(self) -> Iterator[_Text]:
        """Yield the lines of standard input: a text, or an object with a year of its own."""
        if sys.stdin.isatty():
            _tell(self.words.say("cli.type_periods"))
        for number, line in enumerate(_input_lines(), start=1):
            if not line.lstrip().startswith("{"):
                yield _Text(line, self.school_year, self.year)
                continue
            text = self._object(line)
            if text is not None:
                yield text
            else:
                self.broken = True
                _tell(self.words.say("cli.broken_line", number=number))

    def _object(self, line: str) -> _Text | None:
        import json  # noqa: PLC0415 - only lines that are objects need it

        try:
            asked = json.loads(line)
        except (ValueError, RecursionError):
            return None
        school_year, year = asked.get("school_year"), asked.get("year")
        if not isinstance(asked.get("text"), str):
            return None
        if not (_is_year(school_year) and _is_year(year)):
            return None
        if school_year is None and year is None:
            return _Text(asked["text"], self.school_year, self.year)
        return None if school_year and year else _Text(asked["text"], school_year, year)


@dataclass(frozen=True, slots=True)
class _Text:
    """A period text and the year it may lean on."""

    text: str
    school_year: int | None
    year: int | None


def _is_year(value: object) -> bool:
    return value is None or (type(value) is int and 1 <= value <= _LAST_YEAR)


def _understood(session: _Session, asked: Iterable[_Text]) -> Iterator[Schedule]:
    """Yield what each text means, as it comes; texts that lean on the same year go together."""
    for (school_year, year), some in itertools.groupby(
        asked, key=lambda one: (one.school_year, one.year)
    ):
        texts = (one.text for one in some)
        leaning = school_year is None and year is None
        config = session.project_at_hand() if leaning else None
        yield from session.the_app().read_periods(texts, config, school_year, year)


def _path(text: str) -> Path:
    from pathlib import Path  # noqa: PLC0415 - a tenth of the time that help takes

    return Path(text)


def _option(words: Catalogue, *names: str, **settings: Any) -> click.Option:  # noqa: ANN401 - whatever click takes
    """Make an option whose help is the catalogue's sentence for its first name."""
    key = names[0].strip("-").replace("-", "_")
    return click.Option(names, help=words.say(f"cli.option_{key}"), **settings)


def _shared_options(words: Catalogue, *, top: bool = False) -> list[click.Option]:
    """Make the options that may stand before or after the command; the later one counts.

    Args:
        words: the language of their help.
        top: those before the command, where the environment is looked at.

    """

    def keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
        def callback(ctx: click.Context, _: click.Parameter, value: object) -> None:
            if value and ctx.obj is not None:
                setattr(ctx.obj, name, value)

        return callback

    return [
        _option(
            words,
            "--config",
            type=_FOLDER,
            metavar=words.say("cli.metavar_folder"),
            envvar="MIRO_SYNC_CONFIG" if top else None,
            expose_value=False,
            callback=keep("config"),
        ),
        # Read before click is asked, so that even its errors speak the language; see `_language`.
        _option(words, "--lang", type=OneOf(LANGUAGES, words), expose_value=False),
        _option(
            words,
            "--verbose",
            "-v",
            is_flag=True,
            expose_value=False,
            callback=keep("verbose"),
        ),
    ]


def _language(argv: Sequence[str]) -> str | None:
    """Return the language that the arguments ask for, None where they ask for none we have."""
    chosen = None
    for at, argument in enumerate(argv):
        if argument == "--":
            break
        if argument == "--lang":
            chosen = next(iter(argv[at + 1 :]), None)
        elif argument.startswith("--lang="):
            chosen = argument.removeprefix("--lang=")
    return chosen if chosen in LANGUAGES else None


# --- input and output --------------------------------------------------------------------------


def _prepare_streams() -> None:
    """Let no character stop an output: what a terminal cannot show is replaced.

    On Windows a redirected output would be written in the system's old code page; it is UTF-8
    unless PYTHONIOENCODING says otherwise.
    """
    codecs.register_error("miro_sync.legible", _legible)
    if sys.stdout is None:  # a program without a console has none
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="miro_sync.legible")
            if os.name == "nt" and not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
                stream.reconfigure(encoding="utf-8")


def _legible(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks by something of the same width."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from miro_sync.telling.display import width  # noqa: PLC0415 - only for old encodings

    lacking = error.object[error.start : error.end]
    known = (char.translate(_LEGIBLE) for char in lacking)
    return "".join(char if char.isascii() else "?" * width(char) for char in known), error.end


def _look(*, everything: bool = False, command: str | None = None) -> Look:
    """Return how to show a table: the width of the terminal, colour only on one."""
    from miro_sync.telling.terminal import Look  # noqa: PLC0415 - help needs none of it

    colour = (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    look = Look(terminal_columns(), colour=colour, everything=everything)
    return look if command is None else replace(look, command=command)


def _show(text: str, look: Look | None = None) -> bool:
    """Print a result; return False when its reader has gone away, as `head` does."""
    try:
        click.echo(text, color=look.colour if look is not None else False)
    except OSError as error:
        if error.errno not in _READER_GONE:
            raise _OutputError from error
        _discard_output()
        return False
    return True


def _show_json(document: Mapping[str, Any], *, indent: int | None = 2) -> bool:
    from miro_sync.telling.answer import json_text  # noqa: PLC0415 - help needs none of it

    return _show(json_text(document, indent=indent, ascii_only=not _is_utf8(sys.stdout)))


def _show_csv(rows: Iterable[Sequence[str]]) -> bool:
    """Print CSV; a file gets the mark by which Excel knows UTF-8."""
    from miro_sync.telling.answer import csv_text  # noqa: PLC0415 - help needs none of it

    mark = "\ufeff" if _is_utf8(sys.stdout) and _is_file(sys.stdout) else ""
    return _show(mark + csv_text(rows).rstrip("\r\n"))


def _tell(text: str) -> None:
    """Print what is not a result; an error channel that is closed stops nothing."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)


def _warn_of_sources(assessment: Assessment, words: Catalogue) -> None:
    """Say on the error channel what an answer for programs has no place for."""
    from miro_sync.telling.display import clean  # noqa: PLC0415 - only where there are some

    if not assessment.trustworthy:
        _tell(words.say("telling.trust_partial"))
    for report in assessment.sources:
        if report.message is not None:
            name = words.say(f"status.source_{report.name}")
            message = words.tell(report.message)
            _tell(clean(words.say("telling.trust_message", source=name, message=message)))


def _warn_of_problems(assessment: Assessment, words: Catalogue) -> None:
    _tell_problems(assessment.problems, words)


def _tell_problems(problems: Sequence[Problem], words: Catalogue) -> None:
    from miro_sync.telling.failures import problem  # noqa: PLC0415 - only where there are some

    for fault in problems[:_PROBLEMS_SHOWN]:
        _tell(problem(fault, words))
    more = len(problems) - _PROBLEMS_SHOWN
    if more > 0:
        _tell(words.say("cli.more_problems", number=more))


def _input_lines() -> Iterator[str]:
    """Yield the lines of standard input, UTF-8 or else the old encoding of the system."""
    for number, raw in enumerate(sys.stdin.buffer):
        try:
            line = raw.decode("utf-8-sig" if number == 0 else "utf-8")
        except UnicodeDecodeError:
            old = "cp1251" if _is_utf8(sys.stdin) else sys.stdin.encoding
            line = raw.decode(old, errors="replace")
        yield line.rstrip("\r\n")


def _is_utf8(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "ascii").name in {"utf-8", "utf-8-sig"}


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        return False


def _discard_output() -> None:
    """Send what is still to be written nowhere: nobody reads it any more."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _finish_output() -> None:
    """Write what is left before the interpreter would, and complain where it does."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard_output()


# --- failures ----------------------------------------------------------------------------------


def _trace(session: _Session) -> None:
    error = sys.exc_info()[1]
    if session.verbose and error is not None:
        from miro_sync.telling.failures import record  # noqa: PLC0415 - only on failure

        _tell(record(error))


def _defect(session: _Session) -> int:
    """Record what happened for those who mend the program; tell the user where."""
    import platform  # noqa: PLC0415 - only on failure
    import tempfile  # noqa: PLC0415

    from miro_sync.telling.failures import record  # noqa: PLC0415

    error = sys.exc_info()[1]
    written = "" if error is None else record(error)
    versions = f"miro-sync {__version__}, Python {platform.python_version()}, {sys.platform}"
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            errors="backslashreplace",
            prefix="miro-sync-",
            suffix=".log",
            delete=False,
        ) as file:
            file.write(f"{versions}\n\n{written}")
        _tell(session.words.say("cli.defect", path=file.name))
    except OSError:
        _tell(session.words.say("cli.defect_unrecorded"))
    _trace(session)
    return _DEFECT
