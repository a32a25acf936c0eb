"""The HTML part as Chromium shows it, on a phone and on a desk, light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mail_sample import COORDINATOR, FULL, written_letter

from miro_sync.messages import catalogue
from miro_sync.telling.mail import write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

#: The least difference of brightness at which text can be read by weak eyes (WCAG 2, AA).
CONTRAST = 4.5

_CONTRASTS = """
() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => {
    const [r, g, b] = rgb(text).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgb(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("p, h1, h2, a")].map((element) => {
    const [one, two] = [light(getComputedStyle(element).color), light(behind(element))];
    const least = parseFloat(getComputedStyle(element).fontSize);
    return [(Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05), least];
  });
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip and say so."""
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: the mail was not seen")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the mail was not looked at")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[(390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")])
def page(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    """Open the coordinator's letter; anything it fetches or complains of fails the test."""
    width, scheme = request.param
    path = tmp_path / "mail.html"
    path.write_text(write(written_letter(FULL, COORDINATOR), catalogue("ru")).html, "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text))
    page.on("request", lambda asked: faults.extend(elsewhere(asked.url)))
    page.goto(path.as_uri())
    yield page
    assert faults == []
    context.close()


def elsewhere(url: str) -> list[str]:
    return [] if url.startswith("file:") else [url]


def test_nothing_is_wider_than_the_window(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_every_text_is_large_and_dark_enough_to_be_read(page: Page) -> None:
    for contrast, size in page.evaluate(_CONTRASTS):
        assert contrast >= CONTRAST
        assert size >= 14


def test_a_screen_reader_finds_a_title_and_the_parts(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert page.locator("h2").count() == 9
    assert page.locator("a").count() == page.get_by_role("link", name="Открыть").count()
