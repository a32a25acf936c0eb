"""What is written back to the board, as lines of text and for programs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from miro_sync.model import Act, WriteOutcome
from miro_sync.telling.display import clean, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import Message, Problem, Project
    from miro_sync.publishing import Carried, Past, Plan, Standing, Step

PUBLISH_SCHEMA: Final = "miro-sync/publish/1"
WRITTEN_SCHEMA: Final = "miro-sync/written/1"

#: The order in which acts are shown, and how many lines of each before it becomes a number.
_SHOWN: Final = (
    Act.PUT_ON, Act.TAKE_OFF, Act.MAKE_CARD, Act.CHANGE_CARD, Act.REMOVE_CARD, Act.MAKE_TAG,
    Act.REMOVE_TAG,
)  # fmt: skip
_MOST: Final = 10


class BoardHalf(Protocol):
    """What is to be written to the board, and what became of it."""

    @property
    def plan(self) -> Plan:
        """What was or would be done."""

    @property
    def carried(self) -> Carried | None:
        """What was done; None where nothing was tried."""


class TablePlan(Protocol):
    """What would be written into the status worksheet."""

    @property
    def title(self) -> str:
        """What the worksheet is or would be called."""

    @property
    def url(self) -> str | None:
        """Opens it."""

    @property
    def rows(self) -> int:
        """How many it has."""

    @property
    def differing(self) -> int:
        """How many of them would be, or were, written or taken away."""

    @property
    def waiting(self) -> int:
        """Rows in which people's words are carried over."""

    @property
    def refused(self) -> int:
        """Of those, rows that get an answer instead of being taken."""

    @property
    def refusal(self) -> Message | None:
        """Why nothing can be written."""


class TableHalf(Protocol):
    """What is to be written into the status worksheet, and whether it was."""

    @property
    def plan(self) -> TablePlan:
        """What was or would be done."""

    @property
    def applied(self) -> bool:
        """It was tried."""


class Publication(Protocol):
    """Both halves; None for one that was not asked for."""

    @property
    def board(self) -> BoardHalf | None:
        """The board."""

    @property
    def table(self) -> TableHalf | None:
        """The status worksheet."""

    @property
    def undo(self) -> bool:
        """It took back what was written."""


def table(
    done: Publication,
    project: Project,
    words: Catalogue,
    columns: int,
    *,
    everything: bool = False,
) -> str:
    """Return both halves as text, each under its name where there are two.

    Args:
        done: what was to be done, and what was.
        project: its centres' names.
        words: the language.
        columns: of the terminal.
        everything: no line is folded away.

    """
    parts: list[tuple[str, str]] = []
    if done.board is not None:
        plan, carried = done.board.plan, done.board.carried
        said = _board(plan, carried, project, words, columns, undo=done.undo, everything=everything)
        parts.append(("publish.board_title", said))
    if done.table is not None:
        said = _sheet(done.table, words, undo=done.undo)
        parts.append(("publish.table_title", "\n".join(wrap(clean(said), columns))))
    if len(parts) == 1:
        return parts[0][1]
    return "\n\n".join(f"{words.say(title)}\n{text}" for title, text in parts)


def _sheet(half: TableHalf, words: Catalogue, *, undo: bool) -> str:
    plan = half.plan
    if plan.refusal is not None:
        return words.tell(plan.refusal)
    figures = {"title": plan.title, "rows": plan.rows, "count": plan.differing}
    if undo:
        key = "publish.sheet_undone" if plan.differing else "publish.sheet_none"
    elif not plan.differing:
        key = "publish.sheet_same"
    else:
        key = "publish.sheet_done" if half.applied else "publish.sheet_would"
    said = words.say(key, **figures)
    if plan.waiting > plan.refused:
        said += " " + words.say("publish.sheet_waiting", count=plan.waiting - plan.refused)
    if plan.refused:
        said += " " + words.say("publish.sheet_refused", count=plan.refused)
    return said


