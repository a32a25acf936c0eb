"""What a coordinator reads in a terminal: worst first, short, every line with its reason.

The text is plain and aligned by display columns; colour is only ever put around finished words, so
that a pipe carries the same text. No line is wider than asked for, except a link in the long list:
a link that is cut is no link.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import click

from miro_sync.model import FLAGGED, CenterState, FindingState, Problem, SourceState, Status
from miro_sync.telling.answer import card_day
from miro_sync.telling.display import clean, link, pad, shorten, width, wrap
from miro_sync.telling.failures import place, problem
from miro_sync.telling.lines import (
    SEVERITY,
    backlog,
    by_date,
    is_aside,
    lines,
    of_center,
    worst_first,
)
from miro_sync.telling.schools import short_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Assessment,
        CenterActivity,
        EventCard,
        Finding,
        Message,
        MovedCard,
        Occurrence,
        Period,
        Project,
        Question,
        Schedule,
        SourceReport,
        Verdict,
    )
    from miro_sync.telling.lines import Line

Item = TypeVar("Item")

#: Narrower than this a table cannot be read; wider than the other a line is hard to follow.
NARROWEST, WIDEST = 60, 120

_LINES = 10
_IN_BLOCK = 5
_CANDIDATES = 3
_NOTE_LINES = 2
_TITLE_LINES = 3
_GAP = "  "
_NOTE = 4

#: What the second sentence counts, in the order of a project's life.
_CALM = (
    Status.HELD,
    Status.RUNNING,
    Status.AWAITING,
    Status.DUE_SOON,
    Status.PLANNED,
    Status.UNCONFIRMED,
    Status.UNKNOWN,
    Status.UNDATED,
    Status.CANCELLED,
)

#: How the centres of a shared line are gathered behind «8 из 11».
_TALLY = (
    ("tally_missed", (Status.MISSED,)),
    ("tally_overdue", (Status.OVERDUE,)),
    ("tally_moved", (Status.MOVED,)),
    ("tally_unconfirmed", (Status.UNCONFIRMED,)),
    ("tally_unknown", (Status.UNKNOWN,)),
    ("tally_awaiting", (Status.AWAITING, Status.RUNNING)),
)

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
        page.backlog(*_of_backlog(assessment, findings))
        return page.finished()
    waiting: Sequence[Line] = ()
    table: Sequence[Line] = lines(assessment)
    if not look.everything:
        assessment, table, waiting = _without_backlog(assessment, findings)
    page.summary(assessment, findings, table, len(waiting))
    if look.everything:
        page.by_date(by_date(table))
    else:
        page.worst(_alarms(assessment, table))
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
    assessment: Assessment, findings: Sequence[Finding], project: Project, words: Catalogue
) -> str:
    """Return the one line that `sync` leaves in a log: what was read, flagged, new, closed."""
    page = _Page(words, Look(), project)
    read = ", ".join(
        words.say("telling.count", what=page.source_name(report), number=report.items)
        for report in assessment.sources
        if report.state is not SourceState.ABSENT
    )
    parts = [words.say("telling.sync_read", today=assessment.today, read=read)]
    if not assessment.trustworthy:
        parts.append(words.say("telling.sync_partial"))
    assessment, table, waiting = _without_backlog(assessment, findings)
    parts.append(page.flag_counts(assessment, table) or words.say("telling.sync_calm"))
    if waiting:
        parts.append(words.say("telling.sync_backlog", number=len(waiting)))
    silent = sum(one.state is CenterState.INACTIVE for one in assessment.centers)
    if silent:
        parts.append(words.say("telling.sync_silent", number=silent))
    parts.append(page.news(findings))
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


def days(span: Period, words: Catalogue) -> str:
    """Write the days of a period: 05.04.2023, 01.04–30.04.2023, 01.03.2023–31.05.2024."""
    end = words.day(span.end)
    if span.start == span.end:
        return end
    if span.start.year != span.end.year:
        return f"{words.day(span.start)}–{end}"
    if words.language == "ru":
        return f"{span.start:%d.%m}–{end}"
    return f"{words.day(span.start).removesuffix(f' {span.start.year}')}–{end}"


def months(span: Period, words: Catalogue) -> str:
    """Write a period as people do: whole months by name (апрель 2023, янв–фев 2023), else days."""
    start, end = span.start, span.end
    if start.day != 1 or (end + dt.timedelta(days=1)).day != 1:
        return days(span, words)
    if (start.year, start.month) == (end.year, end.month):
        return f"{words.say('telling.months').split('|')[end.month - 1]} {end.year}"
    short = words.say("telling.months_short").split("|")
    first = short[start.month - 1]
    if start.year != end.year:
        first = f"{first} {start.year}"
    return f"{first}–{short[end.month - 1]} {end.year}"


class _Page:
    """A text being put together; holds what every part of it needs to know."""

    def __init__(self, words: Catalogue, look: Look, project: Project) -> None:
        self.words = words
        self.look = look
        self._project = project
        self._center = look.center
        self._names = short_names(project.centers)
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
        zone = ZoneInfo(self._project.timezone)
        read = "; ".join(
            self._source(report, assessment.today, zone) for report in assessment.sources
        )
        named = {one.name for one in assessment.sources if one.state is not SourceState.ABSENT}
        whole = "trust_whole" if assessment.trustworthy else "trust_partial"
        if not named & {"board", "tables"}:
            whole = "trust_nothing"
        said = f"{self._say('trust', sources=read)} {self._say(whole)}"
        colour = None if assessment.trustworthy else "yellow"
        self._lines += [self._paint(line, colour) for line in wrap(said, self._columns)]
        for report in assessment.sources:
            if report.message is not None:
                said = self._say(
                    "trust_message",
                    source=self.source_name(report),
                    message=self.words.tell(report.message),
                )
                self._lines += _notes([said], self._columns)

    def source_name(self, report: SourceReport) -> str:
        """Return the word for a source."""
        return self.words.say(f"status.source_{report.name}")

    def _source(self, report: SourceReport, today: dt.date, zone: ZoneInfo) -> str:
        state = report.state
        if state is SourceState.UNCHANGED:
            state = SourceState.FRESH
        said = self._say(
            f"trust_{state}",
            source=self.source_name(report),
            when=self._when(report.read_at, today, zone),
        )
        if not report.complete and state in {SourceState.FRESH, SourceState.STALE}:
            said = self._say("trust_incomplete", said=said)
        return said

    def _when(self, moment: dt.datetime | None, today: dt.date, zone: ZoneInfo) -> str:
        if moment is None:
            return self._say("when_unknown")
        local = moment.astimezone(zone)
        ago = (today - local.date()).days
        if ago in {0, 1}:
            return self._say("when_today" if ago == 0 else "when_yesterday", at=f"{local:%H:%M}")
        return self._say("when", day=local.date(), at=f"{local:%H:%M}")

    # --- the whole in a sentence

    def summary(
        self,
        assessment: Assessment,
        findings: Sequence[Finding],
        table: Sequence[Line],
        waiting: int = 0,
    ) -> None:
        """Say in one or two sentences what there is, so that a reader may stop here."""
        counts = self.flag_counts(assessment, table)
        if counts:
            key = "summary_flagged"
        elif assessment.trustworthy:
            key = "summary_calm"
        else:
            key = "summary_unsure"
        said = self._say(key, today=assessment.today, project=self._whose(), counts=counts)
        self._lines += wrap(said, self._columns)
        rest = self._counts(
            (status, sum(line.status is status for line in table)) for status in _CALM
        )
        if rest:
            self._lines += wrap(
                self._say("summary_rest" if counts else "summary_all", counts=rest), self._columns
            )
        news = self.news(findings)
        if news:
            self._lines += wrap(self._say("summary_news", news=news), self._columns)
        if waiting:
            self._lines += wrap(self._say("summary_backlog", number=waiting), self._columns)

    def backlog(self, assessment: Assessment, table: Sequence[Line]) -> None:
        """Show all that was late before anything was ever stored, and nothing else."""
        key = "backlog" if table else "backlog_empty"
        self._lines += wrap(self._say(key, number=len(table)), self._columns)
        self.worst(_alarms(assessment, table), most=len(table))
        self.moved(assessment.moved)

    def flag_counts(self, assessment: Assessment, table: Sequence[Line]) -> str:
        """Count the lines that need attention, by status; "" when there are none."""
        alarms = _alarms(assessment, table)
        moved = len(assessment.moved)
        return self._counts(
            (
                status,
                sum(line.status is status for line in alarms)
                + (moved if status is Status.MOVED else 0),
            )
            for status in SEVERITY
            if status in FLAGGED
        )

    def news(self, findings: Sequence[Finding]) -> str:
        """Say what is new and what is closed since the last run; "" when there was none."""
        states = [finding.state for finding in findings]
        if all(state is FindingState.NEW for state in states):
            return ""
        return self._say(
            "news", new=states.count(FindingState.NEW), resolved=states.count(FindingState.RESOLVED)
        )

    def _whose(self) -> str:
        if self._center is None:
            return clean(self._project.name)
        return self._named(self._center)

    def _counts(self, counts: Iterable[tuple[Status, int]]) -> str:
        return ", ".join(
            self._say("count", what=self.words.say(f"status.{status}"), number=number)
            for status, number in counts
            if number
        )

    # --- the table

    def worst(self, alarms: Sequence[Line], *, most: int = _LINES) -> None:
        """Show the first lines that need attention, and how many there are beside."""
        if not alarms:
            return
        shown = worst_first(alarms)[:most]
        rows = [
            (
                self.words.say(f"status.{line.status}"),
                self._title(line.worst.occurrence),
                self._span(line.period),
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
                self._span(line.period),
                self.words.say(f"status.{line.status}"),
                self._title(line.worst.occurrence),
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
        if line.shared:
            said = self._tally(line)
        else:
            said = self.words.tell(worst.reason)
            center = worst.occurrence.center_id
            if center is not None and center != self._center:
                said = self._say("of_center", center=self._named(center), said=said)
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
        places = [
            evidence.card.place
            for verdict in verdicts
            for evidence in verdict.evidence
            if evidence.card.place is not None
        ]
        if not places:
            return []
        return _notes([self._say("see", place=place(places[0], self.words))], self._columns, 1)

    def _tally(self, line: Line) -> str:
        """Say how far an event of several centres is: «8 из 11, нет: …»."""
        held = len(line.of(Status.HELD))
        expected = len(line.verdicts) - len(line.of(Status.CANCELLED))
        parts = []
        for key, statuses in _TALLY:
            names = [self._who(verdict) for verdict in line.of(*statuses)]
            if names:
                parts.append(self._say(key, centers=", ".join(names)))
        deadline = line.worst.occurrence.deadline
        if line.status in FLAGGED and deadline is not None:
            parts.append(self._say("tally_late", deadline=deadline))
        said = self._say("tally", held=held, expected=expected)
        return ", ".join([said, "; ".join(parts)]) if parts else said

    def _who(self, verdict: Verdict) -> str:
        center = verdict.occurrence.center_id
        name = self._say("network") if center is None else self._named(center)
        if verdict.progress is None:
            return name
        progress = verdict.progress
        return self._say("quota", who=name, done=progress.done, expected=progress.expected)

    def _more(self, number: int) -> None:
        if number > 0:
            said = self._say("more_lines", number=number, command=self.look.command)
            self._lines += wrap(said, self._columns)

    # --- what needs a person's word

    def moved(self, moved: Sequence[MovedCard]) -> None:
        """Show the cards that stand on another date than planned."""

        def told(one: MovedCard) -> list[str]:
            found = one.card.date.periods if one.card.date is not None else ()
            said = self._say(
                "moved_dates",
                found=", ".join(days(span, self.words) for span in found) or self._span(None),
                planned=self._span(one.occurrence.period),
            )
            return [self._title(one.occurrence), said, *self._link(one.card)]

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
                self._say("candidate", title=self._title(of), about=self._about(of))
                for of in candidates
            ]
            return [self._card(card), *asked, *self._link(card)]

        self.block("questions", questions, told)

    def undated(self, table: Sequence[Line]) -> None:
        """Ask when the events are that have no readable period."""

        def told(line: Line) -> list[str]:
            text = clean(line.event.schedule.text)
            written = self._say("undated_text", text=text) if text else self._say("undated_empty")
            return [self._title(line.worst.occurrence), written]

        self.block("undated", table, told)

    def centers(self, silent: Sequence[CenterActivity]) -> None:
        """Show the silent centres, each with its reason."""
        self.block(
            "silent",
            silent,
            lambda one: [self._named(one.center.id), self.words.tell(one.reason)],
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
                self._named(one.center.id),
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

    # --- words

    def _say(self, name: str, **params: object) -> str:
        return self.words.say(f"telling.{name}", **params)

    def _day(self, day: dt.date | None) -> str:
        return "" if day is None else self.words.day(day)

    def _named(self, center_id: str) -> str:
        return self._names.get(center_id, center_id)

    def _span(self, span: Period | None) -> str:
        return self._say("no_period") if span is None else months(span, self.words)

    def _title(self, occurrence: Occurrence) -> str:
        event = occurrence.event
        title = clean(event.title) or self.words.say("status.untitled")
        return f"{clean(event.code)} {title}" if event.code else title

    def _about(self, occurrence: Occurrence) -> str:
        parts = []
        if occurrence.center_id is not None:
            parts.append(self._named(occurrence.center_id))
        parts.append(self._span(occurrence.period))
        return ", ".join(parts)

    def _card(self, card: EventCard) -> str:
        """Name a card: its title in quotes, its centre and day behind it."""
        title = shorten(card.title, self._columns - 2) or self.words.say("status.untitled")
        about = []
        if card.center_id is not None and card.center_id != self._center:
            about.append(self._named(card.center_id))
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


def _alarms(assessment: Assessment, table: Sequence[Line]) -> list[Line]:
    """Return the lines that need attention, without those the block of moved cards explains."""
    explained = {moved.occurrence.key for moved in assessment.moved}
    return [
        line
        for line in table
        if line.status in FLAGGED
        and not (line.status is Status.MOVED and line.worst.occurrence.key in explained)
    ]


def _without_backlog(
    assessment: Assessment, findings: Sequence[Finding]
) -> tuple[Assessment, Sequence[Line], Sequence[Line]]:
    """Return what is not set aside, its lines, and the lines that are."""
    aside = backlog(findings)
    table = lines(assessment)
    moved = tuple(one for one in assessment.moved if one.occurrence.key not in aside)
    return (
        replace(assessment, moved=moved),
        [line for line in table if not is_aside(line, aside)],
        [line for line in table if is_aside(line, aside)],
    )


def _of_backlog(
    assessment: Assessment, findings: Sequence[Finding]
) -> tuple[Assessment, Sequence[Line]]:
    """Return what is set aside, and its lines."""
    aside = backlog(findings)
    moved = tuple(one for one in assessment.moved if one.occurrence.key in aside)
    return (
        replace(assessment, moved=moved),
        [line for line in lines(assessment) if is_aside(line, aside)],
    )


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
