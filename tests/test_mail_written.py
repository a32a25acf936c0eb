"""The letter in words: two parts equal in content, small, harmless; its envelope.

The whole letters are kept in tests/snapshots; MIRO_SYNC_SNAPSHOTS=write writes them anew.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import os
import random
import re
from calendar import monthrange
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_sample import (
    COORDINATOR,
    DIRECTOR,
    FULL,
    ISHIM,
    METHODIST,
    QUIET,
    overview,
    written_letter,
)
from telling_sample import CALM, PROJECT, card, event, occurrence, reason, span, verdict

from miro_sync.digest import Reader
from miro_sync.digest.saying import days_of
from miro_sync.letter import Block
from miro_sync.messages import catalogue
from miro_sync.model import Period, Status, say
from miro_sync.telling import display
from miro_sync.telling.envelope import (
    Envelope,
    ascii_address,
    enveloped,
    list_id,
    message_id,
)
from miro_sync.telling.mail import COLUMNS, LARGEST, Written, html_of, page_of, text_of, write

RU, EN = catalogue("ru"), catalogue("en")
SNAPSHOTS = Path(__file__).parent / "snapshots"
READERS = {
    "director": DIRECTOR,
    "coordinator": COORDINATOR,
    "methodist": METHODIST,
    "center": ISHIM,
}

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
HOSTILE = (
    SCRIPT,
    '=HYPERLINK("http://evil.example","нажми")',
    "\u202eнамеренно\u202c \u2067наоборот\u2069 \u200e\u200f",
    "Очень длинное название. " * 250,
    "а" * 6000,
    "строка\r\nBcc: spy@example.org\r\n\r\nтело",
    "{title} {0} %s {{ 7*7 }} {% raw %}",
    "\x1b[31mкрасный\x00",
)


class Shown(HTMLParser):
    """What a reader of the HTML part sees, and what it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "title"}
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.replace("\u200a", " ").split()


def shown(html: str) -> Shown:
    parser = Shown()
    parser.feed(html)
    parser.close()
    return parser


def hostile(title: str) -> Written:
    """Return the coordinator's letter of a project in which everything is called so."""
    bad = card("9", title, center="ishim", day="2023-05-12")
    planned = event("Х1", title, title, span("2023-03-01"), responsible=(title,))
    of = occurrence(planned, span("2023-03-01"))
    unclear = event("Х2", title, title)
    found = (
        verdict(of, Status.MISSED, reason(title, title), bad),
        verdict(occurrence(unclear, None), Status.UNDATED, reason(title, title)),
    )
    seen = replace(CALM, verdicts=found, extra=(bad,), duplicates=((bad, of),), cards={"9": bad})
    project = replace(PROJECT, name=title)
    return write(written_letter(replace(overview(seen), project=project), COORDINATOR), RU)


# --- equal in content -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_the_text_part_says_what_the_html_part_says(reader: Reader, language: str) -> None:
    written = write(written_letter(reader=reader), catalogue(language))
    html = shown(written.html)
    links = re.findall(r"https?://\S+", written.text)
    text = re.sub(r":?\s+https?://\S+", "", written.text)
    said = [word for word in text.split() if word not in {"*", "-", "--"}]

    assert [word.casefold() for word in html.words] == [word.casefold() for word in said]
    assert html.links == links


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_line_of_the_text_is_wider_than_72_columns_but_a_link(reader: Reader) -> None:
    text = write(written_letter(reader=reader), RU).text

    for line in text.splitlines():
        assert display.width(line) <= COLUMNS or line.strip().startswith("https://")


@pytest.mark.parametrize("name", [*READERS, "director-calm", "coordinator-en"])
def test_the_whole_letters(name: str) -> None:
    reader = READERS[name.partition("-")[0]]
    words = EN if name.endswith("en") else RU
    seen, told = (QUIET, frozenset[str]()) if name.endswith("calm") else (FULL, None)
    made = written_letter(seen, reader) if told is None else written_letter(seen, reader, told=told)
    written = write(made, words)
    for ending, text in (("txt", f"{written.subject}\n\n{written.text}"), ("html", written.html)):
        path = SNAPSHOTS / f"mail-{name}.{ending}"
        if os.environ.get("MIRO_SYNC_SNAPSHOTS") == "write":
            path.write_text(text, "utf-8")
        assert path.read_text("utf-8") == text


# --- for every mail program -----------------------------------------------------------------------


