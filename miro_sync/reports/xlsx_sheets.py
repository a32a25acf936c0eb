"""What stands on the worksheets of the workbook: values and words, no formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from miro_sync.kpi import MEANS, few, hides, is_hidden, may_show
from miro_sync.messages import Catalogue
from miro_sync.model import (
    CenterState,
    EventCard,
    Indicator,
    IndicatorPart,
    Occurrence,
    Place,
    Status,
    Verdict,
)
from miro_sync.overview import Overview
from miro_sync.privacy import FEW, without_people
from miro_sync.reports.zones import (
    answerable,
    card_link,
    local,
    narrowed,
    shown_value,
    status_counts,
)
from miro_sync.telling.answer import card_day
from miro_sync.telling.display import clean, link
from miro_sync.telling.failures import place, problem
from miro_sync.telling.lines import SEVERITY, by_date, lines
from miro_sync.telling.phrases import Phrases, months

#: Characters that Excel allows in the name of a worksheet.
_NAME: Final = 31


@dataclass(frozen=True, slots=True)
class Link:
    """A text that opens an address; only a text where the address is none."""

    text: str
    url: str | None


Cell = str | int | float | dt.date | dt.datetime | Link | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header and how many characters wide it is."""

    header: str
    width: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet.

    Attributes:
        title: short enough for Excel.
        rows: as many cells each as there are columns.
        coloured: the columns, from 0, whose words of status have colours.
        frozen: so many columns stay in sight.
        printed: so many columns go to paper; all where it is None.

    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    coloured: tuple[int, ...] = ()
    frozen: int = 0
    printed: int | None = None


def sheets(overview: Overview, words: Catalogue, *, center: str | None = None) -> list[Sheet]:
    """Return the worksheets; those that have nothing to show are left out, the first five never.

    Args:
        overview: what is to be told.
        words: the language.
        center: only what is this centre's own.

    """
    made = _Sheets(overview, narrowed(overview, center), words, center)
    always = [made.summary(), made.calendar()]
    if center is None:
        always.append(made.matrix())
    always += [made.centers(), made.review()]
    maybe = [made.indicators(), made.parts(), made.plans(), made.resources()]
    return [*always, *(one for one in maybe if one.rows), made.sources()]


