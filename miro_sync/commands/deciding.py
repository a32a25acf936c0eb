"""Decisions: what a person says of an event, a card or a centre."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from miro_sync.console import (
    show,
    show_json,
)
from miro_sync.session import (
    FORMATS,
    ROLES,
    Session,
    option,
    shared_options,
)
from miro_sync.telling.usage import Command, Day, Misuse, OneOf, terminal_columns

if TYPE_CHECKING:
    import datetime as dt

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Decision,
        Period,
    )


_LIST, _UNDO, _PAUSE = "list", "undo", "pause"


_DECISIONS = (
    "confirm", "reject", "held", "move", "cancel", _PAUSE, "accept-shrink", _UNDO, _LIST,
)  # fmt: skip


_WITH_REASON = ("move", "cancel", _PAUSE)


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    return [Command("decide", words, _decide, [*_deciding(words), *shared_options(words)])]


def _deciding(words: Catalogue) -> list[click.Parameter]:
    """Make the parameters of `decide`; who, why and until when may be said in other words too."""
    day, text = words.say("cli.metavar_day"), words.say("cli.metavar_text")
    role = words.say("cli.metavar_role")
    held_on = click.Option(
        ["--on", "on"], type=Day(words), metavar=day, help=words.say("cli.option_held_on")
    )
    return [
        click.Argument(
            ["kind"], type=OneOf(_DECISIONS, words), metavar=words.say("cli.metavar_what")
        ),
        click.Argument(["subject"], required=False, metavar=words.say("cli.metavar_subject")),
        option(words, "--card", metavar="ID"),
        held_on,
        option(words, "--from", "start", type=Day(words), metavar=day),
        option(words, "--to", "--until", "end", type=Day(words), metavar=day),
        option(
            words, "--role", "--by", type=OneOf(ROLES, words), metavar=role, default="coordinator"
        ),
        option(words, "--why", metavar=text, default=""),
        option(words, "--format", "layout", type=OneOf(FORMATS[:2], words), default="table"),
    ]


@click.pass_obj
def _decide(
    session: Session,
    /,
    *,
    kind: str,
    subject: str | None,
    layout: str,
    **said: Unpack[_Said],
) -> int:
    from miro_sync.telling import decisions as telling  # noqa: PLC0415 - help needs none of it

    if kind == _LIST:
        return _decided(session, layout)
    about = (subject or "").strip()
    asked = _typed(session.words, kind, about, said)
    until = said["end"] if asked.period is None else None
    decision = session.the_app().decide(session.folder(), asked, until=until)
    show(telling.kept(decision, session.words, about))
    return 0


def _decided(session: Session, layout: str) -> int:
    from miro_sync.telling import decisions as telling  # noqa: PLC0415 - help needs none of it

    made = session.the_app().decided(session.folder())
    if layout == "json":
        show_json(telling.document(made.decisions, made.undone, made.project))
    else:
        words, columns = session.words_of(made.project), terminal_columns()
        told = (made.decisions, made.undone, made.project, words, columns)
        show(telling.table(*told, titles=made.titles))
    return 0


class _Said(TypedDict):
    """The options of `decide`."""

    card: str | None
    on: dt.date | None
    start: dt.date | None
    end: dt.date | None
    role: str
    why: str


def _typed(words: Catalogue, kind: str, subject: str, said: _Said) -> Decision:
    """Return the decision that was typed; what it lacks is told."""
    import datetime as dt  # noqa: PLC0415 - help needs none of it

    from miro_sync.model import Decision, DecisionKind  # noqa: PLC0415 - as above
    from miro_sync.privacy import personal  # noqa: PLC0415 - as above

    ctx = click.get_current_context()
    if not subject:
        raise Misuse(words.say("cli.about_what", kind=kind), ctx)
    if kind in _WITH_REASON and not said["why"].strip():
        raise Misuse(words.say("cli.why_needed", kind=kind), ctx)
    what = personal(said["why"], staff=True)
    if what is not None:
        told = words.say(f"privacy.{what}")
        raise Misuse(words.say("cli.why_personal", what=told), ctx)
    if kind == _UNDO and not subject.isdecimal():
        raise Misuse(words.say("cli.not_a_number", subject=subject), ctx)
    return Decision(
        DecisionKind(kind),
        subject,
        said["role"],
        made_at=dt.datetime.min.replace(tzinfo=dt.UTC),  # the clock is the app's to read
        card_id=said["card"],
        period=_days(words, kind, said),
        why=said["why"].strip(),
        source="command",
        undoes=int(subject) if kind == _UNDO else None,
    )


def _days(words: Catalogue, kind: str, said: _Said) -> Period | None:
    from miro_sync.model import Period  # noqa: PLC0415 - help needs none of it

    ctx = click.get_current_context()
    on, start, end = said["on"], said["start"], said["end"]
    if on is not None:
        if start is not None or end is not None:
            raise Misuse(words.say("cli.days_twice"), ctx)
        return Period(on, on)
    if start is None:
        if end is not None and kind != _PAUSE:  # a pause begins when it is decided
            raise Misuse(words.say("cli.first_day_missing"), ctx)
        return None
    if end is not None and end < start:
        raise Misuse(words.say("cli.days_reversed", start=start, end=end), ctx)
    return Period(start, end or start)
