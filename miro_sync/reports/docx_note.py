"""The interim analysis and the final note («Аналитическая справка») in an official note's form.

What can be computed is filled in, with its numerator, denominator and date; what is unknown stands
apart and is never counted as failed or as done; causes and conclusions are for a person and are
left as marked gaps. People are roles.
"""

from __future__ import annotations

from collections.abc import Sequence

from miro_sync.kpi import may_show
from miro_sync.messages import Catalogue
from miro_sync.model import (
    FLAGGED,
    IndicatorState,
    IndicatorValue,
    SourceState,
    Status,
)
from miro_sync.overview import Overview
from miro_sync.privacy import without_people
from miro_sync.reports.charts import (
    Picture,
    calendar_chart,
    scores_chart,
    shares_chart,
    trends_chart,
)
from miro_sync.reports.figures import amount, difference
from miro_sync.reports.word import Bold, Content, Gap, Paper, Piece
from miro_sync.reports.zones import (
    Zone,
    local,
    shown_value,
    status_counts,
    titled,
    zones,
)
from miro_sync.telling.display import clean
from miro_sync.telling.failures import problem
from miro_sync.telling.indicators import divided, share
from miro_sync.telling.lines import SEVERITY, lines, worst_first
from miro_sync.telling.phrases import Phrases

_NETWORK_LINES = 12
_NOT_YET = frozenset({Status.PLANNED, Status.DUE_SOON, Status.RUNNING, Status.AWAITING})


def interim(overview: Overview, words: Catalogue, _center: str | None = None) -> bytes:
    """Return the interim analysis («Промежуточный анализ») as a .docx file."""
    return _Note(overview, words, "interim").written()


def final(overview: Overview, words: Catalogue, _center: str | None = None) -> bytes:
    """Return the final note («Аналитическая справка») as a .docx file."""
    return _Note(overview, words, "final").written()


