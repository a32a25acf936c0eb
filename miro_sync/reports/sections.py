"""What the page says beside events: centres, plans, indicators, decisions, sources.

As in `miro_sync.reports.content`: values with all words chosen, nothing decided. A part of which
nothing is known is None or empty, and the page leaves it out.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from miro_sync.kpi import MEANS, hides, may_show
from miro_sync.messages import Catalogue
from miro_sync.model import (
    CenterActivity,
    CenterState,
    Direction,
    IndicatorPart,
    IndicatorValue,
    SourceState,
)
from miro_sync.overview import Overview
from miro_sync.privacy import without_people
from miro_sync.reports.content import Item, Link, Teller, decided, in_force
from miro_sync.reports.drawing import Scale, Span, percent, scale
from miro_sync.reports.figures import amount, difference
from miro_sync.telling.display import clean, link
from miro_sync.telling.failures import place, problem
from miro_sync.telling.indicators import divided, notes, share, standing
from miro_sync.telling.phrases import months

#: Silent ones first, as the terminal has them.
_ORDER = (CenterState.INACTIVE, CenterState.UNKNOWN, CenterState.PAUSED, CenterState.ACTIVE)
#: From so many contributions a week on, a cell of the heat map has the next shade.
_SHADES = (1, 2, 4, 8)
_TONES = {"reached": "good", "behind": "bad", "not_collected": "bad"}
#: What a scale shows beside the value, in this order.
_MARKS = ("baseline", "target", "region")


@dataclass(frozen=True, slots=True)
class Source:
    """A source and how far it can be relied on."""

    name: str
    said: str
    good: bool
    trouble: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A week of a centre: its number, its shade from 0 to 4, and what it means in words."""

    text: str
    shade: str
    said: str


@dataclass(frozen=True, slots=True)
class CenterLine:
    """A centre: its state, why, and its weeks."""

    id: str
    name: str
    number: int
    state: CenterState
    word: str
    last: str
    reason: str
    weeks: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """All centres; `weeks` are the Mondays, `months` head so many of them each."""

    centers: tuple[CenterLine, ...]
    weeks: tuple[str, ...]
    months: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan: whose, how many events in each direction, which months; `empty` in words."""

    name: str
    events: tuple[int, ...]
    undated: int
    gaps: str
    months: tuple[tuple[str, tuple[int, ...]], ...]
    number: int


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans, their directions, and the months that any of them names."""

    directions: tuple[tuple[int, str], ...]
    plans: tuple[PlanLine, ...]
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a scale: what it is, where it stands, its number."""

    kind: str
    x: str
    said: str


@dataclass(frozen=True, slots=True)
class Point:
    """A value on an earlier day: where it stands and in words."""

    x: str
    y: str
    said: str
    when: str


@dataclass(frozen=True, slots=True)
class Part:
    """What stands behind a value: whose, how much, where."""

    label: str
    said: str
    link: Link | None


@dataclass(frozen=True, slots=True)
class Gauge:
    """An indicator, ready to be drawn.

    Attributes:
        value: its number; "" where there is none that may be shown.
        state: how it stands; tone: "good", "bad" or "".
        change: since the collection before. beside: what must be known beside the number.
        marks: on the scale, the value last. done: the piece of the scale that is covered.
        trend: at least two values, or none. facts: name and text.

    """

    id: str
    title: str
    unit: str
    value: str
    state: str
    tone: str
    change: str
    beside: str
    marks: tuple[Mark, ...]
    done: Span | None
    trend: tuple[Point, ...]
    trend_target: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapLine:
    """How a centre filled in the resource map."""

    name: str
    number: int
    said: str
    share: str
    whole: bool
    faults: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions in force, newest first, and how many of each kind."""

    counts: str
    said: tuple[str, ...]


def sources(teller: Teller) -> tuple[Source, ...]:
    """Tell of every source that the settings name."""
    assessment = teller.assessment
    words = teller.words
    return tuple(
        Source(
            teller.phrases.source_name(one),
            teller.phrases.source(one, assessment.today),
            one.reliable,
            "" if one.message is None else teller.discreet(words.tell(one.message)),
        )
        for one in assessment.sources
        if one.state is not SourceState.ABSENT
    )


def activity(teller: Teller) -> Activity:
    """Tell of the centres, silent ones first, and of their weeks where a history is at hand."""
    ordered = sorted(
        teller.assessment.centers,
        key=lambda one: (_ORDER.index(one.state), -(one.days_silent or 0)),
    )
    mondays = sorted({week.monday for one in ordered for week in one.weeks})
    short = teller.words.say("telling.months_short").split("|")
    # A week belongs to the month of its Thursday, as ISO 8601 does with years.
    named = [monday + dt.timedelta(days=3) for monday in mondays]
    months: list[tuple[str, int]] = []
    for day in named:
        label = short[day.month - 1]
        if months and months[-1][0] == label:
            months[-1] = (label, months[-1][1] + 1)
        else:
            months.append((label, 1))
    numbers = {one.id: number for number, one in enumerate(teller.centers)}
    return Activity(
        tuple(_center(one, mondays, numbers, teller) for one in ordered),
        tuple(teller.words.day(monday) for monday in mondays),
        tuple(months),
    )


