"""The worker of a distributed installation, and its list of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from miro_sync.console import show, tell
from miro_sync.session import Session, option, path_of, shared_options, tell_trouble
from miro_sync.telling.usage import Command, Count, Misuse, OneOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from miro_sync.fleet.projects import Listed
    from miro_sync.messages import Catalogue

_ACTIONS = ("run", "add", "remove", "list")

#: What a worker returns that left to a newer program; whoever restarts workers should not restart
#: this one.
OUTDATED_CODE = 76

_JOBS_AT_ONCE = 4


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    action, number = words.say("cli.metavar_action"), words.say("cli.metavar_number")
    parameters: list[click.Parameter] = [
        click.Argument(["action"], required=False, type=OneOf(_ACTIONS, words), metavar=action),
        click.Argument(
            ["targets"], nargs=-1, required=False, metavar=words.say("cli.metavar_targets")
        ),
        option(words, "--database", metavar="URL"),
        option(words, "--jobs", type=Count(words), metavar=number, default=_JOBS_AT_ONCE),
        option(words, "--name", metavar="ID"),
    ]
    return [Command("worker", words, _worker, [*parameters, *shared_options(words)])]


@click.pass_obj
def _worker(  # noqa: PLR0913 - the options of the command
    session: Session,
    *,
    action: str | None,
    targets: Sequence[str],
    database: str | None,
    jobs: int,
    name: str | None,
) -> int:
    words = session.words
    chosen = action or "run"
    if (chosen in {"add", "remove"}) != bool(targets):
        key = "worker.which" if not targets else "worker.extra"
        raise Misuse(words.say(key, action=chosen), click.get_current_context())
    from miro_sync.app import worker  # noqa: PLC0415 - help needs none of it

    if chosen == "list":
        show(_list(worker.listed(database), words))
        return 0
    if chosen == "run":
        tell(words.say("worker.started"))
        left = worker.work(database, worker.How(jobs_at_once=jobs, name=name or ""))
        tell(words.say(f"worker.left_{left}"))
        return OUTDATED_CODE if left == worker.Left.OUTDATED else 0
    if chosen == "remove":
        for target in targets:
            worker.remove(database, target)
            show(words.say("worker.removed", name=target))
        return 0
    return _add(session, database, targets, name)


def _add(session: Session, database: str | None, targets: Sequence[str], name: str | None) -> int:
    """Put projects on the list; one that cannot be added is named, the others are added."""
    from miro_sync.app import worker  # noqa: PLC0415 - help needs none of it
    from miro_sync.app.installation import worst  # noqa: PLC0415

    codes = []
    for target in targets:
        for answer in worker.add(database, path_of(target), name):
            added = answer.result
            if added is not None:
                key = "worker.added" if added.new else "worker.updated"
                show(session.words.say(key, id=added.id, name=added.name))
            elif answer.error is not None:
                codes.append(tell_trouble(session, answer.project, answer.error))
    return worst(codes)


def _list(projects: Sequence[Listed], words: Catalogue) -> str:
    """Say of every project when it is synced next, and how its last jobs ended."""
    from miro_sync.telling.display import clean  # noqa: PLC0415 - help needs none of it

    if not projects:
        return words.say("worker.no_projects")
    out = []
    for one in projects:
        line = words.say("worker.line", id=clean(one.id), name=clean(one.name), at=one.sync_at)
        out.append(line)
        for ended in one.ended:
            key = f"worker.outcome_{ended.outcome}"
            known = ended.outcome in {"done", "unread", "later", "killed", "defect"}
            outcome = words.say(key) if known else words.say("worker.outcome_failed")
            job = words.say(f"worker.job_{ended.job}")
            out.append(
                words.say("worker.ended", job=job, at=ended.at, outcome=outcome, on=ended.worker)
            )
    return "\n".join(out)
