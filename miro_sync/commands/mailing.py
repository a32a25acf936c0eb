"""The weekly mail: looked at, listed, sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from miro_sync.console import show, tell
from miro_sync.session import (
    FOLDER,
    UNREAD,
    Session,
    all_told,
    every_project_option,
    installation_of,
    option,
    path_of,
    projects_option,
    shared_options,
    tell_trouble,
)
from miro_sync.telling.usage import Command, Day, Misuse

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from miro_sync.app.weekly_mail import WeeklyMail
    from miro_sync.messages import Catalogue
    from miro_sync.posting import Item, Posted, Recipient

#: What became of a letter, as `miro_sync.letter.PostingState` names it.
_GONE, _LOST = "sent", ("failed", "sending")


def commands(words: Catalogue) -> list[Command]:
    """Make the commands in one language."""
    reader, day = words.say("cli.metavar_reader"), words.say("cli.metavar_day")
    options = [
        option(words, "--preview", type=FOLDER, metavar=words.say("cli.metavar_folder")),
        option(words, "--send", "sending", is_flag=True),
        click.Option(["--on"], help=words.say("cli.option_week_of"), type=Day(words), metavar=day),
        option(words, "--again", metavar=reader),
        option(words, "--outside-window", "at_any_hour", is_flag=True),
        every_project_option(words),
        projects_option(words),
    ]
    return [Command("digest", words, _digest, [*options, *shared_options(words)])]


@click.pass_obj
def _digest(  # noqa: PLR0913 - the options of the command
    session: Session,
    *,
    preview: str | None,
    sending: bool,
    on: dt.date | None,
    again: str | None,
    at_any_hour: bool,
    everything: bool,
    projects: str | None,
) -> int:
    if everything:
        if not sending or preview is not None or again is not None:
            said = session.words.say("digest.all_is_sent")
            raise Misuse(said, click.get_current_context())
        return _send_all(session, projects, on, at_any_hour=at_any_hour)
    from miro_sync.app import weekly_mail  # noqa: PLC0415 - help needs none of it

    if preview is not None and (sending or again):
        ctx = click.get_current_context()
        raise Misuse(session.words.say("digest.preview_or_send"), ctx)
    made = weekly_mail.digest(
        session.folder(),
        on=on,
        preview=None if preview is None else path_of(preview),
        sending=sending or again is not None,
        again=again,
        at_any_hour=at_any_hour,
        language=session.words.language if session.explicit else None,
    )
    words = session.words_of(made.project)
    if preview is not None:
        show(_written(made.files, words))
    elif sending or again is not None:
        show(_sent(made.items, made.posted, made.day, words))
    else:
        show(_planned(made.items, made.subjects, made.day, words))
    for trouble in _troubles(made.items, made.posted, words):
        tell(trouble)
    unsent = _unsent(made.items, made.posted, sent=sending or again is not None)
    return UNREAD if unsent or not made.trustworthy else 0


def _send_all(
    session: Session, projects: str | None, on: dt.date | None, *, at_any_hour: bool
) -> int:
    """Send what is due in every project of an installation, a line each."""
    from miro_sync.app import installation, weekly_mail  # noqa: PLC0415 - help needs none of it

    def send(folder: Path) -> WeeklyMail:
        language = session.words.language if session.explicit else None
        return weekly_mail.digest(
            folder, on=on, sending=True, at_any_hour=at_any_hour, language=language
        )

    codes = []
    for answer in installation.each(
        installation.projects(installation_of(session, projects)), send
    ):
        if answer.result is None:
            assert answer.error is not None  # noqa: S101 - one of the two is there
            codes.append(tell_trouble(session, answer.project, answer.error))
            continue
        made = answer.result
        words = session.words_of(made.project)
        sent = sum(str(one.state) == _GONE for one in made.posted)
        show(f"{answer.project.name}: {words.say('digest.sent', number=sent)}")
        for trouble in _troubles(made.items, made.posted, words):
            tell(f"{answer.project.name}: {trouble}")
        unsent = _unsent(made.items, made.posted, sent=True)
        codes.append(UNREAD if unsent or not made.trustworthy else 0)
    show(all_told(codes, session.words))
    return installation.worst(codes)


def _planned(
    items: Sequence[Item], subjects: Mapping[str, str], day: dt.date | None, words: Catalogue
) -> str:
    """Say what would be sent to whom now, each with its address and subject."""
    out = [_day(day, words)]
    for item in items:
        out.append(
            words.say(
                "digest.planned",
                who=_named(item.recipient, words),
                address=_clean(item.recipient.address),
                due=words.say(f"digest.due_{item.due}"),
            )
        )
        subject = subjects.get(item.recipient.key)
        if subject is not None:
            out.append(f"    {_clean(subject)}")
    out.append(words.say("digest.how_to_send"))
    return "\n".join(out)


def _sent(
    items: Sequence[Item], posted: Sequence[Posted], day: dt.date | None, words: Catalogue
) -> str:
    """Say what was sent, and why the rest was not."""
    done = {one.item.recipient.key for one in posted}
    states = [str(one.state) for one in posted]
    out = [words.say("digest.sent", number=states.count(_GONE))]
    out += [
        words.say(
            "digest.line",
            who=_named(one.item.recipient, words),
            what=words.say(f"digest.state_{one.state or 'elsewhere'}"),
        )
        for one in posted
    ]
    rest = [item for item in items if item.recipient.key not in done]
    out += [
        words.say(
            "digest.line",
            who=_named(item.recipient, words),
            what=words.say(f"digest.due_{item.due}"),
        )
        for item in rest
    ]
    if any(item.due in {"early", "hours"} for item in rest):
        out.append(_day(day, words))
    return "\n".join(out)


def _written(files: Sequence[Path], words: Catalogue) -> str:
    """Say which files a preview wrote."""
    out = [words.say("digest.written", number=len(files))]
    return "\n".join([*out, *(f"    {path}" for path in files)])


def _troubles(items: Sequence[Item], posted: Sequence[Posted], words: Catalogue) -> Iterator[str]:
    """Yield why letters were not sent, and which of them a person has to decide about."""
    for one in posted:
        if one.trouble is not None:
            who = _named(one.item.recipient, words)
            yield words.say("digest.line", who=who, what=_clean(words.tell(one.trouble)))
    for item in items:
        if item.due == "uncertain" and item.recipient.key not in {
            one.item.recipient.key for one in posted
        }:
            who = _named(item.recipient, words)
            yield words.say("digest.ask_again", who=who, name=_clean(item.recipient.name))


def _unsent(items: Sequence[Item], posted: Sequence[Posted], *, sent: bool) -> bool:
    """Tell whether a letter was refused, or may be lost."""
    failed = any(one.state in _LOST for one in posted)
    done = {one.item.recipient.key for one in posted}
    return failed or any(
        sent and item.due == "uncertain" and item.recipient.key not in done for item in items
    )


def _named(recipient: Recipient, words: Catalogue) -> str:
    return _clean(words.tell(recipient.label))


def _day(day: dt.date | None, words: Catalogue) -> str:
    return words.say("digest.no_day") if day is None else words.say("digest.day", day=day)


def _clean(text: str) -> str:
    from miro_sync.telling.display import clean  # noqa: PLC0415 - help needs none of it

    return clean(text)
