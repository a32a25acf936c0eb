"""What each part of a letter says: its entries, each with its reason and what to open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from miro_sync.digest.saying import (
    card_links,
    card_title,
    days_of,
    joined,
    links_of,
    names,
    number,
    place_of,
    plain,
    title_of,
)
from miro_sync.digest.standing import LONG_SILENCE_DAYS
from miro_sync.kpi import gap_places, is_hidden, places, rounded
from miro_sync.letter import Block, Entry, Section
from miro_sync.model import (
    FLAGGED,
    IndicatorState,
    Message,
    SourceState,
    Status,
    say,
)
from miro_sync.privacy import people_told_outside
from miro_sync.telling.display import clean, shorten
from miro_sync.telling.lines import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.digest.standing import Clash, Standing
    from miro_sync.model import (
        CenterActivity,
        IndicatorValue,
        MovedCard,
        Period,
        Question,
        SourceReport,
        Verdict,
    )
    from miro_sync.overview import Overview
    from miro_sync.telling.lines import Line

#: Entries in a part of a letter: more are read by nobody, least of all on a phone.
MOST = 10

#: The same for a reader who wants to know whether all goes well.
FEWER = 5

INDICATORS = 5

_CANDIDATES = 3

#: How the centres of a shared line are gathered behind «8 из 11».
_TALLY = (
    ("telling.tally_missed", (Status.MISSED,)),
    ("telling.tally_overdue", (Status.OVERDUE,)),
    ("telling.tally_moved", (Status.MOVED,)),
    ("telling.tally_unconfirmed", (Status.UNCONFIRMED,)),
    ("telling.tally_unknown", (Status.UNKNOWN,)),
    ("telling.tally_awaiting", (Status.AWAITING, Status.RUNNING)),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the parts of one letter share.

    Attributes:
        names: how people say the centres' names, by id.
        center_id: the centre whose letter it is; None for a letter of the team.

    """

    overview: Overview
    standing: Standing
    names: Mapping[str, str]
    center_id: str | None = None

    def named(self, center_id: str) -> str:
        """Return what a centre is called."""
        return self.names.get(center_id, clean(center_id))


def decisions(scene: Scene) -> Section:
    """What only the director can decide: transfers, and centres that are silent for long."""
    entries = [
        *(_moved(one, scene) for one in scene.standing.moved),
        *(_alarm(line, scene) for line in scene.standing.moved_lines),
        *(
            Entry(
                say("mail.long_silent", center=scene.named(one.center.id), days=one.days_silent),
                (say("mail.long_silent_ask"),),
            )
            for one in scene.standing.silent
            if (one.days_silent or 0) > LONG_SILENCE_DAYS
        ),
    ]
    return _section(Block.DECISIONS, entries, lead=say("mail.lead_decisions"))


def moved(scene: Scene) -> Section:
    """Cards on another date than planned, for those who do not decide about them."""
    entries = [
        *(_moved(one, scene) for one in scene.standing.moved),
        *(_alarm(line, scene) for line in scene.standing.moved_lines),
    ]
    return _section(Block.DECISIONS, entries, heading="mail.block_moved")


def new(scene: Scene, most: int = MOST) -> Section:
    """What is late since the last letter, the worst first."""
    entries = [_alarm(line, scene) for line in scene.standing.new]
    return _section(Block.NEW, entries, most=most)


def still(scene: Scene) -> Section:
    """What the last letter told and is still late: one by one, the chronic in a sentence.

    Nobody calls a centre chronic to its face: it reads all its own lines.
    """
    own = scene.center_id is not None
    late = scene.standing
    entries = [_alarm(line, scene) for line in (*(late.chronic if own else ()), *late.still)]
    section = _section(Block.OPEN, entries, rest=() if own else _chronic(scene))
    return replace(section, heading=_still_heading(scene))


def still_counted(scene: Scene) -> Section:
    """What is still late, in numbers alone."""
    rest = [*_chronic(scene)]
    if scene.standing.still:
        oldest = scene.standing.still[0].worst.days_late
        rest.insert(0, say("mail.still", number=len(scene.standing.still), days=oldest))
    return Section(Block.OPEN, _still_heading(scene), rest=tuple(rest))


def closed(scene: Scene) -> Section:
    """What was late in the last letter and is settled."""
    return _section(Block.CLOSED, [_closed(*one, scene) for one in scene.standing.closed])


