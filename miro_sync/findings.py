"""What is new since the last run, what is still open and what is settled.

A finding is remembered by its key, "<kind>:<subject>", so that nobody is told the same thing twice
as news. What rests on a source that was not read completely neither appears nor goes away: it
stays as it was until the source can be read again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from miro_sync.model import (
    FLAGGED,
    CenterState,
    Finding,
    FindingState,
    IndicatorSource,
    IndicatorState,
    SourceState,
    Status,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from miro_sync.model import Assessment, EventCard, IndicatorValue, SourceReport, Verdict
    from miro_sync.resource_map import CenterMap

#: All kinds, the weightiest first; the order of what `compare` returns.
KINDS = (
    "source_failed",
    "rebuilt",
    "missed",
    "overdue",
    "moved",
    "inactive",
    "no_plan",
    "resource_map",
    "indicator_behind",
    "indicator_not_collected",
    "unconfirmed",
    "undated",
    "vanished",
    "duplicate",
    "extra",
)

#: Days for which a vanished card or a rearranged board is kept in mind: two weekly looks. Either
#: can be seen only in the first run after it happened.
VANISHED_KEPT_DAYS = 14

#: Days of the project, without school holidays, that a centre has to put its plan up: two looks.
PLAN_WITHIN_DAYS = 14


def compare(
    assessment: Assessment,
    previous: Sequence[Finding],
    today: dt.date,
    *,
    indicators: Sequence[IndicatorValue] = (),
    maps: Sequence[CenterMap] = (),
) -> tuple[Finding, ...]:
    """Compare what is found now with what was open after the last run.

    Args:
        assessment: the judgement of this run.
        previous: findings of the last run; resolved ones among them are over and done with.
        today: the first day of what is new.
        indicators: what they came to; none at all where that is not known, and then what was
            found about indicators stays as it was.
        maps: how the centres filled in the resource map; none at all as with `indicators`.

    Returns:
        One finding per key: new, still open (`since` kept) or just resolved; by kind in the order
        of `KINDS`, then by subject.

    """
    known = {one.key: one for one in previous if one.state is not FindingState.RESOLVED}
    blind = frozenset(source.name for source in assessment.sources if _is_blind(source))
    old = {one.subject for one in known.values() if one.backlog}
    seen: defaultdict[tuple[str, str], list[frozenset[str]]] = defaultdict(list)
    beside = _Beside({one.indicator.id: one for one in indicators}, {m.center.id: m for m in maps})
    for sight in (*_sights(assessment), *_sights_beside(beside)):
        seen[sight.kind, sight.subject].append(sight.rests_on)
    found = []
    for (kind, subject), grounds in seen.items():
        key = f"{kind}:{subject}"
        if key in known:
            found.append(replace(known[key], state=FindingState.OPEN))
        elif any(not rests_on & blind for rests_on in grounds):
            # What lay there before the first look stays old news under another name.
            backlog = kind in _OF_LATE and subject in old
            found.append(Finding(key, kind, subject, FindingState.NEW, today, backlog=backlog))
    verdicts = {verdict.occurrence.key: verdict for verdict in assessment.verdicts}
    for one in known.values():
        if (one.kind, one.subject) not in seen:
            if one.kind in _BESIDE:
                lasting = _may_last_beside(one, beside, blind)
            else:
                lasting = _may_last(one, assessment, verdicts, blind, today)
            if lasting:
                found.append(replace(one, state=FindingState.OPEN))
            else:
                found.append(replace(one, state=FindingState.RESOLVED, until=today))
    return tuple(sorted(found, key=lambda one: (_rank(one.kind), one.subject)))


def set_aside(
    found: Sequence[Finding], assessment: Assessment, known: Collection[str]
) -> tuple[Finding, ...]:
    """Mark as backlog what was late already when nothing was known of it yet.

    The first complete read of a source tells of everything that was ever late at once. None of
    that happened since the last look, so it is no alarm: it waits in one line to be gone through.

    Args:
        found: what `compare` returned.
        assessment: the judgement of this run.
        known: the sources that an earlier run read completely.

    """
    first_sight = any(
        source.name in _BOARD_AND_TABLES and source.reliable and source.name not in known
        for source in assessment.sources
    )
    late = {verdict.occurrence.key for verdict in assessment.verdicts if verdict.status in LATE}
    return tuple(
        replace(one, backlog=True)
        if first_sight
        and one.state is FindingState.NEW
        and one.kind in _OF_LATE
        and one.subject in late
        else one
        for one in found
    )


# --- what is seen now -------------------------------------------------------------------------

_BOARD_AND_TABLES = frozenset({"board", "tables"})
_CALENDAR = frozenset({"calendar"})
_TABLES = frozenset({"tables"})

#: Statuses of what is late.
LATE = FLAGGED | {Status.UNCONFIRMED}
_OF_LATE = frozenset({"missed", "overdue", "moved", "unconfirmed"})

#: Statuses that are findings; `moved` is one by its card, whatever the status.
_BY_STATUS = frozenset({Status.MISSED, Status.OVERDUE, Status.UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class _Sight:
    """Something that wants attention, and the sources without which it may only seem so."""

    kind: str
    subject: str
    rests_on: frozenset[str] = frozenset()


def _sights(assessment: Assessment) -> Iterable[_Sight]:
    return [
        *(_Sight("source_failed", one.name) for one in assessment.sources if _is_ill(one)),
        *(
            _Sight(one.status.value, one.occurrence.key, _BOARD_AND_TABLES)
            for one in assessment.verdicts
            if one.status in _BY_STATUS
        ),
        *(
            _Sight("undated", one.occurrence.key, _CALENDAR)
            for one in assessment.verdicts
            if one.status is Status.UNDATED
        ),
        *(
            _Sight("moved", one.occurrence.key, _home(one.card) | _CALENDAR)
            for one in assessment.moved
        ),
        *(
            _Sight("inactive", one.center.id, _BOARD_AND_TABLES)
            for one in assessment.centers
            if one.state is CenterState.INACTIVE
        ),
        *(
            _Sight("no_plan", center_id, _BOARD_AND_TABLES)
            for center_id in _without_a_plan(assessment)
        ),
        *([_Sight("rebuilt", "board", frozenset({"board"}))] if assessment.rebuilt else ()),
        *(_Sight("vanished", card.id, _home(card)) for card in assessment.vanished),
        *(
            _Sight("duplicate", card.id, _home(card) | _CALENDAR)
            for card, _ in assessment.duplicates
        ),
        *(_Sight("extra", card.id, _home(card) | _CALENDAR) for card in assessment.extra),
    ]


def _without_a_plan(assessment: Assessment) -> Iterable[str]:
    """Yield the centres of which nothing at all has come to the board or the tables."""
    have = {card.center_id for card in assessment.cards.values()}
    for one in assessment.centers:
        asked = one.state not in (CenterState.PAUSED, CenterState.UNKNOWN)
        late = one.days_silent is not None and one.days_silent > PLAN_WITHIN_DAYS
        if asked and late and one.center.id not in have:
            yield one.center.id


def _home(card: EventCard) -> frozenset[str]:
    return frozenset({"board" if card.source == "board" else "tables"})


def _rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


# --- what stands beside the calendar ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is judged beside the occurrences: indicators and the resource map, by subject."""

    indicators: Mapping[str, IndicatorValue]
    maps: Mapping[str, CenterMap]


