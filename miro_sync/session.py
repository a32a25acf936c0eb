"""What the commands share: the project folder, the language, common options, exit codes."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, Unpack

import click

from miro_sync.console import tell
from miro_sync.errors import MiroSyncError
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.telling.usage import Day, Misuse, OneOf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from miro_sync.coverage import PlanCoverage
    from miro_sync.installation import Installed
    from miro_sync.memory import Health, Purged
    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Assessment,
        Change,
        Decision,
        Event,
        Finding,
        IndicatorValue,
        Message,
        Problem,
        Project,
        RunRecord,
        Schedule,
    )
    from miro_sync.resource_map import CenterMap
    from miro_sync.story import Told

    Progress = Callable[[int, int | None], None]


FLAGGED_CODE, USAGE, UNREAD, DEFECT, INTERRUPTED = 1, 2, 3, 70, 130


FORMATS = ("table", "json", "csv")


LOG_FORMATS = ("text", "json")


ROLES = ("director", "coordinator", "methodist")


CONFIG = "config"


FOLDER = click.Path(readable=False)


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
    def indicators(self) -> Sequence[IndicatorValue]:
        """What the indicators came to."""

    @property
    def taken(self) -> int:
        """How many decisions were taken from the table."""

    @property
    def exit_code(self) -> int:
        """3 when a source could not be read and its last good read stands in, else 0."""

    @property
    def warnings(self) -> Sequence[Problem]:
        """What is the matter with this very run and not with the data."""


class Demo(Protocol):
    """What the sample project shows."""

    @property
    def outcome(self) -> Outcome:
        """Everything was read."""

    @property
    def cut_short(self) -> Outcome:
        """The same, had the board not been read to its end."""

    @property
    def page(self) -> Path:
        """The file with the page that tells the same."""


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

    @property
    def titles(self) -> Mapping[str, str]:
        """Of the events without a code, by their keys."""


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
        progress: Progress | None,
    ) -> Outcome:
        """Read and judge without storing anything."""

    def sync(self, config: Path, *, full: bool, progress: Progress | None) -> Outcome:
        """Read, judge and store."""

    def export_board(self, config: Path, path: Path, *, progress: Progress | None) -> Export:
        """Write the live board to a file."""

    def login(self, show: Callable[[str], object], language: str) -> Path:
        """Let a person allow access to Miro; return the file with the tokens."""

    def resources(self, config: Path, *, on: dt.date | None) -> Resources:
        """Check the resource map of every centre."""

    def coverage(self, config: Path) -> Plans:
        """Map the directions and months of the centres' plans."""

    def demo(self, target: Path | None, language: str | None) -> Demo:
        """Run the whole job on the packaged sample."""

    def decide(self, config: Path, asked: Decision, *, until: dt.date | None = None) -> Decision:
        """Check a decision and keep it; return it with its number."""

    def decided(self, config: Path) -> Decided:
        """Return all decisions."""

    def history(self, config: Path, code: str | None, last: int) -> History:
        """Return the last runs, or the story of one event."""

    def backup(self, config: Path, target: Path) -> None:
        """Copy the state."""

    def check_state(self, config: Path) -> Health | None:
        """Hold the state against its rules."""

    def adopt_state(self, config: Path) -> None:
        """Make the state the project's own."""

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


@dataclass(slots=True)
class Session:
    """What the options before and after the command have said."""

    words: Catalogue
    explicit: bool
    app: App | None
    config: str = CONFIG
    verbose: bool = False
    log_format: str = ""

    def the_app(self) -> App:
        """Return what the commands call, imported when it is first needed."""
        if self.app is None:
            from miro_sync import app  # noqa: PLC0415 - only a command that runs pays for it

            self.app = app
        return self.app

    def folder(self) -> Path:
        """Return the project folder."""
        return path_of(self.config)

    def project_at_hand(self) -> Path | None:
        """Return the project folder; None where none was named and there is none by default."""
        folder = self.folder()
        return folder if self.config != CONFIG or folder.is_dir() else None

    def words_of(self, project: Project) -> Catalogue:
        """Return the language asked for, else the project's."""
        return self.words if self.explicit else catalogue(project.language)


def option(words: Catalogue, *names: str, **settings: Any) -> click.Option:  # noqa: ANN401 - whatever click takes
    """Make an option whose help is the catalogue's sentence for its first name."""
    key = names[0].strip("-").replace("-", "_")
    return click.Option(names, help=words.say(f"cli.option_{key}"), **settings)


def shared_options(words: Catalogue, *, top: bool = False) -> list[click.Option]:
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
        option(
            words,
            "--config",
            type=FOLDER,
            metavar=words.say("cli.metavar_folder"),
            envvar="MIRO_SYNC_CONFIG" if top else None,
            expose_value=False,
            callback=keep("config"),
        ),
        # Read before click is asked, so that even its errors speak the language; see `_language`.
        option(words, "--lang", type=OneOf(LANGUAGES, words), expose_value=False),
        option(
            words,
            "--verbose",
            "-v",
            is_flag=True,
            expose_value=False,
            callback=keep("verbose"),
        ),
        option(
            words,
            "--log-format",
            type=OneOf(LOG_FORMATS, words),
            expose_value=False,
            callback=keep("log_format"),
        ),
    ]


