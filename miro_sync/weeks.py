"""A centre's contribution week by week, held against its own plan and against holidays.

A week counts the different cards and rows at which somebody of the centre worked in it, and the
events held in it; one thing counts once a week, however often it was touched, so that nobody is
measured by how loud they are. What makes a contribution is the rule of `miro_sync.activity`. No
centre is compared with another one: a week is quiet only where the centre's own plan had something
due in it, and a week that holidays or a pause took is expected to be empty.

The days before the first stored run are known by the cards' own dates alone, and rows count only
from the day after the tables were read first: of what age they were then nobody knows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from miro_sync.activity import HOLDERS, held_on
from miro_sync.model import ActivityWeek, SourceState, Status, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from miro_sync.calendar import WorkDays
    from miro_sync.model import (
        Assessment,
        Center,
        CenterActivity,
        EventCard,
        Message,
        PastWork,
        Project,
        Verdict,
    )

#: So many weeks are told at most: half a year.
WEEKS: Final = 26

_WEEK: Final = dt.timedelta(days=7)
_WORKING_DAYS: Final = 5

#: What a contribution is to: a card by its id, a row by what it says, an event by its key.
_Thing = tuple[str, ...]


def first_day(project: Project, today: dt.date) -> dt.date:
    """Return the first day of the weeks that are told of on a day: a Monday."""
    start, last = project.span.start, _monday(min(today, project.span.end))
    weekend = dt.timedelta(days=2 if start.weekday() >= _WORKING_DAYS else 0)
    return max(_monday(start + weekend), last - (WEEKS - 1) * _WEEK)


def with_weeks(
    assessment: Assessment,
    past: PastWork,
    renamed: Iterable[tuple[str, str]],
    project: Project,
    workdays: WorkDays,
) -> tuple[CenterActivity, ...]:
    """Return the centres of an assessment with their weeks.

    Args:
        assessment: what is judged; its cards are dated by `activity.date_contributions`.
        past: what the state remembers from `first_day` on.
        renamed: cards that came back under another id, old and new; a copied board is no work.
        project: span and time zone.
        workdays: of the project.

    Returns:
        The centres in their order. Their weeks end with the current one, with the last one of the
        project, or with the one in which a source that cannot be read now was last read whole.

    """
    last = _last_day(assessment, project)
    if last is None or last < project.span.start:
        return assessment.centers
    first = first_day(project, assessment.today)
    mondays = [first + n * _WEEK for n in range((_monday(last) - first).days // 7 + 1)]
    if not mondays:
        return assessment.centers
    done = _things(assessment, past, _Names(renamed), assessment.today)
    planned = _planned(assessment.verdicts)
    off = {
        day
        for monday in mondays
        for day in _five(monday)
        if day < project.span.start or not workdays.is_working(day)
    }
    told = []
    for one in assessment.centers:
        weeks = tuple(
            ActivityWeek(
                monday,
                len(done[one.center.id, monday]),
                planned[one.center.id, monday],
                _is_excused(monday, one.center, off),
            )
            for monday in mondays
        )
        told.append(replace(one, weeks=weeks, rhythm=_rhythm(weeks, last)))
    return tuple(told)


# --- what was done ----------------------------------------------------------------------------


class _Names:
    """One name for all ids that a card ever had."""

    def __init__(self, renamed: Iterable[tuple[str, str]]) -> None:
        self._of: dict[str, str] = {}
        for old, new in renamed:
            one, other = self.of(old), self.of(new)
            if one != other and new:
                self._of[other] = one

    def of(self, card_id: str) -> str:
        while card_id in self._of:
            card_id = self._of[card_id]
        return card_id


def _things(
    assessment: Assessment, past: PastWork, names: _Names, today: dt.date
) -> Mapping[tuple[str, dt.date], set[_Thing]]:
    """Return what was worked at, by centre and Monday."""
    found: defaultdict[tuple[str, dt.date], set[_Thing]] = defaultdict(set)
    for work in past.done:
        at_board = work.source == "board"
        if at_board or _is_known(work.day, past.rows_since):
            thing: _Thing = ("board", names.of(work.thing)) if at_board else ("table", work.thing)
            found[work.center_id, _monday(work.day)].add(thing)
    for card in assessment.cards.values():
        if card.center_id is not None:
            for day in _days_of(card, past.rows_since, today):
                found[card.center_id, _monday(day)].add(_thing(card, names))
    for verdict in assessment.verdicts:
        for center_id, day, thing in _vouched(verdict, names, today):
            found[center_id, _monday(day)].add(thing)
    return found


def _thing(card: EventCard, names: _Names) -> _Thing:
    if card.source == "board":
        return ("board", names.of(card.id))
    return ("table", f"{card.title}\n{card.text}")


def _days_of(card: EventCard, rows_since: dt.date | None, today: dt.date) -> Iterator[dt.date]:
    """Yield the days on which somebody of its centre is known to have worked at a card."""
    at_board = card.source == "board"
    for day in (card.made, card.contributed):
        if day is not None and day <= today and (at_board or _is_known(day, rows_since)):
            yield day
    held = held_on(card, today)
    if held is not None:
        yield held


def _is_known(day: dt.date, rows_since: dt.date | None) -> bool:
    return rows_since is not None and day > rows_since


def _vouched(
    verdict: Verdict, names: _Names, today: dt.date
) -> Iterator[tuple[str, dt.date, _Thing]]:
    """Yield what a held event of a centre adds to the cards that are known to be its own."""
    center_id, period = verdict.occurrence.center_id, verdict.occurrence.period
    if center_id is None or verdict.status is not Status.HELD:
        return
    marks = [item.card for item in verdict.evidence if item.card.held is not None]
    for card in marks:
        day = held_on(card, today)
        if card.center_id is None and day is not None:
            yield center_id, day, _thing(card, names)
    if not marks and verdict.progress is None and period is not None and period.end <= today:
        yield center_id, period.end, ("event", verdict.occurrence.key)


# --- what was expected ------------------------------------------------------------------------


def _planned(verdicts: Iterable[Verdict]) -> Mapping[tuple[str, dt.date], int]:
    """Count the occurrences that were due, by centre and Monday."""
    counted: defaultdict[tuple[str, dt.date], int] = defaultdict(int)
    for verdict in verdicts:
        occurrence = verdict.occurrence
        expected = verdict.status is not Status.CANCELLED
        if expected and occurrence.center_id is not None and occurrence.period is not None:
            counted[occurrence.center_id, _monday(occurrence.period.end)] += 1
    return counted


def _is_excused(monday: dt.date, center: Center, off: set[dt.date]) -> bool:
    """Tell whether holidays or a pause took most of a week's working days."""
    taken = sum(day in off or any(day in pause for pause in center.pauses) for day in _five(monday))
    return 2 * taken > _WORKING_DAYS


