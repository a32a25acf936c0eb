"""The weekly mail put together: overview, ledger, letters, the mail server."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from miro_sync.app.building import memory_of, moment, today_of
from miro_sync.app.overviews import overview
from miro_sync.digest import digest as decide
from miro_sync.digest.letters import OLD, Sending
from miro_sync.errors import SettingsError, SourceError
from miro_sync.letter import Letter, Posting
from miro_sync.mail_sender import MailSender, Server
from miro_sync.memory import MailLedger
from miro_sync.messages import Catalogue, catalogue
from miro_sync.miro_budget import Clock
from miro_sync.model import Project, say
from miro_sync.overview import Overview
from miro_sync.posting import (
    Due,
    Item,
    Posted,
    Recipient,
    Timing,
    Way,
    first_posting,
    named,
    recipients,
    send,
    send_day,
    week_of,
    when_due,
)
from miro_sync.settings import Mail, Settings, load, secret
from miro_sync.telling.envelope import (
    Envelope,
    ascii_address,
    enveloped,
    list_id,
    message_id,
)
from miro_sync.telling.mail import Written, write

#: Who sends a letter that is only looked at, where the settings name nobody yet.
_NOBODY = "calendar@example.org"

#: The local hour that a letter of another day bears: letters of that day would have gone by then.
_MORNING = dt.time(8, 30)


@dataclass(frozen=True, slots=True)
class WeeklyMail:
    """What the command did or would do.

    Attributes:
        week: the ISO week. day: when its letters go; None in a week without working days.
        items: all letters, due or not. subjects: of the letters, by recipient.
        posted: what was sent and what was not. files: what a preview wrote.
        trustworthy: every source was read whole.

    """

    project: Project
    week: str
    day: dt.date | None
    items: tuple[Item, ...]
    subjects: Mapping[str, str]
    trustworthy: bool
    posted: tuple[Posted, ...] = ()
    files: tuple[Path, ...] = ()


def digest(  # noqa: PLR0913 - the options of the command
    config: Path,
    *,
    on: dt.date | None = None,
    preview: Path | None = None,
    sending: bool = False,
    again: str | None = None,
    at_any_hour: bool = False,
    language: str | None = None,
) -> WeeklyMail:
    """Make the letters of a week on the last good read, and send or write those that are asked for.

    Args:
        config: the project folder.
        on: the local day to write them for; by default today. The hour does not matter then.
        preview: a folder for the letters as .eml and .html; the ledger stays as it is.
        sending: send what is due.
        again: a role, a centre's id or an address: send this one letter whatever the ledger says.
        at_any_hour: send outside the settings' day and hours, too.
        language: of the letters; by default the project's.

    Raises:
        SettingsError: there is no mail in the settings, nobody to write to, or no such reader.
        SourceError: nothing was ever read.
        StateError: the state cannot be reached.
        BusyError: another process is sending.

    """
    settings = load(config)
    mail = _checked(settings, sending=sending)
    post = _Post(settings, mail, catalogue(language or settings.project.language), on, moment())
    if not sending:
        made = post.made(at_any_hour=at_any_hour)
        return made if preview is None else replace(made, files=post.preview(made.items, preview))
    with closing(post.ledger()) as ledger, ledger.alone():
        key = None if again is None else post.again(again, ledger)
        made = post.made(at_any_hour=at_any_hour or again is not None)
        items = tuple(one for one in made.items if key in {None, one.recipient.key})
        return replace(made, items=items, posted=tuple(post.send(items, ledger)))


@dataclass(slots=True)
class _Post:
    """The letters of one week, being made."""

    settings: Settings
    mail: Mail
    words: Catalogue
    on: dt.date | None
    now: dt.datetime

    @property
    def project(self) -> Project:
        return self.settings.project

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.project.timezone)

    @property
    def today(self) -> dt.date:
        return self.on or today_of(self.settings, self.now)

    def ledger(self) -> MailLedger:
        return MailLedger(self.settings.state_url)

    def made(self, *, at_any_hour: bool) -> WeeklyMail:
        """Decide what to say to everybody, and whether it is due."""
        with memory_of(self.settings) as memory:
            stored_at = memory.remembered().stored_at
        if stored_at is None:
            raise SourceError(say("digest.never_read"))
        # What was known by then, and not only what is at hand: a source that the last run could
        # not read holds back the alarms that rest on it.
        known_by = max(self.today, today_of(self.settings, self.now))
        seen = overview(self.settings.folder, on=self.today, as_of=known_by)
        week = week_of(self.today)
        with closing(self.ledger()) as ledger:
            rows, before = ledger.postings(week), ledger.before(week)
        old = self.at - stored_at > OLD
        items = tuple(
            self._item(one, seen, rows.get(one.key), before, old=old, at_any_hour=at_any_hour)
            for one in recipients(self.project, self.today)
        )
        return WeeklyMail(
            project=self.project,
            week=week,
            day=send_day(self.today, self.timing, self.project),
            items=items,
            subjects={
                one.recipient.key: self.words.tell(one.letter.subject)
                for one in items
                if one.letter is not None
            },
            trustworthy=seen.assessment.trustworthy,
        )

    @property
    def timing(self) -> Timing:
        return Timing(self.mail.weekday, self.mail.hours, self.mail.pause_until)

    @property
    def at(self) -> dt.datetime:
        """The moment of the letters: now, or the morning of the day that was asked for."""
        if self.today == today_of(self.settings, self.now):
            return self.now
        return dt.datetime.combine(self.today, _MORNING, self.zone)

    def _item(  # noqa: PLR0913 - what is known of one letter
        self,
        recipient: Recipient,
        seen: Overview,
        row: Posting | None,
        before: Mapping[str, Posting],
        *,
        old: bool,
        at_any_hour: bool,
    ) -> Item:
        week = week_of(self.today)
        identity = message_id(self.project.name, recipient.key, week, self.mail.sender)
        posting = row or first_posting(recipient, week, self.today, before, identity)
        last = before.get(recipient.key)
        letter = decide(
            seen,
            recipient.reader,
            Sending(
                at=self.at,
                number=posting.number,
                last=None if last is None else last.day,
                told=None if last is None else last.told,
                unsubscribe=self.mail.unsubscribe is not None,
                blocks=self.mail.blocks,
            ),
        )
        minute = None
        if self.on is None:
            local = self.now.astimezone(self.zone)
            minute = local.hour * 60 + local.minute
        due = when_due(
            row,
            recipient,
            letter,
            today=self.today,
            minute=minute,
            timing=self.timing,
            project=self.project,
            old=old,
        )
        if at_any_hour and due in {Due.EARLY, Due.HOURS, Due.OLD}:
            due = Due.NOW
        if letter is not None:
            posting = replace(posting, told=letter.told, day=self.today)
        return Item(recipient, due, posting, letter)

    def again(self, name: str, ledger: MailLedger) -> str:
        """Let the letter to whom a person named be sent once more; return the recipient's key."""
        known = recipients(self.project, self.today)
        wanted = named(known, name)
        if wanted is None:
            names = ", ".join(one.name for one in known)
            raise SettingsError(say("digest.no_such_reader", name=name, known=names))
        ledger.again(wanted.key, week_of(self.today))
        return wanted.key

    def written(self, letter: Letter) -> Written:
        return write(letter, self.words)

    def email(self, item: Item, at: dt.datetime) -> EmailMessage:
        """Put the letter of an item into its envelope."""
        if item.letter is None:
            raise AssertionError("a letter without content is never due")
        envelope = Envelope(
            sender=self.mail.sender,
            to=item.recipient.address,
            at=at.astimezone(self.zone).replace(microsecond=0),
            message_id=item.posting.message_id,
            list_id=list_id(self.project.name, self.mail.sender),
            reply_to=self.mail.reply_to,
            unsubscribe=self.mail.unsubscribe,
        )
        return enveloped(self.written(item.letter), envelope, self.words.language)

    def preview(self, items: tuple[Item, ...], folder: Path) -> tuple[Path, ...]:
        """Write the letters as files; nothing is sent."""
        files: list[Path] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for item in items:
                if item.letter is not None:
                    base = folder / item.recipient.name
                    for ending, content in (
                        ("eml", self.email(item, self.at).as_bytes()),
                        ("html", self.written(item.letter).html.encode()),
                    ):
                        files.append(base.with_name(f"{base.name}.{ending}"))
                        files[-1].write_bytes(content)
        except OSError as error:
            raise SettingsError(say("digest.not_written", folder=str(folder))) from error
        return tuple(files)

    def send(self, items: tuple[Item, ...], ledger: MailLedger) -> list[Posted]:
        """Send what is due."""
        sender = ascii_address(self.mail.sender) or parseaddr(self.mail.sender)[1]
        with MailSender(self._server(), Clock(moment)) as door:
            return list(
                send(
                    items,
                    ledger,
                    Way(
                        door,
                        sender,
                        address_of=lambda one: ascii_address(one.address),
                        made=lambda item: self.email(item, moment()).as_bytes(),
                    ),
                    moment,
                )
            )

    def _server(self) -> Server:
        user = secret("MIRO_SYNC_SMTP_USER", os.environ)
        password = secret("MIRO_SYNC_SMTP_PASSWORD", os.environ)
        if (user is None) != (password is None):
            absent = "MIRO_SYNC_SMTP_USER" if user is None else "MIRO_SYNC_SMTP_PASSWORD"
            raise SettingsError(say("digest.half_login", name=absent))
        mail = self.mail
        return Server(
            host=mail.host,
            port=mail.port,
            implicit_tls=mail.implicit_tls,
            trusted_way=mail.on_this_machine,
            user=user,
            password=None if password is None else SecretStr(password),
            ca_file=mail.ca_file,
            patience=mail.patience,
            timeout=mail.timeout,
        )


def _checked(settings: Settings, *, sending: bool) -> Mail:
    """Return the settings of mail; a letter that is only looked at needs none."""
    if not recipients(settings.project, settings.project.span.start):
        raise SettingsError(say("digest.nobody"))
    if settings.mail is not None:
        return settings.mail
    if sending:
        raise SettingsError(say("digest.no_mail"))
    coordinators = (one.email for one in settings.project.people if one.role == "coordinator")
    reply_to = next((one for one in coordinators if one), None)
    return Mail("localhost", 0, implicit_tls=False, sender=_NOBODY, reply_to=reply_to)
