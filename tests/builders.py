"""Small builders of the vocabulary: valid by default, so that a test says only what it varies.

The usual scene: one event of the whole network in March 2023, grace up to 7 April.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from miro_sync.model import (
    Assessment,
    Center,
    Decision,
    DecisionKind,
    Event,
    EventCalendar,
    EventCard,
    Link,
    LinkedBy,
    Matching,
    Occurrence,
    Period,
    Place,
    Project,
    Question,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

MARCH = Period(dt.date(2023, 3, 1), dt.date(2023, 3, 31))
MARCH_DEADLINE = dt.date(2023, 4, 7)
LONG_AFTER = dt.date(2023, 6, 1)
NOON = dt.datetime(2023, 6, 1, 5, 0, tzinfo=dt.UTC)  # noon of LONG_AFTER in Novokuznetsk
HELD = say("status.held")


def deadline_of(last: dt.date) -> dt.date:
    """Return a deadline that needs no working days: a week later."""
    return last + dt.timedelta(days=7)


def schedule(*periods: Period | dt.date, **changes: Any) -> Schedule:  # noqa: ANN401 - any field
    """Return what a text that names these days means."""
    spans = tuple(one if isinstance(one, Period) else Period(one, one) for one in periods)
    text = ", ".join(f"{span.start:%d.%m.%Y}-{span.end:%d.%m.%Y}" for span in spans)
    kinds = {0: ScheduleKind.UNDATED, 1: ScheduleKind.RANGE}
    kind = kinds.get(len(spans), ScheduleKind.MULTI)
    return replace(Schedule(text=text, kind=kind, periods=spans), **changes)


def event(key: str = "МД-1", **changes: Any) -> Event:  # noqa: ANN401 - any field
    """Return a planned row of March 2023 for the network."""
    base = Event(key=key, code=key, title="Методический день химиков", schedule=schedule(MARCH))
    return replace(base, **changes)


def occurrence(
    planned: Event | None = None,
    *,
    center_id: str | None = None,
    period: Period | None = MARCH,
    **changes: Any,  # noqa: ANN401 - any field
) -> Occurrence:
    """Return an occurrence in March 2023; the deadline is a week after the period."""
    planned = planned or event()
    base = Occurrence(
        key=planned.key if center_id is None else f"{planned.key}@{center_id}",
        event=planned,
        center_id=center_id,
        period=period,
        deadline=None if period is None else deadline_of(period.end),
    )
    return replace(base, **changes)


def calendar(*occurrences: Occurrence) -> EventCalendar:
    """Return a calendar of these occurrences; of the usual one when none is given."""
    occurrences = occurrences or (occurrence(),)
    events = {one.event.key: one.event for one in occurrences}
    return EventCalendar(events=tuple(events.values()), occurrences=occurrences)


def card(card_id: str = "101", **changes: Any) -> EventCard:  # noqa: ANN401 - any field
    """Return a card of the board, undated and without a mark."""
    return replace(EventCard(id=card_id, source="board", title="Методический день"), **changes)


def row(row_id: str = "План!7", **changes: Any) -> EventCard:  # noqa: ANN401 - any field
    """Return a row of a table, undated and without a mark."""
    sheet, _, number = row_id.rpartition("!")
    base = EventCard(
        id=row_id,
        source="table",
        kind="row",
        title="Методический день",
        place=Place(source="table", sheet=sheet, cell=number),
    )
    return replace(base, **changes)


def center(center_id: str = "c1", **changes: Any) -> Center:  # noqa: ANN401 - any field
    """Return a centre with a frame of its own."""
    base = Center(id=center_id, name=f"Центр {center_id}", frame=f"Рамка {center_id}")
    return replace(base, **changes)


def project(*centers: Center, **changes: Any) -> Project:  # noqa: ANN401 - any field
    """Return a project of two school years from January 2023, without school holidays."""
    base = Project(
        name="Точка роста среднего балла",
        timezone="Asia/Novokuznetsk",
        span=Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31)),
        centers=centers or (center(),),
    )
    return replace(base, **changes)


def source(
    name: str, state: SourceState = SourceState.FRESH, *, complete: bool | None = None
) -> SourceReport:
    """Return a report; fresh and unchanged sources are complete unless told otherwise."""
    good = state in (SourceState.FRESH, SourceState.UNCHANGED)
    return SourceReport(
        name=name, state=state, complete=good if complete is None else complete, read_at=NOON
    )


def sources(
    *changed: SourceReport,
) -> tuple[SourceReport, ...]:
    """Return reports of three sources, all read completely but for those that are given."""
    by_name = {one.name: one for one in (*map(source, ("board", "tables", "calendar")), *changed)}
    return tuple(by_name.values())


def decision(
    kind: DecisionKind,
    subject: str = "МД-1",
    **changes: Any,  # noqa: ANN401 - any field
) -> Decision:
    """Return the director's word of 1 April 2023."""
    made_at = dt.datetime(2023, 4, 1, 4, 0, tzinfo=dt.UTC)
    return replace(Decision(kind, subject, role="director", made_at=made_at), **changes)


def link(card_id: str = "101", occurrence_key: str = "МД-1", **changes: Any) -> Link:  # noqa: ANN401 - any field
    """Return a certain link by title."""
    return replace(Link(card_id, occurrence_key, LinkedBy.TITLE, score=0.9), **changes)


def matching(
    *links: Link, questions: Iterable[Question] = (), extra: Iterable[str] = ()
) -> Matching:
    """Return a matching of these links."""
    return Matching(links=links, questions=tuple(questions), extra=tuple(extra))


def assessment(**changes: Any) -> Assessment:  # noqa: ANN401 - any field
    """Return an assessment of 1 June 2023 with nothing to say."""
    base = Assessment(today=LONG_AFTER, trustworthy=True, sources=sources(), verdicts=())
    return replace(base, **changes)


def noon() -> str:
    """Return a time zone in which it is about noon: no day ends while a test is at work."""
    return f"Etc/GMT{time.gmtime().tm_hour - 12:+d}"
