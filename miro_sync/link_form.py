"""The form of a link, without going to the network: a doubled host, a host blocked in Russia."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from miro_sync.model import Message, say

#: Hosts to which access is restricted in Russia, with the month of the restriction, as announced
#: by Roskomnadzor, which keeps the register of restricted sites (149-ФЗ, article 15.3 and others).
#: A link to one of them proves the same as before, but a reader without detours cannot open it.
BLOCKED_HOSTS: Final = {
    "linkedin.com": "11.2016",
    "facebook.com": "03.2022",
    "instagram.com": "03.2022",
    "twitter.com": "03.2022",
    "x.com": "03.2022",
    "t.co": "03.2022",
    "news.google.com": "03.2022",
    "soundcloud.com": "10.2022",
    "signal.org": "08.2024",
    "discord.com": "10.2024",
    "discord.gg": "10.2024",
    "viber.com": "12.2024",
}

_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_DOUBLED: Final = re.compile(r"\.(com|ru|рф|org|net|info|su|me|by|kz)\.\1$", re.IGNORECASE)
_SCHEME_AGAIN: Final = re.compile(r"^https?:/*https?:", re.IGNORECASE)


def link_fault(link: str) -> Message | None:
    """Tell what is wrong with the form of an http(s) link; None when nothing is.

    A doubled ending of the host («instagram.com.com») or of the beginning («https://https://…»)
    is a slip of the hand; a host that no browser could look up is none.
    """
    if _SCHEME_AGAIN.match(link):
        return say("links.scheme_twice")
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return say("links.no_host")
    if not _HOST.fullmatch(host):
        return say("links.no_host")
    doubled = _DOUBLED.search(host)
    if doubled:
        end = doubled[1]
        meant = host[: -len(end) - 1]
        return say("links.host_twice", host=host, meant=meant)
    return None


def blocked_host(link: str) -> Message | None:
    """Name the host of a link if access to it is restricted in Russia; None otherwise."""
    try:
        host = (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return None
    parts = host.split(".")
    for start in range(len(parts)):
        name = ".".join(parts[start:])
        since = BLOCKED_HOSTS.get(name)
        if since is not None:
            return say("links.blocked", host=name, since=since)
    return None
