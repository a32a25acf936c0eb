"""Use cases of the main job: look at the sources and judge them; keep what was found; decide.

`look` reads and decides and writes nothing; `keep` is the one write that follows. A rehearsal on
another day, a check and the hourly sync differ only in whether `keep` is called.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from miro_sync import decisions as said
from miro_sync import findings, identity
from miro_sync.assessment import assess
from miro_sync.calendar import work_days
from miro_sync.errors import SourceError
from miro_sync.matching import match
from miro_sync.measuring import Declared, Measures, take
from miro_sync.model import (
    Assessment,
    Decision,
    DecisionKind,
    Event,
    EventCalendar,
    EventCard,
    Finding,
    IndicatorValue,
    Problem,
    Project,
    Remembered,
    Severity,
    SourceReport,
    SourceState,
    TablesSnapshot,
    say,
)
from miro_sync.names import CenterNames
from miro_sync.own_sheet import read_own
from miro_sync.ports import Memory
from miro_sync.reading import Doors, read_plan, read_sources
from miro_sync.story import Told, story
from miro_sync.table_decisions import Scene, TableWords, read_decisions

#: Clocks of two machines may differ by this much without anybody's fault.
CLOCK_SLACK = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look at the sources came to.

    Attributes:
        findings: compared with what was open after the last stored run.
        known: the sources that an earlier run read completely.
        same: cards that came back under another id: old id to new id.
        measures: indicators, the resource map, the coverage of the plans.
        words: what people decided in the status worksheet; the assessment rests on it already.

    """

    project: Project
    calendar: EventCalendar
    assessment: Assessment
    findings: tuple[Finding, ...]
    known: Collection[str] = ()
    same: Mapping[str, str] = field(default_factory=dict, hash=False)
    measures: Measures = field(default_factory=Measures)
    words: TableWords = field(default_factory=TableWords)

    @property
    def indicators(self) -> tuple[IndicatorValue, ...]:
        """What the indicators came to, in the order of the settings."""
        return self.measures.indicators

    @property
    def taken(self) -> int:
        """How many decisions were taken from the status worksheet."""
        return len(self.words.decisions)

    @property
    def exit_code(self) -> int:
        """3 when a configured source could not be read whole, else 0."""
        named = [one for one in self.assessment.sources if one.state is not SourceState.ABSENT]
        return 0 if all(source.reliable for source in named) else 3


def look(  # noqa: PLR0913 - the inputs of the decision
    project: Project,
    doors: Doors,
    memory: Memory,
    *,
    today: dt.date,
    decisions: Sequence[Decision] = (),
    offline: bool = False,
    full: bool = False,
    as_of: dt.date | None = None,
    now: dt.datetime | None = None,
    declared: Declared | None = None,
    directors_only: Collection[DecisionKind] = said.DIRECTORS_ONLY,
) -> Outcome:
    """Read the sources and judge them as of one local day.

    What people decided in the status worksheet counts at once; `keep` stores it with the run.

    Args:
        project: the project's rules, centres and people.
        doors: where the sources are.
        memory: the state; it is only read.
        today: the local day to judge by.
        decisions: what people decided besides what `memory` holds.
        offline: read nothing and rest on the last complete reads.
        full: read the board whole even if it says that nothing changed.
        as_of: answer from what was known and decided by the evening of this day; `memory` must
            look back from there as well. Nothing is read.
        now: the moment of a run that is going to be stored.
        declared: what is measured besides; without it nothing is.
        directors_only: what the director alone may decide.

    Raises:
        SourceError, SettingsError: there is no calendar to hold anything against.
        StateError: the state cannot be read.

    """
    days = work_days(project)
    remembered = memory.remembered()
    if as_of is not None and not remembered.first_run:
        doors = replace(doors, calendar=None)  # the one of that day, not the one of today
    offline = offline or as_of is not None
    read = read_sources(project, doors, memory, offline=offline, full=full)
    made = said.merged(decisions, memory.decisions())
    cards = {**remembered.cards, **{card.id: card for card in read.cards}}
    words = _table_words(
        read.snapshot.tables,
        memory,
        said.Known(
            read.calendar, [center.id for center in project.centers], cards, made, directors_only
        ),
        today,
    )
    stand = _standing(said.merged(made, words.decisions), memory, project, as_of)
    asked_of = {one.card_id for one in stand if one.card_id is not None}
    long_gone = memory.last_seen(asked_of - remembered.cards.keys())
    same = identity.recognised({**long_gone, **remembered.cards}, read.cards)
    stand = tuple(
        replace(one, card_id=same.get(one.card_id, one.card_id)) if one.card_id else one
        for one in stand
    )
    remembered = identity.renamed(remembered, same)
    assessment = assess(
        project,
        read.calendar,
        read.snapshot,
        identity.with_their_birth(read.cards, remembered.cards),
        remembered=remembered,
        decisions=stand,
        today=today,
        deadline_of=lambda day: days.add(day, project.rules.grace_days),
    )
    late_clock = _late_clock(remembered, now)
    problems = (*late_clock, *words.problems, *assessment.problems)
    assessment = replace(assessment, problems=problems)
    measures = Measures()
    if declared is not None:
        measures = take(declared, read, assessment, project, memory)
    found = findings.compare(assessment, remembered.findings, today)
    return Outcome(
        project,
        read.calendar,
        assessment,
        found,
        known=frozenset(remembered.read_at),
        same=_worth_keeping(same, read.cards, assessment.sources, asked_of, remembered),
        measures=measures,
        words=words,
    )


