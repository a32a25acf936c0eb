"""How period texts are understood."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from miro_sync.console import (
    input_lines,
    look_of,
    show,
    show_csv,
    show_json,
    tell,
)
from miro_sync.session import (
    USAGE,
    Session,
    layout_option,
    option,
    shared_options,
)
from miro_sync.telling.usage import Command, Misuse, Year

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Schedule,
    )


_LAST_YEAR = 9998  # a school year has a second one


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    year = words.say("cli.metavar_year")
    texts = click.Argument(["texts"], nargs=-1, metavar=words.say("cli.metavar_texts"))
    years = [
        option(words, "--school-year", type=Year(words, school=True), metavar=year),
        option(words, "--year", type=Year(words), metavar=year),
    ]
    parameters = [texts, *years, layout_option(words), *shared_options(words)]
    return [Command("periods", words, _periods, parameters)]


@click.pass_obj
def _periods(
    session: Session,
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
    words, look = session.words, look_of()
    if layout == "csv":
        show_csv(answer.period_rows(schedules, words))
        return USAGE if asked.broken else 0
    for schedule in schedules:
        if layout == "json":
            going_on = show_json(answer.period(schedule, words), indent=None)
        else:
            going_on = show(terminal.period(schedule, words, look=look), look)
        if not going_on:
            break
    return USAGE if asked.broken else 0


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
            tell(self.words.say("cli.type_periods"))
        for number, line in enumerate(input_lines(), start=1):
            if not line.lstrip().startswith("{"):
                yield _Text(line, self.school_year, self.year)
                continue
            text = self._object(line)
            if text is not None:
                yield text
            else:
                self.broken = True
                tell(self.words.say("cli.broken_line", number=number))

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


def _understood(session: Session, asked: Iterable[_Text]) -> Iterator[Schedule]:
    """Yield what each text means, as it comes; texts that lean on the same year go together."""
    for (school_year, year), some in itertools.groupby(
        asked, key=lambda one: (one.school_year, one.year)
    ):
        texts = (one.text for one in some)
        leaning = school_year is None and year is None
        config = session.project_at_hand() if leaning else None
        yield from session.the_app().read_periods(texts, config, school_year, year)