def _center(
    one: CenterActivity, mondays: Sequence[dt.date], numbers: dict[str, int], teller: Teller
) -> CenterLine:
    words = teller.words
    by_monday = {week.monday: week for week in one.weeks}
    cells = []
    for monday in mondays:
        week = by_monday.get(monday)
        if week is None:
            cells.append(Cell("", "none", words.say("page.week_unknown")))
            continue
        key = "week_excused" if week.excused else "week"
        said = words.say(
            f"page.{key}", monday=monday, number=week.contributions, planned=week.planned
        )
        shade = sum(week.contributions >= least for least in _SHADES)
        excused = week.excused and not week.contributions
        text = str(week.contributions) if week.contributions else "" if excused else "·"
        cells.append(Cell(text, "off" if excused else str(shade), said))
    return CenterLine(
        one.center.id,
        teller.phrases.named(one.center.id),
        numbers.get(one.center.id, -1),
        one.state,
        words.say(f"status.{one.state}"),
        "" if one.last_contribution is None else words.day(one.last_contribution),
        teller.discreet(words.tell(one.reason)),
        tuple(cells),
    )


def plans(teller: Teller) -> Plans | None:
    """Tell which directions of the centres' plans hold events, and in which months."""
    given = teller.overview.plans
    if not given:
        return None
    words = teller.words
    titles = {one.number: clean(one.title) for plan in given for one in plan.directions}
    every = sorted({month for plan in given for one in plan.directions for month in one.months})
    short = words.say("telling.months_short").split("|")
    numbers = {one.id: number for number, one in enumerate(teller.centers)}
    told = []
    for plan in given:
        by_number = {one.number: one for one in plan.directions}
        empty = ", ".join(map(str, plan.empty))
        gaps = words.say("page.plan_empty", numbers=empty) if empty else words.say("page.plan_full")
        whose = (
            words.say("coverage.nobodys", sheet=clean(plan.sheet))
            if plan.center_id is None
            else teller.phrases.named(plan.center_id)
        )
        told.append(
            PlanLine(
                whose,
                tuple(by_number[one].events if one in by_number else 0 for one in sorted(titles)),
                sum(one.undated for one in plan.directions),
                gaps,
                tuple(
                    (
                        f"{one.number}. {clean(one.title)}",
                        tuple(one.months.get(month, 0) for month in every),
                    )
                    for one in plan.directions
                    if not one.empty
                ),
                numbers.get(plan.center_id or "", -1),
            )
        )
    months = tuple(f"{short[month - 1]} {year}" for year, month in every)
    return Plans(tuple(sorted(titles.items())), tuple(told), months)


def maps(teller: Teller) -> tuple[MapLine, ...]:
    """Tell how every centre filled in the resource map; what stands in a cell is never repeated."""
    words = teller.words
    numbers = {one.id: number for number, one in enumerate(teller.centers)}
    return tuple(
        MapLine(
            teller.phrases.named(one.center.id),
            numbers.get(one.center.id, -1),
            words.say("resources.center", right=one.right, total=one.total),
            percent(one.right / one.total * 100 if one.total else 0),
            not one.faults,
            tuple(
                (
                    place(fault.place, words) if fault.place else "",
                    clean(
                        f"{fault.column}: {words.tell(fault.wrong)}"
                        if fault.column
                        else words.tell(fault.wrong)
                    ),
                    clean(words.tell(fault.expected)) if fault.expected else "",
                )
                for fault in one.faults
            ),
        )
        for one in teller.overview.maps
    )


def decisions(teller: Teller) -> Decisions | None:
    """Count the decisions in force by kind, and tell them, newest first."""
    stand = in_force(teller.overview)
    if not stand:
        return None
    words = teller.words
    kinds = Counter(one.kind for one in stand)
    counts = ", ".join(
        words.say(
            "telling.count",
            what=words.say(f"decisions.kind_{kind.name.lower()}"),
            number=times,
        )
        for kind, times in kinds.most_common()
    )
    said = tuple(decided(one, teller.overview.project, words) for one in reversed(stand))
    return Decisions(counts, tuple(filter(None, map(teller.discreet, said))))


def problems(teller: Teller) -> tuple[Item, ...]:
    """Tell the faults of the input, each with its place."""
    return tuple(
        Item(problem(one, teller.words), links=_opened(one.place.url if one.place else None))
        for one in teller.assessment.problems
    )


def gauges(overview: Overview, words: Catalogue) -> tuple[Gauge, ...]:
    """Make the indicators ready to be drawn, in their order."""
    return tuple(_gauge(one, words) for one in overview.indicators)


