"""The page in a real browser: what it asks for, what it complains of, who can use it.

Where no browser is installed the whole module is left out and says so.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import pytest
from overview_sample import FULL, WEEK_AGO
from telling_sample import CALM, of

from miro_sync.messages import catalogue
from miro_sync.overview import Overview
from miro_sync.reports.page import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
FOUND = next((path for name in NAMES if (path := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(
    FOUND is None, reason=f"no browser on this machine ({', '.join(NAMES)}): the page is not opened"
)

PHONE, DESK = 390, 1440
RU = catalogue("ru")
#: A4 in points is 595 by 842; a printed page is told by its own mark in the PDF.
_PDF_PAGE = re.compile(rb"/Type\s*/Page\b")


@dataclass
class Seen:
    """A page that was opened, and what went on meanwhile."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        # The browser's own walls need rights that a container does not give.
        started = playwright.chromium.launch(executable_path=FOUND, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Desk:
    """Opens pages and looks afterwards whether they behaved."""

    browser: Browser
    folder: Path
    seen: list[Seen] = field(default_factory=list)

    def show(
        self,
        overview: Overview = FULL,
        *,
        center: str | None = None,
        width: int = DESK,
        scheme: Literal["light", "dark"] = "light",
        address: str = "",
        script: bool = True,
    ) -> Page:
        path = self.folder / f"{len(self.seen)}.html"
        path.write_bytes(render(overview, RU, center=center))
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
            locale="ru-RU",
        )
        page = context.new_page()
        seen = Seen(page)
        page.on("request", lambda request: seen.asked.append(request.url))
        page.on("console", lambda message: seen.said.append(message.text))
        page.on("pageerror", lambda error: seen.said.append(str(error)))
        if script:
            page.add_init_script(
                "document.addEventListener('securitypolicyviolation',"
                " event => console.error('refused: ' + event.violatedDirective))"
            )
        page.goto(path.as_uri() + address)
        self.seen.append(seen)
        return page


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[Desk]:
    """Give something that opens pages; none of them may ask, complain or be refused anything."""
    made = Desk(browser, tmp_path)
    yield made
    for seen in made.seen:
        assert [url for url in seen.asked if not url.startswith("file://")] == []
        assert seen.said == []
        seen.page.context.close()


def visible(page: Page, selector: str) -> int:
    return sum(one.is_visible() for one in page.locator(selector).all())


def until(page: Page, true: str) -> None:
    """Wait for something to become true; the policy of the page forbids the usual way."""
    for _ in range(100):
        if page.evaluate(true):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never came true: {true}")


def wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


