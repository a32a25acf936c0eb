"""Carrying out a plan for the board, act by act.

Every act is noted before it is done and after, so that whoever is killed in the middle neither
does it twice nor forgets it. What fails for one card alone is told and the rest goes on; when the
service fails or refuses altogether, the work stops, and the next run takes it up.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import requests

from miro_sync.errors import SourceError
from miro_sync.logs import note
from miro_sync.marks import mark_for
from miro_sync.miro_http import MiroRefusedError, MiroTroubleError
from miro_sync.miro_writer import CARDS_AT_ONCE, BoardTag, OwnCard
from miro_sync.model import (
    Act,
    BoardItem,
    Message,
    Place,
    PlacedCard,
    Problem,
    Severity,
    WriteOutcome,
    Written,
    say,
)
from miro_sync.own_cards import as_written, due_moment, left_alone, seal
from miro_sync.publishing import Carried, Plan, Standing, Step

_log = logging.getLogger(__name__)

#: Refusals that will be the same for every other act.
_HOPELESS: Final = frozenset({requests.codes.unauthorized, requests.codes.forbidden})


class Desk(Protocol):
    """What can be done to the board; `miro_writer.BoardWriter` does it."""

    def create_tag(self, title: str, color: str, *, anew: bool) -> BoardTag: ...  # noqa: D102
    def attach_tag(self, item_id: str, tag: BoardTag) -> None: ...  # noqa: D102
    def detach_tag(self, item_id: str, tag: BoardTag) -> None: ...  # noqa: D102
    def is_used(self, tag: BoardTag) -> bool: ...  # noqa: D102
    def remove_tag(self, tag: BoardTag) -> None: ...  # noqa: D102
    def create_cards(self, cards: Sequence[OwnCard]) -> Mapping[str, BoardItem]: ...  # noqa: D102
    def change_card(self, item_id: str, card: OwnCard) -> None: ...  # noqa: D102
    def remove_card(self, item_id: str) -> None: ...  # noqa: D102
    def look_at(self, item_id: str) -> BoardItem | None: ...  # noqa: D102
    def tags_of(self, item_id: str) -> Mapping[str, str]: ...  # noqa: D102


class Ledger(Protocol):
    """Where acts are noted; `memory.SqlLedger` keeps them."""

    def begin(self, acts: Sequence[Written]) -> Sequence[Written]: ...  # noqa: D102
    def end(self, acts: Sequence[Written]) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Run:
    """The run of writing that acts belong to.

    Attributes:
        number: in the ledger.
        user_id: in whose name is written. users: in whose names was written before.
        zone: the project's time zone.
        colors: colours of tags by title.
        now: tells the time, UTC.
        progress: is told acts done and acts in all.

    """

    number: int
    user_id: str
    users: Collection[str]
    zone: ZoneInfo
    colors: Mapping[str, str]
    now: Callable[[], dt.datetime]
    progress: Callable[[int, int | None], None] | None = None


def carry_out(plan: Plan, standing: Standing, desk: Desk, ledger: Ledger, run: Run) -> Carried:
    """Do what a plan says.

    Args:
        plan: not a frozen one.
        standing: what stood before it.
        desk: does it.
        ledger: notes it.
        run: what the acts belong to.

    Raises:
        StateError: the ledger cannot be written; nothing is done without it.

    """
    ledger.end(plan.decided)
    return _Carrying(standing, desk, ledger, run).all(plan)


class _StopError(Exception):
    """The rest is not worth trying."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.key)
        self.message = message


