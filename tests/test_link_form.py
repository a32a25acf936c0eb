"""Links are judged by their form alone."""

from __future__ import annotations

import pytest

from miro_sync.link_form import BLOCKED_HOSTS, blocked_host, link_fault
from miro_sync.model import say


@pytest.mark.parametrize(
    "link",
    [
        "https://vk.com/wall-1_2",
        "https://yaya1.example.ru/tr?id=5",
        "http://школа.рф/новость",
        "https://www.instagram.com/p/abc/",
    ],
)
def test_a_good_link_has_no_fault(link: str) -> None:
    assert link_fault(link) is None


def test_a_doubled_host_is_a_slip_and_the_right_one_is_named() -> None:
    fault = link_fault("https://www.instagram.com.com/tv/CTT0hG7IctX/?utm_medium=share_sheet")
    assert fault is not None
    meant = {"host": "www.instagram.com.com", "meant": "www.instagram.com"}
    assert fault == say("links.host_twice", **meant)


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("https://https://vk.com/wall", "links.scheme_twice"),
        ("http:/https://vk.com/wall", "links.scheme_twice"),
        ("https://новость", "links.no_host"),
        ("https:///wall", "links.no_host"),
        ("https://[::1/x", "links.no_host"),
    ],
)
def test_a_link_that_no_browser_opens_is_a_fault(link: str, key: str) -> None:
    fault = link_fault(link)
    assert fault is not None
    assert fault.key == key


def test_a_blocked_host_is_named_with_its_month_and_its_neighbours_are_not() -> None:
    blocked = blocked_host("https://www.Instagram.com/p/abc/")
    assert blocked is not None
    assert blocked.params == {"host": "instagram.com", "since": BLOCKED_HOSTS["instagram.com"]}
    assert blocked_host("https://notinstagram.com/p") is None
    assert blocked_host("https://dropbox.com/x.com") is None
    assert blocked_host("https://[::1/x") is None


def test_a_host_without_a_report_of_its_restriction_is_not_called_restricted() -> None:
    for host in ("t.co", "signal.org", "discord.gg", "youtube.com", "t.me"):
        assert blocked_host(f"https://{host}/x") is None