def test_the_html_is_for_outlook_dark_mode_and_screen_readers() -> None:
    html = write(written_letter(reader=COORDINATOR), RU).html
    found = shown(html)
    tables = [attrs for tag, attrs in found.tags if tag == "table"]
    tags = [tag for tag, _ in found.tags]
    by_tag = dict(found.tags)

    assert all(attrs.get("role") == "presentation" for attrs in tables)
    assert by_tag["html"]["lang"] == by_tag["div"]["lang"] == "ru"
    assert tags.count("h1") == 1
    assert "h2" in tags
    assert not {"img", "script", "link", "iframe", "form", "object"} & set(tags)
    assert "prefers-color-scheme: dark" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "<!--[if mso]>" in html
    assert "url(" not in html
    assert not re.search(r"display:\s*(?:flex|grid)", html)
    assert all(attrs.get("style") for tag, attrs in found.tags if tag in {"p", "h1", "h2", "a"})


def test_status_is_said_in_words_and_not_by_colour_alone() -> None:
    assert "Нет следа, срок" in " ".join(shown(write(written_letter(), RU).html).words)


# --- texts of others ------------------------------------------------------------------------------


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_text_in_both_parts_and_the_letter_stays_small(title: str) -> None:
    written = hostile(title)
    tags = {tag for tag, _ in shown(written.html).tags}

    assert not {"script", "img"} & tags
    assert not any(key.startswith("on") for _, attrs in shown(written.html).tags for key in attrs)
    assert "\n" not in written.subject
    assert "\r" not in written.text
    for text in (written.text, written.subject, written.html):
        assert not re.search("[\x00-\x08\x0b-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert len(written.html.encode()) <= LARGEST
    assert len(written.text) < LARGEST


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_does_not_break_the_envelope(title: str) -> None:
    message = parsed(hostile(title))

    assert "Bcc" not in message
    assert len(message.get_all("Subject", [])) == 1
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_only_web_addresses_are_linked_to() -> None:
    bad = replace(card("9", "Карта", center="ishim"), url="javascript:alert(1)")
    of = occurrence(event("Х1", "Событие", "март", span("2023-03-01")), span("2023-03-01"))
    found = verdict(of, Status.OVERDUE, reason("Нет", "отметки"), bad)
    written = write(written_letter(overview(replace(CALM, verdicts=(found,)))), RU)

    assert "javascript" not in written.html + written.text


def test_a_letter_that_would_be_too_large_counts_what_it_leaves_out() -> None:
    long = "Щ" * 149
    found = tuple(
        verdict(
            occurrence(event(f"Х{n}", long, "март", span("2023-03-01")), span("2023-03-01")),
            Status.MISSED,
            reason(long * 9, long * 9),
        )
        for n in range(30)
    )
    written = write(written_letter(overview(replace(CALM, verdicts=found)), COORDINATOR), RU)

    assert len(written.html.encode()) <= LARGEST
    assert re.search(r"и ещё 2\d", written.text)
    assert re.search(r"и ещё 2\d", written.html)


@given(st.text(max_size=300))
@settings(max_examples=40, deadline=None)
def test_no_title_whatsoever_becomes_markup(title: str) -> None:
    tags = {tag for tag, _ in shown(hostile(title).html).tags}

    assert tags <= {
        "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td",
        "h1", "h2", "p", "a",
    }  # fmt: skip


# --- the envelope ---------------------------------------------------------------------------------

WEEK = "2023-W22"
MONDAY = dt.datetime(2023, 6, 5, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
FROM = "Событийный календарь <calendar@example.org>"
ENVELOPE = Envelope(
    sender=FROM,
    to="director@example.org",
    at=MONDAY,
    message_id=message_id("Точка роста", "person:1", WEEK, FROM),
    list_id=list_id("Точка роста", FROM),
    reply_to="coordinator@example.org",
)


def parsed(written: Written, envelope: Envelope = ENVELOPE) -> EmailMessage:
    raw = enveloped(written, envelope, "ru").as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_headers_are_those_of_a_letter_that_nobody_typed() -> None:
    message = parsed(write(written_letter(), RU))

    assert message["From"] == FROM
    assert message["To"] == "director@example.org"
    assert message["Reply-To"] == "coordinator@example.org"
    assert message["Date"].datetime == MONDAY
    assert "+0700" in message["Date"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "ru"
    assert re.fullmatch(r"<digest-\w+\.example\.org>", message["List-Id"])
    assert re.fullmatch(r"<digest\.\w+\.\w+\.2023W22@example\.org>", message["Message-ID"])
    assert "List-Unsubscribe" not in message
    assert "References" not in message


def test_both_parts_come_back_as_they_were_written() -> None:
    written = write(written_letter(reader=COORDINATOR), RU)
    message = parsed(written)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))

    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == written.text
    assert html.get_content().replace("\r\n", "\n").rstrip() == written.html.rstrip()


def test_an_address_to_be_taken_off_the_list_is_only_promised_where_there_is_one() -> None:
    promised = replace(ENVELOPE, unsubscribe="mailto:coordinator@example.org")

    assert parsed(write(written_letter(), RU), promised)["List-Unsubscribe"] == (
        "<mailto:coordinator@example.org>"
    )
    assert "Отписаться" in write(written_letter(unsubscribe=True), RU).text
    assert "Отписаться" not in write(written_letter(), RU).text


def test_the_identity_of_a_letter_is_the_same_whenever_it_is_made() -> None:
    again = message_id("Точка роста", "person:1", WEEK, FROM)
    others = {
        message_id("Другой проект", "person:1", WEEK, FROM),
        message_id("Точка роста", "person:2", WEEK, FROM),
        message_id("Точка роста", "person:1", "2023-W23", FROM),
    }

    assert again == ENVELOPE.message_id
    assert again not in others
    assert len(others) == 3


def test_the_same_letter_is_the_same_bytes() -> None:
    one, two = (enveloped(write(written_letter(), RU), ENVELOPE, "ru").as_bytes() for _ in range(2))

    assert one == two


def test_three_hundred_russian_subjects_keep_every_space() -> None:
    dice = random.Random(7)  # noqa: S311 - not a secret
    text = (
        "просрочено решение уточнений неделя апреля центр «Точка роста» ждёт отметки 3 (+1) —"
        " пропущенных событий по направлениям естественнонаучный и"
    )
    vocabulary = text.split()
    written = write(written_letter(), RU)
    for _ in range(300):
        subject = " ".join(dice.choices(vocabulary, k=dice.randint(2, 16)))
        raw = enveloped(replace(written, subject=subject), ENVELOPE, "ru").as_bytes()
        header = re.search(rb"^Subject: ([^\r]*(?:\r\n[ \t][^\r]*)*)", raw, re.MULTILINE)
        assert header is not None
        assert all(len(word) <= 75 for word in header[1].split())
        assert parsed(replace(written, subject=subject))["Subject"] == subject
        assert str(make_header(decode_header(header[1].decode()))) == subject


@pytest.mark.parametrize(
    ("address", "encoded"),
    [
        ("office@example.org", "office@example.org"),
        ("office@пример.рф", "office@xn--e1afmkfd.xn--p1ai"),
        ("почта@пример.рф", None),
        ("@example.org", None),
    ],
)
def test_an_address_is_written_as_the_protocol_takes_it(address: str, encoded: str | None) -> None:
    assert ascii_address(address) == encoded


def test_a_sender_with_a_russian_domain_can_be_written_to() -> None:
    envelope = replace(ENVELOPE, sender="Отдел <office@пример.рф>", to="school@пример.рф")
    message = parsed(write(written_letter(), RU), envelope)

    assert "office@xn--e1afmkfd.xn--p1ai" in message["From"]
    assert message["To"] == "school@xn--e1afmkfd.xn--p1ai"


# --- words ----------------------------------------------------------------------------------------


def test_a_problem_of_the_input_keeps_the_name_of_its_file() -> None:
    page = page_of(written_letter(reader=COORDINATOR), RU)
    (sources,) = (part for part in page.parts if part.kind is Block.SOURCES)

    assert any(entry.head.startswith("calendar.csv") for entry in sources.entries)


def test_a_page_without_parts_is_a_whole_letter() -> None:
    page = page_of(written_letter(QUIET, told=frozenset()), RU)

    assert text_of(page).startswith("Событийный календарь.")
    assert "</html>" in html_of(page)


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_name_in_both_languages(month: int) -> None:
    first = dt.date(2024, month, 1)
    whole = Period(first, dt.date(2024, month, monthrange(2024, month)[1]))
    for words in (RU, EN):
        assert words.tell(say(f"mail.month_{whole.end.month}")) in words.tell(days_of(whole))
        assert words.say(f"mail.of_month_{month}")