def ahead(scene: Scene, most: int = MOST) -> Section:
    """What comes within fourteen days, and where two things fall on one day."""
    entries = [
        *(_clash(one, scene) for one in scene.standing.clashes),
        *(_coming(line, scene) for line in scene.standing.ahead),
    ]
    heading = say("mail.block_ahead", number=len(scene.standing.ahead))
    shown = tuple(entries[:most])
    return Section(Block.AHEAD, heading, shown, len(entries) - len(shown))


def silent(scene: Scene) -> Section:
    """Silent centres: why, since when, and what would clear it."""
    if scene.center_id is not None:
        entries = [_own_silence(one) for one in scene.standing.silent]
        return _section(Block.SILENT, entries, heading="mail.block_own_silence")
    entries = [
        Entry(say("mail.plain", text=scene.named(one.center.id)), (one.reason,))
        for one in scene.standing.silent
    ]
    return _section(Block.SILENT, entries)


def indicators(scene: Scene) -> Section:
    """Up to five indicators: those that are behind, then those with a target."""
    known = [one for one in scene.overview.indicators if one.state is not IndicatorState.NOT_DUE]
    chosen = sorted(known, key=_weight)[:INDICATORS]
    earlier = {
        one.indicator.id: None if is_hidden(one) else one.value
        for one in (scene.overview.earlier.indicators if scene.overview.earlier else ())
    }
    entries = [_indicator(one, earlier.get(one.indicator.id)) for one in chosen]
    return Section(Block.INDICATORS, say("mail.block_indicators"), tuple(entries))


def clarify(scene: Scene) -> Section:
    """What only a person can tell: whose card, what date, a double, nobody who answers."""
    entries = [
        *_questions(scene),
        *(
            Entry(title_of(line.event), (_undated(line),), links_of(line.verdicts))
            for line in lines(scene.overview.assessment)
            if line.status is Status.UNDATED and scene.center_id is None
        ),
        *_duplicates(scene),
    ]
    rest = [] if scene.center_id is not None else [*_loose_ends(scene)]
    lead = None if scene.center_id is not None else say("mail.lead_clarify")
    return _section(Block.CLARIFY, entries, rest=rest, lead=lead)


def sources(scene: Scene) -> Section:
    """How each source fared, and what of the input was left out."""
    assessment = scene.overview.assessment
    told = [
        Entry(
            say(
                f"mail.source_{_state(one)}",
                source=say(f"status.source_{one.name}"),
                items=one.items,
            ),
            () if one.message is None else (one.message,),
        )
        for one in assessment.sources
        if one.state is not SourceState.ABSENT
    ]
    entries = [*told, *(Entry(problem) for problem in assessment.problems)]
    return _section(Block.SOURCES, entries)


def questions_in(section: Section) -> int:
    """Return how many questions a part asks, those beside it included."""
    return len(section.entries) + section.more


# --- one entry --------------------------------------------------------------------------------


def _section(  # noqa: PLR0913 - what a part is made of
    block: Block,
    entries: Sequence[Entry],
    *,
    most: int = MOST,
    heading: str | None = None,
    rest: Iterable[Message] = (),
    lead: Message | None = None,
) -> Section:
    shown = tuple(entries[:most])
    head = say(heading or f"mail.block_{block}", number=len(entries))
    return Section(block, head, shown, len(entries) - len(shown), tuple(rest), lead)


def _still_heading(scene: Scene) -> Message:
    number = len(scene.standing.still) + len(scene.standing.chronic)
    return say("mail.block_open", number=number)


def _chronic(scene: Scene) -> Iterable[Message]:
    chronic = scene.standing.chronic
    if chronic:
        oldest = max(line.worst.days_late for line in chronic)
        yield say("mail.chronic", number=len(chronic), days=oldest)


def _alarm(line: Line, scene: Scene) -> Entry:
    """Tell of a line that is late; to its own centre as a question."""
    worst = line.worst
    about = {"status": say(f"status.{worst.status}"), "period": days_of(line.period)}
    if scene.center_id is not None:
        asked = say(f"mail.ask_{worst.status}")
        when = say("mail.when", period=days_of(line.period))
        return Entry(title_of(line.event), (when, asked), links_of(line.verdicts))
    if line.shared:
        late = say("mail.late_since", **about, days=worst.days_late)
        return Entry(title_of(line.event), (late, tally(line, scene)), links_of(line.of(*FLAGGED)))
    why = worst.reason
    center = worst.occurrence.center_id
    if center is not None:
        why = say("telling.of_center", center=scene.named(center), said=why)
    links = links_of((worst,))
    place = None if links else place_of((worst,))
    return Entry(title_of(line.event), (say("mail.late", **about), why), links, place)