@dataclass(slots=True)
class _Carrying:
    standing: Standing
    desk: Desk
    ledger: Ledger
    run: Run
    tags: dict[str, str] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    done: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def all(self, plan: Plan) -> Carried:
        self.tags = dict(self.standing.tags)
        stopped = None
        tried = 0
        try:
            for some in _together(plan.steps):
                if self.run.progress:
                    self.run.progress(tried, len(plan.steps))
                self._some(some)
                tried += len(some)
        except _StopError as stop:
            stopped = stop.message
        return Carried(tuple(self.done), tuple(self.problems), stopped)

    def _some(self, steps: Sequence[Step]) -> None:
        acts = [act for step in steps if (act := self._act(step)) is not None]
        if not acts:
            return
        begun = self.ledger.begin(acts)
        if acts[0].act is Act.LET_GO:
            self.done += steps
            return
        try:
            ended = self._do(begun)
        except MiroRefusedError as error:
            self._failed(begun)
            self._refused(steps, error)
        except SourceError as error:
            if isinstance(error, MiroTroubleError) and error.untouched:
                self._failed(begun)
            raise self._stop(steps, error) from error
        else:
            self.ledger.end(ended)
            self._noted(ended, steps)

    def _refused(self, steps: Sequence[Step], error: MiroRefusedError) -> None:
        """Tell what was refused and go on, unless everything else would be refused too."""
        if error.status in _HOPELESS:
            raise self._stop(steps, error) from error
        if len(steps) == 1:
            self._tell(steps[0], error.message)
        else:  # one of them spoils it for the others
            for step in steps:
                self._some([step])

    def _noted(self, ended: Sequence[Written], steps: Sequence[Step]) -> None:
        for one in ended:
            note(_log, "written", act=one.act, outcome=one.outcome, item=one.item_id)
        if ended[0].outcome is WriteOutcome.DONE:
            self.done += steps

    def _failed(self, begun: Sequence[Written]) -> None:
        self.ledger.end([replace(one, outcome=WriteOutcome.FAILED) for one in begun])

    def _stop(self, steps: Sequence[Step], error: SourceError) -> _StopError:
        note(_log, "writing_stopped", act=steps[0].act, reason=error.message.key)
        return _StopError(error.message)

    def _act(self, step: Step) -> Written | None:
        """Return the act to be noted; None for one whose card or tag did not come about."""
        item_id = step.item_id
        if step.card_key is not None:
            item_id = self.cards.get(step.card_key)
        tagging = step.act in {Act.PUT_ON, Act.TAKE_OFF}
        if tagging and (item_id is None or step.key not in self.tags):
            return None
        let_go = step.act is Act.LET_GO
        return Written(
            number=0,
            run=self.run.number,
            act=step.act,
            key=step.key,
            what=step.what,
            item_id=item_id,
            before=step.before,
            after=step.after,
            at=self.run.now(),
            outcome=WriteOutcome.DONE if let_go else None,
        )

    def _do(self, acts: Sequence[Written]) -> Sequence[Written]:
        """Do one act, or make several cards; return how that ended."""
        one = acts[0]
        match one.act:
            case Act.MAKE_CARD:
                return self._make_cards(acts)
            case Act.MAKE_TAG:
                color = self.run.colors.get(one.key, "gray")
                tag = self.desk.create_tag(one.key, color, anew=True)
                self.tags[one.key] = tag.id
                one = replace(one, item_id=tag.id)
            case Act.PUT_ON:
                self.desk.attach_tag(one.item_id or "", self._tag(one.key))
            case Act.TAKE_OFF:
                self.desk.detach_tag(one.item_id or "", self._tag(one.key))
            case Act.CHANGE_CARD | Act.REMOVE_CARD:
                return [self._on_own_card(one)]
            case Act.REMOVE_TAG:
                return [self._remove_tag(one)]
        return [replace(one, outcome=WriteOutcome.DONE)]

    def _make_cards(self, acts: Sequence[Written]) -> Sequence[Written]:
        wanted = [(one, one.after) for one in acts if one.after is not None]
        made = self.desk.create_cards([self._card(one.key, card) for one, card in wanted])
        ended = []
        for one, card in wanted:
            item = made.get(mark_for(one.key))
            if item is None:
                ended.append(replace(one, outcome=WriteOutcome.FAILED))
                continue
            self.cards[one.key] = item.id
            lies = card if item.box is None else replace(card, x=item.box.x, y=item.box.y)
            ended.append(replace(one, item_id=item.id, after=lies, outcome=WriteOutcome.DONE))
        return ended

    def _on_own_card(self, one: Written) -> Written:
        """Change or remove a card, unless somebody has worked at it since the board was read."""
        item_id, before = one.item_id or "", one.before
        item = self.desk.look_at(item_id)
        if item is None and one.act is Act.REMOVE_CARD:
            return replace(one, outcome=WriteOutcome.DONE)
        if item is None or before is None or not self._as_left(item, before):
            raise MiroRefusedError(say("publish.card_touched"))
        if one.act is Act.REMOVE_CARD:
            self.desk.remove_card(item_id)
        elif one.after is not None:
            self.desk.change_card(item_id, self._card(one.key, one.after))
        return replace(one, outcome=WriteOutcome.DONE)

    def _as_left(self, item: BoardItem, before: PlacedCard) -> bool:
        """Tell whether a card is in every respect as this service left it."""
        tags = self.desk.tags_of(item.id)
        return as_written(item, before, {self.run.user_id, *self.run.users}) and left_alone(
            replace(item, tag_ids=tuple(tags)), tags, self.run.zone, (before.center_id,)
        )

    def _remove_tag(self, one: Written) -> Written:
        tag = BoardTag(one.item_id or "", one.key)
        if self.desk.is_used(tag):
            raise MiroRefusedError(say("publish.undo_tag_used", tag=one.key))
        self.desk.remove_tag(tag)
        return replace(one, outcome=WriteOutcome.DONE)

    def _tag(self, title: str) -> BoardTag:
        return BoardTag(self.tags[title], title)

    def _card(self, key: str, card: PlacedCard) -> OwnCard:
        return OwnCard(
            mark=mark_for(key),
            title=card.title,
            text=card.text,
            due=None if card.due is None else due_moment(card.due, self.run.zone),
            frame_id=card.frame_id,
            x=card.x,
            y=card.y,
            seal=seal(card),
        )

    def _tell(self, step: Step, message: Message) -> None:
        told = say(
            "publish.not_done",
            what=say(f"publish.act_{step.act}"),
            title=step.title or step.key,
            why=message,
        )
        self.problems.append(Problem(told, Place("board", url=step.url), Severity.WARNING))


def _together(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Give the steps one by one, cards to be made and what is let go in batches."""
    batch: list[Step] = []
    for step in steps:
        alike = batch and step.act is batch[0].act and step.act in {Act.MAKE_CARD, Act.LET_GO}
        if batch and not (alike and len(batch) < CARDS_AT_ONCE):
            yield batch
            batch = []
        batch.append(step)
    if batch:
        yield batch
