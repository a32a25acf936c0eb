"""Overviews and letters with a bit of everything, for the tests of the weekly mail."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from telling_sample import (
    ASSESSMENT,
    CALM,
    FINDINGS,
    PROJECT,
    TODAY,
    event,
    occurrence,
    reason,
    span,
    verdict,
)

from miro_sync.digest import Reader, digest
from miro_sync.digest.letters import Sending
from miro_sync.letter import Letter, Role
from miro_sync.model import (
    Assessment,
    Coverage,
    Direction,
    EventCalendar,
    Indicator,
    IndicatorFormula,
    IndicatorPoint,
    IndicatorSource,
    IndicatorState,
    IndicatorValue,
    Status,
)
from miro_sync.overview import Overview

#: Nine in the morning of the day.
AT = dt.datetime(2023, 6, 1, 2, 0, tzinfo=dt.UTC)
LAST = dt.date(2023, 5, 25)

DIRECTOR = Reader(frozenset({Role.DIRECTOR}))
COORDINATOR = Reader(frozenset({Role.COORDINATOR}))
METHODIST = Reader(frozenset({Role.METHODIST}))
ISHIM = Reader(center_id="ishim")

#: What the last letter told as late: the conference is still, the match was held meanwhile.
TOLD = frozenset({"Б3", "Д1"})

MATCH = event("Д1", "Турнир по робототехнике центров", "апрель 2023", span("2023-04-01"))
SPORT = event("Д2", "День здоровья", "7 июня 2023", span("2023-06-07"))
LAB = event("Д3", "Практикум", "7 июня 2023", span("2023-06-07"), coverage=Coverage.EVERY_CENTER)

SETTLED = verdict(occurrence(MATCH, span("2023-04-01")), Status.HELD, reason("Проведено", "да"))
CLASHING = (
    verdict(occurrence(SPORT, span("2023-06-07")), Status.DUE_SOON, reason("Скоро", "да")),
    *(
        verdict(occurrence(LAB, span("2023-06-07"), key), Status.DUE_SOON, reason("Скоро", "да"))
        for key in ("ishim", "yaya1")
    ),
)


def indicator(key: str = "K1", **changes: Any) -> IndicatorValue:  # noqa: ANN401 - any field
    declared = Indicator(
        id=key,
        title=changes.pop("title", "Выполнение событийного календаря"),
        unit=changes.pop("unit", "%"),
        formula=IndicatorFormula.HELD_SHARE,
        source=changes.pop("source", IndicatorSource.CALENDAR),
        direction=Direction.UP,
        target=changes.pop("target", 100.0),
        people=changes.pop("people", False),
    )
    base = IndicatorValue(
        declared,
        TODAY,
        IndicatorState.KNOWN,
        reason("Проведено", "из наступивших"),
        value=93.18,
        met=False,
        before=IndicatorPoint(dt.date(2023, 5, 1), 91.0),
    )
    return replace(base, **changes)


INDICATORS = (
    indicator(),
    indicator("K6", title="Охват групп 8-9 классов", value=100.0, met=True, before=None),
    indicator(
        "K11",
        title="Средний балл ОГЭ по физике",
        unit="балл",
        value=16.2,
        target=17.8,
        behind=True,
        gap=1.6,
        before=IndicatorPoint(dt.date(2022, 6, 1), 16.9),
    ),
    indicator(
        "K7",
        title="Исследовательские работы",
        unit="чел.",
        people=True,
        source=IndicatorSource.TABLE,
        value=3.0,
        target=20.0,
        before=None,
    ),
    indicator(
        "K9", title="Внедряют опыт", value=None, state=IndicatorState.NOT_COLLECTED, before=None
    ),
)


def overview(assessment: Assessment = ASSESSMENT, **changes: Any) -> Overview:  # noqa: ANN401 - any field
    base = Overview(PROJECT, EventCalendar((), ()), assessment, FINDINGS)
    return replace(base, **changes)


FULL = overview(
    replace(ASSESSMENT, verdicts=(*ASSESSMENT.verdicts, SETTLED, *CLASHING)),
    indicators=INDICATORS,
)
QUIET = overview(replace(CALM, verdicts=CALM.verdicts[:3]), findings=())


def letter(
    seen: Overview = FULL,
    reader: Reader = DIRECTOR,
    **changes: Any,  # noqa: ANN401 - any field
) -> Letter | None:
    sending = Sending(at=AT, number=15, last=LAST, told=TOLD)
    return digest(seen, reader, replace(sending, **changes))


def written_letter(
    seen: Overview = FULL,
    reader: Reader = DIRECTOR,
    **changes: Any,  # noqa: ANN401 - any field
) -> Letter:
    made = letter(seen, reader, **changes)
    assert made is not None
    return made
