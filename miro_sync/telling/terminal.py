"""What a coordinator reads in a terminal: worst first, short, every line with its reason.

The text is plain and aligned by display columns; colour is only ever put around finished words, so
that a pipe carries the same text. No line is wider than asked for, except a link in the long list:
a link that is cut is no link.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import click

from miro_sync.model import CenterState, Problem, SourceState, Status
from miro_sync.telling.answer import card_day
from miro_sync.telling.display import clean, link, pad, shorten, width, wrap
from miro_sync.telling.failures import problem
from miro_sync.telling.lines import by_date, lines, of_center, worst_first
from miro_sync.telling.phrases import (
    Phrases,
    alarms,
    days,
    months,
    of_backlog,
    without_backlog,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        ActivityWeek,
        Assessment,
        CenterActivity,
        EventCard,
        Finding,
        Message,
        MovedCard,
        Occurrence,
        Project,
        Question,
        Schedule,
        Verdict,
    )
    from miro_sync.telling.lines import Line

Item = TypeVar("Item")

#: Narrower than this a table cannot be read; wider than the other a line is hard to follow.
NARROWEST, WIDEST = 60, 120

_LINES = 10
_IN_BLOCK = 5

#: From here on a week's contributions are shown as many.
_MANY = 10
_CANDIDATES = 3
_NOTE_LINES = 2
_TITLE_LINES = 3
_GAP = "  "
_NOTE = 4

_CENTER_ORDER = (
    CenterState.INACTIVE,
    CenterState.UNKNOWN,
    CenterState.PAUSED,
    CenterState.ACTIVE,
)

_COLOURS: Mapping[str, str] = {
    Status.MISSED: "red",
    Status.OVERDUE: "red",
    Status.MOVED: "magenta",
    Status.UNCONFIRMED: "yellow",
    Status.UNKNOWN: "yellow",
    Status.UNDATED: "yellow",
    Status.AWAITING: "yellow",
    Status.HELD: "green",
    CenterState.INACTIVE: "red",
    CenterState.ACTIVE: "green",
    "ok": "green",
    "warn": "yellow",
    "fail": "red",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a text is to be shown.

    Attributes:
        columns: the width of the terminal; kept between `NARROWEST` and `WIDEST`.
        colour: colour may be used.
        everything: the long list, no block shortened.
        command: what to type for the long list.
        center: show only what concerns this centre.
        backlog: show only what was late before anything was ever stored.

    """

    columns: int = 80
    colour: bool = False
    everything: bool = False
    command: str = "miro-sync check-calendar --all"
    center: str | None = None
    backlog: bool = False


def check(
    assessment: Assessment,
    findings: Sequence[Finding],
    project: Project,
    words: Catalogue,
    *,
    look: Look | None = None,
) -> str:
    """Return the answer of `check-calendar` as text, lines separated by line feeds.

    First how far the answer can be trusted, then one sentence, then the events that need
    attention, worst first and at most ten (all events by date with `look.everything`), then what
    needs a person's word. Blocks without content are left out.

    Args:
        assessment: everything the run has to say.
        findings: the same compared with the last run.
        project: names and time zone.
        words: the language.
        look: width, colour, length, centre.

    """
    occurrences = {verdict.occurrence.key: verdict.occurrence for verdict in assessment.verdicts}
    look = look or Look()
    if look.center is not None:
        assessment, findings = of_center(assessment, findings, look.center)
    page = _Page(words, look, project)
    page.trust(assessment)
    page.gap()
    if look.backlog:
        page.backlog(*of_backlog(assessment, findings))
        return page.finished()
    waiting: Sequence[Line] = ()
    table: Sequence[Line] = lines(assessment)
    if not look.everything:
        assessment, table, waiting = without_backlog(assessment, findings)
    page.summary(assessment, findings, table, len(waiting))
    if look.everything:
        page.by_date(by_date(table))
    else:
        page.worst(alarms(assessment, table))
    page.moved(assessment.moved)
    page.questions(assessment.questions, assessment.cards, occurrences)
    page.undated([line for line in table if line.status is Status.UNDATED])
    page.centers([one for one in assessment.centers if one.state is CenterState.INACTIVE])
    page.cards("extra", assessment.extra)
    page.cards("vanished", assessment.vanished)
    if look.everything:
        page.cards("duplicates", [card for card, _ in assessment.duplicates])
    page.block("problems", assessment.problems, lambda one: [problem(one, words)])
    return page.finished()


