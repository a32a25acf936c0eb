"""How to take back what was written: the board as it was before a run of writing, or before all.

Only what is still as this service left it is taken back. A card that people work at, a tag that
they use elsewhere stay, and are let go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from miro_sync.model import Act, Place, Problem, Severity, WriteOutcome, say
from miro_sync.publishing.planning import MOST_TAGS_OF_ITEM
from miro_sync.publishing.standing import OnBoard, Past, Seen, StandingCard, settled, standing
from miro_sync.publishing.steps import Plan, Step, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from miro_sync.model import (
        BoardItem,
        Message,
        PlacedCard,
        Project,
    )


def last_standing(past: Past) -> int | None:
    """Return the last run that wrote anything and was not taken back; None when there is none."""
    log, writings = past.log, past.writings
    wrote = {
        one.run
        for one in log
        if one.outcome is not WriteOutcome.FAILED and one.act is not Act.LET_GO
    }
    taken_back = [(one.undoes, one.number) for one in writings if one.undoes is not None]
    left = [
        one.number
        for one in writings
        if one.undoes is None
        and one.number in wrote
        and not any(first <= one.number < undo for first, undo in taken_back)
    ]
    return max(left, default=None)


def undoing(project: Project, seen: Seen, past: Past, since: int) -> Plan:
    """Say how to bring the board back to what it was before a run of writing.

    Args:
        project: its time zone and centres.
        seen: the board as it is.
        past: everything that was ever written.
        since: the first run that is taken back; 0 for all of them.

    """
    if not seen.board.complete:
        return Plan(frozen=say("publish.frozen", sources=say("status.source_board")))
    decided = settled(past.log, seen.board)
    undo = _Undo(project, seen, replace(past, log=decided), since)
    undo.plan()
    return Plan(in_order(undo.steps), tuple(undo.problems), decided=past.news(decided))


class _Undo:
    """Compares what stands with what stood."""

    def __init__(self, project: Project, seen: Seen, past: Past, since: int) -> None:
        log = past.log
        self._board, self._there = seen.board, OnBoard(seen.board)
        self._project, self._seen, self._users = project, seen, past.users
        self._now = standing(log)
        self._then = standing(one for one in log if one.run < since)
        self._last = {
            (one.key, one.item_id if one.what in _OF_ITEM else None): one.act
            for one in log
            if one.outcome is WriteOutcome.DONE
        }
        self._own: Mapping[str | None, str] = {
            one.item_id: one.card.title for one in self._now.cards.values()
        }
        self.steps: list[Step] = []
        self.problems: list[Problem] = []

    def plan(self) -> None:
        new_tags = self._now.tags.keys() - self._then.tags.keys()
        taken_off = self._tags_off()
        for key, known in self._now.cards.items():
            before = self._then.cards.get(key)
            if before is not None and before.card == known.card:
                continue
            item = self._there.items.get(known.item_id)
            title = known.card.title
            if item is None or not self._left(item, known):
                if before is None:
                    self.steps.append(
                        Step(Act.LET_GO, key, Act.MAKE_CARD, known.item_id, title=title)
                    )
                    if item is not None:
                        self._problem(say("publish.undo_theirs", title=title))
            elif before is None:
                self._step(Act.REMOVE_CARD, key, item.id, before=known.card)
            else:
                self._step(Act.CHANGE_CARD, key, item.id, before=known.card, after=before.card)
        again: dict[str, str] = {}
        for key, before in self._then.cards.items():
            if key not in self._now.cards and self._last.get((key, None)) is Act.REMOVE_CARD:
                self._step(Act.MAKE_CARD, key, None, after=before.card)
                again[before.item_id] = key
        self._tags_on(again)
        for title in sorted(new_tags):
            self._remove_tag(title, taken_off)

    def _tags_off(self) -> set[tuple[str, str]]:
        taken: set[tuple[str, str]] = set()
        for item_id, title in sorted(self._now.tagged - self._then.tagged):
            if self._there.has(item_id, self._tag(title)):
                taken.add((item_id, title))
                self._step(Act.TAKE_OFF, title, item_id)
            else:
                self.steps.append(Step(Act.LET_GO, title, Act.PUT_ON, item_id))
        return taken

    def _tags_on(self, again: Mapping[str, str]) -> None:
        """Put on again what was taken off; a card that is made `again` gets its tags too."""
        for item_id, title in sorted(self._then.tagged - self._now.tagged):
            item = self._there.items.get(item_id)
            tag = self._tag(title)
            if item_id in again and tag is not None:
                key = again[item_id]
                name = self._then.cards[key].card.title
                self.steps.append(Step(Act.PUT_ON, title, Act.PUT_ON, card_key=key, title=name))
            elif (
                item is not None
                and tag is not None
                and tag not in item.tag_ids
                and len(item.tag_ids) < MOST_TAGS_OF_ITEM
                and self._last.get((title, item_id)) is Act.TAKE_OFF
            ):
                self._step(Act.PUT_ON, title, item_id)

    def _remove_tag(self, title: str, taken_off: set[tuple[str, str]]) -> None:
        tag = self._tag(title)
        going = {step.item_id for step in self.steps if step.act is Act.REMOVE_CARD}
        used = any(
            tag in item.tag_ids and (item.id, title) not in taken_off and item.id not in going
            for item in self._board.items
        )
        if tag is not None and not used:
            self._step(Act.REMOVE_TAG, title, tag)
            return
        self.steps.append(Step(Act.LET_GO, title, Act.MAKE_TAG, self._now.tags[title]))
        if used:
            self._problem(say("publish.undo_tag_used", tag=title))

    def _tag(self, title: str) -> str | None:
        """Return the id of a tag of ours that is still called so."""
        tag = self._now.tags.get(title)
        return tag if tag is not None and self._there.tags.get(tag) == title else None

    def _left(self, item: BoardItem, known: StandingCard) -> bool:
        return self._seen.left(item, known.card, self._users, self._project)

    def _step(
        self,
        act: Act,
        key: str,
        item_id: str | None,
        before: PlacedCard | None = None,
        after: PlacedCard | None = None,
    ) -> None:
        card, spoken = after or before, self._seen.cards.get(item_id or "")
        title = card.title if card else spoken.label if spoken else self._own.get(item_id, "")
        center = card.center_id if card else spoken.center_id if spoken else None
        reason = say("publish.why_undo")
        self.steps.append(Step(act, key, act, item_id, None, before, after, title, center, reason))

    def _problem(self, message: Message) -> None:
        self.problems.append(Problem(message, Place("board"), Severity.WARNING))


_OF_ITEM = frozenset({Act.PUT_ON, Act.TAKE_OFF})