def _gauge(known: IndicatorValue, words: Catalogue) -> Gauge:
    indicator = known.indicator
    value = known.value if may_show(known) else None
    given = {
        "baseline": indicator.baseline,
        "target": indicator.target,
        "region": indicator.region,
    }
    marked = [one for one in (*given.values(), value) if one is not None]
    marks: tuple[Mark, ...] = ()
    done = None
    if value is not None and len(marked) > 1:
        on = scale(marked, whole=indicator.unit == "%")
        marks = _marks(given, value, on, known, words)
        start = indicator.baseline if indicator.baseline is not None else on.low
        done = on.between(start, value)
    points, target_y = _trend(known, words) if value is not None else ((), "")
    stands = standing(known)
    return Gauge(
        id=clean(indicator.id),
        title=clean(indicator.title),
        unit="" if indicator.unit == "%" else clean(indicator.unit),
        value="" if value is None else amount(value, indicator, words),
        state=words.say(f"kpi.state_{stands}"),
        tone=_TONES.get(stands, ""),
        change=_change(known, value, words),
        beside="; ".join(map(clean, notes(known, words))),
        marks=marks,
        done=done,
        trend=points,
        trend_target=target_y,
        facts=_facts(known, words),
        parts=tuple(_part(one, known, words) for one in known.parts),
        notes=(
            *(clean(words.tell(one)) for one in known.warnings),
            *(problem(one, words) for one in known.problems),
        ),
    )


def _marks(
    given: dict[str, float | None],
    value: float,
    on: Scale,
    known: IndicatorValue,
    words: Catalogue,
) -> tuple[Mark, ...]:
    indicator = known.indicator
    found = [
        Mark(kind, on.at(one), words.say(f"page.mark_{kind}", value=amount(one, indicator, words)))
        for kind in _MARKS
        if (one := given[kind]) is not None
    ]
    now = words.say("page.mark_value", value=amount(value, indicator, words))
    return (*found, Mark("value", on.at(value), now))


def _change(known: IndicatorValue, value: float | None, words: Catalogue) -> str:
    before = known.before
    if value is None or before is None:
        return ""
    gained = value - before.value
    said = difference(gained, known.indicator, words)
    if not round(gained, 2):
        return words.say("page.change_none")
    up = gained > 0
    better = up is (known.indicator.direction is Direction.UP)
    return words.say(
        "page.change_better" if better else "page.change_worse",
        arrow="↑" if up else "↓",
        number=f"+{said}" if up else said,
    )


def _trend(known: IndicatorValue, words: Catalogue) -> tuple[tuple[Point, ...], str]:
    """Return the points of the trend and where the target lies; nothing for a single value."""
    points = known.trend
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return (), ""
    target = known.indicator.target
    values = [one.value for one in points] + ([] if target is None else [target])
    on = scale(values, whole=False)
    first, last = points[0].day, points[-1].day
    length = max((last - first).days, 1)
    # Dots at the very edge would be cut in half.
    across = Scale(-0.04 * length, 1.04 * length)

    def upwards(value: float) -> str:
        return percent(100 - float(on.at(value).rstrip("%")))

    told = tuple(
        Point(
            across.at((one.day - first).days),
            upwards(one.value),
            amount(one.value, known.indicator, words),
            clean(one.label) or words.day(one.day),
        )
        for one in points
    )
    return told, "" if target is None else upwards(target)


def _facts(known: IndicatorValue, words: Catalogue) -> tuple[tuple[str, str], ...]:
    indicator = known.indicator
    unknown = words.say("page.parts_unknown", number=known.unknown) if known.unknown else ""
    upcoming = known.next_collection
    facts = (
        ("formula", words.tell(known.formula)),
        ("divided", divided(known, indicator, words, own=False)),
        ("unknown", unknown),
        ("as_of", words.day(known.as_of)),
        ("collected", indicator.collected),
        ("next", months(upcoming, words) if upcoming else ""),
        ("method", indicator.method),
        ("responsible", without_people(indicator.responsible)),
    )
    return tuple(
        (words.say(f"page.indicator_fact_{name}"), clean(text)) for name, text in facts if text
    )


def _part(part: IndicatorPart, known: IndicatorValue, words: Catalogue) -> Part:
    indicator = known.indicator
    said = share(part, indicator, words, own=False)
    if (
        indicator.unit == "%"
        and indicator.formula not in MEANS
        and not part.unknown
        and part.numerator is not None
        and part.denominator
        and not hides(indicator, part.numerator, part.denominator)
    ):
        percents = amount(part.numerator / part.denominator * 100, indicator, words)
        said = words.say("page.part_share", said=said, share=percents)
    where = part.place
    opened = None if where is None else Link(place(where, words), link(where.url))
    return Part(clean(part.label), said, opened)


def _opened(url: str | None) -> tuple[Link, ...]:
    safe = link(url)
    return () if safe is None else (Link(safe, safe),)
