"""What the page says of events: the values that its template lays out, all words chosen.

Nothing here is markup, and nothing is decided: the verdicts are those of the assessment, the
sentences those of `miro_sync.telling.phrases`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from miro_sync.messages import Catalogue
from miro_sync.model import (
    FLAGGED,
    Assessment,
    Decision,
    DecisionKind,
    EventCard,
    FindingState,
    MovedCard,
    Occurrence,
    Project,
    Question,
    Status,
    Verdict,
)
from miro_sync.names import CenterNames
from miro_sync.overview import Overview
from miro_sync.privacy import few_hidden, without_people
from miro_sync.reports.drawing import Span, TimeLine, time_line
from miro_sync.telling.answer import card_day
from miro_sync.telling.decisions import ROLES, what
from miro_sync.telling.display import clean, link, shorten
from miro_sync.telling.failures import place
from miro_sync.telling.lines import SEVERITY, Line, by_date, of_center, worst_first
from miro_sync.telling.phrases import Phrases, alarms, without_backlog

#: Columns of a title where it stands among others; the whole of it is a click away.
_TITLE = 160
_CANDIDATES = 3
_ANCHOR = re.compile(r"[^\w.-]+")
#: What a cell of the table shows for a status, beside its word for those who do not see it.
SYMBOLS: Mapping[Status, str] = {
    Status.MISSED: "×",
    Status.OVERDUE: "○",
    Status.MOVED: "→",
    Status.UNCONFIRMED: "?",
    Status.UNKNOWN: "…",
    Status.UNDATED: "~",
    Status.AWAITING: "◔",
    Status.RUNNING: "▸",
    Status.DUE_SOON: "◇",
    Status.PLANNED: "·",
    Status.HELD: "✓",
    Status.CANCELLED: "–",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A card or row to open; `url` is http(s), or None where only words can tell the place."""

    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why occurrences have their status.

    Attributes:
        status: the status. who: the centres it holds for, "" for the network.
        said: the sentence. links: the cards and rows behind it.

    """

    status: Status
    who: str
    said: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """An event in one of its periods.

    Attributes:
        anchor: its address within the page.
        title: short enough for a line; whole: all of it.
        late: how long it is late; "" where it is not. said: why, in one line.
        new: it needs attention since the last run.
        who: the centre, where it concerns a single one.
        filters: statuses with the numbers of the centres that have them, «missed:2;held:0,1»;
            alarming: only those that need attention.
        answerable: the numbers of those who answer for it, «0 2».
        bar: where its period stands on the line of time.
        facts: what the calendar says of it: name and text.
        cells: the status of each centre by its number; the network's is under -1.

    """

    anchor: str
    status: Status
    title: str
    whole: str
    period: str
    late: str
    said: str
    new: bool
    who: str
    filters: str
    alarming: str
    answerable: str
    bar: Span | None
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    links: tuple[Link, ...]
    cells: Mapping[int, Status] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """Something else that needs a look: a card, a question, a centre.

    Attributes:
        title, notes: what is said. links: what to open.
        anchor: the event of the calendar that it is about; "" for none.
        filters: as of `Row`; "" for what belongs to no centre.

    """

    title: str
    notes: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    anchor: str = ""
    filters: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many lines of the calendar and how many occurrences have a status."""

    status: Status
    lines: int
    occurrences: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that the page tells of events.

    Attributes:
        summary: what there is, in a few sentences. week_ago: what needed attention then.
        attention: worst first, what is set aside left out; waiting: what is set aside.
        rows: all events by date. soon: those that begin or end next, and those waited for.
        centers: id and name of each, in the order of their numbers.
        responsible: who answers for something, in the order of their numbers.
        counts: by status, worst first.

    """

    summary: tuple[str, ...]
    week_ago: str
    attention: tuple[Row, ...]
    waiting: tuple[Row, ...]
    rows: tuple[Row, ...]
    soon: tuple[Row, ...]
    moved: tuple[Item, ...]
    questions: tuple[Item, ...]
    undated: tuple[Item, ...]
    extra: tuple[Item, ...]
    vanished: tuple[Item, ...]
    duplicates: tuple[Item, ...]
    centers: tuple[tuple[str, str], ...]
    responsible: tuple[str, ...]
    counts: tuple[Count, ...]
    line: TimeLine
    has_network: bool


class Teller:
    """Words the events of one overview; holds the names, numbers and addresses of things.

    Attributes:
        overview: what is told, narrowed to the centre where there is one.
        center: the id of the centre that all is about.
        phrases: the sentences shared with the other outputs.

    """

    def __init__(self, overview: Overview, words: Catalogue, center: str | None) -> None:
        """Narrow the overview to the centre and give numbers and addresses to what it holds."""
        self.words = words
        self.center = center
        self.phrases = Phrases(words, overview.project, center)
        self._occurrences = {one.occurrence.key: one.occurrence for one in _verdicts(overview)}
        self.overview = overview if center is None else narrowed(overview, center)
        self.assessment = self.overview.assessment
        project = overview.project
        self.centers = tuple(one for one in project.centers if center is None or one.id == center)
        self._number = {one.id: number for number, one in enumerate(self.centers)}
        self._others = None if center is None else _Others(project, center)
        _, self.lines, self.waiting = without_backlog(self.assessment, self.overview.findings)
        self.all_lines = by_date([*self.lines, *self.waiting])
        self.line = time_line(
            project.span,
            (one.period for one in self.all_lines if one.period),
            self.assessment.today,
        )
        self._anchors = _anchors(self.all_lines)
        self._roles = {_key(one): _roles(one.event.responsible, words) for one in self.all_lines}
        every = Counter(role for roles in self._roles.values() for role in roles)
        self.responsible = tuple(sorted(every, key=lambda role: (-every[role], role)))
        self._role_number = {role: number for number, role in enumerate(self.responsible)}
        states = {one.state for one in self.overview.findings}
        self._new = {
            one.subject
            for one in self.overview.findings
            if one.state is FindingState.NEW and states != {FindingState.NEW}
        }
        self._decisions: dict[str, list[str]] = {}
        for one in in_force(self.overview):
            said = decided(one, project, words)
            self._decisions.setdefault(re.split("[@#]", one.subject)[0], []).append(said)

    def calendar(self) -> Calendar:
        """Return all that the page tells of events."""
        shown, table, waiting = without_backlog(self.assessment, self.overview.findings)
        rows = {_key(one): self.row(one) for one in self.all_lines}

        def told(some: Iterable[Line]) -> tuple[Row, ...]:
            return tuple(rows[_key(one)] for one in some)

        soon = [one for one in by_date(table) if one.status in (Status.DUE_SOON, Status.AWAITING)]
        return Calendar(
            summary=self._summary(shown, table, len(waiting)),
            week_ago=self._week_ago(),
            attention=told(worst_first(alarms(shown, table))),
            waiting=told(worst_first(waiting)),
            rows=told(self.all_lines),
            soon=told(soon),
            moved=tuple(map(self._moved, shown.moved)),
            questions=tuple(map(self._question, shown.questions)),
            undated=tuple(self._undated(one) for one in table if one.status is Status.UNDATED),
            extra=tuple(map(self.card, shown.extra)),
            vanished=tuple(map(self.card, shown.vanished)),
            duplicates=tuple(map(self._duplicate, shown.duplicates)),
            centers=tuple((one.id, self.phrases.named(one.id)) for one in self.centers),
            responsible=self.responsible,
            counts=self._counts(),
            line=self.line,
            has_network=any(-1 in row.cells for row in rows.values()),
        )

    # --- events

    def row(self, line: Line) -> Row:
        """Tell of an event in one of its periods."""
        worst = line.worst
        late = line.status in FLAGGED and worst.days_late > 0
        whole = self.titled(worst.occurrence)
        cells = {self._place_of(one.occurrence): one.status for one in line.verdicts}
        whose = worst.occurrence.center_id
        alone = whose is not None and not line.shared and self.center is None
        new = any(one.occurrence.key in self._new for one in line.verdicts if one.status in FLAGGED)
        return Row(
            anchor=self._anchors[_key(line)],
            status=line.status,
            title=shorten(whole, _TITLE),
            whole=whole,
            period=self.phrases.span(line.period),
            late=self.words.say("page.late", days=worst.days_late) if late else "",
            said=self.discreet(self.phrases.reason(line), self.words.say(f"status.{worst.status}")),
            new=new,
            who=self.phrases.named(whose) if alone and whose is not None else "",
            filters=self._filters(line.verdicts),
            alarming=self._filters(line.of(*FLAGGED)),
            answerable=" ".join(str(self._role_number[role]) for role in self._roles[_key(line)]),
            bar=self.line.span(line.period) if line.period else None,
            facts=self._facts(line),
            reasons=self._reasons(line),
            links=self.links(() if line.shared else (worst,)),
            cells=cells,
        )

    def discreet(self, said: str, instead: str = "") -> str:
        """Return a text as readers of the page may see it.

        Outside of a centre, counts of few people in it are hidden; on the page of one centre, a
        text that names another gives way to `instead`.
        """
        if self._others is None:
            return few_hidden(clean(said))
        return instead if self._others.named_in(said) else clean(said)

    def titled(self, occurrence: Occurrence) -> str:
        """Return the code and the whole title of an event."""
        title = self.phrases.title(occurrence)
        return title if self.center is not None else few_hidden(title)

    def links(self, verdicts: Iterable[Verdict]) -> tuple[Link, ...]:
        """Return the cards and rows behind verdicts, each once."""
        cards = (one.card for verdict in verdicts for one in verdict.evidence)
        found = (self.link(card) for card in cards if self._may_show(card))
        return tuple(dict.fromkeys(found))

    def link(self, card: EventCard) -> Link:
        """Return what opens a card, or says where it stands."""
        url = link(card.url) or (link(card.place.url) if card.place else None)
        if card.place is not None and card.source != "board":
            return Link(place(card.place, self.words), url)
        return Link(self.words.say("page.open_card" if url else "page.on_board"), url)

    def _reasons(self, line: Line) -> tuple[Reason, ...]:
        """Return the reasons of a line, worst first; centres that share one stand together."""
        groups: dict[tuple[Status, str, tuple[Link, ...]], list[str]] = {}
        order = {status: rank for rank, status in enumerate(SEVERITY)}
        for verdict in sorted(line.verdicts, key=lambda one: order[one.status]):
            word = self.words.say(f"status.{verdict.status}")
            said = self.discreet(self.words.tell(verdict.reason), word)
            whose = verdict.occurrence.center_id
            name = "" if whose is None or self.center else self.phrases.named(whose)
            groups.setdefault((verdict.status, said, self.links((verdict,))), []).append(name)
        return tuple(
            Reason(status, ", ".join(filter(None, names)), said, links)
            for (status, said, links), names in groups.items()
        )

    def _facts(self, line: Line) -> tuple[tuple[str, str], ...]:
        event, worst = line.event, line.worst.occurrence
        deadline = "" if worst.deadline is None else self.words.day(worst.deadline)
        assumed = event.schedule.assumed
        where = place(event.place, self.words) if event.place else ""
        facts = (
            ("period", event.schedule.text),
            ("assumed", "" if assumed is None else self.words.tell(assumed)),
            ("deadline", deadline),
            ("responsible", ", ".join(self._roles[_key(line)])),
            ("participants", event.participants),
            ("expected", event.expected),
            ("task", event.task),
            ("decisions", "; ".join(self._decisions.get(event.key, ()))),
            ("place", where),
        )
        told = ((name, self.discreet(text)) for name, text in facts if text.strip())
        return tuple((self.words.say(f"page.fact_{name}"), text) for name, text in told if text)

    def _filters(self, verdicts: Iterable[Verdict]) -> str:
        groups: dict[Status, list[int]] = {}
        for one in verdicts:
            groups.setdefault(one.status, []).append(self._place_of(one.occurrence))
        parts = []
        for status, places in groups.items():
            everybody = len(places) == len(self.centers) > 1
            said = "*" if everybody else ",".join(map(str, sorted(places)))
            parts.append(f"{status}:{said}")
        return ";".join(parts)

    def _place_of(self, occurrence: Occurrence) -> int:
        return self._number.get(occurrence.center_id or "", -1)

    def _counts(self) -> tuple[Count, ...]:
        by_line = Counter(one.status for one in self.all_lines)
        each = Counter(one.status for one in self.assessment.verdicts)
        return tuple(
            Count(status, by_line[status], each[status]) for status in SEVERITY if each[status]
        )

    def _summary(self, shown: Assessment, table: Sequence[Line], waiting: int) -> tuple[str, ...]:
        """Say what there is; a centre is asked, not told what is wrong."""
        said = self.phrases.summary(shown, self.overview.findings, table, waiting)
        said = [one.replace(" — ", "\u00a0— ") for one in said]  # no line begins with a dash
        if self.center is None:
            return tuple(said)
        asked = len(alarms(shown, table)) + len(shown.moved) + len(shown.questions)
        asked += sum(one.status is Status.UNDATED for one in table)
        if asked:
            return (self.words.say("page.own_summary", number=asked), *said[1:])
        sure = shown.trustworthy
        return (self.words.say("page.own_calm" if sure else "page.own_unsure"), *said[1:])

    def _week_ago(self) -> str:
        earlier = self.overview.earlier
        if earlier is None or self.center is not None:
            return ""
        shown, table, _ = without_backlog(earlier.assessment, earlier.findings)
        said = self.phrases.flag_counts(shown, table)
        return self.words.say("page.week_ago" if said else "page.week_ago_calm", counts=said)

    # --- what needs a person's word

    def _moved(self, moved: MovedCard) -> Item:
        center = moved.occurrence.center_id or moved.card.center_id
        said = [self.phrases.moved_days(moved)]
        if center is not None and self.center is None:
            said.insert(0, self.phrases.named(center))
        return Item(
            shorten(self.titled(moved.occurrence), _TITLE),
            tuple(said),
            (self.link(moved.card),),
            self._anchor_of(moved.occurrence),
            f"{Status.MOVED}:{self._number.get(center or '', -1)}",
        )

    def _question(self, question: Question) -> Item:
        card = self.assessment.cards[question.card_id]
        of = [self._occurrences[key] for key, _ in question.candidates]
        shown = [one for one in of if self.center in (None, one.center_id) or not one.center_id]
        asked = [
            self.words.say(
                "telling.candidate",
                title=shorten(self.titled(one), _TITLE),
                about=self.phrases.about(one)
                if self.center is None
                else self.phrases.span(one.period),
            )
            for one in shown[:_CANDIDATES]
        ]
        told = self.card(card)
        anchors = [self._anchor_of(one) for one in shown]
        places = {self._place_of(one) for one in shown} | {
            self._number.get(card.center_id or "", -1)
        }
        return replace(
            told,
            notes=(*told.notes, *asked),
            anchor=next(filter(None, anchors), ""),
            filters=f"{Status.UNCONFIRMED}:{','.join(map(str, sorted(places)))}",
        )

    def _undated(self, line: Line) -> Item:
        occurrence = line.worst.occurrence
        return Item(
            shorten(self.titled(occurrence), _TITLE),
            (self.phrases.written(line),),
            anchor=self._anchor_of(occurrence),
            filters=self._filters(line.verdicts),
        )

    def _duplicate(self, pair: tuple[EventCard, Occurrence]) -> Item:
        card, occurrence = pair
        return replace(self.card(card), anchor=self._anchor_of(occurrence))

    def card(self, card: EventCard) -> Item:
        """Tell of a card: its title, its centre and day, where it is."""
        about = []
        if card.center_id is not None and self.center is None:
            about.append(self.phrases.named(card.center_id))
        if card_day(card) is not None and card.date is not None:
            about.append(self.phrases.span(min(card.date.periods)))
        title = shorten(self.discreet(card.title), _TITLE) or self.words.say("status.untitled")
        return Item(
            title,
            (", ".join(about),) if about else (),
            (self.link(card),),
            filters=f"extra:{self._number.get(card.center_id or '', -1)}",
        )

    def _anchor_of(self, occurrence: Occurrence) -> str:
        return self._anchors.get((occurrence.event.key, occurrence.period), "")

    def _may_show(self, card: EventCard) -> bool:
        return self.center is None or card.center_id in (None, self.center)


def narrowed(overview: Overview, center: str) -> Overview:
    """Keep what one centre may see of an overview: its own, and nothing of any other.

    A question about its event that stands on the card of another centre is left out too.
    """
    assessment, findings = of_center(overview.assessment, overview.findings, center)
    cards = assessment.cards
    questions = tuple(
        one for one in assessment.questions if cards[one.card_id].center_id in (None, center)
    )
    moved = tuple(
        one
        for one in assessment.moved
        if one.card.center_id in (None, center) and one.occurrence.center_id in (None, center)
    )
    subjects = {center, *(one.occurrence.key for one in assessment.verdicts)}
    earlier = overview.earlier
    return replace(
        overview,
        assessment=replace(assessment, questions=questions, moved=moved),
        findings=findings,
        decisions=tuple(one for one in overview.decisions if one.subject in subjects),
        indicators=(),
        plans=tuple(one for one in overview.plans if one.center_id == center),
        maps=tuple(one for one in overview.maps if one.center.id == center),
        earlier=narrowed(earlier, center) if earlier is not None else None,
    )


class _Others:
    """Hears the names of all centres but one."""

    def __init__(self, project: Project, center: str) -> None:
        self._names = CenterNames(project.centers)
        self._center = center
        self._ids = [one.id for one in project.centers if one.id != center]
        self._spelled = {
            spelling.casefold()
            for one in project.centers
            if one.id != center
            for spelling in (one.name, one.frame or "", one.id)
            if spelling
        }

    def named_in(self, text: str) -> bool:
        folded = text.casefold()
        if any(spelling in folded for spelling in self._spelled):
            return True
        return any(one != self._center for one in self._names.mentioned(text))


def _verdicts(overview: Overview) -> Sequence[Verdict]:
    return overview.assessment.verdicts


def _key(line: Line) -> tuple[str, object]:
    return line.event.key, line.period


def _anchors(lines: Sequence[Line]) -> dict[tuple[str, object], str]:
    """Give every line an address of its own; the first line of an event has that of its code."""
    found: dict[tuple[str, object], str] = {}
    taken: set[str] = set()
    for line in lines:
        name = "event-" + (
            _ANCHOR.sub("-", line.event.code or line.event.key).strip("-")[:80] or "0"
        )
        anchor = name
        if anchor in taken and line.period is not None:
            anchor = f"{name}-{line.period.start}"
        number = 2
        while anchor in taken:
            anchor, number = f"{name}-{number}", number + 1
        taken.add(anchor)
        found[_key(line)] = anchor
    return found


def _roles(responsible: Iterable[str], words: Catalogue) -> tuple[str, ...]:
    """Return who answers for an event, people's names left out."""
    somebody = words.say("page.somebody")
    return tuple(dict.fromkeys(without_people(clean(one)) or somebody for one in responsible))


def in_force(overview: Overview) -> list[Decision]:
    """Return the decisions that nobody took back, oldest first."""
    return [
        one
        for one in overview.decisions
        if one.kind is not DecisionKind.UNDO
        and (one.number is None or one.number not in overview.undone)
    ]


def decided(decision: Decision, project: Project, words: Catalogue) -> str:
    """Say what was decided, when and by whom: «перенос, E07, …; 05.09.2023, по решению …»."""
    role = decision.role if decision.role in ROLES else "other"
    said = words.say(
        "decisions.said",
        made=decision.made_at.astimezone(ZoneInfo(project.timezone)).date(),
        by=words.say("reconcile.decision", by=words.say(f"reconcile.by_{role}")),
        why=words.say("decisions.why", text=decision.why) if decision.why else "",
        undone="",
    )
    return clean(f"{what(decision, words)}, {said}")
