"""The commands: parse, call one function of `app`, print, exit code.

Nothing but click and the message catalogue is imported before a command runs, so that help and
usage errors come at once; `app` and all that it needs are imported by the command that needs them.

Results go to standard output, everything else to standard error. Exit codes: 0 nothing flagged,
1 something flagged, 2 usage or settings, 3 a source could not be read, 70 a defect of the program,
75 another sync of the project is at work, 76 a worker that left to a newer version, 130
interrupted. What an answer folds away into the backlog flags nothing.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, NoReturn, cast

import click

from miro_sync import __version__
from miro_sync.commands import all_commands
from miro_sync.console import OutputError, finish_output, prepare_streams, tell
from miro_sync.errors import MiroSyncError
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.session import DEFECT, INTERRUPTED, USAGE, Session, shared_options
from miro_sync.telling.usage import Program, answering, usage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.session import App


#: Values made before the garbage collector looks for what is left over.
_MADE_BEFORE_A_LOOK = 200_000


def main(argv: Sequence[str] | None = None, *, app: App | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code.

    Args:
        argv: the arguments without the program's name; those of the process by default.
        app: what the commands call; `miro_sync.app` by default.

    """
    # A command makes values by the thousand and ends: looking through them all time and again for
    # what nobody refers to any more takes a tenth of it.
    gc.set_threshold(_MADE_BEFORE_A_LOOK)
    sys.exit(run(sys.argv[1:] if argv is None else argv, app=app))


def run(argv: Sequence[str], *, app: App | None = None) -> int:
    """Run the command line and return its exit code; see `main`."""
    prepare_streams()
    language = _language(argv)
    session = Session(catalogue(language or LANGUAGES[0]), language is not None, app)
    try:
        code = _answered(argv, session)
    except Exception:  # noqa: BLE001 - whatever it is, the user gets a sentence and we a record
        code = _defect(session)
    finish_output()
    return code


def _answered(argv: Sequence[str], session: Session) -> int:
    """Run the command; everything that a user can mend is told in a sentence."""
    program = _program(session.words)
    try:
        code = program.main(
            args=list(argv), prog_name=program.name, standalone_mode=False, obj=session
        )
    except click.UsageError as error:
        tell(usage_error(error, session.words))
        return USAGE
    except OutputError:
        tell(session.words.say("cli.output_failed"))
        return USAGE
    except MiroSyncError as error:
        from miro_sync.telling.failures import failure  # noqa: PLC0415 - only on failure

        _trace(session)
        tell(failure(error, session.words))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return cast("int", code)


def _program(words: Catalogue) -> Program:
    """Build the commands with their help in one language."""
    version = answering(
        ["--version"], words.say("cli.option_version"), lambda _: f"miro-sync {__version__}"
    )
    options = [*shared_options(words, top=True), version]
    commands = all_commands(words)
    for command in commands:
        command.callback = _recorded(command.name or "", command.callback)
    return Program("miro-sync", words, commands, options)


def _recorded(name: str, run_it: Callable[..., int] | None) -> Callable[..., int]:
    """Have the records of a command written, its start and end too, if they are asked for."""

    def recorded(**options: object) -> int:
        assert run_it is not None  # noqa: S101 - every command does something
        session: Session = click.get_current_context().obj
        if not (session.verbose or session.log_format):
            return run_it(**options)
        return _with_records(name, lambda: run_it(**options), session.log_format or "text")

    return recorded


def _with_records(name: str, run_it: Callable[[], int], layout: str) -> int:
    import logging  # noqa: PLC0415 - only where records are asked for
    import time  # noqa: PLC0415 - as above

    from miro_sync.logs import configure, note, silence  # noqa: PLC0415 - as above

    log = logging.getLogger(__name__)
    configure(layout, sys.stderr)
    begun = time.monotonic()
    note(log, "command_started", command=name, version=__version__)
    code = DEFECT
    try:
        code = run_it()
    except MiroSyncError as error:
        code = error.exit_code
        note(log, "command_failed", command=name, reason=error.message.key)
        raise
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
        raise
    except click.UsageError:
        code = USAGE
        raise
    finally:
        note(log, "command_ended", command=name, code=code, seconds=time.monotonic() - begun)
        silence()
    return code


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


def _trace(session: Session) -> None:
    error = sys.exc_info()[1]
    if session.verbose and error is not None:
        from miro_sync.telling.failures import record  # noqa: PLC0415 - only on failure

        tell(record(error))


def _defect(session: Session) -> int:
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
        tell(session.words.say("cli.defect", path=file.name))
    except OSError:
        tell(session.words.say("cli.defect_unrecorded"))
    _trace(session)
    return DEFECT