def tally(line: Line, scene: Scene) -> Message:
    """Say how far an event of several centres is: «8 из 11, нет: …»."""
    held = len(line.of(Status.HELD))
    expected = len(line.verdicts) - len(line.of(Status.CANCELLED))
    parts = []
    for key, statuses in _TALLY:
        found = line.of(*statuses)
        if found:
            parts.append(say(key, centers=names([_who(one, scene) for one in found])))
    whole = say("telling.tally", held=held, expected=expected)
    if not parts:
        return whole
    return joined((whole, joined(parts)), "mail.comma")


def _who(verdict: Verdict, scene: Scene) -> str:
    center = verdict.occurrence.center_id
    return "" if center is None else scene.named(center)


def _moved(one: MovedCard, scene: Scene) -> Entry:
    found = one.card.date.periods if one.card.date is not None else ()
    said = say(
        "telling.moved_dates",
        found=_periods(found),
        planned=days_of(one.occurrence.period),
    )
    center = one.occurrence.center_id or one.card.center_id
    notes = [said]
    if scene.center_id is not None:
        notes.append(say("mail.ask_moved"))
    elif center is not None:
        notes = [say("telling.of_center", center=scene.named(center), said=said)]
    links = card_links(one.card)
    place = None if links else one.card.place
    return Entry(title_of(one.occurrence.event), tuple(notes), links, place)


def _periods(found: Sequence[Period]) -> Message:
    if not found:
        return days_of(None)
    return joined([days_of(one) for one in found[:_CANDIDATES]], "mail.comma")


def _closed(line: Line, settled: tuple[Verdict, ...], scene: Scene) -> Entry:
    statuses = dict.fromkeys(verdict.status for verdict in settled)
    said = joined([say(f"status.{status}") for status in statuses], "mail.comma")
    centers = [_who(one, scene) for one in settled if one.occurrence.center_id is not None]
    if centers and scene.center_id is None:
        said = say("telling.of_center", center=names(centers), said=said)
    return Entry(title_of(line.event), (say("mail.sentence", said=said),), links_of(settled))


def _coming(line: Line, scene: Scene) -> Entry:
    head = say("mail.coming", when=days_of(line.period), title=title_of(line.event))
    center = line.worst.occurrence.center_id
    notes: tuple[Message, ...] = ()
    if center is not None and scene.center_id is None:
        shared = say("mail.of_many", number=len(line.verdicts))
        notes = (shared if line.shared else say("mail.plain", text=scene.named(center)),)
    return Entry(head, notes, links_of(line.verdicts, most=0))


def _clash(clash: Clash, scene: Scene) -> Entry:
    titles = joined([title_of(line.event) for line in clash.lines], "mail.and")
    head = say("mail.clash", day=clash.day, titles=titles)
    if scene.center_id is not None:
        return Entry(head, (say("mail.clash_ask"),))
    where = names([scene.named(one) for one in clash.centers])
    if len(clash.centers) == len(scene.overview.project.centers) > 1:
        where = say("mail.everywhere")
    return Entry(head, (say("mail.clash_where", centers=where),))


def _own_silence(one: CenterActivity) -> Entry:
    if one.last_contribution is None:
        return Entry(say("mail.own_never"), (say("mail.own_silence_ask"),))
    head = say("mail.own_silence", day=one.last_contribution, days=one.days_silent or 0)
    return Entry(head, (say("mail.own_silence_ask"),))


def _weight(one: IndicatorValue) -> tuple[bool, bool, bool, bool]:
    collected = one.state is not IndicatorState.NOT_COLLECTED
    return (
        not one.behind,
        collected and one.value is None,
        one.met is not False,
        one.indicator.target is None,
    )