def trust(
    assessment: Assessment, project: Project, words: Catalogue, *, look: Look | None = None
) -> str:
    """Return how far an answer can be trusted: what was read, and when."""
    page = _Page(words, look or Look(), project)
    page.trust(assessment)
    return page.finished()


def gist(
    assessment: Assessment, project: Project, words: Catalogue, *, look: Look | None = None
) -> str:
    """Return the first lines of `check` alone: what was read, and one sentence on the state."""
    page = _Page(words, look or Look(), project)
    page.trust(assessment)
    page.gap()
    page.summary(assessment, (), lines(assessment))
    return page.finished()


def centers(
    assessment: Assessment, project: Project, words: Catalogue, *, look: Look | None = None
) -> str:
    """Return the answer of `centers`: silent ones first, each with its reason."""
    page = _Page(words, look or Look(), project)
    page.trust(assessment)
    ordered = sorted(
        assessment.centers,
        key=lambda one: (_CENTER_ORDER.index(one.state), -(one.days_silent or 0)),
    )
    page.center_table(ordered)
    return page.finished()


def sync_line(
    assessment: Assessment,
    findings: Sequence[Finding],
    project: Project,
    words: Catalogue,
    *,
    taken: int = 0,
) -> str:
    """Return the one line that `sync` leaves in a log: what was read, flagged, new, closed.

    Args:
        assessment: what is judged.
        findings: compared with the last run.
        project: its settings.
        words: of the reader's language.
        taken: decisions that were taken from the table.

    """
    page = _Page(words, Look(), project)
    read = ", ".join(
        words.say("telling.count", what=page.phrases.source_name(report), number=report.items)
        for report in assessment.sources
        if report.state is not SourceState.ABSENT
    )
    parts = [words.say("telling.sync_read", today=assessment.today, read=read)]
    if not assessment.trustworthy:
        parts.append(words.say("telling.sync_partial"))
    assessment, table, waiting = without_backlog(assessment, findings)
    calm = "sync_calm" if assessment.trustworthy else "sync_unsure"
    parts.append(page.phrases.flag_counts(assessment, table) or words.say(f"telling.{calm}"))
    if waiting:
        parts.append(words.say("telling.sync_backlog", number=len(waiting)))
    silent = sum(one.state is CenterState.INACTIVE for one in assessment.centers)
    if silent:
        parts.append(words.say("telling.sync_silent", number=silent))
    if taken:
        parts.append(words.say("status_sheet.sync_taken", number=taken))
    parts.append(page.phrases.news(findings))
    return clean("; ".join(part for part in parts if part)) + "."


def checkup(
    marks: Iterable[tuple[str, Message | Problem]], words: Catalogue, *, look: Look | None = None
) -> str:
    """Return the answer of `doctor`.

    Args:
        marks: (level, sentence or problem); a level is "ok", "warn" or "fail".
        words: the language.
        look: width and colour.

    """
    look = look or Look()
    said = [(level, words.say(f"telling.level_{level}"), mark) for level, mark in marks]
    widest = max((width(word) for _, word, _ in said), default=0)
    indent = " " * (widest + len(_GAP))
    out: list[str] = []
    for level, word, mark in said:
        told = problem(mark, words) if isinstance(mark, Problem) else words.tell(mark)
        first, *rest = wrap(told, _columns(look) - len(indent)) or [""]
        out.append(_painted(pad(word, widest), level, look) + _GAP + first)
        out += [indent + line for line in rest]
    return "\n".join(out)