_BESIDE = frozenset({"resource_map", "indicator_behind", "indicator_not_collected"})


def _sights_beside(beside: _Beside) -> Iterable[_Sight]:
    for center_id, one in beside.maps.items():
        if one.faults:
            yield _Sight("resource_map", center_id, _TABLES)
    for indicator_id, value in beside.indicators.items():
        grounds = _grounds(value)
        if value.state is IndicatorState.KNOWN and value.behind:
            yield _Sight("indicator_behind", indicator_id, grounds)
        if value.state is IndicatorState.NOT_COLLECTED:
            yield _Sight("indicator_not_collected", indicator_id, grounds)


def _may_last_beside(finding: Finding, beside: _Beside, blind: frozenset[str]) -> bool:
    """Tell whether a fault of a map or an indicator that is not seen now may be there unseen.

    What the settings do not declare any more is settled; where nothing was judged at all, nothing
    is.
    """
    if finding.kind == "resource_map":
        return not beside.maps or (finding.subject in beside.maps and bool(_TABLES & blind))
    if not beside.indicators:
        return True
    value = beside.indicators.get(finding.subject)
    if value is None:
        return False
    if _grounds(value) & blind or value.state is IndicatorState.UNKNOWN:
        return True
    # A part of a value is a collection all the same, but says little of a lag.
    return finding.kind == "indicator_behind" and value.state is IndicatorState.PARTIAL


def _grounds(value: IndicatorValue) -> frozenset[str]:
    from_table = value.indicator.source is IndicatorSource.TABLE
    return _TABLES if from_table else _BOARD_AND_TABLES | _CALENDAR


# --- what is not seen now ---------------------------------------------------------------------


def _may_last(
    finding: Finding,
    assessment: Assessment,
    verdicts: Mapping[str, Verdict],
    blind: frozenset[str],
    today: dt.date,
) -> bool:
    """Tell whether something that is not seen now may be so all the same."""
    match finding.kind:
        case "source_failed":
            return False
        case "missed" | "overdue" | "unconfirmed" | "undated":
            return _may_be_late(finding, assessment, verdicts)
        case "inactive" | "no_plan":
            return any(
                one.center.id == finding.subject and one.state is CenterState.UNKNOWN
                for one in assessment.centers
            )
        case "rebuilt":
            return (today - finding.since).days < VANISHED_KEPT_DAYS
        case "vanished":
            age = (today - finding.since).days
            is_back = finding.subject in assessment.cards
            return not is_back and (bool(blind) or age < VANISHED_KEPT_DAYS)
        case _:
            return bool(blind)


def _may_be_late(finding: Finding, assessment: Assessment, verdicts: Mapping[str, Verdict]) -> bool:
    verdict = verdicts.get(finding.subject)
    if verdict is None:
        return any(one.name == "calendar" and _is_ill(one) for one in assessment.sources)
    if finding.kind == "undated" and verdict.occurrence.period is not None:
        return False
    # A mark that was found settles the matter, whatever else could not be read.
    return verdict.status is Status.UNKNOWN


# --- sources ----------------------------------------------------------------------------------


def _is_ill(source: SourceReport) -> bool:
    return source.state is not SourceState.ABSENT and not source.reliable


def _is_blind(source: SourceReport) -> bool:
    """Tell whether nothing new may be said on the strength of a source.

    Of a calendar that was read in part the rest holds; an older one may have been changed.
    """
    if source.name == "calendar":
        return source.state in (SourceState.STALE, SourceState.FAILED)
    return _is_ill(source)