def _indicator(one: IndicatorValue, week_ago: float | None) -> Entry:
    indicator = one.indicator
    head = say("mail.coded", code=clean(indicator.id), title=shorten(indicator.title, 120))
    if one.value is None:
        missing = "collected" if one.state is IndicatorState.NOT_COLLECTED else "known"
        return Entry(head, (say(f"mail.indicator_not_{missing}", day=one.as_of),))
    if is_hidden(one):
        return Entry(head, (_hidden(one),))
    said = [say("mail.indicator", value=_amount(one, one.value), day=one.as_of)]
    before = week_ago if week_ago is not None else one.before.value if one.before else None
    if before is not None:
        # What is the same as written is the same.
        step = rounded(indicator, one.value) - rounded(indicator, before)
        arrow = "up" if step > 0 else "down" if step < 0 else "same"
        said.append(say(f"mail.arrow_{arrow}", before=_amount(one, before)))
    if indicator.target is not None:
        key = "mail.target_met" if one.met else "mail.target"
        said.append(say(key, target=_amount(one, indicator.target)))
    if one.behind and one.gap:
        gap = number(one.gap, gap_places(indicator, one.gap))
        said.append(
            say("mail.behind", gap=say("kpi.points", number=gap) if _is_share(one) else gap)
        )
    if one.unknown:
        said.append(say("mail.indicator_unknown", number=one.unknown))
    return Entry(head, (joined(said, "mail.comma"),))


_POINT = "балл"  # a word that bends with its number


def _hidden(one: IndicatorValue) -> Message:
    """Say of so few people no more than that they are few, and what the target is."""
    value = say("privacy.hidden")
    if one.denominator is None and not _is_share(one):
        value = say("mail.amount", value=people_told_outside(1), unit=clean(one.indicator.unit))
    said = say("mail.indicator", value=value, day=one.as_of)
    if one.indicator.target is None:
        return said
    return joined(
        (said, say("mail.target", target=_amount(one, one.indicator.target))), "mail.comma"
    )


def _is_share(one: IndicatorValue) -> bool:
    return one.indicator.unit == "%"


def _amount(one: IndicatorValue, value: float) -> Message:
    """Write a value as `kpi` rounds it, with its unit."""
    unit = clean(one.indicator.unit)
    decimals = places(one.indicator, value)
    told = rounded(one.indicator, value)
    if unit.casefold() != _POINT:
        return say("mail.amount", value=number(told, decimals), unit=unit)
    if decimals == 0:
        return say("mail.points", number=round(told))
    return say("mail.points_and", value=number(told, decimals))


def _questions(scene: Scene) -> Iterable[Entry]:
    assessment = scene.overview.assessment
    occurrences = {one.occurrence.key: one.occurrence for one in assessment.verdicts}

    def mine(one: Question) -> bool:
        return scene.center_id in (None, assessment.cards[one.card_id].center_id)

    for one in filter(mine, assessment.questions):
        card = assessment.cards[one.card_id]
        likely = [occurrences[key] for key, _ in one.candidates if key in occurrences]
        if scene.center_id is not None:
            likely = [of for of in likely if of.center_id in (None, scene.center_id)]
        titles = dict.fromkeys(title_of(of.event) for of in likely[:_CANDIDATES])
        notes = [say("mail.candidates", titles=joined(list(titles), "mail.or"))] if titles else []
        head = say("mail.which", card=card_title(card))
        if card.center_id is not None and scene.center_id is None:
            head = say("telling.of_center", center=scene.named(card.center_id), said=head)
        links = card_links(card)
        yield Entry(head, tuple(notes), links, None if links else card.place)


def _undated(line: Line) -> Message:
    text = line.event.schedule.text
    if not clean(text):
        return say("mail.undated_empty")
    return say("mail.undated", text=plain(text))


def _duplicates(scene: Scene) -> Iterable[Entry]:
    for card, occurrence in scene.overview.assessment.duplicates:
        if scene.center_id in (None, card.center_id):
            head = say("mail.duplicate", card=card_title(card), title=title_of(occurrence.event))
            yield Entry(head, (), card_links(card))


def _loose_ends(scene: Scene) -> Iterable[Message]:
    """Say in a sentence each what is worth a look and is no question of its own."""
    assessment, standing = scene.overview.assessment, scene.standing
    nobody = sum(not line.event.responsible for line in (*standing.late, *standing.moved_lines))
    maps = sum(one.right < one.total or bool(one.faults) for one in scene.overview.maps)
    empty = sum(len(one.empty) for one in scene.overview.plans)
    for key, count in (
        ("mail.loose_responsible", nobody),
        ("mail.loose_extra", len(assessment.extra)),
        ("mail.loose_vanished", len(assessment.vanished)),
        ("mail.loose_maps", maps),
        ("mail.loose_plans", empty),
        ("mail.loose_backlog", standing.waiting),
    ):
        if count:
            yield say(key, number=count)
    if assessment.rebuilt:
        yield say("mail.loose_rebuilt")


def _state(one: SourceReport) -> str:
    if one.reliable:
        return "read"
    return "failed" if one.state is SourceState.FAILED else "stale"
