"""The command line in the reader's language: help pages, kinds of values, usage errors.

click words its help and its errors in English, in the sentences of its own source. Here the pages
are laid out with headings of the catalogue, and of an error only its kind and its names are used,
never its sentence; so a new wording in click cannot reach a reader.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from miro_sync.messages import Catalogue

_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_RUSSIAN_DAY = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_SCHOOL_YEAR = re.compile(r"(?P<first>\d{4})(?:\s*[/–-]\s*(?P<second>\d{4}|\d{2}))?")
_YEARS = range(1990, 2101)
_COLUMNS = 80


class Misuse(click.UsageError):
    """A usage error that is worded in the reader's language already."""


class Command(click.Command):
    """A command whose help page comes from the catalogue.

    Its sentences are "cli.<name>_short", "cli.<name>_help" and "cli.<name>_example".

    Args:
        name: what the user types.
        words: the language of the page.
        run: what is called with the options; it returns the exit code.
        options: the parameters in the order of the page.

    """

    def __init__(
        self,
        name: str,
        words: Catalogue,
        run: Callable[..., int],
        options: Sequence[click.Parameter],
    ) -> None:
        key = f"cli.{name.replace('-', '_')}"
        super().__init__(
            name,
            callback=run,
            params=[*options, _help_option(words)],
            help=words.say(f"{key}_help"),
            short_help=words.say(f"{key}_short"),
            epilog=words.say("cli.example", example=words.say(f"{key}_example")),
            options_metavar=words.say("cli.options_metavar"),
            add_help_option=False,
            context_settings={"allow_extra_args": True, **_page_width()},
        )
        self._words = words

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; arguments that are left over are an error in the reader's words."""
        rest = _parsed(super().parse_args, ctx, args)
        if rest and not ctx.resilient_parsing:
            raise Misuse(self._words.say("cli.extra_arguments", arguments=" ".join(rest)), ctx)
        return rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        _write_usage(self, ctx, formatter, self._words)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        _write_options(self, ctx, formatter, self._words)