def _board(  # noqa: PLR0913 - a plan, what became of it, and how to show it
    plan: Plan,
    carried: Carried | None,
    project: Project,
    words: Catalogue,
    columns: int,
    *,
    undo: bool = False,
    everything: bool = False,
) -> str:
    if plan.frozen is not None:
        return "\n".join(wrap(clean(words.tell(plan.frozen)), columns))
    if not plan.counts:
        key = "publish.nothing_to_undo" if undo else "publish.nothing"
        return words.say(key)
    steps = plan.steps if carried is None else carried.done
    lines = _head(plan, carried, words, undo=undo)
    for act in _SHOWN:
        some = [step for step in steps if step.act is act]
        shown = some if everything else some[:_MOST]
        lines += ["  " + _line(step, project, words) for step in shown]
        if len(some) > len(shown):
            lines.append("  " + words.say("publish.more", count=len(some) - len(shown)))
    if carried is None:
        cost = plan.cost
        lines.append(
            words.say(
                "publish.cost",
                calls=cost.calls,
                credits=cost.credits,
                seconds=max(1, round(cost.seconds)),
            )
        )
        lines.append(words.say("publish.how_to_apply"))
    elif carried.done and not undo:
        lines.append(words.say("publish.how_to_undo"))
    return "\n".join(part for line in lines for part in _wrapped(line, columns))


def problems(done: Publication) -> tuple[Problem, ...]:
    """Return what could not be planned and what could not be done."""
    return () if done.board is None else _problems(done.board.plan, done.board.carried)


def document(done: Publication, project: Project, words: Catalogue) -> dict[str, object]:
    """Return the same for programs."""
    head: dict[str, object] = {
        "schema": PUBLISH_SCHEMA,
        "project": {"name": project.name, "timezone": project.timezone},
        "undo": done.undo,
    }
    plan = None if done.table is None else done.table.plan
    sheet = (
        None
        if plan is None or done.table is None
        else {
            "applied": done.table.applied,
            "title": clean(plan.title),
            "url": plan.url,
            "rows": plan.rows,
            "differing": plan.differing,
            "waiting": plan.waiting,
            "refused": plan.refused,
            "refusal": None if plan.refusal is None else clean(words.tell(plan.refusal)),
        }
    )
    board = None
    if done.board is not None:
        board = _board_document(done.board.plan, done.board.carried, words)
    return head | {"board": board, "table": sheet}


def _problems(plan: Plan, carried: Carried | None) -> tuple[Problem, ...]:
    return (*plan.problems, *(carried.problems if carried is not None else ()))


def _board_document(plan: Plan, carried: Carried | None, words: Catalogue) -> dict[str, object]:
    done = None if carried is None else set(map(id, carried.done))
    cost = plan.cost
    return {
        "applied": carried is not None,
        "frozen": None if plan.frozen is None else words.tell(plan.frozen),
        "stopped": (
            words.tell(carried.stopped) if carried is not None and carried.stopped else None
        ),
        "counts": {act.value: plan.counts.get(act, 0) for act in _SHOWN},
        "done": None if carried is None else {a.value: carried.counts.get(a, 0) for a in _SHOWN},
        "cost": {"calls": cost.calls, "credits": cost.credits, "seconds": round(cost.seconds)},
        "steps": [
            {
                "act": step.act.value,
                "tag": step.key if step.act in _OF_TAGS else None,
                "occurrence": None if step.act in _OF_TAGS else step.key,
                "item": step.item_id,
                "url": step.url,
                "title": clean(step.title),
                "center": step.center_id,
                "reason": None if step.reason is None else clean(words.tell(step.reason)),
                "done": None if done is None else id(step) in done,
            }
            for step in plan.steps
            if step.act is not Act.LET_GO
        ],
        "problems": [clean(words.tell(one.message)) for one in _problems(plan, carried)],
    }