class Judging(TypedDict):
    """The options that say what is judged."""

    on: dt.date | None
    as_of: dt.date | None
    offline: bool
    full: bool
    center: str | None


def judged(session: Session, **judging: Unpack[Judging]) -> tuple[Outcome, Assessment]:
    """Run the check; return its outcome and the part of it that is shown."""
    from miro_sync.telling.lines import of_center  # noqa: PLC0415 - help needs none of it

    with progress_of(session) as progress:
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
    known_center(center, outcome.project, session)
    return outcome, of_center(outcome.assessment, outcome.findings, center)[0]


def known_center(center: str | None, project: Project, session: Session) -> None:
    """Refuse a centre that the settings do not declare."""
    known = [one.id for one in project.centers]
    if center is not None and center not in known:
        said = session.words.say("cli.no_such_center", center=center, known=", ".join(known))
        raise Misuse(said, click.get_current_context())


@contextlib.contextmanager
def progress_of(session: Session, key: str = "cli.progress") -> Iterator[Progress | None]:
    """Give long work something to say how far it is, on a terminal alone.

    Args:
        session: its language.
        key: the sentence, with `done` and `expected`; "<key>_open" says it without `expected`.

    """
    if not sys.stderr.isatty():
        yield None
        return
    widest = 0

    def show(done: int, expected: int | None) -> None:
        nonlocal widest
        sentence = f"{key}_open" if expected is None else key
        said = session.words.say(sentence, done=done, expected=expected)
        widest = max(widest, len(said))
        sys.stderr.write(f"\r{said:<{widest}}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        if widest:
            sys.stderr.write(f"\r{' ' * widest}\r")


def code_of(
    outcome: Outcome, shown: Assessment, *, exit_zero: bool, aside: Collection[str] = ()
) -> int:
    """Return the exit code of an answer; what is set `aside` flags nothing."""
    from miro_sync.telling.lines import flagged  # noqa: PLC0415 - help needs none of it

    if outcome.exit_code:
        return outcome.exit_code
    return FLAGGED_CODE if flagged(shown, aside) and not exit_zero else 0


def path_of(text: str) -> Path:
    """Return the path that was typed."""
    from pathlib import Path  # noqa: PLC0415 - a tenth of the time that help takes

    return Path(text)


def layout_option(words: Catalogue, formats: Sequence[str] = FORMATS) -> click.Option:
    """Make the option that chooses between a table and the answers for programs."""
    return option(words, "--format", "layout", type=OneOf(formats, words), default=formats[0])


def exit_zero_option(words: Catalogue) -> click.Option:
    """Make the option by which a flag does not show in the exit code."""
    return option(words, "--exit-zero", is_flag=True)


def on_option(words: Catalogue) -> click.Option:
    """Make the option that judges as if today were another day."""
    return option(words, "--on", type=Day(words), metavar=words.say("cli.metavar_day"))


def judging_options(words: Catalogue) -> list[click.Parameter]:
    """Make the options that say what is judged; see `Judging`."""
    day = words.say("cli.metavar_day")
    return [
        on_option(words),
        option(words, "--as-of", type=Day(words), metavar=day),
        option(words, "--offline", is_flag=True),
        option(words, "--full", is_flag=True),
        option(words, "--center", metavar="ID"),
    ]


def projects_option(words: Catalogue) -> click.Option:
    """Make the option that names an installation."""
    return option(
        words,
        "--projects",
        type=FOLDER,
        metavar=words.say("cli.metavar_folder"),
        envvar="MIRO_SYNC_PROJECTS",
    )


def installation_of(session: Session, projects: str | None) -> Path:
    """Return the installation: the option, else a named project folder, else the usual one."""
    if projects is not None:
        return path_of(projects)
    return session.folder()


def every_project_option(words: Catalogue) -> click.Option:
    """Make the option that does a command for every project of an installation."""
    return click.Option(
        ["--all", "everything"], is_flag=True, help=words.say("cli.option_projects_all")
    )


def all_told(codes: Sequence[int], words: Catalogue) -> str:
    """Say of how many projects all went well."""
    well = sum(code in {0, FLAGGED_CODE} for code in codes)
    return words.say("installation.all_told", number=len(codes), well=well, bad=len(codes) - well)


def tell_trouble(session: Session, project: Installed, error: Exception) -> int:
    """Print why a project could not be served, on the error channel; return its exit code."""
    from miro_sync.telling.failures import failure, record  # noqa: PLC0415 - only on failure
    from miro_sync.telling.status import reason  # noqa: PLC0415

    if isinstance(error, MiroSyncError):
        tell(f"{project.name}: {failure(error, session.words)}")
        return error.exit_code
    tell(f"{project.name}: {reason(error, session.words)}")
    tell(record(error))
    return DEFECT
