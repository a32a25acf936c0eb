"""The sentences that all outputs share, and what each of them counts.

Terminal, page, mail and documents lay these out; none of them words the same thing twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync.model import FLAGGED, FindingState, SourceState, Status
from miro_sync.telling.display import clean
from miro_sync.telling.failures import place
from miro_sync.telling.lines import SEVERITY, backlog, is_aside, lines
from miro_sync.telling.schools import short_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Assessment,
        Finding,
        MovedCard,
        Occurrence,
        Period,
        Project,
        SourceReport,
        Verdict,
    )
    from miro_sync.telling.lines import Line

#: What the second sentence counts, in the order of a project's life.
CALM = (
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


class Phrases:
    """Words things of one project in one language; holds what every sentence needs to know."""

    def __init__(self, words: Catalogue, project: Project, center: str | None = None) -> None:
        """Take the language, the project, and the centre that all is about, if it is only one."""
        self.words = words
        self.names: Mapping[str, str] = short_names(project.centers)
        self._project = project
        self._center = center

    # --- what it rests on

    def trust(self, assessment: Assessment) -> str:
        """Say which source was read when, and whether the alarms can be relied on."""
        read = "; ".join(self.source(report, assessment.today) for report in assessment.sources)
        return f"{self._say('trust', sources=read)} {self.reliance(assessment)}"

    def reliance(self, assessment: Assessment) -> str:
        """Say whether the alarms can be relied on."""
        named = {one.name for one in assessment.sources if one.state is not SourceState.ABSENT}
        if not named & {"board", "tables"}:
            return self._say("trust_nothing")
        return self._say("trust_whole" if assessment.trustworthy else "trust_partial")

    def troubles(self, assessment: Assessment) -> list[str]:
        """Say what a reader should know of the sources, one sentence each."""
        return [
            self._say(
                "trust_message",
                source=self.source_name(report),
                message=self.words.tell(report.message),
            )
            for report in assessment.sources
            if report.message is not None
        ]

    def source_name(self, report: SourceReport) -> str:
        """Return the word for a source."""
        return self.words.say(f"status.source_{report.name}")

    def source(self, report: SourceReport, today: dt.date) -> str:
        """Say when a source was read: «доска — сегодня 08:00»."""
        state = report.state
        if state is SourceState.UNCHANGED:
            state = SourceState.FRESH
        said = self._say(
            f"trust_{state}",
            source=self.source_name(report),
            when=self._when(report.read_at, today),
        )
        if not report.complete and state is SourceState.FRESH:
            said = self._say("trust_incomplete", said=said)
        return said

    def _when(self, moment: dt.datetime | None, today: dt.date) -> str:
        if moment is None:
            return self._say("when_unknown")
        local = moment.astimezone(ZoneInfo(self._project.timezone))
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
    ) -> list[str]:
        """Say in a few sentences what there is, so that a reader may stop after the first.

        Args:
            assessment: what is told, without what is set aside.
            findings: the same compared with the last run.
            table: its lines.
            waiting: how many lines are set aside.

        """
        counts = self.flag_counts(assessment, table)
        if counts:
            key = "summary_flagged"
        elif assessment.trustworthy:
            key = "summary_calm"
        else:
            key = "summary_unsure"
        said = [self._say(key, today=assessment.today, project=self._whose(), counts=counts)]
        rest = self._counts(
            (status, sum(line.status is status for line in table)) for status in CALM
        )
        if rest:
            said.append(self._say("summary_rest" if counts else "summary_all", counts=rest))
        news = self.news(findings)
        if news:
            said.append(self._say("summary_news", news=news))
        if waiting:
            said.append(self._say("summary_backlog", number=waiting))
        return said

    def flag_counts(self, assessment: Assessment, table: Sequence[Line]) -> str:
        """Count the lines that need attention, by status; "" when there are none."""
        return self._counts(flag_numbers(assessment, table).items())

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
        return self.named(self._center)

    def _counts(self, counts: Iterable[tuple[Status, int]]) -> str:
        return ", ".join(
            self._say("count", what=self.words.say(f"status.{status}"), number=number)
            for status, number in counts
            if number
        )

    # --- events, centres, cards

    def named(self, center_id: str) -> str:
        """Return how people say the name of a centre."""
        return self.names.get(center_id, center_id)

    def span(self, span: Period | None) -> str:
        """Write a period as people do; say that there is none."""
        return self._say("no_period") if span is None else months(span, self.words)

    def title(self, occurrence: Occurrence) -> str:
        """Return the code and the title of an event."""
        event = occurrence.event
        title = clean(event.title) or self.words.say("status.untitled")
        return f"{clean(event.code)} {title}" if event.code else title

    def about(self, occurrence: Occurrence) -> str:
        """Say whose and when: «Ишимская ООШ, апрель 2023»."""
        parts = []
        if occurrence.center_id is not None:
            parts.append(self.named(occurrence.center_id))
        parts.append(self.span(occurrence.period))
        return ", ".join(parts)

    def reason(self, line: Line) -> str:
        """Say why a line has its status; for several centres, which of them lack what."""
        if line.shared:
            return self.tally(line)
        said = self.words.tell(line.worst.reason)
        center = line.worst.occurrence.center_id
        if center is not None and center != self._center:
            said = self._say("of_center", center=self.named(center), said=said)
        return said

    def tally(self, line: Line) -> str:
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
        name = self._say("network") if center is None else self.named(center)
        if verdict.progress is None:
            return name
        progress = verdict.progress
        return self._say("quota", who=name, done=progress.done, expected=progress.expected)

    def moved_days(self, moved: MovedCard) -> str:
        """Say which days a moved card names, and which were planned."""
        found = moved.card.date.periods if moved.card.date is not None else ()
        return self._say(
            "moved_dates",
            found=", ".join(days(span, self.words) for span in found) or self.span(None),
            planned=self.span(moved.occurrence.period),
        )

    def written(self, line: Line) -> str:
        """Say what stands in the calendar in the place of a period."""
        text = clean(line.event.schedule.text)
        return self._say("undated_text", text=text) if text else self._say("undated_empty")

    def whereabouts(self, verdicts: Sequence[Verdict]) -> str:
        """Say in words where the evidence stands, for want of a link; "" where that is unknown."""
        for verdict in verdicts:
            for evidence in verdict.evidence:
                if evidence.card.place is not None:
                    return self._say("see", place=place(evidence.card.place, self.words))
        return ""

    def _say(self, name: str, **params: object) -> str:
        return self.words.say(f"telling.{name}", **params)


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


def alarms(assessment: Assessment, table: Sequence[Line]) -> list[Line]:
    """Return the lines that need attention, without those the block of moved cards explains."""
    explained = {moved.occurrence.key for moved in assessment.moved}
    return [
        line
        for line in table
        if line.status in FLAGGED
        and not (line.status is Status.MOVED and line.worst.occurrence.key in explained)
    ]


def flag_numbers(assessment: Assessment, table: Sequence[Line]) -> dict[Status, int]:
    """Count the lines that need attention, by status, worst first; a moved card is one of them."""
    needing = alarms(assessment, table)
    return {
        status: sum(line.status is status for line in needing)
        + (len(assessment.moved) if status is Status.MOVED else 0)
        for status in SEVERITY
        if status in FLAGGED
    }


def without_backlog(
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


def of_backlog(
    assessment: Assessment, findings: Sequence[Finding]
) -> tuple[Assessment, Sequence[Line]]:
    """Return what is set aside, and its lines."""
    aside = backlog(findings)
    moved = tuple(one for one in assessment.moved if one.occurrence.key in aside)
    return (
        replace(assessment, moved=moved),
        [line for line in lines(assessment) if is_aside(line, aside)],
    )
