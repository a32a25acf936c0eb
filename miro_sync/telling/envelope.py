"""The envelope of a letter: an e-mail with its headers, ready to be sent or looked at.

The headers follow RFC 5322, 3834 (`Auto-Submitted`), 2919 (`List-Id`), 2369 (`List-Unsubscribe`)
and 8058. Nothing in a letter changes anything when its links are opened: programs open all links.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from miro_sync.telling.mail import Written

#: RFC 2047 allows an encoded word 75 characters, and a line that holds one 76.
_LINE = 76

_LETTERS = 10


class _Policy(EmailPolicy):
    """The standard policy, but for headers that are not ASCII.

    On Python 3.11 and 3.12 the standard library folds a long Cyrillic subject so that spaces are
    lost between words; `email.header` does not.
    """

    def fold(self, name: str, value: str) -> str:
        """Return the header as lines."""
        text = str(value)
        if text.isascii():
            return str(super().fold(name, value))
        shown, address = parseaddr(text)
        if name.lower() in {"from", "to", "reply-to"} and address.isascii():
            phrase = Header(shown, "utf-8", _LINE, name).encode(linesep=self.linesep)
            tail = f"{self.linesep} <{address}>"
            return f"{name}: {phrase}{tail}{self.linesep}"
        whole = Header(text, "utf-8", _LINE, name).encode(linesep=self.linesep)
        return f"{name}: {whole}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header as lines in bytes, all ASCII."""
        return self.fold(name, value).encode("ascii", "surrogateescape")


POLICY = _Policy(
    linesep=SMTP.linesep, raise_on_defect=SMTP.raise_on_defect, header_factory=SMTP.header_factory
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is on a letter besides the letter.

    Attributes:
        sender: «Имя <address>» or an address. to: an address.
        reply_to: where an answer goes; None for the sender.
        at: when it was written, in the project's time zone.
        message_id: see `message_id`. list_id: see `list_id`.
        unsubscribe: a mailto: or https: address that somebody or something answers; None where
            there is none, for then the header would promise what nobody keeps.

    """

    sender: str
    to: str
    at: dt.datetime
    message_id: str
    list_id: str
    reply_to: str | None = None
    unsubscribe: str | None = None


def message_id(project: str, recipient: str, week: str, sender: str) -> str:
    """Return the identity of the letter of a week to one reader, the same whenever it is made.

    A letter that is sent a second time is then the same letter to a mail program.

    Args:
        project: its name.
        recipient: whose letter it is, as the ledger calls them.
        week: an ISO week, "2024-W16".
        sender: whose domain vouches for the identity.

    """
    parts = ("digest", _hash(project), _hash(f"{project}/{recipient}"), week.replace("-", ""))
    return f"<{'.'.join(parts)}@{_domain(sender)}>"


def list_id(project: str, sender: str) -> str:
    """Return the identity by which a mail program knows all letters of a project."""
    return f"<digest-{_hash(project)}.{_domain(sender)}>"


def ascii_address(text: str) -> str | None:
    """Return an address as the mail protocol takes it; None where it cannot.

    A domain may be written in any script («пример.рф»); what stands before the @ may not.
    """
    address = parseaddr(text)[1] or text
    user, _, domain = address.rpartition("@")
    try:
        encoded = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"{user}@{encoded}" if user and user.isascii() and encoded else None


def enveloped(written: Written, envelope: Envelope, language: str) -> EmailMessage:
    """Put a letter into its envelope: text first, HTML as its equal."""
    message = EmailMessage(policy=POLICY)
    shown, address = parseaddr(envelope.sender)
    message["From"] = formataddr((shown, ascii_address(address) or address), "utf-8")
    message["To"] = ascii_address(envelope.to) or envelope.to
    if envelope.reply_to is not None:
        message["Reply-To"] = ascii_address(envelope.reply_to) or envelope.reply_to
    message["Subject"] = written.subject
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = envelope.message_id
    message["List-Id"] = envelope.list_id
    if envelope.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(written.text, cte="base64")
    message.add_alternative(written.html, subtype="html", cte="base64")
    message["Content-Language"] = language
    # The boundary is random by default; the same letter is to be the same bytes.
    message.set_boundary(f"=_{_hash(envelope.message_id)}_=")
    return message


def _domain(sender: str) -> str:
    address = ascii_address(sender) or ""
    return address.rpartition("@")[2] or "localhost"


def _hash(text: str) -> str:
    return hashlib.blake2s(text.encode()).hexdigest()[:_LETTERS]
