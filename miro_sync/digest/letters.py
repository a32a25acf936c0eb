"""The parts of a letter put together, in the measure of its reader; its subject, its summary."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from miro_sync.digest import blocks
from miro_sync.digest.blocks import FEWER, Scene
from miro_sync.digest.saying import joined, week_of
from miro_sync.digest.standing import standing
from miro_sync.letter import Block, Letter, Role, Section
from miro_sync.model import Message, Period, SourceReport, SourceState, say
from miro_sync.telling.display import clean, shorten
from miro_sync.telling.schools import short_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from miro_sync.letter import Figures
    from miro_sync.overview import Overview

#: A read that is older is told of in so many words: somebody may have marked things since.
OLD = dt.timedelta(hours=24)

#: Letters of a project's name.
_NAME = 80


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom a letter speaks.

    Attributes:
        roles: of the team; a person who has several gets one letter with the parts of all.
        center_id: the centre whose head it is; then there are no roles.

    """

    roles: frozenset[Role] = frozenset()
    center_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What a letter says of itself.

    Attributes:
        at: the moment it is written, UTC; sources are as old as they were then.
        number: the how-manieth letter to this reader it is.
        last: the day of the one before; None for the first.
        told: what that one told as late; None where it is not known.
        unsubscribe: there is an address that takes nobody's letters off the list.
        blocks: the parts that the settings want; all by default.

    """

    at: dt.datetime
    number: int = 1
    last: dt.date | None = None
    told: frozenset[str] | None = None
    unsubscribe: bool = False
    blocks: frozenset[Block] = frozenset(Block)


def digest(overview: Overview, reader: Reader, sending: Sending) -> Letter | None:
    """Decide what the letter of a week says to one reader.

    In a week without anything to say the director gets a short letter, which is the proof that the
    watch works, the coordinator the usual one, and nobody else any.

    Args:
        overview: the project on the day of the letter, with the week before where it is known.
        reader: a person of the team or the head of a centre.
        sending: what is known of this letter and the one before.

    Returns:
        None when there is nothing to say to this reader.

    """
    now = standing(overview, reader.center_id, sending.told)
    scene = Scene(overview, now, short_names(overview.project.centers), reader.center_id)
    sections = [
        section
        for make in _parts(reader)
        if (section := make(scene)).block in sending.blocks and (section.entries or section.rest)
    ]
    asked = {section.block: blocks.questions_in(section) for section in sections}
    figures = now.figures(
        decisions=asked.get(Block.DECISIONS, 0) if Role.DIRECTOR in reader.roles else 0,
        questions=asked.get(Block.CLARIFY, 0),
    )
    team = reader.roles & {Role.DIRECTOR, Role.COORDINATOR}
    if reader.center_id is not None and not _has_to_ask(figures):
        return None
    if not team and not reader.center_id and figures.calm:
        return None
    calm = figures.calm and Role.COORDINATOR not in reader.roles and now.trustworthy
    week = _week_before(now.today)
    before = None
    if overview.earlier is not None and overview.earlier.assessment.trustworthy:
        before = standing(overview.earlier, reader.center_id, ()).figures()
    return Letter(
        subject=_subject(overview, reader, figures, before, week),
        title=_title(overview, scene, reader),
        week=week,
        number=sending.number,
        trust=_trust(overview, sending, week),
        summary=_summary(figures, before, reader, trustworthy=now.trustworthy),
        sections=() if calm else tuple(sections),
        footer=_footer(reader, sending),
        figures=figures,
        before=before,
        frozen=not now.trustworthy,
        told=now.subjects,
    )


def _parts(reader: Reader) -> Sequence[Callable[[Scene], Section]]:
    """Return the parts of a letter in their order.

    A methodist reads the director's letter without what the director decides.
    """
    if reader.center_id is not None:
        return (
            blocks.new, blocks.still, blocks.moved, blocks.closed, blocks.ahead, blocks.silent,
            blocks.clarify,
        )  # fmt: skip
    coordinator = Role.COORDINATOR in reader.roles
    first = blocks.decisions if Role.DIRECTOR in reader.roles else blocks.moved
    if not coordinator:
        return (
            first, _new_in_short, blocks.still_counted, blocks.closed, _ahead_in_short,
            blocks.silent, blocks.indicators,
        )  # fmt: skip
    return (
        first, blocks.new, blocks.still, blocks.closed, blocks.ahead, blocks.silent,
        blocks.indicators, blocks.clarify, blocks.sources,
    )  # fmt: skip


def _new_in_short(scene: Scene) -> Section:
    return blocks.new(scene, FEWER)


def _ahead_in_short(scene: Scene) -> Section:
    return blocks.ahead(scene, FEWER)


def _has_to_ask(figures: Figures) -> bool:
    return bool(figures.late or figures.moved or figures.silent)


def _week_before(today: dt.date) -> Period:
    monday = today - dt.timedelta(days=today.weekday() + 7)
    return Period(monday, monday + dt.timedelta(days=6))


# --- subject and summary ----------------------------------------------------------------------


def _subject(
    overview: Overview, reader: Reader, figures: Figures, before: Figures | None, week: Period
) -> Message:
    """Count first, then the change, then the week: a phone shows forty letters of it."""
    if reader.center_id is not None:
        waiting = figures.late + figures.moved
        return say("mail.subject_center" if waiting else "mail.subject_silence", number=waiting)
    named = week_of(week)
    ill = _ill(overview.assessment.sources)
    if ill and Role.COORDINATOR in reader.roles:
        return say("mail.subject_trouble", source=say(f"status.source_{ill[0].name}"), week=named)
    if not overview.assessment.trustworthy:
        return say("mail.subject_frozen", week=named)
    parts = []
    if figures.late:
        parts.append(
            _change("mail.subject_late", figures.late, None if before is None else before.late)
        )
    else:
        parts.append(say("mail.subject_calm"))
    if figures.decisions:
        parts.append(say("mail.subject_decisions", number=figures.decisions))
    elif figures.moved:
        parts.append(say("mail.subject_moved", number=figures.moved))
    if figures.questions and Role.DIRECTOR not in reader.roles:
        parts.append(say("mail.subject_questions", number=figures.questions))
    return say("mail.subject", what=joined(parts, "mail.comma"), week=named)


def _change(key: str, number: int, before: int | None) -> Message:
    """Count with the change since the week before, where it is known and is one."""
    said = say(key, number=number)
    if before is None or before == number:
        return said
    return say("mail.changed", said=said, change=f"{number - before:+d}".replace("-", "−"))


def _summary(
    figures: Figures, before: Figures | None, reader: Reader, *, trustworthy: bool
) -> tuple[Message, ...]:
    if reader.center_id is not None:
        return (_of_center(figures, trustworthy=trustworthy),)
    if not trustworthy:
        said = say("mail.summary_frozen", number=figures.late)
    elif figures.late and before is not None:
        said = say("mail.summary_change", number=figures.late, before=before.late)
    elif figures.late:
        said = say("mail.summary", number=figures.late)
    elif before is not None and before.late:
        said = say("mail.summary_calm_now", before=before.late)
    else:
        said = say("mail.summary_calm")
    parts = [
        say(key, number=number)
        for key, number in (
            ("mail.sum_missed", figures.missed),
            ("mail.sum_overdue", figures.overdue),
            ("mail.sum_new", figures.new),
            ("mail.sum_moved", figures.moved),
            ("mail.sum_closed", figures.closed),
            ("mail.sum_silent", figures.silent),
            ("mail.sum_ahead", figures.ahead),
        )
        if number
    ]
    whole = [said]
    if parts:
        whole.append(say("mail.sum", what=joined(parts, "mail.comma")))
    if figures.waiting and Role.COORDINATOR not in reader.roles:
        whole.append(say("mail.loose_backlog", number=figures.waiting))
    return tuple(whole)


def _of_center(figures: Figures, *, trustworthy: bool) -> Message:
    waiting = figures.late + figures.moved
    if not waiting:
        return say("mail.center_silence")
    return say("mail.center_waits" if trustworthy else "mail.center_frozen", number=waiting)


def _title(overview: Overview, scene: Scene, reader: Reader) -> Message:
    if reader.center_id is not None:
        return say("mail.title", name=scene.named(reader.center_id))
    return say("mail.title", name=shorten(clean(overview.project.name), _NAME))


# --- what it rests on -------------------------------------------------------------------------


def _trust(overview: Overview, sending: Sending, week: Period) -> tuple[Message, ...]:
    """Say which week, which letter, what was read when, and whether the alarms can be relied on."""
    assessment = overview.assessment
    zone = ZoneInfo(overview.project.timezone)
    head = say("mail.head", week=week_of(week), year=week.end.year, number=sending.number)
    if sending.last is not None:
        head = say("mail.head_last", head=head, number=sending.number - 1, day=sending.last)
    named = [one for one in assessment.sources if one.state is not SourceState.ABSENT]
    read = joined([_read(one, zone) for one in named]) if named else say("mail.nothing_named")
    verdict = "telling.trust_whole" if assessment.trustworthy else "telling.trust_partial"
    if not any(one.name != "calendar" for one in named):
        verdict = "telling.trust_nothing"
    said = [head, joined((say("telling.trust", sources=read), say(verdict)), "mail.then")]
    old = [one for one in named if one.read_at is not None and sending.at - one.read_at > OLD]
    if old and not _ill(assessment.sources):
        said.append(say("mail.old", day=min(_day(one, zone) for one in old)))
    return tuple(said)


def _read(one: SourceReport, zone: ZoneInfo) -> Message:
    source = say(f"status.source_{one.name}")
    if one.read_at is None:
        return say("mail.kept" if one.reliable else "telling.trust_failed", source=source)
    local = one.read_at.astimezone(zone)
    when = say("telling.when", day=local.date(), at=f"{local:%H:%M}")
    key = "telling.trust_fresh" if one.reliable else "telling.trust_stale"
    return say(key, source=source, when=when)


def _day(one: SourceReport, zone: ZoneInfo) -> dt.date:
    return one.read_at.astimezone(zone).date() if one.read_at is not None else dt.date.max


def _ill(sources: Collection[SourceReport]) -> list[SourceReport]:
    return [one for one in sources if one.state is not SourceState.ABSENT and not one.reliable]


def _footer(reader: Reader, sending: Sending) -> tuple[Message, ...]:
    if reader.center_id is not None:
        said = [say("mail.footer_center"), say("mail.why_center")]
    else:
        role = min(reader.roles, key=list(Role).index)
        said = [say("mail.footer_team"), say(f"mail.why_{role}")]
        if Role.COORDINATOR in reader.roles:
            said.append(say("mail.footer_command"))
    said.append(say("mail.footer_unsubscribe" if sending.unsubscribe else "mail.footer_pause"))
    return tuple(said)
