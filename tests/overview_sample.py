"""An overview with a bit of everything, for the tests of page and documents; the day is fixed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from telling_sample import ASSESSMENT, FINDINGS, PROJECT, TODAY, reason, span

from miro_sync.coverage import Direction, PlanCoverage
from miro_sync.model import (
    ActivityWeek,
    CenterActivity,
    Decision,
    DecisionKind,
    EventCalendar,
    Indicator,
    IndicatorFormula,
    IndicatorPart,
    IndicatorPoint,
    IndicatorSource,
    IndicatorState,
    IndicatorValue,
    Place,
    SpecialDay,
    say,
)
from miro_sync.overview import Overview
from miro_sync.resource_map import CellFault, CenterMap

MAY_HOLIDAYS = dt.date(2023, 5, 1)


def weeks(seed: int, number: int = 22) -> tuple[ActivityWeek, ...]:
    """Return the weeks from January on, with a pattern of their own for each centre."""
    first = dt.date(2023, 1, 2)
    return tuple(
        ActivityWeek(
            monday := first + dt.timedelta(weeks=at),
            contributions=0 if seed == 7 else (at * (seed + 3) + seed) % 11 % 6 * (at % 3 > 0),
            planned=int(at == 8),
            excused=monday == MAY_HOLIDAYS or at < 1,
        )
        for at in range(number)
    )


def with_weeks(number: int, one: CenterActivity) -> CenterActivity:
    return replace(one, weeks=weeks(number))


def indicator(key: str, title: str, **changes: Any) -> Indicator:  # noqa: ANN401 - any field
    base = Indicator(key, title, "%", IndicatorFormula.RATIO, IndicatorSource.TABLE, target=100)
    made = replace(base, **changes)
    # As the settings have it: what is read from a table may count people.
    return replace(made, people=made.source is IndicatorSource.TABLE)


def value(of: Indicator, number: float | None, **changes: Any) -> IndicatorValue:  # noqa: ANN401 - any field
    state = IndicatorState.KNOWN if number is not None else IndicatorState.NOT_COLLECTED
    base = IndicatorValue(
        of, TODAY, state, reason("Проведённые", "делим на наступившие"), value=number
    )
    return replace(base, **changes)


K1 = value(
    indicator(
        "K1",
        "Выполнение событийного календаря сетевого проекта",
        formula=IndicatorFormula.HELD_SHARE,
        source=IndicatorSource.CALENDAR,
        collected="Май 2023 Май 2024",
        responsible="Методисты МБУ ИМЦ",
    ),
    93.18,
    numerator=41,
    denominator=44,
    met=False,
    gap=6.82,
    behind=True,
    unknown=1,
    before=IndicatorPoint(dt.date(2023, 5, 25), 91.0, "неделю назад"),
)
K6 = value(
    indicator("K6", "Охват групп 8-9 классов занятиями"),
    100.0,
    numerator=31,
    denominator=31,
    met=True,
    parts=(
        IndicatorPart("Яйская ООШ №1", "yaya1", 27, 28, place=Place("т.xlsx", "Охват", "B2")),
        IndicatorPart("Ишимская ООШ", "ishim", 3, 3, place=Place("т.xlsx", "Охват", "B3")),
        IndicatorPart("Кайлинская ООШ", "kaylin", unknown=True),
    ),
)
K11 = value(
    indicator(
        "K11",
        "Средний балл ОГЭ по физике",
        unit="балл",
        formula=IndicatorFormula.MEAN,
        baseline=14.8,
        target=17.8,
        region=22.5,
        growth=20,
    ),
    16.24,
    denominator=48,
    met=False,
    gap=1.56,
    trend=(
        IndicatorPoint(dt.date(2022, 6, 20), 14.8, "2021/22"),
        IndicatorPoint(dt.date(2023, 1, 20), 15.1, "пробный"),
        IndicatorPoint(TODAY, 16.24, "2022/23"),
    ),
    before=IndicatorPoint(dt.date(2022, 6, 20), 14.8, "2021/22"),
    warnings=(reason("Цель и прирост расходятся", "17,8 — это +20,27 %"),),
    next_collection=span("2024-06-01", "2024-06-30"),
)
K7 = value(indicator("K7", "Исследовательские работы учащихся"), 75.0, numerator=3, denominator=4)
K12 = value(indicator("K12", "Средняя отметка", unit="балл", formula=IndicatorFormula.VALUE), None)

PLANS = tuple(
    PlanCoverage(
        center,
        "Планы центров",
        tuple(
            Direction(number, title, events, dict(months), undated)
            for number, title, (events, months, undated) in (
                (1, "Методическое сопровождение педагогов", (3, {(2023, 1): 1, (2023, 4): 2}, 0)),
                (2, "Внеурочная деятельность", (0, {}, 0)),
                (3, "Организация сетевого взаимодействия", (6, {(2023, 2): 5}, 1)),
            )
        ),
    )
    for center in ("yaya1", "ishim")
)
MAPS = tuple(
    CenterMap(
        center,
        11 - number % 3,
        11,
        tuple(
            CellFault(
                Place("т.xlsx", "Карта ресурсов", f"D{number + 2}"),
                "Ноутбуков",
                say("resources.blank"),
                say("worksheets.number_low_high", low="0", high="500"),
            )
            for _ in range(number % 3)
        ),
    )
    for number, center in enumerate(PROJECT.centers)
)
DECISIONS = (
    Decision(
        DecisionKind.CANCEL,
        "Г7",
        "director",
        dt.datetime(2023, 4, 3, 4, 0, tzinfo=dt.UTC),
        why="карантин",
        number=1,
    ),
    Decision(
        DecisionKind.MOVE,
        "Г2",
        "director",
        dt.datetime(2023, 5, 20, 4, 0, tzinfo=dt.UTC),
        period=span("2023-05-29", "2023-06-03"),
        why="олимпиада",
        number=2,
    ),
    Decision(
        DecisionKind.HELD,
        "А1@yaya1",
        "coordinator",
        dt.datetime(2023, 5, 21, 4, 0, tzinfo=dt.UTC),
        number=3,
    ),
    Decision(
        DecisionKind.UNDO,
        "А1@yaya1",
        "coordinator",
        dt.datetime(2023, 5, 22, 4, 0, tzinfo=dt.UTC),
        number=4,
        undoes=3,
    ),
)

FULL = Overview(
    replace(
        PROJECT,
        vacations=(span("2023-03-25", "2023-04-02"), span("2023-05-27", "2023-08-31")),
        special_days=(SpecialDay(MAY_HOLIDAYS),),
    ),
    EventCalendar(
        tuple(dict.fromkeys(one.occurrence.event for one in ASSESSMENT.verdicts)),
        tuple(one.occurrence for one in ASSESSMENT.verdicts),
    ),
    replace(
        ASSESSMENT,
        centers=tuple(with_weeks(number, one) for number, one in enumerate(ASSESSMENT.centers)),
    ),
    FINDINGS,
    decisions=DECISIONS,
    undone=frozenset({3}),
    indicators=(K1, K6, K7, K11, K12),
    plans=PLANS,
    maps=MAPS,
)
WEEK_AGO = Overview(
    FULL.project,
    FULL.calendar,
    replace(ASSESSMENT, today=TODAY - dt.timedelta(days=7), verdicts=ASSESSMENT.verdicts[:9]),
    (),
)