def period(schedule: Schedule, words: Catalogue, *, look: Look | None = None) -> str:
    """Return how one period text was understood: the text, and below it what it means."""
    columns = _columns(look or Look())
    meaning = [words.say(f"telling.kind_{schedule.kind}")]
    if schedule.recurrence:
        key = f"telling.every_{schedule.recurrence}"
        meaning.append(words.say(key) if key in words else schedule.recurrence)
    meaning += [days(one, words) for one in schedule.periods]
    notes = [", ".join(meaning)]
    if schedule.assumed is not None:
        notes.append(words.tell(schedule.assumed))
    if schedule.unread:
        notes.append(words.say("telling.unread", text=schedule.unread))
    title = wrap(schedule.text, columns) or [words.say("telling.empty_text")]
    return "\n".join([*title, *_notes(notes, columns)])


class _Page:
    """A text being put together; holds what every part of it needs to know."""

    def __init__(self, words: Catalogue, look: Look, project: Project) -> None:
        self.words = words
        self.look = look
        self._center = look.center
        self.phrases = Phrases(words, project, look.center)
        self._columns = _columns(look)
        self._lines: list[str] = []

    def finished(self) -> str:
        """Return the whole text."""
        return "\n".join(self._lines).strip("\n")

    def gap(self) -> None:
        """Leave an empty line."""
        self._lines.append("")

    # --- what it rests on

    def trust(self, assessment: Assessment) -> None:
        """Say which source was read when, and whether the alarms can be relied on."""
        colour = None if assessment.trustworthy else "yellow"
        said = wrap(self.phrases.trust(assessment), self._columns)
        self._lines += [self._paint(line, colour) for line in said]
        self._lines += _notes(self.phrases.troubles(assessment), self._columns)

    # --- the whole in a sentence

    def summary(
        self,
        assessment: Assessment,
        findings: Sequence[Finding],
        table: Sequence[Line],
        waiting: int = 0,
    ) -> None:
        """Say in one or two sentences what there is, so that a reader may stop here."""
        for said in self.phrases.summary(assessment, findings, table, waiting):
            self._lines += wrap(said, self._columns)

    def backlog(self, assessment: Assessment, table: Sequence[Line]) -> None:
        """Show all that was late before anything was ever stored, and nothing else."""
        key = "backlog" if table else "backlog_empty"
        self._lines += wrap(self._say(key, number=len(table)), self._columns)
        self.worst(alarms(assessment, table), most=len(table))
        self.moved(assessment.moved)

    # --- the table

    def worst(self, alarms: Sequence[Line], *, most: int = _LINES) -> None:
        """Show the first lines that need attention, and how many there are beside."""
        if not alarms:
            return
        shown = worst_first(alarms)[:most]
        rows = [
            (
                self.words.say(f"status.{line.status}"),
                self.phrases.title(line.worst.occurrence),
                self.phrases.span(line.period),
                self._say("days", days=line.worst.days_late),
            )
            for line in shown
        ]
        head = tuple(self._say(f"head_{name}") for name in ("status", "event", "period", "late"))
        self._table(head, rows, shown, title=1, status=0)
        self._more(len(alarms) - len(shown))

    def by_date(self, table: Sequence[Line]) -> None:
        """Show every line, in the order of the calendar's days."""
        if not table:
            return
        rows = [
            (
                self.phrases.span(line.period),
                self.words.say(f"status.{line.status}"),
                self.phrases.title(line.worst.occurrence),
            )
            for line in table
        ]
        head = tuple(self._say(f"head_{name}") for name in ("period", "status", "event"))
        self._table(head, rows, table, title=2, status=1)

    def _table(
        self,
        head: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        table: Sequence[Line],
        *,
        title: int,
        status: int,
    ) -> None:
        self.gap()
        widths = [max(width(row[column]) for row in (head, *rows)) for column in range(len(head))]
        others = sum(widths) - widths[title] + len(_GAP) * (len(head) - 1)
        widths[title] = min(widths[title], self._columns - others)

        def shown(cells: tuple[str, ...], colour: str | None, *, bold: bool = False) -> list[str]:
            """Return a row; in the long list its title goes on below, in its own column."""
            first, *further = (
                wrap(cells[title], widths[title], _TITLE_LINES)
                if self.look.everything
                else [shorten(cells[title], widths[title])]
            )
            padded = [
                pad(first if column == title else cell, columns)
                for column, (cell, columns) in enumerate(zip(cells, widths, strict=True))
            ]
            padded[status] = self._paint(padded[status], colour)
            indent = " " * sum(one + len(_GAP) for one in widths[:title])
            out = [_GAP.join(padded).rstrip(), *(indent + line for line in further)]
            return [self._paint(line, None, bold=bold) for line in out]

        self._lines += shown(head, None, bold=True)
        for one, row in zip(table, rows, strict=True):
            self._lines += shown(row, _COLOURS.get(one.status))
            self._lines += self._explained(one)

    def _explained(self, line: Line) -> list[str]:
        """Return the reason of a line and where to look, indented below it."""
        worst = line.worst
        said = self.phrases.reason(line)
        everything = self.look.everything
        found = _notes([said], self._columns, None if everything else _NOTE_LINES)
        shown = line.verdicts if everything else () if line.shared else (worst,)
        links = _links(shown)
        if everything and links:
            return found + [" " * _NOTE + url for url in links]
        fitting = [url for url in links if len(url) + _NOTE <= self._columns][:1]
        return found + ([" " * _NOTE + fitting[0]] if fitting else self._whereabouts(shown))

    def _whereabouts(self, verdicts: Sequence[Verdict]) -> list[str]:
        """Say in words where the evidence stands, for want of a link that can be shown."""
        said = self.phrases.whereabouts(verdicts)
        return _notes([said], self._columns, 1) if said else []

    def _more(self, number: int) -> None:
        if number > 0:
            said = self._say("more_lines", number=number, command=self.look.command)
            self._lines += wrap(said, self._columns)

    # --- what needs a person's word

    def moved(self, moved: Sequence[MovedCard]) -> None:
        """Show the cards that stand on another date than planned."""

        def told(one: MovedCard) -> list[str]:
            title = self.phrases.title(one.occurrence)
            return [title, self.phrases.moved_days(one), *self._link(one.card)]

        self.block("moved", moved, told)

    def questions(
        self,
        questions: Sequence[Question],
        cards: Mapping[str, EventCard],
        occurrences: Mapping[str, Occurrence],
    ) -> None:
        """Ask which event a card speaks of."""

        def told(one: Question) -> list[str]:
            card = cards[one.card_id]
            candidates = [occurrences[key] for key, _ in one.candidates[:_CANDIDATES]]
            asked = [
                self._say("candidate", title=self.phrases.title(of), about=self.phrases.about(of))
                for of in candidates
            ]
            return [self._card(card), *asked, *self._link(card)]

        self.block("questions", questions, told)

    def undated(self, table: Sequence[Line]) -> None:
        """Ask when the events are that have no readable period."""

        def told(line: Line) -> list[str]:
            return [self.phrases.title(line.worst.occurrence), self.phrases.written(line)]

        self.block("undated", table, told)

    def centers(self, silent: Sequence[CenterActivity]) -> None:
        """Show the silent centres, each with its reason."""
        self.block(
            "silent",
            silent,
            lambda one: [self.phrases.named(one.center.id), self.words.tell(one.reason)],
        )

    def cards(self, name: str, cards: Sequence[EventCard]) -> None:
        """Show cards that are worth a look, one line each."""
        self.block(name, cards, lambda card: [self._card(card)])

    def block(self, name: str, items: Sequence[Item], told: Callable[[Item], list[str]]) -> None:
        """Show a headed list, nothing when it is empty.

        Args:
            name: of its heading in the catalogue.
            items: what is listed; the first few of them unless everything is to be shown.
            told: makes the texts of one item, the first leads it, the others stand below.

        """
        if not items:
            return
        self.gap()
        heading = wrap(self._say(f"block_{name}", number=len(items)), self._columns)
        self._lines += [self._paint(line, None, bold=True) for line in heading]
        shown = items if self.look.everything else items[:_IN_BLOCK]
        most = None if self.look.everything else _NOTE_LINES
        for item in shown:
            first, *notes = told(item)
            lead = wrap(first, self._columns - 2, most)
            self._lines += [("- " if not at else "  ") + line for at, line in enumerate(lead)]
            self._lines += _notes(notes, self._columns, most)
        self._more(len(items) - len(shown))

    def center_table(self, ordered: Sequence[CenterActivity]) -> None:
        """Show centres: state, name, last contribution; the reason below."""
        self.gap()
        if not ordered:
            self._lines.append(self._say("no_centers"))
            return
        head = tuple(self._say(f"head_{name}") for name in ("status", "center", "last"))
        rows = [
            (
                self.words.say(f"status.{one.state}"),
                self.phrases.named(one.center.id),
                self._day(one.last_contribution),
            )
            for one in ordered
        ]
        widths = [max(width(row[column]) for row in (head, *rows)) for column in range(len(head))]
        widths[1] = min(widths[1], self._columns - widths[0] - widths[2] - 2 * len(_GAP))
        for one, row in zip((None, *ordered), (head, *rows), strict=True):
            state, name, last = (
                pad(shorten(cell, columns), columns)
                for cell, columns in zip(row, widths, strict=True)
            )
            colour = _COLOURS.get(one.state) if one else None
            said = _GAP.join((self._paint(state, colour), name, last)).rstrip()
            self._lines.append(self._paint(said, None, bold=one is None))
            if one is not None:
                self._lines += _notes([self.words.tell(one.reason)], self._columns)
                if one.weeks and one.rhythm is not None:
                    *over, running = one.weeks
                    marks = "".join(map(self._week, over))
                    marks += self._week(replace(running, planned=0))  # there is time yet
                    notes = [self._say("weeks", marks=marks), self.words.tell(one.rhythm)]
                    self._lines += _notes(notes, self._columns)
        if any(one.weeks for one in ordered):
            self.gap()
            self._lines += wrap(self._say("weeks_key"), self._columns)

    def _week(self, week: ActivityWeek) -> str:
        """Return one character: the contributions, or why there are none."""
        if week.contributions:
            return str(week.contributions) if week.contributions < _MANY else "+"
        name = "excused" if week.excused else "due" if week.planned else "empty"
        return self._say(f"week_{name}")

    # --- words

    def _say(self, name: str, **params: object) -> str:
        return self.words.say(f"telling.{name}", **params)

    def _day(self, day: dt.date | None) -> str:
        return "" if day is None else self.words.day(day)

    def _card(self, card: EventCard) -> str:
        """Name a card: its title in quotes, its centre and day behind it."""
        title = shorten(card.title, self._columns - 2) or self.words.say("status.untitled")
        about = []
        if card.center_id is not None and card.center_id != self._center:
            about.append(self.phrases.named(card.center_id))
        if card_day(card) is not None and card.date is not None:
            about.append(months(min(card.date.periods), self.words))
        return self._say("card", title=title, about=", ".join(about)) if about else title

    def _link(self, card: EventCard) -> list[str]:
        url = link(card.url)
        if url is None or (len(url) + _NOTE > self._columns and not self.look.everything):
            return []
        return [url]

    def _paint(self, text: str, colour: str | None, *, bold: bool = False) -> str:
        if not self.look.colour or not (colour or bold):
            return text
        return click.style(text, fg=colour, bold=bold or None)


def _links(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the links of the evidence, each once, in the order of the verdicts."""
    found = (link(one.card.url) for verdict in verdicts for one in verdict.evidence)
    return list(dict.fromkeys(url for url in found if url is not None))


def _notes(said: Iterable[str], columns: int, most: int | None = None) -> list[str]:
    """Return sentences as indented lines; links are never broken."""
    indent = " " * _NOTE
    out: list[str] = []
    for one in said:
        if link(one) is not None:
            out.append(indent + one)
        else:
            out += [indent + line for line in wrap(one, columns - _NOTE, most)]
    return out


def _columns(look: Look) -> int:
    """Return the columns to fill: one less than there are, for a full line wraps in some."""
    return min(max(look.columns, NARROWEST), WIDEST) - 1


def _painted(text: str, level: str, look: Look) -> str:
    return click.style(text, fg=_COLOURS[level]) if look.colour else text
