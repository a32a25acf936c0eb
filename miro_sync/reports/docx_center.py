"""A centre's yearly report («Отчёт о проделанной работе») in the form that centres write it in.

The form is that of a report on the school year 2021/22: contests with participants and results,
the two indicators of coverage, and the plan with its ten directions, empty ones among them. What
the data do not hold is a marked gap: nothing is made up for the sake of a full page. It is the
centre's own paper, so small numbers of people are shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from miro_sync.coverage import PlanRow, rows_of_cards
from miro_sync.messages import Catalogue
from miro_sync.model import Counted, IndicatorValue, SheetRow
from miro_sync.overview import Overview
from miro_sync.reports.figures import amount
from miro_sync.reports.word import Anchor, Bold, Content, Gap, Paper, Piece
from miro_sync.reports.zones import (
    narrowed,
    of_school_year,
    said_year,
    school_year,
    shown_value,
    titled,
)
from miro_sync.telling.display import clean
from miro_sync.telling.indicators import divided
from miro_sync.telling.phrases import Phrases

#: The form has so many directions.
DIRECTIONS: Final = 10

_CONTEST: Final = re.compile(
    r"олимпиад|конкурс|викторин|диктант|турнир|соревновани|конференци|фестивал|чемпионат|квест"
    r"|olympiad|contest|quiz|tournament|competition",
    re.IGNORECASE,
)
_OF_5_TO_11: Final = re.compile(r"5\s*[-–—]\s*11\s+класс", re.IGNORECASE)
_ADDITIONAL: Final = re.compile(r"дополнительн", re.IGNORECASE)
_LINKS: Final = 6


def render(overview: Overview, words: Catalogue, center: str | None = None) -> bytes:
    """Return the report of one centre as a .docx file."""
    if center is None:
        raise ValueError("a yearly report is about one centre")
    return _Report(overview, words, center).written()


class _Report:
    """A report being written; holds what every part of it needs."""

    def __init__(self, overview: Overview, words: Catalogue, center: str) -> None:
        self._words = words
        self._own = narrowed(overview, center)
        self._phrases = Phrases(words, overview.project, center)
        self._today = overview.assessment.today
        self._year = school_year(self._today)
        self._name = clean(next(one.name for one in overview.project.centers if one.id == center))
        # Offline the worksheets are not at hand, what was understood of them is.
        of_cards = rows_of_cards(self._own.assessment.cards.values())
        own_cards = tuple(one for one in of_cards if one.center_id == center)
        rows = self._own.plan_rows or own_cards
        self._rows = [one for one in rows if of_school_year(one.periods, self._year)]
        self._left_out = len(rows) - len(self._rows)
        self._paper = Paper(words, title=self._say("center_title"), day=self._today)

    def written(self) -> bytes:
        """Return the whole document."""
        self._paper.heading(self._say("center_title"), 0)
        self._introduction()
        self._contests()
        self._coverage()
        self._plan()
        self._calendar()
        self._tasks()
        self._end()
        return self._paper.bytes()

    # --- the parts of the form

    def _introduction(self) -> None:
        self._line(self._say("center_opened"), " ", self._gap("opened"))
        self._line(self._say("center_purpose"))
        self._line(self._say("center_rooms"), " ", self._gap("rooms"))
        for one in self._own.maps:
            self._line(self._say("center_map", right=one.right, total=one.total))
        self._line(self._say("center_papers"), " ", self._gap("papers"))
        self._line(self._say("center_courses"))
        head = self._heads("number", "course", "trained")
        courses = [one for one in self._of_kind("training") if "program" in one.values]
        rows: list[Sequence[Content]] = [
            (
                str(number),
                str(one.values["program"]),
                _people(one.counts.get("trained", Counted())) or self._gap("number"),
            )
            for number, one in enumerate(courses, start=1)
        ] or [("1", self._gap("course"), self._gap("number"))]
        self._paper.table(head, rows, widths=(1.2, 11.3, 4.0))

    def _contests(self) -> None:
        self._paper.heading(self._say("center_contests"), 1)
        self._line(self._say("center_contests_lead"))
        known: list[tuple[str, str, str]] = [
            (
                str(one.values["title"]),
                _people(one.counts.get("count", Counted())),
                str(one.values.get("result", "")),
            )
            for one in self._of_kind("contests")
            if "title" in one.values
        ]
        known += [
            (one.title, _people(one.counted) or one.count, one.result)
            for one in self._rows
            if one.result or _CONTEST.search(one.title)
        ]
        rows: list[Sequence[Content]] = [
            (str(number), title, people or self._gap("number"), result or self._gap("result"))
            for number, (title, people, result) in enumerate(dict.fromkeys(known), start=1)
        ]
        if not rows:
            rows = [("1", self._gap("contest"), self._gap("number"), self._gap("result"))]
        head = self._heads("number", "contest", "participants", "result")
        self._paper.table(head, rows, widths=(1.2, 8.3, 3.0, 4.0))

    def _coverage(self) -> None:
        self._paper.heading(self._say("center_indicators"), 1)
        self._line(self._say("center_indicators_lead"))
        whole, additional = self._of_form()
        self._paper.bullets(
            [
                [self._say("center_whole"), " ", *self._reached(whole)],
                [self._say("center_additional"), " ", *self._reached(additional)],
            ]
        )
        others = [one for one in self._own.indicators if one not in (whole, additional)]
        rows: list[Sequence[Content]] = [
            (
                clean(one.indicator.id),
                clean(one.indicator.title),
                shown_value(one, self._words, inside=True),
                divided(one, one.indicator, self._words, own=True),
                _target(one, self._words),
            )
            for one in others
        ]
        if rows:
            head = self._heads("code", "indicator", "value", "divided", "target")
            widths = (1.5, 7.5, 2.8, 2.6, 2.1)
            self._paper.table(head, rows, widths=widths, numbers=(2, 4))

    def _plan(self) -> None:
        self._paper.heading(self._say("center_plan"), 1)
        plan = self._own.plans[0] if self._own.plans else None
        known = {one.number: clean(one.title) for one in plan.directions} if plan else {}
        numbers = sorted({*known, *range(1, DIRECTIONS + 1)})
        of_none = [one for one in self._rows if one.direction is None]
        rows: list[Sequence[Content]] = []
        count = 0
        for number in numbers:
            title = known.get(number) or self._title_of(number)
            rows.append((Bold(self._say("center_direction", number=number, title=title)),))
            own = [one for one in self._rows if one.direction == number]
            for one in own:
                count += 1
                rows.append(self._row(count, one))
            if not own:
                count += 1
                empty: Content = (
                    self._say("center_empty") if number in known else self._gap("event")
                )
                rows.append((str(count), empty, "", "", ""))
        if of_none:
            rows.append((Bold(self._say("center_no_direction")),))
            for one in of_none:
                count += 1
                rows.append(self._row(count, one))
        head = self._heads("number", "event", "audience", "held_on", "news")
        self._paper.table(head, rows, widths=(1.0, 5.4, 4.0, 2.6, 3.5), size=9)
        self._totals()
        if plan is None:
            self._line(self._say("center_no_plan"))
        elif plan.empty:
            numbers_said = ", ".join(map(str, plan.empty))
            self._line(self._say("center_empties", numbers=numbers_said))

    def _totals(self) -> None:
        """Say how many events there are, and how many people their cells count."""
        held = sum(one.held for one in self._rows)
        self._line(self._say("center_totals", all=len(self._rows), held=held))
        counts = [one.counted for one in self._rows]
        sums = {
            name: sum(number for one in counts if (number := getattr(one, name)) is not None)
            for name in ("pupils", "staff", "people")
            if any(getattr(one, name) is not None for one in counts)
        }
        if sums:
            parts = [self._say(f"center_of_{name}", number=number) for name, number in sums.items()]
            uncounted = sum(one.all is None for one in counts)
            said = self._say("center_people", said=", ".join(parts))
            if uncounted:
                said += " " + self._say("center_uncounted", rows=uncounted)
            self._line(said)
        if self._left_out:
            self._line(self._say("center_left_out", rows=self._left_out))

    def _calendar(self) -> None:
        verdicts = self._own.assessment.verdicts
        if not verdicts:
            return
        self._paper.heading(self._say("center_calendar"), 1)
        rows: list[Sequence[Content]] = [
            (
                titled(one.occurrence.event, self._words),
                self._phrases.span(one.occurrence.period),
                self._words.say(f"status.{one.status}"),
                self._words.tell(one.reason),
            )
            for one in verdicts
        ]
        head = self._heads("event", "period", "status", "reason")
        self._paper.table(head, rows, widths=(5.6, 2.9, 2.6, 5.4), size=9)

    def _tasks(self) -> None:
        after = self._year + 1
        self._paper.heading(self._say("center_tasks", first=after, second=after + 1), 1)
        self._paper.bullets([self._gap("task")] * 3, numbered=True)

    def _end(self) -> None:
        self._line(self._phrases.trust(self._own.assessment))
        self._line(self._say("made_by", today=self._today))
        self._paper.signatures([self._say("role_head"), self._say("role_school")])

    # --- pieces

    def _row(self, number: int, row: PlanRow) -> Sequence[Content]:
        audience: list[Piece] = [row.audience]
        if row.count and row.count != row.audience:
            audience.append(f"\n{row.count}" if row.audience else row.count)
        links: list[Piece] = []
        for url in row.links[:_LINKS]:
            if links:
                links.append("\n")
            links.append(Anchor(url, url))
        if len(row.links) > _LINKS:
            links.append("\n" + self._say("more", number=len(row.links) - _LINKS))
        nobody = not row.audience and not row.count
        return (
            str(number),
            row.title,
            self._gap("audience") if nobody else audience,
            row.when or self._gap("date"),
            links,
        )

    def _of_form(self) -> tuple[IndicatorValue | None, IndicatorValue | None]:
        """Find the two indicators that the form names: of the lessons, of additional programmes."""
        of_form = [one for one in self._own.indicators if _OF_5_TO_11.search(one.indicator.title)]
        additional = [one for one in of_form if _ADDITIONAL.search(one.indicator.title)]
        whole = [one for one in of_form if one not in additional]
        return (whole[0] if whole else None, additional[0] if additional else None)

    def _reached(self, value: IndicatorValue | None) -> list[Piece]:
        if value is None or value.value is None:
            return [self._say("center_reached"), " ", self._gap("share")]
        said = [shown_value(value, self._words, inside=True)]
        how = divided(value, value.indicator, self._words, own=True)
        if how:
            said.append(f"({how})")
        return [self._say("center_reached"), " ", Bold(" ".join(said))]

    def _of_kind(self, kind: str) -> list[SheetRow]:
        """Return the centre's rows of a kind of worksheet that are of the report's year."""
        return [
            one
            for one in self._own.sheet_rows
            if one.kind == kind and said_year(str(one.values.get("year", ""))) in {None, self._year}
        ]

    def _title_of(self, number: int) -> str:
        key = f"documents.direction_{number}"
        return self._words.say(key) if key in self._words else ""

    def _gap(self, name: str) -> Gap:
        return Gap(self._words.say(f"documents.gap_{name}"))

    def _heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self._say(f"column_{name}") for name in names)

    def _say(self, name: str, **params: object) -> str:
        return self._words.say(
            f"documents.{name}",
            **{"school": self._name, "first": self._year, "second": self._year + 1, **params},
        )

    def _line(self, *pieces: Piece) -> None:
        self._paper.line(pieces, align="both", indent=True)


def _people(counted: Counted) -> str:
    return "" if counted.all is None else str(counted.all)


def _target(value: IndicatorValue, words: Catalogue) -> str:
    target = value.indicator.target
    return "" if target is None else amount(target, value.indicator, words)