# --- looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_nothing_hangs_over_the_edge_and_nobody_is_shut_out(
    desk: Desk, width: int, scheme: Literal["light", "dark"]
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe")
    page = desk.show(replace(FULL, earlier=WEEK_AGO), width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert not wide(page)
    found: dict[str, Any] = axe.Axe().run(page).response
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.mark.parametrize(
    ("overview", "center"),
    [
        (Overview(FULL.project, FULL.calendar, CALM, ()), None),
        (Overview(replace(FULL.project, centers=()), FULL.calendar, of(), ()), None),
        (FULL, "novonik"),
    ],
    ids=["calm", "empty", "one centre"],
)
def test_a_page_with_little_on_it_is_as_well_behaved(
    desk: Desk, overview: Overview, center: str | None
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe")
    for width in (PHONE, DESK):
        page = desk.show(overview, center=center, width=width)
        assert not wide(page)
    assert axe.Axe().run(page).response["violations"] == []


def test_a_title_of_six_thousand_signs_without_a_blank_breaks_nothing(desk: Desk) -> None:
    verdicts = FULL.assessment.verdicts
    occurrence = verdicts[9].occurrence
    event = replace(occurrence.event, title="Ж" * 6000, task="W" * 6000, responsible=("Щ" * 600,))
    long = replace(verdicts[9], occurrence=replace(occurrence, event=event))
    assessment = replace(FULL.assessment, verdicts=(*verdicts[:9], long, *verdicts[10:]))
    page = desk.show(replace(FULL, assessment=assessment), width=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert not wide(page)


def test_dark_is_dark(desk: Desk) -> None:
    colours = [
        desk.show(scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert colours == ["rgb(251, 250, 248)", "rgb(22, 25, 29)"]


def test_the_sheet_for_a_meeting_is_one_page_and_the_whole_is_printed_on_request(
    desk: Desk,
) -> None:
    page = desk.show()
    sheet = page.pdf(prefer_css_page_size=True)
    assert len(_PDF_PAGE.findall(sheet)) == 1
    page.check("#print-all")
    assert len(_PDF_PAGE.findall(page.pdf(prefer_css_page_size=True))) > 2
    page.emulate_media(media="print")
    assert not page.locator("#filtering").is_visible()
    assert visible(page, "#attention .box") == 6


def test_everything_can_be_read_without_the_script(desk: Desk) -> None:
    page = desk.show(script=False)
    assert not page.locator("#filtering").is_visible()
    row = page.locator("#event-Б3")
    assert row.is_visible()
    row.locator("summary").click()
    assert row.get_by_text("Отметку ждём до").is_visible()


# --- use


def test_filters_leave_what_fits_everywhere_and_are_kept_in_the_address(desk: Desk) -> None:
    page = desk.show()
    assert visible(page, "details.event") == 15

    page.select_option("[name=center]", "ishim")
    assert visible(page, "details.event") == 2
    assert page.locator("output.filtered").inner_text() == "Показано строк календаря: 2 из 15"
    assert visible(page, "#attention .alarms > li") == 1
    assert visible(page, ".matrix thead th") == 2
    assert visible(page, ".heat tbody tr") == 1
    assert not page.get_by_text("Тихие центры").is_visible()

    page.select_option("[name=status]", "running")
    assert visible(page, "details.event") == 1
    assert visible(page, "#attention .alarms > li") == 0
    page.select_option("[name=status]", "overdue")
    assert visible(page, "details.event") == 1
    assert page.evaluate("location.hash") == "#center=ishim&status=overdue"

    page.select_option("[name=status]", "cancelled")
    assert visible(page, "details.event") == 0
    assert page.locator("#calendar .nothing").is_visible()

    page.click("text=Сбросить")
    until(page, "location.hash === ''")
    assert visible(page, "details.event") == 15
    assert visible(page, ".matrix thead th") == 10


def test_filters_by_who_answers_and_by_words_of_the_title(desk: Desk) -> None:
    page = desk.show()
    page.select_option("[name=who]", "Методист")
    assert visible(page, "details.event") == 1
    page.click("text=Сбросить")
    page.fill("[name=text]", "ФОРУМ")
    assert visible(page, "details.event") == 1
    assert page.locator("#event-В1").is_visible()


def test_an_address_with_a_filter_opens_filtered(desk: Desk) -> None:
    page = desk.show(address="#center=-&status=missed")
    assert visible(page, "details.event") == 1
    assert page.input_value("[name=center]") == "-"
    strange = desk.show(address="#center=nobody&status=%3Cscript%3E&text=%D0%B9%25")
    assert strange.input_value("[name=center]") == ""


def test_an_address_of_an_event_opens_it_even_from_behind_a_filter(desk: Desk) -> None:
    page = desk.show(address="#event-Б3")
    row = page.locator("#event-Б3")
    until(page, "document.activeElement.tagName === 'SUMMARY'")
    assert row.get_attribute("open") is not None
    assert row.get_by_text("Отметку ждём до").is_visible()

    page.select_option("[name=center]", "ishim")
    assert not row.is_visible()
    page.evaluate("location.hash = '#event-Б3'")
    until(page, "document.getElementById('event-Б3').checkVisibility()")
    assert unquote(page.evaluate("location.hash")) == "#event-Б3"
    desk.show(address="#event-%E0%A4%A")  # no text at all


def test_a_click_leads_from_an_alarm_and_from_the_table_to_the_reason(desk: Desk) -> None:
    page = desk.show()
    page.click("#attention .alarms a >> nth=0")
    until(page, "document.getElementById('event-А1').open")
    page.click(".matrix tbody tr:nth-child(4) td.overdue")
    until(page, "document.getElementById('event-Б3').open")


def test_the_keyboard_reaches_and_opens_everything(desk: Desk) -> None:
    page = desk.show()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'attention'")

    reached = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.closest('details.event, .scroll, form')?.id")
        )
        if page.evaluate("document.activeElement.closest('#event-Б3 > summary') !== null"):
            break
    assert {"filters", "event-А1", "event-Б3"} <= reached
    page.keyboard.press("Enter")
    assert page.locator("#event-Б3").get_attribute("open") is not None
