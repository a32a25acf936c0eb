"""What is new since the last run, what is still open and what is settled.

A finding is remembered by its key, "<kind>:<subject>", so that nobody is told the same thing twice
as news. What rests on a source that was not read completely neither appears nor goes away: it
stays as it was until the source can be read again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from miro_sync.model import CenterState, Finding, FindingState, SourceState, Status

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.model import Assessment, EventCard, SourceReport, Verdict

#: All kinds, the weightiest first; the order of what `compare` returns.
KINDS = (
    "source_failed",
    "missed",
    "overdue",
    "moved",
    "inactive",
    "unconfirmed",
    "undated",
    "vanished",
    "duplicate",
    "extra",
)

#: Days for which a vanished card is kept in mind: two weekly looks. That it went can be seen only
#: in the first run after it went.
VANISHED_KEPT_DAYS = 14


def compare(
    assessment: Assessment, previous: Sequence[Finding], today: dt.date
) -> tuple[Finding, ...]:
    """Compare what is found now with what was open after the last run.

    Args:
        assessment: the judgement of this run.
        previous: findings of the last run; resolved ones among them are over and done with.
        today: the first day of what is new.

    Returns:
        One finding per key: new, still open (`since` kept) or just resolved; by kind in the order
        of `KINDS`, then by subject.

    """
    known = {one.key: one for one in previous if one.state is not FindingState.RESOLVED}
    blind = frozenset(source.name for source in assessment.sources if _is_blind(source))
    seen: defaultdict[tuple[str, str], list[frozenset[str]]] = defaultdict(list)
    for sight in _sights(assessment):
        seen[sight.kind, sight.subject].append(sight.rests_on)
    found = []
    for (kind, subject), grounds in seen.items():
        key = f"{kind}:{subject}"
        if key in known:
            found.append(replace(known[key], state=FindingState.OPEN))
        elif any(not rests_on & blind for rests_on in grounds):
            found.append(Finding(key, kind, subject, FindingState.NEW, today))
    verdicts = {verdict.occurrence.key: verdict for verdict in assessment.verdicts}
    for one in known.values():
        if (one.kind, one.subject) not in seen:
            lasting = _may_last(one, assessment, verdicts, blind, today)
            state = FindingState.OPEN if lasting else FindingState.RESOLVED
            found.append(replace(one, state=state))
    return tuple(sorted(found, key=lambda one: (_rank(one.kind), one.subject)))


# --- what is seen now -------------------------------------------------------------------------

_BOARD_AND_TABLES = frozenset({"board", "tables"})
_CALENDAR = frozenset({"calendar"})

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
        *(_Sight("vanished", card.id, _home(card)) for card in assessment.vanished),
        *(
            _Sight("duplicate", card.id, _home(card) | _CALENDAR)
            for card, _ in assessment.duplicates
        ),
        *(_Sight("extra", card.id, _home(card) | _CALENDAR) for card in assessment.extra),
    ]


def _home(card: EventCard) -> frozenset[str]:
    return frozenset({"board" if card.source == "board" else "tables"})


def _rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


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
        case "inactive":
            return any(
                one.center.id == finding.subject and one.state is CenterState.UNKNOWN
                for one in assessment.centers
            )
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
