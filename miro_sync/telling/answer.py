"""The answers for programs: the JSON documents and the rows of the CSV files.

Keys and their order are a contract with others; what is not known is null, days are ISO local
days, moments are UTC. Only the sentences (`reason`, `assumed`, `message`) depend on the language.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import TYPE_CHECKING, Any

from miro_sync.model import CenterState, ScheduleKind, Status
from miro_sync.telling.display import clean, link
from miro_sync.telling.lines import of_center

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Assessment,
        CenterActivity,
        Event,
        EventCard,
        Evidence,
        Finding,
        Message,
        MovedCard,
        Occurrence,
        Project,
        Question,
        Schedule,
        SourceReport,
        Verdict,
    )

#: The number goes up when a key is renamed, dropped or changes its meaning.
CHECK_SCHEMA = "miro-sync/check/1"
CENTERS_SCHEMA = "miro-sync/centers/1"

_ALL_IN_CSV = 1_000_000
_FORMULA = re.compile(r"[=+\-@\uff1d\uff0b\uff0d\uff20]")
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def check(
    assessment: Assessment,
    findings: Sequence[Finding],
    project: Project,
    words: Catalogue,
    *,
    center: str | None = None,
) -> dict[str, Any]:
    """Return the answer of `check-calendar`, or the part of it that concerns one centre.

    `events` has one entry per occurrence, in the order of the calendar; `center` holds the
    centre's id, null for the network. `period` is always an object, its days null where no
    period could be read. `progress` stands for a quota alone; `missing` names the centres
    without evidence where the occurrence concerns the whole network.
    """
    by_key = {verdict.occurrence.key: verdict.occurrence for verdict in assessment.verdicts}
    if center is not None:
        assessment, findings = of_center(assessment, findings, center)
    return {
        "schema": CHECK_SCHEMA,
        **head(assessment, project, words),
        "summary": _summary(assessment),
        "events": [_event(verdict, project, words) for verdict in assessment.verdicts],
        "review": [_question(one, assessment, by_key) for one in assessment.questions],
        "moved": [_moved(one, words) for one in assessment.moved],
        "extra": [_card(card) for card in assessment.extra],
        "centers": [_center(one, words) for one in assessment.centers],
        "findings": [
            {
                "key": finding.key,
                "kind": finding.kind,
                "subject": finding.subject,
                "state": finding.state.value,
                "since": _day(finding.since),
                "until": _day(finding.until),
                "backlog": finding.backlog,
            }
            for finding in findings
        ],
    }


def centers(assessment: Assessment, project: Project, words: Catalogue) -> dict[str, Any]:
    """Return the answer of `centers`: the head and the `centers` of `check`, with their weeks."""
    return {
        "schema": CENTERS_SCHEMA,
        **head(assessment, project, words),
        "centers": [
            {
                **_center(one, words),
                "rhythm": _said(one.rhythm, words),
                "weeks": [
                    {
                        "monday": _day(week.monday),
                        "contributions": week.contributions,
                        "planned": week.planned,
                        "excused": week.excused,
                    }
                    for week in one.weeks
                ],
            }
            for one in assessment.centers
        ],
    }


def period(schedule: Schedule, words: Catalogue) -> dict[str, Any]:
    """Return how one period text was understood."""
    return {
        "text": schedule.text,
        "kind": schedule.kind.value,
        "periods": [[_day(one.start), _day(one.end)] for one in schedule.periods],
        "recurrence": schedule.recurrence,
        "assumed": _said(schedule.assumed, words),
        "unread": schedule.unread,
    }


def check_rows(assessment: Assessment, project: Project, words: Catalogue) -> Iterator[list[str]]:
    """Yield the header and one row per occurrence, in the order of the calendar."""
    yield _header(
        words,
        "code event task center status start end deadline late responsible progress reason"
        " link key",
    )
    names = {center.id: center.name for center in project.centers}
    for verdict in assessment.verdicts:
        occurrence = verdict.occurrence
        event, span = occurrence.event, occurrence.period
        links = (link(one.card.url) for one in verdict.evidence)
        yield [
            event.code or "",
            event.title,
            event.task,
            _center_name(occurrence.center_id, names),
            words.say(f"status.{verdict.status}"),
            (_day(span.start) if span else None) or "",
            (_day(span.end) if span else None) or "",
            _day(occurrence.deadline) or "",
            str(verdict.days_late),
            ", ".join(event.responsible),
            f"{verdict.progress.done}/{verdict.progress.expected}" if verdict.progress else "",
            words.tell(verdict.reason),
            next((url for url in links if url), ""),
            occurrence.key,
        ]


def center_rows(assessment: Assessment, words: Catalogue) -> Iterator[list[str]]:
    """Yield the header and one row per centre."""
    yield _header(words, "center status last_contribution days_silent reason key")
    for one in assessment.centers:
        yield [
            one.center.name,
            words.say(f"status.{one.state}"),
            _day(one.last_contribution) or "",
            "" if one.days_silent is None else str(one.days_silent),
            words.tell(one.reason),
            one.center.id,
        ]


def period_rows(schedules: Iterable[Schedule], words: Catalogue) -> Iterator[list[str]]:
    """Yield the header and one row per text; several periods stand in one cell."""
    yield _header(words, "text kind periods recurrence assumed unread")
    for schedule in schedules:
        yield [
            schedule.text,
            words.say(f"telling.kind_{schedule.kind}"),
            ", ".join(f"{one.start.isoformat()}/{one.end.isoformat()}" for one in schedule.periods),
            schedule.recurrence or "",
            _said(schedule.assumed, words) or "",
            schedule.unread,
        ]


def json_text(document: Mapping[str, Any], *, indent: int | None = 2, ascii_only: bool) -> str:
    r"""Write a document as JSON that is harmless to look at.

    Args:
        document: what `check`, `centers` or `period` returned.
        indent: None writes it on one line.
        ascii_only: write Cyrillic as \uXXXX, for an output that cannot carry it.

    """
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Write rows as CSV for Excel: ";" between cells, no cell that it would take for a formula.

    Every cell is one line; what begins like a formula gets an apostrophe in front, which
    spreadsheets take as "this is text".
    """
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(
        [_cell(text) for text in row] for row in rows
    )
    return out.getvalue()


