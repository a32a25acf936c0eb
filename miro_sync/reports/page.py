"""The page (`report html`): one file that opens by a double click and asks nobody for anything.

Its content security policy lets nothing run and nothing load but the style and the script that
stand in it, known by their digests; texts of the board and the table are escaped by the template
engine and are never markup.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from miro_sync.messages import Catalogue
from miro_sync.model import FLAGGED, Status
from miro_sync.overview import Overview
from miro_sync.reports import sections
from miro_sync.reports.content import SYMBOLS, Teller
from miro_sync.telling.display import clean

#: From so many occurrences on, a browser is told to lay out only what is in sight.
_LARGE = 5_000


def render(overview: Overview, words: Catalogue, *, center: str | None = None) -> bytes:
    """Make the page.

    Args:
        overview: all that may be told.
        words: the language.
        center: the id of the centre that the page is for: it then holds nothing of any other.

    Returns:
        The page, UTF-8.

    """
    teller = Teller(overview, words, center)
    calendar = teller.calendar()
    style, script = (_own(name) for name in ("page.css", "page.js"))
    today = teller.assessment.today
    page = (
        _environment()
        .get_template("page.html")
        .render(
            language=words.language,
            say=words.say,
            style=style,
            script=script,
            policy=(
                "default-src 'none'; base-uri 'none'; form-action 'none'; "
                f"style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'"
            ),
            project=clean(overview.project.name),
            alone=None if center is None else teller.phrases.named(center),
            today=today,
            long_day=words.say(
                "page.long_day",
                weekday=words.say("page.weekdays").split("|")[today.weekday()],
                day=today.day,
                month=words.say("page.months_of").split("|")[today.month - 1],
                year=today.year,
            ),
            trustworthy=teller.assessment.trustworthy,
            rebuilt=teller.assessment.rebuilt,
            reliance=teller.phrases.reliance(teller.assessment),
            large=len(teller.assessment.verdicts) > _LARGE,
            sources=sections.sources(teller),
            calendar=calendar,
            ticks=calendar.line.ticks(words),
            vacations=[
                one for span in overview.project.vacations if (one := calendar.line.span(span))
            ],
            now=f"{calendar.line.at(today):.2f}%",
            activity=sections.activity(teller),
            plans=sections.plans(teller),
            gauges=sections.gauges(teller.overview, words),
            maps=sections.maps(teller),
            decisions=sections.decisions(teller),
            problems=sections.problems(teller),
            symbols={status.value: SYMBOLS[status] for status in Status},
            status_words={status.value: words.say(f"status.{status}") for status in Status},
            flagged=FLAGGED,
        )
    )
    return page.encode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("miro_sync.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _own(name: str) -> str:
    """Return the page's own style or script: nothing of what was read is in it."""
    source, _, _ = PackageLoader("miro_sync.reports").get_source(_environment(), name)
    return source


def _digest(text: str) -> str:
    """Return the digest by which the policy knows an inline style or script."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
