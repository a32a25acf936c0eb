"""Use cases of the main job: look at the sources and judge them; keep what was found; decide.

`look` reads and decides and writes nothing; `keep` is the one write that follows. A rehearsal on
another day, a check and the hourly sync differ only in whether `keep` is called. `run` is both,
`check` is `look`, and both are short where there is nothing to decide: when the answer of an
earlier run still stands (`miro_sync.resting`). What it takes to decide is imported by those who
decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync import decisions as said
from miro_sync import resting
from miro_sync.errors import SourceError
from miro_sync.model import (
    Assessment,
    Decision,
    DecisionKind,
    EventCalendar,
    Finding,
    Problem,
    Project,
    Remembered,
    Severity,
    SourceReport,
    SourceState,
    WorkedOut,
    say,
)
from miro_sync.packed import digest
from miro_sync.ports import Memory
from miro_sync.visiting import Doors, call, record

if TYPE_CHECKING:
    from miro_sync.matching import Notes
    from miro_sync.measuring import Declared, Measures
    from miro_sync.model import Event, EventCard, IndicatorValue, TablesSnapshot
    from miro_sync.story import Told
    from miro_sync.table_decisions import TableWords

#: Clocks of two machines may differ by this much without anybody's fault.
CLOCK_SLACK = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look at the sources came to.

    Attributes:
        findings: compared with what was open after the last stored run.
        known: the sources that an earlier run read completely.
        same: cards that came back under another id: old id to new id.
        measured: indicators, the resource map, the coverage of the plans; None where nothing was
            measured.
        said: what people decided in the status worksheet, None where it was not looked at; the
            assessment rests on it already.
        brief: nothing has changed since the run before; what a log tells is here, the cards, what
            is said of single cards, and the measures are not.
        rested: nothing was decided anew; nothing was measured either.
        notes: of the matching, for the next run.
        warnings: what is the matter with this very run and not with the data.

    """

    project: Project
    calendar: EventCalendar
    assessment: Assessment
    findings: tuple[Finding, ...]
    known: Collection[str] = ()
    same: Mapping[str, str] = field(default_factory=dict, hash=False)
    measured: Measures | None = None
    said: TableWords | None = None
    brief: bool = False
    rested: bool = False
    notes: Notes | None = field(default=None, compare=False, repr=False)
    warnings: tuple[Problem, ...] = ()

    @property
    def measures(self) -> Measures:
        """Indicators, the resource map, the coverage of the plans."""
        from miro_sync.measuring import Measures  # noqa: PLC0415 - as `look`

        return Measures() if self.measured is None else self.measured

    @property
    def words(self) -> TableWords:
        """What people decided in the status worksheet."""
        from miro_sync.table_decisions import TableWords  # noqa: PLC0415 - as `look`

        return TableWords() if self.said is None else self.said

    @property
    def indicators(self) -> tuple[IndicatorValue, ...]:
        """What the indicators came to, in the order of the settings."""
        return self.measures.indicators

    @property
    def taken(self) -> int:
        """How many decisions were taken from the status worksheet."""
        return 0 if self.said is None else len(self.said.decisions)

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
    rules: str | None = None,
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
        rules: a digest of the settings and of the program itself, by which the notes of earlier
            runs are used; without it every card is read anew.
        directors_only: what the director alone may decide.

    Raises:
        SourceError, SettingsError: there is no calendar to hold anything against.
        StateError: the state cannot be read.

    """
    from miro_sync import findings, identity, weeks  # noqa: PLC0415 - only who decides pays for it
    from miro_sync.assessment import assess  # noqa: PLC0415
    from miro_sync.calendar import work_days  # noqa: PLC0415
    from miro_sync.matching import Notes  # noqa: PLC0415
    from miro_sync.measuring import take  # noqa: PLC0415
    from miro_sync.reading import read_sources  # noqa: PLC0415

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
            read.calendar,
            [center.id for center in project.centers],
            cards,
            made,
            directors_only,
            today,
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
    noted = None if rules is None else memory.kept("notes")
    notes = None if rules is None else Notes(noted.payload if noted else "", rules)
    assessment = assess(
        project,
        read.calendar,
        read.snapshot,
        identity.with_their_birth(read.cards, remembered.cards),
        remembered=remembered,
        decisions=stand,
        today=today,
        deadline_of=lambda day: days.add(day, project.rules.grace_days),
        notes=notes,
    )
    renamed = [*((one.old, one.new) for one in memory.same_cards()), *same.items()]
    past = memory.past_work(weeks.first_day(project, today))
    late_clock = _late_clock(remembered.stored_at, now, project)
    assessment = replace(
        assessment,
        centers=weeks.with_weeks(assessment, past, renamed, project, days),
        problems=(*late_clock, *words.problems, *assessment.problems),
    )
    measures = None
    if declared is not None:
        measures = take(declared, read, assessment, project, memory)
    found = findings.compare(
        assessment,
        remembered.findings,
        today,
        indicators=measures.indicators if measures else (),
        maps=measures.maps if measures else (),
    )
    return Outcome(
        project,
        read.calendar,
        assessment,
        found,
        known=frozenset(remembered.read_at),
        same=_worth_keeping(same, read.cards, assessment.sources, asked_of, remembered),
        measured=measures,
        said=words,
        notes=notes,
        warnings=late_clock,
    )


def run(  # noqa: PLR0913 - the inputs of the decision, and what makes a run
    project: Project,
    doors: Doors,
    memory: Memory,
    *,
    today: dt.date,
    now: dt.datetime,
    program: str,
    rules: str,
    decisions: Sequence[Decision] = (),
    full: bool = False,
    declared: Callable[[], Declared] | None = None,
    directors_only: Collection[DecisionKind] = said.DIRECTORS_ONLY,
) -> Outcome:
    """Look and keep, or find that the last answer stands.

    Args:
        project: the project's rules, centres and people.
        doors: where the sources are.
        memory: the state.
        today: the local day to judge by.
        now: the moment of the run, UTC.
        program: the version of miro-sync.
        rules: a digest of the settings and of the program itself: under other rules nothing that
            was worked out before counts.
        decisions: what people decided besides what `memory` holds.
        full: read everything and decide anew, whatever is known.
        declared: returns what is measured besides; asked only if there is something to decide.
        directors_only: what the director alone may decide.

    Raises:
        SourceError, SettingsError: there is no calendar to hold anything against.
        StateError: the state cannot be read or written.

    """
    basis = None
    if not full:
        called = call(doors, memory.board_hint(), project)
        doors = called.doors
        basis = resting.basis_of(called, memory, (rules, today, project.timezone), decisions)
        kept = None if basis is None else memory.kept("answer")
        answer = resting.standing(kept, basis, called)
        if answer is not None:
            late_clock = _late_clock(memory.stored_at(), now, project)
            outcome = replace(
                _again(answer, project),
                assessment=replace(answer[0], problems=late_clock),
                brief=True,
                warnings=late_clock,
            )
            memory.store_rest(
                stored_at=now, today=today, program=program, sources=outcome.assessment.sources
            )
            return outcome
    outcome = look(
        project,
        doors,
        memory,
        today=today,
        decisions=decisions,
        full=full,
        now=now,
        rules=rules,
        declared=None if declared is None else declared(),
        directors_only=directors_only,
    )
    return keep(outcome, memory, now=now, program=program, basis=basis)


def check(  # noqa: PLR0913 - the inputs of the decision
    project: Project,
    doors: Doors,
    memory: Memory,
    *,
    today: dt.date,
    rules: str,
    decisions: Sequence[Decision] = (),
    full: bool = False,
    declared: Callable[[], Declared] | None = None,
    directors_only: Collection[DecisionKind] = said.DIRECTORS_ONLY,
) -> Outcome:
    """Look, or find that what the last run worked out stands; nothing is stored.

    The arguments and errors are those of `run`.
    """
    kept = None if full else memory.kept("answer")
    if kept is not None:
        called = call(doors, memory.board_hint(), project)
        doors = called.doors
        basis = resting.basis_of(called, memory, (rules, today, project.timezone), decisions)
        # Whoever changes what is remembered lets go of the one, an older program of that alone.
        whole = memory.kept("whole") if kept.basis == basis else None
        answer = resting.standing(whole, basis, called)
        if answer is not None:
            return _again(answer, project)
    return look(
        project,
        doors,
        memory,
        today=today,
        decisions=decisions,
        full=full,
        rules=rules,
        declared=None if declared is None else declared(),
        directors_only=directors_only,
    )


def keep(
    outcome: Outcome,
    memory: Memory,
    *,
    now: dt.datetime,
    program: str,
    basis: str | None = None,
) -> Outcome:
    """Store a look at the sources as a run, in one transaction.

    Args:
        outcome: what `look` returned.
        memory: where to store it.
        now: the moment of the run, UTC.
        program: the version of miro-sync.
        basis: a digest of all that the outcome rests on; None where it must not be used again.

    Returns:
        The outcome as it was stored: what was late before anything was known is set aside.

    Raises:
        StateError: the state cannot be written.

    """
    from miro_sync import findings  # noqa: PLC0415 - as `look`

    answer = whole = None
    if basis is not None and not outcome.exit_code:
        told = (outcome.assessment, outcome.findings, outcome.calendar, tuple(outcome.known))
        answer = resting.in_brief(told, basis)
        if not outcome.warnings:
            whole = partial(resting.in_full, told, basis)
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
        answer=answer,
        whole=whole,
        notes=_noted(outcome.notes),
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
        today=decision.made_at.astimezone(ZoneInfo(project.timezone)).date(),
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
    from miro_sync.matching import match  # noqa: PLC0415 - as `look`
    from miro_sync.story import story  # noqa: PLC0415

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
    from miro_sync.names import CenterNames  # noqa: PLC0415 - as `look`
    from miro_sync.reading import read_plan, read_sources  # noqa: PLC0415

    try:
        return read_sources(project, doors, memory, offline=True).calendar
    except SourceError:
        return read_plan(project, doors, CenterNames(project.centers))


def _table_words(
    tables: TablesSnapshot | None, memory: Memory, known: said.Known, today: dt.date
) -> TableWords:
    """Return what people decided in the status worksheet, where it was read."""
    from miro_sync.own_sheet import read_own  # noqa: PLC0415 - as `look`
    from miro_sync.table_decisions import Scene, TableWords, read_decisions  # noqa: PLC0415

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
    from miro_sync.identity import GONE  # noqa: PLC0415 - as `look`

    stored = {source.name for source in sources if source.reliable}
    rows = {card.id for card in cards if card.source != "board"}
    needed = {*decided, *(one.subject for one in remembered.findings)}
    return {
        old: new
        for old, new in same.items()
        if (
            "tables" in stored and (old in decided or new in needed)
            if new in rows or new == GONE
            else "board" in stored
        )
    }


def _late_clock(
    before: dt.datetime | None, now: dt.datetime | None, project: Project
) -> tuple[Problem, ...]:
    if now is None or before is None or now + CLOCK_SLACK >= before:
        return ()
    zone = ZoneInfo(project.timezone)
    moments = {"now": now.astimezone(zone), "before": before.astimezone(zone)}
    return (Problem(say("sync.clock_back", **moments), severity=Severity.WARNING),)


def _noted(notes: Notes | None) -> WorkedOut | None:
    if notes is None:
        return None
    text = notes.text()
    return WorkedOut(digest(text), text)


def _again(answer: resting.Answer, project: Project) -> Outcome:
    """Return the outcome that an answer was made of; what was measured is not in it."""
    assessment, found, calendar, known = answer
    for report in assessment.sources:
        record(report)
    return Outcome(project, calendar, assessment, found, known=frozenset(known), rested=True)