def _rhythm(weeks: Sequence[ActivityWeek], last: dt.date) -> Message:
    due = [one for one in weeks if one.planned and not one.excused and one.monday + _WEEK <= last]
    figures = {
        "weeks": len(weeks),
        "active": sum(one.contributions > 0 for one in weeks),
        "excused": sum(one.excused for one in weeks),
    }
    if not due:
        return say("activity.weeks", **figures)
    quiet = sum(one.contributions == 0 for one in due)
    return say("activity.weeks_of_plan", **figures, planned=len(due), quiet=quiet)


# --- days -------------------------------------------------------------------------------------


def _last_day(assessment: Assessment, project: Project) -> dt.date | None:
    """Return the last day of which all sources that can be read tell; None where there is none."""
    last = min(assessment.today, project.span.end)
    holders = [one for one in assessment.sources if one.name in HOLDERS]
    if all(one.state is SourceState.ABSENT for one in holders):
        return None
    for one in holders:
        if one.state is not SourceState.ABSENT and not one.reliable:
            if one.read_at is None or not one.items:
                return None
            last = min(last, one.read_at.astimezone(ZoneInfo(project.timezone)).date())
    return last


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _five(monday: dt.date) -> Iterator[dt.date]:
    return (monday + dt.timedelta(days=n) for n in range(_WORKING_DAYS))
