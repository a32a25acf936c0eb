"""What must hold of every judgement, whatever was planned, read, linked and decided."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from builders import (
    HELD,
    assessment,
    card,
    center,
    deadline_of,
    event,
    link,
    occurrence,
    project,
    row,
    schedule,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from miro_sync.activity import date_contributions, judge_centers
from miro_sync.findings import compare
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import (
    FLAGGED,
    CenterState,
    Decision,
    DecisionKind,
    EventCalendar,
    FindingState,
    Matching,
    Period,
    Question,
    Remembered,
    Rules,
    ScheduleKind,
    SourceReport,
    SourceState,
    Status,
)
from miro_sync.reconcile import Judgement, judge

if TYPE_CHECKING:
    from miro_sync.model import Assessment, CenterActivity, EventCard, Occurrence, Schedule

_T = TypeVar("_T")

CENTERS = ("c1", "c2")
#: Worlds are large to make: fewer of them, and no limit of time on a busy machine.
rule = settings(max_examples=60, deadline=None)

LATE = FLAGGED | {Status.UNCONFIRMED}

days = st.dates(dt.date(2023, 1, 1), dt.date(2023, 6, 30))
moments = st.integers(0, 180 * 24).map(
    lambda hours: dt.datetime(2023, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
)
ids = st.sampled_from([None, "7", "8"])


@st.composite
def periods(draw: st.DrawFn) -> Period:
    one, other = sorted((draw(days), draw(days)))
    return Period(one, min(other, one + dt.timedelta(days=draw(st.integers(0, 40)))))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    kind = draw(st.sampled_from([ScheduleKind.RANGE, ScheduleKind.AMBIGUOUS]))
    spans = draw(st.lists(periods(), max_size=2))
    return schedule(*spans, kind=kind, deadline=draw(st.booleans()))


@st.composite
def occurrences(draw: st.DrawFn, key: str) -> Occurrence:
    planned = event(
        key,
        quota=draw(st.sampled_from([None, None, 2])),
        schedule=schedule(deadline=draw(st.booleans())),
    )
    return occurrence(
        planned,
        center_id=draw(st.sampled_from([None, *CENTERS])),
        period=draw(st.none() | periods()),
    )


@st.composite
def some_cards(draw: st.DrawFn, number: int) -> EventCard:
    made = draw(st.none() | moments)
    return replace(
        row(f"План!{number}") if draw(st.booleans()) else card(str(number)),
        title=draw(st.sampled_from(["Кружок", "Практикум", ""])),
        center_id=draw(st.sampled_from([None, *CENTERS])),
        date=draw(st.none() | schedules()),
        held=draw(st.sampled_from([None, HELD])),
        created_at=made,
        modified_at=draw(st.sampled_from([None, made]) | moments),
        author_id=draw(ids),
        editor_id=draw(ids),
    )


@st.composite
def reports(draw: st.DrawFn, name: str) -> SourceReport:
    state = draw(st.sampled_from(list(SourceState)))
    return SourceReport(name, state, complete=draw(st.booleans()), read_at=draw(moments))


@dataclass(frozen=True)
class World:
    """Everything that a judgement rests on."""

    plan: EventCalendar
    cards: tuple[EventCard, ...]
    matched: Matching
    decisions: tuple[Decision, ...]
    read: tuple[SourceReport, ...]
    today: dt.date

    @property
    def blind(self) -> bool:
        """Tell whether a source that could hold evidence was not read completely."""
        return any(
            one.state is not SourceState.ABSENT and not one.reliable
            for one in self.read
            if one.name != "calendar"
        )

    def judged(self) -> Judgement:
        return judge(
            self.plan,
            {one.id: one for one in self.cards},
            self.matched,
            decisions=self.decisions,
            sources=self.read,
            rules=Rules(),
            today=self.today,
            deadline_of=deadline_of,
        )

    def centers(self, previous: Remembered | None = None) -> tuple[CenterActivity, ...]:
        scene = project(*map(center, CENTERS), rules=Rules(ignored_users=("8",)))
        known = previous or Remembered()
        return judge_centers(
            scene.centers,
            date_contributions(
                self.cards,
                known,
                sources=self.read,
                members={},
                project=scene,
                today=self.today,
            ),
            previous=known,
            verdicts=self.judged().verdicts,
            sources=self.read,
            project=scene,
            today=self.today,
        )

    def assessed(self) -> Assessment:
        found = self.judged()
        by_id = {one.id: one for one in self.cards}
        return assessment(
            today=self.today,
            sources=self.read,
            verdicts=found.verdicts,
            moved=found.moved,
            duplicates=found.duplicates,
            extra=tuple(by_id[card_id] for card_id in self.matched.extra),
            centers=self.centers(),
            cards=by_id,
        )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    plan = tuple(draw(occurrences(f"E{n}")) for n in range(draw(st.integers(1, 4))))
    cards = tuple(draw(some_cards(n)) for n in range(draw(st.integers(0, 6))))
    keys = st.sampled_from([one.key for one in plan])
    links, questions, extra = [], [], []
    for one in cards:
        match draw(st.sampled_from(["link", "question", "extra"])):
            case "link":
                links.append(link(one.id, draw(keys), duplicate=draw(st.booleans())))
            case "question":
                some = draw(st.lists(keys, min_size=1, max_size=2, unique=True))
                questions.append(Question(one.id, tuple((key, 0.5) for key in some)))
            case _:
                extra.append(one.id)
    subjects = st.sampled_from([name for one in plan for name in (one.key, one.event.key)])
    kinds = st.sampled_from([DecisionKind.CANCEL, DecisionKind.HELD, DecisionKind.MOVE])
    decisions = draw(
        st.lists(
            st.builds(
                Decision,
                kind=kinds,
                subject=subjects,
                role=st.just("director"),
                made_at=moments,
                period=st.none() | periods(),
            ),
            max_size=3,
        )
    )
    return World(
        plan=EventCalendar(tuple(one.event for one in plan), plan),
        cards=cards,
        matched=Matching(tuple(links), tuple(questions), tuple(extra)),
        decisions=tuple(decisions),
        read=tuple(draw(reports(name)) for name in ("board", "tables", "calendar")),
        today=draw(st.dates(dt.date(2023, 1, 1), dt.date(2023, 8, 31))),
    )


@rule
@given(worlds())
def test_every_occurrence_has_exactly_one_verdict(world: World) -> None:
    keys = [one.occurrence.key for one in world.judged().verdicts]

    assert keys == [one.key for one in world.plan.occurrences]


@rule
@given(worlds())
def test_nothing_is_late_or_silent_on_the_strength_of_a_partial_read(world: World) -> None:
    assume(world.blind)

    assert not {one.status for one in world.judged().verdicts} & LATE
    assert CenterState.INACTIVE not in {one.state for one in world.centers()}


@rule
@given(worlds())
def test_nothing_is_flagged_up_to_its_deadline(world: World) -> None:
    for verdict in world.judged().verdicts:
        deadline = verdict.occurrence.deadline
        if deadline is None or world.today <= deadline:
            assert verdict.status not in LATE | {Status.UNKNOWN}


@rule
@given(worlds())
def test_lateness_is_told_of_what_is_flagged_and_of_nothing_else(world: World) -> None:
    for verdict in world.judged().verdicts:
        assert (verdict.days_late > 0) is (verdict.status in FLAGGED)


@rule
@given(worlds(), st.data())
def test_one_more_held_mark_never_makes_anything_worse(world: World, data: st.DataObject) -> None:
    before = world.judged().verdicts
    lucky = data.draw(st.sampled_from(before))
    day = data.draw(st.none() | st.just(schedule(world.today)))
    mark = card("900", title="Новое", held=HELD, date=day)
    more = replace(
        world,
        cards=(*world.cards, mark),
        matched=replace(
            world.matched,
            links=(*world.matched.links, link("900", lucky.occurrence.key)),
        ),
    )

    for was, now in zip(before, more.judged().verdicts, strict=True):
        if was.occurrence.key != lucky.occurrence.key:
            assert now == was
        elif was.status is Status.CANCELLED:
            assert now.status is Status.CANCELLED
        elif was.progress is None:
            assert now.status is Status.HELD
        else:
            assert now.progress is not None
            assert now.progress.done > was.progress.done
            assert now.status in (was.status, Status.HELD, Status.OVERDUE)
            assert was.status is not Status.HELD or now.status is Status.HELD


@rule
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(world: World, chance: random.Random) -> None:
    def shuffled(some: tuple[_T, ...]) -> tuple[_T, ...]:
        return tuple(chance.sample(some, len(some)))

    other = replace(
        world,
        cards=shuffled(world.cards),
        matched=Matching(
            shuffled(world.matched.links),
            shuffled(world.matched.questions),
            shuffled(world.matched.extra),
        ),
        read=shuffled(world.read),
    )

    assert other.judged() == world.judged()
    assert [(c.state, c.last_contribution, c.days_silent) for c in other.centers()] == [
        (c.state, c.last_contribution, c.days_silent) for c in world.centers()
    ]
    assert compare(other.assessed(), (), world.today) == compare(world.assessed(), (), world.today)


@rule
@given(worlds())
def test_the_same_input_twice_is_no_news(world: World) -> None:
    first = compare(world.assessed(), (), world.today)
    second = compare(world.assessed(), first, world.today)

    assert [one.key for one in second] == [one.key for one in first]
    assert {one.state for one in second} <= {FindingState.OPEN}


@rule
@given(worlds(), worlds())
def test_a_partial_read_raises_no_alarm_and_settles_only_what_it_saw(
    before: World, now: World
) -> None:
    assume(now.blind)
    known = compare(before.assessed(), (), before.today)
    found = compare(now.assessed(), known, now.today)
    status = {one.occurrence.key: one.status for one in now.judged().verdicts}

    assert {one.kind for one in found if one.state is FindingState.NEW} <= {
        "source_failed",
        "undated",
        "moved",
        "extra",
        "duplicate",
    }
    for one in found:
        if one.state is FindingState.RESOLVED and one.kind in {"missed", "overdue"}:
            assert status.get(one.subject) is not Status.UNKNOWN
        assert one.state is not FindingState.RESOLVED or one.kind not in {"extra", "moved"}


@rule
@given(worlds())
def test_cards_are_listed_as_moved_only_where_their_days_are_outside_the_period(
    world: World,
) -> None:
    for moved in world.judged().moved:
        period = moved.occurrence.period
        assert period is not None
        assert moved.card.date is not None
        assert not any(span.overlaps(period) for span in moved.card.date.facts)


@rule
@given(worlds())
def test_a_second_look_at_unchanged_cards_changes_no_centre(world: World) -> None:
    scene = project(*map(center, CENTERS), rules=Rules(ignored_users=("8",)))
    cards = date_contributions(
        world.cards,
        Remembered(),
        sources=world.read,
        members={},
        project=scene,
        today=world.today,
    )
    previous = Remembered({one.id: one for one in cards}, first_run=False)
    first, second = world.centers(), world.centers(previous)

    assert [(c.state, c.last_contribution, c.days_silent) for c in first] == [
        (c.state, c.last_contribution, c.days_silent) for c in second
    ]


@rule
@given(worlds())
def test_every_reason_can_be_told_in_every_language(world: World) -> None:
    reasons = [one.reason for one in world.judged().verdicts]
    reasons += [one.reason for one in world.centers()]

    for language in LANGUAGES:
        for reason in reasons:
            assert "{" not in catalogue(language).tell(reason)
