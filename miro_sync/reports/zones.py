"""What workbook, Word documents and feed share: whose is what, and where a centre needs help."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul
from zoneinfo import ZoneInfo

from miro_sync.kpi import may_show
from miro_sync.messages import Catalogue
from miro_sync.model import (
    FLAGGED,
    CenterActivity,
    CenterState,
    Direction,
    Event,
    EventCard,
    Indicator,
    IndicatorFormula,
    IndicatorPart,
    IndicatorState,
    IndicatorValue,
    Period,
    Status,
    Verdict,
)
from miro_sync.overview import Overview
from miro_sync.privacy import without_people
from miro_sync.reports.figures import amount
from miro_sync.resource_map import CenterMap
from miro_sync.telling.display import clean, link, shorten
from miro_sync.telling.lines import of_center

#: Characters of a title that an output shows.
TITLE = 250

_WHOLE_PERCENT = 100
#: Formulas whose parts are counts, and those whose parts are divided.
_COUNTS = frozenset({"quota", "sum"})
_QUOTIENTS = frozenset(
    {"ratio", "held_share", "center_share", "coverage", "map_share", "plan_share"}
)

_YEARS = re.compile(r"\b(20\d\d)(?:\s*[-–—/]\s*((?:20)?\d\d))?\b")


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a centre needs attention («проблемная зона»).

    Attributes:
        late: verdicts that are flagged or to be clarified, of the centre's own events.
        silent: its activity when it is silent.
        empty: numbers of the directions of its plan without an event.
        map: its part of the resource map when cells of it are wrong.
        behind: indicators that are behind, with the centre's own part of them.

    """

    center_id: str
    late: tuple[Verdict, ...] = ()
    silent: CenterActivity | None = None
    empty: tuple[int, ...] = ()
    map: CenterMap | None = None
    behind: tuple[tuple[IndicatorValue, IndicatorPart], ...] = ()

    @property
    def calm(self) -> bool:
        """Tell whether nothing is to be said of the centre."""
        return not (self.late or self.silent or self.empty or self.map or self.behind)


def as_of(overview: Overview) -> dt.datetime:
    """Return the moment that the data are of: the last read or the last decision, UTC.

    Without either it is the midnight with which the judged day began.
    """
    zone = ZoneInfo(overview.project.timezone)
    moments = [one.read_at for one in overview.assessment.sources if one.read_at is not None]
    moments += [one.made_at for one in overview.decisions]
    begun = dt.datetime.combine(overview.assessment.today, dt.time(), zone)
    return max(moments, default=begun).astimezone(dt.UTC)


def narrowed(overview: Overview, center: str | None) -> Overview:
    """Keep what concerns one centre; everything without one."""
    if center is None:
        return overview
    assessment, findings = of_center(overview.assessment, overview.findings, center)
    return replace(
        overview,
        assessment=assessment,
        findings=findings,
        indicators=tuple(
            own for value in overview.indicators if (own := _own_value(value, center)) is not None
        ),
        plans=tuple(one for one in overview.plans if one.center_id == center),
        maps=tuple(one for one in overview.maps if one.center.id == center),
        plan_rows=tuple(one for one in overview.plan_rows if one.center_id == center),
        sheet_rows=tuple(one for one in overview.sheet_rows if one.center_id == center),
        earlier=None,
    )


def zones(overview: Overview, aside: Collection[str] = ()) -> tuple[Zone, ...]:
    """Return one zone for each centre of the project, calm ones included.

    Args:
        overview: what is told.
        aside: keys of occurrences that are left out.

    """
    assessment = overview.assessment
    activities = {one.center.id: one for one in assessment.centers}
    maps = {one.center.id: one for one in overview.maps if one.faults}
    found = []
    for center in overview.project.centers:
        activity = activities.get(center.id)
        silent = activity is not None and activity.state is CenterState.INACTIVE
        found.append(
            Zone(
                center.id,
                tuple(
                    one
                    for one in assessment.verdicts
                    if one.occurrence.center_id == center.id
                    and one.occurrence.key not in aside
                    and _aches(one)
                ),
                activity if silent else None,
                tuple(
                    number
                    for plan in overview.plans
                    if plan.center_id == center.id
                    for number in plan.empty
                ),
                maps.get(center.id),
                tuple(_behind(overview.indicators, center.id)),
            )
        )
    return tuple(found)


def status_counts(verdicts: Iterable[Verdict]) -> Mapping[Status, int]:
    """Count the verdicts by status, every status there."""
    counts = dict.fromkeys(Status, 0)
    for verdict in verdicts:
        counts[verdict.status] += 1
    return counts


def shown_value(value: IndicatorValue, words: Catalogue, *, inside: bool) -> str:
    """Write an indicator's value; where there is none to be shown, say why.

    Args:
        value: the indicator as it stands.
        words: the language.
        inside: the reader is the centre itself.

    """
    if value.value is None:
        return words.say(f"documents.state_{value.state}")
    if not may_show(value, inside=inside):
        return words.say("privacy.hidden")
    return amount(value.value, value.indicator, words)


