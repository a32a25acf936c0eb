"""What is to be written now, so that the board shows what was judged.

- A card or note that stands behind a verdict bears the tag of its status while it has it. What
  has no card at all («нет следа») can bear a tag only on a card of this service.
- A planned event of a centre that no card speaks of gets a card in the centre's frame. It is
  changed with the calendar and removed when it is needed no more, while nobody has worked at it.
- What people took off, threw away or worked at is left to them: it is let go, once and for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from miro_sync.marks import unmarked
from miro_sync.model import (
    Act,
    Box,
    CenterState,
    Place,
    PlacedCard,
    Problem,
    Severity,
    SourceState,
    Status,
    say,
)
from miro_sync.privacy import personal
from miro_sync.publishing.room import free_places
from miro_sync.publishing.standing import OnBoard, Past, Seen, settled, standing
from miro_sync.publishing.steps import Plan, Step, in_order
from miro_sync.text import clean, fold, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from miro_sync.model import (
        Assessment,
        BoardSnapshot,
        Message,
        Project,
        Verdict,
    )
    from miro_sync.overview import Overview

#: Kinds of items that can bear tags, tags on one of them, tags of one board (Miro's).
TAGGABLE: Final = frozenset({"card", "sticky_note"})
MOST_TAGS_OF_ITEM: Final = 8
MOST_TAGS_OF_BOARD: Final = 100

#: Characters of a title and of a paragraph of the text of a card (ours).
_TITLE_LIMIT: Final = 200
_TEXT_LIMIT: Final = 500

#: Statuses of an occurrence that may still want a card; that no longer have a use for one.
_WANTING: Final = frozenset(
    {Status.PLANNED, Status.DUE_SOON, Status.RUNNING, Status.AWAITING, Status.MISSED}
)
_SETTLED: Final = frozenset({Status.HELD, Status.CANCELLED, Status.UNDATED})


@dataclass(frozen=True, slots=True)
class PublishRules:
    """What the settings say of writing to the board.

    Attributes:
        tags: full titles of the tags by status; a status without one gets no tag.
        cards_ahead_days: events that begin later than so many days from today get no card yet.
        network_frame: the title of the frame for cards of events of the whole network; "" for
            no such cards.

    """

    tags: Mapping[Status, str] = field(default_factory=dict, hash=False)
    cards_ahead_days: int = 60
    network_frame: str = ""


def plan(
    overview: Overview, seen: Seen, past: Past, rules: PublishRules, tell: Callable[[Message], str]
) -> Plan:
    """Say what is to be written.

    Args:
        overview: what was judged by this very `board`.
        seen: the very board that was judged.
        past: everything that was ever written.
        rules: tags and cards that are wanted.
        tell: writes a message in the language of the cards.

    Returns:
        The plan; a frozen one where anything was not read completely.

    """
    assessment = overview.assessment
    why = _frozen(assessment, seen.board)
    if why is not None:
        return Plan(frozen=why)
    decided = settled(past.log, seen.board)
    planner = _Planner(overview, seen, replace(past, log=decided), rules, tell)
    steps, problems = planner.everything()
    return Plan(in_order(steps), tuple(problems), decided=past.news(decided))


def _frozen(assessment: Assessment, board: BoardSnapshot) -> Message | None:
    """Say why nothing may be written; None when it may."""
    report = next((one for one in assessment.sources if one.name == "board"), None)
    if report is None or report.state is SourceState.ABSENT:
        return say("publish.frozen_no_board")
    if not assessment.trustworthy or not board.complete or report.state is not SourceState.FRESH:
        named = [one for one in assessment.sources if one.state is not SourceState.ABSENT]
        unread = [one.name for one in named if not one.reliable] or ["board"]
        told = next((one.message for one in named if not one.reliable and one.message), None)
        if told is not None:
            return say("publish.frozen_why", sources=_sources(unread), why=told)
        return say("publish.frozen", sources=_sources(unread))
    return None


def _sources(names: Iterable[str]) -> Message:
    head, *rest = (say(f"status.source_{name}") for name in names)
    for one in rest:
        head = say("status.list", head=head, tail=one)
    return head


class _Planner:
    """Gathers the steps and what stands in their way."""

    def __init__(
        self,
        overview: Overview,
        seen: Seen,
        past: Past,
        rules: PublishRules,
        tell: Callable[[Message], str],
    ) -> None:
        self._project: Project = overview.project
        self._assessment = overview.assessment
        self._seen = seen
        self._board = seen.board
        self._there = OnBoard(seen.board)
        self._frames = {frame.id: frame for frame in seen.frames}
        self._now = standing(past.log)
        self._users = past.users
        self._rules = rules
        self._tell = tell
        self._ids: dict[str, str] = {}
        self._steps: list[Step] = []
        self._problems: list[Problem] = []
        self._verdicts = {one.occurrence.key: one for one in self._assessment.verdicts}
        self._asked = {
            key for question in self._assessment.questions for key, _ in question.candidates
        }

    def everything(self) -> tuple[list[Step], list[Problem]]:
        own = self._cards()
        self._tags(own)
        return self._steps, self._problems

    # --- cards

    def _cards(self) -> Mapping[str, str | None]:
        """Plan the cards; return the items of those that stand or will, by key (None: new)."""
        own: dict[str, str | None] = {}
        for key, known in self._now.cards.items():
            item = self._there.items.get(known.item_id)
            verdict = self._verdicts.get(key)
            needed = verdict is not None and self._has_use(verdict)
            title = known.card.title
            if item is None:
                # Somebody threw it away: it is not made again while it would be needed.
                if not needed:
                    self._let_go(Act.MAKE_CARD, key, known.item_id, title)
            elif not self._seen.left(item, known.card, self._users, self._project):
                self._let_go(Act.MAKE_CARD, key, known.item_id, title)
            elif not needed or verdict is None:
                self._step(
                    Act.REMOVE_CARD, key, item_id=item.id, before=known.card, title=title,
                    center_id=known.card.center_id, reason=self._why_not(verdict),
                )  # fmt: skip
            else:
                own[key] = item.id
                wanted = self._wanted(verdict, known.card)
                if wanted is not None and wanted != known.card:
                    self._step(
                        Act.CHANGE_CARD, key, item_id=item.id, before=known.card, after=wanted,
                        title=wanted.title, center_id=wanted.center_id,
                        reason=say("publish.why_change"),
                    )  # fmt: skip
        own.update(dict.fromkeys(self._new_cards()))
        return own

    def _new_cards(self) -> list[str]:
        """Plan the cards that are not there yet; return their keys."""
        until = self._assessment.today + timedelta(days=self._rules.cards_ahead_days)
        paused = {
            one.center.id for one in self._assessment.centers if one.state is CenterState.PAUSED
        }
        wanted: dict[str, list[tuple[Verdict, PlacedCard]]] = {}
        for key, verdict in self._verdicts.items():
            occurrence = verdict.occurrence
            if (
                verdict.status not in _WANTING
                or not self._has_use(verdict)
                or key in self._asked
                or key in self._now.cards
                or self._there.marked(key)
                or occurrence.period is None
                or occurrence.period.start > until
                or occurrence.center_id in paused
            ):
                continue
            frame = self._frame_of(occurrence.center_id)
            if frame is None:
                continue
            blank = PlacedCard("", center_id=occurrence.center_id, frame_id=frame)
            card = self._wanted(verdict, blank)
            if card is not None:
                wanted.setdefault(frame, []).append((verdict, card))
        self._tell_of_frames()
        return [key for frame, some in wanted.items() for key in self._placed(frame, some)]

    def _placed(self, frame: str, wanted: Sequence[tuple[Verdict, PlacedCard]]) -> Iterable[str]:
        """Give cards their places in a frame."""
        box = self._there.items[frame].box or Box(0, 0)
        places = free_places(box, self._in_frame(frame, box), len(wanted))
        for (verdict, card), (x, y) in zip(wanted, places, strict=False):
            key = verdict.occurrence.key
            self._step(
                Act.MAKE_CARD, key, after=replace(card, x=x, y=y), title=card.title,
                center_id=card.center_id, reason=say("publish.why_card"),
            )  # fmt: skip
            yield key
        left = len(wanted) - len(places)
        if left:
            title, url = self._frames[frame].title, self._frames[frame].url
            self._problem(say("publish.no_room", frame=title, count=left), url)

    def _in_frame(self, frame: str, box: Box) -> Iterable[Box]:
        """Give what lies in a frame, and what lies over it on the bare canvas."""
        parent = self._there.items[frame].parent_id
        left, top = box.x - box.width / 2, box.y - box.height / 2
        for item in self._board.items:
            if item.box is None or item.id == frame:
                continue
            if item.parent_id == frame:
                yield item.box
            elif parent is None and item.parent_id is None and item.type != "frame":
                yield replace(item.box, x=item.box.x - left, y=item.box.y - top)

    def _frame_of(self, center_id: str | None) -> str | None:
        """Return the frame for the cards of a centre, or of the network; the first one made."""
        if center_id is None:
            title = fold(self._rules.network_frame)
            fitting = [
                one.id
                for one in self._frames.values()
                if title and fold(one.title) == title and not one.held
            ]
        else:
            fitting = [
                one.id
                for one in self._frames.values()
                if one.own and one.center_id == center_id and not one.held
            ]
        return min(fitting, key=lambda id_: (len(id_), id_), default=None)

    def _tell_of_frames(self) -> None:
        if self._rules.network_frame and self._frame_of(None) is None:
            self._problem(say("publish.no_network_frame", frame=self._rules.network_frame))

    def _has_use(self, verdict: Verdict) -> bool:
        """Tell whether a card of this service for an occurrence has a use."""
        spoken = any(one.card.source == "board" for one in verdict.evidence)
        return verdict.status not in _SETTLED and not spoken

    def _why_not(self, verdict: Verdict | None) -> Message:
        if verdict is None:
            return say("publish.why_not_planned")
        if verdict.status in _SETTLED:
            return say("publish.why_settled", status=say(f"status.{verdict.status.value}"))
        return say("publish.why_spoken")

    def _wanted(self, verdict: Verdict, place: PlacedCard) -> PlacedCard | None:
        """Write the card of an occurrence in its place; None where it must not be written."""
        event, period = verdict.occurrence.event, verdict.occurrence.period
        if period is None:
            return None
        name = _short(one_line(unmarked(event.title)), _TITLE_LIMIT)
        if personal(name) is not None:
            self._problem(say("publish.personal", event=event.code or event.key))
            return None
        title = f"{event.code}. {name}" if event.code else name
        lines = [self._tell(say("publish.card_period", start=period.start, end=period.end))]
        if period.start == period.end:
            lines = [self._tell(say("publish.card_day", day=period.start))]
        expected = _short(one_line(unmarked(event.expected)), _TEXT_LIMIT)
        if expected and personal(expected) is None:
            lines.append(self._tell(say("publish.card_expected", text=expected)))
        held = self._project.rules.held_tags
        if held:
            lines.append(self._tell(say("publish.card_how", tag=held[0])))
        lines.append(self._tell(say("publish.card_whose")))
        return replace(place, title=clean(title), text="\n".join(lines), due=period.end)

    # --- tags

    def _tags(self, own: Mapping[str, str | None]) -> None:
        """Plan the tags, on people's cards and on those of this service."""
        desired = self._desired(own)
        usable = self._usable({title for _, title in desired})
        carried: dict[str, int] = {}
        for item_id, title in sorted(self._now.tagged):
            if (item_id, title) in desired and title in usable:
                continue
            if self._there.has(item_id, self._ids.get(title)):
                self._tag_step(Act.TAKE_OFF, item_id, title, say("publish.why_off"))
                carried[item_id] = carried.get(item_id, 0) - 1
            else:
                self._let_go(Act.PUT_ON, title, item_id, self._title_of(item_id))
        for (item_id, title), reason in desired.items():
            if title not in usable or (item_id, title) in self._now.tagged:
                continue
            item = self._there.items.get(item_id)
            if item is not None:
                if self._there.has(item_id, self._ids.get(title)):
                    continue  # somebody put it there
                count = len(item.tag_ids) + carried.get(item_id, 0)
                if count >= MOST_TAGS_OF_ITEM:
                    self._problem(say("publish.too_many_tags", tag=title), self._url(item_id))
                    continue
                carried[item_id] = carried.get(item_id, 0) + 1
            self._tag_step(Act.PUT_ON, item_id, title, reason)

    def _desired(self, own: Mapping[str, str | None]) -> Mapping[tuple[str, str], Message]:
        """Return (item, or key of a new card, title of the tag) with the reason."""
        wanted: dict[tuple[str, str], Message] = {}
        for item_id, status, reason in (*self._of_people(), *self._of_ours(own)):
            title = self._rules.tags.get(status)
            item = self._there.items.get(item_id)
            if title and (item is None or item.type in TAGGABLE):
                wanted.setdefault((item_id, title), reason)
        return wanted

    def _of_people(self) -> Iterator[tuple[str, Status, Message]]:
        """Give the cards behind verdicts and questions with the status that they shall show."""
        for verdict in self._assessment.verdicts:
            if verdict.status is Status.OVERDUE:
                for one in verdict.evidence:
                    if one.card.source == "board" and one.card.held is None:
                        yield one.card.id, Status.OVERDUE, verdict.reason
        for moved in self._assessment.moved:
            if moved.card.source == "board":
                yield moved.card.id, Status.MOVED, say("publish.why_moved")
        for question in self._assessment.questions:
            card = self._assessment.cards.get(question.card_id)
            if card is not None and card.source == "board":
                yield card.id, Status.UNCONFIRMED, say("publish.why_asked")

    def _of_ours(self, own: Mapping[str, str | None]) -> Iterator[tuple[str, Status, Message]]:
        for key, item_id in own.items():
            verdict = self._verdicts[key]
            if verdict.status in {Status.MISSED, Status.OVERDUE}:
                yield item_id or key, verdict.status, verdict.reason

    def _usable(self, titles: Collection[str]) -> Collection[str]:
        """Return the tags that can be put on; plan those that are not there yet."""
        usable: set[str] = set()
        made = 0
        for title, tag_id in sorted(self._now.tags.items()):
            if self._there.tags.get(tag_id) == title:
                self._ids[title] = tag_id
            else:  # people removed it, or gave it another name: it is theirs
                self._let_go(Act.MAKE_TAG, title, tag_id, "")
        for title in sorted(titles):
            if title in self._ids:
                usable.add(title)
            elif self._there.tag_titled(title) is not None:
                self._problem(say("publish.foreign_tag", tag=title))
            elif len(self._there.tags) + made >= MOST_TAGS_OF_BOARD:
                self._problem(say("publish.no_more_tags", tag=title, most=MOST_TAGS_OF_BOARD))
            else:
                made += 1
                usable.add(title)
                self._step(Act.MAKE_TAG, title, reason=say("publish.why_tag"))
        return usable

    # --- what they share

    def _tag_step(self, act: Act, item_id: str, title: str, reason: Message) -> None:
        there = item_id in self._there.items
        card = self._assessment.cards.get(item_id)
        self._steps.append(
            Step(
                act,
                title,
                act,
                item_id=item_id if there else None,
                card_key=None if there else item_id,
                title=self._title_of(item_id),
                center_id=card.center_id if card else None,
                reason=reason,
                url=self._url(item_id) if there else None,
            )
        )

    def _step(  # noqa: PLR0913 - the parts of a step
        self,
        act: Act,
        key: str,
        *,
        item_id: str | None = None,
        before: PlacedCard | None = None,
        after: PlacedCard | None = None,
        title: str = "",
        center_id: str | None = None,
        reason: Message | None = None,
    ) -> None:
        url = self._url(item_id) if item_id else None
        self._steps.append(
            Step(act, key, act, item_id, None, before, after, title, center_id, reason, url)
        )

    def _let_go(self, what: Act, key: str, item_id: str, title: str) -> None:
        self._steps.append(Step(Act.LET_GO, key, what, item_id, title=title))

    def _problem(self, message: Message, url: str | None = None) -> None:
        problem = Problem(message, Place("board", url=url), Severity.WARNING)
        if problem not in self._problems:
            self._problems.append(problem)

    def _title_of(self, item_id: str) -> str:
        """Return what a card is called, without what looks like a person's data."""
        card = self._assessment.cards.get(item_id)
        if card is not None:
            return card.label
        known = self._now.cards.get(item_id)
        if known is not None:
            return known.card.title
        own = [one.card.title for one in self._now.cards.values() if one.item_id == item_id]
        verdict = self._verdicts.get(item_id)
        return own[0] if own else verdict.occurrence.event.title if verdict else ""

    def _url(self, item_id: str) -> str | None:
        card = self._assessment.cards.get(item_id)
        if card is not None:
            return card.url
        base = next((frame.url for frame in self._frames.values() if frame.url), None)
        return f"{base.partition('?')[0]}?moveToWidget={item_id}" if base else None


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
