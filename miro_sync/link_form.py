"""The form of a link, without going to the network: a doubled host, a host blocked in Russia."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from miro_sync.model import Message, say

#: Hosts to which access is restricted in Russia, with the month from which on, each with the
#: report of Roskomnadzor's announcement that says so. A link to one of them proves the same as
#: before, but a reader without detours cannot open it. Looked up on 22 November 2026; a host
#: stands here only with a report, so that nobody is told of a restriction that there is not.
BLOCKED_HOSTS: Final = {
    # Коммерсантъ, 4 December 2025: LinkedIn from 17 November 2016.
    "linkedin.com": "11.2016",
    # Digital Watch, "Russia blocks Facebook and Twitter", and Сравни, 5 March 2022: from 4 March;
    # Коммерсантъ, 4 December 2025: the same network is «Twitter (ныне — X)».
    "facebook.com": "03.2022",
    "twitter.com": "03.2022",
    "x.com": "03.2022",
    # Nation News, March 2022, and Вести-Урал, 11 March 2022: from 14 March, announced on the 11th.
    "instagram.com": "03.2022",
    # Афиша Daily after ТАСС, March 2022.
    "news.google.com": "03.2022",
    # РБК, 2 October 2022: from the day before.
    "soundcloud.com": "10.2022",
    # Cyber.Sports.ru, 8 October 2024, after Roskomnadzor.
    "discord.com": "10.2024",
    # Фонтанка, 13 December 2024.
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