def answerable(responsible: Iterable[str]) -> str:
    """Return who answers for something: roles and offices, never a name."""
    return ", ".join(role for one in responsible if (role := without_people(one)))


def local(moment: dt.datetime | None, timezone: str) -> dt.datetime | None:
    """Return a moment on the clocks of the project's place, without a zone."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None, microsecond=0)


def titled(event: Event, words: Catalogue, longest: int = TITLE) -> str:
    """Name an event: its code and its title, made harmless."""
    title = shorten(event.title, longest) or words.say("status.untitled")
    return f"{clean(event.code)} {title}" if event.code else title


def card_link(cards: Iterable[EventCard]) -> str | None:
    """Return the first address to open among cards and rows."""
    for card in cards:
        url = link(card.url) or link(card.place.url if card.place else None)
        if url is not None:
            return url
    return None


def school_year(today: dt.date) -> int:
    """Return the first calendar year of the school year that a yearly report is about.

    A report is written from the end of a school year on: until December it is about the year
    that is over, from January to August about the one that runs.
    """
    return today.year - 1


def said_year(text: str) -> int | None:
    """Return the first year of the school year that a cell names; None where it names none.

    «2021/22» and «2021-2022» name it; a single year is that in which the school year ends.
    """
    match = _YEARS.search(text)
    if match is None:
        return None
    return int(match[1]) if match[2] else int(match[1]) - 1


def of_school_year(periods: Sequence[Period], first: int) -> bool:
    """Tell whether a plan's row belongs to a school year; one without days does.

    The summer before it is prepared in belongs to it as well.
    """
    window = Period(dt.date(first, 6, 1), dt.date(first + 1, 8, 31))
    return not periods or any(one.overlaps(window) for one in periods)


def _aches(verdict: Verdict) -> bool:
    return verdict.status in FLAGGED or verdict.status is Status.UNCONFIRMED


def _behind(
    values: Iterable[IndicatorValue], center_id: str
) -> Iterable[tuple[IndicatorValue, IndicatorPart]]:
    """Yield the indicators that are behind and to whose gap the centre adds, its parts as one."""
    for value in values:
        if not value.behind or value.indicator.target is None:
            continue
        own = [one for one in value.parts if one.center_id == center_id]
        together = _together(own, value.indicator)
        reached = _reached(together, value.indicator)
        if reached is not None and _falls_short(reached, value):
            yield value, together


def _falls_short(reached: float, value: IndicatorValue) -> bool:
    target = value.indicator.target
    if target is None:
        return False
    return reached < target if value.indicator.direction is Direction.UP else reached > target


def _together(parts: Sequence[IndicatorPart], indicator: Indicator) -> IndicatorPart:
    """Return the parts of one centre as one: sums, or for a mean the mean and its whole weight."""
    known = [one for one in parts if not one.unknown and one.numerator is not None]
    first = parts[0] if parts else IndicatorPart("")
    if not known:
        return replace(first, numerator=None, denominator=None, unknown=True)
    numbers = [one.numerator or 0.0 for one in known]
    below = [one.denominator for one in known if one.denominator is not None]
    numerator, denominator = sum(numbers), sum(below) if below else None
    if indicator.formula is IndicatorFormula.MEAN:
        weights = [1.0 if one.denominator is None else one.denominator for one in known]
        whole = sum(weights)
        if whole == 0:
            return replace(first, numerator=None, denominator=None, unknown=True)
        numerator = sum(map(mul, numbers, weights)) / whole
    return replace(first, numerator=numerator, denominator=denominator, unknown=False)


def _reached(part: IndicatorPart, indicator: Indicator) -> float | None:
    """Return what a centre comes to in the indicator's unit; None where it comes to nothing."""
    formula, numerator, denominator = indicator.formula, part.numerator, part.denominator
    if numerator is None or formula is IndicatorFormula.MEAN:
        return numerator
    if formula in _COUNTS and indicator.unit != "%":
        return numerator
    if not denominator or formula not in _QUOTIENTS | _COUNTS:
        return None
    share = numerator / denominator * _WHOLE_PERCENT
    return min(share, _WHOLE_PERCENT) if formula in _COUNTS else share


def _own_value(value: IndicatorValue, center_id: str) -> IndicatorValue | None:
    """Return what an indicator is at one centre; None where the centre has no part in it."""
    parts = tuple(one for one in value.parts if one.center_id == center_id)
    if not parts:
        return None
    together = _together(parts, value.indicator)
    reached = _reached(together, value.indicator)
    target = value.indicator.target
    short = reached is not None and _falls_short(reached, value)
    state = value.state
    if reached is None and state in {IndicatorState.KNOWN, IndicatorState.PARTIAL}:
        state = IndicatorState.UNKNOWN
    return replace(
        value,
        state=state,
        value=reached,
        numerator=together.numerator,
        denominator=together.denominator,
        unknown=sum(one.unknown for one in parts),
        parts=parts,
        met=None if reached is None or target is None else not short,
        expected=None,
        gap=0.0,
        behind=False,
        before=None,
        trend=(),
        warnings=(),
        problems=(),
    )