def head(assessment: Assessment, project: Project, words: Catalogue) -> dict[str, Any]:
    """Return what every answer begins with: whose it is, of which day, and what it rests on."""
    return {
        "project": {"name": project.name, "timezone": project.timezone},
        "today": _day(assessment.today),
        "trustworthy": assessment.trustworthy,
        "sources": [_source(report, words) for report in assessment.sources],
    }


def _source(report: SourceReport, words: Catalogue) -> dict[str, Any]:
    return {
        "name": report.name,
        "state": report.state.value,
        "read_at": _moment(report.read_at),
        "items": report.items,
        "calls": report.calls,
        "message": _said(report.message, words),
    }


def _summary(assessment: Assessment) -> dict[str, int]:
    counts = {status.value: 0 for status in Status}
    for verdict in assessment.verdicts:
        counts[verdict.status.value] += 1
    silent = sum(one.state is CenterState.INACTIVE for one in assessment.centers)
    return {**counts, "inactive_centers": silent}


def _event(verdict: Verdict, project: Project, words: Catalogue) -> dict[str, Any]:
    occurrence = verdict.occurrence
    event = occurrence.event
    return {
        "key": occurrence.key,
        "event": _name(event),
        "title": event.title,
        "center": occurrence.center_id,
        "period": _period(occurrence, words),
        "deadline": _day(occurrence.deadline),
        "status": verdict.status.value,
        "days_late": verdict.days_late,
        "responsible": list(event.responsible),
        "progress": _progress(verdict, project),
        "reason": words.tell(verdict.reason),
        "evidence": [_evidence(one) for one in verdict.evidence],
    }


def _name(event: Event) -> str:
    return event.code or event.key


def _period(occurrence: Occurrence, words: Catalogue) -> dict[str, Any]:
    schedule = occurrence.event.schedule
    return {
        "start": _day(occurrence.period.start) if occurrence.period else None,
        "end": _day(occurrence.period.end) if occurrence.period else None,
        "text": schedule.text,
        "assumed": _said(schedule.assumed, words),
    }


def _progress(verdict: Verdict, project: Project) -> dict[str, Any] | None:
    if verdict.progress is None:
        return None
    missing: list[str] = []
    if verdict.occurrence.center_id is None:
        seen = {one.card.center_id for one in verdict.evidence}
        missing = [center.id for center in project.centers if center.id not in seen]
    return {
        "done": verdict.progress.done,
        "expected": verdict.progress.expected,
        "missing": missing,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    card = evidence.card
    return {
        "source": card.source,
        "id": card.id,
        "url": link(card.url),
        "title": card.title,
        "date": card_day(card),
        "held": card.held is not None,
        "linked_by": evidence.by.value,
        "score": round(evidence.score, 4),
    }


def _card(card: EventCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "url": link(card.url),
        "title": card.title,
        "center": card.center_id,
        "date": card_day(card),
    }


def card_day(card: EventCard) -> str | None:
    """Return the first day that a card speaks of, ISO; None when it names none for certain."""
    if card.date is None or card.date.kind is ScheduleKind.AMBIGUOUS or not card.date.periods:
        return None
    return _day(min(card.date.periods).start)


def _question(
    question: Question, assessment: Assessment, by_key: Mapping[str, Occurrence]
) -> dict[str, Any]:
    scores: dict[str, float] = {}
    for key, score in question.candidates:  # best first: the first score of an event is its best
        scores.setdefault(_name(by_key[key].event), score)
    return {
        "card": _card(assessment.cards[question.card_id]),
        "candidates": [
            {"event": event, "score": round(score, 4)} for event, score in scores.items()
        ],
    }


def _moved(moved: MovedCard, words: Catalogue) -> dict[str, Any]:
    return {
        "event": _name(moved.occurrence.event),
        "card": _card(moved.card),
        "period": _period(moved.occurrence, words),
        "card_date": card_day(moved.card),
    }


def _center(activity: CenterActivity, words: Catalogue) -> dict[str, Any]:
    return {
        "id": activity.center.id,
        "name": activity.center.name,
        "state": activity.state.value,
        "last_contribution": _day(activity.last_contribution),
        "days_silent": activity.days_silent,
        "reason": words.tell(activity.reason),
    }


def _said(message: Message | None, words: Catalogue) -> str | None:
    return None if message is None else words.tell(message)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(moment: dt.datetime | None) -> str | None:
    if moment is None:
        return None
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}Z"


def _center_name(center_id: str | None, names: Mapping[str, str]) -> str:
    return "" if center_id is None else names.get(center_id, center_id)


def _header(words: Catalogue, columns: str) -> list[str]:
    return [words.say(f"telling.column_{name}") for name in columns.split()]


def _cell(text: str) -> str:
    said = clean(text, _ALL_IN_CSV)
    return f"'{said}" if _FORMULA.match(said) else said