def written(
    past: Past, standing: Standing, project: Project, words: Catalogue, columns: int
) -> str:
    """Return what of this service stands on the board, and the runs that wrote it."""
    if not past.writings:
        return words.say("publish.written_none")
    title = words.say(
        "publish.written_title",
        tags=len(standing.tags),
        tagged=len(standing.tagged),
        cards=len(standing.cards),
    )
    lines = [title]
    zone = ZoneInfo(project.timezone)
    for run in past.writings:
        key = "publish.written_run" if run.undoes is None else "publish.written_undo"
        counts = _of_run(past, run.number)
        what = _counted(counts, words, "did") or words.say("publish.done_none")
        at = run.at.astimezone(zone)
        lines.append(words.say(key, number=run.number, at=at, what=what.rstrip(".")))
    lines += [f"  {clean(tag)}" for tag in sorted(standing.tags)]
    lines += [f"  {clean(one.card.title)}" for _, one in sorted(standing.cards.items())]
    return "\n".join(part for line in lines for part in _wrapped(line, columns))


def written_document(past: Past, standing: Standing, project: Project) -> dict[str, object]:
    """Return the same for programs, with every act; moments in UTC."""
    return {
        "schema": WRITTEN_SCHEMA,
        "project": {"name": project.name, "timezone": project.timezone},
        "standing": {
            "tags": [{"title": tag, "id": id_} for tag, id_ in sorted(standing.tags.items())],
            "tagged": [{"item": item, "tag": tag} for item, tag in sorted(standing.tagged)],
            "cards": [
                {"occurrence": key, "item": one.item_id, "title": clean(one.card.title)}
                for key, one in sorted(standing.cards.items())
            ],
        },
        "runs": [
            {
                "number": run.number,
                "at": f"{run.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
                "undoes": run.undoes,
                "acts": [
                    {
                        "act": one.act.value,
                        "key": one.key,
                        "item": one.item_id,
                        "outcome": one.outcome.value if one.outcome else None,
                    }
                    for one in past.log
                    if one.run == run.number
                ],
            }
            for run in past.writings
        ],
    }


_OF_TAGS: Final = frozenset({Act.MAKE_TAG, Act.REMOVE_TAG, Act.PUT_ON, Act.TAKE_OFF})


def _head(plan: Plan, carried: Carried | None, words: Catalogue, *, undo: bool) -> list[str]:
    if carried is None:
        key = "publish.would_undo" if undo else "publish.would"
        return [words.say(key, what=_counted(plan.counts, words, "would"))]
    if not carried.counts:
        lines = [words.say("publish.done_none")]
    else:
        key = "publish.undone" if undo else "publish.done"
        lines = [words.say(key, what=_counted(carried.counts, words, "did"))]
    done, whole = sum(carried.counts.values()), sum(plan.counts.values())
    if done < whole:
        lines.append(words.say("publish.part", done=done, all=whole))
    if carried.stopped is not None:
        lines.append(words.say("publish.stopped", why=words.tell(carried.stopped)))
    return lines


def _counted(counts: Mapping[Act, int], words: Catalogue, tense: str) -> str:
    return ", ".join(
        words.say(f"publish.{tense}_{act.value}", count=counts[act])
        for act in _SHOWN
        if counts.get(act)
    )


def _of_run(past: Past, number: int) -> Mapping[Act, int]:
    return Counter(
        one.act
        for one in past.log
        if one.run == number and one.outcome is WriteOutcome.DONE and one.act is not Act.LET_GO
    )


def _line(step: Step, project: Project, words: Catalogue) -> str:
    what = words.say(f"publish.act_{step.act.value}")
    title = step.title or words.say("status.untitled")
    if step.act in {Act.MAKE_TAG, Act.REMOVE_TAG}:
        said = words.say("publish.line", what=what, title=step.key)
    elif step.act in _OF_TAGS:
        said = words.say("publish.line_tag", what=what, tag=step.key, title=title)
    else:
        said = words.say("publish.line", what=what, title=title)
    names = {center.id: center.name for center in project.centers}
    if step.center_id in names:
        said = words.say("publish.line_center", line=said, center=names[step.center_id])
    if step.reason is not None:
        reason = words.tell(step.reason).rstrip(".")
        said = words.say("publish.line_reason", line=said, reason=reason)
    return clean(said)


def _wrapped(line: str, columns: int) -> Sequence[str]:
    indent = len(line) - len(line.lstrip(" "))
    first, *rest = wrap(line.strip(), columns - indent) or [""]
    return [" " * indent + first, *(" " * (indent + 2) + one for one in rest)]