def keep(outcome: Outcome, memory: Memory, *, now: dt.datetime, program: str) -> Outcome:
    """Store a look at the sources as a run, in one transaction.

    Returns:
        The outcome as it was stored: what was late before anything was known is set aside.

    Raises:
        StateError: the state cannot be written.

    """
    found = findings.set_aside(outcome.findings, outcome.assessment, outcome.known)
    memory.store_run(
        stored_at=now,
        today=outcome.assessment.today,
        program=program,
        sources=outcome.assessment.sources,
        events=outcome.calendar.events,
        cards=tuple(outcome.assessment.cards.values()),
        findings=found,
        same=outcome.same,
        measures=outcome.measures.kept,
        choices=outcome.words.choices,
        erased=outcome.words.erased,
    )
    return replace(outcome, findings=found)


def sensible(  # noqa: PLR0913 - a decision, and all it may speak of
    decision: Decision,
    project: Project,
    doors: Doors,
    memory: Memory,
    *,
    decisions: Sequence[Decision] = (),
    directors_only: Collection[DecisionKind] = said.DIRECTORS_ONLY,
) -> Decision:
    """Return a decision as it is to be kept, its subject and card spelled as they are declared.

    The calendar is read; of the board and the tables the last complete reads are enough.

    Raises:
        SettingsError: the decision makes no sense; the message says what to write instead.
        SourceError: there is no calendar to look the event up in.
        StateError: the state cannot be read.

    """
    remembered = memory.remembered()
    known = said.Known(
        calendar=_calendar_for(decision, project, doors, memory),
        centers=[center.id for center in project.centers],
        cards=remembered.cards if remembered.read_at else None,
        decisions=said.merged(decisions, memory.decisions()),
        directors_only=directors_only,
    )
    return said.checked(decision, known)


def story_of(
    code: str,
    project: Project,
    doors: Doors,
    memory: Memory,
    *,
    decisions: Sequence[Decision] = (),
) -> tuple[Event, tuple[Told, ...]]:
    """Tell what happened to one event since it is remembered.

    Its cards and rows are those that speak of it by what they said last, those that are long
    gone included.

    Raises:
        SettingsError: there is no such event.
        SourceError: there is no calendar.
        StateError: the state cannot be read.

    """
    calendar = _plan_at_hand(project, doors, memory)
    key = said.event_key(code, calendar)
    event = next(one for one in calendar.events if one.key == key)
    made = said.merged(decisions, memory.decisions())
    ids_now = said.following(made, memory.same_cards())
    cards = memory.ever_seen()
    occurrences = [one.key for one in calendar.occurrences if one.event.key == key]
    matched = match(calendar.occurrences, cards, said.standing(ids_now), project.centers)
    subjects = {key, *occurrences}
    about = [(one, now) for one, now in zip(made, ids_now, strict=True) if one.subject in subjects]
    things = {link.card_id for link in matched.links if link.occurrence_key in subjects}
    things |= {card_id for pair in about for one in pair if (card_id := one.card_id)}
    return event, story(
        memory.changes_of({key, *things}),
        [one for one, _ in about],
        memory.finding_lives(subjects),
        memory.runs(_ALL_RUNS),
    )


_ALL_RUNS = 1_000_000


def _calendar_for(
    decision: Decision, project: Project, doors: Doors, memory: Memory
) -> EventCalendar:
    """Return the calendar, or an empty one where the decision does not speak of an event."""
    if decision.kind in (DecisionKind.PAUSE, DecisionKind.ACCEPT_SHRINK, DecisionKind.UNDO):
        return EventCalendar((), ())
    return _plan_at_hand(project, doors, memory)


def _plan_at_hand(project: Project, doors: Doors, memory: Memory) -> EventCalendar:
    try:
        return read_sources(project, doors, memory, offline=True).calendar
    except SourceError:
        return read_plan(project, doors, CenterNames(project.centers))


def _table_words(
    tables: TablesSnapshot | None, memory: Memory, known: said.Known, today: dt.date
) -> TableWords:
    """Return what people decided in the status worksheet, where it was read."""
    if tables is None or tables.own is None:
        return TableWords()
    scene = Scene(known, memory.choices(), today, tables.read_at)
    return read_decisions(read_own(tables.own, tables.source), scene)


def _standing(
    made: Sequence[Decision], memory: Memory, project: Project, as_of: dt.date | None
) -> tuple[Decision, ...]:
    """Return the decisions that count, about the cards by the ids of the last stored run."""
    if as_of is not None:
        made = said.made_until(made, as_of, ZoneInfo(project.timezone))
    return said.following(said.standing(made), memory.same_cards())


def _worth_keeping(
    same: Mapping[str, str],
    cards: Sequence[EventCard],
    sources: Sequence[SourceReport],
    decided: Collection[str],
    remembered: Remembered,
) -> Mapping[str, str]:
    """Return the new ids that later runs need.

    Those of rows change whenever a row is put in above them; only what somebody decided or what
    was found about them has to follow. What a source that is held back shows is not stored.
    """
    stored = {source.name for source in sources if source.reliable}
    rows = {card.id for card in cards if card.source != "board"}
    needed = {*decided, *(one.subject for one in remembered.findings)}
    return {
        old: new
        for old, new in same.items()
        if (
            "tables" in stored and (old in decided or new in needed)
            if new in rows or new == identity.GONE
            else "board" in stored
        )
    }


def _late_clock(remembered: Remembered, now: dt.datetime | None) -> tuple[Problem, ...]:
    before = remembered.stored_at
    if now is None or before is None or now + CLOCK_SLACK >= before:
        return ()
    return (Problem(say("sync.clock_back", now=now, before=before), severity=Severity.WARNING),)