class Program(click.Group):
    """The group of all commands, in the order in which they are given.

    Args:
        name: what the user types.
        words: the language of the page.
        commands: the commands.
        options: the parameters in the order of the page.

    """

    def __init__(
        self,
        name: str,
        words: Catalogue,
        commands: Sequence[click.Command],
        options: Sequence[click.Parameter],
    ) -> None:
        super().__init__(
            name,
            commands=commands,
            callback=self._needs_command,
            params=[*options, _help_option(words)],
            help=words.say("cli.program_help"),
            epilog=words.say("cli.program_epilog"),
            options_metavar=words.say("cli.options_metavar"),
            subcommand_metavar=words.say("cli.command_metavar"),
            add_help_option=False,
            context_settings=_page_width(),
            no_args_is_help=True,
            invoke_without_command=True,
        )
        self._words = words

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as inherited
        """Return the names in the order of a user's way, not of the alphabet."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; an error knows its command."""
        return _parsed(super().parse_args, ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; one that does not exist is told with the nearest names."""
        name = args[0]
        if name not in self.commands and not ctx.resilient_parsing:
            said = self._words.say("cli.no_such_command", name=name)
            raise Misuse(_with_nearest(said, name, list(self.commands), self._words), ctx)
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        _write_usage(self, ctx, formatter, self._words)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options."""
        with formatter.section(self._words.say("cli.commands")):
            formatter.write_dl(
                [(name, command.short_help or "") for name, command in self.commands.items()]
            )
        _write_options(self, ctx, formatter, self._words)

    def _needs_command(self) -> None:
        ctx = click.get_current_context()
        if ctx.invoked_subcommand is None:
            raise Misuse(self._words.say("cli.no_command"), ctx)


class Day(click.ParamType[dt.date]):
    """A day, as 2023-04-05 or 05.04.2023."""

    name = "day"

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        """Return the day; a date that does not exist is refused."""
        text = str(value).strip()
        parts = _ISO_DAY.fullmatch(text) or _RUSSIAN_DAY.fullmatch(text)
        if parts is not None:
            with contextlib.suppress(ValueError):
                return dt.date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        key = "cli.not_a_day" if parts is None else "cli.no_such_day"
        raise click.BadParameter(self._words.say(key, value=text), ctx, param)


class Year(click.ParamType[int]):
    """A year; a school year is named by its first year and may be written 2022/23.

    Args:
        words: the language of the refusal.
        school: a school year is meant.

    """

    name = "year"

    def __init__(self, words: Catalogue, *, school: bool = False) -> None:
        self._words = words
        self._school = school

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the (first) year."""
        text = str(value).strip()
        parts = _SCHOOL_YEAR.fullmatch(text)
        if parts is not None and int(parts["first"]) in _YEARS:
            first, second = int(parts["first"]), parts["second"]
            follows = second is not None and int(second) % 100 == (first + 1) % 100
            if second is None or (self._school and follows):
                return first
        key = "cli.not_a_school_year" if self._school else "cli.not_a_year"
        raise click.BadParameter(self._words.say(key, value=text), ctx, param)


class Count(click.ParamType[int]):
    """A number of things, one or more."""

    name = "count"

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number."""
        text = str(value).strip()
        if text.isdecimal() and int(text[:10]) > 0:
            return int(text[:10])
        raise click.BadParameter(self._words.say("cli.not_a_count", value=text), ctx, param)


class OneOf(click.Choice[str]):
    """One of a few words."""

    def __init__(self, choices: Sequence[str], words: Catalogue) -> None:
        super().__init__(choices)
        self._words = words

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - as inherited
        """Return the words, a bar between them."""
        return "|".join(self.choices)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the word; any other is refused with the list."""
        if value not in self.choices:
            said = self._words.say("cli.not_one_of", value=value, choices=", ".join(self.choices))
            raise click.BadParameter(said, ctx, param)
        return str(value)


def terminal_columns() -> int:
    """Return the width that standard output is to be filled to: COLUMNS, the terminal's, or 80.

    As `shutil.get_terminal_size`, whose module is costly to import for a help page.
    """
    with contextlib.suppress(ValueError):
        columns = int(os.environ.get("COLUMNS", ""))
        if columns > 0:
            return columns
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.get_terminal_size(sys.stdout.fileno()).columns or _COLUMNS
    return _COLUMNS


def answering(
    names: Sequence[str], explained: str, answer: Callable[[click.Context], str]
) -> click.Option:
    """Make an option that prints its answer and ends the program, whatever else is asked.

    Args:
        names: its spellings.
        explained: its line of the help page.
        answer: makes the text.

    """

    def show(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's
        if wanted and not ctx.resilient_parsing:
            with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
                click.echo(answer(ctx), color=False)
            ctx.exit()

    return click.Option(
        names, is_flag=True, is_eager=True, expose_value=False, callback=show, help=explained
    )


def usage_error(error: click.UsageError, words: Catalogue) -> str:
    """Say what is wrong with a command line and where its help is."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message
    command = error.ctx.command_path if error.ctx else "miro-sync"
    return f"{_said(error, words)}\n{words.say('cli.see_help', command=command)}"


def _said(error: click.UsageError, words: Catalogue) -> str:
    if isinstance(error, Misuse):
        return error.message
    if isinstance(error, click.NoSuchOption):
        said = words.say("cli.no_such_option", name=error.option_name)
        return _with_nearest(said, error.option_name, _option_names(error.ctx), words)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return words.say("cli.missing", name=_shown_name(error.param, error.ctx))
    if isinstance(error, click.BadParameter) and error.param is not None:
        # Only our own kinds of values refuse anything, so the sentence is ours.
        name = _shown_name(error.param, error.ctx)
        return words.say("cli.bad_value", name=name, said=error.message)
    if isinstance(error, click.BadOptionUsage):
        takes_value = error.option_name not in _flag_names(error.ctx)
        key = "cli.needs_value" if takes_value else "cli.takes_no_value"
        return words.say(key, name=error.option_name)
    return words.say("cli.misuse")


def _parsed(
    parse: Callable[[click.Context, list[str]], list[str]], ctx: click.Context, args: list[str]
) -> list[str]:
    """Parse and see to it that an error knows the command it belongs to."""
    try:
        return parse(ctx, args)
    except click.UsageError as error:
        if error.ctx is None:
            error.ctx = ctx
        raise


def _page_width() -> dict[str, Any]:
    """Return the setting that spares click its own look at the terminal."""
    return {"terminal_width": min(max(terminal_columns(), 60), _COLUMNS) - 2}


def _help_option(words: Catalogue) -> click.Option:
    names = ["-h", "--help"]
    return answering(names, words.say("cli.option_help"), click.Context.get_help)


def _write_usage(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter, words: Catalogue
) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=words.say("cli.usage") + " ")


def _write_options(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter, words: Catalogue
) -> None:
    options = (param for param in command.get_params(ctx) if isinstance(param, click.Option))
    records = [record for option in options if (record := option.get_help_record(ctx))]
    with formatter.section(words.say("cli.options")):
        formatter.write_dl(records)


def _option_names(ctx: click.Context | None) -> list[str]:
    params = ctx.command.params if ctx is not None else []
    return [name for param in params for name in param.opts if name.startswith("-")]


def _flag_names(ctx: click.Context | None) -> set[str]:
    params = ctx.command.params if ctx is not None else []
    return {
        name
        for param in params
        if isinstance(param, click.Option) and param.is_flag
        for name in param.opts
    }


def _shown_name(param: click.Parameter, ctx: click.Context | None) -> str:
    if isinstance(param, click.Option) or ctx is None:
        return max(param.opts, key=len)
    return param.make_metavar(ctx)


def _with_nearest(said: str, name: str, names: Sequence[str], words: Catalogue) -> str:
    import difflib  # noqa: PLC0415 - only needed when somebody mistyped

    # Half of a name in two words is a name too: «chek», «calendar».
    whole = {part: full for full in reversed(names) for part in (*full.strip("-").split("-"), full)}
    found = difflib.get_close_matches(name, whole, n=3, cutoff=0.6)
    nearest = dict.fromkeys(whole[part] for part in found)
    if not nearest:
        return said
    return f"{said} {words.say('cli.nearest', names=', '.join(nearest))}"