class _Note:
    """A note being written; holds what every part of it needs."""

    def __init__(self, overview: Overview, words: Catalogue, kind: str) -> None:
        self._overview, self._words, self._kind = overview, words, kind
        self._assessment = overview.assessment
        self._phrases = Phrases(words, overview.project)
        self._zones = zones(overview)
        self._number = 0
        self._paper = Paper(words, title=self._say(f"{kind}_title"), day=self._assessment.today)

    def written(self) -> bytes:
        """Return the whole document."""
        self._head()
        self._purpose()
        self._sources()
        self._calendar()
        self._indicators()
        self._problems()
        self._warnings()
        self._unknown()
        self._conclusions()
        self._paper.signatures([self._say("role_director"), self._say("role_coordinator")])
        return self._paper.bytes()

    # --- the parts of the note

    def _head(self) -> None:
        self._paper.line(self._gap("office"), align="center")
        self._paper.heading(self._say(f"{self._kind}_title"), 0)
        self._paper.line(self._say(f"{self._kind}_subtitle"), align="center", after=6)
        today = self._words.day(self._assessment.today)
        number: list[Piece] = [today, "   № ", self._gap("paper_number")]
        self._paper.line(number, align="center", after=8)

    def _purpose(self) -> None:
        span = self._overview.project.span
        self._heading("purpose")
        self._line(self._say(f"{self._kind}_purpose", start=span.start, end=span.end))

    def _sources(self) -> None:
        self._heading("sources")
        self._line(self._phrases.trust(self._assessment))
        timezone = self._overview.project.timezone
        rows: list[Sequence[Content]] = []
        for one in self._assessment.sources:
            if one.state is SourceState.ABSENT:
                continue
            moment = local(one.read_at, timezone)
            rows.append(
                (
                    self._phrases.source_name(one),
                    self._say(f"source_{one.state}"),
                    f"{self._words.day(moment.date())} {moment:%H:%M}" if moment else "",
                    str(one.items),
                )
            )
        head = self._heads("source", "state", "read_at", "items")
        self._paper.table(head, rows, widths=(4.5, 5.5, 4.0, 2.5), numbers=(3,))
        self._paper.bullets(self._phrases.troubles(self._assessment))

    def _calendar(self) -> None:
        self._heading("calendar")
        counts = status_counts(self._assessment.verdicts)
        cancelled = counts[Status.CANCELLED]
        ahead = sum(counts[one] for one in _NOT_YET)
        unknown = counts[Status.UNKNOWN] + counts[Status.UNCONFIRMED] + counts[Status.UNDATED]
        late = sum(counts[one] for one in FLAGGED)
        self._line(
            self._say(
                "note_calendar",
                all=len(self._assessment.verdicts),
                held=counts[Status.HELD],
                late=late,
                unknown=unknown,
                ahead=ahead,
                cancelled=cancelled,
            )
        )
        said = self._phrases.summary(self._assessment, (), lines(self._assessment))
        self._line(self._say("note_by_event"), " ", " ".join(said))
        rows: list[Sequence[Content]] = [
            (self._words.say(f"status.{one}"), str(counts[one])) for one in SEVERITY if counts[one]
        ]
        rows.append((Bold(self._say("row_all")), Bold(str(len(self._assessment.verdicts)))))
        head = self._heads("status", "occurrences")
        self._paper.table(head, rows, widths=(8.0, 4.0), numbers=(1,))
        names = {one.id: self._phrases.named(one.id) for one in self._overview.project.centers}
        self._picture(calendar_chart(self._assessment.verdicts, names, self._words))
        self._network()

    def _network(self) -> None:
        """List the events that have no mark, worst first, one line for all their centres."""
        late = [one for one in worst_first(lines(self._assessment)) if one.status in FLAGGED]
        if not late:
            return
        self._paper.heading(self._say("note_late"), 2)
        rows: list[Sequence[Content]] = [
            (
                titled(one.event, self._words),
                self._phrases.span(one.period),
                self._words.say(f"status.{one.status}"),
                self._phrases.reason(one),
            )
            for one in late[:_NETWORK_LINES]
        ]
        head = self._heads("event", "period", "status", "reason")
        self._paper.table(head, rows, widths=(5.4, 2.8, 2.6, 5.7), size=9)
        rest = len(late) - _NETWORK_LINES
        if rest > 0:
            self._line(self._say("more", number=rest))

    def _indicators(self) -> None:
        values = self._overview.indicators
        self._heading("indicators")
        if not values:
            self._line(self._say("note_no_indicators"), " ", self._gap("indicators"))
            return
        rows = [self._indicator(one) for one in values]
        head = self._heads("code", "indicator", "value", "divided", "target", "gap")
        self._paper.table(head, rows, widths=(1.4, 5.9, 2.6, 2.4, 1.6, 2.6), size=9)
        self._line(self._say("note_indicators_legend"))
        for chart in (shares_chart, scores_chart, trends_chart):
            self._picture(chart(values, self._words))

    def _indicator(self, value: IndicatorValue) -> Sequence[Content]:
        of = value.indicator
        unit = "" if of.unit == "%" else f", {clean(of.unit)}"
        known = value.value is not None
        gap: Content = ""
        if known and value.gap and may_show(value):
            gap = difference(value.gap, of, self._words)
        elif known and value.met:
            gap = self._say("note_met")
        shown = [str(shown_value(value, self._words, inside=False))]
        if value.state is IndicatorState.PARTIAL and known:
            shown.append(self._say("state_partial"))
        if value.unknown:
            shown.append(self._say("note_not_known", number=value.unknown))
        before = value.before
        if self._kind == "final" and before is not None and may_show(value):
            shown.append(self._say("note_before", value=amount(before.value, of, self._words)))
        return [
            clean(of.id),
            f"{clean(of.title)}{unit}",
            "\n".join(shown),
            divided(value, of, self._words, own=False),
            "" if of.target is None else amount(of.target, of, self._words),
            gap,
        ]

    def _problems(self) -> None:
        self._heading("problems")
        aching = [one for one in self._zones if not one.calm]
        calm = [self._phrases.named(one.center_id) for one in self._zones if one.calm]
        if not aching:
            self._line(self._say("note_no_problems"))
        for zone in aching:
            self._paper.heading(self._phrases.named(zone.center_id), 2)
            self._paper.bullets(self._zone(zone))
        if aching and calm:
            self._line(self._say("note_calm", centers=", ".join(calm)))

    def _zone(self, zone: Zone) -> list[Content]:
        said: list[Content] = [
            [
                Bold(self._words.say(f"status.{one.status}")),
                ": ",
                titled(one.occurrence.event, self._words),
                f" ({self._phrases.span(one.occurrence.period)}). ",
                self._words.tell(one.reason),
            ]
            for one in sorted(zone.late, key=lambda one: SEVERITY.index(one.status))
        ]
        if zone.silent is not None:
            silent = self._words.say(f"status.{zone.silent.state}")
            said.append([Bold(silent), ": ", self._words.tell(zone.silent.reason)])
        if zone.empty:
            numbers = ", ".join(map(str, zone.empty))
            said.append(self._say("zone_empty", numbers=numbers))
        if zone.map is not None:
            wrong = len(zone.map.faults)
            said.append(self._say("zone_map", wrong=wrong, total=zone.map.total))
        for value, part in zone.behind:
            said.append(
                self._say(
                    "zone_indicator",
                    id=clean(value.indicator.id),
                    indicator=clean(value.indicator.title),
                    said=share(part, value.indicator, self._words, own=False),
                )
            )
        return said

    def _warnings(self) -> None:
        """Say once where the document's own numbers disagree."""
        found: list[Content] = [
            self._words.tell(warning)
            for value in self._overview.indicators
            for warning in value.warnings
        ]
        self._heading("warnings")
        if found:
            self._line(self._say("note_warnings"))
            self._paper.bullets(found)
        else:
            self._line(self._say("note_no_warnings"))

    def _unknown(self) -> None:
        self._heading("unknown")
        items: list[Content] = []
        for value in self._overview.indicators:
            if value.value is None and value.state is not IndicatorState.NOT_DUE:
                who = without_people(value.indicator.responsible)
                asked = self._say("note_ask", who=who) if who else ""
                items.append(
                    [
                        Bold(clean(value.indicator.id)),
                        f". {clean(value.indicator.title)}: ",
                        self._say(f"state_{value.state}"),
                        f". {asked} ",
                        self._gap("value"),
                    ]
                )
            items += [problem(one, self._words) for one in value.problems]
        for verdict in self._assessment.verdicts:
            if verdict.status in {Status.UNKNOWN, Status.UNDATED}:
                center = verdict.occurrence.center_id
                whose = f" ({self._phrases.named(center)})" if center else ""
                items.append(
                    [
                        titled(verdict.occurrence.event, self._words),
                        f"{whose}: {self._words.tell(verdict.reason)} ",
                        self._gap("fact"),
                    ]
                )
        if items:
            self._line(self._say("note_unknown"))
            self._paper.bullets(items)
        else:
            self._line(self._say("note_nothing_unknown"))

    def _conclusions(self) -> None:
        self._heading(f"{self._kind}_causes")
        self._line(self._say("note_for_person"))
        self._paper.bullets([self._gap("cause")] * 3, numbered=False)
        self._heading(f"{self._kind}_conclusions")
        aching = [one for one in self._zones if not one.calm]
        head = self._heads("center", "recommendation", "until", "role")
        rows: list[Sequence[Content]] = [
            (
                self._phrases.named(one.center_id),
                self._gap("recommendation"),
                self._gap("date"),
                self._gap("role"),
            )
            for one in aching
        ]
        if rows:
            self._paper.table(head, rows, widths=(3.8, 5.6, 3.1, 4.0), size=10)
        self._line(Bold(self._say("note_conclusion")), " ", self._gap("conclusion"))

    # --- pieces

    def _picture(self, picture: Picture | None) -> None:
        if picture is not None:
            self._paper.picture(
                picture.png, width=picture.width, title=picture.title, said=picture.said
            )

    def _heading(self, name: str) -> None:
        self._number += 1
        self._paper.heading(f"{self._number}. {self._say(f'note_head_{name}')}", 1)

    def _gap(self, name: str) -> Gap:
        return Gap(self._words.say(f"documents.gap_{name}"))

    def _heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self._say(f"column_{name}") for name in names)

    def _say(self, name: str, **params: object) -> str:
        project = clean(self._overview.project.name)
        return self._words.say(f"documents.{name}", **{"project": project, **params})

    def _line(self, *pieces: Piece) -> None:
        self._paper.line(pieces, align="both", indent=True)