class _Sheets:
    """Makes the worksheets; holds what every one of them needs to know."""

    def __init__(
        self, whole: Overview, overview: Overview, words: Catalogue, center: str | None
    ) -> None:
        self._overview, self._words, self._own = overview, words, center is not None
        self._assessment = overview.assessment
        self._phrases = Phrases(words, overview.project, center)
        self._occurrences: Mapping[str, Occurrence] = {
            one.occurrence.key: one.occurrence for one in whole.assessment.verdicts
        }
        self._center = center

    def summary(self) -> Sheet:
        """Return the first worksheet: what the data are, and how many of what."""
        assessment = self._assessment
        rows: list[tuple[Cell, ...]] = [
            (self._say("row_project"), clean(self._overview.project.name)),
            (self._say("row_today"), assessment.today),
        ]
        if self._center is not None:
            rows.append((self._say("column_center"), self._named(self._center)))
        rows.append((self._say("row_trust"), self._phrases.trust(assessment)))
        counts = status_counts(assessment.verdicts)
        rows += [(self._status(status), counts[status]) for status in SEVERITY]
        silent = sum(one.state is CenterState.INACTIVE for one in assessment.centers)
        rows += [
            (self._say("row_all"), len(assessment.verdicts)),
            (self._say("row_silent"), silent),
            (self._say("row_moved"), len(assessment.moved)),
            (self._say("row_questions"), len(assessment.questions)),
            (self._say("row_extra"), len(assessment.extra)),
        ]
        columns = (Column(self._say("column_what"), 34, bold=True), self._column("value", 60))
        return self._sheet("summary", columns, rows, coloured=(0,))

    def calendar(self) -> Sheet:
        """Return one row for each occurrence, in the order of the calendar."""
        columns = (
            self._column("status", 18),
            self._column("code", 9),
            self._column("event", 52, bold=True),
            self._column("center", 24),
            self._column("start", 12),
            self._column("end", 12),
            self._column("deadline", 12),
            self._column("late", 9),
            self._column("done", 10),
            self._column("expected", 10),
            self._column("reason", 60),
            self._column("link", 40),
            self._column("responsible", 30),
            self._column("task", 40),
            self._column("text", 24),
            self._column("key", 24),
        )
        rows = [self._occurrence(one) for one in self._assessment.verdicts]
        sheet = self._sheet("calendar", columns, rows, coloured=(0,), frozen=3)
        return replace(sheet, printed=11)

    def matrix(self) -> Sheet:
        """Return the events of centres, one row for each period, one column for each centre."""
        centers = self._overview.project.centers
        columns = (
            self._column("code", 9),
            self._column("event", 48, bold=True),
            self._column("period", 18),
            Column(self._words.say("telling.network"), 17),
            *(Column(self._named(one.id), 17) for one in centers),
        )
        rows: list[tuple[Cell, ...]] = []
        for line in by_date(lines(self._assessment)):
            of_center = {one.occurrence.center_id: one for one in line.verdicts}
            cells = (self._mark(of_center.get(id_)) for id_ in (None, *(one.id for one in centers)))
            span = months(line.period, self._words) if line.period else None
            rows.append((clean(line.event.code or ""), self._title(line.event.title), span, *cells))
        coloured = tuple(range(3, len(columns)))
        return self._sheet("matrix", columns, rows, coloured=coloured, frozen=2)

    def centers(self) -> Sheet:
        """Return the activity of the centres, and how they stand with their own events."""
        counts = {
            one.center.id: status_counts(
                v for v in self._assessment.verdicts if v.occurrence.center_id == one.center.id
            )
            for one in self._assessment.centers
        }
        shown = (Status.HELD, Status.MISSED, Status.OVERDUE, Status.MOVED, Status.UNKNOWN)
        columns = (
            self._column("state", 14),
            self._column("center", 40, bold=True),
            self._column("last_contribution", 16),
            self._column("days_silent", 12),
            *(Column(self._status(status).capitalize(), 14) for status in shown),
            self._column("reason", 80),
        )
        rows = [
            (
                self._status(one.state),
                clean(one.center.name),
                one.last_contribution,
                one.days_silent,
                *(counts[one.center.id][status] for status in shown),
                self._words.tell(one.reason),
            )
            for one in self._assessment.centers
        ]
        return self._sheet("centers", columns, rows, coloured=(0,), frozen=2)

    def review(self) -> Sheet:
        """Return what needs a person's word: questions, moved cards, extra and lost ones."""
        assessment = self._assessment
        rows: list[tuple[Cell, ...]] = []
        for moved in assessment.moved:
            period = moved.occurrence.period
            planned = self._phrases.span(period)
            title = self._phrases.title(moved.occurrence)
            rows.append(self._reviewed("moved", moved.card, title, planned))
        for question in assessment.questions:
            likely = [self._occurrences[key] for key, _ in question.candidates]
            titles = dict.fromkeys(self._phrases.title(one) for one in likely)
            card = assessment.cards[question.card_id]
            rows.append(self._reviewed("question", card, "; ".join(titles), None))
        for verdict in assessment.verdicts:
            if verdict.status is Status.UNDATED:
                occurrence = verdict.occurrence
                where = occurrence.event.place
                rows.append(
                    (
                        self._say("review_undated"),
                        Link(
                            self._title(occurrence.event.title), link(where.url) if where else None
                        ),
                        self._center_of(occurrence.center_id),
                        None,
                        self._words.tell(verdict.reason),
                        None,
                        place(where, self._words) if where else None,
                    )
                )
        for card, occurrence in assessment.duplicates:
            rows.append(self._reviewed("duplicate", card, self._phrases.title(occurrence), None))
        rows += [self._reviewed("extra", card, None, None) for card in assessment.extra]
        rows += [self._reviewed("vanished", card, None, None) for card in assessment.vanished]
        columns = (
            self._column("kind", 24),
            self._column("card", 52, bold=True),
            self._column("center", 24),
            self._column("date", 12),
            self._column("about", 60),
            self._column("period", 22),
            self._column("place", 36),
        )
        return self._sheet("review", columns, rows, frozen=2)

    def indicators(self) -> Sheet:
        """Return one row for each indicator."""
        columns = (
            self._column("code", 8),
            self._column("indicator", 52, bold=True),
            self._column("unit", 11),
            self._column("value", 12),
            self._column("numerator", 12),
            self._column("denominator", 13),
            self._column("unknown", 12),
            self._column("baseline", 10),
            self._column("target", 10),
            self._column("region", 10),
            self._column("on_path", 12),
            self._column("gap", 12),
            self._column("state", 24),
            self._column("as_of", 12),
            self._column("collected", 24),
            self._column("responsible", 32),
            self._column("formula", 60),
            self._column("warnings", 60),
        )
        rows: list[tuple[Cell, ...]] = []
        for value in self._overview.indicators:
            of = value.indicator
            is_mean = of.formula in MEANS  # the sum of marks says nothing
            visible = self._own or not is_hidden(value)
            said = [self._words.tell(one) for one in value.warnings]
            said += [problem(one, self._words) for one in value.problems]
            rows.append(
                (
                    clean(of.id),
                    self._title(of.title),
                    clean(of.unit),
                    value.value
                    if may_show(value, inside=self._own)
                    else shown_value(value, self._words, inside=self._own),
                    None if is_mean else self._count(value.numerator, of),
                    self._count(value.denominator, of),
                    value.unknown,
                    of.baseline,
                    of.target,
                    of.region,
                    value.expected if visible else None,
                    (value.gap or None) if visible else None,
                    self._say(f"state_{value.state}"),
                    value.as_of,
                    clean(of.collected),
                    without_people(of.responsible),
                    self._words.tell(value.formula),
                    " ".join(said),
                )
            )
        return replace(self._sheet("indicators", columns, rows, frozen=2), printed=13)

    def parts(self) -> Sheet:
        """Return what stands behind the indicators: rows, cards, centres."""
        columns = (
            self._column("code", 8),
            self._column("indicator", 44, bold=True),
            self._column("part", 44),
            self._column("center", 24),
            self._column("numerator", 12),
            self._column("denominator", 13),
            self._column("unknown", 12),
            self._column("place", 40),
        )
        rows: list[tuple[Cell, ...]] = [
            (
                clean(value.indicator.id),
                self._title(value.indicator.title),
                clean(part.label),
                self._center_of(part.center_id) if part.center_id else None,
                self._part(part, value.indicator),
                self._count(part.denominator, value.indicator),
                self._say("yes") if part.unknown else None,
                self._at(part.place),
            )
            for value in self._overview.indicators
            for part in value.parts
        ]
        return self._sheet("parts", columns, rows, frozen=2)

    def plans(self) -> Sheet:
        """Return the directions of the centres' plans, empty ones called so."""
        columns = (
            self._column("center", 28),
            self._column("number", 6),
            self._column("direction", 70, bold=True),
            self._column("events", 12),
            self._column("undated", 10),
            self._column("empty", 14),
            self._column("place", 40),
        )
        rows: list[tuple[Cell, ...]] = [
            (
                self._center_of(plan.center_id) if plan.center_id else clean(plan.sheet),
                direction.number,
                self._title(direction.title),
                direction.events,
                direction.undated,
                self._say("is_empty") if direction.empty else None,
                self._at(direction.place),
            )
            for plan in self._overview.plans
            for direction in plan.directions
        ]
        return self._sheet("plans", columns, rows, frozen=3)

    def resources(self) -> Sheet:
        """Return the wrong cells of the resource map, and one row for each centre without any."""
        columns = (
            self._column("center", 28, bold=True),
            self._column("right", 10),
            self._column("total", 10),
            self._column("cell", 40),
            self._column("wrong", 50),
            self._column("needed", 44),
        )
        rows: list[tuple[Cell, ...]] = []
        for one in self._overview.maps:
            head = (self._named(one.center.id), one.right, one.total)
            rows += [
                (
                    *head,
                    self._at(fault.place) or clean(fault.column),
                    self._words.tell(fault.wrong),
                    self._words.tell(fault.expected) if fault.expected else None,
                )
                for fault in one.faults
            ]
            if not one.faults:
                rows.append((*head, None, None, None))
        return self._sheet("resources", columns, rows, frozen=1)

    def sources(self) -> Sheet:
        """Return how the sources fared, and below them what could not be read."""
        timezone = self._overview.project.timezone
        columns = (
            self._column("source", 20, bold=True),
            self._column("state", 22),
            self._column("read_at", 18),
            self._column("items", 10),
            self._column("calls", 12),
            self._column("message", 100),
        )
        rows: list[tuple[Cell, ...]] = [
            (
                self._phrases.source_name(one),
                self._say(f"source_{one.state}"),
                local(one.read_at, timezone),
                one.items,
                one.calls,
                self._words.tell(one.message) if one.message else None,
            )
            for one in self._assessment.sources
        ]
        rows += [
            (self._say("row_problem"), None, None, None, None, problem(one, self._words))
            for one in self._assessment.problems
        ]
        return self._sheet("sources", columns, rows, frozen=1)

    # --- rows

    def _occurrence(self, verdict: Verdict) -> tuple[Cell, ...]:
        occurrence, progress = verdict.occurrence, verdict.progress
        event, span = occurrence.event, occurrence.period
        cards = [one.card for one in verdict.evidence]
        return (
            self._status(verdict.status),
            clean(event.code or ""),
            self._title(event.title),
            self._center_of(occurrence.center_id),
            span.start if span else None,
            span.end if span else None,
            occurrence.deadline,
            verdict.days_late or None,
            progress.done if progress else None,
            progress.expected if progress else None,
            self._words.tell(verdict.reason),
            Link(cards[0].label if cards else "", card_link(cards)) if cards else None,
            answerable(event.responsible),
            clean(event.task),
            clean(event.schedule.text),
            clean(occurrence.key),
        )

    def _reviewed(
        self, kind: str, card: EventCard, about: str | None, period: str | None
    ) -> tuple[Cell, ...]:
        day = card_day(card)
        return (
            self._say(f"review_{kind}"),
            Link(self._title(card.title), card_link([card])),
            self._center_of(card.center_id) if card.center_id else None,
            dt.date.fromisoformat(day) if day else None,
            about,
            period,
            place(card.place, self._words) if card.place else None,
        )

    def _mark(self, verdict: Verdict | None) -> str | None:
        """Return a verdict's status, word for word, so that its colour finds it."""
        return self._status(verdict.status) if verdict else None

    def _part(self, part: IndicatorPart, of: Indicator) -> Cell:
        """Return what a part brings; the mean of so few people that it speaks of each is hidden."""
        if of.formula not in MEANS:
            return self._count(part.numerator, of)
        hidden = not self._own and hides(of, part.numerator, part.denominator)
        return self._words.say("privacy.hidden") if hidden else part.numerator

    def _count(self, number: float | None, of: Indicator) -> Cell:
        """Return a number; so few people that they could be known by it are only «<5»."""
        if self._own or not few(of, number):
            return number
        return self._words.say("privacy.few", limit=FEW)

    # --- words

    def _say(self, name: str, **params: object) -> str:
        return self._words.say(f"documents.{name}", **params)

    def _status(self, status: str) -> str:
        return self._words.say(f"status.{status}")

    def _column(self, name: str, width: float, *, bold: bool = False) -> Column:
        return Column(self._say(f"column_{name}"), width, bold)

    def _title(self, title: str) -> str:
        return clean(title) or self._words.say("status.untitled")

    def _named(self, center_id: str) -> str:
        return self._phrases.named(center_id)

    def _center_of(self, center_id: str | None) -> str:
        return self._words.say("telling.network") if center_id is None else self._named(center_id)

    def _at(self, where: Place | None) -> Link | None:
        return None if where is None else Link(place(where, self._words), link(where.url))

    def _sheet(
        self,
        name: str,
        columns: tuple[Column, ...],
        rows: Iterable[tuple[Cell, ...]],
        *,
        coloured: tuple[int, ...] = (),
        frozen: int = 0,
    ) -> Sheet:
        title = self._say(f"sheet_{name}")[:_NAME]
        return Sheet(title, columns, tuple(rows), coloured, frozen)
